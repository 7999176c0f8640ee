//! Rules, overrides and select blocks.

use super::{Builder, Nodes, Parsed, transpose};
use crate::ast::{
    Override, Rule as RuleItem, RuleBody, RuleLimit, Select, SelectAction, SelectClause,
};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;

const SEVERITIES: [&str; 3] = ["error", "warning", "note"];
const PHASES: [&str; 4] = ["source", "data", "model", "library"];

impl<'a> Builder<'a> {
    pub(super) fn rule(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<RuleItem> {
        let (mut formerly, mut scope, mut limits) = (Vec::new(), Vec::new(), Vec::new());
        // Most rules check one thing: a vector that grows by itself takes room for four.
        let (mut needs, mut lets, mut checks) = (Vec::new(), Vec::new(), Vec::with_capacity(1));
        let (mut when, mut say, mut because, mut help) = (None, None, None, None);
        let mut unwaivable = None;
        for (mut s, _) in self.statements(block, Context::Rule) {
            match s.word {
                "formerly" => formerly.extend(self.names_in(&mut s.nodes)),
                "for" => scope.extend(self.names_in(&mut s.nodes)),
                "limit" => limits.extend(self.rule_limit(s)),
                "when" => when = self.next_expr(&mut s.nodes),
                "needs" => needs.extend(s.nodes.filter_map(|p| self.expr(p))),
                "let" => lets.extend(self.let_of(s)),
                "check" => checks.extend(self.next_expr(&mut s.nodes)),
                "say" => say = s.nodes.next().and_then(|p| self.message(&p)),
                "because" => because = self.next_quoted(&mut s.nodes),
                "unwaivable" => unwaivable = Some((s.span, self.reason(&mut s.nodes))),
                _ => help = self.next_quoted(&mut s.nodes),
            }
        }
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        let severity = self.next_word(&mut nodes)?;
        let severity = self.choice(severity, "a severity", &SEVERITIES);
        let phase = self.next_word(&mut nodes)?;
        let phase = self.choice(phase, "what a rule looks at", &PHASES);
        let body = RuleBody { limits, when, needs, lets, checks, say, because, help, unwaivable };
        Some(RuleItem { name, severity, phase, formerly, scope, body: body.into() })
    }

    fn rule_limit(&mut self, mut s: Parsed<'a>) -> Option<RuleLimit> {
        let name = self.next_word(&mut s.nodes)?;
        let unit = self.next_type(&mut s.nodes)?;
        let value = self.next_expr(&mut s.nodes)?;
        let because = self.reason(&mut s.nodes);
        Some(RuleLimit { name, unit, value, because })
    }

    pub(super) fn override_rule(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Override> {
        let (mut values, mut severity) = (Vec::new(), None);
        let (mut off, mut because) = (None, None);
        for (mut s, _) in self.statements(block, Context::Override) {
            match s.word {
                "severity" => {
                    let word = self.next_word(&mut s.nodes);
                    severity = word.map(|w| self.choice(w, "a severity", &SEVERITIES));
                }
                "off" => {
                    off = Some(s.span);
                    because = self.reason(&mut s.nodes).or(because);
                }
                "because" => because = self.next_quoted(&mut s.nodes),
                _ => values.extend(self.value_of(s)),
            }
        }
        let target = head?.nodes.next().and_then(|p| self.path(p))?;
        Some(Override { target, values, severity, off, because })
    }

    pub(super) fn select(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Select> {
        let (mut clauses, mut rank) = (Vec::new(), Vec::new());
        for (s, _) in self.statements(block, Context::Select) {
            match s.word {
                "rank" => rank = s.nodes.map(|p| self.word(&p)).collect(),
                _ => clauses.extend(self.clause(s)),
            }
        }
        let kind = self.next_word(&mut head?.nodes)?;
        Some(Select { kind, clauses, rank })
    }

    fn clause(&mut self, mut s: Parsed<'a>) -> Option<SelectClause> {
        let first = self.next_word(&mut s.nodes)?;
        let action = match s.word {
            "consider" => SelectAction::Consider(first),
            "reject" => SelectAction::Reject(first),
            _ => SelectAction::Prefer(first, self.next_word(&mut s.nodes)?),
        };
        let when =
            s.nodes.take_rule(Rule::when).map(|p| self.next_expr(&mut Nodes::new(p.into_inner())));
        let when = transpose(when)?;
        let because = self.reason(&mut s.nodes);
        Some(SelectClause { span: s.span, action, when, because })
    }
}
