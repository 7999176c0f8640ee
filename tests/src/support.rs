//! What several tests need: the shipped packs, ngspice, folders for its files.

use espice_base::{Date, MemoryWorld, Severity, SourceMap, render_plain};
use espice_lang::{PackRoot, ir::Library};
use espice_netlist::SimulatorConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files under a folder, as paths relative to it, sorted.
#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The bytes of a file.
#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// An empty world on the day that the tests know.
pub(crate) fn world() -> MemoryWorld {
    MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
}

/// The shipped rules and templates.
pub(crate) fn library() -> Arc<Library> {
    let mut world = world();
    for top in ["rules", "templates"] {
        for file in files_under(&root().join(top)) {
            let inner = file.strip_prefix(root()).expect("a path under the root");
            let name = inner.to_string_lossy().replace('\\', "/");
            world = world.with(name, bytes(&file));
        }
    }
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("rules".into())];
    let (library, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|d| render_plain(d, &sources)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    library
}

/// A folder of this test run, and ngspice; says that the test skips where it is missing.
///
/// With `ESPICE_REQUIRE_NGSPICE=1` a missing ngspice fails the test.
pub(crate) fn ngspice(label: &str) -> Option<SimulatorConfig<'static>> {
    let config = SimulatorConfig::new("ngspice", folder(label), label);
    match espice_netlist::Simulator::ngspice().version(&config) {
        Ok(version) => {
            println!("ngspice {version}");
            Some(config)
        }
        Err(error) => {
            let required = variable("ESPICE_REQUIRE_NGSPICE").is_some_and(|v| v == "1");
            assert!(!required, "ngspice is required: {}", error.diagnostic().message);
            println!("skipped: ngspice cannot be run");
            None
        }
    }
}

/// A folder for the files of one test.
pub(crate) fn folder(label: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("espice-tests-{}-{label}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    folder
}

/// A variable of the environment, which nothing else in the project but front ends reads.
#[expect(clippy::disallowed_methods, reason = "switches of the test run")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
