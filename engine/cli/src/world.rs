//! The outside as the program sees it: the file system, today's date, a line of progress.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the one place where the program touches files and the clock"
)]

use crate::console::Console;
use espice_base::{Cancellation, Clock, Date, Limits, Progress, ReadError, World};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Folders deeper than this below the one that is listed are not entered.
const DEEPEST: usize = 32;

/// The real world.
pub(crate) struct Disk<'c> {
    console: &'c Console,
    limits: Limits,
    today: Date,
    cancellation: Cancellation,
}

impl<'c> Disk<'c> {
    /// The world today, with progress shown on the console.
    pub(crate) fn new(console: &'c Console, cancellation: Cancellation) -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let days = i64::try_from(seconds / 86_400).unwrap_or(0);
        let limits = Limits { clock: Some(Clock(now)), ..Limits::default() };
        Disk { console, limits, today: Date::from_days_since_1970(days), cancellation }
    }
}

/// The time since the program first asked.
fn now() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

impl World for Disk<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let limit = self.limits.file_bytes;
        let file = fs::File::open(path).map_err(read_error)?;
        let about = file.metadata().map_err(read_error)?;
        if about.is_dir() {
            return Err(ReadError::Denied);
        }
        if about.len() > limit {
            return Err(ReadError::TooLarge(limit));
        }
        // A pipe or a device tells no length: what is read is limited too.
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(read_error)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut found = Vec::new();
        walk(Path::new(folder), "", 0, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn today(&self) -> Date {
        self.today
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    fn progress(&self, progress: Progress<'_>) {
        let share = progress.share.map_or_else(String::new, |s| format!(" {:.0} %", s * 100.0));
        self.console.progress(&format!("{} {}{share}", progress.stage, progress.detail));
    }
}

/// Collects the files below a folder as paths relative to the first one. Links to folders are
/// not followed, so that a circle of links ends.
fn walk(
    folder: &Path,
    prefix: &str,
    depth: usize,
    found: &mut Vec<String>,
) -> Result<(), ReadError> {
    for entry in fs::read_dir(folder).map_err(read_error)? {
        let entry = entry.map_err(read_error)?;
        let name = entry.file_name();
        // A name that is not Unicode cannot be given back to `read`.
        let Some(name) = name.to_str().filter(|n| !n.starts_with('.')) else { continue };
        let kind = entry.file_type().map_err(read_error)?;
        let path = format!("{prefix}{name}");
        if kind.is_dir() {
            if depth < DEEPEST {
                walk(&entry.path(), &format!("{path}/"), depth + 1, found)?;
            }
        } else if kind.is_file() || entry.path().is_file() {
            found.push(path);
        }
    }
    Ok(())
}

fn read_error(error: std::io::Error) -> ReadError {
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ReadError::NotFound,
        _ => ReadError::Denied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_sorted_and_hidden_ones_left_out() {
        let console = Console::quiet();
        let world = Disk::new(&console, Cancellation::new());
        let folder = std::env::temp_dir().join(format!("espice-world-{}", std::process::id()));
        fs::create_dir_all(folder.join("b/.git")).unwrap();
        for name in ["z.txt", "b/a.txt", "B.txt", ".hidden", "b/.git/x"] {
            fs::write(folder.join(name), name).unwrap();
        }
        let path = folder.to_str().unwrap();
        assert_eq!(world.list(path), Ok(["B.txt", "b/a.txt", "z.txt"].map(String::from).to_vec()));
        assert_eq!(world.read(&format!("{path}/b/a.txt")), Ok(b"b/a.txt".to_vec()));
        assert_eq!(world.read(path), Err(ReadError::Denied));
        assert_eq!(world.read(&format!("{path}/none")), Err(ReadError::NotFound));
        assert_eq!(world.list(&format!("{path}/z.txt")), Err(ReadError::NotFound));
        assert!(world.today().year >= 2024);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn an_endless_device_is_too_large_and_not_read_to_its_end() {
        let console = Console::quiet();
        let mut world = Disk::new(&console, Cancellation::new());
        world.limits.file_bytes = 1000;
        assert_eq!(world.read("/dev/zero"), Err(ReadError::TooLarge(1000)));
    }
}
