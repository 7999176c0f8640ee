//! The program `espice`, built once for the tests that run it as a user does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Most address space of a run, in KiB: 256 MiB, programs and libraries included.
const MEMORY: u32 = 262_144;

/// How a run ended.
pub(crate) struct Run {
    /// Exit code; `None` when a signal ended it.
    pub(crate) exit: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    /// Processor time, seconds.
    pub(crate) seconds: f64,
}

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A new empty folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("espice-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Copies the files of a folder into another, at any depth.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs the program in a folder with at most 256 MiB of address space.
///
/// The environment is `LC_ALL=C` without colours, then what `environment` says.
pub(crate) fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    // The shell limits the memory and tells the time that the program took, which a busy
    // machine does not change.
    let script = format!("ulimit -v {MEMORY}; \"$@\"; code=$?; times >cpu.time; exit $code");
    let output: Output = Command::new("bash")
        .args(["-c", &script, "bash"])
        .arg(program())
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env_remove("RUST_BACKTRACE")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let time_file = folder.join("cpu.time");
    #[allow(clippy::disallowed_methods, reason = "tests read what they have written")]
    let times = std::fs::read_to_string(&time_file).unwrap();
    std::fs::remove_file(time_file).unwrap();
    Run {
        exit: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        seconds: children(&times),
    }
}

/// User and system time of the children, from what `times` prints: `0m0.10s 0m0.02s`, the
/// shell's in the first line, the children's in the second.
fn children(times: &str) -> f64 {
    let seconds = |text: &str| -> f64 {
        let (minutes, rest) = text.split_once('m').unwrap();
        let rest = rest.trim_end_matches('s').replace(',', ".");
        60.0 * minutes.parse::<f64>().unwrap() + rest.parse::<f64>().unwrap()
    };
    times.lines().nth(1).unwrap().split_whitespace().map(seconds).sum()
}

/// The path of the program. A test binary of one crate does not know the programs of others, so
/// that the first use builds it in the profile of the tests, which is quick when it is there.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--bin", "espice", "--message-format", "json"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let output = build.current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let executable = text.lines().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        executable.unwrap()
    })
}
