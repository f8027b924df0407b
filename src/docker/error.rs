//! Errors of calls to the engine. They keep the command that failed, in a form that can be pasted
//! into a shell, and its output.

mod kind;

use std::process::ExitStatus;
use std::time::Duration;

pub use kind::ErrorKind;
use thiserror::Error;

use super::CommandLine;
use crate::cluster::port::PortBinding;
use crate::interrupt::Signal;

/// Why a call to the engine failed.
#[derive(Debug, Error)]
pub enum DockerError {
    /// The client program was not found.
    #[error("docker is not installed: no '{program}' in PATH")]
    NotInstalled {
        /// The program that was looked for.
        program: String,
    },
    /// The engine does not answer the client.
    #[error("the docker engine does not answer")]
    NotRunning {
        /// The client's message.
        stderr: String,
    },
    /// The user may not open the engine's socket.
    #[error("no permission to use the docker engine's socket")]
    NoPermission {
        /// The client's message.
        stderr: String,
    },
    /// The client could not be started, or reading its output failed.
    #[error("cannot run {command}")]
    Spawn {
        /// The command, escaped for a shell.
        command: CommandLine,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The command ran and failed.
    #[error("{command} failed ({status})")]
    Failed {
        /// The command, escaped for a shell.
        command: CommandLine,
        /// The exit status.
        status: ExitStatus,
        /// The command's standard output.
        stdout: String,
        /// The command's standard error.
        stderr: String,
    },
    /// The command exceeded its deadline.
    #[error("{command} did not end within {} s", after.as_secs_f64())]
    TimedOut {
        /// The command, escaped for a shell.
        command: CommandLine,
        /// The deadline.
        after: Duration,
        /// What the command had printed by then, on both streams.
        output: String,
    },
    /// The command succeeded, but its output was not understood.
    #[error("{command} printed something unexpected: {what}")]
    Unexpected {
        /// The command, escaped for a shell.
        command: CommandLine,
        /// What is wrong with the output.
        what: String,
    },
    /// A signal arrived while the command ran.
    #[error("interrupted during {command}")]
    Interrupted {
        /// The command, escaped for a shell.
        command: String,
        /// The signal.
        signal: Signal,
    },
}

impl DockerError {
    /// Returns the error of a failed call. If the client cannot reach its engine, the error omits
    /// the command, because the client's message is the same for every command.
    pub(crate) fn failed(
        command: CommandLine,
        status: ExitStatus,
        stdout: String,
        stderr: String,
    ) -> Self {
        if stderr.contains("permission denied while trying to connect")
            || stderr.contains("Got permission denied")
        {
            Self::NoPermission { stderr }
        } else if stderr.contains("Cannot connect to the Docker daemon")
            || stderr.contains("error during connect")
            || stderr.contains("failed to connect to the docker API")
        {
            Self::NotRunning { stderr }
        } else {
            Self::Failed { command, status, stdout, stderr }
        }
    }

    /// Adds what the command had printed to the error of an exceeded deadline.
    pub(super) fn with_output(self, printed: String) -> Self {
        match self {
            Self::TimedOut { command, after, .. } => {
                Self::TimedOut { command, after, output: printed }
            }
            other => other,
        }
    }

    /// Returns the output of the failed command, which is shown below the error.
    #[must_use]
    pub fn output(&self) -> Option<String> {
        match self {
            Self::Failed { stdout, stderr, .. } => {
                let both = format!("{}\n{}", stdout.trim_end(), stderr.trim_end());
                Some(both.trim().to_owned()).filter(|text| !text.is_empty())
            }
            Self::NotRunning { stderr } | Self::NoPermission { stderr } => {
                Some(stderr.trim().to_owned())
            }
            Self::TimedOut { output, .. } => {
                Some(output.trim().to_owned()).filter(|text| !text.is_empty())
            }
            Self::NotInstalled { .. }
            | Self::Spawn { .. }
            | Self::Unexpected { .. }
            | Self::Interrupted { .. } => None,
        }
    }

    /// Returns the complete command if the message shows only a part of it.
    #[must_use]
    pub fn whole_command(&self) -> Option<&str> {
        match self {
            Self::Spawn { command, .. }
            | Self::Failed { command, .. }
            | Self::TimedOut { command, .. }
            | Self::Unexpected { command, .. } => command.whole_if_cut(),
            Self::NotInstalled { .. }
            | Self::NotRunning { .. }
            | Self::NoPermission { .. }
            | Self::Interrupted { .. } => None,
        }
    }

    /// Returns what the user can do about the error.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotInstalled { .. } => {
                Some("install Docker, or name its program in MOKCTL_DOCKER")
            }
            Self::NotRunning { .. } => Some("start the engine, then run the command again"),
            Self::NoPermission { .. } => {
                Some("run mokctl as root or as a member of the socket's group")
            }
            Self::TimedOut { .. } => Some("is the engine overloaded, or its disk full?"),
            Self::Failed { .. } if self.kind() == ErrorKind::NameTaken => Some(
                "another run was faster, or the name is in use otherwise; \
                 'mokctl get clusters' shows clusters",
            ),
            Self::Failed { .. } if self.kind() == ErrorKind::NoIpv6 => Some(
                "the engine's host has no IPv6; boot it without 'ipv6.disable=1' on the kernel's \
                 command line",
            ),
            Self::Failed { .. } if self.kind() == ErrorKind::NoUserNamespace => Some(
                "'sysctl kernel.apparmor_restrict_unprivileged_userns=0' as root lets AppArmor \
                 allow it; or run mokctl as root",
            ),
            Self::Failed { .. } if self.kind() == ErrorKind::FewIds => Some(
                "'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER' as root \
                 gives the user ids; or run mokctl as root",
            ),
            Self::Failed { .. } if self.kind() == ErrorKind::PacketsDropped => Some(
                "a packet filter on the engine's host, such as Docker's beside podman: \
                 'sysctl net.bridge.bridge-nf-call-iptables=0' as root",
            ),
            Self::Spawn { .. }
            | Self::Failed { .. }
            | Self::Unexpected { .. }
            | Self::Interrupted { .. } => None,
        }
    }

    /// Describes the failure in one line: the first line of the client's output, if there is any.
    #[must_use]
    pub fn in_short(&self) -> String {
        let said = self.output().unwrap_or_default();
        let first = said.lines().next().filter(|line| !line.is_empty());
        first.map_or_else(|| self.to_string(), |line| line.trim_end_matches('.').to_owned())
    }

    /// Returns the reason for the failure, as far as the client's message tells it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        let Self::Failed { status, stderr, .. } = self else { return ErrorKind::Other };
        match ErrorKind::of(stderr) {
            // A client that was killed may have printed only a part of its message.
            ErrorKind::NoImage | ErrorKind::Gone if status.code().is_none() => ErrorKind::Other,
            kind => kind,
        }
    }

    /// Whether the call failed only because its objects no longer exist, which is fine for a
    /// removal.
    #[must_use]
    pub fn is_all_gone(&self) -> bool {
        let Self::Failed { stderr, .. } = self else { return false };
        // The last line of docker's message may be about the client's exit status.
        let says_why = |line: &&str| !line.is_empty() && !line.starts_with("exit status ");
        let mut lines = stderr.lines().filter(says_why).peekable();
        lines.peek().is_some() && lines.all(|line| ErrorKind::of(line) == ErrorKind::Gone)
    }

    /// Whether the engine's message names the address and port of `publish`.
    #[must_use]
    pub fn mentions(&self, publish: &PortBinding) -> bool {
        let PortBinding { address, port, .. } = publish;
        [' ', ':', '/'].iter().any(|end| self.says(&format!("{address}:{port}{end}")))
    }

    /// Whether the failed command's standard error contains `text`.
    fn says(&self, text: &str) -> bool {
        matches!(self, Self::Failed { stderr, .. } if stderr.contains(text))
    }
}
