//! Files that are one FHIR resource as a whole: a Bundle, or a single resource.

use super::super::desk::Desk;
use super::super::walk::{self, Found};
use super::super::{Origin, decode, json};
use super::{Scope, Unused, hand_on, rank};
use crate::chart::Change;
use crate::error::{Result, Trouble};
use serde_json::Value;
use std::io::Read;

/// Reads a file that is one JSON value.
pub(in crate::intake) fn whole_file(desk: &mut Desk, file: &Found) -> Result<()> {
    match load(file, desk.limits().whole) {
        Err(trouble) => {
            let line = trouble.line;
            desk.reject(trouble.at(&file.source, line));
        }
        Ok((value, encoding)) => {
            let origin = Origin { source: file.source.clone(), line: None };
            let mut unused = Unused::default();
            read(desk, value, &origin, encoding, &mut unused)?;
            unused.tell(desk, &file.source);
        }
    }
    Ok(())
}

/// Reads a bundle that is in memory already.
pub(in crate::intake) fn bytes(desk: &mut Desk, source: &str, bytes: &[u8]) -> Result<()> {
    let origin = Origin { source: source.to_owned(), line: None };
    match json::parse(bytes) {
        Err(trouble) => {
            let line = trouble.line;
            desk.reject(trouble.at(source, line));
        }
        Ok(value) => {
            let mut unused = Unused::default();
            read(desk, value, &origin, None, &mut unused)?;
            unused.tell(desk, source);
        }
    }
    Ok(())
}

fn load(file: &Found, limit: u64) -> Result<(Value, Option<String>)> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.bytes.min(limit) + 1).unwrap_or_default());
    walk::open(file)?.take(limit + 1).read_to_end(&mut bytes).map_err(|error| walk::unreadable(&file.source, &error))?;
    if bytes.len() as u64 > limit {
        let why = format!("it has more than {} MB", limit >> 20);
        return Err(Trouble::input("the file is too large for one bundle")
            .why(why)
            .hint("export it as bulk NDJSON, one resource per line"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if std::str::from_utf8(bytes).is_ok() {
        return Ok((json::parse(bytes)?, None));
    }
    let decoded = decode::decode(bytes).map_err(decode::Refusal::told)?;
    Ok((json::parse(decoded.text.as_bytes())?, decoded.encoding))
}

/// One resource of a bundle, with its place and its address.
struct Entry {
    place: usize,
    url: Option<String>,
    resource: Value,
}

/// What a bundle holds.
#[derive(Default)]
struct Unpacked {
    entries: Vec<Entry>,
    /// Type and id of what is to be deleted.
    deleted: Vec<(String, String)>,
    /// Places of entries that hold nothing that can be read.
    unreadable: Vec<usize>,
    /// Entries so far.
    seen: usize,
}

/// Reads a Bundle (or a single resource): first everything that others may name is learned, then records go out, people and
/// encounters first, the rest in the bundle's order.
pub(super) fn read(desk: &mut Desk, value: Value, origin: &Origin, encoding: Option<String>, unused: &mut Unused) -> Result<()> {
    let refuse = |desk: &mut Desk, trouble: Trouble| desk.reject(trouble.at(&origin.source, origin.line));
    let is_bundle = value.get("resourceType").and_then(Value::as_str) == Some("Bundle");
    if !is_bundle && value.get("resourceType").is_none() {
        let hint = "send a FHIR R4 Bundle, or one JSON object with a text field per line";
        refuse(desk, Trouble::input("the JSON is of no known kind").why("it has no resourceType").hint(hint));
        return Ok(());
    }
    let mut unpacked = Unpacked::default();
    if is_bundle {
        unpack(value, &mut unpacked)
    } else {
        unpacked.entries.push(Entry { place: 0, url: None, resource: value })
    }
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
            Some((kind, identifier)) => desk.later(Change::Withdrawn { kind, identifier, patient: None }, origin),
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
    entries.sort_by_key(|entry| rank_of(&entry.resource));
    let mut scope = Scope::default();
    for entry in &entries {
        scope.learn(&entry.resource, Some(entry.url.as_deref().unwrap_or_default()));
    }
    for entry in entries {
        if desk.stopped() {
            break;
        }
        let place = is_bundle.then_some(entry.place);
        hand_on(desk, &entry.resource, origin, encoding.clone(), &scope, unused, place)?;
    }
    Ok(())
}

fn rank_of(resource: &Value) -> u8 {
    rank(resource.get("resourceType").and_then(Value::as_str).unwrap_or_default())
}

/// The resources of a bundle, and of bundles inside it. One without an id is known by the last part of its address.
fn unpack(bundle: Value, out: &mut Unpacked) {
    let Value::Object(mut bundle) = bundle else { return };
    let Some(Value::Array(items)) = bundle.remove("entry") else { return };
    for item in items {
        let place = out.seen;
        out.seen += 1;
        let Value::Object(mut item) = item else {
            out.unreadable.push(place);
            continue;
        };
        let url = item.get("fullUrl").and_then(Value::as_str).map(str::to_owned);
        let Some(mut resource) = item.remove("resource") else {
            match deletion(&item) {
                Some(gone) => out.deleted.push(gone),
                // What a server answered to a request has a status and no resource; nothing is missing there.
                None if item.contains_key("response") => {}
                None => out.unreadable.push(place),
            }
            continue;
        };
        if resource.get("resourceType").and_then(Value::as_str) == Some("Bundle") {
            out.seen -= 1;
            unpack(resource, out);
            continue;
        }
        if super::id(&resource).is_none()
            && let (Some(fields), Some(last)) = (resource.as_object_mut(), url.as_deref().and_then(|u| u.rsplit(['/', ':']).next()))
            && !last.is_empty()
        {
            fields.insert("id".to_owned(), Value::String(last.to_owned()));
        }
        out.entries.push(Entry { place, url, resource });
    }
}

/// What an entry without a resource deletes: type and id, as in `DocumentReference/7`.
fn deletion(entry: &serde_json::Map<String, Value>) -> Option<(String, String)> {
    let request = entry.get("request")?;
    let is_delete = request.get("method").and_then(Value::as_str).is_some_and(|method| method.eq_ignore_ascii_case("DELETE"));
    let url = request.get("url").and_then(Value::as_str).filter(|_| is_delete)?;
    let mut parts = url.rsplit('/');
    let (id, resource_type) = (parts.next()?, parts.next()?);
    Some((resource_type.to_owned(), id.to_owned()))
}
