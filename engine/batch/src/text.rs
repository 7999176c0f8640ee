//! A population for programs: JSON, and a table of all parameters.

use crate::population::Population;
use crate::record::Record;
use std::collections::BTreeSet;

/// The population as JSON.
///
/// # Errors
/// What the writer said.
pub fn json(population: &Population) -> Result<String, String> {
    serde_json::to_string_pretty(population).map(|t| t + "\n").map_err(|e| e.to_string())
}

/// A row for each device: where it lies, how it came out, how well its curves are met, and every
/// parameter with the ends of its 90 % interval; SI.
pub fn csv(records: &[Record]) -> String {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by(|a, b| a.device.cmp(&b.device));
    let mut names: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    let varied = |r: &&&Record| r.parameters.iter().any(|p| p.origin != "default");
    for record in sorted.iter().filter(varied) {
        for p in record.parameters.iter().filter(|p| p.origin != "default") {
            if seen.insert(p.name.as_str()) {
                names.push(&p.name);
            }
        }
    }
    let mut out = String::from("device,lot,wafer,chip,x,y,geometry,status,template,worst_nrmse");
    for name in &names {
        out += &format!(",{name},{name}_low,{name}_high");
    }
    out.push('\n');
    for r in sorted {
        let fitted = r.curves.iter().filter(|c| !c.withheld).filter_map(|c| c.nrmse);
        let worst = fitted.fold(None, |a: Option<f64>, v| Some(a.map_or(v, |a| a.max(v))));
        let word = |t: &Option<String>| quoted(t.as_deref().unwrap_or(""));
        let mut cells = vec![
            quoted(&r.device),
            word(&r.place.lot),
            word(&r.place.wafer),
            word(&r.place.chip),
            number(r.place.x),
            number(r.place.y),
            quoted(&r.place.geometry),
            r.status.clone(),
            word(&r.template),
            number(worst),
        ];
        for name in &names {
            let found = r.parameters.iter().find(|p| p.name == *name);
            let of = |pick: fn(&crate::record::Value) -> Option<f64>| number(found.and_then(pick));
            cells.extend([of(|v| v.value), of(|v| v.low), of(|v| v.high)]);
        }
        out += &cells.join(",");
        out.push('\n');
    }
    out
}

fn number(value: Option<f64>) -> String {
    value.map_or(String::new(), |v| format!("{v:?}"))
}

/// A cell that no separator or quote breaks; a first character that spreadsheets take for a
/// formula is kept from it.
fn quoted(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let formula = text.starts_with(['=', '+', '@']);
    if formula || text.contains([',', '"', ';']) {
        format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_safe() {
        for (text, cell) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "\"'=1+1\""),
            ("a\nb", "a b"),
        ] {
            assert_eq!(quoted(text), cell);
        }
    }
}
