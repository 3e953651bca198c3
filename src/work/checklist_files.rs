//! Checklist files of this host: a site's own packs in the store's folder, and a file that somebody is writing and tries on a text.

use crate::chart::DocumentType;
use crate::checklist::{Diagnostic, Packs, Survey, survey, survey_of};
use crate::error::Result;
use crate::intake::{Wanted, open_named};
use std::path::{Path, PathBuf};

/// The folder of a store that holds a site's own packs.
pub const SITE_PACKS: &str = "checklists";
/// A pack of checklist items: many times the largest shipped one.
pub const CHECKLIST: Wanted = Wanted { what: "checklist", most: 4 << 20, hint: "a checklist is a UTF-8 TOML file" };
/// So many names are offered.
const OFFERED: usize = 200;

/// What became of trying items on a text.
#[derive(Clone, Debug)]
pub enum Tried {
    /// The file has mistakes: each with its line and what to do. Nothing was asked.
    Mistakes(Vec<Diagnostic>),
    /// What the items make of the text.
    Found(Survey),
}

impl Default for Tried {
    fn default() -> Self {
        Self::Found(Survey::default())
    }
}

/// What the items of a file make of a text, beside the shipped packs and those of the store's `folder`, of which an edited copy takes the place.
pub(super) fn try_file(folder: Option<&Path>, file: &str, text: &str, kind: Option<DocumentType>) -> Result<Tried> {
    let path = whole(file);
    let name = path.display().to_string();
    let own = (name.clone(), read(&path)?);
    let site = folder.map(|folder| site_packs(&folder.join(SITE_PACKS))).transpose()?.unwrap_or_default();
    let mut sources: Vec<(String, String)> = site.into_iter().filter(|(other, _)| !same_file(Path::new(other), &path)).collect();
    sources.push(own);
    Ok(match Packs::with_shipped(&sources) {
        Ok(packs) => Tried::Found(survey_of(&packs, &name, text, kind)),
        Err(mistakes) => Tried::Mistakes(mistakes),
    })
}

/// What the packs in force make of a text.
pub(super) fn try_packs(packs: &Packs, text: &str, kind: Option<DocumentType>) -> Tried {
    Tried::Found(survey(packs, text, kind))
}

/// Every TOML file of a folder, by name, with its text.
pub fn site_packs(folder: &Path) -> Result<Vec<(String, String)>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|path| is_toml(path)).collect();
    files.sort();
    files.iter().map(|path| Ok((path.display().to_string(), read(path)?))).collect()
}

/// Folders and checklist files whose path begins with what was typed; hidden ones only when that is asked for.
pub(super) fn names(typed: &str) -> Vec<String> {
    let (folder, start) = typed.rsplit_once('/').map_or(("", typed), |(folder, start)| (folder, start));
    let lead = typed.strip_suffix(start).unwrap_or_default();
    let there = if lead == "/" { PathBuf::from("/") } else { whole(if folder.is_empty() { "." } else { folder }) };
    let mut found: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(there).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with(start) && name.starts_with('.') == start.starts_with('.')) else {
            continue;
        };
        let path = entry.path();
        if path.is_dir() {
            found.push(format!("{lead}{name}/"));
        } else if is_toml(&path) {
            found.push(format!("{lead}{name}"));
        }
    }
    // Files first: they are what is looked for.
    found.sort_by_key(|name| (name.ends_with('/'), name.clone()));
    found.truncate(OFFERED);
    found
}

/// The path that a person means: `~` is their own folder.
pub(super) fn whole(typed: &str) -> PathBuf {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    match typed.strip_prefix('~') {
        Some("") => home().unwrap_or_else(|| PathBuf::from(typed)),
        Some(rest) if rest.starts_with('/') => home().map_or_else(|| PathBuf::from(typed), |h| h.join(rest.trim_start_matches('/'))),
        _ => PathBuf::from(typed),
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"))
}

fn same_file(a: &Path, b: &Path) -> bool {
    a.file_name() == b.file_name() || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Reads one whole: a regular file, within a bound, in UTF-8.
fn read(path: &Path) -> Result<String> {
    let file =
        open_named(path).map_err(|t| if path.exists() { t } else { t.hint("`lacuna checklist new FILE` makes one to begin with") })?;
    CHECKLIST.text(&path.display().to_string(), file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ITEM: &str = r#"[pack]
id = "site-trial"
title = "Trial"
version = 1
class = ["inpatient", "lone_note"]

[[item]]
id = "SITE-TRIAL"
version = 1
kind = "unspecified"
condition = "heart_failure"
severity = "warn"
title = "Heart failure: {missing} not stated"
why = "The code depends on it."
authority = "policy"
citation = "Local policy"

[item.attributes]
need = ["acuity"]
"#;

    #[test]
    fn a_file_is_tried_as_it_stands_now() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("site.toml");
        std::fs::write(&file, ITEM.replace("need", "neeed")).unwrap();
        let name = file.display().to_string();
        let Tried::Mistakes(mistakes) = try_file(None, &name, "PLAN: Heart failure.", None).unwrap() else { panic!("no mistake") };
        assert!(mistakes.iter().any(|m| m.line == 19 && m.source == name), "{mistakes:?}");
        std::fs::write(&file, ITEM).unwrap();
        let Tried::Found(found) = try_file(None, &name, "PLAN: Heart failure.", None).unwrap() else { panic!("mistakes") };
        assert_eq!((found.asked, found.fired.len()), (1, 1));
    }

    #[test]
    fn an_edited_copy_of_a_site_pack_takes_its_place() {
        let store = tempfile::tempdir().unwrap();
        std::fs::create_dir(store.path().join(SITE_PACKS)).unwrap();
        std::fs::write(store.path().join(SITE_PACKS).join("site.toml"), ITEM).unwrap();
        let copy = store.path().join("site.toml");
        std::fs::write(&copy, ITEM.replace("acuity", "type")).unwrap();
        let tried = try_file(Some(store.path()), &copy.display().to_string(), "PLAN: Heart failure.", None).unwrap();
        assert!(matches!(tried, Tried::Found(found) if found.fired[0].gap.missing == ["type"]));
    }

    #[test]
    fn folders_and_checklists_are_offered_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["site.toml", "site-two.toml", "note.txt", ".hidden.toml"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("sites")).unwrap();
        let lead = format!("{}/", folder.path().display());
        let offered: Vec<String> = names(&format!("{lead}si")).iter().map(|n| n.trim_start_matches(&lead).to_owned()).collect();
        assert_eq!(offered, ["site-two.toml", "site.toml", "sites/"]);
        assert_eq!(names(&format!("{lead}.h")), [format!("{lead}.hidden.toml")]);
        assert!(names(&format!("{lead}nowhere/x")).is_empty());
    }

    #[test]
    fn what_is_no_checklist_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let missing = try_file(None, &folder.path().join("none.toml").display().to_string(), "", None).unwrap_err();
        assert!(missing.to_string().contains("checklist new"), "{missing}");
        let bytes = folder.path().join("bytes.toml");
        std::fs::write(&bytes, [0xff, 0xfe]).unwrap();
        assert!(try_file(None, &bytes.display().to_string(), "", None).unwrap_err().to_string().contains("UTF-8"));
    }
}
