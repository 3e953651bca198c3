//! Composer and tracker by their keys.

use super::harness::Harness;
use crate::tui::msg::Msg;

/// A query that was sent, in the tracker.
fn sent() -> Harness {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>q<C-s>y").expect("query 1 is sent");
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
    h.keys("<Enter>q<Tab>");
    let words = "Creatinine was measured again. ".repeat(1700);
    h.send(Msg::Paste(words.clone()));
    h.expect("words pasted: nobody reads so long a query");
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body, words);
}

#[test]
fn unseen_characters_of_a_paste_are_left_out_and_counted() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>q<Tab>");
    h.send(Msg::Paste("seen\u{1b}[31m\u{0} again".to_owned()));
    h.expect("2 unseen characters left out");
    assert_eq!(h.model.composer.as_ref().unwrap().draft.body, "seen[31m again");
}
