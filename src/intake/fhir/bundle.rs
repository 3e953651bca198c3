//! Files that are one FHIR resource as a whole: a Bundle, or a single resource.

use super::super::desk::Desk;
use super::super::walk::{self, Found};
use super::super::{Origin, decode, json, lines};
use super::{Scope, Unused, hand_on, rank};
use crate::chart::{Change, Sent};
use crate::error::{Result, Trouble};
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read};

/// Reads a file that is one JSON value, or one a line with a first line that is too long to see its end.
pub(in crate::intake) fn whole_file(desk: &mut Desk, file: &Found, scope: &mut Scope) -> Result<()> {
    let limit = desk.limits().whole;
    let opened = match walk::open(file) {
        Ok(opened) => opened,
        Err(trouble) => {
            desk.reject(trouble);
            return Ok(());
        }
    };
    let mut reader = BufReader::with_capacity(128 << 10, opened);
    let mut bytes = Vec::new();
    let mut more = Vec::new();
    let read = lines::next_line(&mut reader, &mut bytes, limit).and_then(|(_, too_long)| {
        // What stands behind a whole first line is another line.
        let whole = !too_long && bytes.len() > FIRST && json::check(bare(&bytes)).is_ok();
        if whole && !is_blank_to_the_end(&mut reader)? {
            return Ok((true, false));
        }
        if !whole && !too_long {
            reader.by_ref().take(limit + 1).read_to_end(&mut more)?;
        }
        Ok((false, too_long || (bytes.len() + more.len()) as u64 > limit))
    });
    let too_large = match read {
        Err(error) => {
            desk.reject(walk::unreadable(&file.source, &error));
            return Ok(());
        }
        Ok((true, _)) => {
            let first = io::Cursor::new(bytes).chain(&b"\n"[..]);
            return lines::read_up_to(desk, file, BufReader::new(first.chain(reader)), scope, limit);
        }
        Ok((false, too_large)) => too_large,
    };
    if too_large {
        let why = format!("it has more than {} MB", limit >> 20);
        let trouble = Trouble::input("the file is too large for one bundle").at(&file.source, None).why(why);
        desk.reject(trouble.hint("export it as bulk NDJSON, one resource per line"));
        return Ok(());
    }
    if !more.is_empty() {
        bytes.push(b'\n');
        bytes.append(&mut more);
    }
    self::bytes(desk, &file.source, &bytes)
}

/// A first line that was seen to its end when the file's kind was told needs no second look.
const FIRST: usize = 32 << 10;

fn bare(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether nothing but blanks stands behind; what does stays to be read.
fn is_blank_to_the_end(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(true);
        }
        if !chunk.trim_ascii().is_empty() {
            return Ok(false);
        }
        let length = chunk.len();
        reader.consume(length);
    }
}

/// Reads a bundle that is in memory already.
pub(in crate::intake) fn bytes(desk: &mut Desk, source: &str, bytes: &[u8]) -> Result<()> {
    let origin = desk.origin(source, None, Sent::default());
    let bytes = bare(bytes);
    let mut unused = Unused::default();
    if std::str::from_utf8(bytes).is_ok() {
        read(desk, bytes, &origin, None, &mut unused)?;
    } else {
        match decode::decode(bytes).map_err(decode::Refusal::told) {
            Ok(decoded) => read(desk, decoded.text.as_bytes(), &origin, decoded.encoding, &mut unused)?,
            Err(trouble) => desk.reject(trouble.at(source, None)),
        }
    }
    unused.tell(desk, source);
    Ok(())
}

/// One resource of a bundle as it stands there, with its place and its address.
struct Entry<'j> {
    place: usize,
    url: Option<String>,
    json: &'j [u8],
    rank: u8,
}

impl Entry<'_> {
    /// The resource itself; one without an id is known by the last part of its address. `whole` is what its lines are counted in.
    fn resource(&self, whole: &[u8]) -> Result<Value> {
        let mut resource = json::parse(self.json).map_err(|mut trouble| {
            let before = (self.json.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
            let lines = whole.get(..before).unwrap_or_default().iter().filter(|b| **b == b'\n').count() as u64;
            trouble.line = trouble.line.map(|line| line + lines);
            trouble
        })?;
        if super::id(&resource).is_none()
            && let (Some(fields), Some(last)) = (resource.as_object_mut(), self.url.as_deref().and_then(|u| u.rsplit(['/', ':']).next()))
            && !last.is_empty()
        {
            fields.insert("id".to_owned(), Value::String(last.to_owned()));
        }
        Ok(resource)
    }
}

/// What a bundle holds.
#[derive(Default)]
struct Unpacked<'j> {
    entries: Vec<Entry<'j>>,
    /// Type and id of what is to be deleted.
    deleted: Vec<(String, String)>,
    /// Places of entries that hold nothing that can be read.
    unreadable: Vec<usize>,
    /// Entries so far.
    seen: usize,
}

/// Reads a Bundle (or a single resource) that is in memory as it stands. One resource at a time is made of it, twice: first everything that
/// others may name is learned, then records go out, people and encounters first, the rest in the bundle's order.
pub(in crate::intake) fn read(desk: &mut Desk, whole: &[u8], origin: &Origin, encoding: Option<String>, unused: &mut Unused) -> Result<()> {
    // Its own line, where it is one of a file; else that inside the file.
    let refuse = |desk: &mut Desk, trouble: Trouble| {
        let line = origin.line.or(trouble.line);
        desk.reject(trouble.at(&origin.source, line));
    };
    if let Err(trouble) = json::check(whole) {
        refuse(desk, trouble);
        return Ok(());
    }
    let is_object = whole.trim_ascii_start().starts_with(b"{");
    let fields = if is_object { json::parts(whole) } else { Vec::new() };
    let kind = json::member(&fields, "resourceType");
    if kind.is_none() {
        let hint = "send a FHIR R4 Bundle, or one JSON object with a text field per line";
        refuse(desk, Trouble::input("the JSON is of no known kind").why("it has no resourceType").hint(hint));
        return Ok(());
    }
    let is_bundle = kind.and_then(json::string).as_deref() == Some("Bundle");
    let mut unpacked = Unpacked::default();
    if is_bundle {
        unpack(&fields, 0, &mut unpacked)
    } else {
        unpacked.entries.push(Entry { place: 0, url: None, json: whole, rank: 0 })
    }
    drop(fields);
    let Unpacked { mut entries, deleted, unreadable, .. } = unpacked;
    for place in &unreadable {
        let what = format!("entry {}: it holds no resource", place + 1);
        refuse(
            desk,
            Trouble::input(what).why("an entry is an object with a resource, or a request to delete one").hint("check the export"),
        );
    }
    for (resource_type, id) in &deleted {
        match super::known_as(resource_type, id) {
            Some((kind, identifier)) => desk.later(Change::Withdrawn { kind, identifier, patient: None, by: None }, origin),
            None => desk.notice(
                Trouble::input("a deleted resource stays")
                    .at(&origin.source, origin.line)
                    .why("only documents, observations, orders, drugs, procedures and problems can be taken back by their sender"),
            ),
        }
    }
    if entries.is_empty() && deleted.is_empty() && unreadable.is_empty() {
        refuse(desk, Trouble::input("the Bundle is empty").why("it has no entries with a resource").hint("check the export"));
        return Ok(());
    }
    let mut all: Vec<&mut Entry<'_>> = entries.iter_mut().collect();
    all.sort_by_key(|entry| entry.rank);
    let mut scope = Scope::default();
    for entry in all {
        if let Ok(resource) = entry.resource(whole) {
            scope.learn(&resource, Some(entry.url.as_deref().unwrap_or_default()));
        }
    }
    entries.sort_by_key(|entry| entry.rank);
    for entry in entries {
        if desk.stopped() {
            break;
        }
        match entry.resource(whole) {
            Ok(resource) => hand_on(desk, &resource, origin, encoding.clone(), &scope, unused, is_bundle.then_some(entry.place))?,
            Err(trouble) => refuse(desk, trouble),
        }
    }
    Ok(())
}

/// Bundles inside bundles, at most: no export nests them deeper.
const NESTED: usize = 16;

/// The resources of a bundle, and of bundles inside it.
fn unpack<'j>(bundle: &[&'j [u8]], depth: usize, out: &mut Unpacked<'j>) {
    let Some(items) = json::member(bundle, "entry").filter(|items| items.starts_with(b"[")) else { return };
    for item in json::parts(items) {
        let place = out.seen;
        out.seen += 1;
        if !item.starts_with(b"{") {
            out.unreadable.push(place);
            continue;
        }
        let fields = json::parts(item);
        let url = json::member(&fields, "fullUrl").and_then(json::string);
        let Some(resource) = json::member(&fields, "resource") else {
            match deletion(&fields) {
                Some(gone) => out.deleted.push(gone),
                // What a server answered to a request has a status and no resource; nothing is missing there.
                None if json::member(&fields, "response").is_some() => {}
                None => out.unreadable.push(place),
            }
            continue;
        };
        let inside = if resource.starts_with(b"{") { json::parts(resource) } else { Vec::new() };
        let kind = json::member(&inside, "resourceType").and_then(json::string).unwrap_or_default();
        if kind == "Bundle" && depth < NESTED {
            out.seen -= 1;
            unpack(&inside, depth + 1, out);
            continue;
        }
        out.entries.push(Entry { place, url, json: resource, rank: rank(&kind) });
    }
}

/// What an entry without a resource deletes: type and id, as in `DocumentReference/7`.
fn deletion(entry: &[&[u8]]) -> Option<(String, String)> {
    let request = json::parts(json::member(entry, "request").filter(|request| request.starts_with(b"{"))?);
    let said = |key: &str| json::member(&request, key).and_then(json::string);
    let is_delete = said("method").is_some_and(|method| method.eq_ignore_ascii_case("DELETE"));
    let url = said("url").filter(|_| is_delete)?;
    let mut parts = url.rsplit('/');
    let (id, resource_type) = (parts.next()?, parts.next()?);
    Some((resource_type.to_owned(), id.to_owned()))
}
