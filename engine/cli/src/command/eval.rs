//! `espice eval`: values of any card at given biases.

use super::Context;
use crate::arguments::Format;
use crate::engine::{self, Config, Engine, Simulator};
use crate::exit::Exit;
use crate::files;
use espice::{Biases, EvaluateRequest, Wanted};
use espice_base::{Code, Diagnostic};
use espice_report::evaluation;
use espice_units::constants::ICE_POINT;
use std::path::{Path, PathBuf};

/// Most values of one pin.
const MOST: usize = 100_000;

/// Prints terminal currents, and what else is asked for, of a card at given biases.
///
/// The card may be one of ours or any published one; the template with its equations is found by
/// the device type and level. Potentials are in volts against ground.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Card file
    #[arg(value_name = "CARD")]
    card: String,
    /// The model or subcircuit, where the file holds several
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Potentials of a pin in V: `d=5`, `g=0,1,2.5` or `d=0:10:0.5` (from, to, step); may be given
    /// for several pins, the first varies fastest, pins not named are at 0 V
    #[arg(long = "at", value_name = "PIN=VALUES", value_parser = potentials)]
    at: Vec<(String, Values)>,
    /// Temperatures in °C [default: 27]
    #[arg(
        short = 'T', long, value_name = "LIST", allow_hyphen_values = true, value_parser = values
    )]
    temperature: Option<Values>,
    /// Frequencies in Hz at which admittances are printed, and the impedance of a device of two
    /// pins: `1e3,1e6`
    #[arg(short, long, value_name = "LIST", value_parser = values)]
    frequency: Option<Values>,
    /// CSV with columns `V(pin) (V)` and `T (K)` or `T (degC)` in place of --at
    #[arg(long, value_name = "FILE", conflicts_with_all = ["at", "temperature"])]
    points: Option<String>,
    /// A parameter of the element line, such as `W=10u`; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    instance: Vec<(String, String)>,
    /// What beside the currents: charges, conductances, capacitances, temperature (dI/dT),
    /// parameters (dI/dp for every parameter that the card states)
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    also: Vec<What>,
    /// The simulator whose values stand beside: ngspice
    #[arg(long, value_enum, value_name = "NAME")]
    with: Option<With>,
    /// The command that starts the simulator [default: ngspice]
    #[arg(long, value_name = "PATH")]
    simulator: Option<String>,
    /// A compiled model (OSDI) that the simulator loads, for templates whose card names a module of
    /// it; may be given several times
    #[arg(long = "compiled", value_name = "FILE")]
    compiled: Vec<PathBuf>,
    /// File for the values: `.csv`, `.json`, `.html` or `.svg` (a plot)
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Numbers of a list or a range.
#[derive(Clone, PartialEq, Debug)]
struct Values(Vec<f64>);

/// What can be asked for beside currents.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum What {
    Charges,
    Conductances,
    Capacitances,
    Temperature,
    Parameters,
}

/// Simulators that can stand beside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum With {
    Ngspice,
}

fn potentials(text: &str) -> Result<(String, Values), String> {
    let (pin, list) = text.split_once('=').ok_or("write PIN=VALUES, such as d=0:10:0.5")?;
    Ok((pin.trim().to_string(), values(list)?))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as W=10u")?;
    Ok((name.trim().to_string(), value.trim().to_string()))
}

/// `1`, `1,2,3` or `0:10:0.5`.
fn values(text: &str) -> Result<Values, String> {
    let number = |s: &str| {
        let value = s.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        value.ok_or_else(|| format!("`{}` is no number", s.trim()))
    };
    if let Some((from, rest)) = text.split_once(':') {
        let (to, step) = rest.split_once(':').ok_or("write FROM:TO:STEP")?;
        let (from, to, step) = (number(from)?, number(to)?, number(step)?);
        let count = ((to - from) / step + 1e-9).floor();
        if !(count >= 0.0 && count < MOST as f64) {
            return Err(format!("no steps of {step} lead from {from} to {to}, or too many"));
        }
        // From the start each time: sums of steps would drift.
        return Ok(Values((0..=count as usize).map(|i| from + step * i as f64).collect()));
    }
    text.split(',').map(number).collect::<Result<Vec<f64>, String>>().map(Values)
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    // Templates may be evaluated by a simulator, with or without its values beside.
    let simulator = match &arguments.simulator {
        None => Simulator::Found,
        Some(path) => Simulator::At(path.clone()),
    };
    // The simulator runs in another folder.
    let compiled = arguments
        .compiled
        .iter()
        .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    let config = Config { simulator, compiled: compiled.collect(), ..Config::of(context) };
    match engine::start(context, &config) {
        Ok(mut engine) => evaluate(arguments, context, engine.as_mut()),
        Err(exit) => exit,
    }
}

fn request(arguments: &Arguments) -> EvaluateRequest {
    let also = |what: What| arguments.also.contains(&what);
    let biases = match &arguments.points {
        Some(path) => Biases::Table { path: path.clone() },
        None => Biases::Grid {
            volts: arguments.at.iter().map(|(pin, v)| (pin.clone(), v.0.clone())).collect(),
            kelvin: arguments
                .temperature
                .iter()
                .flat_map(|t| &t.0)
                .map(|celsius| celsius + ICE_POINT)
                .collect(),
        },
    };
    EvaluateRequest {
        card: arguments.card.clone(),
        dialect: None,
        model: arguments.model.clone(),
        instance: arguments.instance.clone(),
        biases,
        wanted: Wanted {
            charges: also(What::Charges),
            conductances: also(What::Conductances),
            capacitances: also(What::Capacitances),
            by_temperature: also(What::Temperature),
            by_parameter: also(What::Parameters),
        },
        frequencies: arguments.frequency.iter().flat_map(|f| f.0.iter().copied()).collect(),
        with_simulator: arguments.with.is_some(),
    }
}

fn evaluate(arguments: &Arguments, context: &Context<'_>, engine: &mut dyn Engine) -> Exit {
    let (found, diagnostics) = engine.evaluate(&request(arguments));
    let exit = Exit::of_diagnostics(&diagnostics);
    context.console.report(&diagnostics, engine.sources());
    if context.is_cancelled() {
        return Exit::Cancelled;
    }
    let json = match evaluation::json(&found) {
        Ok(text) => text,
        Err(error) => {
            context.console.complain(&format!("the values cannot be written as JSON: {error}\n"));
            return Exit::Usage;
        }
    };
    if found.rows.is_empty() && context.global.format != Format::Json {
        // What is wrong has been said; an empty table would pass for an answer.
        return if exit == Exit::Ok { Exit::Usage } else { exit };
    }
    let Some(path) = &arguments.out else {
        context.console.say(&match context.global.format {
            Format::Json => json,
            _ => evaluation::csv(&found),
        });
        return exit;
    };
    let text = match path.extension().and_then(|e| e.to_str()) {
        Some("csv") => Some(evaluation::csv(&found)),
        Some("json") => Some(json.clone()),
        Some("html") => evaluation::html(&found),
        Some("svg") => evaluation::svg(&found),
        _ => {
            let message = format!("`{}` does not say what to write", path.display());
            let complaint = Diagnostic::error(Code::OUTPUT, message);
            context.console.report_one(
                &complaint.help("name the file with .csv, .json, .html or .svg at its end"),
            );
            return Exit::Usage;
        }
    };
    let Some(text) = text else {
        let message = "there is nothing to plot: fewer than two values";
        context.console.report_one(&Diagnostic::error(Code::EVALUATION_BIASES, message));
        return exit.and(Exit::Usage);
    };
    match write(path, &text) {
        Ok(()) => {
            match context.global.format {
                Format::Json => context.console.say(&json),
                _ => {
                    for line in evaluation::deviations(&found) {
                        context.console.say(&format!("largest deviation of {line}\n"));
                    }
                    context.console.say(&format!("wrote {}\n", path.display()));
                }
            }
            exit
        }
        Err(diagnostic) => {
            context.console.report_one(&diagnostic);
            exit.and(Exit::Usage)
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Diagnostic> {
    if let Some(folder) = path.parent().filter(|p| *p != Path::new("")) {
        files::make_folder(folder)?;
    }
    files::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_lists_or_ranges() {
        assert_eq!(values("1.5").unwrap().0, [1.5]);
        assert_eq!(values("1, -2,3e-3").unwrap().0, [1.0, -2.0, 3e-3]);
        assert_eq!(values("0:1:0.1").unwrap().0.len(), 11);
        assert_eq!(values("0:1:0.1").unwrap().0[3], 3.0 * 0.1);
        assert_eq!(values("5:1:-2").unwrap().0, [5.0, 3.0, 1.0]);
        for wrong in ["", "a", "1:2", "0:1:0", "0:1:-1", "0:1:1e-9", "nan", "1,,2"] {
            assert!(values(wrong).is_err(), "{wrong}");
        }
        assert_eq!(potentials("d=1").unwrap().0, "d");
        assert!(potentials("d").is_err());
    }
}
