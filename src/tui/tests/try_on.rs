//! Trying items on a text.

use super::harness::Harness;
use crate::tui::model::Screen;
use crate::tui::msg::Msg;

const NOTE: &str = "ASSESSMENT AND PLAN:\n1. Heart failure, IV furosemide 40 mg twice a day, daily weights, echocardiogram tomorrow.\n2. Iron deficiency anemia.\n3. Hypertension.\n";

fn with_note(width: u16, height: u16) -> Harness {
    let mut h = Harness::new(width, height);
    h.keys("T");
    h.send(Msg::Paste(NOTE.to_owned()));
    h.rest();
    h
}

#[test]
fn the_screen_at_every_size() {
    for (width, height) in [(60, 16), (80, 24), (120, 40)] {
        let mut empty = Harness::new(width, height);
        empty.keys("T");
        insta::assert_snapshot!(format!("try_empty_{width}x{height}"), empty.text());
        let mut h = with_note(width, height);
        insta::assert_snapshot!(format!("try_text_{width}x{height}"), h.text());
        h.keys("<Tab>j");
        insta::assert_snapshot!(format!("try_list_{width}x{height}"), h.text());
    }
}

#[test]
fn what_is_typed_is_tried_when_typing_rests() {
    let mut h = Harness::new(80, 24);
    h.keys("THeart failure. q?").absent("acuity and type");
    h.rest().expect("acuity and type").expect("Heart failure. q?");
}

#[test]
fn the_list_leads_to_the_words_and_to_the_reasons() {
    let mut h = with_note(80, 24);
    h.keys("<Tab>e").expect("heart failure is documented as present by a provider").keys("<Esc>");
    h.keys("<Enter>");
    assert!(!h.model.try_on.on_list);
    assert!(h.model.try_on.text[h.model.try_on.cursor..].starts_with("Heart failure"), "{}", h.model.try_on.cursor);
}

#[test]
fn a_near_item_says_what_it_lacked() {
    let mut h = with_note(120, 40);
    h.keys("<Tab>j").expect("but  its type is stated: iron deficiency in");
    h.keys("<Enter>").expect("no words of this text decided it");
}

#[test]
fn nothing_typed_is_lost_by_putting_it_away_or_leaving() {
    let mut h = with_note(80, 24);
    h.keys("<C-x>").expect("Paste a note here").keys("<C-x>");
    assert_eq!(h.model.try_on.text, NOTE);
    h.keys("<Esc>");
    assert_eq!(h.model.screen(), Screen::Worklist);
    h.keys("T").expect("Iron deficiency anemia");
}

#[test]
fn a_file_that_is_not_in_the_store_is_tried_mended_and_tried_again() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut h = with_note(width, height);
        h.keys("<C-o>mi<Tab>");
        insta::assert_snapshot!(format!("try_file_path_{width}x{height}"), h.text());
        h.keys("<Enter><Tab>");
        insta::assert_snapshot!(format!("try_file_mistakes_{width}x{height}"), h.text());
        h.expect("`sodum` is not known here").expect("did you mean `sodium`?");
        h.keys("<C-o><C-u>site.toml<Enter><Tab>");
        insta::assert_snapshot!(format!("try_file_found_{width}x{height}"), h.text());
        h.expect("SITE-HF").expect("Silent").expect("SITE-CLOCK");
        h.keys("<C-r>").expect("read once more").keys("<C-v>").expect("SITE-HF");
    }
}

#[test]
fn the_mistakes_of_a_file_show_without_a_text() {
    let mut h = Harness::new(80, 24);
    h.keys("T<C-o>mistaken.toml<Enter><Tab>j").expect("2 mistakes in the file").expect("an item without a citation");
    h.keys("e").expect("Line 30, column 1").expect("with the rule that it stands on");
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_the_items_in_force_come_back() {
    let mut h = with_note(80, 24);
    h.keys("<C-o>gone.toml<Enter>").expect("could not be read").absent("acuity and type");
    h.keys("<C-o><C-u><Enter>").expect("acuity and type");
    h.keys("<C-r>").expect("takes a file of yours");
}

#[test]
fn typing_tries_the_file_not_the_items_in_force() {
    let mut h = Harness::new(80, 24);
    h.keys("T<C-o>site.toml<Enter>Heart failure. ").rest().expect("no mistake in the file").keys("<Tab>").expect("SITE-HF");
}

#[test]
fn escape_goes_from_the_list_to_the_text_first() {
    let mut h = with_note(80, 24);
    h.keys("<Tab><Esc>");
    assert_eq!((h.model.screen(), h.model.try_on.on_list), (Screen::TryOn, false));
}

#[test]
fn the_text_is_in_no_place_that_is_kept() {
    let mut h = with_note(80, 24);
    h.keys("<C-q>").rest();
    assert!(!h.model.kept.contains("failure"));
}

#[test]
fn a_text_longer_than_any_note_is_cut_and_that_is_said() {
    let mut h = Harness::new(80, 24);
    h.keys("T");
    h.send(Msg::Paste("\u{e9}".repeat(150_000)));
    h.expect("only the first").expect("\u{e9}");
    assert!(h.model.try_on.text.len() <= crate::tui::try_on::LONGEST);
}

#[test]
fn an_answer_to_an_older_text_marks_no_other_words() {
    let mut h = with_note(80, 24);
    h.keys("<Home>");
    h.model.try_on.text.insert(0, 'x');
    assert!(h.model.try_on.all_words().is_empty());
    h.text();
}
