//! Errors as values: what happened, why, what to do about it, and where. No message ever holds note text.

use serde::Serialize;
use std::fmt;

/// What kind of failure it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bad use or bad input: exit code 2.
    Input,
    /// Not allowed: rights, or a lint rule that blocks. Exit code 3.
    Refused,
    /// Something stored is damaged. Exit code 4.
    Damaged,
    /// The system failed us (disk full, permission). Exit code 2.
    System,
}

/// A failure a person can act on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trouble {
    /// What kind it is.
    pub kind: Kind,
    /// File, folder, command or record it is about.
    pub source: Option<String>,
    /// Line in that source, counted from 1.
    pub line: Option<u64>,
    /// What happened: a sentence without a full stop.
    pub what: String,
    /// Why, where that is known.
    pub why: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The result of anything that can fail in front of a person.
pub type Result<T> = std::result::Result<T, Trouble>;

impl Trouble {
    /// Bad use or bad input.
    pub fn input(what: impl Into<String>) -> Self {
        Self { kind: Kind::Input, source: None, line: None, what: what.into(), why: None, hint: None }
    }

    /// Not allowed.
    pub fn refused(what: impl Into<String>) -> Self {
        Self { kind: Kind::Refused, ..Self::input(what) }
    }

    /// Something stored is damaged.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self { kind: Kind::Damaged, ..Self::input(what) }
    }

    /// The system failed.
    pub fn system(what: impl Into<String>) -> Self {
        Self { kind: Kind::System, ..Self::input(what) }
    }

    /// The same, with the reason.
    #[must_use]
    pub fn why(mut self, why: impl fmt::Display) -> Self {
        self.why = Some(why.to_string());
        self
    }

    /// The same, with the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, naming where.
    #[must_use]
    pub fn at(mut self, source: impl Into<String>, line: Option<u64>) -> Self {
        self.source = Some(source.into());
        self.line = line;
        self
    }

    /// The program's exit code for it.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Input | Kind::System => 2,
            Kind::Refused => 3,
            Kind::Damaged => 4,
        }
    }
}

/// `notes.jsonl:17: the line is not JSON. Why: ... Hint: ...`
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, self.line) {
            (Some(source), Some(line)) => write!(f, "{source}:{line}: ")?,
            (Some(source), None) => write!(f, "{source}: ")?,
            _ => {}
        }
        write!(f, "{}.", self.what)?;
        if let Some(why) = &self.why {
            write!(f, " Why: {why}.")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " Hint: {hint}.")?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn a_message_names_source_line_what_why_and_hint() {
        let trouble =
            Trouble::input("the line is not JSON").at("notes.jsonl", Some(17)).why("it ends inside a string").hint("send the file again");
        assert_eq!(trouble.to_string(), "notes.jsonl:17: the line is not JSON. Why: it ends inside a string. Hint: send the file again.");
        assert_eq!(trouble.exit_code(), 2);
    }
}
