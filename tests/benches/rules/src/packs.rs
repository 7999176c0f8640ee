//! The packs and records of the races.

use espice_base::{Place, Span};
use espice_facts::{Conditions, Facts, Parameter, Section, Status};
use espice_units::Dimension;
use std::fmt::Write as _;

pub const RULES: usize = 20;
pub const RECORDS: usize = 1000;

/// Uniform values from 0 to 100, record by record: xorshift with a fixed seed.
pub fn values(columns: usize, records: usize) -> Vec<Vec<f64>> {
    let mut s: u64 = 88_172_645_463_325_252;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s % 100_000) as f64 / 1000.0
    };
    (0..records).map(|_| (0..columns).map(|_| next()).collect()).collect()
}

/// The limits of a rule.
pub fn limits(rule: usize) -> (f64, f64) {
    (5.0 + 0.1 * (rule % 20) as f64, 95.0 - 0.1 * (rule % 20) as f64)
}

pub fn range_pack(rules: usize, symbols: usize) -> String {
    let mut text = String::from("kind diode \"diode\" { pins a, k }\n");
    for i in 0..symbols {
        let _ = writeln!(text, "symbol P{i} : V \"value {i}\"");
    }
    for i in 0..rules {
        let (low, high) = limits(i);
        let _ = writeln!(
            text,
            "rule in_range_{i} : error on data {{\n  check data.row(P{}).typ in {low:.1} V .. {high:.1} V\n}}",
            i % symbols
        );
    }
    text
}

/// A pack, and the same after the limit of one rule in its midst was edited.
pub fn edited(rules: usize, symbols: usize) -> (String, String) {
    let text = range_pack(rules, symbols);
    let head = format!("rule in_range_{} :", rules / 2);
    let at = text.find(&head).map_or(0, |at| at + head.len());
    let (before, after) = text.split_at(at);
    (text.clone(), format!("{before}{}", after.replacen(" V ..", "25 V ..", 1)))
}

pub fn facts(record: &[f64]) -> Facts {
    let mut facts = Facts::default();
    facts.device.kind = Some("diode".into());
    facts.device.part = Some("X1".into());
    for (i, value) in record.iter().enumerate() {
        facts.parameters.push(Parameter {
            symbol: format!("P{i}"),
            printed: format!("P{i}"),
            name: String::new(),
            section: Section::Electrical,
            min: None,
            typ: Some(*value),
            max: None,
            dimension: Dimension::VOLTAGE,
            printed_unit: String::from("V"),
            conditions: Conditions::none(),
            parts: Vec::new(),
            status: Status::Served,
            reasons: Vec::new(),
            confidence: 1.0,
            provenance: Place::Text(Span::default()).into(),
        });
    }
    facts
}
