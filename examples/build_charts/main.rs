//! Builds the FHIR bundles of `fixtures/charts` from the plain text in `fixtures/charts/source`.
//!
//! `cargo run --example build_charts` writes them; the same sources give the same bytes.

mod bundle;
mod source;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Builds every chart under `folder`; gives each bundle's path with its text.
pub fn build_all(folder: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let sources = folder.join("source");
    let catalogue = source::Catalogue::load(&sources)?;
    let mut built = Vec::new();
    for path in source::charts_in(&sources)? {
        let chart = source::Source::load(&path)?;
        let text = bundle::build(&chart, &catalogue).map_err(|what| format!("{}: {what}", path.display()))?;
        built.push((folder.join(format!("{}.json", chart.slug)), text));
    }
    Ok(built)
}

#[allow(dead_code)] // the test of the bundles includes this file for `build_all`
fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts");
    let outcome = build_all(&folder).and_then(|built| {
        for (path, text) in &built {
            std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        }
        Ok(built.len())
    });
    match outcome {
        Ok(count) => {
            println!("{count} charts built");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("{what}");
            ExitCode::from(2)
        }
    }
}
