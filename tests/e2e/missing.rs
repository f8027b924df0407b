//! Clusters of which containers, Node objects or the network were removed by hand.

use std::slice;
use std::thread;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::engine::{docker, shown};
use crate::nodes::is_whole;
use crate::pods::PATIENCE;
use crate::wait;

impl Cluster {
    /// Returns the status of a node in `get nodes`, or `None` if it is not listed.
    fn status(&self, node: &str) -> Option<String> {
        let output = self.mokctl(&["get", "nodes", &self.name, "-o", "json"]);
        assert!(output.status.success(), "{}", shown("get nodes", &output));
        let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let found = list.iter().find(|entry| entry["name"] == node)?;
        found["status"].as_str().map(String::from)
    }

    fn loses(&self, node: &str) {
        docker(&["rm", "--force", "--volumes", node]).unwrap();
        self.sees_loss_of(node);
    }

    /// Removes a master while `kubectl` on another one asks the API through the load balancer ten
    /// times a second. Requests to the removed master must fail, or be sent to another one,
    /// before they time out.
    fn loses_master_under_requests(&self, master: &str) {
        let ask = "for _ in {1..40}; do
            timeout 6 kubectl --kubeconfig=/etc/kubernetes/admin.conf get --raw=/healthz \
              >/dev/null 2>&1 || echo \"$?\" &
            sleep 0.1
          done
          wait";
        let codes = thread::scope(|scope| {
            let first = self.node("master-1");
            let asks = scope.spawn(move || docker(&["exec", &first, "bash", "-c", ask]).unwrap());
            docker(&["rm", "--force", "--volumes", master]).unwrap();
            asks.join().unwrap()
        });
        let hung = codes.lines().filter(|code| *code == "124").count();
        assert_eq!(hung, 0, "the balancer kept {hung} of 40 requests: {codes:?}");
        self.sees_loss_of(master);
    }

    fn sees_loss_of(&self, node: &str) {
        // While etcd elects a new leader, the API does not answer.
        wait::until("the loss to be seen", PATIENCE, || match self.status(node).as_deref() {
            Some("missing") => Ok(()),
            status => Err(format!("{node} is {status:?}")),
        });
    }

    fn etcd_members(&self) -> usize {
        let list = ". /root/mok/common.sh; in_etcd member list";
        docker(&["exec", &self.node("master-1"), "bash", "-c", list]).unwrap().lines().count()
    }
}

#[test]
fn a_worker_that_was_removed_by_hand_is_deleted_and_made_again() {
    let Some(cluster) = Cluster::named("missing") else { return };
    cluster.create(1, 1);
    let all = cluster.nodes(&["master-1", "worker-1"]);
    let worker = &all[1];

    cluster.loses(worker);
    cluster.does(&["delete", "worker", worker, "--yes"]);
    assert_eq!(cluster.status(worker), None);
    assert_eq!(cluster.ready_nodes().unwrap(), all[..1]);
    cluster.does(&["create", "worker", &cluster.name]);
    is_whole(&cluster, &all);

    // The same, but without `delete worker` before `create worker`.
    cluster.loses(worker);
    cluster.does(&["create", "worker", &cluster.name]);
    is_whole(&cluster, &all);

    // The other way round: the container is there, the Node object is not.
    cluster.kubectl(&["delete", "node", worker]).unwrap();
    assert_eq!(cluster.status(worker).as_deref(), Some("unregistered"));
    cluster.does(&["delete", "worker", worker, "--yes"]);
    cluster.does(&["create", "worker", &cluster.name]);
    is_whole(&cluster, &all);
}

#[test]
fn a_master_that_was_removed_by_hand_leaves_etcd() {
    let Some(cluster) = Cluster::named("missing-master") else { return };
    cluster.create(3, 0);
    let all = cluster.nodes(&["master-1", "master-2", "master-3"]);

    cluster.loses_master_under_requests(&all[1]);
    cluster.does(&["delete", "master", &all[1], "--yes"]);
    assert_eq!(cluster.etcd_members(), 2);
    cluster.does(&["create", "master", &cluster.name]);
    cluster.loses(&all[2]);
    cluster.does(&["create", "master", &cluster.name]);
    assert_eq!(cluster.etcd_members(), 3);
    is_whole(&cluster, &all);

    cluster.kubectl(&["delete", "node", &all[2]]).unwrap();
    cluster.does(&["delete", "master", &all[2], "--yes"]);
    assert_eq!(cluster.etcd_members(), 2);
}

#[test]
fn a_network_that_was_removed_while_the_cluster_was_stopped_is_made_again() {
    let Some(cluster) = Cluster::named("network") else { return };
    cluster.create(1, 1);
    let all = cluster.nodes(&["master-1", "worker-1"]);
    is_whole(&cluster, &all);
    let before = cluster.subnet().unwrap();

    cluster.does(&["stop", "cluster", &cluster.name]);
    docker(&["network", "rm", &cluster.network()]).unwrap();
    cluster.does(&["start", "cluster", &cluster.name]);
    assert_eq!(cluster.subnet().unwrap(), before);
    is_whole(&cluster, &all);
    // From now on it stops and starts as any cluster does.
    cluster.does(&["stop", "cluster", &cluster.name]);
    cluster.does(&["start", "cluster", &cluster.name]);
    is_whole(&cluster, &all);
}

#[test]
fn another_network_with_the_addresses_is_named() {
    let Some(cluster) = Cluster::named("taken") else { return };
    cluster.create(1, 0);
    let subnet = cluster.subnet().unwrap();
    cluster.does(&["stop", "cluster", &cluster.name]);
    docker(&["network", "rm", &cluster.network()]).unwrap();
    let other = format!("{}-other", cluster.name);
    let flag = format!("--subnet={}", subnet.trim());
    docker(&["network", "create", &flag, &other]).unwrap();
    let output = cluster.mokctl(&["start", "cluster", &cluster.name]);
    docker(&["network", "rm", &other]).unwrap();
    let told = format!("network {other} has {}", subnet.trim());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && stderr.contains(&told), "{stderr}");
    cluster.does(&["start", "cluster", &cluster.name]);
}

#[test]
fn a_load_balancer_that_was_removed_by_hand_is_made_again() {
    let Some(cluster) = Cluster::named("lost-lb") else { return };
    cluster.does(&["create", "cluster", &cluster.name, "1", "0", "--with-lb", "--addons=none"]);
    let master = cluster.node("master-1");

    cluster.loses(&cluster.node("lb"));
    assert_eq!(cluster.status(&cluster.node("lb")).as_deref(), Some("missing"));
    cluster.does(&["start", "cluster", &cluster.name]);
    // The kubeconfig has the new port.
    assert_eq!(cluster.ready_nodes().unwrap(), slice::from_ref(&master));

    cluster.does(&["stop", "cluster", &cluster.name]);
    cluster.loses(&cluster.node("lb"));
    cluster.does(&["start", "cluster", &cluster.name]);
    cluster.does(&["create", "worker", &cluster.name]);
    assert_eq!(cluster.ready_nodes().unwrap(), [master, cluster.node("worker-1")]);
}
