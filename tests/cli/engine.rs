//! No docker, no engine, no permission, no answer: each is one line, with docker's message and a
//! hint.

use crate::harness::Machine;

const COMMANDS: [&str; 2] = ["create cluster a 1 0", "delete cluster a"];

#[test]
fn no_docker_program_is_told_so() {
    let machine = Machine::new();
    for line in COMMANDS {
        let stderr = "mokctl: error: docker is not installed: no 'docker' in PATH\n\
                      hint: install Docker, or name its program in MOKCTL_DOCKER\n";
        machine.mokctl(line).env("PATH", "/nowhere").stderr(stderr).code(1).run();
    }
    let stderr = "mokctl: error: docker is not installed: no '/nowhere/podman' in PATH\n\
                  hint: install Docker, or name its program in MOKCTL_DOCKER\n";
    let run = machine.mokctl(COMMANDS[0]).env("MOKCTL_DOCKER", "/nowhere/podman");
    run.stderr(stderr).code(1).run();
}

#[test]
fn another_docker_program_can_be_named() {
    let machine = Machine::new();
    let docker = machine.docker.client().display().to_string();
    let run = machine.mokctl("create cluster a 1 0").env("PATH", "/usr/bin:/bin");
    let outcome = run.env("MOKCTL_DOCKER", docker).outcome();
    outcome.assert(outcome.code() == Some(0), "not created");
}

#[test]
fn an_engine_that_does_not_run_is_told_so() {
    let text = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    for line in COMMANDS {
        let machine = Machine::new();
        machine.docker.on("*").fails(1, text);
        let stderr = format!(
            "mokctl: error: the docker engine does not answer\n    {text}\n\
             hint: start the engine, then run the command again\n"
        );
        machine.mokctl(line).stderr(stderr).code(1).run();
    }
}

#[test]
fn a_socket_that_may_not_be_opened_is_told_so() {
    let text = "permission denied while trying to connect to the Docker daemon socket at \
                unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.41/containers/json\": \
                dial unix /var/run/docker.sock: connect: permission denied";
    for line in COMMANDS {
        let machine = Machine::new();
        machine.docker.on("*").fails(1, text);
        let stderr = format!(
            "mokctl: error: no permission to use the docker engine's socket\n    {text}\n\
             hint: run mokctl as root or as a member of the socket's group\n"
        );
        machine.mokctl(line).stderr(stderr).code(1).run();
    }
}

#[test]
fn an_engine_that_hangs_is_not_waited_for_without_end() {
    let machine = Machine::new();
    machine.docker.on("ps *").hangs();
    let stderr = "mokctl: error: docker ps --all --quiet --no-trunc --filter=label=MokCluster=a \
                  did not end within 0.3 s\n\
                  hint: is the engine overloaded, or its disk full?\n";
    machine.mokctl("delete cluster a").deadline_scale("0.01").stderr(stderr).code(1).run();
}

#[test]
fn deadlines_are_a_number_that_makes_sense() {
    let machine = Machine::new();
    let stderr = "mokctl: error: invalid MOKCTL_DEADLINE_SCALE, 'soon': \
                  a number from 0.001 to 1000 is allowed, like 2.5\n";
    machine.mokctl("delete cluster a").deadline_scale("soon").stderr(stderr).code(1).run();
    assert!(machine.docker.calls().is_empty());
}

#[test]
fn output_that_is_no_text_is_refused() {
    let machine = Machine::new();
    machine.docker.on("ps *").prints(b"\xff\xfe\n");
    let stderr = "mokctl: error: docker ps --all --quiet --no-trunc --filter=label=MokCluster=a \
                  printed something unexpected: bytes that are not UTF-8\n";
    machine.mokctl("delete cluster a").stderr(stderr).code(1).run();
}
