//! E10xx: what `espice check` proves about rules, and lints.

super::codes! {
    NEVER_FAILS "E1001" "a rule can never fail"
"Every value that can be there meets the check, so that the rule passes whatever a source or a model
says. It is an error when the mathematics alone say so, and a warning when it rests on the declared
ranges of symbols and parameters, which are named. A check at the very end of such a range guards it
and is not reported.

Wrong:  check every r in data.rows(VF): r.typ < 100 V      // VF is plausible up to 10 V
Right:  check every r in data.rows(VF): r.typ < 5 V";

    ALWAYS_FAILS "E1002" "a rule always fails"
"No value that can be there meets the check: the limits are exchanged, a sign or a unit is wrong, or
two parts of the condition exclude each other.

Wrong:  check every r in data.rows(VF): r.typ in 5 V .. 0.1 V
Right:  check every r in data.rows(VF): r.typ in 0.1 V .. 5 V";

    NEVER_APPLIES "E1003" "a rule never applies"
"Its `when`, a condition of its loop, or what it needs cannot be met, so that it is silent for ever:
it would never be decided, and an account of passed rules would not show it.

Wrong:  check every r in data.rows(VF) where r.max is missing: r.max < 5 V
Right:  check every r in data.rows(VF) where r.max is not missing: r.max < 5 V";

    DECIDED_CONDITION "E1004" "a condition is decided beforehand"
"Beside what stands before it, this part of a condition is always met or never met. Often a bound or
a direction is mistaken, or it repeats another part.

Wrong:  check r.typ > 1 V or r.typ > 2 V
Right:  check r.typ > 1 V";

    CONTRADICTION "E1005" "two rules contradict each other"
"No value meets both checks although both speak of the same records: whatever a source or a model
says, one of them fails. Both places are shown.

Wrong:  check param.N < 1   and, in another rule,   check param.N > 2
Right:  check param.N in 1 .. 2";

    SHADOWED "E1006" "a rule lies behind another"
"Wherever this check fails, another one of at least the same severity fails, too, so that it adds
nothing to a verdict. A wider limit of a graver rule is not reported: a warning at 5 V and an error at
10 V belong together.

Wrong:  error below 5 V, and a warning below 10 V
Right:  a warning below 5 V, and an error below 10 V";

    LOOSENS_PARENT "E1007" "a pack loosens a rule of its base"
"With this override something passes that the base refuses, or it counts for less. Whoever relies on
the base would not notice. Where it is meant, the override says `allow loosens_base because \"…\"`.

Wrong:  override std::leakage_limit { most = 1 A; because \"our parts\" }
Right:  override std::leakage_limit { most = 10 uA; because \"our parts are small\" }";

    IDLE_OVERRIDE "E1008" "an override changes nothing"
"The rule says the same without it, so that a reader is misled; perhaps the base has changed since.

Wrong:  override std::leakage_limit { most = 1 mA; because \"house rule\" }    // as in std
Right:  the override is deleted";

    NO_RULES "E1009" "no rule was loaded"
"Neither the packs that were named nor what they extend hold a single rule, so that nothing would
ever be judged and everything would pass. Usually a path or `sources` is mistaken, or `extends` is
forgotten.

Wrong:  extends = []          // in a pack that holds only tables
Right:  extends = [\"std\"]";

    UNKNOWN_LINT "E1010" "no such lint"
"`allow` names a lint, or a finding of `espice check` about rules, by its name. One that names nothing
would silently allow nothing. `espice lint --list` prints the names.

Wrong:  allow untested because \"…\"
Right:  allow untested_rule because \"…\"";

    LINT_NO_REASON "E1020" "a rule or an override has no reason"
"Whoever meets a finding, or wants to waive it, asks why the rule is there, and its author has left.
The reason is shown with every finding.";

    LINT_NO_MESSAGE "E1021" "a rule has no message"
"Without `say` a finding shows the text of the check alone. A sentence with the observed value says to
somebody who does not know the language what is wrong.";

    LINT_UNUSED_LIMIT "E1022" "a limit is not used"
"No check, condition or message of the rule uses the limit, so that a pack which overrides it changes
nothing.";

    LINT_UNUSED_LET "E1023" "a definition is not used"
"Nothing uses what the `let` names; often a name was mistyped, or a check was removed.";

    LINT_UNUSED_FILE "E1024" "a limits table or script is not used"
"No expression of the loaded packs looks at the table or calls the script: the limits in it hold for
nothing.";

    LINT_REPEATED_LIMIT "E1025" "a number repeats a limit"
"The number is that of a limit of the same rule. A pack that overrides the limit leaves the number as
it is, and the rule then says two things.";

    LINT_UNTESTED_RULE "E1026" "a rule lacks a test"
"A rule is tested when one test expects it to fail and one to pass. A rule that was never seen to fail
may be unable to; one that was never seen to pass may refuse everything.";

    LINT_NAME_STYLE "E1027" "a name is not in small letters"
"Rules, tests, limits, functions, templates and tables are named in small letters with `_` between
words, so that they are told at sight from symbols and parameters such as `VF` and `IS`.";

    LINT_TWO_COMPARISONS "E1028" "two comparisons are one range"
"A value between two limits is written as a range: it reads aloud, and the finding then names the
nearer limit. The fix writes it.";

    LINT_NEGATED_COMPARISON "E1029" "a comparison is turned round"
"`not` before a comparison makes a reader turn it round in the head; there is an operator for the
opposite. The fix writes it.";

    LINT_WAIVER_FOR_ALL "E1030" "a waiver speaks of every part"
"A waiver excuses a known exception. Without a part, or for `*`, it switches the rule off for
everything; an override says so openly.";

    LINT_UNDOCUMENTED "E1031" "a template or parameter is not described"
"The lines `///` before a template and the reason of a parameter are what its page, a report and the
editor show.";

    LINT_UNUSED_ALLOW "E1032" "nothing is left to allow"
"The lint that is allowed here tells nothing any more, so that the `allow` would hide the next mistake.
The fix removes it.";

    LINT_MESSAGE_WITHOUT_VALUE "E1033" "a message shows no value"
"The check compares values, and the message says none of them: whoever reads the finding has to open
the source to learn how far off it is, and two findings of one rule read alike. `{observed}`, `{limit}`
and `{margin}` are those of the comparison that decided; `{worst.typ}` and names of loops say where.";
}
