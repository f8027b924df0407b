//! The commands: each checks what it needs, plans, runs the plan and says how it
//! went.

mod build_image;
mod create_cluster;
mod delete_cluster;
mod get_kubeconfig;

use crate::cli::{Command, Globals};
use crate::cluster::labels;
use crate::cluster::name::ClusterName;
use crate::docker::{Docker, args};
use crate::env::Env;
use crate::error::Error;
use crate::kubeconfig::Location;
use crate::ui::Ui;

/// What every command has at hand.
#[derive(Debug)]
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
    /// Runs `command`.
    pub fn run(&self, command: Command) -> Result<(), Error> {
        match command {
            Command::CreateCluster { spec, retain, dry_run } => {
                create_cluster::run(self, &spec, retain, dry_run)
            }
            Command::DeleteCluster { cluster, .. } => delete_cluster::run(self, &cluster),
            Command::GetKubeconfig { cluster } => get_kubeconfig::run(self, &cluster),
            Command::BuildImage { flavour, .. } => build_image::run(self, flavour.as_deref()),
            _ => Ok(()),
        }
    }

    /// Where the user's kubeconfig is.
    fn kubeconfig(&self) -> Result<Location, Error> {
        let (list, home) = (self.env.kubeconfig.as_deref(), self.env.home.as_deref());
        Ok(Location::find(list, home)?)
    }

    /// Ids of the cluster's containers, running or not; none where there is no
    /// such cluster.
    fn containers(&self, cluster: &ClusterName) -> Result<Vec<String>, Error> {
        Ok(self.docker.ids(&args::container_ids(labels::CLUSTER, cluster.as_str()))?)
    }
}
