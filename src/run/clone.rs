//! The first master of a clone: a cluster that is made from the snapshot of another one.

use std::thread;

use super::control_plane::INIT;
use super::error::StepError;
use super::origin::Origin;
use super::outputs::MissingOutput;
use super::{Run, in_node, script};
use crate::cluster::name::NodeName;
use crate::docker::{Call, Docker, args};
use crate::node::clone::{Changes, Identity, KINDS, TOKENS, VERBS, Verb};
use crate::node::kubeadm::SUPER_ADMIN_CONF;
use crate::node::scripts;

/// All phases of `kubeadm init` except those that write the manifests of controller manager and
/// scheduler. The listed ones have run before, or the saved data make them superfluous.
const ALL_BUT_CONTROLLERS: [&str; 14] = [
    "preflight",
    "certs",
    "kubeconfig",
    "etcd",
    "control-plane/apiserver",
    "kubelet-start",
    "wait-control-plane",
    "upload-config",
    "upload-certs",
    "mark-control-plane",
    "bootstrap-token",
    "kubelet-finalize",
    "addon",
    "show-join-command",
];

impl Run<'_> {
    pub(super) fn change_objects(&self, node: &NodeName) -> Result<(), StepError> {
        let docker = self.engines.of(node);
        let lists = side_by_side(docker, Self::read_calls(node))?;
        let Origin::Clone { snapshot, pki, .. } = &self.origin else {
            return Err(MissingOutput("the snapshot").into());
        };
        let identity = Identity {
            former: snapshot.roster.name(),
            name: self.roster.name(),
            endpoint: &self.endpoint(self.outputs.layout()?),
            pki,
        };
        let changes = Changes::of(&lists, identity)?;
        for (verb, list) in VERBS.iter().zip(changes.lists()?) {
            if let Some(list) = list {
                docker.capture_bytes(&Self::change_call(node, verb).stdin(list))?;
            }
        }
        docker.capture_bytes(&Self::release_call(node))?;
        Ok(())
    }

    /// Returns the calls of [`Run::change_objects`], as if each kind of change had something to
    /// do.
    pub(super) fn change_calls(node: &NodeName) -> Vec<Call> {
        let mut calls = Vec::from(Self::read_calls(node));
        calls.extend(VERBS.iter().map(|verb| Self::change_call(node, verb)));
        calls.push(Self::release_call(node));
        calls
    }

    /// Returns the call that starts an API server on the saved data, without the controllers and
    /// the scheduler, which would act on them.
    pub(super) fn clone_call(node: &NodeName) -> Call {
        script(node, &[scripts::CLONE], INIT)
    }

    fn read_calls(node: &NodeName) -> [Call; 2] {
        let get = |words: &[&str]| {
            let all = ["--all-namespaces", "--output=json"];
            Self::super_kubectl(node, &[&["get"], words, &all].concat())
        };
        [get(&[KINDS]), get(&["secrets", TOKENS])]
    }

    fn change_call(node: &NodeName, verb: &Verb) -> Call {
        let kubeconfig = format!("--kubeconfig={SUPER_ADMIN_CONF}");
        let words = [&["kubectl", &kubeconfig], verb.words].concat();
        let input = format!("saved objects to {}", verb.name);
        args::exec_with_input(&node.to_string(), words, input).deadline(Call::WORK)
    }

    /// Returns the call that puts the manifests of controller manager and scheduler in place, from
    /// which the kubelet starts them.
    fn release_call(node: &NodeName) -> Call {
        let config = format!("--config=/{}", scripts::INIT_CONFIG);
        let skip = format!("--skip-phases={}", ALL_BUT_CONTROLLERS.join(","));
        in_node(node, &["kubeadm", "init", &config, &skip], Call::WORK)
    }

    fn super_kubectl(node: &NodeName, words: &[&str]) -> Call {
        let kubeconfig = format!("--kubeconfig={SUPER_ADMIN_CONF}");
        in_node(node, &[&["kubectl", &kubeconfig], words].concat(), Call::WORK)
    }
}

/// Runs independent `calls` in parallel, and returns their output.
fn side_by_side(
    docker: &Docker,
    calls: impl IntoIterator<Item = Call>,
) -> Result<Vec<Vec<u8>>, StepError> {
    thread::scope(|scope| {
        let make = |call: Call| scope.spawn(move || docker.capture_bytes(&call));
        let threads: Vec<_> = calls.into_iter().map(make).collect();
        let printed = threads.into_iter().map(|thread| match thread.join() {
            Ok(result) => result.map_err(StepError::from),
            Err(_) => Err(StepError::Lost),
        });
        printed.collect()
    })
}
