//! The seam between the commands and the engine: everything that commands ask of it.

use crate::command::Context;
use crate::exit::Exit;
use espice::outcome::Outcome;
use espice_base::{Diagnostics, SourceMap, World};

/// With what the engine is set up.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Config {
    /// Folders of packs.
    pub(crate) packs: Vec<String>,
    /// The pack that judges.
    pub(crate) foundry: Option<String>,
    /// Threads; `None` is one for each core.
    pub(crate) threads: Option<usize>,
    /// Seed of random starts.
    pub(crate) seed: u64,
    /// Which simulator checks the cards.
    pub(crate) simulator: Simulator,
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
}

/// How a test of a pack came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TestStatus {
    Passed,
    Failed,
    Todo,
}

/// A test of a pack.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct TestOutcome {
    pub(crate) pack: String,
    pub(crate) name: String,
    pub(crate) status: TestStatus,
    /// Why it failed, or what is to be done.
    pub(crate) detail: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// The engine, as commands use it.
pub(crate) trait Engine {
    /// Makes a model; what went wrong stands in the outcome.
    fn model(&mut self, request: &Request) -> Outcome;
    /// Checks packs and files.
    fn check(&mut self, paths: &[String]) -> Diagnostics;
    /// Runs the tests of packs; diagnostics of packs that do not check stand beside.
    fn test(&mut self, paths: &[String]) -> (Vec<TestOutcome>, Diagnostics);
    /// Lays a text of the language out canonically.
    ///
    /// # Errors
    /// The diagnostics of a text that does not parse, and the map of sources they point into.
    fn format(&self, name: &str, text: &str) -> Result<String, (Diagnostics, SourceMap)>;
    /// Explains a rule, with what sources say about it.
    fn explain(&mut self, rule: &str, sources: &[String]) -> Option<String>;
    /// The texts that diagnostics point into.
    fn sources(&self) -> &SourceMap;
}

/// Sets the engine up, and reports what is wrong with its packs. `None` when there is no engine
/// in this build.
pub(crate) fn open<'w>(
    _world: &'w dyn World,
    _config: &Config,
) -> Option<(Box<dyn Engine + 'w>, Diagnostics)> {
    None
}

/// Sets the engine up for a command and reports what its packs have against them.
///
/// # Errors
/// How the run ends when packs do not load.
pub(crate) fn start<'w>(
    context: &Context<'w>,
    config: &Config,
) -> Result<Box<dyn Engine + 'w>, Exit> {
    let Some((engine, diagnostics)) = open(context.world, config) else {
        context.console.complain("this build of espice has no engine\n");
        return Err(Exit::Usage);
    };
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
