//! One row of a table: its name, symbol, conditions, parts and limits, as one or more drafts of
//! parameters.

use super::condition::{self, Found};
use super::setting::{marks, without_stars};
use super::symbol::{Evidence, Index, Meaning};
use super::value::{self, Group, Limits, Reading, RowUnit};
use super::words::{fold, joined, line, says};
use super::{judge, parts};
use crate::sheet::table::{Role, Row, Section, Table};
use crate::sheet::text::UNKNOWN;
use espice_base::Code;
use espice_facts::{Conditions, SymbolInfo};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// A parameter before it is judged.
pub(super) struct Draft<'s> {
    /// Canonical symbol, or the printed one where the table of symbols has none.
    pub(super) symbol: String,
    pub(super) printed: String,
    pub(super) name: String,
    pub(super) info: Option<&'s SymbolInfo>,
    pub(super) section: Section,
    pub(super) limits: Limits,
    pub(super) dimension: Dimension,
    pub(super) unit: String,
    pub(super) conditions: Conditions,
    pub(super) parts: Vec<String>,
    pub(super) confidence: f64,
    /// What keeps it from being served.
    pub(super) doubts: Vec<(Code, String)>,
    /// The page, from 1.
    pub(super) page: u32,
    /// The box of the row.
    pub(super) area: [f64; 4],
}

impl Draft<'_> {
    pub(super) fn doubt(&mut self, code: Code, text: String) {
        if !self.doubts.iter().any(|(_, t)| *t == text) {
            self.doubts.push((code, text));
        }
    }
}

/// What all rows of a table share.
pub(super) struct Context<'t, 's> {
    pub(super) table: &'t Table,
    pub(super) index: &'t Index<'s>,
    /// What the table says of all its rows.
    pub(super) defaults: Conditions,
    /// The temperature that a lone `25 °C` is.
    pub(super) bare: String,
    /// Parts of the sheet.
    pub(super) parts: &'t [String],
    /// Whether the sheet writes decimal commas.
    pub(super) commas: bool,
    /// What the table's notes say, by their marks.
    pub(super) notes: BTreeMap<String, Conditions>,
}

/// Why a row gave no parameter.
pub(super) enum Nothing {
    /// It holds no value.
    Empty,
    /// Its quantity is not known, and it stands where electrical quantities do not.
    Foreign,
    /// Its quantity cannot be told.
    Unnamed,
}

/// The text of a row's cells of one role, taken apart.
pub(super) struct Wording {
    pub(super) symbol: String,
    pub(super) name: String,
    /// What each cell says of conditions.
    pub(super) conditions: Vec<Found>,
    /// The text of each cell of conditions, beside what was understood of it.
    pub(super) cells: Vec<(String, usize)>,
    pub(super) text: String,
    pub(super) parts: Vec<String>,
    /// Marks of notes at any of its cells.
    pub(super) marks: Vec<String>,
}

impl<'s> Context<'_, 's> {
    /// The parameters that a row states.
    pub(super) fn row(&self, row: &Row) -> Result<Vec<Draft<'s>>, Nothing> {
        let groups: Vec<Group<'_>> = value::groups(self.table, row);
        let filled = |g: &&Group<'_>| {
            g.cells.iter().any(|(_, _, c)| {
                espice_units::sheet::parse_cell(&line(&c.words))
                    .map_or(true, |v| v.value != espice_units::sheet::SheetValue::Blank)
            })
        };
        let groups: Vec<&Group<'_>> = groups.iter().filter(filled).collect();
        if groups.is_empty() {
            return Err(Nothing::Empty);
        }
        let wording = self.wording(row);
        let mut drafts = Vec::new();
        for group in groups {
            drafts.extend(self.group(row, group, &wording)?);
        }
        Ok(drafts)
    }

    fn wording(&self, row: &Row) -> Wording {
        let text = |role: Role| -> Vec<String> {
            self.table.cells(row, role).map(|c| line(&c.words)).filter(|t| !t.is_empty()).collect()
        };
        let mut wording = Wording {
            symbol: String::new(),
            name: String::new(),
            conditions: Vec::new(),
            cells: Vec::new(),
            text: String::new(),
            parts: Vec::new(),
            marks: marks(row),
        };
        // Conditions first: they stand nearest to the values.
        let cells = text(Role::Conditions);
        wording.text = self
            .table
            .cells(row, Role::Conditions)
            .map(|c| line(&c.words))
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        for cell in cells.iter().take(20) {
            let restricted = parts::restricted(cell, self.parts);
            let (named, rest) = restricted.unwrap_or_else(|| (Vec::new(), cell.clone()));
            wording.parts.extend(named);
            let cell = &rest;
            wording.cells.push((cell.clone(), wording.conditions.len()));
            wording.conditions.push(condition::read(cell, self.index, &self.bare));
        }
        let symbol = text(Role::Symbol).join(" ");
        wording.symbol = self.without_conditions(without_stars(&symbol), &mut wording);
        for cell in text(Role::Part) {
            if let Some(found) = parts::named(&cell, self.parts) {
                wording.parts.extend(found);
            }
        }
        let name = text(Role::Name).join(" ");
        let name = self.without_parts(&name, &mut wording);
        wording.name = self.without_conditions(&name, &mut wording);
        if wording.symbol.is_empty() {
            self.symbol_in_name(&mut wording);
        }
        wording
    }

    /// Conditions inside of a symbol's or name's cell go to the conditions.
    fn without_conditions(&self, text: &str, wording: &mut Wording) -> String {
        let has_relation = text.contains(['=', '@', '≤', '<', '≥', '>']);
        if !has_relation {
            return text.to_string();
        }
        let found = condition::read(text, self.index, &self.bare);
        if found.taken.is_empty() && !text.contains('@') {
            return text.to_string();
        }
        let mut rest = found.rest(text);
        // What follows an `@` says where, not what.
        if let Some((what, _)) = rest.split_once('@') {
            rest = what.trim().trim_matches(',').trim().to_string();
        }
        let mut said: Vec<&str> = Vec::new();
        for range in &found.taken {
            said.push(text.get(range.clone()).unwrap_or("").trim());
        }
        if !said.is_empty() {
            if !wording.text.is_empty() {
                wording.text.push_str("; ");
            }
            wording.text.push_str(&said.join(", "));
        }
        wording.conditions.push(found);
        rest
    }

    /// Parts at the end of the name: `Collector-Base Voltage : BC546`, and without a sign such as
    /// the sheet itself names: `collector-base voltage 2N2222`. A cell of parts knows better.
    fn without_parts(&self, text: &str, wording: &mut Wording) -> String {
        let signed = text.rsplit_once([':', ';']);
        let Some((name, tail)) = signed.or_else(|| text.rsplit_once(' ')) else {
            return text.to_string();
        };
        let is_known = |p: &str| self.parts.iter().any(|known| known.eq_ignore_ascii_case(p));
        let found = match signed {
            Some(_) => parts::named(tail, self.parts)
                .filter(|all| all.iter().all(|p| is_known(p) || parts::looks_like_part(p))),
            None => Some(vec![tail.to_string()]).filter(|_| is_known(tail)),
        };
        let Some(found) = found else { return text.to_string() };
        if wording.parts.is_empty() {
            wording.parts.extend(found);
        }
        name.trim().to_string()
    }

    /// A symbol at the end of the name, in brackets or as its last word.
    fn symbol_in_name(&self, wording: &mut Wording) {
        let name = wording.name.trim().to_string();
        let last = name.rsplit(char::is_whitespace).next().unwrap_or("");
        let bare = match last.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            Some(inner) => inner,
            None => last,
        };
        let capital = bare.chars().any(|c| c.is_ascii_uppercase()) || bare.contains('(');
        let words = name.split_whitespace().count();
        if capital && bare.chars().count() >= 2 && self.index.is_spelled(bare, true) && words != 1 {
            wording.symbol = bare.to_string();
            let cut = name.len() - last.len();
            wording.name = name.get(..cut).unwrap_or("").trim().to_string();
        } else if let Some(first) = self.leading_symbol(&name) {
            wording.name = name.get(first.len()..).unwrap_or("").trim().to_string();
            wording.symbol = first;
        } else if words == 1 && capital && self.index.is_spelled(bare, true) {
            wording.symbol = bare.to_string();
            wording.name = String::new();
        }
    }

    /// A symbol in front of the name in one cell: `BVDSS Drain-to-source voltage`.
    fn leading_symbol(&self, name: &str) -> Option<String> {
        let (first, rest) = name.split_once(char::is_whitespace)?;
        let capitals = first.chars().filter(char::is_ascii_uppercase).count();
        let prose = first.chars().skip(1).all(|c| c.is_ascii_lowercase());
        let symbol = capitals >= 2 || !prose || first.contains('(');
        let known = symbol && self.index.is_spelled(first, true);
        // `VIN – VOUT Dropout Voltage` is about the difference.
        let known = known && !rest.starts_with(['-', '−', '–', '+', '/', '×']);
        (known && rest.split_whitespace().count() >= 2).then(|| first.to_string())
    }

    fn group(
        &self,
        row: &Row,
        group: &Group<'_>,
        wording: &Wording,
    ) -> Result<Vec<Draft<'s>>, Nothing> {
        let unit = value::unit(self.table, row, group, &wording.name, &wording.symbol);
        let symbol = strip_bound(&strip_unit(&wording.symbol, &unit));
        let name = strip_unit(&wording.name, &unit);
        let name = name.trim_matches([UNKNOWN, ' ']).to_string();
        let evidence = Evidence { unit: unit.unit.as_ref(), section: row.section };
        let mut drafts = Vec::new();
        let mut foreign = false;
        for mut printed in self.symbols(&symbol, &name, evidence) {
            let mut meaning = self.index.meaning(&printed, &name, evidence);
            // A symbol that came down from the row above may be that row's alone: the derating
            // stands below the power.
            let inherited = self.table.cells(row, Role::Symbol).all(|c| c.shared);
            let fits = matches!(&meaning, Meaning::Known(_, _, None));
            if inherited && !printed.is_empty() && !fits {
                let by_name = self.index.meaning("", &name, evidence);
                if matches!(by_name, Meaning::Known(..)) {
                    meaning = by_name;
                    printed = String::new();
                }
            }
            match self.draft(row, group, wording, (&printed, &name), &unit, meaning) {
                Some(draft) => drafts.push(draft),
                None => foreign = true,
            }
        }
        match (drafts.is_empty(), foreign && row.section == Section::Other) {
            (false, _) => Ok(drafts),
            (true, true) => Err(Nothing::Foreign),
            (true, false) => Err(Nothing::Unnamed),
        }
    }

    /// The symbols of a cell: one, or several that share the values: `TJ, Tstg`.
    fn symbols(&self, text: &str, name: &str, evidence: Evidence<'_>) -> Vec<String> {
        let whole = joined(text);
        let pieces = |cut: &[char]| -> Vec<String> {
            text.split(|c: char| cut.contains(&c))
                .map(|p| p.trim().to_string())
                .filter(|p| !p.is_empty() && p != "and" && p != "&")
                .collect()
        };
        if !whole.is_empty() && self.index.is_spelled(&whole, false) {
            return vec![text.trim().to_string()];
        }
        for cut in [&[',', ';', '&'][..], &['/'][..], &[' ', ',', '/'][..]] {
            let pieces = pieces(cut);
            let known = |p: &String| {
                self.index.is_spelled(p, true)
                    && matches!(self.index.meaning(p, name, evidence), Meaning::Known(..))
            };
            if (2..=4).contains(&pieces.len()) && pieces.iter().all(known) {
                return pieces;
            }
        }
        vec![text.trim().to_string()]
    }

    fn draft(
        &self,
        row: &Row,
        group: &Group<'_>,
        wording: &Wording,
        (printed, name): (&str, &str),
        unit: &RowUnit,
        meaning: Meaning<'s>,
    ) -> Option<Draft<'s>> {
        let mut doubts: Vec<(Code, String)> = Vec::new();
        let (info, mut confidence) = match meaning {
            Meaning::Known(info, sure, against) => {
                doubts.extend(against.map(|text| (Code::ROW_SYMBOL, text)));
                (Some(info), sure)
            }
            Meaning::Unclear(names) => {
                let text = format!("the quantity may be {}", names.join(" or "));
                doubts.push((Code::ROW_SYMBOL, text));
                (None, 0.5)
            }
            Meaning::Unknown => (None, 0.8),
        };
        let own = row.section == Section::BodyDiode;
        let stranger = info.filter(|_| !own).and_then(|i| self.index.stranger(i, printed));
        doubts.extend(stranger.map(|text| (Code::ROW_SYMBOL, text)));
        // Words of two rows run together name two quantities at once.
        if let Some((first, second)) = self.index.two_in_one(printed) {
            let text = format!("the symbol may be `{first}` and `{second}` of two rows");
            doubts.push((Code::ROW_SYMBOL, text));
        }
        let plain_unit = unit.unit.as_ref().and_then(|u| u.plain());
        let dimension = match info {
            Some(info) => info.dimension,
            None => plain_unit.map_or(Dimension::NONE, |u| u.dimension),
        };
        if info.is_none() {
            if row.section == Section::Other {
                return None;
            }
            if !is_clear_symbol(printed) {
                let text = if printed.is_empty() && name.is_empty() {
                    String::from("the row names no quantity")
                } else {
                    String::from("the quantity of the row is not known")
                };
                doubts.push((Code::ROW_SYMBOL, text));
            }
        }
        if unit.is_unreadable() {
            doubts.push((
                Code::ROW_UNIT,
                format!("the unit `{}` cannot be read", clip(&unit.printed)),
            ));
        } else if unit.unit.is_none() && !dimension.is_none() {
            doubts.push((Code::ROW_UNIT, String::from("no unit is printed")));
        } else if unit.unit.is_none() && info.is_none() {
            doubts.push((
                Code::ROW_UNIT,
                String::from("no unit is printed, and the symbol is not known"),
            ));
        }
        let words = format!("{} {}", wording.symbol, wording.name);
        let reading = Reading {
            info,
            unit,
            dimension,
            section: row.section,
            title: &self.table.title,
            words: &words,
            commas: self.commas,
        };
        let limits = value::limits(group, &reading);
        doubts.extend(limits.doubts.iter().map(|d| (Code::ROW_VALUE, d.clone())));
        doubts.extend(row.doubts.iter().map(|d| (Code::ROW_STRUCTURE, d.clone())));
        let lone = limits.values().count() == 1 && limits.typ.is_none();
        if lone && says(&wording.text, &["typical", "typ"]) {
            let text = String::from("the conditions say that the value is a typical one");
            doubts.push((Code::ROW_VALUE, text));
        }
        let nothing_read = limits.values().next().is_none();
        if nothing_read && doubts.is_empty() {
            return None;
        }
        let tested = info.map(|i| self.tested(i, row.section, &limits));
        // The name may have said so already.
        if let Some(found) = tested.filter(|t| info.is_some_and(|i| i.name != t.name)) {
            doubts.retain(|(_, text)| !text.ends_with(&found.title));
        }
        let info = tested;
        let conditions = self.conditions(group, wording, &limits, (info, dimension), &mut doubts);
        if !doubts.is_empty() {
            confidence /= 2.0;
        }
        let symbol = info.map_or_else(|| canonical_print(printed, name), |i| i.name.clone());
        let mut draft = Draft {
            symbol,
            printed: if printed.is_empty() { name.to_string() } else { printed.to_string() },
            name: name.to_string(),
            info,
            section: section(row.section, info),
            limits,
            dimension,
            unit: unit.printed.clone(),
            conditions,
            parts: self.row_parts(group, wording),
            confidence,
            doubts,
            page: self.table.page,
            area: row.area.to_array(),
        };
        judge::alone(&mut draft);
        Some(draft)
    }

    /// A rated voltage that stands among tests with a lower limit is the breakdown voltage, which
    /// the maker guarantees by testing it.
    fn tested(&self, info: &'s SymbolInfo, section: Section, limits: &Limits) -> &'s SymbolInfo {
        let tests = matches!(section, Section::Static | Section::Electrical | Section::Dynamic);
        let least = limits.min.is_some() && limits.typ.is_none() && limits.max.is_none();
        let pair = BREAKDOWNS.iter().find(|b| b.0 == info.name);
        let broken = pair.and_then(|b| self.index.named(b.1)).filter(|_| tests && least);
        broken.filter(|b| b.dimension == info.dimension).unwrap_or(info)
    }

    fn row_parts(&self, group: &Group<'_>, wording: &Wording) -> Vec<String> {
        if !wording.parts.is_empty() {
            return wording.parts.clone();
        }
        let mut found: Vec<String> = Vec::new();
        for part in &group.parts {
            match parts::named(part, self.parts) {
                Some(named) => found.extend(named),
                None => found.push(part.clone()),
            }
        }
        found.dedup();
        found
    }
}

/// Ratings and the breakdown voltages behind them.
const BREAKDOWNS: [(&str, &str); 9] = [
    ("VR", "VBR"),
    ("VRRM", "VBR"),
    ("VDSS", "V(BR)DSS"),
    ("VGSS", "V(BR)GSS"),
    ("VGDS", "V(BR)GSS"),
    ("VCEO", "V(BR)CEO"),
    ("VCES", "V(BR)CES"),
    ("VCBO", "V(BR)CBO"),
    ("VEBO", "V(BR)EBO"),
];

/// The section of a row as facts state it: in a table of ratings and characteristics together
/// the quantity itself decides.
fn section(section: Section, info: Option<&SymbolInfo>) -> Section {
    match (section, info) {
        (_, Some(i)) if i.rating => Section::Ratings,
        (Section::Other, Some(i)) if value::is_terminal(i) => Section::Ratings,
        (Section::Ratings, Some(i)) if i.name.starts_with("Rth") => Section::Thermal,
        (Section::Ratings, Some(i)) if !value::is_terminal(i) && !is_test(i) => Section::Electrical,
        (section, _) => section,
    }
}

/// Quantities that ratings limit and tests set.
fn is_test(info: &SymbolInfo) -> bool {
    info.dimension == Dimension::TEMPERATURE
        || info.kinds.is_empty()
        || matches!(
            info.name.as_str(),
            "VGS" | "VDS" | "VCE" | "VBE" | "VCB" | "VEB" | "VGE" | "VGD" | "VDG"
        )
}

/// A symbol that can be served although the table of symbols does not have it.
fn is_clear_symbol(printed: &str) -> bool {
    let text = joined(printed);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let words = printed.split_whitespace().count();
    let starts = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, 'Δ' | '|'));
    starts
        && letters > 0
        && words <= 2
        && (2..=14).contains(&text.chars().count())
        && !fold(&text).is_empty()
}

/// What stands for a symbol that the table of symbols does not have.
fn canonical_print(printed: &str, name: &str) -> String {
    let text = joined(if printed.is_empty() { name } else { printed });
    if text.is_empty() { String::from("?") } else { clip(&text) }
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| *c != '`').take(40).collect()
}

/// A symbol without the word that says which limit it is: `C (typ)`.
fn strip_bound(text: &str) -> String {
    let lower = text.to_lowercase();
    for word in ["(typ)", "(typ.)", "(max)", "(max.)", "(min)", "(min.)", " typ.", " max.", " min."]
    {
        if lower.ends_with(word)
            && let Some(head) = text.get(..text.len().saturating_sub(word.len()))
        {
            return head.trim().to_string();
        }
    }
    text.to_string()
}

/// A text without the unit in brackets at its end.
fn strip_unit(text: &str, unit: &RowUnit) -> String {
    let text = text.trim();
    if unit.printed.is_empty() {
        return text.to_string();
    }
    for bracketed in [format!("({})", unit.printed), format!("[{}]", unit.printed)] {
        if let Some(rest) = text.strip_suffix(&bracketed) {
            return rest.trim().to_string();
        }
    }
    text.to_string()
}
