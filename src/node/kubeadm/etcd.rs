//! etcd of a new cluster with several masters, which are all members from the beginning. A member
//! that joined later would first be a learner, and wait seconds for a message that it never gets
//! (docs/design.md).

use std::net::{IpAddr, SocketAddr};

use serde_json::json;

use crate::cluster::name::NodeName;

/// The port at which members reach each other.
const PEERS: u16 = 2380;

/// Returns kubeadm's patch of etcd's manifest (kubeadm, "Customizing components") that lists all
/// members. It is a JSON patch that appends a second `--initial-cluster`: kubeadm's own names one
/// member, and etcd uses the last. etcd reads this flag only at its first start, so masters that
/// are added later change nothing.
#[must_use]
pub fn patch<'a>(members: impl IntoIterator<Item = (&'a NodeName, IpAddr)>) -> String {
    let members: Vec<_> = members
        .into_iter()
        .map(|(node, address)| format!("{node}=https://{}", SocketAddr::new(address, PEERS)))
        .collect();
    let flag = format!("--initial-cluster={}", members.join(","));
    json!([{ "op": "add", "path": "/spec/containers/0/command/-", "value": flag }]).to_string()
}

/// Returns the URL of etcd for programs on its node, on the loopback address of the family of
/// `address`.
#[must_use]
pub fn here(address: IpAddr) -> String {
    let loopback = if address.is_ipv6() { "[::1]" } else { "127.0.0.1" };
    format!("https://{loopback}:2379")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_has_its_address() {
        let nodes = ["a-master-1", "a-master-2"].map(|name| NodeName::parse(name).unwrap());
        let members = nodes.iter().zip([11, 12].map(|number| IpAddr::from([10, 213, 0, number])));
        let flag = "--initial-cluster=a-master-1=https://10.213.0.11:2380,\
                    a-master-2=https://10.213.0.12:2380";
        let want =
            format!(r#"[{{"op":"add","path":"/spec/containers/0/command/-","value":"{flag}"}}]"#);
        assert_eq!(patch(members), want);
    }
}
