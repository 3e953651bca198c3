use proptest::prelude::*;

use super::parse::MAX_SYNONYMS;
use super::*;

fn written(text: &str) -> String {
    Query::parse(text).0.to_string()
}

fn complaints(text: &str) -> Vec<String> {
    Query::parse(text).1.into_iter().map(|issue| issue.message).collect()
}

#[test]
fn queries_are_read_as_meant() {
    let table = [
        ("sepsis", "sepsis", "sepsis"),
        (
            "\"congestive heart failure\" type:\"discharge summary\" not denied",
            "\"congestive heart failure\" type:\"discharge summary\" not denied",
            "phrase congestive heart failure, and note type discharge summary, without denied",
        ),
        ("a and b", "a b", "a, and b"),
        ("a OR b c", "a or b c", "either a or (b, and c)"),
        ("(a or b) c", "(a or b) c", "(either a or b), and c"),
        ("not (a b)", "not (a b)", "without (a, and b)"),
        ("kidney NEAR/4 stage", "kidney near/4 stage", "kidney and stage within 4 words of each other"),
        ("weight near/8 loss near/8 months", "weight near/8 loss near/8 months", "weight and loss and months within 8 words of each other"),
        (
            "(sacrum or \"left heel\") near/5 ulcer",
            "(sacrum or \"left heel\") near/5 ulcer",
            "sacrum or phrase left heel and ulcer within 5 words of each other",
        ),
        ("malnour*", "malnour*", "any word that begins with malnour"),
        ("sepsus~1", "sepsus~", "sepsus with at most one slip"),
        ("malnutritoin~2", "malnutritoin~2", "malnutritoin with at most 2 slips"),
        ("type:(discharge or progress)", "type:discharge or type:progress", "either note type discharge or note type progress"),
        ("date:2026-1..", "date:2026-01..", "dated 2026-01 or later"),
        ("date:..2026-02-03", "date:..2026-02-03", "dated 2026-02-03 or earlier"),
        ("MRN:00123 author:smith*", "mrn:00123 author:smith*", "record number 00123, and author any word that begins with smith"),
        ("C-diff b.i.d. 120/80", "C-diff b.i.d. 120/80", "C-diff, and b.i.d., and 120/80"),
        ("-sepsis", "sepsis", "sepsis"),
        ("“heart failure”", "\"heart failure\"", "phrase heart failure"),
        ("\"and\"", "\"and\"", "and"),
        ("near syncope", "near syncope", "near, and syncope"),
        ("section:plan sepsis", "section:plan sepsis", "sepsis, in section plan"),
        ("sepsis IS:present,Negated", "\"sepsis\" is:present,negated", "sepsis said to be present or negated"),
        ("\"heart failure\" is:family", "\"heart failure\" is:family", "heart failure said to be a relative's"),
        (
            "(a or b) is:any not section:plan",
            "(\"a\" is:present,possible,historical,hypothetical,negated,family or \"b\" is:present,possible,historical,hypothetical,negated,family) not section:plan",
            "(either concept a however it stands or concept b however it stands), not in section plan",
        ),
        ("creatinine>=1.50", "(\"creatinine\" >= 1.5)", "creatinine at least 1.5"),
        ("ef = 30..40 %", "(\"ef\" = 30..40)", "ef between 30 and 40"),
        ("section:\"past history\"", "section:\"past history\"", "in section past history"),
        ("section:(plan or assessment)", "section:(plan or assessment)", "in section plan or assessment"),
        ("gap:sepsis x synonyms:off", "gap:sepsis x synonyms:off", "in the 0 stays with gap sepsis, and x"),
        ("and, or", "\"and\"", "and"),
        ("!type:x", "\"type:x\"", "type:x"),
        ("service:=\"Wound  Care\"", "service:=\"Wound Care\"", "service exactly Wound Care"),
        ("type:=progress_note x", "type:=progress_note x", "note type exactly progress note, and x"),
        ("author:none", "author:none", "no author given"),
        ("service:=\"\"", "service:none", "no service given"),
        ("service:(NONE or surgery)", "service:none or service:surgery", "either no service given or service surgery"),
        ("service:\"none\"", "service:\"none\"", "service none"),
        ("mrn:=00123", "mrn:00123", "record number 00123"),
        ("wbc is 10*3/uL", "wbc is 10*3/uL", "wbc, and is, and 10*3/uL"),
        ("creatinine > 2,5", "(\"creatinine\" > 2.5)", "creatinine above 2.5"),
        ("", "", "nothing to search for"),
    ];
    for (typed, expected, meaning) in table {
        let (query, _) = Query::parse(typed);
        assert_eq!(query.to_string(), expected, "{typed}");
        assert_eq!(query.meaning(), meaning, "{typed}");
        assert_eq!(Query::parse(&query.to_string()).0, query, "{typed}");
    }
}

#[test]
fn what_cannot_be_taken_is_said() {
    let table = [
        ("\"heart failure", "not closed"),
        ("(a or b", "not closed"),
        ("a)", "no opening"),
        ("a or", "both sides"),
        ("not", "after it"),
        ("near/5 b", "both sides"),
        ("a near/5", "both sides"),
        ("(a near/2 b) near/3 c", "anywhere"),
        ("()", "nothing to search"),
        ("!!!", "nothing to search"),
        ("\"!\"", "nothing to search"),
        ("typ:discharge", "no field"),
        ("type:", "Nothing stands after"),
        ("date:yesterday", "not a date"),
        ("date:2026-05..2026-01", "turned around"),
        ("a*", "two letters"),
        ("ab~", "three letters"),
        ("abcd~5", "two slips"),
        ("mrn:12~", "identifier"),
        ("is:present", "right behind a concept"),
        ("section:", "Nothing stands after"),
        ("sepsis is:", "Nothing stands after"),
        ("sepsis is:presnt", "no way a concept can stand"),
        ("> 5", "needs a measurement"),
        ("creatinine > 5x", "not measured in"),
        ("synonyms:maybe", "on or off"),
        ("service:=", "Nothing stands after"),
        ("service:=(a or b)", "stands one value"),
    ];
    for (typed, part) in table {
        assert!(complaints(typed).iter().any(|m| m.contains(part)), "{typed}: {:?}", complaints(typed));
    }
    let (_, issues) = Query::parse("typ:discharge");
    assert_eq!(issues[0].hint.as_deref(), Some("Did you mean type: ?"));
    assert_eq!(issues[0].span, 0..13);
    for fine in ["sepsis", "C-diff", "not denied", "near syncope", "12:30", "type:discharge", "a b"] {
        assert_eq!(complaints(fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = format!("{}a{}", "(".repeat(3000), ")".repeat(1000));
    assert_eq!(written(&deep), "a");
    assert!(complaints(&deep).iter().any(|m| m.contains("deeper")));
    let nots = "not ".repeat(1000) + "a";
    assert!(Query::parse(&nots).0.to_string().len() < 300);
    let long = "word ".repeat(2000);
    assert!(written(&long).len() <= MAX_LENGTH);
    assert!(complaints(&long).iter().any(|m| m.contains("longer")));
    let group = format!("author:({})", format!("{} ", "a".repeat(66)).repeat(60));
    let (query, issues) = Query::parse(&group);
    assert!(query.to_string().len() <= MAX_LENGTH && issues.iter().any(|i| i.message.contains("longer")));
    assert_eq!(Query::parse(&query.to_string()).0, query);
}

/// Query and what is said of it, whole.
fn said(typed: &str) -> Vec<String> {
    Query::parse(typed).1.iter().map(Issue::sentence).collect()
}

#[test]
fn signs_in_quotes_were_dropped_without_a_word() {
    for (typed, sign) in [
        ("\"5%\"", "\"%\" is not"),
        ("\"#1\"", "\"#\" is not"),
        ("\"a + b\"", "\"+\" is not"),
        ("2+", "\"+\" is not"),
        ("title:\"#1 @x\"", "\"#\" \"@\" are not"),
    ] {
        assert!(said(typed).iter().any(|issue| issue.starts_with(sign)), "{typed}: {:?}", said(typed));
    }
    assert!(said("\"+\"")[0].contains("not by signs"));
    for fine in ["\"fever, chills.\"", "h&p", "s/p", "o'brien", "x10^9/L", "C-diff", "120/80", "\"he said: no!\""] {
        assert_eq!(said(fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn a_minus_and_a_star_in_front_were_read_as_if_they_were_not_there() {
    for (typed, remedy) in [
        ("-sepsis", "not sepsis"),
        ("fever -sepsis", "not sepsis"),
        ("fever -\"septic shock\"", "not \"septic shock\""),
        ("!sepsis", "not sepsis"),
        ("*itis", "pneumon*"),
        ("append*tis", "pneumon*"),
    ] {
        assert!(said(typed).iter().any(|issue| issue.contains(remedy)), "{typed}: {:?}", said(typed));
    }
    assert_eq!(written("fever -\"septic shock\""), "fever \"septic shock\"");
    for fine in ["C-diff", "x -5", "10*3/uL", "\u{2014} fever", "a - b*"] {
        assert!(!said(fine).iter().any(|issue| issue.contains("not ") && issue.contains("leave")), "{fine}: {:?}", said(fine));
    }
}

#[test]
fn an_and_alone_said_nothing() {
    for typed in ["and", "fever and", "and fever", "(and) fever", "fever and or cough", "fever and and cough"] {
        assert!(complaints(typed).iter().any(|issue| issue.contains("both sides")), "{typed}");
    }
    for fine in ["fever and cough", "fever and not cough", "(fever) and (cough)", "\"a b\" and \"c d\"", "\"and\""] {
        assert_eq!(complaints(fine), Vec::<String>::new(), "{fine}");
    }
    assert_eq!(written("\"and\""), "\"and\"", "the remedy is true");
}

#[test]
fn a_paste_was_cut_inside_a_word_and_searched_word_by_word() {
    let paste: String = (0..2000).map(|n| format!("word{n} ")).collect();
    let (query, issues) = Query::parse(&paste);
    assert_eq!(query.leaf_list().len(), super::parse::MAX_LEAVES);
    assert!(issues[0].message.contains("64 words"), "{issues:?}");
    let cut = issues.iter().find(|issue| issue.message.contains("longer")).unwrap();
    assert!(paste[..cut.span.start].ends_with(' '), "at the end of a word");
    assert!(!issues.iter().any(|issue| issue.message.contains("both sides")));
    let (_, issues) = Query::parse(&"not (fever or cough) ".repeat(60));
    assert_eq!(issues.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>().len(), 1, "{issues:?}");
    let phrase = format!("\"{}\"", "a ".repeat(200));
    assert_eq!(Query::parse(&phrase).1, [], "a phrase counts once");
}

const PIECES: &str = "(\\PC|[ab~*:()\"'./,-]|and |or |not |near/3 |near/|type:|type:=|author:none|date:|2026-01|\\.\\.|mrn:|section:|is:|is:present| > 2|<= 3..4 %|=|gap:|synonyms:off| |sep|\u{201c}|\u{200b}|b\\.i\\.d\\. ){0,40}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_string_parses_and_reads_back(text in PIECES) {
        let (query, issues) = Query::parse(&text);
        for issue in &issues {
            prop_assert!(text.get(issue.span.clone()).is_some());
        }
        let again = Query::parse(&query.to_string()).0;
        prop_assert_eq!(&again, &query, "{:?} written {:?}", text, query.to_string());
        prop_assert!(!query.meaning().is_empty());
        prop_assert_eq!(query.leaves().len(), query.leaf_list().len());
    }
}

#[test]
fn a_sign_of_comparison_inside_a_value_is_still_there_when_the_query_is_written_out() {
    for text in [":\u{16800}=2026-01<= 30a4 %", ":x=5", "text:x=5", ":x>=5*", "text:a<2~1"] {
        let query = Query::parse(text).0;
        let written = query.to_string();
        assert_eq!(Query::parse(&written).0, query, "{text:?} written {written:?}");
        assert!(!query.leaves().is_empty(), "{text:?}");
    }
}

/// Knows a disease by far too many names.
struct Family;

impl Knowledge for Family {
    fn senses(&self, words: &str) -> Vec<Sense> {
        Plain.senses(words)
    }
    fn synonyms(&self, words: &str) -> Vec<String> {
        if words == "cancer" { (0..MAX_SYNONYMS + 20).map(|n| format!("tumor{n:03}")).collect() } else { Vec::new() }
    }
    fn sections(&self, words: &str) -> Vec<String> {
        Plain.sections(words)
    }
    fn measure(&self, words: &str) -> Option<Measure> {
        Plain.measure(words)
    }
    fn convert(&self, measure: &str, value: f64, unit: &str) -> Option<f64> {
        Plain.convert(measure, value, unit)
    }
    fn is_unit(&self, word: &str) -> bool {
        Plain.is_unit(word)
    }
    fn encounters(&self, field: &str, value: &str) -> Option<Vec<String>> {
        Plain.encounters(field, value)
    }
    fn values(&self, field: &str, start: &str) -> Vec<String> {
        Plain.values(field, start)
    }
}

#[test]
fn synonyms_that_are_left_out_were_not_spoken_of() {
    let (query, issues) = Query::read("cancer fever", &Family);
    let also = query.synonyms();
    assert_eq!(also.iter().map(|(word, names)| (word.as_str(), names.len())).collect::<Vec<_>>(), [("cancer", MAX_SYNONYMS)]);
    let said: Vec<(&str, std::ops::Range<usize>)> = issues.iter().map(|issue| (issue.message.as_str(), issue.span.clone())).collect();
    assert_eq!(said, [("\"cancer\" has 120 other names; the first 100 are searched with it.", 0..6)]);
}
