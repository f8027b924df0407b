//! `docker inspect` of containers, networks and images.

use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::exit::{Done, Exit, fail};
use crate::files::{entries, get, lines, name_of};
use crate::images::BASE_LAYER;
use crate::layers;
use crate::lists::label;

impl Engine {
    pub(crate) fn container_inspect(&mut self, words: &[String]) -> Done {
        if let [size, format, references @ ..] = words
            && size == "--size"
            && format == "--format={{.SizeRw}}"
        {
            // The size of what containers have written.
            for reference in references {
                self.need_container(reference)?;
                self.print("2000000")?;
            }
            return Ok(());
        }
        let found = |engine: &Self, reference: &str| {
            engine.container(reference).map(|folder| engine.container_json(&folder))
        };
        self.inspect(words, found, |name| format!("No such container: {name}"))
    }

    pub(crate) fn network_inspect(&mut self, words: &[String]) -> Done {
        let found = |engine: &Self, reference: &str| {
            engine.network(reference).map(|folder| engine.network_json(&folder))
        };
        self.inspect(words, found, |name| format!("network {name} not found"))
    }

    fn inspect(
        &mut self,
        references: &[String],
        find: impl Fn(&Self, &str) -> Option<Value>,
        missing: impl Fn(&str) -> String,
    ) -> Done {
        let mut found = Vec::new();
        let mut done = Ok(());
        for reference in references {
            if let Some(value) = find(self, reference) {
                found.push(value);
            } else {
                eprintln!("Error response from daemon: {}", missing(reference));
                done = Err(Exit(1));
            }
        }
        self.print(Value::from(found).to_string())?;
        self.flush()?;
        done
    }

    fn container_json(&self, folder: &Path) -> Value {
        // All files read as empty if the container is removed in the meantime.
        let file = |name: &str| get(&folder.join(name));
        let (status, network, ip, image) =
            (file("status"), file("network"), file("ip"), file("image"));
        let running = ["running", "paused"].contains(&status.as_str());
        let started = folder.join("started").exists();
        let published = ports_json(&folder.join("publish"));
        let networks = if folder.join("more").is_dir() {
            self.networks_json(&folder.join("more"))
        } else if network.is_empty() {
            json!({})
        } else {
            let address = if running { ip.as_str() } else { "" };
            let (id, config) = if self.podman {
                (network.clone(), Value::Null)
            } else {
                (file("network_id"), json!({ "IPv4Address": ip }))
            };
            json!({ &network: { "IPAMConfig": config, "IPAddress": address, "NetworkID": id } })
        };
        json!({
            "Id": file("id"),
            "Name": format!("/{}", name_of(folder)),
            "Created": get(&self.path("created")),
            "State": {
                "Status": status, "Running": running, "Paused": status == "paused",
                "Restarting": false, "Dead": false, "ExitCode": 0,
                "StartedAt": if started { "2026-01-31T12:00:00Z" } else { "0001-01-01T00:00:00Z" },
            },
            "Image": self.image_id(&image),
            "Config": {
                "Hostname": name_of(folder), "Image": image, "Entrypoint": ["/bin/init"],
                "Labels": labels_json(&folder.join("labels")),
            },
            "HostConfig": {
                "NetworkMode": network, "RestartPolicy": { "Name": file("restart") },
                "PortBindings": published,
            },
            "Mounts": mounts_json(&folder.join("mounts")),
            "NetworkSettings": {
                "Ports": if running { published } else { json!({}) },
                "Networks": networks,
            },
        })
    }

    /// Reads one file for each network, with the container's address in it.
    fn networks_json(&self, folder: &Path) -> Value {
        let network = |file| {
            let name = name_of(file);
            let id = get(&self.path("networks").join(&name).join("id"));
            (name, json!({ "NetworkID": id }))
        };
        Value::Object(entries(folder).iter().map(|file| network(file)).collect())
    }

    fn network_json(&self, folder: &Path) -> Value {
        let (name, id) = (name_of(folder), get(&folder.join("id")));
        let (subnet, second) = (get(&folder.join("subnet")), get(&folder.join("subnet6")));
        let labels = labels_json(&folder.join("labels"));
        if self.podman {
            let gateway = format!("{}1", subnet.strip_suffix("0/24").unwrap_or(&subnet));
            let config = json!([{ "subnet": subnet, "gateway": gateway }]);
            return json!({
                "name": name, "id": id, "driver": "bridge", "labels": labels, "subnets": config
            });
        }
        let subnets = [subnet, second].into_iter().filter(|subnet| !subnet.is_empty());
        let config: Vec<_> = subnets.map(|subnet| json!({ "Subnet": subnet })).collect();
        json!({
            "Name": name, "Id": id, "Driver": "bridge", "Labels": labels,
            "IPAM": { "Driver": "default", "Config": config }, "Containers": {},
        })
    }

    fn image_json(&self, reference: &str) -> Value {
        let folder = self.path("images").join(reference);
        let platform = self.platform(reference);
        let (system, architecture) = platform.split_once('/').unwrap_or((&platform, ""));
        let tags = if folder.join("unnamed").is_file() { vec![] } else { vec![reference] };
        json!({
            "Id": self.image_id(reference), "RepoTags": tags, "Os": system,
            "Architecture": architecture, "Size": 572_000_000,
            "Config": { "Labels": labels_json(&folder.join("labels")) },
            "RootFS": { "Layers": layers::digests(&folder) },
        })
    }

    /// Returns an id that no other image has, unless a test chooses the id or the layers.
    pub(crate) fn image_id(&self, reference: &str) -> String {
        let folder = self.path("images").join(reference);
        let given = get(&folder.join("id"));
        match layers::config(&folder) {
            Some(config) => digest(config.as_bytes()),
            None if given.is_empty() => digest(reference.as_bytes()),
            None => format!("sha256:{given}"),
        }
    }

    /// Returns the reference of an image, by name or id.
    pub(crate) fn image(&self, reference: &str) -> Option<String> {
        if reference.starts_with("sha256:") {
            return self.images().into_iter().find(|image| self.image_id(image) == reference);
        }
        let labels = self.path("images").join(reference).join("labels");
        labels.is_file().then(|| reference.to_owned())
    }

    pub(crate) fn need_image(&self, reference: &str) -> Result<String, Exit> {
        let missing = || fail(&format!("Error response from daemon: No such image: {reference}"));
        self.image(reference).map_or_else(missing, Ok)
    }

    fn platform(&self, reference: &str) -> String {
        let platform = get(&self.path("images").join(reference).join("platform"));
        if platform.is_empty() { "linux/amd64".into() } else { platform }
    }

    pub(crate) fn image_inspect(&mut self, words: &[String]) -> Done {
        let [format, reference] = words else { return self.inspect_images(words) };
        let Some(format) = format.strip_prefix("--format=") else {
            return self.inspect_images(words);
        };
        let image = self.need_image(reference)?;
        let answer = match format {
            "{{.Id}}" => {
                let id = self.image_id(&image);
                if self.podman { id.trim_start_matches("sha256:").to_owned() } else { id }
            }
            "{{.Os}}/{{.Architecture}}" => self.platform(&image),
            "{{.Size}}" => "570000000".into(),
            "{{range .RootFS.Layers}}{{println .}}{{end}}" => format!("{}\n", digest(BASE_LAYER)),
            _ => match format.split('"').nth(1) {
                // {{index .Config.Labels "KEY"}}
                Some(key) => label(&self.path("images").join(&image).join("labels"), key),
                None => return self.unknown(),
            },
        };
        self.print(answer)
    }

    fn inspect_images(&mut self, references: &[String]) -> Done {
        let found = |engine: &Self, reference: &str| {
            engine.image(reference).map(|image| engine.image_json(&image))
        };
        self.inspect(references, found, |name| format!("No such image: {name}"))
    }
}

/// Formats digits as one of the engine's ids.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn labels_json(file: &Path) -> Value {
    let pair = |line: &String| {
        let (key, value) = line.split_once('=').unwrap_or((line, line));
        (key.to_owned(), value.into())
    };
    Value::Object(lines(file).iter().map(pair).collect())
}

/// Parses lines `ADDRESS:PORT:TARGET/tcp`, and groups the bindings by target.
fn ports_json(file: &Path) -> Value {
    let mut ports = Map::new();
    for line in lines(file) {
        let (place, target) = line.rsplit_once(':').unwrap_or(("", &line));
        let (address, port) = place.rsplit_once(':').unwrap_or((place, place));
        let address = address.trim_matches(['[', ']']);
        let places = ports.entry(target).or_insert_with(|| json!([]));
        if let Value::Array(places) = places {
            places.push(json!({ "HostIp": address, "HostPort": port }));
        }
    }
    Value::Object(ports)
}

/// Parses lines `source=SRC,target=DST[,readonly]`.
fn mounts_json(file: &Path) -> Value {
    let volume = json!({
        "Type": "volume", "Source": "/v", "Destination": "/var/lib/containerd", "RW": true
    });
    let mount = |line: String| {
        let (line, writable) = match line.strip_suffix(",readonly") {
            Some(line) => (line, false),
            None => (line.as_str(), true),
        };
        let places = line.strip_prefix("source=").and_then(|line| line.split_once(",target="));
        let (source, target) = places.unwrap_or_default();
        json!({ "Type": "bind", "Source": source, "Destination": target, "RW": writable })
    };
    [volume].into_iter().chain(lines(file).into_iter().map(mount)).collect()
}
