//! Lints of tables, scripts, waivers, templates, readings and functions.

use super::Looked;
use super::rules::{names, of_message, unused_let};
use crate::check::walk::walk;
use espice_base::{Code, Diagnostic};
use espice_syntax::ast::{Expr, ExprKind, Quoted, Stage, StageStatement};
use std::collections::BTreeSet;

pub(super) fn look(looked: &mut Looked<'_>) {
    unused_files(looked);
    lets(looked);
    waivers(looked);
    templates(looked);
}

/// Every expression outside templates.
fn everything<'l>(looked: &Looked<'l>) -> Vec<&'l Expr> {
    let library = looked.library;
    let mut all: Vec<&Expr> = Vec::new();
    for rule in library.rules.iter().map(|r| &r.item) {
        all.extend(rule.checks.iter().chain(&rule.when).chain(&rule.needs));
        all.extend(rule.lets.iter().map(|l| &l.value));
        all.extend(rule.limits.iter().map(|l| &l.value));
        all.extend(of_message(&rule.say));
    }
    all.extend(library.waivers.iter().filter_map(|w| w.item.when.as_ref()));
    for select in &library.selects {
        all.extend(select.item.clauses.iter().filter_map(|c| c.when.as_ref()));
    }
    for recognise in &library.recognise {
        all.push(&recognise.item.1.condition);
    }
    for reading in library.readings.iter().map(|r| &r.item) {
        all.extend(reading.each.iter().flat_map(|e| Some(&e.over).into_iter().chain(&e.condition)));
        all.extend(reading.lets.iter().map(|l| &l.value));
        for curve in &reading.curves {
            all.push(&curve.value);
            all.extend(
                curve.keep.iter().chain(&curve.noise).chain(curve.marks.iter().map(|m| &m.1)),
            );
        }
    }
    for recipe in library.recipes.iter().map(|r| &r.item.1) {
        all.extend(recipe.lets.iter().map(|l| &l.value));
        for stage in &recipe.stages {
            all.extend(of_stage(stage));
        }
    }
    all
}

/// The expressions of a stage.
fn of_stage(stage: &Stage) -> Vec<&Expr> {
    let mut all = Vec::new();
    for statement in &stage.statements {
        match statement {
            StageStatement::Let(one) => all.push(&one.value),
            StageStatement::Seed { values, .. } => all.extend(values),
            StageStatement::Bound { ranges, .. } => all.extend(ranges),
            StageStatement::Fit { targets, .. } => {
                all.extend(targets.iter().filter_map(|t| t.window.as_ref()));
            }
            StageStatement::Try { parameters, improves, .. } => {
                all.extend(parameters.iter().filter_map(|t| t.1.as_ref()));
                all.push(improves);
            }
        }
    }
    all
}

fn unused_files(looked: &mut Looked<'_>) {
    let library = looked.library;
    let all = everything(looked);
    let tables = names(all.iter().copied());
    let mut called: BTreeSet<&str> = BTreeSet::new();
    for e in &all {
        walk(e, &mut |part| {
            if let ExprKind::Call { function, .. } = &part.kind {
                called.insert(function.text.as_str());
            }
        });
    }
    let own = |pack: &str| looked.packs.iter().any(|p| library.pack_name(*p) == pack);
    let unused_tables = library
        .tables
        .iter()
        .filter(|t| own(&t.pack) && !tables.contains(t.name.as_str()))
        .map(|t| (format!("nothing looks at the limits table `{}`", t.name), t.span));
    let unused_scripts = library
        .scripts
        .iter()
        .filter(|s| looked.packs.contains(&s.pack) && !called.contains(s.item.name.text.as_str()))
        .map(|s| (format!("nothing calls the script `{}`", s.item.name.text), s.item.name.span));
    let unused: Vec<_> = unused_tables.chain(unused_scripts).collect();
    for (message, span) in unused {
        looked.tell(
            Diagnostic::warning(Code::LINT_UNUSED_FILE, message)
                .at(span)
                .help("use it in a rule, or delete it with its file"),
        );
    }
}

fn lets(looked: &mut Looked<'_>) {
    let library = looked.library;
    for owned in library.readings.iter().filter(|r| looked.packs.contains(&r.pack)) {
        let reading = &owned.item;
        let curves = reading.curves.iter().flat_map(|c| {
            let marks = c.marks.iter().map(|m| &m.1);
            Some(&c.value).into_iter().chain(&c.keep).chain(&c.noise).chain(marks)
        });
        let used = names(curves.chain(reading.lets.iter().map(|l| &l.value)));
        let unused = reading.lets.iter().filter(|l| !used.contains(l.name.text.as_str()));
        unused.for_each(|l| unused_let(looked, l));
    }
    for owned in library.functions.iter().filter(|f| looked.packs.contains(&f.pack)) {
        let function = &owned.item;
        let lets = function.lets.iter().map(|l| &l.value);
        let used = names(lets.chain([&function.value]));
        let unused = function.lets.iter().filter(|l| !used.contains(l.name.text.as_str()));
        unused.for_each(|l| unused_let(looked, l));
    }
    for owned in library.recipes.iter().filter(|r| looked.packs.contains(&r.pack)) {
        let recipe = &owned.item.1;
        let stages = recipe.stages.iter().flat_map(of_stage);
        let used = names(stages.chain(recipe.lets.iter().map(|l| &l.value)));
        let of_stages = recipe.stages.iter().flat_map(|s| &s.statements).filter_map(|s| match s {
            StageStatement::Let(one) => Some(one),
            _ => None,
        });
        let all = recipe.lets.iter().chain(of_stages);
        let unused = all.filter(|l| !used.contains(l.name.text.as_str()));
        unused.for_each(|l| unused_let(looked, l));
    }
}

fn waivers(looked: &mut Looked<'_>) {
    for owned in &looked.library.waivers {
        let item = &owned.item;
        let every = |q: &Quoted| q.text.trim_matches('*').is_empty();
        let for_all = item.when.is_none() && item.scope.iter().all(|s| s.1.iter().any(every));
        if !for_all || !looked.packs.contains(&owned.pack) {
            continue;
        }
        let name = &item.rule.name;
        looked.tell(
            Diagnostic::warning(
                Code::LINT_WAIVER_FOR_ALL,
                format!("this waiver of `{}` speaks of every part", name.text),
            )
            .at(name.span)
            .help("name the part, `for part \"…\"`, or switch the rule off by an override"),
        );
    }
}

fn templates(looked: &mut Looked<'_>) {
    let library = looked.library;
    let own = |pack: &str| looked.packs.iter().any(|p| library.pack_name(*p) == pack);
    let mut told = BTreeSet::new();
    let mut complaints = Vec::new();
    for template in library.templates.iter().filter(|t| own(&t.pack)) {
        if template.doc.trim().is_empty() {
            complaints.push((
                format!("the template `{}` is not described", template.name),
                template.span,
            ));
        }
        // Inherited parameters and those of tables stand elsewhere, or together.
        let bare = template.parameters.iter().filter(|p| p.because.trim().is_empty());
        for parameter in bare.filter(|p| p.span.file == template.span.file) {
            if told.insert(parameter.span) {
                let message = format!("the parameter `{}` is not described", parameter.name);
                complaints.push((message, parameter.span));
            }
        }
    }
    for (message, span) in complaints {
        looked.tell(
            Diagnostic::warning(Code::LINT_UNDOCUMENTED, message)
                .at(span)
                .help("write `///` lines before a template, `because \"…\"` after a parameter"),
        );
    }
}
