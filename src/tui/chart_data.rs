//! A chart made ready for the screen, once, off the interface's thread: lines, marks, days, series.

use super::outline::{self, Heading};
use super::text::{LineIndex, surname};
use super::theme::Role;
use super::timeline::Event;
use super::treatment::Treatment;
use crate::chart::{Chart, Document, DocumentType, Evidence, Instant, Observation, Value};
use crate::checklist::GapState;
use crate::reading::{Assertion, Reading};
use crate::work::model::ChartView;
use std::collections::BTreeMap;

/// A chart with everything that drawing it needs.
#[derive(Clone, Debug)]
pub struct ChartData {
    /// The chart as the desk gave it.
    pub view: ChartView,
    /// One for each document, in the chart's order.
    pub notes: Vec<Note>,
    /// Documents by day, newest day first.
    pub rows: Vec<DocRow>,
    /// Labs and vitals with numbers, labs first.
    pub series: Vec<Series>,
    /// Drugs and orders of the stay.
    pub treatments: Vec<Treatment>,
    /// Everything that happened, the oldest first.
    pub events: Vec<Event>,
}

/// One document made ready.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its lines.
    pub lines: LineIndex,
    /// What to point out in it, sorted by start.
    pub marks: Vec<Mark>,
    /// Bytes of the longest mark: no mark that begins further back than this reaches a row.
    pub reach: usize,
    /// Its sections.
    pub outline: Vec<Heading>,
    /// Its type in a word.
    pub label: &'static str,
    /// Family name of its author.
    pub author: String,
    /// Lines that stand word for word in an earlier note, and when the newest of those was written.
    pub copied: Option<(usize, Option<Instant>)>,
}

/// A stretch to point out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// How: higher ones win.
    pub kind: MarkKind,
}

/// Why a stretch is pointed out, in rising order of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// Stands word for word in an earlier note of the stay.
    Copied,
    /// A heading.
    Heading,
    /// Said not to be so.
    Negated,
    /// Proves a gap.
    Evidence,
    /// Found by a search.
    Hit,
    /// The one that was jumped to.
    Current,
}

impl Note {
    /// The marks of a stretch of the text, found without looking at the others.
    pub fn marks_in(&self, first: usize, last: usize) -> impl Iterator<Item = &Mark> {
        let from = self.marks.partition_point(|m| m.start + self.reach < first);
        let to = self.marks.partition_point(|m| m.start < last);
        self.marks.get(from..to).unwrap_or_default().iter().filter(move |m| first < m.end)
    }
}

impl MarkKind {
    /// Its role in the theme.
    pub fn role(self) -> Role {
        match self {
            Self::Copied => Role::Dim,
            Self::Heading => Role::Heading,
            Self::Negated => Role::Negated,
            Self::Evidence => Role::Evidence,
            Self::Hit => Role::Hit,
            Self::Current => Role::Current,
        }
    }
}

/// A line of the document list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocRow {
    /// A day.
    Day(String),
    /// A document, by its place in the chart.
    Doc(usize),
}

/// One lab or vital over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name as given.
    pub name: String,
    /// Unit as given.
    pub unit: String,
    /// True for vital signs and scores.
    pub vital: bool,
    /// Reference range as far as given.
    pub low: Option<f64>,
    /// Reference range as far as given.
    pub high: Option<f64>,
    /// Values in order of time.
    pub points: Vec<Point>,
    /// The newest value of an earlier stay.
    pub baseline: Option<Point>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub time: Instant,
    /// The number.
    pub value: f64,
    /// As it is written.
    pub text: String,
    /// Outside its range: `H`, `L` or empty.
    pub flag: &'static str,
}

impl Series {
    /// The range in words; empty when none was given.
    pub fn range(&self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) => format!("{}-{}", number(low), number(high)),
            (Some(low), None) => format!(">= {}", number(low)),
            (None, Some(high)) => format!("<= {}", number(high)),
            (None, None) => String::new(),
        }
    }

    /// The last `most` values as bars; digits when only ASCII can be drawn.
    pub fn spark(&self, most: usize, ascii: bool) -> String {
        if self.points.len() < 2 {
            return String::new();
        }
        let skip = self.points.len().saturating_sub(most);
        let values: Vec<f64> = self.points.iter().skip(skip).map(|p| p.value).collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        let bars = if ascii {
            ['1', '2', '3', '4', '5', '6', '7', '8']
        } else {
            ['\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}']
        };
        values
            .iter()
            .map(|v| {
                let at = if high > low { ((v - low) / (high - low) * 7.0).round() } else { 3.0 };
                bars.get(at as usize).copied().unwrap_or(' ')
            })
            .collect()
    }
}

/// A number without needless decimals.
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl ChartData {
    /// Makes a chart ready.
    pub fn new(view: ChartView) -> Self {
        super::say::read_in(Some(&view.as_of));
        let notes = view.chart.documents.iter().enumerate().map(|(at, document)| note(&view, document, view.readings.get(at))).collect();
        let mut notes: Vec<Note> = notes;
        super::copied::mark(&view.chart.documents, &mut notes);
        for note in &mut notes {
            note.reach = note.marks.iter().map(|m| m.end.saturating_sub(m.start)).max().unwrap_or(0);
        }
        let rows = rows(&view.chart);
        let series = series(&view.chart);
        let treatments = super::treatment::of(&view.chart);
        let events = super::timeline::of(&view, &notes, &treatments);
        let mut data = Self { view, notes, rows, series, treatments, events };
        // What we did ourselves has the clock of this machine; among the notes it stands by theirs.
        let by_clock: Vec<Instant> = data.events.iter().map(|event| data.here(&event.time)).collect();
        for (event, time) in data.events.iter_mut().zip(by_clock) {
            event.time = time;
        }
        data
    }

    /// When labs, or vital signs, were taken: every time once, the oldest first.
    pub fn times(&self, vital: bool) -> Vec<Instant> {
        let mut times: Vec<Instant> =
            self.series.iter().filter(|s| s.vital == vital).flat_map(|s| s.points.iter().map(|p| p.time)).collect();
        times.sort();
        times.dedup();
        times
    }

    /// The encounter's identifier.
    pub fn encounter(&self) -> &str {
        &self.view.chart.encounter.identifier
    }

    /// The same instant by the clock of the place of the stay: the machine that this runs on may keep another one.
    pub fn here(&self, at: &Instant) -> Instant {
        let encounter = &self.view.chart.encounter;
        let place = encounter.start.or(encounter.admitted).or(self.view.chart.documents.iter().find_map(|d| d.time));
        place.map_or(*at, |place| at.seen_from(&place))
    }

    /// Whether this is the encounter that a person or a place calls so: by the sender's identifier or by the account number.
    pub fn is(&self, name: &str) -> bool {
        let encounter = &self.view.chart.encounter;
        encounter.identifier == name || encounter.name() == name
    }

    /// One document.
    pub fn document(&self, at: usize) -> Option<&Document> {
        self.view.chart.documents.get(at)
    }

    /// What a search marks in a document of the chart, as a search of all charts would.
    pub fn marks(&self, at: usize, query: &lacuna_index::Query) -> Vec<(usize, usize)> {
        let (Some(document), Some(reading)) = (self.document(at), self.view.readings.get(at)) else { return Vec::new() };
        crate::work::marks_of(query, &self.view.chart, document, reading)
    }

    /// Where a document stands.
    pub fn position(&self, identifier: &str) -> Option<usize> {
        self.view.chart.documents.iter().position(|d| d.identifier == identifier)
    }

    /// Whether this person has not opened a document yet.
    pub fn unseen(&self, at: usize) -> bool {
        self.document(at).is_some_and(|d| !self.view.seen.contains(&d.identifier))
    }

    /// Whether a value came since this person's last look.
    pub fn is_new(&self, point: &Point) -> bool {
        self.view.last_look.is_some_and(|look| point.time > look)
    }

    /// Values of labs that came since this person's last look.
    pub fn new_labs(&self) -> usize {
        self.series.iter().filter(|s| !s.vital).flat_map(|s| &s.points).filter(|p| self.is_new(p)).count()
    }

    /// The first lab with such a value.
    pub fn first_new_lab(&self) -> Option<usize> {
        self.series.iter().position(|s| !s.vital && s.points.iter().any(|p| self.is_new(p)))
    }

    /// Documents in the order of the list.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.rows.iter().filter_map(|row| if let DocRow::Doc(at) = row { Some(*at) } else { None })
    }
}

fn note(view: &ChartView, document: &Document, reading: Option<&Reading>) -> Note {
    let kind = document.document_type.or(reading.map(|r| r.document_type)).unwrap_or_default();
    let mut marks = Vec::new();
    if let Some(reading) = reading {
        marks.extend(reading.sections.iter().filter(|s| !s.heading.is_empty()).map(|s| Mark {
            start: s.start,
            end: s.start + s.heading.len(),
            kind: MarkKind::Heading,
        }));
        let negated = reading.mentions.iter().filter(|m| matches!(m.assertion, Assertion::Negated | Assertion::Family));
        marks.extend(negated.map(|m| Mark { start: m.start, end: m.end, kind: MarkKind::Negated }));
    }
    for row in view.gaps.iter().filter(|g| matches!(g.gap.state, GapState::Open | GapState::Queried)) {
        for proof in &row.gap.evidence {
            if let Evidence::Text(text) = proof
                && text.document == document.identifier
                && text.start < text.end
            {
                marks.push(Mark { start: text.start, end: text.end, kind: MarkKind::Evidence });
            }
        }
    }
    marks.sort();
    marks.dedup();
    let author = document.author.as_ref().and_then(|a| a.name.as_deref()).map(surname).unwrap_or_default();
    let label = match (kind, document.title.as_deref()) {
        (DocumentType::Other, Some(title)) => other_label(title),
        // A nurse's or therapist's note may look like a provider's by its headings; its title says what it is.
        (_, Some(title)) if document.author.as_ref().is_some_and(|a| !a.role.is_provider()) => other_label(title),
        _ => kind.label(),
    };
    let lines = LineIndex::new(&document.text);
    let outline = reading.map(|r| outline::of(&document.text, &r.sections, &lines)).unwrap_or_default();
    Note { lines, marks, reach: 0, outline, label, author, copied: None }
}

/// A word for documents that the vocabulary calls "other", from the title that came with them.
fn other_label(title: &str) -> &'static str {
    let title = title.to_lowercase();
    [
        ("wound", "Wound note"),
        ("nutrition", "Nutrition"),
        ("diet", "Nutrition"),
        ("nurs", "Nursing"),
        ("case manag", "Case mgmt"),
        ("therap", "Therapy"),
        ("pharm", "Pharmacy"),
        ("anesth", "Anesthesia"),
        ("query", "Query"),
        ("flowsheet", "Flowsheet"),
    ]
    .into_iter()
    .find(|(part, _)| title.contains(part))
    .map_or("Note", |(_, label)| label)
}

fn rows(chart: &Chart) -> Vec<DocRow> {
    let mut order: Vec<usize> = (0..chart.documents.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(chart.documents.get(*at).and_then(|d| d.time)));
    let mut rows = Vec::new();
    let mut day = None;
    for at in order {
        let Some(document) = chart.documents.get(at) else { continue };
        let title = document.time.map_or_else(|| "no date".to_owned(), |t| super::say::day(&t));
        if day.as_ref() != Some(&title) {
            rows.push(DocRow::Day(title.clone()));
            day = Some(title);
        }
        rows.push(DocRow::Doc(at));
    }
    rows
}

fn series(chart: &Chart) -> Vec<Series> {
    let mut all: BTreeMap<(bool, String), Series> = BTreeMap::new();
    for observation in &chart.observations {
        let Some(point) = point(observation) else { continue };
        let series = all.entry(series_of(observation)).or_insert_with(|| Series {
            name: observation.name.clone(),
            unit: unit(observation).to_owned(),
            vital: series_of(observation).0,
            low: None,
            high: None,
            points: Vec::new(),
            baseline: None,
        });
        series.low = observation.low.or(series.low);
        series.high = observation.high.or(series.high);
        series.points.push(point);
    }
    for observation in chart.prior.iter().flat_map(|p| &p.observations) {
        // A value in another unit is no baseline: it would be drawn at a wrong height.
        let same = all.get_mut(&series_of(observation)).filter(|s| s.unit == unit(observation));
        let (Some(series), Some(point)) = (same, point(observation)) else { continue };
        if series.baseline.as_ref().is_none_or(|known| known.time < point.time) {
            series.baseline = Some(point);
        }
    }
    let mut series: Vec<Series> = all.into_values().collect();
    for one in &mut series {
        one.points.sort_by_key(|p| p.time);
        // As many decimals in all of a row, so that 1.0 and 1.5 stand as they were reported and line up.
        let all = one.points.iter().chain(&one.baseline);
        let places = all.map(|p| number(p.value).split_once('.').map_or(0, |(_, rest)| rest.len())).max().unwrap_or(0);
        for point in one.points.iter_mut().chain(&mut one.baseline) {
            point.text.push_str(&format!("{:.places$}", point.value));
        }
    }
    series.sort_by_key(|s| s.vital);
    series
}

/// Whether it is a vital sign, and its name whatever its case.
fn series_of(observation: &Observation) -> (bool, String) {
    let vital = observation.category.as_deref().is_some_and(|c| c != "laboratory");
    (vital, observation.name.to_lowercase())
}

fn unit(observation: &Observation) -> &str {
    let Some(Value::Quantity(quantity)) = &observation.value else { return "" };
    quantity.unit.as_deref().unwrap_or_default()
}

/// The value of an observation that has a number and a time; its digits are written once all of its row are known.
fn point(observation: &Observation) -> Option<Point> {
    let (Some(Value::Quantity(quantity)), Some(time)) = (&observation.value, observation.time) else { return None };
    let above = observation.high.is_some_and(|high| quantity.value > high);
    let below = observation.low.is_some_and(|low| quantity.value < low);
    let flag = match observation.interpretation.as_deref() {
        Some("H" | "HH" | "HU") => "H",
        Some("L" | "LL" | "LU") => "L",
        Some("N") => "",
        _ if above => "H",
        _ if below => "L",
        _ => "",
    };
    let text = quantity.comparator.clone().unwrap_or_default();
    Some(Point { time, value: quantity.value, text, flag })
}
