//! Exact messages that no other test checks.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::Machine;

/// Checks that the command fails with these lines on standard error, after the progress.
#[track_caller]
fn says(machine: &Machine, line: &str, lines: &[&str]) {
    let outcome = machine.mokctl(line).outcome();
    let want: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let told = outcome.stderr.find("mokctl: error:").map(|at| &outcome.stderr[at..]);
    outcome.assert(told == Some(&want), &format!("stderr does not end with\n{want}"));
    outcome.assert(outcome.stdout.is_empty() && outcome.code() == Some(1), "no plain failure");
}

/// Changes a file in the state of the fake engine.
fn change(machine: &Machine, path: &str, change: impl Fn(&str) -> String) {
    let path = machine.path("engine/containers").join(path);
    fs::write(&path, change(&fs::read_to_string(&path).unwrap())).unwrap();
}

#[test]
fn a_node_that_is_not_there() {
    let machine = Machine::new().with_cluster("a 1 1");
    let hint = "hint: 'mokctl get nodes a' lists them";
    let error = "mokctl: error: no node exists with name a-worker-9";
    says(&machine, "exec a-worker-9", &[error, hint]);
    says(&machine, "delete worker a-worker-9", &[error, hint]);
}

#[test]
fn exec_without_a_node() {
    let machine = Machine::new();
    says(&machine, "exec", &["mokctl: error: there are no clusters"]);
    let machine = machine.with_cluster("a 1 1");
    says(&machine, "exec", &["mokctl: error: no node was chosen"]);
}

#[test]
fn what_a_killed_create_left() {
    let machine = Machine::new().with_cluster("a 1 0");
    machine.docker.on("network rm *").nth(1).fails(1, "Error response from daemon: no");
    let outcome = machine.mokctl("delete cluster a").outcome();
    outcome.assert(outcome.code() == Some(1), "deleted");
    let error = "mokctl: error: cluster a exists but is incomplete";
    let hint = "hint: 'mokctl delete cluster a' removes it";
    says(&machine, "create cluster a 1 0", &[error, hint]);
}

#[test]
fn a_cluster_of_which_something_is_stopped() {
    let machine = Machine::new().with_cluster("a 1 1");
    let hint = "hint: 'mokctl start cluster a' starts it";
    machine.docker.set_status("a-worker-1", "exited");
    let error = "mokctl: error: cluster a has a stopped node: a-worker-1";
    says(&machine, "create worker a", &[error, hint]);
    machine.docker.set_status("a-worker-1", "paused");
    let error = "mokctl: error: cluster a has a paused node: a-worker-1";
    says(&machine, "create worker a", &[error, hint]);
    says(&machine, "create snapshot a s", &[error, hint]);
    machine.docker.set_status("a-master-1", "exited");
    let error = "mokctl: error: cluster a has no running master";
    says(&machine, "get kubeconfig a", &[error, hint]);
}

#[test]
fn a_cluster_of_which_something_is_gone() {
    let machine = Machine::new().with_cluster("a 1 1");
    let hint = "hint: 'mokctl delete cluster a' removes the rest of it";
    machine.docker.on("network inspect *").prints(b"[]\n");
    says(&machine, "create worker a", &["mokctl: error: cluster a has no network", hint]);
    change(&machine, "a-master-1/publish", |_| String::new());
    let error = "mokctl: error: the load balancer of cluster a is missing";
    let again = "hint: 'mokctl start cluster a' makes it again";
    says(&machine, "get kubeconfig a", &[error, again]);
    change(&machine, "a-master-1/restart", |_| "no\n".to_owned());
    let error = "mokctl: error: cluster a does not publish its API on this host";
    says(&machine, "get kubeconfig a", &[error, hint]);
}

#[test]
fn a_cluster_of_a_later_mokctl() {
    let machine = Machine::new().with_cluster("a 1 1");
    change(&machine, "a-master-1/labels", |text| text.replace("mok.schema=1", "mok.schema=3"));
    let error = "mokctl: error: cluster a was made by a later version of mokctl";
    says(&machine, "create worker a", &[error]);
}

#[test]
fn more_nodes_than_a_cluster_may_have() {
    let machine = Machine::new().with_cluster("a 1 1");
    let error = "mokctl: error: cluster a is full: a cluster has at most 99 workers";
    says(&machine, "create worker a 99", &[error]);
    let error = "mokctl: error: cannot add masters to cluster a: it has no load balancer";
    let hint = "hint: create it with several masters, or with --with-lb";
    says(&machine, "create master a", &[error, hint]);
}

#[test]
fn the_last_master() {
    let machine = Machine::new().with_cluster("a 1 1");
    let error = "mokctl: error: cannot delete a-master-1: it is the cluster's last master";
    let hint = "hint: 'mokctl delete cluster a' removes the whole cluster";
    says(&machine, "delete master a-master-1", &[error, hint]);
}

#[test]
fn images_that_are_not_there() {
    let machine = Machine::new().with_cluster("a 1 0");
    says(&machine, "load image a x", &["mokctl: error: the engine has no image x"]);
    let error = "mokctl: error: no image flavour is called fat; there is mok-debian-13";
    says(&machine, "build image fat", &[error]);
}

#[test]
fn an_image_of_another_contract() {
    let machine = Machine::new();
    machine.docker.add_image("mok:9", &["mok.image.schema=9".to_owned()]);
    let error = "mokctl: error: image mok:9 has label mok.image.schema=9, which this mokctl does \
                 not know";
    says(&machine, "create cluster a 1 0 --image mok:9", &[error]);
}

#[test]
fn a_kubeadm_that_prints_something_else() {
    let machine = Machine::new();
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").prints(b"done\n");
    let error =
        "mokctl: error: failed to run kubeadm init on a-master-1: kubeadm printed no join command";
    says(&machine, "create cluster a 1 1", &[error]);

    let machine = Machine::new();
    let init = machine.docker.on("exec a-master-1 bash /root/mok/init.sh");
    init.prints(b"kubeadm join 10.213.97.11:6443 --token x\n");
    let error = "mokctl: error: failed to run kubeadm init on a-master-1: kubeadm's join command has no token";
    says(&machine, "create cluster a 1 1", &[error]);
}

#[test]
fn an_engine_that_says_nothing_of_its_image() {
    let machine = Machine::new();
    machine.docker.on("image inspect mok:1").prints(b"[]\n");
    machine.docker.add_image("mok:1", &[]);
    let error = "mokctl: error: cannot read the inspection of image mok:1";
    says(&machine, "create cluster a 1 0 --image mok:1", &[error]);
}

#[test]
fn a_host_without_a_free_subnet() {
    let machine = Machine::new();
    let inspect = machine.docker.on("network inspect *");
    let ranges = ["10.213.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
    let ranges = ranges.map(|range| format!(r#"{{"Subnet":"{range}"}}"#)).join(",");
    inspect.prints(format!(r#"[{{"IPAM":{{"Config":[{ranges}]}}}}]"#).as_bytes());
    let error = "mokctl: error: failed to create a-master-1: no free subnet in 10.213.0.0/16, \
                 172.16.0.0/16, 192.168.0.0/16 and 100.64.0.0/16";
    let hint = "hint: choose one with --subnet, or remove unused networks";
    says(&machine, "create cluster a 1 0", &[error, hint]);
}

#[test]
fn words_that_are_no_text() {
    let machine = Machine::new().with_cluster("a 1 0");
    let script = "exec \"$@\" \"$(printf '\\377')\"";
    let under = ["sh", "-c", script, "sh"];
    let stderr = "mokctl: error: the command has an argument that is not UTF-8\n";
    machine.mokctl("exec a-master-1 --").under(&under).stderr(stderr).code(1).run();
    let stdout =
        format!("{}Invalid word, '\u{fffd}': only UTF-8 is allowed.\n", mokctl::cli::usage());
    machine.mokctl("create cluster").under(&under).stdout(stdout).code(1).run();
}

#[test]
fn what_this_machine_refuses() {
    let machine = Machine::new().with_cluster("a 1 0");
    let stderr = "mokctl: error: cannot write the kubeconfig '/dev/null': not a regular file\n";
    let outcome = machine.mokctl("create cluster b 1 0 -q").env("KUBECONFIG", "/dev/null");
    outcome.stderr(stderr).code(1).run();
    let program = machine.docker.client();
    fs::remove_file(&program).unwrap();
    fs::write(&program, "#!/nowhere\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let stderr = "mokctl: error: cannot run docker ps --all --quiet --no-trunc \
                  --filter=label=MokCluster: No such file or directory (os error 2)\n";
    machine.mokctl("exec").stderr(stderr).code(1).run();
}
