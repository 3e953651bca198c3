//! A small stand-in desk over invented charts, for the tests of the interface: enough of everything, nothing on disk.

use crate::chart::{
    Chart, Document, DocumentStatus, DocumentType, Encounter, EncounterClass, Evidence, Instant, Location, Medication, MedicationKind,
    Observation, Order, Patient, PriorEncounter, Procedure, Provider, Quantity, Role, Sex, TextEvidence, Value, ValueEvidence,
};
use crate::checklist::{Explanation, Gap, GapKind, GapState, Outcome as Three, Searched, Severity, Survey};
use crate::error::{Result, Trouble};
use crate::query::{
    Diagnostic, Draft, Indicator, LintSeverity, OptionKind, Outcome, QueryForm, QueryOption, QueryState, Recipient, Report,
};
use crate::reading::{Reading, Section};
use crate::work::model::{
    ChartView, DismissReason, GapLine, GapRow, QueryRow, QueryStep, QueryView, SavedSearch, SearchHit, SearchPage, Searches, Worklist,
    WorklistRow, WorklistView,
};
use crate::work::{Desk, SearchRequest};
use lacuna_index::Stop;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

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
}

#[derive(Debug)]
struct State {
    charts: Vec<ChartView>,
    queries: Vec<QueryView>,
    place: Option<String>,
    searches: Searches,
}

/// The note that the hostile tests look at: every kind of character that could drive a terminal.
pub const HOSTILE: &str = "LABS:\nNa\t131\tK\t4.9\nCreatinine\t2.4\tH\nodd \u{1b}]52;c;aGVsbG8=\u{7} and \u{9b}31m and \u{202e}desrever\u{202c} end\r\nASSESSMENT:\nElevated creatinine. Hold lisinopril.\n";

fn provider(name: &str, role: Role) -> Provider {
    Provider { identifier: Some(name.to_lowercase()), name: Some(name.to_owned()), role, service: Some("hospital medicine".to_owned()) }
}

fn document(encounter: &str, number: usize, kind: DocumentType, time: &str, author: &str, text: &str) -> Document {
    Document {
        identifier: format!("{encounter}-d{number}"),
        version: 1,
        encounter: Some(encounter.to_owned()),
        document_type: Some(kind),
        title: Some(kind.label().to_owned()),
        status: DocumentStatus::Final,
        author: Some(provider(author, Role::Physician)),
        signer: Some(provider(author, Role::Physician)),
        time: Some(at(time)),
        text: text.to_owned(),
        ..Document::default()
    }
}

fn lab(encounter: &str, name: &str, time: &str, value: f64, range: (f64, f64)) -> Observation {
    Observation {
        identifier: format!("{encounter}-{name}-{time}"),
        name: name.to_owned(),
        category: Some("laboratory".to_owned()),
        value: Some(Value::Quantity(Quantity { value, comparator: None, unit: Some("mg/dL".to_owned()) })),
        low: Some(range.0),
        high: Some(range.1),
        time: Some(at(time)),
        ..Observation::default()
    }
}

fn reading(document: &Document) -> Reading {
    let mut start = 0;
    let mut sections = Vec::new();
    for line in document.text.split_inclusive('\n') {
        if line.trim_end().ends_with(':') {
            let heading = line.trim_end().to_owned();
            sections.push(Section {
                section: "other".to_owned(),
                start,
                end: document.text.len(),
                body: start + heading.len(),
                heading,
                within: None,
            });
        }
        start += line.len();
    }
    Reading { document_type: document.document_type.unwrap_or_default(), sections, ..Reading::default() }
}

fn words(document: &Document, quote: &str) -> Evidence {
    let start = document.text.find(quote).expect("the quote");
    Evidence::Text(TextEvidence {
        document: document.identifier.clone(),
        start,
        end: start + quote.len(),
        quote: quote.to_owned(),
        date: document.time,
        author: document.author.as_ref().and_then(|a| a.name.clone()),
        document_type: document.document_type.unwrap_or_default(),
        opening: false,
    })
}

fn gap(encounter: &str, item: &str, severity: Severity, title: &str, evidence: Vec<Evidence>) -> GapRow {
    let gap = Gap {
        item: item.to_owned(),
        checklist: "core".to_owned(),
        version: 1,
        kind: GapKind::Undocumented,
        condition: Some(item.to_owned()),
        element: None,
        document_type: None,
        missing: Vec::new(),
        severity,
        title: title.to_owned(),
        why: "The value rose by more than half within two days and no note names a cause.".to_owned(),
        encounter: encounter.to_owned(),
        evidence,
        counter_evidence: Vec::new(),
        searched: vec![Searched {
            what: "acute kidney injury, ATN, prerenal".to_owned(),
            r#where: "4 notes".to_owned(),
            documents: Vec::new(),
        }],
        also: Vec::new(),
        due: None,
        state: GapState::Open,
    };
    GapRow { key: gap.key(), gap, dismissed: None, query: None, answered: None }
}

fn chart(encounter: &str, family: &str, given: &str, unit: &str) -> ChartView {
    let filler = "Feels a little better this morning. Denies fever, chills, chest pain or shortness of breath at rest. Walked to the chair with help and ate half of breakfast.\n".repeat(9);
    let documents = vec![
        document(
            encounter,
            1,
            DocumentType::EmergencyNote,
            "2026-11-17T14:10:00-05:00",
            "Min-jun Yoo, MD",
            &format!("HISTORY:\n{filler}ASSESSMENT:\nSepsis due to pneumonia \u{6f22}\u{5b57}.\n"),
        ),
        document(
            encounter,
            2,
            DocumentType::HistoryAndPhysical,
            "2026-11-17T15:30:00-05:00",
            "Wei Chen, MD",
            &format!("HISTORY OF PRESENT ILLNESS:\n{filler}PLAN:\nAdmit. CHF exacerbation, on IV furosemide 40 mg bid.\n"),
        ),
        document(
            encounter,
            3,
            DocumentType::ProgressNote,
            "2026-11-18T07:20:00-05:00",
            "Wei Chen, MD",
            &format!("SUBJECTIVE:\n{filler}{HOSTILE}"),
        ),
        document(
            encounter,
            4,
            DocumentType::Other,
            "2026-11-19T06:50:00-05:00",
            "Rosa Ortiz, RN",
            "Wound check: stage 2 pressure injury, sacrum.\nTurned every two hours.\n",
        ),
    ];
    let creatinine: Vec<Observation> =
        [("2026-11-17T14:30:00-05:00", 1.0), ("2026-11-18T05:10:00-05:00", 1.6), ("2026-11-18T21:10:00-05:00", 2.4)]
            .into_iter()
            .map(|(time, value)| lab(encounter, "Creatinine", time, value, (0.6, 1.1)))
            .collect();
    let mut observations = creatinine.clone();
    observations.push(lab(encounter, "Potassium", "2026-11-18T05:10:00-05:00", 4.9, (3.5, 5.1)));
    let value = |o: &Observation, text: &str| {
        Evidence::Value(ValueEvidence {
            observation: o.identifier.clone(),
            name: o.name.clone(),
            value: text.to_owned(),
            unit: Some("mg/dL".to_owned()),
            date: o.time,
            reference: Some("0.6-1.1".to_owned()),
            prior: false,
        })
    };
    let gaps = vec![
        gap(
            encounter,
            "acute_kidney_injury",
            Severity::High,
            "Creatinine 1.0 \u{2192} 2.4 in 31 h, no diagnosis",
            vec![value(&creatinine[0], "1.0"), value(&creatinine[2], "2.4"), words(&documents[2], "Elevated creatinine. Hold lisinopril.")],
        ),
        gap(
            encounter,
            "heart_failure",
            Severity::Warn,
            "Heart failure: type and acuity not stated",
            vec![words(&documents[1], "CHF exacerbation")],
        ),
        gap(
            encounter,
            "pressure_injury",
            Severity::Info,
            "Pressure injury: nurse stage 2, no provider note",
            vec![words(&documents[3], "stage 2 pressure injury")],
        ),
    ];
    let readings = documents.iter().map(reading).collect();
    let chart = Chart {
        patient: Some(Patient {
            identifier: format!("p-{encounter}"),
            mrn: Some("00417733".to_owned()),
            family: Some(family.to_owned()),
            given: Some(given.to_owned()),
            birth: Some(at("1954-03-02")),
            sex: Sex::Female,
            ..Patient::default()
        }),
        encounter: Encounter {
            identifier: encounter.to_owned(),
            class: EncounterClass::Inpatient,
            start: Some(at("2026-11-17T14:05:00-05:00")),
            locations: vec![Location { name: unit.to_owned(), start: None }],
            attending: Some(provider("Wei Chen, MD", Role::Physician)),
            working_drg: Some("291".to_owned()),
            gmlos_days: Some(4.1),
            ..Encounter::default()
        },
        documents,
        observations,
        ..treated(encounter)
    };
    ChartView {
        chart: Arc::new(chart),
        readings: Arc::new(readings),
        gaps,
        queries: Vec::new(),
        seen: BTreeSet::new(),
        as_of: now(),
        last_look: None,
        note: None,
        claimed: None,
    }
}

/// What was ordered, given and done, and a value of an earlier stay.
fn treated(encounter: &str) -> Chart {
    let drug = |name: &str, kind, time: &str, end: Option<&str>| Medication {
        identifier: format!("{encounter}-{name}-{time}"),
        name: name.to_owned(),
        kind,
        time: Some(at(time)),
        end: end.map(at),
        ..Medication::default()
    };
    let (ordered, given) = (MedicationKind::Ordered, MedicationKind::Given);
    Chart {
        medications: vec![
            drug("lisinopril 10 mg", ordered, "2026-11-17T16:00:00-05:00", Some("2026-11-18T08:00:00-05:00")),
            drug("furosemide 40 mg IV", ordered, "2026-11-17T16:30:00-05:00", None),
            drug("furosemide 40 mg IV", given, "2026-11-17T18:00:00-05:00", None),
            drug("furosemide 40 mg IV", given, "2026-11-18T09:00:00-05:00", None),
        ],
        orders: vec![Order {
            identifier: format!("{encounter}-consult"),
            name: "Nephrology consult".to_owned(),
            time: Some(at("2026-11-18T08:05:00-05:00")),
            ..Order::default()
        }],
        procedures: vec![Procedure {
            identifier: format!("{encounter}-line"),
            name: "Central venous catheter".to_owned(),
            start: Some(at("2026-11-18T11:00:00-05:00")),
            ..Procedure::default()
        }],
        prior: vec![PriorEncounter {
            observations: vec![lab(encounter, "Creatinine", "2026-08-12T08:00:00-04:00", 0.9, (0.6, 1.1))],
            ..PriorEncounter::default()
        }],
        ..Chart::default()
    }
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
        Self { state: Mutex::new(State { charts, queries: Vec::new(), place: None, searches: Searches::default() }) }
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
        let option = |text: &str, kind| QueryOption { text: text.to_owned(), kind, ..QueryOption::default() };
        let draft = Draft {
            title: "Clinical clarification: renal function".to_owned(),
            encounter: Some(encounter.to_owned()),
            gap: gap.map(|g| g.key.clone()),
            form: QueryForm::MultipleChoice,
            recipient: Some(Recipient { name: "Wei Chen, MD".to_owned(), identifier: None, role: "attending".to_owned() }),
            indicators: indicators.collect(),
            question: "Based on your clinical judgment, can the cause of the change in renal function be further specified?".to_owned(),
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
            to: Some("Wei Chen, MD".to_owned()),
            version: 1,
            sent: None,
            due: draft.due,
            overdue: false,
            outcome: None,
            answer: None,
            says: None,
            author: "ana".to_owned(),
            last_contact: None,
            next_step: None,
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
            recipients: vec![Recipient { name: "Hospital medicine".to_owned(), identifier: None, role: "pool".to_owned() }],
        };
        all.queries.insert(0, view.clone());
        Ok(view)
    }
}

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
        let all = self.state();
        let rows: Vec<WorklistRow> = all
            .charts
            .iter()
            .filter(|c| view != WorklistView::Discharged && (view != WorklistView::WithGaps || !c.gaps.is_empty()))
            .map(|c| {
                let open: Vec<&GapRow> = c.gaps.iter().filter(|g| g.gap.state == GapState::Open).collect();
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
                    day: Some(3),
                    gmlos_days: Some(4.1),
                    working_drg: Some("291".to_owned()),
                    admitted: c.chart.encounter.start,
                    discharged: None,
                    attending: Some("Wei Chen, MD".to_owned()),
                    service: Some("hospital medicine".to_owned()),
                    reasons: if unseen > 0 {
                        vec!["first review".to_owned(), format!("{unseen} new notes")]
                    } else {
                        vec!["nothing new".to_owned()]
                    },
                    gaps: open.len(),
                    severity: open.iter().map(|g| g.gap.severity).max(),
                    top_gaps: open
                        .iter()
                        .map(|g| GapLine {
                            severity: g.gap.severity,
                            title: g.gap.title.clone(),
                            source: "Progress note 18 Nov 07:20, Chen".to_owned(),
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
        Ok(Worklist { view, rows, with_new, answers: 0, overdue: 0, counts })
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
                    let from = start.saturating_sub(20);
                    hits.push(SearchHit {
                        document: document.identifier.clone(),
                        encounter: Some(chart.chart.encounter.identifier.clone()),
                        patient: chart.chart.patient.as_ref().map(Patient::display),
                        document_type: "Progress note".to_owned(),
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
        let facets = vec![("type".to_owned(), vec![("progress_note".to_owned(), hits.len() as u64)])];
        let facets = if hits.is_empty() { Vec::new() } else { facets };
        Ok(SearchPage { total: hits.len() as u64, took_ms: 1, hits, facets, meaning: format!("the word {query}"), ..SearchPage::default() })
    }
    fn explain(&self, _: &str, item: &str) -> Result<Explanation> {
        let leaf = Explanation {
            label: "creatinine rose by at least 0.3 mg/dL within 48 h".to_owned(),
            outcome: Three::Yes,
            detail: "1.0 \u{2192} 2.4: +1.4 in 30.7 h".to_owned(),
            parts: Vec::new(),
        };
        Ok(Explanation { label: item.to_owned(), outcome: Three::Yes, detail: String::new(), parts: vec![leaf] })
    }
    fn try_on(&self, text: &str) -> Survey {
        super::tests::survey::of(text)
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
            message: "presses for haste".to_owned(),
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
