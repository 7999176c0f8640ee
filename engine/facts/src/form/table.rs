//! Tables with places: typed access that says what is wrong and where.

use crate::wording::{a_dimension, shown, unit_diagnostic, unknown_symbol};
use crate::{Quantity, QuantityError, SymbolInfo, SymbolTable};
use espice_base::{Capped, Code, Diagnostic, FileId, Severity, Span, did_you_mean};
use espice_units::Dimension;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// What reading needs everywhere: where it reads, what names mean, where it complains.
pub(super) struct Reader<'s> {
    pub(super) file: FileId,
    pub(super) symbols: &'s SymbolTable,
    /// The kind of the device, once it is read.
    pub(super) kind: Option<String>,
    pub(super) out: Capped,
}

/// One table with its place.
pub(super) struct Table<'t, 'i> {
    inner: &'t DeTable<'i>,
    range: Range<usize>,
    offset: usize,
}

/// One value with its place.
#[derive(Clone)]
pub(super) struct Value<'t, 'i> {
    inner: &'t DeValue<'i>,
    range: Range<usize>,
    offset: usize,
}

impl<'t, 'i> Table<'t, 'i> {
    pub(super) fn root(inner: &'t DeTable<'i>, offset: usize) -> Self {
        Table { inner, range: 0..0, offset }
    }

    /// The entry from its head to the end of its last value.
    pub(super) fn span(&self, reader: &Reader<'_>) -> Span {
        let (mut start, mut end) = (self.range.start, self.range.end);
        for (key, value) in self.inner {
            start = start.min(key.span().start);
            end = end.max(value.span().end);
        }
        Span::new(reader.file, start + self.offset, end + self.offset)
    }

    /// Complains about keys that are not of this list.
    pub(super) fn only_keys(&self, known: &[&str], place: &str, reader: &mut Reader<'_>) {
        for key in self.inner.keys().filter(|k| !known.contains(&k.get_ref().as_ref())) {
            let range = key.span();
            let span = Span::new(reader.file, range.start + self.offset, range.end + self.offset);
            reader.out.push_with(Code::FACTS_KEY, Severity::Error, span, || {
                let name = shown(key.get_ref());
                let likely = did_you_mean(&name, known.iter().copied());
                Diagnostic::error(Code::FACTS_KEY, format!("{place} has no key `{name}`"))
                    .at(span)
                    .help(match likely {
                        Some(word) => format!("did you mean `{word}`?"),
                        None => format!("known keys are {}", known.join(", ")),
                    })
            });
        }
    }

    /// Keys with their places and values, in the order of the keys.
    pub(super) fn items(&self) -> impl Iterator<Item = (&'t str, Range<usize>, Value<'t, 'i>)> {
        let offset = self.offset;
        self.inner.iter().map(move |(k, v)| {
            let at = k.span();
            (k.get_ref().as_ref(), at.start + offset..at.end + offset, Value::of(v, offset))
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<Value<'t, 'i>> {
        self.inner.get(key).map(|v| Value::of(v, self.offset))
    }

    pub(super) fn text(&self, key: &str, reader: &mut Reader<'_>) -> Option<(&'t str, Span)> {
        let value = self.get(key)?;
        match value.inner {
            DeValue::String(text) => Some((text.as_ref(), value.span(reader))),
            _ => value.wrong(key, "a text in quotes", reader),
        }
    }

    /// A text, owned, without its place.
    pub(super) fn string(&self, key: &str, reader: &mut Reader<'_>) -> Option<String> {
        self.text(key, reader).map(|(t, _)| t.to_string())
    }

    pub(super) fn flag(&self, key: &str, reader: &mut Reader<'_>) -> Option<bool> {
        let value = self.get(key)?;
        match value.inner {
            DeValue::Boolean(b) => Some(*b),
            _ => value.wrong(key, "true or false", reader),
        }
    }

    /// A whole number from 0.
    pub(super) fn count(&self, key: &str, reader: &mut Reader<'_>) -> Option<usize> {
        let value = self.get(key)?;
        match value.inner {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str().parse().ok(),
            _ => None,
        }
        .or_else(|| value.wrong(key, "a whole number", reader))
    }

    /// A bare number.
    pub(super) fn number(&self, key: &str, reader: &mut Reader<'_>) -> Option<f64> {
        let value = self.get(key)?;
        value
            .number_text()
            .and_then(espice_units::data::parse_number)
            .or_else(|| value.wrong(key, "a number", reader))
    }

    pub(super) fn table(&self, key: &str, reader: &mut Reader<'_>) -> Option<Table<'t, 'i>> {
        let value = self.get(key)?;
        value.as_table().or_else(|| value.wrong(key, "a table", reader))
    }

    /// The tables of `[[key]]`.
    pub(super) fn entries(&self, key: &str, reader: &mut Reader<'_>) -> Vec<Table<'t, 'i>> {
        let mut found = Vec::new();
        for value in self.list(key, reader).unwrap_or_default() {
            match value.as_table() {
                Some(table) => found.push(table),
                None => {
                    value.wrong::<()>(key, "tables, each under its own double brackets", reader);
                }
            }
        }
        found
    }

    pub(super) fn list(&self, key: &str, reader: &mut Reader<'_>) -> Option<Vec<Value<'t, 'i>>> {
        let value = self.get(key)?;
        value.as_list().or_else(|| value.wrong(key, "a list", reader))
    }

    /// A list of texts; what is not a text is named and left out.
    pub(super) fn texts(&self, key: &str, reader: &mut Reader<'_>) -> Option<Vec<(&'t str, Span)>> {
        let mut texts = Vec::new();
        for value in self.list(key, reader)? {
            match value.inner {
                DeValue::String(text) => texts.push((text.as_ref(), value.span(reader))),
                _ => {
                    value.wrong::<()>(key, "a list of texts", reader);
                }
            }
        }
        Some(texts)
    }

    /// A list of texts, owned; empty when the key is absent.
    pub(super) fn strings(&self, key: &str, reader: &mut Reader<'_>) -> Vec<String> {
        let texts = self.texts(key, reader).unwrap_or_default();
        texts.into_iter().map(|(t, _)| t.to_string()).collect()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
        reader: &mut Reader<'_>,
    ) -> Option<T> {
        let (text, span) = self.text(key, reader)?;
        one_of(text, span, key, words, reader)
    }

    /// A required key was not there.
    pub(super) fn missing(&self, what: &str, help: &str, reader: &mut Reader<'_>) {
        let span = self.span(reader);
        reader
            .out
            .push(Diagnostic::error(Code::FACTS_MISSING, what.to_string()).at(span).help(help));
    }
}

/// The meaning of one of a few words, or a complaint that names them.
pub(super) fn one_of<T: Copy>(
    text: &str,
    span: Span,
    key: &str,
    words: &[(&str, T)],
    reader: &mut Reader<'_>,
) -> Option<T> {
    let found = words.iter().find(|w| w.0 == text).map(|w| w.1);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|w| w.0).collect();
        reader.out.push(
            Diagnostic::error(Code::FACTS_VALUE, format!("`{}` is no {key}", shown(text)))
                .at(span)
                .help(format!("write one of {}", known.join(", "))),
        );
    }
    found
}

impl<'t, 'i> Value<'t, 'i> {
    fn of(value: &'t Spanned<DeValue<'i>>, offset: usize) -> Self {
        Value { inner: value.get_ref(), range: value.span(), offset }
    }

    pub(super) fn span(&self, reader: &Reader<'_>) -> Span {
        Span::new(reader.file, self.range.start + self.offset, self.range.end + self.offset)
    }

    pub(super) fn as_text(&self) -> Option<&'t str> {
        self.inner.as_str()
    }

    pub(super) fn as_list(&self) -> Option<Vec<Value<'t, 'i>>> {
        let offset = self.offset;
        let list: &'t DeArray<'i> = self.inner.as_array()?;
        Some(list.iter().map(|v| Value::of(v, offset)).collect())
    }

    pub(super) fn as_table(&self) -> Option<Table<'t, 'i>> {
        let inner = self.inner.as_table()?;
        Some(Table { inner, range: self.range.clone(), offset: self.offset })
    }

    /// The text of a bare decimal number.
    pub(super) fn number_text(&self) -> Option<&'t str> {
        match self.inner {
            DeValue::Float(f) => Some(f.as_str()),
            DeValue::Integer(n) if n.radix() == 10 => Some(n.as_str()),
            _ => None,
        }
    }

    /// Complains that the value is of another kind; gives `None` for use at the end of a chain.
    pub(super) fn wrong<T>(&self, key: &str, wanted: &str, reader: &mut Reader<'_>) -> Option<T> {
        let span = self.span(reader);
        reader.out.push_with(Code::FACTS_TYPE, Severity::Error, span, || {
            let (key, found) = (shown(key), kind_of(self.inner));
            let message = format!("`{key}` takes {wanted}, not {found}");
            Diagnostic::error(Code::FACTS_TYPE, message).at(span)
        });
        None
    }

    /// The value as a quantity of a symbol, its dimension checked.
    pub(super) fn quantity(
        &self,
        key: &str,
        symbol: &SymbolInfo,
        reader: &mut Reader<'_>,
    ) -> Option<Quantity> {
        let span = self.span(reader);
        let about = format!("`{}`", symbol.name);
        if let Some(text) = self.as_text() {
            return reader.quantity(text, span, symbol.dimension, &about);
        }
        let Some(number) = self.number_text() else {
            return self.wrong(key, "a value with its unit in quotes", reader);
        };
        let value = espice_units::data::parse_number(number);
        if value.is_none() {
            reader.not_a_value(number, span);
        }
        let quantity =
            Quantity { value: value?, unit: espice_units::Unit::ONE, unit_text: String::new() };
        reader.fits(&quantity, number, span, symbol.dimension, &about).then_some(quantity)
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<'s> Reader<'s> {
    /// Reads a value of a dimension from a text; complaints name `about`.
    pub(super) fn quantity(
        &mut self,
        text: &str,
        span: Span,
        dimension: Dimension,
        about: &str,
    ) -> Option<Quantity> {
        match Quantity::parse(text) {
            Ok(quantity) => self.fits(&quantity, text, span, dimension, about).then_some(quantity),
            Err(QuantityError::Number) => {
                self.not_a_value(text, span);
                None
            }
            Err(QuantityError::Unit(error)) => {
                self.out.push(unit_diagnostic(&error).at(span));
                None
            }
        }
    }

    fn not_a_value(&mut self, text: &str, span: Span) {
        let message = format!("`{}` is not a value with a unit", shown(text));
        self.out.push(
            Diagnostic::error(Code::FACTS_VALUE, message)
                .at(span)
                .help("write a number and its unit in quotes: \"10 mA\""),
        );
    }

    /// Whether a value has the dimension that is wanted; complains when not.
    pub(super) fn fits(
        &mut self,
        quantity: &Quantity,
        text: &str,
        span: Span,
        dimension: Dimension,
        about: &str,
    ) -> bool {
        if quantity.unit.dimension == dimension {
            return true;
        }
        let text = shown(text);
        let diagnostic = if quantity.unit_text.is_empty() {
            Diagnostic::error(Code::UNIT_MISSING, format!("{about} needs a unit"))
                .label(span, format!("{about} is {}", a_dimension(dimension)))
                .help(format!("write \"{text} {dimension}\" or the unit that is meant"))
        } else {
            let found = quantity.unit.dimension;
            Diagnostic::error(
                Code::UNIT_DIMENSION,
                format!(
                    "{about} is {}, `{text}` is {}",
                    a_dimension(dimension),
                    a_dimension(found)
                ),
            )
            .label(span, format!("this is {}", a_dimension(found)))
        };
        self.out.push(diagnostic);
        false
    }

    /// The symbol that a text names; complains when there is none.
    pub(super) fn symbol(&mut self, text: &str, span: Span) -> Option<&'s SymbolInfo> {
        let found = self.symbols.resolve_for(text, self.kind.as_deref());
        if found.is_none() {
            // Built only when shown: a suggestion costs a look at the whole table.
            self.out.push_with(Code::SYMBOL_UNKNOWN, Severity::Error, span, || {
                unknown_symbol(text, self.symbols).at(span)
            });
        }
        found
    }
}
