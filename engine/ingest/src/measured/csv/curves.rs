//! A table of named quantities as curves.

use super::heading::Meaning;
use super::preamble::Preamble;
use super::table::Table;
use espice_base::{Capped, Code, Diagnostic, Place, Severity, Span};
use espice_facts::{
    Axis, Condition, Conditions, Curve, Facts, KindInfo, QuantityInfo, Scale, Signature, Status,
    SymbolInfo, SymbolTable,
};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// The most curves that a table may fall into.
const MAX_CURVES: usize = 2_000;

/// A column that holds a quantity.
#[derive(Clone, Copy)]
struct Quantity<'s> {
    index: usize,
    symbol: &'s SymbolInfo,
}

/// How the columns of a table hang together in a device kind.
struct Layout<'s> {
    kind: &'s str,
    /// What was set, the usual abscissa first.
    independent: Vec<Quantity<'s>>,
    /// What was read.
    dependent: Vec<Quantity<'s>>,
}

/// The rows of one curve.
struct Group {
    first: usize,
    last: usize,
    rows: Vec<u32>,
}

/// Adds the curves of the table, and the device kind when it is the only one that fits.
pub(super) fn build(
    table: &Table<'_>,
    preamble: &Preamble,
    stem: &str,
    heading: Span,
    symbols: &SymbolTable,
    facts: &mut Facts,
    out: &mut Capped,
) {
    let columns: Vec<Quantity<'_>> = table
        .columns
        .iter()
        .enumerate()
        .filter_map(|(index, c)| match c.meaning {
            Meaning::Symbol(symbol) => Some(Quantity { index, symbol }),
            _ => None,
        })
        .collect();
    let (free, bound): (Vec<_>, Vec<_>) = columns.iter().partition(|q| is_free(q.symbol, symbols));
    let wanted = preamble.device.kind.as_deref();
    let kinds = symbols.kinds().filter(|k| wanted.is_none_or(|w| w == k.name));
    let layouts: Vec<Layout<'_>> =
        kinds.filter_map(|k| layout(k, &bound, &free, &preamble.conditions)).collect();
    // The fewer columns must be explained as read, the better the kind fits.
    let Some(fewest) = layouts.iter().map(|l| l.dependent.len()).min() else {
        out.push(unrelated(&bound, symbols, wanted, heading));
        return;
    };
    let mut fitting = layouts.into_iter().filter(|l| l.dependent.len() == fewest);
    let Some(layout) = fitting.next() else { return };
    if fitting.next().is_none() && facts.device.kind.is_none() {
        facts.device.kind = Some(layout.kind.to_string());
    }
    let Some(x) = abscissa(table, &layout, &free) else { return };
    let others: Vec<Quantity<'_>> =
        layout.independent.iter().chain(&free).filter(|q| q.index != x.index).copied().collect();
    let (constant, family): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|q| table.is_constant(q.index));
    let mut conditions = Conditions::none();
    for q in &constant {
        if let Some(value) = table.column(q.index).first() {
            conditions = conditions.with(&q.symbol.name, *value);
        }
    }
    let groups = groups(table, &family);
    let Some(groups) = groups.filter(|g| g.len() * layout.dependent.len() <= MAX_CURVES) else {
        let message = format!("the rows fall into more than {MAX_CURVES} curves");
        out.push(
            Diagnostic::error(Code::SOURCE_TOO_LARGE, message)
                .at(heading)
                .help("write held quantities as they were set, not as they were read back"),
        );
        return;
    };
    let single = groups.iter().filter(|g| g.rows.len() == 1).count();
    if groups.len() > 2 && single * 2 > groups.len() {
        let names: Vec<&str> = family.iter().map(|q| q.symbol.name.as_str()).collect();
        let message = format!("{single} of {} curves have a single point", groups.len());
        out.push(
            Diagnostic::warning(Code::CURVES_SHATTERED, message)
                .label(heading, format!("told apart by {}", names.join(", ")))
                .help("write held quantities as they were set, not as they were read back"),
        );
    }
    let maker = CurveMaker { table, preamble, stem, x, family: &family, conditions };
    for group in &groups {
        facts.curves.extend(layout.dependent.iter().map(|y| maker.curve(group, *y)));
    }
}

/// Temperatures, frequency and the like may stand beside any quantity.
fn is_free(symbol: &SymbolInfo, symbols: &SymbolTable) -> bool {
    let named = |q: &QuantityInfo| q.symbol == symbol.name || q.arguments.contains(&symbol.name);
    symbol.dimension == Dimension::TEMPERATURE
        || (symbol.kinds.is_empty() && !symbols.kinds().any(|k| k.quantities.iter().any(named)))
}

/// The first quantity of a kind whose arguments cover the other columns, or leave only columns
/// that are read over the same arguments.
fn layout<'s>(
    kind: &'s KindInfo,
    bound: &[Quantity<'s>],
    free: &[Quantity<'s>],
    conditions: &Conditions,
) -> Option<Layout<'s>> {
    let at = |name: &str| bound.iter().find(|q| q.symbol.name == name).copied();
    kind.quantities.iter().find_map(|quantity| {
        at(&quantity.symbol)?;
        let independent: Vec<Quantity<'s>> =
            quantity.arguments.iter().filter_map(|a| at(a)).collect();
        // With all arguments held for the whole file, the temperature is the abscissa.
        let is_held =
            |a: &String| conditions.by_symbol.contains_key(a) || quantity.assumed.contains(a);
        let held = quantity.arguments.iter().all(is_held);
        if independent.is_empty() && (!held || free.is_empty()) {
            return None;
        }
        let is_independent = |q: &Quantity<'_>| independent.iter().any(|i| i.index == q.index);
        let dependent: Vec<Quantity<'s>> =
            bound.iter().filter(|q| !is_independent(q)).copied().collect();
        let covered = |q: &Quantity<'_>| {
            kind.quantities.iter().any(|other| {
                other.symbol == q.symbol.name
                    && independent.iter().all(|i| other.arguments.contains(&i.symbol.name))
            })
        };
        dependent.iter().all(covered).then_some(Layout { kind: &kind.name, independent, dependent })
    })
}

/// The column that varies fastest; of several the one that gives the fewest curves, then the
/// usual one.
fn abscissa<'s>(
    table: &Table<'_>,
    layout: &Layout<'s>,
    free: &[Quantity<'s>],
) -> Option<Quantity<'s>> {
    let candidates = if layout.independent.is_empty() { free } else { &layout.independent };
    let most = candidates.iter().map(|q| table.changes(q.index)).max()?;
    let fastest: Vec<Quantity<'s>> =
        candidates.iter().filter(|q| table.changes(q.index) == most).copied().collect();
    if let [only] = fastest.as_slice() {
        return Some(*only);
    }
    let curves = |x: &Quantity<'_>| {
        let others: Vec<Quantity<'_>> =
            candidates.iter().filter(|q| q.index != x.index).copied().collect();
        groups(table, &others).map_or(usize::MAX, |g| g.len())
    };
    // `min_by_key` keeps the first of equals: the order of the kind's arguments.
    fastest.iter().min_by_key(|q| curves(q)).copied()
}

/// Rows with the same part, label and family values, in the order of their first rows; `None`
/// when there are more groups than a table may have curves.
fn groups(table: &Table<'_>, family: &[Quantity<'_>]) -> Option<Vec<Group>> {
    let mut found: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut key = Vec::new();
    for row in 0..table.len() {
        key.clear();
        key.extend(table.keys.get(row).into_iter().flatten().map(|k| *k as u64));
        // Adding zero turns -0 into 0, which is the same value.
        let value = |q: &Quantity<'_>| table.column(q.index).get(row).copied().unwrap_or(0.0);
        key.extend(family.iter().map(|q| (value(q) + 0.0).to_bits()));
        let at = match found.get(&key) {
            Some(at) => *at,
            None => {
                if groups.len() >= MAX_CURVES {
                    return None;
                }
                groups.push(Group { first: row, last: row, rows: Vec::new() });
                found.insert(key.clone(), groups.len() - 1);
                groups.len() - 1
            }
        };
        if let Some(group) = groups.get_mut(at) {
            group.last = row;
            group.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
        }
    }
    Some(groups)
}

/// What all curves of the table share.
struct CurveMaker<'a, 's> {
    table: &'a Table<'s>,
    preamble: &'a Preamble,
    stem: &'a str,
    x: Quantity<'a>,
    family: &'a [Quantity<'a>],
    conditions: Conditions,
}

impl CurveMaker<'_, '_> {
    fn curve(&self, group: &Group, y: Quantity<'_>) -> Curve {
        let (xs, ys) = (self.table.column(self.x.index), self.table.column(y.index));
        let points: Vec<[f64; 2]> = group
            .rows
            .iter()
            .filter_map(|row| Some([*xs.get(*row as usize)?, *ys.get(*row as usize)?]))
            .collect();
        let family: BTreeMap<String, f64> = self
            .family
            .iter()
            .filter_map(|q| {
                Some((q.symbol.name.clone(), *self.table.column(q.index).get(group.first)?))
            })
            .collect();
        let [part, label] = self.table.keys.get(group.first).copied().unwrap_or_default();
        let title = match (self.table.text(label), &self.preamble.title) {
            ("", Some(title)) => title.clone(),
            ("", None) => self.stem.to_string(),
            (label, _) => label.to_string(),
        };
        let part = self.table.text(part);
        let axis = |q: &Quantity<'_>, at: usize| Axis {
            symbol: q.symbol.name.clone(),
            dimension: q.symbol.dimension,
            scale: Scale::suited(points.iter().filter_map(|p| p.get(at).copied())),
        };
        Curve {
            signature: Signature {
                quantity: y.symbol.name.clone(),
                x: self.x.symbol.name.clone(),
                family: family.keys().cloned().collect(),
            },
            title,
            x: axis(&self.x, 0),
            y: axis(&y, 1),
            conditions: self.conditions.or(&self.stated(&family, y)),
            family,
            points,
            marks: Vec::new(),
            origin: self.preamble.origin,
            noise_floor: None,
            axis_residual: [self.preamble.axis_error; 2],
            parts: if part.is_empty() { Vec::new() } else { vec![part.to_string()] },
            status: Status::Served,
            reasons: Vec::new(),
            provenance: Place::Text(self.table.span(group.first, group.last)).into(),
        }
    }

    /// The preamble's conditions on symbols that have no column of their own.
    fn stated(&self, family: &BTreeMap<String, f64>, y: Quantity<'_>) -> Conditions {
        let own =
            |s: &String| family.contains_key(s) || *s == self.x.symbol.name || *s == y.symbol.name;
        let stated: BTreeMap<String, Condition> = self
            .preamble
            .conditions
            .by_symbol
            .iter()
            .filter(|(s, _)| !own(s))
            .map(|(s, c)| (s.clone(), c.clone()))
            .collect();
        Conditions { by_symbol: stated, text: String::new() }
    }
}

fn unrelated(
    bound: &[Quantity<'_>],
    symbols: &SymbolTable,
    wanted: Option<&str>,
    heading: Span,
) -> Diagnostic {
    let names: Vec<&str> = bound.iter().map(|q| q.symbol.name.as_str()).collect();
    let who = match wanted {
        Some(kind) => format!("the device kind `{kind}` has no"),
        None => String::from("no device kind has a"),
    };
    let about = |q: &QuantityInfo| names.contains(&q.symbol.as_str());
    let mut known: Vec<String> = symbols
        .kinds()
        .filter(|k| wanted.is_none_or(|w| w == k.name))
        .flat_map(|k| &k.quantities)
        .filter(|q| about(q))
        .map(|q| format!("{}({})", q.symbol, q.arguments.join(", ")))
        .collect();
    known.sort();
    known.dedup();
    known.truncate(8);
    let message = format!("{who} quantity that relates {}", names.join(", "));
    let help = (!known.is_empty()).then(|| format!("measured are {}", known.join("; ")));
    Diagnostic::new(Code::NO_QUANTITY, Severity::Error, message).at(heading).maybe_help(help)
}
