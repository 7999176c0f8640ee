use super::markup::{
    chip, numbers as number_column, paragraph, prose, table, words as word_column,
};
use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::words;
use espice::outcome::{FittedParameter, Outcome, StageRecord};

/// The parameters with their intervals, and what the data could not tell.
pub(super) fn render(outcome: &Outcome) -> Option<String> {
    let fit = outcome.fit.as_ref()?;
    let columns = [
        word_column("Parameter"),
        word_column("Meaning"),
        number_column("Value"),
        number_column("90 % interval"),
        word_column("Origin"),
        word_column("Remarks"),
    ];
    // What was determined from the data comes before what kept its default.
    let (kept, found): (Vec<_>, Vec<_>) =
        fit.parameters.iter().partition(|p| p.origin == "default");
    let rows = |list: &[&FittedParameter]| list.iter().map(|p| row(p)).collect::<Vec<_>>();
    let mut body = String::new();
    if !found.is_empty() {
        body += &table("Parameters from the data", &columns, &rows(&found));
    }
    if !kept.is_empty() {
        let summary =
            format!("{} at the default", words::count(kept.len(), "parameter", "parameters"));
        let inner = table("Parameters at their default", &columns, &rows(&kept));
        body += &super::markup::details(&summary, &inner);
    }
    if !fit.unidentified.is_empty() {
        body += "<h3>What the data could not tell</h3>\n<ul>\n";
        for text in &fit.unidentified {
            body += &format!("<li>{}</li>\n", prose(&words::sentence(text)));
        }
        body += "</ul>\n";
    }
    body += "<p class=\"note\">Parameters hold at 27 °C (300.15 K) unless the card states \
             another nominal temperature. Intervals speak of scatter in the data; where residuals \
             look like misfit, the model's own error comes on top.</p>\n";
    Some(body)
}

fn row(p: &FittedParameter) -> Vec<String> {
    let value = p.value.map_or_else(
        || chip("bad", "not finite"),
        |v| numbers::difference(v, &p.unit, Script::Fine),
    );
    let interval = match (p.low, p.high) {
        (Some(low), Some(high)) => format!(
            "{} to {}",
            numbers::difference(low, &p.unit, Script::Fine),
            numbers::difference(high, &p.unit, Script::Fine)
        ),
        (Some(low), None) => format!("from {}", numbers::difference(low, &p.unit, Script::Fine)),
        (None, Some(high)) => format!("up to {}", numbers::difference(high, &p.unit, Script::Fine)),
        (None, None) => numbers::missing(Script::Fine),
    };
    let mut origin = match (&p.stage, p.origin.as_str()) {
        (Some(stage), word) => format!("{} in <code>{}</code>", escape(word), escape(stage)),
        (None, word) => escape(word),
    };
    if !p.reason.is_empty() {
        origin += &format!(" <small>{}</small>", prose(&p.reason));
    }
    vec![
        format!("<code>{}</code>", escape(&p.name)),
        prose(&p.title),
        value,
        interval,
        origin,
        remarks(p),
    ]
}

fn remarks(p: &FittedParameter) -> String {
    let mut chips = Vec::new();
    if p.origin == "fitted" {
        chips.push(if p.identified {
            chip("good", "identified")
        } else {
            chip("warn", "not identified")
        });
    }
    if p.at_bound {
        chips.push(chip("warn", "at a bound"));
    }
    if p.limit_derived {
        chips.push(chip("warn", "from a limit"));
    }
    chips.join(" ")
}

/// What each stage of the recipe did.
pub(super) fn stages(outcome: &Outcome) -> Option<String> {
    let fit = outcome.fit.as_ref().filter(|f| !f.stages.is_empty())?;
    let evaluations = format!(
        "The model was evaluated {} times; random starts used seed {}, numbers mode `{}`.",
        fit.evaluations, fit.seed, fit.mode
    );
    Some(
        stage_table("What each stage of the fit did", &fit.stages)
            + paragraph(&evaluations).as_str(),
    )
}

/// The stages of a fit as a table.
pub(super) fn stage_table(title: &str, stages: &[StageRecord]) -> String {
    let columns = [
        word_column("Stage"),
        word_column("Free parameters"),
        number_column("Residuals"),
        number_column("Weighted RMS before"),
        number_column("After"),
        word_column("Outcome"),
    ];
    let show = |v: Option<f64>| {
        v.map_or_else(|| numbers::missing(Script::Fine), |v| numbers::number(v, 3, Script::Fine))
    };
    let rows: Vec<Vec<String>> = stages
        .iter()
        .map(|s| {
            vec![
                format!("<code>{}</code>", escape(&s.name)),
                escape(&s.parameters.join(", ")),
                s.points.to_string(),
                show(s.before),
                show(s.after),
                prose(&s.outcome),
            ]
        })
        .collect();
    table(title, &columns, &rows)
}
