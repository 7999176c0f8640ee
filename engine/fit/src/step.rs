//! The trust-region subproblem with bounds.
//!
//! In scaled variables: minimise `½‖R p + q‖²` where `‖p‖ ≤ Δ` and `low ≤ p ≤ high`. Variables
//! that lie on a bound and are pushed outwards are held. The rest is solved exactly through the
//! singular values of `R` (the secular equation of Moré and Sorensen, "Computing a trust region
//! step", SIAM J. Sci. Stat. Comput. 4, 1983); variables that the step carries past a bound are
//! put on it and the rest is solved again. Where bounds bent the step, it is compared with the
//! projected steepest descent (Conn, Gould and Toint, Trust-Region Methods, 2000, §12.2), which
//! guarantees progress, and the better one is taken.

use crate::jacobi::Jacobi;
use crate::numeric::{add_scaled, column, dot, norm};

/// Singular values below this share of the largest are taken as zero: the direction has no
/// effect that survives rounding, and a step along it would be noise.
const RANK: f64 = 1e-15;

/// One subproblem and its work space. `low`, `high`, `triangle`, `rhs` and `gradient` are in
/// scaled variables.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    n: usize,
    /// The step.
    pub(crate) p: Vec<f64>,
    /// The variables that the step puts on a bound: -1 lower, 1 upper, 0 none.
    pub(crate) side: Vec<i8>,
    /// Decrease of the model, not negative.
    pub(crate) predicted: f64,
    /// Whether the radius held the step back.
    pub(crate) limited: bool,
    whole: Jacobi,
    part: Jacobi,
    whole_is_fresh: bool,
    blocked: Vec<bool>,
    free: Vec<usize>,
    q: Vec<f64>,
    image: Vec<f64>,
    cauchy: Vec<f64>,
    inner: Vec<f64>,
}

/// The model around the current point.
#[derive(Clone, Copy)]
pub(crate) struct Model<'a> {
    pub(crate) triangle: &'a [f64],
    pub(crate) rhs: &'a [f64],
    pub(crate) gradient: &'a [f64],
    pub(crate) low: &'a [f64],
    pub(crate) high: &'a [f64],
}

impl Model<'_> {
    /// Whether a variable lies on a bound and its descent direction leads outwards.
    pub(crate) fn blocked(&self, j: usize) -> bool {
        (self.low[j] >= 0.0 && self.gradient[j] >= 0.0)
            || (self.high[j] <= 0.0 && self.gradient[j] <= 0.0)
    }

    /// Decrease of the model along a step, using `image` as work space.
    fn decrease(&self, p: &[f64], image: &mut [f64]) -> f64 {
        let n = p.len();
        image.fill(0.0);
        for (j, p) in p.iter().enumerate().filter(|(_, p)| **p != 0.0) {
            add_scaled(image, *p, column(self.triangle, n, j));
        }
        -(dot(self.gradient, p) + 0.5 * dot(image, image))
    }
}

impl Step {
    pub(crate) fn new(n: usize) -> Self {
        Step {
            n,
            p: vec![0.0; n],
            side: vec![0; n],
            predicted: 0.0,
            limited: false,
            whole: Jacobi::with_room(n, n),
            part: Jacobi::with_room(n, n),
            whole_is_fresh: false,
            blocked: vec![false; n],
            free: Vec::with_capacity(n),
            q: vec![0.0; n],
            image: vec![0.0; n],
            cauchy: vec![0.0; n],
            inner: vec![0.0; n],
        }
    }

    /// Must be called whenever the triangle has changed.
    pub(crate) fn forget(&mut self) {
        self.whole_is_fresh = false;
    }

    /// Finds the step for a radius.
    pub(crate) fn solve(&mut self, model: Model<'_>, radius: f64) {
        let n = self.n;
        self.p.fill(0.0);
        self.side.fill(0);
        self.limited = false;
        self.free.clear();
        for j in 0..n {
            self.blocked[j] = model.blocked(j);
            if !self.blocked[j] {
                self.free.push(j);
            }
        }
        let mut bent = false;
        self.q.copy_from_slice(model.rhs);
        let mut left = radius;
        while !self.free.is_empty() {
            self.solve_free(model, left);
            if !self.hold_crossing(model) {
                break;
            }
            bent = true;
            let held = (0..n).filter(|j| !self.free.contains(j)).map(|j| self.p[j] * self.p[j]);
            left = (radius * radius - held.sum::<f64>()).max(0.0).sqrt();
        }
        self.predicted = model.decrease(&self.p, &mut self.image);
        if bent {
            self.try_cauchy(model, radius);
        }
        self.predicted = self.predicted.max(0.0);
    }

    /// The exact step in the free variables, with the others held.
    fn solve_free(&mut self, model: Model<'_>, radius: f64) {
        let n = self.n;
        let svd = if self.free.len() == n {
            if !self.whole_is_fresh {
                self.whole.decompose(n, (0..n).map(|j| column(model.triangle, n, j)));
                self.whole_is_fresh = true;
            }
            &self.whole
        } else {
            self.part.decompose(n, self.free.iter().map(|&j| column(model.triangle, n, j)));
            &self.part
        };
        let inner = &mut self.inner[..svd.len()];
        self.limited = ball_step(svd, &self.q, radius, inner, &mut self.image);
        for (j, value) in self.free.iter().zip(inner) {
            self.p[*j] = *value;
        }
    }

    /// Puts the free variables that crossed a bound on it and holds them there.
    fn hold_crossing(&mut self, model: Model<'_>) -> bool {
        let before = self.free.len();
        let mut kept = 0;
        for index in 0..before {
            let j = self.free[index];
            let end = if self.p[j] <= model.low[j] && model.low[j] > f64::NEG_INFINITY {
                Some((model.low[j], -1))
            } else if self.p[j] >= model.high[j] && model.high[j] < f64::INFINITY {
                Some((model.high[j], 1))
            } else {
                None
            };
            match end {
                Some((value, side)) => {
                    self.p[j] = value;
                    self.side[j] = side;
                    add_scaled(&mut self.q, value, column(model.triangle, self.n, j));
                }
                None => {
                    self.free[kept] = j;
                    kept += 1;
                }
            }
        }
        self.free.truncate(kept);
        kept < before
    }

    /// Takes the projected steepest descent when the model likes it better.
    fn try_cauchy(&mut self, model: Model<'_>, radius: f64) {
        let n = self.n;
        for j in 0..n {
            self.cauchy[j] = if self.blocked[j] { 0.0 } else { -model.gradient[j] };
        }
        let length = norm(&self.cauchy);
        if length == 0.0 {
            return;
        }
        self.image.fill(0.0);
        for j in 0..n {
            add_scaled(&mut self.image, self.cauchy[j], column(model.triangle, n, j));
        }
        let curvature = dot(&self.image, &self.image);
        let reach = radius / length;
        let mut t = if curvature > 0.0 { (length * length / curvature).min(reach) } else { reach };
        for _ in 0..30 {
            for j in 0..n {
                let free = if self.blocked[j] { 0.0 } else { -t * model.gradient[j] };
                self.cauchy[j] = free.max(model.low[j]).min(model.high[j]);
            }
            let decrease = model.decrease(&self.cauchy, &mut self.image);
            if decrease > self.predicted {
                self.predicted = decrease;
                self.limited = t >= reach;
                for j in 0..n {
                    self.p[j] = self.cauchy[j];
                    let on = |end: f64| self.p[j] == end && !self.blocked[j];
                    self.side[j] = if on(model.low[j]) { -1 } else { i8::from(on(model.high[j])) };
                }
            }
            if decrease >= -0.01 * dot(model.gradient, &self.cauchy) {
                break;
            }
            t *= 0.5;
        }
    }
}

/// Minimises `½‖A p + q‖²` in the ball `‖p‖ ≤ radius`, where `A` is given by its singular
/// values; returns whether the radius held the step back. Of several minima the shortest.
fn ball_step(svd: &Jacobi, q: &[f64], radius: f64, p: &mut [f64], work: &mut [f64]) -> bool {
    let count = svd.len();
    let largest = svd.s.iter().copied().fold(0.0, f64::max);
    p.fill(0.0);
    // work[k] = s_k (u_k · q), zero for directions without effect.
    for (k, work) in work.iter_mut().enumerate().take(count) {
        *work = if svd.s[k] > RANK * largest { dot(svd.image(k), q) } else { 0.0 };
    }
    let norm_and_slope = |damping: f64| {
        let (mut square, mut slope) = (0.0, 0.0);
        for (s, w) in svd.s.iter().zip(work.iter()).filter(|(_, w)| **w != 0.0) {
            let denominator = s * s + damping;
            let share = w / denominator;
            square += share * share;
            slope += share * share / denominator;
        }
        (square.sqrt(), slope)
    };
    let (mut length, mut slope) = norm_and_slope(0.0);
    let limited = length > radius;
    let mut damping = 0.0;
    if limited {
        // Newton on 1/length(damping) = 1/radius, which is nearly linear and convex: from the
        // left it converges monotonically.
        for _ in 0..50 {
            if (length - radius).abs() <= 0.01 * radius || slope <= 0.0 {
                break;
            }
            damping += (length / radius - 1.0) * length * length / slope;
            (length, slope) = norm_and_slope(damping);
        }
    }
    for k in (0..count).filter(|&k| work[k] != 0.0) {
        add_scaled(p, -work[k] / (svd.s[k] * svd.s[k] + damping), svd.direction(k));
    }
    if limited {
        let length = norm(p);
        if length > 0.0 {
            p.iter_mut().for_each(|v| *v *= radius / length);
        }
    }
    limited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    /// Any feasible step that random search finds must not be much better.
    #[test]
    fn steps_are_feasible_and_hard_to_beat() {
        let mut random = SplitMix::new(11);
        for _ in 0..200 {
            let n = 1 + random.below(5);
            let mut triangle = vec![0.0; n * n];
            for j in 0..n {
                for i in 0..=j {
                    triangle[j * n + i] = random.normal();
                }
            }
            let rhs: Vec<f64> = (0..n).map(|_| random.normal()).collect();
            let gradient: Vec<f64> =
                (0..n).map(|j| dot(&triangle[j * n..(j + 1) * n], &rhs)).collect();
            let end = |random: &mut SplitMix| match random.below(3) {
                0 => 0.0,
                1 => random.unit(),
                _ => f64::INFINITY,
            };
            let low: Vec<f64> = (0..n).map(|_| -end(&mut random)).collect();
            let high: Vec<f64> = (0..n).map(|_| end(&mut random)).collect();
            let model = Model {
                triangle: &triangle,
                rhs: &rhs,
                gradient: &gradient,
                low: &low,
                high: &high,
            };
            let radius = 0.1 + 2.0 * random.unit();
            let mut step = Step::new(n);
            step.solve(model, radius);
            assert!(norm(&step.p) <= radius * (1.0 + 1e-12));
            for j in 0..n {
                assert!(step.p[j] >= low[j] && step.p[j] <= high[j]);
            }
            let mut image = vec![0.0; n];
            for _ in 0..300 {
                let mut other: Vec<f64> =
                    step.p.iter().map(|p| p + 0.3 * random.normal()).collect();
                let length = norm(&other);
                for (j, v) in other.iter_mut().enumerate() {
                    *v *= (radius / length).min(1.0);
                    *v = v.max(low[j]).min(high[j]);
                }
                let decrease = model.decrease(&other, &mut image);
                assert!(step.predicted >= 0.3 * decrease - 1e-12, "{} {decrease}", step.predicted);
            }
        }
    }
}
