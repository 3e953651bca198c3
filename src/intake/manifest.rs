//! The manifest of a FHIR bulk export: which files there should be, and how much in each. It is compared with what came, so that a cut-off
//! export does not pass for a whole one.

use super::json;
use super::walk::{self, Found};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use super::desk::Desk;
use crate::error::{Result, Trouble};

/// A manifest names some dozen files.
const LIMIT: u64 = 4 << 20;

/// Whether a JSON file is the manifest of an export: it says when it ran, and what it gave.
fn holds(value: &Value) -> bool {
    value.get("transactionTime").is_some_and(Value::is_string) && value.get("output").is_some_and(Value::is_array)
}

/// The manifest that a file holds, if it is one.
pub(super) fn read(file: &Found) -> Option<Value> {
    let mut content = Vec::new();
    walk::open(file).ok()?.take(LIMIT).read_to_end(&mut content).ok()?;
    json::parse(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content)).ok().filter(holds)
}

/// Compares a manifest with the files beside it. What is missing or shorter is refused by name, so that the run does not end as if all were
/// well; the rest is read all the same. Links are never followed: a file is known by the last part of its address.
pub(super) fn compare(desk: &mut Desk, file: &Found, manifest: &Value, beside: &[Found]) -> Result<()> {
    let folder = file.path.parent();
    let there: BTreeMap<String, &Found> = beside
        .iter()
        .filter(|other| other.path.parent() == folder)
        .filter_map(|other| Some((other.path.file_name()?.to_string_lossy().into_owned(), other)))
        .collect();
    for part in ["output", "deleted", "error"] {
        for (index, entry) in json::list(manifest, part).iter().enumerate() {
            let place = format!("{part} {}", index + 1);
            let Some(name) = json::text(entry, &["url"]).and_then(|url| name_of(&url)) else {
                desk.reject(
                    Trouble::input(format!("{place} of the export's manifest names no file")).at(&file.source, None).why("it has no url"),
                );
                continue;
            };
            let Some(found) = there.get(&name) else {
                let kind = json::text(entry, &["type"]).filter(|kind| kind.bytes().all(|b| b.is_ascii_alphanumeric())).unwrap_or_default();
                let what = format!("a file of the export is missing: {place} {kind}");
                let why = "its manifest names it, and it does not lie beside it";
                desk.reject(Trouble::input(what.trim_end()).at(&file.source, None).why(why).hint("get the export again, whole"));
                continue;
            };
            if let Some(count) = entry.get("count").and_then(Value::as_u64) {
                let lines = lines(found)?;
                if lines != count {
                    let why = format!("its manifest says {count} resources, and it has {lines}");
                    desk.reject(
                        Trouble::input("a file of the export is not whole").at(&found.source, None).why(why).hint("get the export again"),
                    );
                }
            }
        }
    }
    Ok(())
}

/// The last part of an address, without what is asked behind `?`.
fn name_of(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    path.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

fn lines(file: &Found) -> Result<u64> {
    let mut reader = BufReader::with_capacity(256 << 10, walk::open(file)?);
    let (mut lines, mut open) = (0_u64, false);
    loop {
        let chunk = reader.fill_buf().map_err(|error| walk::unreadable(&file.source, &error))?;
        if chunk.is_empty() {
            return Ok(lines + u64::from(open));
        }
        // A line without words is no resource.
        for byte in chunk {
            match byte {
                b'\n' => {
                    lines += u64::from(open);
                    open = false;
                }
                b' ' | b'\t' | b'\r' => {}
                _ => open = true,
            }
        }
        let used = chunk.len();
        reader.consume(used);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_export_that_was_cut_off_does_not_pass_for_a_whole_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
        let patient = |id: &str| format!("{{\"resourceType\":\"Patient\",\"id\":\"{id}\"}}\n");
        write("Patient.000.ndjson", &(patient("a") + &patient("b")));
        write("Patient.001.ndjson", &format!("{}\n\n", patient("c")));
        let manifest = |count: u64, third: &str| {
            format!(
                "{{\"transactionTime\":\"2026-01-05T08:00:00Z\",\"output\":[{{\"type\":\"Patient\",\"url\":\"https://x.example/y/Patient.000.ndjson?z=1\",\"count\":{count}}},\
                 {{\"type\":\"Patient\",\"url\":\"Patient.001.ndjson\",\"count\":1}}{third}]}}"
            )
        };
        for (count, third, rejects) in [
            (2, "", vec![]),
            (3, "", vec!["a file of the export is not whole"]),
            (2, ",{\"type\":\"Condition\",\"url\":\"Condition.000.ndjson\"}", vec!["a file of the export is missing: output 3 Condition"]),
            (2, ",{\"type\":\"Condition\"}", vec!["output 3 of the export's manifest names no file"]),
        ] {
            write("export.json", &manifest(count, third));
            let mut keep = super::super::tests::Keep::default();
            super::super::run(&[folder.path().to_path_buf()], &super::super::Options::default(), &mut keep).unwrap();
            assert_eq!(keep.rejects.iter().map(|r| r.what.as_str()).collect::<Vec<_>>(), rejects);
            assert_eq!((keep.records.len(), keep.notices), (3, Vec::new()), "what came is read all the same");
        }
    }
}
