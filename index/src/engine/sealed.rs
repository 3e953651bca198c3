//! An index whose files are encrypted: a directory that seals what is written block by block and opens only the blocks that are read.
//! Nothing else of the engine knows of it. The format is in `docs/security.md`.
//!
//! A file is a head of 32 bytes (a mark of the format, a random salt) and blocks of 16 KiB, each sealed under the file's own key with its
//! number as nonce and whether it is the last one. The file's key comes from the index key, the salt and the file's name: so a block that
//! is changed, moved, left out, taken from another file, or a file that was cut or given another's name, does not open.

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha256;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::{Directory, HasLen};
use zeroize::Zeroizing;

use super::home::Shelf;
use crate::error::IndexError;

/// What every file begins with: format and version.
const MARK: &[u8; 8] = b"lacidx1\n";
const SALT: usize = 24;
const HEAD: usize = MARK.len() + SALT;
/// Bytes of a block before it is sealed; only the last one may have fewer.
const BLOCK: usize = 16 << 10;
const TAG: usize = 16;

/// The shelf of an index that is sealed with `key`.
pub(crate) fn sealed(key: &[u8; 32]) -> Shelf {
    let key = Arc::new(Zeroizing::new(*key));
    Arc::new(move |path| {
        let inner = MmapDirectory::open(path).map_err(|e| IndexError::Unusable(e.to_string()))?;
        Ok(Box::new(Sealed { inner, folder: path.to_owned(), key: Arc::clone(&key) }))
    })
}

#[derive(Clone)]
struct Sealed {
    inner: MmapDirectory,
    folder: PathBuf,
    key: Arc<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

impl Sealed {
    fn fresh(&self, path: &Path) -> io::Result<([u8; HEAD], ChaCha20Poly1305)> {
        let mut salt = [0_u8; SALT];
        getrandom::fill(&mut salt).map_err(|e| io::Error::other(e.to_string()))?;
        let mut head = [0_u8; HEAD];
        head.iter_mut().zip(MARK.iter().chain(&salt)).for_each(|(to, from)| *to = *from);
        Ok((head, cipher(&self.key, path, &salt)))
    }
}

/// What a sealed file of the index holds, from its bytes: the engine's own reader, for checks from outside (`fuzz/`).
///
/// # Errors
/// It is not one of ours, not whole, was changed, has another name or another key.
pub fn sealed_contents(key: &[u8; 32], name: &Path, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let reader = reader(key, name, Arc::new(OwnedBytes::new(bytes)))?;
    Ok(reader.read_bytes(0..reader.len)?.to_vec())
}

fn cipher(key: &[u8; 32], path: &Path, salt: &[u8; SALT]) -> ChaCha20Poly1305 {
    let mut own = Zeroizing::new([0_u8; 32]);
    let info = [&b"lacuna 1 index file "[..], path.as_os_str().as_encoded_bytes()];
    // 32 bytes are far below HKDF's bound: this cannot fail.
    let _never_too_long = Hkdf::<Sha256>::new(Some(salt), key).expand_multi_info(&info, &mut own[..]);
    ChaCha20Poly1305::new(&Key::from(*own))
}

fn reader(key: &[u8; 32], path: &Path, file: Arc<dyn FileHandle>) -> io::Result<Reader> {
    let head = if file.len() >= HEAD { file.read_bytes(0..HEAD)? } else { return Err(foreign()) };
    let salt = head.as_slice().strip_prefix(MARK).and_then(|salt| <&[u8; SALT]>::try_from(salt).ok()).ok_or_else(foreign)?;
    let body = file.len() - HEAD;
    let (whole, rest) = (body / (BLOCK + TAG), body % (BLOCK + TAG));
    let len = match rest {
        0 if whole > 0 => whole * BLOCK,
        TAG.. => whole * BLOCK + rest - TAG,
        _ => return Err(foreign()),
    };
    let reader = Reader { cipher: cipher(key, path, salt), blocks: whole + usize::from(rest > 0), len, file };
    if len == 0 {
        // Nothing will be read of an empty file: that it is one is sealed too, or any file cut to this length would pass for it.
        reader.block(0, &mut Vec::new())?;
    }
    Ok(reader)
}

/// Not one of ours, or not whole.
fn foreign() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a file of the search index is not one of ours")
}

/// Number and end of a block: no two blocks under one key share it.
fn nonce(number: usize, last: bool) -> Nonce {
    let mut bytes = [0_u8; 12];
    let (place, end) = ((number as u64).to_be_bytes(), [u8::from(last)]);
    bytes.iter_mut().zip(place.iter().chain(&end)).for_each(|(to, from)| *to = *from);
    Nonce::from(bytes)
}

fn seal(cipher: &ChaCha20Poly1305, number: usize, last: bool, block: &mut [u8]) -> io::Result<Tag> {
    let sealed = cipher.encrypt_inout_detached(&nonce(number, last), b"", block.into());
    sealed.map_err(|_| io::Error::other("a block of the search index could not be sealed"))
}

/// A sealed file, opened for reading.
struct Reader {
    cipher: ChaCha20Poly1305,
    file: Arc<dyn FileHandle>,
    blocks: usize,
    len: usize,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({} bytes)", self.len)
    }
}

impl HasLen for Reader {
    fn len(&self) -> usize {
        self.len
    }
}

impl Reader {
    /// Adds the bytes of one block to `out`.
    fn block(&self, number: usize, out: &mut Vec<u8>) -> io::Result<()> {
        let from = HEAD + number * (BLOCK + TAG);
        let stored = self.file.read_bytes(from..self.file.len().min(from + BLOCK + TAG))?;
        let (body, tag) = stored.as_slice().split_last_chunk::<TAG>().ok_or_else(foreign)?;
        let at = out.len();
        out.extend_from_slice(body);
        let plain = out.get_mut(at..).ok_or_else(foreign)?;
        let opened = self.cipher.decrypt_inout_detached(&nonce(number, number + 1 == self.blocks), b"", plain.into(), &Tag::from(*tag));
        opened.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a block of the search index was changed, or has another key"))
    }
}

impl FileHandle for Reader {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.is_empty() {
            return Ok(OwnedBytes::empty());
        }
        if range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (first, last) = (range.start / BLOCK, (range.end - 1) / BLOCK);
        let mut plain = Vec::with_capacity((last - first + 1) * BLOCK);
        for number in first..=last {
            self.block(number, &mut plain)?;
        }
        let start = range.start - first * BLOCK;
        Ok(OwnedBytes::new(plain).slice(start..start + range.len()))
    }
}

/// A sealed file, being written: one block waits, since only the end tells whether it is the last one.
struct Writer {
    cipher: ChaCha20Poly1305,
    inner: WritePtr,
    waiting: Vec<u8>,
    written: usize,
}

impl Writer {
    fn put(&mut self, last: bool) -> io::Result<()> {
        let tag = seal(&self.cipher, self.written, last, &mut self.waiting)?;
        self.inner.write_all(&self.waiting)?;
        self.inner.write_all(&tag)?;
        self.waiting.clear();
        self.written += 1;
        Ok(())
    }
}

impl Write for Writer {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len();
        while !bytes.is_empty() {
            if self.waiting.len() == BLOCK {
                self.put(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
        Ok(taken)
    }

    /// What waits for its end is not written: a file counts only when it is whole.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl TerminatingWrite for Writer {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.put(true)?;
        self.inner.terminate_ref(token)
    }
}

impl Directory for Sealed {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let file = self.inner.get_file_handle(path)?;
        let reader = reader(&self.key, path, file).map_err(|e| OpenReadError::wrap_io_error(e, path.to_owned()))?;
        Ok(Arc::new(reader))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let mut inner = self.inner.open_write(path)?;
        let failed = |e| OpenWriteError::wrap_io_error(e, path.to_owned());
        let (head, cipher) = self.fresh(path).map_err(failed)?;
        inner.write_all(&head).map_err(failed)?;
        Ok(io::BufWriter::new(Box::new(Writer { cipher, inner, waiting: Vec::with_capacity(BLOCK), written: 0 })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = self.inner.atomic_read(path)?;
        sealed_contents(&self.key, path, bytes).map_err(|e| OpenReadError::wrap_io_error(e, path.to_owned()))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let (head, cipher) = self.fresh(path)?;
        let mut whole = head.to_vec();
        let blocks = data.len().div_ceil(BLOCK).max(1);
        for number in 0..blocks {
            let from = number * BLOCK;
            let mut block = data.get(from..data.len().min(from + BLOCK)).unwrap_or_default().to_vec();
            let tag = seal(&cipher, number, number + 1 == blocks, &mut block)?;
            whole.extend_from_slice(&block);
            whole.extend_from_slice(&tag);
        }
        self.inner.atomic_write(path, &whole)?;
        super::home::share(&self.folder, path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    /// To the file system's own lock, which ends with its process: the trait's default leaves a file behind when one is killed.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.inner.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
