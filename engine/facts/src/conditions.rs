use std::collections::BTreeMap;
use std::fmt;

/// What one condition symbol is held at.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// A value in SI.
    Value(f64),
    /// A range in SI; an open end is `None`.
    Range {
        /// Lower end.
        min: Option<f64>,
        /// Upper end.
        max: Option<f64>,
    },
    /// Another symbol times a factor, as in `IR = 0.1 × IF`.
    Equals {
        /// The other symbol.
        symbol: String,
        /// The factor.
        factor: f64,
    },
}

/// The conditions under which a value holds: canonical symbol to condition, plus the text as
/// printed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Conditions {
    /// By canonical symbol.
    pub by_symbol: BTreeMap<String, Condition>,
    /// As printed in the source; empty when there was none.
    pub text: String,
}

impl Conditions {
    /// No conditions.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a value in SI.
    #[must_use]
    pub fn with(mut self, symbol: impl Into<String>, value: f64) -> Self {
        self.by_symbol.insert(symbol.into(), Condition::Value(value));
        self
    }

    /// The value of a symbol in SI, following `Equals` through the other conditions; `None`
    /// when it is not given, is a range, or refers in a circle.
    pub fn value(&self, symbol: &str) -> Option<f64> {
        let mut factor = 1.0;
        let mut symbol = symbol;
        for _ in 0..=self.by_symbol.len() {
            match self.by_symbol.get(symbol)? {
                Condition::Value(v) => return Some(factor * v),
                Condition::Range { .. } => return None,
                Condition::Equals { symbol: other, factor: f } => {
                    factor *= f;
                    symbol = other;
                }
            }
        }
        None
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_symbol.is_empty()
    }

    /// These with `other` filling what is missing here.
    #[must_use]
    pub fn or(&self, other: &Conditions) -> Conditions {
        let mut merged = self.clone();
        for (symbol, condition) in &other.by_symbol {
            merged.by_symbol.entry(symbol.clone()).or_insert_with(|| condition.clone());
        }
        merged
    }
}

impl fmt::Display for Conditions {
    /// `IF = 0.01, TJ = 298.15` in SI numbers without units, in the order of the symbols.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (symbol, condition)) in self.by_symbol.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            match condition {
                Condition::Value(v) => write!(f, "{symbol} = {}", espice_units::exact(*v))?,
                Condition::Range { min, max } => {
                    let end = |v: &Option<f64>| v.map_or(String::from("…"), espice_units::exact);
                    write!(f, "{symbol} = {} .. {}", end(min), end(max))?;
                }
                Condition::Equals { symbol: other, factor } => {
                    write!(f, "{symbol} = {} {other}", espice_units::exact(*factor))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_follows_other_symbols_but_never_in_a_circle() {
        let mut c = Conditions::none().with("IF", 0.01);
        c.by_symbol.insert("IR".into(), Condition::Equals { symbol: "IF".into(), factor: 0.1 });
        assert_eq!(c.value("IR"), Some(0.001));
        c.by_symbol.insert("IF".into(), Condition::Equals { symbol: "IR".into(), factor: 1.0 });
        assert_eq!(c.value("IR"), None);
        assert_eq!(c.value("VR"), None);
    }
}
