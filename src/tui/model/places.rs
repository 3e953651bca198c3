//! Where somebody was in the charts that they left, each note by itself; kept from one day to the next.

use super::Pane;
use serde_json::{Value, json};

/// How many charts are remembered; the one left longest ago is forgotten first.
const MOST: usize = 200;

/// Where somebody is in a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartPlace {
    /// The pane with the keys.
    pub pane: Pane,
    /// The document on show, by identifier.
    pub document: String,
    /// The selected gap, by key.
    pub gap: String,
    /// How far each document was read: its identifier, its version, the first byte of the top row.
    pub tops: Vec<(String, u32, usize)>,
}

impl ChartPlace {
    /// As it is kept.
    pub fn to_json(&self, encounter: &str) -> Value {
        json!({
            "encounter": encounter,
            "pane": Pane::ALL.iter().position(|p| *p == self.pane),
            "document": self.document,
            "gap": self.gap,
            "tops": self.tops,
        })
    }

    /// Reads it; what cannot be read is left out, a place is no truth.
    pub fn from_json(value: &Value) -> Option<(String, Self)> {
        let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let top = |value: &Value| {
            let version = u32::try_from(value.get(1)?.as_u64()?).ok()?;
            Some((value.get(0)?.as_str()?.to_owned(), version, number(value.get(2)?)?))
        };
        let pane = value.get("pane").and_then(number).and_then(|at| Pane::ALL.get(at).copied()).unwrap_or_default();
        let tops = value.get("tops").and_then(Value::as_array).into_iter().flatten().filter_map(top).collect();
        let encounter = value.get("encounter")?.as_str()?.to_owned();
        Some((encounter, Self { pane, document: text(value.get("document")), gap: text(value.get("gap")), tops }))
    }
}

/// Where somebody is in a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DraftPlace {
    /// Its number.
    pub id: i64,
    /// The field with the keys, by its place among all.
    pub field: usize,
    /// The selected item of a list.
    pub item: usize,
    /// Where the cursor is in a text.
    pub cursor: usize,
}

impl DraftPlace {
    /// As it is kept.
    pub fn to_json(self) -> Value {
        json!([self.id, self.field, self.item, self.cursor])
    }

    /// Reads it: the number alone is as good.
    pub fn from_json(value: &Value) -> Option<Self> {
        let number = |at: usize| value.get(at).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        let id = value.as_i64().or_else(|| value.get(0)?.as_i64())?;
        // Of a number alone: the indicators, where a draft opens.
        let field = if value.is_array() { number(1) } else { INDICATORS };
        Some(Self { id, field, item: number(2), cursor: number(3) })
    }
}

/// The place of the indicators among the fields of a draft.
const INDICATORS: usize = 5;

/// The places by encounter, the one left last at the end.
#[derive(Clone, Debug, Default)]
pub struct Places {
    all: Vec<(String, ChartPlace)>,
    /// How often something was put here: what is kept has to be kept anew when it grows.
    pub changes: usize,
}

impl Places {
    /// The place in a chart.
    pub fn get(&self, encounter: &str) -> Option<&ChartPlace> {
        self.all.iter().find(|(e, _)| e == encounter).map(|(_, place)| place)
    }

    /// Remembers one.
    pub fn put(&mut self, encounter: &str, place: ChartPlace) {
        if self.get(encounter) == Some(&place) {
            return;
        }
        self.all.retain(|(e, _)| e != encounter);
        self.all.push((encounter.to_owned(), place));
        if self.all.len() > MOST {
            self.all.remove(0);
        }
        self.changes += 1;
    }

    /// All of them, as they are kept.
    pub fn to_json(&self) -> Value {
        self.all.iter().map(|(encounter, place)| place.to_json(encounter)).collect()
    }

    /// Reads them.
    pub fn from_json(value: &Value) -> Self {
        let all = value.as_array().into_iter().flatten().filter_map(ChartPlace::from_json).collect();
        Self { all, changes: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(top: usize) -> ChartPlace {
        ChartPlace { pane: Pane::Reader, document: "d".to_owned(), gap: "g".to_owned(), tops: vec![("d".to_owned(), 2, top)] }
    }

    #[test]
    fn a_place_comes_back_as_it_was_kept() {
        let mut places = Places::default();
        places.put("a", place(7));
        places.put("b", place(9));
        let back = Places::from_json(&places.to_json());
        assert_eq!((back.get("a"), back.get("b")), (Some(&place(7)), Some(&place(9))));
        assert!(Places::from_json(&json!([{ "pane": 3 }, 4, null])).all.is_empty());
    }

    #[test]
    fn the_chart_left_longest_ago_is_forgotten_first() {
        let mut places = Places::default();
        for at in 0..=MOST {
            places.put(&at.to_string(), place(at));
            places.put("1", place(at));
        }
        assert!(places.get("0").is_none() && places.get("1").is_some());
        assert_eq!(places.all.len(), MOST);
    }
}
