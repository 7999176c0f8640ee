//! The one test binary of the whole: every module is a suite that reads its cases from files.
#![expect(clippy::disallowed_methods, reason = "tests read their fixtures from the disk")]

mod syntax;
