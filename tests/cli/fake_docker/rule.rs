//! Faults: what will go wrong, and with which calls.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A fault, whose kind is set with one of the methods. Calls that hang, are killed or print
/// garbage still have their effect.
#[must_use]
pub(crate) struct Rule {
    folder: PathBuf,
}

impl Rule {
    /// Returns a fault in `folder` for the calls whose words, joined by blanks, match `glob`.
    pub(super) fn new(folder: PathBuf, glob: &str) -> Self {
        let rule = Self { folder };
        rule.write("glob", glob);
        rule.write("nth", "");
        rule
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), format!("{text}\n")).unwrap();
    }

    /// Limits the fault to the `n`th call that matches.
    pub(crate) fn nth(self, n: usize) -> Self {
        self.write("nth", &n.to_string());
        self
    }

    /// Makes the call fail without any effect.
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

    /// Kills the client, while a child of it keeps its streams open.
    pub(crate) fn orphans(&self) {
        self.write("action", "orphan");
    }

    /// Kills the client; the engine does the work a little later.
    pub(crate) fn is_done_late(&self) {
        self.write("action", "late");
    }

    /// Makes the call wait until the test releases it, or until it is killed.
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
    /// Waits until the call has begun.
    pub(crate) fn is_reached(&self) {
        let begun = Instant::now();
        while !self.folder.join("reached").exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the call never came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets the call go on.
    pub(crate) fn release(&self) {
        fs::write(self.folder.join("release"), "").unwrap();
    }
}
