//! The worklist: encounters with the reasons why they are here, the most pressing first. Never a bare score.

use super::evaluate::BATCH;
use super::listing::Marks;
use super::model::{GapLine, NoteAlone, RowGaps, Worklist, WorklistRow, WorklistView};
use crate::chart::{DocumentType, Instant};
use crate::checklist::{Gap, Severity};
use crate::error::Result;
use crate::query::days_after;
use crate::store::{Brief, EncounterSummary, GapBrief, LoneNote, SeenMap, StoredQuery};
use std::collections::{HashMap, HashSet};

/// Gaps shown under a worklist row.
const TOP: usize = 4;

/// Everything that a worklist is made from, beside the encounters.
pub struct Material<'a> {
    /// All queries.
    pub queries: &'a [StoredQuery],
    /// What this person has opened.
    pub seen: &'a SeenMap,
    /// When this person means to look again.
    pub reviews: &'a HashMap<String, Instant>,
    /// Who has taken each encounter on.
    pub claims: &'a HashMap<String, String>,
    /// This person's notes to themselves.
    pub notes: &'a HashMap<String, String>,
    /// What people did about gaps.
    pub marks: &'a Marks,
    /// Encounters at which this person has ended a look.
    pub looked: &'a HashSet<String>,
    /// Queries whose answer this person wrote down themselves.
    pub recorded: &'a HashSet<i64>,
    /// This person.
    pub user: &'a str,
    /// The time it is.
    pub now: Instant,
    /// Days after discharge on which a query may still be sent; `None`: any.
    pub late_after_days: Option<i64>,
}

impl Material<'_> {
    /// Whether a query about a stay that ended then may still be sent.
    fn in_time(&self, discharged: &Instant) -> bool {
        self.late_after_days.is_none_or(|days| days_after(discharged, &self.now) <= days)
    }
}

/// The worklist for a view. `briefs` gives what was found in a batch of encounters; one that nobody looked at is not among them. Each encounter
/// becomes its row and is gone: many thousand are in memory once.
pub fn worklist(
    view: WorklistView,
    encounters: Vec<EncounterSummary>,
    m: &Material<'_>,
    mut briefs: impl FnMut(&[&str]) -> Result<HashMap<String, Brief>>,
) -> Result<Worklist> {
    let mut by_encounter: HashMap<&str, Vec<&StoredQuery>> = HashMap::new();
    for query in m.queries {
        if let Some(encounter) = &query.draft.encounter {
            by_encounter.entry(encounter).or_default().push(query);
        }
    }
    let mut counts = WorklistView::ALL.map(|view| (view, 0));
    let mut rows: Vec<(u32, WorklistRow)> = Vec::with_capacity(encounters.len());
    let mut rest = encounters.into_iter();
    loop {
        let batch: Vec<EncounterSummary> = rest.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let names: Vec<&str> = batch.iter().map(|s| s.encounter.identifier.as_str()).collect();
        let mut found = briefs(&names)?;
        for summary in batch {
            let name = summary.encounter.identifier.as_str();
            let queries = by_encounter.get(name).map_or(&[][..], Vec::as_slice);
            let brief = found.remove(name);
            let (weight, row) = row(summary, brief, queries, m);
            for (view, count) in &mut counts {
                *count += usize::from(shown(*view, &row, queries, m));
            }
            if shown(view, &row, queries, m) {
                rows.push((weight, row));
            }
        }
    }
    rows.sort_by(|(wa, a), (wb, b)| {
        wb.cmp(wa).then(b.severity.cmp(&a.severity)).then(b.gaps.cmp(&a.gaps)).then(a.encounter.cmp(&b.encounter))
    });
    let mut rows: Vec<WorklistRow> = rows.into_iter().map(|(_, row)| row).collect();
    rows.shrink_to_fit();
    // Of the charts that are shown: what stands over a list can be found in it.
    let of_shown = |row: &WorklistRow| by_encounter.get(row.encounter.as_str()).map_or(&[][..], Vec::as_slice).to_vec();
    let queries: Vec<&StoredQuery> = rows.iter().flat_map(of_shown).collect();
    Ok(Worklist {
        view,
        with_new: rows.iter().filter(|r| r.unseen > 0).count(),
        answers: queries.iter().filter(|q| waits_for_reader(q)).count(),
        overdue: queries.iter().filter(|q| overdue(q, &m.now)).count(),
        counts: counts.to_vec(),
        rows,
        waiting: 0,
    })
}

/// Whether an answer waits for somebody to read it or to see it in the record.
pub fn waits_for_reader(query: &StoredQuery) -> bool {
    query.state.is_answered()
}

/// Whether a query is past its due time without an answer.
pub fn overdue(query: &StoredQuery, now: &Instant) -> bool {
    query.state.is_waiting() && query.due.is_some_and(|due| due < *now)
}

fn row(e: EncounterSummary, brief: Option<Brief>, queries: &[&StoredQuery], m: &Material<'_>) -> (u32, WorklistRow) {
    let name = e.encounter.identifier.as_str();
    let looked = brief.is_some();
    let Brief { note, gaps } = brief.unwrap_or_default();
    let open: Vec<GapBrief> = gaps.into_iter().filter(|gap| m.marks.open(name, gap)).collect();
    let unseen = e.documents.iter().filter(|(name, version)| m.seen.get(name).is_none_or(|seen| seen < version)).count();
    let (weight, reasons) = reasons(&e, &open, queries, unseen, m);
    let patient = e.patient_name();
    let EncounterSummary { encounter, patient: person, documents, lone, .. } = e;
    let start = encounter.start.unwrap_or(m.now);
    let row = WorklistRow {
        name: encounter.name().to_owned(),
        patient,
        age: person.as_ref().and_then(|p| p.age_at(&start)),
        sex: person.as_ref().map_or("-", |p| p.sex.letter()),
        mrn: person.and_then(|p| p.mrn),
        class: encounter.class,
        takes_place: encounter.takes_place(),
        day: encounter.day_of_stay(&m.now),
        gmlos_days: encounter.gmlos_days,
        admitted: encounter.start,
        discharged: encounter.end,
        attending: encounter.attending.as_ref().map(|a| a.display().to_owned()),
        payer: encounter.payer,
        reasons,
        note_alone: lone.map(|lone| note_alone(lone, note)),
        gaps: looked.then_some(open.len()),
        severity: open.iter().map(|g| g.severity).max(),
        top_gaps: top(open),
        queries: in_words(queries, &m.now),
        next_review: m.reviews.get(&encounter.identifier).copied(),
        documents: documents.len(),
        unseen,
        claimed: m.claims.get(&encounter.identifier).cloned(),
        note: m.notes.get(&encounter.identifier).cloned(),
        unit: encounter.locations.into_iter().next_back().map(|l| l.name),
        working_drg: encounter.working_drg,
        service: encounter.service,
        encounter: encounter.identifier,
    };
    (weight, row)
}

fn top(open: Vec<GapBrief>) -> Vec<GapLine> {
    open.into_iter().take(TOP).map(|g| GapLine { severity: g.severity, title: g.title, source: g.source }).collect()
}

/// What tells a note from the others: its title or type, unless it begins with it, and its first words.
fn note_alone(lone: LoneNote, read_as: Option<DocumentType>) -> NoteAlone {
    let given = lone.title.or_else(|| lone.document_type.or(read_as).map(|kind| kind.label().to_owned()));
    let says = |title: &String| lone.begins.to_lowercase().starts_with(&title.to_lowercase());
    let words = match given.filter(|title| !says(title)) {
        Some(title) => format!("{title}: {}", lone.begins),
        None => lone.begins,
    };
    NoteAlone { words, time: lone.time }
}

/// What was found in one encounter, for the row that shows it already.
pub(super) fn counted(encounter: &str, gaps: &[Gap], marks: &Marks) -> RowGaps {
    let open: Vec<GapBrief> = gaps.iter().map(GapBrief::of).filter(|gap| marks.open(encounter, gap)).collect();
    let severity = open.iter().map(|g| g.severity).max();
    RowGaps { encounter: encounter.to_owned(), gaps: open.len(), severity, top: top(open) }
}

/// Why an encounter is here, the most pressing reason first, and how pressing the first one is.
fn reasons(e: &EncounterSummary, open: &[GapBrief], queries: &[&StoredQuery], unseen: usize, m: &Material<'_>) -> (u32, Vec<String>) {
    let mut out: Vec<(u32, String)> = Vec::new();
    if !e.encounter.takes_place() {
        let planned = e.encounter.status.as_deref() == Some("planned");
        out.push((20, if planned { "planned" } else { "cancelled by its sender" }.to_owned()));
    }
    let answered = queries.iter().filter(|q| waits_for_reader(q)).count();
    let own = queries.iter().filter(|q| waits_for_reader(q) && m.recorded.contains(&q.id)).count();
    let others = answered - own;
    if others > 0 {
        out.push((90, if others == 1 { "answer to read".to_owned() } else { format!("{others} answers to read") }));
    }
    // Who wrote an answer down has read it: what is left to do is to see it in a note.
    if own > 0 {
        out.push((85, "answered, not in a note yet".to_owned()));
    }
    let late = queries.iter().filter(|q| overdue(q, &m.now)).count();
    if late > 0 {
        out.push((80, if late == 1 { "query overdue".to_owned() } else { format!("{late} queries overdue") }));
    }
    if let Some(gap) = open.iter().find(|g| g.severity == Severity::High) {
        out.push((70, gap.title.clone()));
    }
    if m.reviews.get(&e.encounter.identifier).is_some_and(|next| *next <= m.now) {
        out.push((60, "review due".to_owned()));
    }
    if let Some(gap) = open.iter().find(|g| g.severity == Severity::Warn) {
        out.push((50, gap.title.clone()));
    }
    let known = e.documents.len() - unseen;
    match (unseen, known) {
        (0, _) => {}
        // Somebody who ended a look decided what to read of it.
        (n, 0) if m.looked.contains(&e.encounter.identifier) => {
            out.push((35, if n == 1 { "1 note not read".to_owned() } else { format!("{n} notes not read") }));
        }
        (_, 0) => out.push((40, "first review".to_owned())),
        (n, _) => out.push((45, if n == 1 { "1 new note".to_owned() } else { format!("{n} new notes") })),
    }
    let over = e.encounter.end.is_none().then(|| e.encounter.gmlos_days.zip(e.encounter.day_of_stay(&m.now))).flatten();
    if over.is_some_and(|(gmlos, day)| day as f64 > gmlos) {
        out.push((30, "over GMLOS".to_owned()));
    }
    if e.encounter.end.is_some() {
        out.push((10, "discharged".to_owned()));
    }
    if out.is_empty() {
        out.push((0, "nothing new".to_owned()));
    }
    out.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    (out.first().map_or(0, |(w, _)| *w), out.into_iter().map(|(_, words)| words).collect())
}

fn in_words(queries: &[&StoredQuery], now: &Instant) -> String {
    let mut parts = Vec::new();
    let count = |state: fn(&StoredQuery) -> bool| queries.iter().filter(|q| state(q)).count();
    for (n, word) in
        [(count(|q| q.state.is_draft()), "draft"), (count(|q| q.state.is_waiting()), "open"), (count(waits_for_reader), "answered")]
    {
        if n > 0 {
            parts.push(format!("{n} {word}"));
        }
    }
    if let Some(oldest) = queries.iter().filter(|q| q.state.is_waiting()).filter_map(|q| q.sent).min() {
        let days = (now.hours_since(&oldest) / 24.0).floor();
        if days >= 1.0 {
            parts.push(format!("{days}d"));
        }
    }
    parts.join(" ")
}

fn shown(view: WorklistView, row: &WorklistRow, queries: &[&StoredQuery], m: &Material<'_>) -> bool {
    use crate::chart::EncounterClass::{Emergency, Inpatient, Observation};
    let stay = row.takes_place && matches!(row.class, Inpatient | Observation | Emergency);
    match view {
        // Of discharged stays only those that somebody can still do something about.
        WorklistView::Active => {
            let asks = |end: &Instant| row.gaps > Some(0) && m.in_time(end) || queries.iter().any(|q| !q.state.is_over());
            stay && row.discharged.as_ref().is_none_or(asks)
        }
        WorklistView::Mine => {
            let asked = |q: &&StoredQuery| q.created_by == m.user && !q.state.is_over();
            row.claimed.as_deref() == Some(m.user) || row.next_review.is_some() || queries.iter().any(asked)
        }
        WorklistView::Unreviewed => stay && row.documents > 0 && row.unseen == row.documents,
        WorklistView::Due => row.next_review.is_some_and(|next| next.local_date() <= m.now.local_date()),
        WorklistView::Overdue => queries.iter().any(|q| overdue(q, &m.now)),
        WorklistView::NotFinal => stay && row.discharged.is_some() && (row.gaps > Some(0) || queries.iter().any(|q| !q.state.is_over())),
        WorklistView::WithGaps => row.gaps > Some(0),
        // A draft asks nobody yet; whose it is has it in their own view.
        WorklistView::Queries => queries.iter().any(|q| !q.state.is_draft() && !q.state.is_over()),
        WorklistView::Discharged => stay && row.discharged.is_some(),
        WorklistView::All => true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Clock, Desk, LocalDesk, Session, import_records};
    use super::WorklistView;
    use crate::chart::Instant;
    use crate::store::Store;
    use lacuna_index::Stop;
    use std::sync::Arc;

    #[test]
    fn a_cancelled_admission_stood_in_the_worklist_and_lacked_a_history() {
        let session = Session::begin(Some("ana"), Clock::Frozen(Instant::parse("2026-01-08T08:00:00-05:00").unwrap())).unwrap();
        let store = Arc::new(Store::memory(&session.actor()).unwrap());
        let told = |status: &str| {
            let stay = serde_json::json!({"resourceType": "Encounter", "id": "e1", "status": status, "class": {"code": "IMP"},
                "subject": {"reference": "Patient/p1"}, "period": {"start": "2026-01-05T06:30:00-05:00"}});
            import_records(&store, &session, "stay.json", stay.to_string().as_bytes()).unwrap();
            let desk = LocalDesk::new(store.clone(), session.clone(), None, "").unwrap();
            let rows = |view| desk.worklist(view).unwrap().rows;
            (rows(WorklistView::Active).len(), rows(WorklistView::All)[0].gaps > Some(0), rows(WorklistView::All)[0].reasons.join("; "))
        };
        assert!(matches!(told("in-progress"), (1, true, _)));
        let (active, gaps, reasons) = told("cancelled");
        assert_eq!((active, gaps), (0, false));
        assert!(reasons.contains("cancelled by its sender"), "{reasons}");
        assert!(matches!(told("in-progress"), (1, true, _)), "and came back");
    }

    /// The list called it the first review after a look had been ended.
    #[test]
    fn a_chart_that_was_looked_at_is_no_first_review() {
        let bundle = include_str!("../../fixtures/charts/kowalski-peter.json");
        let session = Session::begin(Some("ana"), Clock::Frozen(Instant::parse("2026-11-20T08:00:00-05:00").unwrap())).unwrap();
        let store = Arc::new(Store::memory(&session.actor()).unwrap());
        assert!(import_records(&store, &session, "kowalski-peter.json", bundle.as_bytes()).unwrap().is_empty());
        let desk = LocalDesk::new(store, session, None, "").unwrap();
        let row = || desk.worklist(WorklistView::Active).unwrap().rows.remove(0);
        assert!(row().reasons.contains(&"first review".to_owned()));
        desk.set_next_review(&row().encounter, 1).unwrap();
        assert!(row().reasons.contains(&"8 notes not read".to_owned()), "{:?}", row().reasons);
    }

    #[test]
    fn stays_that_ended_years_ago_stood_before_those_in_the_house() {
        // Discharged on 14 November with gaps; queries go out for 30 days.
        let bundle = include_str!("../../fixtures/charts/kowalski-peter.json");
        for (now, active) in [("2026-11-20T08:00:00-05:00", 1), ("2026-12-13T08:00:00-05:00", 1), ("2026-12-20T08:00:00-05:00", 0)] {
            let session = Session::begin(Some("ana"), Clock::Frozen(Instant::parse(now).unwrap())).unwrap();
            let store = Arc::new(Store::memory(&session.actor()).unwrap());
            assert!(import_records(&store, &session, "kowalski-peter.json", bundle.as_bytes()).unwrap().is_empty());
            let desk = LocalDesk::new(store, session, None, "").unwrap();
            desk.catch_up(&Stop::new(), &mut |_| {}).unwrap();
            let list = desk.worklist(WorklistView::Active).unwrap();
            let count = |view| list.counts.iter().find(|(v, _)| *v == view).map(|(_, n)| *n);
            assert_eq!((list.rows.len(), count(WorklistView::NotFinal)), (active, Some(1)), "{now}");
        }
    }
}
