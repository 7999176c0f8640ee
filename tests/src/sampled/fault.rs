//! What ngspice 39 says wrongly where no range of a plan leaves it out: taken off the reference by
//! a formula, so that what remains must agree.

use super::compare::{Compared, Purpose};
use super::plan::Plan;
use espice_lang::ir::TemplateIr;
use espice_units::constants::SPICE39;
use std::f64::consts::E;

/// A value of the reference at a point, by its name, and by how much it is wrong.
type Excess = (&'static str, f64);

/// A formula with the template and the purpose that it is for.
struct Fault {
    template: &'static str,
    purpose: Purpose,
    formula: fn(&Point<'_>) -> Vec<Excess>,
}

const FAULTS: [Fault; 1] =
    [Fault { template: "vdmos", purpose: Purpose::Capacitances, formula: body_diode }];

/// Takes the known faults off the reference; the number of points that had one.
pub fn correct(
    template: &TemplateIr,
    plan: &Plan,
    purpose: Purpose,
    compared: &mut Compared,
) -> usize {
    let is_for = |f: &&Fault| f.template == template.name && f.purpose == purpose;
    let Some(Fault { formula, .. }) = FAULTS.iter().find(is_for) else { return 0 };
    let mut count = 0;
    for (index, drawn) in compared.points.iter().enumerate() {
        let nominal = plan.nominal.get(drawn.nominal).copied().unwrap_or(300.15);
        let volts = compared.volts.get(index).map_or(&[][..], Vec::as_slice);
        let sign = if drawn.polarity == 0 { 1.0 } else { -1.0 };
        let values = &drawn.parameters;
        let point = Point { template, values, volts, sign, kelvin: drawn.kelvin, nominal };
        let wrong = formula(&point);
        let Some(Some(reference)) = compared.reference.get_mut(index) else { continue };
        for (name, by) in &wrong {
            let place = compared.names.iter().position(|n| n == name);
            if let Some(value) = place.and_then(|p| reference.get_mut(p)) {
                *value -= by;
            }
        }
        count += usize::from(!wrong.is_empty());
    }
    count
}

struct Point<'a> {
    template: &'a TemplateIr,
    values: &'a [f64],
    volts: &'a [f64],
    sign: f64,
    kelvin: f64,
    nominal: f64,
}

impl Point<'_> {
    fn parameter(&self, name: &str) -> f64 {
        let index = self.template.parameter(name);
        index.and_then(|i| self.values.get(i)).copied().unwrap_or(f64::NAN)
    }

    /// A voltage of the first polarity.
    fn volts(&self, a: &str, b: &str) -> f64 {
        let pin = |name: &str| {
            let index = self.template.pins.iter().position(|p| p == name);
            index.and_then(|i| self.volts.get(i)).copied().unwrap_or(f64::NAN)
        };
        self.sign * (pin(a) - pin(b))
    }
}

/// The reverse current of the body diode is -IS (1 + a^3), a = 3 N vt / (e v): its slope is
/// 3 IS a^3 / v with v < 0 (`vdmosload.c`). The load function stores 3 IS a / v for the
/// small-signal analysis, and the diffusion capacitance is TT times that.
fn body_diode(point: &Point<'_>) -> Vec<Excess> {
    let vt = SPICE39.k * point.kelvin / SPICE39.q;
    let (n, bv) = (point.parameter("N"), point.parameter("BV"));
    let v = point.volts("s", "d");
    // Near the breakdown's voltage another branch holds.
    let is_reverse = v < -3.0 * n * vt && (bv == 0.0 || v > -0.9 * bv);
    if !is_reverse {
        return Vec::new();
    }
    let ratio = point.kelvin / point.nominal;
    let rise =
        (ratio - 1.0) * point.parameter("EG") / (n * vt) + point.parameter("XTI") / n * ratio.ln();
    let a = 3.0 * n * vt / (v * E);
    let slope = 3.0 * point.parameter("IS") * rise.exp() / v;
    let excess = point.parameter("TT") * slope * (a - a.powi(3));
    vec![("C(d, d)", excess), ("C(s, s)", excess), ("C(s, d)", -excess), ("C(d, s)", -excess)]
}
