//! Items of a file that are read apart and joined give what reading the whole gives, mistakes
//! included.
#![cfg(test)]
#![allow(clippy::disallowed_methods, reason = "the test reads the texts of the repository")]

use espice_base::FileId;
use espice_syntax::{Draft, parse};
use std::path::Path;

/// Every text of the language in a folder and what lies below it.
fn texts(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|e| e == "espice") {
            found.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
        }
    }
}

#[test]
fn pieces_of_a_file_are_the_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["rules", "templates", "foundries", "tests/bad", "tests/packs"] {
        texts(&root.join(folder), &mut found);
    }
    assert!(found.len() > 100, "{}", found.len());
    let file = FileId(7);
    for text in &found {
        let whole = parse(text, file);
        for size in [1, 2, 5] {
            let draft = Draft::new(text, file);
            let count = draft.count();
            let starts = (0..count).step_by(size);
            let parts: Vec<_> =
                starts.map(|from| draft.read(from..count.min(from + size))).collect();
            assert_eq!(draft.join(parts), whole, "{text}");
        }
    }
}
