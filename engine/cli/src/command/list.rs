//! `espice list`: what the loaded packs hold.

use super::Context;
use crate::arguments::Format;
use crate::engine::{self, Config};
use crate::exit::Exit;
use espice::Listed;

/// Lists what the loaded packs hold, a line each: name, what it belongs to, and what it is.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// What to list
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
    /// Only lines that hold this text, in any case
    #[arg(value_name = "TEXT")]
    text: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum What {
    /// Packs, with version and digest
    Packs,
    /// Kinds of devices, with their pins: what `--kind` takes
    Kinds,
    /// Templates, with the kind that each describes
    Templates,
    /// What can be measured at a kind, from equations and from circuits
    Quantities,
    /// Rules, with severity and phase
    Rules,
    /// Symbols that sources may state, with their units
    Symbols,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let mut entries = engine.list(match arguments.what {
        What::Packs => Listed::Packs,
        What::Kinds => Listed::Kinds,
        What::Templates => Listed::Templates,
        What::Quantities => Listed::Quantities,
        What::Rules => Listed::Rules,
        What::Symbols => Listed::Symbols,
    });
    if let Some(text) = &arguments.text {
        let text = text.to_lowercase();
        let holds = |s: &String| s.to_lowercase().contains(&text);
        entries.retain(|e| holds(&e.name) || holds(&e.of) || holds(&e.about));
    }
    if context.global.format == Format::Json {
        return match espice_report::json::list(&entries) {
            Ok(text) => {
                context.console.say(&text);
                Exit::Ok
            }
            Err(error) => {
                context.console.complain(&format!("no JSON could be written: {error}\n"));
                Exit::Usage
            }
        };
    }
    let width = |part: fn(&espice::Entry) -> &String| {
        entries.iter().map(|e| part(e).chars().count()).max().unwrap_or(0)
    };
    let (first, second) = (width(|e| &e.name), width(|e| &e.of));
    for e in &entries {
        let line = format!("{:first$}  {:second$}  {}", e.name, e.of, e.about);
        context.console.say(&format!("{}\n", line.trim_end()));
    }
    Exit::Ok
}
