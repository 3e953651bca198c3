//! The reader's speed, as ratios within one run: against one bare Aho-Corasick pass with the lexicon's own patterns over the same text,
//! and against itself on more and longer text. `cargo bench -p lacuna --bench reading`; with LACUNA_SHARED naming the folder of the shared
//! data it reads `data/mtsamples.jsonl`, else the synthetic charts of this repository.
//!
//! The bare pass is the fastest that aho-corasick offers for this work: every match, in either case, by the contiguous NFA. Over those notes
//! it ran at 56 MB/s where the others ran at 28 (DFA: 96 MB of states, out of every cache) and 22 (noncontiguous NFA); leftmost-longest,
//! which leaves out names inside others, at 51.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use lacuna::reading::{Lexicon, read};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Rounds of each measurement; the fastest counts, because everything else on a machine only adds time.
const ROUNDS: usize = 5;

fn main() {
    let (source, notes) = notes();
    let bytes: usize = notes.iter().map(String::len).sum();
    println!("text: {source}, {} notes, {:.2} MB", notes.len(), megabytes(bytes));
    println!("clock: {}", if processor_time().is_some() { "processor time" } else { "the clock on the wall" });
    against_one_bare_pass(&notes, bytes);
    more_text(&notes);
    pathological();
    a_large_note(&notes);
}

fn notes() -> (String, Vec<String>) {
    let shared = std::env::var_os("LACUNA_SHARED").map(|folder| PathBuf::from(folder).join("data/mtsamples.jsonl"));
    if let Some(file) = shared.filter(|file| file.is_file()) {
        let lines = std::fs::read_to_string(&file).expect("the shared notes can be read");
        let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
        return (file.display().to_string(), lines.lines().filter_map(text).collect());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts/source");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).expect("the charts' sources").map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
    // Ten times over: a single pass over so little text measures the clock.
    (
        "the synthetic charts of fixtures/ (LACUNA_SHARED is not set), ten times over".to_owned(),
        std::iter::repeat_n(texts, 10).flatten().collect(),
    )
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// A clock that stands still while others use the machine, where the system tells: seconds that this program has run on a processor.
fn processor_time() -> Option<f64> {
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(spent.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

/// Seconds of the fastest round.
fn fastest(rounds: usize, mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let (start, spent) = (Instant::now(), processor_time());
        work();
        let seconds = match (spent, processor_time()) {
            (Some(before), Some(after)) => after - before,
            _ => start.elapsed().as_secs_f64(),
        };
        best = best.min(seconds);
    }
    best
}

fn read_all<T: AsRef<str>>(notes: &[T]) {
    for note in notes {
        black_box(read(note.as_ref(), None));
    }
}

/// The whole reader against one pass that only counts where the patterns stand.
fn against_one_bare_pass(notes: &[String], bytes: usize) {
    let lexicon = Lexicon::shipped();
    let patterns: Vec<&str> = lexicon.patterns().collect();
    let machine = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(&patterns)
        .unwrap();
    read_all(&notes[..notes.len().min(20)]);
    let (mut bare, mut whole) = (f64::INFINITY, f64::INFINITY);
    // Turn about, so that a busy moment of the machine meets both.
    for _ in 0..ROUNDS {
        bare = bare.min(fastest(1, || {
            let found: usize = notes.iter().map(|note| machine.find_overlapping_iter(note.as_str()).count()).sum();
            black_box(found);
        }));
        whole = whole.min(fastest(1, || read_all(notes)));
    }
    println!("\n{} patterns, machine {:?}", patterns.len(), machine.kind());
    println!("one bare pass   {:8.2} MB/s", megabytes(bytes) / bare);
    println!("whole reader    {:8.2} MB/s, {:.0} notes/s", megabytes(bytes) / whole, notes.len() as f64 / whole);
    println!("ratio           {:8.3}  (reader / bare pass)", bare / whole);
}

/// Twice and eight times the text must run at the same rate, as more notes and as longer ones.
fn more_text(notes: &[String]) {
    let mut sample: Vec<&str> = Vec::new();
    let mut size = 0;
    for note in notes {
        if size >= 500_000 {
            break;
        }
        size += note.len();
        sample.push(note);
    }
    let longer = |times: usize| -> Vec<String> { sample.chunks(times).map(|chunk| chunk.join("\n\n")).collect() };
    println!("\nrate in MB/s          1x        2x        8x");
    let more: Vec<f64> = [1, 2, 8].iter().map(|&times| rate(&sample.repeat(times))).collect();
    println!("more notes      {:8.2}  {:8.2}  {:8.2}", more[0], more[1], more[2]);
    let long: Vec<f64> = [1, 2, 8].iter().map(|&times| rate(&longer(times))).collect();
    println!("longer notes    {:8.2}  {:8.2}  {:8.2}", long[0], long[1], long[2]);
}

fn rate<T: AsRef<str>>(notes: &[T]) -> f64 {
    let bytes: usize = notes.iter().map(|note| note.as_ref().len()).sum();
    megabytes(bytes) / fastest(ROUNDS, || read_all(notes))
}

/// Texts that break readers which look back or ahead without a limit. The rate of the long one is that of the short one.
fn pathological() {
    let shapes: [(&str, &str); 22] = [
        ("values in a row", "Na 120 K 3 "),
        ("values without blanks", "cr.na/k:"),
        ("triggers and names", "no fever with CHF or "),
        ("triggers over commas", "history of mother "),
        ("triggers with slashes", "no/denies/"),
        ("names with attributes", "acute severe CHF chronic "),
        ("headings on lines", "HISTORY: x\n"),
        ("headings in a line", "PLAN: rest. HEENT: normal. "),
        ("bare headings", "CC SOB. PMH COPD. MEDS none. ALL NKDA. "),
        ("colons", ": "),
        ("numbered items", "1. CHF 2) CKD "),
        ("one word", "a"),
        ("line feeds", "\n"),
        ("blanks", " "),
        ("full stops", "."),
        ("stops and commas", "a.,"),
        ("underlines", "----\n"),
        ("table rows", "Na\t120\t|K\t3\n"),
        ("abbreviations", "e.g. Dr. no. "),
        ("title words", "Operative report of procedure "),
        ("combining marks", "e\u{301}\u{202e}"),
        ("lower-case lines", "and more of it\n"),
    ];
    println!("\nrate in MB/s           64 kB    256 kB      1 MB");
    for (name, unit) in shapes {
        let rates: Vec<f64> = [64, 256, 1024].iter().map(|kilobytes| rate_once(&unit.repeat(kilobytes * 1000 / unit.len()))).collect();
        println!("{name:<22}{:8.2}  {:8.2}  {:8.2}", rates[0], rates[1], rates[2]);
    }
    let mixed = format!("{}{}", ".".repeat(500_000), ",".repeat(500_000));
    println!("{:<42}{:8.2}", "half stops, half commas", rate_once(&mixed));
    let blank = format!("{}{}", " ".repeat(500_000), "e.g. ".repeat(100_000));
    println!("{:<42}{:8.2}", "half blanks, half abbreviations", rate_once(&blank));
}

/// A short text is read as often as makes a megabyte: the clock of the processor does not tell less apart.
fn rate_once(text: &str) -> f64 {
    let texts = vec![text; (1_000_000 / text.len()).max(1)];
    megabytes(text.len() * texts.len()) / fastest(2, || read_all(&texts))
}

/// All the notes as one of ten megabytes: time and memory.
fn a_large_note(notes: &[String]) {
    let mut text = String::new();
    for note in notes.iter().cycle() {
        if text.len() >= 10_000_000 {
            break;
        }
        text.push_str(note);
        text.push('\n');
    }
    let mut mentions = 0;
    let seconds = fastest(1, || mentions = read(&text, None).mentions.len());
    println!("\none note of {:.1} MB: {seconds:.2} s, {mentions} mentions", megabytes(text.len()));
    if let Some(peak) = std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| status.lines().find_map(|line| line.strip_prefix("VmHWM:").map(|rest| rest.trim().to_owned())))
    {
        println!("most memory in this run: {peak}");
    }
}
