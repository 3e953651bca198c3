//! What a key costs on each screen at 200x60, the bytes of twenty usual moves, how long the first screen takes and what an idle program does.
//! `cargo bench -p lacuna --bench frames [ENCOUNTERS]` (20,000 unless given, five documents each: 100,000 notes in the store).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "charts/mod.rs"]
#[allow(dead_code)]
mod charts;

use charts::{DOCUMENTS, fill, fixtures};
use lacuna::store::{Key, Store};
use lacuna::tui::measure::{Cost, Session as Screen};
use lacuna::work::{Clock, LocalDesk, Session, demo};
use lacuna_index::Stop;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Screens, and the keys from the worklist that lead to each; then a key that is pressed again and again on it, there and back.
const SCREENS: [(&str, &str, [&str; 2]); 10] = [
    ("worklist", "", ["j", "k"]),
    ("gaps", "Enter", ["j", "k"]),
    ("documents", "Enter 1", ["j", "k"]),
    ("reader", "Enter 2", ["j", "k"]),
    ("labs", "Enter 4", ["j", "k"]),
    ("find in a chart", "Enter /", ["e", "Backspace"]),
    ("composer", "Enter w Tab", ["x", "Backspace"]),
    ("queries", "Q", ["j", "k"]),
    ("palette", "Enter :", ["Down", "Up"]),
    ("help", "Enter ?", ["j", "k"]),
];

/// What somebody does again and again, at 120x40.
const MOVES: [&str; 20] =
    ["j", "j", "k", "n", "Enter", "u", "j", "j", "PageDown", "u", "3", "j", "Enter", "Backspace", "p", "t", "j", "3", "Tab", "Esc"];

fn main() {
    let count = std::env::args().skip(1).find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(20_000);
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("store");
    let session = Session::begin(Some("bench"), Clock::Frozen(demo::now())).unwrap();
    let store = Arc::new(Store::create(&at, &Key::None, &session.actor()).unwrap());
    fill(&store, &session, &fixtures(), &[], count);
    println!("{count} encounters, {} notes in the store", count * DOCUMENTS);
    desk_of(&store, "bench").catch_up(&Stop::new(), &mut |_| {}).unwrap();
    screens(&store);
    moves(&store);
    drop(store);
    program(&at);
}

/// The desk of somebody who has not been here yet: a session goes on where the person left, and each measure begins at the worklist.
fn desk_of(store: &Arc<Store>, person: &str) -> Arc<LocalDesk> {
    let session = Session::begin(Some(person), Clock::Frozen(demo::now())).unwrap();
    Arc::new(LocalDesk::new(Arc::clone(store), session, None, "BENCH").unwrap())
}

fn screens(store: &Arc<Store>) {
    println!("\nupdate, and view with diff, at 200x60 (median and p99 of 400 keys)");
    for (name, way, keys) in SCREENS {
        let mut screen = Screen::new(desk_of(store, &name.replace(' ', "-")) as Arc<dyn lacuna::work::Desk>, 200, 60).unwrap();
        for key in way.split_whitespace() {
            screen.press(key).unwrap();
        }
        screen.rest().unwrap();
        let costs: Vec<Cost> = (0..400).map(|n| screen.press(keys[n % 2]).unwrap()).collect();
        let both = |part: fn(&Cost) -> Duration| {
            let mut all: Vec<Duration> = costs.iter().map(part).collect();
            all.sort();
            format!("{:>8.1} {:>8.1} us", all[all.len() / 2].as_secs_f64() * 1e6, all[all.len() * 99 / 100].as_secs_f64() * 1e6)
        };
        println!("{name:<18} update {}   view and diff {}", both(|c| c.update), both(|c| c.draw));
    }
}

fn moves(store: &Arc<Store>) {
    let mut screen = Screen::new(desk_of(store, "moves") as Arc<dyn lacuna::work::Desk>, 120, 40).unwrap();
    screen.rest().unwrap();
    let all: Vec<(&str, usize)> = MOVES.iter().map(|key| (*key, screen.press(key).unwrap().bytes)).collect();
    let total: usize = all.iter().map(|(_, bytes)| bytes).sum();
    let shown: Vec<String> = all.iter().map(|(key, bytes)| format!("{key} {bytes}")).collect();
    println!("\nbytes of twenty usual moves at 120x40: {}\n{total} in all, {} a move", shown.join(", "), total / all.len());
}

/// The real program on a pseudo-terminal: start to first frame, and ten idle seconds.
fn program(store: &std::path::Path) {
    let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lacuna"));
    command.args(["--store", store.to_str().unwrap(), "--as", "program"]);
    command.env("TERM", "xterm-256color");
    let (count, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let began = Instant::now();
    let mut child = pair.slave.spawn_command(command).unwrap();
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (counted, kept) = (Arc::clone(&count), Arc::clone(&seen));
    std::thread::spawn(move || {
        let mut bytes = [0; 8192];
        while let Ok(n) = reader.read(&mut bytes) {
            if n == 0 {
                return;
            }
            kept.lock().unwrap().push((Instant::now(), bytes[..n].to_vec()));
            counted.fetch_add(n, Ordering::SeqCst);
        }
    });
    let first = |words: &[u8]| {
        let mut all: Vec<u8> = Vec::new();
        seen.lock().unwrap().iter().find_map(|(at, bytes)| {
            all.extend_from_slice(bytes);
            all.windows(words.len()).any(|w| w == words).then_some(*at)
        })
    };
    let wait = |words: &[u8]| {
        loop {
            if let Some(at) = first(words) {
                return at - began;
            }
            assert!(began.elapsed() < Duration::from_secs(300), "nothing came");
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    println!("\nstart to first frame: {:.0} ms", wait(b"Worklist").as_secs_f64() * 1e3);
    println!("start to the rows of the worklist: {:.0} ms", wait(b"Patient").as_secs_f64() * 1e3);
    let pid = child.process_id().unwrap();
    // Every chart of a new store is evaluated first, in the background; idle is what comes after.
    let mut last = cpu(pid);
    loop {
        std::thread::sleep(Duration::from_secs(3));
        let now = cpu(pid);
        if now <= last + 1 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(900), "it does not come to rest");
        last = now;
    }
    println!(
        "start to the end of the first evaluation of every chart: {:.0} s, {} ticks of CPU",
        began.elapsed().as_secs_f64() - 3.0,
        last
    );
    let (bytes, ticks) = (count.load(Ordering::SeqCst), cpu(pid));
    std::thread::sleep(Duration::from_secs(10));
    println!("ten idle seconds: {} bytes, {} ticks of CPU", count.load(Ordering::SeqCst) - bytes, cpu(pid) - ticks);
    println!("memory: {} MB, at most {} MB", memory(pid, "VmRSS:"), memory(pid, "VmHWM:"));
    let mut writer = pair.master.take_writer().unwrap();
    writer.write_all(b"\x11").unwrap();
    child.wait().unwrap();
}

/// Ticks of CPU that a process used, where the system says so.
fn cpu(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let at = |n: usize| fields.get(n).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
    at(11) + at(12)
}

fn memory(pid: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}
