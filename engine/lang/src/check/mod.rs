//! Names, types and dimensions: trees become typed representations, mistakes become
//! diagnostics.

mod circuits;
pub(crate) mod dims;
pub(crate) mod names;
mod quantities;
pub(crate) mod references;
pub(crate) mod symbols;
pub(crate) mod walk;

use crate::ir::{KindIr, Library, Owned};
use crate::template::{Declared, check_templates, functions::check_functions};
use espice_base::Diagnostics;
use espice_syntax::ast;
use names::Names;
use references::References;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Items that become something else in the library.
#[derive(Default)]
pub(crate) struct Declarations {
    /// Symbols in the order of loading.
    pub(crate) symbols: Vec<Owned<ast::Symbol>>,
    /// Kinds in the order of loading.
    pub(crate) kinds: Vec<Owned<ast::Kind>>,
    /// Circuits in the order of loading.
    pub(crate) circuits: Vec<Owned<ast::Circuit>>,
    /// Templates in the order of loading.
    pub(crate) templates: Vec<Owned<ast::Template>>,
}

/// Names of what kinds measure, by themselves or in a circuit, and what the library lacks of it.
fn unmeasured(library: &Library, declared: &Declarations) -> Vec<String> {
    let known = |name: &&String| {
        let in_kind = |k: &KindIr| k.quantities.iter().any(|q| q.symbol == **name);
        let in_circuit = |k: &KindIr| {
            k.circuits.iter().flat_map(|c| &c.outputs).any(|output| output.symbol == **name)
        };
        library.kinds.iter().any(|k| in_kind(k) || in_circuit(k))
    };
    let quantities = declared.kinds.iter().flat_map(|k| &k.item.quantities);
    let quantities = quantities.map(|q| &q.symbol.text);
    let outputs = declared.circuits.iter().flat_map(|c| &c.item.outputs).map(|o| &o.0.text);
    quantities.chain(outputs).filter(|name| !known(name)).cloned().collect()
}

/// Declared names that did not become part of the library.
fn unsound(library: &Library, symbols: &[Owned<ast::Symbol>], declared: &Declared) -> Vec<String> {
    let symbols = symbols.iter().map(|s| &s.item.name.text);
    let templates = declared.templates.iter().map(|t| &t.item.name.text);
    symbols
        .filter(|name| library.symbols.symbol(name).is_none())
        .chain(templates.filter(|name| !library.templates.contains(name)))
        .cloned()
        .collect()
}

/// The packs of the program that extend no others.
fn settled(library: &Library) -> BTreeSet<usize> {
    let is_own = |pack: usize| library.packs.get(pack).is_some_and(|p| p.builtin);
    let all = |pack: &usize| library.reach(*pack).into_iter().all(is_own);
    (0..library.packs.len()).filter(all).collect()
}

/// Checks what packs declare into the library, which already holds the items that stay trees.
pub(crate) fn check(
    library: &mut Library,
    declarations: Declarations,
    names: Names,
    diagnostics: &mut Diagnostics,
) {
    (library.lost_names, library.incomplete_packs) = names.losses();
    library.symbols = symbols::check_symbols(&declarations.symbols, &names, diagnostics);
    let settled = settled(library);
    let functions =
        check_functions(&library.functions, &library.scripts, &names, &settled, diagnostics);
    let table = &mut library.symbols;
    library.kinds =
        symbols::check_kinds(&declarations.kinds, &names, &functions, table, diagnostics);
    circuits::check_circuits(
        &declarations.circuits,
        &mut library.kinds,
        &library.symbols,
        &functions,
        &names,
        diagnostics,
    );
    let lost = unmeasured(library, &declarations);
    library.lost_names.extend(lost);
    // What templates need of kinds.
    let bare = |kind: &KindIr| KindIr {
        name: kind.name.clone(),
        title: String::new(),
        pins: kind.pins.clone(),
        polarities: kind.polarities.clone(),
        quantities: Vec::new(),
        circuits: Vec::new(),
        span: kind.span,
    };
    let declared = Arc::new(Declared {
        templates: declarations.templates,
        functions,
        kinds: library.kinds.iter().map(bare).collect(),
        settled,
        names,
    });
    let checked = check_templates(&declared, diagnostics);
    library.templates = checked.templates;
    library.drafts = checked.drafts;
    library.recipes = checked.recipes;
    let unsound = unsound(library, &declarations.symbols, &declared);
    library.lost_names.extend(unsound);
    let (names, parameters, kinds) = (&declared.names, &checked.parameters, &checked.kinds);
    let references = References { library, names, parameters, kinds };
    references.check(diagnostics);
}
