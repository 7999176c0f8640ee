//! The words that makers write into the heads of tables, as data.

use super::super::{Role, Section};

/// What a header phrase says of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// A role.
    Is(Role),
    /// "Rating": the name's column where another one holds the values, else the values.
    Rating,
    /// "Dim", "Millimeters": the table shows the dimensions of a package.
    Dimension,
    /// "Rank", "Classification": the other heads are groups of one part.
    Rank,
}

use Label::{Dimension, Is, Rank, Rating};

/// Phrases as [`words_of`] writes them, sorted.
const PHRASES: &[(&str, Label)] = &[
    ("absolute maximum rating", Is(Role::Value)),
    ("bedingung", Is(Role::Conditions)),
    ("bedingungen", Is(Role::Conditions)),
    ("bemerkung", Is(Role::Other)),
    ("bezeichnung", Is(Role::Name)),
    ("caractéristique", Is(Role::Name)),
    ("caractéristiques", Is(Role::Name)),
    ("characteristic", Is(Role::Name)),
    ("characteristics", Is(Role::Name)),
    ("circuit", Is(Role::Other)),
    ("class", Rank),
    ("classification", Rank),
    ("comment", Is(Role::Other)),
    ("comments", Is(Role::Other)),
    ("condition", Is(Role::Conditions)),
    ("conditions", Is(Role::Conditions)),
    ("conditions de mesure", Is(Role::Conditions)),
    ("description", Is(Role::Name)),
    ("device", Is(Role::Part)),
    ("diagram", Is(Role::Other)),
    ("dim", Dimension),
    ("dimension", Dimension),
    ("dimensions", Dimension),
    ("einheit", Is(Role::Unit)),
    ("fig", Is(Role::Other)),
    ("fig no", Is(Role::Other)),
    ("figure", Is(Role::Other)),
    ("figure no", Is(Role::Other)),
    ("formelzeichen", Is(Role::Symbol)),
    ("grade", Rank),
    ("grenzwert", Is(Role::Max)),
    ("group", Rank),
    ("guaranteed limit", Is(Role::Value)),
    ("guaranteed limits", Is(Role::Value)),
    ("hfe rank", Rank),
    ("inch", Dimension),
    ("inches", Dimension),
    ("item", Is(Role::Name)),
    ("items", Is(Role::Name)),
    ("kennwert", Is(Role::Name)),
    ("kennwerte", Is(Role::Name)),
    ("letter symbol", Is(Role::Symbol)),
    ("limit", Is(Role::Value)),
    ("limit value", Is(Role::Value)),
    ("limit values", Is(Role::Value)),
    ("limiting value", Is(Role::Value)),
    ("limiting values", Is(Role::Value)),
    ("limits", Is(Role::Value)),
    ("max", Is(Role::Max)),
    ("max limit", Is(Role::Max)),
    ("max ratings", Is(Role::Max)),
    ("max value", Is(Role::Max)),
    ("max values", Is(Role::Max)),
    ("maximum", Is(Role::Max)),
    ("maximum rating", Is(Role::Max)),
    ("maximum value", Is(Role::Max)),
    ("maximum values", Is(Role::Max)),
    ("messbedingung", Is(Role::Conditions)),
    ("messbedingungen", Is(Role::Conditions)),
    ("mesure", Is(Role::Conditions)),
    ("method", Is(Role::Other)),
    ("millimeter", Dimension),
    ("millimeters", Dimension),
    ("millimetres", Dimension),
    ("min", Is(Role::Min)),
    ("min limit", Is(Role::Min)),
    ("min value", Is(Role::Min)),
    ("min values", Is(Role::Min)),
    ("minimum", Is(Role::Min)),
    ("minimum value", Is(Role::Min)),
    ("minimum values", Is(Role::Min)),
    ("mm", Dimension),
    ("no", Is(Role::Other)),
    ("nom", Is(Role::Typ)),
    ("nominal", Is(Role::Typ)),
    ("note", Is(Role::Other)),
    ("notes", Is(Role::Other)),
    ("page", Is(Role::Other)),
    ("para", Is(Role::Name)),
    ("parameter", Is(Role::Name)),
    ("parameter description", Is(Role::Name)),
    ("parameter name", Is(Role::Name)),
    ("parameters", Is(Role::Name)),
    ("paramètre", Is(Role::Name)),
    ("part", Is(Role::Part)),
    ("part no", Is(Role::Part)),
    ("part number", Is(Role::Part)),
    ("pin", Is(Role::Other)),
    ("pins", Is(Role::Other)),
    ("product", Is(Role::Part)),
    ("property", Is(Role::Name)),
    ("prüfbedingungen", Is(Role::Conditions)),
    ("qty", Is(Role::Other)),
    ("quantity", Is(Role::Name)),
    ("rank", Rank),
    ("rated value", Is(Role::Value)),
    ("rating", Rating),
    ("ratings", Rating),
    ("ref", Is(Role::Other)),
    ("ref fig", Is(Role::Other)),
    ("remark", Is(Role::Other)),
    ("remarks", Is(Role::Other)),
    ("see fig", Is(Role::Other)),
    ("see figure", Is(Role::Other)),
    ("subgroup", Is(Role::Other)),
    ("sym", Is(Role::Symbol)),
    ("symb", Is(Role::Symbol)),
    ("symbol", Is(Role::Symbol)),
    ("symbole", Is(Role::Symbol)),
    ("symbols", Is(Role::Symbol)),
    ("ta", Is(Role::Conditions)),
    ("temp", Is(Role::Conditions)),
    ("temperature", Is(Role::Conditions)),
    ("test", Is(Role::Conditions)),
    ("test circuit", Is(Role::Other)),
    ("test condition", Is(Role::Conditions)),
    ("test conditions", Is(Role::Conditions)),
    ("test fig", Is(Role::Other)),
    ("test figure", Is(Role::Other)),
    ("test method", Is(Role::Other)),
    ("testbedingung", Is(Role::Conditions)),
    ("testbedingungen", Is(Role::Conditions)),
    ("tj", Is(Role::Conditions)),
    ("typ", Is(Role::Typ)),
    ("typ value", Is(Role::Typ)),
    ("typ values", Is(Role::Typ)),
    ("type", Is(Role::Part)),
    ("type number", Is(Role::Part)),
    ("typical", Is(Role::Typ)),
    ("typical value", Is(Role::Typ)),
    ("typical values", Is(Role::Typ)),
    ("unit", Is(Role::Unit)),
    ("units", Is(Role::Unit)),
    ("unité", Is(Role::Unit)),
    ("unités", Is(Role::Unit)),
    ("valeur", Is(Role::Value)),
    ("valeurs", Is(Role::Value)),
    ("value", Is(Role::Value)),
    ("values", Is(Role::Value)),
    ("vcc", Is(Role::Conditions)),
    ("wert", Is(Role::Value)),
    ("werte", Is(Role::Value)),
    ("典型", Is(Role::Typ)),
    ("典型值", Is(Role::Typ)),
    ("单位", Is(Role::Unit)),
    ("単位", Is(Role::Unit)),
    ("参数", Is(Role::Name)),
    ("参数名称", Is(Role::Name)),
    ("參數", Is(Role::Name)),
    ("名称", Is(Role::Name)),
    ("單位", Is(Role::Unit)),
    ("型号", Is(Role::Part)),
    ("备注", Is(Role::Other)),
    ("定格", Is(Role::Value)),
    ("定格値", Is(Role::Value)),
    ("数值", Is(Role::Value)),
    ("最大", Is(Role::Max)),
    ("最大值", Is(Role::Max)),
    ("最大額定值", Is(Role::Max)),
    ("最大额定值", Is(Role::Max)),
    ("最小", Is(Role::Min)),
    ("最小值", Is(Role::Min)),
    ("条件", Is(Role::Conditions)),
    ("极限值", Is(Role::Value)),
    ("標準", Is(Role::Typ)),
    ("测试条件", Is(Role::Conditions)),
    ("測定条件", Is(Role::Conditions)),
    ("測試條件", Is(Role::Conditions)),
    ("特性", Is(Role::Name)),
    ("符号", Is(Role::Symbol)),
    ("符號", Is(Role::Symbol)),
    ("規格値", Is(Role::Value)),
    ("規格值", Is(Role::Value)),
    ("記号", Is(Role::Symbol)),
    ("項目", Is(Role::Name)),
    ("项目", Is(Role::Name)),
    ("额定值", Is(Role::Value)),
];

/// The longest phrase that a list of words starts with, and how many words it has.
pub(super) fn phrase(words: &[String]) -> Option<(usize, Label)> {
    (1..=words.len().min(3))
        .rev()
        .find_map(|n| {
            let text = words.get(..n)?.join(" ");
            known(&text).map(|label| (n, label))
        })
        .or_else(|| {
            // `Typa`, `Max1`: a raised note mark that was not told from the word.
            let word = words.first()?;
            let stem = word.get(..word.len().checked_sub(1)?)?;
            let marked =
                ["min", "typ", "max", "limit", "limits", "unit", "units", "value", "symbol"];
            marked.contains(&stem).then(|| known(stem)).flatten().map(|label| (1, label))
        })
}

fn known(text: &str) -> Option<Label> {
    let at = PHRASES.binary_search_by(|(p, _)| (*p).cmp(text)).ok()?;
    PHRASES.get(at).map(|(_, label)| *label)
}

/// A word in small letters without the marks around it; several where scripts meet
/// (`最小值Min.`) or a slash joins them.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let text = text.replace("(s)", "s").replace("(S)", "s");
    // A note or unit in brackets right behind: `TYP(1)`, `Value(V)`.
    let text = match text.find(['(', '[', '（']) {
        Some(at) if at > 0 => text.get(..at).unwrap_or(&text),
        _ => text.as_str(),
    };
    let mut out: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut wide = false;
    for c in text.chars() {
        let is_wide = is_cjk(c);
        if (is_wide != wide && !current.is_empty()) || c == '/' || c == '／' {
            out.push(std::mem::take(&mut current));
        }
        wide = is_wide;
        if c != '/' && c != '／' {
            current.extend(c.to_lowercase());
        }
    }
    out.push(current);
    out.iter()
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_string())
        .filter(|w| !w.is_empty())
        .collect()
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Words of titles and headings with the section that they stand for; the first entry all of
/// whose words occur decides. A word matches by its beginning.
const SECTIONS: &[(&[&str], Section)] = &[
    (&["quick", "reference"], Section::Other),
    (&["ordering"], Section::Other),
    (&["marking"], Section::Other),
    (&["mechanical", "data"], Section::Other),
    (&["package", "dimension"], Section::Other),
    (&["package", "outline"], Section::Other),
    (&["summary"], Section::Other),
    (&["pinning"], Section::Other),
    (&["revision"], Section::Other),
    (&["absolute"], Section::Ratings),
    (&["limiting"], Section::Ratings),
    (&["grenzwerte"], Section::Ratings),
    (&["極限"], Section::Ratings),
    (&["极限"], Section::Ratings),
    (&["绝对最大"], Section::Ratings),
    (&["絶対最大"], Section::Ratings),
    (&["最大额定"], Section::Ratings),
    (&["source", "drain"], Section::BodyDiode),
    (&["drain", "source", "diode"], Section::BodyDiode),
    (&["body", "diode"], Section::BodyDiode),
    (&["reverse", "diode"], Section::BodyDiode),
    (&["inverse", "diode"], Section::BodyDiode),
    (&["diode", "forward"], Section::BodyDiode),
    (&["wheeling", "diode"], Section::BodyDiode),
    (&["maximum", "rating"], Section::Ratings),
    (&["max", "rating"], Section::Ratings),
    (&["rating"], Section::Ratings),
    (&["thermal"], Section::Thermal),
    (&["thermische"], Section::Thermal),
    (&["热"], Section::Thermal),
    (&["热阻"], Section::Thermal),
    (&["static"], Section::Static),
    (&["statische"], Section::Static),
    (&["off", "characteristic"], Section::Static),
    (&["on", "characteristic"], Section::Static),
    (&["on", "off", "states"], Section::Static),
    (&["off", "state"], Section::Static),
    (&["on", "state"], Section::Static),
    (&["dc", "characteristic"], Section::Static),
    (&["静态"], Section::Static),
    (&["dynamic"], Section::Dynamic),
    (&["dynamische"], Section::Dynamic),
    (&["switching"], Section::Dynamic),
    (&["small", "signal", "characteristic"], Section::Dynamic),
    (&["smallsignal"], Section::Dynamic),
    (&["ac", "characteristic"], Section::Dynamic),
    (&["gate", "charge", "characteristic"], Section::Dynamic),
    (&["capacitance", "characteristic"], Section::Dynamic),
    (&["动态"], Section::Dynamic),
    (&["electrical"], Section::Electrical),
    (&["elektrische"], Section::Electrical),
    (&["électriques"], Section::Electrical),
    (&["characteristics"], Section::Electrical),
    (&["classification"], Section::Electrical),
    (&["电特性"], Section::Electrical),
    (&["电气特性"], Section::Electrical),
    (&["電気的特性"], Section::Electrical),
];

/// The section that a title or heading names.
pub(super) fn section(text: &str) -> Option<Section> {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/'))
        .flat_map(words_of)
        .collect();
    let has = |stem: &str| {
        words.iter().any(|w| {
            if stem.len() <= 3 { w == stem } else { w.starts_with(stem) || wide_has(w, stem) }
        })
    };
    SECTIONS.iter().find(|(stems, _)| stems.iter().all(|s| has(s))).map(|(_, s)| *s)
}

/// Titles of tables that hold no quantities of a device.
const FOREIGN: &[&str] = &[
    "order",
    "ordering",
    "marking",
    "pinning",
    "pin",
    "outline",
    "mechanical",
    "revision",
    "tape",
    "reel",
    "packing",
    "packaging",
    "footprint",
    "soldering",
    "dimension",
    "dimensions",
    "configuration",
    "history",
    "documentation",
];

/// Whether a title is of a table without quantities: ordering, marking, pins, packages.
pub(super) fn is_foreign(title: &str) -> bool {
    title.split_whitespace().flat_map(words_of).any(|w| FOREIGN.contains(&w.as_str()))
        && !matches!(
            section(title),
            Some(
                Section::Ratings
                    | Section::Thermal
                    | Section::Static
                    | Section::Dynamic
                    | Section::BodyDiode
                    | Section::Electrical
            )
        )
}

fn wide_has(word: &str, stem: &str) -> bool {
    stem.chars().next().is_some_and(is_cjk) && word.contains(stem)
}

/// Words that headings inside a table are made of, by their beginnings.
const HEADING_WORDS: &[&str] = &[
    "absolute",
    "and",
    "body",
    "ac",
    "characteristic",
    "characteristics",
    "dc",
    "diode",
    "drain",
    "dynamic",
    "electrical",
    "forward",
    "gate",
    "charge",
    "maximum",
    "off",
    "on",
    "parameter",
    "parameters",
    "rating",
    "ratings",
    "resistance",
    "reverse",
    "signal",
    "small",
    "smallsignal",
    "source",
    "state",
    "states",
    "static",
    "switching",
    "thermal",
    "times",
    "transistor",
    "for",
    "capacitance",
    "capacitances",
    "limiting",
    "values",
    "statische",
    "dynamische",
    "kennwerte",
    "input",
    "output",
    "section",
    "data",
    "inductive",
    "resistive",
    "load",
    "avalanche",
    "the",
    "静态特性",
    "动态特性",
    "开关特性",
    "静态参数",
    "动态参数",
];

/// Nouns one of which a heading has.
const HEADING_NOUNS: &[&str] = &[
    "characteristic",
    "characteristics",
    "parameter",
    "parameters",
    "diode",
    "rating",
    "ratings",
    "state",
    "states",
    "values",
    "kennwerte",
    "data",
    "times",
    "section",
    "transistor",
    "静态特性",
    "动态特性",
    "开关特性",
    "静态参数",
    "动态参数",
];

/// Whether a text is built like a heading: "Static characteristics", "Source-drain diode".
pub(super) fn is_heading(text: &str) -> bool {
    // What stands in brackets behind, a note or a condition, says nothing.
    let text = text.split(['(', '（', '[']).next().unwrap_or(text);
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/' | '&'))
        .flat_map(words_of)
        .collect();
    let known = words.iter().filter(|w| HEADING_WORDS.contains(&w.as_str())).count();
    let noun = words.iter().any(|w| HEADING_NOUNS.contains(&w.as_str()));
    let alone = words.len() == 1
        && words.iter().all(|w| ["static", "dynamic", "switching"].contains(&w.as_str()));
    alone || (noun && known * 5 >= words.len() * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_sorted() {
        for pair in PHRASES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
    }

    #[test]
    fn headers_are_read_in_their_languages() {
        let words = |s: &str| s.split(' ').flat_map(words_of).collect::<Vec<_>>();
        for (text, n, label) in [
            ("Typ. Max.", 1, Is(Role::Typ)),
            ("TEST CONDITIONS", 2, Is(Role::Conditions)),
            ("Unit(s)", 1, Is(Role::Unit)),
            ("最小值Min.", 1, Is(Role::Min)),
            ("Einheit", 1, Is(Role::Unit)),
            ("Ratings", 1, Rating),
        ] {
            assert_eq!(phrase(&words(text)), Some((n, label)), "{text}");
        }
        assert_eq!(phrase(&words("voltage")), None);
    }

    #[test]
    fn titles_name_sections() {
        for (text, expected) in [
            ("Absolute Maximum Ratings*", Some(Section::Ratings)),
            ("5. Limiting values", Some(Section::Ratings)),
            ("Source-Drain Ratings and Characteristics", Some(Section::BodyDiode)),
            ("ON CHARACTERISTICS", Some(Section::Static)),
            ("SMALL-SIGNAL CHARACTERISTICS", Some(Section::Dynamic)),
            ("Electrical Characteristics @ TJ = 25 °C", Some(Section::Electrical)),
            ("Thermal Resistance", Some(Section::Thermal)),
            ("Features", None),
        ] {
            assert_eq!(section(text), expected, "{text}");
        }
        assert!(is_heading("OFF CHARACTERISTICS*"));
        assert!(is_heading("Source-drain diode"));
        assert!(!is_heading("Forward voltage"));
        assert!(!is_heading("Static Drain-to-Source On-Resistance"));
    }
}
