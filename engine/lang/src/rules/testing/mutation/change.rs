//! What a mutant changes, and how it is written.

use espice_units::{parse_unit, plain};

/// What a mutant changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// A limit becomes the next number above or below it.
    LimitByOneStep,
    /// A limit becomes a tenth larger or smaller.
    LimitByATenth,
    /// The unit of a limit becomes another of the same dimension.
    Unit,
    /// `<` becomes `<=`, or the other way round.
    Strictness,
    /// A condition becomes its opposite.
    Negation,
    /// `and` becomes `or`, or the other way round.
    Connective,
    /// `every` becomes `some`, or the other way round.
    Quantifier,
    /// `min` becomes `max`, `rising` becomes `falling`, or the other way round.
    Extreme,
    /// A condition is left out.
    Dropped,
}

impl Change {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Change::LimitByOneStep => "limit by one step",
            Change::LimitByATenth => "limit by a tenth",
            Change::Unit => "unit",
            Change::Strictness => "strictness",
            Change::Negation => "negation",
            Change::Connective => "connective",
            Change::Quantifier => "quantifier",
            Change::Extreme => "extreme",
            Change::Dropped => "dropped",
        }
    }
}

/// The changes of a literal limit: what it becomes, SI, and how that is written.
pub(super) fn of_number(written: &str, value: f64) -> Vec<(Change, f64, String)> {
    let mut changes = vec![
        (Change::LimitByOneStep, value.next_up(), format!("{written} and one step up")),
        (Change::LimitByOneStep, value.next_down(), format!("{written} and one step down")),
    ];
    if value == 0.0 {
        return changes;
    }
    let (number, unit) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
    let unit = unit.trim();
    let read = parse_unit(unit).ok();
    for factor in [1.1, 0.9] {
        let changed = value * factor;
        let shown = read.as_ref().map_or(changed, |u| u.of_si(changed));
        let text = format!("{} {unit}", plain(shown, 6));
        changes.push((Change::LimitByATenth, changed, String::from(text.trim_end())));
    }
    if let Some((unit, changed)) = other_unit(unit, value) {
        changes.push((Change::Unit, changed, format!("{number} {unit}")));
    }
    changes
}

/// Another unit of the same dimension, and the value that it gives to the same number.
fn other_unit(unit: &str, value: f64) -> Option<(String, f64)> {
    if unit == "degC" {
        return Some((String::from("K"), value - 273.15));
    }
    if unit.is_empty() {
        return None;
    }
    let read = parse_unit(unit).ok()?;
    let number = read.of_si(value);
    let mut rest = unit.chars();
    rest.next();
    let candidates = [String::from(rest.as_str()), format!("m{unit}"), format!("k{unit}")];
    candidates.into_iter().filter(|c| !c.is_empty()).find_map(|c| {
        let other = parse_unit(&c).ok()?;
        let changed = other.to_si(number);
        let same = other.dimension == read.dimension && !other.is_point();
        (same && changed != value).then_some((c, changed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_six_or_fewer_neighbours() {
        let written = |text: &str, value: f64| -> Vec<String> {
            of_number(text, value).into_iter().map(|c| c.2).collect()
        };
        assert_eq!(
            written("10 mA", 0.01),
            ["10 mA and one step up", "10 mA and one step down", "11 mA", "9 mA", "10 A"]
        );
        assert_eq!(written("0 V", 0.0), ["0 V and one step up", "0 V and one step down"]);
        assert_eq!(written("3", 3.0).len(), 4);
        assert_eq!(other_unit("V", 3.0), Some((String::from("mV"), 0.003)));
        assert_eq!(other_unit("degC", 298.15), Some((String::from("K"), 25.0)));
        assert_eq!(other_unit("A/V^2", 1.0), Some((String::from("mA/V^2"), 0.001)));
    }
}
