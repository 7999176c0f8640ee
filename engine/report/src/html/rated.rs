use super::cutout::Cutter;
use super::markup::{chip, numbers as number_column, source, table_with, words as word_column};
use crate::numbers::{self, Script};
use crate::svg::escape;
use espice::outcome::{Outcome, RatedPoint};

/// The table that engineers look at first: the sheet beside the model at rated points.
pub(super) fn render(outcome: &Outcome, cutter: &mut Cutter<'_>) -> Option<String> {
    let fit = outcome.fit.as_ref().filter(|f| !f.rated.is_empty())?;
    let columns = [
        word_column("Quantity"),
        word_column("Condition"),
        number_column("Sheet"),
        number_column("Limits"),
        number_column("Model"),
        number_column("Error"),
        word_column("Within limits"),
        word_column("Source"),
    ];
    let rows: Vec<Vec<String>> = fit.rated.iter().map(|r| row(outcome, r)).collect();
    let note = "<p class=\"note\">Error is (model − sheet) / sheet, given where the sheet states \
                a typical value or a curve; a limit is only met or not met.</p>\n";
    let below: Vec<Option<String>> = fit
        .rated
        .iter()
        .enumerate()
        .map(|(i, r)| cutter.closed(&r.provenance, &format!("t{i}")))
        .collect();
    let caption = "The model at the rated points of the sources";
    Some(table_with(caption, &columns, &rows, &below) + note)
}

fn row(outcome: &Outcome, point: &RatedPoint) -> Vec<String> {
    let show = |v: Option<f64>| numbers::optional(v, &point.unit, Script::Fine);
    let title = outcome.facts.symbols.get(&point.quantity).map(|s| s.title.as_str());
    let quantity = match title {
        Some(t) => format!("{} <small>{}</small>", escape(&point.quantity), escape(t)),
        None => escape(&point.quantity),
    };
    let sheet = match point.sheet {
        Some(v) => format!(
            "{} <small>{}</small>",
            numbers::quantity(v, &point.unit, Script::Fine),
            escape(&point.basis)
        ),
        None => numbers::missing(Script::Fine),
    };
    let within = match point.within_limits {
        Some(true) => chip("good", "✓ met"),
        Some(false) => chip("bad", "✗ not met"),
        None => String::from("<span class=\"dim\">no limits</span>"),
    };
    let error = point.error.map_or_else(
        || numbers::missing(Script::Fine),
        |e| numbers::signed_percent(e, Script::Fine),
    );
    vec![
        quantity,
        escape(&numbers::fine_prose(&point.conditions)),
        sheet,
        limits(point),
        show(point.model),
        error,
        within,
        source(&point.provenance),
    ]
}

fn limits(point: &RatedPoint) -> String {
    let show = |v: f64| numbers::quantity(v, &point.unit, Script::Fine);
    match (point.min, point.max) {
        (Some(a), Some(b)) => format!("{} to {}", show(a), show(b)),
        (Some(a), None) => format!("≥ {}", show(a)),
        (None, Some(b)) => format!("≤ {}", show(b)),
        (None, None) => numbers::missing(Script::Fine),
    }
}
