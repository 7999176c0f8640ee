//! The syntax of content streams (ISO 32000-1, 7.8.2): operands and operators.
//!
//! Own code, because a content stream is long, its operands are simple, and whoever gives up at
//! the first malformed token loses the rest of a page without a word.

mod lexer;
mod number;
mod operands;

pub(crate) use lexer::{Lexer, Token};
pub(crate) use number::{is_blank, is_delimiter};
pub(crate) use operands::{Operand, Operands};
