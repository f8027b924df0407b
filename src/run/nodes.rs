//! Steps that add and remove nodes: updates of the other nodes, drains, and the removal of what a
//! deleted cluster leaves.

use std::time::Duration;

use super::error::StepError;
use super::outputs::MissingOutput;
use super::start::put;
use super::{Run, in_node, script};
use crate::cluster::cni::Cni;
use crate::cluster::name::NodeName;
use crate::docker::{Call, DockerError, args};
use crate::node::files::File;
use crate::node::kubeadm::ADMIN_CONF;
use crate::node::{balancer, network, scripts};

/// How long a drain waits for pods to end.
const DRAIN: Duration = Duration::from_secs(90);
/// The deadline of `kubeadm reset`, which tries to reach etcd for five minutes and then waits for
/// each container.
const RESET: Duration = Duration::from_secs(360);
/// The deadline of two requests to etcd, which may take five seconds each.
const MEMBER: Duration = Duration::from_secs(30);

impl Run<'_> {
    pub(super) fn update_routes(&self, node: &NodeName) -> Result<Vec<Call>, StepError> {
        let routes = match self.nodes.cni {
            Cni::Static => {
                let (layout, ranges) = (self.outputs.layout()?, self.nodes.ranges);
                network::routes(node, self.roster.nodes(), layout, ranges)
            }
            Cni::None => String::new(),
        };
        let put = put(node, &[File::public(network::ROUTES, routes)])?;
        Ok(vec![put, in_node(node, &[network::APPLY], DRAIN)])
    }

    pub(super) fn update_load_balancer(&self, node: &NodeName) -> Result<Vec<Call>, StepError> {
        let config = self.balancer_config(self.outputs.layout()?);
        let put = put(node, &[File::public(balancer::CONFIG, config)])?;
        // mok-balancer forwards the signal to haproxy, which reads its configuration again.
        Ok(vec![put, args::signal(&node.to_string(), "HUP")])
    }

    pub(super) fn drain(&self, node: &NodeName) -> Result<(), StepError> {
        match self.admin_engine().capture_bytes(&self.drain_call(node)) {
            // An earlier delete, which was interrupted, has deleted the Node object.
            Err(DockerError::Failed { stderr, .. }) if stderr.contains("(NotFound)") => Ok(()),
            result => Ok(result.map(drop)?),
        }
    }

    pub(super) fn drain_call(&self, node: &NodeName) -> Call {
        let timeout = format!("--timeout={}s", DRAIN.as_secs());
        let flags = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", &timeout];
        self.kubectl(&[&["drain", &node.to_string()], flags.as_slice()].concat())
    }

    pub(super) fn leave_control_plane(node: &NodeName) -> Call {
        script(node, &[scripts::LEAVE], RESET)
    }

    pub(super) fn remove_etcd_member(&self, node: &NodeName) -> Call {
        script(&self.admin_node, &[scripts::REMOVE_MEMBER, &node.to_string()], MEMBER)
    }

    pub(super) fn delete_node_object(&self, node: &NodeName) -> Call {
        self.kubectl(&["delete", "node", &node.to_string(), "--ignore-not-found"])
    }

    /// Removes the cluster from the user's kubeconfig.
    pub(super) fn remove_access(&self) -> Result<(), StepError> {
        let kubeconfig = self.kubeconfig.as_ref().ok_or(MissingOutput("the kubeconfig's place"))?;
        kubeconfig.remove(self.roster.name())?;
        Ok(())
    }

    pub(super) fn remove_containers(&self) -> Result<(), StepError> {
        self.origin.removal()?.remove_containers()?;
        // From here on, the kubeconfig's entry leads nowhere. A rollback removes the entry unless
        // a new cluster takes the old one's place.
        self.outputs.learn_kubeconfig_touched();
        Ok(())
    }

    pub(super) fn remove_network(&self) -> Result<(), StepError> {
        self.outputs.learn_lagging(self.origin.removal()?.remove_networks()?);
        Ok(())
    }

    pub(super) fn uncordon_call(&self, node: &NodeName) -> Call {
        self.kubectl(&["uncordon", &node.to_string()])
    }

    pub(super) fn kubectl(&self, words: &[&str]) -> Call {
        let kubeconfig = format!("--kubeconfig={ADMIN_CONF}");
        let words = [&["kubectl", &kubeconfig], words].concat();
        in_node(&self.admin_node, &words, DRAIN + Duration::from_secs(30))
    }
}
