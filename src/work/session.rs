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

/// The clock of this machine, or the one of this name.
pub fn clock_of(zone: &str) -> Result<jiff::tz::TimeZone> {
    if zone.is_empty() {
        return Ok(jiff::tz::TimeZone::system());
    }
    jiff::tz::TimeZone::get(zone).map_err(|_| {
        Trouble::input("there is no clock of this name").at(crate::text::label(zone), None).hint("as in zone = \"America/New_York\"")
    })
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
        let said = |key: &str| std::env::var(key).ok();
        let client = client(&account(), said("USER").as_deref(), said("SSH_CONNECTION").as_deref());
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

/// Who sits here where nobody says: the environment first, then the account. At a locked store the passphrase decides.
fn login_name() -> Option<String> {
    let named = ["USER", "LOGNAME"].into_iter().find_map(|key| std::env::var(key).ok().filter(|name| !name.is_empty()));
    named.or_else(|| Some(account()))
}

/// The account that this process really runs under, whatever the environment says of it: by its name in the system's own list, or by its
/// number where a container or a directory gives it without.
fn account() -> String {
    let uid = rustix::process::getuid().as_raw();
    std::fs::read_to_string("/etc/passwd").ok().and_then(|list| account_name(&list, uid)).unwrap_or_else(|| format!("uid-{uid}"))
}

/// Where a session comes from, for the log. The account is the system's word. The rest comes from the environment, which whoever starts the
/// program may set: it is written down as said, and only where it looks like what it claims to be.
fn client(account: &str, user: Option<&str>, ssh: Option<&str>) -> String {
    let address = ssh.and_then(|c| c.split(' ').next());
    let like_one = |a: &&str| a.len() <= 64 && !a.is_empty() && a.chars().all(|c| c.is_ascii_alphanumeric() || ".:%-".contains(c));
    let from = match address {
        None => "local".to_owned(),
        Some(address) => format!("ssh, said {}", Some(address).filter(like_one).unwrap_or("nothing readable")),
    };
    let name: String = user.unwrap_or_default().chars().filter(|c| !c.is_control()).take(64).collect();
    let said = if name.is_empty() || name == account { String::new() } else { format!(", said {name}") };
    format!("{from} ({account}{said})")
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
    use super::{Clock, Session, account_name, client};

    #[test]
    fn the_log_named_the_login_that_the_environment_said() {
        for (user, ssh, shown) in [
            (Some("root"), None, "local (root)"),
            (None, None, "local (root)"),
            (Some("ben"), None, "local (root, said ben)"),
            (Some("ben"), Some("203.0.113.9 1 2 3"), "ssh, said 203.0.113.9 (root, said ben)"),
            (Some("root"), Some("fe80::1%eth0 1 2 3"), "ssh, said fe80::1%eth0 (root)"),
            (Some("root)\n  395  pa"), Some("local\n 396 1"), "ssh, said nothing readable (root, said root)  395  pa)"),
        ] {
            assert_eq!(client("root", user, ssh), shown);
        }
    }

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
