//! Lists without heads, and blocks of values that no table was made of.

use super::{Sheet, one, told};
use crate::sheet::table::find::find_after;
use crate::sheet::text::TextPage;
use espice_pdf::Rect;

/// A list without a head: symbol, name, limit, value and unit in columns.
#[test]
fn thermal_data_without_a_head() {
    let mut s = Sheet::new();
    s.sized(68.0, 110.0, 10.0, "THERMAL DATA");
    for (base, symbol, end, value) in
        [(130.0, "Rthj-case", "case", "1.92"), (140.0, "Rthj-amb", "ambient", "62.5")]
    {
        let name = format!("Thermal Resistance Junction-{end}");
        s.cells(base, &[(77.0, symbol), (130.0, &name), (357.0, "Max"), (429.0, value)]);
        s.text(498.0, base, "o C/W");
    }
    assert_eq!(
        told(&one(&mut s)),
        [
            "Rthj-case | Thermal Resistance Junction-case |  | . . 1.92 . | o C/W",
            "Rthj-amb | Thermal Resistance Junction-ambient |  | . . 62.5 . | o C/W",
        ]
    );
}

fn lost(s: &mut Sheet) -> Vec<Rect> {
    s.lines.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.area.x0.total_cmp(&b.area.x0)));
    let text = TextPage { lines: s.lines.clone(), ..TextPage::default() };
    find_after(&s.page, &text, None).lost
}

/// Rows of symbols, values and units under words that are no head are told by their box; those
/// of a table that was read, and the ticks of a plot, are not.
#[test]
fn blocks_without_rows_are_told() {
    let rows = |s: &mut Sheet, from: f64| {
        for (k, (symbol, value, unit)) in
            [("VCEO", "60", "V"), ("IC", "6", "A"), ("Ptot", "65", "W"), ("Tj", "150", "°C")]
                .into_iter()
                .enumerate()
        {
            let base = from + 12.0 * k as f64;
            s.cells(base, &[(60.0, symbol), (120.0, "quantity"), (400.0, value), (480.0, unit)]);
        }
    };
    let mut s = Sheet::new();
    s.sized(60.0, 80.0, 11.0, "What it stands");
    rows(&mut s, 120.0);
    let told_boxes = lost(&mut s);
    assert_eq!(told_boxes.len(), 1, "{told_boxes:?}");
    let area = told_boxes[0];
    assert!(area.x0 == 60.0 && area.x1 >= 484.0 && area.y1 == 156.0, "{area:?}");

    let mut s = Sheet::new();
    s.sized(60.0, 80.0, 11.0, "Absolute Maximum Ratings");
    s.h(98.0, 55.0, 500.0).h(112.0, 55.0, 500.0).h(160.0, 55.0, 500.0);
    let heads = [(60.0, "Symbol"), (120.0, "Parameter"), (396.0, "Value"), (476.0, "Unit")];
    s.cells(108.0, &heads);
    rows(&mut s, 120.0);
    assert!(lost(&mut s).is_empty());

    let mut s = Sheet::new();
    for (k, tick) in ["100", "10", "1", "0.1", "0.01"].into_iter().enumerate() {
        s.text(60.0, 300.0 + 40.0 * k as f64, tick);
    }
    for (k, curve) in ["VGS = 10 V", "8 V", "6 V"].into_iter().enumerate() {
        s.text(140.0, 310.0 + 12.0 * k as f64, curve);
    }
    assert!(lost(&mut s).is_empty());
}
