//! Sentences of dictated prose, lists, tables and wrapped lines.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use super::sentences;
use crate::reading::section::{Headings, sections};
use proptest::prelude::*;

fn read(text: &str) -> Vec<&str> {
    sentences(text, &sections(text, Headings::shipped())).iter().map(|s| s.of(text)).collect()
}

#[test]
fn sentences_end_where_a_reader_stops() {
    for (text, expected) in [
        ("He feels well. She does not.", vec!["He feels well.", "She does not."]),
        ("Seen by Dr. Fox today. Stable.", vec!["Seen by Dr. Fox today.", "Stable."]),
        ("Lasix 40 mg q.i.d. with food. Better.", vec!["Lasix 40 mg q.i.d. with food.", "Better."]),
        ("Creatinine 1.4 today. Sodium 138.", vec!["Creatinine 1.4 today.", "Sodium 138."]),
        ("Tylenol No. 3 given. Slept.", vec!["Tylenol No. 3 given.", "Slept."]),
        ("1. Gout. 2. Asthma.", vec!["1. Gout.", "2. Asthma."]),
        ("1) Gout, 2) Asthma, 3) Migraine", vec!["1) Gout,", "2) Asthma,", "3) Migraine"]),
        ("- no fever\n- no cough", vec!["- no fever", "- no cough"]),
        ("He denies fever,\nchills and cough.", vec!["He denies fever,\nchills and cough."]),
        ("Na\t138\nK\t4.1", vec!["Na\t138", "K\t4.1"]),
        ("No pain.The wound is dry.", vec!["No pain.", "The wound is dry."]),
        ("Is he well? Yes!", vec!["Is he well?", "Yes!"]),
        ("PLAN: Rest.\nDIET: Soft.", vec!["Rest.", "Soft."]),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_word_of_a_body_stands_in_one_sentence(
        text in "(([A-Z]{3,9}:|# Plan|HEENT:|- |1\\. |\\. |[a-z]{1,6} |No\\. 3|\t|\n|é|\u{2022}|\u{7}|[\\x00-\\x1f\\x7f-\\x9f]|\u{202e}){0,40})"
    ) {
        let sections = sections(&text, Headings::shipped());
        let spans = sentences(&text, &sections);
        prop_assert_eq!(&spans, &sentences(&text, &sections));
        let mut covered = vec![false; text.len()];
        let mut last = 0;
        for span in &spans {
            prop_assert!(span.start >= last && span.end > span.start);
            prop_assert!(text.get(span.range()).is_some());
            prop_assert!(sections.iter().any(|s| s.body <= span.start && span.end <= s.end));
            covered[span.range()].iter_mut().for_each(|c| *c = true);
            last = span.end;
        }
        for section in &sections {
            for (i, c) in text[section.body..section.end].char_indices() {
                prop_assert!(c.is_whitespace() || covered[section.body + i]);
            }
        }
    }
}
