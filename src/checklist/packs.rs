//! The packs in force: those that ship, and a site's own.

use super::Approval;
use super::horizon::Horizon;
use super::item::{Item, Pack};
use super::load::{self, Diagnostic, Loaded};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Parsed packs.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    packs: Vec<Pack>,
    words: BTreeMap<String, Vec<String>>,
    remarks: Vec<Diagnostic>,
    fingerprint: String,
    pub(super) horizon: OnceLock<Horizon>,
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
        SHIPPED.get_or_init(|| {
            let sources = Self::shipped_sources();
            Self::load(&sources, sources.len()).unwrap_or_default()
        })
    }

    /// Parses packs from file names and TOML. Every mistake of every file is reported, not just the first.
    pub fn parse(sources: &[(String, String)]) -> Result<Packs, Vec<Diagnostic>> {
        Self::load(sources, 0)
    }

    fn load(sources: &[(String, String)], shipped: usize) -> Result<Packs, Vec<Diagnostic>> {
        let fingerprint = fingerprint(sources);
        load::parse(sources, shipped).map(|Loaded { packs, words, remarks }| Packs {
            packs,
            words,
            remarks,
            fingerprint,
            horizon: OnceLock::new(),
        })
    }

    /// The shipped packs and these: what a site's own file is checked and run with, since it may name their groups. It adds to them,
    /// under whatever name: no shipped item goes but where one of the same id stands in for it.
    pub fn with_shipped(sources: &[(String, String)]) -> Result<Packs, Vec<Diagnostic>> {
        let mut all = Self::shipped_sources();
        let shipped = all.len();
        all.extend(sources.iter().cloned());
        let mut packs = Self::load(&all, shipped)?;
        let doubled = packs.doubles(sources);
        packs.remarks.extend(doubled);
        packs.remarks.sort();
        Ok(packs)
    }

    /// Items of these files that ask what another item asks already, and those that stand in for one that asks something else.
    fn doubles(&self, sources: &[(String, String)]) -> Vec<Diagnostic> {
        let own = |pack: &Pack| sources.iter().any(|(name, _)| *name == pack.source);
        let mut out = Vec::new();
        for (pack, item) in self.items().filter(|(pack, _)| own(pack)) {
            let say = |what: String, expected: &str| Diagnostic {
                source: pack.source.clone(),
                line: item.line,
                column: 1,
                what,
                expected: expected.to_owned(),
                hint: None,
            };
            if let Some(before) = Self::shipped().item(&item.id).filter(|b| b.kind != item.kind || b.condition != item.condition) {
                let about = before.condition.as_deref().unwrap_or("nothing of its own").replace('_', " ");
                let what = format!("`{}` stands in for a shipped item of another kind or condition ({about})", item.id);
                out.push(say(what, "the same kind and condition, or an id of its own"));
            }
            let Some(condition) = item.condition.as_deref() else { continue };
            let same = |other: &Item| {
                other.id != item.id
                    && other.kind == item.kind
                    && other.condition.as_deref() == Some(condition)
                    && !item.covered_by.contains(&other.id)
                    && !other.covered_by.contains(&item.id)
            };
            if let Some((_, other)) = self.items().find(|(pack, other)| !own(pack) && same(other)) {
                let what = format!("`{}` asks about {} as the shipped `{}` does", item.id, condition.replace('_', " "), other.id);
                let expected = format!("`covered_by = [\"{}\"]` where the question is the same: it is asked once then", other.id);
                out.push(say(what, &expected));
            }
        }
        out
    }

    /// What is no mistake of the files that were brought, but is better known.
    pub fn remarks(&self) -> &[Diagnostic] {
        &self.remarks
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

    /// The id that is meant by one that no item has: written in another case, or with a slip.
    pub fn nearest_id(&self, name: &str) -> Option<&str> {
        let ids = || self.items().map(|(_, item)| item.id.as_str());
        ids().find(|id| id.eq_ignore_ascii_case(name)).or_else(|| load::nearest(name, ids()))
    }

    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items().map(|(_, item)| item).find(|item| item.id == id)
    }
}
