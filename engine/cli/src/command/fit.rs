//! `espice fit`: a plain curve fit of a function of numbers.

use super::Context;
use crate::arguments::Format;
use crate::engine::{self, Config};
use crate::exit::Exit;
use crate::files;
use espice::{Climb, FitRequest, Loss};
use espice_report::function;
use std::path::PathBuf;

/// Fits a template without pins to a table of numbers.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Name of a template of the packs, or a file `*.espice` that holds one
    #[arg(value_name = "FUNCTION")]
    template: String,
    /// CSV with a column for each input and the output, units in brackets or SI; a column
    /// `sigma(y)` holds standard errors
    #[arg(value_name = "TABLE")]
    table: String,
    /// The function, where the file holds several
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// The output that is fitted [default: the first]
    #[arg(long, value_name = "NAME")]
    output: Option<String>,
    /// Where a parameter starts, in SI: `b1=500`; may be given several times, the others start at
    /// their defaults
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', value_parser = assignment)]
    start: Vec<(String, f64)>,
    /// A parameter that keeps its start; may be given several times
    #[arg(long = "fix", value_name = "NAME", value_delimiter = ',')]
    fixed: Vec<String>,
    /// How residuals count: `linear`, or robust with the size up to which a point is regular, in
    /// SI or in standard errors: `huber=0.1`, `soft-l1=0.1`, `cauchy=0.1`
    #[arg(long, value_name = "LOSS", default_value = "linear", value_parser = loss)]
    loss: Loss,
    /// When other starts are tried: never, in doubt (a dozen; more where the first run did not
    /// converge, or ended at a bound or where a parameter has no effect), always
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    search: Search,
    /// Seed of other starts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Probability that an interval holds the truth
    #[arg(long, value_name = "P", default_value_t = 0.9, value_parser = probability)]
    level: f64,
    /// Find intervals by profile likelihood, too
    #[arg(long)]
    profile: bool,
    /// File for the outcome as JSON
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// When other starts are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Search {
    Never,
    #[default]
    Doubt,
    Always,
}

fn assignment(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as b1=500")?;
    Ok((name.trim().to_string(), number(value)?))
}

fn number(text: &str) -> Result<f64, String> {
    let value = text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    value.ok_or_else(|| format!("`{}` is no number", text.trim()))
}

fn probability(text: &str) -> Result<f64, String> {
    let inside = number(text).ok().filter(|p| *p > 0.0 && *p < 1.0);
    inside.ok_or_else(|| format!("`{text}` is not between 0 and 1"))
}

fn loss(text: &str) -> Result<Loss, String> {
    if text == "linear" {
        return Ok(Loss::Linear);
    }
    let (name, size) = text.split_once('=').ok_or("write linear, huber=SIZE, …")?;
    let scale = number(size)?;
    if scale <= 0.0 {
        return Err(format!("`{size}` is not positive"));
    }
    match name {
        "huber" => Ok(Loss::Huber { scale }),
        "soft-l1" => Ok(Loss::SoftL1 { scale }),
        "cauchy" => Ok(Loss::Cauchy { scale }),
        other => Err(format!("there is no loss `{other}`: linear, huber, soft-l1, cauchy")),
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let request = FitRequest {
        function: arguments.function.clone(),
        output: arguments.output.clone(),
        start: arguments.start.clone(),
        fixed: arguments.fixed.clone(),
        loss: arguments.loss,
        climb: match arguments.search {
            Search::Never => Climb::Never,
            Search::Doubt => Climb::WhenSuspicious,
            Search::Always => Climb::Always,
        },
        seed: arguments.seed,
        level: arguments.level,
        profile: arguments.profile,
        ..FitRequest::new(arguments.template.as_str(), arguments.table.as_str())
    };
    let (found, diagnostics) = engine.fit(&request);
    context.console.report(&diagnostics, engine.sources());
    let exit = Exit::of_diagnostics(&diagnostics);
    if exit == Exit::Cancelled {
        return exit;
    }
    let json = match function::json(&found) {
        Ok(text) => text,
        Err(error) => {
            context.console.complain(&format!("the fit cannot be written as JSON: {error}\n"));
            return Exit::Usage;
        }
    };
    if let Some(path) = &arguments.out
        && let Err(diagnostic) = files::write(path, &json)
    {
        context.console.report_one(&diagnostic);
        return exit.and(Exit::Usage);
    }
    context.console.say(&match context.global.format {
        Format::Json => json,
        _ => function::text(&found),
    });
    exit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_and_starts_are_read() {
        assert_eq!(loss("linear"), Ok(Loss::Linear));
        assert_eq!(loss("soft-l1=0.5"), Ok(Loss::SoftL1 { scale: 0.5 }));
        assert_eq!(assignment("b1 = -2e3"), Ok((String::from("b1"), -2e3)));
        for wrong in ["huber", "huber=0", "tukey=1", "huber=x"] {
            assert!(loss(wrong).is_err(), "{wrong}");
        }
        assert!(assignment("b1").is_err() && assignment("b1=nan").is_err());
        assert!(probability("0.95").is_ok() && probability("1").is_err());
    }
}
