//! HL7 v2 messages into records: admissions and transfers (ADT), notes (MDM), results and reports (ORU), orders and drugs
//! (ORM, OMG, OML, OMP, RDE, RAS).
//!
//! Identifiers carry their assigning authority (`authority|number`), so that two hospitals may count from the same number. A message
//! is read whole before anything of it is handed on.

mod document;
mod frame;
mod order;
mod person;
mod pharmacy;
mod result;
mod segments;
mod visit;

use super::Origin;
use super::desk::{Desk, short_hash};
use super::kept;
use super::walk::{self, Found};
use crate::chart::{Change, Context, Instant, Record, RecordKind, Sent};
use crate::error::{Result, Trouble};
use crate::hl7::stamp;
use crate::hl7::syntax::{Message, Segment};
use frame::{Frames, Piece};
pub(super) use result::status as result_status;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read};

/// How many bytes go by between two reports of progress.
const STEP: u64 = 256 << 10;

/// Whether bytes begin as a message, a frame or a batch does.
pub(super) fn begins(start: &[u8]) -> bool {
    let named = [b"MSH".as_slice(), b"FHS", b"BHS"].iter().any(|name| start.starts_with(name));
    // One whose separators are broken is still a message, and refused as one; no note begins so.
    let signs = start.get(3..12).is_some_and(|signs| signs.windows(3).any(|three| three == b"~\\&"));
    named && (signs || start.get(3).is_some_and(|b| b.is_ascii_graphic() && !b.is_ascii_alphanumeric()))
}

/// Whether a file holds messages, or pieces of some that are to be refused rather than taken for a note.
pub(super) fn sniffed(start: &[u8]) -> bool {
    let start = frame::bare(start);
    let start = frame::bare(start.strip_prefix(b"\x0b").unwrap_or(start));
    begins(start) || is_segment(start) || headless(start)
}

/// A segment without its head, as in `PID|1|`: neither the head of a table nor words begin so.
fn is_segment(start: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] = [b"PID|", b"PV1|", b"OBX|", b"OBR|", b"TXA|", b"NTE|", b"ORC|", b"EVN|"];
    let Some(rest) = NAMES.iter().find_map(|name| start.strip_prefix(*name)) else { return false };
    let event = start.starts_with(b"EVN") && matches!(rest, [b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..]);
    event || rest.first().is_some_and(|b| b.is_ascii_digit() || *b == b'|')
}

/// A head with nothing in it, alone or before a segment.
fn headless(start: &[u8]) -> bool {
    start.strip_prefix(b"MSH").is_some_and(|rest| {
        let next = rest.trim_ascii_start();
        next.is_empty() || next.len() < rest.len() && is_segment(next)
    })
}

/// Whether a later line is a head whose signs are the usual ones: what stands before it is refused by the reader.
pub(super) fn begins_later(start: &[u8]) -> bool {
    start.split(|b| matches!(b, b'\r' | b'\n')).any(|line| frame::bare(line).strip_prefix(frame::HEAD).is_some_and(|r| r.starts_with(b"|")))
}

/// Reads a file of messages. Each that cannot be read is refused by its line; the rest goes on.
pub(super) fn file(desk: &mut Desk, file: &Found) -> Result<()> {
    match walk::open(file) {
        Ok(opened) => messages(desk, &file.source, opened),
        Err(trouble) => {
            desk.reject(trouble);
            Ok(())
        }
    }
}

/// Reads messages from anywhere.
pub(super) fn messages(desk: &mut Desk, source: &str, reader: impl Read) -> Result<()> {
    let mut frames = Frames::new(BufReader::with_capacity(128 << 10, reader), desk.limits().line);
    frames.passing = desk.options().passing;
    let (mut tally, mut told) = (Tally::default(), 0);
    loop {
        if desk.stopped() {
            break;
        }
        match frames.next() {
            Ok(None) => break,
            Ok(Some(Piece::Refused(trouble))) => {
                let line = trouble.line;
                desk.reject(trouble.at(source, line));
            }
            Ok(Some(Piece::Message { message, encoding })) => one(desk, source, &message, encoding, &mut tally)?,
            Err(error) => {
                desk.reject(walk::unreadable(source, &error).at(source, Some(frames.line())));
                break;
            }
        }
        if frames.bytes - told >= STEP {
            desk.advance(frames.bytes - told, source);
            told = frames.bytes;
        }
    }
    if tally.placeless > 0 {
        let what = format!("{} messages about a stay name none", tally.placeless);
        let trouble = Trouble::input(what).why("PV1-19 and PID-18 are empty: the patients were read, the stays were not");
        desk.notice(trouble.at(source, None).hint("have the sender fill the visit number or the account"));
    }
    if tally.remarks > 0 {
        let what = format!("{} remarks (NTE) not used", tally.remarks);
        let why = "they stand behind no result: on the patient, the visit or an order";
        let hint = "have the sender put a remark behind the result or the order of the result that it is about";
        desk.notice(Trouble::input(what).at(source, None).why(why).hint(hint));
    }
    for (name, count) in tally.unused {
        let hint = if name.starts_with("ADT") {
            "the patients and stays stand as they were: do by hand what it says, or ask the sender for the charts as they are now"
        } else {
            "nothing of them is lost to a chart review; ask for notes as MDM, results as ORU, orders as ORM"
        };
        let what = format!("{count} {name} not used");
        desk.notice(Trouble::input(what).at(source, None).why("messages of this type are not read").hint(hint));
    }
    for (name, count) in tally.strange {
        let what = format!("{count} {name} segments not used");
        let why = "HL7 v2 has no segment of this name, and one that a sender makes up begins with Z";
        desk.notice(Trouble::input(what).at(source, None).why(why).hint("ask the sender what they hold"));
    }
    Ok(())
}

/// What is told once for a whole file.
#[derive(Default)]
struct Tally {
    /// Messages of types that are not read, by type.
    unused: BTreeMap<String, u64>,
    /// Segments of names that nobody knows, by name.
    strange: BTreeMap<String, u64>,
    /// Messages about a stay that name none.
    placeless: u64,
    /// Remarks on nothing that is read.
    remarks: u64,
}

/// What comes of one message.
struct Out<'m> {
    message: &'m Message,
    records: Vec<Record>,
    notices: Vec<Trouble>,
    encoding: Option<String>,
    patient: Option<String>,
    encounter: Option<String>,
    /// What names the message: its control id.
    control: String,
    /// When results and reports came to stand as they do, by their place among the records.
    reported: BTreeMap<usize, Instant>,
    /// What is worth knowing where a record of a kind changes what is stored, and why.
    told: Option<(RecordKind, &'static str, &'static str)>,
    /// Fields that the message empties, by the place of their record among the records.
    cleared: BTreeMap<usize, Vec<&'static str>>,
}

impl Out<'_> {
    /// The instant in a field; one that cannot be is told.
    fn instant(&mut self, segment: &Segment, field: usize) -> Option<Instant> {
        let words = segment.at(field, 1)?;
        stamp::told(&words, &format!("{}-{field}", segment.name()), &mut self.notices)
    }

    /// Keeps which fields of the record that comes next are to be empty.
    fn clear(&mut self, fields: impl IntoIterator<Item = &'static str>) {
        let fields: Vec<_> = fields.into_iter().collect();
        if !fields.is_empty() {
            self.cleared.insert(self.records.len(), fields);
        }
    }
}

/// The type and the event of a message: what MSH-9 says, the event else from EVN-1.
fn kind(message: &Message) -> (String, String) {
    let msh = message.first("MSH");
    let part = |component| msh.and_then(|msh| msh.at(9, component)).unwrap_or_default();
    let event = Some(part(2)).filter(|event| !event.is_empty());
    (part(1), event.or_else(|| message.first("EVN")?.at(1, 1)).unwrap_or_default())
}

fn one(desk: &mut Desk, source: &str, message: &Message, encoding: Option<String>, tally: &mut Tally) -> Result<()> {
    let Some(msh) = message.first("MSH") else { return Ok(()) };
    let (name, event) = kind(message);
    let control = msh.at(10, 1).unwrap_or_else(|| format!("{source}#{}", msh.line));
    let (records, notices, reported) = (Vec::new(), Vec::new(), BTreeMap::new());
    let cleared = BTreeMap::new();
    let mut out = Out { message, records, notices, encoding, patient: None, encounter: None, control, reported, told: None, cleared };
    twice(message, &mut out, &mut desk.controls);
    order::told(&mut out);
    goes_on(&mut out);
    let read = match (name.as_str(), event.as_str()) {
        ("", _) => Err(Trouble::input("the HL7 message has no type").why("MSH-9 is empty").hint("have the sender name it, as in ADT^A01")),
        ("ADT", "A40" | "A18" | "A34" | "A39" | "A30") => person::merge(&mut out),
        ("ADT" | "MDM" | "ORU" | "ORM" | "OMG" | "OML" | "OMP" | "RDE" | "RAS", event) if !is_unread(&name, event) => {
            person::alone(message).and_then(|()| match name.as_str() {
                "ADT" => visit::read(&mut out, event),
                "MDM" => document::read(&mut out, event),
                "ORU" => result::read(&mut out),
                _ => order::read(&mut out),
            })
        }
        _ => unread(&name, &event, &mut tally.unused),
    };
    for strange in message.segments.iter().map(Segment::name).filter(|name| segments::is_strange(name)) {
        let shown = if strange.len() == 3 && strange.bytes().all(|b| b.is_ascii_alphanumeric()) { strange } else { "nameless" };
        *tally.strange.entry(shown.to_owned()).or_default() += 1;
    }
    tally.remarks += if read.is_ok() { unread_remarks(message, &name) } else { 0 };
    tally.placeless += u64::from(name == "ADT" && read.is_ok() && visit::is_placeless(&out, &event));
    for notice in out.notices {
        let line = notice.line.or(Some(msh.line));
        desk.notice(notice.at(source, line));
    }
    match read {
        Ok(()) => {
            let with = if name == "ADT" { kept::OF_A_STAY.as_slice() } else { &kept::OF_ITS_OWN };
            kept::keep(&mut out.records, kept::of_message(message), with);
            let origin = desk.origin(source, Some(msh.line), sent(message));
            for (at, record) in out.records.into_iter().enumerate() {
                let sent = Sent { reported: out.reported.get(&at).copied(), ..origin.context.sent };
                let told = out.told.filter(|(kind, ..)| *kind == record.kind()).map(|(_, what, why)| (what, why));
                let cleared = out.cleared.remove(&at).unwrap_or_default();
                let corrects = name == "ADT" && matches!(event.as_str(), "A08" | "A31");
                let context = Context { sent, told, cleared, corrects, ..origin.context.clone() };
                desk.take(record, &Origin { context, ..origin.clone() })?;
            }
            Ok(())
        }
        Err(trouble) => {
            let line = trouble.line.or(Some(msh.line));
            desk.reject(trouble.at(source, line));
            Ok(())
        }
    }
}

/// When a message was made (MSH-7) and its event recorded (EVN-2). A time that cannot be read orders nothing.
fn sent(message: &Message) -> Sent {
    let time = |name: &str, field| stamp::read(&message.first(name)?.at(field, 1)?).ok().flatten();
    Sent { reported: None, recorded: time("EVN", 2), message: time("MSH", 7) }
}

/// Remarks of a message that nothing reads: those that stand behind no result, nor in a message of results behind the order of some.
fn unread_remarks(message: &Message, name: &str) -> u64 {
    if !matches!(name, "ADT" | "MDM" | "ORU" | "ORM" | "OMG" | "OML" | "OMP" | "RDE" | "RAS") {
        return 0; // the message is told as a whole
    }
    let (mut behind, mut unread) = (false, 0);
    for segment in &message.segments {
        match segment.name() {
            "OBX" => behind = true,
            "OBR" => behind = name == "ORU",
            "TXA" => behind = false,
            "NTE" if !behind && segment.at(3, 1).is_some() => unread += 1,
            _ => {}
        }
    }
    unread
}

/// Events of types that are read which say something that is not: they move, swap, delete or rename what is there, or hold no text.
fn is_unread(name: &str, event: &str) -> bool {
    match name {
        "ADT" => matches!(
            event,
            "A17"
                | "A24"
                | "A29"
                | "A35"
                | "A36"
                | "A37"
                | "A41"
                | "A42"
                | "A43"
                | "A44"
                | "A45"
                | "A46"
                | "A47"
                | "A48"
                | "A49"
                | "A50"
                | "A51"
        ),
        "MDM" => event.strip_prefix('T').and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| !(1..=11).contains(&number)),
        _ => false,
    }
}

/// A type that holds nothing a chart review needs. Only what looks like a type is repeated.
fn unread(name: &str, event: &str, unused: &mut BTreeMap<String, u64>) -> Result<()> {
    let plain = |words: &str| words.len() <= 4 && words.bytes().all(|b| b.is_ascii_alphanumeric());
    let shown = if plain(name) && plain(event) { format!("{name}^{event}") } else { "message of unknown type".to_owned() };
    *unused.entry(shown).or_default() += 1;
    Ok(())
}

/// One control id names one message: the same again is a repeat, another content is told. Short hashes: small enough for millions.
fn twice(message: &Message, out: &mut Out, seen: &mut HashMap<u64, u64>) {
    let Some(msh) = message.first("MSH") else { return };
    let Some(control) = msh.at(10, 1) else { return };
    let mut words = Vec::new();
    for segment in &message.segments {
        words.extend_from_slice(segment.words().as_bytes());
        words.push(b'\r');
    }
    let hash = short_hash(&words);
    let key = short_hash(format!("{}|{}|{control}", msh.raw(3), msh.raw(4)).as_bytes());
    if seen.insert(key, hash).is_some_and(|before| before != hash) {
        out.notices.push(
            Trouble::input("the control id of this HL7 message came before with another content")
                .why("two messages share one MSH-10")
                .hint("both are read, in their order; have the sender number its messages"),
        );
    }
}

/// A message that says that it goes on in the next one (DSC), or that it is the rest of another (MSH-14): what was parted is not put
/// together again.
fn goes_on(out: &mut Out) {
    let further = out.message.first("DSC").filter(|dsc| dsc.at(1, 1).is_some());
    let rest = out.message.first("ADD").filter(|_| out.message.first("MSH").is_some_and(|msh| msh.at(14, 1).is_some()));
    if let Some(segment) = further.or(rest) {
        let notice = Trouble::input("the HL7 message goes on in another one, and what was parted is not put together")
            .at("", Some(segment.line))
            .why("a DSC or MSH-14 names where it goes on")
            .hint("have the sender send the message whole");
        out.notices.push(notice);
    }
}

/// An identifier with its assigning authority, as in `authority|number`.
fn identifier(number: String, authority: Option<String>) -> String {
    match authority {
        Some(authority) => format!("{authority}|{number}"),
        None => number,
    }
}

/// The identifier that an EI field (entity, namespace, universal id) holds.
fn entity(segment: &Segment, field: usize) -> Option<String> {
    let number = segment.at(field, 1)?;
    Some(identifier(number, segment.at(field, 2).or_else(|| segment.at(field, 3))))
}

/// A change that came with a message.
fn change(out: &mut Out, change: Change) {
    out.records.push(Record::Change(change));
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_tests;
