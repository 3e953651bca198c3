//! The reader: sections, folds, line numbers, two notes side by side, the place in each note.

use super::harness::Harness;
use crate::chart::{Document, DocumentType, Instant};
use crate::reading::Section;
use crate::tui::model::{ChartPage, Pane, Screen};
use std::sync::Arc;

fn chart(h: &Harness) -> &ChartPage {
    h.model.chart.as_ref().unwrap()
}

/// The first stay with a note of many sections, each of so many lines, as its newest progress note.
fn long(width: u16, height: u16, sections: usize, lines: usize) -> Harness {
    let h = Harness::new(width, height);
    h.desk.edit("88120", |view| {
        let mut text = String::new();
        let mut found = Vec::new();
        for n in 0..sections {
            let start = text.len();
            let heading = format!("SECTION {n}:");
            text.push_str(&format!("{heading}\n"));
            let body = text.len();
            (0..lines).for_each(|l| text.push_str(&format!("Line {l} of section {n}, with some words to read.\n")));
            found.push(Section { section: "other".to_owned(), start, end: text.len(), body, heading, within: None });
        }
        let document = Document {
            identifier: "88120-long".to_owned(),
            version: 1,
            document_type: Some(DocumentType::ProgressNote),
            time: Instant::parse("2026-11-19T08:00:00-05:00"),
            text,
            ..Document::default()
        };
        Arc::make_mut(&mut view.chart).documents.push(document);
        Arc::make_mut(&mut view.readings).push(crate::reading::Reading { sections: found, ..crate::reading::Reading::default() });
    });
    let mut h = Harness::on(h.desk, width, height);
    h.keys("<Enter>gp");
    assert_eq!(chart(&h).data.document(chart(&h).doc).unwrap().identifier, "88120-long");
    h
}

#[test]
fn the_list_of_sections_finds_goes_there_and_shows_where_one_is() {
    let mut h = long(100, 30, 30, 20);
    h.keys("o")
        .expect("Sections of Progress note (30)")
        .expect("here")
        .keys("section 17")
        .expect("SECTION 17")
        .absent("SECTION 16")
        .keys("<Enter>");
    assert_eq!((chart(&h).pane, chart(&h).here()), (Pane::Reader, Some(17)));
    h.expect("SECTION 17:").keys("jjj").expect("\u{203a} SECTION 17");
    h.keys("o").expect("here");
    h.keys("<Esc><Backspace>");
    assert_eq!(chart(&h).top(), 0, "the way back leads to where the list was opened");
}

#[test]
fn sections_are_gone_through_one_by_one_to_both_ends() {
    let mut h = long(80, 24, 3, 40);
    h.keys("{").expect("this is the first section").keys("}}").expect("SECTION 2:").keys("}").expect("this is the last section");
    h.keys("jj{").expect("SECTION 2:").keys("{").expect("SECTION 1:");
    assert_eq!(chart(&h).section, Some(1));
}

#[test]
fn a_folded_section_is_one_row_and_a_jump_into_it_opens_it() {
    let mut h = long(80, 24, 3, 40);
    h.keys("z").expect("SECTION 0:   \u{25b8} 40 lines").expect("SECTION 1:").absent("Line 0 of section 0,");
    h.keys("z").expect("Line 0 of section 0,");
    h.keys("Z").expect("SECTION 2:   \u{25b8} 40 lines").keys("}z").expect("Line 3 of section 1,").absent("Line 3 of section 0,");
    h.keys("Z").expect("Line 0 of section 1,").keys("Z");
    h.keys("/\"of section 2\"<Enter>").expect("Line 0 of section 2,").absent("Line 0 of section 1,");
}

#[test]
fn lines_have_their_numbers_when_somebody_wants_them_and_the_next_day_too() {
    let mut h = long(80, 24, 3, 40);
    h.absent("  2 Line 0").keys("#").expect("  1 SECTION 0:").expect("  2 Line 0 of section 0").rest();
    let mut again = Harness::on(Arc::clone(&h.desk), 80, 24);
    again.expect("  2 Line 0 of section 0");
}

#[test]
fn a_huge_note_costs_a_page_and_no_more() {
    let mut small = long(80, 24, 20, 50);
    let mut huge = long(80, 24, 400, 250);
    let mut took = [0_u128; 2];
    for (at, h) in [&mut small, &mut huge].into_iter().enumerate() {
        h.keys("G{{");
        let began = std::time::Instant::now();
        for _ in 0..20 {
            h.keys("jzkz }");
            h.buffer();
        }
        took[at] = began.elapsed().as_micros();
    }
    // A hundred times as many lines: what looked at them all would take many times as long.
    assert!(took[1] < took[0] * 12 + 50_000, "{} and {} us", took[0], took[1]);
}

#[test]
fn each_note_is_taken_up_where_it_was_left_the_next_day() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>gejj").keys("ghj").keys("<Esc>j<Enter>gpjjj<Esc>k").rest().keys("<C-q>");
    let tops: Vec<usize> = chart(&h).tops.values().copied().filter(|t| *t > 0).collect();
    assert!(!tops.is_empty());
    let mut again = Harness::on(Arc::clone(&h.desk), 80, 24);
    again.keys("<Enter>");
    let read: Vec<(String, usize)> =
        chart(&again).tops.iter().map(|(doc, top)| (chart(&again).data.document(*doc).unwrap().identifier.clone(), *top)).collect();
    assert_eq!(read.iter().filter(|(_, top)| *top > 0).count(), 2, "{read:?}");
}

#[test]
fn another_version_of_a_note_is_read_from_its_top() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>gejj<Esc>").rest().keys("<C-q>");
    h.desk.edit("88120", |view| Arc::make_mut(&mut view.chart).documents[0].version = 2);
    let mut again = Harness::on(Arc::clone(&h.desk), 80, 24);
    again.keys("<Enter>");
    assert_eq!(chart(&again).tops.get(&0), None);
}

#[test]
fn a_new_note_before_the_others_moves_no_place() {
    let mut h = long(80, 24, 3, 40);
    h.keys("jjjjj");
    let (top, name) = (chart(&h).top(), "88120-long");
    h.desk.edit("88120", |view| {
        let first = view.chart.documents[0].clone();
        let new = Document { identifier: "88120-new".to_owned(), ..first };
        Arc::make_mut(&mut view.chart).documents.insert(0, new);
        let reading = view.readings[0].clone();
        Arc::make_mut(&mut view.readings).insert(0, reading);
    });
    h.keys("acheck<Enter>");
    assert_eq!((chart(&h).data.document(chart(&h).doc).unwrap().identifier.as_str(), chart(&h).top()), (name, top));
}

#[test]
fn two_notes_stand_side_by_side_with_signs_and_one_under_the_other_where_it_is_narrow() {
    let mut h = Harness::new(120, 40);
    h.keys("<Enter>gp=").expect("Compare the Progress note of").expect("\u{203a} H&P").keys("<Enter>");
    assert_eq!(h.model.screen(), Screen::Compare);
    h.expect("- older   H&P")
        .expect("+ newer   Progress note")
        .expect("3 gone   7 new   9 alike")
        .expect("lines alike; z shows them")
        .keys("n")
        .expect("change 1 of");
    let text = h.text();
    let row = text.lines().find(|l| l.contains("SUBJECTIVE:")).unwrap();
    assert!(row.find("+ SUBJECTIVE").is_some_and(|at| at > 40), "{row}");
    h.send(crate::tui::msg::Msg::Resize(80, 24));
    let text = h.text();
    assert!(
        text.lines().any(|l| l.trim_start().starts_with("- HISTORY OF PRESENT"))
            && text.lines().any(|l| l.trim_start().starts_with("+ SUBJECTIVE")),
        "{text}"
    );
    h.keys("z").absent("lines alike").keys("G").expect("Hold lisinopril").keys("<Esc>");
    assert_eq!(h.model.screen(), Screen::Chart);
}

#[test]
fn an_earlier_version_is_compared_word_by_word_and_enter_goes_to_the_line_in_the_note() {
    let h = Harness::new(100, 30);
    h.desk.edit("88120", |view| Arc::make_mut(&mut view.chart).documents[2].version = 2);
    let mut h = Harness::on(h.desk, 100, 30);
    h.keys("<Enter>gp=").expect("\u{203a} its version 1").keys("<Enter>").expect("version 1").expect("1 worded anew").keys("n");
    let all = &h.model.compare.as_ref().unwrap().all;
    let marked = all.rows.iter().find_map(|r| match r {
        crate::tui::compare::Row::Changed(_, new) => Some(new.marks.iter().map(|(a, b)| &new.words[*a..*b]).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(marked, Some(vec!["2.4"]));
    h.keys("<Enter>");
    let page = chart(&h);
    let (doc, start, end) = page.current.unwrap();
    assert_eq!((h.model.screen(), page.pane), (Screen::Chart, Pane::Reader));
    assert!(page.data.document(doc).unwrap().text[start..end].contains("2.4"));
}

#[test]
fn a_comparison_that_comes_too_late_does_not_show() {
    let mut h = Harness::new(100, 30);
    h.keys("<Enter>gp");
    h.held = Some(Vec::new());
    h.keys("=<Enter><Esc><Esc>");
    let late = h.held.take().unwrap();
    for (slot, generation, request) in late {
        h.answer(slot, generation, request);
    }
    assert_eq!(h.model.screen(), Screen::Worklist);
}
