//! `lacuna checklist`: what is looked for, why, and whether a file is sound.

use super::args::{ChecklistCommand, Global, PrintForm};
use super::out::Out;
use super::{checklist_author, checklist_diff, checklist_precision, checklist_print as print, input, place};
use crate::checklist::{Diagnostic, Item, Packs, try_example};
use crate::error::{Result, Trouble};
use crate::work::Site;
use serde_json::json;
use std::path::PathBuf;

/// Lists, shows, writes, checks, tries, compares, approves.
pub fn run(global: &Global, command: &ChecklistCommand, out: &Out) -> Result<u8> {
    match command {
        ChecklistCommand::List { form } => list(global, *form, out),
        ChecklistCommand::Show { item, form } => show(global, item, *form, out),
        ChecklistCommand::New { file } => {
            if let Some(file) = &file {
                super::place::outside(global, file)?;
            }
            checklist_author::new(file.as_deref(), out)
        }
        ChecklistCommand::Names { words } => checklist_author::names(&words.join(" "), out),
        ChecklistCommand::Check { files } => check(global, files, out),
        ChecklistCommand::Test { files } => test(global, files, out),
        ChecklistCommand::Try { file, text, document_type, item } => {
            let note = checklist_author::Note { text: text.as_deref(), document_type: document_type.as_deref() };
            checklist_author::try_note(file, &note, item.as_deref(), out)
        }
        ChecklistCommand::Diff { before, after } => checklist_diff::run(global, before, after, out),
        ChecklistCommand::Approve { item, by, withdraw: _ } => checklist_author::approve(global, item, by.as_deref(), out),
        ChecklistCommand::Precision => checklist_precision::run(global, out),
    }
}

fn list(global: &Global, form: PrintForm, out: &Out) -> Result<u8> {
    let packs = place::packs(global)?;
    if form != PrintForm::Text && !out.json() {
        return super::out::lines(&print::book(&packs, form)).map(|()| 0);
    }
    let value: Vec<_> = packs
        .packs()
        .iter()
        .map(|pack| {
            let items: Vec<_> = pack
                .items
                .iter()
                .map(|i| json!({ "id": i.id, "version": i.version, "kind": i.kind, "severity": i.severity, "title": heading(i), "condition": i.condition, "answers": i.answers, "covered_by": i.covered_by, "citation": i.authority.cite, "approved": !i.authority.approved_by.is_empty(), "examples": i.examples.len() }))
                .collect();
            json!({ "id": pack.id, "title": pack.title, "version": pack.version, "items": items })
        })
        .collect();
    out.show(&value, || {
        let mut text = String::new();
        for pack in packs.packs() {
            text.push_str(&format!("{}  {}  (version {})\n", pack.id, pack.title, pack.version));
            let wide = pack.items.iter().map(|i| i.id.len()).max().unwrap_or(0);
            for i in &pack.items {
                let draft = if i.authority.approved_by.is_empty() { "draft" } else { "" };
                text.push_str(&format!("  {:<wide$} {} {:<60} {draft}\n", i.id, i.severity.sign(), heading(i)));
            }
        }
        text
    })?;
    Ok(0)
}

/// The most telling of an item's titles, with its place-holders as they stand in the pack.
pub(super) fn heading(item: &Item) -> &str {
    &item.title
}

fn show(global: &Global, name: &str, form: PrintForm, out: &Out) -> Result<u8> {
    let packs = place::packs(global)?;
    let Some((pack, item)) = packs.items().find(|(_, i)| i.id == name) else {
        return Err(no_item(&packs, name));
    };
    let kind = serde_json::to_value(item.kind).unwrap_or_default();
    let rule = serde_json::to_value(item).unwrap_or_default();
    let value = json!({
        "id": item.id, "version": item.version, "checklist": pack.id, "kind": kind, "severity": item.severity, "title": heading(item), "why": item.why,
        "citation": item.authority.cite, "approved_by": item.authority.approved_by, "approved_on": item.authority.approved_on,
        "examples": item.examples.len(), "rule": rule,
    });
    out.show(&value, || print::item(&packs, pack, item, form))?;
    Ok(0)
}

/// There is no such item, and which one is meant: ids are told apart by their case, and people do not type it.
pub(super) fn no_item(packs: &Packs, name: &str) -> Trouble {
    let hint = match packs.nearest_id(name) {
        Some(near) => format!("did you mean {near}? `lacuna checklist list` shows them all"),
        None => "`lacuna checklist list` shows them".to_owned(),
    };
    Trouble::input("there is no such checklist item").at(name, None).hint(hint)
}

pub(super) fn read(files: &[PathBuf]) -> Result<Vec<(String, String)>> {
    files.iter().map(|file| Ok((input::name(file), input::text(file, crate::work::CHECKLIST)?))).collect()
}

fn check(global: &Global, files: &[PathBuf], out: &Out) -> Result<u8> {
    match Packs::with_shipped(&read(files)?) {
        Err(diagnostics) => report(&diagnostics, out),
        Ok(packs) => {
            let mut known: Vec<String> = packs.remarks().iter().map(ToString::to_string).collect();
            known.extend(without_template(&packs, global)?);
            if out.json() {
                known.iter().for_each(|remark| super::out::remark(&json!({ "remark": remark }), remark, true));
            }
            out.show(&Vec::<Diagnostic>::new(), || match known.as_slice() {
                [] => "No mistake found.".to_owned(),
                known => format!("No mistake found. Worth knowing:\n  {}", known.join("\n  ")),
            })?;
            Ok(0)
        }
    }
}

/// Items whose query would not be written from the template that they name: it is neither shipped nor beside the store.
fn without_template(packs: &Packs, global: &Global) -> Result<Vec<String>> {
    let site = Site::beside(place::folder(global).ok().as_deref())?;
    let named = packs.items().filter_map(|(_, item)| Some((item, item.query_template.as_deref()?)));
    let unknown = named.filter(|(_, template)| site.templates().get(template).is_none());
    let said = |(item, template): (&Item, &str)| {
        format!("{}: there is no query template `{template}`; the usual one would serve (`lacuna query templates` shows them)", item.id)
    };
    Ok(unknown.map(said).collect())
}

pub(super) fn report(diagnostics: &[Diagnostic], out: &Out) -> Result<u8> {
    out.show(&diagnostics, || {
        if diagnostics.is_empty() {
            return "No mistake found.".to_owned();
        }
        diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if diagnostics.is_empty() { 0 } else { 2 })
}

fn test(global: &Global, files: &[PathBuf], out: &Out) -> Result<u8> {
    // The files are run beside the shipped packs, and only their own items are asked for.
    let (packs, others) = if files.is_empty() {
        (place::packs(global)?, 0)
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
    if !files.is_empty() {
        packs.remarks().iter().for_each(|remark| super::out::remark(&json!({ "remark": remark }), &remark.to_string(), out.json()));
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
