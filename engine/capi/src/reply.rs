//! What goes back to the caller, whatever happens.

use crate::{ESPICE_OK, ESPICE_REFUSED};
use espice::ServiceError;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs something, and turns a panic into an error: nothing unwinds into C.
pub(crate) fn guarded<T>(run: impl FnOnce() -> Result<T, ServiceError>) -> Result<T, ServiceError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let message = String::from("at the border to the caller");
        Err(ServiceError::Fault { message })
    })
}

/// Gives a document or an error to the caller, and says which. An empty document is null.
///
/// # Safety
/// `reply` is null or points to a place for a pointer.
pub(crate) unsafe fn hand_out(made: Result<String, ServiceError>, reply: *mut *mut c_char) -> i32 {
    let (status, document) = match made {
        Ok(document) => (ESPICE_OK, document),
        Err(error) => (ESPICE_REFUSED, error.document()),
    };
    if !reply.is_null() {
        // JSON has no zero bytes: control characters are escaped.
        let text = Some(document).filter(|d| !d.is_empty()).and_then(|d| CString::new(d).ok());
        // SAFETY: not null, and the caller says that it is a place for a pointer.
        unsafe { reply.write(text.map_or(std::ptr::null_mut(), CString::into_raw)) };
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let stopped = guarded::<()>(|| panic!("a state that ought to be impossible"));
        assert_eq!(stopped.unwrap_err().code(), espice_base::Code::ENGINE_FAULT);
    }
}
