use espice_base::{Date, Place, Severity, Span};
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

impl Account {
    /// The account of two runs together.
    #[must_use]
    pub fn with(self, other: Account) -> Account {
        Account {
            loaded: self.loaded + other.loaded,
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            undecided: self.undecided + other.undecided,
            not_applicable: self.not_applicable + other.not_applicable,
            waived: self.waived + other.waived,
        }
    }
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
    /// The cell of a limits table that the decisive check looks at.
    pub limit_place: Option<Place>,
    /// The part; where the sources name none, the first source's name without its ending.
    pub part: String,
    /// Its maker; empty where no source says.
    pub maker: String,
    /// The data that decided, in words and without values: rows and curves at their conditions.
    pub data: String,
    /// Stable identity: the first 16 hexadecimal digits of the SHA-256 of [`Finding::identity`].
    pub fingerprint: String,
    /// The fingerprints that it would have under earlier names of the rule.
    pub former: Vec<String>,
    /// Whether the rule may not be waived.
    pub unwaivable: bool,
    /// The waivers of the rule that speak of this device, and what they do here.
    pub waivers: Vec<WaiverUse>,
}

impl Finding {
    /// What a fingerprint hashes: the rule's full name, the part, its maker and the data, a line
    /// each. No value, message or place takes part, so that it outlives edits that move lines.
    pub fn identity(&self, rule: &str) -> String {
        [&self.pack, "::", rule, "\n", &self.part, "\n", &self.maker, "\n", &self.data].concat()
    }
}

/// What a waiver does about a finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum WaiverState {
    /// It speaks of nothing that was looked at.
    Elsewhere,
    /// There is no failure for it to cover.
    Unused,
    /// It covers a failure.
    Active,
    /// The observed value moved further than was waived: the failure stands.
    Stale,
    /// Its last day is over: the failure stands.
    Expired,
}

impl WaiverState {
    /// The word of the outcome document.
    pub fn word(self) -> &'static str {
        match self {
            WaiverState::Elsewhere => "elsewhere",
            WaiverState::Unused => "unused",
            WaiverState::Active => "active",
            WaiverState::Stale => "stale",
            WaiverState::Expired => "expired",
        }
    }
}

/// A waiver that speaks of a device, by its place among the rulebook's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct WaiverUse {
    /// Index of the waiver.
    pub waiver: usize,
    /// What it does.
    pub state: WaiverState,
}

/// A waiver as people are shown it.
#[derive(Clone, PartialEq, Debug)]
pub struct WaiverInfo {
    /// Full name of the rule.
    pub rule: String,
    /// What it is for, in words; empty for everything.
    pub scope: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Who answers for it.
    pub owner: String,
    /// Where it is kept track of.
    pub ticket: String,
    /// Why.
    pub because: String,
    /// Where it stands.
    pub span: Span,
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
