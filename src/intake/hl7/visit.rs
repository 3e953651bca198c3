//! Stays and visits: PV1 with its event, diagnoses (DG1), procedures (PR1), observations beside an admission.

use super::person::{authority, patient, provider, provider_at};
use super::{Out, change, identifier, result};
use crate::chart::{Change, Coding, Encounter, EncounterClass, Location, Problem, Procedure, Record, RecordKind};
use crate::error::Result;
use crate::hl7::syntax::{Message, Segment};

/// An ADT message.
pub(super) fn read(out: &mut Out, event: &str) -> Result<()> {
    patient(out)?;
    encounter(out, Some(event));
    let why = "its sender took back what it had told before; the chart follows";
    out.told = cancelled(event).map(|what| (RecordKind::Encounter, what, why));
    diagnoses(out);
    procedures(out);
    result::beside(out);
    Ok(())
}

/// Whether a message tells of a stay and names none: it has a PV1 that is not one for people without a stay.
pub(super) fn is_placeless(out: &Out, event: &str) -> bool {
    let of_a_stay = event == "A08" || status(Some(event), false).is_some();
    let visited = out.message.first("PV1").is_some_and(|pv1| !matches!(pv1.at(2, 1).as_deref(), Some("N")));
    of_a_stay && visited && out.encounter.is_none()
}

/// What an event takes back, in words.
fn cancelled(event: &str) -> Option<&'static str> {
    Some(match event {
        "A11" => "an admission was cancelled",
        "A12" => "a transfer was cancelled",
        "A13" => "a discharge was cancelled: the stay goes on",
        "A23" => "a stay was deleted by its sender",
        "A27" | "A38" => "a planned admission was cancelled",
        _ => return None,
    })
}

/// The stay or visit that a message names: PV1-19, else the account in PID-18. `event` is None outside ADT.
pub(super) fn encounter(out: &mut Out, event: Option<&str>) {
    let message = out.message;
    let number = |segment: Option<&Segment>, field: usize| {
        let id = segment?.field(field);
        id.at(1).map(|number| (identifier(number.clone(), authority(&id)), number))
    };
    let pv1 = message.first("PV1");
    let account = number(message.first("PID"), 18);
    let Some((name, bare)) = number(pv1, 19).or_else(|| account.clone()) else { return };
    out.encounter = Some(name.clone());
    let mut encounter = Encounter {
        account: account.map(|(_, bare)| bare).or(Some(bare)).filter(|bare| *bare != name),
        identifier: name,
        patient: out.patient.clone(),
        ..Encounter::default()
    };
    if let Some(pv1) = pv1 {
        fill(out, &mut encounter, pv1, event);
    }
    if let Some(reason) = message.first("PV2").and_then(|pv2| pv2.at(3, 2).or_else(|| pv2.at(3, 1)).or_else(|| pv2.at(12, 1))) {
        encounter.reason = Some(reason);
    }
    encounter.payer = payer(message);
    let pv2 = message.first("PV2").filter(|pv2| pv2.deletes(3));
    let mut cleared: Vec<&'static str> = pv2.map(|_| "reason").into_iter().collect();
    let of_pv1 = [(7, "attending"), (10, "service"), (36, "disposition"), (44, "start"), (45, "end")];
    cleared.extend(pv1.into_iter().flat_map(|pv1| of_pv1.into_iter().filter(|(field, _)| pv1.deletes(*field))).map(|(_, name)| name));
    if encounter.payer.is_none() && message.all("IN1").any(|in1| in1.deletes(4) || in1.deletes(3)) {
        cleared.push("payer");
    }
    out.clear(cleared);
    out.records.push(Record::Encounter(encounter));
}

/// The payer that IN1 names as the first to pay: by IN1-22 (its priority), else by IN1-1 (its number), else the first one. IN1-4 is the
/// company's name, IN1-3 its identifier, IN1-2 its plan.
fn payer(message: &Message) -> Option<String> {
    let number = |words: Option<String>| words.and_then(|words| words.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let named = |in1: &Segment| in1.at(4, 1).or_else(|| in1.at(3, 1)).or_else(|| in1.at(2, 2)).or_else(|| in1.at(2, 1));
    let all = message.all("IN1").filter_map(|in1| Some((number(in1.at(22, 1)), number(in1.at(1, 1)), named(in1)?)));
    all.min_by_key(|(priority, number, _)| (*priority, *number)).map(|(.., name)| name)
}

fn fill(out: &mut Out, encounter: &mut Encounter, pv1: &Segment, event: Option<&str>) {
    let evn = out.message.first("EVN");
    let happened = evn.filter(|evn| evn.at(6, 1).is_some()).and_then(|evn| out.instant(evn, 6));
    encounter.class = match pv1.at(2, 1).as_deref() {
        None | Some("N" | "U") => EncounterClass::NotGiven,
        Some("I") => EncounterClass::Inpatient,
        Some("E") => EncounterClass::Emergency,
        Some("O" | "R") => EncounterClass::Ambulatory,
        Some("OBS" | "OBSENC") => EncounterClass::Observation,
        Some(_) => EncounterClass::Other,
    };
    encounter.start = out.instant(pv1, 44);
    encounter.end = out.instant(pv1, 45).or_else(|| happened.filter(|_| event == Some("A03")));
    encounter.status = status(event, encounter.end.is_some()).map(str::to_owned);
    let come = match event {
        Some("A01" | "A04") => encounter.start.or(happened),
        Some("A02" | "A06" | "A07") => happened,
        _ => None,
    };
    encounter.locations = place(pv1, 3).map(|name| Location { name, start: come }).into_iter().collect();
    encounter.attending = provider_at(pv1, 7);
    encounter.participants = [8, 9, 17].into_iter().flat_map(|field| pv1.repetitions(field)).filter_map(|one| provider(&one)).collect();
    encounter.service = pv1.at(10, 1);
    encounter.disposition = pv1.at(36, 2).or_else(|| pv1.at(36, 1));
}

/// What an event makes of the stay, in FHIR's words.
fn status(event: Option<&str>, discharged: bool) -> Option<&'static str> {
    match event? {
        "A03" => Some("finished"),
        "A05" | "A14" => Some("planned"),
        "A11" | "A27" | "A38" => Some("cancelled"),
        "A23" => Some("entered-in-error"),
        "A13" => Some("in-progress"),
        _ if discharged => Some("finished"),
        "A01" | "A02" | "A04" | "A06" | "A07" | "A12" => Some("in-progress"),
        _ => None,
    }
}

/// Point of care, room and bed, as people say them; the facility where there is nothing else.
fn place(pv1: &Segment, field: usize) -> Option<String> {
    let place = pv1.field(field);
    let parts: Vec<String> = [1, 2, 3].into_iter().filter_map(|component| place.at(component)).collect();
    Some(parts.join(" ")).filter(|name| !name.is_empty()).or_else(|| place.at(4)).or_else(|| place.at(9))
}

/// A code of a CE or CWE field.
pub(super) fn coding(segment: &Segment, field: usize) -> Option<Coding> {
    let code = segment.at(field, 1)?;
    Some(Coding { system: segment.at(field, 3).map(system), code, display: segment.at(field, 2) })
}

/// Coding systems that have an address in FHIR are called by it, so that a code is the same from wherever it comes.
pub(super) fn system(name: String) -> String {
    match name.as_str() {
        "LN" => "http://loinc.org",
        "SCT" | "SNM" => "http://snomed.info/sct",
        "I10" | "I10C" | "ICD10" | "ICD-10-CM" => "http://hl7.org/fhir/sid/icd-10-cm",
        "I9" | "I9C" | "I9CDX" => "http://hl7.org/fhir/sid/icd-9-cm",
        "RXNORM" | "RXN" => "http://www.nlm.nih.gov/research/umls/rxnorm",
        "C4" | "CPT4" => "http://www.ama-assn.org/go/cpt",
        _ => return name,
    }
    .to_owned()
}

/// What owns a diagnosis or a procedure of a message.
fn owner(out: &Out) -> String {
    out.encounter.clone().or_else(|| out.patient.clone()).unwrap_or_else(|| out.control.clone())
}

/// DG1: diagnoses of the encounter.
fn diagnoses(out: &mut Out) {
    let message = out.message;
    for dg1 in message.all("DG1") {
        let code = coding(dg1, 3);
        let Some(name) =
            dg1.at(4, 1).or_else(|| code.as_ref().and_then(|c| c.display.clone())).or_else(|| Some(code.as_ref()?.code.clone()))
        else {
            continue;
        };
        let key = dg1.at(20, 1).or_else(|| code.as_ref().map(|c| c.code.clone())).or_else(|| dg1.at(1, 1)).unwrap_or_default();
        let identifier = format!("DG1/{}/{key}", owner(out));
        // DG1-21 says what is to be done with it.
        if dg1.at(21, 1).as_deref() == Some("D") {
            let patient = out.patient.clone();
            change(out, Change::Withdrawn { kind: RecordKind::Problem, identifier, patient, by: None });
            continue;
        }
        let recorded = out.instant(dg1, 5);
        out.records.push(Record::Problem(Problem {
            identifier,
            encounter: out.encounter.clone(),
            patient: out.patient.clone(),
            code,
            name,
            category: Some("encounter-diagnosis".to_owned()),
            verification: match dg1.at(6, 1).as_deref() {
                Some("F") => Some("confirmed".to_owned()),
                Some("W") => Some("provisional".to_owned()),
                _ => None,
            },
            recorded,
            present_on_admission: dg1.at(26, 1),
            ..Problem::default()
        }));
    }
}

/// PR1: procedures of the encounter.
fn procedures(out: &mut Out) {
    let message = out.message;
    for pr1 in message.all("PR1") {
        let code = coding(pr1, 3);
        let Some(name) =
            pr1.at(4, 1).or_else(|| code.as_ref().and_then(|c| c.display.clone())).or_else(|| Some(code.as_ref()?.code.clone()))
        else {
            continue;
        };
        let key = pr1.at(19, 1).or_else(|| code.as_ref().map(|c| c.code.clone())).or_else(|| pr1.at(1, 1)).unwrap_or_default();
        let start = out.instant(pr1, 5);
        out.records.push(Record::Procedure(Procedure {
            identifier: format!("PR1/{}/{key}", owner(out)),
            encounter: out.encounter.clone(),
            patient: out.patient.clone(),
            code,
            name,
            start,
            performer: provider_at(pr1, 11),
            ..Procedure::default()
        }));
    }
}
