//! What the provider sees is the same in every form that leaves the house: text, Markdown, HTML, FHIR and HL7 v2.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::Evidence;
use lacuna::query::{Draft, QueryForm, QueryState, Sheet, bundle, letter, mdm, render_markdown};
use lacuna::work::model::{QueryView, WorklistView};
use lacuna::work::{Desk, LocalDesk, demo};
use serde_json::Value;

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of each form as a reader has them before the eyes, in one line.
fn forms(desk: &LocalDesk, draft: &Draft, sheet: &Sheet) -> Vec<(&'static str, String)> {
    let before = sheet.replaces.as_ref().map(|b| (b.version, b.sent.as_ref()));
    let markdown = render_markdown(draft, Some(sheet.query), sheet.sent.as_ref(), before).replace("\\<", "<").replace("]\\(", "](");
    let unescape = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let html = unescape.iter().fold(letter(std::slice::from_ref(sheet)), |page, (from, to)| page.replace(from, to));
    let escapes = [("\\F\\", "|"), ("\\S\\", "^"), ("\\T\\", "&"), ("\\R\\", "~"), ("\\.br\\", "\n"), ("\\E\\", "\\")];
    let message = escapes.iter().fold(mdm(std::slice::from_ref(sheet), &desk.now()), |m, (from, to)| m.replace(from, to));
    let bundle = bundle(std::slice::from_ref(sheet));
    let questionnaire = bundle["entry"].as_array().unwrap().iter().map(|e| &e["resource"]).find(|r| r["resourceType"] == "Questionnaire");
    let mut fhir = String::new();
    read_aloud(questionnaire.unwrap(), &mut fhir);
    [("text", sheet.text.clone()), ("Markdown", markdown), ("HTML", html), ("FHIR", fhir), ("HL7", message)]
        .map(|(n, t)| (n, one_line(&t)))
        .into()
}

/// Everything that a form made of a questionnaire shows.
fn read_aloud(value: &Value, out: &mut String) {
    for key in ["title", "text"] {
        out.extend(value[key].as_str().map(|text| format!("{text}\n")));
    }
    for option in value["answerOption"].as_array().into_iter().flatten() {
        out.push_str(&format!("{}\n", option["valueString"].as_str().unwrap()));
    }
    value["item"].as_array().into_iter().flatten().for_each(|item| read_aloud(item, out));
}

fn drafts(desk: &LocalDesk) -> Vec<QueryView> {
    let rows = desk.worklist(WorklistView::WithGaps).unwrap().rows;
    let of = |encounter: &str| {
        let gaps = desk.chart(encounter).unwrap().gaps;
        gaps.iter().map(|gap| desk.draft_for_gap(encounter, &gap.key).unwrap()).collect::<Vec<_>>()
    };
    rows.iter().flat_map(|row| of(&row.encounter)).collect()
}

/// The FHIR questionnaire left out the diagnosis that the letter asked about, and the headings.
#[test]
fn a_form_left_out_what_the_letter_shows() {
    let desk = demo::desk(None).unwrap();
    let (mut cited, mut seen) = (0, 0);
    for view in drafts(&desk).iter().filter(|view| view.row.state == QueryState::Draft) {
        let draft = &view.draft;
        let sheet = desk.sheets(Some(&[view.row.id]), "test").unwrap().remove(0);
        let mut wanted: Vec<String> = sheet.text.lines().filter_map(|line| line.strip_prefix("- ")).map(one_line).collect();
        wanted.push(one_line(&draft.question));
        wanted.extend(draft.body.lines().map(one_line).filter(|line| !line.is_empty()));
        if draft.form != QueryForm::Open {
            wanted.extend(draft.options.iter().map(|o| one_line(&o.text)));
        }
        let headings = ["Documentation at issue", "Diagnosis asked about", "Laboratory", "Imaging", "Treatment and monitoring"];
        wanted.extend(headings.into_iter().filter(|h| sheet.text.lines().any(|line| line == *h)).map(str::to_owned));
        cited += usize::from(sheet.text.contains("Diagnosis asked about"));
        let quotes = draft.indicators.iter().filter(|i| i.included).map(|i| &i.evidence).chain(&draft.documented_at);
        for evidence in quotes {
            match evidence {
                Evidence::Text(text) => assert!(one_line(&sheet.text).contains(&one_line(&text.quote)), "{}", sheet.text),
                Evidence::Value(value) => assert!(one_line(&sheet.text).contains(&one_line(&format!("{} {}", value.name, value.value)))),
            }
        }
        seen += wanted.len();
        for (form, words) in forms(&desk, draft, &sheet) {
            for line in &wanted {
                assert!(words.contains(line), "query {}, {form}: {line}\n{words}", view.row.id);
            }
        }
    }
    assert!(cited >= 3 && seen > 400, "{cited} {seen}");
}

/// A later version said only in some forms which one it replaces.
#[test]
fn a_later_version_did_not_say_in_every_form_what_it_replaces() {
    let desk = demo::desk(None).unwrap();
    let all = drafts(&desk);
    let view = all.iter().find(|v| v.row.state == QueryState::Draft && desk.lint(&v.draft).unwrap().can_send).unwrap();
    let id = desk.send(view.row.id, view.revision).unwrap().row.id;
    let first = desk.sheets(Some(&[id]), "test").unwrap().remove(0);
    assert!(first.replaces.is_none() && !bundle(&[first]).to_string().contains("replaces"));
    let draft = Draft { title: format!("{}, again", view.draft.title.trim()), ..desk.query(id).unwrap().draft };
    let draft = if desk.lint(&draft).unwrap().can_send { draft } else { desk.query(id).unwrap().draft };
    desk.amend(id, &draft, "a clearer wording").unwrap();
    let sheet = desk.sheets(Some(&[id]), "test").unwrap().remove(0);
    assert_eq!(sheet.replaces.map(|b| b.version), Some(1));
    for (form, words) in forms(&desk, &draft, &sheet).iter().filter(|(form, _)| *form != "FHIR") {
        assert!(words.contains("Version: 2, in place of version 1, sent "), "{form}: {words}");
    }
    let bundle = bundle(&[sheet]);
    let resource = |kind: &str| {
        bundle["entry"].as_array().unwrap().iter().map(|e| &e["resource"]).find(|r| r["resourceType"] == kind).unwrap().clone()
    };
    let task = resource("Task");
    assert_eq!(task["extension"][0]["url"], "http://hl7.org/fhir/StructureDefinition/task-replaces");
    assert_eq!(task["extension"][0]["valueReference"]["identifier"]["value"], format!("{id}-1"));
    assert!(task["identifier"].as_array().unwrap().iter().any(|i| i["value"] == format!("{id}-2")));
    let canonical = resource("Questionnaire")["extension"][0]["valueCanonical"].clone();
    assert_eq!(canonical, format!("urn:lacuna:query:{id}|1"));
}
