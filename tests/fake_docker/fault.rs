//! What shall go wrong.

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

/// A rule is for the calls whose words match its pattern: for the nth of them, or for all.
pub(crate) struct Rule {
    folder: PathBuf,
}

impl Rule {
    /// The first one that is meant for this call.
    pub(crate) fn find(engine: &Engine, words: &str) -> Option<Self> {
        let rules = entries(&engine.log.join("rules"));
        let mut rules = rules.into_iter().map(|folder| Self { folder });
        rules.find(|rule| matches(words, &rule.says("glob")) && rule.counts())
    }

    fn says(&self, file: &str) -> String {
        get(&self.folder.join(file))
    }

    /// Counts a call that matches, and says whether it is meant.
    fn counts(&self) -> bool {
        let Ok(nth) = self.says("nth").parse::<usize>() else { return true };
        let mut ordinal = 1;
        while let Err(error) = fs::create_dir(self.folder.join(format!("match.{ordinal}"))) {
            // The test heals the engine just now.
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
            // What became of it is not told.
            let _ = at_host(engine, words);
        };
        match self.says("action").as_str() {
            // Does nothing, but says so.
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
            // Done, but the client never says so.
            "hang" => {
                serve_in_silence(engine);
                sleep(Duration::from_secs(100));
                process::exit(0)
            }
            // Done, but the client dies before it can say so.
            "kill" => {
                serve_in_silence(engine);
                Ok(raise(SIGKILL)?)
            }
            // Done, and the client dies, but its child has the streams and lives on.
            "orphan" => {
                serve_in_silence(engine);
                Command::new("/bin/sleep").arg("20").spawn()?;
                Ok(raise(SIGKILL)?)
            }
            // The client dies at once; the engine does it nevertheless, a little later.
            "late" => {
                let mut later = Command::new(&engine.program);
                later.args(words).env(LATE, engine.number.to_string());
                later.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
                Ok(raise(SIGKILL)?)
            }
            // Until the test lets it go.
            "block" => {
                self.waits_for_release()?;
                at_host(engine, words)
            }
            _ => engine.unknown(),
        }
    }

    /// Until the test lets it go, or is over: no process is left to wait for.
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

/// How long the engine takes that does something after its client is gone.
pub(crate) fn sleep_until_late() {
    sleep(Duration::from_millis(400));
}
