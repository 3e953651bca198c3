//! Life of an index: put, replace, remove, reopen, share, damage, stop.

use std::path::PathBuf;

use super::*;
use crate::Entry;

fn put(key: u64, text: &str) -> Change<'_> {
    Change::Put(Entry { key, text, document_type: "progress_note", author: "Dr A", ..Entry::default() })
}

fn total(engine: &Engine, query: &str) -> u64 {
    engine.search(&Query::parse(query).0, Page::default(), &Stop::new()).unwrap().total
}

fn rebuilt(opened: Opened) -> (Engine, String) {
    match opened {
        Opened::NeedsRebuild { engine, why, .. } => (engine, why),
        Opened::Ready(_) => panic!("this index should not be usable"),
    }
}

fn ready(opened: Opened) -> Engine {
    match opened {
        Opened::Ready(engine) => engine,
        Opened::NeedsRebuild { why, .. } => panic!("this index should be usable: {why}"),
    }
}

fn built(dir: &Path) -> Engine {
    let (engine, _) = rebuilt(Engine::open(dir, "store", "1").unwrap());
    engine.apply([put(1, "sepsis"), put(2, "no sepsis"), put(3, "pneumonia")].into_iter(), 7, &Stop::new()).unwrap();
    engine
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|i| i.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn documents_are_put_replaced_removed_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let engine = built(dir.path());
    assert_eq!((total(&engine, "sepsis"), engine.documents(), engine.sequence()), (2, 3, 7));
    let changes = [put(1, "resolved"), Change::Remove(3), put(4, "sepsis"), put(4, "shock"), Change::Remove(99)];
    engine.apply(changes.into_iter(), 12, &Stop::new()).unwrap();
    for (query, expected) in [("sepsis", 1), ("resolved", 1), ("pneumonia", 0), ("shock", 1), ("not shock", 2)] {
        assert_eq!(total(&engine, query), expected, "{query}");
    }
    drop(engine);
    let again = ready(Engine::open(dir.path(), "store", "1").unwrap());
    assert_eq!((total(&again, "shock"), again.documents(), again.sequence()), (1, 3, 12));
    assert_eq!(again.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn a_phrase_of_a_common_word_and_a_compound_was_not_found() {
    let engine = Engine::memory().unwrap();
    let texts = ["An X-ray of the patient's knee.", "Seen for the follow-up, not in the follow up.", "H/o falls, from a C-section."];
    engine.apply((1..).zip(texts).map(|(key, text)| put(key, text)), 1, &Stop::new()).unwrap();
    for (query, expected) in [
        ("\"an x-ray of\"", 1),
        ("\"the patient's knee\"", 1),
        ("\"of the patient\"", 1),
        ("\"for the follow-up\"", 1),
        ("\"the follow up\"", 1),
        ("\"from a c-section\"", 1),
        ("\"a c section\"", 1),
    ] {
        assert_eq!(total(&engine, query), expected, "{query}");
    }
}

#[test]
fn the_same_key_twice_in_a_first_batch_is_one_document() {
    let engine = Engine::memory().unwrap();
    engine.apply([put(1, "old"), put(1, "new"), put(2, "gone"), Change::Remove(2)].into_iter(), 1, &Stop::new()).unwrap();
    assert_eq!((engine.documents(), total(&engine, "old"), total(&engine, "new"), total(&engine, "gone")), (1, 0, 1, 0));
}

#[test]
fn another_handle_sees_a_commit_after_reload() {
    let dir = tempfile::tempdir().unwrap();
    let writer = built(dir.path());
    let reader = ready(Engine::open(dir.path(), "store", "1").unwrap());
    writer.apply([put(5, "delirium")].into_iter(), 8, &Stop::new()).unwrap();
    assert_eq!((total(&reader, "delirium"), reader.sequence()), (0, 7));
    reader.reload().unwrap();
    assert_eq!((total(&reader, "delirium"), reader.sequence()), (1, 8));
}

#[test]
fn missing_foreign_and_older_indexes_are_rebuilt_beside() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("not/there/yet");
    let (_, why) = rebuilt(Engine::open(&deep, "store", "1").unwrap());
    assert!(why.contains("no search index yet"), "{why}");

    drop(built(dir.path()));
    let before = folders(dir.path());
    let (other, why) = rebuilt(Engine::open(dir.path(), "another store", "1").unwrap());
    assert!(why.contains("another store") && other.documents() == 0, "{why}");
    assert!(folders(dir.path()).len() > before.len(), "the old index stays until the new one is built");
    other.apply([put(1, "x")].into_iter(), 1, &Stop::new()).unwrap();
    let after: Vec<PathBuf> =
        folders(dir.path()).into_iter().filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with("index-")).collect();
    assert_eq!(after.len(), 1);
    assert!(!before.contains(&after[0]));
}

#[test]
fn an_index_copied_from_another_store_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(built(dir.path()));
    let from = folders(dir.path()).remove(0);
    std::fs::rename(from, dir.path().join(crate::epoch::folder(&crate::epoch::name("thief", "1")))).unwrap();
    let (engine, why) = rebuilt(Engine::open(dir.path(), "thief", "1").unwrap());
    assert!(why.contains("belongs to another store") && engine.documents() == 0, "{why}");
    engine.apply([put(1, "x")].into_iter(), 1, &Stop::new()).unwrap();
    drop(engine);
    ready(Engine::open(dir.path(), "thief", "1").unwrap());
}

#[test]
fn an_index_that_was_never_finished_is_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    drop(Engine::open(dir.path(), "store", "1").unwrap());
    let (engine, why) = rebuilt(Engine::open(dir.path(), "store", "1").unwrap());
    assert!(why.contains("never finished"), "{why}");
    engine.apply(std::iter::empty(), 3, &Stop::new()).unwrap();
    assert_eq!(ready(Engine::open(dir.path(), "store", "1").unwrap()).sequence(), 3);
}

/// Whatever happens to a file, opening gives an engine that answers right, or an empty one.
#[test]
fn damage_never_blocks() {
    let source = tempfile::tempdir().unwrap();
    drop(built(source.path()));
    let folder = folders(source.path()).remove(0);
    for file in folders(&folder) {
        for damage in ["gone", "empty", "half", "flipped"] {
            let dir = tempfile::tempdir().unwrap();
            let copy = dir.path().join(folder.file_name().unwrap());
            std::fs::create_dir(&copy).unwrap();
            for item in folders(&folder) {
                std::fs::copy(&item, copy.join(item.file_name().unwrap())).unwrap();
            }
            let target = copy.join(file.file_name().unwrap());
            let mut bytes = std::fs::read(&target).unwrap();
            match damage {
                "gone" => std::fs::remove_file(&target).unwrap(),
                "empty" => std::fs::write(&target, b"").unwrap(),
                "half" => std::fs::write(&target, &bytes[..bytes.len() / 2]).unwrap(),
                _ => {
                    bytes.iter_mut().step_by(3).for_each(|b| *b ^= 0x55);
                    std::fs::write(&target, &bytes).unwrap();
                }
            }
            match Engine::open(dir.path(), "store", "1").unwrap() {
                Opened::NeedsRebuild { engine, .. } => {
                    engine.apply([put(1, "sepsis")].into_iter(), 1, &Stop::new()).unwrap();
                    assert_eq!(total(&engine, "sepsis"), 1, "{damage} {}", target.display());
                }
                Opened::Ready(engine) => {
                    let found = engine.search(&Query::parse("sepsis").0, Page::default(), &Stop::new());
                    assert!(found.is_ok_and(|f| f.total == 2), "{damage} {}", target.display());
                }
            }
        }
    }
}

#[test]
fn damaged_meta_is_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    drop(built(dir.path()));
    let folder = folders(dir.path()).remove(0);
    std::fs::write(folder.join("meta.json"), b"{").unwrap();
    let (engine, _) = rebuilt(Engine::open(dir.path(), "store", "1").unwrap());
    assert_eq!(engine.documents(), 0);
}

#[test]
fn one_writer_at_a_time_and_readers_are_not_blocked() {
    let dir = tempfile::tempdir().unwrap();
    let first = built(dir.path());
    let second = ready(Engine::open(dir.path(), "store", "1").unwrap());
    // The second writes while the first is in the middle of its batch.
    let mut refused = None;
    let changes = [put(8, "while"), put(9, "writing")].into_iter().inspect(|_| {
        refused.get_or_insert_with(|| second.apply([put(10, "x")].into_iter(), 9, &Stop::new()));
        assert_eq!(total(&second, "sepsis"), 2);
    });
    first.apply(changes, 9, &Stop::new()).unwrap();
    assert!(matches!(refused, Some(Err(IndexError::Busy))));
    second.apply([put(10, "now")].into_iter(), 10, &Stop::new()).unwrap();
    assert_eq!((total(&second, "now"), total(&second, "writing")), (1, 1));
}

#[test]
fn a_damaged_folder_in_use_by_a_writer_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let engine = built(dir.path());
    let folder = folders(dir.path()).remove(0);
    let mut why = String::new();
    let changes = [put(8, "x")].into_iter().inspect(|_| {
        let whole = std::fs::read(folder.join("meta.json")).unwrap();
        std::fs::write(folder.join("meta.json"), b"{").unwrap();
        let (fallback, reason) = rebuilt(Engine::open(dir.path(), "store", "1").unwrap());
        fallback.apply([put(1, "memory")].into_iter(), 1, &Stop::new()).unwrap();
        assert_eq!(total(&fallback, "memory"), 1);
        why = reason;
        std::fs::write(folder.join("meta.json"), whole).unwrap();
    });
    engine.apply(changes, 8, &Stop::new()).unwrap();
    assert!(why.contains("kept in memory"), "{why}");
    assert_eq!(total(&engine, "x"), 1);
}

#[test]
fn stopped_work_keeps_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = built(dir.path());
    let stop = Stop::new();
    let changes = (10..50).map(|key| {
        if key == 30 {
            stop.stop();
        }
        put(key, "later")
    });
    assert!(matches!(engine.apply(changes, 99, &stop), Err(IndexError::Stopped)));
    assert_eq!((engine.sequence(), total(&engine, "later"), engine.documents()), (7, 0, 3));
    for query in ["sepsis", "sep*", "no near/2 sepsis", "not sepsis"] {
        assert!(matches!(engine.search(&Query::parse(query).0, Page::default(), &stop), Err(IndexError::Stopped)), "{query}");
    }
}

#[test]
fn hits_are_paged_in_a_stable_order() {
    let engine = Engine::memory().unwrap();
    let dates = [Some(50), None, Some(-20), Some(90), Some(50), None];
    let entries: Vec<Change<'_>> = (1_u64..)
        .zip(dates)
        .map(|(key, date)| {
            Change::Put(Entry {
                key,
                text: "sepsis",
                date,
                document_type: "note",
                author: if key < 5 { "B" } else { "A" },
                ..Entry::default()
            })
        })
        .collect();
    // Two commits, so that two segments are merged.
    engine.apply(entries.iter().copied().rev().take(3), 1, &Stop::new()).unwrap();
    engine.apply(entries.iter().copied().take(3), 2, &Stop::new()).unwrap();
    let keys = |limit, offset, sort| {
        let found = engine.search(&Query::parse("sepsis").0, Page { limit, offset, sort, ..Page::default() }, &Stop::new()).unwrap();
        assert_eq!(found.total, 6);
        found.hits.iter().map(|h| h.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(9, 0, Sort::Score), [1, 2, 3, 4, 5, 6]);
    assert_eq!(keys(9, 0, Sort::Date), [4, 1, 5, 3, 2, 6]);
    assert_eq!(keys(2, 2, Sort::Date), [5, 3]);
    assert_eq!(keys(2, 5, Sort::Date), [6]);
    assert_eq!(keys(0, 0, Sort::Score), Vec::<u64>::new());
    let facets = engine.search(&Query::parse("sepsis").0, Page::default(), &Stop::new()).unwrap().facets;
    let facets: Vec<(&str, &str, u64)> = facets.iter().map(|f| (f.field, f.value.as_str(), f.count)).collect();
    let months = [("date", "1970-01", 3), ("date", "1969-12", 1)];
    assert_eq!(facets, [[("type", "note", 6), ("author", "B", 4), ("author", "A", 2)].as_slice(), &months].concat());
    assert_eq!(engine.values("author", "b", 9).unwrap(), ["B"]);
}

#[test]
fn a_better_fit_scores_higher_and_filters_do_not_count() {
    let engine = Engine::memory().unwrap();
    engine
        .apply([put(1, "sepsis among many other words of a long note"), put(2, "sepsis sepsis"), put(3, "x")].into_iter(), 1, &Stop::new())
        .unwrap();
    let hits = |query: &str| engine.search(&Query::parse(query).0, Page::default(), &Stop::new()).unwrap().hits;
    assert_eq!(hits("sepsis").iter().map(|h| h.key).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(hits("sep*").iter().map(|h| h.key).collect::<Vec<_>>(), [2, 1]);
    let plain: Vec<Hit> = hits("sepsis");
    assert_eq!(hits("sepsis type:progress not mrn:1"), plain);
}

#[test]
fn a_newer_note_goes_before_an_older_one_that_fits_as_well() {
    let engine = Engine::memory().unwrap();
    let dated = |key, date| Change::Put(Entry { key, text: "sepsis", date, ..Entry::default() });
    engine.apply([dated(1, None), dated(2, Some(0)), dated(3, Some(86_400 * 365))].into_iter(), 1, &Stop::new()).unwrap();
    let recency = Some(Recency { now: 86_400 * 366, weight: 0.5, half_life: 90.0 });
    let hits = engine.search(&Query::parse("sepsis").0, Page { recency, ..Page::default() }, &Stop::new()).unwrap().hits;
    assert_eq!(hits.iter().map(|h| h.key).collect::<Vec<_>>(), [3, 2, 1]);
    let hits = engine.search(&Query::parse("sepsis").0, Page { limit: 1, recency, ..Page::default() }, &Stop::new()).unwrap().hits;
    assert_eq!(hits.iter().map(|h| h.key).collect::<Vec<_>>(), [3]);
}

/// A note of two sections, `plan` inside `course`, with words before the first.
fn sectioned(key: u64, text: &str) -> Engine {
    let at = |word: &str| text.find(word).unwrap_or(text.len());
    let region = |name, from: usize, to: usize| crate::Region { name, span: from..to, heading: from..from };
    let sections =
        [region("family", at("FAMILY"), at("COURSE")), region("course", at("COURSE"), text.len()), region("plan", at("PLAN"), text.len())];
    let notes = crate::Annotations { sections: &sections, ..crate::Annotations::default() };
    let engine = Engine::memory().unwrap();
    engine.apply([Change::Put(Entry { key, text, notes, ..Entry::default() })].into_iter(), 1, &Stop::new()).unwrap();
    engine
}

fn weighed() -> &'static [SectionWeight] {
    static WEIGHTS: std::sync::OnceLock<Vec<SectionWeight>> = std::sync::OnceLock::new();
    WEIGHTS.get_or_init(|| {
        [("family", 0.5), ("course", 1.5), ("plan", 2.0)].map(|(name, weight)| SectionWeight { name: name.to_owned(), weight }).into()
    })
}

#[test]
fn words_weigh_by_the_best_section_they_stand_in_and_the_innermost_counts() {
    let text = "Here sepsis and ileus. FAMILY: gout, sepsis, cough. COURSE: cough, rash near hives. PLAN: sepsis, rash.";
    let engine = sectioned(1, text);
    let score = |query: &str, sections| {
        let found = engine.search(&Query::parse(query).0, Page { sections, ..Page::default() }, &Stop::new()).unwrap();
        found.hits.first().map_or(0.0, |hit| hit.score)
    };
    for (query, factor) in [
        ("ileus", 1.0),
        ("gout", 0.5),
        ("cough", 1.5),
        ("sepsis", 2.0),
        ("ileu* or iles~", 1.0),
        ("hive*", 1.5),
        ("\"rash near\"", 1.5),
        ("rash near/2 hives", 1.5),
        ("sepsis section:family", 0.5),
        ("sepsis not section:plan", 1.0),
        ("gout sepsis", 1.25),
        ("gout or absent", 0.5),
        ("gout not (absent and sepsis)", 0.5),
        ("section:plan", 1.0),
    ] {
        let (plain, found) = (score(query, &[]), score(query, weighed()));
        assert!(plain > 0.0 || query == "section:plan", "{query}");
        assert!((found - plain * factor).abs() < 1e-5, "{query}: {found} is not {plain} times {factor}");
    }
}

#[test]
fn the_first_page_is_the_beginning_of_the_whole_list_whatever_age_and_sections_weigh() {
    let engine = Engine::memory().unwrap();
    let region = |name, span| crate::Region { name, span, heading: 0..0 };
    let texts: Vec<String> =
        (0..60_usize).map(|i| format!("sepsis {} PLAN sepsis {}", "word ".repeat(i % 7), "more ".repeat(i % 11))).collect();
    let sections: Vec<Vec<crate::Region<'_>>> =
        texts.iter().enumerate().map(|(i, t)| vec![region(["family", "course", "plan", "none"][i % 4], i % 3..t.len())]).collect();
    let entry = |i: usize| Entry {
        key: i as u64,
        text: &texts[i],
        date: (!i.is_multiple_of(5)).then_some(86_400 * (i as i64 % 13)),
        notes: crate::Annotations { sections: &sections[i], ..crate::Annotations::default() },
        ..Entry::default()
    };
    // Three commits, three segments.
    for third in 0..3_u64 {
        engine.apply((0..60).filter(|i| *i as u64 % 3 == third).map(|i| Change::Put(entry(i))), third + 1, &Stop::new()).unwrap();
    }
    let recency = Some(Recency { now: 86_400 * 14, weight: 0.5, half_life: 3.0 });
    let hits = |query: &str, limit, offset| {
        let page = Page { limit, offset, recency, sections: weighed(), ..Page::default() };
        engine.search(&Query::parse(query).0, page, &Stop::new()).unwrap().hits
    };
    for query in ["sepsis", "more or word", "sep* not absent", "sepsis near/3 word"] {
        let all = hits(query, 100, 0);
        assert!(all.len() > 20 && all.windows(2).all(|two| (-two[0].score, two[0].key) < (-two[1].score, two[1].key)), "{query}");
        for limit in [1, 2, 5, 20] {
            assert_eq!(hits(query, limit, 0), all[..limit], "{query}");
            assert_eq!(hits(query, limit, 3), all[3..limit + 3], "{query}");
        }
    }
}

#[test]
fn the_index_of_an_older_reader_is_searched_until_the_new_one_is_built() {
    let dir = tempfile::tempdir().unwrap();
    drop(built(dir.path()));
    let Opened::NeedsRebuild { engine, old, .. } = Engine::open(dir.path(), "store", "2").unwrap() else { panic!("another epoch") };
    let old = old.unwrap();
    assert_eq!((total(&old, "sepsis"), old.sequence(), engine.documents()), (2, 7, 0));
    // It goes on answering while the new one is fed, and goes when that is done.
    let changes = [put(1, "sepsis")].into_iter().inspect(|_| assert_eq!(total(&old, "sepsis"), 2));
    engine.apply(changes, 8, &Stop::new()).unwrap();
    assert_eq!((total(&engine, "sepsis"), folders(dir.path()).iter().filter(|p| p.is_dir()).count()), (1, 1));
    let Opened::NeedsRebuild { old, .. } = Engine::open(dir.path(), "another store", "2").unwrap() else { panic!("another store") };
    assert!(old.is_none(), "the notes of another store are nobody's business");
}

#[test]
fn an_empty_query_finds_nothing() {
    let engine = Engine::memory().unwrap();
    engine.apply([put(1, "plan")].into_iter(), 1, &Stop::new()).unwrap();
    for query in ["", "!!!", "synonyms:off", "not is:present"] {
        assert_eq!(total(&engine, query), 0, "{query}");
        assert!(Query::parse(query).0.is_empty());
    }
    assert_eq!(total(&engine, "plan section:plan"), 0);
}

#[test]
fn a_facet_of_more_values_than_a_byte_can_name_is_counted_right() {
    let engine = Engine::memory().unwrap();
    let authors: Vec<String> = (0..300).map(|n| format!("author {n:03}")).collect();
    // The last one wrote two notes more, and one note has no author.
    let of = |n: usize| authors.get(n.min(299)).map_or("", String::as_str);
    let entry = |n: usize| Entry { key: n as u64, text: "sepsis", author: if n == 302 { "" } else { of(n) }, ..Entry::default() };
    engine.apply((0..303).map(|n| Change::Put(entry(n))), 1, &Stop::new()).unwrap();
    let found = engine.search(&Query::parse("sepsis").0, Page::default(), &Stop::new()).unwrap();
    let counts: Vec<(&str, u64)> = found.facets.iter().map(|facet| (facet.value.as_str(), facet.count)).collect();
    assert_eq!(found.total, 303);
    assert_eq!((counts.len(), counts[0], counts[1]), (12, ("author 299", 3), ("author 000", 1)));
    let one = engine.search(&Query::parse("author:\"author 280\"").0, Page::default(), &Stop::new()).unwrap();
    assert_eq!(one.facets.iter().map(|facet| (facet.value.as_str(), facet.count)).collect::<Vec<_>>(), [("author 280", 1)]);
}
