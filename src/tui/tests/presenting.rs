//! Showing a chart to a room, and the tour.

use super::harness::Harness;
use crate::tui::command;
use crate::tui::model::Pane;
use crate::tui::text::wrap_text;
use crate::tui::tour::STEPS;

#[test]
fn answers_stay_hidden_everywhere_until_they_are_shown() {
    let mut h = Harness::new(120, 44);
    h.keys("%").expect("presenting").absent("Creatinine 1.0").keys("<Enter>").expect("Gap 1: hidden; . shows it").absent("Creatinine 1.0");
    h.keys("x").expect("the answer is hidden while you present").keys("e").absent("How it was decided").keys("<Enter>y");
    h.expect("the answer is hidden");
    h.keys("5").absent("Heart failure: type").keys("3.").expect("Creatinine 1.0").expect("Gap 2: hidden").keys("..");
    h.expect("Heart failure: type").expect("Pressure injury").keys(".").expect("hidden again").absent("Pressure injury");
    h.keys("%").expect("Heart failure: type").absent("presenting:");
}

#[test]
fn words_that_prove_a_hidden_gap_are_not_marked() {
    let mut h = Harness::new(80, 24);
    let underlined = |h: &mut Harness| {
        let buffer = h.buffer();
        buffer.content.iter().filter(|c| c.modifier.contains(ratatui::style::Modifier::UNDERLINED)).count()
    };
    h.keys("<Enter>ghG");
    assert!(underlined(&mut h) > 0);
    h.keys("%G");
    assert_eq!(underlined(&mut h), 0);
    h.keys("..G");
    assert!(underlined(&mut h) > 0);
}

#[test]
fn a_stay_is_stepped_through_day_by_day_and_back() {
    let mut h = Harness::new(120, 44);
    h.keys("<Enter>)").expect("only while you present").keys("%)").expect("day 1 of 3").expect("day 1 of 4.1");
    let notes = |h: &Harness| h.model.chart.as_ref().unwrap().data.notes.len();
    let gaps = |h: &Harness| h.model.chart.as_ref().unwrap().data.view.gaps.len();
    assert_eq!((notes(&h), gaps(&h)), (2, 1));
    h.keys(")").expect("day 2 of 3");
    assert_eq!((notes(&h), gaps(&h)), (3, 2));
    h.keys("((").expect("this is the first day of the stay").keys("))").expect("the last one");
    assert_eq!((notes(&h), gaps(&h)), (4, 3));
    h.keys(")").expect("the whole stay").keys("(").expect("day 2 of 3").keys("%");
    assert_eq!((notes(&h), gaps(&h)), (4, 3), "the end of it shows the whole stay");
}

#[test]
fn what_is_opened_for_a_room_is_not_marked_as_read() {
    let mut h = Harness::new(120, 44);
    h.keys("%<Enter>uu%").expect("4 documents to read");
}

#[test]
fn keys_show_as_they_are_pressed_with_what_they_do_and_text_does_not() {
    let mut h = Harness::new(100, 30);
    h.keys("%j").expect("j down").keys("sabc").expect("s search all").absent("c b a");
}

#[test]
fn rows_stand_apart_where_the_terminal_is_tall_and_nowhere_else() {
    let mut tall = Harness::new(100, 44);
    tall.keys("%<Enter>1");
    let blank = |h: &mut Harness| h.text().lines().skip(1).step_by(2).take(20).all(str::is_empty);
    assert!(blank(&mut tall), "{}", tall.text());
    let mut low = Harness::new(100, 30);
    low.keys("%<Enter>1");
    assert!(!blank(&mut low));
    tall.keys("%");
    assert_eq!(tall.model.size, tall.model.terminal);
}

#[test]
fn a_step_of_the_tour_is_taken_by_what_it_names_and_by_nothing_else() {
    let mut h = Harness::new(80, 24);
    h.model.tour = Some(0);
    crate::tui::update::presenter::relay(&mut h.model);
    h.expect("Tour 1 of 12: The worklist").keys("jk").expect("Tour 1 of 12").keys("<Enter>").expect("Tour 2 of 12");
    assert_eq!(h.model.chart.as_ref().map(|c| c.pane), Some(Pane::Gaps));
    h.keys("<Enter>").expect("Tour 3").keys("<Backspace>").expect("Tour 4").keys("e<Esc>").expect("Tour 5").keys("<").expect("Tour 4");
    h.keys("~").expect("the tour is over").absent("Tour 4").keys(":tutorial<Enter>").expect("Tour 2 of 12");
}

#[test]
fn the_whole_tour_can_be_taken_by_doing_what_it_says() {
    let mut h = Harness::new(120, 40);
    h.keys("~<Enter><Enter><Backspace>e<Esc>ugho<Esc>43x<Esc>w<Esc>").expect("Tour 10 of 12").keys("<Esc>m1s<Esc>?<Esc>");
    assert_eq!(h.model.tour, None);
}

#[test]
fn every_step_names_commands_that_there_are_and_fits_its_rows() {
    let keys = crate::tui::keymap::Keymap::default();
    for step in &STEPS {
        let says = keys.fill(step.says);
        assert!(!says.contains('{') && !step.by.is_empty(), "{}", step.title);
        assert!(step.by.iter().all(|id| command::all().any(|c| c.id == *id)), "{}", step.title);
        assert!(wrap_text(&says, 58).len() <= 3 && wrap_text(&says, 98).len() <= 2, "{}: {says}", step.title);
    }
}
