//! `lacuna import`.

use super::args::{Global, ImportArgs};
use super::out::Out;
use super::place;
use crate::error::{Result, Trouble};
use crate::intake::{FieldMap, Format, Options};
use crate::work::{ImportProgress, ImportReport, import};
use lacuna_index::Stop;
use std::io::{IsTerminal, Write};

/// Reads files and folders into the store.
pub fn run(global: &Global, args: &ImportArgs, out: &Out) -> Result<u8> {
    let mut options = Options { format: args.format.as_deref().and_then(Format::from_name), ..Options::default() };
    if let Some(file) = &args.map {
        let source = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|e| {
            Trouble::input("the field map could not be read").at(&source, None).why(e.kind()).hint("name a TOML file: id = \"note_id\"")
        })?;
        options.map = FieldMap::parse_toml(&source, &text)?;
    }
    let store = place::store(global)?;
    let session = place::session(global)?;
    let show = std::io::stderr().is_terminal() && !out.json();
    let report = import(&store, &session, &args.paths, &options, &Stop::new(), &mut |p| {
        if show {
            progress(p);
        }
    })?;
    if show {
        writeln!(std::io::stderr()).ok();
    }
    out.show(&report, || plain(&report))?;
    Ok(report.exit_code())
}

fn progress(p: &ImportProgress) {
    let percent = (p.done * 100).checked_div(p.total).unwrap_or(0).min(100);
    write!(std::io::stderr(), "\r{percent:3} %  {} documents", p.documents).ok();
}

fn plain(report: &ImportReport) -> String {
    let d = &report.documents;
    let mut text = format!(
        "{} documents added, {} unchanged, {} new versions, {} rejected\n{} encounters, {} observations, {} other records added",
        d.added, d.unchanged, d.new_versions, d.rejected, report.encounters, report.observations, report.other
    );
    for (title, list) in [("Rejected", &report.rejects), ("Worth knowing", &report.notices)] {
        if !list.is_empty() {
            text.push_str(&format!("\n\n{title}:"));
        }
        for r in list {
            let place = match (&r.source, r.line) {
                (Some(source), Some(line)) => format!("{source}:{line}: "),
                (Some(source), None) => format!("{source}: "),
                _ => String::new(),
            };
            text.push_str(&format!("\n  {place}{}", r.what));
            for (name, words) in [("why", &r.why), ("hint", &r.hint)] {
                if let Some(words) = words {
                    text.push_str(&format!("\n    {name}: {words}"));
                }
            }
        }
    }
    if report.stopped {
        text.push_str("\n\nStopped before the end; what was read is stored. The same command again goes on.");
    }
    text
}
