//! Files of one JSON object per line: notes, or FHIR resources. One line is in memory at a time.

use super::desk::{Desk, short_hash};
use super::walk::{self, Found};
use super::{Format, Origin, decode, fhir, json, notes};
use crate::chart::Sent;
use crate::error::Trouble;
use memchr::memchr;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader};

/// How many bytes go by between two reports of progress.
const STEP: u64 = 256 << 10;

/// What a file of notes has already named, so that each patient and encounter is handed on once. Short hashes: small enough for millions.
#[derive(Default)]
pub(super) struct Named {
    patients: HashSet<u64>,
    encounters: HashSet<u64>,
}

impl Named {
    /// Whether this patient is named for the first time.
    pub(super) fn patient(&mut self, identifier: &str) -> bool {
        self.patients.insert(short_hash(identifier.as_bytes()))
    }

    /// Whether this encounter is named for the first time.
    pub(super) fn encounter(&mut self, identifier: &str) -> bool {
        self.encounters.insert(short_hash(identifier.as_bytes()))
    }
}

/// Reads a file line by line. Each line that cannot be read is rejected by its number; the rest goes on.
pub(super) fn file(desk: &mut Desk, file: &Found, scope: &mut fhir::Scope) -> Result<(), Trouble> {
    match walk::open(file) {
        Ok(opened) => read(desk, file, BufReader::with_capacity(128 << 10, opened), scope),
        Err(trouble) => {
            desk.reject(trouble);
            Ok(())
        }
    }
}

/// Reads lines from anywhere.
pub(super) fn read(desk: &mut Desk, file: &Found, reader: impl BufRead, scope: &mut fhir::Scope) -> Result<(), Trouble> {
    let limit = desk.limits().line;
    read_up_to(desk, file, reader, scope, limit)
}

/// The same, with another bound on a line.
pub(super) fn read_up_to(
    desk: &mut Desk,
    file: &Found,
    mut reader: impl BufRead,
    scope: &mut fhir::Scope,
    limit: u64,
) -> Result<(), Trouble> {
    let (mut line, mut number, mut step) = (Vec::new(), 0_u64, 0_u64);
    let (mut named, mut unused) = (Named::default(), fhir::Unused::default());
    loop {
        if desk.stopped() {
            break;
        }
        number += 1;
        let (bytes, too_long) = match next_line(&mut reader, &mut line, limit) {
            Ok((0, _)) => break,
            Ok(read) => read,
            Err(error) => {
                desk.reject(walk::unreadable(&file.source, &error).at(&file.source, Some(number)));
                break;
            }
        };
        step += bytes;
        if step >= STEP {
            desk.advance(step, &file.source);
            step = 0;
        }
        let origin = desk.origin(&file.source, Some(number), Sent::default());
        if too_long {
            desk.reject(
                Trouble::input("the line is too long")
                    .at(&file.source, Some(number))
                    .why(format!("it has more than {} MB", limit >> 20))
                    .hint("split it, or leave it out"),
            );
            continue;
        }
        let content = if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line };
        if !content.trim_ascii().is_empty() {
            one(desk, file, content, &origin, scope, &mut named, &mut unused)?;
        }
    }
    unused.tell(desk, &file.source);
    Ok(())
}

fn one(
    desk: &mut Desk,
    file: &Found,
    line: &[u8],
    origin: &Origin,
    scope: &mut fhir::Scope,
    named: &mut Named,
    unused: &mut fhir::Unused,
) -> Result<(), Trouble> {
    let refuse = |desk: &mut Desk, trouble: Trouble| desk.reject(trouble.at(&origin.source, origin.line));
    // A line may stand in windows-1252 in a file that otherwise is UTF-8: systems glue exports together.
    let decoded = match std::str::from_utf8(line) {
        Ok(_) => None,
        Err(_) => match decode::decode(line) {
            Ok(decoded) => Some(decoded),
            Err(refusal) => {
                refuse(desk, Trouble::input("the line is not text").why(refusal.why()).hint("send the file again as UTF-8"));
                return Ok(());
            }
        },
    };
    let json = decoded.as_ref().map_or(line, |d| d.text.as_bytes());
    // A bundle is read where it stands: made of it as a whole, it would take many times its size.
    if desk.options().format.is_none_or(|format| format == Format::FhirNdjson) && json::is_bundle(json) {
        return fhir::read_bundle(desk, json, origin, decoded.as_ref().and_then(|d| d.encoding.clone()), unused);
    }
    let value = match json::parse(json) {
        Ok(value) if value.is_object() => value,
        Ok(_) => {
            refuse(
                desk,
                Trouble::input("the line is not a JSON object").why("it is another kind of JSON").hint("write one JSON object per line"),
            );
            return Ok(());
        }
        Err(mut trouble) => {
            trouble.what = "the line is not valid JSON".to_owned();
            refuse(desk, trouble);
            return Ok(());
        }
    };
    let encoding = decoded.and_then(|d| d.encoding);
    let fhir = match desk.options().format {
        None => value.get("resourceType").is_some(),
        format => format == Some(Format::FhirNdjson),
    };
    if fhir { fhir::line(desk, value, origin, encoding, scope, unused) } else { notes::line(desk, file, &value, origin, encoding, named) }
}

/// Reads one line without its end into `line`; says how many bytes went by (0 at the end of the file), and whether it was
/// longer than `limit` (then `line` does not hold all of it).
///
/// # Errors
/// When the reader fails.
pub fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>, limit: u64) -> io::Result<(u64, bool)> {
    line.clear();
    let (mut bytes, mut too_long) = (0_u64, false);
    loop {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        let end = memchr(b'\n', chunk);
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        if (line.len() + part.len()) as u64 > limit {
            too_long = true;
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        bytes += used as u64;
        if end.is_some() || used == 0 {
            return Ok((bytes, too_long));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::next_line;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_come_as_they_stand(text in "[ab\n]{0,60}", capacity in 1_usize..9) {
            let mut reader = std::io::BufReader::with_capacity(capacity, text.as_bytes());
            let (mut line, mut lines, mut total) = (Vec::new(), Vec::new(), 0);
            loop {
                let (bytes, too_long) = next_line(&mut reader, &mut line, 1000).unwrap();
                prop_assert!(!too_long);
                total += bytes;
                if bytes == 0 {
                    break;
                }
                lines.push(String::from_utf8(line.clone()).unwrap());
            }
            prop_assert_eq!(total as usize, text.len());
            prop_assert_eq!(lines, text.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_line_over_the_limit_is_told_and_the_next_is_whole() {
        let mut reader = "aaaaaaaaaa\nbb\n".as_bytes();
        let mut line = Vec::new();
        assert_eq!(next_line(&mut reader, &mut line, 4).unwrap(), (11, true));
        assert_eq!(next_line(&mut reader, &mut line, 4).unwrap(), (3, false));
        assert_eq!(line, b"bb");
    }
}
