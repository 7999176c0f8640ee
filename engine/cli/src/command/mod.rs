//! One file for each command.

pub(crate) mod baseline;
pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod doc;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod extract;
pub(crate) mod findings;
pub(crate) mod fit;
pub(crate) mod fmt;
pub(crate) mod generate;
pub(crate) mod judge;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod lock;
pub(crate) mod mcp;
pub(crate) mod model;
pub(crate) mod mutate;
pub(crate) mod new;
mod result;
pub(crate) mod test;
pub(crate) mod watch;

use crate::arguments::Global;
use crate::console::Console;
use espice_base::World;

/// What every command is given.
pub(crate) struct Context<'a> {
    /// Where words go.
    pub(crate) console: &'a Console,
    /// Files, date, progress.
    pub(crate) world: &'a dyn World,
    /// Options that all commands share.
    pub(crate) global: &'a Global,
}

impl Context<'_> {
    /// Whether the user has stopped the run: nothing is written any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.world.cancellation().is_cancelled()
    }
}
