//! One unknown potential: a bracketed Newton iteration that follows exponentials.
//!
//! The equation is `D(v) + G v = B` with G >= 0, D the current of everything but resistors.
//! Newton's tangent creeps down an exponential by one thermal voltage a step and flies off it
//! when it starts below. So D is continued as the exponential with its value and slope,
//! `D exp(s (w - v))` with `s = D' / D`, and `D exp(s (w - v)) + G w = B` is solved exactly:
//! with `u = s (B / G - w)` it is `u + ln u = ln(D' / G) + s (B / G - v)`, Lambert's W of an
//! exponential, for which one step of Fritsch, Shafer and Crowley (Comm. ACM 16, 1973, 123) from
//! a rough start gives eight digits. For one exponential the first step is already the answer;
//! near the solution Newton takes over. A bracket holds whatever the function does.

use crate::math;

/// Relative step below which Newton converges to the last digits.
const NEWTON: f64 = 1e-3;
/// Step after which a point is done, V.
const STEP: f64 = 1e-9;
/// Relative step after which the next error is below 1e-13.
const RELATIVE_STEP: f64 = 3e-7;
/// Rounds before a point is given up.
pub(crate) const ROUNDS: usize = 300;

/// The state of the search at W points.
#[derive(Clone, Debug)]
pub(crate) struct Scalar<const W: usize> {
    /// Potential, V.
    pub v: [f64; W],
    /// D at `v`, A.
    pub current: [f64; W],
    /// dD/dv, S.
    pub slope: [f64; W],
    /// G, S.
    pub conductance: [f64; W],
    /// B, A.
    pub source: [f64; W],
    /// The lowest and the highest potential around, V: where to look after an overflow.
    pub hull: [[f64; W]; 2],
    /// 1 while the point is searched, 0 afterwards.
    pub active: [f64; W],
    /// 1 when the last step was Newton's, 0 when a jump was enclosed, NaN when given up.
    pub polish: [f64; W],
    start: [f64; W],
    low: [f64; W],
    high: [f64; W],
    next: [f64; W],
    step: [f64; W],
    good: [f64; W],
    curved: [f64; W],
}

impl<const W: usize> Scalar<W> {
    /// A search not yet begun.
    pub(crate) fn new() -> Self {
        let zero = [0.0; W];
        Scalar {
            v: zero,
            current: zero,
            slope: zero,
            conductance: zero,
            source: zero,
            hull: [zero; 2],
            active: zero,
            polish: zero,
            start: zero,
            low: zero,
            high: zero,
            next: zero,
            step: zero,
            good: zero,
            curved: zero,
        }
    }

    /// Begins where the resistors alone would lead, or half a volt in the source's direction.
    pub(crate) fn begin(&mut self) {
        self.active = [1.0; W];
        self.polish = [f64::NAN; W];
        self.low = [f64::NEG_INFINITY; W];
        self.high = [f64::INFINITY; W];
        for ((v, &g), &b) in self.v.iter_mut().zip(&self.conductance).zip(&self.source) {
            *v = if g > 0.0 { b / g } else { 0.5 * math::sign(b) };
        }
        self.start = self.v;
    }

    /// Takes the proposed steps; whether any point is still searched.
    pub(crate) fn advance(&mut self, round: usize) -> bool {
        let mut any = false;
        for l in 0..W {
            if self.active[l] == 0.0 {
                continue;
            }
            let v = self.v[l];
            if self.good[l] != 0.0 {
                let done = self.step[l] != 0.0;
                self.v[l] = self.next[l];
                // The last digits of a source that is not a number are nowhere.
                if done {
                    self.active[l] = 0.0;
                    self.polish[l] = 1.0;
                }
                // A step that does not close in is followed by one that halves the bracket.
                let slow = round > 12 && round.is_multiple_of(2);
                if !done && slow && (self.high[l] - self.low[l]).is_finite() {
                    self.v[l] = middle(self.low[l], self.high[l]);
                }
                any |= !done;
                continue;
            }
            let excess = self.current[l] + (self.conductance[l] * v - self.source[l]);
            let next = self.detour(l, v, excess);
            let closed = self.high[l] - self.low[l] <= 4.0 * f64::EPSILON * v.abs();
            if closed || next == v {
                // Enclosed to the last digit: a jump of the current, or an exact hit.
                self.active[l] = 0.0;
                self.polish[l] = if excess.is_nan() { f64::NAN } else { 0.0 };
                continue;
            }
            if next.is_nan() {
                self.active[l] = 0.0;
                continue;
            }
            self.v[l] = next;
            any = true;
        }
        any
    }

    /// Where to look when the proposal is no help.
    fn detour(&self, l: usize, v: f64, excess: f64) -> f64 {
        let (low, high) = (self.low[l], self.high[l]);
        let [bottom, top] = [self.hull[0][l], self.hull[1][l]];
        if excess.is_nan() {
            // Overflow on both sides of a difference: come back towards the bracket, or
            // towards that end of the potentials around that is far from the start.
            let anchor = if low.is_finite() {
                low
            } else if high.is_finite() {
                high
            } else if self.start[l] - bottom > top - self.start[l] {
                bottom
            } else {
                top
            };
            return if (v - anchor).abs() > 1e-6 { middle(v, anchor) } else { f64::NAN };
        }
        if low.is_finite() && high.is_finite() {
            return middle(low, high);
        }
        let down = excess > 0.0;
        // An infinite excess says no more than its sign.
        let end = if down { bottom } else { top };
        if !excess.is_finite() && (v > end) == down && (v - end).abs() > 1.0 {
            return middle(v, end);
        }
        let direction = if down { -1.0 } else { 1.0 };
        let far = v + direction * (0.5 * v.abs() + 1.0);
        if far.abs() > 1e12 { f64::NAN } else { far }
    }
}

fn middle(low: f64, high: f64) -> f64 {
    low + 0.5 * (high - low)
}

/// From current and slope at `v`: updates the bracket, proposes `next`, and says whether the
/// proposal is good and whether it is the last one needed.
#[inline(always)]
pub(crate) fn propose<const FMA: bool, const W: usize>(s: &mut Scalar<W>) {
    let mut any = 0.0;
    for l in 0..W {
        let (v, g, d, slope) = (s.v[l], s.conductance[l], s.current[l], s.slope[l]);
        let excess = d + (g * v - s.source[l]);
        let total = slope + g;
        let on = s.active[l] != 0.0;
        s.high[l] = if on && excess > 0.0 { v } else { s.high[l] };
        s.low[l] = if on && excess < 0.0 { v } else { s.low[l] };
        let step = excess / total;
        let log_slope = slope / d;
        let bend = (log_slope * step).abs();
        let finite = excess.abs() < 1e280 && total < 1e280 && total > 0.0;
        // Without resistors the exponential can only follow a source of its own sign.
        let follows = slope > 0.0 && (g > 0.0 || s.source[l] * d > 0.0);
        let bends = on && finite && follows && bend > NEWTON;
        let small = step.abs() <= STEP + 4.0 * f64::EPSILON * v.abs();
        let settled = small || (bend < RELATIVE_STEP && step.abs() < 1e-6 && d != 0.0);
        let next = v - step;
        let inside = (next > s.low[l] && next < s.high[l]) && step.abs() <= 2.0 * v.abs() + 1.0;
        s.next[l] = next;
        s.step[l] = if finite && settled { 1.0 } else { 0.0 };
        s.good[l] = if finite && (settled || inside) { 1.0 } else { 0.0 };
        s.curved[l] = if bends && !settled { 1.0 } else { 0.0 };
        any += s.curved[l];
    }
    if any == 0.0 {
        return;
    }
    for l in 0..W {
        let (v, g, d, slope, b) = (s.v[l], s.conductance[l], s.current[l], s.slope[l], s.source[l]);
        let log_slope = slope / d;
        let resistive = g > 0.0;
        let goal = b / g;
        let x = math::ln::<FMA>(if resistive { slope / g } else { b / d });
        let load = x + log_slope * (goal - v);
        let next =
            if resistive { goal - lambert::<FMA>(load) / log_slope } else { v + x / log_slope };
        // Below zero the resistor dominates, and Newton is the better model.
        let usable = !resistive || load > 0.0;
        let near = (next - v).abs() <= 2.0 * v.abs() + 1.0 || resistive;
        let inside = next > s.low[l] && next < s.high[l] && near;
        let take = s.curved[l] != 0.0 && usable && inside;
        s.next[l] = if take { next } else { s.next[l] };
        s.good[l] = if take { 1.0 } else { s.good[l] };
    }
}

/// u with `u + ln u = load` for load >= 0, to about eight digits.
#[inline(always)]
fn lambert<const FMA: bool>(load: f64) -> f64 {
    // A rough start: Winitzki's formula with a root in place of the inner logarithm.
    let y = 0.5 * (load + (load * load + 1.92).sqrt());
    let u = y * (1.0 - math::ln::<FMA>(1.0 + y) / (2.0 + y));
    let z = load - u - math::ln::<FMA>(u);
    let t = 1.0 + u;
    let q = 2.0 * t * (t + z * (2.0 / 3.0));
    u * (1.0 + z / t * ((q - z) / (q - 2.0 * z)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambert_has_eight_digits() {
        for i in 0..3_000 {
            let load = f64::from(i) * 0.37;
            let u = lambert::<false>(load);
            assert!((u + u.ln() - load).abs() < 2e-8 * (1.0 + load), "{load}: {u}");
        }
    }

    /// Rounds until all points of `D(v) + G v = B` are done, and the potentials.
    fn search(
        device: impl Fn(f64) -> (f64, f64),
        g: f64,
        b: [f64; 4],
    ) -> (usize, [f64; 4], [f64; 4]) {
        let mut s = Scalar::<4>::new();
        s.conductance = [g; 4];
        s.source = b;
        s.begin();
        for round in 0..ROUNDS {
            for l in 0..4 {
                (s.current[l], s.slope[l]) = device(s.v[l]);
            }
            propose::<false, 4>(&mut s);
            if !s.advance(round) {
                return (round + 1, s.v, s.polish);
            }
        }
        panic!("not done");
    }

    #[test]
    fn a_diode_behind_any_resistor_takes_few_rounds() {
        let vt = 0.025_85;
        for is in [1e-30, 1e-14, 1e-6] {
            let diode = |v: f64| {
                let e = (v / vt).exp();
                let back = (-(v + 75.0) / vt).exp();
                (is * (e - back), is * (e + back) / vt)
            };
            for r in [1e-6, 1e-3, 3.5, 1e3, 1e6] {
                for v in [1e-6, 0.02, 0.7, 5.0, 100.0, -0.5, -74.0, -76.0, -200.0, -1e4] {
                    let (rounds, x, polish) = search(diode, 1.0 / r, [v / r; 4]);
                    let (i, gd) = diode(x[0]);
                    let error = ((v - x[0]) / r - i) / (1.0 / r + gd);
                    assert_eq!(polish[0], 1.0);
                    assert!(error.abs() < 1e-9, "IS {is} R {r} V {v}: {error:e}");
                    let most = if v.abs() < 15.0 { 7 } else { 40 };
                    assert!(rounds <= most, "IS {is} R {r} V {v}: {rounds} rounds");
                }
            }
            for i in [1e-12, 1e-3, 10.0, -1e-3] {
                let (rounds, x, _) = search(diode, 0.0, [i; 4]);
                assert!((diode(x[0]).0 / i - 1.0).abs() < 1e-6, "{i}: {}", x[0]);
                assert!(rounds < 40, "IS {is} I {i}: {rounds} rounds");
            }
        }
    }

    #[test]
    fn a_jump_is_enclosed_and_nothing_is_invented() {
        let step = |v: f64| if v > 0.3 { (2.0, 0.0) } else { (-2.0, 0.0) };
        let (_, x, polish) = search(step, 1.0, [0.1; 4]);
        assert!((x[0] - 0.3).abs() < 1e-12);
        assert_eq!(polish[0], 0.0);
        let nothing = |_: f64| (f64::NAN, f64::NAN);
        assert!(search(nothing, 1.0, [0.1; 4]).2[0].is_nan());
    }
}
