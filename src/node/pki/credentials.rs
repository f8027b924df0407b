//! The credentials of a node, signed by the cluster's authority, as files.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::authority::Signed;
use super::{FOLDER, Pki, PkiError};
use crate::cluster::family::PerFamily;
use crate::cluster::layout::API_PORT;
use crate::cluster::name::{NodeName, Role};
use crate::node::files::File;

/// The folder of the serving certificates of controller manager and scheduler, without the leading
/// slash.
pub const SERVING: &str = "etc/kubernetes/serving";
/// The discovery file of `kubeadm join`: a kubeconfig without a user.
pub const DISCOVERY: &str = "/etc/kubernetes/discovery.conf";
/// The folder of the kubelet's certificates, without the leading slash.
const KUBELET: &str = "var/lib/kubelet/pki";
/// The name under which a kubelet looks for its client certificate, and renews it.
const CURRENT: &str = "kubelet-client-current.pem";
/// The file that [`CURRENT`] links to at first.
const FIRST: &str = "kubelet-client-first.pem";

impl Pki {
    /// Returns the credentials of `node` with `addresses` in the cluster with this API `endpoint`.
    /// A master also gets the authorities with their keys, a worker only the certificate of the
    /// cluster's authority.
    pub fn files(
        &self,
        node: &NodeName,
        addresses: PerFamily<IpAddr>,
        endpoint: &str,
    ) -> Result<Vec<File>, PkiError> {
        let mut files = self.kubelet(node, addresses)?;
        let own = SocketAddr::new(addresses.primary(), API_PORT).to_string();
        if node.role() == Role::Master {
            files.extend(self.shared.iter().cloned());
            files.extend(self.control_plane()?);
        } else {
            let ca = format!("{FOLDER}/ca.crt");
            files.extend(self.shared.iter().find(|file| file.path == ca).cloned());
        }
        // As with kubeadm, a master's kubelet uses the API server on its node.
        let server = if node.role() == Role::Master { &own } else { endpoint };
        files.push(secret("etc/kubernetes/kubelet.conf", kubelet_conf(node, server)));
        let discovery = File::public(DISCOVERY.trim_start_matches('/'), discovery_conf(endpoint));
        files.push(discovery);
        Ok(files)
    }

    /// Returns the kubelet's client certificate, in the file that the kubelet renews, and its
    /// serving certificate, for clients that ask the kubelet for logs and metrics.
    fn kubelet(
        &self,
        node: &NodeName,
        addresses: PerFamily<IpAddr>,
    ) -> Result<Vec<File>, PkiError> {
        let name = format!("system:node:{node}");
        let Signed { certificate, key } = self.authority.client(&name, "system:nodes")?;
        let client = secret(format!("{KUBELET}/{FIRST}"), certificate + &key);
        let serving = self.authority.server(&name, &[&node.to_string()], addresses)?;
        let link = File::link(format!("{KUBELET}/{CURRENT}"), FIRST);
        let [certificate, key] = pair(&format!("{KUBELET}/kubelet"), serving);
        Ok(vec![client, link, certificate, key])
    }

    /// Returns the certificates with which controller manager and scheduler serve their metrics.
    fn control_plane(&self) -> Result<Vec<File>, PkiError> {
        let mut files = Vec::new();
        for part in ["kube-controller-manager", "kube-scheduler"] {
            let serving =
                self.authority.server(part, &["localhost"], [Ipv4Addr::LOCALHOST.into()])?;
            files.extend(pair(&format!("{SERVING}/{part}"), serving));
        }
        Ok(files)
    }
}

fn secret(path: impl Into<String>, content: String) -> File {
    File { mode: 0o600, ..File::public(path, content) }
}

fn pair(path: &str, Signed { certificate, key }: Signed) -> [File; 2] {
    [File::public(format!("{path}.crt"), certificate), secret(format!("{path}.key"), key)]
}

fn kubelet_conf(node: &NodeName, server: &str) -> String {
    let current = format!("/{KUBELET}/{CURRENT}");
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster:
    certificate-authority: /{FOLDER}/ca.crt
    server: https://{server}
users:
- name: system:node:{node}
  user:
    client-certificate: {current}
    client-key: {current}
contexts:
- name: system:node:{node}@kubernetes
  context:
    cluster: kubernetes
    user: system:node:{node}
current-context: system:node:{node}@kubernetes
"
    )
}

/// Returns the discovery file. kubeadm takes the cluster without a name.
fn discovery_conf(endpoint: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: \"\"
  cluster:
    certificate-authority: /{FOLDER}/ca.crt
    server: https://{endpoint}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::node::files::Content;

    fn files(node: &str) -> Vec<File> {
        let node = NodeName::parse(node).unwrap();
        let address = IpAddr::from([10, 213, 0, 11]);
        let addresses = PerFamily::of(IpFamily::Ipv4, address, address);
        Pki::new().unwrap().files(&node, addresses, "10.213.0.2:6443").unwrap()
    }

    fn text(files: &[File], path: &str) -> String {
        let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path}"));
        let Content::Bytes(bytes) = &file.content else { panic!("{path} is a link") };
        String::from_utf8(bytes.clone()).unwrap()
    }

    #[test]
    fn only_masters_have_authorities_keys() {
        let keys = |node| files(node).iter().filter(|file| file.path.ends_with("ca.key")).count();
        assert_eq!((keys("a-master-1"), keys("a-worker-1")), (3, 0));
    }

    #[test]
    fn no_one_else_reads_a_key() {
        for file in files("a-master-1") {
            let holds_key = matches!(
                &file.content,
                Content::Bytes(bytes) if String::from_utf8_lossy(bytes).contains("PRIVATE")
            );
            assert!(!holds_key || file.mode == 0o600, "{}", file.path);
        }
    }

    #[test]
    fn a_masters_kubelet_asks_its_own_api_server_and_a_workers_that_of_all() {
        let server = |node| {
            let text = text(&files(node), "etc/kubernetes/kubelet.conf");
            text.lines().find_map(|line| line.trim().strip_prefix("server: ").map(String::from))
        };
        assert_eq!(server("a-master-2").as_deref(), Some("https://10.213.0.11:6443"));
        assert_eq!(server("a-worker-1").as_deref(), Some("https://10.213.0.2:6443"));
        let discovery = text(&files("a-master-2"), "etc/kubernetes/discovery.conf");
        assert!(discovery.contains("server: https://10.213.0.2:6443\n"), "{discovery}");
    }
}
