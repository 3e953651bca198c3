#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! A site's own files beside the shipped packs: nothing of those goes in silence, nothing of the rule is left off the sheet.

use super::*;

const TEMPLATE: &str = include_str!("../cli/checklist_new.toml");

fn with(name: &str, text: &str) -> Packs {
    Packs::with_shipped(&[(name.to_owned(), text.to_owned())])
        .unwrap_or_else(|m| panic!("{}", m.iter().map(|d| format!("{d}\n")).collect::<String>()))
}

fn remarked(packs: &Packs, words: &str) -> bool {
    packs.remarks().iter().any(|remark| remark.to_string().contains(words))
}

#[test]
fn a_file_with_a_shipped_name_or_pack_id_threw_the_shipped_items_out() {
    let shipped = Packs::shipped().items().count();
    let renamed = |id: &str| TEMPLATE.replace("id = \"site\"", &format!("id = \"{id}\""));
    for (name, text) in [
        ("gt/renal.toml", TEMPLATE.to_owned()),
        ("groups.toml", TEMPLATE.to_owned()),
        ("sepsis.toml", TEMPLATE.to_owned()),
        ("mine.toml", renamed("airway_pleura")),
        ("mine.toml", renamed("anemia")),
        ("mine.toml", renamed("groups")),
    ] {
        let packs = with(name, &text);
        assert_eq!(packs.items().count(), shipped + 1, "{name}");
        assert!(remarked(&packs, "is that of the shipped"), "{name}");
    }
    assert!(!remarked(&with("site.toml", TEMPLATE), "is that of the shipped"));
}

#[test]
fn an_edited_copy_of_a_shipped_file_stands_in_for_its_items_and_for_no_other() {
    let (name, text) = Packs::shipped_sources().into_iter().find(|(name, _)| name.ends_with("renal.toml")).unwrap();
    let shipped = Packs::shipped().items().count();
    let packs = with(&format!("/store/{name}"), &text);
    assert_eq!(packs.items().count(), shipped);
    let (pack, _) = packs.items().find(|(_, item)| item.id == "N01-undocumented").unwrap();
    assert!(pack.source.starts_with("/store/"), "{}", pack.source);
    let other = Packs::with_shipped(&[("mine.toml".to_owned(), text.replace("id = \"renal\"", "id = \"mine\""))]).unwrap_err();
    assert!(other.iter().all(|m| m.source == "mine.toml") && other.iter().any(|m| m.what.contains("stands already in")), "{other:?}");
}

#[test]
fn words_are_added_to_a_shipped_group_and_a_group_of_ones_own_has_its_own_name() {
    let extra = "\n[word_groups]\nroom_air = [\"breathing air\"]\nour_own = [\"of ours\"]\n";
    let text = TEMPLATE.replacen("\n[[item]]", &format!("{extra}\n[[item]]"), 1);
    let packs = with("groups.toml", &text);
    assert!(packs.words("room_air").contains(&"breathing air".to_owned()) && packs.words("room_air").len() > 2);
    assert_eq!(packs.words("our_own"), ["of ours"]);
    assert!(remarked(&packs, "the group `room_air` ships with the program"));
    let twice = [("a.toml".to_owned(), text.clone()), ("b.toml".to_owned(), text.replace("SITE-1", "SITE-2"))];
    let mistakes = Packs::with_shipped(&twice).unwrap_err();
    assert!(mistakes.iter().all(|m| m.source == "b.toml") && mistakes[0].what.contains("stands twice"), "{mistakes:?}");
}

#[test]
fn what_a_site_file_does_to_a_shipped_item_is_told_of_the_site_file() {
    let text = TEMPLATE.replace("id = \"SITE-1\"", "id = \"B03-undocumented\"\noverrides = true\ncovered_by = [\"B01-undocumented\"]");
    let mistakes = Packs::with_shipped(&[("mine.toml".to_owned(), text)]).unwrap_err();
    assert!(mistakes.iter().all(|m| m.source == "mine.toml"), "{mistakes:?}");
    assert!(mistakes[0].what.contains("covered by itself"), "{mistakes:?}");
}

#[test]
fn two_files_that_override_one_item_are_refused_by_name() {
    let text = TEMPLATE.replace("id = \"SITE-1\"", "id = \"N04-undocumented\"\noverrides = true");
    let mistakes = Packs::with_shipped(&[("a.toml".to_owned(), text.clone()), ("b.toml".to_owned(), text)]).unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(mistakes[0].source == "b.toml" && mistakes[0].what.contains("overridden already in a.toml"), "{}", mistakes[0]);
}

#[test]
fn what_is_no_mistake_but_better_known_is_told() {
    let packs = with("site.toml", TEMPLATE);
    assert!(remarked(&packs, "`SITE-1` asks about hyponatremia as the shipped `N04-undocumented` does"));
    let covered = TEMPLATE.replace("id = \"SITE-1\"", "id = \"SITE-1\"\ncovered_by = [\"N04-undocumented\"]");
    assert_eq!(with("site.toml", &covered).remarks(), []);
    let bare = TEMPLATE.split("[[item.example]]").next().unwrap();
    assert!(remarked(&with("site.toml", bare), "0 examples that fire and 0 that do not"));
    assert!(remarked(&with("site.toml", TEMPLATE.split("[[item]]").next().unwrap()), "no `[[item]]`"));
    let other = TEMPLATE.replace("id = \"SITE-1\"", "id = \"DOC-001\"\noverrides = true");
    assert!(remarked(&with("site.toml", &other), "of another kind or condition"));
    // The shipped packs say nothing of the kind of themselves, checked as a site's own files are.
    let own = Packs::parse(&Packs::shipped_sources()).unwrap();
    assert_eq!(own.remarks(), []);
}

#[test]
fn a_name_in_the_file_was_an_approval_that_nobody_recorded() {
    let text = TEMPLATE.replace("citation = ", "approved_by = \"MEC\"\ncitation = ");
    let packs = with("site.toml", &text);
    assert_eq!(packs.item("SITE-1").unwrap().authority.approved_by, "");
    assert!(remarked(&packs, "a file is no approval"));
}

#[test]
fn an_approval_fell_to_a_draft_with_the_threshold_and_stayed_with_the_days_of_the_pack() {
    let item = with("site.toml", TEMPLATE).item("SITE-1").unwrap().clone();
    let (by, on) = ("MEC".to_owned(), "2026-11-29".to_owned());
    let approval = Approval { item: item.id.clone(), version: item.version, content: item.content(), by, on };
    for (from, to, holds) in [
        ("why = \"126 and an order\"", "why = \"another word of an example\"", true),
        ("below = 130", "below = 131", false),
        ("2015-10-01", "2027-10-01", false),
    ] {
        let mut packs = with("site.toml", &TEMPLATE.replace(from, to));
        packs.approve(std::slice::from_ref(&approval));
        assert_eq!(!packs.item("SITE-1").unwrap().authority.approved_by.is_empty(), holds, "{to}");
    }
}

/// The template's item with one thing more, and what its sheet must say of it.
#[test]
fn a_sheet_for_approval_left_out_conditions_of_the_rule() {
    let rows = [
        (
            "severity = \"warn\"",
            "severity = \"warn\"\nage_min = 18\nage_max = 90",
            &["from the age of 18", "up to the age of 90"] as &[&str],
        ),
        ("severity = \"warn\"", "severity = \"warn\"\nsex = \"female\"\nservices = [\"rehab\"]", &["for the sex female", "rehab"]),
        ("severity = \"warn\"", "severity = \"warn\"\nstay_at_least = 48\nstay_below = 96", &["48", "96"]),
        ("severity = \"warn\"", "severity = \"warn\"\ndischarged_at_least = 7\ndischarged_below = 11", &["7", "11"]),
        ("severity = \"warn\"", "severity = \"warn\"\nclass = [\"observation\", \"lone_note\"]", &["observation", "came alone"]),
        ("severity = \"warn\"", "severity = \"warn\"\ndocument_types = [\"consultation\"]", &["only in consultation"]),
        ("evidence_min = 2", "evidence_min = 2\nwindow_hours = 77", &["77"]),
        ("evidence_min = 2", "evidence_min = 2\ncondition_satisfies = false", &["bare name of the condition"]),
        ("below = 130", "below = 130\nin_notes = false", &["notes state does not count"]),
        ("below = 130", "below = 130\nnot_noted = [\"hemolyzed\"]", &["hemolyzed"]),
        ("author = \"anybody\"", "author = \"anybody\"\nnot_sections = [\"family_history\"]", &["not under family history"]),
        ("author = \"anybody\"", "author = \"anybody\"\nsections = [\"assessment\"]", &["only under assessment"]),
        ("author = \"anybody\"", "author = \"anybody\"\nnot_near = [\"declined\"]", &["not beside declined"]),
        ("author = \"anybody\"", "author = \"anybody\"\nmin_documents = 6", &["so many documents: 6"]),
        (
            "{ order = [\"fluid restriction\", \"hypertonic saline\"] }",
            "{ drug = [\"tolvaptan\"], given_as = [\"home\"] }",
            &["taken as home"],
        ),
        (
            "order = [\"fluid restriction\"",
            "except = [\"diet\"], status = [\"active\"], order = [\"fluid restriction\"",
            &["not diet", "active"],
        ),
    ];
    let sheet = |text: &str| {
        let packs = with("site.toml", text);
        questions(&packs, packs.item("SITE-1").unwrap()).join("\n")
    };
    let plain = sheet(TEMPLATE);
    assert!(plain.contains("for inpatient"), "{plain}");
    for (from, to, says) in rows {
        assert!(TEMPLATE.contains(from), "{from}");
        let said = sheet(&TEMPLATE.replacen(from, to, 1));
        for words in says {
            assert!(said.contains(words), "{to}: {words}\n{said}");
        }
        assert_ne!(said, plain, "{to}");
    }
}

/// No field of a shipped item is without its words on the sheet: two items that differ in one differ there too.
#[test]
fn two_shipped_items_that_ask_otherwise_read_otherwise() {
    let mut seen = std::collections::BTreeMap::new();
    for (_, item) in Packs::shipped().items() {
        let (sheet, title) = (questions(Packs::shipped(), item).join("\n"), item.titles.join("\n"));
        let rule = serde_json::to_string(&(&item.check, &item.scope, &item.suppress_if, &item.only_if, &item.satisfied_by)).unwrap();
        if let Some((other, its)) = seen.insert((sheet, title, item.condition.clone(), item.kind), (item.id.clone(), rule.clone())) {
            assert_eq!(its, rule, "{other} and {}", item.id);
        }
    }
}

fn tree<'t>(tree: &'t Explanation, label: &str) -> &'t Explanation {
    fn find<'t>(node: &'t Explanation, label: &str) -> Option<&'t Explanation> {
        if node.label.starts_with(label) { Some(node) } else { node.parts.iter().find_map(|part| find(part, label)) }
    }
    find(tree, label).unwrap_or_else(|| panic!("no {label} in {tree:#?}"))
}

fn tried(text: &str, note: &str) -> Explanation {
    try_text(&with("site.toml", text), note, None, "SITE-1").unwrap().1
}

#[test]
fn what_cannot_be_told_read_as_no() {
    // One of two holds, the other cannot be told: so it is with the whole.
    let order = TEMPLATE.replacen("any = [\n  { order = [\"fluid restriction\", \"hypertonic saline\"] },\n  { words = [\"fluid restriction\", \"hypertonic saline\"], assertion = [\"present\"] },\n]", "order = [\"fluid restriction\"]", 1);
    let found = tried(&order, "ASSESSMENT AND PLAN:\n1. Pneumonia. Na 126.\n");
    assert_eq!(tree(&found, "indicators of").outcome, Outcome::CannotTell, "{found:#?}");
    assert_eq!(found.outcome, Outcome::CannotTell);
    // Of two ways one says no and one cannot be told: the thing cannot be told.
    let found = tried(TEMPLATE, "ASSESSMENT AND PLAN:\n1. Pneumonia. Na 126.\n");
    assert_eq!(tree(&found, "treated").outcome, Outcome::CannotTell, "{found:#?}");
    // And the other way: what cannot be reached any more is no, however much of it cannot be told.
    let three = order
        .replace("evidence_min = 2", "evidence_min = 2\n[item.indicators.groups]\nsign = 1")
        .replace("name = \"low\"", "name = \"low\"\ngroup = \"sign\"");
    let found = tried(&three, "ASSESSMENT AND PLAN:\n1. Pneumonia. Na 138.\n");
    assert_eq!(tree(&found, "indicators of").outcome, Outcome::No, "{found:#?}");
}

#[test]
fn a_clock_said_that_nothing_started_it_where_only_the_time_was_missing() {
    let clock = "[pack]\nid = \"site\"\ntitle = \"Ours\"\nversion = 1\nclass = [\"inpatient\"]\n[[item]]\nid = \"SITE-1\"\nversion = 1\nkind = \"missing_document\"\nseverity = \"warn\"\ntitle = \"No nutrition note\"\nwhy = \"Policy.\"\nauthority = \"house\"\ncitation = \"policy 4\"\n[item.clock]\ndocument = [\"consultation\"]\nstart = \"event\"\nlimit_hours = 48\n[[item.start]]\nname = \"low\"\nobservation = \"albumin\"\nbelow = 2.5\nunit = \"g/dL\"\n";
    let found = tried(clock, "ASSESSMENT: albumin 2.0 g/dL.\n");
    assert_eq!(found.outcome, Outcome::CannotTell, "{found:#?}");
    let found = tried(clock, "ASSESSMENT: albumin 3.9 g/dL.\n");
    assert_eq!(found.outcome, Outcome::No, "{found:#?}");
    assert!(tree(&found, "low").detail.contains("3.9"), "{found:#?}");
}

#[test]
fn why_a_drug_was_not_among_the_medications_named_none_of_those_that_were_left_out() {
    let home = TEMPLATE.replacen(
        "{ order = [\"fluid restriction\", \"hypertonic saline\"] }",
        "{ drug = [\"potassium chloride\"], given_as = [\"home\"] }",
        1,
    );
    let packs = with("site.toml", &home);
    let mut drawn = example::Sketch { class: Some(crate::chart::EncounterClass::Inpatient), as_of: 72.0, ..Default::default() };
    drawn.medications.push(example::SketchDrug {
        name: "Potassium chloride".to_owned(),
        route: Some("IV".to_owned()),
        kind: crate::chart::MedicationKind::Given,
        at: 3.0,
        ..Default::default()
    });
    let chart = sketch::chart(&drawn);
    let found = explain(&packs, &Subject { chart: &chart, readings: &[] }, &sketch::at(72.0).unwrap(), "SITE-1").unwrap();
    let said = serde_json::to_string(&found).unwrap();
    assert!(said.contains("Potassium chloride IV") && said.contains("given, does not count"), "{said}");
}
