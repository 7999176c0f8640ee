//! The temperature above which a power falls: that of the power above it.

use super::condition::TEMPERATURES;
use super::row::Draft;
use espice_facts::{Condition, UnitScale};
use espice_units::Dimension;
use espice_units::sheet::{parse_sheet_unit, scan_number};

/// How many rows above a derating its power may stand.
const BACK: usize = 8;

/// Gives rows of deratings (`Derate above 25 °C`) the kind of temperature of the power above them:
/// one falls with the ambient's, the next with that of the case.
pub(super) fn temperatures(drafts: &mut [Draft<'_>]) {
    for at in 1..drafts.len() {
        let Some((above, rest)) = drafts.split_at_mut_checked(at) else { return };
        let Some(draft) = rest.first_mut().filter(|d| d.symbol == "derating") else { continue };
        let powers = above
            .iter()
            .rev()
            .take_while(|d| d.dimension == Dimension::POWER)
            .take(BACK)
            .filter(|d| d.parts == draft.parts || d.parts.is_empty());
        // Of powers at several temperatures the lowest is the one that falls.
        let held = powers.filter_map(held_at).min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((symbol, limit)) = held else { continue };
        let said = above_temperature(&draft.name);
        TEMPERATURES.iter().for_each(|t| {
            draft.conditions.by_symbol.remove(*t);
        });
        let range = Condition::Range { min: Some(said.unwrap_or(limit)), max: None };
        draft.conditions.by_symbol.insert(symbol.to_string(), range);
    }
}

/// The temperature up to which a row holds, and its symbol.
fn held_at(draft: &Draft<'_>) -> Option<(&'static str, f64)> {
    TEMPERATURES.iter().find_map(|t| match draft.conditions.by_symbol.get(*t)? {
        Condition::Value(value) => Some((*t, *value)),
        Condition::Range { max: Some(max), .. } => Some((*t, *max)),
        _ => None,
    })
}

/// The temperature in K of `Derate above 25 °C`.
fn above_temperature(name: &str) -> Option<f64> {
    let lower = name.to_lowercase();
    let (_, tail) = lower.split_once("above")?;
    let (number, rest) = scan_number(tail.trim_start())?;
    let unit = rest.trim_start().replace(' ', "").replace('c', "C");
    let unit = parse_sheet_unit(unit.trim_end_matches([')', '.', ',']))?.exact?;
    UnitScale::new(unit).read(&number.text).filter(|_| unit.is_point())
}
