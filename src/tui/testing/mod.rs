//! A small stand-in desk over invented charts, for the tests of the interface: enough of everything, nothing on disk.

mod charts;
mod desk;
mod hostile;

use crate::chart::{Instant, Patient};
use crate::error::{Result, Trouble};
use crate::query::{Draft, Indicator, OptionKind, QueryForm, QueryOption, QueryState, Recipient};
use crate::work::model::{AnswerTime, ChartView, GapRow, QueryRow, QueryStep, QueryView, Searches};
use charts::chart;
use std::sync::{Mutex, MutexGuard};

/// The instant at which the invented charts stand still.
pub fn now() -> Instant {
    at("2026-11-19T08:42:00-05:00")
}

fn at(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

/// The desk.
#[derive(Debug)]
pub struct TestDesk {
    state: Mutex<State>,
    /// What stands in the place of every word that would come from outside; empty on an ordinary desk.
    words: Mutex<Vec<String>>,
}

#[derive(Debug)]
struct State {
    charts: Vec<ChartView>,
    queries: Vec<QueryView>,
    place: Option<String>,
    searches: Searches,
    /// Stays that nobody looked at yet.
    unlooked: Vec<String>,
}

impl TestDesk {
    /// Six stays; the fourth is without gaps and has been read.
    pub fn new() -> Self {
        let names = [
            ("RIVERA", "Marta", "4W-12"),
            ("OKAFOR", "Samuel", "ICU-3"),
            ("LINDQVIST", "Eva", "5E-02"),
            ("BANERJEE", "Arun", "4W-07"),
            ("SATO", "Keiko", "2N-11"),
            ("NU\u{d1}EZ DE LA CRUZ", "Mar\u{ed}a Fernanda", "2N-12"),
        ];
        let mut charts: Vec<ChartView> =
            names.iter().enumerate().map(|(n, (family, given, unit))| chart(&format!("8812{n}"), family, given, unit)).collect();
        let quiet = &mut charts[3];
        quiet.gaps.clear();
        quiet.seen = quiet.chart.documents.iter().map(|d| d.identifier.clone()).collect();
        Self {
            state: Mutex::new(State { charts, queries: Vec::new(), place: None, searches: Searches::default(), unlooked: Vec::new() }),
            words: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }

    /// Changes one of the charts.
    pub fn edit(&self, encounter: &str, change: impl FnOnce(&mut ChartView)) {
        if let Some(chart) = self.state().charts.iter_mut().find(|c| c.chart.encounter.identifier == encounter) {
            change(chart);
        }
    }

    /// From now on nobody has looked at any of its stays.
    pub fn unlook(&self) {
        let mut state = self.state();
        state.unlooked = state.charts.iter().map(|c| c.chart.encounter.identifier.clone()).collect();
    }

    fn change(&self, id: i64, state: QueryState, note: &str) -> Result<QueryView> {
        let mut all = self.state();
        let query = all.queries.iter_mut().find(|q| q.row.id == id).ok_or_else(|| Trouble::input("no such query"))?;
        let step = QueryStep {
            at: now(),
            by: "ana".to_owned(),
            from: query.row.state,
            to: state,
            event: String::new(),
            note: note.to_owned(),
            body_hash: "0badc0ffee".to_owned(),
        };
        query.steps.push(step);
        query.row.state = state;
        if state == QueryState::Sent {
            query.row.sent = Some(now());
        }
        Ok(query.clone())
    }

    fn add(&self, encounter: &str, gap: Option<&GapRow>) -> Result<QueryView> {
        let mut all = self.state();
        if let Some(there) =
            all.queries.iter().find(|q| gap.is_some_and(|g| q.draft.gap.as_deref() == Some(g.key.as_str())) && q.row.state.is_draft())
        {
            return Ok(there.clone());
        }
        let id = all.queries.len() as i64 + 1;
        let chart =
            all.charts.iter().find(|c| c.chart.encounter.identifier == encounter).cloned().ok_or_else(|| Trouble::input("no such stay"))?;
        let indicators = gap.iter().flat_map(|g| &g.gap.evidence).map(|e| Indicator::new(e.clone(), "labs"));
        let option = |text: &str, kind| QueryOption { text: self.said(text), kind, ..QueryOption::default() };
        let draft = Draft {
            title: self.said("Clinical clarification: renal function"),
            encounter: Some(encounter.to_owned()),
            gap: gap.map(|g| g.key.clone()),
            form: QueryForm::MultipleChoice,
            recipient: Some(Recipient { name: self.said("Wei Chen, MD"), identifier: None, role: "attending".to_owned() }),
            indicators: indicators.collect(),
            question: self.said("Based on your clinical judgment, can the cause of the change in renal function be further specified?"),
            options: vec![
                option("Acute kidney injury due to ...", OptionKind::Diagnosis),
                option("Prerenal azotemia without acute kidney injury", OptionKind::Diagnosis),
                option("Other: ____________", OptionKind::Other),
                option("Unable to determine", OptionKind::Undetermined),
            ],
            due: now().plus_hours(48),
            ..Draft::default()
        };
        let patient = chart.chart.patient.as_ref().map(Patient::display);
        let row = QueryRow {
            id,
            state: QueryState::Draft,
            title: draft.title.clone(),
            encounter: Some(encounter.to_owned()),
            patient,
            to: Some(self.said("Wei Chen, MD")),
            version: 1,
            sent: None,
            due: draft.due,
            overdue: false,
            outcome: None,
            imported: None,
            answer: None,
            says: None,
            author: "ana".to_owned(),
            last_contact: None,
            next_step: None,
            handed_to: Some("physician advisor".into()),
            found: None,
        };
        let view = QueryView {
            row,
            draft,
            internal_note: String::new(),
            revision: 1,
            created: Some(now()),
            steps: Vec::new(),
            answer: None,
            sent_text: None,
            responded: None,
            answered_by: None,
            documented_in: None,
            contacts: Vec::new(),
            versions: Vec::new(),
            notes: Vec::new(),
            answer_time: Some(AnswerTime { hours: 48, at: now().plus_hours(48), no_weekends: true, no_holidays: true, hours_of_day: None }),
            recipients: vec![Recipient { name: self.said("Hospital medicine"), identifier: None, role: "pool".to_owned() }],
        };
        all.queries.insert(0, view.clone());
        Ok(view)
    }
}
