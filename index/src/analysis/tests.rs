use proptest::prelude::*;

use super::*;

fn spell(text: &str) -> String {
    tokens(text).map(|t| format!("{}@{}", t.text, t.position)).collect::<Vec<_>>().join(" ")
}

#[test]
fn clinical_tokens_stay_whole() {
    let table = [
        ("b.i.d.", "bid@0"),
        ("given q.d. and p.r.n", "given@0 qd@1 and@2 prn@3"),
        ("C-diff.", "c-diff@0 c@0 diff@1"),
        ("C. diff", "c@0 diff@1"),
        ("120/80", "120/80@0 120@0 80@1"),
        ("10,000 and 1,234,567.8", "10000@0 and@1 1234567.8@2"),
        ("1,2,3", "1@0 2@1 3@2"),
        ("2019,2020", "2019@0 2020@1"),
        ("1.2 mg/dL", "1.2@0 mg/dl@1 mg@1 dl@2"),
        ("dose .5 mg", "dose@0 0.5@1 mg@2"),
        ("pain.He has 5.", "pain@0 he@1 has@2 5@3"),
        ("HFrEF", "hfref@0"),
        ("s/p CABG x3", "s/p@0 s@0 p@1 cabg@2 x3@3"),
        ("x10^9/L", "x10^9/l@0 x10@0 9@1 l@2"),
        ("1000mg 1,000mg/dL .5ml", "1000@0 mg@1 1000@2 mg/dl@3 mg@3 dl@4 0.5@5 ml@6"),
        ("1.2cm 120/80mmHg 3-4cm", "1.2@0 cm@1 120/80@2 120@2 80@3 mmhg@4 3-4@5 3@5 4@6 cm@7"),
        ("3rd 65y/o 5p.o.", "3@0 rd@1 65@2 y/o@3 y@3 o@4 5@5 po@6"),
        ("2x3 13q14 x3days B12", "2x3@0 13q14@1 x3days@2 b12@3"),
        ("10\u{200b}mg 5µg 7\u{301}x", "10@0 mg@1 5@2 ug@3 7@4 x@5"),
        ("COVID-19", "covid-19@0 covid@0 19@1"),
        ("I50.23", "i50.23@0 i50@0 23@1"),
        ("patient's", "patient's@0 patient@0 s@1"),
        ("patient\u{2019}s", "patient's@0 patient@0 s@1"),
        ("H&P", "h&p@0 h@0 p@1"),
        ("at 12:30", "at@0 12:30@1 12@1 30@2"),
        ("BP:120", "bp@0 120@1"),
        ("E.coli", "e@0 coli@1"),
        ("word--word", "word@0 word@1"),
        ("50% <2.5", "50@0 2.5@1"),
        ("café naïve", "cafe@0 naive@1"),
        ("cafe\u{301}", "cafe@0"),
        ("sep\u{200b}sis hypo\u{ad}tension", "sepsis@0 hypotension@1"),
        ("\u{feff}start", "start@0"),
        ("5 µg 5 \u{3bc}g", "5@0 ug@1 5@2 ug@3"),
        ("Straße ΣΑΣ", "strasse@0 σασ@1"),
        ("肺炎 pneumonia", "肺@0 炎@1 pneumonia@2"),
        ("1.2\u{2013}1.4", "1.2-1.4@0 1.2@0 1.4@1"),
        ("", ""),
        ("-- !! ...", ""),
    ];
    for (text, expected) in table {
        assert_eq!(spell(text), expected, "{text:?}");
    }
}

#[test]
fn a_long_word_is_cut_and_a_long_compound_gives_its_parts() {
    let long = "x".repeat(200);
    assert_eq!(tokens(&long).next().unwrap().text.len(), MAX_TOKEN);
    let ruler = ["a"; 40].join("-");
    assert_eq!(tokens(&ruler).count(), 40);
}

#[test]
fn spans_point_at_the_original() {
    let text = "Given B.I.D. for É\u{301}cole, 10,000 units";
    let found: Vec<&str> = tokens(text).map(|t| &text[t.span]).collect();
    assert_eq!(found, ["Given", "B.I.D.", "for", "É\u{301}cole", "10,000", "units"]);
}

#[test]
fn combining_letters_alone_were_an_empty_token() {
    assert_eq!(tokens("\u{1abf} \u{1ac0}\u{1abf}").count(), 0);
    let found: Vec<String> = tokens("a\u{1abf}b").map(|t| t.text.into_owned()).collect();
    assert_eq!(found, ["ab"]);
}

#[test]
fn a_combining_mark_alone_is_no_word() {
    for text in ["\u{1acc} ", "a-\u{1acc}", "a.\u{1acc}."] {
        assert!(tokens(text).all(|token| !token.text.is_empty()), "{}", text.escape_debug());
    }
}

proptest! {
    #[test]
    fn spans_are_inside_and_positions_never_go_back(text in "(\\PC|[a-z0-9.,/'& \u{200b}\u{301}-]|b\\.i\\.d\\. |1,000){0,60}") {
        let mut position = 0;
        let mut start = 0;
        for token in tokens(&text) {
            prop_assert!(text.get(token.span.clone()).is_some_and(|s| !s.is_empty()));
            prop_assert!(!token.text.is_empty() && token.text.len() <= MAX_TOKEN);
            prop_assert!(token.position >= position && token.position <= position + 1);
            prop_assert!(token.span.start >= start);
            position = token.position;
            start = token.span.start;
        }
    }

    #[test]
    fn the_shortcut_for_plain_words_gives_what_the_rules_give(text in "(\\PC|[a-zA-Z0-9.,:/'& \n\u{200b}\u{301}-]|b\\.i\\.d\\. |[A-Za-z]{2,5}[ .,:]|1,000){0,60}") {
        let rules = std::iter::successors(Some((units(&text), None)), |(all, _)| {
            let mut all = all.clone();
            let unit = all.any_word()?;
            Some((all, Some(unit)))
        });
        let spans = |unit: &Unit| (unit.parts().cloned().collect::<Vec<_>>(), unit.acronym);
        let slow: Vec<_> = rules.filter_map(|(_, unit)| unit).map(|unit| spans(&unit)).collect();
        prop_assert_eq!(units(&text).map(|unit| spans(&unit)).collect::<Vec<_>>(), slow);
    }

    #[test]
    fn a_word_alone_reads_as_it_did_in_the_text(text in "(\\PC|[a-z0-9.,/'& \u{200b}\u{301}-]|b\\.i\\.d\\. |1,000){0,40}") {
        for unit in units(&text) {
            let slice = &text[unit.span()];
            let whole: Vec<_> = unit.parts().map(|p| unit.part_text(&text, p).into_owned()).collect();
            let alone: Vec<_> = units(slice).flat_map(|u| u.parts().map(|p| u.part_text(slice, p).into_owned()).collect::<Vec<_>>()).collect();
            prop_assert_eq!(whole, alone);
        }
    }
}
