//! Screening: what the rules on sources and data say of what was read.

use crate::engine::Engine;
use crate::judge::Waiting;
use crate::outcome as out;
use crate::probe::{TEMPERATURES, nearest_quantity};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_facts::{Facts, Status};
use espice_lang::ir::{Account, Finding, KindIr, PackInfo};
use espice_lang::rules::{Batch, Phase, Record};
use espice_units::constants::ROOM;
use std::collections::BTreeSet;

/// From how many devices on they are judged together.
const MANY: usize = 8;

impl Engine<'_> {
    /// Rules on the raw sweeps, readings, rules on rows and curves.
    pub(crate) fn screen_facts(
        &self,
        facts: &mut Facts,
        findings: &mut Vec<Finding>,
        diagnostics: &mut Diagnostics,
    ) {
        let judgement = self.rulebook.run(Phase::Source, &self.input(facts));
        findings.extend(judgement.findings);
        diagnostics.extend(judgement.diagnostics);
        diagnostics.extend(self.add_readings(facts));
        assume_temperature(facts, diagnostics);
        let judgement = self.rulebook.run(Phase::Data, &self.input(facts));
        findings.extend(judgement.findings);
        diagnostics.extend(judgement.diagnostics);
    }

    /// [`Engine::screen_facts`] for all devices that wait: the account of each, and those of its
    /// findings that someone has to read. Nothing where there are so few that preparing the rules
    /// for many takes longer than judging.
    pub(crate) fn screen_many(
        &self,
        waiting: &mut [Waiting],
        diagnostics: &mut Diagnostics,
    ) -> Vec<(Account, Vec<Finding>)> {
        let mut devices: Vec<&mut Facts> = waiting
            .iter_mut()
            .filter_map(|w| match w {
                Waiting::Device(_, facts) => Some(facts.as_mut()),
                Waiting::Unusable(_) => None,
            })
            .collect();
        if devices.len() < MANY {
            return Vec::new();
        }
        let mut all = vec![(Account::default(), Vec::new()); devices.len()];
        self.judge_phase(Phase::Source, &devices, &mut all, diagnostics);
        for facts in &mut devices {
            diagnostics.extend(self.add_readings(facts));
            assume_temperature(facts, diagnostics);
        }
        self.judge_phase(Phase::Data, &devices, &mut all, diagnostics);
        all
    }

    fn judge_phase(
        &self,
        phase: Phase,
        devices: &[&mut Facts],
        all: &mut [(Account, Vec<Finding>)],
        diagnostics: &mut Diagnostics,
    ) {
        let records: Vec<Record<'_>> =
            devices.iter().map(|facts| Record { facts, model: None }).collect();
        let batch = Batch {
            today: self.world.today(),
            limits: self.world.limits(),
            constants: self.constants,
            threads: self.config.threads,
        };
        let judged = self.rulebook.judge_many(phase, &records, batch);
        for (index, (account, _)) in all.iter_mut().enumerate() {
            *account = account.with(judged.account(index));
        }
        for (index, finding) in judged.findings {
            if let Some((_, findings)) = all.get_mut(index) {
                findings.push(*finding);
            }
        }
        diagnostics.extend(judged.diagnostics);
    }

    /// Engine, packs and constants, for documents.
    pub(crate) fn version(&self) -> out::Version {
        out::Version {
            engine: env!("CARGO_PKG_VERSION").into(),
            schema: 1,
            packs: self.library.packs.iter().map(out::Pack::of).collect(),
            constants: self.constants.name.into(),
        }
    }
}

impl out::Pack {
    /// What documents say of a pack.
    pub(crate) fn of(pack: &PackInfo) -> out::Pack {
        out::Pack {
            name: pack.name.clone(),
            version: pack.version.clone(),
            digest: pack.digest.to_string(),
        }
    }
}

/// Whether a limit was hit. Then the run ends: a rule that was cut short has no verdict.
pub(crate) fn hit_limit(diagnostics: &Diagnostics) -> bool {
    diagnostics.iter().any(|d| [Code::RULE_LIMIT, Code::SCRIPT_LIMIT].contains(&d.code))
}

/// Gives conditions at a rating the rating's value for the part, where it is known by now.
pub(crate) fn settle(facts: &mut Facts) {
    let part = facts.device.part.clone();
    facts.settle_ratings(part.as_deref());
}

/// Curves that state no temperature hold at room temperature from here on, and a note says so.
fn assume_temperature(facts: &mut Facts, diagnostics: &mut Diagnostics) {
    let mut first = None;
    for curve in &mut facts.curves {
        let all = curve.all_conditions();
        let stated = |s: &str| all.by_symbol.contains_key(s) || curve.signature.x == s;
        if TEMPERATURES.into_iter().any(stated) {
            continue;
        }
        first = first.or(Some(curve.provenance.place));
        curve.conditions = std::mem::take(&mut curve.conditions).with("TJ", ROOM);
    }
    if let Some(place) = first {
        diagnostics.push(
            Diagnostic::note(
                Code::TEMPERATURE_ASSUMED,
                "no temperature is stated; 25 °C is assumed",
            )
            .at(place)
            .help("state it as a condition `TJ`: an error of 3 K is one of 1 % in N"),
        );
    }
}

/// Notes of what rows and curves leave open and quantities of their kind take for granted.
pub(crate) fn tell_assumptions(kind: &KindIr, facts: &Facts, diagnostics: &mut Diagnostics) {
    let rows = facts.parameters.iter().filter(|p| !p.is_rating() && p.status != Status::Refused);
    let rows = rows.map(|p| (&p.symbol, p.conditions.clone(), p.provenance.place));
    let curves = facts.curves.iter().filter(|c| c.status != Status::Refused);
    let curves = curves.map(|c| {
        let shown = c.all_conditions().with(c.signature.x.clone(), 0.0);
        (&c.signature.quantity, shown, c.provenance.place)
    });
    let mut told = BTreeSet::new();
    for (symbol, conditions, place) in rows.chain(curves) {
        let Some((index, open)) = nearest_quantity(&kind.quantities, symbol, &conditions) else {
            continue;
        };
        let Some(quantity) = kind.quantities.get(index) else { continue };
        for argument in open {
            let Some(name) = quantity.arguments.get(argument) else { continue };
            let Some(value) = quantity.default(argument) else { continue };
            if !told.insert((symbol.clone(), name.clone())) {
                continue;
            }
            let unit = quantity.argument_dimensions.get(argument).map(ToString::to_string);
            let value = espice_units::engineering(value, &unit.unwrap_or_default());
            let message = format!("no {name} is stated for {symbol}; {value} is assumed");
            diagnostics.push(
                Diagnostic::note(Code::CONDITION_ASSUMED, message)
                    .at(place)
                    .help(format!("state `{name}` among its conditions")),
            );
        }
    }
}
