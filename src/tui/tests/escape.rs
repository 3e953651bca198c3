//! What goes to the terminal, byte by byte, seen by an emulator.

use super::harness::Harness;
use crate::tui::theme::{Palette, Theme};
use crate::tui::view::view;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};
use std::cell::RefCell;
use std::num::NonZero;
use std::rc::Rc;

/// The bytes of one frame, as the real backend writes them.
fn bytes(h: &mut Harness) -> Vec<u8> {
    crossterm::style::force_color_output(true);
    let (width, height) = h.model.size;
    let mut out = Vec::new();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut out), options).unwrap();
    let (model, theme, cache) = (&h.model, h.theme, &mut h.cache);
    terminal.draw(|frame| view(model, theme, frame, cache)).unwrap();
    drop(terminal);
    out
}

fn emulated(h: &mut Harness) -> vt100::Parser {
    let (width, height) = h.model.size;
    let mut parser = vt100::Parser::new(NonZero::new(height).unwrap(), NonZero::new(width).unwrap(), 0);
    parser.process(&bytes(h));
    parser
}

#[test]
fn without_colour_the_selected_row_is_reversed_and_nothing_has_a_colour() {
    let mut h = Harness::new(80, 24).mono();
    let parser = emulated(&mut h);
    let screen = parser.screen();
    let row = (0..24).find(|row| screen.contents_between(*row, 0, *row, 79).contains("RIVERA")).unwrap();
    assert!(screen.cell(row, 10).unwrap().inverse());
    assert!(!screen.cell(row + 1, 10).unwrap().inverse());
    for y in 0..24 {
        for x in 0..80 {
            let cell = screen.cell(y, x).unwrap();
            assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default));
        }
    }
}

#[test]
fn severity_is_a_sign_before_it_is_a_colour() {
    let mut h = Harness::new(80, 24).mono();
    h.keys("<Enter>");
    let text = h.text();
    for sign in ["!  Creatinine", "?  Heart failure", ".  Pressure injury"] {
        assert!(text.contains(sign), "{text}");
    }
}

#[test]
fn a_hostile_note_drives_nothing_and_its_tabs_line_up() {
    for theme in [Theme::default(), Theme::new(Palette::Mono, false)] {
        let mut h = Harness::new(120, 40);
        h.theme = theme;
        h.keys("<Enter><Enter>");
        let raw = bytes(&mut h);
        let words = String::from_utf8(raw).unwrap();
        assert!(words.contains("desrever"));
        for stretch in words.split('\u{1b}').skip(1) {
            let kind = stretch.chars().next();
            let end = stretch.chars().skip(1).find(|c| c.is_ascii_alphabetic());
            assert!(
                kind == Some('[') && matches!(end, Some('H' | 'm' | 'l' | 'h')),
                "a foreign sequence: {:?}",
                stretch.chars().take(12).collect::<String>()
            );
        }
        assert!(!words.contains('\u{9b}') && !words.contains('\u{202e}') && !words.contains('\u{7}') && !words.contains('\t'));
        h.expect("Na      131     K       4.9").expect("\u{27e8}U+202E\u{27e9}desrever").expect("\u{241b}]52");
    }
}

#[test]
fn only_ascii_is_drawn_where_only_ascii_can_be() {
    let mut h = Harness::new(120, 40);
    h.model.ascii = true;
    for script in ["", "<Enter>", "<Enter>", "4", "d", "h", "5", "3w", "<Esc>", "e", "<Esc>", "?"] {
        h.keys(script);
        let chrome: Vec<char> = h.text().chars().filter(|c| !c.is_ascii() && !"\u{d1}\u{ed}\u{6f22}\u{5b57}".contains(*c)).collect();
        assert!(chrome.is_empty(), "{script}: {chrome:?}");
    }
}

/// A writer whose bytes can be looked at between frames.
#[derive(Clone, Default)]
struct Tape(Rc<RefCell<Vec<u8>>>);

impl std::io::Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn moving_a_row_writes_little() {
    crossterm::style::force_color_output(true);
    let mut h = Harness::new(120, 40);
    let tape = Tape::default();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 120, 40)) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(tape.clone()), options).unwrap();
    terminal.draw(|frame| view(&h.model, h.theme, frame, &mut h.cache)).unwrap();
    tape.0.borrow_mut().clear();
    h.keys("j");
    terminal.draw(|frame| view(&h.model, h.theme, frame, &mut h.cache)).unwrap();
    let written = tape.0.borrow().len();
    assert!(written < 600, "{written} bytes");
}
