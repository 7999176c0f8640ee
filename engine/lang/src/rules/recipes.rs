//! Recipes: what a fit does stage by stage, with the expressions of seeds and windows.

use super::access::{TEMPERATURES, temperature};
use super::book::{Input, Rulebook};
use super::compile::{quoted, unknown_word};
use super::eval::Evaluator;
use super::expr::{ExprKind as Kind, Frame, TypedExpr};
use super::fields::FieldId;
use super::scope::Checker;
use super::signatures::signatures;
use super::types::Type;
use super::value::{Truth, Value};
use crate::check::dims;
use crate::ir::{Library, TableIr, TemplateIr};
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_facts::Conditions;
use espice_syntax::ast::{self, StageStatement, Word};
use espice_units::Dimension;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A recipe, checked against its template.
#[derive(Clone, PartialEq, Debug)]
pub struct RecipeIr {
    /// The template.
    pub template: String,
    /// The stages in order.
    pub stages: Vec<StageIr>,
    /// Whether it ends with a joint fit of everything that was fitted.
    pub polish: bool,
    pub(crate) frame: Frame,
}

/// One stage: narrower ranges and seeds first, then fits, then what is tried in addition.
#[derive(Clone, PartialEq, Debug)]
pub struct StageIr {
    /// Name.
    pub name: String,
    /// Ranges that hold from this stage on.
    pub bounds: Vec<BoundIr>,
    /// Starts in the order of writing; later ones may use parameters set by earlier ones.
    pub seeds: Vec<SeedIr>,
    /// Fits in the order of writing.
    pub fits: Vec<FitIr>,
    /// Additions in the order of writing.
    pub tries: Vec<TryIr>,
}

/// The start of one parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct SeedIr {
    /// Index of the parameter in the template.
    pub parameter: usize,
    /// Values in order of preference: the first that is not missing is taken.
    pub values: Vec<TypedExpr>,
    /// The reason.
    pub because: String,
    /// Where it is written.
    pub span: Span,
}

/// A range narrower than the declared one.
#[derive(Clone, PartialEq, Debug)]
pub struct BoundIr {
    /// Index of the parameter in the template.
    pub parameter: usize,
    /// Lower and upper ends in order of preference: the first pair of which none is missing is
    /// taken.
    pub ranges: Vec<[TypedExpr; 2]>,
    /// The reason.
    pub because: String,
    /// Where it is written.
    pub span: Span,
}

/// Parameters fitted together to targets.
#[derive(Clone, PartialEq, Debug)]
pub struct FitIr {
    /// Indices of the free parameters in the template.
    pub parameters: Vec<usize>,
    /// What they are fitted to.
    pub targets: Vec<TargetIr>,
    /// Where it is written.
    pub span: Span,
}

/// Parameters that stay only when they earn their place.
#[derive(Clone, PartialEq, Debug)]
pub struct TryIr {
    /// Index of each parameter and its start, when one is written.
    pub parameters: Vec<(usize, Option<TypedExpr>)>,
    /// The share by which the residual must fall, 0 to 1.
    pub improves: f64,
    /// Where it is written.
    pub span: Span,
}

/// How the residual of a target is formed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Measure {
    /// ln(model / data).
    Log,
    /// (model - data) / |data|.
    Relative,
    /// model - data.
    Linear,
    /// As the curve is drawn: `Log` on a logarithmic axis and `Linear` on another, which is where
    /// its points are equally sure; `Relative` for rows.
    Drawn,
    /// The limits of rows bind, whatever lies between them is as good; curves are not compared.
    Limits,
}

/// One target of a fit.
#[derive(Clone, PartialEq, Debug)]
pub struct TargetIr {
    /// The quantity compared, `IF` of `IF(VF)`.
    pub quantity: String,
    /// Its arguments; the first is the abscissa.
    pub arguments: Vec<String>,
    /// Symbols after the semicolon; sorted.
    pub family: Vec<String>,
    /// As written; where nothing is written, `Log` for currents and `Relative` for the rest.
    pub measure: Measure,
    /// Which points; `None` means all.
    pub window: Option<TypedExpr>,
    /// Where it is written.
    pub span: Span,
    /// Slots of `x`, `y` and of each symbol in the window.
    slots: Slots,
}

#[derive(Clone, PartialEq, Debug, Default)]
struct Slots {
    x: usize,
    y: usize,
    /// The temperature of the device, whichever of them is stated.
    temperature: usize,
    conditions: Vec<(String, usize)>,
}

const MEASURES: [(&str, Measure); 5] = [
    ("log", Measure::Log),
    ("relative", Measure::Relative),
    ("linear", Measure::Linear),
    ("drawn", Measure::Drawn),
    ("limits", Measure::Limits),
];

pub(crate) fn check(checker: &mut Checker<'_>, library: &Library) -> BTreeMap<String, RecipeIr> {
    let mut recipes = BTreeMap::new();
    for owned in &library.recipes {
        let (name, item) = &owned.item;
        // Of a template with mistakes the recipe is checked as well, for what is wrong in it.
        let draft = library.draft(name).filter(|d| d.has_recipe);
        let Some(template) = draft.map(|d| &d.template).or_else(|| library.template(name)) else {
            continue;
        };
        let before = checker.start(owned.pack);
        let lost = draft.map_or(&[][..], |d| &d.lost);
        let recipe = check_recipe(checker, template, lost, item);
        if draft.is_none() && checker.is_sound(before) {
            recipes.insert(name.clone(), recipe);
        }
    }
    // An inherited recipe is checked once for each template; its mistakes are told once.
    recipes
}

/// The recipe of a template of one of the program's own packs, which is checked for whom asks.
fn settled(library: &Library, name: &str) -> Option<RecipeIr> {
    let owned = library.templates.settled_recipe(name)?;
    let template = library.template(name)?;
    let (functions, scripts) = signatures(library, &mut Diagnostics::new());
    let mut checker = Checker::new(library, &functions, &scripts);
    let before = checker.start(owned.pack);
    let recipe = check_recipe(&mut checker, template, &[], owned.item);
    checker.is_sound(before).then_some(recipe)
}

impl Rulebook {
    /// The recipe of a template of the library that the rulebook was made of.
    pub fn recipe(&self, library: &Library, template: &str) -> Option<Cow<'_, RecipeIr>> {
        let known = self.recipes.get(template).map(Cow::Borrowed);
        known.or_else(|| settled(library, template).map(Cow::Owned))
    }
}

/// Checks the recipe of a template of which the declarations of `lost` were diagnosed; what is
/// wrong stands in the checker's diagnostics.
fn check_recipe(
    checker: &mut Checker<'_>,
    template: &TemplateIr,
    lost: &[String],
    item: &ast::Recipe,
) -> RecipeIr {
    checker.kinds = vec![template.kind.clone()];
    for (i, p) in template.parameters.iter().enumerate() {
        checker.bind_parameter(&p.name, i, Type::Number(p.dimension));
    }
    for name in lost {
        checker.bind(name, Type::Unknown, true);
    }
    checker.lost.extend_from_slice(lost);
    for definition in &item.lets {
        checker.define_let(definition);
    }
    let stages = item.stages.iter().map(|s| check_stage(checker, template, s)).collect();
    let frame = checker.finish_frame();
    checker.lost.clear();
    let polish = item.polish.is_some();
    RecipeIr { template: template.name.clone(), stages, polish, frame }
}

fn check_stage(checker: &mut Checker<'_>, template: &TemplateIr, item: &ast::Stage) -> StageIr {
    let mark = checker.enter();
    let mut stage = StageIr {
        name: item.name.text.clone(),
        bounds: Vec::new(),
        seeds: Vec::new(),
        fits: Vec::new(),
        tries: Vec::new(),
    };
    for statement in &item.statements {
        match statement {
            StageStatement::Let(definition) => {
                checker.define_let(definition);
            }
            StageStatement::Seed { span, parameter, values, because } => {
                if let Some(table) = template.tables.iter().find(|t| t.name == parameter.text) {
                    let because = quoted(because);
                    stage
                        .seeds
                        .extend(table_seeds(checker, template, table, values, &because, *span));
                    continue;
                }
                let index = find_parameter(checker, template, parameter);
                let typed = values.iter().map(|v| start(checker, template, index, v)).collect();
                if let Some(parameter) = index {
                    let because = quoted(because);
                    stage.seeds.push(SeedIr { parameter, values: typed, because, span: *span });
                }
            }
            StageStatement::Bound { span, parameter, ranges, because } => {
                let index = free(checker, template, parameter);
                let ranges =
                    ranges.iter().filter_map(|r| ends(checker, template, index, r)).collect();
                if let Some(parameter) = index {
                    let because = quoted(because);
                    stage.bounds.push(BoundIr { parameter, ranges, because, span: *span });
                }
            }
            StageStatement::Fit { span, parameters, targets } => {
                let parameters =
                    parameters.iter().flat_map(|p| free_values(checker, template, p)).collect();
                let targets = targets.iter().filter_map(|t| target(checker, t)).collect();
                stage.fits.push(FitIr { parameters, targets, span: *span });
            }
            StageStatement::Try { span, parameters, improves } => {
                let parameters = parameters
                    .iter()
                    .filter_map(|(word, from)| {
                        let index = free(checker, template, word);
                        let from = from.as_ref().map(|f| start(checker, template, index, f));
                        Some((index?, from))
                    })
                    .collect();
                let improves = share(checker, improves);
                stage.tries.push(TryIr { parameters, improves, span: *span });
            }
        }
    }
    checker.leave(mark);
    stage
}

/// The seeds of all values of a table: in each, `place` is the number of its value, from 1, and
/// `places` how many there are.
fn table_seeds(
    checker: &mut Checker<'_>,
    template: &TemplateIr,
    table: &TableIr,
    values: &[ast::Expr],
    because: &str,
    span: Span,
) -> Vec<SeedIr> {
    let mut seeds = Vec::new();
    let count = table.parameters.len();
    for (place, parameter) in table.parameters.iter().enumerate() {
        let mark = checker.enter();
        let known = checker.diagnostics.len();
        checker.define("place", pure(place as f64 + 1.0, span));
        checker.define("places", pure(count as f64, span));
        let typed: Vec<TypedExpr> =
            values.iter().map(|v| start(checker, template, Some(*parameter), v)).collect();
        checker.leave(mark);
        seeds.push(SeedIr {
            parameter: *parameter,
            values: typed,
            because: because.to_string(),
            span,
        });
        // What is wrong with one is wrong with all.
        if checker.diagnostics.len() > known {
            break;
        }
    }
    seeds
}

/// A number without dimension.
fn pure(value: f64, span: Span) -> TypedExpr {
    TypedExpr { span, ty: Type::PURE, evidence: false, kind: Kind::Number(value) }
}

fn find_parameter(checker: &mut Checker<'_>, template: &TemplateIr, word: &Word) -> Option<usize> {
    let found = template.parameter(&word.text);
    let is_lost = || {
        checker.lost.contains(&word.text) || checker.library.is_forgiven(checker.pack, &word.text)
    };
    if found.is_none() && is_lost() {
        checker.forgiven = true;
    } else if found.is_none() {
        let help = dims::likely(&word.text, template.parameters.iter().map(|p| p.name.as_str()));
        checker.diagnostics.push(
            Diagnostic::error(
                Code::UNKNOWN_PARAMETER,
                format!("`{}` has no parameter `{}`", template.name, word.text),
            )
            .at(word.span)
            .maybe_help(help),
        );
    }
    found
}

/// A parameter that may be fitted.
fn free(checker: &mut Checker<'_>, template: &TemplateIr, word: &Word) -> Option<usize> {
    let index = find_parameter(checker, template, word)?;
    let parameter = template.parameters.get(index)?;
    if parameter.fixed {
        checker.diagnostics.push(
            Diagnostic::error(
                Code::FIXED_PARAMETER,
                format!("`{}` is fixed and cannot be fitted", word.text),
            )
            .label(word.span, "fitted here")
            .label(parameter.span, "fixed here")
            .help(if parameter.instance {
                "leave it out: a parameter of the element is no property of the model"
            } else {
                "leave it out, or take `fixed` off its declaration"
            }),
        );
        return None;
    }
    Some(index)
}

/// A parameter that may be fitted, or all values of a table.
fn free_values(checker: &mut Checker<'_>, template: &TemplateIr, word: &Word) -> Vec<usize> {
    let Some(table) = template.tables.iter().find(|t| t.name == word.text) else {
        return free(checker, template, word).into_iter().collect();
    };
    let named = |index: &usize| {
        let name = template.parameters.get(*index).map(|p| p.name.clone())?;
        Some(Word { text: name, span: word.span })
    };
    let words: Vec<Word> = table.parameters.iter().filter_map(named).collect();
    // All are declared at once: what keeps one from being fitted keeps all.
    let mut found = Vec::new();
    for word in words {
        match free(checker, template, &word) {
            Some(index) => found.push(index),
            None => break,
        }
    }
    found
}

/// The start of a parameter, in its dimension.
fn start(
    checker: &mut Checker<'_>,
    template: &TemplateIr,
    index: Option<usize>,
    written: &ast::Expr,
) -> TypedExpr {
    let mut value = checker.expr(written);
    if let Some(parameter) = index.and_then(|i| template.parameters.get(i)) {
        let what = format!("`{}`", parameter.name);
        let wanted = Type::Number(parameter.dimension);
        // A temperature parameter takes a point: parameters do not tell them apart.
        let point = value.ty == Type::Point && parameter.dimension == Dimension::TEMPERATURE;
        if !point {
            checker.expect(&mut value, written, &wanted, &what, Some(parameter.span));
        }
    }
    value
}

/// Both ends of a range, in the dimension of the parameter.
fn ends(
    checker: &mut Checker<'_>,
    template: &TemplateIr,
    index: Option<usize>,
    written: &ast::Expr,
) -> Option<[TypedExpr; 2]> {
    let ast::ExprKind::Range { low, high, step } = &written.kind else { return None };
    if let Some(step) = step {
        let message = "a range of a parameter has no steps";
        checker.refuse(Code::NOT_CONSTANT, step.span, message, "leave `by` and the step out");
    }
    let before = checker.diagnostics.len();
    let low = start(checker, template, index, low);
    let told = (checker.diagnostics.len() > before).then(|| checker.diagnostics.clone());
    let high = start(checker, template, index, high);
    // Both ends in one wrong unit are one mistake.
    if let Some(told) = told.filter(|_| low.ty == high.ty) {
        checker.diagnostics = told;
    }
    Some([low, high])
}

/// `improves 5 %`.
fn share(checker: &mut Checker<'_>, written: &ast::Expr) -> f64 {
    let mut value = checker.expr(written);
    checker.expect(&mut value, written, &Type::PURE, "the share", None);
    match value.constant() {
        Some(v) if v > 0.0 && v < 1.0 => v,
        _ if value.ty == Type::Unknown => 0.05,
        _ => {
            let message = "the share is a number between 0 and 100 %";
            checker.refuse(Code::NOT_CONSTANT, written.span, message, "write `improves 5 %`");
            0.05
        }
    }
}

fn target(checker: &mut Checker<'_>, item: &ast::Target) -> Option<TargetIr> {
    let measure = match &item.measure {
        None => None,
        Some(word) => match MEASURES.iter().find(|m| m.0 == word.text) {
            Some((_, m)) => Some(*m),
            None => {
                unknown_word(checker, "measure of a fit", word, &MEASURES.map(|m| m.0));
                None
            }
        },
    };
    let s = &item.signature;
    let signature = checker.signature(s);
    let mark = checker.enter();
    let mut slots = Slots::default();
    let mut bind = |checker: &mut Checker<'_>, word: &str| {
        if let Some(info) = checker.library.symbols.symbol(word) {
            let slot = checker.bind(word, Type::of_symbol(info.dimension), true);
            slots.conditions.push((word.to_string(), slot));
        }
    };
    for word in TEMPERATURES {
        bind(checker, word);
    }
    for word in s.family.iter().chain(&s.arguments).chain([&s.quantity]) {
        bind(checker, &word.text);
    }
    let (x, y) = match &signature {
        Some((_, Type::Curve(c))) => (c.x.clone(), c.y.clone()),
        _ => (Type::Unknown, Type::Unknown),
    };
    let current = y == Type::Number(Dimension::CURRENT);
    slots.temperature = checker.bind("temperature", Type::Point, true);
    slots.x = checker.bind("x", x, true);
    slots.y = checker.bind("y", y, true);
    let window = item.window.as_ref().map(|w| {
        let typed = checker.expr(w);
        checker.expect_truth(&typed, "the window");
        typed
    });
    checker.leave(mark);
    let (wanted, _) = signature?;
    Some(TargetIr {
        quantity: wanted.quantity,
        arguments: s.arguments.iter().map(|a| a.text.clone()).collect(),
        family: wanted.family,
        measure: measure.unwrap_or(if current { Measure::Log } else { Measure::Relative }),
        window,
        span: s.span,
        slots,
    })
}

impl Rulebook {
    /// The value of a seed or of a `try … from`. `parameters` holds the values set so far in the
    /// order of the template, NaN where none is set yet.
    ///
    /// # Errors
    /// The reason, in words, why there is no value: the next preference is to be tried. Limits
    /// and failed scripts stand in the diagnostics.
    pub fn eval_seed(
        &self,
        recipe: &RecipeIr,
        value: &TypedExpr,
        input: &Input<'_>,
        parameters: &[f64],
    ) -> (Result<f64, String>, Diagnostics) {
        let mut evaluator = Evaluator::new(self, *input, &recipe.frame);
        evaluator.parameters = parameters;
        let result = evaluator.number(value).map_err(|why| why.text.clone());
        let diagnostics = evaluator.diagnostics().into_iter().collect();
        (result, diagnostics)
    }

    /// Which points a target takes: `points` are `[x, y]` with x the first argument and y the
    /// quantity of the target, SI, all at `conditions`. A point of which the window cannot be
    /// decided is not taken.
    pub fn window(
        &self,
        recipe: &RecipeIr,
        target: &TargetIr,
        input: &Input<'_>,
        parameters: &[f64],
        conditions: &Conditions,
        points: &[[f64; 2]],
    ) -> (Vec<bool>, Diagnostics) {
        let Some(window) = &target.window else {
            return (vec![true; points.len()], Diagnostics::new());
        };
        let mut evaluator = Evaluator::new(self, *input, &recipe.frame);
        evaluator.parameters = parameters;
        let slots = &target.slots;
        let number = |v: f64, span: Span| {
            if v.is_finite() { Value::Number(v) } else { absent(span, "the point is not a number") }
        };
        for (symbol, slot) in &slots.conditions {
            let text = || format!("`{symbol}` is not among the conditions");
            let value = conditions.value(symbol);
            evaluator.set(*slot, value.map_or_else(|| absent(target.span, &text()), Value::Number));
        }
        let known = temperature(conditions).map(Value::Number);
        let unknown = || absent(target.span, "no temperature is stated");
        evaluator.set(slots.temperature, known.unwrap_or_else(unknown));
        let own = |symbol: &String| slots.conditions.iter().rev().find(|c| c.0 == *symbol);
        let taken = points.iter().map(|[x, y]| {
            evaluator.set(slots.x, number(*x, target.span));
            evaluator.set(slots.y, number(*y, target.span));
            if let Some((_, slot)) = target.arguments.first().and_then(own) {
                evaluator.set(*slot, number(*x, target.span));
            }
            if let Some((_, slot)) = own(&target.quantity) {
                evaluator.set(*slot, number(*y, target.span));
            }
            matches!(evaluator.truth(window).truth, Truth::Yes)
        });
        let taken = taken.collect();
        (taken, evaluator.diagnostics().into_iter().collect())
    }

    /// Whether an expression reads the template's parameter with this index; such a seed waits
    /// until the parameter is set.
    pub fn uses_parameter(&self, recipe: &RecipeIr, value: &TypedExpr, parameter: usize) -> bool {
        reads(recipe, value, |kind| matches!(kind, Kind::Parameter(p) if *p == parameter))
    }

    /// Whether an expression reads a minimum or maximum that a row states: what it gives is a
    /// guess within a limit, not a value.
    pub fn uses_limits(&self, recipe: &RecipeIr, value: &TypedExpr) -> bool {
        reads(recipe, value, |kind| {
            matches!(kind, Kind::Field(_, FieldId::RowMin | FieldId::RowMax))
        })
    }
}

/// Whether some part of an expression, or of a local that it uses, is as asked.
fn reads(recipe: &RecipeIr, value: &TypedExpr, wanted: impl Fn(&Kind) -> bool) -> bool {
    let mut open = vec![value];
    let mut seen = Vec::new();
    while let Some(e) = open.pop() {
        if wanted(&e.kind) {
            return true;
        }
        if let Kind::Local(slot) = e.kind
            && !seen.contains(&slot)
        {
            seen.push(slot);
            open.extend(recipe.frame.slots.get(slot).and_then(Option::as_ref));
        }
        open.extend(e.parts());
    }
    false
}

fn absent<'a>(span: Span, text: &str) -> Value<'a> {
    let why = super::value::Why { lack: super::value::Lack::Absent, text: text.to_string(), span };
    Value::Missing(std::rc::Rc::new(why))
}
