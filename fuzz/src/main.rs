//! Feeds the reader texts that nobody would write: lines of the fixtures, cut, doubled, joined and sprinkled with odd characters.
//!
//! `cargo run --release --manifest-path fuzz/Cargo.toml -- [RUNS] [SEED]`. The same seed makes the same texts. It stops at the first text
//! that makes the reader panic or breaks what must hold for every reading, prints it, and exits with 1.
//!
//! `... -- [RUNS] [SEED] NAME` does the same to a reader of files (`files.rs`: c-cda, hl7, rtf, csv, jsonl, fhir), or of what else comes from
//! outside (`parts.rs`: cleaner, grammar, checklist, keys, draft, index).

mod files;
mod parts;

use lacuna::reading::{Reading, read, read_line, why};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// No single input may take longer.
const SLOWEST: Duration = Duration::from_secs(1);

/// How long one input takes; more than [`SLOWEST`] only where it does so each time: the machine may have been busy.
fn hangs(took: Duration, again: impl Fn()) -> bool {
    let once = || {
        let start = Instant::now();
        again();
        start.elapsed()
    };
    took > SLOWEST && (0..3).all(|_| once() > SLOWEST)
}

/// No text is longer, in bytes: short ones run fast, and long ones have the bench.
const LONGEST: usize = 600;

/// Words and signs that the reader has rules for.
const ODD: [&str; 40] = [
    "no ",
    "denies ",
    "history of ",
    "HISTORY:",
    "PMH ",
    "\n",
    "\n\n",
    "\t",
    " | ",
    ". ",
    "...",
    "?!",
    ", ",
    "; ",
    " and ",
    "-",
    "--",
    " -> ",
    "/",
    "<",
    ">=",
    "°",
    "é",
    "\u{301}",
    "\u{202e}",
    "\u{feff}",
    "\u{ad}",
    "\u{0}",
    "\u{85}",
    "“",
    "’",
    "_",
    "**",
    "# ",
    "1. ",
    "2) ",
    "BP 88/52",
    "Na 120",
    "EF 20-25 %",
    "K\u{212a}",
];

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut arguments = words.iter().take(2).map(|argument| argument.parse::<u64>());
    let (Ok(runs), Ok(seed)) = (arguments.next().unwrap_or(Ok(100_000)), arguments.next().unwrap_or(Ok(1))) else {
        eprintln!("usage: lacuna-fuzz [RUNS] [SEED] [NAME], two numbers first");
        return ExitCode::from(2);
    };
    if let Some(name) = words.get(2) {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        return if files::named(name).is_some() { files::run(name, runs, &mut dice) } else { parts::run(name, runs, &mut dice) };
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut lines = Vec::new();
    gather(&fixtures, &mut lines);
    if lines.is_empty() {
        eprintln!("no fixtures at {}", fixtures.display());
        return ExitCode::from(2);
    }
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for run in 0..runs {
        let text = invent(&mut dice, &lines);
        let trouble = catch_unwind(AssertUnwindSafe(|| check(&text))).unwrap_or_else(|_| Some("it panics".to_owned()));
        if let Some(trouble) = trouble {
            println!("run {run} of seed {seed}: {trouble}\n{text:?}");
            return ExitCode::FAILURE;
        }
    }
    println!("{runs} texts read, seed {seed}: nothing broke");
    ExitCode::SUCCESS
}

/// The lines of every text under a folder, in order of their paths.
fn gather(folder: &Path, lines: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, lines);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            lines.extend(text.lines().filter(|line| !line.trim().is_empty()).map(|line| cut(line, LONGEST).to_owned()));
        }
    }
}

fn cut(text: &str, at_most: usize) -> &str {
    (0..=at_most.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// A place between two characters.
fn place(dice: &mut Dice, text: &str) -> usize {
    let at = dice.below(text.len() + 1);
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

fn invent(dice: &mut Dice, lines: &[String]) -> String {
    let mut text = dice.pick(lines).cloned().unwrap_or_default();
    for _ in 0..=dice.below(8) {
        let (a, b) = (place(dice, &text), place(dice, &text));
        let (start, end) = (a.min(b), a.max(b));
        match dice.below(7) {
            0 => text.replace_range(start..end, ""),
            1 => text.insert_str(start, dice.pick(&ODD).copied().unwrap_or_default()),
            2 => text.insert_str(start, &text.get(start..end).unwrap_or_default().repeat(1 + dice.below(3))),
            3 => text.insert_str(start, &dice.pick(lines).cloned().unwrap_or_default()),
            4 => text.insert(start, char::from_u32(dice.below(0x3000) as u32).unwrap_or('\u{fffd}')),
            5 => text.insert_str(start, &dice.pick(&ODD).copied().unwrap_or_default().repeat(dice.below(40))),
            _ => text.push_str(&format!("\n{}", dice.pick(lines).cloned().unwrap_or_default())),
        }
        text.truncate(cut(&text, LONGEST).len());
    }
    text
}

/// What must hold for every reading; what does not, if anything.
fn check(text: &str) -> Option<String> {
    let reading: Reading = read(text, None);
    let whole = |start: usize, end: usize| start <= end && text.get(start..end).is_some();
    let rules = [
        ("a mention's span", reading.mentions.iter().all(|m| text.get(m.start..m.end) == Some(m.text.as_str()))),
        ("a cause's span", reading.mentions.iter().flat_map(|m| &m.causes).filter_map(|c| c.at).all(|s| whole(s.start, s.end))),
        ("the order of mentions", reading.mentions.windows(2).all(|pair| pair[0].start <= pair[1].start)),
        ("a measurement's span", reading.measurements.iter().all(|m| whole(m.start, m.end) && m.value.is_finite())),
        ("the order of measurements", reading.measurements.windows(2).all(|pair| pair[0].start <= pair[1].start)),
        ("a section's span", reading.sections.iter().all(|s| whole(s.start, s.body) && whole(s.body, s.end))),
        ("the order of sections", reading.sections.windows(2).all(|pair| pair[0].end <= pair[1].start)),
        ("a sentence's span", reading.sentences.iter().all(|s| whole(s.start, s.end))),
        ("the order of sentences", reading.sentences.windows(2).all(|pair| pair[0].end <= pair[1].start)),
        ("the same text, the same reading", read(text, None) == reading),
        ("the view", !why(text, &reading).is_empty()),
        ("the line of JSON", read_line(&format!("{{\"id\":1,\"text\":{}}}", quoted(text))).is_ok()),
    ];
    rules.iter().find(|(_, holds)| !holds).map(|(rule, _)| format!("{rule} does not hold"))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
