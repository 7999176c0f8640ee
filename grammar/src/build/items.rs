//! Which item a statement of a file is, and what every item may hold.

use super::{Builder, Parsed};
use crate::ast::{Allow, ItemKind};
use crate::forms::Form;
use crate::outline::Statement;

impl<'a> Builder<'a> {
    /// The item that a statement of a file is; its block has been found.
    pub(super) fn item_kind(
        &mut self,
        form: &Form,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<ItemKind> {
        Some(match form.word {
            "symbol" => ItemKind::Symbol(self.symbol(head, block)?),
            "kind" => ItemKind::Kind(self.kind(head, block)?),
            "reading" => ItemKind::Reading(self.reading(head, block)?),
            "fn" => ItemKind::Function(self.function(head, block)?),
            "template" => ItemKind::Template(self.template(head, block)?),
            "circuit" => ItemKind::Circuit(self.circuit(head, block)?),
            "limits" => ItemKind::Limits(self.limits(head)?),
            "script" => ItemKind::Script(self.script(head)?),
            "rule" => ItemKind::Rule(self.rule(head, block)?),
            "override" => ItemKind::Override(self.override_rule(head, block)?),
            "select" => ItemKind::Select(self.select(head, block)?),
            "test" => ItemKind::Test(self.test(head, block)?.into()),
            "waive" => ItemKind::Waiver(self.waiver(head, block)?),
            _ => return None,
        })
    }

    /// `allow LINT because "…"`
    pub(super) fn allow(&mut self, mut read: Parsed<'a>) -> Option<Allow> {
        let lint = self.next_word(&mut read.nodes)?;
        let because = self.reason(&mut read.nodes)?;
        Some(Allow { lint, because, span: read.span })
    }
}
