//! The syntax tree: what stands in a file, with places, before names, types and dimensions are
//! checked. Every node keeps its span; nothing here has been judged.

mod circuit;
mod expr;
mod template;
mod test;

pub use circuit::{Circuit, CircuitArgument, CircuitStatement, ElementKind, Way};
pub use expr::{BinaryOp, CompareOp, Comprehension, ComprehensionKind, Expr, ExprKind, UnaryOp};
pub use template::*;
pub use test::{Case, Detail, Edge, Expect, Given, GivenColumn, GivenFact, Side, Test};

use crate::freeze::Late;
use espice_base::{Date, FileId, Span};
use std::ops::Deref;

/// A word with its place. Symbols such as `VGS(th)` are one word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A quoted text with its place, quotes taken off and escapes resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quoted {
    /// The text.
    pub text: String,
    /// Its place with the quotes.
    pub span: Span,
}

/// One parsed file. A tree always comes out; items that did not parse are missing from it and
/// stand in the diagnostics.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct File {
    /// The text that was parsed.
    pub file: FileId,
    /// The items in order.
    pub items: Vec<Item>,
    /// The lints that are allowed in the whole file.
    pub allows: Vec<Allow>,
}

/// `allow LINT because "…"`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allow {
    /// The lint.
    pub lint: Word,
    /// Why what it says does not matter here.
    pub because: Quoted,
    /// The whole statement.
    pub span: Span,
}

/// An item with its documentation.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// The `///` lines before it, joined by line breaks; empty when there are none.
    pub doc: String,
    /// From its first word to its closing brace.
    pub span: Span,
    /// The lints that are allowed in it.
    pub allows: Vec<Allow>,
    /// What it is.
    pub kind: ItemKind,
}

/// The kinds of items.
#[derive(Clone, PartialEq, Debug)]
pub enum ItemKind {
    /// `symbol VF : V "forward voltage" { … }`
    Symbol(Symbol),
    /// `kind diode { … }`
    Kind(Kind),
    /// `reading NAME for KIND { … }`
    Reading(Reading),
    /// `fn NAME(…) -> UNIT …`
    Function(Function),
    /// `template NAME : KIND { … }`
    Template(Template),
    /// `circuit NAME(…) -> … for KIND { … }`
    Circuit(Circuit),
    /// `limits NAME from "…" key (…)`
    Limits(Limits),
    /// `script fn NAME(…) -> TYPE from "…"`
    Script(Script),
    /// `rule NAME : SEVERITY on PHASE { … }`
    Rule(Rule),
    /// `override PACK::NAME { … }`
    Override(Override),
    /// `select for KIND { … }`
    Select(Select),
    /// `test NAME { … }`
    Test(Late<Test>),
    /// `waive NAME …`
    Waiver(Waiver),
}

/// `symbol NAME : UNIT "title" { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Symbol {
    /// Canonical name.
    pub name: Word,
    /// Its unit.
    pub unit: Type,
    /// Name in prose.
    pub title: Option<Quoted>,
    /// Other spellings.
    pub synonyms: Vec<Quoted>,
    /// Names in prose that sources print.
    pub names: Vec<Quoted>,
    /// Whether it is a limit of what a part survives.
    pub rating: bool,
    /// Kinds that have it.
    pub kinds: Vec<Word>,
    /// Plausible range.
    pub plausible: Option<Expr>,
}

/// `kind NAME "title" { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Kind {
    /// Name.
    pub name: Word,
    /// Name in prose.
    pub title: Option<Quoted>,
    /// Pins in card order.
    pub pins: Vec<Word>,
    /// Words that the titles of sheets use for it.
    pub titles: Vec<Quoted>,
    /// Classes within the kind, with the words that say so.
    pub classes: Vec<Called>,
    /// Polarities, with the words that say so.
    pub polarities: Vec<Called>,
    /// Symbols that are positive in a device of the first polarity.
    pub positive: Vec<Word>,
    /// Symbols that are negative in it.
    pub negative: Vec<Word>,
    /// What can be measured at the pins.
    pub quantities: Vec<Quantity>,
    /// How raw sweeps show that a device is of this kind.
    pub recognise: Vec<Recognise>,
}

/// `class schottky "Schottky", "SBD"` or `polarity npn "NPN"`
#[derive(Clone, PartialEq, Debug)]
pub struct Called {
    /// Name.
    pub name: Word,
    /// What sheets call it.
    pub words: Vec<Quoted>,
}

/// `quantity IF(VF) = I(a) with V(a, k) = VF`, `quantity Cap(VDC = 0 V) = …`
#[derive(Clone, PartialEq, Debug)]
pub struct Quantity {
    /// The whole statement.
    pub span: Span,
    /// The dependent symbol.
    pub symbol: Word,
    /// The condition symbols, the usual abscissa first.
    pub arguments: Vec<Word>,
    /// What each of them is where a source does not state it.
    pub defaults: Vec<Option<Expr>>,
    /// The value in terms of `I(pin)`, `V(pin, pin)`, `C(pin, pin)`, `G(pin, pin)` and arguments.
    pub value: Expr,
    /// What is forced: `V(a, k) = …` or `I(a) = …`.
    pub drives: Vec<Drive>,
}

/// One forced voltage or current.
#[derive(Clone, PartialEq, Debug)]
pub struct Drive {
    /// `V(a, k)` or `I(a)`.
    pub target: Expr,
    /// What it is forced to.
    pub value: Expr,
}

/// `recognise s when … because "…"`
#[derive(Clone, PartialEq, Debug)]
pub struct Recognise {
    /// The whole statement.
    pub span: Span,
    /// The sweep's name in the condition.
    pub binder: Word,
    /// The condition; all sweeps must meet it.
    pub condition: Expr,
    /// The reason.
    pub because: Option<Quoted>,
}

/// `reading NAME for KIND { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// Name.
    pub name: Word,
    /// Kinds that it reads.
    pub kinds: Vec<Word>,
    /// `each s in data.sweeps where …`
    pub each: Option<Comprehension>,
    /// `let` statements.
    pub lets: Vec<Let>,
    /// The curves that it makes.
    pub curves: Vec<ReadingCurve>,
    /// The reason.
    pub because: Option<Quoted>,
}

/// One curve of a reading.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadingCurve {
    /// The whole statement.
    pub span: Span,
    /// Its signature.
    pub signature: Signature,
    /// `Y over X`.
    pub value: Expr,
    /// `held SYMBOL = VALUE`: values of the family.
    pub held: Vec<(Word, Expr)>,
    /// `keep where …`: points that belong to the curve at all.
    pub keep: Option<Expr>,
    /// `noise = …`: the absolute noise floor of y.
    pub noise: Option<Expr>,
    /// `mark WORD where …`: points that stay but are not fitted.
    pub marks: Vec<(Word, Expr)>,
}

/// `fn NAME(x : V, …) -> A …`
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// Name.
    pub name: Word,
    /// Parameters.
    pub parameters: Vec<(Word, Type)>,
    /// What it returns.
    pub result: Type,
    /// Inner definitions.
    pub lets: Vec<Let>,
    /// The value.
    pub value: Expr,
}

/// `let NAME = EXPR`
#[derive(Clone, PartialEq, Debug)]
pub struct Let {
    /// Name.
    pub name: Word,
    /// Stated type.
    pub unit: Option<Type>,
    /// Value.
    pub value: Expr,
}

/// `limits NAME from "FILE" key (a, b)`
#[derive(Clone, PartialEq, Debug)]
pub struct Limits {
    /// Name.
    pub name: Word,
    /// The CSV or XLSX file, relative to the pack file.
    pub file: Quoted,
    /// The sheet of an XLSX file; the first one when it is not named.
    pub sheet: Option<Quoted>,
    /// Key columns.
    pub keys: Vec<Word>,
}

/// `script fn NAME(c : IR(VR)) -> 1 from "FILE"`
#[derive(Clone, PartialEq, Debug)]
pub struct Script {
    /// Name.
    pub name: Word,
    /// Parameters.
    pub parameters: Vec<(Word, Type)>,
    /// What it returns.
    pub result: Type,
    /// The Rhai file, relative to the pack file.
    pub file: Quoted,
}

/// A type: a unit, a curve, text or a truth value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// A unit as written (`A/V^2`, `1`).
    Unit(Word),
    /// A curve signature.
    Curve(Signature),
    /// `text`.
    Text(Span),
    /// `yesno`.
    Truth(Span),
}

/// `rule NAME : SEVERITY on PHASE { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// Name.
    pub name: Word,
    /// `error`, `warning` or `note`.
    pub severity: Word,
    /// `source`, `data` or `model`.
    pub phase: Word,
    /// Names that it had before.
    pub formerly: Vec<Word>,
    /// Kinds, or `measured` / `digitised`.
    pub scope: Vec<Word>,
    /// What it says; a rule gives it as its own.
    pub body: Late<RuleBody>,
}

impl Deref for Rule {
    type Target = RuleBody;

    fn deref(&self) -> &RuleBody {
        &self.body
    }
}

/// What a rule says. Of packs that come with the program a run looks at the rules of few phases.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct RuleBody {
    /// Overridable constants.
    pub limits: Vec<RuleLimit>,
    /// `when …`
    pub when: Option<Expr>,
    /// Quantities without which it does not apply.
    pub needs: Vec<Expr>,
    /// Definitions.
    pub lets: Vec<Let>,
    /// What must hold; all of them.
    pub checks: Vec<Expr>,
    /// The message of a finding, with interpolations.
    pub say: Option<Message>,
    /// Why the rule exists.
    pub because: Option<Quoted>,
    /// What to do about a finding.
    pub help: Option<Quoted>,
    /// Place of `unwaivable` and its reason, when no waiver may cover it.
    pub unwaivable: Option<(Span, Option<Quoted>)>,
}

/// `limit NAME : UNIT = EXPR because "…"`
#[derive(Clone, PartialEq, Debug)]
pub struct RuleLimit {
    /// Name.
    pub name: Word,
    /// Unit.
    pub unit: Type,
    /// Value.
    pub value: Expr,
    /// Where the number comes from.
    pub because: Option<Quoted>,
}

/// A text with interpolated expressions.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// Its place.
    pub span: Span,
    /// The parts in order.
    pub parts: Vec<MessagePart>,
}

/// A part of a message.
#[derive(Clone, PartialEq, Debug)]
pub enum MessagePart {
    /// Literal text.
    Text(String),
    /// `{expr}`.
    Value(Expr),
}

/// A name that may carry its pack: `std::vf_plausible`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// The pack, when written.
    pub pack: Option<Word>,
    /// The name.
    pub name: Word,
}

/// `override PACK::NAME { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Override {
    /// The rule.
    pub target: Path,
    /// New values of its limits.
    pub values: Vec<(Word, Expr)>,
    /// New severity.
    pub severity: Option<Word>,
    /// Place of `off`, when it is switched off.
    pub off: Option<Span>,
    /// The reason.
    pub because: Option<Quoted>,
}

/// `select for KIND { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Select {
    /// The kind.
    pub kind: Word,
    /// Its clauses in order.
    pub clauses: Vec<SelectClause>,
    /// `rank by A then B`.
    pub rank: Vec<Word>,
}

/// A clause of a select block.
#[derive(Clone, PartialEq, Debug)]
pub struct SelectClause {
    /// The whole clause.
    pub span: Span,
    /// What it does.
    pub action: SelectAction,
    /// The condition; absent means always.
    pub when: Option<Expr>,
    /// The reason.
    pub because: Option<Quoted>,
}

/// What a select clause does.
#[derive(Clone, PartialEq, Debug)]
pub enum SelectAction {
    /// The template is a candidate only when the condition holds.
    Consider(Word),
    /// The template is no candidate when the condition holds.
    Reject(Word),
    /// The first goes before the second when the condition holds.
    Prefer(Word, Word),
}

/// `NAME = EXPR` inside brackets.
#[derive(Clone, PartialEq, Debug)]
pub struct Binding {
    /// The name.
    pub name: Word,
    /// The value.
    pub value: Expr,
}

/// `waive RULE for part "X" until DATE owner "…" because "…"`
#[derive(Clone, PartialEq, Debug)]
pub struct Waiver {
    /// The rule.
    pub rule: Path,
    /// What it is for, all of which must fit: a word (`part`, `maker`, `package`, `file`,
    /// `foundry`) and patterns, of which one must; `*` stands for any run of characters.
    pub scope: Vec<(Word, Vec<Quoted>)>,
    /// `when …`
    pub when: Option<Expr>,
    /// `within SHARE of VALUE`: how far the observed value may move from the one that was waived.
    pub within: Option<(Expr, Expr)>,
    /// The last day on which it holds.
    pub until: Option<(Date, Span)>,
    /// Who answers for it.
    pub owner: Option<Quoted>,
    /// Where it is kept track of.
    pub ticket: Option<Quoted>,
    /// Why.
    pub because: Option<Quoted>,
}
