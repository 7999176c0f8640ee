//! The caller's function that is told of progress.

use crate::EspiceProgress;
use espice::Watch;
use espice_base::{Cancellation, Progress};
use std::ffi::{CString, c_void};
use std::sync::{Mutex, PoisonError};

/// A function of the caller, and what it is given.
pub(crate) struct Caller {
    pub(crate) progress: EspiceProgress,
    pub(crate) user: *mut c_void,
}

// SAFETY: the pointer is never followed here, only given back to the caller, who has said that
// its function may be called on other threads.
unsafe impl Send for Caller {}

/// A call that the caller follows.
pub(crate) struct Watched {
    /// Locked while the function runs, so that it is called in turn.
    caller: Mutex<Caller>,
    cancellation: Cancellation,
}

impl Watched {
    pub(crate) fn new(caller: Caller, cancellation: Cancellation) -> Watched {
        Watched { caller: Mutex::new(caller), cancellation }
    }
}

impl Watch for Watched {
    fn progress(&self, progress: Progress<'_>) {
        let caller = self.caller.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tell) = caller.progress else { return };
        if self.cancellation.is_cancelled() {
            return;
        }
        let text = |text: &str| CString::new(text.replace('\0', " ")).unwrap_or_default();
        let (stage, detail) = (text(progress.stage), text(progress.detail));
        let share = progress.share.unwrap_or(-1.0);
        // SAFETY: the caller gave a function of this form; the texts live until it returns.
        let answer = unsafe { tell(caller.user, stage.as_ptr(), detail.as_ptr(), share) };
        if answer != 0 {
            self.cancellation.cancel();
        }
    }

    fn cancellation(&self) -> Option<Cancellation> {
        Some(self.cancellation.clone())
    }
}
