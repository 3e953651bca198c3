//! Keys as plain values with names: what the command table, the help and the tests speak of.

use std::fmt;

/// One key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A character, shifted as typed.
    Char(char),
    /// A letter with Ctrl held, lower case.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

impl Key {
    /// The key with this name (`Enter`, `C-s`, `x`, `Space`).
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Enter" => Self::Enter,
            "Esc" => Self::Esc,
            "Tab" => Self::Tab,
            "BackTab" => Self::BackTab,
            "Backspace" => Self::Backspace,
            "Delete" => Self::Delete,
            "Up" => Self::Up,
            "Down" => Self::Down,
            "Left" => Self::Left,
            "Right" => Self::Right,
            "Home" => Self::Home,
            "End" => Self::End,
            "PageUp" => Self::PageUp,
            "PageDown" => Self::PageDown,
            "Space" => Self::Char(' '),
            _ => {
                let mut chars = name.chars();
                match (chars.next()?, chars.next(), chars.next(), chars.next()) {
                    (c, None, ..) => Self::Char(c),
                    ('C', Some('-'), Some(c), None) => Self::Ctrl(c),
                    ('F', Some(d), None, None) => Self::F(u8::try_from(d.to_digit(10)?).ok()?),
                    _ => return None,
                }
            }
        })
    }
}

/// As help and footer write it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Char(' ') => f.write_str("Space"),
            Self::Char(c) => write!(f, "{c}"),
            Self::Ctrl(c) => write!(f, "Ctrl-{}", c.to_uppercase()),
            Self::PageUp => f.write_str("PgUp"),
            Self::PageDown => f.write_str("PgDn"),
            Self::BackTab => f.write_str("Shift-Tab"),
            Self::F(n) => write!(f, "F{n}"),
            other => write!(f, "{other:?}"),
        }
    }
}
