//! C-CDA R2.1 documents into records: the note with its narrative, its patient, stay and people, and the results, problems,
//! procedures and drugs that stand in it as data.
//!
//! Identifiers are `root|extension`. One file is one document; what is only a part of one is refused with the reason.

mod coverage;
mod entries;
mod header;
mod narrative;
mod xml;

use super::desk::{Desk, sha256};
use super::walk::{self, Found};
use super::{attachment, decode};
use crate::chart::{
    Change, Coding, Document, DocumentStatus, DocumentType, Encounter, Instant, Patient, Provider, Record, RecordKind, Sent,
};
use crate::error::{Result, Trouble};
use roxmltree::Node;
use std::io::Read;
use xml::{all, at, attribute, attribute_at, coding, identifier_of, line, words};

/// Reads a file that is one document.
pub(super) fn file(desk: &mut Desk, file: &Found) -> Result<()> {
    let limit = desk.limits().xml;
    let mut bytes = Vec::with_capacity(usize::try_from(file.bytes.min(limit) + 1).unwrap_or_default());
    let read = walk::open(file)
        .and_then(|opened| opened.take(limit + 1).read_to_end(&mut bytes).map_err(|error| walk::unreadable(&file.source, &error)));
    match read {
        Err(trouble) => {
            desk.reject(trouble);
            Ok(())
        }
        Ok(_) if bytes.len() as u64 > limit => {
            let why = format!("it has more than {} MB", limit >> 20);
            let hint = "have the sender leave pictures and scans out, or send its sections as documents of their own";
            desk.reject(Trouble::input("the file is too large for one document").at(&file.source, None).why(why).hint(hint));
            Ok(())
        }
        Ok(_) => document(desk, &file.source, &bytes),
    }
}

/// Reads a document that is in memory.
pub(super) fn document(desk: &mut Desk, source: &str, bytes: &[u8]) -> Result<()> {
    let mut out = Out::default();
    let read = decoded(bytes).and_then(|decoded| {
        out.encoding = decoded.encoding;
        let parsed = xml::parse(&decoded.text)?;
        read(parsed.root_element(), &mut out)
    });
    for notice in out.notices {
        let line = notice.line;
        desk.notice(notice.at(source, line));
    }
    let origin = desk.origin(source, None, Sent::at(out.made));
    match read {
        Ok(()) => {
            out.changes.into_iter().for_each(|change| desk.later(change, &origin));
            out.records.into_iter().try_for_each(|record| desk.take(record, &origin))
        }
        Err(trouble) => {
            let line = trouble.line;
            desk.reject(trouble.at(source, line));
            Ok(())
        }
    }
}

/// Bytes by the encoding that the XML declaration names.
fn decoded(bytes: &[u8]) -> Result<decode::Decoded> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(200)).unwrap_or_default()).into_owned();
    let label = head.split_once("?>").and_then(|(declaration, _)| {
        let (_, after) = declaration.split_once("encoding=")?;
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        after.get(1..)?.split(quote).next().map(str::to_owned)
    });
    let decoded = match label {
        Some(label) => decode::decode_as(bytes, &label),
        None => decode::decode(bytes),
    };
    decoded.map_err(decode::Refusal::told)
}

/// What comes of one document.
#[derive(Default)]
struct Out {
    records: Vec<Record>,
    changes: Vec<Change>,
    notices: Vec<Trouble>,
    encoding: Option<String>,
    patient: Option<String>,
    encounter: Option<String>,
    /// The document's own identifier: what entries without one are counted under.
    document: String,
    /// When it was made.
    made: Option<Instant>,
}

fn read(root: Node<'_, '_>, out: &mut Out) -> Result<()> {
    if root.tag_name().name() != "ClinicalDocument" {
        return Err(Trouble::input("the XML is no clinical document")
            .at("", Some(line(&root)))
            .why("its outermost element is not ClinicalDocument: it is another kind of XML, or a part of a document")
            .hint("send the whole C-CDA document"));
    }
    let (identifier, role) = (identifier_of(root), at(root, &["recordTarget", "patientRole"]));
    let Some(identifier) = identifier.filter(|_| role.is_some()) else {
        return Err(Trouble::input("the clinical document is a fragment")
            .at("", Some(line(&root)))
            .why("its header is missing: it has no id, or no recordTarget that names a patient")
            .hint("send the whole C-CDA document"));
    };
    let Some(patient) = header::patient(root, &mut out.notices) else {
        return Err(Trouble::input("the clinical document names no patient")
            .at("", role.map(|role| line(&role)))
            .why("its patientRole has no id")
            .hint("a patient is known by an identifier, never by name alone; ask the sender for it"));
    };
    out.document = identifier.clone();
    out.patient = Some(patient.identifier.clone());
    let stay = header::encounter(root, out.patient.as_deref(), &mut out.notices);
    let stay = stay.map(|stay| Encounter { payer: coverage::payer(root), ..stay });
    out.encounter = stay.as_ref().map(|stay| stay.identifier.clone());
    let decoded = body(root, out)?;
    let note = note(root, identifier, decoded, out);
    people(patient, stay, &note, out);
    out.records.push(Record::Document(note));
    entries::read(root, out);
    inside(root, out);
    Ok(())
}

/// Patient and stay, before what names them. A document without a stay gets one that only holds it.
fn people(patient: Patient, stay: Option<Encounter>, note: &Document, out: &mut Out) {
    let stay = stay.unwrap_or_else(|| Encounter {
        identifier: note.identifier.clone(),
        patient: out.patient.clone(),
        implied: true,
        ..Encounter::default()
    });
    out.records.splice(0..0, [Record::Patient(patient), Record::Encounter(stay)]);
}

/// The document's text: the sections of a structured body, or what an unstructured one holds.
fn body(root: Node<'_, '_>, out: &mut Out) -> Result<decode::Decoded> {
    let component = at(root, &["component"]);
    if let Some(body) = component.and_then(|c| at(c, &["nonXMLBody"])) {
        let text = at(body, &["text"]);
        let read = match text {
            None => Err(attachment::absent(None, "no content")),
            Some(text) => embedded(text),
        };
        return read.map_err(|what| {
            Trouble::input(what)
                .at("", Some(line(&body)))
                .why("only text inside the document is read")
                .hint("ask the sender for the note as text in the document")
        });
    }
    let mut text = String::new();
    if let Some(body) = component.and_then(|c| at(c, &["structuredBody"])) {
        for section in all(body, "component").filter_map(|c| at(c, &["section"])) {
            narrative::section(section, &mut text);
        }
    }
    if text.trim().is_empty() {
        return Err(Trouble::input("the clinical document has no text")
            .at("", Some(line(&component.unwrap_or(root))))
            .why("none of its sections has a narrative")
            .hint("ask the sender to export it with its narratives"));
    }
    Ok(decode::Decoded { text, encoding: out.encoding.clone() })
}

/// The text of an ED element: base64 of some type, a link, or words.
fn embedded(text: Node<'_, '_>) -> std::result::Result<decode::Decoded, String> {
    let kind = attribute(text, "mediaType");
    if text.attribute("representation") == Some("B64") {
        let data: String = text.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect();
        if data.trim().is_empty() {
            return Err(attachment::absent(kind.as_deref(), "no content"));
        }
        return attachment::base64_to_text(kind.as_deref(), &data);
    }
    let words: String = text.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect();
    if words.trim().is_empty() {
        let linked = at(text, &["reference"]).is_some();
        return Err(attachment::absent(kind.as_deref(), if linked { "only linked, its content is not in the file" } else { "no content" }));
    }
    attachment::to_text(kind.as_deref(), words.as_bytes())
}

fn note(root: Node<'_, '_>, identifier: String, decoded: decode::Decoded, out: &mut Out) -> Document {
    let author = header::author(root);
    let signer = header::signer(root);
    let written = xml::instant(at(root, &["effectiveTime"]), "effectiveTime", &mut out.notices);
    out.made = written;
    let author_time = author.as_ref().and_then(|(_, time)| *time);
    let signed = signer.as_ref().and_then(|(_, time)| xml::instant(*time, "legalAuthenticator/time", &mut out.notices));
    let code = at(root, &["code"]).and_then(coding);
    let (amends, replaces) = parent(root, &identifier, out);
    Document {
        version: 1,
        encounter: Some(out.encounter.clone().unwrap_or_else(|| identifier.clone())),
        patient: out.patient.clone(),
        document_type: type_of(root, code.as_ref()),
        title: at(root, &["title"]).and_then(words).or_else(|| code.as_ref().and_then(|c| c.display.clone())),
        code,
        status: if signer.is_some() { DocumentStatus::Final } else { DocumentStatus::NotGiven },
        signer: signer.map(|(signer, _)| signer),
        signed,
        time: written.or_else(|| xml::instant(author_time, "author/time", &mut out.notices)),
        author: author.map(|(author, _)| author),
        service: at(root, &["documentationOf", "serviceEvent", "code"]).and_then(xml::called),
        sha256: sha256(&decoded.text),
        text: decoded.text,
        encoding: decoded.encoding,
        amends,
        replaces,
        identifier,
        ..Document::default()
    }
}

/// The document that this one replaces (then that one is withdrawn) or adds to.
fn parent(root: Node<'_, '_>, own: &str, out: &mut Out) -> (Option<String>, bool) {
    let (mut found, mut replaces) = (None, false);
    for related in all(root, "relatedDocument") {
        let Some(parent) = at(related, &["parentDocument"]).and_then(identifier_of).filter(|parent| parent != own) else { continue };
        match related.attribute("typeCode") {
            Some("RPLC") => {
                let (kind, patient) = (RecordKind::Document, out.patient.clone());
                out.changes.push(Change::Withdrawn { kind, identifier: parent.clone(), patient, by: Some(own.to_owned()) });
                (found, replaces) = (Some(parent), true);
            }
            Some("APND") => found = found.or(Some(parent)),
            _ => {}
        }
    }
    (found, replaces)
}

/// The type by its LOINC code, or one of its translations, else by the document's template.
fn type_of(root: Node<'_, '_>, code: Option<&Coding>) -> Option<DocumentType> {
    let element = at(root, &["code"]);
    let translations = element.into_iter().flat_map(|code| all(code, "translation")).filter_map(|t| attribute(t, "code"));
    let by_code = code.map(|c| c.code.clone()).into_iter().chain(translations).find_map(|code| DocumentType::from_loinc(&code));
    by_code.or_else(|| {
        // C-CDA R2.1 volume 2, document-level templates.
        const TEMPLATES: [(&str, DocumentType); 7] = [
            ("2.16.840.1.113883.10.20.22.1.3", DocumentType::HistoryAndPhysical),
            ("2.16.840.1.113883.10.20.22.1.4", DocumentType::Consultation),
            ("2.16.840.1.113883.10.20.22.1.5", DocumentType::RadiologyReport),
            ("2.16.840.1.113883.10.20.22.1.6", DocumentType::OperativeReport),
            ("2.16.840.1.113883.10.20.22.1.7", DocumentType::OperativeReport),
            ("2.16.840.1.113883.10.20.22.1.8", DocumentType::DischargeSummary),
            ("2.16.840.1.113883.10.20.22.1.9", DocumentType::ProgressNote),
        ];
        TEMPLATES.into_iter().find(|(template, _)| xml::has_template(root, &[template])).map(|(_, document_type)| document_type)
    })
}

/// Notes inside the document: a note activity whose text stands in it as base64 is a document of its own. One whose text is a part of
/// the narrative was read with it.
fn inside(root: Node<'_, '_>, out: &mut Out) {
    const NOTE_ACTIVITY: &str = "2.16.840.1.113883.10.20.22.4.202";
    let body = at(root, &["component", "structuredBody"]);
    let acts = body.into_iter().flat_map(|body| body.descendants()).filter(|n| n.tag_name().name() == "act");
    for (index, act) in acts.filter(|act| xml::has_template(*act, &[NOTE_ACTIVITY])).enumerate() {
        let Some(text) = at(act, &["text"]).filter(|text| text.attribute("representation") == Some("B64")) else { continue };
        let decoded = match embedded(text) {
            Ok(decoded) => decoded,
            Err(what) => {
                let why = "the note's own text was left out; what the document's narrative says of it was read";
                out.notices.push(Trouble::input(what).at("", Some(line(&text))).why(why));
                continue;
            }
        };
        let identifier = identifier_of(act).unwrap_or_else(|| format!("{}#note-{}", out.document, index + 1));
        let code = at(act, &["code"]);
        let translated = code.and_then(|code| all(code, "translation").find_map(coding));
        let coding = translated.or_else(|| code.and_then(coding));
        let author: Option<(Provider, _)> = header::author(act);
        let time = xml::start(at(act, &["effectiveTime"]), "note/effectiveTime", &mut out.notices);
        let author_time = author.as_ref().and_then(|(_, time)| *time);
        let document = Document {
            version: 1,
            encounter: Some(out.encounter.clone().unwrap_or_else(|| out.document.clone())),
            patient: out.patient.clone(),
            document_type: coding.as_ref().and_then(|c| DocumentType::from_loinc(&c.code)),
            title: coding.as_ref().and_then(|c| c.display.clone()),
            code: coding,
            status: match attribute_at(act, &["statusCode"], "code").as_deref() {
                Some("completed") => DocumentStatus::Final,
                Some("active") => DocumentStatus::Preliminary,
                _ => DocumentStatus::NotGiven,
            },
            time: time.or_else(|| xml::instant(author_time, "note/author/time", &mut out.notices)),
            author: author.map(|(author, _)| author),
            sha256: sha256(&decoded.text),
            text: decoded.text,
            encoding: decoded.encoding,
            identifier,
            ..Document::default()
        };
        out.records.push(Record::Document(document));
    }
}

#[cfg(test)]
mod tests;
