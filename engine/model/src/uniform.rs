//! Runs uniform code: once a batch, always in plain arithmetic.

use crate::program::{UniformProgram, UniformStep};
use crate::run;
use crate::search::Search;

/// Fills the slots from parameters and temperature.
pub(crate) fn run(
    program: &UniformProgram,
    parameters: &[f64],
    kelvin: f64,
    slots: &mut Vec<[f64; 1]>,
) {
    slots.clear();
    slots.extend_from_slice(&program.initial);
    for &(parameter, place) in &program.parameters {
        if let Some(slot) = slots.get_mut(place) {
            *slot = [parameters.get(parameter as usize).copied().unwrap_or(f64::NAN)];
        }
    }
    if let Some(slot) = program.temperature.and_then(|place| slots.get_mut(place)) {
        *slot = [kelvin];
    }
    for step in &program.steps {
        match step {
            UniformStep::Code(code) => run::body::<false, 1>(code, slots, &[]),
            UniformStep::Solve { code, unknown, places } => {
                let [residual, slope, low, high] = *places;
                let read = |slots: &[[f64; 1]], at: usize| slots.get(at).map_or(f64::NAN, |s| s[0]);
                let mut search = Search::new(read(slots, low), read(slots, high));
                loop {
                    if let Some(slot) = slots.get_mut(*unknown) {
                        *slot = [search.place()];
                    }
                    if search.is_done() {
                        break;
                    }
                    run::body::<false, 1>(code, slots, &[]);
                    search.feed(read(slots, residual), read(slots, slope));
                }
            }
        }
    }
}
