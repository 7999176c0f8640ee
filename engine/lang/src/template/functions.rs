//! Functions of packs: checked once where they are declared, inlined where they are used.

use super::builtins;
use super::lower::{Lowering, Scope};
use crate::check::dims::type_unit;
use crate::check::names::Names;
use crate::check::walk::walk;
use crate::ir::{Leaf, Owned, ScriptSource};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::{self, Expr, ExprKind, Let, Word};
use espice_units::Dimension;
use std::collections::{BTreeMap, BTreeSet};

/// A parameter of a function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionParameter {
    /// Its name.
    pub(crate) name: Word,
    /// Its dimension; `None` when its type was diagnosed.
    pub(crate) dimension: Option<Dimension>,
}

/// A function that was checked.
#[derive(Clone, Debug)]
pub(crate) struct CheckedFunction {
    /// The pack that declares it.
    pub(crate) pack: usize,
    /// Its parameters.
    pub(crate) parameters: Vec<FunctionParameter>,
    /// The dimension of its value; `None` when its type was diagnosed.
    pub(crate) result: Option<Dimension>,
    /// Inner definitions.
    pub(crate) lets: Vec<Let>,
    /// Its value.
    pub(crate) value: Expr,
    /// Whether it holds no mistake; calls of one that does are not judged.
    pub(crate) is_sound: bool,
}

/// All functions of the loaded packs by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Functions {
    by_name: BTreeMap<String, CheckedFunction>,
    scripts: BTreeSet<String>,
}

impl Functions {
    /// The function with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&CheckedFunction> {
        self.by_name.get(name)
    }

    /// Whether this function is a script.
    pub(crate) fn is_script(&self, name: &str) -> bool {
        self.scripts.contains(name)
    }
}

/// Checks all functions, callees before callers; those of settled packs hold no mistakes.
pub(crate) fn check_functions(
    functions: &[Owned<ast::Function>],
    scripts: &[ScriptSource],
    names: &Names,
    settled: &BTreeSet<usize>,
    diagnostics: &mut Diagnostics,
) -> Functions {
    let by_name = functions.iter().map(|f| (f.item.name.text.as_str(), f)).collect();
    let mut order = Order {
        by_name,
        done: BTreeSet::new(),
        path: Vec::new(),
        order: Vec::new(),
        circles: BTreeSet::new(),
    };
    // What is settled calls nothing that is not.
    let (sound, open): (Vec<_>, Vec<_>) = functions.iter().partition(|f| settled.contains(&f.pack));
    order.done = sound.iter().map(|f| f.item.name.text.as_str()).collect();
    for function in open {
        order.visit(function, diagnostics);
    }
    let scripts = scripts.iter().map(|s| s.item.name.text.clone()).collect();
    let mut checked = Functions { by_name: BTreeMap::new(), scripts };
    for function in sound {
        checked.by_name.insert(function.item.name.text.clone(), sound_function(function));
    }
    for function in order.order {
        let is_circular = order.circles.contains(function.item.name.text.as_str());
        let entry = check_function(function, is_circular, names, &checked, diagnostics);
        checked.by_name.insert(function.item.name.text.clone(), entry);
    }
    checked
}

/// Walks the calls so that callees come first, and finds circles.
struct Order<'a> {
    by_name: BTreeMap<&'a str, &'a Owned<ast::Function>>,
    done: BTreeSet<&'a str>,
    path: Vec<&'a str>,
    order: Vec<&'a Owned<ast::Function>>,
    circles: BTreeSet<&'a str>,
}

/// Functions call each other at most this deep; calls beyond are told as too large.
const MAX_CALLS: usize = 256;

impl<'a> Order<'a> {
    fn visit(&mut self, function: &'a Owned<ast::Function>, diagnostics: &mut Diagnostics) {
        let name = function.item.name.text.as_str();
        if self.done.contains(name) || self.path.len() >= MAX_CALLS {
            return;
        }
        self.path.push(name);
        for call in calls(&function.item) {
            if let Some(start) = self.path.iter().position(|n| *n == call.text) {
                let circle = self.path.get(start..).unwrap_or_default();
                self.circles.extend(circle);
                let message = match circle {
                    [_] => format!("`{name}` calls itself"),
                    _ => format!("`{}` calls itself through `{name}`", call.text),
                };
                diagnostics.push(
                    Diagnostic::error(Code::CIRCULAR_DEFINITION, message)
                        .at(call.span)
                        .help("an unknown that an equation gives is a `solve` of a template"),
                );
            } else if let Some(callee) = self.by_name.get(call.text.as_str()) {
                self.visit(callee, diagnostics);
            }
        }
        self.path.pop();
        if self.done.insert(name) {
            self.order.push(function);
        }
    }
}

fn calls(function: &ast::Function) -> Vec<&Word> {
    let mut found = Vec::new();
    let bodies = function.lets.iter().map(|l| &l.value).chain(std::iter::once(&function.value));
    for body in bodies {
        walk(body, &mut |e| {
            if let ExprKind::Call { function, .. } = &e.kind {
                found.push(function);
            }
        });
    }
    found
}

/// A function that is known to hold no mistake.
fn sound_function(owned: &Owned<ast::Function>) -> CheckedFunction {
    let function = &owned.item;
    // What does not read would have been told.
    let dimension = |ty: &ast::Type| type_unit(ty, &mut Diagnostics::new()).map(|u| u.dimension);
    let parameter = |(name, ty): &(Word, ast::Type)| FunctionParameter {
        name: name.clone(),
        dimension: dimension(ty),
    };
    CheckedFunction {
        pack: owned.pack,
        parameters: function.parameters.iter().map(parameter).collect(),
        result: dimension(&function.result),
        lets: function.lets.clone(),
        value: function.value.clone(),
        is_sound: true,
    }
}

fn check_function(
    owned: &Owned<ast::Function>,
    is_circular: bool,
    names: &Names,
    checked: &Functions,
    diagnostics: &mut Diagnostics,
) -> CheckedFunction {
    let function = &owned.item;
    let mut lower = Lowering::new(names, checked, owned.pack, Scope::Arguments("a function"));
    let mut taken: BTreeMap<String, Word> = BTreeMap::new();
    let mut parameters = Vec::new();
    if builtins::is_reserved_function(&function.name.text) {
        lower.diagnostics.push(
            Diagnostic::error(
                Code::RESERVED_NAME,
                format!("`{}` belongs to the language", function.name.text),
            )
            .at(function.name.span)
            .help("give the function another name"),
        );
    }
    for (index, (name, unit)) in function.parameters.iter().enumerate() {
        let is_free = take(name, &mut taken, &mut lower.diagnostics);
        let dimension = type_unit(unit, &mut lower.diagnostics).map(|u| u.dimension);
        match dimension {
            Some(_) if !is_free => {}
            Some(d) => {
                let leaf = Leaf::Argument(u32::try_from(index).unwrap_or(u32::MAX));
                lower.input(&name.text, leaf, d, name.span);
            }
            None => {
                lower.locals.insert(name.text.clone(), None);
            }
        }
        parameters.push(FunctionParameter { name: name.clone(), dimension });
    }
    let result = type_unit(&function.result, &mut lower.diagnostics).map(|u| u.dimension);
    if !is_circular {
        lower.later = function.lets.iter().map(|l| (l.name.text.clone(), l.name.span)).collect();
        for statement in &function.lets {
            if take(&statement.name, &mut taken, &mut lower.diagnostics) {
                lower.define(statement);
            } else {
                lower.value(&statement.value);
            }
        }
        let what = format!("the value of `{}`", function.name.text);
        match result {
            Some(d) => {
                let span = Some(function.name.span);
                lower.number_of(&function.value, &what, span, d);
            }
            None => {
                lower.number(&function.value);
            }
        }
        if !lower.diagnostics.has_errors() && !names.is_damaged(function.name.span) {
            warn_unused(&function.lets, &lower.used, &mut lower.diagnostics);
        }
    }
    let is_damaged = names.is_damaged(function.name.span);
    let is_sound = !is_circular && !is_damaged && !lower.diagnostics.has_errors();
    diagnostics.extend(lower.diagnostics);
    CheckedFunction {
        pack: owned.pack,
        parameters,
        result,
        lets: function.lets.clone(),
        value: function.value.clone(),
        is_sound,
    }
}

/// Takes a name inside an item; it must be free and not the language's.
pub(crate) fn take(
    name: &Word,
    taken: &mut BTreeMap<String, Word>,
    diagnostics: &mut Diagnostics,
) -> bool {
    if builtins::is_reserved(&name.text) {
        diagnostics.push(
            Diagnostic::error(
                Code::RESERVED_NAME,
                format!("`{}` belongs to the language", name.text),
            )
            .at(name.span)
            .help("give it another name"),
        );
        return false;
    }
    if let Some(before) = taken.get(&name.text) {
        diagnostics.push(
            Diagnostic::error(Code::DECLARED_TWICE, format!("`{}` is declared twice", name.text))
                .label(name.span, "declared again")
                .label(before.span, "declared first"),
        );
        return false;
    }
    taken.insert(name.text.clone(), name.clone());
    true
}

/// Warns of definitions that nothing refers to.
pub(crate) fn warn_unused<'a>(
    lets: impl IntoIterator<Item = &'a Let>,
    used: &BTreeSet<String>,
    diagnostics: &mut Diagnostics,
) {
    for statement in lets {
        let name = &statement.name;
        if used.contains(&name.text) || name.text.starts_with('_') {
            continue;
        }
        diagnostics.push(
            Diagnostic::warning(Code::UNUSED_DEFINITION, format!("`{}` is not used", name.text))
                .at(name.span)
                .help("remove it, or start its name with `_`"),
        );
    }
}
