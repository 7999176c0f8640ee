//! Sources of subcircuits: independent ones, and those that voltages and currents control.

use super::algebra::Val;
use super::net::{At, Drive, Net, Sensor};
use espice_netlist::{Element, Value};
use espice_units::card::parse_number;

impl Net<'_, '_> {
    /// The direct value of a source: `5`, `dc 5`, with or without `ac`.
    pub(super) fn independent(&mut self, element: &Element, at: At) -> Result<Val, String> {
        let mut value = None;
        let mut fields = element.fields.iter().skip(2).peekable();
        while let Some(field) = fields.next() {
            match field.to_ascii_lowercase().as_str() {
                "dc" => {}
                "ac" => while fields.next_if(|f| parse_number(f).is_some()).is_some() {},
                word if word.contains('(') && !word.starts_with(['(', '{', '\'']) => {
                    return Err(format!("`{field}` varies with the time"));
                }
                _ => value = Some(Value::from(field.as_str())),
            }
        }
        let stated =
            |name: &str| element.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        let value = value.or_else(|| stated("dc").map(|(_, v)| v.clone()));
        match value.map(|v| self.formula_of(&v, at)).transpose()? {
            None => Ok(self.algebra.constant(0.0)),
            Some(Drive::Plain(value)) => Ok(value),
            Some(_) => Err(String::from("an independent source depends on the circuit")),
        }
    }

    pub(super) fn controlled(
        &mut self,
        kind: char,
        element: &Element,
        at: At,
    ) -> Result<Drive, String> {
        let rest = element.fields.get(2..).unwrap_or(&[]);
        let named = ["value", "vol", "cur"];
        let stated = element
            .parameters
            .iter()
            .find(|(n, _)| named.iter().any(|k| n.eq_ignore_ascii_case(k)));
        if let Some((_, value)) = stated {
            return self.formula_of(value, at);
        }
        let first = rest.first().ok_or("it has no value")?;
        if named.iter().any(|k| first.eq_ignore_ascii_case(k)) {
            let text: Vec<&str> =
                rest.iter().skip(1).map(String::as_str).filter(|w| *w != "=").collect();
            return self.formula_of(&Value::from(text.join(" ").as_str()), at);
        }
        if first.to_ascii_lowercase().starts_with("table") || !element.parameters.is_empty() {
            return Err(String::from("only gains, `POLY` and `VALUE` are evaluated"));
        }
        // Nodes may stand in brackets with commas.
        let words: Vec<String> = rest
            .join(" ")
            .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ','))
            .filter(|w| !w.is_empty())
            .map(String::from)
            .collect();
        let mut words = words.iter();
        let mut count = 1;
        if words.as_slice().first().is_some_and(|w| w.eq_ignore_ascii_case("poly")) {
            words.next();
            let stated = words.next().and_then(|w| w.parse::<usize>().ok());
            count = stated.filter(|n| (1..=20).contains(n)).ok_or("`POLY` has no number")?;
        }
        let mut sensors = Vec::new();
        for _ in 0..count {
            let lacks = || String::from("it lacks what controls it");
            let name = words.next().ok_or_else(lacks)?;
            if matches!(kind, 'e' | 'g') {
                let other = words.next().ok_or_else(lacks)?;
                sensors.push(Sensor::Voltage(self.node_of(at, name), self.node_of(at, other)));
            } else {
                sensors.push(Sensor::Current(self.edge_of(at, name)?));
            }
        }
        let mut coefficients = Vec::new();
        for word in words {
            coefficients.push(self.number(&Value::from(word.as_str()), at)?);
        }
        match coefficients.as_slice() {
            [] => return Err(String::from("it has no gain")),
            // A single number is the gain, not the constant.
            [_] if count == 1 => coefficients.insert(0, 0.0),
            _ => {}
        }
        Ok(Drive::Polynomial(sensors, coefficients))
    }

    /// The forced voltage of this name.
    pub(super) fn edge_of(&self, at: At, name: &str) -> Result<usize, String> {
        let call = self.calls.get(at.call);
        call.and_then(|c| c.edges.get(&name.to_lowercase()).copied()).ok_or_else(|| {
            format!("there is no voltage source `{name}` whose current could be read")
        })
    }
}

/// The charges that a linear current-controlled current takes along.
pub(super) fn sensed_charge(drive: &Drive) -> Option<Drive> {
    let Drive::Polynomial(sensors, coefficients) = drive else { return None };
    let gains = coefficients.get(1..)?.iter().copied();
    let terms = sensors.iter().zip(gains).filter_map(|(sensor, gain)| match sensor {
        Sensor::Current(edge) => Some((*edge, gain)),
        Sensor::Voltage(..) => None,
    });
    let terms: Vec<(usize, f64)> = terms.collect();
    (!terms.is_empty()).then_some(Drive::SensedCharge(terms))
}
