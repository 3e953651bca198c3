//! Feeds the readers of everything else that comes from outside: words for the screen, queries of the search, checklists, the key file, drafts,
//! and the files of a sealed index. A sound text of each, cut, doubled, turned and sprinkled with the signs of its format.

use crate::Dice;
use lacuna::checklist::Packs;
use lacuna::keys::{Cost, KeyFile, RecoveryCode, Role};
use lacuna::query::{Draft, from_editor, parse_text, render_text, to_editor};
use lacuna::text::{fit, json, label, multiline, pieces, safe_paste, width};
use lacuna_index::{Change, Engine, Entry, Opened, Plain, Query, Stop, complete, marks, sealed_contents, snippet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What does not hold for an input, if anything; the number is that of the sound input it was made from.
type Check = Box<dyn Fn(usize, &[u8]) -> Option<&'static str>>;

/// A reader with what it is fed.
struct Part {
    /// Sound inputs.
    sound: Vec<Vec<u8>>,
    /// What its rules are about.
    signs: &'static [&'static [u8]],
    /// What is held against each input.
    check: Check,
}

/// Runs; the first input that breaks something is printed.
pub fn run(name: &str, runs: u64, dice: &mut Dice) -> ExitCode {
    let Some(part) = part(name) else {
        eprintln!("known are: c-cda, hl7, rtf, csv, jsonl, fhir, cleaner, grammar, checklist, keys, draft, index");
        return ExitCode::from(2);
    };
    // Panics are told here, with their input; the hook would print each twice.
    std::panic::set_hook(Box::new(|_| {}));
    let mut slowest = Duration::ZERO;
    for run in 0..runs {
        let from = dice.below(part.sound.len());
        let bytes = crate::files::turn(dice, &part.sound[from], part.signs);
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (part.check)(from, &bytes)));
        let took = start.elapsed();
        slowest = slowest.max(took);
        let again = || drop(catch_unwind(AssertUnwindSafe(|| (part.check)(from, &bytes))));
        let trouble = outcome.unwrap_or(Some("it panics")).or(crate::hangs(took, again).then_some("it hangs"));
        if let Some(trouble) = trouble {
            println!("run {run}: {trouble}\n{:?}", String::from_utf8_lossy(&bytes));
            return ExitCode::FAILURE;
        }
    }
    println!("{runs} inputs for {name}: nothing broke, the slowest took {} ms", slowest.as_millis());
    ExitCode::SUCCESS
}

fn part(name: &str) -> Option<Part> {
    Some(match name {
        "cleaner" => Part {
            sound: lines_of("terminal/hostile.jsonl"),
            signs: &[b"\x1b[2J", b"\x1b]52;c;eA==\x07", b"\x90", b"\xc2\x9b31m", b"\xe2\x80\xae", b"\xe2\x80\x8d", b"\xcc\x81", b"\xef\xb8\x8f", b"\xf0\x9f\x91\xa8", b"\t", b"\r", b"\n", b"\0", b"\x7f", b"\xff", b"\xf3\xa0\x81\x81", b"\xe2\x80\xa8", b"\xe3\x80\x80"],
            check: Box::new(|_, bytes| cleaned(&String::from_utf8_lossy(bytes))),
        },
        "grammar" => Part {
            sound: [
                "sepsis is:present section:assessment not (\"chest pain\" or cough*) date:2026-01..2026-03",
                "creatinine > 2 mg/dL ef <= 40 % kidney near/5 stage author:\"Ruiz, Ana\" type:discharge gap:open query:sent synonyms:off neumonia~2",
                "text:(a or b) mrn:x=5 \"x \u{201c}",
            ]
            .map(|text| text.as_bytes().to_vec())
            .into(),
            signs: &[b"(", b")", b"\"", b":", b"is:", b"not ", b" or ", b" and ", b" near/3 ", b"*", b"~1", b"<", b">=", b"=", b"..", b"date:", b"section:", b"type:(", b"-", b" ", b"\xe2\x89\xa4", b"\xcc\x81", b"1e9", b"2026-02-30", b"\xff"],
            check: Box::new(|_, bytes| searched(&String::from_utf8_lossy(bytes))),
        },
        "checklist" => Part {
            sound: packs(),
            signs: &[b"[", b"]", b"[[item]]", b"\n", b"=", b"\"", b"\"\"\"", b"{", b"}", b",", b"kind = \"unspecified\"\n", b"version = -1\n", b"inf", b"2026-02-30", b"\\u0000", b"\xff", b"id = \"X\"\n", b"@none"],
            check: Box::new(|_, bytes| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let lines = text.lines().count().max(1);
                let mistakes = Packs::parse(&[("site.toml".to_owned(), text)]).err()?;
                if mistakes.is_empty() {
                    return Some("it is refused without a mistake");
                }
                let placed = |line: u64| usize::try_from(line).is_ok_and(|line| (1..=lines + 1).contains(&line));
                mistakes.iter().any(|m| m.what.is_empty() || m.expected.is_empty() || !placed(m.line)).then_some("a mistake without a place, a reason or a remedy")
            }),
        },
        "keys" => Part {
            sound: vec![key_file()?],
            signs: &[b"{", b"}", b"[", b"]", b",", b":", b"\"", b"0", b"f", b"00", b"-1", b"1e99", b"null", b"18446744073709551616", b"\"version\": 2", b"\\ud800", b"\0", b"\xff", b"\"people\": []"],
            check: Box::new(|_, bytes| {
                let file = KeyFile::parse(bytes).ok()?;
                let again = file.bytes().ok().and_then(|bytes| KeyFile::parse(&bytes).ok());
                (again.as_ref() != Some(&file)).then_some("a key file that was read is not read again as it was written")
            }),
        },
        "draft" => Part {
            sound: drafts(),
            signs: &[b"{", b"}", b"[", b"]", b",", b":", b"\"", b"\\n", b"\n", b"[ ] ", b"1. ", b"?", b"Title:", b"# Question\n", b"# Options, one a line\n", b"null", b"-1", b"\\ud800", b"\0", b"\xff", b"\xe2\x80\xae", b"\"options\":[]"],
            check: Box::new(|_, bytes| drafted(&String::from_utf8_lossy(bytes))),
        },
        "index" => sealed_index()?,
        _ => return None,
    })
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

fn lines_of(name: &str) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(fixture(name)).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let texts: Vec<Vec<u8>> =
        lines.filter_map(|line| Some(line.get("text")?.as_str()?.as_bytes().iter().copied().take(400).collect())).collect();
    if texts.is_empty() { vec![b"one line".to_vec()] } else { texts }
}

/// Nothing that drives a terminal comes out, whatever went in.
fn cleaned(text: &str) -> Option<&'static str> {
    let drives = |shown: &str, kept: &[char]| {
        shown.chars().any(|c| (c.is_control() && !kept.contains(&c)) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    let first = text.lines().next().unwrap_or_default();
    let drawn: String = pieces(first, false).map(|piece| piece.shown.into_owned()).collect();
    let rules = [
        ("a label drives the terminal", !drives(&label(text), &[])),
        ("several lines drive the terminal", !drives(&multiline(text), &['\n', '\t'])),
        ("a drawn line drives the terminal", !drives(&drawn, &[])),
        ("what is fitted is too wide", width(&fit(first, 20, false)) <= 20 && width(&fit(first, 20, true)) <= 20),
        ("what is fitted drives the terminal", !drives(&fit(first, 40, true), &[])),
        ("JSON lost its meaning", same_json(text)),
        ("a paste drives the terminal", !drives(&multiline(&safe_paste(text)), &['\n', '\t'])),
    ];
    rules.iter().find(|(_, holds)| !holds).map(|(rule, _)| *rule)
}

fn same_json(text: &str) -> bool {
    let whole = serde_json::to_string(text).unwrap_or_default();
    serde_json::from_str::<String>(&json(&whole)).is_ok_and(|again| again == text)
}

fn searched(text: &str) -> Option<&'static str> {
    let (query, issues) = Query::parse(text);
    let again = Query::parse(&query.to_string()).0;
    let note = "Sepsis, probable; no chest pain. Creatinine 2.4 mg/dL, EF 35 %. Kidney disease, stage 3. \u{301}\u{2264}";
    let found = marks(&query, text).into_iter().all(|mark| text.get(mark.span()).is_some());
    let seen = marks(&query, note).into_iter().all(|mark| note.get(mark.span()).is_some());
    let rules = [
        ("an issue points nowhere", issues.iter().all(|issue| text.get(issue.span.clone()).is_some())),
        ("a query written out means something else", again == query),
        ("a query has no meaning", !query.meaning().is_empty()),
        ("a mark splits a character", found && seen),
        ("a snippet splits a character", text.get(snippet(&query, text, 80).start..snippet(&query, text, 80).end).is_some()),
        ("a completion points nowhere", complete(text, text.len(), &Plain).iter().all(|c| text.get(c.span.clone()).is_some())),
    ];
    rules.iter().find(|(_, holds)| !holds).map(|(rule, _)| *rule)
}

/// One small pack an item: the first items of every shipped pack, with the head of their pack.
fn packs() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for (_, text) in Packs::shipped_sources() {
        let mut parts = text.split("\n[[item]]");
        let head = parts.next().unwrap_or_default().to_owned();
        out.extend(parts.take(3).filter(|item| item.len() < 3000).map(|item| format!("{head}\n[[item]]{item}").into_bytes()));
    }
    out
}

fn key_file() -> Option<Vec<u8>> {
    let code = RecoveryCode::random().ok()?;
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let made = KeyFile::create("ana", Role::Administrator, "a passphrase of words", &code, cost).ok()?;
    made.file.with_person(&made.key, "ben", Role::Specialist, "another one of words", cost).ok()?.0.bytes().ok()
}

/// A draft as it lies in the store, as it is in an editor, and as a person pastes it.
fn drafts() -> Vec<Vec<u8>> {
    let text = "Clinical clarification: renal function\n\nCreatinine 1.1 -> 2.4 mg/dL on 01/05.\n\nBased on your judgement, can the cause be further specified?\n[ ] Acute kidney injury due to acute tubular necrosis\n[ ] Other: ____\n[ ] Unable to determine\n";
    let draft = parse_text(text).draft;
    let stored = serde_json::to_vec(&draft).unwrap_or_default();
    vec![stored, to_editor(&draft).into_bytes(), text.as_bytes().to_vec()]
}

fn drafted(text: &str) -> Option<&'static str> {
    let stored = serde_json::from_str::<Draft>(text).ok();
    if let Some(draft) = &stored {
        let again = serde_json::to_string(draft).ok().and_then(|line| serde_json::from_str::<Draft>(&line).ok());
        if again.as_ref() != Some(draft) {
            return Some("a stored draft is not read again as it was written");
        }
        let _shown = render_text(draft, None);
    }
    let parsed = parse_text(text);
    if parsed.draft.body.len() != text.len() || parsed.bases.iter().any(|at| !text.is_char_boundary(*at)) {
        return Some("the places of a pasted query are not places in its text");
    }
    let edited = from_editor(&parsed.draft, text);
    (from_editor(&edited, &to_editor(&edited)) != edited && !text.contains('#') && !text.contains("Title:") && !text.contains('\r'))
        .then_some("a draft that nobody touched in the editor came back changed")
}

/// The files of a small sealed index: whatever is done to one, it does not open, or holds what it held.
fn sealed_index() -> Option<Part> {
    const KEY: [u8; 32] = [7; 32];
    let folder = std::env::temp_dir().join(format!("lacuna-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let (Opened::Ready(engine) | Opened::NeedsRebuild { engine, .. }) = Engine::open_sealed(&folder, "fuzz", "1", &KEY).ok()?;
    let change = Change::Put(Entry { key: 1, text: "Invented: sepsis is denied.", ..Entry::default() });
    engine.apply(std::iter::once(change), 1, &Stop::default()).ok()?;
    drop(engine);
    let mut whole = Vec::new();
    gather(&folder, &mut whole);
    std::fs::remove_dir_all(&folder).ok()?;
    // Sealed, by its name, and what it holds; a lock is no sealed file.
    let opened = |(name, bytes): (PathBuf, Vec<u8>)| {
        let holds = sealed_contents(&KEY, &name, bytes.clone()).ok()?;
        Some((bytes, (name, holds)))
    };
    let (sound, held): (Vec<_>, Vec<_>) = whole.into_iter().filter_map(opened).unzip();
    if sound.is_empty() {
        return None;
    }
    Some(Part {
        sound,
        signs: &[b"lacidx1\n", b"lacidx2\n", b"\0", b"\xff", b"0123456789abcdef", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"],
        check: Box::new(move |from, bytes| {
            let (name, was): &(PathBuf, Vec<u8>) = held.get(from)?;
            let opened = sealed_contents(&KEY, name, bytes.to_vec()).ok()?;
            (opened != *was).then_some("a changed file of the index opens and holds something else")
        }),
    })
}

/// The small files of a folder, by their names inside their index.
fn gather(folder: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|item| item.path()) {
        if path.is_dir() {
            gather(&path, out);
        } else if let (Ok(bytes), Some(name)) = (std::fs::read(&path), path.file_name()) {
            out.push((PathBuf::from(name), bytes));
        }
    }
}
