//! What the program's exit code says.

use crate::arguments::{FailOn, Fails};
use espice::outcome::{DiagnosticRecord, Outcome};
use espice_base::{Diagnostics, Severity};
use std::process::ExitCode;

/// How a run ended. The numbers are a contract with scripts and never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Everything asked for was done, and nothing that fails a run was found.
    Ok = 0,
    /// A rule or a test failed, or a text is not laid out canonically.
    Rule = 1,
    /// The command line cannot be carried out.
    Usage = 2,
    /// A pack does not load or does not check.
    Pack = 3,
    /// The sources cannot be used.
    Data = 4,
    /// A limit was hit: nothing that the run says is a verdict.
    Limit = 5,
    /// A waiver has expired.
    Waiver = 6,
    /// No candidate survived.
    NoCandidate = 7,
    /// The user stopped the run.
    Cancelled = 130,
}

/// Which of several ends a run reports, the gravest first.
const ORDER: [Exit; 9] = [
    Exit::Cancelled,
    Exit::Usage,
    Exit::Limit,
    Exit::Pack,
    Exit::Data,
    Exit::NoCandidate,
    Exit::Waiver,
    Exit::Rule,
    Exit::Ok,
];

/// What an error of each code means for the run: the longest prefix that fits decides.
const CODES: [(&str, Exit); 42] = [
    ("E01", Exit::Pack),
    ("E02", Exit::Pack),
    ("E03", Exit::Pack),
    ("E04", Exit::Pack),
    ("E05", Exit::Pack),
    ("E06", Exit::Data),
    ("E07", Exit::NoCandidate),
    ("E08", Exit::Usage),
    ("E09", Exit::Data),
    ("E10", Exit::Pack),
    ("E11", Exit::Usage),
    ("E0104", Exit::Limit),
    ("E0227", Exit::NoCandidate),
    ("E0317", Exit::Limit),
    ("E0413", Exit::Limit),
    ("E0532", Exit::Waiver),
    ("E0535", Exit::Data),
    ("E0536", Exit::Data),
    ("E0538", Exit::Limit),
    ("E0541", Exit::Limit),
    ("E0552", Exit::Data),
    ("E0553", Exit::Data),
    ("E0554", Exit::Data),
    ("E0555", Exit::Usage),
    ("E0557", Exit::Cancelled),
    ("E0558", Exit::Usage),
    ("E0572", Exit::Usage),
    ("E0575", Exit::Usage),
    ("E0576", Exit::Usage),
    ("E0603", Exit::Limit),
    ("E0662", Exit::Usage),
    ("E0663", Exit::Usage),
    ("E0725", Exit::Usage),
    ("E0781", Exit::Usage),
    ("E0771", Exit::Limit),
    ("E0775", Exit::Limit),
    ("E0778", Exit::Cancelled),
    ("E0807", Exit::Usage),
    ("E0808", Exit::Data),
    ("E0810", Exit::Data),
    ("E1103", Exit::Pack),
    ("E1104", Exit::Limit),
];

impl Exit {
    /// The graver of two ends.
    #[must_use]
    pub(crate) fn and(self, other: Exit) -> Exit {
        ORDER.into_iter().find(|e| *e == self || *e == other).unwrap_or(self)
    }

    /// What diagnostics say: the gravest of all errors.
    pub(crate) fn of_diagnostics(diagnostics: &Diagnostics) -> Exit {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
        errors.fold(Exit::Ok, |exit, d| exit.and(of_code(d.code.as_str())))
    }

    /// What the errors of a document say, those left out that a baseline holds.
    pub(crate) fn of_records(diagnostics: &[DiagnosticRecord]) -> Exit {
        let errors = diagnostics.iter().filter(|d| d.severity == "error" && !d.known);
        errors.fold(Exit::Ok, |exit, d| exit.and(of_code(&d.code)))
    }

    /// Whether not all was done that was asked for, whatever the rules say.
    pub(crate) fn is_incomplete(self) -> bool {
        !matches!(self, Exit::Ok | Exit::Rule | Exit::Waiver | Exit::NoCandidate)
    }

    /// What an outcome says; `fails` decides which findings fail the run.
    pub(crate) fn of_outcome(outcome: &Outcome, fails: Fails) -> Exit {
        let mut exit = Exit::of_records(&outcome.diagnostics);
        let graver = |d: &DiagnosticRecord| d.severity != "error" && fails.on.counts(&d.severity);
        if outcome.diagnostics.iter().any(graver) {
            exit = exit.and(Exit::Rule);
        }
        let failed = outcome.verdict.findings.iter().any(|f| fails.counts(f));
        if failed || outcome.verdict.status == "failed" && fails.on != FailOn::Never {
            exit = exit.and(Exit::Rule);
        }
        if outcome.fit.is_none() && outcome.candidates.iter().any(|c| c.status == "tried") {
            exit = exit.and(Exit::NoCandidate);
        }
        // Whatever the reason was, a run without a model has not done what was asked for.
        if outcome.fit.is_none() && exit == Exit::Ok { Exit::NoCandidate } else { exit }
    }
}

impl Exit {
    /// What an outcome says that was not to make a model: only whether the sources could be used.
    pub(crate) fn of_reading(outcome: &Outcome) -> Exit {
        Exit::of_records(&outcome.diagnostics)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

fn of_code(code: &str) -> Exit {
    let fitting = CODES.iter().filter(|(prefix, _)| code.starts_with(prefix));
    fitting.max_by_key(|(prefix, _)| prefix.len()).map_or(Exit::Rule, |(_, exit)| *exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{Code, Diagnostic};

    #[test]
    fn the_gravest_end_is_reported() {
        let worst = |exits: &[Exit]| exits.iter().fold(Exit::Ok, |a, b| a.and(*b));
        assert_eq!(worst(&[Exit::Rule, Exit::Waiver, Exit::NoCandidate]), Exit::NoCandidate);
        assert_eq!(worst(&[Exit::Data, Exit::Limit, Exit::Pack]), Exit::Limit);
        assert_eq!(worst(&[Exit::Pack, Exit::Data]), Exit::Pack);
        assert_eq!(worst(&[]), Exit::Ok);
        assert_eq!(Exit::Cancelled as u8, 130);
    }

    #[test]
    fn every_code_has_an_end_of_its_own() {
        for info in espice_base::all_codes() {
            let code = info.code.as_str();
            assert!(CODES.iter().any(|(p, _)| code.starts_with(p)), "{code} has no exit code");
        }
        for (prefix, _) in CODES.iter().filter(|(p, _)| p.len() == 5) {
            assert!(Code::find(prefix).is_some(), "{prefix} is no code");
        }
    }

    #[test]
    fn only_errors_end_a_check() {
        let warning = Diagnostic::warning(Code::SYNTAX, "x");
        let error = Diagnostic::error(Code::SOURCE_TOO_LARGE, "x");
        assert_eq!(Exit::of_diagnostics(&[warning.clone()].into_iter().collect()), Exit::Ok);
        assert_eq!(Exit::of_diagnostics(&[warning, error].into_iter().collect()), Exit::Limit);
    }
}
