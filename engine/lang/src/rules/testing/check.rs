//! Tests as written to tests of typed expressions.

use super::{
    ColumnIr, CurveIr, DetailIr, EdgeIr, ExpectIr, FileIr, FoundValue, RowIr, SweepIr, TestIr,
};
use crate::ir::{Library, TemplateIr};
use crate::rules::compile::{find_rule, unknown_word};
use crate::rules::expr::{ExprKind, Frame, TypedExpr};
use crate::rules::rule::RuleIr;
use crate::rules::scope::{Checker, as_point};
use crate::rules::types::Type;
use crate::rules::waivers::observes;
use espice_base::{Code, Diagnostic};
use espice_facts::{Device, Sensed};
use espice_syntax::ast::{self, Detail, Edge, Expect, Given, GivenFact};
use espice_units::Dimension;

/// Checks the tests; `places` gives for each rule of the library its place in the rulebook.
pub(crate) fn check(
    checker: &mut Checker<'_>,
    library: &Library,
    places: &[Option<usize>],
    rules: &[RuleIr],
) -> Vec<TestIr> {
    let mut tests = Vec::new();
    for owned in &library.tests {
        let item = &owned.item;
        let before = checker.start(owned.pack);
        let mut test = TestIr {
            name: item.name.text.clone(),
            pack: library.pack_name(owned.pack).to_string(),
            pack_index: owned.pack,
            span: item.name.span,
            todo: item.todo.as_ref().map(|t| t.text.clone()),
            skip: item.skip.as_ref().map(|t| t.text.clone()),
            sees: library
                .reach(owned.pack)
                .iter()
                .map(|p| String::from(library.pack_name(*p)))
                .collect(),
            files: Vec::new(),
            frame: Frame::default(),
            kind: None,
            device: Device::default(),
            rows: Vec::new(),
            curves: Vec::new(),
            sweeps: Vec::new(),
            model: None,
            measured: Vec::new(),
            expect: Vec::new(),
        };
        let model = item.given.iter().find_map(|given| match given {
            Given::Model { template, .. } => library.template(&template.text),
            _ => None,
        });
        for given in &item.given {
            check_given(checker, library, given, model, &mut test);
        }
        as_library(&mut test);
        if item.expect.is_empty() && !library.damaged.contains(&item.name.span) {
            let message = format!("the test `{}` expects nothing", item.name.text);
            let help = "write `expect error RULE`, `expect pass RULE`, `expect chosen TEMPLATE`";
            checker.refuse(Code::NO_CHECK, item.name.span, message, help);
        }
        let mut whole = true;
        for expect in &item.expect {
            match check_expect(checker, library, (places, rules), owned.pack, expect) {
                Some(e) => test.expect.push(e),
                None => whole = false,
            }
        }
        test.frame = checker.finish_frame();
        // A reference to what does not exist was told when the library was loaded.
        if whole && !item.expect.is_empty() && checker.is_sound(before) {
            tests.push(test);
        }
    }
    tests
}

/// What is given of several parts is a library, as rules `on library` see it.
fn as_library(test: &mut TestIr) {
    let mut parts: Vec<String> = test.rows.iter().filter_map(|r| r.part.clone()).collect();
    parts.sort();
    parts.dedup();
    if parts.len() > 1 {
        test.device.part = None;
        test.device.parts = parts;
    } else {
        test.rows.iter_mut().for_each(|row| row.part = None);
    }
}

fn check_given(
    checker: &mut Checker<'_>,
    library: &Library,
    given: &Given,
    model: Option<&TemplateIr>,
    test: &mut TestIr,
) {
    match given {
        Given::Model { template, values, measured, .. } => {
            let Some(found) = library.template(&template.text) else { return };
            checker.kinds = vec![found.kind.clone()];
            test.kind.get_or_insert_with(|| found.kind.clone());
            let mut typed = Vec::new();
            for (name, written) in values {
                let known = found.parameters.iter().any(|p| p.name == name.text);
                // Dimensions were compared when the library was loaded.
                let told = std::mem::take(&mut checker.diagnostics);
                let value = checker.expr(written);
                checker.diagnostics = told;
                if known {
                    typed.push((name.text.clone(), value));
                }
            }
            test.model = Some((found.name.clone(), typed));
            test.measured.extend(measured.iter().filter_map(|m| check_row(checker, m)));
        }
        Given::File { span, file } => {
            // A file that cannot be read was told when the library was loaded.
            if let Some(data) = library.data.iter().find(|d| d.span == file.span) {
                let (name, bytes) = (data.name.clone(), data.bytes.clone());
                test.files.push(FileIr { span: *span, name, bytes });
            }
        }
        Given::Data { kind, facts, .. } => {
            test.kind = Some(kind.text.clone());
            let before = test.rows.len();
            for fact in facts {
                if !is_of_model(checker, library, fact, model) {
                    check_fact(checker, fact, test);
                }
            }
            let part = facts.iter().rev().find_map(|fact| match fact {
                GivenFact::Device(field, text) if field.text == "part" => Some(text.text.clone()),
                _ => None,
            });
            test.rows.iter_mut().skip(before).for_each(|row| row.part.clone_from(&part));
        }
    }
}

/// Tells of a value of the model's that stands among data, where it is no symbol: rows of a case
/// belong to the data, where a test gives both.
fn is_of_model(
    checker: &mut Checker<'_>,
    library: &Library,
    fact: &GivenFact,
    model: Option<&TemplateIr>,
) -> bool {
    let (GivenFact::Row { symbol, .. }, Some(model)) = (fact, model) else { return false };
    let name = symbol.text.as_str();
    let known = model.parameters.iter().any(|p| p.name == name);
    if !known || library.symbols.symbol(name).is_some() {
        return false;
    }
    let message = format!("`{name}` is no symbol but a parameter of `{}`", model.name);
    let help = format!(
        "rows beside data are data: write a test of its own, with `given model {} {{ {name} = … }}`",
        model.name
    );
    checker.refuse(Code::UNKNOWN_SYMBOL, symbol.span, message, &help);
    true
}

fn check_fact(checker: &mut Checker<'_>, fact: &GivenFact, test: &mut TestIr) {
    match fact {
        GivenFact::Device(field, text) => {
            let device = &mut test.device;
            let slot = match field.text.as_str() {
                "maker" => &mut device.maker,
                "package" => &mut device.package,
                "class" => &mut device.class,
                _ => &mut device.part,
            };
            *slot = Some(text.text.clone());
        }
        GivenFact::Row { .. } => test.rows.extend(check_row(checker, fact)),
        GivenFact::Curve { span, signature, points, conditions } => {
            let wanted = checker.signature(signature);
            let mut points_typed = checker.expr(points);
            let conditions = checker.bound(conditions, 0);
            let Some((wanted, ty)) = wanted else { return };
            let fits =
                checker.expect(&mut points_typed, points, &ty, "the curve", Some(signature.span));
            let Type::Curve(curve) = &ty else { return };
            if let (true, Some(x), Some(y)) = (fits, curve.x.dimension(), curve.y.dimension()) {
                let dimensions = (x, y);
                let points = points_typed;
                test.curves.push(CurveIr { span: *span, wanted, dimensions, points, conditions });
            }
        }
        GivenFact::Sweep { span, columns, compliance, siblings } => {
            // It limits the current, of the column that senses one.
            let sensed = |letter: &str| columns.iter().find(|c| c.sensed.text == letter);
            let stated = sensed("I").map(|c| c.sensed.span);
            let columns = columns.iter().filter_map(|c| check_column(checker, c)).collect();
            let mut limited = |written: &Option<ast::Expr>, wanted: Type, what: &str| {
                let written = written.as_ref()?;
                let mut typed = checker.expr(written);
                checker.expect(&mut typed, written, &wanted, what, stated);
                Some(typed)
            };
            let current = Type::Number(Dimension::CURRENT);
            let compliance = limited(compliance, current, "the compliance");
            let siblings = limited(siblings, Type::PURE, "the number of siblings");
            test.sweeps.push(SweepIr { span: *span, columns, compliance, siblings });
        }
    }
}

fn check_row(checker: &mut Checker<'_>, fact: &GivenFact) -> Option<RowIr> {
    let GivenFact::Row { span, symbol, min, typ, max, conditions } = fact else { return None };
    let ty = checker.symbol_type(symbol);
    let mut value = |written: &Option<ast::Expr>| {
        let written = written.as_ref()?;
        let mut typed = checker.expr(written);
        if let Some(wanted) = &ty {
            let what = format!("`{}`", symbol.text);
            checker.expect(&mut typed, written, wanted, &what, Some(symbol.span));
        }
        Some(typed)
    };
    let values = [value(min), value(typ), value(max)];
    let conditions = checker.bound(conditions, 0);
    let dimension = ty.and_then(|t| t.dimension())?;
    let symbol = symbol.text.clone();
    Some(RowIr { part: None, span: *span, symbol, dimension, values, conditions })
}

fn check_column(checker: &mut Checker<'_>, item: &ast::GivenColumn) -> Option<ColumnIr> {
    const SENSED: [(&str, Sensed, Dimension); 4] = [
        ("V", Sensed::Voltage, Dimension::VOLTAGE),
        ("I", Sensed::Current, Dimension::CURRENT),
        ("C", Sensed::Capacitance, Dimension::CAPACITANCE),
        ("G", Sensed::Conductance, Dimension::CONDUCTANCE),
    ];
    let mut values = checker.expr(&item.values);
    let Some((letter, sensed, dimension)) = SENSED.iter().find(|s| s.0 == item.sensed.text) else {
        unknown_word(checker, "column of a sweep", &item.sensed, &["V", "I", "C", "G"]);
        return None;
    };
    let wanted = Type::Number(*dimension);
    let wanted = if values.ty.element().1 { wanted.series() } else { wanted };
    let what = format!("`{letter}`");
    // What one of the values is may have been told.
    let lost = matches!(&values.ty, Type::List(element) if element.is_open());
    if !lost {
        checker.expect(&mut values, &item.values, &wanted, &what, Some(item.sensed.span));
    }
    let node = |i: usize| item.nodes.get(i).map_or(String::new(), |n| n.text.clone());
    Some(ColumnIr {
        span: item.span,
        sensed: *sensed,
        letter: letter.to_string(),
        node: node(0),
        reference: node(1),
        swept: item.swept,
        values,
    })
}

fn check_expect(
    checker: &mut Checker<'_>,
    library: &Library,
    (places, rules): (&[Option<usize>], &[RuleIr]),
    pack: usize,
    expect: &Expect,
) -> Option<ExpectIr> {
    Some(match expect {
        Expect::Outcome { span, outcome, rule, edge, details } => {
            let place = find_rule(library, pack, rule)?;
            let rule = places.get(place).copied().flatten()?;
            let edge = edge.as_ref().map(|e| check_edge(checker, e));
            let details: Vec<_> = details.iter().filter_map(|d| check_detail(checker, d)).collect();
            let stated = details.iter().filter_map(|d| match d {
                DetailIr::Value(_, value) => Some(value),
                _ => None,
            });
            for value in stated.chain(edge.as_ref().map(|e| &e.value)) {
                compared(checker, rules.get(rule)?, edge.is_some(), value);
            }
            ExpectIr::Outcome { span: *span, outcome: outcome.text.clone(), rule, edge, details }
        }
        Expect::Nothing(span) => ExpectIr::Nothing(*span),
        Expect::Chosen { template, edge, .. } => {
            library.template(&template.text)?;
            let edge = edge.as_ref().map(|e| check_edge(checker, e));
            ExpectIr::Chosen { span: template.span, template: template.text.clone(), edge }
        }
        Expect::Tried { span, templates, edge } => {
            let known = templates.iter().all(|t| library.template(&t.text).is_some());
            let edge = edge.as_ref().map(|e| check_edge(checker, e));
            let templates = templates.iter().map(|t| t.text.clone()).collect();
            known.then_some(ExpectIr::Tried { span: *span, templates, edge })?
        }
        Expect::Rejected { span, template, edge, message } => {
            library.template(&template.text)?;
            ExpectIr::Rejected {
                span: *span,
                template: template.text.clone(),
                edge: edge.as_ref().map(|e| check_edge(checker, e)),
                message: message.as_ref().map(|m| m.text.clone()),
            }
        }
        Expect::Kind(k) => ExpectIr::Kind(k.span, k.text.clone()),
        Expect::Value { span, quantity, conditions, range } => {
            let ty = checker.symbol_type(quantity);
            let conditions = checker.bound(conditions, 0);
            let mut typed = checker.expr(range);
            let ty = ty?;
            let wanted = Type::Range(Box::new(ty.clone()));
            if let ExprKind::Range(low, high, _) = &mut typed.kind {
                as_point(low, &ty);
                as_point(high, &ty);
                typed.ty = Type::Range(Box::new(low.ty.clone()));
            }
            checker.expect(&mut typed, range, &wanted, "the range", Some(quantity.span));
            let quantity = quantity.text.clone();
            ExpectIr::Value { span: *span, quantity, ty, conditions, range: typed }
        }
    })
}

/// Whether a rule compares anything of the dimension of a value that a test states of it. Where an
/// outcome ends may also lie at a condition.
fn compared(checker: &mut Checker<'_>, rule: &RuleIr, is_edge: bool, value: &TypedExpr) {
    let ty = match &value.ty {
        Type::Range(ends) => ends,
        other => other,
    };
    let (Some(dimension), false) = (ty.dimension(), ty.is_open()) else { return };
    let Some(mut all) = observes(rule) else { return };
    if is_edge {
        match conditions(rule) {
            Some(more) => all.extend(more),
            None => return,
        }
    }
    if all.is_empty() || all.contains(&dimension) {
        return;
    }
    let mut names: Vec<String> = all.iter().map(|d| d.describe()).collect();
    names.sort();
    names.dedup();
    let (names, stated) = (names.join(" or "), dimension.describe());
    let message = format!("`{}` compares {names}, and the test states {stated}", rule.name);
    checker.diagnostics.push(
        Diagnostic::error(Code::DIMENSION_MISMATCH, message)
            .label(value.span, format!("this is {stated}"))
            .label(
                rule.checks.first().map_or(rule.span, |c| c.span),
                format!("this compares {names}"),
            )
            .help("state the value in the unit of what the rule compares"),
    );
}

/// The dimensions of everything that a rule compares; `None` where a function or script does.
fn conditions(rule: &RuleIr) -> Option<Vec<Dimension>> {
    let mut waiting: Vec<&TypedExpr> = rule.expressions().collect();
    let mut found = Vec::new();
    while let Some(e) = waiting.pop() {
        match &e.kind {
            ExprKind::Compare(operands, _) => {
                found.extend(operands.first()?.ty.element().0.dimension())
            }
            ExprKind::In { value, .. } => found.extend(value.ty.element().0.dimension()),
            ExprKind::Call(..) | ExprKind::Script(..) => return None,
            _ => {}
        }
        waiting.extend(e.parts());
    }
    Some(found)
}

fn check_edge(checker: &mut Checker<'_>, edge: &Edge) -> EdgeIr {
    let value = checker.expr(&edge.value);
    demand_number(checker, &value.ty, &edge.value);
    EdgeIr { side: edge.side, value }
}

fn demand_number(checker: &mut Checker<'_>, ty: &Type, written: &ast::Expr) {
    if !matches!(ty, Type::Number(_) | Type::Point | Type::Unknown) {
        let help = "write a number with its unit, such as `3 V`";
        checker.refuse(Code::TYPE_NOT_ALLOWED, written.span, "a limit is a number", help);
    }
}

fn check_detail(checker: &mut Checker<'_>, detail: &Detail) -> Option<DetailIr> {
    Some(match detail {
        Detail::Message(text) => DetailIr::Message(text.text.clone()),
        Detail::Row { symbol, conditions } => {
            checker.symbol_type(symbol)?;
            DetailIr::Row(symbol.text.clone(), checker.bound(conditions, 0))
        }
        Detail::Value { word, value, range } => {
            let found = match word.text.as_str() {
                "observed" => FoundValue::Observed,
                "limit" => FoundValue::Limit,
                _ => FoundValue::Margin,
            };
            let typed = checker.expr(value);
            if !range {
                demand_number(checker, &typed.ty, value);
            }
            DetailIr::Value(found, typed)
        }
    })
}
