//! Facts as TOML text that reads back as the same facts.

use super::curve::{MARKS, ORIGINS, SCALES};
use super::sweep::{ROLES, SENSED, limit_dimension};
use crate::{
    Column, Condition, Conditions, Curve, Device, Facts, Mark, Parameter, Provenance, SIZES,
    Section, Status, Sweep, SymbolTable, UnitScale, write_quantity,
};
use espice_units::{Dimension, exact, parse_unit};

/// Writes facts as the TOML that [`super::read`] reads; the sources and all places are left out.
///
/// The symbols give the dimensions of conditions; a condition on a symbol that the table does
/// not know is written as a bare SI number, which does not read back. Values must be finite.
pub fn to_toml(facts: &Facts, symbols: &SymbolTable) -> String {
    let mut blocks = Vec::new();
    blocks.extend(device(&facts.device));
    blocks.extend(facts.parameters.iter().map(|p| parameter(p, symbols)));
    blocks.extend(facts.curves.iter().map(|c| curve(c, symbols)));
    blocks.extend(facts.sweeps.iter().map(|s| sweep(s, symbols)));
    blocks.join("\n")
}

/// Builds one table line by line.
struct Block(String);

impl Block {
    fn new(head: &str) -> Self {
        Block(format!("{head}\n"))
    }

    fn line(&mut self, key: &str, value: &str) {
        self.0.push_str(&format!("{key} = {value}\n"));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(key, &quoted(value));
    }

    fn maybe(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            self.text(key, value);
        }
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            let list: Vec<String> = values.iter().map(|v| quoted(v)).collect();
            self.line(key, &format!("[{}]", list.join(", ")));
        }
    }

    fn table(&mut self, key: &str, items: &[(String, String)]) {
        if !items.is_empty() {
            let list: Vec<String> =
                items.iter().map(|(k, v)| format!("{} = {v}", toml_key(k))).collect();
            self.line(key, &format!("{{ {} }}", list.join(", ")));
        }
    }

    fn status(&mut self, status: Status) {
        match status {
            Status::Served => {}
            Status::Review => self.line("review", "true"),
            Status::Refused => self.line("refused", "true"),
        }
    }

    fn provenance(&mut self, provenance: &Provenance) {
        self.maybe("derived_by", provenance.derived_by.as_deref());
    }

    fn conditions(&mut self, conditions: &Conditions, symbols: &SymbolTable) {
        let items: Vec<(String, String)> = conditions
            .by_symbol
            .iter()
            .map(|(symbol, c)| (symbol.clone(), condition(symbol, c, symbols)))
            .collect();
        self.table("conditions", &items);
        self.maybe("conditions_text", Some(&conditions.text));
    }
}

fn device(device: &Device) -> Option<String> {
    if *device == Device::default() {
        return None;
    }
    let mut block = Block::new("[device]");
    // An empty name differs from none, so that these are written even when empty.
    let fields = [
        ("part", &device.part),
        ("maker", &device.maker),
        ("kind", &device.kind),
        ("class", &device.class),
        ("polarity", &device.polarity),
        ("package", &device.package),
    ];
    for (key, value) in fields {
        if let Some(value) = value {
            block.text(key, value);
        }
    }
    block.texts("parts", &device.parts);
    let size = |(name, value): (&String, &f64)| {
        let dimension = SIZES.iter().find(|s| s.0 == name).map_or(Dimension::NONE, |s| s.1);
        (name.clone(), value_text(&write_quantity(*value, dimension, None)))
    };
    block.table("sizes", &device.sizes.iter().map(size).collect::<Vec<_>>());
    Some(block.0)
}

fn parameter(parameter: &Parameter, symbols: &SymbolTable) -> String {
    let mut block = Block::new("[[parameter]]");
    block.text("symbol", &parameter.symbol);
    if parameter.printed != parameter.symbol {
        block.text("printed", &parameter.printed);
    }
    block.maybe("name", Some(&parameter.name));
    if parameter.section != Section::Other {
        block.text("section", parameter.section.word());
    }
    let limits = [("min", parameter.min), ("typ", parameter.typ), ("max", parameter.max)];
    let mut first_unit = None;
    for (key, value) in limits {
        let Some(value) = value else { continue };
        let text = write_quantity(value, parameter.dimension, Some(&parameter.printed_unit));
        let unit = text.split_once(' ').map_or("", |(_, unit)| unit).to_string();
        first_unit.get_or_insert(unit);
        block.line(key, &value_text(&text));
    }
    if first_unit.as_deref() != Some(&parameter.printed_unit) {
        block.text("printed_unit", &parameter.printed_unit);
    }
    block.conditions(&parameter.conditions, symbols);
    block.texts("parts", &parameter.parts);
    if parameter.confidence != 1.0 {
        block.line("confidence", &number(parameter.confidence));
    }
    block.status(parameter.status);
    block.texts("reasons", &parameter.reasons);
    block.provenance(&parameter.provenance);
    block.0
}

fn curve(curve: &Curve, symbols: &SymbolTable) -> String {
    let mut block = Block::new("[[curve]]");
    block.text("quantity", &format!("{}({})", curve.signature.quantity, curve.signature.x));
    block.maybe("title", Some(&curve.title));
    let family: Vec<(String, String)> = curve
        .family
        .iter()
        .map(|(symbol, value)| (symbol.clone(), symbol_value(symbol, *value, symbols)))
        .collect();
    block.table("family", &family);
    block.conditions(&curve.conditions, symbols);
    let (x_unit, x_scale) = axis_unit(curve, 0, curve.x.dimension);
    let (y_unit, y_scale) = axis_unit(curve, 1, curve.y.dimension);
    block.line("units", &format!("[{}, {}]", quoted(&x_unit), quoted(&y_unit)));
    let scales = [word(SCALES, curve.x.scale), word(SCALES, curve.y.scale)];
    block.line("scale", &format!("[{}, {}]", quoted(scales[0]), quoted(scales[1])));
    block.text("origin", word(ORIGINS, curve.origin));
    let errors = curve.axis_residual.map(|e| quoted(&share(e)));
    block.line("axis_error", &format!("[{}, {}]", errors[0], errors[1]));
    if let Some(floor) = curve.noise_floor {
        let text = write_quantity(floor, curve.y.dimension, None);
        block.line("noise_floor", &value_text(&text));
    }
    block.texts("parts", &curve.parts);
    block.status(curve.status);
    block.texts("reasons", &curve.reasons);
    block.provenance(&curve.provenance);
    let marks: Vec<(String, String)> = MARKS
        .iter()
        .map(|(word, mark)| (String::from(*word), marked(curve, *mark)))
        .filter(|(_, list)| list != "[]")
        .collect();
    block.table("marks", &marks);
    block.0.push_str("points = [\n");
    for [x, y] in &curve.points {
        block.0.push_str(&format!("  [{}, {}],\n", in_unit(&x_scale, *x), in_unit(&y_scale, *y)));
    }
    block.0.push_str("]\n");
    block.0
}

/// The unit in which all values of an axis are exact and pleasant to read.
fn axis_unit(curve: &Curve, axis: usize, dimension: Dimension) -> (String, UnitScale) {
    let values = || curve.points.iter().map(|p| p.get(axis).copied().unwrap_or(0.0));
    let base = dimension.to_string();
    let largest = values().fold(0.0_f64, |a, v| a.max(v.abs()));
    let text = write_quantity(largest, dimension, None);
    let pleasant = text.split_once(' ').map_or("1", |(_, unit)| unit).to_string();
    for unit_text in [pleasant, base.clone()] {
        let Ok(unit) = parse_unit(&unit_text) else { continue };
        let scale = UnitScale::new(unit);
        if values().all(|v| scale.write(v).is_some()) {
            return (unit_text, scale);
        }
    }
    (base, UnitScale::new(espice_units::Unit::ONE))
}

fn in_unit(scale: &UnitScale, value: f64) -> String {
    scale.write(value).unwrap_or_else(|| exact(value))
}

fn marked(curve: &Curve, mark: Mark) -> String {
    let indices: Vec<String> =
        (0..curve.marks.len()).filter(|i| curve.mark(*i) == mark).map(|i| i.to_string()).collect();
    format!("[{}]", indices.join(", "))
}

fn sweep(sweep: &Sweep, symbols: &SymbolTable) -> String {
    let mut block = Block::new("[[sweep]]");
    block.text("name", &sweep.name);
    if let Some(kelvin) = sweep.temperature {
        block.text("temperature", &write_quantity(kelvin, Dimension::TEMPERATURE, None));
    }
    block.line("siblings", &sweep.siblings.to_string());
    block.conditions(&sweep.conditions, symbols);
    block.provenance(&sweep.provenance);
    sweep.columns.iter().for_each(|c| column(c, &mut block));
    block.0
}

fn column(column: &Column, block: &mut Block) {
    block.0.push_str("\n[[sweep.column]]\n");
    block.text("name", &column.name);
    block.text("sensed", word(SENSED, column.sensed));
    block.text("role", word(ROLES, column.role));
    block.text("node", &column.node);
    block.maybe("reference", Some(&column.reference));
    if let Some(limit) = column.compliance {
        block.text("compliance", &write_quantity(limit, limit_dimension(column.sensed), None));
    }
    let values: Vec<String> = column.values.iter().map(|v| number(*v)).collect();
    block.line("values", &format!("[{}]", values.join(", ")));
}

fn condition(symbol: &str, condition: &Condition, symbols: &SymbolTable) -> String {
    match condition {
        Condition::Value(v) => symbol_value(symbol, *v, symbols),
        Condition::Range { min, max } => {
            let end =
                |v: &Option<f64>| v.map(|v| symbol_text(symbol, v, symbols)).unwrap_or_default();
            quoted(format!("{} .. {}", end(min), end(max)).trim())
        }
        Condition::Equals { symbol: other, factor } => {
            quoted(&format!("{} * {other}", exact(*factor)))
        }
    }
}

fn symbol_text(symbol: &str, value: f64, symbols: &SymbolTable) -> String {
    match symbols.symbol(symbol) {
        Some(info) => write_quantity(value, info.dimension, None),
        None => exact(value),
    }
}

fn symbol_value(symbol: &str, value: f64, symbols: &SymbolTable) -> String {
    value_text(&symbol_text(symbol, value, symbols))
}

/// A written quantity as a TOML value: bare when it is a pure number, else quoted.
fn value_text(text: &str) -> String {
    if text.contains(' ') { quoted(text) } else { text.to_string() }
}

fn share(value: f64) -> String {
    write_quantity(value, Dimension::NONE, Some("%"))
}

fn number(value: f64) -> String {
    exact(value)
}

fn word<T: PartialEq + Copy>(words: &[(&'static str, T)], meaning: T) -> &'static str {
    words.iter().find(|w| w.1 == meaning).map_or("", |w| w.0)
}

fn toml_key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_string() } else { quoted(key) }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
