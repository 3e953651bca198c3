//! The fields of the index: ids, positions and columns; no stored text.

use tantivy::schema::{FAST, Field as Column, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token as Fed, TokenStream, Tokenizer, TokenizerManager};

use crate::analysis::Token;
use crate::brute::field_tokens;
use crate::grammar::{Field, Shape};
use crate::line::Reader;

pub(crate) const KEY: &str = "key";
pub(crate) const DATE: &str = "date";
/// The sections of a document, packed: looked at document by document, where the posting lists of their names would be searched.
pub(crate) const STOOD: &str = "stood";

/// The searchable fields, in the order of the schema.
pub(crate) const SEARCHED: [Field; 11] = Field::ALL;

/// The fields counted as facets.
pub(crate) const FACETS: [Field; 3] = [Field::Type, Field::Author, Field::Service];

#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) key: Column,
    pub(crate) date: Column,
    pub(crate) stood: Column,
    searched: Vec<(Field, Column)>,
}

impl Columns {
    pub(crate) fn of(&self, field: Field) -> Option<Column> {
        self.searched.iter().find(|(f, _)| *f == field).map(|(_, column)| *column)
    }
}

/// The name of a field in the schema.
pub(crate) fn column_name(field: Field) -> &'static str {
    if field == Field::Text { "text" } else { field.name() }
}

pub(crate) fn schema() -> (Schema, Columns) {
    let mut builder = Schema::builder();
    let key = builder.add_u64_field(KEY, INDEXED | FAST);
    let date = builder.add_i64_field(DATE, FAST);
    let stood = builder.add_u64_field(STOOD, FAST);
    let searched = SEARCHED
        .into_iter()
        .map(|field| {
            let value = field.shape() == Shape::Value;
            let record = if value { IndexRecordOption::Basic } else { IndexRecordOption::WithFreqsAndPositions };
            // Only words of the note are ranked; the other fields filter, and need no lengths.
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(match field {
                    Field::Text => "line",
                    _ if value => "value",
                    _ if field.shape() == Shape::Keys => "line",
                    _ => "words",
                })
                .set_index_option(record)
                .set_fieldnorms(field == Field::Text);
            let mut options = TextOptions::default().set_indexing_options(indexing);
            if FACETS.contains(&field) {
                options = options.set_fast("raw");
            }
            (field, builder.add_text_field(column_name(field), options))
        })
        .collect();
    (builder.build(), Columns { key, date, stood, searched })
}

pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register("line", TextAnalyzer::builder(Lines).build());
    manager.register("words", TextAnalyzer::builder(Analysis(Field::Title)).build());
    manager.register("value", TextAnalyzer::builder(Analysis(Field::Mrn)).build());
    manager
}

/// What was analysed where it was handed over: the words of a note, and the keys of a reader.
#[derive(Debug, Clone)]
struct Lines;

impl Tokenizer for Lines {
    type TokenStream<'a> = Reader<'a>;

    fn token_stream<'a>(&'a mut self, line: &'a str) -> Reader<'a> {
        Reader::new(line)
    }
}

/// Our analysis as the indexer wants it, for fields that are short.
#[derive(Debug, Clone)]
struct Analysis(Field);

impl Tokenizer for Analysis {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream { tokens: field_tokens(self.0, text).into_iter(), fed: Fed::default() }
    }
}

struct Stream<'a> {
    tokens: std::vec::IntoIter<Token<'a>>,
    fed: Fed,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some(token) = self.tokens.next() else { return false };
        self.fed.text.clear();
        self.fed.text.push_str(&token.text);
        self.fed.offset_from = token.span.start;
        self.fed.offset_to = token.span.end;
        self.fed.position = token.position as usize;
        true
    }

    fn token(&self) -> &Fed {
        &self.fed
    }

    fn token_mut(&mut self) -> &mut Fed {
        &mut self.fed
    }
}
