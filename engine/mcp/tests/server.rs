//! The server as its clients meet it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its case has failed"
)]

#[path = "server/http.rs"]
mod http;
#[path = "server/schemas.rs"]
mod schemas;
#[path = "server/stdio.rs"]
mod stdio;
#[path = "server/support.rs"]
mod support;
#[path = "server/work.rs"]
mod work;
