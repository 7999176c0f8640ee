//! Cases of a test: each is a test of its own on the same data with a difference.

use crate::check::dims::likely;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::{Case, Expr, Given, GivenFact, Test, Word};

/// A test and its cases, as tests that stand alone. A case is called `TEST/CASE`.
pub(super) fn cases(test: &Test, diagnostics: &mut Diagnostics) -> Vec<Test> {
    // What only holds data for its cases expects nothing itself.
    let only_data = test.expect.is_empty() && !test.cases.is_empty();
    let own = (!only_data).then(|| Test { cases: Vec::new(), ..test.clone() });
    let alone = test.cases.iter().map(|c| case_of(test, c, diagnostics));
    own.into_iter().chain(alone).collect()
}

fn case_of(test: &Test, case: &Case, diagnostics: &mut Diagnostics) -> Test {
    let mut given = test.given.clone();
    for name in &case.without {
        let before = size(&given);
        for g in &mut given {
            leave_out(g, &name.text);
        }
        if size(&given) == before {
            let found = format!("`{}` is not given, so that no case can be without it", name.text);
            diagnostics.push(
                Diagnostic::error(Code::IDLE_CASE, found)
                    .label(name.span, "left out here")
                    .label(test.name.span, "what this test gives")
                    .maybe_help(likely(&name.text, names(&given))),
            );
        }
    }
    let has_data = given.iter().any(|g| matches!(g, Given::Data { .. }));
    for fact in &case.facts {
        if !add(&mut given, fact.clone(), has_data) {
            diagnostics.push(
                Diagnostic::error(Code::IDLE_CASE, "this fact belongs to nothing that is given")
                    .label(case.name.span, "of this case")
                    .label(test.name.span, "the test gives no data of a kind")
                    .help("write `given KIND { … }` in the test"),
            );
            break;
        }
    }
    Test {
        name: Word { text: format!("{}/{}", test.name.text, case.name.text), span: case.name.span },
        given,
        expect: case.expect.clone(),
        cases: Vec::new(),
        todo: test.todo.clone(),
        skip: test.skip.clone(),
    }
}

/// How much is given.
fn size(given: &[Given]) -> usize {
    let of = |g: &Given| match g {
        Given::Data { facts, .. } => facts.len(),
        Given::Model { values, measured, .. } => values.len() + measured.len(),
        Given::File { .. } => 0,
    };
    given.iter().map(of).sum()
}

/// The names of what is given.
fn names(given: &[Given]) -> Vec<&str> {
    fn of(fact: &GivenFact) -> &str {
        match fact {
            GivenFact::Device(field, _) => &field.text,
            GivenFact::Row { symbol, .. } => &symbol.text,
            GivenFact::Curve { signature, .. } => &signature.quantity.text,
            GivenFact::Sweep { .. } => "",
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for g in given {
        match g {
            Given::Data { facts, .. } => names.extend(facts.iter().map(of)),
            Given::Model { values, measured, .. } => {
                names.extend(values.iter().map(|(symbol, _)| symbol.text.as_str()));
                names.extend(measured.iter().map(of));
            }
            Given::File { .. } => {}
        }
    }
    names
}

/// Takes out what has a name.
fn leave_out(given: &mut Given, name: &str) {
    let stays = |fact: &GivenFact| match fact {
        GivenFact::Device(field, _) => field.text != name,
        GivenFact::Row { symbol, .. } => symbol.text != name,
        GivenFact::Curve { signature, .. } => signature.quantity.text != name,
        GivenFact::Sweep { .. } => true,
    };
    match given {
        Given::Data { facts, .. } => facts.retain(stays),
        Given::Model { values, measured, .. } => {
            values.retain(|(symbol, _)| symbol.text != name);
            measured.retain(stays);
        }
        Given::File { .. } => {}
    }
}

/// Adds a fact to the data, or to the model where a model alone is given; a value of a parameter
/// takes the place of the one that stands there. `false` when there is nothing to add it to.
fn add(given: &mut [Given], fact: GivenFact, has_data: bool) -> bool {
    for g in given.iter_mut().rev() {
        match g {
            Given::Data { facts, .. } => {
                facts.push(fact);
                return true;
            }
            Given::Model { values, measured, .. } if !has_data => {
                let parameter: Option<(Word, Expr)> = match &fact {
                    GivenFact::Row { symbol, typ: Some(value), conditions, .. }
                        if conditions.is_empty() =>
                    {
                        Some((symbol.clone(), value.clone()))
                    }
                    _ => None,
                };
                match parameter {
                    Some((symbol, value)) => {
                        values.retain(|(s, _)| s.text != symbol.text);
                        values.push((symbol, value));
                    }
                    None => measured.push(fact),
                }
                return true;
            }
            _ => {}
        }
    }
    false
}
