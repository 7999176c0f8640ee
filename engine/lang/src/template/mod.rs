//! Functions and templates: trees become graphs with checked names and dimensions.

mod build;
pub(crate) mod builtins;
mod calls;
mod cards;
mod conditions;
pub(crate) mod constant;
pub(crate) mod fold;
mod function;
pub(crate) mod functions;
mod later;
pub(crate) mod lower;
mod merge;
pub(crate) mod observe;
pub(crate) mod parameters;
mod parts;
mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod usage;

use crate::check::names::Class;
use crate::ir::{Draft, KindIr, Owned, ParameterIr};
use build::Builder;
use cards::check_polarity;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::{Recipe, TemplateStatement, Word};
pub(crate) use later::Declared;
pub use later::Templates;
use merge::{Merged, Merger};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What checking templates gives.
pub(crate) struct Checked {
    /// The sound ones in the order of declaration.
    pub(crate) templates: Templates,
    /// The others, as far as they could be read.
    pub(crate) drafts: Vec<Draft>,
    /// The recipe of each template that was checked and has or inherits one.
    pub(crate) recipes: Vec<Owned<(String, Recipe)>>,
    /// The parameters of every template that was checked and could be read, sound or not.
    pub(crate) parameters: BTreeMap<String, Vec<ParameterIr>>,
    /// The kind of every template, sound or not.
    pub(crate) kinds: BTreeMap<String, String>,
}

/// Checks all templates but those of settled packs.
pub(crate) fn check_templates(declared: &Arc<Declared>, diagnostics: &mut Diagnostics) -> Checked {
    let Declared { templates, kinds, functions, names, settled } = declared.as_ref();
    let mut merger = Merger::new(templates, names);
    let mut checked = Checked {
        templates: Templates::default(),
        drafts: Vec::new(),
        recipes: Vec::new(),
        parameters: BTreeMap::new(),
        kinds: BTreeMap::new(),
    };
    let mut merged_all = Vec::new();
    for (place, owned) in templates.iter().enumerate() {
        let name = &owned.item.name.text;
        checked.kinds.insert(name.clone(), owned.item.kind.text.clone());
        if settled.contains(&owned.pack) {
            continue;
        }
        let before = diagnostics.len();
        let kind = &owned.item.kind;
        if !kind.text.is_empty() {
            names.require(Class::Kind, kind, owned.pack, diagnostics);
        }
        let Some(merged) = merger.merge(owned, diagnostics) else { continue };
        let is_broken = diagnostics.iter().skip(before).any(is_error);
        merged_all.push((place, owned, merged, is_broken));
    }
    // Parts before what is made of them: a mistake in a part is told in its own template only.
    merged_all.sort_by_key(|(place, _, merged, _)| (merged.made_of.len(), *place));
    let mut unsound: BTreeSet<String> = BTreeSet::new();
    let mut sound = BTreeMap::new();
    for (place, owned, merged, is_broken) in merged_all {
        let name = &owned.item.name.text;
        let of_unsound = merged.made_of.iter().any(|part| unsound.contains(part));
        let before = diagnostics.len();
        if let Some(recipe) = &merged.recipe {
            let item = (name.clone(), recipe.item.clone());
            checked.recipes.push(Owned { pack: recipe.pack, doc: recipe.doc.clone(), item });
        }
        let nodes = node_names(&merged, kinds, diagnostics);
        check_polarity(&merged, kinds, diagnostics);
        let mut builder = Builder::new(&merged, &nodes, functions, names);
        builder.build();
        let is_sound = !merged.is_damaged
            && !is_broken
            && !of_unsound
            && !builder.lower.diagnostics.has_errors()
            && !diagnostics.iter().skip(before).any(is_error);
        if is_sound {
            builder.warn_unused();
        }
        checked.parameters.insert(name.clone(), builder.parameters.clone());
        let mut found = std::mem::take(&mut builder.lower.diagnostics);
        if of_unsound {
            let is_told = |d: &Diagnostic| {
                diagnostics.iter().any(|t| t.code == d.code && t.place() == d.place())
            };
            found = found.iter().filter(|d| !is_told(d)).cloned().collect();
        }
        diagnostics.extend(found);
        if is_sound {
            sound.insert(place, builder.finish());
        } else {
            unsound.insert(name.clone());
            checked.drafts.push(builder.draft(owned.item.recipe.is_some()));
        }
    }
    checked.templates = Templates::new(declared, sound);
    checked
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == espice_base::Severity::Error
}

/// Pins, then internal nodes; they share one list of names.
fn node_names(merged: &Merged, kinds: &[KindIr], diagnostics: &mut Diagnostics) -> Vec<String> {
    let inner = merged.statements.iter().filter_map(|p| match &p.statement {
        TemplateStatement::Nodes { nodes, .. } => Some(nodes),
        _ => None,
    });
    let mut taken: Vec<&Word> = Vec::new();
    for node in merged.pins.iter().chain(inner.flatten()) {
        match taken.iter().find(|t| t.text == node.text) {
            None => taken.push(node),
            Some(before) => diagnostics.push(
                Diagnostic::error(
                    Code::DECLARED_TWICE,
                    format!("the node `{}` is declared twice", node.text),
                )
                .label(node.span, "declared again")
                .label(before.span, "declared first"),
            ),
        }
    }
    if let Some(kind) = kinds.iter().find(|k| k.name == merged.kind.text)
        && kind.pins.len() != merged.pins.len()
        // A kind without pins has been told.
        && kind.pins.len() > 1
        && !merged.is_damaged
    {
        let place = match (merged.pins.first(), merged.pins.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => merged.name.span,
        };
        diagnostics.push(
            Diagnostic::error(
                Code::PINS_OF_KIND,
                format!(
                    "a {} has {} pins, but this template has {}",
                    kind.name,
                    kind.pins.len(),
                    merged.pins.len()
                ),
            )
            .at(place)
            .label(kind.span, "the kind")
            .help(format!("write `pins {}`", kind.pins.join(", "))),
        );
    }
    taken.into_iter().map(|w| w.text.clone()).collect()
}
