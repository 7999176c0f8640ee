//! Closed intervals, open at infinity.

/// All values from `low` to `high`; empty when `low` is above `high`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    /// Every number.
    pub(super) const ALL: Interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY };
    /// Nothing below zero.
    pub(super) const POSITIVE: Interval = Interval { low: 0.0, high: f64::INFINITY };

    pub(super) fn new(low: f64, high: f64) -> Interval {
        if low.is_nan() || high.is_nan() { Interval::ALL } else { Interval { low, high } }
    }

    pub(super) fn point(value: f64) -> Interval {
        Interval::new(value, value)
    }

    pub(super) fn is_all(self) -> bool {
        self == Interval::ALL
    }

    /// The smallest interval that holds both.
    pub(super) fn hull(self, other: Interval) -> Interval {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    pub(super) fn meet(self, other: Interval) -> Interval {
        Interval { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    pub(super) fn negate(self) -> Interval {
        Interval { low: -self.high, high: -self.low }
    }

    pub(super) fn plus(self, other: Interval) -> Interval {
        Interval::new(self.low + other.low, self.high + other.high)
    }

    pub(super) fn times(self, other: Interval) -> Interval {
        // Zero times infinity is zero here: the infinity stands for "as large as one likes".
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let all = [
            product(self.low, other.low),
            product(self.low, other.high),
            product(self.high, other.low),
            product(self.high, other.high),
        ];
        all.into_iter().map(Interval::point).reduce(Interval::hull).unwrap_or(Interval::ALL)
    }

    /// One over it; everything when it holds zero inside, a half line when zero is an end.
    fn inverse(self) -> Interval {
        match (self.low, self.high) {
            (low, high) if low > 0.0 || high < 0.0 => Interval::new(1.0 / high, 1.0 / low),
            (0.0, high) if high > 0.0 => Interval::new(1.0 / high, f64::INFINITY),
            (low, 0.0) if low < 0.0 => Interval::new(f64::NEG_INFINITY, 1.0 / low),
            _ => Interval::ALL,
        }
    }

    pub(super) fn over(self, other: Interval) -> Interval {
        self.times(other.inverse())
    }

    pub(super) fn magnitude(self) -> Interval {
        if self.low >= 0.0 {
            self
        } else if self.high <= 0.0 {
            self.negate()
        } else {
            Interval::new(0.0, self.high.max(-self.low))
        }
    }

    /// The images of both ends under a function that rises.
    pub(super) fn through(self, rising: impl Fn(f64) -> f64) -> Interval {
        Interval::new(rising(self.low), rising(self.high))
    }

    /// A little more on both sides: what lies exactly at an end is inside.
    pub(super) fn widened(self) -> Interval {
        let finite = |v: f64| if v.is_finite() { v.abs() } else { 0.0 };
        let part = 1e-6 * finite(self.low).max(finite(self.high));
        let more = |v: f64| 1e-3 * finite(v) + part;
        Interval { low: self.low - more(self.low), high: self.high + more(self.high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_hold_every_result() {
        let (a, b) = (Interval::new(-2.0, 3.0), Interval::new(1.0, 4.0));
        assert_eq!(a.plus(b), Interval::new(-1.0, 7.0));
        assert_eq!(a.times(b), Interval::new(-8.0, 12.0));
        assert_eq!(b.over(Interval::new(0.5, 2.0)), Interval::new(0.5, 8.0));
        assert_eq!(b.over(Interval::POSITIVE), Interval::POSITIVE);
        assert!(b.over(a).is_all());
        assert_eq!(a.magnitude(), Interval::new(0.0, 3.0));
        assert_eq!(Interval::POSITIVE.times(Interval::point(0.0)), Interval::point(0.0));
        assert!(Interval::point(f64::NAN).is_all());
    }
}
