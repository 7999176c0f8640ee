//! Expressions by what they stand for: equal keys, equal values, wherever both are written.

use super::super::expr::{ExprKind as K, Frame, TypedExpr, Wanted};
use super::super::types::Type;
use std::collections::BTreeMap;

/// Longest key; longer ones stand for themselves alone.
const LONGEST: usize = 2000;

/// Names the expressions of one item.
pub(super) struct Keys<'a> {
    pub(super) frame: &'a Frame,
    /// Keys of slots without a definition: the records of loops.
    binders: BTreeMap<usize, String>,
    /// Keys of definitions that were named before.
    known: BTreeMap<usize, String>,
    /// What the loops around the present place run over.
    open: Vec<String>,
    /// How many loops inside the present expression stand around the present part of it.
    inner: usize,
}

impl<'a> Keys<'a> {
    pub(super) fn new(frame: &'a Frame) -> Keys<'a> {
        let (binders, known) = (BTreeMap::new(), BTreeMap::new());
        Keys { frame, binders, known, open: Vec::new(), inner: 0 }
    }

    /// Names the record of a loop after what the loop runs over; loops inside each other over
    /// the same are told apart by their depth.
    pub(super) fn enter(&mut self, slot: usize, over: &TypedExpr) -> String {
        let of = self.key(over);
        let depth = self.open.iter().filter(|k| **k == of).count();
        let key = format!("(each {of} #{depth})");
        self.binders.insert(slot, key.clone());
        self.open.push(of);
        key
    }

    /// Leaves the innermost loop.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// Names the axes of a curve in a condition point by point.
    pub(super) fn bind_axes(&mut self, (x, y): (usize, usize), curve: &TypedExpr) {
        let of = self.key(curve);
        self.binders.insert(x, format!("(x of {of})"));
        self.binders.insert(y, format!("(y of {of})"));
    }

    /// The definition of a slot.
    pub(super) fn definition(&self, slot: usize) -> Option<&'a TypedExpr> {
        self.frame.slots.get(slot)?.as_ref()
    }

    pub(super) fn key(&mut self, e: &TypedExpr) -> String {
        let key = match &e.kind {
            K::Local(slot) => return self.local(*slot),
            K::Missing => match &e.ty {
                Type::Root(root) => format!("({root:?})"),
                _ => String::from("(missing)"),
            },
            K::Number(v) => format!("({v:e})"),
            K::Text(t) => format!("({t:?})"),
            K::Truth(t) => format!("({t})"),
            K::Constant(c) => format!("({c:?})"),
            K::Parameter(i) => format!("(parameter {i})"),
            K::ModelParameter(name) => format!("(param {name})"),
            K::Rows(symbol) => format!("(rows {})", symbol.as_deref().unwrap_or("")),
            K::Row(symbol) => format!("(row {symbol})"),
            K::Curves(wanted) => format!("(curves {wanted})"),
            K::Curve(wanted) => Self::of_curve(wanted),
            K::Sweeps => String::from("(sweeps)"),
            K::ModelAt(name, bound) => format!("(model {name} at{})", self.bound(bound)),
            K::ModelAtRecord(name, at) => format!("(model {name} at {})", self.key(at)),
            K::Grid(bound) => format!("(grid{})", self.bound(bound)),
            K::Comprehension { kind, slot, over, condition, body } => {
                let of = format!("(inner {} #{})", self.key(over), self.inner);
                self.binders.insert(*slot, of.clone());
                self.inner += 1;
                let condition = condition.as_ref().map_or(String::new(), |c| self.key(c));
                let body = self.key(body);
                self.inner -= 1;
                format!("({kind:?} {of} {condition} {body})")
            }
            K::Where { value, axes, condition } => {
                if let Some(axes) = axes {
                    self.bind_axes(*axes, value);
                }
                format!("({} where {})", self.key(value), self.key(condition))
            }
            kind => {
                let word = word(kind);
                let parts: Vec<String> = e.parts().into_iter().map(|p| self.key(p)).collect();
                format!("({word} {})", parts.join(" "))
            }
        };
        if key.len() > LONGEST { format!("(long {} {})", e.span.start, e.span.end) } else { key }
    }

    /// The key of a curve that is looked for in the data.
    pub(super) fn of_curve(wanted: &Wanted) -> String {
        format!("(curve {wanted})")
    }

    fn local(&mut self, slot: usize) -> String {
        if let Some(key) = self.known.get(&slot).or_else(|| self.binders.get(&slot)) {
            return key.clone();
        }
        match self.definition(slot) {
            Some(definition) => {
                // A definition means the same wherever it is used.
                let inner = std::mem::take(&mut self.inner);
                let key = self.key(definition);
                self.inner = inner;
                self.known.insert(slot, key.clone());
                key
            }
            None => format!("(slot {slot})"),
        }
    }

    fn bound(&mut self, bound: &[(String, TypedExpr)]) -> String {
        let mut parts: Vec<String> =
            bound.iter().map(|(name, e)| format!(" {name}={}", self.key(e))).collect();
        parts.sort();
        parts.concat()
    }
}

/// What a kind of expression does beyond its parts.
fn word(kind: &K) -> String {
    match kind {
        K::Field(_, id) => format!(".{id:?}"),
        K::Condition(_, symbol) => format!(".{symbol}"),
        K::Cell(_, column) => format!(".column {column}"),
        K::Binary(op, ..) => format!("{op:?}"),
        K::Compare(_, ops) => format!("{ops:?}"),
        K::In { negated, .. } => format!("in {negated}"),
        K::IsWord { word, negated, .. } => format!("is {word} {negated}"),
        K::IsMissing { negated, .. } => format!("is missing {negated}"),
        K::Builtin(function, _) => format!("{function:?}"),
        K::Call(index, _) => format!("call {index}"),
        K::Script(index, _) => format!("script {index}"),
        K::TableRow(table, _) => format!("table {table}"),
        K::Negate(_) => String::from("-"),
        K::Not(_) => String::from("not"),
        K::Power(..) => String::from("^"),
        K::Range(..) => String::from(".."),
        K::If(..) => String::from("if"),
        K::CurveAt(..) => String::from("curve at"),
        K::Over(..) => String::from("over"),
        K::List(_) => String::from("list"),
        K::Points(_) => String::from("points"),
        _ => String::new(),
    }
}
