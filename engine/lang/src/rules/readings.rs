//! Raw sweeps to canonical curves, and which kind of device the sweeps show.

use super::book::{Input, Rulebook};
use super::compile::{quoted, unknown_word};
use super::eval::Evaluator;
use super::expr::{Frame, TypedExpr, Wanted};
use super::mask::Mask;
use super::scope::Checker;
use super::types::Type;
use super::value::{CurveValue, Truth, Value};
use crate::ir::Library;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_facts::{Axis, Curve, Mark, Origin, Provenance, Scale, Signature, Status, Sweep};
use espice_syntax::ast;
use espice_units::Dimension;
use std::collections::BTreeMap;

/// A reading, checked.
#[derive(Clone, Debug)]
pub(crate) struct ReadingIr {
    /// `pack::name`.
    name: String,
    kinds: Vec<String>,
    frame: Frame,
    /// Binder, list of sweeps, condition; `None` when it looks at the data once.
    each: Option<(usize, TypedExpr, Option<TypedExpr>)>,
    curves: Vec<CurveIr>,
}

#[derive(Clone, Debug)]
struct CurveIr {
    span: Span,
    wanted: Wanted,
    dimensions: (Dimension, Dimension),
    value: TypedExpr,
    /// The symbols of the family with their values.
    held: Vec<(String, TypedExpr)>,
    /// Slots of `x`, `y` and `floor`.
    slots: (usize, usize, usize),
    keep: Option<TypedExpr>,
    noise: Option<TypedExpr>,
    marks: Vec<(Mark, TypedExpr)>,
}

/// One clause of recognition.
#[derive(Clone, Debug)]
pub(crate) struct RecogniserIr {
    kind: String,
    frame: Frame,
    slot: usize,
    condition: TypedExpr,
    because: String,
    span: Span,
}

const MARKS: [(&str, Mark); 3] =
    [("noise", Mark::Noise), ("compliance", Mark::Compliance), ("excluded", Mark::Excluded)];

pub(crate) fn check_readings(checker: &mut Checker<'_>, library: &Library) -> Vec<ReadingIr> {
    let mut readings = Vec::new();
    for owned in &library.readings {
        let item = &owned.item;
        let before = checker.start(owned.pack);
        checker.kinds = item.kinds.iter().map(|k| k.text.clone()).collect();
        let kinds = checker.kinds.clone();
        let each = item.each.as_ref().and_then(|each| checker.binder(each, 0));
        if item.each.is_some() && each.is_none() {
            // Told; the binder stays known so that its uses are not told as well.
            if let Some(each) = &item.each {
                checker.bind(&each.binder.text, Type::Unknown, true);
            }
        }
        if let Some((_, over, _)) = &each
            && !over.ty.agrees(&Type::Sweep.list())
        {
            let message = format!("a reading runs over sweeps, not over {}", over.ty.describe());
            checker.refuse(Code::VALUE_TYPE, over.span, message, "write `each s in data.sweeps`");
        }
        for definition in &item.lets {
            checker.define_let(definition);
        }
        let curves: Vec<CurveIr> =
            item.curves.iter().filter_map(|c| check_curve(checker, c)).collect();
        if item.curves.is_empty() && !library.damaged.contains(&item.name.span) {
            let message = format!("the reading `{}` makes no curve", item.name.text);
            checker.refuse(
                Code::NO_CHECK,
                item.name.span,
                message,
                "write `curve IF(VF) = … over … { … }`",
            );
        }
        let frame = checker.finish_frame();
        if checker.is_sound(before) && !curves.is_empty() {
            let name = format!("{}::{}", library.pack_name(owned.pack), item.name.text);
            readings.push(ReadingIr { name, kinds, frame, each, curves });
        }
    }
    readings
}

fn check_curve(checker: &mut Checker<'_>, item: &ast::ReadingCurve) -> Option<CurveIr> {
    let signature = checker.signature(&item.signature);
    let mut value = checker.expr(&item.value);
    let (wanted, ty) = signature?;
    checker.expect(&mut value, &item.value, &ty, "the curve", Some(item.signature.span));
    let Type::Curve(curve) = &ty else { return None };
    let held = check_held(checker, item, &wanted);
    let mark = checker.enter();
    let x = checker.bind("x", curve.x.clone().series(), true);
    let y = checker.bind("y", curve.y.clone().series(), true);
    let keep = item.keep.as_ref().map(|k| pointwise(checker, k, "`keep where`"));
    let noise = item.noise.as_ref().map(|n| {
        let mut typed = checker.expr(n);
        let declared = Some(item.signature.quantity.span);
        checker.expect(&mut typed, n, &curve.y, "the noise floor", declared);
        typed
    });
    let floor = checker.bind("floor", curve.y.clone(), true);
    let mut marks = Vec::new();
    for (word, condition) in &item.marks {
        let typed = pointwise(checker, condition, "`mark … where`");
        match MARKS.iter().find(|m| m.0 == word.text) {
            Some((_, mark)) => marks.push((*mark, typed)),
            None => unknown_word(checker, "mark", word, &["noise", "compliance", "excluded"]),
        }
    }
    checker.leave(mark);
    let dimensions = (curve.x.dimension()?, curve.y.dimension()?);
    let slots = (x, y, floor);
    Some(CurveIr { span: item.span, wanted, dimensions, value, held, slots, keep, noise, marks })
}

/// The values of the family: one for each of its symbols.
fn check_held(
    checker: &mut Checker<'_>,
    item: &ast::ReadingCurve,
    wanted: &Wanted,
) -> Vec<(String, TypedExpr)> {
    let mut held: Vec<(String, TypedExpr)> = Vec::new();
    for (symbol, value) in &item.held {
        let mut typed = checker.expr(value);
        let known = checker.library.symbols.symbol(&symbol.text).map(|s| s.dimension);
        let twice = held.iter().any(|h| h.0 == symbol.text);
        match known.filter(|_| wanted.family.contains(&symbol.text) && !twice) {
            Some(dimension) => {
                let ty = Type::of_symbol(dimension);
                checker.expect(&mut typed, value, &ty, "the held value", Some(symbol.span));
                held.push((symbol.text.clone(), typed));
            }
            None => {
                let message = format!("`{}` is not open in the family of `{wanted}`", symbol.text);
                let help = "name each symbol after the semicolon of the signature once";
                checker.refuse(Code::ARGUMENT, symbol.span, message, help);
            }
        }
    }
    if let Some(open) = wanted.family.iter().find(|f| !item.held.iter().any(|h| h.0.text == **f)) {
        let message = format!("the curve does not say at which {open} it was measured");
        let help = format!("add `held {open} = …` to the block of the curve");
        checker.refuse(Code::ARGUMENT, item.signature.span, message, &help);
    }
    held
}

fn pointwise(checker: &mut Checker<'_>, condition: &ast::Expr, what: &str) -> TypedExpr {
    let typed = checker.expr(condition);
    let many = matches!(&typed.ty, Type::Series(e) if **e == Type::Truth);
    if !many && !typed.ty.is_open() {
        let message =
            format!("{what} needs a condition for each point, not {}", typed.ty.describe());
        let at = typed.span;
        checker.refuse(Code::POINTWISE, at, message, "compare `x` or `y`: `y > 1 nA`");
    }
    typed
}

pub(crate) fn check_recognisers(checker: &mut Checker<'_>, library: &Library) -> Vec<RecogniserIr> {
    let mut recognisers = Vec::new();
    for owned in &library.recognise {
        let (kind, item) = &owned.item;
        let before = checker.start(owned.pack);
        let slot = checker.bind(&item.binder.text, Type::Sweep, true);
        let condition = checker.expr(&item.condition);
        checker.expect_truth(&condition, "the condition of `recognise`");
        let frame = checker.finish_frame();
        if checker.is_sound(before) {
            recognisers.push(RecogniserIr {
                kind: kind.clone(),
                frame,
                slot,
                condition,
                because: quoted(&item.because),
                span: item.span,
            });
        }
    }
    recognisers
}

impl Rulebook {
    /// The kind of device that the sweeps show: the one of whose clauses every sweep meets one.
    ///
    /// # Errors
    /// Diagnostics that name for each kind the clauses that were not met, or the kinds between
    /// which the sweeps do not decide.
    pub fn recognise(&self, input: &Input<'_>) -> Result<String, Diagnostics> {
        let facts = input.facts;
        let place = facts.sweeps.first().map(|s| s.provenance.place);
        let mut kinds: Vec<&str> = Vec::new();
        for r in &self.recognisers {
            if !kinds.contains(&r.kind.as_str()) {
                kinds.push(&r.kind);
            }
        }
        let mut met = Vec::new();
        let mut refusals = Vec::new();
        let mut diagnostics = Diagnostics::new();
        for kind in kinds {
            let clauses: Vec<&RecogniserIr> =
                self.recognisers.iter().filter(|r| r.kind == kind).collect();
            // Every sweep must meet one of the clauses.
            let refusal = facts.sweeps.iter().find_map(|sweep| {
                let mut reasons = Vec::new();
                for clause in &clauses {
                    reasons.push(self.refuses(clause, sweep, *input, &mut diagnostics)?);
                }
                let span = clauses.first().map(|c| c.span)?;
                Some((span, sweep, reasons.join("; nor because ")))
            });
            match refusal {
                None => met.push(kind),
                Some(refusal) => refusals.push((kind, refusal)),
            }
        }
        if let ([kind], false) = (met.as_slice(), facts.sweeps.is_empty()) {
            return Ok(kind.to_string());
        }
        let diagnostic = if facts.sweeps.is_empty() {
            Diagnostic::error(
                Code::NOT_RECOGNISED,
                "the kind of the device is not stated, and there are no sweeps to tell it from",
            )
            .help("state the kind in the facts, or give it on the command line")
        } else if met.is_empty() {
            let mut d = Diagnostic::error(
                Code::NOT_RECOGNISED,
                "the sweeps are those of no known kind of device",
            );
            d.labels.extend(
                place.map(|place| espice_base::Label { place, text: String::from("the sweeps") }),
            );
            for (kind, (span, sweep, reason)) in refusals {
                d = d.label(span, format!("not a {kind}"));
                d = d.help(format!("not a {kind}, because in `{}` {reason}", sweep.name));
            }
            d
        } else {
            Diagnostic::error(
                Code::RECOGNISED_TWICE,
                format!("the sweeps could be those of a {}", met.join(" or of a ")),
            )
            .help("state the kind in the facts, or give it on the command line")
        };
        let diagnostic = match (diagnostic.labels.is_empty(), place) {
            (true, Some(place)) => diagnostic.at(place),
            _ => diagnostic,
        };
        diagnostics.push(diagnostic);
        diagnostics.sort();
        Err(diagnostics)
    }

    /// Why a sweep does not meet a clause.
    fn refuses(
        &self,
        clause: &RecogniserIr,
        sweep: &Sweep,
        input: Input<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<String> {
        let evaluator = Evaluator::new(self, input, &clause.frame);
        evaluator.set(clause.slot, Value::Sweep(sweep));
        let verdict = evaluator.truth(&clause.condition);
        diagnostics.extend(evaluator.diagnostics());
        let why = match verdict.truth {
            Truth::Yes => return None,
            Truth::Unknown(why) => why.text.clone(),
            Truth::No => {
                let span = verdict.decision.as_ref().map_or(clause.condition.span, |d| d.span);
                let text = format!("`{}` does not hold", self.snippet(span));
                match &verdict.decision {
                    Some(d) => format!(
                        "{text} ({})",
                        super::message::number(d.observed, d.dimension, d.is_point)
                    ),
                    None => text,
                }
            }
        };
        Some(if clause.because.is_empty() { why } else { format!("{why}: {}", clause.because) })
    }

    /// Applies the readings of a kind to the sweeps. Curves come in the order of readings, then
    /// of sweeps; a sweep that no reading takes is diagnosed.
    pub fn read(&self, kind: &str, input: &Input<'_>) -> (Vec<Curve>, Diagnostics) {
        let mut curves = Vec::new();
        let mut diagnostics = Diagnostics::new();
        let mut taken = vec![false; input.facts.sweeps.len()];
        let of_kind = |r: &&ReadingIr| r.kinds.is_empty() || r.kinds.iter().any(|k| k == kind);
        for reading in self.readings.iter().filter(of_kind) {
            let evaluator = Evaluator::new(self, *input, &reading.frame);
            for (sweep, taken) in input.facts.sweeps.iter().zip(&mut taken) {
                evaluator.forget_definitions();
                if let Some((slot, _, condition)) = &reading.each {
                    evaluator.set(*slot, Value::Sweep(sweep));
                    let holds = condition
                        .as_ref()
                        .is_none_or(|c| matches!(evaluator.truth(c).truth, Truth::Yes));
                    if !holds {
                        continue;
                    }
                }
                for item in &reading.curves {
                    // A reading that applies and makes nothing says so itself.
                    *taken = true;
                    curves.extend(evaluator.read_curve(reading, item, sweep, &mut diagnostics));
                }
                if reading.each.is_none() {
                    break;
                }
            }
            diagnostics.extend(evaluator.diagnostics());
        }
        for (sweep, _) in input.facts.sweeps.iter().zip(&taken).filter(|(_, taken)| !**taken) {
            diagnostics.push(
                Diagnostic::warning(
                    Code::SWEEP_NOT_READ,
                    format!("no reading of a {kind} takes the sweep `{}`", sweep.name),
                )
                .at(sweep.provenance.place)
                .help("its points are not used; a `reading` of a pack can say what they mean"),
            );
        }
        diagnostics.sort();
        (curves, diagnostics)
    }
}

impl<'a> Evaluator<'a> {
    fn read_curve(
        &self,
        reading: &ReadingIr,
        item: &CurveIr,
        sweep: &'a Sweep,
        diagnostics: &mut Diagnostics,
    ) -> Option<Curve> {
        let place = sweep.provenance.place;
        let curve = match self.curve(&item.value) {
            Ok(curve) => curve,
            Err(why) => {
                diagnostics.push(
                    Diagnostic::warning(
                        Code::SWEEP_NOT_READ,
                        format!(
                            "`{}` makes no `{}` of `{}`: {}",
                            reading.name, item.wanted, sweep.name, why.text
                        ),
                    )
                    .at(place)
                    .label(item.span, "the reading"),
                );
                return None;
            }
        };
        let (x, y, floor) = item.slots;
        self.set_axes((x, y), &curve);
        // The noise is that of all points, also of those that the curve does not keep.
        let noise = item.noise.as_ref().and_then(|n| match self.number(n) {
            Ok(v) => Some(v.abs()),
            Err(why) => {
                diagnostics.push(
                    Diagnostic::note(
                        Code::NOISE_UNKNOWN,
                        format!("the noise floor of `{}` is not known: {}", sweep.name, why.text),
                    )
                    .at(place)
                    .label(n.span, "from here"),
                );
                None
            }
        });
        let kept = match item.keep.as_ref().map(|k| self.mask(k)) {
            None => vec![true; curve.x.len()],
            Some(mask) => held(mask, curve.x.len()),
        };
        let sound = |i: usize| {
            let at = |s: &[f64]| s.get(i).is_some_and(|v| v.is_finite());
            kept.get(i) == Some(&true) && at(&curve.x) && at(&curve.y)
        };
        let chosen: Vec<usize> = (0..curve.x.len()).filter(|i| sound(*i)).collect();
        let pick = |s: &[f64]| chosen.iter().filter_map(|i| s.get(*i).copied()).collect();
        let left = CurveValue { x: pick(&curve.x), y: pick(&curve.y), source: None };
        if left.x.is_empty() {
            diagnostics.push(
                Diagnostic::warning(
                    Code::SWEEP_NOT_READ,
                    format!("`{}` keeps no point of `{}`", reading.name, sweep.name),
                )
                .at(place)
                .label(item.span, "the reading"),
            );
            return None;
        }
        let mut family = BTreeMap::new();
        for (symbol, value) in &item.held {
            match self.number(value) {
                Ok(v) => {
                    family.insert(symbol.clone(), v);
                }
                Err(why) => {
                    let message = format!(
                        "`{}` makes no `{}` of `{}`: {}",
                        reading.name, item.wanted, sweep.name, why.text
                    );
                    diagnostics.push(
                        Diagnostic::warning(Code::SWEEP_NOT_READ, message)
                            .at(place)
                            .label(value.span, "the held value"),
                    );
                    return None;
                }
            }
        }
        self.set_axes((x, y), &left);
        self.set(
            floor,
            match noise {
                Some(v) => Value::Number(v),
                None => Value::Missing(std::rc::Rc::new(super::value::Why {
                    lack: super::value::Lack::Absent,
                    text: String::from("the noise floor is not known"),
                    span: item.span,
                })),
            },
        );
        let mut made = made_curve(reading, item, sweep, &left, noise);
        made.family = family;
        for (mark, condition) in &item.marks {
            let marked = held(self.mask(condition), left.x.len());
            for (i, _) in marked.iter().enumerate().filter(|(_, m)| **m) {
                made.set_mark(i, *mark);
            }
        }
        Some(made)
    }

    fn set_axes(&self, (x, y): (usize, usize), curve: &CurveValue<'a>) {
        self.set(x, Value::Series(curve.x.clone()));
        self.set(y, Value::Series(curve.y.clone()));
    }
}

/// The points of which a condition certainly holds.
fn held(mask: Mask, count: usize) -> Vec<bool> {
    match mask {
        Mask::One(truth) => vec![matches!(truth, Truth::Yes); count],
        Mask::Many(points) => {
            (0..count).map(|i| points.get(i).copied().flatten() == Some(true)).collect()
        }
    }
}

fn made_curve(
    reading: &ReadingIr,
    item: &CurveIr,
    sweep: &Sweep,
    points: &CurveValue<'_>,
    noise: Option<f64>,
) -> Curve {
    let axis = |symbol: &str, dimension: Dimension, values: &[f64]| Axis {
        symbol: symbol.to_string(),
        dimension,
        scale: scale(values, noise.unwrap_or(0.0)),
    };
    let mut conditions = sweep.conditions.clone();
    if let Some(kelvin) = sweep.temperature {
        // The chuck's temperature; heating of the junction by the measurement is neglected.
        conditions = conditions.with("TJ", kelvin);
    }
    let y = axis(&item.wanted.quantity, item.dimensions.1, &points.y);
    let x = Axis { scale: Scale::Linear, ..axis(&item.wanted.x, item.dimensions.0, &[]) };
    Curve {
        signature: Signature {
            quantity: item.wanted.quantity.clone(),
            x: item.wanted.x.clone(),
            family: item.wanted.family.clone(),
        },
        title: sweep.name.clone(),
        x,
        y,
        family: Default::default(),
        conditions,
        points: points.x.iter().zip(points.y.iter()).map(|(x, y)| [*x, *y]).collect(),
        marks: Vec::new(),
        origin: Origin::Measured,
        noise_floor: noise,
        axis_residual: [0.0, 0.0],
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        provenance: Provenance {
            place: sweep.provenance.place,
            derived_by: Some(reading.name.clone()),
        },
    }
}

/// Logarithmic when the values above the noise are positive and span two decades.
fn scale(values: &[f64], noise: f64) -> Scale {
    let above: Vec<f64> = values.iter().copied().filter(|v| v.abs() > noise).collect();
    let positive = above.iter().all(|v| *v > 0.0);
    match super::numbers::span_decades(&above) {
        Some(decades) if positive && decades >= 2.0 => Scale::Log,
        _ => Scale::Linear,
    }
}
