//! Runs commands with a time limit.

use std::fs;
use std::process::{Command, Stdio};

use crate::setup::Setup;

/// The limit for creating or deleting a cluster on a slow machine, in seconds.
pub(crate) const LIMIT: u32 = 900;

/// Runs a command with `first` at the front of its PATH. Returns the CPU seconds that the command
/// and its children used, as the shell counts them.
pub(crate) fn timed(setup: &Setup, words: &[String], first: Option<&str>) -> Result<f64, String> {
    let script = r#"TIMEFORMAT='%U %S'; { time timeout --foreground "$@" >&3 2>&3; } 3>"$LOG""#;
    let log = setup.path("command.log");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = first.map_or(path.clone(), |first| format!("{first}:{path}"));
    let output = Command::new("bash")
        .args(["-c", script, "bash", &LIMIT.to_string()])
        .args(words)
        .env("LOG", &log)
        .env("PATH", path)
        .env("KUBECONFIG", setup.path("kubeconfig"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("bash: {error}"))?;
    if !output.status.success() {
        let said = fs::read_to_string(&log).unwrap_or_default();
        return Err(format!("{}: {}\n{said}", words.join(" "), output.status));
    }
    let times = String::from_utf8_lossy(&output.stderr);
    Ok(times.split_whitespace().filter_map(|word| word.parse::<f64>().ok()).sum())
}
