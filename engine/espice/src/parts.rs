//! Which part of a family sheet is meant.

use crate::config::Request;
use crate::extraction::has_size;
use crate::wire;
use espice_base::{Code, Diagnostic, Diagnostics, did_you_mean};
use espice_facts::Facts;
use std::collections::BTreeSet;

/// Parts that are named where none of them is meant.
const LISTED: usize = 40;

/// Settles which part of a family is meant. Whether the way goes on. A name that is asked for is
/// that of a part of the sources; it names the device only where they name none.
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
        let Some(asked) = asked else { return true };
        let named = facts.device.part.clone().filter(|p| named_by_files(facts).as_ref() != Some(p));
        let Some(named) = named else {
            facts.device.part = Some(asked);
            return true;
        };
        if part_called(std::slice::from_ref(&named), &asked).is_some() {
            return true;
        }
        diagnostics.push(not_a_part(Some(&asked), &[named], facts));
        return false;
    }
    let parts = &facts.device.parts;
    let named_like_file = || facts.sources.iter().find_map(|s| part_in(parts, &stem(&s.name)));
    let wanted = asked.or_else(|| facts.device.part.clone()).or_else(named_like_file);
    let found = wanted.as_ref().and_then(|w| part_called(parts, w));
    if found.is_some() {
        facts.device.part = found;
        return true;
    }
    diagnostics.push(not_a_part(wanted.as_deref(), &facts.device.parts, facts));
    false
}

fn not_a_part(wanted: Option<&str>, parts: &[String], facts: &Facts) -> Diagnostic {
    let complaint = unknown_part(wanted, parts);
    match facts.sources.first() {
        Some(source) => complaint.at(espice_base::Place::File(source.file)),
        None => complaint,
    }
}

/// What is told where a part was not named, or is none of those that sources speak of.
pub(crate) fn unknown_part(wanted: Option<&str>, parts: &[String]) -> Diagnostic {
    let message = match wanted {
        Some(w) => format!("the sources do not speak of a part `{w}`"),
        None => String::from("the sources speak of several parts"),
    };
    let near = wanted.and_then(|w| did_you_mean(w, parts.iter().map(String::as_str)));
    let listed = parts.get(..LISTED.min(parts.len())).unwrap_or_default().join(", ");
    let more = match parts.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let help = match parts {
        [one] => format!("they speak of {one}"),
        _ => format!("`part` chooses one of {listed}{more}"),
    };
    Diagnostic::error(Code::PART_NOT_CHOSEN, message)
        .maybe_help(near.map(|n| format!("did you mean `{n}`?")))
        .help(help)
}

/// What measurements without a title are called: the name of the file says which device was
/// measured.
pub(crate) fn named_by_files(facts: &Facts) -> Option<String> {
    if facts.sweeps.is_empty() {
        return None;
    }
    let several = facts.sweeps.iter().any(|s| has_size(&s.conditions));
    let mut stems = facts.sources.iter().map(|s| stem(&s.name));
    if several { shared_name(stems) } else { stems.next() }
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
    use crate::{Config, Service};
    use espice_base::{Date, MemoryWorld};
    use serde_json::{Value, json};

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

    const SHEET: &str = "[device]\npart = \"X1\"\nkind = \"diode\"\n[[parameter]]\nsymbol = \"VF\"\n\
                         max = \"1 V\"\nconditions = { IF = \"10 mA\" }\n";
    const FAMILY: &str = "[device]\nkind = \"diode\"\nparts = [\"Y1\", \"Y2\"]\n[[parameter]]\nsymbol = \"VF\"\n\
                          max = \"1 V\"\nconditions = { IF = \"10 mA\" }\n";

    /// What operations say of a part that is asked for: the code of the error with its help, or
    /// the part of the device.
    fn said(operation: &str, request: Value) -> Result<String, (String, String)> {
        let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 23 })
            .with("lib/x.toml", SHEET)
            .with("lib/y.toml", FAMILY)
            .with("z.csv", "# kind: diode\nVF (V),IF (A)\n0.6,1e-3\n0.7,1e-2\n")
            .with("named.csv", "# part: X1\n# kind: diode\nVF (V),IF (A)\n0.6,1e-3\n0.7,1e-2\n")
            .with("d.lib", ".model d1 D(IS=1e-14)\n");
        let service = Service::new(world, Config::default()).unwrap();
        let reply = service.call(operation, &request.to_string(), &()).unwrap();
        let document: Value = serde_json::from_str(&reply.document).unwrap();
        let told = document["diagnostics"].as_array().unwrap();
        let word = |v: &Value| String::from(v.as_str().unwrap_or_default());
        match told.iter().find(|d| d["severity"] == "error") {
            Some(error) => Err((word(&error["code"]), word(&error["help"][0]))),
            None if operation == "model.judge" => Ok(word(&document["source"][0]["part"])),
            None => Ok(word(&document["device"]["part"])),
        }
    }

    #[test]
    fn a_part_that_is_asked_for_is_one_of_the_sources() {
        let no = |help: &str| Err((String::from("E0663"), String::from(help)));
        let yes = |part: &str| Ok(String::from(part));
        for (sources, part, wanted) in [
            (json!(["lib/x.toml"]), "2N7002", no("they speak of X1")),
            (json!(["named.csv"]), "2N7002", no("they speak of X1")),
            (json!(["lib/y.toml"]), "2N7002", no("`part` chooses one of Y1, Y2")),
            (json!(["lib/x.toml"]), "X1-TR", yes("X1")),
            (json!(["lib/x.toml"]), "x1", yes("X1")),
            (json!(["lib/y.toml"]), "Y2", yes("Y2")),
            (json!(["z.csv"]), "2N7002", yes("2N7002")),
        ] {
            for operation in ["datasheet.extract", "model.select", "model.judge"] {
                let asked = json!({ "sources": sources, "part": part });
                assert_eq!(said(operation, asked), wanted, "{operation} {sources} {part}");
            }
        }
        let asked = json!({ "sources": ["lib/x.toml"], "part": "2N7002" });
        assert_eq!(said("model.make", asked), no("they speak of X1"));
        let asked = json!({ "sources": ["lib/x.toml"], "part": "2N7002", "card": "d.lib" });
        assert_eq!(said("model.judge", asked), no("they speak of X1"));
        let asked =
            json!({ "rule": "std::vf_plausible", "sources": ["lib/x.toml"], "part": "2N7002" });
        assert_eq!(said("rule.explain", asked), no("they speak of X1"));
    }

    #[test]
    fn in_a_folder_the_sources_of_other_parts_are_passed_over() {
        let asked = |part: &str| json!({ "sources": ["lib"], "part": part });
        assert_eq!(said("model.judge", asked("Y2")), Ok(String::from("Y2")));
        assert_eq!(said("model.judge", asked("X1")), Ok(String::from("X1")));
        let (code, help) = said("model.judge", asked("Z9")).unwrap_err();
        assert_eq!((code.as_str(), help.as_str()), ("E0663", "`part` chooses one of X1, Y1, Y2"));
    }

    #[test]
    fn many_parts_are_not_all_named() {
        let parts: Vec<String> = (0..100).map(|n| format!("BC{n}")).collect();
        let told = unknown_part(Some("2N3904"), &parts);
        let help = told.help.last().unwrap();
        assert!(help.contains("BC39 and 60 more") && !help.contains("BC40"), "{help}");
    }
}
