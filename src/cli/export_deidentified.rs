//! `lacuna export --deidentify`: first the list of what would be replaced, then, with the code of that list, the charts without it.

use super::args::{ExportArgs, Global};
use super::export::record;
use super::out::{self, Out};
use crate::chart::Chart;
use crate::error::{Result, Trouble};
use crate::export::bundle;
use crate::export::deidentify::{Dates, Deidentified, Replaced, counted, deidentify, label, method};
use crate::hash::sha256;
use crate::work::LocalDesk;
use serde_json::json;

/// Weeks that dates are moved by at most.
const WEEKS: u64 = 52;
/// Characters of the random part of a code.
const NONCE: usize = 16;

/// Lists, or exports what was looked through.
pub(super) fn run(global: &Global, desk: &LocalDesk, args: &ExportArgs) -> Result<u8> {
    if args.form != "fhir" {
        return Err(Trouble::input(format!("--form {} is not for this", args.form))
            .why("a table has no place for the label that says how it was done")
            .hint("use --form fhir"));
    }
    desk.store().allow(&desk.session().actor(), "chart.deidentify")?;
    let names = if args.all { desk.store().encounter_identifiers()? } else { args.encounters.clone() };
    let charts = names.iter().map(|name| desk.load(name)).collect::<Result<Vec<Chart>>>()?;
    let nonce = match &args.reviewed {
        Some(code) => code.get(..NONCE).unwrap_or_default().to_owned(),
        None => fresh()?,
    };
    let code = code(desk, &nonce, &args.dates, &charts);
    let done = deidentify(&charts, &mut |patient| how(desk, args, &nonce, patient));
    for chart in &charts {
        let of_it = done.replaced.iter().filter(|r| r.encounter == chart.encounter.name()).count();
        let detail = format!("{}, {of_it} replaced", if args.reviewed.is_some() { "exported" } else { "looked through" });
        record(desk, "chart.deidentify", &chart.encounter.identifier, &detail)?;
    }
    match &args.reviewed {
        None => review(global, &done, &code, args),
        Some(given) if *given == code => export(global, &done, how(desk, args, &nonce, "")),
        Some(_) => Err(Trouble::refused("this is not the code of what would go out now")
            .why("the charts, the choice of charts or dates, or the program changed since the list was made")
            .hint("leave out --reviewed and look through the new list")),
    }
}

fn fresh() -> Result<String> {
    let mut bytes = [0_u8; NONCE / 2];
    getrandom::fill(&mut bytes).map_err(|e| Trouble::system("the system gave no random numbers").why(e))?;
    Ok(crate::hash::hex(&bytes))
}

/// Belongs to one list: these charts as they are, with dates moved in this way.
fn code(desk: &LocalDesk, nonce: &str, dates: &str, charts: &[Chart]) -> String {
    let all = serde_json::to_string(charts).unwrap_or_default();
    let seal = desk.store().keyed_hash(&format!("deidentify {nonce} {dates} {} {}", env!("CARGO_PKG_VERSION"), sha256(&all)));
    format!("{nonce}{seal}")
}

/// How far a patient's dates move is known to whoever has the store's key, and to nobody who has the export.
fn how(desk: &LocalDesk, args: &ExportArgs, nonce: &str, patient: &str) -> Dates {
    if args.dates == "years" {
        return Dates::Years;
    }
    let hash = desk.store().keyed_hash(&format!("dates {nonce} {patient}"));
    let number = u64::from_str_radix(hash.get(..12).unwrap_or_default(), 16).unwrap_or(0);
    Dates::Moved(-7 * i64::try_from(1 + number % WEEKS).unwrap_or(1))
}

fn review(global: &Global, done: &Deidentified, code: &str, args: &ExportArgs) -> Result<u8> {
    let dates = if args.dates == "years" { Dates::Years } else { Dates::Moved(0) };
    let value = json!({ "replaced": done.replaced, "counts": counted(done), "left": done.left, "method": method(dates), "code": code });
    Out::new(global.json).show(&value, || {
        let rows: String = done.replaced.iter().map(row).collect();
        let counts: String = done.counts().into_iter().map(|(class, n)| format!("  {n:>6}  {}\n", class.label())).collect();
        let left: String = done.left.iter().map(|place| format!("LEFT: a name or number of the header in {place}\n")).collect();
        format!(
            "What would be replaced, chart by chart. Nothing has been exported.\n{rows}\nHow many of each kind:\n{counts}\n{left}{}\nRead the \
             notes too: what is not in this list goes out. Then: the same command with --reviewed {code}",
            method(dates)
        )
    })?;
    Ok(0)
}

fn row(r: &Replaced) -> String {
    format!("{:<10} {:<24} line {:<4} {:<24} {}  ->  {}  ({})\n", r.encounter, r.place, r.line, r.class.label(), r.was, r.with, r.rule)
}

fn export(global: &Global, done: &Deidentified, dates: Dates) -> Result<u8> {
    if let Some(place) = done.left.first() {
        return Err(Trouble::refused("a name or a number of the chart's header would go out")
            .at(place.clone(), None)
            .why(format!("{} places hold one after everything was replaced", done.left.len()))
            .hint("the list (without --reviewed) names them all; leave those charts out"));
    }
    for chart in &done.charts {
        let mut bundle = bundle(chart);
        label(&mut bundle, dates);
        out::json_line(&bundle)?;
    }
    let counts = counted(done);
    let words = counts.iter().filter(|(_, n)| **n > 0).map(|(class, n)| format!("{n} {class}")).collect::<Vec<_>>().join(", ");
    out::remark(&json!({ "counts": counts, "method": method(dates) }), &format!("replaced: {words}. {}", method(dates)), global.json);
    Ok(0)
}
