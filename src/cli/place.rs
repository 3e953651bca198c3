//! Where the store is, who sits at it, and in which colours.

#[cfg(feature = "tui")]
use super::args::ColorChoice;
use super::args::Global;
use super::memory::{self, Visit};
use super::{input, out, secret};
use crate::checklist::Packs;
use crate::error::{Result, Trouble};
use crate::store::{Store, default_folder};
use crate::work::{Clock, Door, Entered, LocalDesk, SITE_PACKS, Secret, Session, site_packs};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Nothing of this process is left lying about: its files are for their owner only, whatever the shell says; it leaves no core, and no
/// other process of this account looks into its memory.
pub fn private_files() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where the system refuses, it is as it was without us.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).ok();
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).ok();
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
}

/// Where a group shares the store's folder, what is made in it is for the group too, and for nobody else.
pub fn shared_files(global: &Global) {
    if folder(global).is_ok_and(|folder| crate::keys::is_shared(&folder)) {
        rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o007));
    }
}

/// The folder of the store.
pub fn folder(global: &Global) -> Result<PathBuf> {
    global.store.clone().map_or_else(default_folder, Ok)
}

/// Refuses a file of the store's own folder, whatever way leads to it: what a command wrote there could keep everybody out, and what lies
/// there is for the program only. A site's checklists are a person's own files.
pub fn outside(global: &Global, path: &Path) -> Result<()> {
    let Ok(store) = std::fs::canonicalize(folder(global)?) else { return Ok(()) };
    let above = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = match std::fs::canonicalize(path) {
        Ok(real) => real,
        // A link to nothing leads to a file that would be made.
        Err(_) if path.symlink_metadata().is_ok() => store.clone(),
        Err(_) => std::fs::canonicalize(above).unwrap_or_default().join(path.file_name().unwrap_or_default()),
    };
    if !real.starts_with(&store) || real.starts_with(store.join(SITE_PACKS)) {
        return Ok(());
    }
    Err(Trouble::refused("that file lies in the store's own folder")
        .at(input::name(path), None)
        .why("what is in there is the program's alone")
        .hint("name a file somewhere else"))
}

/// The person and the clock.
pub fn session(global: &Global) -> Result<Session> {
    Session::begin(global.user.as_deref(), Clock::Host)
}

/// The door of the store, for this person.
pub fn door(global: &Global) -> Result<Door> {
    Door::of(&folder(global)?, global.user.as_deref(), Clock::Host)
}

/// Into the store: with a passphrase where it is locked.
pub fn enter(global: &Global) -> Result<Entered> {
    let entered = walk_in(global)?;
    if let Some(brought) = entered.store.brought() {
        out::remark(brought, &brought.words(), global.json);
    }
    match memory::visit(&entered.store) {
        Visit::Goes => {}
        Visit::Broken(trouble) => out::complain(&trouble, global.json),
        Visit::Accepted(words) => out::remark(&serde_json::json!({ "accepted": words }), &words, global.json),
    }
    if entered.stranger {
        let trouble = Trouble::damaged("the audit log names another key as yours, and did not know the one that signs for you")
            .why("an older store or key file was put back, or somebody wrote rows in your name")
            .hint("tell whoever keeps the log; `lacuna audit verify` says where it begins");
        out::complain(&trouble, global.json);
    }
    Ok(entered)
}

fn walk_in(global: &Global) -> Result<Entered> {
    let door = door(global)?;
    let entered = if door.locked() {
        let passphrase = secret::ask(global, &format!("Passphrase of {}", door.user()))?;
        door.enter(&Secret::Passphrase(&passphrase))?
    } else {
        door.walk_in()?
    };
    match &global.break_glass {
        None => Ok(entered),
        Some(words) => entered.break_glass(words),
    }
}

/// A desk at the store.
pub fn desk(global: &Global) -> Result<LocalDesk> {
    let entered = enter(global)?;
    desk_of(global, entered)
}

fn desk_of(global: &Global, entered: Entered) -> Result<LocalDesk> {
    let Entered { store, session, .. } = entered;
    let banner = if store.encrypted() { "" } else { "NOT ENCRYPTED" };
    let packs = packs_of(&folder(global)?, Some(&store))?;
    LocalDesk::new(Arc::new(store), session, packs, banner)
}

/// A desk for those who look what is wrong: with the shipped packs where the store's own cannot be used, and why they cannot.
pub fn desk_at_any_rate(global: &Global) -> Result<(LocalDesk, Option<Trouble>)> {
    let Entered { store, session, .. } = enter(global)?;
    let banner = if store.encrypted() { "" } else { "NOT ENCRYPTED" };
    let (packs, trouble) = match packs_of(&folder(global)?, Some(&store)) {
        Ok(packs) => (packs, None),
        Err(trouble) => (None, Some(trouble)),
    };
    Ok((LocalDesk::new(Arc::new(store), session, packs, banner)?, trouble))
}

/// Into the store where there is one that opens: what works without a store too does not fail for want of one. A locked store is not
/// passed over: a wrong passphrase is an error.
pub fn enter_if_there(global: &Global) -> Result<Option<Entered>> {
    if door(global)?.locked() { enter(global).map(Some) } else { Ok(enter(global).ok()) }
}

/// The packs in force at the store, or the shipped ones where there is no store.
pub fn packs(global: &Global) -> Result<Packs> {
    let folder = folder(global)?;
    let store = enter_if_there(global)?.map(|entered| entered.store);
    Ok(packs_of(&folder, store.as_ref())?.unwrap_or_else(|| Packs::shipped().clone()))
}

/// The shipped packs with a site's own and its approvals; `None` where there are neither, so that they need not be read.
fn packs_of(folder: &Path, store: Option<&Store>) -> Result<Option<Packs>> {
    let sources = site_packs(&folder.join(SITE_PACKS))?;
    let approvals = store.map(Store::approvals).transpose()?.unwrap_or_default();
    if sources.is_empty() && approvals.is_empty() {
        return Ok(None);
    }
    let mut packs = Packs::with_shipped(&sources).map_err(|mistakes| {
        let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
        Trouble::input("a checklist of this store cannot be used")
            .at(input::name(&folder.join(SITE_PACKS)), None)
            .why(format!("{first}{}", if mistakes.len() > 1 { format!(" ({} mistakes in all)", mistakes.len()) } else { String::new() }))
            .hint("`lacuna checklist check FILE` names every mistake; or move the file out of the folder")
    })?;
    packs.approve(&approvals);
    Ok(Some(packs))
}

/// The demo never touches a real store, and a real store never looks like the demo.
pub fn refuse_store_in_demo(global: &Global) -> Result<()> {
    match &global.store {
        None => Ok(()),
        Some(_) => Err(Trouble::input("the demo opens no store")
            .why("it shows synthetic charts only and keeps nothing of what you do")
            .hint("leave out --store, or leave out `demo`")),
    }
}

/// What locks the interface and opens it again; nothing where the store has no passphrase.
#[cfg(feature = "tui")]
pub fn lock(global: &Global) -> Result<Option<crate::tui::Lock>> {
    let door = door(global)?;
    if !door.locked() {
        return Ok(None);
    }
    let (global, after) = (global.clone(), std::time::Duration::from_secs(global.lock_after));
    let open = move |passphrase: &str| -> Result<Arc<dyn crate::work::Desk>> {
        let entered = door.enter(&Secret::Passphrase(passphrase))?;
        Ok(Arc::new(desk_of(&global, entered)?.sat_at()))
    };
    Ok(Some(crate::tui::Lock { after, open: Box::new(open), afresh: Box::new(afresh) }))
}

/// Puts a new image of this program in the place of this one, behind its lock. What comes back is a failure: then all is as it was.
#[cfg(feature = "tui")]
fn afresh() {
    use std::os::unix::process::CommandExt;
    let mut typed = std::env::args_os();
    let name = typed.next().unwrap_or_default();
    let lock = std::ffi::OsString::from(LOCKED);
    let rest: Vec<_> = typed.filter(|word| *word != lock).collect();
    // The link leads to the file that runs, even where another one was put in its place since.
    let file = if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() };
    if let Ok(file) = file {
        let _failed = std::process::Command::new(file).arg0(name).arg(lock).args(rest).exec();
    }
}

/// What the new image is told; hidden from help.
#[cfg(feature = "tui")]
const LOCKED: &str = "--locked";

/// What the interface needs to know from the command line and from this person's own files.
#[cfg(feature = "tui")]
pub fn tui_options(global: &Global, start_at: Option<String>) -> Result<crate::tui::Options> {
    let color = match global.color {
        ColorChoice::Auto => crate::tui::Color::Auto,
        ColorChoice::Always => crate::tui::Color::Always,
        ColorChoice::Never => crate::tui::Color::Never,
    };
    Ok(crate::tui::Options {
        color,
        theme: global.theme.clone(),
        light: global.background.as_deref().map(|shade| shade == "light"),
        settings: own(global, "settings.toml", crate::tui::Settings::read)?.unwrap_or_default(),
        keys: keymap(global)?,
        start_at,
        tour: false,
        panic: false,
    })
}

/// Whether the demo was never opened by this person on this machine. The first one leaves an empty file that says so, and its tour comes
/// that once; where none can be left it does not come by itself.
#[cfg(feature = "tui")]
pub fn first_demo() -> bool {
    use etcetera::BaseStrategy;
    use std::io::IsTerminal;
    let Ok(base) = etcetera::choose_base_strategy() else { return false };
    // Where no screen comes up no tour was shown.
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return false;
    }
    let folder = base.state_dir().unwrap_or_else(|| base.data_dir()).join("lacuna");
    let new = || std::fs::OpenOptions::new().write(true).create_new(true).open(folder.join("tour-shown"));
    std::fs::create_dir_all(&folder).is_ok() && new().is_ok()
}

/// The keys in force.
#[cfg(feature = "tui")]
pub fn keymap(global: &Global) -> Result<crate::tui::Keymap> {
    Ok(own(global, "keys.toml", crate::tui::Keymap::read)?.unwrap_or_default())
}

/// A file of a person's own, where there is one. All its mistakes are named, the last one as the error that ends the program.
#[cfg(feature = "tui")]
fn own<T>(global: &Global, name: &str, read: fn(&str, &str) -> std::result::Result<T, Vec<Trouble>>) -> Result<Option<T>> {
    use etcetera::BaseStrategy;
    let folder = match &global.config {
        Some(folder) => folder.clone(),
        None => match etcetera::choose_base_strategy() {
            Ok(base) => base.config_dir().join("lacuna"),
            Err(_) => return Ok(None),
        },
    };
    let file = folder.join(name);
    if !file.exists() {
        return Ok(None);
    }
    let text = input::text(&file, input::SETTINGS)?;
    read(&input::name(&file), &text).map(Some).map_err(|mut mistakes| {
        let last = mistakes.pop().unwrap_or_else(|| Trouble::input("the file cannot be used"));
        mistakes.iter().for_each(|mistake| out::complain(mistake, global.json));
        last
    })
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
