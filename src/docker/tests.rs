//! Tests of how calls end, which is the same for all programs: a shell takes the place of the
//! client.

use std::time::{Duration, Instant};

use super::stream::KEPT_LINES;
use super::*;

/// Returns a shell in place of the client, and a call that makes it run `script`, with a deadline
/// in milliseconds.
fn shell(script: &str, milliseconds: u64) -> (Docker, Call) {
    let path = std::env::var_os("PATH");
    let docker = Docker::locate(Some(OsStr::new("sh")), path.as_deref(), Interrupt::never());
    (docker.unwrap(), Call::new(["-c", script]).deadline(Duration::from_millis(milliseconds)))
}

fn stream(script: &str, milliseconds: u64) -> (Vec<String>, Result<(), DockerError>) {
    let (docker, call) = shell(script, milliseconds);
    let mut lines = Vec::new();
    let result = docker.stream(&call, |line| lines.push(line.to_owned()));
    (lines, result)
}

#[test]
fn a_stream_is_both_outputs_line_by_line() {
    let (lines, result) = stream("echo one; echo two >&2; printf 'three\\r\\nfour'", 10_000);
    result.unwrap();
    assert_eq!(lines, ["one", "two", "three", "four"]);
}

#[test]
fn a_stream_that_fails_keeps_its_last_lines_and_its_status() {
    let (_, result) = stream("seq 10050; exit 3", 10_000);
    let error = result.unwrap_err();
    assert!(matches!(&error, DockerError::Failed { status, .. } if status.code() == Some(3)));
    let output = error.output().unwrap();
    assert_eq!(output.lines().count(), KEPT_LINES);
    assert!(output.starts_with("51\n") && output.ends_with("\n10050"), "{output}");
}

#[test]
fn a_stream_that_hangs_is_given_up_with_what_it_said() {
    let (lines, result) = stream("echo begun; sleep 60", 300);
    assert_eq!(lines, ["begun"]);
    let error = result.unwrap_err();
    assert!(matches!(error, DockerError::TimedOut { .. }), "{error}");
    assert_eq!(error.output().as_deref(), Some("begun"));
}

#[test]
fn a_child_that_holds_the_stream_open_holds_nobody_up() {
    let begun = Instant::now();
    // The child has its own process group, so it is not killed with the client.
    let (lines, result) = stream("echo begun; setsid sleep 5 & exit 3", 300);
    assert_eq!(lines, ["begun"]);
    assert!(matches!(result, Err(DockerError::TimedOut { .. })), "{result:?}");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn nothing_begins_after_an_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let (docker, call) = shell(&format!("touch {}", trace.display()), 10_000);
    docker.interrupt.note(Signal::Terminate);
    let program = docker.program().to_owned();
    let results = [
        docker.capture(&call).map(drop),
        docker.stream(&call, |_| {}),
        docker.capture_piped(&program, &["-c", "exit 0"], &call).map(drop),
    ];
    for result in results {
        assert!(matches!(result, Err(DockerError::Interrupted { .. })), "{result:?}");
    }
    assert!(!trace.exists());
}

#[test]
fn a_pipe_fails_with_either_end() {
    let (docker, call) = shell("cat", 10_000);
    let program = docker.program().to_owned();
    let piped = |words: &[&str], call: &Call| docker.capture_piped(&program, words, call);
    assert_eq!(piped(&["-c", "echo through"], &call).unwrap(), "through");
    assert!(matches!(piped(&["-c", "exit 4"], &call), Err(DockerError::Failed { .. })));
    let deaf = Call::new(["-c", "exit 5"]);
    assert!(matches!(piped(&["-c", "echo lost"], &deaf), Err(DockerError::Failed { .. })));
}

#[test]
fn what_is_read_must_make_sense() {
    let (docker, call) = shell("echo 7", 10_000);
    assert_eq!(docker.read(&call, str::parse::<u8>).unwrap(), 7);
    let (docker, call) = shell("echo seven", 10_000);
    let error = docker.read(&call, str::parse::<u8>).unwrap_err();
    assert!(matches!(error, DockerError::Unexpected { .. }), "{error}");
}

#[test]
fn only_an_image_that_is_not_there_is_none() {
    let (docker, call) = shell("echo 'Error: No such image: x' >&2; exit 1", 10_000);
    assert!(docker.ask_image(&call).unwrap().is_none());
    let (docker, call) = shell("echo 'Error: broken' >&2; exit 1", 10_000);
    assert!(docker.ask_image(&call).is_err());
}
