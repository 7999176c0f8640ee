use super::markup::{table, words as word_column};
use crate::svg::escape;
use espice::outcome::Outcome;

/// Where everything comes from: enough to make the same report again.
pub(super) fn render(outcome: &Outcome) -> String {
    let version = &outcome.espice;
    let mut rows = vec![vec![
        String::from("Engine"),
        format!(
            "espice {}, outcome form {}, constants <code>{}</code>",
            escape(&version.engine),
            version.schema,
            escape(&version.constants)
        ),
        String::from("–"),
    ]];
    if let Some(fit) = &outcome.fit {
        let text = format!("seed {}, numbers mode <code>{}</code>", fit.seed, escape(&fit.mode));
        rows.push(vec![String::from("Fit"), text, String::from("–")]);
    }
    for pack in &version.packs {
        let name = format!("{} {}", escape(&pack.name), escape(&pack.version));
        rows.push(vec![String::from("Pack"), name, digest(&pack.digest)]);
    }
    for source in &outcome.source {
        let name = format!("{} ({})", escape(&source.name), escape(&source.format));
        rows.push(vec![String::from("Source"), name, digest(&source.digest)]);
    }
    let columns = [word_column("What"), word_column("Which"), word_column("SHA-256")];
    format!(
        "<footer>\n<h2>Provenance</h2>\n{}</footer>\n",
        table("What made this report", &columns, &rows)
    )
}

fn digest(text: &str) -> String {
    format!("<code class=\"digest\">{}</code>", escape(text))
}
