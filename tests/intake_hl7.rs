//! The shared HL7 v2 messages, when `LACUNA_SHARED` names their folder: as they are given, with CR, and in MLLP frames.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use lacuna::chart::Record;
use lacuna::error::Trouble;
use lacuna::intake::{Options, Origin, Sink, run};
use pretty_assertions::assert_eq;
use std::path::Path;

#[derive(Default)]
struct Keep {
    records: Vec<Record>,
    rejects: Vec<Trouble>,
    notices: Vec<Trouble>,
}

impl Sink for Keep {
    fn take(&mut self, record: Record, _: &Origin) -> Result<(), Trouble> {
        self.records.push(record);
        Ok(())
    }
    fn reject(&mut self, trouble: Trouble) {
        self.rejects.push(trouble);
    }
    fn notice(&mut self, notice: Trouble) {
        self.notices.push(notice);
    }
    fn progress(&mut self, done: u64, total: u64, _: &str) {
        assert!(done <= total);
    }
    fn stopped(&self) -> bool {
        false
    }
}

fn read(path: &Path) -> Keep {
    let mut keep = Keep::default();
    run(&[path.to_path_buf()], &Options::default(), &mut keep).unwrap();
    keep
}

#[test]
fn every_shared_message_is_taken_or_refused_with_a_reason_however_it_is_wrapped() {
    let Ok(shared) = std::env::var("LACUNA_SHARED") else {
        println!("skipped: LACUNA_SHARED names no folder");
        return;
    };
    let folder = Path::new(&shared).join("data/hl7v2");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 139);
    let (mut taken, mut refused, mut unused) = (0, 0, 0);
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "hl7")) {
        let given = read(file);
        match (given.records.is_empty(), given.rejects.is_empty()) {
            (false, _) => taken += 1,
            (true, false) => refused += 1,
            (true, true) => unused += 1,
        }
        assert!(!given.records.is_empty() || !given.rejects.is_empty() || !given.notices.is_empty(), "{}: in silence", file.display());
        assert!(given.rejects.iter().all(|t| t.line.is_some() && t.why.is_some() && t.hint.is_some()), "{:?}", given.rejects);
        let bytes = std::fs::read(file).unwrap();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let lf: Vec<u8> = bytes.iter().copied().filter(|b| *b != b'\r').collect();
        let cr: Vec<u8> = lf.iter().map(|b| if *b == b'\n' { b'\r' } else { *b }).collect();
        let framed = [b"\x0b".as_slice(), &cr, b"\x1c\r"].concat();
        let copies = tempfile::tempdir().unwrap();
        for (name, copy) in [("cr", &cr), ("mllp", &framed)] {
            let path = copies.path().join(name);
            std::fs::write(&path, copy).unwrap();
            let read = read(&path);
            assert_eq!(read.records, given.records, "{} as {name}", file.display());
            assert_eq!(read.rejects.len(), given.rejects.len());
        }
    }
    println!("{taken} taken, {refused} refused, {unused} of types that are not read");
    assert!(taken >= 70, "{taken}");
}
