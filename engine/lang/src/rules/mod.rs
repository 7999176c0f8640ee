//! Rules and everything else that packs say in expressions: readings, recognition, selection,
//! recipes, tests, waivers, scripts.
//!
//! [`check()`] turns what a library holds as written into a [`Rulebook`] of typed expressions.
//! The rulebook evaluates them against facts and models: missing is not false, no computed
//! value that is not a number ever passes, and every finding names the comparison that decided
//! it, its margin, its place in the rule and its place in the data. Nothing here does IO or sees
//! a clock, and equal input gives equal findings.

mod access;
mod book;
mod calls;
mod columns;
mod compare;
mod compile;
mod drawn;
mod eval;
mod explain;
mod expr;
mod fields;
mod functions;
mod given;
mod knots;
mod lookups;
mod loops;
mod mask;
mod message;
mod numbers;
mod reach;
mod readings;
mod recipes;
mod rows;
mod rule;
mod run;
mod sandbox;
mod scope;
mod scripts;
mod select;
mod signatures;
#[cfg(test)]
mod spec;
mod testing;
mod texts;
mod types;
mod typing;
mod typing_at;
mod typing_data;
mod typing_sets;
mod value;
mod waivers;
mod watch;
mod whynot;

pub use book::{Input, Judgement, OverrideInfo, Phase, Rulebook};
pub use columns::{Batch, Judged, Plan, Read, Record};
pub use compile::check;
pub use expr::TypedExpr;
pub use lookups::Lookups;
pub use reach::reachability;
pub use recipes::{BoundIr, FitIr, Measure, RecipeIr, SeedIr, StageIr, TargetIr, TryIr};
pub use rule::{RuleBody, RuleIr, RuleLimit};
pub use run::part_of;
pub(crate) use scope::is_reserved;
pub use select::{Candidate, CandidateStatus, RankKey, Selection};
pub use testing::{
    Boundary, Branch, BuildModel, Change, Coverage, Equivalent, Fate, Mutant, ReadFacts,
    RuleCoverage, TableCoverage, TestContext, TestOutcome, TestRun, TestStatus, unused,
};
pub use types::{CurveType, Root, Type};
pub use waivers::WaiverLog;
pub use whynot::{Flip, Rebuild, WhyNot};
