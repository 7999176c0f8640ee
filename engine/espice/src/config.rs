use espice_lang::ir::Finding;
use espice_model::Mode;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// With what an [`crate::Engine`] is set up.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// Folders of packs, as the world knows them.
    pub packs: Vec<String>,
    /// The pack that judges, by name: a built-in one or one of `packs`.
    pub foundry: Option<String>,
    /// Seed of random starts.
    pub seed: u64,
    /// Threads that may be used; results do not depend on it.
    pub threads: usize,
    /// Arithmetic of the evaluator.
    pub mode: Mode,
    /// The simulator that checks cards; none leaves them unchecked, and the outcome says so.
    pub simulator: Option<SimulatorSetup>,
    /// Failures that keep no model from being made.
    pub known: Known,
}

/// Failures that are known, by a baseline: they end no run and throw no candidate out that is the
/// only one. Those of rules that may not be waived are never among them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Known {
    /// None is.
    #[default]
    Nothing,
    /// Those with one of these fingerprints.
    These(BTreeSet<String>),
    /// All are: they are about to be written to a baseline.
    Everything,
}

impl Known {
    /// Whether a failure is known.
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        let mut names = std::iter::once(&finding.fingerprint).chain(&finding.former);
        !finding.unwaivable
            && match self {
                Known::Nothing => false,
                Known::These(known) => names.any(|name| known.contains(name)),
                Known::Everything => true,
            }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            packs: Vec::new(),
            foundry: None,
            seed: 1,
            threads: 1,
            mode: Mode::Portable,
            simulator: None,
            known: Known::Nothing,
        }
    }
}

/// Where a simulator is and where it may write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SimulatorSetup {
    /// The command: a path, or a name that the system looks up.
    pub command: PathBuf,
    /// A folder for decks and results, which are removed again; it is made in an existing one with
    /// the first run.
    pub folder: PathBuf,
    /// How many processes may run at once; results do not depend on it.
    pub processes: usize,
    /// Files of compiled models (`.osdi`) for templates whose card names a module of them: full
    /// paths.
    pub compiled: Vec<PathBuf>,
}

impl SimulatorSetup {
    /// One process at a time.
    pub fn new(command: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> SimulatorSetup {
        let (command, folder) = (command.into(), folder.into());
        SimulatorSetup { command, folder, processes: 1, compiled: Vec::new() }
    }
}

/// What a model is asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Request {
    /// Paths of the sources of one device, as the world knows them.
    pub sources: Vec<String>,
    /// The part, of a sheet for several.
    pub part: Option<String>,
    /// The kind, where the sources leave it open.
    pub kind: Option<String>,
    /// The only template to try, whatever the packs select.
    pub template: Option<String>,
    /// Dialects of the cards; none asked for means ngspice.
    pub dialects: Vec<String>,
    /// Curves that no fit sees, to tell how well the model predicts them: `IC`, `IC(VCE; IB)` or
    /// `IC(VCE; IB) at IB = 50 uA`; all that have a condition: `at W = 2 um, L = 130 nm`.
    pub withhold: Vec<String>,
}
