//! Findings as JSON, whole or a line each.

use super::Report;

/// The report as indented JSON, fields in the order of their declaration.
///
/// # Errors
/// Never for reports of this program: they hold no map whose keys are not text.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}

/// One finding a line, in the form that it has in the outcome.
///
/// # Errors
/// As [`render`].
pub fn lines(report: &Report) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for finding in &report.findings {
        text += &serde_json::to_string(finding)?;
        text.push('\n');
    }
    Ok(text)
}
