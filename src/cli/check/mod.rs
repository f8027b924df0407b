//! Turns the words of a complete command line into a [`Command`] of checked values, or refuses
//! them with a message that says what is allowed. It looks at the words alone, never at the
//! engine or the file system.

mod number;
mod spec;
mod upgrade;

use std::num::{NonZeroU8, NonZeroU16};
use std::path::PathBuf;

use number::number;
use spec::{clone_spec, cluster_spec, marks};
use upgrade::upgrade;

use super::Parsed;
use super::command::{Command, Detail, Format, Globals};
use super::complete::complete;
use super::error::UsageError;
use super::flags::{EXCLUSIVE, Flag};
use super::man::man;
use super::shell::Shell;
use super::table::{Row, rows_of};
use super::usage::Topic;
use super::verb::Verb;
use super::words::Words;
use crate::cluster::host::{Host, Place};
use crate::cluster::image_ref::ImageRef;
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::own_registry::RegistryName;
use crate::cluster::spec::MAX_WORKERS;
use crate::cluster::version_prefix::VersionPrefix;
use crate::version;

/// The most workers that one command may add, or upgrade at a time: as many as a cluster may
/// have.
const MAX_COUNT: NonZeroU8 = NonZeroU8::MIN.saturating_add(MAX_WORKERS - 1);

/// Makes the command of `row` from `words`, which the parser has found complete.
pub(super) fn check(row: &Row, words: &Words) -> Result<Parsed, UsageError> {
    let retain = words.has(Flag::Retain);
    let dry_run = words.has(Flag::DryRun);
    let yes = words.has(Flag::Yes);
    // A complete command line has all required options, so `unwrap_or_default` never uses its
    // default. An empty name would be refused like any other invalid one.
    let cluster = || ClusterName::parse(words.option(0).unwrap_or_default());
    let snapshot = |n| SnapshotName::parse(words.option(n).unwrap_or_default());
    let places = || Place::parse_all(words.values(Flag::Place));
    let file = |n| PathBuf::from(words.option(n).unwrap_or_default());
    let command = match row.verb {
        Verb::CreateCluster => match words.value(Flag::From) {
            Some(word) => Command::CloneCluster { spec: clone_spec(words, word)?, retain, dry_run },
            None => {
                Command::CreateCluster { spec: Box::new(cluster_spec(words)?), retain, dry_run }
            }
        },
        Verb::CreateMaster => {
            let (places, marks) = (places()?, marks(words)?);
            Command::CreateMaster { cluster: cluster()?, places, marks, retain, dry_run }
        }
        Verb::CreateWorker => {
            let count = words.option(1).map_or(Ok(NonZeroU8::MIN), |word| {
                number("COUNT", word, NonZeroU8::MIN..=MAX_COUNT)
            })?;
            let (places, marks) = (places()?, marks(words)?);
            Command::CreateWorker { cluster: cluster()?, count, places, marks, retain, dry_run }
        }
        Verb::CreateSnapshot => {
            let stop = words.has(Flag::Stop);
            Command::CreateSnapshot { cluster: cluster()?, snapshot: snapshot(1)?, stop, dry_run }
        }
        Verb::CreateRegistry => Command::CreateRegistry {
            name: registry(words)?,
            port: words.value(Flag::Port).map(port).transpose()?,
            image: words.value(Flag::Image).map(ImageRef::parse).transpose()?,
            dry_run,
        },
        Verb::DeleteRegistry => Command::DeleteRegistry { name: registry(words)?, yes, dry_run },
        Verb::RestoreCluster => {
            Command::RestoreCluster { cluster: cluster()?, snapshot: snapshot(1)?, yes, dry_run }
        }
        Verb::UpgradeCluster => {
            Command::UpgradeCluster { spec: upgrade(words, cluster()?)?, dry_run }
        }
        Verb::DeleteSnapshot => Command::DeleteSnapshot { snapshot: snapshot(0)?, yes, dry_run },
        Verb::LoadSnapshot => Command::LoadSnapshot { file: file(0) },
        Verb::ExportSnapshot => Command::ExportSnapshot { snapshot: snapshot(0)?, file: file(1) },
        Verb::DeleteCluster => Command::DeleteCluster { cluster: cluster()?, yes, dry_run },
        Verb::DeleteMaster => {
            Command::DeleteNode { node: node(words, Role::Master)?, yes, dry_run }
        }
        Verb::DeleteWorker => {
            Command::DeleteNode { node: node(words, Role::Worker)?, yes, dry_run }
        }
        Verb::GetClusters if words.value(Flag::Output) == Some(COMMAND) => {
            let name = words.option(0).ok_or(UsageError::Missing("the Cluster NAME to get"))?;
            Command::GetCommand { cluster: ClusterName::parse(name)? }
        }
        Verb::GetClusters => {
            Command::GetClusters { cluster: words.option(0).map(ClusterName::parse).transpose()? }
        }
        Verb::GetSnapshots => {
            Command::GetSnapshots { cluster: words.option(0).map(ClusterName::parse).transpose()? }
        }
        Verb::GetNodes => Command::GetNodes { cluster: cluster()? },
        Verb::GetKubeconfig => Command::GetKubeconfig { cluster: cluster()? },
        Verb::GetImages => Command::GetImages,
        Verb::GetRegistries => Command::GetRegistries,
        Verb::StartCluster => Command::StartCluster { cluster: cluster()?, dry_run },
        Verb::StopCluster => Command::StopCluster { cluster: cluster()?, dry_run },
        Verb::BuildImage => Command::BuildImage {
            flavour: words.option(0).map(str::to_owned),
            version: words.value(Flag::K8sver).map(VersionPrefix::parse).transpose()?,
            prebuilt: words.has(Flag::GetPrebuiltImage),
            repository: spec::repository(words)?,
        },
        Verb::Exec => Command::Exec {
            node: words.option(0).map(NodeName::parse).transpose()?,
            argv: words.rest.clone(),
        },
        Verb::LoadImage => {
            let images = words.options.iter().skip(1).map(|word| ImageRef::parse(word));
            Command::LoadImage { cluster: cluster()?, images: images.collect::<Result<_, _>>()? }
        }
        Verb::ExportLogs => {
            Command::ExportLogs { cluster: cluster()?, dir: words.option(1).map(PathBuf::from) }
        }
        Verb::Help => return help(words),
        Verb::Completion => return completion(words),
        Verb::Man => return Ok(Parsed::Answer(man())),
        Verb::Version => return Ok(Parsed::Answer(version(&globals(words, row.verb)?))),
    };
    Ok(Parsed::Run(globals(words, row.verb)?, command))
}

fn globals(words: &Words, verb: Verb) -> Result<Globals, UsageError> {
    if let Some((a, b)) = EXCLUSIVE.iter().find(|(a, b)| words.has(*a) && words.has(*b)) {
        return Err(UsageError::Exclusive(*a, *b));
    }
    let detail = if words.has(Flag::Quiet) {
        Detail::Quiet
    } else if words.has(Flag::Tailf) {
        Detail::Output
    } else {
        Detail::Steps
    };
    Ok(Globals {
        plain: words.has(Flag::Plain),
        detail,
        hosts: words.value(Flag::Hosts).map_or_else(|| Ok(Vec::new()), Host::parse_all)?,
        timings: words.has(Flag::Timings),
        output: words.value(Flag::Output).map(|word| format(word, verb)).transpose()?,
    })
}

/// The word for [`Format::Command`].
const COMMAND: &str = "command";

fn format(word: &str, verb: Verb) -> Result<Format, UsageError> {
    match word {
        "json" => Ok(Format::Json),
        "table" => Ok(Format::Table),
        COMMAND if verb == Verb::GetClusters => Ok(Format::Command),
        _ if verb == Verb::GetClusters => Err(UsageError::ClusterFormat(word.to_owned())),
        _ => Err(UsageError::Format(word.to_owned())),
    }
}

fn registry(words: &Words) -> Result<RegistryName, UsageError> {
    Ok(words.option(0).map_or_else(|| Ok(RegistryName::default()), RegistryName::parse)?)
}

fn port(word: &str) -> Result<NonZeroU16, UsageError> {
    number("PORT", word, NonZeroU16::MIN..=NonZeroU16::MAX)
}

fn node(words: &Words, role: Role) -> Result<NodeName, UsageError> {
    let word = words.option(0).unwrap_or_default();
    let node = NodeName::parse(word)?;
    if node.role() == role {
        Ok(node)
    } else {
        Err(UsageError::Role { role: role.as_str(), word: word.to_owned() })
    }
}

fn version(globals: &Globals) -> String {
    let text = match globals.output {
        Some(Format::Json) => version::as_json(),
        Some(Format::Table | Format::Command) | None => version::line(),
    };
    format!("{text}\n")
}

/// Returns the completion script of a shell, or, if words follow `--`, the candidates for the
/// last of them, which is what the script asks for.
fn completion(words: &Words) -> Result<Parsed, UsageError> {
    let word = words.option(0).unwrap_or_default();
    let shell = Shell::parse(word).ok_or_else(|| UsageError::Shell(word.to_owned()))?;
    Ok(match words.rest.as_slice() {
        [] => Parsed::Answer(shell.script().to_owned()),
        typed => Parsed::Complete(shell, complete(typed)),
    })
}

fn help(words: &Words) -> Result<Parsed, UsageError> {
    let Some(command) = words.option(0) else { return Ok(Parsed::Usage) };
    let first =
        rows_of(command).next().ok_or_else(|| UsageError::InvalidCommand(command.to_owned()))?;
    let Some(word) = words.option(1) else { return Ok(Parsed::Help(Topic::new(command, None))) };
    let row = rows_of(command).find(|row| row.subcommands.contains(&word)).ok_or_else(|| {
        UsageError::InvalidSubcommand { command: first.command, word: word.to_owned() }
    })?;
    Ok(Parsed::Help(Topic::new(command, row.subcommands.first().copied())))
}

#[cfg(test)]
mod tests;
