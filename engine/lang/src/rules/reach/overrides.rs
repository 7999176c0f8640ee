//! Overrides: what a pack loosens of the packs that it extends.

use super::build::Variables;
use super::formula::{Formula, satisfiable};
use super::laws::{Known, Laws, Level, laws};
use crate::ir::Library;
use crate::rules::Rulebook;
use crate::rules::book::Change;
use espice_base::{Code, Diagnostic, Diagnostics};

pub(super) fn check(
    library: &Library,
    book: &Rulebook,
    variables: &mut Variables,
    diagnostics: &mut Diagnostics,
) {
    for change in &book.changes {
        // A pack that changes its own rule answers for both.
        if change.before.pack == change.pack {
            continue;
        }
        diagnostics.extend(severity(change));
        let (before, after) = (&change.before, &change.after);
        if change.limits && after.off.is_none() {
            diagnostics.extend(limits(change, library, variables));
        } else if before.severity == after.severity && before.off.is_some() == after.off.is_some() {
            diagnostics.push(idle(change));
        }
    }
}

fn severity(change: &Change) -> Option<Diagnostic> {
    let (before, after) = (&change.before, &change.after);
    let how = if after.off.is_some() && before.off.is_none() {
        String::from("switches it off")
    } else if after.severity < before.severity {
        format!("makes it a {} instead of an {}", after.severity.word(), before.severity.word())
    } else {
        return None;
    };
    Some(loosens(change, &how))
}

fn loosens(change: &Change, how: &str) -> Diagnostic {
    let rule = change.before.full_name();
    Diagnostic::warning(
        Code::LOOSENS_PARENT,
        format!("the pack `{}` loosens `{rule}`: the override {how}", change.pack),
    )
    .at(change.span)
    .label(change.before.span, "the rule of the base")
    .help("tighten instead, or waive the parts concerned; where it is meant, `allow` it with a reason")
}

fn limits(change: &Change, library: &Library, variables: &mut Variables) -> Option<Diagnostic> {
    let before = laws(&change.before, library, variables);
    let after = laws(&change.after, library, variables);
    let known = |level| Known { variables, domains: vec![&before.domains, &after.domains], level };
    let level = known(Level::Declared);
    // Something that failed before passes now?
    let passes_now = failing(&before).into_iter().zip(failing(&after)).any(|(old, new)| {
        let opposite = new.negated();
        satisfiable(&[&old, &opposite], &level)
    });
    if passes_now {
        return Some(loosens(change, "lets pass what fails there"));
    }
    let moved = failing(&before).into_iter().zip(failing(&after)).any(|(old, new)| {
        let opposite = old.negated();
        satisfiable(&[&new, &opposite], &level)
    });
    (!moved && change.before.severity == change.after.severity).then(|| idle(change))
}

fn idle(change: &Change) -> Diagnostic {
    Diagnostic::warning(
        Code::IDLE_OVERRIDE,
        format!("this override of `{}` changes nothing", change.before.full_name()),
    )
    .at(change.span)
    .label(change.before.span, "the rule of the base says the same")
    .help("delete it; what the base says holds anyway")
}

/// When each law of a rule fails.
fn failing(laws: &Laws<'_>) -> Vec<Formula> {
    let fails = |law| {
        let mut all: Vec<Formula> = laws.context(law).into_iter().cloned().collect();
        all.push(law.check.negated());
        Formula::all(all)
    };
    laws.laws.iter().map(fails).collect()
}
