//! A query as the rules see it: its fields cut into sentences, the diagnoses it names, and what is documented.

use super::concepts::{Named, concepts};
use super::content::has_calendar_date;
use super::said::Said;
use super::vocabulary::{Vocabularies, vocabularies};
use super::words::{Token, first_after, last_before, quotations, sentences, tokens, within};
use super::{Context, Diagnostic, rules};
use crate::chart::{Evidence, Role, Span};
use crate::query::normal::{telling, told};
use crate::query::standing::{spoken, standing};
use crate::query::{Draft, Indicator, OptionKind, QueryForm};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

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
        let sentences = sentences(text).into_iter().map(|span| Sentence { span, tokens: within(&all, span).to_vec() }).collect();
        // An option is judged by what supports it, and only this table knows that: to the reader a "diabetic ulcer" names diabetes.
        let named = if matches!(part, Part::Option(_)) { concepts().find(&all) } else { concepts().named_by_reader_too(text, &all) };
        Self { part, name: name.into(), text: text.to_owned(), base, sentences, quoted: quotations(text), named }
    }

    /// What to add to a place in this field to get the place that is told.
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// Whether the place is a quotation from the record.
    pub(crate) fn is_quoted(&self, span: Span) -> bool {
        self.quotation_of(span).is_some()
    }

    /// The quotation that a place lies in. Quotations stand apart and in order.
    pub(crate) fn quotation_of(&self, span: Span) -> Option<Span> {
        let before = self.quoted.partition_point(|q| q.start <= span.start);
        before.checked_sub(1).and_then(|i| self.quoted.get(i)).copied().filter(|q| q.contains(span))
    }

    /// The diagnoses that a place names, quoted or not.
    pub(crate) fn all_named_in(&self, place: Span) -> impl Iterator<Item = &Named> {
        let from = self.named.partition_point(|n| n.span.start < place.start);
        self.named
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |n| n.span.start < place.end)
            .filter(move |n| place.contains(n.span))
    }

    /// The sentences that a quotation touches, and the line before it that leads to it with a colon.
    fn around(&self, quotation: Span) -> Vec<&Sentence> {
        let first = self.sentences.partition_point(|s| s.span.end <= quotation.start);
        let leads = |s: &&Sentence| s.span.of(&self.text).trim_end().ends_with(':');
        let before = first.checked_sub(1).and_then(|i| self.sentences.get(i)).filter(leads);
        before.into_iter().chain(self.sentences.iter().skip(first).take_while(|s| s.span.start < quotation.end)).collect()
    }

    /// The diagnoses that a sentence names outside quotations.
    pub(crate) fn named_in(&self, within: Span) -> impl Iterator<Item = &Named> {
        self.all_named_in(within).filter(move |n| !self.is_quoted(n.span))
    }
}

/// Whose words some sentences bring.
#[derive(Clone, Copy)]
struct Origin {
    not_provider: bool,
    cites: bool,
    dated: bool,
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
    /// The words of the record that the query quotes, looked up when a rule first asks.
    pub(crate) said: OnceCell<Said>,
    /// How often each rule has spoken of each field.
    counts: BTreeMap<(&'static str, String), usize>,
}

/// Places of one rule in one field that are told one by one; of more, only that there are more. A query that breaks a rule so often is
/// not mended place by place.
const MOST_PLACES: usize = 40;

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
        Self {
            draft,
            context,
            fields,
            plain,
            documented: BTreeSet::new(),
            vocabularies: vocabularies(),
            found: Vec::new(),
            said: OnceCell::new(),
            counts: BTreeMap::new(),
        }
    }

    /// What providers documented: said by the context, and by the documentation that the draft itself cites.
    fn documented_in_draft(&self) -> BTreeSet<String> {
        let mut out: BTreeSet<String> = self.context.documented.iter().flat_map(|c| concepts().implied(c)).collect();
        let stands = |e: &&Evidence| (self.context.departures)(&Indicator::new((*e).clone(), "documentation")).is_empty();
        let cited = self.draft.documented_at.iter().filter(stands).filter(|e| self.is_statement(e));
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

    /// Whether these are a provider's own words: no value, no report of radiology or pathology, no nurse's note.
    pub(crate) fn is_statement(&self, evidence: &Evidence) -> bool {
        let Evidence::Text(text) = evidence else { return false };
        let report = text.document_type.is_findings();
        let role =
            || Role::from_credential(text.author.as_deref().and_then(|a| a.split_once(',')).map_or("", |(_, credential)| credential));
        !report && (self.context.provider_wrote)(&text.document).unwrap_or_else(|| role().is_provider())
    }

    /// In a plain text: what a sentence says that a provider wrote, by naming the document or by dating the quotation. Quotation
    /// marks alone show nobody's words.
    fn documented_in_text(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let away = self.unsaid();
        for field in self.fields.iter().filter(|f| f.part != Part::Title) {
            let mut quotations: BTreeMap<usize, Origin> = BTreeMap::new();
            for sentence in &field.sentences {
                let mut named = field.all_named_in(sentence.span).peekable();
                if named.peek().is_none() {
                    continue;
                }
                let directive = self.vocab("directive").any(&sentence.tokens);
                let link = self.vocab("assertive").first(&sentence.tokens);
                let own = self.origin(field, &[sentence], None);
                for named in named {
                    let quotation = field.quotation_of(named.span);
                    let origin = match quotation {
                        Some(q) => *quotations.entry(q.start).or_insert_with(|| self.origin(field, &field.around(q), Some(q))),
                        None => own,
                    };
                    if origin.not_provider {
                        continue;
                    }
                    let asserted = link.is_some_and(|l| l.end <= named.span.start);
                    let stated = origin.cites && !directive && !asserted && !matches!(field.part, Part::Option(_));
                    let quoted = quotation.is_some() && (origin.cites || origin.dated) && !directive;
                    let theirs = field.part == Part::Body && away.iter().any(|u| u.overlaps(named.span));
                    if (quoted || stated) && !theirs && !self.is_negated(&sentence.tokens, named.span) {
                        out.extend(concepts().implied(&named.concept));
                    }
                }
            }
        }
        out
    }

    /// What sentences say of whose words they bring. Of sentences around a quotation, the words before it in its own sentence name the
    /// source, or all outside it where nothing stands before: what the quotation itself says, and the next finding of a line, name none.
    fn origin(&self, field: &Field, sentences: &[&Sentence], quotation: Option<Span>) -> Origin {
        let outside = |s: &Sentence| match quotation {
            None => s.tokens.clone(),
            Some(q) => {
                let before: Vec<Token> = last_before(&s.tokens, q.start, usize::MAX).to_vec();
                let says = before.iter().any(|t| t.text.chars().any(char::is_alphabetic));
                if says { before } else { [before.as_slice(), first_after(&s.tokens, q.end, usize::MAX)].concat() }
            }
        };
        Origin {
            not_provider: sentences.iter().any(|s| self.vocab("not_provider").any(&outside(s))),
            cites: sentences.iter().any(|s| self.vocab("documented").any(&s.tokens)),
            dated: sentences.iter().any(|s| has_calendar_date(s.span.of(&field.text))),
        }
    }

    pub(crate) fn affirmed(&self, words: &[Token]) -> Vec<String> {
        let named = concepts().find(words);
        named.iter().filter(|n| !self.is_negated(words, n.span)).flat_map(|n| concepts().implied(&n.concept)).collect()
    }

    /// Whether a negation stands in the four words before the place.
    pub(crate) fn is_negated(&self, words: &[Token], place: Span) -> bool {
        let (before, after) = (last_before(words, place.start, 4), first_after(words, place.end, 4));
        let ruled_out = after.windows(2).any(|w| matches!(w, [a, b] if a.text == "ruled" && b.text == "out"));
        self.vocab("negation").any(before) || ruled_out
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
        // Options stand behind title, words and question, in their order.
        let at = match part {
            Part::Title => 0,
            Part::Body => 1,
            Part::Question => 2,
            Part::Option(i) => i + 3,
            Part::Relevance(_) | Part::Verbal => self.fields.len(),
        };
        let there = self.fields.get(at).filter(|f| f.part == part);
        there.or_else(|| self.fields.iter().find(|f| f.part == part))
    }

    /// The indicators that the provider will see, with their numbers.
    pub(crate) fn included(&self) -> impl Iterator<Item = (usize, &'a Indicator)> {
        self.draft.indicators.iter().enumerate().filter(|(_, i)| i.included)
    }

    /// All words that speak for something: indicators, or in a plain text everything but title, question and options.
    pub(crate) fn evidence_tokens(&self) -> Vec<Token> {
        let included: Vec<&Evidence> = self.included().map(|(_, i)| &i.evidence).collect();
        let mut words = spoken(&telling(&included), self.context.source_text);
        // In a draft only an indicator speaks for a diagnosis: the author's own words could say anything.
        if self.plain {
            let away = self.unsaid();
            words.extend(tokens(&self.draft.body).into_iter().filter(|t| !away.iter().any(|u| u.overlaps(t.span))));
        }
        // A pasted question can hold its findings ("given the creatinine of 2.4"); the diagnoses that it names speak for nothing.
        if let Some(question) = self.field(Part::Question).filter(|_| self.plain) {
            let all = tokens(&question.text);
            let named = |t: &Token| {
                let before = question.named.partition_point(|n| n.span.start <= t.span.start);
                let close = before.checked_sub(1).and_then(|i| question.named.get(i));
                close.is_some_and(|n| n.span.contains(t.span) && !question.is_quoted(n.span))
            };
            words.extend(all.into_iter().filter(|t| !named(t)));
        }
        told(words)
    }

    /// Places in the words of a pasted text that speak of no finding of the patient: denied, a relative's, over.
    pub(crate) fn unsaid(&self) -> Vec<Span> {
        standing(&self.draft.body, 0, &self.draft.body).unsaid
    }

    /// The words of the record that the query quotes.
    pub(crate) fn said(&self) -> &Said {
        self.said.get_or_init(|| Said::of(self.included().map(|(_, i)| i), &self.fields))
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
        let has = |kind| self.draft.options.iter().any(|o| o.kind == kind);
        let asks_so = has(OptionKind::Yes) && has(OptionKind::No);
        // Answers of yes and no make a yes/no query, whatever the draft calls itself.
        if asks_so && matches!(self.draft.form, QueryForm::MultipleChoice | QueryForm::Validation) {
            QueryForm::YesNo
        } else {
            self.draft.form
        }
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
            let count = self.counts.entry((rule.id.as_str(), field.clone())).or_default();
            *count += 1;
            let (hint, mut message, mut place) = (rule.hint.clone(), message, place);
            match (*count).cmp(&(MOST_PLACES + 1)) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => (message, place) = ("and at more places of the same text".to_owned(), None),
                std::cmp::Ordering::Greater => return,
            }
            self.found.push(Diagnostic { rule: &rule.id, severity: rule.severity, r#where: place, field, message, hint });
        }
    }
}
