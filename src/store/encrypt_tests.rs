use super::super::tests::{actor, batch, import};
use super::super::{AuditFilter, AuditVerdict};
use super::*;
use crate::keys::{Cost, KeyFile, Made, RecoveryCode, Role};
use std::path::PathBuf;

const WORD: &[u8] = b"calciphylaxis";

fn cheap() -> Cost {
    Cost { memory_kib: 8, passes: 1, lanes: 1 }
}

/// A plain store with a chart, its keys waiting.
fn waiting() -> (tempfile::TempDir, Store, DataKey) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &Key::None, &actor()).unwrap();
    import(&store, &batch("Assessment: calciphylaxis."));
    let code = RecoveryCode::random().unwrap();
    let Made { file, key, .. } = KeyFile::create("ana", Role::Administrator, "four words of ana", &code, cheap()).unwrap();
    Shelf::of(folder.path()).write_next(&file).unwrap();
    (folder, store, key)
}

fn holding(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file());
    files.filter(|p| fs::read(p).unwrap().windows(WORD.len()).any(|w| w == WORD)).collect()
}

#[test]
fn an_encrypted_store_takes_the_place_of_a_plain_one_with_everything_in_it() {
    let (folder, store, key) = waiting();
    let rows = store.audit(&AuditFilter::default()).unwrap().len();
    let before = store.chart("e1").unwrap();
    assert!(!holding(folder.path()).is_empty());
    store.encrypt(&key, &actor(), None).unwrap();
    assert_eq!(holding(folder.path()), [] as [PathBuf; 0]);
    assert!(Shelf::of(folder.path()).is_locked() && Shelf::of(folder.path()).read_next().is_none());
    assert!(Store::open(folder.path(), &Key::None).is_err());
    let store = Store::open(folder.path(), &Key::Data(key)).unwrap();
    assert_eq!(store.chart("e1").unwrap(), before);
    assert_eq!(store.verify_texts().unwrap().1, []);
    let log = store.audit(&AuditFilter::default()).unwrap();
    assert_eq!((log.len(), log.last().unwrap().action.as_str()), (rows + 1, "store.encrypt"));
    assert_eq!(store.verify_audit().unwrap(), AuditVerdict::Intact { rows: rows as i64 + 1 });
    assert!(store.encrypt(&DataKey::from_bytes([1; 32]), &actor(), None).is_err(), "once is enough");
}

#[test]
fn it_is_refused_while_somebody_else_has_the_store_open() {
    let (folder, store, key) = waiting();
    let other = Store::open(folder.path(), &Key::None).unwrap();
    other.counts().unwrap();
    let trouble = store.encrypt(&key, &actor(), None).unwrap_err();
    assert_eq!(trouble.exit_code(), 3, "{trouble}");
    assert!(!folder.path().join(FRESH).exists() && !Shelf::of(folder.path()).is_locked());
    assert!(other.chart("e1").unwrap().is_some());
    other.set_profile(&actor(), "Ana", "1").unwrap();
}

#[test]
fn cut_off_at_any_step_there_is_one_whole_store() {
    // Before the rename: plain, whatever lies beside it.
    let (folder, store, key) = waiting();
    fs::write(folder.path().join(FRESH), "half of a copy").unwrap();
    drop(store);
    assert!(!finish_encryption(folder.path()).unwrap());
    assert!(Store::open(folder.path(), &Key::None).unwrap().chart("e1").unwrap().is_some());
    // Between the rename and the keys: as if it had ended just there.
    Store::open(folder.path(), &Key::None).unwrap().encrypt(&key, &actor(), None).unwrap();
    let shelf = Shelf::of(folder.path());
    fs::rename(folder.path().join("keys.json"), folder.path().join("keys.next.json")).unwrap();
    assert!(!shelf.is_locked());
    assert!(finish_encryption(folder.path()).unwrap());
    assert!(shelf.is_locked() && !finish_encryption(folder.path()).unwrap());
    assert!(Store::open(folder.path(), &Key::Data(key)).unwrap().chart("e1").unwrap().is_some());
}

/// A process that opened the plain file just before it was replaced must not go on writing to what nobody will ever read.
#[test]
fn who_waited_with_the_old_file_open_finds_nothing_in_it() {
    let (folder, store, key) = waiting();
    let mut old = File::open(folder.path().join(FILE)).unwrap();
    store.encrypt(&key, &actor(), None).unwrap();
    let mut left = Vec::new();
    old.read_to_end(&mut left).unwrap();
    assert_eq!(left.len(), 0);
}
