//! A query as the rules see it: its fields cut into sentences, the diagnoses it names, and what is documented.

use super::concepts::{Named, concepts};
use super::content::has_calendar_date;
use super::vocabulary::{Vocabularies, vocabularies};
use super::words::{Token, quotations, sentences, tokens};
use super::{Context, Diagnostic, rules};
use crate::chart::{Evidence, Span};
use crate::query::evidence::words_of;
use crate::query::{Draft, Indicator, OptionKind, QueryForm};
use std::collections::BTreeSet;

/// Which part of a query a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Title,
    Body,
    Question,
    Option(usize),
    Relevance(usize),
    Verbal,
}

/// A sentence of a field.
pub(crate) struct Sentence {
    pub(crate) span: Span,
    pub(crate) tokens: Vec<Token>,
}

/// Words that the author wrote and the provider sees.
pub(crate) struct Field {
    pub(crate) part: Part,
    pub(crate) name: String,
    pub(crate) text: String,
    /// What to add to a place in this field: zero, or where the field begins in a plain text.
    base: usize,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) quoted: Vec<Span>,
    pub(crate) named: Vec<Named>,
}

impl Field {
    pub(crate) fn new(part: Part, name: impl Into<String>, text: &str, base: usize) -> Self {
        let all = tokens(text);
        let sentences = sentences(text)
            .into_iter()
            .map(|span| Sentence { span, tokens: all.iter().filter(|t| span.contains(t.span)).cloned().collect() })
            .collect();
        // An option is judged by what supports it, and only this table knows that: to the reader a "diabetic ulcer" names diabetes.
        let named = if matches!(part, Part::Option(_)) { concepts().find(&all) } else { concepts().named_by_reader_too(text, &all) };
        Self { part, name: name.into(), text: text.to_owned(), base, sentences, quoted: quotations(text), named }
    }

    /// Whether the place is a quotation from the record.
    pub(crate) fn is_quoted(&self, span: Span) -> bool {
        self.quoted.iter().any(|q| q.contains(span))
    }

    /// The sentences that a quotation touches, and the line before it that leads to it with a colon.
    fn around(&self, quotation: Span) -> Vec<&Sentence> {
        let first = self.sentences.iter().position(|s| s.span.end > quotation.start).unwrap_or(0);
        let leads = |s: &&Sentence| s.span.of(&self.text).trim_end().ends_with(':');
        let before = first.checked_sub(1).and_then(|i| self.sentences.get(i)).filter(leads);
        before.into_iter().chain(self.sentences.iter().skip(first).take_while(|s| s.span.start < quotation.end)).collect()
    }

    /// The diagnoses that a sentence names outside quotations.
    pub(crate) fn named_in(&self, within: Span) -> impl Iterator<Item = &Named> {
        self.named.iter().filter(move |n| within.contains(n.span) && !self.is_quoted(n.span))
    }
}

/// The whole query, with what the rules need of its surroundings.
pub(crate) struct Page<'a> {
    pub(crate) draft: &'a Draft,
    pub(crate) context: &'a Context<'a>,
    pub(crate) fields: Vec<Field>,
    /// A pasted text: rules about fields that only a draft has are not judged.
    pub(crate) plain: bool,
    pub(crate) documented: BTreeSet<String>,
    pub(crate) vocabularies: &'static Vocabularies,
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> Page<'a> {
    /// A stored or composed draft.
    pub(crate) fn of_draft(draft: &'a Draft, context: &'a Context<'a>) -> Self {
        let mut fields = vec![
            Field::new(Part::Title, "title", &draft.title, 0),
            Field::new(Part::Body, "body", &draft.body, 0),
            Field::new(Part::Question, "question", &draft.question, 0),
        ];
        for (i, option) in draft.options.iter().enumerate() {
            fields.push(Field::new(Part::Option(i), format!("options[{i}]"), &option.text, 0));
        }
        for (i, indicator) in draft.indicators.iter().enumerate().filter(|(_, indicator)| indicator.included) {
            fields.push(Field::new(Part::Relevance(i), format!("indicators[{i}]"), &indicator.relevance, 0));
        }
        if let Some(verbal) = &draft.verbal {
            fields.push(Field::new(Part::Verbal, "verbal", &verbal.wording, 0));
        }
        let mut page = Self::new(draft, context, fields, false);
        page.documented = page.documented_in_draft();
        page
    }

    /// A plain text, read into a draft; `base` of each field is its place in the text.
    pub(crate) fn of_text(draft: &'a Draft, context: &'a Context<'a>, bases: &[usize]) -> Self {
        let base = |i: usize| bases.get(i).copied().unwrap_or(0);
        let mut fields = vec![
            Field::new(Part::Title, "title", &draft.title, base(0)),
            Field::new(Part::Body, "body", &draft.body, 0),
            Field::new(Part::Question, "question", &draft.question, base(1)),
        ];
        for (i, option) in draft.options.iter().enumerate() {
            fields.push(Field::new(Part::Option(i), format!("options[{i}]"), &option.text, base(i + 2)));
        }
        let mut page = Self::new(draft, context, fields, true);
        page.documented = page.documented_in_text();
        page
    }

    fn new(draft: &'a Draft, context: &'a Context<'a>, fields: Vec<Field>, plain: bool) -> Self {
        Self { draft, context, fields, plain, documented: BTreeSet::new(), vocabularies: vocabularies(), found: Vec::new() }
    }

    /// What providers documented: said by the context, and by the documentation that the draft itself cites.
    fn documented_in_draft(&self) -> BTreeSet<String> {
        let mut out: BTreeSet<String> = self.context.documented.iter().flat_map(|c| concepts().implied(c)).collect();
        let cited = self.draft.documented_at.iter();
        let own =
            self.draft.indicators.iter().filter(|i| i.included && i.group == "documentation" && self.context.bare).map(|i| &i.evidence);
        for evidence in cited.chain(own) {
            if let Evidence::Text(text) = evidence {
                let quoted = tokens(&text.quote);
                out.extend(self.affirmed(&quoted));
            }
        }
        out
    }

    /// In a plain text: what a sentence says that a provider wrote, by naming the document or by dating the quotation. Quotation
    /// marks alone show nobody's words.
    fn documented_in_text(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for field in self.fields.iter().filter(|f| f.part != Part::Title) {
            for sentence in &field.sentences {
                let directive = self.vocab("directive").any(&sentence.tokens);
                let link = self.vocab("assertive").first(&sentence.tokens);
                for named in field.named.iter().filter(|n| sentence.span.contains(n.span)) {
                    let quotation = field.quoted.iter().find(|q| q.contains(named.span));
                    let said_by: Vec<&Sentence> = match quotation {
                        Some(quotation) => field.around(*quotation),
                        None => vec![sentence],
                    };
                    if said_by.iter().any(|s| self.vocab("not_provider").any(&s.tokens)) {
                        continue;
                    }
                    let cites = said_by.iter().any(|s| self.vocab("documented").any(&s.tokens));
                    let dated = said_by.iter().any(|s| has_calendar_date(s.span.of(&field.text)));
                    let asserted = link.is_some_and(|l| l.end <= named.span.start);
                    let stated = cites && !directive && !asserted && !matches!(field.part, Part::Option(_));
                    let quoted = quotation.is_some() && (cites || dated) && !directive;
                    if (quoted || stated) && !self.is_negated(&sentence.tokens, named.span) {
                        out.extend(concepts().implied(&named.concept));
                    }
                }
            }
        }
        out
    }

    fn affirmed(&self, words: &[Token]) -> Vec<String> {
        let named = concepts().find(words);
        named.iter().filter(|n| !self.is_negated(words, n.span)).flat_map(|n| concepts().implied(&n.concept)).collect()
    }

    /// Whether a negation stands in the four words before the place.
    fn is_negated(&self, words: &[Token], place: Span) -> bool {
        let before: Vec<Token> = words.iter().filter(|t| t.span.end <= place.start).rev().take(4).cloned().collect();
        let before: Vec<Token> = before.into_iter().rev().collect();
        let after: Vec<Token> = words.iter().filter(|t| t.span.start >= place.end).take(4).cloned().collect();
        let ruled_out = after.windows(2).any(|w| matches!(w, [a, b] if a.text == "ruled" && b.text == "out"));
        self.vocab("negation").any(&before) || ruled_out
    }

    /// Whether no provider has documented it, and it is a diagnosis rather than a sign or symptom.
    pub(crate) fn is_undocumented(&self, concept: &str) -> bool {
        !concepts().is_finding(concept) && !self.documented.contains(concept)
    }

    /// The vocabulary of this name.
    pub(crate) fn vocab(&self, name: &str) -> &'static super::vocabulary::Vocabulary {
        self.vocabularies.get(name)
    }

    /// Whether the text is labelled as one of these.
    pub(crate) fn has_label(&self, name: &str, text: &str) -> bool {
        self.vocabularies.label(name).any(&tokens(text))
    }

    pub(crate) fn field(&self, part: Part) -> Option<&Field> {
        self.fields.iter().find(|f| f.part == part)
    }

    /// The indicators that the provider will see, with their numbers.
    pub(crate) fn included(&self) -> impl Iterator<Item = (usize, &'a Indicator)> {
        self.draft.indicators.iter().enumerate().filter(|(_, i)| i.included)
    }

    /// All words that speak for something: indicators, or in a plain text everything but title, question and options.
    pub(crate) fn evidence_tokens(&self) -> Vec<Token> {
        let mut text: Vec<String> = self.included().map(|(_, i)| words_of(&i.evidence)).collect();
        text.push(self.draft.body.clone());
        let mut words = tokens(&text.join("\n"));
        // A pasted question can hold its findings ("given the creatinine of 2.4"); the diagnoses that it names speak for nothing.
        if let Some(question) = self.field(Part::Question).filter(|_| self.plain) {
            let all = tokens(&question.text);
            words
                .extend(all.into_iter().filter(|t| !question.named.iter().any(|n| n.span.contains(t.span) && !question.is_quoted(n.span))));
        }
        words
    }

    /// The options that name a diagnosis, with their numbers.
    pub(crate) fn diagnoses(&self) -> Vec<usize> {
        let is_diagnosis = |kind| matches!(kind, OptionKind::Diagnosis | OptionKind::Confirmed | OptionKind::RuledOut);
        let options = self.draft.options.iter().enumerate();
        options
            .filter(|(_, o)| is_diagnosis(o.kind) && (self.form() != QueryForm::Validation || o.kind == OptionKind::Diagnosis))
            .map(|(i, _)| i)
            .collect()
    }

    /// The form of the query.
    pub(crate) fn form(&self) -> QueryForm {
        self.draft.form
    }

    /// The diagnoses that an option names: declared by the template, else read from its words.
    pub(crate) fn option_concepts(&self, i: usize) -> BTreeSet<String> {
        let declared = self.draft.options.get(i).map(|o| o.concepts.clone()).unwrap_or_default();
        if !declared.is_empty() {
            return declared.into_iter().collect();
        }
        self.field(Part::Option(i)).map(|f| f.named.iter().map(|n| n.concept.clone()).collect()).unwrap_or_default()
    }

    /// Records a finding in a field.
    pub(crate) fn add(&mut self, rule: &str, part: Part, place: Option<Span>, message: impl Into<String>) {
        let (name, base) = self.field(part).map_or((String::new(), 0), |f| (f.name.clone(), f.base));
        self.report(rule, name, place.map(|p| (p.start + base, p.end + base)), message.into());
    }

    /// Records a finding about a field that only a draft has.
    pub(crate) fn add_at(&mut self, rule: &str, field: impl Into<String>, message: impl Into<String>) {
        self.report(rule, field.into(), None, message.into());
    }

    fn report(&mut self, id: &str, field: String, place: Option<(usize, usize)>, message: String) {
        if let Some(rule) = rules().iter().find(|r| r.id == id) {
            let hint = rule.hint.clone();
            self.found.push(Diagnostic { rule: &rule.id, severity: rule.severity, r#where: place, field, message, hint });
        }
    }
}
