//! Preflight: problems are reported before anything is created, each in one line with its remedy.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use mokctl::docker::privilege::{BoundingSet, Privilege};
use serde_json::{Value, json};

use crate::harness::Machine;

/// Returns the `docker info` of an engine without problems, with some `changes`.
fn info(changes: &Value) -> Value {
    let mut info = json!({
        "ServerVersion": "28.2.2", "OSType": "linux", "CgroupVersion": "2",
        "MemTotal": 8_u64 << 30, "MemoryLimit": true, "CpuCfsQuota": true, "CPUSet": true,
        "PidsLimit": true, "SecurityOptions": ["name=seccomp,profile=builtin"],
        "DockerRootDir": "/", "Name": "elsewhere", "KernelVersion": "6.1.0",
    });
    for (key, value) in changes.as_object().unwrap() {
        info[key] = value.clone();
    }
    info
}

/// Returns the `docker info` of an engine on this machine, with its data in `root`.
fn here(root: &str) -> Value {
    let kernel = |name: &str| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap();
    info(&json!({
        "Name": kernel("hostname").trim_end(), "KernelVersion": kernel("osrelease").trim_end(),
        "DockerRootDir": root,
    }))
}

/// Checks that `create` prints this warning first, and creates the cluster.
fn warns(info: &Value, line: &str, warning: &str) {
    let machine = Machine::new();
    machine.docker.set_info(info);
    machine.mokctl(line).stderr(format!("mokctl: warning: {warning}\n")).run();
    assert!(!machine.docker.names().is_empty());
}

/// Checks that `create` fails with this output, and has created nothing.
fn refuses(info: &Value, line: &str, stderr: &str) {
    let machine = Machine::new();
    machine.docker.set_info(info);
    machine.mokctl(line).stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
    let made = ["create", "network create"];
    assert!(machine.docker.calls().iter().all(|call| !made.contains(&call.verb().as_str())));
    assert!(!machine.kubeconfig().exists());
}

#[test]
fn an_engine_that_cannot_bear_a_node_is_refused() {
    for (changes, problem, remedy) in [
        (
            json!({"ServerVersion": "19.03.15"}),
            "docker engine 19.03.15 is too old: nodes need 20.10 or later",
            "install a newer Docker",
        ),
        (
            json!({"OSType": "windows"}),
            "the docker engine runs containers of windows: nodes need those of linux",
            "switch the engine to linux containers",
        ),
        (
            json!({"CgroupVersion": "1", "SecurityOptions": ["name=seccomp", "name=rootless"]}),
            "the docker engine runs rootless on cgroup v1, where no container of an ordinary user \
             can be limited",
            "boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's command line, \
             or use an engine that runs as root",
        ),
        (
            json!({"SecurityOptions": ["name=userns"]}),
            "the docker engine remaps users (userns-remap): nodes cannot be privileged",
            "remove userns-remap from the engine's configuration",
        ),
        (
            json!({"MemoryLimit": false}),
            "the engine's host has no cgroup support for memory",
            "boot the host with 'cgroup_enable=memory' on the kernel's command line",
        ),
    ] {
        let stderr = format!("mokctl: error: {problem}\nhint: {remedy}\n");
        refuses(&info(&changes), "create cluster a 1 1", &stderr);
    }
}

#[test]
fn control_groups_that_kubernetes_will_drop_are_warned_of() {
    let machine = Machine::new();
    machine.docker.set_info(&info(&json!({"CgroupVersion": "1"})));
    let labels = [
        "mok.image.schema=1",
        "mok.image.kubernetes=v1.35.1",
        "mok.image.cri-socket=/run/containerd/containerd.sock",
        "mok.image.skip-phases=",
        "mok.image.cgroup-driver=systemd",
        "mok.image.cni=static",
    ];
    machine.docker.add_image("new:1", &labels.map(String::from));
    let stderr = "mokctl: warning: the engine's host has cgroup v1: Kubernetes v1.35.1 still runs on it, a later one will not; \
                  boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's command line\n";
    machine.mokctl("create cluster a 1 0 -q --image new:1").stderr(stderr).run();
    machine.docker.set_info(&info(&json!({"CgroupVersion": "2"})));
    machine.mokctl("create cluster b 1 0 -q --image new:1").run();
}

#[test]
fn a_host_without_space_is_refused() {
    // procfs has no free space.
    let stderr = "mokctl: error: too little disk space in /proc: the new nodes need 160 MiB, 0 MiB are free\n\
                  hint: 'docker system df' shows what takes the space\n";
    refuses(&here("/proc"), "create cluster a 1 1", stderr);
}

#[test]
fn the_api_is_published_on_an_address_of_the_host_alone() {
    let listener = TcpListener::bind(("127.0.0.3", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = format!(
        "mokctl: error: port {port} of 127.0.0.3 is already in use\n\
         hint: choose another port; 'ss -lntup' shows what listens there\n"
    );
    let line = format!("create cluster a 1 0 --api-port {port} --api-address 127.0.0.3");
    refuses(&here("/"), &line, &taken);
    let foreign = "mokctl: error: address 192.0.2.9 does not belong to this machine\n\
                   hint: 'ip -4 address' lists them\n";
    refuses(&here("/"), "create cluster a 1 0 --api-address 192.0.2.9", foreign);
}

#[test]
fn a_port_that_somebody_listens_on_is_refused() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let stderr = format!(
        "mokctl: error: port {port} of 127.0.0.1 is already in use\n\
         hint: choose another port; 'ss -lntup' shows what listens there\n"
    );
    refuses(&here("/"), &format!("create cluster a 1 0 --api-port {port}"), &stderr);
    refuses(&here("/"), &format!("create cluster a 1 0 --publish {port}:30080"), &stderr);
    // The port is free on another address.
    let machine = Machine::new();
    machine.docker.set_info(&here("/"));
    let line = format!("create cluster a 1 0 -q --api-port {port} --api-address 127.0.0.2");
    machine.mokctl(&line).run();
    // The ports of another machine cannot be checked.
    let machine = Machine::new();
    machine.docker.set_info(&info(&json!({})));
    machine.mokctl(&format!("create cluster a 1 0 -q --api-port {port}")).run();
}

#[test]
fn a_subnet_that_a_network_has_is_refused() {
    let stderr = "mokctl: error: subnet 172.17.9.0/24 overlaps 172.17.0.0/16, a network of the engine or a route of the host\n\
                  hint: choose another --subnet, or none: mokctl then chooses a free one\n";
    refuses(&info(&json!({})), "create cluster a 1 0 --subnet 172.17.9.0/24", stderr);
}

#[test]
fn want_of_memory_is_a_warning_alone() {
    let machine = Machine::new();
    machine.docker.set_info(&info(&json!({"MemTotal": 599 << 20})));
    let stderr = "mokctl: warning: too little memory: the new nodes need 600 MiB, 599 MiB are available; \
                  create fewer nodes, or give the engine more memory\n";
    machine.mokctl("create cluster a 1 1 -q").stderr(stderr).run();
    machine.mokctl("delete cluster a -q").run();
    machine.mokctl("create cluster a 1 0 -q").run();
}

#[test]
fn of_several_problems_all_are_told() {
    let info = info(&json!({"ServerVersion": "1.13.1", "CPUSet": false, "MemTotal": 1}));
    let stderr = "mokctl: warning: the engine's host has no cgroup support for cpuset; \
                  enable the controllers in the host's kernel
mokctl: warning: too little memory: the new nodes need 500 MiB, 0 MiB are available; create fewer nodes, or give the engine more memory
mokctl: error: docker engine 1.13.1 is too old: nodes need 20.10 or later
hint: install a newer Docker
";
    refuses(&info, "create cluster a 1 0", stderr);
}

#[test]
fn an_engine_that_says_nothing_readable_is_not_trusted() {
    refuses(
        &json!("WARNING"),
        "create cluster a 1 0",
        "mokctl: error: docker info '--format={{json .}}' printed something unexpected: no JSON object\n",
    );
}

#[test]
fn new_nodes_of_a_cluster_are_looked_at_too() {
    let machine = Machine::new().with_cluster("a 1 0 --with-lb");
    let before = machine.docker.names();
    machine.docker.set_info(&info(&json!({"PidsLimit": false})));
    let stderr = "mokctl: error: the engine's host has no cgroup support for pids\n\
                  hint: enable the controllers in the host's kernel\n";
    machine.mokctl("create worker a").stderr(stderr).code(1).run();
    machine.mokctl("create master a").stderr(stderr).code(1).run();
    assert_eq!(machine.docker.names(), before);
}

#[test]
fn a_rootless_engine_is_told_all_that_it_lacks() {
    let rootless = json!({
        "CgroupVersion": "2", "SecurityOptions": ["name=seccomp", "name=rootless"],
        "CPUSet": false, "PidsLimit": false,
    });
    let stderr = "mokctl: error: the rootless engine may not limit cpuset, pids: the user has not been given these controllers\n\
                  hint: run 'systemctl edit user@.service' as root, add 'Delegate=cpu cpuset io memory pids' below [Service], and log in again\n";
    refuses(&info(&rootless), "create cluster a 1 0", stderr);
}

#[test]
fn what_docker_of_a_snap_does_not_see_is_warned_of() {
    let snap = info(&json!({"DockerRootDir": "/var/snap/docker/common/var-lib-docker"}));
    let line = "create cluster a 1 0 -q --mount /home/me/data:/a --mount";
    let remedy = "move it below your home folder, not into a hidden folder, or install Docker's own packages";
    for hidden in ["/srv/data", "/tmp/data", "/home/me/.cache/data"] {
        let warning =
            format!("docker is a snap and does not see {hidden}, which --mount names; {remedy}");
        warns(&snap, &format!("{line} {hidden}:/b"), &warning);
    }
    let machine = Machine::new();
    machine.docker.set_info(&snap);
    machine.mokctl("create cluster a 1 0 -q --mount /home/me/data:/a").run();
}

#[test]
fn an_engine_in_a_virtual_machine_is_noted_once_or_warned_of_where_it_matters() {
    let colima = |kernel: &str| info(&json!({"Name": "colima", "KernelVersion": kernel}));
    let how = "create cluster --publish PORT:NODEPORT";
    for (engine, flag, notes) in [
        (colima("6.8.0-50-generic"), "", 1),
        (colima("6.8.0-50-generic"), " --addons storage", 0),
        // The name is unknown, but the engine behind this machine's socket has another kernel.
        (info(&json!({})), "", 1),
        (info(&json!({"OperatingSystem": "OrbStack"})), "", 0),
        (here("/"), "", 0),
    ] {
        let machine = Machine::new();
        machine.docker.set_info(&engine);
        let outcome = machine.mokctl(&format!("create cluster a 1 0{flag}")).outcome();
        let told = outcome.stderr.matches(how).count();
        outcome.assert(told == notes && !outcome.stderr.contains("warning"), "not so");
    }
    let warning = "the engine is in a virtual machine (colima): this machine reaches no address that the add-on loadbalancer gives; \
                   'create cluster --publish PORT:NODEPORT' makes a NodePort reachable";
    let line = "create cluster a 1 0 --addons loadbalancer";
    warns(&colima("6.8.0"), &format!("{line} -q"), warning);
    // The warning is printed only once.
    let machine = Machine::new();
    machine.docker.set_info(&colima("6.8.0"));
    let outcome = machine.mokctl(line).outcome();
    outcome.assert(outcome.stderr.matches(how).count() == 1, "said twice");
}

#[test]
fn a_limit_that_the_host_does_not_keep_is_warned_of() {
    let info = info(&json!({"SwapLimit": false}));
    let warning = "the engine's host cannot limit swap: a node may take more than --node-memory; \
                   boot the host with 'swapaccount=1' on the kernel's command line";
    warns(&info, "create cluster a 1 0 -q --node-memory 2Gi", warning);
    let machine = Machine::new();
    machine.docker.set_info(&info);
    machine.mokctl("create cluster a 1 0 -q").run();
}

#[test]
fn an_image_for_other_processors_is_warned_of() {
    let arm = info(&json!({"Architecture": "aarch64"}));
    let image = crate::fake_docker::image();
    let warning = format!(
        "image {image} is for amd64, the engine's host is arm64: nodes run by emulation, if at all; \
         'mokctl build image' builds one for the engine's host"
    );
    warns(&arm, "create cluster a 1 0 -q", &warning);
    let machine = Machine::new();
    machine.docker.set_info(&arm);
    machine.docker.image_is_for(&image, "linux/arm64");
    machine.mokctl("create cluster a 1 0 -q").run();
    machine.mokctl("create snapshot a s -q").run();
    machine.docker.set_info(&info(&json!({"SwapLimit": false})));
    let warning = "mokctl: warning: the engine's host cannot limit swap: a node may take more than --node-memory; \
                   boot the host with 'swapaccount=1' on the kernel's command line\n";
    machine.mokctl("create cluster b --from s -q --node-memory 2Gi").stderr(warning).run();
}

#[test]
fn room_for_an_image_is_looked_at_before_it_is_fetched_or_built() {
    let remedy = "'docker system df' shows what takes the space";
    let image = format!(
        "mokctl: warning: too little disk space in /proc: a node image takes about 1300 MiB, 0 MiB are free; {remedy}\n"
    );
    let first = format!(
        "mokctl: warning: too little disk space in /proc: the first build takes up to 15000 MiB, 0 MiB are free; {remedy}\n"
    );
    let machine = Machine::new();
    machine.docker.remove_images();
    machine.docker.set_info(&here("/proc"));
    let built = format!("{}\n", crate::fake_docker::image());
    let labels = crate::fake_docker::labels("v1.37.2");
    machine.docker.offer("r/mok-debian-13:v1.37.2", &labels);
    machine.docker.offer(mokctl::image::build_files::BASE, &[]);
    let pull = "build image -q --get-prebuilt-image --image-repository r";
    machine.mokctl(pull).stdout(built.as_str()).stderr(image.as_str()).run();
    // There is too little space for a node as well, which is an error.
    machine.docker.remove_images();
    let outcome = machine.mokctl("create cluster a 1 0 -q --image-repository r").outcome();
    outcome.assert(outcome.stderr.starts_with(&image) && outcome.code() == Some(1), "not told");
    machine.docker.remove_images();
    machine.docker.offer(mokctl::image::build_files::BASE, &[]);
    machine.mokctl("build image -q").stdout(built.as_str()).stderr(first).run();
    // The image is there now, so nothing is built.
    machine.mokctl("build image -q").stdout(built.as_str()).run();
    machine.docker.remove_image(&crate::fake_docker::image());
    machine.mokctl("build image -q").stdout(built).stderr(image).run();
    // The disk of a remote engine cannot be checked.
    let machine = Machine::new();
    machine.docker.set_info(&info(&json!({})));
    machine.docker.remove_images();
    machine.docker.offer("r/mok-debian-13:v1.37.2", &labels);
    machine.mokctl("create cluster a 1 0 -q --image-repository r").run();
}

#[test]
fn selinux_matters_to_nodes_that_cannot_be_privileged() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let own = BoundingSet::from_status(&status);
    let machine = Machine::new();
    machine.docker.set_info(&info(&json!({"SecurityOptions": ["name=selinux"]})));
    let warning = "mokctl: warning: the engine has SELinux, which confines nodes: this machine cannot make them privileged; \
                   run mokctl outside of a container, or the engine without SELinux\n";
    // Nodes can have the privileges that this machine has.
    let told = if Privilege::first_choice(own) == Privilege::Full { "" } else { warning };
    machine.mokctl("create cluster a 1 0 -q").stderr(told).run();
    // The privileges of a remote engine are unknown.
    let run = machine.mokctl("create cluster b 1 0 -q");
    run.env("DOCKER_HOST", "tcp://192.0.2.7:2375").run();
}
