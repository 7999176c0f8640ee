//! `espice extract`: what the sources say, without a model.

use super::Context;
use super::result::{hand_over, write_all};
use crate::engine::{self, Config, Engine, Request, Simulator};
use crate::exit::Exit;
use crate::files;
use espice::Made;
use espice_base::Diagnostic;
use espice_report::{csv, overlay, terminal};
use std::path::{Path, PathBuf};

/// Reads sources and says what is in them: rows, curves, plots, each served, for review, or
/// refused with its reason.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Sources of one device: PDF datasheet, MDM, CSV, digitised curves as JSON or facts TOML
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
    /// Folder for PART.json and a CSV for each curve; made when missing
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// HTML file that shows what was read, drawn over the pages of the datasheets
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,
    /// The part, where the sources speak of several; without it all of them are given
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// The kind of device, where the sources leave it open, such as diode, bjt, mosfet
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let config = Config { simulator: Simulator::Off, ..Config::of(context) };
    match engine::start(context, &config) {
        Ok(mut engine) => extract(arguments, context, engine.as_mut()),
        Err(exit) => exit,
    }
}

fn extract(arguments: &Arguments, context: &Context<'_>, engine: &mut dyn Engine) -> Exit {
    let request = Request {
        sources: arguments.sources.clone(),
        part: arguments.part.clone(),
        kind: arguments.kind.clone(),
        dialects: Vec::new(),
        template: None,
        withhold: Vec::new(),
    };
    let made = engine.extract(&request);
    let exit = Exit::of_reading(&made.outcome);
    let write = |document: &str| write(arguments, &made, document);
    hand_over(context, &made.outcome, exit, write, terminal::extract::render)
}

/// Writes what was asked for, and returns the paths in the order of writing.
fn write(arguments: &Arguments, made: &Made, document: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut results: Vec<(PathBuf, String)> = Vec::new();
    if let Some(folder) = &arguments.out {
        files::make_folder(folder)?;
        let stem = files::file_stem(&made.outcome.device.part);
        results.push((folder.join(format!("{stem}.json")), String::from(document)));
        let curves = csv::curves(&made.outcome, &stem);
        results.extend(curves.into_iter().map(|(name, text)| (folder.join(name), text)));
    }
    if let Some(path) = &arguments.overlay {
        if let Some(folder) = path.parent().filter(|p| *p != Path::new("")) {
            files::make_folder(folder)?;
        }
        results.push((path.clone(), overlay::render(&made.outcome, &made.sheets)));
    }
    write_all(results)
}
