//! etcd of a new cluster with several masters, which are all members from the beginning. One
//! that joined later would be a learner first, and wait seconds for a message that it never
//! gets (docs/design.md).

use std::net::Ipv4Addr;

use serde_json::json;

use crate::cluster::name::NodeName;

/// kubeadm's patch of etcd's manifest (kubeadm, "Customizing components"), as a JSON patch:
/// kubeadm itself names one member, and of a flag that is given twice etcd takes the last.
/// etcd reads it at its first start alone, so masters that come later need no other.
#[must_use]
pub fn patch<'a>(members: impl IntoIterator<Item = (&'a NodeName, Ipv4Addr)>) -> String {
    let members: Vec<_> = members
        .into_iter()
        .map(|(node, address)| format!("{node}=https://{address}:2380"))
        .collect();
    let flag = format!("--initial-cluster={}", members.join(","));
    json!([{ "op": "add", "path": "/spec/containers/0/command/-", "value": flag }]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_has_its_address() {
        let nodes = ["a-master-1", "a-master-2"].map(|name| NodeName::parse(name).unwrap());
        let members = nodes.iter().zip([11, 12].map(|number| Ipv4Addr::new(10, 213, 0, number)));
        let flag = "--initial-cluster=a-master-1=https://10.213.0.11:2380,\
                    a-master-2=https://10.213.0.12:2380";
        let want =
            format!(r#"[{{"op":"add","path":"/spec/containers/0/command/-","value":"{flag}"}}]"#);
        assert_eq!(patch(members), want);
    }
}
