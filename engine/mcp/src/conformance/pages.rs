//! Resources and prompts of the suite.

use rmcp::model::{
    ContentBlock, GetPromptRequestParams, GetPromptResult, ImageContent, Prompt, PromptArgument,
    PromptMessage, ReadResourceResult, Resource, ResourceContents, ResourceTemplate, Role,
};

/// A red point, PNG.
pub(super) const IMAGE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";
/// Silence, WAV.
pub(super) const SOUND: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

pub(super) fn resources() -> Vec<Resource> {
    vec![
        Resource::new("test://static-binary", "static-binary")
            .with_description("An image")
            .with_mime_type("image/png"),
        Resource::new("test://static-text", "static-text")
            .with_description("A text")
            .with_mime_type("text/plain"),
    ]
}

pub(super) fn template() -> ResourceTemplate {
    ResourceTemplate::new("test://template/{id}/data", "template")
        .with_description("A document with its number")
        .with_mime_type("application/json")
}

pub(super) fn read(uri: &str) -> Option<ReadResourceResult> {
    let contents = match uri {
        "test://static-text" => {
            ResourceContents::text("The text of a resource.", uri).with_mime_type("text/plain")
        }
        "test://static-binary" => ResourceContents::blob(IMAGE, uri).with_mime_type("image/png"),
        _ => {
            let id = uri.strip_prefix("test://template/")?.strip_suffix("/data")?;
            let text = serde_json::json!({ "id": id, "templateTest": true, "data": id });
            ResourceContents::text(text.to_string(), uri).with_mime_type("application/json")
        }
    };
    Some(ReadResourceResult::new(vec![contents]))
}

pub(super) fn prompts() -> Vec<Prompt> {
    let argument =
        |name: &str| PromptArgument::new(name).with_description("A word").with_required(true);
    let with = Some(vec![argument("arg1"), argument("arg2")]);
    vec![
        Prompt::new("test_input_required_result_prompt", Some("Asks for a context"), None),
        Prompt::new("test_prompt_with_arguments", Some("Has arguments"), with),
        Prompt::new("test_prompt_with_embedded_resource", Some("Has a resource"), None),
        Prompt::new("test_prompt_with_image", Some("Has an image"), None),
        Prompt::new("test_simple_prompt", Some("Has a text"), None),
    ]
}

pub(super) fn prompt(request: &GetPromptRequestParams) -> Option<GetPromptResult> {
    let text = |words: String| PromptMessage::new_text(Role::User, words);
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![text("A simple prompt.".into())],
        "test_prompt_with_arguments" => {
            let given = |name: &str| {
                let given = request.arguments.as_ref().and_then(|a| a.get(name));
                given.and_then(|v| v.as_str()).unwrap_or_default().to_string()
            };
            vec![text(format!("The arguments are {} and {}.", given("arg1"), given("arg2")))]
        }
        "test_prompt_with_embedded_resource" => {
            let uri = request.arguments.as_ref().and_then(|a| a.get("resourceUri"));
            let uri = uri.and_then(|v| v.as_str()).unwrap_or("test://static-text");
            let contents = ResourceContents::text("The text of a resource.", uri);
            let block = ContentBlock::resource(contents.with_mime_type("text/plain"));
            vec![PromptMessage::new(Role::User, block), text("That was a resource.".into())]
        }
        "test_prompt_with_image" => {
            let image = ContentBlock::Image(ImageContent::new(IMAGE, "image/png"));
            vec![PromptMessage::new(Role::User, image), text("That was an image.".into())]
        }
        _ => return None,
    };
    Some(GetPromptResult::new(messages))
}
