//! Templates with their recipes and cards.

use super::{Builder, Nodes, Parsed, transpose};
use crate::ast::{
    BranchKind, Card, CardEntry, CardSetting, Expr, Parameter, Part, PartEntry, Recipe, Stage,
    StageStatement, Table, Target, Template, TemplateBody, TemplateStatement, Type, Word,
};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;
use espice_base::Span;
use pest::iterators::Pair;

impl<'a> Builder<'a> {
    pub(super) fn template(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Template> {
        let (mut extends, mut pins, mut recipe) = (None, Vec::new(), None);
        let (mut statements, mut cards, mut polarity) = (Vec::new(), Vec::new(), Vec::new());
        let mut simulator = None;
        for (mut s, inner) in self.statements(block, Context::Template) {
            match s.word {
                "extends" => extends = self.next_word(&mut s.nodes),
                "pins" => pins = self.names_in(&mut s.nodes),
                "polarity" => polarity = self.names_in(&mut s.nodes),
                "simulator" => simulator = self.next_word(&mut s.nodes),
                "recipe" => recipe = Some(self.recipe(inner, s.span)),
                "card" => cards.extend(self.card(s, inner)),
                "part" => {
                    statements.extend(self.part(s, inner).map(TemplateStatement::Part));
                }
                _ => statements.extend(self.template_statement(s)),
            }
        }
        let mut nodes = head?.nodes;
        let name = self.next_word(&mut nodes)?;
        // A function of numbers has no kind: what stands in its place is empty.
        let none = Word { text: String::new(), span: name.span };
        let kind = self.next_word(&mut nodes).unwrap_or(none);
        let body = TemplateBody { pins, polarity, simulator, statements, recipe, cards };
        Some(Template { name, kind, extends, body: body.into() })
    }

    fn template_statement(&mut self, mut s: Parsed<'a>) -> Option<TemplateStatement> {
        let kind = match s.word {
            "nodes" => {
                let nodes = self.names_in(&mut s.nodes);
                let because = self.reason(&mut s.nodes);
                return Some(TemplateStatement::Nodes { nodes, because });
            }
            "table" => return self.table(s).map(TemplateStatement::Table),
            "param" => return self.parameter(s).map(TemplateStatement::Parameter),
            "let" => return self.let_of(s).map(TemplateStatement::Let),
            "solve" => {
                let name = self.next_word(&mut s.nodes)?;
                let unit = self.next_type(&mut s.nodes)?;
                let range = self.next_expr(&mut s.nodes)?;
                let equation = self.next_expr(&mut s.nodes)?;
                return Some(TemplateStatement::Solve {
                    span: s.span,
                    name,
                    unit,
                    range,
                    equation,
                });
            }
            "input" => {
                let name = self.next_word(&mut s.nodes)?;
                let unit = self.next_type(&mut s.nodes)?;
                let because = self.reason(&mut s.nodes);
                return Some(TemplateStatement::Input { name, unit, because });
            }
            "output" => {
                let name = self.next_word(&mut s.nodes)?;
                let value = self.next_expr(&mut s.nodes)?;
                let because = self.reason(&mut s.nodes);
                return Some(TemplateStatement::Output { name, value, because });
            }
            "current" => BranchKind::Current,
            "charge" => BranchKind::Charge,
            "capacitance" => BranchKind::Capacitance,
            _ => BranchKind::Resistor,
        };
        let from = self.next_word(&mut s.nodes)?;
        let to = self.next_word(&mut s.nodes)?;
        let value = self.next_expr(&mut s.nodes)?;
        Some(TemplateStatement::Branch { span: s.span, kind, from, to, value })
    }

    fn part(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<Part> {
        let mut entries = Vec::new();
        for (mut line, _) in self.statements(block, Context::Part) {
            let Some(name) = self.next_word(&mut line.nodes) else { continue };
            let mut inside = |rule| Some(Nodes::new(line.nodes.take_rule(rule)?.into_inner()));
            let value = inside(Rule::part_value);
            let exported = inside(Rule::card_as).and_then(|mut n| self.next_word(&mut n));
            let value = transpose(value.map(|mut n| self.next_expr(&mut n)));
            entries.extend(value.map(|value| PartEntry { name, value, exported }));
        }
        let name = self.next_word(&mut s.nodes)?;
        let template = self.next_word(&mut s.nodes)?;
        let mut inside = |rule| Some(Nodes::new(s.nodes.take_rule(rule)?.into_inner()));
        let polarity = inside(Rule::part_polarity).and_then(|mut n| self.next_word(&mut n));
        let nodes = inside(Rule::card_on).map_or_else(Vec::new, |mut on| self.names_in(&mut on));
        Some(Part { span: s.span, name, template, polarity, nodes, entries })
    }

    fn table(&mut self, mut s: Parsed<'a>) -> Option<Table> {
        let name = self.next_word(&mut s.nodes)?;
        let mut inside = |rule| Some(Nodes::new(s.nodes.take_rule(rule)?.into_inner()));
        let unit = inside(Rule::param_type);
        let mut over = inside(Rule::table_over)?;
        let at = inside(Rule::table_at)?;
        let unit = transpose(unit.map(|mut n| self.next_type(&mut n)))?;
        let over = self.next_type(&mut over)?;
        let knots = at.map(|knot| self.expr(knot)).collect::<Option<Vec<Expr>>>()?;
        let values = self.values(s, name, unit)?;
        Some(Table { values, over, knots })
    }

    fn parameter(&mut self, mut s: Parsed<'a>) -> Option<Parameter> {
        let name = self.next_word(&mut s.nodes)?;
        let unit = s.nodes.take_rule(Rule::param_type).map(|p| Nodes::new(p.into_inner()));
        let unit = transpose(unit.map(|mut n| self.next_type(&mut n)))?;
        self.values(s, name, unit)
    }

    /// What is said of a parameter after its unit.
    fn values(&mut self, mut s: Parsed<'a>, name: Word, unit: Option<Type>) -> Option<Parameter> {
        let mut inside = |rule| Some(Nodes::new(s.nodes.take_rule(rule)?.into_inner()));
        let card_unit = inside(Rule::param_card);
        let default = inside(Rule::param_default);
        let range = inside(Rule::param_range);
        let scale = inside(Rule::param_scale);
        let card_unit = transpose(card_unit.map(|mut n| self.next_type(&mut n)))?;
        let default = transpose(default.map(|mut n| self.next_expr(&mut n)))?;
        let range = transpose(range.map(|mut n| self.next_expr(&mut n)))?;
        let scale = scale
            .and_then(|mut n| self.next_word(&mut n))
            .map(|w| self.choice(w, "a scale", &["linear", "log"]));
        let fixed = s.nodes.take_rule(Rule::flag_fixed).is_some();
        let instance = s.nodes.take_rule(Rule::flag_instance).is_some();
        let because = self.reason(&mut s.nodes);
        Some(Parameter {
            span: s.span,
            name,
            unit,
            card_unit,
            default,
            range,
            scale,
            fixed,
            instance,
            because,
        })
    }

    fn card(&mut self, mut s: Parsed<'a>, block: &[Statement]) -> Option<Card> {
        let mut parameters: Vec<CardEntry> = Vec::new();
        for (line, _) in self.statements(block, Context::Card) {
            for entry in line.nodes {
                parameters.extend(self.card_entry(entry));
            }
        }
        let family = self.next_word(&mut s.nodes)?;
        let mut devices = Vec::new();
        while let Some(device) = s.nodes.take_rule(Rule::card_device) {
            let mut nodes = Nodes::new(device.into_inner());
            devices.push((self.next_quoted(&mut nodes)?, self.next_word(&mut nodes)));
        }
        let mut settings = Vec::new();
        if let Some(with) = s.nodes.take_rule(Rule::card_with) {
            for setting in Nodes::new(with.into_inner()) {
                settings.push(self.card_setting(setting)?);
            }
        }
        let on = s.nodes.take_rule(Rule::card_on).map(|on| Nodes::new(on.into_inner()));
        let nodes = on.map_or_else(Vec::new, |mut on| self.names_in(&mut on));
        Some(Card { span: s.span, family, devices, settings, nodes, parameters })
    }

    fn card_entry(&mut self, entry: Pair<'a, Rule>) -> Option<CardEntry> {
        let mut nodes = Nodes::new(entry.into_inner());
        let name = self.next_word(&mut nodes)?;
        let written = nodes.take_rule(Rule::card_as).map(|p| Nodes::new(p.into_inner()));
        let written = written.and_then(|mut n| self.next_word(&mut n));
        Some(CardEntry { name, written, signed: nodes.take_rule(Rule::flag_signed).is_some() })
    }

    fn card_setting(&mut self, setting: Pair<'a, Rule>) -> Option<CardSetting> {
        let mut nodes = Nodes::new(setting.into_inner());
        let name = self.next_word(&mut nodes)?;
        let value = nodes.take_rule(Rule::card_value).map(|p| Nodes::new(p.into_inner()));
        let value = transpose(value.map(|mut n| self.next_expr(&mut n)))?;
        Some(CardSetting { name, value, polarity: self.next_word(&mut nodes) })
    }

    pub(super) fn recipe(&mut self, block: &[Statement], span: Span) -> Recipe {
        let (mut lets, mut stages, mut polish) = (Vec::new(), Vec::new(), None);
        for (mut s, inner) in self.statements(block, Context::Recipe) {
            match s.word {
                "let" => lets.extend(self.let_of(s)),
                "polish" => polish = Some(s.span),
                _ => {
                    let statements = self.stage(inner);
                    let name = self.next_word(&mut s.nodes);
                    stages.extend(name.map(|name| Stage { name, statements }));
                }
            }
        }
        Recipe { span, lets, stages, polish }
    }

    pub(super) fn stage(&mut self, block: &[Statement]) -> Vec<StageStatement> {
        let statements = self.statements(block, Context::Stage);
        statements.into_iter().filter_map(|(s, _)| self.stage_statement(s)).collect()
    }

    fn stage_statement(&mut self, mut s: Parsed<'a>) -> Option<StageStatement> {
        let span = s.span;
        Some(match s.word {
            "let" => StageStatement::Let(self.let_of(s)?),
            "seed" => {
                let parameter = self.next_word(&mut s.nodes)?;
                let mut values = Vec::new();
                while let Some(pair) = s.nodes.take_rule(Rule::expr) {
                    values.push(self.expr(pair)?);
                }
                let because = self.reason(&mut s.nodes);
                StageStatement::Seed { span, parameter, values, because }
            }
            "bound" => {
                let parameter = self.next_word(&mut s.nodes)?;
                let mut ranges = Vec::new();
                while let Some(pair) = s.nodes.take_rule(Rule::span_of_values) {
                    ranges.push(self.expr(pair)?);
                }
                let because = self.reason(&mut s.nodes);
                StageStatement::Bound { span, parameter, ranges, because }
            }
            "fit" => {
                let parameters = self.names_in(&mut s.nodes);
                let targets = s.nodes.map(|p| self.target(p)).collect::<Option<Vec<_>>>()?;
                StageStatement::Fit { span, parameters, targets }
            }
            _ => {
                let mut parameters = Vec::new();
                while let Some(pair) = s.nodes.take_rule(Rule::trial) {
                    let mut nodes = Nodes::new(pair.into_inner());
                    let name = self.next_word(&mut nodes)?;
                    let start = transpose(nodes.next().map(|p| self.expr(p)))?;
                    parameters.push((name, start));
                }
                let improves = self.next_expr(&mut s.nodes)?;
                StageStatement::Try { span, parameters, improves }
            }
        })
    }

    fn target(&mut self, pair: Pair<'a, Rule>) -> Option<Target> {
        let mut nodes = Nodes::new(pair.into_inner());
        let signature = nodes.next().and_then(|p| self.signature(p))?;
        let measure = nodes
            .take_rule(Rule::measure)
            .and_then(|p| self.next_word(&mut Nodes::new(p.into_inner())))
            .map(|w| {
                self.choice(w, "a measure", &["drawn", "limits", "linear", "log", "relative"])
            });
        let window =
            nodes.take_rule(Rule::window).map(|p| self.next_expr(&mut Nodes::new(p.into_inner())));
        Some(Target { signature, measure, window: transpose(window)? })
    }
}
