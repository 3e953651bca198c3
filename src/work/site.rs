//! What a site brings of its own: `STORE/templates/policy.toml` and query templates beside it. Its templates go before the shipped ones;
//! each wording that was used is kept in the store.

use super::session::clock_of;
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::hash::sha256;
use crate::query::{Counting, Draft, Policy, Templates, templates};
use crate::store::Store;
use std::path::Path;

/// The folder inside a store's folder.
const FOLDER: &str = "templates";
/// The file of it that holds the policy.
const POLICY: &str = "policy.toml";
/// A template file larger than this is a mistake.
const LARGEST: u64 = 4 << 20;

/// A site's own policy and templates, with the shipped ones behind them.
pub struct Site {
    /// The site's own, where it has one, then those that ship: each with the clock that it counts by.
    policies: Vec<Policy>,
    templates: Option<Templates>,
    /// Name, hash and text of each file of templates.
    files: Vec<(String, String, String)>,
}

impl Site {
    /// Reads them; nothing is there in the demo and in most stores.
    pub fn of(store: &Store) -> Result<Self> {
        Self::beside(store.folder())
    }

    /// Those of a store's folder, which is not opened for them.
    pub fn beside(store: Option<&Path>) -> Result<Self> {
        let mut site = Self { policies: Policy::shipped().to_vec(), templates: None, files: Vec::new() };
        site.set_clocks()?;
        let Some(folder) = store.map(|f| f.join(FOLDER)).filter(|f| f.is_dir()) else { return Ok(site) };
        let entries = std::fs::read_dir(&folder).map_err(|e| unread(&folder, &e))?;
        let mut names: Vec<_> =
            entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|x| x == "toml")).collect();
        names.sort();
        for path in names {
            let text = read(&path)?;
            if path.file_name().is_some_and(|n| n == POLICY) {
                let policies = Policy::parse(&text).map_err(|t| t.at(path.display().to_string(), None))?;
                site.policies = policies.into_iter().take(1).chain(site.policies).collect();
                site.set_clocks().map_err(|t| t.why(format!("it stands in {}", path.display())))?;
            } else {
                site.files.push((path.display().to_string(), sha256(&text), text));
            }
        }
        if !site.files.is_empty() {
            let own: Vec<(&str, &str)> = site.files.iter().map(|(name, _, text)| (name.as_str(), text.as_str())).collect();
            site.templates = Some(Templates::parse(&own)?.before(templates()));
        }
        Ok(site)
    }

    fn set_clocks(&mut self) -> Result<()> {
        for policy in &mut self.policies {
            policy.clock = Some(clock_of(&policy.zone)?);
        }
        Ok(())
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        static NONE: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
        // The shipped file is compiled in and a test parses it: the empty policy is never seen.
        self.policies.first().unwrap_or_else(|| NONE.get_or_init(Policy::default))
    }

    /// The policy of this name: the site's own before a shipped one.
    pub fn policy_of(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|p| p.name == name)
    }

    /// The policy that a draft follows: the one it names, else the one in force.
    pub fn policy_for(&self, draft: &Draft) -> &Policy {
        self.policy_of(&draft.escalation).unwrap_or(self.policy())
    }

    /// A draft with the time by which an answer would be asked if it went out now.
    pub fn timed(&self, draft: &Draft, counting: Counting, now: &Instant) -> Draft {
        self.policy_for(draft).timed(draft, counting, now)
    }

    /// The same of a draft that nobody has sent yet; one that amends goes on with the clock of its query.
    pub fn timed_draft(&self, draft: &Draft, now: &Instant) -> Draft {
        self.timed(draft, if draft.amends.is_some() { Counting::Runs } else { Counting::First }, now)
    }

    /// The templates in force.
    pub fn templates(&self) -> &Templates {
        self.templates.as_ref().unwrap_or(templates())
    }

    /// The site's own template of this name, with the hash and text of its file.
    pub fn own(&self, id: &str) -> Option<(&str, &str, &str)> {
        let own = self.templates.as_ref()?.get(id)?;
        let quoted = format!("id = \"{}\"", own.id);
        let file = self.files.iter().find(|(_, _, text)| text.contains(&quoted))?;
        Some((own.id.as_str(), &file.1, &file.2))
    }
}

fn read(path: &Path) -> Result<String> {
    let size = std::fs::symlink_metadata(path).map_err(|e| unread(path, &e))?;
    if !size.is_file() || size.len() > LARGEST {
        return Err(Trouble::input("the template file is no ordinary file, or too large").at(path.display().to_string(), None));
    }
    std::fs::read_to_string(path).map_err(|e| unread(path, &e))
}

fn unread(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::input("the site's templates could not be read").at(path.display().to_string(), None).why(error.kind())
}
