use super::markup::chip;
use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::words;
use espice::outcome::{Model, Outcome};

/// The cards, each with what a simulator said about it.
pub(super) fn render(outcome: &Outcome) -> Option<String> {
    if outcome.models.is_empty() {
        return None;
    }
    Some(outcome.models.iter().map(card).collect())
}

fn card(model: &Model) -> String {
    let check = words::sentence(&model.check);
    let statement = match &model.checked_with {
        Some(simulator) => {
            let deviation = model.deviation.map_or_else(String::new, |d| {
                format!(
                    " Largest deviation: {} of the tolerance (10⁻⁶ of the current plus 10⁻¹⁵ A).",
                    numbers::number(d, 2, Script::Fine)
                )
            });
            format!(
                "{} {}{deviation}",
                chip("good", &format!("✓ checked with {simulator}")),
                escape(&check)
            )
        }
        None => format!("{} {}", chip("dim", "not checked in a simulator"), escape(&check)),
    };
    let dialect = escape(&model.dialect);
    format!(
        "<h3>{dialect}</h3>\n<p>{statement}</p>\n<pre tabindex=\"0\" aria-label=\"{dialect} card of \
         {part}\"><code>{text}</code></pre>\n",
        part = escape(&model.part),
        text = escape(model.text.trim_end()),
    )
}
