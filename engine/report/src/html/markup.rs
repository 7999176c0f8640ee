//! The few shapes of markup that the sections share.

use crate::numbers::fine_prose;
use crate::svg::escape;
use espice::outcome::{Location, Provenance};
use std::fmt::Write as _;

/// One column of a table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Column {
    /// Heading; on narrow screens it stands before every cell.
    pub(crate) title: &'static str,
    /// Whether the cells are numbers, which are set flush right.
    pub(crate) number: bool,
}

/// A column of words.
pub(crate) const fn words(title: &'static str) -> Column {
    Column { title, number: false }
}

/// A column of numbers.
pub(super) const fn numbers(title: &'static str) -> Column {
    Column { title, number: true }
}

/// A table with a caption for readers who hear it. Cells are markup, the first of each row is
/// its heading.
pub(crate) fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    table_with(caption, columns, rows, &[])
}

/// A table in which markup may stand below rows, over its whole width.
pub(super) fn table_with(
    caption: &str,
    columns: &[Column],
    rows: &[Vec<String>],
    below: &[Option<String>],
) -> String {
    let class = |c: &Column| if c.number { " class=\"n\"" } else { "" };
    let mut out = format!("<table><caption>{}</caption>\n<thead><tr>", escape(caption));
    for column in columns {
        out += &format!("<th scope=\"col\"{}>{}</th>", class(column), column.title);
    }
    out += "</tr></thead>\n<tbody>\n";
    for (n, row) in rows.iter().enumerate() {
        out += "<tr>";
        for (i, (cell, column)) in row.iter().zip(columns).enumerate() {
            if i == 0 {
                out += &format!("<th scope=\"row\">{cell}</th>");
            } else {
                out += &format!(
                    "<td{} data-t=\"{}\"><div>{cell}</div></td>",
                    class(column),
                    column.title
                );
            }
        }
        out += "</tr>\n";
        if let Some(markup) = below.get(n).and_then(Option::as_ref) {
            let _ = writeln!(
                out,
                "<tr class=\"below\"><td colspan=\"{}\">{markup}</td></tr>",
                columns.len()
            );
        }
    }
    out += "</tbody></table>\n";
    out
}

/// A section with its heading.
pub(crate) fn section(id: &str, title: &str, body: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n{body}</section>\n",
        escape(title)
    )
}

/// A paragraph of plain text.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", prose(text))
}

/// A part of the page that is closed until the reader opens it.
pub(super) fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n{body}</details>\n", escape(summary))
}

/// A short mark with a meaning of its own: `good`, `bad`, `warn` or `dim`.
pub(super) fn chip(class: &str, text: &str) -> String {
    format!("<span class=\"chip {class}\">{}</span>", escape(text))
}

/// Plain text in which words between backticks become code and quantities are set finely.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // A backtick without its partner is a character like any other.
        return escape(&fine_prose(text));
    }
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i % 2 == 1 {
            out += &format!("<code>{}</code>", escape(part));
        } else {
            out += &escape(&fine_prose(part));
        }
    }
    out
}

/// Where a value comes from.
pub(super) fn source(from: &Provenance) -> String {
    format!("<span class=\"src\">{}</span>", escape(&crate::words::provenance(from)))
}

/// A place in a pack or in data.
pub(super) fn place(place: Option<&Location>) -> String {
    place.map_or_else(
        || String::from("–"),
        |p| format!("<span class=\"src\">{}</span>", escape(&crate::words::location(p))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_users_cannot_become_markup() {
        assert_eq!(prose("`<b>` & `x`"), "<code>&lt;b&gt;</code> &amp; <code>x</code>");
        assert_eq!(prose("a ` b"), "a ` b");
        let html =
            table("<c>", &[words("A"), numbers("B")], &[vec![escape("\"x\""), String::new()]]);
        assert!(html.contains("&lt;c&gt;") && html.contains("&quot;x&quot;"));
    }
}
