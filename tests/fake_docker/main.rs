//! A docker client with its engine in one, for the tests of the program in `tests/cli`,
//! which lay its state out, link to it and read what it has recorded. Called as `podman` it
//! is podman. Texts and statuses are those of docker 28 and podman 5.4. What it does not
//! know: status 97; where its own files are not as they should be: 98.

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

/// Set where a call goes on after its client was killed: the number of the call.
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
        // The client that had the streams is gone.
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

/// Serves the call, by the engine that it names.
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
