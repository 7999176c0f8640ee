use super::path::Spot;

/// Width of a character of a label, in units of the page, on average.
const CHARACTER: f64 = 6.6;
/// Height of a label.
const HEIGHT: f64 = 14.0;

/// A rectangle: left, top, right, bottom.
pub(super) type Frame = [f64; 4];

/// Where a label goes: the left end of its base line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Placed {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Puts each label beside its own curve where it covers least: `curves` holds each label's text
/// with the places of its curve, `others` are further marks to keep clear of.
///
/// Candidates are tried in a fixed order and ties go to the first, so the result does not
/// depend on anything but the input. A label that fits nowhere in the frame gets no place.
pub(super) fn place(
    curves: &[(String, Vec<Spot>)],
    others: &[Spot],
    frame: Frame,
) -> Vec<Option<Placed>> {
    let dense: Vec<Vec<Spot>> = curves.iter().map(|(_, spots)| densify(spots)).collect();
    let mut taken: Vec<Frame> = Vec::new();
    let mut placed = Vec::new();
    for ((text, spots), own) in curves.iter().zip(&dense) {
        let width = text.chars().count() as f64 * CHARACTER;
        let mut best: Option<(f64, Frame)> = None;
        for (age, anchor) in anchors(spots).into_iter().enumerate() {
            for rect in around(anchor, width) {
                if !inside(rect, frame) {
                    continue;
                }
                let curves: usize = dense.iter().map(|c| covering(c, rect)).sum();
                let covered = curves + 3 * covering(others, rect);
                let foreign = curves - covering(own, rect);
                let crowd = taken.iter().filter(|t| overlap(**t, rect)).count();
                let near = dense
                    .iter()
                    .filter(|c| !std::ptr::eq(*c, own))
                    .map(|c| covering(c, grown(rect, 8.0)))
                    .sum::<usize>();
                let cost = covered as f64
                    + 4.0 * foreign as f64
                    + 0.6 * near as f64
                    + 1000.0 * crowd as f64
                    + 0.15 * age as f64;
                if best.is_none_or(|(c, _)| cost < c) {
                    best = Some((cost, rect));
                }
            }
        }
        placed.push(best.map(|(_, rect)| {
            taken.push(rect);
            Placed { x: rect[0], y: rect[3] - 3.5 }
        }));
    }
    placed
}

/// Up to 24 places along a curve, from its end to its start: ends are where readers look.
fn anchors(spots: &[Spot]) -> Vec<Spot> {
    let stride = spots.len().div_ceil(24).max(1);
    spots.iter().rev().step_by(stride).copied().collect()
}

/// Label boxes around an anchor: right, left, above, below and between.
fn around([x, y]: Spot, width: f64) -> [Frame; 6] {
    let at = |left: f64, top: f64| [left, top, left + width, top + HEIGHT];
    let half = HEIGHT / 2.0;
    [
        at(x + 9.0, y - half),
        at(x - 9.0 - width, y - half),
        at(x + 6.0, y + 4.0),
        at(x - 6.0 - width, y - 4.0 - HEIGHT),
        at(x - width / 2.0, y - 6.0 - HEIGHT),
        at(x - width / 2.0, y + 6.0),
    ]
}

fn inside(rect: Frame, frame: Frame) -> bool {
    rect[0] >= frame[0] && rect[1] >= frame[1] && rect[2] <= frame[2] && rect[3] <= frame[3]
}

fn overlap(a: Frame, b: Frame) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn grown(rect: Frame, by: f64) -> Frame {
    [rect[0] - by, rect[1] - by, rect[2] + by, rect[3] + by]
}

fn covering(spots: &[Spot], rect: Frame) -> usize {
    spots
        .iter()
        .filter(|s| s[0] > rect[0] && s[0] < rect[2] && s[1] > rect[1] && s[1] < rect[3])
        .count()
}

/// The curve as spots at most about three units apart, so that a label cannot slip between two.
fn densify(spots: &[Spot]) -> Vec<Spot> {
    let mut out: Vec<Spot> = spots.first().copied().into_iter().collect();
    for pair in spots.windows(2) {
        let [a, b] = pair else { continue };
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        let parts = ((length / 3.0).ceil() as usize).clamp(1, 400);
        if length < 1.0 && out.last().is_some_and(|l| (l[0] - b[0]).hypot(l[1] - b[1]) < 1.0) {
            continue;
        }
        out.extend((1..=parts).map(|i| {
            let t = i as f64 / parts as f64;
            [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stay_in_the_frame_and_apart() {
        let frame = [0.0, 0.0, 400.0, 300.0];
        let curves: Vec<(String, Vec<Spot>)> = (0..4)
            .map(|k| {
                let spots = (0..50)
                    .map(|i| f64::from(i) * 8.0)
                    .map(|x| [x, 280.0 - x * 0.6 - f64::from(k) * 12.0])
                    .collect();
                (format!("TJ = {k}"), spots)
            })
            .collect();
        let placed = place(&curves, &[], frame);
        let boxes: Vec<Frame> = placed
            .iter()
            .map(|p| p.unwrap())
            .map(|p| [p.x, p.y + 3.5 - HEIGHT, p.x + 6.0 * CHARACTER, p.y + 3.5])
            .collect();
        for (i, a) in boxes.iter().enumerate() {
            assert!(inside(*a, frame));
            assert!(boxes.iter().skip(i + 1).all(|b| !overlap(*a, *b)));
        }
    }

    #[test]
    fn a_label_without_room_is_left_out() {
        let long = ("x".repeat(100), vec![[50.0, 50.0]]);
        assert_eq!(place(&[long], &[], [0.0, 0.0, 100.0, 100.0]), [None]);
    }
}
