//! The pages that `espice doc` writes: what stands on them, and that every link leads somewhere.

use crate::planted;
use espice::{Config, Engine};
use espice_base::{Date, MemoryWorld};
use espice_report::pages::{Form, render};
use std::collections::{BTreeMap, BTreeSet};

const MANIFEST: &str = "name = \"acme\"\nversion = \"1.2.0\"\nextends = [\"std\"]\n";
const TABLE: &str = "package,PD_max (mW),VR (V)\nSOD-323,200,30\nSMA,1500,\n";
const RULES: &str = r#"
limits packages from "packages.csv" key (package)

/// The package's power rating.
///
/// A second paragraph, with `code` and a | bar.
rule power_fits_package : error on data {
  for diode
  when device.package is not missing
  check every r in data.rows(PD) where r.max is not missing: r.max <= packages[device.package].PD_max
  say "{worst.max} in {device.package}"
  because "the package limits the power"
  help "look at the sheet"
}

rule drop_is_low : warning on model {
  limit most : V = 0.7 V because "the supply leaves no more"
  needs VF
  check model.VF at (IF = 10 mA) <= most
}

override std::vf_plausible { most = 3 V; because "our parts are single junctions" }

waive power_fits_package for part "OLD*" until 2030-01-31 owner "QA" because "sold out"
"#;
const TESTS: &str = r#"
test at_the_limit {
  given diode { package "SMA"; PD max 1.5 W }
  expect pass power_fits_package up to 1.5 W
  case above { PD max 1.6 W; expect error power_fits_package with message "SMA" }
}
test a_model {
  given diode { VF typ 0.6 V at (IF = 10 mA) }
  given model junction_diode { IS = 1 nA; VF = 0.8 V at (IF = 10 mA) }
  expect warning drop_is_low
}
"#;

fn small() -> MemoryWorld {
    MemoryWorld::new(Date { year: 2026, month: 11, day: 22 })
        .with("acme/pack.toml", MANIFEST)
        .with("acme/packages.csv", TABLE)
        .with("acme/packages.espice", RULES)
        .with("acme/tests/packages.espice", TESTS)
}

#[test]
fn a_small_pack_gives_these_pages() {
    let world = small();
    let (mut engine, _) = Engine::new(&world, Config::default());
    let found = engine.check(&[String::from("acme")]);
    assert!(!found.has_errors(), "{found:?}");
    for form in [Form::Markdown, Form::Html] {
        let files = render(&engine.pages("acme"), form);
        let whole: Vec<String> = files.iter().map(|(n, t)| format!("==== {n}\n{t}")).collect();
        insta::assert_snapshot!(format!("pages_{}", form.ending()), whole.join("\n"));
    }
    assert!(engine.pages("nobody").is_empty());
}

/// Texts between two marks.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let parts = text.split(open).skip(1);
    parts.filter_map(|p| p.split_once(close)).map(|p| p.0).collect()
}

/// Every link leads to a page that is there and to an anchor on it; no anchor stands twice.
fn every_link_leads_somewhere(files: &[(String, String)]) -> usize {
    let mut anchors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, text) in files {
        let all = between(text, " id=\"", "\"");
        let set: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), set.len(), "{name}: an anchor stands twice");
        assert!(anchors.insert(name, set).is_none(), "{name} is written twice");
    }
    let mut links = 0;
    for (name, text) in files {
        let html = between(text, "<a href=\"", "\"");
        let markdown = between(text, "](", ")")
            .into_iter()
            .filter(|t| t.contains(".md") || t.starts_with('#'));
        for to in html.into_iter().chain(markdown) {
            let (page, anchor) = to.split_once('#').unwrap_or((to, ""));
            let page = if page.is_empty() { name.as_str() } else { page };
            let there = anchors.get(page).unwrap_or_else(|| panic!("{name}: no page `{to}`"));
            assert!(anchor.is_empty() || there.contains(anchor), "{name}: no anchor `{to}`");
            links += 1;
        }
    }
    links
}

#[test]
fn links_of_the_shipped_packs_lead_somewhere() {
    let world = planted::world();
    let folders = ["rules", "foundries/sky130", "foundries/generic-discrete"];
    for (pack, folder) in ["std", "sky130", "generic-discrete"].into_iter().zip(folders) {
        let (mut engine, _) = Engine::new(&world, Config::default());
        let complaints = engine.check(&[String::from("rules"), String::from(folder)]);
        assert!(!complaints.has_errors(), "{complaints:?}");
        let pages = engine.pages(pack);
        for form in [Form::Html, Form::Markdown] {
            let files = render(&pages, form);
            assert!(every_link_leads_somewhere(&files) > 50, "{pack}");
            assert_eq!(files, render(&engine.pages(pack), form), "{pack}: other bytes");
            let scripts = files.iter().any(|(_, t)| t.contains("<script") || t.contains("http://"));
            assert!(!scripts, "{pack}: a page loads something");
        }
    }
}

#[test]
fn a_case_fits_what_its_test_gives() {
    let tests = "test t {\n  given model junction_diode { IS = 1 nA }\n  \
                 case a { without VF; expect pass passive }\n}\n\
                 test u {\n  given \"part.toml\"\n  case b { VF = 1 V; expect pass passive }\n}\n";
    let world = small().with("acme/tests/more.espice", tests);
    let (mut engine, _) = Engine::new(&world, Config::default());
    let found = engine.check(&[String::from("acme")]);
    let told = found.iter().filter(|d| d.code == espice_base::Code::IDLE_CASE).count();
    assert_eq!(told, 2, "{found:?}");
}
