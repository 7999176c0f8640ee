//! Baselines: known findings fail nothing, whatever command finds them.

use super::Context;
use crate::exit::Exit;
use crate::files;
use espice::outcome::{BaselineRecord, FindingRecord, Judged, Outcome};
use espice::{Baseline, Known};
use espice_base::{Code, Diagnostic, ReadError, SourceMap};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Which findings are known.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Known findings, which fail nothing: only new ones do, and those that got worse
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Write the failures of this run as a baseline: they are known from now on and fail nothing
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

/// The baseline that was given.
pub(crate) struct KnownFindings(Option<(String, Baseline)>);

impl KnownFindings {
    /// Reads the baseline that is asked for.
    ///
    /// # Errors
    /// How the run ends when it cannot be read.
    pub(crate) fn open(options: &Options, context: &Context<'_>) -> Result<KnownFindings, Exit> {
        let read = |path: &String| Ok((path.clone(), read(path, context)?));
        Ok(KnownFindings(options.baseline.as_ref().map(read).transpose()?))
    }

    /// What the engine may pass over.
    pub(crate) fn known(&self, options: &Options) -> Known {
        match (&options.write_baseline, &self.0) {
            (Some(_), _) => Known::Everything,
            (None, Some((_, baseline))) => baseline.known(),
            (None, None) => Known::Nothing,
        }
    }

    /// Marks what is known among the findings of a judged library, and writes the baseline that is
    /// asked for. Returns what is to be said of it.
    ///
    /// # Errors
    /// How the run ends when it cannot be written.
    pub(crate) fn apply_to(
        &self,
        judged: &mut Judged,
        options: &Options,
        context: &Context<'_>,
    ) -> Result<String, Exit> {
        if let Some((path, baseline)) = &self.0 {
            baseline.apply(path, judged);
        }
        let Some(path) = &options.write_baseline else { return Ok(String::new()) };
        let new = Baseline::of_judged(judged);
        let before = judged.baseline.take();
        new.apply(&path.display().to_string(), judged);
        keep_gone(&mut judged.baseline, before);
        write(&new, path, context)
    }

    /// The same for the findings of one device. Returns what the baseline made of it, too.
    ///
    /// # Errors
    /// How the run ends when it cannot be written.
    pub(crate) fn mark(
        &self,
        outcome: &mut Outcome,
        options: &Options,
        context: &Context<'_>,
    ) -> Result<(Option<BaselineRecord>, String), Exit> {
        let findings: &mut [FindingRecord] = &mut outcome.verdict.findings;
        // A run that ended early has not looked at all rules: nothing is gone then.
        let part = outcome.device.part.clone();
        let whole = outcome.fit.is_some();
        let parts: BTreeSet<&str> = whole.then_some(part.as_str()).into_iter().collect();
        let mut record =
            self.0.as_ref().map(|(path, baseline)| baseline.mark(path, findings, &parts));
        let Some(path) = &options.write_baseline else { return Ok((record, String::new())) };
        let new = Baseline::of(findings);
        let before = record.take();
        record = Some(new.mark(&path.display().to_string(), findings, &parts));
        keep_gone(&mut record, before);
        Ok((record, write(&new, path, context)?))
    }
}

/// What is gone since the old baseline is still to be told when a new one is written.
fn keep_gone(now: &mut Option<BaselineRecord>, before: Option<BaselineRecord>) {
    if let (Some(now), Some(before)) = (now, before) {
        now.gone = before.gone;
    }
}

fn write(baseline: &Baseline, path: &Path, context: &Context<'_>) -> Result<String, Exit> {
    files::write(path, &baseline.render()).map_err(|diagnostic| {
        context.console.report_one(&diagnostic);
        Exit::Usage
    })?;
    let findings = if baseline.len() == 1 { "finding" } else { "findings" };
    Ok(format!("wrote {} with {} {findings}\n", path.display(), baseline.len()))
}

fn read(path: &str, context: &Context<'_>) -> Result<Baseline, Exit> {
    let bytes = context.world.read(path).map_err(|error| {
        let why = match error {
            ReadError::NotFound => String::from("does not exist: --write-baseline makes it"),
            ReadError::TooLarge(limit) => format!("is larger than {limit} bytes"),
            ReadError::Denied => String::from("cannot be read"),
        };
        let message = format!("the baseline `{path}` {why}");
        context.console.report_one(&Diagnostic::error(Code::PATH, message));
        Exit::Usage
    })?;
    let mut sources = SourceMap::default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = sources.add(path, text.as_str());
    let (baseline, diagnostics) = Baseline::parse(&text, file);
    context.console.report(&diagnostics, &sources);
    match Exit::of_diagnostics(&diagnostics) {
        Exit::Ok => Ok(baseline),
        exit => Err(exit),
    }
}
