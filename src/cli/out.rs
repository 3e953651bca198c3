//! What a command prints. One boundary: text from outside is made harmless on its way to a terminal or a pipe; JSON is escaped by
//! its own rules, control characters included. A closed pipe ends the program quietly.

use crate::error::{Result, Trouble};
use crate::text;
use serde::Serialize;
use std::io::{self, Write};

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
    let text = serde_json::to_string(value).map_err(|_| Trouble::system("the result could not be written as JSON"))?;
    write_out(&escape_unsafe(&text), true)
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

/// Writes C1, bidirectional and zero-width characters inside JSON as `\uXXXX`: the value is the same.
fn escape_unsafe(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let unsafe_here = matches!(c, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if unsafe_here {
            out.push_str(&format!("\\u{:04x}", c as u32));
        } else {
            out.push(c);
        }
    }
    out
}

/// Prints a failure on standard error: what, why, hint, where.
pub fn complain(trouble: &Trouble, json: bool) {
    let line = if json {
        serde_json::to_string(trouble).map(|t| escape_unsafe(&t)).unwrap_or_default()
    } else {
        format!("lacuna: {}", text::label(&trouble.to_string()))
    };
    writeln!(io::stderr(), "{line}").ok();
}

#[cfg(test)]
mod tests {
    use super::escape_unsafe;

    #[test]
    fn json_keeps_its_value_and_loses_its_teeth() {
        let value = "a\u{9b}31m\u{202e}b\u{200b}";
        let text = escape_unsafe(&serde_json::to_string(value).unwrap_or_default());
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).ok().as_deref(), Some(value));
    }
}
