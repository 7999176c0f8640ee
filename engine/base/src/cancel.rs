use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says that work is to stop. Whoever works asks [`Cancellation::is_cancelled`] again and again;
/// whoever wants it to stop keeps a clone and calls [`Cancellation::cancel`], from any thread.
///
/// Clones are one: what cancels the one cancels all. There is no way back; new work gets a new
/// one.
#[derive(Clone, Debug, Default)]
pub struct Cancellation {
    flag: Arc<AtomicBool>,
    parent: Option<Arc<Cancellation>>,
}

impl Cancellation {
    /// One that nothing has cancelled yet.
    pub fn new() -> Cancellation {
        Cancellation::default()
    }

    /// One for a part of the work: cancelled with the whole, or alone.
    #[must_use]
    pub fn child(&self) -> Cancellation {
        Cancellation { flag: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }

    /// Wants the work to stop.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether the work is to stop.
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed) || self.parent.as_ref().is_some_and(|p| p.is_cancelled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_stops_its_parts_and_no_part_the_whole() {
        let whole = Cancellation::new();
        let (one, other) = (whole.child(), whole.child());
        one.clone().cancel();
        assert_eq!([&whole, &one, &other].map(Cancellation::is_cancelled), [false, true, false]);
        whole.cancel();
        assert!(other.child().is_cancelled());
    }
}
