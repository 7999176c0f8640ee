//! Templates that have no value where everything that uses them starts: at their defaults.

use crate::Engine;
use espice_base::{Code, Diagnostic};
use espice_lang::ir::TemplateIr;
use espice_model::{Bias, Column, Evaluator, Kelvin, Mode, Output, Workspace};
use espice_units::constants::{SPICE39, TNOM};

/// How far each pin is taken from the others, V.
const STEPS: [f64; 3] = [0.0, 0.1, -0.1];

impl Engine<'_> {
    /// A warning for each template of the packs that has no finite current, charge or capacitance
    /// at its defaults, with nothing or a tenth of a volt across it.
    pub(crate) fn without_values(&self, packs: &[String]) -> Vec<Diagnostic> {
        let all = self.library.templates.iter().filter(|t| packs.contains(&t.pack));
        all.filter_map(without_value).collect()
    }
}

fn without_value(template: &TemplateIr) -> Option<Diagnostic> {
    // A simulator's device has the simulator's defaults, a function of numbers has no bias.
    if template.simulator.is_some() || template.kind.is_empty() {
        return None;
    }
    let pins = template.pins.len();
    let columns: Vec<Column> = (0..pins)
        .flat_map(|a| [Column::Current(a), Column::Charge(a)])
        .chain((0..pins * pins).map(|i| Column::Capacitance(i / pins, i % pins)))
        .collect();
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).ok()?;
    let kernel = evaluator.kernel_of(&columns).ok()?;
    let points: Vec<(usize, f64)> = (0..pins).flat_map(|pin| STEPS.map(|v| (pin, v))).collect();
    let volts: Vec<Vec<f64>> = (0..pins)
        .map(|pin| points.iter().map(|p| if p.0 == pin { p.1 } else { 0.0 }).collect())
        .collect();
    let views: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(TNOM) };
    kernel.run(&template.defaults(), bias, &mut Workspace::default(), &mut output);
    let wrong = |point: &usize| {
        let mut values = columns.iter().filter_map(|c| kernel.column(&output, *c));
        values.any(|values| values.get(*point).is_some_and(|v| !v.is_finite()))
    };
    let (pin, step) = points.get((0..points.len()).find(wrong)?)?;
    let pin = template.pins.get(*pin)?;
    let at = if *step == 0.0 {
        String::from("with all pins at 0 V")
    } else {
        format!("with `{pin}` at {step} V and the other pins at 0 V")
    };
    let message = format!("`{}` has no finite value at its defaults, {at}", template.name);
    Some(Diagnostic::warning(Code::NOT_A_NUMBER_FOUND, message).at(template.span).help(
        "look for a division by zero or a logarithm of zero: `if` leaves out what must not \
             be evaluated, and a limit has a formula of its own",
    ))
}
