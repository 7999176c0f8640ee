//! Outputs of the program held to the validators of others: SARIF to its JSON schema by Python's
//! `jsonschema`, JUnit to Python's `junitparser`.
//!
//! The schema is OASIS' and no part of the project. `ESPICE_SARIF_SCHEMA` names the file
//! (`sarif-schema-2.1.0.json` of the specification); without it, or without the validators, the
//! test says that it skips them. How many results stand in which file is always held.

use crate::program;
use crate::support::variable;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const RULES: usize = 30;
const SHEETS: usize = 900;

/// A pack of rules that every one of the sheets breaks: more findings than one run may hold.
fn library(folder: &Path) {
    let write = |name: String, text: &str| std::fs::write(folder.join(name), text).unwrap();
    for inner in ["house", "lib"] {
        std::fs::create_dir_all(folder.join(inner)).unwrap();
    }
    write("house/pack.toml".into(), "name = \"house\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n");
    let mut rules = String::new();
    for n in 0..RULES {
        let _ = write!(
            rules,
            "rule drop_{n} : error on data {{\n  for diode\n  check every r in data.rows(VF): r.typ < {} mV\n  \
             say \"VF is {{observed}} <&\\\"\"\n  because \"boards are laid out for this\"\n}}\n",
            900 + n
        );
    }
    write("house/rules.espice".into(), &rules);
    for n in 0..SHEETS {
        let text = format!(
            "[device]\npart = \"X{n}\"\nkind = \"diode\"\n\n[[parameter]]\nsymbol = \"VF\"\n\
             typ = \"1.2 V\"\nconditions = {{ IF = \"10 mA\" }}\n"
        );
        write(format!("lib/x{n:04}.toml"), &text);
    }
}

/// Whether Python has a module.
fn has(module: &str) -> bool {
    let found = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    let found = found.is_ok_and(|o| o.status.success());
    if !found {
        println!("skipped: python3 has no `{module}`");
    }
    found
}

/// Runs a script of Python and gives what it prints.
fn python(folder: &Path, script: &str, arguments: &[&str]) -> String {
    let output =
        Command::new("python3").args(["-c", script]).args(arguments).current_dir(folder).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

const SARIF: &str = "
import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
validator = jsonschema.validators.validator_for(schema)(schema)
for name in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(name))):
        print(name, error.json_path, error.message[:200])
";

const JUNIT: &str = "
from junitparser import JUnitXml
found = JUnitXml.fromfile('out.xml')
print(sum(len(list(suite)) for suite in found), found.failures, found.errors)
";

#[test]
fn many_findings_keep_to_the_schemas_and_limits_of_their_readers() {
    let folder = program::folder("validators");
    library(&folder);
    let judge = |form: &str, output: &str| {
        let arguments = ["--pack", "house", "--format", form, "judge", "lib", "--output", output];
        let run = program::run(&folder, &arguments, &[]);
        assert_eq!(run.exit, Some(1), "{}{}", run.out, run.err);
        run.err
            .lines()
            .filter_map(|l| l.strip_prefix("wrote "))
            .map(String::from)
            .collect::<Vec<_>>()
    };
    let files = judge("sarif", "out.sarif");
    assert!(files.len() > 1, "{files:?}");
    let mut results = 0;
    for name in &files {
        #[allow(clippy::disallowed_methods, reason = "tests read what the program wrote")]
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        for run in document["runs"].as_array().unwrap() {
            let here = run["results"].as_array().unwrap().len();
            assert!((1..=25_000).contains(&here), "{name}: {here} results in a run");
            results += here;
        }
    }
    assert_eq!(results, RULES * SHEETS);
    match variable("ESPICE_SARIF_SCHEMA") {
        Some(schema) if has("jsonschema") => {
            let mut arguments = vec![schema.as_str()];
            arguments.extend(files.iter().map(String::as_str));
            assert_eq!(python(&folder, SARIF, &arguments), "");
        }
        Some(_) => {}
        None => println!("skipped: ESPICE_SARIF_SCHEMA names no schema"),
    }
    judge("junit", "out.xml");
    if has("junitparser") {
        let counts = python(&folder, JUNIT, &[]);
        let mut counts = counts.split_whitespace().map(|n| n.parse::<usize>().unwrap());
        let (cases, failures) = (counts.next().unwrap(), counts.next().unwrap());
        assert_eq!(failures, RULES * SHEETS);
        assert!(cases >= failures);
        assert_eq!(counts.next(), Some(0));
    }
    std::fs::remove_dir_all(folder).unwrap();
}
