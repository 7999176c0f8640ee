//! From the titles of axes to canonical symbols and SI.

use super::{Axis, Panel};
use crate::sheet::plot::label::say::printed_unit;
use espice_facts::{SymbolInfo, SymbolTable};
use espice_units::{Dimension, Unit};

/// What is known of symbols and of the device when a plot is named.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The symbol table.
    pub symbols: &'a SymbolTable,
    /// The device kind (`diode`), when it is known.
    pub kind: Option<&'a str>,
    /// The parts of the sheet.
    pub parts: &'a [String],
}

impl<'a> Names<'a> {
    /// The canonical name of a printed symbol or name, see [`Names::info`].
    pub(crate) fn symbol(&self, printed: &str, dimension: Option<Dimension>) -> Option<String> {
        self.info(printed, dimension).map(|s| s.name.clone())
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
        let spelled: Vec<&SymbolInfo> =
            self.symbols.spelled(printed).into_iter().filter(fits).collect();
        let named = || -> Vec<&SymbolInfo> {
            let plain = plain(printed);
            self.symbols.symbols().filter(|s| is_called(s, &plain)).filter(fits).collect()
        };
        let exact = |s: &&SymbolInfo| {
            let tight: String = printed.chars().filter(|c| !c.is_whitespace()).collect();
            s.name == tight || s.synonyms.contains(&tight)
        };
        if spelled.is_empty() { self.only(named(), |_| false) } else { self.only(spelled, exact) }
    }

    /// The one that remains by kind, then by exact spelling, then by being no rating.
    fn only(
        &self,
        found: Vec<&'a SymbolInfo>,
        exact: impl Fn(&&SymbolInfo) -> bool,
    ) -> Option<&'a SymbolInfo> {
        let of_kind = |s: &&SymbolInfo| {
            self.kind.is_none_or(|k| s.kinds.is_empty() || s.kinds.iter().any(|o| o == k))
        };
        let narrow = |from: Vec<&'a SymbolInfo>, by: &dyn Fn(&&SymbolInfo) -> bool| {
            let kept: Vec<&SymbolInfo> = from.iter().copied().filter(|s| by(s)).collect();
            if kept.is_empty() { from } else { kept }
        };
        let left: Vec<&SymbolInfo> = found.into_iter().filter(of_kind).collect();
        let left = if left.len() > 1 { narrow(left, &exact) } else { left };
        let left = if left.len() > 1 { narrow(left, &|s| !s.rating) } else { left };
        match left.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

/// Words in lower case with one blank between them, marks dropped.
pub(crate) fn plain(text: &str) -> String {
    let cleaned: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    cleaned.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_called(symbol: &SymbolInfo, plain_text: &str) -> bool {
    std::iter::once(&symbol.title).chain(&symbol.names).any(|n| plain(n) == plain_text)
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

/// Gives both axes of a panel their symbols and the way to SI; what cannot be told is said.
pub(crate) fn name_axes(panel: &mut Panel, names: &Names) {
    let caption = plain(&panel.title);
    let versus = VERSUS.iter().find_map(|v| caption.split_once(v));
    let ratio = RATIO.iter().any(|r| caption.contains(r));
    // The caption says it of the ordinate alone.
    panel.y.normalized |= (ratio && panel.y.unit.is_empty()) || is_ratio(&panel.y.title);
    panel.x.normalized |= is_ratio(&panel.x.title);
    name_axis(&mut panel.x, versus.map(|v| v.1), names);
    name_axis(&mut panel.y, versus.map(|v| v.0), names);
    if let Some(y2) = &mut panel.y2 {
        name_axis(y2, None, names);
    }
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

/// The symbol and scale of one axis. `words` is what the caption calls it.
fn name_axis(axis: &mut Axis, words: Option<&str>, names: &Names) {
    let unit = match axis.unit.trim() {
        "" => Some(Unit::ONE),
        text => printed_unit(text),
    };
    let Some(unit) = unit else { return };
    if axis.symbol.is_none() {
        axis.symbol = symbol_of(&axis.title, words, unit.dimension, names);
    }
    if axis.to_si.is_none() && axis.symbol.is_some() {
        axis.to_si = Some([unit.to_si(1.0) - unit.to_si(0.0), unit.to_si(0.0)]);
    }
}

/// The symbol that a title names: by the symbol at its start, by its words, by the caption's.
fn symbol_of(
    title: &str,
    words: Option<&str>,
    dimension: Dimension,
    names: &Names,
) -> Option<String> {
    let (symbol_text, rest) = split_title(title);
    let by_spelling = names.symbol(&symbol_text, Some(dimension));
    let by_words = |t: &str| in_words(t, dimension, names);
    by_spelling
        .or_else(|| by_words(&rest))
        .or_else(|| by_words(&symbol_text))
        .or_else(|| words.and_then(by_words))
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
    let cuts = [", ", ",", " - ", " – ", "- ", "– ", " = ", "="];
    let cut = cuts.iter().filter_map(|c| Some((text.find(c)?, c.len()))).min();
    match cut {
        Some((at, long)) if at > 0 => (
            text.get(..at).unwrap_or("").trim().to_string(),
            text.get(at + long..).unwrap_or("").trim().to_string(),
        ),
        _ => (text.to_string(), String::new()),
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

/// A symbol that the table does not know, as printed: letters, digits and brackets with its unit.
fn printed_symbol(text: &str, dimension: Dimension, names: &Names) -> Option<String> {
    let tight: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = tight.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '(' | ')' | '-'));
    let short = (2..=10).contains(&tight.len());
    let starts = tight.starts_with(|c: char| c.is_ascii_alphabetic());
    // A known spelling of another dimension is a contradiction, not a new symbol.
    let known = !names.symbols.spelled(text).is_empty();
    (plain && short && starts && !known && !dimension.is_none() && !text.contains(' '))
        .then_some(tight)
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
        let names = Names { symbols: &symbols, kind: None, parts: &[] };
        for (title, unit, caption, want) in [
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
        ] {
            let mut axis = axis(title, unit);
            name_axis(&mut axis, caption, &names);
            assert_eq!(axis.symbol.as_deref(), want, "{title}");
        }
    }

    #[test]
    fn units_lead_to_si_and_ratios_are_seen() {
        let symbols = table();
        let names = Names { symbols: &symbols, kind: None, parts: &[] };
        let mut t = axis("Tj (°C)", "°C");
        name_axis(&mut t, None, &names);
        assert_eq!(t.to_si, Some([1.0, 273.15]));
        let mut i = axis("IF (mA)", "mA");
        name_axis(&mut i, None, &names);
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
