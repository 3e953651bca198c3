//! Who is at the desk, and what time it is. The only place that asks the clock or the environment for either.

use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::keys::{Role, Signer};
use crate::store::Actor;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Clock {
    /// The host's clock, in the host's time zone.
    #[default]
    Host,
    /// Stands still: the demo and tests, so that every run shows the same.
    Frozen(Instant),
}

impl Clock {
    /// The time it is.
    pub fn now(&self) -> Instant {
        match self {
            Self::Frozen(instant) => *instant,
            Self::Host => {
                let now = jiff::Zoned::now();
                Instant::from_utc_seconds(now.timestamp().as_second(), Some(now.offset().seconds())).unwrap_or(Instant::UNIX_EPOCH)
            }
        }
    }
}

/// One person's session on one host.
#[derive(Clone, Debug)]
pub struct Session {
    /// The person.
    pub user: String,
    role: Option<Role>,
    glass: bool,
    signer: Option<Signer>,
    id: String,
    client: String,
    clock: Clock,
}

impl Session {
    /// A session for `user`, or for the login name when none is given.
    pub fn begin(user: Option<&str>, clock: Clock) -> Result<Self> {
        let user = match user.map(str::to_owned).or_else(login_name) {
            Some(name) if !name.trim().is_empty() && name.len() <= 64 && !name.chars().any(char::is_control) => name.trim().to_owned(),
            Some(_) => return Err(Trouble::input("that is no user name").hint("a name of 1 to 64 visible characters, as in --as ana")),
            None => return Err(Trouble::input("your user name is not known").hint("say who you are with --as NAME")),
        };
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|e| Trouble::system("the system gave no random numbers").why(e))?;
        let client =
            std::env::var("SSH_CONNECTION").ok().and_then(|c| c.split(' ').next().map(str::to_owned)).unwrap_or_else(|| "local".to_owned());
        // Whoever `--as` names, the account that really runs this is recorded beside it.
        let account = login_name().unwrap_or_default();
        let client = format!("{client} ({account})");
        Ok(Self { user, role: None, glass: false, signer: None, id: crate::hash::hex(&random), client, clock })
    }

    /// The same, of a person who logged in.
    #[must_use]
    pub fn with_role(mut self, role: Option<Role>) -> Self {
        self.role = role;
        self
    }

    /// The same, of a person whose acts are signed.
    #[must_use]
    pub fn with_signer(mut self, signer: Signer) -> Self {
        self.signer = Some(signer);
        self
    }

    /// The same, of a person who said why charts must be open to them now.
    #[must_use]
    pub fn with_broken_glass(mut self) -> Self {
        self.glass = true;
        self
    }

    /// Whether the person's role allows an act.
    pub fn may(&self, action: &str) -> bool {
        self.role.is_none_or(|role| crate::keys::may(role, action, self.glass))
    }

    /// Whether the person said why charts must be open to them now.
    pub fn glass(&self) -> bool {
        self.glass
    }

    /// What the person may do; `None` where there is no login.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// The time it is.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// This person, now: what every write names.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.user.clone(),
            session: self.id.clone(),
            client: self.client.clone(),
            role: self.role,
            glass: self.glass,
            signer: self.signer.clone(),
            now: self.now(),
        }
    }
}

/// The environment first; then the account that this process runs under, which a container may give without a name.
fn login_name() -> Option<String> {
    let uid = rustix::process::getuid().as_raw();
    let named = ["USER", "LOGNAME"].into_iter().find_map(|key| std::env::var(key).ok().filter(|name| !name.is_empty()));
    named.or_else(|| account_name(&std::fs::read_to_string("/etc/passwd").ok()?, uid)).or_else(|| Some(format!("uid-{uid}")))
}

/// The name of an account in the text of a passwd file.
fn account_name(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{Clock, Session, account_name};

    #[test]
    fn without_a_name_in_the_environment_the_account_names_the_person() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\nbroken";
        assert_eq!(account_name(passwd, 1000).as_deref(), Some("ana"));
        assert_eq!(account_name(passwd, 7), None);
    }

    #[test]
    fn a_name_must_be_a_name() {
        for bad in ["", "   ", "a\u{1b}[2Jb", &"x".repeat(65)] {
            assert!(Session::begin(Some(bad), Clock::Host).is_err(), "{}", bad.escape_debug());
        }
        assert_eq!(Session::begin(Some(" ana "), Clock::Host).map(|s| s.user).ok().as_deref(), Some("ana"));
    }
}
