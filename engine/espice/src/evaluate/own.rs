//! Subcircuits that espice wrote itself: read back as the template and the values that they were
//! written from, as long as these still write the same subcircuit.

use super::card::CardModel;
use crate::emit::Stated;
use crate::engine::Engine;
use espice_base::FileId;
use espice_lang::ir::{CardIr, TemplateIr};
use espice_netlist::{Composite, Item, Library as Cards, Subcircuit, dialects};
use espice_units::constants::TNOM;
use std::borrow::Cow;

/// Parameters of one line of the head.
const A_LINE: usize = 6;

/// What the head of a subcircuit says of the values that it was written from: those that are not
/// at their defaults, SI, as the first polarity has them.
pub(crate) fn remarks(template: &TemplateIr, polarity: usize, values: &[f64]) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(word) = template.polarities.get(polarity) {
        lines.push(format!("polarity {word}"));
    }
    let stated = template.parameters.iter().zip(values).filter(|(p, v)| p.default != **v);
    let words: Vec<String> =
        stated.map(|(p, v)| format!("{}={}", p.name, espice_units::exact(*v))).collect();
    lines.extend(words.chunks(A_LINE).map(|c| format!("parameters {}", c.join(" "))));
    lines
}

/// The comments before a subcircuit.
fn head<'c>(cards: &'c Cards, subcircuit: &Subcircuit) -> Vec<&'c str> {
    let mut lines: Vec<&str> = cards.header.iter().map(String::as_str).collect();
    for item in &cards.items {
        match item {
            Item::Comment(text) => lines.push(text),
            Item::Subcircuit(s) if std::ptr::eq(s, subcircuit) => return lines,
            _ => lines.clear(),
        }
    }
    Vec::new()
}

impl Engine<'_> {
    /// The template and the values of a subcircuit that espice wrote. `None` where it did not, or
    /// where the template with these values no longer writes what stands there.
    pub(super) fn own_subcircuit(
        &self,
        cards: &Cards,
        subcircuit: &Subcircuit,
    ) -> Option<CardModel<'_>> {
        let lines = head(cards, subcircuit);
        let after = |word: &str| lines.iter().rev().find_map(|l| l.trim().strip_prefix(word));
        let name = after("template ")?.trim();
        let name = name.rsplit("::").next().unwrap_or(name);
        let template = self.library.templates.iter().find(|t| t.name == name)?;
        let polarity = match after("polarity ") {
            Some(word) => template.polarity(word.trim())?,
            None => 0,
        };
        let mut values = template.defaults();
        let mut stated = vec![false; values.len()];
        let start = lines.iter().rposition(|l| l.trim().starts_with("template "))?;
        let words = lines.get(start..)?.iter().filter_map(|l| l.trim().strip_prefix("parameters "));
        for word in words.flat_map(str::split_whitespace) {
            let (name, value) = word.split_once('=')?;
            let index = template.parameter(name)?;
            let value = value.parse::<f64>().ok().filter(|v| v.is_finite())?;
            *values.get_mut(index)? = value;
            *stated.get_mut(index)? = true;
        }
        if !self.writes(template, polarity, &values, subcircuit) {
            return None;
        }
        Some(CardModel {
            name: subcircuit.name.clone(),
            device_type: String::from("SUBCKT"),
            terminals: template.pins.len(),
            polarity,
            values,
            stated,
            nominal: TNOM,
            device: Composite { parts: Vec::new(), subcircuit: Some(subcircuit.clone()) },
            instance: Vec::new(),
            passed_over: Vec::new(),
            static_only: Vec::new(),
            own: 0,
            template: Cow::Borrowed(template),
        })
    }

    /// Whether a template with values writes this very subcircuit, in some dialect.
    fn writes(
        &self,
        template: &TemplateIr,
        polarity: usize,
        values: &[f64],
        subcircuit: &Subcircuit,
    ) -> bool {
        let Ok((evaluator, _)) = self.evaluator(template, TNOM, None, &[]) else { return false };
        let cards: Vec<&CardIr> = template.cards.iter().filter(|c| c.family == "spice").collect();
        let evaluator = &evaluator;
        let made = Stated { template, cards: &cards, polarity, values, nominal: TNOM, evaluator };
        dialects().iter().any(|dialect| {
            let Ok(item) = made.item(*dialect, &subcircuit.name) else { return false };
            let library = Cards { header: Vec::new(), items: vec![item] };
            let written = dialect.write(&library).text;
            let (again, _) = dialect.read(&written, FileId::default());
            again.subcircuits().first().is_some_and(|s| *s == subcircuit)
        })
    }
}
