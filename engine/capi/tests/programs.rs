//! The header is what the source says; programs in C and C++ build against it, do what it
//! promises, and lose no memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_header_is_what_the_source_says() {
    let config = cbindgen::Config::from_file(here().join("cbindgen.toml")).unwrap();
    let made = cbindgen::Builder::new()
        .with_config(config)
        .with_src(here().join("src/lib.rs"))
        .generate()
        .unwrap();
    let mut text = Vec::new();
    made.write(&mut text);
    let text = String::from_utf8(text).unwrap();
    let path = here().join("include/espice.h");
    #[expect(clippy::disallowed_methods, reason = "the test compares a file")]
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != text {
        let fresh = std::env::temp_dir().join("espice.h");
        std::fs::write(&fresh, text).unwrap();
        panic!("{} is stale; its new text is {}", path.display(), fresh.display());
    }
}

/// Whether a program is there.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success())
}

fn ended(name: &str, output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{name}: {:?}\n{out}\n{err}", output.status);
    out
}

fn run(programs: &Path, name: &str) -> String {
    ended(name, &Command::new(programs.join(name)).output().unwrap())
}

#[test]
fn programs_in_c_and_cpp_build_and_run() {
    if !has("cc") || !has("c++") {
        eprintln!("skipped: there is no compiler of C and C++");
        return;
    }
    let build = here().join("examples/build");
    let output = Command::new("bash").arg(build).arg("dev").output().unwrap();
    let programs = PathBuf::from(ended("build", &output).trim());
    run(&programs, "contract");
    let made = run(&programs, "model");
    let outcome: serde_json::Value = serde_json::from_str(&made).unwrap();
    assert_eq!(outcome["device"]["part"], "X1");
    assert_eq!(outcome["verdict"]["status"], "passed", "{made}");
    let carried: serde_json::Value = serde_json::from_str(&run(&programs, "model-static")).unwrap();
    assert_eq!(carried["models"], outcome["models"]);
    let values: serde_json::Value = serde_json::from_str(&run(&programs, "eval")).unwrap();
    assert_eq!(values["rows"].as_array().map(Vec::len), Some(3));
    answers_are_those_of_the_service(&programs);
    let memory = Command::new(programs.join("memory")).output().unwrap();
    match memory.status.code() {
        Some(77) => eprintln!("skipped: the system does not tell how much memory is in use"),
        _ => eprint!("{}", ended("memory", &memory)),
    }
    if !has("valgrind") {
        eprintln!("skipped: there is no valgrind to look for leaks");
        return;
    }
    let checked = Command::new("valgrind")
        .args([
            "--quiet",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect,possible",
        ])
        .args(["--show-leak-kinds=definite,indirect,possible", "--error-exitcode=9"])
        .arg(format!("--suppressions={}", here().join("tests/valgrind.supp").display()))
        .arg(programs.join("contract"))
        .output()
        .unwrap();
    ended("valgrind", &checked);
}

/// Every request of the table of front ends, asked from C.
fn answers_are_those_of_the_service(programs: &Path) {
    let root = here().join("../..");
    let folder = std::env::temp_dir().join(format!("espice-c-{}", std::process::id()));
    copy(&root.join("tests/front_ends"), &folder);
    copy(&root.join("tests/examples/EX41"), &folder);
    #[expect(clippy::disallowed_methods, reason = "the test reads its table")]
    let table = std::fs::read_to_string(folder.join("requests.json")).unwrap();
    let table: Vec<serde_json::Value> = serde_json::from_str(&table).unwrap();
    let options = serde_json::json!({ "roots": [folder] }).to_string();
    let host = espice_host::open(&options).unwrap();
    assert!(table.len() > 5);
    for row in table {
        let (name, request) = (row["operation"].as_str().unwrap(), row["request"].to_string());
        let mut call = Command::new(programs.join("call"));
        let output = call.arg(name).arg(&request).current_dir(&folder).output().unwrap();
        let document = |text: &str| {
            let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
            document.as_object_mut().unwrap().remove("run");
            document
        };
        let reply = host.service().call(name, &request, &()).unwrap();
        assert_eq!(document(&ended(name, &output)), document(&reply.document), "{name} {request}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
