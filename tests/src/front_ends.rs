//! Every front end gives the same document for the same request. The requests and the commands
//! that say the same stand in `tests/front_ends/requests.json`; the C interface and the server
//! for agents are held to the same table in crates of their own.

use crate::program::{self, Run};
use espice::{Config, Service, operations};
use espice_base::{Date, MemoryWorld};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn table() -> Vec<Value> {
    let path = program::root().join("tests/front_ends/requests.json");
    #[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The files of the requests in a folder, and in memory.
fn files() -> (PathBuf, MemoryWorld) {
    let folder = program::folder("front-ends");
    program::copy(&program::root().join("tests/front_ends"), &folder);
    program::copy(&program::root().join("tests/examples/EX41"), &folder);
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    for path in crate::support::files_under(&folder) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        world = world.with(name, crate::support::bytes(&path));
    }
    (folder, world)
}

/// The part of a document that is compared, without what may differ between equal runs.
fn compared(mut document: Value, part: &Value) -> Value {
    if let Some(map) = document.as_object_mut() {
        map.remove("run");
    }
    match part.as_str() {
        Some(part) => document.pointer(part).unwrap().clone(),
        None => document,
    }
}

fn commanded(folder: &Path, row: &Value) -> Value {
    let words = row["command"].as_array().unwrap().iter().map(|w| w.as_str().unwrap());
    let words: Vec<&str> = words.chain(["--format", "json"]).collect();
    let Run { out, err, .. } = program::run(folder, &words, &[]);
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{words:?}: {e}\n{out}\n{err}"))
}

#[test]
fn a_server_that_was_not_built_is_missed() {
    let folder = program::folder("front-ends-alone");
    let alone = folder.join("espice");
    std::fs::copy(program::program(), &alone).unwrap();
    let run = Command::new(&alone).arg("mcp").env("PATH", &folder).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(told.contains("E1107") && told.contains("cargo build"), "{told}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_command_line_says_what_the_service_says() {
    let (folder, world) = files();
    let service = Service::new(world, Config::default()).unwrap();
    let mut asked = BTreeSet::new();
    for row in table() {
        let name = row["operation"].as_str().unwrap();
        let reply = service.call(name, &row["request"].to_string(), &()).unwrap();
        let document = serde_json::from_str(&reply.document).unwrap();
        let told = compared(commanded(&folder, &row), &row["of_command"]);
        assert_eq!(compared(document, &row["part"]), told, "{name} {}", row["request"]);
        asked.insert(String::from(name));
    }
    // Those that the command line has no JSON for.
    let silent = ["model.select", "rule.explain", "tool.find"];
    let all = operations().iter().map(|o| o.name).filter(|n| !silent.contains(n));
    let missing: Vec<&str> = all.filter(|n| !asked.contains(*n)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    std::fs::remove_dir_all(folder).unwrap();
}
