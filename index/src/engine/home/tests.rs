//! An index over a directory that changes every byte: what an encrypting directory needs of the engine.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

use super::Shelf;
use crate::engine::open::open;
use crate::{Change, Engine, Entry, Opened, Page, Query, Stop};

/// No cipher: it only makes sure that no byte goes past it.
#[derive(Debug, Clone)]
struct Turned(MmapDirectory);

fn turned(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|b| b ^ 0x5a).collect()
}

struct Writing(WritePtr);

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&turned(bytes)).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.0.terminate_ref(token)
    }
}

impl Directory for Turned {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let bytes = self.0.open_read(path)?.read_bytes().map_err(|e| OpenReadError::wrap_io_error(e, path.to_owned()))?;
        Ok(Arc::new(OwnedBytes::new(turned(&bytes))))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Ok(io::BufWriter::new(Box::new(Writing(self.0.open_write(path)?))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.0.atomic_read(path).map(|bytes| turned(&bytes))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.0.atomic_write(path, &turned(data))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.0.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.watch(callback)
    }
}

fn shelf() -> Shelf {
    Arc::new(|path| Ok(Box::new(Turned(MmapDirectory::open(path).unwrap()))))
}

fn total(engine: &Engine, query: &str) -> u64 {
    engine.search(&Query::parse(query).0, Page::default(), &Stop::new()).unwrap().total
}

#[test]
fn an_index_lives_through_whatever_directory_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let put = |key, text| Change::Put(Entry { key, text, author: "Dr A", ..Entry::default() });
    let Opened::NeedsRebuild { engine, .. } = open(dir.path(), "store", "1", &shelf()).unwrap() else { panic!("there was none") };
    engine.apply([put(1, "sepsis"), put(2, "no sepsis"), put(3, "cough")].into_iter(), 7, &Stop::new()).unwrap();
    engine.apply([put(3, "sepsis and cough"), Change::Remove(2)].into_iter(), 8, &Stop::new()).unwrap();
    drop(engine);

    let Opened::Ready(engine) = open(dir.path(), "store", "1", &shelf()).unwrap() else { panic!("it is whole") };
    assert_eq!((total(&engine, "sepsis"), total(&engine, "\"no sepsis\""), engine.sequence()), (2, 0, 8));
    assert_eq!(engine.verify().unwrap(), Vec::<String>::new());
    // Another version of the reader: the earlier index answers through the same directory, and goes in the end.
    let Opened::NeedsRebuild { engine: new, old, .. } = open(dir.path(), "store", "2", &shelf()).unwrap() else { panic!("another epoch") };
    assert_eq!(old.map(|old| total(&old, "sepsis")), Some(2));
    new.apply([put(1, "sepsis")].into_iter(), 9, &Stop::new()).unwrap();

    let folder = std::fs::read_dir(dir.path()).unwrap().map(|item| item.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let files =
        std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).filter(|path| path.extension().is_none_or(|e| e != "lock"));
    let mut seen = 0;
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        seen += 1;
        // Each file of an index ends with its footer, or is JSON.
        for plain in [&b"sepsis"[..], b"index_format_version", b"Dr A", b"segments", b"\"version\""] {
            assert!(!bytes.windows(plain.len()).any(|part| part == plain), "{}", file.display());
        }
    }
    assert!(seen > 5);
    // Who opens it without that directory gets an empty index to fill, and no wrong answer.
    let Opened::NeedsRebuild { engine, .. } = Engine::open(dir.path(), "store", "2").unwrap() else { panic!("not in plain") };
    assert_eq!(engine.documents(), 0);
}
