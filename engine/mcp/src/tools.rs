//! The tools: every operation of the engine, and the aliases.

use crate::aliases;
use crate::call::{Event, Refusal, Teller, begin};
use crate::detail::{self, Detail};
use crate::report::OUTCOME;
use crate::server::Server;
use crate::{choice, tasks};
use espice::{Operation, Reply, ServiceError, operation, operations};
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, JsonObject,
    Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use schemars::Schema;
use serde_json::Value;
use std::sync::Arc;

/// All tools, by name: the same list, byte for byte, whoever asks and whenever.
pub(crate) fn all() -> Vec<Tool> {
    let mut tools: Vec<Tool> = operations().iter().map(of_operation).collect();
    tools.extend(aliases::all());
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    tools
}

fn of_operation(operation: &Operation) -> Tool {
    let (input, output) = (operation.input(), operation.output());
    detail::described(tool(operation.name, operation.title, operation.about, &input, &output))
}

/// A tool that reads and changes nothing.
pub(crate) fn tool(
    name: &'static str,
    title: &str,
    about: &'static str,
    input: &Schema,
    output: &Schema,
) -> Tool {
    let annotations = ToolAnnotations::with_title(title)
        .read_only(true)
        .destructive(false)
        .idempotent(true)
        .open_world(false);
    Tool::new(name, about, object(input))
        .with_title(title)
        .with_raw_output_schema(object(output))
        .with_annotations(annotations)
}

fn object(schema: &Schema) -> Arc<JsonObject> {
    Arc::new(schema.as_object().cloned().unwrap_or_default())
}

/// An operation with its arguments.
pub(crate) struct Job {
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: JsonObject,
    /// How much of its document is told.
    pub(crate) detail: Detail,
}

impl Job {
    pub(crate) fn request(&self) -> String {
        Value::Object(self.arguments.clone()).to_string()
    }
}

/// Carries out a tool.
///
/// # Errors
/// There is no tool of this name. Everything else is a result that says so.
pub(crate) async fn call(
    server: &Server,
    request: CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let mut arguments = request.arguments.unwrap_or_default();
    if let Some(alias) = aliases::find(&request.name) {
        return Ok(aliases::call(server, alias, arguments, context).await.into());
    }
    let Some(operation) = operation(&request.name) else {
        let message = format!("there is no tool `{}`", request.name);
        return Err(ErrorData::invalid_params(message, None));
    };
    let has_asked = choice::take(&mut arguments, request.input_responses.as_ref());
    let detail = match detail::take(operation.name, &mut arguments) {
        Ok(detail) => detail,
        Err(message) => {
            let error = ServiceError::BadRequest { message };
            return Ok(refused(&Refusal::Engine(error)).into());
        }
    };
    let job = Job { operation, arguments, detail };
    Ok(carried_out(server, job, has_asked, context).await)
}

/// Carries out an operation: at once, as a task, or with a question to the user.
async fn carried_out(
    server: &Server,
    mut job: Job,
    has_asked: bool,
    context: &RequestContext<RoleServer>,
) -> CallToolResponse {
    let capabilities = context.client_capabilities();
    let mut can_follow =
        job.operation.slow && capabilities.as_ref().is_some_and(|c| c.supports_tasks());
    let mut can_ask = !has_asked && choice::can_ask(capabilities.as_ref());
    let mut teller = Teller::new(context);
    loop {
        let mut ongoing = match begin(server, job.operation.name, job.request()) {
            Ok(ongoing) => ongoing,
            Err(refusal) => return refused(&refusal).into(),
        };
        let patience = tokio::time::sleep(tasks::PATIENCE);
        tokio::pin!(patience);
        let made = loop {
            tokio::select! {
                event = ongoing.next() => match event {
                    Event::Step(words) => teller.tell(words).await,
                    Event::Ended(made) => break made,
                },
                () = context.ct.cancelled() => {
                    break Err(Refusal::Engine(ServiceError::Cancelled));
                }
                () = &mut patience, if can_follow => {
                    if let Ok(place) = Arc::clone(&server.kept).try_acquire_owned() {
                        return tasks::adopt(server, ongoing, job, can_ask, place).into();
                    }
                    can_follow = false;
                }
            }
        };
        let told = result(server, &job, made);
        let parts = told.structured_content.as_ref().and_then(choice::parts);
        let Some(parts) = parts.filter(|_| std::mem::take(&mut can_ask)) else {
            return told.into();
        };
        // Clients of the newest protocol ask their user and call again; those before are asked.
        if context.meta.protocol_version().is_some() {
            return choice::required(&parts).into();
        }
        let answer = context.peer.create_elicitation(choice::question(&parts)).await;
        let answer = answer.ok().and_then(|a| serde_json::to_value(a).ok()).unwrap_or_default();
        if !choice::fill(&mut job.arguments, &answer) {
            return told.into();
        }
    }
}

/// The result of an operation.
pub(crate) fn result(server: &Server, job: &Job, made: Result<Reply, Refusal>) -> CallToolResult {
    let reply = match made {
        Ok(reply) => reply,
        Err(refusal) => return refused(&refusal),
    };
    match serde_json::from_str::<Value>(&reply.document) {
        Ok(mut document) => {
            let is_made = job.operation.name == "model.make";
            let report = is_made.then(|| server.reports.keep(&document));
            let text = match job.detail {
                Detail::Full => reply.document,
                Detail::Brief => {
                    let name = report.as_ref().map(|r| r.name.as_str());
                    let kept = name.filter(|name| server.reports.holds(name));
                    let whole = kept.map(|name| format!("{OUTCOME}{name}"));
                    detail::shorten(job.operation.name, &mut document, whole.as_deref());
                    // Whoever reads it as text pays for blanks, too.
                    document.to_string()
                }
            };
            let mut content = vec![ContentBlock::text(text)];
            content.extend(report.map(ContentBlock::resource_link));
            let mut result = CallToolResult::structured(document);
            result.content = content;
            result
        }
        Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
    }
}

/// What an agent is told when there is no document.
pub(crate) fn refused(refusal: &Refusal) -> CallToolResult {
    let text = match refusal {
        Refusal::Engine(error) => error.document(),
        Refusal::Busy => {
            let code = espice_base::Code::SERVER_BUSY.as_str();
            let message = "too many calls wait for their turn";
            let help = ["ask again when others have ended"];
            let error = serde_json::json!({ "code": code, "message": message, "help": help });
            format!("{:#}\n", serde_json::json!({ "error": error }))
        }
    };
    CallToolResult::error(vec![ContentBlock::text(text)])
}
