//! The unknown of a `solve`: a bracketed Newton search between its two ends.

/// Points between the ends that are tried when the ends have no change of sign between them.
const SCAN: u32 = 64;
/// Steps before the search is given up; bisection alone needs fewer for any range of numbers.
const STEPS: u32 = 1_100;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Low,
    High,
    Scan,
    Newton,
    Done,
}

/// One search. Give [`Search::place`] to the residual, its value and slope to
/// [`Search::feed`], until [`Search::is_done`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search {
    x: f64,
    low: f64,
    high: f64,
    at_low: f64,
    at_high: f64,
    ends: [f64; 2],
    last: f64,
    count: u32,
    phase: Phase,
}

impl Search {
    /// Begins between two ends, in any order.
    pub(crate) fn new(low: f64, high: f64) -> Search {
        let (low, high) = if high < low { (high, low) } else { (low, high) };
        Search {
            x: low,
            low,
            high,
            at_low: f64::NAN,
            at_high: f64::NAN,
            ends: [low, high],
            last: f64::INFINITY,
            count: 0,
            phase: Phase::Low,
        }
    }

    /// Where the residual is wanted; at the end the unknown, NaN when there is none.
    pub(crate) fn place(&self) -> f64 {
        self.x
    }

    /// Whether the search has ended.
    pub(crate) fn is_done(&self) -> bool {
        self.phase == Phase::Done
    }

    /// Takes residual and slope at [`Search::place`].
    pub(crate) fn feed(&mut self, residual: f64, slope: f64) {
        if self.is_done() {
            return;
        }
        if residual == 0.0 {
            self.phase = Phase::Done;
            return;
        }
        match self.phase {
            Phase::Low => {
                self.at_low = residual;
                self.x = self.high;
                self.phase = Phase::High;
            }
            Phase::High => {
                self.at_high = residual;
                if self.encloses() {
                    self.enter();
                } else {
                    self.phase = Phase::Scan;
                    self.count = 0;
                    self.scan();
                }
            }
            Phase::Scan => {
                let (kept, kept_at) = (self.high, self.at_high);
                (self.high, self.at_high) = (self.x, residual);
                if self.encloses() {
                    self.enter();
                    return;
                }
                if !residual.is_nan() {
                    (self.low, self.at_low) = (self.x, residual);
                }
                (self.high, self.at_high) = (kept, kept_at);
                if self.encloses() {
                    self.enter();
                    return;
                }
                self.scan();
            }
            Phase::Newton => self.newton(residual, slope),
            Phase::Done => {}
        }
    }

    fn encloses(&self) -> bool {
        self.at_low * self.at_high < 0.0
    }

    fn enter(&mut self) {
        self.phase = Phase::Newton;
        self.count = 0;
        self.x = self.middle();
    }

    fn scan(&mut self) {
        self.count += 1;
        if self.count >= SCAN {
            self.give_up();
            return;
        }
        let [low, high] = self.ends;
        self.x = low + (high - low) * (f64::from(self.count) / f64::from(SCAN));
    }

    fn give_up(&mut self) {
        self.x = f64::NAN;
        self.phase = Phase::Done;
    }

    fn newton(&mut self, residual: f64, slope: f64) {
        self.count += 1;
        if residual.is_nan() || self.count > STEPS {
            self.give_up();
            return;
        }
        if (residual < 0.0) == (self.at_low < 0.0) {
            self.low = self.x;
        } else {
            self.high = self.x;
        }
        let step = residual / slope;
        let next = self.x - step;
        let inside = next >= self.low && next <= self.high;
        if inside && step.abs() <= 1e-11 * next.abs() {
            // Newton doubles the digits, so this is the last step.
            self.x = next;
            self.phase = Phase::Done;
            return;
        }
        let next = if inside && step.abs() < 0.5 * self.last { next } else { self.middle() };
        self.last = (next - self.x).abs();
        if next <= self.low || next >= self.high {
            // No number lies between the ends any more.
            self.x = if next.is_nan() { f64::NAN } else { self.x };
            self.phase = Phase::Done;
            return;
        }
        self.x = next;
    }

    /// The middle of the bracket, by ratio where the ends are decades apart.
    fn middle(&self) -> f64 {
        let (low, high) = (self.low, self.high);
        if low > 0.0 && high / low > 100.0 {
            return low.sqrt() * high.sqrt();
        }
        if high < 0.0 && low / high > 100.0 {
            return -((-low).sqrt() * (-high).sqrt());
        }
        low + 0.5 * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(low: f64, high: f64, f: impl Fn(f64) -> (f64, f64)) -> (f64, u32) {
        let mut s = Search::new(low, high);
        for n in 0..5_000 {
            if s.is_done() {
                return (s.place(), n);
            }
            let (r, d) = f(s.place());
            s.feed(r, d);
        }
        panic!("endless");
    }

    #[test]
    fn roots_are_found_between_the_ends() {
        let (x, n) = solve(0.0, 10.0, |x| (x * x - 2.0, 2.0 * x));
        assert!((x - 2f64.sqrt()).abs() < 1e-15 && n < 15, "{x} after {n}");
        let (x, _) = solve(0.0, 1e6, |x| ((x / 0.025).exp() - 1e9, (x / 0.025).exp() / 0.025));
        assert!((x - 0.025 * 1e9f64.ln()).abs() < 1e-14);
        assert_eq!(solve(0.0, 5.0, |x| (x, 1.0)).0, 0.0);
        assert_eq!(solve(-3.0, 5.0, |x| (x - 5.0, 1.0)).0, 5.0);
        // A jump.
        let (x, _) = solve(0.0, 1.0, |x| (if x > 0.3 { 1.0 } else { -1.0 }, 0.0));
        assert!((x - 0.3).abs() < 1e-15);
        // A domain that ends before the upper end, and a pair of roots: the lower one.
        let (x, _) = solve(0.0, 4.0, |x| (x + 2.0 * (3.0 - x).ln() - 2.3, 1.0 - 2.0 / (3.0 - x)));
        assert!((x + 2.0 * (3.0 - x).ln() - 2.3).abs() < 1e-12 && x < 1.0, "{x}");
        assert!(solve(0.0, 1.0, |x| (x + 1.0, 1.0)).0.is_nan());
        assert!(solve(0.0, 1.0, |_| (f64::NAN, 1.0)).0.is_nan());
    }
}
