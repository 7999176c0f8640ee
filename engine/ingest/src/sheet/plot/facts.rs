//! Curves of a plot as facts.

use super::trace::polyline::{length, nearest_on_segment, resample};
use super::{Axis, Panel, Scale, Trace};
use espice_base::{FileId, Place};
use espice_facts::{Axis as FactAxis, Condition, Curve, Origin, Provenance};
use espice_pdf::{Point, Rect};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// How far a thinned curve may leave the drawn one, as a share of the frame's diagonal.
const TOLERANCE: f64 = 1e-4;
/// Points are no farther apart than this share of the curve's length, so that a straight line,
/// too, says something at every place.
const SPACING: f64 = 1.0 / 60.0;
/// Most vertices that are looked at one by one; a longer line is resampled first.
const VERTICES: usize = 4_000;
/// Most corners and bends of a thinned curve.
const POINTS: usize = 200;
/// Coordinates of pages are rounded by their writers: a step of 0.24 pt (300 dpi) moves a point by
/// at most half of it.
const QUANTUM: f64 = 0.12;

/// The curves of a panel that have a name: served ones, those to review, and refused ones with
/// their reasons. `dimension` tells the dimension of a canonical symbol.
pub fn curves(
    panel: &Panel,
    file: FileId,
    dimension: impl Fn(&str) -> Option<Dimension>,
) -> Vec<Curve> {
    panel.traces.iter().filter_map(|t| curve(panel, t, file, &dimension)).collect()
}

fn curve(
    panel: &Panel,
    trace: &Trace,
    file: FileId,
    dimension: &impl Fn(&str) -> Option<Dimension>,
) -> Option<Curve> {
    let signature = trace.signature.clone()?;
    let ordinate = panel.y2.as_ref().filter(|_| trace.axis == 1).unwrap_or(&panel.y);
    let axis = |symbol: &str, axis: &Axis| FactAxis {
        symbol: symbol.to_string(),
        dimension: dimension(symbol).or_else(|| unit_of(axis)).unwrap_or(Dimension::NONE),
        scale: axis.scale,
    };
    let mut family = BTreeMap::new();
    let mut own = trace.conditions.clone();
    for symbol in &signature.family {
        if let Some(Condition::Value(v)) = own.by_symbol.remove(symbol) {
            family.insert(symbol.clone(), v);
        }
    }
    let mut conditions = own.or(&panel.conditions);
    conditions.text = panel.conditions.text.clone();
    let area = Rect::around(trace.line.iter().copied()).unwrap_or(panel.frame);
    let place = Place::Page { file, page: panel.page, area: area.to_array() };
    let (status, own) = panel.standing(trace);
    let reasons = panel.reasons.iter().cloned().chain(own).collect();
    let parts = if trace.parts.is_empty() { &panel.parts } else { &trace.parts };
    Some(Curve {
        title: title(panel, trace),
        x: axis(&signature.x, &panel.x),
        y: axis(&signature.quantity, ordinate),
        signature,
        family,
        conditions,
        points: thinned(panel, trace),
        marks: Vec::new(),
        origin: Origin::Digitised,
        noise_floor: None,
        axis_residual: [
            residual(&panel.x, panel.frame.width()),
            residual(ordinate, panel.frame.height()),
        ],
        parts: parts.clone(),
        status,
        reasons,
        provenance: Provenance::from(place),
    })
}

fn unit_of(axis: &Axis) -> Option<Dimension> {
    super::unit::read(&axis.unit, &axis.title).map(|u| u.dimension)
}

fn title(panel: &Panel, trace: &Trace) -> String {
    match &trace.label {
        Some((label, _)) if !panel.title.is_empty() => format!("{}: {label}", panel.title),
        Some((label, _)) => label.clone(),
        None => panel.title.clone(),
    }
}

/// The error shared by a whole axis: of its calibration and of rounded coordinates; a share of
/// the axis for linear ones, of a decade for logarithmic ones.
fn residual(axis: &Axis, span: f64) -> f64 {
    let share = axis.residual.abs() + QUANTUM / span.max(1.0);
    match axis.scale {
        Scale::Linear => share,
        Scale::Log => share * (axis.slope * span).abs(),
    }
}

/// The points of a curve, as few as tell it: corners and bends within [`TOLERANCE`] of what was
/// drawn, and points at most [`SPACING`] of its length apart; both ends always.
fn thinned(panel: &Panel, trace: &Trace) -> Vec<[f64; 2]> {
    if trace.points.len() != trace.line.len() || trace.line.len() < 2 {
        return trace.points.clone();
    }
    let diagonal = panel.frame.width().hypot(panel.frame.height());
    let step = length(&trace.line) * SPACING;
    let ordinate = panel.y2.as_ref().filter(|_| trace.axis == 1).unwrap_or(&panel.y);
    let mut tolerance = TOLERANCE * diagonal;
    let drawn = if trace.line.len() > VERTICES {
        resample(&trace.line, VERTICES)
    } else {
        trace.line.clone()
    };
    let mut kept = simplify(&drawn, tolerance);
    while kept.len() > POINTS {
        tolerance *= 1.5;
        kept = simplify(&drawn, tolerance);
    }
    let mut places: Vec<Point> = Vec::new();
    for pair in kept.windows(2) {
        let &[i, j] = pair else { continue };
        let (Some(a), Some(b)) = (drawn.get(i), drawn.get(j)) else { continue };
        places.push(*a);
        // Between two kept vertices the line is straight within the tolerance.
        let between = (a.distance(*b) / step.max(1e-9)).ceil().clamp(1.0, POINTS as f64) as usize;
        for k in 1..between {
            let t = k as f64 / between as f64;
            places.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
        }
    }
    places.extend(trace.line.last());
    places.iter().filter_map(|p| to_si(panel, ordinate, *p)).collect()
}

fn to_si(panel: &Panel, y: &Axis, p: Point) -> Option<[f64; 2]> {
    let [fx, ox] = panel.x.to_si?;
    let [fy, oy] = match y.to_si {
        Some(si) => si,
        None => {
            let unit = super::unit::read(&y.unit, &y.title)?;
            [unit.to_si(1.0) - unit.to_si(0.0), unit.to_si(0.0)]
        }
    };
    Some([panel.x.value(p.x) * fx + ox, y.value(p.y) * fy + oy])
}

/// Douglas and Peucker (1973), without recursion: the indices of the vertices that stay.
fn simplify(line: &[Point], tolerance: f64) -> Vec<usize> {
    let last = line.len().saturating_sub(1);
    let mut keep = vec![false; line.len()];
    for end in [0, last] {
        if let Some(slot) = keep.get_mut(end) {
            *slot = true;
        }
    }
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let (Some(&a), Some(&b)) = (line.get(from), line.get(to)) else { continue };
        let inner = line.get(from + 1..to).unwrap_or(&[]);
        let away = |p: &Point| nearest_on_segment(a, b, *p).distance(*p);
        let farthest = inner
            .iter()
            .enumerate()
            .map(|(k, p)| (from + 1 + k, away(p)))
            .max_by(|x, y| x.1.total_cmp(&y.1).then(y.0.cmp(&x.0)));
        if let Some((at, far)) = farthest
            && far > tolerance
        {
            if let Some(slot) = keep.get_mut(at) {
                *slot = true;
            }
            open.extend([(from, at), (at, to)]);
        }
    }
    keep.iter().enumerate().filter(|(_, k)| **k).map(|(i, _)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::super::name::tests::axis;
    use super::*;
    use espice_facts::{Conditions, Signature, Status};

    fn panel(held_back: Option<&str>) -> Panel {
        let line = vec![Point::new(0.0, 100.0), Point::new(50.0, 100.0), Point::new(100.0, 0.0)];
        let mut x = axis("VF (V)", "V");
        let mut y = axis("IF (mA)", "mA");
        (x.slope, x.to_si) = (0.01, Some([1.0, 0.0]));
        (y.offset, y.slope, y.to_si) = (100.0, -1.0, Some([1e-3, 0.0]));
        let points = line.iter().map(|p| [p.x * 0.01, (100.0 - p.y) * 1e-3]).collect();
        let signature =
            Signature { quantity: "IF".into(), x: "VF".into(), family: vec!["TJ".into()] };
        let trace = Trace {
            line,
            orders: vec![1],
            axis: 0,
            label: Some(("25 °C".into(), Rect::default())),
            signature: Some(signature),
            conditions: Conditions::none().with("TJ", 298.15),
            parts: Vec::new(),
            points,
            held_back: held_back.map(String::from),
            status: Status::Served,
            reasons: Vec::new(),
        };
        let frame = Rect { x0: 0.0, y0: 0.0, x1: 100.0, y1: 100.0 };
        Panel {
            page: 2,
            frame,
            area: frame,
            title: "Forward".into(),
            x,
            y,
            y2: None,
            traces: vec![trace],
            conditions: Conditions::none().with("f", 1e6),
            parts: vec!["A1".into()],
            status: Status::Served,
            reasons: Vec::new(),
        }
    }

    #[test]
    fn facts_keep_ends_and_corners_and_stay_on_the_drawn_line() {
        let made = curves(&panel(None), FileId(3), |_| None);
        let [curve] = made.as_slice() else { panic!() };
        assert_eq!(curve.signature.to_string(), "IF(VF; TJ)");
        assert_eq!((curve.family["TJ"], curve.conditions.value("f")), (298.15, Some(1e6)));
        assert_eq!((curve.status, curve.parts.as_slice()), (Status::Served, &["A1".into()][..]));
        let (first, last) = (curve.points[0], curve.points[curve.points.len() - 1]);
        assert_eq!((first, last[0]), ([0.0, 0.0], 1.0));
        assert!((last[1] - 0.1).abs() < 1e-12);
        assert!(curve.points.iter().any(|p| (p[0] - 0.5).abs() < 1e-9 && p[1].abs() < 1e-9));
        for [x, y] in &curve.points {
            assert!((y - (0.2 * (x - 0.5)).max(0.0)).abs() < 1e-9, "{x} {y}");
        }
        assert!((50..=130).contains(&curve.points.len()), "{}", curve.points.len());
    }

    #[test]
    fn what_is_held_back_is_refused_with_its_reason() {
        let panel = panel(Some("it is a limit"));
        let (status, reasons) = panel.standing(&panel.traces[0]);
        assert_eq!((status, reasons.join("; ").as_str()), (Status::Refused, "it is a limit"));
        let made = curves(&panel, FileId(3), |_| None);
        assert_eq!(made[0].status, Status::Refused);
        assert_eq!(made[0].reasons, ["it is a limit"]);
    }
}
