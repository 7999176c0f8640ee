//! Small drawings of a population: how a parameter is distributed, and where on the wafer it is
//! high or low. Coordinates have one decimal, so that equal data give equal bytes.

use espice_report::html::escape;
use std::fmt::Write as _;

const WIDTH: f64 = 220.0;
const HEIGHT: f64 = 56.0;
/// Room below the bars for the ends of the axis.
const FOOT: f64 = 14.0;
/// Most bars of a histogram.
const MOST_BARS: usize = 40;
/// Width and height of a wafer map.
const WAFER: f64 = 340.0;
/// Steps of the colour scale.
const SHADES: usize = 9;

/// How values are distributed: bars over their range, their number by D. Freedman and P. Diaconis
/// (1981). Empty where there is nothing to show.
pub(crate) fn histogram(values: &[f64], log: bool, low: &str, high: &str) -> String {
    let log = log && values.iter().all(|v| *v > 0.0);
    let mut shown: Vec<f64> = values.iter().map(|v| if log { v.ln() } else { *v }).collect();
    shown.retain(|v| v.is_finite());
    shown.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (shown.first().copied(), shown.last().copied()) else {
        return String::new();
    };
    let spread = last - first;
    let quartiles =
        crate::statistics::quantile(&shown, 0.75) - crate::statistics::quantile(&shown, 0.25);
    let width = 2.0 * quartiles / (shown.len() as f64).cbrt();
    let wanted = if width > 0.0 { (spread / width).ceil() } else { 1.0 };
    // Between one and the most bars: the cast is exact.
    let count = wanted.clamp(1.0, MOST_BARS as f64) as usize;
    let mut bars = vec![0usize; count];
    for v in &shown {
        let place = if spread > 0.0 { (v - first) / spread * count as f64 } else { 0.0 };
        let at = (place as usize).min(count - 1);
        if let Some(bar) = bars.get_mut(at) {
            *bar += 1;
        }
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1) as f64;
    let step = WIDTH / count as f64;
    let name = format!("{} values from {low} to {high}", shown.len());
    let mut svg = format!(
        "<svg class=\"hist\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">",
        HEIGHT + FOOT,
        escape(&name)
    );
    for (i, bar) in bars.iter().enumerate() {
        let height = *bar as f64 / most * (HEIGHT - 2.0);
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
            i as f64 * step + 0.5,
            HEIGHT - height,
            (step - 1.0).max(0.5),
        );
    }
    let foot = HEIGHT + FOOT - 3.0;
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"{foot}\">{}</text><text x=\"{WIDTH}\" y=\"{foot}\" text-anchor=\"end\">{}</text></svg>",
        escape(low),
        escape(high)
    );
    svg
}

/// A chip of a wafer map: column, row, value, and what a reader sees when pointing at it.
pub(crate) struct Chip {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) value: Option<f64>,
    pub(crate) title: String,
}

/// A map of chips, shaded by the rank of their values; chips without a value are hollow. Empty
/// where fewer than three places are known.
pub(crate) fn wafer(chips: &[Chip], name: &str) -> String {
    let mut places: Vec<(i64, i64)> = chips.iter().map(|c| (whole(c.x), whole(c.y))).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() < 3 {
        return String::new();
    }
    let ends = |pick: fn(&Chip) -> f64| {
        let values = chips.iter().map(pick);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
    };
    let ((x0, x1), (y0, y1)) = (ends(|c| c.x), ends(|c| c.y));
    let cells = (x1 - x0).max(y1 - y0) + 1.0;
    let side = WAFER / cells;
    let mut sorted: Vec<f64> = chips.iter().filter_map(|c| c.value).collect();
    sorted.sort_by(f64::total_cmp);
    let mut svg = format!(
        "<svg class=\"wafer\" viewBox=\"0 0 {WAFER} {WAFER}\" role=\"img\" aria-label=\"{}\">",
        escape(name)
    );
    for chip in chips {
        let shade = chip.value.map_or(String::from("none"), |v| {
            let below = sorted.partition_point(|s| *s < v);
            let share = below as f64 / sorted.len().max(1) as f64;
            format!("s{}", ((share * SHADES as f64) as usize).min(SHADES - 1))
        });
        let _ = write!(
            svg,
            "<rect class=\"{shade}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
            (chip.x - x0) * side,
            (y1 - chip.y) * side,
            side * 0.94,
            side * 0.94,
            escape(&chip.title)
        );
    }
    svg + "</svg>"
}

/// A place as a whole number; the cast saturates.
fn whole(v: f64) -> i64 {
    v.round() as i64
}

/// Values of lots or wafers beside each other: a dot for each device, a line for the median.
pub(crate) fn strips(groups: &[(String, Vec<f64>)], log: bool, low: &str, high: &str) -> String {
    let log = log && groups.iter().all(|g| g.1.iter().all(|v| *v > 0.0));
    let scaled = |v: f64| if log { v.ln() } else { v };
    let all: Vec<f64> = groups.iter().flat_map(|g| g.1.iter().map(|v| scaled(*v))).collect();
    let (first, last) =
        all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    if groups.len() < 2 || !(first.is_finite() && last.is_finite()) {
        return String::new();
    }
    let place =
        |v: f64| 120.0 + 420.0 * (scaled(v) - first) / (last - first).max(f64::MIN_POSITIVE);
    let height = 18.0 * groups.len() as f64;
    let mut svg = format!(
        "<svg class=\"strips\" viewBox=\"0 0 560 {:.1}\" role=\"img\" aria-label=\"from {} to {}\">",
        height + 18.0,
        escape(low),
        escape(high)
    );
    for (i, (name, values)) in groups.iter().enumerate() {
        let y = 18.0 * i as f64 + 10.0;
        let _ = write!(svg, "<text x=\"0\" y=\"{:.1}\">{}</text>", y + 4.0, escape(name));
        for v in values {
            let _ = write!(svg, "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>", place(*v));
        }
        let middle = place(crate::statistics::median(values));
        let _ = write!(svg, "<path d=\"M{middle:.1} {:.1}v14\"/>", y - 7.0);
    }
    let foot = height + 14.0;
    let _ = write!(
        svg,
        "<text x=\"120\" y=\"{foot:.1}\">{}</text><text x=\"540\" y=\"{foot:.1}\" text-anchor=\"end\">{}</text></svg>",
        escape(low),
        escape(high)
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_hold_all_values() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
        let svg = histogram(&values, false, "0", "9");
        assert!((1..=MOST_BARS).contains(&svg.matches("<rect").count()));
        assert!(svg.contains("100 values from 0 to 9"));
        assert_eq!(histogram(&[], false, "", ""), "");
        assert_eq!(histogram(&[2.0, 2.0], true, "2", "2").matches("<rect").count(), 1);
    }

    #[test]
    fn a_wafer_needs_places() {
        let chip = |x: f64, y: f64, value| Chip { x, y, value, title: String::from("<a>") };
        assert_eq!(wafer(&[chip(0.0, 0.0, Some(1.0)), chip(0.0, 0.0, Some(2.0))], "w"), "");
        let svg = wafer(
            &[chip(0.0, 0.0, Some(1.0)), chip(1.0, 0.0, Some(2.0)), chip(0.0, 1.0, None)],
            "w",
        );
        assert!(svg.contains("class=\"s0\"") && svg.contains("class=\"none\""));
        assert!(svg.contains("&lt;a&gt;"));
    }
}
