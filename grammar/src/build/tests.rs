//! Tests of packs: what is given, what is expected.

use super::{Builder, Nodes, Parsed, transpose};
use crate::ast::{
    Binding, Case, Detail, Edge, Expect, Expr, Given, GivenColumn, GivenFact, Quoted, Side, Test,
    Word,
};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;
use espice_base::{Code, Diagnostic, Span};
use pest::iterators::Pair;

const OUTCOMES: [&str; 7] =
    ["error", "warning", "note", "pass", "undecided", "not_applicable", "waived"];

/// The values of a finding that a test may name.
const FOUND: [&str; 3] = ["observed", "limit", "margin"];

impl<'a> Builder<'a> {
    pub(super) fn test(&mut self, head: Option<Parsed<'a>>, block: &[Statement]) -> Option<Test> {
        let (mut given, mut expect, mut cases) = (Vec::new(), Vec::new(), Vec::new());
        let (mut todo, mut skip) = (None, None);
        for (mut s, inner) in self.statements(block, Context::Test) {
            match s.word {
                "given" => given.extend(self.given(s, inner)),
                "expect" => expect.extend(self.expect(s)),
                "case" => cases.extend(self.case(s, inner)),
                "skip" => skip = self.reason(&mut s.nodes),
                _ => todo = self.reason(&mut s.nodes),
            }
        }
        let name = self.next_word(&mut head?.nodes)?;
        Some(Test { name, given, expect, cases, todo, skip })
    }

    /// How a rule is expected to come out. One that fails is expected by its severity.
    fn outcome(&mut self, word: Word) -> Word {
        if !matches!(word.text.as_str(), "fail" | "fails" | "failed" | "failure") {
            return self.choice(word, "an outcome", &OUTCOMES);
        }
        let message = format!("`{}` is not an outcome", word.text);
        let help =
            "a rule that fails gives its severity: `expect error RULE`, or `warning`, `note`";
        self.diagnostics
            .push(Diagnostic::error(Code::UNKNOWN_STATEMENT, message).at(word.span).help(help));
        Word { text: String::from("error"), span: word.span }
    }

    fn case(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<Case> {
        let (mut without, mut facts, mut expect) = (Vec::new(), Vec::new(), Vec::new());
        for (mut s, inner) in self.statements(block, Context::Case) {
            match s.word {
                "without" => without.extend(self.names_in(&mut s.nodes)),
                "expect" => expect.extend(self.expect(s)),
                _ => facts.extend(self.given_fact(s, inner)),
            }
        }
        let name = self.next_word(&mut s.nodes)?;
        Some(Case { name, without, facts, expect })
    }

    fn given(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<Given> {
        let span = s.span;
        if let Some(model) = s.nodes.take_rule(Rule::given_model) {
            let (mut values, mut measured) = (Vec::new(), Vec::new());
            for (s, _) in self.statements(block, Context::Model) {
                let Some(row) = self.row(s.nodes, s.span) else { continue };
                match row {
                    GivenFact::Row { symbol, typ: Some(value), conditions, .. }
                        if conditions.is_empty() =>
                    {
                        values.push((symbol, value));
                    }
                    row => measured.push(row),
                }
            }
            let template = self.next_word(&mut Nodes::new(model.into_inner()))?;
            return Some(Given::Model { span, template, values, measured });
        }
        if let Some(file) = s.nodes.take_rule(Rule::given_file) {
            let file = self.next_quoted(&mut Nodes::new(file.into_inner()))?;
            if !block.is_empty() {
                self.block_beside_a_file(&file);
            }
            return Some(Given::File { span, file });
        }
        let facts = self.facts(block);
        let kind = self.next_word(&mut s.nodes)?;
        Some(Given::Data { span, kind, facts })
    }

    pub(super) fn facts(&mut self, block: &[Statement]) -> Vec<GivenFact> {
        let statements = self.statements(block, Context::Data);
        statements.into_iter().filter_map(|(s, inner)| self.given_fact(s, inner)).collect()
    }

    fn given_fact(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<GivenFact> {
        match s.word {
            field @ ("part" | "maker" | "class" | "package") => {
                let start = s.span.start as usize;
                let word = Word {
                    text: String::from(field),
                    span: Span::new(s.span.file, start, start + field.len()),
                };
                self.next_quoted(&mut s.nodes).map(|text| GivenFact::Device(word, text))
            }
            "sweep" => Some(self.sweep(s.span, block)),
            _ => s.nodes.next().and_then(|p| self.fact(p, s.span)),
        }
    }

    fn fact(&mut self, pair: Pair<'a, Rule>, span: Span) -> Option<GivenFact> {
        let is_curve = pair.as_rule() == Rule::fact_curve;
        let mut nodes = Nodes::new(pair.into_inner());
        if is_curve {
            let signature = nodes.next().and_then(|p| self.signature(p))?;
            let points = self.next_expr(&mut nodes)?;
            let conditions = self.conditions(&mut nodes);
            return Some(GivenFact::Curve { span, signature, points, conditions });
        }
        self.row(nodes, span)
    }

    fn row(&mut self, mut nodes: Nodes<'a>, span: Span) -> Option<GivenFact> {
        let symbol = self.next_word(&mut nodes)?;
        let mut limit = |b: &mut Self, rule| -> Option<Option<Expr>> {
            let value = nodes.take_rule(rule).map(|p| b.next_expr(&mut Nodes::new(p.into_inner())));
            transpose(value)
        };
        let plain = limit(self, Rule::fact_typ)?;
        let min = limit(self, Rule::fact_min)?;
        let typ = limit(self, Rule::fact_mid)?.or(plain);
        let max = limit(self, Rule::fact_max)?;
        let conditions = self.conditions(&mut nodes);
        Some(GivenFact::Row { span, symbol, min, typ, max, conditions })
    }

    /// `at (…)`, when it comes next.
    fn conditions(&mut self, nodes: &mut Nodes<'a>) -> Vec<Binding> {
        let bindings = nodes
            .take_rule(Rule::at_bindings)
            .and_then(|p| Nodes::new(p.into_inner()).take_rule(Rule::bindings));
        bindings.map_or(Vec::new(), |p| self.bindings(p))
    }

    fn sweep(&mut self, span: Span, block: &[Statement]) -> GivenFact {
        let (mut columns, mut compliance, mut siblings) = (Vec::new(), None, None);
        for (mut s, _) in self.statements(block, Context::Sweep) {
            match s.word {
                "compliance" => compliance = self.next_expr(&mut s.nodes),
                "siblings" => siblings = self.next_expr(&mut s.nodes),
                _ => columns.extend(self.column(s)),
            }
        }
        GivenFact::Sweep { span, columns, compliance, siblings }
    }

    fn column(&mut self, mut s: Parsed<'a>) -> Option<GivenColumn> {
        let sensed = self.next_word(&mut s.nodes)?;
        let nodes = self.names_in(&mut s.nodes);
        let swept = s.nodes.take_rule(Rule::flag_swept).is_some();
        let values = self.next_expr(&mut s.nodes)?;
        Some(GivenColumn { span: s.span, sensed, nodes, swept, values })
    }

    fn expect(&mut self, mut s: Parsed<'a>) -> Option<Expect> {
        let span = s.span;
        let pair = s.nodes.next()?;
        let rule = pair.as_rule();
        let mut nodes = Nodes::new(pair.into_inner());
        if rule == Rule::expect_nothing {
            return Some(Expect::Nothing(span));
        }
        if rule == Rule::expect_tried {
            let templates = self.names_in(&mut nodes);
            let edge = nodes.take_rule(Rule::edge).map(|p| self.edge(p));
            return Some(Expect::Tried { span, templates, edge: transpose(edge)? });
        }
        let first = self.next_word(&mut nodes)?;
        Some(match rule {
            Rule::expect_chosen => {
                let edge = nodes.take_rule(Rule::edge).map(|p| self.edge(p));
                Expect::Chosen { span, template: first, edge: transpose(edge)? }
            }
            Rule::expect_rejected => {
                let edge = nodes.take_rule(Rule::edge).map(|p| self.edge(p));
                let edge = transpose(edge)?;
                let message = nodes
                    .take_rule(Rule::expect_reason)
                    .and_then(|p| self.next_quoted(&mut Nodes::new(p.into_inner())));
                Expect::Rejected { span, template: first, edge, message }
            }
            Rule::expect_kind => Expect::Kind(first),
            Rule::expect_value => {
                let conditions = self.conditions(&mut nodes);
                let range = self.next_expr(&mut nodes)?;
                Expect::Value { span, quantity: first, conditions, range }
            }
            _ => {
                let outcome = self.outcome(first);
                let rule = nodes.next().and_then(|p| self.path(p))?;
                let edge = nodes.take_rule(Rule::edge).map(|p| self.edge(p));
                let with = nodes.take_rule(Rule::expect_with);
                let details = with.into_iter().flat_map(Pair::into_inner);
                let details = details.filter_map(|p| self.detail(p)).collect();
                Expect::Outcome { span, outcome, rule, edge: transpose(edge)?, details }
            }
        })
    }

    fn edge(&mut self, pair: Pair<'a, Rule>) -> Option<Edge> {
        let span = self.span(&pair);
        let side = match pair.as_str().split_whitespace().next() {
            Some("up") => Side::UpTo,
            Some("down") => Side::DownTo,
            Some("below") => Side::Below,
            _ => Side::Above,
        };
        let value = self.next_expr(&mut Nodes::new(pair.into_inner()))?;
        Some(Edge { span, side, value })
    }

    fn detail(&mut self, pair: Pair<'a, Rule>) -> Option<Detail> {
        let pair = pair.into_inner().next()?;
        let rule = pair.as_rule();
        let mut nodes = Nodes::new(pair.into_inner());
        if rule == Rule::detail_message {
            return self.next_quoted(&mut nodes).map(Detail::Message);
        }
        let word = self.next_word(&mut nodes)?;
        if rule == Rule::detail_row {
            let conditions = self.conditions(&mut nodes);
            return Some(Detail::Row { symbol: word, conditions });
        }
        let word = self.choice(word, "a value of a finding", &FOUND);
        let range = nodes.take_rule(Rule::op_eq).is_none();
        let value = self.next_expr(&mut nodes)?;
        Some(Detail::Value { word, value, range })
    }

    /// A file says what it holds itself.
    fn block_beside_a_file(&mut self, file: &Quoted) {
        self.diagnostics.push(
            Diagnostic::error(Code::SYNTAX, "a given file takes no block")
                .at(file.span)
                .help("write what is given besides as `given KIND { … }`"),
        );
    }
}
