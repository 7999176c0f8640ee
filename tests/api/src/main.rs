//! Holds the public interface of the engine, as rustdoc tells it, to a list of what was promised.
//! `.ci/api` calls it:
//!
//!     espice-api LIST VERSION RUSTDOC.json… -- RUSTDOC.json… [--update]
//!
//! Of the crates after `--` that alone counts which the crates before it pass on under their name.
//! The first line of the list is the version that promised it. What is gone or has changed, a new
//! variant of an enumeration that programs may match, and a new function that those who implement
//! a trait have to write break programs: with a version that is compatible with the list's that is
//! a failure. New items and new fields are none; whoever makes a request starts from its `Default`.

#![allow(clippy::disallowed_methods, reason = "a tool of CI reads and writes files")]

use public_api::{PublicApi, PublicItem};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Exit code where rustdoc writes a form that is not read here.
const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let update = arguments.last().is_some_and(|a| a == "--update");
    if update {
        arguments.pop();
    }
    let mut groups = arguments.split(|a| a == "--");
    let (Some([list, version, whole @ ..]), parts) = (groups.next(), groups.next()) else {
        eprintln!("usage: espice-api LIST VERSION RUSTDOC.json… [-- RUSTDOC.json…] [--update]");
        return ExitCode::from(2);
    };
    let present = Interface::read(whole, parts.unwrap_or_default());
    match present.and_then(|present| held(list, version, &present, update)) {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err((code, words)) => {
            eprintln!("{words}");
            ExitCode::from(code)
        }
    }
}

/// Compares, or writes the list anew.
fn held(
    list: &str,
    version: &str,
    present: &Interface,
    update: bool,
) -> Result<String, (u8, String)> {
    if present.lines.len() < 100 {
        return Err((1, format!("only {} public items were found", present.lines.len())));
    }
    let kept = std::fs::read_to_string(list).unwrap_or_default();
    let (promised_by, promised) = kept.split_once('\n').unwrap_or(("0.0.0", ""));
    let promised: BTreeSet<&str> = promised.lines().collect();
    let breaks = present.breaks(&promised);
    let free = !compatible(promised_by, version);
    if !breaks.is_empty() && !free {
        return Err((
            1,
            format!(
                "these break programs that were written for {promised_by}:\n{}\n\
                 Undo them, or raise the version in Cargo.toml to one that may break ({}).",
                breaks.join("\n"),
                next(promised_by)
            ),
        ));
    }
    if update {
        let mut text = format!("{version}\n");
        for line in present.lines.keys() {
            text += line;
            text.push('\n');
        }
        std::fs::write(list, text).map_err(|e| (2, format!("{list}: {e}")))?;
        return Ok(format!("{list}: {} items of version {version}", present.lines.len()));
    }
    let more = present.lines.keys().filter(|l| !promised.contains(l.as_str())).count();
    Ok(format!(
        "{} items promised by {promised_by}; {more} new, {} broken by version {version}",
        promised.len(),
        breaks.len()
    ))
}

/// Whether programs for one version must go on with another, as Cargo has it.
fn compatible(old: &str, new: &str) -> bool {
    significant(old) == significant(new)
}

/// The parts of a version that may not change: up to the first that is not zero.
fn significant(version: &str) -> Vec<&str> {
    let parts: Vec<&str> = version.split('.').collect();
    let last = parts.iter().position(|p| *p != "0").unwrap_or(parts.len());
    parts.into_iter().take(last + 1).collect()
}

/// The next version that may break.
fn next(version: &str) -> String {
    let mut parts: Vec<u64> = significant(version).iter().filter_map(|p| p.parse().ok()).collect();
    if let Some(last) = parts.last_mut() {
        *last += 1;
    }
    parts.resize(3, 0);
    parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// What a line of the interface is for those who use it.
struct Item {
    /// The line of what it belongs to, where that can only grow by breaking programs.
    closed: Option<String>,
}

/// The interface: every public item with its path and signature, one a line.
struct Interface {
    lines: BTreeMap<String, Item>,
}

impl Interface {
    fn read(whole: &[String], parts: &[String]) -> Result<Interface, (u8, String)> {
        let mut interface = Interface { lines: BTreeMap::new() };
        let mut passed_on = BTreeSet::new();
        for path in whole {
            let (api, index) = read(path)?;
            let uses = index.as_object().into_iter().flat_map(|all| all.values());
            let sources = uses.filter_map(|item| item["inner"]["use"]["source"].as_str());
            passed_on.extend(sources.map(String::from));
            interface.take(&api, &index, |_| true);
        }
        for path in parts {
            let (api, index) = read(path)?;
            interface.take(&api, &index, |line| passed_on.iter().any(|of| is_of(line, of)));
        }
        Ok(interface)
    }

    fn take(&mut self, api: &PublicApi, index: &Value, counts: impl Fn(&str) -> bool) {
        let by_id: BTreeMap<u32, &PublicItem> = api.items().map(|i| (i.id().0, i)).collect();
        for item in api.items() {
            let line = item.to_string();
            if is_other_auto_trait(&line) || !counts(&line) {
                continue;
            }
            let own = &index[item.id().0.to_string()]["inner"];
            let above = item.parent_id().and_then(|id| by_id.get(&id.0));
            let above = above.map(ToString::to_string);
            let is_closed = own.get("variant").is_some()
                && above.as_deref().is_some_and(|a| !a.contains("non_exhaustive"))
                || of_trait(index, item) && own["function"]["has_body"] == false
                || of_trait(index, item) && own.get("assoc_type").is_some();
            let closed = above.filter(|_| is_closed).map(|a| without_modules(&a));
            self.lines.insert(without_modules(&line), Item { closed });
        }
    }

    /// What programs that rely on `promised` would stumble over.
    fn breaks(&self, promised: &BTreeSet<&str>) -> Vec<String> {
        let gone = promised.iter().filter(|l| !self.lines.contains_key(**l));
        let mut breaks: Vec<String> = gone.map(|l| format!("- {l}")).collect();
        for (line, item) in &self.lines {
            let is_new = !promised.contains(line.as_str());
            let grew = item.closed.as_deref().is_some_and(|a| promised.contains(a));
            if is_new && grew {
                breaks.push(format!("+ {line}"));
            }
        }
        breaks
    }
}

/// What rustdoc says of a crate: its interface, and its items by number.
fn read(path: &str) -> Result<(PublicApi, Value), (u8, String)> {
    let text = std::fs::read_to_string(path).map_err(|e| (2, format!("{path}: {e}")))?;
    let skipped = |e: String| (SKIPPED, format!("skipped: {path} is of another form: {e}"));
    let document: Value = serde_json::from_str(&text).map_err(|e| skipped(e.to_string()))?;
    let api = public_api::Builder::from_rustdoc_json(path)
        .omit_blanket_impls(true)
        .build()
        .map_err(|e| skipped(e.to_string()))?;
    Ok((api, document["index"].clone()))
}

/// Whether a line declares something at or below a path, or implements a trait for it.
fn is_of(line: &str, path: &str) -> bool {
    let declared = match line.strip_prefix("impl") {
        Some(rest) => rest.rsplit_once(" for ").map_or(rest, |(_, of)| of).trim_start(),
        // The first word with a path: before it stand `pub`, `fn` and the like.
        None => line.split(' ').find(|word| word.contains("::")).unwrap_or(""),
    };
    let rest = declared.strip_prefix(path);
    rest.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// A line with types of the engine's crates named by crate and name alone: in signatures rustdoc
/// tells the module where they are declared, which is nobody's business.
fn without_modules(line: &str) -> String {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut text = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_path(c) != is_path(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let parts: Vec<&str> = word.split("::").collect();
        let name = parts.iter().position(|p| p.starts_with(char::is_uppercase));
        match (parts.first(), name) {
            (Some(of), Some(name)) if of.starts_with("espice_") => {
                text += &[&[*of], &parts[name..]].concat().join("::");
            }
            _ => text += word,
        }
        rest = after;
    }
    text
}

/// Whether an item stands in the declaration of a trait.
fn of_trait(index: &Value, item: &PublicItem) -> bool {
    let above = item.parent_id().map(|id| id.0.to_string()).unwrap_or_default();
    index[above]["inner"].get("trait").is_some()
}

/// Auto traits other than those that programs with threads rely on.
fn is_other_auto_trait(line: &str) -> bool {
    ["Freeze", "Unpin", "UnwindSafe", "RefUnwindSafe", "UnsafeUnpin", "StructuralPartialEq"]
        .iter()
        .any(|name| line.contains(&format!("::{name} for ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(lines: &[(&str, Option<&str>)]) -> Interface {
        let item = |closed: &Option<&str>| Item { closed: closed.map(String::from) };
        Interface { lines: lines.iter().map(|(l, c)| (l.to_string(), item(c))).collect() }
    }

    #[test]
    fn what_is_gone_or_closed_breaks_and_what_is_new_does_not() {
        let promised: BTreeSet<&str> = ["pub enum a::E", "pub fn a::f()", "pub a::E::One"].into();
        let same = interface(&[
            ("pub enum a::E", None),
            ("pub a::E::One", Some("pub enum a::E")),
            ("pub fn a::f()", None),
            ("pub fn a::g()", None),
            ("pub enum a::New", None),
            ("pub a::New::One", Some("pub enum a::New")),
        ]);
        assert_eq!(same.breaks(&promised), Vec::<String>::new());
        let other = interface(&[
            ("pub enum a::E", None),
            ("pub a::E::One", Some("pub enum a::E")),
            ("pub a::E::Two", Some("pub enum a::E")),
            ("pub fn a::f(u32)", None),
        ]);
        assert_eq!(other.breaks(&promised), ["- pub fn a::f()", "+ pub a::E::Two"]);
    }

    #[test]
    fn lines_belong_to_what_they_declare() {
        for line in [
            "pub enum b::Loss",
            "pub b::Loss::Huber(f64)",
            "pub const fn b::Loss::of(&self) -> f64",
            "impl core::clone::Clone for b::Loss",
            "impl b::Loss",
        ] {
            assert!(is_of(line, "b::Loss"), "{line}");
        }
        for line in ["pub fn b::fit(b::Loss)", "pub enum b::LossWord", "impl From<b::Loss> for u8"]
        {
            assert!(!is_of(line, "b::Loss"), "{line}");
        }
    }

    #[test]
    fn modules_of_types_do_not_matter() {
        let line = "pub fn espice::f(&self, espice_fit::loss::Loss) -> std::io::Error";
        let told = "pub fn espice::f(&self, espice_fit::Loss) -> std::io::Error";
        assert_eq!(without_modules(line), told);
        assert_eq!(without_modules("pub espice_b::m::E::One: u8"), "pub espice_b::E::One: u8");
        assert_eq!(without_modules("pub fn espice_b::m::f()"), "pub fn espice_b::m::f()");
    }

    #[test]
    fn versions_promise_what_cargo_says() {
        assert!(compatible("0.1.0", "0.1.7") && compatible("1.2.0", "1.9.0"));
        assert!(!compatible("0.1.0", "0.2.0") && !compatible("0.9.0", "1.0.0"));
        assert_eq!(["0.1.0", "1.4.2"].map(next), ["0.2.0", "2.0.0"]);
    }
}
