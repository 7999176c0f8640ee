use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A place on the page.
pub(super) type Spot = [f64; 2];

/// A coordinate with one decimal, without a trailing zero.
pub(super) fn coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    String::from(if text == "-0" { "0" } else { text })
}

/// Path data of a run of dots: strokes of no length, which round line caps make visible.
pub(super) fn dots(spots: &[Spot]) -> String {
    let mut path = String::new();
    for [x, y] in spots {
        // Writing into a string cannot fail.
        let _ = write!(path, "M{} {}h0", coordinate(*x), coordinate(*y));
    }
    path
}

/// Path data of a line, simplified to a tenth of a unit.
pub(super) fn line(spots: &[Spot]) -> String {
    let mut path = String::new();
    for (i, [x, y]) in simplify(spots, 0.1).iter().enumerate() {
        let step = if i == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{step}{} {}", coordinate(*x), coordinate(*y));
    }
    path
}

/// One spot of each cell of a grid, the first in order: what is left out could not be told from
/// what is kept.
pub(super) fn thin(spots: &[Spot], cell: f64) -> Vec<Spot> {
    let mut taken = BTreeSet::new();
    let index = |v: f64| (v / cell).floor() as i64;
    spots.iter().filter(|s| taken.insert((index(s[0]), index(s[1])))).copied().collect()
}

/// The Douglas-Peucker polyline: no spot of the input is farther than `tolerance` from it.
fn simplify(spots: &[Spot], tolerance: f64) -> Vec<Spot> {
    let mut keep = vec![false; spots.len()];
    for end in [0, spots.len().saturating_sub(1)] {
        if let Some(k) = keep.get_mut(end) {
            *k = true;
        }
    }
    let mut open = vec![(0, spots.len().saturating_sub(1))];
    while let Some((a, b)) = open.pop() {
        let (Some(start), Some(end)) = (spots.get(a), spots.get(b)) else { continue };
        let inside = spots.iter().enumerate().take(b).skip(a + 1);
        let far = inside
            .map(|(i, s)| (i, distance(*s, *start, *end)))
            .fold(None, |best: Option<(usize, f64)>, c| match best {
                Some(b) if b.1 >= c.1 => Some(b),
                _ => Some(c),
            })
            .filter(|f| f.1 > tolerance);
        if let Some((i, _)) = far {
            if let Some(k) = keep.get_mut(i) {
                *k = true;
            }
            open.extend([(a, i), (i, b)]);
        }
    }
    spots.iter().zip(keep).filter(|(_, k)| *k).map(|(s, _)| *s).collect()
}

/// Distance of a spot from a segment.
fn distance(p: Spot, a: Spot, b: Spot) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 {
        (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (p[0] - a[0] - t * dx).hypot(p[1] - a[1] - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_runs_become_one_segment_and_corners_stay() {
        let spots: Vec<Spot> =
            (0..=20).map(f64::from).map(|x| [x, if x < 10.0 { x } else { 10.0 }]).collect();
        assert_eq!(line(&spots), "M0 0L10 10L20 10");
        assert_eq!(line(&[]), "");
        assert_eq!(line(&[[1.0, 2.25]]), "M1 2.2");
    }

    #[test]
    fn simplified_lines_stay_within_the_tolerance() {
        let spots: Vec<Spot> =
            (0..400).map(|i| f64::from(i) / 2.0).map(|x| [x, 40.0 * (x / 30.0).sin()]).collect();
        let kept = simplify(&spots, 0.1);
        assert!(kept.len() < 150);
        for s in &spots {
            let nearest =
                kept.windows(2).map(|w| distance(*s, w[0], w[1])).fold(f64::INFINITY, f64::min);
            assert!(nearest <= 0.1 + 1e-12);
        }
    }

    #[test]
    fn thinning_keeps_the_first_of_each_cell() {
        assert_eq!(thin(&[[0.1, 0.1], [0.9, 0.9], [1.1, 0.0]], 1.0), [[0.1, 0.1], [1.1, 0.0]]);
    }
}
