//! `lacuna export`.

use super::args::{ExportArgs, Global};
use super::out;
use super::place;
use crate::error::{Result, Trouble};
use crate::export::{Table, bundle, findings_bundle, findings_lines, gap_bundle, gap_table, review_bundle, review_table, table};
use crate::work::{Desk, LocalDesk, evaluate};
use lacuna_index::Stop;

/// Prints charts or gaps for other systems; each chart that goes out is in the audit chain.
pub fn run(global: &Global, args: &ExportArgs) -> Result<u8> {
    let desk = place::desk(global)?;
    if args.form == "csv" && args.findings || args.form == "json-lines" && !args.findings {
        let (form, hint) = if args.findings { ("csv", "use --form fhir or json-lines") } else { ("json-lines", "use --form fhir or csv") };
        return Err(Trouble::input(format!("--form {form} is not for this")).why("nothing of this kind has that form").hint(hint));
    }
    if args.deidentify {
        return super::export_deidentified::run(global, &desk, args);
    }
    let names = if args.all { desk.store().encounter_identifiers()? } else { args.encounters.clone() };
    if args.gaps {
        let gaps = evaluate::gaps_of(desk.store(), desk.packs(), &names, args.all, None, &desk.now(), &Stop::new())?;
        for name in &names {
            record(&desk, "gaps.export", &desk.load(name)?.encounter.identifier, &args.form)?;
        }
        return match args.form.as_str() {
            "csv" => out::machine(&gap_table(&gaps, args.raw)).map(|()| 0),
            _ => out::json_line(&gap_bundle(&gaps)).map(|()| 0),
        };
    }
    if args.reviews {
        let mut known = Vec::new();
        for name in &names {
            let encounter = desk.load(name)?.encounter.identifier;
            record(&desk, "reviews.export", &encounter, &args.form)?;
            known.push(encounter);
        }
        let mut reviews = desk.store().reviews()?;
        reviews.retain(|review| known.contains(&review.encounter));
        return match args.form.as_str() {
            "csv" => out::machine(&review_table(&reviews, args.raw)).map(|()| 0),
            _ => out::json_line(&review_bundle(&reviews)).map(|()| 0),
        };
    }
    if args.findings {
        for name in &names {
            let chart = desk.load(name)?;
            record(&desk, "findings.export", &chart.encounter.identifier, &args.form)?;
            let readings = evaluate::readings(&chart.documents);
            if args.form == "json-lines" {
                findings_lines(&chart, &readings).try_for_each(|line| out::json_line(&line))?;
            } else {
                out::json_line(&findings_bundle(&chart, &readings))?;
            }
        }
        return Ok(0);
    }
    let which = match args.table.as_str() {
        "results" => Table::Results,
        "stays" => Table::Stays,
        "patients" => Table::Patients,
        _ => Table::Notes,
    };
    let mut charts = Vec::new();
    for name in &names {
        let chart = desk.load(name)?;
        record(&desk, "chart.export", &chart.encounter.identifier, &args.form)?;
        if args.form == "csv" { charts.push(chart) } else { out::json_line(&bundle(&chart))? }
    }
    say_withheld(global, &desk, &names)?;
    if args.all {
        say_unplaced(global, &desk)?;
    }
    if args.form == "csv" { out::machine(&table(&charts, which, args.raw)).map(|()| 0) } else { Ok(0) }
}

/// Says what is left out, where something is.
pub(super) fn say_withheld(global: &Global, desk: &LocalDesk, names: &[String]) -> Result<()> {
    let mut withheld = 0;
    for name in names {
        withheld += desk.store().withheld(&desk.load(name)?.encounter.identifier)?.len();
    }
    if withheld > 0 {
        let words = format!("{withheld} documents are withheld, as nobody is shown their class by default, and not exported");
        out::remark(&serde_json::json!({ "withheld": withheld }), &words, global.json);
    }
    Ok(())
}

/// Says what no chart holds, and so no export of all charts.
fn say_unplaced(global: &Global, desk: &LocalDesk) -> Result<()> {
    let all = desk.store().unplaced(0)?;
    if all.count > 0 || all.patients > 0 {
        let words = format!(
            "left out: {} records that stand in no stay, and {} patients who have none; `lacuna import report --unplaced` lists them",
            all.count, all.patients
        );
        out::remark(&serde_json::json!({ "unplaced": all.count, "patients_without_stay": all.patients }), &words, global.json);
    }
    Ok(())
}

pub(super) fn record(desk: &LocalDesk, action: &str, encounter: &str, form: &str) -> Result<()> {
    desk.store().record_act(&desk.session().actor(), action, None, Some(encounter), None, form)
}
