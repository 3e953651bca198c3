//! Queries from the first word to the outcome: filled from the chart, linted with the chart at hand, moved only where the life
//! cycle allows.

use super::evaluate;
use super::model::ChartView;
use super::query_life;
use super::session::Session;
use super::site::Site;
use crate::chart::{Chart, Document, DocumentType, FullName, Instant, Patient, Provider, TextEvidence};
use crate::checklist::Gap;
use crate::error::{Result, Trouble};
use crate::query::{
    Asking, Context, Draft, Event, Indicator, LintSeverity, Measure, OpenQuery, Past, Policy, QueryForm, QueryState, Recipient, Report,
    body_hash, departed, departures, documented_concepts, draft_from_gap, lint as lint_draft, lint_new_words, lint_note, measured_in, next,
    recipients, render_sent, renewed, responsible, spellings, stands_nowhere,
};
use crate::reading::{Reading, read};
use crate::store::{NewQuery, Said, Store, StoredQuery};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Stores a new draft: for a gap, or blank.
pub fn begin(store: &Store, session: &Session, view: &ChartView, gap: Option<&Gap>) -> Result<i64> {
    let now = session.now();
    let site = Site::of(store)?;
    let policy = site.policy();
    let (name, contact) = store.profile(&session.user)?;
    let author = if name.is_empty() { session.user.as_str() } else { name.as_str() };
    let mut draft = match gap {
        Some(gap) => {
            let asking = Asking { author, contact: &contact, now: &now, policy, templates: site.templates() };
            draft_from_gap(gap, &view.chart, &view.readings, &asking)
        }
        None => Draft {
            contact,
            encounter: Some(view.chart.encounter.identifier.clone()),
            encounter_name: view.chart.encounter.name().to_owned(),
            admitted: view.chart.encounter.admission(),
            patient: view.chart.encounter.patient.clone(),
            author: author.to_owned(),
            recipient: whoever_answers(&view.chart),
            due: policy.due(&now),
            escalation: policy.name.clone(),
            ..Draft::default()
        },
    };
    draft.patient_name = view.chart.patient.as_ref().map(Patient::identification).unwrap_or_default();
    if let Some((id, sha256, body)) = draft.template.as_deref().and_then(|id| site.own(id)) {
        store.keep_site_template(&session.actor(), id, sha256, body)?;
    }
    store.new_query(&session.actor(), &NewQuery { draft: &draft, internal_note: "" })
}

/// Who answers for the patient now, as a recipient: a query that nobody chose one for goes there.
fn whoever_answers(chart: &Chart) -> Option<Recipient> {
    let name = responsible(chart)?.name.as_deref()?;
    recipients(chart).into_iter().find(|r| r.name == name)
}

/// Lints a query as it is stored: for a sent one, against the words that were sent.
pub fn lint_stored(store: &Store, id: i64, now: &Instant) -> Result<Report> {
    let query = load(store, id)?;
    let sent = if query.state.is_sent() { store.query_versions(id)?.pop().map(|v| v.body_hash) } else { None };
    let own = query.draft.amends.or(Some(id));
    let site = Site::of(store)?;
    if query.state.is_draft() {
        return lint(store, &site, &site.timed_draft(&query.draft, now), now, own, None);
    }
    lint(store, &site, &query.draft, now, own, sent.as_deref())
}

/// Lints a draft with what is known of its encounter. `own` is the query that it is the draft of, where it is stored; `sent` the hash of
/// the words that were sent.
pub fn lint(store: &Store, site: &Site, draft: &Draft, now: &Instant, own: Option<i64>, sent: Option<&str>) -> Result<Report> {
    judged(store, site, draft, (now, own, sent), |context| lint_draft(draft, context))
}

/// Refuses words that are to be kept beside a query (a reason, a note of a talk) and that may be said nowhere: of money or scores, an
/// instruction what to write, another patient. Whoever audits the query reads them with it.
pub(super) fn note_must_pass(store: &Store, session: &Session, query: &StoredQuery, words: &str, act: &str) -> Result<()> {
    let site = Site::of(store)?;
    let found = judged(store, &site, &query.draft, (&session.now(), Some(query.id), None), |c| lint_note(words, &query.draft, c))?;
    let Some(first) = found.first() else { return Ok(()) };
    let mut rules: Vec<&str> = found.iter().map(|d| d.rule).collect();
    rules.dedup();
    let rules = rules.join(", ");
    store.record_refusal(&session.actor(), act, query.draft.encounter.as_deref(), Some(&query.id.to_string()), &rules)?;
    Err(Trouble::refused("the words were not recorded, and nothing else was done")
        .at(format!("query {}", query.id), None)
        .why(format!("blocked by {rules}: {}", first.message))
        .hint("what is kept beside a query is read with it: say what was asked and answered, and no more"))
}

/// Refuses a reason for asking again that names what stands nowhere in the record, or leads: it is judged as the words of a new query are.
pub(super) fn new_words_must_pass(store: &Store, session: &Session, query: &StoredQuery, words: &str) -> Result<()> {
    let site = Site::of(store)?;
    let found = judged(store, &site, &query.draft, (&session.now(), Some(query.id), None), |c| lint_new_words(words, &query.draft, c))?;
    let chart = query.draft.encounter.as_deref().map(|e| store.chart(e)).transpose()?.flatten();
    let nowhere = chart.and_then(|chart| stands_nowhere(words, &chart, &evaluate::readings(&chart.documents)));
    let (rule, why) = match (found.first(), nowhere) {
        (Some(first), _) => (first.rule, first.message.clone()),
        (None, Some(term)) => ("QL021", format!("\"{}\" stands nowhere in this record", crate::text::label(&term))),
        (None, None) => return Ok(()),
    };
    store.record_refusal(&session.actor(), "query.version", query.draft.encounter.as_deref(), Some(&query.id.to_string()), rule)?;
    Err(Trouble::refused("the query was not asked again")
        .at(format!("query {}", query.id), None)
        .why(format!("blocked by {rule}: {why}"))
        .hint("say what is new as the record has it: a result with its value, words of a note; what nobody documented asks nothing"))
}

/// Judges a draft with what is known of its encounter.
fn judged<T>(
    store: &Store,
    site: &Site,
    draft: &Draft,
    (now, own, sent): (&Instant, Option<i64>, Option<&str>),
    judge: impl FnOnce(&Context<'_>) -> T,
) -> Result<T> {
    let policy = site.policy_for(draft);
    let chart = match &draft.encounter {
        Some(encounter) => store.chart(encounter)?,
        None => None,
    };
    let readings = chart.as_ref().map(|c| evaluate::readings(&c.documents)).unwrap_or_default();
    let mut known = Known::default();
    if let Some(chart) = &chart {
        known = Known::of(chart, &readings, draft);
        for query in store.queries(Some(&chart.encounter.identifier))?.iter().filter(|q| Some(q.id) != own) {
            known.add_query(query);
        }
    }
    if let Some(id) = own {
        known.past.extend(answered_before(store, id)?);
    }
    let recipients = chart.as_ref().map(recipients).unwrap_or_default();
    let policies: Vec<&str> = Policy::shipped().iter().chain([site.policy()]).map(|p| p.name.as_str()).collect();
    let source = |identifier: &str| chart.as_ref().and_then(|c| c.document(identifier)).map(|d| d.text.clone());
    let version = |identifier: &str| chart.as_ref().and_then(|c| c.document(identifier)).map(|d| d.version);
    let judged = |document: &Document| judged_type(chart.as_ref(), &readings, document);
    let wrote = |identifier: &str| {
        let document = chart.as_ref().and_then(|c| c.document(identifier))?;
        Some(document.is_providers(judged(document)))
    };
    let departs = |indicator: &Indicator| chart.as_ref().map(|c| departures(indicator, c, &judged)).unwrap_or_default();
    let told = |indicators: &[Indicator]| chart.as_ref().map(|c| departed(indicators, c)).unwrap_or_default();
    let first = |text: &TextEvidence| chart.as_ref().and_then(|c| first_stood(c, text));
    // A store that cannot say whose a document is must not let the query pass: its trouble is kept, and ends the lint.
    let unread: RefCell<Option<Trouble>> = RefCell::new(None);
    let whose = |identifier: &str| match store.patient_of_document(identifier) {
        Ok(patient) => patient,
        Err(trouble) => {
            unread.borrow_mut().get_or_insert(trouble);
            None
        }
    };
    let unknown = |trouble: Trouble| {
        unread.borrow_mut().get_or_insert(trouble);
    };
    let names = store.full_names()?;
    let people = |word: &str| {
        let mut keys = vec![word.to_owned()];
        keys.extend(spellings(word));
        keys.sort();
        keys.dedup();
        let mut found: Vec<FullName> = keys.iter().filter_map(|key| names.get(key)).flatten().cloned().collect();
        found.sort_by(|a, b| a.patient.cmp(&b.patient));
        found.dedup();
        found
    };
    let owners = |number: &str| store.patients_of_number(number).map_err(unknown).unwrap_or_default();
    let measured = |measure: &Measure, number: f64| chart.as_ref().is_none_or(|c| measured_in(c, measure, number));
    let waiting = match &draft.recipient {
        None => 0,
        Some(to) => store.waiting_for(&to.name)?,
    };
    let context = Context {
        documented: &known.documented,
        documented_since: &known.since,
        providers: &known.providers,
        pools: &policy.pools,
        recipients: &recipients,
        responsible: chart.as_ref().and_then(responsible).and_then(|p| p.name.as_deref()),
        policies: &policies,
        source_text: &source,
        version_of: &version,
        provider_wrote: &wrote,
        first_stood: &first,
        patient_of: &whose,
        people: &people,
        owners: &owners,
        measured: &measured,
        open_queries: &known.open,
        past: &known.past,
        recipient_load: (waiting, policy.max_open_per_recipient),
        stay: chart.as_ref().map(|c| {
            (
                c.encounter.start.or(c.encounter.admitted).and_then(|t| t.plus_hours(-BEFORE)),
                c.encounter.end.and_then(|t| t.plus_hours(BEFORE)),
            )
        }),
        discharged: chart.as_ref().and_then(|c| c.encounter.end),
        late_after_days: policy.late_after_days,
        sent_hash: sent,
        departures: &departs,
        others_departed: &told,
        templates: site.templates(),
        now: Some(*now),
        bare: chart.is_none(),
    };
    let report = judge(&context);
    match unread.take() {
        Some(trouble) => Err(trouble),
        None => Ok(report),
    }
}

/// A draft that is kept, judged or shown, with what the record says now beside its values.
pub(super) fn renewed_draft(store: &Store, draft: &Draft, stored: Option<&Draft>) -> Result<Draft> {
    let chart = match &draft.encounter {
        Some(encounter) => store.chart(encounter)?,
        None => None,
    };
    Ok(chart.map_or_else(|| draft.clone(), |chart| renewed(draft.clone(), stored, &chart)))
}

/// The type of a document whose sender gave none: as the reader judges a provider's; a nurse's or dietitian's is another kind.
fn judged_type(chart: Option<&Chart>, readings: &[Reading], document: &Document) -> DocumentType {
    if !document.author.as_ref().map(|a| a.role).unwrap_or_default().is_provider() {
        return DocumentType::Other;
    }
    let at = chart.and_then(|c| c.documents.iter().position(|d| d.identifier == document.identifier));
    at.and_then(|i| readings.get(i)).map_or_else(|| read(&document.text, None).document_type, |r| r.document_type)
}

/// Hours before the stay and after it that still belong to it: the emergency department, a result that came in.
const BEFORE: i64 = 24;

/// What an encounter's chart and queries say that the rules want to know.
#[derive(Default)]
struct Known {
    documented: BTreeSet<String>,
    since: BTreeSet<String>,
    providers: Vec<Provider>,
    open: Vec<OpenQuery>,
    past: Vec<Past>,
}

impl Known {
    fn of(chart: &Chart, readings: &[Reading], draft: &Draft) -> Self {
        let newest = draft.indicators.iter().filter(|i| i.included).filter_map(|i| i.evidence.date()).max();
        let later: Vec<bool> = chart.documents.iter().map(|d| newest.is_some_and(|n| d.time.is_some_and(|t| t > n))).collect();
        let since = Chart {
            documents: chart.documents.iter().zip(&later).filter(|(_, later)| **later).map(|(d, _)| d.clone()).collect(),
            encounter: chart.encounter.clone(),
            ..Chart::default()
        };
        let since_readings: Vec<Reading> = readings.iter().zip(&later).filter(|(_, later)| **later).map(|(r, _)| r.clone()).collect();
        let mut providers: Vec<Provider> = chart.encounter.attending.iter().cloned().collect();
        providers.extend(chart.encounter.participants.iter().cloned());
        providers.extend(chart.documents.iter().filter_map(|d| d.author.clone()));
        Self {
            documented: documented_concepts(chart, readings),
            since: documented_concepts(&since, &since_readings),
            providers,
            ..Self::default()
        }
    }

    fn add_query(&mut self, query: &StoredQuery) {
        if query.state.is_waiting() {
            self.open.push(OpenQuery::of(query.id, &query.draft));
        }
        let Some(concept) = query.draft.concept.clone() else { return };
        // A draft that was taken back before it went out asked nobody.
        if query.version > 0 {
            let hashes = query.draft.indicators.iter().filter(|i| i.included).map(|i| i.hash.clone()).collect();
            self.past.push(Past { concept, hashes, answered: false });
        }
    }
}

/// The askings of a query that were answered: each with what was quoted to whoever answered.
fn answered_before(store: &Store, id: i64) -> Result<Vec<Past>> {
    let drafts = store.sent_drafts(id)?;
    let (mut version, mut out) = (0_usize, Vec::new());
    for step in store.steps(id)? {
        match step.event.as_str() {
            "send" | "amend" | "redirect" | "reopen" => version += 1,
            "answer" => {
                let asked = version.checked_sub(1).and_then(|at| drafts.get(at)).into_iter().flat_map(|d| &d.indicators);
                let hashes = asked.filter(|i| i.included).map(|i| i.hash.clone()).collect();
                out.push(Past { hashes, answered: true, ..Past::default() });
            }
            _ => {}
        }
    }
    Ok(out)
}

/// Letters that a quotation needs before the same words in an earlier note are taken for a copy.
const COPIED: usize = 40;

fn first_stood(chart: &Chart, text: &TextEvidence) -> Option<Instant> {
    let here = chart.document(&text.document)?.time?;
    if text.quote.trim().len() < COPIED {
        return None;
    }
    let earlier = chart.documents.iter().filter(|d| d.identifier != text.document && d.text.contains(text.quote.trim()));
    earlier.filter_map(|d| d.time).filter(|t| *t < here).min()
}

/// Records a draft as sent; gives the number of the query that went out. Refused while a rule blocks.
pub fn send(store: &Store, session: &Session, id: i64, revision: i64) -> Result<i64> {
    store.allow(&session.actor(), "query.send")?;
    let query = load(store, id)?;
    if query.state.is_draft() && query.revision != revision {
        return Err(Trouble::refused("the query was not sent")
            .at(format!("query {id}"), None)
            .why("somebody saved another wording since you looked at it")
            .hint("open it again and read it once more"));
    }
    allowed(&query, &Event::Send)?;
    if let Some(of) = query.draft.amends {
        return send_amendment(store, session, &query, of).map(|()| of);
    }
    let site = Site::of(store)?;
    let draft = site.timed_draft(&query.draft, &session.now());
    must_pass(store, session, (&site, id), &draft, "query.send")?;
    let text = render_sent(&draft, id, &session.now());
    store.send_query(&session.actor(), id, query.revision, &draft, &text, &body_hash(&draft))?;
    // What was asked aloud and answered aloud waits for nobody.
    let heard = query.draft.verbal.as_ref().filter(|v| query.draft.form == QueryForm::Verbal && !v.reply.trim().is_empty());
    if let Some(verbal) = heard {
        query_life::answer(
            store,
            session,
            id,
            &query_life::Reply { words: verbal.reply.clone(), by: recipient(&query), at: verbal.at, ..query_life::Reply::default() },
        )?;
    }
    Ok(id)
}

/// The next version of another query, in the words of this draft; then the draft has done its work. The internal note says why.
fn send_amendment(store: &Store, session: &Session, query: &StoredQuery, of: i64) -> Result<()> {
    let gap = load(store, of)?.draft.gap;
    let draft = Draft { amends: None, gap, ..query.draft.clone() };
    let why = query.internal_note.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
    query_life::amend(store, session, of, &draft, why, Some((query.id, query.revision)))
}

/// Marks a draft as ready, when nothing holds it.
pub fn ready(store: &Store, session: &Session, id: i64) -> Result<()> {
    store.allow(&session.actor(), "query.ready")?;
    let query = load(store, id)?;
    let to = allowed(&query, &Event::Ready)?;
    let site = Site::of(store)?;
    must_pass(store, session, (&site, id), &site.timed_draft(&query.draft, &session.now()), "query.ready")?;
    store.move_query(&session.actor(), id, (query.state, to), &Said { event: "ready", note: "passed the lint", ..Said::default() })
}

/// Refuses words that a rule blocks, and records that it did.
pub(super) fn must_pass(store: &Store, session: &Session, (site, id): (&Site, i64), draft: &Draft, act: &str) -> Result<()> {
    let report = lint(store, site, draft, &session.now(), Some(id), None)?;
    if !report.can_send {
        let blocks = report.blocks();
        let rules: Vec<&str> = if blocks {
            report.diagnostics.iter().filter(|d| d.severity == LintSeverity::Block).map(|d| d.rule).collect()
        } else {
            report.unjustified(draft).map(|d| d.rule).collect()
        };
        let rules = rules.join(", ");
        store.record_refusal(&session.actor(), act, draft.encounter.as_deref(), Some(&id.to_string()), &rules)?;
        let what = if act == "query.ready" { "the draft was not marked as ready" } else { "the query was not sent" };
        let refused = Trouble::refused(what).at(format!("query {id}"), None);
        return Err(if blocks {
            refused.why(format!("blocked by {rules}")).hint("`lacuna query lint` says what each rule wants; the draft is kept")
        } else {
            refused.why(format!("{rules} wants a reason")).hint("mend it, or say why it stands: `lacuna query edit N --justify RULE=WORDS`")
        });
    }
    Ok(())
}

/// Says that there is no such query.
pub fn missing(id: i64) -> Trouble {
    Trouble::input("there is no such query").at(format!("query {id}"), None).hint("`lacuna query list` shows them")
}

pub(super) fn load(store: &Store, id: i64) -> Result<StoredQuery> {
    signed_as_known(store, store.query(id)?.ok_or_else(|| missing(id))?)
}

/// A draft with the name and the contact that its author is known by now: one begun before `lacuna me` was signed with a login. What was
/// sent stays as it was signed, and so does a contact that stands in the draft; an amendment keeps the name that the query went out under.
fn signed_as_known(store: &Store, mut query: StoredQuery) -> Result<StoredQuery> {
    if !query.state.is_draft() {
        return Ok(query);
    }
    let (name, contact) = store.profile(&query.created_by)?;
    let draft = &mut query.draft;
    let unsigned = draft.author.trim().is_empty() || draft.author == query.created_by;
    if !name.trim().is_empty() && (unsigned || draft.amends.is_none()) {
        draft.author = name;
    }
    if draft.contact.trim().is_empty() {
        draft.contact = contact;
    }
    Ok(query)
}

pub(super) fn allowed(query: &StoredQuery, event: &Event) -> Result<QueryState> {
    next(query.state, event).map_err(|t| t.at(format!("query {}", query.id), None))
}

pub(super) fn recipient(query: &StoredQuery) -> String {
    query.draft.recipient.as_ref().map(|r| r.name.clone()).unwrap_or_default()
}
