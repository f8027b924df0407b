//! Faults of commands for an existing cluster: the cluster stays, and running the command again
//! completes it.

use super::target::{Target, targets};
use super::{Fault, for_each_fault};
use crate::fake_docker::Object;
use crate::harness::{Machine, Outcome};

/// A cluster, and a command for it.
struct Scene {
    template: Machine,
    line: &'static str,
    targets: Vec<Target>,
    /// The containers before the command, and after it without a fault.
    before: Vec<Object>,
    after: Vec<Object>,
}

impl Scene {
    fn new(template: Machine, line: &'static str, least_calls: usize) -> Self {
        let clean = template.copy();
        let earlier = clean.docker.calls().len();
        clean.mokctl(&format!("{line} -q")).run();
        let targets = targets(&clean.docker.calls()[earlier..]);
        assert!(targets.len() >= least_calls, "{} calls", targets.len());
        let (before, after) = (template.docker.containers(), clean.docker.containers());
        Self { template, line, targets, before, after }
    }

    /// Runs the command with every fault, and has `check` look at the result.
    fn survives(
        &self,
        applies: impl Fn(&Target, Fault) -> bool,
        check: impl Fn(&Self, &Machine, &Outcome<'_>) -> Result<(), String> + Sync,
    ) {
        let old: Vec<_> = self.before.iter().map(|object| object.name.clone()).collect();
        let networks = self.template.docker.networks();
        let kubeconfig = self.template.kubeconfig_text();
        let applies =
            |target: &Target, fault| applies(target, fault) && !target.is_unnoticed(fault);
        for_each_fault(&self.targets, applies, |target, fault, scale| {
            let machine = self.template.copy();
            target.goes_wrong(&machine, fault);
            let outcome = machine.mokctl(self.line).deadline_scale(scale).outcome();
            outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
            outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
            target.check_step_is_named(&outcome, &old)?;
            outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
            outcome.check(machine.docker.networks() == networks, "the network is another")?;
            let kept = machine.kubeconfig_text() == kubeconfig;
            outcome.check(kept, "the kubeconfig is another")?;
            check(self, &machine, &outcome)
        });
    }

    /// Checks that everything is as before.
    fn is_as_before(&self, machine: &Machine, outcome: &Outcome<'_>) -> Result<(), String> {
        outcome.check(machine.docker.containers() == self.before, "not as it was before")
    }

    /// Checks that nothing is missing, and that running the command again completes it.
    fn is_finished_by_a_second(
        &self,
        machine: &Machine,
        outcome: &Outcome<'_>,
    ) -> Result<(), String> {
        let names = machine.docker.names();
        let kept = self.after.iter().all(|object| names.contains(&object.name));
        outcome.check(kept, "something is gone")?;
        machine.docker.heal();
        let second = machine.mokctl(self.line).outcome();
        // The first run may have completed, although a client reported a failure.
        let done = second.code() == Some(0) || second.stderr.contains("no node exists with name");
        second.check(done, "the second time, it failed")?;
        second.check(machine.docker.containers() == self.after, "the second time, it is not done")
    }
}

/// Leaves out [`Fault::Orphans`], which is for calls whose output is read live.
fn ordinary(_: &Target, fault: Fault) -> bool {
    fault != Fault::Orphans
}

#[test]
fn stop_can_be_finished_whatever_goes_wrong() {
    let scene = Scene::new(Machine::new().with_cluster("a 2 1"), "stop cluster a", 6);
    scene.survives(ordinary, Scene::is_finished_by_a_second);
}

#[test]
fn start_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 2 1");
    template.mokctl("stop cluster a -q").run();
    let scene = Scene::new(template, "start cluster a", 7);
    scene.survives(ordinary, Scene::is_finished_by_a_second);
}

/// The network is created in any case, so the cluster is not exactly as before.
#[test]
fn start_without_a_network_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 2 1");
    template.mokctl("stop cluster a -q").run();
    template.docker.prunes_network("mok-a");
    let scene = Scene::new(template, "start cluster a", 16);
    for_each_fault(
        &scene.targets,
        |target, fault| ordinary(target, fault) && !target.is_unnoticed(fault),
        |target, fault, scale| {
            let machine = scene.template.copy();
            target.goes_wrong(&machine, fault);
            let outcome = machine.mokctl(scene.line).deadline_scale(scale).outcome();
            outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
            outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
            let old: Vec<_> = scene.before.iter().map(|object| object.name.clone()).collect();
            target.check_step_is_named(&outcome, &old)?;
            scene.is_finished_by_a_second(&machine, &outcome)
        },
    );
}

#[test]
fn create_worker_leaves_the_cluster_as_it_was_whatever_goes_wrong() {
    let scene = Scene::new(Machine::new().with_cluster("a 1 1"), "create worker a", 16);
    scene.survives(ordinary, Scene::is_as_before);
}

#[test]
fn create_master_leaves_the_cluster_as_it_was_whatever_goes_wrong() {
    let scene = Scene::new(Machine::new().with_cluster("a 2 0"), "create master a", 18);
    scene.survives(ordinary, Scene::is_as_before);
}

#[test]
fn delete_worker_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 2");
    let scene = Scene::new(template, "delete worker a-worker-1 --yes", 9);
    scene.survives(ordinary, Scene::is_finished_by_a_second);
}

#[test]
fn delete_master_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 3 0");
    let scene = Scene::new(template, "delete master a-master-3 --yes", 12);
    scene.survives(ordinary, Scene::is_finished_by_a_second);
}

#[test]
fn delete_of_a_worker_without_container_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 2");
    template.docker.loses("a-worker-1");
    let scene = Scene::new(template, "delete worker a-worker-1 --yes", 8);
    scene.survives(ordinary, Scene::is_finished_by_a_second);
}

#[test]
fn delete_of_a_master_without_container_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 3 0");
    template.docker.loses("a-master-3");
    let scene = Scene::new(template, "delete master a-master-3 --yes", 10);
    scene.survives(ordinary, Scene::is_finished_by_a_second);
}

#[test]
fn create_master_in_place_of_a_lost_one_leaves_the_cluster_as_it_was_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 3 0");
    template.docker.loses("a-master-2");
    let scene = Scene::new(template, "create master a", 20);
    scene.survives(ordinary, Scene::is_as_before);
}

/// One docker call feeds another here.
#[test]
fn load_image_can_be_said_again_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 1");
    template.docker.add_image("app:1", &[]);
    let scene = Scene::new(template, "load image a app:1", 8);
    scene.survives(|_, _| true, Scene::is_finished_by_a_second);
}

#[test]
fn delete_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 2");
    let scene = Scene::new(template, "delete cluster a", 4);
    for_each_fault(
        &scene.targets,
        |_, fault| fault != Fault::Orphans,
        |target, fault, scale| {
            let machine = scene.template.copy();
            target.goes_wrong(&machine, fault);
            let outcome = machine.mokctl(scene.line).deadline_scale(scale).outcome();
            outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
            if !target.is_unnoticed(fault) {
                outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
                outcome.check(outcome.stderr.contains("mokctl: error: "), "no error")?;
            }
            machine.docker.heal();
            let second = machine.mokctl(scene.line).outcome();
            let done =
                second.code() == Some(0) || second.stderr.contains("no cluster exists with name a");
            second.check(done, "the second time, it failed")?;
            second.check(machine.docker.names().is_empty(), "something is left in the engine")?;
            let kubeconfig = machine.kubeconfig_text();
            second.check(!kubeconfig.contains("mok-a"), "something is left in the kubeconfig")
        },
    );
}
