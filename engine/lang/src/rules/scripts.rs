//! Rhai functions: pure, typed at the border, limited in operations, depth and size.
//!
//! A script sees its arguments and nothing else: no files, clock, network, printing, `eval` or
//! modules. Curves and series are host values that cannot grow. Comparing or adding values of
//! different types is an error here, where Rhai itself would quietly say `false` or join texts.

use super::sandbox::{Curve, Series, VARIABLES, array_size, calls, engine, operations, text_size};
use super::scope::Callable;
use super::types::Type;
use crate::ir::ScriptSource;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Limits, Span};
use rhai::{AST, Dynamic, EvalAltResult, ImmutableString, Position, Scope};
use std::sync::Arc;

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
        if sources.is_empty() {
            return Scripts::default();
        }
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

    /// Whether both hold the same scripts under the same names.
    pub(crate) fn same(&self, other: &Scripts) -> bool {
        let all = |s: &Scripts| -> Vec<_> {
            s.entries.iter().map(|e| (e.name.clone(), e.result.clone(), e.text.clone())).collect()
        };
        all(self) == all(other)
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
                    entry.head(function_of(&error).unwrap_or(&entry.name))
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

    /// The line that opens a function, else the beginning of the file: operations that are counted
    /// have no place of their own.
    fn head(&self, function: &str) -> Span {
        let opening = format!("fn {function}");
        match self.text.find(&format!("{opening}(")).or_else(|| self.text.find(&opening)) {
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
                limit(format!("calls nested deeper than {}", calls(limits)))
            }
            EvalAltResult::ErrorTooManyVariables(_) => {
                limit(format!("more than {VARIABLES} variables"))
            }
            EvalAltResult::ErrorDataTooLarge(what, _) => {
                limit(if what.to_lowercase().contains("string") {
                    format!("a text of more than {} bytes", text_size(limits))
                } else {
                    format!("an array of more than {} elements", array_size(limits))
                })
            }
            EvalAltResult::ErrorTerminated(..) => {
                limit(format!("more than {} ms", limits.script_time.as_millis()))
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

/// The innermost function that the error came from.
fn function_of(error: &EvalAltResult) -> Option<&str> {
    match error {
        EvalAltResult::ErrorInFunctionCall(name, _, inner, _) => {
            Some(function_of(inner).unwrap_or(name))
        }
        _ => None,
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
            "fn f() { let a = [1]; for i in 0..127 { a += 1; } loop { let b = a; b += b; } }",
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
    fn a_clock_ends_what_takes_too_long() {
        use espice_base::Clock;
        use std::sync::atomic::{AtomicU64, Ordering};
        use std::time::Duration;
        static TICKS: AtomicU64 = AtomicU64::new(0);
        let clock = Clock(|| Duration::from_millis(TICKS.fetch_add(1, Ordering::Relaxed)));
        let (scripts, _) = compile("fn f() { let s = 0.0; loop { s += 1.0; } }", 0, Type::PURE);
        let limits = Limits {
            clock: Some(clock),
            script_time: Duration::from_millis(20),
            ..Limits::default()
        };
        let problem = scripts.call(0, vec![], limits).expect_err("an endless loop");
        assert!(problem.is_limit);
        assert_eq!(problem.diagnostic.code, Code::SCRIPT_LIMIT);
        assert_eq!(problem.diagnostic.message, "script `f` hit a limit: more than 20 ms");
        let looks = TICKS.load(Ordering::Relaxed);
        assert!((20..30).contains(&looks), "{looks}");
        let (scripts, _) = compile("fn f() { 1.0 }", 0, Type::PURE);
        assert_eq!(
            scripts.call(0, vec![], limits).map_err(|p| p.diagnostic),
            Ok(Outcome::Number(1.0))
        );
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
