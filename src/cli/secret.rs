//! Passphrases: asked on the terminal without an echo, or read from a descriptor that a script names. Never an argument, never the
//! environment: both show in the process list or are handed on to children.

use super::args::Global;
use crate::error::{Result, Trouble};
use crate::keys::Zeroizing;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::sync::{Mutex, PoisonError};

/// The longest line that is taken for a secret.
const LONGEST: usize = 1024;

/// Whether secrets come from a descriptor instead of a person.
pub fn scripted(global: &Global) -> bool {
    global.passphrase_fd.is_some()
}

/// Whether a secret can be had at all.
pub fn possible(global: &Global) -> bool {
    scripted(global) || terminal().is_ok()
}

/// A secret: the next line of the descriptor, or what a person types at `words`.
pub fn ask(global: &Global, words: &str) -> Result<Zeroizing<String>> {
    match global.passphrase_fd {
        Some(number) => from_descriptor(number),
        None => from_terminal(words, false),
    }
}

/// A new passphrase: typed twice by a person.
pub fn ask_new(global: &Global, words: &str) -> Result<Zeroizing<String>> {
    let first = ask(global, words)?;
    crate::keys::check_passphrase(&first)?;
    if !scripted(global) && *from_terminal("The same again", false)? != *first {
        return Err(Trouble::input("the two passphrases are not the same").hint("do it again; nothing was changed"));
    }
    Ok(first)
}

/// Words that a person types and sees.
pub fn ask_open(words: &str) -> Result<Zeroizing<String>> {
    from_terminal(words, true)
}

/// Shows a person what must not go into a file or a pipe.
pub fn tell(words: &str) -> Result<()> {
    let mut terminal = terminal()?;
    writeln!(terminal, "{}", crate::text::multiline(words)).map_err(|e| Trouble::system("the terminal cannot be written to").why(e.kind()))
}

fn from_descriptor(number: u32) -> Result<Zeroizing<String>> {
    /// The open descriptor: its second line is read where the first one ended.
    static OPEN: Mutex<Option<File>> = Mutex::new(None);
    let failed = |e: io::Error| {
        Trouble::input("the passphrase could not be read")
            .at(format!("--passphrase-fd {number}"), None)
            .why(e.kind())
            .hint("give a descriptor that is open, such as 0 for standard input, or 3 with `3<file`")
    };
    if number == 0 {
        // Straight from the descriptor: what comes after the line is left for the command.
        let stdin = io::stdin();
        return line(|byte| rustix::io::read(&stdin, byte).map_err(io::Error::from)).map_err(failed);
    }
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if open.is_none() {
        *open = Some(File::open(format!("/dev/fd/{number}")).map_err(failed)?);
    }
    match open.as_mut() {
        Some(file) => line(|byte| file.read(byte)).map_err(failed),
        None => Err(failed(io::ErrorKind::NotFound.into())),
    }
}

/// One line, byte by byte: a buffer would keep the rest of it in memory.
fn line(mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = [0_u8; 1];
    loop {
        let count = match read(&mut byte) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        match (count, byte) {
            (0, _) if bytes.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            (0, _) | (_, [b'\n']) => break,
            _ if bytes.len() >= LONGEST => return Err(io::ErrorKind::InvalidInput.into()),
            (_, [b]) => bytes.push(b),
        }
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn terminal() -> Result<File> {
    // Where neither keys nor messages have a terminal, a script is running: it must not wait for a person.
    let person = io::stdin().is_terminal() || io::stderr().is_terminal();
    let file = Some(()).filter(|()| person).and_then(|()| OpenOptions::new().read(true).write(true).open("/dev/tty").ok());
    file.ok_or_else(|| {
        Trouble::input("a passphrase is needed and there is no terminal to ask for it").hint("scripts give it with --passphrase-fd N")
    })
}

/// Puts a terminal back as it was.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Drop for Quiet {
    fn drop(&mut self) {
        tcsetattr(&self.terminal, OptionalActions::Flush, &self.before).ok();
    }
}

fn from_terminal(words: &str, seen: bool) -> Result<Zeroizing<String>> {
    let failed = |e: io::Error| Trouble::system("the terminal cannot be used").why(e.kind());
    let file = terminal()?;
    let before = tcgetattr(&file).map_err(|e| failed(e.into()))?;
    let mut quiet = before.clone();
    // Keys come one by one, Ctrl-C among them: a program that it ended here would leave the terminal without its echo.
    quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
    quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
    quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
    tcsetattr(&file, OptionalActions::Flush, &quiet).map_err(|e| failed(e.into()))?;
    let mut guard = Quiet { terminal: file, before };
    write!(guard.terminal, "{}: ", crate::text::label(words)).map_err(failed)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = [0_u8; 1];
    loop {
        if guard.terminal.read(&mut byte).map_err(failed)? == 0 {
            return Err(ended());
        }
        match byte[0] {
            b'\r' | b'\n' => break,
            3 | 4 => {
                writeln!(guard.terminal).ok();
                return Err(ended());
            }
            21 => bytes.clear(),
            8 | 127 => while bytes.pop().is_some_and(|b| b & 0xC0 == 0x80) {},
            b if b < 32 || bytes.len() >= LONGEST => continue,
            b => bytes.push(b),
        }
        if seen {
            guard.terminal.write_all(&byte).map_err(failed)?;
        }
    }
    writeln!(guard.terminal).map_err(failed)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Trouble::input("what was typed is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn ended() -> Trouble {
    Trouble::input("nothing was typed to the end").hint("nothing was changed")
}
