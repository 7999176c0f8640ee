//! The file system and today's date.
#![allow(clippy::disallowed_methods, reason = "a host reads files and the clock")]

use espice_base::{Clock, Date, Limits, ReadError, World};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Folders deeper than this below the one that is listed are not entered.
const DEEPEST: usize = 32;

/// The files of this computer: all, or those below some roots.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Without links and dots; none means all files.
    roots: Vec<PathBuf>,
    limits: Limits,
}

impl Disk {
    /// Every file that the process may read.
    pub fn new() -> Disk {
        let limits = Limits { clock: Some(Clock(now)), ..Limits::default() };
        Disk { roots: Vec::new(), limits }
    }

    /// The files below some folders. A path leads there by its own name or from the first root
    /// in which it exists; where it really ends decides, whatever dots and links it goes through.
    ///
    /// # Errors
    /// In words, when a root is no folder.
    pub fn below(roots: &[PathBuf]) -> Result<Disk, String> {
        let real = |root: &PathBuf| {
            let found = fs::canonicalize(root).ok().filter(|r| r.is_dir());
            found.ok_or_else(|| format!("the root `{}` is no folder", root.display()))
        };
        let roots = roots.iter().map(real).collect::<Result<Vec<PathBuf>, String>>()?;
        Ok(Disk { roots, ..Disk::new() })
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Disk {
        Disk { limits, ..self }
    }

    /// Where a path ends, if it may be looked at.
    fn resolve(&self, path: &str) -> Result<PathBuf, ReadError> {
        if self.roots.is_empty() {
            return Ok(PathBuf::from(path));
        }
        // Joining an absolute path gives that path.
        let ends = self.roots.iter().filter_map(|root| fs::canonicalize(root.join(path)).ok());
        for end in ends {
            if self.roots.iter().any(|root| end.starts_with(root)) {
                return Ok(end);
            }
        }
        // Whether there is a file outside is nobody's business.
        Err(ReadError::NotFound)
    }
}

impl Default for Disk {
    fn default() -> Self {
        Disk::new()
    }
}

/// The time since the process first asked.
fn now() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

impl World for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let limit = self.limits.file_bytes;
        let path = self.resolve(path)?;
        // Opening a pipe waits for somebody who writes: a service opens files alone.
        if !self.roots.is_empty() && !path.is_file() {
            return Err(ReadError::Denied);
        }
        let file = fs::File::open(path).map_err(read_error)?;
        let about = file.metadata().map_err(read_error)?;
        if about.is_dir() {
            return Err(ReadError::Denied);
        }
        if about.len() > limit {
            return Err(ReadError::TooLarge(limit));
        }
        // A device tells no length: what is read is limited too.
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(read_error)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut found = Vec::new();
        walk(&self.resolve(folder)?, "", 0, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn today(&self) -> Date {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Date::from_days_since_1970(i64::try_from(seconds / 86_400).unwrap_or(0))
    }

    fn limits(&self) -> Limits {
        self.limits
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

    /// A folder of one test, which goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir();
            let folder = folder.join(format!("espice-disk-{}-{name}", std::process::id()));
            fs::create_dir_all(folder.join("inside/deep")).unwrap();
            fs::write(folder.join("secret.txt"), "secret").unwrap();
            fs::write(folder.join("inside/deep/a.csv"), "a").unwrap();
            Folder(folder)
        }

        fn at(&self, path: &str) -> String {
            self.0.join(path).to_str().unwrap().to_string()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_lies_outside_the_roots_is_not_there() {
        let folder = Folder::new("roots");
        let root = folder.0.join("inside");
        std::os::unix::fs::symlink(folder.at("secret.txt"), root.join("link.txt")).unwrap();
        std::os::unix::fs::symlink(&folder.0, root.join("up")).unwrap();
        std::os::unix::fs::symlink(root.join("deep/a.csv"), root.join("good.csv")).unwrap();
        let disk = Disk::below(&[root]).unwrap();
        for path in
            ["deep/a.csv", "./deep/../deep/a.csv", "good.csv", &folder.at("inside/good.csv")]
        {
            assert_eq!(disk.read(path), Ok(b"a".to_vec()), "{path}");
        }
        for path in [
            "../secret.txt",
            "deep/../../secret.txt",
            "link.txt",
            "up/secret.txt",
            "/etc/passwd",
            "/dev/zero",
            "a\0b",
            &folder.at("secret.txt"),
        ] {
            assert_eq!(disk.read(path), Err(ReadError::NotFound), "{path}");
            assert!(disk.list(path).is_err(), "{path}");
        }
        assert_eq!(disk.list(".."), Err(ReadError::NotFound));
        assert_eq!(disk.read("deep"), Err(ReadError::Denied));
        assert!(disk.list(".").unwrap().contains(&String::from("deep/a.csv")));
        assert!(Disk::below(&[folder.0.join("none")]).unwrap_err().contains("is no folder"));
        assert_eq!(Disk::new().read(&folder.at("secret.txt")), Ok(b"secret".to_vec()));
    }

    #[test]
    fn large_files_are_refused() {
        let folder = Folder::new("large");
        let disk = Disk::new().with_limits(Limits { file_bytes: 5, ..Limits::default() });
        assert_eq!(disk.read(&folder.at("secret.txt")), Err(ReadError::TooLarge(5)));
        assert!(disk.today().year >= 2024);
    }
}
