//! Packs that are loaded and checked, apart from any run.

use crate::config::Config;
use crate::engine::Engine;
use crate::outcome::Pack;
use espice_base::{Diagnostics, SourceMap, World};
use espice_lang::ir::Library;
use espice_lang::rules::Rulebook;
use std::sync::Arc;

/// Loaded packs. Clones share them, and so do the engines that are made of them, in any number
/// of threads.
///
/// ```
/// use espice::{Config, Packs, Request};
/// use espice_base::{Date, MemoryWorld};
///
/// let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
///     .with("d.csv", "# kind: diode\nVF (V),IF (A)\n0.5,1e-5\n0.6,4e-4\n0.7,1e-2\n");
/// let (packs, complaints) = Packs::load(&world, &Config::default());
/// assert!(!complaints.has_errors());
/// let mut engine = packs.engine(&world, Config::default());
/// let read = engine.extract(&Request { sources: vec!["d.csv".into()], ..Request::default() });
/// assert_eq!(read.outcome.facts.curves.len(), 1);
/// assert_eq!(read.outcome.espice.packs, packs.digests());
/// ```
#[derive(Clone, Debug)]
pub struct Packs {
    sources: SourceMap,
    library: Arc<Library>,
    rulebook: Arc<Rulebook>,
}

impl Packs {
    /// Loads and checks the packs that a configuration names, with all that they extend.
    ///
    /// As with [`Engine::new`] they always come out; with an error among the diagnostics the
    /// items that hold mistakes are missing.
    pub fn load(world: &dyn World, config: &Config) -> (Packs, Diagnostics) {
        let (engine, diagnostics) = Engine::new(world, config.clone());
        let Engine { sources, library, rulebook, .. } = engine;
        (Packs { sources, library, rulebook }, diagnostics)
    }

    /// An engine with these packs that sees one world. Which packs `config` names is of no
    /// account here.
    pub fn engine<'w>(&self, world: &'w dyn World, config: Config) -> Engine<'w> {
        let (library, rulebook) = (Arc::clone(&self.library), Arc::clone(&self.rulebook));
        Engine::of_packs(world, config, self.sources.clone(), library, rulebook)
    }

    /// Names, versions and digests in the order of loading, as every outcome states them.
    pub fn digests(&self) -> Vec<Pack> {
        self.library.packs.iter().map(Pack::of).collect()
    }

    /// The texts of the packs, into which their diagnostics point.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }
}
