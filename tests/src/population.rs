//! Populations through the program: the same bytes however the run went, and what it says of a
//! population that is known.

use crate::program;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Devices on each of two wafers.
const CHIPS: usize = 12;

/// Numbers between -1 and 1 from a fixed sequence.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// Nearly normal, of standard deviation one.
    fn normal(&mut self) -> f64 {
        (0..3).map(|_| self.next()).sum()
    }
}

/// A table of diodes: RS is alike but in one, which has a bad contact, and one is dead. Beside it
/// the median RS of the others.
fn table() -> (String, f64) {
    let mut draws = Draws(11);
    let mut text = String::from("# kind: diode\n# TJ: 300.15 K\nlot,wafer,x,y,dut,VF (V),IF (A)\n");
    let mut resistances = Vec::new();
    for wafer in 1..=2 {
        for chip in 0..CHIPS {
            let is = 1e-14 * (0.2 * draws.normal()).exp();
            let n = 1.05 + 0.003 * draws.normal();
            let rs =
                if (wafer, chip) == (2, 5) { 60.0 } else { 2.0 * (0.05 * draws.normal()).exp() };
            if (wafer, chip) != (2, 5) && (wafer, chip) != (1, 3) {
                resistances.push(rs);
            }
            for step in 0..30 {
                let i = 1e-9 * 10f64.powf(f64::from(step) * 0.25);
                let v = n * 0.025_864_9 * (i / is).ln_1p() + i * rs + 5e-5 * draws.normal();
                let dead = (wafer, chip) == (1, 3);
                let i = if dead { 1e-9 * draws.next() } else { i };
                let (x, y) = (chip % 4, chip / 4);
                let _ = writeln!(text, "L7,{wafer},{x},{y},d{chip:02},{v:.6},{i:.6e}");
            }
        }
    }
    resistances.sort_by(f64::total_cmp);
    let middle = resistances.len() / 2;
    (text, 0.5 * (resistances[middle - 1] + resistances[middle]))
}

fn start(folder: &Path, out: &str, options: &[&str]) -> Child {
    Command::new(program::program())
        .args(["batch", "table.csv", "-o", out])
        .args(options)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn whole(folder: &Path, out: &str, options: &[&str]) {
    let status = start(folder, out, options).wait().unwrap();
    assert!(status.success(), "{out} {options:?}: {status}");
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_str().unwrap().to_string();
        if entry.path().is_dir() {
            let inside = files(&entry.path());
            assert!(!name.starts_with('.'), "`{name}` is left over");
            found.extend(inside.into_iter().map(|(n, b)| (format!("{name}/{n}"), b)));
        } else {
            #[allow(clippy::disallowed_methods, reason = "the test looks at what was written")]
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    found
}

fn summary(folder: &Path) -> Value {
    let files = files(folder);
    serde_json::from_slice(&files["summary.json"]).unwrap()
}

#[test]
fn threads_shards_and_kills_change_no_byte() {
    let folder = program::folder("population-equal");
    std::fs::write(folder.join("table.csv"), table().0).unwrap();
    whole(&folder, "one", &["--threads", "1"]);
    let one = files(&folder.join("one"));
    assert_eq!(one.keys().filter(|k| k.starts_with("records/")).count(), 2 * CHIPS);
    assert_eq!(one.keys().filter(|k| k.starts_with("models/")).count(), 2 * CHIPS - 1);

    whole(&folder, "two", &["--threads", "2"]);
    assert!(files(&folder.join("two")) == one, "two threads give other bytes");

    whole(&folder, "parts", &["--shard", "2/3"]);
    assert!(!folder.join("parts/summary.json").exists(), "a shard is not the whole");
    whole(&folder, "parts", &["--shard", "1/3"]);
    whole(&folder, "parts", &["--shard", "3/3"]);
    assert!(files(&folder.join("parts")) == one, "shards give other bytes");

    // Killed again and again, whenever one more record is there; no time is waited for.
    let records =
        |out: &str| folder.join(out).join("records").read_dir().map_or(0, Iterator::count);
    let mut kills = 0;
    for wanted in [1, 2, 5, 9, 14, 20] {
        let mut child = start(&folder, "killed", &["--threads", "2"]);
        while records("killed") < wanted && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += usize::from(!folder.join("killed/report.html").exists());
    }
    assert!(kills >= 4, "only {kills} runs were killed before their end");
    whole(&folder, "killed", &["--threads", "2"]);
    assert!(files(&folder.join("killed")) == one, "a run that was killed gives other bytes");
    // Nothing is fitted again.
    whole(&folder, "killed", &[]);
    assert!(files(&folder.join("killed")) == one, "a second run gives other bytes");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_population_shows_what_it_was_made_of() {
    let folder = program::folder("population-known");
    let (text, resistance) = table();
    std::fs::write(folder.join("table.csv"), text).unwrap();
    whole(&folder, "out", &["--threads", "2"]);
    let all = summary(&folder.join("out"));
    assert_eq!((all["devices"].as_u64(), all["sound"].as_u64()), (Some(24), Some(23)));
    assert_eq!(all["unsound"][0][0], "L7 1 d03");
    let reason = all["unsound"][0][1][0].as_str().unwrap();
    assert!(reason.contains("misses its data"), "{reason}");
    let group = &all["groups"][0];
    assert_eq!(group["outliers"].as_array().unwrap().len(), 1, "{}", group["outliers"]);
    assert_eq!(group["outliers"][0][0], "L7 2 d05");
    let text = group["outliers"][0][1][0].as_str().unwrap();
    // Drawn with 60 Ohm.
    let found: f64 = text.split(' ').nth(2).unwrap().parse().unwrap();
    assert!(text.starts_with("RS = ") && (found - 60.0).abs() < 0.06, "{text}");
    let parameter = |name: &str| {
        let all = group["parameters"].as_array().unwrap();
        all.iter().find(|p| p["name"] == name).unwrap()["summary"].clone()
    };
    let near = |v: &Value, wanted: f64, share: f64| {
        let v = v.as_f64().unwrap();
        assert!((v / wanted - 1.0).abs() < share, "{v} is not {wanted}");
    };
    near(&parameter("IS")["median"], 1e-14, 0.15);
    near(&parameter("IS")["log_sd"], 0.2, 0.45);
    near(&parameter("RS")["median"], resistance, 0.01);
    near(&parameter("N")["mean"], 1.05, 0.003);
    let corners = group["corners"]["corners"].as_array().unwrap();
    let names: Vec<&str> = corners.iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["min", "typ", "max"]);
    let figures: Vec<f64> = corners.iter().map(|c| c["figure"].as_f64().unwrap()).collect();
    assert!(figures.windows(2).all(|p| p[0] < p[1]), "{figures:?}");
    for corner in corners {
        near(&corner["figure"], corner["wanted"].as_f64().unwrap(), 1e-3);
    }
    let written = files(&folder.join("out"));
    let text = |name: &str| String::from_utf8(written[name].clone()).unwrap();
    let cards = text("corners.lib");
    assert_eq!(cards.matches(".model junction_diode_").count(), 3, "{cards}");
    let rows = text("parameters.csv");
    assert_eq!(rows.lines().count(), 25);
    assert!(rows.starts_with("device,lot,wafer,chip,x,y,geometry,status,template,worst_nrmse"));
    let page = text("report.html");
    for shown in ["class=\"hist\"", "class=\"wafer\"", "class=\"strips\"", "L7 1 d03"] {
        assert!(page.contains(shown), "the report lacks {shown}");
    }
    for outside in ["http", "<script", "src=", "@import", "<link"] {
        assert!(!page.contains(outside), "the page reaches outside with `{outside}`");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
