//! Hashes the sources that decide what is found in a chart. The name of a cached evaluation holds it, so that a program with other rules
//! never serves what an older one found.

use std::path::{Path, PathBuf};

/// What decides it: the reader and its lexicon, the evaluator, the chart and how it is loaded. The packs are hashed when they are read.
const SOURCES: [&str; 9] = [
    "lexicon",
    "src/chart",
    "src/checklist",
    "src/names.rs",
    "src/reading",
    "src/store/by_date.rs",
    "src/store/charts.rs",
    "src/work/evaluate.rs",
    "src/work/settled.rs",
];

fn main() {
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    println!("cargo:rustc-env=LACUNA_RULES={}", hash(Path::new(".")));
}

/// FNV-1a over the names and the text of all sources below a folder, in the order of their names.
pub fn hash(root: &Path) -> String {
    let mut files = Vec::new();
    for source in SOURCES {
        find(&root.join(source), &mut files);
    }
    files.sort();
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let text = std::fs::read(&file).unwrap_or_default();
        // Line ends are the machine's, not the rule's.
        for byte in name.bytes().chain([0]).chain(text.into_iter().filter(|byte| *byte != b'\r')).chain([0]) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{sum:016x}")
}

fn find(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| find(&entry.path(), files)),
        Err(_) if path.is_file() => files.push(path.to_owned()),
        Err(_) => {}
    }
}
