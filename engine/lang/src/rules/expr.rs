use super::fields::FieldId;
use super::functions::Function;
use super::types::Type;
use espice_base::Span;
use espice_syntax::ast;

/// An expression whose names, types and dimensions have been checked. Two are equal when they
/// mean the same, wherever they are written.
#[derive(Clone, Debug)]
pub struct TypedExpr {
    /// Where it is written.
    pub span: Span,
    /// Its type.
    pub ty: Type,
    /// Whether it looks at data, a model or a device; a limit does not.
    pub(crate) evidence: bool,
    pub(crate) kind: ExprKind,
}

impl PartialEq for TypedExpr {
    fn eq(&self, other: &TypedExpr) -> bool {
        self.ty == other.ty && self.evidence == other.evidence && self.kind == other.kind
    }
}

impl TypedExpr {
    /// A node that stands for something already diagnosed.
    pub(crate) fn poison(span: Span) -> TypedExpr {
        TypedExpr { span, ty: Type::Unknown, evidence: false, kind: ExprKind::Missing }
    }

    /// The expressions directly inside, in the order of evaluation.
    pub(crate) fn parts(&self) -> Vec<&TypedExpr> {
        use ExprKind as K;
        match &self.kind {
            K::Missing
            | K::Number(_)
            | K::Text(_)
            | K::Truth(_)
            | K::Local(_)
            | K::Constant(_)
            | K::Parameter(_)
            | K::ModelParameter(_)
            | K::Rows(_)
            | K::Row(_)
            | K::Curves(_)
            | K::Curve(_)
            | K::Sweeps => Vec::new(),
            K::Negate(a)
            | K::Not(a)
            | K::Field(a, _)
            | K::Condition(a, _)
            | K::Cell(a, _)
            | K::Terminal(a, _) => {
                vec![a]
            }
            K::IsWord { value, .. } | K::IsMissing { value, .. } => vec![value],
            K::ModelAtRecord(_, a) => vec![a],
            K::Binary(_, a, b) | K::Power(a, b) | K::Over(a, b) | K::CurveAt(a, b) => vec![a, b],
            K::In { value, set, .. } => vec![value, set],
            K::Where { value, condition, .. } => vec![value, condition],
            K::If(a, b, c) => vec![a, b, c],
            K::Range(a, b, c) => {
                [Some(a), Some(b), c.as_ref()].into_iter().flatten().map(|e| &**e).collect()
            }
            K::Compare(all, _)
            | K::Builtin(_, all)
            | K::Call(_, all)
            | K::Script(_, all)
            | K::TableRow(_, all)
            | K::List(all) => all.iter().collect(),
            K::ModelAt(_, bound) | K::Grid(bound) => bound.iter().map(|b| &b.1).collect(),
            K::Points(points) => points.iter().flat_map(|p| [&p.0, &p.1]).collect(),
            K::Comprehension { over, condition, body, .. } => {
                let condition = condition.as_deref();
                [Some(&**over), condition, Some(&**body)].into_iter().flatten().collect()
            }
        }
    }

    /// The value of a literal number, possibly negated or a ratio of literals.
    pub(crate) fn constant(&self) -> Option<f64> {
        match &self.kind {
            ExprKind::Number(v) => Some(*v),
            ExprKind::Negate(inner) => Some(-inner.constant()?),
            ExprKind::Binary(ast::BinaryOp::Divide, a, b) => Some(a.constant()? / b.constant()?),
            _ => None,
        }
    }
}

/// Local names of one rule, reading, recipe or function: each has a slot; a slot with an
/// expression is a definition, evaluated when it is first looked at.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Frame {
    /// The definition of each slot; `None` for binders, arguments and limits.
    pub(crate) slots: Vec<Option<TypedExpr>>,
}

/// A condition of `at (…)` or `grid(…)`.
pub(crate) type Bound = (String, TypedExpr);

/// What a typed expression does.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum ExprKind {
    Missing,
    /// SI.
    Number(f64),
    Text(String),
    Truth(bool),
    /// A slot of the frame.
    Local(usize),
    /// A constant of the language.
    Constant(Constant),
    /// A parameter of the recipe's template by index.
    Parameter(usize),
    /// `param.NAME`.
    ModelParameter(String),
    /// What is recorded of a sweep at the node of this name.
    Terminal(Box<TypedExpr>, String),
    Negate(Box<TypedExpr>),
    Not(Box<TypedExpr>),
    Binary(ast::BinaryOp, Box<TypedExpr>, Box<TypedExpr>),
    Power(Box<TypedExpr>, Box<TypedExpr>),
    Compare(Vec<TypedExpr>, Vec<ast::CompareOp>),
    In {
        value: Box<TypedExpr>,
        set: Box<TypedExpr>,
        negated: bool,
    },
    IsWord {
        value: Box<TypedExpr>,
        word: String,
        negated: bool,
    },
    IsMissing {
        value: Box<TypedExpr>,
        negated: bool,
    },
    Range(Box<TypedExpr>, Box<TypedExpr>, Option<Box<TypedExpr>>),
    If(Box<TypedExpr>, Box<TypedExpr>, Box<TypedExpr>),
    Builtin(Function, Vec<TypedExpr>),
    /// A pack function by index into the rulebook.
    Call(usize, Vec<TypedExpr>),
    /// A script by index into the rulebook.
    Script(usize, Vec<TypedExpr>),
    /// `data.rows(VF)`; `None` for all rows.
    Rows(Option<String>),
    /// `data.row(VF)`.
    Row(String),
    /// `data.curves(IF(VF))`.
    Curves(Wanted),
    /// `data.curve(IF(VF))`.
    Curve(Wanted),
    Sweeps,
    Field(Box<TypedExpr>, FieldId),
    /// `row.IF`, `curve.TJ`: the value of a condition symbol.
    Condition(Box<TypedExpr>, String),
    TableRow(usize, Vec<TypedExpr>),
    /// A column of the row of a limits table.
    Cell(Box<TypedExpr>, usize),
    /// `model.VF at (…)`.
    ModelAt(String, Vec<Bound>),
    /// `model.VF at row.conditions`.
    ModelAtRecord(String, Box<TypedExpr>),
    /// `curve at (VF = 0.7 V)`.
    CurveAt(Box<TypedExpr>, Box<TypedExpr>),
    Over(Box<TypedExpr>, Box<TypedExpr>),
    Where {
        value: Box<TypedExpr>,
        /// Slots of `x` and `y` when the value is a curve.
        axes: Option<(usize, usize)>,
        condition: Box<TypedExpr>,
    },
    Comprehension {
        kind: ast::ComprehensionKind,
        slot: usize,
        over: Box<TypedExpr>,
        condition: Option<Box<TypedExpr>>,
        body: Box<TypedExpr>,
    },
    List(Vec<TypedExpr>),
    /// A list of `(x, y)`.
    Points(Vec<(TypedExpr, TypedExpr)>),
    Grid(Vec<Bound>),
}

/// The curves that a rule asks for: the quantity, its abscissa, and the family when it is
/// written; data drawn the other way round count too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wanted {
    pub(crate) quantity: String,
    pub(crate) x: String,
    pub(crate) family: Vec<String>,
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({}", self.quantity, self.x)?;
        if !self.family.is_empty() {
            write!(f, "; {}", self.family.join(", "))?;
        }
        f.write_str(")")
    }
}

/// The language's own constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Constant {
    /// Thermal voltage at the nominal temperature.
    ThermalVoltage,
    /// Nominal temperature.
    Nominal,
    Boltzmann,
    Charge,
    Permittivity,
    Pi,
}
