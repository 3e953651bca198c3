//! Every screen as it looks, at four sizes and in every theme.

use super::harness::Harness;
use crate::tui::theme::{Palette, Theme};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

/// The themes, each over a dark and a light background where that makes a difference.
fn themes() -> Vec<(String, Theme)> {
    let over = |(palette, name): (Palette, &str)| {
        let dark = (name.to_owned(), Theme::new(palette, false));
        let light = (format!("{name} light"), Theme::new(palette, true));
        if palette == Palette::Mono { vec![dark] } else { vec![dark, light] }
    };
    Palette::ALL.into_iter().flat_map(over).collect()
}

fn look(style: (Color, Modifier)) -> String {
    let modifiers = format!("{:?}", style.1).replace("NONE", "").replace(" | ", "+").to_lowercase();
    let colour = if style.0 == Color::Reset { String::new() } else { format!("{:?}", style.0) };
    [colour, modifiers].iter().filter(|w| !w.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The screen as text, under each row the stretches that are not plain in every theme, and at the end how each kind of stretch looks in each.
fn drawn(h: &mut Harness) -> String {
    let themes = themes();
    let buffers: Vec<Buffer> = themes
        .iter()
        .map(|(_, theme)| {
            h.theme = *theme;
            h.buffer()
        })
        .collect();
    let area = buffers[0].area;
    let at = |x: u16, y: u16| -> Vec<(Color, Modifier)> { buffers.iter().map(|b| (b[(x, y)].fg, b[(x, y)].modifier)).collect() };
    let mut kinds: Vec<Vec<(Color, Modifier)>> = vec![vec![(Color::Reset, Modifier::empty()); themes.len()]];
    let mut out = String::new();
    for y in 0..area.height {
        let rows: Vec<String> = buffers.iter().map(|b| (0..area.width).map(|x| b[(x, y)].symbol()).collect::<String>()).collect();
        assert!(rows.iter().all(|row| *row == rows[0]), "a theme changes the words: {rows:?}");
        out.push_str(rows[0].trim_end());
        out.push('\n');
        let mut runs: Vec<(u16, u16, usize)> = Vec::new();
        for x in 0..area.width {
            let looks = at(x, y);
            let kind = kinds.iter().position(|k| *k == looks).unwrap_or_else(|| {
                kinds.push(looks);
                kinds.len() - 1
            });
            match runs.last_mut().filter(|run| run.2 == kind) {
                Some(run) => run.1 = x,
                None => runs.push((x, x, kind)),
            }
        }
        let shown: Vec<String> = runs.iter().filter(|r| r.2 > 0).map(|(from, to, kind)| format!("{from}-{to}:{kind}")).collect();
        if !shown.is_empty() {
            out.push_str(&format!("  ~ {}\n", shown.join(" ")));
        }
    }
    for (number, looks) in kinds.iter().enumerate().skip(1) {
        out.push_str(&format!("{number}: {}\n", looks.iter().map(|l| look(*l)).collect::<Vec<_>>().join(" | ")));
    }
    out
}

pub(super) const SCREENS: [(&str, &str); 37] = [
    ("worklist", ""),
    ("filter", "/okaf"),
    ("gaps", "<Enter>"),
    ("documents", "<Enter>1j"),
    ("reader", "<Enter><Enter>"),
    ("find", "<Enter>/breakfast<Enter>"),
    ("labs", "<Enter>t"),
    ("trend", "<Enter>td"),
    ("timeline", "<Enter>5"),
    ("explain", "<Enter>e"),
    ("dismiss", "<Enter>x"),
    ("review", "<Enter>m"),
    ("composer", "<Enter>w"),
    ("confirm", "<Enter>w<C-s>"),
    ("as_sent", "<Enter>w<C-r>"),
    ("tracker", "<Enter>w<C-s>yQ"),
    ("query", "<Enter>w<C-s>yQ<Enter>"),
    ("reply", "<Enter>w<C-s>yQa"),
    ("outcome", "<Enter>w<C-s>yQc"),
    ("search", "sWound"),
    ("palette", "<Enter>:pr"),
    ("help", "<Enter>?"),
    ("help_typing", "s<F1>"),
    ("views", "v"),
    ("columns", "C"),
    ("go_to", "<Enter>g"),
    ("discard", "<Enter>wD"),
    ("outline", "<Enter><Enter>o"),
    ("folded", "<Enter><Enter>Z"),
    ("numbers", "<Enter><Enter>#"),
    ("compare_with", "<Enter>gp="),
    ("compared", "<Enter>gp=<Enter>n"),
    ("presenter", "%<Enter>jk"),
    ("answer", "%<Enter>.3"),
    ("day", "%<Enter>)1"),
    ("tour", "~"),
    ("tour_in_a_chart", "~<Enter>"),
];

pub(super) const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

#[test]
fn every_screen_at_every_size_in_every_theme() {
    for (width, height) in SIZES {
        for (name, script) in SCREENS {
            let mut h = Harness::new(width, height);
            h.keys(script).rest();
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn(&mut h));
        }
    }
}

/// In every theme the row under the cursor, and each severity, can be told from what is beside it.
#[test]
fn the_cursor_row_shows_in_every_theme() {
    for (name, theme) in themes() {
        let mut h = Harness::new(80, 24);
        h.theme = theme;
        let buffer = h.buffer();
        let row = (0..24).find(|y| (0..80).map(|x| buffer[(x, *y)].symbol()).collect::<String>().contains("RIVERA")).unwrap();
        let style = |y: u16| (buffer[(5, y)].fg, buffer[(5, y)].modifier);
        assert_ne!(style(row), style(row + 1), "{name}");
    }
}
