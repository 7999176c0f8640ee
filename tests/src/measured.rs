//! Every MDM file that the project was given reads without a word, and every number is that of
//! the text.

use espice_base::{Code, SourceMap};
use espice_facts::{Column, SymbolTable};
use std::path::{Path, PathBuf};

/// The files of the folder that stands beside the project; `None` when it is absent.
fn measured_files() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/measured");
    let mut files = Vec::new();
    #[allow(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    for kind in std::fs::read_dir(&folder).ok()? {
        for file in std::fs::read_dir(kind.ok()?.path()).into_iter().flatten() {
            files.extend(file.ok().map(|f| f.path()));
        }
    }
    files.retain(|f| f.extension().is_some_and(|e| e == "mdm"));
    files.sort();
    Some(files)
}

#[test]
fn every_number_of_every_file_is_that_of_the_text() {
    let Some(files) = measured_files() else {
        println!("skipped: ../shared/data/measured is not there");
        return;
    };
    assert!(!files.is_empty());
    for file in files {
        #[allow(clippy::disallowed_methods, reason = "tests read the files that they are about")]
        let bytes = std::fs::read(&file).unwrap();
        let name = file.to_string_lossy();
        let mut sources = SourceMap::default();
        let espice_ingest::Reading { facts, diagnostics, .. } =
            espice_ingest::read(&bytes, &name, &mut sources, &SymbolTable::default());
        // The matrix of these was wired for another device, which their reading tells.
        let rotated = name.contains("sky130_nfet_01v8");
        assert_eq!(diagnostics.iter().any(|d| d.code == Code::MDM_NODES), rotated, "{name}");
        let others: Vec<_> = diagnostics.iter().filter(|d| d.code != Code::MDM_NODES).collect();
        assert!(others.is_empty(), "{name}: {others:?}");
        compare(&String::from_utf8_lossy(&bytes), &facts.sweeps, &name);
    }
}

/// Walks through the text with nothing but blanks in mind.
fn compare(text: &str, sweeps: &[espice_facts::Sweep], name: &str) {
    let blocks: Vec<&str> =
        text.split("BEGIN_DB").skip(1).filter_map(|b| b.split("END_DB").next()).collect();
    assert_eq!(blocks.len(), sweeps.len(), "{name}");
    for (block, sweep) in blocks.iter().zip(sweeps) {
        let column = |name: &str| -> &Column {
            sweep.columns.iter().find(|c| c.name == name).expect("a column of this name")
        };
        let mut names: Vec<&str> = Vec::new();
        let mut row = 0;
        for line in block.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if let Some(heading) = line.strip_prefix('#') {
                names = heading.split_whitespace().collect();
            } else if words[0] == "ICCAP_VAR" {
                let value: f64 = words[2].parse().unwrap();
                assert!(column(words[1]).values.iter().all(|v| *v == value), "{name}: {line}");
            } else {
                assert_eq!(words.len(), names.len(), "{name}: {line}");
                for (word, column_name) in words.iter().zip(&names) {
                    let value: f64 = word.parse().unwrap();
                    assert_eq!(column(column_name).values[row], value, "{name}: {line}");
                }
                row += 1;
            }
        }
        assert_eq!(row, sweep.len(), "{name}");
        assert_eq!(sweep.siblings, blocks.len(), "{name}");
    }
}
