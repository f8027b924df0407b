//! The rows: what each flag is called, takes and belongs to.

use super::{Flag, FlagSpec, Scope};
use crate::cli::verb::Verb;

/// The commands that make nodes.
const CREATE: &[Verb] = &[Verb::CreateCluster, Verb::CreateMaster, Verb::CreateWorker];

/// The commands about clusters that may be on several hosts.
const SPREAD: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::DeleteCluster,
    Verb::DeleteMaster,
    Verb::DeleteWorker,
    Verb::GetClusters,
    Verb::GetNodes,
    Verb::GetKubeconfig,
    Verb::StartCluster,
    Verb::StopCluster,
    Verb::Exec,
    Verb::LoadImage,
    Verb::ExportLogs,
];

/// The commands that change a cluster.
const CHANGE: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::CreateSnapshot,
    Verb::DeleteCluster,
    Verb::DeleteMaster,
    Verb::DeleteWorker,
    Verb::DeleteSnapshot,
    Verb::StartCluster,
    Verb::StopCluster,
    Verb::RestoreCluster,
];

/// The commands whose steps print something worth seeing.
const TALKATIVE: &[Verb] =
    &[Verb::CreateCluster, Verb::CreateMaster, Verb::CreateWorker, Verb::BuildImage];

/// The commands that carry out a plan.
const PLANNED: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::CreateSnapshot,
    Verb::DeleteMaster,
    Verb::DeleteWorker,
    Verb::StartCluster,
    Verb::StopCluster,
    Verb::RestoreCluster,
];

/// The commands whose answer a program may want to read.
const ANSWERS: &[Verb] =
    &[Verb::GetClusters, Verb::GetNodes, Verb::GetImages, Verb::GetSnapshots, Verb::Version];

/// Flags of which a command takes one at most.
pub const EXCLUSIVE: &[(Flag, Flag)] = &[
    (Flag::Tailf, Flag::Quiet),
    // The snapshot says it.
    (Flag::From, Flag::WithLb),
    (Flag::From, Flag::Image),
    (Flag::From, Flag::K8sver),
    (Flag::From, Flag::Addons),
    (Flag::From, Flag::IpFamily),
    (Flag::From, Flag::PodSubnet),
    (Flag::From, Flag::ServiceSubnet),
    (Flag::From, Flag::SkipLbSetup),
    (Flag::From, Flag::SkipMasterSetup),
    (Flag::From, Flag::SkipWorkerSetup),
    // One engine has it.
    (Flag::From, Flag::Hosts),
    (Flag::From, Flag::Place),
];

/// Every flag, in the order of the usage text.
pub const FLAGS: &[FlagSpec] = &[
    FlagSpec {
        flag: Flag::Help,
        name: "help",
        short: None,
        value: None,
        scope: Scope::Global,
        help: "The help text of the command so far",
    },
    FlagSpec {
        flag: Flag::Plain,
        name: "plain",
        short: Some('p'),
        value: None,
        scope: Scope::Global,
        help: "Plain lines, no colours",
    },
    FlagSpec {
        flag: Flag::Quiet,
        name: "quiet",
        short: Some('q'),
        value: None,
        scope: Scope::Global,
        help: "No progress, only results and errors",
    },
    FlagSpec {
        flag: Flag::Masters,
        name: "masters",
        short: None,
        value: Some("N"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The same as NUM_MASTERS, without workers by default",
    },
    FlagSpec {
        flag: Flag::Workers,
        name: "workers",
        short: None,
        value: Some("N"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The same as NUM_WORKERS",
    },
    FlagSpec {
        flag: Flag::From,
        name: "from",
        short: None,
        value: Some("SNAPSHOT"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Clone the cluster that was saved as SNAPSHOT",
    },
    FlagSpec {
        flag: Flag::WithLb,
        name: "with-lb",
        short: None,
        value: None,
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Put a load balancer in front of the masters",
    },
    FlagSpec {
        flag: Flag::SkipMasterSetup,
        name: "skipmastersetup",
        short: None,
        value: None,
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Leave the masters' and the workers' setup to you",
    },
    FlagSpec {
        flag: Flag::SkipWorkerSetup,
        name: "skipworkersetup",
        short: None,
        value: None,
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Leave the workers' setup to you",
    },
    FlagSpec {
        flag: Flag::SkipLbSetup,
        name: "skiplbsetup",
        short: None,
        value: None,
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Leave the load balancer's setup and the rest to you",
    },
    FlagSpec {
        flag: Flag::Subnet,
        name: "subnet",
        short: None,
        value: Some("CIDR"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The network of the containers, like 172.30.0.0/16",
    },
    FlagSpec {
        flag: Flag::IpFamily,
        name: "ip-family",
        short: None,
        value: Some("FAMILY"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Of all addresses inside: ipv4, ipv6 or dual",
    },
    FlagSpec {
        flag: Flag::PodSubnet,
        name: "pod-subnet",
        short: None,
        value: Some("CIDR"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The addresses of pods, like 10.60.0.0/16",
    },
    FlagSpec {
        flag: Flag::ServiceSubnet,
        name: "service-subnet",
        short: None,
        value: Some("CIDR"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Those of Services, like 10.61.0.0/16",
    },
    FlagSpec {
        flag: Flag::ApiPort,
        name: "api-port",
        short: None,
        value: Some("PORT"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The port of the API server on this machine",
    },
    FlagSpec {
        flag: Flag::ApiAddress,
        name: "api-address",
        short: None,
        value: Some("ADDRESS"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The address of the host to publish the API on",
    },
    FlagSpec {
        flag: Flag::Hosts,
        name: "hosts",
        short: None,
        value: Some("HOSTS"),
        scope: Scope::Only(SPREAD),
        help: "The docker contexts or engines to use, with commas",
    },
    FlagSpec {
        flag: Flag::Place,
        name: "place",
        short: None,
        value: Some("NODE=HOST"),
        scope: Scope::Only(CREATE),
        help: "Which of HOSTS a node is on; may be repeated",
    },
    FlagSpec {
        flag: Flag::Publish,
        name: "publish",
        short: None,
        value: Some("HOST:NODEPORT"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "A port here for a NodePort; '/udp' may follow",
    },
    FlagSpec {
        flag: Flag::Mount,
        name: "mount",
        short: None,
        value: Some("SRC:DST"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "A folder here for all nodes; ':ro' may follow",
    },
    FlagSpec {
        flag: Flag::Registry,
        name: "registry",
        short: None,
        value: Some("HOST:PORT"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "A registry without TLS that the nodes pull from",
    },
    FlagSpec {
        flag: Flag::Image,
        name: "image",
        short: None,
        value: Some("IMAGE"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "The image of the containers",
    },
    FlagSpec {
        flag: Flag::K8sver,
        name: "k8sver",
        short: None,
        value: Some("VERSION"),
        scope: Scope::Only(&[Verb::CreateCluster, Verb::BuildImage]),
        help: "The Kubernetes version, like 1.36 or 1.36.3",
    },
    FlagSpec {
        flag: Flag::Addons,
        name: "addons",
        short: None,
        value: Some("ADDONS"),
        scope: Scope::Only(&[Verb::CreateCluster]),
        help: "Any of storage,metrics,policy,loadbalancer; or none",
    },
    FlagSpec {
        flag: Flag::GetPrebuiltImage,
        name: "get-prebuilt-image",
        short: None,
        value: None,
        scope: Scope::Only(&[Verb::BuildImage]),
        help: "Pull it from MOKCTL_IMAGE_REPOSITORY instead",
    },
    FlagSpec {
        flag: Flag::Retain,
        name: "retain",
        short: None,
        value: None,
        scope: Scope::Only(CREATE),
        help: "Keep the containers when something goes wrong",
    },
    FlagSpec {
        flag: Flag::Stop,
        name: "stop",
        short: None,
        value: None,
        scope: Scope::Only(&[Verb::CreateSnapshot]),
        help: "Leave the cluster stopped afterwards",
    },
    FlagSpec {
        flag: Flag::Yes,
        name: "yes",
        short: None,
        value: None,
        scope: Scope::Only(&[
            Verb::DeleteCluster,
            Verb::DeleteMaster,
            Verb::DeleteWorker,
            Verb::DeleteSnapshot,
            Verb::RestoreCluster,
        ]),
        help: "Do it without asking",
    },
    FlagSpec {
        flag: Flag::DryRun,
        name: "dry-run",
        short: None,
        value: None,
        scope: Scope::Only(CHANGE),
        help: "Say what would be done and do nothing",
    },
    FlagSpec {
        flag: Flag::Tailf,
        name: "tailf",
        short: None,
        value: None,
        scope: Scope::Only(TALKATIVE),
        help: "Show the output of each step while it runs",
    },
    FlagSpec {
        flag: Flag::Timings,
        name: "timings",
        short: None,
        value: None,
        scope: Scope::Only(PLANNED),
        help: "Say how long each step took",
    },
    FlagSpec {
        flag: Flag::Output,
        name: "output",
        short: Some('o'),
        value: Some("FORMAT"),
        scope: Scope::Both(ANSWERS, CHANGE),
        help: "table or json: an answer, or a line for each step",
    },
];
