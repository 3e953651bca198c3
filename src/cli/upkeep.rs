//! `lacuna init`, `me`, `audit`, `backup`, `doctor`.

use super::args::{AuditCommand, Global, InitArgs};
use super::out::Out;
use super::place;
use crate::error::{Result, Trouble};
use crate::store::{AuditEntry, AuditFilter, AuditVerdict, Key, Store};
use lacuna_index::Stop;
use serde_json::json;
use std::path::Path;

/// Altered documents that `doctor` lists one by one; their number is always the true one.
const LISTED: usize = 1000;

/// Makes a store.
pub fn init(global: &Global, args: &InitArgs, out: &Out) -> Result<u8> {
    let folder = place::folder(global)?;
    if !args.no_encryption {
        return Err(Trouble::input("say --no-encryption to make an unencrypted store")
            .why("this version has no passphrases; a store that only looks protected would be worse than one that says it is not")
            .hint("put the store on an encrypted disk, and use `lacuna --store DIR init --no-encryption`"));
    }
    let store = Store::create(&folder, &Key::None, &place::session(global)?.actor())?;
    let at = folder.display().to_string();
    out.show(&json!({ "store": at, "encrypted": store.encrypted() }), || {
        format!("A store was made in {at}.\nIt is NOT ENCRYPTED: keep it on an encrypted disk. Next: lacuna --store {at} import PATH...")
    })?;
    Ok(0)
}

/// Says how this person signs queries.
pub fn me(global: &Global, name: Option<String>, contact: Option<String>, out: &Out) -> Result<u8> {
    let store = place::store(global)?;
    let session = place::session(global)?;
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

/// Shows or checks the audit log.
pub fn audit(global: &Global, command: &AuditCommand, out: &Out) -> Result<u8> {
    let store = place::store(global)?;
    match command {
        AuditCommand::Show { patient, user, limit } => {
            let filter = AuditFilter { patient: patient.clone(), user: user.clone(), limit: *limit };
            let rows = store.audit(&filter)?;
            store.record_act(
                &place::session(global)?.actor(),
                "audit.show",
                patient.as_deref(),
                None,
                None,
                &format!("{} rows", rows.len()),
            )?;
            out.show(&rows, || rows.iter().map(line).collect::<Vec<_>>().join("\n"))?;
            Ok(0)
        }
        AuditCommand::Verify => {
            let verdict = store.verify_audit()?;
            out.show(&verdict, || match &verdict {
                AuditVerdict::Intact { rows } => format!("Intact: {rows} rows chain, up to the head last seen on this host."),
                AuditVerdict::Altered { sequence } => format!("ALTERED: row {sequence} does not chain."),
                AuditVerdict::Shortened { rows, expected } => {
                    format!("SHORTENED OR ROLLED BACK: {rows} rows, but this host saw {expected}.")
                }
                AuditVerdict::CannotTell { rows } => {
                    format!("Cannot tell: {rows} rows chain, but no head is kept on this host to compare with.")
                }
            })?;
            Ok(verdict.exit_code())
        }
    }
}

fn line(e: &AuditEntry) -> String {
    let part = |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("  {name} {v}")).unwrap_or_default();
    format!(
        "{:>6}  {}  {:<12} {:<16} {}{}{}{}  {}",
        e.sequence,
        e.at,
        e.user,
        e.action,
        e.outcome,
        part("patient", &e.patient),
        part("encounter", &e.encounter),
        part("object", &e.object),
        e.detail
    )
}

/// Copies the store.
pub fn backup(global: &Global, file: &Path, out: &Out) -> Result<u8> {
    let store = place::store(global)?;
    store.backup(file, &place::session(global)?.actor())?;
    let at = file.display().to_string();
    out.show(&json!({ "backup": at }), || {
        format!("The whole store was copied to {at}. It holds patients' data in plain text: keep it as you keep the store.\nTo use it, put it as lacuna.db into an empty folder and name that with --store.")
    })?;
    Ok(0)
}

/// Checks the store, the chain and the index.
pub fn doctor(global: &Global, rebuild: bool, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    desk.store().check()?;
    let verdict = desk.store().verify_audit()?;
    let (versions, mut damaged) = desk.store().verify_texts()?;
    let altered = damaged.len();
    damaged.truncate(LISTED);
    let waiting = if rebuild { desk.rebuild_index(&Stop::new(), &mut |_| {})? } else { desk.catch_up(&Stop::new(), &mut |_| {})? };
    let (patients, encounters, documents, observations) = desk.store().counts()?;
    let indexed = desk.indexed();
    let sound = altered == 0
        && waiting.0 == 0
        && indexed == documents
        && !matches!(verdict, AuditVerdict::Altered { .. } | AuditVerdict::Shortened { .. });
    let value = json!({
        "store": if altered == 0 { "intact" } else { "altered" }, "versions": versions, "altered": altered, "altered_documents": damaged, "encrypted": desk.store().encrypted(), "audit": verdict, "patients": patients, "encounters": encounters,
        "documents": documents, "observations": observations, "indexed": indexed, "waiting": waiting.0, "sound": sound,
    });
    out.show(&value, || {
        let hint = if indexed == documents { "" } else { "\nThe index does not hold every document: `lacuna doctor --rebuild-index` makes it anew." };
        let texts = match altered {
            0 => format!("all {versions} stored versions are as they came in"),
            _ => format!("{altered} of {versions} stored versions ARE NOT AS THEY CAME IN: restore a backup, or import their sources into a new store"),
        };
        let which: String = damaged.iter().map(|d| format!("\n  {} version {}: {}", d.document, d.version, d.part)).collect();
        format!(
            "store      readable\ntexts      {texts}{which}\nencrypted  {}\naudit      {}\nholds      {patients} patients, {encounters} encounters, {documents} documents, {observations} observations\nindex      {indexed} documents, {} changes waiting{hint}",
            if desk.store().encrypted() { "yes" } else { "NO" },
            match &verdict {
                AuditVerdict::Intact { rows } => format!("intact, {rows} rows"),
                other => format!("{other:?}"),
            },
            waiting.0
        )
    })?;
    Ok(if sound { 0 } else { 4 })
}
