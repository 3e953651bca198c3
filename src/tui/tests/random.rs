//! Random keys on random sizes: no panic, nothing outside the screen, always a way home.

use super::harness::Harness;
use crate::tui::keys::Key;
use crate::tui::model::Screen;
use crate::tui::msg::Msg;
use proptest::prelude::*;

const NAMED: [&str; 20] = [
    "Enter",
    "Esc",
    "Tab",
    "BackTab",
    "Backspace",
    "Delete",
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "C-s",
    "C-r",
    "C-p",
    "C-y",
    "C-u",
    "C-w",
];

#[derive(Clone, Debug)]
enum Act {
    Key(Key),
    Paste(String),
    Resize(u16, u16),
    Rest,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => prop::sample::select(NAMED.to_vec()).prop_map(|n| Act::Key(Key::parse(n).unwrap())),
        12 => proptest::char::range(' ', '~').prop_map(|c| Act::Key(Key::Char(c))),
        1 => "[\\PC\\x00-\\x1f\\u{202e}\\u{6f22}]{0,12}".prop_map(Act::Paste),
        1 => (1u16..180, 1u16..60).prop_map(|(w, h)| Act::Resize(w, h)),
        2 => Just(Act::Rest),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_key_and_no_size_breaks_it(acts in proptest::collection::vec(act(), 1..60), size in (1u16..200, 1u16..60)) {
        let mut h = Harness::new(size.0, size.1);
        for act in acts {
            match act {
                Act::Key(key) => h.send(Msg::Key(key)),
                Act::Paste(text) => h.send(Msg::Paste(text)),
                Act::Resize(width, height) => h.send(Msg::Resize(width, height)),
                Act::Rest => { h.rest(); }
            }
            let buffer = h.buffer();
            prop_assert_eq!((buffer.area.width, buffer.area.height), h.model.size);
            for cell in &buffer.content {
                prop_assert!(!cell.symbol().chars().any(char::is_control));
            }
        }
        for _ in 0..12 {
            h.send(Msg::Key(Key::Esc));
        }
        prop_assert_eq!(h.model.screen(), Screen::Worklist);
        prop_assert!(h.model.layers.is_empty());
    }
}

#[test]
fn one_cell_is_enough_to_live() {
    for (width, height) in [(1, 1), (1, 50), (200, 1), (59, 16), (60, 15), (60, 16)] {
        let mut h = Harness::new(width, height);
        for script in ["", "<Enter>", "<Enter>", "4", "w", "<Esc>", "s", "a", "<Esc>", "Q", "?", "<Esc>", ":"] {
            h.keys(script);
            h.buffer();
        }
    }
}
