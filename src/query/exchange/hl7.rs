//! HL7 v2 MDM^T02: a document with its content; MDM^T10 where it replaces an earlier version. The query's words are TX lines; what a machine needs stands in ST lines of our names.

use super::{Sheet, hl7_time};
use crate::chart::{EncounterClass, Instant, Sex};
use crate::query::QueryState;
use crate::query::render::spelled;

/// One message a query, segments ended by carriage returns as the standard asks.
pub fn mdm(sheets: &[Sheet], now: &Instant) -> String {
    sheets.iter().map(|sheet| message(sheet, now)).collect()
}

fn message(sheet: &Sheet, now: &Instant) -> String {
    let at = sheet.sent.as_ref().unwrap_or(now);
    let number = format!("{}-{}", sheet.query, sheet.version);
    let facility = escape(&sheet.authority);
    let from = person(&sheet.view.from);
    let (event, parent) = match sheet.version {
        0 | 1 => ("T02", String::new()),
        version => ("T10", format!("{}-{}^LACUNA", sheet.query, version - 1)),
    };
    let mut segments = vec![
        format!("MSH|^~\\&|LACUNA|{facility}|||{}||MDM^{event}^MDM_T02|LACUNA-{number}|P|2.5.1||||||UNICODE UTF-8", hl7_time(now)),
        format!("EVN|{event}|{}", hl7_time(now)),
        patient(sheet),
        format!("PV1|1|{}|||||||||||||||||{}^^^{facility}^VN", class(sheet.class), escape(&sheet.view.encounter)),
        format!(
            "TXA|1|CQ^Clinical documentation query^L|TX|{}|{from}||||{from}|||{number}^LACUNA|{parent}||||{}",
            hl7_time(at),
            match sheet.state {
                QueryState::Withdrawn => "CA",
                state if state.is_draft() => "IP",
                _ => "DO",
            }
        ),
    ];
    let mut fields: Vec<(&str, &str, String)> =
        vec![("ST", "TITLE^Title^LACUNA", sheet.view.title.clone()), ("ST", "HASH^SHA-256 of the words^LACUNA", sheet.hash.clone())];
    fields.extend(sheet.view.to.iter().map(|to| ("ST", "TO^Recipient^LACUNA", to.name.clone())));
    fields.extend(sheet.text.lines().map(|line| ("TX", "TEXT^What the provider reads^LACUNA", line.to_owned())));
    if let Some(answer) = &sheet.answer {
        let option = answer.option.and_then(|i| sheet.view.options.get(i)).cloned().unwrap_or_default();
        fields.push(("ST", "OPTION^The option that was ticked^LACUNA", option));
        fields.push(("TX", "ANSWER^The answer in words^LACUNA", answer.words.clone()));
        fields.push(("ST", "BY^Who replied^LACUNA", answer.by.clone()));
        fields.push(("TS", "AT^When^LACUNA", answer.at.map(|t| hl7_time(&t)).unwrap_or_default()));
    }
    fields.extend(sheet.earlier_answers.iter().map(|e| ("TX", "EARLIER^An answer before it was asked again^LACUNA", e.line())));
    // Table 0085: a draft is preliminary, what was taken back is wrong as posted.
    let status = match sheet.state {
        QueryState::Withdrawn => "W",
        state if state.is_draft() => "P",
        _ => "F",
    };
    for (n, (kind, name, value)) in fields.iter().enumerate() {
        segments.push(format!("OBX|{}|{kind}|{name}||{}||||||{status}", n + 1, escape(value)));
    }
    segments.iter().map(|s| format!("{s}\r")).collect()
}

/// Who gave the record number, as the components of an identifier's authority.
fn assigner(sheet: &Sheet) -> String {
    let from = sheet.number_from();
    from.hd().map(escape).join("&").trim_end_matches('&').to_owned()
}

/// The patient: record number with who gave it, name in its parts, date of birth, sex. Where no record number is known, our identifier,
/// called what it is.
fn patient(sheet: &Sheet) -> String {
    let internal = sheet.identifiers.0.as_deref().unwrap_or_default();
    let Some(p) = &sheet.person else {
        let id = if internal.is_empty() { String::new() } else { format!("{}^^^LACUNA^PI", escape(internal)) };
        return format!("PID|1||{id}||{}", escape(&sheet.view.patient));
    };
    let id = match p.mrn.as_deref().filter(|m| !m.trim().is_empty()) {
        Some(mrn) => format!("{}^^^{}^MR", escape(mrn), assigner(sheet)),
        None => format!("{}^^^LACUNA^PI", escape(internal)),
    };
    let part = |name: &Option<String>| escape(name.as_deref().unwrap_or_default());
    let birth = p.birth.map(|b| b.local_date().strftime("%Y%m%d").to_string()).unwrap_or_default();
    let sex = match p.sex {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Other => "O",
        Sex::NotGiven => "U",
    };
    // Given and further names are components of their own.
    let given = p.given.as_deref().unwrap_or_default();
    let (first, further) = given.split_once(' ').unwrap_or((given, ""));
    let name = [part(&p.family), escape(first), escape(further)].join("^");
    format!("PID|1||{id}||{}||{birth}|{sex}", name.trim_end_matches('^'))
}

/// Table 0004.
fn class(class: EncounterClass) -> &'static str {
    match class {
        EncounterClass::Inpatient => "I",
        EncounterClass::Observation | EncounterClass::Ambulatory => "O",
        EncounterClass::Emergency => "E",
        EncounterClass::Other | EncounterClass::NotGiven => "U",
    }
}

/// "Ana Ruiz, RN, CCDS" or "Dr Chen" as family, given and degree, without a number.
fn person(name: &str) -> String {
    let (name, degree) = name.split_once(',').unwrap_or((name, ""));
    let words: Vec<&str> = name.split_whitespace().filter(|w| !matches!(w.trim_end_matches('.'), "Dr" | "Mr" | "Ms" | "Mrs")).collect();
    let (family, given) = words.split_last().map_or(("", &[][..]), |(last, rest)| (*last, rest));
    let all = ["".to_owned(), escape(family), escape(&given.join(" ")), String::new(), String::new(), String::new(), escape(degree.trim())];
    all.join("^").trim_end_matches('^').to_owned()
}

/// The delimiters of the standard as escapes; a line break as `\.br\`; hidden characters are spelled.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in spelled(text).chars() {
        match c {
            '\\' => out.push_str("\\E\\"),
            '|' => out.push_str("\\F\\"),
            '^' => out.push_str("\\S\\"),
            '&' => out.push_str("\\T\\"),
            '~' => out.push_str("\\R\\"),
            '\n' => out.push_str("\\.br\\"),
            c => out.push(c),
        }
    }
    out
}
