//! The outside as the program sees it: the file system, today's date, a line of progress.
use crate::console::Console;
use espice_base::{Cancellation, Date, Limits, Progress, ReadError, World};

/// The real world.
pub(crate) struct Disk<'c> {
    console: &'c Console,
    files: espice_host::Disk,
    /// One date for the whole run, whatever midnight it passes.
    today: Date,
    cancellation: Cancellation,
}

impl<'c> Disk<'c> {
    /// The world today, with progress shown on the console.
    pub(crate) fn new(console: &'c Console, cancellation: Cancellation) -> Self {
        let files = espice_host::Disk::new();
        let today = files.today();
        Disk { console, files, today, cancellation }
    }
}

impl World for Disk<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.read(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.files.list(folder)
    }

    fn today(&self) -> Date {
        self.today
    }

    fn limits(&self) -> Limits {
        self.files.limits()
    }

    fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    fn progress(&self, progress: Progress<'_>) {
        let share = progress.share.map_or_else(String::new, |s| format!(" {:.0} %", s * 100.0));
        self.console.progress(&format!("{} {}{share}", progress.stage, progress.detail));
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests make the files that they read")]
mod tests {
    use super::*;
    use std::fs;

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
        world.files = world.files.with_limits(Limits { file_bytes: 1000, ..Limits::default() });
        assert_eq!(world.read("/dev/zero"), Err(ReadError::TooLarge(1000)));
    }
}
