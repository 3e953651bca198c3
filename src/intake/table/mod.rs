//! Tables (CSV, tab- or semicolon-separated): notes, results, stays or patients, one a row, told apart by the names in the first row.
//! MIMIC's own names are known; any other come from a map file.

mod dictionary;
mod unicode;

use super::desk::Desk;
use super::fields::{find_named, words};
use super::json::Times;
use super::lines::Named;
use super::walk::{self, Found};
use super::{FieldMap, Origin, amount, decode, hl7, notes};
use crate::chart::{
    Authority, Coding, Context, Encounter, EncounterClass, Location, Observation, Patient, Quantity, Record, Sent, Sex, Value as Given,
};
use crate::error::{Result, Trouble};
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use unicode::Unicode;

/// How many bytes go by between two reports of progress.
const STEP: u64 = 256 << 10;

/// What a table holds, by its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Notes,
    Results,
    Stays,
    Patients,
    /// What tests are called.
    Tests,
}

/// The shape of a table with these columns, the one that says most first; `None` when it is none that is known.
pub(super) fn shape(columns: &[&str], map: &FieldMap) -> Option<Shape> {
    let has = |names: &[String]| names.iter().any(|name| columns.iter().any(|column| column.eq_ignore_ascii_case(name)));
    if has(&map.text) {
        Some(Shape::Notes)
    } else if has(&map.value) && has(&map.test) {
        Some(Shape::Results)
    } else if has(&map.encounter) && (has(&map.admitted) || has(&map.discharged)) {
        Some(Shape::Stays)
    } else if has(&map.patient) && (has(&map.birth) || has(&map.sex)) {
        Some(Shape::Patients)
    } else if dictionary::is_one(columns) {
        Some(Shape::Tests)
    } else {
        None
    }
}

/// The sign that parts the names of a first row, when it is the first row of a table that is known.
pub(super) fn separator(line: &str, map: &FieldMap) -> Option<u8> {
    [b',', b'\t', b';', b'|'].into_iter().find(|separator| {
        let names: Vec<&str> = line.split(char::from(*separator)).map(|name| name.trim().trim_matches('"')).collect();
        // A note may begin with words and commas: names with blanks are columns only to a person who mapped one.
        let mapped = *map != FieldMap::default();
        let plain = |name: &&str| {
            let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || mapped && b == b' ';
            !name.is_empty() && name.len() <= 60 && name.bytes().all(letter)
        };
        let known = || match shape(&names, map) {
            Some(Shape::Notes) => true,
            Some(_) => names.len() >= 3,
            None => false,
        };
        names.len() >= 2 && names.iter().all(plain) && known()
    })
}

/// A row of our own behind the last one: where it ends up inside a cell, a quote was never closed.
const END: &[u8] = b"\n\x1e\x1e\x1e\n";

/// Whether a row is that one (`Some(true)`), or swallowed it.
fn ends(record: &ByteRecord) -> Option<bool> {
    let last = record.get(record.len().checked_sub(1)?)?;
    let mark = END.trim_ascii();
    let alone = last == mark && record.len() == 1;
    (alone || last.windows(mark.len()).any(|part| part == mark)).then_some(alone)
}

/// Bytes since the last whole row: a quote that never closes would take the rest of the file for one cell.
struct Bounded<R> {
    inner: R,
    since: Rc<Cell<u64>>,
    limit: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > self.limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a row is too long"));
        }
        let read = self.inner.read(buffer)?;
        self.since.set(self.since.get() + read as u64);
        Ok(read)
    }
}

/// Reads a table row by row. Each row that cannot be read is refused by its line; the rest goes on.
pub(super) fn file(desk: &mut Desk, file: &Found) -> Result<()> {
    match walk::open(file) {
        Ok(opened) => rows(desk, file, opened),
        Err(trouble) => {
            desk.reject(trouble);
            Ok(())
        }
    }
}

/// Reads rows from anywhere.
pub(super) fn rows(desk: &mut Desk, file: &Found, opened: impl Read) -> Result<()> {
    let since = Rc::new(Cell::new(0));
    let limit = desk.limits().line;
    let mut bounded = Bounded { inner: Unicode::new(opened), since: Rc::clone(&since), limit };
    // The first row says what parts the others.
    let mut head = Vec::new();
    if let Err(error) = bounded.by_ref().take(64 << 10).read_to_end(&mut head) {
        desk.reject(walk::unreadable(&file.source, &error));
        return Ok(());
    }
    let map = &desk.options().map;
    let content = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let line =
        content.split(|b| matches!(b, b'\n' | b'\r')).next().map(|line| String::from_utf8_lossy(line).into_owned()).unwrap_or_default();
    let Some(separator) = separator(&line, map) else {
        desk.reject(
            Trouble::input("the table is not known")
                .at(&file.source, Some(1))
                .why("the names in its first row say neither notes, results, stays nor patients")
                .hint("name its columns in a map file (--map); `lacuna help import` shows one"),
        );
        return Ok(());
    };
    let whole = io::Cursor::new(content.to_vec()).chain(bounded).chain(END);
    let mut reader = ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(whole);
    let columns: Vec<String> = match reader.byte_headers() {
        Ok(headers) => headers.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect(),
        Err(error) => {
            desk.reject(broken(&error, limit).at(&file.source, Some(1)));
            return Ok(());
        }
    };
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let Some(shape) = shape(&names, map) else { return Ok(()) };
    desk.notice(understood(&names, shape, map).at(&file.source, Some(1)));
    each(desk, file, &mut reader, &columns, shape, &since)
}

fn each(desk: &mut Desk, file: &Found, reader: &mut Reader<impl Read>, columns: &[String], shape: Shape, since: &Cell<u64>) -> Result<()> {
    let mut record = ByteRecord::new();
    let (mut named, mut told) = (Named::default(), 0_u64);
    loop {
        if desk.stopped() {
            break;
        }
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => since.set(0),
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                desk.reject(broken(&error, desk.limits().line).at(&file.source, Some(line)));
                if matches!(error.kind(), ErrorKind::Io(_)) {
                    break;
                }
                continue;
            }
        }
        let at = record.position().map_or(line, csv::Position::line);
        match ends(&record) {
            None => {}
            Some(true) => break,
            Some(false) => {
                let why = "the table ends inside it: this row, and those that may stand behind it, were not read";
                let trouble =
                    Trouble::input("a quote is never closed").why(why).hint("close the quote, or double one that is meant as a sign");
                desk.reject(trouble.at(&file.source, Some(at)));
                break;
            }
        }
        let bytes = reader.position().byte();
        if bytes.saturating_sub(told) >= STEP {
            desk.advance(bytes - told, &file.source);
            told = bytes;
        }
        let origin = desk.origin(&file.source, Some(at), Sent::default());
        if record.len() != columns.len() {
            let why = format!("it has {} cells, the first row names {}", record.len(), columns.len());
            let hint = "put a cell with separators or line breaks in it into quotes";
            desk.reject(Trouble::input("the row does not fit the table").at(&file.source, Some(at)).why(why).hint(hint));
            continue;
        }
        let (row, encoding) = object(&record, columns);
        match shape {
            Shape::Notes => notes::line(desk, file, &row, &origin, encoding, &mut named)?,
            Shape::Results => result(desk, file, &row, &origin, &mut named)?,
            Shape::Stays => stay(desk, &row, &origin, &mut named)?,
            Shape::Patients => patient(desk, &row, &origin)?,
            Shape::Tests => dictionary::row(desk, &row),
        }
    }
    Ok(())
}

/// What went wrong, without a word of the row.
fn broken(error: &csv::Error, limit: u64) -> Trouble {
    match error.kind() {
        ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Trouble::input("a row of the table is too long")
            .why(format!("it has more than {} MB: a quote that opens there may never close", limit >> 20))
            .hint("correct the quotes; what stands before it was read"),
        ErrorKind::Io(error) => Trouble::system("the table cannot be read on").why(error.kind()).hint("check the disk, then import again"),
        _ => Trouble::input("the row cannot be read").why("its cells do not part").hint("check the program that wrote it"),
    }
}

/// A row as an object: an empty cell is as good as none. Cells that are no UTF-8 are read as windows-1252, like any note.
fn object(record: &ByteRecord, columns: &[String]) -> (Value, Option<String>) {
    let mut encoding = None;
    let mut row = Map::new();
    for (name, cell) in columns.iter().zip(record) {
        if cell.trim_ascii().is_empty() {
            continue;
        }
        let words = match std::str::from_utf8(cell) {
            Ok(words) => words.to_owned(),
            Err(_) => match decode::decode(cell) {
                Ok(decoded) => {
                    encoding = encoding.or(decoded.encoding);
                    decoded.text
                }
                Err(_) => continue,
            },
        };
        row.insert(name.clone(), Value::String(unguarded(words)));
    }
    (Value::Object(row), encoding)
}

/// A cell without the sign that keeps a spreadsheet from taking it for a formula: an export of ours puts it there.
fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(crate::export::FORMULA) => rest.to_owned(),
        _ => cell,
    }
}

/// Which column is read as what: the preview of a mapping. Names of columns are shown only where they are plain.
fn understood(columns: &[&str], shape: Shape, map: &FieldMap) -> Trouble {
    let things: &[(&str, &[String])] = match shape {
        Shape::Notes => &[
            ("id", &map.id),
            ("text", &map.text),
            ("type", &map.document_type),
            ("title", &map.title),
            ("author", &map.author),
            ("role", &map.role),
            ("signer", &map.signer),
            ("signed", &map.signed),
            ("date", &map.date),
            ("patient", &map.patient),
            ("record number", &map.mrn),
            ("encounter", &map.encounter),
            ("service", &map.service),
            ("payer", &map.payer),
            ("withdrawn", &map.withdrawn),
            ("code", &map.code),
            ("code's system", &map.code_system),
            ("code's words", &map.code_name),
            ("status", &map.doc_status),
            ("note it adds to", &map.relates_to),
            ("whether it replaces that one", &map.replaces),
        ],
        Shape::Results => &[
            ("id", &map.result),
            ("test", &map.test),
            ("code", &map.code),
            ("value", &map.value),
            ("unit", &map.unit),
            ("low", &map.low),
            ("high", &map.high),
            ("flag", &map.flag),
            ("status", &map.status),
            ("date", &map.date),
            ("patient", &map.patient),
            ("record number", &map.mrn),
            ("encounter", &map.encounter),
        ],
        Shape::Stays => &[
            ("encounter", &map.encounter),
            ("patient", &map.patient),
            ("admitted", &map.admitted),
            ("discharged", &map.discharged),
            ("class", &map.class),
            ("account", &map.account),
            ("service", &map.service),
            ("attending", &map.attending),
            ("bed", &map.bed),
            ("reason", &map.reason),
            ("disposition", &map.disposition),
            ("payer", &map.payer),
            ("record number", &map.mrn),
        ],
        Shape::Patients => &[
            ("patient", &map.patient),
            ("record number", &map.mrn),
            ("who gave it", &map.mrn_authority),
            ("who gave it, by a URI", &map.mrn_system),
            ("birth", &map.birth),
            ("sex", &map.sex),
            ("family", &map.family),
            ("given", &map.given),
            ("died", &map.died),
        ],
        Shape::Tests => &[("code", &map.code), ("test", &map.test)],
    };
    let mut used = Vec::new();
    let mut read = Vec::new();
    for (thing, names) in things {
        let found: Vec<&str> =
            names.iter().filter_map(|name| columns.iter().find(|column| column.eq_ignore_ascii_case(name))).copied().collect();
        if !found.is_empty() {
            read.push(format!("{} as {thing}", found.join(" or ")));
            used.extend(found);
        }
    }
    let plain =
        |name: &&&str| name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '));
    let left: Vec<&str> = columns.iter().filter(|column| !used.contains(column)).filter(plain).copied().collect();
    let what = match shape {
        Shape::Notes => "a table of notes",
        Shape::Results => "a table of results",
        Shape::Stays => "a table of stays",
        Shape::Patients => "a table of patients",
        Shape::Tests => "a table of what tests are called: it holds for the results of this import",
    };
    let left = if left.is_empty() { String::new() } else { format!("; left out: {}", left.join(", ")) };
    Trouble::input(what).why(format!("read: {}{left}", read.join(", "))).hint("other names go into a map file (--map)")
}

/// One result a row.
fn result(desk: &mut Desk, file: &Found, row: &Value, origin: &Origin, named: &mut Named) -> Result<()> {
    let map = &desk.options().map;
    let Some(name) = words(row, &map.test) else {
        let hint = format!("the name is looked for in: {}; name another column with --map", map.test.join(", "));
        desk.reject(
            Trouble::input("the result has no name").at(&origin.source, origin.line).why("no cell says what was measured").hint(hint),
        );
        return Ok(());
    };
    let name = desk.tests.get(&name).cloned().unwrap_or(name);
    let times = Times::default();
    let time = find_named(row, &map.date).and_then(|(name, value)| desk.options().details.read(&times, value, name));
    for notice in times.told() {
        desk.notice(notice.at(&origin.source, origin.line));
    }
    let number = |names: &[String]| words(row, names).and_then(|w| w.parse::<f64>().ok()).filter(|n| n.is_finite());
    let unit = words(row, &map.unit);
    let value = words(row, &map.value).map(|said| {
        // MIMIC takes words out of `value` and leaves three lines there; the number stands beside it.
        let number = if said == "___" { words(row, &["valuenum".to_owned()]) } else { None };
        match amount::read(number.as_deref().unwrap_or(&said)) {
            Some((sign, value)) => Given::Quantity(Quantity { value, comparator: sign.map(str::to_owned), unit: unit.clone() }),
            None => Given::Text(said.clone()),
        }
    });
    let (patient, encounter) = (words(row, &map.patient), words(row, &map.encounter));
    name_owners(desk, row, origin, (patient.as_ref(), encounter.as_ref()), named)?;
    let code = words(row, &map.code);
    let given = words(row, &map.result);
    let by_name = given.is_none().then(|| desk.by_name(file));
    let origin = &Origin { context: Context { by_name, ..origin.context.clone() }, ..origin.clone() };
    let observation = Observation {
        identifier: given.unwrap_or_else(|| format!("{}#{}", file.relative, origin.line.unwrap_or_default())),
        encounter,
        patient,
        code: code.map(|code| Coding { system: None, code, display: None }),
        name,
        category: Some("laboratory".to_owned()),
        value,
        low: number(&map.low),
        high: number(&map.high),
        interpretation: words(row, &map.flag),
        status: words(row, &map.status).map(|status| of_result(&status)),
        time,
        ..Observation::default()
    };
    desk.take(Record::Observation(observation), origin)
}

/// The patient and the stay that a row names, once each.
fn name_owners(
    desk: &mut Desk,
    row: &Value,
    origin: &Origin,
    (patient, encounter): (Option<&String>, Option<&String>),
    named: &mut Named,
) -> Result<()> {
    if let Some(patient) = patient.filter(|p| named.patient(p)) {
        let mrn = words(row, &desk.options().map.mrn);
        desk.take(Record::Patient(Patient { identifier: patient.clone(), mrn, ..Patient::default() }), origin)?;
    }
    if let Some(encounter) = encounter.filter(|e| named.encounter(e)) {
        let stay = Encounter { identifier: encounter.clone(), patient: patient.cloned(), ..Encounter::default() };
        desk.take(Record::Encounter(stay), origin)?;
    }
    Ok(())
}

/// One stay a row.
fn stay(desk: &mut Desk, row: &Value, origin: &Origin, named: &mut Named) -> Result<()> {
    let map = &desk.options().map;
    let Some(identifier) = words(row, &map.encounter) else {
        let hint = format!("the identifier is looked for in: {}", map.encounter.join(", "));
        desk.reject(Trouble::input("the stay has no identifier").at(&origin.source, origin.line).why("nothing could name it").hint(hint));
        return Ok(());
    };
    let times = Times::default();
    let time = |names: &[String]| find_named(row, names).and_then(|(name, value)| desk.options().details.read(&times, value, name));
    let patient = words(row, &map.patient);
    let class = words(row, &map.class).map(|class| class.to_uppercase());
    let end = time(&map.discharged);
    let stay = Encounter {
        patient: patient.clone(),
        class: match class.as_deref() {
            None => EncounterClass::NotGiven,
            // MIMIC's admission types, and FHIR's codes.
            Some(c) if c.contains("OBSERVATION") || c == "OBSENC" => EncounterClass::Observation,
            Some(
                "IMP"
                | "INPATIENT"
                | "ELECTIVE"
                | "URGENT"
                | "EMERGENCY"
                | "NEWBORN"
                | "SURGICAL SAME DAY ADMISSION"
                | "EW EMER."
                | "DIRECT EMER.",
            ) => EncounterClass::Inpatient,
            Some("EMER" | "ED") => EncounterClass::Emergency,
            Some("AMB" | "OUTPATIENT") => EncounterClass::Ambulatory,
            Some(_) => EncounterClass::Other,
        },
        status: end.map(|_| "finished".to_owned()),
        start: time(&map.admitted),
        end,
        account: words(row, &map.account).filter(|account| *account != identifier),
        locations: words(row, &map.bed).map(|name| Location { name, start: None }).into_iter().collect(),
        attending: notes::person(words(row, &map.attending), None),
        payer: words(row, &map.payer),
        service: words(row, &map.service),
        reason: words(row, &map.reason),
        disposition: words(row, &map.disposition),
        identifier,
        ..Encounter::default()
    };
    for notice in times.told() {
        desk.notice(notice.at(&origin.source, origin.line));
    }
    name_owners(desk, row, origin, (patient.as_ref(), None), named)?;
    named.encounter(&stay.identifier);
    desk.take(Record::Encounter(stay), origin)
}

/// A status in FHIR's words; HL7's letters stand for them, any other word stays as it came.
fn of_result(said: &str) -> String {
    const KNOWN: [&str; 8] = ["registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"];
    let words = said.to_lowercase().replace([' ', '_'], "-");
    let letter = hl7::result_status(&said.to_uppercase());
    letter.or_else(|| KNOWN.into_iter().find(|known| *known == words)).unwrap_or(said).to_owned()
}

/// One patient a row.
fn patient(desk: &mut Desk, row: &Value, origin: &Origin) -> Result<()> {
    let map = &desk.options().map;
    let Some(identifier) = words(row, &map.patient) else {
        let hint = format!("the identifier is looked for in: {}", map.patient.join(", "));
        desk.reject(
            Trouble::input("the patient has no identifier").at(&origin.source, origin.line).why("nothing could name them").hint(hint),
        );
        return Ok(());
    };
    let times = Times::default();
    let time = |names: &[String]| find_named(row, names).and_then(|(name, value)| desk.options().details.read(&times, value, name));
    let patient = Patient {
        identifier,
        mrn: words(row, &map.mrn),
        mrn_from: Authority::of(words(row, &map.mrn_authority), words(row, &map.mrn_system)),
        family: words(row, &map.family),
        given: words(row, &map.given),
        birth: time(&map.birth),
        died: time(&map.died),
        sex: match words(row, &map.sex).map(|sex| sex.to_uppercase()).as_deref() {
            Some("F" | "FEMALE") => Sex::Female,
            Some("M" | "MALE") => Sex::Male,
            Some("O" | "X" | "OTHER") => Sex::Other,
            _ => Sex::NotGiven,
        },
        ..Patient::default()
    };
    for notice in times.told() {
        desk.notice(notice.at(&origin.source, origin.line));
    }
    desk.take(Record::Patient(patient), origin)
}

#[cfg(test)]
mod tests;
