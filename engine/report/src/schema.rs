//! The JSON schema of the outcome document, generated from its types.

/// The schema as indented JSON with LF and a final line end: the text of
/// `docs/outcome.schema.json`.
///
/// Descriptions are the doc comments of the types.
///
/// # Errors
/// Never in practice: a schema is made of text, numbers and maps with text keys.
pub fn render() -> Result<String, serde_json::Error> {
    document("model.make")
}

/// The schema of the document of `judge`, the text of `docs/judged.schema.json`.
///
/// # Errors
/// As [`render`].
pub fn judged() -> Result<String, serde_json::Error> {
    document("model.judge")
}

/// The schema of an operation's document.
fn document(operation: &str) -> Result<String, serde_json::Error> {
    let schema = espice::operation(operation).map(espice::Operation::output);
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}

/// The operations that other programs ask for, with the schemas of their requests, the text of
/// `docs/operations.json`.
pub fn operations() -> String {
    let one = |o: &espice::Operation| serde_json::json!({ "name": o.name, "title": o.title, "about": o.about, "request": o.input() });
    let all: Vec<serde_json::Value> = espice::operations().iter().map(one).collect();
    format!("{:#}\n", serde_json::Value::Array(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, json};

    /// Every key that the document writes is described, and nothing is required that it leaves
    /// out.
    #[test]
    fn the_schema_describes_what_is_written() {
        let schema: serde_json::Value = serde_json::from_str(&render().unwrap()).unwrap();
        let document: serde_json::Value =
            serde_json::from_str(&json::render(&fixture::diode()).unwrap()).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        for key in document.as_object().unwrap().keys() {
            assert!(properties.contains_key(key), "`{key}` is not in the schema");
        }
        for required in schema["required"].as_array().unwrap() {
            let key = required.as_str().unwrap();
            assert!(document.get(key).is_some(), "`{key}` is required but not written");
        }
    }
}
