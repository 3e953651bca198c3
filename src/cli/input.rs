//! Files that a person names, and standard input: regular files only, never more than a bound, and always the same words for what
//! is wrong with them.

use crate::error::{Result, Trouble};
pub use crate::intake::Wanted;
use crate::intake::{Limits, next_line, open_named};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// A note: what intake takes as one note.
pub fn note() -> Wanted {
    Wanted { what: "note", most: Limits::default().line, hint: "name a text file, or - for standard input" }
}

/// What is imported from standard input: it is held whole.
pub const PASTED: Wanted = Wanted { what: "input", most: 256 << 20, hint: "write it to a file, and import that" };
/// A draft of a query. The longest that a provider would read is a page or two; its evidence adds some more.
pub const DRAFT: Wanted = Wanted { what: "draft", most: 1 << 20, hint: "give a query's number, a file, or - for standard input" };
/// Settings or keys of a person's own: a page.
#[cfg(feature = "tui")]
pub const SETTINGS: Wanted = Wanted { what: "settings file", most: 256 << 10, hint: "it is a UTF-8 TOML file" };
/// A field map: a dozen lines.
pub const FIELD_MAP: Wanted = Wanted { what: "field map", most: 64 << 10, hint: "name a TOML file: id = \"note_id\"" };

/// Where words come from: a file, or standard input for `-`.
pub enum Source {
    /// A regular file.
    File(BufReader<File>),
    /// Standard input.
    Stdin(io::StdinLock<'static>),
}

impl Source {
    /// Opens what a person named.
    pub fn open(path: &Path) -> Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdin(io::stdin().lock()));
        }
        open_named(path).map(|file| Self::File(BufReader::new(file)))
    }

    fn reader(&mut self) -> &mut dyn BufRead {
        match self {
            Self::File(file) => file,
            Self::Stdin(stdin) => stdin,
        }
    }

    /// The next line, within the bound of intake; `None` at the end. A line that is too long is an error of its own, and the next
    /// one follows.
    pub fn line<'l>(&mut self, line: &'l mut Vec<u8>) -> io::Result<Option<Result<&'l [u8]>>> {
        let limit = Limits::default().line;
        let (bytes, too_long) = next_line(&mut self.reader(), line, limit)?;
        if bytes == 0 {
            return Ok(None);
        }
        let refused =
            || Trouble::input("the line is too long").why(format!("it has more than {} MB", limit >> 20)).hint("split it, or leave it out");
        Ok(Some(if too_long { Err(refused()) } else { Ok(line) }))
    }
}

/// How a message names it.
pub fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

/// Reads it whole.
pub fn bytes(path: &Path, wanted: Wanted) -> Result<Vec<u8>> {
    wanted.bytes(&name(path), opened(path, wanted)?.reader())
}

/// Reads it whole, as UTF-8.
pub fn text(path: &Path, wanted: Wanted) -> Result<String> {
    wanted.text(&name(path), opened(path, wanted)?.reader())
}

fn opened(path: &Path, wanted: Wanted) -> Result<Source> {
    Source::open(path).map_err(|t| if path.exists() { t } else { t.hint(wanted.hint) })
}
