//! A search from the words typed to what a screen shows: parse, ask the index, fetch the texts, cut the snippets.

use super::LocalDesk;
use super::annotate::Annotated;
use super::indexing::{entry, read_all, trouble};
use super::known::Known;
use super::model::{SearchHit, SearchPage};
use super::search_order::best_first;
use crate::chart::{Chart, Document, DocumentType, Patient};
use crate::error::Result;
use crate::reading::{Headings, Reading, sections};
use crate::store::{DocumentForIndex, Shown, Store};
use lacuna_index::{Engine, Entry, Page, Query, Sort, Stop, marks_in, matches, window};
use rayon::prelude::*;
use std::time::Instant as Stopwatch;

/// How wide a snippet is, in bytes: two lines of a wide terminal.
const SNIPPET: usize = 160;

/// How wide the preview of a hit is.
const PREVIEW: usize = 1400;

/// Most hits that are gone through when a search becomes a worklist.
const WORKLIST: usize = 20_000;

/// What to look for and how much of it to bring.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The words typed.
    pub text: &'a str,
    /// Only in this encounter.
    pub encounter: Option<&'a str>,
    /// Hits to bring.
    pub limit: usize,
    /// Newest first instead of best first.
    pub by_date: bool,
    /// Whether to answer from what the index has, instead of waiting until it has everything.
    pub at_once: bool,
}

/// Searches from a desk: all documents, or those of one encounter.
pub fn search_in(desk: &LocalDesk, request: &Request<'_>, stop: &Stop) -> Result<SearchPage> {
    desk.store().allow(&desk.session().actor(), "search")?;
    let watch = Stopwatch::now();
    let chart = request.encounter.map(|name| desk.load(name)).transpose()?;
    let known = Known::at(desk, stop);
    let (query, issues) = Query::read(request.text, &known);
    if let Some(trouble) = known.trouble() {
        return Err(trouble);
    }
    let mut page = SearchPage {
        meaning: query.meaning(),
        synonyms: query.synonyms(),
        issues: issues.iter().map(lacuna_index::Issue::sentence).collect(),
        ..SearchPage::default()
    };
    if query.is_empty() {
        return Ok(page);
    }
    match &chart {
        Some(chart) => within(desk.store(), chart, &query, request, &mut page)?,
        None => everywhere(desk, &query, request, stop, &mut page)?,
    }
    page.took_ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    let hash = desk.store().keyed_hash(request.text);
    let actor = desk.session().actor();
    let (patient, encounter) = chart.as_ref().map_or((None, None), |c| (c.encounter.patient.as_deref(), Some(c.encounter.name())));
    let detail = format!("query {hash}, {} hits", page.total);
    if chart.is_some() {
        desk.store().record_act(&actor, "search", patient, encounter, None, &detail)?;
    } else {
        let documents = page.hits.iter().map(|hit| hit.document.as_str()).collect();
        desk.store().record_shown(&actor, "search", Shown::Documents(&documents), &detail)?;
    }
    Ok(page)
}

/// The encounters in which a query finds something, best first.
pub fn encounters_with(desk: &LocalDesk, text: &str, stop: &Stop) -> Result<Vec<String>> {
    let known = Known::at(desk, stop);
    let query = Query::read(text, &known).0;
    if let Some(trouble) = known.trouble() {
        return Err(trouble);
    }
    let page = Page { limit: WORKLIST, facets: false, ..best_first(desk.session().now().utc_seconds()) };
    let found = desk.with_index(false, |engine, _, _| engine.search(&query, page, stop).map_err(trouble))?;
    let mut out: Vec<String> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for hits in found.hits.chunks(500) {
        let keys: Vec<u64> = hits.iter().map(|h| h.key).collect();
        for name in desk.store().stays_of_documents(&keys)? {
            if seen.insert(name.clone()) {
                out.push(name);
            }
        }
    }
    let hash = desk.store().keyed_hash(text);
    let stays = out.iter().map(String::as_str).collect();
    let detail = format!("query {hash} as a worklist, {} stays", out.len());
    desk.store().record_shown(&desk.session().actor(), "search", Shown::Encounters(&stays), &detail)?;
    Ok(out)
}

/// Searches all documents.
fn everywhere(desk: &LocalDesk, query: &Query, request: &Request<'_>, stop: &Stop, page: &mut SearchPage) -> Result<()> {
    let sort = if request.by_date { Sort::Date } else { Sort::Score };
    let wanted = Page { limit: request.limit, sort, ..best_first(desk.session().now().utc_seconds()) };
    let mut ask = |engine: &Engine, waiting: u64, earlier: bool| {
        page.notices.extend(notice(waiting, earlier, desk.index_made()?));
        page.waiting = waiting;
        engine.search(query, wanted, stop).map_err(trouble)
    };
    let found = desk.with_index(request.at_once, |engine, waiting, earlier| ask(engine, waiting, earlier))?;
    let keys: Vec<u64> = found.hits.iter().map(|h| h.key).collect();
    let documents = desk.store().documents_by_key(&keys)?;
    let readings = read_if_needed(query, &documents);
    let shown = |(document, reading): (&DocumentForIndex, &Reading)| {
        let score = found.hits.iter().find(|h| h.key == document.key).map_or(0.0, |h| h.score);
        hit(query, document, &Annotated::of(&document.document.text, reading), score)
    };
    page.hits = documents.par_iter().zip(&readings).map(shown).collect();
    page.total = found.total;
    page.facets = facets(&found.facets);
    page.notices.extend(found.notices);
    Ok(())
}

/// What a person should know about an index that has not everything: how far it is, where it is made anew.
fn notice(waiting: u64, earlier: bool, made: Option<(u64, u64)>) -> Option<String> {
    let far = made.map_or(String::new(), |(made, all)| format!(", {made} of {all} notes are read"));
    if earlier {
        Some(format!("the search index is being made anew{far}; until then the earlier one answers"))
    } else if waiting > 0 && made.is_some() {
        Some(format!("the search index is being made{far}"))
    } else {
        (waiting > 0).then(|| format!("{waiting} changes are not in the search index yet"))
    }
}

/// Searches the documents of one encounter by reading them: exact, and quick at that size.
fn within(store: &Store, chart: &Chart, query: &Query, request: &Request<'_>, page: &mut SearchPage) -> Result<()> {
    let keys: Vec<u64> = chart.documents.iter().map(|d| d.id.0.unsigned_abs()).collect();
    let documents = store.documents_by_key(&keys)?;
    let readings = read_if_needed(query, &documents);
    let read: Vec<Annotated<'_>> = documents.iter().zip(&readings).map(|(d, r)| Annotated::of(&d.document.text, r)).collect();
    let found: Vec<_> = documents.iter().zip(&read).filter(|(d, a)| matches(query, &entry(d, a))).collect();
    page.total = found.len() as u64;
    page.hits = found.iter().rev().take(request.limit).map(|(d, a)| hit(query, d, a, 0.0)).collect();
    Ok(())
}

/// The stretches of a document of an open chart that a query marks, as a search of all charts would: `sepsis type:progress` marks the word in
/// the progress notes.
pub fn marks_of(query: &Query, chart: &Chart, document: &Document, reading: &Reading) -> Vec<(usize, usize)> {
    let annotated = Annotated::of(&document.text, reading);
    let (patient, stay) = (chart.patient.as_ref(), &chart.encounter);
    let name = patient.map(Patient::display).unwrap_or_default();
    let entry = Entry {
        key: document.id.0.unsigned_abs(),
        text: &document.text,
        document_type: document.document_type.unwrap_or_default().name(),
        title: document.title.as_deref(),
        author: document.author.as_ref().and_then(|a| a.name.as_deref()).unwrap_or_default(),
        service: document.service.as_deref().or(stay.service.as_deref()).unwrap_or_default(),
        patient: &name,
        mrn: patient.and_then(|p| p.mrn.as_deref()).unwrap_or_default(),
        encounter: stay.name(),
        stay: &stay.identifier,
        date: document.time.map(|t| t.written_seconds()),
        notes: annotated.notes(),
    };
    marks_in(query, &entry).iter().map(|m| (m.start, m.end)).collect()
}

/// A query as it is read inside a chart: with the lexicon, without what only the store knows.
pub fn query_inside(text: &str) -> (Query, Vec<String>) {
    let (query, issues) = Query::read(text, &Known::lexicon());
    (query, issues.iter().map(lacuna_index::Issue::sentence).collect())
}

/// Sections are enough to say where a snippet stands; concepts and values are read only when the query asks for them.
fn read_if_needed(query: &Query, documents: &[DocumentForIndex]) -> Vec<Reading> {
    if query.needs_annotations() {
        return read_all(documents);
    }
    let headed = |d: &DocumentForIndex| Reading { sections: sections(&d.document.text, Headings::shipped()), ..Reading::default() };
    documents.iter().map(headed).collect()
}

fn hit(query: &Query, found: &DocumentForIndex, annotated: &Annotated<'_>, score: f32) -> SearchHit {
    let text = &found.document.text;
    let all = marks_in(query, &entry(found, annotated));
    let (preview, preview_marks) = shown(text, &window(text, &all, PREVIEW));
    let cut = window(text, &all, SNIPPET);
    let at = cut.marks.first().or(all.first()).map_or((0, 0), |m| (m.start, m.end));
    let (snippet, marks) = shown(text, &cut);
    let document = &found.document;
    SearchHit {
        document: document.identifier.clone(),
        encounter: found.encounter.clone(),
        patient: (!found.patient_name.is_empty()).then(|| found.patient_name.clone()),
        title: document.title.clone().filter(|title| !title.trim().is_empty()),
        document_type: document.document_type.unwrap_or(DocumentType::Other).name().to_owned(),
        author: document.author.as_ref().and_then(|a| a.name.clone()),
        date: document.time,
        section: annotated.section_at(at.0).map(str::to_owned),
        score,
        snippet,
        marks,
        preview,
        preview_marks,
        at,
    }
}

/// A window as text of its own, with its marks.
fn shown(text: &str, cut: &lacuna_index::Snippet) -> (String, Vec<(usize, usize)>) {
    let marks = cut.marks.iter().map(|m| (m.start.saturating_sub(cut.start), m.end.saturating_sub(cut.start))).collect();
    (text.get(cut.start..cut.end).unwrap_or_default().to_owned(), marks)
}

fn facets(found: &[lacuna_index::Facet]) -> Vec<(String, Vec<(String, u64)>)> {
    let mut out: Vec<(String, Vec<(String, u64)>)> = Vec::new();
    for facet in found {
        match out.iter_mut().find(|(field, _)| *field == facet.field) {
            Some((_, values)) => values.push((facet.value.clone(), facet.count)),
            None => out.push((facet.field.to_owned(), vec![(facet.value.clone(), facet.count)])),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::notice;

    #[test]
    fn an_index_that_is_made_anew_says_how_far_it_is() {
        let said = |waiting, earlier, made| notice(waiting, earlier, made).unwrap_or_default();
        assert_eq!(
            said(9, true, Some((500, 9_000))),
            "the search index is being made anew, 500 of 9000 notes are read; until then the earlier one answers"
        );
        assert_eq!(said(9, true, None), "the search index is being made anew; until then the earlier one answers");
        assert_eq!(said(9, false, Some((500, 9_000))), "the search index is being made, 500 of 9000 notes are read");
        assert_eq!(said(9, false, None), "9 changes are not in the search index yet");
        assert_eq!(notice(0, false, None), None);
    }
}
