//! Which quantity a row is about: its printed symbol, its name, its unit, its section and the
//! kind of device, together.

use super::words::{bag, fold, joined, sequence};
use espice_facts::{Section, SymbolInfo, SymbolTable};
use espice_units::Dimension;
use espice_units::sheet::SheetUnit;
use std::collections::{BTreeMap, BTreeSet};

/// The symbols by spelling and by name.
pub(super) struct Index<'s> {
    entries: Vec<Entry<'s>>,
    /// Folded spelling to entries.
    spelled: BTreeMap<String, Vec<usize>>,
    /// A word of a name to entries.
    by_word: BTreeMap<String, BTreeSet<usize>>,
    kind: Option<&'s str>,
    symbols: &'s SymbolTable,
}

struct Entry<'s> {
    info: &'s SymbolInfo,
    /// Spellings in their case, see [`joined`].
    exact: BTreeSet<String>,
    names: Vec<BTreeSet<String>>,
    /// The names with their words in order: drain-gate is not gate-drain.
    orders: BTreeSet<Vec<String>>,
    /// Whether sheets print its name for another quantity as well: VGS is set in tests, and in
    /// rows stands for a rating.
    borrowed: bool,
}

/// What is known of a row besides its symbol and name.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'e> {
    /// The unit; `None` when none is printed or it cannot be read.
    pub(super) unit: Option<&'e SheetUnit>,
    /// Where the row stands.
    pub(super) section: Section,
}

impl Evidence<'_> {
    fn fits(&self, dimension: Dimension) -> bool {
        self.unit.is_none_or(|u| u.of(dimension).is_some())
    }
}

/// What a symbol and name mean.
#[derive(Debug)]
pub(super) enum Meaning<'s> {
    /// A quantity of the table; how sure, and what speaks against it.
    Known(&'s SymbolInfo, f64, Option<String>),
    /// Several quantities equally well.
    Unclear(Vec<&'s str>),
    /// None of the table.
    Unknown,
}

/// Weights of the evidence. A spelling decides; a name decides between spellings, and stands
/// alone where nothing else does; kind and section decide what is left.
const EXACT: f64 = 6.0;
const FOLDED: f64 = 5.0;
const NAMED: f64 = 4.0;
const NEARLY_NAMED: f64 = 1.5;
/// Of two whose names have the same words, the one with these words in their order.
const IN_ORDER: f64 = 0.5;
const KIND: f64 = 1.0;
const OTHER_KIND: f64 = -2.0;
const RATING_IN_PLACE: f64 = 1.0;
const RATING_OUT_OF_PLACE: f64 = -1.5;
const BORROWED: f64 = -0.5;
/// By how much the best must be ahead.
const MARGIN: f64 = 0.45;

impl<'s> Index<'s> {
    pub(super) fn new(symbols: &'s SymbolTable, kind: Option<&'s str>) -> Self {
        let mut index = Index {
            entries: Vec::new(),
            spelled: BTreeMap::new(),
            by_word: BTreeMap::new(),
            kind,
            symbols,
        };
        let synonyms: BTreeSet<&str> =
            symbols.symbols().flat_map(|s| &s.synonyms).map(String::as_str).collect();
        for info in symbols.symbols() {
            let at = index.entries.len();
            let spellings = || std::iter::once(&info.name).chain(&info.synonyms);
            for spelling in spellings() {
                let of = index.spelled.entry(fold(spelling)).or_default();
                if of.last() != Some(&at) {
                    of.push(at);
                }
            }
            let mut names: Vec<BTreeSet<String>> =
                std::iter::once(&info.title).chain(&info.names).map(|n| bag(n)).collect();
            names.retain(|n| !n.is_empty());
            names.sort();
            names.dedup();
            let orders = std::iter::once(&info.title).chain(&info.names).map(|n| sequence(n));
            let orders = orders.filter(|n| !n.is_empty()).collect();
            for word in names.iter().flatten() {
                index.by_word.entry(word.clone()).or_default().insert(at);
            }
            let exact = spellings().map(|s| joined(s)).collect();
            let borrowed = synonyms.contains(info.name.as_str());
            index.entries.push(Entry { info, exact, names, orders, borrowed });
        }
        index
    }

    /// Whether a text is the spelling of some symbol; as it stands, or but for case and brackets.
    pub(super) fn is_spelled(&self, text: &str, exactly: bool) -> bool {
        let folded = fold(text);
        if folded.is_empty() {
            return false;
        }
        let Some(found) = self.spelled.get(&folded) else { return false };
        let exact = joined(text);
        !exactly || self.at(found).any(|e| e.exact.contains(&exact))
    }

    /// The two symbols that a printed one is made of when it is none itself: `VGSID`. Single
    /// letters make none, since most symbols go on with letters.
    pub(super) fn two_in_one(&self, printed: &str) -> Option<(String, String)> {
        let text = joined(printed);
        if text.chars().count() > 40 || self.is_spelled(&text, false) {
            return None;
        }
        let known = |t: &str| t.chars().count() >= 2 && self.is_spelled(t, true);
        text.char_indices()
            .map(|(at, _)| text.split_at(at))
            .find(|(first, second)| known(first) && known(second))
            .map(|(first, second)| (first.to_string(), second.to_string()))
    }

    /// The symbol of a condition, `None` when no one or several are meant.
    pub(super) fn condition(
        &self,
        printed: &str,
        unit: Option<&SheetUnit>,
    ) -> Option<&'s SymbolInfo> {
        let evidence = Evidence { unit, section: Section::Other };
        let found = self.spelled.get(&fold(printed))?;
        let exact = joined(printed);
        // A single letter is another quantity in the other case: L and l, T and t.
        let single = exact.chars().count() == 1;
        let score = |e: &Entry<'_>| {
            let spelled = if e.exact.contains(&exact) { EXACT } else { FOLDED };
            // What is set in a test is no rating, and is called by its own name.
            let own = if joined(&e.info.name) == exact { 0.6 } else { 0.0 };
            let rating = if e.info.rating { RATING_OUT_OF_PLACE } else { 0.0 };
            spelled + own + rating + self.kind_score(e.info)
        };
        let scored: Vec<(f64, &Entry<'s>)> = self
            .at(found)
            .filter(|e| evidence.fits(e.info.dimension))
            .filter(|e| !single || unit.is_some() || e.exact.contains(&exact))
            .map(|e| (score(e), e))
            .collect();
        best(&scored).map(|(_, e)| e.info)
    }

    /// What a value without a symbol says in a row of a quantity: `1.0 A` beside VF is IF, since
    /// the kind of device measures VF over IF.
    pub(super) fn argument(&self, quantity: &str, unit: &SheetUnit) -> Option<&'s SymbolInfo> {
        if unit.of(Dimension::FREQUENCY).is_some() {
            return self.symbols.symbol("f");
        }
        let kind = self.symbols.kind(self.kind?)?;
        let measured = kind.quantities.iter().filter(|q| q.symbol == quantity);
        let mut arguments = measured
            .flat_map(|q| &q.arguments)
            .filter_map(|a| self.symbols.symbol(a))
            .filter(|a| unit.of(a.dimension).is_some());
        let first = arguments.next()?;
        arguments.all(|other| other.name == first.name).then_some(first)
    }

    /// The symbol of a canonical name.
    pub(super) fn named(&self, name: &str) -> Option<&'s SymbolInfo> {
        self.symbols.symbol(name)
    }

    /// Why a quantity may not be that of a row although its symbol or name says so: it belongs to
    /// other kinds of devices than the sheet's, or the kind is not known and the spelling is not
    /// quite its own.
    pub(super) fn stranger(&self, info: &SymbolInfo, printed: &str) -> Option<String> {
        let exact = joined(printed);
        let own = || std::iter::once(&info.name).chain(&info.synonyms).any(|s| joined(s) == exact);
        let strange = match self.kind {
            _ if info.kinds.is_empty() => false,
            Some(kind) => !info.kinds.iter().any(|k| k == kind),
            None => !own(),
        };
        let of = info.kinds.join(", ");
        strange.then(|| format!("{} is a quantity of other devices: {of}", info.title))
    }

    /// The quantity whose name a text ends with, such as `and applied reverse voltage`; the
    /// longest name counts, and a rating is none.
    pub(super) fn named_at_end(&self, text: &str, unit: &SheetUnit) -> Option<&'s SymbolInfo> {
        let words: Vec<&str> = text.split_whitespace().collect();
        for count in (2..=4.min(words.len())).rev() {
            let named = bag(&words.get(words.len() - count..)?.join(" "));
            if named.len() < 2 {
                continue;
            }
            let scored: Vec<(f64, &Entry<'s>)> = self
                .sharing(&named)
                .iter()
                .filter_map(|at| self.entries.get(*at))
                .filter(|e| !e.info.rating && unit.of(e.info.dimension).is_some())
                .filter(|e| e.names.contains(&named))
                .map(|e| (self.kind_score(e.info), e))
                .collect();
            if let Some((_, entry)) = best(&scored) {
                return Some(entry.info);
            }
        }
        None
    }

    /// What a row's symbol and name mean.
    pub(super) fn meaning(&self, printed: &str, name: &str, evidence: Evidence<'_>) -> Meaning<'s> {
        let ordered = sequence(name);
        let named: BTreeSet<String> = ordered.iter().cloned().collect();
        let folded = fold(printed);
        let exact = joined(printed);
        let spelled: &[usize] =
            if folded.is_empty() { &[] } else { self.spelled.get(&folded).map_or(&[], |v| v) };
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for &at in spelled {
            let Some(entry) = self.entries.get(at) else { continue };
            let own = if entry.exact.contains(&exact) { EXACT } else { FOLDED };
            scores.insert(at, own);
        }
        // A name may speak for a symbol that is spelled otherwise, if it says exactly that.
        for at in self.sharing(&named) {
            let Some(entry) = self.entries.get(at) else { continue };
            let by_name = name_score(entry, &named);
            let alone_enough = if printed.is_empty() { by_name > 0.0 } else { by_name >= NAMED };
            if by_name > 0.0 && (scores.contains_key(&at) || alone_enough) {
                *scores.entry(at).or_insert(0.0) += by_name;
            }
        }
        let fitting: Vec<(f64, &Entry<'s>)> = scores
            .iter()
            .filter_map(|(at, score)| Some((*score, self.entries.get(*at)?)))
            .filter(|(_, e)| evidence.fits(e.info.dimension))
            .map(|(score, e)| {
                let borrowed = if e.borrowed { BORROWED } else { 0.0 };
                let in_order = if e.orders.contains(&ordered) { IN_ORDER } else { 0.0 };
                (score + borrowed + in_order + self.place_score(e.info, evidence.section), e)
            })
            .collect();
        if fitting.is_empty() {
            // Another case is another symbol where the unit says so: ta is a time, TA is not.
            let spelled: Vec<&str> = self
                .at(spelled)
                .filter(|e| e.exact.contains(&exact))
                .map(|e| e.info.name.as_str())
                .collect();
            let unknown = spelled.is_empty();
            return if unknown { Meaning::Unknown } else { Meaning::Unclear(spelled) };
        }
        let Some((_, entry)) = best(&fitting) else {
            let mut names: Vec<&str> = fitting.iter().map(|(_, e)| e.info.name.as_str()).collect();
            names.sort_unstable();
            return Meaning::Unclear(names);
        };
        let rival = fitting.iter().map(|(_, e)| *e).find(|e| {
            e.info.name != entry.info.name
                && name_score(e, &named) >= NAMED
                && e.orders.contains(&ordered)
        });
        self.known(entry, rival, (&exact, &folded), spelled, &named)
    }

    fn known(
        &self,
        entry: &Entry<'s>,
        rival: Option<&Entry<'s>>,
        (exact, folded): (&str, &str),
        spelled: &[usize],
        named: &BTreeSet<String>,
    ) -> Meaning<'s> {
        let by_name = name_score(entry, named);
        let is_spelled = entry.exact.iter().any(|s| fold(s) == folded) && !folded.is_empty();
        let sure = match (is_spelled, entry.exact.contains(exact), by_name >= NAMED) {
            (true, true, true) => 1.0,
            (true, true, false) => 0.97,
            (true, false, true) => 0.98,
            (true, false, false) => 0.93,
            (false, ..) => 0.85,
        };
        let against = (!is_spelled && !spelled.is_empty()).then(|| {
            format!("the printed symbol is that of another quantity than {}", entry.info.title)
        });
        // The symbol of one quantity beside the name of another: a misprint, or two rows in one.
        let shorter = entry.names.iter().any(|own| named.is_subset(own));
        let other = rival.filter(|_| is_spelled && by_name == 0.0 && !shorter);
        let against = against
            .or_else(|| other.map(|r| format!("the name of the row is that of {}", r.info.title)));
        // A word more makes another quantity: output current, short-circuit output current.
        let more = !is_spelled && by_name < NAMED;
        let against = against.or_else(|| {
            more.then(|| format!("the name of the row says more than {}", entry.info.title))
        });
        // Without any spelling a name must say it nearly all.
        let too_little = !is_spelled && by_name < NEARLY_NAMED + 0.7;
        if too_little { Meaning::Unknown } else { Meaning::Known(entry.info, sure, against) }
    }

    fn at(&self, found: &[usize]) -> impl Iterator<Item = &Entry<'s>> {
        found.iter().filter_map(|at| self.entries.get(*at))
    }

    /// Entries with a name that shares the rarest words.
    fn sharing(&self, named: &BTreeSet<String>) -> BTreeSet<usize> {
        named.iter().filter_map(|w| self.by_word.get(w)).flatten().copied().collect()
    }

    fn kind_score(&self, info: &SymbolInfo) -> f64 {
        match self.kind {
            None => 0.0,
            Some(_) if info.kinds.is_empty() => KIND / 2.0,
            Some(kind) if info.kinds.iter().any(|k| k == kind) => KIND,
            Some(_) => OTHER_KIND,
        }
    }

    fn place_score(&self, info: &SymbolInfo, section: Section) -> f64 {
        let place = match (info.rating, section) {
            (true, Section::Ratings) => RATING_IN_PLACE,
            (true, Section::Other) => RATING_IN_PLACE / 2.0,
            (true, Section::Thermal) => 0.0,
            (true, _) => RATING_OUT_OF_PLACE,
            (false, Section::Ratings) => -RATING_IN_PLACE / 2.0,
            (false, _) => 0.0,
        };
        place + self.kind_score(info)
    }
}

/// The best of some, when it is ahead of all others.
fn best<'a, 's>(scored: &[(f64, &'a Entry<'s>)]) -> Option<(f64, &'a Entry<'s>)> {
    let top = scored.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let rivals = scored
        .iter()
        .filter(|(score, e)| top.0 - score < MARGIN && e.info.name != top.1.info.name)
        .count();
    (rivals == 0).then_some(*top)
}

/// How well a name names an entry.
fn name_score(entry: &Entry<'_>, named: &BTreeSet<String>) -> f64 {
    let mut score: f64 = 0.0;
    for name in &entry.names {
        if name == named {
            return NAMED;
        }
        if name.is_subset(named) {
            let share = name.len() as f64 / named.len().max(1) as f64;
            score = score.max(NEARLY_NAMED + 2.0 * share - 0.5);
        }
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::Span;
    use espice_units::parse_unit;
    use espice_units::sheet::parse_sheet_unit;

    /// Name, unit, title, synonyms, whether a rating.
    const SYMBOLS: [(&str, &str, &str, &str, bool); 5] = [
        ("VDG", "V", "drain-gate voltage", "Vdg", false),
        ("VDGR", "V", "rated drain-gate voltage", "VDG", true),
        ("VGDS", "V", "rated gate-drain voltage", "VGD", true),
        ("PD", "W", "power dissipation", "", true),
        ("derating", "W/K", "derating of the power dissipation", "PD", true),
    ];

    const NAMES: [(&str, &str); 3] = [
        ("VDGR", "drain gate voltage"),
        ("VGDS", "gate drain voltage"),
        ("derating", "power dissipation derate above 25"),
    ];

    fn symbols() -> SymbolTable {
        let mut table = SymbolTable::default();
        for (name, unit, title, synonym, rating) in SYMBOLS {
            table.add_symbol(SymbolInfo {
                name: name.into(),
                dimension: parse_unit(unit).unwrap().dimension,
                title: title.into(),
                synonyms: Some(synonym)
                    .filter(|s| !s.is_empty())
                    .map(String::from)
                    .into_iter()
                    .collect(),
                names: NAMES.iter().filter(|n| n.0 == name).map(|n| n.1.into()).collect(),
                rating,
                kinds: Vec::new(),
                plausible: None,
                span: Span::default(),
            });
        }
        table
    }

    #[test]
    fn order_and_unit_tell_names_of_the_same_words_apart() {
        let symbols = symbols();
        let index = Index::new(&symbols, None);
        for (printed, name, unit, wanted) in [
            ("", "Drain-Gate Voltage", "V", "VDGR"),
            ("", "Gate-Drain Voltage", "V", "VGDS"),
            ("PD", "Power Dissipation", "mW", "PD"),
            ("PD", "- Derate above 25°C", "W/°C", "derating"),
            ("", "Power Dissipation Derate above 25°C", "mW/°C", "derating"),
        ] {
            let unit = parse_sheet_unit(unit);
            let evidence = Evidence { unit: unit.as_ref(), section: Section::Ratings };
            let Meaning::Known(info, _, against) = index.meaning(printed, name, evidence) else {
                panic!("{printed} {name} is not known");
            };
            assert_eq!((info.name.as_str(), against), (wanted, None), "{printed} {name}");
        }
    }
}
