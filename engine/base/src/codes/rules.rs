//! E05xx: evaluation of rules and tests.

super::codes! {
    NO_CHECK "E0501" "this item does nothing"
"A rule without `check`, a test without `expect` and a reading without `curve` would pass silently,
so that none of them is accepted.

Wrong:  rule r : error on data { for diode; say \"VF is wrong\" }
Right:  rule r : error on data { for diode; check every r in data.rows(VF): r.typ > 0 V }";

    FIXED_PARAMETER "E0502" "a fixed parameter cannot be fitted"
"A parameter that is declared `fixed` keeps its value in every fit. A recipe that fits it
contradicts its declaration.

Wrong:  param FC : 1 = 0.5 fixed … fit FC to CJ(VR)
Right:  fit CJO, VJ, M to CJ(VR)";

    NOT_A_NUMBER_FOUND "E0530" "a computed value is not a number"
"A division by zero, the logarithm of a negative value or an overflow has no answer. A rule that
meets one is undecided: it neither passes nor fails. `espice check` looks at every template of the
packs at its defaults, and tells of one that has no finite current, charge or capacitance there.

Wrong:  check every c in data.curves(IF(VF)): min(ln(c.y)) > -30
Right:  check every c in data.curves(IF(VF)): min(ln(c.y) where c.y > 0 A) > -30";

    UNEQUAL_SERIES "E0531" "series of different lengths"
"Series are combined point by point and must have equal lengths; two curves, or a filtered and an
unfiltered series, usually differ.

Wrong:  (c.y where c.x > 0 V) / c.x
Right:  c.y / c.x where c.x > 0 V";

    WAIVER_EXPIRED "E0532" "a waiver has expired"
"A waiver holds until its date. After that the run ends with exit code 6, whether or not the rule
still fails, so that nobody relies on a waiver that nobody has looked at.

Wrong:  waive vf_rises for part \"X1\" until 2020-01-31 owner \"qa\" because \"misprint\"
Right:  waive vf_rises for part \"X1\" until 2030-01-31 owner \"qa\" because \"misprint, erratum 7\"";

    WAIVER_UNUSED "E0533" "a waiver covers nothing"
"The rule that this waiver names did not fail for anything at hand that the waiver is for. A waiver
that is no longer needed hides the next real failure.

Wrong:  waive vf_rises for part \"X1\" … when the row has long been corrected
Right:  delete the waiver";

    WAIVER_STALE "E0550" "a waiver is stale"
"A waiver that says `within` covers the value that somebody looked at. The observed value has moved
further than that, so the failure stands again.

Wrong:  within 10 % of 0.72 V, when VF is now 0.9 V
Right:  within 10 % of 0.9 V, once its owner has looked at the new value";

    UNWAIVABLE "E0551" "the rule may not be waived"
"A rule that says `unwaivable` guards what no exception may pass, and neither waivers nor a baseline
cover its failures. The waiver is an error of its pack.

Wrong:  waive polarity_is_right for part \"X1\" … when the rule says unwaivable because \"safety\"
Right:  mend the sheet of X1";

    NOTHING_EVALUATED "E0552" "no rule was evaluated"
"Rules were loaded and sources read, and not one rule had anything to say of them. A run that passes
because nothing was looked at would be worse than none.

Wrong:  espice judge transistors/ --pack diode-rules, with rules that speak of diodes alone
Right:  espice judge diodes/ --pack diode-rules";

    NO_RULE_APPLIES "E0553" "no rule speaks of a device"
"Of all loaded rules none applies to this device, because of its kind or because of what its source
holds. Nothing vouches for it.

Wrong:  a CSV of one column that no rule needs
Right:  a CSV of IF over VF for a diode";

    CARD_OF_ANOTHER_KIND "E0554" "card and sources speak of different kinds"
"A card is judged beside the sources of the same device. This card's template is of another kind of
device than the sources.

Wrong:  espice judge --card bc547.lib 1N4148.csv
Right:  espice judge --card 1N4148.lib 1N4148.csv";

    BASELINE "E0555" "a line of the baseline cannot be read"
"A baseline lists known findings, one a line: fingerprint (16 hexadecimal digits), severity, rule,
part and message, separated by tabs; lines that begin with `#` are comments. `--write-baseline`
makes it. A line that does not read would let a finding fail the run, or hide one.

Wrong:  std::vf_plausible of BAT54
Right:  4f0c9a1b22d3e4f5 and, after tabs, error, std::vf_plausible, BAT54, the message";

    RUN_CANCELLED "E0557" "the run was cancelled"
"The run was stopped before its end. What is shown holds for what had been done; of a model or a
fit there is nothing, for what a fit had come to half-way is no result.

Wrong:  Ctrl-C during a run whose verdict is needed
Right:  let the run end, or give it fewer sources";

    FORM_OF_FINDINGS "E0558" "findings cannot be shown in this form"
"Findings are shown as jsonl, sarif, junit, github, markdown or html by the commands that have
findings: model, judge, check, lint, fmt --check, test and mutate. SARIF beyond the limits of its
readers is several files, which need a name.

Wrong:  espice eval card.lib --format sarif
Right:  espice judge library/ --format sarif --output espice.sarif";

    PART_REPEATED "E0559" "a part stands in several sources"
"Each source of a library is judged by itself. Findings and baselines name the part and not the
file, so that those of the second source are taken for those of the first.

Wrong:  lib/BAT54.toml and lib/old/BAT54.toml, both with part = \"BAT54\"
Right:  one of them, or part = \"BAT54 (2019)\" in the other";

    SWEEP_NOT_READ "E0534" "a sweep is not used"
"Raw sweeps become curves through the readings of packs. No reading took this sweep, or the one
that did could make no curve of it, so that its points play no part in the result.

Wrong:  a file whose current was recorded at no node that was swept
Right:  reading cv for diode { each s in data.sweeps where … curve CJ(VR) = … over … }";

    NOT_RECOGNISED "E0535" "the kind of the device is not known"
"The kind is stated in the facts, or recognised from raw sweeps by the `recognise` clauses of the
kinds: every sweep must meet a clause, and all of them clauses of one kind. The help names for
each kind the clauses that were not met.

Wrong:  a sweep of a capacitor given to a library that knows diodes
Right:  kind = \"diode\" in the facts, or a sweep that shows one";

    RECOGNISED_TWICE "E0536" "the sweeps fit several kinds of device"
"Recognition must decide for one kind; here the clauses of several hold for all sweeps.

Wrong:  a sweep of one junction, where `diode` and `transistor` both recognise it
Right:  kind = \"diode\" in the facts";

    NOISE_UNKNOWN "E0537" "the noise floor of a sweep is not known"
"The reading has no points from which it could tell the noise floor, so that no point is marked as
noise. Fits then weigh small values as if they were exact.

Wrong:  a forward sweep alone, where the noise is read from the reverse branch
Right:  a sweep that goes through zero, or a noise floor stated in the facts";

    RULE_LIMIT "E0538" "an evaluation hit a limit"
"Loops run over at most a million values, grids hold at most 100000 points, and one rule takes at
most fifty million steps. A limit ends the run with exit code 5; it never becomes a verdict.

Wrong:  every v in 0 V .. 1 V by 1e-12 V: …
Right:  every v in 0 V .. 1 V by 1 mV: …";

    SCRIPT_SYNTAX "E0540" "a script does not compile"
"Scripts are Rhai, without `eval`, printing, modules, object maps and function pointers. The place
is the one in the script.

Wrong:  fn sharpness(c) { print(c.len) }
Right:  fn sharpness(c) { c.len }";

    SCRIPT_LIMIT "E0541" "a script hit a limit"
"Scripts are limited in operations, depth of calls, and size of texts and arrays. A limit ends the
run with exit code 5; it never becomes a verdict.

Wrong:  fn f(c) { loop { } }
Right:  fn f(c) { let s = 0.0; for y in c.y { s += y; } s }";

    SCRIPT_FAILED "E0542" "a script failed"
"The script stopped with an error while it ran; the place is the one in the script. Comparing or
adding values of different types is such an error: Rhai itself would quietly answer `false`.

Wrong:  fn f(c) { c.len > \"3\" }
Right:  fn f(c) { c.len > 3 }";

    SCRIPT_RESULT "E0543" "a script gave what it must not"
"The result must be what the declaration says, and a number must be finite. The rule that called
the script is undecided.

Wrong:  script fn f(c : IR(VR)) -> 1 … that ends without a value
Right:  fn f(c) { c.len / 2.0 }";

    SCRIPT_SIGNATURE "E0544" "a script does not hold the declared function"
"A `script fn` names the function of the file that is called, with as many parameters.

Wrong:  script fn sharpness(c : IR(VR)) -> 1 from \"knee.rhai\" with `fn knee(c)` in the file
Right:  fn sharpness(c) { … } in knee.rhai";
}
