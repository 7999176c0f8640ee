//! Tools of the suite that need something of the client before they answer.
#![expect(deprecated, reason = "the suite asks for what is going to be removed, too")]

use super::Fixture;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CreateMessageRequest,
    CreateMessageRequestParams, ElicitRequest, ElicitRequestParams, ErrorData,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, InputRequest, InputRequests,
    InputRequiredResult, InputResponses, ListRootsRequest, PromptMessage, RequestMetaObject, Role,
    SamplingMessage,
};
use serde_json::{Value, json};

/// A form with one field that must be filled in.
pub(super) fn form(message: &str, field: &str, sort: &str) -> Result<InputRequest, ErrorData> {
    let schema = json!({
        "type": "object",
        "properties": { field: { "type": sort } },
        "required": [field],
    });
    let requested_schema = serde_json::from_value(schema).map_err(internal)?;
    let message = message.into();
    let params =
        ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
    Ok(InputRequest::Elicitation(ElicitRequest::new(params)))
}

fn sampling(prompt: &str) -> InputRequest {
    let params = CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], 100);
    InputRequest::CreateMessage(CreateMessageRequest::new(params))
}

fn roots() -> InputRequest {
    InputRequest::ListRoots(ListRootsRequest::default())
}

pub(super) fn internal(error: impl std::fmt::Display) -> ErrorData {
    ErrorData::internal_error(error.to_string(), None)
}

fn requests<const N: usize>(all: [(&str, InputRequest); N]) -> InputRequests {
    all.into_iter().map(|(key, request)| (key.to_string(), request)).collect()
}

/// An answer that has the form of one; any other is asked for again.
fn answer<'a>(responses: Option<&'a InputResponses>, key: &str) -> Option<&'a Value> {
    responses.and_then(|r| r.get(key)).filter(|v| v.is_object())
}

fn done(words: impl Into<String>) -> Result<CallToolResponse, ErrorData> {
    Ok(CallToolResult::success(vec![ContentBlock::text(words.into())]).into())
}

fn ask(requests: InputRequests, state: Option<String>) -> Result<CallToolResponse, ErrorData> {
    Ok(InputRequiredResult::new(Some(requests), state).into())
}

/// What a request's state says; null where it has none.
fn state(fixture: &Fixture, request: &CallToolRequestParams) -> Result<Value, ErrorData> {
    let Some(sealed) = request.request_state.as_deref() else { return Ok(Value::Null) };
    fixture
        .state
        .open_json(sealed)
        .map_err(|_| ErrorData::invalid_params("the state of the request was changed", None))
}

pub(super) fn call(
    fixture: &Fixture,
    request: &CallToolRequestParams,
    meta: &RequestMetaObject,
) -> Result<CallToolResponse, ErrorData> {
    let responses = request.input_responses.as_ref();
    let seal = |state: Value| fixture.state.seal_json(&state).map(Some).map_err(internal);
    let state = state(fixture, request)?;
    let name = || form("What is your name?", "name", "string");
    match request.name.rsplit_once("result_").map_or("", |(_, last)| last) {
        "elicitation" => match answer(responses, "user_name") {
            Some(given) => done(format!("Hello, {}!", given["content"]["name"])),
            None => ask(requests([("user_name", name()?)]), None),
        },
        "sampling" => match answer(responses, "capital_question") {
            Some(given) => done(format!("Answer: {}", given["content"]["text"])),
            None => {
                let question = sampling("What is the capital of France?");
                ask(requests([("capital_question", question)]), None)
            }
        },
        "list_roots" => match answer(responses, "client_roots") {
            Some(given) => done(format!("Roots: {}", given["roots"])),
            None => ask(requests([("client_roots", roots())]), None),
        },
        "request_state" | "tampered_state" => match &state {
            Value::Null => {
                let confirm = form("Go on?", "ok", "boolean")?;
                ask(requests([("confirm", confirm)]), seal(json!({ "stage": 1 }))?)
            }
            _ => done("state-ok"),
        },
        "multiple_inputs" => {
            let all = ["user_name", "greeting", "client_roots"];
            if all.iter().all(|key| answer(responses, key).is_some()) && !state.is_null() {
                return done("all inputs are there");
            }
            let questions = requests([
                ("user_name", name()?),
                ("greeting", sampling("Greet somebody")),
                ("client_roots", roots()),
            ]);
            ask(questions, seal(json!({ "stage": 1 }))?)
        }
        "multi_round" => match state["round"].as_u64() {
            None => ask(requests([("step1", name()?)]), seal(json!({ "round": 1 }))?),
            Some(1) => {
                let color = form("What is your color?", "color", "string")?;
                ask(requests([("step2", color)]), seal(json!({ "round": 2 }))?)
            }
            Some(_) => done("all rounds are done"),
        },
        "capabilities" => {
            let can = meta.client_capabilities().unwrap_or_default();
            let mut questions = InputRequests::new();
            if can.elicitation.is_some() {
                questions.insert("user_name".into(), name()?);
            }
            if can.sampling.is_some() {
                questions.insert("greeting".into(), sampling("Greet somebody"));
            }
            if can.roots.is_some() {
                questions.insert("client_roots".into(), roots());
            }
            match responses.is_some() || questions.is_empty() {
                true => done("nothing more to ask"),
                false => ask(questions, None),
            }
        }
        _ => Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None)),
    }
}

/// The prompt that asks first.
pub(super) fn prompt(request: &GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    match answer(request.input_responses.as_ref(), "user_context") {
        Some(given) => {
            let words = format!("The context is {}.", given["content"]["context"]);
            let message = PromptMessage::new_text(Role::User, words);
            Ok(GetPromptResult::new(vec![message]).into())
        }
        None => {
            let question = form("Which context?", "context", "string")?;
            let asked = requests([("user_context", question)]);
            Ok(InputRequiredResult::from_input_requests(asked).into())
        }
    }
}
