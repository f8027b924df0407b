//! `--label` and `--taint`: for a role or for one node, at creation or for nodes added later.

use mokctl::cli::usage;
use mokctl::yaml;
use serde_json::{Value, json};

use crate::harness::Machine;

/// Returns the `nodeRegistration` that kubeadm gets for `node`.
fn registration(machine: &Machine, node: &str) -> Value {
    let text = if node.ends_with("-master-1") {
        machine.docker.file(node, "/root/mok/kubeadm-init.yaml")
    } else {
        let join = format!("exec --interactive {node} bash /root/mok/join.sh");
        String::from_utf8(machine.docker.call(&join).stdin.unwrap()).unwrap()
    };
    yaml::values(&text).unwrap()[0]["nodeRegistration"].clone()
}

fn labels(machine: &Machine, node: &str) -> Option<String> {
    let registration = registration(machine, node);
    let arguments = registration["kubeletExtraArgs"].as_array()?;
    let labels = arguments.iter().find(|argument| argument["name"] == "node-labels")?;
    Some(labels["value"].as_str()?.to_owned())
}

/// Returns the last call that waits for nodes.
fn ready(machine: &Machine) -> String {
    let calls = machine.docker.calls();
    calls.iter().rfind(|call| call.line().contains(" /root/mok/ready.sh ")).unwrap().line()
}

const FLAGS: &str = "--label worker:disk=ssd --label a-worker-2:disk=hdd --label=master:m= \
                     --label worker:node-role.kubernetes.io/db= --taint worker:db=1:NoSchedule \
                     --taint a-master-1:x:NoExecute";

#[test]
fn nodes_register_with_what_is_said_of_them_and_of_their_role() {
    let machine = Machine::new().with_cluster(&format!("a 1 2 {FLAGS}"));
    assert_eq!(labels(&machine, "a-worker-1").as_deref(), Some("disk=ssd"));
    assert_eq!(labels(&machine, "a-worker-2").as_deref(), Some("disk=hdd"));
    assert_eq!(labels(&machine, "a-master-1").as_deref(), Some("m="));
    let db = json!([{ "key": "db", "value": "1", "effect": "NoSchedule" }]);
    assert_eq!(registration(&machine, "a-worker-1")["taints"], db);
    let master = json!([
        { "key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule" },
        { "key": "x", "effect": "NoExecute" }
    ]);
    assert_eq!(registration(&machine, "a-master-1")["taints"], master);
    // A kubelet may not set labels of this prefix itself, so mokctl does.
    let role = "\"node-role.kubernetes.io/db\": \"\"";
    let want = format!(
        "a-master-1=10.244.11.0/24 a-worker-1=10.244.101.0/24={role} a-worker-2=10.244.102.0/24={role}"
    );
    assert!(ready(&machine).ends_with(&want), "{}", ready(&machine));
}

#[test]
fn later_nodes_have_what_is_said_of_their_role_and_of_themselves() {
    let machine = Machine::new().with_cluster("a 1 1 --label worker:disk=ssd");
    machine.mokctl("create worker a 2 -q --label worker:more=1 --label a-worker-3:disk=hdd").run();
    assert_eq!(labels(&machine, "a-worker-2").as_deref(), Some("disk=ssd,more=1"));
    assert_eq!(labels(&machine, "a-worker-3").as_deref(), Some("more=1,disk=hdd"));
    machine.mokctl("create worker a -q --taint worker:t:NoSchedule").run();
    // The labels and taints for other nodes do not apply to this one.
    assert_eq!(labels(&machine, "a-worker-4").as_deref(), Some("disk=ssd"));
    let taint = json!([{ "key": "t", "effect": "NoSchedule" }]);
    assert_eq!(registration(&machine, "a-worker-4")["taints"], taint);
}

#[test]
fn a_clone_has_the_same_of_its_own_nodes() {
    let machine =
        Machine::new().with_cluster("a 1 1 --label worker:disk=ssd --label a-master-1:m=1");
    machine.mokctl("create worker a -q --label worker:more=1").run();
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    machine.mokctl("create worker b -q").run();
    assert_eq!(labels(&machine, "b-master-1").as_deref(), Some("m=1"));
    assert_eq!(labels(&machine, "b-worker-1").as_deref(), Some("disk=ssd"));
    assert_eq!(labels(&machine, "b-worker-2").as_deref(), Some("disk=ssd,more=1"));
    assert_eq!(labels(&machine, "b-worker-3").as_deref(), Some("disk=ssd"));
}

#[test]
fn what_marks_no_node_is_refused_before_anything_is_made() {
    let machine = Machine::new();
    let stderr = "mokctl: error: cannot mark a-worker-2: the command creates no such node\n";
    machine.mokctl("create cluster a 1 1 --label a-worker-2:a=b").stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
    let label = "Invalid NODE:LABEL, 'a-lb:a=b': master, worker or a node, ':', and KEY=VALUE are \
                 allowed, like worker:disk=ssd.";
    let run = machine.mokctl("create cluster a 1 1 --label a-lb:a=b");
    run.stdout(format!("{}{label}\n", usage())).code(1).run();
    let taint = "Invalid NODE:TAINT, 'worker:a=b': master, worker or a node, ':', KEY or KEY=VALUE, \
                 and :NoSchedule, :PreferNoSchedule or :NoExecute are allowed, like \
                 worker:dedicated=db:NoSchedule.";
    let run = machine.mokctl("create worker a --taint worker:a=b");
    run.stdout(format!("{}{taint}\n", usage())).code(1).run();

    let machine = machine.with_cluster("a 1 1");
    machine
        .mokctl("create worker a --label a-worker-1:a=b")
        .stderr("mokctl: error: cannot mark a-worker-1: the command creates no such node\n")
        .code(1)
        .run();
    assert!(!machine.docker.names().contains(&"a-worker-2".to_owned()));
}
