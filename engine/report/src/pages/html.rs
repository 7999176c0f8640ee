//! A page as HTML.

use super::{Form, target};
use crate::svg::escape;
use espice::pages::{Block, Inline, Page};

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}
h2{font-size:1.15rem;margin:2.2rem 0 .3rem;border-bottom:1px solid #8886;overflow-wrap:anywhere}
h3{font-size:1rem}
table{border-collapse:collapse;margin:.6rem 0;display:block;overflow-x:auto}
th,td{border:1px solid #8884;padding:.25rem .6rem;text-align:left;vertical-align:top}
code,pre{font:.9em/1.45 ui-monospace,monospace}
pre{background:#8881;padding:.6rem .8rem;overflow-x:auto}
p{overflow-wrap:anywhere}
nav{font-size:.9rem}
:target{background:#fd02}
";

pub(super) fn render(page: &Page) -> String {
    let title = escape(&page.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    if page.name != "index" {
        out += "<nav><a href=\"index.html\">Contents</a></nav>\n";
    }
    out += &format!("<h1>{title}</h1>\n");
    for block in &page.blocks {
        out += &shown(block, &page.name);
    }
    out + "</body>\n</html>\n"
}

fn shown(block: &Block, here: &str) -> String {
    match block {
        Block::Heading(level, anchor, words) => {
            let tag = format!("h{}", level.saturating_add(1).clamp(2, 6));
            format!("<{tag} id=\"{}\">{}</{tag}>\n", escape(anchor), escape(words))
        }
        Block::Paragraph(line) => format!("<p>{}</p>\n", inline(line, here)),
        Block::List(lines) => {
            let items = lines.iter().map(|l| format!("<li>{}</li>\n", inline(l, here)));
            format!("<ul>\n{}</ul>\n", items.collect::<String>())
        }
        Block::Table(head, rows) => {
            let head: String = head.iter().map(|h| format!("<th>{}</th>", escape(h))).collect();
            let row = |cells: &Vec<Vec<Inline>>| {
                let cells = cells.iter().map(|c| format!("<td>{}</td>", inline(c, here)));
                format!("<tr>{}</tr>\n", cells.collect::<String>())
            };
            let rows: String = rows.iter().map(row).collect();
            format!("<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
        }
        Block::Code(text) => format!("<pre>{}</pre>\n", escape(text)),
    }
}

fn inline(line: &[Inline], here: &str) -> String {
    line.iter()
        .map(|part| match part {
            Inline::Text(words) => escape(words),
            Inline::Code(words) => format!("<code>{}</code>", escape(words)),
            Inline::Strong(words) => format!("<strong>{}</strong>", escape(words)),
            Inline::Link(page, anchor, words) => {
                let to = target(page, anchor, here, Form::Html);
                format!("<a href=\"{}\">{}</a>", escape(&to), escape(words))
            }
        })
        .collect()
}
