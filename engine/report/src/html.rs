//! The report: one self-contained HTML file that needs nothing else and no scripts.

mod candidates;
mod cards;
mod curves;
mod cutout;
mod facts;
mod footer;
mod head;
mod markup;
mod parameters;
mod rated;
mod rules;

pub use crate::svg::escape;
use crate::words::Verdict;
use cutout::Cutter;
use espice::outcome::Outcome;
use espice::sheet::Sheet;
pub(crate) use markup::{section, table, words as word_column};
pub(crate) use rules::article as finding_article;

/// The report of an outcome.
///
/// Rated points come first, then every curve with data, fit and residuals, the parameters, the
/// candidates, the verdict of every rule, the cards, and where everything comes from: values of
/// the datasheets given stand beside a cut-out of their page. The bytes depend on nothing but
/// the outcome and the sheets; its `run` is not shown.
pub fn render(outcome: &Outcome, sheets: &[Sheet]) -> String {
    let sections = sections(outcome, sheets);
    let (head, foot) = (head::render(outcome), footer::render(outcome));
    sectioned(&head::title(outcome), &head, &sections, &foot)
}

/// A page that needs nothing else: a title, markup of the head, sections that a list of contents
/// names, markup of the foot.
pub fn sectioned(title: &str, head: &str, sections: &[Section], foot: &str) -> String {
    let mut body = String::from(head);
    body += &contents(sections);
    body += "<main>\n";
    for section in sections {
        body += &markup::section(section.id, section.title, &section.body);
    }
    body += "</main>\n";
    body += foot;
    page(title, &body)
}

/// A page of its own with the style of all reports.
pub(crate) fn page(title: &str, body: &str) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n");
    page += "<meta charset=\"utf-8\">\n";
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    page += "<meta name=\"color-scheme\" content=\"light dark\">\n";
    page += &format!("<title>{}</title>\n", escape(title));
    page += &format!("<style>\n{}</style>\n</head>\n<body>\n", include_str!("html/style.css"));
    page += body;
    page += "</body>\n</html>\n";
    page
}

/// A table: titles of the columns, each with whether its cells are numbers, and rows of cells that
/// are markup, the first of which is the row's heading.
pub fn table_of(caption: &str, columns: &[(&'static str, bool)], rows: &[Vec<String>]) -> String {
    let columns: Vec<markup::Column> =
        columns.iter().map(|(title, number)| markup::Column { title, number: *number }).collect();
    table(caption, &columns, rows)
}

/// A part of a page that the list of contents names.
pub struct Section {
    /// Its name in links.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Markup.
    pub body: String,
}

/// The sections that have something to say, in the order of reading: where no model came out,
/// what went wrong comes first.
fn sections(outcome: &Outcome, sheets: &[Sheet]) -> Vec<Section> {
    let cutter = &mut Cutter::new(sheets);
    let mut all = vec![
        ("rated", "Rated points", rated::render(outcome, cutter)),
        ("curves", "Curves", curves::render(outcome, cutter)),
        ("parameters", "Parameters", parameters::render(outcome)),
        ("candidates", "Candidates", candidates::render(outcome)),
        ("rules", "Rules", rules::render(outcome)),
        ("cards", "Model cards", cards::render(outcome)),
        ("stages", "Fit, stage by stage", parameters::stages(outcome)),
        ("facts", "What the sources say", facts::render(outcome, cutter)),
    ];
    let diagnostics = ("diagnostics", "Diagnostics", facts::diagnostics(outcome));
    let last = if Verdict::of(outcome) == Verdict::None { 0 } else { all.len() };
    all.insert(last, diagnostics);
    all.into_iter()
        .filter_map(|(id, title, body)| Some(Section { id, title, body: body? }))
        .collect()
}

fn contents(sections: &[Section]) -> String {
    let mut out = String::from("<nav aria-label=\"Contents\"><ul>\n");
    for s in sections {
        out += &format!("<li><a href=\"#{}\">{}</a></li>\n", s.id, escape(s.title));
    }
    out + "</ul></nav>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// The words of a page without tags, styles and drawings, a line for each piece.
    fn skeleton(page: &str) -> String {
        let mut out = String::new();
        let mut rest = page;
        for (open, close) in [("<style>", "</style>")] {
            if let Some((before, after)) = rest.split_once(open) {
                out += before;
                rest = after.split_once(close).map_or("", |(_, r)| r);
            }
        }
        out += rest;
        let mut text = String::new();
        let mut inside = false;
        let mut drawing = false;
        let mut tag = String::new();
        for c in out.chars() {
            match c {
                '<' => {
                    inside = true;
                    tag.clear();
                }
                '>' => {
                    inside = false;
                    match tag.split(' ').next().unwrap_or("") {
                        "svg" => drawing = true,
                        "/svg" => drawing = false,
                        "h1" | "h2" | "h3" | "h4" => text += "\n# ",
                        "td" | "/th" => text += " | ",
                        _ => {}
                    }
                }
                _ if inside => tag.push(c),
                _ if !drawing => text.push(c),
                _ => {}
            }
        }
        let lines = text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_words_of_a_report() {
        insta::assert_snapshot!(skeleton(&render(&fixture::diode(), &[])));
    }

    #[test]
    fn the_words_of_a_refusal() {
        insta::assert_snapshot!(skeleton(&render(&fixture::refused(), &[])));
    }

    #[test]
    fn pages_are_complete_in_themselves_and_do_not_depend_on_the_run() {
        let mut outcome = fixture::diode();
        let page = render(&outcome, &[]);
        for outside in ["http", "<script", "src=", "@import", "url(\"", "<link"] {
            assert!(!page.contains(outside), "the page reaches outside with `{outside}`");
        }
        outcome.run.threads = 64;
        outcome.run.seconds.clear();
        assert_eq!(page, render(&outcome, &[]));
    }

    #[test]
    fn tags_are_closed_in_order() {
        for outcome in [fixture::diode(), fixture::refused()] {
            let page = render(&outcome, &[]);
            let mut open: Vec<&str> = Vec::new();
            for piece in page.split('<').skip(2) {
                let tag = piece.split(['>', ' ', '\n']).next().unwrap_or("");
                let own_end = piece.split('>').next().is_some_and(|t| t.ends_with('/'));
                if let Some(name) = tag.strip_prefix('/') {
                    assert_eq!(open.pop(), Some(name));
                } else if !own_end && !["br", "wbr", "meta"].contains(&tag) {
                    open.push(tag);
                }
            }
            assert_eq!(open, [""; 0]);
        }
    }

    #[test]
    fn text_of_sources_cannot_become_markup() {
        let mut outcome = fixture::diode();
        outcome.device.part = String::from("<img src=x>");
        outcome.facts.curves[0].title = String::from("\"><b>");
        outcome.verdict.findings[0].message = String::from("<b>bold</b>");
        let page = render(&outcome, &[]);
        assert!(!page.contains("<img") && !page.contains("<b>"));
    }
}
