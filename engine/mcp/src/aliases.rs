//! Two tools under the names and with the fields that clients of older pipelines expect. They ask
//! `datasheet.extract` and `model.make` and say the same in other words.

mod pdf;
mod spice;

use crate::call;
use crate::server::Server;
use crate::tools::{refused, tool};
use espice::against_schema;
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Tool};
use rmcp::service::RequestContext;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Instant;

/// A tool that asks an operation and tells its document differently.
pub(crate) struct Alias {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    input: fn() -> Schema,
    output: fn() -> Schema,
    operation: &'static str,
    /// From arguments to the request, and what is needed to tell the document.
    prepare: fn(JsonObject) -> Result<(Value, Tell), String>,
}

/// From the document and the seconds that it took to what is told.
type Tell = Box<dyn FnOnce(&Value, f64) -> Value + Send>;

static ALIASES: [Alias; 2] = [
    Alias {
        name: "pdf_processing",
        title: "Read a datasheet (alias)",
        about: "Alias of datasheet.extract for clients that expect tables and parameters: every row \
                of every table that was read, with page, confidence and status. Prefer \
                datasheet.extract, which has curves, conditions and reasons, too.",
        input: || schema_for!(pdf::Arguments),
        output: || schema_for!(pdf::Told),
        operation: "datasheet.extract",
        prepare: pdf::prepare,
    },
    Alias {
        name: "spice_generation",
        title: "Make a model from parameters (alias)",
        about: "Alias of model.make for clients that have a device's name, its type and the \
                parameters of its datasheet: fits the template of the type to them and gives the \
                card with what the rules say. Prefer model.make where there is a source.",
        input: || schema_for!(spice::Arguments),
        output: || schema_for!(spice::Told),
        operation: "model.make",
        prepare: spice::prepare,
    },
];

/// The aliases as tools.
pub(crate) fn all() -> impl Iterator<Item = Tool> {
    ALIASES.iter().map(|a| tool(a.name, a.title, a.about, &(a.input)(), &(a.output)()))
}

/// The alias of this name.
pub(crate) fn find(name: &str) -> Option<&'static Alias> {
    ALIASES.iter().find(|a| a.name == name)
}

/// Carries out an alias.
pub(crate) async fn call(
    server: &Server,
    alias: &Alias,
    arguments: JsonObject,
    context: &RequestContext<RoleServer>,
) -> CallToolResult {
    let since = Instant::now();
    let (request, tell) = match (alias.prepare)(arguments) {
        Ok(prepared) => prepared,
        Err(message) => {
            let error = espice::ServiceError::BadRequest { message };
            return CallToolResult::error(vec![ContentBlock::text(error.document())]);
        }
    };
    match call::call(server, alias.operation, request.to_string(), context).await {
        Err(refusal) => refused(&refusal),
        Ok(reply) => match serde_json::from_str::<Value>(&reply.document) {
            Ok(document) => {
                let told = tell(&document, since.elapsed().as_secs_f64());
                CallToolResult::structured(told)
            }
            Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
        },
    }
}

/// Reads arguments.
fn read<T: DeserializeOwned + JsonSchema>(arguments: JsonObject) -> Result<T, String> {
    let arguments = Value::Object(arguments);
    let wrong = |what: String| format!("the arguments cannot be read: {what}");
    let against = against_schema(schema_for!(T).as_value(), &arguments);
    let read = serde_json::from_value(arguments).map_err(|e| wrong(e.to_string()))?;
    against.map_or(Ok(read), |what| Err(wrong(what)))
}

/// What is told, as JSON.
fn told<T: Serialize>(told: &T) -> Value {
    serde_json::to_value(told).unwrap_or_default()
}

/// Text of a field; empty where there is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// The elements of a list.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What a rule says.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ValidationResult {
    /// The rule with its pack.
    rule: String,
    /// `passed`, `failed`, `undecided`, `not_applicable` or `waived`.
    status: String,
    /// `error`, `warning` or `note`.
    severity: String,
    /// One sentence.
    message: String,
}

/// Rules that were decided, and failures of all kinds.
fn validations(outcome: &Value) -> Vec<ValidationResult> {
    let findings = list(&outcome["verdict"]["findings"]);
    let decided = findings.iter().filter(|f| f["status"] != "not_applicable");
    let one = |f: &Value| ValidationResult {
        rule: format!("{}::{}", text(&f["pack"]), text(&f["rule"])),
        status: text(&f["status"]),
        severity: text(&f["severity"]),
        message: text(&f["message"]),
    };
    decided.map(one).collect()
}

/// Errors in words, each with its code and its help.
fn errors(outcome: &Value) -> Vec<String> {
    let all = list(&outcome["diagnostics"]).iter();
    let errors = all.filter(|d| d["severity"] == "error");
    let one = |d: &Value| {
        let help = list(&d["help"]).first().map_or(String::new(), |h| format!(" ({})", text(h)));
        format!("{}: {}{help}", text(&d["code"]), text(&d["message"]))
    };
    errors.map(one).collect()
}
