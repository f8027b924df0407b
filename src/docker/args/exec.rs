//! Calls that run programs in a container.

use crate::docker::Call;

/// Runs a program in a container.
#[must_use]
pub fn exec<'a>(container: &'a str, command: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["exec", container].into_iter().chain(command))
}

/// Runs a program in a container that reads standard input. `input` describes the input.
#[must_use]
pub fn exec_with_input<'a>(
    container: &'a str,
    command: impl IntoIterator<Item = &'a str>,
    input: impl Into<String>,
) -> Call {
    Call::new(["exec", "--interactive", container].into_iter().chain(command)).input(input)
}

/// Runs a program in a container with the user's standard streams, and with a terminal if
/// `terminal`.
#[must_use]
pub fn exec_attached(container: &str, command: &[&str], terminal: bool) -> Call {
    let flags = ["--interactive"].into_iter().chain(terminal.then_some("--tty"));
    let words = flags.chain([container]).chain(command.iter().copied());
    Call::new(["exec"].into_iter().chain(words))
}

/// Runs a program in a container that reads gigabytes from standard input, such as images.
#[must_use]
pub fn exec_with_large_input<'a>(
    container: &'a str,
    command: impl IntoIterator<Item = &'a str>,
) -> Call {
    let words = ["exec", "--interactive", container].into_iter().chain(command);
    Call::new(words).deadline(Call::TRANSFER)
}
