//! Calls inside formulas: probes, functions of the language, functions of packs.

use super::builtins::{self, Rule};
use super::fold;
use super::lower::{Lowering, Number, Scope, Value};
use crate::check::dims::{self, Operand, Together, unexpected};
use crate::check::names::{Class, Lookup};
use crate::ir::{Binary, Leaf, Node};
use espice_base::{Code, Diagnostic, Span};
use espice_syntax::ast::{Expr, ExprKind, Word};
use espice_units::{Dimension, Exponent};

impl Lowering<'_> {
    /// Lowers `f(a, b)`.
    pub(super) fn call(&mut self, f: &Word, arguments: &[Expr], span: Span) -> Option<Value> {
        if builtins::PROBES.contains(&f.text.as_str()) {
            return self.probe(f, arguments, span);
        }
        if let Some(value) = self.table_call(f, arguments, span) {
            return value;
        }
        if let Some(rule) = builtins::function(&f.text) {
            return self.language_function(rule, f, arguments, span);
        }
        match self.names.find(Class::Function, &f.text, self.pack) {
            Lookup::Found(..) if matches!(self.scope, Scope::Constant(_)) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::NOT_CONSTANT,
                        format!("`{}` is not called where a plain number must stand", f.text),
                    )
                    .at(span)
                    .help("write the number"),
                );
                None
            }
            Lookup::Found(..) => self.pack_function(f, arguments, span),
            found => {
                // Mistakes inside the arguments are mistakes of their own.
                arguments.iter().for_each(|a| {
                    self.value(a);
                });
                // A bare `log` is answered where it is parsed.
                if found != Lookup::Forgiven && f.text != "log" {
                    let diagnostic = self.unknown_function(f, found);
                    self.diagnostics.push(diagnostic);
                }
                None
            }
        }
    }

    fn unknown_function(&self, f: &Word, found: Lookup) -> Diagnostic {
        if let Lookup::Hidden(pack) = found {
            return self.names.hidden(Class::Function, f, self.pack, pack);
        }
        let name = &f.text;
        let diagnostic =
            Diagnostic::error(Code::UNKNOWN_FUNCTION, format!("there is no function `{name}`"))
                .at(f.span);
        if let Some(answer) = builtins::answer(name) {
            return diagnostic.help(answer);
        }
        if self.locals.contains_key(name) {
            return diagnostic.help(format!("`{name}` is a value; a product is `{name} * (…)`"));
        }
        if matches!(self.names.find(Class::Symbol, name, self.pack), Lookup::Found(..)) {
            return diagnostic.help(format!(
                "`{name}` is a quantity; curves of it belong to rules, readings and recipes"
            ));
        }
        let mut known: Vec<&str> = builtins::function_names().collect();
        known.extend(self.names.visible(Class::Function, self.pack));
        diagnostic.maybe_help(dims::likely(name, known))
    }

    pub(super) fn count(
        &mut self,
        f: &Word,
        wanted: usize,
        arguments: &[Expr],
        span: Span,
    ) -> Option<()> {
        if arguments.len() == wanted {
            return Some(());
        }
        let plural = if wanted == 1 { "argument" } else { "arguments" };
        self.diagnostics.push(
            Diagnostic::error(
                Code::ARGUMENT_COUNT,
                format!("`{}` takes {wanted} {plural}, not {}", f.text, arguments.len()),
            )
            .at(span),
        );
        None
    }

    fn language_function(
        &mut self,
        rule: Rule,
        f: &Word,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Value> {
        if let Rule::Fold(function) = rule {
            return self.fold_arguments(function, f, arguments, span);
        }
        if let Rule::Smooth(function) = rule {
            return self.smooth(function, f, arguments, span);
        }
        let counted = self.count(f, 1, arguments, span);
        if counted.is_none() {
            arguments.iter().for_each(|a| {
                self.value(a);
            });
        }
        counted?;
        let argument = arguments.first()?;
        let what = format!("the argument of `{}`", f.text);
        let number = match rule {
            Rule::Pure(function) => {
                let a = self.pure(argument, &what, f.span)?;
                let id = fold::unary(&mut self.graph, function, a, Dimension::NONE, span);
                Number { id, dimension: Dimension::NONE, is_point: false }
            }
            Rule::DecadicLogarithm => {
                let a = self.pure(argument, &what, f.span)?;
                let (g, none) = (&mut self.graph, Dimension::NONE);
                let ln = fold::unary(g, crate::ir::Unary::Logarithm, a, none, span);
                let ten = g.constant(std::f64::consts::LN_10, none, span);
                let id = fold::binary(g, Binary::Divide, ln, ten, none, span);
                Number { id, dimension: none, is_point: false }
            }
            Rule::Same(function) => {
                let n = self.number(argument)?;
                let id = fold::unary(&mut self.graph, function, n.id, n.dimension, span);
                Number { id, ..n }
            }
            Rule::Sign(function) => {
                let n = self.number(argument)?;
                let id = fold::unary(&mut self.graph, function, n.id, Dimension::NONE, span);
                Number { id, dimension: Dimension::NONE, is_point: false }
            }
            Rule::Root => {
                let n = self.number(argument)?;
                self.difference(argument, n)?;
                let half = Exponent::new(1, 2)?;
                let Some(dimension) = n.dimension.power(half) else {
                    self.diagnostics.push(dims::out_of_range(span));
                    return None;
                };
                let root = crate::ir::Unary::SquareRoot;
                let id = fold::unary(&mut self.graph, root, n.id, dimension, span);
                Number { id, dimension, is_point: false }
            }
            Rule::Fold(_) | Rule::Smooth(_) => return None,
        };
        Some(number.value())
    }

    fn fold_arguments(
        &mut self,
        function: Binary,
        f: &Word,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Value> {
        let numbers: Vec<_> = arguments.iter().map(|a| (a, self.number(a))).collect();
        if arguments.len() < 2 {
            self.diagnostics.push(
                Diagnostic::error(
                    Code::ARGUMENT_COUNT,
                    format!("`{}` takes two or more arguments", f.text),
                )
                .at(span),
            );
            return None;
        }
        let mut all: Option<(&Expr, Number)> = None;
        let mut is_sound = true;
        for (expr, number) in numbers {
            let Some(number) = number else {
                is_sound = false;
                continue;
            };
            all = match all {
                None => Some((expr, number)),
                Some(so_far) => {
                    is_sound &= self.alike(Together::Alike, so_far, (expr, number)).is_some();
                    let (left, right) = (so_far.1, number);
                    let g = &mut self.graph;
                    let id = fold::binary(g, function, left.id, right.id, left.dimension, span);
                    let is_point = left.is_point || right.is_point;
                    Some((so_far.0, Number { id, dimension: left.dimension, is_point }))
                }
            };
        }
        all.filter(|_| is_sound).map(|(_, n)| n.value())
    }

    /// `smoothmax(a, b, w)`: `b + w softplus((a - b) / w)`, and its counterpart.
    fn smooth(
        &mut self,
        function: Binary,
        f: &Word,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Value> {
        let numbers: Vec<_> = arguments.iter().map(|a| self.number(a)).collect();
        self.count(f, 3, arguments, span)?;
        let mut operands = arguments.iter().zip(numbers).map(|(e, n)| Some((e, n?)));
        let (a, b, w) = (operands.next()??, operands.next()??, operands.next()??);
        self.alike(Together::Alike, a, b)?;
        self.alike(Together::Alike, a, w)?;
        let (dimension, none) = (a.1.dimension, Dimension::NONE);
        let g = &mut self.graph;
        let away = fold::binary(g, Binary::Subtract, a.1.id, b.1.id, dimension, span);
        let share = fold::binary(g, Binary::Divide, away, w.1.id, none, span);
        let soft = fold::unary(g, crate::ir::Unary::Softplus, share, none, span);
        let above = fold::binary(g, Binary::Multiply, w.1.id, soft, dimension, span);
        let id = match function {
            Binary::Maximum => fold::binary(g, Binary::Add, b.1.id, above, dimension, span),
            _ => fold::binary(g, Binary::Subtract, a.1.id, above, dimension, span),
        };
        Some(Number { id, dimension, is_point: a.1.is_point || b.1.is_point }.value())
    }

    fn pack_function(&mut self, f: &Word, arguments: &[Expr], span: Span) -> Option<Value> {
        let numbers: Vec<_> = arguments.iter().map(|a| self.number(a)).collect();
        let functions = self.functions;
        let Some(function) = functions.get(&f.text) else {
            if !functions.is_script(&f.text) {
                self.too_large(f.span);
                return None;
            }
            self.diagnostics.push(
                Diagnostic::error(
                    Code::FORM_NOT_ALLOWED,
                    format!("`{}` is a script; equations call formulas only", f.text),
                )
                .at(f.span)
                .help("write it as `fn`, or use it in a rule"),
            );
            return None;
        };
        self.count(f, function.parameters.len(), arguments, span)?;
        let mut ids = Vec::new();
        for ((expr, number), parameter) in arguments.iter().zip(&numbers).zip(&function.parameters)
        {
            let (Some(number), Some(dimension)) = (number, parameter.dimension) else { continue };
            if number.dimension == dimension {
                ids.push(*number);
                continue;
            }
            let what = format!("argument `{}` of `{}`", parameter.name.text, f.text);
            let operand = Operand::of(expr, number.dimension);
            let place = Some(parameter.name.span);
            self.diagnostics.push(unexpected(&what, place, dimension, operand));
        }
        if ids.len() != function.parameters.len() || !function.is_sound {
            return None;
        }
        let key = (f.text.clone(), ids.iter().map(|n| n.id).collect());
        if let Some(known) = self.inlined.get(&key) {
            return *known;
        }
        let value = self.inline(f, &ids, span);
        self.inlined.insert(key, value);
        value
    }

    fn inline(&mut self, f: &Word, arguments: &[Number], span: Span) -> Option<Value> {
        let functions = self.functions;
        let function = functions.get(&f.text)?;
        let result = function.result?;
        let locals = function
            .parameters
            .iter()
            .zip(arguments)
            .map(|(p, n)| (p.name.text.clone(), Some(n.value())))
            .collect();
        let outer_locals = std::mem::replace(&mut self.locals, locals);
        let outer_used = std::mem::take(&mut self.used);
        let outer_later = std::mem::take(&mut self.later);
        let outer_pack = std::mem::replace(&mut self.pack, function.pack);
        let outer_scope = std::mem::replace(&mut self.scope, Scope::Arguments("a function"));
        let outer_call = self.inlining;
        self.inlining = outer_call.or(Some(span));
        for statement in &function.lets {
            self.define(statement);
        }
        let value = self.number(&function.value);
        self.locals = outer_locals;
        self.used = outer_used;
        self.later = outer_later;
        self.pack = outer_pack;
        self.scope = outer_scope;
        self.inlining = outer_call;
        value.map(|n| Number { dimension: result, ..n }.value())
    }

    fn probe(&mut self, f: &Word, arguments: &[Expr], span: Span) -> Option<Value> {
        let volts = f.text == "V";
        let nodes = match self.scope {
            Scope::Template(nodes) if volts => nodes,
            Scope::Pins(pins) => pins,
            Scope::Template(_) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::FORM_NOT_ALLOWED,
                        format!("an equation cannot ask for `{}` at its own pins", f.text),
                    )
                    .at(span)
                    .help("equations see voltages; name the current with a `let` and use it twice"),
                );
                return None;
            }
            Scope::Arguments(what) | Scope::Constant(what) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::FORM_NOT_ALLOWED,
                        format!("{what} sees no nodes, so `{}` cannot stand here", f.text),
                    )
                    .at(span)
                    .help("hand the value in as an argument"),
                );
                return None;
            }
        };
        let wanted = if matches!(f.text.as_str(), "I" | "Q") { 1 } else { 2 };
        if volts && arguments.len() == 1 {
            let last = nodes.last().map_or("k", String::as_str);
            let node = arguments.first().map_or("a", |a| match &a.kind {
                ExprKind::Name(name) => name.as_str(),
                _ => "a",
            });
            self.diagnostics.push(
                Diagnostic::error(Code::ARGUMENT_COUNT, "a voltage lies between two nodes")
                    .at(span)
                    .help(format!("there is no ground here: write `V({node}, {last})`")),
            );
            return None;
        }
        // A small signal may have a frequency.
        let (arguments, frequency) = match (f.text.as_str(), arguments) {
            ("C" | "G", [pins @ .., at]) if pins.len() == 2 => (pins, Some(self.frequency(at)?)),
            _ => (arguments, None),
        };
        self.count(f, wanted, arguments, span)?;
        let found: Vec<_> = arguments.iter().map(|a| self.node(a, nodes)).collect();
        let mut found = found.into_iter();
        let first = found.next()??;
        let second = match found.next() {
            Some(second) => second?,
            None => first,
        };
        let (leaf, dimension) = match (f.text.as_str(), frequency) {
            ("V", _) => (Leaf::Voltage(first, second), Dimension::VOLTAGE),
            ("I", _) => (Leaf::PinCurrent(first), Dimension::CURRENT),
            ("Q", _) => (Leaf::PinCharge(first), Dimension::CHARGE),
            ("C", None) => (Leaf::PinCapacitance(first, second), Dimension::CAPACITANCE),
            ("C", Some(at)) => (Leaf::PinCapacitanceAt(first, second, at), Dimension::CAPACITANCE),
            (_, None) => (Leaf::PinConductance(first, second), Dimension::CONDUCTANCE),
            (_, Some(at)) => (Leaf::PinConductanceAt(first, second, at), Dimension::CONDUCTANCE),
        };
        let id = self.graph.add(Node::Leaf(leaf), dimension, span);
        Some(Number { id, dimension, is_point: false }.value())
    }

    /// The argument of the quantity, by index, that is the frequency of a small signal.
    fn frequency(&mut self, expr: &Expr) -> Option<u32> {
        let found = self.number(expr)?;
        if let Node::Leaf(Leaf::Argument(index)) = self.graph.node(found.id)
            && found.dimension == Dimension::FREQUENCY
        {
            return Some(index);
        }
        self.diagnostics.push(
            Diagnostic::error(Code::FORM_NOT_ALLOWED, "a frequency must stand here")
                .at(expr.span)
                .help("name an argument of the quantity whose symbol is a frequency, such as `f`"),
        );
        None
    }

    /// The index of the node that an argument names.
    pub(crate) fn node(&mut self, expr: &Expr, nodes: &[String]) -> Option<u32> {
        let ExprKind::Name(name) = &expr.kind else {
            self.diagnostics.push(
                Diagnostic::error(Code::UNKNOWN_PIN, "the name of a node must stand here")
                    .at(expr.span)
                    .help(format!("the nodes are {}", list(nodes))),
            );
            return None;
        };
        self.node_named(name, expr.span, nodes)
    }

    /// The index of a node.
    pub(crate) fn node_named(&mut self, name: &str, span: Span, nodes: &[String]) -> Option<u32> {
        if let Some(index) = nodes.iter().position(|n| n == name) {
            return u32::try_from(index).ok();
        }
        if self.names.is_broken(name) {
            return None;
        }
        let help = dims::likely(name, nodes.iter().map(String::as_str))
            .unwrap_or_else(|| format!("the nodes are {}", list(nodes)));
        self.diagnostics.push(
            Diagnostic::error(Code::UNKNOWN_PIN, format!("there is no node `{name}`"))
                .at(span)
                .help(help),
        );
        None
    }
}

fn list(nodes: &[String]) -> String {
    nodes.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
