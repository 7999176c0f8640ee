//! What the schemas of tools allow is taken, and nothing else is: arguments are made of the schemas,
//! and spoilt.

use super::support::{Client, Files, against};
use serde_json::{Map, Value, json};

/// Arguments that are made for each tool.
const ROUNDS: usize = 60;

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        // Knuth's constants of a linear congruential generator; the upper bits are the good ones.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.throw(all.len())]
    }
}

/// Something that a schema allows.
fn made(whole: &Value, schema: &Value, dice: &mut Dice) -> Value {
    if let Some(path) = schema["$ref"].as_str() {
        return made(whole, whole.pointer(path.trim_start_matches('#')).unwrap(), dice);
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(all) = schema[several].as_array() {
            let one = dice.pick(all).clone();
            return made(whole, &one, dice);
        }
    }
    if let Some(all) = schema["enum"].as_array() {
        return dice.pick(all).clone();
    }
    let sort = match &schema["type"] {
        Value::Array(all) => dice.pick(all).clone(),
        one => one.clone(),
    };
    match sort.as_str().unwrap_or("null") {
        "object" => object(whole, schema, dice),
        "array" => {
            let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap();
            let count = least + dice.throw(3);
            (0..count).map(|_| made(whole, &schema["items"], dice)).collect()
        }
        "boolean" => json!(dice.throw(2) == 0),
        "integer" => json!(schema["minimum"].as_u64().unwrap_or(0) + dice.throw(5) as u64),
        "number" => {
            let all = [0.25, 0.5, 3e-9, 7.0, -2.0, 0.0].map(|v| json!(v));
            let fitting: Vec<&Value> =
                all.iter().filter(|v| against(schema, v).is_empty()).collect();
            (*dice.pick(&fitting)).clone()
        }
        "string" => {
            let least = schema["minLength"].as_u64().unwrap_or(0);
            let words = ["a", "none.lib", "x y", "\u{b5}", "../b", ""];
            let fitting: Vec<&str> =
                words.into_iter().filter(|w| w.chars().count() as u64 >= least).collect();
            json!(dice.pick(&fitting))
        }
        _ => Value::Null,
    }
}

fn object(whole: &Value, schema: &Value, dice: &mut Dice) -> Value {
    let mut fields = Map::new();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if required.contains(&json!(name)) || dice.throw(5) < 2 {
            fields.insert(name.clone(), made(whole, inner, dice));
        }
    }
    if schema["additionalProperties"].is_object() {
        for name in ["p", "q"].iter().take(dice.throw(3)) {
            let inner = made(whole, &schema["additionalProperties"], dice);
            fields.insert(String::from(*name), inner);
        }
    }
    Value::Object(fields)
}

/// The places within a value, the whole left out.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut inner = |name: &str, value: &Value| {
        let at = format!("{at}/{name}");
        found.push(at.clone());
        places(value, &at, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, v)| inner(name, v)),
        Value::Array(all) => all.iter().enumerate().for_each(|(i, v)| inner(&i.to_string(), v)),
        _ => {}
    }
}

/// The value with one thing changed.
fn spoilt(value: &Value, dice: &mut Dice) -> Value {
    let mut value = value.clone();
    let mut all = Vec::new();
    places(&value, "", &mut all);
    all.push(String::new());
    let at = dice.pick(&all).clone();
    let place = value.pointer_mut(&at).unwrap();
    match dice.throw(4) {
        0 => {
            if let Some(fields) = place.as_object_mut() {
                fields.insert("zz".into(), json!(1));
            }
        }
        1 => match place {
            Value::Object(fields) => {
                let names: Vec<String> = fields.keys().cloned().collect();
                if !names.is_empty() {
                    fields.remove(dice.pick(&names));
                }
            }
            Value::Array(all) => all.clear(),
            Value::Number(_) => *place = json!(-1.5e300),
            other => *other = json!(""),
        },
        // As a list of its fields.
        2 if !at.is_empty() && place.is_object() => {
            *place = place.as_object().unwrap().values().cloned().collect();
        }
        // The name of a choice as a field.
        2 if place.is_string() => {
            let word = place.as_str().unwrap().to_string();
            *place = json!({ word: null });
        }
        _ if !at.is_empty() => {
            let other =
                [json!(null), json!(3), json!(0.5), json!("s"), json!([]), json!({}), json!(true)];
            *place = dice.pick(&other).clone();
        }
        _ => {}
    }
    value
}

#[test]
fn tools_take_what_their_schemas_allow_and_nothing_else() {
    let files = Files::new("schemas");
    let mut client = Client::new(&files.inside(), &[]);
    client.shake_hands();
    let tools = client.ask("tools/list", json!({}))["result"]["tools"].clone();
    let mut dice = Dice(7);
    let mut wrong = Vec::new();
    for tool in tools.as_array().unwrap() {
        let (name, schema) = (tool["name"].as_str().unwrap(), &tool["inputSchema"]);
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..ROUNDS {
            let good = made(schema, schema, &mut dice);
            assert_eq!(against(schema, &good), [""; 0], "{name} {good}");
            let result = client.call(name, good.clone());
            let text = result["content"][0]["text"].as_str().unwrap_or_default();
            taken += usize::from(result["isError"] == false);
            // What goes together is more than a schema says; each field by itself is right.
            if result["isError"] == true && text.contains("cannot be read") {
                wrong.push(format!("{name} does not take {good}: {text}"));
            }
            let bad = spoilt(&good, &mut dice);
            if against(schema, &bad).is_empty() {
                continue;
            }
            refused += 1;
            let result = client.call(name, bad.clone());
            let text = result["content"][0]["text"].as_str().unwrap_or_default();
            if result["isError"] != true || !text.contains("\"E1102\"") {
                wrong.push(format!(
                    "{name} takes {bad}, against which are {:?}",
                    against(schema, &bad)
                ));
            }
        }
        eprintln!("{name}: {taken} of {ROUNDS} carried out, {refused} refused");
        if taken == 0 || refused < ROUNDS / 4 {
            wrong.push(format!("{name}: {taken} taken, {refused} refused"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
