use espice_base::{Span, did_you_mean};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// One canonical quantity.
#[derive(Clone, PartialEq, Debug)]
pub struct SymbolInfo {
    /// Canonical name, case-sensitive: `VF`, `RDS(on)`, `VGS(th)`.
    pub name: String,
    /// Dimension.
    pub dimension: Dimension,
    /// Name in prose: `forward voltage`.
    pub title: String,
    /// Other spellings that sources use.
    pub synonyms: Vec<String>,
    /// Other names in prose that sources print: `instantaneous forward voltage drop`.
    pub names: Vec<String>,
    /// Whether it is a limit of what a part survives (VRRM, IFSM), never a property of it.
    pub rating: bool,
    /// Device kinds that have it; empty means all (temperatures, frequency).
    pub kinds: Vec<String>,
    /// Plausible magnitudes in SI.
    pub plausible: Option<[f64; 2]>,
    /// Where it is declared.
    pub span: Span,
}

/// A quantity that can be measured at the pins of a kind: `ID(VGS, VDS)`.
#[derive(Clone, PartialEq, Debug)]
pub struct QuantityInfo {
    /// The dependent symbol.
    pub symbol: String,
    /// The condition symbols that it depends on, the usual abscissa first.
    pub arguments: Vec<String>,
    /// Those of them that have a value where a source does not state one.
    pub assumed: Vec<String>,
}

/// A device kind: its pins and what can be measured at them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct KindInfo {
    /// `diode`.
    pub name: String,
    /// Pins in card order.
    pub pins: Vec<String>,
    /// Words that titles of sheets use for the kind: `rectifier`, `switching diode`.
    pub titles: Vec<String>,
    /// Classes within the kind and the words that say so: `schottky` by `Schottky barrier`.
    pub classes: Vec<(String, Vec<String>)>,
    /// Polarities and the words that say so: `npn` by `NPN`.
    pub polarities: Vec<(String, Vec<String>)>,
    /// Symbols that are positive in a device of the first polarity.
    pub positive: Vec<String>,
    /// Symbols that are negative in it.
    pub negative: Vec<String>,
    /// Measurable quantities; the same symbol may stand with different arguments.
    pub quantities: Vec<QuantityInfo>,
}

/// The names that packs, readers and reports share.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SymbolTable {
    symbols: BTreeMap<String, SymbolInfo>,
    kinds: BTreeMap<String, KindInfo>,
}

impl SymbolTable {
    /// Adds a symbol; the earlier one with this name is returned and replaced.
    pub fn add_symbol(&mut self, symbol: SymbolInfo) -> Option<SymbolInfo> {
        self.symbols.insert(symbol.name.clone(), symbol)
    }

    /// Adds a kind; the earlier one with this name is returned and replaced.
    pub fn add_kind(&mut self, kind: KindInfo) -> Option<KindInfo> {
        self.kinds.insert(kind.name.clone(), kind)
    }

    /// The symbol with exactly this canonical name.
    pub fn symbol(&self, name: &str) -> Option<&SymbolInfo> {
        self.symbols.get(name)
    }

    /// The symbol that a source spells this way: the canonical name first, then synonyms
    /// exactly, then both without blanks, underscores and case, when that is unambiguous. What
    /// belongs to no kind in particular comes before what belongs to some.
    pub fn resolve(&self, spelling: &str) -> Option<&SymbolInfo> {
        self.resolve_for(spelling, None)
    }

    /// As [`SymbolTable::resolve`], for a device of a kind: of several symbols that are spelled
    /// alike its own is meant, then one of all kinds, then one of others.
    pub fn resolve_for(&self, spelling: &str, kind: Option<&str>) -> Option<&SymbolInfo> {
        let spelling = spelling.trim();
        if let Some(exact) = self.symbols.get(spelling) {
            return Some(exact);
        }
        let is_own = |s: &SymbolInfo| kind.is_some_and(|k| s.kinds.iter().any(|of| of == k));
        let spelled = |f: &dyn Fn(&str) -> bool| {
            let found: Vec<&SymbolInfo> = (self.symbols.values())
                .filter(|s| f(&s.name) || s.synonyms.iter().any(|n| f(n)))
                .collect();
            let only = |wanted: &dyn Fn(&SymbolInfo) -> bool| {
                let mut of_these = found.iter().copied().filter(|s| wanted(s));
                of_these.next().filter(|_| of_these.next().is_none())
            };
            only(&is_own).or_else(|| only(&|s| s.kinds.is_empty())).or_else(|| only(&|_| true))
        };
        let folded = fold(spelling);
        spelled(&|n| n == spelling).or_else(|| spelled(&|n| fold(n) == folded))
    }

    /// The symbols that a source may mean with a spelling: as [`SymbolTable::resolve`] compares,
    /// but all of them, in the order of their names.
    pub fn spelled(&self, spelling: &str) -> Vec<&SymbolInfo> {
        let folded = fold(spelling);
        let is = |n: &str| fold(n) == folded;
        self.symbols().filter(|s| is(&s.name) || s.synonyms.iter().any(|n| is(n))).collect()
    }

    /// A likely canonical name for a misspelt one.
    pub fn suggest(&self, spelling: &str) -> Option<&str> {
        did_you_mean(spelling, self.symbols.keys().map(String::as_str))
    }

    /// The kind with this name.
    pub fn kind(&self, name: &str) -> Option<&KindInfo> {
        self.kinds.get(name)
    }

    /// All symbols in the order of their names.
    pub fn symbols(&self) -> impl Iterator<Item = &SymbolInfo> {
        self.symbols.values()
    }

    /// All kinds in the order of their names.
    pub fn kinds(&self) -> impl Iterator<Item = &KindInfo> {
        self.kinds.values()
    }
}

/// A spelling without blanks, underscores and case.
fn fold(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect::<String>().to_lowercase()
}
