//! Nodes that come and go: what the others must be told, and how one goes.

use std::io;
use std::time::Duration;

use super::Run;
use super::control_plane::ADMIN_CONF;
use super::error::StepError;
use crate::cluster::name::NodeName;
use crate::docker::args;
use crate::node::files::{File, archive};
use crate::node::{network, scripts};

/// What pods get to end, and then the call that waits for it.
const DRAIN: Duration = Duration::from_secs(90);
/// `kubeadm reset` waits for etcd and for each container.
const RESET: Duration = Duration::from_secs(180);

impl Run<'_> {
    pub(super) fn update_routes(&self, node: &NodeName) -> Result<(), StepError> {
        let routes = network::routes(node, self.roster.nodes(), self.facts.layout()?);
        self.put(node, &File::public(network::ROUTES, routes))?;
        self.in_node(node, &[network::APPLY], DRAIN).map(drop)
    }

    pub(super) fn update_load_balancer(&self, node: &NodeName) -> Result<(), StepError> {
        self.put(node, &self.balancer_file(self.facts.layout()?))?;
        // mok-balancer hands it on to haproxy, which reads its configuration again.
        self.docker.capture(&args::signal(&node.to_string(), "HUP"))?;
        Ok(())
    }

    pub(super) fn drain(&self, node: &NodeName) -> Result<(), StepError> {
        let timeout = format!("--timeout={}s", DRAIN.as_secs());
        let flags = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", &timeout];
        self.kubectl(&[&["drain", &node.to_string()], flags.as_slice()].concat())
    }

    pub(super) fn leave_control_plane(&self, node: &NodeName) -> Result<(), StepError> {
        self.script(node, &[scripts::LEAVE], RESET).map(drop)
    }

    pub(super) fn forget(&self, node: &NodeName) -> Result<(), StepError> {
        self.kubectl(&["delete", "node", &node.to_string(), "--ignore-not-found"])
    }

    pub(super) fn remove_container(&self, node: &NodeName) -> Result<(), StepError> {
        self.docker.capture(&args::remove([node.to_string().as_str()]))?;
        Ok(())
    }

    fn kubectl(&self, words: &[&str]) -> Result<(), StepError> {
        let kubeconfig = format!("--kubeconfig={ADMIN_CONF}");
        let words = [&["kubectl", &kubeconfig], words].concat();
        self.in_node(&self.speaker, &words, DRAIN + Duration::from_secs(30)).map(drop)
    }

    fn put(&self, node: &NodeName, file: &File) -> Result<(), StepError> {
        let pack =
            |source: io::Error| StepError::Io { action: "cannot pack a node's files", source };
        let tar = archive(std::slice::from_ref(file)).map_err(pack)?;
        self.docker.capture(&args::put_files(&node.to_string(), tar))?;
        Ok(())
    }
}
