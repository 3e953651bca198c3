//! `lacuna checklist new`, `try`, `approve`: for those who write checklists and those who answer for them.

use super::args::Global;
use super::gaps::{proof_line, tree_text};
use super::out::Out;
use super::{checklist, input, place};
use crate::chart::DocumentType;
use crate::checklist::{Outcome, Packs, glossary, try_text};
use crate::error::{Result, Trouble};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A whole pack with comments; a test keeps it right.
pub(super) const TEMPLATE: &str = include_str!("checklist_new.toml");

/// Prints the template, or makes a file of it. Nothing is overwritten.
pub fn new(file: Option<&Path>, out: &Out) -> Result<u8> {
    let Some(path) = file else {
        out.show(&json!({ "template": TEMPLATE }), || TEMPLATE.trim_end().to_owned())?;
        return Ok(0);
    };
    let name = input::name(path);
    let failed = |e: std::io::Error| {
        // What is there already is never written over.
        let (why, hint) = match e.kind() {
            std::io::ErrorKind::AlreadyExists => ("there is a file of that name".to_owned(), "name a new file"),
            kind => (kind.to_string(), "check the folder"),
        };
        Trouble::input("the template was not written").at(&name, None).why(why).hint(hint)
    };
    let mut made = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    made.write_all(TEMPLATE.as_bytes()).map_err(failed)?;
    let next = format!("Wrote {name}. Change it, then: lacuna checklist check {name}");
    out.show(&json!({ "file": name }), || next)?;
    Ok(0)
}

/// The names that a pack may use, a line each.
pub fn names(words: &str, out: &Out) -> Result<u8> {
    let found = glossary(Some(words.trim()).filter(|words| !words.is_empty()));
    out.show(&found, || {
        if found.is_empty() {
            return "No such name. Try a shorter word, or the full name for a short form.".to_owned();
        }
        let wide = found.iter().map(|known| known.name.len()).max().unwrap_or(0);
        let line = |known: &crate::checklist::Known| format!("{:<11} {:<wide$}  {}", known.kind, known.name, known.about);
        found.iter().map(line).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    })?;
    Ok(u8::from(found.is_empty()))
}

/// A note to try items on.
pub struct Note<'a> {
    /// The file; standard input when there is none.
    pub text: Option<&'a Path>,
    /// Its type.
    pub document_type: Option<&'a str>,
}

/// What the items of a file make of one note.
pub fn try_note(file: &PathBuf, note: &Note<'_>, only: Option<&str>, out: &Out) -> Result<u8> {
    let own = checklist::read(std::slice::from_ref(file))?;
    let packs = match Packs::with_shipped(&own) {
        Ok(packs) => packs,
        Err(diagnostics) => return checklist::report(&diagnostics, out),
    };
    let path = note.text.unwrap_or(Path::new("-"));
    let text = crate::intake::decode_text(&input::bytes(path, input::note())?).map_err(|t| t.at(input::name(path), None))?;
    let hint = match note.document_type {
        None => None,
        Some(name) => Some(DocumentType::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = DocumentType::ALL.iter().map(|t| t.name()).collect();
            Trouble::input("there is no such document type").at(format!("--type {name}"), None).hint(format!("one of {}", known.join(", ")))
        })?),
    };
    let source = own.first().map(|(name, _)| name.as_str()).unwrap_or_default();
    let items: Vec<String> = packs
        .items()
        .filter(|(pack, item)| only.map_or(pack.source == source, |only| item.id == only))
        .map(|(_, item)| item.id.clone())
        .collect();
    if items.is_empty() {
        let what = if only.is_some() { "there is no such item" } else { "the file has no item" };
        return Err(Trouble::input(what).at(only.unwrap_or(source), None).hint("`lacuna checklist check FILE` looks at the file"));
    }
    let tried: Vec<_> = items.iter().filter_map(|id| try_text(&packs, &text, hint, id).map(|(gaps, tree)| (id, gaps, tree))).collect();
    let value: Vec<_> = tried.iter().map(|(id, gaps, tree)| json!({ "item": id, "gaps": gaps, "tree": tree })).collect();
    out.show(&value, || {
        let mut shown = String::new();
        for (id, gaps, tree) in &tried {
            let answer = match (gaps.is_empty(), tree.outcome) {
                (false, _) => "fires",
                (true, Outcome::CannotTell) => "cannot tell",
                (true, _) => "silent",
            };
            shown.push_str(&format!("{id}: {answer}\n"));
            for gap in gaps {
                shown.push_str(&format!("  {} {}\n", gap.severity.sign(), gap.title));
                gap.evidence.iter().for_each(|proof| shown.push_str(&format!("      {}\n", proof_line(proof))));
            }
            if only.is_some() || gaps.is_empty() {
                tree_text(tree).lines().for_each(|line| shown.push_str(&format!("  {line}\n")));
            }
        }
        shown.trim_end().to_owned()
    })?;
    Ok(0)
}

/// Records an approval, or takes it back (`by` is `None`).
pub fn approve(global: &Global, item: &str, by: Option<&str>, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let Some(found) = desk.packs().item(item) else {
        return Err(checklist::no_item(desk.packs(), item));
    };
    let by = by.map(str::trim);
    if by.is_some_and(str::is_empty) {
        return Err(Trouble::input("nobody approved it").at("--by", None).hint("give the name of the physician or the committee"));
    }
    if by.is_none() && !desk.store().approvals()?.iter().any(|approval| approval.item == item) {
        let what = format!("Nobody approved {item}: there is nothing to withdraw.");
        out.show(&json!({ "item": item, "version": found.version, "approved_by": by }), || what)?;
        return Ok(1);
    }
    desk.store().approve_item(&desk.session().actor(), found, by)?;
    let value = json!({ "item": item, "version": found.version, "approved_by": by });
    out.show(&value, || match by {
        Some(by) => format!("{item} version {} is approved by {by}. A changed version will be a draft again.", found.version),
        None => format!("The approval of {item} is withdrawn: it is a draft."),
    })?;
    Ok(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::TEMPLATE;
    use crate::checklist::{Packs, try_example};

    #[test]
    fn the_template_loads_and_its_examples_pass() {
        let packs = Packs::with_shipped(&[("new.toml".to_owned(), TEMPLATE.to_owned())]).unwrap();
        let item = packs.item("SITE-1").unwrap();
        assert!(item.examples.len() >= 8);
        for example in &item.examples {
            assert_eq!(try_example(&packs, "SITE-1", example).problem, "", "{}", example.why);
        }
    }
}
