//! What a specialist stumbled over when she worked with the program for a morning, each as a script of keys.

use super::harness::Harness;
use crate::chart::{Instant, Observation, Quantity, Value};
use crate::query::{Diagnostic, LintSeverity, Report};
use crate::tui::command;
use crate::tui::compose::Field;
use crate::tui::model::{Pane, Screen};
use crate::tui::msg::{Msg, Slot};
use crate::tui::testing::TestDesk;
use crate::tui::update::matches;
use crate::work::Desk;
use crate::work::model::WorklistView;
use std::sync::Arc;

fn gap(h: &Harness) -> String {
    let chart = h.model.chart.as_ref().unwrap();
    chart.data.view.gaps[chart.gap].key.clone()
}

fn quotes(h: &Harness) -> Vec<String> {
    let draft = &h.model.composer.as_ref().unwrap().draft;
    draft.indicators.iter().filter(|i| i.included).map(|i| crate::tui::say::proof(&i.evidence)).collect()
}

/// Answers what was held back, a slot at a time in the order given, until nothing is left.
fn answer_in(h: &mut Harness, order: &[Slot]) {
    while let Some(held) = h.held.as_mut().filter(|held| !held.is_empty()) {
        let at = order.iter().find_map(|slot| held.iter().position(|(s, ..)| s == slot)).unwrap_or(0);
        let (slot, generation, request) = held.remove(at);
        h.answer(slot, generation, request);
    }
}

#[test]
fn proof_taken_for_one_gap_arrived_ticked_in_the_query_about_another() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>y").expect("for the next query about").expect("Creatinine 1.0");
    h.keys("y").expect("taken already");
    let first = quotes_of_gap(&h);
    h.keys("jw");
    assert!(quotes(&h).iter().all(|quote| !first.contains(quote)), "{:?}", quotes(&h));
    h.keys("<Esc>kw");
    assert!(first.iter().all(|quote| quotes(&h).contains(quote)));
}

fn quotes_of_gap(h: &Harness) -> Vec<String> {
    let chart = h.model.chart.as_ref().unwrap();
    chart.data.view.gaps[chart.gap].gap.evidence.iter().map(crate::tui::say::proof).collect()
}

#[test]
fn after_a_look_was_ended_the_chart_still_told_of_documents_to_read_since() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>").expect("4 documents to read").keys("m1").expect("nothing new since Thu 19 Nov 08:42; 4 from before not read");
    h.absent("documents to read since");
}

#[test]
fn keys_pressed_before_the_first_list_was_there_were_lost() {
    let mut h = Harness::slow(Arc::new(TestDesk::new()), 80, 24);
    h.keys("j<Enter>").absent("a moment");
    h.keys("w");
    answer_in(&mut h, &[]);
    assert_eq!((h.model.screen(), gap(&h).is_empty()), (Screen::Composer, false));
    h.expect("OKAFOR").absent("a moment");
    // What needs no list works at once, and Esc lets go of what waits.
    let mut h = Harness::slow(Arc::new(TestDesk::new()), 80, 24);
    h.keys("s");
    assert_eq!(h.model.screen(), Screen::Search);
    let mut h = Harness::slow(Arc::new(TestDesk::new()), 80, 24);
    h.keys("j<Enter><Esc>");
    answer_in(&mut h, &[]);
    assert_eq!((h.model.screen(), h.model.worklist.cursor), (Screen::Worklist, 0));
}

#[test]
fn keys_pressed_while_a_draft_opened_acted_on_the_chart() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>").held = Some(Vec::new());
    h.keys("w<Tab>x1");
    h.send(Msg::Paste(" pasted".to_owned()));
    assert!(h.model.layers.is_empty());
    answer_in(&mut h, &[]);
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body, "x1 pasted");
    // A chart that does not open any more: Esc.
    let mut h = Harness::new(80, 24);
    h.held = Some(Vec::new());
    h.keys("<Enter>x<Esc>j").expect("Worklist");
    answer_in(&mut h, &[]);
    assert_eq!((h.model.screen(), h.model.worklist.cursor), (Screen::Worklist, 1));
}

#[test]
fn an_open_draft_was_not_open_again_at_the_next_start() {
    // The draft may be read before its chart is.
    for order in [[Slot::Draft, Slot::Chart], [Slot::Chart, Slot::Draft]] {
        let mut h = Harness::new(80, 24);
        h.keys("<Enter>w<Tab>half a sentence").send(Msg::End);
        let mut again = Harness::slow(Arc::clone(&h.desk), 80, 24);
        answer_in(&mut again, &[Slot::Place, Slot::Worklist, order[0], order[1]]);
        assert_eq!(again.model.screen(), Screen::Composer, "{order:?}");
        let composer = again.model.composer.as_ref().unwrap();
        assert_eq!((composer.field, composer.cursor), (Field::Words, "half a sentence".len()));
        again.held = None;
        again.keys(", and the rest").keys("<Esc>");
        assert_eq!(again.model.screen(), Screen::Chart);
        assert_eq!(again.desk.query(1).unwrap().draft.body, "half a sentence, and the rest");
    }
    // One that was opened from the list of queries has no chart under it.
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<Esc><Esc>Q<Enter>");
    assert_eq!(h.model.screen(), Screen::Composer);
    h.keys("<C-q>");
    let again = Harness::on(Arc::clone(&h.desk), 80, 24);
    assert_eq!(again.model.screen(), Screen::Composer);
    // One that was sent from another window meanwhile is not written at.
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w").send(Msg::End);
    h.desk.send(1, 1).unwrap();
    let again = Harness::on(Arc::clone(&h.desk), 80, 24);
    assert_eq!(again.model.screen(), Screen::Chart);
}

#[test]
fn no_sentence_of_a_note_could_be_taken() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>gh").keys("y").expect("y takes the sentence that is marked");
    let words = |h: &Harness| {
        let chart = h.model.chart.as_ref().unwrap();
        let (doc, start, end) = chart.current.unwrap();
        chart.data.document(doc).unwrap().text[start..end].to_owned()
    };
    let first = words(&h);
    h.keys("l");
    let second = words(&h);
    assert_ne!(first, second);
    h.keys("h");
    assert_eq!((words(&h), h.model.chart.as_ref().unwrap().pane), (first, Pane::Reader));
    h.keys("ly").expect("1 taken, 1 for the next query about").keys("w");
    let quote = format!("\u{201c}{}\u{201d}", second.split_whitespace().collect::<Vec<_>>().join(" "));
    assert!(quotes(&h).contains(&quote), "{quote} in {:?}", quotes(&h));
    // Of a word that was looked for it is the sentence, and an empty query gets it too.
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>/lisinopril<Enter>y").expect("1 taken").keys("+");
    assert!(quotes(&h).iter().any(|quote| quote.contains("Hold lisinopril")), "{:?}", quotes(&h));
}

#[test]
fn the_footer_showed_keys_of_another_pane() {
    for (pane, shows, hides) in [
        ("1", &["go", "next-unseen", "compare-notes"][..], &["query-gap", "dismiss-gap", "explain-gap"][..]),
        ("2", &["next-unseen", "take-proof", "into", "find"], &["go", "query-gap", "dismiss-gap"]),
        ("3", &["go", "query-gap", "dismiss-gap", "explain-gap"], &["compare-notes", "lab-chart"]),
        ("4", &["lab-chart", "take-proof", "pane-gaps"], &["query-gap", "dismiss-gap", "find"]),
        ("5", &["go", "pane-gaps"], &["query-gap", "dismiss-gap"]),
    ] {
        let mut h = Harness::new(200, 60);
        h.keys("<Enter>").keys(pane);
        let ids: Vec<&str> = command::footer(&h.model).into_iter().map(|(c, _)| c.id).collect();
        assert!(shows.iter().all(|id| ids.contains(id)) && !hides.iter().any(|id| ids.contains(id)), "{pane}: {ids:?}");
        assert!(ids.len() <= 7 && ids.last() == Some(&"help"), "{ids:?}");
    }
    let mut h = Harness::new(80, 24);
    h.keys("/").expect("Enter keeps the filter").absent("n next new");
    h.keys("<Esc><Enter>/").expect("Enter to the match").absent("w write query");
}

#[test]
fn a_move_to_the_side_changed_the_pane() {
    for pane in ["1", "2", "3", "4", "5"] {
        for (key, times) in [("h", 3), ("l", 3), ("<Left>", 2), ("<Right>", 2)] {
            let mut h = Harness::new(120, 40);
            h.keys("<Enter>").keys(pane);
            let before = h.model.chart.as_ref().unwrap().pane;
            h.keys(&key.repeat(times));
            assert_eq!(h.model.chart.as_ref().unwrap().pane, before, "{key} in {pane}");
        }
    }
}

#[test]
fn a_search_as_a_worklist_left_another_view_behind() {
    let mut h = Harness::new(80, 24);
    h.keys("v5");
    assert_eq!(h.model.worklist.view, WorklistView::WithGaps);
    h.keys("sWound").rest().keys("<C-g>").expect("search  Wound").keys("<Esc>").expect("again");
    assert_eq!((h.model.worklist.view, h.model.worklist.only.is_none()), (WorklistView::WithGaps, true));
    assert_eq!(h.model.worklist.list.rows.len(), 5);
}

#[test]
fn vital_signs_were_hidden_beside_free_room() {
    let add = |view: &mut crate::work::model::ChartView| {
        let chart = Arc::make_mut(&mut view.chart);
        for (n, name) in ["Heart rate", "Respiratory rate", "Body temperature"].into_iter().enumerate() {
            chart.observations.push(Observation {
                identifier: format!("vital-{n}"),
                name: name.to_owned(),
                category: Some("vital-signs".to_owned()),
                value: Some(Value::Quantity(Quantity { value: 96.0, comparator: None, unit: Some("/min".to_owned()) })),
                time: Instant::parse("2026-11-18T21:10:00-05:00"),
                ..Observation::default()
            });
        }
    };
    for (size, both) in [((120, 40), true), ((60, 16), false)] {
        let h = Harness::new(size.0, size.1);
        h.desk.edit("88120", add);
        let mut h = Harness::on(h.desk, size.0, size.1);
        h.keys("<Enter>4").expect("Creatinine");
        assert_eq!(h.text().contains("Heart rate"), both, "{}", h.text());
        // The labs stay where they are when the cursor goes on to the vital signs.
        let row = |h: &mut Harness| h.text().lines().position(|l| l.contains("Creatinine"));
        let before = row(&mut h);
        h.keys("G").expect("Respiratory r");
        assert_eq!(row(&mut h), before.filter(|_| both));
    }
}

#[test]
fn the_palette_did_not_find_what_people_call_things() {
    for (script, words, id) in [
        ("<Enter>", "print", "copy"),
        ("", "print", "copy"),
        ("<Enter>w", "print", "provider-view"),
        ("<Enter>", "kidney", "pane-labs"),
        ("<Enter>", "compare", "compare-notes"),
        ("", "compare", "compare-notes"),
        ("<Enter>", "lab", "lab-chart"),
        ("<Enter>", "snooze", "next-review"),
        ("", "snooze", "next-review"),
    ] {
        let mut h = Harness::new(80, 24);
        h.keys(script);
        let found: Vec<&str> = matches(&h.model, words).iter().take(3).map(|c| c.id).collect();
        assert!(found.contains(&id), "{words} after {script:?}: {found:?}");
    }
    // What works elsewhere says where.
    let mut h = Harness::new(80, 24);
    h.keys(":compare notes").expect("elsewhere").expect("It works in: Chart").keys("<Enter>").expect("not here");
}

#[test]
fn advice_was_told_before_what_blocks() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w");
    let finding = |rule, severity| Diagnostic {
        rule,
        severity,
        r#where: None,
        field: "question".to_owned(),
        message: "m".to_owned(),
        hint: "h".to_owned(),
    };
    let diagnostics = vec![
        finding("QL026", LintSeverity::Advice),
        finding("QL033", LintSeverity::Justify),
        finding("QL060", LintSeverity::Block),
        finding("QL061", LintSeverity::Block),
    ];
    h.model.composer.as_mut().unwrap().report = Some(Report { can_send: false, diagnostics });
    let order = |text: &str| ["QL060", "QL061", "QL033", "QL026"].map(|rule| text.find(rule));
    h.keys("<C-g>");
    let places = order(&h.text());
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
}

#[test]
fn a_draft_was_called_a_query_under_way() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>w<Esc>").expect("1 draft").absent("under way");
    h.keys("w<C-s>y").expect("1 query under way").absent("1 draft");
}

#[test]
fn who_pays_stood_where_queries_are_written() {
    let h = Harness::new(200, 60);
    h.desk.edit("88120", |view| Arc::make_mut(&mut view.chart).encounter.payer = Some("Northlake Health Plan".to_owned()));
    let mut h = Harness::on(h.desk, 200, 60);
    for script in ["<Enter>", "2", "4", "5", "3w", "<C-r>"] {
        h.keys(script).absent("Northlake").absent("GMLOS");
    }
}

#[test]
fn esc_had_to_be_pressed_twice_in_a_text_field() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<Tab> more<Esc>").expect("the draft is kept");
    assert_eq!(h.model.screen(), Screen::Chart);
    assert_eq!(h.desk.query(1).unwrap().draft.body, " more");
}

#[test]
fn a_long_message_was_cut() {
    let mut h = Harness::new(60, 16);
    h.keys("");
    let words =
        "the query was not sent: a value that it quotes was corrected in the record since; read the chart again and take the new value";
    h.model.complain(words);
    let shown = h.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(words), "{shown}");
    h.keys("j").absent("was not sent");
}

#[test]
fn going_on_to_the_next_document_marked_unseen_text_as_read() {
    let mut h = Harness::new(60, 16);
    h.keys("<Enter>u");
    let read = |h: &Harness| h.desk.chart("88120").unwrap().seen.len();
    let (mut pages, mut before) = (0, 0);
    while !h.text().contains("nothing unread") {
        let chart = h.model.chart.as_ref().unwrap();
        let (doc, top) = (chart.doc, chart.top());
        h.keys("u");
        pages += 1;
        assert!(pages < 60, "{}", h.text());
        let chart = h.model.chart.as_ref().unwrap();
        // Either the same note went on a page, or its end was on the screen and it is read.
        assert!((chart.doc == doc && chart.top() > top) || read(&h) == before + 1, "{}", h.text());
        before = read(&h);
    }
    assert!(pages > 4 && read(&h) == 4);
}

#[test]
fn the_words_that_a_find_adds_were_not_told() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>/aki").expect("aki: also ").expect(" more").keys("<Esc>/breakfast").absent("also");
    let mut h = Harness::new(60, 16);
    h.keys("<Enter>/aki").expect("/ aki   nothing in this chart   with");
}

#[test]
fn the_chart_of_a_query_opened_anywhere() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>jw<C-s>yk<Esc>Qo");
    let chart = h.model.chart.as_ref().unwrap();
    assert_eq!((h.model.screen(), chart.pane), (Screen::Chart, Pane::Gaps));
    assert_eq!(chart.data.view.gaps[chart.gap].query, Some(1));
}

#[test]
fn the_order_of_the_list_was_changed_blindly() {
    let mut h = Harness::new(120, 40);
    h.keys("o").expect("In which order").expect("1  (x) most pressing").keys("4").expect("sorted by service");
    h.keys("o").expect("4  (x) service").keys("<Esc>").expect("sorted by service");
}

#[test]
fn nobody_could_say_which_kind_of_note_a_text_is() {
    let mut h = Harness::new(100, 30);
    h.keys("THeart failure.").rest();
    h.expect("read as").keys("<C-t>").expect("Which kind of note is it?").keys("d").expect("taken for discharge summary");
    h.keys("<C-t>0").expect("read as");
}

#[test]
fn the_tour_spoke_of_keys_that_did_nothing_on_the_screen() {
    let mut h = Harness::new(120, 40);
    h.keys("~").expect("Tour 1 of 12").absent("In a chart").keys("<Enter>").expect("Tour 2 of 12");
    h.keys("w").expect("Back in the chart (Esc)").keys("<Esc>").absent("Back in the chart (Esc)");
    h.keys("<Esc>").expect("In a chart (Enter)");
    // Begun in a chart it begins with the chart.
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>~").expect("Tour 2 of 12");
}

#[test]
fn our_own_times_stood_by_another_clock_beside_those_of_the_notes() {
    // The machine keeps UTC, the hospital does not.
    let mut h = Harness::new(120, 40);
    h.desk.edit("88120", |view| {
        view.last_look = Instant::parse("2026-11-18T20:30:00Z");
        view.as_of = Instant::parse("2026-11-19T13:42:00Z").unwrap();
    });
    h.keys("<Enter>").expect("since Wed 18 Nov 15:30").keys("w<C-s>y5").expect("now, Thu 19 Nov 08:42");
    h.keys("3jw");
    let composer = h.model.composer.as_mut().unwrap();
    composer.draft.admitted = Instant::parse("2026-11-17T14:05:00-05:00");
    composer.answer_time = None;
    composer.draft.due = Instant::parse("2026-11-21T13:42:00Z");
    h.expect("Sat 21 Nov 08:42");
}

#[test]
fn the_rule_behind_the_due_time_was_not_told() {
    for (width, height) in [(80, 24), (120, 40), (60, 16)] {
        let mut h = Harness::new(width, height);
        h.keys("<Enter>w<BackTab>").expect("48 h after sending; sent now").expect("weekends and holidays do not count");
    }
}
