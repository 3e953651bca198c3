//! What every shipped checklist item must have, and how many there are of each family.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use lacuna::checklist::{Check, GapKind, Packs};
use lacuna::work::{demo, evaluate};
use lacuna_index::Stop;
use std::collections::BTreeSet;

/// What every item shows: so many examples that fire, and so many that do not.
const FIRING: usize = 3;
const SILENT: usize = 5;

#[test]
fn every_item_has_a_citation_an_effective_date_and_enough_examples() {
    let mut faults = Vec::new();
    for (pack, item) in Packs::shipped().items() {
        let fires = item.examples.iter().filter(|e| e.fires).count();
        let silent = item.examples.len() - fires;
        if item.authority.cite.trim().len() < 8 {
            faults.push(format!("{}: no citation", item.id));
        }
        if item.effective_from.or(pack.effective_from).is_none() {
            faults.push(format!("{}: no effective date", item.id));
        }
        if fires < FIRING || silent < SILENT {
            faults.push(format!("{} ({}): {fires} examples fire, {silent} do not", item.id, pack.id));
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn ids(prefix: &str) -> BTreeSet<&'static str> {
    Packs::shipped().items().map(|(_, item)| item.id.as_str()).filter(|id| id.starts_with(prefix)).collect()
}

/// The families of the house, and how many items each has at least. The numbers are raised when packs are added.
#[test]
fn no_family_of_items_shrinks() {
    let mut faults = Vec::new();
    for (family, least) in [("DOC-", 62), ("EL-", 16), ("CX-", 35), ("CF-", 19), ("POA-", 11), ("OP-", 27)] {
        let there = ids(family).len();
        if there < least {
            faults.push(format!("{family}: {there}, at least {least}"));
        }
    }
    // A condition pack is named by a letter and two digits, which its items share; X is what runs across conditions.
    let is_pack = |id: &&str| {
        id.len() >= 3 && id.as_bytes()[0].is_ascii_uppercase() && !id.starts_with('X') && id[1..3].bytes().all(|b| b.is_ascii_digit())
    };
    let packs: BTreeSet<&str> = ids("").into_iter().filter(is_pack).map(|id| &id[..3]).collect();
    if packs.len() < 81 {
        faults.push(format!("{} condition packs", packs.len()));
    }
    // Every check of the domain's lists has an item of its own; CX-13 says what is no conflict, OP-09 is the lint of queries.
    for (family, last, none) in [("CX-", 14, 13), ("CF-", 10, 0), ("OP-", 10, 9)] {
        let there = ids(family);
        let numbers = (1..=last).filter(|n| *n != none).map(|n| format!("{family}{n:02}"));
        faults.extend(numbers.filter(|id| !there.iter().any(|known| known.starts_with(id.as_str()))).map(|id| format!("no item for {id}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn document_clocks_and_document_types_are_all_there() {
    let clocks = ids("DOC-");
    assert!(clocks.len() >= 45, "{} clocks", clocks.len());
    let parts: BTreeSet<&str> = Packs::shipped()
        .items()
        .filter(|(_, item)| item.kind == GapKind::MissingElement && matches!(item.check, Check::Elements(_) | Check::Parts(_)))
        .map(|(_, item)| item.id.as_str())
        .filter(|id| id.starts_with("EL-"))
        .collect();
    for wanted in [
        "EL-HP",
        "EL-PN",
        "EL-CON",
        "EL-ED",
        "EL-OP",
        "EL-BRIEF",
        "EL-PROC",
        "EL-DS",
        "EL-PREANES",
        "EL-INTRAANES",
        "EL-POSTANES",
        "EL-SEDATION",
        "EL-TRANSFUSION",
        "EL-NURSE-ADM",
        "EL-DIET",
        "EL-AMA",
    ] {
        assert!(parts.contains(wanted), "{wanted} is not among {parts:?}");
    }
}

#[test]
fn the_order_and_the_threads_of_an_evaluation_do_not_matter() {
    let run = |threads: usize, turned: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let desk = demo::desk(None).unwrap();
            let mut summaries = desk.store().encounters(true).unwrap();
            if turned {
                summaries.reverse();
            }
            let found =
                evaluate::encounters(desk.store(), Packs::shipped(), &summaries, &demo::now(), &Stop::new(), &mut |_, _| {}).unwrap();
            let sorted: std::collections::BTreeMap<_, _> = found.into_iter().collect();
            serde_json::to_string(&sorted).unwrap()
        })
    };
    let one = run(1, false);
    assert!(one.len() > 10_000);
    assert_eq!(one, run(2, true));
}
