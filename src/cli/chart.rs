//! `lacuna worklist`, `chart`, `note`, `review`.

use super::args::Global;
use super::gaps::proof_line;
use super::out::Out;
use super::place;
use crate::chart::Kept;
use crate::error::{Result, Trouble};
use crate::text::one_line;
use crate::work::Desk;
use crate::work::model::{ChartView, Group, Worklist, WorklistView};
use serde_json::json;

/// Encounters with the reasons to look at them.
pub fn worklist(global: &Global, view: WorklistView, only: &[(Group, Option<String>)], out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let mut list = desk.worklist(view)?;
    for (group, wanted) in only {
        let Some(wanted) = wanted else { continue };
        let said = Some(wanted.as_str()).filter(|words| *words != NOT_GIVEN);
        list.rows.retain(|row| group.is(row, said));
        list.with_new = list.rows.iter().filter(|row| row.unseen > 0).count();
    }
    out.show(&list, || plain_list(&list))?;
    Ok(0)
}

/// What names the encounters of which nobody said it.
const NOT_GIVEN: &str = "not given";

fn plain_list(list: &Worklist) -> String {
    let mut text = format!(
        "{} encounters, {} with something new, {} answers to read, {} queries overdue   view: {}",
        list.rows.len(),
        list.with_new,
        list.answers,
        list.overdue,
        list.view.label()
    );
    for r in &list.rows {
        let age = r.age.map_or_else(|| "-".to_owned(), |a| a.to_string());
        let day = r.day.map_or_else(|| "-".to_owned(), |d| d.to_string());
        let sign = r.severity.map_or(' ', |s| s.sign());
        text.push_str(&format!(
            "\n{:<12} {:<24} {age:>3} {}  {:<8} {:<14} day {day:>3}  {sign} {:>2} gaps  {}",
            one_line(&r.encounter),
            one_line(&r.patient),
            r.sex,
            one_line(r.unit.as_deref().unwrap_or("-")),
            one_line(r.payer.as_deref().unwrap_or("-")),
            r.gaps.unwrap_or(0),
            one_line(&format!(
                "{}{}",
                r.note_alone.as_ref().map(|note| format!("{}; ", note.words.chars().take(60).collect::<String>())).unwrap_or_default(),
                r.reasons.join("; ")
            ))
        ));
    }
    text
}

/// One encounter.
pub fn chart(global: &Global, encounter: &str, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let view = desk.chart(encounter)?;
    let value = json!({
        "patient": view.chart.patient, "encounter": view.chart.encounter,
        "documents": view.chart.documents.iter().zip(view.readings.iter()).map(|(d, r)| json!({
            "identifier": d.identifier, "version": d.version, "sender_version": Kept::version_words(&d.kept), "type": d.document_type.unwrap_or(r.document_type), "title": d.title, "time": d.time,
            "author": d.author, "signer": d.signer, "status": d.status, "seen": view.seen.contains(&d.identifier),
            "type_guessed": d.document_type.is_none(), "encounter_guessed": d.guessed,
        })).collect::<Vec<_>>(),
        "facts_by_date": view.chart.facts_by_date(), "kept": view.chart.kept(),
        "observations": view.chart.observations, "orders": view.chart.orders, "medications": view.chart.medications,
        "procedures": view.chart.procedures, "problems": view.chart.problems,
        "gaps": view.gaps, "queries": view.queries, "withheld": view.withheld,
    });
    out.show(&value, || plain_chart(&view))?;
    Ok(0)
}

fn plain_chart(view: &ChartView) -> String {
    let e = &view.chart.encounter;
    let given = |o: &Option<String>| o.as_deref().map_or_else(|| "not given".to_owned(), one_line);
    let patient = view.chart.patient.as_ref().map_or_else(
        || "patient not given".to_owned(),
        |p| {
            let age = e.start.and_then(|s| p.age_at(&s)).map_or_else(String::new, |a| format!(" {a}"));
            format!("{}{age} {}  MRN {}", one_line(&p.display()), p.sex.letter(), given(&p.mrn))
        },
    );
    let mut text = format!(
        "{patient}\nencounter {}   admitted {}   attending {}   service {}   payer {}",
        one_line(e.name()),
        e.start.map_or_else(|| "not given".to_owned(), |t| t.display()),
        one_line(e.attending.as_ref().map_or("not given", |a| a.display())),
        given(&e.service),
        given(&e.payer_words())
    );
    if !e.takes_place() {
        text.push_str(if e.status.as_deref() == Some("planned") { "   planned" } else { "   cancelled by its sender" });
    }
    text.push_str("\n\nDocuments");
    for (d, r) in view.chart.documents.iter().zip(view.readings.iter()) {
        let new = if view.seen.contains(&d.identifier) { ' ' } else { '*' };
        let time = d.time.map_or_else(|| "no date".to_owned(), |t| t.display());
        let author = one_line(d.author.as_ref().map_or("author not given", |a| a.display()));
        let guessed = match (d.document_type.is_none(), d.guessed) {
            (true, true) => "   (type and stay guessed)",
            (true, false) => "   (type guessed)",
            (false, true) => "   (stay guessed by date)",
            (false, false) => "",
        };
        let version = Kept::version_words(&d.kept).map(|v| format!("   (sender's version {})", one_line(v))).unwrap_or_default();
        text.push_str(&format!(
            "\n{new} {time:<18} {:<18} {author:<28} {}{version}{guessed}",
            d.document_type.unwrap_or(r.document_type).label(),
            one_line(&d.identifier)
        ));
    }
    for w in &view.withheld {
        let time = w.time.map_or_else(|| "no date".to_owned(), |t| t.display());
        text.push_str(&format!("\n- {time:<18} withheld: {}; read for no gap   {}", w.class.label(), one_line(&w.document)));
    }
    let by_date = view.chart.facts_by_date();
    if by_date > 0 {
        text.push_str(&format!(
            "\n\n{by_date} results, orders, drugs, procedures or problems name no stay: they stand here by their dates (guessed)"
        ));
    }
    let kept: Vec<String> = view.chart.kept().iter().map(|(name, count)| format!("{count} {}", one_line(name))).collect();
    if !kept.is_empty() {
        text.push_str(&format!("\n\nKept as it was sent, and given back by an export: {}", kept.join(", ")));
    }
    text.push_str("\n\nGaps");
    if view.gaps.is_empty() {
        text.push_str("\n  none");
    }
    for row in &view.gaps {
        let state = match (&row.dismissed, row.answered, row.query) {
            (Some(reason), ..) => format!("  set aside: {}", one_line(reason)),
            (None, Some(id), _) => format!("  query {id} is answered, the record does not say it yet"),
            (None, None, Some(id)) => format!("  query {id}"),
            (None, None, None) => String::new(),
        };
        text.push_str(&format!("\n{} {}   [{}]{state}", row.gap.severity.sign(), one_line(&row.gap.title), row.gap.item));
        for proof in &row.gap.evidence {
            text.push_str(&format!("\n    {}", one_line(&proof_line(proof))));
        }
    }
    if !view.queries.is_empty() {
        text.push_str("\n\nQueries");
    }
    for q in &view.queries {
        text.push_str(&format!("\n  {}", one_line(&super::query_plain::row(q))));
    }
    text
}

/// One document as it is stored.
pub fn note(global: &Global, document: &str, version: Option<u32>, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    desk.store().allow(&desk.session().actor(), "document.read")?;
    let found = desk.store().document(document, version)?.ok_or_else(|| {
        Trouble::input("there is no such document or version")
            .at(document, None)
            .hint("`lacuna chart ENCOUNTER` lists the documents of an encounter")
    })?;
    let actor = desk.session().actor();
    desk.unless_withheld(&found)?;
    desk.store().record_act(
        &actor,
        "document.read",
        found.patient.as_deref(),
        found.encounter.as_deref(),
        Some(document),
        &format!("version {}", found.version),
    )?;
    out.show(&found, || found.text.clone())?;
    Ok(0)
}

/// Sets or clears the time of the next look.
pub fn review(global: &Global, encounter: &str, days: u32, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let name = desk.chart(encounter)?.chart.encounter.identifier.clone();
    desk.set_next_review(&name, days)?;
    let next = (days > 0).then(|| desk.now().plus_hours(i64::from(days) * 24)).flatten();
    out.show(&json!({ "encounter": name, "next_review": next }), || match next {
        Some(next) => format!("Next look at {name}: {}", next.display()),
        None => format!("No next look at {name} is set."),
    })?;
    Ok(0)
}
