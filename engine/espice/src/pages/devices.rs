//! Pages about limits tables and templates.

use super::words::{paragraphs, without_indent};
use super::{Block, Page, Subject, code, text};
use espice_lang::ir::{LimitTable, TemplateIr};
use espice_units::{Dimension, Unit};

impl Subject<'_> {
    pub(super) fn tables(&self) -> Option<Page> {
        let mut blocks = Vec::new();
        for table in self.engine.library.tables.iter().filter(|t| t.pack == self.info.name) {
            blocks.push(Block::Heading(1, table.name.clone(), table.name.clone()));
            let rules = self.engine.library.rules.iter().filter(|r| r.pack == self.pack);
            let users = rules.filter(|r| {
                let spans = r.item.checks.iter().chain(&r.item.when).map(|e| e.span);
                let spans = spans.chain(r.item.lets.iter().map(|l| l.value.span));
                spans.map(|s| self.snippet(s)).any(|s| s.contains(&format!("{}[", table.name)))
            });
            let mut about = vec![text(format!(
                "From {}, found by {}.",
                self.path(table.file),
                table.keys.join(", ")
            ))];
            for (i, rule) in users.enumerate() {
                about.push(text(if i == 0 { " Looked up by " } else { ", " }));
                about.push(self.rule_link(&rule.item.name.text));
            }
            blocks.push(Block::Paragraph(about));
            blocks.push(self.rows(table));
        }
        let title = String::from("Limits tables");
        (!blocks.is_empty()).then_some(Page { name: String::from("tables"), title, blocks })
    }

    /// The cells as they stand in the file, each row with its place.
    fn rows(&self, table: &LimitTable) -> Block {
        let mut head = vec![String::from("Place")];
        head.extend(table.keys.iter().cloned());
        head.extend(table.columns.iter().map(|c| format!("{} ({})", c.name, unit(c.unit))));
        let row = |(keys, cells): &(Vec<String>, Vec<espice_lang::ir::TableCell>)| {
            let place = cells.first().and_then(|c| {
                let file = self.engine.sources.get(c.span.file)?;
                let line = || file.line_column(c.span.start).line.to_string();
                Some(file.cell(c.span.start).unwrap_or_else(line))
            });
            let mut row = vec![vec![text(place.unwrap_or_default())]];
            row.extend(keys.iter().map(|k| vec![text(k.as_str())]));
            row.extend(cells.iter().map(|c| {
                let stated = c.value.is_some() || c.range.is_some();
                let shown = if stated { self.snippet(c.span) } else { String::new() };
                vec![text(shown)]
            }));
            row
        };
        Block::Table(head, table.rows.iter().map(row).collect())
    }

    pub(super) fn templates(&self) -> Option<Page> {
        let library = &self.engine.library;
        let mut blocks = Vec::new();
        for template in library.templates.iter().filter(|t| t.pack == self.info.name) {
            blocks.push(Block::Heading(1, template.name.clone(), template.name.clone()));
            let what = match template.kind.as_str() {
                "" => String::from("A function of numbers"),
                kind => format!("A model of kind {kind}, pins {}", template.pins.join(", ")),
            };
            let place =
                format!("{what}; {}:{}", self.path(template.span.file), self.line(template.span));
            blocks.push(Block::Paragraph(vec![text(place)]));
            blocks.extend(paragraphs(&template.doc).map(|p| Block::Paragraph(vec![text(p)])));
            if !template.parameters.is_empty() {
                blocks.push(parameters(template));
            }
            let recipe = library.recipes.iter().find(|r| r.item.0 == template.name);
            if let Some(recipe) = recipe {
                let source = self.engine.sources.snippet(recipe.item.1.span);
                blocks.push(Block::Code(without_indent(source)));
            }
        }
        let title = String::from("Templates and recipes");
        (!blocks.is_empty()).then_some(Page { name: String::from("templates"), title, blocks })
    }
}

fn parameters(template: &TemplateIr) -> Block {
    let head = ["Parameter", "Unit", "Default", "Range", "What it is"].map(String::from).to_vec();
    let row = |p: &espice_lang::ir::ParameterIr| {
        let end = |v: f64| if v.is_finite() { shown(v) } else { String::from("open") };
        let range = match (p.fixed, p.low.is_finite() || p.high.is_finite()) {
            (true, _) => String::from("fixed"),
            (false, true) => format!("{} to {}", end(p.low), end(p.high)),
            (false, false) => String::new(),
        };
        vec![
            vec![code(p.name.as_str())],
            vec![text(p.dimension.to_string())],
            vec![text(shown(p.default))],
            vec![text(range)],
            vec![text(p.because.as_str())],
        ]
    };
    Block::Table(head, template.parameters.iter().map(row).collect())
}

/// A unit as people write it: cells stand as in the file.
fn unit(unit: Unit) -> String {
    const PREFIXES: [(f64, &str); 10] = [
        (1e-15, "f"),
        (1e-12, "p"),
        (1e-9, "n"),
        (1e-6, "u"),
        (1e-3, "m"),
        (1.0, ""),
        (1e3, "k"),
        (1e6, "Meg"),
        (1e9, "G"),
        (1e12, "T"),
    ];
    if unit.is_point() {
        return String::from("degC");
    }
    let pure = unit.dimension == Dimension::NONE;
    let near = |a: f64| (unit.factor / a - 1.0).abs() < 1e-9;
    match PREFIXES.iter().find(|p| near(p.0)) {
        _ if pure && near(0.01) => String::from("%"),
        Some((_, "")) if pure => String::from("1"),
        Some((_, prefix)) if !pure => format!("{prefix}{}", unit.dimension),
        _ => format!("{} {}", shown(unit.factor), unit.dimension),
    }
}

/// A number in SI, in short.
fn shown(v: f64) -> String {
    let plain = v == 0.0 || (1e-3..1e6).contains(&v.abs());
    if plain { v.to_string() } else { format!("{v:e}") }
}
