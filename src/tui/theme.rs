//! Colours by role. The terminal's own text and background stay; only ANSI names are used; every role differs from plain text
//! without colour too.

use ratatui::style::{Color, Modifier, Style};

/// What a stretch of the screen means; the theme says how that looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    #[default]
    Text,
    /// Context: there when looked for.
    Dim,
    /// The title of a pane without the keys.
    Title,
    /// The title of the pane that has the keys, and the sign of the cursor row.
    Accent,
    /// The row or item under the cursor.
    Select,
    /// The row under the cursor of a pane without the keys.
    SelectIdle,
    /// Words that a search found.
    Hit,
    /// The words that were jumped to.
    Current,
    /// Words that prove a gap.
    Evidence,
    /// Words said not to be so.
    Negated,
    /// A heading in a note.
    Heading,
    /// Good news.
    Ok,
    /// Worth a look.
    Warn,
    /// Needs an answer.
    Alert,
    /// A mark that stands for something undrawable.
    Mark,
    /// A field that takes typing.
    Input,
    /// A key in the footer.
    Key,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 17] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Accent,
        Self::Select,
        Self::SelectIdle,
        Self::Hit,
        Self::Current,
        Self::Evidence,
        Self::Negated,
        Self::Heading,
        Self::Ok,
        Self::Warn,
        Self::Alert,
        Self::Mark,
        Self::Input,
        Self::Key,
    ];
}

/// A way of drawing roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// ANSI colours over the terminal's own text and background.
    #[default]
    Terminal,
    /// No colour at all: bold, underlined, reversed, dim.
    Mono,
}

impl Theme {
    /// How a role looks.
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        match (self, role) {
            (_, Role::Text) => plain,
            (Self::Terminal, Role::Dim | Role::Negated) => plain.fg(Color::DarkGray),
            (Self::Mono, Role::Dim | Role::Negated) => plain.add_modifier(Modifier::DIM),
            (_, Role::Title | Role::Heading) => plain.add_modifier(Modifier::BOLD),
            (Self::Terminal, Role::Accent) => plain.fg(Color::LightBlue).add_modifier(Modifier::BOLD),
            (Self::Mono, Role::Accent) => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            (Self::Terminal, Role::Select) => plain.fg(Color::LightBlue).add_modifier(Modifier::BOLD),
            (Self::Mono, Role::Select) => plain.add_modifier(Modifier::REVERSED),
            (_, Role::SelectIdle) => plain.add_modifier(Modifier::BOLD),
            (Self::Terminal, Role::Hit) => plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            (Self::Mono, Role::Hit) => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            (Self::Terminal, Role::Current) => plain.fg(Color::LightBlue).add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            (Self::Mono, Role::Current) => plain.add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            (_, Role::Evidence | Role::Input) => plain.add_modifier(Modifier::UNDERLINED),
            (Self::Terminal, Role::Ok) => plain.fg(Color::Green),
            (Self::Mono, Role::Ok) => plain.add_modifier(Modifier::BOLD),
            (Self::Terminal, Role::Warn) => plain.fg(Color::Magenta),
            (Self::Mono, Role::Warn) => plain.add_modifier(Modifier::BOLD),
            (Self::Terminal, Role::Alert) => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            (Self::Mono, Role::Alert) => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            (Self::Terminal, Role::Mark) => plain.fg(Color::DarkGray),
            (Self::Mono, Role::Mark) => plain.add_modifier(Modifier::DIM.union(Modifier::REVERSED)),
            (Self::Terminal, Role::Key) => plain.fg(Color::LightBlue),
            (Self::Mono, Role::Key) => plain.add_modifier(Modifier::BOLD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_has_no_colour_and_every_role_still_shows() {
        for role in Role::ALL {
            let style = Theme::Mono.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            assert_eq!(style == Style::new(), role == Role::Text, "{role:?}");
        }
    }

    #[test]
    fn colours_never_fight_the_terminals_own() {
        for role in Role::ALL {
            let style = Theme::Terminal.style(role);
            assert_eq!(style.bg, None, "{role:?}");
            assert!(!matches!(
                style.fg,
                Some(Color::White | Color::Gray | Color::Black | Color::Yellow | Color::Rgb(..) | Color::Indexed(_))
            ));
        }
    }
}
