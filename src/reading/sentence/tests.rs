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
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("Seen by Dr. Hale at nine. Home by ten.", vec!["Seen by Dr. Hale at nine.", "Home by ten."]),
        ("Mrs. Oduya and Mr. Lund came along. Both agree.", vec!["Mrs. Oduya and Mr. Lund came along.", "Both agree."]),
        ("Moved from St. Anne today. Settled.", vec!["Moved from St. Anne today.", "Settled."]),
        ("Migraine vs. Tension headache. MRI booked.", vec!["Migraine vs. Tension headache.", "MRI booked."]),
        ("Metoprolol 25 mg b.i.d. with meals. No dizziness.", vec!["Metoprolol 25 mg b.i.d. with meals.", "No dizziness."]),
        ("Metoprolol 25 mg b.i.d. No dizziness.", vec!["Metoprolol 25 mg b.i.d.", "No dizziness."]),
        ("Keflex q.i.d. for a week. Then stop.", vec!["Keflex q.i.d. for a week.", "Then stop."]),
        ("Morphine p.r.n. Pain is mild.", vec!["Morphine p.r.n.", "Pain is mild."]),
        ("Aspirin 81 mg p.o. daily. Statin at night.", vec!["Aspirin 81 mg p.o. daily.", "Statin at night."]),
        ("Keep n.p.o. after midnight. Surgery at seven.", vec!["Keep n.p.o. after midnight.", "Surgery at seven."]),
        ("Potassium 3.4 and magnesium 1.9. Replace both.", vec!["Potassium 3.4 and magnesium 1.9.", "Replace both."]),
        ("INR was 2.1. Warfarin goes on.", vec!["INR was 2.1.", "Warfarin goes on."]),
        ("Dose .5 mg at noon. Fine.", vec!["Dose .5 mg at noon.", "Fine."]),
        ("Tylenol No. 3 was given. She slept.", vec!["Tylenol No. 3 was given.", "She slept."]),
        ("He said no. Nobody insisted.", vec!["He said no.", "Nobody insisted."]),
        ("Room no. 12 is free. Move him.", vec!["Room no. 12 is free.", "Move him."]),
        ("Call ext. 4410 at night. Ask for Kim.", vec!["Call ext. 4410 at night.", "Ask for Kim."]),
        ("Read by John F. Harlan yesterday. Normal.", vec!["Read by John F. Harlan yesterday.", "Normal."]),
        ("Spoke with Dr. A. Moor about it. He agrees.", vec!["Spoke with Dr. A. Moor about it.", "He agrees."]),
        ("Stable on vitamin C. Bleeding stopped.", vec!["Stable on vitamin C.", "Bleeding stopped."]),
        (
            "Foods rich in iron, e.g. Lentils, were advised. Understood.",
            vec!["Foods rich in iron, e.g. Lentils, were advised.", "Understood."],
        ),
        ("Two drugs, i.e. aspirin and a statin. Both go on.", vec!["Two drugs, i.e. aspirin and a statin.", "Both go on."]),
        ("Weighs approx. 70 kg now. Eats well.", vec!["Weighs approx. 70 kg now.", "Eats well."]),
        ("Acme Inc. Made the pump. It works.", vec!["Acme Inc. Made the pump.", "It works."]),
        ("No rash.The wound is dry.", vec!["No rash.", "The wound is dry."]),
        ("Fever is gone.He eats.She is glad.", vec!["Fever is gone.", "He eats.", "She is glad."]),
        ("\"I feel fine.\" He went home.", vec!["\"I feel fine.\"", "He went home."]),
        ("Any pain? None! Good.", vec!["Any pain?", "None!", "Good."]),
        ("Worse at night (see above). Better by day.", vec!["Worse at night (see above).", "Better by day."]),
        ("Cough... Then fever.", vec!["Cough...", "Then fever."]),
        ("fever for two days. cough since noon.", vec!["fever for two days. cough since noon."]),
        ("- no fever\n- no cough\n- eats well", vec!["- no fever", "- no cough", "- eats well"]),
        ("\u{2022} Gout\n\u{2022} Asthma", vec!["\u{2022} Gout", "\u{2022} Asthma"]),
        ("* Gout\n* Asthma", vec!["* Gout", "* Asthma"]),
        ("+ Gout\n+ Asthma", vec!["+ Gout", "+ Asthma"]),
        ("o Gout\no Asthma", vec!["o Gout", "o Asthma"]),
        ("1. Gout\n2. Asthma", vec!["1. Gout", "2. Asthma"]),
        ("1) Gout\n2) Asthma", vec!["1) Gout", "2) Asthma"]),
        ("#1 Gout\n#2 Asthma", vec!["#1 Gout", "#2 Asthma"]),
        ("1. Gout. 2. Asthma. 3. Anemia.", vec!["1. Gout.", "2. Asthma.", "3. Anemia."]),
        ("1) Gout, 2) Asthma, 3) Anemia", vec!["1) Gout,", "2) Asthma,", "3) Anemia"]),
        (
            "1. Gout, colchicine 0.6 mg. 2. Asthma, stage 2. He is better.",
            vec!["1. Gout, colchicine 0.6 mg.", "2. Asthma, stage 2.", "He is better."],
        ),
        ("Stage 2. He knows.", vec!["Stage 2.", "He knows."]),
        ("1. Gout, now\nwithout pain.\n2. Asthma.", vec!["1. Gout, now\nwithout pain.", "2. Asthma."]),
        ("- gout of the left\n  great toe\n- asthma", vec!["- gout of the left\n  great toe", "- asthma"]),
        ("a) Gout\nb) Asthma", vec!["a) Gout", "b) Asthma"]),
        ("(1) gout\n(2) asthma", vec!["(1) gout", "(2) asthma"]),
        ("A. Gout\nB. Asthma", vec!["A. Gout", "B. Asthma"]),
        ("He denies fever,\nchills and cough.", vec!["He denies fever,\nchills and cough."]),
        (
            "There is no evidence of a clot in the veins of either leg and\nDoppler flow is normal.",
            vec!["There is no evidence of a clot in the veins of either leg and\nDoppler flow is normal."],
        ),
        ("No fever\n\nNo cough", vec!["No fever", "No cough"]),
        ("No fever\nNo cough", vec!["No fever", "No cough"]),
        ("Feels well.\nEats well.", vec!["Feels well.", "Eats well."]),
        ("Father had gout,\nMother had asthma.", vec!["Father had gout,\nMother had asthma."]),
        ("No fever\r\nNo cough\r\n", vec!["No fever", "No cough"]),
        ("Na\t131\nK\t3.4", vec!["Na\t131", "K\t3.4"]),
        ("Na | 131\nK | 3.4", vec!["Na | 131", "K | 3.4"]),
        ("Day 1\t38.9\nDay 2\t37.1\nFever is gone.", vec!["Day 1\t38.9", "Day 2\t37.1", "Fever is gone."]),
        ("No fever; no cough; eats well.", vec!["No fever; no cough; eats well."]),
        ("Na 131; K 3.4; Cr 1.1", vec!["Na 131; K 3.4; Cr 1.1"]),
        ("PLAN: Rest.\nDIET: Soft.", vec!["Rest.", "Soft."]),
        (
            "Lungs clear. HEART: Regular. ABDOMEN: Soft. PLAN: Rest. Return in a week.",
            vec!["Lungs clear.", "Regular.", "Soft.", "Rest.", "Return in a week."],
        ),
        ("ASSESSMENT\n1. Gout.\n2. Asthma.\nPLAN\nRest.", vec!["1. Gout.", "2. Asthma.", "Rest."]),
        ("ROS: no fever\nEXAM: well", vec!["no fever", "well"]),
        ("## Plan\n- Rest\n- Ice", vec!["- Rest", "- Ice"]),
        ("", Vec::<&str>::new()),
        ("   \n\n ", Vec::<&str>::new()),
    ] {
        if read(text) != expected {
            wrong.push(format!("{text:?}\n    is   {:?}\n    not  {expected:?}", read(text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
