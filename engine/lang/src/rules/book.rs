use super::expr::{Frame, TypedExpr};
use super::readings::{ReadingIr, RecogniserIr};
use super::recipes::RecipeIr;
use super::rule::RuleIr;
use super::scripts::Scripts;
use super::select::SelectIr;
use super::testing::TestIr;
use super::waivers::WaiverIr;
use crate::Quantities;
use crate::ir::{Finding, LimitTable};
use espice_base::{Date, Diagnostics, FileId, Limits, Span, Text};
use espice_facts::{Facts, SymbolTable};
use espice_units::Constants;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// When a rule is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// On raw sweeps, before readings.
    Source,
    /// On rows and curves.
    Data,
    /// On a model beside the data.
    Model,
    /// On the rows and curves of all devices of a kind together.
    Library,
}

impl Phase {
    /// The word after `on`.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Source => "source",
            Phase::Data => "data",
            Phase::Model => "model",
            Phase::Library => "library",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Phase> {
        let all = [Phase::Source, Phase::Data, Phase::Model, Phase::Library];
        all.into_iter().find(|p| p.word() == word)
    }
}

/// What an evaluation looks at.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The facts; `device.kind` and `device.part` decide which rules and rows apply.
    pub facts: &'a Facts,
    /// The model, in phase [`Phase::Model`].
    pub model: Option<&'a dyn Quantities>,
    /// Decides whether a waiver is in force.
    pub today: Date,
    /// Limits of scripts.
    pub limits: Limits,
    /// Physical constants behind `vt`, `k`, `q`, `eps0`.
    pub constants: Constants,
}

impl<'a> Input<'a> {
    /// Facts alone, with default limits and the constants of ngspice 39.
    pub fn new(facts: &'a Facts, today: Date) -> Self {
        Input {
            facts,
            model: None,
            today,
            limits: Limits::default(),
            constants: espice_units::constants::SPICE39,
        }
    }

    /// These with a model.
    #[must_use]
    pub fn with_model(self, model: &'a dyn Quantities) -> Self {
        Input { model: Some(model), ..self }
    }
}

/// What one phase gave.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// One finding for each rule of the phase, in the order of declaration.
    pub findings: Vec<Finding>,
    /// What went wrong on the way: values that are not numbers, limits, failed scripts.
    pub diagnostics: Diagnostics,
}

/// Everything that the loaded packs say beyond templates, checked and ready to be evaluated:
/// rules with overrides applied, readings, recognition, selection, recipes, tests, waivers.
#[derive(Debug)]
pub struct Rulebook {
    pub(crate) symbols: SymbolTable,
    pub(crate) tables: Vec<LimitTable>,
    pub(crate) functions: Vec<FunctionIr>,
    pub(crate) scripts: Scripts,
    /// The packs with their files, in the order of loading.
    pub(crate) pack_files: Vec<PackFiles>,
    /// Pack texts, for quoting expressions.
    pub(crate) texts: BTreeMap<FileId, PackText>,
    pub(crate) rules: Vec<RuleIr>,
    pub(crate) readings: Vec<ReadingIr>,
    pub(crate) recognisers: Vec<RecogniserIr>,
    pub(crate) selects: BTreeMap<String, SelectIr>,
    pub(crate) recipes: BTreeMap<String, RecipeIr>,
    pub(crate) tests: Vec<TestIr>,
    /// The single values that packs changed in rules of others, in the order of changing.
    pub(crate) changed: Vec<ChangedValue>,
    pub(crate) waivers: Vec<WaiverIr>,
    /// Names of the loaded packs, which `for foundry` of waivers is compared with.
    pub(crate) packs: Vec<String>,
    /// The rules as each pack with tests sees them, by its index.
    pub(crate) views: BTreeMap<usize, View>,
    /// What overrides changed, in the order in which they act.
    pub(crate) changes: Vec<Change>,
}

/// A rule before and after an override.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The pack of the override.
    pub(crate) pack: String,
    pub(crate) before: RuleIr,
    pub(crate) after: RuleIr,
    /// Whether it gives limits a value.
    pub(crate) limits: bool,
    /// Where the override names the rule.
    pub(crate) span: Span,
}

/// A pack and the files that hold its items.
#[derive(Clone, Debug)]
pub(crate) struct PackFiles {
    pub(crate) name: String,
    pub(crate) files: Vec<FileId>,
}

/// What a pack sees of rules: overrides and waivers of packs that it does not extend are left
/// out, so that its tests mean the same wherever it is loaded.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    /// In the order of [`Rulebook::rules`].
    pub(crate) rules: Vec<RuleIr>,
    /// The packs that it sees.
    pub(crate) packs: BTreeSet<usize>,
}

/// A pack function that can be called from rules; its arguments are the first slots.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FunctionIr {
    pub(crate) name: String,
    pub(crate) frame: Frame,
    /// `None` when it uses what only templates have.
    pub(crate) body: Option<TypedExpr>,
}

/// What an override changed in a rule.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ChangedValue {
    /// Index of the rule.
    pub(crate) rule: usize,
    /// Index of the pack that overrides.
    pub(crate) pack: usize,
    /// `limit most`, `severity` or `off`.
    pub(crate) what: String,
    /// What held before, in words or where it stands.
    pub(crate) from: Result<String, Span>,
    /// What holds now.
    pub(crate) to: Result<String, Span>,
    pub(crate) because: String,
    /// Where the override stands.
    pub(crate) span: Span,
}

/// A change of an override as people are shown it.
#[derive(Clone, PartialEq, Debug)]
pub struct OverrideInfo {
    /// Full name of the rule.
    pub rule: String,
    /// The pack that overrides.
    pub by: String,
    /// `limit NAME`, `severity` or `off`.
    pub what: String,
    /// What held before.
    pub from: String,
    /// What holds now.
    pub to: String,
    /// Why.
    pub because: String,
    /// Where the override stands.
    pub span: Span,
}

impl Rulebook {
    /// The rules in the order of declaration.
    pub fn rules(&self) -> &[RuleIr] {
        &self.rules
    }

    /// The rule with this name (`name` or `pack::name`), by its present or an earlier name.
    pub fn rule(&self, name: &str) -> Option<&RuleIr> {
        let (pack, name) = match name.split_once("::") {
            Some((pack, name)) => (Some(pack), name),
            None => (None, name),
        };
        let of_pack = |r: &&RuleIr| pack.is_none_or(|p| r.pack == p);
        let mut seen = self.rules.iter().rev().filter(of_pack);
        seen.clone()
            .find(|r| r.name == name)
            .or_else(|| seen.find(|r| r.formerly.iter().any(|f| f == name)))
    }

    /// Whether a waiver speaks of the rule with this index.
    pub(crate) fn is_waived(&self, rule: usize) -> bool {
        self.waivers.iter().any(|w| w.rule == rule)
    }

    /// What overrides what: a line for each limit, severity and switch that packs changed, in
    /// the order of loading, the later one on top of the earlier.
    pub fn overrides(&self) -> Vec<OverrideInfo> {
        let words = |t: &Result<String, Span>| match t {
            Ok(words) => words.clone(),
            Err(span) => self.snippet(*span),
        };
        let info = |c: &ChangedValue| OverrideInfo {
            rule: self.rules.get(c.rule).map_or(String::new(), RuleIr::full_name),
            by: self.packs.get(c.pack).cloned().unwrap_or_default(),
            what: c.what.clone(),
            from: words(&c.from),
            to: words(&c.to),
            because: c.because.clone(),
            span: c.span,
        };
        self.changed.iter().map(info).collect()
    }

    /// The text of an expression on one line.
    pub(crate) fn quote(&self, span: Span) -> String {
        let mut text = String::new();
        self.add_quote(span, &mut text);
        text
    }

    fn add_quote(&self, span: Span, into: &mut String) {
        let Some(file) = self.texts.get(&span.file) else { return };
        let text = file.at(span).unwrap_or("");
        if file.is_laid_out(span) {
            into.push_str(text);
        } else {
            into.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }

    /// Adds [`Rulebook::snippet`] to a text.
    pub(crate) fn add_snippet(&self, span: Span, into: &mut String) {
        if span.end.saturating_sub(span.start) <= 72 {
            self.add_quote(span, into);
        } else {
            into.push_str(&self.snippet(span));
        }
    }

    /// The text of an expression on one line, shortened when it is long.
    pub(crate) fn snippet(&self, span: Span) -> String {
        let one = self.quote(span);
        if one.chars().count() <= 72 {
            return one;
        }
        let head: String = one.chars().take(71).collect();
        format!("{head}…")
    }
}

/// A text of a pack, for quoting.
#[derive(Clone, Debug)]
pub(crate) struct PackText {
    text: Text,
    /// Bytes that a quoted line does not have: ends of lines, the second of two blanks, letters
    /// beyond ASCII. Found when the text is first quoted.
    breaks: OnceLock<Vec<u32>>,
}

impl PackText {
    pub(crate) fn new(text: Text) -> PackText {
        PackText { text, breaks: OnceLock::new() }
    }

    /// The text of a span.
    pub(crate) fn at(&self, span: Span) -> Option<&str> {
        self.text.get(usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?)
    }

    /// Whether what a span covers stands on one line with single blanks between its words.
    fn is_laid_out(&self, span: Span) -> bool {
        let text = self.at(span).unwrap_or("");
        let breaks = self.breaks.get_or_init(|| {
            let mut was_blank = false;
            let mut is_break = |b: u8| {
                let is_blank = b == b' ';
                let found = !(b.is_ascii_graphic() || is_blank && !was_blank);
                was_blank = is_blank;
                found
            };
            let found = self.text.bytes().zip(0_u32..).filter(|(b, _)| is_break(*b));
            found.map(|(_, at)| at).collect()
        });
        let next = breaks.partition_point(|at| *at < span.start);
        let is_whole = breaks.get(next).is_none_or(|at| *at >= span.end);
        let is_tight = !text.starts_with(' ') && !text.ends_with(' ');
        is_whole && is_tight
    }
}
