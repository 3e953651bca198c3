//! Results: ORU messages. Under each OBR numbers and short words are observations, longer text is one report. Imaging and pathology tell
//! their reports in lines of several codes (findings, impression): all text under their OBR is one report, however short.

use super::document::{implied, words};
use super::person::{patient, provider_at};
use super::visit::{coding, encounter};
use super::{Out, entity};
use crate::chart::{Document, DocumentStatus, DocumentType, Observation, Quantity, Record, Value};
use crate::error::{Result, Trouble};
use crate::hl7::syntax::Segment;
use crate::intake::amount;
use crate::intake::desk::sha256;
use std::collections::BTreeMap;

/// A text of one line and no more letters than this is a result in words; anything longer is a report.
const RESULT_IN_WORDS: usize = 120;

/// An OBR with what follows it.
struct Group<'m> {
    obr: Option<&'m Segment>,
    orc: Option<&'m Segment>,
    /// What is remarked of the order itself: NTE before the first result.
    remarks: Vec<&'m Segment>,
    values: Vec<(&'m Segment, Vec<&'m Segment>)>,
}

/// An ORU message.
pub(super) fn read(out: &mut Out) -> Result<()> {
    patient(out)?;
    encounter(out, None);
    let groups = groups(out);
    if groups.iter().all(|group| group.values.is_empty() && group.remarks.is_empty()) {
        let hint = "ask the sender for the results themselves";
        return Err(Trouble::input("the HL7 message holds no result").why("it has no OBX segment").hint(hint));
    }
    let mut refused = None;
    for group in &groups {
        let whole = is_narrative(group);
        let (report, values): (Vec<_>, Vec<_>) = group.values.iter().partition(|(obx, _)| is_report(obx, group, whole));
        observations(out, group, &values);
        // A remark on the order stands with its results; where there are none, it is the report or a line of it.
        let remarks = group.remarks.iter().filter(|_| values.is_empty()).copied();
        let lines: Vec<&Segment> =
            remarks.chain(report.iter().flat_map(|(obx, notes)| std::iter::once(*obx).chain(notes.iter().copied()))).collect();
        if !lines.is_empty()
            && let Err(trouble) = narrative(out, group, &lines)
        {
            refused.get_or_insert(trouble);
        }
    }
    // What could not be read beside results that could is told; alone it is refused.
    match refused {
        Some(trouble) if out.records.iter().all(|r| !matches!(r, Record::Observation(_) | Record::Document(_))) => Err(trouble),
        Some(trouble) => {
            out.notices.push(trouble);
            Ok(())
        }
        None => Ok(()),
    }
}

/// OBX segments of a message that is about something else (an admission's weight).
pub(super) fn beside(out: &mut Out) {
    let groups = groups(out);
    for group in &groups {
        let values: Vec<_> = group.values.iter().filter(|(obx, _)| obx.at(3, 1).is_some() && said(obx).is_some()).collect();
        observations(out, group, &values);
    }
}

fn groups<'m>(out: &Out<'m>) -> Vec<Group<'m>> {
    let mut groups: Vec<Group<'m>> = Vec::new();
    let mut orc = None;
    for segment in &out.message.segments {
        match segment.name() {
            "ORC" => orc = Some(segment),
            "OBR" => groups.push(Group { obr: Some(segment), orc: orc.take(), remarks: Vec::new(), values: Vec::new() }),
            "OBX" => {
                if groups.is_empty() {
                    groups.push(Group { obr: None, orc: None, remarks: Vec::new(), values: Vec::new() });
                }
                if let Some(group) = groups.last_mut() {
                    group.values.push((segment, Vec::new()));
                }
            }
            "NTE" => {
                if let Some(group) = groups.last_mut() {
                    match group.values.last_mut() {
                        Some((_, notes)) => notes.push(segment),
                        None => group.remarks.push(segment),
                    }
                }
            }
            _ => {}
        }
    }
    groups
}

/// Whether all text under an OBR is one report: because the section that made it (OBR-24), its code, or a suffix of a result's code
/// (`71046&IMP`) says so, or because some of it is long and nothing beside it is measured.
fn is_narrative(group: &Group<'_>) -> bool {
    // HL7 v2.5.1, 7.2.4: suffixes of an observation identifier that stand for words.
    const WORDS: [&str; 8] = ["ADT", "CNP", "GDT", "IMP", "MDT", "OTH", "REC", "TCM"];
    let section = group.obr.and_then(|obr| obr.at(24, 1)).and_then(|section| crate::intake::fhir::type_of_section(&section));
    if matches!(section, Some(DocumentType::RadiologyReport | DocumentType::PathologyReport)) || of_document(group).is_some() {
        return true;
    }
    let suffixed = |obx: &Segment| obx.field(3).part(1, 2).is_some_and(|suffix| WORDS.contains(&suffix.as_str()));
    let is_text = |obx: &Segment| matches!(obx.at(2, 1).as_deref(), Some("TX" | "FT"));
    let texts = || group.values.iter().map(|(obx, _)| *obx).filter(|obx| is_text(obx));
    let measured = group.values.iter().any(|(obx, _)| matches!(obx.at(2, 1).as_deref(), Some("NM" | "SN" | "CE" | "CWE")));
    texts().any(suffixed) || !measured && texts().any(|obx| is_long(obx, group))
}

/// The type of document that the code of an OBR, or of a result under it, stands for.
fn of_document(group: &Group<'_>) -> Option<DocumentType> {
    let ordered = group.obr.into_iter().flat_map(|obr| [obr.at(4, 1), obr.at(4, 4)]);
    let resulted = group.values.iter().map(|(obx, _)| obx.at(3, 1));
    ordered.chain(resulted).flatten().find_map(|code| DocumentType::from_loinc(&code))
}

/// Text that is more than a word or two, or one of several lines under one code.
fn is_long(obx: &Segment, group: &Group<'_>) -> bool {
    let lines = group.values.iter().filter(|(other, _)| other.raw(3) == obx.raw(3) && other.raw(2) == obx.raw(2)).count();
    lines > 1 || obx.text(5).chars().count() > RESULT_IN_WORDS || obx.text(5).contains('\n')
}

/// Whether a value is a part of the report of its OBR; `whole` where all text of it is.
fn is_report(obx: &Segment, group: &Group<'_>, whole: bool) -> bool {
    match obx.at(2, 1).as_deref() {
        Some("ED" | "RP") => true,
        Some("TX" | "FT") => whole || is_long(obx, group),
        Some("ST") => of_document(group).is_some(),
        _ => false,
    }
}

/// What names the group: the filler's number, else the placer's, else the message.
fn order_number(out: &Out, group: &Group<'_>) -> String {
    let of = |segment: Option<&Segment>| segment.and_then(|s| entity(s, 3).or_else(|| entity(s, 2)));
    of(group.obr).or_else(|| of(group.orc)).unwrap_or_else(|| out.control.clone())
}

fn observations(out: &mut Out, group: &Group<'_>, values: &[&(&Segment, Vec<&Segment>)]) {
    let number = order_number(out, group);
    let panel = group.obr.and_then(|obr| obr.at(4, 1));
    let drawn = group.obr.and_then(|obr| out.instant(obr, 7));
    let reported = group.obr.and_then(|obr| out.instant(obr, 22));
    let category = group.obr.and_then(|obr| obr.at(24, 1)).map(|section| match section.as_str() {
        "VS" => "vital-signs".to_owned(),
        "RAD" | "CT" | "NMR" | "RUS" | "CUS" => "imaging".to_owned(),
        _ => "laboratory".to_owned(),
    });
    let category = category.or_else(|| group.obr.map(|_| "laboratory".to_owned()));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (obx, notes) in values {
        let Some(code) = coding(obx, 3) else { continue };
        let key = [Some(number.clone()), panel.clone(), Some(code.code.clone()), obx.at(4, 1)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("/");
        let times = seen.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
        let identifier = if *times == 1 { format!("OBX/{key}") } else { format!("OBX/{key}#{times}") };
        let (low, high) = range(&obx.at(7, 1).unwrap_or_default());
        let note: Vec<String> = group.remarks.iter().chain(notes).map(|nte| nte.text(3)).filter(|note| !note.trim().is_empty()).collect();
        let time = out.instant(obx, 14).or(drawn);
        out.reported.extend(reported.map(|at| (out.records.len(), at)));
        out.records.push(Record::Observation(Observation {
            identifier,
            encounter: out.encounter.clone(),
            patient: out.patient.clone(),
            name: code.display.clone().unwrap_or_else(|| code.code.clone()),
            code: Some(code),
            category: category.clone(),
            value: value(obx),
            low,
            high,
            interpretation: obx.at(8, 1),
            time,
            status: status(&obx.at(11, 1).unwrap_or_default()).map(str::to_owned),
            note: Some(note.join("; ")).filter(|note| !note.is_empty()),
            ..Observation::default()
        }));
    }
}

/// Result status (table 0085) in FHIR's words.
pub(in crate::intake) fn status(code: &str) -> Option<&'static str> {
    Some(match code {
        "F" | "U" => "final",
        "P" | "R" | "S" => "preliminary",
        "C" => "corrected",
        "D" | "W" => "entered-in-error",
        "X" => "cancelled",
        "I" | "O" => "registered",
        _ => return None,
    })
}

/// `60-120`, `<5.7`, `>=10`: the limits that a range states in numbers.
fn range(words: &str) -> (Option<f64>, Option<f64>) {
    let number = |words: &str| words.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let words = words.trim();
    if let Some(high) = words.strip_prefix("<=").or_else(|| words.strip_prefix('<')) {
        return (None, number(high));
    }
    if let Some(low) = words.strip_prefix(">=").or_else(|| words.strip_prefix('>')) {
        return (number(low), None);
    }
    let after_sign = usize::from(words.starts_with('-'));
    let dash = words.get(after_sign..).and_then(|rest| rest.find('-')).map(|at| at + after_sign);
    match dash.and_then(|at| words.get(..at).zip(words.get(at + 1..))) {
        Some((low, high)) => match (number(low), number(high)) {
            (Some(low), Some(high)) => (Some(low), Some(high)),
            _ => (None, None),
        },
        None => (None, None),
    }
}

/// The value of an OBX by its type.
fn value(obx: &Segment) -> Option<Value> {
    let unit = obx.at(6, 1).or_else(|| obx.at(6, 2));
    let quantity = |value: f64, comparator: Option<String>| Value::Quantity(Quantity { value, comparator, unit: unit.clone() });
    let signed = |words: &str| amount::read(words).map(|(sign, value)| quantity(value, sign.map(str::to_owned)));
    let finite = |words: &str| words.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let field = obx.field(5);
    match obx.at(2, 1).as_deref() {
        Some("NM") => {
            let words = field.at(1)?;
            signed(&words).or(Some(Value::Text(words)))
        }
        Some("SN") => {
            let (sign, first, between, second) = (field.at(1), field.at(2)?, field.at(3), field.at(4));
            match (finite(&first), second) {
                (Some(n), None) => Some(quantity(n, sign.filter(|s| matches!(s.as_str(), "<" | "<=" | ">" | ">=")))),
                (_, second) => {
                    let words = [sign, Some(first), between, second].into_iter().flatten().collect::<String>();
                    Some(Value::Text(words))
                }
            }
        }
        Some("ST" | "TX" | "FT") | None => {
            let words = obx.text(5).trim().to_owned();
            match signed(&words).filter(|_| unit.is_some()) {
                Some(quantity) => Some(quantity),
                None => Some(Value::Text(words)).filter(|v| !matches!(v, Value::Text(t) if t.is_empty() || t == "\"\"")),
            }
        }
        _ => said(obx).map(Value::Text),
    }
}

/// A coded or other value in words.
pub(super) fn said(obx: &Segment) -> Option<String> {
    let all: Vec<String> = match obx.at(2, 1).as_deref() {
        Some("CE" | "CWE" | "CNE" | "CF") => {
            obx.repetitions(5).filter_map(|one| one.at(9).or_else(|| one.at(2)).or_else(|| one.at(1))).collect()
        }
        Some("ED" | "RP" | "HD" | "OID") => Vec::new(),
        _ => obx.repetitions(5).filter_map(|one| one.at(1)).collect(),
    };
    Some(all.join("; ")).filter(|words| !words.is_empty())
}

/// A report in words: imaging, pathology, microbiology, a note.
fn narrative(out: &mut Out, group: &Group<'_>, lines: &[&Segment]) -> Result<()> {
    let decoded = words(lines, out)?;
    let obr = group.obr;
    let results = || lines.iter().filter(|line| line.name() == "OBX");
    let code = obr.and_then(|obr| coding(obr, 4)).or_else(|| results().next().and_then(|obx| coding(obx, 3)));
    let by_code = of_document(group);
    let section = obr.and_then(|obr| obr.at(24, 1));
    let document_type = by_code.or_else(|| section.as_deref().and_then(crate::intake::fhir::type_of_section));
    let identifier = format!(
        "OBR/{}",
        [Some(order_number(out, group)), obr.and_then(|obr| obr.at(4, 1))].into_iter().flatten().collect::<Vec<_>>().join("/")
    );
    let time = obr.and_then(|obr| out.instant(obr, 7)).or_else(|| obr.and_then(|obr| out.instant(obr, 22)));
    let said = obr.and_then(|obr| obr.at(25, 1)).or_else(|| results().next().and_then(|obx| obx.at(11, 1)));
    let signer = obr.and_then(|obr| obr.repetitions(32).find_map(|one| interpreter(&one)));
    let document = Document {
        version: 1,
        encounter: Some(out.encounter.clone().unwrap_or_else(|| identifier.clone())),
        patient: out.patient.clone(),
        document_type,
        title: code.as_ref().and_then(|c| c.display.clone()),
        code,
        status: match said.as_deref().and_then(status) {
            Some("final") => DocumentStatus::Final,
            Some("corrected") => DocumentStatus::Amended,
            Some("preliminary" | "registered") => DocumentStatus::Preliminary,
            Some("entered-in-error" | "cancelled") => DocumentStatus::EnteredInError,
            _ => DocumentStatus::NotGiven,
        },
        author: signer.clone().or_else(|| results().next().and_then(|obx| provider_at(obx, 16))),
        signer,
        time,
        service: section,
        sha256: sha256(&decoded.text),
        text: decoded.text,
        encoding: decoded.encoding,
        identifier,
        ..Document::default()
    };
    implied(&document, out);
    let reported = obr.and_then(|obr| crate::hl7::stamp::read(&obr.at(22, 1)?).ok().flatten());
    out.reported.extend(reported.map(|at| (out.records.len(), at)));
    out.records.push(Record::Document(document));
    Ok(())
}

/// OBR-32 holds a person's parts inside one component (CNN), or spread over components as senders write them.
fn interpreter(field: &crate::hl7::syntax::Field<'_>) -> Option<crate::chart::Provider> {
    let parts: Vec<String> = [3, 4, 2].into_iter().filter_map(|part| field.part(1, part)).collect();
    if parts.is_empty() {
        return super::person::provider(field);
    }
    let name = Some(parts.join(" ")).map(|name| match field.part(1, 7) {
        Some(degree) => format!("{name}, {degree}"),
        None => name,
    });
    let role = name.as_deref().map(crate::intake::fhir::role_of_name).unwrap_or_default();
    Some(crate::chart::Provider { identifier: field.part(1, 1), name, role, service: None })
}
