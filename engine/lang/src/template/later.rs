//! Templates that are checked when someone first looks at them.
//!
//! A run looks at few of the many templates of the program's own packs, and that those have no
//! mistakes is held by a test. So only their names, kinds and dimensions of parameters are at
//! hand at once, read off their trees.

use super::build::Builder;
use super::functions::Functions;
use super::merge::Merger;
use super::node_names;
use crate::check::dims::type_unit;
use crate::check::names::Names;
use crate::ir::{KindIr, Owned, ParameterIr, TemplateIr};
use espice_base::Diagnostics;
use espice_syntax::ast::{self, Recipe, Template, TemplateStatement};
use espice_units::Dimension;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Longest chain of templates that extend each other or are made of each other.
const CHAIN: usize = 64;

/// What checking a template needs.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// Templates in the order of loading.
    pub(crate) templates: Vec<Owned<Template>>,
    /// All names.
    pub(crate) names: Names,
    /// The functions that formulas may call.
    pub(crate) functions: Functions,
    /// Names, pins and polarities of kinds.
    pub(crate) kinds: Vec<KindIr>,
    /// Packs of the program that extend no others; nothing is to be told of what they hold.
    pub(crate) settled: BTreeSet<usize>,
}

impl Declared {
    fn find(&self, name: &str) -> Option<&Owned<Template>> {
        self.templates.iter().find(|t| t.item.name.text == name)
    }

    /// The checked template; `None` when it has mistakes.
    fn check(&self, name: &str) -> Option<TemplateIr> {
        let owned = self.find(name)?;
        let mut told = Diagnostics::new();
        let merged = Merger::new(&self.templates, &self.names).merge(owned, &mut told)?;
        let nodes = node_names(&merged, &self.kinds, &mut told);
        let mut builder = Builder::new(&merged, &nodes, &self.functions, &self.names);
        builder.build();
        let is_sound = !told.has_errors() && !builder.lower.diagnostics.has_errors();
        is_sound.then(|| builder.finish())
    }

    /// The recipe that a template has or inherits.
    fn recipe(&self, name: &str) -> Option<Owned<&Recipe>> {
        let mut owned = self.find(name)?;
        for _ in 0..CHAIN {
            if let Some(item) = &owned.item.recipe {
                return Some(Owned { pack: owned.pack, doc: owned.doc.clone(), item });
            }
            owned = self.find(&owned.item.extends.as_ref()?.text)?;
        }
        None
    }

    /// The dimension of a parameter of a template that has no mistakes.
    fn dimension(&self, name: &str, parameter: &str, depth: usize) -> Option<Dimension> {
        let item = &self.find(name).filter(|_| depth < CHAIN)?.item;
        let of = |ty: &ast::Type| Some(type_unit(ty, &mut Diagnostics::new())?.dimension);
        let own = item.statements.iter().find_map(|statement| match statement {
            TemplateStatement::Parameter(p) if p.name.text == parameter => of(p.unit.as_ref()?),
            TemplateStatement::Table(table) => {
                let is_value = |knot| table.value_name(knot) == parameter;
                let is_one = (1..=table.knots.len()).any(is_value);
                of(table.values.unit.as_ref().filter(|_| is_one)?)
            }
            TemplateStatement::Part(part) => {
                let mut shared = part.entries.iter().filter(|e| e.value.is_none());
                let is_it =
                    |e: &&ast::PartEntry| e.exported.as_ref().unwrap_or(&e.name).text == parameter;
                let entry = shared.find(is_it)?;
                self.dimension(&part.template.text, &entry.name.text, depth + 1)
            }
            _ => None,
        });
        own.or_else(|| self.dimension(&item.extends.as_ref()?.text, parameter, depth + 1))
    }
}

/// A template by what is known of it at once.
#[derive(Clone, Debug)]
struct Slot {
    name: String,
    kind: String,
    checked: OnceLock<Option<TemplateIr>>,
}

/// Templates in the order of declaration.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    slots: Vec<Slot>,
    declared: Arc<Declared>,
}

impl Templates {
    /// The templates that were checked, and all others of settled packs.
    pub(super) fn new(declared: &Arc<Declared>, mut checked: BTreeMap<usize, TemplateIr>) -> Self {
        let slot = |(place, owned): (usize, &Owned<Template>)| {
            let known = checked.remove(&place);
            let (name, kind) = (owned.item.name.text.clone(), owned.item.kind.text.clone());
            match known {
                Some(known) => Some(Slot { name, kind, checked: OnceLock::from(Some(known)) }),
                None => declared.settled.contains(&owned.pack).then(|| Slot {
                    name,
                    kind,
                    checked: OnceLock::new(),
                }),
            }
        };
        let slots = declared.templates.iter().enumerate().filter_map(slot).collect();
        Templates { slots, declared: declared.clone() }
    }

    fn force<'a>(&'a self, slot: &'a Slot) -> Option<&'a TemplateIr> {
        slot.checked.get_or_init(|| self.declared.check(&slot.name)).as_ref()
    }

    /// All of them, each checked now if it was not before.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &TemplateIr> {
        self.slots.iter().filter_map(|slot| self.force(slot))
    }

    /// Those of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a TemplateIr> {
        self.slots.iter().filter(move |s| s.kind == kind).filter_map(|slot| self.force(slot))
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|s| s.name.as_str())
    }

    /// The names of those of a kind.
    pub fn names_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a str> {
        self.slots.iter().filter(move |s| s.kind == kind).map(|s| s.name.as_str())
    }

    /// The template with this name.
    pub fn get(&self, name: &str) -> Option<&TemplateIr> {
        self.slots.iter().find(|s| s.name == name).and_then(|slot| self.force(slot))
    }

    /// Whether there is a template with this name; it is not looked at.
    pub fn contains(&self, name: &str) -> bool {
        self.slots.iter().any(|s| s.name == name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The pack of a template, by its index.
    pub(crate) fn pack_of(&self, name: &str) -> Option<usize> {
        self.declared.find(name).map(|t| t.pack)
    }

    /// Whether nothing is to be told of what a pack holds: it belongs to the program.
    pub(crate) fn is_settled(&self, pack: usize) -> bool {
        self.declared.settled.contains(&pack)
    }

    /// The recipe of a template of a settled pack, which is not among [`super::Library::recipes`].
    pub(crate) fn settled_recipe(&self, name: &str) -> Option<Owned<&Recipe>> {
        let owned = self.declared.find(name).filter(|t| self.is_settled(t.pack))?;
        self.declared.recipe(&owned.item.name.text)
    }

    /// The dimension that the first template of some kinds gives a parameter, without looking at
    /// more of it.
    pub(crate) fn dimension(
        &self,
        parameter: &str,
        of_kind: impl Fn(&str) -> bool,
    ) -> Option<Dimension> {
        let mut of = self.slots.iter().filter(|s| of_kind(&s.kind));
        of.find_map(|slot| match slot.checked.get() {
            Some(Some(known)) => {
                let is_it = |p: &&ParameterIr| p.name == parameter;
                known.parameters.iter().find(is_it).map(|p| p.dimension)
            }
            Some(None) => None,
            None => self.declared.dimension(&slot.name, parameter, 0),
        })
    }
}
