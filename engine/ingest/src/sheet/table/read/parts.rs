//! Which parts of the family a row is for.

/// The parts that a text names, completed from the sheet's list; `None` when it names none.
///
/// `BC547/550` names BC547 and BC550, `A` every part that ends in `A`, `1N4001` itself.
pub(super) fn named(text: &str, parts: &[String]) -> Option<Vec<String>> {
    let text = text.trim().trim_start_matches([':', '*', ' ']).trim();
    if text.is_empty() || text.chars().count() > 80 {
        return None;
    }
    let mut found: Vec<String> = Vec::new();
    let mut first: Option<String> = None;
    for token in text.split(['/', ',', ' ', '&', ';']).filter(|t| !t.is_empty()) {
        let token = token.trim_matches(['*', '(', ')', ':']);
        if matches!(token, "and" | "or" | "Series" | "series" | "") {
            continue;
        }
        let full = complete(token, first.as_deref(), parts)?;
        if first.is_none() {
            first = full.first().cloned();
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
fn complete(token: &str, first: Option<&str>, parts: &[String]) -> Option<Vec<String>> {
    let exact: Vec<String> =
        parts.iter().filter(|p| p.eq_ignore_ascii_case(token)).cloned().collect();
    if !exact.is_empty() {
        return Some(exact);
    }
    // `550` after `BC547`: the end of the first name is exchanged.
    if let Some(first) = first
        && token.len() < first.len()
        && token.chars().all(|c| c.is_ascii_alphanumeric())
        && first.is_char_boundary(first.len() - token.len())
    {
        let name = format!("{}{token}", first.get(..first.len() - token.len()).unwrap_or(""));
        let known = parts.iter().any(|p| *p == name || p.starts_with(&name));
        if known || (token.chars().all(|c| c.is_ascii_digit()) && token.len() >= 2) {
            return Some(vec![name]);
        }
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
        assert_eq!(show("Collector", &family), "-");
        assert_eq!(show("B", &family[..2]), "BC546B BC547B");
        assert_eq!(show("2N5457", &[]), "2N5457");
        let groups: Vec<String> = ["BC847A", "BC847B", "BC848A"].map(String::from).to_vec();
        assert_eq!(show("A", &groups), "BC847A BC848A");
        assert_eq!(show("BC847", &groups), "BC847A BC847B");
        assert_eq!(show("*MMBT3904", &["MMBT3904".to_string()]), "MMBT3904");
    }
}
