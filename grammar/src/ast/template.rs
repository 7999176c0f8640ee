//! Templates with their recipes and cards.

use super::{Expr, Let, Quoted, Type, Word};
use crate::freeze::Late;
use espice_base::Span;
use std::ops::Deref;

/// `template NAME : KIND { … }`, or `template NAME { … }` for a function of numbers
#[derive(Clone, PartialEq, Debug)]
pub struct Template {
    /// Name.
    pub name: Word,
    /// Device kind; an empty word at the name for a function of numbers.
    pub kind: Word,
    /// The template that it starts from.
    pub extends: Option<Word>,
    /// What it says; a template gives it as its own.
    pub body: Late<TemplateBody>,
}

impl Deref for Template {
    type Target = TemplateBody;

    fn deref(&self) -> &TemplateBody {
        &self.body
    }
}

/// What a template says. Of packs that come with the program a run looks at few.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct TemplateBody {
    /// Pins; empty when inherited.
    pub pins: Vec<Word>,
    /// The polarity of the equations and that of their mirror image; empty when inherited.
    pub polarity: Vec<Word>,
    /// The simulator whose equations these are; `None` when it states its own, or inherited.
    pub simulator: Option<Word>,
    /// Everything in the order of writing.
    pub statements: Vec<TemplateStatement>,
    /// The recipe; `None` when inherited.
    pub recipe: Option<Recipe>,
    /// The cards.
    pub cards: Vec<Card>,
}

/// A statement of a template.
#[derive(Clone, PartialEq, Debug)]
pub enum TemplateStatement {
    /// `nodes j because "…"`
    Nodes {
        /// The internal nodes.
        nodes: Vec<Word>,
        /// The reason.
        because: Option<Quoted>,
    },
    /// `param …`
    Parameter(Parameter),
    /// `table …`
    Table(Table),
    /// `part …`
    Part(Part),
    /// `let …`
    Let(Let),
    /// `solve x : V in lo .. hi where f == g`
    Solve {
        /// The whole statement.
        span: Span,
        /// The unknown.
        name: Word,
        /// Its unit.
        unit: Type,
        /// `lo .. hi`.
        range: Expr,
        /// The equation, a comparison with `==`.
        equation: Expr,
    },
    /// `input x : V because "…"`
    Input {
        /// Name.
        name: Word,
        /// Unit.
        unit: Type,
        /// What it is.
        because: Option<Quoted>,
    },
    /// `output y = … because "…"`
    Output {
        /// Name.
        name: Word,
        /// The value.
        value: Expr,
        /// What it is.
        because: Option<Quoted>,
    },
    /// `current j, k = …`, `charge j, k = …`, `resistor a, j = …`, `capacitance g, s = …`
    Branch {
        /// The whole statement.
        span: Span,
        /// Which.
        kind: BranchKind,
        /// From this node, through the branch …
        from: Word,
        /// … to this node.
        to: Word,
        /// Current in A, charge in C, resistance in Ohm, capacitance in F.
        value: Expr,
    },
}

/// What flows through a branch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BranchKind {
    /// A current.
    Current,
    /// A charge.
    Charge,
    /// A resistor; zero joins its nodes.
    Resistor,
    /// A capacitance that no charge belongs to.
    Capacitance,
}

/// `param NAME : UNIT card UNIT = DEFAULT in LO .. HI scale log fixed because "…"`, or with `instance` in
/// place of `fixed`
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The whole statement.
    pub span: Span,
    /// Name.
    pub name: Word,
    /// Unit; `None` on an override inside `extends`.
    pub unit: Option<Type>,
    /// The unit on the card when it differs.
    pub card_unit: Option<Type>,
    /// Default.
    pub default: Option<Expr>,
    /// `lo .. hi`.
    pub range: Option<Expr>,
    /// `log` or `linear`.
    pub scale: Option<Word>,
    /// Whether it is never fitted.
    pub fixed: bool,
    /// Whether it stands on the line of the element instead of the model card.
    pub instance: bool,
    /// What it is.
    pub because: Option<Quoted>,
}

/// `table NAME : UNIT over UNIT at X, X, X = DEFAULT in LO .. HI scale log because "…"`
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// What every value of the table is like; the name is that of the table.
    pub values: Parameter,
    /// The unit of the abscissa.
    pub over: Type,
    /// The abscissas.
    pub knots: Vec<Expr>,
}

impl Table {
    /// The name of the parameter that is the value at a knot, counted from one.
    pub fn value_name(&self, knot: usize) -> String {
        format!("{}_{knot}", self.values.name.text)
    }
}

/// `part NAME = TEMPLATE as POLARITY on a, b { IS = VALUE; BF; VAF as VA }`
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The whole statement.
    pub span: Span,
    /// The part's name.
    pub name: Word,
    /// What it is made of.
    pub template: Word,
    /// Its polarity; that of its equations when none is said.
    pub polarity: Option<Word>,
    /// What its pins are joined to, in their order.
    pub nodes: Vec<Word>,
    /// Its parameters, those that do not keep their defaults.
    pub entries: Vec<PartEntry>,
}

/// A parameter of a part.
#[derive(Clone, PartialEq, Debug)]
pub struct PartEntry {
    /// Its name in the part's template.
    pub name: Word,
    /// Its value here; without one it is a parameter of this template too.
    pub value: Option<Expr>,
    /// The name of that, where it is another.
    pub exported: Option<Word>,
}

/// `recipe { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Recipe {
    /// The whole block.
    pub span: Span,
    /// Definitions shared by the stages.
    pub lets: Vec<Let>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// The place of `polish`, when it ends with a joint fit of everything that was fitted.
    pub polish: Option<Span>,
}

/// `stage NAME { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Stage {
    /// Name.
    pub name: Word,
    /// Statements in order.
    pub statements: Vec<StageStatement>,
}

/// A statement of a stage.
#[derive(Clone, PartialEq, Debug)]
pub enum StageStatement {
    /// `let …`
    Let(Let),
    /// `seed NAME = EXPR otherwise EXPR because "…"`
    Seed {
        /// The whole statement.
        span: Span,
        /// The parameter.
        parameter: Word,
        /// Values in order of preference; the first that is not missing is taken.
        values: Vec<Expr>,
        /// The reason.
        because: Option<Quoted>,
    },
    /// `bound NAME in LOW .. HIGH otherwise LOW .. HIGH because "…"`
    Bound {
        /// The whole statement.
        span: Span,
        /// The parameter.
        parameter: Word,
        /// Ranges in order of preference; the first with both ends is taken.
        ranges: Vec<Expr>,
        /// The reason.
        because: Option<Quoted>,
    },
    /// `fit A, B to IF(VF) in log where …, VF(IF)`
    Fit {
        /// The whole statement.
        span: Span,
        /// The free parameters.
        parameters: Vec<Word>,
        /// What they are fitted to.
        targets: Vec<Target>,
    },
    /// `try A, B from EXPR keep when improves 5 %`
    Try {
        /// The whole statement.
        span: Span,
        /// The parameters that are tried in addition, each with its start.
        parameters: Vec<(Word, Option<Expr>)>,
        /// The share by which the residual must fall.
        improves: Expr,
    },
}

/// One target of a fit.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// What is compared.
    pub signature: Signature,
    /// `log`, `relative` or `linear`; `None` means the symbol's usual measure.
    pub measure: Option<Word>,
    /// Which points.
    pub window: Option<Expr>,
}

/// `IF(VF)` or `IC(VCE; IB)`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Its place.
    pub span: Span,
    /// Dependent quantity.
    pub quantity: Word,
    /// The arguments before the semicolon; the first is the abscissa.
    pub arguments: Vec<Word>,
    /// After the semicolon.
    pub family: Vec<Word>,
}

/// `card spice "D" { IS, CJO as CJ0 }`, `card spice "D" on a, k { IS }`,
/// `card spice "NMOS" for nmos, "PMOS" for pmos with LEVEL = 1 { VTO signed }`
#[derive(Clone, PartialEq, Debug)]
pub struct Card {
    /// The whole statement.
    pub span: Span,
    /// The family of dialects, `spice`.
    pub family: Word,
    /// The device type on the card, with the polarity that it is for.
    pub devices: Vec<(Quoted, Option<Word>)>,
    /// What always stands inside the model's brackets.
    pub settings: Vec<CardSetting>,
    /// The pins and inner nodes that it lies between, of a card that is one of several; empty
    /// when the card is the whole device.
    pub nodes: Vec<Word>,
    /// The parameters in card order.
    pub parameters: Vec<CardEntry>,
}

/// `LEVEL = 3`, `nchan for nmos`
#[derive(Clone, PartialEq, Debug)]
pub struct CardSetting {
    /// The word on the card.
    pub name: Word,
    /// Its value, where it has one.
    pub value: Option<Expr>,
    /// The polarity that it is for; all when none is said.
    pub polarity: Option<Word>,
}

/// `CJO as CJ0`, `VTO signed`
#[derive(Clone, PartialEq, Debug)]
pub struct CardEntry {
    /// The parameter.
    pub name: Word,
    /// Its name on the card, where that is another.
    pub written: Option<Word>,
    /// Whether the card of the mirror image has the other sign.
    pub signed: bool,
}
