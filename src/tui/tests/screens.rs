//! Every screen as it looks, at three sizes, with its styles.

use super::harness::Harness;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// The screen with the runs of style under each row that has any.
fn drawn(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        out.push_str(row.trim_end());
        out.push('\n');
        let mut x = 0;
        let mut runs = Vec::new();
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let (from, style) = (x, (cell.fg, cell.modifier));
            while x < buffer.area.width && (buffer[(x, y)].fg, buffer[(x, y)].modifier) == style {
                x += 1;
            }
            if Style::new().fg(style.0).add_modifier(style.1) != Style::new().fg(ratatui::style::Color::Reset) {
                runs.push(format!("{from}-{} {:?} {:?}", x - 1, style.0, style.1).replace("Reset ", "").replace("NONE", ""));
            }
        }
        if !runs.is_empty() {
            out.push_str(&format!("    ~ {}\n", runs.join(", ")));
        }
    }
    out
}

const SCREENS: [(&str, &str); 13] = [
    ("worklist", ""),
    ("filter", "/okaf"),
    ("gaps", "<Enter>"),
    ("documents", "<Enter>1j"),
    ("reader", "<Enter><Enter>"),
    ("labs", "<Enter>t"),
    ("explain", "<Enter>e"),
    ("dismiss", "<Enter>x"),
    ("composer", "<Enter>w"),
    ("confirm", "<Enter>w<C-s>"),
    ("tracker", "<Enter>w<C-s>yQ"),
    ("search", "sWound"),
    ("palette", "<Enter>:pr"),
];

#[test]
fn every_screen_at_every_size() {
    for (width, height) in [(60, 16), (80, 24), (120, 40)] {
        for (name, script) in SCREENS {
            let mut h = Harness::new(width, height);
            h.keys(script).rest();
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), h.text());
        }
    }
}

#[test]
fn every_screen_with_its_styles() {
    for theme in [Theme::Terminal, Theme::Mono] {
        for (name, script) in SCREENS {
            let mut h = Harness::new(80, 24);
            h.theme = theme;
            h.keys(script).rest();
            insta::assert_snapshot!(format!("{name}_{theme:?}"), drawn(&h.buffer()));
        }
    }
}
