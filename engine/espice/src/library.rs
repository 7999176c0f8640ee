//! All devices of a kind as one: what rules `on library` look at.

use espice_facts::Facts;
use espice_lang::rules::part_of;
use std::collections::BTreeMap;

/// Rows and curves of devices, by kind.
#[derive(Default)]
pub(crate) struct Library(BTreeMap<String, Facts>);

impl Library {
    /// Adds the rows and curves of a device, which from then on name its part.
    pub(crate) fn add(&mut self, facts: &Facts) {
        let Some(kind) = facts.device.kind.clone() else { return };
        let part = part_of(facts);
        let holds = |parts: &[String]| parts.is_empty() || parts.contains(&part);
        let all = self.0.entry(kind.clone()).or_default();
        all.device.kind = Some(kind);
        all.device.parts.push(part.clone());
        for row in facts.parameters.iter().filter(|r| holds(&r.parts)) {
            let mut row = row.clone();
            row.parts = vec![part.clone()];
            all.parameters.push(row);
        }
        for curve in facts.curves.iter().filter(|c| holds(&c.parts)) {
            let mut curve = curve.clone();
            curve.parts = vec![part.clone()];
            all.curves.push(curve);
        }
    }

    /// The library of each kind, by the name of the kind.
    pub(crate) fn kinds(self) -> impl Iterator<Item = Facts> {
        self.0.into_values().map(|mut facts| {
            facts.device.parts.sort();
            facts.device.parts.dedup();
            facts
        })
    }
}
