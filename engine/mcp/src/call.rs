//! One call of the engine: on a thread of its own, with progress, stopped when nobody waits for it
//! any more.

use crate::message;
use crate::server::Server;
use espice::{Reply, ServiceError, Watch, operation};
use espice_base::{Cancellation, Progress};
use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Steps of one stage are told at most this often.
const EVERY: Duration = Duration::from_millis(100);
/// Longest request, in bytes, and most points, that are answered quickly.
const QUICK: usize = 64 << 10;
const FEW: usize = 4096;
/// Calls that may wait for their turn.
pub(crate) const WAITING: usize = 64;

/// Follows a call.
struct Follower {
    cancellation: Cancellation,
    steps: mpsc::Sender<String>,
    /// When what stage was told last.
    told: Mutex<Option<(Instant, String)>>,
}

impl Watch for Follower {
    fn progress(&self, progress: Progress<'_>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref().is_some_and(|(at, stage)| at.elapsed() < EVERY && stage == progress.stage)
        {
            return;
        }
        *told = Some((Instant::now(), progress.stage.into()));
        let words = format!("{} {}", progress.stage, progress.detail).trim().to_string();
        // Who does not keep up misses steps.
        let _ = self.steps.try_send(words);
    }

    fn cancellation(&self) -> Option<Cancellation> {
        Some(self.cancellation.clone())
    }
}

/// Why a call was not carried out.
pub(crate) enum Refusal {
    /// Too many wait, or too much.
    Busy,
    /// The engine gave no document.
    Engine(ServiceError),
}

/// A call that waits for its turn or is carried out. It stops when this is dropped; its place is
/// free again when the engine has let go.
pub(crate) struct Ongoing {
    work: JoinHandle<Result<Reply, Refusal>>,
    steps: mpsc::Receiver<String>,
    cancellation: Cancellation,
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        self.cancellation.cancel();
        // Ends the wait for a turn; work that has begun looks at the cancellation.
        self.work.abort();
    }
}

/// Begins an operation.
///
/// # Errors
/// [`Refusal::Busy`] when too many calls wait, or their requests are too long together.
pub(crate) fn begin(
    server: &Server,
    operation: &'static str,
    request: String,
) -> Result<Ongoing, Refusal> {
    let lane = if is_quick(operation, &request) { &server.quick } else { &server.slow };
    let Ok(place) = Arc::clone(&lane.waiting).try_acquire_owned() else {
        return Err(Refusal::Busy);
    };
    let text = request.as_bytes();
    let places = message::places(text.len()).saturating_add(message::places_of_parts(text));
    let room = Arc::clone(&lane.room).try_acquire_many_owned(places);
    let Ok(room) = room else { return Err(Refusal::Busy) };
    let (sender, steps) = mpsc::channel(16);
    let cancellation = Cancellation::new();
    let follower =
        Follower { cancellation: cancellation.clone(), steps: sender, told: Mutex::new(None) };
    let (host, running) = (Arc::clone(&server.host), Arc::clone(&lane.running));
    let work = tokio::spawn(async move {
        let Ok(turn) = running.acquire_owned().await else { return Err(Refusal::Busy) };
        let (sender, made) = oneshot::channel();
        // A thread of its own, none of a pool: what the allocator keeps for a thread comes back
        // when it ends, or goes to the next one.
        let thread = std::thread::Builder::new().name("call".into()).spawn(move || {
            let made = host.service().call(operation, &request, &follower);
            drop((turn, place, room));
            // Whoever has gone does not hear of it.
            let _ = sender.send(made);
        });
        let fault = |message: String| Refusal::Engine(ServiceError::Fault { message });
        thread.map_err(|e| fault(e.to_string()))?;
        made.await.map_err(|e| fault(e.to_string()))?.map_err(Refusal::Engine)
    });
    Ok(Ongoing { work, steps, cancellation })
}

/// Whether a call is answered within a fraction of a second, whatever it is about: looking things
/// up, and evaluating few points. What is no request at all is refused as quickly.
fn is_quick(name: &str, request: &str) -> bool {
    let Some(operation) = operation(name) else { return true };
    if request.len() > QUICK {
        return false;
    }
    let Ok(request) = serde_json::from_str::<Value>(request) else { return true };
    let many = |list: &Value| list.as_array().map_or(1, |all| all.len().max(1));
    let is_empty = |field: &str| request[field].as_array().is_none_or(Vec::is_empty);
    match name {
        "model.eval" => {
            let pins = request["at"].as_array().map(Vec::as_slice).unwrap_or_default();
            let points = pins.iter().map(|pin| many(&pin["volts"]));
            let points = points.chain([many(&request["kelvin"]), many(&request["frequencies"])]);
            request["points"].is_null()
                && request["with_simulator"] != true
                && points.fold(1, usize::saturating_mul) <= FEW
        }
        "rule.explain" => is_empty("sources") && request["card"].is_null(),
        _ => !operation.slow,
    }
}

/// What happens with a call.
pub(crate) enum Event {
    /// It goes on with this.
    Step(String),
    /// It has ended.
    Ended(Result<Reply, Refusal>),
}

impl Ongoing {
    /// The next event; none comes after the end. May be dropped and asked for again.
    pub(crate) async fn next(&mut self) -> Event {
        tokio::select! {
            biased;
            Some(words) = self.steps.recv() => Event::Step(words),
            made = &mut self.work => {
                let fault = |e: tokio::task::JoinError| {
                    Refusal::Engine(ServiceError::Fault { message: e.to_string() })
                };
                Event::Ended(made.map_err(fault).and_then(|made| made))
            }
        }
    }
}

/// Tells a client of steps, if it has asked for that.
pub(crate) struct Teller<'c> {
    context: &'c RequestContext<RoleServer>,
    count: f64,
}

impl<'c> Teller<'c> {
    pub(crate) fn new(context: &'c RequestContext<RoleServer>) -> Teller<'c> {
        Teller { context, count: 0.0 }
    }

    pub(crate) async fn tell(&mut self, words: String) {
        let Some(token) = self.context.meta.get_progress_token() else { return };
        self.count += 1.0;
        let step = ProgressNotificationParam::new(token, self.count).with_message(words);
        // Who has gone hears nothing.
        let _ = self.context.peer.notify_progress(step).await;
    }
}

/// Carries out an operation for a client, until it cancels.
pub(crate) async fn call(
    server: &Server,
    operation: &'static str,
    request: String,
    context: &RequestContext<RoleServer>,
) -> Result<Reply, Refusal> {
    let mut ongoing = begin(server, operation, request)?;
    let mut teller = Teller::new(context);
    loop {
        tokio::select! {
            event = ongoing.next() => match event {
                Event::Step(words) => teller.tell(words).await,
                Event::Ended(made) => return made,
            },
            () = context.ct.cancelled() => return Err(Refusal::Engine(ServiceError::Cancelled)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_looked_up_and_few_points_are_quick() {
        let of = |name: &str, request: Value| is_quick(name, &request.to_string());
        let volts = |count: usize| json!({ "pin": "a", "volts": vec![0.5; count] });
        assert!(of("tool.find", json!({ "query": "diode" })));
        assert!(of("pack.list", json!({ "what": "kinds" })));
        assert!(of("rule.explain", json!({ "rule": "vf_plausible" })));
        assert!(of("rule.explain", json!({ "rule": "vf_plausible", "sources": [] })));
        assert!(of("model.eval", json!({ "card": "d.lib", "at": [volts(64), volts(64)] })));
        for (name, request) in [
            ("rule.explain", json!({ "rule": "x", "sources": ["a.csv"] })),
            ("rule.explain", json!({ "rule": "x", "card": "d.lib" })),
            ("model.eval", json!({ "card": "d.lib", "at": [volts(64), volts(65)] })),
            ("model.eval", json!({ "card": "d.lib", "at": [volts(9)], "kelvin": vec![300; 500] })),
            ("model.eval", json!({ "card": "d.lib", "points": "p.csv" })),
            ("model.eval", json!({ "card": "d.lib", "with_simulator": true })),
            ("model.fit", json!({ "template": "x", "table": "y" })),
            ("model.make", json!({ "sources": ["a.csv"] })),
            ("tool.find", json!({ "query": "x".repeat(QUICK) })),
        ] {
            assert!(!of(name, request.clone()), "{name} {request}");
        }
        assert!(is_quick("model.eval", "{") && is_quick("none", "{}"));
    }
}
