//! What a word may be, for completion only. Invalid words are refused elsewhere, in `check`.

use crate::cluster::name::Role;

/// What a word in one place of the command line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Anything, such as a new name or a number: there is nothing to complete.
    Anything,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A command.
    Command,
    /// A subcommand of the command before it.
    Subcommand,
    /// One of the names that exist on this machine.
    Live(Live),
}

/// The kinds of names that completion looks up on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// The names of clusters.
    Clusters,
    /// The names of nodes, all or those of one role.
    Nodes(Option<Role>),
    /// The names of the engine's images.
    Images,
    /// The names of the images that clusters can be created from.
    NodeImages,
    /// The names of snapshots.
    Snapshots,
    /// The names of registries made by mokctl.
    Registries,
    /// The flavours of node images that can be built.
    Flavours,
    /// Folders, which the shell completes itself.
    Folders,
    /// Files, which the shell completes itself.
    Files,
}
