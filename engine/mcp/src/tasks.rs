//! Calls that take longer than clients like to wait go on as tasks, which clients ask about.

use crate::call::{Event, Ongoing, Refusal, begin};
use crate::choice;
use crate::server::Server;
use crate::tools::{Job, result};
use espice::ServiceError;
use rmcp::model::{CallToolResult, CreateTaskResult};
use rmcp::task_manager::{TaskContext, TaskExit, TaskOptions};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// What takes longer becomes a task, if the client can follow it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
/// Tasks that are kept, with their results.
pub(crate) const KEPT: usize = 32;
/// How long a task may take, and how long its result is kept.
const LIFE: Duration = Duration::from_secs(900);
/// How often clients should ask, in milliseconds.
const POLL: u64 = 500;

/// Makes a call that goes on a task. `place` is held as long as the task is kept.
pub(crate) fn adopt(
    server: &Server,
    ongoing: Ongoing,
    job: Job,
    can_ask: bool,
    place: OwnedSemaphorePermit,
) -> CreateTaskResult {
    let life = u64::try_from(LIFE.as_millis()).unwrap_or(u64::MAX);
    let options = TaskOptions::new().with_ttl_ms(life).with_poll_interval_ms(POLL);
    let of_task = server.clone();
    let task = server.tasks.spawn(options, move |task| {
        Box::pin(async move {
            let made = follow(&of_task, ongoing, job, can_ask, &task).await;
            tokio::spawn(async move {
                tokio::time::sleep(LIFE).await;
                drop(place);
            });
            made
        })
    });
    CreateTaskResult::new(task)
}

async fn follow(
    server: &Server,
    mut ongoing: Ongoing,
    mut job: Job,
    mut can_ask: bool,
    task: &TaskContext,
) -> Result<CallToolResult, TaskExit> {
    loop {
        let made = loop {
            tokio::select! {
                event = ongoing.next() => match event {
                    Event::Step(words) => task.set_status_message(words),
                    Event::Ended(made) => break made,
                },
                () = task.cancelled() => return Err(TaskExit::Cancelled),
            }
        };
        if let Err(Refusal::Engine(ServiceError::Cancelled)) = &made {
            return Err(TaskExit::Cancelled);
        }
        let told = result(server, &job, made);
        let parts = told.structured_content.as_ref().and_then(choice::parts);
        let Some(parts) = parts.filter(|_| std::mem::take(&mut can_ask)) else { return Ok(told) };
        let answer = task.request_input(choice::PART, choice::request(&parts)).await?;
        if !choice::fill(&mut job.arguments, &answer) {
            return Ok(told);
        }
        ongoing = match begin(server, job.operation.name, job.request()) {
            Ok(ongoing) => ongoing,
            Err(refusal) => return Ok(result(server, &job, Err(refusal))),
        };
    }
}
