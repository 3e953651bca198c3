//! What happens to a query after it was sent. Every act asks the life cycle first and is one transaction with its step.

use super::evaluate;
use super::model::QueryRow;
use super::queries::{allowed, load, must_pass, recipient};
use super::query_found::{Found, found};
use super::session::Session;
use super::site::Site;
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::query::{Draft, Event, OptionKind, Outcome, QueryState, Recipient, body_hash, render_text};
use crate::store::{NewVersion, Said, Store, StoredQuery};

/// An answer as it came in.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// In words.
    pub words: String,
    /// The option that was ticked, from 0.
    pub option: Option<usize>,
    /// Who replied; the recipient when empty.
    pub by: String,
    /// When; now when not given.
    pub at: Option<Instant>,
}

/// Records an answer: in words, by ticking an option, or both. Where no later note carries it yet, it stands as answered and not
/// documented at once.
pub fn answer(store: &Store, session: &Session, id: i64, reply: &Reply) -> Result<()> {
    let query = load(store, id)?;
    let ticked = match reply.option {
        None => None,
        Some(index) => Some(query.draft.options.get(index).ok_or_else(|| {
            Trouble::input("the query has no such option")
                .at(format!("query {id}"), None)
                .hint(format!("it has {}; count from 1", query.draft.options.len()))
        })?),
    };
    let said = [ticked.map(|o| o.text.as_str()).unwrap_or_default(), reply.words.trim()];
    let said = said.iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join("\n");
    if said.is_empty() {
        return Err(Trouble::input("an answer needs words or an option").at(format!("query {id}"), None));
    }
    if let (Some(at), Some(sent)) = (reply.at, query.sent)
        && at < sent
    {
        return Err(Trouble::input("the answer is older than the question")
            .at(format!("query {id}"), None)
            .why("a clock was wrong somewhere")
            .hint("record it without its time, or with the right one"));
    }
    let by = if reply.by.trim().is_empty() { recipient(&query) } else { reply.by.clone() };
    let event = Event::Answer { text: said.clone(), option: reply.option, by: by.clone(), at: session.now() };
    let to = allowed(&query, &event)?;
    let note = if by == recipient(&query) { said.clone() } else { format!("{by}: {said}") };
    let step = Said {
        event: event.code(),
        note: &note,
        answer: Some(&said),
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
    let Some(encounter) = query.draft.encounter.as_deref().filter(|_| query.state.is_answered()) else { return Ok(None) };
    let Some(chart) = store.chart(encounter)? else { return Ok(None) };
    // A chart without anything newer than the question cannot carry the answer: nothing is read then.
    let sent = query.sent;
    if !chart.documents.iter().any(|d| d.time.zip(sent).is_some_and(|(time, sent)| time > sent)) {
        return Ok(None);
    }
    Ok(found(query, &chart, &evaluate::readings(&chart.documents)))
}

/// Confirms that a document carries the answer (the one that was found when none is named) and closes the query.
pub fn documented(store: &Store, session: &Session, id: i64, document: Option<&str>, outcome: Option<Outcome>) -> Result<()> {
    let query = load(store, id)?;
    let document = match document {
        Some(name) => {
            let there = store.document(name, None)?.ok_or_else(|| {
                Trouble::input("there is no such document").at(name, None).hint("`lacuna chart ENCOUNTER` lists the documents")
            })?;
            if there.encounter != query.draft.encounter {
                return Err(Trouble::input("the document belongs to another encounter").at(name, None));
            }
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
    let outcome = if to == QueryState::Withdrawn {
        Outcome::Withdrawn
    } else {
        outcome.or_else(|| outcome_of(&query)).ok_or_else(|| {
            Trouble::input("the outcome does not follow from the answer").at(format!("query {id}"), None).hint("give it with --outcome")
        })?
    };
    let note = format!("stands in {document}");
    let said = Said { event: event.code(), note: &note, outcome: Some(outcome), documented_in: Some(&document), ..Said::default() };
    store.move_query(&session.actor(), id, (query.state, to), &said)
}

/// What the ticked option says about the outcome (domain.md 3.8).
pub fn outcome_of(query: &StoredQuery) -> Option<Outcome> {
    match query.answer_kind? {
        OptionKind::Diagnosis | OptionKind::Yes => Some(Outcome::Agreed),
        OptionKind::Other => Some(Outcome::AltDx),
        OptionKind::Undetermined => Some(Outcome::Undetermined),
        OptionKind::NotSignificant => Some(Outcome::NotSignificant),
        OptionKind::No => Some(Outcome::Disagreed),
        OptionKind::Confirmed => Some(Outcome::Validated),
        OptionKind::RuledOut => Some(Outcome::RuledOut),
    }
}

/// Closes with an outcome.
pub fn close(store: &Store, session: &Session, id: i64, outcome: Outcome) -> Result<()> {
    let query = load(store, id)?;
    let event = Event::Close { outcome };
    let to = allowed(&query, &event)?;
    let said = Said { event: event.code(), note: "closed", outcome: Some(outcome), ..Said::default() };
    store.move_query(&session.actor(), id, (query.state, to), &said)
}

/// Hands an open query to the next level.
pub fn escalate(store: &Store, session: &Session, id: i64, to: &str, words: &str) -> Result<()> {
    let query = load(store, id)?;
    let event = Event::Escalate { to: to.to_owned(), reason: words.to_owned() };
    let state = allowed(&query, &event)?;
    let note = format!("to {to}: {words}");
    store.move_query(&session.actor(), id, (query.state, state), &Said { event: event.code(), note: &note, ..Said::default() })
}

/// Takes a query back.
pub fn withdraw(store: &Store, session: &Session, id: i64, words: &str) -> Result<()> {
    let query = load(store, id)?;
    let event = Event::Withdraw { reason: words.to_owned() };
    let state = allowed(&query, &event)?;
    let said = Said { event: event.code(), note: words, outcome: Some(Outcome::Withdrawn), ..Said::default() };
    store.move_query(&session.actor(), id, (query.state, state), &said)
}

/// Records that it reached its recipient.
pub fn deliver(store: &Store, session: &Session, id: i64) -> Result<()> {
    let query = load(store, id)?;
    let to = allowed(&query, &Event::Deliver)?;
    store.move_query(&session.actor(), id, (query.state, to), &Said { event: "deliver", note: "reached its recipient", ..Said::default() })
}

/// Gives it to another provider of the encounter, or to a pool: a new version, since the provider sees who it goes to.
pub fn redirect(store: &Store, session: &Session, id: i64, to: &Recipient, words: &str) -> Result<()> {
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
    // Why it goes to somebody else is typed already: it answers the rules about who should get it.
    for rule in ["QL003", "QL004"] {
        draft.justifications.entry(rule.to_owned()).or_insert_with(|| format!("redirected, {words}"));
    }
    renew(store, session, &query, &event, &draft, &note)
}

/// Sends other words in place of the ones before. The same rules hold for them.
pub fn amend(store: &Store, session: &Session, id: i64, draft: &Draft, words: &str) -> Result<()> {
    let query = load(store, id)?;
    let event = Event::Amend { reason: words.to_owned() };
    renew(store, session, &query, &event, draft, words)
}

/// Asks again: a new version and a new clock.
pub fn reopen(store: &Store, session: &Session, id: i64, words: &str) -> Result<()> {
    let query = load(store, id)?;
    let event = Event::Reopen { reason: words.to_owned() };
    let site = Site::of(store)?;
    let draft = Draft { due: site.policy().due(&session.now()), ..query.draft.clone() };
    renew(store, session, &query, &event, &draft, words)
}

fn renew(store: &Store, session: &Session, query: &StoredQuery, event: &Event, draft: &Draft, note: &str) -> Result<()> {
    let to = allowed(query, event)?;
    must_pass(store, session, query.id, draft, "query.version")?;
    let text = render_text(draft, Some(query.id));
    let new = NewVersion { event: event.code(), draft, provider_text: &text, body_hash: &body_hash(draft), note };
    store.new_version(&session.actor(), query.id, (query.state, to), &new)
}

/// Records a contact about it.
pub fn contact(store: &Store, session: &Session, id: i64, person: &str, channel: &str, note: &str) -> Result<()> {
    let query = load(store, id)?;
    let person = if person.trim().is_empty() { recipient(&query) } else { person.to_owned() };
    if channel.trim().is_empty() {
        return Err(Trouble::input("the channel is not given").at(format!("query {id}"), None).hint("telephone, chat, in person ..."));
    }
    store.add_contact(&session.actor(), id, &person, channel, note)
}

/// What the policy asks for now.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Chase {
    /// The query.
    pub query: QueryRow,
    /// What is to be done (`reminder`, `escalation` ...); empty when the policy is at its end.
    pub action: String,
    /// Who is to be contacted.
    pub to: String,
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
