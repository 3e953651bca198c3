#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
use lacuna::{chart, checklist, error, query, reading, work};
#[path = "../src/tui/testing.rs"]
mod testing;
fn main() {
    let desk = std::sync::Arc::new(testing::TestDesk::new());
    let color = if std::env::args().any(|a| a == "--mono") { lacuna::tui::Color::Never } else { lacuna::tui::Color::Auto };
    match lacuna::tui::run(desk, lacuna::tui::Options { color, ..Default::default() }) {
        Ok(code) => std::process::exit(code.into()),
        Err(e) => {
            eprintln!("{e}");
            std::process::exit(2)
        }
    }
}
