#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]
//! The shipped packs: they load, every kind of gap has an item, every item does what its examples say.

use super::*;
use std::collections::BTreeSet;

#[test]
fn shipped_packs_load_clean() {
    match Packs::parse(&Packs::shipped_sources()) {
        Ok(packs) => assert!(packs.items().count() > 30),
        Err(mistakes) => panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn every_kind_of_gap_has_an_item() {
    let kinds: BTreeSet<GapKind> = Packs::shipped().items().map(|(_, item)| item.kind).collect();
    assert_eq!(kinds.len(), 10);
}

#[test]
fn every_item_is_draft_cited_and_shown_by_examples() {
    for (_, item) in Packs::shipped().items() {
        let fires = item.examples.iter().filter(|e| e.fires).count();
        assert!(fires >= 2 && item.examples.len() - fires >= 3, "{}: {fires} of {}", item.id, item.examples.len());
        assert!(!item.authority.cite.is_empty() && item.authority.approved_by.is_empty(), "{}", item.id);
    }
}

#[test]
fn every_pattern_of_the_book_works() {
    let book = ("forms.toml".to_owned(), include_str!("../../fixtures/checklists/forms.toml").to_owned());
    let packs = Packs::with_shipped(&[book]).unwrap_or_else(|m| panic!("{}", m.iter().map(|d| format!("{d}\n")).collect::<String>()));
    examples_of(&packs, |pack| pack.id == "forms");
}

#[test]
fn every_example_does_what_its_author_says() {
    examples_of(Packs::shipped(), |_| true);
}

fn examples_of(packs: &Packs, which: impl Fn(&Pack) -> bool) {
    let mut wrong = Vec::new();
    for (pack, item) in packs.items().filter(|(pack, _)| which(pack)) {
        for example in &item.examples {
            let trial = try_example(packs, &item.id, example);
            if !trial.passed {
                wrong.push(format!("{}:{} {} ({}): {}", pack.source, example.line, item.id, example.why, trial.problem));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}
