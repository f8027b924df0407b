//! The command lines of both sides.

use crate::setup::Setup;
use crate::shape::Shape;
use crate::side::{NAME, Side};

/// Returns the command that creates a cluster.
pub(crate) fn create(setup: &Setup, side: Side, shape: Shape) -> Result<Vec<String>, String> {
    Ok(match side {
        Side::Mokctl => words(&[
            &setup.mokctl,
            "-q",
            "create",
            "cluster",
            NAME,
            &shape.masters.to_string(),
            &shape.workers.to_string(),
            "--image",
            &setup.node_image,
            // kind installs the same add-on.
            "--addons",
            "storage",
        ]),
        Side::Kind => {
            let config = setup.write("kind.yaml", &kind_config(shape))?;
            words(&[
                &setup.kind,
                "create",
                "cluster",
                "--quiet",
                "--name",
                NAME,
                "--image",
                &setup.kind_image,
                "--config",
                &config,
            ])
        }
    })
}

/// Returns the command that deletes the cluster.
pub(crate) fn delete(setup: &Setup, side: Side) -> Vec<String> {
    match side {
        Side::Mokctl => words(&[&setup.mokctl, "-q", "delete", "cluster", NAME, "--yes"]),
        Side::Kind => words(&[&setup.kind, "delete", "cluster", "--quiet", "--name", NAME]),
    }
}

/// Returns the command that loads an image into every node.
pub(crate) fn load(setup: &Setup, side: Side) -> Vec<String> {
    match side {
        Side::Mokctl => words(&[&setup.mokctl, "-q", "load", "image", NAME, LOADED]),
        Side::Kind => words(&[&setup.kind, "load", "docker-image", "--name", NAME, LOADED]),
    }
}

/// The image to load, which scripts/bench/images.sh makes.
const LOADED: &str = "localhost/mok-bench-load:1";

/// Returns the command that stops the cluster, or starts it again (`verb`). kind has no such
/// command, so docker's is used. `nodes` are kind's nodes sorted by address: addresses depend on
/// the order in which nodes are started.
pub(crate) fn power(setup: &Setup, side: Side, verb: &str, nodes: &[String]) -> Vec<String> {
    match side {
        Side::Mokctl => words(&[&setup.mokctl, "-q", verb, "cluster", NAME]),
        Side::Kind => {
            let nodes = nodes.iter().map(String::as_str);
            words(&["docker", verb].into_iter().chain(nodes).collect::<Vec<_>>())
        }
    }
}

/// The commands for snapshots.
pub(crate) struct Snapshot {
    pub(crate) create: Vec<String>,
    pub(crate) restore: Vec<String>,
    pub(crate) delete: Vec<String>,
}

/// Returns the commands for a snapshot of the cluster, if the side has snapshots.
pub(crate) fn snapshot(setup: &Setup, side: Side) -> Option<Snapshot> {
    let mokctl = |more: &[&str]| words(&[&[setup.mokctl.as_str(), "-q"][..], more].concat());
    (side == Side::Mokctl).then(|| Snapshot {
        create: mokctl(&["create", "snapshot", NAME, NAME]),
        restore: mokctl(&["restore", "cluster", NAME, NAME, "--yes"]),
        delete: mokctl(&["delete", "snapshot", NAME, "--yes"]),
    })
}

/// Returns kind's configuration. kind's own pod network exists only as an image in a registry, so
/// it is disabled: the node image has another one.
fn kind_config(shape: Shape) -> String {
    let mut text = "kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {disableDefaultCNI: true}
# As mokctl's: on cgroup v1 the kubelet starts only when told to.
kubeadmConfigPatches:
- |
  kind: KubeletConfiguration
  failCgroupV1: false
nodes:
"
    .to_owned();
    text.extend(std::iter::repeat_n("- role: control-plane\n", shape.masters));
    text.extend(std::iter::repeat_n("- role: worker\n", shape.workers));
    text
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
