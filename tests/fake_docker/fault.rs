//! Faults: calls that fail, hang, die or lie because a test says so.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{self, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use signal_hook::consts::SIGKILL;
use signal_hook::low_level::raise;

use crate::engine::Engine;
use crate::exit::{Done, Exit};
use crate::files::{entries, get, touch};
use crate::pattern::matches;
use crate::{LATE, at_host};

/// A rule for the calls whose words match its pattern: for the nth of them, or for all.
pub(crate) struct Rule {
    folder: PathBuf,
}

impl Rule {
    /// Finds the first rule that applies to this call.
    pub(crate) fn find(engine: &Engine, words: &str) -> Option<Self> {
        let rules = entries(&engine.log.join("rules"));
        let mut rules = rules.into_iter().map(|folder| Self { folder });
        rules.find(|rule| matches(words, &rule.says("glob")) && rule.counts())
    }

    fn says(&self, file: &str) -> String {
        get(&self.folder.join(file))
    }

    /// Counts a matching call, and returns whether the rule applies to it.
    fn counts(&self) -> bool {
        let Ok(nth) = self.says("nth").parse::<usize>() else { return true };
        let mut ordinal = 1;
        while let Err(error) = fs::create_dir(self.folder.join(format!("match.{ordinal}"))) {
            // The test is removing the rule right now.
            if error.kind() != io::ErrorKind::AlreadyExists {
                return false;
            }
            ordinal += 1;
        }
        ordinal == nth
    }

    pub(crate) fn applies(self, engine: &mut Engine, words: &[String]) -> Done {
        touch(&self.folder.join("reached"));
        let serve_in_silence = |engine: &mut Engine| {
            engine.mute();
            // The client does not report the result.
            let _ = at_host(engine, words);
        };
        match self.says("action").as_str() {
            // The call does nothing, and prints the given answer.
            "answer" => {
                engine.print_file(&self.folder.join("stdout"))?;
                eprint!("{}", fs::read_to_string(self.folder.join("stderr"))?);
                match self.says("code").parse() {
                    Ok(0) => Ok(()),
                    code => Err(Exit(code.unwrap_or(98))),
                }
            }
            "garbage" => {
                let garbage = fs::read(self.folder.join("stdout"))?;
                serve_in_silence(engine);
                io::Write::write_all(&mut io::stdout(), &garbage)?;
                Ok(())
            }
            // The engine does it, but the client hangs and never reports it.
            "hang" => {
                serve_in_silence(engine);
                sleep(Duration::from_secs(100));
                process::exit(0)
            }
            // The engine does it, but the client dies before it reports it.
            "kill" => {
                serve_in_silence(engine);
                Ok(raise(SIGKILL)?)
            }
            // The engine does it and the client dies, but its child keeps the streams open.
            "orphan" => {
                serve_in_silence(engine);
                Command::new("/bin/sleep").arg("20").spawn()?;
                Ok(raise(SIGKILL)?)
            }
            // The client dies immediately; the engine does it all the same, a little later.
            "late" => {
                let mut later = Command::new(&engine.program);
                later.args(words).env(LATE, engine.number.to_string());
                later.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
                Ok(raise(SIGKILL)?)
            }
            // The call waits until the test releases it.
            "block" => {
                self.waits_for_release()?;
                at_host(engine, words)
            }
            _ => engine.unknown(),
        }
    }

    /// Waits until the test releases the call, or is over, so that no process is left behind.
    fn waits_for_release(&self) -> Done {
        let begun = Instant::now();
        while !self.folder.join("release").exists() {
            if !self.folder.is_dir() || begun.elapsed() > Duration::from_secs(120) {
                return Err(Exit(1));
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

/// Waits as long as an engine takes to do something after its client has died.
pub(crate) fn sleep_until_late() {
    sleep(Duration::from_millis(400));
}
