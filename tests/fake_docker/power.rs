//! Starts and stops containers.

use std::fs;
use std::path::Path;

use crate::engine::Engine;
use crate::exit::{Done, fail};
use crate::files::{get, lines, name_of, set, touch};

impl Engine {
    pub(crate) fn start(&mut self, words: &[String]) -> Done {
        if let [flag, container] = words
            && flag == "--attach"
        {
            return self.start_attached(container);
        }
        for reference in words {
            let Some(container) = self.container(reference) else {
                let missing = format!("No such container: {reference}");
                return cannot_start(reference, &missing);
            };
            self.start_one(reference, &container)?;
            self.print(reference)?;
        }
        Ok(())
    }

    fn start_one(&self, reference: &str, container: &Path) -> Done {
        if get(&container.join("status")) == "running" {
            return Ok(());
        }
        let privileged = !get(&container.join("privileged")).is_empty();
        if privileged && self.path("without_privileges").exists() {
            return cannot_start(
                reference,
                "failed to create task for container: failed to create shim task: OCI runtime create \
                 failed: runc create failed: unable to start container process: unable to apply \
                 caps: operation not permitted",
            );
        }
        let network = get(&container.join("network"));
        if network != "bridge" {
            let id = get(&self.path("networks").join(&network).join("id"));
            if id.is_empty() {
                return cannot_start(reference, &format!("network {network} not found"));
            }
            // A container remembers the id of its network: a new network of that name will not do.
            let known = get(&container.join("network_id"));
            if !known.is_empty() && known != id {
                return cannot_start(reference, &format!("network {known} not found"));
            }
            set(&container.join("network_id"), &id);
        }
        for line in lines(&container.join("publish")) {
            // The IPv6 binding of a port that its IPv4 binding has reserved.
            if line.starts_with('[') {
                continue;
            }
            if fs::create_dir(self.path("ports").join(port_key(&line))).is_err() {
                let address = line.split(':').next().unwrap_or_default();
                let (port, name) = (host_port(&line), name_of(container));
                return cannot_start(
                    reference,
                    &format!(
                        "driver failed programming external connectivity on endpoint {name}: Bind \
                         for {address}:{port} failed: port is already allocated"
                    ),
                );
            }
        }
        set(&container.join("status"), "running");
        touch(&container.join("started"));
        Ok(())
    }

    /// Prints what a container that compiles programs prints.
    fn start_attached(&mut self, container: &str) -> Done {
        let command = get(&self.need_container(container)?.join("command"));
        if command.contains("/mok/compile.sh ") {
            for word in command.split(' ').filter(|word| !word.starts_with('-')) {
                if let Some((program, _)) = word.split_once('=') {
                    self.print(format!("compiling {program}"))?;
                }
            }
            return Ok(());
        }
        if command.ends_with("go list -m -versions k8s.io/kubernetes") {
            return self.print_file(&self.path("versions"));
        }
        self.unknown()
    }

    pub(crate) fn free_ports(&self, container: &Path) {
        for line in lines(&container.join("publish")) {
            // A container that was never started has no ports.
            let _ = fs::remove_dir(self.path("ports").join(port_key(&line)));
        }
    }

    pub(crate) fn stop(&mut self, words: &[String]) -> Done {
        let references = match words {
            [flag, _, references @ ..] if flag == "-t" => references,
            references => references,
        };
        for reference in references {
            let container = self.need_container(reference)?;
            if ["running", "paused"].contains(&get(&container.join("status")).as_str()) {
                self.free_ports(&container);
                set(&container.join("status"), "exited");
            }
            self.print(reference)?;
        }
        Ok(())
    }

    pub(crate) fn unpause(&mut self, words: &[String]) -> Done {
        let [reference] = words else { return self.unknown() };
        let status = self.need_container(reference)?.join("status");
        if get(&status) != "paused" {
            return fail(&format!(
                "Error response from daemon: Container {reference} is not paused"
            ));
        }
        set(&status, "running");
        self.print(reference)
    }

    pub(crate) fn send_signal(&mut self, words: &[String]) -> Done {
        let [signal, reference] = words else { return self.unknown() };
        if !signal.starts_with("--signal=") {
            return self.unknown();
        }
        let container = self.need_container(reference)?;
        if get(&container.join("status")) != "running" {
            let id = get(&container.join("id"));
            return fail(&format!(
                "Error response from daemon: cannot kill container: {reference}: container {id} is \
                 not running"
            ));
        }
        self.print(reference)
    }
}

fn cannot_start(reference: &str, why: &str) -> Done {
    eprintln!("Error response from daemon: {why}");
    fail(&format!("Error: failed to start containers: {reference}"))
}

/// Returns the host's port in `ADDRESS:PORT:TARGET/PROTOCOL`.
fn host_port(line: &str) -> &str {
    let before = line.rsplit_once(':').map_or(line, |(before, _)| before);
    before.rsplit_once(':').map_or(before, |(_, port)| port)
}

/// Returns the host's port, with the protocol unless it is TCP.
fn port_key(line: &str) -> String {
    match line.split_once('/') {
        Some((_, "tcp")) => host_port(line).to_owned(),
        Some((_, protocol)) => format!("{}-{protocol}", host_port(line)),
        None => format!("{}-{line}", host_port(line)),
    }
}
