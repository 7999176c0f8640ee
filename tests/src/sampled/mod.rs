//! Any template against a simulator: random cards, biases and temperatures, terminal currents
//! and small-signal capacitances.
//!
//! What is drawn stands in `tests/oracle/TEMPLATE.draw`, one file for a template (`plan` says
//! how it is written). No point is dropped by its result: what is left out is left out by those
//! ranges, and the reason stands beside them.

mod compare;
mod draw;
mod fault;
mod plan;
mod show;

pub use compare::{Compared, Judged, Purpose, Tolerance, compare};
pub use draw::{Draw, Point};
pub use fault::correct;
pub use plan::{Bias, Family, Law, Plan};
pub use show::deck;

use espice_base::{Date, MemoryWorld, Severity, SourceMap, render_plain};
use espice_lang::{PackRoot, ir::Library};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The shipped rules and templates as they stand under a folder now, so that a changed template
/// needs no new program.
///
/// # Errors
/// The messages of everything that is wrong with them.
#[expect(clippy::disallowed_methods, reason = "a program and tests read the packs they are about")]
pub fn library(root: &Path) -> Result<Arc<Library>, String> {
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    for top in ["rules", "templates"] {
        for file in files_under(&root.join(top)) {
            let inner = file.strip_prefix(root).map_err(|e| e.to_string())?;
            let name = inner.to_string_lossy().replace('\\', "/");
            let bytes = std::fs::read(&file).map_err(|e| format!("{name}: {e}"))?;
            world = world.with(name, bytes);
        }
    }
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("rules".into())];
    let (library, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|d| render_plain(d, &sources)).collect();
    if errors.is_empty() { Ok(library) } else { Err(errors.join("\n")) }
}

/// The plan of a template.
///
/// # Errors
/// When it is missing, or a line that is wrong.
#[expect(clippy::disallowed_methods, reason = "a program and tests read the plans they are about")]
pub fn plan_of(root: &Path, template: &str) -> Result<Plan, String> {
    let path = root.join("tests/oracle").join(format!("{template}.draw"));
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Plan::parse(&text).map_err(|e| format!("tests/oracle/{template}.draw: {e}"))
}

#[expect(clippy::disallowed_methods, reason = "a program and tests read the packs they are about")]
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
