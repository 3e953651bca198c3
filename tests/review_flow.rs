//! A whole review in few keys: six new notes read, two gaps taken, one set aside, one query sent, the next look set. At most sixty keys
//! from the worklist, typing apart.
#![cfg(all(unix, feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[allow(dead_code)]
mod pty_session;
#[allow(dead_code)]
mod support;

use pty_session::start;
use support::Home;

/// The budget.
const MOST: usize = 60;

#[test]
fn a_review_takes_at_most_sixty_keys() {
    for (width, height) in [(80, 24), (120, 40)] {
        let home = Home::with_charts();
        let store = home.store().display().to_string();
        home.json(["--as", "ana", "me", "--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]);
        let Some(mut s) = start(width, height, &[("USER", "ana")], &["--store", &store, "--as", "ana"]) else { return };
        s.expect("Why it is here").press("/rivera\r").expect("1 chart");
        let mut keys = 0;
        let mut press = |s: &mut pty_session::Session, all: &[&str], then: &str| {
            for key in all {
                s.press(key);
                keys += 1;
            }
            s.expect(then);
        };
        press(&mut s, &["\r"], "Dr Chen");
        // Every new note is opened, the stay reads forwards.
        let all = home.json(["chart", "88120"])["documents"].as_array().unwrap().len();
        assert!(all >= 6, "{all} notes");
        // A long one is read page by page; what was not on the screen is not read.
        while !s.text().contains("nothing unread") {
            let before = s.text();
            press(&mut s, &["u"], "Dr Chen");
            s.until("the next page, or the next note", |now| now != before);
        }
        press(&mut s, &["3"], "Proof");
        // Two gaps' proof is taken for the query, a third gap is set aside.
        press(&mut s, &["y"], "for the next query");
        press(&mut s, &["j", "y"], "for the next query");
        press(&mut s, &["j", "x"], "Set aside:");
        press(&mut s, &["1"], "set aside: evidence does not carry it");
        press(&mut s, &["g", "g", "w"], "ready to send");
        press(&mut s, &["\u{13}"], "not now");
        // However long the query is: it can be sent once all of it was on the screen.
        for _ in 0..5 {
            let before = s.text();
            if before.contains("send it") {
                break;
            }
            press(&mut s, &[" "], "not now");
            s.until("the rest of it", |now| now != before);
        }
        press(&mut s, &["y"], "is sent and recorded");
        press(&mut s, &["m"], "When to look at");
        press(&mut s, &["1"], "to look at again in 1 day");
        press(&mut s, &["\u{1b}"], "Why it is here");
        println!("{keys} keys at {width}x{height}");
        assert!(keys <= MOST, "{keys} keys");
        let marked = home.json(["--as", "ana", "chart", "88120"]);
        assert!(marked["documents"].as_array().unwrap().iter().all(|d| d["seen"] == true));
        assert_eq!(home.json(["query", "list"])[0]["state"], "sent");
        s.press("\u{11}").ended();
    }
}
