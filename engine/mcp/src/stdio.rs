//! Standard input and output, a line a message.

use crate::message::{self, MESSAGE};
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::{ServerHandler, ServiceExt};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};

/// What the transport answers with an error. It passes over what is no JSON and what is too long,
/// and who sends such would wait for an answer.
const WRONG: &[u8] = b"[]\n";
/// Bytes on their way to the transport.
const PIPE: usize = 64 << 10;

/// Serves until the input ends.
///
/// # Errors
/// In words: what stands in the way of the first message.
pub(crate) async fn serve(server: impl ServerHandler) -> Result<(), String> {
    let (input, output) = rmcp::transport::io::stdio();
    let (screened, pipe) = tokio::io::duplex(PIPE);
    // Ends with the input, or when nobody reads the pipe any more.
    tokio::spawn(async move { screen(BufReader::new(input), screened).await });
    let transport = AsyncRwTransport::new_server(pipe, output).with_max_line_length(MESSAGE);
    let running = server.serve(transport).await.map_err(|e| format!("{e}\n"))?;
    running.waiting().await.map(|_| ()).map_err(|e| format!("{e}\n"))
}

/// Passes lines on; what is no message goes on as [`WRONG`].
async fn screen(
    mut input: impl AsyncBufRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
) -> std::io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut input).take(MESSAGE as u64).read_until(b'\n', &mut line).await?;
        let is_whole = line.ends_with(b"\n");
        if !is_whole && line.len() < MESSAGE {
            // What has no end is no message.
            return Ok(());
        }
        let is_good = is_whole && (line.trim_ascii().is_empty() || message::is_sound(&line));
        output.write_all(if is_good { &line } else { WRONG }).await?;
        if !is_whole && !skip(&mut input).await? {
            return Ok(());
        }
    }
}

/// Passes over what is left of a line; whether it had an end.
async fn skip(input: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<bool> {
    loop {
        let ready = input.fill_buf().await?;
        let (end, length) = (ready.iter().position(|b| *b == b'\n'), ready.len());
        input.consume(end.map_or(length, |e| e + 1));
        if end.is_some() || length == 0 {
            return Ok(end.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screened(input: &[u8]) -> Vec<u8> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().unwrap_or_else(|e| panic!("{e}"));
        let mut output = Vec::new();
        let done = runtime.block_on(screen(input, &mut output));
        assert!(done.is_ok());
        output
    }

    #[test]
    fn messages_go_on_as_they_are_and_what_is_none_is_said_to_be_wrong() {
        let text = "{\"a\":1}\n\n\u{feff}{}\r\n";
        assert_eq!(screened(text.as_bytes()), text.as_bytes());
        assert_eq!(screened(b"{\n1\n\xff\n"), b"[]\n1\n[]\n");
        assert_eq!(screened(b"1\n{\"a\":"), b"1\n");
    }

    #[test]
    fn a_line_may_have_so_many_bytes_and_no_more() {
        let line = |length: usize| format!("\"{}\"\n", "x".repeat(length - 3));
        let most = line(MESSAGE);
        assert_eq!(screened(most.as_bytes()), most.as_bytes());
        for longer in [MESSAGE + 1, 3 * MESSAGE] {
            assert_eq!(screened(format!("{}1\n", line(longer)).as_bytes()), b"[]\n1\n");
        }
    }
}
