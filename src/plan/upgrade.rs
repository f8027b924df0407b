//! The plans of `upgrade cluster`: replace one node, or some in parallel, with ones of another
//! image.

use super::{Plan, Since, Stage, Step};
use crate::cluster::name::NodeName;

/// Returns the plan that upgrades `nodes`. Those in `drained` are drained first, those in
/// `uncordoned` are uncordoned afterwards. The former containers are removed last, when the new
/// ones are complete: until then, a failure puts them back.
#[must_use]
pub fn upgrade(nodes: &[NodeName], drained: &[NodeName], uncordoned: &[NodeName]) -> Plan {
    let each = |step: fn(NodeName) -> Step| nodes.iter().cloned().map(step);
    let ready = || Step::WaitReady(nodes.to_vec(), Since::Start);
    let stages = [
        Stage::new("Draining nodes", drained.iter().cloned().map(Step::Drain)),
        Stage::new("Stopping nodes", each(Step::SetAside)),
        Stage::new("Replacing nodes", each(Step::Replace)),
        Stage::new("Waiting for nodes to become Ready", [ready()]),
        Stage::new("Upgrading nodes", each(Step::Upgrade)),
        Stage::new("Uncordoning nodes", uncordoned.iter().cloned().map(Step::Uncordon)),
        Stage::new("Completing the move", [Step::MarkComplete(nodes.to_vec())]),
        Stage::new("Removing former containers", each(Step::RemoveFormer)),
    ];
    Plan(stages.into_iter().filter(|stage| !stage.steps.is_empty()).collect())
}

/// Returns the plan that upgrades the add-ons from the master `first` after all nodes: until then,
/// some nodes lack the images of the new add-ons. kubeadm's come first, then mokctl's, if
/// `has_addons`.
#[must_use]
pub fn finish(first: &NodeName, has_addons: bool) -> Plan {
    let ours = has_addons.then(|| Step::StartAddons(first.clone()));
    let mut stages = vec![Stage::new("Upgrading add-ons", [Step::UpgradeAddons(first.clone())])];
    stages.extend(ours.map(|step| Stage::new("Starting add-ons", [step])));
    Plan(stages)
}

/// Returns the plan that reverts a failed or interrupted [`upgrade`]: nodes that still have a
/// former container get it back, unless the new one is complete.
#[must_use]
pub fn put_back(nodes: &[NodeName], uncordoned: &[NodeName]) -> Plan {
    let each = |step: fn(NodeName) -> Step| nodes.iter().cloned().map(step);
    let stages = [
        Stage::new("Putting nodes back", each(Step::PutBack)),
        Stage::new("Starting nodes", each(Step::Start)),
        Stage::new(
            "Waiting for nodes to become Ready",
            [Step::WaitReady(nodes.to_vec(), Since::Ever)],
        ),
        Stage::new("Uncordoning nodes", uncordoned.iter().cloned().map(Step::Uncordon)),
    ];
    Plan(stages.into_iter().filter(|stage| !stage.steps.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(words: &[&str]) -> Vec<NodeName> {
        words.iter().map(|word| NodeName::parse(word).unwrap()).collect()
    }

    #[test]
    fn a_node_is_drained_moved_upgraded_and_uncordoned() {
        let node = nodes(&["a-worker-1"]);
        assert_eq!(
            upgrade(&node, &node, &node).to_string(),
            "Draining nodes\n  drain a-worker-1\nStopping nodes\n  set a-worker-1 aside\n\
             Replacing nodes\n  replace a-worker-1\n\
             Waiting for nodes to become Ready\n  wait for a-worker-1 to become Ready\n\
             Upgrading nodes\n  run kubeadm upgrade on a-worker-1\n\
             Uncordoning nodes\n  uncordon a-worker-1\n\
             Completing the move\n  mark a-worker-1 as complete\n\
             Removing former containers\n  remove former a-worker-1\n"
        );
    }

    #[test]
    fn a_node_whose_pods_have_no_other_is_not_drained_and_a_cordoned_one_stays_so() {
        let plan = upgrade(&nodes(&["a-master-1"]), &[], &[]).to_string();
        assert!(plan.starts_with("Stopping nodes") && !plan.contains("cordon"), "{plan}");
    }

    #[test]
    fn a_node_gets_its_former_container_back_and_starts() {
        let node = nodes(&["a-worker-1"]);
        assert_eq!(
            put_back(&node, &node).to_string(),
            "Putting nodes back\n  put a-worker-1 back\nStarting nodes\n  start a-worker-1\n\
             Waiting for nodes to become Ready\n  wait for a-worker-1 to become Ready\n\
             Uncordoning nodes\n  uncordon a-worker-1\n"
        );
    }

    #[test]
    fn add_ons_follow_when_all_nodes_have_moved() {
        let first = NodeName::parse("a-master-1").unwrap();
        let kubeadm = "Upgrading add-ons\n  upgrade kubeadm's add-ons on a-master-1\n";
        assert_eq!(finish(&first, false).to_string(), kubeadm);
        let ours = "Starting add-ons\n  start add-ons on a-master-1\n";
        assert_eq!(finish(&first, true).to_string(), format!("{kubeadm}{ours}"));
    }
}
