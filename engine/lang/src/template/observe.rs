//! What circuits may ask beside voltages and currents: values at events, integrals and largest
//! values between events.

use super::lower::{Lowering, Number, Value};
use crate::check::dims;
use crate::ir::{ExprId, Leaf, Node, ObservationIr};
use espice_base::{Code, Diagnostic, Span};
use espice_syntax::ast::{Expr, ExprKind, Word};
use espice_units::Dimension;

/// The functions between two events.
const BETWEEN: [&str; 2] = ["integral", "peak"];

/// Events that are known so far, and what was asked of the run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observing {
    /// Names of events, in their order.
    pub(crate) events: Vec<String>,
    /// What is noted during the run.
    pub(crate) list: Vec<ObservationIr>,
    /// The argument leaf of the first.
    pub(crate) first: u32,
}

impl Lowering<'_> {
    /// `X at EVENT`, `integral(X, FROM, TO)`, `peak(X, FROM, TO)` where events are known; `None`
    /// for everything else.
    pub(super) fn observation(&mut self, expr: &Expr) -> Option<Option<Value>> {
        let observing = self.observing.take()?;
        let found = match &expr.kind {
            ExprKind::At { value, conditions } => {
                let event = self.event(conditions, &observing);
                let number = self.number(value);
                Some(
                    event
                        .zip(number)
                        .map(|(event, n)| (ObservationIr::At { value: n.id, event }, n.dimension)),
                )
            }
            ExprKind::Call { function, arguments } if BETWEEN.contains(&function.text.as_str()) => {
                Some(self.between(function, arguments, expr.span, &observing))
            }
            _ => None,
        };
        self.observing = Some(observing);
        let asked = found?;
        Some(asked.and_then(|(asked, dimension)| self.noted(asked, dimension, expr.span)))
    }

    fn between(
        &mut self,
        function: &Word,
        arguments: &[Expr],
        span: Span,
        observing: &Observing,
    ) -> Option<(ObservationIr, Dimension)> {
        let [value, from, to] = arguments else {
            let message = format!(
                "`{}` takes a value and two events, not {}",
                function.text,
                arguments.len()
            );
            self.diagnostics.push(
                Diagnostic::error(Code::ARGUMENT_COUNT, message)
                    .at(span)
                    .help(format!("write `{}(I(a), start, end)`", function.text)),
            );
            return None;
        };
        let number = self.number(value);
        let (from, to) = (self.event(from, observing), self.event(to, observing));
        let (number, from, to) = (number?, from?, to?);
        if function.text == "peak" {
            return Some((ObservationIr::Peak { value: number.id, from, to }, number.dimension));
        }
        let Some(dimension) = number.dimension.times(Dimension::TIME) else {
            self.diagnostics.push(dims::out_of_range(span));
            return None;
        };
        Some((ObservationIr::Integral { value: number.id, from, to }, dimension))
    }

    /// The index of an event that is declared before.
    fn event(&mut self, expr: &Expr, observing: &Observing) -> Option<usize> {
        let known = || observing.events.iter().map(String::as_str);
        let ExprKind::Name(name) = &expr.kind else {
            self.diagnostics.push(
                Diagnostic::error(Code::CIRCUIT_EVENT, "the name of an event must stand here")
                    .at(expr.span)
                    .help(format!("the events are {}", list(known()))),
            );
            return None;
        };
        let found = observing.events.iter().position(|e| e == name);
        if found.is_none() && !self.names.is_broken(name) {
            let help = dims::likely(name, known())
                .unwrap_or_else(|| format!("the events so far are {}", list(known())));
            self.diagnostics.push(
                Diagnostic::error(Code::CIRCUIT_EVENT, format!("there is no event `{name}`"))
                    .at(expr.span)
                    .help(help),
            );
        }
        found
    }

    fn noted(&mut self, asked: ObservationIr, dimension: Dimension, span: Span) -> Option<Value> {
        let observing = self.observing.as_mut()?;
        let index = match observing.list.iter().position(|o| *o == asked) {
            Some(index) => index,
            None => {
                observing.list.push(asked);
                observing.list.len() - 1
            }
        };
        let leaf = Leaf::Argument(observing.first + u32::try_from(index).unwrap_or(0));
        let id: ExprId = self.graph.add(Node::Leaf(leaf), dimension, span);
        Some(Number { id, dimension, is_point: false }.value())
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
