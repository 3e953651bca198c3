//! Notes: MDM messages. TXA says what the note is, the OBX segments behind it hold its words.

use super::person::{patient, provider, provider_at};
use super::visit::encounter;
use super::{Out, change, entity};
use crate::chart::{
    Change, Coding, Document, DocumentClass, DocumentStatus, DocumentType, Encounter, Instant, Provider, Record, RecordKind,
};
use crate::error::{Result, Trouble};
use crate::hl7::syntax::Segment;
use crate::intake::desk::sha256;
use crate::intake::{attachment, decode};

/// An MDM message: T02 new, T04 changed status, T06 addendum, T08 edit, T10 replacement, T11 cancel; the odd ones tell of a note
/// without its words, and T03 where one that is there stands now.
pub(super) fn read(out: &mut Out, event: &str) -> Result<()> {
    patient(out)?;
    encounter(out, None);
    let message = out.message;
    if message.first("TXA").is_none() {
        let hint = "ask the sender for whole MDM messages";
        return Err(Trouble::input("the HL7 message names no document").why("it has no TXA segment").hint(hint));
    }
    misplaced(out);
    // Each TXA begins a document; the words of the only one may stand anywhere.
    let mut notes: Vec<(&Segment, Vec<&Segment>)> = Vec::new();
    let mut early = Vec::new();
    for segment in &message.segments {
        match (segment.name(), notes.last_mut()) {
            ("TXA", _) => notes.push((segment, Vec::new())),
            ("OBX", Some((_, bodies))) => bodies.push(segment),
            ("OBX", None) => early.push(segment),
            ("NTE", Some((_, bodies))) if !bodies.is_empty() => bodies.push(segment),
            _ => {}
        }
    }
    if let Some((_, bodies)) = notes.first_mut() {
        bodies.splice(0..0, early);
    }
    notes.into_iter().try_for_each(|(txa, bodies)| note(out, event, txa, &bodies))
}

/// A segment of another message between the words of a note may be a line of them: it is read as neither, and told.
fn misplaced(out: &mut Out) {
    let words = out.message.segments.iter().skip_while(|segment| segment.name() != "OBX");
    let other =
        words.filter(|segment| matches!(segment.name(), "DG1" | "PR1" | "AL1" | "PID" | "PV1" | "PV2" | "IN1" | "NK1" | "MRG" | "RXA"));
    if let Some(segment) = other.into_iter().next() {
        let notice = Trouble::input(format!("a {} segment stands between the words of a note and was not used", segment.name()))
            .at("", Some(segment.line))
            .why("it may be a line of the note that begins like a segment")
            .hint("look at the line in the file; have the sender write line breaks as \\.br\\");
        out.notices.push(notice);
    }
}

/// One TXA with the OBX behind it.
fn note(out: &mut Out, event: &str, txa: &Segment, bodies: &[&Segment]) -> Result<()> {
    let Some(identifier) = entity(txa, 12) else {
        return Err(Trouble::input("the document has no identifier")
            .at("", Some(txa.line))
            .why("TXA-12 is empty, and nothing else would know the document again")
            .hint("ask the sender for the unique document number"));
    };
    if event == "T11" || txa.at(19, 1).as_deref() == Some("CA") {
        out.told = Some((RecordKind::Change, "a document was cancelled by its sender", "it is kept, and shown nowhere"));
        let patient = out.patient.clone();
        change(out, Change::Withdrawn { kind: RecordKind::Document, identifier, patient, by: None });
        return Ok(());
    }
    let (signer, signed) = signed(txa, out);
    if bodies.is_empty() && matches!(event, "T03" | "T04") {
        let why = "it holds for the document that is there already, as a new version";
        out.told = Some((RecordKind::Change, "the status of a document was told without its text", why));
        let patient = out.patient.clone();
        change(out, Change::Status { identifier, patient, status: status(txa, event), signer, signed });
        return Ok(());
    }
    if bodies.is_empty() {
        out.notices.push(
            Trouble::input("the message tells of a document without its text")
                .why("it has no OBX segment")
                .hint("the patient and the stay were read; the text comes with T02, T04, T06, T08 or T10"),
        );
        return Ok(());
    }
    let decoded = words(bodies, out)?;
    let parent = entity(txa, 13).filter(|parent| *parent != identifier);
    let replaces = parent.clone().filter(|_| event == "T10" || event == "T09");
    let own = identifier.clone();
    let document_type = type_of(txa);
    let time = out.instant(txa, 4).or_else(|| out.instant(txa, 6));
    let document = Document {
        version: 1,
        encounter: Some(out.encounter.clone().unwrap_or_else(|| identifier.clone())),
        patient: out.patient.clone(),
        document_type,
        code: txa.at(2, 1).map(|code| Coding { system: txa.at(2, 3).map(super::visit::system), code, display: txa.at(2, 2) }),
        title: txa.at(25, 1).or_else(|| txa.at(16, 1)).or_else(|| txa.at(2, 2)),
        status: status(txa, event),
        author: provider_at(txa, 9).or_else(|| provider_at(txa, 5)),
        signer,
        signed,
        time,
        sha256: sha256(&decoded.text),
        text: decoded.text,
        encoding: decoded.encoding,
        amends: parent,
        replaces: replaces.is_some(),
        identifier,
        type_words: [4, 5].into_iter().filter_map(|part| txa.at(2, part)).filter(|word| DocumentClass::is_told_by_type(word)).collect(),
        ..Document::default()
    };
    implied(&document, out);
    out.records.push(Record::Document(document));
    if let Some(parent) = replaces {
        let patient = out.patient.clone();
        change(out, Change::Withdrawn { kind: RecordKind::Document, identifier: parent, patient, by: Some(own) });
    }
    Ok(())
}

/// Who signed it, and when (TXA-22).
fn signed(txa: &Segment, out: &mut Out) -> (Option<Provider>, Option<Instant>) {
    let signed = txa.repetitions(22).find_map(|person| provider(&person).map(|p| (p, person.at(15).unwrap_or_default())));
    let (signer, at) = signed.map_or((None, String::new()), |(signer, at)| (Some(signer), at));
    (signer, crate::hl7::stamp::told(&at, "TXA-22", &mut out.notices))
}

/// A note without a stay gets one that only holds it.
pub(super) fn implied(document: &Document, out: &mut Out) {
    if out.encounter.is_none() {
        out.records.push(Record::Encounter(Encounter {
            identifier: document.encounter.clone().unwrap_or_default(),
            patient: document.patient.clone(),
            implied: true,
            ..Encounter::default()
        }));
    }
}

/// The type by its LOINC code, else by the code of HL7 table 0270.
fn type_of(txa: &Segment) -> Option<DocumentType> {
    let codes = || [txa.at(2, 1), txa.at(2, 4)].into_iter().flatten();
    codes().find_map(|code| DocumentType::from_loinc(&code)).or_else(|| {
        codes().find_map(|code| {
            Some(match code.as_str() {
                "HP" => DocumentType::HistoryAndPhysical,
                "CN" => DocumentType::Consultation,
                "PN" => DocumentType::ProgressNote,
                "DS" => DocumentType::DischargeSummary,
                "ER" | "ED" => DocumentType::EmergencyNote,
                "OP" | "PR" | "SP" | "CD" => DocumentType::OperativeReport,
                "DI" => DocumentType::RadiologyReport,
                "PA" => DocumentType::PathologyReport,
                _ => return None,
            })
        })
    })
}

/// Completion (TXA-17, table 0271) and availability (TXA-19, table 0273).
fn status(txa: &Segment, event: &str) -> DocumentStatus {
    match txa.at(17, 1).as_deref() {
        Some("LA" | "AU") if event == "T08" => DocumentStatus::Amended,
        Some("LA" | "AU") => DocumentStatus::Final,
        Some("DI" | "DO" | "IN" | "IP" | "PA") => DocumentStatus::Preliminary,
        _ => DocumentStatus::NotGiven,
    }
}

/// The words of all OBX, in their order: text as it stands, encapsulated data by its type. What is neither is named.
pub(super) fn words(bodies: &[&Segment], out: &mut Out) -> Result<decode::Decoded> {
    let (mut text, mut encoding, mut not_read) = (String::new(), out.encoding.clone(), Vec::new());
    for obx in bodies {
        if obx.name() == "NTE" {
            line(&mut text, &obx.text(3));
            continue;
        }
        match obx.at(2, 1).as_deref() {
            Some("ED") => match encapsulated(obx) {
                Ok(decoded) => {
                    line(&mut text, &decoded.text);
                    encoding = encoding.or(decoded.encoding);
                }
                Err(why) => not_read.push(why),
            },
            Some("RP") => not_read.push("attachment not read: only linked, its content is not in the file".to_owned()),
            Some("TX" | "FT" | "ST") | None => line(&mut text, &obx.text(5)),
            Some("HD" | "OID") => {} // the study that a report belongs to
            Some(_) => {
                let said = super::result::said(obx);
                if let Some(said) = said {
                    line(&mut text, &said);
                }
            }
        }
    }
    if text.trim().is_empty() || text.contains('\0') {
        let what = not_read.into_iter().next().unwrap_or_else(|| "the document has no text".to_owned());
        return Err(Trouble::input(what)
            .at("", bodies.first().map(|obx| obx.line))
            .why("only text inside the message is read")
            .hint("ask the sender for the note as text (TX or FT) in OBX-5"));
    }
    let told = not_read.into_iter().map(|what| Trouble::input(what).why("the document's text was read from its other segments"));
    out.notices.extend(told);
    Ok(decode::Decoded { text, encoding })
}

fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

/// The text of an ED value: source, type, subtype, encoding, data.
fn encapsulated(obx: &Segment) -> std::result::Result<decode::Decoded, String> {
    let value = obx.field(5);
    let kind = match (value.at(2), value.at(3)) {
        (Some(kind), Some(part)) => Some(if kind.contains('/') { kind } else { format!("{kind}/{part}") }),
        (kind, _) => kind,
    };
    let kind = kind.map(|kind| kind.to_lowercase()).map(|kind| match kind.as_str() {
        "text" | "txt" | "text/txt" => "text/plain".to_owned(),
        "rtf" | "ap/rtf" | "tx/rtf" => "text/rtf".to_owned(),
        "pdf" | "ap/pdf" => "application/pdf".to_owned(),
        _ => kind,
    });
    let data = value.bare(5);
    if data.trim().is_empty() {
        return Err(attachment::absent(kind.as_deref(), "no content"));
    }
    match value.at(4).as_deref().map(str::to_lowercase).as_deref() {
        Some("base64") => attachment::base64_to_text(kind.as_deref(), data),
        Some("hex") => Err(attachment::absent(kind.as_deref(), "in hexadecimal")),
        _ => attachment::to_text(kind.as_deref(), value.at(5).unwrap_or_default().as_bytes()),
    }
}
