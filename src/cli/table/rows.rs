//! The table of commands: the words of each, in the order of the usage text.

use super::{Need, Row, Slot};
use crate::cli::flags::Flag;
use crate::cli::shell::Shell;
use crate::cli::takes::{Live, Takes};
use crate::cli::verb::Verb;
use crate::cluster::name::Role;

/// Every command, in the order of the usage text.
pub const ROWS: &[Row] = &[
    row(
        Verb::CreateCluster,
        "create",
        &["cluster"],
        &[
            Slot { takes: Takes::Anything, ..name("the Cluster NAME to create") },
            Slot {
                name: "NUM_MASTERS",
                need: Need::OrFlag("the number of Masters to create", &[Flag::Masters, Flag::From]),
                takes: Takes::Anything,
            },
            Slot {
                name: "NUM_WORKERS",
                // With `--masters` alone, the cluster has no workers.
                need: Need::OrFlag(
                    "the number of Workers to create",
                    &[Flag::Workers, Flag::Masters, Flag::From],
                ),
                takes: Takes::Anything,
            },
        ],
    ),
    row(
        Verb::CreateMaster,
        "create",
        &["master"],
        &[name("the Cluster NAME to create a Master in")],
    ),
    row(
        Verb::CreateWorker,
        "create",
        &["worker"],
        &[name("the Cluster NAME to create Workers in"), optional("COUNT", Takes::Anything)],
    ),
    row(
        Verb::CreateSnapshot,
        "create",
        &["snapshot"],
        &[
            name("the Cluster NAME to save"),
            Slot { takes: Takes::Anything, ..snapshot("the SNAPSHOT to create") },
        ],
    ),
    row(Verb::CreateRegistry, "create", &["registry"], &[optional("NAME", Takes::Anything)]),
    row(Verb::DeleteCluster, "delete", &["cluster"], &[name("the Cluster NAME to delete")]),
    row(
        Verb::DeleteMaster,
        "delete",
        &["master"],
        &[node("the Master NODE to delete", Role::Master)],
    ),
    row(
        Verb::DeleteWorker,
        "delete",
        &["worker"],
        &[node("the Worker NODE to delete", Role::Worker)],
    ),
    row(Verb::DeleteSnapshot, "delete", &["snapshot"], &[snapshot("the SNAPSHOT to delete")]),
    row(
        Verb::DeleteRegistry,
        "delete",
        &["registry"],
        &[optional("NAME", Takes::Live(Live::Registries))],
    ),
    row(
        Verb::GetClusters,
        "get",
        &["cluster", "clusters"],
        &[optional("NAME", Takes::Live(Live::Clusters))],
    ),
    row(Verb::GetNodes, "get", &["nodes"], &[name("the Cluster NAME to get the nodes of")]),
    row(
        Verb::GetKubeconfig,
        "get",
        &["kubeconfig"],
        &[name("the Cluster NAME to get the kubeconfig of")],
    ),
    row(Verb::GetImages, "get", &["images"], &[]),
    row(
        Verb::GetSnapshots,
        "get",
        &["snapshots"],
        &[optional("NAME", Takes::Live(Live::Clusters))],
    ),
    row(Verb::GetRegistries, "get", &["registries"], &[]),
    row(Verb::StartCluster, "start", &["cluster"], &[name("the Cluster NAME to start")]),
    row(Verb::StopCluster, "stop", &["cluster"], &[name("the Cluster NAME to stop")]),
    row(
        Verb::RestoreCluster,
        "restore",
        &["cluster"],
        &[name("the Cluster NAME to restore"), snapshot("the SNAPSHOT to restore it from")],
    ),
    row(Verb::UpgradeCluster, "upgrade", &["cluster"], &[name("the Cluster NAME to upgrade")]),
    row(Verb::BuildImage, "build", &["image"], &[optional("FLAVOUR", Takes::Live(Live::Flavours))]),
    Row {
        rest: Some("CMD"),
        ..row(Verb::Exec, "exec", &[], &[optional("NODE", Takes::Live(Live::Nodes(None)))])
    },
    row(
        Verb::LoadImage,
        "load",
        &["image"],
        &[
            name("the Cluster NAME to load images into"),
            Slot {
                name: "IMAGE",
                need: Need::Many("the IMAGE to load"),
                takes: Takes::Live(Live::Images),
            },
        ],
    ),
    row(
        Verb::LoadSnapshot,
        "load",
        &["snapshot"],
        &[Slot {
            name: "FILE",
            need: Need::Required("the FILE to load the snapshot from"),
            takes: Takes::Live(Live::Files),
        }],
    ),
    row(
        Verb::ExportLogs,
        "export",
        &["logs"],
        &[
            name("the Cluster NAME to export the logs of"),
            optional("DIR", Takes::Live(Live::Folders)),
        ],
    ),
    row(
        Verb::ExportSnapshot,
        "export",
        &["snapshot"],
        &[
            snapshot("the SNAPSHOT to export"),
            Slot {
                name: "FILE",
                need: Need::Required("the FILE to export the snapshot to"),
                takes: Takes::Live(Live::Files),
            },
        ],
    ),
    row(
        Verb::Help,
        "help",
        &[],
        &[optional("COMMAND", Takes::Command), optional("SUBCOMMAND", Takes::Subcommand)],
    ),
    row(Verb::Version, "version", &[], &[]),
    Row {
        rest: Some("WORD"),
        ..row(
            Verb::Completion,
            "completion",
            &[],
            &[Slot {
                name: "SHELL",
                need: Need::Required("the SHELL to complete in"),
                takes: Takes::OneOf(Shell::NAMES),
            }],
        )
    },
    row(Verb::Man, "man", &[], &[]),
];

const fn row(
    verb: Verb,
    command: &'static str,
    subcommands: &'static [&'static str],
    options: &'static [Slot],
) -> Row {
    Row { verb, command, subcommands, options, rest: None }
}

const fn name(ask: &'static str) -> Slot {
    Slot { name: "NAME", need: Need::Required(ask), takes: Takes::Live(Live::Clusters) }
}

const fn snapshot(ask: &'static str) -> Slot {
    Slot { name: "SNAPSHOT", need: Need::Required(ask), takes: Takes::Live(Live::Snapshots) }
}

const fn node(ask: &'static str, role: Role) -> Slot {
    let takes = Takes::Live(Live::Nodes(Some(role)));
    Slot { name: "NODE", need: Need::Required(ask), takes }
}

const fn optional(name: &'static str, takes: Takes) -> Slot {
    Slot { name, need: Need::Optional, takes }
}
