//! `load image`: which image a pod gets that names it.

use std::collections::BTreeSet;

use crate::cluster::Cluster;
use crate::engine::{docker, docker_with, shown};
use crate::{pods, wait};

/// Images with a common name, removed when the test ends.
struct Images<'a>(&'a Cluster);

impl Images<'_> {
    fn name(&self, tag: &str) -> String {
        format!("{}:{tag}", self.0.name)
    }

    /// Builds an image that prints which one it is, and returns its id.
    fn build(&self, tag: &str) -> String {
        let file = format!("FROM {}\nRUN echo {tag} >/version\n", pods::IMAGE);
        let name = format!("--tag={}", self.name(tag));
        docker_with(&["build", "--quiet", &name, "-"], file.as_bytes()).unwrap();
        docker(&["image", "inspect", "--format={{.Id}}", &self.name(tag)]).unwrap()
    }
}

/// Returns the layers of one of the engine's images. The id would not do: with the containerd
/// image store it is not the id that nodes know.
fn layers(image: &str) -> String {
    docker(&["image", "inspect", "--format={{.RootFS.Layers}}", image]).unwrap()
}

impl Drop for Images<'_> {
    fn drop(&mut self) {
        for tag in ["1", "2", "3", "moving"] {
            let _ = docker(&["image", "rm", "--force", &self.name(tag)]);
        }
        let _ = docker(&["image", "rm", pods::IMAGE]);
    }
}

#[test]
fn nodes_have_what_the_engine_has_under_that_name() {
    let Some(cluster) = Cluster::named("load") else { return };
    docker_with(&["load"], pods::image()).unwrap();
    let images = Images(&cluster);
    let ids = ["1", "2"].map(|tag| images.build(tag));
    cluster.create(1, 1);
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    let has = |node: &str, name: &str| {
        let template = "--template={{.info.imageSpec.rootfs.diff_ids}}";
        let inspect = ["inspecti", "--output=go-template", template, name];
        docker(&[&["exec", node, "crictl"], &inspect[..]].concat())
    };
    let load = |word: &str| {
        let output = cluster.mokctl(&["load", "image", &cluster.name, word]);
        assert!(output.status.success(), "{}", shown("load image", &output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let moving = images.name("moving");
    for id in [&ids[0], &ids[1], &ids[0]] {
        docker(&["tag", id, &moving]).unwrap();
        load(&moving);
        let there: BTreeSet<_> = nodes.iter().map(|node| has(node, &moving).unwrap()).collect();
        assert_eq!(there, BTreeSet::from([layers(id)]));
    }
    // The second image has lost its name; given by id, it gets one in the nodes.
    let said = load(&ids[1]);
    let full = format!("docker.io/library/{}", images.name("2"));
    assert!(said.contains(&full), "{said}");
    assert_eq!(has(&nodes[1], &full), Ok(layers(&ids[1])));

    // The next image has the same base. The base is not sent again, and the node needs no packed
    // copy of it.
    let base = ["image", "inspect", "--format={{index .RootFS.Layers 0}}", pods::IMAGE];
    let ctr = ["exec", &nodes[1], "ctr", "--namespace=k8s.io", "content", "rm"];
    docker(&[&ctr[..], &[&docker(&base).unwrap()]].concat()).unwrap();
    images.build("3");
    load(&images.name("3"));
    let pod = POD.replace("NODE", &nodes[1]).replace("IMAGE", &images.name("3"));
    cluster.kubectl_with(&["apply", "--filename=-"], &pod).unwrap();
    let look = ["exec", "pod/three", "--", "sh", "-c", "read -r version </version; echo $version"];
    let (found, _) = wait::until("a pod of it", pods::PATIENCE, || cluster.kubectl(&look));
    assert_eq!(found, "3");
}

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: three}
spec:
  nodeName: NODE
  terminationGracePeriodSeconds: 1
  containers:
  - {name: three, image: 'IMAGE', imagePullPolicy: Never}
";
