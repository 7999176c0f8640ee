//! The overlay: every page of a datasheet with what was read drawn back over it, so that a person
//! sees in a minute what is right, what is unsure, and what is missing.

use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::svg::page::{draw, number, polyline};
use crate::svg::press::Press;
use crate::words;
use espice::outcome::{Outcome, Parameter};
use espice::pdf::Rect;
use espice::sheet::plot::{Axis, Panel, Trace};
use espice::sheet::{Sheet, SheetPage};
use std::fmt::Write as _;

/// Colours that curves take in turn; chosen to be told apart on white paper.
const COLOURS: [&str; 8] =
    ["#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#17a2b8", "#8c564b", "#e377c2"];

/// One self-contained HTML file with the pages of the sheets, and what was read on each: rows as
/// boxes (green: served, amber: review, red: refused), plots with their frame, ticks with the
/// values read, and curves with their labels.
pub fn render(outcome: &Outcome, sheets: &[Sheet]) -> String {
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    let _ = write!(
        out,
        "<title>{}: what was read</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        escape(&outcome.device.part),
        include_str!("overlay.css")
    );
    let _ = writeln!(out, "<h1>{}: what was read</h1>", escape(&outcome.device.part));
    out += LEGEND;
    for (s, sheet) in sheets.iter().enumerate() {
        for page in &sheet.pages {
            out += &page_section(outcome, sheet, page, s);
        }
    }
    out + "</body>\n</html>\n"
}

const LEGEND: &str = "<p>\
    <span class=\"key served\">served</span> <span class=\"key review\">review</span> \
    <span class=\"key refused\">refused</span> Rows of tables are boxes; plots show their frame, \
    the ticks with the values that were read, and their curves. Point at anything to see what it \
    was read as.</p>\n<p><label><input type=\"checkbox\" class=\"hide\" id=\"hide\"> show the bare \
    pages</label></p>\n";

fn page_section(outcome: &Outcome, sheet: &Sheet, page: &SheetPage, s: usize) -> String {
    let number_of = page.page.number;
    let here =
        |p: &&Parameter| p.provenance.source == sheet.name && p.provenance.page == Some(number_of);
    let rows: Vec<&Parameter> = outcome.facts.parameters.iter().filter(here).collect();
    let panels: Vec<&Panel> = sheet.panels.iter().filter(|p| p.page == number_of).collect();
    let mut marks = String::from("<g class=\"marks\">");
    for row in &rows {
        marks += &row_mark(row);
    }
    for panel in &panels {
        marks += &panel_marks(panel);
    }
    marks += "</g>";
    let whole = Rect { x0: 0.0, y0: 0.0, x1: page.page.width, y1: page.page.height };
    let id = format!("s{s}p{number_of}");
    let mut out = format!(
        "<section id=\"{id}\">\n<h2>{}, page {number_of}</h2>\n<div class=\"sheet\">\n",
        escape(&sheet.name)
    );
    out += &draw(&mut Press::new(&id), &page.page, whole, &marks, &id, "page", 1.6);
    out += "<div class=\"read\">\n";
    if rows.is_empty() && panels.is_empty() {
        out += "<p class=\"none\">Nothing was read on this page.</p>\n";
    }
    out += &panels.iter().map(|p| panel_words(p)).collect::<String>();
    out += &rows_words(outcome, &rows);
    out + "</div>\n</div>\n</section>\n"
}

fn row_mark(row: &Parameter) -> String {
    let Some([x0, y0, x1, y1]) = row.provenance.area else { return String::new() };
    let area = Rect { x0, y0, x1, y1 }.grown(1.0);
    format!("{}<title>{}</title></rect>", rect(area, &row.status), escape(&row_words(row)))
}

/// An open `rect` element of a class.
fn rect(area: Rect, class: &str) -> String {
    format!(
        "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">",
        escape(class),
        number(area.x0),
        number(area.y0),
        number(area.width()),
        number(area.height())
    )
}

fn panel_marks(panel: &Panel) -> String {
    let mut out = rect(panel.frame, panel.status.word());
    let _ = write!(out, "<title>{}</title></rect>", escape(&heading(panel)));
    let f = panel.frame;
    let mut ticks = |axis: &Axis, along_x: bool, right: bool| {
        for tick in &axis.ticks {
            let (x0, y0, x1, y1) = match (along_x, right) {
                (true, _) => (tick.at, f.y1 - 3.0, tick.at, f.y1 + 3.0),
                (false, false) => (f.x0 - 3.0, tick.at, f.x0 + 3.0, tick.at),
                (false, true) => (f.x1 - 3.0, tick.at, f.x1 + 3.0, tick.at),
            };
            let label = if along_x {
                format!("x=\"{}\" y=\"{}\" text-anchor=\"middle\"", number(x0), number(f.y1 - 4.0))
            } else if right {
                format!("x=\"{}\" y=\"{}\" text-anchor=\"end\"", number(f.x1 - 4.0), number(y0))
            } else {
                format!("x=\"{}\" y=\"{}\"", number(f.x0 + 4.0), number(y0))
            };
            let _ = write!(
                out,
                "<path class=\"tick{}\" d=\"M{} {}L{} {}\"/><text {label}>{}</text>",
                if tick.seated { "" } else { " loose" },
                number(x0),
                number(y0),
                number(x1),
                number(y1),
                escape(&shown(tick.value))
            );
        }
    };
    ticks(&panel.x, true, false);
    ticks(&panel.y, false, false);
    if let Some(axis) = &panel.y2 {
        ticks(axis, false, true);
    }
    for (i, trace) in panel.traces.iter().enumerate() {
        let _ = write!(
            out,
            "<path class=\"trace {}\" stroke=\"{}\" d=\"{}\"><title>{}</title></path>",
            panel.standing(trace).0.word(),
            colour(i),
            polyline(&trace.line),
            escape(&trace_words(panel, trace))
        );
        if let Some((_, area)) = &trace.label {
            let _ = write!(
                out,
                "<rect class=\"label\" stroke=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                colour(i),
                number(area.x0),
                number(area.y0),
                number(area.width()),
                number(area.height())
            );
        }
    }
    out
}

fn colour(index: usize) -> &'static str {
    COLOURS.get(index % COLOURS.len()).copied().unwrap_or("#d62728")
}

/// A printed value of a tick.
fn shown(value: f64) -> String {
    numbers::number(value, 4, Script::Plain)
}

fn heading(panel: &Panel) -> String {
    let title = if panel.title.is_empty() { "a plot without a title" } else { &panel.title };
    let mut out = format!("{title} ({})", panel.status.word());
    if !panel.reasons.is_empty() {
        out += &format!(": {}", panel.reasons.join("; "));
    }
    out
}

fn panel_words(panel: &Panel) -> String {
    let class = panel.status.word();
    let mut out = format!("<h3 class=\"{class}\">{}</h3>\n<ul>\n", escape(&heading(panel)));
    let mut axes = vec![("x", &panel.x), ("y", &panel.y)];
    axes.extend(panel.y2.as_ref().map(|a| ("right", a)));
    for (name, axis) in axes {
        let _ = writeln!(out, "<li>{}</li>", escape(&axis_words(name, axis)));
    }
    for (i, trace) in panel.traces.iter().enumerate() {
        let _ = writeln!(
            out,
            "<li class=\"{}\"><svg class=\"swatch\" viewBox=\"0 0 20 6\"><path d=\"M0 3h20\" \
             stroke=\"{}\"/></svg> {}</li>",
            panel.standing(trace).0.word(),
            colour(i),
            escape(&trace_words(panel, trace))
        );
    }
    out + "</ul>\n"
}

fn axis_words(name: &str, axis: &Axis) -> String {
    let scale = match axis.scale {
        espice::sheet::plot::Scale::Linear => "linear",
        espice::sheet::plot::Scale::Log => "logarithmic",
    };
    let symbol = axis.symbol.as_deref().unwrap_or("not known");
    let ends = match (axis.ticks.first(), axis.ticks.last()) {
        (Some(a), Some(b)) => {
            format!("{} to {}", shown(a.value), shown(b.value))
        }
        _ => String::from("no ticks"),
    };
    format!(
        "{name}: {symbol} in {}, {scale}, {} ticks, {ends}, residual {} % of the axis, printed `{}`",
        if axis.unit.is_empty() { "no unit" } else { &axis.unit },
        axis.ticks.len(),
        numbers::number(100.0 * axis.residual, 2, Script::Plain),
        axis.title
    )
}

fn trace_words(panel: &Panel, trace: &Trace) -> String {
    let (status, reasons) = panel.standing(trace);
    let what = trace.signature.as_ref().map_or(String::from("a curve"), ToString::to_string);
    let mut out = format!("{what} ({})", status.word());
    if let Some((label, _)) = &trace.label {
        out += &format!(", labelled `{label}`");
    }
    if !trace.conditions.is_empty() {
        out += &format!(", {}", trace.conditions);
    }
    if !trace.parts.is_empty() {
        out += &format!(", for {}", trace.parts.join(", "));
    }
    if !reasons.is_empty() {
        out += &format!(": {}", reasons.join("; "));
    }
    out
}

fn row_words(p: &Parameter) -> String {
    let value = |name: &str, v: Option<f64>| {
        v.map(|v| format!(" {name} {}", numbers::quantity(v, &p.unit, Script::Plain)))
    };
    let mut out = p.symbol.clone();
    out.extend(
        [value("min", p.min), value("typ", p.typ), value("max", p.max)].into_iter().flatten(),
    );
    if !p.conditions_text.is_empty() {
        out += &format!(" at {}", p.conditions_text);
    }
    if !p.reasons.is_empty() {
        out += &format!(" ({}: {})", p.status, p.reasons.join("; "));
    }
    out
}

fn rows_words(outcome: &Outcome, rows: &[&Parameter]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<table><thead><tr><th>symbol</th><th>min</th><th>typ</th><th>max</th><th>conditions</th>\
         <th>parts</th></tr></thead>\n<tbody>\n",
    );
    for p in rows {
        let show = |v| numbers::optional(v, &p.unit, Script::Plain);
        let conditions: Vec<String> = p
            .conditions
            .iter()
            .map(|(s, c)| words::condition(outcome, s, c, Script::Plain))
            .collect();
        let _ = writeln!(
            out,
            "<tr class=\"{}\" title=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td>{}</td></tr>",
            escape(&p.status),
            escape(&p.reasons.join("; ")),
            escape(&p.symbol),
            show(p.min),
            show(p.typ),
            show(p.max),
            escape(&conditions.join(", ")),
            escape(&p.parts.join(", "))
        );
    }
    out + "</tbody></table>\n"
}
