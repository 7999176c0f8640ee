//! Pages about rules, one for each file that holds some.

use super::words::{one_line, paragraphs};
use super::{Block, Inline, Page, Subject, code, link, text};
use espice_base::{FileId, Span};
use espice_lang::ir::Owned;
use espice_syntax::ast::{self, Expect, Path};
use std::collections::BTreeMap;

impl Subject<'_> {
    fn rules(&self) -> impl Iterator<Item = &Owned<ast::Rule>> {
        self.engine.library.rules.iter().filter(|r| r.pack == self.pack)
    }

    /// A rule of this pack as a link, one of another as its name.
    pub(super) fn rule_link(&self, name: &str) -> Inline {
        match self.rules().find(|r| r.item.name.text == name) {
            Some(rule) => link(&self.page_of("rules", rule.item.name.span.file), name, name),
            None => code(name),
        }
    }

    /// A rule that something refers to.
    pub(super) fn path_link(&self, path: &Path) -> Inline {
        match &path.pack {
            Some(pack) if pack.text != self.info.name => {
                code(format!("{}::{}", pack.text, path.name.text))
            }
            _ => self.rule_link(&path.name.text),
        }
    }

    pub(super) fn snippet(&self, span: Span) -> String {
        one_line(self.engine.sources.snippet(span))
    }

    pub(super) fn rule_pages(&self) -> Vec<Page> {
        let mut files: BTreeMap<String, (FileId, Vec<Block>)> = BTreeMap::new();
        for rule in self.rules() {
            let file = rule.item.name.span.file;
            let page = files.entry(self.page_of("rules", file)).or_insert((file, Vec::new()));
            page.1.extend(self.rule(rule));
        }
        let page = |(name, (file, rules)): (String, (FileId, Vec<Block>))| {
            let blocks = self.remarks(file).into_iter().chain(rules).collect();
            Page { name, title: format!("Rules in {}", self.path(file)), blocks }
        };
        files.into_iter().map(page).collect()
    }

    /// The comment at the top of a file, where sources are cited.
    fn remarks(&self, file: FileId) -> Option<Block> {
        let text = self.engine.sources.get(file)?.text();
        let lines = text.lines().map_while(|l| l.strip_prefix("//"));
        let lines: Vec<&str> = lines
            .take_while(|l| !l.starts_with('/'))
            .map(|l| l.strip_prefix(' ').unwrap_or(l))
            .collect();
        (!lines.is_empty()).then(|| Block::Code(lines.join("\n")))
    }

    fn rule(&self, owned: &Owned<ast::Rule>) -> Vec<Block> {
        let rule = &owned.item;
        let name = &rule.name.text;
        let mut blocks = vec![Block::Heading(1, name.clone(), name.clone())];
        let kinds: Vec<&str> = rule.scope.iter().map(|k| k.text.as_str()).collect();
        let kinds = match kinds.as_slice() {
            [] => String::from(", of every kind"),
            kinds => format!(", for {}", kinds.join(", ")),
        };
        let line = self.line(rule.name.span);
        blocks.push(Block::Paragraph(vec![
            Inline::Strong(rule.severity.text.clone()),
            text(format!(
                " on {}{kinds}; {}:{line}",
                rule.phase.text,
                self.path(rule.name.span.file)
            )),
        ]));
        blocks.extend(paragraphs(&owned.doc).map(|p| Block::Paragraph(vec![text(p)])));
        blocks.push(self.statements(rule));
        if !rule.limits.is_empty() {
            let row = |l: &ast::RuleLimit| {
                let value = self.snippet(l.value.span);
                vec![
                    vec![code(l.name.text.as_str())],
                    vec![code(value)],
                    vec![text(said(&l.because))],
                ]
            };
            let head = ["Limit", "Value", "Because"].map(String::from).to_vec();
            blocks.push(Block::Table(head, rule.limits.iter().map(row).collect()));
        }
        blocks.extend(self.beside(rule));
        blocks
    }

    fn statements(&self, rule: &ast::Rule) -> Block {
        let mut rows = Vec::new();
        let mut row = |word: &str, what: Inline| rows.push(vec![vec![text(word)], vec![what]]);
        if !rule.needs.is_empty() {
            let needs: Vec<String> = rule.needs.iter().map(|n| self.snippet(n.span)).collect();
            row("needs", code(needs.join(", ")));
        }
        if let Some(when) = &rule.when {
            row("when", code(self.snippet(when.span)));
        }
        for definition in &rule.lets {
            let value = self.snippet(definition.value.span);
            row("let", code(format!("{} = {value}", definition.name.text)));
        }
        for check in &rule.checks {
            row("checks", code(self.snippet(check.span)));
        }
        if let Some(say) = &rule.say {
            row("says", text(self.snippet(say.span).trim_matches('"')));
        }
        if let Some(because) = &rule.because {
            row("because", text(because.text.as_str()));
        }
        if let Some(help) = &rule.help {
            row("help", text(help.text.as_str()));
        }
        if let Some((_, reason)) = &rule.unwaivable {
            row("unwaivable", text(said(reason)));
        }
        if !rule.formerly.is_empty() {
            let names: Vec<&str> = rule.formerly.iter().map(|f| f.text.as_str()).collect();
            row("formerly", code(names.join(", ")));
        }
        Block::Table(vec![String::from("Statement"), String::from("Text")], rows)
    }

    /// Tables that a rule looks up, waivers and tests of it.
    fn beside(&self, rule: &ast::Rule) -> Vec<Block> {
        let library = &self.engine.library;
        let mut blocks = Vec::new();
        let written = rule.checks.iter().chain(&rule.when).map(|e| e.span);
        let written: String = written
            .chain(rule.lets.iter().map(|l| l.value.span))
            .map(|s| self.snippet(s))
            .collect();
        let mut looked: Vec<Inline> = Vec::new();
        for table in library.tables.iter().filter(|t| looks_up(&written, &t.name)) {
            looked.push(text(if looked.is_empty() { "Limits from " } else { ", " }));
            looked.push(if table.pack == self.info.name {
                link("tables", &table.name, &table.name)
            } else {
                code(table.name.as_str())
            });
        }
        if !looked.is_empty() {
            blocks.push(Block::Paragraph(looked));
        }
        let name = &rule.name.text;
        let is_mine = |path: &Path| path.name.text == *name;
        let waivers = library.waivers.iter().filter(|w| w.pack == self.pack);
        let mut found: Vec<Inline> = Vec::new();
        for (number, _) in waivers.enumerate().filter(|(_, w)| is_mine(&w.item.rule)) {
            found.push(text(if found.is_empty() { "Waived by " } else { ", " }));
            found.push(link(
                "waivers",
                &format!("w{}", number + 1),
                &format!("waiver {}", number + 1),
            ));
        }
        if !found.is_empty() {
            blocks.push(Block::Paragraph(found));
        }
        let mut tests: Vec<Inline> = Vec::new();
        for test in library.tests.iter().filter(|t| t.pack == self.pack) {
            let expects = test.item.expect.iter().filter_map(|e| match e {
                Expect::Outcome { rule, outcome, .. } if is_mine(rule) => {
                    Some(outcome.text.as_str())
                }
                _ => None,
            });
            let mut outcomes: Vec<&str> = expects.collect();
            outcomes.dedup();
            if outcomes.is_empty() {
                continue;
            }
            tests.push(text(if tests.is_empty() { "Tested by " } else { ", " }));
            tests.push(self.test_link(&test.item));
            tests.push(text(format!(" ({})", outcomes.join(", "))));
        }
        if tests.is_empty() {
            tests.push(text("No test asks for it."));
        }
        blocks.push(Block::Paragraph(tests));
        blocks
    }

    pub(super) fn line(&self, span: Span) -> u32 {
        self.engine.sources.get(span.file).map_or(0, |f| f.line_column(span.start).line)
    }

    /// What this pack changes in rules of others.
    pub(super) fn overrides(&self) -> Vec<Block> {
        let mut rows = Vec::new();
        for owned in self.engine.library.overrides.iter().filter(|o| o.pack == self.pack) {
            let item = &owned.item;
            let mut changes: Vec<String> = item
                .values
                .iter()
                .map(|(name, value)| format!("{} = {}", name.text, self.snippet(value.span)))
                .collect();
            changes.extend(item.severity.iter().map(|s| format!("severity {}", s.text)));
            changes.extend(item.off.iter().map(|_| String::from("off")));
            rows.push(vec![
                vec![self.path_link(&item.target)],
                vec![code(changes.join("; "))],
                vec![text(said(&item.because))],
            ]);
        }
        if rows.is_empty() {
            return Vec::new();
        }
        let head = ["Rule", "Here", "Because"].map(String::from).to_vec();
        vec![
            Block::Heading(1, String::from("overrides"), String::from("Overrides")),
            Block::Table(head, rows),
        ]
    }

    pub(super) fn waivers(&self) -> Option<Page> {
        let waivers = self.engine.library.waivers.iter().filter(|w| w.pack == self.pack);
        let mut blocks = Vec::new();
        for (number, owned) in waivers.enumerate() {
            let item = &owned.item;
            let anchor = format!("w{}", number + 1);
            blocks.push(Block::Heading(1, anchor, format!("Waiver {}", number + 1)));
            let mut rows = vec![vec![vec![text("rule")], vec![self.path_link(&item.rule)]]];
            let mut row = |word: &str, what: Inline| rows.push(vec![vec![text(word)], vec![what]]);
            for (word, patterns) in &item.scope {
                let patterns: Vec<&str> = patterns.iter().map(|p| p.text.as_str()).collect();
                row(&format!("for {}", word.text), text(patterns.join(", ")));
            }
            if let Some(when) = &item.when {
                row("when", code(self.snippet(when.span)));
            }
            if let Some((share, value)) = &item.within {
                let within =
                    format!("{} of {}", self.snippet(share.span), self.snippet(value.span));
                row("within", code(within));
            }
            if let Some((until, _)) = &item.until {
                row("until", text(until.to_string()));
            }
            for (word, quoted) in
                [("owner", &item.owner), ("ticket", &item.ticket), ("because", &item.because)]
            {
                if quoted.is_some() {
                    row(word, text(said(quoted)));
                }
            }
            let place = item.rule.name.span;
            row("stands in", text(format!("{}:{}", self.path(place.file), self.line(place))));
            blocks.push(Block::Table(vec![String::from("Statement"), String::from("Text")], rows));
        }
        let title = String::from("Waivers");
        (!blocks.is_empty()).then_some(Page { name: String::from("waivers"), title, blocks })
    }
}

/// A quoted text; nothing where there is none.
pub(super) fn said(quoted: &Option<ast::Quoted>) -> String {
    quoted.as_ref().map_or(String::new(), |q| q.text.clone())
}

/// Whether a text looks something up in a table: its name as a word of its own before `[`.
fn looks_up(written: &str, table: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    written.match_indices(table).any(|(at, _)| {
        let before = written.get(..at).and_then(|b| b.chars().next_back());
        let after = written.get(at + table.len()..).unwrap_or("");
        !before.is_some_and(word) && after.starts_with('[')
    })
}
