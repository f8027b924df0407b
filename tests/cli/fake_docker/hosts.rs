//! Several engines, which are hosts of one swarm.

use std::fs;

use serde_json::{Value, json};

use super::{FakeDocker, Object, image};

impl FakeDocker {
    /// Adds engines on hosts, all in one swarm. Only the first is a manager and has the node
    /// image.
    pub(crate) fn with_hosts(&self, hosts: &[&str]) {
        let swarm = self.engine("swarm");
        for shared in ["networks", "ids", "subnets"] {
            fs::create_dir_all(swarm.join(shared)).unwrap();
        }
        for (index, host) in hosts.iter().enumerate() {
            let folder = self.engine("hosts").join(host);
            for own in ["containers", "images", "ports", "removed"] {
                fs::create_dir_all(folder.join(own)).unwrap();
            }
            for shared in ["networks", "ids", "subnets"] {
                std::os::unix::fs::symlink(swarm.join(shared), folder.join(shared)).unwrap();
            }
            for file in
                ["created", "kubeadm-init.txt", "token.txt", "manual-setup.tar", "admin.conf"]
            {
                fs::copy(self.engine(file), folder.join(file)).unwrap();
            }
            let info = json!({
                "ServerVersion": "28.2.2", "OSType": "linux", "CgroupVersion": "2",
                "Architecture": "x86_64",
                "Swarm": {
                    "LocalNodeState": "active", "NodeID": format!("node-{host}"),
                    "NodeAddr": format!("192.0.2.{}", index + 1),
                    "ControlAvailable": index == 0,
                    "RemoteManagers": [{ "NodeID": format!("node-{}", hosts[0]) }]
                }
            });
            fs::write(folder.join("info.json"), format!("{info}\n")).unwrap();
        }
        let image = image();
        let here = self.engine("hosts").join(hosts[0]).join("images").join(&image);
        fs::create_dir_all(&here).unwrap();
        fs::copy(self.engine("images").join(&image).join("labels"), here.join("labels")).unwrap();
    }

    /// Makes the engine of a host unreachable, or reachable again.
    pub(crate) fn host_is_away(&self, host: &str, away: bool) {
        let (there, gone) = (self.engine("hosts").join(host), self.engine("swarm").join(host));
        let (from, to) = if away { (there, gone) } else { (gone, there) };
        fs::rename(from, to).unwrap();
    }

    /// Sets the `docker info` of the engine on `host`.
    pub(crate) fn host_says(&self, host: &str, info: &Value) {
        fs::write(self.engine("hosts").join(host).join("info.json"), format!("{info}\n")).unwrap();
    }

    /// Returns the containers on `host`.
    pub(crate) fn containers_on(&self, host: &str) -> Vec<Object> {
        self.objects(&format!("hosts/{host}/containers"))
    }

    /// Returns the networks of the swarm.
    pub(crate) fn swarm_networks(&self) -> Vec<Object> {
        self.objects("swarm/networks")
    }
}
