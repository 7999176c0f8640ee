//! Runs a request over a batch of points, in chunks of 64.

use crate::Kelvin;
use crate::device::{Device, Key};
use crate::dispatch;
use crate::newton::{Help, Newton, Rounds, State};
use crate::plan::{Solver, Variant};
use crate::program::{Program, WIDTH, slot};
use crate::request::Request;
use crate::scalar::{ROUNDS, Scalar};
use crate::search::Search;
use crate::simulated::{self, Asked, Simulated, SimulatedValues, Simulation};
use crate::uniform;
use espice_base::Diagnostic;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Width of the last chunk when few points remain.
const NARROW: usize = 16;
/// Variants kept; a fit sees one or two.
const MOST_VARIANTS: usize = 64;

/// A request to a device with its compiled variants.
#[derive(Debug)]
pub(crate) struct Batch {
    device: Arc<Device>,
    request: Request,
    simulated: Option<Simulated>,
    variants: Mutex<BTreeMap<Key, Option<Arc<Variant>>>>,
}

/// Memory that runs use again; after the first run of a batch nothing is allocated.
#[derive(Debug, Default)]
pub struct Workspace {
    slots: Vec<[f64; 1]>,
    wide: Lanes<WIDTH>,
    narrow: Lanes<NARROW>,
}

/// A line of the cache, in bytes. Loads of registers that straddle lines take a kernel a quarter
/// more time.
const LINE: usize = 64;

#[derive(Debug)]
struct Lanes<const W: usize> {
    /// Where [`aligned`] finds the registers.
    registers: Vec<f64>,
    scalar: Box<Scalar<W>>,
    newton: Newton<W>,
    searches: Vec<Search>,
}

impl<const W: usize> Default for Lanes<W> {
    fn default() -> Self {
        Lanes {
            registers: Vec::new(),
            scalar: Box::new(Scalar::new()),
            newton: Newton::default(),
            searches: Vec::new(),
        }
    }
}

impl Batch {
    /// Compiles the variant of the default parameters, so that mistakes come out now.
    pub(crate) fn new(device: Arc<Device>, request: Request) -> Result<Batch, Diagnostic> {
        if device.template.simulator.is_some() {
            let simulated = Some(Simulated::new(&device, &request)?);
            return Ok(Batch { device, request, simulated, variants: Mutex::default() });
        }
        let key =
            device.decide(&device.template.defaults(), device.nominal, false, &mut Vec::new());
        let variant = Variant::new(&device, &request, key)?;
        let variants = Mutex::new(BTreeMap::from([(key, Some(Arc::new(variant)))]));
        Ok(Batch { device, request, simulated: None, variants })
    }

    /// How many columns a run writes.
    pub(crate) fn columns(&self) -> usize {
        self.request.columns.len()
    }

    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated.is_some()
    }

    /// What the simulator of the template is asked for a run; `None` where it has none, or where
    /// the run asks more than once.
    pub(crate) fn ask(
        &self,
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        derivatives: bool,
    ) -> Option<(Asked, &Arc<dyn Simulation>)> {
        let (simulated, simulation) = (self.simulated.as_ref()?, self.device.simulation.as_ref()?);
        let asked =
            simulated.ask(&self.device, &self.request, parameters, arguments, kelvin, derivatives);
        (asked.joins() && !simulated.has_charges()).then_some((asked, simulation))
    }

    /// Fills `out` with what was found for what was asked.
    pub(crate) fn read(
        &self,
        asked: &Asked,
        found: Vec<Option<SimulatedValues>>,
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        out: &mut Vec<f64>,
    ) -> usize {
        out.clear();
        out.resize(points(arguments, kelvin) * self.columns(), f64::NAN);
        let (device, request) = (&self.device, &self.request);
        simulated::read(device, request, parameters, arguments, kelvin, asked, found, out)
    }

    fn variant(&self, key: Key) -> Option<Arc<Variant>> {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = variants.get(&key) {
            return known.clone();
        }
        if variants.len() >= MOST_VARIANTS {
            variants.clear();
        }
        let variant = Variant::new(&self.device, &self.request, key).ok().map(Arc::new);
        variants.insert(key, variant.clone());
        variant
    }

    /// Fills `out`, column after column, and gives the number of points without a solution.
    pub(crate) fn run(
        &self,
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        workspace: &mut Workspace,
        out: &mut Vec<f64>,
    ) -> usize {
        out.resize(points(arguments, kelvin) * self.columns(), f64::NAN);
        self.fill(parameters, arguments, kelvin, workspace, out)
    }

    /// As [`Batch::run`], where `out` has a place for each column at each point; else it is filled
    /// with NaN.
    pub(crate) fn fill(
        &self,
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        workspace: &mut Workspace,
        out: &mut [f64],
    ) -> usize {
        let points = points(arguments, kelvin);
        if points == 0 || out.len() != points * self.columns() {
            out.fill(f64::NAN);
            return points;
        }
        if let Some(simulated) = &self.simulated {
            out.fill(f64::NAN);
            return simulated.run(&self.device, &self.request, parameters, arguments, kelvin, out);
        }
        let (first, varying) = match kelvin {
            Kelvin::Uniform(t) => (t, false),
            Kelvin::PerPoint(list) => (list.first().copied().unwrap_or(f64::NAN), true),
        };
        let key = self.device.decide(parameters, first, varying, &mut workspace.slots);
        let Some(variant) = self.variant(key) else {
            out.fill(f64::NAN);
            return points;
        };
        uniform::run(&variant.uniform, parameters, first, &mut workspace.slots);
        let mut unsolved = 0;
        let mut offset = 0;
        while offset < points {
            let rest = points - offset;
            let input = Input { arguments, kelvin, offset, points };
            if rest <= NARROW {
                let mut chunk =
                    Chunk::new(&self.device, &variant, &workspace.slots, &mut workspace.narrow);
                unsolved += chunk.run(&input, rest, out);
                offset += rest;
            } else {
                let length = rest.min(WIDTH);
                let mut chunk =
                    Chunk::new(&self.device, &variant, &workspace.slots, &mut workspace.wide);
                unsolved += chunk.run(&input, length, out);
                offset += length;
            }
        }
        unsolved
    }
}

/// How many points a batch has: the shortest column counts, one without columns.
pub(crate) fn points(arguments: &[&[f64]], kelvin: Kelvin<'_>) -> usize {
    let columns = arguments.iter().map(|c| c.len()).min();
    match (columns, kelvin) {
        (Some(n), Kelvin::Uniform(_)) => n,
        (Some(n), Kelvin::PerPoint(list)) => n.min(list.len()),
        (None, Kelvin::PerPoint(list)) => list.len(),
        (None, Kelvin::Uniform(_)) => 1,
    }
}

struct Input<'a> {
    arguments: &'a [&'a [f64]],
    kelvin: Kelvin<'a>,
    offset: usize,
    points: usize,
}

/// What runs over one chunk.
struct Chunk<'a, const W: usize> {
    device: &'a Device,
    variant: &'a Variant,
    slots: &'a [[f64; 1]],
    registers: &'a mut [[f64; W]],
    searches: &'a mut Vec<Search>,
    scalar: &'a mut Scalar<W>,
    newton: Option<&'a mut Newton<W>>,
}

/// So many registers within a buffer, the first of them at the beginning of a line. What they hold
/// is nothing to rely on.
fn aligned<const W: usize>(buffer: &mut Vec<f64>, count: usize) -> &mut [[f64; W]] {
    let spare = LINE / size_of::<f64>();
    buffer.resize(count * W + spare, 0.0);
    let skip = buffer.as_ptr().align_offset(LINE).min(spare);
    let registers = buffer.get_mut(skip..).unwrap_or_default().as_chunks_mut().0;
    registers.get_mut(..count).unwrap_or_default()
}

impl<'a, const W: usize> Chunk<'a, W> {
    fn new(
        device: &'a Device,
        variant: &'a Variant,
        slots: &'a [[f64; 1]],
        lanes: &'a mut Lanes<W>,
    ) -> Self {
        Chunk {
            device,
            variant,
            slots,
            registers: aligned(&mut lanes.registers, variant.registers),
            searches: &mut lanes.searches,
            scalar: &mut lanes.scalar,
            newton: Some(&mut lanes.newton),
        }
    }

    fn run(&mut self, input: &Input<'_>, length: usize, out: &mut [f64]) -> usize {
        let variant = self.variant;
        for (&register, column) in variant.arguments.iter().zip(input.arguments) {
            self.load(register, column, input.offset, length);
        }
        if let Kelvin::PerPoint(list) = input.kelvin {
            self.load(variant.temperature, list, input.offset, length);
        }
        self.set(variant.share, [1.0; W]);
        self.set(variant.flow, [1.0; W]);
        self.set(variant.shunt, [0.0; W]);
        self.set(variant.polish, [1.0; W]);
        match &variant.solver {
            Solver::None => {}
            Solver::One { unknown, setup, step } => {
                let polish = self.solve_one(*unknown, setup, step);
                self.set(variant.polish, polish);
            }
            Solver::Many { unknowns, expansions, setup, step } => {
                let polish = self.solve_many(unknowns, expansions, setup, step);
                self.set(variant.polish, polish);
            }
        }
        self.search();
        self.execute(&variant.results);
        self.store(input, length, out)
    }

    fn load(&mut self, register: usize, column: &[f64], offset: usize, length: usize) {
        let Some(values) = column.get(offset..offset + length) else { return };
        // Lanes beyond the last point repeat it.
        let last = values.last().copied().unwrap_or(f64::NAN);
        if let Some(register) = self.registers.get_mut(register) {
            let (used, spare) = register.split_at_mut(length.min(W));
            used.copy_from_slice(values);
            spare.fill(last);
        }
    }

    fn set(&mut self, register: usize, values: [f64; W]) {
        if let Some(r) = self.registers.get_mut(register) {
            *r = values;
        }
    }

    fn execute(&mut self, program: &Program) {
        dispatch::run(self.device.cpu, &program.code, self.registers, self.slots);
    }

    fn output(&self, program: &Program, index: usize) -> [f64; W] {
        let Some(&operand) = program.outputs.get(index) else { return [f64::NAN; W] };
        match slot(operand) {
            Some(place) => [self.slots.get(place).map_or(f64::NAN, |s| s[0]); W],
            None => self.registers.get(operand as usize).copied().unwrap_or([f64::NAN; W]),
        }
    }

    fn solve_one(&mut self, unknown: usize, setup: &Program, step: &Program) -> [f64; W] {
        self.execute(setup);
        self.scalar.conductance = self.output(setup, 0);
        self.scalar.source = self.output(setup, 1);
        self.scalar.hull = [self.output(setup, 2), self.output(setup, 3)];
        self.scalar.begin();
        for round in 0..ROUNDS {
            let v = self.scalar.v;
            self.set(unknown, v);
            self.search();
            self.execute(step);
            self.scalar.current = self.output(step, 0);
            self.scalar.slope = self.output(step, 1);
            dispatch::propose(self.device.cpu, self.scalar);
            if !self.scalar.advance(round) {
                break;
            }
        }
        let v = self.scalar.v;
        self.set(unknown, v);
        self.scalar.polish
    }

    fn solve_many(
        &mut self,
        unknowns: &[usize],
        expansions: &[usize],
        setup: &Program,
        step: &Program,
    ) -> [f64; W] {
        let Some(newton) = self.newton.take() else { return [f64::NAN; W] };
        newton.resize(unknowns.len(), expansions.len());
        let mut rounds = ChunkRounds { chunk: self, unknowns, expansions, setup, step };
        let polish = newton.solve(&mut rounds);
        for (&register, values) in unknowns.iter().zip(&newton.state.potentials) {
            self.set(register, *values);
        }
        self.set(self.variant.share, [1.0; W]);
        self.set(self.variant.flow, [1.0; W]);
        self.set(self.variant.shunt, [0.0; W]);
        self.newton = Some(newton);
        polish
    }

    /// Finds the unknowns of all `solve`s at the potentials in the registers.
    fn search(&mut self) {
        let variant = self.variant;
        for solve in &variant.solves {
            self.execute(&solve.ends);
            let (low, high) = (self.output(&solve.ends, 0), self.output(&solve.ends, 1));
            self.searches.clear();
            self.searches.extend(low.iter().zip(&high).map(|(&l, &h)| Search::new(l, h)));
            loop {
                if let Some(register) = self.registers.get_mut(solve.unknown) {
                    for (value, search) in register.iter_mut().zip(self.searches.iter()) {
                        *value = search.place();
                    }
                }
                if self.searches.iter().all(Search::is_done) {
                    break;
                }
                self.execute(&solve.step);
                let (residual, slope) = (self.output(&solve.step, 0), self.output(&solve.step, 1));
                for ((search, &r), &s) in self.searches.iter_mut().zip(&residual).zip(&slope) {
                    search.feed(r, s);
                }
            }
        }
    }

    fn store(&self, input: &Input<'_>, length: usize, out: &mut [f64]) -> usize {
        let mut found = [true; W];
        let polish = self.registers.get(self.variant.polish);
        let unknowns = self.variant.solves.iter().map(|s| self.registers.get(s.unknown));
        for register in std::iter::once(polish).chain(unknowns).flatten() {
            for (ok, value) in found.iter_mut().zip(register) {
                *ok &= !value.is_nan();
            }
        }
        for (index, column) in out.chunks_exact_mut(input.points).enumerate() {
            let Some(column) = column.get_mut(input.offset..input.offset + length) else {
                continue;
            };
            let values = self.output(&self.variant.results, index);
            for ((to, &value), &ok) in column.iter_mut().zip(&values).zip(&found) {
                *to = if ok { value } else { f64::NAN };
            }
        }
        found.iter().take(length).filter(|ok| !**ok).count()
    }
}

struct ChunkRounds<'c, 'a, const W: usize> {
    chunk: &'c mut Chunk<'a, W>,
    unknowns: &'c [usize],
    expansions: &'c [usize],
    setup: &'c Program,
    step: &'c Program,
}

impl<const W: usize> Rounds<W> for ChunkRounds<'_, '_, W> {
    fn guess(&mut self, share: f64, potentials: &mut [[f64; W]]) {
        self.chunk.set(self.chunk.variant.share, [share; W]);
        self.chunk.execute(self.setup);
        for (index, potential) in potentials.iter_mut().enumerate() {
            *potential = self.chunk.output(self.setup, index);
        }
    }

    fn hull(&mut self) -> Option<[[f64; W]; 2]> {
        if !self.chunk.variant.forced {
            return None;
        }
        self.chunk.execute(self.setup);
        let first = self.unknowns.len();
        Some([first, first + 1].map(|index| self.chunk.output(self.setup, index)))
    }

    fn round(&mut self, help: Help, state: &State<W>, results: &mut [[f64; W]]) {
        self.chunk.set(self.chunk.variant.share, [help.share; W]);
        self.chunk.set(self.chunk.variant.flow, [help.flow; W]);
        self.chunk.set(self.chunk.variant.shunt, [help.shunt; W]);
        for (&register, values) in self.unknowns.iter().zip(&state.potentials) {
            self.chunk.set(register, *values);
        }
        for (&register, values) in self.expansions.iter().zip(&state.expansions) {
            self.chunk.set(register, *values);
        }
        self.chunk.search();
        self.chunk.execute(self.step);
        for (index, result) in results.iter_mut().enumerate() {
            *result = self.chunk.output(self.step, index);
        }
    }
}
