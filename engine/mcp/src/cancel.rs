//! Cancellation of calls that came without a session: by the id of their request.
//!
//! Clients of the protocol's older versions say `notifications/cancelled` with the id that they gave
//! the call. Without sessions nobody tells their requests apart, and different clients count from
//! the same number. An id is taken for the call that it was given to only where no other call has
//! had it for a while: the client that cancels has called before, so that the only call of this id
//! is its own. Where several have had it, nothing is stopped, and the client is told so.

use espice_base::Digest;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long an id is remembered after its call has ended: who cancels a call has not heard of its end,
/// which takes no longer.
const MEMORY: Duration = Duration::from_secs(120);
/// Ids that are remembered at most.
const MOST: usize = 4096;

/// The calls that came without a session.
#[derive(Default)]
pub(crate) struct Calls(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    calls: VecDeque<Call>,
    count: u64,
    /// When a call was forgotten for want of room.
    forgotten: Option<Instant>,
}

struct Call {
    number: u64,
    id: Digest,
    /// When it ended.
    ended: Option<Instant>,
    stop: Option<oneshot::Sender<()>>,
}

/// A call that is under way; it has ended when this is dropped.
pub(crate) struct Ticket {
    calls: Arc<Calls>,
    number: u64,
}

/// What came of a cancellation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cancelled {
    /// The call stops.
    Stopped,
    /// No call of this id is under way.
    Ended,
    /// Several calls have had this id.
    Ambiguous,
}

impl Calls {
    /// Takes note of a call that begins. What is received tells it to stop.
    pub(crate) fn begin(self: &Arc<Calls>, id: &Value) -> (Ticket, oneshot::Receiver<()>) {
        let (stop, stopped) = oneshot::channel();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        seen.calls.retain(|c| c.ended.is_none_or(|at| now.duration_since(at) < MEMORY));
        if seen.calls.len() >= MOST {
            // Those that are under way are few: requests at the same time are limited.
            let oldest = seen.calls.iter().position(|c| c.ended.is_some()).unwrap_or(0);
            seen.calls.remove(oldest);
            seen.forgotten = Some(now);
        }
        seen.count += 1;
        let number = seen.count;
        seen.calls.push_back(Call { number, id: digest(id), ended: None, stop: Some(stop) });
        (Ticket { calls: Arc::clone(self), number }, stopped)
    }

    /// Stops the call of this id, if it is sure which one is meant.
    pub(crate) fn cancel(&self, id: &Value) -> Cancelled {
        let id = digest(id);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let has_forgotten = seen.forgotten.is_some_and(|at| now.duration_since(at) < MEMORY);
        let meant =
            |c: &&mut Call| c.id == id && c.ended.is_none_or(|at| now.duration_since(at) < MEMORY);
        let mut meant: Vec<&mut Call> = seen.calls.iter_mut().filter(meant).collect();
        if meant.iter().all(|c| c.ended.is_some()) {
            return Cancelled::Ended;
        }
        match meant.as_mut_slice() {
            [only] if !has_forgotten => {
                if let Some(stop) = only.stop.take() {
                    // Who does not listen any more has ended.
                    let _ = stop.send(());
                }
                Cancelled::Stopped
            }
            _ => Cancelled::Ambiguous,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut seen = self.calls.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = seen.calls.iter_mut().find(|c| c.number == self.number) {
            call.ended = Some(Instant::now());
            call.stop = None;
        }
    }
}

/// The number 1 and the text "1" are different ids.
fn digest(id: &Value) -> Digest {
    Digest::of(id.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_call_that_alone_has_had_its_id_is_stopped() {
        let calls = Arc::new(Calls::default());
        assert_eq!(calls.cancel(&json!(1)), Cancelled::Ended);
        let (first, mut stopped) = calls.begin(&json!(1));
        let (_other, mut goes_on) = calls.begin(&json!("1"));
        assert_eq!(calls.cancel(&json!(1)), Cancelled::Stopped);
        assert!(stopped.try_recv().is_ok() && goes_on.try_recv().is_err());
        // Again, while it ends, and afterwards.
        assert_eq!(calls.cancel(&json!(1)), Cancelled::Stopped);
        drop(first);
        assert_eq!(calls.cancel(&json!(1)), Cancelled::Ended);
        // Somebody else begins one of the same id: whoever cancelled before may do so again.
        let (_second, mut goes_on) = calls.begin(&json!(1));
        assert_eq!(calls.cancel(&json!(1)), Cancelled::Ambiguous);
        assert!(goes_on.try_recv().is_err());
    }

    #[test]
    fn two_calls_of_one_id_are_not_told_apart() {
        let calls = Arc::new(Calls::default());
        let (_first, mut one) = calls.begin(&json!(7));
        let (_second, mut two) = calls.begin(&json!(7));
        assert_eq!(calls.cancel(&json!(7)), Cancelled::Ambiguous);
        assert!(one.try_recv().is_err() && two.try_recv().is_err());
    }

    #[test]
    fn so_many_ids_are_remembered_and_who_may_have_been_forgotten_is_not_stopped() {
        let calls = Arc::new(Calls::default());
        let (_kept, mut goes_on) = calls.begin(&json!("kept"));
        for id in 0..MOST {
            drop(calls.begin(&json!(id)));
        }
        assert_eq!(calls.0.lock().unwrap().calls.len(), MOST);
        assert_eq!(calls.cancel(&json!("kept")), Cancelled::Ambiguous);
        assert!(goes_on.try_recv().is_err());
    }
}
