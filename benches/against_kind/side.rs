//! The two that are compared: what they are called with, and what they call their
//! nodes.

use std::fmt;

use crate::setup::Setup;
use crate::shape::Shape;

/// The cluster of either side; there is one at a time.
const NAME: &str = "bench";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Mokctl,
    Kind,
}

impl Side {
    pub(crate) const BOTH: [Self; 2] = [Self::Mokctl, Self::Kind];

    /// Where its figures are among those of both.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Mokctl => 0,
            Self::Kind => 1,
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::BOTH.into_iter().find(|side| side.to_string() == text);
        found.ok_or_else(|| format!("'{text}' is no side: mokctl and kind are"))
    }

    /// The command that makes a cluster.
    pub(crate) fn create(self, setup: &Setup, shape: Shape) -> Result<Vec<String>, String> {
        Ok(match self {
            Self::Mokctl => words(&[
                &setup.mokctl,
                "-q",
                "create",
                "cluster",
                NAME,
                &shape.masters.to_string(),
                &shape.workers.to_string(),
                "--image",
                &setup.node_image,
            ]),
            Self::Kind => {
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

    /// The command that removes it.
    pub(crate) fn delete(self, setup: &Setup) -> Vec<String> {
        match self {
            Self::Mokctl => words(&[&setup.mokctl, "-q", "delete", "cluster", NAME, "--yes"]),
            Self::Kind => words(&[&setup.kind, "delete", "cluster", "--quiet", "--name", NAME]),
        }
    }

    /// The node that has the control plane first.
    pub(crate) fn first_node(self) -> String {
        match self {
            Self::Mokctl => format!("{NAME}-master-1"),
            Self::Kind => format!("{NAME}-control-plane"),
        }
    }

    /// The label of everything that belongs to the cluster.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Mokctl => format!("MokCluster={NAME}"),
            Self::Kind => format!("io.x-k8s.kind.cluster={NAME}"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mokctl => "mokctl",
            Self::Kind => "kind",
        })
    }
}

/// Its own pod network comes as an image that no distribution has; the node image
/// has one in its place.
fn kind_config(shape: Shape) -> String {
    let mut text = "kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {disableDefaultCNI: true}
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
