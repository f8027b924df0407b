//! `get`: what is there, for people and for programs.

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
