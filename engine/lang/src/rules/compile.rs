//! From the items as written to the [`Rulebook`]: rules, overrides, waivers, functions.

use super::book::{Change, ChangedValue, PackFiles, PackText, Phase, Rulebook, View};
use super::expr::{ExprKind as Kind, TypedExpr};
use super::rule::{Body, Need, Part, RuleBody, RuleIr, RuleLimit};
use super::scope::{Callable, Checker};
use super::scripts::Scripts;
use super::signatures::{function_bodies, signatures};
use super::types::Type;
use super::{readings, recipes, select, testing, waivers};
use crate::check::dims;
use crate::ir::{Library, Owned};
use crate::threads::{self, side_by_side};
use crate::told;
use espice_base::{Code, Diagnostic, Diagnostics, Severity, SourceMap, Span};
use espice_facts::Origin;
use espice_syntax::ast::{self, ComprehensionKind, Expr, ExprKind, MessagePart, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rules that are worth a thread to check.
const WORTH_A_THREAD: usize = 50;
/// How many rules are checked at once.
const PIECE: usize = 16;

/// Checks the expressions of everything that is not a template. Items with mistakes are missing
/// from the rulebook and stand in the diagnostics, which are sorted. What items refer to (rules,
/// kinds, templates) has been checked when the library was loaded and is not told again.
pub fn check(library: &Arc<Library>, sources: &SourceMap) -> (Rulebook, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let (functions, scripts) = signatures(library, &mut diagnostics);
    let compiled = Scripts::compile(&library.scripts, &scripts, &mut diagnostics);
    let unchecked = Arc::new(Unchecked { library: library.clone(), functions, scripts });
    let mut checker = unchecked.checker();
    let mut book = Rulebook {
        symbols: library.symbols.clone(),
        tables: library.tables.clone(),
        functions: function_bodies(&mut checker, library),
        scripts: compiled,
        pack_files: library
            .packs
            .iter()
            .map(|p| PackFiles { name: p.name.clone(), files: p.files.clone() })
            .collect(),
        texts: library
            .packs
            .iter()
            .flat_map(|p| &p.files)
            .filter_map(|f| Some((*f, PackText::new(sources.get(*f)?.held().clone()))))
            .collect(),
        rules: Vec::with_capacity(library.rules.len()),
        readings: readings::check_readings(&mut checker, library),
        recognisers: readings::check_recognisers(&mut checker, library),
        selects: select::check(&mut checker, library),
        recipes: recipes::check(&mut checker, library),
        tests: Vec::new(),
        changed: Vec::new(),
        waivers: Vec::new(),
        packs: library.packs.iter().map(|p| p.name.clone()).collect(),
        views: BTreeMap::new(),
        changes: Vec::new(),
    };
    // Rules that did not compile keep their place in `places`, so that references find them.
    let mut places: Vec<Option<usize>> = Vec::new();
    let open = |o: &&Owned<ast::Rule>| !library.templates.is_settled(o.pack);
    let threads = threads::worth(library.rules.iter().filter(open).count(), WORTH_A_THREAD);
    let pieces = library.rules.len().div_ceil(PIECE);
    let checked = side_by_side(
        threads,
        pieces,
        || (),
        |(), piece| {
            let mut checker = unchecked.checker();
            let rules: Vec<Option<RuleIr>> = unchecked.rules(&mut checker, piece);
            (rules, checker.diagnostics)
        },
    );
    let mut rules = Vec::with_capacity(library.rules.len());
    for (checked, complaints) in checked {
        rules.extend(checked);
        checker.diagnostics.extend(complaints);
    }
    for rule in rules {
        places.push(rule.as_ref().map(|_| book.rules.len()));
        book.rules.extend(rule);
    }
    for pack in library.tests.iter().map(|t| t.pack) {
        if !book.views.contains_key(&pack) {
            let packs = library.reach(pack);
            let mut rules = book.rules.clone();
            apply_overrides(&mut checker, library, &places, &mut rules, |p| packs.contains(&p));
            book.views.insert(pack, View { rules, packs });
        }
    }
    (book.changes, book.changed) =
        apply_overrides(&mut checker, library, &places, &mut book.rules, |_| true);
    for owned in &library.waivers {
        book.waivers.extend(waivers::check(&mut checker, library, &places, &book.rules, owned));
    }
    book.tests = testing::check(&mut checker, library, &places, &book.rules);
    diagnostics.extend(checker.diagnostics);
    crate::lint::check_allows(library, &mut diagnostics);
    told::once(&mut diagnostics, &library.damage, sources);
    (book, diagnostics)
}

/// The index in the library of the rule that a path names from a pack.
pub(crate) fn find_rule(library: &Library, from: usize, path: &ast::Path) -> Option<usize> {
    library.find_rule(from, path)
}

const SEVERITIES: [(&str, Severity); 3] =
    [("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];

fn severity(word: &Word) -> Option<Severity> {
    SEVERITIES.iter().find(|s| s.0 == word.text).map(|s| s.1)
}

pub(crate) fn unknown_word(checker: &mut Checker<'_>, what: &str, word: &Word, known: &[&str]) {
    let help = dims::likely(&word.text, known.iter().copied())
        .unwrap_or_else(|| format!("write one of `{}`", known.join("`, `")));
    checker.refuse(Code::UNKNOWN_WORD, word.span, format!("`{}` is no {what}", word.text), &help);
}

/// What checking an item takes that is not checked yet.
#[derive(Debug)]
pub(super) struct Unchecked {
    library: Arc<Library>,
    functions: Vec<Callable>,
    scripts: Vec<Callable>,
}

impl Unchecked {
    fn checker(&self) -> Checker<'_> {
        Checker::new(&self.library, &self.functions, &self.scripts)
    }

    /// The rules of a piece: those of settled packs with bodies that are checked later.
    fn rules(self: &Arc<Self>, checker: &mut Checker<'_>, piece: usize) -> Vec<Option<RuleIr>> {
        let first = piece * PIECE;
        let rules = self.library.rules.iter().enumerate().skip(first).take(PIECE);
        rules
            .map(|(index, owned)| {
                if self.library.templates.is_settled(owned.pack) {
                    let head = check_head(checker, &self.library, owned);
                    head.map(|head| head.with_later(self, index))
                } else {
                    check_rule(checker, &self.library, owned)
                }
            })
            .collect()
    }

    /// The body of a rule by its index in the library; `None` when it has mistakes.
    pub(super) fn body(&self, index: usize) -> Option<RuleBody> {
        let owned = self.library.rules.get(index)?;
        let mut checker = self.checker();
        checker.start(owned.pack);
        checker.kinds = scope(&mut checker, &self.library, &owned.item.scope).0;
        check_body(&mut checker, &self.library, owned).filter(|_| checker.is_sound(0))
    }
}

fn check_rule(
    checker: &mut Checker<'_>,
    library: &Library,
    owned: &Owned<ast::Rule>,
) -> Option<RuleIr> {
    let before = checker.diagnostics.len();
    let head = check_head(checker, library, owned);
    let body = check_body(checker, library, owned);
    // What a damaged rule says is not all that it would say: nothing is held against it.
    let is_sound = checker.is_sound(before) && !library.damaged.contains(&owned.item.name.span);
    Some(head?.with_body(body.filter(|_| is_sound)?))
}

/// What is known of a rule without its body. The checker then knows its kinds.
fn check_head(
    checker: &mut Checker<'_>,
    library: &Library,
    owned: &Owned<ast::Rule>,
) -> Option<RuleIr> {
    let item = &owned.item;
    checker.start(owned.pack);
    let level = severity(&item.severity);
    if level.is_none() {
        unknown_word(checker, "severity", &item.severity, &["error", "warning", "note"]);
    }
    let phase = Phase::named(&item.phase.text);
    if phase.is_none() {
        let phases = ["source", "data", "model", "library"];
        unknown_word(checker, "phase of a rule", &item.phase, &phases);
    }
    let (kinds, origins) = scope(checker, library, &item.scope);
    checker.kinds = kinds.clone();
    Some(RuleIr {
        name: item.name.text.clone(),
        pack: library.pack_name(owned.pack).to_string(),
        doc: owned.doc.clone(),
        severity: level?,
        phase: phase?,
        formerly: item.formerly.iter().map(|f| f.text.clone()).collect(),
        kinds,
        off: None,
        origins,
        body: Body::default(),
    })
}

/// What a rule says; `None` when it checks nothing. The checker's frame is free again after.
fn check_body(
    checker: &mut Checker<'_>,
    library: &Library,
    owned: &Owned<ast::Rule>,
) -> Option<RuleBody> {
    let item = &owned.item;
    let mut limits = Vec::new();
    for limit in &item.limits {
        checker.keep_meaning(&limit.name);
        let Some(ty) = checker.declared(&limit.unit) else {
            // The unit has been told, and not each use of the name.
            checker.alias(&limit.name.text, usize::MAX, Type::Unknown);
            continue;
        };
        let mut value = checker.expr(&limit.value);
        let what = format!("`{}`", limit.name.text);
        let declared = Some(super::scope::type_span(&limit.unit));
        checker.expect(&mut value, &limit.value, &ty, &what, declared);
        value.ty = ty.clone();
        value.evidence = false;
        let slot = checker.define(&limit.name.text, value);
        limits.push(RuleLimit {
            name: limit.name.text.clone(),
            because: quoted(&limit.because),
            span: limit.name.span,
            ty,
            slot,
        });
    }
    // `let` comes first: `when` and `needs` may use what it names.
    let lets: Vec<(String, usize)> =
        item.lets.iter().map(|l| (l.name.text.clone(), checker.define_let(l))).collect();
    let when = item.when.as_ref().map(|w| {
        let typed = checker.expr(w);
        checker.expect_truth(&typed, "`when`");
        typed
    });
    let (needs, need_spans): (Vec<Need>, Vec<Span>) =
        item.needs.iter().filter_map(|n| Some((check_need(checker, n)?, n.span))).unzip();
    let mut checks = Vec::with_capacity(item.checks.len());
    for check in &item.checks {
        let typed = checker.expr(check);
        checker.expect_truth(&typed, "what is checked");
        checks.push(typed);
    }
    if item.checks.is_empty() && !library.damaged.contains(&item.name.span) {
        checker.refuse(
            Code::NO_CHECK,
            item.name.span,
            format!("the rule `{}` checks nothing", item.name.text),
            "write `check …`",
        );
    }
    let mark = checker.enter();
    let twins = bind_worst(checker, &item.checks, &checks);
    // Without a check there is nothing that a message could speak of.
    let say = item.say.as_ref().filter(|_| !item.checks.is_empty());
    let say = say.map(|m| message(checker, &m.parts)).unwrap_or_default();
    checker.leave(mark);
    let frame = checker.finish_frame();
    let (first, last) = (item.name.span, checks.last()?.span);
    Some(RuleBody {
        because: quoted(&item.because),
        help: quoted(&item.help),
        limits,
        span: first.to(last),
        when,
        needs,
        need_spans,
        lets,
        frame,
        checks,
        say,
        twins,
        unwaivable: item.unwaivable.as_ref().map(|u| quoted(&u.1)),
    })
}

pub(crate) fn quoted(text: &Option<ast::Quoted>) -> String {
    text.as_ref().map_or(String::new(), |q| q.text.clone())
}

fn scope(
    checker: &mut Checker<'_>,
    library: &Library,
    words: &[Word],
) -> (Vec<String>, Vec<Origin>) {
    const ORIGINS: [(&str, Origin); 2] =
        [("measured", Origin::Measured), ("digitised", Origin::Digitised)];
    let (mut kinds, mut origins) = (Vec::new(), Vec::new());
    for word in words {
        if let Some((_, origin)) = ORIGINS.iter().find(|o| o.0 == word.text) {
            origins.push(*origin);
        } else if library.symbols.kind(&word.text).is_some() {
            kinds.push(word.text.clone());
        } else if library.is_forgiven(checker.pack, &word.text) {
            checker.forgiven = true;
        } else {
            let known = library.symbols.kinds().map(|k| k.name.as_str());
            let help = dims::likely(&word.text, known.chain(["measured", "digitised"]));
            checker.diagnostics.push(
                Diagnostic::error(
                    Code::UNKNOWN_KIND,
                    format!("there is no device kind `{}`", word.text),
                )
                .at(word.span)
                .maybe_help(help),
            );
        }
    }
    (kinds, origins)
}

fn check_need(checker: &mut Checker<'_>, need: &Expr) -> Option<Need> {
    let symbols = &checker.library.symbols;
    match &need.kind {
        ExprKind::Name(name) if symbols.symbol(name).is_some() => {
            return Some(Need::Symbol(name.clone()));
        }
        ExprKind::Call { function, .. } if symbols.symbol(&function.text).is_some() => {
            return checker.wanted(need).map(|w| Need::Curve(w.0));
        }
        ExprKind::Signature(_) => return checker.wanted(need).map(|w| Need::Curve(w.0)),
        _ => {}
    }
    let typed = checker.expr(need);
    Some(Need::Expr(typed))
}

/// Brings the binders through which a check runs into the scope of the message, and `worst` for
/// the innermost. Returns the slots that bear one name in several checks: whichever check decides
/// gives all of them its record.
fn bind_worst(
    checker: &mut Checker<'_>,
    written: &[Expr],
    checks: &[TypedExpr],
) -> Vec<Vec<usize>> {
    let mut all: Vec<(String, usize, Type)> = Vec::new();
    for (e, t) in written.iter().zip(checks) {
        let mut own = Vec::new();
        binders(e, t, &mut own);
        let innermost = own.last().map(|(_, slot, ty)| (String::from("worst"), *slot, ty.clone()));
        all.extend(innermost.into_iter().chain(own));
    }
    let mut twins: Vec<Vec<usize>> = Vec::new();
    let mut named: Vec<&(String, usize, Type)> = Vec::new();
    for one in all.iter().rev() {
        // The last check's binder is the one that the message reads.
        if named.iter().any(|n| n.0 == one.0) {
            continue;
        }
        checker.alias(&one.0, one.1, one.2.clone());
        named.push(one);
        let same = |other: &&(String, usize, Type)| other.0 == one.0 && other.2 == one.2;
        let slots: Vec<usize> = all.iter().filter(same).map(|o| o.1).collect();
        twins.extend(Some(slots).filter(|s| s.len() > 1));
    }
    twins
}

/// The loops on the way into a check, outermost first.
fn binders(written: &Expr, typed: &TypedExpr, found: &mut Vec<(String, usize, Type)>) {
    match (&written.kind, &typed.kind) {
        (
            ExprKind::Comprehension { each, body, .. },
            Kind::Comprehension {
                kind: ComprehensionKind::Every | ComprehensionKind::Some,
                slot,
                over,
                body: inner,
                ..
            },
        ) => {
            let element = match &over.ty {
                Type::List(e) | Type::Series(e) | Type::Range(e) => (**e).clone(),
                Type::Curve(c) => Type::Sample(c.clone()),
                Type::Columns => Type::Column,
                _ => Type::Unknown,
            };
            found.push((each.binder.text.clone(), *slot, element));
            binders(body, inner, found);
        }
        // What does not check has been told, and the message is not to be blamed for it.
        (
            ExprKind::Comprehension {
                kind: ComprehensionKind::Every | ComprehensionKind::Some,
                each,
                body,
            },
            Kind::Missing,
        ) if typed.ty == Type::Unknown => {
            found.push((each.binder.text.clone(), usize::MAX, Type::Unknown));
            binders(body, typed, found);
        }
        (ExprKind::Unary(_, w), Kind::Not(t)) => binders(w, t, found),
        (ExprKind::Binary(_, _, wa, wb), Kind::Binary(_, a, b)) => {
            binders(wa, a, found);
            binders(wb, b, found);
        }
        _ => {}
    }
}

fn message(checker: &mut Checker<'_>, parts: &[MessagePart]) -> Vec<Part> {
    parts
        .iter()
        .map(|part| match part {
            MessagePart::Text(text) => Part::Text(text.clone()),
            MessagePart::Value(e) => match &e.kind {
                ExprKind::Name(n) if n == "observed" => Part::Observed,
                ExprKind::Name(n) if n == "limit" => Part::Limit,
                ExprKind::Name(n) if n == "margin" => Part::Margin,
                _ => Part::Value(checker.expr(e)),
            },
        })
        .collect()
}

/// Applies the overrides of some packs in the order of loading; gives what they changed.
fn apply_overrides(
    checker: &mut Checker<'_>,
    library: &Library,
    places: &[Option<usize>],
    rules: &mut [RuleIr],
    counts: impl Fn(usize) -> bool,
) -> (Vec<Change>, Vec<ChangedValue>) {
    let (mut changes, mut values) = (Vec::new(), Vec::new());
    for owned in library.overrides.iter().filter(|o| counts(o.pack)) {
        let place = find_rule(library, owned.pack, &owned.item.target);
        if let Some(index) = place.and_then(|p| places.get(p).copied().flatten())
            && let Some(rule) = rules.get_mut(index)
        {
            checker.pack = owned.pack;
            let before = rule.clone();
            let blank = ChangedValue {
                rule: index,
                pack: owned.pack,
                what: String::new(),
                from: Ok(String::new()),
                to: Ok(String::new()),
                because: quoted(&owned.item.because),
                span: owned.item.target.name.span,
            };
            apply_override(checker, rule, &owned.item, &blank, &mut values);
            changes.push(Change {
                pack: library.pack_name(owned.pack).to_string(),
                before,
                after: rule.clone(),
                limits: !owned.item.values.is_empty(),
                span: owned.item.target.name.span,
            });
        }
    }
    (changes, values)
}

/// Applies an override; its names and dimensions were checked when the library was loaded.
fn apply_override(
    checker: &mut Checker<'_>,
    rule: &mut RuleIr,
    item: &ast::Override,
    blank: &ChangedValue,
    changes: &mut Vec<ChangedValue>,
) {
    let mut change = |what: String, from, to| {
        changes.push(ChangedValue { what, from, to, ..blank.clone() });
    };
    if let Some(level) = item.severity.as_ref().and_then(severity) {
        let words = |s: Severity| Ok(s.word().to_string());
        change(String::from("severity"), words(rule.severity), words(level));
        rule.severity = level;
    }
    if item.off.is_some() {
        change(String::from("off"), Ok(String::from("on")), Ok(String::from("off")));
        rule.off = Some(quoted(&item.because));
    }
    for (name, value) in &item.values {
        let Some(limit) = rule.limits.iter().find(|l| l.name == name.text) else { continue };
        let told = std::mem::take(&mut checker.diagnostics);
        let mut typed = checker.expr(value);
        let fits = checker.expect(&mut typed, value, &limit.ty, "the limit", Some(limit.span));
        let sound = fits && checker.diagnostics.is_empty();
        let points = limit.ty == Type::Point || typed.ty == Type::Point;
        let mine = std::mem::replace(&mut checker.diagnostics, told);
        if points {
            // Loading compares dimensions alone, which do not tell a temperature from a
            // difference.
            checker.diagnostics.extend(mine);
        }
        checker.finish_frame();
        if sound {
            typed.ty = limit.ty.clone();
            typed.evidence = false;
            let slot = limit.slot;
            let before = rule.frame.slots.get(slot).and_then(Option::as_ref);
            let from = before.map_or(Ok(String::new()), |before| Err(before.span));
            change(format!("limit {}", limit.name), from, Err(typed.span));
            rule.edit(|body| body.frame.slots.get_mut(slot).map(|s| *s = Some(typed)));
        }
    }
}
