//! Packages: the names of outlines, as data.

use super::seen::Seen;

/// Families whose members have a number: `SOT-23`, `TO-220AB`. Whether the dash may be missing.
const FAMILIES: &[(&str, bool)] = &[
    ("SOT", true),
    ("SOD", true),
    ("TO", true),
    ("DO", true),
    ("SC", false),
    ("DIP", true),
    ("PDIP", true),
    ("SOIC", true),
    ("SOP", true),
    ("SO", false),
    ("TSSOP", true),
    ("MSOP", true),
    ("TSOP", true),
    ("QFN", true),
    ("DFN", true),
    ("TDFN", true),
    ("WDFN", true),
    ("UDFN", true),
    ("VSON", true),
    ("WSON", true),
    ("HVSON", true),
    ("PQFN", true),
    ("SIP", true),
    ("DSN", true),
    ("MELF", false),
    ("KBP", false),
    ("TSSSOP", true),
    ("WLCSP", true),
];
/// Names without a number, or with an own one.
const NAMES: &[&str] = &[
    "DPAK",
    "D2PAK",
    "D3PAK",
    "IPAK",
    "I2PAK",
    "D-PAK",
    "D2-PAK",
    "SMA",
    "SMB",
    "SMC",
    "SMAF",
    "SMBF",
    "SMAJ",
    "SMBJ",
    "SMCJ",
    "MELF",
    "MiniMELF",
    "MicroMELF",
    "QuadroMELF",
    "LFPAK",
    "LFPAK56",
    "LFPAK33",
    "PowerPAK",
    "DirectFET",
    "TOLL",
    "SuperSOT",
    "PowerDI123",
    "PowerDI323",
    "PowerDI5",
    "MicroFET",
    "Power56",
    "Power33",
    "R-6",
    "ISOTOP",
    "ITO-220AB",
    "ITO-220AC",
    "ITO-220",
    "TSOT-23",
    "TSOT-26",
    "P600",
    "ABS",
    "DFS",
    "DBS",
    "GBU",
    "GBJ",
    "KBU",
    "KBJ",
];

/// The package that a word names, in its usual spelling: `SOT23` is `SOT-23`.
pub(super) fn named(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if let Some(name) = NAMES.iter().find(|n| n.eq_ignore_ascii_case(word)) {
        return Some((*name).to_string());
    }
    let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
    let (family, rest) = word.split_at_checked(letters)?;
    let (name, bare) = FAMILIES.iter().find(|f| f.0.eq_ignore_ascii_case(family))?;
    let number = rest.strip_prefix(['-', '–', '−']);
    if number.is_none() && !bare {
        return None;
    }
    let number = number.unwrap_or(rest);
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    let tail = number.get(digits..)?;
    // `TO-220AB`, `SOT323-3L`, `SOT-23-6`.
    let fits = tail.len() <= 4 && tail.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    ((1..=4).contains(&digits) && fits).then(|| format!("{name}-{}", number.to_ascii_uppercase()))
}

/// The packages of the first page that has any, in their order, each with its count and first
/// line.
pub(super) fn found(seen: &[Seen]) -> Vec<(String, usize, usize)> {
    let mut out: Vec<(String, usize, usize)> = Vec::new();
    let mut page = None;
    for (index, line) in seen.iter().enumerate() {
        if page.is_some_and(|p| line.page > p) {
            break;
        }
        let words: Vec<&str> = line
            .text
            .split(|c: char| {
                c.is_whitespace() || matches!(c, '(' | ')' | ',' | '/' | ';' | ':' | '=')
            })
            .collect();
        let mut before: Option<&str> = None;
        let plain = line.text.replace(" (", "(");
        for (at, word) in words.iter().enumerate() {
            let spaced = words.get(at + 1).map(|next| format!("{word}-{next}"));
            let lone = FAMILIES.iter().take(4).any(|f| f.0 == *word);
            let name = named(word).or_else(|| spaced.filter(|_| lone).and_then(|s| named(&s)));
            let Some(name) = name else { continue };
            page = Some(line.page);
            // Another name of the same outline: `SOD27 (DO-35)`, `TO-92; SOT54`.
            let also = |first: &str| {
                ["(", "; "].iter().any(|s| plain.contains(&format!("{first}{s}{word}")))
            };
            if before.replace(word).is_some_and(also) {
                continue;
            }
            let room = out.len() < 40;
            match out.iter_mut().find(|o| o.0 == name) {
                Some(o) => o.1 += 1,
                None if room => out.push((name, 1, index)),
                None => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn packages_are_known_and_spelled_as_usual() {
        for (word, name) in [
            ("SOT23", Some("SOT-23")),
            ("SOD-323,", Some("SOD-323")),
            ("TO-220AB", Some("TO-220AB")),
            ("DO-204AH", Some("DO-204AH")),
            ("DPAK", Some("DPAK")),
            ("SC-70", Some("SC-70")),
            ("SC04", None),
            ("TOP", None),
            ("DO", None),
            ("BC547", None),
        ] {
            assert_eq!(named(word).as_deref(), name, "{word}");
        }
    }
}
