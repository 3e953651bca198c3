//! `lacuna search`.

use super::args::{Global, SearchArgs, SortChoice};
use super::out::Out;
use super::place;
use crate::error::Result;
use crate::text::one_line;
use crate::work::model::SearchPage;
use crate::work::{SearchRequest, search_in};
use lacuna_index::Stop;

/// Searches all documents, or one encounter.
pub fn run(global: &Global, args: &SearchArgs, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let words = args.query.join(" ");
    let words = if args.no_synonyms { format!("{words} synonyms:off") } else { words };
    let by_date = args.sort == SortChoice::Date;
    let request = SearchRequest { text: &words, encounter: args.encounter.as_deref(), limit: args.limit, by_date, at_once: false };
    let page = search_in(&desk, &request, &Stop::new())?;
    out.show(&page, || plain(&page))?;
    Ok(u8::from(page.total == 0))
}

fn plain(page: &SearchPage) -> String {
    let mut text = format!("{} documents, {} ms\nmeans: {}", page.total, page.took_ms, page.meaning);
    for (word, also) in &page.synonyms {
        text.push_str(&format!("\nalso for {word}: {}", also.join(", ")));
    }
    for line in page.issues.iter().chain(&page.notices) {
        text.push_str(&format!("\nnote: {line}"));
    }
    for hit in &page.hits {
        let date = hit.date.map(|d| d.display()).unwrap_or_else(|| "no date".to_owned());
        let patient = hit.patient.as_deref().unwrap_or("patient not given");
        let author = hit.author.as_deref().unwrap_or("author not given");
        let snippet: Vec<&str> = hit.snippet.split_whitespace().collect();
        let section = hit.section.as_deref().map(|s| format!("  [{}]", s.replace('_', " "))).unwrap_or_default();
        let head = format!("{}  {patient}  {}  {date}  {author}{section}", hit.document, hit.document_type);
        text.push_str(&format!("\n\n{}\n    {}", one_line(&head), snippet.join(" ")));
    }
    text
}
