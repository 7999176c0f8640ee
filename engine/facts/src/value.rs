//! Values with units as people and instruments write them, read and written without loss.

use espice_units::data::parse_number;
use espice_units::{Dimension, Unit, UnitError, exact, parse_unit};

/// Reads numbers of one unit into SI, and writes them back.
///
/// Units that are a power of ten of SI shift the decimal exponent of the text instead of
/// multiplying, so that `0.7` in mA is the very `f64` that `0.0007` is; a value then has one
/// representation in whatever unit it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UnitScale {
    unit: Unit,
    /// The power of ten, when the unit is one.
    shift: Option<i32>,
}

impl UnitScale {
    /// The scale of a unit.
    pub fn new(unit: Unit) -> Self {
        let power = unit.factor.log10().round();
        let near = |p: f64| (unit.factor / 10f64.powf(p) - 1.0).abs() < 1e-13;
        let shift =
            (unit.offset == 0.0 && power.abs() <= 60.0 && near(power)).then_some(power as i32);
        UnitScale { unit, shift }
    }

    /// The unit.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The SI value of a number's text; `None` when it is not a finite number.
    pub fn read(&self, number: &str) -> Option<f64> {
        let plain = parse_number(number)?;
        let value = match self.shift {
            Some(0) => plain,
            Some(shift) => shifted(number, shift)?,
            None => self.unit.to_si(plain),
        };
        value.is_finite().then_some(value)
    }

    /// A text that [`UnitScale::read`] turns into exactly this SI value; `None` when the unit
    /// cannot express it without rounding.
    pub fn write(&self, si: f64) -> Option<String> {
        let text = match self.shift {
            Some(shift) => {
                let scientific = format!("{si:e}");
                let (mantissa, exponent) = scientific.split_once('e')?;
                readable(mantissa, exponent.parse::<i32>().ok()? - shift)
            }
            None => exact(self.unit.of_si(si)),
        };
        (self.read(&text)?.to_bits() == si.to_bits()).then_some(text)
    }
}

/// The number with its decimal exponent moved, rounded once.
fn shifted(number: &str, shift: i32) -> Option<f64> {
    let text = number.trim().replace('−', "-");
    let at = text.find(['e', 'E']);
    let (mantissa, exponent) = match at {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    format!("{mantissa}e{}", exponent.checked_add(shift)?).parse().ok()
}

/// A mantissa in `d.ddd` form with its exponent as a short decimal text.
fn readable(mantissa: &str, exponent: i32) -> String {
    let negative = mantissa.starts_with('-');
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let sign = if negative { "-" } else { "" };
    let count = digits.len() as i32;
    if digits.chars().all(|c| c == '0') {
        return format!("{sign}0");
    }
    if (0..=5).contains(&exponent) {
        let whole = exponent + 1;
        if count <= whole {
            let zeros = "0".repeat(usize::try_from(whole - count).unwrap_or(0));
            return format!("{sign}{digits}{zeros}");
        }
        let (head, tail) = digits.split_at(usize::try_from(whole).unwrap_or(0));
        return format!("{sign}{head}.{tail}");
    }
    if (-3..0).contains(&exponent) {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{digits}");
    }
    format!("{mantissa}e{exponent}")
}

/// A value with its unit, read from one text such as `10 mA`, `25 degC` or `1.75`.
#[derive(Clone, PartialEq, Debug)]
pub struct Quantity {
    /// The value in SI.
    pub value: f64,
    /// The unit; [`Unit::ONE`] when none is written.
    pub unit: Unit,
    /// The unit as written; empty when none is.
    pub unit_text: String,
}

/// Why a text is not a value with a unit.
#[derive(Clone, PartialEq, Debug)]
pub enum QuantityError {
    /// It does not start with a finite number, or the number leaves the range of `f64`.
    Number,
    /// What follows the number is not a unit.
    Unit(UnitError),
}

impl Quantity {
    /// Reads a number and the unit after it; the blank between them may be left out.
    ///
    /// # Errors
    /// [`QuantityError`] names the part that cannot be read.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let (number, unit_text) = split_number(text.trim()).ok_or(QuantityError::Number)?;
        let unit_text = unit_text.trim();
        let unit = if unit_text.is_empty() {
            Unit::ONE
        } else {
            parse_unit(unit_text).map_err(QuantityError::Unit)?
        };
        let value = UnitScale::new(unit).read(number).ok_or(QuantityError::Number)?;
        Ok(Quantity { value, unit, unit_text: unit_text.to_string() })
    }
}

/// A text cut after the number at its start; `None` when it starts with none.
pub(crate) fn split_number(text: &str) -> Option<(&str, &str)> {
    let digits = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let rest = |at: usize| text.get(at..).unwrap_or("");
    let mut at = ["+", "-", "−"].into_iter().find(|s| text.starts_with(s)).map_or(0, str::len);
    let whole = digits(rest(at));
    at += whole;
    let mut fraction = 0;
    if rest(at).starts_with('.') {
        fraction = digits(rest(at + 1));
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    if rest(at).starts_with(['e', 'E']) {
        let sign = usize::from(rest(at + 1).starts_with(['+', '-']));
        let exponent = digits(rest(at + 1 + sign));
        // `5eV` is five electronvolts: an `e` belongs to the number only before digits.
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    Some((text.get(..at)?, text.get(at..)?))
}

/// A text that [`Quantity::parse`] reads back as exactly this SI value: in the wanted unit when
/// that can express it, else with the SI prefix that suits it, else in the SI unit.
pub fn write_quantity(si: f64, dimension: Dimension, wanted: Option<&str>) -> String {
    let in_unit = |unit_text: &str| {
        let unit = parse_unit(unit_text).ok().filter(|u| u.dimension == dimension)?;
        let number = UnitScale::new(unit).write(si)?;
        Some(if unit_text == "1" { number } else { format!("{number} {unit_text}") })
    };
    if let Some(text) = wanted.and_then(in_unit) {
        return text;
    }
    let base = dimension.to_string();
    let preferred = if dimension == Dimension::TEMPERATURE {
        Some(String::from("degC"))
    } else {
        prefix(si).filter(|_| prefixable(&base)).map(|p| format!("{p}{base}"))
    };
    preferred
        .and_then(|unit| in_unit(&unit))
        .or_else(|| in_unit(&base))
        .unwrap_or_else(|| format!("{} {base}", exact(si)))
}

fn prefixable(base: &str) -> bool {
    !matches!(base, "1" | "K" | "kg" | "m") && !base.contains(['/', '^', '*'])
}

/// The SI prefix that leaves one to three digits before the point.
fn prefix(value: f64) -> Option<&'static str> {
    let scientific = format!("{value:e}");
    let exponent: i32 = scientific.split_once('e')?.1.parse().ok()?;
    let group = if value == 0.0 { 0 } else { exponent.div_euclid(3) * 3 };
    (-18..=9).contains(&group).then(|| espice_units::prefix_of_power(group))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_with_and_without_a_blank() {
        for (text, value, unit) in [
            ("10 mA", 0.01, "mA"),
            ("0.7mA", 0.0007, "mA"),
            ("-1.5e-3 V", -0.0015, "V"),
            ("−5 V", -5.0, "V"),
            ("25 degC", 298.15, "degC"),
            ("25 °C", 298.15, "°C"),
            ("1.75", 1.75, ""),
            ("5 %", 0.05, "%"),
            (".5 V", 0.5, "V"),
            ("1e3V", 1000.0, "V"),
        ] {
            let q = Quantity::parse(text).unwrap();
            assert_eq!((q.value, q.unit_text.as_str()), (value, unit), "{text}");
        }
        assert_eq!(Quantity::parse("1.12eV").unwrap().unit_text, "eV");
        for wrong in ["", "V", "about 1 V", "NaN V", "inf", ".", "- 5 V", "1e999 V", "--1 V"] {
            assert_eq!(Quantity::parse(wrong), Err(QuantityError::Number), "{wrong}");
        }
        assert!(matches!(Quantity::parse("10 mX"), Err(QuantityError::Unit(_))));
    }

    #[test]
    fn every_value_is_written_so_that_it_reads_back_bit_for_bit() {
        let units =
            ["V", "mA", "uA", "pF", "degC", "K", "1", "%", "kOhm", "cm^2/V/s", "mil", "min"];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..4000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let exponent = (state >> 40) as i32 % 25 - 20;
            let mantissa = (state & 0xffff_ffff) as f64 / f64::from(1 << 30);
            let digits = if round % 2 == 0 { 3 } else { 17 };
            let text = format!("{mantissa:.digits$}e{exponent}");
            let value: f64 = text.parse().unwrap();
            let unit = units[round % units.len()];
            let dimension = parse_unit(unit).unwrap().dimension;
            let written = write_quantity(value, dimension, Some(unit));
            let back = Quantity::parse(&written).unwrap();
            assert_eq!(back.value.to_bits(), value.to_bits(), "{value:e} as {written}");
            assert_eq!(back.unit.dimension, dimension, "{written}");
        }
    }

    #[test]
    fn written_values_are_readable() {
        let write = |v, d, u| write_quantity(v, d, u);
        assert_eq!(write(0.01, Dimension::CURRENT, None), "10 mA");
        assert_eq!(write(298.15, Dimension::TEMPERATURE, None), "25 degC");
        assert_eq!(write(0.0, Dimension::VOLTAGE, None), "0 V");
        assert_eq!(write(0.05, Dimension::NONE, Some("%")), "5 %");
        assert_eq!(write(1.75, Dimension::NONE, None), "1.75");
        assert_eq!(write(4e-12, Dimension::CAPACITANCE, Some("")), "4 pF");
        assert_eq!(write(0.5, Dimension::CURRENT, Some("mA")), "500 mA");
    }
}
