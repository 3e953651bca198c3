//! `lacuna query`: from the rules to the outcome.

use super::args::{ExportForm, Global, ListArgs, QueryCommand};
use super::out::Out;
use super::{input, place, query_act, query_export, query_plain};
use crate::error::{Result, Trouble};
use crate::query::{Draft, lint_text, rules};
use crate::work::{Desk, LocalDesk};
use serde_json::Value;
use std::path::Path;

/// Runs a query command.
pub fn run(global: &Global, command: QueryCommand, out: &Out) -> Result<u8> {
    match command {
        QueryCommand::Rules => out.show(&rules(), || query_plain::rules(rules())).map(|()| 0),
        QueryCommand::Lint { draft } => lint(global, &draft, out),
        QueryCommand::New { encounter, gap } => {
            let desk = place::desk(global)?;
            let view = match gap {
                None => desk.draft_blank(&encounter)?,
                Some(gap) => draft_for(&desk, &encounter, &gap)?,
            };
            let stored = match view.row.state {
                state if state.is_draft() => format!("Draft {} is stored.", view.row.id),
                state => format!("Nothing new: query {} about this gap is there already, {}.", view.row.id, state.label()),
            };
            out.show(&view, || format!("{stored}\n\n{}", desk.provider_view(&view.draft, Some(view.row.id)))).map(|()| 0)
        }
        QueryCommand::List(args) => list(global, &args, out),
        QueryCommand::Templates { id } => templates(global, id.as_deref(), out),
        // `--json` is the stronger word: whoever reads it must not be given Markdown.
        QueryCommand::Export { ids, all, form } => {
            query_export::export(global, &ids, all, if out.json() { ExportForm::Json } else { form })
        }
        other => query_act::run(global, other, out),
    }
}

fn list(global: &Global, args: &ListArgs, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let only = args.encounter.as_deref().map(|name| desk.load(name)).transpose()?.map(|c| c.encounter);
    let to = args.to.as_deref().unwrap_or_default().to_lowercase();
    let mut list = desk.queries()?;
    list.retain(|q| {
        let here = only.as_ref().is_none_or(|e| q.encounter.as_deref().is_some_and(|name| name == e.identifier || name == e.name()));
        here && (!args.mine || q.author == desk.user())
            && (!args.overdue || q.overdue)
            && (!args.undocumented || q.state.is_answered())
            && (to.is_empty() || q.to.as_deref().is_some_and(|name| name.to_lowercase().contains(&to)))
    });
    out.show(&list, || {
        if list.is_empty() {
            "No query.".to_owned()
        } else {
            list.iter().map(|q| crate::text::one_line(&query_plain::row(q))).collect::<Vec<_>>().join("\n")
        }
    })
    .map(|()| 0)
}

fn templates(global: &Global, id: Option<&str>, out: &Out) -> Result<u8> {
    let list = match place::desk(global) {
        Ok(desk) => desk.templates()?,
        // The shipped ones need no store.
        Err(_) if global.store.is_none() => crate::query::templates().all().iter().map(|t| (t.clone(), Vec::new())).collect(),
        Err(trouble) => return Err(trouble),
    };
    let list: Vec<_> = list.into_iter().filter(|(t, _)| id.is_none_or(|id| t.id == id)).collect();
    if list.is_empty() {
        return Err(Trouble::input("there is no such template")
            .at(id.unwrap_or_default(), None)
            .hint("`lacuna query templates` lists them"));
    }
    let json: Vec<_> = list.iter().map(|(t, history)| serde_json::json!({ "template": t, "history": history })).collect();
    out.show(&json, || list.iter().map(|(t, history)| query_plain::template(t, history, id.is_some())).collect::<Vec<_>>().join("\n"))
        .map(|()| 0)
}

fn draft_for(desk: &LocalDesk, encounter: &str, gap: &str) -> Result<crate::work::model::QueryView> {
    let view = desk.chart(encounter)?;
    let found: Vec<_> = view.gaps.iter().filter(|g| g.key == gap || g.gap.item == gap).collect();
    match found.as_slice() {
        [one] => desk.draft_for_gap(&view.chart.encounter.identifier, &one.key),
        [] => Err(Trouble::input("that gap is not in this encounter").at(gap, None).hint("`lacuna gaps ENCOUNTER` lists them")),
        _ => Err(Trouble::input("several gaps of this encounter are meant")
            .at(gap, None)
            .hint("give the gap's key: `lacuna chart ENCOUNTER --json`")),
    }
}

/// A stored draft by its number, a draft as JSON, or plain text.
fn lint(global: &Global, what: &str, out: &Out) -> Result<u8> {
    let report = match what.parse::<i64>() {
        Ok(id) if !Path::new(what).exists() => place::desk(global)?.lint_stored(id)?,
        _ => {
            let text = input::text(Path::new(what), input::DRAFT)?;
            // What begins like JSON is meant as JSON: a broken draft is told, not linted as if its braces were words.
            if text.trim_start().starts_with('{') {
                let draft = draft_of(Path::new(what), &text)?;
                crate::query::lint(&draft, &crate::query::Context { bare: true, ..crate::query::Context::empty() })
            } else {
                lint_text(&text)
            }
        }
    };
    out.show(&report, || query_plain::report(&report))?;
    Ok(if report.can_send { 0 } else { 3 })
}

pub(super) fn draft_of(file: &Path, text: &str) -> Result<Draft> {
    const START: &str = "start from `lacuna query show N --json`, field \"draft\"";
    let draft: Draft = serde_json::from_str(text).map_err(|e| {
        Trouble::input("the draft is not a draft as JSON")
            .at(input::name(file), Some(e.line() as u64))
            .why(format!("it is broken, or a field is missing or of another type, at column {}", e.column()))
            .hint(START)
    })?;
    let (given, kept) = (serde_json::from_str(text).unwrap_or_default(), serde_json::to_value(&draft).unwrap_or_default());
    match lost(&given, &kept, "draft") {
        None => Ok(draft),
        Some(field) => Err(Trouble::input(format!("a draft has no field {field}"))
            .at(input::name(file), None)
            .why("state, revision and outcome of a query are the store's, and nothing else is kept: nothing was changed")
            .hint(START)),
    }
}

/// The first field of what was given that the draft has no place for, by its way. A field that says nothing is none.
fn lost(given: &Value, kept: &Value, way: &str) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| {
            let way = format!("{way}.{}", crate::text::label(name));
            match kept.get(name) {
                Some(there) => lost(value, there, &way),
                None if value.is_null() || *value == Value::Bool(false) || *value == Value::from(Vec::<Value>::new()) => None,
                None => Some(way),
            }
        }),
        (Value::Array(given), Value::Array(kept)) => {
            given.iter().zip(kept).enumerate().find_map(|(n, (one, other))| lost(one, other, &format!("{way}[{n}]")))
        }
        _ => None,
    }
}

/// What a file leaves out of who and whom a query is about is known; what it says otherwise is refused when it is saved.
pub(super) fn known_from(given: Draft, stored: &Draft) -> Draft {
    let given = crate::query::with_what_speaks_against(given, stored);
    let or = |given: String, stored: &String| if given.is_empty() { stored.clone() } else { given };
    // Another time than the one that was stored is one that somebody set.
    let due_by_hand = given.due_by_hand || given.due.is_some() && given.due != stored.due;
    Draft {
        due: given.due.or(stored.due),
        due_by_hand,
        encounter: given.encounter.or_else(|| stored.encounter.clone()),
        encounter_name: or(given.encounter_name, &stored.encounter_name),
        admitted: given.admitted.or(stored.admitted),
        patient: given.patient.or_else(|| stored.patient.clone()),
        patient_name: or(given.patient_name, &stored.patient_name),
        author: or(given.author, &stored.author),
        gap: given.gap.or_else(|| stored.gap.clone()),
        concept: given.concept.or_else(|| stored.concept.clone()),
        template: given.template.or_else(|| stored.template.clone()),
        amends: given.amends.or(stored.amends),
        ..given
    }
}
