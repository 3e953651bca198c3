use super::*;

const QUICK: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
const ANA: &str = "four words of ana";
const BEN: &str = "four words of ben";

fn made() -> (KeyFile, DataKey, RecoveryCode) {
    let code = RecoveryCode::random().unwrap();
    let Made { file, key, .. } = KeyFile::create("ana", Role::Administrator, ANA, &code, QUICK).unwrap();
    (KeyFile::parse(&file.bytes().unwrap()).unwrap(), key, code)
}

#[test]
fn each_person_and_the_recovery_code_open_the_same_key() {
    let (file, key, code) = made();
    let (file, _) = file.with_person(&key, "ben", Role::Coder, BEN, QUICK).unwrap();
    for (user, passphrase, role) in [("ana", ANA, Role::Administrator), ("ben", BEN, Role::Coder)] {
        let opened = file.unlock(user, passphrase).unwrap();
        assert_eq!((opened.key, opened.role), (key.clone(), Some(role)));
    }
    assert_eq!(file.recover(&code).unwrap().key, key);
    assert!(file.recover(&RecoveryCode::random().unwrap()).is_err());
    assert!(file.with_person(&key, "ben", Role::Coder, BEN, QUICK).is_err(), "there already");
}

#[test]
fn a_wrong_passphrase_and_a_name_that_nobody_has_get_the_same_answer() {
    let (file, ..) = made();
    let wrong = file.unlock("ana", "four words of eve").unwrap_err();
    let nobody = file.unlock("eve", ANA).unwrap_err();
    assert_eq!(wrong, nobody);
    assert_eq!(wrong.exit_code(), 3);
}

#[test]
fn a_new_passphrase_ends_the_old_one_and_keeps_the_key() {
    let (file, key, _) = made();
    let (file, _) = file.with_passphrase(&key, "ana", "other words of ana", QUICK).unwrap();
    assert!(file.unlock("ana", ANA).is_err());
    assert_eq!(file.unlock("ana", "other words of ana").unwrap().key, key);
    assert!(file.with_passphrase(&key, "ana", "short", QUICK).is_err());
}

#[test]
fn who_is_removed_opens_neither_the_new_key_nor_the_new_file() {
    let (file, key, code) = made();
    let (file, _) = file.with_person(&key, "ben", Role::Coder, BEN, QUICK).unwrap();
    let (without, new) = file.without("ben").unwrap();
    assert_ne!(new, key);
    assert_eq!(without.unlock("ana", ANA).unwrap().key, new);
    assert_eq!(without.recover(&code).unwrap().key, new);
    assert!(without.unlock("ben", BEN).is_err());
    // Ben keeps an old file; a slot of it put into the new one opens nothing.
    let mut forged = without.clone();
    forged.people.push(file.person("ben").unwrap().clone());
    assert!(forged.unlock("ben", BEN).is_err());
    assert_eq!(forged.unlock("ana", ANA).unwrap_err().exit_code(), 4, "and ana is told that somebody changed it");
    assert!(file.without("eve").is_err());
    assert!(file.without("ana").is_err(), "the last administrator");
}

#[test]
fn a_role_that_was_changed_in_the_file_is_noticed() {
    let (file, key, _) = made();
    let (file, _) = file.with_person(&key, "ben", Role::Coder, BEN, QUICK).unwrap();
    let text = String::from_utf8(file.bytes().unwrap()).unwrap().replace("\"coder\"", "\"administrator\"");
    let changed = KeyFile::parse(text.as_bytes()).unwrap();
    assert_eq!(changed.unlock("ben", BEN).unwrap_err().exit_code(), 4);
    assert_eq!(file.with_role(&key, "ben", Role::Auditor).unwrap().unlock("ben", BEN).unwrap().role, Some(Role::Auditor));
    assert!(file.with_role(&key, "ana", Role::Auditor).is_err(), "the last administrator");
}

#[test]
fn slots_cannot_change_places() {
    let (file, key, _) = made();
    let (file, _) = file.with_person(&key, "ben", Role::Coder, BEN, QUICK).unwrap();
    let mut changed = file.clone();
    let (ana, ben) = (file.people[0].slot.clone(), file.people[1].slot.clone());
    changed.people[0].slot = ben;
    changed.people[1].slot = ana;
    assert!(changed.unlock("ana", BEN).is_err() && changed.unlock("ben", ANA).is_err());
}

#[test]
fn a_file_of_another_form_is_refused_with_a_reason() {
    let (file, ..) = made();
    let good = String::from_utf8(file.bytes().unwrap()).unwrap();
    for (from, to) in [
        ("\"epoch\"", "\"more\": 1, \"epoch\""),
        ("\"version\": 1", "\"version\": 0"),
        ("\"lacuna keys\"", "\"other keys\""),
        ("\"memory_kib\": 8", "\"memory_kib\": 4000000000"),
        ("\"passes\": 1", "\"passes\": 99"),
        ("\"user\": \"ana\"", "\"user\": \"\""),
        ("\"user\": \"ana\"", "\"user\": \"a\\u001b[2Ja\""),
        ("\"role\": \"administrator\"", "\"role\": \"root\""),
        ("\"salt\": \"", "\"salt\": \"00"),
        ("{", ""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert_eq!(KeyFile::parse(bad.as_bytes()).map(drop).unwrap_err().exit_code(), 4, "{to}");
    }
    let newer = good.replacen("\"version\": 1", "\"version\": 2, \"what\": []", 1);
    assert!(KeyFile::parse(newer.as_bytes()).unwrap_err().to_string().contains("newer"));
    assert!(KeyFile::parse(&vec![b' '; 2 << 20]).is_err());
}

#[test]
fn every_changed_bit_of_a_file_is_refused_or_opens_nothing() {
    let (file, ..) = made();
    let good = file.bytes().unwrap();
    let mut opened = 0;
    for bit in (0..good.len() * 8).step_by(7) {
        let mut changed = good.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(parsed) = KeyFile::parse(&changed)
            && parsed != file
            && parsed.unlock("ana", ANA).is_ok()
        {
            opened += 1;
        }
    }
    assert_eq!(opened, 0);
}

#[test]
fn who_signs_stays_the_same_until_the_slot_is_made_anew_and_is_nobody_else() {
    let code = RecoveryCode::random().unwrap();
    let Made { file, key, signer, recovery } = KeyFile::create("ana", Role::Administrator, ANA, &code, QUICK).unwrap();
    let of = |file: &KeyFile, user: &str, passphrase: &str| file.unlock(user, passphrase).unwrap().signer.verifier();
    assert_eq!((of(&file, "ana", ANA), file.recover(&code).unwrap().signer.verifier()), (signer.verifier(), recovery));
    let (file, ben) = file.with_person(&key, "ben", Role::Coder, BEN, QUICK).unwrap();
    assert_eq!(of(&file, "ben", BEN), ben);
    assert!(ben != signer.verifier() && recovery != signer.verifier() && ben != recovery);
    // Another role of ben's and another data key leave ana's hand as it is; another passphrase gives her another, which is told.
    let file = file.with_role(&key, "ben", Role::Auditor).unwrap();
    let (file, key) = file.without("ben").unwrap();
    assert_eq!(of(&file, "ana", ANA), signer.verifier());
    let (file, next) = file.with_passphrase(&key, "ana", BEN, QUICK).unwrap();
    assert!(of(&file, "ana", BEN) == next && next != signer.verifier());
    let other = RecoveryCode::random().unwrap();
    let (file, next) = file.with_recovery(&key, &other, QUICK).unwrap();
    assert!(file.recover(&other).unwrap().signer.verifier() == next && next != recovery);
}

#[test]
fn a_name_that_is_read_as_another_one_was_let_in() {
    for bad in ["\u{430}dmin", "admin\u{200b}", "ad\u{202e}min", "adm\u{3b9}n", "a\u{ad}na"] {
        assert!(name(bad).is_err(), "{}", bad.escape_debug());
    }
    for good in ["admin", "ana.ruiz@site", "Zoë O'Brien", "\u{430}\u{43d}\u{43d}\u{430}", "uid-1000"] {
        assert!(name(good).is_ok(), "{good}");
    }
}
