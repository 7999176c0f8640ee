//! The house rules that no compiler knows: which crate may see which, where each library lives,
//! how long files are, that every code is raised and shown, and what must never be committed.
//!
//! Lists of exceptions can only shrink: an entry that is no longer needed fails the test too.

use crate::program::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The crates of the workspace, and what each may see; the table of `docs/architecture.md`.
const ARROWS: [(&str, &[&str]); 19] = [
    ("espice-base", &[]),
    ("espice-units", &["espice-base"]),
    ("espice-syntax", &["espice-base"]),
    ("espice-facts", &["espice-base", "espice-units"]),
    ("espice-lang", &["espice-base", "espice-units", "espice-facts", "espice-syntax"]),
    ("espice-netlist", &["espice-base", "espice-units"]),
    (
        "espice-model",
        &["espice-base", "espice-units", "espice-facts", "espice-lang", "espice-netlist"],
    ),
    ("espice-fit", &["espice-base", "espice-units", "espice-facts", "espice-lang", "espice-model"]),
    ("espice-pdf", &["espice-base"]),
    ("espice-ingest", &["espice-base", "espice-units", "espice-facts", "espice-pdf"]),
    (
        "espice",
        &[
            "espice-base",
            "espice-units",
            "espice-syntax",
            "espice-facts",
            "espice-lang",
            "espice-netlist",
            "espice-model",
            "espice-fit",
            "espice-ingest",
            "espice-pdf",
        ],
    ),
    ("espice-report", &["espice", "espice-base", "espice-units"]),
    ("espice-batch", &["espice", "espice-base", "espice-report", "espice-units"]),
    (
        "espice-cli",
        &["espice", "espice-base", "espice-batch", "espice-host", "espice-report", "espice-units"],
    ),
    ("espice-host", &["espice", "espice-base"]),
    ("espice-capi", &["espice", "espice-base", "espice-host"]),
    ("espice-mcp", &["espice", "espice-base", "espice-host"]),
    ("espice-python", &["espice", "espice-base", "espice-host", "espice-model"]),
    ("espice-tests", &["*"]),
];

/// The libraries that have a home, and the crates that may use them.
const HOMES: [(&str, &[&str]); 16] = [
    ("pest", &["espice-syntax"]),
    ("pest_derive", &["espice-syntax"]),
    ("rhai", &["espice-lang"]),
    ("argmin", &["espice-fit"]),
    ("nalgebra", &["espice-model", "espice-fit"]),
    ("lopdf", &["espice-pdf"]),
    ("imageproc", &["espice-ingest"]),
    ("toml", &["espice-lang", "espice-facts"]),
    ("insta", &["espice-tests"]),
    ("rayon", &["espice-batch"]),
    ("rmcp", &["espice-mcp"]),
    ("tokio", &["espice-mcp"]),
    ("axum", &["espice-mcp"]),
    ("cbindgen", &["espice-capi"]),
    ("pyo3", &["espice-python"]),
    ("numpy", &["espice-python"]),
];

/// What must never be below the facade.
const FORBIDDEN: [&str; 8] =
    ["tokio", "axum", "rmcp", "sqlx", "typst", "async-std", "reqwest", "openssl"];

/// Most packages below the facade, itself and the workspace included.
const PACKAGES: usize = 130;

/// Longest file, in lines.
const LINES: usize = 600;

/// What may stand at the top of the project.
const TOP: [&str; 19] = [
    ".cargo",
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "docs",
    "engine",
    "foundries",
    "grammar",
    "rules",
    "rustfmt.toml",
    "templates",
    "tests",
];

/// Codes that no test shows yet.
const UNSEEN: [&str; 6] = ["E0309", "E0702", "E0711", "E0726", "E0727", "E0730"];

/// Words that no file may hold, written so that this file does not.
const UNWANTED: [&str; 14] = [
    concat!("to", "do!("),
    concat!("unimplemen", "ted!("),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("#[ign", "ore"),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("Clau", "de"),
    concat!("Anthro", "pic"),
    concat!("Chat", "GPT"),
    concat!("Open", "AI"),
    concat!("Copi", "lot"),
    concat!("as an A", "I"),
];

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The files of the project: those that are tracked, and new ones that will be.
fn tracked() -> Vec<String> {
    let listed =
        output("git", &["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let exists = |path: &&str| root().join(path).is_file();
    listed.lines().filter(exists).map(String::from).collect()
}

/// The text of a file; `None` when it is not text.
fn text(path: &str) -> Option<String> {
    #[allow(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    let bytes = std::fs::read(root().join(path)).unwrap();
    String::from_utf8(bytes).ok().filter(|t| !t.contains('\0'))
}

fn metadata() -> Value {
    let cargo = env!("CARGO");
    let text = output(cargo, &["metadata", "--format-version", "1", "--no-deps"]);
    serde_json::from_str(&text).unwrap()
}

/// For each crate of the workspace its direct dependencies that are not of tests only.
fn dependencies(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let members: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let packages = metadata["packages"].as_array().unwrap();
    let inside = packages.iter().filter(|p| members.contains(p["id"].as_str().unwrap()));
    inside
        .map(|p| {
            let all = p["dependencies"].as_array().unwrap().iter();
            let names = all
                .filter(|d| d["kind"].as_str() != Some("dev"))
                .map(|d| d["name"].as_str().unwrap().to_string());
            (p["name"].as_str().unwrap().to_string(), names.collect())
        })
        .collect()
}

#[test]
fn arrows_between_crates_point_the_allowed_way() {
    let metadata = metadata();
    let crates = dependencies(&metadata);
    let mut wrong = Vec::new();
    for (name, dependencies) in &crates {
        let Some((_, allowed)) = ARROWS.iter().find(|(n, _)| n == name) else {
            wrong.push(format!("`{name}` has no line in the table"));
            continue;
        };
        for seen in dependencies.iter().filter(|d| crates.contains_key(*d)) {
            if !allowed.contains(&seen.as_str()) && !allowed.contains(&"*") {
                wrong.push(format!("`{name}` sees `{seen}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_library_stays_in_its_home() {
    let mut wrong = Vec::new();
    for (name, dependencies) in dependencies(&metadata()) {
        for (library, homes) in HOMES {
            if dependencies.contains(library) && !homes.contains(&name.as_str()) {
                wrong.push(format!("`{name}` uses {library}, whose home is {}", homes.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Everything below the facade that ends in its users' programs.
#[test]
fn the_facade_stays_light() {
    let arguments =
        ["tree", "-p", "espice", "--edges", "normal", "--prefix", "none", "--offline", "--locked"];
    let tree = output(env!("CARGO"), &arguments);
    let packages: BTreeSet<&str> =
        tree.lines().map(|l| l.trim_end_matches(" (*)")).filter(|l| !l.is_empty()).collect();
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p.split(' ').next()).collect();
    let found: Vec<&&str> = FORBIDDEN.iter().filter(|f| names.contains(*f)).collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(packages.len() > 20, "{tree}");
    assert!(packages.len() <= PACKAGES, "{} packages", packages.len());
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for path in tracked().iter().filter(|p| p.ends_with(".rs")) {
        let lines = text(path).unwrap().lines().count();
        if lines > LINES {
            wrong.push(format!("{path} has {lines} lines, {LINES} are allowed"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_what_belongs_there_stands_at_the_top() {
    let tops: BTreeSet<String> =
        tracked().iter().filter_map(|p| p.split('/').next()).map(String::from).collect();
    let strange: Vec<&String> = tops.iter().filter(|t| !TOP.contains(&t.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn nothing_unfinished_or_of_one_machine_is_committed() {
    let mut wrong = Vec::new();
    for path in tracked() {
        let Some(text) = text(&path) else { continue };
        for word in UNWANTED.iter().filter(|w| text.contains(**w)) {
            wrong.push(format!("{path} holds `{word}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The part of a source file that is compiled for tests only, and the part that is not.
fn parts<'t>(path: &str, text: &'t str) -> (&'t str, &'t str) {
    let is_test = path.starts_with("tests/")
        || ["/tests.rs", "/spec.rs", "/fixture.rs"].iter().any(|e| path.ends_with(e))
        || path.contains("/tests/");
    if is_test {
        return ("", text);
    }
    let at = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text.split_at(at)
}

#[test]
fn every_code_is_raised_and_shown() {
    let (mut code, mut shown) = (String::new(), String::new());
    for path in tracked() {
        if path.contains("/codes/")
            || path == "tests/src/tidy.rs"
            || path == "engine/cli/src/exit.rs"
        {
            continue;
        }
        if path.ends_with(".rs") {
            let text = text(&path).unwrap();
            let (raised, tested) = parts(&path, &text);
            code += raised;
            shown += tested;
        } else if path.ends_with(".snap") || path.ends_with("case.txt") {
            shown += &text(&path).unwrap();
        }
    }
    let names = names_of_codes();
    let whole = |text: &str, name: &str| {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        text.split(&format!("Code::{name}")).skip(1).any(ends)
    };
    let mut wrong = Vec::new();
    for info in espice_base::all_codes() {
        let number = info.code.as_str();
        let name = &names[number];
        if !whole(&code, name) {
            wrong.push(format!("{number} is raised nowhere"));
        }
        let is_shown = shown.contains(number) || whole(&shown, name);
        match (is_shown, UNSEEN.contains(&number)) {
            (false, false) => wrong.push(format!("{number} ({}) occurs in no test", info.title)),
            (true, true) => wrong.push(format!("{number} occurs in a test: take it off the list")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names of the codes, by number.
fn names_of_codes() -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for path in tracked().iter().filter(|p| p.starts_with("engine/base/src/codes/")) {
        for line in text(path).unwrap().lines() {
            let mut words = line.split_whitespace();
            if let (Some(name), Some(number)) = (words.next(), words.next())
                && let Some(number) = number.strip_prefix('"').and_then(|n| n.strip_suffix('"'))
                && number.len() == 5
                && number.starts_with('E')
            {
                names.insert(number.to_string(), name.to_string());
            }
        }
    }
    names
}

/// Every message in every snapshot: lower case, one sentence, no full stop.
#[test]
fn messages_keep_their_grammar() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in tracked().iter().filter(|p| p.ends_with(".snap")) {
        let text = text(path).unwrap();
        for line in text.lines() {
            let Some(message) = message(line) else { continue };
            count += 1;
            let first = message.chars().next().unwrap_or(' ');
            // A name that begins with a capital is a name: `TJ`, N is 5, NaN, IC-CAP.
            let word = message.split([' ', ':', ',']).next().unwrap_or("");
            let is_name = word.chars().skip(1).all(|c| !c.is_lowercase());
            if first.is_uppercase() && !is_name {
                wrong.push(format!("{path}: begins with a capital: {message}"));
            }
            if message.ends_with(['.', '!']) && !message.ends_with("..") {
                wrong.push(format!("{path}: ends with a full stop: {message}"));
            }
            for type_name in ["Option<", "Vec<", "f64", "i64", "usize", "Some(", "None)", "Err("] {
                if message.contains(type_name) {
                    wrong.push(format!("{path}: speaks of `{type_name}`: {message}"));
                }
            }
        }
    }
    assert!(count > 200, "{count} messages");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the libraries say reaches the command line, Python and agents alike: it names a field or an
/// argument as all of them call it (`part`), and no option of the one.
#[test]
fn libraries_speak_of_no_options() {
    let shared = ["espice", "facts", "fit", "host", "ingest", "lang", "model", "netlist", "pdf"];
    // Baselines and lints are the command line's alone.
    let of_program = ["engine/espice/src/baseline.rs", "engine/lang/src/lint/"];
    let is_shared = |path: &&String| {
        let mut folders = path.split('/');
        folders.next() == Some("engine")
            && folders.next().is_some_and(|name| shared.contains(&name))
            && folders.next() == Some("src")
            && path.ends_with(".rs")
            && !of_program.iter().any(|f| path.starts_with(f))
    };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for path in tracked().iter().filter(is_shared) {
        let text = text(path).unwrap();
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in own.lines().filter(|l| !l.trim_start().starts_with("//")) {
            // Every second part stands between quotation marks.
            for said in line.split('"').skip(1).step_by(2) {
                count += 1;
                let is_option = |word: &str| {
                    let name = word.trim_start_matches(['`', '(']).strip_prefix("--");
                    name.is_some_and(|n| n.starts_with(|c: char| c.is_ascii_lowercase()))
                };
                if said.contains(' ') && said.split(' ').any(is_option) {
                    wrong.push(format!("{path}: {said}"));
                }
            }
        }
    }
    assert!(count > 3000, "{count} texts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The message of a line that tells a diagnostic: `error[E0101]: message`.
fn message(line: &str) -> Option<&str> {
    let rest = ["error[", "warning[", "note["].iter().find_map(|h| line.strip_prefix(h))?;
    rest.split_once("]: ").map(|(_, message)| message)
}

/// Files end with one line break and hold no tabs or blanks at the ends of lines.
#[test]
fn texts_are_tidy() {
    let mut wrong = Vec::new();
    for path in
        tracked().iter().filter(|p| [".rs", ".espice", ".toml"].iter().any(|e| p.ends_with(e)))
    {
        let is_fixture =
            ["tests/bad/", "tests/ui/", "tests/fuzz/"].iter().any(|f| path.starts_with(f));
        let (Some(text), false) = (text(path), is_fixture) else { continue };
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            wrong.push(format!("{path} does not end with one line break"));
        }
        if text.lines().any(|l| l.ends_with([' ', '\t'])) {
            wrong.push(format!("{path} has blanks at the end of a line"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
