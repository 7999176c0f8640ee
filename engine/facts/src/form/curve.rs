//! `[[curve]]`.

use super::condition;
use super::table::{Reader, Table, Value};
use crate::wording::{a_dimension, shown, unit_diagnostic};
use crate::{
    Axis, Curve, Mark, Origin, Provenance, Scale, Signature, Status, SymbolInfo, UnitScale,
};
use espice_base::{Code, Diagnostic, Place, Span};
use espice_units::{Dimension, parse_unit};

const KEYS: &[&str] = &[
    "axis_error",
    "conditions",
    "conditions_text",
    "derived_by",
    "family",
    "marks",
    "noise_floor",
    "note",
    "origin",
    "page",
    "parts",
    "points",
    "quantity",
    "reasons",
    "refused",
    "review",
    "scale",
    "title",
    "units",
];

pub(super) const ORIGINS: &[(&str, Origin)] =
    &[("digitised", Origin::Digitised), ("measured", Origin::Measured)];
pub(super) const SCALES: &[(&str, Scale)] = &[("linear", Scale::Linear), ("log", Scale::Log)];
pub(super) const MARKS: &[(&str, Mark)] =
    &[("compliance", Mark::Compliance), ("excluded", Mark::Excluded), ("noise", Mark::Noise)];

/// What reading a drawn curve by hand costs when the file does not say: a share of each axis.
pub(super) const DIGITISED_AXIS_ERROR: f64 = 0.01;

pub(super) fn read(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> Option<Curve> {
    entry.only_keys(KEYS, "a curve", reader);
    let Some((text, span)) = entry.text("quantity", reader) else {
        if entry.get("quantity").is_none() {
            let help = "write quantity = \"IF(VF)\": the dependent symbol over the abscissa";
            entry.missing("a curve has no quantity", help, reader);
        }
        return None;
    };
    let axes = axes(text, span, reader);
    let conditions = condition::read(entry, reader);
    let family = condition::family(entry, reader);
    read_remarks(entry, reader);
    let (y, x, named) = axes?;
    let names: Vec<String> = family.keys().cloned().collect();
    if !named.is_empty() && named != names {
        let message = format!(
            "the signature names the family {}, the curve gives {}",
            listed(&named),
            listed(&names)
        );
        reader.out.push(
            Diagnostic::error(Code::FACTS_SIGNATURE, message)
                .at(span)
                .help("write family = { … } with a value for each of them"),
        );
        return None;
    }
    let scales = units(entry, [x, y], reader)?;
    let points = points(entry, scales, reader)?;
    let origin = entry.word("origin", ORIGINS, reader).unwrap_or(Origin::Digitised);
    let drawn = scale(entry, &points, reader);
    let place = entry.span(reader);
    let mut curve = Curve {
        signature: Signature { quantity: y.name.clone(), x: x.name.clone(), family: names },
        title: entry.string("title", reader).unwrap_or_default(),
        x: Axis { symbol: x.name.clone(), dimension: x.dimension, scale: drawn[0] },
        y: Axis { symbol: y.name.clone(), dimension: y.dimension, scale: drawn[1] },
        family,
        conditions,
        points,
        marks: Vec::new(),
        origin,
        noise_floor: noise_floor(entry, y, reader),
        axis_residual: axis_error(entry, origin, reader),
        parts: entry.strings("parts", reader),
        status: status(entry, reader),
        reasons: entry.strings("reasons", reader),
        provenance: provenance(entry, place, reader),
    };
    marks(entry, &mut curve, reader);
    Some(curve)
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { String::from("none") } else { names.join(", ") }
}

/// `IF(VF; TJ)`: the dependent symbol, the abscissa and the sorted family.
fn axes<'s>(
    text: &str,
    span: Span,
    reader: &mut Reader<'s>,
) -> Option<(&'s SymbolInfo, &'s SymbolInfo, Vec<String>)> {
    let Some((quantity, arguments)) = split_signature(text) else {
        reader.out.push(
            Diagnostic::error(
                Code::FACTS_SIGNATURE,
                format!("`{}` is not a curve's signature", shown(text)),
            )
            .at(span)
            .help("write it like \"IF(VF)\" or \"IC(VCE; IB)\""),
        );
        return None;
    };
    let (x, family) = arguments.split_once(';').unwrap_or((arguments, ""));
    let y = reader.symbol(quantity, span);
    let x = reader.symbol(x, span);
    let mut names = Vec::new();
    for name in family.split(',').map(str::trim).filter(|n| !n.is_empty()) {
        names.push(reader.symbol(name, span)?.name.clone());
    }
    names.sort();
    Some((y?, x?, names))
}

/// The name before the brackets that close at the end, and what they hold.
fn split_signature(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim().strip_suffix(')')?;
    let mut depth = 0_i32;
    for (at, c) in inner.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth == 0 => {
                let name = inner.get(..at)?.trim();
                let arguments = inner.get(at + 1..)?;
                return (!name.is_empty() && !arguments.trim().is_empty())
                    .then_some((name, arguments));
            }
            '(' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The scales of `units = [x, y]`, checked against the symbols.
fn units(
    entry: &Table<'_, '_>,
    axes: [&SymbolInfo; 2],
    reader: &mut Reader<'_>,
) -> Option<[UnitScale; 2]> {
    let texts = match entry.texts("units", reader) {
        Some(texts) => texts,
        None if entry.get("units").is_some() => return None,
        None => {
            let help = format!(
                "write units = [\"{}\", \"{}\"], abscissa first",
                axes[0].dimension, axes[1].dimension
            );
            entry.missing("a curve has no units", &help, reader);
            return None;
        }
    };
    let [first, second] = texts.as_slice() else {
        let span = entry.get("units").map(|v| v.span(reader)).unwrap_or_default();
        reader.out.push(
            Diagnostic::error(Code::FACTS_TYPE, "`units` takes two units, abscissa first").at(span),
        );
        return None;
    };
    let x = unit(*first, axes[0], reader);
    let y = unit(*second, axes[1], reader);
    Some([x?, y?])
}

fn unit(
    (text, span): (&str, Span),
    symbol: &SymbolInfo,
    reader: &mut Reader<'_>,
) -> Option<UnitScale> {
    let unit = match parse_unit(text.trim()) {
        Ok(unit) => unit,
        Err(error) => {
            reader.out.push(unit_diagnostic(&error).at(span));
            return None;
        }
    };
    if unit.dimension == symbol.dimension {
        return Some(UnitScale::new(unit));
    }
    let (wanted, found) = (a_dimension(symbol.dimension), a_dimension(unit.dimension));
    reader.out.push(
        Diagnostic::error(
            Code::UNIT_DIMENSION,
            format!("`{}` is {wanted}, `{}` is {found}", symbol.name, shown(text)),
        )
        .label(span, format!("this is {found}"))
        .help("units stand in the order abscissa, ordinate"),
    );
    None
}

fn points(
    entry: &Table<'_, '_>,
    scales: [UnitScale; 2],
    reader: &mut Reader<'_>,
) -> Option<Vec<[f64; 2]>> {
    let list = match entry.list("points", reader) {
        Some(list) => list,
        None if entry.get("points").is_some() => return None,
        None => {
            let help = "write points = [[0.6, 1.0], [0.7, 9.0]]";
            entry.missing("a curve has no points", help, reader);
            return None;
        }
    };
    let mut points = Vec::with_capacity(list.len());
    for value in &list {
        points.extend(point(value, scales, reader));
    }
    if points.is_empty() && list.is_empty() {
        let help = "write points = [[0.6, 1.0], [0.7, 9.0]]";
        entry.missing("a curve has no points", help, reader);
    }
    (!points.is_empty()).then_some(points)
}

fn point(
    value: &Value<'_, '_>,
    scales: [UnitScale; 2],
    reader: &mut Reader<'_>,
) -> Option<[f64; 2]> {
    let pair = value.as_list();
    let Some([x, y]) = pair.as_deref() else {
        return value.wrong("points", "pairs [x, y]", reader);
    };
    let mut read = |value: &Value<'_, '_>, scale: &UnitScale| {
        let Some(text) = value.number_text() else {
            return value.wrong("points", "bare numbers in the curve's units", reader);
        };
        let number = scale.read(text);
        if number.is_none() {
            let span = value.span(reader);
            reader.out.push(
                Diagnostic::error(
                    Code::CELL_NOT_A_NUMBER,
                    format!("`{}` is no point", shown(text)),
                )
                .at(span)
                .help("leave the point out"),
            );
        }
        number
    };
    let x = read(x, &scales[0]);
    let y = read(y, &scales[1]);
    Some([x?, y?])
}

fn scale(entry: &Table<'_, '_>, points: &[[f64; 2]], reader: &mut Reader<'_>) -> [Scale; 2] {
    let suited =
        [Scale::suited(points.iter().map(|p| p[0])), Scale::suited(points.iter().map(|p| p[1]))];
    let Some(words) = entry.texts("scale", reader) else { return suited };
    let [x, y] = words.as_slice() else {
        let span = entry.get("scale").map(|v| v.span(reader)).unwrap_or_default();
        reader.out.push(
            Diagnostic::error(Code::FACTS_TYPE, "`scale` takes two words, abscissa first")
                .at(span)
                .help("write scale = [\"linear\", \"log\"]"),
        );
        return suited;
    };
    let mut word = |(text, span): (&str, Span), suited| {
        super::table::one_of(text, span, "scale", SCALES, reader).unwrap_or(suited)
    };
    [word(*x, suited[0]), word(*y, suited[1])]
}

fn noise_floor(entry: &Table<'_, '_>, y: &SymbolInfo, reader: &mut Reader<'_>) -> Option<f64> {
    Some(entry.get("noise_floor")?.quantity("noise_floor", y, reader)?.value)
}

/// `axis_error = "1 %"` for both axes, or one text for each.
fn axis_error(entry: &Table<'_, '_>, origin: Origin, reader: &mut Reader<'_>) -> [f64; 2] {
    let usual = match origin {
        Origin::Measured => [0.0; 2],
        Origin::Digitised => [DIGITISED_AXIS_ERROR; 2],
    };
    let Some(value) = entry.get("axis_error") else { return usual };
    let span = value.span(reader);
    let mut share = |text: &str, span: Span| {
        reader.quantity(text, span, Dimension::NONE, "`axis_error`").map(|q| q.value)
    };
    if let Some(text) = value.as_text() {
        return share(text, span).map_or(usual, |s| [s; 2]);
    }
    let texts = entry.texts("axis_error", reader).unwrap_or_default();
    let [x, y] = texts.as_slice() else {
        let message = "`axis_error` takes a share such as \"1 %\", or one for each axis";
        reader.out.push(Diagnostic::error(Code::FACTS_TYPE, message).at(span));
        return usual;
    };
    let mut share = |(text, span): (&str, Span), usual| {
        reader.quantity(text, span, Dimension::NONE, "`axis_error`").map_or(usual, |q| q.value)
    };
    [share(*x, usual[0]), share(*y, usual[1])]
}

/// `marks = { noise = [0, 1] }`: points that screening took out, by number from 0.
fn marks(entry: &Table<'_, '_>, curve: &mut Curve, reader: &mut Reader<'_>) {
    let Some(table) = entry.table("marks", reader) else { return };
    let words: Vec<&str> = MARKS.iter().map(|m| m.0).collect();
    table.only_keys(&words, "`marks`", reader);
    for (word, mark) in MARKS {
        for value in table.list(word, reader).unwrap_or_default() {
            let index = value.number_text().and_then(|t| t.parse::<usize>().ok());
            match index.filter(|i| *i < curve.points.len()) {
                Some(index) => curve.set_mark(index, *mark),
                None => {
                    value.wrong::<()>(word, "numbers of points, from 0", reader);
                }
            }
        }
    }
}

/// Checks the keys that only the reader of the file uses.
pub(super) fn read_remarks(entry: &Table<'_, '_>, reader: &mut Reader<'_>) {
    entry.count("page", reader);
    entry.text("note", reader);
}

/// `review = true`, `refused = true`.
pub(super) fn status(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> Status {
    let refused = entry.flag("refused", reader).unwrap_or(false);
    let review = entry.flag("review", reader).unwrap_or(false);
    match (refused, review) {
        (true, _) => Status::Refused,
        (false, true) => Status::Review,
        (false, false) => Status::Served,
    }
}

/// The entry's place, and `derived_by` when the values came from raw sweeps.
pub(super) fn provenance(
    entry: &Table<'_, '_>,
    place: Span,
    reader: &mut Reader<'_>,
) -> Provenance {
    Provenance { place: Place::Text(place), derived_by: entry.string("derived_by", reader) }
}
