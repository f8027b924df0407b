//! The mistakes that a command line can have, and their messages. Messages go to stdout, after
//! the usage text, as the original mokctl prints them.

use thiserror::Error;

use super::flags::{Flag, FlagSpec};
use super::usage::usage;
use crate::cluster::addons::AddonsError;
use crate::cluster::cni::CniError;
use crate::cluster::host::HostError;
use crate::cluster::image_ref::ImageRefError;
use crate::cluster::image_source::RepositoryError;
use crate::cluster::limits::LimitError;
use crate::cluster::marks::MarkError;
use crate::cluster::mirror::MirrorError;
use crate::cluster::mount::MountError;
use crate::cluster::name::NameError;
use crate::cluster::node_image::NodeImageError;
use crate::cluster::port::PublishError;
use crate::cluster::ranges::RangesError;
use crate::cluster::registry::RegistryError;
use crate::cluster::settings::switches::SwitchError;
use crate::cluster::subnet::{OVERLAY_PREFIX, SubnetError};
use crate::cluster::version_prefix::VersionError;
use crate::cluster::wait::WaitError;

/// A mistake on the command line. `Display` is the line below the usage text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UsageError {
    /// There is no such command.
    #[error("Invalid COMMAND, '{0}'.")]
    InvalidCommand(String),
    /// The command has no such subcommand.
    #[error("Invalid SUBCOMMAND for {command}, '{word}'.")]
    InvalidSubcommand {
        /// The command.
        command: &'static str,
        /// The word that was given.
        word: String,
    },
    /// A further word, although the command is complete.
    #[error("ERROR No more options expected, '{word}' is unexpected for '{title}'")]
    Unexpected {
        /// The word that was given.
        word: String,
        /// The command, as it was typed.
        title: String,
    },
    /// A required word is missing at the end.
    #[error("Please provide {0}.")]
    Missing(&'static str),
    /// A flag lacks its value.
    #[error("Please provide the {value} of --{name}.", name = .0.name, value = .0.value.unwrap_or("value"))]
    FlagWithoutValue(&'static FlagSpec),
    /// A flag that takes no value was given one.
    #[error("Invalid value for --{name}, '{value}': none is allowed.", name = .spec.name)]
    FlagWithValue {
        /// The flag.
        spec: &'static FlagSpec,
        /// The value that was given.
        value: String,
    },
    /// The flag belongs to other commands.
    #[error("Invalid FLAG for {title}, '--{name}'.", name = .spec.name)]
    FlagNotFor {
        /// The flag.
        spec: &'static FlagSpec,
        /// The command, as it was typed.
        title: String,
    },
    /// An option and the flag that means the same have different values.
    #[error("Invalid {option}, '{word}': --{flag} says '{value}'.", flag = .flag.name())]
    Disagree {
        /// What the usage text calls the option.
        option: &'static str,
        /// The value of the option.
        word: String,
        /// The flag.
        flag: Flag,
        /// The flag's value.
        value: String,
    },
    /// Two flags that exclude each other.
    #[error("Invalid FLAG, '--{}': it is not allowed with '--{}'.", .0.name(), .1.name())]
    Exclusive(Flag, Flag),
    /// A word that is not a number, or not an allowed one.
    #[error("Invalid {what}, '{word}': a number from {min} to {max} is allowed.")]
    Number {
        /// What the usage text calls the number.
        what: &'static str,
        /// The word that was given.
        word: String,
        /// The lowest number allowed.
        min: String,
        /// The highest number allowed.
        max: String,
    },
    /// The variable of a flag without a value holds neither true nor false.
    #[error("Invalid {variable}, '{word}': true or false is allowed.")]
    NotABoolean {
        /// The name of the variable.
        variable: String,
        /// The value of the variable.
        word: String,
    },
    /// The mistake is in an environment variable.
    #[error("{mistake} It comes from {variable}.")]
    InVariable {
        /// The mistake.
        mistake: Box<Self>,
        /// The name of the variable.
        variable: String,
    },
    /// The file of an `@FILE` cannot be read.
    #[error("Invalid @FILE, '{file}': {why}.")]
    File {
        /// The path of the file.
        file: String,
        /// Why it cannot be read.
        why: String,
    },
    /// The mistake is in the file of an `@FILE`.
    #[error("{mistake} It comes from {file}:{line}.")]
    InFile {
        /// The mistake.
        mistake: Box<Self>,
        /// The path of the file.
        file: String,
        /// The number of the line.
        line: usize,
    },
    /// A word that is not an output format.
    #[error("Invalid FORMAT, '{0}': json or table is allowed.")]
    Format(String),
    /// A word that is not an output format of `get clusters`, which has one more.
    #[error("Invalid FORMAT, '{0}': json, table or command is allowed.")]
    ClusterFormat(String),
    /// A shell for which there is no completion script.
    #[error("Invalid SHELL, '{0}': bash, zsh or fish is allowed.")]
    Shell(String),
    /// The name of a node with another role than the command's.
    #[error("Invalid {role} NODE, '{word}': a {role} is called CLUSTER-{role}-N.")]
    Role {
        /// The role that the command is about.
        role: &'static str,
        /// The word that was given.
        word: String,
    },
    /// An invalid name of a cluster, node, snapshot or registry.
    #[error("{}", sentence(.0))]
    Name(#[from] NameError),
    /// An invalid `--subnet`.
    #[error("{}", sentence(.0))]
    Subnet(#[from] SubnetError),
    /// An invalid name of an image.
    #[error("{}", sentence(.0))]
    Image(#[from] ImageRefError),
    /// An invalid `--k8sver`.
    #[error("{}", sentence(.0))]
    Version(#[from] VersionError),
    /// An invalid `--image-repository`.
    #[error("{}", sentence(.0))]
    Repository(#[from] RepositoryError),
    /// An invalid `--publish`.
    #[error("{}", sentence(.0))]
    PortBinding(#[from] PublishError),
    /// An invalid `--mount`.
    #[error("{}", sentence(.0))]
    Mount(#[from] MountError),
    /// An invalid `--registry`.
    #[error("{}", sentence(.0))]
    Registry(#[from] RegistryError),
    /// `--registry-ca` without a registry or mirror that uses TLS.
    #[error("Invalid FLAG, '--registry-ca': no --registry or --registry-mirror has https://.")]
    NoTls,
    /// `--registry-auth` without a registry to log in to.
    #[error("Invalid FLAG, '--registry-auth': there is no --registry.")]
    NoRegistry,
    /// An invalid `--registry-mirror`.
    #[error("{}", sentence(.0))]
    Mirror(#[from] MirrorError),
    /// An invalid `--hosts` or `--place`.
    #[error("{}", sentence(.0))]
    Host(#[from] HostError),
    /// Invalid addresses of pods or Services.
    #[error("{}", sentence(.0))]
    Ranges(#[from] RangesError),
    /// An invalid `--addons`.
    #[error("{}", sentence(.0))]
    Addons(#[from] AddonsError),
    /// An invalid `--feature-gates` or `--runtime-config`.
    #[error("{}", sentence(.0))]
    Switches(#[from] SwitchError),
    /// An invalid `--label` or `--taint`.
    #[error("{}", sentence(.0))]
    Mark(#[from] MarkError),
    /// An invalid `--cni`.
    #[error("{}", sentence(.0))]
    Cni(#[from] CniError),
    /// An invalid `--node-image`.
    #[error("{}", sentence(.0))]
    NodeImage(#[from] NodeImageError),
    /// An invalid `--node-cpus` or `--node-memory`.
    #[error("{}", sentence(.0))]
    Limit(#[from] LimitError),
    /// An invalid `--wait` or `--timeout`.
    #[error("{}", sentence(.0))]
    Wait(#[from] WaitError),
    /// `--wait pods` with `--cni none`: no pod becomes Ready before the user installs a network.
    #[error("Invalid WHAT, 'pods': with --cni none no pod becomes Ready.")]
    PodsWithoutNetwork,
    /// An `--api-address` that clients cannot connect to.
    #[error("Invalid ADDRESS, '{0}': an IPv4 address of the host is allowed, like 192.0.2.7.")]
    Address(String),
    /// A `--subnet` that is too small for a cluster on several hosts.
    #[error("Invalid CIDR, '{0}': with --hosts a prefix from /8 to /{OVERLAY_PREFIX} is allowed.")]
    NarrowSubnet(String),
    /// A word that is not UTF-8, as far as it can be shown.
    #[error("Invalid word, '{0}': only UTF-8 is allowed.")]
    NotUtf8(String),
}

impl UsageError {
    /// Returns the whole text for stdout: the usage text, then the message.
    #[must_use]
    pub fn render(&self) -> String {
        // The original mokctl ends only these two messages with an empty line.
        let end = match self {
            Self::InvalidCommand(_) | Self::InvalidSubcommand { .. } => "\n\n",
            Self::Unexpected { .. }
            | Self::Missing(_)
            | Self::FlagWithoutValue(_)
            | Self::FlagWithValue { .. }
            | Self::FlagNotFor { .. }
            | Self::Disagree { .. }
            | Self::Exclusive(..)
            | Self::Number { .. }
            | Self::NotABoolean { .. }
            | Self::InVariable { .. }
            | Self::File { .. }
            | Self::InFile { .. }
            | Self::Format(_)
            | Self::ClusterFormat(_)
            | Self::Shell(_)
            | Self::Role { .. }
            | Self::Name(_)
            | Self::Subnet(_)
            | Self::Image(_)
            | Self::Version(_)
            | Self::PortBinding(_)
            | Self::Mount(_)
            | Self::Registry(_)
            | Self::Mirror(_)
            | Self::NoTls
            | Self::NoRegistry
            | Self::Host(_)
            | Self::Addons(_)
            | Self::Ranges(_)
            | Self::Switches(_)
            | Self::Mark(_)
            | Self::Limit(_)
            | Self::NodeImage(_)
            | Self::Cni(_)
            | Self::Wait(_)
            | Self::PodsWithoutNetwork
            | Self::Address(_)
            | Self::NarrowSubnet(_)
            | Self::Repository(_)
            | Self::NotUtf8(_) => "\n",
        };
        format!("{}{self}{end}", usage())
    }
}

/// Makes a sentence of a lower layer's error: capitalized, with a full stop.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| format!("{}{}.", c.to_uppercase(), chars.as_str()))
}
