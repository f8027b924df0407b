//! The admin's access to one cluster: the URL of its API server, the CA to trust, and the client's
//! certificate and key. Knows what kubeadm's admin.conf looks like.

use std::fmt;

use super::print;
use crate::cluster::name::ClusterName;
use crate::yaml::{Node, TextError, parse};

/// The keys of a kubeconfig's lists, in the order of [`Access::entries`].
pub(super) const LISTS: [&str; 3] = ["clusters", "contexts", "users"];

/// Admin access to a cluster. Certificates and key are in base64, as kubeadm wrote them.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    server: String,
    ca_data: String,
    client_certificate_data: String,
    client_key_data: String,
}

impl Access {
    /// Returns a made-up access, about as long as one from kubeadm.
    pub(super) fn sample() -> Self {
        let data = "A".repeat(2048);
        Self {
            server: "https://127.0.0.1:6443".to_owned(),
            ca_data: data.clone(),
            client_certificate_data: data.clone(),
            client_key_data: data,
        }
    }

    /// Reads the access from `text`, an admin.conf as kubeadm writes it.
    pub fn from_admin_conf(text: &str) -> Result<Self, TextError> {
        let documents = parse(text)?;
        let root = documents.first().ok_or_else(|| missing("clusters", "server"))?;
        // The first entry will do: kubeadm writes one cluster and one user.
        let value = |list: &'static str, entry: &str, key: &'static str| {
            let first = root.get(list).and_then(Node::as_list).and_then(<[Node]>::first);
            let value = first.and_then(|item| item.get(entry)?.get(key)?.as_text());
            value
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .ok_or_else(|| missing(list, key))
        };
        Ok(Self {
            server: value("clusters", "cluster", "server")?,
            ca_data: value("clusters", "cluster", "certificate-authority-data")?,
            client_certificate_data: value("users", "user", "client-certificate-data")?,
            client_key_data: value("users", "user", "client-key-data")?,
        })
    }

    /// Returns the URL of the API server.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Replaces the URL of the API server.
    #[must_use]
    pub fn with_server(self, server: String) -> Self {
        Self { server, ..self }
    }

    /// Returns the text of a complete kubeconfig that has this access and no other.
    #[must_use]
    pub fn render(&self, name: &ClusterName) -> String {
        let mut text = print::block(&self.kubeconfig(name)).join("\n");
        text.push('\n');
        text
    }

    /// Returns the kubeconfig that [`Access::render`] writes.
    pub(super) fn kubeconfig(&self, name: &ClusterName) -> Node {
        let [cluster, context, user] = self.entries(name).map(|entry| Node::list(vec![entry]));
        Node::map([
            ("apiVersion", Node::text("v1")),
            ("clusters", cluster),
            ("contexts", context),
            ("current-context", Node::text(&name.context())),
            ("kind", Node::text("Config")),
            ("users", user),
        ])
    }

    /// Returns the cluster's entry for each of [`LISTS`].
    pub(super) fn entries(&self, name: &ClusterName) -> [Node; 3] {
        let name = name.context();
        let cluster = Node::map([
            ("certificate-authority-data", Node::text(&self.ca_data)),
            ("server", Node::text(&self.server)),
        ]);
        let context = Node::map([("cluster", Node::text(&name)), ("user", Node::text(&name))]);
        let user = Node::map([
            ("client-certificate-data", Node::text(&self.client_certificate_data)),
            ("client-key-data", Node::text(&self.client_key_data)),
        ]);
        [
            Node::map([("cluster", cluster), ("name", Node::text(&name))]),
            Node::map([("context", context), ("name", Node::text(&name))]),
            Node::map([("name", Node::text(&name)), ("user", user)]),
        ]
    }
}

/// Shows only the server: the other fields may be secret.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("server", &self.server).finish_non_exhaustive()
    }
}

fn missing(list: &str, key: &str) -> TextError {
    TextError::new(1, format!("no '{key}' under '{list}' in the admin.conf"))
}
