//! How a caller follows a call, and stops it.

use espice_base::{Cancellation, Progress};

/// Follows a call and may stop it. It is told of progress by any thread that works for the call.
///
/// `()` does neither, and a [`Cancellation`] stops alone:
///
/// ```
/// use espice::{Config, Service, ServiceError};
/// use espice_base::{Cancellation, Date, MemoryWorld};
///
/// let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
/// let service = Service::new(world, Config::default()).expect("the built-in packs load");
/// let cancellation = Cancellation::new();
/// cancellation.cancel();
/// let stopped = service.call("pack.list", r#"{ "what": "kinds" }"#, &cancellation);
/// assert_eq!(stopped, Err(ServiceError::Cancelled));
/// ```
pub trait Watch: Sync {
    /// Takes note of a step.
    fn progress(&self, _progress: Progress<'_>) {}

    /// Who may stop the call, in place of who may stop everything in the service's world; asked
    /// once, when the call begins.
    fn cancellation(&self) -> Option<Cancellation> {
        None
    }
}

impl Watch for () {}

impl Watch for Cancellation {
    fn cancellation(&self) -> Option<Cancellation> {
        Some(self.clone())
    }
}
