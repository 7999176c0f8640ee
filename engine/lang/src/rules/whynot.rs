//! The smallest change of one value that turns the outcome of a rule.
//!
//! Nothing is derived from the text of the rule: values are changed, the rule is evaluated again,
//! and the change is narrowed down to the two neighbouring numbers between which it turns. So
//! what is stated holds for whatever a rule says.

use super::book::{Input, Rulebook};
use super::eval::Evaluator;
use super::expr::{ExprKind as Kind, TypedExpr};
use super::message::{conditions, number};
use super::rule::RuleIr;
use super::run::Came;
use super::value::Truth;
use super::watch::Watch;
use crate::Quantities;
use espice_base::Place;
use espice_facts::{Facts, Parameter};
use espice_units::{Dimension, exact};
use std::collections::BTreeSet;

/// Factors by which a value is changed in the search for another outcome, the smallest first. What
/// passes may lie in a window, and between two limits of a rule there is seldom less than a third.
const FACTORS: [f64; 26] = [
    1.001, 1.01, 1.03, 1.1, 1.3, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0, 10.0, 13.0, 18.0, 30.0,
    50.0, 100.0, 180.0, 300.0, 560.0, 1e3, 3e3, 1e4, 1e6,
];
/// Halvings of an interval: down to neighbouring numbers.
const HALVINGS: usize = 70;
/// Most rows whose values are changed.
const ROWS: usize = 200;

/// Makes the model at hand with one parameter changed.
pub type Rebuild<'a> = dyn Fn(&str, f64) -> Option<Box<dyn Quantities + 'a>> + 'a;

/// A change of one value that gives a rule another outcome.
#[derive(Clone, PartialEq, Debug)]
pub struct Flip {
    /// What is changed: `VF max at IF = 10 mA`, or `N of the model`.
    pub what: String,
    /// What it is, with its unit.
    pub from: String,
    /// What it would have to be, with its unit and as many digits as are needed.
    pub to: String,
    /// The change in units of the value.
    pub relative: f64,
    /// The outcome then.
    pub outcome: &'static str,
    /// Where the value stands.
    pub place: Option<Place>,
}

/// Why a rule came out as it did, by what would change it.
#[derive(Clone, PartialEq, Debug)]
pub enum WhyNot {
    /// One value decides.
    Flip(Flip),
    /// The rule lacks something: this.
    Lacks(String),
    /// No change of a single value that was tried turns it.
    Nothing,
}

/// A value that can be changed.
enum Knob<'k> {
    /// A field of a row by index.
    Row(usize, Field),
    /// A parameter of the model.
    Model(&'k str),
}

#[derive(Clone, Copy)]
enum Field {
    Min,
    Typ,
    Max,
}

impl Field {
    const ALL: [Field; 3] = [Field::Min, Field::Typ, Field::Max];

    fn of(self, row: &Parameter) -> Option<f64> {
        match self {
            Field::Min => row.min,
            Field::Typ => row.typ,
            Field::Max => row.max,
        }
    }

    fn slot(self, row: &mut Parameter) -> &mut Option<f64> {
        match self {
            Field::Min => &mut row.min,
            Field::Typ => &mut row.typ,
            Field::Max => &mut row.max,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Field::Min => "min",
            Field::Typ => "typ",
            Field::Max => "max",
        }
    }
}

impl Rulebook {
    /// What would turn a rule; `None` when there is no such rule. `parameters` are those of the
    /// model that may be changed, with their values.
    pub fn why_not(
        &self,
        rule: &str,
        input: &Input<'_>,
        parameters: &[(String, f64)],
        rebuild: Option<&Rebuild<'_>>,
    ) -> Option<WhyNot> {
        let rule = self.rule(rule)?;
        let now = match self.came(rule, input) {
            (outcome @ ("passed" | "failed"), _) => outcome,
            (_, lacks) => return Some(WhyNot::Lacks(lacks)),
        };
        let limits = self.limits(rule, input);
        let mut best: Option<Flip> = None;
        let symbols = symbols(rule);
        let rows = input.facts.parameters.iter().enumerate();
        let wanted = rows.filter(|(_, r)| symbols.is_empty() || symbols.contains(&r.symbol));
        for (index, row) in wanted.take(ROWS) {
            for field in Field::ALL {
                let Some(value) = field.of(row) else { continue };
                let knob = Knob::Row(index, field);
                self.turn(rule, input, &knob, value, now, &limits, rebuild, &mut best);
            }
        }
        // A parameter that is zero is switched off: any value would be infinitely more.
        for (name, value) in parameters.iter().filter(|p| p.1 != 0.0) {
            let knob = Knob::Model(name);
            self.turn(rule, input, &knob, *value, now, &limits, rebuild, &mut best);
        }
        Some(best.map_or(WhyNot::Nothing, WhyNot::Flip))
    }

    /// Looks for the smallest change of one value, and keeps it when it is the smallest so far.
    #[expect(clippy::too_many_arguments, reason = "the state of one search, used once")]
    fn turn(
        &self,
        rule: &RuleIr,
        input: &Input<'_>,
        knob: &Knob<'_>,
        value: f64,
        now: &'static str,
        limits: &[f64],
        rebuild: Option<&Rebuild<'_>>,
        best: &mut Option<Flip>,
    ) {
        let outcome = |v: f64| self.with(rule, input, knob, v, rebuild);
        let turned = |o: &str| (o == "passed" || o == "failed") && o != now;
        let relative = |v: f64| match value {
            0.0 => v.abs(),
            _ => ((v - value) / value).abs(),
        };
        for up in [true, false] {
            let mut stays = value;
            for tried in candidates(value, up, limits) {
                // A nearer change is known already.
                if best.as_ref().is_some_and(|b| b.relative <= relative(stays)) {
                    break;
                }
                let there = outcome(tried);
                if !turned(there) {
                    stays = tried;
                    continue;
                }
                let mut turns = tried;
                for _ in 0..HALVINGS {
                    let middle = stays + (turns - stays) / 2.0;
                    if middle == stays || middle == turns {
                        break;
                    }
                    if turned(outcome(middle)) {
                        turns = middle;
                    } else {
                        stays = middle;
                    }
                }
                let change = relative(turns);
                if best.as_ref().is_none_or(|b| change < b.relative) {
                    *best = Some(self.flip(
                        input,
                        knob,
                        (value, turns),
                        change,
                        there,
                        &turned,
                        &outcome,
                    ));
                }
                break;
            }
        }
    }

    /// What values are compared with, as the data stand: windows begin and end there.
    fn limits(&self, rule: &RuleIr, input: &Input<'_>) -> Vec<f64> {
        let watch = Watch::default();
        let mut evaluator = Evaluator::of_rule(self, rule, *input);
        evaluator.watch = Some(&watch);
        let _ = evaluator.judge(rule);
        watch.seen.into_inner().met.values().map(|met| met.limit).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "the result of one search, used once")]
    fn flip(
        &self,
        input: &Input<'_>,
        knob: &Knob<'_>,
        (value, turns): (f64, f64),
        relative: f64,
        there: &'static str,
        turned: &dyn Fn(&str) -> bool,
        outcome: &dyn Fn(f64) -> &'static str,
    ) -> Flip {
        let (what, dimension, place) = match knob {
            Knob::Row(index, field) => match input.facts.parameters.get(*index) {
                Some(row) => {
                    let at = conditions(&row.conditions, &self.symbols);
                    let at = if at.is_empty() { at } else { format!(" at {at}") };
                    let what = format!("{} {}{at}", row.symbol, field.word());
                    (what, row.dimension, Some(row.provenance.place))
                }
                None => (String::new(), Dimension::NONE, None),
            },
            Knob::Model(name) => (format!("{name} of the model"), Dimension::NONE, None),
        };
        let is_point = dimension == Dimension::TEMPERATURE;
        let show = |v: f64| match knob {
            Knob::Row(..) => number(v, dimension, is_point),
            Knob::Model(_) => espice_units::plain(v, 6),
        };
        // Few digits say enough where they mean the same: nearer numbers have more of them.
        let few = espice_units::rounded(turns, 4);
        let enough = turned(outcome(few)) && (few - turns).abs() <= 1e-9 * turns.abs();
        let unit = if is_point { String::from("K") } else { dimension.to_string() };
        let to = if enough { show(few) } else { format!("{} {unit}", exact(turns)) };
        let to = String::from(to.trim_end().trim_end_matches(" 1"));
        Flip { what, from: show(value), to, relative, outcome: there, place }
    }

    /// How a rule comes out with one value changed.
    fn with(
        &self,
        rule: &RuleIr,
        input: &Input<'_>,
        knob: &Knob<'_>,
        value: f64,
        rebuild: Option<&Rebuild<'_>>,
    ) -> &'static str {
        match knob {
            Knob::Row(index, field) => {
                let mut facts: Facts = input.facts.clone();
                if let Some(row) = facts.parameters.get_mut(*index) {
                    *field.slot(row) = Some(value);
                }
                self.came(rule, &Input { facts: &facts, ..*input }).0
            }
            Knob::Model(name) => match rebuild.and_then(|r| r(name, value)) {
                Some(model) => self.came(rule, &Input { model: Some(&*model), ..*input }).0,
                None => "undecided",
            },
        }
    }

    fn came(&self, rule: &RuleIr, input: &Input<'_>) -> (&'static str, String) {
        let evaluator = Evaluator::of_rule(self, rule, *input);
        match evaluator.judge(rule) {
            Came::NotApplicable(reason) => ("not_applicable", reason),
            Came::Decided(verdict, _) => match verdict.truth {
                Truth::Yes => ("passed", String::new()),
                Truth::No => ("failed", String::new()),
                Truth::Unknown(why) => ("undecided", why.text.clone()),
            },
        }
    }
}

/// Values above or below one that are tried in its place, the nearest first.
fn candidates(value: f64, up: bool, limits: &[f64]) -> Vec<f64> {
    let towards = if up { 1.0 } else { -1.0 };
    let steps = FACTORS.iter().map(|factor| match value {
        0.0 => towards * factor * 1e-12,
        v => v + towards * v.abs() * (factor - 1.0),
    });
    // Towards zero a factor never gets there.
    let shares = FACTORS.iter().map(|factor| match up == (value > 0.0) {
        true => value * factor,
        false => value / factor,
    });
    let near = limits.iter().flat_map(|l| [l.next_down(), *l, l.next_up()]);
    let mut all: Vec<f64> = steps
        .chain(shares)
        .chain(near)
        .filter(|v| v.is_finite() && if up { *v > value } else { *v < value })
        .collect();
    all.sort_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()));
    all.dedup();
    all
}

/// The symbols of the rows that a rule looks at; none when it looks at all rows, or at none.
fn symbols(rule: &RuleIr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&TypedExpr> = rule.expressions().collect();
    while let Some(e) = waiting.pop() {
        match &e.kind {
            Kind::Rows(None) => return BTreeSet::new(),
            Kind::Rows(Some(symbol)) | Kind::Row(symbol) => {
                found.insert(symbol.clone());
            }
            _ => {}
        }
        waiting.extend(e.parts());
    }
    found
}
