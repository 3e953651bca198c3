//! The lines of `--plain`, and the end of waiting for them: an interface that nobody types in does not stay open.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Stdin};
use std::time::{Duration, Instant, SystemTime};

/// How long is waited before the clock is looked at again: a host that slept has not counted the time.
const LOOK: Duration = Duration::from_secs(10);

/// Lines typed by a person, or `TimedOut` when none has come for too long.
pub struct Lines<R> {
    input: BufReader<R>,
    after: Option<Duration>,
}

impl Lines<Waited> {
    /// Of standard input. Without `after` it waits for ever.
    pub fn of_stdin(after: Option<Duration>) -> Self {
        Self { input: BufReader::new(Waited(io::stdin())), after }
    }
}

/// What can be asked whether there is something to read.
pub trait Ready: Read {
    /// Whether something came, or the end of it, within `wait`.
    fn ready(&mut self, wait: Duration) -> io::Result<bool>;
}

/// Standard input, straight from its descriptor: what a buffer held would not show there.
pub struct Waited(Stdin);

impl Read for Waited {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        rustix::io::read(&self.0, into).map_err(io::Error::from)
    }
}

impl Ready for Waited {
    fn ready(&mut self, wait: Duration) -> io::Result<bool> {
        let wait =
            rustix::event::Timespec { tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX), tv_nsec: wait.subsec_nanos().into() };
        let mut fds = [rustix::event::PollFd::new(&self.0, rustix::event::PollFlags::IN)];
        match rustix::event::poll(&mut fds, Some(&wait)) {
            Ok(found) => Ok(found > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl<R: Ready> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let count = there.len().min(into.len());
        if let (Some(into), Some(from)) = (into.get_mut(..count), there.get(..count)) {
            into.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: Ready> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(after) = self.after.filter(|_| self.input.buffer().is_empty()) {
            let (began, wall) = (Instant::now(), SystemTime::now());
            loop {
                // The longer of the two clocks: one stands still while the host sleeps, the other can be set back.
                let spent = began.elapsed().max(wall.elapsed().unwrap_or_default());
                let Some(left) = after.checked_sub(spent).filter(|left| !left.is_zero()) else { return Err(ErrorKind::TimedOut.into()) };
                if self.input.get_mut().ready(left.min(LOOK))? {
                    break;
                }
            }
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.input.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says a line, then nothing any more.
    struct Once(&'static [u8]);

    impl Read for Once {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }

    impl Ready for Once {
        fn ready(&mut self, _: Duration) -> io::Result<bool> {
            Ok(!self.0.is_empty())
        }
    }

    #[test]
    fn plain_never_locked_however_long_nobody_typed() {
        let mut lines = Lines { input: BufReader::new(Once(b"1\n")), after: Some(Duration::from_nanos(1)) };
        let mut line = String::new();
        // Nothing is waited for any more: even the line that is there comes too late.
        assert_eq!(lines.read_line(&mut line).unwrap_err().kind(), ErrorKind::TimedOut);
        let mut lines = Lines { input: BufReader::new(Once(b"1\n")), after: Some(Duration::from_secs(3600)) };
        assert_eq!(lines.read_line(&mut line).unwrap(), 2);
        let mut lines = Lines { input: BufReader::new(Once(b"")), after: None };
        assert_eq!(lines.read_line(&mut line).unwrap(), 0, "without a lock the end is an end");
    }
}
