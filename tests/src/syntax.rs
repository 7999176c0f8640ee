//! The syntax corpus in `ui/syntax`, and the layout of every file of the language in the project.

use espice_base::{SourceMap, render_plain};
use espice_syntax::{format, parse};
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// All `.espice` files under a folder of the project, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "espice") {
            found.push(path);
        }
    }
}

/// The number in the first line of a fixture: `// expect: 3`.
fn expected(text: &str) -> usize {
    let first = text.lines().next().unwrap_or("");
    first.strip_prefix("// expect: ").and_then(|n| n.parse().ok()).expect("`// expect: N`")
}

/// Every mistake of a fixture gives one diagnostic, which reads as the snapshot says.
#[test]
fn every_mistake_has_its_diagnostic() {
    let fixtures = files("tests/ui/syntax");
    assert!(fixtures.len() >= 20);
    let mut wrong = Vec::new();
    for path in fixtures {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = read(&path);
        let mut sources = SourceMap::default();
        let file = sources.add(format!("{name}.espice"), text.as_str());
        let (_, diagnostics) = parse(&text, file);
        let rendered: Vec<String> = diagnostics.iter().map(|d| render_plain(d, &sources)).collect();
        let shown = rendered.join("\n");
        if diagnostics.len() != expected(&text) {
            wrong.push(format!(
                "{name}: {} instead of {}\n{shown}",
                diagnostics.len(),
                expected(&text)
            ));
            continue;
        }
        insta::with_settings!({
            snapshot_path => "../ui/syntax",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, shown);
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The file that uses every construct is read without a word and stands in the canonical layout.
#[test]
fn every_construct_is_read_and_laid_out() {
    let text = include_str!("../spec/every_construct.espice");
    let mut sources = SourceMap::default();
    let file = sources.add("every_construct.espice", text);
    let (tree, diagnostics) = parse(text, file);
    let shown: Vec<String> = diagnostics.iter().map(|d| render_plain(d, &sources)).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    assert_eq!(tree.items.len(), 29);
    assert_eq!(format(text).unwrap(), text);
}

/// The packs that the project ships parse, and laying them out keeps their trees.
#[test]
fn shipped_packs_keep_their_trees() {
    for path in ["rules", "templates", "foundries"].iter().flat_map(|f| files(f)) {
        let text = read(&path);
        let once = format(&text).unwrap_or_else(|d| panic!("{}: {d:?}", path.display()));
        assert_eq!(format(&once).unwrap(), once, "{}", path.display());
        assert_eq!(tree(&once), tree(&text), "{}", path.display());
    }
}

/// The tree as text without its places.
fn tree(text: &str) -> String {
    let (file, _) = parse(text, espice_base::FileId(0));
    let shown = format!("{file:?}");
    let mut parts = shown.split("Span {");
    let mut out = parts.next().unwrap_or("").to_string();
    for part in parts {
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}
