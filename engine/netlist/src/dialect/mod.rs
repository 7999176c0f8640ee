//! Dialects: how a simulator's cards are written and read. A new dialect is one file here and
//! one line in [`dialects`].

mod ltspice;
mod ngspice;
mod rules;

use crate::{Library, read, write};
use espice_base::{Diagnostics, FileId};

pub(crate) use rules::Rules;
pub use rules::{ParameterSet, Sources};

pub(crate) use {ltspice::LTSPICE, ngspice::NGSPICE};

/// A name that was changed because the dialect cannot hold it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rename {
    /// The name in the library.
    pub from: String,
    /// The name in the text.
    pub to: String,
}

/// A library as text of one dialect.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    /// The text, with `\n` line ends.
    pub text: String,
    /// The names that were changed, sorted.
    pub renames: Vec<Rename>,
    /// What the dialect cannot say: unknown parameters, values that are not finite. With an
    /// error among them the text must not be used.
    pub diagnostics: Diagnostics,
}

/// A dialect of cards.
pub trait Dialect: Sync {
    /// Its name, as `--dialect` takes it.
    fn name(&self) -> &'static str;

    /// Writes a library. The same library gives the same bytes; numbers are the shortest that
    /// read back bit-equal.
    fn write(&self, library: &Library) -> Written;

    /// Reads a text. What cannot be understood is left out with a diagnostic that has a place;
    /// everything else is read.
    fn read(&self, text: &str, file: FileId) -> (Library, Diagnostics);

    /// How controlled sources write their expressions.
    fn sources(&self) -> &Sources;

    /// The parameters that the dialect's simulator knows for a device type at a level, where
    /// they are on record.
    fn parameters(&self, device_type: &str, level: Option<u32>) -> Option<&'static ParameterSet>;
}

/// Every dialect.
pub fn dialects() -> &'static [&'static dyn Dialect] {
    static TABLE: [&dyn Dialect; 2] = [&NGSPICE, &LTSPICE];
    &TABLE
}

/// The dialect of this name, case ignored.
pub fn dialect(name: &str) -> Option<&'static dyn Dialect> {
    dialects().iter().copied().find(|d| d.name().eq_ignore_ascii_case(name))
}

/// A dialect of the SPICE family, which differs from others only in its rules.
pub(crate) struct Spice {
    pub(crate) rules: Rules,
}

impl Dialect for Spice {
    fn name(&self) -> &'static str {
        self.rules.name
    }

    fn write(&self, library: &Library) -> Written {
        write::write(&self.rules, library)
    }

    fn read(&self, text: &str, file: FileId) -> (Library, Diagnostics) {
        read::read(&self.rules, text, file)
    }

    fn sources(&self) -> &Sources {
        &self.rules.sources
    }

    fn parameters(&self, device_type: &str, level: Option<u32>) -> Option<&'static ParameterSet> {
        self.rules.parameters(device_type, level)
    }
}

#[cfg(test)]
mod tests;
