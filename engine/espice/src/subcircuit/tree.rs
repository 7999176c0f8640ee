//! Which nodes forced voltages hang together, and from which one of each group the others are
//! counted.
//!
//! A forced voltage takes away a node: the potential of one end is that of the other plus the
//! voltage, and what flows into either flows into both. So no current of a source is unknown:
//! it is what flows out of the nodes behind it (Kirchhoff).

use super::net::{Lazy, Net, Refusal};

/// Most nodes whose potentials are searched for.
const UNKNOWN: usize = 60;

impl Net<'_, '_> {
    /// Roots the groups; pins and ground are roots of their own.
    pub(super) fn plant(&mut self) -> Result<(), Refusal> {
        let count = self.nodes.len();
        let mut groups: Vec<usize> = (0..count).collect();
        // Pins and ground are forced from outside: another way between them closes a loop.
        let outside = self.pins + 1;
        for group in groups.iter_mut().take(outside) {
            *group = 0;
        }
        let mut chosen = vec![false; self.edges.len()];
        for forced in [true, false] {
            for (index, edge) in self.edges.iter().enumerate().filter(|(_, e)| e.forced == forced) {
                let of = |n: usize| groups.get(n).copied().unwrap_or(n);
                let (a, b) = (of(edge.plus), of(edge.minus));
                if a != b {
                    groups.iter_mut().filter(|g| **g == b).for_each(|g| *g = a);
                    if let Some(slot) = chosen.get_mut(index) {
                        *slot = true;
                    }
                } else if forced && edge.plus != edge.minus {
                    return Err(Refusal {
                        place: Some(edge.element.clone()),
                        reason: String::from(
                            "it closes a loop of voltages, or forces one between two terminals",
                        ),
                    });
                }
            }
        }
        self.parents = vec![None; count];
        let mut roots: Vec<Option<usize>> = vec![None; count];
        for first in 0..count {
            if roots.get(first).is_some_and(Option::is_some) {
                continue;
            }
            let mut waiting = vec![first];
            if first == 0 {
                waiting = (0..outside).collect();
            }
            for node in &waiting {
                if let Some(slot) = roots.get_mut(*node) {
                    *slot = Some(*node);
                }
            }
            while let Some(node) = waiting.pop() {
                for (index, edge) in self.edges.iter().enumerate() {
                    let other = match (edge.plus == node, edge.minus == node) {
                        (true, false) => edge.minus,
                        (false, true) => edge.plus,
                        _ => continue,
                    };
                    let is_new = roots.get(other) == Some(&None);
                    if chosen.get(index) != Some(&true) || !is_new {
                        continue;
                    }
                    let root = roots.get(node).copied().flatten();
                    if let (Some(slot), Some(parent)) =
                        (roots.get_mut(other), self.parents.get_mut(other))
                    {
                        *slot = root;
                        *parent = Some(index);
                    }
                    waiting.push(other);
                }
            }
        }
        self.enumerate(&roots)
    }

    /// Numbers the roots: pins, ground where something reaches it, then the others.
    fn enumerate(&mut self, roots: &[Option<usize>]) -> Result<(), Refusal> {
        let pins = self.pins;
        let mut next = u32::try_from(pins + usize::from(self.reaches_ground())).unwrap_or(u32::MAX);
        let mut own: Vec<u32> = Vec::with_capacity(roots.len());
        for (node, root) in roots.iter().enumerate() {
            let number = if node <= pins {
                u32::try_from(node).unwrap_or(u32::MAX)
            } else if *root == Some(node) {
                next = next.saturating_add(1);
                next - 1
            } else {
                u32::MAX
            };
            own.push(number);
        }
        let unknown = own.iter().skip(pins + 1).filter(|n| **n != u32::MAX).count();
        if unknown > UNKNOWN {
            return Err(Refusal::whole(format!(
                "{unknown} inner nodes are more than the {UNKNOWN} that are solved for"
            )));
        }
        let of = |root: &Option<usize>| root.and_then(|r| own.get(r).copied());
        self.numbers = roots.iter().map(|r| of(r).unwrap_or(u32::MAX)).collect();
        self.edge_values = vec![Lazy::Open; self.edges.len()];
        self.flow_values = vec![Lazy::Open; self.flows.len()];
        Ok(())
    }

    /// Whether something of the subcircuit ends at node `0`, or is counted from it.
    pub(super) fn reaches_ground(&self) -> bool {
        let ground = self.ground();
        self.uses_ground
            || self.edges.iter().any(|e| e.plus == ground || e.minus == ground)
            || self.flows.iter().any(|f| f.from == ground || f.to == ground)
    }

    /// Whether a node is a root.
    pub(super) fn is_root(&self, node: usize) -> bool {
        self.parents.get(node).is_none_or(Option::is_none)
    }

    /// The nodes behind an edge, seen from its root, and whether its plus end is among them;
    /// `None` when it is no part of a tree.
    pub(super) fn behind(&self, edge: usize) -> Option<(Vec<usize>, bool)> {
        let held = self.parents.iter().position(|p| *p == Some(edge))?;
        let mut found = vec![held];
        let mut next = 0;
        while let Some(&node) = found.get(next) {
            for (child, parent) in self.parents.iter().enumerate() {
                let Some(edge) = parent.and_then(|p| self.edges.get(p)) else { continue };
                let above = if edge.plus == child { edge.minus } else { edge.plus };
                if above == node && !found.contains(&child) {
                    found.push(child);
                }
            }
            next += 1;
        }
        Some((found, self.edges.get(edge)?.plus == held))
    }
}
