//! Volumes of the default storage class.

use crate::cluster::{Cluster, name};
use crate::engine::{docker, shown, tell};
use crate::offline::Offline;
use crate::pods::{self, IMAGE, PATIENCE};
use crate::wait;

/// The folder for volumes in a node.
const FOLDER: &str = "/var/lib/mok/volumes";

#[test]
fn a_volume_outlives_its_pod_and_a_restart_and_goes_with_its_claim() {
    let Some(cluster) = Cluster::named("storage") else { return };
    let _offline = Offline::create(&cluster, &["1", "1"]);
    let worker = cluster.node("worker-1");
    pods::deploy(&cluster, &["master-1", "worker-1"].map(|node| cluster.node(node)));
    works(&cluster);

    cluster.kubectl(&["delete", "pod", "db-0"]).unwrap();
    wait::until("the next pod", PATIENCE, || file_is_kept(&cluster));
    for verb in ["stop", "start"] {
        let output = cluster.mokctl(&[verb, "cluster", &cluster.name]);
        assert!(output.status.success(), "{}", shown(verb, &output));
    }
    wait::until("the pod after a restart", PATIENCE, || file_is_kept(&cluster));

    let folders = || docker(&["exec", &worker, "ls", FOLDER]);
    let volumes = cluster.get(&["persistentvolumes"]).unwrap();
    // The folder is called PERSISTENTVOLUME_NAMESPACE_CLAIM.
    let names: Vec<_> =
        volumes.iter().map(|volume| format!("{}_default_data-db-0", name(volume))).collect();
    assert_eq!(names.join("\n"), folders().unwrap());
    cluster.kubectl(&["delete", "statefulset/db", "persistentvolumeclaim/data-db-0"]).unwrap();
    wait::until("the end of the volume", PATIENCE, || {
        let (volumes, folders) = (cluster.get(&["persistentvolumes"])?, folders()?);
        let nothing = volumes.is_empty() && folders.is_empty();
        if nothing { Ok(()) } else { Err(format!("{volumes:?} {folders}")) }
    });
}

/// Checks that a pod gets a volume and writes to it, in a cluster that has echo's image.
pub(crate) fn works(cluster: &Cluster) {
    let manifest = MANIFEST.replace("IMAGE", IMAGE);
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest).unwrap();
    let ((), took) = wait::until("a pod with a volume", PATIENCE, || is_ready(cluster));
    tell(&format!("{}: a pod with a volume after {:.1} s", cluster.name, took.as_secs_f64()));
    in_pod(cluster, "echo kept >/data/file").unwrap();
    file_is_kept(cluster).unwrap();
}

/// A pod with a volume. It runs as an ordinary user, and the claim names nothing but a size.
pub(crate) const MANIFEST: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsUser: 1000}
      containers:
      - {name: db, image: 'IMAGE', imagePullPolicy: Never, volumeMounts: [{name: data, mountPath: /data}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";

fn is_ready(cluster: &Cluster) -> Result<(), String> {
    let pods = pods::labelled(cluster, "db")?;
    if pods.len() == 1 { Ok(()) } else { Err("it is not ready".into()) }
}

fn in_pod(cluster: &Cluster, script: &str) -> Result<String, String> {
    cluster.kubectl(&["exec", "db-0", "--", "sh", "-c", script])
}

fn file_is_kept(cluster: &Cluster) -> Result<(), String> {
    is_ready(cluster)?;
    // The image has no program to read a file with, so the shell reads it.
    let found = in_pod(cluster, "read -r line </data/file; echo \"$line\"")?;
    if found == "kept" { Ok(()) } else { Err(found) }
}
