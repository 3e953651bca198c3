//! What kind of work a person does here.

use serde::{Deserialize, Serialize};

/// A person's role. What each may do is one table: [`super::may`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reviews charts, writes queries.
    Specialist,
    /// Codes discharged charts.
    Coder,
    /// Teaches: checklists, exercises, de-identified charts.
    Trainer,
    /// Takes escalations.
    PhysicianAdvisor,
    /// Reads the audit log.
    Auditor,
    /// Brings data in, keeps the store and its people.
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Specialist, Self::Coder, Self::Trainer, Self::PhysicianAdvisor, Self::Auditor, Self::Administrator];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Specialist => "specialist",
            Self::Coder => "coder",
            Self::Trainer => "trainer",
            Self::PhysicianAdvisor => "physician_advisor",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// What it stands for, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Specialist => "reviews charts, writes queries",
            Self::Coder => "codes charts, follows queries",
            Self::Trainer => "checklists and exercises; no patients' charts but de-identified ones",
            Self::PhysicianAdvisor => "reads charts, takes escalations",
            Self::Auditor => "reads the audit log, sees no chart",
            Self::Administrator => "imports, backups, people and keys",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}
