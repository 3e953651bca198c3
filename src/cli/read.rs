//! `lacuna read`: what the reader sees in one text. Needs no store.

use super::args::ReadArgs;
use super::out::{self, Out};
use crate::chart::DocumentType;
use crate::checklist::{Packs, evaluate_text};
use crate::error::{Result, Trouble};
use crate::reading::{read, read_line, why};
use crate::text;
use serde_json::Value;
use std::io::{BufRead, Read, Write};

/// Reads a file, standard input, or lines of JSON.
pub fn run(args: &ReadArgs, out: &Out) -> Result<u8> {
    let hint = match &args.document_type {
        None => None,
        Some(name) => Some(DocumentType::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = DocumentType::ALL.iter().map(|t| t.name()).collect();
            Trouble::input("there is no such document type").at(format!("--type {name}"), None).hint(format!("one of {}", known.join(", ")))
        })?),
    };
    if args.jsonl {
        return lines(args);
    }
    let (source, bytes) = input(args)?;
    let note = crate::intake::decode_text(&bytes).map_err(|t| t.at(source, None))?;
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

fn input(args: &ReadArgs) -> Result<(String, Vec<u8>)> {
    match args.file.as_deref().filter(|f| f.as_os_str() != "-") {
        Some(file) => {
            let source = file.display().to_string();
            let bytes = std::fs::read(file).map_err(|e| {
                Trouble::input("the file could not be read").at(&source, None).why(e.kind()).hint("check the path and its permissions")
            })?;
            Ok((source, bytes))
        }
        None => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|e| Trouble::input("standard input could not be read").why(e.kind()))?;
            Ok(("standard input".to_owned(), bytes))
        }
    }
}

/// A line in, a line out; a line that cannot be read is named on standard error and the rest goes on.
fn lines(args: &ReadArgs) -> Result<u8> {
    let (source, reader): (String, Box<dyn BufRead>) = match args.file.as_deref().filter(|f| f.as_os_str() != "-") {
        Some(file) => {
            let source = file.display().to_string();
            let opened = std::fs::File::open(file).map_err(|e| {
                Trouble::input("the file could not be read").at(&source, None).why(e.kind()).hint("check the path and its permissions")
            })?;
            (source, Box::new(std::io::BufReader::new(opened)))
        }
        None => ("standard input".to_owned(), Box::new(std::io::stdin().lock())),
    };
    let mut failed = false;
    let stdout = std::io::stdout().lock();
    let mut sink = std::io::BufWriter::new(stdout);
    for (number, line) in (1_u64..).zip(reader.split(b'\n')) {
        let line = line.map_err(|e| Trouble::input("the input could not be read").at(&source, Some(number)).why(e.kind()))?;
        let result = match std::str::from_utf8(&line) {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => read_line(line),
            Err(_) => Err(Trouble::input("the line is not UTF-8").hint("convert the file to UTF-8")),
        };
        match result {
            Ok(reading) => {
                let written = sink.write_all(reading.as_bytes()).and_then(|()| sink.write_all(b"\n"));
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
