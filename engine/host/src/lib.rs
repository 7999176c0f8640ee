//! Opens the engine on a computer: its files, all of them or those below some roots, its date,
//! and a simulator with a folder to write in. What a program in C, Python or an agent's server
//! needs before it can call [`espice::Service`].
//!
//! ```
//! let host = espice_host::open("{}").expect("the built-in packs load");
//! let reply = host.service().call("pack.list", r#"{ "what": "packs" }"#, &());
//! assert!(reply.expect("a list").document.contains("\"std\""));
//! ```

#![deny(missing_docs)]

mod disk;
mod scratch;

pub use disk::Disk;
pub use scratch::Scratch;

use espice::{Config, Service, ServiceError, SimulatorSetup};
use espice_base::World;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;

/// How an engine is opened. All fields may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Folders of packs beside the built-in ones.
    pub packs: Vec<String>,
    /// The pack that judges, by name: a built-in one or one of `packs`.
    pub foundry: Option<String>,
    /// Seed of random starts; 1 unless said.
    pub seed: Option<u64>,
    /// Threads that one call may use; 1 unless said. Results do not depend on it.
    pub threads: Option<usize>,
    /// Command of the simulator that checks cards, such as `ngspice`; none unless said.
    pub simulator: Option<String>,
    /// Folders below which files are read, and from the first of which relative paths are taken;
    /// without them every file that the process may read.
    pub roots: Vec<PathBuf>,
    /// Most rows that the tables of one call hold, points of curves among them; 10,000,000 unless
    /// said. A row takes about a kilobyte while it is fitted.
    pub rows: Option<usize>,
}

/// An engine on this computer.
pub struct Host {
    service: Service,
    /// Goes after the engine that writes into it.
    _scratch: Option<Scratch>,
}

impl Host {
    /// The operations.
    pub fn service(&self) -> &Service {
        &self.service
    }
}

/// Opens an engine as a JSON object says that has the fields of [`Options`]; an empty text is
/// `{}`.
///
/// # Errors
/// [`ServiceError::BadRequest`] for options that cannot be read and roots that are no folders,
/// [`ServiceError::Packs`] for packs with mistakes.
pub fn open(options: &str) -> Result<Host, ServiceError> {
    let text = if options.trim().is_empty() { "{}" } else { options };
    let options = serde_json::from_str(text).map_err(|error| ServiceError::BadRequest {
        message: format!("the options cannot be read: {error}"),
    })?;
    open_with(options)
}

/// Opens an engine.
///
/// # Errors
/// As [`open`].
pub fn open_with(options: Options) -> Result<Host, ServiceError> {
    let disk = match options.roots.as_slice() {
        [] => Disk::new(),
        roots => Disk::below(roots).map_err(|message| ServiceError::BadRequest { message })?,
    };
    let mut limits = disk.limits();
    limits.rows = options.rows.unwrap_or(limits.rows);
    let disk = disk.with_limits(limits);
    let scratch = options.simulator.as_ref().map(|_| Scratch::new());
    let threads = options.threads.unwrap_or(1).max(1);
    let simulator = options.simulator.zip(scratch.as_ref()).map(|(command, scratch)| {
        SimulatorSetup { processes: threads, ..SimulatorSetup::new(command, scratch.path()) }
    });
    let config = Config {
        packs: options.packs,
        foundry: options.foundry,
        seed: options.seed.unwrap_or(1),
        threads,
        simulator,
        ..Config::default()
    };
    Ok(Host { service: Service::new(disk, config)?, _scratch: scratch })
}
