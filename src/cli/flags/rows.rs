//! The table of flags: the name, the value, the commands and the help of each.

use super::Scope::{Both, Global, Only};
use super::groups::{ANSWERS, CHANGE, CREATE, NEW, PLANNED, SPREAD, TALKATIVE};
use super::{Flag, FlagSpec, flag};
use crate::cli::verb::Verb;

/// Every flag, in the order of the usage text.
pub const FLAGS: &[FlagSpec] = &[
    flag(Flag::Help, "help", Global, "Show help for this command"),
    flag(Flag::Plain, "plain", Global, "Plain lines, no colours").short('p'),
    flag(Flag::Quiet, "quiet", Global, "No progress, only results and errors").short('q'),
    flag(Flag::Masters, "masters", Only(NEW), "Same as NUM_MASTERS; no workers by default")
        .value("N"),
    flag(Flag::Workers, "workers", Only(NEW), "Same as NUM_WORKERS").value("N"),
    flag(Flag::From, "from", Only(NEW), "Clone the cluster saved as SNAPSHOT").value("SNAPSHOT"),
    flag(Flag::WithLb, "with-lb", Only(NEW), "Put a load balancer in front of the masters"),
    flag(
        Flag::SkipMasterSetup,
        "skipmastersetup",
        Only(NEW),
        "Leave the setup of all nodes to you",
    ),
    flag(Flag::SkipWorkerSetup, "skipworkersetup", Only(NEW), "Leave the setup of workers to you"),
    flag(
        Flag::SkipLbSetup,
        "skiplbsetup",
        Only(NEW),
        "Leave the setup of balancer and nodes to you",
    ),
    flag(Flag::Subnet, "subnet", Only(NEW), "Network of the containers, like 172.30.0.0/16")
        .value("CIDR"),
    flag(Flag::IpFamily, "ip-family", Only(NEW), "Addresses in the cluster: ipv4, ipv6 or dual")
        .value("FAMILY"),
    flag(Flag::PodSubnet, "pod-subnet", Only(NEW), "Addresses of pods, like 10.60.0.0/16")
        .value("CIDR"),
    flag(
        Flag::ServiceSubnet,
        "service-subnet",
        Only(NEW),
        "Addresses of Services, like 10.61.0.0/16",
    )
    .value("CIDR"),
    flag(Flag::ApiPort, "api-port", Only(NEW), "Port of the API server on this machine")
        .value("PORT"),
    flag(Flag::ApiAddress, "api-address", Only(NEW), "Host address to publish the API on")
        .value("ADDRESS"),
    flag(Flag::Hosts, "hosts", Only(SPREAD), "Docker contexts or engines, comma-separated")
        .value("HOSTS"),
    flag(Flag::Place, "place", Only(CREATE), "Put a node on one of HOSTS; repeatable")
        .value("NODE=HOST"),
    flag(Flag::Publish, "publish", Only(NEW), "Forward a port to a NodePort, also '/udp'")
        .value("HOST:NODEPORT"),
    flag(Flag::Mount, "mount", Only(NEW), "Mount a folder in all nodes; ':ro' is read-only")
        .value("SRC:DST"),
    flag(Flag::Registry, "registry", Only(NEW), "Registry to pull from; https:// for TLS")
        .value("HOST:PORT"),
    flag(
        Flag::Port,
        "port",
        Only(&[Verb::CreateRegistry]),
        "Port on this machine, 5000 by default",
    )
    .value("PORT"),
    flag(
        Flag::RegistryMirror,
        "registry-mirror",
        Only(NEW),
        "Mirror to ask first: docker.io=https://HOST:PORT",
    )
    .value("MIRROR"),
    flag(Flag::RegistryCa, "registry-ca", Only(NEW), "CA certificates of registries and mirrors")
        .value("FILE"),
    flag(Flag::RegistryAuth, "registry-auth", Only(NEW), "Use docker's credentials for --registry"),
    flag(Flag::Ca, "ca", Only(NEW), "CA certificates that nodes trust in all pulls").value("FILE"),
    flag(Flag::HostCa, "host-ca", Only(NEW), "Let nodes trust this machine's CA certificates"),
    flag(
        Flag::ContainerdConfig,
        "containerd-config",
        Only(NEW),
        "Merged over containerd's configuration",
    )
    .value("FILE"),
    flag(
        Flag::Image,
        "image",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster, Verb::CreateRegistry]),
        "Image of the containers",
    )
    .value("IMAGE"),
    flag(
        Flag::ImageRepository,
        "image-repository",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster, Verb::BuildImage]),
        "Pull the node image from here if it is missing",
    )
    .value("REPO"),
    flag(
        Flag::ImageFile,
        "image-file",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster]),
        "Take the node image from a release file",
    )
    .value("FILE"),
    flag(
        Flag::K8sver,
        "k8sver",
        Only(&[Verb::CreateCluster, Verb::UpgradeCluster, Verb::BuildImage]),
        "Kubernetes version, like 1.36 or 1.36.3",
    )
    .value("VERSION"),
    flag(Flag::Addons, "addons", Only(NEW), "storage,metrics,policy,loadbalancer, or none")
        .value("ADDONS"),
    flag(Flag::FeatureGates, "feature-gates", Only(NEW), "Feature gates, like A=true,B=false")
        .value("GATES"),
    flag(Flag::RuntimeConfig, "runtime-config", Only(NEW), "APIs to serve, like api/all=true")
        .value("APIS"),
    flag(Flag::Patches, "patches", Only(NEW), "kubeadm's patches, like etcd+merge.yaml")
        .value("DIR"),
    flag(Flag::KubeadmConfig, "kubeadm-config", Only(NEW), "Merged over kubeadm's configuration")
        .value("FILE"),
    flag(Flag::AuditPolicy, "audit-policy", Only(NEW), "Audit policy of the API server")
        .value("FILE"),
    flag(Flag::Cni, "cni", Only(NEW), "static, or none to install one yourself").value("CNI"),
    flag(Flag::Label, "label", Only(CREATE), "Label nodes, like worker:disk=ssd")
        .value("NODE:LABEL"),
    flag(Flag::Taint, "taint", Only(CREATE), "Taint nodes, like worker:a=b:NoSchedule")
        .value("NODE:TAINT"),
    flag(Flag::NodeCpus, "node-cpus", Only(NEW), "CPUs each node may use, like 1.5").value("CPUS"),
    flag(Flag::NodeMemory, "node-memory", Only(NEW), "Memory each node may use, like 4Gi")
        .value("SIZE"),
    flag(Flag::NodeImage, "node-image", Only(NEW), "Image of one worker, of an older Kubernetes")
        .value("NODE=IMAGE"),
    flag(Flag::IfNotExists, "if-not-exists", Only(NEW), "Succeed if the same cluster already runs"),
    flag(Flag::Wait, "wait", Only(NEW), "What to wait for: none, nodes or pods").value("WHAT"),
    flag(Flag::Timeout, "timeout", Only(NEW), "How long to wait, like 300 or 5m").value("TIME"),
    flag(
        Flag::Parallel,
        "parallel",
        Only(&[Verb::UpgradeCluster]),
        "Workers to upgrade at a time, 1 by default",
    )
    .value("N"),
    flag(
        Flag::Snapshot,
        "snapshot",
        Only(&[Verb::UpgradeCluster]),
        "Name of the snapshot taken first, or none",
    )
    .value("NAME"),
    flag(
        Flag::GetPrebuiltImage,
        "get-prebuilt-image",
        Only(&[Verb::BuildImage]),
        "Pull from --image-repository instead",
    ),
    flag(Flag::Retain, "retain", Only(CREATE), "Keep the containers on failure"),
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
        "Do not ask for confirmation",
    ),
    flag(Flag::DryRun, "dry-run", Only(CHANGE), "Print what would be done, and do nothing"),
    flag(Flag::Tailf, "tailf", Only(TALKATIVE), "Show the output of each step as it comes"),
    flag(Flag::Timings, "timings", Only(PLANNED), "Print when each step began and ended"),
    flag(
        Flag::Output,
        "output",
        Both(ANSWERS, CHANGE),
        "table, or json: an answer, or one event per line",
    )
    .short('o')
    .value("FORMAT"),
];
