//! The command line. The help texts are also the source of `docs/commands.md`.

use crate::command::{check, eval, explain, extract, fit, fmt, generate, model, test};
use crate::console::Color;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The command line.
#[derive(Parser, Debug)]
#[command(name = "espice", version, about = ABOUT, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const ABOUT: &str = "Makes SPICE models that rules vouch for, from datasheets and measurements";

const EXIT_CODES: &str = "\
Exit codes:
  0    ok
  1    a rule or test failed
  2    the command line cannot be carried out
  3    a pack does not load or check
  4    the sources cannot be used
  5    a limit was hit
  6    a waiver has expired
  7    no candidate survived
  130  cancelled
When several apply, the first of 5, 3, 4, 7, 6, 1 is given.";

/// What every command understands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Global {
    /// Form of the results
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM")]
    pub(crate) format: Format,
    /// When to use colours; `auto` heeds NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Number of threads that may be used; results do not depend on it [default: 1]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Folder of a pack to load besides the built-in ones; may be given several times
    #[arg(long = "pack", global = true, value_name = "DIR")]
    pub(crate) packs: Vec<String>,
    /// Name of the foundry, maker or house whose pack judges
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) foundry: Option<String>,
}

/// Form of the results.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Make a model from sources: writes PART.lib, PART.json and PART.html
    ///
    /// The card of the first dialect is PART.lib, that of every further one PART.DIALECT.lib.
    /// PART.json is the outcome, PART.html the report; both are written too when no model came
    /// out, and say why.
    Model(model::Arguments),
    /// Read sources and say what is in them: rows, curves, plots, each with its status
    ///
    /// Everything read is served, for review, or refused with a reason. With --format json the
    /// outcome is printed; the overlay shows what was read over the pages.
    Extract(extract::Arguments),
    /// Evaluate a card: currents, charges, capacitances, derivatives at given biases
    ///
    /// Any card that a template has the equations of: ours or published. Prints CSV, or writes
    /// CSV, JSON or a plot; with --with ngspice the simulator's values stand beside.
    Eval(eval::Arguments),
    /// Fit a function of numbers to a table: a plain curve fit
    ///
    /// The function is a template without pins. Prints values with standard errors, intervals and
    /// what the data cannot tell; derivatives come from the template's text.
    Fit(fit::Arguments),
    /// Check packs: syntax, names, types and dimensions
    ///
    /// Every mistake is reported with its code, its place and what to do; nothing is run.
    Check(check::Arguments),
    /// Run the tests that packs contain
    ///
    /// Tests marked `todo` are counted and fail nothing.
    Test(test::Arguments),
    /// Lay out the files of packs canonically
    ///
    /// A file that does not parse is left as it is.
    Fmt(fmt::Arguments),
    /// Explain a diagnostic's code, a template or a rule
    ///
    /// A code or a template gives its page. A rule gives its text and reason and, with sources, how it comes
    /// out for them, step by step.
    Explain(explain::Arguments),
    /// Write the generated documents
    #[command(hide = true)]
    Generate(generate::Arguments),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_may_stand_before_and_after_the_command() {
        for line in [
            "espice --pack a model x.csv -o out --pack b --format json",
            "espice model x.csv -o out --pack a --pack b --format json",
        ] {
            let read = Arguments::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(read.global.format, Format::Json);
            assert!(!read.global.packs.is_empty());
        }
        for wrong in
            ["espice", "espice model x.csv", "espice model -o out", "espice check --threads 0 x"]
        {
            let error = Arguments::try_parse_from(wrong.split(' ')).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{wrong}");
        }
    }
}
