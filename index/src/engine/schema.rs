//! The fields of the index: ids, positions and columns; no stored text.

use tantivy::schema::{FAST, Field as Column, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token as Fed, TokenStream, Tokenizer, TokenizerManager};

use crate::analysis::{Token, Tokens, tokens};
use crate::brute::field_tokens;
use crate::grammar::{Field, Shape};
use crate::keys::fed;
use crate::pairs::{common, follows, write};

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
                    Field::Text => "note",
                    _ if value => "value",
                    _ if field.shape() == Shape::Keys => "keys",
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
    manager.register("note", TextAnalyzer::builder(Analysis(Field::Text)).build());
    manager.register("words", TextAnalyzer::builder(Analysis(Field::Title)).build());
    manager.register("keys", TextAnalyzer::builder(Analysis(Field::Mention)).build());
    manager.register("value", TextAnalyzer::builder(Analysis(Field::Mrn)).build());
    manager
}

/// Our analysis as the indexer wants it.
#[derive(Debug, Clone)]
struct Analysis(Field);

impl Tokenizer for Analysis {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        let tokens = match self.0.shape() {
            Shape::Words => Source::Words(tokens(text)),
            // All keys of a field come as one text.
            Shape::Keys => Source::Keys(Box::new(fed(text))),
            Shape::Value => Source::Value(field_tokens(self.0, text).into_iter()),
        };
        Stream { tokens, pairs: self.0 == Field::Text, before: None, waiting: None, fed: Fed::default() }
    }
}

/// Where the tokens of a field come from.
enum Source<'a> {
    Words(Tokens<'a>),
    Value(std::vec::IntoIter<Token<'a>>),
    Keys(Box<dyn Iterator<Item = Token<'a>> + 'a>),
}

struct Stream<'a> {
    tokens: Source<'a>,
    /// Whether pairs are made.
    pairs: bool,
    /// The word before and where it stands, with itself if it is a common one: the next word may pair with it.
    before: Option<(Option<&'static str>, u32)>,
    /// The first word of a pair that is next; the second one is still at hand.
    waiting: Option<(&'static str, u32)>,
    fed: Fed,
}

impl<'a> Stream<'a> {
    /// Looks whether a word makes a pair with the one before it. A compound never does, and its parts come after it.
    fn note(&mut self, token: &Token<'a>) {
        if let Some((Some(first), position)) = self.before
            && position.saturating_add(1) == token.position
            && follows(&token.text)
        {
            self.waiting = Some((first, position));
        }
        let letters = token.text.bytes().all(|b| b.is_ascii_lowercase());
        if letters || self.before.is_none_or(|(_, position)| position != token.position) {
            self.before = Some((common(&token.text), token.position));
        }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        if let Some((first, position)) = self.waiting.take() {
            let second = std::mem::take(&mut self.fed.text);
            write(first, &second, &mut self.fed.text);
            self.fed.position = position as usize;
            return true;
        }
        let next = match &mut self.tokens {
            Source::Words(tokens) => tokens.next(),
            Source::Value(tokens) => tokens.next(),
            Source::Keys(keys) => keys.next(),
        };
        let Some(token) = next else { return false };
        if self.pairs {
            self.note(&token);
        }
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
