//! Templates without pins: functions of numbers, with inputs and outputs in place of branches.

use super::build::Builder;
use crate::check::dims::type_unit;
use crate::ir::{InputIr, Leaf, ResultIr};
use espice_base::{Code, Diagnostic};
use espice_syntax::ast::{Expr, Quoted, TemplateStatement, Type, Word};

impl Builder<'_> {
    /// `input x : V`
    pub(super) fn input(&mut self, name: &Word, unit: &Type, because: &Option<Quoted>) {
        let is_free = self.declare(name);
        self.lower.later.remove(&name.text);
        let unit = type_unit(unit, &mut self.lower.diagnostics);
        if !is_free {
            return;
        }
        let Some(unit) = unit else {
            self.lower.locals.insert(name.text.clone(), None);
            return;
        };
        let leaf = Leaf::Argument(u32::try_from(self.inputs.len()).unwrap_or(u32::MAX));
        self.lower.input(&name.text, leaf, unit.dimension, name.span);
        let because = because.as_ref().map_or(String::new(), |b| b.text.clone());
        self.inputs.push(InputIr { name: name.text.clone(), unit, because, span: name.span });
    }

    /// `output y = a * x`
    pub(super) fn output(&mut self, name: &Word, value: &Expr, because: &Option<Quoted>) {
        let is_free = self.declare(name);
        self.lower.later.remove(&name.text);
        self.lower.locals.insert(name.text.clone(), None);
        let Some(number) = self.lower.number(value).filter(|_| is_free) else { return };
        self.results.push(ResultIr {
            name: name.text.clone(),
            dimension: number.dimension,
            value: number.id,
            because: because.as_ref().map_or(String::new(), |b| b.text.clone()),
            span: name.span,
        });
    }

    /// A template is a device, which has a kind and pins, or a function, which has outputs.
    pub(super) fn device_or_function(&mut self) {
        let merged = self.merged;
        let first = merged.statements.iter().find_map(|p| match &p.statement {
            TemplateStatement::Input { name, .. } | TemplateStatement::Output { name, .. } => {
                Some(name.span)
            }
            _ => None,
        });
        let of_device = |s: &TemplateStatement| {
            matches!(s, TemplateStatement::Branch { .. } | TemplateStatement::Nodes { .. })
        };
        let has_network =
            !merged.pins.is_empty() || merged.statements.iter().any(|p| of_device(&p.statement));
        let name = merged.name.text.as_str();
        let wrong = |message: String, help: &str| {
            Diagnostic::error(Code::FORM_NOT_ALLOWED, message).at(merged.name.span).help(help)
        };
        let complaint = match (merged.kind.text.is_empty(), first) {
            (false, Some(span)) => Some(
                wrong(
                    format!("`{name}` is a device, and devices have neither inputs nor outputs"),
                    "use branches between its pins, or leave the kind out: then it is a function",
                )
                .label(span, "written here"),
            ),
            (true, _) if has_network => Some(wrong(
                format!("the template `{name}` has no kind"),
                "write `template NAME : KIND { … }`; only functions of numbers have none",
            )),
            (true, _) if self.results.is_empty() && !merged.is_damaged => Some(wrong(
                format!("the function `{name}` gives nothing"),
                "write `output y = …`, or give the template a kind: `template NAME : KIND { … }`",
            )),
            _ => None,
        };
        // Broken outputs were diagnosed.
        if let Some(complaint) = complaint.filter(|_| !self.lower.diagnostics.has_errors()) {
            self.lower.diagnostics.push(complaint);
        }
    }
}
