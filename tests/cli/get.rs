//! `get`: tables and JSON.

use serde_json::{Value, json};

use crate::harness::Machine;

#[test]
fn the_nodes_of_a_cluster_are_a_table_or_json() {
    let machine = Machine::new().with_cluster("a 1 1 --subnet 172.30.5.0/24");
    let table = "\
Name         IP_Address     Role     Status    Version
a-master-1   172.30.5.11    master   running   v1.37.2
a-worker-1   172.30.5.101   worker   running   v1.37.2
";
    machine.mokctl("get nodes a").stdout(table).run();
    let outcome = machine.mokctl("get nodes a -o json").outcome();
    let list: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    let cell = |key: &str| list.iter().map(|node| node[key].clone()).collect::<Value>();
    assert_eq!(cell("name"), json!(["a-master-1", "a-worker-1"]));
    assert_eq!(cell("address"), json!(["172.30.5.11", "172.30.5.101"]));
    assert_eq!(cell("role"), json!(["master", "worker"]));
    assert_eq!(cell("status"), json!(["running", "running"]));
}

/// A user who redirects a kubeconfig to a full disk must learn that it is incomplete.
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let machine = Machine::new().with_cluster("a 1 0");
    let error = "mokctl: error: failed to write to standard output: No space left on device (os error 28)\n";
    for line in [
        "get kubeconfig a",
        "get clusters",
        "get clusters -o json",
        "-h",
        "delete cluster a --dry-run",
    ] {
        let onto_a_full_disk = ["sh", "-c", "exec \"$@\" >/dev/full", "sh"];
        machine.mokctl(line).under(&onto_a_full_disk).stderr(error).code(1).run();
    }
    let to_nobody = ["sh", "-c", "{ \"$@\"; echo $? >&2; } | :", "sh"];
    machine.mokctl("get clusters").under(&to_nobody).stderr("0\n").run();
}
