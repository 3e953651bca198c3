//! Writes `docs/pictures/*.svg`: real screens of the real program, run on its synthetic charts in a pseudo-terminal.
//!
//!     cargo build --release && cargo run --example pictures
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CELL: (f64, f64) = (8.4, 18.0);
const PAPER: &str = "#14161a";
const INK: &str = "#d4d7dd";
const PALETTE: [&str; 16] = [
    "#1c1e22", "#e06c75", "#8fbf7f", "#d9b26f", "#6f9fe8", "#c08ad6", "#66b5b5", "#d4d7dd", "#7b808a", "#ff8a92", "#a9d99a", "#f0cb8b",
    "#8fb8ff", "#d7a9ea", "#86d1d1", "#ffffff",
];

struct Screen {
    parser: Arc<Mutex<vt100::Parser>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
}

impl Screen {
    fn open(columns: u16, rows: u16, arguments: &[&str]) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let program = ["release", "debug"].map(|p| Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(p).join("lacuna"));
        let program = program.iter().find(|p| p.exists()).expect("build the program first: cargo build --release");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).unwrap();
        let parser = Arc::new(Mutex::new(vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)));
        let (mut reader, shared) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&parser));
        let keys = pair.master.take_writer().unwrap();
        std::thread::spawn(move || {
            let _keep_open = pair.master;
            let mut buffer = [0_u8; 8192];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 {
                    break;
                }
                shared.lock().unwrap().process(buffer.get(..n).unwrap_or_default());
            }
        });
        Self { parser, keys, child }
    }

    fn wait(&self, words: &str) {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            if self.parser.lock().unwrap().screen().contents().contains(words) {
                std::thread::sleep(Duration::from_millis(300));
                return;
            }
            std::thread::sleep(Duration::from_millis(30));
        }
        panic!("never shown: {words}\n{}", self.parser.lock().unwrap().screen().contents());
    }

    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.keys.write_all(key.to_string().as_bytes()).unwrap();
            self.keys.flush().unwrap();
            std::thread::sleep(Duration::from_millis(60));
        }
        std::thread::sleep(Duration::from_millis(500));
    }

    fn save(&self, name: &str) {
        let parser = self.parser.lock().unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(format!("{name}.svg"));
        std::fs::write(&file, svg(parser.screen())).unwrap();
        println!("{}", file.display());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.child.kill().ok();
    }
}

fn colour(given: vt100::Color, default: &'static str) -> String {
    match given {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(i) => PALETTE.get(usize::from(i)).map_or_else(|| default.to_owned(), |c| (*c).to_owned()),
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

/// Ink, paper and the rest of a cell's look.
fn style(screen: &vt100::Screen, row: u16, column: u16) -> (String, String, String) {
    let Some(cell) = screen.cell(row, column) else { return (INK.to_owned(), PAPER.to_owned(), String::new()) };
    let (mut ink, mut paper) = (colour(cell.fgcolor(), INK), colour(cell.bgcolor(), PAPER));
    if cell.inverse() {
        std::mem::swap(&mut ink, &mut paper);
    }
    let mut more = String::new();
    for (on, attribute) in [
        (cell.bold(), " font-weight=\"bold\""),
        (cell.dim(), " opacity=\"0.55\""),
        (cell.underline(), " text-decoration=\"underline\""),
        (cell.italic(), " font-style=\"italic\""),
    ] {
        more.push_str(if on { attribute } else { "" });
    }
    (ink, paper, more)
}

fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let (wide, high) = (f64::from(columns) * CELL.0 + 24.0, f64::from(rows) * CELL.1 + 24.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.0} {high:.0}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        let y = 12.0 + f64::from(row) * CELL.1;
        // Cells that look alike are one run: a picture stays small, and its text can be selected.
        let mut column = 0;
        while column < columns {
            let style = style(screen, row, column);
            let start = column;
            let mut words = String::new();
            while column < columns && self::style(screen, row, column) == style {
                let shown = screen.cell(row, column).map(|c| c.contents().to_owned()).unwrap_or_default();
                words.push_str(if shown.is_empty() { " " } else { &shown });
                column += 1;
            }
            let x = 12.0 + f64::from(start) * CELL.0;
            let width = f64::from(column - start) * CELL.0;
            let (ink, paper, more) = style;
            if paper != PAPER {
                writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>", CELL.1).unwrap();
            }
            if words.trim().is_empty() {
                continue;
            }
            let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            writeln!(
                out,
                "<text xml:space=\"preserve\" x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" fill=\"{ink}\"{more}>{words}</text>",
                y + 13.5
            )
            .unwrap();
        }
    }
    out.push_str("</svg>\n");
    out
}

fn main() {
    std::fs::create_dir_all(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures")).unwrap();
    let screen = Screen::open(120, 32, &["demo"]);
    screen.wait("RIVERA");
    screen.save("worklist");
    drop(screen);
    let mut screen = Screen::open(120, 36, &["demo", "--chart", "88120"]);
    screen.wait("Documents");
    screen.save("chart");
    screen.press("w");
    screen.wait("Indicators");
    screen.save("query");
    drop(screen);
    let mut screen = Screen::open(120, 32, &["demo"]);
    screen.wait("RIVERA");
    screen.press("s");
    screen.press("\"heart failure\" not type:radiology");
    screen.wait("notes, ");
    screen.save("search");
    drop(screen);
    let screen = Screen::open(80, 24, &["demo", "--chart", "88120"]);
    screen.wait("Documents");
    screen.save("chart-80x24");
}
