//! The fields of the index: ids, positions and columns; no stored text.

use tantivy::schema::{FAST, Field as Column, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token as Fed, TokenStream, Tokenizer, TokenizerManager};

use crate::analysis::Token;
use crate::brute::field_tokens;
use crate::grammar::{Field, Shape};

pub(crate) const KEY: &str = "key";
pub(crate) const DATE: &str = "date";

/// The searchable fields, in the order of the schema.
pub(crate) const SEARCHED: [Field; 8] =
    [Field::Text, Field::Title, Field::Type, Field::Author, Field::Service, Field::Patient, Field::Mrn, Field::Encounter];

/// The fields counted as facets.
pub(crate) const FACETS: [Field; 3] = [Field::Type, Field::Author, Field::Service];

#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) key: Column,
    pub(crate) date: Column,
    searched: Vec<(Field, Column)>,
}

impl Columns {
    pub(crate) fn of(&self, field: Field) -> Option<Column> {
        self.searched.iter().find(|(f, _)| *f == field).map(|(_, column)| *column)
    }

    pub(crate) fn searched(&self) -> impl Iterator<Item = (Field, Column)> {
        self.searched.iter().copied()
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
    let searched = SEARCHED
        .into_iter()
        .map(|field| {
            let value = field.shape() == Shape::Value;
            let record = if value { IndexRecordOption::Basic } else { IndexRecordOption::WithFreqsAndPositions };
            // Only words of the note are ranked; the other fields filter, and need no lengths.
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(if value { "value" } else { "words" })
                .set_index_option(record)
                .set_fieldnorms(field == Field::Text);
            let mut options = TextOptions::default().set_indexing_options(indexing);
            if FACETS.contains(&field) {
                options = options.set_fast("raw");
            }
            (field, builder.add_text_field(column_name(field), options))
        })
        .collect();
    (builder.build(), Columns { key, date, searched })
}

pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register("words", TextAnalyzer::builder(Analysis(Field::Text)).build());
    manager.register("value", TextAnalyzer::builder(Analysis(Field::Mrn)).build());
    manager
}

/// Our analysis as the indexer wants it.
#[derive(Debug, Clone)]
struct Analysis(Field);

impl Tokenizer for Analysis {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        let tokens: Box<dyn Iterator<Item = Token<'a>> + 'a> = match self.0.shape() {
            Shape::Words => Box::new(crate::analysis::tokens(text)),
            _ => Box::new(field_tokens(self.0, text).into_iter()),
        };
        Stream { tokens, fed: Fed::default() }
    }
}

struct Stream<'a> {
    tokens: Box<dyn Iterator<Item = Token<'a>> + 'a>,
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
