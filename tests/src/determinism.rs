//! The same inputs give the same bytes: in another folder, another locale, on other threads.

use crate::program;
use std::path::{Path, PathBuf};

/// The sources that are modelled: every example that the project ships, and a made sheet.
fn examples() -> Vec<(String, Vec<PathBuf>)> {
    let mut found = vec![(
        String::from("sheet"),
        vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("bad/waiver_expired/sheet.toml")],
    )];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for entry in folder.read_dir().into_iter().flatten().map(Result::unwrap) {
        let name = entry.file_name().to_str().unwrap().to_string();
        let is_source = |p: &PathBuf| {
            let file = p.file_name().unwrap().to_str().unwrap();
            file.starts_with(&name) && [".csv", ".toml", ".mdm"].iter().any(|e| file.ends_with(e))
        };
        let Ok(inside) = entry.path().read_dir() else { continue };
        let mut sources: Vec<PathBuf> = inside.map(|e| e.unwrap().path()).collect();
        sources.retain(is_source);
        sources.sort();
        if !sources.is_empty() {
            found.push((name, sources));
        }
    }
    found.sort();
    found
}

/// What is written: names, and bytes without `run` of the outcome.
fn written(out: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in out.read_dir().unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_str().unwrap().to_string();
        #[allow(clippy::disallowed_methods, reason = "the test looks at what was written")]
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let text = if name.ends_with(".json") {
            let mut outcome: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(outcome.as_object_mut().unwrap().remove("run").is_some());
            outcome.to_string()
        } else {
            text
        };
        files.push((name, text));
    }
    files.sort();
    files
}

/// Models a copy of the sources in a folder of its own.
fn model(
    place: &str,
    sources: &[PathBuf],
    options: &[&str],
    environment: &[(&str, &str)],
) -> Vec<(String, String)> {
    let folder = program::folder(place);
    let mut arguments = vec!["model", "-o", "out", "--no-simulator", "--dialect", "ngspice"];
    arguments.extend(["--dialect", "ltspice"]);
    let names: Vec<&str> =
        sources.iter().map(|s| s.file_name().unwrap().to_str().unwrap()).collect();
    for (source, name) in sources.iter().zip(&names) {
        std::fs::copy(source, folder.join(name)).unwrap();
    }
    arguments.extend(&names);
    arguments.extend(options);
    let run = program::run(&folder, &arguments, environment);
    assert_eq!(run.exit, Some(0), "{names:?}\n{}\n{}", run.out, run.err);
    let files = written(&folder.join("out"));
    std::fs::remove_dir_all(folder).unwrap();
    files
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    for (name, sources) in examples() {
        let here = format!("same-{name}");
        let first = model(&here, &sources, &["--threads", "1"], &[]);
        assert!(first.iter().any(|(n, _)| n.ends_with(".lib")), "{name}");
        for (n, (threads, locale)) in
            [("1", "de_DE.UTF-8"), ("2", "C"), ("2", "tr_TR.UTF-8")].iter().enumerate()
        {
            let elsewhere = format!("same-{name}-and-a-longer-way-{n}");
            let environment =
                [("LC_ALL", *locale), ("LANG", *locale), ("TZ", "Pacific/Kiritimati")];
            let again = model(&elsewhere, &sources, &["--threads", threads], &environment);
            let names = |f: &[(String, String)]| f.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
            assert_eq!(names(&first), names(&again), "{name}");
            for ((file, a), (_, b)) in first.iter().zip(&again) {
                assert!(a == b, "{file} of {name} differs with --threads {threads} and {locale}");
            }
        }
    }
}
