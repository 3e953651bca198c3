//! From anywhere in a chart to the newest note of a kind, by one letter.

use super::{nav, turn_to};
use crate::chart::DocumentType;
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::model::{ChartPage, Model};
use crate::tui::msg::Effect;

/// The letter of each kind.
pub const KINDS: [(char, DocumentType); 9] = [
    ('h', DocumentType::HistoryAndPhysical),
    ('e', DocumentType::EmergencyNote),
    ('p', DocumentType::ProgressNote),
    ('c', DocumentType::Consultation),
    ('o', DocumentType::OperativeReport),
    ('d', DocumentType::DischargeSummary),
    ('r', DocumentType::RadiologyReport),
    ('a', DocumentType::PathologyReport),
    ('v', DocumentType::OfficeVisit),
];

/// What the letters lead to in this chart: letter, name, document.
pub fn targets(chart: &ChartPage) -> Vec<(char, String, usize)> {
    let kind = |at: usize| {
        let reading = chart.data.view.readings.get(at).map(|r| r.document_type);
        chart.data.document(at).and_then(|d| d.document_type).or(reading).unwrap_or_default()
    };
    let newest = |wanted: DocumentType| chart.data.order().find(|at| kind(*at) == wanted);
    let mut all: Vec<(char, String, usize)> =
        KINDS.into_iter().filter_map(|(key, wanted)| Some((key, wanted.label().to_owned(), newest(wanted)?))).collect();
    let named = |at: usize, words: &str| chart.data.notes.get(at).is_some_and(|n| n.label.contains(words));
    for (key, words) in [('n', "Nursing"), ('w', "Wound"), ('u', "Nutrition")] {
        all.extend(chart.data.order().find(|at| named(*at, words)).map(|at| (key, words.to_owned(), at)));
    }
    all
}

/// Asks which kind.
pub fn go_to(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::GoTo);
    Vec::new()
}

/// Goes there; the key that asked goes to the top.
pub fn went_to(model: &mut Model, key: Key) -> Vec<Effect> {
    if matches!(key, Key::Esc | Key::Char('q')) {
        return Vec::new();
    }
    if key == Key::Char('g') || key == Key::Home {
        return nav::top(model);
    }
    let target = model.chart.as_ref().and_then(|c| targets(c).into_iter().find(|(k, ..)| Key::Char(*k) == key));
    let Some((_, _, doc)) = target else {
        model.layers.push(Layer::GoTo);
        return Vec::new();
    };
    turn_to(model, doc)
}
