//! Rhai functions: pure, typed at the border, limited in operations, depth and size.
//!
//! A script sees its arguments and nothing else: no files, clock, network, printing, `eval` or
//! modules. Curves and series are host values that cannot grow. Comparing or adding values of
//! different types is an error here, where Rhai itself would quietly say `false` or join texts.

use super::scope::Callable;
use super::types::Type;
use crate::ir::ScriptSource;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Limits, Span};
use rhai::packages::{
    ArithmeticPackage, BasicIteratorPackage, BasicMathPackage, LogicPackage, Package,
};
use rhai::{AST, Dynamic, Engine, EvalAltResult, ImmutableString, Position, Scope};
use std::sync::Arc;

/// Most elements of an array that a script builds itself. Copies of arrays are not counted as
/// operations, so that their size must bound the time of a script.
const ARRAY: usize = 256;
/// Longest text that a script builds, in bytes, for the same reason.
const TEXT: usize = 4096;
/// Most operations of one call whatever the run allows: about a second.
const OPERATIONS: u64 = 20_000_000;

/// What a script is given.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Number(f64),
    Truth(bool),
    Text(String),
    Curve(Vec<f64>, Vec<f64>),
}

/// What a script gave back.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    Number(f64),
    Truth(bool),
    Text(String),
}

/// Why a call gave nothing.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) diagnostic: Diagnostic,
    /// Whether a limit was hit, which ends the run.
    pub(crate) is_limit: bool,
}

/// A series as a script sees it: `s[i]`, `s.len`, `for v in s`.
#[derive(Clone)]
struct Series(Arc<[f64]>);

/// A curve as a script sees it: `c.x`, `c.y`, `c.len`.
#[derive(Clone)]
struct Curve {
    x: Series,
    y: Series,
}

/// Runs through a series without copying it.
struct SeriesValues {
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

struct Entry {
    name: String,
    result: Type,
    file: FileId,
    text: String,
    /// `None` when it did not compile, which was diagnosed.
    ast: Option<AST>,
}

/// The scripts of all packs, compiled.
#[derive(Default)]
pub(crate) struct Scripts {
    entries: Vec<Entry>,
}

impl std::fmt::Debug for Scripts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|e| &e.name)).finish()
    }
}

impl Scripts {
    /// Compiles every script; those that do not compile are diagnosed at their line.
    pub(crate) fn compile(
        sources: &[ScriptSource],
        callables: &[Callable],
        diagnostics: &mut Diagnostics,
    ) -> Scripts {
        let engine = engine(Limits::default());
        let mut entries = Vec::new();
        for (source, callable) in sources.iter().zip(callables) {
            let ast = match engine.compile(&source.text) {
                Ok(ast) => check_entry(source, callable, ast, diagnostics),
                Err(error) => {
                    let (message, help) = compile_message(&error.err_type().to_string());
                    diagnostics.push(
                        Diagnostic::error(Code::SCRIPT_SYNTAX, message)
                            .at(position(source.file, &source.text, error.position()))
                            .maybe_help(help),
                    );
                    None
                }
            };
            entries.push(Entry {
                name: callable.name.clone(),
                result: callable.result.clone(),
                file: source.file,
                text: source.text.clone(),
                ast,
            });
        }
        Scripts { entries }
    }

    /// Calls a script.
    ///
    /// # Errors
    /// [`Problem`] when it failed, hit a limit, or gave what its declaration does not allow.
    pub(crate) fn call(
        &self,
        index: usize,
        arguments: Vec<Argument>,
        limits: Limits,
    ) -> Result<Outcome, Box<Problem>> {
        let failed = |code, message: String, span: Span| {
            let diagnostic = Diagnostic::error(code, message).at(span);
            Box::new(Problem { diagnostic, is_limit: code == Code::SCRIPT_LIMIT })
        };
        let whole = Span::default();
        let Some(entry) = self.entries.get(index) else {
            return Err(failed(
                Code::SCRIPT_FAILED,
                String::from("there is no such script"),
                whole,
            ));
        };
        let Some(ast) = &entry.ast else {
            let message = format!("script `{}` did not compile", entry.name);
            return Err(failed(Code::SCRIPT_FAILED, message, Span::new(entry.file, 0, 0)));
        };
        let values: Vec<Dynamic> = arguments.into_iter().map(dynamic).collect();
        let engine = engine(limits);
        let result = engine.call_fn::<Dynamic>(&mut Scope::new(), ast, &entry.name, values);
        match result {
            Ok(value) => entry.outcome(&value).map_err(|message| {
                failed(Code::SCRIPT_RESULT, message, Span::new(entry.file, 0, 0))
            }),
            Err(error) => {
                let (code, message) = entry.failure(&error, limits);
                let place = innermost(&error);
                let span = if place.is_none() {
                    entry.head()
                } else {
                    position(entry.file, &entry.text, place)
                };
                Err(failed(code, message, span))
            }
        }
    }
}

impl Entry {
    /// The result as its declaration wants it, or what is wrong with it.
    fn outcome(&self, value: &Dynamic) -> Result<Outcome, String> {
        let wrong = || {
            let got = value.type_name();
            let got = match got {
                "i64" | "f64" => "a number",
                "bool" => "yes or no",
                "()" => "nothing",
                name if name.contains("tring") => "a text",
                _ => "something else",
            };
            format!("script `{}` must give {}, and gave {got}", self.name, self.result.describe())
        };
        match &self.result {
            Type::Truth => value.as_bool().map(Outcome::Truth).map_err(|_| wrong()),
            Type::Text => value.clone().into_string().map(Outcome::Text).map_err(|_| wrong()),
            _ => {
                let number = value
                    .as_float()
                    .or_else(|_| value.as_int().map(|i| i as f64))
                    .map_err(|_| wrong())?;
                if number.is_finite() {
                    Ok(Outcome::Number(number))
                } else {
                    Err(format!("script `{}` gave a value that is not a number", self.name))
                }
            }
        }
    }

    /// The line that opens the function, else the beginning of the file: operations that are
    /// counted have no place of their own.
    fn head(&self) -> Span {
        let opening = format!("fn {}", self.name);
        match self.text.find(&opening) {
            Some(at) => Span::new(self.file, at, at + opening.len()),
            None => Span::new(self.file, 0, 0),
        }
    }

    fn failure(&self, error: &EvalAltResult, limits: Limits) -> (Code, String) {
        let limit = |what: String| {
            (Code::SCRIPT_LIMIT, format!("script `{}` hit a limit: {what}", self.name))
        };
        match deepest(error) {
            EvalAltResult::ErrorTooManyOperations(_) => {
                limit(format!("more than {} operations", operations(limits)))
            }
            EvalAltResult::ErrorStackOverflow(_) => {
                limit(format!("calls nested deeper than {}", limits.depth))
            }
            EvalAltResult::ErrorTooManyVariables(_) => limit(String::from("too many variables")),
            EvalAltResult::ErrorDataTooLarge(what, _) => {
                limit(format!("a value too large ({})", plain_text(what).to_lowercase()))
            }
            other => {
                let text = plain_text(&other.to_string());
                let text = text.split(" (line").next().unwrap_or(&text).to_string();
                (Code::SCRIPT_FAILED, format!("script `{}` failed: {text}", self.name))
            }
        }
    }
}

/// Whether the compiled text declares the function with the right number of parameters.
fn check_entry(
    source: &ScriptSource,
    callable: &Callable,
    ast: AST,
    diagnostics: &mut Diagnostics,
) -> Option<AST> {
    let wanted = callable.parameters.len();
    let found = ast.iter_functions().find(|f| f.name == callable.name).map(|f| f.params.len());
    if found == Some(wanted) {
        return Some(ast);
    }
    let message = match found {
        Some(n) => format!("`{}` takes {n} parameters in the script, {wanted} here", callable.name),
        None => format!("the script holds no function `{}`", callable.name),
    };
    let parameters: Vec<&str> = callable.parameters.iter().map(|p| p.0.as_str()).collect();
    diagnostics.push(
        Diagnostic::error(Code::SCRIPT_SIGNATURE, message)
            .at(callable.span)
            .label(Span::new(source.file, 0, 0), "the script")
            .help(format!("it must hold `fn {}({})`", callable.name, parameters.join(", "))),
    );
    None
}

fn operations(limits: Limits) -> u64 {
    limits.script_operations.clamp(1, OPERATIONS)
}

/// An engine with nothing but arithmetic, comparisons, mathematics and ranges.
fn engine(limits: Limits) -> Engine {
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    let depth = limits.depth.clamp(4, 64);
    engine
        .set_max_operations(operations(limits))
        .set_max_call_levels(depth.min(32))
        .set_max_expr_depths(depth, depth)
        .set_max_string_size(limits.script_string.clamp(1, TEXT))
        .set_max_array_size(limits.script_collection.clamp(1, ARRAY))
        .set_max_map_size(limits.script_collection.clamp(1, ARRAY))
        .set_max_variables(256)
        .set_max_functions(256)
        .set_max_strings_interned(256)
        .set_strict_variables(true)
        .set_allow_shadowing(true)
        .set_fast_operators(false);
    // The size of a map is not checked when an entry is added, so there are no maps.
    for symbol in ["eval", "print", "debug", "import", "export", "#{", "Fn", "call", "curry"] {
        engine.disable_symbol(symbol);
    }
    series_type(&mut engine);
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

fn dynamic(argument: Argument) -> Dynamic {
    match argument {
        Argument::Number(v) => Dynamic::from_float(v),
        Argument::Truth(t) => Dynamic::from_bool(t),
        Argument::Text(t) => Dynamic::from(ImmutableString::from(t)),
        Argument::Curve(x, y) => {
            Dynamic::from(Curve { x: Series(Arc::from(x)), y: Series(Arc::from(y)) })
        }
    }
}

/// The error inside the calls that it passed through.
fn deepest(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => deepest(inner),
        other => other,
    }
}

fn innermost(error: &EvalAltResult) -> Position {
    let own = deepest(error).position();
    if own.is_none() { error.position() } else { own }
}

/// One line without Rhai's own names of types.
fn plain_text(text: &str) -> String {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = one.replace("i64", "number").replace("f64", "number").replace("&str", "text");
    named.replace("Runtime error: ", "")
}

fn compile_message(text: &str) -> (String, Option<&'static str>) {
    let text = plain_text(text);
    let disabled = ["eval", "print", "debug", "import", "export", "#{", "Fn", "call", "curry"];
    let help = (text.contains("reserved") || disabled.iter().any(|d| text.contains(d)))
        .then_some("scripts are pure: no `eval`, printing, modules, maps or function pointers");
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    (format!("the script does not compile: {first}{}", letters.as_str()), help)
}

/// The place of a position in a script.
fn position(file: FileId, text: &str, position: Position) -> Span {
    let (Some(line), column) = (position.line(), position.position().unwrap_or(1)) else {
        return Span::new(file, 0, 0);
    };
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let within: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let at = start + within;
    let width = text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
    Span::new(file, at, at + width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_syntax::ast;
    use espice_units::Dimension;

    fn word(text: &str) -> ast::Word {
        ast::Word { text: text.into(), span: Span::default() }
    }

    fn compile(text: &str, parameters: usize, result: Type) -> (Scripts, Vec<Diagnostic>) {
        let mut diagnostics = Diagnostics::new();
        let source = ScriptSource {
            pack: 0,
            item: ast::Script {
                name: word("f"),
                parameters: Vec::new(),
                result: ast::Type::Unit(word("1")),
                file: ast::Quoted { text: "f.rhai".into(), span: Span::default() },
            },
            file: FileId(7),
            text: text.into(),
        };
        let callable = Callable {
            name: "f".into(),
            parameters: (0..parameters).map(|i| (format!("p{i}"), Type::PURE)).collect(),
            result,
            span: Span::default(),
        };
        let scripts = Scripts::compile(&[source], &[callable], &mut diagnostics);
        (scripts, diagnostics.into_vec())
    }

    fn run(text: &str, arguments: Vec<Argument>) -> Result<Outcome, (String, String)> {
        let (scripts, diagnostics) = compile(text, arguments.len(), Type::PURE);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        scripts
            .call(0, arguments, Limits::default())
            .map_err(|p| (p.diagnostic.code.to_string(), p.diagnostic.message))
    }

    #[test]
    fn numbers_and_curves_pass_the_border() {
        let area = "fn f(c) { let s = 0.0; for i in 1..c.len { \
                    s += (c.x[i] - c.x[i - 1]) * (c.y[i] + c.y[i - 1]) / 2.0; } s }";
        let curve = Argument::Curve(vec![0.0, 1.0, 3.0], vec![0.0, 2.0, 2.0]);
        assert_eq!(run(area, vec![curve.clone()]), Ok(Outcome::Number(5.0)));
        let most = "fn f(c) { let m = -1.0; for v in c.y { if v > m { m = v; } } sqrt(m) + 1 }";
        assert_eq!(run(most, vec![curve]), Ok(Outcome::Number(2f64.sqrt() + 1.0)));
        assert_eq!(
            run("fn f(a) { exp(a) }", vec![Argument::Number(0.0)]),
            Ok(Outcome::Number(1.0))
        );
    }

    #[test]
    fn mixed_types_are_errors() {
        for text in [
            "fn f() { if 1.0 > \"a\" { 1 } else { 2 } }",
            "fn f() { 1.0 + \"a\" }",
            "fn f() { if 1 == \"1\" { 1.0 } else { 2.0 } }",
            "fn f() { if true == 1 { 1.0 } else { 2.0 } }",
            "fn f() { if () == 1.0 { 1.0 } else { 2.0 } }",
            "fn f() { let s = 1.0; s += \"a\"; s }",
        ] {
            let got = run(text, vec![]);
            assert!(
                matches!(&got, Err((code, _)) if code == "E0542" || code == "E0543"),
                "{text}: {got:?}"
            );
        }
        assert_eq!(
            run("fn f() { if 1 == 1.0 { 1.0 } else { 2.0 } }", vec![]),
            Ok(Outcome::Number(1.0))
        );
    }

    #[test]
    fn wrong_results_are_coded() {
        for text in ["fn f() { \"a\" }", "fn f() { 0.0 / 0.0 }", "fn f() { true }", "fn f() { }"] {
            let got = run(text, vec![]);
            assert!(matches!(&got, Err((code, _)) if code == "E0543"), "{text}: {got:?}");
        }
    }

    #[test]
    fn what_is_not_pure_does_not_compile() {
        for text in [
            "fn f() { eval(\"1\") }",
            "fn f() { print(1); 1 }",
            "fn f() { import \"x\" as x; 1 }",
            "fn f() { let m = #{}; 1 }",
            "fn f() { y }",
            "fn f() { 1 + }",
        ] {
            let (_, diagnostics) = compile(text, 0, Type::PURE);
            let codes: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
            assert_eq!(codes, [Code::SCRIPT_SYNTAX], "{text}");
        }
        let (_, diagnostics) = compile("fn f() {\n  1 +\n}", 0, Type::PURE);
        assert_eq!(diagnostics[0].labels[0].place, Span::new(FileId(7), 15, 16).into());
        let (_, diagnostics) = compile("fn g() { 1 }", 0, Type::PURE);
        assert_eq!(diagnostics[0].code, Code::SCRIPT_SIGNATURE);
    }

    /// Every bomb ends with the coded limit; the whole takes well under its bars in time and
    /// memory even when it is not optimised.
    #[test]
    fn bombs_end_with_a_limit() {
        let started = std::time::Instant::now();
        for text in [
            "fn f() { loop { } }",
            "fn f() { let s = \"ab\"; for i in 0..29 { s += s; } 1 }",
            "fn f() { let s = \"ab\"; loop { s = s + s; } }",
            "fn f() { let a = [1]; loop { a += 1; } }",
            "fn f() { let a = [1]; loop { a += a; } }",
            "fn f() { let a = [1]; for i in 0..255 { a += 1; } loop { let b = a; b += b; } }",
            "fn f() { f() }",
            "fn f() { let s = 0; for i in 0..1000000000000 { s += 1; } s }",
            "fn f() { let a = [0]; loop { a = [a, a]; } }",
            "fn f() { let x = 1.0; while x < 2.0 { x = sqrt(x); } x }",
        ] {
            let got = run(text, vec![]);
            assert!(matches!(&got, Err((code, _)) if code == "E0541"), "{text}: {got:?}");
        }
        assert!(started.elapsed().as_secs() < 60);
    }

    #[test]
    fn truths_and_texts_are_results_too() {
        let (scripts, _) = compile("fn f(a) { a > 1.0 }", 1, Type::Truth);
        let got = scripts.call(0, vec![Argument::Number(2.0)], Limits::default());
        assert_eq!(got.map_err(|p| p.diagnostic), Ok(Outcome::Truth(true)));
        let (scripts, _) = compile("fn f(a) { \"x\" }", 1, Type::Text);
        let got = scripts.call(0, vec![Argument::Number(2.0)], Limits::default());
        assert_eq!(got.map_err(|p| p.diagnostic), Ok(Outcome::Text("x".into())));
        let volt = Type::Number(Dimension::VOLTAGE);
        let (scripts, _) = compile("fn f() { 2 }", 0, volt);
        let got = scripts.call(0, vec![], Limits::default());
        assert_eq!(got.map_err(|p| p.diagnostic), Ok(Outcome::Number(2.0)));
    }
}
