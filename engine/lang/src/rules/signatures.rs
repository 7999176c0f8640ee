//! How functions and scripts are called, and the bodies of functions.

use super::book::FunctionIr;
use super::functions;
use super::scope::{Callable, Checker};
use super::types::Type;
use crate::check::dims;
use crate::ir::Library;
use crate::template::builtins::is_reserved_function;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast;

fn unit_type(ty: &ast::Type) -> Type {
    // What does not read was told when the functions were loaded.
    dims::type_unit(ty, &mut Diagnostics::new()).map_or(Type::Unknown, Type::of_unit)
}

/// How functions and scripts are called.
pub(crate) fn signatures(
    library: &Library,
    diagnostics: &mut Diagnostics,
) -> (Vec<Callable>, Vec<Callable>) {
    (function_signatures(library), script_signatures(library, diagnostics))
}

fn function_signatures(library: &Library) -> Vec<Callable> {
    library
        .functions
        .iter()
        .map(|owned| Callable {
            name: owned.item.name.text.clone(),
            parameters: owned
                .item
                .parameters
                .iter()
                .map(|(name, ty)| (name.text.clone(), unit_type(ty)))
                .collect(),
            result: unit_type(&owned.item.result),
            span: owned.item.name.span,
        })
        .collect()
}

/// The bodies of pack functions. Their mistakes were told when the library was loaded; one that
/// does not check here uses what only templates have.
pub(super) fn function_bodies(checker: &mut Checker<'_>, library: &Library) -> Vec<FunctionIr> {
    let told = std::mem::take(&mut checker.diagnostics);
    let mut bodies = Vec::new();
    for owned in &library.functions {
        let item = &owned.item;
        for (name, ty) in &item.parameters {
            checker.bind(&name.text, unit_type(ty), true);
        }
        for definition in &item.lets {
            checker.define_let(definition);
        }
        let mut body = checker.expr(&item.value);
        let wanted = unit_type(&item.result);
        checker.expect(&mut body, &item.value, &wanted, "the result", None);
        let sound = checker.diagnostics.is_empty();
        checker.diagnostics = Diagnostics::new();
        let frame = checker.finish_frame();
        bodies.push(FunctionIr {
            name: item.name.text.clone(),
            frame,
            body: sound.then_some(body),
        });
    }
    checker.diagnostics = told;
    bodies
}

fn script_signatures(library: &Library, diagnostics: &mut Diagnostics) -> Vec<Callable> {
    let mut checker = Checker::new(library, &[], &[]);
    let callables = library
        .scripts
        .iter()
        .map(|source| {
            let item = &source.item;
            if is_reserved_function(&item.name.text) || functions::is_named(&item.name.text) {
                let message = format!("`{}` belongs to the language", item.name.text);
                let told = Diagnostic::error(Code::RESERVED_NAME, message).at(item.name.span);
                checker.diagnostics.push(told.help("give the function another name"));
            }
            let mut parameters = Vec::new();
            for (name, ty) in &item.parameters {
                let ty = checker.declared(ty).unwrap_or(Type::Unknown);
                parameters.push((name.text.clone(), ty));
            }
            if let ast::Type::Curve(signature) = &item.result {
                checker.refuse(
                    Code::TYPE_NOT_ALLOWED,
                    signature.span,
                    "a script gives a number, `yesno` or `text`, not a curve",
                    "",
                );
            }
            let result = match &item.result {
                ast::Type::Curve(_) => Type::Unknown,
                other => checker.declared(other).unwrap_or(Type::Unknown),
            };
            Callable { name: item.name.text.clone(), parameters, result, span: item.name.span }
        })
        .collect();
    diagnostics.extend(checker.diagnostics);
    callables
}
