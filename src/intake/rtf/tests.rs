//! Invented notes in RTF.

use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

fn text(rtf: &str) -> String {
    to_text(rtf.as_bytes()).unwrap().text
}

#[test]
fn words_lines_and_cells_come_out() {
    for (rtf, words) in [
        (r"{\rtf1\ansi Sepsis due to pneumonia.\par AKI, improving.}", "Sepsis due to pneumonia.\nAKI, improving."),
        (r"{\rtf1 {\b Assessment:} fluids\line rest}", "Assessment: fluids\nrest"),
        (r"{\rtf1\trowd Na\cell 131\cell\row\trowd K\cell 4.1\cell\row}", "Na\t131\nK\t4.1\n"),
        (r"{\rtf1 a\tab b\~c\_d\-e \{x\} \\ y}", "a\tb c-de {x} \\ y"),
        (r"{\rtf1 Pain{\footnote on movement} gone}", "Pain [on movement] gone"),
    ] {
        assert_eq!(text(rtf), words, "{rtf}");
    }
}

#[test]
fn what_is_no_text_stays_out() {
    let rtf = r"{\rtf1\ansi{\fonttbl{\f0\fswiss Arial;}}{\colortbl;\red0;}{\info{\author A}}{\*\generator Word;}{\header page 1}{\pict 0102}Fever.{\v hidden}{\field{\*\fldinst HYPERLINK x}{\fldrslt seen}}}";
    assert_eq!(text(rtf), "Fever.seen");
}

#[test]
fn a_number_of_stand_ins_that_cannot_be_took_the_rest_of_the_note() {
    for number in ["99999999", "33", "2147483647"] {
        let read = to_text(format!(r"{{\rtf1\ansi\uc{number} \u176?C, then the rest of the note.}}").as_bytes()).unwrap();
        assert_eq!((read.text.as_str(), read.greedy), ("°C, then the rest of the note.", Some(12)), "{number}");
    }
    assert_eq!(to_text(br"{\rtf1\ansi\uc4 \u176????C}").unwrap().greedy, None);
}

#[test]
fn raw_letters_in_utf_8_came_out_as_two_signs_each() {
    for (rtf, words) in [
        ("{\\rtf1\\ansi Temp 38.5\u{b0}, na\u{ef}ve \u{1f600}.}", "Temp 38.5\u{b0}, na\u{ef}ve \u{1f600}."),
        ("{\\rtf1\\ansi\\uc1 \\u176?\u{b0}C}", "\u{b0}\u{b0}C"),
    ] {
        assert_eq!(text(rtf), words);
    }
    // What is no UTF-8 is in the code page.
    assert_eq!(to_text(b"{\\rtf1\\ansi 38.5\xb0 \x93so\x94}").unwrap().text, "38.5\u{b0} \u{201c}so\u{201d}");
}

#[test]
fn letters_are_read_in_the_code_page_of_their_font() {
    for (rtf, words) in [
        (r"{\rtf1\ansi 38.5\'b0 \'93quoted\'94}", "38.5° “quoted”"),
        (r"{\rtf1\ansi\ansicpg1251 \'cf\'e0}", "Па"),
        (r"{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset238 B;}}\f1 \'b9\f0 \'b9}", "ą¹"),
        (r"{\rtf1\ansi\ansicpg932 \'82\'a0\'83\'5c}", "あソ"),
        (r"{\rtf1\mac \'a1}", "°"),
        (r"{\rtf1\ansi\uc1 \u176?C \u-4051\'3f.}", "°C \u{f02d}."),
        (r"{\rtf1\ansi\uc0 \u8805 5 {\uc2\u8804 ab}c}", "≥5 ≤c"),
        (r"{\rtf1 \u55357?\u56832?!}", "😀!"),
    ] {
        assert_eq!(text(rtf), words, "{rtf}");
    }
}

#[test]
fn letters_of_an_unknown_code_page_are_counted_and_not_guessed() {
    assert_eq!(to_text(br"{\rtf1\pc 38\'f8C}").unwrap(), Rtf { text: "38\u{fffd}C".to_owned(), unknown: 1, behind: None, greedy: None });
}

/// A byte of nothing came out as a NUL, which no store takes.
#[test]
fn a_nul_came_out_in_the_text() {
    for head in ["", "\\ansicpg99", "{\\fonttbl{\\f1\\fcharset2 S;}}\\f1 "] {
        assert_eq!(text(&format!("{{\\rtf1{head} a\\'00b}}")).trim(), "ab", "{head}");
    }
}

#[test]
fn words_behind_a_group_too_many_are_told_and_not_lost_in_silence() {
    let read = to_text(br"{\rtf1 Hello}} more}").unwrap();
    assert_eq!((read.text.as_str(), read.behind), ("Hello", Some(14)));
    assert_eq!(to_text(b"{\\rtf1 Hello}\r\n\0").unwrap().behind, None, "padding");
}

#[test]
fn what_is_broken_names_its_byte() {
    for (rtf, why, byte) in
        [(r"plain", "begin", 1), (r"{\rtf1 cut", "cut off", 10), (r"{\rtf1 \'zz}", "hexadecimal", 8), (r"{\rtf1 \bin99 x}", "binary", 8)]
    {
        let broken = to_text(rtf.as_bytes()).unwrap_err();
        assert!(broken.why.contains(why) && broken.byte == byte, "{broken:?}");
    }
    let deep = format!("{{\\rtf1{}", "{".repeat(100_000));
    assert!(to_text(deep.as_bytes()).unwrap_err().why.contains("512"));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = to_text(&bytes);
        let mut led = b"{\\rtf1".to_vec();
        led.extend(bytes);
        let _ = to_text(&led);
    }

    #[test]
    fn any_rtf_like_text_is_survived(text in "([{}\\\\]|\\\\[a-z]{1,8}-?[0-9]{0,12} ?|\\\\'[0-9a-f]{0,2}|\\\\u-?[0-9]{1,6}\\??|[ -~é]){0,60}") {
        let _ = to_text(format!("{{\\rtf1{text}}}").as_bytes());
    }

    #[test]
    fn plain_words_come_back(words in "[a-z .,0-9]{0,40}") {
        prop_assert_eq!(text(&format!("{{\\rtf1 {words}}}")), words);
    }
}
