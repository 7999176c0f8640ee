//! `spice_generation`: parameters of a datasheet in the request, a card from `model.make`.

use super::{Tell, ValidationResult, errors, list, read, text, told, validations};
use espice::outcome::INTERVAL_LEVEL;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// Name of the device.
    device_name: String,
    /// Kind of the device, such as `diode`, `bjt`, `mosfet`.
    device_type: String,
    /// Where devices of the type have two, such as `npn` or `pnp`, `nmos` or `pmos`.
    polarity: Option<String>,
    /// What its datasheet says.
    #[schemars(length(min = 1))]
    parameters: Vec<Given>,
}

/// A row of a datasheet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Symbol, such as `VF`.
    name: String,
    /// The value, in `unit`.
    value: f64,
    /// Unit as datasheets print it, such as `mV`; empty for numbers without.
    #[serde(default)]
    unit: String,
    /// Whether it is typical or a limit.
    #[serde(default)]
    bound: Bound,
    /// Conditions with units: `{"IF": "10 mA"}`.
    #[serde(default)]
    conditions: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Bound {
    /// A lower limit.
    Min,
    /// A typical value.
    #[default]
    Typ,
    /// An upper limit.
    Max,
}

/// The model.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    /// Whether a model came out that no rule of severity `error` refuses.
    success: bool,
    /// As it was asked.
    #[serde(rename = "device_name")]
    device_name: String,
    /// As it was asked.
    #[serde(rename = "device_type")]
    device_type: String,
    /// Text of the library file; empty where no model came out.
    model_code: String,
    /// The model's parameters.
    parameters: Vec<Fitted>,
    /// What the rules say.
    validation_results: Vec<ValidationResult>,
    /// Dialects of the card that there are.
    export_formats: Vec<String>,
    /// What stood in the way.
    errors: Vec<String>,
    /// Seconds.
    processing_time: f64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Fitted {
    /// Name in the template.
    name: String,
    /// Value, SI.
    value: Option<f64>,
    /// SI unit.
    unit: String,
    /// What it is.
    description: String,
    /// Where it comes from: `fitted` or `seeded` with the stage of the fit, or `default`.
    source: String,
    /// Probability that it lies between `low` and `high`; 0 where the parameters that were given do
    /// not determine it.
    confidence: f64,
    /// Lower end of its interval, SI.
    low: Option<f64>,
    /// Upper end of its interval, SI.
    high: Option<f64>,
}

pub(super) fn prepare(arguments: JsonObject) -> Result<(Value, Tell), String> {
    let arguments: Arguments = read(arguments)?;
    let facts = facts(&arguments);
    let request = json!({
        "sources": ["parameters.toml"],
        "files": { "parameters.toml": facts },
        "dialects": ["ngspice", "ltspice"],
    });
    let tell: Tell = Box::new(move |outcome, seconds| told(&tell(arguments, outcome, seconds)));
    Ok((request, tell))
}

/// The request as a file of facts. Texts in quotes are the same in JSON and TOML.
fn facts(arguments: &Arguments) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let mut facts = format!(
        "[device]\npart = {}\nkind = {}\n",
        quoted(&arguments.device_name),
        quoted(&arguments.device_type)
    );
    if let Some(polarity) = &arguments.polarity {
        facts += &format!("polarity = {}\n", quoted(polarity));
    }
    for given in &arguments.parameters {
        let bound = match given.bound {
            Bound::Min => "min",
            Bound::Typ => "typ",
            Bound::Max => "max",
        };
        let value = format!("{} {}", given.value, given.unit);
        facts += &format!(
            "[[parameter]]\nsymbol = {}\n{bound} = {}\n",
            quoted(&given.name),
            quoted(value.trim())
        );
        let conditions = given.conditions.iter();
        let conditions: Vec<String> = conditions
            .map(|(name, value)| format!("{} = {}", quoted(name), quoted(value)))
            .collect();
        if !conditions.is_empty() {
            facts += &format!("conditions = {{ {} }}\n", conditions.join(", "));
        }
    }
    facts
}

fn fitted(p: &Value) -> Fitted {
    let (low, high) = (p["low"].as_f64(), p["high"].as_f64());
    let is_known = p["identified"] == true && low.is_some() && high.is_some();
    let source = match p["stage"].as_str() {
        Some(stage) => format!("{} in {stage}", text(&p["origin"])),
        None => text(&p["origin"]),
    };
    Fitted {
        name: text(&p["name"]),
        value: p["value"].as_f64(),
        unit: text(&p["unit"]),
        description: text(&p["title"]),
        source,
        confidence: if is_known { INTERVAL_LEVEL } else { 0.0 },
        low,
        high,
    }
}

fn tell(arguments: Arguments, outcome: &Value, seconds: f64) -> Told {
    let models = list(&outcome["models"]);
    Told {
        device_name: arguments.device_name,
        device_type: arguments.device_type,
        success: !models.is_empty() && outcome["verdict"]["status"] == "passed",
        model_code: models.first().map_or(String::new(), |m| text(&m["text"])),
        parameters: list(&outcome["fit"]["parameters"]).iter().map(fitted).collect(),
        validation_results: validations(outcome),
        export_formats: models.iter().map(|m| text(&m["dialect"])).collect(),
        errors: errors(outcome),
        processing_time: seconds,
    }
}
