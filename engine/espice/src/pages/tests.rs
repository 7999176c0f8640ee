//! Pages about tests, one for each file that holds some: what is given, what is expected.

use super::words::one_line;
use super::{Block, Inline, Page, Subject, code, link, text};
use espice_base::{FileId, Span};
use espice_syntax::ast::{Expect, Given, GivenFact, Test};
use std::collections::BTreeMap;

impl Subject<'_> {
    /// A test as a link.
    pub(super) fn test_link(&self, test: &Test) -> Inline {
        let page = self.page_of("tests", test.name.span.file);
        link(&page, &anchor(test), &test.name.text)
    }

    pub(super) fn test_pages(&self) -> Vec<Page> {
        let mut files: BTreeMap<String, (FileId, Vec<Block>)> = BTreeMap::new();
        for owned in self.engine.library.tests.iter().filter(|t| t.pack == self.pack) {
            let test = &owned.item;
            let file = test.name.span.file;
            let page = files.entry(self.page_of("tests", file)).or_insert((file, Vec::new()));
            page.1.push(Block::Heading(1, anchor(test), test.name.text.clone()));
            for (word, reason) in [("to do: ", &test.todo), ("skipped: ", &test.skip)] {
                let said =
                    reason.iter().map(|r| Block::Paragraph(vec![text(word), text(&*r.text)]));
                page.1.extend(said);
            }
            page.1.push(Block::Code(self.given(test)));
            page.1.push(Block::List(test.expect.iter().map(|e| self.expected(e)).collect()));
        }
        let page = |(name, (file, blocks))| Page {
            name,
            title: format!("Tests in {}", self.path(file)),
            blocks,
        };
        files.into_iter().map(page).collect()
    }

    /// What a test gives, a line each.
    fn given(&self, test: &Test) -> String {
        let mut lines = Vec::new();
        let fact = |f: &GivenFact| format!("  {}", self.fact(f));
        for given in &test.given {
            match given {
                Given::File { file, .. } => lines.push(format!("given \"{}\"", file.text)),
                Given::Data { kind, facts, .. } => {
                    lines.push(format!("given {} {{", kind.text));
                    lines.extend(facts.iter().map(fact));
                    lines.push(String::from("}"));
                }
                Given::Model { template, values, measured, .. } => {
                    lines.push(format!("given model {} {{", template.text));
                    let value = |(name, value): &(espice_syntax::ast::Word, _)| {
                        let value: &espice_syntax::ast::Expr = value;
                        format!("  {} = {}", name.text, self.source(value.span))
                    };
                    lines.extend(values.iter().map(value));
                    lines.extend(measured.iter().map(fact));
                    lines.push(String::from("}"));
                }
            }
        }
        lines.join("\n")
    }

    fn fact(&self, fact: &GivenFact) -> String {
        match fact {
            GivenFact::Device(field, value) => format!("{} \"{}\"", field.text, value.text),
            GivenFact::Row { span, .. }
            | GivenFact::Curve { span, .. }
            | GivenFact::Sweep { span, .. } => self.source(*span),
        }
    }

    fn source(&self, span: Span) -> String {
        one_line(self.engine.sources.snippet(span))
    }

    fn expected(&self, expect: &Expect) -> Vec<Inline> {
        match expect {
            Expect::Outcome { span, outcome, rule, .. } => {
                let whole = self.source(*span);
                let name = self.source(
                    rule.pack.as_ref().map_or(rule.name.span, |p| p.span.to(rule.name.span)),
                );
                let rest = whole.split_once(name.as_str()).map_or("", |(_, rest)| rest.trim());
                let mut line = vec![text(format!("{} ", outcome.text)), self.path_link(rule)];
                if !rest.is_empty() {
                    line.push(text(" "));
                    line.push(code(rest));
                }
                line
            }
            Expect::Kind(kind) => vec![text("kind "), code(kind.text.as_str())],
            Expect::Nothing(span)
            | Expect::Chosen { span, .. }
            | Expect::Tried { span, .. }
            | Expect::Rejected { span, .. }
            | Expect::Value { span, .. } => {
                let whole = self.source(*span);
                vec![code(whole.strip_prefix("expect ").unwrap_or(&whole))]
            }
        }
    }
}

fn anchor(test: &Test) -> String {
    test.name.text.replace('/', "--")
}
