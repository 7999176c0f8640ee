//! Pages about packs as files: HTML that stands alone, without scripts, and Markdown.

mod html;
mod markdown;
#[cfg(test)]
mod tests;

use espice::pages::Page;

/// A form of pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// HTML.
    Html,
    /// Markdown.
    Markdown,
}

impl Form {
    /// How the names of files end.
    pub fn ending(self) -> &'static str {
        match self {
            Form::Html => "html",
            Form::Markdown => "md",
        }
    }
}

/// The files: names and texts, in the order of the pages.
pub fn render(pages: &[Page], form: Form) -> Vec<(String, String)> {
    let file = |page: &Page| {
        let text = match form {
            Form::Html => html::render(page),
            Form::Markdown => markdown::render(page),
        };
        (format!("{}.{}", page.name, form.ending()), text)
    };
    pages.iter().map(file).collect()
}

/// Where a link leads: another page, a heading of it, or a heading of this one.
fn target(page: &str, anchor: &str, here: &str, form: Form) -> String {
    let file = if page == here && !anchor.is_empty() {
        String::new()
    } else {
        format!("{page}.{}", form.ending())
    };
    if anchor.is_empty() { file } else { format!("{file}#{anchor}") }
}
