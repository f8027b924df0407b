//! `--node-image`: workers of an older Kubernetes than their masters.

use mokctl::cli::usage;

use crate::fake_docker::labels;
use crate::upgrade::{self, versions};

const OLD: &str = "local/mok-debian-13:v1.36.3";

#[test]
fn a_worker_has_its_own_image_and_what_the_cluster_asks_for_in_it() {
    let machine = upgrade::machine();
    let flag = format!("--node-image a-worker-2={OLD}");
    let machine = machine.with_cluster(&format!("a 1 2 {flag}"));
    let version = |node: &str| versions(&machine)[node].0.clone();
    assert_eq!(
        (version("a-master-1"), version("a-worker-1")),
        ("v1.37.2".into(), "v1.37.2".into())
    );
    assert_eq!(version("a-worker-2"), "v1.36.3");
    let created = machine.docker.call("create --name=a-worker-2 ");
    assert_eq!(created.argv.last().map(String::as_str), Some(OLD));
    let unit = "/etc/systemd/system/kubelet.service.d/mok-stand_ins.conf";
    let names = "registry.k8s.io/kube-proxy:v1.37.2 registry.k8s.io/coredns/coredns:v1.14.6";
    let text = machine.docker.file("a-worker-2", unit);
    assert!(text.ends_with(&format!("/root/mok/stand_ins.sh {names}\n")), "{text}");
    assert!(!machine.docker.has_file("a-worker-1", unit));

    let again = machine.mokctl("get cluster a -o command").outcome();
    let quoted = format!(" --node-image 'a-worker-2={OLD}'");
    again.assert(again.stdout.contains(&quoted), "the line has the worker's image");

    machine.mokctl("create worker a -q").run();
    assert_eq!(versions(&machine)["a-worker-3"].0, "v1.37.2");
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    assert_eq!(versions(&machine)["b-worker-2"].0, "v1.36.3");
    assert!(machine.docker.has_file("b-worker-2", unit));
    assert_eq!(versions(&machine)["b-worker-1"].0, "v1.37.2");
    machine.mokctl("upgrade cluster a --snapshot none -q").run();
    assert_eq!(versions(&machine)["a-worker-2"].0, "v1.37.2");
}

#[test]
fn what_kubernetes_does_not_support_is_refused_before_anything_is_made() {
    let machine = upgrade::machine();
    machine.docker.add_image("later:1", &labels("v1.38.0"));
    machine.docker.add_image("older:1", &labels("v1.34.4"));
    let crio = machine.docker.add_crio_image();
    let cannot = |node: &str, what: String| format!("mokctl: error: cannot give {node} {what}\n");
    let beside = |has: &str| {
        format!(
            "Kubernetes {has} beside masters with v1.37.2: a worker may be up to 3 minor versions \
             older, and not newer"
        )
    };
    for (flags, error) in [
        (
            "--node-image a-worker-9=older:1",
            cannot("a-worker-9", "an image: the command creates no such node".into()),
        ),
        ("--node-image a-worker-1=later:1", cannot("a-worker-1", beside("v1.38.0"))),
        (
            &format!("--node-image a-worker-1={crio}"),
            cannot("a-worker-1", format!("image {crio}: it has another container runtime")),
        ),
    ] {
        machine.mokctl(&format!("create cluster a 1 1 {flags}")).stderr(error).code(1).run();
        assert!(machine.docker.names().is_empty(), "{flags}");
    }
    let dry = machine.mokctl("create cluster a 1 1 --node-image a-worker-1=older:1 --dry-run");
    assert_eq!(dry.outcome().code(), Some(0), "three are allowed");
    for (flags, last) in [
        (
            "1 1 --node-image a-master-1=x",
            "Invalid NODE=IMAGE, 'a-master-1=x': a worker and an image are allowed, like \
             a-worker-1=mok:1.36.",
        ),
        (
            "1 1 --hosts xx,yy --node-image a-worker-1=x",
            "Invalid FLAG, '--hosts': it is not allowed with '--node-image'.",
        ),
    ] {
        let run = machine.mokctl(&format!("create cluster a {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
    }
}
