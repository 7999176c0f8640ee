//! How much of a long document an agent is told: it pays for every word. What curves consist of, and
//! rules that hold or do not apply, are most of an outcome; briefly it goes without them and says so.

use rmcp::model::{JsonObject, Tool};
use serde_json::{Value, json};
use std::sync::Arc;

/// The field of arguments that asks, and the one of documents that says what was left out.
const DETAIL: &str = "detail";
const LEFT_OUT: &str = "left_out";
/// What findings that an agent has to act on say of their rule.
const TOLD: [&str; 3] = ["failed", "undecided", "waived"];
/// The operations that are told briefly unless all is asked for, and whether they tell facts.
const BRIEF: [(&str, bool); 2] = [("datasheet.extract", true), ("model.make", false)];

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Detail {
    /// What is needed to go on.
    Brief,
    /// The document, as every front end gives it.
    Full,
}

/// Takes what was asked for out of the arguments.
///
/// # Errors
/// In words: there is no such detail.
pub(crate) fn take(operation: &str, arguments: &mut JsonObject) -> Result<Detail, String> {
    if !BRIEF.iter().any(|(name, _)| *name == operation) {
        return Ok(Detail::Full);
    }
    match arguments.remove(DETAIL) {
        None | Some(Value::Null) => Ok(Detail::Brief),
        Some(word) if word == "brief" => Ok(Detail::Brief),
        Some(word) if word == "full" => Ok(Detail::Full),
        Some(other) => Err(format!("`{DETAIL}` is {other}, not \"brief\" or \"full\"")),
    }
}

/// Adds to a tool's schemas what is asked and told of details.
pub(crate) fn described(mut tool: Tool) -> Tool {
    if !BRIEF.iter().any(|(name, _)| *name == tool.name) {
        return tool;
    }
    let asked = json!({
        "description": "`full` for the whole document: points of curves, values of the model along \
                        them, and rules that hold or do not apply. Unless said `brief`, without them.",
        "enum": ["brief", "full", null],
    });
    let told = json!({
        "description": "What a brief answer goes without, and how to get it.",
        "items": { "type": "string" },
        "type": "array",
    });
    tool.input_schema = with_property(&tool.input_schema, DETAIL, asked);
    tool.output_schema = tool.output_schema.map(|schema| with_property(&schema, LEFT_OUT, told));
    tool
}

fn with_property(schema: &JsonObject, name: &str, property: Value) -> Arc<JsonObject> {
    let mut schema = schema.clone();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(name.into(), property);
    }
    Arc::new(schema)
}

/// Leaves out what takes most room and is needed least, and says so. `whole` is where the whole
/// document can be read, if it is kept.
pub(crate) fn shorten(operation: &str, document: &mut Value, whole: Option<&str>) {
    let Some((_, tells_facts)) = BRIEF.iter().find(|(name, _)| *name == operation) else { return };
    let mut left_out = Vec::new();
    if *tells_facts {
        let points = emptied(document.pointer_mut("/facts/curves"), "points");
        left_out.extend((points > 0).then(|| format!("facts.curves: {points} points")));
    } else {
        for list in ["parameters", "curves", "panels"] {
            let Some(Value::Array(all)) = document.pointer_mut(&format!("/facts/{list}")) else {
                continue;
            };
            let count = std::mem::take(all).len();
            let told = format!("facts.{list}: {count}, which datasheet.extract tells");
            left_out.extend((count > 0).then_some(told));
        }
    }
    let values = emptied(document.pointer_mut("/fit/curves"), "model");
    left_out.extend((values > 0).then(|| format!("fit.curves: {values} values of the model")));
    if let Some(Value::Array(findings)) = document.pointer_mut("/verdict/findings") {
        let before = findings.len();
        findings.retain(|f| TOLD.iter().any(|status| f["status"] == *status));
        let count = before - findings.len();
        let told = format!("verdict.findings: {count} of rules that hold or do not apply");
        left_out.extend((count > 0).then_some(told));
    }
    if left_out.is_empty() {
        return;
    }
    let at = whole.map_or(String::new(), |uri| format!(", or read {uri}"));
    left_out.push(format!("all of it: ask with {DETAIL} = \"full\"{at}"));
    if let Some(fields) = document.as_object_mut() {
        fields.insert(LEFT_OUT.into(), json!(left_out));
    }
}

/// Empties a list in each element of a list; how many elements went.
fn emptied(list: Option<&mut Value>, field: &str) -> usize {
    let all = list.and_then(Value::as_array_mut).into_iter().flatten();
    let inner = all.filter_map(|one| one.get_mut(field).and_then(Value::as_array_mut));
    inner.map(|list| std::mem::take(list).len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Value {
        let findings = ["failed", "passed", "not_applicable", "undecided"]
            .map(|status| json!({ "rule": "r", "status": status }));
        json!({
            "facts": {
                "parameters": [{ "symbol": "VF" }], "panels": [],
                "curves": [{ "quantity": "IF(VF)", "points": [[1, 2], [3, 4]] }],
            },
            "fit": { "curves": [{ "quantity": "IF(VF)", "model": [1, 2] }], "parameters": [1] },
            "verdict": { "findings": findings },
        })
    }

    #[test]
    fn what_is_left_out_is_counted_and_the_rest_is_as_it_was() {
        let (mut made, whole) = (outcome(), outcome());
        shorten("model.make", &mut made, Some("espice://outcome/x"));
        assert_eq!(made["facts"], json!({ "parameters": [], "curves": [], "panels": [] }));
        let curves = json!([{ "quantity": "IF(VF)", "model": [] }]);
        assert_eq!(made["fit"], json!({ "curves": curves, "parameters": [1] }));
        let status: Vec<&Value> =
            made["verdict"]["findings"].as_array().unwrap().iter().map(|f| &f["status"]).collect();
        assert_eq!(status, ["failed", "undecided"]);
        let told = json!([
            "facts.parameters: 1, which datasheet.extract tells",
            "facts.curves: 1, which datasheet.extract tells",
            "fit.curves: 2 values of the model",
            "verdict.findings: 2 of rules that hold or do not apply",
            "all of it: ask with detail = \"full\", or read espice://outcome/x",
        ]);
        assert_eq!(made["left_out"], told);
        let mut read = outcome();
        shorten("datasheet.extract", &mut read, None);
        assert_eq!(read["facts"]["parameters"], whole["facts"]["parameters"]);
        let curves = json!([{ "quantity": "IF(VF)", "points": [] }]);
        assert_eq!(read["facts"]["curves"], curves);
        assert_eq!(read["left_out"][0], "facts.curves: 2 points");
        let mut other = outcome();
        shorten("model.judge", &mut other, None);
        assert_eq!(other, whole);
        let mut empty = json!({ "facts": { "parameters": [] }, "fit": null });
        shorten("model.make", &mut empty, None);
        assert_eq!(empty["left_out"], Value::Null);
    }

    #[test]
    fn the_question_is_taken_out_of_the_arguments() {
        let with = |word: Value| {
            let mut arguments = json!({ "sources": [], "detail": word });
            let taken = take("model.make", arguments.as_object_mut().unwrap());
            (taken, arguments)
        };
        for (word, detail) in [
            (json!("full"), Detail::Full),
            (json!("brief"), Detail::Brief),
            (Value::Null, Detail::Brief),
        ] {
            assert_eq!(with(word), (Ok(detail), json!({ "sources": [] })));
        }
        assert!(with(json!("some")).0.is_err() && with(json!(1)).0.is_err());
        let mut none = JsonObject::new();
        assert_eq!(take("model.make", &mut none), Ok(Detail::Brief));
        // Others have no such field, and the service refuses it.
        let mut others = json!({ "detail": "full" });
        assert_eq!(take("model.judge", others.as_object_mut().unwrap()), Ok(Detail::Full));
        assert_eq!(others, json!({ "detail": "full" }));
    }
}
