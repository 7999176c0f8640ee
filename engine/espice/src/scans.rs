//! Sheets that are scans: what follows from them is said after them.

use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_facts::Facts;
use espice_ingest::sheet::Sheet;

/// Whether a scanned sheet is among the sources and nothing was read from any.
pub(crate) fn are_all(facts: &Facts, sheets: &[Sheet]) -> bool {
    let nothing = facts.parameters.is_empty() && facts.curves.is_empty() && facts.sweeps.is_empty();
    nothing && sheets.iter().any(|s| s.quality.is_all_scans())
}

/// Makes errors of what is said of scans: no model can come of them.
pub(crate) fn refuse(diagnostics: &mut Diagnostics) {
    let all = std::mem::take(diagnostics);
    diagnostics.extend(all.into_iter().map(|d| match d.code {
        Code::SHEET_SCAN => Diagnostic { severity: Severity::Error, ..d },
        _ => d,
    }));
}
