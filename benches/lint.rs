//! What the lint costs while somebody types: with the chart at hand, as the composer asks for it, beside a bare check of the same words and
//! beside one reading of the chart's notes; and whether the cost of a word stays flat as the draft grows. All in one run: on a machine that
//! does other things as well, read the ratios. `cargo bench -p lacuna --bench lint [ROUNDS]` (20 unless given).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::query::{Context, Draft, lint};
use lacuna::reading::read;
use lacuna::work::{Desk, demo};
use std::time::Instant;

/// Sentences that somebody types, one more with each key: one compliant, one leading.
const TYPED: &str = "Creatinine 1.0 on 17 Nov, 2.4 on 19 Nov; intravenous fluids given. Would you agree that this is acute kidney injury? ";

fn main() {
    let rounds = std::env::args().skip(1).find_map(|arg| arg.parse::<usize>().ok()).unwrap_or(20);
    let desk = demo::desk(None).unwrap();
    let view = desk.chart("88120").unwrap();
    let gap = &view.gaps.iter().find(|g| g.gap.item == "N01-undocumented").unwrap().key;
    let draft = desk.draft_for_gap(&view.chart.encounter.identifier, gap).unwrap().draft;
    let typed = |times: usize| Draft { body: TYPED.repeat(times), ..draft.clone() };
    let bare = Context { bare: true, ..Context::empty() };
    let one = typed(1);
    // Once before, so that tables are built.
    assert!(!desk.lint(&one).unwrap().can_send && !lint(&one, &bare).can_send);
    let with_chart = median(rounds, || assert!(!desk.lint(&one).unwrap().can_send));
    let words = median(rounds, || assert!(!lint(&one, &bare).can_send));
    let notes = median(rounds, || {
        let read: usize = view.chart.documents.iter().map(|d| read(&d.text, d.document_type).mentions.len()).sum();
        assert!(read > 0);
    });
    println!("one lint with the chart: {:.2} ms, median of {rounds}; {} documents", with_chart * 1e3, view.chart.documents.len());
    println!("the words alone: {:.2} ms; reading the notes once: {:.2} ms", words * 1e3, notes * 1e3);
    println!("with the chart against one reading of it: {:.2} times", with_chart / notes);
    let flat: Vec<f64> =
        [4, 16, 64].map(|n| (n, typed(n))).iter().map(|(n, d)| median(rounds, || drop(lint(d, &bare))) / *n as f64).collect();
    println!("cost of a sentence among 32 and 128 against 8: {:.2}, {:.2} times", flat[1] / flat[0], flat[2] / flat[0]);
}

/// The middle of the seconds that some rounds take.
fn median(rounds: usize, mut run: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..rounds.max(1))
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed().as_secs_f64()
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
