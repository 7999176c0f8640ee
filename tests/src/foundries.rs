//! The packs of foundries against data that stand beside the project: the cards and the silicon
//! of SKY130, and the datasheets given. Absent data are skipped visibly.

use crate::support;
use espice::outcome::FindingRecord;
use espice::{Biases, Config, Engine, EvaluateRequest, JudgeRequest, SimulatorSetup};
use espice_base::MemoryWorld;
use espice_netlist::decode;
use std::fmt::Write;
use std::path::PathBuf;

const NFET: &str = "sky130_fd_pr__nfet_01v8";
/// Parameters of mismatch that the files of one device leave open.
const OPEN: [&str; 4] = ["toxe_slope", "voff_slope", "vth0_slope", "vth0_slope1"];

/// Files of a folder beside the project whose names end like this, by name.
fn given(folder: &str, ending: &str) -> Option<Vec<PathBuf>> {
    let folder = support::root().join("../shared/data").join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    let mut files = support::files_under(&folder);
    files.retain(|f| f.to_string_lossy().ends_with(ending));
    files.sort();
    Some(files)
}

fn name(path: &std::path::Path) -> String {
    path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// What the pack of a foundry finds in sources of these names and bytes.
fn findings(
    foundry: &str,
    kind: Option<&str>,
    sources: &[(String, Vec<u8>)],
) -> Vec<FindingRecord> {
    let mut world = support::world();
    for (name, bytes) in sources {
        world = world.with(name.as_str(), bytes.clone());
    }
    judged(&world, foundry, kind, sources.iter().map(|s| s.0.clone()).collect())
}

fn judged(
    world: &MemoryWorld,
    foundry: &str,
    kind: Option<&str>,
    sources: Vec<String>,
) -> Vec<FindingRecord> {
    let config = Config { foundry: Some(foundry.into()), ..Config::default() };
    let (mut engine, complaints) = Engine::new(world, config);
    assert!(!complaints.has_errors(), "{complaints:?}");
    let request =
        JudgeRequest { sources, kind: kind.map(String::from), all: true, ..Default::default() };
    let (judged, complaints) = engine.judge(&request);
    assert!(!complaints.has_errors(), "{complaints:?}");
    judged.verdict.findings.into_iter().filter(|f| f.pack == foundry).collect()
}

fn with_status<'f>(findings: &'f [FindingRecord], status: &str) -> Vec<&'f str> {
    findings.iter().filter(|f| f.status == status).map(|f| f.rule.as_str()).collect()
}

/// Every legal size has one bin, within the process, and the oxide is the process's own.
#[test]
fn the_published_cards_keep_the_rules_of_sky130() {
    let Some(files) = given("models/sky130", "__tt.pm3.spice") else { return };
    for file in files {
        let found = findings("sky130", None, &[(name(&file), support::bytes(&file))]);
        assert_eq!(with_status(&found, "failed"), [""; 0]);
        assert_eq!(with_status(&found, "undecided"), [""; 0]);
        let mut passed = with_status(&found, "passed");
        passed.sort_unstable();
        assert_eq!(
            passed,
            [
                "bins_are_stated_once",
                "bins_are_within_the_process",
                "bins_do_not_overlap",
                "corners_have_the_same_bins",
                "legal_sizes_have_a_bin",
                "oxide_is_of_the_process",
            ]
        );
    }
}

/// A library without a bin, and one with a bin too many, are told apart from the sound one.
#[test]
fn damaged_cards_are_found() {
    let Some(files) = given("models/sky130", "__tt.pm3.spice") else { return };
    let Some(file) = files.first() else { return };
    let text = decode(&support::bytes(file));
    let judge = |text: String| {
        let found = findings("sky130", None, &[(name(file), text.into_bytes())]);
        let mut failed: Vec<String> =
            with_status(&found, "failed").iter().map(|r| (*r).to_string()).collect();
        failed.sort();
        failed
    };
    let edge = "+ lmin = 4.0e-06 lmax = 8.0e-06 wmin = 7.0e-06";
    assert!(text.contains(edge));
    let gap = text.replacen(edge, "+ lmin = 7.0e-06 lmax = 8.0e-06 wmin = 7.0e-06", 1);
    assert_eq!(judge(gap), ["legal_sizes_have_a_bin"]);
    let overlap = text.replacen(edge, "+ lmin = 3.0e-06 lmax = 8.0e-06 wmin = 7.0e-06", 1);
    assert_eq!(judge(overlap), ["bins_do_not_overlap"]);
    let oxide = text.replacen("toxe = {4.148e-09+", "toxe = {1.16e-08+", 1);
    assert_eq!(judge(oxide), ["oxide_is_of_the_process"]);
}

/// The corners' currents by the simulator, as rows.
fn currents(corner: &str, speed: f64, rows: &mut String) -> Option<()> {
    let config = support::ngspice(&format!("foundry-{corner}"))?;
    let folder = support::root().join("../shared/data/models/sky130");
    let own = |kind: &str| {
        decode(&support::bytes(&folder.join(format!("nfet_01v8__{corner}.{kind}.spice"))))
    };
    let mut text = String::new();
    for line in own("corner").lines().filter(|l| !l.starts_with(".include")) {
        let _ = writeln!(text, "{line}");
    }
    for open in OPEN {
        let _ = writeln!(text, ".param {NFET}__{open}=0");
    }
    text += &own("pm3");
    let world = support::world().with("sky.lib", text);
    let setup = SimulatorSetup::new(config.command, config.folder);
    let (mut engine, _) =
        Engine::new(&world, Config { simulator: Some(setup), ..Config::default() });
    for (w, l) in [(1e-6, 0.15e-6), (0.42e-6, 0.5e-6), (7e-6, 8e-6)] {
        let request = EvaluateRequest {
            card: "sky.lib".into(),
            model: Some(NFET.into()),
            instance: vec![("w".into(), format!("{w:e}")), ("l".into(), format!("{l:e}"))],
            biases: Biases::Grid {
                volts: vec![("d".into(), vec![0.1, 1.8]), ("g".into(), vec![0.9, 1.2, 1.8])],
                kelvin: vec![233.15, 300.15, 398.15],
            },
            ..EvaluateRequest::default()
        };
        let (found, complaints) = engine.evaluate(&request);
        assert!(!complaints.has_errors(), "{complaints:?}");
        let names: Vec<&str> = found.columns.iter().map(|c| c.name.as_str()).collect();
        let place = |wanted: &str| names.iter().position(|n| *n == wanted).expect("a column");
        let places = ["V(d)", "V(g)", "T", "I(d)"].map(place);
        for row in &found.rows {
            let [vd, vg, kelvin, id] = places.map(|p| row[p].expect("a value"));
            let _ = write!(
                rows,
                "[[parameter]]\nsymbol = \"ID\"\ntyp = \"{id:e} A\"\nconditions = {{ VDS = \"{vd} V\", \
                 VGS = \"{vg} V\", TJ = \"{kelvin} K\", Wdrawn = \"{w:e} m\", Ldrawn = \"{l:e} m\", \
                 corner = \"{speed}\" }}\n"
            );
        }
    }
    Some(())
}

/// ss < tt < ff at every bias, size and temperature; exchanged corners are found.
#[test]
fn the_published_corners_are_in_order() {
    if given("models/sky130", ".spice").is_none() {
        return;
    }
    for (corners, status) in [([-1.0, 0.0, 1.0], "passed"), ([-1.0, 1.0, 0.0], "failed")] {
        let mut facts =
            format!("[device]\npart = \"{NFET}\"\nkind = \"mos\"\npolarity = \"nmos\"\n");
        for (corner, speed) in ["ss", "tt", "ff"].into_iter().zip(corners) {
            if currents(corner, speed, &mut facts).is_none() {
                return;
            }
        }
        assert_eq!(facts.matches("symbol").count(), 3 * 3 * 18);
        let found = findings("sky130", None, &[("corners.toml".into(), facts.into_bytes())]);
        let order = found.iter().find(|f| f.rule == "corners_in_order").expect("the rule");
        assert_eq!(order.status, status, "{}", order.message);
    }
}

/// What judges every sweep of a transistor.
const OF_A_SWEEP: [&str; 6] = [
    "gate_within_its_rating",
    "drain_within_its_rating",
    "bulk_within_its_rating",
    "stated_size_is_legal",
    "current_fits_the_stated_size",
    "gate_does_not_leak",
];

/// Of the published silicon exactly the files of test module 2602 state a size that their
/// current denies.
#[test]
fn the_mislabelled_geometry_is_found_and_no_other() {
    let Some(files) = given("measured/sky130_nfet_01v8", ".mdm") else { return };
    let (mut flagged, mut sound) = (Vec::new(), 0);
    for file in &files {
        let found = findings("sky130", Some("mos"), &[(name(file), support::bytes(file))]);
        assert_eq!(with_status(&found, "undecided"), [""; 0], "{}", file.display());
        let failed = with_status(&found, "failed");
        sound += usize::from(failed.is_empty());
        flagged.extend(failed.iter().map(|rule| format!("{} {rule}", name(file))));
        let judged = [with_status(&found, "passed"), failed].concat();
        for rule in OF_A_SWEEP {
            assert!(judged.contains(&rule), "{}: {rule} did not judge", file.display());
        }
        let is_transfer = name(file).contains("_IDVG_");
        let efficiency = judged.contains(&"gate_efficiency_is_physical");
        assert_eq!(efficiency, is_transfer, "{}", file.display());
    }
    let expected: Vec<String> = files
        .iter()
        .map(|f| name(f))
        .filter(|n| n.contains("_2602_"))
        .map(|n| format!("{n} current_fits_the_stated_size"))
        .collect();
    assert_eq!(flagged, expected);
    println!("{sound} sound files, {} flagged", flagged.len());
}

/// What the house rules find in the datasheets given, each looked at on its page.
#[test]
fn the_findings_in_the_given_sheets_are_those_of_the_pages() {
    let Some(files) = given("datasheets", ".pdf") else { return };
    for file in files.iter().filter(|f| !name(f).contains("scanned")) {
        let found = findings("generic-discrete", None, &[(name(file), support::bytes(file))]);
        assert_eq!(with_status(&found, "failed"), [""; 0], "{}", file.display());
        assert_eq!(with_status(&found, "undecided"), [""; 0], "{}", file.display());
        let waived = with_status(&found, "waived");
        // The note below its table: what a part took when it was destroyed.
        let known: &[&str] =
            if name(file).starts_with("IRF540N") { &["typical_within_limits"] } else { &[] };
        assert_eq!(waived, known, "{}", file.display());
    }
}
