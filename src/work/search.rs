//! A search from the words typed to what a screen shows: parse, ask the index, fetch the texts, cut the snippets.

use super::LocalDesk;
use super::indexing::{Waiting, entry, trouble};
use super::model::{SearchHit, SearchPage};
use crate::chart::{Chart, DocumentType};
use crate::error::Result;
use crate::store::{DocumentForIndex, Store};
use lacuna_index::{Engine, Page, Query, Sort, Stop, marks, matches, snippet};
use std::time::Instant as Stopwatch;

/// How wide a snippet is, in bytes: two lines of a wide terminal.
const SNIPPET: usize = 160;

/// What to look for and how much of it to bring.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The words typed.
    pub text: &'a str,
    /// Hits to bring.
    pub limit: usize,
    /// Newest first instead of best first.
    pub by_date: bool,
}

/// Searches from a desk: all documents, or those of one encounter.
pub fn search_in(desk: &LocalDesk, encounter: Option<&str>, request: &Request<'_>, stop: &Stop) -> Result<SearchPage> {
    let chart = encounter.map(|name| desk.load(name)).transpose()?;
    let page = match &chart {
        Some(chart) => within(desk.store(), chart, request)?,
        None => desk.with_index(|engine, waiting| everywhere(desk.store(), engine, waiting, request, stop))?,
    };
    let hash = desk.store().keyed_hash(request.text);
    let actor = desk.session().actor();
    let (patient, encounter) = chart.as_ref().map_or((None, None), |c| (c.encounter.patient.as_deref(), Some(c.encounter.name())));
    desk.store().record_act(&actor, "search", patient, encounter, None, &format!("query {hash}, {} hits", page.total))?;
    Ok(page)
}

/// Searches all documents.
pub fn everywhere(store: &Store, engine: &Engine, waiting: Waiting, request: &Request<'_>, stop: &Stop) -> Result<SearchPage> {
    let watch = Stopwatch::now();
    let (query, issues) = Query::parse(request.text);
    let mut page = page_for(&query, &issues);
    if query.is_empty() {
        return Ok(page);
    }
    let sort = if request.by_date { Sort::Date } else { Sort::Score };
    let found = engine.search(&query, Page { limit: request.limit, offset: 0, sort }, stop).map_err(trouble)?;
    let keys: Vec<u64> = found.hits.iter().map(|h| h.key).collect();
    for document in store.documents_by_key(&keys)? {
        let score = found.hits.iter().find(|h| h.key == document.key).map_or(0.0, |h| h.score);
        page.hits.push(hit(&query, &document, score));
    }
    page.total = found.total;
    page.facets = facets(&found.facets);
    page.notices = found.notices;
    if waiting.0 > 0 {
        page.notices.push(format!("{} changes wait to be indexed: another process is writing the index", waiting.0));
    }
    page.took_ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(page)
}

/// Searches the documents of one encounter by reading them: exact, and quick at that size.
pub fn within(store: &Store, chart: &Chart, request: &Request<'_>) -> Result<SearchPage> {
    let watch = Stopwatch::now();
    let (query, issues) = Query::parse(request.text);
    let mut page = page_for(&query, &issues);
    if query.is_empty() {
        return Ok(page);
    }
    let keys: Vec<u64> = chart.documents.iter().map(|d| d.id.0.unsigned_abs()).collect();
    let documents = store.documents_by_key(&keys)?;
    let found: Vec<_> = documents.iter().filter(|d| matches(&query, &entry(d))).collect();
    page.total = found.len() as u64;
    page.hits = found.iter().rev().take(request.limit).map(|d| hit(&query, d, 0.0)).collect();
    page.took_ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(page)
}

fn page_for(query: &Query, issues: &[lacuna_index::Issue]) -> SearchPage {
    let issues = issues
        .iter()
        .map(|i| match &i.hint {
            None => i.message.clone(),
            Some(hint) => format!("{} ({hint})", i.message),
        })
        .collect();
    SearchPage { meaning: query.meaning(), issues, ..SearchPage::default() }
}

fn hit(query: &Query, found: &DocumentForIndex, score: f32) -> SearchHit {
    let text = &found.document.text;
    let cut = snippet(query, text, SNIPPET);
    let document = &found.document;
    SearchHit {
        document: document.identifier.clone(),
        encounter: found.encounter.clone(),
        patient: (!found.patient_name.is_empty()).then(|| found.patient_name.clone()),
        document_type: document.document_type.unwrap_or(DocumentType::Other).name().to_owned(),
        author: document.author.as_ref().and_then(|a| a.name.clone()),
        date: document.time,
        score,
        snippet: text.get(cut.start..cut.end).unwrap_or_default().to_owned(),
        marks: cut.marks.iter().map(|m| (m.start.saturating_sub(cut.start), m.end.saturating_sub(cut.start))).collect(),
        at: marks(query, text).first().map_or(0, |m| m.start),
    }
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
