//! What happens around a query: who is known to have asked, what counts as an answer, what may be said when it is asked again, and where an
//! answer came from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[allow(dead_code)] // each file of tests uses a part of it
mod support;

use lacuna::query::{OptionKind, Outcome, QueryState, Reason};
use lacuna::work::{Desk, LocalDesk, Reply, demo};
use support::Home;

/// The draft for an item of an encounter, sent.
fn sent(desk: &LocalDesk, encounter: &str, item: &str) -> i64 {
    let chart = desk.chart(encounter).unwrap();
    let gap = chart.gaps.iter().find(|g| g.gap.item == item).expect("the gap is there");
    let view = desk.draft_for_gap(&chart.chart.encounter.identifier, &gap.key).unwrap();
    let report = desk.lint(&view.draft).unwrap();
    let mut draft = view.draft;
    for rule in report.reasons(&draft) {
        draft.justifications.insert(rule.to_owned(), "said for this test alone".to_owned());
    }
    let revision = desk.save_draft(view.row.id, view.revision, &draft, "").unwrap();
    desk.send(view.row.id, revision).unwrap();
    view.row.id
}

fn option(desk: &LocalDesk, id: i64, kind: OptionKind) -> usize {
    desk.query(id).unwrap().draft.options.iter().position(|o| o.kind == kind).unwrap()
}

/// A draft begun before its author had said who that is stayed blocked by QL001, whatever was said afterwards.
#[test]
fn a_draft_from_before_its_author_was_known_stayed_blocked() {
    let home = Home::with_charts();
    let new = home.run(["--json", "query", "new", "88120", "--gap", "C01-specificity"]).ends(0).json();
    let id = new["row"]["id"].as_i64().unwrap().to_string();
    let rules = || {
        let report = home.run(["--json", "query", "lint", &id]).calm().json();
        report["diagnostics"].as_array().unwrap().iter().map(|d| d["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(rules().contains(&"QL001".to_owned()));
    home.run(["me", "--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]).ends(0);
    assert!(!rules().contains(&"QL001".to_owned()), "{:?}", rules());
    let shown = home.run(["--json", "query", "show", &id]).ends(0).json();
    assert_eq!((shown["draft"]["author"].as_str(), shown["draft"]["contact"].as_str()), (Some("Ana Ruiz, RN, CCDS"), Some("ext. 4417")));
    // It is written on, and goes out under that name.
    home.run(["query", "edit", &id, "--title", "Clinical clarification: cardiac status"]).ends(0);
    let out = home.run(["--json", "query", "send", &id]).ends(0).json();
    assert!(out["sent_text"].as_str().unwrap().contains("From: Ana Ruiz, RN, CCDS, ext. 4417"));
    // What was sent stays as it was signed.
    home.run(["me", "--name", "Ana Ruiz-Hall, RN, CCDS"]).ends(0);
    let shown = home.run(["--json", "query", "show", &id]).ends(0).json();
    assert_eq!(shown["draft"]["author"], "Ana Ruiz, RN, CCDS");
}

/// "No, developed after admission" answers what was asked, and stood in the figures as disagreement.
#[test]
fn a_no_to_present_on_admission_was_disagreement() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk, "88157", "POA-09");
    assert_eq!(desk.query(id).unwrap().draft.reason, Reason::R6);
    let view = desk.answer(id, "", Some(option(&desk, id, OptionKind::No))).unwrap();
    assert_eq!(view.row.says, Some(Outcome::Agreed));
    desk.close(id, Outcome::Agreed, "the addendum is dictated").unwrap();
    let figures = desk.query_figures(None, None).unwrap();
    let agree = figures[0].figures.iter().find(|f| f.name == "agree rate").unwrap();
    assert_eq!((agree.rows.as_slice(), agree.of.as_slice()), ([id].as_slice(), [id].as_slice()));
    assert!(agree.definition.contains("present on admission"));
}

/// Asked again after an answer, a query counted as one that nobody had ever answered.
#[test]
fn a_reopened_query_lost_its_reply_in_the_figures() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk, "88120", "N01-undocumented");
    desk.answer(id, "", Some(option(&desk, id, OptionKind::Undetermined))).unwrap();
    desk.reopen(id, "the creatinine of 2.2 mg/dL came back").unwrap();
    assert_eq!(desk.query(id).unwrap().row.state, QueryState::Reopened);
    let figures = desk.query_figures(None, None).unwrap();
    let figure = |name: &str| figures[0].figures.iter().find(|f| f.name == name).unwrap().clone();
    for name in ["response rate", "response rate within policy"] {
        assert_eq!((figure(name).rows, figure(name).of), (vec![id], vec![id]), "{name}");
    }
    assert_eq!(figure("response time, median").rows, [id]);
    assert_eq!(
        figure("agree rate").left_out.iter().map(|l| (l.why, l.rows.clone())).collect::<Vec<_>>(),
        [("outcome not known yet", vec![id])]
    );
    // A reply that does not fit the question is none, also when the question is asked again.
    let id = sent(&desk, "88085", "N01-specificity");
    desk.answer(id, "see my note", None).unwrap();
    desk.close(id, Outcome::InvalidResponse, "").unwrap();
    desk.reopen(id, "the creatinine of 1.6 mg/dL came back").unwrap();
    let figures = desk.query_figures(None, None).unwrap();
    let rate = figures[0].figures.iter().find(|f| f.name == "response rate").unwrap();
    assert!(rate.of.contains(&id) && !rate.rows.contains(&id));
}

/// "The culture grew E. coli", "creatinine is 7.9", "shock on the new scan": none of it stood anywhere in the record.
#[test]
fn a_query_was_asked_again_for_a_finding_that_nobody_documented() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk, "88120", "N01-undocumented");
    desk.answer(id, "", Some(option(&desk, id, OptionKind::Undetermined))).unwrap();
    for invented in ["the culture of the second day grew E. coli", "the creatinine is 7.9 mg/dL now", "pulmonary embolism on the new scan"]
    {
        let refused = desk.reopen(id, invented).unwrap_err();
        assert!(refused.exit_code() == 3 && refused.hint.is_some(), "{invented}: {refused:?}");
        assert!(refused.why.as_deref().is_some_and(|why| why.starts_with("blocked by QL")), "{invented}: {refused:?}");
        assert!(desk.query(id).unwrap().row.state.is_answered(), "{invented}: nothing was done");
    }
    desk.reopen(id, "the creatinine of 2.2 mg/dL came back").unwrap();
}

/// An answer out of a file stood in the tracker and the timeline like one that a person typed.
#[test]
fn an_imported_answer_could_not_be_told_from_a_typed_one() {
    let desk = demo::desk(None).unwrap();
    let (id, typed) = (sent(&desk, "88120", "N01-undocumented"), sent(&desk, "88115", "P02-undocumented"));
    let report = desk
        .import_answers("/tmp/in/answers of Monday.csv", &format!("query,option,text,by\n{id},1,dehydration,\"Chen, Wei MD\"\n"))
        .unwrap();
    assert_eq!(report.answered, [id]);
    desk.reply(typed, &Reply { words: "(imported from CSV x)".into(), option: Some(0), ..Reply::default() }).unwrap();
    let view = desk.query(id).unwrap();
    assert_eq!(view.row.imported.as_deref(), Some("CSV answers of Monday.csv"));
    let step = view.steps.iter().find(|s| s.event == "answer").unwrap();
    assert!(step.note.ends_with("(imported from CSV answers of Monday.csv)"), "{}", step.note);
    assert!(view.notes.iter().any(|n| n.contains("imported from CSV")));
    assert_eq!(desk.query(typed).unwrap().row.imported, None, "typed words cannot say so");
    let rows = desk.queries().unwrap();
    assert_eq!(rows.iter().filter(|r| r.imported.is_some()).map(|r| r.id).collect::<Vec<_>>(), [id]);
    assert_eq!(view.answer.as_deref().map(|a| a.contains("imported")), Some(false), "the answer itself is as it came");
}
