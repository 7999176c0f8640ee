use crate::{Curve, Parameter, Sweep};
use espice_base::{Digest, FileId};

/// What the sources say the device is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Device {
    /// Part name.
    pub part: Option<String>,
    /// All parts of a family sheet; empty when there is but one.
    pub parts: Vec<String>,
    /// Maker.
    pub maker: Option<String>,
    /// Device kind of the symbol table (`diode`, `mosfet`), stated or found.
    pub kind: Option<String>,
    /// Polarity of the kind (`nmos`, `pnp`), when the kind has them.
    pub polarity: Option<String>,
    /// Package or `wafer`.
    pub package: Option<String>,
}

/// The form of a source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SourceFormat {
    /// IC-CAP measured data management file.
    Mdm,
    /// Comma, semicolon or tab separated columns with a header.
    Csv,
    /// The facts TOML that a person writes.
    Facts,
    /// A datasheet.
    Pdf,
}

impl SourceFormat {
    /// The word of the outcome document.
    pub fn word(self) -> &'static str {
        match self {
            SourceFormat::Mdm => "mdm",
            SourceFormat::Csv => "csv",
            SourceFormat::Facts => "facts",
            SourceFormat::Pdf => "pdf",
        }
    }
}

/// One source that was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    /// The text in the source map.
    pub file: FileId,
    /// File name without folders, so that outcomes do not depend on where they are made.
    pub name: String,
    /// Its form.
    pub format: SourceFormat,
    /// Digest of its bytes.
    pub digest: Digest,
}

/// Everything that the sources say, before and after screening.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    /// The device.
    pub device: Device,
    /// The sources.
    pub sources: Vec<Source>,
    /// Table rows.
    pub parameters: Vec<Parameter>,
    /// Canonical curves.
    pub curves: Vec<Curve>,
    /// Raw sweeps.
    pub sweeps: Vec<Sweep>,
}
