//! What happens to a query after it was sent. Every act asks the life cycle first and is one transaction with its step.

use super::evaluate;
use super::queries::{allowed, load, must_pass, new_words_must_pass, note_must_pass, recipient};
use super::query_count::closed_as;
use super::query_found::{Found, found_for, objections};
use super::query_notes::{close_objection, imported};
use super::session::Session;
use super::site::Site;
use crate::chart::{Document, DocumentType, Instant};
use crate::error::{Result, Trouble};
use crate::query::{
    Counting, Draft, Event, OptionKind, Outcome, Policy, QueryForm, QueryOption, QueryState, Reason, Recipient, body_hash, is_empty_reason,
    is_reason, recipients, render_version, same_person,
};
use crate::reading::Reading;
use crate::store::{NewVersion, Said, Store, StoredQuery, StoredStep};
use std::collections::BTreeMap;

/// An answer as it came in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// In words.
    pub words: String,
    /// The option that was ticked, from 0.
    pub option: Option<usize>,
    /// Who replied; the recipient when empty.
    pub by: String,
    /// When; now when not given.
    pub at: Option<Instant>,
    /// The file that it was read from, with its form; empty where a person typed it.
    pub from: String,
}

/// Hours that another clock may be ahead of ours.
const SKEW: f64 = 0.25;

/// Whether an option is only the beginning of an answer: "Other", or one with a blank.
fn asks_for_words(option: &QueryOption) -> bool {
    option.kind == OptionKind::Other || option.text.contains("__")
}

/// Records an answer: in words, by ticking an option, or both. Where no later note carries it yet, it stands as answered and not
/// documented at once.
pub fn answer(store: &Store, session: &Session, id: i64, reply: &Reply) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let ticked = match reply.option {
        None => None,
        Some(index) => Some(query.draft.options.get(index).ok_or_else(|| {
            Trouble::input("the query has no such option")
                .at(format!("query {id}"), None)
                .hint(format!("it has {}; count from 1", query.draft.options.len()))
        })?),
    };
    let words = reply.words.trim();
    if ticked.is_some_and(asks_for_words) && !words.contains(char::is_alphanumeric) {
        return Err(Trouble::input("the option that was ticked has a blank, and nothing stands in it")
            .at(format!("query {id}"), None)
            .why("a blank that nobody filled says nothing")
            .hint("give what the provider wrote there: --text WORDS; if nothing was, ask the provider"));
    }
    let said = [ticked.map(|o| o.text.as_str()).unwrap_or_default(), words];
    let said = said.iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join("\n");
    if said.is_empty() {
        return Err(Trouble::input("an answer needs words or an option").at(format!("query {id}"), None));
    }
    if let (Some(at), Some(sent)) = (reply.at, query.sent)
        && at < sent
        && query.draft.form != QueryForm::Verbal
    {
        return Err(Trouble::input("the answer is older than the question")
            .at(format!("query {id}"), None)
            .why("a clock was wrong somewhere")
            .hint("record it without its time, or with the right one"));
    }
    if reply.at.is_some_and(|at| at.hours_since(&session.now()) > SKEW) {
        return Err(Trouble::input("the answer's time has not come yet")
            .at(format!("query {id}"), None)
            .why("a clock or a date is wrong somewhere")
            .hint("record it without its time, or with the right one"));
    }
    if reply.by.trim().is_empty() && query.draft.recipient.as_ref().is_some_and(|to| to.role == "pool") {
        return Err(Trouble::input("who replied is not given")
            .at(format!("query {id}"), None)
            .why("the query went to a group, and a group signs nothing")
            .hint("name the provider: --by NAME"));
    }
    let by = if reply.by.trim().is_empty() { recipient(&query) } else { reply.by.clone() };
    let event = Event::Answer { text: said.clone(), option: reply.option, by: by.clone(), at: session.now() };
    let to = allowed(&query, &event)?;
    let note = if by == recipient(&query) { said.clone() } else { format!("{by}: {said}") };
    let note = if reply.from.is_empty() { note } else { format!("{note}{}", imported(&reply.from)) };
    let step = Said {
        event: event.code(),
        note: &note,
        answer: Some(&said),
        answered_by: Some(reply.by.trim()).filter(|by| !by.is_empty()),
        answer_kind: ticked.map(|o| o.kind),
        responded: reply.at,
        ..Said::default()
    };
    store.move_query(&session.actor(), id, (query.state, to), &step)?;
    look(store, session, id)
}

/// Looks for the answer in what providers wrote since: not there, it stands as not documented.
fn look(store: &Store, session: &Session, id: i64) -> Result<()> {
    let query = load(store, id)?;
    if query.state != QueryState::Answered || find(store, &query)?.is_some() {
        return Ok(());
    }
    let to = allowed(&query, &Event::NotDocumented)?;
    let said = Said { event: "not_documented", note: "no later provider document carries it yet", ..Said::default() };
    match store.move_query(&session.actor(), id, (query.state, to), &said) {
        // Somebody else went on with it meanwhile; the answer itself is recorded.
        Err(trouble) if trouble.exit_code() == 3 => Ok(()),
        moved => moved,
    }
}

/// The provider document that carries a query's answer, when there is one.
pub fn find(store: &Store, query: &StoredQuery) -> Result<Option<Found>> {
    Ok(found_for(store, [query])?.remove(&query.id))
}

/// Why a query is not closed.
fn not_closed(id: i64, why: impl std::fmt::Display, hint: &str) -> Trouble {
    Trouble::refused("the query was not closed").at(format!("query {id}"), None).why(why).hint(hint)
}

/// Refuses an outcome against which something speaks, where no reason is typed for it. `undocumented`: no later note carries the answer;
/// `early`: nobody has had the time to answer.
fn settle(query: &StoredQuery, outcome: Outcome, (undocumented, early): (bool, bool), words: &str, hint: &str) -> Result<()> {
    let said = close_objection(outcome, outcome_of(query), undocumented, early).filter(|_| !is_reason(words));
    said.map_or(Ok(()), |said| Err(not_closed(query.id, said, hint)))
}

/// Confirms that a document carries the answer (the one that was found when none is named) and closes the query. A document in which the
/// answer does not stand, or that is older than the question, wants words why it does all the same; they stand in the step for good.
pub fn documented(
    store: &Store,
    session: &Session,
    id: i64,
    document: Option<&str>,
    (outcome, words): (Option<Outcome>, &str),
) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let mut doubts = Vec::new();
    let document = match document {
        Some(name) => {
            // One that is withheld is in no list, and its words tell of nothing here.
            let shown = store.class_of(name)?.is_none();
            let there = store.document(name, None)?.filter(|_| shown).ok_or_else(|| {
                Trouble::input("there is no such document").at(name, None).hint("`lacuna chart ENCOUNTER` lists the documents")
            })?;
            if there.encounter != query.draft.encounter {
                return Err(Trouble::input("the document belongs to another encounter").at(name, None));
            }
            let reading = evaluate::readings(std::slice::from_ref(&there)).into_iter().next().unwrap_or_default();
            doubts = doubts_about(&query, &there, &reading, words)?;
            name.to_owned()
        }
        None => find(store, &query)?.map(|f| f.document).ok_or_else(|| {
            Trouble::refused("no later provider document that carries the answer was found")
                .at(format!("query {id}"), None)
                .hint("name the document that does, or close it with its outcome")
        })?,
    };
    let event = Event::Documented { document: document.clone() };
    let to = allowed(&query, &event)?;
    note_must_pass(store, session, &query, words, "query.move")?;
    let outcome = if to == QueryState::Withdrawn {
        Outcome::Withdrawn
    } else {
        outcome.or_else(|| outcome_of(&query)).ok_or_else(|| {
            Trouble::input("the outcome does not follow from the answer").at(format!("query {id}"), None).hint("give it with --outcome")
        })?
    };
    if to != QueryState::Withdrawn {
        let hint = "leave the outcome to the answer, or name the document and say why: --document NAME --reason WORDS";
        settle(&query, outcome, (false, false), words, hint)?;
    }
    let note = match doubts.as_slice() {
        [] => format!("stands in {document}"),
        doubts => format!("said to stand in {document}, though {}: {}", doubts.join(", and "), words.trim()),
    };
    let said = Said { event: event.code(), note: &note, outcome: Some(outcome), documented_in: Some(&document), ..Said::default() };
    store.move_query(&session.actor(), id, (query.state, to), &said)
}

/// What speaks against a document that a person names, where a reason is typed for it; refused where none is.
fn doubts_about(query: &StoredQuery, document: &Document, reading: &Reading, words: &str) -> Result<Vec<String>> {
    if !document.is_providers(reading.document_type) {
        let why = format!("no treating provider wrote {}: it documents no diagnosis", document.identifier);
        return Err(not_closed(query.id, why, "name the provider's note that says it, or close the query with its outcome"));
    }
    let doubts = objections(query, document, reading);
    if doubts.is_empty() || is_reason(words) {
        return Ok(doubts);
    }
    let hint = "name the note that carries the answer, or say why this one does: --reason WORDS";
    Err(not_closed(query.id, format!("{}: {}", document.identifier, doubts.join("; ")), hint))
}

/// What the ticked option says about the outcome (domain.md 3.8).
pub fn outcome_of(query: &StoredQuery) -> Option<Outcome> {
    match query.answer_kind? {
        OptionKind::Diagnosis | OptionKind::Yes => Some(Outcome::Agreed),
        OptionKind::Other => Some(Outcome::AltDx),
        OptionKind::Undetermined => Some(Outcome::Undetermined),
        OptionKind::NotSignificant => Some(Outcome::NotSignificant),
        // Whether a condition was present on admission is what is asked: "no" answers it, and takes no condition away.
        OptionKind::No if query.draft.reason == Reason::R6 => Some(Outcome::Agreed),
        OptionKind::No => Some(Outcome::Disagreed),
        OptionKind::Confirmed => Some(Outcome::Validated),
        OptionKind::RuledOut => Some(Outcome::RuledOut),
    }
}

/// Closes with an outcome. One that says something else than the option that was ticked wants words why.
pub fn close(store: &Store, session: &Session, id: i64, outcome: Outcome, words: &str) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let event = Event::Close { outcome };
    let to = allowed(&query, &event)?;
    note_must_pass(store, session, &query, words, "query.move")?;
    let undocumented = query.state.is_answered() && find(store, &query)?.is_none();
    let early = query.due.is_some_and(|due| due > session.now());
    settle(&query, outcome, (undocumented, early), words, "close it with the outcome of the answer, or say why this one: --reason WORDS")?;
    let note = closed_as(outcome);
    let note = if words.trim().is_empty() { note } else { format!("{note}: {}", words.trim()) };
    let said = Said { event: event.code(), note: &note, outcome: Some(outcome), ..Said::default() };
    store.move_query(&session.actor(), id, (query.state, to), &said)
}

/// Hands an open query to the next level.
pub fn escalate(store: &Store, session: &Session, id: i64, to: &str, words: &str) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let event = Event::Escalate { to: to.to_owned(), reason: words.to_owned() };
    let state = allowed(&query, &event)?;
    known_level(store, &query, to)?;
    note_must_pass(store, session, &query, words, "query.move")?;
    let note = format!("to {to}: {words}");
    store.move_query(&session.actor(), id, (query.state, state), &Said { event: event.code(), note: &note, ..Said::default() })
}

/// Refuses to hand a query to somebody whom neither the policy nor the encounter knows.
fn known_level(store: &Store, query: &StoredQuery, to: &str) -> Result<()> {
    let site = Site::of(store)?;
    let policies = Policy::shipped().iter().chain([site.policy()]);
    let mut levels: Vec<String> = policies.flat_map(|p| &p.step).map(|s| s.to.clone()).filter(|to| to != "recipient").collect();
    levels.extend(site.policy().pools.iter().cloned());
    let chart = query.draft.encounter.as_deref().map(|e| store.chart(e)).transpose()?.flatten();
    let people: Vec<String> = chart.as_ref().map(recipients).unwrap_or_default().into_iter().map(|r| r.name).collect();
    let (wanted, holds) = (to.trim().to_lowercase(), |whole: &str, part: &str| !part.is_empty() && whole.contains(part));
    let level = levels.iter().map(|l| l.to_lowercase()).any(|l| holds(&wanted, &l) || (wanted.len() >= 4 && holds(&l, &wanted)));
    if level || people.iter().any(|name| same_person(name, to)) {
        return Ok(());
    }
    levels.sort();
    levels.dedup();
    Err(Trouble::refused("the query was not handed on")
        .at(format!("query {}", query.id), None)
        .why("that is neither a level of the policy nor a provider of this encounter")
        .hint(format!("levels: {}; a site's own stand in templates/policy.toml", levels.join(", "))))
}

/// Takes a query back.
pub fn withdraw(store: &Store, session: &Session, id: i64, words: &str) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let event = Event::Withdraw { reason: words.to_owned() };
    let state = allowed(&query, &event)?;
    note_must_pass(store, session, &query, words, "query.move")?;
    let said = Said { event: event.code(), note: words, outcome: Some(Outcome::Withdrawn), ..Said::default() };
    store.move_query(&session.actor(), id, (query.state, state), &said)
}

/// Records that it reached its recipient.
pub fn deliver(store: &Store, session: &Session, id: i64) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let to = allowed(&query, &Event::Deliver)?;
    store.move_query(&session.actor(), id, (query.state, to), &Said { event: "deliver", note: "reached its recipient", ..Said::default() })
}

/// Gives it to another provider of the encounter, or to a pool: a new version, since the provider sees who it goes to.
pub fn redirect(
    store: &Store,
    session: &Session,
    id: i64,
    to: &Recipient,
    (words, justified): (&str, &BTreeMap<String, String>),
) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let event = Event::Redirect { to: to.name.clone(), reason: words.to_owned() };
    allowed(&query, &event)?;
    if query.draft.recipient.as_ref().is_some_and(|now| now.name == to.name && now.identifier == to.identifier) {
        return Err(Trouble::input("it is with this recipient already")
            .at(format!("query {id}"), None)
            .hint("name somebody else, or record a contact"));
    }
    let mut draft = Draft { recipient: Some(to.clone()), ..query.draft.clone() };
    let note = format!("to {}: {words}", to.name);
    // What was said about the one who had it says nothing of the next. Why it goes on answers that this one wrote none of it; that a
    // conflict is not the attending's to decide is another matter, and wants words of its own.
    for rule in ["QL003", "QL004"] {
        draft.justifications.remove(rule);
    }
    if is_reason(words) && !only_reports(store, &query, to)? {
        draft.justifications.insert("QL003".to_owned(), format!("redirected, {words}"));
    }
    draft.justifications.extend(justified.iter().map(|(rule, why)| (rule.clone(), why.clone())));
    renew(store, session, &query, (&event, None), &draft, &note).map_err(|trouble| match &trouble.why {
        Some(why) if why.contains("QL004") => {
            trouble.hint("give it to the attending, or say why not: `lacuna query redirect N --justify QL004=WORDS`")
        }
        _ => trouble,
    })
}

/// Whether all that somebody wrote in the stay are reports of imaging or tissue: whoever reads those does not treat the patient.
fn only_reports(store: &Store, query: &StoredQuery, to: &Recipient) -> Result<bool> {
    let Some(chart) = query.draft.encounter.as_deref().map(|e| store.chart(e)).transpose()?.flatten() else { return Ok(false) };
    let readings = evaluate::readings(&chart.documents);
    let mut wrote = chart
        .documents
        .iter()
        .zip(&readings)
        .filter(|(d, _)| d.author.as_ref().and_then(|a| a.name.as_deref()).is_some_and(|name| name == to.name))
        .map(|(d, reading)| d.document_type.unwrap_or(reading.document_type))
        .peekable();
    Ok(wrote.peek().is_some() && wrote.all(DocumentType::is_findings))
}

/// Sends other words in place of the ones before. The same rules hold for them. `written`: the draft that they were written as, and its
/// revision; it has done its work then.
pub fn amend(store: &Store, session: &Session, id: i64, draft: &Draft, words: &str, written: Option<(i64, i64)>) -> Result<()> {
    store.allow(&session.actor(), "query.version")?;
    let query = load(store, id)?;
    let event = Event::Amend { reason: words.to_owned() };
    renew(store, session, &query, (&event, written), draft, words)
}

/// Asks again: a new version and a new clock.
pub fn reopen(store: &Store, session: &Session, id: i64, words: &str) -> Result<()> {
    store.allow(&session.actor(), "query.move")?;
    let query = load(store, id)?;
    let event = Event::Reopen { reason: words.to_owned() };
    let mut draft = query.draft.clone();
    // A reason given for an earlier asking counts for that one alone; this one's own answers the rule about asking twice.
    draft.justifications.remove(AGAIN);
    let before = store.steps(id)?;
    if says_what_is_new(words, &before) {
        draft.justifications.insert(AGAIN.to_owned(), words.trim().to_owned());
    }
    allowed(&query, &event)?;
    new_words_must_pass(store, session, &query, words)?;
    renew(store, session, &query, (&event, None), &draft, words).map_err(|trouble| match &trouble.why {
        Some(why) if why.contains(AGAIN) => trouble
            .hint("quote what is new and say it: a finding, a result, words of the chart; that the answer does not suit is no reason"),
        _ => trouble,
    })
}

/// The rule about asking the same again.
const AGAIN: &str = "QL104";

/// Whether words say why the same question is asked again: more than that it is to be looked at again, and not what was said before.
fn says_what_is_new(words: &str, before: &[StoredStep]) -> bool {
    let plain =
        |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase();
    is_reason(words) && !is_empty_reason(words) && !before.iter().any(|s| s.event == "reopen" && plain(&s.note) == plain(words))
}

fn renew(
    store: &Store,
    session: &Session,
    query: &StoredQuery,
    (event, written): (&Event, Option<(i64, i64)>),
    draft: &Draft,
    note: &str,
) -> Result<()> {
    let to = allowed(query, event)?;
    let counting = match event {
        Event::Redirect { .. } => Counting::Passed,
        Event::Reopen { .. } => Counting::Anew,
        _ => Counting::Runs,
    };
    note_must_pass(store, session, query, note, "query.version")?;
    let site = Site::of(store)?;
    let draft = &site.timed(draft, counting, &session.now());
    must_pass(store, session, (&site, query.id), draft, "query.version")?;
    let before = store.query_versions(query.id)?.pop();
    let sent = before.as_ref().and_then(|v| Instant::parse(&v.sent)).or(query.sent);
    let text = render_version(draft, query.id, &session.now(), (query.version, sent.as_ref()));
    let new = NewVersion { event: event.code(), draft, provider_text: &text, body_hash: &body_hash(draft), note, written };
    store.new_version(&session.actor(), query.id, (query.state, to), &new)
}

/// Records a contact about it.
pub fn contact(store: &Store, session: &Session, id: i64, person: &str, channel: &str, note: &str) -> Result<()> {
    store.allow(&session.actor(), "query.contact")?;
    let query = load(store, id)?;
    let person = if person.trim().is_empty() { recipient(&query) } else { person.to_owned() };
    if channel.trim().is_empty() {
        return Err(Trouble::input("the channel is not given").at(format!("query {id}"), None).hint("telephone, chat, in person ..."));
    }
    note_must_pass(store, session, &query, note, "query.contact")?;
    store.add_contact(&session.actor(), id, &person, channel, note)
}

/// Marks what is past its due time as overdue; gives the numbers of those marked.
pub fn mark_overdue(store: &Store, session: &Session) -> Result<Vec<i64>> {
    let now = session.now();
    let mut marked = Vec::new();
    for query in store.queries(None)? {
        let late = query.due.is_some_and(|due| due < now);
        let waits = matches!(query.state, QueryState::Sent | QueryState::Open | QueryState::Redirected | QueryState::Reopened);
        if late && waits {
            let said = Said { event: "past_due", note: "no answer by its due time", ..Said::default() };
            match store.move_query(&session.actor(), query.id, (query.state, QueryState::Overdue), &said) {
                Ok(()) => marked.push(query.id),
                // Somebody else was quicker: an answer that came in between is better than the mark.
                Err(trouble) if trouble.exit_code() == 3 => {}
                Err(trouble) => return Err(trouble),
            }
        }
    }
    Ok(marked)
}
