//! What can go wrong between mokctl and the engine. Every failed call keeps its
//! command, ready to paste, and what it printed.

mod kind;

use std::process::ExitStatus;
use std::time::Duration;

pub use kind::ErrorKind;
use thiserror::Error;

use super::CommandLine;
use crate::cluster::port::PortBinding;
use crate::interrupt::Signal;

/// A call to the engine that did not do what it was for.
#[derive(Debug, Error)]
pub enum DockerError {
    /// There is no `docker` program.
    #[error("docker is not installed: no '{program}' in PATH")]
    NotInstalled {
        /// What was looked for.
        program: String,
    },
    /// The client is there, the engine does not answer.
    #[error("the docker engine does not answer")]
    NotRunning {
        /// The client's own words.
        stderr: String,
    },
    /// The engine's socket may not be opened.
    #[error("no permission to use the docker engine's socket")]
    NoPermission {
        /// The client's own words.
        stderr: String,
    },
    /// The client could not be started.
    #[error("cannot run {command}")]
    Spawn {
        /// The command, shell-escaped.
        command: CommandLine,
        /// Why.
        source: std::io::Error,
    },
    /// The command ran and failed.
    #[error("{command} failed ({status})")]
    Failed {
        /// The command, shell-escaped.
        command: CommandLine,
        /// How it ended.
        status: ExitStatus,
        /// What it said on its standard output.
        stdout: String,
        /// What it said on its standard error.
        stderr: String,
    },
    /// The command took longer than it may.
    #[error("{command} did not end within {} s", after.as_secs_f64())]
    TimedOut {
        /// The command, shell-escaped.
        command: CommandLine,
        /// How long it was waited for.
        after: Duration,
        /// What it had printed by then, on both streams.
        output: String,
    },
    /// The command succeeded and printed something unforeseen.
    #[error("{command} printed something unexpected: {what}")]
    Unexpected {
        /// The command, shell-escaped.
        command: CommandLine,
        /// What is wrong with it.
        what: String,
    },
    /// The user asked to stop while the command ran.
    #[error("interrupted during {command}")]
    Interrupted {
        /// The command, shell-escaped.
        command: String,
        /// How.
        signal: Signal,
    },
}

impl DockerError {
    /// Sorts a failed call: what the client says when it has no engine to talk to
    /// is the same for every command.
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

    /// The same error with what the command had printed by then, where it ran out
    /// of time.
    pub(super) fn with_output(self, printed: String) -> Self {
        match self {
            Self::TimedOut { command, after, .. } => {
                Self::TimedOut { command, after, output: printed }
            }
            other => other,
        }
    }

    /// What the failing command printed, to be shown below the error.
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

    /// The whole command, where the message has a part of it alone.
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

    /// What the user can do about it.
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

    /// The failure in a line: the client's own first one, where it said something.
    #[must_use]
    pub fn in_short(&self) -> String {
        let said = self.output().unwrap_or_default();
        let first = said.lines().next().filter(|line| !line.is_empty());
        first.map_or_else(|| self.to_string(), |line| line.trim_end_matches('.').to_owned())
    }

    /// What kept the engine from it, as far as the client says.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        let Self::Failed { status, stderr, .. } = self else { return ErrorKind::Other };
        match ErrorKind::of(stderr) {
            // A client that something ended has not come to its end: what it said may not
            // be all.
            ErrorKind::NoImage | ErrorKind::Gone if status.code().is_none() => ErrorKind::Other,
            kind => kind,
        }
    }

    /// Whether all that the call was for is gone, which is what a removal wants.
    #[must_use]
    pub fn is_all_gone(&self) -> bool {
        let Self::Failed { stderr, .. } = self else { return false };
        // docker's client ends with a line about its own exit status.
        let says_why = |line: &&str| !line.is_empty() && !line.starts_with("exit status ");
        let mut lines = stderr.lines().filter(says_why).peekable();
        lines.peek().is_some() && lines.all(|line| ErrorKind::of(line) == ErrorKind::Gone)
    }

    /// Whether the engine names the address and port of `publish`.
    #[must_use]
    pub fn names(&self, publish: &PortBinding) -> bool {
        let PortBinding { address, port, .. } = publish;
        [' ', ':', '/'].iter().any(|end| self.says(&format!("{address}:{port}{end}")))
    }

    /// Whether the failed command's standard error says `text`.
    fn says(&self, text: &str) -> bool {
        matches!(self, Self::Failed { stderr, .. } if stderr.contains(text))
    }
}
