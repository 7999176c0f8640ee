//! Rules two by two: what contradicts, repeats or lies behind another.

use super::build::Variables;
use super::excluded;
use super::formula::Formula;
use super::keys::Keys;
use super::laws::{Law, Laws};
use crate::ir::Library;
use crate::rules::rule::{Need, RuleIr};
use espice_base::{Code, Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet};

/// Looks at every two laws that speak of the same; `decided` holds, by rule, the checks of which
/// has been told that they are decided beforehand.
pub(super) fn check(
    rules: &[Laws<'_>],
    decided: &[BTreeSet<usize>],
    library: &Library,
    variables: &Variables,
    diagnostics: &mut Diagnostics,
) {
    let sees = visible(library);
    for ((a, i), (b, j)) in candidates(rules) {
        let (Some(first), Some(second)) = (rules.get(a), rules.get(b)) else { continue };
        let (Some(x), Some(y)) = (first.laws.get(i), second.laws.get(j)) else { continue };
        let (p, q) = (&first.rule.pack, &second.rule.pack);
        let sees = |p: &String, q: &String| sees.get(p).is_some_and(|s| s.contains(q));
        let sees = [sees(p, q), sees(q, p)];
        if !x.universal || !y.universal || sees == [false, false] {
            continue;
        }
        if a == b && x.of == y.of && decided.get(a).is_some_and(|told| told.contains(&x.of)) {
            continue;
        }
        let pair = Pair { a: first, x, b: second, y, variables, sees };
        // What is wrong with one of them alone has been told.
        if pair.is_idle(&pair.a.context(x), &x.check) || pair.is_idle(&pair.b.context(y), &y.check)
        {
            continue;
        }
        if let Some(diagnostic) = pair.contradiction().or_else(|| pair.repetition()) {
            diagnostics.push(diagnostic);
        }
    }
}

/// Laws that speak of the same things, in the order of declaration: rule and law, twice.
fn candidates(rules: &[Laws<'_>]) -> BTreeSet<((usize, usize), (usize, usize))> {
    let mut by_topic: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (a, laws) in rules.iter().enumerate() {
        for (i, law) in laws.laws.iter().enumerate() {
            let mut topics = BTreeSet::new();
            topics_of(&law.check, &mut topics);
            for topic in topics {
                by_topic.entry(topic).or_default().push((a, i));
            }
        }
    }
    let mut pairs = BTreeSet::new();
    for places in by_topic.values() {
        for (n, first) in places.iter().enumerate() {
            pairs.extend(places.iter().skip(n + 1).map(|second| (*first, *second)));
        }
    }
    pairs
}

fn topics_of(formula: &Formula, topics: &mut BTreeSet<String>) {
    match formula {
        Formula::Yes | Formula::No => {}
        Formula::Linear(c) => topics.extend(c.terms.keys().map(|v| format!("{v}"))),
        Formula::Flag(f) => {
            topics.insert(f.subject.clone());
        }
        Formula::All(parts) | Formula::Any(parts) => {
            parts.iter().for_each(|p| topics_of(p, topics));
        }
    }
}

/// By pack: the packs that it sees.
fn visible(library: &Library) -> BTreeMap<String, BTreeSet<String>> {
    let name = |index: usize| String::from(library.pack_name(index));
    let all = library.packs.iter().enumerate();
    all.map(|(index, pack)| {
        (pack.name.clone(), library.reach(index).into_iter().map(name).collect())
    })
    .collect()
}

#[derive(Clone, Copy)]
struct Pair<'p, 'a> {
    a: &'p Laws<'a>,
    x: &'p Law<'a>,
    b: &'p Laws<'a>,
    y: &'p Law<'a>,
    variables: &'p Variables,
    /// Whether the pack of a sees that of b, and the reverse. A pack that adds a tighter rule
    /// makes that of its base no worse.
    sees: [bool; 2],
}

impl Pair<'_, '_> {
    /// Whether a check is decided beforehand.
    fn is_idle(&self, context: &[&Formula], check: &Formula) -> bool {
        let opposite = check.negated();
        [check, &opposite].into_iter().any(|side| {
            let all: Vec<&Formula> = context.iter().copied().chain([side]).collect();
            self.excluded(&all)
        })
    }

    fn excluded(&self, formulas: &[&Formula]) -> bool {
        excluded(formulas, &[self.a, self.b], self.variables).is_some()
    }

    /// Two checks that no value meets.
    fn contradiction(&self) -> Option<Diagnostic> {
        let (a, b) = (self.a.rule, self.b.rule);
        let nested = self.x.loops.is_subset(&self.y.loops) || self.y.loops.is_subset(&self.x.loops);
        if !nested || a.phase != b.phase || !kinds_meet(a, b) || !origins_meet(a, b) {
            return None;
        }
        let mut context = self.a.context(self.x);
        context.extend(self.b.context(self.y));
        let with = |more: &[&Formula]| {
            let all: Vec<&Formula> = context.iter().copied().chain(more.iter().copied()).collect();
            self.excluded(&all)
        };
        let alone = [&self.x.check, &self.y.check];
        if alone.iter().any(|check| with(&[check])) || !with(&alone) {
            return None;
        }
        let same = std::ptr::eq(a, b);
        let message = if same {
            format!("two checks of the rule `{}` contradict each other", a.name)
        } else {
            format!("the rules `{}` and `{}` contradict each other", a.name, b.name)
        };
        Some(
            Diagnostic::error(Code::CONTRADICTION, message)
                .label(self.y.body.span, "no value that meets this")
                .label(self.x.body.span, "meets this too")
                .help("whatever both look at, one of them fails"),
        )
    }

    /// A check that fails only where another fails, too.
    fn repetition(&self) -> Option<Diagnostic> {
        let behind = |pair: &Pair<'_, '_>| pair.covers();
        let [a_sees, b_sees] = self.sees;
        let turned = Pair { a: self.b, x: self.y, b: self.a, y: self.x, ..*self };
        let (forward, backward) = (b_sees && behind(self), a_sees && behind(&turned));
        let (front, back) = match (forward, backward) {
            (true, _) => (self, true),
            (false, true) => (&turned, false),
            _ => return None,
        };
        let (first, second) = (front.a.rule, front.b.rule);
        let same = std::ptr::eq(first, second);
        let equal = forward && backward && back;
        let message = match (same, equal) {
            (true, true) => format!("two checks of the rule `{}` say the same", first.name),
            (true, false) => {
                format!("a check of the rule `{}` lies behind another one", first.name)
            }
            (false, true) => {
                format!("the rule `{}` repeats the rule `{}`", second.name, first.full_name())
            }
            (false, false) => format!(
                "the rule `{}` lies behind `{}`: it fails only where that one fails",
                second.name,
                first.full_name()
            ),
        };
        Some(
            Diagnostic::warning(Code::SHADOWED, message)
                .label(front.y.body.span, "this adds nothing")
                .label(front.x.body.span, if equal { "this says it" } else { "this is tighter" })
                .help("delete it, or let it say something of its own"),
        )
    }

    /// Whether x fails, at least as gravely, wherever y fails.
    fn covers(&self) -> bool {
        let (a, b) = (self.a.rule, self.b.rule);
        let kinds = a.kinds.is_empty()
            || !b.kinds.is_empty() && b.kinds.iter().all(|k| a.kinds.contains(k));
        let origins = a.origins.is_empty()
            || !b.origins.is_empty() && b.origins.iter().all(|o| a.origins.contains(o));
        let needs = needs_of(a).is_subset(&needs_of(b));
        if a.severity < b.severity || a.phase != b.phase || !kinds || !origins || !needs {
            return false;
        }
        if !self.x.loops.is_subset(&self.y.loops) || !self.only_what_y_sees() {
            return false;
        }
        let opposite = self.y.check.negated();
        let mut failing = self.b.context(self.y);
        failing.push(&opposite);
        let mut lets_pass: Vec<Formula> =
            self.a.context(self.x).into_iter().map(Formula::negated).collect();
        lets_pass.push(self.x.check.clone());
        let passes = Formula::any(lets_pass);
        failing.push(&passes);
        self.excluded(&failing)
    }

    /// Whether x looks at nothing that y does not look at: it might be missing.
    fn only_what_y_sees(&self) -> bool {
        let topics = |laws: &Laws<'_>, law: &Law<'_>| {
            let mut topics = BTreeSet::new();
            topics_of(&law.check, &mut topics);
            laws.context(law).into_iter().for_each(|f| topics_of(f, &mut topics));
            topics
        };
        let seen = topics(self.b, self.y);
        let mut wanted = BTreeSet::new();
        topics_of(&self.x.check, &mut wanted);
        wanted.is_subset(&seen)
    }
}

fn needs_of(rule: &RuleIr) -> BTreeSet<String> {
    rule.needs
        .iter()
        .map(|need| match need {
            Need::Symbol(symbol) => symbol.clone(),
            Need::Curve(wanted) => format!("{wanted}"),
            Need::Expr(e) => Keys::new(&rule.frame).key(e),
        })
        .collect()
}

fn kinds_meet(a: &RuleIr, b: &RuleIr) -> bool {
    a.kinds.is_empty() || b.kinds.is_empty() || a.kinds.iter().any(|k| b.kinds.contains(k))
}

fn origins_meet(a: &RuleIr, b: &RuleIr) -> bool {
    a.origins.is_empty() || b.origins.is_empty() || a.origins.iter().any(|o| b.origins.contains(o))
}
