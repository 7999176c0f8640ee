//! `pdf_processing`: what `datasheet.extract` read, as tables and parameters.

use super::{Tell, ValidationResult, errors, list, read, text, told, validations};
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The columns of every table.
const HEADERS: [&str; 7] = ["Symbol", "Parameter", "Conditions", "Min", "Typ", "Max", "Unit"];

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// Path of the datasheet.
    file_path: String,
    /// Whether tables are wanted; yes unless said.
    #[serde(default = "yes")]
    extract_tables: bool,
    /// Whether plots are wanted; no unless said.
    #[serde(default)]
    extract_images: bool,
}

fn yes() -> bool {
    true
}

/// What was read.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    /// Whether the file could be used.
    success: bool,
    /// As it was asked.
    #[serde(rename = "file_path")]
    file_path: String,
    /// As it was asked.
    #[serde(rename = "extract_tables")]
    extract_tables: bool,
    /// As it was asked.
    #[serde(rename = "extract_images")]
    extract_images: bool,
    /// The rows that were read, by page and section.
    tables: Vec<Table>,
    /// The plots that were found.
    images: Vec<Image>,
    /// Every value that was read.
    parameters: Vec<Named>,
    /// What the screening rules say.
    validation_results: Vec<ValidationResult>,
    /// What stood in the way.
    errors: Vec<String>,
    /// Seconds.
    processing_time: f64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Table {
    /// `table-1` and so on.
    id: String,
    /// Section of the sheet.
    title: String,
    /// That of the least sure row, 0 to 1.
    confidence: f64,
    /// From 1; 0 for sources without pages.
    page_number: u64,
    /// Names of the columns.
    headers: Vec<String>,
    /// Numbers are SI; what is not there is empty.
    rows: Vec<Vec<String>>,
    /// `vector` for pages, `text` for other sources.
    extraction_method: String,
    /// `served`, `review` or `refused`: that of the worst row.
    validation_status: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Image {
    /// Caption as printed.
    title: String,
    /// From 1.
    page_number: u64,
    /// `served`, `review` or `refused`.
    validation_status: String,
    /// How many curves it shows.
    curves: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Named {
    /// Canonical symbol.
    name: String,
    /// The typical value, else the only limit; SI.
    value: Option<f64>,
    /// Lower limit.
    min: Option<f64>,
    /// Upper limit.
    max: Option<f64>,
    /// SI unit.
    unit: String,
    /// Name as printed.
    description: String,
    /// Conditions as printed.
    conditions: String,
    /// File, and page or line.
    source: String,
    /// 0 to 1.
    confidence: f64,
    /// `served`, `review` or `refused`.
    status: String,
}

pub(super) fn prepare(arguments: JsonObject) -> Result<(Value, Tell), String> {
    let arguments: Arguments = read(arguments)?;
    let request = json!({ "sources": [arguments.file_path] });
    let tell: Tell = Box::new(move |outcome, seconds| told(&tell(&arguments, outcome, seconds)));
    Ok((request, tell))
}

fn tell(arguments: &Arguments, outcome: &Value, seconds: f64) -> Told {
    let rows = list(&outcome["facts"]["parameters"]);
    let errors = errors(outcome);
    let image = |p: &Value| Image {
        title: text(&p["title"]),
        page_number: page(p),
        validation_status: text(&p["status"]),
        curves: list(&p["curves"]).len(),
    };
    let panels = list(&outcome["facts"]["panels"]).iter();
    Told {
        success: errors.is_empty(),
        file_path: arguments.file_path.clone(),
        extract_tables: arguments.extract_tables,
        extract_images: arguments.extract_images,
        tables: if arguments.extract_tables { tables(rows) } else { Vec::new() },
        images: panels.filter(|_| arguments.extract_images).map(image).collect(),
        parameters: rows.iter().map(named).collect(),
        validation_results: validations(outcome),
        errors,
        processing_time: seconds,
    }
}

fn page(value: &Value) -> u64 {
    value["provenance"]["page"].as_u64().unwrap_or(0)
}

/// Where a value stands, in words.
fn place(provenance: &Value) -> String {
    let file = text(&provenance["source"]);
    match (provenance["page"].as_u64(), provenance["line"].as_u64()) {
        (Some(page), _) => format!("{file} page {page}"),
        (None, Some(line)) => format!("{file} line {line}"),
        (None, None) => file,
    }
}

fn named(row: &Value) -> Named {
    let number = |field: &str| row[field].as_f64();
    let (min, typ, max) = (number("min"), number("typ"), number("max"));
    let only = match (min, max) {
        (Some(limit), None) | (None, Some(limit)) => Some(limit),
        _ => None,
    };
    Named {
        name: text(&row["symbol"]),
        value: typ.or(only),
        min,
        max,
        unit: text(&row["unit"]),
        description: text(&row["name"]),
        conditions: text(&row["conditions_text"]),
        source: place(&row["provenance"]),
        confidence: number("confidence").unwrap_or(0.0),
        status: text(&row["status"]),
    }
}

/// Rows beside each other of one page and section make a table.
fn tables(rows: &[Value]) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let rank = |status: &str| ["served", "review", "refused"].iter().position(|s| *s == status);
    for row in rows {
        let (title, page_number) = (text(&row["section"]), page(row));
        let (confidence, status) =
            (row["confidence"].as_f64().unwrap_or(0.0), text(&row["status"]));
        let is_open = |t: &&mut Table| t.title == title && t.page_number == page_number;
        if tables.last_mut().filter(is_open).is_none() {
            tables.push(Table {
                id: format!("table-{}", tables.len() + 1),
                title,
                confidence: 1.0,
                page_number,
                headers: HEADERS.map(String::from).to_vec(),
                rows: Vec::new(),
                extraction_method: if page_number > 0 { "vector" } else { "text" }.into(),
                validation_status: "served".into(),
            });
        }
        let Some(table) = tables.last_mut() else { continue };
        table.confidence = table.confidence.min(confidence);
        if rank(&status) > rank(&table.validation_status) {
            table.validation_status = status;
        }
        let number = |field: &str| row[field].as_f64().map_or(String::new(), |v| v.to_string());
        table.rows.push(vec![
            text(&row["symbol"]),
            text(&row["name"]),
            text(&row["conditions_text"]),
            number("min"),
            number("typ"),
            number("max"),
            text(&row["unit"]),
        ]);
    }
    tables
}
