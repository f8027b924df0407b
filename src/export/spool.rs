//! An export that several readers follow while it is written, each at its own pace: a slow one
//! does not hold up the others.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The part of an export that has been written, in an unnamed temporary file.
#[derive(Debug)]
pub struct Spool {
    file: File,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The number of bytes written.
    written: u64,
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    CutShort,
}

impl Spool {
    /// Returns an empty spool in the folder for temporary files.
    ///
    /// # Errors
    /// Fails if the file cannot be created.
    pub fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Copies `export` to the end.
    ///
    /// # Errors
    /// Fails if reading or writing does.
    pub fn fill(&self, export: &mut dyn Read) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 17];
        let mut written = 0;
        loop {
            let count = export.read(&mut buffer)?;
            let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else {
                return Ok(());
            };
            self.file.write_all_at(part, written)?;
            written += count as u64;
            self.state().written = written;
            self.changed.notify_all();
        }
    }

    /// Marks the end of the export, and whether it is complete.
    pub fn end(&self, is_whole: bool) {
        self.state().end = Some(if is_whole { End::Whole } else { End::CutShort });
        self.changed.notify_all();
    }

    /// Returns a reader that starts at the beginning and waits for data that are not there yet.
    pub fn follow(&self) -> impl Read + '_ {
        Follower { spool: self, read: 0 }
    }

    /// Waits until the export is complete, and returns the file.
    ///
    /// # Errors
    /// Fails if the export was cut short.
    pub fn whole(&self) -> io::Result<&File> {
        let mut state = self.state();
        loop {
            match state.end {
                Some(End::Whole) => return Ok(&self.file),
                Some(End::CutShort) => return Err(cut_short()),
                None => state = self.wait(state),
            }
        }
    }

    // The lock cannot be poisoned: nothing panics while it is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the export was cut short")
}

struct Follower<'a> {
    spool: &'a Spool,
    read: u64,
}

impl Read for Follower<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.spool.state();
        while state.written == self.read {
            match state.end {
                Some(End::Whole) => return Ok(0),
                Some(End::CutShort) => return Err(cut_short()),
                None => state = self.spool.wait(state),
            }
        }
        let there = state.written - self.read;
        drop(state);
        // The file may already have more bytes than are counted. A reader that read them would be
        // ahead of the count, and take the end of the file for the end of the export.
        let within = buffer.len().min(usize::try_from(there).unwrap_or(usize::MAX));
        let count = self.spool.file.read_at(&mut buffer[..within], self.read)?;
        self.read += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn read(spool: &Spool) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        spool.follow().read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn each_reader_gets_all_of_it_though_it_came_before() {
        let spool = Spool::new().unwrap();
        let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
        thread::scope(|scope| {
            let early = scope.spawn(|| read(&spool).unwrap());
            spool.fill(&mut &bytes[..]).unwrap();
            spool.end(true);
            assert!(early.join().unwrap() == bytes);
        });
        assert!(read(&spool).unwrap() == bytes);
        assert!(spool.whole().is_ok());
    }

    #[test]
    fn what_is_written_but_not_counted_yet_is_left_for_later() {
        let spool = Spool::new().unwrap();
        spool.fill(&mut &b"first "[..]).unwrap();
        // The state between writing bytes and counting them.
        spool.file.write_all_at(b"second", 6).unwrap();
        let mut follower = spool.follow();
        let mut buffer = [0; 64];
        assert_eq!(follower.read(&mut buffer).unwrap(), 6);
        thread::scope(|scope| {
            scope.spawn(|| {
                spool.state().written = 12;
                spool.end(true);
            });
            let mut rest = Vec::new();
            follower.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"second");
        });
    }

    #[test]
    fn what_is_cut_short_is_not_taken_for_the_whole() {
        let spool = Spool::new().unwrap();
        thread::scope(|scope| {
            let early = scope.spawn(|| read(&spool));
            spool.fill(&mut &b"part"[..]).unwrap();
            spool.end(false);
            assert_eq!(early.join().unwrap().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        });
        assert!(spool.whole().is_err());
    }
}
