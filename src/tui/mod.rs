//! The terminal interface: `update(model, msg) -> effects`, `view(model)`, and a runtime that carries the effects out. The only
//! place that names a terminal crate.

pub mod chart_data;
mod chrome;
pub mod command;
mod compare;
mod compose;
mod copied;
mod edit;
mod idle;
mod input;
mod interrupt;
mod jobs;
pub mod key_pages;
mod keymap;
mod keys;
mod layer;
mod layout;
mod lock;
pub mod measure;
mod model;
mod msg;
mod outline;
mod plot;
mod presenter;
mod runtime;
mod say;
mod settings;
mod term;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod timeline;
mod toml_lines;
mod tour;
mod treatment;
mod try_on;
mod update;
mod view;

use crate::error::{Result, Trouble};
use crate::work::Desk;
use std::io::IsTerminal;
use std::sync::Arc;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Unless `NO_COLOR` is set or the terminal is dumb.
    #[default]
    Auto,
    /// Whatever the environment says.
    Always,
    /// Never: bold, underlined and reversed carry the same.
    Never,
}

pub use interrupt::stop_on_interrupt;
pub use keymap::Keymap;
pub use lock::{Lock, Open};
pub use settings::Settings;

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When to use colour.
    pub color: Color,
    /// The theme, by name, where the command line names one.
    pub theme: Option<String>,
    /// Whether the background is light, where the command line says so.
    pub light: Option<bool>,
    /// This person's settings.
    pub settings: Settings,
    /// The keys in force.
    pub keys: Keymap,
    /// The encounter to open first, instead of the place that was kept.
    pub start_at: Option<String>,
    /// Begin with the tour.
    pub tour: bool,
    /// Panic once the first screen is drawn: for tests of what a panic leaves behind.
    pub panic: bool,
}

/// The themes by name.
pub fn theme_names() -> impl Iterator<Item = &'static str> {
    theme::Palette::ALL.into_iter().map(|(_, name)| name)
}

/// How the interface begins.
pub enum Start {
    /// At a desk.
    At(Arc<dyn Desk>),
    /// Behind its lock, for the person of that name.
    Locked(String),
}

/// Opens the interface and runs it until it ends. Gives the exit code: 0, or 128 and the number of the signal that ended it.
pub fn run(start: Start, options: Options, lock: Option<&Lock>) -> Result<u8> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(Trouble::input("the interface needs a terminal for input and output")
            .hint("commands such as `lacuna worklist` and `lacuna gaps --json` do not"));
    }
    let settings = &options.settings;
    let named = options.theme.as_deref().and_then(theme::Palette::named).or(settings.palette).unwrap_or_default();
    let palette = if colour(options.color) { named } else { theme::Palette::Mono };
    let light = options.light.or(settings.light).unwrap_or_else(light_background);
    let theme = settings.theme(palette, light);
    // crossterm drops bold and reversed too when NO_COLOR is set; the theme decides about colour, so it must not.
    crossterm::style::force_color_output(true);
    let wish = options.start_at.map(|encounter| model::Wish { encounter, ..model::Wish::default() });
    let (desk, user, banner) = match start {
        Start::At(desk) => (Some(Arc::clone(&desk)), desk.user().to_owned(), desk.banner().to_owned()),
        Start::Locked(user) => (None, user, String::new()),
    };
    let model = model::Model {
        user,
        banner,
        ascii: settings.ascii.unwrap_or_else(|| !utf8_locale()),
        mouse: settings.mouse,
        clipboard: settings.clipboard,
        keys: Arc::new(options.keys),
        wish,
        tour: options.tour.then_some(0),
        ..model::Model::default()
    };
    runtime::run(desk, model, theme, lock, options.panic)
}

/// Whether the terminal says that its background is light, in the way that several of them do: the last number of `COLORFGBG`.
fn light_background() -> bool {
    let said = std::env::var("COLORFGBG").unwrap_or_default();
    matches!(said.rsplit(';').next(), Some("7" | "15"))
}

fn colour(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let no = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
            let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.to_string_lossy().ends_with("-mono") || t == "vt100");
            !no && !dumb
        }
    }
}

/// Whether the locale speaks UTF-8. None set at all is taken for a modern terminal.
fn utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|v| !v.is_empty());
    set.is_none_or(|v| {
        let v = v.to_lowercase();
        v.contains("utf-8") || v.contains("utf8")
    })
}
