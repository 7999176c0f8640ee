//! Which part of a family sheet is meant.

use crate::config::Request;
use crate::wire;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_facts::Facts;
use std::collections::BTreeSet;

/// Settles which part of a family is meant. Whether the way goes on.
pub(crate) fn choose_part(
    facts: &mut Facts,
    request: &Request,
    diagnostics: &mut Diagnostics,
) -> bool {
    let asked = request.part.clone();
    if facts.device.parts.is_empty() {
        facts.device.parts = parts_of_rows(facts);
    }
    if facts.device.parts.is_empty() {
        if asked.is_some() {
            facts.device.part = asked;
        }
        return true;
    }
    let parts = &facts.device.parts;
    let named_like_file = || facts.sources.iter().find_map(|s| part_in(parts, &stem(&s.name)));
    let wanted = asked.or_else(|| facts.device.part.clone()).or_else(named_like_file);
    let found = wanted.as_ref().and_then(|w| part_called(parts, w));
    if found.is_some() {
        facts.device.part = found;
        return true;
    }
    let message = match wanted {
        Some(w) => format!("the sources do not speak of a part `{w}`"),
        None => String::from("the sources speak of several parts"),
    };
    let mut complaint = Diagnostic::error(Code::PART_NOT_CHOSEN, message)
        .help(format!("choose one with --part: {}", facts.device.parts.join(", ")));
    if let Some(source) = facts.sources.first() {
        complaint = complaint.at(espice_base::Place::File(source.file));
    }
    diagnostics.push(complaint);
    false
}

/// The parts that rows and curves tell apart, where nothing else lists them; none where they
/// speak of fewer than two.
fn parts_of_rows(facts: &Facts) -> Vec<String> {
    let rows = facts.parameters.iter().flat_map(|p| &p.parts);
    let named: BTreeSet<&String> = rows.chain(facts.curves.iter().flat_map(|c| &c.parts)).collect();
    if named.len() < 2 { Vec::new() } else { named.into_iter().cloned().collect() }
}

/// The part of a family that a name means: the part itself, else the one whose ordering code the
/// name is (`BC547BTA` is a BC547B), else the first whose ordering code begins with the name
/// (`BAT54J` of `BAT54JFILM`).
fn part_called(parts: &[String], name: &str) -> Option<String> {
    let plain = |t: &str| -> String {
        t.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
    };
    let name = plain(name);
    if name.is_empty() {
        return None;
    }
    let exact = parts.iter().find(|p| plain(p) == name);
    let code = || {
        let fitting = parts.iter().filter(|p| !p.is_empty() && name.starts_with(&plain(p)));
        fitting.max_by_key(|p| p.len())
    };
    let coded = || {
        let fitting = parts.iter().filter(|p| plain(p).starts_with(&name));
        fitting.min_by_key(|p| p.len())
    };
    exact.or_else(code).or_else(coded).cloned()
}

/// The part whose name a file's name is, or begins with before a mark such as `_`.
fn part_in(parts: &[String], stem: &str) -> Option<String> {
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() > 2);
    std::iter::once(stem).chain(words).find_map(|word| {
        let like = |p: &&String| p.eq_ignore_ascii_case(word);
        let coded =
            |p: &&String| p.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let of_code = || {
            let fitting = parts.iter().filter(coded);
            fitting.min_by_key(|p| p.len()).filter(|_| word.chars().any(|c| c.is_ascii_digit()))
        };
        parts.iter().find(like).or_else(of_code).cloned()
    })
}

/// What names have in common before the first word that tells them apart; the first name where
/// that is nothing.
pub(crate) fn shared_name(mut names: impl Iterator<Item = String>) -> Option<String> {
    let first = names.next()?;
    let mut shared = first.as_str();
    for name in names {
        let alike = shared.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
        let end = alike.map_or(shared.len().min(name.len()), |((at, _), _)| at);
        shared = shared.get(..end).unwrap_or(shared);
    }
    if shared.len() < first.len() {
        // A word that is cut off is none.
        let end = shared.rfind(|c: char| !c.is_alphanumeric()).unwrap_or(0);
        shared = shared.get(..end).unwrap_or_default();
    }
    let shared = shared.trim_end_matches(|c: char| !c.is_alphanumeric());
    Some(if shared.is_empty() { first.clone() } else { String::from(shared) })
}

/// The name of a file without its folders and its ending.
pub(crate) fn stem(path: &str) -> String {
    let name = wire::base_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_several_files_is_what_they_share() {
        let shared = |names: [&str; 3]| shared_name(names.into_iter().map(String::from)).unwrap();
        assert_eq!(
            shared(["nfet_01v8_w1u_l1u", "nfet_01v8_w2u_l1u", "nfet_01v8_w10u"]),
            "nfet_01v8"
        );
        assert_eq!(shared(["a_1", "b_1", "c_1"]), "a_1", "nothing in common");
        assert_eq!(shared(["x_y", "x_y", "x_y"]), "x_y");
        assert_eq!(shared(["nmos", "nmos_2", "nmos_3"]), "nmos");
    }

    #[test]
    fn parts_are_found_by_their_names_and_ordering_codes() {
        let family = ["BC546", "BC547", "BC547B", "BAT54JFILM", "BAT54JFILM-H", "1N4001", "1N4007"]
            .map(String::from);
        for (name, part) in [
            ("bc547", Some("BC547")),
            ("BC547B", Some("BC547B")),
            ("BC547BTA", Some("BC547B")),
            ("BC-546", Some("BC546")),
            ("BAT54J", Some("BAT54JFILM")),
            ("1N4007", Some("1N4007")),
            ("2N3904", None),
            ("", None),
        ] {
            assert_eq!(part_called(&family, name).as_deref(), part, "{name}");
        }
        for (stem, part) in [
            ("1N4007_Diodes", Some("1N4007")),
            ("ds-1n4001", Some("1N4001")),
            ("BAT54J_ST", Some("BAT54JFILM")),
            ("datasheet", None),
            ("BAT", None),
        ] {
            assert_eq!(part_in(&family, stem).as_deref(), part, "{stem}");
        }
    }
}
