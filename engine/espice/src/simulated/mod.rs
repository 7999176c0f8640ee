//! Templates whose equations a simulator has: their cards, run in batches, and circuits around them.

mod deck;

use crate::config::SimulatorSetup;
use crate::emit::Stated;
use crate::engine::Engine;
use espice_base::{Cancellation, Code, Diagnostic, Digest};
use espice_lang::ir::{CardIr, TemplateIr};
use espice_model::{CircuitRun, Evaluator, SimulatedValues, Simulation, SimulationRequest};
use espice_netlist::{
    BiasPoint, Composite, Item, Library, ModelCard, OperatingPoints, Part, SimulationError,
    Simulator, SimulatorConfig, Want, dialect, element_letter, operating_points, read_wrdata,
    simulators, swept_points,
};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Answers that are kept: a fit asks for the same values for each of its quantities.
const KEPT: usize = 64;
/// Points of all answers that are kept, but for the last one.
const KEPT_POINTS: usize = 200_000;
/// Points of a share of small signals.
const SHARE: usize = 200;
/// Parameters of cards that say at which temperature they hold.
const NOMINAL: [&str; 2] = ["tnom", "tref"];

/// Distinguishes the files of simulations that run at the same time.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// A template with the simulator that has its equations.
#[derive(Debug)]
pub(crate) struct CardSimulation {
    template: TemplateIr,
    /// Writes values on cards; it evaluates nothing.
    plain: Evaluator,
    /// A card whose parameters hold where the template has none of their name.
    base: Option<ModelCard>,
    /// Parameters of the element: those that the template lacks stay on it.
    instance: Vec<(String, f64)>,
    /// Names of parameters that stand on the card or its element whatever their values are.
    stated: Vec<String>,
    nominal: f64,
    simulator: Simulator,
    setup: SimulatorSetup,
    cancellation: Cancellation,
    kept: Mutex<VecDeque<Kept>>,
    trouble: Mutex<Option<Diagnostic>>,
}

/// An answer by the digest of what was asked.
type Kept = (Digest, Arc<Vec<Option<SimulatedValues>>>);

impl CardSimulation {
    /// What went wrong in the last simulation that gave nothing.
    pub(crate) fn trouble(&self) -> Option<Diagnostic> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The device with these values.
    fn composite(&self, values: &[f64], polarity: usize) -> Option<Composite> {
        self.part(values, polarity).map(|part| Composite { parts: vec![part], subcircuit: None })
    }

    /// Its element.
    fn part(&self, values: &[f64], polarity: usize) -> Option<Part> {
        let own: Vec<&CardIr> =
            self.template.cards.iter().filter(|c| c.family == "spice").collect();
        let stated = Stated {
            template: &self.template,
            cards: &own,
            polarity,
            values,
            nominal: self.nominal,
            evaluator: &self.plain,
        };
        let (mut card, mut instance) = stated.element(own.first()?);
        // What stands at its default is the simulator's affair: some of its defaults depend on
        // other parameters.
        let at_default = |name: &str| {
            !self.stated.iter().any(|s| s.eq_ignore_ascii_case(name))
                && own.iter().flat_map(|c| c.parameters.iter().chain(&c.instance)).any(|p| {
                    let index = p.parameter().filter(|_| p.name.eq_ignore_ascii_case(name));
                    index.is_some_and(|i| {
                        let default = self.template.parameters.get(i).map(|p| p.default);
                        default.is_some() && default == values.get(i).copied()
                    })
                })
        };
        card.parameters.retain(|(name, _)| !at_default(name));
        instance.retain(|(name, _)| !at_default(name));
        let named = |name: &str| {
            let on_card = own.iter().flat_map(|c| c.instance.iter());
            on_card.clone().any(|p| p.name.eq_ignore_ascii_case(name))
        };
        instance.extend(self.instance.iter().filter(|(name, _)| !named(name)).cloned());
        if let Some(base) = &self.base {
            let known = |name: &str| {
                is_nominal(name)
                    || own
                        .iter()
                        .flat_map(|c| c.parameters.iter().chain(&c.instance))
                        .any(|p| p.name.eq_ignore_ascii_case(name))
            };
            let rest = base.parameters.iter().filter(|(name, _)| !known(name));
            card.parameters.extend(rest.cloned());
            card.flags.extend(base.flags.iter().cloned());
        }
        // What the simulator does not know by itself is a module of a compiled file, which knows
        // of a nominal temperature only if the template says so.
        let module = element_letter(&card.device_type).is_none();
        if module && !own.iter().flat_map(|c| &c.parameters).any(|p| is_nominal(&p.name)) {
            card.parameters.retain(|(name, _)| !is_nominal(name));
        }
        Some(Part { card, nodes: Vec::new(), instance, module })
    }

    fn run(&self, request: &SimulationRequest) -> Result<OperatingPoints, Diagnostic> {
        let models = request.parameters.iter().map(|v| self.composite(v, request.polarity));
        let models: Option<Vec<Composite>> = models.collect();
        let models = models.ok_or_else(|| without_card(&self.template))?;
        let point = |p: &espice_model::SimulatedPoint| BiasPoint {
            model: p.parameters,
            volts: p.volts.clone(),
            kelvin: p.kelvin,
            instance: Vec::new(),
        };
        // Several targets of a fit ask for the same points.
        let mut known: BTreeMap<(usize, u64, Vec<u64>), usize> = BTreeMap::new();
        let mut points: Vec<BiasPoint> = Vec::new();
        let places: Vec<usize> = request
            .points
            .iter()
            .map(|p| {
                let volts = p.volts.iter().map(|v| v.to_bits()).collect();
                *known.entry((p.parameters, p.kelvin.to_bits(), volts)).or_insert_with(|| {
                    points.push(point(p));
                    points.len() - 1
                })
            })
            .collect();
        let cancelled = || self.cancellation.is_cancelled();
        let config = self.config(&cancelled);
        let found = match request.admittances {
            true => self.admittances(&config, &models, &points),
            false => {
                let (pins, processes) = (&request.pins, self.setup.processes);
                swept_points(&self.simulator, &config, &models, &points, pins, processes)
            }
        };
        let mut found = found.map_err(|error| error.diagnostic())?;
        let of = |place: &usize| found.points.get(*place).cloned().flatten();
        found.points = places.iter().map(of).collect();
        Ok(found)
    }

    fn config<'c>(&self, cancelled: &'c (dyn Fn() -> bool + Sync)) -> SimulatorConfig<'c> {
        let setup = &self.setup;
        SimulatorConfig {
            cancelled,
            compiled: setup.compiled.clone(),
            ..SimulatorConfig::new(&setup.command, &setup.folder, label())
        }
    }

    /// Small signals of all points, several decks at a time; the answer does not depend on how many.
    fn admittances(
        &self,
        config: &SimulatorConfig<'_>,
        models: &[Composite],
        points: &[BiasPoint],
    ) -> Result<OperatingPoints, SimulationError> {
        let shares: Vec<&[BiasPoint]> = points.chunks(SHARE).collect();
        let next = AtomicUsize::new(0);
        let answers = Mutex::new(vec![None; shares.len()]);
        let work = || loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.get(index) else { return };
            let config = config.labelled(&format!("a{index}"));
            let answer =
                operating_points(&self.simulator, &config, models, share, Want::Admittances);
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(slot) = answers.get_mut(index) {
                *slot = Some(answer);
            }
        };
        thread::scope(|scope| {
            for _ in 1..self.setup.processes.clamp(1, shares.len().max(1)) {
                scope.spawn(work);
            }
            work();
        });
        let mut whole = OperatingPoints::default();
        for answer in answers.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let Some(answer) = answer.transpose()? else { continue };
            whole.points.extend(answer.points);
            whole.runs += answer.runs;
            for d in answer.diagnostics {
                if !whole.diagnostics.iter().any(|known| *known == d) {
                    whole.diagnostics.push(d);
                }
            }
        }
        Ok(whole)
    }

    /// The waveforms of a circuit at the first precision that the simulator can follow.
    fn waveforms(&self, run: &CircuitRun<'_>) -> Result<Vec<Vec<f64>>, Diagnostic> {
        let without = || without_card(&self.template);
        let part = self.part(run.parameters, run.polarity).ok_or_else(without)?;
        let dialect = dialect(&self.simulator.dialect).ok_or_else(without)?;
        let named = ModelCard { name: String::from("dut"), ..part.card.clone() };
        let library = Library { header: Vec::new(), items: vec![Item::Model(named)] };
        let card = dialect.write(&library).text;
        let cancelled = || self.cancellation.is_cancelled();
        let config = self.config(&cancelled);
        let file = config.file_name("run.data");
        let mut last = without();
        for precision in deck::PRECISIONS {
            let text = deck::deck(run, &part, &card, dialect.sources(), precision, &file);
            let found = self.simulator.run(&config, &text, std::slice::from_ref(&file));
            let table = found.and_then(|found| {
                read_wrdata(&file, found.results.first().map_or("", String::as_str))
            });
            // A run that ends early has failed on the way.
            let is_whole = |rows: &[Vec<f64>]| {
                let end = rows.last().and_then(|row| row.first()).copied();
                !rows.is_empty()
                    && run.end.is_none_or(|asked| end.is_some_and(|e| e >= 0.999 * asked))
            };
            match table {
                Ok(table) if is_whole(&table.rows) => return Ok(deck::rows(run, &table.rows)),
                Ok(_) => {
                    let line = String::from("the run ended early");
                    last = SimulationError::NoConvergence { line }.diagnostic();
                }
                Err(error) => last = error.diagnostic(),
            }
            if self.cancellation.is_cancelled() {
                break;
            }
        }
        Err(last)
    }

    fn keep(&self, digest: Digest, answer: &Arc<Vec<Option<SimulatedValues>>>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((digest, Arc::clone(answer)));
        let points = |k: &VecDeque<Kept>| k.iter().map(|(_, a)| a.len()).sum::<usize>();
        while kept.len() > KEPT || kept.len() > 1 && points(&kept) > KEPT_POINTS {
            kept.pop_front();
        }
    }

    fn known(&self, digest: Digest) -> Option<Arc<Vec<Option<SimulatedValues>>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(d, _)| *d == digest).map(|(_, answer)| Arc::clone(answer))
    }
}

impl Simulation for CardSimulation {
    fn solve(&self, request: &SimulationRequest) -> Vec<Option<SimulatedValues>> {
        let digest = digest(request);
        if let Some(known) = self.known(digest) {
            return known.to_vec();
        }
        let found = match self.run(request) {
            Ok(found) => found,
            Err(complaint) => {
                let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
                *trouble = Some(complaint);
                return vec![None; request.points.len()];
            }
        };
        let values = |point: espice_netlist::PointResult| SimulatedValues {
            currents: point.currents,
            conductances: point.conductances,
            capacitances: point.capacitances,
            charges: Vec::new(),
        };
        let answer: Vec<Option<SimulatedValues>> =
            found.points.into_iter().map(|p| p.map(values)).collect();
        let answer = Arc::new(answer);
        self.keep(digest, &answer);
        answer.to_vec()
    }

    fn follow(&self, run: &CircuitRun<'_>) -> Option<Vec<Vec<f64>>> {
        match self.waveforms(run) {
            Ok(rows) => Some(rows),
            Err(complaint) => {
                let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
                *trouble = Some(complaint);
                None
            }
        }
    }
}

fn is_nominal(name: &str) -> bool {
    NOMINAL.iter().any(|n| name.eq_ignore_ascii_case(n))
}

/// The content of a request.
fn digest(request: &SimulationRequest) -> Digest {
    let mut text = format!("{} {}\n", request.polarity, request.admittances);
    let mut row = |list: &[f64]| {
        for value in list {
            let _ = write!(text, "{:x} ", value.to_bits());
        }
        text.push('\n');
    };
    request.parameters.iter().for_each(|list| row(list));
    row(&request.pins.iter().map(|p| *p as f64).collect::<Vec<f64>>());
    for point in &request.points {
        row(&point.volts);
        row(&[point.kelvin, point.parameters as f64]);
    }
    Digest::of(text.as_bytes())
}

fn without_card(template: &TemplateIr) -> Diagnostic {
    Diagnostic::error(
        Code::SIMULATED_TEMPLATE,
        format!("`{}` has no card for its simulator", template.name),
    )
    .at(template.span)
}

impl Engine<'_> {
    /// The evaluator of a template whose parameters hold at `nominal`, K. Where a simulator has
    /// its equations, that comes beside; parameters of `base` that the template does not have
    /// stay on its cards, and those of it and of `instance` are always written.
    ///
    /// # Errors
    /// When the template's network has no meaning, or its simulator is not there.
    pub(crate) fn evaluator(
        &self,
        template: &TemplateIr,
        nominal: f64,
        base: Option<&ModelCard>,
        instance: &[(String, f64)],
    ) -> Result<(Evaluator, Option<Arc<CardSimulation>>), Diagnostic> {
        let plain = Evaluator::at_nominal(template, self.config.mode, self.constants, nominal)?
            .cancelled_by(self.cancellation.clone());
        let Some(name) = &template.simulator else { return Ok((plain, None)) };
        let missing = |what: String| {
            let message = format!("`{}` is evaluated by {name}: {what}", template.name);
            Diagnostic::error(Code::SIMULATED_WITHOUT_SIMULATOR, message)
        };
        let known = simulators().into_iter().find(|s| s.name == *name);
        let simulator = known
            .ok_or_else(|| missing(String::from("there is no such simulator")).at(template.span))?;
        let setup = self.config.simulator.clone().ok_or_else(|| {
            missing(String::from("none is set up"))
                .help("name one where the engine is started (`simulator`), or ask for it beside")
        })?;
        let simulation = Arc::new(CardSimulation {
            template: template.clone(),
            plain: plain.clone(),
            base: base.cloned(),
            instance: instance.to_vec(),
            stated: base
                .into_iter()
                .flat_map(|card| card.parameters.iter().map(|(name, _)| name.clone()))
                .chain(instance.iter().map(|(name, _)| name.clone()))
                .collect(),
            nominal,
            simulator,
            setup,
            cancellation: self.cancellation.clone(),
            kept: Mutex::default(),
            trouble: Mutex::default(),
        });
        let shared: Arc<dyn Simulation> = Arc::<CardSimulation>::clone(&simulation);
        Ok((plain.simulated_by(shared), Some(simulation)))
    }
}

/// A name for the files of one run: other runs and other programs may simulate in the same folder.
pub(crate) fn label() -> String {
    format!("espice-{}-{}", std::process::id(), RUNS.fetch_add(1, Ordering::Relaxed))
}
