//! Tests of packs: what is given, what is expected.

use super::{Builder, Nodes, Parsed, transpose};
use crate::ast::{Binding, Expect, Expr, Given, GivenColumn, GivenFact, Test, Word};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;
use espice_base::Span;
use pest::iterators::Pair;

const OUTCOMES: [&str; 7] =
    ["error", "warning", "note", "pass", "undecided", "not_applicable", "waived"];

impl<'a> Builder<'a> {
    pub(super) fn test(&mut self, head: Option<Parsed<'a>>, block: &[Statement]) -> Option<Test> {
        let (mut given, mut expect, mut todo) = (Vec::new(), Vec::new(), None);
        for (mut s, inner) in self.statements(block, Context::Test) {
            match s.word {
                "given" => given.extend(self.given(s, inner)),
                "expect" => expect.extend(self.expect(s)),
                _ => todo = self.reason(&mut s.nodes),
            }
        }
        let name = self.next_word(&mut head?.nodes)?;
        Some(Test { name, given, expect, todo })
    }

    fn given(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<Given> {
        let span = s.span;
        if let Some(model) = s.nodes.take_rule(Rule::given_model) {
            let statements = self.statements(block, Context::Model);
            let values = statements.into_iter().filter_map(|(s, _)| self.value_of(s)).collect();
            let template = self.next_word(&mut Nodes::new(model.into_inner()))?;
            return Some(Given::Model { span, template, values });
        }
        let facts = self.facts(block);
        let kind = self.next_word(&mut s.nodes)?;
        Some(Given::Data { span, kind, facts })
    }

    pub(super) fn facts(&mut self, block: &[Statement]) -> Vec<GivenFact> {
        let mut facts = Vec::new();
        for (mut s, inner) in self.statements(block, Context::Data) {
            facts.extend(match s.word {
                field @ ("part" | "maker" | "package") => {
                    let start = s.span.start as usize;
                    let word = Word {
                        text: String::from(field),
                        span: Span::new(s.span.file, start, start + field.len()),
                    };
                    self.next_quoted(&mut s.nodes).map(|text| GivenFact::Device(word, text))
                }
                "sweep" => Some(self.sweep(s.span, inner)),
                _ => s.nodes.next().and_then(|p| self.fact(p, s.span)),
            });
        }
        facts
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
        let first = self.next_word(&mut nodes)?;
        Some(match rule {
            Rule::expect_chosen => Expect::Chosen(first),
            Rule::expect_kind => Expect::Kind(first),
            Rule::expect_value => {
                let conditions = self.conditions(&mut nodes);
                let range = self.next_expr(&mut nodes)?;
                Expect::Value { span, quantity: first, conditions, range }
            }
            _ => {
                let outcome = self.choice(first, "an outcome", &OUTCOMES);
                let rule = nodes.next().and_then(|p| self.path(p))?;
                Expect::Outcome { span, outcome, rule }
            }
        })
    }
}
