//! Both sides of a comparison, and how far they are apart.

use super::draw::{Draw, Point};
use super::plan::Plan;
use espice_lang::ir::{ParameterScale, TemplateIr};
use espice_model::{Bias, Column, Evaluator, Kelvin, Kernel, Mode, Output, Workspace};
use espice_netlist::{
    BiasPoint, Composite, ModelCard, PointResult, Simulator, SimulatorConfig, Want,
    operating_points,
};
use espice_units::constants::SPICE39;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Terminal currents.
    Currents,
    /// The matrix of small-signal capacitances.
    Capacitances,
}

/// Agreement that is asked for, as DESIGN §4 has it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tolerance {
    /// Share of a current.
    pub current: f64,
    /// Share of a capacitance above 1 fF.
    pub capacitance: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Tolerance { current: 1e-6, capacitance: 1e-4 }
    }
}

/// What both sides say about some points.
pub struct Compared {
    /// The points.
    pub points: Vec<Point>,
    /// Voltage of each terminal as the simulator got it, V.
    pub volts: Vec<Vec<f64>>,
    /// The cards.
    pub cards: Vec<ModelCard>,
    /// Parameters of the elements.
    pub instances: Vec<Vec<(String, f64)>>,
    /// Names of the values of each point: `I(c)`, `C(c, b)`.
    pub names: Vec<String>,
    /// Native values by point.
    pub native: Vec<Vec<f64>>,
    /// Values of the simulator by point; `None` is without reference.
    pub reference: Vec<Option<Vec<f64>>>,
    /// Allowed difference of each value.
    pub allowed: Vec<Vec<f64>>,
}

/// How a comparison came out.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Points without reference.
    pub without: usize,
    /// Points with a value outside its tolerance.
    pub misses: usize,
    /// Points by their worst value in shares of the tolerance, the worst first: share, point,
    /// value.
    pub ranked: Vec<(f64, usize, usize)>,
}

impl Compared {
    /// Counts.
    pub fn judge(&self) -> Judged {
        let mut judged = Judged::default();
        for (i, reference) in self.reference.iter().enumerate() {
            let (Some(reference), Some(native), Some(allowed)) =
                (reference, self.native.get(i), self.allowed.get(i))
            else {
                judged.without += 1;
                continue;
            };
            let shares = native.iter().zip(reference).zip(allowed).map(|((n, r), a)| {
                let share = (n - r).abs() / a;
                if share.is_nan() { f64::INFINITY } else { share }
            });
            let worst = shares.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
            if let Some((value, share)) = worst {
                judged.misses += usize::from(share > 1.0);
                judged.ranked.push((share, i, value));
            }
        }
        judged.ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        judged
    }
}

/// Draws points and evaluates them on both sides.
///
/// # Errors
/// What is wrong with the plan, the template or the simulator.
pub fn compare(
    template: &TemplateIr,
    plan: &Plan,
    config: &SimulatorConfig<'_>,
    purpose: Purpose,
    count: usize,
    seed: u64,
) -> Result<Compared, String> {
    let mut draw = Draw::new(plan, template, seed, purpose);
    let points: Vec<Point> = (0..count).map(|_| draw.point()).collect::<Result<_, _>>()?;
    let native = Native::new(template, plan, purpose)?;
    let volts: Vec<Vec<f64>> = points.iter().map(|p| native.terminal_volts(p)).collect();
    let values = points.iter().zip(&volts).map(|(p, v)| native.values(p, v)).collect();
    let (cards, instances): (Vec<_>, Vec<_>) =
        points.iter().map(|p| card(template, plan, p)).unzip();
    let biases: Vec<BiasPoint> = points
        .iter()
        .enumerate()
        .map(|(model, p)| BiasPoint {
            model,
            volts: volts.get(model).cloned().unwrap_or_default(),
            kelvin: p.kelvin,
            instance: instances.get(model).cloned().unwrap_or_default(),
        })
        .collect();
    let want = match purpose {
        Purpose::Currents => Want::Currents,
        Purpose::Capacitances => Want::Admittances,
    };
    let models = Composite::of_cards(&cards);
    let answer = operating_points(&Simulator::ngspice(), config, &models, &biases, want)
        .map_err(|e| e.diagnostic().message)?;
    if let Some(d) = answer.diagnostics.iter().find(|d| d.message.contains("parameter")) {
        return Err(d.message.clone());
    }
    let reference: Vec<Option<Vec<f64>>> = answer
        .points
        .iter()
        .map(|found| found.as_ref().and_then(|f| flat(f, purpose, template.pins.len())))
        .collect();
    let allowed = (0..points.len())
        .map(|i| {
            let expected = reference.get(i).and_then(Option::as_ref);
            native.allowed(points.get(i), volts.get(i), expected)
        })
        .collect();
    let names = native.columns.iter().map(|c| name(template, *c)).collect();
    Ok(Compared { points, volts, cards, instances, names, native: values, reference, allowed })
}

/// One list of the values that are compared.
fn flat(found: &PointResult, purpose: Purpose, pins: usize) -> Option<Vec<f64>> {
    let values: Vec<f64> = match purpose {
        Purpose::Currents => found.currents.clone(),
        Purpose::Capacitances => found.capacitances.iter().flatten().copied().collect(),
    };
    let wanted = if purpose == Purpose::Currents { pins } else { pins * pins };
    (values.len() == wanted).then_some(values)
}

fn name(template: &TemplateIr, column: Column) -> String {
    let pin = |p: usize| template.pins.get(p).map_or("?", String::as_str);
    match column {
        Column::Current(a) => format!("I({})", pin(a)),
        Column::Capacitance(a, b) => format!("C({}, {})", pin(a), pin(b)),
        other => format!("{other:?}"),
    }
}

/// The card of a point and the parameters of its element; what is switched off is left out.
fn card(template: &TemplateIr, plan: &Plan, point: &Point) -> (ModelCard, Vec<(String, f64)>) {
    let kind = plan.cards.get(point.polarity).cloned().unwrap_or_default();
    let mut card = ModelCard::new("m", kind.device);
    card.flags = kind.flags;
    card.level = kind.level;
    let mut instance = Vec::new();
    let card_of = template.cards.first().into_iter();
    for written in card_of.flat_map(|c| c.parameters.iter().chain(&c.instance)) {
        let name = &written.name;
        let at = written.parameter();
        let parameter = at.and_then(|i| template.parameters.get(i));
        let value = at.and_then(|i| point.parameters.get(i));
        let (Some(p), Some(&value)) = (parameter, value) else { continue };
        if p.scale == ParameterScale::Log && value == 0.0 {
            continue;
        }
        let mirrored = point.polarity > 0 && plan.signed.contains(&p.name);
        let value = p.card_unit.of_si(if mirrored { -value } else { value });
        if p.instance || plan.instance.contains(&p.name) {
            instance.push((name.clone(), value));
        } else {
            card = card.with(name.as_str(), value);
        }
    }
    let nominal = plan.nominal.get(point.nominal).copied().unwrap_or(300.15);
    let celsius = nominal - SPICE39.celsius_zero;
    (card.with("TNOM", (celsius * 1e6).round() / 1e6), instance)
}

/// The evaluator's side.
struct Native {
    columns: Vec<Column>,
    kernels: Vec<Kernel>,
    currents: Vec<Kernel>,
    pins: usize,
    /// Parameter of the series resistance of each pin.
    behind: Vec<Option<usize>>,
    /// By pin: the parameter of its series resistance, whether biases mean the inner node or not.
    series: Vec<Option<usize>>,
}

/// By pin: the index of the parameter that is its resistance.
fn resistances(
    template: &TemplateIr,
    stated: &[(String, String)],
) -> Result<Vec<Option<usize>>, String> {
    let mut found = vec![None; template.pins.len()];
    for (pin, name) in stated {
        let place = template.pins.iter().position(|p| p == pin);
        let parameter = template.parameter(name);
        match place.and_then(|p| found.get_mut(p)) {
            Some(slot) if parameter.is_some() => *slot = parameter,
            _ => return Err(format!("there is no pin `{pin}`, or no parameter `{name}`")),
        }
    }
    Ok(found)
}

impl Native {
    fn new(template: &TemplateIr, plan: &Plan, purpose: Purpose) -> Result<Native, String> {
        let pins = template.pins.len();
        let currents: Vec<Column> = (0..pins).map(Column::Current).collect();
        let columns = match purpose {
            Purpose::Currents => currents.clone(),
            Purpose::Capacitances => {
                let row = |a| (0..pins).map(move |b| Column::Capacitance(a, b));
                (0..pins).flat_map(row).collect()
            }
        };
        let kernels = |columns: &[Column]| -> Result<Vec<Kernel>, String> {
            let one = |nominal: &f64| {
                Evaluator::at_nominal(template, Mode::Portable, SPICE39, *nominal)
                    .and_then(|e| e.kernel_of(columns))
                    .map_err(|d| d.message)
            };
            plan.nominal.iter().map(one).collect()
        };
        let behind = resistances(template, &plan.behind)?;
        let mut series = resistances(template, &plan.series)?;
        for (series, behind) in series.iter_mut().zip(&behind) {
            *series = series.or(*behind);
        }
        let (kernels, currents) = (kernels(&columns)?, kernels(&currents)?);
        Ok(Native { columns, kernels, currents, pins, behind, series })
    }

    fn run(
        kernel: &Kernel,
        columns: &[Column],
        point: &Point,
        parameters: &[f64],
        volts: &[f64],
    ) -> Vec<f64> {
        let rows: Vec<[f64; 1]> = volts.iter().map(|v| [*v]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
        let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(point.kelvin) };
        let mut output = Output::default();
        kernel.run(parameters, bias, &mut Workspace::default(), &mut output);
        let value = |c: &Column| kernel.column(&output, *c).and_then(|v| v.first().copied());
        columns.iter().map(|c| value(c).unwrap_or(f64::NAN)).collect()
    }

    /// The terminal voltages that put the inner nodes about where the point wants them, of the
    /// point's polarity.
    fn terminal_volts(&self, point: &Point) -> Vec<f64> {
        let mut bare = point.parameters.clone();
        for index in self.behind.iter().flatten() {
            if let Some(value) = bare.get_mut(*index) {
                *value = 0.0;
            }
        }
        let columns: Vec<Column> = (0..self.pins).map(Column::Current).collect();
        let currents = match self.currents.get(point.nominal) {
            Some(k) if self.behind.iter().any(Option::is_some) => {
                Self::run(k, &columns, point, &bare, &point.volts)
            }
            _ => vec![0.0; self.pins],
        };
        let sign = sign(point);
        let pins = point.volts.iter().zip(&self.behind).zip(currents);
        let volts = pins.map(|((v, series), i)| {
            let r = series.and_then(|p| point.parameters.get(p).copied()).unwrap_or(0.0);
            let drop = r * i;
            // Where the bare device has no solution the point stands without the drop.
            sign * (v + if drop.is_finite() { drop } else { 0.0 })
        });
        volts.collect()
    }

    /// All columns of a point; the second polarity is the mirror image of the first.
    fn values(&self, point: &Point, volts: &[f64]) -> Vec<f64> {
        let Some(kernel) = self.kernels.get(point.nominal) else { return Vec::new() };
        let sign = sign(point);
        let mirrored: Vec<f64> = volts.iter().map(|v| sign * v).collect();
        let values = Self::run(kernel, &self.columns, point, &point.parameters, &mirrored);
        let back = |(c, v): (&Column, f64)| {
            if matches!(c, Column::Current(_)) { sign * v } else { v }
        };
        self.columns.iter().zip(values).map(back).collect()
    }

    fn allowed(
        &self,
        point: Option<&Point>,
        volts: Option<&Vec<f64>>,
        expected: Option<&Vec<f64>>,
    ) -> Vec<f64> {
        let tolerance = Tolerance::default();
        let largest = volts.map_or(0.0, |v| v.iter().fold(0.0f64, |m, v| m.max(v.abs())));
        let allowed = |(column, expected): (&Column, &f64)| match column {
            Column::Current(pin) => {
                let series = self.series.get(*pin).copied().flatten();
                let r = series.and_then(|p| point?.parameters.get(p).copied()).unwrap_or(0.0);
                // The simulator forms the current of a resistor from two rounded potentials.
                let rounding = if r > 0.0 { 8.0 * f64::EPSILON * largest / r } else { 0.0 };
                tolerance.current * expected.abs() + rounding + 1e-18
            }
            _ if expected.abs() > 1e-15 => tolerance.capacitance * expected.abs(),
            _ => 1e-19,
        };
        let expected = expected.map_or(&[][..], Vec::as_slice);
        self.columns.iter().zip(expected).map(allowed).collect()
    }
}

fn sign(point: &Point) -> f64 {
    if point.polarity == 0 { 1.0 } else { -1.0 }
}
