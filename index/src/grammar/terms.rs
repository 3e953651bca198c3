//! What names something in medicine: `concept is:how`, `measure > 2 unit`, `section:`, `gap:`, `query:`.

use std::ops::Range;

use super::field::{Field, known, nearest};
use super::lex::Shape;
use super::meaning::spoken_unit;
use super::parse::{Parser, operator, split_field};
use super::table::{ASSERTIONS, FORMS};
use super::value::{Comparison, Number, Op, decimal_comma, number};
use super::{Bare, Issue, Leaf, Measure, Node};

/// A name of a concept or a measurement has at most so many words.
const MOST_WORDS: usize = 6;

/// Without what stands around a word in a sentence.
fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%')
}

impl Parser<'_> {
    /// Words from here up to `is:` or a comparison, if they name something; `None` leaves them to be read as plain words.
    pub(super) fn named(&mut self) -> Option<Option<Node>> {
        if self.field != Field::Text {
            return None;
        }
        let start = self.at;
        let (words, end) = self.name_at(start)?;
        let next = self.lexemes.get(end)?;
        let only = end == start + 1;
        if next.shape == Shape::Compare {
            return self.measured(&words, end, only);
        }
        let how = self.is_field(end)?.to_owned();
        self.mention(&words, &how, end, only)
    }

    /// The words of a name that begins at a lexeme, and the lexeme after it.
    fn name_at(&self, start: usize) -> Option<(String, usize)> {
        let word = |at: usize| {
            let lexeme = self.lexemes.get(at).filter(|l| l.shape == Shape::Word)?;
            let word = self.slice(&lexeme.span);
            let plain = operator(word).is_none() && split_field(word).is_none_or(|(name, _)| !known(name));
            plain.then(|| trimmed(word)).filter(|w| !w.is_empty())
        };
        if let Shape::Quoted(inside, _) = &self.lexemes.get(start)?.shape {
            let words: Vec<&str> = self.slice(inside).split_whitespace().map(trimmed).filter(|w| !w.is_empty()).collect();
            return (!words.is_empty()).then(|| (words.join(" "), start + 1));
        }
        let words: Vec<&str> = (start..start + MOST_WORDS).map_while(word).collect();
        (!words.is_empty()).then(|| (words.join(" "), start + words.len()))
    }

    /// The value of an `is:` at a lexeme.
    fn is_field(&self, at: usize) -> Option<&str> {
        let lexeme = self.lexemes.get(at).filter(|l| l.shape == Shape::Word)?;
        split_field(self.slice(&lexeme.span)).filter(|(name, _)| name.eq_ignore_ascii_case("is")).map(|(_, value)| value)
    }

    fn mention(&mut self, words: &str, how: &str, is_at: usize, only: bool) -> Option<Option<Node>> {
        let senses = self.knowledge.senses(words);
        if senses.is_empty() && !only {
            return None;
        }
        let start = self.at;
        let span = self.lexemes.get(start)?.span.clone();
        if senses.is_empty() {
            let near = self.nearest_value("is", words);
            self.issue(span.clone(), format!("\"{words}\" is no concept the lexicon knows; its words are searched."), near.as_deref());
            self.at = start + 1;
            let node = match self.lexemes.get(start).map(|l| l.shape.clone()) {
                Some(Shape::Quoted(inside, closed)) => self.quoted(span, &inside, closed, Field::Text),
                _ => {
                    let raw = self.slice(&span).to_owned();
                    self.plain(&raw, span, Field::Text)
                }
            };
            self.at = is_at + 1;
            self.list(how);
            return Some(node);
        }
        if self.loose.end == start
            && !self.loose.is_empty()
            && self.lexemes.get(start).is_some_and(|lexeme| lexeme.shape == Shape::Word)
            && let Some(first) = self.lexemes.get(self.loose.start)
        {
            let before = first.span.start..span.start;
            let beside = self.slice(&before).trim().to_owned();
            let whole = first.span.start..self.lexemes.get(is_at).map_or(span.end, |is| is.span.start);
            let name = format!("For one name: \"{}\" is:{}", self.slice(&whole).trim().replace('"', ""), how.trim());
            self.issue(before, format!("\"is:\" belongs to \"{words}\" alone; {beside} is searched as words."), Some(&name));
        }
        self.at = is_at + 1;
        let how = self.assertions(how, is_at);
        Some(Some(Node::Leaf(Leaf::Mention { words: words.to_owned(), senses, how })))
    }

    /// The assertions behind `is:`, and behind more of them that follow; `at` is the first of them.
    fn assertions(&mut self, first: &str, at: usize) -> Vec<&'static str> {
        let span = self.lexemes.get(at).map(|l| l.span.clone()).unwrap_or_default();
        let mut typed = self.list(first);
        while let Some(more) = self.is_field(self.at).map(str::to_owned) {
            self.at += 1;
            typed.extend(self.list(&more));
        }
        let mut out: Vec<&'static str> = Vec::new();
        for word in &typed {
            match ASSERTIONS.into_iter().find(|known| known.eq_ignore_ascii_case(word)) {
                Some(known) => out.push(known),
                None if word.eq_ignore_ascii_case("any") => out.extend(ASSERTIONS),
                None => {
                    let near = nearest(word, ASSERTIONS.into_iter()).map(|near| format!("Did you mean is:{near} ?"));
                    let all = format!("is: takes {}.", ASSERTIONS.join(", "));
                    self.issue(span.clone(), format!("\"{word}\" is no way a concept can stand."), Some(&near.unwrap_or(all)));
                }
            }
        }
        if typed.is_empty() {
            self.issue(span, "Nothing stands after \"is:\".", Some("sepsis is:present"));
        }
        if out.is_empty() {
            out.extend(ASSERTIONS);
        }
        // In the order of the table and each once: the same query however it was typed.
        ASSERTIONS.into_iter().filter(|known| out.contains(known)).collect()
    }

    /// An `is:` behind a group holds for each word and phrase in it.
    pub(super) fn asserted(&mut self, node: Node) -> Node {
        let at = self.at;
        let Some(how) = self.is_field(at).map(str::to_owned).filter(|_| self.field == Field::Text) else { return node };
        let span = self.lexemes.get(at).map(|l| l.span.clone()).unwrap_or_default();
        self.at += 1;
        let how = self.assertions(&how, at);
        self.each(node, &how, &span)
    }

    fn each(&mut self, node: Node, how: &[&'static str], span: &Range<usize>) -> Node {
        match node {
            Node::And(nodes) => Node::And(nodes.into_iter().map(|n| self.each(n, how, span)).collect()),
            Node::Or(nodes) => Node::Or(nodes.into_iter().map(|n| self.each(n, how, span)).collect()),
            Node::Not(inner) => Node::Not(Box::new(self.each(*inner, how, span))),
            Node::Leaf(Leaf::Words { field: Field::Text, pattern, also }) => {
                let words = pattern.plain().split_whitespace().map(trimmed).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
                let senses = if pattern.all_exact() && !words.is_empty() { self.knowledge.senses(&words) } else { Vec::new() };
                if senses.is_empty() {
                    self.issue(span.clone(), format!("\"{words}\" is no concept the lexicon knows; its words are searched."), None);
                    return Node::Leaf(Leaf::Words { field: Field::Text, pattern, also });
                }
                Node::Leaf(Leaf::Mention { words, senses, how: how.to_vec() })
            }
            other => other,
        }
    }

    /// An `is:` with nothing before it that could be a concept.
    pub(super) fn stray_is(&mut self, value: &str, span: Range<usize>) -> Option<Node> {
        self.list(value);
        self.issue(span, "\"is:\" stands right behind a concept.", Some("sepsis is:present"));
        None
    }

    fn measured(&mut self, words: &str, at: usize, only: bool) -> Option<Option<Node>> {
        let measure = self.knowledge.measure(words);
        if measure.is_none() && !only {
            return None;
        }
        let span = self.lexemes.get(at)?.span.clone();
        let op = Op::read(self.slice(&span))?;
        let Some(measure) = measure else {
            let name = self.lexemes.get(self.at)?.span.clone();
            let near = self.nearest_value("value", words);
            self.issue(
                name.clone(),
                format!("\"{words}\" is no measurement that notes are read for; it is searched as words."),
                near.as_deref(),
            );
            let shape = self.lexemes.get(self.at)?.shape.clone();
            self.at += 1;
            let node = match shape {
                Shape::Quoted(inside, closed) => self.quoted(name, &inside, closed, Field::Text),
                _ => {
                    let raw = self.slice(&name).to_owned();
                    self.plain(&raw, name, Field::Text)
                }
            };
            self.at = at + 1;
            return Some(node);
        };
        let typed = self.lexemes.get(at + 1).map(|l| l.span.clone())?;
        let (value, mut rest) = number(self.slice(&typed))?;
        let comma = decimal_comma(self.slice(&typed)).map(str::to_owned);
        let mut upper = None;
        if op == Op::Equal
            && let Some((end, after)) = rest.strip_prefix("..").and_then(number)
        {
            upper = Some(end);
            rest = after;
        }
        let mut unit = rest.trim_end_matches([',', ';', '.']).to_owned();
        self.at = at + 2;
        if let Some(comma) = comma {
            self.issue(typed.clone(), format!("{comma} is read as {value}."), Some("A comma stands between thousands: 12,000"));
        }
        if unit.is_empty()
            && let Some(next) = self.peek().filter(|l| l.shape == Shape::Word)
        {
            let word = self.slice(&next.span).trim_end_matches([',', ';', '.']).to_owned();
            if operator(&word).is_none() && (self.knowledge.is_unit(&word) || self.knowledge.convert(&measure.name, value, &word).is_some())
            {
                unit = word;
                self.at += 1;
            }
        }
        let converted = |v: f64| if unit.is_empty() { Some(v) } else { self.knowledge.convert(&measure.name, v, &unit) };
        let both = (converted(value), upper.map(converted));
        let (Some(value), None | Some(Some(_))) = both else {
            let message = format!("{} is not measured in \"{unit}\"; this comparison is left out.", measure.label);
            let hint = if measure.unit.is_empty() { None } else { Some(format!("It is kept in {}.", measure.unit)) };
            self.issue(typed, message, hint.as_deref());
            return Some(None);
        };
        let upper = both.1.flatten();
        let (value, upper) = if unit.is_empty() { self.usual(&measure, value, upper, &typed) } else { (value, upper) };
        let (value, upper) = match upper {
            Some(upper) if upper < value => (upper, Some(value)),
            upper => (value, upper),
        };
        let is = Comparison { op, value: Number(value), upper: upper.map(Number) };
        Some(Some(Node::Leaf(Leaf::Measured { words: words.to_owned(), measure, is })))
    }

    /// Values without a unit in the one that the measurement is kept in: those that it never has are taken for another unit, as in a note.
    fn usual(&mut self, measure: &Measure, value: f64, upper: Option<f64>, span: &Range<usize>) -> (f64, Option<f64>) {
        let kept = spoken_unit(&measure.unit);
        let ends = (self.knowledge.bare(&measure.name, value), upper.map(|upper| self.knowledge.bare(&measure.name, upper)));
        match ends {
            (Bare::Kept, None | Some(Bare::Kept)) => {}
            (Bare::In { unit, value: read }, None) => {
                let message = format!("{} is kept in {kept}: {value} is read as {value} {unit}, which is {read} {kept}.", measure.label);
                let hint = format!("To be sure, write the unit: {value} {unit}");
                self.issue(span.clone(), message, Some(&hint));
                return (read, None);
            }
            (Bare::In { unit, value: from }, Some(Bare::In { unit: other, value: to })) if unit == other => {
                self.issue(span.clone(), format!("{} is kept in {kept}; this range is read in {unit}.", measure.label), None);
                return (from, Some(to));
            }
            (Bare::Odd { from, to }, _) | (_, Some(Bare::Odd { from, to })) => {
                let message =
                    format!("{} is kept in {kept}, and notes state {from} to {to} of it; this is outside of that.", measure.label);
                self.issue(span.clone(), message, None);
            }
            _ => {}
        }
        (value, upper)
    }

    pub(super) fn section(&mut self, value: &str, span: Range<usize>) -> Option<Node> {
        let words = self.filled("section", value, &span)?;
        let mut names = Vec::new();
        for word in &words {
            let known = self.knowledge.sections(word);
            if known.is_empty() {
                let near = self.nearest_value("section", word);
                self.issue(span.clone(), format!("No section is called \"{word}\"; it is left out."), near.as_deref());
            }
            names.extend(known);
        }
        names.sort();
        names.dedup();
        (!names.is_empty()).then_some(Node::Leaf(Leaf::Section { words, names }))
    }

    pub(super) fn encounters(&mut self, field: &'static str, value: &str, span: Range<usize>) -> Option<Node> {
        let words = self.filled(field, value, &span)?;
        let mut names = Vec::new();
        let mut understood = false;
        for word in &words {
            match self.knowledge.encounters(field, word) {
                Some(some) => {
                    understood = true;
                    names.extend(some);
                }
                None => {
                    let near = self.knowledge.remedy(field, word).or_else(|| self.nearest_value(field, word)).or_else(|| {
                        let form = FORMS.iter().find(|form| form.field == field)?;
                        Some(format!("{} finds {}", form.example, form.finds))
                    });
                    self.issue(span.clone(), format!("\"{field}:{word}\" means nothing here and is left out."), near.as_deref());
                }
            }
        }
        names.sort();
        names.dedup();
        understood.then_some(Node::Leaf(Leaf::Encounters { field, words, names }))
    }

    pub(super) fn synonyms(&mut self, value: &str, span: Range<usize>) -> Option<Node> {
        if !value.eq_ignore_ascii_case("off") && !value.eq_ignore_ascii_case("on") {
            self.issue(span, "synonyms: takes on or off.", Some("chf synonyms:off"));
        }
        None
    }

    /// The values behind a field, with an issue when there is none.
    fn filled(&mut self, name: &str, value: &str, span: &Range<usize>) -> Option<Vec<String>> {
        let words = self.list(value);
        if words.is_empty() {
            self.issue(
                span.clone(),
                format!("Nothing stands after \"{name}:\"."),
                Some("A field and its value stand together: section:plan"),
            );
            return None;
        }
        Some(words)
    }

    /// The values of a field whose own lexeme is behind us: `a`, `a,b`, `"a b"`, `(a or "b c")`.
    fn list(&mut self, value: &str) -> Vec<String> {
        let pieces = |text: &str| text.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        if !value.is_empty() {
            return pieces(value);
        }
        let before = self.at.checked_sub(1).and_then(|at| self.lexemes.get(at)).map_or(0, |l| l.span.end);
        let Some(next) = self.peek().filter(|next| next.span.start == before && next.shape != Shape::Word).cloned() else {
            return Vec::new();
        };
        let quoted = |parser: &Self, inside: &Range<usize>| parser.slice(inside).split_whitespace().collect::<Vec<_>>().join(" ");
        self.at += 1;
        match next.shape {
            Shape::Quoted(inside, _) => Some(quoted(self, &inside)).filter(|w| !w.is_empty()).into_iter().collect(),
            Shape::Open => {
                let mut out = Vec::new();
                while let Some(lexeme) = self.peek().cloned() {
                    self.at += 1;
                    match lexeme.shape {
                        Shape::Close => break,
                        Shape::Quoted(inside, _) => out.extend(Some(quoted(self, &inside)).filter(|w| !w.is_empty())),
                        Shape::Word if operator(self.slice(&lexeme.span)).is_none() => out.extend(pieces(self.slice(&lexeme.span))),
                        _ => {}
                    }
                }
                out
            }
            _ => {
                self.at -= 1;
                Vec::new()
            }
        }
    }

    /// A hint with the nearest value that the field has.
    fn nearest_value(&self, field: &str, word: &str) -> Option<String> {
        let all = self.knowledge.values(field, "");
        nearest(word, all.iter().map(String::as_str)).map(|near| format!("Did you mean {near} ?"))
    }
}

impl Issue {
    /// The issue with its hint, in one sentence.
    pub fn sentence(&self) -> String {
        self.hint.as_ref().map_or_else(|| self.message.clone(), |hint| format!("{} ({hint})", self.message))
    }
}
