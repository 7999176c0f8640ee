//! The table of lints: names, codes, and for each a bad and a good example, which are tested.

use espice_base::Code;

/// A lint, or a finding of `espice check` about rules, which is allowed like one.
#[derive(Debug)]
pub struct LintInfo {
    /// What `allow` calls it.
    pub name: &'static str,
    /// Its code, which holds the explanation.
    pub code: Code,
    /// Who tells it.
    pub teller: Teller,
    /// A pack in which it is told once; it extends one that is like `std`.
    pub bad: &'static str,
    /// The same pack without it; what `--fix` makes of the bad one, where it can.
    pub good: &'static str,
}

/// Who tells a lint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Teller {
    /// `espice check`, which proves it.
    Check,
    /// `espice lint`.
    Lint,
    /// `espice lint`, and `--fix` mends it.
    Mended,
}

macro_rules! lints {
    ($($name:literal $code:ident $teller:ident;)*) => {
        /// All lints by code.
        pub const LINTS: &[LintInfo] = &[$(LintInfo {
            name: $name,
            code: Code::$code,
            teller: Teller::$teller,
            bad: include_str!(concat!("examples/", $name, ".bad.espice")),
            good: include_str!(concat!("examples/", $name, ".good.espice")),
        }),*];
    };
}

lints! {
    "never_fails" NEVER_FAILS Check;
    "always_fails" ALWAYS_FAILS Check;
    "never_applies" NEVER_APPLIES Check;
    "decided_condition" DECIDED_CONDITION Check;
    "contradiction" CONTRADICTION Check;
    "shadowed_rule" SHADOWED Check;
    "loosens_base" LOOSENS_PARENT Check;
    "idle_override" IDLE_OVERRIDE Check;
    "no_reason" LINT_NO_REASON Lint;
    "no_message" LINT_NO_MESSAGE Lint;
    "message_without_value" LINT_MESSAGE_WITHOUT_VALUE Lint;
    "unused_limit" LINT_UNUSED_LIMIT Lint;
    "unused_let" LINT_UNUSED_LET Mended;
    "unused_file" LINT_UNUSED_FILE Lint;
    "repeated_limit" LINT_REPEATED_LIMIT Lint;
    "untested_rule" LINT_UNTESTED_RULE Lint;
    "name_style" LINT_NAME_STYLE Lint;
    "two_comparisons" LINT_TWO_COMPARISONS Mended;
    "negated_comparison" LINT_NEGATED_COMPARISON Mended;
    "waiver_for_all" LINT_WAIVER_FOR_ALL Lint;
    "undocumented" LINT_UNDOCUMENTED Lint;
    "unused_allow" LINT_UNUSED_ALLOW Mended;
}

/// The lint with this name.
pub fn find(name: &str) -> Option<&'static LintInfo> {
    LINTS.iter().find(|l| l.name == name)
}
