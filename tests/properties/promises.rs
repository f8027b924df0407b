//! Properties of mokctl's parsers that hold for any input. proptest (`main.rs`) and the fuzz
//! targets (`fuzz/`) look for counterexamples.

use std::ffi::OsString;
use std::sync::LazyLock;

use mokctl::cli::{self, Defaults};
use mokctl::cluster::name::ClusterName;
use mokctl::cluster::subnet;
use mokctl::image::contract::NodeImage;
use mokctl::inventory::networks::engine_subnets;
use mokctl::inventory::{members, node_images, snapshots};
use mokctl::kubeconfig::{Access, merge_text, remove_text};
use mokctl::node::kubeadm::join_command::{JoinCommand, redact};
use mokctl::yaml::TextError;

/// Command lines: every mistake is reported in a line below the usage text, and empty words are
/// ignored.
pub fn parser(words: &[OsString]) {
    let parsed = match cli::parse(words, &Defaults::default()) {
        Ok(parsed) => parsed,
        Err(mistake) => {
            let text = mistake.render();
            assert!(text.starts_with(cli::usage()) && text.len() > cli::usage().len() + 1);
            return;
        }
    };
    // After `--`, empty words belong to the command to run.
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (own, rest) = words.split_at(end);
    let own = own.iter().filter(|word| !word.is_empty());
    let dense: Vec<_> = own.chain(rest).cloned().collect();
    assert_eq!(cli::parse(&dense, &Defaults::default()).ok(), Some(parsed));
}

/// kubeadm's output: a join command that is printed and parsed again stays the same, and none of
/// its secrets is shown.
pub fn kubeadm_output(text: &str) {
    let shown = redact(text);
    assert_eq!(redact(&shown), shown);

    let Ok(join) = JoinCommand::from_output(text) else { return };
    assert!(!shown.contains(join.token.reveal()), "{shown}");
    let (endpoint, token, hash) = (&join.endpoint, join.token.reveal(), &join.ca_cert_hash);
    let written =
        format!("kubeadm join {endpoint} --token {token} --discovery-token-ca-cert-hash {hash}");
    assert_eq!(JoinCommand::from_output(&written), Ok(join));
}

static ACCESS: LazyLock<Access> = LazyLock::new(|| {
    let text = "{clusters: [{cluster: {server: 'https://x:1', certificate-authority-data: YQ==}}],
users: [{user: {client-certificate-data: YQ==, client-key-data: YQ==}}]}";
    Access::from_admin_conf(text).expect("an admin.conf")
});

/// Kubeconfigs: adding an entry that is there changes nothing, a removed entry is gone, and adding
/// and removing clusters a second time leaves every byte as the first time did. (What the first
/// edit preserves is tested in `src/kubeconfig/change`.)
pub fn kubeconfig_merge(text: &str) {
    let [a, b] = ["a", "b"].map(|name| ClusterName::parse(name).expect("a name"));
    let own = "a text that no reader makes";
    let merge = |text: &str, name| {
        let merged = merge_text(text, name, &ACCESS)?;
        assert_eq!(merge_text(&merged, name, &ACCESS).expect(own), merged);
        Ok::<_, TextError>(merged)
    };
    let remove = |text: &str, name| {
        let removed = remove_text(text, name).expect(own).expect("it is there");
        assert_eq!(remove_text(&removed, name).expect(own), None);
        removed
    };
    // An invalid file is reported, and nothing else happens.
    drop(Access::from_admin_conf(text));
    drop(remove_text(text, &a));
    let Ok(merged) = merge(text, &a) else { return };

    let come_and_go = |text: &str| {
        let both = merge(text, &b).expect(own);
        let without_a = remove(&both, &a);
        let both = merge(&without_a, &a).expect(own);
        merge(&remove(&both, &b), &a).expect(own)
    };
    let once = come_and_go(&merged);
    assert_eq!(come_and_go(&once), once);
    remove(&once, &a);
}

/// `docker inspect` output of containers, networks and images: only mokctl's objects are taken for
/// mokctl's, and no label value can break out of its place in a script.
pub fn inspect(json: &str) {
    let members = members::read(json).unwrap_or_default();
    assert!(members.is_sorted_by_key(|member| &member.cluster));
    for member in &members {
        if let Some(node) = &member.node {
            assert_eq!((node.cluster(), node.to_string()), (&member.cluster, member.name.clone()));
        }
        assert_eq!(*members::roster(&member.cluster, &members).name(), member.cluster);
    }

    for subnet in engine_subnets(json).unwrap_or_default() {
        assert_eq!(subnet::parse_any(&subnet.to_string()), Some(subnet));
    }

    for found in snapshots::read(json).unwrap_or_default() {
        assert!(found.images.iter().all(|image| image.starts_with("mok-snapshot/")));
        let Some(whole) = found.whole else { continue };
        assert!(whole.roster.nodes().iter().all(|node| whole.node(node).is_some()));
        // These become arguments of docker, so none may look like an option.
        let bases = whole.nodes.iter().flat_map(|saved| [&saved.base.name, &saved.base.id]);
        assert!(bases.into_iter().all(|word| !word.starts_with('-')));
    }

    let images = node_images::read(json).unwrap_or_default();
    assert!(images.is_sorted_by_key(|image| image.version));
    if let Ok(image) = NodeImage::from_inspect("x", json) {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-,".contains(&b);
        assert!(image.cri_socket.bytes().all(plain));
        assert!(image.skip_init_phases().bytes().all(plain));
    }
}
