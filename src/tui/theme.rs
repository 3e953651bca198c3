//! Colours by role, in one table. The terminal's own background stays in every theme; only ANSI names are used, so that each terminal shows
//! them in its own shades; every role differs from plain text without colour too.

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
    /// What only the older of two texts has.
    Removed,
    /// What only the newer one has.
    Added,
}

impl Role {
    /// Every role with its name in the settings.
    pub const ALL: [(Self, &'static str); 19] = [
        (Self::Text, "text"),
        (Self::Dim, "dim"),
        (Self::Title, "title"),
        (Self::Accent, "accent"),
        (Self::Select, "select"),
        (Self::SelectIdle, "select-idle"),
        (Self::Hit, "hit"),
        (Self::Current, "current"),
        (Self::Evidence, "evidence"),
        (Self::Negated, "negated"),
        (Self::Heading, "heading"),
        (Self::Ok, "ok"),
        (Self::Warn, "warn"),
        (Self::Alert, "alert"),
        (Self::Mark, "mark"),
        (Self::Input, "input"),
        (Self::Key, "key"),
        (Self::Removed, "removed"),
        (Self::Added, "added"),
    ];
}

/// The themes that ship.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Palette {
    /// ANSI colours over the terminal's own text and background.
    #[default]
    Terminal,
    /// No colour at all: bold, underlined, reversed, dim.
    Mono,
    /// Nothing dim, strong colours, the cursor row reversed.
    HighContrast,
    /// Blue and yellow or red alone; never red against green.
    ColourBlind,
}

impl Palette {
    /// Every theme with its name in the settings.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Terminal, "terminal"), (Self::Mono, "mono"), (Self::HighContrast, "high-contrast"), (Self::ColourBlind, "colour-blind")];

    /// The theme with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, n)| *n == name).map(|(palette, _)| palette)
    }
}

const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.add_modifier(Modifier::BOLD);
const DIM: Style = PLAIN.add_modifier(Modifier::DIM);
const LINE: Style = PLAIN.add_modifier(Modifier::UNDERLINED);
const BOLD_LINE: Style = BOLD.add_modifier(Modifier::UNDERLINED);
const DIM_LINE: Style = DIM.add_modifier(Modifier::UNDERLINED);
const TURNED: Style = PLAIN.add_modifier(Modifier::REVERSED);
const BOLD_TURNED: Style = BOLD.add_modifier(Modifier::REVERSED);
const ITALIC: Style = PLAIN.add_modifier(Modifier::ITALIC);
const GRAY: Color = Color::DarkGray;

/// One row for each role: how it looks in each theme.
struct Look {
    role: Role,
    mono: Style,
    /// Over a dark and over a light background.
    terminal: [Style; 2],
    high: [Style; 2],
    blind: [Style; 2],
}

const fn both(style: Style) -> [Style; 2] {
    [style, style]
}

const fn pair(style: Style, dark: Color, light: Color) -> [Style; 2] {
    [style.fg(dark), style.fg(light)]
}

use Color::{Blue, Green, LightBlue, LightCyan, LightGreen, LightRed, LightYellow, Magenta, Red};

#[rustfmt::skip]
static LOOKS: [Look; 19] = [
    Look { role: Role::Text,       mono: PLAIN,       terminal: both(PLAIN),                        high: both(PLAIN),                                blind: both(PLAIN) },
    Look { role: Role::Dim,        mono: DIM,         terminal: both(PLAIN.fg(GRAY)),               high: both(ITALIC),                               blind: both(PLAIN.fg(GRAY)) },
    Look { role: Role::Title,      mono: BOLD,        terminal: both(BOLD),                         high: both(BOLD),                                 blind: both(BOLD) },
    Look { role: Role::Accent,     mono: BOLD_LINE,   terminal: pair(BOLD, LightBlue, Blue),        high: pair(BOLD_LINE, LightCyan, Blue),           blind: pair(BOLD, LightCyan, Blue) },
    Look { role: Role::Select,     mono: TURNED,      terminal: pair(BOLD, LightBlue, Blue),        high: both(BOLD_TURNED),                          blind: pair(BOLD, LightCyan, Blue) },
    Look { role: Role::SelectIdle, mono: BOLD,        terminal: both(BOLD),                         high: both(BOLD_LINE),                            blind: both(BOLD) },
    Look { role: Role::Hit,        mono: BOLD_LINE,   terminal: both(BOLD.fg(Magenta)),             high: pair(BOLD_LINE, LightYellow, Magenta),      blind: pair(BOLD_LINE, LightYellow, Magenta) },
    Look { role: Role::Current,    mono: BOLD_TURNED, terminal: pair(BOLD_TURNED, LightBlue, Blue), high: pair(BOLD_TURNED, LightYellow, Blue),       blind: pair(BOLD_TURNED, LightCyan, Blue) },
    Look { role: Role::Evidence,   mono: LINE,        terminal: both(LINE),                         high: both(BOLD_LINE),                            blind: both(LINE) },
    Look { role: Role::Negated,    mono: DIM,         terminal: both(PLAIN.fg(GRAY)),               high: both(ITALIC),                               blind: both(PLAIN.fg(GRAY)) },
    Look { role: Role::Heading,    mono: BOLD,        terminal: both(BOLD),                         high: both(BOLD),                                 blind: both(BOLD) },
    Look { role: Role::Ok,         mono: BOLD,        terminal: both(PLAIN.fg(Green)),              high: pair(BOLD, LightGreen, Blue),               blind: pair(PLAIN, LightBlue, Blue) },
    Look { role: Role::Warn,       mono: BOLD,        terminal: both(PLAIN.fg(Magenta)),            high: pair(BOLD, LightYellow, Magenta),           blind: pair(PLAIN, LightYellow, Red) },
    Look { role: Role::Alert,      mono: BOLD_LINE,   terminal: both(BOLD.fg(Red)),                 high: pair(BOLD_TURNED, LightRed, Red),           blind: pair(BOLD_LINE, LightYellow, Red) },
    Look { role: Role::Mark,       mono: DIM.add_modifier(Modifier::REVERSED), terminal: both(PLAIN.fg(GRAY)), high: both(TURNED),                   blind: both(PLAIN.fg(GRAY)) },
    Look { role: Role::Input,      mono: LINE,        terminal: both(LINE),                         high: both(BOLD_LINE),                            blind: both(LINE) },
    Look { role: Role::Key,        mono: BOLD,        terminal: pair(PLAIN, LightBlue, Blue),       high: pair(BOLD, LightCyan, Blue),                blind: pair(PLAIN, LightCyan, Blue) },
    Look { role: Role::Removed,    mono: DIM_LINE,    terminal: both(PLAIN.fg(Red)),                high: pair(LINE, LightRed, Red),                  blind: pair(PLAIN, LightYellow, Red) },
    Look { role: Role::Added,      mono: BOLD,        terminal: both(BOLD.fg(Green)),               high: pair(BOLD, LightGreen, Blue),               blind: pair(BOLD, LightBlue, Blue) },
];

/// How every role looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Theme {
    styles: [Style; 19],
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Palette::Terminal, false)
    }
}

impl Theme {
    /// A shipped theme over a dark or a light background.
    pub fn new(palette: Palette, light: bool) -> Self {
        let mut theme = Self { styles: [PLAIN; 19] };
        for look in &LOOKS {
            let [dark, bright] = match palette {
                Palette::Mono => both(look.mono),
                Palette::Terminal => look.terminal,
                Palette::HighContrast => look.high,
                Palette::ColourBlind => look.blind,
            };
            theme.set(look.role, if light { bright } else { dark });
        }
        theme
    }

    /// Gives a role a look of somebody's own.
    pub fn set(&mut self, role: Role, style: Style) {
        if let Some(there) = self.styles.get_mut(role as usize) {
            *there = style;
        }
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or(PLAIN)
    }
}

/// A look from words, as the settings have it: `light-blue bold`.
pub fn look(words: &str) -> Option<Style> {
    words.split_whitespace().try_fold(PLAIN, |style, word| {
        let modifier = match word {
            "plain" => return Some(style),
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            _ => return COLOURS.iter().find(|(name, _)| *name == word).map(|(_, colour)| style.fg(*colour)),
        };
        Some(style.add_modifier(modifier))
    })
}

/// Colours by the names that the settings take.
pub const COLOURS: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> impl Iterator<Item = (Palette, Theme)> {
        Palette::ALL.into_iter().flat_map(|(p, _)| [false, true].map(|light| (p, Theme::new(p, light))))
    }

    #[test]
    fn mono_has_no_colour_and_every_role_still_shows() {
        for (role, name) in Role::ALL {
            let style = Theme::new(Palette::Mono, false).style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{name}");
        }
    }

    #[test]
    fn in_every_theme_a_role_differs_from_plain_text() {
        for (palette, theme) in every() {
            for (role, name) in Role::ALL {
                assert_eq!(theme.style(role) == PLAIN, role == Role::Text, "{name} in {palette:?}");
            }
        }
    }

    #[test]
    fn what_stands_side_by_side_differs_in_every_theme() {
        let sides = [
            (Role::Ok, Role::Alert),
            (Role::Alert, Role::Dim),
            (Role::Hit, Role::Current),
            (Role::Evidence, Role::Negated),
            (Role::Title, Role::Accent),
            (Role::Select, Role::SelectIdle),
            (Role::Removed, Role::Added),
        ];
        for (palette, theme) in every() {
            for (a, b) in sides {
                assert_ne!(theme.style(a), theme.style(b), "{a:?} and {b:?} in {palette:?}");
            }
        }
    }

    #[test]
    fn no_theme_paints_a_background_or_leaves_the_terminals_own_shades() {
        for (palette, theme) in every() {
            for (role, name) in Role::ALL {
                let style = theme.style(role);
                assert_eq!(style.bg, None, "{name}");
                assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_))), "{name} in {palette:?}");
            }
        }
    }

    #[test]
    fn the_usual_theme_is_legible_on_any_background() {
        for light in [false, true] {
            for (role, name) in Role::ALL {
                let fg = Theme::new(Palette::Terminal, light).style(role).fg;
                assert!(!matches!(fg, Some(Color::White | Color::Gray | Color::Black | Color::Yellow)), "{name}");
            }
        }
    }

    #[test]
    fn nothing_pale_is_drawn_on_a_light_background() {
        for (palette, _) in Palette::ALL {
            for (role, name) in Role::ALL {
                let fg = Theme::new(palette, true).style(role).fg;
                assert!(!fg.is_some_and(|c| format!("{c:?}").starts_with("Light") || c == Color::White), "{name} in {palette:?}");
            }
        }
    }

    /// The shades of xterm, the palest of the usual ones on white.
    fn xterm(colour: Color) -> [f64; 3] {
        match colour {
            Color::Red => [205.0, 0.0, 0.0],
            Color::Green => [0.0, 205.0, 0.0],
            Color::Yellow => [205.0, 205.0, 0.0],
            Color::Blue => [0.0, 0.0, 238.0],
            Color::Magenta => [205.0, 0.0, 205.0],
            Color::Cyan => [0.0, 205.0, 205.0],
            Color::DarkGray => [127.0, 127.0, 127.0],
            _ => [0.0, 0.0, 0.0],
        }
    }

    /// Contrast on white as WCAG counts it.
    fn on_white(colour: Color) -> f64 {
        let line = |c: f64| if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = xterm(colour).map(|c| line(c / 255.0));
        1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    }

    #[test]
    fn the_keys_in_the_footer_were_pale_cyan_on_white() {
        assert!(on_white(Color::Cyan) < 4.5 && on_white(Color::Blue) > 4.5);
        for palette in [Palette::ColourBlind, Palette::HighContrast] {
            for (role, name) in Role::ALL {
                // What is only context is gray in the one, slanted in the other; magenta is a hair below and is bold.
                let fg = Theme::new(palette, true).style(role).fg.filter(|c| !matches!(c, Color::DarkGray | Color::Magenta));
                assert!(fg.is_none_or(|c| on_white(c) >= 4.5), "{name} in {palette:?}");
            }
        }
    }

    #[test]
    fn nobody_has_to_tell_red_from_green() {
        for light in [false, true] {
            let theme = Theme::new(Palette::ColourBlind, light);
            let greens = Role::ALL.iter().filter(|(r, _)| matches!(theme.style(*r).fg, Some(Color::Green | Color::LightGreen))).count();
            assert_eq!(greens, 0);
        }
    }

    #[test]
    fn a_look_is_read_from_words() {
        assert_eq!(look("light-blue bold"), Some(BOLD.fg(Color::LightBlue)));
        assert_eq!(look("plain"), Some(PLAIN));
        assert_eq!(look("mauve"), None);
    }
}
