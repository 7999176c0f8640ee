//! Parts: templates inside a template. Everything that a part says is taken in under names of
//! its own, `q1.IS`, which no text can spell and which messages show.

use super::merge::{Merged, Placed};
use crate::check::dims::likely;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::{
    BranchKind, Card, Expr, ExprKind, Let, Parameter, Part, PartEntry, Table, TemplateStatement,
    Word,
};
use std::collections::{BTreeMap, BTreeSet};

/// A card of a part, as its own template writes it.
#[derive(Clone, Debug)]
pub(super) struct PartCard {
    pub(super) card: Card,
    /// What stands before the names of the part here.
    pub(super) prefix: String,
    /// Its nodes by their names in the part.
    pub(super) nodes: BTreeMap<String, String>,
    /// Its pins by their names here.
    pub(super) pins: Vec<String>,
    /// The parameters of the part as its template declares them.
    pub(super) parameters: Vec<Parameter>,
    /// The polarities of its template.
    pub(super) polarity: Vec<Word>,
    /// Whether it is the mirror image.
    pub(super) mirrored: bool,
}

impl Merged {
    /// The cards that carry the whole template; `None` where something has no card.
    fn carried(&self) -> Option<Vec<PartCard>> {
        if self.cards.is_empty() {
            return (!self.has_uncarried && !self.part_cards.is_empty())
                .then(|| self.part_cards.clone());
        }
        let pins: Vec<String> = self.pins.iter().map(|p| p.text.clone()).collect();
        let nodes: BTreeMap<String, String> =
            self.node_words().map(|w| (w.text.clone(), w.text.clone())).collect();
        let parameters: Vec<Parameter> = self.parameters().cloned().collect();
        let part = |card: &Card| PartCard {
            card: card.clone(),
            prefix: String::new(),
            nodes: nodes.clone(),
            pins: pins.clone(),
            parameters: parameters.clone(),
            polarity: self.polarity.clone(),
            mirrored: false,
        };
        Some(self.cards.iter().map(part).collect())
    }

    fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.statements.iter().filter_map(|p| match &p.statement {
            TemplateStatement::Parameter(p) => Some(p),
            _ => None,
        })
    }

    /// Pins and inner nodes.
    fn node_words(&self) -> impl Iterator<Item = &Word> {
        let inner = self.statements.iter().filter_map(|p| match &p.statement {
            TemplateStatement::Nodes { nodes, .. } => Some(nodes),
            _ => None,
        });
        self.pins.iter().chain(inner.flatten())
    }

    /// Takes a part in; `of` is the merged template that it is made of.
    pub(super) fn take_in(&mut self, part: &Part, of: &Merged, diagnostics: &mut Diagnostics) {
        self.made_of.insert(of.name.text.clone());
        self.made_of.extend(of.made_of.iter().cloned());
        self.is_damaged |= of.is_damaged;
        let Some(nodes) = self.nodes_of(part, of, diagnostics) else { return };
        let Some(mirrored) = mirrored(part, of, diagnostics) else { return };
        let prefix = format!("{}.", part.name.text);
        check_entries(part, of, diagnostics);
        let names = of.statements.iter().filter_map(|p| declared(&p.statement));
        let names = names.map(|n| (n.clone(), format!("{prefix}{n}"))).collect();
        let tables = of.statements.iter().filter_map(|p| match &p.statement {
            TemplateStatement::Table(t) => Some(t.values.name.text.clone()),
            _ => None,
        });
        let tables = tables.collect();
        let renaming = Renaming { prefix: &prefix, names, tables, nodes, mirrored };
        for placed in &of.statements {
            let statement = match &placed.statement {
                TemplateStatement::Parameter(p) => {
                    let value = self.value_of(part, p, &prefix);
                    self.part_values.insert(value.name.text.clone());
                    TemplateStatement::Let(value)
                }
                other => renaming.statement(other),
            };
            self.statements.push(Placed { is_own: false, statement });
        }
        self.part_values.extend(of.part_values.iter().map(|n| format!("{prefix}{n}")));
        match of.carried() {
            None => self.has_uncarried = true,
            Some(cards) => {
                let here = |node: &String| renaming.node(node);
                self.part_cards.extend(cards.into_iter().map(|card| PartCard {
                    prefix: format!("{prefix}{}", card.prefix),
                    nodes: card.nodes.iter().map(|(own, n)| (own.clone(), here(n))).collect(),
                    pins: card.pins.iter().map(here).collect(),
                    mirrored: card.mirrored != mirrored,
                    ..card
                }));
            }
        }
    }

    /// The nodes of a part that are its pins, by name.
    fn nodes_of(
        &self,
        part: &Part,
        of: &Merged,
        diagnostics: &mut Diagnostics,
    ) -> Option<BTreeMap<String, String>> {
        if of.is_damaged && part.nodes.len() != of.pins.len() {
            return None;
        }
        if part.nodes.len() != of.pins.len() {
            let pins: Vec<&str> = of.pins.iter().map(|p| p.text.as_str()).collect();
            diagnostics.push(
                Diagnostic::error(
                    Code::PART,
                    format!(
                        "`{}` has {} pins, but this part is joined to {} nodes",
                        of.name.text,
                        of.pins.len(),
                        part.nodes.len()
                    ),
                )
                .at(part.span)
                .help(format!("name a node for each of its pins: {}", pins.join(", "))),
            );
            return None;
        }
        for node in &part.nodes {
            if !self.node_words().any(|w| w.text == node.text) {
                let known = self.node_words().map(|w| w.text.as_str());
                diagnostics.push(
                    Diagnostic::error(
                        Code::UNKNOWN_PIN,
                        format!("there is no node `{}`", node.text),
                    )
                    .at(node.span)
                    .help(likely(&node.text, known).unwrap_or_else(|| {
                        String::from("a node is a pin, or declared with `nodes` before the part")
                    })),
                );
                return None;
            }
        }
        let joined = of.pins.iter().zip(&part.nodes);
        Some(joined.map(|(pin, node)| (pin.text.clone(), node.text.clone())).collect())
    }

    /// The value of a part's parameter: what the part states, or its default. A parameter that
    /// is stated without a value becomes one of this template.
    fn value_of(&mut self, part: &Part, parameter: &Parameter, prefix: &str) -> Let {
        let name = format!("{prefix}{}", parameter.name.text);
        let entry = part.entries.iter().find(|e| e.name.text == parameter.name.text);
        let span = entry.map_or(parameter.name.span, |e| e.name.span);
        let outer = |word: &Word| Expr { span: word.span, kind: ExprKind::Name(word.text.clone()) };
        let value = match entry {
            Some(PartEntry { value: Some(value), .. }) => Some(value.clone()),
            Some(PartEntry { name, exported, .. }) => {
                let word = exported.as_ref().unwrap_or(name);
                let exported = Parameter { name: word.clone(), ..parameter.clone() };
                let statement = TemplateStatement::Parameter(exported);
                self.statements.push(Placed { is_own: false, statement });
                Some(outer(word))
            }
            None => parameter.default.clone(),
        };
        // A parameter without a default was diagnosed in its own template.
        let value = value.unwrap_or_else(|| outer(&parameter.name));
        Let { name: Word { text: name, span }, unit: parameter.unit.clone(), value }
    }
}

/// Whether a part is the mirror image of its template; `None` when it is neither.
fn mirrored(part: &Part, of: &Merged, diagnostics: &mut Diagnostics) -> Option<bool> {
    let Some(word) = &part.polarity else { return Some(false) };
    let found = of.polarity.iter().position(|p| p.text == word.text);
    if found.is_none() {
        let known = of.polarity.iter().map(|p| p.text.as_str());
        diagnostics.push(
            Diagnostic::error(
                Code::POLARITY,
                format!("`{}` is no polarity of `{}`", word.text, of.name.text),
            )
            .at(word.span)
            .maybe_help(likely(&word.text, known)),
        );
    }
    found.map(|index| index == 1)
}

/// Every entry of a part is a parameter of its template, once.
fn check_entries(part: &Part, of: &Merged, diagnostics: &mut Diagnostics) {
    for (index, entry) in part.entries.iter().enumerate() {
        let name = &entry.name;
        if let Some(before) = part.entries.iter().take(index).find(|e| e.name.text == name.text) {
            diagnostics.push(
                Diagnostic::error(Code::DECLARED_TWICE, format!("`{}` is given twice", name.text))
                    .label(name.span, "again")
                    .label(before.name.span, "first"),
            );
        } else if !of.is_damaged && !of.parameters().any(|p| p.name.text == name.text) {
            let known = of.parameters().map(|p| p.name.text.as_str());
            diagnostics.push(
                Diagnostic::error(
                    Code::UNKNOWN_PARAMETER,
                    format!("`{}` has no parameter `{}`", of.name.text, name.text),
                )
                .at(name.span)
                .maybe_help(likely(&name.text, known)),
            );
        }
    }
}

/// The name that a statement puts in force.
fn declared(statement: &TemplateStatement) -> Option<&String> {
    match statement {
        TemplateStatement::Parameter(p) => Some(&p.name.text),
        TemplateStatement::Table(t) => Some(&t.values.name.text),
        TemplateStatement::Let(l) => Some(&l.name.text),
        TemplateStatement::Solve { name, .. }
        | TemplateStatement::Input { name, .. }
        | TemplateStatement::Output { name, .. } => Some(&name.text),
        TemplateStatement::Part(_)
        | TemplateStatement::Nodes { .. }
        | TemplateStatement::Branch { .. } => None,
    }
}

/// How the names of a part's template read where the part is.
struct Renaming<'a> {
    prefix: &'a str,
    names: BTreeMap<String, String>,
    /// The names that are tables.
    tables: BTreeSet<String>,
    /// Its pins.
    nodes: BTreeMap<String, String>,
    mirrored: bool,
}

impl Renaming<'_> {
    fn node(&self, name: &String) -> String {
        self.nodes.get(name).cloned().unwrap_or_else(|| format!("{}{name}", self.prefix))
    }

    fn node_word(&self, word: &Word) -> Word {
        Word { text: self.node(&word.text), span: word.span }
    }

    fn word(&self, word: &Word) -> Word {
        let text = self.names.get(&word.text).unwrap_or(&word.text);
        Word { text: text.clone(), span: word.span }
    }

    fn statement(&self, statement: &TemplateStatement) -> TemplateStatement {
        match statement {
            TemplateStatement::Nodes { nodes, because } => TemplateStatement::Nodes {
                nodes: nodes.iter().map(|n| self.node_word(n)).collect(),
                because: because.clone(),
            },
            TemplateStatement::Let(l) => TemplateStatement::Let(Let {
                name: self.word(&l.name),
                unit: l.unit.clone(),
                value: self.expr(&l.value),
            }),
            TemplateStatement::Table(t) => {
                let values = Parameter { name: self.word(&t.values.name), ..t.values.clone() };
                TemplateStatement::Table(Table { values, ..t.clone() })
            }
            TemplateStatement::Solve { span, name, unit, range, equation } => {
                TemplateStatement::Solve {
                    span: *span,
                    name: self.word(name),
                    unit: unit.clone(),
                    range: self.expr(range),
                    equation: self.expr(equation),
                }
            }
            TemplateStatement::Input { name, unit, because } => TemplateStatement::Input {
                name: self.word(name),
                unit: unit.clone(),
                because: because.clone(),
            },
            TemplateStatement::Output { name, value, because } => TemplateStatement::Output {
                name: self.word(name),
                value: self.expr(value),
                because: because.clone(),
            },
            TemplateStatement::Branch { span, kind, from, to, value } => {
                let (from, to) = (self.node_word(from), self.node_word(to));
                // What flows in a mirror image flows the other way.
                let flips =
                    self.mirrored && matches!(kind, BranchKind::Current | BranchKind::Charge);
                let (from, to) = if flips { (to, from) } else { (from, to) };
                let value = self.expr(value);
                TemplateStatement::Branch { span: *span, kind: *kind, from, to, value }
            }
            // Parameters are given values; parts of parts were taken in before.
            TemplateStatement::Parameter(_) | TemplateStatement::Part(_) => statement.clone(),
        }
    }

    fn expr(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        // A stack of its own: long sums nest deeply to the left.
        let mut waiting = vec![&mut expr];
        while let Some(next) = waiting.pop() {
            match &mut next.kind {
                ExprKind::Name(name) => {
                    if let Some(new) = self.names.get(name) {
                        name.clone_from(new);
                    }
                }
                ExprKind::Unary(_, a) => waiting.push(a),
                ExprKind::Binary(_, _, a, b) => waiting.extend([&mut **a, &mut **b]),
                ExprKind::Compare { first, rest } => {
                    waiting.push(first);
                    waiting.extend(rest.iter_mut().map(|r| &mut r.2));
                }
                ExprKind::In { value, set, .. } => waiting.extend([&mut **value, &mut **set]),
                ExprKind::Range { low, high, .. } => waiting.extend([&mut **low, &mut **high]),
                ExprKind::If { condition, then, otherwise } => {
                    waiting.extend([&mut **condition, &mut **then, &mut **otherwise]);
                }
                ExprKind::Call { function, arguments } if function.text == "V" => {
                    for argument in arguments.iter_mut() {
                        if let ExprKind::Name(name) = &mut argument.kind {
                            *name = self.node(name);
                        }
                    }
                    if self.mirrored {
                        arguments.reverse();
                    }
                }
                ExprKind::Call { function, arguments } => {
                    // Only tables are called by names of the template.
                    if let Some(new) = self.names.get(&function.text)
                        && self.tables.contains(&function.text)
                    {
                        function.text.clone_from(new);
                    }
                    waiting.extend(arguments.iter_mut());
                }
                _ => {}
            }
        }
        expr
    }
}
