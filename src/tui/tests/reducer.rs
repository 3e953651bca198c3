//! What keys do, played as scripts.

use super::harness::Harness;
use crate::checklist::GapState;
use crate::checklist::Severity;
use crate::query::QueryState;
use crate::tui::compose::{Field, Saved};
use crate::tui::model::{Pane, Screen};
use crate::tui::msg::{Answer, Msg, Slot};
use crate::work::Desk;
use crate::work::model::{Counted, RowGaps, Worklist, WorklistView};
use std::sync::Arc;

#[test]
fn from_the_worklist_through_a_gap_to_a_sent_query() {
    let mut h = Harness::new(80, 24);
    h.expect("RIVERA Marta").keys("<Enter>").expect("Creatinine 1.0").keys("<Enter>").expect("ASSESSMENT:");
    assert_eq!(h.model.chart.as_ref().unwrap().pane, Pane::Reader);
    h.keys("<Backspace>");
    assert_eq!(h.model.chart.as_ref().unwrap().pane, Pane::Gaps);
    h.keys("w").expect("Clinical clarification").keys("<C-s>").expect("Send query 1").keys("y").expect("query 1 is sent");
    assert_eq!(h.model.screen(), Screen::Chart);
    assert_eq!(h.desk.queries().unwrap()[0].state, QueryState::Sent);
    h.keys("Q<Enter>").expect("Its life").keys("q").keys("q").expect("Gaps");
}

#[test]
fn nothing_is_sent_when_the_answer_is_not_a_plain_yes() {
    for key in ["<Enter>", "n", "<Esc>"] {
        let mut h = Harness::new(80, 24);
        h.keys("<Enter>w<C-s>").keys(key);
        assert_eq!(h.desk.queries().unwrap()[0].state, QueryState::Draft, "{key}");
        assert_eq!(h.model.screen(), Screen::Composer);
    }
}

#[test]
fn what_blocks_is_said_and_nothing_is_sent() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>w");
    while h.model.composer.as_ref().unwrap().field != Field::Question {
        h.keys("<Tab>");
    }
    h.keys(" please document").rest().expect("1 finding blocks").expect("QL001").keys("<C-s>").expect("not sent: a finding");
    assert!(h.model.layers.is_empty());
}

#[test]
fn what_was_mended_a_moment_ago_does_not_hold_up_sending() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>w");
    while h.model.composer.as_ref().unwrap().field != Field::Question {
        h.keys("<Tab>");
    }
    h.keys(" please document").rest().expect("1 finding blocks");
    h.keys(&"<Backspace>".repeat(" please document".len())).keys("<C-s>").expect("Send query 1").keys("y").expect("is sent");
}

#[test]
fn what_blocks_is_refused_even_before_it_was_looked_at() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>w");
    while h.model.composer.as_ref().unwrap().field != Field::Question {
        h.keys("<Tab>");
    }
    h.keys(" please document").keys("<C-s>y").expect("the query was not sent");
    assert!(!h.desk.queries().unwrap()[0].state.is_sent());
}

#[test]
fn typing_is_saved_when_it_rests_and_the_footer_says_so() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<BackTab><BackTab><BackTab><BackTab><BackTab>");
    assert_eq!(h.model.composer.as_ref().unwrap().field, Field::Title);
    h.keys(" now").expect("saving");
    h.rest().expect("saved 08:42:00");
    assert_eq!(h.desk.query(1).unwrap().draft.title, "Clinical clarification: renal function now");
}

#[test]
fn a_draft_is_saved_on_the_way_out_and_found_again() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<BackTab><BackTab><BackTab><BackTab><BackTab> kept<Esc>").expect("the draft is kept");
    assert_eq!(h.desk.query(1).unwrap().draft.title, "Clinical clarification: renal function kept");
    assert_eq!(h.model.screen(), Screen::Chart);
    h.keys("w").expect("function kept");
    h.keys("<Tab><BackTab>").send(Msg::Paste(String::new()));
    h.send(Msg::End);
    assert!(h.model.composer.as_ref().unwrap().clean());
}

#[test]
fn a_lost_update_is_said_and_the_text_stays() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<BackTab><BackTab><BackTab><BackTab><BackTab>");
    let stored = h.desk.query(1).unwrap();
    h.desk.save_draft(1, stored.revision, &stored.draft, "").unwrap();
    h.keys(" mine").rest().expect("NOT SAVED");
    let composer = h.model.composer.as_ref().unwrap();
    assert!(matches!(composer.status, Saved::Failed(_)));
    assert!(composer.draft.title.ends_with("mine"));
}

#[test]
fn stale_answers_are_dropped() {
    let mut h = Harness::new(80, 24);
    let old = h.model.jobs.newest(Slot::Worklist);
    h.held = Some(Vec::new());
    h.keys("v5");
    let late = Worklist { view: WorklistView::All, ..Worklist::default() };
    h.send(Msg::Answer { slot: Slot::Worklist, generation: old, now: h.desk.now(), answer: Box::new(Answer::Worklist(Ok(late))) });
    assert_eq!(h.model.worklist.view, WorklistView::WithGaps);
    assert_eq!(h.model.worklist.list.rows.len(), 6);
    for (slot, generation, request) in h.held.take().unwrap() {
        h.answer(slot, generation, request);
    }
    assert_eq!(h.model.worklist.list.rows.len(), 5);
}

#[test]
fn only_the_newest_search_counts() {
    let mut h = Harness::new(80, 24);
    h.keys("s");
    h.held = Some(Vec::new());
    h.keys("Wound").rest();
    h.keys("<C-u>Sepsis").rest();
    let mut held = h.held.take().unwrap();
    held.retain(|(slot, ..)| *slot == Slot::Search);
    assert_eq!(held.len(), 2);
    for (slot, generation, request) in held.into_iter().rev() {
        h.answer(slot, generation, request);
    }
    h.expect("the word Sepsis").absent("the word Wound");
}

#[test]
fn a_hit_opens_at_its_words_and_esc_comes_back_to_the_same_hit() {
    let mut h = Harness::new(120, 40);
    h.keys("sWound").rest();
    h.expect("6 notes").keys("<Down><Down><Enter>").expect("stage 2 pressure injury");
    let chart = h.model.chart.as_ref().unwrap();
    assert_eq!((chart.data.encounter(), chart.current.map(|c| c.1)), ("88122", Some(0)));
    h.keys("<Esc>");
    assert_eq!((h.model.screen(), h.model.search.cursor), (Screen::Search, 2));
}

#[test]
fn what_is_typed_into_a_search_taken_up_again_does_not_run_on_from_the_last_one() {
    let mut h = Harness::new(80, 24);
    let again = |h: &mut Harness, keys: &str| {
        h.keys("<Esc>s").rest();
        h.keys(keys).rest();
        h.model.search.query.clone()
    };
    h.keys("sWound").rest();
    assert_eq!(again(&mut h, ""), "Wound");
    h.expect("6 notes");
    assert_eq!(again(&mut h, "Sepsis"), "Sepsis");
    assert_eq!(again(&mut h, "<Left><End>?"), "Sepsis?");
    assert_eq!(again(&mut h, "<Backspace>"), "");
    h.keys("Wound").rest();
    // After a hit one is where one was, and a value of the facets is added to what is there.
    h.keys("<Enter><Esc> stage").rest();
    assert_eq!(h.model.search.query, "Wound stage");
    h.keys("<Esc>s").send(Msg::Paste("Sepsis".to_owned()));
    h.keys("").rest();
    assert_eq!(h.model.search.query, "Sepsis");
}

#[test]
fn a_gap_is_set_aside_with_one_digit_and_taken_back() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>x").expect("evidence does not carry it").keys("2").expect("set aside: already documented").expect("Gaps 2");
    h.keys("kx").expect("only an open gap").keys("X").expect("Gaps 3");
}

#[test]
fn the_filter_narrows_as_it_is_typed_and_esc_clears_it() {
    let mut h = Harness::new(80, 24);
    h.keys("/okaf").expect("OKAFOR").absent("RIVERA").keys("<Enter><Enter>").expect("OKAFOR");
    h.keys("<Esc><Esc>").expect("RIVERA");
}

#[test]
fn a_find_in_a_chart_did_not_say_what_it_left_out() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>/").keys("-sepsis").expect("leaves nothing out here").keys("<Esc>");
    h.keys("/autor:x").expect("There is no field").keys("<Esc>").absent("There is no field");
}

#[test]
fn find_goes_through_the_note_and_the_others() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>/sepsis<Enter>").expect("1 of 1").expect("Sepsis due to pneumonia");
    h.keys("<Backspace>").expect("3 Gaps");
    h.keys("/breakfast").expect("of 27").keys("<Enter>n").expect("2 of 27").keys("N").expect("1 of 27");
}

#[test]
fn a_hit_of_a_search_with_a_filter_opened_with_nothing_in_this_chart() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>");
    for filter in ["patient:rivera", "author:chen", "type:progress_note"] {
        h.keys(&format!("/breakfast {filter}<Enter>"));
        let found = h.model.chart.as_ref().map_or(0, |chart| chart.find.hits.len());
        assert!(found > 0, "{filter}");
    }
    h.keys("/breakfast patient:okafor<Enter>").expect("not in this chart");
}

#[test]
fn a_key_without_a_command_did_nothing_and_said_nothing() {
    let mut h = Harness::new(80, 24);
    h.keys("z").expect("z does nothing here; F1 shows the keys").keys("j").absent("does nothing here");
    h.keys("<Enter>0").expect("0 does nothing here");
}

#[test]
fn the_preview_of_a_chart_hid_gaps_without_a_mark() {
    let mut h = Harness::new(80, 24);
    h.keys("");
    let row = h.model.worklist.selected().unwrap().clone();
    let seen = row.top_gaps.iter().filter(|gap| h.text().contains(gap.title.get(..12).unwrap_or(&gap.title))).count();
    let all = row.gaps.unwrap();
    assert!(seen > 0 && seen < all, "{seen} of {all}");
    h.expect(&format!("and {} more", all - seen));
}

#[test]
fn the_words_of_a_find_stayed_at_the_foot_of_the_screen() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>/breakfast<Enter>").expect("/ breakfast").keys("j").absent("/ breakfast").keys("n").expect("2 of 27");
    h.keys("3").absent("/ breakfast");
}

#[test]
fn numbers_of_gaps_come_into_their_rows_while_everything_works() {
    let mut h = Harness::new(80, 24);
    h.desk.unlook();
    h.held = Some(Vec::new());
    h.keys("r");
    let answer = |h: &mut Harness, wanted: Slot| {
        let held = h.held.as_mut().unwrap();
        let at = held.iter().position(|(slot, ..)| *slot == wanted).unwrap();
        let (slot, generation, request) = held.remove(at);
        h.answer(slot, generation, request);
    };
    answer(&mut h, Slot::Worklist);
    h.keys("").expect("looking for gaps: 0 of 6 charts").expect("not looked at for gaps yet");
    let row = |h: &mut Harness, name: &str| h.text().lines().find(|l| l.contains(name)).unwrap_or_default().to_owned();
    assert!(row(&mut h, "LINDQVIST").contains('\u{2026}') && !row(&mut h, "LINDQVIST").contains(" 0"), "{}", row(&mut h, "LINDQVIST"));
    h.keys("j");
    assert_eq!(h.model.worklist.cursor, 1);
    let generation = h.model.jobs.newest(Slot::Count);
    let found = RowGaps { encounter: "88122".to_owned(), gaps: 3, severity: Some(Severity::High), top: Vec::new() };
    h.send(Msg::Counting { generation, found: Counted { done: 2, total: 6, rows: vec![found.clone()] } });
    h.send(Msg::Counting { generation: generation - 1, found: Counted { done: 5, total: 6, rows: vec![RowGaps { gaps: 9, ..found }] } });
    h.expect("looking for gaps: 2 of 6 charts");
    assert!(row(&mut h, "LINDQVIST").contains("!  3"), "{}", row(&mut h, "LINDQVIST"));
    answer(&mut h, Slot::Count);
    // Somebody is at work in the list: nothing moves under their hands.
    h.expect("6 charts looked at; r puts what was found in its order").absent("looking for gaps");
    // The numbers of the views were those of before the look, and went on standing over the list.
    let order: Vec<String> = h.model.worklist.rows().map(|r| r.encounter.clone()).collect();
    h.model.worklist.list.rows.reverse();
    answer(&mut h, Slot::Worklist);
    let now: Vec<String> = h.model.worklist.rows().map(|r| r.encounter.clone()).collect();
    assert!(now.iter().eq(order.iter().rev()), "{now:?}");
    assert_eq!(h.model.worklist.list.waiting, 0);
}

#[test]
fn who_waits_at_the_top_sees_the_most_pressing_chart_once_all_are_looked_at() {
    let h = Harness::new(80, 24);
    h.desk.unlook();
    let mut h = Harness::on(h.desk, 80, 24);
    h.expect("6 charts looked at").expect("!  3").absent("looking for gaps");
    assert_eq!((h.model.worklist.cursor, h.model.worklist.counting), (0, None));
}

#[test]
fn u_walks_through_what_was_not_read_and_a_note_is_read_once_it_is_left() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>");
    let mut reads = vec![0];
    for _ in 0..12 {
        h.keys("u");
        reads.push(h.desk.chart("88120").unwrap().seen.len());
    }
    assert!(reads.windows(2).all(|w| w[1] == w[0] || w[1] == w[0] + 1), "{reads:?}");
    h.expect("nothing unread").expect("every document");
}

#[test]
fn the_first_u_marked_the_note_that_was_on_show_as_read() {
    let mut h = Harness::new(120, 40);
    let read = |h: &Harness| h.desk.chart("88120").unwrap().seen.len();
    // Beside the gaps it shows, and nobody has read it.
    h.keys("<Enter>jk");
    assert_eq!(read(&h), 0);
    // Who goes to a proof at the end of a long note has not read it either.
    let mut h = Harness::new(80, 24);
    h.keys("<Enter><Enter>").expect("Hold lisinopril").keys("<Backspace>");
    assert_eq!(read(&h), 0);
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>ujj");
    assert_eq!(read(&h), 0, "its end is further down");
    h.keys("G");
    assert_eq!(read(&h), 0, "its end was not on the screen yet");
    h.keys("k");
    assert_eq!(read(&h), 1);
}

#[test]
fn the_place_is_kept_and_taken_up_again() {
    let mut h = Harness::new(80, 24);
    h.keys("jj<Enter>1j").rest();
    h.keys("<C-q>");
    assert!(h.quit);
    let place = h.desk.place().unwrap().unwrap();
    assert!(place.contains("88122"));
    let mut again = Harness::on(Arc::clone(&h.desk), 80, 24);
    again.expect("LINDQVIST").expect("back where you were");
    assert_eq!(again.model.chart.as_ref().unwrap().pane, Pane::Documents);
    again.keys("<Esc>").expect("Worklist");
}

#[test]
fn brackets_walk_from_chart_to_chart() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>]").expect("OKAFOR").keys("]").expect("LINDQVIST").keys("[[").expect("RIVERA").keys("[").expect("first chart");
}

#[test]
fn a_paste_outside_a_text_does_nothing() {
    let mut h = Harness::new(80, 24);
    h.send(Msg::Paste("q\nd\n".to_owned()));
    h.expect("RIVERA").expect("nothing takes a paste");
    assert!(!h.quit);
}

#[test]
fn esc_after_a_refusal_stays_in_the_draft() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w").expect("new draft, saved");
    h.keys("<C-y>").expect("no finding asks for words").keys("<Esc>").expect("Esc again leaves");
    assert_eq!(h.model.screen(), Screen::Composer);
    h.keys("<C-y>").expect("no finding asks for words").keys("<Esc>");
    assert_eq!(h.model.screen(), Screen::Composer, "a key in between starts anew");
    h.keys("<Esc>");
    assert_eq!(h.model.screen(), Screen::Chart);
}

#[test]
fn an_option_that_was_ticked_without_words_shows_once() {
    let mut h = Harness::new(100, 40);
    h.keys("<Enter>w<C-s>yQa").keys("2<Enter>").expect("is recorded").keys("<Enter>").expect("ticked: Prerenal azotemia");
    h.expect("answered, not in a note yet");
    let before = h.text().split("As the provider sees it").next().unwrap_or_default().matches("Prerenal").count();
    assert_eq!(before, 1);
}

#[test]
fn who_left_is_not_shown_as_in_bed_and_a_word_tells_of_queries() {
    let mut h = Harness::new(80, 24);
    let row = &mut h.model.worklist.list.rows[0];
    row.discharged = row.admitted;
    row.queries = "1 open 2d".to_owned();
    h.expect("dc 17 Nov").absent("open  dc");
    let rows = h.text();
    assert!(rows.lines().any(|l| l.contains("dc 17 Nov") && l.ends_with("open")), "{rows}");
}

#[test]
fn the_labs_open_on_the_values_behind_the_gap() {
    let mut h = Harness::new(60, 16);
    h.keys("<Enter>t").expect("17 Nov").expect("newer").expect("Creatinine");
    h.keys("l").expect("older");
}

#[test]
fn every_finding_opens_in_full() {
    let mut h = Harness::new(60, 16);
    h.keys("<Enter>w<Tab><Tab>").keys(" please document").rest();
    h.keys("<C-g>").expect("QL001  blocks sending").expect("ask what the findings mean");
}

#[test]
fn esc_and_q_always_lead_home() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<C-s>").keys("<Esc><Esc><Esc><Esc>").expect("Worklist");
    h.keys("<Enter>wqq").expect("Worklist").keys("<Enter>w<C-s>qqqq").expect("Worklist");
    h.keys("THeart failure.").rest().keys("<Tab>q").expect("Worklist");
    h.keys("Q").expect("Queries").keys("q").expect("Worklist").keys("q");
    assert!(h.quit);
}

#[test]
fn an_answer_and_an_outcome_are_recorded() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>w<C-s>yQa").expect("1 ( ) Acute kidney").keys("1ATN due to sepsis<Enter>").expect("is recorded");
    assert_eq!(h.desk.queries().unwrap()[0].state, QueryState::Answered);
    h.keys("c")
        .expect("How did query 1 end")
        .keys("1")
        .expect("Close query 1")
        .expect("no later note of a provider")
        .keys("ok<Enter>")
        .expect("A few words more")
        .keys("<C-u>dictated, comes tomorrow<Enter>")
        .expect("is closed");
    assert_eq!(h.desk.queries().unwrap()[0].state, QueryState::Closed);
}

#[test]
fn keys_typed_before_the_options_of_an_answer_were_read_are_not_lost() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>w<C-s>y<Esc><Esc><Esc><Esc>Q").expect("Queries");
    h.held = Some(Vec::new());
    h.keys("a").expect("the options are being read").keys("1ATN due to sepsis<Enter>").expect("The answer to query 1");
    for (slot, generation, request) in h.held.take().unwrap() {
        h.answer(slot, generation, request);
    }
    h.expect("is recorded");
    assert_eq!(h.desk.queries().unwrap()[0].state, QueryState::Answered);
}

#[test]
fn the_palette_runs_what_it_finds() {
    let mut h = Harness::new(80, 24);
    h.keys(":trac").expect("All drafts").keys("<Enter>").expect("no query yet");
}

/// Both timers ran out while the save before was under way; nothing started the next one.
#[test]
fn what_was_typed_during_a_slow_save_stayed_unsaved() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<BackTab><BackTab><BackTab><BackTab><BackTab> one").held = Some(Vec::new());
    h.rest();
    h.keys(" two").rest();
    let mut saves = 0;
    while let Some((slot, generation, request)) = h.held.as_mut().and_then(Vec::pop) {
        if slot == Slot::Save {
            saves += 1;
            h.answer(slot, generation, request);
        }
    }
    assert_eq!(saves, 2);
    assert!(h.model.composer.as_ref().unwrap().clean());
    assert!(h.desk.query(1).unwrap().draft.title.ends_with("one two"), "{}", h.desk.query(1).unwrap().draft.title);
}

#[test]
fn undo_took_typed_words_back_with_a_tick() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<Space>");
    let ticked = |h: &Harness| h.model.composer.as_ref().unwrap().draft.indicators.iter().filter(|i| i.included).count();
    let after = ticked(&h);
    let composer = h.model.composer.as_mut().unwrap();
    composer.draft.justifications.insert("QL033".into(), "no other is reasonable here".into());
    composer.draft.contact = "ext. 9".into();
    crate::tui::update::composer::undo(&mut h.model);
    assert_ne!(ticked(&h), after);
    let draft = &h.model.composer.as_ref().unwrap().draft;
    assert_eq!((draft.justifications.len(), draft.contact.as_str()), (1, "ext. 9"));
}

#[test]
fn a_gap_set_aside_could_not_be_taken_back_once_the_cursor_had_gone_on() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>");
    let first = h.model.chart.as_ref().unwrap().data.view.gaps[0].key.clone();
    let state = |h: &Harness| h.model.chart.as_ref().unwrap().data.view.gaps.iter().find(|g| g.key == first).map(|g| g.gap.state);
    h.keys("x3");
    assert_eq!(state(&h), Some(GapState::Dismissed));
    assert_ne!(h.model.chart.as_ref().unwrap().data.view.gaps[h.model.chart.as_ref().unwrap().gap].key, first);
    h.keys("X");
    assert_eq!(state(&h), Some(GapState::Open));
}

#[test]
fn the_round_skipped_charts_that_the_list_had_moved() {
    let mut h = Harness::new(100, 30);
    let order: Vec<String> = h.model.worklist.rows().map(|r| r.encounter.clone()).collect();
    h.keys("<Enter>");
    // What is done to a chart moves it to the end of the list.
    h.model.worklist.shown.rotate_left(1);
    let mut seen = vec![h.model.chart.as_ref().unwrap().data.encounter().to_owned()];
    for _ in 1..3 {
        h.keys("]");
        seen.push(h.model.chart.as_ref().unwrap().data.encounter().to_owned());
    }
    assert_eq!(seen, order[..3]);
}
