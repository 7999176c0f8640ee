//! What a template says with everything that it inherits.

use super::parts::PartCard;
use crate::check::dims::likely;
use crate::check::names::{Class, Names};
use crate::ir::Owned;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::{Card, Parameter, Quoted, Recipe, Template, TemplateStatement, Word};
use std::collections::{BTreeMap, BTreeSet};

/// A template with what it inherits, its own statements after those of its base.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) pack: usize,
    pub(super) doc: String,
    pub(super) name: Word,
    pub(super) kind: Word,
    pub(super) pins: Vec<Word>,
    pub(super) polarity: Vec<Word>,
    pub(super) simulator: Option<Word>,
    pub(super) statements: Vec<Placed>,
    pub(super) recipe: Option<Owned<Recipe>>,
    pub(super) cards: Vec<Card>,
    /// The cards of its parts.
    pub(super) part_cards: Vec<PartCard>,
    /// The templates that its parts are made of, and those of their parts.
    pub(super) made_of: BTreeSet<String>,
    /// The names of parameters of parts.
    pub(super) part_values: BTreeSet<String>,
    /// Whether a branch belongs to no part, or to a part without a card.
    pub(super) has_uncarried: bool,
    /// Whether a statement of it or of a base did not parse.
    pub(super) is_damaged: bool,
}

/// A statement, and whether this very template says it.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) is_own: bool,
    pub(super) statement: TemplateStatement,
}

/// Merges templates with their bases, each once.
pub(super) struct Merger<'a> {
    templates: BTreeMap<&'a str, &'a Owned<Template>>,
    names: &'a Names,
    done: BTreeMap<&'a str, Option<Merged>>,
    path: Vec<&'a str>,
}

/// Longest chain of `extends`.
const MAX_CHAIN: usize = 64;

impl<'a> Merger<'a> {
    pub(super) fn new(templates: &'a [Owned<Template>], names: &'a Names) -> Self {
        let by_name = templates.iter().map(|t| (t.item.name.text.as_str(), t)).collect();
        Merger { templates: by_name, names, done: BTreeMap::new(), path: Vec::new() }
    }

    /// The merged template; `None` when its base is missing or refers back to it, which was
    /// diagnosed once.
    pub(super) fn merge(
        &mut self,
        owned: &'a Owned<Template>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Merged> {
        let name = owned.item.name.text.as_str();
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        self.path.push(name);
        let merged = self.merge_new(owned, diagnostics);
        self.path.pop();
        self.done.insert(name, merged.clone());
        merged
    }

    fn merge_new(
        &mut self,
        owned: &'a Owned<Template>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Merged> {
        let is_damaged = self.names.is_damaged(owned.item.name.span);
        let Some(base) = &owned.item.extends else {
            return self.with_parts(alone(owned, is_damaged), owned.pack, diagnostics);
        };
        self.names.require(Class::Template, base, owned.pack, diagnostics)?;
        if self.path.contains(&base.text.as_str()) || self.path.len() > MAX_CHAIN {
            diagnostics.push(
                Diagnostic::error(
                    Code::CIRCULAR_DEFINITION,
                    format!("the template `{}` extends itself", base.text),
                )
                .at(base.span)
                .help("a base template stands on its own"),
            );
            return None;
        }
        let parent = *self.templates.get(base.text.as_str())?;
        let mut parent = self.merge(parent, diagnostics)?;
        parent.is_damaged |= is_damaged;
        let merged = inherit(parent, owned, self.names, diagnostics);
        self.with_parts(merged, owned.pack, diagnostics)
    }

    /// Takes the parts of a template in.
    fn with_parts(
        &mut self,
        mut merged: Merged,
        pack: usize,
        diagnostics: &mut Diagnostics,
    ) -> Option<Merged> {
        let statements = std::mem::take(&mut merged.statements);
        let (parts, others): (Vec<Placed>, Vec<Placed>) =
            statements.into_iter().partition(|p| matches!(p.statement, TemplateStatement::Part(_)));
        let is_own_branch =
            |p: &Placed| p.is_own && matches!(p.statement, TemplateStatement::Branch { .. });
        merged.has_uncarried |= others.iter().any(is_own_branch);
        // Parts stand behind what they may refer to.
        merged.statements = others;
        for placed in parts {
            let TemplateStatement::Part(part) = &placed.statement else { continue };
            self.names.require(Class::Template, &part.template, pack, diagnostics)?;
            let name = part.template.text.as_str();
            if self.path.contains(&name) || self.path.len() > MAX_CHAIN {
                diagnostics.push(
                    Diagnostic::error(
                        Code::CIRCULAR_DEFINITION,
                        format!("the template `{name}` is a part of itself"),
                    )
                    .at(part.template.span),
                );
                return None;
            }
            let of = *self.templates.get(name)?;
            let of = self.merge(of, diagnostics)?;
            if let Some(simulator) = &of.simulator {
                diagnostics.push(
                    Diagnostic::error(
                        Code::PART,
                        format!("the equations of `{name}` are those of {}", simulator.text),
                    )
                    .at(part.template.span)
                    .help("a part states its own equations"),
                );
                return None;
            }
            merged.take_in(part, &of, diagnostics);
        }
        Some(merged)
    }
}

fn alone(owned: &Owned<Template>, is_damaged: bool) -> Merged {
    let item = &owned.item;
    Merged {
        pack: owned.pack,
        doc: owned.doc.clone(),
        name: item.name.clone(),
        kind: item.kind.clone(),
        pins: item.pins.clone(),
        polarity: item.polarity.clone(),
        simulator: item.simulator.clone(),
        statements: item.statements.iter().flat_map(own).collect(),
        recipe: own_recipe(owned),
        cards: item.cards.clone(),
        part_cards: Vec::new(),
        made_of: BTreeSet::new(),
        part_values: BTreeSet::new(),
        has_uncarried: false,
        is_damaged,
    }
}

/// A statement of this very template; a table stands behind the parameters of its knots.
fn own(statement: &TemplateStatement) -> Vec<Placed> {
    let placed = |statement: TemplateStatement| Placed { is_own: true, statement };
    let mut all = Vec::new();
    if let TemplateStatement::Table(table) = statement {
        for knot in 1..=table.knots.len() {
            let name = Word { text: table.value_name(knot), span: table.values.name.span };
            let parameter = Parameter { name, ..table.values.clone() };
            all.push(placed(TemplateStatement::Parameter(parameter)));
        }
    }
    all.push(placed(statement.clone()));
    all
}

fn own_recipe(owned: &Owned<Template>) -> Option<Owned<Recipe>> {
    let item = owned.item.recipe.clone()?;
    Some(Owned { pack: owned.pack, doc: owned.doc.clone(), item })
}

fn inherit(
    parent: Merged,
    owned: &Owned<Template>,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Merged {
    let item = &owned.item;
    fits(&parent, item, diagnostics);
    let mut statements: Vec<Placed> = parent
        .statements
        .into_iter()
        .map(|p| Placed { is_own: false, statement: p.statement })
        .collect();
    for statement in &item.statements {
        match statement {
            TemplateStatement::Parameter(p) if p.unit.is_none() => {
                override_parameter(&mut statements, p, names, diagnostics);
            }
            other => statements.extend(own(other)),
        }
    }
    // A card of the same family takes the place of the inherited one.
    let replaced = |c: &Card| item.cards.iter().any(|own| own.family.text == c.family.text);
    let inherited = parent.cards.into_iter().filter(|c| !replaced(c));
    Merged {
        pack: owned.pack,
        doc: owned.doc.clone(),
        name: item.name.clone(),
        kind: item.kind.clone(),
        pins: if item.pins.is_empty() { parent.pins } else { item.pins.clone() },
        polarity: if item.polarity.is_empty() { parent.polarity } else { item.polarity.clone() },
        simulator: item.simulator.clone().or(parent.simulator),
        statements,
        recipe: own_recipe(owned).or(parent.recipe),
        cards: inherited.chain(item.cards.iter().cloned()).collect(),
        part_cards: parent.part_cards,
        made_of: parent.made_of,
        part_values: parent.part_values,
        has_uncarried: parent.has_uncarried,
        is_damaged: parent.is_damaged,
    }
}

/// Kind and pins of a template are those of its base.
fn fits(parent: &Merged, item: &Template, diagnostics: &mut Diagnostics) {
    if parent.kind.text != item.kind.text {
        let (is, of) = (&parent.kind.text, &item.kind.text);
        diagnostics.push(
            Diagnostic::error(
                Code::PINS_OF_KIND,
                format!("a template for `{is}` cannot become one for `{of}`"),
            )
            .label(item.kind.span, of)
            .label(parent.kind.span, is),
        );
    }
    let texts = |pins: &[Word]| pins.iter().map(|p| p.text.clone()).collect::<Vec<_>>();
    if let (Some(first), Some(last)) = (item.pins.first(), item.pins.last())
        && texts(&item.pins) != texts(&parent.pins)
    {
        let mut diagnostic = Diagnostic::error(
            Code::PINS_OF_KIND,
            "a template that extends another has the same pins in the same order",
        )
        .at(first.span.to(last.span));
        if let Some(pin) = parent.pins.first() {
            diagnostic = diagnostic.label(pin.span, "the pins of the base");
        }
        diagnostics.push(diagnostic.help("leave `pins` out"));
    }
}

fn override_parameter(
    statements: &mut [Placed],
    new: &Parameter,
    names: &Names,
    diagnostics: &mut Diagnostics,
) {
    let parameters = || {
        statements.iter().filter_map(|p| match &p.statement {
            TemplateStatement::Parameter(p) => Some(p.name.text.as_str()),
            _ => None,
        })
    };
    if !parameters().any(|n| n == new.name.text) {
        if names.is_broken(&new.name.text) {
            return;
        }
        diagnostics.push(
            Diagnostic::error(
                Code::UNKNOWN_PARAMETER,
                format!("there is no inherited parameter `{}`", new.name.text),
            )
            .at(new.name.span)
            .help(likely(&new.name.text, parameters()).unwrap_or_else(|| {
                format!("a new parameter states its unit: `param {} : …`", new.name.text)
            })),
        );
        return;
    }
    for placed in statements {
        let TemplateStatement::Parameter(old) = &mut placed.statement else { continue };
        if old.name.text != new.name.text {
            continue;
        }
        placed.is_own = true;
        old.span = new.span;
        old.name = new.name.clone();
        // A new range without `fixed` frees a parameter that was fixed.
        old.fixed = new.fixed || (old.fixed && new.range.is_none());
        old.instance |= new.instance;
        replace(&mut old.card_unit, &new.card_unit);
        replace(&mut old.default, &new.default);
        replace(&mut old.range, &new.range);
        replace(&mut old.scale, &new.scale);
        replace::<Quoted>(&mut old.because, &new.because);
    }
}

fn replace<T: Clone>(old: &mut Option<T>, new: &Option<T>) {
    if new.is_some() {
        old.clone_from(new);
    }
}
