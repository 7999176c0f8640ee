use crate::constants::ICE_POINT;
use crate::{Dimension, Exponent};

/// A unit: its dimension, its size in SI, and for `degC` the zero of its scale.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Unit {
    /// Dimension.
    pub dimension: Dimension,
    /// Size of one unit in SI base units.
    pub factor: f64,
    /// What is added after scaling; not zero for `degC` alone, which names a temperature point.
    pub offset: f64,
}

impl Unit {
    /// A pure number.
    pub const ONE: Unit = Unit { dimension: Dimension::NONE, factor: 1.0, offset: 0.0 };

    /// Whether the unit names a point of a scale (`degC`), not a difference.
    pub fn is_point(&self) -> bool {
        self.offset != 0.0
    }

    /// A number of this unit in SI.
    pub fn to_si(&self, value: f64) -> f64 {
        let scaled = match self.divisor() {
            Some(divisor) => value / divisor,
            None => value * self.factor,
        };
        scaled + self.offset
    }

    /// An SI value in this unit.
    pub fn of_si(&self, value: f64) -> f64 {
        let difference = value - self.offset;
        match self.divisor() {
            Some(divisor) => difference * divisor,
            None => difference / self.factor,
        }
    }

    /// The whole number that divides, for units such as `uA`: a millionth has no exact `f64`,
    /// but a division by a million rounds once, so that `5 uA` is the `5e-6` of other readers.
    fn divisor(&self) -> Option<f64> {
        let inverse = 1.0 / self.factor;
        let whole = inverse.round();
        let exact = self.factor < 1.0 && whole <= 1e22 && (inverse / whole - 1.0).abs() < 1e-14;
        exact.then_some(whole)
    }
}

/// Why a text is not a unit.
#[derive(Clone, PartialEq, Debug)]
pub enum UnitError {
    /// This part is no known unit; the second text is a likely one.
    Unknown(String, Option<&'static str>),
    /// An exponent is missing or out of range.
    Exponent(String),
    /// `degC` or `degF` inside a product or a power.
    PointInProduct,
}

/// Symbol, dimension in (V, A, s, m, K), size in SI, whether SI prefixes apply.
type Atom = (&'static str, [i16; 5], f64, bool);

const ATOMS: [Atom; 41] = [
    ("V", [1, 0, 0, 0, 0], 1.0, true),
    ("A", [0, 1, 0, 0, 0], 1.0, true),
    ("s", [0, 0, 1, 0, 0], 1.0, true),
    ("m", [0, 0, 0, 1, 0], 1.0, true),
    ("K", [0, 0, 0, 0, 1], 1.0, true),
    ("Ohm", [1, -1, 0, 0, 0], 1.0, true),
    ("ohm", [1, -1, 0, 0, 0], 1.0, true),
    ("Ohms", [1, -1, 0, 0, 0], 1.0, true),
    ("ohms", [1, -1, 0, 0, 0], 1.0, true),
    ("Ω", [1, -1, 0, 0, 0], 1.0, true),
    ("\u{2126}", [1, -1, 0, 0, 0], 1.0, true),
    ("S", [-1, 1, 0, 0, 0], 1.0, true),
    ("F", [-1, 1, 1, 0, 0], 1.0, true),
    ("C", [0, 1, 1, 0, 0], 1.0, true),
    ("H", [1, -1, 1, 0, 0], 1.0, true),
    ("W", [1, 1, 0, 0, 0], 1.0, true),
    ("J", [1, 1, 1, 0, 0], 1.0, true),
    ("eV", [1, 1, 1, 0, 0], 1.602_176_634e-19, true),
    ("Hz", [0, 0, -1, 0, 0], 1.0, true),
    ("hz", [0, 0, -1, 0, 0], 1.0, true),
    ("kg", [1, 1, 3, -2, 0], 1.0, false),
    ("g", [1, 1, 3, -2, 0], 1e-3, true),
    ("mil", [0, 0, 0, 1, 0], 25.4e-6, false),
    ("in", [0, 0, 0, 1, 0], 25.4e-3, false),
    ("micron", [0, 0, 0, 1, 0], 1e-6, false),
    ("min", [0, 0, 1, 0, 0], 60.0, false),
    ("h", [0, 0, 1, 0, 0], 3600.0, false),
    ("volt", [1, 0, 0, 0, 0], 1.0, false),
    ("volts", [1, 0, 0, 0, 0], 1.0, false),
    ("amp", [0, 1, 0, 0, 0], 1.0, false),
    ("amps", [0, 1, 0, 0, 0], 1.0, false),
    ("sec", [0, 0, 1, 0, 0], 1.0, true),
    ("%", [0, 0, 0, 0, 0], 1e-2, false),
    ("ppm", [0, 0, 0, 0, 0], 1e-6, false),
    ("1", [0, 0, 0, 0, 0], 1.0, false),
    ("decade", [0, 0, 0, 0, 0], 1.0, false),
    ("decades", [0, 0, 0, 0, 0], 1.0, false),
    ("rad", [0, 0, 0, 0, 0], 1.0, true),
    ("deg", [0, 0, 0, 0, 0], std::f64::consts::PI / 180.0, false),
    ("Pa", [1, 1, 3, -3, 0], 1.0, true),
    ("T", [1, 0, 1, -2, 0], 1.0, true),
];

const POINTS: [(&str, f64, f64); 5] = [
    ("degC", 1.0, ICE_POINT),
    ("°C", 1.0, ICE_POINT),
    ("℃", 1.0, ICE_POINT),
    ("degF", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    ("°F", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
];

/// Reads a unit such as `mA`, `A/V^2`, `cm^2/V/s`, `1/cm^3`, `degC`; blanks are not allowed.
///
/// Every `/` divides by the one atom after it; `*` and `·` multiply.
///
/// # Errors
/// [`UnitError`] names the part that is not a unit, with a likely spelling where there is one.
pub fn parse_unit(text: &str) -> Result<Unit, UnitError> {
    if let Some((_, factor, offset)) = POINTS.iter().find(|p| p.0 == text) {
        return Ok(Unit { dimension: Dimension::TEMPERATURE, factor: *factor, offset: *offset });
    }
    if let Some((dimension, factor)) = atom(text) {
        return Ok(Unit { dimension, factor: settle(factor), ..Unit::ONE });
    }
    let mut unit = Unit::ONE;
    let mut rest = text;
    let mut divide = false;
    loop {
        let end = end_of_part(rest);
        let (part, tail) = rest.split_at(end);
        let (dimension, factor) = power_of_atom(part)?;
        let sign = Exponent::whole(if divide { -1 } else { 1 });
        let too_large = || UnitError::Exponent(part.to_string());
        let dimension = dimension.power(sign).ok_or_else(too_large)?;
        unit.dimension = unit.dimension.times(dimension).ok_or_else(too_large)?;
        unit.factor = if divide { unit.factor / factor } else { unit.factor * factor };
        let mut chars = tail.chars();
        match chars.next() {
            None => return Ok(Unit { factor: settle(unit.factor), ..unit }),
            Some(c) => divide = c == '/',
        }
        rest = chars.as_str();
    }
}

/// Where the first factor ends: at an operator outside the brackets of an exponent.
pub(crate) fn end_of_part(text: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '/' | '*' | '·' if depth <= 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// A factor that is a power of ten but for rounding, such as that of `1/cm^3`, made exact.
pub(crate) fn settle(factor: f64) -> f64 {
    if factor == 1.0 {
        return factor;
    }
    let exponent = factor.log10().round();
    match format!("1e{exponent}").parse::<f64>() {
        Ok(ten) if (factor / ten - 1.0).abs() < 1e-13 => ten,
        _ => factor,
    }
}

fn power_of_atom(part: &str) -> Result<(Dimension, f64), UnitError> {
    let (name, exponent) = match part.split_once('^') {
        None => (part, Exponent::ONE),
        Some((name, e)) => {
            let e = e.trim_start_matches('(').trim_end_matches(')');
            let (num, den) = e.split_once('/').unwrap_or((e, "1"));
            let read =
                num.parse().ok().zip(den.parse().ok()).and_then(|(n, d)| Exponent::new(n, d));
            (name, read.ok_or_else(|| UnitError::Exponent(part.to_string()))?)
        }
    };
    if POINTS.iter().any(|p| p.0 == name) {
        return Err(UnitError::PointInProduct);
    }
    let (dimension, factor) = atom(name).ok_or_else(|| {
        let likely = espice_base::did_you_mean(name, ATOMS.iter().map(|a| a.0));
        UnitError::Unknown(name.to_string(), likely)
    })?;
    let dimension =
        dimension.power(exponent).ok_or_else(|| UnitError::Exponent(part.to_string()))?;
    let (num, den) = exponent.parts();
    let factor = if den == 1 { factor.powi(num) } else { factor.powf(exponent.value()) };
    Ok((dimension, factor))
}

/// An atom, alone first (`m`, `min`, `Pa`), then with an SI prefix (`mA`, `pF`).
fn atom(name: &str) -> Option<(Dimension, f64)> {
    let find = |n: &str| ATOMS.iter().find(|a| a.0 == n);
    if let Some(a) = find(name) {
        return Some((Dimension::of(a.1), a.2));
    }
    crate::prefix::sizes(name).find_map(|(rest, scale)| {
        let a = find(rest).filter(|a| a.3)?;
        Some((Dimension::of(a.1), a.2 * scale))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, dimension: Dimension, factor: f64) {
        let unit = parse_unit(text).unwrap();
        assert_eq!(unit.dimension, dimension, "{text}");
        assert!((unit.factor / factor - 1.0).abs() < 1e-12, "{text}: {}", unit.factor);
    }

    #[test]
    fn units_read_with_prefixes_products_and_powers() {
        check("mA", Dimension::CURRENT, 1e-3);
        check("µF", Dimension::CAPACITANCE, 1e-6);
        check("kΩ", Dimension::RESISTANCE, 1e3);
        check("MegOhm", Dimension::RESISTANCE, 1e6);
        check("m", Dimension::LENGTH, 1.0);
        check("min", Dimension::TIME, 60.0);
        check("1/cm^3", Dimension::of([0, 0, 0, -3, 0]), 1e6);
        check("cm^2/V/s", Dimension::of([-1, 0, -1, 2, 0]), 1e-4);
        check("A/V^2", Dimension::of([-2, 1, 0, 0, 0]), 1.0);
        assert!(parse_unit("V^1/2").is_err());
        let root = parse_unit("A/V^(1/2)").unwrap().dimension;
        assert_eq!(parse_unit(&root.to_string()).unwrap().dimension, root);
        check("%", Dimension::NONE, 0.01);
    }

    #[test]
    fn scaling_rounds_once() {
        for (value, unit, si) in [
            (1e15, "1/cm^3", 1e21),
            (5.0, "uA", 5e-6),
            (10.0, "fA", 1e-14),
            (4.7, "nF", 4.7e-9),
            (3.0, "%", 0.03),
        ] {
            let unit = parse_unit(unit).unwrap();
            assert_eq!((unit.to_si(value), unit.of_si(si)), (si, value));
        }
    }

    #[test]
    fn degrees_are_points() {
        let unit = parse_unit("degC").unwrap();
        assert!(unit.is_point());
        assert_eq!(unit.to_si(25.0), 298.15);
        assert_eq!(parse_unit("V/degC"), Err(UnitError::PointInProduct));
    }

    #[test]
    fn unknown_units_are_named() {
        assert_eq!(parse_unit("mX"), Err(UnitError::Unknown("mX".into(), Some("m"))));
        assert!(matches!(parse_unit("A/"), Err(UnitError::Unknown(..))));
        assert!(matches!(parse_unit("A^x"), Err(UnitError::Exponent(_))));
    }
}
