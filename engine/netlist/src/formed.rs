//! What SPICE forms of a card that leaves it out.

use crate::{ModelCard, Value};
use espice_units::constants::{SPICE39, TNOM};

/// Parameters that act through the threshold voltage alone.
const OF_THRESHOLD: [&str; 2] = ["nss", "tpg"];
/// Intrinsic carriers that SPICE takes for silicon, at 300 K, 1/m^3. Level 3 alone has their law of
/// temperature.
const INTRINSIC: f64 = 1.45e16;
/// Relative permittivity of silicon.
const SILICON: f64 = 11.70;
/// The same of its oxide.
const OXIDE: f64 = 3.9;
/// Thickness of the oxide that levels 2 and 3 take where a card states none, m.
const USUAL_OXIDE: f64 = 1e-7;

/// Whether a parameter of the card acts through a threshold voltage that the card may state in its
/// place, and through nothing else.
pub fn acts_through_threshold(card: &ModelCard, name: &str) -> bool {
    is_classic(card) && OF_THRESHOLD.iter().any(|n| name.eq_ignore_ascii_case(n))
}

/// The threshold voltage, V, of a MOS transistor of level 1, 2 or 3 whose card states the doping of
/// the substrate, but not the threshold: that of its band structure and oxide charge, with the sign
/// that cards give it. `None` where the simulator forms none.
///
/// After `mos1temp.c`, `mos2temp.c` and `mos3temp.c` of ngspice 39.
pub fn threshold(card: &ModelCard) -> Option<f64> {
    let stated = |names: &[&str]| -> Option<f64> {
        let is = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        card.parameters.iter().rev().find(|(name, _)| is(name)).and_then(|(_, value)| match value {
            Value::Number(number) => Some(*number),
            Value::Text(_) => None,
        })
    };
    let states = |name: &str| card.parameters.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    if !is_classic(card) || states("vto") || states("vt0") {
        return None;
    }
    // Cards count in 1/cm^3.
    let kelvin = stated(&["tnom", "t_measured"]).map_or(TNOM, |c| c + SPICE39.celsius_zero);
    let gap = 1.16 - 7.02e-4 * kelvin * (kelvin / (kelvin + 1108.0));
    let rise = gap / 2.0 * (1.0 / 300.0 - 1.0 / kelvin) * (SPICE39.q / SPICE39.k);
    let intrinsic = match card.level {
        Some(3) => INTRINSIC * (kelvin / 300.0).powf(1.5) * rise.exp(),
        _ => INTRINSIC,
    };
    let doping = stated(&["nsub"]).map(|n| n * 1e6).filter(|n| *n > intrinsic)?;
    let usual = (card.level.unwrap_or(1) != 1).then_some(USUAL_OXIDE);
    let oxide = stated(&["tox"]).or(usual).filter(|t| *t > 0.0)?;
    let capacitance = OXIDE * SPICE39.eps0 / oxide;
    let sign = if card.device_type == "PMOS" { -1.0 } else { 1.0 };
    let natural = 2.0 * SPICE39.thermal_voltage(kelvin) * (doping / intrinsic).ln();
    let phi = stated(&["phi"]).unwrap_or(natural.max(0.1));
    let body = (2.0 * SILICON * SPICE39.eps0 * SPICE39.q * doping).sqrt() / capacitance;
    let gamma = stated(&["gamma"]).unwrap_or(body);
    let gate = stated(&["tpg"]).unwrap_or(1.0);
    let work = if gate == 0.0 { 3.2 } else { 3.25 + 0.5 * gap - sign * gate * 0.5 * gap };
    let flat = work
        - (3.25 + 0.5 * gap + sign * 0.5 * phi)
        - stated(&["nss"]).unwrap_or(0.0) * 1e4 * SPICE39.q / capacitance;
    Some(flat + sign * (gamma * phi.sqrt() + phi))
}

fn is_classic(card: &ModelCard) -> bool {
    ["NMOS", "PMOS"].contains(&card.device_type.as_str())
        && (1..=3).contains(&card.level.unwrap_or(1))
}
