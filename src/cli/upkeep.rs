//! `lacuna me`, `backup`, `restore`, `doctor`.

use super::args::Global;
use super::out::Out;
use super::place;
use crate::error::Result;
use crate::store::{AuditVerdict, put_backup, take_back};
use crate::work::Entered;
use lacuna_index::Stop;
use serde_json::json;
use std::path::Path;

/// Altered documents that `doctor` lists one by one; their number is always the true one.
const LISTED: usize = 1000;

/// Says how this person signs queries.
pub fn me(global: &Global, name: Option<String>, contact: Option<String>, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    let known = store.profile(&session.user)?;
    let profile = (name.clone().unwrap_or(known.0), contact.clone().unwrap_or(known.1));
    if name.is_some() || contact.is_some() {
        store.set_profile(&session.actor(), &profile.0, &profile.1)?;
    }
    out.show(&json!({ "user": session.user, "name": profile.0, "contact": profile.1 }), || {
        let or_unset = |s: &str| if s.is_empty() { "not set".to_owned() } else { s.to_owned() };
        format!("user     {}\nname     {}\ncontact  {}", session.user, or_unset(&profile.0), or_unset(&profile.1))
    })?;
    Ok(0)
}

/// Copies the store.
pub fn backup(global: &Global, file: &Path, out: &Out) -> Result<u8> {
    place::outside(global, file)?;
    let Entered { store, session, .. } = place::enter(global)?;
    store.backup(file, &session.actor())?;
    let (at, locked) = (file.display().to_string(), store.encrypted());
    let keys = locked.then(|| crate::store::keys_of(file).display().to_string());
    out.show(&json!({ "backup": at, "keys": keys, "encrypted": locked }), || {
        let how = match &keys {
            Some(keys) => format!("It is encrypted; its keys are in {keys}, and open with the passphrases of today."),
            None => "It holds patients' data in plain text: keep it as you keep the store.".to_owned(),
        };
        format!("The whole store was copied to {at}. {how}\nTo use it: lacuna --store NEWDIR restore {at}")
    })?;
    Ok(0)
}

/// Puts a backup into an empty folder. What is no sound store is not left there.
pub fn restore(global: &Global, file: &Path, out: &Out) -> Result<u8> {
    let folder = place::folder(global)?;
    put_backup(file, &folder)?;
    let checked = place::enter(global).and_then(|Entered { store, session, .. }| {
        store.check()?;
        let verdict = store.verify_audit()?;
        if verdict.is_altered() {
            return Err(crate::error::Trouble::damaged("the backup's audit log or its queries were altered").why(verdict.words()));
        }
        store.record_act(&session.actor(), "store.restore", None, None, None, &verdict.words())?;
        Ok((store.counts()?, verdict))
    });
    let ((patients, encounters, documents, observations), verdict) = checked.inspect_err(|_| take_back(&folder))?;
    let at = folder.display().to_string();
    let value = json!({ "store": at, "patients": patients, "encounters": encounters, "documents": documents, "observations": observations, "audit": verdict });
    out.show(&value, || {
        format!("The backup is in {at}: {patients} patients, {encounters} encounters, {documents} documents, {observations} observations.\nIts audit log: {}. When that is as it should be: lacuna --store {at} audit accept --reason WORDS", verdict.words())
    })?;
    Ok(0)
}

/// Checks the store, the chain and the index.
pub fn doctor(global: &Global, rebuild: bool, out: &Out) -> Result<u8> {
    let (desk, checklists) = place::desk_at_any_rate(global)?;
    desk.store().allow(&desk.session().actor(), "store.check")?;
    desk.store().check()?;
    let verdict = desk.store().verify_audit()?;
    let (versions, mut damaged) = desk.store().verify_texts()?;
    let altered = damaged.len();
    damaged.truncate(LISTED);
    let waiting = if rebuild { desk.rebuild_index(&Stop::new(), &mut |_| {})? } else { desk.catch_up(&Stop::new(), &mut |_| {})? };
    let (patients, encounters, documents, observations) = desk.store().counts()?;
    let indexed = desk.indexed();
    let unplaced = desk.store().unplaced(0)?.count;
    let sound = altered == 0
        && checklists.is_none()
        && waiting.0 == 0
        && indexed == documents
        && !verdict.is_altered()
        && !matches!(verdict, AuditVerdict::Shortened { .. } | AuditVerdict::RolledBack { .. } | AuditVerdict::UnknownKey { .. });
    let value = json!({
        "store": if altered == 0 { "intact" } else { "altered" }, "versions": versions, "altered": altered, "altered_documents": damaged, "encrypted": desk.store().encrypted(), "audit": verdict, "patients": patients, "encounters": encounters,
        "documents": documents, "observations": observations, "unplaced": unplaced, "indexed": indexed, "waiting": waiting.0, "checklists": checklists, "sound": sound,
    });
    let detail = format!("{}, {altered} altered, audit {}", if sound { "sound" } else { "NOT SOUND" }, verdict.words());
    let recorded = desk.store().record_act(&desk.session().actor(), "store.check", None, None, None, &detail);
    out.show(&value, || {
        let hint = if indexed == documents { "" } else { "\nThe index does not hold every document: `lacuna doctor --rebuild-index` makes it anew." };
        let texts = match altered {
            0 => format!("all {versions} stored versions are as they came in"),
            _ => format!("{altered} of {versions} stored versions ARE NOT AS THEY CAME IN: restore a backup, or import their sources into a new store"),
        };
        let packs = checklists.as_ref().map(|trouble| format!("\nchecklists {trouble}")).unwrap_or_default();
        let nowhere = match unplaced {
            0 => String::new(),
            n => format!("\nno stay    {n} records stand in no stay, and no chart shows them: `lacuna import report --unplaced` lists them"),
        };
        let which: String = damaged.iter().map(|d| format!("\n  {} version {}: {}", d.document, d.version, d.part)).collect();
        format!(
            "store      readable\ntexts      {texts}{which}\nencrypted  {}\naudit      {}\nholds      {patients} patients, {encounters} encounters, {documents} documents, {observations} observations\nindex      {indexed} documents, {} changes waiting{nowhere}{hint}{packs}",
            if desk.store().encrypted() { "yes" } else { "NO" },
            verdict.words(),
            waiting.0
        )
    })?;
    if sound {
        recorded?;
    }
    Ok(if sound { 0 } else { 4 })
}
