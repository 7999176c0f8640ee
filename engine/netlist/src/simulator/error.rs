use espice_base::{Code, Diagnostic};
use std::fmt;

/// Why a simulation gave no result.
#[derive(Clone, PartialEq, Debug)]
pub enum SimulationError {
    /// The command could not be started.
    Missing {
        /// The command.
        command: String,
        /// The system's reason.
        reason: String,
    },
    /// The working folder or a file in it could not be used.
    Folder {
        /// The file or folder.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// It took longer than it may; the value is the limit in seconds.
    Timeout(f64),
    /// The caller cancelled it.
    Cancelled,
    /// It wrote more than it may; the value is the limit in bytes.
    TooMuchOutput(u64),
    /// It ended by a signal or with a failure that the log does not explain.
    Crashed {
        /// The exit code; `None` after a signal.
        exit: Option<i32>,
        /// The last line of the log.
        last: String,
    },
    /// It did not understand the deck.
    Refused {
        /// The lines that say so, joined.
        lines: String,
    },
    /// It found no solution.
    NoConvergence {
        /// The line that says so.
        line: String,
    },
    /// A result is missing or not what the deck asked for.
    Result {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What was asked cannot be simulated.
    Request(String),
}

impl SimulationError {
    /// The code that explains it.
    pub fn code(&self) -> Code {
        match self {
            SimulationError::Missing { .. } => Code::SIMULATOR_MISSING,
            SimulationError::Folder { .. } => Code::SIMULATOR_FOLDER,
            SimulationError::Timeout(_) => Code::SIMULATOR_TIMEOUT,
            SimulationError::Cancelled => Code::SIMULATOR_CANCELLED,
            SimulationError::TooMuchOutput(_) => Code::SIMULATOR_OUTPUT,
            SimulationError::Crashed { .. } => Code::SIMULATOR_CRASHED,
            SimulationError::Refused { .. } => Code::SIMULATOR_DECK,
            SimulationError::NoConvergence { .. } => Code::SIMULATOR_NO_CONVERGENCE,
            SimulationError::Result { .. } => Code::SIMULATOR_RESULT,
            SimulationError::Request(_) => Code::SIMULATOR_REQUEST,
        }
    }

    /// What to do about it.
    fn help(&self) -> &'static str {
        match self {
            SimulationError::Missing { .. } => "install the simulator or name its full path",
            SimulationError::Folder { .. } => "name an existing folder that can be written",
            SimulationError::Timeout(_) => "look at the deck, or allow more time",
            SimulationError::Cancelled => "run again",
            SimulationError::TooMuchOutput(_) => "look at what the simulator repeats in its log",
            SimulationError::Crashed { .. } => "run the deck by hand and look at its log",
            SimulationError::Refused { .. } => "correct the line that the simulator names",
            SimulationError::NoConvergence { .. } => "choose a bias that the device can carry",
            SimulationError::Result { .. } => "check which version of the simulator was run",
            SimulationError::Request(_) => "give one voltage for each terminal of the device",
        }
    }

    /// The error for the user.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(self.code(), self.to_string()).help(self.help())
    }
}

impl fmt::Display for SimulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimulationError::Missing { command, reason } => {
                write!(f, "the simulator `{command}` could not be started: {reason}")
            }
            SimulationError::Folder { path, reason } => {
                write!(f, "the simulator's file `{path}` cannot be used: {reason}")
            }
            SimulationError::Timeout(seconds) => {
                write!(f, "the simulator did not end within {seconds} s")
            }
            SimulationError::Cancelled => f.write_str("the simulation was cancelled"),
            SimulationError::TooMuchOutput(bytes) => {
                write!(f, "the simulator wrote more than {bytes} bytes")
            }
            SimulationError::Crashed { exit: Some(code), last } => {
                write!(f, "the simulator failed with exit code {code}: `{last}`")
            }
            SimulationError::Crashed { exit: None, last } => {
                write!(f, "the simulator was ended by a signal after `{last}`")
            }
            SimulationError::Refused { lines } => {
                write!(f, "the simulator refused the deck: `{lines}`")
            }
            SimulationError::NoConvergence { line } => {
                write!(f, "the simulator found no solution: `{line}`")
            }
            SimulationError::Result { file, reason } => {
                write!(f, "the simulator's result `{file}` cannot be read: {reason}")
            }
            SimulationError::Request(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for SimulationError {}
