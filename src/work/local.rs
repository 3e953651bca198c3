//! The desk on a store of this host.

use super::checklist_files::{self, Tried};
use super::desk::Desk;
use super::indexing::{self, Library, Waiting};
use super::known::Known;
use super::model::{ChartView, Counted, DismissReason, GapRow, QueryRow, QueryView, SearchPage, Searches, Worklist, WorklistView};
use super::query_life::{self, Reply};
use super::search::{self, Request};
use super::session::Session;
use super::site::Site;
use super::{asked, evaluate, queries};
use crate::chart::{DocumentType, Instant};
use crate::checklist::{Explanation, GapMark, GapState, Packs, Subject, explain};
use crate::error::{Result, Trouble};
use crate::query::{Draft, Outcome, Report};
use crate::store::{Shown, Store, StoredQuery};
use lacuna_index::{Completion, Engine, Stop};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many changes are taken in before a search that is to answer at once: a few hundredths of a second.
const FEW: u64 = 200;

/// One person at one store on this host.
pub struct LocalDesk {
    store: Arc<Store>,
    session: Session,
    packs: Option<Packs>,
    library: Arc<Library>,
    banner: String,
    data_version: Mutex<i64>,
    /// Whether its end is an act of its own: a person sat here, and not a single command.
    sat_at: bool,
}

impl Drop for LocalDesk {
    /// A session that was left, or locked: when it ended stands in the log of a store that people log in at.
    fn drop(&mut self) {
        self.library.close();
        if self.sat_at && self.store.encrypted() {
            // Nobody is there any more to be told that it could not be written.
            self.store.record_act(&self.session.actor(), "session.end", None, None, None, "").ok();
        }
    }
}

impl LocalDesk {
    /// Sits down at a store, with packs of one's own or the shipped ones: those are read when first asked for, so that a search or
    /// a note does not wait for them. `banner` is what every screen shows of it ("SYNTHETIC CHARTS").
    pub fn new(store: Arc<Store>, session: Session, packs: Option<Packs>, banner: &str) -> Result<Self> {
        let library = Arc::new(indexing::open(&store)?);
        let data_version = Mutex::new(store.data_version()?);
        Ok(Self { store, session, packs, library, banner: banner.to_owned(), data_version, sat_at: false })
    }

    /// The same, where a person sits down until they leave.
    #[must_use]
    pub fn sat_at(mut self) -> Self {
        self.sat_at = true;
        self
    }

    /// The store behind this desk.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// This person's session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The packs in force.
    pub fn packs(&self) -> &Packs {
        self.packs.as_ref().unwrap_or_else(|| Packs::shipped())
    }

    /// Brings the index up to date; says how many changes it could not take in.
    pub fn catch_up(&self, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
        let _feeding = self.library.feed();
        indexing::catch_up(&self.store, &self.library, stop, tell)
    }

    /// Runs `search` on the index, with how many changes it has not taken in, and whether it is that of an earlier reader. A few changes
    /// are always taken in first; many only when this is not to answer `at_once`: then a thread takes them in meanwhile.
    pub fn with_index<T>(&self, at_once: bool, search: impl FnOnce(&Engine, u64, bool) -> Result<T>) -> Result<T> {
        let mut waiting = self.library.waiting(&self.store)?;
        if waiting.0 > 0 {
            if at_once && waiting.0 > FEW {
                self.catch_up_behind();
            } else {
                waiting = self.catch_up(&Stop::new(), &mut |_| {})?;
            }
        }
        self.library.search(|engine, earlier| search(engine, waiting.0, earlier))
    }

    /// Takes changes in on a thread of its own, unless one is at it.
    fn catch_up_behind(&self) {
        let Some(behind) = self.library.begin_behind() else { return };
        let (store, library) = (Arc::clone(&self.store), Arc::clone(&self.library));
        let work = move || {
            let feeding = library.feed();
            // What goes wrong here goes wrong again, and is said, when the next search has only a few changes to wait for.
            let _said_later = indexing::catch_up(&store, &library, behind.stop(), &mut |_| {});
            drop(feeding);
            // The store first: who waits for this thread must find nobody in it afterwards.
            drop(store);
            drop(behind);
        };
        // Where no thread can be had, the next search takes the changes in itself.
        let _none = std::thread::Builder::new().name("indexing".to_owned()).spawn(work);
    }

    /// While the index is made anew: how many documents are read for it, of how many.
    pub(super) fn index_made(&self) -> Result<Option<(u64, u64)>> {
        let made = self.library.made();
        if made == 0 { Ok(None) } else { Ok(Some((made, self.store.counts()?.2.max(made)))) }
    }

    /// Documents in the index.
    pub fn indexed(&self) -> u64 {
        self.library.engine.documents()
    }

    /// Values of a field that the index knows, for completion.
    pub fn values(&self, field: &str, start: &str) -> Vec<String> {
        self.library.search(|engine, _| engine.values(field, start, 20)).unwrap_or_default()
    }

    /// Throws the index away and makes it anew.
    pub fn rebuild_index(&self, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
        let _feeding = self.library.feed();
        indexing::start_over(&self.store, &self.library, stop, tell)
    }

    /// Why an item fired in an encounter, or why not, with clocks judged at `as_of`.
    pub fn explain_at(&self, encounter: &str, item: &str, as_of: &Instant) -> Result<Explanation> {
        self.why(encounter, item, as_of, None)
    }

    fn why(&self, encounter: &str, item: &str, as_of: &Instant, until: Option<&Instant>) -> Result<Explanation> {
        let mut chart = self.load(encounter)?;
        if let Some(until) = until {
            chart.until(until);
        }
        self.store.record_act(&self.session.actor(), "gap.explain", None, Some(&chart.encounter.identifier), Some(item), "")?;
        let readings = evaluate::readings(&chart.documents);
        let subject = Subject { chart: &chart, readings: &readings };
        explain(self.packs(), &subject, as_of, item).ok_or_else(|| {
            let near = self.packs().nearest_id(item).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
            Trouble::input("there is no such checklist item").at(item, None).hint(format!("{near}`lacuna checklist list` shows them"))
        })
    }

    /// One chart, as it stands or as it stood.
    fn look(&self, encounter: &str, until: Option<&Instant>) -> Result<ChartView> {
        self.store.allow(&self.session.actor(), "chart.open")?;
        let mut chart = self.load(encounter)?;
        let now = until.copied().unwrap_or_else(|| self.now());
        if let Some(until) = until {
            chart.until(until);
        }
        let name = chart.encounter.identifier.clone();
        self.store.record_act(&self.session.actor(), "chart.open", chart.encounter.patient.as_deref(), Some(&name), None, "")?;
        let mut evaluated = evaluate::chart(self.packs(), &chart, &now, None);
        let marks = self.store.gap_marks(Some(&name))?;
        let marks: Vec<&GapMark> = marks.iter().collect();
        evaluate::with_marks(&mut evaluated.gaps, marks.iter().copied());
        let queries = self.store.queries(Some(&name))?;
        let mut gaps: Vec<GapRow> = evaluated
            .gaps
            .into_iter()
            .map(|gap| {
                let mark = evaluate::newest_of(&gap, &marks);
                let own = |q: &&StoredQuery| asked::asks_about(q, &gap);
                GapRow {
                    answered: queries.iter().filter(own).filter(|q| q.responded.is_some() && q.verified.is_none()).map(|q| q.id).max(),
                    dismissed: mark.filter(|m| m.state == GapState::Dismissed).map(|m| m.reason.clone()),
                    query: queries.iter().filter(own).find(|q| !q.state.is_over()).map(|q| q.id),
                    key: gap.key(),
                    gap,
                }
            })
            .collect();
        gaps.sort_by_key(|row| row.gap.state); // stable: the order of evaluation holds within a state
        let seen_versions = self.store.seen(self.user())?;
        let seen: BTreeSet<String> = chart
            .documents
            .iter()
            .filter(|d| seen_versions.get(&d.identifier).is_some_and(|v| *v >= i64::from(d.version)))
            .map(|d| d.identifier.clone())
            .collect();
        let asked: Vec<StoredQuery> =
            queries.into_iter().filter(|q| until.is_none_or(|until| q.sent.is_some_and(|sent| sent <= *until))).collect();
        let rows = self.rows(&asked, Site::of(&self.store).ok().as_ref())?;
        Ok(ChartView {
            last_look: self.store.last_look(self.user(), &name)?,
            note: self.store.notes_to_self(self.user())?.remove(&name),
            claimed: self.store.claims()?.remove(&name),
            withheld: self.store.withheld(&name)?,
            chart: Arc::new(chart),
            readings: Arc::new(evaluated.readings),
            gaps,
            queries: rows,
            seen,
            as_of: now,
        })
    }

    /// Says that there is no such encounter.
    pub(super) fn missing(encounter: &str) -> Trouble {
        Trouble::input("there is no such encounter")
            .at(encounter, None)
            .hint("`lacuna worklist --view all` shows them; `#12` names one by our number")
    }

    /// Everything known of an encounter, by any of its names.
    pub(crate) fn load(&self, encounter: &str) -> Result<crate::chart::Chart> {
        self.store.chart(encounter)?.ok_or_else(|| Self::missing(encounter))
    }
}

impl Desk for LocalDesk {
    fn user(&self) -> &str {
        &self.session.user
    }

    fn banner(&self) -> &str {
        &self.banner
    }

    fn now(&self) -> Instant {
        self.session.now()
    }

    fn worklist(&self, view: WorklistView) -> Result<Worklist> {
        self.list(view, true)
    }

    fn worklist_now(&self, view: WorklistView) -> Result<Worklist> {
        self.list(view, false)
    }

    fn count(&self, view: WorklistView, first: &[String], stop: &Stop, tell: &mut dyn FnMut(Counted)) -> Result<usize> {
        self.count_gaps(view, first, stop, tell)
    }

    fn chart(&self, encounter: &str) -> Result<ChartView> {
        self.look(encounter, None)
    }

    fn chart_on(&self, encounter: &str, until: &Instant) -> Result<ChartView> {
        self.look(encounter, Some(until))
    }

    fn search(&self, request: &Request<'_>, stop: &Stop) -> Result<SearchPage> {
        search::search_in(self, request, stop)
    }

    fn complete(&self, query: &str, cursor: usize) -> Vec<Completion> {
        // Completions are values of charts: names of authors and services.
        if !self.session.may("search") {
            return Vec::new();
        }
        lacuna_index::complete(query, cursor, &Known::at(self, &Stop::new()))
    }

    fn encounters_with(&self, query: &str, stop: &Stop) -> Result<Vec<String>> {
        search::encounters_with(self, query, stop)
    }

    fn searches(&self) -> Result<Searches> {
        self.store.searches(self.user())
    }

    fn keep_search(&self, name: &str, query: &str) -> Result<()> {
        self.store.keep_search(&self.session.actor(), name, query)
    }

    fn used_search(&self, query: &str) -> Result<()> {
        self.store.used_search(self.user(), query)
    }

    fn explain(&self, encounter: &str, item: &str, until: Option<&Instant>) -> Result<Explanation> {
        self.why(encounter, item, until.unwrap_or(&self.now()), until)
    }

    fn try_on(&self, text: &str, file: Option<&str>, kind: Option<DocumentType>) -> Result<Tried> {
        match file {
            None => Ok(checklist_files::try_packs(self.packs(), text, kind)),
            Some(file) => checklist_files::try_file(self.store.folder(), file, text, kind),
        }
    }

    fn checklist_names(&self, typed: &str) -> Vec<String> {
        checklist_files::names(typed)
    }

    fn edit_checklist(&self, file: &str) -> Result<()> {
        super::editor::open(&checklist_files::whole(file))
    }

    fn dismiss_gap(&self, encounter: &str, key: &str, reason: DismissReason, words: &str) -> Result<()> {
        let mut said = reason.label().to_owned();
        if !words.trim().is_empty() {
            said = format!("{said}: {}", words.trim());
        }
        asked::refuse_asked(&self.store, encounter, key)?;
        self.store.mark_gap(&self.session.actor(), encounter, key, GapState::Dismissed, &said)
    }

    fn reopen_gap(&self, encounter: &str, key: &str) -> Result<()> {
        self.store.mark_gap(&self.session.actor(), encounter, key, GapState::Open, "taken back")
    }

    fn version(&self, encounter: &str, document: &str, version: u32) -> Result<String> {
        let actor = self.session.actor();
        self.store.allow(&actor, "chart.open")?;
        // Only what belongs to the open stay: a version of somebody else's note is not had by its name.
        let found = self.store.document(document, Some(version))?.filter(|d| d.encounter.as_deref() == Some(encounter));
        let found = found.ok_or_else(|| {
            Trouble::input(format!("there is no version {version} of that document in this stay"))
                .hint("read the chart again: it may have changed")
        })?;
        self.unless_withheld(&found)?;
        self.store.record_act(
            &actor,
            "chart.open",
            found.patient.as_deref(),
            Some(encounter),
            Some(document),
            &format!("version {version}"),
        )?;
        Ok(found.text)
    }

    fn mark_seen(&self, encounter: &str, document: &str, version: u32) -> Result<()> {
        let found = self.store.document(document, None)?.ok_or_else(|| {
            Trouble::input("there is no such document").at(document, None).hint("`lacuna chart ENCOUNTER` lists the documents")
        })?;
        self.store.mark_seen(&self.session.actor(), found.patient.as_deref(), encounter, document, version)
    }

    fn set_next_review(&self, encounter: &str, days: u32) -> Result<()> {
        let next = (days > 0).then(|| self.now().plus_hours(i64::from(days) * 24)).flatten();
        self.store.end_look(&self.session.actor(), encounter, next)
    }

    fn sign_as(&self, name: &str, contact: &str) -> Result<()> {
        self.store.set_profile(&self.session.actor(), name, contact)
    }

    fn note_to_self(&self, encounter: &str, words: &str) -> Result<()> {
        self.store.note_to_self(&self.session.actor(), encounter, words)
    }

    fn claim(&self, encounter: &str, take: bool) -> Result<()> {
        self.store.claim(&self.session.actor(), encounter, take)
    }

    fn draft_for_gap(&self, encounter: &str, key: &str) -> Result<QueryView> {
        let view = self.chart(encounter)?;
        let row = view.gaps.iter().find(|g| g.key == key).ok_or_else(|| {
            Trouble::input("that gap is not in this encounter any more")
                .at(encounter, None)
                .hint("look at the chart again: something new may have answered it")
        })?;
        if let Some(id) = row.query {
            return self.view(id);
        }
        let id = queries::begin(&self.store, &self.session, &view, Some(&row.gap))?;
        self.view(id)
    }

    fn draft_blank(&self, encounter: &str) -> Result<QueryView> {
        let view = self.chart(encounter)?;
        let id = queries::begin(&self.store, &self.session, &view, None)?;
        self.view(id)
    }

    fn lint(&self, draft: &Draft) -> Result<Report> {
        self.store.allow(&self.session.actor(), "query.open")?;
        let (now, site) = (self.now(), Site::of(&self.store)?);
        let draft = &queries::renewed_draft(&self.store, draft, None)?;
        queries::lint(&self.store, &site, &site.timed_draft(draft, &now), &now, draft.amends, None)
    }

    fn save_draft(&self, id: i64, revision: i64, draft: &Draft, internal_note: &str) -> Result<i64> {
        let draft = crate::query::settled(draft, Site::of(&self.store)?.templates());
        let stored = self.store.query(id)?.map(|query| query.draft);
        let draft = queries::renewed_draft(&self.store, &draft, stored.as_ref())?;
        self.store.save_draft(&self.session.actor(), id, revision, &draft, internal_note)
    }

    fn in_editor(&self, draft: &Draft) -> Result<Draft> {
        super::editor::edit(self.store.folder(), draft)
    }

    fn discard_draft(&self, id: i64) -> Result<()> {
        self.store.discard_query(&self.session.actor(), id)
    }

    fn send(&self, id: i64, revision: i64) -> Result<QueryView> {
        let sent = queries::send(&self.store, &self.session, id, revision)?;
        self.view(sent)
    }

    fn answer(&self, id: i64, words: &str, option: Option<usize>) -> Result<QueryView> {
        query_life::answer(&self.store, &self.session, id, &Reply { words: words.to_owned(), option, ..Reply::default() })?;
        self.view(id)
    }

    fn answer_by(&self, id: i64, reply: &query_life::Reply) -> Result<QueryView> {
        self.reply(id, reply)
    }

    fn close(&self, id: i64, outcome: Outcome, words: &str) -> Result<QueryView> {
        query_life::close(&self.store, &self.session, id, outcome, words)?;
        self.view(id)
    }

    fn escalate(&self, id: i64, to: &str, words: &str) -> Result<QueryView> {
        query_life::escalate(&self.store, &self.session, id, to, words)?;
        self.view(id)
    }

    fn ready(&self, id: i64) -> Result<QueryView> {
        queries::ready(&self.store, &self.session, id)?;
        self.view(id)
    }

    fn deliver(&self, id: i64) -> Result<QueryView> {
        query_life::deliver(&self.store, &self.session, id)?;
        self.view(id)
    }

    fn amendment(&self, id: i64, why: &str) -> Result<QueryView> {
        self.amendment_of(id, why)
    }

    fn redirect(&self, id: i64, to: &str, words: &str) -> Result<QueryView> {
        let recipient = self.recipient(id, to)?;
        query_life::redirect(&self.store, &self.session, id, &recipient, (words, &std::collections::BTreeMap::new()))?;
        self.view(id)
    }

    fn reopen(&self, id: i64, words: &str) -> Result<QueryView> {
        query_life::reopen(&self.store, &self.session, id, words)?;
        self.view(id)
    }

    fn documented(&self, id: i64, document: Option<&str>, outcome: Option<Outcome>) -> Result<QueryView> {
        query_life::documented(&self.store, &self.session, id, document, (outcome, ""))?;
        self.view(id)
    }

    fn contact(&self, id: i64, person: &str, channel: &str, words: &str) -> Result<QueryView> {
        query_life::contact(&self.store, &self.session, id, person, channel, words)?;
        self.view(id)
    }

    fn withdraw(&self, id: i64, words: &str) -> Result<QueryView> {
        query_life::withdraw(&self.store, &self.session, id, words)?;
        self.view(id)
    }

    fn queries(&self) -> Result<Vec<QueryRow>> {
        self.store.allow(&self.session.actor(), "query.list")?;
        // Who may not move a query leaves the mark to those who may.
        if self.session.may("query.move") {
            query_life::mark_overdue(&self.store, &self.session)?;
        }
        let queries = self.store.queries(None)?;
        let site = Site::of(&self.store)?;
        let stays = queries.iter().filter_map(|query| query.draft.encounter.as_deref()).collect();
        self.store.record_shown(&self.session.actor(), "query.list", Shown::Encounters(&stays), "")?;
        self.rows(&queries, Some(&site))
    }

    fn query(&self, id: i64) -> Result<QueryView> {
        let view = self.view(id)?;
        let (patient, encounter) = (view.draft.patient.as_deref(), view.draft.encounter.as_deref());
        self.store.record_act(&self.session.actor(), "query.open", patient, encounter, Some(&id.to_string()), "")?;
        Ok(view)
    }

    fn provider_view(&self, draft: &Draft, id: Option<i64>) -> String {
        // What was sent stays as it was sent, however a later version of the program would lay it out.
        let hash = crate::query::body_hash(draft);
        let sent = id.and_then(|id| self.store.query_versions(id).ok()?.pop()).filter(|v| v.body_hash == hash);
        let told = || queries::renewed_draft(&self.store, draft, None).unwrap_or_else(|_| draft.clone());
        let timed = || Site::of(&self.store).map_or_else(|_| draft.clone(), |site| site.timed_draft(&told(), &self.now()));
        sent.map_or_else(|| crate::query::render_text(&timed(), id), |v| v.text)
    }

    fn save_place(&self, place: &str) -> Result<()> {
        self.store.save_place(self.user(), place)
    }

    fn place(&self) -> Result<Option<String>> {
        self.store.place(self.user())
    }

    fn refresh(&self) -> Result<bool> {
        let now = self.store.data_version()?;
        let mut known = lock(&self.data_version);
        let changed = *known != now;
        *known = now;
        Ok(changed)
    }
}

/// A lock that a panicking thread held is still good: what it guards is replaced whole or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
