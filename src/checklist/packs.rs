//! The packs in force: those that ship, and a site's own.

use super::Approval;
use super::check::{Check, ClockStart};
use super::item::{Item, Pack};
use super::load::{self, Diagnostic};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The longest clock, in hours, that keeps an encounter from being settled: four months.
const LONGEST: f64 = 2_880.0;

/// Parsed packs.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    packs: Vec<Pack>,
    words: BTreeMap<String, Vec<String>>,
    fingerprint: String,
}

/// The first half of a SHA-256 over names and texts: 128 bits are more than enough to tell packs apart.
fn fingerprint(sources: &[(String, String)]) -> String {
    let mut hasher = Sha256::new();
    for (name, text) in sources {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The id of the pack in a file, as far as the file can be read.
fn pack_id(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text).ok()?;
    Some(table.get("pack")?.get("id")?.as_str()?.to_owned())
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../checklists/", $name)))),*]
    };
}

/// Whether an approval is for this very rule.
fn is_approved(item: &Item, approval: &Approval) -> bool {
    item.id == approval.item && item.version == approval.version && (approval.content.is_empty() || approval.content == item.content())
}

impl Packs {
    /// Source and text of the packs that come with the program.
    pub fn shipped_sources() -> Vec<(String, String)> {
        let files = shipped![
            "airway_pleura.toml",
            "anemia.toml",
            "blood.toml",
            "brain.toml",
            "cancer_immune.toml",
            "cardiac.toml",
            "cells_muscle.toml",
            "clots.toml",
            "conflicts.toml",
            "conflicts_more.toml",
            "copy_forward.toml",
            "copy_forward_more.toml",
            "coronary.toml",
            "cross_cutting.toml",
            "cross_cutting_more.toml",
            "diabetes.toml",
            "digestive.toml",
            "documents.toml",
            "documents_care.toml",
            "documents_parts.toml",
            "electrolytes.toml",
            "elements.toml",
            "glucose_weight.toml",
            "groups.toml",
            "heart_failure.toml",
            "heart_failure_findings.toml",
            "infection.toml",
            "kidney_more.toml",
            "malnutrition.toml",
            "mind.toml",
            "neuro.toml",
            "outpatient.toml",
            "outpatient_suspects.toml",
            "pneumonia.toml",
            "poa.toml",
            "poa_more.toml",
            "pressure_injury.toml",
            "pressure_muscle.toml",
            "renal.toml",
            "respiratory.toml",
            "respiratory_failure_more.toml",
            "rhythm.toml",
            "sepsis.toml",
            "sepsis_more.toml",
            "signatures.toml",
            "skin_bone.toml",
            "validity.toml"
        ];
        files.iter().map(|(name, text): &(&str, &str)| (format!("checklists/{name}"), (*text).to_owned())).collect()
    }

    /// The packs that come with the program. A test proves that they load clean.
    pub fn shipped() -> &'static Packs {
        static SHIPPED: OnceLock<Packs> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::parse(&Self::shipped_sources()).unwrap_or_default())
    }

    /// Parses packs from file names and TOML. Every mistake of every file is reported, not just the first.
    pub fn parse(sources: &[(String, String)]) -> Result<Packs, Vec<Diagnostic>> {
        let fingerprint = fingerprint(sources);
        load::parse(sources).map(|(packs, words)| Packs { packs, words, fingerprint })
    }

    /// The shipped packs and these: what a site's own file is checked and run with, since it may name their groups. An edited copy
    /// of a shipped pack, known by its file name or its pack id, stands in its place.
    pub fn with_shipped(sources: &[(String, String)]) -> Result<Packs, Vec<Diagnostic>> {
        let name = |source: &str| source.rsplit('/').next().unwrap_or(source).to_owned();
        let own: Vec<String> = sources.iter().filter_map(|(_, text)| pack_id(text)).collect();
        let mut all = Self::shipped_sources();
        all.retain(|(shipped, text)| {
            let same_id = pack_id(text).is_some_and(|id| own.contains(&id));
            !same_id && !sources.iter().any(|(given, _)| name(given) == name(shipped))
        });
        all.extend(sources.iter().cloned());
        Self::parse(&all)
    }

    /// Puts approvals on the items and versions they are for. What was approved is no draft any more.
    pub fn approve(&mut self, approvals: &[Approval]) {
        let mut noted: Vec<(String, String)> = Vec::new();
        for approval in approvals {
            let items = self.packs.iter_mut().flat_map(|pack| &mut pack.items);
            for item in items.filter(|item| is_approved(item, approval)) {
                item.authority.approved_by = approval.by.clone();
                item.authority.approved_on = approval.on.clone();
                noted.push((item.id.clone(), format!("{} {} {}", approval.version, approval.by, approval.on)));
            }
        }
        if !noted.is_empty() {
            noted.insert(0, ("packs".to_owned(), self.fingerprint.clone()));
            self.fingerprint = fingerprint(&noted);
        }
    }

    /// The packs, in the order they were given.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Names the text of these packs: another text, another name. Derived results carry it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The words of a group (`[word_groups]` of any pack).
    pub(super) fn words(&self, group: &str) -> &[String] {
        self.words.get(group).map_or(&[], Vec::as_slice)
    }

    /// Every item with its pack.
    pub fn items(&self) -> impl Iterator<Item = (&Pack, &Item)> + Clone {
        self.packs.iter().flat_map(|pack| pack.items.iter().map(move |item| (pack, item)))
    }

    /// Hours of the longest clock of all items: an encounter that ended longer ago has no clock running.
    pub fn longest_clock_hours(&self) -> i64 {
        let clocks = self.items().filter_map(|(_, item)| match &item.check {
            // Years of retention are no clock that an encounter is looked at again for.
            Check::Clock(clock) if clock.start == ClockStart::EachDay => Some(24),
            Check::Clock(clock) => Some((clock.limit_hours.max(0.0) + clock.early_hours).ceil().min(LONGEST) as i64),
            Check::Signature(signature) => Some(signature.after_hours.ceil() as i64),
            _ => None,
        });
        clocks.max().unwrap_or(0)
    }

    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items().map(|(_, item)| item).find(|item| item.id == id)
    }
}
