//! Sealed files against a list of faults, and a sealed index against a plain one.

use super::*;
use crate::engine::open::open;
use crate::{Change, Engine, Entry, Opened, Page, Query, Stop};
use std::fs;

fn directory(folder: &Path) -> Sealed {
    Sealed { inner: MmapDirectory::open(folder).unwrap(), folder: folder.to_owned(), key: Arc::new(Zeroizing::new([7; 32])) }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

fn write(dir: &Sealed, name: &str, data: &[u8]) {
    let mut file = dir.open_write(Path::new(name)).unwrap();
    for part in data.chunks(1000) {
        file.write_all(part).unwrap();
    }
    tantivy::directory::TerminatingWrite::terminate(file).unwrap();
}

fn read(dir: &Sealed, name: &str) -> io::Result<Vec<u8>> {
    let handle = dir.get_file_handle(Path::new(name)).map_err(io::Error::other)?;
    handle.read_bytes(0..handle.len()).map(|b| b.to_vec())
}

const LENGTHS: [usize; 9] = [0, 1, 15, 16, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 77];

#[test]
fn what_was_written_is_read_whole_and_in_parts_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let dir = directory(folder.path());
    for len in LENGTHS {
        let (name, data) = (format!("f{len}"), bytes(len));
        write(&dir, &name, &data);
        assert_eq!(read(&dir, &name).unwrap(), data, "{len}");
        let handle = dir.get_file_handle(Path::new(&name)).unwrap();
        for (from, to) in [(0, len / 2), (len / 2, len), (len / 3, len - len / 3), (len, len)] {
            assert_eq!(handle.read_bytes(from..to).unwrap().as_slice(), &data[from..to], "{from}..{to} of {len}");
        }
        assert!(handle.read_bytes(0..len + 1).is_err());
        let stored = fs::metadata(folder.path().join(&name)).unwrap().len() as usize;
        assert_eq!(stored, HEAD + len + len.div_ceil(BLOCK).max(1) * TAG, "{len}");
        let name = format!("a{len}");
        dir.atomic_write(Path::new(&name), &data).unwrap();
        assert_eq!(dir.atomic_read(Path::new(&name)).unwrap(), data, "{len}");
    }
}

#[test]
fn a_file_cut_to_the_length_of_an_empty_one_does_not_pass_for_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let dir = directory(folder.path());
    for (name, data) in [("long", bytes(100)), ("empty", Vec::new())] {
        write(&dir, name, &data);
        let path = folder.path().join(name);
        let mut cut = fs::read(&path).unwrap();
        cut.truncate(HEAD + TAG);
        assert_eq!(sealed_contents(&[7; 32], Path::new(name), cut.clone()).is_ok(), data.is_empty(), "{name}");
        cut[HEAD] ^= 1;
        assert!(sealed_contents(&[7; 32], Path::new(name), cut.clone()).is_err(), "{name}");
        fs::write(&path, &cut).unwrap();
        assert!(read(&dir, name).is_err() && dir.atomic_read(Path::new(name)).is_err(), "{name}");
    }
}

/// The vectors of the format: made by `scripts/index_vectors.py` with another implementation, for the key 07 07 ... 07, the salt 00 01 ...
/// 17 and the file name `vector`. The plain text counts 0, 1, ... 250 and begins anew.
#[test]
fn the_vectors_of_the_format_hold() {
    let folder = tempfile::tempdir().unwrap();
    let dir = directory(folder.path());
    let text = include_str!("vectors.txt");
    let mut seen = 0;
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let (len, hex) = line.split_once(' ').unwrap();
        let stored: Vec<u8> = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
        fs::write(folder.path().join("vector"), stored).unwrap();
        assert_eq!(read(&dir, "vector").unwrap(), bytes(len.parse().unwrap()), "{len}");
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn whatever_is_done_to_a_file_it_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let dir = directory(folder.path());
    let block = BLOCK + TAG;
    write(&dir, "good", &bytes(3 * BLOCK + 77));
    write(&dir, "other", &bytes(3 * BLOCK + 77));
    write(&dir, "even", &bytes(2 * BLOCK));
    let (good, other, even) = ["good", "other", "even"].map(|n| fs::read(folder.path().join(n)).unwrap()).into();
    let part = |from: usize, n: usize| good[HEAD + from * block..HEAD + (from + n) * block].to_vec();
    let mut changed = good.clone();
    changed[HEAD + block + 5] ^= 1;
    let mut tag = good.clone();
    *tag.last_mut().unwrap() ^= 0x80;
    let mut salt = good.clone();
    salt[MARK.len()] ^= 1;
    let mut version = good.clone();
    version[6] = b'2';
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a bit of the second block", changed),
        ("a bit of the last tag", tag),
        ("the salt", salt),
        ("another version", version),
        ("the last block is missing", good[..HEAD + 3 * block].to_vec()),
        ("cut in the middle of a block", good[..HEAD + block + 100].to_vec()),
        ("cut to its head", good[..HEAD].to_vec()),
        ("cut in its head", good[..10].to_vec()),
        ("empty", Vec::new()),
        ("bytes after the end", [&good[..], b"more"].concat()),
        ("its last block twice", [&good[..], &good[HEAD + 3 * block..]].concat()),
        ("two blocks in the other order", [&good[..HEAD], &part(1, 1), &part(0, 1), &part(2, 1), &good[HEAD + 3 * block..]].concat()),
        ("a block left out", [&good[..HEAD], &part(0, 1), &part(2, 1), &good[HEAD + 3 * block..]].concat()),
        ("a block of another file", [&good[..HEAD], &other[HEAD..HEAD + block], &part(1, 2), &good[HEAD + 3 * block..]].concat()),
        ("another file under its name", other.clone()),
        ("an end that is another's", [&good[..HEAD], &part(0, 1), &even[HEAD + block..]].concat()),
        ("plain text", bytes(4 * BLOCK)),
    ];
    for (what, stored) in cases {
        fs::write(folder.path().join("good"), &stored).unwrap();
        assert!(read(&dir, "good").is_err(), "{what}");
        assert!(dir.atomic_read(Path::new("good")).is_err(), "{what}");
    }
    fs::write(folder.path().join("good"), &good).unwrap();
    assert!(read(&dir, "good").is_ok());
    let stranger = Sealed {
        inner: MmapDirectory::open(folder.path()).unwrap(),
        folder: folder.path().to_owned(),
        key: Arc::new(Zeroizing::new([8; 32])),
    };
    assert!(read(&stranger, "good").is_err(), "another key");
}

const TEXTS: [&str; 4] = ["acute sepsis on admission", "no sepsis", "cough and fever, sepsis ruled out", "heart failure, acute on chronic"];
const QUERIES: [&str; 7] = ["sepsis", "\"no sepsis\"", "sepsis not ruled", "acute near/3 chronic", "se*", "seps~", "fever or failure"];

fn answers(engine: &Engine) -> Vec<(u64, Vec<(u64, String)>)> {
    let ask = |text: &&str| {
        let found = engine.search(&Query::parse(text).0, Page::default(), &Stop::new()).unwrap();
        (found.total, found.hits.iter().map(|h| (h.key, format!("{:.4}", h.score))).collect())
    };
    QUERIES.iter().map(ask).collect()
}

fn filled(opened: Opened) -> Engine {
    let Opened::NeedsRebuild { engine, .. } = opened else { panic!("there was none") };
    for (key, text) in (1..).zip(TEXTS) {
        engine.apply([Change::Put(Entry { key, text, author: "Dr A", ..Entry::default() })].into_iter(), key, &Stop::new()).unwrap();
    }
    engine
}

#[test]
fn a_sealed_index_answers_as_a_plain_one_and_holds_no_word() {
    let (plain, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = answers(&filled(Engine::open(plain.path(), "store", "1").unwrap()));
    drop(filled(open(folder.path(), "store", "1", &sealed(&[7; 32])).unwrap()));
    let Opened::Ready(engine) = open(folder.path(), "store", "1", &sealed(&[7; 32])).unwrap() else { panic!("it is whole") };
    assert_eq!(answers(&engine), expected);
    assert_eq!(engine.verify().unwrap(), Vec::<String>::new());
    let inside = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    let mut files = 0;
    for file in fs::read_dir(&inside).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_none_or(|e| e != "lock")) {
        let stored = fs::read(&file).unwrap();
        files += 1;
        for word in [&b"sepsis"[..], b"Dr A", b"segments", b"index_format_version"] {
            assert!(!stored.windows(word.len()).any(|w| w == word), "{}", file.display());
        }
    }
    assert!(files > 5);
    let other = open(folder.path(), "store", "1", &sealed(&[8; 32])).unwrap();
    assert!(matches!(other, Opened::NeedsRebuild { .. }), "another key finds nothing to read");
}

/// Every file of a sealed index, one bit at a time: an error, a rebuild, or the same answers as before; never others, and no panic.
#[test]
fn a_changed_bit_anywhere_never_changes_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let expected = answers(&filled(open(folder.path(), "store", "1", &sealed(&[7; 32])).unwrap()));
    let inside = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    let files: Vec<_> =
        fs::read_dir(&inside).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_none_or(|e| e != "lock")).collect();
    let all: Vec<(std::path::PathBuf, Vec<u8>)> = files.into_iter().map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    let (mut tried, mut noticed) = (0, 0);
    for (path, stored) in &all {
        for bit in [0, 5, stored.len() * 4, stored.len() * 8 - 1] {
            let mut changed = stored.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            fs::write(path, changed).unwrap();
            match open(folder.path(), "store", "1", &sealed(&[7; 32])).unwrap() {
                Opened::Ready(engine) => assert_eq!(answers(&engine), expected, "{} bit {bit}", path.display()),
                Opened::NeedsRebuild { .. } => noticed += 1,
            }
            tried += 1;
            // Opening cleared what it could not use.
            for (path, stored) in &all {
                fs::write(path, stored).unwrap();
            }
        }
    }
    assert!(tried > 20 && noticed * 10 > tried * 8, "{noticed} of {tried} noticed on opening");
}
