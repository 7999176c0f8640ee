//! Where the knots of a monotone cubic go so that it follows a curve: at points of the curve, one
//! after the other where it errs most.
//!
//! Greedy insertion after the idea of D. H. Douglas and T. K. Peucker (Cartographica 10, 1973) with
//! the cubic of templates' tables (Fritsch and Butland) in place of straight lines. Capacitances
//! fall by decades within a volt: knots in fixed places miss the fall or waste themselves beside
//! it.

/// The most points of a curve that are looked at.
const POINTS: usize = 2_000;
/// The most knots that are placed.
const KNOTS: usize = 64;
/// Points whose abscissas are nearer than this share of the curve's width stand above each other.
const SAME: f64 = 1e-4;

/// The abscissa of the knot `place`, from 1, of `places`; `None` where there is none.
pub(crate) fn one(x: &[f64], y: &[f64], place: f64, places: f64) -> Option<f64> {
    if place.fract() != 0.0 || places.fract() != 0.0 || !(1.0..=places).contains(&place) {
        return None;
    }
    let all = placed(x, y, places as usize)?;
    all.get(place as usize - 1).copied()
}

/// The abscissas of `count` knots, rising.
fn placed(x: &[f64], y: &[f64], count: usize) -> Option<Vec<f64>> {
    if !(2..=KNOTS).contains(&count) {
        return None;
    }
    let points = apart(x, y)?;
    let least = &points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|p| p.1.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let mut chosen = vec![0, points.len() - 1];
    while chosen.len() < count.min(points.len()) {
        let knots: Vec<(f64, f64)> =
            chosen.iter().filter_map(|i| points.get(*i).copied()).collect();
        let slopes = slopes(&knots);
        let mut worst = (0.0, None);
        for (index, (at, value)) in points.iter().enumerate() {
            let found = cubic(&knots, &slopes, *at);
            // A cubic between positive knots is positive.
            let error = if *least > 0.0 { (found / value).ln() } else { (found - value) / most };
            let error = error.abs();
            if error > worst.0 && chosen.binary_search(&index).is_err() {
                worst = (error, Some(index));
            }
        }
        // A curve that is followed exactly needs no more of its points.
        let Some(index) = worst.1 else { break };
        let place = chosen.partition_point(|c| *c < index);
        chosen.insert(place, index);
    }
    let mut at: Vec<f64> = chosen.iter().filter_map(|i| points.get(*i)).map(|p| p.0).collect();
    while at.len() < count {
        let widest = (1..at.len()).max_by(|a, b| gap(&at, *a).total_cmp(&gap(&at, *b)))?;
        let middle = at.get(widest)? - gap(&at, widest) / 2.0;
        at.insert(widest, middle);
    }
    Some(at)
}

/// What lies before a knot.
fn gap(at: &[f64], knot: usize) -> f64 {
    match at.get(knot.saturating_sub(1)..=knot) {
        Some([before, after]) => after - before,
        _ => 0.0,
    }
}

/// The points by rising abscissa; those above each other are moved apart.
fn apart(x: &[f64], y: &[f64]) -> Option<Vec<(f64, f64)>> {
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    if points.iter().any(|p| !p.0.is_finite() || !p.1.is_finite()) {
        return None;
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let step = points.len().div_ceil(POINTS);
    let last = points.last().copied()?;
    points = points.into_iter().step_by(step.max(1)).collect();
    if points.last() != Some(&last) {
        points.push(last);
    }
    let width = last.0 - points.first()?.0;
    if width <= 0.0 {
        return None;
    }
    let mut spread: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    let mut run = 0;
    for index in 0..points.len() {
        let Some(point) = points.get(index) else { break };
        let next = points.get(index + 1);
        run += 1;
        if next.is_some_and(|n| n.0 - point.0 < SAME * width) {
            continue;
        }
        let first = index + 1 - run;
        let middle = (run as f64 - 1.0) / 2.0;
        for (k, p) in points.iter().skip(first).take(run).enumerate() {
            let moved = if run == 1 { 0.0 } else { (k as f64 - middle) * SAME * width };
            spread.push((p.0 + moved, p.1));
        }
        run = 0;
    }
    spread.sort_by(|a, b| a.0.total_cmp(&b.0));
    spread.dedup_by(|a, b| a.0 <= b.0);
    (spread.len() > 1).then_some(spread)
}

/// Slopes at knots: the weighted harmonic mean of their neighbours' where both have one sign.
fn slopes(knots: &[(f64, f64)]) -> Vec<f64> {
    let pairs = knots.iter().zip(knots.iter().skip(1));
    let steep: Vec<(f64, f64)> =
        pairs.map(|(a, b)| (b.0 - a.0, (b.1 - a.1) / (b.0 - a.0))).collect();
    let mut slopes: Vec<f64> = steep.first().map(|s| s.1).into_iter().collect();
    for (&(left, d), &(right, e)) in steep.iter().zip(steep.iter().skip(1)) {
        let (p, q) = (left + 2.0 * right, 2.0 * left + right);
        slopes.push(if d * e > 0.0 { (p + q) * d * e / (p * e + q * d) } else { 0.0 });
    }
    slopes.extend(steep.last().map(|s| s.1));
    slopes
}

/// The cubic of Hermite through the knots.
fn cubic(knots: &[(f64, f64)], slopes: &[f64], at: f64) -> f64 {
    let place = knots.partition_point(|k| k.0 <= at).clamp(1, knots.len().max(2) - 1);
    let (Some(&a), Some(&b)) = (knots.get(place - 1), knots.get(place)) else { return f64::NAN };
    let (Some(&m), Some(&n)) = (slopes.get(place - 1), slopes.get(place)) else { return f64::NAN };
    let width = b.0 - a.0;
    let (t, rise) = ((at - a.0) / width, b.1 - a.1);
    let (m, n) = (m * width, n * width);
    a.1 + t * (m + t * ((3.0 * rise - 2.0 * m - n) + t * (m + n - 2.0 * rise)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fall by two decades near 10, flat beside.
    fn fall() -> (Vec<f64>, Vec<f64>) {
        let x: Vec<f64> = (0..=100).map(f64::from).collect();
        let y = x.iter().map(|x| 1.0 + 100.0 / (1.0 + (3.0 * (x - 10.0)).exp())).collect();
        (x, y)
    }

    #[test]
    fn knots_go_where_the_curve_bends() {
        let (x, y) = fall();
        let all = placed(&x, &y, 12).unwrap();
        assert_eq!(all.len(), 12);
        assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
        assert_eq!((all[0], all[11]), (0.0, 100.0));
        assert!(all.iter().filter(|a| (7.0..14.0).contains(*a)).count() >= 6, "{all:?}");
        for place in 1..=12 {
            assert_eq!(one(&x, &y, f64::from(place), 12.0), Some(all[place as usize - 1]));
        }
    }

    #[test]
    fn more_knots_than_points_rise_all_the_same() {
        let all = placed(&[3.0, 1.0, 2.0], &[1.0, 5.0, 2.0], 9).unwrap();
        assert_eq!(all.len(), 9);
        assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
        // Ordinates that are not positive have no logarithms.
        assert_eq!(placed(&[0.0, 1.0, 2.0], &[0.0, -1.0, 0.0], 3).unwrap(), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn points_above_each_other_come_apart() {
        let x = [0.0, 10.0, 10.0, 10.0, 20.0];
        let all = placed(&x, &[1000.0, 500.0, 50.0, 5.0, 1.0], 5).unwrap();
        assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
        assert!(all[1] > 9.9 && all[3] < 10.1);
    }

    #[test]
    fn what_is_no_knot_is_missing() {
        let (x, y) = fall();
        for (place, places) in [(0.0, 5.0), (6.0, 5.0), (1.5, 5.0), (1.0, 1.0), (1.0, 1e9)] {
            assert_eq!(one(&x, &y, place, places), None, "{place} of {places}");
        }
        assert_eq!(one(&[1.0, 1.0], &[1.0, 2.0], 1.0, 2.0), None);
        assert_eq!(one(&[1.0, f64::NAN], &[1.0, 2.0], 1.0, 2.0), None);
    }
}
