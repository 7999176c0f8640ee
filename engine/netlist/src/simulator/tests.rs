#![cfg(unix)]

use super::*;
use crate::ModelCard;
use espice_base::Code;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder of this test's own, removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("espice-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn files(&self) -> usize {
        self.0.read_dir().unwrap().count()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A simulator that is a shell script.
fn script(text: &str) -> Simulator {
    Simulator {
        command: "sh".into(),
        arguments: vec!["-c".into(), text.into(), "{deck}".into()],
        version_arguments: vec!["-c".into(), "echo '** ngspice-39 : Circuit'".into()],
        ..Simulator::ngspice()
    }
}

fn config<'a>(folder: &Folder) -> SimulatorConfig<'a> {
    SimulatorConfig {
        timeout: Duration::from_secs(20),
        ..SimulatorConfig::new("sh", &folder.0, "T 1")
    }
}

#[test]
fn every_bad_end_has_its_code() {
    let folder = Folder::new("ends");
    let cases = [
        ("exit 3", Code::SIMULATOR_CRASHED),
        ("kill -SEGV $$", Code::SIMULATOR_CRASHED),
        ("echo 'Error on line 3 or its substitute:' >&2; exit 1", Code::SIMULATOR_DECK),
        ("echo 'op simulation(s) aborted' >&2", Code::SIMULATOR_NO_CONVERGENCE),
        ("sleep 30", Code::SIMULATOR_TIMEOUT),
        ("while :; do echo again and again; done", Code::SIMULATOR_OUTPUT),
        ("true", Code::SIMULATOR_RESULT),
    ];
    for (text, code) in cases {
        let mut config = config(&folder);
        config.output_bytes = 10_000;
        if code == Code::SIMULATOR_TIMEOUT {
            config.timeout = Duration::from_millis(50);
        }
        let error = script(text).run(&config, "deck", &["absent.data".into()]).unwrap_err();
        assert_eq!(error.code(), code, "{text}: {error}");
        let d = error.diagnostic();
        assert!(!d.help.is_empty() && !d.message.contains('\n'), "{d:?}");
        assert_eq!(folder.files(), 0, "{text}");
    }
}

#[test]
fn a_missing_command_and_a_missing_folder_are_told_apart() {
    let folder = Folder::new("missing");
    let simulator = Simulator::ngspice();
    let config = SimulatorConfig::new("espice-no-such-command", &folder.0, "a");
    let error = simulator.run(&config, "", &[]).unwrap_err();
    assert_eq!(error.code(), Code::SIMULATOR_MISSING);
    let config = SimulatorConfig::new("sh", folder.0.join("absent/inner"), "a");
    assert_eq!(simulator.run(&config, "", &[]).unwrap_err().code(), Code::SIMULATOR_FOLDER);
}

#[test]
fn a_run_can_be_cancelled() {
    let folder = Folder::new("cancel");
    let asked = AtomicUsize::new(0);
    let cancelled = || asked.fetch_add(1, Ordering::Relaxed) > 3;
    let config = SimulatorConfig { cancelled: &cancelled, ..config(&folder) };
    let error = script("sleep 30").run(&config, "", &[]).unwrap_err();
    assert_eq!(error.code(), Code::SIMULATOR_CANCELLED);
}

#[test]
fn a_good_run_gives_its_log_results_and_warnings() {
    let folder = Folder::new("good");
    let config = config(&folder);
    let result = config.file_name("dc.data");
    assert_eq!(result, "t_1_dc.data");
    let text = "cat $0 > t_1_dc.data; echo 'unrecognized parameter (foo) - ignored'; echo done >&2";
    let run = script(text).run(&config, "1 2\n", &[result]).unwrap();
    assert_eq!(run.results, ["1 2\n"]);
    assert!(run.log.ends_with("ignored\ndone\n") && !run.strained);
    let codes: Vec<Code> = run.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::SIMULATOR_UNKNOWN_PARAMETER]);
    assert_eq!(folder.files(), 0);
    assert_eq!(script("").version(&config).unwrap(), "39");
}

#[test]
fn tables_are_read_exactly_or_not_at_all() {
    let table = read_wrdata("t", " 1.0e+00 -3.9679042113735258e-03\n 2 nan\n").unwrap();
    assert_eq!(table.rows[0], [1.0, -3.967_904_211_373_526e-3]);
    assert!(table.rows[1][1].is_nan());
    for wrong in ["", "\n", "1 2\n3\n", "1 x\n"] {
        assert_eq!(
            read_wrdata("t", wrong).unwrap_err().code(),
            Code::SIMULATOR_RESULT,
            "{wrong:?}"
        );
    }
}

const RAW: &str = "Title: * t\nDate: Sat\nPlotname: Operating Point\nFlags: real\n\
    No. Variables: 2\nNo. Points: 2\nVariables:\n\t0\tv(a)\tvoltage\n\t1\ti(v1)\tcurrent\n\
    Values:\n 0\t6.0e-01\n\t-1.5e-04\n\n 1\t7.0e-01\n\t-2.5e-04\n\n\
    Title: * t\nPlotname: AC Analysis\nFlags: complex\nNo. Variables: 1\nNo. Points: 1\n\
    Variables:\n\t0\tfrequency\tfrequency\nValues:\n 0\t1.0e+00,2.0e-01\n";

#[test]
fn raw_files_hold_plots() {
    let plots = read_raw_ascii("r", RAW).unwrap();
    assert_eq!(plots.len(), 2);
    assert_eq!(plots[0].name, "Operating Point");
    assert_eq!(plots[0].vector("I(V1)"), Some(vec![[-1.5e-4, 0.0], [-2.5e-4, 0.0]]));
    assert_eq!(plots[1].points, [[[1.0, 0.2]]]);
    for cut in 0..RAW.len() {
        // No cut makes the reader panic; whether it is an error depends on what is left.
        let _ = read_raw_ascii("r", &RAW[..cut]);
    }
    for wrong in ["", "No. Variables: 1\nBinary:\n", "Values:\n", "No. Points: 1\nValues:\n"] {
        let got = read_raw_ascii("r", wrong);
        let empty_point = wrong.starts_with("No. Points");
        assert_eq!(got.is_err(), !empty_point, "{wrong:?}: {got:?}");
    }
}

/// Runs only where ngspice is; says so where it is not.
fn ngspice(folder: &Folder) -> Option<(Simulator, SimulatorConfig<'static>)> {
    let simulator = Simulator::ngspice();
    let config = SimulatorConfig::new("ngspice", &folder.0, "oracle");
    match simulator.version(&config) {
        Ok(_) => Some((simulator, config)),
        Err(e) => {
            eprintln!("skipped: {e}");
            None
        }
    }
}

#[test]
fn ngspice_gives_currents_and_capacitances() {
    let folder = Folder::new("oracle");
    let Some((simulator, config)) = ngspice(&folder) else { return };
    let diode = ModelCard::new("d", "D").with("IS", 1e-14).with("CJO", 4e-12).with("FOO", 1.0);
    let npn = ModelCard::new("q", "NPN").with("IS", 1e-15).with("BF", 100.0).with("CJE", 1e-12);
    let models = Composite::of_cards(&[diode, npn]);
    // More points than one deck holds, and one that has no solution: a diode alone at 60 V.
    let mut points: Vec<BiasPoint> = (0..220)
        .map(|n| BiasPoint {
            model: 0,
            volts: vec![0.5 + f64::from(n) * 1e-3, 0.0],
            kelvin: 300.15,
            ..BiasPoint::default()
        })
        .collect();
    points[210].volts[0] = 60.0;
    points[50] =
        BiasPoint { model: 1, volts: vec![2.0, 0.6, 0.0], kelvin: 300.15, ..BiasPoint::default() };
    let answer =
        operating_points(&simulator, &config, &models, &points, Want::Admittances).unwrap();
    assert_eq!(folder.files(), 0);

    let vt = constants_vt();
    for (n, (point, result)) in points.iter().zip(&answer.points).enumerate() {
        let Some(result) = result else {
            assert_eq!(n, 210);
            continue;
        };
        if n == 50 {
            let [c, b, e] = result.currents[..] else { panic!("{result:?}") };
            assert!((c / b - 100.0).abs() < 1e-3 && (c + b + e).abs() < 1e-12 * c);
            assert_eq!((result.capacitances.len(), result.capacitances[2].len()), (3, 3));
            continue;
        }
        let wanted = 1e-14 * (point.volts[0] / vt).exp_m1();
        assert!((result.currents[0] / wanted - 1.0).abs() < 1e-9, "{n}: {result:?} {wanted}");
        assert!((result.currents[1] / wanted + 1.0).abs() < 1e-9);
        let (g, c) = (&result.conductances, &result.capacitances);
        assert!((g[0][0] / (wanted / vt) - 1.0).abs() < 1e-6, "{n}");
        assert!(c[0][0] > 4e-12 && (c[0][0] + c[0][1]).abs() < 1e-9 * c[0][0], "{n}: {c:?}");
    }
    let ignored = |c: Code| answer.diagnostics.iter().filter(|d| d.code == c).count();
    assert_eq!(ignored(Code::CARD_UNKNOWN_PARAMETER), 1);
    assert_eq!(ignored(Code::SIMULATOR_UNKNOWN_PARAMETER), 1);
}

/// kT/q at 27 °C with the constants of ngspice 39.
fn constants_vt() -> f64 {
    espice_units::constants::SPICE39.thermal_voltage(300.15)
}
