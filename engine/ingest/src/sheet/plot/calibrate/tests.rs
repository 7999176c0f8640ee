use super::*;
use espice_pdf::Point;

fn label(printed: &str, values: &[f64], at: f64) -> Label {
    let area = Rect { x0: at - 4.0, y0: 205.0, x1: at + 4.0, y1: 212.0 };
    Label {
        values: values.to_vec(),
        unit: None,
        printed: printed.to_string(),
        middle: Point::new(at, 208.5),
        area,
        size: 8.0,
        angle: 0.0,
        close: [None, None],
    }
}

/// An axis of 180 points from 100: labels with their places, strokes.
fn read(labels: &[(&str, &[f64], f64)], marks: &[f64]) -> Result<Calibration, Refusal> {
    let labels: Vec<Label> = labels.iter().map(|l| label(l.0, l.1, l.2)).collect();
    let named: Vec<Named<'_>> = labels
        .iter()
        .map(|label| Named { label, at: label.middle.x, half: 4.0, values: label.values.clone() })
        .collect();
    let marks: Vec<Mark> =
        marks.iter().map(|at| Mark { at: *at, edge: *at == 100.0 || *at == 280.0 }).collect();
    calibrate(&named, &marks, [100.0, 280.0])
}

fn even(count: u32) -> Vec<f64> {
    (0..=count).map(|i| 100.0 + 180.0 * f64::from(i) / f64::from(count)).collect()
}

/// Lines of three decades, 60 points each.
fn decades(m: impl Fn(f64) -> f64) -> Vec<f64> {
    let lines = (0..27).map(|i| (f64::from(i / 9), f64::from(i % 9 + 1)));
    lines.map(|(d, k)| 100.0 + 60.0 * (d + m(k))).chain([280.0]).collect()
}

fn value(axis: &Calibration, p: f64) -> f64 {
    let u = axis.offset + axis.slope * p;
    if axis.scale == Scale::Log { 10f64.powf(u) } else { u }
}

#[test]
fn labels_that_stand_beside_their_strokes_are_seated() {
    let labels = [
        ("-30", &[-30.0][..], 105.0),
        ("0", &[0.0], 136.8),
        ("30", &[30.0], 172.6),
        ("60", &[60.0], 207.4),
        ("90", &[90.0], 243.8),
        ("120", &[120.0], 276.0),
    ];
    let axis = read(&labels, &even(10)).unwrap();
    assert_eq!((axis.scale, axis.status), (Scale::Linear, Status::Served));
    assert!((value(&axis, 100.0) + 30.0).abs() < 1e-9 && axis.residual < 1e-9);
}

#[test]
fn one_misprint_among_many_is_named_and_left_out() {
    let labels = [
        ("0", &[0.0][..], 100.0),
        ("10", &[10.0], 145.0),
        ("30", &[30.0], 190.0),
        ("30", &[30.0], 235.0),
        ("40", &[40.0], 280.0),
    ];
    let axis = read(&labels, &even(4)).unwrap();
    assert_eq!(axis.status, Status::Review);
    assert_eq!(axis.doubts, ["the tick label `30` stands where the others put 20"]);
    assert!((value(&axis, 190.0) - 20.0).abs() < 1e-9);
    // Among three labels nobody can tell which one is wrong.
    let few = [("0", &[0.0][..], 100.0), ("10", &[10.0], 190.0), ("30", &[30.0], 280.0)];
    assert!(read(&few, &even(4)).is_err());
}

#[test]
fn decades_need_two_labels_and_all_their_lines() {
    let labels = [("1", &[1.0][..], 102.0), ("1000", &[1000.0], 277.0)];
    let axis = read(&labels, &decades(f64::log10)).unwrap();
    assert_eq!((axis.scale, axis.status), (Scale::Log, Status::Served));
    assert!((value(&axis, 160.0) - 10.0).abs() < 1e-9);
    // Without lines between them it may be anything.
    assert!(read(&labels, &[100.0, 280.0]).is_err());
    let linear = [("0", &[0.0][..], 100.0), ("50", &[50.0], 280.0)];
    assert_eq!(read(&linear, &even(5)).unwrap().status, Status::Review);
}

#[test]
fn a_power_without_its_script_is_a_decade() {
    let labels = [
        ("1", &[1.0][..], 100.0),
        ("10", &[10.0], 160.0),
        ("102", &[102.0, 100.0], 220.0),
        ("103", &[103.0, 1000.0], 280.0),
    ];
    let axis = read(&labels, &decades(f64::log10)).unwrap();
    assert_eq!(axis.scale, Scale::Log);
    let values: Vec<f64> = axis.seats.iter().map(|s| s.value).collect();
    assert_eq!(values, [1.0, 10.0, 100.0, 1000.0]);
}

#[test]
fn decades_drawn_by_hand_are_for_review_with_labels_far_off() {
    // Lines too near to the end of their decade, labels up to 13 points beside theirs.
    let drawn = |k: f64| k.log10() + 0.035 * f64::sin(k.log10() * std::f64::consts::PI);
    let labels = [
        ("1", &[1.0][..], 98.0),
        ("10", &[10.0], 154.0),
        ("100", &[100.0], 211.0),
        ("1000", &[1000.0], 267.5),
    ];
    let axis = read(&labels, &decades(drawn)).unwrap();
    assert_eq!((axis.scale, axis.status), (Scale::Log, Status::Review));
    assert!((value(&axis, 220.0) - 100.0).abs() < 1e-6);
}

#[test]
fn what_does_not_agree_is_refused() {
    // Linear labels on the lines of decades; labels of 1/T.
    let labels = [
        ("0", &[0.0][..], 100.0),
        ("1", &[1.0], 160.0),
        ("2", &[2.0], 190.0),
        ("3", &[3.0], 280.0),
    ];
    assert!(read(&labels, &decades(f64::log10)).is_err());
    assert!(read(&[("5", &[5.0], 100.0)], &even(4)).is_err());
    assert!(read(&labels, &[]).is_err());
}

/// The labels and lines of an axis from a maker's sheet, with a label changed.
fn by_hand(changed: Option<(usize, f64)>) -> Result<Calibration, Refusal> {
    // 1, 1.5, 2, 3 … 10, 15, 20 … 100, 150, 200: off by up to a point and a half.
    let lines = [
        100.0, 115.5, 125.6, 138.0, 148.3, 155.5, 161.7, 166.8, 171.5, 175.1, 178.2, 193.6, 201.9,
        216.3, 225.6, 232.8, 239.0, 244.2, 248.3, 252.4, 255.5, 269.9, 280.0,
    ];
    let places = [
        (1.0, 102.0),
        (2.0, 124.6),
        (3.0, 138.5),
        (5.0, 156.4),
        (7.0, 167.3),
        (10.0, 177.0),
        (20.0, 202.2),
        (30.0, 216.1),
        (50.0, 233.0),
        (70.0, 243.9),
        (100.0, 255.5),
        (200.0, 279.3),
    ];
    let mut values: Vec<[f64; 1]> = places.iter().map(|p| [p.0]).collect();
    if let Some((at, value)) = changed {
        values[at] = [value];
    }
    let labels: Vec<(&str, &[f64], f64)> =
        values.iter().zip(places).map(|(v, p)| ("", v.as_slice(), p.1)).collect();
    read(&labels, &lines)
}

#[test]
fn lines_drawn_by_hand_give_the_values_of_their_labels_for_review() {
    let axis = by_hand(None).unwrap();
    assert_eq!((axis.scale, axis.status), (Scale::Log, Status::Review));
    assert!(axis.residual > RESIDUAL, "{}", axis.residual);
    let value = |at: f64| 10f64.powf(axis.scaled_at(at));
    for (at, due) in [(100.0, 1.0), (125.6, 2.0), (216.3, 30.0), (280.0, 200.0)] {
        assert!((value(at) / due - 1.0).abs() < 1e-9, "{at} is {}", value(at));
    }
    // Between labels within what the lines drawn there say.
    for (at, due) in [(148.3, 4.0), (161.7, 6.0), (252.4, 90.0)] {
        assert!((value(at) / due - 1.0).abs() < 0.03, "{at} is {}", value(at));
    }
    assert!(value(90.0) < 1.0 && value(290.0) > 200.0);
}

#[test]
fn a_misprint_among_lines_drawn_by_hand_is_not_followed() {
    for (at, wrong) in [(3, 6.0), (4, 8.0), (7, 40.0), (8, 60.0), (9, 80.0), (0, 1.2), (11, 300.0)]
    {
        // Another label may be found wrong; the axis is never bent to a misprint.
        if let Ok(axis) = by_hand(Some((at, wrong))) {
            assert!(axis.nodes.is_empty() && axis.status == Status::Review, "{at} as {wrong}");
        }
    }
}

#[test]
fn decades_of_negative_values_are_those_of_their_amounts() {
    let labels = [
        ("-1", &[-1.0][..], 100.0),
        ("-10", &[-10.0], 160.0),
        ("-100", &[-100.0], 220.0),
        ("-1000", &[-1000.0], 280.0),
    ];
    let axis = read(&labels, &decades(f64::log10)).unwrap();
    assert_eq!((axis.scale, axis.status), (Scale::Log, Status::Served));
    assert_eq!(axis.seats.last().map(|s| s.value), Some(-1000.0));
    assert!((value(&axis, 220.0) - 100.0).abs() < 1e-9);
}
