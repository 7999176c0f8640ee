//! The espice language as text: grammar, syntax tree, error recovery and formatter.
//!
//! Parsing does no IO, never fails and never panics: a tree always comes out, beside the
//! diagnostics of the items that could not be read.

pub mod ast;
mod build;
mod draft;
mod forms;
mod freeze;
mod joining;
mod layout;
mod message;
mod once;
mod outline;
mod quotes;
mod rules;
mod tokens;

pub use draft::{Draft, Part};
pub use freeze::{Late, freeze, thaw};

use espice_base::{Diagnostic, Diagnostics, FileId, Place};

/// Reads a file of the language.
///
/// A tree always comes out. A statement that does not read is missing from its item, an item
/// whose head does not read is missing from the file; each such mistake gives one diagnostic with
/// its place, and hides no other.
pub fn parse(text: &str, file: FileId) -> (ast::File, Diagnostics) {
    let draft = Draft::new(text, file);
    let all = draft.read(0..draft.count());
    draft.join([all])
}

/// Reads one expression that starts at byte `offset` of a file, for example from a message or a
/// command line. `None` stands beside at least one diagnostic.
pub fn parse_expression(
    text: &str,
    file: FileId,
    offset: usize,
) -> (Option<ast::Expr>, Diagnostics) {
    let mut tokens = tokens::tokenise(text, file, offset);
    let mut diagnostics = std::mem::take(&mut tokens.diagnostics);
    let expr = build::expression(&tokens, file, offset, &mut diagnostics);
    (expr, settle(diagnostics, text, offset))
}

/// Lays a text out in the one canonical way: two blanks of indentation per open bracket, one
/// blank around operators, at most one empty line. Line breaks and comments stay where the author
/// put them. Laying out twice changes nothing more, and the tree stays the same.
///
/// # Errors
/// The diagnostics of a text that does not parse; such a text is not touched.
pub fn format(text: &str) -> Result<String, Diagnostics> {
    layout::format(text)
}

/// Sorts diagnostics and widens their places to whole characters: where a character was taken for
/// a shorter one, a place may end inside it.
fn settle(diagnostics: Diagnostics, text: &str, offset: usize) -> Diagnostics {
    let inside = |at: u32| {
        let at = (at as usize).saturating_sub(offset);
        at < text.len() && !text.is_char_boundary(at)
    };
    let whole = |mut diagnostic: Diagnostic| {
        for label in &mut diagnostic.labels {
            if let Place::Text(span) = &mut label.place {
                while span.start > 0 && inside(span.start) {
                    span.start -= 1;
                }
                while inside(span.end) {
                    span.end += 1;
                }
            }
        }
        diagnostic
    };
    let mut settled: Diagnostics = diagnostics.into_iter().map(whole).collect();
    settled.sort();
    once::once(settled, text, offset)
}
