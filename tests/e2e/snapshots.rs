//! Snapshots of real clusters: data, pods and addresses are restored, repeatedly, over a running
//! cluster, after its deletion, and from a file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::engine::{Objects, docker, lines, shown, tell};
use crate::restart::{Before, containers};
use crate::wait;

/// A snapshot of a cluster, deleted when the test ends.
pub(crate) struct Snapshot<'a> {
    cluster: &'a Cluster,
    /// The snapshot's name.
    pub(crate) name: String,
}

impl<'a> Snapshot<'a> {
    /// Creates a snapshot of the cluster.
    pub(crate) fn of(cluster: &'a Cluster, flags: &[&str]) -> Self {
        let snapshot = Self { cluster, name: format!("{}-s", cluster.name) };
        let begun = Instant::now();
        snapshot.mokctl(&["create", "snapshot", &cluster.name, &snapshot.name], flags);
        snapshot.took("saved", begun);
        snapshot
    }

    pub(crate) fn restore(&self) {
        let begun = Instant::now();
        self.mokctl(&["restore", "cluster", &self.cluster.name, &self.name], &["--yes"]);
        self.took("restored, all Ready", begun);
    }

    fn took(&self, what: &str, begun: Instant) {
        tell(&format!("{}: {what} after {:.1} s", self.name, begun.elapsed().as_secs_f64()));
    }

    /// Restores the snapshot, and panics if that fails.
    fn mokctl(&self, words: &[&str], more: &[&str]) {
        let output = self.cluster.mokctl(&[words, more].concat());
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
    }

    /// Deletes the snapshot; the cluster stays.
    pub(crate) fn forget(self) {
        self.mokctl(&["delete", "snapshot", &self.name, "--yes"], &[]);
        // Dropping the snapshot would drop the cluster as well.
        std::mem::forget(self);
    }

    /// Returns the names of the engine's images of the snapshot.
    fn images(&self) -> Vec<String> {
        let label = format!("--filter=label=mok.snapshot={}", self.name);
        let format = "--format={{.Repository}}:{{.Tag}}";
        lines(&docker(&["image", "ls", format, &label]).unwrap()).into_iter().collect()
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Images from which a cluster was restored stay without a name as long as it exists.
        self.cluster.mokctl(&["delete", "cluster", &self.cluster.name, "--yes"]);
        self.cluster.mokctl(&["delete", "snapshot", &self.name, "--yes"]);
        if !std::thread::panicking() {
            assert_eq!(self.images(), Vec::<String>::new(), "images are left");
        }
    }
}

/// Writes data to etcd.
pub(crate) fn write(cluster: &Cluster, value: &str) {
    let literal = format!("--from-literal=value={value}");
    let _ = cluster.kubectl(&["delete", "configmap", "data"]);
    cluster.kubectl(&["create", "configmap", "data", &literal]).unwrap();
}

/// Reads what [`write`] has written.
pub(crate) fn read(cluster: &Cluster) -> String {
    cluster.kubectl(&["get", "configmap", "data", "--output=jsonpath={.data.value}"]).unwrap()
}

/// Everything is changed, and after a restore the cluster and its pods are as before.
fn comes_back(word: &str, masters: u8, workers: u8) {
    let Some(cluster) = Cluster::named(word) else { return };
    cluster.create(masters, workers);
    let last = format!("-worker-{}", workers + 1);
    let masters = (1..=masters).map(|n| cluster.node(&format!("master-{n}")));
    let workers = (1..=workers).map(|n| cluster.node(&format!("worker-{n}")));
    let before = Before::of(&cluster, masters.chain(workers).collect());
    let all = containers(&cluster).unwrap();
    let kubeconfig = fs::read_to_string(cluster.kubeconfig()).unwrap();
    write(&cluster, "saved");

    let mut snapshot = None;
    before.survives(&cluster, "snapshot", &all, |_| snapshot = Some(Snapshot::of(&cluster, &[])));
    let snapshot = snapshot.unwrap();
    assert_eq!(snapshot.images().len(), all.len());
    assert_eq!(read(&cluster), "saved");
    before.survives(&cluster, "restore", &all, |_| {
        write(&cluster, "changed");
        cluster.kubectl(&["delete", "daemonset/echo", "service/echo"]).unwrap();
        snapshot.mokctl(&["create", "worker", &cluster.name], &[]);
        snapshot.restore();
    });
    assert_eq!(containers(&cluster).unwrap(), all);
    assert_eq!(read(&cluster), "saved");
    assert_eq!(fs::read_to_string(cluster.kubeconfig()).unwrap(), kubeconfig);
    before.survives(&cluster, "delete and restore", &all, |_| {
        snapshot.mokctl(&["delete", "cluster", &cluster.name], &["--yes"]);
        assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
        snapshot.restore();
    });
    assert_eq!(read(&cluster), "saved");
    // A restored cluster is a cluster like any other.
    snapshot.mokctl(&["create", "worker", &cluster.name], &[]);
    assert!(cluster.ready_nodes().unwrap().iter().any(|node| node.ends_with(&last)), "{last}");
}

#[test]
fn a_cluster_with_its_pods_comes_back() {
    comes_back("snap", 1, 1);
}

#[test]
#[ignore = "slow, three masters saved and restored: make e2e-full"]
fn three_masters_with_their_pods_come_back() {
    comes_back("snaps", 3, 1);
}

#[test]
#[ignore = "slow, twenty restores: make e2e-full"]
fn twenty_restores_need_no_help() {
    let Some(cluster) = Cluster::named("twenty-snap") else { return };
    cluster.create(1, 1);
    write(&cluster, "saved");
    let nodes = cluster.ready_nodes().unwrap();
    let snapshot = Snapshot::of(&cluster, &[]);
    // Volumes that no container uses: other clusters may be created and deleted meanwhile.
    let left = || lines(&docker(&["volume", "ls", "--quiet", "--filter=dangling=true"]).unwrap());
    let before = left();
    for round in 1..=20 {
        write(&cluster, &format!("round-{round}"));
        snapshot.restore();
        assert_eq!(cluster.ready_nodes().unwrap(), nodes, "round {round}");
        assert_eq!(read(&cluster), "saved", "round {round}");
    }
    let mut left = left();
    left.retain(|volume| !before.contains(volume));
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_snapshot_comes_back_out_of_a_file() {
    let Some(cluster) = Cluster::named("file") else { return };
    cluster.create(1, 1);
    write(&cluster, "saved");
    let nodes = cluster.ready_nodes().unwrap();
    let snapshot = Snapshot::of(&cluster, &["--stop"]);
    let file = cluster.folder().join("snapshot.tgz");
    let path = file.to_str().unwrap();
    let begun = Instant::now();
    snapshot.mokctl(&["export", "snapshot", &snapshot.name, path], &[]);
    snapshot.took("exported", begun);
    let found = fs::metadata(&file).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    tell(&format!("{}: a file of {} MB", snapshot.name, found.len() / 1_000_000));
    // Smaller than any node image, so it does not contain one.
    assert!(found.len() < 100_000_000);

    snapshot.mokctl(&["delete", "cluster", &cluster.name], &["--yes"]);
    snapshot.mokctl(&["delete", "snapshot", &snapshot.name], &["--yes"]);
    assert_eq!(snapshot.images(), Vec::<String>::new());
    let begun = Instant::now();
    snapshot.mokctl(&["load", "snapshot", path], &[]);
    snapshot.took("loaded", begun);
    assert_eq!(snapshot.images().len(), 2);
    snapshot.restore();
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    assert_eq!(read(&cluster), "saved");
}

/// The snapshot's labels are changed to say that the certificates are old: the restore must renew
/// them.
#[test]
fn old_certificates_are_renewed_and_are_good() {
    let Some(cluster) = Cluster::named("old") else { return };
    cluster.create(1, 1);
    let nodes = cluster.ready_nodes().unwrap();
    let snapshot = Snapshot::of(&cluster, &[]);
    for image in snapshot.images() {
        let aged = format!("{}-aged", cluster.name);
        let name = format!("--name={aged}");
        docker(&["create", &name, "--label=mok.issued=1", "--label=MokCluster=", &image]).unwrap();
        docker(&["commit", &aged, &image]).unwrap();
        docker(&["rm", "--volumes", &aged]).unwrap();
    }
    let file =
        |node: &str, path: &str| docker(&["exec", &cluster.node(node), "cat", path]).unwrap();
    let files = || {
        [
            file("master-1", "/etc/kubernetes/pki/apiserver.crt"),
            file("master-1", "/etc/kubernetes/admin.conf"),
            file("master-1", "/etc/kubernetes/kubelet.conf"),
            // The certificate that its kubelet.conf names.
            file("worker-1", "/var/lib/kubelet/pki/kubelet-client-current.pem"),
            fs::read_to_string(cluster.kubeconfig()).unwrap(),
        ]
    };
    let before = files();
    snapshot.restore();
    let after = files();
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before, after);
    }
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    // A kubelet that could not use the certificates would stop reporting.
    wait::until("a pod on the worker", Duration::from_secs(90), || {
        let pods =
            cluster.get(&["pods", "--namespace=kube-system", "--selector=k8s-app=kube-proxy"])?;
        let is_ready = |pod| crate::cluster::has_condition(pod, "Ready");
        if pods.iter().filter(|pod| is_ready(pod)).count() == 2 {
            Ok(())
        } else {
            Err(format!("{pods:?}"))
        }
    });
    snapshot.restore();
    assert_ne!(file("master-1", "/etc/kubernetes/admin.conf"), after[1]);
}
