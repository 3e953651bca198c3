//! The engine against the brute-force evaluator: same documents, same totals, and marks that spell what matched.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{Mini, Notes, read, with};
use lacuna_index::{Change, Engine, Entry, Page, Query, Sort, Stop, marks_in, matches, narrowed, snippet};
use proptest::prelude::*;

const JAN: i64 = 1_767_225_600;

/// A small corpus of invented notes: text, type, author, service, days after 2026-01-01.
const NOTES: &[(&str, &str, &str, &str, Option<i64>)] = &[
    (
        "Patient with acute on chronic systolic heart failure. HFrEF, EF 25%. Lasix 40 mg b.i.d.",
        "progress_note",
        "Smith, Anna MD",
        "Cardiology",
        Some(0),
    ),
    ("Congestive heart failure denied. No edema. BP 120/80, HR 72.", "discharge_summary", "Jones, Bob", "Medicine", Some(31)),
    ("C-diff colitis, on vancomycin. WBC 10,000. s/p CABG x3.", "Discharge Summary", "Smith, Carl", "Surgery", Some(59)),
    ("C. diff toxin negative; colitis resolved. Creatinine 1.2 mg/dL.", "progress_note", "Jones, Bob", "Medicine", Some(90)),
    ("Sepsis due to E.coli. Lactate 4.1, vancomycin and fluids. Septic shock ruled out.", "H&P", "Lee", "Critical Care", Some(-1)),
    ("sepsis SEPSIS Sepsis, sepsus and pepsis.", "consult", "Müller, Jürgen", "Medicine", None),
    ("Pressure ulcer of the sacrum, stage 3. The ulcer near the sacrum is clean.", "wound_note", "Nurse Joy", "Wound Care", Some(10)),
    ("Kidney injury; chronic kidney disease stage 4. Nephrology consulted, nephropathy likely.", "consult", "Lee", "Nephrology", Some(15)),
    (
        "Weight loss of ten pounds in three months. Malnourished; malnutrition, severe protein calorie malnutrition.",
        "nutrition",
        "Diaz",
        "Nutrition",
        Some(20),
    ),
    ("Patient's pain is 5/10. Don't give NSAIDs. O'Brien aware. H&P done at 12:30.", "nursing", "Joy", "Medicine", Some(365)),
    ("COVID-19 pneumonia; SpO2 88% on 2L. PaO2/FiO2 180. x10^9/L 3.5", "progress_note", "Smith, Anna MD", "Medicine", Some(366)),
    ("Pneumonia. Pnemonia was misspelled. pneumonias many.", "progress_note", "Lee", "Medicine", Some(400)),
    (
        "The patient was taken to the operating room. The patient was then taken to recovery.",
        "operative_report",
        "Carl Smith",
        "Surgery",
        Some(45),
    ),
    ("肺炎 と 診断. naïve café, Straße. hyper\u{200b}tension \u{2014} controlled.", "note", "田中", "Medicine", Some(46)),
    ("pain pain pain", "note", "x", "y", Some(47)),
    ("pain only once, q.d. and p.r.n dosing, 1.5 mg and .5 mg", "note", "x", "y", Some(48)),
    ("", "empty", "", "", None),
    ("--- *** ((())) \"\" ~~~ !!!", "symbols", "-", "*", Some(1)),
    ("Acute blood loss anemia; anemia of chronic disease, blood transfused. hemoglobin 7.2", "progress_note", "Lee", "Medicine", Some(2)),
    ("I50.23 coded. HbA1c 9.1. Temp 98.6, 1.2-1.4 range, dates 3/12/2026.", "coding", "Coder", "HIM", Some(3)),
    (
        "HISTORY: Gout in the past, no delirium. EF 55. ASSESSMENT: Acute delirium, ferritin 12. PLAN: haloperidol for delirium.",
        "visit",
        "Okafor",
        "Neurology",
        Some(500),
    ),
    ("HISTORY: Delirium once. ASSESSMENT: No gout. Ferritin 300, EF 22.5. PLAN: allopurinol.", "visit", "Okafor", "Neurology", Some(501)),
    ("Gout and ileus without headings. EF 40.", "visit", "Okafor", "Neurology", None),
];

fn all_read() -> Vec<Notes<'static>> {
    NOTES.iter().map(|note| read(note.0)).collect()
}

fn entries<'n>(notes: &'n [Notes<'static>]) -> Vec<Entry<'n>> {
    NOTES
        .iter()
        .zip(1_u64..)
        .map(|((text, document_type, author, service, day), key)| Entry {
            key: key * 7,
            text,
            document_type,
            title: if key % 3 == 0 { Some("Follow-up Visit") } else { None },
            author,
            service,
            patient: if key % 2 == 0 { "Doe, Jane" } else { "P-001" },
            mrn: if key % 2 == 0 { "MRN-0042" } else { "MRN-00421" },
            encounter: if key % 5 == 0 { "ENC 1/2026" } else { "enc-2" },
            stay: if key % 3 == 0 { "stay-3" } else { "" },
            date: day.map(|d| JAN + d * 86_400 + 3600),
            ..Entry::default()
        })
        .zip(notes)
        .map(|(entry, notes)| with(entry, notes))
        .collect()
}

fn engine_of(entries: &[Entry<'_>]) -> Engine {
    let engine = Engine::memory().unwrap();
    let half = entries.len() / 2;
    // Two commits and a replaced document: several segments and a deleted row are the normal state of an index.
    engine.apply(entries.iter().take(half).map(|e| Change::Put(*e)), 1, &Stop::new()).unwrap();
    let again = entries.iter().take(1).chain(entries.iter().skip(half)).map(|e| Change::Put(*e));
    engine.apply(again, 2, &Stop::new()).unwrap();
    engine
}

/// Searches both ways; returns the keys, which are the same.
fn both(engine: &Engine, entries: &[Entry<'_>], query: &Query) -> Vec<u64> {
    let mut expected: Vec<u64> = entries.iter().filter(|e| matches(query, e)).map(|e| e.key).collect();
    expected.sort_unstable();
    for sort in [Sort::Score, Sort::Date] {
        let found = engine.search(query, Page { limit: 1000, sort, ..Page::default() }, &Stop::new()).unwrap();
        assert_eq!(found.notices, Vec::<String>::new());
        assert_eq!(found.total, expected.len() as u64, "{query}");
        let mut keys: Vec<u64> = found.hits.iter().map(|h| h.key).collect();
        keys.sort_unstable();
        assert_eq!(keys, expected, "{query}");
    }
    expected
}

/// Query, numbers of the notes found (from 1), and what is marked in the first of them.
const TABLE: &[(&str, &[u64], &str)] = &[
    ("sepsis", &[5, 6], "Sepsis"),
    ("SEPSIS", &[5, 6], "Sepsis"),
    ("patient", &[1, 10, 13], "Patient"),
    ("patients", &[], ""),
    ("patient's", &[10], "Patient's"),
    ("don't", &[10], "Don't"),
    ("o'brien", &[10], "O'Brien"),
    ("bid", &[1], "b.i.d."),
    ("b.i.d.", &[1], "b.i.d."),
    ("BID", &[1], "b.i.d."),
    ("qd", &[16], "q.d."),
    ("prn", &[16], "p.r.n"),
    ("c-diff", &[3, 4], "C-diff"),
    ("C-DIFF", &[3, 4], "C-diff"),
    ("diff", &[3, 4], "diff"),
    ("\"c-diff colitis\"", &[3], "C-diff colitis"),
    ("\"c diff\"", &[3, 4], "C-diff"),
    ("120/80", &[2], "120/80"),
    ("\"bp 120/80\"", &[2], "BP 120/80"),
    ("\"120/80 hr\"", &[2], "120/80, HR"),
    ("120", &[2], "120"),
    ("10000", &[3], "10,000"),
    ("10,000", &[3], "10,000"),
    ("mg/dl", &[4], "mg/dL"),
    ("mg", &[1, 4, 16], "mg"),
    ("1.2", &[4, 20], "1.2"),
    ("0.5", &[16], ".5"),
    (".5", &[16], ".5"),
    ("hfref", &[1], "HFrEF"),
    ("s/p", &[3], "s/p"),
    ("\"s/p cabg\"", &[3], "s/p CABG"),
    ("x10^9/L", &[11], "x10^9/L"),
    ("covid-19", &[11], "COVID-19"),
    ("covid", &[11], "COVID"),
    ("i50.23", &[20], "I50.23"),
    ("h&p", &[10], "H&P"),
    ("12:30", &[10], "12:30"),
    ("3/12/2026", &[20], "3/12/2026"),
    ("2026", &[20], "2026"),
    ("\"heart failure\"", &[1, 2], "heart failure"),
    ("\"congestive heart failure\"", &[2], "Congestive heart failure"),
    ("\"failure heart\"", &[], ""),
    ("\"acute on chronic\"", &[1], "acute on chronic"),
    ("\"the patient was taken to\"", &[13], "The patient was taken to"),
    ("\"pain pain\"", &[15], "pain pain pain"),
    ("\"pain pain pain pain\"", &[], ""),
    ("heart edema", &[2], "heart edema"),
    ("heart and edema", &[2], "heart edema"),
    ("edema or lasix", &[1, 2], "Lasix"),
    ("heart not denied", &[1], "heart"),
    ("not patient not pain", &[2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 17, 18, 19, 20, 21, 22, 23], ""),
    ("not not sepsis", &[5, 6], ""),
    ("(lactate or creatinine) (vancomycin or mg/dl)", &[4, 5], "Creatinine mg/dL"),
    ("lactate vancomycin not \"septic shock\"", &[], ""),
    ("sepsis or (heart not failure)", &[5, 6], "Sepsis"),
    ("kidney near/4 stage", &[8], "kidney stage"),
    ("stage near/4 kidney", &[8], "kidney stage"),
    ("stage near/1 kidney", &[], ""),
    ("sacrum near/5 ulcer", &[7], "ulcer sacrum ulcer sacrum"),
    ("weight near/8 loss near/8 months", &[9], "Weight loss months"),
    ("weight near/4 loss near/4 months", &[], ""),
    ("pain near/1 pain", &[15], "pain pain pain"),
    ("pain near/1 pain near/1 pain", &[], ""),
    ("pain near/2 pain near/2 pain", &[15], "pain pain pain"),
    ("\"blood loss\" near/1 anemia", &[19], "blood loss anemia"),
    ("(sacrum or kidney) near/3 (stage or injury)", &[7, 8], "sacrum stage"),
    ("nephro* near/3 consulted", &[8], "Nephrology consulted nephropathy"),
    ("malnour*", &[9], "Malnourished"),
    ("malnu*", &[9], "malnutrition malnutrition"),
    ("c-di*", &[3, 4], "C-diff"),
    ("\"heart fail*\"", &[1, 2], "heart failure"),
    ("covid*", &[11], "COVID-19"),
    ("zz*", &[], ""),
    ("sepsus~", &[5, 6], "Sepsis"),
    ("pnemonia~", &[11, 12], "pneumonia"),
    ("pneumonai~", &[11, 12], "pneumonia"),
    ("malnutritoin~2", &[9], "malnutrition malnutrition"),
    ("\"protien~2 calorie\"", &[9], "protein calorie"),
    ("type:discharge", &[2, 3], ""),
    ("type:\"discharge summary\"", &[2, 3], ""),
    ("type:disch*", &[2, 3], ""),
    ("type:(consult or nutrition)", &[6, 8, 9], ""),
    ("type:h&p sepsis", &[5], "Sepsis"),
    ("author:smith", &[1, 3, 11, 13], ""),
    ("author:\"smith anna\"", &[1, 11], ""),
    ("author:muller", &[6], ""),
    ("author:smiht~", &[1, 3, 11, 13], ""),
    ("author:smith near/1 carl", &[], ""),
    ("author:smith near/1 author:carl", &[3, 13], ""),
    ("service:surgery not type:operative", &[3], ""),
    ("service:=surgery", &[3, 13], ""),
    ("service:=\"critical care\"", &[5], ""),
    ("service:=care", &[], ""),
    ("service:=*", &[18], ""),
    ("author:=\"Smith, Anna MD\" heart", &[1], "heart"),
    ("author:=\"smith, anna\"", &[], ""),
    ("author:=\"muller, jurgen\"", &[6], ""),
    ("author:=田中", &[14], ""),
    ("author:none", &[17], ""),
    ("author:\"none\"", &[], ""),
    ("not author:none sepsis", &[5, 6], "Sepsis"),
    ("type:=\"discharge summary\"", &[3], ""),
    ("type:=discharge_summary", &[2], ""),
    ("type:=visit~", &[], ""),
    ("title:none sepsis", &[5], "Sepsis"),
    ("title:=\"follow-up visit\" sepsis", &[6], "sepsis SEPSIS Sepsis"),
    ("author:le~", &[], ""),
    ("2L", &[11], "2L"),
    ("\"on 2\"", &[11], "on 2"),
    ("l", &[11], "L L"),
    ("mrn:mrn-0042 sepsis", &[6], "sepsis SEPSIS Sepsis"),
    ("mrn:MRN-0042 heart", &[2], "heart"),
    ("mrn:mrn-0042* heart", &[1, 2], "heart"),
    ("mrn:0042", &[], ""),
    ("patient:doe heart", &[2], "heart"),
    ("encounter:\"enc  1/2026\"", &[5, 10, 15, 20], ""),
    ("title:follow-up heart", &[], ""),
    ("title:\"follow up\" colitis", &[3], "colitis"),
    ("date:2026-02 not type:note", &[2, 13], ""),
    ("date:2025", &[5], ""),
    ("date:2027.. pneumonia", &[11, 12], "pneumonia"),
    ("date:..2025-12-31", &[5], ""),
    ("date:2026-01-01", &[1], ""),
    ("date:2026-01-03..2026-01-11", &[7, 19, 20], ""),
    ("not date:1900..", &[6, 17, 23], ""),
    ("cafe", &[14], "café"),
    ("naïve", &[14], "naïve"),
    ("STRASSE", &[14], "Straße"),
    ("肺炎", &[14], "肺炎"),
    ("hypertension", &[14], "hyper\u{200b}tension"),
    ("foo:sepsis", &[], ""),
    ("bp:120", &[2], "BP 120"),
    ("-sepsis", &[5, 6], "Sepsis"),
    ("section:plan sepsis", &[], ""),
    ("section:plan", &[21, 22], "PLAN:"),
    ("section:hist", &[21, 22], "HISTORY:"),
    ("section:plan type:visit", &[21, 22], "PLAN:"),
    ("not section:plan gout", &[21, 22, 23], "Gout"),
    ("section:nowhere gout", &[21, 22, 23], "Gout"),
    ("delirium section:history", &[21, 22], "delirium"),
    ("delirium not section:history", &[21], "delirium delirium"),
    ("section:(plan or assessment) gout", &[22], "gout"),
    ("section:plan,assessment delirium", &[21], "delirium delirium"),
    ("section:plan (delirium or allopurinol)", &[21, 22], "delirium"),
    ("section:plan \"for delirium\"", &[21], "for delirium"),
    ("section:plan delir*", &[21], "delirium"),
    ("section:plan halopridol~", &[21], "haloperidol"),
    ("delirium near/3 haloperidol section:plan", &[21], "haloperidol delirium"),
    ("delirium near/30 ferritin section:plan", &[], ""),
    ("gout section:history not delirium", &[], ""),
    ("section:plan delirium section:assessment", &[], ""),
    ("delirium is:present", &[21], "delirium delirium"),
    ("DELIRIUM is:present", &[21], "delirium delirium"),
    ("\"delirium\" is:present", &[21], "delirium delirium"),
    ("delirium is:negated", &[21], "delirium"),
    ("delirium is:historical", &[22], "Delirium"),
    ("delirium is:historical,negated", &[21, 22], "delirium"),
    ("delirium is:historical is:negated", &[21, 22], "delirium"),
    ("delirium is:(historical or negated)", &[21, 22], "delirium"),
    ("gout is:present", &[23], "Gout"),
    ("gout is:any", &[21, 22, 23], "Gout"),
    ("gout is:family", &[], ""),
    ("acute delirium is:present", &[21], "delirium"),
    ("haloperidol acute delirium is:present", &[21], "delirium haloperidol"),
    ("acute gout is:any", &[], ""),
    ("delirium is:present section:plan", &[21], "delirium"),
    ("delirium is:negated section:plan", &[], ""),
    ("delirium is:present not section:plan", &[21], "delirium"),
    ("(delirium or gout) is:present", &[21, 23], "delirium delirium"),
    ("okafor is:present", &[], ""),
    ("author:okafor not gout is:negated", &[21, 23], ""),
    ("type:visit not (gout is:negated or ileus)", &[21], ""),
    ("ef < 40", &[1, 22], "EF 25"),
    ("ef<40", &[1, 22], "EF 25"),
    ("ef <= 40 %", &[1, 22, 23], "EF 25"),
    ("ef = 40", &[23], "EF 40"),
    ("ef = 20..30", &[1, 22], "EF 25"),
    ("ef = 30..20", &[1, 22], "EF 25"),
    ("ef > 50", &[21], "EF 55"),
    ("ef >= 55", &[21], "EF 55"),
    ("ef > 55", &[], ""),
    ("ef > 2.25 u/dL", &[1, 21, 23], "EF 25"),
    ("ef > 2 u/parsec", &[], ""),
    ("ferritin < 15 section:assessment", &[21], "ferritin 12"),
    ("ferritin > 15 section:plan", &[], ""),
    ("ferritin > 15 not ef > 50", &[22], "Ferritin 300"),
    ("edema > 3", &[], ""),
    ("> 3", &[7, 20], "3"),
    ("hf edema", &[2], "heart failure edema"),
    ("hf", &[1, 2], "heart failure HFrEF"),
    ("hf synonyms:off", &[], ""),
    ("\"hf\"", &[], ""),
    ("renal near/4 stage", &[8], "kidney stage"),
    ("gap:any sepsis", &[5, 6], "Sepsis"),
    ("gap:any heart", &[], ""),
    ("gap:none", &[], ""),
    ("not gap:none gout", &[21, 22, 23], "Gout"),
    ("gap:nonsense gout", &[21, 22, 23], "Gout"),
    ("encounter:stay-3 gout", &[21], "Gout"),
    ("\"in the past\"", &[21], "in the past"),
    ("\"the ulcer near the sacrum is clean\"", &[7], "The ulcer near the sacrum is clean"),
    ("\"of the\"", &[7], "of the"),
    ("\"is 5/10\"", &[10], "is 5/10"),
    ("\"patient was\"", &[13], "patient was patient was"),
    ("\"to the operating\"", &[13], "to the operating"),
    ("and or not", &[], ""),
    ("\"and\" \"not\"", &[], ""),
    ("*** ~~~ !!!", &[], ""),
    ("", &[], ""),
    ("((((", &[], ""),
    ("\"unclosed phrase", &[], ""),
];

/// Invented notes whose types, authors and services share words, differ in case, accents and signs only, or are not given.
const SHARED: &[(&str, &str, &str)] = &[
    ("progress_note", "A Smith", "Surgery"),
    ("progress_note", "A Smith Jones", "Surgery, Orthopedic"),
    ("progress_note", "a smith", "SURGERY"),
    ("note", "Smith, A", "Surgery"),
    ("nursing note", "Jos\u{e9} \"Pepe\" Diaz", "Orthopedic Surgery"),
    ("discharge_summary", "Jose Pepe Diaz", "Wound Care (inpatient)"),
    ("", "O'Neil, Bo: R.N./B.S.", "*"),
    ("", "", "none"),
    ("other", "none", ""),
    ("other note", "and", "Surgery or Medicine"),
    ("other", " ", "=5"),
    ("H&P", "\u{201c}\u{201d}", "#1 & (\"two\")"),
];

#[test]
fn the_count_of_a_facet_was_not_what_choosing_it_gave() {
    let texts = ["fever today", "no fever"];
    let entries: Vec<Entry<'_>> = SHARED
        .iter()
        .cycle()
        .take(SHARED.len() * 3)
        .zip(1_u64..)
        .map(|((document_type, author, service), key)| Entry {
            key,
            text: texts[key as usize % 2],
            document_type,
            author,
            service,
            date: (key % 5 != 0).then(|| JAN + key as i64 * 20 * 86_400),
            ..Entry::default()
        })
        .collect();
    let engine = engine_of(&entries);
    for typed in ["fever", "fever or \"today", "(no fever) not today", "fever date:2026.."] {
        let page = Page { limit: 1000, ..Page::default() };
        let found = engine.search(&Query::read(typed, &Mini).0, page, &Stop::new()).unwrap();
        let mut sums = std::collections::BTreeMap::<&str, u64>::new();
        assert!(found.facets.len() > 20, "{typed}");
        for facet in &found.facets {
            let query = Query::read(&narrowed(typed, facet.field, &facet.value), &Mini).0;
            assert_eq!(both(&engine, &entries, &query).len() as u64, facet.count, "{typed}: {facet:?} as {query}");
            // In an open chart as in all.
            let marked = entries.iter().filter(|entry| !marks_in(&query, entry).is_empty()).count() as u64;
            assert_eq!(marked, facet.count, "{typed}: {facet:?} as {query}");
            *sums.entry(facet.field).or_default() += facet.count;
        }
        for field in ["type", "author", "service"] {
            assert_eq!(sums[field], found.total, "{typed}: every note is counted under one {field}");
        }
    }
}

#[test]
fn every_query_of_the_table_finds_the_same_both_ways() {
    let notes = all_read();
    let entries = entries(&notes);
    let engine = engine_of(&entries);
    assert!(TABLE.len() >= 180);
    let mut faults = Vec::new();
    for (typed, notes, marked) in TABLE {
        let query = Query::read(typed, &Mini).0;
        assert_eq!(Query::read(&query.to_string(), &Mini).0, query, "{typed}");
        let keys = both(&engine, &entries, &query);
        let first = entries.iter().find(|e| keys.first() == Some(&e.key));
        let spelled = first.map_or(Vec::new(), |first| marks_in(&query, first).iter().map(|m| &first.text[m.span()]).collect());
        let found: Vec<u64> = keys.iter().map(|key| key / 7).collect();
        if found != *notes || spelled.join(" ") != *marked {
            faults.push(format!("{typed}: {found:?} {spelled:?}, not {notes:?} {marked:?}"));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// Words that meet: few, close to each other, compound, dotted, accented.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b",
        "ab",
        "abc",
        "abd",
        "abcd",
        "acb",
        "c-diff",
        "c",
        "diff",
        "b.i.d.",
        "bid",
        "120/80",
        "120",
        "80",
        "1.2",
        "5mg",
        "5",
        "mg",
        "1.2cm",
        "2x3",
        "1,000mg/dL",
        "1,000",
        "1000",
        "mg/dL",
        "a-b",
        "a/b-c",
        "é",
        "caf\u{e9}",
        "cafe",
        "x\u{200b}y",
        "xy",
        "I50.23",
        "it's",
        "肺炎",
        "the",
        "of",
        "patient",
        "patient's",
        "follow-up",
        "no",
        "acute",
        "sepsis",
    ])
    .prop_map(str::to_owned)
}

/// Words and the headings of sections.
fn stretch() -> impl Strategy<Value = String> {
    prop_oneof![8 => word(), 1 => prop::sample::select(vec!["plan:", "history:", "ef 2.5", "b 80", "no ab"]).prop_map(str::to_owned)]
}

fn text() -> impl Strategy<Value = String> {
    let gap = prop::sample::select(vec![" ", " ", " ", ", ", ". ", "\n", "-", "/", " \u{2014} "]);
    prop::collection::vec((stretch(), gap), 0..16).prop_map(|all| all.into_iter().map(|(w, g)| w + g).collect())
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => word(),
        1 => word().prop_map(|w| w + "*"),
        1 => word().prop_map(|w| w + "~"),
        1 => word().prop_map(|w| w + "~2"),
        3 => prop::collection::vec(word(), 2..4).prop_map(|w| format!("\"{}\"", w.join(" "))),
        1 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}*\"")),
        2 => (word(), word(), 1..5).prop_map(|(a, b, n)| format!("{a} near/{n} {b}")),
        1 => (word(), word(), word(), 1..6).prop_map(|(a, b, c, n)| format!("{a} near/{n} \"{b} {c}\" near/{n} {a}")),
        1 => (word(), word(), word()).prop_map(|(a, b, c)| format!("({a} or {b}*) near/2 {c}~")),
        1 => word().prop_map(|w| format!("type:{w}")),
        1 => word().prop_map(|w| format!("type:=\"{w}\"")),
        1 => Just("author:none".to_owned()),
        2 => (prop::sample::select(vec!["sepsis", "ab", "abc", "acute sepsis"]), prop::sample::select(vec!["present", "negated", "any", "historical,negated"]))
            .prop_map(|(c, how)| format!("{c} is:{how}")),
        1 => (word(), prop::sample::select(vec!["plan", "history", "assessment", "(plan or history)"])).prop_map(|(w, s)| format!("({w} section:{s})")),
        1 => (word(), word(), prop::sample::select(vec!["plan", "history"])).prop_map(|(a, b, s)| format!("({a} near/3 {b} not section:{s})")),
        1 => prop::sample::select(vec!["ef > 2", "ef < 2.5", "b >= 80", "b = 1..90", "ef > 0.1 u/dL", "section:plan", "abd", "gap:any"]).prop_map(str::to_owned),
        1 => word().prop_map(|w| format!("mrn:{w}*")),
        1 => Just("date:1970-01-02..1970-01-05".to_owned()),
    ]
}

fn query() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn generated_queries_find_the_same_both_ways(
        texts in prop::collection::vec((text(), word(), prop::option::of(0_i64..700_000)), 1..14),
        typed in prop::collection::vec(query(), 12),
    ) {
        let notes: Vec<Notes<'static>> = texts.iter().map(|(text, ..)| read(text)).collect();
        let entries: Vec<Entry<'_>> = texts
            .iter()
            .zip(1_u64..)
            .zip(&notes)
            .map(|(((text, word, date), key), notes)| {
                with(Entry { key, text, document_type: word, mrn: word, stay: "stay-3", date: *date, ..Entry::default() }, notes)
            })
            .collect();
        let engine = engine_of(&entries);
        for typed in typed {
            let query = Query::read(&typed, &Mini).0;
            prop_assert_eq!(&Query::read(&query.to_string(), &Mini).0, &query, "{}", typed);
            both(&engine, &entries, &query);
            for entry in &entries {
                let marks = marks_in(&query, entry);
                prop_assert!(marks.is_empty() || matches(&query, entry));
                let mut end = 0;
                for mark in &marks {
                    prop_assert!(mark.start >= end && mark.start < mark.end && entry.text.get(mark.span()).is_some());
                    end = mark.end;
                }
                let shown = snippet(&query, entry.text, 24);
                prop_assert!(shown.end - shown.start <= 24 && entry.text.get(shown.start..shown.end).is_some());
            }
        }
    }

    #[test]
    fn any_string_is_a_query(typed in "(\\PC|near/2 |or |not |type:|[a-c*~\"()]){0,30}") {
        let notes = all_read();
        let entries = entries(&notes);
        let engine = engine_of(&entries[..4]);
        both(&engine, &entries[..4], &Query::parse(&typed).0);
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

const PIECES: [&str; 40] = [
    "sepsis",
    "a",
    "ab*",
    "abc~2",
    "\"",
    "(",
    ")",
    " ",
    " ",
    " ",
    "or ",
    "and ",
    "not ",
    "near/3 ",
    "near/",
    "is:present ",
    "is:",
    "section:plan ",
    "section:",
    "type:",
    "date:2026..",
    "ef > 2 ",
    "<",
    ">= 3..4 ",
    "%",
    "mrn:",
    "gap:any ",
    "synonyms:off ",
    "b.i.d. ",
    "120/80 ",
    "\u{1}",
    "\0",
    "\u{200b}",
    "\u{301}",
    "é",
    "肺",
    "🫀",
    "\u{202e}",
    "*",
    "the patient ",
];

#[test]
fn ten_thousand_random_strings_are_searched_within_a_bound_of_steps() {
    let notes = all_read();
    let entries = entries(&notes);
    let engine = engine_of(&entries);
    let mut dice = Dice(7);
    for round in 0..10_000 {
        let mut typed = String::new();
        for _ in 0..dice.below(14) {
            if dice.below(6) == 0 {
                typed.extend(char::from_u32(u32::try_from(dice.below(0x11_0000)).unwrap()));
            } else {
                typed.push_str(PIECES[dice.below(PIECES.len())]);
            }
        }
        let (query, issues) = Query::read(&typed, &Mini);
        assert!(issues.iter().all(|issue| typed.get(issue.span.clone()).is_some()), "{round}");
        // A look at the flag is a step: a document visited, a word looked up.
        let found = engine.search(&query, Page::default(), &Stop::after(3_000));
        assert!(found.is_ok(), "{round}: {}", typed.escape_debug());
    }
}

#[test]
fn a_search_that_is_stopped_after_any_step_says_so() {
    let notes = all_read();
    let entries = entries(&notes);
    let engine = engine_of(&entries);
    for typed in ["pa*", "not sepsis", "pain near/2 pain", "delirium is:any section:plan", "\"the patient was\" or ef > 2", "pneumonai~2"] {
        let query = Query::read(typed, &Mini).0;
        let mut looks = 0;
        // It is stopped at every step there is, and never gives half an answer.
        while engine.search(&query, Page::default(), &Stop::after(looks)).is_err() {
            looks += 1;
            assert!(looks < 3_000, "{typed}");
        }
        assert!(looks > 0, "{typed}");
    }
}
