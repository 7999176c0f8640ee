//! The outcome as JSON, in the form that every front end shares.

use espice::outcome::{DiagnosticRecord, Judged, Location, Outcome};
use espice_base::{Diagnostic, Diagnostics, Place, SourceMap};

/// The outcome as indented JSON: fields in the order of their declaration, numbers in the
/// shortest text that reads back as the same value, lines ended by LF, one at the end.
///
/// NaN and infinities become null, as the contract of the document says.
///
/// # Errors
/// Never for outcomes of this engine; a serialiser reports errors for maps whose keys are not
/// text, and the document has none.
pub fn render(outcome: &Outcome) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(outcome)?;
    text.push('\n');
    Ok(text)
}

/// A list of what packs hold as indented JSON, one line feed at the end.
///
/// # Errors
/// Never for lists of this engine: see [`render`].
pub fn list(entries: &[espice::Entry]) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(entries)?;
    text.push('\n');
    Ok(text)
}

/// The document of `judge` as indented JSON, in the same form.
///
/// # Errors
/// As [`render`].
pub fn judged(judged: &Judged) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(judged)?;
    text.push('\n');
    Ok(text)
}

/// Diagnostics outside an outcome (of `check`, `test`, `fmt`), as a JSON array in the form that
/// they have in an outcome.
///
/// # Errors
/// As [`render`].
pub fn diagnostics(
    diagnostics: &Diagnostics,
    sources: &SourceMap,
) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&records(diagnostics, sources))?;
    text.push('\n');
    Ok(text)
}

/// Diagnostics in the form that they have in an outcome; places name files as they were given.
pub(crate) fn records(diagnostics: &Diagnostics, sources: &SourceMap) -> Vec<DiagnosticRecord> {
    diagnostics.iter().map(|d| record(d, sources)).collect()
}

fn record(d: &Diagnostic, sources: &SourceMap) -> DiagnosticRecord {
    DiagnosticRecord {
        code: d.code.to_string(),
        severity: String::from(d.severity.word()),
        message: d.message.clone(),
        span: d.place().and_then(|p| location(p, sources)),
        help: d.help.clone(),
        known: false,
    }
}

fn location(place: Place, sources: &SourceMap) -> Option<Location> {
    let file = sources.get(place.file())?;
    let (start, end, page, area) = match place {
        Place::Text(span) => (span.start, span.end, None, None),
        Place::Page { page, area, .. } => (0, 0, Some(page), Some(area)),
        Place::File(_) => (0, 0, None, None),
    };
    let cell = file.cell(start).filter(|_| matches!(place, Place::Text(_)));
    let (start, end) = (file.line_column(start), file.line_column(end));
    Some(Location {
        file: String::from(file.name()),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        cell,
        page,
        area,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn diagnostics_say_where_they_stand() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.espice", "rule r\nfro diode\n");
        let span = espice_base::Span::new(file, 7, 10);
        let list: Diagnostics =
            [Diagnostic::error(espice_base::Code::SYNTAX, "no `fro`").at(span).help("write `for`")]
                .into_iter()
                .collect();
        let read: serde_json::Value =
            serde_json::from_str(&diagnostics(&list, &sources).unwrap()).unwrap();
        assert_eq!(read[0]["code"], "E0101");
        assert_eq!(read[0]["span"]["line"], 2);
        assert_eq!(read[0]["span"]["end_column"], 4);
    }

    #[test]
    fn numbers_read_back_and_what_is_not_finite_is_null() {
        let mut outcome = fixture::diode();
        if let Some(fit) = &mut outcome.fit {
            fit.parameters[0].value = Some(f64::NAN);
            fit.parameters[1].value = Some(1.0 / 3.0);
        }
        let text = render(&outcome).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let parameters = &read["fit"]["parameters"];
        assert!(parameters[0]["value"].is_null());
        assert_eq!(parameters[1]["value"].as_f64(), Some(1.0 / 3.0));
        assert!(text.ends_with("}\n") && !text.contains('\r'));
    }

    #[test]
    fn the_document_keeps_its_form() {
        let mut outcome = fixture::diode();
        // One curve of four points shows the form; the rest only makes the snapshot long.
        outcome.facts.curves.truncate(1);
        for curve in &mut outcome.facts.curves {
            curve.points.truncate(4);
            curve.marks.truncate(4);
        }
        if let Some(fit) = &mut outcome.fit {
            fit.parameters.truncate(2);
            fit.curves.truncate(1);
            fit.curves.iter_mut().for_each(|c| c.model.truncate(4));
            fit.rated.truncate(1);
        }
        outcome.facts.parameters.truncate(1);
        outcome.verdict.findings.truncate(1);
        insta::assert_snapshot!(render(&outcome).unwrap());
    }
}
