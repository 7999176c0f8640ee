//! A choice that is the user's: which part of a sheet for several is meant.

use espice_base::Code;
use rmcp::model::{
    ClientCapabilities, ElicitRequest, ElicitRequestParams, ElicitationSchema, EnumSchema,
    InputRequest, InputRequests, InputRequiredResult, InputResponses, JsonObject,
};
use serde_json::Value;

/// Under which the question stands, and the field of requests that the answer fills.
pub(crate) const PART: &str = "part";

/// The parts to choose among, if a document ends with that question.
pub(crate) fn parts(document: &Value) -> Option<Vec<String>> {
    let diagnostics = document["diagnostics"].as_array()?;
    if !diagnostics.iter().any(|d| d["code"] == Code::PART_NOT_CHOSEN.as_str()) {
        return None;
    }
    let parts = document["device"]["parts"].as_array()?;
    let parts: Vec<String> = parts.iter().filter_map(|p| p.as_str()).map(String::from).collect();
    (parts.len() > 1).then_some(parts)
}

/// Whether a client can ask its user.
pub(crate) fn can_ask(capabilities: Option<&ClientCapabilities>) -> bool {
    let elicitation = capabilities.and_then(|c| c.elicitation.as_ref());
    elicitation.is_some_and(|e| e.form.is_some() || e.url.is_none())
}

/// The question.
pub(crate) fn question(parts: &[String]) -> ElicitRequestParams {
    let choices = EnumSchema::builder(parts.to_vec()).untitled().build();
    let schema = ElicitationSchema::builder()
        .required_enum_schema(PART, choices)
        .title("Part")
        .build_unchecked();
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: String::from("The sheet speaks of several parts. Which one is meant?"),
        requested_schema: schema,
    }
}

/// The question as part of a task.
pub(crate) fn request(parts: &[String]) -> InputRequest {
    InputRequest::Elicitation(ElicitRequest::new(question(parts)))
}

/// The question as a result, which the client answers by asking again.
pub(crate) fn required(parts: &[String]) -> InputRequiredResult {
    let mut requests = InputRequests::new();
    requests.insert(PART.into(), request(parts));
    InputRequiredResult::from_input_requests(requests)
}

/// Takes the answer that came with a request into its arguments. Whether there was one: who has
/// declined is not asked again.
pub(crate) fn take(arguments: &mut JsonObject, responses: Option<&InputResponses>) -> bool {
    let Some(response) = responses.and_then(|r| r.get(PART)).filter(|r| r.is_object()) else {
        return false;
    };
    fill(arguments, response);
    true
}

/// Fills an answer in, where the user gave one. The engine looks at it as at any other request.
pub(crate) fn fill(arguments: &mut JsonObject, response: &Value) -> bool {
    let accepted = response["action"].as_str().is_none_or(|a| a == "accept");
    match response["content"][PART].as_str().filter(|_| accepted) {
        Some(part) => {
            arguments.insert(PART.into(), Value::from(part));
            true
        }
        None => false,
    }
}
