//! Queries from the first word to the outcome: filled from the chart, linted with the chart at hand, moved only where the life
//! cycle allows.

use super::evaluate;
use super::model::ChartView;
use super::session::Session;
use crate::chart::{Instant, Patient, Provider};
use crate::checklist::Gap;
use crate::error::{Result, Trouble};
use crate::query::{
    Context, Draft, Event, LintSeverity, Outcome, Policy, QueryState, Report, body_hash, documented_concepts, draft_from_gap,
    lint as lint_draft, next, render_text,
};
use crate::store::{NewQuery, Said, Store, StoredQuery};
use std::collections::BTreeSet;

/// Stores a new draft: for a gap, or blank.
pub fn begin(store: &Store, session: &Session, view: &ChartView, gap: Option<&Gap>) -> Result<i64> {
    let now = session.now();
    let policy = Policy::shipped().first().ok_or_else(|| Trouble::damaged("no query policy is there").hint("install Lacuna again"))?;
    let (name, contact) = store.profile(&session.user)?;
    let author = if name.is_empty() { session.user.as_str() } else { name.as_str() };
    let mut draft = match gap {
        Some(gap) => draft_from_gap(gap, &view.chart, &view.readings, author, &contact, &now, policy),
        None => Draft {
            contact,
            encounter: Some(view.chart.encounter.identifier.clone()),
            encounter_name: view.chart.encounter.name().to_owned(),
            patient: view.chart.encounter.patient.clone(),
            author: author.to_owned(),
            due: policy.due(&now),
            escalation: policy.name.clone(),
            ..Draft::default()
        },
    };
    draft.patient_name = view.chart.patient.as_ref().map(Patient::identification).unwrap_or_default();
    store.new_query(&session.actor(), &NewQuery { draft: &draft, internal_note: "" })
}

/// Lints a draft with what is known of its encounter.
pub fn lint(store: &Store, draft: &Draft, now: &Instant) -> Result<Report> {
    let chart = match &draft.encounter {
        Some(encounter) => store.chart(encounter)?,
        None => None,
    };
    let mut documented = BTreeSet::new();
    let mut providers: Vec<Provider> = Vec::new();
    let mut open = Vec::new();
    if let Some(chart) = &chart {
        let readings = evaluate::readings(&chart.documents);
        documented = documented_concepts(chart, &readings);
        providers.extend(chart.encounter.attending.clone());
        providers.extend(chart.encounter.participants.iter().cloned());
        providers.extend(chart.documents.iter().filter_map(|d| d.author.clone()));
        for query in store.queries(Some(&chart.encounter.identifier))? {
            let unanswered = matches!(query.state, QueryState::Open | QueryState::Escalated);
            if let Some(concept) = query.draft.concept.clone().filter(|_| unanswered) {
                open.push((concept, query.id.to_string()));
            }
        }
    }
    let source = |identifier: &str| chart.as_ref().and_then(|c| c.document(identifier)).map(|d| d.text.clone());
    let waiting = match &draft.recipient {
        None => 0,
        Some(to) => store.waiting_for(&to.name)?,
    };
    let empty = Context::empty();
    let context = Context {
        documented: &documented,
        providers: &providers,
        source_text: &source,
        open_queries: &open,
        recipient_load: (waiting, empty.recipient_load.1),
        now: Some(*now),
        bare: chart.is_none(),
        ..empty
    };
    Ok(lint_draft(draft, &context))
}

/// Records a draft as sent. Refused while a rule blocks.
pub fn send(store: &Store, session: &Session, id: i64, revision: i64) -> Result<()> {
    let query = load(store, id)?;
    if query.state == QueryState::Draft && query.revision != revision {
        return Err(Trouble::refused("the query was not sent")
            .at(format!("query {id}"), None)
            .why("somebody saved another wording since you looked at it")
            .hint("open it again and read it once more"));
    }
    allowed(&query, &Event::Send)?;
    let report = lint(store, &query.draft, &session.now())?;
    if !report.can_send {
        let blocks = report.blocks();
        let rules: Vec<&str> = if blocks {
            report.diagnostics.iter().filter(|d| d.severity == LintSeverity::Block).map(|d| d.rule).collect()
        } else {
            report.unjustified(&query.draft).map(|d| d.rule).collect()
        };
        let rules = rules.join(", ");
        store.record_refusal(&session.actor(), "query.send", query.draft.encounter.as_deref(), Some(&id.to_string()), &rules)?;
        let refused = Trouble::refused("the query was not sent").at(format!("query {id}"), None);
        return Err(if blocks {
            refused.why(format!("blocked by {rules}")).hint("`lacuna query lint` says what each rule wants; the draft is kept")
        } else {
            refused.why(format!("{rules} wants a reason")).hint("mend it, or say why it stands: `lacuna query edit N --justify RULE=WORDS`")
        });
    }
    let text = render_text(&query.draft, Some(id));
    store.send_query(&session.actor(), id, query.revision, &query.draft, &text, &body_hash(&query.draft))
}

/// Records an answer: in words, by ticking an option, or both.
pub fn answer(store: &Store, session: &Session, id: i64, words: &str, option: Option<usize>) -> Result<()> {
    let query = load(store, id)?;
    let ticked = match option {
        None => None,
        Some(index) => Some(query.draft.options.get(index).map(|o| o.text.clone()).ok_or_else(|| {
            Trouble::input("the query has no such option")
                .at(format!("query {id}"), None)
                .hint(format!("it has {}; count from 1", query.draft.options.len()))
        })?),
    };
    let said =
        [ticked.as_deref().unwrap_or_default(), words.trim()].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join("\n");
    if said.is_empty() {
        return Err(Trouble::input("an answer needs words or an option").at(format!("query {id}"), None));
    }
    let event = Event::Answer { text: said.clone(), option, by: recipient(&query), at: session.now() };
    let to = allowed(&query, &event)?;
    store.move_query(&session.actor(), id, (query.state, to), &Said { note: &said, answer: Some(&said), outcome: None })
}

/// Closes with an outcome.
pub fn close(store: &Store, session: &Session, id: i64, outcome: Outcome) -> Result<()> {
    let query = load(store, id)?;
    let to = allowed(&query, &Event::Close { outcome })?;
    store.move_query(&session.actor(), id, (query.state, to), &Said { note: "closed", answer: None, outcome: Some(outcome) })
}

/// Hands an open query to the next level.
pub fn escalate(store: &Store, session: &Session, id: i64, to: &str, words: &str) -> Result<()> {
    let query = load(store, id)?;
    let state = allowed(&query, &Event::Escalate { to: to.to_owned(), reason: words.to_owned() })?;
    store.move_query(&session.actor(), id, (query.state, state), &Said { note: &format!("to {to}: {words}"), answer: None, outcome: None })
}

/// Takes an open query back.
pub fn withdraw(store: &Store, session: &Session, id: i64, words: &str) -> Result<()> {
    let query = load(store, id)?;
    let state = allowed(&query, &Event::Withdraw { reason: words.to_owned() })?;
    store.move_query(&session.actor(), id, (query.state, state), &Said { note: words, answer: None, outcome: Some(Outcome::Withdrawn) })
}

/// Says that there is no such query.
pub fn missing(id: i64) -> Trouble {
    Trouble::input("there is no such query").at(format!("query {id}"), None).hint("`lacuna query list` shows them")
}

fn load(store: &Store, id: i64) -> Result<StoredQuery> {
    store.query(id)?.ok_or_else(|| missing(id))
}

fn allowed(query: &StoredQuery, event: &Event) -> Result<QueryState> {
    next(query.state, event).map_err(|t| t.at(format!("query {}", query.id), None))
}

fn recipient(query: &StoredQuery) -> String {
    query.draft.recipient.as_ref().map(|r| r.name.clone()).unwrap_or_default()
}
