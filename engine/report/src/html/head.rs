use super::markup::{chip, prose};
use crate::numbers::Script;
use crate::svg::escape;
use crate::words::{self, Verdict};
use espice::outcome::Outcome;

/// The title of the window: `BAV99: diode model`.
pub(super) fn title(outcome: &Outcome) -> String {
    match &outcome.device.kind {
        Some(kind) => format!("{}: {kind} model", outcome.device.part),
        None => outcome.device.part.clone(),
    }
}

/// The head of the page: what it is about, the verdict, and the run in one sentence.
pub(super) fn render(outcome: &Outcome) -> String {
    let device = &outcome.device;
    let mut about: Vec<String> = Vec::new();
    about.extend(device.maker.iter().map(|m| escape(m)));
    about.extend(device.kind.iter().map(|k| escape(k)));
    about.extend(device.polarity.iter().map(|p| escape(p)));
    if let Some(fit) = &outcome.fit {
        about.push(format!("template <code>{}</code>", escape(&fit.template)));
    }
    let mut page = format!("<header>\n<h1>{}</h1>\n", escape(&device.part));
    page += &format!("<p class=\"about\">{}</p>\n", about.join(" · "));
    page += &format!("<p class=\"verdict\">{}</p>\n", badge(outcome));
    let summary = words::sentence(&words::summary(outcome, Script::Fine));
    page += &format!("<p class=\"lead\">{}</p>\n", prose(&summary));
    page + "</header>\n"
}

/// The verdict in words and colour: the words alone say everything.
fn badge(outcome: &Outcome) -> String {
    let remarks = words::failures(outcome);
    let verdict = Verdict::of(outcome);
    let class = match verdict {
        Verdict::Passed => "good",
        Verdict::Unjudged => "warn",
        Verdict::Failed | Verdict::None => "bad",
    };
    let mark = match verdict {
        Verdict::Passed => "✓",
        Verdict::Unjudged => "!",
        Verdict::Failed | Verdict::None => "✗",
    };
    let word = match verdict {
        Verdict::Passed => "Passed",
        Verdict::Unjudged => "Not judged: no rule applied",
        Verdict::Failed => "Failed",
        Verdict::None => "No model",
    };
    let mut out = chip(&format!("badge {class}"), &format!("{mark} {word}"));
    if !remarks.is_empty() {
        out += &format!(" <a href=\"#rules\">with {}</a>", words::list(&remarks));
    }
    out
}
