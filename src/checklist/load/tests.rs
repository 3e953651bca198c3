#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! Broken packs: every message names the line, what is expected and, where there is one, the nearest right word.

use super::super::Packs;

macro_rules! broken {
    ($name:literal) => {
        (concat!($name, ".toml"), include_str!(concat!("../../../fixtures/broken-checklists/", $name, ".toml")))
    };
}

/// File, line, words of what is wrong, words of what is expected, words of the hint.
type Row = ((&'static str, &'static str), u64, &'static str, &'static str, &'static str);

const ROWS: [Row; 43] = [
    (broken!("not-toml"), 7, "a heading in brackets is not closed", "]]", ""),
    (broken!("open-quote"), 8, "a text in quotes is not closed", "on the same line", ""),
    (broken!("no-pack"), 1, "no `[pack]`", "[pack]", ""),
    (broken!("unknown-key"), 12, "`severty` is not a key of item `B-1`", "severity", "did you mean `severity`?"),
    (broken!("unknown-kind"), 10, "`undocumentd`", "missing_document", "did you mean `undocumented`?"),
    (broken!("unknown-condition"), 11, "`hyponatraemia`", "a condition of the vocabulary", "did you mean `hyponatremia`?"),
    (broken!("unknown-observation"), 23, "`sodum`", "canonical name", "did you mean `sodium`?"),
    (broken!("other-names"), 23, "`K`", "canonical name", "did you mean `potassium`?"),
    (broken!("unknown-concept"), 29, "`treatment.dialisys`", "a concept of the lexicon", "did you mean `treatment.dialysis`?"),
    (broken!("wrong-unit"), 25, "`parsec` is no unit of sodium", "mmol/L", "mmol/L"),
    (broken!("unknown-severity"), 12, "`severe`", "info, warn, high", ""),
    (broken!("missing-fields"), 7, "item `B-1` has no `severity`", "info, warn or high", ""),
    (broken!("wrong-type"), 24, "`below` is no number", "a number", ""),
    (broken!("two-comparisons"), 23, "more than one comparison", "below", "one indicator for each"),
    (broken!("change-without-time"), 23, "a change needs a time", "within_hours", ""),
    (broken!("unknown-place-holder"), 13, "`lwo`", "an indicator of the item", "did you mean `low`?"),
    (broken!("open-place-holder"), 13, "has no `}`", "{name}", ""),
    (broken!("never-enough"), 18, "it can never hold", "1 at most", ""),
    (broken!("empty-group"), 22, "`sodum`", "a group that indicators name", ""),
    (broken!("twice"), 27, "stands already in twice.toml, line 7", "an id of its own", ""),
    (broken!("wrong-table"), 7, "needs `[item.attributes]`", "[item.attributes]", ""),
    (broken!("unknown-element"), 19, "`blood_loss`", "an element of `operative_report`", "did you mean `estimated_blood_loss`?"),
    (broken!("unknown-document"), 18, "`history_and_physicals`", "a document type", "did you mean `history_and_physical`?"),
    (broken!("unknown-attribute"), 19, "`typ`", "an attribute of the condition", "did you mean `type`?"),
    (broken!("bad-example"), 28, "`fires` is a text here", "true or false", ""),
    (broken!("many-mistakes"), 10, "`undocumentd`", "a kind of gap", "did you mean `undocumented`?"),
    (broken!("bad-day"), 5, "is no day", "2026-01-31", ""),
    (broken!("two-places"), 21, "`anywhere` and `after` at once", "one of the two", ""),
    (broken!("covered-by-none"), 17, "`B-2-undocumentd`", "the id of another item", "did you mean `B-2-undocumented`?"),
    (broken!("covered-in-a-circle"), 7, "`B-1` is covered by itself", "an item which is asked", "take the item out"),
    (broken!("unless-nothing"), 22, "nothing says of which documents", "`procedures` or `words`", ""),
    (broken!("days-turned"), 18, "`effective_to` 2014-10-01 lies before `effective_from` 2015-10-01", "earlier day", ""),
    (broken!("evidence-of-nothing"), 18, "`evidence_min` is 0", "1 or more", ""),
    (broken!("empty-words"), 29, "`words` is an empty list", "at least one", ""),
    (broken!("version-nought"), 7, "`version` is 0", "from 1", ""),
    (broken!("title-of-two-lines"), 13, "runs over its line", "one line", ""),
    (broken!("example-slips"), 30, "`sodum`", "canonical name", "did you mean `sodium`?"),
    (broken!("example-slips"), 30, "`parsecs` is no unit of sodium", "mmol/L", ""),
    (broken!("example-slips"), 31, "no drug is called `potasium chlorid`", "a drug", "did you mean `potassium chloride`?"),
    (broken!("example-slips"), 31, "`gave potassium chloride` is read as the name", "`given`", "did you mean `given`?"),
    (broken!("drug-slip"), 29, "no drug is called `tolvaptam`", "a drug", "did you mean `tolvaptan`?"),
    (broken!("covered-by-a-chain"), 0, "is covered by a chain of more than 8", "8 items in a chain", "asked in the end"),
    (broken!("not-required"), 17, "`surgeon` is not among the required elements", "`required`", ""),
];

#[test]
fn every_mistake_names_its_line_and_its_remedy() {
    let mut wrong = Vec::new();
    for ((file, text), line, what, expected, hint) in ROWS {
        let mistakes = Packs::parse(&[(file.to_owned(), text.to_owned())]).err().unwrap_or_default();
        let fits = mistakes.iter().any(|m| {
            m.source == file
                && (m.line == line || line == 0)
                && m.what.contains(what)
                && m.expected.contains(expected)
                && m.hint.as_deref().unwrap_or_default().contains(hint)
        });
        if !fits {
            wrong.push(format!(
                "{file}: wanted line {line}: {what} / {expected} / {hint}\n  got {}",
                mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n      ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every message of every broken file, word for word: what a person who writes checklists reads.
#[test]
fn the_messages_of_broken_files_read_as_they_should() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken-checklists");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 55, "{} files", files.len());
    let mut all = String::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let groups = ("groups.toml".to_owned(), include_str!("../../../checklists/groups.toml").to_owned());
        let mistakes = Packs::parse(&[groups, (name.clone(), std::fs::read_to_string(&path).unwrap())]).err().unwrap_or_default();
        assert!(!mistakes.is_empty(), "{name} is not broken");
        for mistake in mistakes {
            assert!(mistake.source == name && mistake.line >= 1 && !mistake.expected.is_empty(), "{mistake}");
            // The list of what is known is long where the lexicon is meant; the sentence around it is what is kept here.
            all.push_str(&format!("{mistake}\n"));
        }
    }
    insta::assert_snapshot!("broken_checklists", all);
}

#[test]
fn the_route_of_an_examples_drug_is_read_in_small_letters_too() {
    let template = include_str!("../../cli/checklist_new.toml");
    let text = template.replacen("why = \"126 and an order\"", "why = \"126\"\nmedications = [\"given furosemide 40 mg iv at 3 h\"]", 1);
    let packs = Packs::parse(&[("new.toml".to_owned(), text)]).unwrap();
    let drug = packs.items().flat_map(|(_, item)| &item.examples).find_map(|e| e.chart.medications.first()).unwrap();
    assert_eq!((drug.name.as_str(), drug.route.as_deref(), drug.dose.as_deref()), ("furosemide", Some("IV"), Some("40 mg")));
}

#[test]
fn all_mistakes_of_a_file_come_at_once() {
    let (file, text) = broken!("many-mistakes");
    let lines: Vec<u64> = Packs::parse(&[(file.to_owned(), text.to_owned())]).unwrap_err().iter().map(|m| m.line).collect();
    for line in [10, 12, 15, 25] {
        assert!(lines.contains(&line), "{line} is not among {lines:?}");
    }
}

#[test]
fn a_mistake_in_one_file_does_not_hide_another_files() {
    let one = broken!("unknown-kind");
    let other = broken!("wrong-unit");
    let sources = [one, other].map(|(name, text)| (name.to_owned(), text.replace("B-1", &name.replace(".toml", ""))));
    let mistakes = Packs::parse(&sources).unwrap_err();
    assert!(mistakes.iter().any(|m| m.source == one.0) && mistakes.iter().any(|m| m.source == other.0));
}

/// What follows from one mistake is not told as more of them.
#[test]
fn one_slip_is_told_once() {
    for (file, text) in [broken!("unquoted-number"), broken!("any-in-any"), broken!("unclosed-list"), broken!("two-comparisons")] {
        let mistakes = Packs::parse(&[(file.to_owned(), text.to_owned())]).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{file}: {mistakes:#?}");
    }
}

/// A chain of two thousand items overflowed the stack of every command that looked at a chart.
#[test]
fn a_chain_of_items_that_cover_each_other_is_refused_before_it_is_walked() {
    let (_, text) = broken!("unknown-kind");
    let item = &text[text.find("[[item]]").unwrap()..].replace("undocumentd", "undocumented");
    let mut all = text[..text.find("[[item]]").unwrap()].to_owned();
    for number in 0..3_000 {
        let own = item.replace("B-1", &format!("B-{number}"));
        let covered = format!("covered_by = [\"B-{}\"]\ncitation", number + 1);
        all.push_str(&if number < 2_999 { own.replacen("citation", &covered, 1) } else { own });
        all.push('\n');
    }
    let mistakes = Packs::parse(&[("chain.toml".to_owned(), all)]).unwrap_err();
    assert!(mistakes.len() <= 21 && mistakes.iter().any(|m| m.what.contains("covered by")), "{}", mistakes.len());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_loader_panic(text in "(\\[|\\]|=|\"|[a-z_]{1,8}|item|pack|[0-9.]{1,4}|\n| |\\{|\\}|,){0,60}") {
        let _ = Packs::parse(&[("any.toml".to_owned(), text)]);
    }

    #[test]
    fn a_shipped_pack_cut_anywhere_is_refused_with_a_line_or_loads(cut in 0usize..20_000) {
        let (name, text) = ("renal.toml".to_owned(), include_str!("../../../checklists/renal.toml"));
        let mut at = cut.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        if let Err(mistakes) = Packs::parse(&[(name, text[..at].to_owned())]) {
            proptest::prop_assert!(mistakes.iter().all(|m| m.line >= 1 && m.column >= 1 && !m.expected.is_empty()));
        }
    }
}
