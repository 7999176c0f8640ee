//! Which parts of the family a row is for.

/// The parts that a text names, completed from the sheet's list; `None` when it names none.
///
/// `BC547/550` names BC547 and BC550, `A` every part that ends in `A`, `1N4001` itself.
pub(super) fn named(text: &str, parts: &[String]) -> Option<Vec<String>> {
    // A name that goes on behind its hyphen in the next line.
    let text = text.trim().trim_start_matches([':', '*', ' ']).trim().replace("- ", "-");
    if text.is_empty() || text.chars().count() > 80 {
        return None;
    }
    let mut found: Vec<String> = Vec::new();
    let mut before: Option<String> = None;
    for token in text.split(['/', ',', ' ', '&', ';']).filter(|t| !t.is_empty()) {
        let token = token.trim_matches(['*', '(', ')', ':']);
        if matches!(token, "and" | "or" | "Series" | "series" | "") {
            continue;
        }
        let full = complete(token, before.as_deref(), parts)?;
        // `A` behind `BD677` is a variant, which the next one is none of.
        if !is_suffix(token) || before.is_none() {
            before = full.first().cloned();
        }
        for part in full {
            if !found.contains(&part) {
                found.push(part);
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The parts that one token stands for.
fn complete(token: &str, before: Option<&str>, parts: &[String]) -> Option<Vec<String>> {
    let exact: Vec<String> =
        parts.iter().filter(|p| p.eq_ignore_ascii_case(token)).cloned().collect();
    if !exact.is_empty() {
        return Some(exact);
    }
    // How a part is packed (`-TR`, `-TAP`) makes it no other part.
    if let Some((part, packing)) = token.rsplit_once('-')
        && packing.chars().all(|c| c.is_ascii_uppercase())
        && let Some(own) = parts.iter().find(|p| p.eq_ignore_ascii_case(part))
    {
        return Some(vec![own.clone()]);
    }
    if let Some(before) = before
        && let Some(name) = exchanged(token, before, parts)
    {
        return Some(vec![name]);
    }
    // `547` and `A` alone: every listed name that ends so, or starts so.
    let ending: Vec<String> =
        parts.iter().filter(|p| p.len() > token.len() && p.ends_with(token)).cloned().collect();
    if !ending.is_empty() && token.len() <= 6 {
        return Some(ending);
    }
    let starting: Vec<String> =
        parts.iter().filter(|p| token.len() >= 4 && p.starts_with(token)).cloned().collect();
    if !starting.is_empty() {
        return Some(starting);
    }
    // `A` where only the names without their groups are known.
    let group = (1..=2).contains(&token.len()) && token.chars().all(|c| c.is_ascii_uppercase());
    if group && !parts.is_empty() {
        return Some(parts.iter().map(|p| format!("{p}{token}")).collect());
    }
    looks_like_part(token).then(|| vec![token.to_string()])
}

/// The parts that a text of conditions restricts its row to, and the text without them: `for
/// TIP41B/41C, VCE = 60 V`; `None` where it names none.
pub(super) fn restricted(text: &str, parts: &[String]) -> Option<(Vec<String>, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_name = |word: &&str| {
        let first = word.split(['/', ',']).next().unwrap_or("");
        parts.iter().any(|p| p.eq_ignore_ascii_case(first)) || looks_like_part(first)
    };
    let begins = |pair: &[&str]| matches!(pair, [word, name] if word.eq_ignore_ascii_case("for") && is_name(name));
    let at = words.windows(2).position(begins)?;
    let behind = words.get(at + 1..).unwrap_or_default();
    let count =
        behind.iter().take_while(|w| is_name(w) || matches!(**w, "and" | "or" | "&")).count();
    let (names, rest) = behind.split_at_checked(count)?;
    let named = named(&names.join(" "), parts)?;
    let before = words.get(..at).unwrap_or_default();
    Some((named, [before, rest].concat().join(" ")))
}

/// One or two capitals, as they tell the variants of a part.
fn is_suffix(token: &str) -> bool {
    (1..=2).contains(&token.len()) && token.chars().all(|c| c.is_ascii_uppercase())
}

/// The name that is meant by its end behind another name: `550` after `BC547`, `677A` after
/// `BD677`, and `A` after it, too.
fn exchanged(token: &str, before: &str, parts: &[String]) -> Option<String> {
    if !token.is_ascii() || !before.is_ascii() {
        return None;
    }
    let bare = before.trim_end_matches(|c: char| c.is_ascii_uppercase());
    if is_suffix(token) && bare.ends_with(|c: char| c.is_ascii_digit()) {
        let name = format!("{bare}{token}");
        return Some(name);
    }
    let digits = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let stem = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let kept = match digits(token) == bare.len() - stem.len() {
        true => stem,
        false => before.get(..before.len().checked_sub(token.len())?)?,
    };
    let is_end = token.len() < before.len() + 2 && token.chars().all(|c| c.is_ascii_alphanumeric());
    let name = format!("{kept}{token}");
    let known = parts.iter().any(|p| *p == name || p.starts_with(&name)) || kept == stem;
    let number = token.chars().all(|c| c.is_ascii_digit()) && token.len() >= 2;
    (is_end && !kept.is_empty() && (known || number)).then_some(name)
}

/// Letters and digits, two digits at least, one capital: `BC547`, `1N4001`, `2N3904`.
pub(super) fn looks_like_part(token: &str) -> bool {
    let token = token.trim_start_matches(['µ', 'μ']);
    let digits = token.chars().filter(char::is_ascii_digit).count();
    let capitals = token.chars().filter(char::is_ascii_uppercase).count();
    let clean = token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    digits >= 2 && capitals >= 1 && clean && (4..=24).contains(&token.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_from_the_family() {
        let family: Vec<String> =
            ["BC546", "BC547", "BC548", "BC549", "BC550"].map(String::from).to_vec();
        let show = |text: &str, parts: &[String]| {
            named(text, parts).map_or(String::from("-"), |p| p.join(" "))
        };
        assert_eq!(show(": BC546", &family), "BC546");
        assert_eq!(show("BC547/550", &family), "BC547 BC550");
        assert_eq!(show("BC546/547/548", &family), "BC546 BC547 BC548");
        assert_eq!(show("547", &family), "BC547");
        let pairs: Vec<String> =
            ["BD677", "BD677A", "BD679", "BD679A", "BD681"].map(String::from).to_vec();
        assert_eq!(show("BD677/A", &pairs), "BD677 BD677A");
        assert_eq!(show("BD677/A/679/A/681", &pairs), "BD677 BD677A BD679 BD679A BD681");
        assert_eq!(show("BD677/677A/679", &pairs), "BD677 BD677A BD679");
        assert_eq!(show("BC337-16/25", &[]), "BC337-16 BC337-25");
        assert_eq!(show("1N4148- TR", &["1N4148".to_string()]), "1N4148");
        assert_eq!(show("TIP41B/41C/42C", &[]), "TIP41B TIP41C TIP42C");
        assert_eq!(show("Collector", &family), "-");
        assert_eq!(show("B", &family[..2]), "BC546B BC547B");
        assert_eq!(show("2N5457", &[]), "2N5457");
        let groups: Vec<String> = ["BC847A", "BC847B", "BC848A"].map(String::from).to_vec();
        assert_eq!(show("A", &groups), "BC847A BC848A");
        assert_eq!(show("BC847", &groups), "BC847A BC847B");
        assert_eq!(show("*MMBT3904", &["MMBT3904".to_string()]), "MMBT3904");
    }

    #[test]
    fn conditions_say_which_parts_they_are_for() {
        let show = |text: &str| {
            restricted(text, &[])
                .map_or(String::from("-"), |(parts, rest)| format!("{} | {rest}", parts.join(" ")))
        };
        assert_eq!(show("for TIP41A/42A VCE = 30 V"), "TIP41A TIP42A | VCE = 30 V");
        assert_eq!(show("IC = 30 mA for BD681/682"), "BD681 BD682 | IC = 30 mA");
        assert_eq!(show("for 10 s"), "-");
        assert_eq!(show("VCE = 5 V for all"), "-");
    }
}
