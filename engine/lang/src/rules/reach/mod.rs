//! What rules can never say: interval analysis over declared domains.
//!
//! Every condition becomes a formula over linear comparisons and words. What formulas cannot
//! hold together, within the domains that mathematics, limits tables, loops, symbols and
//! parameters give, is decided exactly but for rounding; whatever is no sum stands for itself,
//! so that a doubt never becomes a complaint.

mod build;
mod domains;
mod formula;
mod interval;
mod keys;
mod laws;
mod linear;
mod overrides;
mod pairs;
mod parts;
mod single;
mod tables;

use super::Rulebook;
use crate::ir::Library;
use build::Variables;
use domains::Ground;
use espice_base::{Diagnostic, Diagnostics};
use formula::{Domains, Formula, satisfiable};
use laws::{Known, Laws, Level};

/// How surely something was found.
#[derive(Clone, PartialEq, Debug)]
enum Proof {
    /// Whatever the values are.
    Certain,
    /// Within the declared ranges that are listed.
    Within(Vec<Ground>),
}

/// What checked rules can never do: fail, pass, apply, go together, or tighten what they
/// override. Sorted; nothing is found in a library without rules.
pub fn reachability(library: &Library, book: &Rulebook) -> Diagnostics {
    let mut variables = Variables::default();
    let active = book.rules.iter().filter(|r| r.off.is_none());
    let rules: Vec<Laws<'_>> =
        active.map(|rule| laws::laws(rule, library, &mut variables)).collect();
    let mut diagnostics = Diagnostics::new();
    let mut decided = Vec::new();
    for laws in &rules {
        decided.push(single::check(laws, library, &mut variables, &mut diagnostics));
        tables::check(laws.rule, library, &mut diagnostics);
    }
    pairs::check(&rules, &decided, library, &variables, &mut diagnostics);
    overrides::check(library, book, &mut variables, &mut diagnostics);
    diagnostics.sort();
    diagnostics
}

/// Whether the formulas cannot hold together, and on what ground.
fn excluded(formulas: &[&Formula], laws: &[&Laws<'_>], variables: &Variables) -> Option<Proof> {
    let at = |level| Known { variables, domains: laws.iter().map(|l| &l.domains).collect(), level };
    if !satisfiable(formulas, &at(Level::Certain)) {
        return Some(Proof::Certain);
    }
    let narrow = at(Level::Declared);
    if satisfiable(formulas, &narrow) || satisfiable(formulas, &at(Level::Widened)) {
        return None;
    }
    let mut used = Vec::new();
    formulas.iter().for_each(|f| f.variables(&mut used));
    used.sort_unstable();
    used.dedup();
    used.retain(|v| !narrow.domain(*v).is_all());
    let mut grounds: Vec<Ground> = Vec::new();
    for domain in used.iter().flat_map(|v| laws.iter().filter_map(|l| l.domains.get(v))) {
        for ground in &domain.grounds {
            if !grounds.contains(ground) {
                grounds.push(ground.clone());
            }
        }
    }
    Some(Proof::Within(grounds))
}

impl Proof {
    /// A warning where it rests on declared ranges, which it names.
    fn tell(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self {
            Proof::Certain => diagnostic,
            Proof::Within(grounds) => {
                let told = grounds.iter().take(3);
                told.fold(diagnostic, |d, g| d.label(g.span, g.text.clone()))
            }
        }
    }
}
