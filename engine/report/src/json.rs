//! The outcome as JSON, in the form that every front end shares.

use espice::outcome::Outcome;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

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
