//! Who approved a checklist item's thresholds here, and when. It stands beside the packs, which nobody has to touch for it.

use super::audit::Act;
use super::{Actor, Store, trouble::because};
use crate::checklist::{Approval, Item};
use crate::error::Result;

/// What the keys of approvals begin with.
const PREFIX: &str = "approval:";

impl Store {
    /// Records that `by` approved this item as it stands, or withdraws it (`None`).
    pub fn approve_item(&self, actor: &Actor, approved: &Item, by: Option<&str>) -> Result<()> {
        let (item, version) = (approved.id.as_str(), approved.version);
        let failed = "the approval could not be recorded; nothing was saved";
        self.write(|tx| {
            let key = format!("{PREFIX}{item}");
            let detail = match by {
                Some(by) => {
                    let approval = Approval {
                        item: item.to_owned(),
                        version,
                        content: approved.content(),
                        by: by.to_owned(),
                        on: actor.now.local_date().to_string(),
                    };
                    let body = serde_json::to_string(&approval).unwrap_or_default();
                    tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", (&key, body)).map_err(because(failed))?;
                    format!("version {version}, by {by}")
                }
                None => {
                    tx.execute("DELETE FROM meta WHERE key = ?1", [&key]).map_err(because(failed))?;
                    "withdrawn".to_owned()
                }
            };
            self.record(tx, actor, &Act { object: Some(item), detail: &detail, ..Act::new("checklist.approve") })
        })
    }

    /// Every approval, by item.
    pub fn approvals(&self) -> Result<Vec<Approval>> {
        self.read(|c| {
            let mut statement = c.prepare("SELECT value FROM meta WHERE key >= ?1 AND key < ?2 ORDER BY key")?;
            let rows = statement.query_map((PREFIX, "approval;"), |r| r.get::<_, String>(0))?;
            let mut out = Vec::new();
            for row in rows {
                out.extend(serde_json::from_str(&row?));
            }
            Ok(out)
        })
    }
}
