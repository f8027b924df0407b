//! The Go modules that a node's programs are compiled from: packages, versions, and how long each
//! takes. Versions that depend on that of Kubernetes are found at build time, in kubeadm's list of
//! images.

use std::collections::BTreeMap;

use super::build_files::{COMPILE, key};
use crate::cluster::kubernetes::KubernetesVersion;

/// The version of Go that compiles everything. Debian's Go downloads it as a module.
pub const TOOLCHAIN: &str = "go1.26.8";

/// The build file that compiles a module.
pub const SCRIPT: &str = "compile.sh";

/// A program or file that is made from a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// The name of the program or file.
    pub name: &'static str,
    /// The source: a Go package; or a Go file next to the compiling script, which joins several
    /// programs in one; or a C source or another file in the module's folder. Programs with the
    /// same source become links to one file.
    pub source: &'static str,
    /// How long compiling takes, in seconds: measured on two cores, in this order, with an empty
    /// cache at the beginning.
    pub seconds: u32,
}

/// A Go module, and what is made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The name of its part of the image.
    pub name: &'static str,
    /// The module's path.
    pub path: &'static str,
    /// Its version, such as `v2.4.2`.
    pub version: String,
    /// The names of string variables, and the values that the linker gives them.
    pub stamps: Vec<(String, String)>,
    /// The version of the modules that are developed in the module's folder (staging modules).
    pub staging: Option<String>,
    /// The programs and files that are made from it.
    pub programs: &'static [Program],
}

const fn program(name: &'static str, source: &'static str, seconds: u32) -> Program {
    Program { name, source, seconds }
}

const KUBERNETES: &[Program] = &[
    program("kubeadm", "commands.go", 90),
    program("kubectl", "commands.go", 0),
    program("kubelet", "services.go", 240),
    program("kube-apiserver", "services.go", 0),
    program("kube-controller-manager", "services.go", 0),
    program("kube-proxy", "services.go", 0),
    program("kube-scheduler", "services.go", 0),
    program("pause", "build/pause/linux/pause.c", 1),
];

/// Returns the module of Kubernetes' programs.
#[must_use]
pub fn kubernetes(version: KubernetesVersion) -> Module {
    let (major, minor) = version.branch();
    let mut stamps = Vec::new();
    for package in ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"] {
        for (variable, value) in [
            ("gitVersion", version.to_string()),
            ("gitMajor", major.to_string()),
            ("gitMinor", minor.to_string()),
            ("gitTreeState", "archive".to_owned()),
            ("gitCommit", "none".to_owned()),
            // A fixed date, so that the same source gives the same bytes.
            ("buildDate", "1970-01-01T00:00:00Z".to_owned()),
        ] {
            stamps.push((format!("{package}.{variable}"), value));
        }
    }
    Module {
        name: "kubernetes",
        path: "k8s.io/kubernetes",
        version: version.to_string(),
        stamps,
        // k8s.io/api v0.37.2 belongs to Kubernetes v1.37.2.
        staging: Some(version.to_string().replacen("v1.", "v0.", 1)),
        programs: KUBERNETES,
    }
}

fn module(
    name: &'static str,
    path: &'static str,
    version: &str,
    programs: &'static [Program],
) -> Module {
    let version = version.to_owned();
    Module { name, path, version, stamps: Vec::new(), staging: None, programs }
}

const ETCD: &[Program] = &[program("etcd", "etcd.go", 33), program("etcdctl", "etcd.go", 0)];
const COREDNS: &[Program] = &[program("coredns", "github.com/coredns/coredns", 120)];

/// Returns the modules of the images in `images`, the output of `kubeadm config images list`,
/// except for those of Kubernetes itself.
#[must_use]
pub fn listed(images: &str) -> Vec<Module> {
    let tags: BTreeMap<&str, &str> =
        images.lines().filter_map(|image| image.rsplit('/').next()?.split_once(':')).collect();
    let mut modules = Vec::new();
    if let Some(tag) = tags.get("etcd") {
        // In a tag such as 3.7.0-0, the last number is the revision of the image.
        let version = format!("v{}", tag.split('-').next().unwrap_or(tag));
        // The module of etcd's tests requires both server and client, with the same dependencies.
        modules.push(module("etcd", "go.etcd.io/etcd/tests/v3", &version, ETCD));
    }
    if let Some(version) = tags.get("coredns") {
        modules.push(module("coredns", "github.com/coredns/coredns", version, COREDNS));
    }
    modules
}

/// Returns the modules of the other programs in every node, which are the same for all versions of
/// Kubernetes.
#[must_use]
pub fn runtime() -> [Module; 3] {
    [
        module("containerd", "github.com/containerd/containerd/v2", "v2.4.2", CONTAINERD)
            .stamped("github.com/containerd/containerd/v2/version.Version"),
        module("crictl", "sigs.k8s.io/cri-tools", "v1.37.0", CRICTL)
            .stamped("sigs.k8s.io/cri-tools/pkg/version.Version"),
        module("cni", "github.com/containernetworking/plugins", "v1.10.0", CNI),
    ]
}

/// Returns the modules of the add-ons, which are the same for all versions of Kubernetes.
#[must_use]
pub fn addons() -> [Module; 4] {
    [
        module("local-path", "github.com/rancher/local-path-provisioner", "v0.0.30", LOCAL_PATH),
        module("metrics-server", "sigs.k8s.io/metrics-server", "v0.9.0", METRICS_SERVER)
            .stamped("k8s.io/client-go/pkg/version.gitVersion"),
        module("kube-router", "github.com/cloudnativelabs/kube-router/v2", "v2.1.0", KUBE_ROUTER)
            .stamped("github.com/cloudnativelabs/kube-router/v2/pkg/version.Version"),
        // Not v0.16.2: it requires a version of frr-k8s that module proxies do not have.
        module("metallb", "go.universe.tf/metallb", "v0.15.3", METALLB),
    ]
}

const CONTAINERD: &[Program] = &[
    program("containerd", "containerd.go", 62),
    program("ctr", "containerd.go", 0),
    program(
        "containerd-shim-runc-v2",
        "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
        10,
    ),
];

const CRICTL: &[Program] = &[program("crictl", "sigs.k8s.io/cri-tools/cmd/crictl", 30)];

/// mokctl's pod network uses ptp, host-local and portmap. Users' pod networks most often need the
/// others.
const CNI: &[Program] = &[
    program("bridge", "cni.go", 8),
    program("host-local", "cni.go", 0),
    program("loopback", "cni.go", 0),
    program("portmap", "cni.go", 0),
    program("ptp", "cni.go", 0),
];

const LOCAL_PATH: &[Program] = &[
    program("local-path-provisioner", "github.com/rancher/local-path-provisioner", 50),
    program("local-path-storage.yaml", "deploy/local-path-storage.yaml", 0),
];

const METRICS_SERVER: &[Program] = &[
    program("metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server", 160),
    program("metrics-server-apiservice.yaml", "manifests/base/apiservice.yaml", 0),
    program("metrics-server-deployment.yaml", "manifests/base/deployment.yaml", 0),
    program("metrics-server-rbac.yaml", "manifests/base/rbac.yaml", 0),
    program("metrics-server-service.yaml", "manifests/base/service.yaml", 0),
];

const KUBE_ROUTER: &[Program] = &[
    program("kube-router", "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router", 100),
    program("kube-router.yaml", "daemonset/kubeadm-kuberouter.yaml", 0),
];

const METALLB: &[Program] = &[
    program("metallb-controller", "metallb.go", 105),
    program("metallb-speaker", "metallb.go", 0),
    program("metallb.yaml", "config/manifests/metallb-native.yaml", 0),
];

impl Module {
    /// Sets a string variable to the version of the module.
    fn stamped(mut self, variable: &str) -> Self {
        self.stamps.push((variable.to_owned(), self.version.clone()));
        self
    }

    /// Returns the name of the Dockerfile argument for the module's image.
    #[must_use]
    pub fn argument(&self) -> String {
        self.name.to_uppercase().replace('-', "_")
    }

    /// Returns the name of the image that has the module's programs in /out.
    #[must_use]
    pub fn image(&self) -> String {
        let Self { name, version, .. } = self;
        let words = self.words();
        // Only the module's own Go files next to the script count.
        let read = |path: &str| {
            path == SCRIPT || self.programs.iter().any(|program| program.source == path)
        };
        let texts: Vec<&str> = COMPILE.texts_of(read).chain([TOOLCHAIN]).collect();
        let key = key(texts.into_iter().chain(words.iter().map(String::as_str)));
        format!("local/mok-programs:{name}-{version}-{key}")
    }

    /// Returns the arguments of the compiling script.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let stamps: Vec<_> =
            self.stamps.iter().map(|(name, value)| format!("-X={name}={value}")).collect();
        let module = format!("{}@{}", self.path, self.version);
        let staging = self.staging.clone().unwrap_or_default();
        let programs =
            self.programs.iter().map(|Program { name, source, .. }| format!("{name}={source}"));
        [module, staging, stamps.join(" ")].into_iter().chain(programs).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etcd_and_coredns_are_what_kubeadm_lists() {
        let images = "registry.k8s.io/kube-apiserver:v1.37.2\n\
                      registry.k8s.io/coredns/coredns:v1.14.6\n\
                      registry.k8s.io/pause:3.10.2\n\
                      registry.k8s.io/etcd:3.7.0-0";
        let found: Vec<_> = listed(images)
            .into_iter()
            .map(|module| format!("{} {}@{}", module.name, module.path, module.version))
            .collect();
        assert_eq!(
            found,
            ["etcd go.etcd.io/etcd/tests/v3@v3.7.0", "coredns github.com/coredns/coredns@v1.14.6"]
        );
        assert!(listed("registry.k8s.io/pause:3.10.2").is_empty());
    }

    #[test]
    fn a_version_of_kubernetes_goes_with_one_of_its_libraries() {
        let module = kubernetes(KubernetesVersion::parse("v1.36.3").unwrap());
        let words = module.words();
        assert_eq!(words[..2], ["k8s.io/kubernetes@v1.36.3", "v0.36.3"]);
        assert!(words[2].contains("-X=k8s.io/component-base/version.gitVersion=v1.36.3"));
        assert!(words[2].contains("-X=k8s.io/client-go/pkg/version.gitMinor=36"));
    }

    #[test]
    fn another_version_is_another_image() {
        let image = |version| kubernetes(KubernetesVersion::parse(version).unwrap()).image();
        assert_ne!(image("v1.37.1"), image("v1.37.2"));
        let [containerd, ..] = runtime();
        let other = Module { programs: CRICTL, ..containerd.clone() };
        assert_ne!(containerd.image(), other.image());
    }
}
