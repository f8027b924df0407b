//! Checks the certificates of nodes with openssl.

use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use mokctl::cluster::family::{IpFamily, PerFamily};
use mokctl::cluster::name::NodeName;
use mokctl::node::files::Content;
use mokctl::node::pki::Pki;

/// Runs openssl with `words` in `folder`, and returns its output.
fn openssl(folder: &Path, words: &str) -> String {
    let output = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl is there: scripts/need.sh gets it");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn certificates_are_good_for_what_they_are_there_for() {
    let folder = tempfile::tempdir().unwrap();
    let node = NodeName::parse("a-master-1").unwrap();
    let address = IpAddr::from([10, 213, 0, 11]);
    let addresses = PerFamily::of(IpFamily::Ipv4, address, address);
    for file in Pki::new().unwrap().files(&node, addresses, "10.213.0.2:6443").unwrap() {
        if let Content::Bytes(bytes) = &file.content {
            let name = file.path.rsplit('/').next().unwrap();
            let is_own = file.path.starts_with("etc/kubernetes/pki/ca.")
                || file.path.starts_with("var/lib/kubelet/pki/");
            if is_own {
                std::fs::write(folder.path().join(name), bytes).unwrap();
            }
        }
    }
    for words in [
        "verify -CAfile ca.crt -purpose sslclient kubelet-client-first.pem",
        "verify -CAfile ca.crt -purpose sslserver -verify_hostname a-master-1 kubelet.crt",
        "verify -CAfile ca.crt -purpose sslserver -verify_ip 10.213.0.11 kubelet.crt",
    ] {
        let said = openssl(folder.path(), words);
        assert!(said.trim_end().ends_with(": OK"), "{words}: {said}");
    }
    // The certificate must not be valid for this purpose.
    let said = openssl(
        folder.path(),
        "verify -CAfile ca.crt -purpose sslserver -verify_ip 10.213.0.12 kubelet.crt",
    );
    assert!(said.contains("mismatch"), "{said}");
    let words = "x509 -noout -subject -nameopt RFC2253 -in kubelet-client-first.pem";
    let subject = openssl(folder.path(), words);
    assert_eq!(subject.trim(), "subject=CN=system:node:a-master-1,O=system:nodes");
}
