//! What rules, overrides, selections, tests and waivers refer to exists. Their expressions are
//! checked where rules are.

use super::dims::{Operand, likely, unexpected, unit_word};
use super::names::{Class, Names};
use crate::ir::{Library, Owned, ParameterIr};
use crate::template::constant::constant_of;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::{self, Expect, Expr, ExprKind, Given, Path, SelectAction, Word};
use std::collections::BTreeMap;

/// What the checks below look into.
pub(crate) struct References<'a> {
    /// Rules and what refers to them.
    pub(crate) library: &'a Library,
    /// Declared names.
    pub(crate) names: &'a Names,
    /// Parameters by template, sound or not, but for those of settled packs.
    pub(crate) parameters: &'a BTreeMap<String, Vec<ParameterIr>>,
    /// Kinds by template, sound or not.
    pub(crate) kinds: &'a BTreeMap<String, String>,
}

const SEVERITIES: [&str; 3] = ["error", "warning", "note"];
const OUTCOMES: [&str; 7] =
    ["error", "warning", "note", "pass", "undecided", "not_applicable", "waived"];

impl References<'_> {
    /// Checks everything that refers to something.
    pub(crate) fn check(&self, diagnostics: &mut Diagnostics) {
        let library = self.library;
        library.overrides.iter().for_each(|o| self.check_override(o, diagnostics));
        self.overrides_twice(diagnostics);
        library.waivers.iter().for_each(|w| self.check_waiver(w, diagnostics));
        library.selects.iter().for_each(|s| self.check_select(s, diagnostics));
        library.tests.iter().for_each(|t| self.check_test(t, diagnostics));
        for reading in &library.readings {
            for kind in &reading.item.kinds {
                self.names.require(Class::Kind, kind, reading.pack, diagnostics);
            }
        }
        // The program's own packs have no mistakes, which a test holds.
        let open = |pack| !library.templates.is_settled(pack);
        for rule in library.rules.iter().filter(|r| open(r.pack)) {
            for limit in &rule.item.limits {
                let same = |l: &&ast::RuleLimit| l.name.text == limit.name.text;
                if let Some(first) = rule.item.limits.iter().find(same)
                    && first.name.span != limit.name.span
                {
                    diagnostics.push(twice("limit", &limit.name, &first.name));
                }
            }
        }
    }

    /// The rule that a path names; `None` when it was diagnosed or is forgiven.
    fn rule(&self, path: &Path, from: usize, diagnostics: &mut Diagnostics) -> Option<&ast::Rule> {
        if let Some(found) = self.library.find_rule(from, path) {
            return self.library.rules.get(found).map(|r| &r.item);
        }
        let name = &path.name.text;
        if self.names.is_forgiven(name, from) {
            return None;
        }
        let span = path.pack.as_ref().map_or(path.name.span, |p| p.span.to(path.name.span));
        let message = match &path.pack {
            Some(pack) => format!("there is no rule `{}::{name}`", pack.text),
            None => format!("there is no rule `{name}`"),
        };
        let seen = self.library.rules.iter().filter(|r| self.names.sees(from, r.pack));
        let same = seen.clone().find(|r| r.item.name.text == *name);
        let help = match (same, &path.pack) {
            (Some(rule), Some(_)) => {
                Some(format!("the rule is `{}::{name}`", self.names.pack(rule.pack)))
            }
            _ => likely(name, seen.map(|r| r.item.name.text.as_str())),
        };
        diagnostics.push(Diagnostic::error(Code::UNKNOWN_RULE, message).at(span).maybe_help(help));
        None
    }

    fn check_override(&self, owned: &Owned<ast::Override>, diagnostics: &mut Diagnostics) {
        let item = &owned.item;
        if let Some(severity) = &item.severity {
            one_of("severity", severity, &SEVERITIES, diagnostics);
        }
        for (index, (name, _)) in item.values.iter().enumerate() {
            let before = item.values.iter().take(index).find(|v| v.0.text == name.text);
            if let Some((first, _)) = before {
                diagnostics.push(twice("limit", name, first));
            }
        }
        let Some(rule) = self.rule(&item.target, owned.pack, diagnostics) else { return };
        for (name, value) in &item.values {
            let Some(limit) = rule.limits.iter().find(|l| l.name.text == name.text) else {
                let limits = rule.limits.iter().map(|l| l.name.text.as_str());
                let all = rule.limits.iter().map(|l| format!("`{}`", l.name.text));
                let all = all.collect::<Vec<_>>().join(", ");
                let help = likely(&name.text, limits).unwrap_or(if all.is_empty() {
                    String::from("the rule declares no limits")
                } else {
                    format!("its limits are {all}")
                });
                diagnostics.push(
                    Diagnostic::error(
                        Code::UNKNOWN_LIMIT,
                        format!("the rule `{}` has no limit `{}`", rule.name.text, name.text),
                    )
                    .at(name.span)
                    .label(rule.name.span, "the rule")
                    .help(help),
                );
                continue;
            };
            let what = format!("`{}`", name.text);
            let wanted = (what.as_str(), limit.name.span);
            self.constant(value, wanted, &limit.unit, owned.pack, diagnostics);
        }
    }

    /// A value that must be a constant of a type that is written elsewhere.
    fn constant(
        &self,
        value: &Expr,
        (what, wanted): (&str, Span),
        unit: &ast::Type,
        pack: usize,
        diagnostics: &mut Diagnostics,
    ) {
        let word = match (unit, &value.kind) {
            (ast::Type::Unit(word), _) => word,
            (ast::Type::Text(_), ExprKind::Text(_))
            | (ast::Type::Truth(_), ExprKind::Truth(_))
            // Refused where the limit is declared.
            | (ast::Type::Curve(_), _) => return,
            (ast::Type::Text(_) | ast::Type::Truth(_), _) => {
                let is_text = matches!(unit, ast::Type::Text(_));
                let kind = if is_text { "a text" } else { "`yes` or `no`" };
                diagnostics.push(
                    Diagnostic::error(Code::TYPE_NOT_ALLOWED, format!("{what} must be {kind}"))
                        .at(value.span)
                        .label(wanted, "declared here"),
                );
                return;
            }
        };
        // A unit that does not read is told where it stands.
        let Some(unit) = unit_word(word, &mut Diagnostics::new()) else { return };
        let Some(constant) = constant_of(value, what, self.names, pack, diagnostics) else {
            return;
        };
        if constant.dimension != unit.dimension {
            let operand = Operand::of(value, constant.dimension);
            diagnostics.push(unexpected(what, Some(wanted), unit.dimension, operand));
        }
    }

    /// Within a pack one override changes one limit of one rule.
    fn overrides_twice(&self, diagnostics: &mut Diagnostics) {
        let mut seen: BTreeMap<(usize, usize), &Word> = BTreeMap::new();
        for owned in &self.library.overrides {
            let path = &owned.item.target;
            let Some(rule) = self.library.find_rule(owned.pack, path) else { continue };
            match seen.get(&(owned.pack, rule)) {
                Some(before) => diagnostics.push(twice("override of", &path.name, before)),
                None => {
                    seen.insert((owned.pack, rule), &path.name);
                }
            }
        }
    }

    fn check_waiver(&self, owned: &Owned<ast::Waiver>, diagnostics: &mut Diagnostics) {
        let item = &owned.item;
        self.rule(&item.rule, owned.pack, diagnostics);
        let filled =
            |q: &Option<ast::Quoted>| q.as_ref().is_some_and(|q| !q.text.trim().is_empty());
        for (is_there, what, help) in [
            (item.until.is_some(), "a date", "write `until 2027-03-31`, the last day it holds"),
            (filled(&item.owner), "an owner", "write `owner \"…\"`, who answers for it"),
            (filled(&item.because), "a reason", "write `because \"…\"`"),
        ] {
            if !is_there && !self.names.is_damaged(item.rule.name.span) {
                diagnostics.push(
                    Diagnostic::error(
                        Code::WAIVER,
                        format!("the waiver of `{}` lacks {what}", item.rule.name.text),
                    )
                    .at(item.rule.name.span)
                    .help(help),
                );
            }
        }
    }

    fn check_select(&self, owned: &Owned<ast::Select>, diagnostics: &mut Diagnostics) {
        let kind = &owned.item.kind;
        self.names.require(Class::Kind, kind, owned.pack, diagnostics);
        for clause in &owned.item.clauses {
            let (first, second) = match &clause.action {
                SelectAction::Consider(t) | SelectAction::Reject(t) => (t, None),
                SelectAction::Prefer(a, b) => (a, Some(b)),
            };
            self.template_of_kind(first, kind, owned.pack, diagnostics);
            let Some(second) = second else { continue };
            self.template_of_kind(second, kind, owned.pack, diagnostics);
            if first.text == second.text {
                diagnostics.push(
                    Diagnostic::error(
                        Code::FORM_NOT_ALLOWED,
                        format!("`{}` is preferred over itself", first.text),
                    )
                    .at(second.span),
                );
            }
        }
    }

    fn template_of_kind(
        &self,
        template: &Word,
        kind: &Word,
        pack: usize,
        diagnostics: &mut Diagnostics,
    ) {
        if self.names.require(Class::Template, template, pack, diagnostics).is_none() {
            return;
        }
        let Some(is) = self.kinds.get(&template.text) else { return };
        let known = |k: &str| self.library.kind(k).is_some();
        if *is != kind.text && known(is) && known(&kind.text) {
            diagnostics.push(
                Diagnostic::error(
                    Code::PINS_OF_KIND,
                    format!(
                        "`{}` is a template for `{is}`, not for `{}`",
                        template.text, kind.text
                    ),
                )
                .at(template.span)
                .label(kind.span, "the kind"),
            );
        }
    }

    fn check_test(&self, owned: &Owned<ast::Test>, diagnostics: &mut Diagnostics) {
        let pack = owned.pack;
        for given in &owned.item.given {
            match given {
                Given::Data { kind, .. } => {
                    self.names.require(Class::Kind, kind, pack, diagnostics);
                }
                Given::File { .. } => {}
                Given::Model { template, values, .. } => {
                    self.given_model(template, values, pack, diagnostics);
                }
            }
        }
        for expect in &owned.item.expect {
            match expect {
                Expect::Outcome { outcome, rule, .. } => {
                    one_of("outcome", outcome, &OUTCOMES, diagnostics);
                    self.rule(rule, pack, diagnostics);
                }
                Expect::Chosen { template, .. } | Expect::Rejected { template, .. } => {
                    self.names.require(Class::Template, template, pack, diagnostics);
                }
                Expect::Tried { templates, .. } => {
                    for template in templates {
                        self.names.require(Class::Template, template, pack, diagnostics);
                    }
                }
                Expect::Kind(kind) => {
                    self.names.require(Class::Kind, kind, pack, diagnostics);
                }
                Expect::Value { .. } | Expect::Nothing(_) => {}
            }
        }
    }

    fn given_model(
        &self,
        template: &Word,
        values: &[(Word, Expr)],
        pack: usize,
        diagnostics: &mut Diagnostics,
    ) {
        if self.names.require(Class::Template, template, pack, diagnostics).is_none() {
            return;
        }
        let checked = self.parameters.get(&template.text);
        let later = || self.library.template(&template.text).map(|t| &t.parameters);
        let Some(parameters) = checked.or_else(later) else { return };
        for (name, value) in values {
            let Some(parameter) = parameters.iter().find(|p| p.name == name.text) else {
                diagnostics.push(
                    Diagnostic::error(
                        Code::UNKNOWN_PARAMETER,
                        format!("`{}` has no parameter `{}`", template.text, name.text),
                    )
                    .at(name.span)
                    .maybe_help(likely(&name.text, parameters.iter().map(|p| p.name.as_str()))),
                );
                continue;
            };
            let what = format!("`{}`", name.text);
            let Some(constant) = constant_of(value, &what, self.names, pack, diagnostics) else {
                continue;
            };
            if constant.dimension != parameter.dimension {
                let operand = Operand::of(value, constant.dimension);
                let place = Some(name.span);
                diagnostics.push(unexpected(&what, place, parameter.dimension, operand));
            }
        }
    }
}

/// Demands that a word is one of a list.
pub(crate) fn one_of(
    what: &str,
    word: &Word,
    list: &[&str],
    diagnostics: &mut Diagnostics,
) -> bool {
    if list.contains(&word.text.as_str()) {
        return true;
    }
    let all = list.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
    let help = likely(&word.text, list.iter().copied()).unwrap_or(format!("write one of {all}"));
    diagnostics.push(
        Diagnostic::error(Code::UNKNOWN_WORD, format!("`{}` is no {what}", word.text))
            .at(word.span)
            .help(help),
    );
    false
}

fn twice(what: &str, again: &Word, first: &Word) -> Diagnostic {
    Diagnostic::error(
        Code::DECLARED_TWICE,
        format!("the {what} `{}` stands here twice", again.text),
    )
    .label(again.span, "again")
    .label(first.span, "first")
}
