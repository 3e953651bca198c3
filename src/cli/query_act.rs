//! `lacuna query`: what is done with one query.

use super::args::{AnswerArgs, EditArgs, Global, QueryCommand};
use super::out::Out;
use super::query::{draft_of, known_from};
use super::{input, place, query_export, query_plain};
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::query::{Draft, Outcome};
use crate::work::model::QueryView;
use crate::work::{Desk, LocalDesk, Reply};

/// Runs a command about one query.
pub fn run(global: &Global, command: QueryCommand, out: &Out) -> Result<u8> {
    let desk = || place::desk(global);
    match command {
        QueryCommand::Edit(args) => edit(&desk()?, &args, out),
        QueryCommand::Show { id } => act(&desk()?, out, |desk| desk.query(id)),
        QueryCommand::Ready { id } => act(&desk()?, out, |desk| desk.ready(id)),
        QueryCommand::Send { id } => act(&desk()?, out, |desk| desk.send(id, desk.query(id)?.revision)),
        QueryCommand::Delivered { id } => act(&desk()?, out, |desk| desk.deliver(id)),
        QueryCommand::Answer(args) => match &args.from {
            Some(file) => query_export::import_answers(&desk()?, std::slice::from_ref(file), out),
            None => answer(&desk()?, &args, out),
        },
        QueryCommand::ImportAnswers { files } => query_export::import_answers(&desk()?, &files, out),
        QueryCommand::Close { id, outcome, reason } => act(&desk()?, out, |desk| desk.close(id, outcome_named(&outcome)?, &reason)),
        QueryCommand::Documented { id, document, outcome, reason } => act(&desk()?, out, |desk| {
            let outcome = outcome.as_deref().map(outcome_named).transpose()?;
            match document.as_deref() {
                Some(document) => desk.documented_although(id, document, outcome, &reason),
                None => desk.documented(id, None, outcome),
            }
        }),
        QueryCommand::Escalate { id, to, reason } => act(&desk()?, out, |desk| desk.escalate(id, &to, &reason)),
        QueryCommand::Redirect { id, to, reason, justify } => {
            let justified = justify.iter().map(|pair| justification(pair)).collect::<Result<_>>()?;
            act(&desk()?, out, |desk| desk.redirect_justified(id, &to, &reason, &justified))
        }
        QueryCommand::Reopen { id, reason } => act(&desk()?, out, |desk| desk.reopen(id, &reason)),
        QueryCommand::Contact { id, channel, with, note } => act(&desk()?, out, |desk| desk.contact(id, &with, &channel, &note)),
        QueryCommand::Withdraw { id, reason } => act(&desk()?, out, |desk| desk.withdraw(id, &reason)),
        QueryCommand::Amend { edit, reason } => act(&desk()?, out, |desk| {
            let view = desk.query(edit.id)?;
            let draft = changed(desk, &view, &edit)?;
            desk.amend(edit.id, &draft, &reason)
        }),
        QueryCommand::Diff { id, from, to, answer } => {
            let desk = desk()?;
            // Whether there is such a query, and how many versions, is not told to who may see none.
            desk.store().allow(&desk.session().actor(), "query.open")?;
            let rows = if answer { desk.answer_diff(id)? } else { desk.version_diff(id, from, to)? };
            out.show(&rows, || query_plain::diff(&rows)).map(|()| 0)
        }
        QueryCommand::Rules
        | QueryCommand::Templates { .. }
        | QueryCommand::Lint { .. }
        | QueryCommand::New { .. }
        | QueryCommand::List(_)
        | QueryCommand::Export { .. } => Err(Trouble::input("this command is not about one query")), // they are run where they are parsed
    }
}

fn act(desk: &LocalDesk, out: &Out, act: impl FnOnce(&LocalDesk) -> Result<QueryView>) -> Result<u8> {
    let view = act(desk)?;
    out.show(&view, || query_plain::view(&view, &desk.provider_view(&view.draft, Some(view.row.id)))).map(|()| 0)
}

fn outcome_named(name: &str) -> Result<Outcome> {
    serde_json::from_value(serde_json::Value::String(name.to_owned()))
        .map_err(|_| Trouble::input("there is no such outcome").hint("`lacuna query close --help` lists them"))
}

fn answer(desk: &LocalDesk, args: &AnswerArgs, out: &Out) -> Result<u8> {
    let id = args.id.ok_or_else(|| Trouble::input("which query is answered is not said"))?;
    let option = match args.option {
        Some(0) => return Err(Trouble::input("options are counted from 1").at("--option 0", None)),
        other => other.map(|n| n - 1),
    };
    let at = match args.at.as_deref() {
        None => None,
        Some(text) => Some(instant("--at", text)?),
    };
    act(desk, out, |desk| desk.reply(id, &Reply { words: args.text.clone(), option, by: args.by.clone(), at, ..Reply::default() }))
}

fn instant(option: &str, text: &str) -> Result<Instant> {
    Instant::parse(text).ok_or_else(|| Trouble::input("that is no time").at(option, None).hint("as in 2026-11-20T08:50-05:00"))
}

fn edit(desk: &LocalDesk, args: &EditArgs, out: &Out) -> Result<u8> {
    let view = desk.query(args.id)?;
    let mut draft = changed(desk, &view, args)?;
    if args.editor {
        draft = desk.in_editor(&draft)?;
    }
    let note = args.note.as_deref().unwrap_or(&view.internal_note);
    desk.save_draft(args.id, view.revision, &draft, note)?;
    act(desk, out, |desk| desk.query(args.id))
}

/// The draft with what the arguments change.
fn changed(desk: &LocalDesk, view: &QueryView, args: &EditArgs) -> Result<Draft> {
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
    match args.due.as_deref() {
        None => {}
        Some("policy") => draft.due_by_hand = false,
        Some(text) => (draft.due, draft.due_by_hand) = (Some(instant("--due", text)?), true),
    }
    if let Some(name) = &args.to {
        draft.recipient = Some(desk.recipient(args.id, name)?);
    }
    for pair in &args.justify {
        let (rule, words) = justification(pair)?;
        draft.justifications.insert(rule, words);
    }
    Ok(draft)
}

fn justification(pair: &str) -> Result<(String, String)> {
    let (rule, words) = pair.split_once('=').ok_or_else(|| {
        Trouble::input("a justification is RULE=WORDS")
            .at("--justify", None)
            .hint("as in --justify QL033=\"no other diagnosis is reasonable here\"")
    })?;
    Ok((rule.to_owned(), words.to_owned()))
}
