//! Calls for containers that compile programs, and for images of the results.

use std::time::Duration;

use crate::cluster::labels::Label;
use crate::docker::Call;

/// A container that compiles programs.
#[derive(Debug, Clone, Copy)]
pub struct CompileContainer<'a> {
    /// The container's name.
    pub name: &'a str,
    /// The image with the compiler.
    pub image: &'a str,
    /// The volume for caches and the folder where it is mounted, `VOLUME:FOLDER`.
    pub volume: &'a str,
    /// The names of environment variables that are passed on with their values in this process.
    pub inherited: &'a [&'static str],
    /// Further environment variables with their values.
    pub variables: &'a [(&'a str, &'a str)],
    /// The container's labels.
    pub labels: &'a [Label],
    /// The program and its arguments.
    pub command: &'a [&'a str],
}

/// Creates a container that compiles programs.
#[must_use]
pub fn create_compiler(container: &CompileContainer<'_>) -> Call {
    let CompileContainer { name, image, volume, inherited, variables, labels, command } = container;
    let mut args = vec![
        "create".to_owned(),
        format!("--name={name}"),
        // The user's proxies may listen on this machine's loopback address.
        "--network=host".into(),
        format!("--volume={volume}"),
    ];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    // If no value is given, the client takes the one in its environment.
    args.extend(inherited.iter().map(|name| format!("--env={name}")));
    args.extend(variables.iter().map(|(name, value)| format!("--env={name}={value}")));
    args.push((*image).to_owned());
    args.extend(command.iter().map(|word| (*word).to_owned()));
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Starts a container, prints its output, and exits with the container's status.
#[must_use]
pub fn start_attached(container: &str) -> Call {
    Call::new(["start", "--attach", container]).deadline(COMPILE)
}

/// Writes a folder of a container to standard output as a tar archive.
#[must_use]
pub fn copy_out(container: &str, folder: &str) -> Call {
    Call::new(["cp", &format!("{container}:{folder}"), "-"]).deadline(Call::TRANSFER)
}

/// Makes an image from a tar archive on standard input.
#[must_use]
pub fn import(tag: &str, labels: &[Label]) -> Call {
    let labels = labels.iter().map(|(key, value)| format!("--change=LABEL {key}={value}"));
    let words = ["import".to_owned()].into_iter().chain(labels).chain(["-".into(), tag.into()]);
    Call::new(words).deadline(Call::TRANSFER).to_its_end()
}

/// Runs a program of an image in a container that has no network and is removed afterwards.
#[must_use]
pub fn run_program(image: &str, command: &[&str]) -> Call {
    let words = ["run", "--rm", "--network=none", image].into_iter();
    Call::new(words.chain(command.iter().copied())).deadline(Call::WORK)
}

/// Removes a volume, unless a container uses it.
#[must_use]
pub fn remove_volume(name: &str) -> Call {
    Call::new(["volume", "rm", name]).deadline(Call::WORK)
}

/// The deadline for compiling the programs of one module on a slow machine.
const COMPILE: Duration = Duration::from_secs(2 * 3600);
