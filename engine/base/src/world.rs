use crate::Cancellation;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A calendar date, used for the expiry of waivers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date {
    /// Year of the Gregorian calendar.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; `None` when it is not a day of the calendar.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || y.len() != 4 || m.len() != 2 || d.len() != 2 {
            return None;
        }
        let date = Date { year: y.parse().ok()?, month: m.parse().ok()?, day: d.parse().ok()? };
        let leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
        let days = match date.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        (1..=days).contains(&date.day).then_some(date)
    }

    /// The date of a number of days since 1970-01-01 (Howard Hinnant, "chrono-compatible
    /// low-level date algorithms", `civil_from_days`).
    pub fn from_days_since_1970(days: i64) -> Date {
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        Date {
            year: i32::try_from(year).unwrap_or(i32::MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Why a file could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// There is no such file or folder.
    NotFound,
    /// It is larger than [`Limits::file_bytes`]; the value is the limit.
    TooLarge(u64),
    /// The system refused.
    Denied,
}

/// What one run may use. A limit that is hit ends the run with exit code 5; it never becomes a
/// verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Largest file that is read, in bytes.
    pub file_bytes: u64,
    /// Most rows that the tables of one request hold, points of curves among them: while they are
    /// fitted a row takes about a kilobyte. For the fit of a function that has more than ten
    /// parameters a row counts as often as it has tens of them.
    pub rows: usize,
    /// Operations that one script call may take.
    pub script_operations: u64,
    /// Longest string that a script may build, in bytes.
    pub script_string: usize,
    /// Longest array and largest map of a script.
    pub script_collection: usize,
    /// Deepest nesting of calls and expressions in a script or a pack.
    pub depth: usize,
    /// Longest time that one script call may take, where there is a clock to tell it.
    pub script_time: Duration,
    /// Tells the time for `script_time`; without one operations alone are counted, and a script
    /// comes out the same on a slow machine as on a fast one.
    pub clock: Option<Clock>,
}

/// A clock that only goes forward: the time since some fixed moment.
#[derive(Clone, Copy)]
pub struct Clock(pub fn() -> Duration);

impl Clock {
    /// The time since the clock's moment.
    pub fn now(self) -> Duration {
        (self.0)()
    }
}

impl PartialEq for Clock {
    /// Limits are compared by what they allow; any clock is as good as another.
    fn eq(&self, _: &Clock) -> bool {
        true
    }
}

impl Eq for Clock {}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes: 64 << 20,
            rows: 10_000_000,
            script_operations: 500_000,
            script_string: 64 << 10,
            script_collection: 100_000,
            depth: 64,
            script_time: Duration::from_millis(80),
            clock: None,
        }
    }
}

/// A step of a long run, for progress displays.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress<'a> {
    /// The stage, for example `fit`.
    pub stage: &'a str,
    /// What is being worked on, for example a template's name.
    pub detail: &'a str,
    /// Share done, 0 to 1, when it is known.
    pub share: Option<f64>,
}

/// The outside, as far as the engine sees it: files, the date, cancellation, progress.
///
/// Paths use `/` and are given to the world as the caller wrote them. An implementation that
/// serves an editor or a service may answer from memory.
pub trait World: Sync {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`ReadError`] when it is missing, too large, or refused.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The files under a folder, as paths relative to it with `/`, sorted bytewise, at any
    /// depth. Hidden files are left out.
    ///
    /// # Errors
    /// [`ReadError`] when the folder is missing or refused.
    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError>;

    /// Today's date, which decides whether a waiver has expired.
    fn today(&self) -> Date;

    /// What this run may use.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Who wants everything that is done here to stop.
    fn cancellation(&self) -> Cancellation {
        Cancellation::default()
    }

    /// Takes note of progress.
    fn progress(&self, _progress: Progress<'_>) {}
}

/// A world that lives in memory, for tests and embedders.
#[derive(Clone, Debug)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
    today: Date,
    limits: Limits,
}

impl MemoryWorld {
    /// An empty world on a given day.
    pub fn new(today: Date) -> Self {
        MemoryWorld { files: BTreeMap::new(), today, limits: Limits::default() }
    }

    /// Adds or replaces a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::NotFound)?;
        if bytes.len() as u64 > self.limits.file_bytes {
            return Err(ReadError::TooLarge(self.limits.file_bytes));
        }
        Ok(bytes.clone())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let found: Vec<String> =
            self.files.keys().filter_map(|p| p.strip_prefix(&prefix)).map(String::from).collect();
        if found.is_empty() { Err(ReadError::NotFound) } else { Ok(found) }
    }

    fn today(&self) -> Date {
        self.today
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert_eq!(Date::parse("2024-02-29").map(|d| d.to_string()).as_deref(), Some("2024-02-29"));
        for wrong in ["2023-02-29", "2024-13-01", "2024-1-01", "24-01-01", "2024-01-00", "x"] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Date::from_days_since_1970(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days_since_1970(19_782).to_string(), "2024-02-29");
    }
}
