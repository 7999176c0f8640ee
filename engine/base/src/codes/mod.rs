//! The registry of diagnostic codes. Each stage has a table of its own; a code, once shipped,
//! keeps its meaning and is never used again for another.

mod circuits;
mod data;
mod fit;
mod language;
mod packs;
mod program;
mod reach;
mod rules;
mod service;
mod sheets;
mod testing;

use std::fmt;

/// A stable diagnostic code such as `E0301`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The code as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The registered code with this text.
    pub fn find(text: &str) -> Option<Code> {
        all_codes().find(|info| info.code.0.eq_ignore_ascii_case(text)).map(|info| info.code)
    }

    /// Title and explanation.
    pub fn info(self) -> Option<&'static CodeInfo> {
        all_codes().find(|info| info.code == self)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What `espice explain CODE` prints.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// A short title, lower case.
    pub title: &'static str,
    /// What it means, why it is checked, a wrong and a right example.
    pub explanation: &'static str,
}

/// Every registered code, in the order of the tables.
pub fn all_codes() -> impl Iterator<Item = &'static CodeInfo> {
    [
        language::CODES,
        circuits::CODES,
        packs::CODES,
        rules::CODES,
        testing::CODES,
        data::CODES,
        fit::CODES,
        program::CODES,
        reach::CODES,
        service::CODES,
        sheets::CODES,
    ]
    .into_iter()
    .flatten()
}

/// Declares the codes of one stage: `NAME "E0101" "title" "explanation";`.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $code:literal $title:literal $explanation:literal;)*) => {
        impl crate::Code {
            $(#[doc = concat!("`", $code, "`: ", $title, ".")] pub const $name: crate::Code = crate::codes::Code($code);)*
        }
        pub(super) const CODES: &[crate::CodeInfo] = &[
            $(crate::CodeInfo { code: crate::Code::$name, title: $title, explanation: $explanation },)*
        ];
    };
}
use codes;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        let mut seen = std::collections::BTreeSet::new();
        for info in all_codes() {
            assert!(seen.insert(info.code.as_str()), "{} is used twice", info.code);
            assert!(info.explanation.len() > 60, "{} needs an explanation", info.code);
            assert!(info.title.starts_with(|c: char| !c.is_uppercase()), "{}", info.code);
        }
    }
}
