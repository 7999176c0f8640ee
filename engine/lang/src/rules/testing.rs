//! Tests in the language: what is given becomes facts and a model, what is expected is compared
//! with what the rulebook finds.

use super::book::{Input, Rulebook, View};
use super::eval::Evaluator;
use super::expr::{Bound, Frame, TypedExpr, Wanted};
use super::message::number;
use super::scope::Checker;
use super::select::CandidateStatus;
use super::types::Type;
use super::value::Value;
use crate::Quantities;
use crate::ir::{Finding, FindingStatus, Library};
use espice_base::{Code, Date, Limits, Severity, Span};
use espice_facts::{Conditions, Device, Facts, Sensed};
use espice_syntax::ast::{self, Expect, Given, GivenFact};
use espice_units::{Constants, Dimension};
use std::collections::BTreeMap;

/// Builds a model of a template; parameters that are not named have their defaults. `None` when
/// there is no such template.
pub type BuildModel<'a> = dyn Fn(&str, &[(String, f64)]) -> Option<Box<dyn Quantities + 'a>> + 'a;

/// What tests run with.
#[derive(Clone, Copy)]
pub struct TestContext<'a> {
    /// Decides whether a waiver is in force.
    pub today: Date,
    /// Limits of scripts.
    pub limits: Limits,
    /// Physical constants.
    pub constants: Constants,
    /// Makes the models that tests give; without it such tests fail and say so.
    pub build: Option<&'a BuildModel<'a>>,
}

/// How a test came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestStatus {
    /// Everything expected was found.
    Pass,
    /// Something was not.
    Fail,
    /// Something was not, and the test says that this is known.
    Todo,
}

/// The outcome of one test.
#[derive(Clone, PartialEq, Debug)]
pub struct TestOutcome {
    /// Name.
    pub name: String,
    /// Pack.
    pub pack: String,
    /// How it came out.
    pub status: TestStatus,
    /// For each expectation that was not met: what was expected.
    pub expected: Vec<String>,
    /// In the same order: what was found instead.
    pub got: Vec<String>,
    /// The first expectation that was not met, else the test's name.
    pub span: Span,
}

/// An expectation that is not met: its place, what was expected, what was found.
type Unmet = (Span, String, String);
/// What is given makes no sense: its place and why.
pub(super) type Senseless = (Span, String);

/// A test, checked.
#[derive(Clone, Debug)]
pub(crate) struct TestIr {
    pub(super) name: String,
    pub(super) pack: String,
    pub(super) pack_index: usize,
    pub(super) span: Span,
    pub(super) todo: bool,
    pub(super) frame: Frame,
    pub(super) kind: Option<String>,
    pub(super) device: Device,
    pub(super) rows: Vec<RowIr>,
    pub(super) curves: Vec<CurveIr>,
    pub(super) sweeps: Vec<SweepIr>,
    pub(super) model: Option<(String, Vec<(String, TypedExpr)>)>,
    pub(super) expect: Vec<ExpectIr>,
}

#[derive(Clone, Debug)]
pub(super) struct RowIr {
    pub(super) span: Span,
    pub(super) symbol: String,
    pub(super) dimension: Dimension,
    /// Minimum, typical, maximum.
    pub(super) values: [Option<TypedExpr>; 3],
    pub(super) conditions: Vec<Bound>,
}

#[derive(Clone, Debug)]
pub(super) struct CurveIr {
    pub(super) span: Span,
    pub(super) wanted: Wanted,
    pub(super) dimensions: (Dimension, Dimension),
    pub(super) points: TypedExpr,
    pub(super) conditions: Vec<Bound>,
}

#[derive(Clone, Debug)]
pub(super) struct SweepIr {
    pub(super) span: Span,
    pub(super) columns: Vec<ColumnIr>,
    pub(super) compliance: Option<TypedExpr>,
    pub(super) siblings: Option<TypedExpr>,
}

#[derive(Clone, Debug)]
pub(super) struct ColumnIr {
    pub(super) span: Span,
    pub(super) sensed: Sensed,
    pub(super) letter: String,
    pub(super) node: String,
    pub(super) reference: String,
    pub(super) swept: bool,
    pub(super) values: TypedExpr,
}

#[derive(Clone, Debug)]
pub(super) enum ExpectIr {
    Outcome { span: Span, outcome: String, rule: usize },
    Chosen(Span, String),
    Kind(Span, String),
    Value { span: Span, quantity: String, ty: Type, conditions: Vec<Bound>, range: TypedExpr },
}

/// Checks the tests; `places` gives for each rule of the library its place in the rulebook.
pub(crate) fn check(
    checker: &mut Checker<'_>,
    library: &Library,
    places: &[Option<usize>],
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
            todo: item.todo.is_some(),
            frame: Frame::default(),
            kind: None,
            device: Device::default(),
            rows: Vec::new(),
            curves: Vec::new(),
            sweeps: Vec::new(),
            model: None,
            expect: Vec::new(),
        };
        for given in &item.given {
            check_given(checker, library, given, &mut test);
        }
        if item.expect.is_empty() && !library.damaged.contains(&item.name.span) {
            let message = format!("the test `{}` expects nothing", item.name.text);
            let help = "write `expect error RULE`, `expect pass RULE`, `expect chosen TEMPLATE`";
            checker.refuse(Code::NO_CHECK, item.name.span, message, help);
        }
        let mut whole = true;
        for expect in &item.expect {
            match check_expect(checker, library, places, owned.pack, expect) {
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

fn check_given(checker: &mut Checker<'_>, library: &Library, given: &Given, test: &mut TestIr) {
    match given {
        Given::Model { template, values, .. } => {
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
        }
        Given::Data { kind, facts, .. } => {
            test.kind = Some(kind.text.clone());
            for fact in facts {
                check_fact(checker, fact, test);
            }
        }
    }
}

fn check_fact(checker: &mut Checker<'_>, fact: &GivenFact, test: &mut TestIr) {
    match fact {
        GivenFact::Device(field, text) => {
            let device = &mut test.device;
            let slot = match field.text.as_str() {
                "maker" => &mut device.maker,
                "package" => &mut device.package,
                _ => &mut device.part,
            };
            *slot = Some(text.text.clone());
        }
        GivenFact::Row { span, symbol, min, typ, max, conditions } => {
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
            if let Some(dimension) = ty.and_then(|t| t.dimension()) {
                let symbol = symbol.text.clone();
                test.rows.push(RowIr { span: *span, symbol, dimension, values, conditions });
            }
        }
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
            let columns = columns.iter().filter_map(|c| check_column(checker, c)).collect();
            let mut limited = |written: &Option<ast::Expr>, wanted: Type, what: &str| {
                let written = written.as_ref()?;
                let mut typed = checker.expr(written);
                checker.expect(&mut typed, written, &wanted, what, None);
                Some(typed)
            };
            let current = Type::Number(Dimension::CURRENT);
            let compliance = limited(compliance, current, "the compliance");
            let siblings = limited(siblings, Type::PURE, "the number of siblings");
            test.sweeps.push(SweepIr { span: *span, columns, compliance, siblings });
        }
    }
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
        super::compile::unknown_word(
            checker,
            "column of a sweep",
            &item.sensed,
            &["V", "I", "C", "G"],
        );
        return None;
    };
    let wanted = Type::Number(*dimension);
    let wanted = if values.ty.element().1 { wanted.series() } else { wanted };
    let what = format!("`{letter}`");
    checker.expect(&mut values, &item.values, &wanted, &what, Some(item.sensed.span));
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
    places: &[Option<usize>],
    pack: usize,
    expect: &Expect,
) -> Option<ExpectIr> {
    Some(match expect {
        Expect::Outcome { span, outcome, rule } => {
            let place = super::compile::find_rule(library, pack, rule)?;
            let rule = places.get(place).copied().flatten()?;
            ExpectIr::Outcome { span: *span, outcome: outcome.text.clone(), rule }
        }
        Expect::Chosen(t) => {
            library.template(&t.text)?;
            ExpectIr::Chosen(t.span, t.text.clone())
        }
        Expect::Kind(k) => ExpectIr::Kind(k.span, k.text.clone()),
        Expect::Value { span, quantity, conditions, range } => {
            let ty = checker.symbol_type(quantity);
            let conditions = checker.bound(conditions, 0);
            let mut typed = checker.expr(range);
            let ty = ty?;
            let wanted = Type::Range(Box::new(ty.clone()));
            if let super::expr::ExprKind::Range(low, high, _) = &mut typed.kind {
                super::scope::as_point(low, &ty);
                super::scope::as_point(high, &ty);
                typed.ty = Type::Range(Box::new(low.ty.clone()));
            }
            checker.expect(&mut typed, range, &wanted, "the range", Some(quantity.span));
            let quantity = quantity.text.clone();
            ExpectIr::Value { span: *span, quantity, ty, conditions, range: typed }
        }
    })
}

impl Rulebook {
    /// Runs every test of every pack, in the order of declaration.
    pub fn run_tests(&self, context: &TestContext<'_>) -> Vec<TestOutcome> {
        self.tests.iter().map(|t| self.run_test(t, context)).collect()
    }

    fn run_test(&self, test: &TestIr, context: &TestContext<'_>) -> TestOutcome {
        let mut outcome = TestOutcome {
            name: test.name.clone(),
            pack: test.pack.clone(),
            status: TestStatus::Pass,
            expected: Vec::new(),
            got: Vec::new(),
            span: test.span,
        };
        let unmet = match self.expectations(test, context) {
            Ok(unmet) => unmet,
            Err((span, reason)) => {
                vec![(span, String::from("what is given to make sense"), reason)]
            }
        };
        for (i, (span, expected, got)) in unmet.into_iter().enumerate() {
            if i == 0 {
                outcome.span = span;
            }
            outcome.expected.push(expected);
            outcome.got.push(got);
            outcome.status = if test.todo { TestStatus::Todo } else { TestStatus::Fail };
        }
        outcome
    }

    /// The expectations that are not met: place, expected, got.
    fn expectations(
        &self,
        test: &TestIr,
        context: &TestContext<'_>,
    ) -> Result<Vec<Unmet>, Senseless> {
        let empty = Facts::default();
        let nothing = View::default();
        let view = self.views.get(&test.pack_index).unwrap_or(&nothing);
        let bare = Input {
            facts: &empty,
            model: None,
            today: context.today,
            limits: context.limits,
            constants: context.constants,
        };
        let evaluator = Evaluator::new(self, bare, &test.frame);
        let mut facts = evaluator.given_facts(test)?;
        if !facts.sweeps.is_empty() {
            let kind = test.kind.clone().unwrap_or_default();
            let (curves, _) = self.read(&kind, &Input { facts: &facts, ..bare });
            facts.curves.extend(curves);
        }
        let model = evaluator.given_model(test, context)?;
        let input = Input { facts: &facts, model: model.as_deref(), ..bare };
        let mut findings: BTreeMap<usize, Finding> = BTreeMap::new();
        let mut unmet = Vec::new();
        for expect in &test.expect {
            let missed = match expect {
                ExpectIr::Outcome { span, outcome, rule } => {
                    let finding =
                        findings.entry(*rule).or_insert_with(|| self.run_one(view, *rule, &input));
                    let got = word(finding);
                    (got != outcome.as_str()).then(|| {
                        let name = view.rules.get(*rule).map_or("", |r| r.name.as_str());
                        (*span, format!("{outcome} {name}"), format!("{got}: {}", finding.message))
                    })
                }
                ExpectIr::Chosen(span, template) => {
                    let kind = facts.device.kind.clone().unwrap_or_default();
                    let (selection, _) = self.select(&kind, &input);
                    let first = selection
                        .candidates
                        .iter()
                        .find(|c| c.status == CandidateStatus::Considered);
                    let got = first.map(|c| c.template.as_str());
                    (got != Some(template.as_str())).then(|| {
                        let mine = selection.candidates.iter().find(|c| c.template == *template);
                        let why =
                            mine.map_or(String::new(), |c| format!(" ({template}: {})", c.reason));
                        (
                            *span,
                            format!("chosen {template}"),
                            format!("{}{why}", got.unwrap_or("none")),
                        )
                    })
                }
                ExpectIr::Kind(span, kind) => match self.recognise(&input) {
                    Ok(got) if got == *kind => None,
                    Ok(got) => Some((*span, format!("kind {kind}"), format!("kind {got}"))),
                    Err(diagnostics) => {
                        let all = diagnostics.iter().flat_map(|d| {
                            std::iter::once(d.message.clone()).chain(d.help.iter().cloned())
                        });
                        Some((*span, format!("kind {kind}"), all.collect::<Vec<_>>().join("; ")))
                    }
                },
                ExpectIr::Value { .. } => evaluator.value_expected(expect, input.model)?,
            };
            unmet.extend(missed);
        }
        Ok(unmet)
    }

    fn run_one(&self, view: &View, rule: usize, input: &Input<'_>) -> Finding {
        let mut diagnostics = espice_base::Diagnostics::new();
        match view.rules.get(rule) {
            Some(ir) => self.evaluate(rule, ir, input, Some(&view.packs), &mut diagnostics),
            None => unreachable_finding(),
        }
    }
}

/// The outcome word of a test for a finding.
fn word(finding: &Finding) -> &'static str {
    match (finding.status, finding.severity) {
        (FindingStatus::Passed, _) => "pass",
        (FindingStatus::Undecided, _) => "undecided",
        (FindingStatus::NotApplicable, _) => "not_applicable",
        (FindingStatus::Waived, _) => "waived",
        (FindingStatus::Failed, Severity::Error) => "error",
        (FindingStatus::Failed, Severity::Warning) => "warning",
        (FindingStatus::Failed, Severity::Note) => "note",
    }
}

impl<'a> Evaluator<'a> {
    fn value_expected(
        &self,
        expect: &ExpectIr,
        model: Option<&dyn Quantities>,
    ) -> Result<Option<Unmet>, Senseless> {
        let ExpectIr::Value { span, quantity, ty, conditions, range } = expect else {
            return Ok(None);
        };
        let at: Conditions = self.stated(*span, self.conditions(conditions))?;
        let Value::Range(Some(low), Some(high), _) = self.value(range) else {
            return Err((range.span, String::from("the range has no ends")));
        };
        let show =
            |v: f64| number(v, ty.dimension().unwrap_or(Dimension::NONE), *ty == Type::Point);
        let value = model.and_then(|m| m.value(quantity, &at));
        let got = match value {
            Some(v) if (low..=high).contains(&v) => return Ok(None),
            Some(v) => show(v),
            None if model.is_none() => String::from("no model is given"),
            None => String::from("the model has no such value"),
        };
        let expected = format!("{quantity} in {} .. {}", show(low), show(high));
        Ok(Some((*span, expected, got)))
    }
}

/// The finding of a rule that is not in the book: its place was taken from the book itself.
fn unreachable_finding() -> Finding {
    Finding {
        rule: String::new(),
        pack: String::new(),
        severity: Severity::Error,
        status: FindingStatus::Undecided,
        message: String::from("there is no such rule"),
        because: String::new(),
        help: String::new(),
        observed: None,
        rule_span: Span::default(),
        data_place: None,
        limit_place: None,
        part: String::new(),
        maker: String::new(),
        data: String::new(),
        fingerprint: String::new(),
        former: Vec::new(),
        unwaivable: false,
        waivers: Vec::new(),
    }
}
