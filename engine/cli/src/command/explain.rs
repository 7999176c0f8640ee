//! `espice explain`: the page of a code, a lint or a template, or a rule with what the sources say about it.

use super::Context;
use crate::engine::{self, Config};
use crate::exit::Exit;
use espice::ExplainRequest;
use espice::lint;
use espice_base::{Code, CodeInfo, Diagnostic, all_codes, did_you_mean};

/// Explains a code such as E0305, a lint such as untested_rule, a template such as
/// junction_diode, or a rule such as std::vf_rises_with_current.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The code of a diagnostic, or the name of a lint, template or rule
    #[arg(value_name = "CODE|LINT|TEMPLATE|RULE")]
    word: String,
    /// Sources to evaluate the rule on, with every step
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// A source to evaluate the rule on; as SOURCE, and may be given several times
    #[arg(long = "on", value_name = "SOURCE")]
    on: Vec<String>,
    /// The card of the model that a rule `on model` looks at; without it the sources are fitted
    #[arg(long, value_name = "FILE")]
    card: Option<String>,
    /// The part, of a sheet for several
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// Say the smallest change of one value that gives another outcome
    #[arg(long)]
    why_not: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let word = arguments.word.as_str();
    if let Some(info) = Code::find(word).and_then(Code::info) {
        context.console.say(&page(info));
        return Exit::Ok;
    }
    if let Some(found) = lint::find(word) {
        context.console.say(&super::lint::page(found));
        return Exit::Ok;
    }
    if looks_like_a_code(word) {
        context.console.report_one(&unknown(word, None));
        return Exit::Usage;
    }
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    if let Some(page) = engine.template_page(word) {
        context.console.say(&page);
        return Exit::Ok;
    }
    let (page, diagnostics) = engine.explain(&ExplainRequest {
        rule: arguments.word.clone(),
        sources: arguments.sources.iter().chain(&arguments.on).cloned().collect(),
        part: arguments.part.clone(),
        card: arguments.card.clone(),
        why_not: arguments.why_not,
    });
    context.console.report(&diagnostics, engine.sources());
    match page {
        Some(text) => {
            context.console.say(&text);
            Exit::of_diagnostics(&diagnostics)
        }
        None if diagnostics.has_errors() => Exit::of_diagnostics(&diagnostics),
        None => {
            let likely = engine.likely_rule(word);
            context.console.report_one(&unknown(word, likely.as_deref()));
            Exit::Usage
        }
    }
}

/// The page of a code for a terminal.
fn page(info: &CodeInfo) -> String {
    format!("{}: {}\n\n{}\n", info.code, info.title, info.explanation.trim_end())
}

/// `E` and digits alone: no rule has such a name.
fn looks_like_a_code(word: &str) -> bool {
    let digits = word.strip_prefix(['E', 'e']);
    digits.is_some_and(|d| !d.is_empty() && d.chars().all(|c| c.is_ascii_digit()))
}

fn unknown(word: &str, rule: Option<&str>) -> Diagnostic {
    let likely = did_you_mean(word, all_codes().map(|info| info.code.as_str()))
        .filter(|_| looks_like_a_code(word))
        .or(rule);
    Diagnostic::error(
        Code::NOTHING_TO_EXPLAIN,
        format!("`{word}` is no code, lint, template or rule"),
    )
    .maybe_help(likely.map(|near| format!("did you mean `{near}`?")))
    .help("codes look like `E0305`, rules like `std::vf_rises_with_current`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page() {
        for info in all_codes() {
            let page = page(info);
            assert!(page.starts_with(info.code.as_str()) && page.ends_with('\n'));
        }
        assert!(looks_like_a_code("e0305") && !looks_like_a_code("eoss_agrees"));
    }
}
