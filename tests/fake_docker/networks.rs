//! Creates and removes networks.

use std::fs;

use crate::engine::Engine;
use crate::exit::{Done, Exit, fail};
use crate::files::{get, name_of, objects, set};
use crate::flags::text;

impl Engine {
    pub(crate) fn network_create(&mut self, words: &[String]) -> Done {
        let Some((name, flags)) = words.split_last() else { return self.unknown() };
        let (mut subnet, mut subnet6, mut labels) = (String::new(), String::new(), Vec::new());
        for flag in flags {
            let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
            match (key, value) {
                ("--driver", "bridge" | "overlay")
                | ("--attachable" | "--ip-range" | "--gateway" | "--ipv6", _) => {}
                ("--subnet", value) if value.contains(':') => value.clone_into(&mut subnet6),
                ("--subnet", value) => value.clone_into(&mut subnet),
                ("--label", value) => labels.push(value.to_owned()),
                _ => return self.unknown(),
            }
        }
        let folder = self.path("networks").join(name);
        let exists = || {
            fail(&format!("Error response from daemon: network with name {name} already exists"))
        };
        if folder.is_dir() {
            return exists();
        }
        // mokctl asks for /24 networks alone, so two overlap only if they are the same.
        let address = subnet.split('/').next().unwrap_or_default();
        let claim = self.path("subnets").join(address);
        if fs::create_dir(&claim).is_err() {
            return fail(
                "Error response from daemon: invalid pool request: Pool overlaps with other one on \
                 this address space",
            );
        }
        if fs::create_dir(&folder).is_err() {
            fs::remove_dir(&claim)?;
            return exists();
        }
        let id = self.new_id(14);
        set(&folder.join("subnet"), &subnet);
        if !subnet6.is_empty() {
            set(&folder.join("subnet6"), &subnet6);
        }
        fs::write(folder.join("labels"), text(&labels))?;
        set(&self.path("ids").join(&id), name);
        // Last: the network exists as soon as it has an id.
        set(&folder.join("id"), &id);
        if self.podman { self.print(name) } else { self.print(id) }
    }

    pub(crate) fn network_disconnect(&mut self, words: &[String]) -> Done {
        let [force, network, reference] = words else { return self.unknown() };
        if force != "--force" {
            return self.unknown();
        }
        let container = self.need_container(reference)?;
        let not_connected = || {
            fail(&format!(
                "Error response from daemon: container {reference} is not connected to the network \
                 {network}"
            ))
        };
        if container.join("more").is_dir() {
            let removed = fs::remove_file(container.join("more").join(network));
            return removed.or_else(|_| not_connected());
        }
        if get(&container.join("network")) != *network {
            return not_connected();
        }
        for file in ["network", "network_id", "ip", "ip6"] {
            // Not all of these files need exist.
            let _ = fs::remove_file(container.join(file));
        }
        Ok(())
    }

    pub(crate) fn network_connect(&mut self, words: &[String]) -> Done {
        let ip = |word: &String, flag: &str| word.strip_prefix(flag).map(String::from);
        let (first, ip6, network, reference) = match words {
            [first, second, network, reference] => {
                let Some(ip6) = ip(second, "--ip6=") else { return self.unknown() };
                (first, ip6, network, reference)
            }
            [first, network, reference] => (first, String::new(), network, reference),
            _ => return self.unknown(),
        };
        let Some(ip) = ip(first, "--ip=") else { return self.unknown() };
        if self.network(network).is_none() {
            return fail(&format!("Error response from daemon: network {network} not found"));
        }
        let container = self.need_container(reference)?;
        if container.join("more").is_dir() {
            set(&container.join("more").join(network), &ip);
            return Ok(());
        }
        if container.join("network").is_file() {
            return fail(&format!(
                "Error response from daemon: endpoint with name {reference} already exists in \
                 network {network}"
            ));
        }
        set(&container.join("ip"), &ip);
        set(&container.join("ip6"), &ip6);
        set(&container.join("network"), network);
        Ok(())
    }

    pub(crate) fn network_rm(&mut self, words: &[String]) -> Done {
        let info = fs::read_to_string(self.path("info.json"))?;
        if info.contains("\"ControlAvailable\":false") {
            return fail("Error response from daemon: This node is not a swarm manager.");
        }
        let mut done = Ok(());
        for reference in words {
            let Some(folder) = self.network(reference) else {
                eprintln!("Error response from daemon: network {reference} not found");
                done = Err(Exit(1));
                continue;
            };
            let name = name_of(&folder);
            for container in objects(&self.path("containers")) {
                let on_it = get(&container.join("network")) == name
                    || container.join("more").join(&name).exists();
                if on_it && get(&container.join("status")) == "running" {
                    return fail(&format!(
                        "Error response from daemon: error while removing network: network {name} id \
                         {reference} has active endpoints"
                    ));
                }
            }
            let subnet = get(&folder.join("subnet"));
            let address = subnet.split('/').next().unwrap_or_default();
            // A test may have given the subnet to another network.
            let _ = fs::remove_dir(self.path("subnets").join(address));
            let removed = self.path("removed").join(format!("{}-{name}", self.number));
            // Another call may have removed it already.
            if fs::rename(&folder, removed).is_ok() {
                self.print(reference)?;
            }
        }
        if done.is_err() {
            eprintln!("exit status 1");
        }
        done
    }
}
