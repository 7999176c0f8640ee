//! Cubic Béziers through dense samples: Schneider's fit (Graphics Gems, 1990).

use super::canvas::Place;

fn minus(a: Place, b: Place) -> Place {
    [a[0] - b[0], a[1] - b[1]]
}

fn dot(a: Place, b: Place) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

fn along(a: Place, direction: Place, by: f64) -> Place {
    [a[0] + direction[0] * by, a[1] + direction[1] * by]
}

fn unit(a: Place) -> Place {
    let length = dot(a, a).sqrt();
    if length > 0.0 { [a[0] / length, a[1] / length] } else { [1.0, 0.0] }
}

fn at(b: &[Place; 4], t: f64) -> Place {
    let s = 1.0 - t;
    let w = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    [0, 1].map(|k| (0..4).map(|i| w[i] * b[i][k]).sum())
}

/// A start and three points for each Bézier, nowhere further than `within` from the samples.
pub(super) fn beziers(samples: &[Place], within: f64) -> Vec<Place> {
    let mut out: Vec<Place> = samples.first().copied().into_iter().collect();
    let mut waiting = vec![(0, samples.len().saturating_sub(1))];
    while let Some((from, to)) = waiting.pop() {
        if to <= from {
            continue;
        }
        let part = &samples[from..=to];
        match (to - from < 4).then(|| straight(part)).or_else(|| fit(samples, from, to, within)) {
            Some(b) => out.extend_from_slice(&b[1..]),
            None => {
                let middle = from.midpoint(to);
                waiting.push((middle, to));
                waiting.push((from, middle));
            }
        }
    }
    out
}

fn straight(part: &[Place]) -> [Place; 4] {
    let (a, b) = (part[0], part[part.len() - 1]);
    let third = |s: f64| along(a, minus(b, a), s);
    [a, third(1.0 / 3.0), third(2.0 / 3.0), b]
}

/// The direction of the samples at an index.
fn tangent(samples: &[Place], at: usize) -> Place {
    let (a, b) = (at.saturating_sub(1), (at + 1).min(samples.len() - 1));
    unit(minus(samples[b], samples[a]))
}

fn fit(samples: &[Place], from: usize, to: usize, within: f64) -> Option<[Place; 4]> {
    let part = &samples[from..=to];
    let (start, end) = (part[0], part[part.len() - 1]);
    let (t0, t1) = (tangent(samples, from), tangent(samples, to));
    let mut times = vec![0.0];
    for pair in part.windows(2) {
        let d = minus(pair[1], pair[0]);
        times.push(times[times.len() - 1] + dot(d, d).sqrt());
    }
    let whole = *times.last()?;
    times.iter_mut().for_each(|t| *t /= whole);
    for _ in 0..8 {
        // Least squares for the lengths of both handles.
        let (mut c, mut x) = ([[0.0; 2]; 2], [0.0; 2]);
        for (p, &t) in part.iter().zip(&times) {
            let s = 1.0 - t;
            let (b1, b2) = (3.0 * s * s * t, 3.0 * s * t * t);
            let a = [t0.map(|v| v * b1), t1.map(|v| -v * b2)];
            let fixed = at(&[start, start, end, end], t);
            let rest = minus(*p, fixed);
            for i in 0..2 {
                x[i] += dot(a[i], rest);
                for j in 0..2 {
                    c[i][j] += dot(a[i], a[j]);
                }
            }
        }
        let determinant = c[0][0] * c[1][1] - c[0][1] * c[1][0];
        let mut handles = [whole / 3.0; 2];
        if determinant.abs() > 1e-12 {
            handles = [
                (x[0] * c[1][1] - x[1] * c[0][1]) / determinant,
                (c[0][0] * x[1] - c[1][0] * x[0]) / determinant,
            ];
        }
        if handles.iter().any(|h| *h <= 0.0 || *h > 3.0 * whole) {
            return None;
        }
        let bezier = [start, along(start, t0, handles[0]), along(end, t1, -handles[1]), end];
        let mut worst = 0.0f64;
        for (p, t) in part.iter().zip(times.iter_mut()) {
            let away = minus(at(&bezier, *t), *p);
            worst = worst.max(dot(away, away).sqrt());
            // One step towards the nearest point of the Bézier.
            let step = 1e-4;
            let (low, high) = ((*t - step).max(0.0), (*t + step).min(1.0));
            let slope = minus(at(&bezier, high), at(&bezier, low)).map(|v| v / (high - low));
            let square = dot(slope, slope);
            if square > 0.0 {
                *t = (*t - dot(away, slope) / square).clamp(0.0, 1.0);
            }
        }
        if worst <= within {
            return Some(bezier);
        }
    }
    None
}

/// Leaves out the points that a polyline does not need to stay within a distance (Douglas and
/// Peucker 1973).
pub(super) fn thin(points: &[Place], within: f64) -> Vec<Place> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    let mut waiting = vec![(0, points.len() - 1)];
    while let Some((from, to)) = waiting.pop() {
        let (a, b) = (points[from], points[to]);
        let direction = unit(minus(b, a));
        let away = |p: Place| {
            let d = minus(p, a);
            (d[0] * direction[1] - d[1] * direction[0]).abs()
        };
        let worst = (from + 1..to).max_by(|i, j| away(points[*i]).total_cmp(&away(points[*j])));
        if let Some(i) = worst.filter(|i| away(points[*i]) > within) {
            keep[i] = true;
            waiting.push((from, i));
            waiting.push((i, to));
        }
    }
    points.iter().zip(keep).filter(|(_, k)| *k).map(|(p, _)| *p).collect()
}
