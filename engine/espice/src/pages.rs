//! Pages that tell what a pack holds: rules with their limits, sources and tests, tables, waivers,
//! templates and recipes. Here they are made as blocks of text with links among them; renderers
//! give them the form of HTML or Markdown.

mod devices;
mod rules;
mod tests;
mod words;

use crate::engine::Engine;
use espice_base::FileId;
use espice_lang::ir::PackInfo;
use std::collections::{BTreeMap, BTreeSet};

/// A page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its name without an ending: `index`, `rules-diodes`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What stands on it, in order.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading that links may lead to: its level below the title (1 or 2), its anchor, which is
    /// unique on the page, and its text.
    Heading(u8, String, String),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list.
    List(Vec<Vec<Inline>>),
    /// A table: its header, and its rows of as many cells.
    Table(Vec<String>, Vec<Vec<Vec<Inline>>>),
    /// Text of a pack, as it stands there.
    Code(String),
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Text of a pack.
    Code(String),
    /// Words that matter.
    Strong(String),
    /// A link to a heading of a page: the page, the anchor (empty for the page itself), the words.
    Link(String, String, String),
}

/// Words.
pub(crate) fn text(words: impl Into<String>) -> Inline {
    Inline::Text(words.into())
}

/// Text of a pack.
pub(crate) fn code(words: impl Into<String>) -> Inline {
    Inline::Code(words.into())
}

/// A link.
pub(crate) fn link(page: &str, anchor: &str, words: &str) -> Inline {
    Inline::Link(page.to_string(), anchor.to_string(), words.to_string())
}

/// The pack that pages are about.
pub(crate) struct Subject<'e> {
    pub(crate) engine: &'e Engine<'e>,
    pub(crate) pack: usize,
    pub(crate) info: &'e PackInfo,
    /// The folder that all files of the pack lie in, with `/` at its end.
    folder: String,
}

impl Engine<'_> {
    /// The pages about a pack that is loaded, the first of which is `index`; none when it is not.
    pub fn pages(&self, pack: &str) -> Vec<Page> {
        let found = self.library.packs.iter().enumerate().find(|(_, p)| p.name == pack);
        let Some((index, info)) = found else { return Vec::new() };
        let names: Vec<&str> = info
            .files
            .iter()
            .filter_map(|f| self.sources.get(*f))
            .map(espice_base::SourceFile::name)
            .collect();
        let subject = Subject { engine: self, pack: index, info, folder: common_folder(&names) };
        let mut pages = subject.rule_pages();
        pages.extend(subject.tables());
        pages.extend(subject.templates());
        pages.extend(subject.waivers());
        pages.extend(subject.test_pages());
        let index = subject.index(&pages);
        pages.insert(0, index);
        pages
    }
}

impl Subject<'_> {
    /// The path of a file below the folder of the pack.
    pub(crate) fn path(&self, file: FileId) -> String {
        let name = self.engine.sources.get(file).map_or("", |f| f.name());
        name.strip_prefix(&self.folder).unwrap_or(name).to_string()
    }

    /// The name of the page about the items of a sort in a file.
    pub(crate) fn page_of(&self, sort: &str, file: FileId) -> String {
        let path = self.path(file);
        let inner = path.strip_prefix(&format!("{sort}/")).unwrap_or(&path);
        let stem = inner.strip_suffix(".espice").unwrap_or(inner);
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        format!("{sort}-{}", stem.chars().map(safe).collect::<String>())
    }

    fn index(&self, pages: &[Page]) -> Page {
        let library = &self.engine.library;
        let mut blocks = Vec::new();
        let mut about = vec![text(format!("Version {}", self.info.version))];
        if !self.info.extends.is_empty() {
            about.push(text(format!(", extends {}", self.info.extends.join(", "))));
        }
        let count = |n: usize, one: &str, many: &str| match n {
            0 => format!("no {one}"),
            1 => format!("one {one}"),
            n => format!("{n} {many}"),
        };
        let mine = |pack: usize| pack == self.pack;
        let rules = library.rules.iter().filter(|r| mine(r.pack)).count();
        let tests = library.tests.iter().filter(|t| mine(t.pack)).count();
        about.push(text(format!(
            ": {}, {}.",
            count(rules, "rule", "rules"),
            count(tests, "test", "tests")
        )));
        blocks.push(Block::Paragraph(about));
        blocks.push(Block::Heading(1, String::from("pages"), String::from("Pages")));
        let entry = |p: &Page| vec![link(&p.name, "", &p.title)];
        blocks.push(Block::List(pages.iter().map(entry).collect()));
        blocks.extend(self.rules_by_kind());
        blocks.extend(self.overrides());
        Page { name: String::from("index"), title: self.info.name.clone(), blocks }
    }

    /// Every rule under the kinds that it speaks of.
    fn rules_by_kind(&self) -> Vec<Block> {
        let mut kinds: BTreeMap<String, Vec<Vec<Inline>>> = BTreeMap::new();
        for rule in self.engine.library.rules.iter().filter(|r| r.pack == self.pack) {
            let line = vec![
                self.rule_link(&rule.item.name.text),
                text(format!(", {}: {}", rule.item.severity.text, words::sentence(&rule.doc))),
            ];
            let scope: BTreeSet<&str> = rule.item.scope.iter().map(|w| w.text.as_str()).collect();
            if scope.is_empty() {
                kinds.entry(String::new()).or_default().push(line);
            } else {
                for kind in scope {
                    kinds.entry(kind.to_string()).or_default().push(line.clone());
                }
            }
        }
        let mut blocks = Vec::new();
        for (kind, lines) in kinds {
            let (anchor, title) = match kind.as_str() {
                "" => (String::from("of-every-kind"), String::from("Rules of every kind")),
                kind => (format!("of-{kind}"), format!("Rules of {}", self.kind_title(kind))),
            };
            blocks.push(Block::Heading(1, anchor, title));
            blocks.push(Block::List(lines));
        }
        blocks
    }

    fn kind_title(&self, kind: &str) -> String {
        let found = self.engine.library.kind(kind).filter(|k| k.title != kind);
        found.map_or(kind.to_string(), |k| format!("{kind} ({})", k.title))
    }
}

/// The folder that all paths share, with `/` at its end; empty when there is none.
fn common_folder(names: &[&str]) -> String {
    let folder =
        |name: &str| name.rfind('/').and_then(|at| name.get(..=at)).unwrap_or("").to_string();
    let mut common = names.first().map_or(String::new(), |n| folder(n));
    for name in names {
        while !name.starts_with(&common) {
            common.pop();
            common = folder(&common);
        }
    }
    common
}
