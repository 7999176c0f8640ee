//! Places in texts, as people and programs read them.

use espice_base::{SourceMap, Span};

/// File, line and column, the latter two from 1.
pub(crate) fn of(span: Span, sources: &SourceMap) -> (String, u32, u32) {
    match sources.get(span.file) {
        Some(file) => {
            let at = file.line_column(span.start);
            (String::from(file.name()), at.line, at.column)
        }
        None => (String::new(), 0, 0),
    }
}

/// `rules/diode.espice:7:3`.
pub(crate) fn place(span: Span, sources: &SourceMap) -> String {
    let (file, line, column) = of(span, sources);
    format!("{file}:{line}:{column}")
}
