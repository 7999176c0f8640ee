//! Texts of packs on one line, and first sentences.

/// Blanks and line breaks as one blank.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first sentence of a documentation, or that there is none.
pub(super) fn sentence(doc: &str) -> String {
    let flat = one_line(doc.trim().split("\n\n").next().unwrap_or_default());
    match flat.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None if flat.is_empty() => String::from("not described."),
        None => flat,
    }
}

/// The paragraphs of a documentation, each on one line.
pub(super) fn paragraphs(doc: &str) -> impl Iterator<Item = String> {
    doc.split("\n\n").map(one_line).filter(|p| !p.is_empty())
}

/// Text of several lines without the indentation that all but the first share.
pub(super) fn without_indent(text: &str) -> String {
    let rest = text.lines().skip(1).filter(|l| !l.trim().is_empty());
    let indent = rest.map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
    let line = |(i, l): (usize, &str)| match i {
        0 => l.trim_end().to_string(),
        _ => l.get(indent..).unwrap_or("").trim_end().to_string(),
    };
    text.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}
