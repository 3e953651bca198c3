//! The worklist of a store. What earlier evaluations found is there at once; what was never looked at, or not since it changed, is looked
//! at before the list is given, or, where that is much, beside it.

use super::LocalDesk;
use super::evaluate::{self, FEW};
use super::model::{Counted, GapMark, Worklist, WorklistView};
use super::settled::stands;
use super::site::Site;
use super::worklist::{Material, counted, worklist};
use crate::checklist::{Gap, GapState};
use crate::error::Result;
use crate::store::{EncounterSummary, GapBrief, Shown};
use lacuna_index::Stop;
use std::collections::HashMap;

/// What people did about gaps: by encounter and key, the newest.
#[derive(Default)]
pub(super) struct Marks(HashMap<String, Vec<GapMark>>);

impl Marks {
    fn of(marks: Vec<GapMark>) -> Self {
        let mut out: HashMap<String, Vec<GapMark>> = HashMap::new();
        for mark in marks {
            out.entry(mark.encounter.clone()).or_default().push(mark);
        }
        Self(out)
    }

    /// Whether a gap that was found is open: nobody set it aside or asks about it. One that was resolved and is found again is.
    pub(super) fn open(&self, encounter: &str, gap: &GapBrief) -> bool {
        let about = |mark: &&GapMark| mark.is_of(&gap.key, gap.former.as_deref(), gap.due.as_ref());
        let newest = self.0.get(encounter).and_then(|marks| marks.iter().rev().find(about));
        !newest.is_some_and(|mark| matches!(mark.state, GapState::Dismissed | GapState::Queried))
    }
}

/// Takes how many encounters are done, and what was found in the newest of them.
type Told<'a> = dyn FnMut(usize, &HashMap<String, Vec<Gap>>) + 'a;

impl LocalDesk {
    /// The encounters of a view, or of more than that: those that only hold a note where the view shows them.
    fn summaries(&self, view: WorklistView) -> Result<Vec<EncounterSummary>> {
        self.store().encounters(matches!(view, WorklistView::All | WorklistView::WithGaps))
    }

    /// Those that nobody looked at since they, the packs or the reader changed, or a clock may have run out.
    fn stale(&self, summaries: &[EncounterSummary]) -> Result<Vec<usize>> {
        let stamps = self.store().stamps(&evaluate::epoch(self.packs()))?;
        let now = self.session().now();
        let stands =
            |s: &EncounterSummary| stamps.get(&s.encounter.identifier).is_some_and(|stamp| stands(self.packs(), stamp, s.touched, &now));
        Ok(summaries.iter().enumerate().filter(|(_, s)| !stands(s)).map(|(at, _)| at).collect())
    }

    /// The list of a view. `whole` waits for every look that is needed, however long; without it only a few are waited for, and the list says
    /// how many more there are.
    pub(super) fn list(&self, view: WorklistView, whole: bool) -> Result<Worklist> {
        self.store().allow(&self.session().actor(), "worklist.open")?;
        let summaries = self.summaries(view)?;
        let stale = self.stale(&summaries)?;
        let mut waiting = stale.len();
        if whole || waiting <= FEW {
            self.look_at(&picked(&summaries, &stale), &Stop::new(), &mut |_, _| {})?;
            waiting = 0;
        }
        drop(stale);
        let (store, user) = (self.store(), self.session().user.as_str());
        let epoch = evaluate::epoch(self.packs());
        let material = Material {
            queries: &store.queries(None)?,
            seen: &store.seen(user)?,
            reviews: &store.next_reviews(user)?,
            claims: &store.claims()?,
            notes: &store.notes_to_self(user)?,
            marks: &Marks::of(store.gap_marks(None)?),
            looked: &store.looked_at(user)?,
            recorded: &store.answers_recorded_by(user)?,
            user,
            now: self.session().now(),
            // A policy that cannot be read is told where queries are written; here it hides nothing.
            late_after_days: Site::of(store).ok().and_then(|site| site.policy().late_after_days),
        };
        let mut list = worklist(view, summaries, &material, |names| store.briefs(names, &epoch))?;
        list.waiting = waiting;
        let names = list.rows.iter().map(|row| row.encounter.as_str()).collect();
        store.record_shown(&self.session().actor(), "worklist.open", Shown::Encounters(&names), view.label())?;
        Ok(list)
    }

    /// Looks at what waits in a view, the encounters named first, and tells what it finds as it goes; gives how many it could not look at.
    pub(super) fn count_gaps(&self, view: WorklistView, first: &[String], stop: &Stop, tell: &mut dyn FnMut(Counted)) -> Result<usize> {
        self.store().allow(&self.session().actor(), "worklist.open")?;
        let summaries = self.summaries(view)?;
        let mut stale = self.stale(&summaries)?;
        let rank: HashMap<&str, usize> = first.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        stale.sort_by_key(|at| {
            let name = summaries.get(*at).map_or("", |s| s.encounter.identifier.as_str());
            (rank.get(name).copied().unwrap_or(usize::MAX), *at)
        });
        let stale = picked(&summaries, &stale);
        drop((summaries, rank));
        let marks = Marks::of(self.store().gap_marks(None)?);
        let (total, mut found) = (stale.len(), 0);
        self.look_at(&stale, stop, &mut |done, batch| {
            found += batch.len();
            let rows = batch.iter().map(|(encounter, gaps)| counted(encounter, gaps, &marks)).collect();
            tell(Counted { done, total, rows });
        })?;
        Ok(total - found)
    }

    /// Evaluates encounters, and tells what was found in each batch.
    fn look_at(&self, summaries: &[EncounterSummary], stop: &Stop, tell: &mut Told<'_>) -> Result<()> {
        let now = self.session().now();
        evaluate::in_batches(self.store(), self.packs(), summaries, &now, stop, &mut |batch, done| {
            tell(done, &batch);
            Ok(())
        })
    }
}

/// Some of the encounters, without what only a row needs.
fn picked(summaries: &[EncounterSummary], which: &[usize]) -> Vec<EncounterSummary> {
    which.iter().filter_map(|at| summaries.get(*at)).map(|s| EncounterSummary { documents: Vec::new(), ..s.clone() }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::{Clock, Desk, Input, LocalDesk, Session, import, import_records};
    use super::{FEW, WorklistView};
    use crate::chart::Instant;
    use crate::intake::Options;
    use crate::store::Store;
    use lacuna_index::Stop;
    use std::sync::Arc;

    fn empty() -> (Arc<Store>, Session) {
        let session = Session::begin(Some("ana"), Clock::Frozen(Instant::parse("2026-01-08T08:00:00-05:00").unwrap())).unwrap();
        (Arc::new(Store::memory(&session.actor()).unwrap()), session)
    }

    /// A desk with so many stays of which nothing was sent but that they began.
    fn desk(count: usize) -> LocalDesk {
        let (store, session) = empty();
        let stay = |n: usize| {
            serde_json::json!({"resource": {"resourceType": "Encounter", "id": format!("e{n}"), "status": "in-progress", "class": {"code": "IMP"},
                "subject": {"reference": "Patient/p1"}, "period": {"start": "2026-01-05T06:30:00-05:00"}}})
        };
        let all: Vec<serde_json::Value> = (0..count).map(stay).collect();
        let bundle = serde_json::json!({"resourceType": "Bundle", "type": "collection", "entry": all}).to_string();
        let refused = import_records(&store, &session, "stays.json", bundle.as_bytes()).unwrap();
        assert!(refused.is_empty(), "{refused:?}");
        LocalDesk::new(store, session, None, "").unwrap()
    }

    #[test]
    fn no_row_showed_before_every_stay_was_looked_at() {
        let desk = desk(FEW + 6);
        let list = desk.worklist_now(WorklistView::Active).unwrap();
        assert_eq!((list.rows.len(), list.waiting), (FEW + 6, FEW + 6));
        assert!(list.rows.iter().all(|row| row.gaps.is_none()));
        let (mut told, first) = (Vec::new(), ["e69".to_owned()]);
        let left = desk.count(WorklistView::Active, &first, &Stop::new(), &mut |found| told.push(found)).unwrap();
        assert_eq!((left, told.last().map(|t| (t.done, t.total))), (0, Some((FEW + 6, FEW + 6))));
        assert!(told.iter().flat_map(|t| &t.rows).any(|row| row.encounter == "e69" && row.gaps > 0));
        let list = desk.worklist_now(WorklistView::Active).unwrap();
        assert!(list.waiting == 0 && list.rows.iter().all(|row| row.gaps > Some(0) && !row.top_gaps.is_empty()));
    }

    #[test]
    fn a_few_stays_are_looked_at_before_the_list_is_shown_and_a_whole_list_waits_for_all() {
        let few = desk(3);
        assert!(few.worklist_now(WorklistView::Active).unwrap().rows.iter().all(|row| row.gaps > Some(0)));
        let many = desk(FEW + 6);
        assert!(many.worklist(WorklistView::Active).unwrap().rows.iter().all(|row| row.gaps > Some(0)));
    }

    #[test]
    fn a_gap_that_was_set_aside_is_not_counted() {
        let desk = desk(1);
        let before = desk.worklist(WorklistView::Active).unwrap().rows[0].gaps;
        let key = desk.chart("e0").unwrap().gaps[0].key.clone();
        desk.dismiss_gap("e0", &key, super::super::model::DismissReason::NotSignificant, "").unwrap();
        let after = desk.worklist(WorklistView::Active).unwrap().rows[0].gaps;
        assert_eq!(after.zip(before).map(|(after, before)| after + 1 == before), Some(true));
    }

    #[test]
    fn lone_notes_could_not_be_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (store, session) = empty();
        for (name, text) in [("a.txt", "OPERATIVE REPORT\n\nKnee arthroscopy, left.\n"), ("b.txt", "Seen   in clinic\nfor a sore throat.")]
        {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            import(&store, &session, Input::Paths(&[file]), &Options::default(), &Stop::new(), &mut |_| {}).unwrap();
        }
        let desk = LocalDesk::new(store, session, None, "").unwrap();
        let list = desk.worklist(WorklistView::All).unwrap();
        let words: Vec<String> = list.rows.iter().filter_map(|r| r.note_alone.as_ref()).map(|n| n.words.clone()).collect();
        assert_eq!(words.len(), 2);
        assert!(
            words.iter().any(|w| w == "OPERATIVE REPORT Knee arthroscopy, left."),
            "a title that it begins with is not said twice: {words:?}"
        );
        assert!(words.iter().any(|w| w.ends_with("Seen in clinic for a sore throat.")), "{words:?}");
    }
}
