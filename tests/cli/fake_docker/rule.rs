//! Faults: what shall go wrong, and with which calls.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A fault, to be finished with one of the methods that say which. The calls
/// that hang, are killed or print garbage have their effect nevertheless.
#[must_use]
pub(crate) struct Rule {
    folder: PathBuf,
}

impl Rule {
    /// In `folder`, for the calls whose words, joined by blanks, match `glob`.
    pub(super) fn new(folder: PathBuf, glob: &str) -> Self {
        let rule = Self { folder };
        rule.write("glob", glob);
        rule.write("nth", "");
        rule
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), format!("{text}\n")).unwrap();
    }

    /// Only the `n`th call that matches.
    pub(crate) fn nth(self, n: usize) -> Self {
        self.write("nth", &n.to_string());
        self
    }

    /// Without any effect.
    pub(crate) fn fails(&self, code: i32, stderr: &str) {
        self.write("stdout", "");
        fs::write(self.folder.join("stdout"), "").unwrap();
        self.write("stderr", stderr);
        self.write("code", &code.to_string());
        self.write("action", "answer");
    }

    pub(crate) fn prints(&self, stdout: &[u8]) {
        fs::write(self.folder.join("stdout"), stdout).unwrap();
        self.write("action", "garbage");
    }

    pub(crate) fn hangs(&self) {
        self.write("action", "hang");
    }

    pub(crate) fn is_killed(&self) {
        self.write("action", "kill");
    }

    /// The client is killed; its own child lives on with its streams.
    pub(crate) fn orphans(&self) {
        self.write("action", "orphan");
    }

    /// The client is killed, the engine does it a little later.
    pub(crate) fn is_done_late(&self) {
        self.write("action", "late");
    }

    /// Waits until the test lets it go on, or until it is killed.
    pub(crate) fn blocks(self) -> Block {
        self.write("action", "block");
        Block { folder: self.folder }
    }
}

/// A call that waits for the test.
pub(crate) struct Block {
    folder: PathBuf,
}

impl Block {
    /// Returns when the call has come.
    pub(crate) fn is_reached(&self) {
        let begun = Instant::now();
        while !self.folder.join("reached").exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the call never came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets it go on.
    pub(crate) fn release(&self) {
        fs::write(self.folder.join("release"), "").unwrap();
    }
}
