//! The seam between the commands and the engine: everything that commands ask of it.

use crate::command::Context;
use crate::exit::Exit;
use crate::files::Scratch;
use espice::OverrideInfo;
use espice::outcome::Judged;
use espice::{
    Boundary, EvaluateRequest, Evaluation, ExplainRequest, FitRequest, FunctionFit, JudgeRequest,
    Made, Mutation, TestRun,
};
use espice::{LOCK_FILE, lint};
use espice_base::{Diagnostics, SourceMap, World};
use std::mem::ManuallyDrop;
use std::path::PathBuf;

/// With what the engine is set up.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Config {
    /// Folders of packs.
    pub(crate) packs: Vec<String>,
    /// The pack that judges.
    pub(crate) foundry: Option<String>,
    /// Threads; `None` is one.
    pub(crate) threads: Option<usize>,
    /// Seed of random starts.
    pub(crate) seed: u64,
    /// Which simulator checks the cards.
    pub(crate) simulator: Simulator,
    /// Files of compiled models that the simulator loads.
    pub(crate) compiled: Vec<PathBuf>,
    /// Failures that keep no model from being made.
    pub(crate) known: espice::Known,
}

/// Which simulator checks the cards.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Simulator {
    /// The one that is found, if any.
    #[default]
    Found,
    /// The one at this path.
    At(String),
    /// None.
    Off,
}

/// What a model is asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Request {
    /// Paths of the sources.
    pub(crate) sources: Vec<String>,
    /// The part, of a sheet for several.
    pub(crate) part: Option<String>,
    /// The kind, where the sources leave it open.
    pub(crate) kind: Option<String>,
    /// Dialects of the cards.
    pub(crate) dialects: Vec<String>,
    /// The only template to try, whatever the packs select.
    pub(crate) template: Option<String>,
    /// Curves that no fit sees.
    pub(crate) withhold: Vec<String>,
}

/// The engine, as commands use it.
pub(crate) trait Engine {
    /// Makes a model; what went wrong stands in the outcome.
    fn model(&mut self, request: &Request) -> Made;
    /// Reads sources without making a model.
    fn extract(&mut self, request: &Request) -> Made;
    /// Evaluates a card.
    fn evaluate(&mut self, request: &EvaluateRequest) -> (Evaluation, Diagnostics);
    /// Fits a function to a table.
    fn fit(&mut self, request: &FitRequest) -> (FunctionFit, Diagnostics);
    /// What overrides what in the packs that were checked.
    fn overrides(&self) -> Vec<OverrideInfo>;
    /// The lock files of the packs in these folders: path and text.
    fn locks(&self, folders: &[String]) -> Vec<(String, String)>;
    /// Holds the packs in these folders to their lock files.
    fn locked(&mut self, folders: &[String]) -> Diagnostics;
    /// Judges sources by the rules alone.
    fn judge(&mut self, request: &JudgeRequest) -> (Judged, Diagnostics);
    /// Checks packs and files.
    fn check(&mut self, paths: &[String]) -> Diagnostics;
    /// Lints packs and files; with mistakes in them nothing is linted.
    fn lint(&mut self, paths: &[String]) -> (Diagnostics, Vec<lint::Complaint>);
    /// Runs the tests of packs; diagnostics of packs that do not check stand beside.
    fn test(&mut self, paths: &[String], filter: Option<&str>) -> (TestRun, Diagnostics);
    /// What rules give at the limits that tests meet, of packs that [`Engine::test`] has loaded.
    fn boundaries(&self, paths: &[String], filter: Option<&str>) -> Vec<Boundary>;
    /// Mutants of the rules of packs, with what their tests say of them.
    fn mutate(&mut self, paths: &[String], filter: Option<&str>) -> (Mutation, Diagnostics);
    /// Lays a text of the language out canonically.
    ///
    /// # Errors
    /// The diagnostics of a text that does not parse, and the map of sources they point into.
    fn format(&self, name: &str, text: &str) -> Result<String, (Diagnostics, SourceMap)>;
    /// Explains a rule, with what sources say about it.
    fn explain(&mut self, request: &ExplainRequest) -> (Option<String>, Diagnostics);
    /// The rule whose name is nearest to a word that names none.
    fn likely_rule(&self, word: &str) -> Option<String>;
    /// The page of a template in Markdown.
    fn template_page(&self, name: &str) -> Option<String>;
    /// The pages of all templates, as one document.
    fn templates(&self) -> String;
    /// Pages about the packs that lie at some paths, by name; what is wrong with them stands
    /// beside.
    fn pages(&mut self, paths: &[String])
    -> (Vec<(String, Vec<espice::pages::Page>)>, Diagnostics);
    /// What the packs hold.
    fn list(&mut self, what: espice::Listed) -> Vec<espice::Entry>;
    /// The texts that diagnostics point into.
    fn sources(&self) -> &SourceMap;
}

/// Sets the engine up, and reports what is wrong with its packs.
pub(crate) fn open<'w>(
    world: &'w dyn World,
    config: &Config,
) -> (Box<dyn Engine + 'w>, Diagnostics) {
    let simulator = match &config.simulator {
        Simulator::Off => None,
        Simulator::Found => Some(PathBuf::from("ngspice")),
        Simulator::At(path) => Some(PathBuf::from(path)),
    };
    let scratch = simulator.is_some().then(Scratch::new);
    let setup = simulator.zip(scratch.as_ref()).map(|(command, scratch)| espice::SimulatorSetup {
        processes: config.threads.unwrap_or(1),
        compiled: config.compiled.clone(),
        ..espice::SimulatorSetup::new(command, scratch.path())
    });
    let (engine, diagnostics) = espice::Engine::new(
        world,
        espice::Config {
            packs: config.packs.clone(),
            foundry: config.foundry.clone(),
            seed: config.seed,
            threads: config.threads.unwrap_or(1),
            simulator: setup,
            known: config.known.clone(),
            ..espice::Config::default()
        },
    );
    (Box::new(Native { engine: ManuallyDrop::new(engine), _scratch: scratch }), diagnostics)
}

/// The engine of this program.
struct Native<'w> {
    /// Lives as long as the program, whose end frees its memory faster than it could itself.
    engine: ManuallyDrop<espice::Engine<'w>>,
    /// The engine writes into it.
    _scratch: Option<Scratch>,
}

impl From<&Request> for espice::Request {
    fn from(request: &Request) -> espice::Request {
        espice::Request {
            sources: request.sources.clone(),
            part: request.part.clone(),
            kind: request.kind.clone(),
            dialects: request.dialects.clone(),
            template: request.template.clone(),
            withhold: request.withhold.clone(),
        }
    }
}

impl Engine for Native<'_> {
    fn model(&mut self, request: &Request) -> Made {
        self.engine.make(&request.into())
    }

    fn extract(&mut self, request: &Request) -> Made {
        self.engine.extract(&request.into())
    }

    fn evaluate(&mut self, request: &EvaluateRequest) -> (Evaluation, Diagnostics) {
        self.engine.evaluate(request)
    }

    fn fit(&mut self, request: &FitRequest) -> (FunctionFit, Diagnostics) {
        self.engine.fit(request)
    }

    fn overrides(&self) -> Vec<OverrideInfo> {
        self.engine.overrides()
    }

    fn locks(&self, folders: &[String]) -> Vec<(String, String)> {
        let path = |folder: &str| format!("{}/{LOCK_FILE}", folder.trim_end_matches('/'));
        let of = |folder: &String| {
            let packs = self.engine.packs_in(std::slice::from_ref(folder));
            packs.into_iter().filter_map(|p| Some((path(folder), self.engine.lock(&p)?))).next()
        };
        folders.iter().filter_map(of).collect()
    }

    fn locked(&mut self, folders: &[String]) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for folder in folders.iter().filter(|f| !f.ends_with(".espice")) {
            for pack in self.engine.packs_in(std::slice::from_ref(folder)) {
                diagnostics.extend(self.engine.locked(&pack, folder));
            }
        }
        diagnostics
    }

    fn judge(&mut self, request: &JudgeRequest) -> (Judged, Diagnostics) {
        self.engine.judge(request)
    }

    fn check(&mut self, paths: &[String]) -> Diagnostics {
        self.engine.check(paths)
    }

    fn lint(&mut self, paths: &[String]) -> (Diagnostics, Vec<lint::Complaint>) {
        self.engine.lint(paths)
    }

    fn test(&mut self, paths: &[String], filter: Option<&str>) -> (TestRun, Diagnostics) {
        let mut diagnostics = self.engine.check(paths);
        let run = self.engine.run_tests(&self.engine.packs_in(paths), filter);
        diagnostics.extend(run.limits.clone());
        diagnostics.sort();
        (run, diagnostics)
    }

    fn boundaries(&self, paths: &[String], filter: Option<&str>) -> Vec<Boundary> {
        self.engine.boundaries(&self.engine.packs_in(paths), filter)
    }

    fn mutate(&mut self, paths: &[String], filter: Option<&str>) -> (Mutation, Diagnostics) {
        let mut diagnostics = self.engine.check(paths);
        if diagnostics.has_errors() {
            return (Mutation::default(), diagnostics);
        }
        let packs = self.engine.packs_in(paths);
        let (mutation, complaints) = self.engine.mutate(&packs, filter, paths);
        diagnostics.extend(complaints);
        (mutation, diagnostics)
    }

    fn format(&self, name: &str, text: &str) -> Result<String, (Diagnostics, SourceMap)> {
        self.engine.format(text).map_err(|diagnostics| {
            let mut sources = SourceMap::default();
            sources.add(name, text);
            (diagnostics, sources)
        })
    }

    fn explain(&mut self, request: &ExplainRequest) -> (Option<String>, Diagnostics) {
        let (lines, diagnostics) = self.engine.explain_rule(request);
        (lines.map(|l| l.into_iter().map(|line| line + "\n").collect()), diagnostics)
    }

    fn likely_rule(&self, word: &str) -> Option<String> {
        self.engine.likely_rule(word)
    }

    fn template_page(&self, name: &str) -> Option<String> {
        self.engine.template_page(name, 1)
    }

    fn templates(&self) -> String {
        let mut out = String::from(TEMPLATES);
        let names: Vec<&str> = self.engine.templates().map(|(name, _)| name).collect();
        for page in names.into_iter().filter_map(|name| self.engine.template_page(name, 2)) {
            out.push('\n');
            out += &page;
        }
        out
    }

    fn pages(
        &mut self,
        paths: &[String],
    ) -> (Vec<(String, Vec<espice::pages::Page>)>, Diagnostics) {
        let diagnostics = self.engine.check(paths);
        let packs = self.engine.packs_in(paths);
        (packs.into_iter().map(|p| (p.clone(), self.engine.pages(&p))).collect(), diagnostics)
    }

    fn list(&mut self, what: espice::Listed) -> Vec<espice::Entry> {
        self.engine.list(what)
    }

    fn sources(&self) -> &SourceMap {
        self.engine.sources()
    }
}

const TEMPLATES: &str = "\
# Templates

Every device model of the built-in packs, made by `espice generate` from the texts in `templates/`;
`espice explain NAME` prints one page. Values and ranges are in SI units; a parameter on a log scale
whose default is 0 is switched off.
";

/// Sets the engine up for a command and reports what its packs have against them.
///
/// # Errors
/// How the run ends when packs do not load.
pub(crate) fn start<'w>(
    context: &Context<'w>,
    config: &Config,
) -> Result<Box<dyn Engine + 'w>, Exit> {
    let (engine, diagnostics) = open(context.world, config);
    context.console.report(&diagnostics, engine.sources());
    match Exit::of_diagnostics(&diagnostics) {
        Exit::Ok => Ok(engine),
        exit => Err(exit),
    }
}

impl Config {
    /// What the options that all commands share say.
    pub(crate) fn of(context: &Context<'_>) -> Config {
        let global = context.global;
        Config {
            packs: global.packs.clone(),
            foundry: global.foundry.clone(),
            threads: global.threads.map(usize::from),
            ..Config::default()
        }
    }
}
