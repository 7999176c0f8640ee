//! A call that its caller follows and stops: the work goes on in a thread of its own, while the
//! caller's thread listens for Ctrl-C and tells of progress.

use crate::refused;
use espice::{Reply, Service, ServiceError, Watch};
use espice_base::{Cancellation, Progress};
use pyo3::prelude::*;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How long a signal waits to be seen.
const EVERY: Duration = Duration::from_millis(20);

struct Step {
    stage: String,
    detail: String,
    share: Option<f64>,
}

/// What the engine tells, from whatever thread.
struct Follower {
    steps: SyncSender<Step>,
    cancellation: Cancellation,
}

impl Watch for Follower {
    fn progress(&self, progress: Progress<'_>) {
        let step = Step {
            stage: progress.stage.into(),
            detail: progress.detail.into(),
            share: progress.share,
        };
        // Who does not keep up misses steps.
        let _ = self.steps.try_send(step);
    }

    fn cancellation(&self) -> Option<Cancellation> {
        Some(self.cancellation.clone())
    }
}

/// Carries out an operation.
///
/// # Errors
/// `Refused` where there is no document; what a signal or `progress` raises, when the work has
/// ended.
pub(crate) fn call(
    py: Python<'_>,
    service: &Service,
    operation: &str,
    request: &str,
    progress: Option<&Py<PyAny>>,
) -> PyResult<String> {
    let cancellation = Cancellation::new();
    let (sender, steps) = sync_channel(64);
    let follower = Follower { steps: sender, cancellation: cancellation.clone() };
    let (made, raised) = py.detach(move || {
        std::thread::scope(|scope| {
            let work = scope.spawn(move || {
                let made = service.call(operation, request, &follower);
                // The listener goes on until nobody can tell it anything any more.
                drop(follower);
                made
            });
            let raised = listen(&steps, progress, &cancellation);
            let fault = || ServiceError::Fault { message: "a thread has ended early".into() };
            (work.join().unwrap_or_else(|_| Err(fault())), raised)
        })
    });
    match (raised, made) {
        (Some(error), _) => Err(error),
        (None, Ok(Reply { document, .. })) => Ok(document),
        (None, Err(error)) => Err(refused(&error)),
    }
}

/// Passes steps on until the work has ended. What is raised meanwhile stops it.
fn listen(
    steps: &Receiver<Step>,
    progress: Option<&Py<PyAny>>,
    cancellation: &Cancellation,
) -> Option<PyErr> {
    let mut raised = None;
    loop {
        let told = match steps.recv_timeout(EVERY) {
            Ok(step) => Some(step),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return raised,
        };
        if raised.is_some() {
            continue;
        }
        let heard = Python::attach(|py| {
            py.check_signals()?;
            if let (Some(step), Some(progress)) = (&told, progress) {
                progress.call1(py, (&step.stage, &step.detail, step.share))?;
            }
            Ok(())
        });
        if let Err(error) = heard {
            cancellation.cancel();
            raised = Some(error);
        }
    }
}
