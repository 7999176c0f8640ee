//! The engine for programs in C and C++: opaque handles, JSON in and out.
//!
//! What may be asked is what [`espice::operations`] lists; `docs/embedding.md` walks through it.
//! Everything unsafe is in this file: what a caller must keep stands with each function, why a
//! block is sound stands with the block.
#![expect(unsafe_code, reason = "pointers of callers in C are followed here and nowhere else")]

mod reply;
mod watch;

use espice::ServiceError;
use espice_base::Cancellation;
use espice_host::Host;
use reply::{guarded, hand_out};
use std::ffi::{CStr, CString, c_char, c_void};
use watch::{Caller, Watched};

/// The call has a document.
pub const ESPICE_OK: i32 = 0;
/// The call has none: the reply is `{"error": {"code", "message", "help"}}`.
pub const ESPICE_REFUSED: i32 = 1;
/// A pointer that must not be null is null; there is no reply.
pub const ESPICE_NULL: i32 = 2;

/// An engine with its packs.
pub struct EspiceEngine(Host);

/// Stops calls, from any thread.
pub struct EspiceStop(Cancellation);

/// Told of each step of a call, in turn but on any thread that works for it: a stage such as
/// `fit`, what is worked on, and the share done from 0 to 1, or -1 where it is not known. The
/// texts live until it returns. Whatever it returns but 0 stops the call. It must not unwind or
/// call espice_close.
pub type EspiceProgress = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        stage: *const c_char,
        detail: *const c_char,
        share: f64,
    ) -> i32,
>;

/// Opens an engine. `options` is null or a JSON object: `packs` (folders), `foundry`, `seed`,
/// `threads`, `simulator` (a command such as "ngspice"), `roots` (folders below which files are
/// read). Where it is refused the engine is null and `reply`, which may be null, says why.
///
/// # Safety
/// `options` is null or a text; `engine` points to a place for a pointer; `reply` does so or is
/// null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_open(
    options: *const c_char,
    engine: *mut *mut EspiceEngine,
    reply: *mut *mut c_char,
) -> i32 {
    if engine.is_null() {
        return ESPICE_NULL;
    }
    // SAFETY: not null, and the caller says that it is a place for a pointer.
    unsafe { engine.write(std::ptr::null_mut()) };
    let opened = guarded(|| {
        // SAFETY: the caller says that it is null or a text.
        let options = unsafe { text(options) }?.unwrap_or("{}");
        espice_host::open(options)
    });
    match opened {
        Ok(host) => {
            let made = Box::into_raw(Box::new(EspiceEngine(host)));
            // SAFETY: as above.
            unsafe { engine.write(made) };
            // SAFETY: the caller says that it is null or a place for a pointer.
            unsafe { hand_out(Ok(String::new()), reply) }
        }
        // SAFETY: as before.
        Err(error) => unsafe { hand_out(Err(error), reply) },
    }
}

/// Closes an engine. Null is allowed.
///
/// # Safety
/// `engine` is null or comes from espice_open, no call on it is under way, and it is not used
/// again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_close(engine: *mut EspiceEngine) {
    if !engine.is_null() {
        // SAFETY: it was made by `Box::into_raw` in `espice_open` and is given back once.
        let engine = unsafe { Box::from_raw(engine) };
        let _ = guarded(|| {
            drop(engine);
            Ok(())
        });
    }
}

/// Carries out an operation such as "model.make" with a request in JSON. `progress`, `user` and
/// `stop` may be null. The reply is the document, or what stood in the way.
///
/// # Safety
/// `engine` comes from espice_open; `operation` and `request` are texts; `stop` is null or comes
/// from espice_stop_new and lives until the call returns; `user` may be given to `progress` from
/// other threads; `reply` points to a place for a pointer or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_call(
    engine: *const EspiceEngine,
    operation: *const c_char,
    request: *const c_char,
    progress: EspiceProgress,
    user: *mut c_void,
    stop: *const EspiceStop,
    reply: *mut *mut c_char,
) -> i32 {
    // SAFETY: the caller says that each is null or points to what it says.
    let (engine, stop) = unsafe { (engine.as_ref(), stop.as_ref()) };
    let Some(engine) = engine else { return ESPICE_NULL };
    if operation.is_null() || request.is_null() {
        return ESPICE_NULL;
    }
    let made = guarded(|| {
        // SAFETY: not null, and the caller says that they are texts.
        let (operation, request) = unsafe { (text(operation)?, text(request)?) };
        let cancellation = stop.map_or_else(Cancellation::new, |s| s.0.child());
        let watch = Watched::new(Caller { progress, user }, cancellation);
        let (operation, request) = (operation.unwrap_or(""), request.unwrap_or(""));
        engine.0.service().call(operation, request, &watch).map(|r| r.document)
    });
    // SAFETY: the caller says that it is null or a place for a pointer.
    unsafe { hand_out(made, reply) }
}

/// Loads the packs again. They become active as a whole, or where they have mistakes not at all.
/// The reply names the packs that are active now, or says what is wrong.
///
/// # Safety
/// `engine` comes from espice_open; `reply` points to a place for a pointer or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_reload(
    engine: *const EspiceEngine,
    reply: *mut *mut c_char,
) -> i32 {
    // SAFETY: the caller says that it is null or an engine.
    let Some(engine) = (unsafe { engine.as_ref() }) else { return ESPICE_NULL };
    let made = guarded(|| {
        let packs = engine.0.service().reload()?;
        Ok(format!("{:#}\n", serde_json::json!({ "packs": packs })))
    });
    // SAFETY: the caller says that it is null or a place for a pointer.
    unsafe { hand_out(made, reply) }
}

/// The operations with their titles, descriptions and the schemas of requests and documents, as a
/// JSON array. Give it back with espice_free.
#[unsafe(no_mangle)]
pub extern "C" fn espice_operations() -> *mut c_char {
    let listed = guarded(|| {
        let all = espice::operations().iter().map(|o| {
            serde_json::json!({
                "name": o.name, "title": o.title, "about": o.about, "slow": o.slow,
                "input": o.input(), "output": o.output(),
            })
        });
        Ok(serde_json::Value::Array(all.collect()).to_string())
    });
    let listed = listed.ok().and_then(|text| CString::new(text).ok());
    listed.map_or(std::ptr::null_mut(), CString::into_raw)
}

/// A handle that stops the calls that it is given to.
#[unsafe(no_mangle)]
pub extern "C" fn espice_stop_new() -> *mut EspiceStop {
    Box::into_raw(Box::new(EspiceStop(Cancellation::new())))
}

/// Stops the calls that have this handle, now and later. Null is allowed.
///
/// # Safety
/// `stop` is null or comes from espice_stop_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_stop(stop: *const EspiceStop) {
    // SAFETY: the caller says that it is null or a handle.
    if let Some(stop) = unsafe { stop.as_ref() } {
        stop.0.cancel();
    }
}

/// Gives a handle back. Null is allowed.
///
/// # Safety
/// `stop` is null or comes from espice_stop_new, no call has it, and it is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_stop_free(stop: *mut EspiceStop) {
    if !stop.is_null() {
        // SAFETY: it was made by `Box::into_raw` in `espice_stop_new` and is given back once.
        drop(unsafe { Box::from_raw(stop) });
    }
}

/// Gives a text back that came out of this library. Null is allowed.
///
/// # Safety
/// `text` is null or came out of this library, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn espice_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: all texts come from `CString::into_raw` and are given back once.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// The version of the engine. It lives as long as the program.
#[unsafe(no_mangle)]
pub extern "C" fn espice_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// A caller's text; `None` where it is null.
///
/// # Safety
/// `text` is null or ends with a zero byte and lives as long as the caller's call.
unsafe fn text<'c>(text: *const c_char) -> Result<Option<&'c str>, ServiceError> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, and the caller says that it ends with a zero byte.
    let read = unsafe { CStr::from_ptr(text) }.to_str();
    let refused = |_| ServiceError::BadRequest { message: "a text is not UTF-8".into() };
    read.map(Some).map_err(refused)
}
