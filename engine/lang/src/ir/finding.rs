use espice_base::{Place, Severity, Span};
use espice_units::Dimension;

/// How one rule came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FindingStatus {
    /// Every check held.
    Passed,
    /// A check did not hold.
    Failed,
    /// Something needed is missing, straddles the limit, or became NaN.
    Undecided,
    /// The rule does not speak of this device or of these data.
    NotApplicable,
    /// It failed, and a waiver in force covers it.
    Waived,
}

impl FindingStatus {
    /// The word of the outcome document.
    pub fn word(self) -> &'static str {
        match self {
            FindingStatus::Passed => "passed",
            FindingStatus::Failed => "failed",
            FindingStatus::Undecided => "undecided",
            FindingStatus::NotApplicable => "not_applicable",
            FindingStatus::Waived => "waived",
        }
    }
}

/// The operand and the limit of the decisive comparison.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed {
    /// The observed value, SI; NaN when it was not a number.
    pub value: f64,
    /// The nearest limit, SI.
    pub limit: f64,
    /// Distance to the limit, positive on the good side, SI.
    pub margin: f64,
    /// Dimension of all three.
    pub dimension: Dimension,
}

/// The result of one rule for one device: passes are kept too, so that reports show margins.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Rule name without pack.
    pub rule: String,
    /// Pack of the rule.
    pub pack: String,
    /// Severity after overrides.
    pub severity: Severity,
    /// How it came out.
    pub status: FindingStatus,
    /// `say` interpolated for failures; the reason for the others.
    pub message: String,
    /// Why the rule exists (`because`), and its help.
    pub because: String,
    /// What to do.
    pub help: String,
    /// The decisive comparison with the smallest margin, when there is one.
    pub observed: Option<Observed>,
    /// Where the rule's decisive expression stands.
    pub rule_span: Span,
    /// Where the decisive data stand.
    pub data_place: Option<Place>,
    /// Stable identity: rule, device and the data that failed, without values.
    pub fingerprint: String,
}

/// The account that ends every run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// Rules loaded for the phases that ran.
    pub loaded: usize,
    /// Held.
    pub passed: usize,
    /// Did not hold.
    pub failed: usize,
    /// Could not be decided.
    pub undecided: usize,
    /// Did not apply.
    pub not_applicable: usize,
    /// Failed under a waiver.
    pub waived: usize,
}
