//! A rule as the rulebook holds it: its head at once, its body when someone looks at it where the
//! program's own packs declare it.

use super::book::Phase;
use super::compile::Unchecked;
use super::expr::{Frame, TypedExpr, Wanted};
use super::types::Type;
use espice_base::{Severity, Span};
use espice_facts::Origin;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// A rule, checked, overrides applied.
#[derive(Clone, Debug)]
pub struct RuleIr {
    /// Name without pack.
    pub name: String,
    /// Its pack.
    pub pack: String,
    /// Documentation.
    pub doc: String,
    /// Severity after overrides.
    pub severity: Severity,
    /// When it is evaluated.
    pub phase: Phase,
    /// Earlier names.
    pub formerly: Vec<String>,
    /// The kinds that it speaks of; empty means all.
    pub kinds: Vec<String>,
    /// The reason of an override that switched it off.
    pub off: Option<String>,
    pub(crate) origins: Vec<Origin>,
    pub(super) body: Body,
}

/// What a rule says; a rule gives it as its own.
#[derive(Clone, Default, Debug)]
pub struct RuleBody {
    /// Why it exists.
    pub because: String,
    /// What to do about a finding.
    pub help: String,
    /// Its limits.
    pub limits: Vec<RuleLimit>,
    /// The whole rule.
    pub span: Span,
    /// Why no waiver may cover it, when none may.
    pub unwaivable: Option<String>,
    pub(crate) when: Option<TypedExpr>,
    pub(crate) needs: Vec<Need>,
    /// Where each of `needs` stands.
    pub(crate) need_spans: Vec<Span>,
    pub(crate) lets: Vec<(String, usize)>,
    pub(crate) frame: Frame,
    pub(crate) checks: Vec<TypedExpr>,
    pub(crate) say: Vec<Part>,
    /// Slots of several checks that the message calls by one name.
    pub(crate) twins: Vec<Vec<usize>>,
}

impl RuleBody {
    /// The expressions that its outcome begins with; not their parts, nor what names stand for.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &TypedExpr> {
        let needs = self.needs.iter().filter_map(|need| match need {
            Need::Expr(e) => Some(e),
            _ => None,
        });
        self.when.iter().chain(&self.checks).chain(needs)
    }

    /// Those and the definitions of its names.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &TypedExpr> {
        self.conditions().chain(self.frame.slots.iter().flatten())
    }
}

/// A body that is checked, or will be when someone first looks at it.
#[derive(Clone, Default, Debug)]
pub(super) struct Body {
    ready: OnceLock<Arc<RuleBody>>,
    /// What it is checked from: the library, and its place there.
    source: Option<(Arc<Unchecked>, usize)>,
}

impl RuleIr {
    /// This rule with a body that is checked.
    pub(super) fn with_body(self, body: RuleBody) -> RuleIr {
        RuleIr { body: Body { ready: OnceLock::from(Arc::new(body)), source: None }, ..self }
    }

    /// This rule with the body of a rule of a library, checked when someone looks at it.
    pub(super) fn with_later(self, library: &Arc<Unchecked>, index: usize) -> RuleIr {
        RuleIr {
            body: Body { ready: OnceLock::new(), source: Some((library.clone(), index)) },
            ..self
        }
    }

    /// Changes what the rule says.
    pub(crate) fn edit<R>(&mut self, change: impl FnOnce(&mut RuleBody) -> R) -> R {
        let checked = Arc::clone(self.checked());
        self.body = Body::default();
        let mut body = Arc::unwrap_or_clone(checked);
        let result = change(&mut body);
        self.body.ready = OnceLock::from(Arc::new(body));
        result
    }

    fn checked(&self) -> &Arc<RuleBody> {
        self.body.ready.get_or_init(|| {
            let body = self.body.source.as_ref().and_then(|(library, index)| library.body(*index));
            // Packs of the program have no mistakes, which a test holds.
            Arc::new(body.unwrap_or_default())
        })
    }
}

impl Deref for RuleIr {
    type Target = RuleBody;

    fn deref(&self) -> &RuleBody {
        self.checked()
    }
}

impl RuleIr {
    /// `pack::name`.
    pub fn full_name(&self) -> String {
        format!("{}::{}", self.pack, self.name)
    }

    /// Whether two rules say the same, wherever they are written.
    pub fn means_the_same(&self, other: &RuleIr) -> bool {
        let limits = |rule: &RuleIr| -> Vec<_> {
            rule.limits.iter().map(|l| (l.name.clone(), l.because.clone(), l.slot)).collect()
        };
        (&self.name, &self.pack, &self.doc, self.severity, self.phase)
            == (&other.name, &other.pack, &other.doc, other.severity, other.phase)
            && (&self.kinds, &self.because, &self.help, &self.off)
                == (&other.kinds, &other.because, &other.help, &other.off)
            && (&self.origins, &self.when, &self.needs, &self.lets, &self.frame)
                == (&other.origins, &other.when, &other.needs, &other.lets, &other.frame)
            && (&self.checks, &self.say, &self.twins, &self.unwaivable)
                == (&other.checks, &other.say, &other.twins, &other.unwaivable)
            && limits(self) == limits(other)
    }

    /// Why it exists: its own reason, else those of its limits.
    pub fn why(&self) -> String {
        if !self.because.is_empty() {
            return self.because.clone();
        }
        let reasons = self.limits.iter().map(|l| l.because.as_str());
        reasons.filter(|r| !r.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

/// A limit of a rule that packs may override.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleLimit {
    /// Name.
    pub name: String,
    /// Where its number comes from.
    pub because: String,
    /// Where it stands.
    pub span: Span,
    pub(crate) ty: Type,
    pub(crate) slot: usize,
}

/// What a rule needs in order to apply.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Need {
    /// Rows or curves of a symbol.
    Symbol(String),
    /// A curve.
    Curve(Wanted),
    /// Any expression that must not be missing, empty or false.
    Expr(TypedExpr),
}

/// A part of a message.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Part {
    Text(String),
    Value(TypedExpr),
    Observed,
    Limit,
    Margin,
}
