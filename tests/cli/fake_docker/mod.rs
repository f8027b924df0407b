//! The fake docker: client and engine in one program (`tests/fake_docker`), whose state is files
//! in a folder. This module sets up the state, and reads it and the recorded calls.

mod call;
mod hosts;
mod images;
mod record;
mod rule;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use mokctl::cluster::family::{IpFamily, PerFamily};
use mokctl::cluster::name::NodeName;
use mokctl::image::release::DEFAULT;
use mokctl::node::files::archive;
use mokctl::node::pki::Pki;
use serde_json::{Value, json};

pub(crate) use call::Call;
pub(crate) use images::{image, labels};
use rule::Rule;
use words::Words;

/// An existing container or network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) labels: BTreeMap<String, String>,
    /// The status of a container, such as `running`.
    pub(crate) status: String,
}

/// The folder of the engine's state, next to that of the client.
#[derive(Debug)]
pub(crate) struct FakeDocker {
    root: PathBuf,
    pub(crate) words: Words,
}

const LISTED: &str = "registry.k8s.io/kube-apiserver:v1.37.2
registry.k8s.io/kube-controller-manager:v1.37.2
registry.k8s.io/kube-scheduler:v1.37.2
registry.k8s.io/kube-proxy:v1.37.2
registry.k8s.io/coredns/coredns:v1.14.6
registry.k8s.io/pause:3.10.2
registry.k8s.io/etcd:3.7.0-0
";

/// Builds the program, which `cargo test --test cli` does not, and returns its path.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        let folder = Path::new(env!("CARGO_BIN_EXE_mokctl")).parent().unwrap();
        cargo.args(["rustc", "--quiet", "--locked", "--example=fake-docker", "--target-dir"]);
        cargo.arg(folder.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        // Linked statically: it is started some ten thousand times, and a start takes 1.0 ms
        // instead of 1.5.
        if cfg!(all(target_os = "linux", target_env = "gnu")) {
            cargo.args(["--", "-Ctarget-feature=+crt-static", "-Crelocation-model=static"]);
        }
        // Variables of the build of the tests. Because of them ring would be compiled again, and
        // because of the last one other crates (scripts/slowest.sh).
        for (name, _) in env::vars() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_", "OUT_DIR", "RUSTC_BOOTSTRAP"]
                .iter()
                .any(|it| name.starts_with(it))
            {
                cargo.env_remove(name);
            }
        }
        assert!(cargo.status().unwrap().success(), "the fake docker");
        folder.join("examples/fake-docker")
    })
}

/// Saved objects of a cluster `a`: something to do for each kubectl command of a clone.
const SAVED: &str = r#"{"items": [
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a-worker-1"}},
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "default", "finalizers": ["kept"]},
        "spec": {"nodeName": "a-worker-1"}
    }
]}"#;

impl FakeDocker {
    /// Sets up a new engine with a node image in `root`.
    pub(crate) fn new(root: &Path) -> Self {
        let docker = Self { root: root.to_owned(), words: Words::random() };
        for folder in [
            "calls/0",
            "containers",
            "networks",
            "images",
            "ids",
            "ports",
            "subnets",
            "removed",
            "rules",
            "objects",
            "nodes",
            "cordoned",
            "not-ready",
        ] {
            fs::create_dir_all(docker.engine(folder)).unwrap();
        }
        docker.write("events", "");
        // A creation time in the future, so that certificates are never old, and calls always the
        // same.
        docker.set_creation_time("2100-01-31T12:00:00.000000000Z");
        docker
            .set_info(&json!({"ServerVersion": "28.2.2", "OSType": "linux", "CgroupVersion": "2"}));

        fs::create_dir_all(docker.engine("networks/bridge")).unwrap();
        docker.write("networks/bridge/id", &format!("{}\n", "b".repeat(64)));
        docker.write(&format!("ids/{}", "b".repeat(64)), "bridge\n");
        docker.write("networks/bridge/subnet", "172.17.0.0/16\n");
        docker.write("networks/bridge/labels", "");

        docker.add_image(&image(), &labels(&DEFAULT.to_string()));
        docker.write("kubeadm-images.txt", LISTED);
        docker.write("versions", "k8s.io/kubernetes v1.35.4 v1.36.3 v1.37.2 v1.38.0-alpha.1\n");

        let words = &docker.words;
        let init = include_str!("../../data/kubeadm-init-v1.37.2.txt");
        docker.write("kubeadm-init.txt", &words.fill(init));
        let join = "kubeadm join @ENDPOINT@ --token @TOKEN@ --discovery-token-ca-cert-hash @HASH@";
        docker.write("token.txt", &words.fill(&format!("{join}\n")));
        docker.write("admin.conf", &words.fill(include_str!("../../data/admin.conf")));
        docker.write("objects/nodes,persistentvolumes,pods,configmaps,leases.json", SAVED);
        docker.write("objects/secrets.json", "{\"items\": []}");
        // The certificate authorities of a first master that the user has set up.
        let node = NodeName::parse("a-master-1").unwrap();
        let address = IpAddr::from(Ipv4Addr::LOCALHOST);
        let addresses = PerFamily::of(IpFamily::Ipv4, address, address);
        let files = Pki::new().unwrap().files(&node, addresses, "localhost:6443").unwrap();
        fs::write(docker.engine("manual-setup.tar"), archive(&files).unwrap()).unwrap();

        let client = docker.client();
        fs::create_dir_all(client.parent().unwrap()).unwrap();
        symlink(program(), &client).unwrap();
        docker
    }

    /// Returns the engine in `root`, to which all its folders have been copied.
    pub(crate) fn copied(&self, root: &Path) -> Self {
        Self { root: root.to_owned(), words: self.words.clone() }
    }

    /// Makes client and engine podman.
    pub(crate) fn is_podman(&self) {
        fs::rename(self.client(), self.client().with_file_name("podman")).unwrap();
        let info = include_str!("../../data/podman-info-5.4.json");
        self.write("info.json", info);
    }

    /// Returns the path of the client.
    pub(crate) fn client(&self) -> PathBuf {
        self.root.join("bin/docker")
    }

    fn engine(&self, path: &str) -> PathBuf {
        self.root.join("engine").join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.engine(path), text).unwrap();
    }

    /// Sets the creation time of every container.
    pub(crate) fn set_creation_time(&self, time: &str) {
        self.write("created", &format!("{time}\n"));
    }

    /// Sets the output of `docker info`.
    pub(crate) fn set_info(&self, info: &Value) {
        self.write("info.json", &format!("{info}\n"));
    }

    /// Makes the engine refuse `--privileged`.
    pub(crate) fn refuse_privileges(&self) {
        self.write("without_privileges", "");
    }

    /// Reserves a subnet for another program, without listing a network.
    pub(crate) fn take_subnet(&self, address: &str) {
        fs::create_dir(self.engine("subnets").join(address)).unwrap();
    }

    /// Returns a fault for the calls whose words, joined by blanks, match `glob`.
    pub(crate) fn on(&self, glob: &str) -> Rule {
        let count = fs::read_dir(self.engine("rules")).unwrap().count();
        let folder = self.engine("rules").join(format!("{count:03}"));
        fs::create_dir(&folder).unwrap();
        Rule::new(folder, glob)
    }

    /// Removes all faults.
    pub(crate) fn heal(&self) {
        fs::remove_dir_all(self.engine("rules")).unwrap();
        fs::create_dir(self.engine("rules")).unwrap();
    }

    pub(crate) fn containers(&self) -> Vec<Object> {
        self.objects("containers")
    }

    /// Returns the networks, without the engine's default ones.
    pub(crate) fn networks(&self) -> Vec<Object> {
        let mut networks = self.objects("networks");
        networks.retain(|network| network.name != "bridge");
        networks
    }

    /// Returns the names of all containers and networks.
    pub(crate) fn names(&self) -> Vec<String> {
        let all = self.containers().into_iter().chain(self.networks());
        all.map(|object| object.name).collect()
    }

    fn objects(&self, kind: &str) -> Vec<Object> {
        let folders = fs::read_dir(self.engine(kind)).unwrap().map(|entry| entry.unwrap().path());
        let folders: BTreeSet<_> = folders.filter(|folder| folder.join("id").exists()).collect();
        let object = |folder: PathBuf| Object {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            id: fs::read_to_string(folder.join("id")).unwrap().trim_end().to_owned(),
            labels: fs::read_to_string(folder.join("labels"))
                .unwrap()
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            status: fs::read_to_string(folder.join("status"))
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        };
        folders.into_iter().map(object).collect()
    }

    /// Removes a container, as a user may do without mokctl.
    pub(crate) fn loses(&self, container: &str) {
        fs::remove_dir_all(self.engine("containers").join(container)).unwrap();
    }

    /// Sets the status of a container: `running`, `paused` or `exited`.
    pub(crate) fn set_status(&self, container: &str, status: &str) {
        fs::write(self.engine("containers").join(container).join("status"), status).unwrap();
    }

    /// Removes a network, as `docker network prune` does while no container is running.
    pub(crate) fn prunes_network(&self, network: &str) {
        let folder = self.engine("networks").join(network);
        let subnet = fs::read_to_string(folder.join("subnet")).unwrap();
        let address = subnet.split('/').next().unwrap();
        fs::remove_dir(self.engine("subnets").join(address)).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    /// Returns the names of the Node objects.
    pub(crate) fn node_objects(&self) -> Vec<String> {
        let files = fs::read_dir(self.engine("nodes")).unwrap();
        let name = |file: fs::DirEntry| file.file_name().into_string().unwrap();
        let names: BTreeSet<_> = files.map(|file| name(file.unwrap())).collect();
        names.into_iter().collect()
    }

    /// Returns the cordoned nodes.
    pub(crate) fn cordoned(&self) -> Vec<String> {
        let files = fs::read_dir(self.engine("cordoned")).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Cordons a node.
    pub(crate) fn cordons(&self, node: &str) {
        self.write(&format!("cordoned/{node}"), "");
    }

    /// Makes a node not Ready, as if its kubelet did not report.
    pub(crate) fn is_not_ready(&self, node: &str) {
        self.write(&format!("not-ready/{node}"), "");
    }

    /// Writes a file in a container.
    pub(crate) fn writes(&self, container: &str, path: &str, text: &str) {
        let path = format!("containers/{container}/root{path}");
        fs::create_dir_all(self.engine(&path).parent().unwrap()).unwrap();
        self.write(&path, text);
    }

    /// Deletes a Node object.
    pub(crate) fn deletes_node_object(&self, node: &str) {
        fs::remove_file(self.engine("nodes").join(node)).unwrap();
    }

    /// Returns the contents of a file in a container.
    pub(crate) fn file(&self, container: &str, path: &str) -> String {
        let path = self.engine(&format!("containers/{container}/root{path}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Removes a file of `container`.
    pub(crate) fn remove_file(&self, container: &str, path: &str) {
        fs::remove_file(self.engine(&format!("containers/{container}/root{path}"))).unwrap();
    }

    /// Whether `container` has a file at `path`.
    pub(crate) fn has_file(&self, container: &str, path: &str) -> bool {
        self.engine(&format!("containers/{container}/root{path}")).exists()
    }
}
