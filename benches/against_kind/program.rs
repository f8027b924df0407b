//! The program itself: its size, and how long it takes to print its usage text.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::statistics::Summary;

/// The number of runs: enough for a stable median.
const RUNS: usize = 200;

/// A program that does nothing, to compare with.
const BARE: &str = "/bin/true";

#[derive(Debug)]
pub(crate) struct Program {
    /// The size of the file, in bytes.
    size: u64,
    /// How long `-h` takes, in seconds.
    usage: f64,
    /// How long a process that does nothing takes, in seconds.
    bare: f64,
}

impl Program {
    /// Runs both in turns, and returns the medians.
    pub(crate) fn measure(mokctl: &str) -> Result<Self, String> {
        let size = fs::metadata(mokctl).map_err(|error| format!("{mokctl}: {error}"))?.len();
        let mut usage = Vec::new();
        let mut bare = Vec::new();
        for _ in 0..RUNS {
            usage.push(seconds(mokctl, &["-h"])?);
            bare.push(seconds(BARE, &[])?);
        }
        let median = |times| Summary::of(times).median;
        Ok(Self { size, usage: median(usage), bare: median(bare) })
    }

    pub(crate) fn text(&self) -> String {
        format!(
            "program: {:.2} MB; -h takes {:.2} ms, a process that does nothing {:.2} ms\n\
             ratio program usage {:.2}\n",
            self.megabytes(),
            self.usage * 1e3,
            self.bare * 1e3,
            self.usage / self.bare
        )
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "bytes": self.size, "usage_seconds": self.usage, "bare_seconds": self.bare })
    }

    pub(crate) fn markdown(&self) -> String {
        format!(
            "\nThe program is {:.2} MB. `mokctl -h` takes {:.2} ms, a process that does nothing \
             {:.2} ms (medians of {RUNS}).\n",
            self.megabytes(),
            self.usage * 1e3,
            self.bare * 1e3
        )
    }

    fn megabytes(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a file of 2^52 bytes is none of ours")]
        let bytes = self.size as f64;
        bytes / 1e6
    }
}

fn seconds(program: &str, words: &[&str]) -> Result<f64, String> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    let begun = Instant::now();
    command.status().map_err(|error| format!("{program}: {error}"))?;
    Ok(begun.elapsed().as_secs_f64())
}
