//! `lacuna query`: from the rules to the outcome.

use super::args::{EditArgs, ExportForm, Global, QueryCommand};
use super::out::{self, Out};
use super::{input, place, query_plain};
use crate::error::{Result, Trouble};
use crate::query::{Draft, Outcome, lint_text, render_markdown, rules};
use crate::work::{Desk, LocalDesk};
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
            out.show(&view, || format!("Draft {} is stored.\n\n{}", view.row.id, desk.provider_view(&view.draft, Some(view.row.id))))
                .map(|()| 0)
        }
        QueryCommand::Edit(args) => edit(global, &args, out),
        QueryCommand::List { encounter } => {
            let desk = place::desk(global)?;
            let only = encounter.map(|name| desk.load(&name)).transpose()?.map(|c| c.encounter);
            let mut list = desk.queries()?;
            list.retain(|q| {
                only.as_ref().is_none_or(|e| q.encounter.as_deref().is_some_and(|name| name == e.identifier || name == e.name()))
            });
            out.show(&list, || {
                if list.is_empty() { "No query yet.".to_owned() } else { list.iter().map(query_plain::row).collect::<Vec<_>>().join("\n") }
            })
            .map(|()| 0)
        }
        QueryCommand::Show { id } => act(global, id, out, |desk| desk.query(id)),
        QueryCommand::Send { id } => act(global, id, out, |desk| desk.send(id, desk.query(id)?.revision)),
        QueryCommand::Answer { id, text, option } => {
            let option = match option {
                Some(0) => return Err(Trouble::input("options are counted from 1").at("--option 0", None)),
                other => other.map(|n| n - 1),
            };
            act(global, id, out, |desk| desk.answer(id, &text, option))
        }
        QueryCommand::Close { id, outcome } => {
            let outcome: Outcome = serde_json::from_value(serde_json::Value::String(outcome))
                .map_err(|_| Trouble::input("there is no such outcome").hint("`lacuna query close --help` lists them"))?;
            act(global, id, out, |desk| desk.close(id, outcome))
        }
        QueryCommand::Escalate { id, to, reason } => act(global, id, out, |desk| desk.escalate(id, &to, &reason)),
        QueryCommand::Withdraw { id, reason } => act(global, id, out, |desk| desk.withdraw(id, &reason)),
        // `--json` is the stronger word: whoever reads it must not be given Markdown.
        QueryCommand::Export { id, form } => export(global, id, if out.json() { ExportForm::Json } else { form }),
    }
}

fn act(global: &Global, _id: i64, out: &Out, act: impl FnOnce(&LocalDesk) -> Result<crate::work::model::QueryView>) -> Result<u8> {
    let desk = place::desk(global)?;
    let view = act(&desk)?;
    out.show(&view, || query_plain::view(&view, &desk.provider_view(&view.draft, Some(view.row.id)))).map(|()| 0)
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
        Ok(id) if !Path::new(what).exists() => {
            let desk = place::desk(global)?;
            desk.lint(&desk.query(id)?.draft)?
        }
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

fn draft_of(file: &Path, text: &str) -> Result<Draft> {
    serde_json::from_str(text).map_err(|e| {
        Trouble::input("the draft is not a draft as JSON")
            .at(input::name(file), Some(e.line() as u64))
            .why(format!("it is broken, or a field is missing or of another type, at column {}", e.column()))
            .hint("start from `lacuna query show N --json`, field \"draft\"")
    })
}

fn edit(global: &Global, args: &EditArgs, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let view = desk.query(args.id)?;
    let mut draft = match &args.from {
        None => view.draft.clone(),
        Some(file) => known_from(draft_of(file, &input::text(file, input::DRAFT)?)?, &view.draft),
    };
    for (to, from) in [
        (&mut draft.title, &args.title),
        (&mut draft.question, &args.question),
        (&mut draft.body, &args.body),
        (&mut draft.contact, &args.contact),
    ] {
        if let Some(words) = from {
            to.clone_from(words);
        }
    }
    for pair in &args.justify {
        let (rule, words) = pair.split_once('=').ok_or_else(|| {
            Trouble::input("a justification is RULE=WORDS")
                .at("--justify", None)
                .hint("as in --justify QL033=\"no other diagnosis is reasonable here\"")
        })?;
        draft.justifications.insert(rule.to_owned(), words.to_owned());
    }
    let note = args.note.as_deref().unwrap_or(&view.internal_note);
    desk.save_draft(args.id, view.revision, &draft, note)?;
    act(global, args.id, out, |desk| desk.query(args.id))
}

/// What a file leaves out of who and whom a query is about is known; what it says otherwise is refused when it is saved.
fn known_from(given: Draft, stored: &Draft) -> Draft {
    let or = |given: String, stored: &String| if given.is_empty() { stored.clone() } else { given };
    Draft {
        encounter: given.encounter.or_else(|| stored.encounter.clone()),
        encounter_name: or(given.encounter_name, &stored.encounter_name),
        patient: given.patient.or_else(|| stored.patient.clone()),
        patient_name: or(given.patient_name, &stored.patient_name),
        author: or(given.author, &stored.author),
        gap: given.gap.or_else(|| stored.gap.clone()),
        ..given
    }
}

fn export(global: &Global, id: i64, form: ExportForm) -> Result<u8> {
    let desk = place::desk(global)?;
    let view = desk.query(id)?;
    let detail = format!("{form:?}").to_lowercase();
    desk.store().record_act(
        &desk.session().actor(),
        "query.export",
        view.draft.patient.as_deref(),
        view.draft.encounter.as_deref(),
        Some(&id.to_string()),
        &detail,
    )?;
    match form {
        ExportForm::Text => out::lines(&desk.provider_view(&view.draft, Some(view.row.id)))?,
        ExportForm::Markdown => out::lines(&render_markdown(&view.draft, Some(id)))?,
        // Not the draft: how it came about (rule, removed options, justifications) is ours.
        ExportForm::Json => out::json_line(&view.draft.provider_view())?,
    }
    Ok(0)
}
