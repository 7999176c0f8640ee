//! The engine that scripts run in: what it knows, and what it may use.

use espice_base::Limits;
use rhai::packages::{
    ArithmeticPackage, BasicIteratorPackage, BasicMathPackage, LogicPackage, Package,
};
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};
use std::sync::Arc;

/// Most elements of an array that a script builds itself. Copies of arrays are not counted as
/// operations, so that their size must bound the time of a script.
const ARRAY: usize = 128;
/// Longest text that a script builds, in bytes, for the same reason.
const TEXT: usize = 4096;
/// Most operations of one call whatever the run allows: about a second.
const OPERATIONS: u64 = 20_000_000;
/// Most variables of a call.
pub(super) const VARIABLES: usize = 256;
/// Deepest nesting of calls.
const CALLS: usize = 32;
/// Operations between two looks at the clock.
const TICK: u64 = 256;

/// A series as a script sees it: `s[i]`, `s.len`, `for v in s`.
#[derive(Clone)]
pub(super) struct Series(pub(super) Arc<[f64]>);

/// A curve as a script sees it: `c.x`, `c.y`, `c.len`.
#[derive(Clone)]
pub(super) struct Curve {
    pub(super) x: Series,
    pub(super) y: Series,
}

/// Runs through a series without copying it.
pub(super) struct SeriesValues {
    series: Series,
    next: usize,
}

impl Iterator for SeriesValues {
    type Item = f64;
    fn next(&mut self) -> Option<f64> {
        let value = self.series.0.get(self.next).copied();
        self.next += 1;
        value
    }
}

impl IntoIterator for Series {
    type Item = f64;
    type IntoIter = SeriesValues;
    fn into_iter(self) -> SeriesValues {
        SeriesValues { series: self, next: 0 }
    }
}

pub(super) fn operations(limits: Limits) -> u64 {
    limits.script_operations.clamp(1, OPERATIONS)
}

pub(super) fn text_size(limits: Limits) -> usize {
    limits.script_string.clamp(1, TEXT)
}

pub(super) fn array_size(limits: Limits) -> usize {
    limits.script_collection.clamp(1, ARRAY)
}

fn depth(limits: Limits) -> usize {
    limits.depth.clamp(4, 64)
}

pub(super) fn calls(limits: Limits) -> usize {
    depth(limits).min(CALLS)
}

/// An engine with nothing but arithmetic, comparisons, mathematics and ranges.
pub(super) fn engine(limits: Limits) -> Engine {
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    engine
        .set_max_operations(operations(limits))
        .set_max_call_levels(calls(limits))
        .set_max_expr_depths(depth(limits), depth(limits))
        .set_max_string_size(text_size(limits))
        .set_max_array_size(array_size(limits))
        .set_max_map_size(array_size(limits))
        .set_max_variables(VARIABLES)
        .set_max_functions(256)
        .set_max_strings_interned(256)
        .set_strict_variables(true)
        .set_allow_shadowing(true)
        // A function with captured values makes shared values, which are not measured.
        .set_allow_anonymous_fn(false)
        .set_fast_operators(false);
    // The size of a map is not checked when an entry is added, so there are no maps.
    for symbol in ["eval", "print", "debug", "import", "export", "#{", "Fn", "call", "curry"] {
        engine.disable_symbol(symbol);
    }
    if let Some(clock) = limits.clock {
        let end = clock.now().saturating_add(limits.script_time);
        engine.on_progress(move |operations| {
            (operations % TICK == 0 && clock.now() > end).then_some(Dynamic::UNIT)
        });
    }
    series_type(&mut engine);
    super::texts::register(&mut engine);
    strict_operators(&mut engine);
    engine
}

fn series_type(engine: &mut Engine) {
    let at = |s: &mut Series, i: i64| -> Result<f64, Box<EvalAltResult>> {
        usize::try_from(i)
            .ok()
            .and_then(|i| s.0.get(i).copied())
            .ok_or_else(|| format!("there is no point {i}: the series has {}", s.0.len()).into())
    };
    engine
        .register_type_with_name::<Series>("series")
        .register_get("len", |s: &mut Series| s.0.len() as i64)
        .register_indexer_get(at)
        .register_iterator::<Series>()
        .register_type_with_name::<Curve>("curve")
        .register_get("x", |c: &mut Curve| c.x.clone())
        .register_get("y", |c: &mut Curve| c.y.clone())
        .register_get("len", |c: &mut Curve| c.x.0.len() as i64);
}

/// Makes operators between different types an error.
fn strict_operators(engine: &mut Engine) {
    type Refused = Result<bool, Box<EvalAltResult>>;
    fn refuse(op: &str, a: &str, b: &str) -> Box<EvalAltResult> {
        format!("`{op}` cannot join {a} and {b}").into()
    }
    macro_rules! pair {
        ($a:ty, $na:literal, $b:ty, $nb:literal) => {
            for op in ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"] {
                engine
                    .register_fn(op, move |_: $a, _: $b| -> Refused { Err(refuse(op, $na, $nb)) });
                engine
                    .register_fn(op, move |_: $b, _: $a| -> Refused { Err(refuse(op, $nb, $na)) });
            }
        };
    }
    pair!(f64, "a number", ImmutableString, "a text");
    pair!(i64, "a number", ImmutableString, "a text");
    pair!(f64, "a number", bool, "yes or no");
    pair!(i64, "a number", bool, "yes or no");
    pair!(f64, "a number", (), "nothing");
    pair!(i64, "a number", (), "nothing");
    pair!(f64, "a number", char, "a letter");
    pair!(i64, "a number", char, "a letter");
    pair!(bool, "yes or no", ImmutableString, "a text");
    pair!(bool, "yes or no", (), "nothing");
    pair!((), "nothing", ImmutableString, "a text");
    pair!(f64, "a number", Series, "a series");
    pair!(i64, "a number", Series, "a series");
    pair!(f64, "a number", Curve, "a curve");
    pair!(i64, "a number", Curve, "a curve");
}
