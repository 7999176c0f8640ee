//! Names, types and dimensions: trees become typed representations, mistakes become
//! diagnostics.

mod circuits;
pub(crate) mod dims;
pub(crate) mod names;
mod quantities;
pub(crate) mod references;
pub(crate) mod symbols;
pub(crate) mod walk;

use crate::ir::{Library, Owned};
use crate::template::{check_templates, functions::check_functions};
use espice_base::Diagnostics;
use espice_syntax::ast;
use names::Names;
use references::References;

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

/// Declared names that did not become part of the library.
fn unsound(library: &Library, declarations: &Declarations) -> Vec<String> {
    let symbols = declarations.symbols.iter().map(|s| &s.item.name.text);
    let templates = declarations.templates.iter().map(|t| &t.item.name.text);
    symbols
        .filter(|name| library.symbols.symbol(name).is_none())
        .chain(templates.filter(|name| library.template(name).is_none()))
        .cloned()
        .collect()
}

/// Checks what packs declare into the library, which already holds the items that stay trees.
pub(crate) fn check(
    library: &mut Library,
    declarations: &Declarations,
    names: &Names,
    diagnostics: &mut Diagnostics,
) {
    (library.lost_names, library.incomplete_packs) = names.losses();
    library.symbols = symbols::check_symbols(&declarations.symbols, names, diagnostics);
    let functions = check_functions(&library.functions, &library.scripts, names, diagnostics);
    let table = &mut library.symbols;
    library.kinds =
        symbols::check_kinds(&declarations.kinds, names, &functions, table, diagnostics);
    circuits::check_circuits(
        &declarations.circuits,
        &mut library.kinds,
        &library.symbols,
        &functions,
        names,
        diagnostics,
    );
    let checked =
        check_templates(&declarations.templates, &library.kinds, &functions, names, diagnostics);
    library.templates = checked.templates;
    library.recipes = checked.recipes;
    let unsound = unsound(library, declarations);
    library.lost_names.extend(unsound);
    let references =
        References { library, names, parameters: &checked.parameters, kinds: &checked.kinds };
    references.check(diagnostics);
}
