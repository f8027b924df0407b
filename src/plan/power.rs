//! The plans of `stop cluster` and `start cluster`.

use super::{Plan, Stage, Step};
use crate::cluster::name::{NodeName, Role};
use crate::cluster::roster::Roster;

/// Workers first, so that their pods end while there is an API to tell; then the
/// masters, all at once: etcd closes cleanly, and none is left to elect a leader
/// without the others; the balancer last.
#[must_use]
pub fn stop(roster: &Roster) -> Plan {
    stages(roster, [Role::Worker, Role::Master, Role::LoadBalancer], "Stopping", Step::Stop)
}

/// The other way round, and until every node is Ready again.
#[must_use]
pub fn start(roster: &Roster) -> Plan {
    let roles = [Role::LoadBalancer, Role::Master, Role::Worker];
    let Plan(mut stages) = stages(roster, roles, "Starting", Step::Start);
    let kubernetes = roster.kubernetes().cloned().collect();
    stages.push(Stage::new("Waiting for nodes to be Ready", [Step::WaitReadyAgain(kubernetes)]));
    Plan(stages)
}

fn stages(roster: &Roster, roles: [Role; 3], verb: &str, step: impl Fn(NodeName) -> Step) -> Plan {
    let noun = |role| match role {
        Role::Master => "masters",
        Role::Worker => "workers",
        Role::LoadBalancer => "the balancer",
    };
    let stage = |role: &Role| {
        let steps = roster.with_role(*role).cloned().map(&step);
        Stage::new(format!("{verb} {}", noun(*role)), steps)
    };
    Plan(roles.iter().map(stage).filter(|stage| !stage.steps.is_empty()).collect())
}
