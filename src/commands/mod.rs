//! The commands. Each checks its requirements, makes a plan, runs it, and reports the result.

mod add_nodes;
mod build_image;
mod clone_cluster;
mod create_cluster;
mod create_registry;
mod create_snapshot;
mod delete_cluster;
mod delete_node;
mod delete_registry;
mod delete_snapshot;
mod exec;
mod export_logs;
mod export_snapshot;
mod get;
mod get_command;
mod get_registries;
mod get_snapshots;
mod image_delivery;
mod image_supply;
mod kubeconfig;
mod load_balancer;
mod load_image;
mod load_snapshot;
mod new_cluster;
mod next_steps;
mod node_image;
mod node_template;
mod outcome;
mod power;
mod removal;
mod restore_cluster;
mod upgrade_cluster;
mod upgrade_path;
mod upgrade_snapshot;

use crate::cli::{Command, Detail, Globals};
use crate::cluster::name::{ClusterName, Role};
use crate::docker::privilege::Privilege;
use crate::docker::{Docker, Endpoint};
use crate::env::Env;
use crate::error::Error;
use crate::inventory::found::Asked;
use crate::kubeconfig::Location;
use crate::ui::Ui;

/// The context of every command.
#[derive(Debug, Clone)]
pub struct Context {
    /// The environment.
    pub env: Env,
    /// The global flags.
    pub globals: Globals,
    /// The default engine.
    pub docker: Docker,
    /// Prints answers, progress and questions.
    pub ui: Ui,
}

impl Context {
    /// Runs `command`, and returns the exit status: 0, or that of the program that `exec` has run.
    pub fn run(&self, command: Command) -> Result<u8, Error> {
        match command {
            Command::CreateCluster { spec, retain, dry_run } => {
                create_cluster::run(self, &spec, retain, dry_run)
            }
            Command::CloneCluster { spec, retain, dry_run } => {
                clone_cluster::run(self, &spec, retain, dry_run)
            }
            Command::CreateWorker { cluster, count, places, marks, retain, dry_run } => {
                let new =
                    add_nodes::New { role: Role::Worker, count, places: &places, marks: &marks };
                add_nodes::run(self, &cluster, &new, retain, dry_run)
            }
            Command::CreateMaster { cluster, places, marks, retain, dry_run } => {
                let count = std::num::NonZeroU8::MIN;
                let new =
                    add_nodes::New { role: Role::Master, count, places: &places, marks: &marks };
                add_nodes::run(self, &cluster, &new, retain, dry_run)
            }
            Command::DeleteCluster { cluster, yes, dry_run } => {
                delete_cluster::run(self, &cluster, yes, dry_run)
            }
            Command::DeleteNode { node, yes, dry_run } => {
                delete_node::run(self, &node, yes, dry_run)
            }
            Command::CreateSnapshot { cluster, snapshot, stop, dry_run } => {
                create_snapshot::run(self, &cluster, &snapshot, stop, dry_run)
            }
            Command::RestoreCluster { cluster, snapshot, yes, dry_run } => {
                restore_cluster::run(self, &cluster, &snapshot, yes, dry_run)
            }
            Command::UpgradeCluster { spec, dry_run } => upgrade_cluster::run(self, &spec, dry_run),
            Command::CreateRegistry { name, port, image, dry_run } => {
                create_registry::run(self, &name, port, image.as_ref(), dry_run)
            }
            Command::DeleteRegistry { name, yes, dry_run } => {
                delete_registry::run(self, &name, yes, dry_run)
            }
            Command::GetRegistries => get_registries::run(self),
            Command::DeleteSnapshot { snapshot, yes, dry_run } => {
                delete_snapshot::run(self, &snapshot, yes, dry_run)
            }
            Command::GetSnapshots { cluster } => get_snapshots::run(self, cluster.as_ref()),
            Command::ExportSnapshot { snapshot, file } => {
                export_snapshot::run(self, &snapshot, &file)
            }
            Command::LoadSnapshot { file } => load_snapshot::run(self, &file),
            Command::StartCluster { cluster, dry_run } => power::start(self, &cluster, dry_run),
            Command::StopCluster { cluster, dry_run } => power::stop(self, &cluster, dry_run),
            Command::GetClusters { cluster } => get::clusters(self, cluster.as_ref()),
            Command::GetCommand { cluster } => get_command::run(self, &cluster),
            Command::GetNodes { cluster } => get::nodes(self, &cluster),
            Command::GetImages => get::images(self),
            Command::GetKubeconfig { cluster } => kubeconfig::run(self, &cluster),
            Command::BuildImage { flavour, version, prebuilt, repository } => {
                let (flavour, repository) = (flavour.as_deref(), repository.as_ref());
                build_image::run(self, flavour, version.as_ref(), prebuilt, repository)
            }
            Command::LoadImage { cluster, images } => load_image::run(self, &cluster, &images),
            Command::ExportLogs { cluster, dir } => {
                export_logs::run(self, &cluster, dir.as_deref())
            }
            Command::Exec { node, argv } => return exec::run(self, node.as_ref(), &argv),
        }
        .map(|()| 0)
    }

    /// Returns the context with another engine.
    fn with(&self, docker: Docker) -> Self {
        Self { docker, ..self.clone() }
    }

    /// Returns where steps print the output of their programs, if the user wants to see it.
    fn output(&self) -> Option<Ui> {
        (self.globals.detail == Detail::Output).then(|| self.ui.clone())
    }

    /// Returns the user's kubeconfig.
    fn kubeconfig(&self) -> Result<Location, Error> {
        let (list, home) = (self.env.kubeconfig.as_deref(), self.env.home.as_deref());
        Ok(Location::find(list, home)?)
    }

    /// Returns the user's kubeconfig after a check that the access to `cluster` can be written: a
    /// user should not learn that only after the cluster has been created.
    fn writable_kubeconfig(&self, cluster: &ClusterName) -> Result<Location, Error> {
        let location = self.kubeconfig()?;
        location.check(cluster)?;
        Ok(location)
    }

    /// Returns the place of the engine.
    fn endpoint(&self) -> Result<Endpoint, Error> {
        Ok(self.docker.endpoint()?)
    }

    /// Returns the privileges to try first on an engine. Nothing is known about a remote one.
    fn privilege(&self, endpoint: &Endpoint) -> Privilege {
        self.privilege_on([endpoint])
    }

    /// Returns the privileges to try first on several engines.
    fn privilege_on<'a>(&self, endpoints: impl IntoIterator<Item = &'a Endpoint>) -> Privilege {
        let all_here = endpoints.into_iter().all(|endpoint| *endpoint == Endpoint::Here);
        Privilege::first_choice(self.env.bounding_set.filter(|_| all_here))
    }

    /// Returns the engines to ask about clusters.
    fn asked(&self) -> Asked<'_> {
        Asked { docker: &self.docker, hosts: &self.globals.hosts, ui: &self.ui }
    }
}
