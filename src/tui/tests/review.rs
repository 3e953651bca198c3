//! A review by its keys: what is new, going to a kind of note, notes to oneself, who has a chart, views, order and columns.

use super::harness::Harness;
use crate::chart::Instant;
use crate::tui::chart_data::MarkKind;
use crate::tui::model::{Pane, Screen};
use crate::tui::timeline::Target;

#[test]
fn the_timeline_opens_each_thing_at_its_place() {
    let mut h = Harness::new(100, 40);
    h.keys("<Enter>w<C-s>y5").expect("Tue 17 Nov   day 1");
    let kinds = ["arrived", "ED note", "furosemide 40 mg IV", "ordered", "stopped", "first dose", "Central venous catheter", "Query 1"];
    for words in kinds.into_iter().chain(["now, Thu 19 Nov 08:42", "answer due", "Nephrology consult"]) {
        h.expect(words);
    }
    let select = |h: &mut Harness, find: &dyn Fn(&Target) -> bool| {
        let chart = h.model.chart.as_mut().unwrap();
        chart.pane = Pane::Timeline;
        chart.event = chart.data.events.iter().position(|e| find(&e.to)).unwrap();
        h.keys("<Enter>");
    };
    select(&mut h, &|to| *to == Target::Document(1));
    assert_eq!(h.model.chart.as_ref().map(|c| (c.pane, c.doc)), Some((Pane::Reader, 1)));
    h.keys("<Backspace>");
    assert_eq!(h.model.chart.as_ref().map(|c| c.pane), Some(Pane::Timeline));
    // What would be set aside is the gap under the cursor, not the one of the pane of gaps.
    h.keys("Gkkx").expect("Set aside: Pressure injury").keys("<Esc>");
    select(&mut h, &|to| *to == Target::Gap(2));
    assert_eq!(h.model.chart.as_ref().map(|c| (c.pane, c.gap)), Some((Pane::Gaps, 2)));
    select(&mut h, &|to| *to == Target::Words("furosemide 40 mg IV".to_owned()));
    let chart = h.model.chart.as_ref().unwrap();
    let (doc, start, end) = chart.current.unwrap();
    assert_eq!((chart.pane, &chart.data.document(doc).unwrap().text[start..end]), (Pane::Reader, "furosemide"));
    select(&mut h, &|to| *to == Target::Words("Nephrology consult".to_owned()));
    h.expect("no note of this stay names it");
    select(&mut h, &|to| matches!(to, Target::Query(_)));
    assert_eq!(h.model.screen(), Screen::Query);
}

#[test]
fn a_labs_chart_shows_range_baseline_and_treatment_and_esc_goes_back_to_the_table() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>4").expect("trend").keys("<Enter>");
    h.expect("baseline 0.9 (12 Aug 2026)").expect("high 1.1").expect("furosemide 40 mg IV").expect("Nephrology consult");
    h.expect("2.4 mg/dL high   Wed 18 Nov 21:10   +0.8 in 16 h   +1.5 from baseline");
    h.keys("h").expect("1.6 mg/dL high").keys("l").expect("2.4 mg/dL high");
    h.keys("j").expect("Potassium").expect("no value from an earlier stay");
    h.keys("<Esc>").expect("ref").absent("no value from an earlier stay");
    assert_eq!(h.model.screen(), crate::tui::model::Screen::Chart);
}

#[test]
fn a_value_in_another_unit_is_no_baseline() {
    let h = Harness::new(100, 30);
    h.desk.edit("88120", |view| {
        let chart = std::sync::Arc::make_mut(&mut view.chart);
        if let Some(crate::chart::Value::Quantity(quantity)) = &mut chart.prior[0].observations[0].value {
            quantity.unit = Some("umol/L".to_owned());
        }
    });
    let mut h = Harness::on(h.desk, 100, 30);
    h.keys("<Enter>td").expect("no value from an earlier stay");
}

#[test]
fn what_came_since_the_last_look_is_counted_marked_and_one_key_away() {
    let mut h = Harness::new(120, 40);
    h.desk.edit("88120", |chart| {
        chart.last_look = Instant::parse("2026-11-18T12:00:00-05:00");
        chart.seen = chart.chart.documents.iter().map(|d| d.identifier.clone()).collect();
    });
    h.keys("<Enter>").expect("1 new lab since Wed 18 Nov 12:00").keys("u");
    assert_eq!(h.model.chart.as_ref().unwrap().pane, Pane::Labs);
    h.expect("2.4 H*");
}

#[test]
fn what_is_new_pressed_faster_than_the_store_answers_goes_on_to_the_next_note() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>");
    h.held = Some(Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        h.keys("u");
        seen.insert(h.model.chart.as_ref().unwrap().doc);
    }
    assert_eq!(seen.len(), 4);
    h.keys("u").expect("nothing unread");
}

#[test]
fn setting_the_next_look_ends_this_one() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>m1").expect("to look at again in 1 day").expect("since Thu 19 Nov 08:42");
}

#[test]
fn one_letter_goes_to_the_newest_note_of_a_kind_and_back() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>g").expect("h  H&P").keys("h");
    let chart = h.model.chart.as_ref().unwrap();
    assert_eq!(chart.data.document(chart.doc).unwrap().identifier, "88120-d2");
    h.keys("<Backspace>");
    assert_eq!(h.model.chart.as_ref().unwrap().pane, Pane::Gaps);
    h.keys("jjgg");
    assert_eq!(h.model.chart.as_ref().unwrap().gap, 0);
}

#[test]
fn lines_carried_over_from_an_earlier_note_are_told_from_new_ones() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>gh").expect("9 lines copied");
    let chart = h.model.chart.as_ref().unwrap();
    let copied = chart.data.notes[chart.doc].marks.iter().filter(|m| m.kind == MarkKind::Copied).count();
    assert_eq!(copied, 9);
    h.keys("ge").absent("copied");
}

#[test]
fn a_line_for_oneself_shows_in_the_chart_and_in_the_worklist() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>acheck the echo<Enter>").expect("noted, for you alone").expect("note: check the echo");
    h.keys("<Esc>").expect("note: check the echo");
}

#[test]
fn who_has_a_chart_shows_and_the_same_key_gives_it_back() {
    let mut h = Harness::new(120, 40);
    h.keys("A").expect("taken on: others see").expect("yours").keys("A").expect("given back").absent("yours");
}

#[test]
fn every_view_is_one_key_away_with_its_count_and_so_are_kept_searches() {
    let mut h = Harness::new(120, 40);
    h.keys("sWound").rest().keys("<C-b>wounds<Enter><Esc>").expect("Worklist");
    h.keys("v").expect("6  active").expect("5  with gaps").expect("search wounds").keys("a").rest();
    h.expect("search  Wound");
    h.keys("v5").expect("with gaps").absent("search  Wound");
}

#[test]
fn order_and_columns_are_kept_for_the_next_time() {
    let mut h = Harness::new(120, 40);
    h.keys("o2").expect("sorted by patient");
    let rows = h.text();
    assert!(rows.find("BANERJEE").unwrap() < rows.find("RIVERA").unwrap());
    h.keys("C").expect("[x] unit").keys("23<Enter>").expect("Attending").absent("Day/GM").rest();
    h.keys("<C-q>");
    let mut again = Harness::on(std::sync::Arc::clone(&h.desk), 120, 40);
    again.expect("sorted by patient").expect("Attending").absent("Day/GM");
}

#[test]
fn a_contact_is_recorded_from_the_gap_that_waits() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>c").expect("no query that was sent asks about this gap");
    assert_eq!(h.model.screen(), Screen::Chart);
}

#[test]
fn the_charts_of_one_payer_are_shown_alone_and_esc_shows_all_again() {
    let mut h = Harness::new(120, 30);
    let all = h.model.worklist.shown.len();
    h.keys("B")
        .expect("Only the charts of one unit")
        .keys("<Tab><Tab>")
        .expect("Only the charts of one payer")
        .expect("Northlake Health Plan");
    h.keys("zz")
        .expect("no payer of this view has these letters")
        .keys("<Enter>")
        .expect("no payer of this view")
        .keys("<Backspace><Backspace>north<Enter>")
        .expect("payer  Northlake Health Plan");
    assert_eq!(h.model.worklist.shown.len(), all, "all of these have it");
    h.model.worklist.list.rows[0].payer = None;
    h.keys("B").expect("Only the charts of one payer").expect("not given").keys("<Down><Enter>").expect("payer  not given");
    assert_eq!(h.model.worklist.shown, [0]);
    h.keys("<Esc>");
    assert_eq!((h.model.worklist.shown.len(), h.model.worklist.group.is_none()), (all, true));
    // A column of its own where there is room, and an order.
    h.keys("C7<Enter>").expect("Payer");
    h.keys("o5").expect("sorted by payer");
}
