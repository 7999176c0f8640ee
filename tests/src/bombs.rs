//! Scripts that want more than they may have: each file under `tests/bombs` says in its first
//! line how it ends.

use crate::support::{bytes, files_under, root, world};
use espice_base::{Diagnostic, Place, Severity, SourceMap};
use espice_facts::Facts;
use espice_lang::PackRoot;
use espice_lang::ir::FindingStatus;
use espice_lang::rules::{self, Input, Phase};

const PACK: &str = "script fn f() -> 1 from \"f.rhai\"\n\
                    rule uses_it : error on data { check f() >= 0 or f() < 0 }\n";

/// What loading the script and a rule that calls it told, and how the rule came out.
fn told(text: &str) -> (Vec<Diagnostic>, Option<FindingStatus>, SourceMap) {
    let world = world()
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/rule.espice", PACK)
        .with("p/f.rhai", text);
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("p".into())];
    let (library, mut told) = espice_lang::load(&world, &roots, &[], &mut sources);
    let (book, more) = rules::check(&library, &sources);
    told.extend(more);
    let mut found: Vec<Diagnostic> =
        told.into_iter().filter(|d| d.severity == Severity::Error).collect();
    if !found.is_empty() {
        return (found, None, sources);
    }
    let facts = Facts::default();
    let judged = book.run(Phase::Data, &Input::new(&facts, espice_base::World::today(&world)));
    found.extend(judged.diagnostics);
    (found, judged.findings.first().map(|f| f.status), sources)
}

#[test]
fn every_bomb_ends_as_it_says() {
    let files = files_under(&root().join("tests/bombs"));
    let mut limits = 0;
    for path in &files {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = String::from_utf8(bytes(path)).expect("a text");
        let head = text.lines().next().unwrap_or("");
        let (what, expected) =
            head.strip_prefix("// ").and_then(|h| h.split_once(": ")).expect("how it ends");
        let (found, status, sources) = told(&text);
        let first = found
            .iter()
            .find(|d| d.severity == Severity::Error)
            .unwrap_or_else(|| panic!("{name}: nothing was told"));
        // The place is in the script, not only where it is called.
        let in_script = first.labels.iter().any(|label| match label.place {
            Place::Text(span) => {
                sources.get(span.file).is_some_and(|f| f.name().ends_with("f.rhai"))
                    && span.end > span.start
            }
            _ => false,
        });
        assert!(in_script, "{name}: {first:?}");
        match what {
            "limit" => {
                limits += 1;
                assert_eq!(first.code.to_string(), "E0541", "{name}: {}", first.message);
                let wanted = format!("script `f` hit a limit: {expected}");
                assert_eq!(first.message, wanted, "{name}");
                assert_ne!(status, Some(FindingStatus::Passed), "{name}");
                assert_eq!(status, Some(FindingStatus::Undecided), "{name}");
            }
            "refused" => {
                assert_eq!(first.code.to_string(), expected, "{name}: {}", first.message);
                assert_eq!(status, None, "{name}: it does not load");
            }
            "failed" => {
                assert_eq!(first.code.to_string(), expected, "{name}: {}", first.message);
                assert_eq!(status, Some(FindingStatus::Undecided), "{name}");
            }
            other => panic!("{name}: `{other}` is no end"),
        }
    }
    assert!(limits >= 12, "only {limits} bombs that hit a limit");
}
