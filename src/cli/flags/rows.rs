//! The rows: what each flag is called, takes and belongs to.

use super::Scope::{Both, Global, Only};
use super::groups::{ANSWERS, CHANGE, CREATE, NEW, PLANNED, SPREAD, TALKATIVE};
use super::{Flag, FlagSpec, flag};
use crate::cli::verb::Verb;

/// Every flag, in the order of the usage text.
pub const FLAGS: &[FlagSpec] = &[
    flag(Flag::Help, "help", Global, "The help text of the command so far"),
    flag(Flag::Plain, "plain", Global, "Plain lines, no colours").short('p'),
    flag(Flag::Quiet, "quiet", Global, "No progress, only results and errors").short('q'),
    flag(Flag::Masters, "masters", Only(NEW), "Like NUM_MASTERS; without workers by default")
        .value("N"),
    flag(Flag::Workers, "workers", Only(NEW), "The same as NUM_WORKERS").value("N"),
    flag(Flag::From, "from", Only(NEW), "Clone the cluster that was saved as SNAPSHOT")
        .value("SNAPSHOT"),
    flag(Flag::WithLb, "with-lb", Only(NEW), "Put a load balancer in front of the masters"),
    flag(
        Flag::SkipMasterSetup,
        "skipmastersetup",
        Only(NEW),
        "Leave the masters' and the workers' setup to you",
    ),
    flag(Flag::SkipWorkerSetup, "skipworkersetup", Only(NEW), "Leave the workers' setup to you"),
    flag(
        Flag::SkipLbSetup,
        "skiplbsetup",
        Only(NEW),
        "Leave the balancer's setup and the rest to you",
    ),
    flag(Flag::Subnet, "subnet", Only(NEW), "The network of the containers, like 172.30.0.0/16")
        .value("CIDR"),
    flag(Flag::IpFamily, "ip-family", Only(NEW), "Of all addresses inside: ipv4, ipv6 or dual")
        .value("FAMILY"),
    flag(Flag::PodSubnet, "pod-subnet", Only(NEW), "The addresses of pods, like 10.60.0.0/16")
        .value("CIDR"),
    flag(Flag::ServiceSubnet, "service-subnet", Only(NEW), "Those of Services, like 10.61.0.0/16")
        .value("CIDR"),
    flag(Flag::ApiPort, "api-port", Only(NEW), "The port of the API server on this machine")
        .value("PORT"),
    flag(
        Flag::ApiAddress,
        "api-address",
        Only(NEW),
        "The address of the host to publish the API on",
    )
    .value("ADDRESS"),
    flag(Flag::Hosts, "hosts", Only(SPREAD), "The docker contexts or engines to use, with commas")
        .value("HOSTS"),
    flag(Flag::Place, "place", Only(CREATE), "Which of HOSTS a node is on; may be repeated")
        .value("NODE=HOST"),
    flag(Flag::Publish, "publish", Only(NEW), "A port here for a NodePort; '/udp' may follow")
        .value("HOST:NODEPORT"),
    flag(Flag::Mount, "mount", Only(NEW), "A folder here for all nodes; ':ro' may follow")
        .value("SRC:DST"),
    flag(Flag::Registry, "registry", Only(NEW), "A registry to pull from; https:// before for TLS")
        .value("HOST:PORT"),
    flag(
        Flag::Port,
        "port",
        Only(&[Verb::CreateRegistry]),
        "Where this machine reaches it, 5000 by default",
    )
    .value("PORT"),
    flag(
        Flag::RegistryMirror,
        "registry-mirror",
        Only(NEW),
        "Where to pull, like docker.io=https://HOST:PORT",
    )
    .value("MIRROR"),
    flag(
        Flag::RegistryCa,
        "registry-ca",
        Only(NEW),
        "Who signs for registries and mirrors with TLS",
    )
    .value("FILE"),
    flag(Flag::RegistryAuth, "registry-auth", Only(NEW), "Pull from it with docker's credentials"),
    flag(Flag::Ca, "ca", Only(NEW), "Authorities that nodes trust in all pulls").value("FILE"),
    flag(Flag::HostCa, "host-ca", Only(NEW), "Nodes trust the authorities of this machine"),
    flag(
        Flag::ContainerdConfig,
        "containerd-config",
        Only(NEW),
        "A part of containerd's configuration",
    )
    .value("FILE"),
    flag(
        Flag::Image,
        "image",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster, Verb::CreateRegistry]),
        "The image of the containers",
    )
    .value("IMAGE"),
    flag(
        Flag::ImageRepository,
        "image-repository",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster, Verb::BuildImage]),
        "Where a node image is pulled from, if none is here",
    )
    .value("REPO"),
    flag(
        Flag::ImageFile,
        "image-file",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster]),
        "A node image out of a file of a release",
    )
    .value("FILE"),
    flag(
        Flag::K8sver,
        "k8sver",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster, Verb::BuildImage]),
        "The Kubernetes version, like 1.36 or 1.36.3",
    )
    .value("VERSION"),
    flag(Flag::Addons, "addons", Only(NEW), "Of storage,metrics,policy,loadbalancer; or none")
        .value("ADDONS"),
    flag(Flag::FeatureGates, "feature-gates", Only(NEW), "On or off, like A=true,B=false")
        .value("GATES"),
    flag(Flag::RuntimeConfig, "runtime-config", Only(NEW), "APIs to serve, like api/all=true")
        .value("APIS"),
    flag(Flag::Patches, "patches", Only(NEW), "kubeadm's patches, like etcd+merge.yaml")
        .value("DIR"),
    flag(
        Flag::KubeadmConfig,
        "kubeadm-config",
        Only(NEW),
        "Documents that are merged over kubeadm's",
    )
    .value("FILE"),
    flag(Flag::AuditPolicy, "audit-policy", Only(NEW), "What the API server logs of requests")
        .value("FILE"),
    flag(Flag::Cni, "cni", Only(NEW), "static, or none to install a network yourself").value("CNI"),
    flag(Flag::Label, "label", Only(CREATE), "Label nodes, like worker:disk=ssd")
        .value("NODE:LABEL"),
    flag(Flag::Taint, "taint", Only(CREATE), "Taint nodes, like worker:a=b:NoSchedule")
        .value("NODE:TAINT"),
    flag(Flag::NodeCpus, "node-cpus", Only(NEW), "How many CPUs each node may use").value("CPUS"),
    flag(Flag::NodeMemory, "node-memory", Only(NEW), "How much memory, like 4Gi").value("SIZE"),
    flag(Flag::NodeImage, "node-image", Only(NEW), "A worker's own image, of an older Kubernetes")
        .value("NODE=IMAGE"),
    flag(
        Flag::IfNotExists,
        "if-not-exists",
        Only(NEW),
        "Leave such a cluster as it is, if it is there",
    ),
    flag(Flag::Wait, "wait", Only(NEW), "Until what is Ready: none, nodes or pods").value("WHAT"),
    flag(Flag::Timeout, "timeout", Only(NEW), "How long at most, like 300 or 5m").value("TIME"),
    flag(
        Flag::Parallel,
        "parallel",
        Only(&[Verb::UpgradeCluster]),
        "How many workers at a time; 1 by default",
    )
    .value("N"),
    flag(
        Flag::Snapshot,
        "snapshot",
        Only(&[Verb::UpgradeCluster]),
        "What the cluster is saved as first; or none",
    )
    .value("NAME"),
    flag(
        Flag::GetPrebuiltImage,
        "get-prebuilt-image",
        Only(&[Verb::BuildImage]),
        "Pull it from --image-repository instead",
    ),
    flag(Flag::Retain, "retain", Only(CREATE), "Keep the containers when something goes wrong"),
    flag(Flag::Stop, "stop", Only(&[Verb::CreateSnapshot]), "Leave the cluster stopped afterwards"),
    flag(
        Flag::Yes,
        "yes",
        Only(&[
            Verb::DeleteCluster,
            Verb::DeleteMaster,
            Verb::DeleteWorker,
            Verb::DeleteSnapshot,
            Verb::DeleteRegistry,
            Verb::RestoreCluster,
        ]),
        "Do it without asking",
    ),
    flag(Flag::DryRun, "dry-run", Only(CHANGE), "Say what would be done and do nothing"),
    flag(Flag::Tailf, "tailf", Only(TALKATIVE), "Show the output of each step while it runs"),
    flag(Flag::Timings, "timings", Only(PLANNED), "Say how long each step took"),
    flag(
        Flag::Output,
        "output",
        Both(ANSWERS, CHANGE),
        "table or json: an answer, or a line for each step",
    )
    .short('o')
    .value("FORMAT"),
];
