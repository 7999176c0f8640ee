//! The espice engine: a datasheet or a measurement goes in, a SPICE model that the rules vouch
//! for comes out, and every number in it can be traced to what made it.
//!
//! ```no_run
//! use espice::{Config, Engine, Request};
//! # fn with(world: &dyn espice_base::World) {
//! let (mut engine, complaints) = Engine::new(world, Config::default());
//! assert!(!complaints.has_errors());
//! let request = Request { sources: vec!["diode.csv".into()], ..Request::default() };
//! let outcome = engine.model(&request);
//! println!("{}: {}", outcome.device.part, outcome.verdict.status);
//! # }
//! ```
//!
//! [`Engine`] loads packs once and serves any number of requests; [`outcome::Outcome`] is the
//! document that every front end shows. The engine sees files, the date and cancellation only
//! through the [`espice_base::World`] that it is given.

mod baseline;
mod behaviour;
mod builtin;
mod candidate;
mod card;
mod config;
mod defaults;
mod emit;
mod engine;
mod evaluate;
mod explaining;
mod extraction;
mod fitted;
mod function;
mod judge;
mod libraries;
mod library;
mod listing;
mod lock;
mod loose;
mod modelled;
mod orient;
pub mod outcome;
mod packs;
pub mod pages;
mod parts;
mod probe;
mod rank;
mod run;
mod scans;
mod screen;
mod selecting;
mod service;
mod simulate;
mod simulated;
mod subcircuit;
mod templates;
mod testing;
mod wire;
mod withheld;

pub use baseline::Baseline;
pub use config::{Config, Known, Request, SimulatorSetup};
pub use engine::Engine;
pub use espice_fit::{Climb, Loss};
/// What was seen on the pages of a sheet, for overlays. No part of what versions promise.
#[doc(hidden)]
pub use espice_ingest::sheet;
pub use espice_lang::lint;
pub use espice_lang::rules::OverrideInfo;
pub use espice_lang::rules::{
    Boundary, Branch, Change, Coverage, Equivalent, Fate, Mutant, RuleCoverage, TableCoverage,
    TestOutcome, TestRun, TestStatus,
};
pub use espice_model::Mode;
/// Pages as glyphs and paths, for overlays. No part of what versions promise.
#[doc(hidden)]
pub use espice_pdf as pdf;
pub use evaluate::{
    Biases, CardModel, Deviation, EvaluateRequest, EvaluatedColumn, EvaluatedParameter, Evaluation,
    ReadyDevice, Wanted,
};
pub use explaining::ExplainRequest;
pub use function::{FitRequest, FunctionAttempt, FunctionFit, FunctionParameter};
pub use judge::JudgeRequest;
pub use listing::{Entry, Listed};
pub use lock::LOCK_FILE;
pub use modelled::{Modelled, ModelledParameter};
pub use packs::Packs;
pub use run::Made;
pub use service::{
    Also, Bias, CheckCall, Checked, EvalCall, ExplainCall, Explained, FindCall, FitCall, Found,
    JudgeCall, ListCall, Listing, LossWord, Match, Operation, Reply, SearchWord, Selected, Service,
    ServiceError, Session, SharedWorld, SourcesCall, TestCall, Tested, TestedRecord, Watch,
    against_schema, operation, operations,
};
pub use testing::Mutation;
