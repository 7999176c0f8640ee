use super::label::{self, Frame};
use super::path::{self, Spot};
use super::scale::Scale;
use crate::numbers::{self, Script};
use std::fmt::Write as _;

/// Frame of the drawing, in its own units: the page scales it.
const WIDTH: f64 = 560.0;
const LEFT: f64 = 74.0;
const RIGHT: f64 = 546.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 300.0;
const STRIP_TOP: f64 = 322.0;
const STRIP_BOTTOM: f64 = 392.0;
/// Room below the lowest axis for tick labels and the title.
const FOOT: f64 = 46.0;
/// Tick labels closer than this are left out: across, and up and down.
const BETWEEN_COLUMNS: f64 = 44.0;
const BETWEEN_ROWS: f64 = 20.0;
/// Used points beyond this number are thinned to one for each dot of the drawing.
const MOST_USED: usize = 2000;

/// An axis of a chart.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Axis {
    /// Title without unit.
    pub(crate) title: String,
    /// SI unit of the values.
    pub(crate) unit: String,
    /// Whether the axis is logarithmic.
    pub(crate) log: bool,
}

/// What the strip below the chart shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Residual {
    /// Decimal logarithm of model over data.
    Decades,
    /// Model less data, relative to data, in percent.
    Percent,
}

/// One curve.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Series {
    /// Direct label; empty for none.
    pub(crate) label: String,
    /// Number of the colour, 0 to 7.
    pub(crate) colour: usize,
    /// Points that the fit used.
    pub(crate) used: Vec<[f64; 2]>,
    /// Points that it left out.
    pub(crate) unused: Vec<[f64; 2]>,
    /// The model at the abscissae of all points in their order, and whether that point was used;
    /// `None` where the model failed.
    pub(crate) model: Vec<(f64, Option<f64>, bool)>,
    /// Residuals of the used points, in the unit of the strip.
    pub(crate) residuals: Vec<[f64; 2]>,
}

/// A chart of curves with common axes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Chart {
    /// Short name, read aloud in place of the drawing.
    pub(crate) name: String,
    /// What a reader who cannot see the drawing should know.
    pub(crate) description: String,
    /// Abscissa.
    pub(crate) x: Axis,
    /// Ordinate.
    pub(crate) y: Axis,
    /// Curves.
    pub(crate) series: Vec<Series>,
    /// The strip of residuals, when there is a model.
    pub(crate) residual: Option<Residual>,
}

/// Draws a chart. `id` makes the names inside the drawing unique on the page. `None` when no
/// point can be shown on the axes.
pub(crate) fn draw(chart: &Chart, id: &str) -> Option<String> {
    let x = x_scale(chart)?;
    let y = y_scale(chart)?;
    let strip = chart.residual.map(|kind| (kind, strip_scale(chart)));
    let foot = if strip.is_some() { STRIP_BOTTOM } else { BOTTOM };
    let height = foot + FOOT;
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\
         <clipPath id=\"{id}-c\"><path d=\"M{LEFT} {TOP}H{RIGHT}V{BOTTOM}H{LEFT}Z\"/></clipPath>",
        path::coordinate(WIDTH),
        path::coordinate(height),
        escape(&chart.name),
        escape(&chart.description),
    );
    vertical_grid(&mut svg, &x, foot, strip.is_some());
    let wanted = if chart.y.log { 10.0 } else { 6.0 };
    horizontal_axis(&mut svg, &y, TOP, BOTTOM, wanted);
    if let Some((kind, scale)) = &strip {
        horizontal_axis(&mut svg, scale, STRIP_TOP, STRIP_BOTTOM, 3.0);
        text(&mut svg, "ax", LEFT, STRIP_TOP - 7.0, "start", residual_title(*kind));
    }
    for series in &chart.series {
        draw_points(&mut svg, series, &x, &y);
    }
    for series in &chart.series {
        draw_model(&mut svg, series, &x, &y, id);
    }
    if let Some((_, scale)) = &strip {
        for series in &chart.series {
            draw_residuals(&mut svg, series, &x, scale);
        }
    }
    draw_labels(&mut svg, chart, &x, &y);
    text(&mut svg, "ax", LEFT - 60.0, TOP - 13.0, "start", &axis_title(&chart.y, &y));
    let middle = (LEFT + RIGHT) / 2.0;
    text(&mut svg, "ax", middle, height - 6.0, "middle", &axis_title(&chart.x, &x));
    svg.push_str("</svg>\n");
    Some(svg)
}

/// How many points of a chart lie outside its axes (points left out by the fit, and values that
/// a log axis cannot show).
pub(crate) fn hidden_points(chart: &Chart) -> usize {
    let (Some(x), Some(y)) = (x_scale(chart), y_scale(chart)) else { return 0 };
    let all = chart.series.iter().flat_map(|s| s.used.iter().chain(&s.unused));
    all.filter(|p| spot(p, &x, &y).is_none()).count()
}

/// Text for an attribute or between tags.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn residual_title(kind: Residual) -> &'static str {
    match kind {
        Residual::Decades => "log\u{2081}\u{2080}(model / data), decades",
        Residual::Percent => "(model \u{2212} data) / data, %",
    }
}

fn axis_title(axis: &Axis, scale: &Scale) -> String {
    let unit = scale.title_unit();
    if unit.is_empty() { axis.title.clone() } else { format!("{} ({unit})", axis.title) }
}

fn x_scale(chart: &Chart) -> Option<Scale> {
    let given = |s: &'_ Series| s.used.iter().chain(&s.unused).map(|p| p[0]).collect::<Vec<_>>();
    let drawn = |s: &'_ Series| s.model.iter().filter(|m| m.1.is_some()).map(|m| m.0).collect();
    let of =
        |s: &Series| if s.used.is_empty() && s.unused.is_empty() { drawn(s) } else { given(s) };
    let values = chart.series.iter().flat_map(of);
    Scale::covering(values, chart.x.log, &chart.x.unit, LEFT, RIGHT)
}

/// The ordinate covers what was used and the model there; points that were left out widen a
/// linear axis by half at most and a log axis by three decades at most, so that noise does not
/// squeeze the curve.
fn y_scale(chart: &Chart) -> Option<Scale> {
    let log = chart.y.log;
    let core: Vec<f64> = chart
        .series
        .iter()
        .flat_map(|s| {
            let model = s.model.iter().filter(|m| m.2).filter_map(|m| m.1);
            s.used.iter().map(|p| p[1]).chain(model)
        })
        .filter(|v| v.is_finite() && (!log || *v > 0.0))
        .collect();
    let others = chart.series.iter().flat_map(|s| &s.unused).map(|p| p[1]);
    let (low, high) =
        core.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    if low > high {
        return Scale::covering(others, log, &chart.y.unit, BOTTOM, TOP);
    }
    let (floor, ceiling) = if log {
        (low / 1e3, high * 1e3)
    } else {
        let half = (high - low).max(high.abs() * 0.1) / 2.0;
        (low - half, high + half)
    };
    let within = others.filter(|v| (floor..=ceiling).contains(v));
    Scale::covering(core.iter().copied().chain(within), log, &chart.y.unit, BOTTOM, TOP)
}

/// The strip reaches to the residual that all but one in fifty stay below; what lies beyond is
/// drawn as a mark at the edge.
fn strip_scale(chart: &Chart) -> Scale {
    let mut sizes: Vec<f64> = chart
        .series
        .iter()
        .flat_map(|s| &s.residuals)
        .map(|r| r[1].abs())
        .filter(|r| r.is_finite())
        .collect();
    sizes.sort_by(f64::total_cmp);
    let index = (sizes.len() * 49 / 50).min(sizes.len().saturating_sub(1));
    let reach = sizes.get(index).copied().unwrap_or(0.0);
    Scale::symmetric(reach.max(1e-9), STRIP_BOTTOM, STRIP_TOP)
}

fn spot(point: &[f64; 2], x: &Scale, y: &Scale) -> Option<Spot> {
    let (px, py) = (x.place(point[0])?, y.place(point[1])?);
    (x.holds(px) && y.holds(py)).then_some([px, py])
}

fn vertical_grid(svg: &mut String, x: &Scale, foot: f64, strip: bool) {
    let mut lines = String::new();
    let mut minor = String::new();
    let mut labels = String::new();
    let mut last = f64::NEG_INFINITY;
    for tick in x.ticks(6.0) {
        let at = path::coordinate(tick.at);
        let into = if tick.label.is_empty() { &mut minor } else { &mut lines };
        let _ = write!(into, "M{at} {TOP}V{BOTTOM}");
        if strip {
            let _ = write!(into, "M{at} {STRIP_TOP}V{STRIP_BOTTOM}");
        }
        if !tick.label.is_empty() && (tick.at - last).abs() >= BETWEEN_COLUMNS {
            last = tick.at;
            text(&mut labels, "tk", tick.at, foot + 18.0, "middle", &tick.label);
        }
    }
    grid(svg, &minor, &lines);
    svg.push_str(&labels);
}

fn horizontal_axis(svg: &mut String, y: &Scale, top: f64, bottom: f64, wanted: f64) {
    let mut lines = String::new();
    let mut minor = String::new();
    let mut labels = String::new();
    let mut last = f64::INFINITY;
    for tick in y.ticks(wanted) {
        let into = if tick.label.is_empty() { &mut minor } else { &mut lines };
        let _ = write!(into, "M{LEFT} {}H{RIGHT}", path::coordinate(tick.at));
        if !tick.label.is_empty() && (tick.at - last).abs() >= BETWEEN_ROWS {
            last = tick.at;
            text(&mut labels, "tk", LEFT - 8.0, tick.at + 4.0, "end", &tick.label);
        }
    }
    grid(svg, &minor, &lines);
    let _ = write!(svg, "<path class=\"fr\" d=\"M{LEFT} {top}H{RIGHT}V{bottom}H{LEFT}Z\"/>");
    svg.push_str(&labels);
}

fn grid(svg: &mut String, minor: &str, major: &str) {
    for (class, lines) in [("gm", minor), ("g", major)] {
        if !lines.is_empty() {
            let _ = write!(svg, "<path class=\"{class}\" d=\"{lines}\"/>");
        }
    }
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = write!(
        svg,
        "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
        path::coordinate(x),
        path::coordinate(y),
        escape(words)
    );
}

fn draw_points(svg: &mut String, series: &Series, x: &Scale, y: &Scale) {
    let spots = |points: &[[f64; 2]]| points.iter().filter_map(|p| spot(p, x, y)).collect();
    let unused: Vec<Spot> = path::thin(&Vec::from_iter(spots(&series.unused)), 3.0);
    let mut used: Vec<Spot> = spots(&series.used);
    if used.len() > MOST_USED {
        used = path::thin(&used, 0.7);
    }
    path_element(svg, "off", &path::dots(&unused));
    path_element(svg, &format!("dot s{}", series.colour), &path::dots(&used));
}

fn draw_model(svg: &mut String, series: &Series, x: &Scale, y: &Scale, id: &str) {
    // The line is solid where the data were used and dashed where they were not.
    let mut solid = String::new();
    let mut dashed = String::new();
    let mut run: Vec<Spot> = Vec::new();
    let mut run_used = true;
    let mut flush = |run: &mut Vec<Spot>, used: bool| {
        if run.len() > 1 {
            let into = if used { &mut solid } else { &mut dashed };
            into.push_str(&path::line(run));
        }
        run.clear();
    };
    let mut before: Option<(Spot, bool)> = None;
    for (vx, vy, used) in &series.model {
        let here = vy.and_then(|v| Some([x.place(*vx)?, y.place(v)?]));
        let Some(here) = here else {
            flush(&mut run, run_used);
            before = None;
            continue;
        };
        // Far outside the frame a coordinate only costs bytes; the clip path hides the rest.
        let here = [here[0], here[1].clamp(TOP - 400.0, BOTTOM + 400.0)];
        if let Some((last, last_used)) = before {
            let segment_used = last_used && *used;
            if run.is_empty() || segment_used != run_used {
                flush(&mut run, run_used);
                run.push(last);
                run_used = segment_used;
            }
            run.push(here);
        }
        before = Some((here, *used));
    }
    flush(&mut run, run_used);
    for (class, data) in [("fit dash", dashed), ("fit", solid)] {
        if !data.is_empty() {
            let colour = series.colour;
            let _ = write!(
                svg,
                "<path class=\"{class} s{colour}\" clip-path=\"url(#{id}-c)\" d=\"{data}\"/>"
            );
        }
    }
}

fn draw_residuals(svg: &mut String, series: &Series, x: &Scale, strip: &Scale) {
    let (top, bottom) = strip.ends();
    let mut spots = Vec::new();
    let mut marks = String::new();
    for [vx, r] in &series.residuals {
        let (Some(px), Some(py)) = (x.place(*vx), strip.place(*r)) else { continue };
        if !x.holds(px) {
            continue;
        }
        let at = path::coordinate(px);
        if py < top {
            let _ = write!(marks, "M{at} {}l3 5h-6z", path::coordinate(top + 1.0));
        } else if py > bottom {
            let _ = write!(marks, "M{at} {}l3 -5h-6z", path::coordinate(bottom - 1.0));
        } else {
            spots.push([px, py]);
        }
    }
    if spots.len() > MOST_USED {
        spots = path::thin(&spots, 0.7);
    }
    path_element(svg, &format!("res s{}", series.colour), &path::dots(&spots));
    path_element(svg, &format!("clip s{}", series.colour), &marks);
}

fn draw_labels(svg: &mut String, chart: &Chart, x: &Scale, y: &Scale) {
    let on_page =
        |points: &[[f64; 2]]| points.iter().filter_map(|p| spot(p, x, y)).collect::<Vec<Spot>>();
    let mut curves: Vec<(String, Vec<Spot>)> = Vec::new();
    let mut others: Vec<Spot> = Vec::new();
    for series in &chart.series {
        let (used, unused) = (on_page(&series.used), on_page(&series.unused));
        let spots = if used.is_empty() { unused.clone() } else { used };
        curves.push((series.label.clone(), spots));
        others.extend(unused);
        let model = series.model.iter().filter(|m| !m.2).filter_map(|m| Some([m.0, m.1?]));
        others.extend(model.filter_map(|p| spot(&p, x, y)));
    }
    let frame: Frame = [LEFT + 3.0, TOP + 3.0, RIGHT - 3.0, BOTTOM - 3.0];
    for ((series, (words, _)), placed) in
        chart.series.iter().zip(&curves).zip(label::place(&curves, &others, frame))
    {
        if let Some(p) = placed.filter(|_| !words.is_empty()) {
            text(svg, &format!("lb s{}", series.colour), p.x, p.y, "start", words);
        }
    }
}

fn path_element(svg: &mut String, class: &str, data: &str) {
    if !data.is_empty() {
        let _ = write!(svg, "<path class=\"{class}\" d=\"{data}\"/>");
    }
}

/// The largest residual of a chart, in words for its description.
pub(crate) fn largest_residual(chart: &Chart) -> Option<String> {
    let kind = chart.residual?;
    let size = chart
        .series
        .iter()
        .flat_map(|s| &s.residuals)
        .map(|r| r[1].abs())
        .filter(|r| r.is_finite())
        .fold(None, crate::words::largest)?;
    Some(match kind {
        Residual::Decades => numbers::decades(size, Script::Fine),
        Residual::Percent => numbers::percent(size / 100.0, Script::Fine),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: usize) -> Chart {
        let at = |i: usize| 0.3 + 0.6 * i as f64 / points as f64;
        let current = |v: f64| 1e-9 * (v / 0.045).exp();
        let used: Vec<[f64; 2]> = (0..points).map(|i| [at(i), current(at(i))]).collect();
        Chart {
            name: String::from("IF over VF"),
            description: String::from("a < b & c"),
            x: Axis { title: String::from("VF"), unit: String::from("V"), log: false },
            y: Axis { title: String::from("IF"), unit: String::from("A"), log: true },
            series: vec![Series {
                label: String::from("TJ = 25 °C"),
                colour: 0,
                unused: vec![[0.1, 1e-13], [0.1, -1e-13], [0.1, 1e-30]],
                model: used.iter().map(|p| (p[0], Some(p[1] * 1.02), true)).collect(),
                residuals: used
                    .iter()
                    .enumerate()
                    .map(|(i, p)| [p[0], if i == 7 { 5.0 } else { 0.01 }])
                    .collect(),
                used,
            }],
            residual: Some(Residual::Decades),
        }
    }

    #[test]
    fn a_plot_of_four_hundred_points_is_small_and_well_formed() {
        let svg = draw(&chart(400), "p").unwrap();
        assert!(svg.len() < 60_000, "{} bytes", svg.len());
        assert!(svg.contains("a &lt; b &amp; c"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        // Every used point is drawn, the one far residual as a mark at the edge.
        assert_eq!(svg.matches("h0").count(), 400 + 399);
        assert_eq!(svg.matches("l3 5h-6z").count(), 1);
        assert_eq!(hidden_points(&chart(400)), 3);
    }

    #[test]
    fn many_points_are_thinned_and_equal_charts_give_equal_bytes() {
        let svg = draw(&chart(20_000), "p").unwrap();
        assert!(svg.len() < 60_000, "{} bytes", svg.len());
        assert_eq!(svg, draw(&chart(20_000), "p").unwrap());
    }

    #[test]
    fn nothing_to_show_gives_no_drawing() {
        let mut empty = chart(4);
        empty.series.clear();
        assert_eq!(draw(&empty, "p"), None);
    }
}
