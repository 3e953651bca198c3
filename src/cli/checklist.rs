//! `lacuna checklist`: what is looked for, why, and whether a file is sound.

use super::args::ChecklistCommand;
use super::input;
use super::out::Out;
use crate::checklist::{Diagnostic, Item, Packs, try_example};
use crate::error::{Result, Trouble};
use serde_json::json;
use std::path::PathBuf;

/// Lists, shows, checks, tests.
pub fn run(command: &ChecklistCommand, out: &Out) -> Result<u8> {
    match command {
        ChecklistCommand::List => list(out),
        ChecklistCommand::Show { item } => show(item, out),
        ChecklistCommand::Check { files } => check(files, out),
        ChecklistCommand::Test { files } => test(files, out),
    }
}

fn list(out: &Out) -> Result<u8> {
    let packs = Packs::shipped();
    let value: Vec<_> = packs
        .packs()
        .iter()
        .map(|pack| {
            let items: Vec<_> = pack
                .items
                .iter()
                .map(|i| json!({ "id": i.id, "version": i.version, "kind": i.kind, "severity": i.severity, "title": heading(i), "citation": i.authority.cite, "approved": !i.authority.approved_by.is_empty(), "examples": i.examples.len() }))
                .collect();
            json!({ "id": pack.id, "title": pack.title, "version": pack.version, "items": items })
        })
        .collect();
    out.show(&value, || {
        let mut text = String::new();
        for pack in packs.packs() {
            text.push_str(&format!("{}  {}  (version {})\n", pack.id, pack.title, pack.version));
            for i in &pack.items {
                let draft = if i.authority.approved_by.is_empty() { "draft" } else { "" };
                text.push_str(&format!("  {:<12} {} {:<60} {draft}\n", i.id, i.severity.sign(), heading(i)));
            }
        }
        text
    })?;
    Ok(0)
}

/// The most telling of an item's titles, with its place-holders as they stand in the pack.
fn heading(item: &Item) -> &str {
    &item.title
}

fn show(name: &str, out: &Out) -> Result<u8> {
    let packs = Packs::shipped();
    let Some((pack, item)) = packs.items().find(|(_, i)| i.id == name) else {
        return Err(Trouble::input("there is no such checklist item").at(name, None).hint("`lacuna checklist list` shows them"));
    };
    let kind = serde_json::to_value(item.kind).unwrap_or_default();
    let value = json!({
        "id": item.id, "version": item.version, "checklist": pack.id, "kind": kind, "severity": item.severity, "title": heading(item), "why": item.why,
        "citation": item.authority.cite, "approved_by": item.authority.approved_by, "examples": item.examples.len(),
    });
    out.show(&value, || {
        let approved = match item.authority.approved_by.as_str() {
            "" => "not yet approved by your physicians: shown as draft".to_owned(),
            who => format!("approved by {who}"),
        };
        let mut text = format!(
            "{}  {}\n\nkind       {}\nseverity   {}\nchecklist  {} version {}\nsource     {}\nstatus     {approved}\n\n{}\n\nExamples",
            item.id,
            heading(item),
            kind.as_str().unwrap_or_default(),
            item.severity.sign(),
            pack.id,
            pack.version,
            item.authority.cite,
            item.why
        );
        for example in &item.examples {
            text.push_str(&format!("\n  {}  {}", if example.fires { "fires " } else { "silent" }, example.why));
        }
        text
    })?;
    Ok(0)
}

fn read(files: &[PathBuf]) -> Result<Vec<(String, String)>> {
    files.iter().map(|file| Ok((input::name(file), input::text(file, input::CHECKLIST)?))).collect()
}

fn check(files: &[PathBuf], out: &Out) -> Result<u8> {
    let diagnostics = Packs::with_shipped(&read(files)?).err().unwrap_or_default();
    report(&diagnostics, out)
}

fn report(diagnostics: &[Diagnostic], out: &Out) -> Result<u8> {
    out.show(&diagnostics, || {
        if diagnostics.is_empty() {
            return "No mistake found.".to_owned();
        }
        diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if diagnostics.is_empty() { 0 } else { 2 })
}

fn test(files: &[PathBuf], out: &Out) -> Result<u8> {
    // The files are run beside the shipped packs, and only their own items are asked for.
    let (packs, others) = if files.is_empty() {
        (Packs::shipped().clone(), 0)
    } else {
        let own = read(files)?;
        match Packs::with_shipped(&own) {
            Ok(packs) => {
                let others = packs.packs().len().saturating_sub(own.len());
                (packs, others)
            }
            Err(diagnostics) => return report(&diagnostics, out),
        }
    };
    let (mut passed, mut failures) = (0_usize, Vec::new());
    for item in packs.packs().iter().skip(others).flat_map(|pack| &pack.items) {
        for (number, example) in (1..).zip(&item.examples) {
            let trial = try_example(&packs, &item.id, example);
            if trial.passed {
                passed += 1;
            } else {
                failures.push(json!({ "item": item.id, "example": number, "problem": trial.problem, "why": example.why }));
            }
        }
    }
    let value = json!({ "passed": passed, "failed": failures.len(), "failures": failures });
    out.show(&value, || {
        let mut text = format!("{passed} examples pass, {} do not", failures.len());
        for f in &failures {
            let word = |key: &str| f.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            text.push_str(&format!(
                "\n  {} example {}: {} ({})",
                word("item"),
                f.get("example").unwrap_or(&json!(0)),
                word("problem"),
                word("why")
            ));
        }
        text
    })?;
    Ok(if failures.is_empty() { 0 } else { 2 })
}
