//! From the titles of axes to canonical symbols and SI.

use super::{Axis, Panel};
use crate::sheet::plot::label::say::printed_unit;
use espice_facts::{Status, SymbolInfo, SymbolTable};
use espice_units::{Dimension, Unit};
use std::collections::BTreeMap;

/// What is known of symbols and of the device when a plot is named.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    /// The symbol table.
    pub(crate) symbols: &'a SymbolTable,
    /// The device kind (`diode`), when it is known.
    kind: Option<&'a str>,
    /// The parts of the sheet.
    pub(crate) parts: &'a [String],
    /// Units as the sheet's tables print them, by canonical symbol.
    units: BTreeMap<String, String>,
    /// Symbols by their spellings without blanks and case.
    spelled: BTreeMap<String, Vec<&'a SymbolInfo>>,
    /// Symbols by their names in words.
    named: BTreeMap<String, Vec<&'a SymbolInfo>>,
}

impl<'a> Names<'a> {
    /// Makes the names of a symbol table ready to be looked up; `kind` is the device kind where it
    /// is known, `parts` are the parts of the sheet.
    pub fn new(symbols: &'a SymbolTable, kind: Option<&'a str>, parts: &'a [String]) -> Names<'a> {
        let mut spelled: BTreeMap<String, Vec<&SymbolInfo>> = BTreeMap::new();
        let mut named: BTreeMap<String, Vec<&SymbolInfo>> = BTreeMap::new();
        for symbol in symbols.symbols() {
            for text in std::iter::once(&symbol.name).chain(&symbol.synonyms) {
                let of = spelled.entry(fold(text)).or_default();
                if !of.iter().any(|s| s.name == symbol.name) {
                    of.push(symbol);
                }
            }
            for text in std::iter::once(&symbol.title).chain(&symbol.names) {
                let of = named.entry(plain(text)).or_default();
                if !of.iter().any(|s| s.name == symbol.name) {
                    of.push(symbol);
                }
            }
        }
        Names { symbols, kind, parts, units: BTreeMap::new(), spelled, named }
    }

    /// Adds what units the tables of the sheet print: canonical symbols with their units.
    #[must_use]
    pub fn with_units(mut self, units: impl IntoIterator<Item = (String, String)>) -> Names<'a> {
        self.units.extend(units);
        self
    }

    /// The voltage that a curve of a junction's property is drawn over, where the axis says no
    /// more than `reverse voltage`: that of the two terminals in the quantity's name.
    pub(super) fn opposed(&self, axis: &Axis, quantity: &str) -> Option<String> {
        let title = plain(&axis.title);
        let reverse = title.split(' ').any(|w| w == "reverse");
        let generic = axis.symbol.as_deref().is_none_or(|s| s == "VR");
        let terminals = self.symbols.symbol(quantity)?.title.split(' ').next()?;
        let voltage = (reverse && generic && terminals.contains('-'))
            .then(|| self.info(&format!("{terminals} voltage"), Some(Dimension::VOLTAGE)))??;
        let unit = super::unit::read(&axis.unit, &axis.title)?;
        (unit.dimension == Dimension::VOLTAGE).then(|| voltage.name.clone())
    }

    /// Whether a symbol belongs to the device's kind, or to every kind.
    fn is_own(&self, name: &str) -> bool {
        let kinds = self.symbols.symbol(name).map_or(&[][..], |s| s.kinds.as_slice());
        kinds.is_empty() || self.kind.is_none_or(|kind| kinds.iter().any(|k| k == kind))
    }

    /// The canonical name of a printed symbol or name, see [`Names::info`].
    pub(crate) fn symbol(&self, printed: &str, dimension: Option<Dimension>) -> Option<String> {
        self.info(printed, dimension).map(|s| s.name.clone())
    }

    /// Whether a print is a spelling of any symbol, whatever its dimension.
    fn is_spelling(&self, printed: &str) -> bool {
        self.spelled.contains_key(&fold(printed))
    }

    /// The one symbol that a print can mean: by spelling, else by its name in words; of the
    /// right dimension and for the device's kind. `None` when none or several remain.
    pub(crate) fn info(
        &self,
        printed: &str,
        dimension: Option<Dimension>,
    ) -> Option<&'a SymbolInfo> {
        let printed = printed.trim().trim_end_matches(['.', ':', ',', '-', '–']).trim();
        if printed.is_empty() {
            return None;
        }
        let fits = |s: &&SymbolInfo| dimension.is_none_or(|d| s.dimension == d);
        let among = |from: Option<&Vec<&'a SymbolInfo>>| -> Vec<&'a SymbolInfo> {
            from.into_iter().flatten().copied().filter(fits).collect()
        };
        let spelled = among(self.spelled.get(&fold(printed)));
        if spelled.is_empty() {
            return self.only(among(self.named.get(&plain(printed))), "");
        }
        let tight: String = printed.chars().filter(|c| !c.is_whitespace()).collect();
        self.only(spelled, &tight)
    }

    /// The one that remains by kind, then by exact spelling, then by being no rating.
    fn only(&self, found: Vec<&'a SymbolInfo>, tight: &str) -> Option<&'a SymbolInfo> {
        let pins = |kind: &str| self.symbols.kind(kind).map(|k| k.pins.len());
        // A transistor's symbols serve every device with as many pins.
        let possible = |s: &&SymbolInfo| {
            self.kind.is_none_or(|kind| {
                let alike = |o: &String| o == kind || (pins(o).is_some() && pins(o) == pins(kind));
                s.kinds.is_empty() || s.kinds.iter().any(alike)
            })
        };
        let exact = |s: &&SymbolInfo| s.synonyms.iter().any(|n| n == tight);
        let of_kind = |s: &&SymbolInfo| self.kind.is_some_and(|k| s.kinds.iter().any(|o| o == k));
        let narrow = |from: Vec<&'a SymbolInfo>, by: &dyn Fn(&&SymbolInfo) -> bool| {
            let kept: Vec<&SymbolInfo> = from.iter().copied().filter(|s| by(s)).collect();
            if kept.is_empty() || from.len() < 2 { from } else { kept }
        };
        let left: Vec<&SymbolInfo> = found.into_iter().filter(possible).collect();
        let left = narrow(left, &|s| s.name == tight);
        let left = narrow(left, &exact);
        let left = narrow(left, &of_kind);
        let left = narrow(left, &|s| !s.rating);
        match left.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

/// A spelling without blanks, underscores and case.
fn fold(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect::<String>().to_lowercase()
}

/// Words in lower case with one blank between them, marks dropped.
pub(crate) fn plain(text: &str) -> String {
    let cleaned: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    cleaned.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words before a quantity that do not change which one it is.
const QUALIFIERS: [&str; 12] = [
    "typical",
    "typ",
    "instantaneous",
    "normalized",
    "normalised",
    "pulsed",
    "static",
    "total",
    "maximum",
    "max",
    "applied",
    "average",
];

/// Words between the two quantities of a caption.
const VERSUS: [&str; 6] =
    [" versus ", " vs ", " as a function of ", " as functions of ", " against ", " over "];

/// Words that say that an axis shows a ratio.
const RATIO: [&str; 4] = ["normalized", "normalised", "relative variation", "relative value"];

/// Gives both axes of a panel their symbols and the way to SI; what cannot be told, or only from
/// elsewhere, is said.
pub(crate) fn name_axes(panel: &mut Panel, names: &Names) {
    let caption = without_number(&plain(&panel.title));
    let versus = VERSUS.iter().find_map(|v| caption.split_once(v));
    let sides = |first: bool| -> Vec<&str> {
        let (y, x) = versus.unwrap_or((caption.as_str(), ""));
        if first { vec![y, x] } else { vec![x, y] }
    };
    let ratio = RATIO.iter().any(|r| caption.contains(r));
    // The caption says it of the ordinate alone.
    let bare = ["", "%"].contains(&panel.y.unit.trim());
    panel.y.normalized |= (ratio && bare) || is_ratio(&panel.y.title);
    panel.x.normalized |= is_ratio(&panel.x.title);
    name_axis(&mut panel.x, &sides(false), names);
    name_axis(&mut panel.y, &sides(true), names);
    if let Some(y2) = &mut panel.y2 {
        name_axis(y2, &[], names);
    }
    for axis in [&mut panel.x, &mut panel.y] {
        if let Some(reason) = without_unit(axis, names) {
            panel.status = panel.status.max(Status::Review);
            panel.reasons.push(reason);
        }
    }
}

/// Takes an axis that prints no unit, though its quantity has one, in the unit that the sheet's
/// tables give the quantity, else in that of SI: if all its values are plausible so. What was
/// taken, for a person to look at.
fn without_unit(axis: &mut Axis, names: &Names) -> Option<String> {
    let bare = axis.unit.trim().is_empty() && !axis.normalized && axis.symbol.is_none();
    if !bare || axis.ticks.is_empty() {
        return None;
    }
    let (symbol_text, rest) = split_title(&axis.title);
    let inner = axis.title.split_once('(').and_then(|(_, t)| t.split_once(')')).map(|t| t.0);
    let info = names
        .info(&symbol_text, None)
        .or_else(|| names.info(inner?.trim(), None))
        .or_else(|| names.info(&rest, None))
        .filter(|i| !i.dimension.is_none() && i.dimension != Dimension::TEMPERATURE)?;
    let [least, most] = info.plausible?;
    let told =
        names.units.get(&info.name).and_then(|text| Some((text.as_str(), printed_unit(text)?)));
    let fits = |unit: &Unit| {
        let values = axis.ticks.iter().map(|t| unit.to_si(t.value).abs()).filter(|v| *v > 0.0);
        unit.dimension == info.dimension && values.into_iter().all(|v| v >= least && v <= most)
    };
    let (unit, whence) = match told.filter(|t| fits(&t.1)) {
        Some((text, unit)) => (unit, format!("{text}, as in the tables")),
        None => (
            Some(Unit { factor: 1.0, offset: 0.0, dimension: info.dimension }).filter(fits)?,
            "that of SI".to_string(),
        ),
    };
    axis.symbol = Some(info.name.clone());
    axis.to_si = Some([unit.to_si(1.0) - unit.to_si(0.0), unit.to_si(0.0)]);
    Some(format!("the axis of {} prints no unit: taken for {whence}", info.name))
}

/// A caption without `fig 3` or `figure 3` before it and `typical values` after it.
fn without_number(caption: &str) -> String {
    let mut words: Vec<&str> = caption.split(' ').collect();
    if words.first().is_some_and(|w| ["fig", "figure", "diagram"].contains(w)) {
        words.remove(0);
        if words.first().is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit())) {
            words.remove(0);
        }
    }
    while words.last().is_some_and(|w| ["typical", "values", "value", "typ"].contains(w)) {
        words.pop();
    }
    words.join(" ")
}

/// Whether a title is a quotient of two quantities: `Zth(j-a)/Rth(j-a)`, `IR[Tj] / IR[Tj=25°C]`.
fn is_ratio(title: &str) -> bool {
    let lower = title.to_lowercase();
    if ["normalized", "normalised"].iter().any(|w| lower.contains(w)) {
        return true;
    }
    let Some((up, down)) = title.split_once('/') else { return false };
    let stem = |t: &str| -> Option<char> { t.trim().chars().next().filter(|c| c.is_alphabetic()) };
    let long = |t: &str| t.trim().chars().count() >= 2;
    // A unit after a slash (`IF / mA`) is no denominator, nor is one in brackets (`(°C/W)`).
    let count = |c: char| up.matches(c).count();
    let bracketed = count('(') > count(')') || count('[') > count(']');
    !bracketed
        && printed_unit(down).is_none()
        && stem(up).is_some()
        && stem(down).is_some()
        && long(up)
        && long(down)
        && !down.trim().contains(' ')
}

/// The symbol and scale of one axis. `words` is what the caption calls it, the likelier first.
fn name_axis(axis: &mut Axis, words: &[&str], names: &Names) {
    if axis.normalized {
        // A ratio has the name of its quantity and no unit.
        if axis.symbol.is_none() {
            let head = axis.title.split('/').next().unwrap_or("");
            axis.symbol = ratio_of(head, words, names);
            axis.to_si = Some([if axis.unit.trim() == "%" { 0.01 } else { 1.0 }, 0.0]);
        }
        return;
    }
    let unit = match axis.unit.trim() {
        "" => Some(Unit::ONE),
        text => super::unit::read(text, &axis.title),
    };
    let Some(unit) = unit else { return };
    if axis.symbol.is_none() {
        axis.symbol = symbol_of(&axis.title, words, unit.dimension, names);
    }
    // The quantity of a curve may tell what an axis means that tells its unit only.
    if axis.to_si.is_none() && (axis.symbol.is_some() || !axis.unit.trim().is_empty()) {
        axis.to_si = Some([unit.to_si(1.0) - unit.to_si(0.0), unit.to_si(0.0)]);
    }
}

/// The quantity of which a ratio is shown, whatever its dimension.
fn ratio_of(title: &str, words: &[&str], names: &Names) -> Option<String> {
    let (symbol_text, rest) = split_title(title);
    let in_any = |t: &str| {
        let all = plain(t);
        let mut words: &str = &all;
        loop {
            if let Some(found) = names.symbol(words, None) {
                return Some(found);
            }
            let (first, rest) = words.split_once(' ')?;
            if !QUALIFIERS.contains(&first) {
                return None;
            }
            words = rest;
        }
    };
    names
        .symbol(&symbol_text, None)
        .or_else(|| in_any(&rest))
        .or_else(|| words.first().and_then(|w| in_any(w)))
}

/// The symbol that a title names: by the symbol at its start, by its words, by the caption's.
fn symbol_of(title: &str, words: &[&str], dimension: Dimension, names: &Names) -> Option<String> {
    let (symbol_text, rest) = in_front(split_title(title), dimension, names);
    let by_words = |t: &str| in_words(t, dimension, names);
    // The caption may be more precise: `VCE` in a plot of the saturation voltage.
    let caption = words.first().and_then(|w| by_words(w));
    let precise = |s: String| match &caption {
        Some(c) if c.starts_with(&s) => c.clone(),
        _ => s,
    };
    // A spelling of another kind of device counts only where the words do not say otherwise.
    let own =
        |s: &String| rest.is_empty() || names.is_own(s) || by_words(&rest).as_ref() == Some(s);
    let lost = symbol_text.chars().count() <= 1;
    // A letter alone says less than the caption.
    let told = |s: &String| own(s) && !(lost && caption.is_some());
    let by_spelling = names.symbol(&symbol_text, Some(dimension)).filter(told).map(precise);
    by_spelling
        .or_else(|| caption.clone().filter(|_| lost))
        .or_else(|| names.symbol(&rest, Some(dimension)))
        .or_else(|| by_words(&rest))
        .or_else(|| by_words(&symbol_text).filter(own))
        .or_else(|| words.iter().find_map(|w| by_words(w)))
        .or_else(|| printed_symbol(&symbol_text, dimension, names))
}

/// A title without its unit, cut into the symbol at its start and the words after it.
fn split_title(title: &str) -> (String, String) {
    let mut text = String::new();
    let mut depth: Vec<(char, usize)> = Vec::new();
    // Brackets that hold a unit go; those of a symbol such as VGS(th) stay.
    for c in title.chars() {
        text.push(c);
        match c {
            '(' | '[' => depth.push((c, text.len() - 1)),
            ')' | ']' => {
                if let Some((_, at)) = depth.pop() {
                    let inner = text.get(at + 1..text.len() - 1).unwrap_or("");
                    if printed_unit(inner).is_some() {
                        text.truncate(at);
                        text.push(' ');
                    }
                }
            }
            _ => {}
        }
    }
    let text = text.trim();
    let cuts = [", ", ",", " : ", ": ", " - ", " – ", "- ", "– ", " = ", "="];
    let cut = cuts.iter().filter_map(|c| Some((text.find(c)?, c.len()))).min();
    match cut {
        Some((at, long)) if at > 0 => (
            text.get(..at).unwrap_or("").trim().to_string(),
            text.get(at + long..).unwrap_or("").trim().to_string(),
        ),
        _ => (text.to_string(), String::new()),
    }
}

/// A symbol that stands behind its name brought before it: `COLLECTOR CURRENT IC`.
fn in_front(
    (text, rest): (String, String),
    dimension: Dimension,
    names: &Names,
) -> (String, String) {
    let Some((name, symbol)) = text.rsplit_once(' ').filter(|_| rest.is_empty()) else {
        return (text, rest);
    };
    let known = |t: &str| names.symbol(t, Some(dimension));
    let named = in_words(name, dimension, names);
    let found = known(symbol).filter(|_| symbol.chars().count() > 1 && known(&text).is_none());
    match found {
        Some(found) if named.is_none_or(|n| n == found) => (symbol.to_string(), name.to_string()),
        _ => (text, rest),
    }
}

/// The symbol whose name a phrase is, qualifiers dropped one after the other from its front.
fn in_words(text: &str, dimension: Dimension, names: &Names) -> Option<String> {
    let all = plain(text);
    let mut words: &str = &all;
    loop {
        if let Some(found) = names.symbol(words, Some(dimension)) {
            return Some(found);
        }
        let (first, rest) = words.split_once(' ')?;
        if !QUALIFIERS.contains(&first) {
            return None;
        }
        words = rest;
    }
}

/// The letters that symbols of a dimension start with (IEC 60148).
const LETTERS: [(Dimension, &str); 10] = [
    (Dimension::VOLTAGE, "VvUuBE"),
    (Dimension::CURRENT, "Ii"),
    (Dimension::CAPACITANCE, "C"),
    (Dimension::RESISTANCE, "RrZzh"),
    (Dimension::TIME, "t"),
    (Dimension::TEMPERATURE, "T"),
    (Dimension::POWER, "P"),
    (Dimension::CHARGE, "Q"),
    (Dimension::FREQUENCY, "f"),
    (Dimension::ENERGY, "EW"),
];

/// A symbol that the table does not know, as printed. It must look like one: short, and of a
/// letter that its dimension suits.
fn printed_symbol(text: &str, dimension: Dimension, names: &Names) -> Option<String> {
    let tight: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = tight.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '(' | ')' | '-'));
    let short = (2..=10).contains(&tight.len());
    let thermal =
        dimension == Dimension::TEMPERATURE.per(Dimension::POWER).unwrap_or(Dimension::NONE);
    let letters = LETTERS.iter().find(|l| l.0 == dimension).map(|l| l.1);
    let letters = if thermal { Some("RZ") } else { letters };
    let starts = letters.is_some_and(|l| tight.starts_with(|c| l.contains(c)));
    // A word in capitals is no symbol; a known spelling of another dimension is a contradiction.
    let word = tight.len() > 3 && tight.chars().all(|c| c.is_ascii_uppercase());
    (plain && short && starts && !word && !names.is_spelling(text)).then_some(tight)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use espice_base::Span;
    use espice_facts::Scale;

    /// A small symbol table.
    pub(crate) fn table() -> SymbolTable {
        let mut table = SymbolTable::default();
        type Row = (
            &'static str,
            Dimension,
            &'static str,
            &'static [&'static str],
            &'static [&'static str],
            &'static [&'static str],
        );
        let rows: [Row; 19] = [
            ("TJ", Dimension::TEMPERATURE, "junction temperature", &["Tj", "T"], &[], &[]),
            ("Tamb", Dimension::TEMPERATURE, "ambient temperature", &["TA"], &[], &[]),
            ("f", Dimension::FREQUENCY, "frequency", &["freq"], &[], &[]),
            ("tp", Dimension::TIME, "pulse width", &["tw"], &[], &[]),
            ("duty", Dimension::NONE, "duty cycle", &["D", "δ"], &[], &[]),
            ("VF", Dimension::VOLTAGE, "forward voltage", &["VFM"], &[], &["diode"]),
            ("IF", Dimension::CURRENT, "forward current", &["IFM"], &[], &["diode"]),
            ("VR", Dimension::VOLTAGE, "reverse voltage", &[], &[], &["diode"]),
            ("IR", Dimension::CURRENT, "reverse current", &[], &[], &["diode"]),
            (
                "CJ",
                Dimension::CAPACITANCE,
                "junction capacitance",
                &["C", "Cj"],
                &["capacitance", "diode capacitance"],
                &["diode"],
            ),
            ("VGS", Dimension::VOLTAGE, "gate-source voltage", &[], &[], &["mosfet"]),
            ("VDS", Dimension::VOLTAGE, "drain-source voltage", &[], &[], &["mosfet"]),
            ("ID", Dimension::CURRENT, "drain current", &[], &[], &["mosfet"]),
            ("Ciss", Dimension::CAPACITANCE, "input capacitance", &[], &[], &["mosfet"]),
            ("Coss", Dimension::CAPACITANCE, "output capacitance", &[], &[], &["mosfet"]),
            ("VCE", Dimension::VOLTAGE, "collector-emitter voltage", &[], &[], &["transistor"]),
            ("IC", Dimension::CURRENT, "collector current", &[], &[], &["transistor"]),
            ("IB", Dimension::CURRENT, "base current", &[], &[], &["transistor"]),
            ("hFE", Dimension::NONE, "DC current gain", &[], &["current gain"], &["transistor"]),
        ];
        for (name, dimension, title, synonyms, names, kinds) in rows {
            let own = |t: &&str| String::from(*t);
            table.add_symbol(SymbolInfo {
                name: name.into(),
                dimension,
                title: title.into(),
                synonyms: synonyms.iter().map(own).collect(),
                names: names.iter().map(own).collect(),
                kinds: kinds.iter().map(own).collect(),
                plausible: None,
                rating: false,
                span: Span::default(),
            });
        }
        table
    }

    pub(crate) fn axis(title: &str, unit: &str) -> Axis {
        Axis {
            scale: Scale::Linear,
            ticks: Vec::new(),
            offset: 0.0,
            slope: 1.0,
            nodes: Vec::new(),
            residual: 0.0,
            title: title.into(),
            symbol: None,
            unit: unit.into(),
            to_si: None,
            normalized: false,
        }
    }

    #[test]
    fn titles_name_quantities_in_every_makers_way() {
        let symbols = table();
        let names = Names::new(&symbols, None, &[]);
        let rows: [(&str, &str, Option<&str>, Option<&str>); 19] = [
            ("VF - Forward Voltage (V)", "V", None, Some("VF")),
            ("IF, INSTANTANEOUS FORWARD CURRENT (A)", "A", None, Some("IF")),
            ("I C - COLLECTOR CURRENT (mA)", "mA", None, Some("IC")),
            ("IC[mA], COLLECTOR CURRENT", "mA", None, Some("IC")),
            ("IFM(A)", "A", None, Some("IF")),
            ("CAPACITANCE (pF)", "pF", None, Some("CJ")),
            ("Capacitance", "pF", None, Some("CJ")),
            ("hFE- TYPICAL PULSED CURRENT GAIN", "", None, Some("hFE")),
            ("Typical Pulsed Current Gain", "", None, Some("hFE")),
            ("VDS , Drain-to-Source Voltage (V)", "V", None, Some("VDS")),
            ("Tj (°C)", "°C", None, Some("TJ")),
            ("REVERSE BIAS VOLTAGE (V)", "V", None, None),
            ("(pF)", "pF", Some("junction capacitance"), Some("CJ")),
            ("VR(A)", "A", None, None),
            ("Vxy (V)", "V", None, Some("Vxy")),
            ("Drain Current : ID (A)", "A", None, Some("ID")),
            ("COLLECTOR CURRENT IC (mA)", "mA", None, Some("IC")),
            ("COLLCETOR CURRENT IC (mA)", "mA", None, Some("IC")),
            ("FORWARD CURRENT IC (mA)", "mA", None, None),
        ];
        for (title, unit, caption, want) in rows {
            let mut axis = axis(title, unit);
            name_axis(&mut axis, caption.as_slice(), &names);
            assert_eq!(axis.symbol.as_deref(), want, "{title}");
        }
    }

    #[test]
    fn units_lead_to_si_and_ratios_are_seen() {
        let symbols = table();
        let names = Names::new(&symbols, None, &[]);
        let mut t = axis("Tj (°C)", "°C");
        name_axis(&mut t, &[], &names);
        assert_eq!(t.to_si, Some([1.0, 273.15]));
        let mut i = axis("IF (mA)", "mA");
        name_axis(&mut i, &[], &names);
        assert_eq!(i.to_si, Some([1e-3, 0.0]));
        for (title, ratio) in [
            ("Zth(j-a)/Rth(j-a)", true),
            ("IR[Tj] / IR[Tj=25°C]", true),
            ("RDS(on), On Resistance (Normalized)", true),
            ("Rth(j-a) (°C/W)", false),
            ("IF / mA", false),
            ("IF (A)", false),
        ] {
            assert_eq!(is_ratio(title), ratio, "{title}");
        }
    }
}
