//! Answers out of HL7 v2 MDM, as this program and other systems write them: any separators, segments of their own, coded answers, a
//! document number of their own beside ours.

use super::replies::{PatientId, Replies, Reply};
use crate::chart::Authority;
use crate::error::Trouble;
use crate::hl7::stamp;
use crate::hl7::syntax::{Field, Message, Segment, Signs};

/// The name that our numbers carry.
const OURS: &str = "LACUNA";

/// Reads answers out of MDM messages: those with an OPTION or ANSWER line.
pub fn replies_from_mdm(source: &str, text: &str) -> Replies {
    let mut out = Replies::default();
    let messages = messages(text);
    if messages.is_empty() {
        out.refused.push(Trouble::input("no HL7 message is in it").at(source, None).hint("a message begins with MSH|^~\\&|"));
    }
    for message in &messages {
        match reply(message) {
            Ok(Some(reply)) => out.taken.push(reply),
            Ok(None) => {}
            Err(trouble) => out.refused.push(trouble.at(source, message.segments.first().map(|msh| msh.line))),
        }
    }
    if out.taken.is_empty() && out.refused.is_empty() {
        out.refused.push(Trouble::input("no answer is in it").at(source, None).hint("an answer has an OBX line OPTION or ANSWER"));
    }
    out
}

/// The messages of a file. Segments end with a carriage return, a line feed or both; frames of the transport and batch headers are none.
fn messages(text: &str) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::new();
    let mut signs = None;
    for (at, line) in text.replace("\r\n", "\n").split(['\r', '\n']).enumerate() {
        let words = line.trim_matches(['\u{b}', '\u{1c}', '\u{feff}']);
        if words.trim().is_empty() {
            continue;
        }
        if words.starts_with("MSH") {
            signs = Signs::of(words);
            out.extend(signs.map(|_| Message::default()));
        }
        let (Some(signs), Some(message)) = (signs, out.last_mut()) else { continue };
        let named = words.get(..3).is_some_and(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
            && words.get(3..).is_some_and(|rest| rest.is_empty() || signs.parts(rest));
        match message.segments.last_mut() {
            Some(segment) if !named => segment.go_on(words),
            _ => message.segments.push(Segment::new(at as u64 + 1, words.to_owned(), signs)),
        }
    }
    out
}

fn reply(message: &Message) -> Result<Option<Reply>, Trouble> {
    let lines = |name: &str| -> Vec<&Segment> {
        let called = |s: &&Segment| [s.at(3, 1), s.at(3, 2), s.at(3, 4)].into_iter().flatten().any(|id| id.eq_ignore_ascii_case(name));
        message.all("OBX").filter(called).collect()
    };
    let said = |name: &str| lines(name).iter().map(|s| s.text(5)).collect::<Vec<_>>().join("\n").trim().to_owned();
    let (options, answers) = (lines("OPTION"), lines("ANSWER"));
    if options.is_empty() && answers.is_empty() {
        return Ok(None); // a query, not an answer
    }
    let ticked: Vec<(String, String)> = options.iter().flat_map(|s| ticks(s)).collect();
    if ticked.len() > 1 {
        return Err(Trouble::input("more than one option is ticked").hint("one option answers a query; what else is meant goes into words"));
    }
    let (option, code) = ticked.into_iter().next().unwrap_or_default();
    if option.is_empty() && code.is_empty() && said("ANSWER").is_empty() {
        return Err(Trouble::input("nothing is answered in it").why("its OPTION and ANSWER lines are empty"));
    }
    let (query, version) = number(message)?;
    // Where the message has no lines of ours for them: who authenticated the document, who observed, and when.
    let line = options.first().or(answers.first());
    let person = |field: Field<'_>| {
        let parts: Vec<String> = [field.at(3), field.at(2)].into_iter().flatten().collect();
        Some(parts.join(" ")).filter(|name| !name.is_empty())
    };
    let called = |field: Field<'_>| {
        let parts: Vec<String> = [field.at(1), field.at(2)].into_iter().flatten().collect();
        Some(parts.join(" ")).filter(|name| !name.is_empty())
    };
    let signer = || message.first("TXA").and_then(|txa| person(txa.field(22)));
    let by = Some(said("BY")).filter(|by| !by.is_empty()).or_else(|| line.and_then(|s| person(s.field(16)))).or_else(signer);
    let stamp = Some(said("AT")).filter(|at| !at.is_empty()).or_else(|| line.and_then(|s| s.at(14, 1)));
    let at = match stamp {
        Some(words) => stamp::read(&words).map_err(|_| Trouble::input("that is no time").hint("as in 20261120085000-0500"))?,
        None => None,
    };
    Ok(Some(Reply {
        query,
        version,
        hash: Some(said("HASH")).filter(|hash| !hash.is_empty()),
        option,
        code,
        words: said("ANSWER"),
        free: false,
        by: by.unwrap_or_default(),
        at,
        line: message.segments.first().map(|msh| msh.line),
        patient: patient(message),
        person: message.first("PID").and_then(|pid| called(pid.field(5))).unwrap_or_default(),
    }))
}

/// What an OPTION line ticks: words, and their code where the line is coded.
fn ticks(segment: &Segment) -> Vec<(String, String)> {
    if matches!(segment.at(2, 1).as_deref(), Some("CE" | "CWE" | "CNE")) {
        let coded = segment.repetitions(5).map(|f| (f.at(2).or_else(|| f.at(9)).unwrap_or_default(), f.at(1).unwrap_or_default()));
        return coded.filter(|(words, code)| !words.is_empty() || !code.is_empty()).collect();
    }
    let words = segment.text(5).trim().to_owned();
    if words.is_empty() { Vec::new() } else { vec![(words, String::new())] }
}

/// The query that is answered. Another system gives its answer a number of its own: ours is the one that says so, in the document's
/// number, its parent's, or the order's. A number without a name counts in TXA-12 only, where we wrote ours.
fn number(message: &Message) -> Result<(i64, Option<u32>), Trouble> {
    let missing = || {
        Trouble::input("the message does not name a query of ours")
            .why("no number of TXA-12, TXA-13 or TXA-14 is from LACUNA")
            .hint("an answer repeats the query's number, as in 12-1^LACUNA, as its own or as its parent's")
    };
    let txa = message.first("TXA").ok_or_else(missing)?;
    let all = || [12, 13, 14].into_iter().flat_map(|field| txa.repetitions(field).collect::<Vec<_>>());
    let ours = all().find(|f| [f.at(2), f.at(3)].into_iter().flatten().any(|name| name.eq_ignore_ascii_case(OURS)));
    let bare = || Some(txa.field(12)).filter(|f| f.at(2).is_none() && f.at(3).is_none());
    let words = ours.or_else(bare).and_then(|f| f.at(1)).ok_or_else(missing)?;
    let (query, version) = words.split_once('-').unwrap_or((&words, ""));
    Ok((query.parse().map_err(|_| missing())?, version.parse().ok()))
}

/// The record numbers of the patient it is about.
fn patient(message: &Message) -> Vec<PatientId> {
    let all = message.first("PID").into_iter().flat_map(|pid| pid.repetitions(3).collect::<Vec<_>>());
    all.filter(|id| matches!(id.at(5).as_deref(), None | Some("MR")))
        .filter_map(|id| {
            let from = Authority::of_hd(id.part(4, 1), id.part(4, 2), id.part(4, 3).as_deref());
            Some(PatientId { value: id.at(1)?, from })
        })
        .collect()
}
