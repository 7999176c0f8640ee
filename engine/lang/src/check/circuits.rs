//! Circuits: elements around a device, events, and what is measured.

use super::dims::{Operand, Together, first_word, mismatch, type_unit, unexpected};
use super::names::{Class, Names};
use super::symbols::require_symbol;
use crate::ir::{
    Binary, CircuitArgument, CircuitIr, ElementIr, ElementKind, EventIr, ExprId, KindIr, Leaf,
    Node, OutputIr, Owned, StartIr, Way,
};
use crate::template::constant::constant_of;
use crate::template::fold;
use crate::template::functions::{Functions, take, warn_unused};
use crate::template::lower::{Lowering, Scope};
use crate::template::observe::Observing;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_facts::SymbolTable;
use espice_syntax::ast::{self, CircuitStatement, Expr, ExprKind, Let, Type, Word};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// Checks all circuits and hands them to their kinds.
pub(super) fn check_circuits(
    circuits: &[Owned<ast::Circuit>],
    kinds: &mut [KindIr],
    table: &SymbolTable,
    functions: &Functions,
    names: &Names,
    diagnostics: &mut Diagnostics,
) {
    for owned in circuits {
        let (item, pack) = (&owned.item, owned.pack);
        if names.require(Class::Kind, &item.kind, pack, diagnostics).is_none() {
            continue;
        }
        let Some(kind) = kinds.iter_mut().find(|k| k.name == item.kind.text) else { continue };
        let (nodes, told) = node_names(item, kind);
        let mut checker = Checker::new(item, &nodes, pack, names, functions, table);
        checker.lower.diagnostics.extend(told);
        checker.check();
        let has_errors = checker.lower.diagnostics.has_errors();
        if !has_errors {
            let lets = item.statements.iter().filter_map(|s| match s {
                CircuitStatement::Let(l) => Some(l),
                _ => None,
            });
            warn_unused(lets, &checker.lower.used, &mut checker.lower.diagnostics);
        }
        diagnostics.extend(std::mem::take(&mut checker.lower.diagnostics));
        if !has_errors {
            let circuit = checker.finish(&kind.name, &owned.doc);
            kind.circuits.extend(circuit);
        }
    }
}

/// The pins, then the circuit's own nodes.
fn node_names(item: &ast::Circuit, kind: &KindIr) -> (Vec<String>, Diagnostics) {
    let mut names = kind.pins.clone();
    let mut diagnostics = Diagnostics::new();
    let own = item.statements.iter().filter_map(|s| match s {
        CircuitStatement::Nodes(nodes) => Some(nodes),
        _ => None,
    });
    for word in own.flatten() {
        if names.contains(&word.text) {
            diagnostics.push(
                Diagnostic::error(
                    Code::DECLARED_TWICE,
                    format!("the node `{}` is declared twice", word.text),
                )
                .at(word.span)
                .help("the pins of the kind are nodes already"),
            );
        } else {
            names.push(word.text.clone());
        }
    }
    (names, diagnostics)
}

/// What a value may depend on beside the conditions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sees {
    Conditions,
    TimeAndVoltages,
    Everything,
}

struct Checker<'a> {
    item: &'a ast::Circuit,
    nodes: &'a [String],
    pins: u32,
    lower: Lowering<'a>,
    table: &'a SymbolTable,
    taken: BTreeMap<String, Word>,
    arguments: Vec<CircuitArgument>,
    ground: Option<u32>,
    elements: Vec<ElementIr>,
    starts: Vec<StartIr>,
    stop: Option<ExprId>,
    events: Vec<EventIr>,
    outputs: Vec<Option<OutputIr>>,
}

impl<'a> Checker<'a> {
    fn new(
        item: &'a ast::Circuit,
        nodes: &'a [String],
        pack: usize,
        names: &'a Names,
        functions: &'a Functions,
        table: &'a SymbolTable,
    ) -> Self {
        let own: usize = item
            .statements
            .iter()
            .map(|s| if let CircuitStatement::Nodes(n) = s { n.len() } else { 0 })
            .sum();
        let edge = |name: &str| EventIr {
            name: name.to_string(),
            value: None,
            way: Way::Rises,
            after: EventIr::START,
            span: item.name.span,
        };
        Checker {
            item,
            nodes,
            pins: u32::try_from(nodes.len().saturating_sub(own)).unwrap_or(0),
            lower: Lowering::new(names, functions, pack, Scope::Pins(nodes)),
            table,
            taken: BTreeMap::new(),
            arguments: Vec::new(),
            ground: None,
            elements: Vec::new(),
            starts: Vec::new(),
            stop: None,
            events: vec![edge("start"), edge("end")],
            outputs: vec![None; item.outputs.len()],
        }
    }

    fn check(&mut self) {
        let item = self.item;
        for argument in &item.arguments {
            self.argument(argument);
        }
        for (name, unit) in &item.outputs {
            self.symbol_of(name, unit);
        }
        let time = Leaf::Argument(self.argument_count());
        self.lower.input("time", time, Dimension::TIME, item.name.span);
        self.lower.observing = Some(Observing {
            events: self.events.iter().map(|e| e.name.clone()).collect(),
            list: Vec::new(),
            first: self.argument_count() + 1,
        });
        let lets = item.statements.iter().filter_map(|s| match s {
            CircuitStatement::Let(l) => Some((l.name.text.clone(), l.name.span)),
            _ => None,
        });
        self.lower.later = lets.collect();
        for statement in &item.statements {
            self.statement(statement);
        }
        self.complete();
    }

    fn argument_count(&self) -> u32 {
        u32::try_from(self.item.arguments.len()).unwrap_or(u32::MAX)
    }

    /// The dimension of a condition or output, which must be that of its symbol.
    fn symbol_of(&mut self, name: &Word, unit: &Type) -> Option<Dimension> {
        let (names, pack, table) = (self.lower.names, self.lower.pack, self.table);
        let known = require_symbol(name, pack, names, table, &mut self.lower.diagnostics);
        let unit = type_unit(unit, &mut self.lower.diagnostics)?;
        let symbol = table.symbol(&name.text).filter(|_| known)?;
        if symbol.dimension != unit.dimension {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::CIRCUIT_SYMBOL,
                    format!(
                        "`{}` is {}, not {}",
                        name.text,
                        symbol.dimension.describe(),
                        unit.dimension.describe()
                    ),
                )
                .at(name.span)
                .label(symbol.span, "the symbol"),
            );
            return None;
        }
        Some(unit.dimension)
    }

    fn argument(&mut self, argument: &ast::CircuitArgument) {
        let (Some((name, others)), unit) = (argument.names.split_first(), &argument.unit) else {
            return;
        };
        for other in others {
            take(other, &mut self.taken, &mut self.lower.diagnostics);
            self.symbol_of(other, unit);
        }
        let default = argument.default.as_ref();
        let is_free = take(name, &mut self.taken, &mut self.lower.diagnostics);
        let dimension = self.symbol_of(name, unit);
        if dimension == Some(Dimension::TEMPERATURE) {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::CIRCUIT_SYMBOL,
                    format!("`{}` is a temperature, which is always set beside", name.text),
                )
                .at(name.span)
                .help("leave it out"),
            );
        }
        let (names, pack) = (self.lower.names, self.lower.pack);
        let what = "the value of a condition";
        let default =
            default.map(|d| (d, constant_of(d, what, names, pack, &mut self.lower.diagnostics)));
        let value = match (default, dimension) {
            (Some((written, Some(value))), Some(dimension)) => {
                if value.dimension != dimension {
                    let operand = Operand::of(written, value.dimension);
                    let what = format!("`{}`", name.text);
                    let told = unexpected(&what, Some(name.span), dimension, operand);
                    self.lower.diagnostics.push(told);
                }
                Some(value.value)
            }
            _ => None,
        };
        let index = u32::try_from(self.arguments.len()).unwrap_or(u32::MAX);
        let shown = dimension.unwrap_or(Dimension::NONE);
        let argument = CircuitArgument {
            name: name.text.clone(),
            others: others.iter().map(|o| o.text.clone()).collect(),
            dimension: shown,
            default: value,
            span: name.span,
        };
        self.arguments.push(argument);
        match dimension {
            Some(d) if is_free => {
                self.lower.input(&name.text, Leaf::Argument(index), d, name.span);
            }
            Some(_) => {}
            None => {
                self.lower.locals.insert(name.text.clone(), None);
            }
        }
    }

    fn statement(&mut self, statement: &'a CircuitStatement) {
        match statement {
            CircuitStatement::Ground(node) => self.ground = self.node(node),
            CircuitStatement::Nodes(_) => {}
            CircuitStatement::Let(l) => self.define(l),
            CircuitStatement::Element { span, kind, from, to, value } => {
                self.element(*span, *kind, (from, to), value);
            }
            CircuitStatement::Start { target, value } => self.start(target, value),
            CircuitStatement::Stop(span, at) => {
                let what = ("the end of the run", Some(first_word(*span, "stop")));
                self.stop = self.value(at, what, Dimension::TIME, Sees::Conditions);
            }
            CircuitStatement::Event { span, name, value, way, level, after } => {
                self.event(*span, name, (value, *way, level), after.as_ref());
            }
            CircuitStatement::Measure(name, value) => self.measure(name, value),
        }
    }

    fn define(&mut self, statement: &Let) {
        if take(&statement.name, &mut self.taken, &mut self.lower.diagnostics) {
            self.lower.define(statement);
        } else {
            self.lower.value(&statement.value);
        }
    }

    fn node(&mut self, word: &Word) -> Option<u32> {
        self.lower.node_named(&word.text, word.span, self.nodes)
    }

    fn element(&mut self, span: Span, kind: ElementKind, ends: (&Word, &Word), value: &Expr) {
        let (what, dimension, sees) = match kind {
            ElementKind::Voltage => ("a voltage", Dimension::VOLTAGE, Sees::TimeAndVoltages),
            ElementKind::Current => ("a current", Dimension::CURRENT, Sees::TimeAndVoltages),
            ElementKind::Clamp => ("a clamp", Dimension::VOLTAGE, Sees::TimeAndVoltages),
            ElementKind::Resistor => ("a resistor", Dimension::RESISTANCE, Sees::Conditions),
            ElementKind::Capacitor => ("a capacitor", Dimension::CAPACITANCE, Sees::Conditions),
            ElementKind::Inductor => ("an inductor", Dimension::INDUCTANCE, Sees::Conditions),
        };
        let (from, to) = (self.node(ends.0), self.node(ends.1));
        if from.is_some() && from == to {
            let message = format!("this element joins `{}` with itself", ends.0.text);
            let at = ends.0.span.to(ends.1.span);
            self.lower.diagnostics.push(Diagnostic::error(Code::CIRCUIT, message).at(at));
        }
        // The words after the article are those that the statements start with.
        let word = what.rsplit(' ').next().unwrap_or(what);
        let what = format!("the value of {what}");
        let stated = Some(first_word(span, word));
        let value = self.value(value, (&what, stated), dimension, sees);
        if let (Some(from), Some(to), Some(value)) = (from, to, value) {
            self.elements.push(ElementIr { kind, from, to, value, span });
        }
    }

    fn start(&mut self, target: &Expr, value: &Expr) {
        let value =
            self.value(value, ("a start", Some(target.span)), Dimension::VOLTAGE, Sees::Conditions);
        let nodes = match &target.kind {
            ExprKind::Call { function, arguments } if function.text == "V" => arguments.as_slice(),
            _ => &[],
        };
        let [from, to] = nodes else {
            self.lower.diagnostics.push(
                Diagnostic::error(Code::CIRCUIT_VALUE, "only a voltage can be held at the start")
                    .at(target.span)
                    .help("write `start V(g, s) = 0 V`"),
            );
            return;
        };
        let (from, to) = (self.lower.node(from, self.nodes), self.lower.node(to, self.nodes));
        if let (Some(from), Some(to), Some(value)) = (from, to, value) {
            self.starts.push(StartIr { from, to, value });
        }
    }

    fn event(
        &mut self,
        span: Span,
        name: &Word,
        (value, way, level): (&Expr, Way, &Expr),
        after: Option<&Word>,
    ) {
        let (left, right) = (self.lower.number(value), self.lower.number(level));
        let after = match after {
            None => Some(EventIr::START),
            Some(word) => {
                let found = self.events.iter().position(|e| e.name == word.text);
                if found.is_none() {
                    self.lower.diagnostics.push(
                        Diagnostic::error(
                            Code::CIRCUIT_EVENT,
                            format!("there is no event `{}` above", word.text),
                        )
                        .at(word.span),
                    );
                }
                found
            }
        };
        if let Some(before) = self.events.iter().find(|e| e.name == name.text) {
            let twice =
                Diagnostic::error(Code::DECLARED_TWICE, format!("`{}` stands twice", name.text))
                    .label(name.span, "declared again")
                    .label(before.span, "declared first");
            self.lower.diagnostics.push(twice);
        }
        let mut crossing = None;
        if let (Some(l), Some(r)) = (left, right) {
            if l.dimension == r.dimension {
                let graph = &mut self.lower.graph;
                let id = fold::binary(graph, Binary::Subtract, l.id, r.id, l.dimension, span);
                self.allowed(id, span, Sees::Everything);
                crossing = Some(id);
            } else {
                let (a, b) = (Operand::of(value, l.dimension), Operand::of(level, r.dimension));
                self.lower.diagnostics.push(mismatch(Together::Compare, a, b));
            }
        }
        // An event with a mistake keeps its name, so that its uses are no mistakes.
        let after = after.unwrap_or(EventIr::START);
        self.events.push(EventIr { name: name.text.clone(), value: crossing, way, after, span });
        if let Some(observing) = &mut self.lower.observing {
            observing.events.push(name.text.clone());
        }
    }

    fn measure(&mut self, name: &Word, value: &Expr) {
        let place = self.item.outputs.iter().position(|(o, _)| o.text == name.text);
        let Some(place) = place else {
            let outputs: Vec<&str> = self.item.outputs.iter().map(|o| o.0.text.as_str()).collect();
            self.lower.number(value);
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::CIRCUIT,
                    format!("`{}` is not among the outputs of the circuit", name.text),
                )
                .at(name.span)
                .help(format!("its outputs are `{}`", outputs.join("`, `"))),
            );
            return;
        };
        let declared = self.table.symbol(&name.text).map(|s| s.dimension);
        let Some(dimension) = declared else { return };
        let what = format!("`{}`", name.text);
        let Some(value) = self.value(value, (&what, Some(name.span)), dimension, Sees::Everything)
        else {
            return;
        };
        let output = OutputIr { symbol: name.text.clone(), dimension, value, span: name.span };
        match self.outputs.get_mut(place) {
            Some(slot @ None) => *slot = Some(output),
            _ => self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::DECLARED_TWICE,
                    format!("`{}` is measured twice", name.text),
                )
                .at(name.span),
            ),
        }
    }

    /// A number of a dimension that depends on nothing but what it may; with what it is called,
    /// and where the dimension is asked for.
    fn value(
        &mut self,
        expr: &Expr,
        (what, stated): (&str, Option<Span>),
        dimension: Dimension,
        sees: Sees,
    ) -> Option<ExprId> {
        let number = self.lower.number_of(expr, what, stated, dimension)?;
        self.allowed(number.id, expr.span, sees).then_some(number.id)
    }

    /// Whether a value depends on nothing but what it may; tells what it must not.
    fn allowed(&mut self, root: ExprId, span: Span, sees: Sees) -> bool {
        let time = self.argument_count();
        let mut waiting = vec![root];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            let leaf = match self.lower.graph.node(id) {
                Node::Leaf(leaf) => leaf,
                Node::Unary(_, a) => {
                    waiting.push(a);
                    continue;
                }
                Node::Binary(_, a, b) | Node::Compare(_, a, b) => {
                    waiting.extend([a, b]);
                    continue;
                }
                Node::Select(c, a, b) => {
                    waiting.extend([c, a, b]);
                    continue;
                }
            };
            let wrong = match leaf {
                Leaf::Argument(i) if i > time && sees != Sees::Everything => {
                    Some("what was noted at events is not known to elements")
                }
                Leaf::Argument(i) if i == time && sees == Sees::Conditions => {
                    Some("this value cannot depend on the time")
                }
                Leaf::Voltage(..) if sees == Sees::Conditions => {
                    Some("this value cannot depend on voltages")
                }
                Leaf::PinCurrent(_) if sees != Sees::Everything => {
                    Some("currents are not known to elements")
                }
                Leaf::PinCurrent(pin) if pin >= self.pins => {
                    Some("only currents into the pins of the device can be measured")
                }
                Leaf::PinCharge(_)
                | Leaf::PinCapacitance(..)
                | Leaf::PinConductance(..)
                | Leaf::PinCapacitanceAt(..)
                | Leaf::PinConductanceAt(..) => Some("a circuit measures voltages and currents"),
                _ => None,
            };
            if let Some(message) = wrong {
                self.lower.diagnostics.push(
                    Diagnostic::error(Code::CIRCUIT_VALUE, message)
                        .at(span)
                        .label(self.lower.graph.span(id), "here"),
                );
                return false;
            }
        }
        true
    }

    /// What must be there when everything was read.
    fn complete(&mut self) {
        if self.lower.names.is_damaged(self.item.name.span) || self.lower.diagnostics.has_errors() {
            return;
        }
        let name = &self.item.name;
        let mut missing = |message: String, at: Span, help: String| {
            let told = Diagnostic::error(Code::CIRCUIT, message).at(at).help(help);
            self.lower.diagnostics.push(told);
        };
        if self.ground.is_none() {
            let last = self.nodes.get((self.pins as usize).saturating_sub(1));
            missing(
                format!("the circuit `{}` names no node at 0 V", name.text),
                name.span,
                format!("add `ground {}`", last.map_or("k", String::as_str)),
            );
        }
        for ((output, _), found) in self.item.outputs.iter().zip(&self.outputs) {
            if found.is_none() {
                let word = &output.text;
                let message = format!("`{word}` is not measured");
                missing(message, output.span, format!("add `measure {word} = …`"));
            }
        }
        for (index, node) in self.nodes.iter().enumerate().skip(self.pins as usize) {
            let is = |n: u32| n as usize == index;
            if !self.elements.iter().any(|e| is(e.from) || is(e.to)) {
                let message = format!("no element reaches the node `{node}`");
                missing(message, name.span, String::from("connect it, or leave it out"));
            }
        }
        let asks = self.lower.observing.as_ref().is_some_and(|o| !o.list.is_empty());
        if self.stop.is_none() && (self.events.len() > 2 || asks) {
            missing(
                format!("the circuit `{}` has events, but its time never runs", name.text),
                name.span,
                String::from("say when the run ends at the latest: `stop at 1 ms`"),
            );
        }
    }

    fn finish(self, kind: &str, doc: &str) -> Option<CircuitIr> {
        Some(CircuitIr {
            name: self.item.name.text.clone(),
            pack: self.lower.names.pack(self.lower.pack).to_string(),
            kind: kind.to_string(),
            doc: doc.to_string(),
            arguments: self.arguments,
            pins: self.pins,
            nodes: self.nodes.iter().skip(self.pins as usize).cloned().collect(),
            ground: self.ground?,
            graph: self.lower.graph,
            elements: self.elements,
            starts: self.starts,
            stop: self.stop,
            events: self.events,
            observations: self.lower.observing.map(|o| o.list).unwrap_or_default(),
            outputs: self.outputs.into_iter().collect::<Option<Vec<_>>>()?,
            span: self.item.name.span,
        })
    }
}
