//! An engine that is as far away as another machine: in a network namespace of its
//! own, reached over TCP. What it publishes on its loopback nobody here reaches.

use std::fs;
use std::process::{Command, Stdio};

use crate::cluster::Cluster;
use crate::engine::{self, docker, shown, tell};

/// The second engine, gone when the test ends.
struct Second {
    folder: String,
    host: String,
}

impl Second {
    fn script(words: &[&str]) -> Command {
        let mut command =
            Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/second-engine.sh"));
        command.args(words);
        command
    }

    /// Starts it and brings it the node image.
    fn start() -> Self {
        // Below it is the engine's store: not for a tmpfs.
        let folder = format!("/var/tmp/mok-second-engine-{}", std::process::id());
        let output = engine::output_of(Self::script(&["start", &folder]), b"").unwrap();
        let host = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let second = Self { folder, host };
        assert!(output.status.success(), "{}", shown("second-engine.sh start", &output));
        let image = engine::node_image().unwrap();
        let mut save = Command::new("docker");
        save.args(["save", image]).stdout(Stdio::piped());
        let mut save = save.spawn().unwrap();
        let mut load = Command::new("docker");
        load.args([&second.at(), "load"]).stdin(save.stdout.take().unwrap());
        assert!(load.stdout(Stdio::null()).status().unwrap().success(), "docker load");
        assert!(save.wait().unwrap().success(), "docker save");
        tell(&format!("a second engine answers at {}", second.host));
        second
    }

    fn at(&self) -> String {
        format!("--host={}", self.host)
    }

    /// The client, for this engine.
    fn docker(&self, words: &[&str]) -> Result<String, String> {
        docker(&[&[self.at().as_str()], words].concat())
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let output = engine::output_of(Self::script(&["stop", &self.folder]), b"");
        if let Some(output) = output.ok().filter(|output| !output.status.success()) {
            tell(&shown("second-engine.sh stop", &output));
        }
    }
}

#[test]
#[ignore = "slow, a second engine with the node image: make e2e-full"]
fn a_cluster_on_an_engine_elsewhere_is_reached_from_here() {
    let Some(cluster) = Cluster::named("remote") else { return };
    let second = Second::start();
    let does = |words: &[&str]| {
        let output = cluster.mokctl_with(words, &[("DOCKER_HOST", &second.host)]);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (name, master) = (cluster.name.as_str(), cluster.node("master-1"));
    does(&["create", "cluster", name, "1", "1"]);
    assert_eq!(
        docker(&["ps", "--quiet", &format!("--filter=label=MokCluster={name}")]),
        Ok(String::new())
    );

    let kubectl = cluster.folder().join("kubectl");
    let from = format!("{master}:/usr/bin/kubectl");
    second.docker(&["cp", &from, kubectl.to_str().unwrap()]).unwrap();
    let ready = |kubeconfig: &std::path::Path| {
        let mut command = Command::new(&kubectl);
        command.args(["get", "nodes", "--no-headers"]).env("KUBECONFIG", kubeconfig);
        let output = engine::output_of(command, b"").unwrap();
        assert!(output.status.success(), "{}", shown("kubectl get nodes", &output));
        String::from_utf8_lossy(&output.stdout).matches(" Ready ").count()
    };
    assert_eq!(ready(&cluster.kubeconfig()), 2);
    let address = second.host.strip_prefix("tcp://").unwrap().split(':').next().unwrap();
    let server = format!("server: https://{address}:");
    assert!(fs::read_to_string(cluster.kubeconfig()).unwrap().contains(&server));

    does(&["create", "worker", name]);
    does(&["stop", "cluster", name]);
    does(&["start", "cluster", name]);
    let printed = cluster.folder().join("printed");
    fs::write(&printed, does(&["get", "kubeconfig", name])).unwrap();
    assert_eq!(ready(&printed), 3);

    does(&["delete", "cluster", name]);
    assert_eq!(second.docker(&["ps", "--all", "--quiet"]), Ok(String::new()));
    assert_eq!(second.docker(&["volume", "ls", "--quiet"]), Ok(String::new()));
}
