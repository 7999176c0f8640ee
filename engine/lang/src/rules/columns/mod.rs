//! Many records judged at once: the second evaluator of rules.
//!
//! The rules of a phase become programs over columns ([`lower`]), a column holds one value of
//! every record of a block ([`leaves`]), and operations run over whole columns ([`lanes`]). The
//! programs say how each rule came out for each record; what is to be told of those that did not
//! pass is said by the tree walker, which is also the reference: both agree on every pair, and a
//! rule that has no program is evaluated by it alone.

mod again;
mod lanes;
mod leaves;
mod lower;
mod program;
mod quiet;

use self::leaves::{Columns, Leaves};
use self::program::{Program, Registers};
use super::book::{Input, Phase, Rulebook};
use super::eval::Evaluator;
use super::rows::Rows;
use super::rule::RuleIr;
use crate::Quantities;
use crate::ir::{Account, Finding, FindingStatus};
use crate::threads::side_by_side;
use espice_base::{Date, Diagnostics, Limits};
use espice_facts::Facts;
use espice_units::Constants;

/// Records of a block: few enough for the columns of a program to stay near the processor.
const BLOCK: usize = 256;
/// Most elements of a loop in a block that programs run over; with more the tree walker and its
/// limit of steps decide.
const ELEMENTS: u32 = 1 << 20;

/// One of many records: what is known of a device, and its model in phase [`Phase::Model`].
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// The model.
    pub model: Option<&'a (dyn Quantities + Sync)>,
}

/// What all records of a run share.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Decides whether a waiver is in force.
    pub today: Date,
    /// Limits of scripts.
    pub limits: Limits,
    /// Physical constants behind `vt`, `k`, `q`, `eps0`.
    pub constants: Constants,
    /// How many threads to use; the result is the same for any number.
    pub threads: usize,
}

impl std::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let model = self.model.map(|m| m.template());
        f.debug_struct("Record").field("facts", self.facts).field("model", &model).finish()
    }
}

impl Batch {
    /// One thread, default limits and the constants of ngspice 39.
    pub fn new(today: Date) -> Self {
        let constants = espice_units::constants::SPICE39;
        Batch { today, limits: Limits::default(), constants, threads: 1 }
    }

    fn input<'r>(&self, record: &Record<'r>) -> Input<'r> {
        Input {
            facts: record.facts,
            model: record.model.map(|m| m as &dyn Quantities),
            today: self.today,
            limits: self.limits,
            constants: self.constants,
        }
    }
}

/// The rules of one phase, ready to judge any number of records.
#[derive(Debug)]
pub struct Plan<'b> {
    book: &'b Rulebook,
    /// Index in the rulebook, rule, and its program where it has one.
    rules: Vec<(usize, &'b RuleIr, Option<Program>)>,
    leaves: Leaves<'b>,
    batch: Batch,
}

/// What was read of records, for judging them again by the same plan.
#[derive(Debug)]
pub struct Read<'a> {
    records: &'a [Record<'a>],
    blocks: Vec<Columns>,
}

/// How every rule came out for every record.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// One status for each record and rule: block by block, there rule by rule, so that each
    /// is written as it is computed.
    statuses: Vec<FindingStatus>,
    records: usize,
    rules: usize,
    /// The findings of rules that failed, were waived or undecided, and all of those that a
    /// waiver speaks of, with the index of the record, in the order of the records and then of
    /// the rules.
    pub findings: Vec<(usize, Box<Finding>)>,
    /// The place in the plan of the rule of each finding.
    places: Vec<usize>,
    /// What went wrong on the way: values that are not numbers, limits, failed scripts.
    pub diagnostics: Diagnostics,
}

impl Judged {
    /// With every rule not applicable to every record.
    fn nothing(records: usize, rules: usize) -> Judged {
        let statuses = vec![FindingStatus::NotApplicable; records.saturating_mul(rules)];
        Judged { statuses, records, rules, ..Judged::default() }
    }

    /// The statuses of a rule for all records, a slice for each block.
    fn of_rule(&self, rule: usize) -> impl Iterator<Item = &[FindingStatus]> {
        let known = rule < self.rules;
        (0..self.records).step_by(BLOCK).filter(move |_| known).filter_map(move |first| {
            let from = self.place(first, rule);
            self.statuses.get(from..from + self.records.saturating_sub(first).min(BLOCK))
        })
    }

    fn place(&self, record: usize, rule: usize) -> usize {
        let first = record - record % BLOCK;
        let lanes = self.records.saturating_sub(first).min(BLOCK);
        first.saturating_mul(self.rules) + rule.saturating_mul(lanes) + record % BLOCK
    }

    /// How a rule, by its place in the plan, came out for a record.
    pub fn status(&self, record: usize, rule: usize) -> Option<FindingStatus> {
        let known = record < self.records && rule < self.rules;
        self.statuses.get(self.place(record, rule)).copied().filter(|_| known)
    }

    /// How the rules came out for a record, in the order of [`Plan::rules`].
    pub fn statuses(&self, record: usize) -> impl Iterator<Item = FindingStatus> {
        (0..self.rules).filter_map(move |rule| self.status(record, rule))
    }

    /// The account of a record.
    pub fn account(&self, record: usize) -> Account {
        let mut account = Account::default();
        for status in self.statuses(record) {
            account.loaded += 1;
            account.count(status);
        }
        account
    }
}

impl Rulebook {
    /// Prepares the rules of a phase for many records.
    pub fn plan(&self, phase: Phase, batch: Batch) -> Plan<'_> {
        let rules = self.rules.iter().enumerate().filter(|(_, r)| r.phase == phase);
        Plan::of(self, rules, batch)
    }

    /// Judges many records by the rules of one phase. The same as [`Rulebook::run`] for each,
    /// without the findings of rules that passed or did not apply; equal on any number of
    /// threads.
    pub fn judge_many(&self, phase: Phase, records: &[Record<'_>], batch: Batch) -> Judged {
        self.plan(phase, batch).judge(records)
    }
}

impl<'b> Plan<'b> {
    /// The rules that are judged, in the order of their declaration.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &'b RuleIr> {
        self.rules.iter().map(|r| r.1)
    }

    fn of(
        book: &'b Rulebook,
        rules: impl Iterator<Item = (usize, &'b RuleIr)>,
        batch: Batch,
    ) -> Plan<'b> {
        let mut leaves = Leaves::default();
        let rules = rules
            .map(|(i, rule)| (i, rule, lower::lower(book, rule, batch.constants, &mut leaves)))
            .collect();
        Plan { book, rules, leaves, batch }
    }

    /// How many of the rules have a program; the tree walker evaluates the others.
    pub fn lowered(&self) -> usize {
        self.rules.iter().filter(|r| r.2.is_some()).count()
    }

    /// Judges records: [`Rulebook::judge_many`].
    pub fn judge(&self, records: &[Record<'_>]) -> Judged {
        self.over(records.len(), |block, registers| {
            let records = chunk(records, block);
            let columns = self.read_block(records);
            self.judge_block(block, records, &columns, registers, true)
        })
    }

    /// Reads records once, so that they can be judged many times.
    pub fn read<'a>(&self, records: &'a [Record<'a>]) -> Read<'a> {
        let blocks = records.chunks(BLOCK).map(|block| self.read_block(block)).collect();
        Read { records, blocks }
    }

    /// Judges what was read by this plan. Without `findings` only the statuses are given, and a
    /// failed rule that is waived counts as failed.
    pub fn judge_read(&self, read: &Read<'_>, findings: bool) -> Judged {
        self.over(read.records.len(), |block, registers| {
            let empty = Columns::default();
            let columns = read.blocks.get(block).unwrap_or(&empty);
            self.judge_block(block, chunk(read.records, block), columns, registers, findings)
        })
    }

    /// Runs a function over all blocks, on as many threads as the batch says, and joins what
    /// comes out in the order of the blocks.
    fn over(
        &self,
        records: usize,
        work: impl Fn(usize, &mut Registers) -> Judged + Sync,
    ) -> Judged {
        let blocks = records.div_ceil(BLOCK);
        let threads = self.batch.threads.clamp(1, blocks.max(1));
        let parts = side_by_side(threads, blocks, Registers::default, |registers, block| {
            work(block, registers)
        });
        let mut all = Judged { records, rules: self.rules.len(), ..Judged::default() };
        all.statuses.reserve(records.saturating_mul(self.rules.len()));
        let count = parts.iter().map(|p| p.findings.len()).sum();
        all.findings.reserve(count);
        all.places.reserve(count);
        for part in parts {
            all.statuses.extend(part.statuses);
            all.findings.extend(part.findings);
            all.places.extend(part.places);
            all.diagnostics.extend(part.diagnostics);
        }
        all.diagnostics.sort();
        all
    }

    fn read_block(&self, records: &[Record<'_>]) -> Columns {
        let batch = self.batch;
        self.leaves.gather(self.book, records, &|record| batch.input(record))
    }

    fn judge_block(
        &self,
        block: usize,
        records: &[Record<'_>],
        columns: &Columns,
        registers: &mut Registers,
        findings: bool,
    ) -> Judged {
        let (lanes, rules) = (records.len(), self.rules.len());
        let is_large = columns.offsets.iter().any(|o| o.last().is_some_and(|n| *n > ELEMENTS));
        let mut judged = Judged::nothing(lanes, rules);
        let mut walked = vec![false; rules];
        let columns_of = judged.statuses.chunks_mut(lanes.max(1));
        for (((index, _, program), walked), own) in
            self.rules.iter().zip(&mut walked).zip(columns_of)
        {
            let left = is_large || (findings && self.book.is_waived(*index));
            match program {
                Some(program) if !left => {
                    registers.run(program, columns, self.batch.constants);
                    registers.statuses(program, own);
                }
                _ => *walked = true,
            }
        }
        if !findings && !walked.contains(&true) {
            return judged;
        }
        if findings {
            let count = judged.statuses.iter().filter(|s| is_told(**s)).count();
            judged.findings.reserve(count);
            judged.places.reserve(count);
        }
        for (lane, record) in records.iter().enumerate() {
            let input = self.batch.input(record);
            let rows = Rows::of(record.facts);
            let rules = self.rules.iter().zip(&walked).enumerate();
            for (place, ((index, rule, _), walked)) in rules {
                let Some(status) = judged.statuses.get_mut(place * lanes + lane) else { continue };
                let wanted = *walked || (findings && is_told(*status));
                if !wanted {
                    continue;
                }
                let mut diagnostics = Diagnostics::new();
                let mut evaluator = Evaluator::of_rule(self.book, rule, input);
                evaluator.ordered = Some(&rows);
                let finding = self.book.told(*index, rule, &evaluator, None, &mut diagnostics);
                judged.diagnostics.extend(diagnostics);
                *status = finding.status;
                if findings && (is_told(finding.status) || !finding.waivers.is_empty()) {
                    judged.findings.push((block * BLOCK + lane, Box::new(finding)));
                    judged.places.push(place);
                }
            }
        }
        judged
    }
}

fn is_told(status: FindingStatus) -> bool {
    !matches!(status, FindingStatus::Passed | FindingStatus::NotApplicable)
}

/// The records of a block.
fn chunk<'s, 'a>(records: &'s [Record<'a>], block: usize) -> &'s [Record<'a>] {
    let from = block.saturating_mul(BLOCK).min(records.len());
    let to = from.saturating_add(BLOCK).min(records.len());
    records.get(from..to).unwrap_or(&[])
}
