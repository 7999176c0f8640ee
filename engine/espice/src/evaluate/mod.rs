//! Values of any card at given biases: a published model is read, told by its device type, and
//! put through the template that has its equations.

mod card;
mod find;
mod frequency;
pub(crate) mod own;
mod points;
mod ranges;
mod ready;

pub use card::CardModel;
pub(crate) use card::with_bases;
pub use ready::ReadyDevice;

use crate::engine::Engine;
use crate::outcome::{DiagnosticRecord, Source, Version};
use crate::simulated::label;
use crate::wire::{self, finite};
use espice_base::{Code, Diagnostic, Diagnostics, Digest, FileId, Place, Severity};
use espice_lang::ir::TemplateIr;
use espice_model::{Bias, Column, Kelvin, Workspace};
use espice_netlist::{
    BiasPoint, Composite, Simulator, SimulatorConfig, Want, dialect, operating_points,
};
use points::Points;
use schemars::JsonSchema;
use serde::Serialize;

/// What is to be evaluated, where.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EvaluateRequest {
    /// Path of the card file, as the world knows it.
    pub card: String,
    /// The dialect of the card; `None` is ngspice.
    pub dialect: Option<String>,
    /// The model, where the file holds several; subcircuits are not evaluated.
    pub model: Option<String>,
    /// Parameters of the element line, such as W and L: name and number as cards write it.
    pub instance: Vec<(String, String)>,
    /// The biases.
    pub biases: Biases,
    /// Which values are wanted.
    pub wanted: Wanted,
    /// Frequencies, Hz, at which admittances are wanted, all biases at each; the impedance as well
    /// of a device of two pins.
    pub frequencies: Vec<f64>,
    /// Whether the simulator's values shall stand beside.
    pub with_simulator: bool,
}

/// Where a model is evaluated.
#[derive(Clone, PartialEq, Debug)]
pub enum Biases {
    /// The rows of a CSV with a column `V(pin) (V)` for each pin that is not at 0 V, and `T (K)`
    /// or `T (degC)` where the temperature varies.
    Table {
        /// Path of the CSV.
        path: String,
    },
    /// All combinations of these potentials, the first named pin's varying fastest.
    Grid {
        /// Potentials by pin, V; pins not named are at 0 V.
        volts: Vec<(String, Vec<f64>)>,
        /// Device temperatures, K; none means 300.15 K.
        kelvin: Vec<f64>,
    },
}

impl Default for Biases {
    fn default() -> Self {
        Biases::Grid { volts: Vec::new(), kelvin: Vec::new() }
    }
}

/// Which values are wanted beside the currents into the pins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Charges at the pins, C.
    pub charges: bool,
    /// Conductances dI(a)/dV(b), S.
    pub conductances: bool,
    /// Small-signal capacitances Im(Y(a, b))/ω at 1 Hz, F.
    pub capacitances: bool,
    /// dI(a)/dT, A/K.
    pub by_temperature: bool,
    /// dI(a)/dp for every parameter p that the card states, in A per SI unit of p.
    pub by_parameter: bool,
}

/// A card's values at biases. Numbers are SI, temperatures kelvin; what has no value is null.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Evaluation {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// The card file.
    pub source: Option<Source>,
    /// Name of the model.
    pub model: String,
    /// Device type on the card.
    pub device_type: String,
    /// The template with its equations; empty when none was found.
    pub template: String,
    /// The polarity; empty for devices without.
    pub polarity: String,
    /// Every parameter of the template.
    pub parameters: Vec<EvaluatedParameter>,
    /// Names and units of the columns: biases, temperature, values, those of the simulator.
    pub columns: Vec<EvaluatedColumn>,
    /// A row for each bias.
    pub rows: Vec<Vec<Option<f64>>>,
    /// The simulator whose values stand beside, with its version.
    pub simulator: Option<String>,
    /// How far the simulator's values are from the native ones, for each column that both have.
    pub deviations: Vec<Deviation>,
    /// What else there is to say.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// How far a simulator's values are from the native ones.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Deviation {
    /// The native column.
    pub column: String,
    /// Largest magnitude of the difference, in the column's unit.
    pub largest: f64,
    /// That difference by the largest magnitude that the simulator has in this column; null where
    /// that is zero.
    pub of_largest: Option<f64>,
    /// The row where it is largest, from 1.
    pub row: usize,
    /// Rows in which both have a value.
    pub compared: usize,
}

/// The deviations of every column that both have.
fn deviations(columns: &[EvaluatedColumn], rows: &[Vec<Option<f64>>]) -> Vec<Deviation> {
    let partner = |native: &EvaluatedColumn| {
        columns.iter().position(|c| {
            c.origin == "simulated" && c.name.split('@').next() == Some(native.name.as_str())
        })
    };
    let one = |(place, native): (usize, &EvaluatedColumn)| {
        let beside = partner(native)?;
        let value = |row: &[Option<f64>], c: usize| row.get(c).copied().flatten();
        let mut found = Deviation {
            column: native.name.clone(),
            largest: 0.0,
            of_largest: None,
            row: 1,
            compared: 0,
        };
        let mut size = 0.0f64;
        for (number, row) in rows.iter().enumerate() {
            let (Some(a), Some(b)) = (value(row, place), value(row, beside)) else { continue };
            found.compared += 1;
            size = size.max(b.abs());
            if (a - b).abs() > found.largest {
                found.largest = (a - b).abs();
                found.row = number + 1;
            }
        }
        found.of_largest = (size > 0.0).then(|| found.largest / size);
        (found.compared > 0).then_some(found)
    };
    columns.iter().enumerate().filter(|(_, c)| c.origin == "native").filter_map(one).collect()
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EvaluatedParameter {
    /// Name in the template.
    pub name: String,
    /// Value in SI.
    pub value: Option<f64>,
    /// SI unit.
    pub unit: String,
    /// Whether the card states it; else it is the default.
    pub stated: bool,
}

/// A column of an evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvaluatedColumn {
    /// `V(d)`, `T`, `I(d)`, `C(g,d)`; a simulator's ends in `@ngspice`.
    pub name: String,
    /// SI unit.
    pub unit: String,
    /// Whether it was given, evaluated or simulated: `given`, `native`, `simulated`.
    pub origin: String,
}

impl Engine<'_> {
    /// Evaluates a card. What went wrong stands in the evaluation, too; rows may then be missing.
    pub fn evaluate(&mut self, request: &EvaluateRequest) -> (Evaluation, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut evaluation = Evaluation {
            espice: self.version(),
            source: None,
            model: String::new(),
            device_type: String::new(),
            template: String::new(),
            polarity: String::new(),
            parameters: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            simulator: None,
            deviations: Vec::new(),
            diagnostics: Vec::new(),
        };
        self.fill(request, &mut evaluation, &mut diagnostics);
        evaluation.deviations = deviations(&evaluation.columns, &evaluation.rows);
        evaluation.diagnostics =
            diagnostics.iter().map(|d| wire::diagnostic(d, &self.sources)).collect();
        (evaluation, diagnostics)
    }

    /// Does the work, as far as it goes.
    fn fill(
        &mut self,
        request: &EvaluateRequest,
        evaluation: &mut Evaluation,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let name = request.dialect.as_deref().unwrap_or("ngspice");
        let Some(dialect) = dialect(name) else {
            let message = format!("there is no dialect `{name}`");
            diagnostics.push(Diagnostic::error(Code::UNKNOWN_DIALECT, message));
            return None;
        };
        let (file, text) = self.text_of(&request.card, diagnostics)?;
        let table = match &request.biases {
            Biases::Table { path } => Some(self.text_of(path, diagnostics)?),
            Biases::Grid { .. } => None,
        };
        evaluation.source = Some(Source {
            name: wire::base_name(&request.card).into(),
            format: "card".into(),
            digest: Digest::of(text.as_bytes()).to_string(),
            document: None,
        });
        let (library, complaints) = dialect.read(&text, file);
        let (chosen, words) = self.card_model_in(
            &library,
            Some((file, &text)),
            request.model.as_deref(),
            &request.instance,
        );
        diagnostics.extend(words.into_iter().map(|d| match d.place() {
            Some(_) => d,
            None => d.at(Place::File(file)),
        }));
        // Only what concerns the model: libraries of thousands have mistakes in others.
        let own = chosen.as_ref().and_then(|c| find::statement(&text, &c.name));
        let concerns = |d: &Diagnostic| match (&own, d.place()) {
            (Some(own), Some(Place::Text(span))) => own.contains(&(span.start as usize)),
            (None, _) => library.models().is_empty(),
            _ => true,
        };
        diagnostics.extend(complaints.into_iter().filter(|d| concerns(d)));
        let chosen = match chosen {
            Some(chosen) => chosen,
            // What cannot be evaluated here the simulator may still tell.
            None if request.with_simulator => {
                let (model, instance) = (request.model.as_deref(), &request.instance);
                let found = card::for_simulator(&library, model, instance, &self.library).ok()?;
                let why: Vec<Diagnostic> = std::mem::take(diagnostics).into_iter().collect();
                diagnostics.extend(why.into_iter().map(|d| match d.severity {
                    Severity::Error => Diagnostic { severity: Severity::Warning, ..d },
                    _ => d,
                }));
                found
            }
            None => return None,
        };
        self.describe(&chosen, evaluation);
        if (request.wanted.capacitances || request.wanted.charges) && !chosen.static_only.is_empty()
        {
            let message =
                format!("charges and capacitances lack {}", chosen.static_only.join(", "));
            let complaint = Diagnostic::warning(Code::SUBCIRCUIT_STATIC, message);
            diagnostics.push(complaint.at(Place::File(file)));
        }
        let pins = chosen.pins();
        let found = match (&request.biases, &table) {
            (Biases::Grid { volts, kelvin }, _) => points::of_grid(volts, kelvin, pins, file),
            (_, Some((table, text))) => points::of_table(text, *table, pins),
            (_, None) => return None,
        };
        let points = match found {
            Ok(points) => points,
            Err(complaint) => {
                diagnostics.push(complaint);
                return None;
            }
        };
        let points = match points.at_frequencies(&request.frequencies, file) {
            Ok(points) => points,
            Err(complaint) => {
                diagnostics.push(complaint);
                return None;
            }
        };
        self.add_native(request.wanted, &chosen, &points, evaluation, file, diagnostics)?;
        if request.with_simulator {
            self.add_simulated(request.wanted, &chosen, &points, evaluation, diagnostics);
        }
        Some(())
    }

    /// The text of a file that may be of any encoding that cards have.
    pub(crate) fn text_of(
        &mut self,
        path: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<(FileId, String)> {
        match self.world.read(path) {
            Ok(bytes) => {
                let text = espice_netlist::decode(&bytes);
                Some((self.sources.add(path, text.as_str()), text))
            }
            Err(error) => {
                let file = self.sources.add(path, "");
                let complaint = crate::engine::unreadable(self.world, path, error);
                diagnostics.push(complaint.at(Place::File(file)));
                None
            }
        }
    }

    fn describe(&self, chosen: &CardModel<'_>, evaluation: &mut Evaluation) {
        evaluation.model = chosen.name.clone();
        evaluation.device_type = chosen.device_type.clone();
        evaluation.template = chosen.template.name.clone();
        evaluation.polarity = chosen.polarity_word().into();
        evaluation.parameters = chosen
            .template
            .parameters
            .iter()
            .zip(chosen.values.iter().zip(&chosen.stated))
            .map(|(p, (value, stated))| EvaluatedParameter {
                name: p.name.clone(),
                value: finite(*value),
                unit: p.dimension.to_string(),
                stated: *stated,
            })
            .collect();
    }

    fn add_native(
        &self,
        wanted: Wanted,
        chosen: &CardModel<'_>,
        points: &Points,
        evaluation: &mut Evaluation,
        file: FileId,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let template = &*chosen.template;
        // A device that only its simulator knows has no values of ours.
        let columns = match chosen.is_evaluated() {
            true => {
                let mut list = columns(template, chosen.pins(), wanted, &chosen.stated);
                if !points.hertz.is_empty() {
                    list.extend(frequency::columns(chosen.pins()));
                }
                list
            }
            false => Vec::new(),
        };
        let list: Vec<Column> = columns.iter().map(|(c, _)| *c).collect();
        let base = chosen.device.parts.first().map(|part| &part.card);
        let made = self.evaluator(template, chosen.nominal, base, &chosen.instance);
        let made = made.and_then(|(e, simulation)| {
            Ok((e.of_polarity(chosen.polarity).kernel_of(&list)?, simulation))
        });
        let (kernel, simulation) = match made {
            Ok(made) => made,
            Err(complaint) => {
                diagnostics.push(complaint);
                return None;
            }
        };
        // A subcircuit's own ground is at 0 V.
        let ground = vec![0.0; points.kelvin.len()];
        let mut views: Vec<&[f64]> = points.volts.iter().map(Vec::as_slice).collect();
        views.resize(template.pins.len(), &ground);
        if !points.hertz.is_empty() {
            views.push(&points.hertz);
        }
        let bias = Bias { volts: &views, kelvin: Kelvin::PerPoint(&points.kelvin) };
        let mut output = espice_model::Output::default();
        kernel.run(&chosen.values, bias, &mut Workspace::default(), &mut output);
        if let Some(trouble) = simulation.and_then(|s| s.trouble()) {
            diagnostics.push(trouble);
            return None;
        }
        let filled: Vec<&[f64]> = list.iter().filter_map(|c| kernel.column(&output, *c)).collect();
        let lacks = |i: &usize| filled.iter().any(|c| c.get(*i).is_none_or(|v| !v.is_finite()));
        let unsolved = (0..points.kelvin.len()).filter(lacks).count();
        if unsolved > 0 {
            let message = format!("{unsolved} biases have no solution that a number can hold");
            let complaint = Diagnostic::warning(Code::EVALUATION_WITHOUT_SOLUTION, message)
                .at(Place::File(file));
            diagnostics.push(complaint.help("such values are left empty"));
        }
        let given = |name: String, unit: &str| EvaluatedColumn {
            name,
            unit: unit.into(),
            origin: "given".into(),
        };
        evaluation.columns = chosen.pins().iter().map(|p| given(format!("V({p})"), "V")).collect();
        evaluation.columns.push(given(String::from("T"), "K"));
        let hertz = (!points.hertz.is_empty()).then_some(&points.hertz);
        evaluation.columns.extend(hertz.map(|_| given(String::from("f"), "Hz")));
        evaluation.columns.extend(columns.iter().map(|(_, c)| c.clone()));
        evaluation.rows = (0..points.kelvin.len())
            .map(|i| {
                let given = points.volts.iter().chain(std::iter::once(&points.kelvin)).chain(hertz);
                let given = given.map(|c| c.get(i).copied().and_then(finite));
                given.chain(filled.iter().map(|c| c.get(i).copied().and_then(finite))).collect()
            })
            .collect();
        frequency::finish(evaluation, chosen.pins(), &points.hertz);
        Some(())
    }

    /// The values of the simulator for the card itself, beside the native ones.
    fn add_simulated(
        &self,
        wanted: Wanted,
        chosen: &CardModel<'_>,
        points: &Points,
        evaluation: &mut Evaluation,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(setup) = &self.config.simulator else {
            let message = "no simulator is set up";
            diagnostics.push(Diagnostic::error(Code::SIMULATOR_MISSING, message));
            return;
        };
        let simulator = Simulator::ngspice();
        let cancelled = || self.is_cancelled();
        let mut config = SimulatorConfig::new(&setup.command, &setup.folder, label());
        config.cancelled = &cancelled;
        let version = match simulator.version(&config) {
            Ok(version) => version,
            Err(error) => return diagnostics.push(error.diagnostic()),
        };
        let admittances = wanted.capacitances || wanted.conductances;
        let want = if admittances { Want::Admittances } else { Want::Currents };
        let device: &Composite = &chosen.device;
        let biases: Vec<BiasPoint> = (0..points.kelvin.len())
            .map(|i| BiasPoint {
                model: 0,
                volts: points.volts.iter().filter_map(|c| c.get(i).copied()).collect(),
                kelvin: points.kelvin.get(i).copied().unwrap_or(f64::NAN),
                instance: chosen.instance.clone(),
            })
            .collect();
        let answer =
            operating_points(&simulator, &config, std::slice::from_ref(device), &biases, want);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return diagnostics.push(error.diagnostic()),
        };
        diagnostics.extend(answer.diagnostics);
        evaluation.simulator = Some(format!("{} {version}", simulator.name));
        let wanted =
            Wanted { charges: false, by_temperature: false, by_parameter: false, ..wanted };
        let columns = columns(&chosen.template, chosen.pins(), wanted, &[]);
        evaluation.columns.extend(columns.iter().map(|(_, c)| EvaluatedColumn {
            name: format!("{}@{}", c.name, simulator.name),
            unit: c.unit.clone(),
            origin: "simulated".into(),
        }));
        for (row, found) in evaluation.rows.iter_mut().zip(&answer.points) {
            row.extend(columns.iter().map(|(column, _)| {
                let found = found.as_ref()?;
                let cell = |m: &Vec<Vec<f64>>, a: usize, b: usize| m.get(a)?.get(b).copied();
                let value = match *column {
                    Column::Current(a) => found.currents.get(a).copied(),
                    Column::Conductance(a, b) => cell(&found.conductances, a, b),
                    Column::Capacitance(a, b) => cell(&found.capacitances, a, b),
                    _ => None,
                };
                value.and_then(finite)
            }));
        }
    }
}

/// The columns of an evaluation with their names, in the order of pins.
fn columns(
    template: &TemplateIr,
    pins: &[String],
    wanted: Wanted,
    stated: &[bool],
) -> Vec<(Column, EvaluatedColumn)> {
    let mut list = Vec::new();
    let mut add = |column: Column, name: String, unit: String| {
        list.push((column, EvaluatedColumn { name, unit, origin: "native".into() }));
    };
    let pins: Vec<(usize, &String)> = pins.iter().enumerate().collect();
    for &(a, p) in &pins {
        add(Column::Current(a), format!("I({p})"), "A".into());
    }
    for &(a, p) in pins.iter().filter(|_| wanted.charges) {
        add(Column::Charge(a), format!("Q({p})"), "C".into());
    }
    let pairs = || pins.iter().flat_map(|a| pins.iter().map(move |b| (*a, *b)));
    for ((a, p), (b, r)) in pairs().filter(|_| wanted.conductances) {
        add(Column::Conductance(a, b), format!("G({p},{r})"), "S".into());
    }
    for ((a, p), (b, r)) in pairs().filter(|_| wanted.capacitances) {
        add(Column::Capacitance(a, b), format!("C({p},{r})"), "F".into());
    }
    for &(a, p) in pins.iter().filter(|_| wanted.by_temperature) {
        add(Column::CurrentByTemperature(a), format!("dI({p})/dT"), "A/K".into());
    }
    let free = template.parameters.iter().enumerate().zip(stated).filter(|(_, s)| **s);
    for ((index, parameter), _) in free.filter(|_| wanted.by_parameter) {
        for &(a, p) in &pins {
            let unit = match parameter.dimension.to_string().as_str() {
                "1" => String::from("A"),
                unit => format!("A/({unit})"),
            };
            let name = format!("dI({p})/d{}", parameter.name);
            add(Column::CurrentByParameter(a, index), name, unit);
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_deviation_is_found_where_both_have_values() {
        let column = |name: &str, origin: &str| EvaluatedColumn {
            name: name.into(),
            unit: String::from("A"),
            origin: origin.into(),
        };
        let columns = [
            column("I(a)", "native"),
            column("I(k)", "native"),
            column("I(a)@ngspice", "simulated"),
        ];
        let rows = [
            vec![Some(1.0), Some(9.0), Some(1.5)],
            vec![Some(8.0), Some(9.0), None],
            vec![Some(3.0), Some(9.0), Some(4.0)],
        ];
        let found = deviations(&columns, &rows);
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.column.as_str(), one.row, one.compared), ("I(a)", 3, 2));
        assert_eq!((one.largest, one.of_largest), (1.0, Some(0.25)));
    }
}
