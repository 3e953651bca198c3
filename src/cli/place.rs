//! Where the store is, who sits at it, and in which colours.

#[cfg(feature = "tui")]
use super::args::ColorChoice;
use super::args::Global;
use crate::error::{Result, Trouble};
use crate::store::{Key, Store, default_folder};
use crate::work::{Clock, LocalDesk, Session};
use std::path::PathBuf;
use std::sync::Arc;

/// Files that this process makes are for their owner only, whatever the shell says.
pub fn private_files() {
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
}

/// The folder of the store.
pub fn folder(global: &Global) -> Result<PathBuf> {
    global.store.clone().map_or_else(default_folder, Ok)
}

/// The person and the clock.
pub fn session(global: &Global) -> Result<Session> {
    Session::begin(global.user.as_deref(), Clock::Host)
}

/// The store.
pub fn store(global: &Global) -> Result<Store> {
    Store::open(&folder(global)?, &Key::None)
}

/// A desk at the store.
pub fn desk(global: &Global) -> Result<LocalDesk> {
    let store = Arc::new(store(global)?);
    let banner = if store.encrypted() { "" } else { "NOT ENCRYPTED" };
    LocalDesk::new(store, session(global)?, None, banner)
}

/// The demo never touches a real store, and a real store never looks like the demo.
#[cfg(feature = "tui")]
pub fn refuse_store_in_demo(global: &Global) -> Result<()> {
    match &global.store {
        None => Ok(()),
        Some(_) => Err(Trouble::input("the demo opens no store")
            .why("it shows synthetic charts only and leaves nothing behind")
            .hint("leave out --store, or leave out `demo`")),
    }
}

/// What the interface needs to know from the command line.
#[cfg(feature = "tui")]
pub fn tui_options(global: &Global, start_at: Option<String>) -> crate::tui::Options {
    let color = match global.color {
        ColorChoice::Auto => crate::tui::Color::Auto,
        ColorChoice::Always => crate::tui::Color::Always,
        ColorChoice::Never => crate::tui::Color::Never,
    };
    crate::tui::Options { color, start_at, ..crate::tui::Options::default() }
}

/// An instant typed by a person.
pub fn instant(text: Option<&str>) -> Result<Option<crate::chart::Instant>> {
    text.map(|t| {
        crate::chart::Instant::parse(t).ok_or_else(|| {
            Trouble::input("that is no date or time").at(format!("--as-of {t}"), None).hint("write it as 2026-11-19T08:42:00-05:00")
        })
    })
    .transpose()
}
