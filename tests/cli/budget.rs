//! Budgets of `create` and `delete`: how many docker calls they may make, and how many stages they
//! may have. A call is a process of some 30 ms; a stage holds up every node. A change that adds or
//! saves one has to change the budget here.

use crate::harness::Machine;

#[derive(Debug, PartialEq)]
struct Budget {
    shape: &'static str,
    /// The docker calls of `create`.
    create: usize,
    /// The stages of `create`, for any number of nodes.
    stages: usize,
    /// The docker calls of `delete`.
    delete: usize,
}

const BUDGETS: [Budget; 6] = [
    Budget { shape: "1 0", create: 18, stages: 6, delete: 6 },
    Budget { shape: "1 1", create: 22, stages: 7, delete: 7 },
    Budget { shape: "1 3", create: 30, stages: 7, delete: 9 },
    Budget { shape: "1 6", create: 42, stages: 7, delete: 12 },
    Budget { shape: "3 0", create: 31, stages: 7, delete: 8 },
    Budget { shape: "3 3", create: 43, stages: 7, delete: 11 },
];

#[test]
fn create_and_delete_keep_to_their_budgets() {
    let used = BUDGETS.map(|Budget { shape, .. }| {
        let plan = Machine::new();
        let plan = plan.mokctl(&format!("create cluster a {shape} --dry-run")).outcome();
        let stages = plan.stdout.lines().filter(|line| !line.starts_with(' ')).count();
        let machine = Machine::new().with_cluster(&format!("a {shape}"));
        let create = machine.docker.calls().len();
        machine.mokctl("delete cluster a -q").run();
        let delete = machine.docker.calls().len() - create;
        Budget { shape, create, stages, delete }
    });
    assert_eq!(used, BUDGETS);
}
