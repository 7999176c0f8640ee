//! Symbols and kinds: the names that packs, readers and reports share.

use super::dims::{Operand, likely, type_unit, unexpected};
use super::names::{Class, Names};
use super::quantities::check_quantity;
use crate::ir::{KindIr, Owned, QuantityIr};
use crate::template::functions::Functions;
use crate::template::parameters::constant_range;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_facts::{KindInfo, QuantityInfo, SymbolInfo, SymbolTable};
use espice_syntax::ast::{self, Expr, ExprKind, Type, Word};
use espice_units::Unit;

/// Checks symbols into the table.
pub(crate) fn check_symbols(
    symbols: &[Owned<ast::Symbol>],
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> SymbolTable {
    let mut table = SymbolTable::default();
    for Owned { pack, item, .. } in symbols {
        for kind in &item.kinds {
            names.require(Class::Kind, kind, *pack, diagnostics);
        }
        synonyms(item, diagnostics);
        let unit = type_unit(&item.unit, diagnostics);
        let plausible = item.plausible.as_ref();
        let plausible = plausible.and_then(|p| range(p, item, unit, *pack, names, diagnostics));
        let Some(unit) = unit else { continue };
        table.add_symbol(SymbolInfo {
            name: item.name.text.clone(),
            dimension: unit.dimension,
            title: item.title.as_ref().map_or_else(String::new, |t| t.text.clone()),
            synonyms: item.synonyms.iter().map(|s| s.text.clone()).collect(),
            names: item.names.iter().map(|s| s.text.clone()).collect(),
            rating: item.rating,
            kinds: item.kinds.iter().map(|k| k.text.clone()).collect(),
            plausible,
            span: item.name.span,
        });
    }
    table
}

fn synonyms(item: &ast::Symbol, diagnostics: &mut Diagnostics) {
    for (index, synonym) in item.synonyms.iter().enumerate() {
        let before = item.synonyms.iter().take(index).find(|s| s.text == synonym.text);
        let first = match before {
            Some(before) => before.span,
            None if synonym.text == item.name.text => item.name.span,
            None => continue,
        };
        diagnostics.push(
            Diagnostic::error(
                Code::DECLARED_TWICE,
                format!("the spelling `{}` is listed twice", synonym.text),
            )
            .label(synonym.span, "again")
            .label(first, "first"),
        );
    }
}

fn range(
    expr: &Expr,
    item: &ast::Symbol,
    unit: Option<Unit>,
    pack: usize,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Option<[f64; 2]> {
    let (low, high) = constant_range(expr, names, pack, diagnostics)?;
    let unit = unit?;
    if low.dimension == unit.dimension {
        return Some([low.value, high.value]);
    }
    let bare = match &expr.kind {
        ExprKind::Range { low: l, .. } => Operand::of(l, low.dimension).bare,
        _ => None,
    };
    let operand = Operand { span: expr.span, dimension: low.dimension, bare };
    let what = format!("`{}`", item.name.text);
    diagnostics.push(unexpected(&what, Some(unit_span(&item.unit)), unit.dimension, operand));
    None
}

fn unit_span(unit: &Type) -> Span {
    match unit {
        Type::Unit(word) => word.span,
        Type::Curve(signature) => signature.span,
        Type::Text(span) | Type::Truth(span) => *span,
    }
}

/// Demands that a symbol is declared; answers a synonym with the canonical name.
pub(crate) fn require_symbol(
    word: &Word,
    pack: usize,
    names: &Names,
    table: &SymbolTable,
    diagnostics: &mut Diagnostics,
) -> bool {
    use super::names::Lookup;
    if names.find(Class::Symbol, &word.text, pack) == Lookup::Unknown
        && let Some(symbol) = table.resolve(&word.text)
    {
        diagnostics.push(
            Diagnostic::error(
                Code::UNKNOWN_SYMBOL,
                format!("`{}` is how sources spell `{}`", word.text, symbol.name),
            )
            .at(word.span)
            .help(format!("write `{}`", symbol.name)),
        );
        return false;
    }
    names.require(Class::Symbol, word, pack, diagnostics).is_some()
}

/// Checks kinds and their quantities; the kinds are added to the table as well.
pub(crate) fn check_kinds(
    kinds: &[Owned<ast::Kind>],
    names: &Names,
    functions: &Functions,
    table: &mut SymbolTable,
    diagnostics: &mut Diagnostics,
) -> Vec<KindIr> {
    let mut checked: Vec<KindIr> = Vec::new();
    for Owned { pack, item, .. } in kinds {
        if let Some(kind) = checked.iter_mut().find(|k| k.name == item.name.text) {
            let place = (item.name.text.as_str(), &*kind.pins.clone(), *pack);
            for quantity in &item.quantities {
                let ir = check_quantity(quantity, place, names, functions, table, diagnostics);
                let Some(ir) = ir else { continue };
                match kind.quantities.iter().find(|q| measures_the_same(q, &ir)) {
                    Some(first) => {
                        diagnostics.push(declared_twice(&ir.symbol, ir.span, first.span))
                    }
                    None => kind.quantities.push(ir),
                }
            }
            add_to_kind(item, kind, table, diagnostics);
            continue;
        }
        let pins = pins(item, *pack, names, diagnostics);
        let mut quantities = Vec::new();
        // Without pins nothing can be measured at them.
        for quantity in item.quantities.iter().filter(|_| pins.len() > 1) {
            let place = (item.name.text.as_str(), pins.as_slice(), *pack);
            let ir = check_quantity(quantity, place, names, functions, table, diagnostics);
            quantities.extend(ir);
        }
        let polarities = called(&item.polarities, diagnostics);
        let mut signed = |words: &[Word]| -> Vec<String> {
            let known =
                words.iter().filter(|w| require_symbol(w, *pack, names, table, diagnostics));
            known.map(|w| w.text.clone()).collect()
        };
        let (positive, negative) = (signed(&item.positive), signed(&item.negative));
        let polarity_names = polarities.iter().map(|(name, _)| name.clone()).collect();
        table.add_kind(KindInfo {
            name: item.name.text.clone(),
            pins: pins.clone(),
            titles: texts(&item.titles),
            classes: called(&item.classes, diagnostics),
            polarities,
            positive,
            negative,
            quantities: quantities.iter().map(quantity_info).collect(),
        });
        checked.push(KindIr {
            name: item.name.text.clone(),
            title: item.title.as_ref().map_or_else(|| item.name.text.clone(), |t| t.text.clone()),
            pins,
            polarities: polarity_names,
            quantities,
            circuits: Vec::new(),
            span: item.name.span,
        });
    }
    checked
}

fn quantity_info(quantity: &QuantityIr) -> QuantityInfo {
    QuantityInfo {
        symbol: quantity.symbol.clone(),
        arguments: quantity.arguments.clone(),
        assumed: quantity.assumed().map(String::from).collect(),
    }
}

/// Two ways to measure one symbol under the same conditions: nothing would say which counts.
fn measures_the_same(a: &QuantityIr, b: &QuantityIr) -> bool {
    let sorted = |q: &QuantityIr| {
        let mut arguments = q.arguments.clone();
        arguments.sort();
        arguments
    };
    a.symbol == b.symbol && sorted(a) == sorted(b)
}

fn declared_twice(name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("`{name}` is declared twice");
    Diagnostic::error(Code::DECLARED_TWICE, message)
        .label(again, "declared again")
        .label(first, "declared first")
}

/// What a pack adds to a kind of a pack that it extends: quantities, words of titles, classes and
/// what recognises it. Pins and polarities are those of the kind, on which its templates stand.
fn add_to_kind(
    item: &ast::Kind,
    kind: &KindIr,
    table: &mut SymbolTable,
    diagnostics: &mut Diagnostics,
) {
    let Some(mut info) = table.kind(&kind.name).cloned() else { return };
    info.quantities = kind.quantities.iter().map(quantity_info).collect();
    info.titles.extend(texts(&item.titles));
    for (name, words) in called(&item.classes, diagnostics) {
        match info.classes.iter_mut().find(|c| c.0 == name) {
            Some(known) => known.1.extend(words),
            None => info.classes.push((name, words)),
        }
    }
    table.add_kind(info);
    let fixed = item.polarities.iter().map(|p| &p.name);
    let fixed = fixed.chain(&item.positive).chain(&item.negative);
    for word in fixed {
        let message = format!("the polarities of `{}` are settled where it is declared", kind.name);
        let help = "give quantities, titles, classes or what recognises it; or declare a kind of \
                    another name, with pins";
        diagnostics.push(Diagnostic::error(Code::INHERITED_NAME, message).at(word.span).help(help));
    }
}

fn texts(quoted: &[ast::Quoted]) -> Vec<String> {
    quoted.iter().map(|q| q.text.clone()).collect()
}

/// Classes or polarities of a kind, each once.
fn called(items: &[ast::Called], diagnostics: &mut Diagnostics) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for item in items {
        match items.iter().find(|i| i.name.text == item.name.text) {
            Some(first) if first.name.span != item.name.span => {
                diagnostics.push(declared_twice(&item.name.text, item.name.span, first.name.span));
            }
            _ => out.push((item.name.text.clone(), texts(&item.words))),
        }
    }
    out
}

fn pins(
    item: &ast::Kind,
    pack: usize,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut pins: Vec<&Word> = Vec::new();
    for pin in &item.pins {
        match pins.iter().find(|p| p.text == pin.text) {
            None => pins.push(pin),
            Some(before) => diagnostics.push(
                Diagnostic::error(
                    Code::DECLARED_TWICE,
                    format!("the pin `{}` is declared twice", pin.text),
                )
                .label(pin.span, "declared again")
                .label(before.span, "declared first"),
            ),
        }
    }
    let others = names.visible(Class::Kind, pack).filter(|n| *n != item.name.text);
    if pins.len() < 2 && !names.is_damaged(item.name.span) {
        diagnostics.push(
            Diagnostic::error(
                Code::MISSING_PART,
                format!("the kind `{}` needs two pins or more", item.name.text),
            )
            .at(item.name.span)
            .help(match likely(&item.name.text, others) {
                Some(meant) => format!("{meant} Without pins it adds to a kind that is there"),
                None => String::from("write `pins a, k`"),
            }),
        );
    }
    pins.into_iter().map(|p| p.text.clone()).collect()
}
