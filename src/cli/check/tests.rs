//! Tests of what command lines become, and of the messages that refuse them.

use crate::cluster::upgrade::{SaveFirst, UpgradeSpec};
use std::ffi::OsString;
use std::num::NonZeroU16;

use super::*;
use crate::cli::{Defaults, parse};
use crate::cluster::image_source::ImageSource;
use crate::cluster::manual::Manual;
use crate::cluster::marks::Marks;
use crate::cluster::spec::{CloneSpec, ClusterOptions, ClusterSpec};
use crate::cluster::subnet::Subnet;

fn parsed(line: &str) -> Result<Parsed, UsageError> {
    let line: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    parse(&line, &Defaults::default())
}

fn run(line: &str) -> (Globals, Command) {
    match parsed(line) {
        Ok(Parsed::Run(globals, command)) => (globals, command),
        other => panic!("{line}: {other:?}"),
    }
}

fn command(line: &str) -> Command {
    run(line).1
}

fn refusal(line: &str) -> String {
    parsed(line).unwrap_err().to_string()
}

fn name() -> ClusterName {
    ClusterName::parse("a").unwrap()
}

fn snapshot() -> SnapshotName {
    SnapshotName::parse("s").unwrap()
}

fn created(line: &str) -> ClusterSpec {
    match command(line) {
        Command::CreateCluster { spec, .. } => *spec,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn a_cluster_is_its_name_and_its_numbers() {
    let spec = created("create cluster a 3 2");
    assert_eq!((spec.name, spec.masters.get(), spec.workers), (name(), 3, 2));
    assert!(!spec.load_balancer);
    assert_eq!((spec.options, spec.image, spec.version), (ClusterOptions::default(), None, None));
}

#[test]
fn the_numbers_of_a_cluster_may_be_flags() {
    for (line, masters, workers) in [
        ("create cluster a --masters 3 --workers 2", 3, 2),
        ("create cluster a --masters 3", 3, 0),
        ("create cluster a 3 --workers 2", 3, 2),
        ("create cluster a 3 2 --masters 3 --workers=2", 3, 2),
        ("create cluster a --masters 1 --masters 3", 3, 0),
    ] {
        let spec = created(line);
        assert_eq!((spec.masters.get(), spec.workers), (masters, workers), "{line}");
    }
    assert_eq!(
        refusal("create cluster a 1 0 --masters 3"),
        "Invalid NUM_MASTERS, '1': --masters says '3'."
    );
}

#[test]
fn everything_else_about_a_cluster_is_a_flag() {
    let spec = created(
        "create cluster a 1 0 --with-lb --subnet 172.30.0.0/16 --api-port 6443 \
         --image mok:1 --k8sver 1.33.1",
    );
    assert!(spec.load_balancer);
    assert_eq!(spec.options.subnet, Some(Subnet::parse("172.30.0.0/16").unwrap()));
    assert_eq!(spec.options.api_port, NonZeroU16::new(6443));
    assert_eq!(spec.image, Some(ImageRef::parse("mok:1").unwrap()));
    assert_eq!(spec.version, Some(VersionPrefix::parse("1.33.1").unwrap()));
}

#[test]
fn a_cluster_from_a_snapshot_needs_no_numbers() {
    let cloned = |line: &str| match command(line) {
        Command::CloneCluster { spec, .. } => spec,
        other => panic!("{line}: {other:?}"),
    };
    let (none, one) = ((None, None), NonZeroU8::MIN);
    for (line, numbers) in [
        ("create cluster a --from s", none),
        ("create cluster a 1 --from s", (Some(one), None)),
        ("create cluster --from=s a 1 2", (Some(one), Some(2))),
        ("create cluster a --from s --workers 2", (None, Some(2))),
    ] {
        let spec = cloned(line);
        assert_eq!((spec.name, spec.snapshot), (name(), snapshot()), "{line}");
        assert_eq!((spec.masters, spec.workers), numbers, "{line}");
        assert_eq!(spec.options, ClusterOptions::default());
    }
    let CloneSpec { options, .. } = cloned("create cluster a --from s --api-port 6443");
    assert_eq!(options.api_port, NonZeroU16::new(6443));
    for (flag, name) in [
        ("--with-lb", "with-lb"),
        ("--hosts a,b", "hosts"),
        ("--place a-master-1=b", "place"),
        ("--image x", "image"),
        ("--k8sver 1.20", "k8sver"),
        ("--skiplbsetup", "skiplbsetup"),
        ("--skipmastersetup", "skipmastersetup"),
        ("--skipworkersetup", "skipworkersetup"),
    ] {
        assert_eq!(
            refusal(&format!("create cluster a --from s {flag}")),
            format!("Invalid FLAG, '--from': it is not allowed with '--{name}'.")
        );
    }
    assert!(refusal("create cluster a --from S").starts_with("Invalid SNAPSHOT name, 'S': "));
    assert!(refusal("create cluster a 0 --from s").starts_with("Invalid NUM_MASTERS, '0': "));
}

#[test]
fn what_is_left_to_the_user_takes_what_depends_on_it_along() {
    for (flags, want) in [
        ("", Manual::Nothing),
        ("--skipworkersetup", Manual::Workers),
        ("--skipmastersetup", Manual::Masters),
        ("--skipmastersetup --skipworkersetup", Manual::Masters),
        ("--with-lb --skiplbsetup", Manual::Everything),
        ("--skiplbsetup", Manual::Nothing),
        ("--skiplbsetup --skipworkersetup", Manual::Workers),
    ] {
        assert_eq!(created(&format!("create cluster a 1 1 {flags}")).manual, want, "{flags}");
    }
    assert_eq!(created("create cluster a 3 0 --skiplbsetup").manual, Manual::Everything);
}

#[test]
fn a_number_is_plain_decimal_and_within_its_limits() {
    for word in ["0", "10", "+1", "01", "abc", "-1", "1.0", "256", "１", "0x1", "1e0"] {
        let want = format!("Invalid NUM_MASTERS, '{word}': a number from 1 to 9 is allowed.");
        assert_eq!(refusal(&format!("create cluster a {word} 0")), want);
    }
    for word in ["100", "00", "-0", "x"] {
        let want = format!("Invalid NUM_WORKERS, '{word}': a number from 0 to 99 is allowed.");
        assert_eq!(refusal(&format!("create cluster a 1 {word}")), want);
    }
    for word in ["0", "100", "x"] {
        let want = format!("Invalid COUNT, '{word}': a number from 1 to 99 is allowed.");
        assert_eq!(refusal(&format!("create worker a {word}")), want);
    }
    for (masters, workers) in [(1, 0), (9, 99)] {
        let spec = created(&format!("create cluster a {masters} {workers}"));
        assert_eq!((spec.masters.get(), spec.workers), (masters, workers));
    }
}

#[test]
fn a_value_is_refused_with_what_is_allowed() {
    for (line, want) in [
        (
            "create cluster My_K8s 1 0",
            "Invalid cluster NAME, 'My_K8s': lower-case letters, digits and '-' are allowed, \
             a letter or digit first and last, at most 40 characters.",
        ),
        (
            "create cluster a 1 0 --subnet 10.0.0.1/8",
            "Invalid CIDR, '10.0.0.1/8': the network of that address is 10.0.0.0/8.",
        ),
        (
            "create cluster a 1 0 --k8sver v1",
            "Invalid VERSION, 'v1': MAJOR.MINOR or MAJOR.MINOR.PATCH is allowed, like 1.36.3.",
        ),
        (
            "create cluster a 1 0 --api-port 0",
            "Invalid PORT, '0': a number from 1 to 65535 is allowed.",
        ),
        (
            "delete worker a-master-1",
            "Invalid worker NODE, 'a-master-1': a worker is called CLUSTER-worker-N.",
        ),
        (
            "create cluster a 1 0 --image a;b",
            "Invalid IMAGE, 'a;b': letters, digits and '. _ - / : @' are allowed, \
             a letter or digit first.",
        ),
        (
            "exec a-b",
            "Invalid NODE name, 'a-b': a node is called CLUSTER-master-N, CLUSTER-worker-N or \
             CLUSTER-lb.",
        ),
        ("get clusters -o xml", "Invalid FORMAT, 'xml': json, table or command is allowed."),
        ("get nodes a -o command", "Invalid FORMAT, 'command': json or table is allowed."),
        ("get cluster -o command", "Please provide the Cluster NAME to get."),
        (
            "create cluster a 1 0 -q --tailf",
            "Invalid FLAG, '--tailf': it is not allowed with '--quiet'.",
        ),
    ] {
        assert_eq!(refusal(line), want, "{line}");
    }
}

#[test]
fn a_node_is_added_with_what_is_said_of_it() {
    let added =
        command("create master a --retain --label master:a=b --taint a-master-2:c:NoExecute");
    let marks = Marks::parse(["master:a=b"], ["a-master-2:c:NoExecute"]).unwrap();
    let want = Command::CreateMaster {
        cluster: name(),
        places: vec![],
        marks,
        retain: true,
        dry_run: false,
    };
    assert_eq!(added, want);
}

#[test]
fn every_command_becomes_its_variant() {
    let node = |word| NodeName::parse(word).unwrap();
    let (cluster, retain, yes, dry_run) = (name(), false, false, false);
    for (line, want) in [
        (
            "create worker a",
            Command::CreateWorker {
                cluster: name(),
                count: NonZeroU8::MIN,
                places: vec![],
                marks: Marks::default(),
                retain,
                dry_run,
            },
        ),
        ("delete cluster a --yes", Command::DeleteCluster { cluster: name(), yes: true, dry_run }),
        (
            "delete master a-master-2",
            Command::DeleteNode { node: node("a-master-2"), yes, dry_run },
        ),
        (
            "delete worker a-worker-1 --dry-run",
            Command::DeleteNode { node: node("a-worker-1"), yes, dry_run: true },
        ),
        ("get cluster", Command::GetClusters { cluster: None }),
        ("get clusters a", Command::GetClusters { cluster: Some(name()) }),
        ("get nodes a", Command::GetNodes { cluster: name() }),
        ("get kubeconfig a", Command::GetKubeconfig { cluster: name() }),
        ("get images", Command::GetImages),
        (
            "create snapshot a s --stop",
            Command::CreateSnapshot { cluster: name(), snapshot: snapshot(), stop: true, dry_run },
        ),
        (
            "restore cluster a s --yes",
            Command::RestoreCluster { cluster: name(), snapshot: snapshot(), yes: true, dry_run },
        ),
        (
            "upgrade cluster a --k8sver 1.37 --parallel 2 --snapshot s --image-file ./f",
            Command::UpgradeCluster {
                spec: UpgradeSpec {
                    name: name(),
                    image: None,
                    image_source: Some(ImageSource::File("./f".into())),
                    version: Some(VersionPrefix::parse("1.37").unwrap()),
                    parallel: NonZeroU8::MIN.saturating_add(1),
                    save: SaveFirst::As(snapshot()),
                },
                dry_run,
            },
        ),
        (
            "upgrade cluster a --image x --snapshot=none",
            Command::UpgradeCluster {
                spec: UpgradeSpec {
                    name: name(),
                    image: Some(ImageRef::parse("x").unwrap()),
                    image_source: None,
                    version: None,
                    parallel: NonZeroU8::MIN,
                    save: SaveFirst::Never,
                },
                dry_run,
            },
        ),
        ("delete snapshot s", Command::DeleteSnapshot { snapshot: snapshot(), yes, dry_run }),
        ("get snapshots a", Command::GetSnapshots { cluster: Some(name()) }),
        ("load snapshot ./s", Command::LoadSnapshot { file: "./s".into() }),
        (
            "export snapshot s ./s",
            Command::ExportSnapshot { snapshot: snapshot(), file: "./s".into() },
        ),
        ("start cluster a", Command::StartCluster { cluster: name(), dry_run }),
        ("stop cluster a", Command::StopCluster { cluster: name(), dry_run }),
        (
            "build image fat",
            Command::BuildImage {
                flavour: Some("fat".to_owned()),
                version: None,
                prebuilt: false,
                repository: None,
            },
        ),
        ("exec", Command::Exec { node: None, argv: vec![] }),
        (
            "exec a-lb -- ls -h",
            Command::Exec { node: Some(node("a-lb")), argv: vec!["ls".into(), "-h".into()] },
        ),
        (
            "load image a x y",
            Command::LoadImage {
                cluster: name(),
                images: ["x", "y"].map(|w| ImageRef::parse(w).unwrap()).to_vec(),
            },
        ),
        ("export logs a ./d", Command::ExportLogs { cluster, dir: Some("./d".into()) }),
    ] {
        assert_eq!(command(line), want, "{line}");
    }
}

#[test]
fn output_is_asked_for_by_flags() {
    assert_eq!(run("get images").0, Globals::default());
    let (globals, _) = run("create cluster a 1 0 -p --tailf --timings");
    let output = None;
    let hosts = Vec::new();
    let want = Globals { plain: true, detail: Detail::Output, hosts, timings: true, output };
    assert_eq!(globals, want);
    let (globals, _) = run("get nodes a -q -o table");
    assert_eq!((globals.detail, globals.output), (Detail::Quiet, Some(Format::Table)));
}

#[test]
fn help_takes_the_words_of_a_command() {
    assert_eq!(parsed("help"), Ok(Parsed::Usage));
    assert_eq!(parsed("help create"), Ok(Parsed::Help(Topic::new("create", None))));
    assert_eq!(parsed("help exec"), parsed("exec --help"));
    assert_eq!(parsed("help get clusters"), parsed("get cluster --help"));
    assert_eq!(refusal("help xxx"), "Invalid COMMAND, 'xxx'.");
    assert_eq!(refusal("help create xxx"), "Invalid SUBCOMMAND for create, 'xxx'.");
    assert_eq!(refusal("help exec xxx"), "Invalid SUBCOMMAND for exec, 'xxx'.");
}
