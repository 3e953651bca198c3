//! The demo's desk: synthetic charts in memory, a clock that stands still, nothing on disk.

use super::{Clock, LocalDesk, Session, import_records};
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::store::Store;
use lacuna_index::Stop;
use std::sync::Arc;

/// The time it is in the demo: the charts are written around it.
const NOW: &str = "2026-11-19T08:42:00-05:00";
/// What every screen of the demo says.
const BANNER: &str = "SYNTHETIC CHARTS";

/// The synthetic charts, by file name.
static CHARTS: &[(&str, &str)] = &[
    ("abbott-lenora.json", include_str!("../../fixtures/charts/abbott-lenora.json")),
    ("adler-jonas.json", include_str!("../../fixtures/charts/adler-jonas.json")),
    ("banerjee-arun.json", include_str!("../../fixtures/charts/banerjee-arun.json")),
    ("birch-walter.json", include_str!("../../fixtures/charts/birch-walter.json")),
    ("castellanos-victor.json", include_str!("../../fixtures/charts/castellanos-victor.json")),
    ("delgado-rosa.json", include_str!("../../fixtures/charts/delgado-rosa.json")),
    ("ferreira-lucia.json", include_str!("../../fixtures/charts/ferreira-lucia.json")),
    ("fontaine-claude.json", include_str!("../../fixtures/charts/fontaine-claude.json")),
    ("gallagher-sean.json", include_str!("../../fixtures/charts/gallagher-sean.json")),
    ("haddad-nadia.json", include_str!("../../fixtures/charts/haddad-nadia.json")),
    ("ikeda-fumiko.json", include_str!("../../fixtures/charts/ikeda-fumiko.json")),
    ("jankovic-milan.json", include_str!("../../fixtures/charts/jankovic-milan.json")),
    ("kaplan-ruth.json", include_str!("../../fixtures/charts/kaplan-ruth.json")),
    ("kowalski-peter.json", include_str!("../../fixtures/charts/kowalski-peter.json")),
    ("larsson-nils.json", include_str!("../../fixtures/charts/larsson-nils.json")),
    ("lindqvist-eva.json", include_str!("../../fixtures/charts/lindqvist-eva.json")),
    ("mcallister-dean.json", include_str!("../../fixtures/charts/mcallister-dean.json")),
    ("nguyen-thanh.json", include_str!("../../fixtures/charts/nguyen-thanh.json")),
    ("okafor-samuel.json", include_str!("../../fixtures/charts/okafor-samuel.json")),
    ("osei-grace.json", include_str!("../../fixtures/charts/osei-grace.json")),
    ("pemberton-joan.json", include_str!("../../fixtures/charts/pemberton-joan.json")),
    ("rivera-marta.json", include_str!("../../fixtures/charts/rivera-marta.json")),
    ("sato-keiko.json", include_str!("../../fixtures/charts/sato-keiko.json")),
    ("whitfield-harold.json", include_str!("../../fixtures/charts/whitfield-harold.json")),
];

/// The demo's time.
pub fn now() -> Instant {
    Instant::parse(NOW).unwrap_or(Instant::UNIX_EPOCH)
}

/// A desk on the synthetic charts, made anew in memory.
pub fn desk(user: Option<&str>) -> Result<LocalDesk> {
    let session = Session::begin(Some(user.unwrap_or("ana")), Clock::Frozen(now()))?;
    let store = Arc::new(Store::memory(&session.actor())?);
    store.set_profile(&session.actor(), "Ana Ruiz, RN, CCDS", "ext. 4417")?;
    for (name, bundle) in CHARTS {
        let rejects = import_records(&store, &session, name, bundle.as_bytes())?;
        if let Some(reject) = rejects.first() {
            return Err(Trouble::damaged("a synthetic chart of the demo cannot be read").at(*name, None).why(&reject.what));
        }
    }
    let desk = LocalDesk::new(store, session, None, BANNER)?;
    desk.catch_up(&Stop::new(), &mut |_| {})?;
    Ok(desk)
}

#[cfg(test)]
mod tests {
    use super::CHARTS;

    #[test]
    fn every_chart_of_the_fixtures_is_in_the_demo() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .filter(|n| n.ends_with(".json"))
            .collect();
        there.sort();
        let here: Vec<String> = CHARTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(here, there);
    }
}
