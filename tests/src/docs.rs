//! What the documentation shows works: the samples of README.md and of every page under `docs/`
//! are checked as a reader would copy them.
//!
//! All blocks of a page that are marked `espice` form one pack, in the order of the page. A block
//! with a file name after its language (`toml pack.toml`, `csv ratings.csv`, `rhai knee.rhai`) is
//! that file; without a `pack.toml` the pack extends `std`. The pack must check without an error
//! and its tests must pass. A block marked `espice,wrong E0305` is added to the pack for itself
//! and must bring exactly that error.

use espice::{Config, Engine, TestStatus};
use espice_base::{Date, MemoryWorld, Severity, render_plain};
use std::path::{Path, PathBuf};

const MANIFEST: &str =
    "name = \"page\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\nextends = [\"std\"]\n";

/// A fenced block: what stands after the fence, the line it starts at, its text.
struct Block {
    info: String,
    line: usize,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// README.md and the pages under `docs/`, with their texts.
fn pages() -> Vec<(String, String)> {
    let mut paths = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    #[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    let read = |p: PathBuf| (p.display().to_string(), std::fs::read_to_string(&p).unwrap());
    paths.into_iter().map(read).collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (line, content) in text.lines().enumerate() {
        match content.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                found.push(Block { info: info.into(), line: line + 1, text: String::new() });
            }
            None if open => {
                let block = found.last_mut().unwrap();
                block.text += content;
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "a fence is not closed");
    found
}

/// The pack of a page; `None` when the page shows no language.
fn pack(blocks: &[Block]) -> Option<MemoryWorld> {
    let mut world =
        MemoryWorld::new(Date { year: 2026, month: 11, day: 21 }).with("page/pack.toml", MANIFEST);
    let mut any = false;
    for block in blocks {
        if block.info == "espice" {
            any = true;
            world = world.with(format!("page/line_{:04}.espice", block.line), block.text.as_str());
        } else if let Some((_, name)) = block.info.split_once(' ')
            && !block.info.starts_with("espice")
        {
            world = world.with(format!("page/{name}"), block.text.as_str());
        }
    }
    any.then_some(world)
}

/// The errors of the pack, as people see them, and its tests that do not pass.
fn complaints(world: &MemoryWorld) -> (Vec<String>, Vec<String>) {
    let config = Config { packs: vec!["page".into()], ..Config::default() };
    let (engine, diagnostics) = Engine::new(world, config);
    let errors = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| render_plain(d, engine.sources()))
        .collect();
    let own = engine.packs_in(&["page".into()]);
    let failures = engine
        .test(&own)
        .into_iter()
        .filter(|t| t.status == TestStatus::Fail)
        .map(|t| format!("{}: expected {:?}, got {:?}", t.name, t.expected, t.got))
        .collect();
    (errors, failures)
}

#[test]
fn every_sample_of_the_documentation_checks() {
    let mut samples = 0;
    let mut wrong = Vec::new();
    for (page, text) in pages() {
        let blocks = blocks(&text);
        let Some(world) = pack(&blocks) else { continue };
        samples += blocks.iter().filter(|b| b.info.starts_with("espice")).count();
        let (errors, failures) = complaints(&world);
        wrong.extend(errors.into_iter().chain(failures).map(|e| format!("{page}: {e}")));
        for block in &blocks {
            let Some(code) = block.info.strip_prefix("espice,wrong ") else { continue };
            let name = format!("page/wrong_{:04}.espice", block.line);
            let (errors, _) = complaints(&world.clone().with(name, block.text.as_str()));
            if errors.len() != 1 || !errors.iter().all(|e| e.contains(code)) {
                wrong
                    .push(format!("{page}:{} does not bring {code} alone: {errors:?}", block.line));
            }
        }
    }
    assert!(samples >= 25, "only {samples} samples were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Links between pages, and from pages to files of the project, lead somewhere.
#[test]
fn links_lead_to_files_and_headings() {
    let anchor = |heading: &str| -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    let mut wrong = Vec::new();
    for (page, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|t| t.split_once(')')).map(|t| t.0) {
            if link.starts_with("http") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = Path::new(&page).parent().unwrap().join(file);
            let target = if file.is_empty() { PathBuf::from(&page) } else { target };
            if !target.exists() {
                wrong.push(format!("{page}: {link}"));
                continue;
            }
            if heading.is_empty() {
                continue;
            }
            #[expect(clippy::disallowed_methods, reason = "tests read the files they are about")]
            let text = std::fs::read_to_string(&target).unwrap();
            let mut headings = text.lines().filter_map(|l| l.strip_prefix('#'));
            if !headings.any(|h| anchor(h.trim_start_matches('#').trim()) == heading) {
                wrong.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
