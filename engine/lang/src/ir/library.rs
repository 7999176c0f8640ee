use super::{CircuitIr, ExprId, QuantityIr, TemplateIr};
use crate::template::Templates;
use crate::told::Damage;
use espice_base::{Digest, FileId, Place, Span};
use espice_facts::SymbolTable;
use espice_syntax::ast;
use espice_units::Unit;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One loaded pack.
#[derive(Clone, PartialEq, Debug)]
pub struct PackInfo {
    /// Name in `pack.toml`.
    pub name: String,
    /// Version in `pack.toml`.
    pub version: String,
    /// The packs that it extends, by name.
    pub extends: Vec<String>,
    /// Digest over sorted paths and LF-normalised bytes of the pack and of what it extends.
    pub digest: Digest,
    /// Whether it is the one in the program, not one from a folder.
    pub builtin: bool,
    /// Its parsed files.
    pub files: Vec<FileId>,
}

/// A device kind.
#[derive(Clone, Debug)]
pub struct KindIr {
    /// Name.
    pub name: String,
    /// Name in prose.
    pub title: String,
    /// Pins in card order.
    pub pins: Vec<String>,
    /// Its polarities by name; empty where the kind has none.
    pub polarities: Vec<String>,
    /// Quantities that can be measured at the pins.
    pub quantities: Vec<QuantityIr>,
    /// Circuits around a device of the kind, in the order of loading.
    pub circuits: Vec<CircuitIr>,
    /// Where it is declared.
    pub span: Span,
}

/// A card of a template.
#[derive(Clone, PartialEq, Debug)]
pub struct CardIr {
    /// Family of dialects, `spice`.
    pub family: String,
    /// Device type on the card by polarity of the template, `NPN` and `PNP`; a single one is
    /// that of every polarity. Never empty.
    pub devices: Vec<String>,
    /// What always stands inside the model's brackets.
    pub settings: Vec<CardSettingIr>,
    /// Pins, then inner nodes of the template, that it lies between, when the device is made of
    /// several cards; empty when this card is the whole device.
    pub nodes: Vec<usize>,
    /// The parameters on the card, in card order.
    pub parameters: Vec<CardParameterIr>,
    /// The parameters on the element's line.
    pub instance: Vec<CardParameterIr>,
    /// The parameters of the template, by index, that reach the card.
    pub carried: BTreeSet<usize>,
}

/// A word or a setting that every card of a template carries, `LEVEL=3`.
#[derive(Clone, PartialEq, Debug)]
pub struct CardSettingIr {
    /// The word on the card.
    pub name: String,
    /// Its value; a word without one is a flag.
    pub value: Option<f64>,
    /// Index of the polarity that it is for; all when `None`.
    pub polarity: Option<usize>,
}

/// A parameter on a card.
#[derive(Clone, PartialEq, Debug)]
pub struct CardParameterIr {
    /// What is written.
    pub value: CardValueIr,
    /// Its name on the card.
    pub name: String,
    /// By polarity of the template: whether the card has the other sign.
    pub negated: [bool; 2],
}

/// What a card states of a parameter.
#[derive(Clone, PartialEq, Debug)]
pub enum CardValueIr {
    /// A parameter of the template, by index.
    Parameter(usize),
    /// A parameter of a part.
    OfPart {
        /// Its value, which depends on parameters of the template only, SI.
        value: ExprId,
        /// The unit on the card.
        unit: Unit,
        /// Its default, SI.
        default: f64,
        /// Whether a value of zero switches its effect off and is not written.
        off_at_zero: bool,
    },
}

impl CardParameterIr {
    /// The parameter of the template that is written, where it is one.
    pub fn parameter(&self) -> Option<usize> {
        match self.value {
            CardValueIr::Parameter(index) => Some(index),
            CardValueIr::OfPart { .. } => None,
        }
    }
}

impl CardIr {
    /// The device type for a polarity of the template.
    pub fn device(&self, polarity: usize) -> &str {
        self.devices.get(polarity).or_else(|| self.devices.first()).map_or("", String::as_str)
    }

    /// Whether a parameter of the template stands on it or on its element's line.
    pub fn carries(&self, parameter: usize) -> bool {
        self.carried.contains(&parameter)
    }
}

/// A limits table read from CSV or a spreadsheet.
#[derive(Clone, PartialEq, Debug)]
pub struct LimitTable {
    /// Name in the pack.
    pub name: String,
    /// Pack.
    pub pack: String,
    /// The CSV, or the sheet as text, in the source map.
    pub file: FileId,
    /// Key columns' names.
    pub keys: Vec<String>,
    /// The other columns.
    pub columns: Vec<TableColumn>,
    /// Rows: key texts, then cells in the order of `columns`.
    pub rows: Vec<(Vec<String>, Vec<TableCell>)>,
    /// Where it is declared.
    pub span: Span,
}

impl LimitTable {
    /// The row with these keys, of as many as the table has key columns.
    pub(crate) fn row<K: AsRef<str>>(&self, keys: &[K]) -> Option<usize> {
        let is_meant = |row: &[String]| {
            row.len() == keys.len() && row.iter().zip(keys).all(|(a, b)| a == b.as_ref())
        };
        self.rows.iter().position(|(row, _)| is_meant(row))
    }
}

/// A value column of a limits table.
#[derive(Clone, PartialEq, Debug)]
pub struct TableColumn {
    /// Name.
    pub name: String,
    /// Unit of the header.
    pub unit: Unit,
    /// Whether its cells are ranges.
    pub is_range: bool,
}

/// A cell of a limits table.
#[derive(Clone, PartialEq, Debug)]
pub struct TableCell {
    /// Value in SI; `None` for an empty cell, and for a range.
    pub value: Option<f64>,
    /// Ends in SI, in a column of ranges; an end that is not stated is open.
    pub range: Option<[Option<f64>; 2]>,
    /// Its place.
    pub span: Span,
}

/// An item of the tree that later stages check in full, with the pack it belongs to.
#[derive(Clone, PartialEq, Debug)]
pub struct Owned<T> {
    /// Index into [`Library::packs`].
    pub pack: usize,
    /// Documentation.
    pub doc: String,
    /// The item.
    pub item: T,
}

/// Everything that the loaded packs declare, names resolved across packs: the base pack first,
/// extending packs after what they extend.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The packs in order of loading.
    pub packs: Vec<PackInfo>,
    /// Symbols and kinds for readers and reports.
    pub symbols: SymbolTable,
    /// Kinds with their quantities.
    pub kinds: Vec<KindIr>,
    /// Templates, checked at the latest when one looks at them.
    pub templates: Templates,
    /// Limits tables.
    pub tables: Vec<LimitTable>,
    /// Functions of packs, by name; checked, inlined into graphs where they are used.
    pub functions: Vec<Owned<ast::Function>>,
    /// Script functions.
    pub scripts: Vec<ScriptSource>,
    /// Rules as written.
    pub rules: Vec<Owned<ast::Rule>>,
    /// Overrides as written.
    pub overrides: Vec<Owned<ast::Override>>,
    /// Readings as written.
    pub readings: Vec<Owned<ast::Reading>>,
    /// Recognition clauses as written, by kind.
    pub recognise: Vec<Owned<(String, ast::Recognise)>>,
    /// Select blocks as written.
    pub selects: Vec<Owned<ast::Select>>,
    /// Recipes as written, by template name; those of templates of the program's own packs stay
    /// with them.
    pub recipes: Vec<Owned<(String, ast::Recipe)>>,
    /// Tests as written.
    pub tests: Vec<Owned<ast::Test>>,
    /// Files that tests give.
    pub data: Vec<TestData>,
    /// Waivers as written.
    pub waivers: Vec<Owned<ast::Waiver>>,
    /// The lints that files and items allow.
    pub allows: Vec<Allowed>,
    /// Templates that have mistakes, which nothing can be fitted with.
    pub(crate) drafts: Vec<Draft>,
    /// Names whose declaration was lost in a mistake that is already reported.
    pub lost_names: BTreeSet<String>,
    /// Heads of items in which a syntax mistake was reported: what seems to be missing in them
    /// may be what the mistake hides.
    pub damaged: Vec<Span>,
    /// Those items as a whole, with the words of what did not read.
    pub damage: Vec<Damage>,
    /// Indices of packs that extend, directly or not, something that is missing.
    pub incomplete_packs: BTreeSet<usize>,
}

/// A template with mistakes, as far as it could be read: its recipe is looked at all the same.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What could be read.
    pub(crate) template: TemplateIr,
    /// Parameters and tables that it declares and that could not be read.
    pub(crate) lost: Vec<String>,
    /// Whether it has a recipe of its own.
    pub(crate) has_recipe: bool,
}

/// A file that a test gives.
#[derive(Clone, PartialEq, Debug)]
pub struct TestData {
    /// Where the test names it.
    pub span: Span,
    /// Its path, as the world knows it.
    pub name: String,
    /// What it holds.
    pub bytes: Arc<[u8]>,
}

/// A lint that is allowed somewhere.
#[derive(Clone, PartialEq, Debug)]
pub struct Allowed {
    /// Index of the pack.
    pub pack: usize,
    /// Where: the item, or the file as a whole.
    pub place: Place,
    /// As written.
    pub item: ast::Allow,
}

impl Allowed {
    /// Whether a place lies where the lint is allowed.
    pub fn covers(&self, place: Place) -> bool {
        match (self.place, place) {
            (Place::File(file), other) => file == other.file(),
            (Place::Text(item), Place::Text(inner)) => {
                item.file == inner.file && item.start <= inner.start && inner.end <= item.end
            }
            _ => false,
        }
    }
}

/// A script function with its text.
#[derive(Clone, PartialEq, Debug)]
pub struct ScriptSource {
    /// Pack index.
    pub pack: usize,
    /// The declaration.
    pub item: ast::Script,
    /// The Rhai text in the source map.
    pub file: FileId,
    /// The Rhai text.
    pub text: String,
}

impl Library {
    /// The template with this name.
    pub fn template(&self, name: &str) -> Option<&TemplateIr> {
        self.templates.get(name)
    }

    /// The template with this name if it has mistakes.
    pub(crate) fn draft(&self, name: &str) -> Option<&Draft> {
        self.drafts.iter().find(|d| d.template.name == name)
    }

    /// The kind with this name.
    pub fn kind(&self, name: &str) -> Option<&KindIr> {
        self.kinds.iter().find(|k| k.name == name)
    }

    /// Templates of a kind in the order of declaration.
    pub fn templates_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a TemplateIr> {
        self.templates.of_kind(kind)
    }

    /// Whether an unknown name, met in a pack, may be the consequence of a mistake that is
    /// already reported; then it is no mistake of its own.
    pub fn is_forgiven(&self, pack: usize, name: &str) -> bool {
        self.incomplete_packs.contains(&pack) || self.lost_names.contains(name)
    }

    /// Indices of the packs whose names a pack sees: itself and all that it extends.
    pub fn reach(&self, pack: usize) -> BTreeSet<usize> {
        let mut reach = BTreeSet::new();
        let mut waiting = vec![pack];
        while let Some(next) = waiting.pop() {
            let Some(info) = self.packs.get(next).filter(|_| reach.insert(next)) else { continue };
            let bases =
                self.packs.iter().enumerate().filter(|(_, p)| info.extends.contains(&p.name));
            waiting.extend(bases.map(|(index, _)| index));
        }
        reach
    }

    /// The index in [`Library::rules`] of the rule that a path names from within a pack, by its
    /// name or one it had before. The pack's own rule goes first, then those of the packs that
    /// it extends, the nearest in the order of loading first. In a path, `-` of a pack's name
    /// may be written `_`.
    pub fn find_rule(&self, from: usize, path: &ast::Path) -> Option<usize> {
        let reach = self.reach(from);
        let plain = |name: &str| name.replace('-', "_");
        let of_pack = |pack: usize| match &path.pack {
            Some(word) => plain(self.pack_name(pack)) == plain(&word.text),
            None => true,
        };
        let seen = |rule: &Owned<ast::Rule>| reach.contains(&rule.pack) && of_pack(rule.pack);
        let find = |is_it: &dyn Fn(&ast::Rule) -> bool| {
            let found = self.rules.iter().enumerate().filter(|(_, r)| seen(r) && is_it(&r.item));
            found.max_by_key(|(_, r)| r.pack).map(|(index, _)| index)
        };
        let name = &path.name.text;
        find(&|r| r.name.text == *name)
            .or_else(|| find(&|r| r.formerly.iter().any(|f| f.text == *name)))
    }

    /// The pack name of an owned item.
    pub fn pack_name(&self, pack: usize) -> &str {
        self.packs.get(pack).map_or("", |p| p.name.as_str())
    }
}
