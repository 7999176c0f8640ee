//! Reductions of series and curves. Every function returns `None` where the answer is no
//! number: too few points, a hole among them, or a division by nothing.

/// The finite values, or `None` when there is a hole or nothing at all.
pub(crate) fn whole(values: &[f64]) -> Option<&[f64]> {
    (!values.is_empty() && values.iter().all(|v| v.is_finite())).then_some(values)
}

pub(crate) fn smallest(values: &[f64]) -> Option<f64> {
    whole(values)?.iter().copied().reduce(f64::min)
}

pub(crate) fn largest(values: &[f64]) -> Option<f64> {
    whole(values)?.iter().copied().reduce(f64::max)
}

/// In the order of the series, so that the rounding is always the same.
pub(crate) fn sum(values: &[f64]) -> Option<f64> {
    Some(whole(values)?.iter().sum())
}

pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    Some(sum(values)? / values.len() as f64)
}

/// Linear interpolation between order statistics (type 7 of Hyndman and Fan, "Sample quantiles
/// in statistical packages", 1996).
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let mut sorted = whole(values)?.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let (a, b) = (*sorted.get(below)?, *sorted.get(below + 1).or(sorted.last())?);
    Some(a + (b - a) * (position - below as f64))
}

/// Decades from `a` to `b`; both must have one sign and not be zero.
pub(crate) fn decades(a: f64, b: f64) -> Option<f64> {
    let ratio = b / a;
    (ratio > 0.0 && ratio.is_finite()).then(|| ratio.log10())
}

pub(crate) fn span_decades(values: &[f64]) -> Option<f64> {
    let magnitudes: Vec<f64> = whole(values)?.iter().map(|v| v.abs()).collect();
    decades(smallest(&magnitudes)?, largest(&magnitudes)?)
}

/// Intercept and slope of the least-squares line, about the mean of x for accuracy.
pub(crate) fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (x, y) = (whole(x)?, whole(y)?);
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let (mx, my) = (mean(x)?, mean(y)?);
    let (mut sxx, mut sxy) = (0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        sxx += (a - mx) * (a - mx);
        sxy += (a - mx) * (b - my);
    }
    let slope = sxy / sxx;
    (sxx > 0.0 && slope.is_finite()).then_some((my - slope * mx, slope))
}

/// The largest distance in y from the least-squares line.
pub(crate) fn deviation(x: &[f64], y: &[f64]) -> Option<f64> {
    let (intercept, slope) = line(x, y)?;
    let distances: Vec<f64> =
        x.iter().zip(y).map(|(a, b)| (b - (intercept + slope * a)).abs()).collect();
    largest(&distances)
}

/// The points in the order of x; equal x keep their order.
pub(crate) fn sorted(x: &[f64], y: &[f64]) -> Option<Vec<(f64, f64)>> {
    whole(x)?;
    whole(y)?;
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some(points)
}

/// The step of a curve that rises least (or falls, when `way` is -1), in the order of x, as
/// (from, to). `None` with fewer than two points.
pub(crate) fn least_step(x: &[f64], y: &[f64], way: f64) -> Option<(f64, f64)> {
    let points = sorted(x, y)?;
    points
        .windows(2)
        .filter_map(|w| match w {
            [a, b] => Some((a.1, b.1)),
            _ => None,
        })
        .reduce(
            |best, step| {
                if way * (step.1 - step.0) < way * (best.1 - best.0) { step } else { best }
            },
        )
}

/// Slopes between neighbours, at the middle of each interval; equal x are passed over.
pub(crate) fn derivative(x: &[f64], y: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let points = sorted(x, y)?;
    let pairs = points.windows(2).filter_map(|w| match w {
        [a, b] if b.0 > a.0 => Some(((a.0 + b.0) / 2.0, (b.1 - a.1) / (b.0 - a.0))),
        _ => None,
    });
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
    (!x.is_empty()).then_some((x, y))
}

pub(crate) fn integral(x: &[f64], y: &[f64]) -> Option<f64> {
    let points = sorted(x, y)?;
    if points.len() < 2 {
        return None;
    }
    Some(
        points
            .windows(2)
            .map(|w| match w {
                [a, b] => (b.0 - a.0) * (a.1 + b.1) / 2.0,
                _ => 0.0,
            })
            .sum(),
    )
}

/// The value of a curve at `at`, between its points: logarithmic in each axis whose two
/// neighbouring values are both positive, else linear. `None` outside.
pub(crate) fn interpolate(x: &[f64], y: &[f64], at: f64) -> Option<f64> {
    let points = sorted(x, y)?;
    if points.len() == 1 {
        let only = points.first()?;
        return (only.0 == at).then_some(only.1);
    }
    points.windows(2).find_map(|w| match w {
        [a, b] if a.0 <= at && at <= b.0 => Some(between((a.0, b.0), (a.1, b.1), at)),
        _ => None,
    })
}

/// The x at which a curve first passes a level, in the order of x.
pub(crate) fn crossing(x: &[f64], y: &[f64], level: f64) -> Option<f64> {
    let points = sorted(x, y)?;
    points.windows(2).find_map(|w| match w {
        [a, b] if (a.1 - level) * (b.1 - level) <= 0.0 => {
            Some(between((a.1, b.1), (a.0, b.0), level))
        }
        _ => None,
    })
}

/// One interval of an interpolation from `from` to `to`.
fn between(from: (f64, f64), to: (f64, f64), at: f64) -> f64 {
    let log = |(a, b): (f64, f64)| a > 0.0 && b > 0.0;
    let both = log(from) && log(to) && at > 0.0;
    let (f, t, x) = if both {
        ((from.0.ln(), from.1.ln()), (to.0.ln(), to.1.ln()), at.ln())
    } else {
        (from, to, at)
    };
    let value = if f.1 == f.0 { t.0 } else { t.0 + (t.1 - t.0) * (x - f.0) / (f.1 - f.0) };
    if both { value.exp() } else { value }
}

/// The x of the largest y; the first when there are several.
pub(crate) fn peak(x: &[f64], y: &[f64]) -> Option<f64> {
    let best = largest(y)?;
    x.iter().zip(y).find(|p| *p.1 == best).map(|p| *p.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reductions_refuse_holes_and_nothing() {
        for f in [smallest, largest, sum, mean, span_decades] {
            assert_eq!(f(&[]), None);
            assert_eq!(f(&[1.0, f64::NAN]), None);
        }
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[0.0, 1.0], 0.9), Some(0.9));
        assert_eq!(quantile(&[0.0, 1.0], 1.5), None);
        assert_eq!(decades(1e-6, 1e-3), Some(3.0));
        assert_eq!(decades(1e-6, -1e-3), None);
    }

    #[test]
    fn a_line_is_found_exactly() {
        let x: Vec<f64> = (0..9).map(|i| 0.1 * f64::from(i)).collect();
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
        let (a, b) = line(&x, &y).unwrap();
        assert!((a - 3.0).abs() < 1e-12 && (b + 2.0).abs() < 1e-12);
        assert!(deviation(&x, &y).unwrap() < 1e-12);
        assert_eq!(line(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert!((integral(&x, &y).unwrap() - (3.0 * 0.8 - 0.64)).abs() < 1e-12);
    }

    #[test]
    fn interpolation_is_logarithmic_where_it_can_be() {
        // y = x^2 is a straight line in both logarithms.
        let x = [4.0, 1.0, 2.0];
        let y = [16.0, 1.0, 4.0];
        assert!((interpolate(&x, &y, 3.0).unwrap() - 9.0).abs() < 1e-12);
        assert_eq!(interpolate(&x, &y, 5.0), None);
        assert_eq!(interpolate(&[0.0, 1.0], &[0.0, 2.0], 0.5), Some(1.0));
        assert!((crossing(&x, &y, 9.0).unwrap() - 3.0).abs() < 1e-12);
        assert_eq!(least_step(&x, &y, 1.0), Some((1.0, 4.0)));
        assert_eq!(peak(&x, &y), Some(4.0));
    }
}
