//! One run of a simulator: files, the child process, its log.

use super::{Meaning, SimulationError, Simulator, SimulatorConfig};
use crate::text::shown;
use espice_base::{Code, Diagnostic, Diagnostics};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a successful run gave.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Standard output and standard error, one after the other.
    pub log: String,
    /// The text of each result that was asked for, in that order.
    pub results: Vec<String>,
    /// Whether the solution was found on a detour, which can leave it inexact.
    pub strained: bool,
    /// Warnings that the log holds, such as ignored parameters.
    pub diagnostics: Diagnostics,
}

impl Simulator {
    /// Runs a deck and reads the results that it writes into the working folder. `results` are
    /// file names as [`SimulatorConfig::file_name`] makes them; every file is removed
    /// afterwards unless the caller keeps them.
    ///
    /// # Errors
    /// [`SimulationError`] when the process cannot start, does not end well, or its log or
    /// results say that nothing was simulated.
    pub fn run(
        &self,
        config: &SimulatorConfig<'_>,
        deck: &str,
        results: &[String],
    ) -> Result<Run, SimulationError> {
        let deck_name = config.file_name("deck.cir");
        let mut files = Files::below(config)?;
        files.paths.extend(results.iter().map(|name| config.folder.join(name)));
        let deck_path = config.folder.join(&deck_name);
        let mut file = files.create(&deck_path)?;
        let deck = self.with_compiled(config, deck)?;
        file.write_all(deck.as_bytes()).map_err(|e| folder_error(&deck_path, &e))?;
        drop(file);
        let arguments: Vec<String> =
            self.arguments.iter().map(|a| a.replace("{deck}", &deck_name)).collect();
        let (status, log) = execute(config, &arguments, &mut files)?;
        let diagnostics = self.judge(status, &log)?;
        let results = results
            .iter()
            .map(|name| read_capped(&config.folder.join(name), name, config.output_bytes))
            .collect::<Result<_, _>>()?;
        let strained = self.lines(&log, Meaning::Strained).next().is_some();
        Ok(Run { log, results, strained, diagnostics })
    }

    /// The deck, which first loads the compiled models.
    fn with_compiled<'d>(
        &self,
        config: &SimulatorConfig<'_>,
        deck: &'d str,
    ) -> Result<Cow<'d, str>, SimulationError> {
        if config.compiled.is_empty() {
            return Ok(Cow::Borrowed(deck));
        }
        let load = self.load.as_ref().ok_or_else(|| {
            SimulationError::Request(format!("{} loads no compiled models", self.name))
        })?;
        // The first line of a deck is its title.
        let (title, rest) = deck.split_once('\n').unwrap_or((deck, ""));
        let mut whole = format!("{title}\n.control\n");
        for file in &config.compiled {
            let file = file.to_string_lossy();
            if file.contains(['\n', '\r', '"']) {
                let words =
                    String::from("the path of a compiled model holds a quote or a line's end");
                return Err(SimulationError::Request(words));
            }
            whole.push_str(&load.replace("{file}", &file));
            whole.push('\n');
        }
        Ok(Cow::Owned(whole + ".endc\n" + rest))
    }

    /// The version that the simulator prints, such as `39`.
    ///
    /// # Errors
    /// [`SimulationError`] when it cannot be started or prints no version.
    pub fn version(&self, config: &SimulatorConfig<'_>) -> Result<String, SimulationError> {
        let mut files = Files::below(config)?;
        let (_, log) = execute(config, &self.version_arguments, &mut files)?;
        let after = log.split_once(self.version_after.as_str()).map_or("", |(_, rest)| rest);
        let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '+');
        let version = after.split(ends).next().unwrap_or("");
        if version.is_empty() {
            return Err(SimulationError::Result {
                file: "version".into(),
                reason: format!("`{}` is not in what it prints", self.version_after),
            });
        }
        Ok(version.to_string())
    }

    /// What the log and the exit status say.
    fn judge(&self, status: ExitStatus, log: &str) -> Result<Diagnostics, SimulationError> {
        let refused: Vec<&str> = self.lines(log, Meaning::Refused).take(3).collect();
        if !refused.is_empty() {
            return Err(SimulationError::Refused { lines: shown_line(&refused.join("; ")) });
        }
        if let Some(line) = self.lines(log, Meaning::NoConvergence).next() {
            return Err(SimulationError::NoConvergence { line: shown_line(line) });
        }
        if !status.success() {
            let last = log.lines().map(str::trim).rfind(|l| !l.is_empty()).unwrap_or("");
            return Err(SimulationError::Crashed { exit: status.code(), last: shown_line(last) });
        }
        let unknown = self.phrases.iter().filter(|p| p.meaning == Meaning::UnknownParameter);
        let names: BTreeSet<&str> = unknown
            .flat_map(|p| log.lines().filter_map(move |l| l.split_once(p.text.as_str())))
            .map(|(_, rest)| rest.split(')').next().unwrap_or(rest))
            .collect();
        Ok(names.into_iter().map(|name| self.ignored(name)).collect())
    }

    /// The lines of a log that have a meaning.
    fn lines<'a>(&'a self, log: &'a str, meaning: Meaning) -> impl Iterator<Item = &'a str> {
        let says = move |line: &&str| {
            self.phrases.iter().any(|p| p.meaning == meaning && line.contains(&p.text))
        };
        log.lines().filter(says).map(str::trim)
    }

    fn ignored(&self, name: &str) -> Diagnostic {
        Diagnostic::warning(
            Code::SIMULATOR_UNKNOWN_PARAMETER,
            format!("{} ignored the parameter `{}`", self.name, shown(name)),
        )
        .help("leave it out of the card for this simulator")
    }
}

/// The files of a run, which go when it ends.
struct Files {
    paths: Vec<PathBuf>,
    keep: bool,
}

impl Files {
    /// Makes the working folder when it is first needed: most programs that could simulate never
    /// do.
    fn below(config: &SimulatorConfig<'_>) -> Result<Files, SimulationError> {
        let files = Files { paths: Vec::new(), keep: config.keep_files };
        match fs::create_dir(&config.folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(folder_error(&config.folder, &error))
            }
            _ => Ok(files),
        }
    }

    fn create(&mut self, path: &Path) -> Result<File, SimulationError> {
        let file = File::create(path).map_err(|e| folder_error(path, &e))?;
        self.paths.push(path.to_path_buf());
        Ok(file)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if !self.keep {
            for path in &self.paths {
                // A result that was never written is no error here.
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// A child that does not outlive its run, however the run ends, nor does what it has started.
struct Guard {
    child: Child,
    /// Whether it has ended by itself.
    ended: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.ended {
            end_group(&self.child);
            // Both fail only when it has ended already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Makes the child the first of a group of its own: a key that interrupts the program does not
/// reach it, and it can be ended with all that it has started.
#[cfg(unix)]
fn in_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn in_group(_command: &mut Command) {}

#[cfg(unix)]
fn end_group(child: &Child) {
    // The library of the language ends single processes; every shell ends groups. It fails only
    // when all of them have ended.
    let group = format!("kill -s KILL -- -{}", child.id());
    let mut shell = Command::new("sh");
    shell.args(["-c", &group]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = shell.status();
}

#[cfg(not(unix))]
fn end_group(_child: &Child) {}

/// Runs the command to its end, within the limits. Log files rather than pipes: nothing blocks
/// when the child, or a child of it, keeps them open.
fn execute(
    config: &SimulatorConfig<'_>,
    arguments: &[String],
    files: &mut Files,
) -> Result<(ExitStatus, String), SimulationError> {
    let log_paths = [config.file_name("stdout.log"), config.file_name("stderr.log")]
        .map(|n| config.folder.join(n));
    let [out, err] = &log_paths;
    let mut command = Command::new(&config.command);
    command
        .args(arguments)
        .current_dir(&config.folder)
        .stdin(Stdio::null())
        .stdout(files.create(out)?)
        .stderr(files.create(err)?)
        // Numbers and messages in the log do not depend on the user's language.
        .env("LC_ALL", "C");
    in_group(&mut command);
    if (config.cancelled)() {
        return Err(SimulationError::Cancelled);
    }
    let child = command.spawn().map_err(|e| SimulationError::Missing {
        command: config.command.display().to_string(),
        reason: e.to_string(),
    })?;
    let mut guard = Guard { child, ended: false };
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    let status = loop {
        let ended = guard.child.try_wait().map_err(|e| folder_error(&config.command, &e))?;
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |m| m.len());
        if log_paths.iter().map(size).sum::<u64>() > config.output_bytes {
            return Err(SimulationError::TooMuchOutput(config.output_bytes));
        }
        if let Some(status) = ended {
            guard.ended = true;
            break status;
        }
        if (config.cancelled)() {
            return Err(SimulationError::Cancelled);
        }
        if started.elapsed() >= config.timeout {
            return Err(SimulationError::Timeout(config.timeout.as_secs_f64()));
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let mut log = String::new();
    for path in &log_paths {
        log.push_str(&read_capped(path, &path.display().to_string(), config.output_bytes)?);
        if !log.is_empty() && !log.ends_with('\n') {
            log.push('\n');
        }
    }
    Ok((status, log))
}

/// A file's text; what is not UTF-8 is replaced.
fn read_capped(path: &Path, name: &str, limit: u64) -> Result<String, SimulationError> {
    let unreadable = |reason: String| SimulationError::Result { file: name.into(), reason };
    let file = File::open(path).map_err(|e| unreadable(e.to_string()))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(SimulationError::TooMuchOutput(limit));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A line of a log for a message, cut where it is long.
fn shown_line(line: &str) -> String {
    line.chars().take(300).collect()
}

fn folder_error(path: &Path, error: &std::io::Error) -> SimulationError {
    SimulationError::Folder { path: path.display().to_string(), reason: error.to_string() }
}
