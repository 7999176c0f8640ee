//! Cards of templates whose values are known without a fit.

use crate::emit::Stated;
use crate::engine::Engine;
use espice_base::{Code, Diagnostic, Severity};
use espice_lang::ir::CardIr;
use espice_model::Evaluator;
use espice_netlist::Library;
use espice_units::constants::TNOM;

impl Engine<'_> {
    /// A template with given values as a library in a dialect; parameters that are not named
    /// keep their defaults, and `polarity` is one of the template's.
    ///
    /// # Errors
    /// When a name is not known, or the dialect has no way to say the template.
    pub fn card(
        &self,
        template: &str,
        values: &[(&str, f64)],
        polarity: Option<&str>,
        dialect: &str,
    ) -> Result<String, Diagnostic> {
        let unknown = |code: Code, what: &str, name: &str| {
            Err(Diagnostic::error(code, format!("there is no {what} `{name}`")))
        };
        let Some(ir) = self.library.template(template) else {
            return unknown(Code::UNKNOWN_TEMPLATE, "template", template);
        };
        let Some(dialect) = espice_netlist::dialect(dialect) else {
            return unknown(Code::UNKNOWN_DIALECT, "dialect", dialect);
        };
        let mut stated = ir.defaults();
        for (name, value) in values {
            match ir.parameter(name).and_then(|index| stated.get_mut(index)) {
                Some(slot) => *slot = *value,
                None => return unknown(Code::UNKNOWN_PARAMETER, "parameter", name),
            }
        }
        let polarity = match polarity {
            None => 0,
            Some(word) => match ir.polarity(word) {
                Some(index) => index,
                None => return unknown(Code::POLARITY, "polarity", word),
            },
        };
        let evaluator = Evaluator::new(ir, self.config.mode, self.constants)?;
        let cards: Vec<&CardIr> = ir.cards.iter().filter(|c| c.family == "spice").collect();
        let stated = Stated {
            template: ir,
            cards: &cards,
            polarity,
            values: &stated,
            nominal: TNOM,
            evaluator: &evaluator,
        };
        let items = vec![stated.item(dialect, template)?];
        let written = dialect.write(&Library { header: Vec::new(), items });
        match written.diagnostics.iter().find(|d| d.severity == Severity::Error) {
            Some(complaint) => Err(complaint.clone()),
            None => Ok(written.text),
        }
    }
}
