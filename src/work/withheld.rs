//! Documents that nobody is shown by default: opened one by one, with a right or a reason, and with a row of their own in the log.

use super::LocalDesk;
use crate::chart::Document;
use crate::error::{Kind, Result, Trouble};

impl LocalDesk {
    /// Refuses a document of a class that is withheld from this person; writes down that it was opened, or that it was not.
    pub fn unless_withheld(&self, found: &Document) -> Result<()> {
        let (store, session) = (self.store(), self.session());
        let Some(class) = store.class_of(&found.identifier)? else { return Ok(()) };
        let (encounter, object) = (found.encounter.as_deref(), Some(found.identifier.as_str()));
        let refused = || {
            Trouble::refused(format!("this is a {}, which nobody is shown by default", class.label()))
                .hint("with a reason to see it now: `lacuna note DOCUMENT --break-glass WORDS`; they go into the audit log")
        };
        // Where there is no login everybody may do everything, but for this.
        if session.role().is_none() && !session.glass() {
            store.record_refusal(&session.actor(), class.act(), encounter, object, "withheld")?;
            return Err(refused());
        }
        let opened = store.record_act(&session.actor(), class.act(), found.patient.as_deref(), encounter, object, "");
        opened.map_err(|trouble| if trouble.kind == Kind::Refused { refused() } else { trouble })
    }
}
