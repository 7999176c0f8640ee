//! Numbers and units as measurement files and datasheets write them.

use crate::{Unit, UnitError, parse_unit};
use std::borrow::Cow;

/// Reads one number of a data file: decimal point, optional exponent, Unicode minus accepted.
/// `NaN`, `inf` and hexadecimal are not numbers here.
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = if text.contains('−') {
        Cow::Owned(text.replace('−', "-"))
    } else {
        Cow::Borrowed(text)
    };
    let body = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let starts = body.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'.');
    starts.then(|| text.parse::<f64>().ok()).flatten().filter(|v| v.is_finite())
}

/// A header cell such as `IF (mA)`, `VR [V]`, `T/°C` or `I(a) (A)` taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Heading {
    /// The quantity as written.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// The unit as written.
    pub unit_text: String,
}

/// Takes a header cell apart: the name, then its unit in `(…)` or `[…]` at the end, or after
/// a `/`.
///
/// # Errors
/// `None` inside the error when no unit is given; the [`UnitError`] when it is not a unit.
pub fn parse_heading(cell: &str) -> Result<Heading, Option<UnitError>> {
    let cell = cell.trim();
    let bracketed = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let inner = cell.strip_suffix(close)?;
        let at = inner.rfind(open)?;
        Some((inner.get(..at)?, inner.get(at + open.len_utf8()..)?))
    });
    let (name, unit_text) = match bracketed {
        // `V(a)` alone is a name: its brackets touch it and hold no unit.
        Some((name, unit)) if name.ends_with(char::is_whitespace) || parse_unit(unit).is_ok() => {
            (name, unit)
        }
        _ => cell.split_once('/').ok_or(None)?,
    };
    let unit_text = unit_text.trim();
    let unit = parse_unit(unit_text).map_err(Some)?;
    Ok(Heading { name: name.trim().to_string(), unit, unit_text: unit_text.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dimension;

    #[test]
    fn headings_carry_units() {
        for (cell, name, factor) in [
            ("IF (mA)", "IF", 1e-3),
            ("VR [V]", "VR", 1.0),
            ("I(a) (uA)", "I(a)", 1e-6),
            ("IF/mA", "IF", 1e-3),
            ("VF(V)", "VF", 1.0),
        ] {
            let h = parse_heading(cell).unwrap();
            assert_eq!((h.name.as_str(), h.unit.factor), (name, factor), "{cell}");
        }
        assert_eq!(parse_heading("T (°C)").unwrap().unit.dimension, Dimension::TEMPERATURE);
        assert_eq!(parse_heading("IF"), Err(None));
        assert!(matches!(parse_heading("IF (mX)"), Err(Some(_))));
    }

    #[test]
    fn data_numbers() {
        assert_eq!(parse_number(" −1.5e-3 "), Some(-1.5e-3));
        assert_eq!(parse_number("1e-007"), Some(1e-7));
        for wrong in ["", "NaN", "inf", "1,5", "0x10", "--1", "abc"] {
            assert_eq!(parse_number(wrong), None, "{wrong}");
        }
    }
}
