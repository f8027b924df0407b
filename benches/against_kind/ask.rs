//! Reads files and the output of programs.

use std::fs;
use std::process::Command;

/// Returns the text of a file.
pub(crate) fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

/// Returns the number after `name` at the start of a line.
pub(crate) fn field(text: &str, name: &str) -> Option<f64> {
    let mut lines = text.lines().map(|line| line.split_whitespace());
    lines.find_map(|mut words| (words.next() == Some(name)).then(|| words.next()?.parse().ok())?)
}

/// Runs a program, which must succeed, and returns its output without the last newline.
pub(crate) fn output(program: &str, words: &[&str]) -> Result<String, String> {
    let shown = || format!("{program} {}", words.join(" "));
    let output = Command::new(program).args(words).output();
    let output = output.map_err(|error| format!("{}: {error}", shown()))?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}\n{printed}", shown(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
