//! Times by engine and kind of query, and what they come to beside bare tantivy.

use super::clock::Spent;
use std::collections::BTreeMap;
use std::time::Duration;

const ENGINES: [&str; 6] = ["ours", "ours, no texts", "ours, synonyms", "ours alone", "bare tantivy", "FTS5"];

/// What is measured against.
const RIVAL: &str = "bare tantivy";

#[derive(Default)]
pub struct Table(BTreeMap<(&'static str, String, String), Vec<Spent>>);

impl Table {
    pub fn add(&mut self, engine: &'static str, kind: &str, id: &str, spent: Spent) {
        self.0.entry((engine, kind.to_owned(), id.to_owned())).or_default().push(spent);
    }

    /// `each`: every query as well.
    pub fn print(&self, each: bool) {
        println!(
            "{:18} {:8} {:>9} {:>9} {:>9}  {:13} {:>9}   of bare tantivy: {:>6} {:>6}",
            "milliseconds", "kind", "median", "p99", "worst", "worst query", "mean cpu", "median", "cpu"
        );
        let mut engines: Vec<&'static str> = ENGINES.to_vec();
        engines.extend(self.0.keys().map(|(engine, ..)| *engine).filter(|engine| !ENGINES.contains(engine)));
        engines.dedup();
        for engine in engines {
            let own = |kind: Option<&str>, id: Option<&str>| self.of(engine, kind, id);
            let mut kinds: Vec<&str> = self.0.keys().filter(|(e, ..)| *e == engine).map(|(_, kind, _)| kind.as_str()).collect();
            kinds.dedup();
            for kind in &kinds {
                self.line(engine, kind, &own(Some(kind), None), &self.of(RIVAL, Some(kind), None));
            }
            if kinds.len() > 1 {
                self.line(engine, "all", &own(None, None), &self.of(RIVAL, None, None));
            }
            if each {
                for (_, kind, id) in self.0.keys().filter(|(e, ..)| *e == engine) {
                    self.line(engine, id, &own(Some(kind), Some(id)), &self.of(RIVAL, Some(kind), Some(id)));
                }
            }
        }
    }

    fn of(&self, engine: &str, kind: Option<&str>, id: Option<&str>) -> Vec<(Spent, &str)> {
        let asked = |own: &&(&'static str, String, String)| {
            own.0 == engine && kind.is_none_or(|kind| kind == own.1) && id.is_none_or(|id| id == own.2)
        };
        let all = self.0.iter().filter(|(own, _)| asked(own));
        all.flat_map(|((.., id), times)| times.iter().map(move |spent| (*spent, id.as_str()))).collect()
    }

    fn line(&self, engine: &str, name: &str, times: &[(Spent, &str)], rival: &[(Spent, &str)]) {
        let mut wall: Vec<(Duration, &str)> = times.iter().map(|(spent, id)| (spent.wall, *id)).collect();
        wall.sort();
        let Some((_, worst)) = wall.last() else { return };
        let walls = |times: &[(Spent, &str)]| times.iter().map(|(spent, _)| spent.wall).collect();
        // The system counts processor time in steps longer than most queries, so that only its sum says something.
        let mean = |times: &[(Spent, &str)]| {
            times.iter().map(|(spent, _)| spent.processor).sum::<Duration>().as_secs_f64() * 1e3 / times.len().max(1) as f64
        };
        let (median, cpu) = (at(walls(times), 0.5), mean(times));
        print!("{engine:18} {name:8} {median:9.2} {:9.2} {:9.2}  {worst:13} {cpu:9.2}", at(walls(times), 0.99), at(walls(times), 1.0));
        if rival.is_empty() || engine == RIVAL {
            println!();
        } else {
            println!("   {:24.2} {:6.2}", median / at(walls(rival), 0.5), cpu / mean(rival).max(1e-3));
        }
    }
}

/// Milliseconds at a share of the times in order.
fn at(mut times: Vec<Duration>, share: f64) -> f64 {
    times.sort();
    let which = (times.len().saturating_sub(1) as f64 * share).round() as usize;
    times.get(which).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
