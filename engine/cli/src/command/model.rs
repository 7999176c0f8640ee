//! `espice model`: the main job.

use super::Context;
use super::baseline::{self, KnownFindings};
use super::findings;
use super::result::{hand_over, write_all};
use crate::arguments::{Fails, Output};
use crate::engine::{Config, Engine, Request, Simulator};
use crate::exit::Exit;
use crate::files;
use espice::Made;
use espice::outcome::Outcome;
use espice::sheet::Sheet;
use espice_base::{Code, Diagnostic};
use espice_report::findings::Report;
use espice_report::{html, terminal};
use std::path::{Path, PathBuf};

/// Makes a model from sources and writes it with its report.
///
/// Writes PART.lib for the first dialect and PART.DIALECT.lib for every further one, PART.json
/// (the outcome) and PART.html (the report). JSON and report are written too when no model came
/// out: they say why. A command line that cannot be carried out writes nothing.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Sources of one device, or of devices that one card with their sizes describes: PDF datasheet, MDM, CSV, digitised curves as JSON or facts TOML
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
    /// Folder for the results; made when missing
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Dialect of the cards: ngspice, ltspice; may be given several times
    #[arg(long = "dialect", value_name = "NAME", default_value = "ngspice")]
    dialects: Vec<String>,
    /// The part, where the sources speak of several
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// The kind of device, where the sources leave it open, such as diode, bjt, mosfet
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// The only template to try, such as mos3 or bsim4; otherwise the packs select
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// A curve that no fit sees, to tell how well the model predicts it: a quantity, a signature as
    /// IC(VCE; IB), one of a family as "IC(VCE; IB) at IB = 50 uA", or all that have a condition as
    /// "at W = 2 um, L = 130 nm"; may be given several times
    #[arg(long = "withhold", value_name = "CURVE")]
    withhold: Vec<String>,
    /// Seed of the random starts
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Do not check the cards in a simulator
    #[arg(long, conflicts_with = "simulator")]
    no_simulator: bool,
    /// The simulator that checks the cards [default: ngspice, where it is found]
    #[arg(long, value_name = "PATH")]
    simulator: Option<String>,
    #[command(flatten)]
    fails: Fails,
    #[command(flatten)]
    baseline: baseline::Options,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let simulator = match (&arguments.simulator, arguments.no_simulator) {
        (_, true) => Simulator::Off,
        (Some(path), false) => Simulator::At(path.clone()),
        (None, false) => Simulator::Found,
    };
    let known = match KnownFindings::open(&arguments.baseline, context) {
        Ok(known) => known,
        Err(exit) => return exit,
    };
    let config = Config {
        seed: arguments.seed,
        simulator,
        known: known.known(&arguments.baseline),
        ..Config::of(context)
    };
    let output = arguments.output.output.as_deref();
    match findings::start("model", context, &config, output) {
        Ok(mut engine) => make(arguments, context, engine.as_mut(), &known),
        Err(exit) => exit,
    }
}

fn make(
    arguments: &Arguments,
    context: &Context<'_>,
    engine: &mut dyn Engine,
    known: &KnownFindings,
) -> Exit {
    let request = Request {
        sources: arguments.sources.clone(),
        part: arguments.part.clone(),
        kind: arguments.kind.clone(),
        template: arguments.template.clone(),
        dialects: distinct(&arguments.dialects),
        withhold: arguments.withhold.clone(),
    };
    let Made { mut outcome, sheets } = engine.model(&request);
    let (record, written) = match known.mark(&mut outcome, &arguments.baseline, context) {
        Ok(marked) => marked,
        Err(exit) => return exit,
    };
    let exit = Exit::of_outcome(&outcome, arguments.fails);
    let write = |document: &str| {
        // Nothing was done that a file could tell of.
        if exit == Exit::Usage {
            return Ok(Vec::new());
        }
        let written = write(&arguments.out, &outcome, &sheets, document)?;
        for card in files::earlier_cards(&arguments.out, &outcome.device.part, &written) {
            context.console.report_one(&of_earlier_run(&card));
        }
        Ok(written)
    };
    let Some(form) = context.global.format.form() else {
        let exit = hand_over(context, &outcome, exit, write, terminal::render);
        context.console.complain(&findings::of_baseline(record.as_ref()));
        context.console.complain(&written);
        return exit;
    };
    let exit = hand_over(context, &outcome, exit, write, |_, _| String::new());
    let mut report = Report::of_outcome(&outcome, &arguments.sources);
    arguments.fails.mark(&mut report);
    report.incomplete = exit.is_incomplete();
    report.baseline = record;
    context.console.complain(&written);
    match findings::hand_over(context, &report, form, arguments.output.output.as_deref()) {
        Ok(()) => exit,
        Err(worse) => exit.and(worse),
    }
}

/// Writes everything that came out, and returns the paths in the order of writing.
fn write(
    folder: &Path,
    outcome: &Outcome,
    sheets: &[Sheet],
    document: &str,
) -> Result<Vec<PathBuf>, Diagnostic> {
    files::make_folder(folder)?;
    let stem = files::file_stem(&outcome.device.part);
    let mut results: Vec<(String, String)> = Vec::new();
    for (i, model) in outcome.models.iter().enumerate() {
        let name =
            if i == 0 { format!("{stem}.lib") } else { format!("{stem}.{}.lib", model.dialect) };
        results.push((name, model.text.clone()));
    }
    results.push((format!("{stem}.json"), String::from(document)));
    results.push((format!("{stem}.html"), html::render(outcome, sheets)));
    write_all(results.into_iter().map(|(name, text)| (folder.join(name), text)).collect())
}

fn of_earlier_run(card: &Path) -> Diagnostic {
    let message = format!("{} is of an earlier run and was left as it is", card.display());
    let help = "delete it, or take care not to use it for the card of these sources";
    Diagnostic::warning(Code::CARD_OF_EARLIER_RUN, message).help(help)
}

/// The dialects in the order of asking, each once.
fn distinct(names: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        if !out.contains(name) {
            out.push(name.clone());
        }
    }
    out
}

#[allow(clippy::disallowed_methods, reason = "the test looks at the files that were written")]
#[cfg(test)]
mod tests {
    use super::*;
    use espice::outcome::{Device, Facts, Model, RuleCount, Run, Verdict, Version};

    fn outcome(part: &str, dialects: &[&str]) -> Outcome {
        let model = |dialect: &&str| Model {
            dialect: String::from(*dialect),
            part: String::from(part),
            text: format!("* {dialect}\n"),
            checked_with: None,
            check: String::from("no simulator was asked for"),
            deviation: None,
        };
        Outcome {
            espice: Version {
                engine: String::from("0.1.0"),
                schema: 1,
                packs: Vec::new(),
                constants: String::from("spice39"),
            },
            source: Vec::new(),
            device: Device { part: String::from(part), ..Device::default() },
            facts: Facts::default(),
            candidates: Vec::new(),
            fit: None,
            verdict: Verdict {
                status: String::from("none"),
                rules: RuleCount::default(),
                findings: Vec::new(),
                waivers: Vec::new(),
            },
            models: dialects.iter().map(model).collect(),
            diagnostics: Vec::new(),
            run: Run::default(),
        }
    }

    #[test]
    fn each_dialect_has_a_file_and_report_and_outcome_are_always_there() {
        let folder = std::env::temp_dir().join(format!("espice-model-{}", std::process::id()));
        let outcome = outcome("BAT54/S", &["ngspice", "ltspice"]);
        let written = write(&folder, &outcome, &[], "{}\n").unwrap();
        let names: Vec<String> =
            written.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["BAT54_S.lib", "BAT54_S.ltspice.lib", "BAT54_S.json", "BAT54_S.html"]);
        assert!(files::earlier_cards(&folder, "BAT54/S", &written).is_empty());
        std::fs::write(folder.join("BAT54_SW.lib"), "of another part").unwrap();
        let stale = files::earlier_cards(&folder, "BAT54/S", &written[2..]);
        assert_eq!(stale, written[..2]);
        std::fs::remove_file(folder.join("BAT54_SW.lib")).unwrap();
        let told = of_earlier_run(&stale[0]);
        assert!(told.message.ends_with("BAT54_S.lib is of an earlier run and was left as it is"));
        assert_eq!(told.code, Code::CARD_OF_EARLIER_RUN);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 4, "no drafts are left over");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_run_without_a_model_is_no_success() {
        assert_eq!(Exit::of_outcome(&outcome("x", &[]), Fails::default()), Exit::NoCandidate);
    }

    #[test]
    fn a_dialect_asked_for_twice_is_written_once() {
        let asked = ["ltspice", "ngspice", "ltspice"].map(String::from);
        assert_eq!(distinct(&asked), ["ltspice", "ngspice"]);
    }
}
