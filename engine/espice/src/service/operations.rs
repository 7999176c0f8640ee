//! The operations: one line of the table for each, and from there to the engine.

use super::documents::{Checked, Explained, Found, Listing, Selected, Tested, TestedRecord};
use super::failure::ServiceError;
use super::find;
use super::requests::{
    CheckCall, EvalCall, ExplainCall, FindCall, FitCall, JudgeCall, ListCall, Settings,
    SourcesCall, TestCall,
};
use super::shape::against_schema;
use crate::engine::Engine;
use crate::evaluate::Evaluation;
use crate::function::FunctionFit;
use crate::outcome::{Judged, Outcome};
use crate::wire;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_lang::rules::TestStatus;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Something that callers may ask for by name.
#[derive(Debug)]
pub struct Operation {
    /// Its name: `model.make`.
    pub name: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// What it does, in a few sentences.
    pub about: &'static str,
    /// In which words people ask for it, beside those of its description.
    pub(super) asked: &'static str,
    /// Whether it may take seconds or longer.
    pub slow: bool,
    input: fn() -> Schema,
    output: fn() -> Schema,
    pub(super) prepare: fn(&str) -> Result<Call, ServiceError>,
}

impl Operation {
    /// The JSON schema of its request.
    pub fn input(&self) -> Schema {
        (self.input)()
    }

    /// The JSON schema of its document.
    pub fn output(&self) -> Schema {
        (self.output)()
    }
}

/// A request that was understood.
pub(super) struct Call {
    pub(super) settings: Settings,
    pub(super) run: Run,
}

/// Gives the document, without its last line feed.
type Run = Box<dyn FnOnce(&mut Engine<'_>) -> Result<String, ServiceError>>;

/// All operations, by name.
pub fn operations() -> &'static [Operation] {
    OPERATIONS
}

/// The operation of this name.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|o| o.name == name)
}

const OPERATIONS: &[Operation] = &[
    Operation {
        name: "datasheet.extract",
        title: "Read a datasheet or a measurement",
        about: "Reads sources of one device (PDF datasheet, IC-CAP MDM, CSV, facts TOML) and says \
                what is in them: rows and curves in SI units with page and box, each served, for \
                review, or refused with its reason; and what the screening rules say of them.",
        asked: "get the tables, rows, curves and numbers out of a PDF; what is in a sheet or a \
                measurement file; parse, digitise, extract",
        slow: true,
        input: || schema_for!(SourcesCall),
        output: document_schema::<Outcome>,
        prepare: |text| {
            let (settings, request) = read::<SourcesCall>(text)?.parts();
            call(settings, move |engine| Ok(engine.extract(&request).outcome))
        },
    },
    Operation {
        name: "model.eval",
        title: "Evaluate a card",
        about: "Currents, and on request charges, conductances, capacitances and derivatives by \
                temperature and parameters, of any model card or subcircuit at given biases; with \
                the simulator's values beside where one is set up.",
        asked: "what current flows at a voltage; small-signal capacitance, conductance or \
                charge of a card at a bias; compute, simulate, plot a characteristic",
        slow: false,
        input: || schema_for!(EvalCall),
        output: document_schema::<Evaluation>,
        prepare: |text| {
            let parts = read::<EvalCall>(text)?.parts();
            let (settings, request) = parts.map_err(ServiceError::bad_request)?;
            call(settings, move |engine| Ok(engine.evaluate(&request).0))
        },
    },
    Operation {
        name: "model.fit",
        title: "Fit a function to a table",
        about: "Least squares of a function of numbers (a template without pins) to the rows of a \
                table, with intervals, correlations and what the data cannot tell. Devices are \
                fitted by model.make.",
        asked: "fit a curve, fit curves to a formula, equation or law of one's own; regression \
                of measured points; which columns a table needs",
        slow: true,
        input: || schema_for!(FitCall),
        output: document_schema::<FunctionFit>,
        prepare: |text| {
            let parts = read::<FitCall>(text)?.parts();
            let (settings, request) = parts.map_err(ServiceError::bad_request)?;
            call(settings, move |engine| Ok(engine.fit(&request).0))
        },
    },
    Operation {
        name: "model.judge",
        title: "Judge sources and cards by the rules",
        about: "Holds datasheets, measurements, libraries of cards, or a card beside its sources to \
                the rules of the packs, without a fit. Every finding has the value, the limit, and \
                the place of both.",
        asked: "is this sheet plausible; check, verify, validate a card or a library against a \
                datasheet or rules",
        slow: true,
        input: || schema_for!(JudgeCall),
        output: document_schema::<Judged>,
        prepare: |text| {
            let parts = read::<JudgeCall>(text)?.parts();
            let (settings, request) = parts.map_err(ServiceError::bad_request)?;
            call(settings, move |engine| Ok(engine.judge(&request).0))
        },
    },
    Operation {
        name: "model.make",
        title: "Make a SPICE model",
        about: "The main job: reads sources, screens them, tries the templates that come into \
                question, fits, judges the fit by the rules, and writes a card for each dialect. \
                The outcome traces every number to its source.",
        asked: "make, create, generate, build, get or extract a SPICE model, card or library \
                for a diode, transistor, capacitor from a datasheet, PDF, CSV or measurements",
        slow: true,
        input: || schema_for!(SourcesCall),
        output: document_schema::<Outcome>,
        prepare: |text| {
            let (settings, request) = read::<SourcesCall>(text)?.parts();
            call(settings, move |engine| Ok(engine.make(&request).outcome))
        },
    },
    Operation {
        name: "model.select",
        title: "Say which templates come into question",
        about: "Reads and screens sources and says which device models the packs would try for \
                them, in which order, and why others are rejected; nothing is fitted.",
        asked: "which template or model comes into question, would be chosen, suits a device",
        slow: true,
        input: || schema_for!(SourcesCall),
        output: document_schema::<Selected>,
        prepare: |text| {
            let (settings, request) = read::<SourcesCall>(text)?.parts();
            call(settings, move |engine| Ok(engine.candidates(&request)))
        },
    },
    Operation {
        name: "pack.check",
        title: "Check packs",
        about: "Syntax, names, types and dimensions of packs and single files, and rules that can \
                never say anything. Each mistake has a stable code, its place and help.",
        asked: "is my pack of rules right, sound or valid; errors of syntax, names and units",
        slow: false,
        input: || schema_for!(CheckCall),
        output: document_schema::<Checked>,
        prepare: |text| {
            let CheckCall { paths, files } = read(text)?;
            call(Settings::files(files), move |engine| {
                engine.tell("check", &paths.join(", "), None);
                let diagnostics = engine.check(&paths);
                let sound = !diagnostics.has_errors();
                Ok(Checked {
                    espice: engine.version(),
                    sound,
                    diagnostics: told(engine, &diagnostics),
                })
            })
        },
    },
    Operation {
        name: "pack.list",
        title: "List what the packs hold",
        about: "Packs with digests, kinds of devices, templates, quantities, rules or symbols of \
                the packs that are loaded, a line each.",
        asked: "what rules, templates, kinds of devices, symbols or packs are there, known, \
                available or supported; show all",
        slow: false,
        input: || schema_for!(ListCall),
        output: document_schema::<Listing>,
        prepare: |text| {
            let ListCall { what } = read(text)?;
            call(Settings::default(), move |engine| {
                Ok(Listing { espice: engine.version(), entries: engine.list(what) })
            })
        },
    },
    Operation {
        name: "pack.test",
        title: "Run the tests of packs",
        about: "Runs the tests that packs and single files hold, and says what each that failed \
                expected and got.",
        asked: "run tests; do the tests of my rules pass",
        slow: true,
        input: || schema_for!(TestCall),
        output: document_schema::<Tested>,
        prepare: |text| {
            let TestCall { paths, files, filter } = read(text)?;
            call(Settings::files(files), move |engine| {
                Ok(tested(engine, &paths, filter.as_deref()))
            })
        },
    },
    Operation {
        name: "rule.explain",
        title: "Explain a rule or its verdict, a code or a template",
        about: "What a rule says and why it exists; with sources the proof of its verdict step by \
                step, and on request the smallest change that would give another one. The page of a \
                diagnostic's code such as E0663, or of a template, where it is asked for in place of \
                a rule.",
        asked: "why was my model rejected or refused; why did a rule fail; what does an error \
                or code mean; what would have to change",
        slow: true,
        input: || schema_for!(ExplainCall),
        output: document_schema::<Explained>,
        prepare: |text| {
            let (settings, request) = read::<ExplainCall>(text)?.parts();
            call(settings, move |engine| {
                let page = page_of(engine, &request.rule);
                let (lines, mut diagnostics) = match page {
                    Some(lines) => (Some(lines), Diagnostics::new()),
                    None => engine.explain_rule(&request),
                };
                if lines.is_none() && !diagnostics.has_errors() {
                    diagnostics.push(unknown_rule(engine, &request.rule));
                }
                Ok(Explained {
                    espice: engine.version(),
                    rule: request.rule,
                    lines: lines.unwrap_or_default(),
                    diagnostics: told(engine, &diagnostics),
                })
            })
        },
    },
    Operation {
        name: "tool.find",
        title: "Find tools, templates and rules by words",
        about: "Ranks operations, templates, rules, kinds and symbols by how well their names and \
                descriptions answer words in plain English. Offline and the same every time.",
        asked: "what can you do; which tool answers a question; help, search",
        slow: false,
        input: || schema_for!(FindCall),
        output: document_schema::<Found>,
        prepare: |text| {
            let FindCall { query, limit } = read(text)?;
            let limit = limit.unwrap_or(10);
            call(Settings::default(), move |engine| {
                let matches = find::find(engine, OPERATIONS, &query, limit);
                Ok(Found { espice: engine.version(), matches })
            })
        },
    },
];

/// The schema of a document: what is always written is required, what may be left out is not.
fn document_schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// Reads a request.
fn read<T: DeserializeOwned + JsonSchema>(text: &str) -> Result<T, ServiceError> {
    let wrong =
        |what: String| ServiceError::bad_request(format!("the request cannot be read: {what}"));
    let request = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let plain: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    match against_schema(schema_for!(T).as_value(), &plain) {
        Some(what) => Err(wrong(what)),
        None => Ok(request),
    }
}

/// A call whose document is serialised as the command line prints it.
fn call<T: Serialize>(
    settings: Settings,
    run: impl FnOnce(&mut Engine<'_>) -> Result<T, ServiceError> + 'static,
) -> Result<Call, ServiceError> {
    let run = Box::new(move |engine: &mut Engine<'_>| {
        let document = run(engine)?;
        // Documents have text keys and finite numbers or null: a serialiser has nothing to refuse.
        serde_json::to_string_pretty(&document)
            .map_err(|error| ServiceError::bad_request(format!("no document: {error}")))
    });
    Ok(Call { settings, run })
}

fn told(engine: &Engine<'_>, diagnostics: &Diagnostics) -> Vec<crate::outcome::DiagnosticRecord> {
    let naming = wire::Naming::Path;
    diagnostics.iter().map(|d| wire::diagnostic_with(d, engine.sources(), naming)).collect()
}

fn tested(engine: &mut Engine<'_>, paths: &[String], filter: Option<&str>) -> Tested {
    engine.tell("check", &paths.join(", "), None);
    let mut diagnostics = engine.check(paths);
    let mut tests = Vec::new();
    let mut count = (0, 0);
    if !diagnostics.has_errors() {
        engine.tell("test", &paths.join(", "), None);
        let run = engine.run_tests(&engine.packs_in(paths), filter);
        for test in &run.outcomes {
            match test.status {
                TestStatus::Pass => count.0 += 1,
                TestStatus::Fail => count.1 += 1,
                TestStatus::Todo | TestStatus::Skip => {}
            }
            tests.push(TestedRecord::of(test, engine.sources()));
        }
        diagnostics.extend(run.limits);
        diagnostics.sort();
    }
    Tested {
        espice: engine.version(),
        tests,
        passed: count.0,
        failed: count.1,
        diagnostics: told(engine, &diagnostics),
    }
}

/// The page of a diagnostic's code or of a template, line by line.
fn page_of(engine: &Engine<'_>, word: &str) -> Option<Vec<String>> {
    let of_code = Code::find(word)
        .and_then(Code::info)
        .map(|info| format!("{}: {}\n\n{}", info.code, info.title, info.explanation.trim_end()));
    let page = of_code.or_else(|| engine.template_page(word, 1))?;
    Some(page.lines().map(String::from).collect())
}

fn unknown_rule(engine: &Engine<'_>, name: &str) -> Diagnostic {
    let near = engine.likely_rule(name);
    Diagnostic::error(
        Code::NOTHING_TO_EXPLAIN,
        format!("there is no rule, code or template `{name}`"),
    )
    .maybe_help(near.map(|n| format!("did you mean `{n}`?")))
}
