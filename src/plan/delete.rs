//! The plan of `delete cluster`.

use super::{Plan, Stage, Step};

/// Returns the plan that removes the kubeconfig's entry (if `access`), the containers `names`,
/// nameless images of snapshots (if `images`) and the network (if `network`). The network comes
/// last, because containers are on it.
#[must_use]
pub fn delete(names: Vec<String>, images: bool, network: bool, access: bool) -> Plan {
    let kubeconfig = access.then(|| Stage::new("Updating kubeconfig", [Step::RemoveAccess]));
    Plan(kubeconfig.into_iter().chain(remove(names, images, network)).collect())
}

/// Returns the stages that remove objects of the engine.
pub(super) fn remove(names: Vec<String>, images: bool, network: bool) -> Vec<Stage> {
    let containers = (!names.is_empty()).then_some(Step::RemoveContainers(names));
    let containers = containers.map(|step| Stage::new("Removing containers", [step]));
    let images = images.then(|| Stage::new("Removing images", [Step::RemoveImages]));
    let network = network.then(|| Stage::new("Removing network", [Step::RemoveNetwork]));
    containers.into_iter().chain(images).chain(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kubeconfig_comes_first_and_the_network_last() {
        let names = || vec!["a-master-1".to_owned(), "a-stray".into()];
        let access = "Updating kubeconfig\n  remove access to the cluster\n";
        let containers = "Removing containers\n  remove a-master-1, a-stray\n";
        let images = "Removing images\n  remove images of deleted snapshots\n";
        let network = "Removing network\n  remove network\n";
        assert_eq!(
            delete(names(), true, true, true).to_string(),
            [access, containers, images, network].concat()
        );
        assert_eq!(delete(names(), false, false, true).to_string(), [access, containers].concat());
        assert_eq!(delete(Vec::new(), false, true, true).to_string(), [access, network].concat());
        assert_eq!(delete(Vec::new(), false, true, false).to_string(), network);
    }
}
