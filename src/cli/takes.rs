//! What a word may be, for completion. It refuses nothing: that is for the checks.

use crate::cluster::name::Role;

/// What may stand in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A new name, a number: nothing to complete.
    Anything,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A command.
    Command,
    /// A subcommand of the command before it.
    Subcommand,
    /// One of what is there.
    Live(Live),
}

/// What is there on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// The clusters.
    Clusters,
    /// The nodes, all or of one role.
    Nodes(Option<Role>),
    /// The images of the engine.
    Images,
    /// Those that clusters can be created from.
    NodeImages,
    /// The snapshots.
    Snapshots,
    /// The registries.
    Registries,
    /// The flavours that can be built.
    Flavours,
    /// The folders: the shell knows them best.
    Folders,
    /// The files: so it does.
    Files,
}
