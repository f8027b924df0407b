use super::*;
use crate::cluster::limits::Limits;
use crate::cluster::mount::Mount;
use crate::docker::privilege::BoundingSet;
use crate::preflight::{HostFacts, Problem};

fn image() -> NodeImage {
    let labels = serde_json::json!({
        "mok.image.schema": "1", "mok.image.kubernetes": "v1.37.2", "mok.image.cni": "static",
        "mok.image.cri-socket": "/run/containerd/containerd.sock",
        "mok.image.skip-phases": "", "mok.image.cgroup-driver": "systemd",
    });
    let json = serde_json::json!([{"Architecture": "amd64", "Config": {"Labels": labels}}]);
    NodeImage::from_inspect("mok:1", &json.to_string()).unwrap()
}

fn options() -> ClusterOptions {
    let mount = |source: &str| Mount {
        source: source.to_owned(),
        target: "/data".to_owned(),
        read_only: false,
    };
    ClusterOptions {
        mounts: vec![mount("/srv/data"), mount("/home/me/data")],
        limits: Limits { memory: Some(2 << 30), cpu: None },
        ..ClusterOptions::default()
    }
}

fn machine() -> MachineFacts {
    MachineFacts {
        architecture: Some("amd64".into()),
        swap_limit: Some(true),
        swap: Some(true),
        ..MachineFacts::default()
    }
}

/// Returns the message and the remedy of each problem of a cluster with these options.
fn said(machine: MachineFacts, addons: Option<&str>, privilege: Privilege) -> Vec<[String; 2]> {
    let addons = addons.map(|word| Addons::parse(word).unwrap());
    let facts = Survey { machine, ..Survey::default() };
    let found = of_options(&options(), addons.as_ref(), &image(), privilege, &facts);
    assert!(found.iter().all(MachineProblem::is_warning), "{found:?}");
    found.iter().map(|problem| [problem.to_string(), problem.remedy()]).collect()
}

#[test]
fn a_machine_that_is_well_or_unknown_has_no_problem() {
    assert!(said(machine(), Some("loadbalancer"), Privilege::Full).is_empty());
    assert!(said(MachineFacts::default(), Some("loadbalancer"), Privilege::Full).is_empty());
}

#[test]
fn each_problem_is_told_with_its_remedy_where_it_matters() {
    let without = BoundingSet::from_status("CapBnd:\t000001fffeffffff\n");
    let listed = Privilege::first_choice(without);
    let (full, balancer) = (Privilege::Full, Some("loadbalancer"));
    let vm = |vm| MachineFacts { vm: Some(vm), ..machine() };
    let no_limit = |swap| MachineFacts { swap_limit: Some(false), swap, ..machine() };
    let selinux = MachineFacts { selinux: true, ..machine() };
    let swaps = [
        "the engine's host cannot limit swap: a node may take more than --node-memory",
        "boot the host with 'swapaccount=1' on the kernel's command line",
    ];
    for (machine, addons, privilege, expected) in [
        (
            MachineFacts { architecture: Some("arm64".into()), ..machine() },
            None,
            full,
            Some([
                "image mok:1 is for amd64, the engine's host is arm64: nodes run by emulation, if at all",
                "'mokctl build image' builds one for the engine's host",
            ]),
        ),
        (
            MachineFacts { is_snap: true, ..machine() },
            None,
            full,
            Some([
                "docker is a snap and does not see /srv/data, which --mount names",
                "move it below your home folder, not into a hidden folder, or install Docker's own packages",
            ]),
        ),
        (
            vm(Vm::Colima),
            balancer,
            full,
            Some([
                "the engine is in a virtual machine (colima): this machine reaches no address that the add-on loadbalancer gives",
                "'create cluster --publish PORT:NODEPORT' makes a NodePort reachable",
            ]),
        ),
        // The add-on was not asked for by name, so a note after creation is enough.
        (vm(Vm::Colima), None, full, None),
        (vm(Vm::Colima), Some("storage"), full, None),
        (vm(Vm::OrbStack), balancer, full, None),
        (no_limit(Some(true)), None, full, Some(swaps)),
        (no_limit(None), None, full, Some(swaps)),
        (no_limit(Some(false)), None, full, None),
        (
            selinux.clone(),
            None,
            listed,
            Some([
                "the engine has SELinux, which confines nodes: this machine cannot make them privileged",
                "run mokctl outside of a container, or the engine without SELinux",
            ]),
        ),
        (selinux, None, full, None),
    ] {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(said(machine.clone(), addons, privilege), expected, "{machine:?}");
    }
}

#[test]
fn a_packet_filter_on_podmans_bridges_is_told_now_or_when_the_policy_add_on_turns_it_on() {
    let said = |bridge_filter, addons: Option<&str>, rootless| {
        let facts = Survey {
            machine: MachineFacts { bridge_filter, ..machine() },
            engine: EngineFacts { rootless, ..EngineFacts::default() },
            ..Survey::default()
        };
        let addons = addons.map(|word| Addons::parse(word).unwrap());
        let found = of_options(&options(), addons.as_ref(), &image(), Privilege::Full, &facts);
        found.iter().map(|problem| [problem.to_string(), problem.remedy()]).collect::<Vec<_>>()
    };
    let (on, unloaded) = (BridgeFilter::On, BridgeFilter::Unloaded);
    let sees = "packet filters see what passes between nodes: ";
    let will = "the add-on policy makes packet filters see what passes between nodes: ";
    let as_user = "podman's changes it, so nodes do not reach pods of other nodes";
    let as_root = "; Docker's, if there is one, drops it";
    let [sees_user, will_user] = [sees, will].map(|what| format!("{what}{as_user}"));
    let [sees_root, will_root] = [&sees_user, &will_user].map(|user| format!("{user}{as_root}"));
    let root = "run 'modprobe br_netfilter' and 'sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0' as root";
    let user = "when pods run, and after each reboot: 'podman unshare --rootless-netns /usr/sbin/sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0'";
    for addons in [None, Some("storage"), Some("policy")] {
        assert_eq!(said(on, addons, false), [[sees_root.as_str(), root]], "{addons:?}");
        assert_eq!(said(on, addons, true), [[sees_user.as_str(), user]], "{addons:?}");
    }
    for addons in [None, Some("storage,policy")] {
        assert_eq!(said(unloaded, addons, false), [[will_root.as_str(), root]], "{addons:?}");
        assert_eq!(said(unloaded, addons, true), [[will_user.as_str(), user]], "{addons:?}");
    }
    for addons in ["none", "storage"] {
        assert!(said(unloaded, Some(addons), true).is_empty(), "{addons}");
    }
}

#[test]
fn a_snap_sees_what_its_interfaces_show() {
    for (path, sees) in [
        ("/home/me/data", true),
        ("/home/me", true),
        ("/home/me/a/.hidden", true),
        ("/home/me/.cache/data", false),
        ("/mnt/disk", true),
        ("/var/tmp/x", true),
        ("/tmp/data", false),
        ("/srv/data", false),
        ("/opt", false),
        ("/homework", false),
    ] {
        assert_eq!(snap_sees(Path::new(path)), sees, "{path}");
    }
}

#[test]
fn a_rootless_engine_needs_controllers_and_ids() {
    let engine = |rootless, cgroup: &str, names: &[&'static str]| EngineFacts {
        rootless,
        cgroup_version: Some(cgroup.to_owned()),
        missing_controllers: names.to_vec(),
        ..EngineFacts::default()
    };
    let ids = |ids| MachineFacts { ids, ..MachineFacts::default() };
    let said = |engine: &EngineFacts, machine: &MachineFacts| {
        let found = of_engine(engine, machine);
        let tell = |problem: &MachineProblem| {
            [problem.to_string(), problem.remedy(), problem.is_warning().to_string()]
        };
        found.iter().map(tell).collect::<Vec<_>>()
    };
    let problem = "the rootless engine may not limit cpuset, pids: the user has not been given these controllers";
    let delegate = "run 'systemctl edit user@.service' as root, add 'Delegate=cpu cpuset io memory pids' below [Service], and log in again";
    let lacks = ["cpuset", "pids"];
    assert_eq!(said(&engine(true, "2", &lacks), &ids(None)), [[problem, delegate, "false"]]);
    // With cgroup v1 no user can be given controllers: that is `Problem::RootlessOnV1`.
    assert!(said(&engine(true, "1", &lacks), &ids(None)).is_empty());
    let few = "the rootless engine's user has 1 ids: the files of a node belong to up to 65535";
    let give = "run 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER' as root, then 'podman system migrate'";
    assert_eq!(said(&engine(true, "2", &[]), &ids(Some(1))), [[few, give, "true"]]);
    assert!(said(&engine(true, "2", &[]), &ids(Some(65537))).is_empty());
    // An engine that runs as root has all that the kernel has: that is `Problem::NoControllers`.
    assert!(said(&engine(false, "2", &lacks), &ids(Some(1))).is_empty());
}

#[test]
fn one_kind_of_packet_filter_is_enough_and_the_older_is_told() {
    let of = |names: &[&str]| of_modules(&names.iter().map(ToString::to_string).collect());
    assert_eq!(of(&["nf_tables", "nft_compat"]), None);
    assert_eq!(of(&["nf_tables", "nft_compat", "ip_tables"]), None);
    for (names, survived) in
        [(&["ip_tables", "nf_tables"][..], true), (&["nf_tables"], false), (&[], false)]
    {
        let found = of(names).unwrap();
        assert_eq!(found.is_warning(), survived, "{names:?}");
        let problem = Problem::from(found);
        assert_eq!(problem.is_warning(), survived);
        assert!(problem.remedy().starts_with("'modprobe --all nf_tables nft_compat' as root"));
    }
}

#[test]
fn room_is_looked_for_where_the_engine_is_here() {
    let facts = |disk: Option<u64>| Survey {
        engine: EngineFacts { root: Some("/var/lib/docker".into()), ..EngineFacts::default() },
        host: disk.map(|disk| HostFacts { disk: Some(disk), ..HostFacts::default() }),
        ..Survey::default()
    };
    let said = |room, disk| of_room(room, &facts(disk)).map(|problem| problem.to_string());
    let build = "too little disk space in /var/lib/docker: the first build takes up to 15000 MiB, 14999 MiB are free";
    assert_eq!(said(Room::Build, Some(14_999 * MIB)).as_deref(), Some(build));
    let image = "too little disk space in /var/lib/docker: a node image takes about 1300 MiB, 9 MiB are free";
    assert_eq!(said(Room::Image, Some(9 * MIB)).as_deref(), Some(image));
    assert_eq!(said(Room::Image, Some(14_999 * MIB)), None);
    assert_eq!(said(Room::Build, Some(15_000 * MIB)), None);
    assert_eq!(said(Room::Build, None), None);
}
