//! What goes wrong around a query: each case is refused clearly or noted visibly, and nothing is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::{Chart, Encounter, Evidence, Instant, Provider};
use lacuna::query::{Outcome, QueryState, Recipient, bundle, csv, letter, mdm, recipients, render_markdown};
use lacuna::store::Store;
use lacuna::work::model::{QueryView, WorklistView};
use lacuna::work::{Clock, Desk, LocalDesk, Reply, Session, demo, import_records};
use std::sync::Arc;

/// The first draft of a chart that quotes a note, has options and can be sent.
fn sendable(desk: &LocalDesk) -> QueryView {
    let list = desk.worklist(WorklistView::WithGaps).unwrap();
    for row in &list.rows {
        for gap in desk.chart(&row.encounter).unwrap().gaps.iter().filter(|g| g.query.is_none()) {
            let view = desk.draft_for_gap(&row.encounter, &gap.key).unwrap();
            let quotes = view.draft.indicators.iter().any(|i| i.included && matches!(i.evidence, Evidence::Text(_)));
            if quotes && view.row.state == QueryState::Draft && view.draft.options.len() > 2 && desk.lint(&view.draft).unwrap().can_send {
                return view;
            }
        }
    }
    panic!("no draft of the charts can be sent");
}

fn sent(desk: &LocalDesk) -> i64 {
    let view = sendable(desk);
    desk.send(view.row.id, view.revision).unwrap();
    view.row.id
}

#[test]
fn a_recipient_who_is_not_on_the_encounter_is_refused_and_the_draft_stays() {
    let desk = demo::desk(None).unwrap();
    let mut view = sendable(&desk);
    let id = view.row.id;
    let mine = view.draft.recipient.clone();
    view.draft.recipient = Some(Recipient { name: "Yu, Kim MD".into(), identifier: None, role: "consultant".into() });
    let revision = desk.save_draft(id, view.revision, &view.draft, "").unwrap();
    let refused = desk.send(id, revision).unwrap_err();
    assert_eq!(refused.exit_code(), 3);
    assert!(refused.why.as_deref().is_some_and(|w| w.contains("QL002")), "{refused:?}");
    assert_eq!(desk.query(id).unwrap().draft, view.draft, "what was written is there");
    view.draft.recipient = mine;
    let revision = desk.save_draft(id, revision, &view.draft, "").unwrap();
    desk.send(id, revision).unwrap();
    let refused = desk.redirect(id, "Yu, Kim MD", "covers tonight").unwrap_err();
    assert_eq!(refused.exit_code(), 3);
    assert!(refused.hint.as_deref().is_some_and(|h| h.contains("on this encounter")), "{refused:?}");
    assert_eq!(desk.query(id).unwrap().row.version, 1, "nothing changed");
}

#[test]
fn a_provider_without_a_name_is_never_offered_and_never_sent_to() {
    let provider = |name: Option<&str>| Provider { name: name.map(str::to_owned), identifier: Some("77".into()), ..Provider::default() };
    let encounter = Encounter {
        attending: Some(provider(None)),
        participants: vec![provider(Some("  ")), provider(Some("Lin Chen, MD"))],
        ..Encounter::default()
    };
    let offered = recipients(&Chart { encounter, ..Chart::default() });
    assert_eq!(offered.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["Lin Chen, MD"]);
    let desk = demo::desk(None).unwrap();
    let mut view = sendable(&desk);
    let id = view.row.id;
    view.draft.recipient.as_mut().unwrap().name = " ".into();
    let revision = desk.save_draft(id, view.revision, &view.draft, "").unwrap();
    let refused = desk.send(id, revision).unwrap_err();
    assert!(refused.exit_code() == 3 && refused.why.as_deref().is_some_and(|w| w.contains("QL002")), "{refused:?}");
}

/// The chart that holds a document, sent again with other words in it.
fn corrected(identifier: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    for file in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let mut bundle: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let mut entries = bundle["entry"].as_array_mut().unwrap().iter_mut().map(|e| &mut e["resource"]);
        let found = entries.find(|r| r["resourceType"] == "DocumentReference" && r["identifier"][0]["value"] == identifier);
        if let Some(document) = found {
            let data = &mut document["content"][0]["attachment"]["data"];
            let old = String::from_utf8(STANDARD.decode(data.as_str().unwrap()).unwrap()).unwrap();
            *data = STANDARD.encode(change(&old)).into();
            return bundle.to_string().into_bytes();
        }
    }
    panic!("no chart holds the document");
}

#[test]
fn an_indicator_whose_document_has_a_new_version_is_said_and_kept() {
    let desk = demo::desk(None).unwrap();
    let view = sendable(&desk);
    let draft = &view.draft;
    let quoted = draft.indicators.iter().find_map(|i| match &i.evidence {
        Evidence::Text(text) if i.included => Some(text.clone()),
        _ => None,
    });
    let quoted = quoted.unwrap();
    let found = |desk: &LocalDesk| desk.lint(draft).unwrap().diagnostics.into_iter().map(|d| d.rule).collect::<Vec<_>>();
    assert!(!found(&desk).contains(&"QL109"));
    // Words added below: the quotation still stands where it stood, in a document that is no longer the current one.
    let longer = corrected(&quoted.document, |old| format!("{old}\nAddendum: seen again.\n"));
    assert_eq!(import_records(desk.store(), desk.session(), "again.json", &longer).unwrap(), []);
    assert!(found(&desk).contains(&"QL109"), "{:?}", found(&desk));
    // Words put above: the quotation stands somewhere else now, and that blocks.
    let moved = corrected(&quoted.document, |old| format!("Corrected copy.\n{old}"));
    import_records(desk.store(), desk.session(), "moved.json", &moved).unwrap();
    assert!(found(&desk).contains(&"QL022"), "{:?}", found(&desk));
    assert_eq!(desk.query(view.row.id).unwrap().draft, *draft, "the draft is as it was");
}

#[test]
fn an_answer_to_an_unknown_or_a_closed_query_is_refused() {
    let desk = demo::desk(None).unwrap();
    let unknown = desk.answer(4711, "yes", None).unwrap_err();
    assert_eq!(unknown.exit_code(), 2);
    assert!(unknown.hint.is_some());
    let id = sent(&desk);
    desk.close(id, Outcome::NoResponse, "the provider has left the hospital").unwrap();
    let before = desk.query(id).unwrap();
    let closed = desk.answer(id, "yes", None).unwrap_err();
    assert!(closed.exit_code() == 3 && closed.hint.is_some(), "{closed:?}");
    assert_eq!(desk.query(id).unwrap(), before);
}

#[test]
fn an_answer_twice_is_refused_and_the_first_one_stands() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    desk.answer(id, "the first", None).unwrap();
    let before = desk.query(id).unwrap();
    let again = desk.answer(id, "the second", Some(0)).unwrap_err();
    assert_eq!(again.exit_code(), 3);
    assert_eq!(desk.query(id).unwrap(), before);
    assert_eq!(before.answer.as_deref(), Some("the first"));
}

#[test]
fn clocks_that_go_backwards_are_refused_in_an_answer_and_noted_in_a_step() {
    let at = |text: &str| Instant::parse(text).unwrap();
    let session = |now: &str| Session::begin(Some("ana"), Clock::Frozen(at(now))).unwrap();
    let now = session("2026-11-19T08:42:00-05:00");
    let store = Arc::new(Store::memory(&now.actor()).unwrap());
    store.set_profile(&now.actor(), "Ana Ruiz, RN, CCDS", "ext. 4417").unwrap();
    let charts = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts/rivera-marta.json");
    import_records(&store, &now, "rivera", &std::fs::read(charts).unwrap()).unwrap();
    let desk = LocalDesk::new(Arc::clone(&store), now, None, "").unwrap();
    let id = sent(&desk);
    let early = Reply { words: "yes".into(), at: Some(at("2026-11-18T08:00:00-05:00")), ..Reply::default() };
    let refused = desk.reply(id, &early).unwrap_err();
    assert!(refused.exit_code() == 2 && refused.hint.is_some(), "{refused:?}");
    assert_eq!(desk.query(id).unwrap().answer, None);
    // Another host whose clock is an hour slow records it all the same: the order of the steps is that of the acts, and the step says it.
    let slow = LocalDesk::new(store, session("2026-11-19T07:42:00-05:00"), None, "").unwrap();
    slow.deliver(id).unwrap();
    let steps = desk.query(id).unwrap().steps;
    assert_eq!(steps.iter().map(|s| s.event.as_str()).collect::<Vec<_>>(), ["send", "deliver"]);
    assert!(steps[1].note.contains("clock"), "{}", steps[1].note);
}

#[test]
fn fifty_kilobytes_in_a_field_are_kept_whole_and_remarked_on() {
    let desk = demo::desk(None).unwrap();
    let mut view = sendable(&desk);
    let id = view.row.id;
    view.draft.body = "Creatinine was measured again. ".repeat(1700);
    assert!(view.draft.body.len() > 50_000);
    let revision = desk.save_draft(id, view.revision, &view.draft, "").unwrap();
    assert_eq!(desk.query(id).unwrap().draft.body, view.draft.body);
    let refused = desk.send(id, revision).unwrap_err();
    assert!(refused.exit_code() == 3 && refused.why.as_deref().is_some_and(|w| w.contains("QL100")), "{refused:?}");
    assert_eq!(desk.query(id).unwrap().draft.body.len(), view.draft.body.len(), "a refusal loses nothing");
}

#[test]
fn control_characters_in_a_query_leave_the_house_in_no_form() {
    let desk = demo::desk(None).unwrap();
    let mut view = sendable(&desk);
    let id = view.row.id;
    view.draft.body = "Seen\u{1b}[31m\u{7} again\u{0}\u{9b}2J\u{202e} on rounds.".into();
    view.draft.options[0].text.push_str("\u{1b}]0;x\u{7}");
    view.draft.title.push('\u{8}');
    desk.save_draft(id, view.revision, &view.draft, "").unwrap();
    let sheets = desk.sheets(Some(&[id]), "test").unwrap();
    let forms = [
        desk.provider_view(&view.draft, Some(id)),
        sheets[0].text.clone(),
        render_markdown(&view.draft, Some(id), None, None),
        letter(&sheets),
        mdm(&sheets, &desk.now()).replace('\r', "\n"),
        csv(&sheets).replace('\r', "\n"),
    ];
    for text in &forms {
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{}", text.escape_debug());
    }
    let fhir = bundle(&sheets).to_string();
    assert!(!fhir.contains("\\u001b") && !fhir.contains("\\u0000") && !fhir.contains('\u{1b}'), "{fhir}");
}

/// An answer was matched by the query's number alone: that of another patient, or to the words of an earlier version, was taken.
#[test]
fn an_answer_about_another_patient_or_to_another_version_is_refused() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let patient = desk.sheets(Some(&[id]), "test").unwrap()[0].person.clone().unwrap();
    let (mrn, from) = (patient.mrn.unwrap(), patient.mrn_from.unwrap());
    let message = |pid: &str, number: &str| {
        format!("MSH|^~\\&|WARD||||20261120||MDM^T02|8|P|2.5\rPID|1||{pid}^MR\rTXA|1|CQ|TX|||||||||{number}^LACUNA\rOBX|1|ST|OPTION^a||1\r")
    };
    let ours = format!("{mrn}^^^{}", from.hd().join("&"));
    for (pid, number, what) in [
        ("9999999".to_owned(), format!("{id}-1"), "another patient"),
        (format!("{mrn}^^^&http://other.example/mrn&URI"), format!("{id}-1"), "another patient"),
        (ours.clone(), format!("{id}-2"), "another version"),
    ] {
        let report = desk.import_answers("answers.hl7", &message(&pid, &number)).unwrap();
        assert_eq!((report.answered.len(), report.rejects.len()), (0, 1), "{pid} {number}");
        assert!(report.rejects[0].what.contains(what) && report.rejects[0].hint.is_some(), "{:?}", report.rejects);
        assert_eq!(desk.query(id).unwrap().answer, None);
    }
    let good = message(&ours, &format!("{id}-1"));
    assert_eq!(desk.import_answers("answers.hl7", &good).unwrap().answered, [id]);
    assert_eq!(desk.import_answers("answers.hl7", &good).unwrap().unchanged, [id], "the same again changes nothing");
    let other = good.replace("||1\r", "||2\r");
    let twice = desk.import_answers("answers.hl7", &other).unwrap();
    assert_eq!((twice.answered.len(), twice.rejects.len()), (0, 1), "{twice:?}");
}
