use super::markup::{chip, numbers as number_column, prose, table, words as word_column};
use super::parameters::stage_table;
use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::words;
use espice::outcome::{Candidate, Outcome};

/// The templates that were considered, each with the reason of its fate.
pub(super) fn render(outcome: &Outcome) -> Option<String> {
    if outcome.candidates.is_empty() {
        return None;
    }
    let columns = [
        word_column("Template"),
        word_column("Fate"),
        word_column("Reason"),
        number_column("Score"),
    ];
    let rows: Vec<Vec<String>> = outcome
        .candidates
        .iter()
        .map(|c| {
            let class = if c.status == "chosen" { "good" } else { "dim" };
            vec![
                format!("<code>{}</code>", escape(&c.template)),
                chip(class, &c.status),
                prose(&words::sentence(&c.reason)),
                c.score.map_or_else(
                    || numbers::missing(Script::Fine),
                    |s| numbers::number(s, 3, Script::Fine),
                ),
            ]
        })
        .collect();
    let note = "<p class=\"note\">A smaller score is better. Tried templates were fitted and then \
                dropped or beaten; rejected ones were not fitted.</p>\n";
    let tables = table("Templates in the order of trying", &columns, &rows);
    let attempts: String = outcome.candidates.iter().filter_map(attempt).collect();
    Some(tables + note + attempts.as_str())
}

/// How far a fit came whose result is not the model.
fn attempt(candidate: &Candidate) -> Option<String> {
    let attempt = candidate.attempt.as_ref()?;
    let values: Vec<String> = attempt
        .parameters
        .iter()
        .map(|p| {
            let value = p.value.map_or_else(
                || numbers::missing(Script::Fine),
                |v| numbers::number(v, 4, Script::Fine),
            );
            format!("<code>{}</code> {value}", escape(&p.name))
        })
        .collect();
    let title = format!("How the fit of {} went", candidate.template);
    Some(format!(
        "<details><summary>{}</summary>\n{}<p class=\"note\">It ended at {}, in SI units.</p>\n</details>\n",
        escape(&title),
        stage_table(&title, &attempt.stages),
        values.join(", "),
    ))
}
