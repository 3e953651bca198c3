//! What a command prints. One boundary: text from outside is made harmless on its way to a terminal or a pipe; JSON is escaped by
//! its own rules, control characters included. A closed pipe ends the program quietly.

use crate::error::{Result, Trouble};
use crate::text;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Where a command prints.
pub struct Out {
    json: bool,
}

impl Out {
    /// Plain text, or one JSON value.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON was asked for.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Prints `value` as JSON when that was asked for; otherwise what `plain` gives, made harmless.
    pub fn show<T: Serialize>(&self, value: &T, plain: impl FnOnce() -> String) -> Result<()> {
        if self.json { json_line(value) } else { lines(&plain()) }
    }
}

/// One JSON value and a line end. Characters that could drive a terminal are written as escapes, so that `--json` is as safe to
/// look at as the rest.
pub fn json_line<T: Serialize>(value: &T) -> Result<()> {
    let json = serde_json::to_string(value).map_err(|_| Trouble::system("the result could not be written as JSON"))?;
    write_out(&text::json(&json), true)
}

/// Plain text, harmless, ending in a line end.
pub fn lines(plain: &str) -> Result<()> {
    if plain.is_empty() {
        return Ok(());
    }
    write_out(&text::multiline(plain), true)
}

/// Bytes made by us from our own words (completions, the man page).
pub fn raw(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    finish(out.write_all(bytes).and_then(|()| out.flush()))
}

/// What another program reads (a table, a message): byte for byte into a file or a pipe, made harmless on a terminal, where the carriage
/// returns between segments are line ends.
pub fn machine(text: &str) -> Result<()> {
    if io::stdout().is_terminal() { lines(&text.replace("\r\n", "\n").replace('\r', "\n")) } else { raw(text.as_bytes()) }
}

fn write_out(text: &str, line_end: bool) -> Result<()> {
    let mut out = io::stdout().lock();
    finish(out.write_all(text.as_bytes()).and_then(|()| if line_end { out.write_all(b"\n") } else { Ok(()) }).and_then(|()| out.flush()))
}

/// Ends the program when nobody reads any more; everything else that keeps output from going out is told.
pub fn finish(result: io::Result<()>) -> Result<()> {
    match result {
        Ok(()) => Ok(()),
        // `lacuna worklist | head`: the reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Trouble::system("the output could not be written")
            .at("standard output", None)
            .why(error.kind())
            .hint("send it to another file or disk; what the command did to the store is kept")),
    }
}

/// Says on standard error what happened besides, and is no failure.
pub fn remark<T: Serialize>(value: &T, words: &str, json: bool) {
    let line = if json {
        serde_json::to_string(value).map(|t| text::json(&t).into_owned()).unwrap_or_default()
    } else {
        format!("lacuna: {}", text::label(words))
    };
    writeln!(io::stderr(), "{line}").ok();
}

/// Prints a failure on standard error: what, why, hint, where.
pub fn complain(trouble: &Trouble, json: bool) {
    let line = if json {
        serde_json::to_string(trouble).map(|t| text::json(&t).into_owned()).unwrap_or_default()
    } else {
        format!("lacuna: {}", text::label(&trouble.to_string()))
    };
    writeln!(io::stderr(), "{line}").ok();
}
