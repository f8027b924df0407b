//! The fake docker: client and engine in one program, for the tests in `tests/cli`. These set up
//! its state, put a link to it on the PATH, and read the calls that it records. Called as `podman`
//! it behaves as podman. Messages and statuses are those of docker 28 and podman 5.4. It exits
//! with status 97 if it does not know a call, with 98 if its files are broken.

#![expect(clippy::print_stderr, reason = "it is what the client says")]

mod archive;
mod containers;
mod engine;
mod exit;
mod fault;
mod files;
mod flags;
mod images;
mod inspect;
mod kubectl;
mod layers;
mod lists;
mod networks;
mod nodes;
mod pattern;
mod power;
mod programs;
mod run;
mod serve;
mod upgrade;

use std::env;
use std::process::ExitCode;

use engine::Engine;
use exit::{Done, Exit};
use fault::Rule;

/// The variable with the number of a call that goes on after its client was killed.
const LATE: &str = "FAKE_DOCKER_LATE";

fn main() -> ExitCode {
    let argv: Vec<String> = env::args().collect();
    let (program, words) = (&argv[0], &argv[1..]);
    let late = env::var(LATE).ok().and_then(|number| number.parse().ok());
    let mut engine = match Engine::beside(program, words, late) {
        Ok(engine) => engine,
        Err(Exit(status)) => return ExitCode::from(status),
    };
    if late.is_some() {
        // The client whose streams these are is gone.
        engine.mute();
        fault::sleep_until_late();
        let _ = at_host(&mut engine, words);
        return ExitCode::SUCCESS;
    }
    let done = engine.record().and_then(|()| answer(&mut engine, words));
    let status = done.and_then(|()| engine.flush()).map_or_else(|Exit(status)| status, |()| 0);
    engine.record_end(status);
    ExitCode::from(status)
}

fn answer(engine: &mut Engine, words: &[String]) -> Done {
    match Rule::find(engine, &words.join(" ")) {
        Some(rule) => rule.applies(engine, words),
        None => at_host(engine, words),
    }
}

/// Serves the call with the engine that it names.
fn at_host(engine: &mut Engine, words: &[String]) -> Done {
    let named = words
        .first()
        .and_then(|word| word.strip_prefix("--context=").or_else(|| word.strip_prefix("--host=")));
    match named {
        Some(host) => {
            engine.go_to(host, &words[1..])?;
            engine.serve(&words[1..])
        }
        None => engine.serve(words),
    }
}
