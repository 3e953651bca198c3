//! Charts without the people in them, for training: the eighteen kinds of identifiers of 45 CFR 164.514(b)(2)(i) are found by rules and by
//! the chart's own header, and pseudonyms stand in their place. What was replaced is listed for a person to look through: rules miss what
//! they do not know, and say so on what they give out.

mod class;
mod dates;
mod fold;
mod header;
mod rules;
mod tokens;

pub use class::Class;
pub use dates::Dates;

use crate::chart::{Chart, Coding, Document, Id, Instant, Patient, Precision, Provider, Value};
use crate::hash::sha256;
use header::Header;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use tokens::Tokens;

/// Above this age the years are an identifier too.
const OLDEST: u16 = 89;
/// The system of the label on what goes out.
pub const LABEL: &str = "urn:lacuna:deidentified";

/// One thing that was replaced. It holds what stood there: for the person who looks through it, and for nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// The chart, by its own name.
    pub encounter: String,
    /// Where in it: a note by its title, a field by its name.
    pub place: String,
    /// The line, in a text of several.
    pub line: usize,
    /// What kind of identifier.
    pub class: Class,
    /// What found it: a rule, `header`, `date` or `field`.
    pub rule: &'static str,
    /// What stood there.
    pub was: String,
    /// What stands there.
    pub with: String,
}

/// Charts that went through it.
#[derive(Debug)]
pub struct Deidentified {
    /// Without what was found.
    pub charts: Vec<Chart>,
    /// What was found, in the order of the charts.
    pub replaced: Vec<Replaced>,
    /// Names and numbers of the header that are in the result all the same, by place: nothing may go out then.
    pub left: Vec<String>,
}

impl Deidentified {
    /// How many of each class were replaced, every class named.
    pub fn counts(&self) -> Vec<(Class, usize)> {
        Class::ALL.into_iter().map(|class| (class, self.replaced.iter().filter(|r| r.class == class).count())).collect()
    }
}

/// How it was done and what that is worth, in one sentence for the label.
pub fn method(dates: Dates) -> String {
    let dates = match dates {
        Dates::Years => "of dates only the years are left",
        Dates::Moved(_) => {
            "dates are moved by a number of weeks for each patient, which is not Safe Harbor: it needs an expert's determination (164.514(b)(1))"
        }
    };
    format!(
        "Replaced by rules and by each chart's header: the identifiers of 45 CFR 164.514(b)(2)(i)(A)-(R); {dates}. Rules miss what they do \
         not know: a person has to read it, and must not know that what is left identifies anybody. Names of hospital units and times of day are kept."
    )
}

/// Takes the people out of charts. `dates` says what becomes of each patient's dates, by the patient's identifier.
pub fn deidentify(charts: &[Chart], dates: &mut dyn FnMut(&str) -> Dates) -> Deidentified {
    let mut tokens = Tokens::default();
    let mut out = Deidentified { charts: Vec::new(), replaced: Vec::new(), left: Vec::new() };
    for chart in charts {
        let chart = &chart.without_kept();
        let patient = chart.encounter.patient.as_deref().unwrap_or(&chart.encounter.identifier);
        let how = dates(patient);
        let mut header = Header::of(chart, &mut tokens);
        // A name that a rule finds in one note stands in others without the words that tell it.
        let named: Vec<(String, String)> = texts_of(chart)
            .flat_map(rules::names)
            .map(|was| {
                let token = tokens.person("person", &format!("{patient} {was}"));
                (was, token)
            })
            .collect();
        header.carry(named);
        let birth = Birth::of(chart, how);
        let mut work =
            Work { tokens: &mut tokens, header: &header, dates: how, birth, encounter: &chart.encounter, patient, replaced: Vec::new() };
        let clean = work.chart(chart);
        out.replaced.append(&mut work.replaced);
        for (place, text) in texts(&clean) {
            if !header.found(&text).is_empty() {
                out.left.push(place);
            }
        }
        out.charts.push(clean);
    }
    out
}

/// The texts of a chart in which somebody writes.
fn texts_of(chart: &Chart) -> impl Iterator<Item = &str> {
    chart.documents.iter().map(|d| d.text.as_str()).chain(chart.observations.iter().filter_map(|o| o.note.as_deref()))
}

/// Every text of a chart with its place: what is looked through once more at the end.
fn texts(chart: &Chart) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = chart.documents.iter().map(|d| (d.identifier.clone(), d.text.clone())).collect();
    let plain =
        Chart { documents: chart.documents.iter().map(|d| Document { text: String::new(), ..d.clone() }).collect(), ..chart.clone() };
    out.push((chart.encounter.identifier.clone(), serde_json::to_string(&plain).unwrap_or_default()));
    out
}

/// A birth date is cut down to its year wherever it stands, and everybody over 89 is 90.
struct Birth {
    /// The patient's, and the year that stands for it.
    patient: Option<(Date, i16)>,
    /// The year in which who is 90 now was born, as dates are moved; and the oldest year that a birth may show, as it came.
    oldest: Option<(i16, i16)>,
}

impl Birth {
    fn of(chart: &Chart, dates: Dates) -> Self {
        let last = chart.documents.iter().filter_map(|d| d.time).chain(chart.encounter.start).chain(chart.encounter.end).max();
        let by = |date: Date| match dates {
            Dates::Moved(days) => dates::moved(date, days).unwrap_or(date),
            Dates::Years => date,
        };
        let oldest = last.map(|when| when.local_date()).map(|now| (by(now).year() - 90, now.year() - i16::try_from(OLDEST).unwrap_or(89)));
        let patient = chart.patient.as_ref().and_then(|p| {
            let birth = p.birth?;
            let aged = last.and_then(|when| p.age_at(&when)).is_some_and(|age| age > OLDEST);
            let date = birth.local_date();
            let year = match oldest.filter(|_| aged) {
                Some((year, _)) => year,
                // A year alone is no date that could be moved.
                None if birth.precision() == Precision::Year => date.year(),
                None => by(date).year(),
            };
            Some((date, year))
        });
        Self { patient, oldest }
    }

    /// What stands for a date or a year in a text, when it is a birth's; the date as it is found otherwise. A year alone that is none is left.
    fn cut(&self, text: &str, dated: dates::Dated) -> Option<dates::Dated> {
        let theirs = self.patient.filter(|(birth, _)| dated.date == Some(*birth));
        let born = dated.born || dates::is_birth(text, dated.start);
        let Some(year) = dated.date.map(|date| date.year()).or(dated.year).filter(|_| born || theirs.is_some()) else {
            return (!dated.born).then_some(dated);
        };
        let own = self.patient.filter(|(birth, _)| theirs.is_some() || birth.year() == year).map(|(_, year)| year);
        let capped = self.oldest.filter(|(_, oldest)| year < *oldest).map(|(year, _)| year);
        let with = own.or(capped).unwrap_or(year);
        Some(dates::Dated { with: format!("{with:04}"), ..dated })
    }
}

struct Work<'a> {
    tokens: &'a mut Tokens,
    header: &'a Header,
    dates: Dates,
    birth: Birth,
    encounter: &'a crate::chart::Encounter,
    patient: &'a str,
    replaced: Vec<Replaced>,
}

/// A stretch of a text that goes.
struct Found {
    start: usize,
    end: usize,
    class: Class,
    rule: &'static str,
    with: String,
}

impl Work<'_> {
    fn chart(&mut self, chart: &Chart) -> Chart {
        let e = &chart.encounter;
        let near = e.start.or(e.end).map(|t| t.local_date());
        let mut out = Chart { encounter: e.clone(), ..Chart::default() };
        out.patient = chart.patient.as_ref().map(|p| self.person(p));
        let encounter = &mut out.encounter;
        encounter.id = Id(0);
        // A plan may belong to a single employer; who pays is nothing to learn from.
        (encounter.payer, encounter.payer_guessed) = (None, false);
        encounter.identifier = self.id("stay", &e.identifier);
        encounter.account = e.account.as_ref().map(|a| {
            let token = self.tokens.of(Class::Accounts, a);
            self.field("account", Class::Accounts, a, token)
        });
        encounter.patient = e.patient.as_ref().map(|p| self.id("patient", p));
        for time in [&mut encounter.start, &mut encounter.admitted, &mut encounter.end] {
            *time = self.time("stay", *time);
        }
        for location in &mut encounter.locations {
            location.name = self.text("unit", &location.name, near);
            location.start = self.time("unit", location.start);
        }
        encounter.attending = self.provider("attending", e.attending.as_ref());
        encounter.participants = e.participants.iter().filter_map(|p| self.provider("participant", Some(p))).collect();
        for words in [&mut encounter.service, &mut encounter.disposition, &mut encounter.reason] {
            *words = self.words("stay", words.as_ref(), near);
        }
        out.documents = chart.documents.iter().map(|d| self.document(d, near)).collect();
        self.facts(chart, &mut out, near);
        out
    }

    fn person(&mut self, p: &Patient) -> Patient {
        let token = self.tokens.person("patient", &p.identifier);
        let birth = p.birth.and_then(|birth| {
            let with = self.birth.patient.and_then(|(_, year)| Instant::parse(&format!("{year:04}")));
            self.note("birth", Class::Dates, &birth.to_string(), &with.map(|t| t.to_string()).unwrap_or_default());
            with
        });
        for name in [&p.family, &p.given].into_iter().flatten() {
            self.note("name", Class::Names, name, &token);
        }
        let mrn = p.mrn.as_ref().map(|mrn| {
            let token = self.tokens.of(Class::RecordNumbers, mrn);
            self.field("record number", Class::RecordNumbers, mrn, token)
        });
        Patient {
            id: Id(0),
            identifier: self.id("patient", &p.identifier),
            mrn,
            mrn_from: None,
            family: Some(token),
            given: None,
            birth,
            sex: p.sex,
            died: self.time("death", p.died),
            identifiers: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn document(&mut self, d: &Document, near: Option<Date>) -> Document {
        let near = d.time.map(|t| t.local_date()).or(near);
        let place = d.title.clone().or_else(|| d.code.as_ref().and_then(|c| c.display.clone())).unwrap_or_else(|| d.identifier.clone());
        let text = self.text(&place, &d.text, near);
        Document {
            id: Id(0),
            identifier: self.id("note", &d.identifier),
            encounter: d.encounter.as_ref().map(|e| self.id("stay", e)),
            patient: d.patient.as_ref().map(|p| self.id("patient", p)),
            title: self.words(&place, d.title.as_ref(), near),
            author: self.provider("author", d.author.as_ref()),
            signer: self.provider("signer", d.signer.as_ref()),
            signed: self.time(&place, d.signed),
            time: self.time(&place, d.time),
            service: self.words(&place, d.service.as_ref(), near),
            // The hash of the text that came in would say which text it was.
            sha256: sha256(&text),
            text,
            replaces: d.replaces,
            amends: d.amends.as_ref().map(|a| self.id("note", a)),
            code: self.code(d.code.as_ref(), near),
            type_words: Vec::new(),
            ..d.clone()
        }
    }

    fn facts(&mut self, chart: &Chart, out: &mut Chart, near: Option<Date>) {
        for o in &chart.observations {
            let mut o = o.clone();
            self.record("result", &mut o.id, &mut o.identifier, &mut o.encounter, &mut o.patient);
            o.name = self.text("result", &o.name, near);
            o.code = self.code(o.code.as_ref(), near);
            if let Some(Value::Text(words)) = &o.value {
                o.value = Some(Value::Text(self.text(&o.name, words, near)));
            }
            o.note = self.words(&o.name, o.note.as_ref(), near);
            o.time = self.time("result", o.time);
            out.observations.push(o);
        }
        for o in &chart.orders {
            let mut o = o.clone();
            self.record("order", &mut o.id, &mut o.identifier, &mut o.encounter, &mut o.patient);
            o.name = self.text("order", &o.name, near);
            o.code = self.code(o.code.as_ref(), near);
            o.time = self.time("order", o.time);
            o.requester = self.provider("requester", o.requester.as_ref());
            out.orders.push(o);
        }
        for m in &chart.medications {
            let mut m = m.clone();
            self.record("drug", &mut m.id, &mut m.identifier, &mut m.encounter, &mut m.patient);
            m.name = self.text("drug", &m.name, near);
            m.code = self.code(m.code.as_ref(), near);
            m.dose = self.words("drug", m.dose.as_ref(), near);
            (m.time, m.end) = (self.time("drug", m.time), self.time("drug", m.end));
            out.medications.push(m);
        }
        for p in &chart.procedures {
            let mut p = p.clone();
            self.record("procedure", &mut p.id, &mut p.identifier, &mut p.encounter, &mut p.patient);
            p.name = self.text("procedure", &p.name, near);
            p.code = self.code(p.code.as_ref(), near);
            (p.start, p.end) = (self.time("procedure", p.start), self.time("procedure", p.end));
            p.performer = self.provider("performer", p.performer.as_ref());
            out.procedures.push(p);
        }
        for p in &chart.problems {
            let mut p = p.clone();
            self.record("problem", &mut p.id, &mut p.identifier, &mut p.encounter, &mut p.patient);
            p.name = self.text("problem", &p.name, near);
            p.code = self.code(p.code.as_ref(), near);
            (p.onset, p.recorded) = (self.time("problem", p.onset), self.time("problem", p.recorded));
            out.problems.push(p);
        }
    }

    fn record(&mut self, kind: &str, id: &mut Id, identifier: &mut String, encounter: &mut Option<String>, patient: &mut Option<String>) {
        *id = Id(0);
        *identifier = self.id(kind, identifier);
        *encounter = encounter.as_ref().map(|e| self.id("stay", e));
        *patient = patient.as_ref().map(|p| self.id("patient", p));
    }

    /// The identifier of a record. They are codes of the sender's (R), and not listed one by one: nobody reads them.
    fn id(&mut self, kind: &str, identifier: &str) -> String {
        self.tokens.record(kind, identifier)
    }

    fn provider(&mut self, place: &str, provider: Option<&Provider>) -> Option<Provider> {
        let provider = provider?;
        let token = self.tokens.person("clinician", &header::key(provider));
        let name = provider.name.as_ref().map(|name| {
            // "MD", "RN": whether the writer may diagnose is what a checklist asks.
            let with = std::iter::once(token.clone()).chain(header::credentials(name)).collect::<Vec<_>>().join(", ");
            self.field(place, Class::Names, name, with)
        });
        let identifier = provider.identifier.as_ref().map(|id| self.field(place, Class::Licenses, id, token.clone()));
        Some(Provider { identifier, name, ..provider.clone() })
    }

    fn moved(&self, time: Instant) -> Option<Instant> {
        match self.dates {
            Dates::Years => Instant::parse(&format!("{:04}", time.local_date().year())),
            Dates::Moved(_) if time.precision() == Precision::Year => Some(time),
            Dates::Moved(days) => time.plus_hours(24 * days),
        }
    }

    fn time(&mut self, place: &str, time: Option<Instant>) -> Option<Instant> {
        let (time, with) = (time?, self.moved(time?)?);
        if with != time {
            self.note(place, Class::Dates, &time.to_string(), &with.to_string());
        }
        Some(with)
    }

    fn code(&mut self, code: Option<&Coding>, near: Option<Date>) -> Option<Coding> {
        code.map(|c| Coding { display: self.words("code", c.display.as_ref(), near), ..c.clone() })
    }

    fn words(&mut self, place: &str, words: Option<&String>, near: Option<Date>) -> Option<String> {
        words.map(|words| self.text(place, words, near))
    }

    fn field(&mut self, place: &str, class: Class, was: &str, with: String) -> String {
        self.note(place, class, was, &with);
        with
    }

    fn note(&mut self, place: &str, class: Class, was: &str, with: &str) {
        let (encounter, place) = (self.encounter.name().to_owned(), place.to_owned());
        self.replaced.push(Replaced { encounter, place, line: 1, class, rule: "field", was: was.to_owned(), with: with.to_owned() });
    }

    /// A text without what is found in it.
    fn text(&mut self, place: &str, text: &str, near: Option<Date>) -> String {
        let found = self.find(text, near);
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for f in found {
            let was = text.get(f.start..f.end).unwrap_or_default();
            out.push_str(text.get(at..f.start).unwrap_or_default());
            out.push_str(&f.with);
            let line = text.get(..f.start).unwrap_or_default().matches('\n').count() + 1;
            let (encounter, place) = (self.encounter.name().to_owned(), place.to_owned());
            self.replaced.push(Replaced { encounter, place, line, class: f.class, rule: f.rule, was: was.to_owned(), with: f.with });
            at = f.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// What is found, in order, nothing twice: where two things overlap, all that either covers goes.
    fn find(&mut self, text: &str, near: Option<Date>) -> Vec<Found> {
        let mut all: Vec<Found> = self
            .header
            .found(text)
            .into_iter()
            .map(|k| Found { start: k.start, end: k.end, class: k.class, rule: "header", with: k.token })
            .collect();
        for dated in dates::dates(text, self.dates, near).into_iter().chain(dates::born(text)) {
            let Some(dated) = self.birth.cut(text, dated) else { continue };
            all.push(Found { start: dated.start, end: dated.end, class: Class::Dates, rule: "date", with: dated.with });
        }
        for rule in rules::rules() {
            for (start, end) in rule.found(text) {
                let was = text.get(start..end).unwrap_or_default();
                let with = match rule.class {
                    Class::Dates => "90+".to_owned(),
                    // Another patient's daughter of the same name is another person.
                    Class::Names => self.tokens.person("person", &format!("{} {was}", self.patient)),
                    class => self.tokens.of(class, was),
                };
                all.push(Found { start, end, class: rule.class, rule: rule.id, with });
            }
        }
        // Where both begin at once the header knows who it is.
        all.sort_by_key(|f| (f.start, f.rule != "header", std::cmp::Reverse(f.end)));
        let mut out: Vec<Found> = Vec::new();
        for f in all {
            match out.last_mut().filter(|last| f.start < last.end) {
                Some(last) => last.end = last.end.max(f.end),
                None => out.push(f),
            }
        }
        out
    }
}

/// The label on what goes out, as a FHIR tag: the method and its limits.
pub fn label(bundle: &mut serde_json::Value, dates: Dates) {
    let code = match dates {
        Dates::Years => "rules-years",
        Dates::Moved(_) => "rules-moved-dates",
    };
    if let Some(fields) = bundle.as_object_mut() {
        let mut whole = serde_json::Map::new();
        let rest = std::mem::take(fields);
        let meta = serde_json::json!({"tag": [{"system": LABEL, "code": code, "display": method(dates)}]});
        for (at, (name, value)) in rest.into_iter().enumerate() {
            whole.insert(name, value);
            if at == 0 {
                whole.insert("meta".to_owned(), meta.clone());
            }
        }
        *fields = whole;
    }
}

/// How often each class was replaced, by label: what may be handed on with the charts.
pub fn counted(done: &Deidentified) -> BTreeMap<&'static str, usize> {
    done.counts().into_iter().map(|(class, n)| (class.label(), n)).collect()
}

#[cfg(test)]
mod tests;
