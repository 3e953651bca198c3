//! `lacuna audit`: the log, whether it is whole, and what is known of it elsewhere.

use super::args::{AuditCommand, Global};
use super::out::{self, Out};
use super::{memory, place};
use crate::error::Result;
use crate::export::{audit_bundle, audit_table};
use crate::store::{AuditEntry, AuditFilter, AuditVerdict, append_anchor, takes_anchors};
use crate::text::one_line;
use crate::work::Entered;
use serde::Serialize;
use serde_json::json;

/// Shows, checks, accepts or anchors the audit log.
pub fn run(global: &Global, command: &AuditCommand, out: &Out) -> Result<u8> {
    let Entered { store, session, .. } = place::enter(global)?;
    let actor = session.actor();
    match command {
        AuditCommand::Show { patient, by, limit } => {
            let filter = AuditFilter { patient: patient.clone(), user: by.clone(), limit: *limit };
            let rows = store.audit(&filter)?;
            store.record_act(&actor, "audit.show", patient.as_deref(), None, None, &format!("{} rows", rows.len()))?;
            out.show(&rows, || rows.iter().map(line).collect::<Vec<_>>().join("\n"))?;
            Ok(0)
        }
        AuditCommand::Export { form, patient, by } => {
            let rows = store.audit(&AuditFilter { patient: patient.clone(), user: by.clone(), limit: None })?;
            store.record_act(&actor, "audit.export", patient.as_deref(), None, None, &format!("{form}, {} rows", rows.len()))?;
            match form.as_str() {
                "csv" if !out.json() => super::out::machine(&audit_table(&rows, false)).map(|()| 0),
                _ => out::json_line(&audit_bundle(&rows)).map(|()| 0),
            }
        }
        AuditCommand::Verify { anchor } => {
            store.allow(&actor, "audit.verify")?;
            let verdict = match anchor {
                Some(file) => store.verify_anchored(file, memory::seen(&store))?,
                None => store.verify_audit_seen(memory::seen(&store))?,
            };
            let (signed, from) = store.signed_rows()?;
            let recorded = store.record_act(&actor, "audit.verify", None, None, None, &verdict.words());
            out.show(&Checked { verdict: &verdict, signed, signed_from: from }, || {
                let whole = !verdict.is_altered();
                format!("{}{}", told(&verdict), if whole { signatures(store.encrypted(), signed, from) } else { String::new() })
            })?;
            // What was found counts for more than that it could not be written down.
            if verdict.exit_code() == 0 {
                recorded?;
            }
            Ok(verdict.exit_code())
        }
        AuditCommand::Accept { reason } => {
            store.allow(&actor, "audit.accept")?;
            let before = store.accept_audit(&actor, reason)?;
            memory::keep(&store);
            out.show(&json!({ "before": before, "accepted": true }), || {
                format!(
                    "Accepted by {}: the log was {}, and is the true one from now on. That is in the log.",
                    session.user,
                    before.words()
                )
            })?;
            Ok(0)
        }
        AuditCommand::Anchor { file } => {
            if let Some(file) = file {
                place::outside(global, file)?;
                takes_anchors(file)?;
            }
            let to = file.as_ref().map_or_else(|| "standard output".to_owned(), |f| f.display().to_string());
            let line = store.anchor(&actor, &to)?;
            if let Some(file) = file {
                append_anchor(file, &line)?;
            }
            out.show(&json!({ "anchor": line, "file": file }), || line.clone())?;
            Ok(0)
        }
    }
}

/// The verdict, and how much of the log is signed.
#[derive(Serialize)]
struct Checked<'a> {
    #[serde(flatten)]
    verdict: &'a AuditVerdict,
    signed: i64,
    signed_from: Option<i64>,
}

fn signatures(encrypted: bool, signed: i64, from: Option<i64>) -> String {
    match (encrypted, from) {
        (false, _) => "\nIts rows are not signed: a store that is not encrypted has no logins.".to_owned(),
        (true, None) => "\nIts rows are not signed: nobody has come in since the store is one whose rows are.".to_owned(),
        (true, Some(from)) => format!("\n{signed} rows are signed by who they name: all from row {from} on."),
    }
}

fn told(verdict: &AuditVerdict) -> String {
    match verdict {
        AuditVerdict::Intact { rows } => format!("Intact: {rows} rows chain, up to the head last seen on this host."),
        AuditVerdict::Altered { sequence } => format!("ALTERED: row {sequence} does not chain."),
        AuditVerdict::Forged { sequence, user } => {
            format!("ALTERED: row {sequence} chains and names {user}, who did not sign it: somebody who can open the store wrote it.")
        }
        AuditVerdict::UnknownKey { sequence, .. } => {
            format!(
                "NOT VOUCHED FOR: the log is {}. An older store or key file was put back, or row {sequence} and what follows is somebody else's.",
                verdict.words()
            )
        }
        AuditVerdict::QueriesAltered { .. } => {
            format!("ALTERED: the log is {}: their words, answers or steps are not what was recorded.", verdict.words())
        }
        AuditVerdict::Shortened { rows, expected } => format!("SHORTENED OR ROLLED BACK: {rows} rows, but {expected} were seen."),
        AuditVerdict::RolledBack { rows, expected } => {
            format!("ROLLED BACK: {rows} rows chain, but row {expected}, which was seen before, is another one now.")
        }
        AuditVerdict::CannotTell { rows } => {
            format!("Cannot tell: {rows} rows chain, but no head that can be read is kept on this host to compare with.")
        }
    }
}

fn line(e: &AuditEntry) -> String {
    // Each field a part of this one row: a line end in an identifier, a reason or a login name would begin one that nobody wrote.
    let part = |name: &str, value: &Option<String>| value.as_ref().map(|v| format!("  {name} {}", one_line(v))).unwrap_or_default();
    // A borrowed name shows: the login that really ran this, and where from.
    let from = if e.client == format!("local ({})", e.user) { String::new() } else { format!("  from {}", one_line(&e.client)) };
    format!(
        "{:>6}  {}  {:<12} {:<16} {}{}{}{}{from}  {}",
        e.sequence,
        one_line(&e.at),
        one_line(&e.user),
        one_line(&e.action),
        one_line(&e.outcome),
        part("patient", &e.patient),
        part("encounter", &e.encounter),
        part("object", &e.object),
        one_line(&e.detail)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_in_a_login_name_a_reason_or_an_identifier_wrote_a_row_of_the_log() {
        let row = AuditEntry {
            sequence: 394,
            at: "2026-11-30T13:00:46Z".into(),
            user: "coder\n   395  x".into(),
            session: "s".into(),
            client: "local (root)\n   395  2026-11-30T13:00:46Z  pa           document.open    ok".into(),
            program: "0".into(),
            action: "break_glass".into(),
            patient: Some("p\n   396".into()),
            encounter: Some("e\r\n   397".into()),
            object: Some("o\u{2028}398".into()),
            object_version: None,
            outcome: "ok".into(),
            detail: "emergency now\n   500  pa  chart.export".into(),
            shown: None,
            previous: String::new(),
            hash: String::new(),
            signature: None,
        };
        let shown = line(&row);
        assert_eq!(shown.lines().count(), 1, "{shown}");
        assert!(shown.contains("now\u{240a}") && shown.contains("(root)\u{240a}"), "{shown}");
    }
}
