//! What a compliance officer with fresh eyes found in the life of a query: an answer that no note carries, asked until it pleases, by
//! anybody, with nothing in it, and sheets that look sent and are not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::Instant;
use lacuna::query::{OptionKind, Outcome, QueryState, bundle, csv, letter, mdm};
use lacuna::work::model::QueryView;
use lacuna::work::{Desk, LocalDesk, Reply, demo};

/// A draft of a chart that offers diagnoses and can be sent.
fn sendable(desk: &LocalDesk) -> QueryView {
    for (encounter, item) in [("88120", "N01-undocumented"), ("88120", "C01-specificity"), ("88085", "N01-specificity")] {
        let Ok(chart) = desk.chart(encounter) else { continue };
        for gap in chart.gaps.iter().filter(|g| g.gap.item == item && g.query.is_none()) {
            let view = desk.draft_for_gap(&chart.chart.encounter.identifier, &gap.key).unwrap();
            if view.row.state == QueryState::Draft && view.draft.options.len() > 2 && desk.lint(&view.draft).unwrap().can_send {
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

/// The place of an option of this kind, from 0.
fn option(desk: &LocalDesk, id: i64, kind: OptionKind) -> usize {
    desk.query(id).unwrap().draft.options.iter().position(|o| o.kind == kind).unwrap()
}

/// Any note of the stay closed a query as agreed, even one written before it that names nothing of the answer.
#[test]
fn a_note_older_than_the_query_closed_it_as_documented() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let view = desk.answer(id, "dehydration", Some(option(&desk, id, OptionKind::Diagnosis))).unwrap();
    let encounter = view.draft.encounter.clone().unwrap();
    let chart = desk.chart(&encounter).unwrap().chart;
    let is_report = |d: &&lacuna::chart::Document| d.document_type == Some(lacuna::chart::DocumentType::RadiologyReport);
    let providers = chart.documents.iter().filter(|d| !is_report(d));
    let older = providers.clone().find(|d| d.author.as_ref().is_some_and(|a| a.role.is_provider())).unwrap();
    if let Some(report) = chart.documents.iter().find(is_report) {
        let refused = desk.documented_although(id, &report.identifier, None, "the radiologist wrote it").unwrap_err();
        assert!(refused.why.is_some_and(|w| w.contains("no treating provider")));
    }
    let refused = desk.documented(id, Some(&older.identifier), None).unwrap_err();
    let why = refused.why.clone().unwrap();
    assert!(refused.exit_code() == 3 && why.contains("before the query was sent"), "{refused:?}");
    assert!(!desk.query(id).unwrap().row.state.is_over());
    assert_eq!(desk.documented_although(id, &older.identifier, None, "ok").unwrap_err().exit_code(), 3, "two letters are no reason");
    let closed = desk.documented_although(id, &older.identifier, None, "the note was written late and dated back").unwrap();
    assert_eq!(closed.row.state, QueryState::Closed);
    assert!(closed.notes.iter().any(|n| n.contains("before the query was sent")), "it is said for good: {:?}", closed.notes);
    if let Some(nurse) = chart.documents.iter().find(|d| d.author.as_ref().is_some_and(|a| !a.role.is_provider())) {
        let id = desk.reopen(id, "creatinine rose again on the second day").map(|v| v.row.id).unwrap();
        let refused = desk.documented_although(id, &nurse.identifier, None, "the nurse wrote it down").unwrap_err();
        assert!(refused.why.unwrap().contains("no treating provider"));
    }
}

/// Answered "unable", opened again five times with "please look again", until the answer was yes.
#[test]
fn the_same_question_was_asked_again_until_the_answer_pleased() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let unable = option(&desk, id, OptionKind::Undetermined);
    desk.reply(id, &Reply { option: Some(unable), by: "Dr First".into(), ..Reply::default() }).unwrap();
    for empty in ["please look again", "Please review and answer again, doctor", "again"] {
        let refused = desk.reopen(id, empty).unwrap_err();
        assert!(refused.exit_code() == 3 && refused.why.as_deref().is_some_and(|w| w.contains("QL104")), "{empty}: {refused:?}");
    }
    let new = "the urea nitrogen of 48 mg/dL came back after the question";
    desk.reopen(id, new).unwrap();
    desk.answer(id, "", Some(unable)).unwrap();
    assert!(desk.reopen(id, &new.to_uppercase()).is_err(), "the same reason twice is none");
    desk.reopen(id, "the creatinine of 2.2 mg/dL came back").unwrap();
    let view = desk.answer(id, "dehydration", Some(option(&desk, id, OptionKind::Diagnosis))).unwrap();
    assert!(view.notes.iter().any(|n| n.contains("2 times")), "{:?}", view.notes);
    desk.close(id, Outcome::Agreed, "the addendum is dictated").unwrap();
    // Every answer is in what leaves, and the figures say that it took three askings.
    let sheets = desk.sheets(Some(&[id]), "test").unwrap();
    assert_eq!(sheets[0].earlier_answers.len(), 2);
    assert_eq!(sheets[0].earlier_answers[0].by, "Dr First");
    let words = sheets[0].view.options[unable].clone();
    for form in [csv(&sheets), bundle(&sheets).to_string(), mdm(&sheets, &desk.now()), serde_json::to_string(&sheets).unwrap()] {
        assert!(form.contains("Dr First") && form.contains(&words), "{form}");
    }
    let figures = desk.query_figures(None, None).unwrap();
    let figure = |name: &str| figures[0].figures.iter().find(|f| f.name == name).unwrap().clone();
    assert_eq!(figure("asked again after an answer").rows, [id]);
    assert_eq!(figure("agreed only when asked again").rows, [id]);
}

/// A draft, and a query that was taken back, left the program looking like one that waits for an answer.
#[test]
fn a_draft_and_a_withdrawn_query_left_the_program_unmarked() {
    let desk = demo::desk(None).unwrap();
    let view = sendable(&desk);
    let id = view.row.id;
    for (mark, status) in [("DRAFT - NOT SENT", "|IP"), ("WITHDRAWN - DO NOT ANSWER", "|CA")] {
        if mark.starts_with('W') {
            desk.send(id, view.revision).unwrap();
            assert!(!desk.sheets(Some(&[id]), "test").unwrap()[0].text.contains("NOT SENT"));
            desk.withdraw(id, "sent in error").unwrap();
        }
        let sheets = desk.sheets(Some(&[id]), "test").unwrap();
        let message = mdm(&sheets, &desk.now());
        let json = serde_json::to_string(&sheets).unwrap();
        for form in [&sheets[0].text, &letter(&sheets), &json, &bundle(&sheets).to_string(), &message, &csv(&sheets)] {
            assert!(form.contains(mark), "{form}");
        }
        assert!(message.contains(&format!("{status}\r")) && !message.contains("||||||F"), "{message}");
        assert!(!bundle(&sheets).to_string().contains("\"active\""));
    }
}

/// A blank that nobody filled was an answer: "Other: ____".
#[test]
fn an_empty_blank_counted_as_an_answer() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let other = option(&desk, id, OptionKind::Other);
    for words in ["", "  ", "____", "."] {
        let refused = desk.answer(id, words, Some(other)).unwrap_err();
        assert!(refused.exit_code() == 2 && refused.hint.is_some(), "{words:?}: {refused:?}");
    }
    let report = desk.import_answers("a.csv", &format!("query,option\n{id},Other\n")).unwrap();
    assert_eq!((report.answered.len(), report.rejects.len()), (0, 1));
    assert_eq!(desk.query(id).unwrap().answer, None);
    desk.answer(id, "dilutional anemia", Some(other)).unwrap();
}

/// "Not significant", "unable" and "other" closed as agreed made an agree rate of 100 %.
#[test]
fn replies_that_do_not_agree_were_counted_as_agreed() {
    for kind in [OptionKind::Undetermined, OptionKind::Other] {
        let desk = demo::desk(None).unwrap();
        let id = sent(&desk);
        desk.answer(id, "something else", Some(option(&desk, id, kind))).unwrap();
        let refused = desk.close(id, Outcome::Agreed, "").unwrap_err();
        assert!(refused.exit_code() == 3 && refused.hint.as_deref().is_some_and(|h| h.contains("--reason")), "{refused:?}");
        let closed = desk.close(id, Outcome::Agreed, "an equivalent of the first option").unwrap();
        assert!(!closed.notes.is_empty());
        let figures = desk.query_figures(None, None).unwrap();
        let agree = figures[0].figures.iter().find(|f| f.name == "agree rate").unwrap();
        // What could not be determined counts neither way.
        let expected = usize::from(kind == OptionKind::Other);
        assert_eq!((agree.numerator, agree.denominator), (expected, Some(expected)), "{kind:?}");
        assert!(kind == OptionKind::Other || agree.left_out.iter().any(|l| l.why == "unable to determine" && l.rows == [id]));
    }
}

#[test]
fn an_answer_from_the_future_was_taken() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let reply = Reply { words: "yes".into(), at: Instant::parse("2027-11-01T08:00:00-05:00"), ..Reply::default() };
    let refused = desk.reply(id, &reply).unwrap_err();
    assert!(refused.exit_code() == 2 && refused.what.contains("not come yet"), "{refused:?}");
    let report = desk.import_answers("a.csv", &format!("query,option,at\n{id},1,2027-11-01\n")).unwrap();
    assert_eq!((report.answered.len(), report.rejects.len()), (0, 1));
}

/// Anybody's answer counted as the response of the provider who was asked, and nothing showed who gave it.
#[test]
fn an_answer_by_somebody_else_counted_as_the_recipient_s() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let reply = Reply { option: Some(0), by: "Random, Person MD".into(), words: "seen".into(), ..Reply::default() };
    let view = desk.reply(id, &reply).unwrap();
    assert_eq!(view.answered_by.as_deref(), Some("Random, Person MD"));
    let figures = desk.query_figures(None, None).unwrap();
    let provider = figures.iter().find(|g| g.by == "provider").unwrap();
    let rate = provider.figures.iter().find(|f| f.name == "response rate").unwrap();
    assert_eq!((rate.numerator, rate.denominator), (0, Some(1)), "not the response of who was asked");
    let by = figures[0].figures.iter().find(|f| f.name == "answered by somebody else").unwrap();
    assert_eq!(by.rows, [id]);
    let other = demo::desk(None).unwrap();
    let id = sent(&other);
    let view = other.answer(id, "seen", Some(0)).unwrap();
    assert!(view.answered_by.is_none() && view.notes.iter().any(|n| n.contains("nobody said who")), "{:?}", view.notes);
}

/// "I am not going to answer this" was closed as agreed, with no note and no word why, and counted in the agree rate.
#[test]
fn a_refusal_was_closed_as_agreed_without_a_note_and_without_a_word() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let early = desk.close(id, Outcome::NoResponse, "").unwrap_err();
    assert!(early.exit_code() == 3 && early.why.as_deref().is_some_and(|w| w.contains("due time")), "{early:?}");
    desk.answer(id, "see my note", None).unwrap();
    for outcome in [Outcome::Agreed, Outcome::AltDx, Outcome::Validated] {
        let refused = desk.close(id, outcome, "ok").unwrap_err();
        assert!(refused.why.as_deref().is_some_and(|w| w.contains("no later note")), "{outcome:?}: {refused:?}");
    }
    // That a reply answers nothing needs no more words.
    desk.close(id, Outcome::InvalidResponse, "").unwrap();
}

/// A letter typed to get past the question took a query out of every figure.
#[test]
fn a_letter_was_a_reason_to_withdraw() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    for words in ["x", ".", "ok", "12345"] {
        assert_eq!(desk.withdraw(id, words).unwrap_err().exit_code(), 2, "{words}");
        assert_eq!(desk.escalate(id, "physician advisor", words).unwrap_err().exit_code(), 2, "{words}");
    }
    desk.withdraw(id, "sent twice").unwrap();
}

/// Two drafts that were taken back before they went out were two queries that asked the same.
#[test]
fn drafts_that_never_went_out_counted_as_asked() {
    let desk = demo::desk(None).unwrap();
    let view = sendable(&desk);
    let (encounter, gap) = (view.draft.encounter.clone().unwrap(), view.draft.gap.clone().unwrap());
    desk.withdraw(view.row.id, "not needed yet").unwrap();
    let second = desk.draft_for_gap(&encounter, &gap).unwrap();
    desk.withdraw(second.row.id, "not needed yet").unwrap();
    assert!(desk.contact(second.row.id, "", "telephone", "said hello").is_err(), "nothing went out that a contact could be about");
    let third = desk.draft_for_gap(&encounter, &gap).unwrap();
    let rules: Vec<&str> = desk.lint(&third.draft).unwrap().diagnostics.iter().map(|d| d.rule).collect();
    assert!(!rules.contains(&"QL104"), "{rules:?}");
}

/// The table of an earlier version was read against the options of the newest.
#[test]
fn an_answer_to_an_earlier_version_came_in_by_the_table() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let table = csv(&desk.sheets(Some(&[id]), "test").unwrap());
    let mut draft = desk.query(id).unwrap().draft;
    draft.question.push_str(" Thank you.");
    desk.amend(id, &draft, "a politer question").unwrap();
    let header = table.lines().next().unwrap();
    assert!(header.contains("version"), "{header}");
    let report = desk.import_answers("a.csv", &format!("query,version,option\n{id},1,1\n")).unwrap();
    assert_eq!((report.answered.len(), report.rejects.len()), (0, 1), "{report:?}");
    let report = desk.import_answers("a.csv", &format!("query,version,option\n{id},2,1\n")).unwrap();
    assert_eq!(report.answered.len() + report.rejects.len(), 1);
}

/// What was typed about another patient of the store went out in every export.
#[test]
fn another_patients_name_and_numbers_passed_the_check_of_a_draft() {
    let desk = demo::desk(None).unwrap();
    let view = sendable(&desk);
    let finds = |change: &dyn Fn(&mut lacuna::query::Draft)| {
        let mut draft = view.draft.clone();
        change(&mut draft);
        let report = desk.lint(&draft).unwrap();
        report.blocks() && report.diagnostics.iter().any(|d| d.rule == "QL103" && !d.message.contains("Birch"))
    };
    assert!(!finds(&|_| {}), "the draft as it was filled");
    let other = desk.chart("88076").unwrap().chart;
    let (patient, encounter) = (other.patient.clone().unwrap(), other.encounter.identifier.clone());
    let full = format!("{} {}", patient.given.clone().unwrap(), patient.family.clone().unwrap());
    assert!(finds(&|d| d.title.push_str(&format!(", {full}"))));
    assert!(finds(&|d| d.body = format!("As in MRN {}.", patient.mrn.clone().unwrap())));
    assert!(finds(&|d| d.question.insert_str(0, &format!("As in {encounter}: "))));
    assert!(finds(&|d| d.options[0].text.push_str(&format!(" ({full})"))));
    let own = desk.chart(view.draft.encounter.as_deref().unwrap()).unwrap().chart;
    let own_patient = own.patient.clone().unwrap();
    let own_name = format!("{} {}", own_patient.given.clone().unwrap(), own_patient.family.clone().unwrap());
    let own_words = format!("{own_name}, MRN {}, encounter {}.", own_patient.mrn.unwrap(), own.encounter.identifier);
    assert!(!finds(&|d| d.body = own_words.clone()), "the patient's own name and numbers");
    assert!(!finds(&|d| d.body = format!("{} came by.", patient.family.clone().unwrap())), "a surname alone");
    if let Some(to) = &view.draft.recipient {
        assert!(!finds(&|d| d.body = format!("Spoken about with {}.", to.name)), "a provider");
    }
}

/// What was noted about a talk, or typed as a reason, could hold money, an instruction or another patient.
#[test]
fn a_note_beside_a_query_could_say_what_the_query_may_not() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let bad =
        ["told him that the DRG pays more with it", "asked him to please document sepsis today", "the audit will be denied without it"];
    let steps = || (desk.query(id).unwrap().steps.len(), desk.query(id).unwrap().contacts.len());
    let before = steps();
    for words in bad {
        for refused in [
            desk.contact(id, "", "telephone", words).unwrap_err(),
            desk.escalate(id, "physician advisor", words).unwrap_err(),
            desk.redirect(id, "Hospital medicine", words).unwrap_err(),
            desk.withdraw(id, words).unwrap_err(),
            desk.close(id, Outcome::NoResponse, words).unwrap_err(),
        ] {
            assert!(
                refused.exit_code() == 3 && refused.why.as_deref().is_some_and(|w| w.contains("QL06") || w.contains("QL07")),
                "{refused:?}"
            );
        }
    }
    assert_eq!(steps(), before, "a refused one is not stored");
    desk.contact(id, "", "telephone", "asked whether the query came through; will answer after rounds").unwrap();
    desk.contact(id, "", "telephone", "he says that he ticked the first option").unwrap();
    desk.escalate(id, "physician advisor", "no answer for two days after a call").unwrap();
    desk.redirect(id, "Hospital medicine", "off duty for a week").unwrap();
}

/// A title could say how acute, of what type or of what stage a documented condition is, though no provider wrote it.
#[test]
fn a_title_narrowed_a_documented_condition() {
    let desk = demo::desk(None).unwrap();
    let chart = desk.chart("88120").unwrap();
    let gap = chart.gaps.iter().find(|g| g.gap.item == "C01-specificity").unwrap();
    let view = desk.draft_for_gap("88120", &gap.gap.key()).unwrap();
    let fires = |title: &str| {
        let draft = lacuna::query::Draft { title: title.into(), ..view.draft.clone() };
        desk.lint(&draft).unwrap().diagnostics.iter().any(|d| d.rule == "QL010")
    };
    for title in [
        "Clinical clarification: severe heart failure",
        "Clinical clarification: end stage heart failure",
        "Clinical clarification: heart failure, class IV",
        "Clinical clarification: ischemic heart failure",
    ] {
        assert!(fires(title), "{title}");
    }
    for title in [
        "Clinical clarification: heart failure",
        "Clinical clarification: type and acuity of heart failure",
        "Clinical clarification: chronic respiratory status",
    ] {
        assert!(!fires(title), "{title}");
    }
}

/// What the draft of a gap of the charts says.
fn drafted(desk: &LocalDesk, encounter: &str, item: &str) -> lacuna::query::Draft {
    let chart = desk.chart(encounter).unwrap();
    let gap = chart.gaps.iter().find(|g| g.gap.item == item).unwrap();
    let draft = desk.draft_for_gap(&chart.chart.encounter.identifier, &gap.gap.key()).unwrap().draft;
    assert!(!desk.lint(&draft).unwrap().blocks(), "{encounter} {item}");
    draft
}

/// The attending of the record had handed the patient over, and wrote nothing since.
#[test]
fn a_query_went_to_an_attending_who_had_transferred_the_patient() {
    let desk = demo::desk(None).unwrap();
    let draft = drafted(&desk, "88161", "N01-undocumented");
    assert_eq!(draft.recipient.as_ref().unwrap().name, "Okoye, Daniel DO");
    assert!(!desk.lint(&draft).unwrap().diagnostics.iter().any(|d| matches!(d.rule, "QL002" | "QL003" | "QL004")));
    // Who was moved too, and whose attending still writes.
    for (encounter, item) in [("88047", "CX-02-heart-failure"), ("88131", "R06-undocumented")] {
        let to = drafted(&desk, encounter, item).recipient.unwrap();
        assert_eq!(to.role, "attending", "{encounter}");
    }
}

/// "Lung findings after aspiration" told an aspiration that nobody wrote of, and asked for "the diagnosis, if any" of a documented pneumonia.
#[test]
fn a_title_told_an_aspiration_and_the_question_passed_over_a_documented_pneumonia() {
    let draft = drafted(&demo::desk(None).unwrap(), "88131", "R06-undocumented");
    assert!(!draft.title.to_lowercase().contains("aspiration"), "{}", draft.title);
    assert!(draft.question.contains("documented pneumonia") && !draft.question.contains("if any"), "{}", draft.question);
}

/// Two troponins of four looked like a rise, and a heparin that was stopped the same day like one that runs.
#[test]
fn a_trend_showed_some_values_and_a_drug_only_its_start() {
    let text = lacuna::query::render_text(&drafted(&demo::desk(None).unwrap(), "88149", "CX-01"), None);
    for value in ["58", "96", "88", "61"] {
        let line = text.lines().filter(|l| l.contains("Troponin")).collect::<String>();
        assert!(line.contains(value), "{value}: {text}");
    }
    assert!(text.contains("Heparin infusion") && text.contains("stop heparin"), "{text}");
    // Where all are shown, nothing is said of others.
    let all = lacuna::query::render_text(&drafted(&demo::desk(None).unwrap(), "88131", "R06-undocumented"), None);
    assert!(all.lines().any(|l| l.contains("Procalcitonin") && !l.contains("other values")), "{all}");
}

/// Two providers named two types of heart failure, and the echocardiogram that decides was not shown; it was taken for an office visit.
#[test]
fn a_query_about_the_type_of_heart_failure_left_the_echocardiogram_out() {
    let desk = demo::desk(None).unwrap();
    let text = lacuna::query::render_text(&drafted(&desk, "88047", "CX-02-heart-failure"), None);
    assert!(text.lines().any(|l| l.contains("LVEF 30-35%") && l.contains("Radiology")), "{text}");
    let echo = desk.chart("88047").unwrap().chart.document("whitfield-echo").unwrap().document_type;
    assert_eq!(echo, Some(lacuna::chart::DocumentType::RadiologyReport));
}

/// Two notes that name different sides were a question to the author of one of them, and no rule said that it is the attending's.
#[test]
fn a_conflict_of_sides_went_to_the_author_of_one_side() {
    let desk = demo::desk(None).unwrap();
    for (encounter, item, wrote) in [("88115", "CX-03-hip", "Reyes, Camila PA-C"), ("88085", "CX-03-stroke", "Solberg, Ingrid MD")] {
        let mut draft = drafted(&desk, encounter, item);
        let asks = |draft: &lacuna::query::Draft| desk.lint(draft).unwrap().diagnostics.iter().any(|d| d.rule == "QL004");
        assert_eq!(draft.recipient.as_ref().unwrap().role, "attending", "{encounter}");
        assert!(!asks(&draft), "{encounter}");
        draft.recipient = lacuna::query::recipients(&desk.chart(encounter).unwrap().chart).into_iter().find(|r| r.name == wrote);
        assert!(draft.recipient.is_some() && asks(&draft), "{encounter}");
    }
    assert_eq!(drafted(&desk, "88149", "CX-01").recipient.unwrap().role, "attending");
}

/// No draft of any chart showed what speaks against its question, so that leaving it out could want no reason.
#[test]
fn what_speaks_against_a_question_stood_in_no_draft_and_was_left_out_without_a_word() {
    let desk = demo::desk(None).unwrap();
    let mut draft = drafted(&desk, "88161", "N07-potassium-low");
    let asks = |draft: &lacuna::query::Draft| desk.lint(draft).unwrap().unjustified(draft).any(|d| d.rule == "QL024");
    let against: Vec<usize> = draft.indicators.iter().enumerate().filter(|(_, i)| i.against).map(|(at, _)| at).collect();
    assert!(!against.is_empty() && against.iter().all(|at| draft.indicators[*at].included));
    assert!(!asks(&draft));
    // The provider reads no mark of sides.
    assert!(!lacuna::query::render_text(&draft, None).contains("against"));
    draft.indicators[against[0]].included = false;
    assert!(asks(&draft));
    draft.justifications.insert("QL024".into(), "the value was taken after the replacement".into());
    assert!(!asks(&draft));
}

/// "Indication: distension, weight loss" stood under the findings of imaging.
#[test]
fn why_a_study_was_asked_for_stood_among_the_findings_of_imaging() {
    let desk = demo::desk(None).unwrap();
    let text = lacuna::query::render_text(&drafted(&desk, "88076", "N14-undocumented"), None);
    assert!(!text.contains("distension, weight loss") && text.contains("Body mass index 18.6"), "{text}");
}

/// What was told beside a value could be written by hand into a file of the draft, and went out.
#[test]
fn words_about_other_values_out_of_a_file_went_out() {
    let desk = demo::desk(None).unwrap();
    let encounter = desk.chart("88161").unwrap();
    let gap = encounter.gaps.iter().find(|g| g.gap.item == "N01-undocumented").unwrap();
    let view = desk.draft_for_gap(&encounter.chart.encounter.identifier, &gap.gap.key()).unwrap();
    let (id, mut draft) = (view.row.id, view.draft);
    let at = draft.indicators.iter().position(|i| i.others.contains("not shown")).unwrap();
    let told = std::mem::replace(&mut draft.indicators[at].others, "highest of 2 values; not shown: 1.3 (18 Nov 05:20)".into());
    desk.save_draft(id, view.revision, &draft, "").unwrap();
    let stored = desk.query(id).unwrap();
    let report = desk.lint_stored(id).unwrap();
    assert!(report.blocks() && report.diagnostics.iter().any(|d| d.rule == "QL116"), "{:?}", report.diagnostics);
    // Emptied, they are told again.
    draft.indicators[at].others.clear();
    desk.save_draft(id, stored.revision, &draft, "").unwrap();
    assert_eq!(desk.query(id).unwrap().draft.indicators[at].others, told);
    assert!(!desk.lint_stored(id).unwrap().diagnostics.iter().any(|d| d.rule == "QL116"));
}

/// "PaO2 58" went out without the "room air" that its sender had remarked beside it.
#[test]
fn the_remark_beside_a_value_stayed_in_the_store() {
    let desk = demo::desk(None).unwrap();
    let draft = drafted(&desk, "88009", "R01-undocumented");
    let remarked =
        draft.indicators.iter().find(|i| i.included && matches!(&i.evidence, lacuna::chart::Evidence::Value(v) if v.note.is_some()));
    let lacuna::chart::Evidence::Value(value) = &remarked.unwrap().evidence else { panic!() };
    let text = lacuna::query::render_text(&draft, None);
    assert!(text.lines().any(|l| l.contains(&value.name) && l.contains(value.note.as_deref().unwrap())), "{text}");
}

/// An amended query looked like a second question: nothing said that it stands in place of the first.
#[test]
fn an_amended_query_did_not_say_that_it_replaces_another() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let first = mdm(&desk.sheets(Some(&[id]), "hl7").unwrap(), &Instant::parse("2026-11-20T10:00:00-05:00").unwrap());
    assert!(first.contains("MDM^T02^MDM_T02") && !first.contains("T10") && !first.contains("in place of"), "{first}");
    let view = desk.query(id).unwrap();
    let draft = lacuna::query::Draft { body: "Seen again today.".into(), ..view.draft };
    desk.amend(id, &draft, "the words above the question were missing").unwrap();
    let sheet = desk.sheets(Some(&[id]), "hl7").unwrap();
    assert!(sheet[0].text.contains("Version: 2, in place of version 1, sent "), "{}", sheet[0].text);
    let second = mdm(&sheet, &Instant::parse("2026-11-20T10:00:00-05:00").unwrap());
    assert!(second.contains("MDM^T10^MDM_T02") && second.contains("EVN|T10|"), "{second}");
    let txa = second.split('\r').find(|s| s.starts_with("TXA")).unwrap();
    let fields: Vec<&str> = txa.split('|').collect();
    assert_eq!((fields[12], fields[13]), (format!("{id}-2^LACUNA").as_str(), format!("{id}-1^LACUNA").as_str()));
}

/// Sentences of other things stood under "Documentation at issue", beside the statements that differ.
#[test]
fn what_was_found_beside_a_statement_stood_as_the_statement_at_issue() {
    let desk = demo::desk(None).unwrap();
    for (encounter, item, found) in [("88149", "CX-01", "ECG AF 164"), ("88098", "P01-validity", "CIWA 14")] {
        let draft = drafted(&desk, encounter, item);
        let group = |words: &str| {
            let of = draft.indicators.iter().find(|i| i.included && lacuna::query::words_of(&i.evidence).contains(words));
            of.map(|i| i.group.clone())
        };
        assert_eq!(group(found).as_deref(), Some("history"), "{encounter}");
        if item == "CX-01" {
            assert_eq!(
                (group("This is not an NSTEMI"), group("NSTEMI, no cath")),
                (Some("documentation".into()), Some("documentation".into()))
            );
        }
    }
}

/// Where a query stands in our own work (overdue, escalated) went out to whoever reads the message.
#[test]
fn our_own_state_of_a_query_went_out_with_it() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    desk.escalate(id, "physician advisor", "no answer for two days after a call").unwrap();
    let sheets = desk.sheets(Some(&[id]), "test").unwrap();
    let now = Instant::parse("2026-11-20T10:00:00-05:00").unwrap();
    for out in [mdm(&sheets, &now), bundle(&sheets).to_string()] {
        assert!(!out.to_lowercase().contains("escalated"), "{out}");
    }
}

/// The skin as the nurse found it on admission was missing from a question about the time of onset, and the place of a wound from one about
/// its kind.
#[test]
fn a_wound_was_asked_about_without_the_first_look_at_the_skin() {
    let desk = demo::desk(None).unwrap();
    for (encounter, item, decisive) in
        [("88034", "POA-09", "Skin assessment: deferred"), ("88120", "S01-undocumented", "Sacrum: reddened w/ small open area")]
    {
        let draft = drafted(&desk, encounter, item);
        let shown = |i: &&lacuna::query::Indicator| i.included && lacuna::query::words_of(&i.evidence).contains(decisive);
        assert!(draft.indicators.iter().any(|i| shown(&i)), "{encounter}");
    }
}

/// A table whose patient was another one's was recorded: the column was not looked at.
#[test]
fn an_answer_of_another_patient_came_in_by_a_table() {
    let desk = demo::desk(None).unwrap();
    let id = sent(&desk);
    let patient = desk.query(id).unwrap().draft.patient_name.clone();
    let encounter = desk.query(id).unwrap().draft.encounter.clone().unwrap();
    let person = desk.chart(&encounter).unwrap().chart.patient.clone().unwrap();
    let (mrn, family) = (person.mrn.clone().unwrap(), person.family.clone().unwrap());
    for (header, cell) in [
        ("patient", "\"KOWALSKI Peter, MRN 00519034\"".to_owned()),
        ("patient", "KOWALSKI Peter".to_owned()),
        ("Patient Name", format!("{family} Zebulon")),
        ("mrn", "00519034".to_owned()),
        ("Record number", "00519034".to_owned()),
    ] {
        let report = desk.import_answers("a.csv", &format!("query,option,{header}\n{id},1,{cell}\n")).unwrap();
        assert_eq!((report.answered.len(), report.rejects.len()), (0, 1), "{header}: {cell}");
        assert!(report.rejects[0].what.contains("another patient"), "{:?}", report.rejects);
    }
    assert_eq!(desk.query(id).unwrap().answer, None);
    let report = desk.import_answers("a.csv", &format!("query,option,text,patient,mrn\n{id},1,dehydration,\"{patient}\",{mrn}\n")).unwrap();
    assert_eq!((report.answered.len(), report.rejects.len()), (1, 0), "{:?}", report.rejects);
}
