//! One candidate: its template fitted by its recipe, then judged.

use crate::engine::Engine;
use crate::extraction::{self, Origins, Prepared};
use crate::probe::{Bench, Probe};
use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_facts::Facts;
use espice_fit::stages::{self, Options, Staged};
use espice_fit::{Criteria, Settings};
use espice_lang::ir::{Finding, FindingStatus, KindIr, TemplateIr};
use espice_lang::rules::{Input, Phase};
use std::cell::RefCell;

/// A fitted and judged template.
pub(crate) struct Fitted<'a> {
    pub(crate) template: &'a TemplateIr,
    pub(crate) bench: Bench,
    pub(crate) staged: Staged,
    /// What each target of the recipe was taken from.
    pub(crate) origins: Vec<Origins>,
    /// Findings of the rules `on model`.
    pub(crate) findings: Vec<Finding>,
    pub(crate) diagnostics: Diagnostics,
}

impl Fitted<'_> {
    pub(crate) fn probe(&self) -> Probe<'_> {
        Probe { bench: &self.bench, values: &self.staged.values }
    }

    /// Root mean square of the residuals of the last joint fit.
    pub(crate) fn error(&self) -> f64 {
        let residuals = self.staged.fit.as_ref().map_or(&[][..], |f| &f.residuals);
        let sum: f64 = residuals.iter().map(|r| r * r).sum();
        (sum / residuals.len().max(1) as f64).sqrt()
    }

    /// The rules that throw the candidate out.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|f| f.status == FindingStatus::Failed && f.severity == Severity::Error)
    }
}

impl Engine<'_> {
    /// Fits a template to facts and judges it.
    ///
    /// # Errors
    /// Why it could not be fitted, for the record of the candidates.
    pub(crate) fn try_template<'e>(
        &'e self,
        template: &'e TemplateIr,
        kind: &KindIr,
        facts: &Facts,
    ) -> Result<Fitted<'e>, Diagnostic> {
        let recipe = self.rulebook.recipe(&template.name).ok_or_else(|| {
            Diagnostic::error(
                Code::TEMPLATE_WITHOUT_RECIPE,
                format!("`{}` has no recipe, so it cannot be fitted", template.name),
            )
            .at(template.span)
            .help("add a `recipe { … }` block to the template")
        })?;
        let bench = Bench::new(template, kind, self.config.mode, self.constants)?;
        let complaints = RefCell::new(Diagnostics::new());
        let context = extraction::Context {
            rulebook: &self.rulebook,
            recipe,
            template,
            bench: &bench,
            input: self.input(facts),
            diagnostics: &complaints,
        };
        let Prepared { plan, origins } = extraction::prepare(&context);
        let cancelled = || self.world.cancelled();
        let options = Options {
            settings: Settings::default(),
            criteria: Criteria::default(),
            cancelled: &cancelled,
        };
        let staged = stages::run(&plan, &options);
        drop(plan);
        let mut diagnostics = complaints.into_inner();
        diagnostics.extend(staged.diagnostics.iter().cloned());
        if staged.free.is_empty() {
            return Err(Diagnostic::error(
                Code::NOTHING_TO_FIT,
                format!("the sources hold nothing that `{}` could be fitted to", template.name),
            )
            .at(template.span)
            .help("its recipe names the curves and rows that it takes"));
        }
        let judgement = {
            let probe = Probe { bench: &bench, values: &staged.values };
            let input: Input<'_> = self.input(facts).with_model(&probe);
            self.rulebook.run(Phase::Model, &input)
        };
        diagnostics.extend(judgement.diagnostics);
        diagnostics.sort();
        let findings = judgement.findings;
        Ok(Fitted { template, bench, staged, origins, findings, diagnostics })
    }
}
