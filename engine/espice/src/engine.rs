use crate::builtin;
use crate::config::Config;
use crate::libraries;
use crate::loose::Loose;
use crate::orient::shown_polarity;
use crate::outcome::DiagnosticRecord;
use crate::parts::named_by_files;
use crate::wire;
use espice_base::{
    Cancellation, Code, Diagnostic, Diagnostics, Place, ReadError, SourceMap, World,
};
use espice_facts::{Facts, SymbolTable};
use espice_ingest::sheet::Sheet;
use espice_lang::ir::Library;
use espice_lang::rules::{self, Input, Rulebook};
use espice_lang::{PackRoot, lint, load};
use espice_units::{Constants, constants::SPICE39};
use std::sync::Arc;

/// The engine: packs loaded and checked, ready for any number of requests. Clones share the packs.
#[derive(Clone)]
pub struct Engine<'w> {
    pub(crate) world: &'w dyn World,
    pub(crate) config: Config,
    pub(crate) constants: Constants,
    pub(crate) sources: SourceMap,
    pub(crate) library: Arc<Library>,
    pub(crate) rulebook: Arc<Rulebook>,
    /// Who may stop what this engine does.
    pub(crate) cancellation: Cancellation,
    /// How many of the texts are those of packs.
    texts: usize,
}

impl<'w> Engine<'w> {
    /// Loads the packs: `std`, the configured folders and the foundry, with all that they
    /// extend.
    ///
    /// An engine always comes out. With an error among the diagnostics its packs have mistakes:
    /// the items that hold them are missing, and a careful caller stops.
    pub fn new(world: &'w dyn World, config: Config) -> (Engine<'w>, Diagnostics) {
        let mut roots = vec![PackRoot::Builtin(String::from("std"))];
        roots.extend(config.packs.iter().cloned().map(PackRoot::Folder));
        let named_by_folder = |name: &String| {
            config.packs.iter().any(|p| p.trim_end_matches('/').rsplit('/').next() == Some(name))
        };
        roots.extend(
            config.foundry.iter().filter(|f| !named_by_folder(f)).cloned().map(PackRoot::Builtin),
        );
        Engine::with_roots(world, world, config, &roots)
    }

    /// Packs are loaded through `files`; everything else sees `world`.
    fn with_roots(
        world: &'w dyn World,
        files: &dyn World,
        config: Config,
        roots: &[PackRoot],
    ) -> (Engine<'w>, Diagnostics) {
        let mut sources = SourceMap::default();
        let (library, mut diagnostics) = load(files, roots, &builtin::packs(), &mut sources);
        let (rulebook, complaints) = rules::check(&library, &sources);
        diagnostics.extend(complaints);
        diagnostics.sort();
        (Engine::of_packs(world, config, sources, library, Arc::new(rulebook)), diagnostics)
    }

    /// An engine of packs that are loaded; `sources` hold their texts and no others.
    pub(crate) fn of_packs(
        world: &'w dyn World,
        config: Config,
        sources: SourceMap,
        library: Arc<Library>,
        rulebook: Arc<Rulebook>,
    ) -> Engine<'w> {
        let texts = sources.count();
        let (constants, cancellation) = (SPICE39, world.cancellation());
        Engine { world, config, constants, sources, library, rulebook, cancellation, texts }
    }

    /// The engine with another who may stop it than its world: a clone of an engine serves a
    /// request of its own, stopped alone with a [`Cancellation::child`] of [`Engine::cancellation`].
    #[must_use]
    pub fn cancelled_by(self, cancellation: Cancellation) -> Engine<'w> {
        Engine { cancellation, ..self }
    }

    /// Who may stop what this engine does: the world's, unless [`Engine::cancelled_by`] gave
    /// another.
    pub fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// The packs that paths name, and the others that the engine was set up with: those may be what
    /// the named ones extend.
    fn loose(&self, paths: &[String]) -> (Loose<'w>, Vec<PackRoot>) {
        let (files, named) = Loose::new(self.world, paths);
        let plain = |root: &PackRoot| match root {
            PackRoot::Folder(path) => {
                Some(path.trim_start_matches("./").trim_end_matches('/').to_string())
            }
            _ => None,
        };
        let others = self.config.packs.iter().map(|p| PackRoot::Folder(p.clone()));
        let is_new = |root: &PackRoot| !named.iter().any(|n| plain(n) == plain(root));
        let mut roots: Vec<PackRoot> = others.filter(is_new).collect();
        roots.extend(named);
        (files, roots)
    }

    /// Another library in place of this one, for the same requests.
    fn replaced_by(&mut self, engine: Engine<'w>) {
        let cancellation = self.cancellation.clone();
        *self = engine.cancelled_by(cancellation);
    }

    /// The texts that diagnostics point into.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Forgets the texts of all requests so far, so that an engine can serve any number of them.
    pub fn forget_requests(&mut self) {
        self.sources.truncate(self.texts);
    }

    /// Tells whoever runs the engine what is done now.
    pub(crate) fn tell(&self, stage: &str, detail: &str, share: Option<f64>) {
        self.world.progress(espice_base::Progress { stage, detail, share });
    }

    /// Whether the engine is to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// The symbols and kinds of all packs.
    pub fn symbols(&self) -> &SymbolTable {
        &self.library.symbols
    }

    /// Names of all packs that take part, in the order of loading.
    pub fn packs(&self) -> impl Iterator<Item = &str> {
        self.library.packs.iter().map(|p| p.name.as_str())
    }

    /// Names of the packs whose texts lie in these folders, or are these files.
    pub fn packs_in(&self, folders: &[String]) -> Vec<String> {
        let lies_in = |name: &str| {
            folders.iter().any(|f| {
                let f = f.trim_end_matches('/').trim_start_matches("./");
                f.is_empty()
                    || f == "."
                    || f == name
                    || name.strip_prefix(f).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        let of = |p: &&espice_lang::ir::PackInfo| {
            // What is built in has names of files, too, but lies in no folder.
            !p.builtin
                && p.files
                    .iter()
                    .filter_map(|f| self.sources.get(*f))
                    .any(|f| lies_in(f.name().trim_start_matches("./")))
        };
        self.library.packs.iter().filter(of).map(|p| p.name.clone()).collect()
    }

    /// Loads and checks packs, with all that they extend, and returns what is wrong with them:
    /// mistakes, and where there are none, rules that can never say anything.
    /// A path is the folder of a pack, or a single `.espice` file: one that lies in no pack is
    /// checked as a pack of its own that extends `std`. Later calls of [`Engine::test`] and
    /// [`Engine::sources`] see what was loaded.
    pub fn check(&mut self, paths: &[String]) -> Diagnostics {
        let (files, roots) = self.loose(paths);
        let (engine, mut diagnostics) =
            Engine::with_roots(self.world, &files, self.config.clone(), &roots);
        self.replaced_by(engine);
        if !diagnostics.has_errors() {
            let proved = rules::reachability(&self.library, &self.rulebook);
            diagnostics.extend(lint::without_allowed(&self.library, proved));
            diagnostics.extend(self.without_rules());
            diagnostics.extend(self.without_values(&self.packs_in(paths)));
            diagnostics.sort();
        }
        diagnostics
    }

    /// Loads and checks packs like [`Engine::check`] and, where they have no mistakes, gives what
    /// lints say about those that the paths name; allowed lints are left out.
    pub fn lint(&mut self, paths: &[String]) -> (Diagnostics, Vec<lint::Complaint>) {
        let (files, roots) = self.loose(paths);
        let (engine, diagnostics) =
            Engine::with_roots(self.world, &files, self.config.clone(), &roots);
        self.replaced_by(engine);
        if diagnostics.has_errors() {
            return (diagnostics, Vec::new());
        }
        let named = self.packs_in(paths);
        let packs = self.library.packs.iter().enumerate();
        let packs = packs.filter(|(_, p)| named.contains(&p.name)).map(|(index, _)| index);
        let packs = packs.collect();
        let found = lint::lint(&self.library, &self.rulebook, &self.sources, &packs);
        (diagnostics, found)
    }

    /// What is to be said when nothing would ever be judged.
    fn without_rules(&self) -> Option<Diagnostic> {
        let packs: Vec<String> = self.packs().map(|p| format!("`{p}`")).collect();
        self.rulebook.rules().is_empty().then(|| {
            let message = match packs.as_slice() {
                [] => String::from("no pack was loaded, and so no rule"),
                _ => format!("no rule was loaded: {} hold none", packs.join(" and ")),
            };
            Diagnostic::error(Code::NO_RULES, message)
                .help("write a rule, or extend a pack that has rules: `extends = [\"std\"]`")
        })
    }

    /// Lays a text of the language out canonically.
    ///
    /// # Errors
    /// The diagnostics of a text that does not parse; they point into file 0.
    pub fn format(&self, text: &str) -> Result<String, Diagnostics> {
        espice_syntax::format(text)
    }

    pub(crate) fn input<'f>(&self, facts: &'f Facts) -> Input<'f> {
        Input {
            facts,
            model: None,
            today: self.world.today(),
            limits: self.world.limits(),
            constants: self.constants,
        }
    }

    /// Reads and merges sources; the datasheets among them stay beside the facts.
    pub(crate) fn read(&mut self, paths: &[String]) -> Reading {
        let mut all = Vec::new();
        let mut sheets = Vec::new();
        let mut diagnostics = Diagnostics::new();
        let (mut rows, most) = (0, self.world.limits().rows);
        for (done, path) in paths.iter().enumerate() {
            if self.is_cancelled() {
                break;
            }
            self.tell("read", path, Some(done as f64 / paths.len() as f64));
            match self.world.read(path) {
                Ok(bytes) if libraries::is_library(path, &bytes) => {
                    let (facts, complaints) =
                        libraries::read(&bytes, path, &mut self.sources, &self.library.symbols);
                    diagnostics.extend(complaints);
                    all.push(facts);
                }
                Ok(bytes) => {
                    let mut reading = espice_ingest::read_until(
                        &self.cancellation,
                        &bytes,
                        path,
                        &mut self.sources,
                        &self.library.symbols,
                    );
                    rows += rows_of(&reading.facts);
                    if rows > most {
                        let file = reading.facts.sources.first().map(|s| s.file);
                        diagnostics
                            .extend(file.map(|file| too_many_rows(most).at(Place::File(file))));
                        reading.facts.curves.clear();
                        reading.facts.sweeps.clear();
                    }
                    diagnostics.extend(reading.diagnostics);
                    sheets.extend(reading.sheet);
                    all.push(reading.facts);
                }
                Err(error) => {
                    let file = self.sources.add(path.as_str(), "");
                    let complaint = unreadable(self.world, path, error);
                    diagnostics.push(complaint.at(Place::File(file)));
                }
            }
        }
        let (mut facts, complaints) = espice_ingest::merge(all);
        diagnostics.extend(complaints);
        if facts.device.part.is_none() && facts.device.parts.is_empty() {
            facts.device.part = named_by_files(&facts);
        }
        Reading { facts, sheets, diagnostics }
    }

    /// Diagnostics as documents have them, with names and lines of the texts that they speak of.
    pub fn records(&self, diagnostics: &Diagnostics) -> Vec<DiagnosticRecord> {
        diagnostics.iter().map(|d| wire::diagnostic(d, &self.sources)).collect()
    }

    /// Settles the kind of device: stated by the caller, by the facts, or shown by the sweeps.
    pub(crate) fn kind_of(
        &self,
        facts: &mut Facts,
        asked: Option<&str>,
    ) -> Result<String, Diagnostics> {
        let stated = asked.map(String::from).or_else(|| facts.device.kind.clone());
        let kind = match stated {
            Some(kind) => kind,
            None if facts.sweeps.is_empty() => self.kind_of_symbols(facts)?,
            None => self.rulebook.recognise(&self.input(facts))?,
        };
        if self.library.kind(&kind).is_none() {
            let known: Vec<&str> = self.library.kinds.iter().map(|k| k.name.as_str()).collect();
            let help = match espice_base::did_you_mean(&kind, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the packs know {}", known.join(", ")),
            };
            let mut complaint = Diagnostic::error(
                Code::UNKNOWN_DEVICE_KIND,
                format!("no pack declares a kind `{kind}`"),
            )
            .help(help);
            if let Some(source) = facts.sources.first() {
                complaint = complaint.at(Place::File(source.file));
            }
            return Err([complaint].into_iter().collect());
        }
        facts.device.kind = Some(kind.clone());
        Ok(kind)
    }

    /// The only kind to which all symbols of rows and curves belong.
    fn kind_of_symbols(&self, facts: &Facts) -> Result<String, Diagnostics> {
        let symbols: Vec<&str> = facts
            .parameters
            .iter()
            .map(|p| p.symbol.as_str())
            .chain(facts.curves.iter().map(|c| c.signature.quantity.as_str()))
            .collect();
        let fits = |kind: &str| {
            symbols.iter().all(|s| {
                self.library
                    .symbols
                    .symbol(s)
                    .is_none_or(|s| s.kinds.is_empty() || s.kinds.iter().any(|k| k == kind))
            })
        };
        let mut kinds = self.library.kinds.iter().filter(|k| fits(&k.name));
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) if !symbols.is_empty() => Ok(kind.name.clone()),
            _ => {
                let mut complaint = Diagnostic::error(
                    Code::KIND_NOT_STATED,
                    "the sources do not say what kind of device this is",
                )
                .help("state it: `kind = \"diode\"` in the facts, `# kind: diode` in a CSV, or `kind` beside the sources");
                if let Some(source) = facts.sources.first() {
                    complaint = complaint.at(Place::File(source.file));
                }
                Err([complaint].into_iter().collect())
            }
        }
    }

    /// Turns raw sweeps into curves by the readings of the kind.
    pub(crate) fn add_readings(&self, facts: &mut Facts) -> Diagnostics {
        let Some(kind) = facts.device.kind.clone() else { return Diagnostics::new() };
        let (curves, diagnostics) = self.rulebook.read(&kind, &self.input(facts));
        facts.curves.extend(curves);
        if facts.device.polarity.is_none() {
            facts.device.polarity = shown_polarity(facts, &self.library.symbols);
        }
        diagnostics
    }
}

/// What is told of a run that was stopped.
pub(crate) fn stopped(left: &str) -> Diagnostic {
    Diagnostic::error(Code::RUN_CANCELLED, format!("the run was cancelled: {left}"))
}

/// What all sources of a request gave together.
pub(crate) struct Reading {
    pub(crate) facts: Facts,
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) diagnostics: Diagnostics,
}

/// How many rows of tables and points of curves facts hold.
fn rows_of(facts: &Facts) -> usize {
    let points: usize = facts.curves.iter().map(|c| c.points.len()).sum();
    points + facts.sweeps.iter().map(|s| s.len()).sum::<usize>()
}

/// What is told of tables with more rows than [`Limits::rows`](espice_base::Limits::rows).
pub(crate) fn too_many_rows(most: usize) -> Diagnostic {
    let message =
        format!("there are more than {most} rows or points, the most that are taken here");
    Diagnostic::error(Code::SOURCE_TOO_LARGE, message)
        .help("thin the measurement, or raise the limit where the engine is opened: `rows`")
}

/// Why a source cannot be read, and what to do.
pub(crate) fn unreadable(world: &dyn World, path: &str, error: ReadError) -> Diagnostic {
    let missing = |message| Diagnostic::error(Code::SOURCE_NOT_FOUND, message);
    match error {
        ReadError::TooLarge(limit) => Diagnostic::error(
            Code::SOURCE_TOO_LARGE,
            format!("`{path}` is larger than {limit} bytes"),
        )
        .help("give the part of it that belongs to one device"),
        ReadError::NotFound => missing(format!("there is no file `{path}`"))
            .help("paths are taken from the folder in which the program runs"),
        ReadError::Denied if world.list(path).is_ok() => {
            missing(format!("`{path}` is a folder, not a source"))
                .help("name the files of the device that it holds")
        }
        ReadError::Denied => {
            missing(format!("`{path}` cannot be read")).help("look at the permissions of the file")
        }
    }
}
