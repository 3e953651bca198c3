//! The worklist: encounters with the reasons why they are here, the most pressing first. Never a bare score.

use super::evaluate::BATCH;
use super::model::{GapLine, Worklist, WorklistRow, WorklistView};
use crate::chart::{Evidence, Instant};
use crate::checklist::{Gap, GapState, Severity};
use crate::error::Result;
use crate::query::days_after;
use crate::store::{EncounterSummary, SeenMap, StoredQuery};
use std::collections::HashMap;

/// Gaps shown under a worklist row.
const TOP: usize = 4;

/// Everything that a worklist is made from.
pub struct Material<'a> {
    /// Encounters.
    pub encounters: &'a [EncounterSummary],
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

/// The worklist for a view. `gaps` gives the gaps of a batch of encounters, with what people did about them: a row keeps their titles
/// only, so that the proof of many thousand stays is never in memory at once.
pub fn worklist(
    view: WorklistView,
    m: &Material<'_>,
    mut gaps: impl FnMut(&[EncounterSummary]) -> Result<HashMap<String, Vec<Gap>>>,
) -> Result<Worklist> {
    let mut by_encounter: HashMap<&str, Vec<&StoredQuery>> = HashMap::new();
    for query in m.queries {
        if let Some(encounter) = &query.draft.encounter {
            by_encounter.entry(encounter).or_default().push(query);
        }
    }
    let mut counts = WorklistView::ALL.map(|view| (view, 0));
    let mut rows: Vec<(u32, WorklistRow)> = Vec::new();
    for batch in m.encounters.chunks(BATCH) {
        let found = gaps(batch)?;
        for summary in batch {
            let name = summary.encounter.identifier.as_str();
            let queries = by_encounter.get(name).map_or(&[][..], Vec::as_slice);
            let (weight, row) = row(summary, found.get(name).map_or(&[][..], Vec::as_slice), queries, m);
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
    let rows: Vec<WorklistRow> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Worklist {
        view,
        with_new: rows.iter().filter(|r| r.unseen > 0).count(),
        answers: m.queries.iter().filter(|q| waits_for_reader(q)).count(),
        overdue: m.queries.iter().filter(|q| overdue(q, &m.now)).count(),
        counts: counts.to_vec(),
        rows,
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

/// Where a gap's first proof stands.
pub fn source_of(gap: &Gap) -> String {
    match gap.evidence.first() {
        Some(Evidence::Text(t)) => {
            let date = t.date.map(|d| format!(" {}", d.display())).unwrap_or_default();
            let author = t.author.as_deref().map(|a| format!(", {a}")).unwrap_or_default();
            format!("{}{date}{author}", t.document_type.label())
        }
        Some(Evidence::Value(v)) => {
            let date = v.date.map(|d| format!(" {}", d.display())).unwrap_or_default();
            format!("{} {}{date}", v.name, v.value)
        }
        None => gap.due.map(|d| format!("due {}", d.display())).unwrap_or_default(),
    }
}

fn row(e: &EncounterSummary, gaps: &[Gap], queries: &[&StoredQuery], m: &Material<'_>) -> (u32, WorklistRow) {
    let encounter = &e.encounter;
    let open: Vec<&Gap> = gaps.iter().filter(|g| g.state == GapState::Open).collect();
    let unseen = e.documents.iter().filter(|(name, version)| m.seen.get(name).is_none_or(|seen| seen < version)).count();
    let (weight, reasons) = reasons(e, &open, queries, unseen, m);
    let start = encounter.start.unwrap_or(m.now);
    let row = WorklistRow {
        encounter: encounter.identifier.clone(),
        name: encounter.name().to_owned(),
        patient: e.patient_name(),
        mrn: e.patient.as_ref().and_then(|p| p.mrn.clone()),
        age: e.patient.as_ref().and_then(|p| p.age_at(&start)),
        sex: e.patient.as_ref().map_or("-", |p| p.sex.letter()),
        unit: encounter.locations.last().map(|l| l.name.clone()),
        class: encounter.class,
        takes_place: encounter.takes_place(),
        day: encounter.day_of_stay(&m.now),
        gmlos_days: encounter.gmlos_days,
        working_drg: encounter.working_drg.clone(),
        admitted: encounter.start,
        discharged: encounter.end,
        attending: encounter.attending.as_ref().map(|a| a.display().to_owned()),
        service: encounter.service.clone(),
        payer: encounter.payer.clone(),
        reasons,
        gaps: open.len(),
        severity: open.iter().map(|g| g.severity).max(),
        top_gaps: open.iter().take(TOP).map(|g| GapLine { severity: g.severity, title: g.title.clone(), source: source_of(g) }).collect(),
        queries: in_words(queries, &m.now),
        next_review: m.reviews.get(&encounter.identifier).copied(),
        documents: e.documents.len(),
        unseen,
        claimed: m.claims.get(&encounter.identifier).cloned(),
        note: m.notes.get(&encounter.identifier).cloned(),
    };
    (weight, row)
}

/// Why an encounter is here, the most pressing reason first, and how pressing the first one is.
fn reasons(e: &EncounterSummary, open: &[&Gap], queries: &[&StoredQuery], unseen: usize, m: &Material<'_>) -> (u32, Vec<String>) {
    let mut out: Vec<(u32, String)> = Vec::new();
    if !e.encounter.takes_place() {
        let planned = e.encounter.status.as_deref() == Some("planned");
        out.push((20, if planned { "planned" } else { "cancelled by its sender" }.to_owned()));
    }
    let answers = queries.iter().filter(|q| waits_for_reader(q)).count();
    if answers > 0 {
        out.push((90, if answers == 1 { "answer to read".to_owned() } else { format!("{answers} answers to read") }));
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
            let asks = |end: &Instant| row.gaps > 0 && m.in_time(end) || queries.iter().any(|q| !q.state.is_over());
            stay && row.discharged.as_ref().is_none_or(asks)
        }
        WorklistView::Mine => {
            let asked = |q: &&StoredQuery| q.created_by == m.user && !q.state.is_over();
            row.claimed.as_deref() == Some(m.user) || row.next_review.is_some() || queries.iter().any(asked)
        }
        WorklistView::Unreviewed => stay && row.documents > 0 && row.unseen == row.documents,
        WorklistView::Due => row.next_review.is_some_and(|next| next.local_date() <= m.now.local_date()),
        WorklistView::Overdue => queries.iter().any(|q| overdue(q, &m.now)),
        WorklistView::NotFinal => stay && row.discharged.is_some() && (row.gaps > 0 || queries.iter().any(|q| !q.state.is_over())),
        WorklistView::WithGaps => row.gaps > 0,
        WorklistView::Queries => queries.iter().any(|q| !q.state.is_over()),
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
            (rows(WorklistView::Active).len(), rows(WorklistView::All)[0].gaps > 0, rows(WorklistView::All)[0].reasons.join("; "))
        };
        assert!(matches!(told("in-progress"), (1, true, _)));
        let (active, gaps, reasons) = told("cancelled");
        assert_eq!((active, gaps), (0, false));
        assert!(reasons.contains("cancelled by its sender"), "{reasons}");
        assert!(matches!(told("in-progress"), (1, true, _)), "and came back");
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
