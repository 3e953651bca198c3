//! A person's own settings: theme, background, what is drawn with, the mouse, the clipboard.

use super::theme::{self, Palette, Role, Theme};
use super::toml_lines::{self, Entry, Value};
use crate::error::Trouble;

/// What somebody set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The theme.
    pub palette: Option<Palette>,
    /// Whether the terminal's background is light; told from the environment when left out.
    pub light: Option<bool>,
    /// Draw with ASCII alone; by the locale when left out.
    pub ascii: Option<bool>,
    /// Take clicks and the wheel. Off: the terminal's own selection works.
    pub mouse: bool,
    /// Let `y` on marked words reach the terminal's clipboard (OSC 52). Off: patients' words stay here.
    pub clipboard: bool,
    /// Roles with a look of their own, as it was written.
    pub looks: Vec<(String, String)>,
}

impl Settings {
    /// Reads a `settings.toml`; every mistake with its line and a remedy.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Trouble>> {
        let root = toml_lines::read(file, text).map_err(|trouble| vec![trouble])?;
        let mut settings = Self::default();
        let mut mistakes = Vec::new();
        for entry in &root {
            let done = match (entry.key.as_str(), &entry.value) {
                ("theme", Value::Text(name)) => {
                    settings.palette = Palette::named(name);
                    settings.palette.map(drop).ok_or_else(|| entry.wrong(format!("there is no theme `{name}`"), themes()))
                }
                ("background", Value::Text(name)) => match name.as_str() {
                    "light" | "dark" => {
                        settings.light = Some(name == "light");
                        Ok(())
                    }
                    "auto" => Ok(()),
                    _ => Err(entry.wrong("a background is light, dark or auto", "background = \"auto\" asks the environment")),
                },
                ("ascii", Value::Flag(yes)) => {
                    settings.ascii = Some(*yes);
                    Ok(())
                }
                ("mouse", Value::Flag(yes)) => {
                    settings.mouse = *yes;
                    Ok(())
                }
                ("clipboard", Value::Flag(yes)) => {
                    settings.clipboard = *yes;
                    Ok(())
                }
                ("looks", Value::Table(looks)) => {
                    mistakes.extend(looks.iter().filter_map(|look| settings.look(look).err()));
                    Ok(())
                }
                _ => Err(entry.wrong(
                    format!("`{}` means nothing here, or not with such a value", entry.key),
                    "theme, background (texts), ascii, mouse, clipboard (true or false), and a table [looks]",
                )),
            };
            mistakes.extend(done.err());
        }
        if mistakes.is_empty() { Ok(settings) } else { Err(mistakes) }
    }

    fn look(&mut self, entry: &Entry) -> Result<(), Trouble> {
        if !Role::ALL.iter().any(|(_, name)| *name == entry.key) {
            let near = toml_lines::nearest(&entry.key, Role::ALL.iter().map(|(_, name)| *name));
            let roles = Role::ALL.map(|(_, name)| name).join(", ");
            let hint = near.map_or_else(|| format!("the roles are {roles}"), |name| format!("is `{name}` meant? The roles are {roles}"));
            return Err(entry.wrong(format!("there is no role `{}`", entry.key), hint));
        }
        match &entry.value {
            Value::Text(words) if theme::look(words).is_some() => {
                self.looks.push((entry.key.clone(), words.clone()));
                Ok(())
            }
            _ => {
                let colours = theme::COLOURS.map(|(name, _)| name).join(", ");
                Err(entry.wrong(
                    format!("that is no look for `{}`", entry.key),
                    format!("a colour ({colours}) and bold, dim, italic, underlined, reversed, or plain, as in  \"light-blue bold\""),
                ))
            }
        }
    }

    /// The theme with the roles that have a look of their own. Without colour only the shapes of those remain.
    pub fn theme(&self, palette: Palette, light: bool) -> Theme {
        let mut theme = Theme::new(palette, light);
        for (role, words) in &self.looks {
            let role = Role::ALL.iter().find(|(_, name)| name == role).map(|(role, _)| *role);
            if let (Some(role), Some(style)) = (role, theme::look(words))
                && (palette != Palette::Mono || style.fg.is_none())
            {
                theme.set(role, style);
            }
        }
        theme
    }
}

fn themes() -> String {
    format!("the themes are {}", Palette::ALL.map(|(_, name)| name).join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    #[test]
    fn what_is_set_is_taken() {
        let text = "theme = \"colour-blind\"\nbackground = \"light\"\nascii = true\nmouse = true\n[looks]\nalert = \"magenta bold\"\n";
        let settings = Settings::read("settings.toml", text).unwrap();
        assert_eq!((settings.palette, settings.light, settings.ascii), (Some(Palette::ColourBlind), Some(true), Some(true)));
        assert!(settings.mouse && !settings.clipboard);
        assert_eq!(settings.theme(Palette::Terminal, false).style(Role::Alert).fg, Some(Color::Magenta));
        assert_eq!(settings.theme(Palette::Mono, false).style(Role::Alert).fg, None);
    }

    #[test]
    fn every_mistake_has_its_line_and_a_remedy() {
        let text = "theme = \"pink\"\nmouse = \"no\"\nbackground = \"blue\"\n[looks]\nallert = \"red\"\nok = \"mauve\"\n";
        let found = Settings::read("settings.toml", text).unwrap_err();
        assert_eq!(found.iter().filter_map(|t| t.line).collect::<Vec<_>>(), [1, 2, 3, 5, 6]);
        assert!(found.iter().all(|t| t.hint.is_some()));
        assert!(found[3].hint.as_deref().unwrap().contains("is `alert` meant?"));
    }
}
