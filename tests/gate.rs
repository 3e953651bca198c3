//! What every shipped checklist item must have, and how many there are of each family.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use lacuna::checklist::{Check, GapKind, Packs, Subject};
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

/// The clocks and time limits of the domain's list.
const CLOCKS: [&str; 35] = [
    "001", "002", "003", "004", "005", "006", "010", "011", "012", "020", "021", "022", "023", "030", "031", "032", "033", "034", "040",
    "041", "050", "051", "052", "060", "070", "071", "080", "081", "090", "091", "100", "101", "102", "103", "104",
];

fn there_is(id: &str) -> bool {
    Packs::shipped().items().any(|(_, item)| item.id == id || item.id.starts_with(&format!("{id}-")))
}

/// The families of the house, and how many items each has at least. The numbers are raised when packs are added.
#[test]
fn no_family_of_items_shrinks() {
    let mut faults = Vec::new();
    for (family, least) in [("DOC-", 62), ("EL-", 16), ("CX-", 36), ("CF-", 19), ("POA-", 11), ("OP-", 28)] {
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
    // Every check of the domain's lists has an item named after it, or one that says that it answers it too.
    let answered: BTreeSet<&str> = Packs::shipped().items().flat_map(|(_, item)| &item.answers).map(String::as_str).collect();
    for (family, last) in [("CX-", 14), ("CF-", 10), ("POA-", 9), ("OP-", 10)] {
        let there = ids(family);
        let numbers = (1..=last).map(|n| format!("{family}{n:02}"));
        let missing = numbers.filter(|id| !there.iter().any(|known| known.starts_with(id.as_str())) && !answered.contains(id.as_str()));
        faults.extend(missing.map(|id| format!("no item for {id}")));
    }
    for clock in CLOCKS {
        if !there_is(&format!("DOC-{clock}")) {
            faults.push(format!("no item for DOC-{clock}"));
        }
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

/// The memory of late readings would hide it: every note is read anew each time.
#[test]
fn the_order_in_which_records_came_does_not_matter_and_neither_does_what_was_read_before() {
    let desk = demo::desk(None).unwrap();
    for name in desk.store().encounter_identifiers().unwrap() {
        let chart = desk.store().chart(&name).unwrap().unwrap();
        let found = |turned: bool| {
            let mut chart = chart.clone();
            if turned {
                chart.documents.reverse();
                chart.observations.reverse();
                chart.orders.reverse();
                chart.medications.reverse();
                chart.procedures.reverse();
                chart.problems.reverse();
                chart.sort();
            }
            let readings: Vec<_> = chart.documents.iter().map(|d| lacuna::reading::read(&d.text, d.type_hint())).collect();
            let subject = Subject { chart: &chart, readings: &readings };
            let alone = lacuna::checklist::evaluate(Packs::shipped(), &subject, &demo::now(), None);
            let at_once = lacuna::checklist::evaluate_at_once(Packs::shipped(), &subject, &demo::now());
            assert!(alone == at_once, "{name}: found otherwise on all processors");
            serde_json::to_string(&alone).unwrap()
        };
        assert_eq!(found(false), found(true), "{name}");
    }
}
