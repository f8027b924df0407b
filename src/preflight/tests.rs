use std::collections::BTreeSet;

use super::*;
use crate::cluster::family::IpFamily;
use crate::cluster::port::Protocol;

const GIB: u64 = 1 << 30;
/// The kernel modules that iptables in a node needs.
const NF_TABLES: [&str; 2] = ["nf_tables", "nft_compat"];

fn engine() -> EngineFacts {
    EngineFacts {
        version: Some("28.2.2".into()),
        os: Some("linux".into()),
        root: Some("/var/lib/docker".into()),
        cgroup_version: Some("2".into()),
        memory: Some(8 * GIB),
        ..EngineFacts::default()
    }
}

fn host() -> HostFacts {
    HostFacts {
        inotify_instances: Some(128),
        inotify_watches: Some(65536),
        disk: Some(20 * GIB),
        modules: Some(MODULES.iter().chain(&NF_TABLES).map(ToString::to_string).collect()),
        ipv6: Some(true),
        memory: Some(6 * GIB),
        refused: Vec::new(),
    }
}

fn demand(masters: u64, workers: u64) -> Demand {
    let kubernetes = KubernetesVersion::parse("v1.34.4").unwrap();
    Demand { masters, workers, subnet: None, ranges: Ranges::default(), kubernetes }
}

/// Returns the message and the remedy of each problem.
fn said(demand: &Demand, engine: EngineFacts, host: Option<HostFacts>) -> Vec<[String; 2]> {
    let read = |word: &str| BTreeSet::from([word.parse().unwrap()]);
    let taken = Taken { networks: read("172.17.0.0/16"), routes: read("10.0.0.0/8") };
    let found = problems(demand, &Survey { engine, host, taken, ..Survey::default() });
    found.iter().map(|problem| [problem.to_string(), problem.remedy()]).collect()
}

#[test]
fn an_engine_that_is_well_has_no_problem() {
    assert!(said(&demand(3, 3), engine(), Some(host())).is_empty());
    assert!(said(&demand(3, 3), engine(), None).is_empty());
}

#[test]
fn what_is_not_known_is_no_problem() {
    let unknown = (EngineFacts::default(), HostFacts::default());
    assert!(said(&demand(9, 99), unknown.0, Some(unknown.1)).is_empty());
}

#[test]
fn each_problem_of_the_engine_is_told_with_its_remedy() {
    let version = |text: &str| EngineFacts { version: Some(text.into()), ..engine() };
    let cgroup_1 = EngineFacts { cgroup_version: Some("1".into()), ..engine() };
    let new = Demand { kubernetes: KubernetesVersion::parse("v1.35.0").unwrap(), ..demand(1, 0) };
    let lacks =
        |names: &[&'static str]| EngineFacts { missing_controllers: names.to_vec(), ..engine() };
    let old = "docker engine 19.3.1 is too old: nodes need 20.10 or later";
    for (demand, engine, problem, remedy) in [
        (demand(1, 0), version("19.3.1"), old, "install a newer Docker"),
        (
            demand(1, 0),
            EngineFacts { os: Some("windows".into()), ..engine() },
            "the docker engine runs containers of windows: nodes need those of linux",
            "switch the engine to linux containers",
        ),
        (
            demand(1, 0),
            EngineFacts { rootless: true, ..cgroup_1.clone() },
            "the docker engine runs rootless on cgroup v1, where no container of an ordinary user \
             can be limited",
            "boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's command line, \
             or use an engine that runs as root",
        ),
        (
            demand(1, 0),
            EngineFacts { maps_users: true, ..engine() },
            "the docker engine remaps users (userns-remap): nodes cannot be privileged",
            "remove userns-remap from the engine's configuration",
        ),
        (
            demand(1, 0),
            lacks(&["memory", "pids"]),
            "the engine's host has no cgroup support for memory, pids",
            "boot the host with 'cgroup_enable=memory' on the kernel's command line",
        ),
        (
            demand(1, 0),
            lacks(&["cpuset"]),
            "the engine's host has no cgroup support for cpuset",
            "enable the controllers in the host's kernel",
        ),
        (
            new,
            cgroup_1.clone(),
            "the engine's host has cgroup v1: Kubernetes v1.35.0 still runs on it, a later one will not",
            "boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's command line",
        ),
        (
            demand(9, 99),
            engine(),
            "too little memory: the new nodes need 14400 MiB, 8192 MiB are available",
            "create fewer nodes, or give the engine more memory",
        ),
    ] {
        assert_eq!(said(&demand, engine, None), [[problem, remedy]]);
    }
    assert!(said(&demand(1, 0), cgroup_1, None).is_empty());
    assert!(said(&demand(1, 0), version("dev"), None).is_empty());
}

#[test]
fn each_problem_of_the_host_is_told_with_its_remedy() {
    let refused = |address: [u8; 4], port, kind| {
        let address = address.into();
        vec![(Socket { address, port, protocol: Protocol::Tcp }, kind)]
    };
    let without = |name: &str| {
        host().modules.map(|all| all.into_iter().filter(|known| known != name).collect())
    };
    for (demand, host, problem, remedy) in [
        (
            demand(1, 2),
            HostFacts { inotify_instances: Some(29), ..host() },
            "too few inotify instances: 3 new nodes need 30, 29 are free",
            "run 'sysctl fs.inotify.max_user_instances=8192' as root, or create fewer nodes",
        ),
        (
            demand(1, 9),
            HostFacts { inotify_watches: Some(1999), ..host() },
            "too few inotify watches: 10 new nodes need 2000, 1999 are free",
            "run 'sysctl fs.inotify.max_user_watches=1048576' as root, or create fewer nodes",
        ),
        (
            demand(2, 1),
            HostFacts { disk: Some(100 * MIB), ..host() },
            "too little disk space in /var/lib/docker: the new nodes need 310 MiB, 100 MiB are free",
            "'docker system df' shows what takes the space",
        ),
        (
            demand(1, 0),
            HostFacts { modules: without("xt_mark"), ..host() },
            "the kernel lacks modules that nodes need: xt_mark",
            "'modprobe --all xt_mark' as root shows the reason; after a kernel update, reboot",
        ),
        (
            demand(1, 0),
            HostFacts { modules: without("nft_compat"), ..host() },
            "the kernel has neither nf_tables with nft_compat nor ip_tables: Services need one",
            "'modprobe --all nf_tables nft_compat' as root shows the reason; after a kernel update, reboot",
        ),
        (
            demand(1, 0),
            HostFacts { refused: refused([10, 0, 0, 7], 6443, ErrorKind::AddrInUse), ..host() },
            "port 6443 of 10.0.0.7 is already in use",
            "choose another port; 'ss -lntup' shows what listens there",
        ),
        (
            demand(1, 0),
            HostFacts {
                refused: refused([192, 0, 2, 7], 0, ErrorKind::AddrNotAvailable),
                ..host()
            },
            "address 192.0.2.7 does not belong to this machine",
            "'ip -4 address' lists them",
        ),
        (
            demand(1, 0),
            HostFacts { memory: Some(499 * MIB), ..host() },
            "too little memory: the new nodes need 500 MiB, 499 MiB are available",
            "create fewer nodes, or give the engine more memory",
        ),
    ] {
        assert_eq!(said(&demand, engine(), Some(host)), [[problem, remedy]]);
    }
}

#[test]
fn a_kernel_without_ipv6_is_told_where_it_is_needed() {
    let without = || Some(HostFacts { ipv6: Some(false), ..host() });
    let of = |family| Demand { ranges: Ranges::of(family), ..demand(1, 0) };
    let problem = "the engine's host has no IPv6, which --ip-family dual needs";
    let remedy = "boot the host without 'ipv6.disable=1' on the kernel's command line";
    assert_eq!(said(&of(IpFamily::Dual), engine(), without()), [[problem, remedy]]);
    assert!(said(&of(IpFamily::Ipv4), engine(), without()).is_empty());
    assert!(said(&of(IpFamily::Ipv6), engine(), Some(host())).is_empty());
    assert!(said(&of(IpFamily::Ipv6), engine(), None).is_empty());
}

#[test]
fn a_subnet_that_somebody_has_is_told_with_its_remedy() {
    let subnet = |word| Demand { subnet: Some(Subnet::parse(word).unwrap()), ..demand(1, 0) };
    assert!(said(&subnet("172.30.0.0/16"), engine(), None).is_empty());
    let problem = "subnet 172.17.9.0/24 overlaps 172.17.0.0/16, a network of the engine or a route of the host";
    let remedy = "choose another --subnet, or none: mokctl then chooses a free one";
    assert_eq!(said(&subnet("172.17.9.0/24"), engine(), None), [[problem, remedy]]);
    let problem = "subnet 10.213.9.0/24 is a part of 10.0.0.0/8, to which the host has a route, maybe of a VPN";
    let remedy = "choose another --subnet if you need these addresses there";
    assert_eq!(said(&subnet("10.213.9.0/24"), engine(), None), [[problem, remedy]]);
}

#[test]
fn only_a_lack_of_memory_is_a_warning() {
    let low = HostFacts { memory: Some(0), disk: Some(0), ..host() };
    let facts = Survey { engine: engine(), host: Some(low), ..Survey::default() };
    let found: Vec<_> = problems(&demand(1, 0), &facts);
    let survived: Vec<_> = found.iter().map(Problem::is_warning).collect();
    assert_eq!(survived, [false, true]);
}
