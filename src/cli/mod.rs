//! Commands: parse, call [`crate::work`], print. Every screen of the terminal interface has its twin here.

pub mod args;
mod audit;
mod chart;
mod checklist;
mod checklist_author;
mod checklist_diff;
mod checklist_precision;
mod checklist_print;
mod export;
mod export_deidentified;
mod gaps;
mod idle;
mod import;
mod import_told;
mod input;
mod interrupt;
mod linear;
mod linear_more;
mod memory;
mod out;
mod people;
mod place;
mod query;
mod query_act;
mod query_args;
mod query_export;
mod query_plain;
mod read;
mod search;
mod secret;
mod twice;
mod upkeep;

use crate::error::{Result, Trouble};
use crate::work::model::Group;
use args::{Cli, Command, Global};
use clap::{CommandFactory, Parser};
use out::Out;
use std::io::Write;

/// Runs the program with the arguments of the process; gives its exit code.
pub fn main() -> u8 {
    place::private_files();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output with 0, mistakes to standard error with 2: clap knows which is which.
            // What was typed may hold anything (a file name from a glob), so it passes the text boundary like all else.
            let words = crate::text::multiline(&error.render().to_string());
            let written = if error.use_stderr() { writeln!(std::io::stderr(), "{words}") } else { writeln!(std::io::stdout(), "{words}") };
            written.ok();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let json = cli.global.json;
    let typed: Vec<std::ffi::OsString> = std::env::args_os().collect();
    match twice::refuse(&typed).and_then(|()| run(cli)) {
        Ok(code) => code,
        Err(trouble) => {
            out::complain(&trouble, json);
            trouble.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<u8> {
    let Cli { global, command } = cli;
    let out = Out::new(global.json);
    place::shared_files(&global);
    match command {
        None => interface(&global),
        Some(Command::Demo(demo)) => demo_interface(&global, demo),
        Some(Command::Init(args)) => people::init(&global, &args, &out),
        Some(Command::Encrypt) => people::encrypt(&global, &out),
        Some(Command::Export(args)) => export::run(&global, &args),
        Some(Command::Import(args)) => import::run(&global, &args, &out),
        Some(Command::Read(args)) => read::run(&global, &args, &out),
        Some(Command::Search(args)) => search::run(&global, &args, &out),
        Some(Command::Gaps(args)) => gaps::run(&global, &args, &out),
        Some(Command::Explain { encounter, item, as_of }) => gaps::explain_item(&global, &encounter, &item, as_of.as_deref(), &out),
        Some(Command::Checklist(command)) => checklist::run(&global, &command, &out),
        Some(Command::Worklist { view, unit, service, payer }) => {
            chart::worklist(&global, view, &[(Group::Unit, unit), (Group::Service, service), (Group::Payer, payer)], &out)
        }
        Some(Command::Chart { encounter }) => chart::chart(&global, &encounter, &out),
        Some(Command::Note { document, version }) => chart::note(&global, &document, version, &out),
        Some(Command::Review { encounter, next }) => chart::review(&global, &encounter, next, &out),
        Some(Command::Dismiss(args)) => gaps::dismiss(&global, &args, &out),
        Some(Command::Query(command)) => query::run(&global, command, &out),
        Some(Command::Report(command)) => query_export::report(&global, &command, &out),
        Some(Command::Audit(command)) => audit::run(&global, &command, &out),
        Some(Command::Passphrase(args)) => people::passphrase(&global, &args, &out),
        Some(Command::User(command)) => people::user(&global, &command, &out),
        Some(Command::Me { name, contact }) => upkeep::me(&global, name, contact, &out),
        Some(Command::Backup { file }) => upkeep::backup(&global, &file, &out),
        Some(Command::Restore { file }) => upkeep::restore(&global, &file, &out),
        Some(Command::Doctor { rebuild_index }) => upkeep::doctor(&global, rebuild_index, &out),
        #[cfg(feature = "tui")]
        Some(Command::Keys { command }) => keys(&global, command.as_deref(), &out),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Man) => manual(),
    }
}

fn interface(global: &Global) -> Result<u8> {
    if global.plain {
        let locked = place::door(global)?.locked();
        let after = locked.then(|| std::time::Duration::from_secs(global.lock_after));
        return by_lines(&place::desk(global)?.sat_at(), after, None);
    }
    screens(global)
}

fn demo_interface(global: &Global, demo: args::DemoArgs) -> Result<u8> {
    place::refuse_store_in_demo(global)?;
    if global.plain {
        return by_lines(&crate::work::demo::desk(global.user.as_deref())?, None, demo.chart.as_deref());
    }
    demo_screens(global, demo)
}

/// The interface line by line, for those whom a screen is read out to: it needs no terminal of any kind.
fn by_lines(desk: &dyn crate::work::Desk, after: Option<std::time::Duration>, start_at: Option<&str>) -> Result<u8> {
    linear::run(desk, &mut idle::Lines::of_stdin(after), &mut std::io::stdout().lock(), start_at)
}

#[cfg(feature = "tui")]
fn screens(global: &Global) -> Result<u8> {
    let options = place::tui_options(global, None)?;
    let lock = place::lock(global)?;
    let start = match &lock {
        Some(_) if global.locked => crate::tui::Start::Locked(place::door(global)?.user().to_owned()),
        _ => crate::tui::Start::At(std::sync::Arc::new(place::desk(global)?.sat_at())),
    };
    crate::tui::run(start, options, lock.as_ref())
}

#[cfg(feature = "tui")]
fn demo_screens(global: &Global, demo: args::DemoArgs) -> Result<u8> {
    let tour = demo.chart.is_none() && place::first_demo();
    let options = crate::tui::Options { panic: demo.panic, tour, ..place::tui_options(global, demo.chart)? };
    let desk = crate::work::demo::desk(global.user.as_deref())?;
    crate::tui::run(crate::tui::Start::At(std::sync::Arc::new(desk)), options, None)
}

#[cfg(not(feature = "tui"))]
fn screens(_: &Global) -> Result<u8> {
    let hint = "use --plain, or name a command; `lacuna --help` lists them";
    Err(Trouble::input("this lacuna was built without its screens").hint(hint))
}

#[cfg(not(feature = "tui"))]
fn demo_screens(global: &Global, _: args::DemoArgs) -> Result<u8> {
    screens(global)
}

#[cfg(feature = "tui")]
fn keys(global: &Global, command: Option<&str>, out: &Out) -> Result<u8> {
    let rows = crate::tui::key_pages::rows(&place::keymap(global)?, command);
    out.show(&rows, || crate::tui::key_pages::plain(&rows))?;
    Ok(0)
}

fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lacuna", &mut bytes);
    out::raw(&bytes).map(|()| 0)
}

fn manual() -> Result<u8> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(|_| Trouble::system("the manual page could not be made"))?;
    #[cfg(feature = "tui")]
    bytes.extend(crate::tui::key_pages::roff(&crate::tui::Keymap::default()).into_bytes());
    out::raw(&bytes).map(|()| 0)
}

#[cfg(test)]
mod tests {
    use super::args::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_table_of_commands_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_says_what_it_is_for() {
        fn walk(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
            for argument in command.get_arguments().filter(|a| !a.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{} of {} says nothing", argument.get_id(), command.get_name());
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Cli::command());
    }
}
