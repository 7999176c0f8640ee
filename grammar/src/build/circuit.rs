//! Circuits.

use super::{Builder, Nodes, Parsed, transpose};
use crate::ast::{Circuit, CircuitArgument, CircuitStatement, ElementKind, Way};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;

impl<'a> Builder<'a> {
    pub(super) fn circuit(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Circuit> {
        let mut statements = Vec::new();
        for (s, _) in self.statements(block, Context::Circuit) {
            statements.extend(self.circuit_statement(s));
        }
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let arguments = self.circuit_arguments(&mut nodes)?;
        let mut outputs = Vec::new();
        for typed in Nodes::new(nodes.take_rule(Rule::outputs)?.into_inner()) {
            let mut nodes = Nodes::new(typed.into_inner());
            let name = self.next_word(&mut nodes)?;
            outputs.push((name, self.next_type(&mut nodes)?));
        }
        let kind = self.next_word(&mut nodes)?;
        Some(Circuit { name, arguments, outputs, kind, statements })
    }

    /// `(VDD or VDS : V, RL : Ohm = 100 Ohm)`
    fn circuit_arguments(&mut self, nodes: &mut Nodes<'a>) -> Option<Vec<CircuitArgument>> {
        let mut arguments = Vec::new();
        for condition in Nodes::new(nodes.take_rule(Rule::conditions)?.into_inner()) {
            let mut nodes = Nodes::new(condition.into_inner());
            let names = Nodes::new(nodes.take_rule(Rule::names_or)?.into_inner());
            let names = names.filter(|p| p.as_rule() == Rule::name).map(|p| self.word(&p));
            let names = names.collect();
            let unit = self.next_type(&mut nodes)?;
            let default = nodes
                .take_rule(Rule::param_default)
                .map(|p| self.next_expr(&mut Nodes::new(p.into_inner())));
            arguments.push(CircuitArgument { names, unit, default: transpose(default)? });
        }
        Some(arguments)
    }

    fn circuit_statement(&mut self, mut s: Parsed<'a>) -> Option<CircuitStatement> {
        let kind = match s.word {
            "ground" => return self.next_word(&mut s.nodes).map(CircuitStatement::Ground),
            "nodes" => return Some(CircuitStatement::Nodes(self.names_in(&mut s.nodes))),
            "let" => return self.let_of(s).map(CircuitStatement::Let),
            "start" => {
                let target = self.next_expr(&mut s.nodes)?;
                let value = self.next_expr(&mut s.nodes)?;
                return Some(CircuitStatement::Start { target, value });
            }
            "stop" => {
                let at = self.next_expr(&mut s.nodes)?;
                return Some(CircuitStatement::Stop(s.span, at));
            }
            "event" => return self.event(s),
            "measure" => {
                return self
                    .value_of(s)
                    .map(|(name, value)| CircuitStatement::Measure(name, value));
            }
            "voltage" => ElementKind::Voltage,
            "current" => ElementKind::Current,
            "resistor" => ElementKind::Resistor,
            "capacitor" => ElementKind::Capacitor,
            "inductor" => ElementKind::Inductor,
            _ => ElementKind::Clamp,
        };
        let from = self.next_word(&mut s.nodes)?;
        let to = self.next_word(&mut s.nodes)?;
        let value = self.next_expr(&mut s.nodes)?;
        Some(CircuitStatement::Element { span: s.span, kind, from, to, value })
    }

    fn event(&mut self, mut s: Parsed<'a>) -> Option<CircuitStatement> {
        let name = self.next_word(&mut s.nodes)?;
        let value = self.next_expr(&mut s.nodes)?;
        let way = if s.nodes.take_rule(Rule::rises).is_some() {
            Way::Rises
        } else {
            s.nodes.take_rule(Rule::falls)?;
            Way::Falls
        };
        let level = self.next_expr(&mut s.nodes)?;
        let after = s.nodes.take_rule(Rule::after);
        let after = after.and_then(|p| self.next_word(&mut Nodes::new(p.into_inner())));
        Some(CircuitStatement::Event { span: s.span, name, value, way, level, after })
    }
}
