//! `lacuna init`, `passphrase`, `user`: who may open a store.

use super::args::{Global, InitArgs, PassphraseArgs, UserCommand};
use super::out::Out;
use super::{place, secret};
use crate::error::{Result, Trouble};
use crate::keys::{Cost, RecoveryCode, Role, Zeroizing};
use crate::store::{Key, Store, prepare_shared};
use crate::work::people::{self, Change};
use crate::work::{Entered, Secret};
use serde_json::json;

/// Makes a store.
pub fn init(global: &Global, args: &InitArgs, out: &Out) -> Result<u8> {
    let folder = place::folder(global)?;
    let at = folder.display().to_string();
    if args.shared && args.no_encryption {
        return Err(Trouble::input("a folder that a group shares holds an encrypted store").hint("leave out --no-encryption"));
    }
    if args.shared {
        Store::refuse_another(&folder)?;
        prepare_shared(&folder)?;
        place::shared_files(global);
    }
    if args.no_encryption {
        let store = Store::create(&folder, &Key::None, &place::session(global)?.actor())?;
        out.show(&json!({ "store": at, "encrypted": store.encrypted() }), || {
            format!(
                "A store was made in {at}.\nIt is NOT ENCRYPTED: keep it on an encrypted disk. Next: lacuna --store {at} import PATH..."
            )
        })?;
        return Ok(0);
    }
    let door = place::door(global)?;
    // Before anything is typed: a passphrase for a store that cannot be made is typed in vain.
    Store::refuse_place(&folder)?;
    let words = format!("A passphrase for {} (at least {} characters)", door.user(), crate::keys::LEAST_PASSPHRASE);
    let passphrase = secret::ask_new(global, &words).map_err(|t| match secret::possible(global) {
        true => t,
        false => t.hint("scripts give it with --passphrase-fd N; a store that needs none is made with --no-encryption"),
    })?;
    let code = show_code(global)?;
    people::create(&folder, &door, &passphrase, &code, Cost::default())?;
    let shown = secret::scripted(global).then(|| code.shown().to_string());
    out.show(&json!({ "store": at, "encrypted": true, "user": door.user(), "role": Role::Administrator, "recovery_code": shown }), || {
        let code = shown.map(|c| format!("\nRecovery code: {c}")).unwrap_or_default();
        format!(
            "An encrypted store was made in {at}; {} is its administrator.{code}\nWithout a passphrase or the recovery code nobody can open it, and nobody can help. Next: lacuna --store {at} import PATH...",
            door.user()
        )
    })?;
    Ok(0)
}

/// Encrypts a store that was not.
pub fn encrypt(global: &Global, out: &Out) -> Result<u8> {
    let (folder, door) = (place::folder(global)?, place::door(global)?);
    if door.locked() {
        return Err(people::already());
    }
    let entered = place::enter(global)?;
    let words = format!("A passphrase for {} (at least {} characters)", door.user(), crate::keys::LEAST_PASSPHRASE);
    let passphrase = secret::ask_new(global, &words)?;
    let code = show_code(global)?;
    people::encrypt(entered, &door, &passphrase, &code, Cost::default(), &folder)?;
    let (at, shown) = (folder.display().to_string(), secret::scripted(global).then(|| code.shown().to_string()));
    out.show(&json!({ "store": at, "encrypted": true, "user": door.user(), "role": Role::Administrator, "recovery_code": shown }), || {
        let code = shown.map(|c| format!("\nRecovery code: {c}")).unwrap_or_default();
        format!(
            "The store in {at} is encrypted now; {} is its administrator.{code}\nWithout a passphrase or the recovery code nobody can open it, and nobody can help.\nThe search index is made anew at the next search. Backups made before, and copies named before-schema-*, are still in plain text: see to them.",
            door.user()
        )
    })?;
    Ok(0)
}

/// A new recovery code, shown to a person and asked back in part: a code that nobody wrote down is none.
fn show_code(global: &Global) -> Result<RecoveryCode> {
    let code = RecoveryCode::random()?;
    if secret::scripted(global) {
        return Ok(code);
    }
    secret::tell(&format!(
        "\nThe recovery code of this store. Write it down now and lock it away; it is shown once:\n\n    {}\n",
        *code.shown()
    ))?;
    for number in [2, 5] {
        let typed = secret::ask_open(&format!("Group {} of the code", number + 1))?;
        if !code.group_is(number, &typed) {
            return Err(Trouble::input("that is not the group that was shown").hint("do it again; nothing was made, and this code is void"));
        }
    }
    Ok(code)
}

/// Changes one's own passphrase; by the recovery code, a lost one; or makes a new recovery code.
pub fn passphrase(global: &Global, args: &PassphraseArgs, out: &Out) -> Result<u8> {
    let door = place::door(global)?;
    if args.recover {
        let typed = secret::ask(global, "The recovery code")?;
        let code = RecoveryCode::typed(&typed)
            .ok_or_else(|| Trouble::input("that is no recovery code").why("a character is missing or wrong: it checks itself"))?;
        let entered = door.enter(&Secret::Code(&code))?;
        let new = secret::ask_new(global, &format!("A new passphrase for {}", door.user()))?;
        people::change(&entered, &door, &Change::Reset(door.user(), &new), Cost::default())?;
        return said(out, door.user());
    }
    let entered = place::enter(global)?;
    if args.new_recovery_code {
        let code = show_code(global)?;
        people::change(&entered, &door, &Change::Recovery(&code), Cost::default())?;
        let shown = secret::scripted(global).then(|| code.shown().to_string());
        out.show(&json!({ "recovery_code": shown }), || {
            let code = shown.map(|c| format!("Recovery code: {c}\n")).unwrap_or_default();
            format!("{code}The new recovery code is in force; the old one opens nothing any more.")
        })?;
        return Ok(0);
    }
    let new = secret::ask_new(global, &format!("A new passphrase for {}", door.user()))?;
    people::change(&entered, &door, &Change::Passphrase(&new), Cost::default())?;
    said(out, door.user())
}

fn said(out: &Out, user: &str) -> Result<u8> {
    out.show(&json!({ "user": user, "changed": true }), || format!("The new passphrase of {user} is in force."))?;
    Ok(0)
}

/// Shows and changes who may open the store.
pub fn user(global: &Global, command: &UserCommand, out: &Out) -> Result<u8> {
    let door = place::door(global)?;
    let entered: Entered = place::enter(global)?;
    match command {
        UserCommand::List => {
            let rows = people::list(&entered, &door)?;
            out.show(&rows, || {
                rows.iter()
                    .map(|p| format!("{:<20} {:<18} {}", crate::text::one_line(&p.user), p.role.name(), p.role.about()))
                    .collect::<Vec<_>>()
                    .join("\n")
            })?;
        }
        UserCommand::Add { name, role } => {
            let words = format!("A passphrase for {name}, which they should change at once (`lacuna passphrase`)");
            let given: Zeroizing<String> = secret::ask_new(global, &words)?;
            people::change(&entered, &door, &Change::Add(name, *role, &given), Cost::default())?;
            out.show(&json!({ "user": name, "role": role }), || format!("{name} may open the store as {}.", role.name()))?;
        }
        UserCommand::Role { name, role } => {
            people::change(&entered, &door, &Change::Role(name, *role), Cost::default())?;
            out.show(&json!({ "user": name, "role": role }), || format!("{name} is {} now.", role.name()))?;
        }
        UserCommand::Remove { name } => {
            people::remove(entered, &door, name, &place::folder(global)?)?;
            out.show(&json!({ "user": name, "removed": true }), || {
                format!("{name} cannot open the store any more. It has a new data key; the search index is made anew at the next search.\nWhat {name} copied before, and older backups, still open with what they know.")
            })?;
        }
    }
    Ok(0)
}
