//! A file whose items are found but not read yet, so that they can be read side by side.

use crate::ast::{Allow, File, Item};
use crate::outline::{Statement, outline};
use crate::tokens::{Tokens, tokenise};
use crate::{build, settle};
use espice_base::{Diagnostics, FileId};
use std::ops::Range;

/// A file with its items as they stand in the text.
pub struct Draft<'t> {
    tokens: Tokens<'t>,
    file: FileId,
    items: Vec<Statement>,
    told: Diagnostics,
}

/// Some items of a file, read.
pub struct Part {
    items: Vec<Item>,
    allows: Vec<Allow>,
    told: Diagnostics,
}

impl<'t> Draft<'t> {
    /// Finds the items of a text.
    pub fn new(text: &'t str, file: FileId) -> Self {
        let mut tokens = tokenise(text, file, 0);
        let mut told = std::mem::take(&mut tokens.diagnostics);
        let items = outline(&tokens, file, 0, &mut told);
        Draft { tokens, file, items, told }
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Reads some of the items; nothing where there are none of that number.
    pub fn read(&self, items: Range<usize>) -> Part {
        let statements = self.items.get(items).unwrap_or_default();
        let mut told = Diagnostics::new();
        let (items, allows) =
            build::items(&self.tokens, self.file, statements, &self.told, &mut told);
        Part { items, allows, told }
    }

    /// The tree of the parts, in the order in which they stand in the text, with all that was
    /// said of it: what [`crate::parse`] gives.
    pub fn join(self, parts: impl IntoIterator<Item = Part>) -> (File, Diagnostics) {
        let mut tree = File { file: self.file, items: Vec::new(), allows: Vec::new() };
        tree.items.reserve(self.items.len());
        let mut told = self.told;
        for part in parts {
            tree.items.extend(part.items);
            tree.allows.extend(part.allows);
            told.extend(part.told);
        }
        (tree, settle(told, self.tokens.source, 0))
    }
}
