#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod audit_rules;
mod compliance_rules;
mod draft_rules;
mod history_rules;
mod templates;

use super::*;
use crate::chart::{
    Chart, Document, DocumentType, Encounter, Evidence, Instant, Observation, Patient, Provider, Role, TextEvidence, ValueEvidence,
};
use std::collections::BTreeSet;

pub(super) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn chen() -> Provider {
    Provider { identifier: Some("npi-1".into()), name: Some("Lin Chen, MD".into()), role: Role::Physician, service: None }
}

/// A chart of one progress note by the attending, one wound note by a nurse and one lab.
pub(super) fn chart(note: &str) -> Chart {
    let time = Some(at("2026-11-19T07:20-05:00"));
    let document = |identifier: &str, author: Provider, document_type, text: &str| Document {
        identifier: identifier.into(),
        version: 1,
        encounter: Some("88120".into()),
        document_type: Some(document_type),
        author: Some(author),
        time,
        text: text.into(),
        sha256: sha256_hex(text),
        ..Document::default()
    };
    let nurse = Provider { identifier: Some("rn-1".into()), name: Some("Sol Ortiz, RN".into()), role: Role::Nurse, service: None };
    Chart {
        patient: Some(Patient { identifier: "mrn-7".into(), ..Patient::default() }),
        encounter: Encounter {
            identifier: "88120".into(),
            attending: Some(chen()),
            start: Some(at("2026-11-17T14:10-05:00")),
            ..Encounter::default()
        },
        documents: vec![
            document("prog-1", chen(), DocumentType::ProgressNote, note),
            document("wound-1", nurse, DocumentType::Other, "Sacrum: stage 2 pressure injury, 3 cm."),
        ],
        observations: vec![Observation {
            identifier: "lab-1".into(),
            name: "creatinine".into(),
            category: Some("laboratory".into()),
            ..Observation::default()
        }],
        ..Chart::default()
    }
}

pub(super) fn quoted(document: &str, text: &str, quote: &str) -> Evidence {
    let start = text.find(quote).unwrap();
    Evidence::Text(TextEvidence {
        document: document.into(),
        start,
        end: start + quote.len(),
        quote: quote.into(),
        date: Some(at("2026-11-19T07:20-05:00")),
        author: Some("Lin Chen, MD".into()),
        document_type: DocumentType::ProgressNote,
        opening: false,
    })
}

pub(super) fn lab(name: &str, value: &str, unit: &str, date: &str) -> Evidence {
    Evidence::Value(ValueEvidence {
        observation: "lab-1".into(),
        name: name.into(),
        value: value.into(),
        unit: Some(unit.into()),
        date: Some(at(date)),
        reference: Some("0.6-1.1".into()),
        note: None,
        prior: false,
    })
}

pub(super) fn indicator(evidence: Evidence, group: &str) -> Indicator {
    Indicator::new(evidence, group)
}

pub(super) const NOTE: &str = "Elevated creatinine. Hold lisinopril, IV fluids, renal consult. CHF exacerbation on IV furosemide.";

/// A draft that no rule has anything to say about.
pub(super) fn clean() -> Draft {
    let option = |text: &str, kind| QueryOption { text: text.into(), kind, ..QueryOption::default() };
    Draft {
        title: "Clinical clarification: renal function".into(),
        encounter: Some("88120".into()),
        patient: Some("mrn-7".into()),
        patient_name: "ROSE Ida, MRN 004512".into(),
        concept: Some("acute_kidney_injury".into()),
        form: QueryForm::MultipleChoice,
        reason: Reason::R3,
        recipient: Some(Recipient { name: "Lin Chen, MD".into(), identifier: Some("npi-1".into()), role: "attending".into() }),
        author: "Ana Ruiz, RN, CCDS".into(),
        contact: "ext. 4411".into(),
        indicators: vec![
            indicator(quoted("prog-1", NOTE, "Elevated creatinine"), "documentation"),
            indicator(lab("creatinine", "2.4", "mg/dL", "2026-11-19T05:10-05:00"), "labs"),
            indicator(quoted("prog-1", NOTE, "IV fluids"), "treatment"),
        ],
        question: "Based on your clinical judgment, can the change in renal function be further specified?".into(),
        options: vec![
            option("Acute kidney injury", OptionKind::Diagnosis),
            option("Dehydration", OptionKind::Diagnosis),
            option("Other: ____", OptionKind::Other),
            option("Unable to determine", OptionKind::Undetermined),
        ],
        due: Some(at("2026-11-23T08:50-05:00")),
        escalation: "default".into(),
        ..Draft::default()
    }
}

/// The options of a draft's template that the chart supports, in the template's order, whether they are offered or not.
pub(super) fn supported(draft: &Draft) -> Vec<String> {
    let template = draft.template.as_deref().and_then(|id| templates().get(id)).unwrap();
    template.option.iter().map(|o| o.text.clone()).filter(|text| !draft.removed.contains(text)).collect()
}

pub(super) fn with_context<T>(documented: &[&str], run: impl FnOnce(&Context<'_>) -> T) -> T {
    let documented: BTreeSet<String> = documented.iter().map(|c| (*c).to_owned()).collect();
    let providers =
        [chen(), Provider { identifier: Some("npi-2".into()), name: Some("Ade Adeyi, MD".into()), role: Role::Physician, service: None }];
    let pools = ["hospital medicine".to_owned()];
    let source = |id: &str| (id == "prog-1").then(|| NOTE.to_owned());
    run(&Context {
        documented: &documented,
        providers: &providers,
        pools: &pools,
        source_text: &source,
        open_queries: &[OpenQuery { id: "12".into(), concept: Some("heart_failure".into()), ..OpenQuery::default() }],
        recipient_load: (1, 5),
        now: Some(at("2026-11-20T08:50-05:00")),
        bare: false,
        ..Context::empty()
    })
}
