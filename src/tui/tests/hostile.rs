//! Hostile texts (`fixtures/terminal/hostile.jsonl`) in every field of the charts, through every screen at four sizes: what reaches the
//! terminal is ours, byte by byte, and no visible letter is lost. The rules here are written down a second time, apart from the program's.

use super::harness::Harness;
use super::screens::{SCREENS, SIZES};
use crate::tui::testing::TestDesk;
use crate::tui::view::view;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::sync::Arc;
use unicode_width::UnicodeWidthChar;

/// Every text of the table that is a text.
fn corpus() -> Vec<String> {
    let lines = include_str!("../../../fixtures/terminal/hostile.jsonl").lines();
    let rows = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of the table"));
    rows.filter_map(|row| row["text"].as_str().map(str::to_owned)).collect()
}

/// Drawn as nothing, or moving what stands around it. The joiner and the two selectors of emoji are not among them.
fn hides(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b | 0x200c | 0x200e | 0x200f | 0x2028..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0d | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        | 0xe0000..=0xe0fff)
}

/// The first cell that holds what no cell may hold.
fn foreign_cell(buffer: &Buffer) -> Option<String> {
    let bad = |symbol: &str| symbol.chars().any(|c| c.is_control() || hides(c)) || symbol.chars().count() > 17;
    buffer.content.iter().map(ratatui::buffer::Cell::symbol).find(|s| bad(s)).map(|s| s.escape_unicode().collect())
}

/// The first sequence in what goes to the terminal that our own renderer does not write: it sets places, styles and the cursor.
fn foreign_bytes(bytes: &[u8]) -> Option<String> {
    let words = std::str::from_utf8(bytes).ok().map_or("not UTF-8", |w| w);
    if words == "not UTF-8" {
        return Some(words.to_owned());
    }
    let mut parts = words.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let plain = |text: &str| !text.chars().any(|c| c.is_control() || hides(c));
    let ours = |part: &str| {
        let Some(rest) = part.strip_prefix('[') else { return false };
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == '?')).unwrap_or(rest.len());
        let (numbers, rest) = rest.split_at(end);
        let mut letters = rest.chars();
        let known = match letters.next() {
            Some('m') => !numbers.starts_with('?') && numbers.split(';').all(|n| n.parse::<u16>().is_ok_and(|n| n < 256)),
            Some('H') => numbers.split(';').filter(|n| n.parse::<u16>().is_ok_and(|n| n <= 500)).count() == 2,
            Some('l' | 'h') => numbers == "?25",
            _ => false,
        };
        known && plain(letters.as_str())
    };
    if !plain(first) {
        return Some(first.chars().take(40).collect());
    }
    parts.find(|part| !ours(part)).map(|part| part.chars().take(40).collect())
}

/// The bytes of one frame; `spoil` may change the cells before they go out.
fn bytes(h: &mut Harness, spoil: impl FnOnce(&mut Buffer)) -> Vec<u8> {
    let (width, height) = h.model.terminal;
    let mut out = Vec::new();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut out), options).unwrap();
    let (model, theme, cache) = (&h.model, h.theme, &mut h.cache);
    let draw = |frame: &mut ratatui::Frame<'_>| {
        view(model, theme, frame, cache);
        spoil(frame.buffer_mut());
    };
    terminal.draw(draw).unwrap();
    drop(terminal);
    out
}

/// Goes through every screen with the texts in turn, beginning at another one each round; gives the number of screens.
fn rounds(starts: impl Iterator<Item = usize>) -> usize {
    crossterm::style::force_color_output(true);
    let texts = corpus();
    let mut seen = 0;
    for start in starts {
        let mut words = texts.clone();
        words.rotate_left(start % texts.len());
        for (place, (name, script)) in SCREENS.iter().enumerate() {
            let mut h = Harness::on(Arc::new(TestDesk::hostile(words.clone())), 80, 24);
            h.model.ascii = (start + place) % 5 == 4;
            h.keys(script).rest();
            for (width, height) in SIZES {
                h.send(crate::tui::msg::Msg::Resize(width, height));
                let cell = foreign_cell(&h.buffer());
                assert_eq!(cell, None, "{name} at {width}x{height}, text {start}: a cell");
                let found = foreign_bytes(&bytes(&mut h, |_| {}));
                assert_eq!(found, None, "{name} at {width}x{height}, text {start}: a sequence");
                seen += 1;
            }
        }
    }
    seen
}

#[test]
fn no_hostile_text_drives_the_terminal_from_any_screen() {
    assert!(corpus().len() >= 500);
    let screens = rounds([0, 311].into_iter());
    println!("{screens} screens");
}

/// The long form: every text begins a round, so that each stands in every field once. `scripts/soak.sh` runs it.
#[test]
#[ignore = "the long form, an hour"]
fn every_hostile_text_in_every_field_through_every_screen() {
    let screens = rounds(0..corpus().len());
    println!("{} texts, {screens} screens, 0 foreign", corpus().len());
}

/// The checks see what they are to see.
#[test]
#[expect(clippy::disallowed_methods, reason = "what the check must find")]
fn a_renderer_that_lets_one_byte_through_is_found() {
    crossterm::style::force_color_output(true);
    for bad in ["\u{1b}[4242m", "a\u{9b}4242m", "\u{7}", "e\u{202e}", "x\u{200b}", "\t", "\u{1b}]52;c;eA==\u{7}", "a\u{e0041}"] {
        let mut h = Harness::new(80, 24);
        let sound = bytes(&mut h, |_| {});
        assert_eq!(foreign_bytes(&sound), None);
        // The library stops at controls in a cell where assertions are on: those are put between the bytes.
        let spoiled = match bad.chars().any(char::is_control) {
            true => String::from_utf8(sound).unwrap().replacen("RIVERA", bad, 1).into_bytes(),
            false => bytes(&mut h, |buffer| {
                buffer[(3, 3)].set_symbol(bad);
            }),
        };
        assert!(foreign_bytes(&spoiled).is_some(), "{bad:?} goes out unseen");
        let mut buffer = h.buffer();
        buffer[(3, 3)].set_symbol(bad);
        assert!(foreign_cell(&buffer).is_some(), "{bad:?} stands in a cell unseen");
    }
}

/// Letters and digits of a text, whatever stands between: our marks read back as what they stand for, a count of marks left out.
fn letters(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let marked = rest.strip_prefix("\u{27e8}U+").and_then(|r| r.split_once('\u{27e9}'));
        if let Some((number, after)) = marked.filter(|(n, _)| n.len() <= 6 && n.bytes().all(|b| b.is_ascii_hexdigit())) {
            out.extend(u32::from_str_radix(number, 16).ok().and_then(char::from_u32));
            rest = after;
        } else if let Some((_, after)) =
            rest.strip_prefix("\u{27e8}+").and_then(|r| r.split_once('\u{27e9}')).filter(|(n, _)| n.parse::<u32>().is_ok())
        {
            rest = after;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out.chars().filter(|c| c.is_alphanumeric() && c.width().unwrap_or(0) > 0 && !hides(*c)).collect()
}

/// What the reader shows of a note holds every letter of it, in order.
fn lost(texts: &[String], spoil: impl Fn(&str) -> String) -> Vec<String> {
    let mut lost = Vec::new();
    for few in texts.chunks(12) {
        let desk = TestDesk::new();
        let note: String = few.iter().map(|t| spoil(t) + "\n").collect();
        desk.edit("88120", |view| {
            let document = &mut Arc::make_mut(&mut view.chart).documents[3];
            document.text = note;
            view.gaps.clear();
        });
        let mut h = Harness::on(Arc::new(desk), 80, 250);
        h.keys("<Enter>1<Home><Enter>");
        let shown = letters(&h.text().replace('\n', ""));
        assert_eq!(foreign_cell(&h.buffer()), None, "in the reader, near {:?}", few.first());
        lost.extend(few.iter().filter(|t| !shown.contains(&letters(t))).cloned());
    }
    lost
}

#[test]
fn no_visible_letter_of_a_hostile_note_is_lost_in_the_reader() {
    let texts: Vec<String> = corpus().into_iter().filter(|t| t.len() < 2000).collect();
    assert!(texts.len() >= 500);
    let gone = lost(&texts, str::to_owned);
    assert!(gone.is_empty(), "{} lost: {gone:?}", gone.len());
    // The check finds a letter that is gone.
    assert_eq!(lost(&texts[..12], |t| t.replacen('q', "", 1)).len(), 12);
}
