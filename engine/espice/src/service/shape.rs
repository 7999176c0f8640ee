//! Whether a request is what its schema says, no more and no less. Deserialisation takes some forms
//! that no schema mentions, such as a list of its fields for an object; what clients check before
//! they send must be what is taken.

use serde_json::Value;

/// What stands against a value, with its place; `None` where it is as the schema says. Of the
/// keywords those count that the schemas of this crate use.
pub fn against_schema(schema: &Value, value: &Value) -> Option<String> {
    against(schema, schema, value, "")
}

fn against(whole: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let Some(keywords) = schema.as_object() else {
        let is_refused = schema == &Value::Bool(false);
        return is_refused.then(|| format!("`{}` is not known", at.trim_start_matches('/')));
    };
    keywords.iter().find_map(|(word, says)| keyword(whole, schema, (word, says), value, at))
}

/// What one keyword has against a value.
fn keyword(
    whole: &Value,
    schema: &Value,
    (word, says): (&str, &Value),
    value: &Value,
    at: &str,
) -> Option<String> {
    let wrong = |what: String| {
        let name = at.trim_start_matches('/');
        Some(if name.is_empty() { format!("it {what}") } else { format!("`{name}` {what}") })
    };
    let list = || says.as_array().map(Vec::as_slice).unwrap_or_default();
    let number = || says.as_f64().zip(value.as_f64());
    let inner = |schema: &Value, name: &str, value: &Value| {
        against(whole, schema, value, &format!("{at}/{name}"))
    };
    match word {
        "$ref" => {
            let path = says.as_str().unwrap_or_default().trim_start_matches('#');
            against(whole, whole.pointer(path)?, value, at)
        }
        "type" => {
            let is_one = says.as_str().is_some_and(|name| is_of(name, value));
            let is_any = list().iter().filter_map(Value::as_str).any(|name| is_of(name, value));
            if is_one || is_any { None } else { wrong(format!("is {}, not {says}", shown(value))) }
        }
        "properties" => says.as_object()?.iter().find_map(|(name, schema)| {
            value.get(name).and_then(|given| inner(schema, name, given))
        }),
        "required" => {
            let names = list().iter().filter_map(Value::as_str);
            let mut missing = names.filter(|name| value.is_object() && value.get(name).is_none());
            missing.next().map(|name| format!("missing field `{name}`"))
        }
        "additionalProperties" => {
            let is_known = |name: &str| schema["properties"].get(name).is_some();
            let mut more = value.as_object()?.iter().filter(|(name, _)| !is_known(name));
            more.find_map(|(name, given)| inner(says, name, given))
        }
        "items" => {
            let mut all = value.as_array()?.iter().enumerate();
            all.find_map(|(place, given)| inner(says, &place.to_string(), given))
        }
        "minItems" => {
            let count = value.as_array()?.len();
            let is_short = (count as u64) < says.as_u64()?;
            is_short.then(|| wrong(format!("has {count} elements, fewer than {says}")))?
        }
        "minLength" => {
            let count = value.as_str()?.chars().count();
            let is_short = (count as u64) < says.as_u64()?;
            is_short.then(|| wrong(format!("has {count} letters, fewer than {says}")))?
        }
        "minimum" => number()
            .filter(|(least, v)| v < least)
            .and_then(|(least, v)| wrong(format!("is {v}, less than {least}"))),
        "maximum" => number()
            .filter(|(most, v)| v > most)
            .and_then(|(most, v)| wrong(format!("is {v}, more than {most}"))),
        "exclusiveMinimum" => number()
            .filter(|(least, v)| v <= least)
            .and_then(|(least, v)| wrong(format!("is {v}, not more than {least}"))),
        "exclusiveMaximum" => number()
            .filter(|(most, v)| v >= most)
            .and_then(|(most, v)| wrong(format!("is {v}, not less than {most}"))),
        "enum" if !list().contains(value) => wrong(format!("is {}, none of {says}", shown(value))),
        "const" if says != value => wrong(format!("is {}, not {says}", shown(value))),
        "anyOf" | "oneOf" => {
            let fits = list().iter().any(|schema| against(whole, schema, value, at).is_none());
            if fits { None } else { wrong(format!("is {}, none of what can be", shown(value))) }
        }
        _ => None,
    }
}

/// A value in a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => String::from("a list"),
        Value::Object(_) => String::from("an object"),
        other => espice_facts::wording::shown(&other.to_string()),
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::operations;
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    /// The keywords of a schema.
    fn keywords(schema: &Value, found: &mut BTreeSet<String>) {
        for (word, says) in schema.as_object().into_iter().flatten() {
            found.insert(word.clone());
            match word.as_str() {
                "properties" | "$defs" => {
                    says.as_object().unwrap().values().for_each(|s| keywords(s, found));
                }
                "anyOf" | "oneOf" => {
                    says.as_array().unwrap().iter().for_each(|s| keywords(s, found))
                }
                "items" | "additionalProperties" => keywords(says, found),
                _ => {}
            }
        }
    }

    #[test]
    fn every_keyword_of_requests_counts() {
        let mut found = BTreeSet::new();
        operations().iter().for_each(|o| keywords(o.input().as_value(), &mut found));
        let words = ["$schema", "$defs", "title", "description", "default", "format"];
        let counted = [
            "$ref",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "minLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "enum",
            "const",
            "anyOf",
            "oneOf",
        ];
        let unknown: Vec<&String> = found
            .iter()
            .filter(|w| !words.contains(&w.as_str()) && !counted.contains(&w.as_str()))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn what_is_against_a_value_is_told_with_its_place() {
        let of = |name: &str, request: Value| {
            let operation = super::super::operation(name).unwrap();
            against_schema(operation.input().as_value(), &request)
        };
        let card = |at: Value| json!({ "card": "d.lib", "at": at });
        assert_eq!(of("model.eval", card(json!([{ "pin": "a", "volts": [1, 2.5] }]))), None);
        let lists = of("model.eval", card(json!([["a", [1]]]))).unwrap();
        assert_eq!(lists, "`at/0` is a list, not \"object\"");
        let word = of("model.eval", json!({ "card": "d.lib", "also": [{ "charges": null }] }));
        assert!(word.unwrap().starts_with("`also/0` is an object"));
        let more = of("model.eval", card(json!([{ "pin": "a", "volts": [1], "x": 1 }]))).unwrap();
        assert_eq!(more, "`at/0/x` is not known");
        assert!(of("datasheet.extract", json!({ "sources": [] })).unwrap().contains("0 elements"));
        assert!(of("tool.find", json!({ "query": "" })).unwrap().contains("0 letters"));
        assert!(of("tool.find", json!({ "query": "x", "limit": 101 })).is_some());
        assert!(of("tool.find", json!({})).unwrap().contains("missing field `query`"));
        let fit = |loss: Value| json!({ "template": "t", "table": "t.csv", "loss": loss });
        assert_eq!(of("model.fit", fit(json!({ "huber": 0.1 }))), None);
        assert_eq!(of("model.fit", fit(json!("linear"))), None);
        for wrong in
            [json!({ "huber": 0 }), json!({ "linear": null }), json!(["huber", 1]), json!(1)]
        {
            assert!(of("model.fit", fit(wrong.clone())).is_some(), "{wrong}");
        }
        let level = json!({ "template": "t", "table": "t.csv", "level": 1.0 });
        assert!(of("model.fit", level).is_some());
    }
}
