//! `lacuna import`.

use super::args::{Global, ImportArgs, ImportCommand};
use super::input;
use super::out::Out;
use super::place;
use crate::error::Result;
use crate::intake::{FieldMap, Format, Options};
use crate::store::RunReport;
use crate::work::{ImportProgress, ImportReport, Reject, import, past_import, past_imports};
use lacuna_index::Stop;
use std::io::{IsTerminal, Write};

/// Reads files and folders into the store, or shows past imports.
pub fn run(global: &Global, args: &ImportArgs, out: &Out) -> Result<u8> {
    if let Some(ImportCommand::Report { run }) = args.command {
        return report(global, run, out);
    }
    let mut options = Options { format: args.format.as_deref().and_then(Format::from_name), ..Options::default() };
    if let Some(file) = &args.map {
        options.map = FieldMap::parse_toml(&input::name(file), &input::text(file, input::FIELD_MAP)?)?;
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

fn report(global: &Global, run: Option<i64>, out: &Out) -> Result<u8> {
    let (store, session) = (place::store(global)?, place::session(global)?);
    match run {
        None => {
            let runs = past_imports(&store, &session)?;
            out.show(&runs, || {
                if runs.is_empty() { "No import yet.".to_owned() } else { runs.iter().map(line).collect::<Vec<_>>().join("\n") }
            })?;
        }
        Some(run) => {
            let past = past_import(&store, &session, run)?;
            out.show(&past, || {
                let mut text = line(&past.run);
                past.rejects.iter().for_each(|r| one(r, &mut text));
                text
            })?;
        }
    }
    Ok(0)
}

/// A past import in a line, and the paths that were named.
fn line(r: &RunReport) -> String {
    let c = &r.counts;
    let ended = r.ended.as_ref().map_or("did not come to its end", |_| "ended");
    format!(
        "import {}  {}  {}  {ended}: {} documents added, {} unchanged, {} new versions; {} encounters, {} observations, {} other records added; {} rejected\n    {}",
        r.run,
        r.started,
        r.by,
        c.added,
        c.unchanged,
        c.new_versions,
        c.encounters,
        c.observations,
        c.other,
        r.rejected,
        r.sources.join("  ")
    )
}

/// Something refused, or worth knowing.
fn one(r: &Reject, text: &mut String) {
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
        list.iter().for_each(|r| one(r, &mut text));
    }
    if report.stopped {
        text.push_str("\n\nStopped before the end; what was read is stored. The same command again goes on.");
    }
    text
}
