//! A long list of queries, each answered by the engine and by going through every note: same notes, same totals, and marks that stand in
//! notes that match. Over the synthetic charts always, over real dictated notes where LACUNA_SHARED names them.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use lacuna::reading::{Reading, read};
use lacuna::store::{Key, Store};
use lacuna::work::{Annotated, Known};
use lacuna_index::{Change, Engine, Entry, Page, Query, Sort, Stop, marks_in, matches};
use rayon::prelude::*;
use support::{Home, shared};

/// A line a query: words, phrases, near, prefixes, slips, operators, fields, clinical tokens, abbreviations, synonyms, sections,
/// assertions, values with units, other scripts, nonsense.
const QUERIES: &str = r#"
sepsis
SEPSIS
creatinine
patient
"heart failure"
"congestive heart failure"
"acute on chronic"
"the patient was taken to"
"of the"
"no evidence of"
"shortness of breath"
"in the"
"history of present illness"
"is a 65-year-old"
heart failure
heart and failure
fever cough
sepsis or pneumonia
(fever or chills) cough
(fever or chills) not cough
not patient
not (fever or cough)
not not fever
"chest pain" not "no chest pain"
kidney near/5 stage
heart near/3 failure
weight near/8 loss near/8 months
"chest pain" near/6 (denies or denied or no)
blood near/2 pressure near/6 heart
the near/1 patient
creat*
pneumo*
hypo*
malnour*
"heart fail*"
co*
x-ra*
pnemonia~
creatinin~
diabetis~
encephelopathy~2
"congestve~ heart"
b.i.d.
BID
q.d.
p.r.n.
c-diff
"C. diff"
120/80
120
mg/dL
1.2
.5
10,000
10000
s/p
"s/p cabg"
h&p
x-ray
HFrEF
2+
O2
T4
3/6
12:30
98.6
i.v.
e.coli
"E. coli"
patient's
don't
I50.9
x10^9/L
chf
CHF synonyms:off
"chf"
aki
copd
htn
dm
dyspnea
sob
pe
ms
mi
cva
uti
dvt
afib or "atrial fibrillation"
chf near/10 lasix
sepsis is:present
sepsis is:negated
sepsis is:family
sepsis is:any
pneumonia is:present
pneumonia is:possible
pneumonia is:present,possible
"heart failure" is:historical
heart failure is:present
HFrEF is:any
hypertension is:present section:assessment
hypertension is:historical not section:past_medical_history
diabetes is:family
cancer is:family section:family_history
dyspnea is:negated
chest pain is:negated section:ros
edema is:negated section:physical_exam
drug.loop_diuretic is:present
(sepsis or pneumonia) is:present
not (sepsis is:present)
pneumonia not pneumonia is:negated
acute kidney injury is:any
section:plan
section:plan lasix
section:assessment pneumonia
section:(plan or assessment) continue
section:"family history" diabetes
section:exam edema
section:hpi fever
heart not section:history
section:medications aspirin*
section:plan "follow up"
section:plan follow near/2 up
section:past_medical_history hypertension is:any
not section:plan
creatinine > 1.5
creatinine > 2 mg/dL
creatinine > 132 umol/L
creatinine <= 1
creatinine = 1..2
creatinine > 1.5 section:laboratory_data
hemoglobin < 9
hemoglobin < 90 g/L
wbc > 12
sodium < 130
potassium > 5.5
ef < 40
ef >= 55 %
ejection fraction < 40
temperature > 101 F
temp > 38.3
heart rate > 120
spo2 < 90
systolic bp > 180
glucose > 200 mg/dL
lactate >= 2
creatinine > 1.5 not dialysis
type:discharge
type:discharge sepsis
type:"discharge summary" or type:consult
author:a*
date:2026-11
date:2026-11-15.. creatinine
date:..2025 fever
mrn:00417733
encounter:88120 fever
title:note
title:none fever
type:=discharge_summary
type:="Discharge summary" or type:=H&P
type:=discharge
type:note
author:none
not author:none creatinine
author:="chen, wei md"
author:="Chen, Wei"
author:=A
service:none
service:="Surgery"
1000mg
1000
500mg
"500 mg"
40mg
1.2cm
65yo
"2+"
"5%"
-sepsis
*itis
and
wbc > 12000
creatinine > 2,5
temp > 101
troponin > 0.04
breast cancer is:any
metastatic breast cancer is:present
gap:hf fever
gap:nonsense fever
foo:fever
café
naïve
肺炎
µg
hyper-tension
🫀
"unclosed phrase
(((
)))
and or not
*** ~~~ !!!
is:present
> 5
creatinine > 5 parsec/L
""
"#;

struct Note {
    key: u64,
    text: String,
    kind: String,
    author: String,
    mrn: String,
    encounter: String,
    date: Option<i64>,
}

fn compare(notes: &[Note]) -> usize {
    let readings: Vec<Reading> = notes.par_iter().map(|n| read(&n.text, None)).collect();
    let annotated: Vec<Annotated<'_>> = notes.iter().zip(&readings).map(|(n, r)| Annotated::of(&n.text, r)).collect();
    let entries: Vec<Entry<'_>> = notes
        .iter()
        .zip(&annotated)
        .map(|(n, a)| {
            let (key, date) = (n.key, n.date);
            let (kind, author, mrn, encounter) = (n.kind.as_str(), n.author.as_str(), n.mrn.as_str(), n.encounter.as_str());
            Entry { key, text: &n.text, document_type: kind, author, mrn, encounter, date, notes: a.notes(), ..Entry::default() }
        })
        .collect();
    let engine = Engine::memory().unwrap();
    // Three commits: several segments are the usual state of an index.
    for part in entries.chunks(entries.len() / 3 + 1) {
        engine.apply(part.iter().map(|e| Change::Put(*e)), 1, &Stop::new()).unwrap();
    }
    let (mut found_some, mut faults) = (0, Vec::new());
    let all: Vec<&str> = QUERIES.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(all.len() >= 150, "{}", all.len());
    for typed in all {
        let query = Query::read(typed, &Known::lexicon()).0;
        assert_eq!(Query::read(&query.to_string(), &Known::lexicon()).0, query, "{typed}");
        let expected: Vec<&Entry<'_>> = entries.par_iter().filter(|e| matches(&query, e)).collect();
        for sort in [Sort::Score, Sort::Date] {
            let found = engine.search(&query, Page { limit: entries.len(), sort, ..Page::default() }, &Stop::new()).unwrap();
            let mut keys: Vec<u64> = found.hits.iter().map(|h| h.key).collect();
            keys.sort_unstable();
            if found.total != expected.len() as u64 || keys != expected.iter().map(|e| e.key).collect::<Vec<_>>() {
                faults.push(format!("{typed}: {} instead of {}", found.total, expected.len()));
            }
            let dated: u64 = found.facets.iter().filter(|f| f.field == "type").map(|f| f.count).sum();
            assert!(dated <= found.total, "{typed}");
        }
        for entry in expected.iter().take(40) {
            let marks = marks_in(&query, entry);
            assert!(marks.iter().all(|m| entry.text.get(m.span()).is_some_and(|t| !t.trim().is_empty())), "{typed}");
        }
        for entry in entries.iter().filter(|e| !expected.iter().any(|x| x.key == e.key)).take(40) {
            assert!(marks_in(&query, entry).is_empty(), "{typed}: a note that does not match has no marks");
        }
        found_some += usize::from(!expected.is_empty());
        println!("{:6} {typed}", expected.len());
    }
    assert_eq!(faults, Vec::<String>::new());
    found_some
}

#[test]
fn the_list_over_the_synthetic_charts() {
    let home = Home::with_charts();
    let store = Store::open(&home.store(), &Key::None).unwrap();
    let notes: Vec<Note> = store
        .documents_for_index(0, usize::MAX >> 1)
        .unwrap()
        .into_iter()
        .map(|d| Note {
            key: d.key,
            kind: d.document.document_type.map_or("", |t| t.name()).to_owned(),
            author: d.document.author.as_ref().and_then(|a| a.name.clone()).unwrap_or_default(),
            mrn: d.mrn,
            encounter: d.encounter.unwrap_or_default(),
            date: d.document.time.map(|t| t.utc_seconds()),
            text: d.document.text,
        })
        .collect();
    assert!(notes.len() > 100, "{}", notes.len());
    let found = compare(&notes);
    assert!(found >= 60, "{found}");
}

#[test]
fn the_list_over_real_notes() {
    let Some(file) = shared("data/mtsamples.jsonl") else { return };
    let notes: Vec<Note> = std::fs::read_to_string(file)
        .unwrap()
        .lines()
        .zip(1_u64..)
        // Going through a note by hand 150 times takes its time where nothing is optimized.
        .step_by(3)
        .map(|(line, key)| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = value["specialties"].as_array().into_iter().flatten().filter_map(|s| s.as_str()).collect::<Vec<_>>().join("; ");
            let text = value["text"].as_str().unwrap().to_owned();
            let date = Some(1_672_531_200 + i64::try_from(key * 7919 % 1400).unwrap() * 86_400);
            Note { key, text, kind, author: "A".to_owned(), mrn: key.to_string(), encounter: String::new(), date }
        })
        .collect();
    let found = compare(&notes);
    assert!(found >= 100, "{found}");
}
