//! The engine as a backend: operations by name, a request in JSON in, an outcome in JSON out.
//!
//! The command line, the C interface, the Python package and the server for agents all answer
//! through [`Service::call`], so the same request gives the same document everywhere.
//!
//! ```
//! use espice::{Config, Service};
//! use espice_base::{Date, MemoryWorld};
//!
//! let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
//! let service = Service::new(world, Config::default()).expect("the built-in packs load");
//! let request = r#"{
//!     "card": "d.lib",
//!     "files": { "d.lib": ".model d1 D(IS=1e-14 N=1 RS=0)\n" },
//!     "at": [{ "pin": "a", "volts": [0.6] }]
//! }"#;
//! let reply = service.call("model.eval", request, &()).expect("a card that is evaluated");
//! assert!(reply.document.contains("\"device_type\": \"D\""));
//! assert_eq!(reply.packs, service.packs().digests());
//! ```

mod documents;
mod failure;
mod find;
mod operations;
mod requests;
mod session;
mod shape;
#[cfg(test)]
mod tests;
mod watch;
mod world;

pub use documents::{Checked, Explained, Found, Listing, Match, Selected, Tested, TestedRecord};
pub use failure::ServiceError;
pub use operations::{Operation, operation, operations};
pub use requests::{
    Also, Bias, CheckCall, EvalCall, ExplainCall, FindCall, FitCall, JudgeCall, ListCall, LossWord,
    SearchWord, SourcesCall, TestCall,
};
pub use session::Session;
pub use shape::against_schema;
pub use watch::Watch;

use crate::config::Config;
use crate::outcome::Pack;
use crate::packs::Packs;
use espice_base::World;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use world::CallWorld;

/// A world that a service may keep and share between threads.
pub type SharedWorld = Arc<dyn World + Send>;

/// Packs that are loaded once and serve any number of calls from any number of threads.
///
/// A call sees the packs that were active when it began, whatever is loaded meanwhile; its reply
/// names them. Packs become active as a whole or not at all.
pub struct Service {
    world: SharedWorld,
    config: Config,
    active: RwLock<Arc<Packs>>,
    /// Held while packs are loaded, so that older ones never replace newer ones.
    loading: Mutex<()>,
}

/// What came of a call.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// The document: indented JSON with one line feed at its end, as `--format json` prints it.
    pub document: String,
    /// The packs that the call saw.
    pub packs: Vec<Pack>,
}

impl Service {
    /// Loads the packs that a configuration names.
    ///
    /// # Errors
    /// [`ServiceError::Packs`] where they have mistakes.
    pub fn new(
        world: impl World + Send + 'static,
        config: Config,
    ) -> Result<Service, ServiceError> {
        Service::shared(Arc::new(world), config)
    }

    /// [`Service::new`] with a world that others hold, too.
    ///
    /// # Errors
    /// As [`Service::new`].
    pub fn shared(world: SharedWorld, config: Config) -> Result<Service, ServiceError> {
        let packs = loaded(world.as_ref(), &config)?;
        let active = RwLock::new(Arc::new(packs));
        Ok(Service { world, config, active, loading: Mutex::new(()) })
    }

    /// The packs that are active now.
    pub fn packs(&self) -> Arc<Packs> {
        Arc::clone(&self.active.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// With what the service was set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The world of calls.
    pub fn world(&self) -> &SharedWorld {
        &self.world
    }

    /// Loads the packs again and makes them the active ones, if they have no mistakes. Calls
    /// that are under way keep theirs.
    ///
    /// # Errors
    /// [`ServiceError::Packs`] with what is wrong; the packs of before stay active.
    pub fn reload(&self) -> Result<Vec<Pack>, ServiceError> {
        let _alone = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let packs = Arc::new(loaded(self.world.as_ref(), &self.config)?);
        let digests = packs.digests();
        *self.active.write().unwrap_or_else(PoisonError::into_inner) = packs;
        Ok(digests)
    }

    /// Carries out an operation. `request` is a JSON object as the schema of the operation says;
    /// `watch` follows and stops the call, and `&()` does neither.
    ///
    /// # Errors
    /// [`ServiceError`] when there is no document: an unknown operation, a malformed request, a
    /// call that was stopped, a fault of the engine. What went wrong with sources and rules stands in the document.
    pub fn call(
        &self,
        name: &str,
        request: &str,
        watch: &dyn Watch,
    ) -> Result<Reply, ServiceError> {
        self.call_with(&self.packs(), self.world.as_ref(), name, request, watch)
    }

    /// A session that keeps what was asked and asks again only what a change can concern.
    pub fn session(&self) -> Session<'_> {
        Session::new(self)
    }

    fn call_with(
        &self,
        packs: &Packs,
        base: &dyn World,
        name: &str,
        request: &str,
        watch: &dyn Watch,
    ) -> Result<Reply, ServiceError> {
        let Some(operation) = operation(name) else {
            return Err(ServiceError::unknown_operation(name));
        };
        let call = (operation.prepare)(request)?;
        let mut config = self.config.clone();
        call.settings.apply(&mut config);
        let none = BTreeMap::new();
        let world = CallWorld::new(base, call.settings.files.as_ref().unwrap_or(&none), watch);
        // Whatever the call has left half done goes with its engine; packs never change.
        let run = AssertUnwindSafe(|| (call.run)(&mut packs.engine(&world, config)));
        let made = catch_unwind(run).unwrap_or_else(|p| Err(ServiceError::fault(p.as_ref())));
        if world.cancellation().is_cancelled() {
            return Err(ServiceError::Cancelled);
        }
        let mut document = made?;
        document.push('\n');
        Ok(Reply { document, packs: packs.digests() })
    }
}

/// Packs without a mistake.
fn loaded(world: &dyn World, config: &Config) -> Result<Packs, ServiceError> {
    let (packs, diagnostics) = Packs::load(world, config);
    match diagnostics.has_errors() {
        true => Err(ServiceError::packs(&diagnostics, packs.sources())),
        false => Ok(packs),
    }
}
