//! Ctrl-C, and what else asks the program to end: the run is asked to stop, and is ended where it
//! does not.
#![allow(clippy::disallowed_methods, reason = "the program is a front end: it ends itself")]

use crate::exit::Exit;
use crate::files;
use espice_base::Cancellation;
use std::time::Duration;

/// How long a run that was asked to stop may take, before it is ended. Engines ask again and
/// again; what does not (a sheet's single page, a rule over many rows) must not keep anybody
/// waiting.
const GRACE: Duration = Duration::from_millis(100);

/// From now on signals cancel what hears of this. Where the system takes no handlers the program
/// ends as it always did.
pub(crate) fn on_signals(cancellation: &Cancellation) {
    let cancellation = cancellation.clone();
    let _ = ctrlc::set_handler(move || {
        cancellation.cancel();
        std::thread::sleep(GRACE);
        files::sweep();
        std::process::exit(i32::from(Exit::Cancelled as u8));
    });
}
