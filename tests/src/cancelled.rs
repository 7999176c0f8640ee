//! Runs that are stopped: Ctrl-C ends the program within 200 ms with 130, whatever it is at, and
//! nothing is left of it; whoever embeds the engine stops it by the same handle.
#![cfg(unix)]

use crate::{program, support};
use espice::{Climb, Config, Engine, FitRequest, Request};
use espice_base::{Cancellation, Code, Date, Limits, ReadError, World};
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anybody may have to wait.
const PROMPT: Duration = Duration::from_millis(200);
/// Trials of a measurement of time, of which one must do: the machine has other work.
const TRIALS: usize = 5;

/// Three decaying exponentials that are hard to tell apart, with many points.
const FUNCTION: &str = "template sum {
  input x : 1
  param p1 : 1 = 1.2
  param p2 : 1 = 0.3
  param p3 : 1 = 5.6
  param p4 : 1 = 5.5
  param p5 : 1 = 6.5
  param p6 : 1 = 7.6
  output y = p1 * exp(-p2 * x) + p3 * exp(-p4 * x) + p5 * exp(-p6 * x)
}
";

fn points(count: usize) -> String {
    let mut text = String::from("x,y\n");
    for k in 0..count {
        let x = 2.0 * k as f64 / count as f64;
        let y = 0.1 * (-x).exp() + 0.9 * (-3.0 * x).exp() + 1.5 * (-5.0 * x).exp();
        let _ = writeln!(text, "{x:e},{:e}", y + 1e-3 * (97.0 * k as f64).sin());
    }
    text
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    let temporary = folder.join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    Command::new(program::program())
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("TMPDIR", temporary)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("stderr")).unwrap())
        .spawn()
        .unwrap()
}

fn signal(name: &str, process: u32) -> bool {
    let mut kill = Command::new("kill");
    kill.args([format!("-{name}"), process.to_string()]).stderr(Stdio::null());
    kill.status().unwrap().success()
}

/// Interrupts a program as Ctrl-C does: how it ended, and how long that took.
fn interrupt(mut child: Child) -> (ExitStatus, Duration) {
    let begin = Instant::now();
    assert!(signal("INT", child.id()), "the program had ended by itself");
    (child.wait().unwrap(), begin.elapsed())
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&support::bytes(path)).into_owned()
}

#[expect(clippy::disallowed_methods, reason = "the test asks the system about a process")]
fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Paths below a folder.
fn left(folder: &Path) -> Vec<String> {
    let inner = |p: PathBuf| p.strip_prefix(folder).unwrap().display().to_string();
    support::files_under(folder).into_iter().map(inner).collect()
}

/// Tries until one trial is prompt. A trial holds that it ended as it should, and says how long
/// that took.
fn promptly(mut trial: impl FnMut() -> Duration) {
    let mut times = Vec::new();
    while times.iter().all(|t| *t >= PROMPT) {
        assert!(times.len() < TRIALS, "{times:?}");
        times.push(trial());
    }
}

#[test]
fn a_running_fit_ends_at_once_and_leaves_nothing() {
    let folder = program::folder("cancelled-fit");
    std::fs::write(folder.join("sum.espice"), FUNCTION).unwrap();
    std::fs::write(folder.join("points.csv"), points(8_000)).unwrap();
    let arguments =
        ["fit", "sum.espice", "points.csv", "--search", "always", "--profile", "-o", "fit.json"];
    promptly(|| {
        let child = start(&folder, &arguments);
        std::thread::sleep(Duration::from_millis(2000));
        let (status, took) = interrupt(child);
        assert_eq!(status.code(), Some(130), "{}", text(&folder.join("stderr")));
        assert_eq!(left(&folder), ["points.csv", "stderr", "sum.espice"]);
        took
    });
    std::fs::remove_dir_all(folder).unwrap();
}

/// A simulator that tells its version, notes its process and hangs in a child of its own.
const HUNG: &str = "#!/bin/sh
if [ \"$1\" = --version ]; then echo '** ngspice-39 : Circuit level simulation program'; exit; fi
sleep 300 &
echo $! > \"$NOTE.part\"; mv \"$NOTE.part\" \"$NOTE\"
wait
";

fn diode() -> String {
    let mut text = String::from("# kind: diode\n# part: D1\n# TJ: 300.15 K\nVF (V),IF (A)\n");
    for k in 0..30 {
        let i = 1e-9 * 10f64.powf(f64::from(k) * 0.25);
        let v = 1.05 * 0.025_864_9 * (i / 1e-14_f64).ln_1p() + 0.5 * i;
        let _ = writeln!(text, "{v:.6},{i:.6e}");
    }
    text
}

#[test]
fn a_hung_simulator_ends_with_all_that_it_has_started() {
    let folder = program::folder("cancelled-simulator");
    std::fs::write(folder.join("D1.csv"), diode()).unwrap();
    let note = folder.join("note");
    let script = folder.join("ngspice.sh");
    std::fs::write(&script, HUNG.replace("$NOTE", note.to_str().unwrap())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    promptly(|| {
        let _ = std::fs::remove_file(&note);
        let mut child = start(&folder, &["model", "D1.csv", "-o", "out", "--simulator", script]);
        while !note.exists() {
            assert!(child.try_wait().unwrap().is_none(), "{}", text(&folder.join("stderr")));
            std::thread::sleep(Duration::from_millis(5));
        }
        let sleeper: u32 = text(&note).trim().parse().unwrap();
        assert!(signal("0", sleeper), "the simulator does not hang");
        let (status, took) = interrupt(child);
        assert_eq!(status.code(), Some(130));
        assert!(is_gone(sleeper), "its child lives on");
        assert_eq!(left(&folder), ["D1.csv", "ngspice.sh", "note", "stderr"]);
        took
    });
    std::fs::remove_dir_all(folder).unwrap();
}

/// Whether a process has ended, or does within two seconds: the system takes its time to clear it
/// away, and where nobody asks for its end, its number stays.
fn is_gone(process: u32) -> bool {
    let stat = Path::new("/proc").join(process.to_string()).join("stat");
    (0..100).any(|_| {
        let told = read(&stat);
        let gone = told.is_none_or(|t| t.rsplit(") ").next().is_some_and(|r| r.starts_with('Z')));
        if !gone {
            std::thread::sleep(Duration::from_millis(20));
        }
        gone
    })
}

#[test]
fn a_population_that_was_stopped_goes_on() {
    let folder = program::folder("cancelled-batch");
    std::fs::create_dir_all(folder.join("data")).unwrap();
    for device in 0..40 {
        std::fs::write(folder.join(format!("data/d{device:02}.csv")), diode()).unwrap();
    }
    let arguments = ["batch", "data", "-o", "out"];
    let records = || left(&folder.join("out/records"));
    let child = start(&folder, &arguments);
    while records().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (status, _) = interrupt(child);
    assert_eq!(status.code(), Some(130), "{}", text(&folder.join("stderr")));
    let kept = records();
    assert!(kept.len() < 40, "it was over");
    let drafts = left(&folder.join("out")).into_iter().filter(|p| p.starts_with('.')).count();
    assert_eq!(drafts, 0);
    let status = start(&folder, &arguments).wait().unwrap();
    assert!(status.success(), "{}", text(&folder.join("stderr")));
    assert!(records().len() == 40 && kept.iter().all(|k| records().contains(k)));
    std::fs::remove_dir_all(folder).unwrap();
}

/// A world that wants everything to stop once a file has been read.
struct Fickle<'w>(&'w dyn World, Cancellation);

impl World for Fickle<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path.ends_with(".csv") {
            self.1.cancel();
        }
        self.0.read(path)
    }
    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.0.list(folder)
    }
    fn today(&self) -> Date {
        self.0.today()
    }
    fn limits(&self) -> Limits {
        self.0.limits()
    }
    fn cancellation(&self) -> Cancellation {
        self.1.clone()
    }
}

#[test]
fn a_cancelled_request_has_no_model_and_says_so() {
    let files = support::world().with("D1.csv", diode());
    let request = Request { sources: vec!["D1.csv".into()], ..Request::default() };
    let whole = Engine::new(&files, Config::default()).0.model(&request);
    assert_eq!((whole.models.len(), whole.verdict.status.as_str()), (1, "passed"));
    let fickle = Fickle(&files, Cancellation::new());
    let (mut engine, _) = Engine::new(&fickle, Config::default());
    let outcome = engine.model(&request);
    let codes: Vec<&str> = outcome.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert!(codes.contains(&Code::RUN_CANCELLED.as_str()), "{codes:?}");
    assert!(outcome.models.is_empty() && outcome.fit.is_none());
    assert_eq!(outcome.verdict.status, "none");
}

#[test]
fn a_request_is_stopped_from_another_thread_and_alone() {
    let world = support::world()
        .with("sum.espice", FUNCTION)
        .with("points.csv", points(8_000))
        .with("few.csv", points(30));
    let (engine, _) = Engine::new(&world, Config::default());
    let request = FitRequest {
        climb: Climb::Always,
        profile: true,
        ..FitRequest::new("sum.espice", "points.csv")
    };
    promptly(|| {
        let stop = engine.cancellation().child();
        let mut clone = engine.clone().cancelled_by(stop.clone());
        let (began, diagnostics) = std::thread::scope(|scope| {
            let work = scope.spawn(|| clone.fit(&request).1);
            std::thread::sleep(Duration::from_millis(1200));
            assert!(!work.is_finished(), "the fit is too easy");
            stop.cancel();
            (Instant::now(), work.join().unwrap())
        });
        let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
        assert!(codes.contains(&Code::RUN_CANCELLED), "{diagnostics:?}");
        began.elapsed()
    });
    let (found, diagnostics) = engine.clone().fit(&FitRequest::new("sum.espice", "few.csv"));
    assert!(!diagnostics.has_errors() && found.points == 30, "{diagnostics:?}");
}
