//! Numbers of twice the digits: the unevaluated sum of two floating-point numbers, after
//! T. J. Dekker, Numerische Mathematik 18, 1971. About 31 digits, so that a reference needs none
//! of the care that keeps digits in ordinary arithmetic.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `hi + lo`, where `hi` is the sum rounded; `lo` is zero where `hi` is not finite.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Double {
    pub(super) hi: f64,
    lo: f64,
}

/// ln 2.
const LN_2: Double = Double { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };

/// Halvings before the series of the exponential, and its terms: `0.35 / 2^8` to the tenth
/// over 10! is below 1e-35.
const HALVINGS: u32 = 8;
const TERMS: u32 = 10;

impl Double {
    pub(super) const ONE: Double = Double { hi: 1.0, lo: 0.0 };
    const NAN: Double = Double { hi: f64::NAN, lo: 0.0 };

    /// The sum of two numbers of which the first is not the smaller.
    fn ordered(a: f64, b: f64) -> Double {
        let hi = a + b;
        if hi.is_finite() { Double { hi, lo: b - (hi - a) } } else { Double { hi, lo: 0.0 } }
    }

    fn sum(a: f64, b: f64) -> Double {
        let hi = a + b;
        let part = hi - a;
        let lo = (a - (hi - part)) + (b - part);
        if hi.is_finite() { Double { hi, lo } } else { Double { hi, lo: 0.0 } }
    }

    fn product(a: f64, b: f64) -> Double {
        let hi = a * b;
        if hi.is_finite() { Double { hi, lo: a.mul_add(b, -hi) } } else { Double { hi, lo: 0.0 } }
    }

    pub(super) fn is_zero(self) -> bool {
        self.hi == 0.0
    }

    pub(super) fn is_finite(self) -> bool {
        self.hi.is_finite()
    }

    pub(super) fn abs(self) -> Double {
        if self.hi < 0.0 { -self } else { self }
    }

    /// The nearest ordinary number.
    pub(super) fn near(self) -> f64 {
        self.hi + self.lo
    }

    /// Exact, short of overflow.
    fn scaled(self, power: i32) -> Double {
        let (half, rest) = (power / 2, power - power / 2);
        let (a, b) = (2f64.powi(half), 2f64.powi(rest));
        let hi = self.hi * a * b;
        Double { hi, lo: if hi.is_finite() { self.lo * a * b } else { 0.0 } }
    }

    pub(super) fn sqrt(self) -> Double {
        if self.hi <= 0.0 {
            return if self.hi == 0.0 { self } else { Double::NAN };
        }
        let root = Double::from(self.hi.sqrt());
        let once = (root + self / root).scaled(-1);
        (once + self / once).scaled(-1)
    }

    /// `exp(x) - 1`, exact near zero.
    pub(super) fn exp_m1(self) -> Double {
        let twos = (self.hi / LN_2.hi).round();
        if twos == 0.0 { self.small_exp_m1() } else { self.exp() - Double::ONE }
    }

    pub(super) fn exp(self) -> Double {
        if self.hi > 709.7 {
            return Double::from(f64::INFINITY);
        }
        if self.hi < -740.0 {
            return Double::default();
        }
        let twos = (self.hi / LN_2.hi).round();
        let rest = self - LN_2 * Double::from(twos);
        (Double::ONE + rest.small_exp_m1()).scaled(twos as i32)
    }

    /// The series at a small part, then `e^2x - 1 = s (2 + s)`.
    fn small_exp_m1(self) -> Double {
        let x = self.scaled(-(HALVINGS as i32));
        let mut sum = Double::ONE;
        for n in (2..=TERMS).rev() {
            sum = Double::ONE + sum * x / Double::from(f64::from(n));
        }
        let mut s = sum * x;
        for _ in 0..HALVINGS {
            s = s * (s + Double::from(2.0));
        }
        s
    }

    pub(super) fn ln(self) -> Double {
        if self.hi <= 0.0 {
            return Double::from(self.hi.ln());
        }
        let mut y = Double::from(self.hi.ln());
        for _ in 0..2 {
            y = y + (self * (-y).exp() - Double::ONE);
        }
        y
    }

    /// `ln(1 + x)`, exact near zero.
    pub(super) fn ln_1p(self) -> Double {
        let mut y = Double::from(self.hi.ln_1p());
        if !y.is_finite() {
            return y;
        }
        for _ in 0..2 {
            let e = y.exp_m1();
            y = y + (self - e) / (Double::ONE + e);
        }
        y
    }

    /// Sine and cosine.
    pub(super) fn sin_cos(self) -> (Double, Double) {
        let mut halvings = 0;
        let mut x = self;
        while x.hi.abs() > 0.25 && halvings < 40 {
            x = x.scaled(-1);
            halvings += 1;
        }
        let square = x * x;
        let (mut sin, mut cos) = (Double::ONE, Double::ONE);
        for n in (1..=11u32).rev() {
            let even = Double::from(f64::from(2 * n * (2 * n - 1)));
            let odd = Double::from(f64::from(2 * n * (2 * n + 1)));
            cos = Double::ONE - cos * square / even;
            sin = Double::ONE - sin * square / odd;
        }
        sin = sin * x;
        for _ in 0..halvings {
            let twice = sin * cos;
            cos = Double::ONE - (sin * sin).scaled(1);
            sin = twice.scaled(1);
        }
        (sin, cos)
    }

    pub(super) fn atan(self) -> Double {
        if self.hi.abs() > 1e100 {
            return Double::from(self.hi.atan());
        }
        let near = Double::from(self.hi.atan());
        let (sin, cos) = near.sin_cos();
        // What is left is so small that its arc is its tangent.
        near + (self * cos - sin) / (cos + self * sin)
    }

    pub(super) fn tanh(self) -> Double {
        if self.hi.abs() > 300.0 {
            return Double::from(self.hi.signum());
        }
        let e = self.scaled(1).exp_m1();
        e / (e + Double::from(2.0))
    }

    /// Whole exponents are multiplied out; others need a base that is not negative.
    pub(super) fn pow(self, exponent: Double) -> Double {
        let whole = exponent.lo == 0.0 && exponent.hi.fract() == 0.0 && exponent.hi.abs() <= 64.0;
        if whole {
            let mut product = Double::ONE;
            for _ in 0..exponent.hi.abs() as u32 {
                product = product * self;
            }
            return if exponent.hi < 0.0 { Double::ONE / product } else { product };
        }
        if self.is_zero() {
            return Double::from(0f64.powf(exponent.hi));
        }
        if self.hi < 0.0 { Double::NAN } else { (exponent * self.ln()).exp() }
    }
}

impl From<f64> for Double {
    fn from(value: f64) -> Double {
        Double { hi: value, lo: 0.0 }
    }
}

impl Neg for Double {
    type Output = Double;
    fn neg(self) -> Double {
        Double { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for Double {
    type Output = Double;
    fn add(self, other: Double) -> Double {
        let (s, t) = (Double::sum(self.hi, other.hi), Double::sum(self.lo, other.lo));
        let once = Double::ordered(s.hi, s.lo + t.hi);
        Double::ordered(once.hi, once.lo + t.lo)
    }
}

impl Sub for Double {
    type Output = Double;
    fn sub(self, other: Double) -> Double {
        self + -other
    }
}

impl Mul for Double {
    type Output = Double;
    fn mul(self, other: Double) -> Double {
        let p = Double::product(self.hi, other.hi);
        if !p.is_finite() {
            return p;
        }
        Double::ordered(p.hi, p.lo + (self.hi * other.lo + self.lo * other.hi))
    }
}

impl Div for Double {
    type Output = Double;
    fn div(self, other: Double) -> Double {
        let first = self.hi / other.hi;
        if !first.is_finite() || !other.is_finite() {
            return Double::from(first);
        }
        let rest = self - other * Double::from(first);
        let second = rest.hi / other.hi;
        let rest = rest - other * Double::from(second);
        Double::ordered(first, second) + Double::from(rest.hi / other.hi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Double, b: Double) -> bool {
        (a - b).abs().hi <= 1e-29 * b.abs().hi.max(1e-300)
    }

    /// Each function undone by another way to compute it.
    #[test]
    fn functions_have_thirty_digits() {
        for x in [1e-12, 0.013, 0.3, 1.0 / 3.0, 0.9, 2.6, 17.0, 83.0] {
            let x = Double::from(x) / Double::from(1.1);
            assert!((x.exp().ln() - x).abs().hi < 1e-30 * (1.0 + x.hi), "{x:?}");
            assert!(close(x.exp_m1().ln_1p(), x), "{x:?}");
            assert!(close(x.sqrt() * x.sqrt(), x), "{x:?}");
            assert!(close(x.pow(Double::from(0.5)), x.sqrt()), "{x:?}");
            assert!(close(x.pow(Double::from(-3.0)) * x * x * x, Double::ONE), "{x:?}");
            let (sin, cos) = x.atan().sin_cos();
            assert!(close(sin / cos, x), "{x:?}");
            assert!(close(sin * sin + cos * cos, Double::ONE), "{x:?}");
            let (up, down) = (x.exp(), (-x).exp());
            assert!(close(x.tanh() * (up + down), up - down) || x.hi < 1e-3, "{x:?}");
        }
        // 1 / e, correct to 33 digits.
        let known = Double { hi: 0.367_879_441_171_442_33, lo: -1.242_875_367_278_836_3e-17 };
        assert!(close(Double::from(-1.0).exp(), known));
    }
}
