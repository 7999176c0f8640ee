//! What the loaded packs hold, by name: kinds, templates, quantities, rules.

use crate::engine::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What can be listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Packs, with version and digest.
    Packs,
    /// Kinds of devices, with their pins.
    Kinds,
    /// Templates, with the kind that each describes.
    Templates,
    /// What can be measured at the kinds, from equations and from circuits.
    Quantities,
    /// Rules, with severity and phase.
    Rules,
    /// Symbols that sources may state, with their units.
    Symbols,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Entry {
    /// Name, as other commands take it.
    pub name: String,
    /// What it belongs to or is counted among: the kind of a template, severity and phase of a
    /// rule, the unit of a symbol, the version of a pack.
    pub of: String,
    /// In words; may be empty.
    pub about: String,
}

impl Engine<'_> {
    /// The entries of a list: packs and rules in the order of loading, the rest by name.
    pub fn list(&self, what: Listed) -> Vec<Entry> {
        match what {
            Listed::Packs => self.list_packs(),
            Listed::Kinds => sorted(self.library.kinds.iter().map(|k| Entry {
                name: k.name.clone(),
                of: k.pins.join(", "),
                about: k.title.clone(),
            })),
            Listed::Templates => sorted(self.library.templates.iter().map(|t| Entry {
                name: t.name.clone(),
                of: if t.is_function() { String::from("function") } else { t.kind.clone() },
                about: sentence(&t.doc),
            })),
            Listed::Quantities => self.list_quantities(),
            Listed::Rules => self.list_rules(),
            Listed::Symbols => sorted(self.symbols().symbols().map(|s| Entry {
                name: s.name.clone(),
                of: s.dimension.to_string(),
                about: s.title.clone(),
            })),
        }
    }

    fn list_packs(&self) -> Vec<Entry> {
        let entry = |p: &espice_lang::ir::PackInfo| Entry {
            name: p.name.clone(),
            of: p.version.clone(),
            about: if p.extends.is_empty() {
                format!("digest {}", p.digest)
            } else {
                format!("extends {}; digest {}", p.extends.join(", "), p.digest)
            },
        };
        self.library.packs.iter().map(entry).collect()
    }

    fn list_quantities(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        for kind in &self.library.kinds {
            found.extend(kind.quantities.iter().map(|q| Entry {
                name: format!("{}({})", q.symbol, q.arguments.join(", ")),
                of: kind.name.clone(),
                about: self.title_of(&q.symbol),
            }));
            for circuit in &kind.circuits {
                let arguments: Vec<&str> =
                    circuit.arguments.iter().map(|a| a.name.as_str()).collect();
                found.extend(circuit.outputs.iter().map(|o| Entry {
                    name: format!("{}({})", o.symbol, arguments.join(", ")),
                    of: kind.name.clone(),
                    about: format!("{}, by the circuit {}", self.title_of(&o.symbol), circuit.name),
                }));
            }
        }
        sorted(found.into_iter())
    }

    fn list_rules(&self) -> Vec<Entry> {
        let entry = |rule: &espice_lang::rules::RuleIr| {
            let kinds = match rule.kinds.as_slice() {
                [] => String::new(),
                kinds => format!(" for {}", kinds.join(", ")),
            };
            let off = if rule.off.is_some() { ", off" } else { "" };
            Entry {
                name: format!("{}::{}", rule.pack, rule.name),
                of: format!("{} on {}{kinds}{off}", rule.severity.word(), rule.phase.word()),
                about: rule.because.clone(),
            }
        };
        self.rulebook.rules().iter().map(entry).collect()
    }

    fn title_of(&self, symbol: &str) -> String {
        self.symbols().symbol(symbol).map_or(String::new(), |s| s.title.clone())
    }
}

fn sorted(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let all: BTreeSet<Entry> = entries.collect();
    all.into_iter().collect()
}

/// The first sentence of a documentation.
fn sentence(doc: &str) -> String {
    let first = doc.trim().split("\n\n").next().unwrap_or_default();
    let flat = first.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => flat,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use espice_base::{Date, MemoryWorld};

    #[test]
    fn lists_hold_what_packs_declare() {
        let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 22 });
        let (engine, _) = Engine::new(&world, Config::default());
        let named = |what, name: &str| {
            let found = engine.list(what).into_iter().find(|e| e.name == name);
            found.map(|e| (e.of, e.about))
        };
        let is = |of: &str, about: &str| Some((of.to_string(), about.to_string()));
        assert_eq!(named(Listed::Kinds, "diode"), is("a, k", "diode"));
        assert_eq!(named(Listed::Symbols, "VF"), is("V", "forward voltage"));
        assert_eq!(
            named(Listed::Quantities, "Qg(VDD, ID, VGS)"),
            is("mosfet", "total gate charge, by the circuit gate_charge")
        );
        let template = named(Listed::Templates, "junction_diode");
        assert!(template.is_some_and(|(of, about)| of == "diode" && about.ends_with('.')));
        let rule = named(Listed::Rules, "std::passive");
        assert!(rule.is_some_and(|(of, _)| of == "error on model for diode"));
        assert_eq!(named(Listed::Packs, "std").map(|(of, _)| of).as_deref(), Some("0.1.0"));
    }
}
