//! Formulas of cards: what stands in braces, in quotes and behind the `=` of controlled sources.
//!
//! A formula is read into a tree and nothing more: names mean what the reader of the card makes
//! of them. Grammar and functions are those of the ngspice manual, chapters 2.8.5 (parameters) and
//! 5.1 (B sources), with the spellings of its relatives (`if`, `**`, doubled braces).

mod parse;
mod scan;

/// A formula.
#[derive(Clone, PartialEq, Debug)]
pub enum Formula {
    /// A number, scaled.
    Number(f64),
    /// A name without brackets.
    Name(String),
    /// `v(a)` or `v(a, b)`: nodes as written.
    Voltage(String, Option<String>),
    /// `i(v1)`: the current through a source, by its name.
    Current(String),
    /// A function by its name in lower case.
    Call(String, Vec<Formula>),
    /// A negation, arithmetic or logical.
    Unary(Prefix, Box<Formula>),
    /// An operation.
    Binary(Infix, Box<Formula>, Box<Formula>),
    /// `condition ? a : b`, and `if(condition, a, b)`.
    Choose(Box<Formula>, Box<Formula>, Box<Formula>),
}

/// Signs before a formula.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prefix {
    /// `-`
    Minus,
    /// `!`
    Not,
}

/// Signs between formulas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Infix {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^` and `**`: simulators raise the magnitude of the base.
    Power,
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
    /// `!=` and `<>`
    NotEqual,
    /// `&&` and `&`
    And,
    /// `||` and `|`
    Or,
}

/// Why a text is no formula.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormulaError {
    /// The byte at which reading ended.
    pub at: usize,
    /// What is wrong, in words.
    pub reason: String,
}

impl Formula {
    /// Reads a text, with or without braces or quotes around it.
    ///
    /// # Errors
    /// [`FormulaError`] where the text is not a formula, or nests too deep.
    pub fn parse(text: &str) -> Result<Formula, FormulaError> {
        parse::parse(text)
    }
}
