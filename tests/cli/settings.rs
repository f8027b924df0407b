//! Settings of Kubernetes: feature gates, APIs, kubeadm's patches and documents. Nodes that are
//! added later have them too, also after a restore or in a clone.

use std::fs;

use mokctl::cli::usage;
use mokctl::yaml;
use serde_json::{Value, json};

use crate::harness::Machine;
use crate::upgrade;

/// Returns the document of this kind in kubeadm's configuration of a node.
fn document(machine: &Machine, node: &str, kind: &str) -> Value {
    let text = machine.docker.file(node, "/root/mok/kubeadm-init.yaml");
    let documents = yaml::values(&text).unwrap();
    documents.into_iter().find(|document| document["kind"] == kind).unwrap()
}

/// Returns the kubeadm document that `node` has joined with.
fn joined(machine: &Machine, node: &str) -> Value {
    let call = machine.docker.call(&format!("exec --interactive {node} bash /root/mok/join.sh"));
    yaml::values(&String::from_utf8(call.stdin.unwrap()).unwrap()).unwrap().remove(0)
}

/// Returns the value of an argument of a component.
fn argument<'a>(cluster: &'a Value, component: &str, name: &str) -> Option<&'a str> {
    let arguments = cluster[component]["extraArgs"].as_array()?;
    arguments.iter().find(|argument| argument["name"] == name)?["value"].as_str()
}

fn write(machine: &Machine, path: &str, text: &str) {
    let path = machine.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn feature_gates_and_apis_reach_all_components_of_every_master() {
    let flags = "--feature-gates A=true,B=false --feature-gates=RootlessControlPlane=false \
                 --runtime-config api/all=true";
    let machine = Machine::new().with_cluster(&format!("a 2 1 {flags}"));
    machine.mokctl("create master a -q").run();
    for node in ["a-master-1", "a-master-2", "a-master-3"] {
        let cluster = document(&machine, node, "ClusterConfiguration");
        for component in ["apiServer", "controllerManager", "scheduler"] {
            assert_eq!(argument(&cluster, component, "feature-gates"), Some("A=true,B=false"));
        }
        assert_eq!(argument(&cluster, "apiServer", "runtime-config"), Some("api/all=true"));
        assert_eq!(argument(&cluster, "scheduler", "cert-dir"), Some("/etc/kubernetes/serving"));
        assert_eq!(cluster["featureGates"], json!({ "RootlessControlPlane": false }));
        for kind in ["KubeletConfiguration", "KubeProxyConfiguration"] {
            let gates = json!({ "A": true, "B": false });
            assert_eq!(document(&machine, node, kind)["featureGates"], gates, "{node} {kind}");
        }
        let labels = machine.docker.call(&format!("create --name={node} "));
        assert_eq!(labels.labels()["mok.settings"], "yes");
    }
    assert!(!machine.docker.has_file("a-worker-1", "/etc/mok/settings.json"));
    let worker = machine.docker.call("create --name=a-worker-1 ");
    assert!(!worker.labels().contains_key("mok.settings"));
}

const SPEC: &str = "spec: {priority: 1}\n";

fn with_patches(machine: Machine, line: &str) -> Machine {
    write(&machine, "patches/kube-apiserver0+merge.yaml", SPEC);
    write(&machine, "patches/kubeletconfiguration.json", "{\"maxPods\": 20}");
    write(&machine, "patches/.hidden", "no patch");
    let machine = machine.with_cluster(&format!("{line} --patches patches"));
    // The cluster has the patches now, so the files are no longer needed.
    fs::remove_dir_all(machine.path("patches")).unwrap();
    machine
}

const FOLDER: &str = "/root/mok/patches";

/// Checks that `node` has the patches for its role, and that kubeadm is told where they are.
#[track_caller]
fn is_patched(machine: &Machine, node: &str) {
    let kubelet = machine.docker.file(node, &format!("{FOLDER}/kubeletconfiguration.json"));
    assert_eq!(kubelet, "{\"maxPods\": 20}", "{node}");
    let api = format!("{FOLDER}/kube-apiserver0+merge.yaml");
    if node.contains("-master-") {
        assert_eq!(machine.docker.file(node, &api), SPEC, "{node}");
        let init = document(machine, node, "InitConfiguration");
        assert_eq!(init["patches"]["directory"], FOLDER, "{node}");
    } else {
        assert!(!machine.docker.has_file(node, &api), "{node}");
        assert_eq!(joined(machine, node)["patches"]["directory"], FOLDER, "{node}");
    }
}

#[test]
fn patches_are_there_for_every_node_whenever_it_comes() {
    let machine = with_patches(Machine::new(), "a 2 1");
    machine.mokctl("create worker a -q").run();
    machine.mokctl("create master a -q").run();
    for node in ["a-master-1", "a-master-2", "a-master-3", "a-worker-1", "a-worker-2"] {
        is_patched(&machine, node);
    }
    assert_eq!(joined(&machine, "a-master-3")["patches"]["directory"], FOLDER);
    // They are there in addition to mokctl's patches.
    let members = |node| machine.docker.has_file(node, &format!("{FOLDER}/etcd~members+json.json"));
    assert!(members("a-master-1") && members("a-master-2") && !members("a-master-3"));
}

#[test]
fn patches_go_into_clones_and_snapshots() {
    let machine = with_patches(Machine::new(), "a 1 1");
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    machine.mokctl("create worker b -q").run();
    for node in ["b-master-1", "b-worker-1", "b-worker-2"] {
        is_patched(&machine, node);
    }
    machine.mokctl("restore cluster a s --yes -q").run();
    machine.mokctl("create worker a -q").run();
    is_patched(&machine, "a-worker-2");
}

#[test]
fn an_upgrade_gives_kubeadm_the_patches_again() {
    let machine = with_patches(upgrade::machine(), "a 1 1 --k8sver 1.36");
    machine.mokctl("upgrade cluster a --snapshot none -q").run();
    for node in ["a-master-1", "a-worker-1"] {
        is_patched(&machine, node);
    }
    let skip = "--skip-phases=preflight,addon --patches=/root/mok/patches";
    machine.docker.call(&format!("exec a-master-1 kubeadm upgrade apply v1.37.2 --yes {skip}"));
    machine.docker.call(&format!("exec a-worker-1 kubeadm upgrade node {skip}"));
    let addons = "kubeadm upgrade apply phase addon all v1.37.2 --patches=/root/mok/patches";
    machine.docker.call(&format!("exec a-master-1 {addons}"));
}

#[test]
fn an_upgrade_to_what_does_not_know_a_gate_is_refused() {
    let machine = upgrade::with_cluster("a 1 0 --feature-gates A=true");
    let settings = "{\"featureGates\": {\"NoSuchGate\": true}}";
    machine.docker.writes("a-master-1", "/etc/mok/settings.json", settings);
    let before = machine.docker.containers();
    let error = "mokctl: error: Kubernetes v1.37.2 does not take --feature-gates: \
                 unrecognized feature gate: NoSuchGate\n";
    machine.mokctl("upgrade cluster a").stderr(error).code(1).run();
    assert_eq!(machine.docker.containers(), before);
}

const DOCUMENTS: &str = "\
kind: ClusterConfiguration
kubernetesVersion: v1.0.0
apiServer:
  certSANs: [api.example.org]
  extraArgs: {oidc-issuer-url: 'https://secret.example.org'}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
nodeRegistration:
  kubeletExtraArgs:
  - {name: v, value: '3'}
---
kind: KubeletConfiguration
evictionHard: {nodefs.available: 5%}
cgroupDriver: none
";

#[test]
fn documents_are_merged_over_mokctls_but_for_what_it_decides() {
    let machine = Machine::new();
    write(&machine, "kubeadm.yaml", DOCUMENTS);
    let warning = |what: &str| {
        format!("mokctl: warning: 'kubeadm.yaml': {what} is left out: mokctl decides it\n")
    };
    let warnings = ["ClusterConfiguration kubernetesVersion", "KubeletConfiguration cgroupDriver"];
    let warnings: String = warnings.into_iter().map(warning).collect();
    let create = machine.mokctl("create cluster a 1 1 -q --with-lb --kubeadm-config kubeadm.yaml");
    create.stderr(warnings).run();
    fs::remove_file(machine.path("kubeadm.yaml")).unwrap();
    machine.mokctl("create master a -q").run();
    for node in ["a-master-1", "a-master-2"] {
        let cluster = document(&machine, node, "ClusterConfiguration");
        assert_eq!(cluster["kubernetesVersion"], "v1.37.2");
        let names = cluster["apiServer"]["certSANs"].as_array().unwrap();
        assert!(names.contains(&"localhost".into()) && names.contains(&"api.example.org".into()));
        let url = argument(&cluster, "apiServer", "oidc-issuer-url");
        assert_eq!(url, Some("https://secret.example.org"));
        let kubelet = document(&machine, node, "KubeletConfiguration");
        assert_eq!(kubelet["cgroupDriver"], "cgroupfs");
        let eviction = json!({
            "imagefs.available": "0%", "nodefs.available": "5%", "nodefs.inodesFree": "0%"
        });
        assert_eq!(kubelet["evictionHard"], eviction);
    }
    for node in ["a-worker-1", "a-master-2"] {
        let arguments = &joined(&machine, node)["nodeRegistration"]["kubeletExtraArgs"];
        assert_eq!(arguments[1], json!({ "name": "v", "value": "3" }), "{node}");
        assert_eq!(arguments[0]["name"], "node-ip", "{node}");
    }
    assert!(!machine.docker.log().contains("secret.example.org"), "it is in an argument");
}

const POLICY: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";

#[test]
fn the_api_server_of_every_master_logs_as_the_policy_says() {
    let machine = Machine::new();
    write(&machine, "audit.yaml", POLICY);
    let machine = machine.with_cluster("a 1 1 --with-lb --audit-policy audit.yaml");
    fs::remove_file(machine.path("audit.yaml")).unwrap();
    machine.mokctl("create master a -q").run();
    for node in ["a-master-1", "a-master-2"] {
        assert_eq!(machine.docker.file(node, "/etc/mok/audit-policy.yaml"), POLICY, "{node}");
        let cluster = document(&machine, node, "ClusterConfiguration");
        let log = argument(&cluster, "apiServer", "audit-log-path");
        assert_eq!(log, Some("/var/log/kubernetes/audit.log"), "{node}");
        let volumes = cluster["apiServer"]["extraVolumes"].as_array().unwrap();
        let paths: Vec<_> = volumes.iter().map(|it| it["mountPath"].as_str().unwrap()).collect();
        assert_eq!(paths, ["/etc/mok/audit-policy.yaml", "/var/log/kubernetes"]);
    }
    assert!(!machine.docker.has_file("a-worker-1", "/etc/mok/audit-policy.yaml"));
}

#[test]
fn the_result_says_what_was_told() {
    let machine = Machine::new();
    let flags = "--feature-gates A=true --node-cpus 2 --cni none -o json";
    let outcome = machine.mokctl(&format!("create cluster a 1 0 {flags}")).outcome();
    let result: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(result["settings"], json!(["feature gates: A=true"]));
    assert_eq!((&result["limits"], &result["cni"]), (&"2 CPUs".into(), &"none".into()));
}

#[test]
fn a_dry_run_says_what_is_told() {
    let machine = Machine::new();
    write(&machine, "patches/etcd+merge.yaml", SPEC);
    write(&machine, "kubeadm.yaml", "kind: KubeletConfiguration\nmaxPods: 9\n");
    let flags = "--feature-gates A=true,RootlessControlPlane=true --runtime-config api/all=true \
                 --patches patches --kubeadm-config kubeadm.yaml";
    let outcome = machine.mokctl(&format!("create cluster a 1 0 --dry-run {flags}")).outcome();
    let want = "Settings\n  feature gates: A=true; feature gates of kubeadm: \
                RootlessControlPlane=true; APIs: api/all=true; patches: etcd+merge.yaml; kubeadm \
                configuration: KubeletConfiguration\n";
    outcome.assert(outcome.stdout.starts_with(want), "not said");
    assert!(machine.docker.names().is_empty());
}

#[test]
fn what_kubernetes_would_not_take_is_refused_before_anything_is_made() {
    let machine = Machine::new();
    write(&machine, "empty/README", "");
    fs::remove_file(machine.path("empty/README")).unwrap();
    write(&machine, "named/api-server.yaml", SPEC);
    write(&machine, "formed/etcd+json.yaml", SPEC);
    write(&machine, "proxy/kubeproxydaemonset.yaml", SPEC);
    write(&machine, "pod.yaml", "kind: Pod\n");
    write(&machine, "audit.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\n");
    write(&machine, "broken.yaml", "a: [1\n");
    write(&machine, "field.yaml", "kind: ClusterConfiguration\napiServer: {noSuchField: 1}\n");
    write(&machine, "long.yaml", &"#".repeat((1 << 20) + 1));
    machine.docker.add_image("own:1", &crate::fake_docker::labels("v1.36.3"));
    let does_not = "Kubernetes v1.37.2 does not take";
    for (flags, error) in [
        (
            "--feature-gates NoSuchGate=true",
            format!("{does_not} --feature-gates: unrecognized feature gate: NoSuchGate"),
        ),
        (
            "--runtime-config nosuch/v1=true",
            format!("{does_not} --runtime-config: unknown api groups nosuch/v1"),
        ),
        (
            "--kubeadm-config field.yaml",
            format!(
                "{does_not} --kubeadm-config: strict decoding error: unknown field \
                 \"apiServer.noSuchField\""
            ),
        ),
        (
            "--image own:1 --patches proxy",
            "Kubernetes v1.36.3 does not take --patches: kubeadm patches no kubeproxydaemonset \
             before 1.37"
                .into(),
        ),
        ("--patches none", "cannot read 'none': No such file or directory (os error 2)".into()),
        ("--patches empty", "no patches in 'empty'".into()),
        (
            "--patches named",
            "cannot use 'named/api-server.yaml': not a name that kubeadm knows: TARGET, any suffix, \
             '+strategic', '+merge' or '+json', and '.yaml' or '.json' are allowed, where TARGET is \
             one of etcd, kube-apiserver, kube-controller-manager, kube-scheduler, \
             kubeletconfiguration, corednsdeployment, kubeproxydaemonset"
                .into(),
        ),
        (
            "--patches formed",
            "cannot use 'formed/etcd+json.yaml': a patch of type json is a list of operations".into(),
        ),
        (
            "--kubeadm-config pod.yaml",
            "cannot use 'pod.yaml': a document of kind 'Pod': InitConfiguration, \
             ClusterConfiguration, JoinConfiguration, KubeletConfiguration, KubeProxyConfiguration \
             are allowed"
                .into(),
        ),
        (
            "--audit-policy audit.yaml",
            "cannot use 'audit.yaml': not an audit policy: one document with the apiVersion \
             audit.k8s.io/v1, the kind Policy, and rules that each have a level"
                .into(),
        ),
        (
            "--kubeadm-config long.yaml",
            "cannot use 'long.yaml': the file is larger than 1024 KiB".into(),
        ),
    ] {
        let run = machine.mokctl(&format!("create cluster a 1 0 {flags}"));
        run.stderr(format!("mokctl: error: {error}\n")).code(1).run();
        assert!(machine.docker.names().is_empty(), "{flags}");
    }
    let broken = machine.mokctl("create cluster a 1 0 --kubeadm-config broken.yaml").outcome();
    let begins = "mokctl: error: cannot use 'broken.yaml': invalid YAML: line ";
    broken.assert(broken.code() == Some(1) && broken.stderr.starts_with(begins), "not refused");
}

#[test]
fn what_is_no_switch_or_not_for_a_clone_is_refused_with_the_usage() {
    for (flags, last) in [
        (
            "1 0 --feature-gates A",
            "Invalid GATES, 'A': NAME=true and NAME=false with commas between are allowed.",
        ),
        (
            "1 0 --runtime-config all",
            "Invalid APIS, 'all': GROUP/VERSION=true or =false with commas between are allowed, \
             like api/all=true.",
        ),
        ("1 0 --feature-gates A=true,A=true", "Invalid GATES, 'A=true,A=true': A is there twice."),
        ("--from s --patches x", "Invalid FLAG, '--from': it is not allowed with '--patches'."),
    ] {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
        assert!(machine.docker.calls().is_empty(), "docker was called");
    }
}
