//! Why a circuit has no answer, so that no value is missing without a word.

use espice_base::{Code, Diagnostic};
use espice_lang::ir::CircuitIr;

/// Why.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Unsolved {
    /// The equations cannot be compiled for these parameters.
    Equations,
    /// There is no operating point.
    OperatingPoint,
    /// From this moment, s, on there is no solution, however short the step.
    Blocked { time: f64 },
    /// Up to this moment, s, it jumped too often.
    Jumps { time: f64 },
    /// At this moment, s, it had taken as many steps as it may.
    Steps { time: f64 },
    /// An event, by index, that had not happened when the run ended, s.
    Missed { event: usize, time: f64 },
    /// What it came to is not finite.
    NotFinite,
    /// The simulator that has the device's equations finds nothing.
    Simulator,
    /// It was cancelled.
    Cancelled,
}

impl Unsolved {
    /// In words.
    pub(super) fn diagnostic(self, circuit: &CircuitIr) -> Diagnostic {
        let name = &circuit.name;
        let (code, message, help) = match self {
            Unsolved::Equations => (
                Code::CIRCUIT_UNSOLVED,
                format!("`{name}` has no equations for these parameters"),
                "look at the ranges of the parameters",
            ),
            Unsolved::OperatingPoint => (
                Code::CIRCUIT_UNSOLVED,
                format!("`{name}` has no operating point with this model"),
                "look at the parameters: currents or resistances may be out of any proportion",
            ),
            Unsolved::Blocked { time } | Unsolved::Jumps { time } => (
                Code::CIRCUIT_UNSOLVED,
                format!("`{name}` has no solution beyond {}", seconds(time)),
                "look at the charges of the model: without them voltages jump",
            ),
            Unsolved::Steps { time } => (
                Code::CIRCUIT_BUDGET,
                format!("`{name}` took all steps that a run may take up to {}", seconds(time)),
                "look for parameters that make the model very stiff or let it oscillate",
            ),
            Unsolved::Missed { event, time } => {
                let event = circuit.events.get(event).map_or("", |e| e.name.as_str());
                (
                    Code::CIRCUIT_EVENT_MISSED,
                    format!("in `{name}`, `{event}` has not happened up to {}", seconds(time)),
                    "the model does not do what the circuit waits for: it stays off, or never blocks",
                )
            }
            Unsolved::Cancelled => {
                (Code::RUN_CANCELLED, format!("the run of `{name}` was cancelled"), "run again")
            }
            Unsolved::Simulator => (
                Code::CIRCUIT_UNSOLVED,
                format!("the simulator finds no solution of `{name}` with this model"),
                "evaluate the card with the simulator beside: that says whether the card works",
            ),
            Unsolved::NotFinite => (
                Code::CIRCUIT_UNSOLVED,
                format!("`{name}` comes to no finite value"),
                "look at the conditions: a ratio of theirs may be zero",
            ),
        };
        Diagnostic::warning(code, message).help(help)
    }
}

/// A time in words, with the prefix that fits.
fn seconds(time: f64) -> String {
    let prefixes = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"), (1e-12, "ps")];
    let fits = prefixes.iter().find(|(scale, _)| time >= *scale);
    let (scale, unit) = fits.copied().unwrap_or((1.0, "s"));
    format!("{:.4} {unit}", time / scale)
}
