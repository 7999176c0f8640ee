//! Lines through marks, and what marks tell by their distances.

use super::Mark;

/// Strokes where the steps change from narrow to wide, as they do from 9 to 10 to 20, and the
/// ends of the axis.
pub(super) fn decades(marks: &[Mark]) -> Vec<f64> {
    let jumps = marks.windows(3).filter_map(|w| match w {
        [a, b, c] => {
            let (before, after) = (b.at - a.at, c.at - b.at);
            (before.max(after) >= 2.8 * before.min(after)).then_some(b.at)
        }
        _ => None,
    });
    let ends = [marks.first(), marks.last()].into_iter().flatten().map(|m| m.at);
    jumps.chain(ends).collect()
}

/// A value as a person would round it, for messages.
pub(super) fn rounded(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_string();
    }
    espice_units::plain(value, 3)
}

/// The line `u = a + b p` with the least squares of distances in `u`.
pub(in crate::sheet::plot) fn least_squares(points: &[(f64, f64)]) -> Option<[f64; 2]> {
    if points.len() < 2 {
        return None;
    }
    let n = points.len() as f64;
    let mean = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (mp, mu) = (mean(|p| p.0), mean(|p| p.1));
    let spp: f64 = points.iter().map(|(p, _)| (p - mp) * (p - mp)).sum();
    let spu: f64 = points.iter().map(|(p, u)| (p - mp) * (u - mu)).sum();
    let slope = spu / spp;
    (slope.is_finite() && slope != 0.0).then_some([mu - slope * mp, slope])
}

/// The value, or its logarithm, at a place: between `nodes` (places in order, with their values)
/// along the straight between its neighbours; beyond them, or without them, along the line.
pub(in crate::sheet::plot) fn along(nodes: &[[f64; 2]], offset: f64, slope: f64, at: f64) -> f64 {
    let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else {
        return offset + slope * at;
    };
    let after = nodes.partition_point(|n| n[0] <= at);
    let before = after.checked_sub(1).and_then(|i| nodes.get(i));
    match (before, nodes.get(after)) {
        (Some([p, u]), Some([q, v])) => u + (v - u) * (at - p) / (q - p),
        (None, _) => first[1] + slope * (at - first[0]),
        (_, None) => last[1] + slope * (at - last[0]),
    }
}
