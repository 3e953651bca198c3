//! Local tool.
use std::io::{BufRead, Write};
fn main() {
    let out = std::io::stdout();
    let mut out = std::io::BufWriter::new(out.lock());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap_or_default();
        if line.trim().is_empty() {
            continue;
        }
        match lacuna::reading::read_line(&line) {
            Ok(answer) => {
                let _ = writeln!(out, "{answer}");
            }
            Err(trouble) => {
                eprintln!("{trouble}");
            }
        }
    }
}
