//! Lines `# name: value` before the heading: the device and what holds for all rows.

use crate::measured::text::span_of;
use espice_base::{Capped, Code, Diagnostic, FileId, Span, did_you_mean};
use espice_facts::wording::{a_dimension, shown, unit_diagnostic, unknown_symbol};
use espice_facts::{Conditions, Device, Origin, Quantity, QuantityError, SymbolTable};
use espice_units::Dimension;

/// What the preamble says.
#[derive(Clone, Debug)]
pub(super) struct Preamble {
    pub(super) device: Device,
    pub(super) conditions: Conditions,
    pub(super) title: Option<String>,
    pub(super) origin: Origin,
    /// A share of each axis.
    pub(super) axis_error: f64,
}

impl Default for Preamble {
    fn default() -> Self {
        Preamble {
            device: Device::default(),
            conditions: Conditions::none(),
            title: None,
            origin: Origin::Measured,
            axis_error: 0.0,
        }
    }
}

const KEYS: [&str; 9] =
    ["axis_error", "class", "kind", "maker", "origin", "package", "part", "polarity", "title"];

const ORIGINS: [(&str, Origin); 2] =
    [("measured", Origin::Measured), ("digitised", Origin::Digitised)];

impl Preamble {
    /// Takes one comment line; what is no `name: value` is a comment and nothing else.
    pub(super) fn line(
        &mut self,
        line: &str,
        start: usize,
        file: FileId,
        symbols: &SymbolTable,
        out: &mut Capped,
    ) {
        let Some((name, value)) = line.trim().trim_start_matches('#').split_once([':', '=']) else {
            return;
        };
        let (name, value) = (name.trim(), value.trim().trim_end_matches([',', ';', '\t']));
        let span = span_of(file, start, line, value);
        if name.is_empty() || value.is_empty() {
            return;
        }
        match KEYS.iter().find(|k| name.eq_ignore_ascii_case(k)) {
            Some(key) => self.known(key, value, span, symbols, out),
            None => self.condition(name, value, span, symbols, out),
        }
    }

    fn known(
        &mut self,
        key: &str,
        value: &str,
        span: Span,
        symbols: &SymbolTable,
        out: &mut Capped,
    ) {
        let text = Some(value.to_string());
        match key {
            "part" => self.device.part = text,
            "maker" => self.device.maker = text,
            "class" => self.device.class = text,
            "package" => self.device.package = text,
            "polarity" => self.device.polarity = text,
            "title" => self.title = text,
            "kind" if symbols.kind(value).is_some() => self.device.kind = text,
            "kind" => {
                let kinds = symbols.kinds().map(|k| k.name.as_str());
                let message = format!("`{}` is not a known device kind", shown(value));
                let likely = did_you_mean(value, kinds);
                out.push(
                    Diagnostic::error(Code::SYMBOL_UNKNOWN, message)
                        .at(span)
                        .maybe_help(likely.map(|k| format!("did you mean `{k}`?"))),
                );
            }
            "origin" => match ORIGINS.iter().find(|o| o.0 == value) {
                Some((_, origin)) => self.origin = *origin,
                None => out.push(unreadable(key, value, span, "write `measured` or `digitised`")),
            },
            _ => match Quantity::parse(value) {
                Ok(q) if q.unit.dimension == Dimension::NONE && q.value >= 0.0 => {
                    self.axis_error = q.value;
                }
                _ => out.push(unreadable(key, value, span, "write a share such as `1 %`")),
            },
        }
    }

    fn condition(
        &mut self,
        name: &str,
        value: &str,
        span: Span,
        symbols: &SymbolTable,
        out: &mut Capped,
    ) {
        let quantity = Quantity::parse(value);
        let Some(symbol) = symbols.resolve_for(name, self.device.kind.as_deref()) else {
            // A comment like any other, unless it looks like a condition or a misspelt key.
            if matches!(&quantity, Ok(q) if !q.unit_text.is_empty()) {
                out.push(as_warning(unknown_symbol(name, symbols)).at(span));
            } else if let Some(key) = did_you_mean(&shown(name), KEYS) {
                let message = format!("`{}` is read as a comment", shown(name));
                out.push(
                    Diagnostic::warning(Code::PREAMBLE_VALUE, message)
                        .at(span)
                        .help(format!("did you mean `{key}`?")),
                );
            }
            return;
        };
        match quantity {
            Ok(q) if q.unit.dimension == symbol.dimension => {
                self.conditions = std::mem::take(&mut self.conditions).with(&symbol.name, q.value);
            }
            Ok(q) if q.unit_text.is_empty() => out.push(
                Diagnostic::error(Code::UNIT_MISSING, format!("`{}` needs a unit", symbol.name))
                    .label(span, format!("`{}` is {}", symbol.name, a_dimension(symbol.dimension)))
                    .help("write a value with its unit, such as `25 degC`"),
            ),
            Ok(q) => {
                let (wanted, found) =
                    (a_dimension(symbol.dimension), a_dimension(q.unit.dimension));
                out.push(
                    Diagnostic::error(
                        Code::UNIT_DIMENSION,
                        format!("`{}` is {wanted}, `{}` is {found}", symbol.name, shown(value)),
                    )
                    .label(span, format!("this is {found}")),
                );
            }
            Err(QuantityError::Unit(error)) => out.push(unit_diagnostic(&error).at(span)),
            Err(QuantityError::Number) => out.push(unreadable(
                &symbol.name,
                value,
                span,
                "write a value with its unit, such as `25 degC`",
            )),
        }
    }
}

fn unreadable(key: &str, value: &str, span: Span, help: &str) -> Diagnostic {
    Diagnostic::error(
        Code::PREAMBLE_VALUE,
        format!("`{}` is no value of `{}`", shown(value), shown(key)),
    )
    .at(span)
    .help(help)
}

fn as_warning(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = espice_base::Severity::Warning;
    diagnostic
}
