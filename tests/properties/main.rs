//! Property tests with unexpected input for everything that mokctl parses. proptest combines
//! meaningful pieces; `promises.rs` has the properties.

#![expect(unreachable_pub, reason = "the fuzz targets use the promises, too")]

mod promises;

use std::ffi::OsString;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Pieces of kubeadm's output, and text that may be between them.
fn kubeadm_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => Just("kubeadm join 10.0.0.2:6443".to_owned()),
        3 => "--token[ =][a-z0-9]{6}\\.[a-z0-9]{16}",
        3 => "--discovery-token-ca-cert-hash[ =]sha256:[0-9a-f]{64}",
        2 => "--control-plane --certificate-key[ =][0-9a-f]{64}",
        1 => "\\PC{0,9}",
    ];
    let space = prop_oneof![Just(" "), Just(" \\\n\t"), Just("\\\r\n"), Just("\n"), Just("")];
    vec((piece, space), 0..12)
        .prop_map(|parts| parts.into_iter().map(|(text, space)| text + space).collect())
}

/// The fields that mokctl reads from `docker inspect`, each with a usual value.
fn places() -> [(&'static [&'static str], Value); 19] {
    [
        (&["Id"], "0123".into()),
        (&["Name"], "/a-master-1".into()),
        (&["State", "Running"], true.into()),
        (&["Config", "Image"], "local/x:1".into()),
        (&["Config", "Labels", "MokCluster"], "a".into()),
        (&["Config", "Labels", "mok.schema"], "1".into()),
        (&["Config", "Labels", "mok.image.schema"], "1".into()),
        (&["Config", "Labels", "mok.image.kubernetes"], "v1.37.2".into()),
        (&["Config", "Labels", "mok.image.cri-socket"], "/run/x.sock".into()),
        (&["Config", "Labels", "mok.image.cgroup-driver"], "cgroupfs".into()),
        (&["Config", "Labels", "mok.image.cni"], "static".into()),
        (&["Config", "Labels", "mok.image.skip-phases"], "preflight,addon/coredns".into()),
        (&["HostConfig", "RestartPolicy", "Name"], "unless-stopped".into()),
        (&["HostConfig", "PortBindings", "6443/tcp", "0", "HostIp"], "127.0.0.1".into()),
        (&["HostConfig", "PortBindings", "6443/tcp", "0", "HostPort"], "40001".into()),
        (&["NetworkSettings", "Networks", "mok-a", "IPAddress"], "10.213.0.11".into()),
        (&["IPAM", "Config", "0", "Subnet"], "10.213.0.0/24".into()),
        (&["RepoTags", "0"], "x:1".into()),
        (&["Size"], 5.into()),
    ]
}

/// The fields that mokctl reads of a snapshot's image, each with a usual value.
fn places_of_snapshots() -> [(&'static [&'static str], Value); 11] {
    [
        (&["RepoTags", "0"], "mok-snapshot/s:a-master-1".into()),
        (&["Config", "Labels", "mok.snapshot"], "s".into()),
        (&["Config", "Labels", "mok.snapshot.node"], "a-master-1".into()),
        (&["Config", "Labels", "mok.snapshot.nodes"], "a-master-1".into()),
        (&["Config", "Labels", "mok.snapshot.created"], "1".into()),
        (&["Config", "Labels", "mok.snapshot.subnet"], "10.213.0.0/24".into()),
        (&["Config", "Labels", "mok.snapshot.base"], "local/x:1".into()),
        (&["Config", "Labels", "mok.snapshot.base-id"], "sha256:0".into()),
        (&["Config", "Labels", "mok.snapshot.publish"], "127.0.0.1:40001:6443".into()),
        (&["Config", "Labels", "mok.issued"], "1".into()),
        (&["Config", "Labels", "mok.kubernetes"], "v1.37.2".into()),
    ]
}

/// Generates the usual value, another one, or none.
fn value(usual: Value) -> impl Strategy<Value = Option<Value>> {
    let odd =
        ["", "/b-lb", "10.0.0.0/0", "fd00::/64", "99999", "v1.x", "/run/x;reboot", "$(reboot)"];
    let other = prop_oneof![
        4 => prop::sample::select(odd.to_vec()).prop_map(Value::from),
        1 => ".{0,5}".prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(Value::Array(vec![])),
        1 => Just(Value::Object(Map::new())),
    ];
    prop_oneof![20 => Just(Some(usual)), 1 => other.prop_map(Some), 1 => Just(None)]
}

/// Puts `value` below `place`, at the end of `path`. A number in the path is a list index.
fn put(place: &mut Value, path: &[&str], value: Value) {
    match path {
        [] => *place = value,
        [first, rest @ ..] if first.parse::<usize>().is_ok() => {
            let mut item = place.get_mut(0).map_or(Value::Null, Value::take);
            put(&mut item, rest, value);
            *place = Value::Array(vec![item]);
        }
        [first, rest @ ..] => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            put(&mut place[*first], rest, value);
        }
    }
}

/// Generates the `docker inspect` output of some objects, or something close to it.
fn inspection() -> impl Strategy<Value = String> {
    let of_snapshots = places().into_iter().chain(places_of_snapshots()).collect();
    prop_oneof![2 => objects(places().to_vec()), 1 => objects(of_snapshots)]
}

fn objects(places: Vec<(&'static [&'static str], Value)>) -> impl Strategy<Value = String> {
    let values: Vec<_> = places.iter().map(|(_, usual)| value(usual.clone()).boxed()).collect();
    let object = values.prop_map(move |values| {
        let mut object = Value::Null;
        for ((path, _), value) in places.iter().zip(values) {
            if let Some(value) = value {
                put(&mut object, path, value);
            }
        }
        object
    });
    vec(object, 1..4).prop_map(|list| Value::Array(list).to_string())
}

/// Generates a kubeconfig from pieces, most of which are where they belong.
fn kubeconfig() -> impl Strategy<Value = String> {
    let entry = prop_oneof![
        3 => "- name: [a-z]{1,3}( # [a-z]{1,3})?\n",
        2 => Just("- name: mok-a\n".to_owned()),
        1 => "- \\{name: [a-z]{1,3}\\}\n",
        1 => "  - x: &[a-z]\n    name: '[a-z]{0,3}'\n",
        1 => "#[a-z ]{0,4}\n",
    ];
    let list = |key: &'static str| {
        let items =
            vec(entry.clone(), 0..4).prop_map(move |all| format!("{key}:\n{}", all.concat()));
        prop_oneof![4 => items, 1 => Just(format!("{key}: []\n")), 1 => Just(String::new())]
    };
    let current = "(current-context: (mok-a|\"[a-z]{0,3}\"|[a-z]{1,3} # x)\n)?";
    (list("clusters"), current, list("users"), list("contexts"), "(---\nkind: x\n)?").prop_map(
        |(clusters, current, users, contexts, more)| {
            format!("{clusters}{current}{users}{contexts}{more}")
        },
    )
}

proptest! {
    #[test]
    fn words_are_read_or_refused(words in vec(vec(any::<u8>(), 0..9), 0..9)) {
        use std::os::unix::ffi::OsStringExt;
        promises::parser(&words.into_iter().map(OsString::from_vec).collect::<Vec<_>>());
    }

    #[test]
    fn commands_are_read_or_refused(words in "((create|delete|get|exec|cluster|nodes|worker|a|1|0|-q|--|--yes|--masters|--with-lb|) ){0,8}") {
        promises::parser(&words.split(' ').map(OsString::from).collect::<Vec<_>>());
    }

    #[test]
    fn join_commands_are_found_in_whatever_is_around_them(text in kubeadm_text()) {
        promises::kubeadm_output(&text);
    }

    #[test]
    fn kubeconfigs_are_kept_when_clusters_come_and_go(text in kubeconfig()) {
        promises::kubeconfig_merge(&text);
    }

    #[test]
    fn inspections_are_read_for_what_they_are(json in inspection()) {
        promises::inspect(&json);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,60}") {
        promises::kubeadm_output(&text);
        promises::kubeconfig_merge(&text);
        promises::inspect(&text);
    }
}

/// The generators above do produce valid input often enough.
#[test]
fn what_is_generated_is_often_right() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    fn of_hundred<T>(strategy: impl Strategy<Value = T>, good: impl Fn(T) -> bool) -> usize {
        let mut runner = TestRunner::deterministic();
        let mut draw = || strategy.new_tree(&mut runner).expect("a value").current();
        (0..100).filter(|_| good(draw())).count()
    }
    let joins =
        |text: String| mokctl::node::kubeadm::join_command::JoinCommand::from_output(&text).is_ok();
    let members =
        |json: String| mokctl::inventory::members::read(&json).is_ok_and(|all| !all.is_empty());
    let images =
        |json: String| mokctl::image::contract::NodeImage::from_inspect("x", &json).is_ok();
    let snapshots = |json: String| {
        let found = mokctl::inventory::snapshots::read(&json);
        found.is_ok_and(|all| all.iter().any(|found| found.whole.is_some()))
    };
    let subnets = |json: String| {
        mokctl::inventory::networks::engine_subnets(&json).is_ok_and(|all| !all.is_empty())
    };
    assert!(of_hundred(kubeadm_text(), joins) > 5);
    assert!(of_hundred(inspection(), members) > 30);
    assert!(of_hundred(inspection(), images) > 30);
    assert!(of_hundred(inspection(), subnets) > 30);
    assert!(of_hundred(inspection(), snapshots) > 0);
}
