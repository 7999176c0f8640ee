//! The statements of one template, in the order of writing, into one graph.

use super::cards::check_cards;
use super::functions::{Functions, take, warn_unused};
use super::lower::{Lowering, Number, Scope, Sort, Value};
use super::merge::{Merged, Placed};
use super::parameters::check_parameter;
use super::tables::{Tabulated, knots};
use super::usage::Usage;
use crate::check::dims::{Operand, Together, first_word, mismatch, type_unit, unexpected};
use crate::check::names::Names;
use crate::ir::{
    Binary, BranchIr, BranchKind, CardIr, Draft, ExprId, InputIr, Leaf, NodeRef, ParameterIr,
    ResultIr, SolveIr, TableIr, TemplateIr,
};
use crate::template::fold;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::{
    CompareOp, Expr, ExprKind, Let, Parameter, Table, TemplateStatement, Type, Word,
};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// Builds the graph of one template.
pub(super) struct Builder<'a> {
    pub(super) lower: Lowering<'a>,
    pub(super) parameters: Vec<ParameterIr>,
    pub(super) merged: &'a Merged,
    pub(super) nodes: &'a [String],
    /// Every name that statements declare.
    taken: BTreeMap<String, Word>,
    branches: Vec<BranchIr>,
    solves: Vec<SolveIr>,
    pub(super) inputs: Vec<InputIr>,
    pub(super) results: Vec<ResultIr>,
    tables: Vec<TableIr>,
    cards: Vec<CardIr>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        merged: &'a Merged,
        nodes: &'a [String],
        functions: &'a Functions,
        names: &'a Names,
    ) -> Self {
        Builder {
            lower: Lowering::new(names, functions, merged.pack, Scope::Template(nodes)),
            parameters: Vec::new(),
            merged,
            nodes,
            taken: BTreeMap::new(),
            branches: Vec::new(),
            solves: Vec::new(),
            inputs: Vec::new(),
            results: Vec::new(),
            tables: Vec::new(),
            cards: Vec::new(),
        }
    }

    /// Checks everything that the template says.
    pub(super) fn build(&mut self) {
        let merged = self.merged;
        let declarations = merged.statements.iter().filter_map(|p| declared(&p.statement));
        self.lower.later = declarations.map(|w| (w.text.clone(), w.span)).collect();
        for placed in &merged.statements {
            self.statement(&placed.statement);
        }
        self.unreached_nodes();
        self.device_or_function();
        self.cards = check_cards(self);
        self.check_simulator();
    }

    /// The checked template.
    pub(super) fn finish(self) -> TemplateIr {
        let merged = self.merged;
        TemplateIr {
            name: merged.name.text.clone(),
            pack: self.lower.names.pack(merged.pack).to_string(),
            kind: merged.kind.text.clone(),
            doc: merged.doc.clone(),
            pins: merged.pins.iter().map(|p| p.text.clone()).collect(),
            polarities: merged.polarity.iter().map(|p| p.text.clone()).collect(),
            simulator: merged.simulator.as_ref().map(|s| s.text.clone()),
            nodes: self.nodes.iter().skip(merged.pins.len()).cloned().collect(),
            parameters: self.parameters,
            tables: self.tables,
            graph: self.lower.graph,
            branches: self.branches,
            solves: self.solves,
            inputs: self.inputs,
            outputs: self.results,
            cards: self.cards,
            span: merged.name.span,
        }
    }

    /// What could be read of a template that has mistakes.
    pub(super) fn draft(self, has_recipe: bool) -> Draft {
        let merged = self.merged;
        let template = self.finish();
        let lost = merged.statements.iter().filter_map(|p| match &p.statement {
            TemplateStatement::Parameter(p) => {
                template.parameter(&p.name.text).is_none().then_some(&p.name.text)
            }
            TemplateStatement::Table(table) => {
                let name = &table.values.name.text;
                (!template.tables.iter().any(|t| t.name == *name)).then_some(name)
            }
            _ => None,
        });
        let lost = lost.cloned().collect();
        Draft { template, lost, has_recipe }
    }

    /// The equations of a simulator stand alone, and on one card.
    fn check_simulator(&mut self) {
        let Some(simulator) = &self.merged.simulator else { return };
        let own = self.branches.first().map(|b| b.span);
        let own = own.or(self.solves.first().map(|s| s.span));
        let complaint = match (own, self.cards.as_slice()) {
            (Some(span), _) => {
                let message =
                    format!("a template of {} has no equations of its own", simulator.text);
                Diagnostic::error(Code::SIMULATED_TEMPLATE, message).at(span)
            }
            (None, [only]) if only.nodes.is_empty() => return,
            (None, _) => {
                let message =
                    format!("a template of {} has one card for the device", simulator.text);
                Diagnostic::error(Code::SIMULATED_TEMPLATE, message).at(simulator.span)
            }
        };
        let complaint = complaint.label(simulator.span, "whose equations these are");
        self.lower.diagnostics.push(complaint);
    }

    fn statement(&mut self, statement: &TemplateStatement) {
        match statement {
            TemplateStatement::Nodes { .. } => {}
            TemplateStatement::Parameter(parameter) => self.parameter(parameter),
            TemplateStatement::Table(table) => self.table(table),
            // Parts were taken in with what they say.
            TemplateStatement::Part(_) => {}
            TemplateStatement::Let(statement) => {
                if self.declare(&statement.name) {
                    self.lower.define(statement);
                    self.part_value(statement);
                } else {
                    self.lower.value(&statement.value);
                }
            }
            TemplateStatement::Solve { span, name, unit, range, equation } => {
                self.solve(*span, name, unit, range, equation);
            }
            TemplateStatement::Input { name, unit, because } => self.input(name, unit, because),
            TemplateStatement::Output { name, value, because } => {
                self.output(name, value, because);
            }
            TemplateStatement::Branch { span, kind, from, to, value } => {
                self.branch(*span, *kind, (from, to), value);
            }
        }
    }

    pub(super) fn declare(&mut self, name: &Word) -> bool {
        take(name, &mut self.taken, &mut self.lower.diagnostics)
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let name = &parameter.name;
        let is_free = self.declare(name);
        let (names, pack) = (self.lower.names, self.lower.pack);
        let mut told = Diagnostics::new();
        let checked = check_parameter(parameter, names, pack, &mut told);
        // The knots of a table share one declaration: a mistake in it is told once.
        let is_new = |d: &Diagnostic, known: &Diagnostics| {
            !known.iter().any(|k| k.code == d.code && k.place() == d.place())
        };
        for diagnostic in told {
            if is_new(&diagnostic, &self.lower.diagnostics) {
                self.lower.diagnostics.push(diagnostic);
            }
        }
        if !is_free {
            return;
        }
        self.lower.later.remove(&name.text);
        match checked {
            Some(ir) => {
                let index = u32::try_from(self.parameters.len()).unwrap_or(u32::MAX);
                let leaf = Leaf::Parameter(index);
                self.lower.input(&name.text, leaf, ir.dimension, name.span);
                self.parameters.push(ir);
            }
            None => {
                self.lower.locals.insert(name.text.clone(), None);
            }
        }
    }

    /// Puts a table in force, whose values were declared before.
    fn table(&mut self, table: &Table) {
        self.lower.later.remove(&table.values.name.text);
        if !self.declare(&table.values.name) {
            return;
        }
        let names: Vec<String> = (1..=table.knots.len()).map(|k| table.value_name(k)).collect();
        let name = table.values.name.text.clone();
        let knots = knots(&mut self.lower, table);
        let values: Vec<Value> = names.iter().filter_map(|n| *self.lower.locals.get(n)?).collect();
        // Knots and values that did not check were diagnosed. Equal numbers of different
        // dimensions are one node of the graph: the name knows the dimension, the node does not.
        let dimension = values.first().and_then(|v| match v.sort {
            Sort::Number { dimension, .. } => Some(dimension),
            Sort::Condition => None,
        });
        let values: Vec<ExprId> = values.iter().map(|v| v.id).collect();
        let whole = knots.filter(|k| k.at.len() == values.len()).zip(dimension);
        let Some((knots, dimension)) = whole else {
            self.lower.lost_tables.insert(name);
            return;
        };
        self.lower.tables.insert(name.clone(), Tabulated { knots, values, dimension });
        let index = |name: &String| self.parameters.iter().position(|p| p.name == *name);
        let parameters: Vec<usize> = names.iter().filter_map(index).collect();
        if !parameters.is_empty() {
            self.tables.push(TableIr { name, parameters });
        }
    }

    /// The value of a part's parameter is known before any point is.
    fn part_value(&mut self, statement: &Let) {
        let name = &statement.name;
        if !self.merged.part_values.contains(&name.text) {
            return;
        }
        let Some(Some(value)) = self.lower.locals.get(&name.text) else { return };
        let usage = self.usage(&[value.id]);
        if usage.bias.is_some() || usage.temperature {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::PART,
                    format!("`{}` depends on more than parameters", name.text),
                )
                .at(statement.value.span)
                .help("a part's parameters are numbers that its card can hold"),
            );
        }
    }

    /// `solve x : V in lo .. hi where f == g` gives an unknown and the residual `f - g`.
    fn solve(&mut self, span: Span, name: &Word, unit: &Type, range: &Expr, equation: &Expr) {
        let is_free = self.declare(name);
        self.lower.later.remove(&name.text);
        let unit = type_unit(unit, &mut self.lower.diagnostics);
        let ends = self.ends(name, range, unit.map(|u| u.dimension));
        if !is_free {
            return;
        }
        let index = u32::try_from(self.solves.len()).unwrap_or(u32::MAX);
        match unit {
            Some(unit) => {
                self.lower.input(&name.text, Leaf::Unknown(index), unit.dimension, name.span);
            }
            None => {
                self.lower.locals.insert(name.text.clone(), None);
            }
        }
        let residual = self.residual(equation);
        let Some(((low, high), residual)) = ends.zip(residual) else { return };
        let is_held = self.usage(&[residual]).unknowns.contains(&index);
        if !is_held {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::UNUSED_DEFINITION,
                    format!("the equation of `{}` does not hold `{}`", name.text, name.text),
                )
                .at(equation.span)
                .label(name.span, "the unknown"),
            );
            return;
        }
        self.solves.push(SolveIr { name: name.text.clone(), low, high, residual, span });
    }

    fn ends(
        &mut self,
        name: &Word,
        range: &Expr,
        dimension: Option<Dimension>,
    ) -> Option<(ExprId, ExprId)> {
        let ExprKind::Range { low, high, step: None } = &range.kind else {
            self.lower.diagnostics.push(
                Diagnostic::error(Code::RANGE, "a range must stand here")
                    .at(range.span)
                    .help("write `lo .. hi`"),
            );
            return None;
        };
        let what = format!("`{}`", name.text);
        let Some(dimension) = dimension else {
            self.lower.number(low);
            self.lower.number(high);
            return None;
        };
        let lo = self.lower.number_of(low, &what, Some(name.span), dimension);
        let hi = self.lower.number_of(high, &what, Some(name.span), dimension);
        let (lo, hi) = (lo?, hi?);
        let value = |n: Number| fold::constant_value(&self.lower.graph, n.id);
        if let (Some(l), Some(h)) = (value(lo), value(hi))
            && l >= h
        {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::RANGE,
                    "the lower end of this range is not below its upper end",
                )
                .at(range.span),
            );
            return None;
        }
        Some((lo.id, hi.id))
    }

    fn residual(&mut self, equation: &Expr) -> Option<ExprId> {
        let (first, second) = match &equation.kind {
            ExprKind::Compare { first, rest } => match rest.as_slice() {
                [(CompareOp::Equal, _, second)] => Some((first, second)),
                _ => None,
            },
            _ => None,
        }
        .or_else(|| {
            self.lower.diagnostics.push(
                Diagnostic::error(Code::FORM_NOT_ALLOWED, "an equation must stand here")
                    .at(equation.span)
                    .help("write `f(x) == 0 A`"),
            );
            None
        })?;
        let (f, g) = (self.lower.number(first), self.lower.number(second));
        let (f, g) = (f?, g?);
        if f.dimension != g.dimension {
            let (l, r) = (Operand::of(first, f.dimension), Operand::of(second, g.dimension));
            self.lower.diagnostics.push(mismatch(Together::Compare, l, r));
            return None;
        }
        let graph = &mut self.lower.graph;
        Some(fold::binary(graph, Binary::Subtract, f.id, g.id, f.dimension, equation.span))
    }

    fn branch(&mut self, span: Span, kind: BranchKind, ends: (&Word, &Word), value: &Expr) {
        let (word, dimension) = match kind {
            BranchKind::Current => ("current", Dimension::CURRENT),
            BranchKind::Charge => ("charge", Dimension::CHARGE),
            BranchKind::Resistor => ("resistor", Dimension::RESISTANCE),
            BranchKind::Capacitance => ("capacitance", Dimension::CAPACITANCE),
        };
        let mut node = |word: &Word| self.lower.node_named(&word.text, word.span, self.nodes);
        let (from, to) = (node(ends.0), node(ends.1));
        if from.is_some() && from == to {
            self.lower.diagnostics.push(
                Diagnostic::error(
                    Code::BRANCH,
                    format!("this branch joins `{}` with itself", ends.0.text),
                )
                .at(ends.0.span.to(ends.1.span)),
            );
        }
        let Some(number) = self.lower.number(value) else { return };
        if number.dimension != dimension {
            let operand = Operand::of(value, number.dimension);
            let what = format!("the value of a `{word}`");
            let stated = Some(first_word(span, word));
            self.lower.diagnostics.push(unexpected(&what, stated, dimension, operand));
            return;
        }
        if let (Some(from), Some(to)) = (from, to) {
            self.branches.push(BranchIr { kind, from, to, value: number.id, span });
        }
    }

    /// An internal node that no current or resistor reaches has no voltage.
    fn unreached_nodes(&mut self) {
        if self.lower.diagnostics.has_errors() || self.merged.is_damaged {
            return;
        }
        let reached: Vec<NodeRef> = self
            .branches
            .iter()
            .filter(|b| matches!(b.kind, BranchKind::Current | BranchKind::Resistor))
            .flat_map(|b| [b.from, b.to])
            .collect();
        let merged = self.merged;
        let inner = merged.statements.iter().filter_map(|p| match &p.statement {
            TemplateStatement::Nodes { nodes, .. } => Some(nodes),
            _ => None,
        });
        for word in inner.flatten() {
            let index = self.nodes.iter().position(|n| *n == word.text);
            let index = index.and_then(|i| u32::try_from(i).ok());
            if index.is_some_and(|i| !reached.contains(&i)) {
                self.lower.diagnostics.push(
                    Diagnostic::error(
                        Code::BRANCH,
                        format!("no current or resistor reaches the node `{}`", word.text),
                    )
                    .at(word.span)
                    .help("join it, or remove it from `nodes`"),
                );
            }
        }
    }

    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.merged
            .statements
            .iter()
            .any(|p| matches!(&p.statement, TemplateStatement::Parameter(p) if p.name.text == name))
    }

    pub(super) fn usage(&self, roots: &[ExprId]) -> Usage {
        Usage::of(&self.lower.graph, roots, &self.solves)
    }

    /// Warns of what this very template declares in vain; inherited parts are not repeated.
    pub(super) fn warn_unused(&mut self) {
        let merged = self.merged;
        let own = || merged.statements.iter().filter(|p| p.is_own);
        let lets = own().filter_map(|p: &Placed| -> Option<&Let> {
            match &p.statement {
                TemplateStatement::Let(l) => Some(l),
                _ => None,
            }
        });
        warn_unused(lets, &self.lower.used, &mut self.lower.diagnostics);
        let branches = self.branches.iter().map(|b| b.value);
        let roots: Vec<ExprId> = branches.chain(self.results.iter().map(|r| r.value)).collect();
        let usage = self.usage(&roots);
        for placed in own() {
            match &placed.statement {
                TemplateStatement::Parameter(p) => self.warn_parameter(p, &usage),
                TemplateStatement::Solve { name, .. } => {
                    let index = self.solves.iter().position(|s| s.name == name.text);
                    let index = index.and_then(|i| u32::try_from(i).ok());
                    if index.is_some_and(|i| !usage.unknowns.contains(&i)) {
                        self.lower.diagnostics.push(
                            Diagnostic::warning(
                                Code::UNUSED_DEFINITION,
                                format!("no branch depends on `{}`", name.text),
                            )
                            .at(name.span)
                            .help("remove it"),
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn warn_parameter(&mut self, parameter: &Parameter, usage: &Usage) {
        let name = &parameter.name;
        let Some(index) = self.parameters.iter().position(|p| p.name == name.text) else { return };
        let is_used = u32::try_from(index).is_ok_and(|i| usage.parameters.contains(&i));
        // The knots of a table share one declaration, and one warning.
        let before = index.checked_sub(1).and_then(|i| self.parameters.get(i));
        if before.is_some_and(|b| b.span == parameter.span) {
            return;
        }
        let on_card = self.cards.iter().any(|c| c.carries(index));
        // What a simulator does with the parameters of its card is its own affair.
        let is_used = is_used || (on_card && self.merged.simulator.is_some());
        if !is_used {
            self.lower.diagnostics.push(
                Diagnostic::warning(
                    Code::UNUSED_PARAMETER,
                    format!("no branch depends on the parameter `{}`", name.text),
                )
                .at(name.span)
                .help("use it in an equation, or remove it"),
            );
        } else if !on_card && !self.cards.is_empty() {
            self.lower.diagnostics.push(
                Diagnostic::warning(
                    Code::NOT_ON_CARD,
                    format!("the parameter `{}` stands on no card", name.text),
                )
                .at(name.span)
                .help("add it to a `card`; otherwise its value is lost when the model is written"),
            );
        }
    }
}

/// The name that a statement puts in force.
fn declared(statement: &TemplateStatement) -> Option<&Word> {
    match statement {
        TemplateStatement::Parameter(p) => Some(&p.name),
        TemplateStatement::Table(t) => Some(&t.values.name),
        TemplateStatement::Let(l) => Some(&l.name),
        TemplateStatement::Solve { name, .. }
        | TemplateStatement::Input { name, .. }
        | TemplateStatement::Output { name, .. } => Some(name),
        TemplateStatement::Part(_)
        | TemplateStatement::Nodes { .. }
        | TemplateStatement::Branch { .. } => None,
    }
}
