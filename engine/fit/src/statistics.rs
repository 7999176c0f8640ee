use crate::errors::Correlation;
use crate::identify::{self, Direction};
use crate::jacobi::Jacobi;
use crate::numeric::{add_scaled, column, dot, norm};
use crate::{CurveErrors, Fit, Misfit, Variables, Working, t_quantile};
use nalgebra::DMatrix;

/// From this share of the largest on, a singular value belongs to a direction that the points tell.
const SOUND: f64 = 0.1;

/// From this leverage on, a point is met whatever it says: the others leave it no say.
const EXACT: f64 = 0.99;
/// A parameter of which more than this share comes from such points rests on them alone.
const ALONE: f64 = 0.5;

/// What counts as identified, declared before the fit, and how sure intervals are to be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Criteria {
    /// Probability that an interval holds the truth.
    pub level: f64,
    /// A parameter is identified when the standard error of its working value is at most this:
    /// a share of the value on a linear scale, a natural logarithm on a log scale, a share of
    /// the range on a logit scale.
    pub largest_error: f64,
    /// Directions of the column-scaled Jacobian with a singular value below this share of the
    /// largest have no effect that survives rounding.
    pub smallest_singular_value: f64,
    /// A curve with at least this many degrees of freedom of its own gets its own error
    /// variance; others share the common one.
    pub own_variance: f64,
    /// Whether residuals that follow each other beyond chance widen the intervals. Without it
    /// measured points count as independent whatever they show, as textbooks have it.
    pub widen: bool,
}

impl Criteria {
    /// How sure intervals are where nothing else is asked for: 90 %.
    pub const LEVEL: f64 = 0.90;
}

impl Default for Criteria {
    fn default() -> Self {
        Criteria {
            level: Criteria::LEVEL,
            largest_error: 0.30,
            smallest_singular_value: 1e-11,
            own_variance: 8.0,
            widen: true,
        }
    }
}

/// The end of its range that a parameter lies on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// The lower end.
    Low,
    /// The upper end.
    High,
}

/// What the data say about one free parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct ParameterStatistics {
    /// Its name.
    pub name: String,
    /// Its raw value.
    pub value: f64,
    /// Standard error of the working value; infinite when the data say nothing, NaN when it
    /// lies on a bound.
    pub deviation: f64,
    /// Lower end of the interval, raw, inside the range. The whole range when nothing is known.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Whether the data determine it, by [`Criteria`].
    pub identified: bool,
    /// The end of its range that it lies on.
    pub at_bound: Option<End>,
    /// Whether the fit moved it from its start.
    pub moved: bool,
    /// Whether it rests on points that are met whatever they say, such as one row of a table that
    /// nothing else speaks of: it is what they say, and nothing is left over to tell how far off
    /// they are, so that no interval is known.
    pub unchecked: bool,
}

/// What the residuals say about one curve.
#[derive(Clone, PartialEq, Debug)]
pub struct CurveStatistics {
    /// Its name.
    pub name: String,
    /// Standard deviation of one residual, in its unit.
    pub deviation: f64,
    /// How many independent points it is worth.
    pub effective_points: f64,
    /// Length over which its errors are correlated, as a share of its axis; zero when they are
    /// independent.
    pub correlation_length: f64,
    /// Whether the residuals show that the model does not follow the curve.
    pub misfit: Misfit,
}

/// What a fit is worth.
#[derive(Clone, PartialEq, Debug)]
pub struct Statistics {
    /// The free parameters in the order of the working variables.
    pub parameters: Vec<ParameterStatistics>,
    /// Covariance of the working values; rows and columns of parameters without a finite error
    /// or on a bound are NaN.
    pub covariance: DMatrix<f64>,
    /// Correlation of the working values, with the same gaps.
    pub correlation: DMatrix<f64>,
    /// Independent points less determined parameters; not below zero.
    pub degrees_of_freedom: f64,
    /// Independent points of all curves.
    pub effective_points: f64,
    /// Standard deviation of one residual over all curves.
    pub deviation: f64,
    /// The curves, in the order given; residuals that no curve claims come last.
    pub curves: Vec<CurveStatistics>,
    /// Singular values of the column-scaled Jacobian of the parameters inside their range,
    /// largest first.
    pub singular_values: Vec<f64>,
    /// Directions in which the data say too little, worst first.
    pub weak: Vec<Direction>,
    /// Akaike's criterion corrected for few points (Hurvich and Tsai, Biometrika 76, 1989), up
    /// to a constant. Only where all points are independent measurements.
    pub aicc: Option<f64>,
}

impl Statistics {
    /// Pairs of parameters whose estimates are correlated by at least `limit` in magnitude, as
    /// indices with the correlation.
    pub fn correlated(&self, limit: f64) -> Vec<(usize, usize, f64)> {
        let n = self.parameters.len();
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j, self.correlation[(i, j)])));
        pairs.filter(|(_, _, c)| c.abs() >= limit).collect()
    }

    /// Directions in which the data say too little, worst first.
    pub fn weak_directions(&self) -> &[Direction] {
        &self.weak
    }
}

/// What a fit is worth: intervals, correlations, identifiability, and how the residuals lie.
///
/// The estimate is the least-squares one, so its covariance is `A⁻¹ Jᵀ Ω J A⁻¹` with
/// `A = JᵀJ` for errors of covariance `Ω` (the sandwich; Huber, Proc. 5th Berkeley Symp., 1967;
/// White, Econometrica 50, 1982). `Ω` has a block for each curve, its variance times its
/// correlation (see [`CurveErrors`]), plus the errors that its points share. Independent points
/// of one variance give the usual `s² A⁻¹`. A variance comes from the sum of squares over the
/// expected share of it, `n - tr(H K)`, so that neither density nor parameters bias it.
/// Parameters on a bound are held there. Intervals are those of Student's t in the working
/// scale: multiplicative for parameters on a log scale.
///
/// `fit` must come from a problem of these variables.
///
/// With a robust loss, residuals and Jacobian are the reweighted ones, and everything is
/// approximate.
pub fn statistics(
    fit: &Fit,
    variables: &Variables,
    curves: &[CurveErrors],
    criteria: &Criteria,
) -> Statistics {
    let m = fit.residuals.len();
    let n = fit.x.len();
    let bounds = variables.bounds();
    let end_of = |j: usize| match (bounds.low.get(j), bounds.high.get(j)) {
        (Some(low), _) if fit.x[j] <= *low => Some(End::Low),
        (_, Some(high)) if fit.x[j] >= *high => Some(End::High),
        _ => None,
    };
    let ends: Vec<Option<End>> = (0..n).map(end_of).collect();
    let inside: Vec<usize> = (0..n).filter(|&j| ends[j].is_none()).collect();
    let basis = Basis::of(fit, &inside, criteria.smallest_singular_value);

    let curves = with_rest(curves, m);
    let blocks: Vec<Block<'_>> =
        curves.iter().map(|c| Block::of(c, &fit.effective, &basis.u, criteria.widen)).collect();
    let squares: f64 = blocks.iter().map(|b| b.square).sum();
    let freedom: f64 = blocks.iter().map(|b| b.freedom).sum();
    let common = if freedom > 0.5 { squares / freedom } else { f64::INFINITY };

    let rank = basis.u.len();
    let mut core = vec![0.0; rank * rank];
    let mut curve_statistics = Vec::with_capacity(blocks.len());
    for block in &blocks {
        let own = block.freedom >= criteria.own_variance;
        let variance = if own { block.square / block.freedom } else { common };
        let variance = variance.max(block.curve.floor * block.curve.floor);
        block.add_to(&mut core, variance);
        curve_statistics.push(CurveStatistics {
            name: block.curve.name.clone(),
            deviation: variance.sqrt(),
            effective_points: block.correlation.effective_points(),
            correlation_length: block.correlation.length,
            misfit: block.correlation.misfit,
        });
    }
    let effective_points: f64 = curve_statistics.iter().map(|c| c.effective_points).sum();
    let degrees_of_freedom = (effective_points - rank as f64).max(0.0);

    let unchecked = basis.unchecked(n, &inside);
    let spread = basis.spread(&core, n, &inside);
    let t = t_quantile(criteria.level, degrees_of_freedom);
    let raw = variables.raw(&fit.x);
    let parameters: Vec<ParameterStatistics> = variables
        .free()
        .take(n)
        .enumerate()
        .map(|(j, v)| {
            let at_bound = ends[j];
            let deviation = spread[(j, j)].sqrt();
            let unchecked = at_bound.is_none() && unchecked[j];
            let reach = if unchecked { f64::INFINITY } else { t * deviation };
            let (low, high) = match at_bound {
                Some(_) => (v.raw(fit.x[j]), v.raw(fit.x[j])),
                None if reach.is_finite() => (v.raw(fit.x[j] - reach), v.raw(fit.x[j] + reach)),
                None => (v.low, v.high),
            };
            let value = variables.index_of_free(j).map_or(f64::NAN, |i| raw[i]);
            let error = match v.scale {
                Working::Linear => deviation / value.abs(),
                Working::Log => deviation,
                Working::Logit => deviation * v.slope(value) / (v.high - v.low),
            };
            let step = (fit.x[j] - fit.start[j]).abs();
            ParameterStatistics {
                name: v.name.clone(),
                value,
                deviation,
                low,
                high,
                identified: at_bound.is_none()
                    && reach.is_finite()
                    && error <= criteria.largest_error,
                at_bound,
                moved: step > 1e-9 * fit.start[j].abs().max(fit.x[j].abs()),
                unchecked,
            }
        })
        .collect();

    let correlation = DMatrix::from_fn(n, n, |i, j| {
        let size = (spread[(i, i)] * spread[(j, j)]).sqrt();
        if size.is_finite() && size > 0.0 { spread[(i, j)] / size } else { f64::NAN }
    });
    let covariance = DMatrix::from_fn(n, n, |i, j| {
        if correlation[(i, j)].is_nan() { f64::NAN } else { spread[(i, j)] }
    });
    let mut weak = identify::weak_directions(&basis.map(&inside), &parameters, criteria);
    if degrees_of_freedom < 0.5 {
        // Nothing is left over to judge by, however strongly each acts.
        let largest = basis.sorted_values().first().copied().unwrap_or_default();
        weak.retain(|d| !d.has_effect || d.singular_value <= SOUND * largest);
    }
    let independent = blocks.iter().all(|b| {
        b.correlation.independent() && b.curve.shared.is_empty() && !b.correlation.misfit.systematic
    });
    Statistics {
        aicc: if independent { aicc(m, rank, squares) } else { None },
        parameters,
        covariance,
        correlation,
        degrees_of_freedom,
        effective_points,
        deviation: common.sqrt(),
        curves: curve_statistics,
        singular_values: basis.sorted_values(),
        weak,
    }
}

/// `n ln(S/n) + 2k + 2k(k+1)/(n-k-1)` with the variance counted as a parameter.
fn aicc(points: usize, parameters: usize, squares: f64) -> Option<f64> {
    let (n, k) = (points as f64, parameters as f64 + 1.0);
    let value = n * (squares / n).ln() + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0);
    (n - k - 1.0 > 0.0 && value.is_finite()).then_some(value)
}

/// The curves, and one more for residuals that none of them claims.
fn with_rest(curves: &[CurveErrors], m: usize) -> Vec<CurveErrors> {
    let mut all: Vec<CurveErrors> = curves
        .iter()
        .map(|c| {
            let mut c = c.clone();
            c.range = c.range.start.min(m)..c.range.end.min(m);
            c
        })
        .collect();
    let mut from = 0;
    let mut claimed: Vec<_> = all.iter().map(|c| c.range.clone()).collect();
    claimed.sort_by_key(|r| r.start);
    for range in claimed.into_iter().chain(core::iter::once(m..m)) {
        if range.start > from {
            all.push(CurveErrors::measured("other points", from..range.start));
        }
        from = from.max(range.end);
    }
    all
}

/// The Jacobian of the parameters inside their range as `U diag(s) Vᵀ diag(c)`, where `c` are
/// its column norms, without the directions that have no effect.
pub(crate) struct Basis {
    /// Orthonormal columns of `U`, one for each direction kept.
    u: Vec<Vec<f64>>,
    /// Column norms.
    norms: Vec<f64>,
    svd: Jacobi,
    kept: Vec<usize>,
}

impl Basis {
    fn of(fit: &Fit, inside: &[usize], threshold: f64) -> Self {
        let m = fit.residuals.len();
        let norms: Vec<f64> = inside.iter().map(|&j| norm(column(&fit.jacobian, m, j))).collect();
        let mut tall = Vec::with_capacity(m * inside.len());
        for (&j, c) in inside.iter().zip(&norms) {
            let scale = if *c > 0.0 { 1.0 / c } else { 0.0 };
            tall.extend(column(&fit.jacobian, m, j).iter().map(|v| v * scale));
        }
        let scaled = tall.clone();
        crate::reduce::householder(&mut tall, m, inside.len());
        let k = inside.len().min(m);
        let mut svd = Jacobi::default();
        let triangle: Vec<Vec<f64>> = (0..inside.len())
            .map(|j| {
                let c = column(&tall, m, j);
                (0..k).map(|i| if i <= j { c[i] } else { 0.0 }).collect()
            })
            .collect();
        svd.decompose(k, triangle.iter().map(Vec::as_slice));
        let largest = svd.s.iter().copied().fold(0.0, f64::max);
        let kept: Vec<usize> = (0..svd.len()).filter(|&k| svd.s[k] > threshold * largest).collect();
        let u = kept
            .iter()
            .map(|&k| {
                let mut u = vec![0.0; m];
                for (j, v) in svd.direction(k).iter().enumerate() {
                    add_scaled(&mut u, v / svd.s[k], column(&scaled, m, j));
                }
                u
            })
            .collect();
        Basis { u, norms, svd, kept }
    }

    /// The covariance `diag(c)⁻¹ V diag(s)⁻¹ core diag(s)⁻¹ Vᵀ diag(c)⁻¹`, at full size.
    /// Parameters on a bound are NaN; those that move along a direction without effect have an
    /// infinite variance.
    fn spread(&self, core: &[f64], n: usize, inside: &[usize]) -> DMatrix<f64> {
        let rank = self.kept.len();
        let mut spread = DMatrix::from_element(n, n, f64::NAN);
        // g[a][k]: what direction k adds to parameter a.
        let g: Vec<Vec<f64>> = (0..inside.len())
            .map(|a| {
                let add = |&k: &usize| self.svd.direction(k)[a] / (self.svd.s[k] * self.norms[a]);
                self.kept.iter().map(add).collect()
            })
            .collect();
        let lost = |a: usize| {
            let dropped = (0..self.svd.len()).filter(|k| !self.kept.contains(k));
            self.norms[a] == 0.0
                || dropped.into_iter().any(|k| self.svd.direction(k)[a].abs() > 1e-5)
        };
        for (a, &i) in inside.iter().enumerate() {
            let half: Vec<f64> = (0..rank).map(|k| dot(column(core, rank, k), &g[a])).collect();
            for (b, &j) in inside.iter().enumerate() {
                spread[(i, j)] = dot(&half, &g[b]);
            }
        }
        for (a, &i) in inside.iter().enumerate().filter(|(a, _)| lost(*a)) {
            for (b, &j) in inside.iter().enumerate() {
                let value = if a == b { f64::INFINITY } else { f64::NAN };
                (spread[(i, j)], spread[(j, i)]) = (value, value);
            }
        }
        spread
    }

    /// By parameter: whether most of its estimate comes from points of leverage one. The estimate
    /// is a sum over points, whose weights squared are the shares of equal errors in its variance.
    /// What the points hardly tell apart from others is weak, whatever the leverage.
    fn unchecked(&self, n: usize, inside: &[usize]) -> Vec<bool> {
        let mut found = vec![false; n];
        let points = self.u.first().map_or(0, Vec::len);
        let exact: Vec<bool> =
            (0..points).map(|i| self.u.iter().map(|u| u[i] * u[i]).sum::<f64>() > EXACT).collect();
        if !exact.contains(&true) {
            return found;
        }
        let largest = self.svd.s.iter().copied().fold(0.0, f64::max);
        for (a, &j) in inside.iter().enumerate() {
            let share = |k: usize| (self.svd.direction(k)[a] / self.svd.s[k]).abs();
            let worst = (0..self.svd.len()).max_by(|k, l| share(*k).total_cmp(&share(*l)));
            let is_sound = worst.is_some_and(|k| self.svd.s[k] > SOUND * largest);
            if self.norms[a] == 0.0 || !is_sound {
                continue;
            }
            let g: Vec<f64> =
                self.kept.iter().map(|&k| self.svd.direction(k)[a] / self.svd.s[k]).collect();
            let (mut all, mut alone) = (0.0, 0.0);
            for (i, is_exact) in exact.iter().enumerate() {
                let weight: f64 = g.iter().zip(&self.u).map(|(g, u)| g * u[i]).sum();
                all += weight * weight;
                alone += if *is_exact { weight * weight } else { 0.0 };
            }
            found[j] = alone > ALONE * all;
        }
        found
    }

    fn sorted_values(&self) -> Vec<f64> {
        let mut values = self.svd.s.clone();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    }

    /// What the search for weak directions needs.
    fn map<'a>(&'a self, inside: &'a [usize]) -> identify::Directions<'a> {
        identify::Directions { svd: &self.svd, norms: &self.norms, inside }
    }
}

/// One curve in the basis.
struct Block<'a> {
    curve: &'a CurveErrors,
    correlation: Correlation,
    /// Sum of squared residuals.
    square: f64,
    /// What the sum of squares is expected to be for a variance of one.
    freedom: f64,
    /// `Uᵀ K U` over the curve's rows.
    core: Vec<f64>,
    /// `Uᵀ s` for each shared error, times its deviation.
    shared: Vec<Vec<f64>>,
}

impl<'a> Block<'a> {
    fn of(curve: &'a CurveErrors, residuals: &[f64], u: &[Vec<f64>], widen: bool) -> Self {
        let m = residuals.len();
        let range = curve.range.start.min(m)..curve.range.end.min(m);
        let rows = residuals.get(range.clone()).unwrap_or(&[]);
        let correlation = Correlation::of(curve, rows, widen);
        let part = |k: usize| u[k].get(range.clone()).unwrap_or(&[]);
        let rank = u.len();
        let mut core = vec![0.0; rank * rank];
        for k in 0..rank {
            let applied = correlation.apply(part(k));
            // The correlation is symmetric, and so is the core.
            for l in 0..=k {
                let product = dot(part(l), &applied);
                (core[k * rank + l], core[l * rank + k]) = (product, product);
            }
        }
        let trace: f64 = (0..rank).map(|k| core[k * rank + k]).sum();
        let project = |e: &crate::SharedError| {
            (0..rank).map(|k| e.deviation * dot(part(k), &e.sensitivity)).collect()
        };
        Block {
            curve,
            square: dot(rows, rows),
            freedom: (rows.len() as f64 - trace).max(0.0),
            core,
            shared: curve.shared.iter().map(project).collect(),
            correlation,
        }
    }

    fn add_to(&self, core: &mut [f64], variance: f64) {
        // A block without any effect must not turn an infinite variance into NaN.
        for (sum, value) in core.iter_mut().zip(&self.core).filter(|(_, v)| **v != 0.0) {
            *sum += variance * value;
        }
        let rank = self.shared.first().map_or(0, Vec::len);
        for projected in &self.shared {
            for k in 0..rank {
                add_scaled(&mut core[k * rank..(k + 1) * rank], projected[k], projected);
            }
        }
    }
}
