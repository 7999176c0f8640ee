//! Tools of the suite that go on as tasks.

use super::Fixture;
use super::questions::form;
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock,
    CreateTaskResult, ErrorData, InputRequiredResult, JsonObject, Tool,
};
use rmcp::service::RequestContext;
use rmcp::task_manager::{TaskContext, TaskExit, TaskFuture, TaskOptions};
use serde_json::{Value, json};
use std::time::Duration;

/// Names, whether they can be tasks, and whether they can be nothing else.
const TOOLS: [(&str, bool, bool); 7] = [
    ("confirm_delete", true, true),
    ("failing_job", true, true),
    ("greet", false, false),
    ("multi_input", true, true),
    ("protocol_error_job", true, false),
    ("slow_compute", true, false),
    ("test_tool_with_task", true, true),
];

pub(super) fn all() -> Vec<Tool> {
    let schema = |name: &str| match name {
        "greet" => json!({ "type": "object", "properties": { "name": { "type": "string" } } }),
        "slow_compute" => json!({
            "type": "object",
            "properties": { "seconds": { "type": "number" }, "label": { "type": "string" } },
        }),
        "confirm_delete" => {
            json!({ "type": "object", "properties": { "filename": { "type": "string" } } })
        }
        _ => json!({ "type": "object", "properties": {} }),
    };
    let tool = |(name, _, _): &(&'static str, bool, bool)| {
        let schema: JsonObject = schema(name).as_object().cloned().unwrap_or_default();
        Tool::new(*name, "A fixture of the conformance suite that may be a task", schema)
    };
    TOOLS.iter().map(tool).collect()
}

fn done(words: impl Into<String>) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(words.into())])
}

pub(super) async fn call(
    fixture: &Fixture,
    request: CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let name = request.name.to_string();
    let arguments = request.arguments.unwrap_or_default();
    let (can, must) =
        TOOLS.iter().find(|(n, ..)| *n == name).map_or((false, false), |t| (t.1, t.2));
    let follows = context.client_capabilities().is_some_and(|c| c.supports_tasks());
    if must && !follows {
        let needed = ClientCapabilities::builder().enable_tasks().build();
        return Err(ErrorData::missing_required_client_capability(needed));
    }
    if name == "greet" {
        let who = arguments.get("name").and_then(Value::as_str).unwrap_or("friend");
        return Ok(done(format!("Hello, {who}!")).into());
    }
    let mut user = String::new();
    if name == "test_tool_with_task" {
        let answer = request.input_responses.as_ref().and_then(|r| r.get("user_name"));
        match answer.and_then(|a| a["content"]["name"].as_str()) {
            Some(given) => user = given.to_string(),
            None => {
                let question = form("What is your name?", "name", "string")?;
                let asked = std::iter::once(("user_name".to_string(), question)).collect();
                return Ok(InputRequiredResult::from_input_requests(asked).into());
            }
        }
    }
    if !(can && follows) {
        let seconds = arguments.get("seconds").and_then(Value::as_f64).unwrap_or(0.2);
        tokio::time::sleep(Duration::from_secs_f64(seconds.clamp(0.0, 60.0))).await;
        return match name.as_str() {
            "protocol_error_job" => Err(failed()),
            _ => Ok(done("done at once").into()),
        };
    }
    let task = fixture.server.tasks.spawn(TaskOptions::default(), move |task| {
        let work: TaskFuture = Box::pin(work(name, arguments, user, task));
        work
    });
    Ok(CreateTaskResult::new(task).into())
}

fn failed() -> ErrorData {
    ErrorData::internal_error("a job that fails by the protocol", None)
}

async fn work(
    name: String,
    arguments: JsonObject,
    user: String,
    task: TaskContext,
) -> Result<CallToolResult, TaskExit> {
    let wait = |seconds: f64| tokio::time::sleep(Duration::from_secs_f64(seconds.clamp(0.0, 60.0)));
    match name.as_str() {
        "slow_compute" => {
            let seconds = arguments.get("seconds").and_then(Value::as_f64).unwrap_or(1.0);
            tokio::select! {
                () = task.cancelled() => Err(TaskExit::Cancelled),
                () = wait(seconds) => Ok(done(format!("done after {seconds} s"))),
            }
        }
        "failing_job" => {
            wait(1.0).await;
            Ok(CallToolResult::error(vec![ContentBlock::text("a job that fails")]))
        }
        "protocol_error_job" => {
            wait(0.2).await;
            Err(failed().into())
        }
        "confirm_delete" => {
            let file = arguments.get("filename").and_then(Value::as_str).unwrap_or("file.txt");
            let question = form(&format!("Delete {file}?"), "confirm", "boolean")?;
            let answer = task.request_input("confirm", question).await?;
            Ok(done(format!("confirmed: {}", answer["content"]["confirm"])))
        }
        "multi_input" => {
            let a = task.request_input("input-a", form("A?", "value", "string")?);
            let b = task.request_input("input-b", form("B?", "value", "string")?);
            let (a, b) = tokio::join!(a, b);
            Ok(done(format!("{} and {}", a?["content"]["value"], b?["content"]["value"])))
        }
        _ => {
            wait(0.2).await;
            Ok(done(format!("Hello, {user}!")))
        }
    }
}
