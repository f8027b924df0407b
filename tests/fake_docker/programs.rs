//! Programs in the nodes, except kubectl.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::exit::{Done, fail};
use crate::files::{get, is_empty, name_of, touch};
use crate::inspect::hex;
use crate::pattern::matches;

/// The link that enables the systemd service which installs the add-ons.
pub(crate) const ADDONS: &str =
    "root/etc/systemd/system/multi-user.target.wants/mok-addons.service";
/// The first bytes of the public key in a certificate on P-256, and the key's length.
const KEY: &[u8] = &[0x30, 0x59, 0x30, 0x13, 0x06, 0x07];
const KEY_LENGTH: usize = 91;

impl Engine {
    pub(crate) fn exec(&mut self, words: &[String]) -> Done {
        let count = words.iter().take_while(|word| word.starts_with('-')).count();
        let (flags, words) = words.split_at(count);
        if flags.iter().any(|flag| flag != "--interactive" && flag != "--tty") {
            return self.unknown();
        }
        let Some((reference, words)) = words.split_first() else { return self.unknown() };
        let node = self.need_container(reference)?;
        match get(&node.join("status")).as_str() {
            "running" => {}
            "paused" => {
                return fail(&format!(
                    "Error response from daemon: Container {reference} is paused, unpause the \
                     container before exec"
                ));
            }
            _ => {
                let id = get(&node.join("id"));
                return fail(&format!("Error response from daemon: container {id} is not running"));
            }
        }
        if flags.iter().any(|flag| flag == "--interactive") {
            self.save_stdin()?;
        }
        let line = words.join(" ");
        if let Some(script) = line.strip_prefix("bash /root/mok/") {
            return self.script(&node, script, words);
        }
        if let Some(rest) = line.strip_prefix("kubectl --kubeconfig=/etc/kubernetes/") {
            return self.kubectl(&node, rest, words);
        }
        if line.starts_with("bash ") {
            return self.bash(&node, &line, words);
        }
        self.program(&node, &line, words)
    }

    /// mokctl's own scripts.
    fn script(&mut self, node: &Path, script: &str, words: &[String]) -> Done {
        let has = |file: &str| !is_empty(&node.join("root/root/mok").join(file));
        let (name, arguments) = script.split_once(' ').unwrap_or((script, ""));
        match (name, arguments.is_empty()) {
            ("init.sh" | "clone.sh", true) => {
                if !has("kubeadm-init.yaml") {
                    return fail("unable to read config from \"/root/mok/kubeadm-init.yaml\"");
                }
                self.new_cluster(node);
                let says = if name == "init.sh" { "kubeadm-init.txt" } else { "token.txt" };
                self.print_of_cluster(node, says)
            }
            ("control_plane.sh", true) => {
                if !has("patches/etcd~members+json.json") {
                    return fail("open /root/mok/patches: no such file or directory");
                }
                Ok(())
            }
            ("addons.sh", true) => {
                fs::create_dir_all(node.join(ADDONS).with_file_name(""))?;
                touch(&node.join(ADDONS));
                Ok(())
            }
            ("join.sh", true) => {
                let name = name_of(node);
                if !self.has_stdin() {
                    return fail("error: no kubeadm configuration on standard input");
                }
                if self.node_object(&name).exists() {
                    return fail(&format!(
                        "error execution phase kubelet-start: a Node with name \"{name}\" and status \
                         \"Ready\" already exists in the cluster"
                    ));
                }
                self.register(&[name]);
                self.print("This node has joined the cluster.")
            }
            ("ready.sh", false) => {
                let nodes = words.get(4..).unwrap_or_default();
                self.register(nodes);
                for node in nodes {
                    self.print(format!("node/{node} condition met"))?;
                }
                Ok(())
            }
            ("leave.sh", true) => self.print("[reset] Stopping the kubelet service"),
            ("finish.sh", true) | ("revoke.sh" | "remove_member.sh", false) => Ok(()),
            _ => self.unknown(),
        }
    }

    /// Serves a script for the shell of a node.
    fn bash(&mut self, node: &Path, line: &str, words: &[String]) -> Done {
        if line.starts_with("bash /root/setup.sh") {
            let setup = fs::metadata(node.join("root/root/setup.sh"));
            if !setup.is_ok_and(|it| it.permissions().mode() & 0o111 != 0) {
                return fail("bash: /root/setup.sh: No such file or directory");
            }
            if !name_of(node).ends_with("-lb") {
                self.register(&[name_of(node)]);
            }
            return self.unpack_manual_setup(node);
        }
        if line.starts_with("bash -c until true >/dev/tcp/") {
            return Ok(());
        }
        if matches(line, "bash -c compgen -G * || true") {
            let script = words.get(2).map_or("", String::as_str);
            let file = script.split(' ').nth(2).unwrap_or_default();
            if in_root(node, file).exists() {
                self.print(file)?;
            }
            return Ok(());
        }
        self.unknown()
    }

    fn program(&mut self, node: &Path, line: &str, words: &[String]) -> Done {
        match line {
            "kubeadm token create --print-join-command --config=/root/mok/kubeadm-init.yaml" => {
                self.print_of_cluster(node, "token.txt")
            }
            "ctr --namespace=k8s.io images list" => {
                self.print("REF TYPE DIGEST SIZE PLATFORMS LABELS")?;
                for (name, id) in Self::images_in(node) {
                    // An image is listed by its name and by the digest of its configuration.
                    let hex = id.trim_start_matches("sha256:");
                    for name in [&name, &id] {
                        let line = format!("{name}\tapplication/vnd.oci  sha256:m{hex} 4.4 MiB");
                        self.print(line)?;
                    }
                }
                Ok(())
            }
            "podman images --no-trunc --format={{.ID}} {{.Repository}}:{{.Tag}}" => {
                for (name, id) in Self::images_in(node) {
                    self.print(format!("{id} {name}"))?;
                }
                Ok(())
            }
            "ctr --namespace=k8s.io snapshots list" => self.list_layers(node),
            "ctr --namespace=k8s.io images import --local --discard-unpacked-layers -"
            | "podman load --quiet" => {
                self.import_into(node, words.first().map_or("", String::as_str))
            }
            "cat /etc/mok/proxy.env" | "cat /etc/mok/settings.json" => {
                self.print_file(&in_root(node, &words[1]))
            }
            "/usr/local/lib/mok/end_lookups.sh" => Ok(()),
            "cat /etc/kubernetes/admin.conf" => self.print_file(&self.path("admin.conf")),
            line if line.starts_with(
                "kubeadm init --config=/root/mok/kubeadm-init.yaml --skip-phases=",
            ) =>
            {
                Ok(())
            }
            line if line.starts_with("tar --create --directory=/etc/kubernetes/pki ") => {
                let authorities = authorities(node);
                let files: Vec<PathBuf> =
                    words[3..].iter().map(|file| authorities.join(file)).collect();
                self.pack_with_names(&files, &words[3..])
            }
            line if line.starts_with("/usr/local/lib/mok/network.sh") => Ok(()),
            line if line.starts_with("du ") => self.print("1000000\t/var/lib/containerd"),
            _ => self.upgrade_in(node, words),
        }
    }

    fn pack_with_names(&mut self, files: &[PathBuf], names: &[String]) -> Done {
        let mut builder = tar::Builder::new(self.out());
        for (file, name) in files.iter().zip(names) {
            builder.append_path_with_name(file, name)?;
        }
        Ok(builder.finish()?)
    }

    /// Prints a file in which the CA certificate hash is that of the node's authority: the hash
    /// of the public key in its certificate.
    fn print_of_cluster(&mut self, node: &Path, file: &str) -> Done {
        let certificate = fs::read(authorities(node).join("ca.crt"))?;
        let Ok(certificate) = pem::parse(certificate) else {
            return fail("couldn't load the certificate file ca.crt");
        };
        let der = certificate.contents();
        let start = der.windows(KEY.len()).position(|bytes| bytes == KEY).unwrap_or_default();
        let key = der.get(start..start + KEY_LENGTH).unwrap_or_default();
        let text = fs::read_to_string(self.path(file))?;
        let hash = format!("sha256:{}", hex(&Sha256::digest(key)));
        self.print_bytes(text.replace("@HASH@", &hash).as_bytes())
    }
}

/// Returns the folder of the cluster's certificate authorities in a container.
fn authorities(node: &Path) -> PathBuf {
    let new = node.join("root/root/mok/new/etc/kubernetes/pki");
    if new.is_dir() { new } else { node.join("root/etc/kubernetes/pki") }
}

/// Converts a path inside of a container or image to the path on this machine.
pub(crate) fn in_root(folder: &Path, path: &str) -> PathBuf {
    folder.join("root").join(path.trim_start_matches('/'))
}
