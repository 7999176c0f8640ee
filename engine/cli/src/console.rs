//! Where the program's words go: results to standard output, everything about them to standard
//! error, progress to a terminal only.

use espice_base::{Diagnostic, Diagnostics, SourceMap};
use espice_report::terminal::{self, Style};
use std::io::{IsTerminal, Write};
use std::sync::Mutex;

/// When colours are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The two streams with their styles.
pub(crate) struct Console {
    out: Style,
    err: Style,
    /// Whether progress is shown.
    live: bool,
    /// The progress that stands on the screen; empty for none.
    shown: Mutex<String>,
}

impl Console {
    /// The console of this process.
    pub(crate) fn new(color: Color) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let wanted = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && variable("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        let width = variable("COLUMNS").and_then(|c| c.parse().ok()).unwrap_or(80);
        let style = |terminal| Style { color: wanted(terminal), width };
        Console { out: style(out), err: style(err), live: err, shown: Mutex::default() }
    }

    /// A console without colour and progress.
    #[cfg(test)]
    pub(crate) fn quiet() -> Self {
        let style = Style::default();
        Console { out: style, err: style, live: false, shown: Mutex::default() }
    }

    /// The style of results.
    pub(crate) fn style(&self) -> Style {
        self.out
    }

    /// Writes results.
    pub(crate) fn say(&self, text: &str) {
        self.clear();
        // A reader that has gone away (`| head`) is no fault of the run.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }

    /// Writes diagnostics with the lines of their sources.
    pub(crate) fn report(&self, diagnostics: &Diagnostics, sources: &SourceMap) {
        for d in diagnostics {
            self.complain(&terminal::diagnostic(d, sources, self.err));
            self.complain("\n");
        }
    }

    /// Writes one diagnostic that stands in no source.
    pub(crate) fn report_one(&self, diagnostic: &Diagnostic) {
        self.complain(&terminal::diagnostic(diagnostic, &SourceMap::default(), self.err));
    }

    /// Writes what is not a result.
    pub(crate) fn complain(&self, text: &str) {
        self.clear();
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Shows what is being done, on a terminal.
    pub(crate) fn progress(&self, text: &str) {
        if !self.live {
            return;
        }
        let Ok(mut shown) = self.shown.lock() else { return };
        let line: String = text.chars().take(self.err.width.saturating_sub(1)).collect();
        if *shown != line {
            let _ = std::io::stderr().lock().write_all(format!("\r\u{1b}[K{line}").as_bytes());
            *shown = line;
        }
    }

    /// Takes the progress off the screen.
    fn clear(&self) {
        let Ok(mut shown) = self.shown.lock() else { return };
        if !shown.is_empty() {
            let _ = std::io::stderr().lock().write_all(b"\r\x1b[K");
            shown.clear();
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the program is a front end: it reads the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
