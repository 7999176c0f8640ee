use super::cutout::Cutter;
use super::markup::{chip, source};
use crate::numbers::{self, Script};
use crate::svg::{self, Axis, Chart, Residual, Series, escape};
use crate::words;
use espice::outcome::{self, Curve, FittedCurve, Outcome, Provenance};

/// Number of colours in the style sheet.
const COLOURS: usize = 8;

/// Every curve: data, fit and residuals, those with the same axes in one chart.
pub(super) fn render(outcome: &Outcome, cutter: &mut Cutter<'_>) -> Option<String> {
    if outcome.facts.curves.is_empty() {
        return None;
    }
    let mut body = key(outcome.fit.is_some()) + "<div class=\"charts\">\n";
    for (i, group) in groups(outcome).iter().enumerate() {
        body += &figure(outcome, cutter, group, &format!("p{i}"));
    }
    Some(body + "</div>\n")
}

/// What the marks of the charts mean.
fn key(model: bool) -> String {
    const DOTS: &str = "M6 6h0M17 6h0M28 6h0";
    let used = if model { "data used" } else { "data" };
    let mut entries =
        vec![("dot s0", DOTS, used), ("off", DOTS, "data left out (noise, compliance, excluded)")];
    if model {
        entries.push(("fit s0", "M2 6h30", "model, dashed where data were left out"));
    }
    let mut out = String::from("<p class=\"note\">");
    for (class, path, text) in entries {
        out += &format!(
            "<span class=\"key\"><svg viewBox=\"0 0 34 12\" aria-hidden=\"true\"><path \
             class=\"{class}\" d=\"{path}\"/></svg> {text}</span> "
        );
    }
    out + "</p>\n"
}

/// A curve with its number among the facts and its fit.
struct Member<'a> {
    curve: &'a Curve,
    fit: Option<&'a FittedCurve>,
    /// Why the model cannot be compared with it.
    unused: Option<&'a String>,
}

/// Curves of one signature on the same axes, in the order of the facts.
fn groups(outcome: &Outcome) -> Vec<Vec<Member<'_>>> {
    let mut groups: Vec<(_, Vec<Member<'_>>)> = Vec::new();
    for (index, curve) in outcome.facts.curves.iter().enumerate() {
        let fitted = outcome.fit.as_ref();
        let fit = fitted.and_then(|f| f.curves.iter().find(|c| c.curve == index));
        let unused = fitted.and_then(|f| f.unused.iter().find(|c| c.curve == index));
        let key = (&curve.quantity, &curve.x, &curve.y);
        let member = Member { curve, fit, unused: unused.map(|u| &u.reason) };
        match groups.iter_mut().find(|g| g.0 == key) {
            Some(group) => group.1.push(member),
            None => groups.push((key, vec![member])),
        }
    }
    groups.into_iter().map(|g| g.1).collect()
}

fn figure(outcome: &Outcome, cutter: &mut Cutter<'_>, group: &[Member<'_>], id: &str) -> String {
    let Some(first) = group.first() else { return String::new() };
    let labels = labels(outcome, group);
    let chart = chart(outcome, group, &labels);
    let mut out = format!("<figure>\n<h3>{}</h3>\n", escape(&first.curve.quantity));
    match svg::draw(&chart, id) {
        Some(drawing) => out += &drawing,
        None => out += "<p>None of the points can be shown on these axes.</p>\n",
    }
    out += "<figcaption>\n";
    let hidden = svg::hidden_points(&chart);
    if hidden > 0 {
        out += &format!(
            "<p class=\"note\">{} outside the axes or not positive.</p>\n",
            words::sentence(&words::count(hidden, "point lies", "points lie"))
                .trim_end_matches('.')
        );
    }
    out += &measures(outcome, group, &labels);
    out += &printed(outcome, cutter, group, id);
    out + "</figcaption>\n</figure>\n"
}

/// The plots that a chart's curves were drawn in, each once.
fn printed(outcome: &Outcome, cutter: &mut Cutter<'_>, group: &[Member<'_>], id: &str) -> String {
    let holds = |panel: &Provenance, curve: &Provenance| {
        let (Some(outer), Some(inner)) = (panel.area, curve.area) else { return false };
        panel.source == curve.source
            && panel.page == curve.page
            && outer[0] - 1.0 <= inner[0]
            && outer[1] - 1.0 <= inner[1]
            && inner[2] <= outer[2] + 1.0
            && inner[3] <= outer[3] + 1.0
    };
    let shown =
        outcome.facts.panels.iter().enumerate().filter(|(_, panel)| {
            group.iter().any(|m| holds(&panel.provenance, &m.curve.provenance))
        });
    shown.filter_map(|(n, p)| cutter.closed(&p.provenance, &format!("{id}k{n}"))).collect()
}

/// What tells the curves of a chart apart: the family; where that is not enough, the
/// conditions, the title, and at last a number.
fn labels(outcome: &Outcome, group: &[Member<'_>]) -> Vec<String> {
    let family: Vec<String> =
        group.iter().map(|m| words::family(outcome, &m.curve.family, Script::Fine)).collect();
    let unique =
        |l: &[String]| l.iter().enumerate().all(|(i, a)| !l.iter().skip(i + 1).any(|b| a == b));
    if unique(&family) {
        return family;
    }
    let join = |a: &String, b: String| match (a.is_empty(), b.is_empty()) {
        (true, _) => b,
        (_, true) => a.clone(),
        _ => format!("{a}, {b}"),
    };
    let held: Vec<String> = group
        .iter()
        .zip(&family)
        .map(|(m, l)| join(l, words::conditions(outcome, m.curve, Script::Fine)))
        .collect();
    if unique(&held) {
        return held;
    }
    let titled: Vec<String> =
        group.iter().zip(&family).map(|(m, l)| join(l, m.curve.title.clone())).collect();
    if unique(&titled) {
        return titled;
    }
    titled.iter().enumerate().map(|(i, l)| join(l, format!("no. {}", i + 1))).collect()
}

fn chart(outcome: &Outcome, group: &[Member<'_>], labels: &[String]) -> Chart {
    let axes = group.first().map(|m| m.curve);
    let axis = |a: Option<&outcome::Axis>| Axis {
        title: a.map_or_else(String::new, |a| axis_title(outcome, a)),
        unit: a.map_or_else(String::new, |a| a.unit.clone()),
        log: a.is_some_and(|a| a.scale == "log"),
    };
    let residual = group.iter().any(|m| m.fit.is_some()).then(|| {
        if axes.is_some_and(|c| c.y.scale == "log") { Residual::Decades } else { Residual::Percent }
    });
    let series = group
        .iter()
        .zip(labels)
        .enumerate()
        .map(|(i, (m, label))| series(m, label, colour(i, group.len()), residual))
        .collect();
    let mut chart = Chart {
        name: axes.map_or_else(String::new, |c| c.quantity.clone()),
        description: String::new(),
        x: axis(axes.map(|c| &c.x)),
        y: axis(axes.map(|c| &c.y)),
        series,
        residual,
    };
    chart.description = description(&chart);
    chart
}

/// Colours run along the family: two curves get the ends, more share out what lies between.
fn colour(index: usize, of: usize) -> usize {
    if of < 2 { 0 } else { index * (COLOURS - 1) / (of - 1) }
}

fn axis_title(outcome: &Outcome, axis: &outcome::Axis) -> String {
    match outcome.facts.symbols.get(&axis.symbol) {
        Some(s) if !s.title.is_empty() => {
            words::sentence(&s.title).trim_end_matches('.').to_string() + " " + axis.symbol.as_str()
        }
        _ => axis.symbol.clone(),
    }
}

fn series(member: &Member<'_>, label: &str, colour: usize, residual: Option<Residual>) -> Series {
    let curve = member.curve;
    let is_used =
        |i: usize| curve.status != "refused" && curve.marks.get(i).is_none_or(|m| *m == 0);
    let split = |wanted: bool| {
        let points = curve.points.iter().enumerate().filter(|(i, _)| is_used(*i) == wanted);
        points.map(|(_, p)| *p).collect::<Vec<_>>()
    };
    let mut model = Vec::new();
    let mut residuals = Vec::new();
    if let Some(fit) = member.fit {
        for (i, (point, value)) in curve.points.iter().zip(&fit.model).enumerate() {
            model.push((point[0], *value, is_used(i)));
            let left = value.zip(residual).and_then(|(v, kind)| {
                let floor = fit.rel_floor.unwrap_or(0.0);
                difference(kind, v, point[1], floor).map(|r| [point[0], r])
            });
            residuals.extend(left.filter(|_| is_used(i)));
        }
    }
    // Lines are drawn along the abscissa, whatever the order of measuring.
    model.sort_by(|a, b| a.0.total_cmp(&b.0));
    Series {
        label: String::from(label),
        colour,
        used: split(true),
        unused: split(false),
        model,
        residuals,
    }
}

/// What the strip shows for one point; `None` where it is not defined.
fn difference(kind: Residual, model: f64, data: f64, floor: f64) -> Option<f64> {
    let value = match kind {
        Residual::Decades => (model / data).log10(),
        Residual::Percent => 100.0 * (model - data) / data.abs().max(floor),
    };
    value.is_finite().then_some(value)
}

fn description(chart: &Chart) -> String {
    let used: usize = chart.series.iter().map(|s| s.used.len()).sum();
    let unused: usize = chart.series.iter().map(|s| s.unused.len()).sum();
    let scale = |a: &Axis| if a.log { "logarithmic" } else { "linear" };
    let mut text = format!(
        "{} on a {} axis over {} on a {} axis: {} with {}",
        chart.y.title,
        scale(&chart.y),
        chart.x.title,
        scale(&chart.x),
        words::count(chart.series.len(), "curve", "curves"),
        words::count(used, "point", "points"),
    );
    if unused > 0 {
        text += &format!(", {unused} more left out");
    }
    if let Some(size) = svg::largest_residual(chart) {
        text += &format!("; the model stays within {size} of the data");
    }
    text + "."
}

/// What there is to say of each curve, with the dot of its colour.
fn measures(outcome: &Outcome, group: &[Member<'_>], labels: &[String]) -> String {
    let mut out = String::from("<ul class=\"measures\">\n");
    for (i, (m, label)) in group.iter().zip(labels).enumerate() {
        out += &measure(outcome, m, label, colour(i, group.len()));
    }
    out + "</ul>\n"
}

fn measure(outcome: &Outcome, m: &Member<'_>, label: &str, colour: usize) -> String {
    let curve = m.curve;
    let mut name = String::from(if label.is_empty() { curve.title.as_str() } else { label });
    let held = words::conditions(outcome, curve, Script::Fine);
    if !held.is_empty() && !label.contains(&held) {
        name += &format!(", {held}");
    }
    let mut out =
        format!("<li><span class=\"swatch s{colour}\"></span><strong>{}</strong>", escape(&name));
    for (is, class, text) in [
        (m.fit.is_some_and(|f| f.withheld), "dim", "withheld from the fit"),
        (m.unused.is_some(), "dim", "says nothing to this model"),
        (curve.status == "refused", "bad", "refused"),
        (curve.status == "review", "warn", "to be reviewed"),
    ] {
        if is {
            out += &format!(" {}", chip(class, text));
        }
    }
    let mut facts = vec![("Points", points(m))];
    if let Some(fit) = m.fit {
        facts.extend(fit_measures(fit, &curve.y.unit));
    }
    if let Some(reason) = m.fit.map(|f| &f.reason).or(m.unused).filter(|r| !r.is_empty()) {
        facts.push(("Not fitted", escape(reason)));
    }
    out += "\n<dl>";
    for (name, value) in facts {
        out += &format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n");
    }
    out += &format!(
        "<div><dt>Source</dt><dd>{} ({})</dd></div></dl></li>\n",
        source(&curve.provenance),
        escape(&curve.origin)
    );
    out
}

fn fit_measures(fit: &FittedCurve, unit: &str) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(v) = fit.log_rms {
        facts.push(("Log RMS", numbers::decades(v, Script::Fine)));
    }
    if let Some(v) = fit.rel_rms {
        let floor = fit.rel_floor.map_or_else(String::new, |f| {
            format!(" (floor {})", numbers::quantity(f, unit, Script::Fine))
        });
        facts.push(("Relative RMS", numbers::percent(v, Script::Fine) + floor.as_str()));
    }
    if let Some(v) = fit.nrmse {
        facts.push(("NRMSE of range", numbers::percent(v, Script::Fine)));
    }
    if let Some(v) = fit.misfit {
        let word = words::misfit(v);
        let class = if word == "systematic misfit" { "warn" } else { "dim" };
        let correlation = numbers::number(v, 2, Script::Fine);
        let said = format!("{} <small>lag-1 correlation {correlation}</small>", chip(class, word));
        facts.push(("Residuals look like", said));
    }
    facts
}

/// `118 of 140 used (20 noise, 2 compliance)`.
fn points(m: &Member<'_>) -> String {
    let total = m.curve.points.len();
    let left_out: Vec<(usize, &str)> = [(1, "noise"), (2, "compliance"), (3, "excluded")]
        .into_iter()
        .map(|(mark, word)| (m.curve.marks.iter().filter(|k| **k == mark).count(), word))
        .filter(|(n, _)| *n > 0)
        .collect();
    let words: Vec<String> = left_out.iter().map(|(n, word)| format!("{n} {word}")).collect();
    let marked: usize = left_out.iter().map(|(n, _)| n).sum();
    let used = m.fit.map_or(total.saturating_sub(marked), |f| f.points);
    if words.is_empty() {
        used.to_string()
    } else {
        format!("{used} of {total} used ({})", words.join(", "))
    }
}
