//! A template with values that no fit of this run found: what it says at conditions, and its
//! card. Corners of a population are made this way.

use crate::emit::{self, Stated};
use crate::engine::Engine;
use crate::evaluate::own;
use crate::probe::{Bench, Probe};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_facts::Conditions;
use espice_lang::Quantities;
use espice_lang::ir::{CardIr, ParameterScale, TemplateIr};
use espice_netlist::{Item, Origin, dialect};
use espice_units::constants::TNOM;

/// A template, ready to be asked with any values of its parameters.
pub struct Modelled<'e> {
    template: &'e TemplateIr,
    bench: Bench,
}

/// What a template declares of a parameter; SI.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelledParameter {
    /// Name.
    pub name: String,
    /// What it is, in prose.
    pub title: String,
    /// SI unit.
    pub unit: String,
    /// Whether it varies on a logarithmic scale.
    pub log: bool,
    /// Lower end of its range.
    pub low: f64,
    /// Upper end of its range.
    pub high: f64,
    /// Its default.
    pub default: f64,
}

impl Engine<'_> {
    /// Names and digests of all packs, in the order of loading.
    pub fn pack_digests(&self) -> impl Iterator<Item = (&str, String)> {
        self.library.packs.iter().map(|p| (p.name.as_str(), p.digest.to_string()))
    }

    /// Compiles a template of this name.
    ///
    /// # Errors
    /// There is no such template of a device, or it cannot be evaluated.
    pub fn modelled(&self, template: &str) -> Result<Modelled<'_>, Diagnostic> {
        let found =
            self.library.template(template).and_then(|t| Some((t, self.library.kind(&t.kind)?)));
        let Some((template, kind)) = found else {
            let message = format!("no pack has a template `{template}` of a device");
            return Err(Diagnostic::error(Code::NO_TEMPLATE_FOR_KIND, message));
        };
        let (evaluator, _) = self.evaluator(template, TNOM, None, &[])?;
        Ok(Modelled { template, bench: Bench::new(evaluator, kind) })
    }
}

impl Modelled<'_> {
    /// The parameters in the order of the template, which is that of all values.
    pub fn parameters(&self) -> Vec<ModelledParameter> {
        let of = |p: &espice_lang::ir::ParameterIr| ModelledParameter {
            name: p.name.clone(),
            title: p.because.clone(),
            unit: p.dimension.to_string(),
            log: p.scale == ParameterScale::Log,
            low: p.low,
            high: p.high,
            default: p.default,
        };
        self.template.parameters.iter().map(of).collect()
    }

    /// A quantity at conditions (symbol and SI value), as a device of the first polarity has it;
    /// room temperature where they state none. `None` where the model has no value.
    pub fn value<'c>(
        &self,
        values: &[f64],
        quantity: &str,
        conditions: impl IntoIterator<Item = (&'c str, f64)>,
    ) -> Option<f64> {
        let conditions = conditions
            .into_iter()
            .fold(Conditions::none(), |all, (symbol, value)| all.with(symbol, value));
        let probe = Probe { bench: &self.bench, values };
        probe.value(quantity, &conditions).filter(|v| v.is_finite())
    }

    /// The card in a dialect, read back and compared; `notes` go into its head.
    ///
    /// # Errors
    /// The dialect or the polarity is unknown, or the card does not read back equal.
    pub fn card(
        &self,
        values: &[f64],
        polarity: Option<&str>,
        part: &str,
        dialect_name: &str,
        notes: Vec<String>,
    ) -> Result<String, Diagnostics> {
        let refused = |d: Diagnostic| -> Diagnostics { [d].into_iter().collect() };
        let Some(dialect) = dialect(dialect_name) else {
            let message = format!("there is no dialect `{dialect_name}`");
            return Err(refused(Diagnostic::error(Code::UNKNOWN_DIALECT, message)));
        };
        let template = self.template;
        let polarity = match polarity {
            Some(stated) => template.polarity(stated),
            None if template.polarities.len() < 2 => Some(0),
            None => None,
        };
        let Some(polarity) = polarity else {
            let message = format!("the card of `{}` needs a polarity", template.name);
            return Err(refused(
                Diagnostic::error(Code::POLARITY_NOT_STATED, message)
                    .help(format!("state one of {}", template.polarities.join(", "))),
            ));
        };
        let cards: Vec<&CardIr> = template.cards.iter().filter(|c| c.family == "spice").collect();
        let evaluator = &self.bench.evaluator;
        let stated = Stated { template, cards: &cards, polarity, values, nominal: TNOM, evaluator };
        let device = stated.item(dialect, part).map_err(refused)?;
        let mut notes = notes;
        if let Item::Subcircuit(_) = device {
            notes.splice(0..0, own::remarks(template, polarity, values));
        }
        let origin = Origin {
            part: part.to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            template: format!("{}::{}", template.pack, template.name),
            packs: Vec::new(),
            notes,
        };
        let mut sources = espice_base::SourceMap::default();
        let (emitted, complaints) = emit::emit(dialect, device, &cards, &origin, &mut sources);
        emitted.map(|e| e.text).ok_or(complaints)
    }
}
