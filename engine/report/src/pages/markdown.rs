//! A page as Markdown (CommonMark with tables). Headings carry their anchors as `<a id>`, since
//! renderers make anchors of headings differently.

use super::{Form, target};
use espice::pages::{Block, Inline, Page};

pub(super) fn render(page: &Page) -> String {
    let mut out = format!("# {}\n", escape(&page.title));
    if page.name != "index" {
        out += "\n[Contents](index.md)\n";
    }
    for block in &page.blocks {
        out.push('\n');
        out += &shown(block, &page.name);
    }
    out
}

fn shown(block: &Block, here: &str) -> String {
    match block {
        Block::Heading(level, anchor, words) => {
            let marks = "#".repeat(usize::from(*level).saturating_add(1));
            format!("<a id=\"{anchor}\"></a>\n\n{marks} {}\n", escape(words))
        }
        Block::Paragraph(line) => format!("{}\n", inline(line, here, false)),
        Block::List(lines) => {
            lines.iter().map(|l| format!("- {}\n", inline(l, here, false))).collect()
        }
        Block::Table(head, rows) => {
            let head: Vec<String> = head.iter().map(|h| escape(h)).collect();
            let mut out = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
            for row in rows {
                let cells: Vec<String> = row.iter().map(|c| inline(c, here, true)).collect();
                out += &format!("| {} |\n", cells.join(" | "));
            }
            out
        }
        Block::Code(text) => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            format!("{fence}text\n{text}\n{fence}\n")
        }
    }
}

fn inline(line: &[Inline], here: &str, in_table: bool) -> String {
    let text: String = line
        .iter()
        .map(|part| match part {
            Inline::Text(words) => escape(words),
            Inline::Code(words) => {
                let words = if in_table { words.replace('|', "\\|") } else { words.clone() };
                let marks = "`".repeat(longest_run(&words) + 1);
                let gap = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
                if words.is_empty() { words } else { format!("{marks}{gap}{words}{gap}{marks}") }
            }
            Inline::Strong(words) => format!("**{}**", escape(words)),
            Inline::Link(page, anchor, words) => {
                format!("[{}]({})", escape(words), target(page, anchor, here, Form::Markdown))
            }
        })
        .collect();
    text.replace('\n', " ")
}

/// Text of which no character means anything to Markdown. A `_` within a word needs no help.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
