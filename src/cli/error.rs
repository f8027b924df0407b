//! What can be wrong with a command line, and the text that says so. Every
//! mistake is told on stdout after the usage text, as the original does.

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
        /// What was given.
        word: String,
    },
    /// The command was complete before this word.
    #[error("ERROR No more options expected, '{word}' is unexpected for '{title}'")]
    Unexpected {
        /// What was given.
        word: String,
        /// The command, as it was said.
        title: String,
    },
    /// A word is missing at the end.
    #[error("Please provide {0}.")]
    Missing(&'static str),
    /// A flag stands without its value.
    #[error("Please provide the {value} of --{name}.", name = .0.name, value = .0.value.unwrap_or("value"))]
    FlagWithoutValue(&'static FlagSpec),
    /// A flag that takes no value has one.
    #[error("Invalid value for --{name}, '{value}': none is allowed.", name = .spec.name)]
    FlagWithValue {
        /// The flag.
        spec: &'static FlagSpec,
        /// What was given.
        value: String,
    },
    /// The flag belongs to other commands.
    #[error("Invalid FLAG for {title}, '--{name}'.", name = .spec.name)]
    FlagNotFor {
        /// The flag.
        spec: &'static FlagSpec,
        /// The command, as it was said.
        title: String,
    },
    /// Two ways to say the same thing say different things.
    #[error("Invalid {option}, '{word}': --{flag} says '{value}'.", flag = .flag.name())]
    Disagree {
        /// What the usage text calls the option.
        option: &'static str,
        /// The option.
        word: String,
        /// The flag.
        flag: Flag,
        /// The flag's value.
        value: String,
    },
    /// Only one of the two flags makes sense.
    #[error("Invalid FLAG, '--{}': it is not allowed with '--{}'.", .0.name(), .1.name())]
    Exclusive(Flag, Flag),
    /// Not a number, or not one of those allowed.
    #[error("Invalid {what}, '{word}': a number from {min} to {max} is allowed.")]
    Number {
        /// What the usage text calls it.
        what: &'static str,
        /// What was given.
        word: String,
        /// The lowest number allowed.
        min: String,
        /// The highest number allowed.
        max: String,
    },
    /// A variable says neither yes nor no to a flag without a value.
    #[error("Invalid {variable}, '{word}': true or false is allowed.")]
    Switch {
        /// The variable.
        variable: String,
        /// What it holds.
        word: String,
    },
    /// The mistake is in a variable.
    #[error("{mistake} It comes from {variable}.")]
    Default {
        /// The mistake.
        mistake: Box<Self>,
        /// The variable.
        variable: String,
    },
    /// A file of words that cannot be read.
    #[error("Invalid @FILE, '{file}': {why}.")]
    File {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// The mistake is in a file of words.
    #[error("{mistake} It comes from {file}:{line}.")]
    InFile {
        /// The mistake.
        mistake: Box<Self>,
        /// The file.
        file: String,
        /// The line.
        line: usize,
    },
    /// Not a format.
    #[error("Invalid FORMAT, '{0}': json or table is allowed.")]
    Format(String),
    /// Not a format of clusters.
    #[error("Invalid FORMAT, '{0}': json, table or command is allowed.")]
    ClusterFormat(String),
    /// Not a shell that can be served.
    #[error("Invalid SHELL, '{0}': bash, zsh or fish is allowed.")]
    Shell(String),
    /// A node of another role.
    #[error("Invalid {role} NODE, '{word}': a {role} is called CLUSTER-{role}-N.")]
    Role {
        /// The role wanted.
        role: &'static str,
        /// What was given.
        word: String,
    },
    /// Not a name.
    #[error("{}", sentence(.0))]
    Name(#[from] NameError),
    /// Not a subnet.
    #[error("{}", sentence(.0))]
    Subnet(#[from] SubnetError),
    /// Not an image.
    #[error("{}", sentence(.0))]
    Image(#[from] ImageRefError),
    /// Not a version.
    #[error("{}", sentence(.0))]
    Version(#[from] VersionError),
    /// A repository of images that is none.
    #[error("{}", sentence(.0))]
    Repository(#[from] RepositoryError),
    /// Not ports, or not these.
    #[error("{}", sentence(.0))]
    PortBinding(#[from] PublishError),
    /// Not a mount, or not there.
    #[error("{}", sentence(.0))]
    Mount(#[from] MountError),
    /// Not a registry.
    #[error("{}", sentence(.0))]
    Registry(#[from] RegistryError),
    /// Nothing is there that they could sign for.
    #[error("Invalid FLAG, '--registry-ca': no --registry or --registry-mirror has https://.")]
    NoTls,
    /// Whose credentials?
    #[error("Invalid FLAG, '--registry-auth': there is no --registry.")]
    NoRegistry,
    /// Not a mirror.
    #[error("{}", sentence(.0))]
    Mirror(#[from] MirrorError),
    /// Not hosts, or not these, or no place.
    #[error("{}", sentence(.0))]
    Host(#[from] HostError),
    /// Not addresses that pods or Services can have.
    #[error("{}", sentence(.0))]
    Ranges(#[from] RangesError),
    /// Not add-ons.
    #[error("{}", sentence(.0))]
    Addons(#[from] AddonsError),
    /// Not feature gates or API groups.
    #[error("{}", sentence(.0))]
    Switches(#[from] SwitchError),
    /// Not a label or a taint of nodes.
    #[error("{}", sentence(.0))]
    Mark(#[from] MarkError),
    /// Not a pod network.
    #[error("{}", sentence(.0))]
    Cni(#[from] CniError),
    /// Not an image of a worker.
    #[error("{}", sentence(.0))]
    NodeImage(#[from] NodeImageError),
    /// Not a limit of nodes.
    #[error("{}", sentence(.0))]
    Limit(#[from] LimitError),
    /// Nothing to wait for, or no time.
    #[error("{}", sentence(.0))]
    Wait(#[from] WaitError),
    /// No pod becomes Ready before the user has installed a network.
    #[error("Invalid WHAT, 'pods': with --cni none no pod becomes Ready.")]
    PodsWithoutNetwork,
    /// Not an address that clients can go to.
    #[error("Invalid ADDRESS, '{0}': an IPv4 address of the host is allowed, like 192.0.2.7.")]
    Address(String),
    /// Too narrow for several hosts.
    #[error("Invalid CIDR, '{0}': with --hosts a prefix from /8 to /{OVERLAY_PREFIX} is allowed.")]
    NarrowSubnet(String),
    /// The word is not UTF-8; what of it can be shown.
    #[error("Invalid word, '{0}': only UTF-8 is allowed.")]
    NotUtf8(String),
}

impl UsageError {
    /// The whole text for stdout. The exit status is 1.
    #[must_use]
    pub fn render(&self) -> String {
        // The original ends these two, and only these, with an empty line.
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
            | Self::Switch { .. }
            | Self::Default { .. }
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

/// An error of a lower layer in the voice of the usage text.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| format!("{}{}.", c.to_uppercase(), chars.as_str()))
}
