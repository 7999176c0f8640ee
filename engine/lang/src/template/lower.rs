//! Formulas become graphs: names are resolved, dimensions checked, constants folded, functions
//! of packs inlined. A part that was diagnosed is `None` from there on, so that one mistake
//! gives one diagnostic.

use super::builtins;
use super::fold;
use super::functions::Functions;
use super::observe::Observing;
use super::tables::Tabulated;
use crate::check::dims::{
    self, Operand, Together, literal_of, mismatch, not_pure, out_of_range, unexpected,
};
use crate::check::names::{Class, Lookup, Names};
use crate::ir::{Binary, ExprId, Graph, Leaf, Node, Unary};
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::{BinaryOp, Expr, ExprKind, Let, UnaryOp};
use espice_units::Dimension;
use std::collections::{BTreeMap, BTreeSet};

/// Deepest nesting of a formula with every function inlined.
const MAX_DEPTH: usize = 256;
/// Most nodes of one graph.
const MAX_NODES: usize = 100_000;

/// A checked part of a formula.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Value {
    /// Its node.
    pub(crate) id: ExprId,
    /// What it is.
    pub(crate) sort: Sort,
}

/// A number or a condition.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Sort {
    /// A number; a point is a temperature such as `25 degC`, which is no difference.
    Number {
        /// Its dimension.
        dimension: Dimension,
        /// Whether it is a point of a scale.
        is_point: bool,
    },
    /// A condition.
    Condition,
}

/// What formulas may refer to beside their own names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'a> {
    /// Voltages between these nodes.
    Template(&'a [String]),
    /// Voltages, currents, charges, capacitances and conductances at these pins.
    Pins(&'a [String]),
    /// Arguments alone; the text names what the formula is.
    Arguments(&'a str),
    /// Nothing: a constant; the text names what it is for.
    Constant(&'a str),
}

/// A number in a graph.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Number {
    pub(crate) id: ExprId,
    pub(crate) dimension: Dimension,
    pub(crate) is_point: bool,
}

/// The state of lowering the formulas of one item into one graph.
pub(crate) struct Lowering<'a> {
    pub(crate) graph: Graph,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) names: &'a Names,
    pub(crate) functions: &'a Functions,
    pub(crate) pack: usize,
    pub(crate) scope: Scope<'a>,
    /// Names in force; `None` stands for one whose definition was diagnosed.
    pub(crate) locals: BTreeMap<String, Option<Value>>,
    /// Names that were referred to.
    pub(crate) used: BTreeSet<String>,
    /// Names that are defined further down.
    pub(crate) later: BTreeMap<String, Span>,
    /// Tables in force.
    pub(super) tables: BTreeMap<String, Tabulated>,
    /// Tables whose declaration was diagnosed.
    pub(super) lost_tables: BTreeSet<String>,
    pub(super) inlined: BTreeMap<(String, Vec<ExprId>), Option<Value>>,
    /// The outermost call that is being inlined.
    pub(super) inlining: Option<Span>,
    /// In circuits: the events so far, and what was asked of the run.
    pub(crate) observing: Option<Observing>,
    depth: usize,
    is_too_large: bool,
}

impl<'a> Lowering<'a> {
    /// Starts an empty graph.
    pub(crate) fn new(
        names: &'a Names,
        functions: &'a Functions,
        pack: usize,
        scope: Scope<'a>,
    ) -> Self {
        Lowering {
            graph: Graph::default(),
            diagnostics: Diagnostics::new(),
            names,
            functions,
            pack,
            scope,
            locals: BTreeMap::new(),
            used: BTreeSet::new(),
            later: BTreeMap::new(),
            tables: BTreeMap::new(),
            lost_tables: BTreeSet::new(),
            inlined: BTreeMap::new(),
            inlining: None,
            observing: None,
            depth: 0,
            is_too_large: false,
        }
    }

    /// Puts a name in force that stands for an input.
    pub(crate) fn input(&mut self, name: &str, leaf: Leaf, dimension: Dimension, span: Span) {
        let id = self.graph.add(Node::Leaf(leaf), dimension, span);
        let sort = Sort::Number { dimension, is_point: false };
        self.locals.insert(name.to_string(), Some(Value { id, sort }));
    }

    /// Lowers a `let` and puts its name in force.
    pub(crate) fn define(&mut self, statement: &Let) {
        self.later.remove(&statement.name.text);
        let value = match &statement.unit {
            None => self.value(&statement.value),
            Some(unit) => {
                let unit = dims::type_unit(unit, &mut self.diagnostics);
                let what = format!("`{}`", statement.name.text);
                match unit {
                    Some(unit) => self
                        .number_of(
                            &statement.value,
                            &what,
                            Some(statement.name.span),
                            unit.dimension,
                        )
                        .map(|n| n.value()),
                    None => {
                        self.value(&statement.value);
                        None
                    }
                }
            }
        };
        self.locals.insert(statement.name.text.clone(), value);
    }

    /// Lowers a number that must have a dimension.
    pub(crate) fn number_of(
        &mut self,
        expr: &Expr,
        what: &str,
        declared: Option<Span>,
        dimension: Dimension,
    ) -> Option<Number> {
        let number = self.number(expr)?;
        if number.dimension == dimension {
            return Some(number);
        }
        let operand = Operand::of(expr, number.dimension);
        self.diagnostics.push(unexpected(what, declared, dimension, operand));
        None
    }

    /// Lowers a number.
    pub(crate) fn number(&mut self, expr: &Expr) -> Option<Number> {
        let value = self.value(expr)?;
        match value.sort {
            Sort::Number { dimension, is_point } => {
                Some(Number { id: value.id, dimension, is_point })
            }
            Sort::Condition => {
                self.diagnostics.push(
                    Diagnostic::error(Code::CONDITION, "a number must stand here, not a condition")
                        .at(expr.span)
                        .help("write `if condition then a else b`"),
                );
                None
            }
        }
    }

    /// Lowers a condition.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Option<ExprId> {
        let value = self.value(expr)?;
        if let Sort::Number { dimension, .. } = value.sort {
            let zero = if dimension.is_none() { "0".into() } else { format!("0 {dimension}") };
            self.diagnostics.push(
                Diagnostic::error(
                    Code::CONDITION,
                    format!("a condition must stand here, not {}", dims::phrase(dimension)),
                )
                .label(expr.span, dimension.describe())
                .help(format!("compare it: `… > {zero}`")),
            );
            return None;
        }
        Some(value.id)
    }

    /// Lowers a pure number; `wanted` is what demands it.
    pub(crate) fn pure(&mut self, expr: &Expr, what: &str, wanted: Span) -> Option<ExprId> {
        let number = self.number(expr)?;
        if number.dimension.is_none() {
            return Some(number.id);
        }
        self.diagnostics.push(not_pure(what, Some(wanted), Operand::of(expr, number.dimension)));
        None
    }

    /// Lowers any formula.
    pub(crate) fn value(&mut self, expr: &Expr) -> Option<Value> {
        if self.depth >= MAX_DEPTH || self.graph.len() >= MAX_NODES {
            self.too_large(expr.span);
            return None;
        }
        self.depth += 1;
        let value = self.form(expr);
        self.depth -= 1;
        value
    }

    fn form(&mut self, expr: &Expr) -> Option<Value> {
        if let Some(literal) = literal_of(expr, &mut self.diagnostics) {
            let l = literal?;
            let id = self.graph.constant(l.value, l.dimension, expr.span);
            return Some(Number { id, dimension: l.dimension, is_point: l.is_point }.value());
        }
        if let Some(observed) = self.observation(expr) {
            return observed;
        }
        match &expr.kind {
            ExprKind::Truth(holds) => {
                let id = self.graph.constant(fold::truth(*holds), Dimension::NONE, expr.span);
                Some(Value { id, sort: Sort::Condition })
            }
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Unary(UnaryOp::Negate, inner) => {
                let n = self.number(inner)?;
                self.difference(inner, n)?;
                let id = fold::unary(&mut self.graph, Unary::Negate, n.id, n.dimension, expr.span);
                Some(Number { id, ..n }.value())
            }
            ExprKind::Unary(UnaryOp::Not, inner) => {
                let c = self.condition(inner)?;
                Some(self.not(c, expr.span))
            }
            ExprKind::Binary(op, _, a, b) => self.binary(*op, a, b, expr.span),
            ExprKind::Compare { first, rest } => self.comparisons(first, rest, expr.span),
            ExprKind::In { value, set, negated } => self.within(value, set, *negated, expr.span),
            ExprKind::If { condition, then, otherwise } => {
                self.choice(condition, then, otherwise, expr.span)
            }
            ExprKind::Call { function, arguments } => self.call(function, arguments, expr.span),
            other => {
                self.diagnostics.push(not_a_formula(other, expr.span));
                None
            }
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Option<Value> {
        if let Some(local) = self.locals.get(name) {
            self.used.insert(name.to_string());
            return *local;
        }
        let is_constant = matches!(self.scope, Scope::Constant(_));
        if !is_constant && let Some(value) = self.language_constant(name, span) {
            return Some(value);
        }
        if !self.names.is_broken(name) {
            let diagnostic = self.unknown_name(name, span);
            self.diagnostics.push(diagnostic);
        }
        // Told once; further uses of the name are the same mistake.
        self.locals.insert(name.to_string(), None);
        None
    }

    fn language_constant(&mut self, name: &str, span: Span) -> Option<Value> {
        let leaf = |graph: &mut Graph, name| {
            let (leaf, dimension) = builtins::constant(name)?;
            Some((graph.add(Node::Leaf(leaf), dimension, span), dimension))
        };
        let (id, dimension) = if name == "vt" {
            let (k, _) = leaf(&mut self.graph, "k")?;
            let (t, _) = leaf(&mut self.graph, "T")?;
            let (q, _) = leaf(&mut self.graph, "q")?;
            let g = &mut self.graph;
            let kt = fold::binary(g, Binary::Multiply, k, t, Dimension::ENERGY, span);
            let volts = Dimension::VOLTAGE;
            (fold::binary(g, Binary::Divide, kt, q, volts, span), volts)
        } else {
            leaf(&mut self.graph, name)?
        };
        Some(Number { id, dimension, is_point: false }.value())
    }

    fn unknown_name(&self, name: &str, span: Span) -> Diagnostic {
        if let Some(&at) = self.later.get(name) {
            return Diagnostic::error(
                Code::UNKNOWN_NAME,
                format!("`{name}` is used before it is defined"),
            )
            .label(span, "used here")
            .label(at, "defined here")
            .help("statements are read in the order of writing; move the definition up");
        }
        if let Scope::Constant(what) = self.scope {
            return Diagnostic::error(
                Code::NOT_CONSTANT,
                format!("`{name}` is not a constant, and {what} must be one"),
            )
            .at(span)
            .help("write a number with its unit");
        }
        let unknown = |help: Option<String>| {
            Diagnostic::error(Code::UNKNOWN_NAME, format!("there is no `{name}` here"))
                .at(span)
                .maybe_help(help)
        };
        let nodes: &[String] = match self.scope {
            Scope::Template(nodes) | Scope::Pins(nodes) => nodes,
            Scope::Arguments(_) | Scope::Constant(_) => &[],
        };
        if nodes.iter().any(|n| n == name) {
            let other = nodes.iter().rfind(|n| *n != name).map_or("…", String::as_str);
            return unknown(Some(format!("`{name}` is a node; a voltage is `V({name}, {other})`")));
        }
        if let Lookup::Found(..) = self.names.find(Class::Symbol, name, self.pack) {
            return unknown(Some(format!(
                "`{name}` is a quantity that data and rules know; equations see voltages, \
                 parameters and definitions"
            )));
        }
        let known = self.locals.iter().filter(|(_, v)| v.is_some()).map(|(n, _)| n.as_str());
        let likely = dims::likely(name, known.chain(builtins::CONSTANTS));
        if likely.is_some() {
            return unknown(likely);
        }
        if builtins::function(name).is_some() {
            return unknown(Some(format!("`{name}` is a function; write `{name}(x)`")));
        }
        unknown(None)
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, span: Span) -> Option<Value> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let (x, y) = (self.condition(a), self.condition(b));
                let f = if op == BinaryOp::And { Binary::And } else { Binary::Or };
                let id = fold::binary(&mut self.graph, f, x?, y?, Dimension::NONE, span);
                Some(Value { id, sort: Sort::Condition })
            }
            BinaryOp::Power => self.power(a, b, span),
            BinaryOp::Add => self.sum(Binary::Add, a, b, span),
            BinaryOp::Subtract => self.sum(Binary::Subtract, a, b, span),
            BinaryOp::Multiply => self.product(Binary::Multiply, a, b, span),
            BinaryOp::Divide => self.product(Binary::Divide, a, b, span),
        }
    }

    fn sum(&mut self, function: Binary, a: &Expr, b: &Expr, span: Span) -> Option<Value> {
        let (x, y) = (self.number(a), self.number(b));
        let (x, y) = (x?, y?);
        let is_add = function == Binary::Add;
        if x.dimension != y.dimension {
            let together = if is_add { Together::Add } else { Together::Subtract };
            let (l, r) = (Operand::of(a, x.dimension), Operand::of(b, y.dimension));
            self.diagnostics.push(mismatch(together, l, r));
            return None;
        }
        if is_add {
            self.difference(a, x)?;
            self.difference(b, y)?;
        }
        let id = fold::binary(&mut self.graph, function, x.id, y.id, x.dimension, span);
        Some(Number { id, dimension: x.dimension, is_point: false }.value())
    }

    fn product(&mut self, function: Binary, a: &Expr, b: &Expr, span: Span) -> Option<Value> {
        let (x, y) = (self.number(a), self.number(b));
        let (x, y) = (x?, y?);
        self.difference(a, x)?;
        self.difference(b, y)?;
        let dimension = match function {
            Binary::Multiply => x.dimension.times(y.dimension),
            _ => x.dimension.per(y.dimension),
        };
        let Some(dimension) = dimension else {
            self.diagnostics.push(out_of_range(span));
            return None;
        };
        let id = fold::binary(&mut self.graph, function, x.id, y.id, dimension, span);
        Some(Number { id, dimension, is_point: false }.value())
    }

    fn power(&mut self, a: &Expr, b: &Expr, span: Span) -> Option<Value> {
        let (base, exponent) = (self.number(a), self.pure(b, "an exponent", a.span));
        let (base, exponent) = (base?, exponent?);
        self.difference(a, base)?;
        let dimension = if base.dimension.is_none() {
            Some(Dimension::NONE)
        } else {
            let constant = fold::constant_value(&self.graph, exponent);
            let dimension = constant.and_then(|e| dims::power(base.dimension, e));
            if dimension.is_none() {
                let message = match constant {
                    None => "the exponent of a value with a dimension must be a constant",
                    Some(_) => "this exponent leaves no usable dimension",
                };
                self.diagnostics.push(
                    Diagnostic::error(Code::EXPONENT, message)
                        .at(b.span)
                        .label(a.span, base.dimension.describe())
                        .help(match constant {
                            None => "divide the base by a reference value first",
                            Some(_) => "exponents are ratios of small whole numbers",
                        }),
                );
            }
            dimension
        }?;
        let id = fold::binary(&mut self.graph, Binary::Power, base.id, exponent, dimension, span);
        Some(Number { id, dimension, is_point: false }.value())
    }

    /// Demands that two numbers have one dimension.
    pub(super) fn alike(
        &mut self,
        together: Together,
        (a, x): (&Expr, Number),
        (b, y): (&Expr, Number),
    ) -> Option<()> {
        if x.dimension == y.dimension {
            return Some(());
        }
        let (l, r) = (Operand::of(a, x.dimension), Operand::of(b, y.dimension));
        self.diagnostics.push(mismatch(together, l, r));
        None
    }

    /// Demands that a number is no point of a scale.
    pub(super) fn difference(&mut self, expr: &Expr, number: Number) -> Option<()> {
        if !number.is_point {
            return Some(());
        }
        self.diagnostics.push(
            Diagnostic::error(
                Code::TEMPERATURE_POINT,
                "a temperature point cannot be added, negated, multiplied or divided",
            )
            .label(expr.span, "a point of the temperature scale")
            .help("write a difference in `K`, or subtract two temperatures"),
        );
        None
    }

    /// Tells once that the formula is too large; everything after it is poisoned.
    pub(super) fn too_large(&mut self, span: Span) {
        if std::mem::replace(&mut self.is_too_large, true) {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error(
                Code::TOO_LARGE,
                "this formula is too large with its functions inlined",
            )
            .at(self.inlining.unwrap_or(span))
            .help("nest less, or share parts in a `let`"),
        );
    }
}

impl Number {
    /// The number as a part of a formula.
    pub(crate) fn value(self) -> Value {
        let sort = Sort::Number { dimension: self.dimension, is_point: self.is_point };
        Value { id: self.id, sort }
    }
}

fn not_a_formula(kind: &ExprKind, span: Span) -> Diagnostic {
    let (what, help) = match kind {
        ExprKind::Text(_) => ("text", "equations hold numbers"),
        ExprKind::Missing => ("`missing`", "equations always have a value"),
        ExprKind::Is { .. } => ("`is`", "use a comparison"),
        ExprKind::Range { .. } => ("a range", "write `x in lo .. hi`"),
        ExprKind::List(_) | ExprKind::Point(..) => ("a list", "equations hold single numbers"),
        ExprKind::Grid(_) => ("a grid", "equations hold single numbers"),
        ExprKind::Signature(_) | ExprKind::Over(..) | ExprKind::Where(..) => {
            ("a curve", "curves belong to rules, readings and recipes")
        }
        ExprKind::Comprehension { .. } => ("a comprehension", "write the terms out"),
        ExprKind::AtBindings { .. } | ExprKind::At { .. } => {
            ("`at`", "the bias is given by voltages such as `V(a, k)`")
        }
        _ => ("this form", "equations see voltages, parameters and definitions"),
    };
    Diagnostic::error(Code::FORM_NOT_ALLOWED, format!("{what} has no meaning in an equation"))
        .at(span)
        .help(help)
}
