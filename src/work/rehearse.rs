//! A dry run: everything that an import does, and nothing of it kept. The store itself says what it would refuse, add and change, so that the
//! figures are those of the import that follows.

use super::carry::{Carried, carry_into};
use super::import::{ImportProgress, ImportReport, Input, Told, settled};
use super::session::Session;
use crate::error::{Result, Trouble};
use crate::hash::hex;
use crate::intake::Options;
use crate::keys::{DataKey, random};
use crate::store::{Ended, Key, Store};
use lacuna_index::Stop;
use std::path::PathBuf;

/// Reads `input` as an import into `store` would, and stores nothing. The store is held for as long as it takes; nobody else writes meanwhile.
///
/// # Errors
/// Those of an import.
pub fn dry_run(
    store: &Store,
    session: &Session,
    input: Input,
    options: &Options,
    stop: &Stop,
    tell: &mut dyn FnMut(&ImportProgress),
) -> Result<ImportReport> {
    let own = settled(store, session, options)?;
    let mut told = Told::new(stop, tell);
    let (actor, sources) = (session.actor(), input.sources());
    let (carried, ended): (Carried, Ended) = carry_into(&mut told, &mut |sink| input.read(&own, sink), |batches| {
        store.rehearse(&actor, &sources, |run| {
            let carried = batches.write(&mut |records, ledger, counts| run.put_ready(records, ledger, counts))?;
            let ended = if stop.stopped() { Ended::default() } else { run.settle()? };
            Ok((carried, ended))
        })
    })?;
    Ok(ImportReport { dry_run: true, ..ImportReport::of(carried, ended, 0, stop.stopped()) })
}

/// The same where there is no store yet: as into an empty one. That one is locked with a key that nobody keeps, and goes with the run.
///
/// # Errors
/// Those of an import, and when there is no place for it.
pub fn dry_run_alone(
    session: &Session,
    input: Input,
    options: &Options,
    stop: &Stop,
    tell: &mut dyn FnMut(&ImportProgress),
) -> Result<ImportReport> {
    let place = Place::new()?;
    let store = Store::create(&place.0, &Key::Data(DataKey::random()?), &session.actor())?;
    dry_run(&store, session, input, options, stop, tell)
}

/// A folder of its own among the system's temporary ones, gone at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Result<Self> {
        let name = format!("lacuna-dry-run-{}", hex(&random::<8>()?));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).map_err(|error| {
            Trouble::system("there is no place for a dry run").at(folder.display().to_string(), None).why(error.kind()).hint("set TMPDIR")
        })?;
        Ok(Self(folder))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
