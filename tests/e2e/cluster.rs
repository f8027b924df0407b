//! The cluster of a test. It is removed when the test ends, whether it passes or fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::engine::{self, Turn, docker, docker_with, shown, tell};

/// A kubeconfig that another tool has written before mokctl runs.
pub(crate) const OTHER: &str = "\
apiVersion: v1
kind: Config
clusters:
- name: other
  cluster: {server: 'https://192.0.2.1:6443'}   # not ours
contexts:
- name: other
  context: {cluster: other, user: other}
users:
- name: other
  user: {token: abc}
current-context: other
";

/// The folder for the files of a test's cluster.
enum Folder {
    /// For a cluster that is removed with its test.
    Own(TempDir),
    /// For a cluster that later tests go on with.
    Kept(PathBuf),
}

/// A cluster's name, whether the cluster exists or not, with a kubeconfig for it.
pub(crate) struct Cluster {
    /// The cluster's name.
    pub(crate) name: String,
    folder: Folder,
    /// The turn to use the engine. `None` for a second cluster: the first one has it.
    _turn: Option<Turn>,
}

impl Cluster {
    /// Returns a cluster with a name that no other run uses; nothing is created yet. `None` if
    /// there is no engine.
    pub(crate) fn named(word: &str) -> Option<Self> {
        let turn = engine::turn()?;
        Some(Self::with(format!("e2e-{word}-{}", std::process::id()), Some(turn)))
    }

    /// Returns the cluster called `name`, which stays when this test ends and has its files in
    /// `folder`. `None` if there is no engine.
    pub(crate) fn kept(name: &str, folder: &Path) -> Option<Self> {
        let turn = engine::turn()?;
        let folder = folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        Some(Self { name: name.to_owned(), folder: Folder::Kept(folder), _turn: Some(turn) })
    }

    /// Returns a second cluster for the same test; nothing is created yet. Neither name is a
    /// prefix of the other.
    pub(crate) fn beside(&self, word: &str) -> Self {
        let run = self.name.rsplit('-').next().unwrap();
        Self::with(format!("e2e-{word}-{run}"), None)
    }

    fn with(name: String, turn: Option<Turn>) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("kubeconfig"), OTHER).unwrap();
        Self { name, folder: Folder::Own(folder), _turn: turn }
    }

    /// Creates the cluster with mokctl, and panics if that fails.
    pub(crate) fn create(&self, masters: u8, workers: u8) {
        let (masters, workers) = (masters.to_string(), workers.to_string());
        let begun = Instant::now();
        let output = self.mokctl(&["create", "cluster", &self.name, &masters, &workers]);
        assert!(output.status.success(), "{}", shown("create cluster", &output));
        tell(&format!(
            "{}: {masters}+{workers} Ready after {:.1} s",
            self.name,
            begun.elapsed().as_secs_f64()
        ));
    }

    /// Runs mokctl with this cluster's kubeconfig.
    pub(crate) fn mokctl(&self, words: &[&str]) -> Output {
        self.mokctl_with(words, &[])
    }

    /// Runs mokctl with this cluster's kubeconfig and further environment variables.
    pub(crate) fn mokctl_with(&self, words: &[&str], env: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mokctl"));
        command.args(words).env("KUBECONFIG", self.kubeconfig()).envs(env.iter().copied());
        engine::output_of(command, b"").unwrap()
    }

    /// The path of the cluster's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder().join("kubeconfig")
    }

    /// A folder for files of the test.
    pub(crate) fn folder(&self) -> &Path {
        match &self.folder {
            Folder::Own(folder) => folder.path(),
            Folder::Kept(folder) => folder,
        }
    }

    /// Returns the full name of a node, such as of `master-1`.
    pub(crate) fn node(&self, role_and_number: &str) -> String {
        format!("{}-{role_and_number}", self.name)
    }

    /// The name of the cluster's docker network.
    pub(crate) fn network(&self) -> String {
        format!("mok-{}", self.name)
    }

    /// The subnet of the cluster's docker network.
    pub(crate) fn subnet(&self) -> Result<String, String> {
        let json = docker(&["network", "inspect", &self.network()])?;
        let network: Value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        let (docker, podman) = (&network[0]["IPAM"]["Config"][0]["Subnet"], &network[0]["subnets"]);
        let subnet = docker.as_str().or_else(|| podman[0]["subnet"].as_str());
        subnet.map(str::to_owned).ok_or_else(|| format!("no subnet in {json}"))
    }

    /// Runs kubectl as administrator on the first master.
    pub(crate) fn kubectl(&self, words: &[&str]) -> Result<String, String> {
        self.kubectl_with(words, "")
    }

    /// Runs kubectl as [`Cluster::kubectl`] does, with `input` on its standard input.
    pub(crate) fn kubectl_with(&self, words: &[&str], input: &str) -> Result<String, String> {
        let master = self.node("master-1");
        let kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"];
        let exec = ["exec", "--interactive", &master];
        let all: Vec<_> = exec.into_iter().chain(kubectl).chain(words.iter().copied()).collect();
        docker_with(&all, input.as_bytes())
            .map(|output| String::from_utf8_lossy(&output).trim_end().to_owned())
    }

    /// Returns the items that `kubectl get` lists for the words of `what`.
    pub(crate) fn get(&self, what: &[&str]) -> Result<Vec<Value>, String> {
        let words = ["get", "--output=json"];
        let json = self.kubectl(&words.into_iter().chain(what.iter().copied()).collect::<Vec<_>>());
        let json: Value = serde_json::from_str(&json?).map_err(|error| error.to_string())?;
        Ok(json["items"].as_array().cloned().unwrap_or_else(|| vec![json]))
    }

    /// Returns the names of the nodes that are Ready.
    pub(crate) fn ready_nodes(&self) -> Result<Vec<String>, String> {
        Ok(self
            .get(&["nodes"])?
            .iter()
            .filter(|node| has_condition(node, "Ready"))
            .map(name)
            .collect())
    }

    /// Returns the names of the bootstrap tokens that a node could join with.
    pub(crate) fn join_secrets(&self) -> Result<Vec<String>, String> {
        let secrets = self.get(&["secrets", "--namespace=kube-system"])?;
        let joins = |name: &String| name.starts_with("bootstrap-token-") || name == "kubeadm-certs";
        Ok(secrets.iter().map(name).filter(joins).collect())
    }

    /// Prints what helps to find out why a test has failed.
    fn show(&self) {
        let label = format!("--filter=label=MokCluster={}", self.name);
        let master = self.node("master-1");
        tell(&format!("--- {} when the test failed", self.name));
        let kubelet = ["journalctl", "--no-pager", "--unit=kubelet", "--lines=15"];
        for seen in [
            docker(&["ps", "--all", &label]),
            self.kubectl(&["get", "nodes,pods", "--all-namespaces", "--output=wide"]),
            self.kubectl(&["get", "services,endpoints,endpointslices", "--all-namespaces"]),
            self.kubectl(&["logs", "--selector=k8s-app=kube-proxy", "--namespace=kube-system"]),
            self.kubectl(&["get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"]),
            docker(&["exec", &master].into_iter().chain(kubelet).collect::<Vec<_>>()),
        ] {
            let seen = seen.unwrap_or_else(|why| why);
            let lines: Vec<_> = seen.lines().collect();
            tell(&lines[lines.len().saturating_sub(20)..].join("\n"));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if thread::panicking() {
            self.show();
        }
        if let Folder::Kept(_) = self.folder {
            return;
        }
        if let Err(why) = engine::remove(&self.name) {
            tell(&format!("cannot remove {}: {why}", self.name));
        }
    }
}

/// The name of a Kubernetes object.
pub(crate) fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Whether a condition of an object is true.
pub(crate) fn has_condition(object: &Value, kind: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    conditions.is_some_and(|all| {
        all.iter().any(|condition| condition["type"] == kind && condition["status"] == "True")
    })
}
