//! Tests of the whole: language specs, snapshots, oracle and conformance suites, tidiness

pub mod examples;
pub mod sampled;
pub mod synthetic;

#[cfg(test)]
mod baselines;
#[cfg(test)]
mod behaviour;
#[cfg(test)]
mod bombs;
#[cfg(test)]
mod bundled;
#[cfg(test)]
mod cancelled;
#[cfg(test)]
mod check;
#[cfg(test)]
mod choice;
#[cfg(test)]
mod ci;
#[cfg(test)]
mod circuits;
#[cfg(test)]
mod circuits_random;
#[cfg(test)]
mod datasheet_models;
#[cfg(test)]
mod derivatives;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod digitised;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod docs_commands;
#[cfg(test)]
mod dual;
#[cfg(test)]
mod foundries;
#[cfg(test)]
mod front_ends;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod geometries;
#[cfg(test)]
mod jacobian;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod junction;
#[cfg(test)]
mod lints;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod measured;
#[cfg(test)]
mod measured_bjt;
#[cfg(test)]
mod measured_mos;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod oracle_templates;
#[cfg(test)]
mod pack_pages;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod passives;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod population;
#[cfg(test)]
mod program;
#[cfg(test)]
mod published;
#[cfg(test)]
mod published_subcircuits;
#[cfg(test)]
mod random_rules;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod readback;
#[cfg(test)]
mod recipes;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod several_points;
#[cfg(test)]
mod sheet_families;
#[cfg(test)]
mod sheet_foreign;
#[cfg(test)]
mod sheet_layers;
#[cfg(test)]
mod sheet_planted;
#[cfg(test)]
mod sheet_score;
#[cfg(test)]
mod sheets;
#[cfg(test)]
mod silicon;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod simulated_circuits;
#[cfg(test)]
mod simulated_templates;
#[cfg(test)]
mod small_signal;
#[cfg(test)]
mod support;
#[cfg(test)]
mod syntax;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod told;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod units;
#[cfg(test)]
mod validators;
#[cfg(test)]
mod wrong;
