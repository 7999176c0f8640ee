//! Symbols and kinds: the names that packs, readers and reports share.

use super::dims::{Operand, type_unit, unexpected};
use super::names::{Class, Names};
use super::quantities::check_quantity;
use crate::ir::{KindIr, Owned};
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
    let mut checked = Vec::new();
    for Owned { pack, item, .. } in kinds {
        let pins = pins(item, names, diagnostics);
        let mut quantities = Vec::new();
        for quantity in &item.quantities {
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
            quantities: quantities
                .iter()
                .map(|q| QuantityInfo {
                    symbol: q.symbol.clone(),
                    arguments: q.arguments.clone(),
                    assumed: q.assumed().map(String::from).collect(),
                })
                .collect(),
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

fn texts(quoted: &[ast::Quoted]) -> Vec<String> {
    quoted.iter().map(|q| q.text.clone()).collect()
}

/// Classes or polarities of a kind, each once.
fn called(items: &[ast::Called], diagnostics: &mut Diagnostics) -> Vec<(String, Vec<String>)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for item in items {
        match items.iter().find(|i| i.name.text == item.name.text) {
            Some(first) if first.name.span != item.name.span => diagnostics.push(
                Diagnostic::error(
                    Code::DECLARED_TWICE,
                    format!("`{}` is declared twice", item.name.text),
                )
                .label(item.name.span, "declared again")
                .label(first.name.span, "declared first"),
            ),
            _ => out.push((item.name.text.clone(), texts(&item.words))),
        }
    }
    out
}

fn pins(item: &ast::Kind, names: &Names, diagnostics: &mut Diagnostics) -> Vec<String> {
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
    if pins.len() < 2 && !names.is_damaged(item.name.span) {
        diagnostics.push(
            Diagnostic::error(
                Code::MISSING_PART,
                format!("the kind `{}` needs two pins or more", item.name.text),
            )
            .at(item.name.span)
            .help("write `pins a, k`"),
        );
    }
    pins.into_iter().map(|p| p.text.clone()).collect()
}
