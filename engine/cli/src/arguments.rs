//! The command line. The help texts are also the source of `docs/commands.md`.

use crate::command::{
    batch, check, doc, eval, explain, extract, fit, fmt, generate, judge, lint, list, lock, mcp,
    model, mutate, new, test, watch,
};
use crate::console::Color;
use clap::builder::Resettable;
use clap::{Args, Parser, Subcommand, ValueEnum};
use espice::outcome::FindingRecord;
use espice_report::findings::{self, Form, Report};
use std::path::PathBuf;

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

#[cfg(test)]
impl Global {
    /// What a command line without options says.
    pub(crate) fn default_for_tests() -> Global {
        Arguments::parse_from(["espice", "generate", "docs"]).global
    }
}

/// Form of the results.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// A finding, as JSON, a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for CI systems
    Junit,
    /// Workflow commands of GitHub
    Github,
    /// Markdown, for summaries
    Markdown,
    /// One self-contained page
    Html,
}

impl Format {
    /// The form of findings that is meant; text and JSON are each command's own.
    pub(crate) fn form(self) -> Option<Form> {
        match self {
            Format::Text | Format::Json => None,
            Format::Jsonl => Some(Form::Jsonl),
            Format::Sarif => Some(Form::Sarif),
            Format::Junit => Some(Form::Junit),
            Format::Github => Some(Form::Github),
            Format::Markdown => Some(Form::Markdown),
            Format::Html => Some(Form::Html),
        }
    }
}

/// Where the results go.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Output {
    /// File for the results, in place of standard output; SARIF beyond the limits of its readers
    /// goes to FILE, FILE.2, … before the ending
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What fails a run that judges.
#[derive(Args, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Fails {
    /// What fails the run
    #[arg(long = "fail-on", value_enum, default_value_t, value_name = "SEVERITY")]
    pub(crate) on: FailOn,
    /// Rules of that severity that stay undecided fail the run, too
    #[arg(long = "fail-on-undecided")]
    pub(crate) undecided: bool,
}

impl Fails {
    /// Whether a finding fails the run.
    pub(crate) fn counts(self, finding: &FindingRecord) -> bool {
        findings::fails(finding, self.on.least(), self.undecided)
    }

    /// Tells a report what fails the run.
    pub(crate) fn mark(self, report: &mut Report) {
        report.fails_on = self.on.least().map(String::from);
        report.undecided_fails = self.undecided;
    }
}

/// The least severity that fails a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Errors and warnings
    Warning,
    /// No finding; packs and sources that cannot be used still do
    Never,
}

impl FailOn {
    /// Whether a finding or diagnostic of a severity fails the run.
    pub(crate) fn counts(self, severity: &str) -> bool {
        match self {
            FailOn::Error => severity == "error",
            FailOn::Warning => severity == "error" || severity == "warning",
            FailOn::Never => false,
        }
    }

    /// The least severity that fails the run.
    pub(crate) fn least(self) -> Option<&'static str> {
        match self {
            FailOn::Error => Some("error"),
            FailOn::Warning => Some("warning"),
            FailOn::Never => None,
        }
    }
}

/// The options of a command, described to clap when that command is asked for: a program that
/// runs one of twenty need not describe all.
#[derive(Clone, Debug)]
pub(crate) struct Of<T>(T);

impl<T> std::ops::Deref for Of<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Args> Args for Of<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(|command| {
            // What the command is about was said by the list of commands.
            let about = Resettable::from(command.get_about().cloned());
            let long_about = Resettable::from(command.get_long_about().cloned());
            T::augment_args(command).about(about).long_about(long_about)
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl<T: clap::FromArgMatches> clap::FromArgMatches for Of<T> {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Of)
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Make a model from sources: writes PART.lib, PART.json and PART.html
    ///
    /// The card of the first dialect is PART.lib, that of every further one PART.DIALECT.lib.
    /// PART.json is the outcome, PART.html the report; both are written too when no model came
    /// out, and say why.
    Model(Of<model::Arguments>),
    /// Read sources and say what is in them: rows, curves, plots, each with its status
    ///
    /// Everything read is served, for review, or refused with a reason. With --format json the
    /// outcome is printed; the overlay shows what was read over the pages.
    Extract(Of<extract::Arguments>),
    /// Evaluate a card: currents, charges, capacitances, derivatives at given biases
    ///
    /// Any card that a template has the equations of: ours or published. Prints CSV, or writes
    /// CSV, JSON or a plot; with --with ngspice the simulator's values stand beside.
    Eval(Of<eval::Arguments>),
    /// Fit a function of numbers to a table: a plain curve fit
    ///
    /// The function is a template without pins. Prints values with standard errors, intervals and
    /// what the data cannot tell; derivatives come from the template's text.
    Fit(Of<fit::Arguments>),
    /// Judge sources by the rules, without making models: what guards a library of data
    ///
    /// Folders are searched for sources; each is a device of its own. With a baseline only
    /// findings that it does not hold fail the run. Zero rules evaluated is an error.
    Judge(Of<judge::Arguments>),
    /// Fit many devices and say what they have in common: statistics, outliers, corner cards
    ///
    /// Devices are found by what headers and file names say, or in a column of a table. An
    /// interrupted run goes on where it was; several machines share one with --shard.
    Batch(Of<batch::Arguments>),
    /// Check packs: syntax, names, types, dimensions, and rules that can never say anything
    ///
    /// Every mistake is reported with its code, its place and what to do; nothing is run. Where
    /// there is none, rules that can never fail, never pass, never apply, contradict or repeat
    /// each other, and overrides that loosen their base are told.
    Check(Of<check::Arguments>),
    /// Lint packs: what works and will trouble somebody later
    ///
    /// `espice explain NAME` gives the page of a lint with a bad and a good example. Exits with 1
    /// when a lint tells something; `allow NAME because "…"` in the pack says that it may.
    Lint(Of<lint::Arguments>),
    /// Write versions and digests of all that packs extend to their pack.lock
    ///
    /// `espice check --locked` holds the packs to it.
    Lock(Of<lock::Arguments>),
    /// Run the tests that packs contain
    ///
    /// Tests marked `todo` are counted and fail nothing, `skip` are not run. A run without a test,
    /// or one that asks for no rule of a pack that has rules, fails.
    Test(Of<test::Arguments>),
    /// Change the rules of packs, one thing at a time, and see whether their tests notice
    ///
    /// Limits, operators, units and quantifiers are changed, conditions left out. Prints what no
    /// test notices, and the share of the rest. A mutant that is no other rule is declared in
    /// `mutants.toml` in the pack's folder, with the reason.
    Mutate(Of<mutate::Arguments>),
    /// Start a pack: rules, limits and tests that pass, and a file for CI
    ///
    /// Nothing is written over: the folder must be new or empty.
    New(Of<new::Arguments>),
    /// Check and test packs whenever their files change
    ///
    /// Only what is new or gone since the last look is printed. Ctrl-C ends it with 130.
    Watch(Of<watch::Arguments>),
    /// Lay out the files of packs canonically
    ///
    /// A file that does not parse is left as it is.
    Fmt(Of<fmt::Arguments>),
    /// Explain a diagnostic's code, a template or a rule
    ///
    /// A code or a template gives its page. A rule gives its text and reason and, with sources, how it comes
    /// out for them, step by step.
    Explain(Of<explain::Arguments>),
    /// Write pages about packs: rules with limits, sources and tests, tables, waivers, templates
    ///
    /// Pages stand alone: no scripts, nothing loaded from elsewhere. `--format markdown` writes
    /// Markdown. The same pack gives the same bytes.
    Doc(Of<doc::Arguments>),
    /// List what the packs hold: kinds, templates, quantities, rules, symbols
    List(Of<list::Arguments>),
    /// Serve agents by the Model Context Protocol
    Mcp(Of<mcp::Arguments>),
    /// Write the generated documents
    #[command(hide = true)]
    Generate(Of<generate::Arguments>),
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
