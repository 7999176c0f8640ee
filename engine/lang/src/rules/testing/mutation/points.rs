//! Where a rule can be changed. One walk serves to list the changes and to make one of them, so
//! that the two agree.

use super::change::{Change, of_number};
use crate::rules::book::Rulebook;
use crate::rules::expr::{ExprKind as Kind, Frame, TypedExpr};
use crate::rules::functions::Function;
use crate::rules::rule::{Need, RuleBody};
use crate::rules::select::SelectIr;
use crate::rules::testing::coverage::reached;
use espice_base::{FileId, Span};
use espice_syntax::ast::{BinaryOp, CompareOp, ComprehensionKind};
use std::collections::BTreeSet;

/// A change that can be made.
pub(super) struct Offer {
    pub(super) change: Change,
    pub(super) span: Span,
    pub(super) was: String,
    pub(super) becomes: String,
}

/// Walks a rule, offers changes in the order of the walk, and makes the one that is wanted.
pub(super) struct Mutator<'b> {
    book: &'b Rulebook,
    /// Only what stands in these is changed.
    files: &'b [FileId],
    wanted: Option<usize>,
    /// Literals that are limits.
    limits: BTreeSet<Span>,
    pub(super) offered: Vec<Offer>,
}

impl<'b> Mutator<'b> {
    pub(super) fn new(book: &'b Rulebook, files: &'b [FileId], wanted: Option<usize>) -> Self {
        Mutator { book, files, wanted, limits: BTreeSet::new(), offered: Vec::new() }
    }

    /// Changes a rule.
    pub(super) fn rule(&mut self, rule: &mut RuleBody) {
        if !self.reaches(rule) {
            return;
        }
        let slots = reached(rule);
        for e in rule.when.iter().chain(&rule.checks) {
            self.find_limits(e, &rule.frame);
        }
        for slot in &slots {
            let definition = rule.frame.slots.get(*slot).and_then(Option::as_ref);
            definition.into_iter().for_each(|d| self.find_limits(d, &rule.frame));
        }
        for limit in &rule.limits {
            let definition = rule.frame.slots.get(limit.slot).and_then(Option::as_ref);
            let own = definition.into_iter().flat_map(literals);
            self.limits.extend(own.map(|e| e.span));
        }
        self.needs(rule);
        let span = rule.when.as_ref().map(|w| w.span);
        let was = |m: &Self| span.map_or(String::new(), |s| format!("when {}", m.text(s)));
        if let Some(at) = span
            && self.offer(Change::Dropped, at, was(self), String::new())
        {
            rule.when = None;
        }
        rule.when.iter_mut().for_each(|w| self.node(w));
        if rule.checks.len() > 1 {
            let spans: Vec<Span> = rule.checks.iter().map(|c| c.span).collect();
            for (index, span) in spans.into_iter().enumerate() {
                let was = format!("check {}", self.text(span));
                if self.offer(Change::Dropped, span, was, String::new()) {
                    rule.checks.remove(index);
                    return;
                }
            }
        }
        rule.checks.iter_mut().for_each(|c| self.node(c));
        for slot in slots {
            let definition = rule.frame.slots.get_mut(slot).and_then(Option::as_mut);
            definition.into_iter().for_each(|d| self.node(d));
        }
    }

    /// Changes a select block.
    pub(super) fn select(&mut self, select: &mut SelectIr) {
        for clause in &mut select.clauses {
            let Some(when) = &mut clause.when else { continue };
            self.find_limits(when, &clause.frame);
            let was = format!("when {}", self.text(when.span));
            if self.offer(Change::Dropped, when.span, was, String::new()) {
                clause.when = None;
                return;
            }
            self.node(when);
        }
    }

    fn needs(&mut self, rule: &mut RuleBody) {
        for (index, span) in rule.need_spans.clone().into_iter().enumerate() {
            let was = format!("needs {}", self.text(span));
            if self.offer(Change::Dropped, span, was, String::new()) {
                rule.needs.remove(index);
                rule.need_spans.remove(index);
                return;
            }
        }
        for need in &mut rule.needs {
            if let Need::Expr(e) = need {
                self.node(e);
            }
        }
    }

    /// Whether anything of a rule stands in the files.
    fn reaches(&self, rule: &RuleBody) -> bool {
        let definition = |slot: usize| rule.frame.slots.get(slot).and_then(Option::as_ref);
        let limits = rule.limits.iter().filter_map(|l| definition(l.slot));
        self.files.contains(&rule.span.file)
            || limits.into_iter().any(|d| self.files.contains(&d.span.file))
    }

    /// Notes the literals that values are compared with.
    fn find_limits(&mut self, e: &TypedExpr, frame: &Frame) {
        let mut sides: Vec<&TypedExpr> = Vec::new();
        match &e.kind {
            Kind::Compare(operands, _) => {
                for pair in operands.windows(2) {
                    let [a, b] = pair else { continue };
                    match (a.evidence, b.evidence) {
                        (true, true) => sides.extend([a, b]),
                        (false, true) => sides.push(a),
                        _ => sides.push(b),
                    }
                }
            }
            Kind::In { set, .. } => sides.push(set),
            _ => {}
        }
        let mut slots = BTreeSet::new();
        while let Some(side) = sides.pop() {
            match &side.kind {
                Kind::Local(slot) if slots.insert(*slot) => {
                    sides.extend(frame.slots.get(*slot).into_iter().flatten());
                }
                Kind::Range(low, high, None) => sides.extend([&**low, &**high]),
                _ => self.limits.extend(literals(side).into_iter().map(|n| n.span)),
            }
        }
        e.parts().into_iter().for_each(|p| self.find_limits(p, frame));
    }

    fn is_done(&self) -> bool {
        self.wanted.is_some_and(|w| self.offered.len() > w)
    }

    /// Offers a change; whether it is the one to be made.
    fn offer(&mut self, change: Change, span: Span, was: String, becomes: String) -> bool {
        if self.is_done() || !self.files.contains(&span.file) {
            return false;
        }
        let wanted = self.wanted == Some(self.offered.len());
        self.offered.push(Offer { change, span, was, becomes });
        wanted
    }

    fn text(&self, span: Span) -> String {
        self.book.quote(span)
    }

    /// The text from the end of one span to the beginning of another.
    fn between(&self, a: Span, b: Span) -> String {
        self.book.quote(Span { file: a.file, start: a.end, end: b.start.max(a.end) })
    }

    fn node(&mut self, e: &mut TypedExpr) {
        if self.is_done() {
            return;
        }
        self.here(e);
        if self.is_done() {
            return;
        }
        parts_mut(e).into_iter().for_each(|p| self.node(p));
    }

    /// The changes of a node itself.
    fn here(&mut self, e: &mut TypedExpr) {
        let span = e.span;
        let mut instead: Option<TypedExpr> = None;
        match &mut e.kind {
            Kind::Number(value) if self.limits.contains(&span) => {
                let was = self.text(span);
                for (change, changed, becomes) in of_number(&was, *value) {
                    if self.offer(change, span, was.clone(), becomes) {
                        *value = changed;
                        return;
                    }
                }
            }
            Kind::Compare(operands, operators) => {
                for (index, op) in operators.iter_mut().enumerate() {
                    let (Some(a), Some(b)) = (operands.get(index), operands.get(index + 1)) else {
                        continue;
                    };
                    let place = a.span.to(b.span);
                    let (left, right) = (self.text(a.span), self.text(b.span));
                    let middle = self.between(a.span, b.span);
                    for (change, other) in others(*op) {
                        let middle = middle.replacen(sign(*op), sign(other), 1);
                        let becomes = format!("{left} {} {right}", middle.trim());
                        if self.offer(change, place, self.text(place), becomes) {
                            *op = other;
                            return;
                        }
                    }
                }
            }
            Kind::In { value, set, negated } => {
                let (left, right) = (self.text(value.span), self.text(set.span));
                let word = if *negated { "in" } else { "not in" };
                let becomes = format!("{left} {word} {right}");
                if self.offer(Change::Negation, span, self.text(span), becomes) {
                    *negated = !*negated;
                    return;
                }
            }
            Kind::IsWord { value, negated, .. } | Kind::IsMissing { value, negated } => {
                let rest = Span { start: value.span.end, ..span };
                let rest = self.text(rest);
                let (from, to) = if *negated { ("is not", "is") } else { ("is", "is not") };
                let becomes = format!("{} {}", self.text(value.span), rest.replacen(from, to, 1));
                if self.offer(Change::Negation, span, self.text(span), becomes) {
                    *negated = !*negated;
                    return;
                }
            }
            Kind::Not(inner) => {
                let becomes = self.text(inner.span);
                if self.offer(Change::Negation, span, self.text(span), becomes) {
                    instead = Some((**inner).clone());
                }
            }
            Kind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let (other, from, to) = match op {
                    BinaryOp::And => (BinaryOp::Or, "and", "or"),
                    _ => (BinaryOp::And, "or", "and"),
                };
                let (left, right) = (self.text(a.span), self.text(b.span));
                let middle = self.between(a.span, b.span).replacen(from, to, 1);
                let becomes = format!("{left} {} {right}", middle.trim());
                if self.offer(Change::Connective, span, self.text(span), becomes) {
                    *op = other;
                    return;
                }
                if self.offer(Change::Dropped, span, self.text(span), right) {
                    instead = Some((**b).clone());
                } else if self.offer(Change::Dropped, span, self.text(span), left) {
                    instead = Some((**a).clone());
                }
            }
            Kind::Comprehension { kind, over, condition, .. } => {
                use ComprehensionKind::{Every, Max, Min, Some as Any};
                let whole = self.text(span);
                let other = match kind {
                    Every => Some((Any, "every", "some", Change::Quantifier)),
                    Any => Some((Every, "some", "every", Change::Quantifier)),
                    Max => Some((Min, "max", "min", Change::Extreme)),
                    Min => Some((Max, "min", "max", Change::Extreme)),
                    _ => None,
                };
                if let Some((other, from, to, change)) = other
                    && self.offer(change, span, whole.clone(), whole.replacen(from, to, 1))
                {
                    *kind = other;
                    return;
                }
                if let Some(at) = condition.as_ref().map(|c| c.span) {
                    let filter = format!("{}{}", self.between(over.span, at), self.text(at));
                    let becomes =
                        whole.replacen(&*self.text(over.span.to(at)), &self.text(over.span), 1);
                    let dropped = if becomes == whole { filter } else { becomes };
                    if self.offer(Change::Dropped, at, whole, dropped) {
                        *condition = None;
                        return;
                    }
                }
            }
            Kind::Where { value, condition, .. } => {
                let becomes = self.text(value.span);
                if self.offer(Change::Dropped, condition.span, self.text(span), becomes) {
                    instead = Some((**value).clone());
                }
            }
            Kind::If(_, then, otherwise) => {
                let becomes =
                    format!("{} and {} exchanged", self.text(then.span), self.text(otherwise.span));
                if self.offer(Change::Negation, span, self.text(span), becomes) {
                    std::mem::swap(then, otherwise);
                    return;
                }
            }
            Kind::Builtin(function, _) => {
                let other = match function {
                    Function::Min => Some((Function::Max, "min", "max")),
                    Function::Max => Some((Function::Min, "max", "min")),
                    Function::Rising => Some((Function::Falling, "rising", "falling")),
                    Function::Falling => Some((Function::Rising, "falling", "rising")),
                    _ => None,
                };
                let whole = self.text(span);
                if let Some((other, from, to)) = other
                    && self.offer(Change::Extreme, span, whole.clone(), whole.replacen(from, to, 1))
                {
                    *function = other;
                    return;
                }
            }
            _ => {}
        }
        if let Some(instead) = instead {
            *e = instead;
        }
    }
}

/// The numbers of which a limit is calculated.
fn literals(e: &TypedExpr) -> Vec<&TypedExpr> {
    match &e.kind {
        Kind::Number(_) => vec![e],
        Kind::Negate(_) | Kind::Binary(..) | Kind::Power(..) | Kind::If(..) | Kind::Range(..) => {
            e.parts().into_iter().flat_map(literals).collect()
        }
        Kind::Builtin(Function::Min | Function::Max | Function::Abs, args) => {
            args.iter().flat_map(literals).collect()
        }
        _ => Vec::new(),
    }
}

fn others(op: CompareOp) -> Vec<(Change, CompareOp)> {
    use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    let (strictness, negation) = match op {
        Less => (Some(LessEqual), GreaterEqual),
        LessEqual => (Some(Less), Greater),
        Greater => (Some(GreaterEqual), LessEqual),
        GreaterEqual => (Some(Greater), Less),
        Equal => (None, NotEqual),
        NotEqual => (None, Equal),
    };
    let strictness = strictness.map(|o| (Change::Strictness, o));
    strictness.into_iter().chain([(Change::Negation, negation)]).collect()
}

fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Less => "<",
        CompareOp::LessEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => ">=",
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
    }
}

/// [`TypedExpr::parts`], to be changed.
fn parts_mut(e: &mut TypedExpr) -> Vec<&mut TypedExpr> {
    match &mut e.kind {
        Kind::Missing
        | Kind::Number(_)
        | Kind::Text(_)
        | Kind::Truth(_)
        | Kind::Local(_)
        | Kind::Constant(_)
        | Kind::Parameter(_)
        | Kind::ModelParameter(_)
        | Kind::Rows(_)
        | Kind::Row(_)
        | Kind::Curves(_)
        | Kind::Curve(_)
        | Kind::Sweeps => Vec::new(),
        Kind::Negate(a)
        | Kind::Not(a)
        | Kind::Field(a, _)
        | Kind::Condition(a, _)
        | Kind::Terminal(a, _) => vec![a],
        Kind::Cell(a, _) | Kind::ModelAtRecord(_, a) => vec![a],
        Kind::IsWord { value, .. } | Kind::IsMissing { value, .. } => vec![value],
        Kind::Binary(_, a, b) | Kind::Power(a, b) | Kind::Over(a, b) | Kind::CurveAt(a, b) => {
            vec![a, b]
        }
        Kind::In { value, set, .. } => vec![value, set],
        Kind::Where { value, condition, .. } => vec![value, condition],
        Kind::If(a, b, c) => vec![a, b, c],
        Kind::Range(a, b, c) => {
            let mut all: Vec<&mut TypedExpr> = vec![a, b];
            all.extend(c.as_deref_mut());
            all
        }
        Kind::Compare(all, _)
        | Kind::Builtin(_, all)
        | Kind::Call(_, all)
        | Kind::Script(_, all)
        | Kind::TableRow(_, all)
        | Kind::List(all) => all.iter_mut().collect(),
        Kind::ModelAt(_, bound) | Kind::Grid(bound) => bound.iter_mut().map(|b| &mut b.1).collect(),
        Kind::Points(points) => points.iter_mut().flat_map(|p| [&mut p.0, &mut p.1]).collect(),
        Kind::Comprehension { over, condition, body, .. } => {
            let mut all: Vec<&mut TypedExpr> = vec![over];
            all.extend(condition.as_deref_mut());
            all.push(body);
            all
        }
    }
}
