use std::fmt;

/// A rational exponent, kept in lowest terms with a positive denominator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Exponent {
    num: i16,
    den: i16,
}

impl Exponent {
    /// Zero.
    pub const ZERO: Exponent = Exponent { num: 0, den: 1 };
    /// One.
    pub const ONE: Exponent = Exponent { num: 1, den: 1 };

    /// `num / den` in lowest terms; a zero denominator gives `None`, and so does overflow.
    pub fn new(num: i32, den: i32) -> Option<Exponent> {
        if den == 0 {
            return None;
        }
        let sign = if den < 0 { -1 } else { 1 };
        let g = gcd(num.unsigned_abs(), den.unsigned_abs()).max(1);
        let g = i32::try_from(g).ok()?;
        Some(Exponent {
            num: i16::try_from(sign * num / g).ok()?,
            den: i16::try_from(sign * den / g).ok()?,
        })
    }

    /// A whole exponent.
    pub const fn whole(n: i16) -> Exponent {
        Exponent { num: n, den: 1 }
    }

    /// The rational nearest to `value` with a denominator of at most 12, when it is exact to
    /// 1e-9.
    pub fn from_f64(value: f64) -> Option<Exponent> {
        (1..=12).find_map(|den| {
            let num = value * f64::from(den);
            ((num - num.round()).abs() < 1e-9 && num.abs() < 1e4)
                .then(|| Exponent::new(num.round() as i32, den))
                .flatten()
        })
    }

    /// As a floating number.
    pub fn value(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Numerator and denominator.
    pub fn parts(self) -> (i32, i32) {
        (i32::from(self.num), i32::from(self.den))
    }

    fn add(self, o: Exponent) -> Option<Exponent> {
        let (a, b) = (self.parts(), o.parts());
        Exponent::new(a.0 * b.1 + b.0 * a.1, a.1 * b.1)
    }

    fn mul(self, o: Exponent) -> Option<Exponent> {
        let (a, b) = (self.parts(), o.parts());
        Exponent::new(a.0 * b.0, a.1 * b.1)
    }
}

impl fmt::Display for Exponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 {
            write!(f, "{}", self.num)
        } else {
            write!(f, "({}/{})", self.num, self.den)
        }
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A physical dimension as exponents of volt, ampere, second, metre and kelvin.
///
/// This basis spans the same space as kilogram, metre, second, ampere and kelvin
/// (1 kg = 1 V A s³/m²), and prints electrical quantities the way engineers write them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Dimension([Exponent; 5]);

const BASIS: [&str; 5] = ["V", "A", "s", "m", "K"];

/// Derived dimensions with a name of their own, for printing.
const NAMED: [(&str, &str, [i16; 5]); 18] = [
    ("1", "dimensionless", [0, 0, 0, 0, 0]),
    ("V", "voltage", [1, 0, 0, 0, 0]),
    ("A", "current", [0, 1, 0, 0, 0]),
    ("s", "time", [0, 0, 1, 0, 0]),
    ("m", "length", [0, 0, 0, 1, 0]),
    ("K", "temperature", [0, 0, 0, 0, 1]),
    ("Ohm", "resistance", [1, -1, 0, 0, 0]),
    ("S", "conductance", [-1, 1, 0, 0, 0]),
    ("F", "capacitance", [-1, 1, 1, 0, 0]),
    ("C", "charge", [0, 1, 1, 0, 0]),
    ("H", "inductance", [1, -1, 1, 0, 0]),
    ("W", "power", [1, 1, 0, 0, 0]),
    ("J", "energy", [1, 1, 1, 0, 0]),
    ("Hz", "frequency", [0, 0, -1, 0, 0]),
    ("m^2", "area", [0, 0, 0, 2, 0]),
    ("kg", "mass", [1, 1, 3, -2, 0]),
    ("K/W", "thermal resistance", [-1, -1, 0, 0, 1]),
    ("W/K", "thermal conductance", [1, 1, 0, 0, -1]),
];

impl Dimension {
    /// A pure number.
    pub const NONE: Dimension = Dimension::of([0, 0, 0, 0, 0]);
    /// Voltage.
    pub const VOLTAGE: Dimension = Dimension::of([1, 0, 0, 0, 0]);
    /// Current.
    pub const CURRENT: Dimension = Dimension::of([0, 1, 0, 0, 0]);
    /// Time.
    pub const TIME: Dimension = Dimension::of([0, 0, 1, 0, 0]);
    /// Length.
    pub const LENGTH: Dimension = Dimension::of([0, 0, 0, 1, 0]);
    /// m^2.
    pub const AREA: Dimension = Dimension::of([0, 0, 0, 2, 0]);
    /// Temperature and temperature difference.
    pub const TEMPERATURE: Dimension = Dimension::of([0, 0, 0, 0, 1]);
    /// Resistance.
    pub const RESISTANCE: Dimension = Dimension::of([1, -1, 0, 0, 0]);
    /// Conductance.
    pub const CONDUCTANCE: Dimension = Dimension::of([-1, 1, 0, 0, 0]);
    /// Capacitance.
    pub const CAPACITANCE: Dimension = Dimension::of([-1, 1, 1, 0, 0]);
    /// Charge.
    pub const CHARGE: Dimension = Dimension::of([0, 1, 1, 0, 0]);
    /// Energy.
    pub const ENERGY: Dimension = Dimension::of([1, 1, 1, 0, 0]);
    /// Frequency.
    pub const FREQUENCY: Dimension = Dimension::of([0, 0, -1, 0, 0]);
    /// Inductance.
    pub const INDUCTANCE: Dimension = Dimension::of([1, -1, 1, 0, 0]);
    /// Power.
    pub const POWER: Dimension = Dimension::of([1, 1, 0, 0, 0]);

    /// A dimension from whole exponents of V, A, s, m, K.
    pub const fn of(e: [i16; 5]) -> Dimension {
        let w = Exponent::whole;
        Dimension([w(e[0]), w(e[1]), w(e[2]), w(e[3]), w(e[4])])
    }

    /// Whether it is a pure number.
    pub fn is_none(self) -> bool {
        self == Dimension::NONE
    }

    /// The dimension of a product; `None` when an exponent leaves its range.
    pub fn times(self, other: Dimension) -> Option<Dimension> {
        self.zip(other, Exponent::add)
    }

    /// The dimension of a quotient; `None` when an exponent leaves its range.
    pub fn per(self, other: Dimension) -> Option<Dimension> {
        self.times(other.power(Exponent::whole(-1))?)
    }

    /// The dimension of a power; `None` when an exponent leaves its range.
    pub fn power(self, exponent: Exponent) -> Option<Dimension> {
        if exponent == Exponent::ONE {
            return Some(self);
        }
        self.zip(self, |a, _| a.mul(exponent))
    }

    /// The plain name (`voltage`) when it has one.
    pub fn name(self) -> Option<&'static str> {
        NAMED.iter().find(|n| Dimension::of(n.2) == self).map(|n| n.1)
    }

    /// How a diagnostic names it: `voltage (V)`, or `A/V^2` when it has no plain name.
    pub fn describe(self) -> String {
        match self.name() {
            Some("dimensionless") => String::from("a pure number"),
            Some(name) => format!("{name} ({self})"),
            None => self.to_string(),
        }
    }

    fn zip(
        self,
        o: Dimension,
        f: impl Fn(Exponent, Exponent) -> Option<Exponent>,
    ) -> Option<Dimension> {
        let mut out = [Exponent::ZERO; 5];
        for (slot, (a, b)) in out.iter_mut().zip(self.0.iter().zip(o.0.iter())) {
            *slot = f(*a, *b)?;
        }
        Some(Dimension(out))
    }
}

impl Dimension {
    /// The SI unit where it has a name of its own: `V`, `Ohm`, `1`.
    pub fn named(&self) -> Option<&'static str> {
        NAMED.iter().find(|n| Dimension::of(n.2) == *self).map(|n| n.0)
    }
}

impl fmt::Display for Dimension {
    /// The unit in SI: `V`, `Ohm`, `A/V^2`, `1/m^3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(named) = self.named() {
            return f.write_str(named);
        }
        let part = |positive: bool| {
            let mut units = Vec::new();
            for (e, name) in self.0.iter().zip(BASIS) {
                let (num, den) = e.parts();
                if num == 0 || (num > 0) != positive {
                    continue;
                }
                let e = Exponent::new(num.abs(), den).unwrap_or(Exponent::ONE);
                units.push(if e == Exponent::ONE {
                    name.to_string()
                } else {
                    format!("{name}^{e}")
                });
            }
            units
        };
        let (up, down) = (part(true), part(false));
        f.write_str(&if up.is_empty() { String::from("1") } else { up.join("*") })?;
        down.iter().try_for_each(|u| write!(f, "/{u}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_print_as_engineers_write_them() {
        let kp =
            Dimension::CURRENT.per(Dimension::VOLTAGE.power(Exponent::whole(2)).unwrap()).unwrap();
        assert_eq!(kp.to_string(), "A/V^2");
        assert_eq!(Dimension::VOLTAGE.per(Dimension::CURRENT).unwrap(), Dimension::RESISTANCE);
        assert_eq!(Dimension::RESISTANCE.to_string(), "Ohm");
        assert_eq!(
            Dimension::VOLTAGE.power(Exponent::new(1, 2).unwrap()).unwrap().to_string(),
            "V^(1/2)"
        );
        assert_eq!(Dimension::CHARGE.describe(), "charge (C)");
        assert_eq!(Dimension::of([1, 1, 3, -2, 0]).to_string(), "kg");
        assert_eq!(Dimension::of([-1, -1, 0, 0, 1]).to_string(), "K/W");
    }

    #[test]
    fn roots_and_powers_cancel() {
        let half = Exponent::new(1, 2).unwrap();
        let root = Dimension::VOLTAGE.power(half).unwrap();
        assert_eq!(root.times(root).unwrap(), Dimension::VOLTAGE);
        assert_eq!(Exponent::from_f64(0.5), Some(half));
        assert_eq!(Exponent::from_f64(std::f64::consts::PI), None);
    }
}
