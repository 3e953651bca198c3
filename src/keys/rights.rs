//! What each role may do: one table over the acts of the audit log. An act that is not in it is nobody's who has a role, so a new act that
//! was forgotten here is refused, not let through. The store asks before it writes an act down, and there is no act that is not written down.

use super::role::Role;

/// What an act needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// One's own things: to come in, one's passphrase, name and kept searches.
    Own,
    /// To see charts: worklist, documents, gaps, searches.
    Charts,
    /// To open psychotherapy notes.
    Psychotherapy,
    /// To open records of programmes that treat substance use.
    SubstanceUse,
    /// To set gaps aside.
    Review,
    /// To see queries.
    Queries,
    /// To write and send queries.
    Ask,
    /// To follow queries: contacts, answers, escalations, closing.
    Follow,
    /// To take charts, gaps and queries out.
    Export,
    /// To take charts in, and back.
    Bring,
    /// Figures, which name nobody.
    Figures,
    /// To approve checklist items.
    Approve,
    /// To read, check and accept the audit log.
    Log,
    /// Backups and checks of the store.
    Keep,
    /// Who may come in.
    People,
}

use Right::{Approve, Ask, Bring, Charts, Export, Figures, Follow, Keep, Log, Own, People, Psychotherapy, Queries, Review, SubstanceUse};

/// Every act, and what it needs.
pub const ACTS: &[(&str, Right)] = &[
    ("login", Own),
    ("login.failed", Own),
    ("key.sign", Own),
    ("session.end", Own),
    ("break_glass", Own),
    ("profile.set", Own),
    ("search.keep", Own),
    ("search.forget", Own),
    ("user.passphrase", Own),
    ("user.reset", Own),
    ("store.migrate", Own),
    ("worklist.open", Charts),
    ("chart.open", Charts),
    ("document.open", Charts),
    ("document.read", Charts),
    ("gap.explain", Charts),
    ("gaps.list", Charts),
    ("gaps.history", Charts),
    ("search", Charts),
    ("review.next", Charts),
    ("review.note", Charts),
    ("review.claim", Charts),
    ("review.release", Charts),
    ("checklist.diff", Charts),
    ("document.psychotherapy", Psychotherapy),
    ("document.substance_use", SubstanceUse),
    ("gap.mark", Review),
    ("query.list", Queries),
    ("query.open", Queries),
    ("query.draft", Ask),
    ("query.save", Ask),
    ("query.discard", Ask),
    ("query.ready", Ask),
    ("query.send", Ask),
    ("query.version", Ask),
    ("template.use", Ask),
    ("query.move", Follow),
    ("query.contact", Follow),
    ("query.export", Export),
    ("chart.export", Export),
    ("chart.deidentify", Export),
    ("gaps.export", Export),
    ("findings.export", Export),
    ("reviews.export", Export),
    ("import.begin", Bring),
    ("import.batch", Bring),
    ("import.end", Bring),
    ("import.merge", Bring),
    ("import.status", Bring),
    ("import.withdraw", Bring),
    ("import.undo", Bring),
    ("import.list", Bring),
    ("import.show", Bring),
    ("patient.doubles", Bring),
    ("report.queries", Figures),
    ("report.precision", Figures),
    ("checklist.approve", Approve),
    ("audit.show", Log),
    ("audit.verify", Log),
    ("audit.accept", Log),
    ("audit.anchor", Log),
    ("audit.export", Log),
    ("backup", Keep),
    ("store.create", Keep),
    ("store.restore", Keep),
    ("store.check", Keep),
    ("key.replace", People),
    ("store.encrypt", People),
    ("user.list", People),
    ("user.add", People),
    ("user.role", People),
    ("user.remove", People),
    ("user.recovery", People),
];

/// What a role has.
pub fn rights(role: Role) -> &'static [Right] {
    match role {
        Role::Specialist => &[Own, Charts, Review, Queries, Ask, Follow, Export, Figures],
        Role::Coder => &[Own, Charts, Queries, Export, Figures],
        Role::Trainer => &[Own, Figures, Approve],
        Role::PhysicianAdvisor => &[Own, Charts, Review, Queries, Follow, Figures, Approve],
        Role::Auditor => &[Own, Log, Figures],
        // Whoever works alone is the administrator: all of it. Where people share a store, make the administrator an account of its own.
        Role::Administrator => &[Own, Charts, Review, Queries, Ask, Follow, Export, Bring, Figures, Approve, Log, Keep, People],
    }
}

/// What an act needs; `None` for one that is in no table.
pub fn right_of(action: &str) -> Option<Right> {
    ACTS.iter().find(|(name, _)| *name == action).map(|(_, right)| *right)
}

/// Whether a role may do an act. Broken glass opens charts, with the documents that no role has by itself, and nothing else.
pub fn may(role: Role, action: &str, glass: bool) -> bool {
    right_of(action).is_some_and(|right| rights(role).contains(&right) || (glass && matches!(right, Charts | Psychotherapy | SubstanceUse)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Every act that the sources name is in the table, and nothing else is.
    #[test]
    fn every_act_of_the_program_is_in_the_table() {
        fn walk(folder: &Path, out: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let tests = path.to_string_lossy().contains("tests") || path.ends_with("rights.rs");
                match path.is_dir() {
                    true => walk(&path, out),
                    false if !tests && path.extension().is_some_and(|e| e == "rs") => {
                        out.push_str(&std::fs::read_to_string(&path).unwrap())
                    }
                    false => {}
                }
            }
        }
        let mut all = String::new();
        for folder in ["src/chart", "src/store", "src/work", "src/cli"] {
            walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
        }
        let known: BTreeSet<&str> = ACTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(known.len(), ACTS.len());
        for name in &known {
            assert!(all.contains(&format!("\"{name}\"")), "{name} is no act of the program");
        }
        // What stands where an act is written down is one, whatever it begins with.
        let writes = ["record_act(", "Act::new(", ".allow("];
        for (at, write) in writes.iter().flat_map(|write| all.match_indices(write)) {
            let rest = &all[at + write.len()..];
            let end = rest.find([';', '{']).unwrap_or(rest.len());
            if let Some(act) = rest[..end].split('"').nth(1).filter(|act| act.contains('.')) {
                assert!(known.contains(act), "{act} is an act without a right");
            }
        }
        let prefixes: BTreeSet<&str> = known.iter().filter_map(|name| name.split_once('.')).map(|(prefix, _)| prefix).collect();
        for literal in all.split('"').filter(|l| l.len() < 40 && l.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_')) {
            if let Some((prefix, rest)) = literal.split_once('.')
                && prefixes.contains(prefix)
                && !rest.contains('.')
                && !["head", "txt"].contains(&rest)
            {
                assert!(known.contains(literal), "{literal} is an act without a right");
            }
        }
    }

    #[test]
    fn the_matrix_is_as_it_is_written_in_the_manual() {
        let manual = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md")).unwrap();
        for (name, right) in [
            ("own things", Own),
            ("see charts", Charts),
            ("open psychotherapy notes", Psychotherapy),
            ("open substance use records", SubstanceUse),
            ("set gaps aside", Review),
            ("see queries", Queries),
            ("write and send queries", Ask),
            ("follow queries", Follow),
            ("export", Export),
            ("import", Bring),
            ("figures", Figures),
            ("approve checklist items", Approve),
            ("audit log", Log),
            ("backup, restore, doctor", Keep),
            ("people", People),
        ] {
            let cells: Vec<&str> = Role::ALL.iter().map(|role| if rights(*role).contains(&right) { "yes" } else { "-" }).collect();
            let line = format!("| {name} | {} |", cells.join(" | "));
            assert!(manual.contains(&line), "docs/security.md lacks: {line}");
        }
    }

    #[test]
    fn an_act_that_nobody_put_into_the_table_is_refused_and_glass_opens_charts_only() {
        for role in Role::ALL {
            assert!(!may(role, "something.new", true));
            assert!(may(role, "login", false));
        }
        assert!(!may(Role::Trainer, "chart.open", false) && may(Role::Trainer, "chart.open", true));
        for role in Role::ALL {
            // Off by default for everybody: an emergency opens them, with its reason in the log.
            assert!(!may(role, "document.psychotherapy", false) && !may(role, "document.substance_use", false));
            assert!(may(role, "document.psychotherapy", true) && may(role, "document.substance_use", true));
        }
        assert!(!may(Role::Trainer, "chart.export", true) && !may(Role::Auditor, "import.begin", true));
    }
}
