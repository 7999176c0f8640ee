//! The ground floor of espice: places in sources, diagnostics with stable codes, digests, and
//! the [`World`] through which the engine sees files, the date, cancellation and progress.
//!
//! Nothing here knows the language, devices or numerics.

mod cancel;
mod capped;
mod codes;
mod diagnostic;
mod digest;
mod render;
mod source;
mod suggest;
mod world;

pub use cancel::Cancellation;
pub use capped::Capped;
pub use codes::{Code, CodeInfo, all_codes};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Place, Severity};
pub use digest::{Digest, Hasher};
pub use render::render_plain;
pub use source::{FileId, LineColumn, SourceFile, SourceMap, Span, Text};
pub use suggest::did_you_mean;
pub use world::{Clock, Date, Limits, MemoryWorld, Progress, ReadError, World};
