//! Expressions.

use super::{Binding, Signature, Word};
use espice_base::Span;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// A number as written, with the unit token after it.
    Number {
        /// The number as written.
        number: Word,
        /// The unit as written.
        unit: Option<Word>,
    },
    /// Quoted text.
    Text(String),
    /// `yes` or `no`.
    Truth(bool),
    /// `missing`.
    Missing,
    /// A name.
    Name(String),
    /// `-x`, `not x`.
    Unary(UnaryOp, Box<Expr>),
    /// `x + y` and the like; the span is the operator's.
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    /// `a < b <= c`.
    Compare {
        /// The leftmost operand.
        first: Box<Expr>,
        /// Each operator with its place and right operand.
        rest: Vec<(CompareOp, Span, Expr)>,
    },
    /// `x in set`, `x not in set`.
    In {
        /// The value.
        value: Box<Expr>,
        /// A range or a list.
        set: Box<Expr>,
        /// Whether `not` stands there.
        negated: bool,
    },
    /// `x is word`, `x is not word`; `missing` is such a word.
    Is {
        /// The value.
        value: Box<Expr>,
        /// The word.
        word: Word,
        /// Whether `not` stands there.
        negated: bool,
    },
    /// `lo .. hi by step`.
    Range {
        /// Lower end.
        low: Box<Expr>,
        /// Upper end.
        high: Box<Expr>,
        /// Step.
        step: Option<Box<Expr>>,
    },
    /// `if c then a else b`.
    If {
        /// Condition.
        condition: Box<Expr>,
        /// When it holds.
        then: Box<Expr>,
        /// When it does not.
        otherwise: Box<Expr>,
    },
    /// `f(a, b)`; also `V(a, k)`, `IF(VF)`, told apart by the checker.
    Call {
        /// The name.
        function: Word,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `x.method(a, b)`, as in `data.rows(VF)`.
    Method {
        /// The receiver.
        value: Box<Expr>,
        /// The name.
        method: Word,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// `IC(VCE; IB)`.
    Signature(Signature),
    /// `x.name`.
    Field {
        /// The record.
        value: Box<Expr>,
        /// The field.
        field: Word,
    },
    /// `table[key, key]`.
    Index {
        /// The table or list.
        value: Box<Expr>,
        /// The keys.
        keys: Vec<Expr>,
    },
    /// `x at (IF = 10 mA)`.
    AtBindings {
        /// The value.
        value: Box<Expr>,
        /// The conditions.
        bindings: Vec<Binding>,
    },
    /// `x at row.conditions`.
    At {
        /// The value.
        value: Box<Expr>,
        /// A record of conditions.
        conditions: Box<Expr>,
    },
    /// `y over x`.
    Over(Box<Expr>, Box<Expr>),
    /// `e where condition`.
    Where(Box<Expr>, Box<Expr>),
    /// `every x in xs: p` and the like.
    Comprehension {
        /// Which.
        kind: ComprehensionKind,
        /// `x in xs where …`.
        each: Box<Comprehension>,
        /// What is formed for each.
        body: Box<Expr>,
    },
    /// `[a, b, c]`.
    List(Vec<Expr>),
    /// `(x, y)`.
    Point(Box<Expr>, Box<Expr>),
    /// `grid(VF = 0 V .. 1 V by 0.1 V, …)`.
    Grid(Vec<Binding>),
}

/// `x in xs where condition`
#[derive(Clone, PartialEq, Debug)]
pub struct Comprehension {
    /// The bound name.
    pub binder: Word,
    /// What it runs over.
    pub over: Expr,
    /// Which of them.
    pub condition: Option<Expr>,
}

/// What a comprehension forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ComprehensionKind {
    /// All hold.
    Every,
    /// At least one holds.
    Some,
    /// How many hold.
    Count,
    /// The sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// A list.
    List,
    /// A curve of the body over the bound value.
    Curve,
}

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `and`
    And,
    /// `or`
    Or,
}

/// Comparison operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompareOp {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}
