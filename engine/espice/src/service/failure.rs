//! Why a call gave no document.

use super::operations::operations;
use crate::outcome::DiagnosticRecord;
use crate::wire;
use espice_base::{Code, Diagnostics, SourceMap, did_you_mean};
use serde::Serialize;
use std::any::Any;
use std::fmt;

/// Why a call gave no document.
#[derive(Clone, PartialEq, Debug)]
pub enum ServiceError {
    /// There is no operation of this name.
    UnknownOperation {
        /// What was asked for.
        name: String,
        /// What to do.
        help: String,
    },
    /// The request is no JSON, or not what the operation's schema says.
    BadRequest {
        /// What is wrong, and where.
        message: String,
    },
    /// The packs have mistakes; those of before, if there are any, stay active.
    Packs {
        /// The mistakes.
        diagnostics: Vec<DiagnosticRecord>,
    },
    /// The caller stopped the call.
    Cancelled,
    /// The engine met a state that ought to be impossible; it goes on with the next call.
    Fault {
        /// What it said.
        message: String,
    },
}

/// An error as documents have it.
#[derive(Serialize)]
struct Record<'e> {
    code: &'static str,
    message: String,
    help: Vec<&'e str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    diagnostics: &'e [DiagnosticRecord],
}

impl ServiceError {
    pub(super) fn unknown_operation(name: &str) -> ServiceError {
        let names = || operations().iter().map(|o| o.name);
        let help = match did_you_mean(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("operations are {}", names().collect::<Vec<_>>().join(", ")),
        };
        ServiceError::UnknownOperation { name: name.into(), help }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> ServiceError {
        ServiceError::BadRequest { message: message.into() }
    }

    /// What a panic carried.
    pub(super) fn fault(payload: &(dyn Any + Send)) -> ServiceError {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        ServiceError::Fault { message: text.unwrap_or("it did not say what").into() }
    }

    pub(super) fn packs(diagnostics: &Diagnostics, sources: &SourceMap) -> ServiceError {
        let naming = wire::Naming::Path;
        let records = diagnostics.iter().map(|d| wire::diagnostic_with(d, sources, naming));
        ServiceError::Packs { diagnostics: records.collect() }
    }

    /// The stable code, which has a page.
    pub fn code(&self) -> Code {
        match self {
            ServiceError::UnknownOperation { .. } => Code::UNKNOWN_OPERATION,
            ServiceError::BadRequest { .. } => Code::BAD_REQUEST,
            ServiceError::Packs { .. } => Code::PACKS_REFUSED,
            ServiceError::Cancelled => Code::RUN_CANCELLED,
            ServiceError::Fault { .. } => Code::ENGINE_FAULT,
        }
    }

    /// `{"error": {"code", "message", "help"}}`, with `diagnostics` where packs have mistakes;
    /// indented, one line feed at the end.
    pub fn document(&self) -> String {
        let help = match self {
            ServiceError::UnknownOperation { help, .. } => vec![help.as_str()],
            ServiceError::BadRequest { .. } => {
                vec!["the schema of the operation says what a request holds"]
            }
            ServiceError::Packs { .. } => vec!["mend the packs; `espice check` tells the same"],
            ServiceError::Cancelled => Vec::new(),
            ServiceError::Fault { .. } => vec!["report it with the request and its sources"],
        };
        let diagnostics = match self {
            ServiceError::Packs { diagnostics } => diagnostics.as_slice(),
            _ => &[],
        };
        let code = self.code().as_str();
        let record = Record { code, message: self.to_string(), help, diagnostics };
        let whole = serde_json::json!({ "error": record });
        format!("{whole:#}\n")
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServiceError::UnknownOperation { name, .. } => {
                write!(f, "there is no operation `{name}`")
            }
            ServiceError::BadRequest { message } => f.write_str(message),
            ServiceError::Packs { diagnostics } => {
                let errors = diagnostics.iter().filter(|d| d.severity == "error");
                let count = errors.clone().count();
                let mistakes = if count == 1 { "mistake" } else { "mistakes" };
                write!(f, "the packs have {count} {mistakes}")?;
                match errors.clone().next() {
                    Some(first) => write!(f, ": {} ({})", first.message, first.code),
                    None => Ok(()),
                }
            }
            ServiceError::Cancelled => f.write_str("the call was cancelled"),
            ServiceError::Fault { message } => write!(f, "the engine has a fault: {message}"),
        }
    }
}

impl std::error::Error for ServiceError {}
