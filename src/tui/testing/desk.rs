//! What the stand-in desk answers.

use super::{TestDesk, now};
use crate::chart::{DocumentType, EncounterClass, Instant, Patient};
use crate::checklist::{Explanation, GapState, Outcome as Three};
use crate::error::{Result, Trouble};
use crate::query::{Diagnostic, Draft, LintSeverity, Outcome, QueryState, Report};
use crate::work::model::{
    ChartView, Counted, DismissReason, GapLine, GapRow, QueryRow, QueryView, RowGaps, SavedSearch, SearchHit, SearchPage, Searches,
    Worklist, WorklistRow, WorklistView,
};
use crate::work::{Desk, SearchRequest, Tried};
use lacuna_index::Stop;

impl Desk for TestDesk {
    fn user(&self) -> &str {
        "ana"
    }
    fn banner(&self) -> &str {
        "SYNTHETIC CHARTS"
    }
    fn now(&self) -> Instant {
        now()
    }
    fn worklist(&self, view: WorklistView) -> Result<Worklist> {
        self.state().unlooked.clear();
        self.worklist_now(view)
    }
    fn worklist_now(&self, view: WorklistView) -> Result<Worklist> {
        let all = self.state();
        let rows: Vec<WorklistRow> = all
            .charts
            .iter()
            .filter(|c| view != WorklistView::Discharged && (view != WorklistView::WithGaps || !c.gaps.is_empty()))
            .map(|c| {
                let looked = !all.unlooked.contains(&c.chart.encounter.identifier);
                let open: Vec<&GapRow> = c.gaps.iter().filter(|g| looked && g.gap.state == GapState::Open).collect();
                let unseen = c.chart.documents.len() - c.seen.len();
                let patient = c.chart.patient.as_ref().expect("a patient");
                WorklistRow {
                    encounter: c.chart.encounter.identifier.clone(),
                    name: String::new(),
                    patient: patient.display(),
                    mrn: patient.mrn.clone(),
                    age: Some(72),
                    sex: "F",
                    unit: c.chart.encounter.locations.first().map(|l| l.name.clone()),
                    class: EncounterClass::Inpatient,
                    takes_place: true,
                    day: Some(3),
                    gmlos_days: Some(4.1),
                    working_drg: Some(self.said("291")),
                    admitted: c.chart.encounter.start,
                    discharged: None,
                    attending: Some(self.said("Wei Chen, MD")),
                    service: Some(self.said("hospital medicine")),
                    payer: Some(self.said("Northlake Health Plan")),
                    reasons: if unseen > 0 {
                        vec!["first review".to_owned(), format!("{unseen} new notes")]
                    } else {
                        vec!["nothing new".to_owned()]
                    },
                    note_alone: None,
                    gaps: looked.then_some(open.len()),
                    severity: open.iter().map(|g| g.gap.severity).max(),
                    top_gaps: open
                        .iter()
                        .map(|g| GapLine {
                            severity: g.gap.severity,
                            title: g.gap.title.clone(),
                            source: self.said("Progress note 18 Nov 07:20, Chen"),
                        })
                        .collect(),
                    queries: String::new(),
                    next_review: now().plus_hours(24),
                    documents: c.chart.documents.len(),
                    unseen,
                    claimed: c.claimed.clone(),
                    note: c.note.clone(),
                }
            })
            .collect();
        let with_new = rows.iter().filter(|r| r.unseen > 0).count();
        let counts = vec![(WorklistView::Active, 6), (WorklistView::WithGaps, 5)];
        Ok(Worklist { view, rows, with_new, answers: 0, overdue: 0, counts, waiting: all.unlooked.len() })
    }
    fn count(&self, view: WorklistView, _: &[String], _: &Stop, tell: &mut dyn FnMut(Counted)) -> Result<usize> {
        let total = self.state().unlooked.len();
        for (at, row) in self.worklist(view)?.rows.into_iter().enumerate() {
            let found = RowGaps { encounter: row.encounter, gaps: row.gaps.unwrap_or(0), severity: row.severity, top: row.top_gaps };
            tell(Counted { done: at + 1, total, rows: vec![found] });
        }
        Ok(0)
    }
    fn chart(&self, encounter: &str) -> Result<ChartView> {
        let all = self.state();
        let found = all.charts.iter().find(|c| c.chart.encounter.identifier == encounter).cloned();
        let mut chart = found.ok_or_else(|| Trouble::input("no such stay"))?;
        chart.queries = all.queries.iter().filter(|q| q.draft.encounter.as_deref() == Some(encounter)).map(|q| q.row.clone()).collect();
        for gap in &mut chart.gaps {
            let asks = |q: &&QueryView| q.draft.gap.as_ref() == Some(&gap.key) && !q.row.state.is_over();
            if let Some(query) = all.queries.iter().find(asks) {
                gap.query = Some(query.row.id);
                if query.row.state.is_sent() && gap.gap.state == GapState::Open {
                    gap.gap.state = GapState::Queried;
                }
            }
        }
        Ok(chart)
    }
    fn chart_on(&self, encounter: &str, until: &Instant) -> Result<ChartView> {
        let mut view = self.chart(encounter)?;
        let chart = std::sync::Arc::make_mut(&mut view.chart);
        chart.until(until);
        view.readings = std::sync::Arc::new(chart.documents.iter().map(super::charts::reading).collect());
        let there = |e: &crate::chart::Evidence| e.date().is_none_or(|d| d <= *until);
        view.gaps.retain(|g| g.gap.evidence.iter().all(there));
        view.as_of = *until;
        Ok(view)
    }
    fn complete(&self, query: &str, cursor: usize) -> Vec<lacuna_index::Completion> {
        lacuna_index::complete(query, cursor, &crate::work::Known::lexicon())
    }
    fn encounters_with(&self, query: &str, stop: &Stop) -> Result<Vec<String>> {
        let page = self.search(&SearchRequest { text: query, ..SearchRequest::default() }, stop)?;
        let mut all: Vec<String> = page.hits.into_iter().filter_map(|hit| hit.encounter).collect();
        all.dedup();
        Ok(all)
    }
    fn searches(&self) -> Result<Searches> {
        Ok(self.state().searches.clone())
    }
    fn keep_search(&self, name: &str, query: &str) -> Result<()> {
        let saved = &mut self.state().searches.saved;
        saved.retain(|s| s.name != name);
        if !query.is_empty() {
            saved.push(SavedSearch { name: name.to_owned(), query: query.to_owned() });
        }
        Ok(())
    }
    fn used_search(&self, query: &str) -> Result<()> {
        let recent = &mut self.state().searches.recent;
        recent.retain(|q| q != query);
        recent.insert(0, query.to_owned());
        Ok(())
    }
    fn search(&self, request: &SearchRequest<'_>, _: &Stop) -> Result<SearchPage> {
        let query = request.text;
        let all = self.state();
        let mut hits = Vec::new();
        for chart in &all.charts {
            for document in &chart.chart.documents {
                if let Some(start) = document.text.find(query) {
                    let from = document.text.floor_char_boundary(start.saturating_sub(20));
                    hits.push(SearchHit {
                        document: document.identifier.clone(),
                        encounter: Some(chart.chart.encounter.identifier.clone()),
                        patient: chart.chart.patient.as_ref().map(Patient::display),
                        title: document.title.clone(),
                        document_type: self.said("Progress note"),
                        author: document.author.as_ref().and_then(|a| a.name.clone()),
                        date: document.time,
                        section: None,
                        score: 1.0,
                        snippet: document.text[from..].chars().take(20 + query.len() + 20).collect(),
                        marks: vec![(start - from, start - from + query.len())],
                        preview: document.text.clone(),
                        preview_marks: vec![(start, start + query.len())],
                        at: (start, start + query.len()),
                    });
                }
            }
        }
        let facets = vec![("type".to_owned(), vec![(self.said("progress_note"), hits.len() as u64)])];
        let facets = if hits.is_empty() { Vec::new() } else { facets };
        Ok(SearchPage {
            total: hits.len() as u64,
            took_ms: 1,
            hits,
            facets,
            meaning: self.said(&format!("the word {query}")),
            ..SearchPage::default()
        })
    }
    fn explain(&self, _: &str, item: &str, _: Option<&Instant>) -> Result<Explanation> {
        let leaf = Explanation {
            label: self.said("creatinine rose by at least 0.3 mg/dL within 48 h"),
            outcome: Three::Yes,
            detail: self.said("1.0 \u{2192} 2.4: +1.4 in 30.7 h"),
            parts: Vec::new(),
        };
        Ok(Explanation { label: item.to_owned(), outcome: Three::Yes, detail: String::new(), parts: vec![leaf] })
    }
    fn try_on(&self, text: &str, file: Option<&str>, kind: Option<DocumentType>) -> Result<Tried> {
        use crate::tui::tests::survey::{mistakes, of, of_site};
        match file {
            None => {
                let found = of(text);
                Ok(Tried::Found(crate::checklist::Survey { document_type: kind.unwrap_or(found.document_type), ..found }))
            }
            Some("mistaken.toml") => Ok(Tried::Mistakes(mistakes())),
            Some("site.toml") => Ok(Tried::Found(of_site(text))),
            Some(other) => Err(Trouble::input("the checklist could not be read").at(other, None).hint("name a TOML file")),
        }
    }
    fn checklist_names(&self, typed: &str) -> Vec<String> {
        ["mistaken.toml", "site.toml", "sites/"].iter().filter(|name| name.starts_with(typed)).map(|name| (*name).to_owned()).collect()
    }
    fn edit_checklist(&self, file: &str) -> Result<()> {
        if file == "site.toml" { Ok(()) } else { Err(Trouble::input("no editor is named")) }
    }
    fn dismiss_gap(&self, encounter: &str, key: &str, reason: DismissReason, _: &str) -> Result<()> {
        let mut all = self.state();
        for gap in
            all.charts.iter_mut().filter(|c| c.chart.encounter.identifier == encounter).flat_map(|c| &mut c.gaps).filter(|g| g.key == key)
        {
            gap.gap.state = GapState::Dismissed;
            gap.dismissed = Some(reason.label().to_owned());
        }
        Ok(())
    }
    fn reopen_gap(&self, encounter: &str, key: &str) -> Result<()> {
        let mut all = self.state();
        for gap in
            all.charts.iter_mut().filter(|c| c.chart.encounter.identifier == encounter).flat_map(|c| &mut c.gaps).filter(|g| g.key == key)
        {
            gap.gap.state = GapState::Open;
            gap.dismissed = None;
        }
        Ok(())
    }
    fn version(&self, _: &str, document: &str, version: u32) -> Result<String> {
        let all = self.state();
        let mut documents = all.charts.iter().flat_map(|c| &c.chart.documents);
        let text = documents.find(|d| d.identifier == document && version < d.version).map(|d| d.text.replace("2.4", "1.9"));
        text.ok_or_else(|| Trouble::input("no such version"))
    }
    fn mark_seen(&self, encounter: &str, document: &str, _: u32) -> Result<()> {
        for chart in self.state().charts.iter_mut().filter(|c| c.chart.encounter.identifier == encounter) {
            chart.seen.insert(document.to_owned());
        }
        Ok(())
    }
    fn set_next_review(&self, encounter: &str, _: u32) -> Result<()> {
        self.edit(encounter, |chart| chart.last_look = Some(now()));
        Ok(())
    }
    fn sign_as(&self, _name: &str, _contact: &str) -> Result<()> {
        Ok(())
    }
    fn note_to_self(&self, encounter: &str, words: &str) -> Result<()> {
        self.edit(encounter, |chart| chart.note = Some(words.to_owned()));
        Ok(())
    }
    fn claim(&self, encounter: &str, take: bool) -> Result<()> {
        self.edit(encounter, |chart| chart.claimed = take.then(|| "ana".to_owned()));
        Ok(())
    }
    fn draft_for_gap(&self, encounter: &str, key: &str) -> Result<QueryView> {
        let chart = self.chart(encounter)?;
        let row = chart.gaps.iter().find(|g| g.key == key).ok_or_else(|| Trouble::input("no such gap"))?;
        self.add(encounter, Some(row))
    }
    fn draft_blank(&self, encounter: &str) -> Result<QueryView> {
        self.add(encounter, None)
    }
    fn lint(&self, draft: &Draft) -> Result<Report> {
        let lead = draft.question.find("please document").map(|start| Diagnostic {
            rule: "QL001",
            severity: LintSeverity::Block,
            r#where: Some((start, start + 15)),
            field: "question".to_owned(),
            message: "asks for a documentation instead of a judgment".to_owned(),
            hint: "ask what the findings mean".to_owned(),
        });
        let urgent = draft.body.contains("urgent").then(|| Diagnostic {
            rule: "QL002",
            severity: LintSeverity::Justify,
            r#where: None,
            field: "body".to_owned(),
            message: self.said("presses for haste"),
            hint: "say why it cannot wait".to_owned(),
        });
        let justified = urgent.is_none() || draft.justifications.contains_key("QL002");
        Ok(Report { can_send: lead.is_none() && justified, diagnostics: lead.into_iter().chain(urgent).collect() })
    }
    fn in_editor(&self, draft: &Draft) -> Result<Draft> {
        Ok(Draft { body: format!("{} From the editor.", draft.body), ..draft.clone() })
    }
    fn save_draft(&self, id: i64, revision: i64, draft: &Draft, internal_note: &str) -> Result<i64> {
        let mut all = self.state();
        let query = all.queries.iter_mut().find(|q| q.row.id == id).ok_or_else(|| Trouble::input("no such draft"))?;
        if query.revision != revision {
            return Err(Trouble::refused("another window saved this draft"));
        }
        query.revision += 1;
        query.draft = draft.clone();
        query.internal_note = internal_note.to_owned();
        query.row.title.clone_from(&draft.title);
        Ok(query.revision)
    }
    fn discard_draft(&self, id: i64) -> Result<()> {
        self.state().queries.retain(|q| q.row.id != id);
        Ok(())
    }
    fn send(&self, id: i64, _: i64) -> Result<QueryView> {
        if !self.lint(&self.query(id)?.draft)?.can_send {
            return Err(Trouble::refused("the query was not sent"));
        }
        self.change(id, QueryState::Sent, "sent")
    }
    fn answer(&self, id: i64, words: &str, option: Option<usize>) -> Result<QueryView> {
        let ticked = option.and_then(|at| self.query(id).ok()?.draft.options.get(at).map(|o| o.text.clone())).unwrap_or_default();
        let said = [ticked.as_str(), words].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("\n");
        self.change(id, QueryState::Answered, &said)?;
        if let Some(query) = self.state().queries.iter_mut().find(|q| q.row.id == id) {
            query.answer = Some(said);
        }
        self.query(id)
    }
    fn answer_by(&self, id: i64, reply: &crate::work::Reply) -> Result<QueryView> {
        self.answer(id, &reply.words, reply.option)
    }
    fn close(&self, id: i64, _: Outcome, _: &str) -> Result<QueryView> {
        self.change(id, QueryState::Closed, "")
    }
    fn escalate(&self, id: i64, to: &str, _: &str) -> Result<QueryView> {
        self.change(id, QueryState::Escalated, to)
    }
    fn ready(&self, id: i64) -> Result<QueryView> {
        self.change(id, QueryState::Ready, "")
    }
    fn deliver(&self, id: i64) -> Result<QueryView> {
        self.change(id, QueryState::Open, "")
    }
    fn amendment(&self, id: i64, why: &str) -> Result<QueryView> {
        let mut view = self.query(id)?;
        view.row.state = QueryState::Draft;
        view.draft.amends = Some(id);
        view.internal_note = why.to_owned();
        Ok(view)
    }
    fn redirect(&self, id: i64, to: &str, _: &str) -> Result<QueryView> {
        if let Some(query) = self.state().queries.iter_mut().find(|q| q.row.id == id) {
            query.row.to = Some(to.to_owned());
        }
        self.change(id, QueryState::Redirected, to)
    }
    fn reopen(&self, id: i64, words: &str) -> Result<QueryView> {
        self.change(id, QueryState::Reopened, words)
    }
    fn documented(&self, id: i64, _: Option<&str>, _: Option<Outcome>) -> Result<QueryView> {
        self.change(id, QueryState::Closed, "documented")
    }
    fn contact(&self, id: i64, _: &str, _: &str, _: &str) -> Result<QueryView> {
        self.query(id)
    }
    fn withdraw(&self, id: i64, words: &str) -> Result<QueryView> {
        self.change(id, QueryState::Withdrawn, words)
    }
    fn queries(&self) -> Result<Vec<QueryRow>> {
        Ok(self.state().queries.iter().map(|q| q.row.clone()).collect())
    }
    fn query(&self, id: i64) -> Result<QueryView> {
        self.state().queries.iter().find(|q| q.row.id == id).cloned().ok_or_else(|| Trouble::input("no such query"))
    }
    fn provider_view(&self, draft: &Draft, _: Option<i64>) -> String {
        format!("{}\n\n{}\n", draft.title, draft.question)
    }
    fn save_place(&self, place: &str) -> Result<()> {
        self.state().place = Some(place.to_owned());
        Ok(())
    }
    fn place(&self) -> Result<Option<String>> {
        Ok(self.state().place.clone())
    }
    fn refresh(&self) -> Result<bool> {
        Ok(false)
    }
}
