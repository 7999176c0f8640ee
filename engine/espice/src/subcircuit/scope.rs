//! Names inside subcircuits: parameters, functions, models and subcircuits, each where it holds.

use espice_netlist::{Formula, Item, ModelCard, Parameters, Subcircuit, Value};
use std::collections::BTreeMap;

/// What a parameter is set to, and the scope in which its formula is meant.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) value: Value,
    pub(super) scope: usize,
}

/// A function of a card.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) arguments: Vec<String>,
    pub(super) body: Formula,
    pub(super) scope: usize,
}

/// The names of one subcircuit, or of the file.
#[derive(Clone, Debug, Default)]
struct Scope<'c> {
    parent: Option<usize>,
    parameters: BTreeMap<String, Bound>,
    functions: BTreeMap<String, Function>,
    models: BTreeMap<String, &'c ModelCard>,
    subcircuits: BTreeMap<String, &'c Subcircuit>,
}

/// All scopes; the file's is the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes<'c> {
    list: Vec<Scope<'c>>,
}

impl<'c> Scopes<'c> {
    /// Opens a scope for items inside another.
    pub(super) fn open(&mut self, parent: Option<usize>, items: &'c [Item]) -> usize {
        let index = self.list.len();
        let mut scope = Scope { parent, ..Scope::default() };
        for item in items {
            match item {
                Item::Model(card) => {
                    scope.models.entry(card.name.to_lowercase()).or_insert(card);
                }
                Item::Subcircuit(inner) => {
                    scope.subcircuits.entry(inner.name.to_lowercase()).or_insert(inner);
                }
                Item::Parameters(list) => {
                    for (name, value) in list {
                        let bound = Bound { value: value.clone(), scope: index };
                        scope.parameters.insert(name.to_lowercase(), bound);
                    }
                }
                Item::Raw(text) => {
                    if let Some((name, function)) = function(text, index) {
                        scope.functions.insert(name, function);
                    }
                }
                Item::Comment(_) | Item::Element(_) => {}
            }
        }
        self.list.push(scope);
        index
    }

    /// Sets the parameters of a call over the defaults of the subcircuit.
    pub(super) fn call(
        &mut self,
        scope: usize,
        defaults: &Parameters,
        given: &Parameters,
        from: usize,
    ) {
        let Some(own) = self.list.get_mut(scope) else { return };
        // A `.param` inside the subcircuit is meant where a formal parameter has the same name.
        for (name, value) in defaults {
            let bound = Bound { value: value.clone(), scope };
            own.parameters.entry(name.to_lowercase()).or_insert(bound);
        }
        for (name, value) in given {
            let name = name.to_lowercase();
            if defaults.iter().any(|(n, _)| n.eq_ignore_ascii_case(&name))
                || own.parameters.contains_key(&name)
            {
                own.parameters.insert(name, Bound { value: value.clone(), scope: from });
            }
        }
    }

    fn find<T>(&self, from: usize, get: impl Fn(&Scope<'c>) -> Option<T>) -> Option<T> {
        let mut next = Some(from);
        while let Some(scope) = next.and_then(|i| self.list.get(i)) {
            if let Some(found) = get(scope) {
                return Some(found);
            }
            // A parent is older than its child, so this ends.
            next = scope.parent;
        }
        None
    }

    pub(super) fn parameter(&self, from: usize, name: &str) -> Option<Bound> {
        self.find(from, |s| s.parameters.get(name).cloned())
    }

    pub(super) fn function(&self, from: usize, name: &str) -> Option<Function> {
        self.find(from, |s| s.functions.get(name).cloned())
    }

    pub(super) fn model(&self, from: usize, name: &str) -> Option<&'c ModelCard> {
        let name = name.to_lowercase();
        self.find(from, |s| s.models.get(&name).copied())
    }

    /// The models `NAME.0` and so on, in the order of their names.
    pub(super) fn family(&self, from: usize, name: &str) -> Vec<&'c ModelCard> {
        let first = format!("{}.", name.to_lowercase());
        let number = |full: &String| {
            full.strip_prefix(&first).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
        };
        let of = |s: &Scope<'c>| {
            let members = s.models.iter().filter(|(name, _)| number(name)).map(|(_, m)| *m);
            let members: Vec<&'c ModelCard> = members.collect();
            (!members.is_empty()).then_some(members)
        };
        self.find(from, of).unwrap_or_default()
    }

    /// A subcircuit, and the scope that holds it.
    pub(super) fn subcircuit(&self, from: usize, name: &str) -> Option<(&'c Subcircuit, usize)> {
        let name = name.to_lowercase();
        let mut next = Some(from);
        while let Some((index, scope)) = next.and_then(|i| Some((i, self.list.get(i)?))) {
            if let Some(found) = scope.subcircuits.get(&name) {
                return Some((found, index));
            }
            next = scope.parent;
        }
        None
    }
}

/// `.func name(a, b) {body}`, also with `=`, and `.param name(a, b) = body`.
fn function(text: &str, scope: usize) -> Option<(String, Function)> {
    let rest = text.trim_start();
    let word = rest.split_whitespace().next()?;
    if !(word.eq_ignore_ascii_case(".func") || word.eq_ignore_ascii_case(".param")) {
        return None;
    }
    let (head, body) = rest.get(word.len()..)?.split_once(')')?;
    let (name, arguments) = head.split_once('(')?;
    let names = arguments.split(',').map(|a| a.trim().to_lowercase());
    let arguments = names.filter(|a| !a.is_empty()).collect();
    let body = body.trim_start();
    let body = Formula::parse(body.strip_prefix('=').unwrap_or(body)).ok()?;
    Some((name.trim().to_lowercase(), Function { arguments, body, scope }))
}
