//! `lacuna read`: what the reader sees in one text. Needs no store.

use super::args::{Global, ReadArgs};
use super::input;
use super::out::{self, Out};
use super::place;
use crate::chart::DocumentType;
use crate::checklist::{Packs, evaluate_text};
use crate::error::{Result, Trouble};
use crate::reading::{read, read_line, why};
use crate::text;
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// Reads a file, standard input, or lines of JSON.
pub fn run(global: &Global, args: &ReadArgs, out: &Out) -> Result<u8> {
    let hint = match &args.document_type {
        None => None,
        Some(name) => Some(DocumentType::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = DocumentType::ALL.iter().map(|t| t.name()).collect();
            Trouble::input("there is no such document type").at(format!("--type {name}"), None).hint(format!("one of {}", known.join(", ")))
        })?),
    };
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    if path != Path::new("-") {
        place::outside(global, path)?;
    }
    if args.jsonl {
        return lines(path);
    }
    let bytes = input::bytes(path, input::note())?;
    let note = crate::intake::decode_text(&bytes).map_err(|t| t.at(input::name(path), None))?;
    if args.why && !out.json() {
        return out::lines(&why(&note, &read(&note, hint))).map(|()| 0);
    }
    let reading = read(&note, hint);
    let mut value = serde_json::to_value(&reading).map_err(|_| Trouble::system("the reading could not be written as JSON"))?;
    let gaps = evaluate_text(Packs::shipped(), &note, Some(reading.document_type));
    if let Value::Object(fields) = &mut value {
        fields.insert("gaps".to_owned(), serde_json::to_value(&gaps).unwrap_or_default());
    }
    out.show(&value, || why(&note, &reading))?;
    Ok(0)
}

/// A line in, a line out; a line that cannot be read is named on standard error and the rest goes on.
fn lines(path: &Path) -> Result<u8> {
    let source = input::name(path);
    let mut reader = input::Source::open(path)?;
    let mut failed = false;
    let mut line = Vec::new();
    let mut sink = std::io::BufWriter::new(std::io::stdout().lock());
    for number in 1_u64.. {
        let next = reader.line(&mut line);
        let Some(line) = next.map_err(|e| Trouble::input("the input could not be read").at(&source, Some(number)).why(e.kind()))? else {
            break;
        };
        let result = match line.map(std::str::from_utf8) {
            Ok(Ok(line)) if line.trim().is_empty() => continue,
            Ok(Ok(line)) => read_line(line),
            Ok(Err(_)) => Err(Trouble::input("the line is not UTF-8").hint("convert the file to UTF-8")),
            Err(trouble) => Err(trouble),
        };
        match result {
            Ok(reading) => {
                let written = sink.write_all(text::json(&reading).as_bytes()).and_then(|()| sink.write_all(b"\n"));
                out::finish(written)?;
            }
            Err(trouble) => {
                failed = true;
                let trouble = trouble.at(&source, Some(number));
                writeln!(std::io::stderr(), "lacuna: {}", text::label(&trouble.to_string())).ok();
            }
        }
    }
    out::finish(sink.flush())?;
    Ok(if failed { 2 } else { 0 })
}
