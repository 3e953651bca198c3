//! Checklists as they are printed: for the terminal, as Markdown, as a page.

use super::args::PrintForm;
use super::checklist::heading;
use crate::checklist::{Item, Pack, Packs, questions};
use crate::names::spoken;

/// How an item's approval reads.
fn approval(item: &Item) -> String {
    let authority = &item.authority;
    match (authority.approved_by.as_str(), authority.approved_on.as_str()) {
        ("", _) => "draft: not yet approved by your physicians".to_owned(),
        (who, "") => format!("approved by {who}"),
        (who, day) => format!("approved by {who} on {day}"),
    }
}

/// What is said of an item, in pairs.
fn facts(pack: &Pack, item: &Item) -> Vec<(&'static str, String)> {
    let from = item.effective_from.or(pack.effective_from).map(|day| day.display()).unwrap_or_else(|| "not given".to_owned());
    let to = item.effective_to.or(pack.effective_to).map(|day| format!(" to {}", day.display())).unwrap_or_default();
    let mut out = vec![
        ("kind", spoken(&item.kind)),
        ("severity", spoken(&item.severity)),
        ("checklist", format!("{} version {}", pack.id, pack.version)),
        ("version", item.version.to_string()),
        ("in force", format!("from {from}{to}")),
        ("source", item.authority.cite.clone()),
        ("status", approval(item)),
    ];
    if let Some(condition) = &item.condition {
        out.insert(1, ("condition", condition.replace('_', " ")));
    }
    out
}

/// One item.
pub fn item(packs: &Packs, pack: &Pack, item: &Item, form: PrintForm) -> String {
    match form {
        PrintForm::Text => text(packs, pack, item),
        PrintForm::Markdown => markdown(packs, pack, item),
        PrintForm::Html => page(&format!("{} {}", item.id, heading(item)), &html(packs, pack, item)),
    }
}

/// Every item of every pack.
pub fn book(packs: &Packs, form: PrintForm) -> String {
    let mut out = String::new();
    for pack in packs.packs().iter().filter(|pack| !pack.items.is_empty()) {
        match form {
            PrintForm::Html => out.push_str(&format!("<h1>{}</h1>\n<p>{}</p>\n", escape(&pack.title), escape(&pack.summary))),
            _ => out.push_str(&format!("# {}\n\n{}\n\n", pack.title, pack.summary)),
        }
        for item in &pack.items {
            out.push_str(&if form == PrintForm::Html { html(packs, pack, item) } else { markdown(packs, pack, item) });
            out.push('\n');
        }
    }
    if form == PrintForm::Html { page("Checklists", &out) } else { out.trim_end().to_owned() }
}

fn text(packs: &Packs, pack: &Pack, item: &Item) -> String {
    let mut out = format!("{}  {}\n\n", item.id, heading(item));
    for (name, value) in facts(pack, item) {
        out.push_str(&format!("{name:<10} {value}\n"));
    }
    out.push_str(&format!("\n{}\n\nAsks", item.why));
    for line in questions(packs, item) {
        out.push_str(&format!("\n  {line}"));
    }
    out.push_str("\n\nExamples");
    for example in &item.examples {
        out.push_str(&format!("\n  {}  {}", if example.fires { "fires " } else { "silent" }, example.why));
    }
    out
}

fn markdown(packs: &Packs, pack: &Pack, item: &Item) -> String {
    let clean = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut out = format!("## {} {}\n\n{}\n\n| | |\n|---|---|\n", item.id, clean(heading(item)), item.why);
    for (name, value) in facts(pack, item) {
        out.push_str(&format!("| {name} | {} |\n", clean(&value)));
    }
    out.push_str("\nAsks:\n\n");
    for line in questions(packs, item) {
        out.push_str(&format!("- {line}\n"));
    }
    out.push_str("\nExamples:\n\n");
    for example in &item.examples {
        out.push_str(&format!("- {}: {}\n", if example.fires { "fires" } else { "silent" }, example.why));
    }
    out
}

fn html(packs: &Packs, pack: &Pack, item: &Item) -> String {
    let mut out = format!("<section>\n<h2>{} {}</h2>\n<p>{}</p>\n<table>\n", escape(&item.id), escape(heading(item)), escape(&item.why));
    for (name, value) in facts(pack, item) {
        out.push_str(&format!("<tr><th>{name}</th><td>{}</td></tr>\n", escape(&value)));
    }
    out.push_str("</table>\n<h3>Asks</h3>\n<ul>\n");
    for line in questions(packs, item) {
        out.push_str(&format!("<li>{}</li>\n", escape(&line)));
    }
    out.push_str("</ul>\n<h3>Examples</h3>\n<ul>\n");
    for example in &item.examples {
        out.push_str(&format!("<li>{}: {}</li>\n", if example.fires { "fires" } else { "silent" }, escape(&example.why)));
    }
    out.push_str("</ul>\n</section>\n");
    out
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n\
         body {{ font: 11pt/1.4 serif; max-width: 42rem; margin: 2rem auto; }}\n\
         th {{ text-align: left; padding-right: 1.5rem; vertical-align: top; font-weight: normal; color: #555; }}\n\
         h2 {{ font-size: 1.15rem; margin-top: 2rem; }}\nh3 {{ font-size: 1rem; }}\n\
         section {{ break-inside: avoid; }}\n@media print {{ body {{ margin: 0; }} }}\n</style>\n</head>\n<body>\n{body}</body>\n</html>",
        escape(title)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
