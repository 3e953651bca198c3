//! Composer and tracker by their keys.

use super::harness::Harness;
use crate::tui::msg::Msg;
use crate::work::Desk;

/// A query that was sent, in the tracker.
fn sent() -> Harness {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>w<C-s>y").expect("query 1 is sent").keys("Q");
    h
}

#[test]
fn a_query_goes_to_somebody_else_by_one_key_and_a_reason() {
    let mut h = sent();
    h.keys("R").expect("Who gets query 1 instead?").expect("1  Hospital medicine, pool");
    h.keys("1")
        .expect("goes to Hospital medicine instead")
        .keys("off duty until Monday<Enter>")
        .expect("query 1 goes to Hospital medicine");
}

#[test]
fn what_the_policy_says_of_the_next_level_is_written_already() {
    let mut h = sent();
    h.keys("E").expect("physician advisor: no answer since").keys("<Enter>").expect("query 1 is handed to physician advisor");
}

#[test]
fn a_level_without_a_reason_is_asked_for_one() {
    let mut h = sent();
    h.keys("E<C-u>Dr Adeyi<Enter>").expect("goes to Dr Adeyi. Why?").keys("<Esc>").expect("nothing was done");
}

#[test]
fn other_words_for_a_sent_query_are_written_in_the_composer() {
    let mut h = sent();
    h.keys("m")
        .expect("Why are other words to go out?")
        .keys("a clearer wording<Enter>")
        .expect("amends query 1")
        .expect("a clearer wording");
}

#[test]
fn fifty_kilobytes_pasted_into_a_field_are_kept_and_remarked_on() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<Tab>");
    let words = "Creatinine was measured again. ".repeat(1700);
    h.send(Msg::Paste(words.clone()));
    h.expect("words pasted: nobody reads so long a query");
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body, words);
}

/// A clipboard full of letters without a blank was taken without a word.
#[test]
fn fifty_kilobytes_without_a_blank_are_kept_wrapped_and_remarked_on() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<Tab>");
    let word = "abcdefghij".repeat(5000);
    h.send(Msg::Paste(word.clone()));
    h.expect("50000 letters without a blank pasted").rest();
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body, word);
    h.expect("saved").keys("x");
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body.len(), word.len() + 1, "and it is written on");
}

#[test]
fn unseen_characters_of_a_paste_are_left_out_and_counted() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<Tab>");
    h.send(Msg::Paste("seen\u{1b}[31m\u{0} again".to_owned()));
    h.expect("2 unseen characters left out");
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body, "seen[31m again");
}

#[test]
fn sending_needs_all_of_what_is_asked_on_the_screen_first() {
    let mut h = Harness::new(60, 16);
    h.keys("<Enter>w<Tab><Tab> It rose within a day and a half, and the urine output fell.").rest();
    h.keys("<C-s>").expect("Space the rest of it").keys("y").expect("Space the rest of it");
    assert!(!h.desk.query(1).unwrap().row.state.is_sent());
    h.keys("<Space>").keys("<Space>").expect("Unable to determine").expect("y send it").keys("y").expect("query 1 is sent");
}

#[test]
fn at_the_usual_size_question_and_options_show_beside_the_yes() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>w<C-s>").expect("Based on your clinical judgment").expect("Unable to determine").expect("y send it");
    h.keys("<Enter>").expect("nothing was sent");
}

#[test]
fn letters_typed_into_the_options_by_mistake_are_taken_back() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>w<Tab><Tab><Tab>");
    let options = |h: &Harness| h.model.composer.as_ref().unwrap().draft.options.clone();
    let before = options(&h);
    h.keys("dJd").expect("u takes it back");
    assert_ne!(options(&h), before);
    h.keys("uuu").expect("taken back");
    assert_eq!(options(&h), before);
    h.keys("u").expect("nothing to take back");
}

#[test]
fn after_sending_or_setting_aside_the_cursor_is_on_the_next_open_gap() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>");
    let here = |h: &Harness| h.model.chart.as_ref().unwrap().data.view.gaps[h.model.chart.as_ref().unwrap().gap].gap.item.clone();
    assert_eq!(here(&h), "acute_kidney_injury");
    h.keys("x1");
    assert_eq!(here(&h), "heart_failure");
    h.keys("w<C-s>y").expect("is sent");
    assert_eq!(here(&h), "pressure_injury");
}

#[test]
fn a_query_about_a_gap_that_was_set_aside_asks_first() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>x1kkk").keys("w");
    h.expect("was set aside: evidence").expect("Write a query about it").keys("<Enter>").expect("Gaps 2");
    h.keys("wy").expect("new draft");
}

#[test]
fn somebody_who_never_said_how_to_sign_says_it_in_the_composer_and_sends() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>w<C-n>").expect("How you sign; how you are reached");
    h.keys("<C-u>Ana Ruiz, RN, CCDS; ext. 4411<Enter>").expect("signed like this");
    let draft = &h.model.composer.as_ref().unwrap().draft;
    assert_eq!((draft.author.as_str(), draft.contact.as_str()), ("Ana Ruiz, RN, CCDS", "ext. 4411"));
}

#[test]
fn a_store_without_a_passphrase_says_why_it_cannot_be_locked() {
    let mut h = Harness::new(120, 40);
    h.keys("L").expect("this store has no passphrase");
    assert!(!h.locked);
    h.model.lockable = true;
    h.keys("L");
    assert!(h.locked);
}

/// An option that the chart supports was left out because it stood alone, and nobody was told.
#[test]
fn an_option_left_out_because_it_stood_alone_is_said() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>w");
    let draft = &mut h.model.composer.as_mut().unwrap().draft;
    draft.alone = vec!["Neutropenic fever".into()];
    draft.options.clear();
    h.keys("<Tab>").expect("left out, by itself it would be no choice: Neutropenic fever");
}
