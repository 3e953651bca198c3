//! Recursive descent over the lexemes, total and bounded in depth.

use std::ops::Range;

use super::date::DateRange;
use super::field::{Field, Shape as FieldShape, known, nearest};
use super::knowledge::Knowledge;
use super::length::{cut, too_long};
use super::lex::{Lexeme, Shape, lex};
use super::remarks::ONLY_WORDS;
use super::table::field_names;
use super::word::{Kind, Word};
use super::{Issue, Leaf, MAX_DEPTH, MAX_LENGTH, MAX_NEAR, Node, Operand, Pattern, Query};

/// Most synonyms of a word that are searched with it. Reached only by families of diseases; then it is said.
pub(super) const MAX_SYNONYMS: usize = 100;

/// More issues than this help nobody.
const MAX_ISSUES: usize = 16;

/// Most words, phrases and fields of a query; a pasted page has more, and a note that has these has the page.
pub(super) const MAX_LEAVES: usize = 64;

/// Widest distance of `near/N`.
const MAX_WITHIN: u32 = 1000;

pub(crate) fn parse(text: &str, knowledge: &dyn Knowledge) -> (Query, Vec<Issue>) {
    let (mut query, mut issues) = read(text, knowledge);
    // A query written out can be longer than typed (a field before a group is written before each word). What is too long to be read
    // again is shortened, so that a saved query always means what it meant when it was typed.
    let mut keep = MAX_LENGTH;
    let mut written = query.to_string();
    while written.len() > MAX_LENGTH {
        if keep == MAX_LENGTH {
            issues.push(too_long(text));
        }
        keep = keep.saturating_sub(MAX_LENGTH / 16);
        query = read(cut(&written, keep), knowledge).0;
        written = query.to_string();
    }
    issues.truncate(MAX_ISSUES);
    (query, issues)
}

fn read(text: &str, knowledge: &dyn Knowledge) -> (Query, Vec<Issue>) {
    let kept = cut(text, MAX_LENGTH);
    let lexemes = lex(kept);
    // It holds for the whole query, wherever it stands.
    let literal = lexemes.iter().filter(|l| l.shape == Shape::Word).any(|l| {
        let word = kept.get(l.span.clone()).unwrap_or_default();
        split_field(word).is_some_and(|(name, value)| name.eq_ignore_ascii_case("synonyms") && value.eq_ignore_ascii_case("off"))
    });
    let mut parser = Parser {
        text: kept,
        lexemes,
        at: 0,
        depth: 0,
        field: Field::Text,
        literal,
        knowledge,
        issues: Vec::new(),
        loose: 0..0,
        leaves: 0,
        full: false,
    };
    if kept.len() < text.len() {
        parser.issues.push(too_long(text));
    }
    let root = parser.whole();
    (Query { root, literal }, parser.issues)
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) lexemes: Vec<Lexeme>,
    pub(super) at: usize,
    depth: usize,
    /// The field of a group such as `type:( … )`.
    pub(super) field: Field,
    /// Whether words keep to themselves: `synonyms:off`.
    literal: bool,
    pub(super) knowledge: &'a dyn Knowledge,
    issues: Vec<Issue>,
    /// The plain words that were read last, one after the other: from which lexeme to which.
    pub(super) loose: Range<usize>,
    /// How many words, phrases and fields were read.
    leaves: usize,
    /// Whether there were too many.
    full: bool,
}

/// The value of a field that has none.
pub(super) const NONE: &str = "none";

pub(super) enum Operator {
    And,
    Or,
    Not,
    Near(u32),
}

pub(super) fn operator(word: &str) -> Option<Operator> {
    match word.to_ascii_lowercase().as_str() {
        "and" => Some(Operator::And),
        "or" => Some(Operator::Or),
        "not" => Some(Operator::Not),
        lower => {
            let number = lower.strip_prefix("near/").filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))?;
            Some(Operator::Near(number.parse().unwrap_or(u32::MAX)))
        }
    }
}

/// `name:value` as its two sides, if the name could be a field.
pub(super) fn split_field(word: &str) -> Option<(&str, &str)> {
    word.split_once(':').filter(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()))
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Lexeme> {
        self.lexemes.get(self.at)
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    fn operator(&self) -> Option<Operator> {
        let lexeme = self.peek().filter(|l| l.shape == Shape::Word)?;
        operator(self.slice(&lexeme.span))
    }

    pub(super) fn issue(&mut self, span: Range<usize>, message: impl Into<String>, hint: Option<&str>) {
        if self.issues.len() < MAX_ISSUES {
            self.issues.push(Issue { message: message.into(), span, hint: hint.map(str::to_owned) });
        }
    }

    fn whole(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        loop {
            nodes.extend(self.or());
            let Some(lexeme) = self.peek() else { return Node::and(nodes) };
            let span = lexeme.span.clone();
            self.at += 1;
            self.issue(span, "This closing parenthesis has no opening one.", None);
        }
    }

    /// Reads up to a closing parenthesis or the end.
    fn or(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        loop {
            let side = self.and();
            let Some(Operator::Or) = self.operator() else {
                nodes.extend(side);
                return Node::or(nodes);
            };
            let span = self.peek().map(|l| l.span.clone()).unwrap_or_default();
            self.at += 1;
            let dangling = side.is_none() || self.peek().is_none_or(|l| l.shape == Shape::Close);
            nodes.extend(side);
            if dangling && !self.full {
                self.issue(span, "\"or\" needs something on both sides.", Some("To find the word itself, put it in quotes: \"or\""));
            }
        }
    }

    fn and(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        loop {
            match self.peek() {
                None => return Node::and(nodes),
                Some(lexeme) if lexeme.shape == Shape::Close => return Node::and(nodes),
                Some(_) => {}
            }
            match self.operator() {
                Some(Operator::Or) => return Node::and(nodes),
                Some(Operator::And) => self.both_sides(),
                _ => nodes.extend(self.not()),
            }
        }
    }

    /// An "and", which says what standing beside each other says.
    fn both_sides(&mut self) {
        let shape = |at: usize| self.lexemes.get(at).map(|lexeme| (&lexeme.shape, operator(self.slice(&lexeme.span))));
        let before = match self.at.checked_sub(1).and_then(shape) {
            None | Some((Shape::Open, _)) => false,
            Some((shape, operator)) => *shape != Shape::Word || operator.is_none(),
        };
        let after = match shape(self.at + 1) {
            None | Some((Shape::Close, _)) => false,
            Some((shape, operator)) => *shape != Shape::Word || matches!(operator, None | Some(Operator::Not)),
        };
        let span = self.peek().map(|lexeme| lexeme.span.clone()).unwrap_or_default();
        self.at += 1;
        if !(before && after || self.full) {
            self.issue(span, "\"and\" needs something on both sides.", Some("To find the word itself, put it in quotes: \"and\""));
        }
    }

    fn not(&mut self) -> Option<Node> {
        let Some(Operator::Not) = self.operator() else { return self.near() };
        let span = self.peek().map(|l| l.span.clone()).unwrap_or_default();
        self.at += 1;
        if self.depth >= MAX_DEPTH {
            self.issue(span, format!("Nested deeper than {MAX_DEPTH}; this \"not\" is left out."), None);
            return None;
        }
        let ends = self.peek().is_none_or(|l| l.shape == Shape::Close) || matches!(self.operator(), Some(Operator::Or | Operator::And));
        if ends {
            self.issue(span, "\"not\" needs something after it.", Some("To find the word itself, put it in quotes: \"not\""));
            return None;
        }
        self.depth += 1;
        let inner = self.not();
        self.depth -= 1;
        inner.map(|node| Node::Not(Box::new(node)))
    }

    fn near(&mut self) -> Option<Node> {
        let first = self.item();
        let Some(Operator::Near(_)) = self.operator() else { return first };
        let start = self.peek().map_or(0, |l| l.span.start);
        let mut items = Vec::new();
        items.extend(first);
        let mut within = 0;
        let mut end = start;
        while let Some(Operator::Near(distance)) = self.operator() {
            end = self.peek().map_or(end, |l| l.span.end);
            self.at += 1;
            within = within.max(distance);
            let stop = self.peek().is_none_or(|l| l.shape == Shape::Close) || self.operator().is_some();
            if !stop {
                items.extend(self.item());
            }
        }
        let span = start..end;
        if !(1..=MAX_WITHIN).contains(&within) {
            self.issue(span.clone(), format!("near/N takes 1 to {MAX_WITHIN} words."), None);
            within = within.clamp(1, MAX_WITHIN);
        }
        if items.len() < 2 {
            if self.full {
                return Node::and(items);
            }
            self.issue(span, "near/N needs a word or a phrase on both sides.", Some("kidney near/5 stage"));
            return Node::and(items);
        }
        let rest = if items.len() > MAX_NEAR { items.split_off(MAX_NEAR) } else { Vec::new() };
        if !rest.is_empty() {
            self.issue(span.clone(), format!("near/N joins at most {MAX_NEAR} words; the others may stand anywhere."), None);
        }
        let operands: Option<Vec<(Field, Operand)>> = items.iter().map(Operand::of).collect();
        let field = operands.as_ref().and_then(|all| all.first()).map(|first| first.0);
        let near = match (operands, field) {
            (Some(operands), Some(field)) if operands.iter().all(|o| o.0 == field) && field.shape() == FieldShape::Words => {
                let operands = operands.into_iter().map(|o| o.1).collect();
                Some(Node::Leaf(Leaf::Near { field, operands, within }))
            }
            _ => {
                self.issue(span, "near/N joins words and phrases of one field; here both are searched anywhere in the note.", None);
                Node::and(items)
            }
        };
        Node::and(near.into_iter().chain(rest).collect())
    }

    /// One item; always takes at least one lexeme.
    fn item(&mut self) -> Option<Node> {
        let lexeme = self.peek()?.clone();
        if self.leaves >= MAX_LEAVES && matches!(lexeme.shape, Shape::Word | Shape::Quoted(..)) {
            if !std::mem::replace(&mut self.full, true) {
                let message = format!("These are more than {MAX_LEAVES} words and phrases; the others are left out.");
                let hint = Some("A phrase in quotes counts once, however many words it has.".to_owned());
                // First, so that it shows however much else there is to say.
                self.issues.insert(0, Issue { message, span: lexeme.span.start..self.text.len(), hint });
            }
            self.at += 1;
            return None;
        }
        let node = self.one(lexeme);
        self.leaves += usize::from(matches!(node, Some(Node::Leaf(_))));
        node
    }

    fn one(&mut self, lexeme: Lexeme) -> Option<Node> {
        if lexeme.shape == Shape::Word && self.excluded(&lexeme.span) {
            self.at += 1;
            return None;
        }
        if let Some(node) = self.named() {
            return node;
        }
        self.at += 1;
        match lexeme.shape {
            Shape::Open => {
                let inner = self.group(lexeme.span)?;
                Some(self.asserted(inner))
            }
            Shape::Close => None,
            Shape::Compare => {
                self.issue(lexeme.span, "A comparison needs a measurement before it and a number after it.", Some("creatinine > 2 mg/dL"));
                None
            }
            Shape::Quoted(inside, closed) => self.quoted(lexeme.span, &inside, closed, self.field),
            Shape::Word => self.word(lexeme.span),
        }
    }

    fn group(&mut self, span: Range<usize>) -> Option<Node> {
        if self.depth >= MAX_DEPTH {
            self.issue(span, format!("Nested deeper than {MAX_DEPTH}; this parenthesis is left out."), None);
            return None;
        }
        self.depth += 1;
        let inner = self.or();
        self.depth -= 1;
        if self.peek().is_some() {
            self.at += 1;
        } else {
            self.issue(span.clone(), "This parenthesis is not closed.", None);
        }
        if inner.is_none() && !self.full {
            self.issue(span, "There is nothing to search for in these parentheses.", None);
        }
        inner
    }

    pub(super) fn quoted(&mut self, span: Range<usize>, inside: &Range<usize>, closed: bool, field: Field) -> Option<Node> {
        if !closed {
            self.issue(span.clone(), "This quotation mark is not closed; the phrase goes to the end.", None);
        }
        let content = self.named_type(self.slice(inside).to_owned(), field);
        let mut words = Vec::new();
        for raw in content.split_whitespace() {
            let (word, refusal) = Word::read(raw, field);
            self.refuse(refusal, &span);
            words.extend(word);
        }
        if words.is_empty() {
            self.issue(span, "There is nothing to search for in these quotes.", Some(ONLY_WORDS));
            return None;
        }
        self.unread(&content, &span, field);
        Some(Node::Leaf(Leaf::Words { field, pattern: Pattern { words, quoted: true }, also: Vec::new() }))
    }

    fn word(&mut self, span: Range<usize>) -> Option<Node> {
        let raw = self.slice(&span).to_owned();
        if let Some(Operator::Near(_)) = operator(&raw) {
            self.issue(span, "near/N needs a word or a phrase on both sides.", Some("kidney near/5 stage"));
            return None;
        }
        let Some((name, value)) = split_field(&raw) else {
            let own = self.at - 1;
            self.loose = if self.loose.end == own { self.loose.start..self.at } else { own..self.at };
            return self.plain(&raw, span, self.field);
        };
        if !known(name) {
            let near = nearest(name, field_names());
            let all = || format!("Fields are {}.", field_names().collect::<Vec<_>>().join(", "));
            let hint = near.map_or_else(all, |near| format!("Did you mean {near}: ?"));
            self.issue(span.clone(), format!("There is no field \"{name}\"; searched as plain words."), Some(&hint));
            return self.plain(&raw, span, self.field);
        }
        let exact = value.strip_prefix('=').filter(|_| Field::named(name).is_some());
        let value = exact.unwrap_or(value);
        let follows = self.peek().filter(|next| value.is_empty() && next.span.start == span.end && next.shape != Shape::Word).cloned();
        let Some(field) = Field::named(name) else {
            return match name.to_ascii_lowercase().as_str() {
                "date" => self.date(value, span, follows),
                "section" => self.section(value, span),
                "gap" => self.encounters("gap", value, span),
                "query" => self.encounters("query", value, span),
                "synonyms" => self.synonyms(value, span),
                _ => self.stray_is(value, span),
            };
        };
        match follows.map(|next| (next.shape, next.span)) {
            Some((Shape::Quoted(inside, closed), _)) if exact.is_some() && field.shape() == FieldShape::Words => {
                self.at += 1;
                if !closed {
                    self.issue(span.clone(), "This quotation mark is not closed; the value goes to the end.", None);
                }
                let value = self.slice(&inside).to_owned();
                Some(self.valued(&value, field))
            }
            None if exact.is_some() && !value.is_empty() && field.shape() == FieldShape::Words => Some(self.valued(value, field)),
            Some((Shape::Quoted(inside, closed), next)) => {
                self.at += 1;
                self.quoted(span.start..next.end, &inside, closed, field)
            }
            Some((Shape::Open, next)) => {
                self.at += 1;
                if exact.is_some() {
                    let hint = format!("({name}:=\"one value\" or {name}:=\"another\")");
                    self.issue(span, "Behind := stands one value; what is in the parentheses is searched as words.", Some(&hint));
                }
                let outer = std::mem::replace(&mut self.field, field);
                let inner = self.group(next);
                self.field = outer;
                inner
            }
            _ if value.is_empty() => {
                self.issue(
                    span,
                    format!("Nothing stands after \"{name}:\"."),
                    Some("A field and its value stand together: type:discharge"),
                );
                None
            }
            _ => self.plain(value, span, field),
        }
    }

    fn date(&mut self, value: &str, span: Range<usize>, follows: Option<Lexeme>) -> Option<Node> {
        let mut value = value.to_owned();
        let mut span = span;
        if let Some(Lexeme { shape: Shape::Quoted(inside, _), span: next }) = follows {
            self.at += 1;
            value = self.slice(&inside).trim().to_owned();
            span.end = next.end;
        }
        let Some((range, turned)) = DateRange::read(&value) else {
            self.issue(
                span,
                "This is not a date and is left out.",
                Some("date:2026, date:2026-01, date:2026-01-15, date:2026-01..2026-03"),
            );
            return None;
        };
        if turned {
            self.issue(span, "The later date stood first; the range is turned around.", None);
        }
        Some(Node::Leaf(Leaf::Date(range)))
    }

    /// The whole value of a field.
    fn valued(&self, value: &str, field: Field) -> Node {
        let words: Vec<&str> = value.split_whitespace().collect();
        let value = self.named_type(words.join(" "), field);
        let value = if crate::fold::whole(&value).is_empty() { String::new() } else { value };
        Node::Leaf(Leaf::Whole { field, value })
    }

    /// A note type by its own name, where a person called it as the screen does: `type:H&P`.
    fn named_type(&self, words: String, field: Field) -> String {
        if field == Field::Type { self.knowledge.note_type(&words).unwrap_or(words) } else { words }
    }

    pub(super) fn plain(&mut self, raw: &str, span: Range<usize>, field: Field) -> Option<Node> {
        let (word, refusal) = Word::read(&self.named_type(raw.to_owned(), field), field);
        self.refuse(refusal, &span);
        let Some(word) = word else {
            self.issue(span, "There is nothing to search for in this.", Some(ONLY_WORDS));
            return None;
        };
        self.unread(raw, &span, field);
        if field.shape() == FieldShape::Words && field != Field::Text && word.kind == Kind::Exact && word.text.eq_ignore_ascii_case(NONE) {
            return Some(Node::Leaf(Leaf::Whole { field, value: String::new() }));
        }
        // Punctuation around a word is not kept, and without it the word could read as an operator, a field or a comparison
        // (`:x=5`): quotes keep it a word.
        let quoted = field == Field::Text
            && ((word.kind == Kind::Exact && operator(&word.text).is_some())
                || split_field(&word.text).is_some_and(|(name, _)| known(name))
                || lex(&word.text).len() != 1);
        let also = if field == Field::Text && !self.literal && !quoted && word.kind == Kind::Exact {
            self.also(&word.text, span)
        } else {
            Vec::new()
        };
        Some(Node::Leaf(Leaf::Words { field, pattern: Pattern { words: vec![word], quoted }, also }))
    }

    /// The synonyms of a word, as patterns in the order of the alphabet.
    fn also(&mut self, word: &str, span: Range<usize>) -> Vec<Pattern> {
        let mut all = self.knowledge.synonyms(word);
        if all.len() > MAX_SYNONYMS {
            self.issue(span, format!("\"{word}\" has {} other names; the first {MAX_SYNONYMS} are searched with it.", all.len()), None);
            all.truncate(MAX_SYNONYMS);
        }
        all.sort();
        let pattern = |words: &String| {
            let words: Vec<Word> = words.split_whitespace().filter_map(|raw| Word::read(raw, Field::Text).0).collect();
            (!words.is_empty()).then_some(Pattern { quoted: words.len() > 1, words })
        };
        all.iter().filter_map(pattern).collect()
    }
}
