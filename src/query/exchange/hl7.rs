//! HL7 v2 MDM^T02: a document with its content. The query's words are TX lines; what a machine needs stands in ST lines of our names.

use super::replies::{Replies, Reply};
use super::{Sheet, hl7_time};
use crate::chart::Instant;
use crate::error::Trouble;

/// One message a query, segments ended by carriage returns as the standard asks.
pub fn mdm(sheets: &[Sheet], now: &Instant) -> String {
    sheets.iter().map(|sheet| message(sheet, now)).collect()
}

fn message(sheet: &Sheet, now: &Instant) -> String {
    let at = sheet.sent.as_ref().unwrap_or(now);
    let (patient, stay) = &sheet.identifiers;
    let number = format!("{}-{}", sheet.query, sheet.version);
    let mut segments = vec![
        format!("MSH|^~\\&|LACUNA||||{}||MDM^T02^MDM_T02|LACUNA-{number}|P|2.5.1", hl7_time(now)),
        format!("EVN|T02|{}", hl7_time(now)),
        format!("PID|1||{}||{}", escape(patient.as_deref().unwrap_or_default()), escape(&sheet.view.patient)),
        format!("PV1|1||||||||||||||||||{}", escape(stay.as_deref().unwrap_or_default())),
        format!(
            "TXA|1|CQ^Clinical documentation query^L|TX|{}|{}||||{}|||{number}^LACUNA|||||{}",
            hl7_time(at),
            escape(&sheet.view.from),
            escape(&sheet.view.from),
            if sheet.state.is_draft() { "IP" } else { "DO" }
        ),
    ];
    let mut fields: Vec<(&str, &str, String)> = vec![
        ("ST", "TITLE^Title^LACUNA", sheet.view.title.clone()),
        ("ST", "HASH^SHA-256 of the words^LACUNA", sheet.hash.clone()),
        ("ST", "STATE^Where it stands^LACUNA", sheet.state.label().to_owned()),
    ];
    fields.extend(sheet.view.to.iter().map(|to| ("ST", "TO^Recipient^LACUNA", to.name.clone())));
    fields.extend(sheet.text.lines().map(|line| ("TX", "TEXT^What the provider reads^LACUNA", line.to_owned())));
    if let Some(answer) = &sheet.answer {
        let option = answer.option.and_then(|i| sheet.view.options.get(i)).cloned().unwrap_or_default();
        fields.push(("ST", "OPTION^The option that was ticked^LACUNA", option));
        fields.push(("TX", "ANSWER^The answer in words^LACUNA", answer.words.clone()));
        fields.push(("ST", "BY^Who replied^LACUNA", answer.by.clone()));
        fields.push(("TS", "AT^When^LACUNA", answer.at.map(|t| hl7_time(&t)).unwrap_or_default()));
    }
    for (n, (kind, name, value)) in fields.iter().enumerate() {
        segments.push(format!("OBX|{}|{kind}|{name}||{}||||||F", n + 1, escape(value)));
    }
    segments.iter().map(|s| format!("{s}\r")).collect()
}

/// The delimiters of the standard as escapes; a line break as `\.br\`; other control characters go.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\E\\"),
            '|' => out.push_str("\\F\\"),
            '^' => out.push_str("\\S\\"),
            '&' => out.push_str("\\T\\"),
            '~' => out.push_str("\\R\\"),
            '\n' => out.push_str("\\.br\\"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        match after.split_once('\\') {
            Some((name, tail)) => {
                out.push_str(match name {
                    "E" => "\\",
                    "F" => "|",
                    "S" => "^",
                    "T" => "&",
                    "R" => "~",
                    ".br" => "\n",
                    _ => "",
                });
                rest = tail;
            }
            None => {
                out.push_str(after);
                rest = "";
            }
        }
    }
    out.push_str(rest);
    out
}

/// Reads answers out of MDM messages: those with an OPTION or ANSWER line.
pub fn replies_from_mdm(source: &str, text: &str) -> Replies {
    let mut out = Replies::default();
    let segments = text.split(['\r', '\n']).enumerate().filter(|(_, s)| !s.trim().is_empty());
    let mut messages: Vec<Vec<(u64, Vec<&str>)>> = Vec::new();
    for (at, segment) in segments {
        let segment = segment.trim_start_matches(['\u{b}', '\u{1c}', '\u{feff}']); // the frame of the transport
        if segment.starts_with("MSH|") {
            messages.push(Vec::new());
        }
        if let Some(message) = messages.last_mut() {
            message.push((at as u64 + 1, segment.split('|').collect()));
        }
    }
    if messages.is_empty() {
        out.refused.push(Trouble::input("no HL7 message is in it").at(source, None).hint("a message begins with MSH|"));
    }
    for message in &messages {
        let line = message.first().map(|(line, _)| *line);
        match reply(message) {
            Ok(Some(reply)) => out.taken.push(reply),
            Ok(None) => {}
            Err(what) => out.refused.push(Trouble::input(what).at(source, line)),
        }
    }
    if out.taken.is_empty() && out.refused.is_empty() {
        out.refused.push(Trouble::input("no answer is in it").at(source, None).hint("an answer has an OBX line OPTION or ANSWER"));
    }
    out
}

fn reply(message: &[(u64, Vec<&str>)]) -> Result<Option<Reply>, &'static str> {
    let segment = |name: &str| message.iter().find(|(_, f)| f.first() == Some(&name)).map(|(_, f)| f.as_slice());
    let named = |name: &str| {
        let hits = message.iter().filter(|(_, f)| f.first() == Some(&"OBX"));
        let hits = hits.filter(|(_, f)| f.get(3).is_some_and(|id| id.split('^').next() == Some(name)));
        let values: Vec<String> = hits.filter_map(|(_, f)| f.get(5)).map(|v| unescape(v)).collect();
        (!values.is_empty()).then(|| values.join("\n"))
    };
    let (option, words) = (named("OPTION"), named("ANSWER"));
    if option.is_none() && words.is_none() {
        return Ok(None); // a query, not an answer
    }
    let number = segment("TXA").and_then(|f| f.get(12)).map(|n| n.split('^').next().unwrap_or_default()).unwrap_or_default();
    let (query, version) = number.split_once('-').unwrap_or((number, ""));
    Ok(Some(Reply {
        query: query.parse().map_err(|_| "the message does not name a query of ours in TXA-12")?,
        version: version.parse().ok(),
        hash: named("HASH"),
        option: option.unwrap_or_default(),
        words: words.unwrap_or_default(),
        free: false,
        by: named("BY").unwrap_or_default(),
        at: named("AT").and_then(|t| time(&t)),
        line: message.first().map(|(line, _)| *line),
    }))
}

/// `20261119084200-0500` as an instant.
fn time(text: &str) -> Option<Instant> {
    let part = |from: usize, to: usize| text.get(from..to);
    let zone = match text.get(14..) {
        Some(zone) if zone.len() == 5 => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
        _ => String::new(),
    };
    Instant::parse(&format!("{}-{}-{}T{}:{}:{}{zone}", part(0, 4)?, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?))
}
