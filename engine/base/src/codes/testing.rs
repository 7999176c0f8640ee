//! E057x–E059x: tests of packs, mutants, new packs.

super::codes! {
    NO_TESTS "E0570" "no test was run"
"A run without a test proves nothing, so that it fails: the folder may be the wrong one, or its tests
may be gone.

Wrong:  espice test rules/drafts        (no `test` in it)
Right:  write `test NAME { given … expect … }` beside the rules";

    NO_RULE_EVALUATED "E0571" "no rule was evaluated"
"Tests ran, and none of them asked for a rule of the pack though it has rules: what they say does not
depend on the rules.

Wrong:  test t { given diode { VF = 0.7 V } expect kind diode }
Right:  test t { given diode { VF = 0.7 V } expect pass vf_plausible }";

    NO_TEST_MATCHES "E0572" "no test has such a name"
"`--filter` keeps the tests whose names contain its text. None does.

Wrong:  espice test pack --filter vt
Right:  espice test pack --filter threshold";

    BAD_EQUIVALENTS "E0573" "the list of equivalent mutants cannot be used"
"`mutants.toml` in the folder of a pack lists mutants that no test can tell from the rule, each with
its rule, the text that is changed, the text that takes its place, and the reason.

Wrong:  [[equivalent]]
        rule = \"vf_plausible\"
Right:  [[equivalent]]
        rule = \"vf_plausible\"
        was = \"count(s.swept) == 1\"
        becomes = \"count(s.swept) <= 1\"
        because = \"a sweep has a swept column\"";

    EQUIVALENT_UNUSED "E0574" "an equivalent mutant is declared that is none"
"The list in `mutants.toml` names a mutant that does not exist, or one that a test tells from its rule.
Such an entry would hide a later mutant with the same text.

Wrong:  an entry for a rule that has changed since
Right:  take the entry away";

    FOLDER_NOT_EMPTY "E0575" "the folder is not empty"
"`espice new` writes a pack into a new or empty folder and never over files that are there.

Wrong:  espice new rules         (there are files in it)
Right:  espice new rules/acme";

    NO_MODEL_TO_EXPLAIN "E0576" "there is no model to look at"
"The rule looks at a model. Name the sources that a model is made of, or a card with `--card`.

Wrong:  espice explain std::breakdown_limits
Right:  espice explain std::breakdown_limits --on diode.csv --card diode.lib";

    MUTANT_SURVIVES "E0577" "a changed rule passes all tests"
"The rule says something else with this change, and its tests pass all the same: nobody would notice a
slip at this place. `espice mutate` tells it in the forms of findings.

Wrong:  check r.max <= 2 V          (and tests at 0.7 V and 9 V alone)
Right:  expect pass vf_plausible up to 2 V";

    LAYOUT "E0578" "a text is not laid out canonically"
"Texts have one layout, so that a difference between two versions is one of meaning.

Wrong:  check r.max<=2 V
Right:  espice fmt PATH";

    IDLE_CASE "E1050" "a case of a test does not fit what the test gives"
"A case takes what its test gives, leaves out what stands after `without`, and adds its own facts. There
is nothing of that name to leave out, or no data of a kind to add a fact to.

Wrong:  given diode { VF = 0.7 V at (IF = 10 mA) }
        case no_leakage { without IR; expect not_applicable ir_rises_with_voltage }
Right:  case no_drop { without VF; expect not_applicable vf_rises_with_current }";
}
