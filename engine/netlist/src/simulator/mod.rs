//! Simulators as data, run as child processes.

mod composite;
mod error;
mod oracle;
mod run;
mod sweep;
mod table;

use std::path::PathBuf;
use std::time::Duration;

pub use composite::{Composite, Part, element_letter, has_temperature};
pub use error::SimulationError;
pub use oracle::{BiasPoint, OperatingPoints, PointResult, Want, operating_points};
pub use run::Run;
pub use sweep::swept_points;
pub use table::{RawPlot, Table, read_raw_ascii, read_wrdata};

/// How a simulator writes its results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Tables of ngspice's `wrdata` under `set wr_singlescale`.
    Wrdata,
    /// Raw files under `set filetype=ascii`.
    RawAscii,
}

/// What a line of a simulator's log means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// No solution was found.
    NoConvergence,
    /// A parameter was ignored; its name follows the phrase, up to a closing bracket.
    UnknownParameter,
    /// The deck was not understood.
    Refused,
    /// A solution was found on a detour (stepping, a transient) and may be inexact.
    Strained,
}

/// A piece of a log line and what it means; case counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phrase {
    /// What the line contains.
    pub text: String,
    /// What it means.
    pub meaning: Meaning,
}

/// A simulator: everything that tells one from another, as data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Simulator {
    /// Its name, as outcomes give it.
    pub name: String,
    /// The command that starts it, unless the caller gives another.
    pub command: String,
    /// Its arguments; `{deck}` stands for the deck's file name.
    pub arguments: Vec<String>,
    /// The arguments that make it print its version.
    pub version_arguments: Vec<String>,
    /// What stands right before the version number in that print.
    pub version_after: String,
    /// The dialect that it reads.
    pub dialect: String,
    /// How it writes results.
    pub reader: Reader,
    /// The command that loads a compiled model before the deck is read; `{file}` stands for its
    /// path. `None` where there is none.
    pub load: Option<String>,
    /// What its log says when something is wrong.
    pub phrases: Vec<Phrase>,
}

/// Every simulator that is known without a pack.
pub fn simulators() -> Vec<Simulator> {
    vec![Simulator::ngspice()]
}

impl Simulator {
    /// ngspice in batch mode. `-n` keeps a user's `.spiceinit` out of the results.
    pub fn ngspice() -> Simulator {
        let refused = [
            "Error on line",
            "fatal error in ngspice",
            "Undefined parameter",
            "can't find model",
            "could not find a valid modelname",
            "Simulation interrupted due to error",
            // The program was built without compiled models, or cannot load one.
            "no such command available",
            "Error opening osdi",
            "Unable to find definition of model",
        ];
        let phrases = [
            (Meaning::Refused, &refused[..]),
            (Meaning::NoConvergence, &["simulation(s) aborted"]),
            (Meaning::UnknownParameter, &["unrecognized parameter ("]),
            (Meaning::Strained, &["gmin stepping", "source stepping", "Transient op started"]),
        ];
        let phrases = phrases.into_iter().flat_map(|(meaning, texts)| {
            texts.iter().map(move |t| Phrase { text: t.to_string(), meaning })
        });
        let words = |list: &[&str]| list.iter().map(|s| s.to_string()).collect();
        Simulator {
            name: "ngspice".into(),
            command: "ngspice".into(),
            arguments: words(&["-n", "-b", "{deck}"]),
            version_arguments: words(&["--version"]),
            version_after: "ngspice-".into(),
            dialect: "ngspice".into(),
            reader: Reader::Wrdata,
            load: Some("pre_osdi {file}".into()),
            phrases: phrases.collect(),
        }
    }
}

/// What the caller gives a run: the library looks into no environment.
#[derive(Clone)]
pub struct SimulatorConfig<'a> {
    /// The command: a full path, or a name that the system looks up.
    pub command: PathBuf,
    /// In it the run writes its files, and removes them again; it is made in an existing one where
    /// it is missing.
    pub folder: PathBuf,
    /// Begins the name of every file; unique among runs that share the folder.
    pub label: String,
    /// How long one process may take.
    pub timeout: Duration,
    /// How many bytes of log, and of each result, one process may write.
    pub output_bytes: u64,
    /// Files of compiled models (OSDI) that every run loads first: full paths.
    pub compiled: Vec<PathBuf>,
    /// Asked again and again during a run; `true` ends it.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Whether files stay for a person to look at.
    pub keep_files: bool,
}

impl<'a> SimulatorConfig<'a> {
    /// A configuration with a limit of one minute and 64 MiB for each process.
    pub fn new(
        command: impl Into<PathBuf>,
        folder: impl Into<PathBuf>,
        label: impl Into<String>,
    ) -> Self {
        SimulatorConfig {
            command: command.into(),
            folder: folder.into(),
            label: label.into(),
            timeout: Duration::from_secs(60),
            output_bytes: 64 << 20,
            compiled: Vec::new(),
            cancelled: &|| false,
            keep_files: false,
        }
    }

    /// The same with a longer label.
    #[must_use]
    pub fn labelled(&self, suffix: &str) -> Self {
        SimulatorConfig { label: format!("{}_{suffix}", self.label), ..self.clone() }
    }

    /// The name of a file of this run, in letters that every simulator leaves as they are.
    pub fn file_name(&self, suffix: &str) -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let stem: String = self.label.chars().map(safe).collect();
        format!("{stem}_{suffix}")
    }
}

#[cfg(test)]
mod tests;
