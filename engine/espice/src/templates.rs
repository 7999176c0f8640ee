//! What the loaded packs have templates for, as pages that people read.

use crate::engine::Engine;
use espice_lang::ir::{ParameterIr, ParameterScale, TemplateIr};
use espice_units::plain;
use std::fmt::Write as _;

impl Engine<'_> {
    /// Names and kinds of all templates, in the order of their packs.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.library.templates.iter().map(|t| (t.name.as_str(), t.kind.as_str()))
    }

    /// The page of a template in Markdown, its heading at `level`: what it describes, its pins,
    /// its parameters with units and ranges, the quantities that can be measured at it, and the
    /// cards that it is written as. `None` when there is no such template.
    pub fn template_page(&self, name: &str, level: usize) -> Option<String> {
        let template = self.library.template(name)?;
        let mut page = format!("{} {}\n\n", "#".repeat(level), template.name);
        let doc = template.doc.trim();
        if !doc.is_empty() {
            let _ = writeln!(page, "{doc}\n");
        }
        if template.is_function() {
            let named = |list: Vec<&str>| -> String {
                list.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
            };
            let inputs = named(template.inputs.iter().map(|i| i.name.as_str()).collect());
            let outputs = named(template.outputs.iter().map(|o| o.name.as_str()).collect());
            let _ = writeln!(page, "- A function of {inputs}; gives {outputs}");
        } else {
            let _ = writeln!(page, "- Kind: `{}`; pins: {}", template.kind, names(&template.pins));
        }
        if !template.polarities.is_empty() {
            let _ = writeln!(page, "- Polarities: {}", names(&template.polarities));
        }
        let cards = cards(template);
        let written = if cards.is_empty() { "none of its own".into() } else { cards.join(", ") };
        let _ = writeln!(page, "- Cards: {written}");
        if let Some(kind) = self.library.kind(&template.kind) {
            let measured: Vec<String> = kind
                .quantities
                .iter()
                .map(|q| format!("`{}({})`", q.symbol, q.arguments.join(", ")))
                .collect();
            if !measured.is_empty() {
                let _ = writeln!(page, "- Measured as: {}", measured.join(", "));
            }
        }
        page += "\n| parameter | unit | default | range | what |\n|---|---|---|---|---|\n";
        for p in &template.parameters {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {}{} |",
                p.name,
                unit(&p.dimension.to_string()),
                plain(p.default, 6),
                range(p),
                p.because.replace('|', "\\|"),
                remark(p)
            );
        }
        Some(page)
    }
}

fn names(list: &[String]) -> String {
    list.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// The device types of a template's cards, one after the other for its polarities.
fn cards(template: &TemplateIr) -> Vec<String> {
    let polarities = 0..template.polarities.len().max(1);
    let of = |card: &espice_lang::ir::CardIr| {
        let mut types: Vec<&str> = polarities.clone().map(|p| card.device(p)).collect();
        types.dedup();
        format!("`{}`", types.join("`/`"))
    };
    template.cards.iter().map(of).collect()
}

/// The SI unit; nothing for pure numbers.
fn unit(si: &str) -> &str {
    if si == "1" { "" } else { si }
}

fn range(p: &ParameterIr) -> String {
    let end = |v: f64| plain(v, 6);
    match (p.low.is_finite(), p.high.is_finite()) {
        (true, true) => format!("{} .. {}", end(p.low), end(p.high)),
        (true, false) => format!("from {}", end(p.low)),
        (false, true) => format!("to {}", end(p.high)),
        (false, false) => String::new(),
    }
}

/// What else the declaration says.
fn remark(p: &ParameterIr) -> String {
    let mut words = Vec::new();
    if p.scale == ParameterScale::Log {
        words.push("log scale");
    }
    if p.instance {
        words.push("of the element");
    } else if p.fixed {
        words.push("not fitted");
    }
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}
