//! Tools of the suite.
#![expect(deprecated, reason = "the suite asks for what is going to be removed, too")]

use super::Fixture;
use super::pages::{IMAGE, SOUND};
use super::questions::{form, internal};
use rmcp::RoleServer;
use rmcp::model::{
    AudioContent, CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities,
    ContentBlock, CreateMessageRequestParams, ElicitRequestParams, ErrorData, InputRequiredResult,
    JsonObject, LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam,
    ResourceContents, SamplingMessage, Tool,
};
use rmcp::service::RequestContext;
use serde_json::{Value, json};
use std::time::Duration;

/// Names of those that take nothing.
const BARE: [&str; 24] = [
    "test_audio_content",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_embedded_resource",
    "test_error_handling",
    "test_image_content",
    "test_input_required_result_capabilities",
    "test_input_required_result_elicitation",
    "test_input_required_result_list_roots",
    "test_input_required_result_multi_round",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_request_state",
    "test_input_required_result_sampling",
    "test_input_required_result_tampered_state",
    "test_logging_tool",
    "test_missing_capability",
    "test_multiple_content_types",
    "test_reconnection",
    "test_simple_text",
    "test_streaming_elicitation",
    "test_tool_with_logging",
    "test_tool_with_progress",
    "test_trigger_prompt_change",
    "test_trigger_tool_change",
];

/// All of them; the same list every time.
pub(super) fn all() -> Vec<Tool> {
    let none = json!({ "type": "object", "properties": {} });
    let text = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } }, "required": [name] });
    let header = json!({
        "type": "object",
        "properties": { "value": { "type": "string", "x-mcp-header": "Value" } },
        "required": ["value"],
    });
    let mut tools: Vec<Tool> = BARE.iter().map(|name| tool(name, none.clone())).collect();
    tools.push(tool("json_schema_2020_12_tool", schema()));
    tools.push(tool("test_custom_header", header));
    tools.push(tool("test_elicitation", text("message")));
    tools.push(tool("test_sampling", text("prompt")));
    tools
}

fn tool(name: &str, schema: Value) -> Tool {
    let schema: JsonObject = schema.as_object().cloned().unwrap_or_default();
    Tool::new(name.to_string(), "A fixture of the conformance suite", schema)
}

/// A schema with what is new in its dialect.
fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "address",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": { "name": { "type": "string" }, "address": { "$ref": "#/$defs/address" } },
        "allOf": [{ "anyOf": [{ "required": ["name"] }, { "required": ["address"] }] }],
        "if": { "required": ["address"] },
        "then": { "properties": { "address": { "required": ["street"] } } },
        "else": { "required": ["name"] },
        "additionalProperties": false,
    })
}

pub(super) async fn call(
    fixture: &Fixture,
    request: CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let arguments = request.arguments.unwrap_or_default();
    let given = |name: &str| arguments.get(name).and_then(Value::as_str).map(String::from);
    let image = || ContentBlock::image(IMAGE, "image/png");
    let resource = || {
        let contents = ResourceContents::text("An embedded text.", "test://embedded-resource");
        ContentBlock::resource(contents.with_mime_type("text/plain"))
    };
    let content = match request.name.as_ref() {
        "test_simple_text" => vec![ContentBlock::text("This is a simple text response.")],
        "test_image_content" => vec![image()],
        "test_audio_content" => {
            vec![ContentBlock::Audio(AudioContent::new(SOUND, "audio/wav"))]
        }
        "test_embedded_resource" => vec![resource()],
        "test_multiple_content_types" => vec![ContentBlock::text("Three"), image(), resource()],
        "test_error_handling" => {
            let words = "This tool always fails.";
            return Ok(CallToolResult::error(vec![ContentBlock::text(words)]).into());
        }
        "test_tool_with_logging" => {
            for words in ["started", "processing", "completed"] {
                log(context, LoggingLevel::Info, words).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            vec![ContentBlock::text("logged")]
        }
        "test_logging_tool" => {
            if let Some(level) = context.meta.log_level() {
                log(context, level, "asked for").await;
            }
            vec![ContentBlock::text("logged where asked for")]
        }
        "test_tool_with_progress" => {
            for done in [0.0, 50.0, 100.0] {
                if let Some(token) = context.meta.get_progress_token() {
                    let step = ProgressNotificationParam::new(token, done).with_total(100.0);
                    let _ = context.peer.notify_progress(step).await;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            vec![ContentBlock::text("done")]
        }
        "test_reconnection" => {
            tokio::time::sleep(Duration::from_millis(100)).await;
            vec![ContentBlock::text("done")]
        }
        "test_custom_header" => match given("value") {
            Some(value) => vec![ContentBlock::text(value)],
            None => return Err(ErrorData::invalid_params("`value` is no text", None)),
        },
        "json_schema_2020_12_tool" => {
            vec![ContentBlock::text(given("name").unwrap_or_default())]
        }
        "test_missing_capability" => {
            if context.meta.client_capabilities().unwrap_or_default().sampling.is_none() {
                let needed = ClientCapabilities::builder().enable_sampling().build();
                return Err(ErrorData::missing_required_client_capability(needed));
            }
            vec![ContentBlock::text("the capability is there")]
        }
        "test_streaming_elicitation" => {
            let question = form("A value?", "value", "string")?;
            let asked = std::iter::once(("streaming_elicitation".to_string(), question)).collect();
            return Ok(InputRequiredResult::from_input_requests(asked).into());
        }
        "test_trigger_tool_change" => {
            for listener in fixture.listening() {
                let _ = listener.notify_tool_list_changed().await;
            }
            vec![ContentBlock::text("told")]
        }
        "test_trigger_prompt_change" => {
            for listener in fixture.listening() {
                let _ = listener.notify_prompt_list_changed().await;
            }
            vec![ContentBlock::text("told")]
        }
        "test_sampling" => {
            let message = SamplingMessage::user_text(given("prompt").unwrap_or_default());
            let params = CreateMessageRequestParams::new(vec![message], 100);
            let made = context.peer.create_message(params).await.map_err(internal)?;
            let text = made.message.content.first().and_then(|c| c.as_text());
            let text = text.map_or(String::new(), |t| t.text.clone());
            vec![ContentBlock::text(format!("The model says: {text}"))]
        }
        "test_elicitation" => {
            let message = given("message").unwrap_or_default();
            let fields = json!({ "username": { "type": "string" }, "email": { "type": "string" } });
            elicit(context, message, fields, json!(["username", "email"])).await?
        }
        "test_elicitation_sep1034_defaults" => {
            let fields = json!({
                "name": { "type": "string", "default": "John Doe" },
                "age": { "type": "integer", "default": 30 },
                "score": { "type": "number", "default": 95.5 },
                "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
                "verified": { "type": "boolean", "default": true },
            });
            elicit(context, "All have defaults".into(), fields, json!([])).await?
        }
        "test_elicitation_sep1330_enums" => {
            let titled =
                |n: u32| json!({ "const": format!("value{n}"), "title": format!("Choice {n}") });
            let plain = json!(["option1", "option2", "option3"]);
            let choices = json!([titled(1), titled(2), titled(3)]);
            let fields = json!({
                "untitledSingle": { "type": "string", "enum": plain },
                "titledSingle": { "type": "string", "oneOf": choices },
                "legacyEnum": {
                    "type": "string",
                    "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"],
                },
                "untitledMulti": { "type": "array", "items": { "type": "string", "enum": plain } },
                "titledMulti": { "type": "array", "items": { "anyOf": choices } },
            });
            elicit(context, "Choose".into(), fields, json!([])).await?
        }
        _ => vec![ContentBlock::text("nothing")],
    };
    Ok(CallToolResult::success(content).into())
}

async fn log(context: &RequestContext<RoleServer>, level: LoggingLevel, words: &str) {
    let message = LoggingMessageNotificationParam::new(level, json!(words)).with_logger("fixture");
    let _ = context.peer.notify_logging_message(message).await;
}

/// Asks the user of a client of an older protocol.
async fn elicit(
    context: &RequestContext<RoleServer>,
    message: String,
    fields: Value,
    required: Value,
) -> Result<Vec<ContentBlock>, ErrorData> {
    let schema = json!({ "type": "object", "properties": fields, "required": required });
    let requested_schema = serde_json::from_value(schema).map_err(internal)?;
    let params =
        ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
    let given = context.peer.create_elicitation(params).await.map_err(internal)?;
    let action = serde_json::to_value(&given.action).unwrap_or_default();
    let content = given.content.unwrap_or_default();
    Ok(vec![ContentBlock::text(format!("action={action}, content={content}"))])
}
