//! `lacuna import`.

use super::args::{Global, ImportArgs, ImportCommand};
use super::import_told::{Fold, told};
use super::input;
use super::interrupt;
use super::out::{Out, complain};
use super::place;
use crate::error::{Result, Trouble};
use crate::intake::{Details, FieldMap, Format, NoteTypes, Options, SlashDates};
use crate::store::{RunReport, Store, Unplaced};
use crate::text::{multiline, one_line};
use crate::work::{
    Clock, Entered, ImportProgress, ImportReport, Input, PastImport, Reject, Session, Suspect, Watch, doubles, dry_run, dry_run_alone,
    import, merge, past_import, past_imports, undo_import, unplaced,
};
use lacuna_index::Stop;
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Reads files and folders into the store, or shows past imports.
pub fn run(global: &Global, args: &ImportArgs, out: &Out) -> Result<u8> {
    match args.command {
        Some(ImportCommand::Report { unplaced: true, .. }) => return list_unplaced(global, out),
        Some(ImportCommand::Report { run, records, .. }) => return report(global, run, records, out),
        Some(ImportCommand::Undo { run }) => return undo(global, run, out),
        Some(ImportCommand::Doubles) => return list_doubles(global, out),
        Some(ImportCommand::Merge { ref gone, ref kept }) => return join(global, gone, kept, out),
        None => {}
    }
    let mut options = Options { format: args.format.as_deref().and_then(Format::from_name), details: details(args)?, ..Options::default() };
    if let Some(file) = &args.map {
        options.map = FieldMap::parse_toml(&input::name(file), &input::text(file, input::FIELD_MAP)?)?;
    }
    if let Some(file) = &args.types {
        options.types = NoteTypes::parse_toml(&input::name(file), &input::text(file, crate::work::NOTE_TYPES)?)?;
    }
    options.now = Some(Clock::Host.now());
    let stop = interrupt::stop();
    let show = std::io::stderr().is_terminal() && !out.json();
    let mut gauge = Gauge::new();
    let mut tell = |p: &ImportProgress| {
        if show {
            gauge.show(p);
        }
    };
    let pasted = pasted(args)?;
    let input = pasted.as_deref().map_or(Input::Paths(&args.paths), Input::Pasted);
    let report = if args.dry_run {
        // As into the store that is there; where there is none, as into an empty one.
        match place::enter_if_there(global)? {
            Some(Entered { store, session, .. }) => dry_run(&store, &session, input, &options, &stop, &mut tell)?,
            None => dry_run_alone(&place::session(global)?, input, &options, &stop, &mut tell)?,
        }
    } else {
        let Entered { store, session, .. } = place::enter(global)?;
        if let Some(folder) = &args.watch {
            place::outside(global, folder)?;
            return watch(&store, &session, folder, &options, &stop, args, out);
        }
        import(&store, &session, input, &options, &stop, &mut tell)?
    };
    if show {
        writeln!(std::io::stderr()).ok();
    }
    refused(&report.rejects, report.documents.rejected, out);
    out.show(&report, || plain(&report))?;
    Ok(report.exit_code())
}

/// What was refused, on standard error; with `--json` it stands in the report.
fn refused(rejects: &[Reject], count: u64, out: &Out) {
    let mut text = String::new();
    told(&mut text, "Rejected", rejects, count, Fold::Place);
    if !text.is_empty() && !out.json() {
        writeln!(std::io::stderr(), "{}", multiline(text.trim_start())).ok();
    }
}

/// Where the details of plain notes come from, as it was asked for.
fn details(args: &ImportArgs) -> Result<Details> {
    let mut details = Details::default();
    details.header = args.header;
    details.dates = match args.dates.as_deref() {
        Some("month-first") => Some(SlashDates::MonthFirst),
        Some(_) => Some(SlashDates::DayFirst),
        None => None,
    };
    if let Some(pattern) = &args.names {
        details.names(pattern).map_err(|trouble| trouble.at("--names", None))?;
    }
    args.set.iter().try_for_each(|words| details.say(words).map_err(|trouble| trouble.at("--set", None)))?;
    Ok(details)
}

/// What stands on standard input, when it was named.
fn pasted(args: &ImportArgs) -> Result<Option<Vec<u8>>> {
    let stdin = |path: &std::path::PathBuf| path.as_os_str() == "-";
    if !args.paths.iter().any(stdin) {
        return Ok(None);
    }
    if args.paths.len() > 1 {
        let hint = "import the files by themselves, and - alone";
        return Err(Trouble::input("standard input is imported alone").why("other paths are named beside -").hint(hint));
    }
    input::bytes(Path::new("-"), input::PASTED).map(Some)
}

/// Takes files as they come, until it is stopped: each is told in a line (with `--json` an object a line).
fn watch(store: &Store, session: &Session, folder: &Path, options: &Options, stop: &Stop, args: &ImportArgs, out: &Out) -> Result<u8> {
    let mut watch = Watch::new(folder)?;
    let (mut looks, mut rejected) = (0_u64, false);
    loop {
        let taken = watch.look(store, session, options, stop)?;
        for one in &taken {
            rejected |= one.report.exit_code() != 0;
            refused(&one.report.rejects, one.report.documents.rejected, out);
            let line = json!({"file": one.file, "now": one.now, "report": one.report});
            out.show(&line, || format!("{}: {}", one.now.display(), counted(&one.report).replace('\n', "; ")))?;
        }
        let (strange, grown) = (watch.strange(), watch.grown());
        strange.iter().chain(&grown).for_each(|trouble| complain(trouble, out.json()));
        looks += 1;
        if args.once && looks > 1 && taken.is_empty() && !watch.waits_for_some() {
            return Ok(if rejected { 2 } else { 0 });
        }
        // Asleep in short stretches, so that Ctrl-C is heard.
        let next = Instant::now() + Duration::from_secs(args.every);
        while Instant::now() < next && !stop.stopped() {
            std::thread::sleep(Duration::from_millis(100).min(next.saturating_duration_since(Instant::now())));
        }
        if stop.stopped() {
            return Ok(0); // a file that was being taken stays, and is taken the next time
        }
    }
}

fn undo(global: &Global, run: i64, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    let changes = undo_import(&store, &session, run)?;
    out.show(&json!({"run": run, "changes": changes}), || format!("Import {run} was taken back: {changes} changes undone."))?;
    Ok(0)
}

fn list_doubles(global: &Global, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    let found = doubles(&store, &session)?;
    out.show(&found, || {
        let one = |s: &Suspect| {
            let given = |words: &Option<String>| words.clone().unwrap_or_else(|| "not given".to_owned());
            one_line(&format!("{}  {}  MRN {}  born {}  {} encounters", s.patient, s.name, given(&s.mrn), given(&s.birth), s.encounters))
        };
        let lines = found.iter().map(|d| {
            let differs = if d.differs.is_empty() { String::new() } else { format!("; not the same: {}", d.differs.join(", ")) };
            format!("{}\n{}\n    the same: {}{differs}", one(&d.one), one(&d.other), d.same.join(", "))
        });
        if found.is_empty() {
            "No patients look like one under two identifiers.".to_owned()
        } else {
            lines.collect::<Vec<_>>().join("\n\n")
        }
    })?;
    Ok(u8::from(found.is_empty()))
}

/// The records that stand in no stay.
fn list_unplaced(global: &Global, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    let all = unplaced(&store, &session)?;
    out.show(&all, || {
        let given = |words: &Option<String>| words.clone().unwrap_or_else(|| "not given".to_owned());
        let line = |u: &Unplaced| {
            let time = u.time.map(|time| time.to_string());
            let stay = u.encounter.as_ref().map(|stay| format!("  names the stay {stay}")).unwrap_or_default();
            one_line(&format!("{:<12} {}  patient {}  {}{stay}", u.kind, u.identifier, given(&u.patient), given(&time)))
        };
        let mut text = format!("{} records stand in no stay, and no chart shows them.", all.count);
        let mut why = "";
        for one in &all.first {
            if why != one.why {
                why = one.why;
                text.push_str(&format!("\n\n{}:", one.why));
            }
            text.push_str(&format!("\n  {}", line(one)));
        }
        if let Some(more) = all.count.checked_sub(all.first.len() as u64).filter(|more| *more > 0) {
            text.push_str(&format!("\n  and {more} more"));
        }
        if all.patients > 0 {
            text.push_str(&format!("\n\n{} patients have no stay.", all.patients));
        }
        text
    })?;
    Ok(u8::from(all.count == 0 && all.patients == 0))
}

fn join(global: &Global, gone: &str, kept: &str, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    let run = merge(&store, &session, gone, kept)?;
    out.show(&json!({"run": run, "gone": gone, "kept": kept}), || {
        format!("{gone} is {kept} now. `lacuna import undo {run}` takes it back.")
    })?;
    Ok(0)
}

fn report(global: &Global, run: Option<i64>, records: bool, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    match run {
        None => {
            let runs = past_imports(&store, &session)?;
            out.show(&runs, || {
                if runs.is_empty() { "No import yet.".to_owned() } else { runs.iter().map(line).collect::<Vec<_>>().join("\n") }
            })?;
        }
        Some(run) => {
            let past = past_import(&store, &session, run, records)?;
            out.show(&past, || past_plain(&past))?;
        }
    }
    Ok(0)
}

/// A past import: what it made of the store, what it refused and told, and its records where they were asked for.
fn past_plain(past: &PastImport) -> String {
    let mut text = line(&past.run);
    if !past.made.is_empty() {
        text.push_str("\n\nMade of the store:");
    }
    for made in &past.made {
        text.push_str(&format!("\n  {:<12} {} added, {} changed, {} taken back", made.kind, made.added, made.changed, made.withdrawn));
    }
    told(&mut text, "Rejected", &past.rejects, past.run.rejected, Fold::Place);
    told(&mut text, "Worth knowing", &past.notices, past.run.noticed, Fold::Kind);
    for (at, record) in past.records.iter().flatten().enumerate() {
        let head = if at == 0 { "\n\nRecords, in the order they came:" } else { "" };
        let source = record.source.as_deref().map(|s| format!("   {}", one_line(s))).unwrap_or_default();
        text.push_str(&format!("{head}\n  {:<9} {:<12} {}{source}", record.what, record.kind, one_line(&record.identifier)));
    }
    let all: u64 = past.made.iter().map(|m| m.added + m.changed + m.withdrawn).sum();
    let listed = past.records.as_ref().map_or(all, |records| records.len() as u64);
    if all > listed {
        text.push_str(&format!("\n  and {} more that are not listed", all - listed));
    }
    text
}

/// What was done to records other than documents, where something was.
fn besides(changed: u64, withdrawn: u64, merged: u64, older: u64) -> String {
    [(changed, "records changed"), (withdrawn, "taken back"), (merged, "patients merged"), (older, "left out as older than what is there")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("; {count} {words}"))
        .collect()
}

/// A past import in a line, and the paths that were named.
fn line(r: &RunReport) -> String {
    let c = &r.counts;
    let ended = match (&r.undone, &r.ended) {
        (Some(_), _) => "taken back",
        (None, Some(_)) => "ended",
        (None, None) => "did not come to its end",
    };
    format!(
        "import {}  {}  {}  {ended}: {} documents added, {} unchanged, {} new versions; {} encounters, {} observations, {} other records added{}; {} rejected\n    {}",
        r.run,
        r.started,
        one_line(&r.by),
        c.added,
        c.unchanged,
        c.new_versions,
        c.encounters,
        c.observations,
        c.other,
        besides(c.changed, c.withdrawn, c.merged, c.older),
        r.rejected,
        one_line(&r.sources.join("  "))
    )
}

/// A line that says how far an import is, a few times a second.
struct Gauge {
    begun: Instant,
    shown: Option<Instant>,
}

impl Gauge {
    fn new() -> Self {
        Self { begun: Instant::now(), shown: None }
    }

    fn show(&mut self, p: &ImportProgress) {
        const PAUSE: Duration = Duration::from_millis(100);
        let now = Instant::now();
        if self.shown.is_some_and(|shown| now.duration_since(shown) < PAUSE) && p.done < p.total {
            return;
        }
        self.shown = Some(now);
        write!(std::io::stderr(), "\r{}\x1b[K", gauge(p, now.duration_since(self.begun))).ok();
    }
}

/// How far, how fast, how long still, and what was refused.
fn gauge(p: &ImportProgress, spent: Duration) -> String {
    let percent = (p.done * 100).checked_div(p.total).unwrap_or(0).min(100);
    let mut line = format!("{percent:3} %  {} documents", p.documents);
    let seconds = spent.as_secs_f64();
    if seconds >= 0.5 && p.done > 0 {
        let rate = p.done as f64 / seconds;
        line.push_str(&format!("  {:.1} MB/s", rate / 1e6));
        let left = (p.total.saturating_sub(p.done) as f64 / rate).ceil() as u64;
        line.push_str(&match left {
            0..60 => format!("  {left} s left"),
            60..3600 => format!("  {} min left", left.div_ceil(60)),
            _ => format!("  {} h {} min left", left / 3600, left % 3600 / 60),
        });
    }
    if p.rejected > 0 {
        line.push_str(&format!("  {} refused", p.rejected));
    }
    line
}

/// What an import did, in two lines.
fn counted(report: &ImportReport) -> String {
    let d = &report.documents;
    format!(
        "{} documents added, {} unchanged, {} new versions, {} rejected\n{} encounters, {} observations, {} other records added{}",
        d.added,
        d.unchanged,
        d.new_versions,
        d.rejected,
        report.encounters,
        report.observations,
        report.other,
        besides(report.changed, report.withdrawn, report.merged, report.older)
    )
}

fn plain(report: &ImportReport) -> String {
    let mut text = if report.dry_run { "Nothing was stored. It would be read as:\n".to_owned() } else { String::new() };
    text.push_str(&counted(report));
    if report.documents.rejected > 0 {
        text.push_str("\nWhat was rejected, with its reason and remedy, stands on standard error");
        text.push_str(if report.dry_run { "." } else { "; `lacuna import report` shows it again." });
    }
    told(&mut text, "Worth knowing", &report.notices, report.noticed, Fold::Kind);
    if !report.answers_found.is_empty() {
        text.push_str("\n\nAnswers that now stand in a note; look, and confirm with `lacuna query documented N`:");
        for found in &report.answers_found {
            text.push_str(&format!("\n  query {}: {} {}", found.query, found.document_type, found.document));
        }
    }
    if report.stopped {
        text.push_str("\n\nStopped before the end; what was read is stored. The same command again goes on.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gauge_says_how_far_how_fast_how_long_and_what_was_refused() {
        let p = |done, rejected| ImportProgress { done, total: 100_000_000, documents: 7, rejected };
        assert_eq!(gauge(&p(0, 0), Duration::from_millis(10)), "  0 %  7 documents");
        assert_eq!(gauge(&p(40_000_000, 3), Duration::from_secs(2)), " 40 %  7 documents  20.0 MB/s  3 s left  3 refused");
        assert_eq!(gauge(&p(1_000_000, 0), Duration::from_secs(10)), "  1 %  7 documents  0.1 MB/s  17 min left");
        assert!(gauge(&p(10_000, 0), Duration::from_secs(2)).ends_with("5 h 33 min left"));
    }
}
