//! Signals. The docker call during which a signal arrives waits for the test, so nothing depends
//! on timing.

use crate::harness::Machine;

const INIT: &str = "exec a-master-1 bash /root/mok/init.sh";
const LAST_WORDS: &str = "mokctl: warning: exiting immediately, without cleanup; 'mokctl delete \
    cluster a' removes what was made\n";

fn taken_back(call: &str) -> String {
    format!(
        "Reserving the name .. ok (0.0 s)
Creating network .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
Starting control plane .. FAILED (0.0 s)
Rolling back .. ok (0.0 s)
mokctl: error: failed to run kubeadm init on a-master-1: interrupted during docker {call}
"
    )
}

#[test]
fn a_signal_takes_everything_back_and_is_in_the_exit_status() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let machine = Machine::new();
        let init = machine.docker.on(INIT).blocks();
        let run = machine.mokctl("create cluster a 1 1").start();
        init.is_reached();
        run.signal(signal);
        let outcome = run.wait();
        outcome.assert(outcome.code() == Some(code), signal);
        outcome.assert(outcome.stderr == taken_back(INIT), &taken_back(INIT));
        outcome.assert(machine.docker.names().is_empty(), "something is left");
        outcome.assert(!machine.kubeconfig_text().contains("mok-a"), "the kubeconfig has it");
    }
}

/// A terminal sends Ctrl-C to every process in it. The docker calls of the rollback must not get
/// it.
#[test]
fn a_signal_to_the_whole_process_group_does_not_stop_what_takes_everything_back() {
    let machine = Machine::new();
    let init = machine.docker.on(INIT).blocks();
    let remove = machine.docker.on("rm *").blocks();
    let run = machine.mokctl("create cluster a 1 0").start();
    init.is_reached();
    run.signal_group("INT");
    remove.is_reached();
    remove.release();
    let outcome = run.wait();
    outcome.assert(outcome.code() == Some(130), "the exit status is not 130");
    outcome.assert(outcome.stderr == taken_back(INIT), "not what it shall say");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
}

#[test]
fn a_second_signal_leaves_at_once_and_says_what_remains() {
    for (first, second, code) in [("INT", "INT", 130), ("TERM", "INT", 130), ("INT", "TERM", 143)] {
        let machine = Machine::new();
        let init = machine.docker.on(INIT).blocks();
        let remove = machine.docker.on("rm *").nth(1).blocks();
        let run = machine.mokctl("create cluster a 1 0").start();
        init.is_reached();
        run.signal(first);
        remove.is_reached();
        run.signal(second);
        let outcome = run.wait();
        outcome.assert(outcome.code() == Some(code), "another exit status");
        outcome.assert(outcome.stderr.ends_with(LAST_WORDS), "not its last words");
        // The command in the hint works.
        remove.release();
        let delete = machine.mokctl("delete cluster a").outcome();
        delete.assert(machine.docker.names().is_empty(), "something is left");
    }
}

/// If its creation were interrupted, the container might still appear after the rollback.
#[test]
fn a_container_in_the_making_is_finished_before_it_is_taken_back() {
    let machine = Machine::new();
    let create = machine.docker.on("create --name=a-master-1 *").blocks();
    let run = machine.mokctl("create cluster a 1 0").start();
    create.is_reached();
    run.signal("INT");
    // Longer than the interval at which mokctl checks for signals.
    std::thread::sleep(std::time::Duration::from_millis(300));
    create.release();
    let outcome = run.wait();
    outcome.assert(outcome.code() == Some(130), "the exit status is not 130");
    outcome.assert(outcome.stderr.contains("failed to create network: interrupted"), "no step");
    outcome.assert(machine.docker.call("create ").status == Some(0), "it was cut off");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
    let calls = machine.docker.calls();
    outcome.assert(calls.iter().all(|call| call.verb() != "start"), "it went on");
}

#[test]
fn an_interrupted_delete_can_be_run_again() {
    for call in ["ps *", "network ls *", "rm *", "network rm *"] {
        let machine = Machine::new().with_cluster("a 1 1");
        let block = machine.docker.on(call).nth(1).blocks();
        let run = machine.mokctl("delete cluster a").start();
        block.is_reached();
        run.signal("INT");
        let outcome = run.wait();
        outcome.assert(outcome.code() == Some(130), "the exit status is not 130");
        outcome.assert(outcome.stderr.contains("interrupted during docker "), call);
        machine.mokctl("delete cluster a -q").run();
        assert!(machine.docker.names().is_empty());
        assert!(!machine.kubeconfig_text().contains("mok-a"));
    }
}

/// As under nohup: a signal that is ignored at the start stays ignored.
#[test]
fn a_signal_that_was_ignored_from_the_start_stays_ignored() {
    for signal in ["HUP", "INT", "TERM"] {
        let machine = Machine::new();
        let init = machine.docker.on(INIT).blocks();
        let script = format!("trap '' {signal}; exec \"$@\"");
        let run = machine.mokctl("create cluster a 1 0 -q").under(&["sh", "-c", &script, "sh"]);
        let run = run.start();
        init.is_reached();
        run.signal(signal);
        run.signal(signal);
        init.release();
        let outcome = run.wait();
        outcome.assert(outcome.code() == Some(0), "it did not go on");
    }
}

/// The image that is being made is finished and then removed; the cluster is started again.
#[test]
fn a_signal_leaves_no_snapshot_and_the_cluster_runs() {
    let machine = Machine::new().with_cluster("a 1 1");
    let (before, images) = (machine.docker.containers(), machine.docker.images());
    let commit = machine.docker.on("commit * a-master-1 *").blocks();
    let run = machine.mokctl("create snapshot a s").start();
    commit.is_reached();
    run.signal("INT");
    commit.release();
    let outcome = run.wait();
    outcome.assert(outcome.code() == Some(130), "the exit status is not 130");
    outcome.assert(machine.docker.containers() == before, "not as it was before");
    outcome.assert(machine.docker.images() == images, "an image is left");
}

/// The hint must not suggest to delete the cluster, which stays.
#[test]
fn a_second_signal_says_how_to_go_on_with_nodes() {
    let machine = Machine::new().with_cluster("a 1 1");
    let start = machine.docker.on("start a-worker-2").blocks();
    let remove = machine.docker.on("rm *").blocks();
    let run = machine.mokctl("create worker a").start();
    start.is_reached();
    run.signal("INT");
    remove.is_reached();
    run.signal("INT");
    let outcome = run.wait();
    let last = "mokctl: warning: exiting immediately, without cleanup; 'mokctl get nodes a' shows \
                what was added, 'mokctl delete worker NODE' removes it\n";
    outcome.assert(outcome.code() == Some(130), "the exit status is not 130");
    outcome.assert(outcome.stderr.ends_with(last), "not its last words");
    remove.release();
}

#[test]
fn a_second_signal_says_how_to_go_on_with_snapshots() {
    for (line, call, next) in [
        (
            "create snapshot a t",
            "commit * a-master-1 *",
            "'mokctl start cluster a' starts the cluster, 'mokctl delete snapshot t' removes the \
             snapshot",
        ),
        (
            "restore cluster a s",
            "start a-master-1",
            "the snapshot is unchanged: run 'mokctl restore cluster a s' again",
        ),
    ] {
        let machine = Machine::new().with_cluster("a 1 0");
        machine.mokctl("create snapshot a s -q").run();
        let block = machine.docker.on(call).blocks();
        let run = machine.mokctl(line).start();
        block.is_reached();
        run.signal("INT");
        std::thread::sleep(std::time::Duration::from_millis(200));
        run.signal("INT");
        let outcome = run.wait();
        let last = format!("mokctl: warning: exiting immediately, without cleanup; {next}\n");
        outcome.assert(outcome.code() == Some(130), "the exit status is not 130");
        outcome.assert(outcome.stderr.ends_with(&last), "not its last words");
        // Without its rule, the waiting call ends.
        machine.docker.heal();
        std::thread::sleep(std::time::Duration::from_millis(100));
        // The commands in the hints work.
        for line in ["start cluster a", "delete snapshot t", "restore cluster a s"] {
            machine.mokctl(&format!("{line} -q")).outcome();
        }
        assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"], "{line}");
        assert_eq!(machine.docker.images().len(), 2, "{line}");
    }
}
