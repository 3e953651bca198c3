//! What people complain about in such programs, by the numbers of the list of requirements (T1 to T28). Those that need a real terminal are
//! in `tests/pty_requirements.rs`; here is what can be told from the program alone.

use super::harness::Harness;
use crate::tui::command;
use crate::tui::keymap::{Keymap, Preset};
use crate::tui::keys::Key;
use crate::tui::model::{Pane, Screen};
use crate::tui::msg::{Msg, Slot};
use crate::tui::theme::{Palette, Role, Theme};
use crate::tui::view::view;
use crate::work::Desk;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use std::sync::Arc;

#[test]
fn t06_any_size_in_any_order_and_a_word_where_there_is_no_room() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>");
    for (width, height) in [(1, 1), (500, 200), (60, 16), (2, 90), (300, 3), (59, 16), (60, 15), (120, 40)] {
        h.send(Msg::Resize(width, height));
        h.buffer();
    }
    h.send(Msg::Resize(59, 16));
    h.expect("Lacuna needs 60x16; this is 59x16");
}

#[test]
fn t07_at_80_columns_every_pane_has_the_whole_width() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>").expect("1 Documents 4   2 Reader   3 Gaps 3   4 Labs");
    for (key, pane) in [("1", Pane::Documents), ("2", Pane::Reader), ("3", Pane::Gaps), ("4", Pane::Labs), ("5", Pane::Timeline)] {
        h.keys(key);
        assert_eq!(h.model.chart.as_ref().unwrap().pane, pane);
    }
}

#[test]
fn t08_the_usual_theme_keeps_the_terminals_own_text_and_background() {
    for light in [false, true] {
        let theme = Theme::new(Palette::Terminal, light);
        assert_eq!(theme.style(Role::Text).fg, None);
        assert!(Role::ALL.iter().all(|(role, _)| theme.style(*role).bg.is_none()));
    }
}

#[test]
fn t10_severity_is_a_sign_where_there_is_no_colour() {
    let mut h = Harness::new(80, 24).mono();
    h.keys("<Enter>").expect("!  Creatinine").expect("?  Heart failure").expect(".  Pressure injury");
    h.keys("?").expect("Keys of this screen");
}

#[test]
fn t12_the_cursor_stands_on_what_has_the_keys() {
    for (script, words) in [("", "RIVERA"), ("j", "OKAFOR"), ("<Enter>", "Creatinine 1.0"), ("<Enter>w<Tab><Tab>", "specified?")] {
        let mut h = Harness::new(80, 24);
        h.keys(script);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| view(&h.model, h.theme, frame, &mut h.cache)).unwrap();
        let at = terminal.backend_mut().get_cursor_position().unwrap();
        let text = h.text();
        let row = text.lines().nth(usize::from(at.y)).unwrap_or_default();
        assert!(row.contains(words), "{script}: the cursor is on {row:?}");
    }
}

#[test]
fn t13_copying_is_off_by_default_and_carries_its_source_when_it_is_allowed() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>jY").expect("copying is off");
    assert_eq!(h.copied, None);
    h.model.clipboard = true;
    h.keys("Y").expect("sent to the terminal").expect("set-clipboard");
    let copied = h.copied.take().unwrap();
    assert!(copied.contains("CHF exacerbation") && copied.contains("Chen"), "{copied}");
}

#[test]
fn t14_the_mouse_is_the_terminals_until_somebody_wants_it_here() {
    let mut h = Harness::new(80, 24);
    assert!(!h.model.mouse);
    h.keys("M").expect("the wheel moves here; M gives").keys("M").expect("the terminal's again");
}

#[test]
fn t16_every_key_that_shows_is_the_one_in_force() {
    let mut h = Harness::new(120, 40);
    h.model.keys = Arc::new(Keymap::read("keys.toml", "[keys]\nquery-gap = \"Q\"\ntracker = \"w\"\nreopen-gap = \"C-x\"\n").unwrap());
    h.keys("<Enter>").expect("Q write query").keys("x1").expect("Ctrl-X takes it back");
    h.keys("k<C-x>").expect("open again").keys("?").expect("Q                 Write a query from this gap").keys("<Esc>");
    h.keys("Q").expect("new draft, saved");
}

#[test]
fn t17_an_old_terminal_can_send_every_key_of_every_preset() {
    for (preset, name) in Preset::ALL {
        for command in command::all() {
            let keys = preset.keys(command);
            assert!(keys.iter().any(|k| !matches!(k, Key::F(_))), "{} has a function key only in {name}", command.id);
            for key in keys {
                assert!(!matches!(key, Key::Ctrl('i' | 'm' | 'h' | '[' | 'j')), "{} in {name}", command.id);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn t20_wide_and_joined_characters_never_break_a_row(words in "[a-z \\u{6f22}\\u{5b57}e\\u{301}\\u{5d0}\\u{5d1}\\u{1f469}\\u{200d}\\u{1f52c}]{0,60}", width in 60u16..140) {
        let mut h = Harness::new(width, 24);
        h.keys("T");
        h.send(Msg::Paste(words));
        h.rest();
        let buffer = h.buffer();
        for y in 0..24 {
            let mut x = 0;
            while x < width {
                let wide = crate::tui::text::width(buffer[(x, y)].symbol()).max(1);
                x += u16::try_from(wide).unwrap();
            }
            prop_assert_eq!(x, width, "row {} is not whole", y);
        }
    }
}

#[test]
fn t21_cells_are_written_in_one_place_only() {
    // `Cell::set_symbol` passes control characters through: clippy.toml forbids it, and this keeps clippy.toml.
    let clippy = include_str!("../../../clippy.toml");
    assert!(clippy.contains("ratatui::buffer::Cell::set_symbol"));
}

#[test]
fn t27_while_something_is_looked_for_every_key_works_and_escape_lets_it_go() {
    let mut h = Harness::new(80, 24);
    h.keys("s");
    h.held = Some(Vec::new());
    h.keys("Sepsis").rest();
    assert!(h.model.jobs.waits(Slot::Search));
    h.keys("<Esc>");
    assert_eq!(h.model.screen(), Screen::Worklist);
    assert!(!h.model.jobs.waits(Slot::Search));
    let late = h.held.take().unwrap();
    for (slot, generation, request) in late {
        h.answer(slot, generation, request);
    }
    h.keys("j").expect("Worklist");
    assert_eq!(h.model.worklist.cursor, 1);
}

#[test]
fn t28_what_cannot_be_taken_back_asks_names_the_thing_and_means_no() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>wD").expect("Throw draft 1 about RIVERA Marta away?").keys("<Enter>").expect("nothing was done");
    assert_eq!(h.desk.queries().unwrap().len(), 1);
    h.keys("<C-s>").expect("Send query 1 about RIVERA Marta").keys("<Enter>").expect("nothing was sent");
    assert!(!h.desk.query(1).unwrap().row.state.is_sent());
}

/// Every number of the list has a test in `docs/terminal.md`, and every test that is named there is one.
#[test]
fn the_list_of_requirements_names_tests_that_there_are() {
    let list = include_str!("../../../docs/terminal.md");
    let sources = [
        include_str!("../../../tests/pty_requirements.rs"),
        include_str!("../../../tests/pty.rs"),
        include_str!("requirements.rs"),
        include_str!("findings.rs"),
        include_str!("reducer.rs"),
        include_str!("queries.rs"),
        include_str!("escape.rs"),
        include_str!("screens.rs"),
        include_str!("random.rs"),
        include_str!("../theme.rs"),
        include_str!("../keymap.rs"),
        include_str!("../../store/location.rs"),
    ];
    let rows: Vec<&str> = list.lines().filter(|l| l.starts_with("| T")).collect();
    assert_eq!(rows.len(), 28);
    for (number, row) in rows.iter().enumerate() {
        assert!(row.starts_with(&format!("| T{} |", number + 1)), "{row}");
        let shown = row.rsplit('|').nth(1).unwrap_or_default();
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            assert!(sources.iter().any(|source| source.contains(&format!("fn {name}("))), "{name} is no test");
        }
    }
}
