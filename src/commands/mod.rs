//! The commands: each checks what it needs, plans, runs the plan and says how it
//! went.

mod add_nodes;
mod build_image;
mod clone_cluster;
mod create_cluster;
mod delete_cluster;
mod delete_node;
mod exec;
mod existing;
mod export_logs;
mod found;
mod get;
mod image;
mod kubeconfig;
mod load_image;
mod names;
mod power;
mod preflight;
mod report;
mod restore;
mod save;
mod site;
mod snapshot_file;
mod snapshots;

use std::collections::BTreeSet;

pub use names::names;

use crate::cli::{Command, Detail, Globals};
use crate::cluster::labels;
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, Role};
use crate::docker::privilege::Privilege;
use crate::docker::{Client, Docker, Endpoint, args};
use crate::env::Env;
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::inventory;
use crate::inventory::members::{self, Member};
use crate::inventory::node_images::{self, BuiltImage};
use crate::inventory::snapshots::Found;
use crate::kubeconfig::Location;
use crate::snapshot::{Snapshot, SnapshotError};
use crate::ui::Ui;

/// What every command has at hand.
#[derive(Debug, Clone)]
pub struct Context {
    /// The environment.
    pub env: Env,
    /// What holds for every command.
    pub globals: Globals,
    /// The engine.
    pub docker: Docker,
    /// The way out.
    pub ui: Ui,
}

impl Context {
    /// Runs `command` and returns the exit status: 0, or that of the program that
    /// `exec` ran.
    pub fn run(&self, command: Command) -> Result<u8, Error> {
        match command {
            Command::CreateCluster { spec, retain, dry_run } => {
                create_cluster::run(self, &spec, retain, dry_run)
            }
            Command::CloneCluster { spec, retain, dry_run } => {
                clone_cluster::run(self, &spec, retain, dry_run)
            }
            Command::CreateWorker { cluster, count, places, retain, dry_run } => {
                let new = add_nodes::New { role: Role::Worker, count, places: &places };
                add_nodes::run(self, &cluster, &new, retain, dry_run)
            }
            Command::CreateMaster { cluster, places, retain, dry_run } => {
                let count = std::num::NonZeroU8::MIN;
                let new = add_nodes::New { role: Role::Master, count, places: &places };
                add_nodes::run(self, &cluster, &new, retain, dry_run)
            }
            Command::DeleteCluster { cluster, yes, dry_run } => {
                delete_cluster::run(self, &cluster, yes, dry_run)
            }
            Command::DeleteNode { node, yes, dry_run } => {
                delete_node::run(self, &node, yes, dry_run)
            }
            Command::CreateSnapshot { cluster, snapshot, stays, dry_run } => {
                save::run(self, &cluster, &snapshot, stays, dry_run)
            }
            Command::RestoreCluster { cluster, snapshot, yes, dry_run } => {
                restore::run(self, &cluster, &snapshot, yes, dry_run)
            }
            Command::DeleteSnapshot { snapshot, yes, dry_run } => {
                snapshots::delete(self, &snapshot, yes, dry_run)
            }
            Command::GetSnapshots { cluster } => snapshots::get(self, cluster.as_ref()),
            Command::ExportSnapshot { snapshot, file } => {
                snapshot_file::export(self, &snapshot, &file)
            }
            Command::LoadSnapshot { file } => snapshot_file::load(self, &file),
            Command::StartCluster { cluster, dry_run } => power::start(self, &cluster, dry_run),
            Command::StopCluster { cluster, dry_run } => power::stop(self, &cluster, dry_run),
            Command::GetClusters { cluster } => get::clusters(self, cluster.as_ref()),
            Command::GetNodes { cluster } => get::nodes(self, &cluster),
            Command::GetImages => get::images(self),
            Command::GetKubeconfig { cluster } => kubeconfig::run(self, &cluster),
            Command::BuildImage { flavour, version, prebuilt } => {
                build_image::run(self, flavour.as_deref(), version.as_ref(), prebuilt)
            }
            Command::LoadImage { cluster, images } => load_image::run(self, &cluster, &images),
            Command::ExportLogs { cluster, dir } => {
                export_logs::run(self, &cluster, dir.as_deref())
            }
            Command::Exec { node, argv } => return exec::run(self, node.as_ref(), &argv),
        }
        .map(|()| 0)
    }

    /// The same with another engine.
    fn with(&self, docker: Docker) -> Self {
        Self { docker, ..self.clone() }
    }

    /// Where steps show their own output, if the user wants to see it.
    fn tail(&self) -> Option<Ui> {
        (self.globals.detail == Detail::Output).then(|| self.ui.clone())
    }

    /// Where the user's kubeconfig is.
    fn kubeconfig(&self) -> Result<Location, Error> {
        let (list, home) = (self.env.kubeconfig.as_deref(), self.env.home.as_deref());
        Ok(Location::find(list, home)?)
    }

    /// Where the engine is.
    fn endpoint(&self) -> Result<Endpoint, Error> {
        Ok(self.docker.endpoint()?)
    }

    /// What to try first of what an engine may grant. Of one elsewhere nothing is
    /// known here.
    fn privilege(&self, endpoint: &Endpoint) -> Privilege {
        self.privilege_on([endpoint])
    }

    /// The same of several.
    fn privilege_on<'a>(&self, endpoints: impl IntoIterator<Item = &'a Endpoint>) -> Privilege {
        let all_here = endpoints.into_iter().all(|endpoint| *endpoint == Endpoint::Here);
        Privilege::first_choice(self.env.bounding_set.filter(|_| all_here))
    }

    /// The containers of `cluster`, or of all clusters.
    fn members(&self, cluster: Option<&ClusterName>) -> Result<Vec<Member>, Error> {
        let list = match cluster {
            Some(name) => args::container_ids(labels::CLUSTER, name.as_str()),
            None => args::labelled_container_ids(labels::CLUSTER),
        };
        let inspect = |ids: &[String]| args::inspect_containers(ids.iter().map(String::as_str));
        let members = self.docker.read_listed(&list, inspect, members::read)?;
        Ok(members.unwrap_or_default())
    }

    /// Ids of the networks of `cluster`; one, unless a run left something.
    fn networks(&self, cluster: &ClusterName) -> Result<Vec<String>, Error> {
        let list = args::labelled_network_ids(labels::CLUSTER, cluster.as_str());
        Ok(self.docker.ids(&list)?)
    }

    /// The node images that the engine has, the newest version last.
    fn node_images(&self) -> Result<Vec<BuiltImage>, Error> {
        self.labelled_images(labels::image::SCHEMA, node_images::read)
    }

    /// The snapshots that the engine has, by name.
    fn snapshots(&self) -> Result<Vec<Found>, Error> {
        if self.docker.client() == Client::Podman {
            return Err(SnapshotError::NeedsDocker.into());
        }
        self.labelled_images(labels::snapshot::NAME, inventory::snapshots::read)
    }

    /// What `read` finds among the images that carry `label`.
    fn labelled_images<T>(
        &self,
        label: &str,
        read: impl FnOnce(&str) -> Result<Vec<T>, String>,
    ) -> Result<Vec<T>, Error> {
        let ids = self.docker.capture(&args::labelled_image_ids(label))?;
        // An image is listed once for each of its names.
        let ids: BTreeSet<&str> = ids.lines().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.docker.read(&args::inspect_images(ids), read)?)
    }

    /// The snapshot `name`, which must be whole.
    fn snapshot(&self, name: &SnapshotName) -> Result<Snapshot, Error> {
        let found = self.snapshots()?.into_iter().find(|found| found.name == *name);
        match found.ok_or_else(|| SnapshotError::NotFound(name.clone()))? {
            Found { newer: true, .. } => Err(SnapshotError::Newer(name.clone()).into()),
            Found { whole, .. } => {
                Ok(whole.ok_or_else(|| SnapshotError::Unfinished(name.clone()))?)
            }
        }
    }

    /// That there is nothing yet by the name of a snapshot that shall be.
    fn refuse_snapshot(&self, name: &SnapshotName) -> Result<(), Error> {
        match self.snapshots()?.into_iter().find(|found| found.name == *name) {
            Some(Found { whole: Some(_), .. }) => Err(SnapshotError::Exists(name.clone()).into()),
            Some(_) => Err(SnapshotError::Unfinished(name.clone()).into()),
            None => Ok(()),
        }
    }

    /// What the image `name` of a snapshot says of the node image below it.
    fn saved_image(&self, name: &str) -> Result<NodeImage, Error> {
        let json = self.docker.capture(&args::inspect_images([name]))?;
        Ok(NodeImage::from_saved(name, &json)?)
    }

    /// What the image `name` says of itself.
    fn node_image(&self, name: &str) -> Result<NodeImage, Error> {
        let json = self.docker.ask_image(&args::inspect_images([name]))?;
        let json = json.ok_or_else(|| Error::NoImage(name.to_owned()))?;
        Ok(NodeImage::from_inspect(name, &json)?)
    }
}
