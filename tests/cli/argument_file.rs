//! `@FILE`: arguments in a file.

use std::fs;

use mokctl::cli::usage;

use crate::harness::Machine;

const FILE: &str = "# A cluster for tests.\n1\n1\n\n  --label=worker:disk=ssd\n--addons\nnone\n";

fn machine(text: &str) -> Machine {
    let machine = Machine::new();
    fs::write(machine.path("cluster.args"), text).unwrap();
    machine
}

#[test]
fn the_lines_of_a_file_are_words() {
    let machine = machine(FILE);
    machine.mokctl("create cluster a @cluster.args -q").run();
    assert_eq!(machine.docker.names(), ["a-master-1", "a-worker-1", "mok-a"]);
    let create = machine.docker.call("create --name=a-worker-1 ");
    let labels = create.labels();
    assert_eq!((labels["mok.addons"], labels["mok.node-labels"]), ("none", "worker:disk=ssd"));
    // A later flag overrides an earlier one, as always.
    machine.mokctl("delete cluster a @cluster.args").outcome();
    machine.mokctl("create cluster b @cluster.args --addons storage -q").run();
    let create = machine.docker.call("create --name=b-worker-1 ");
    assert_eq!(create.labels()["mok.addons"], "storage");
}

#[track_caller]
fn is_refused(text: &str, line: &str, last: &str) {
    let machine = machine(text);
    machine.mokctl(line).stdout(format!("{}{last}\n", usage())).code(1).run();
    assert!(machine.docker.calls().is_empty(), "docker was called");
}

#[test]
fn a_mistake_names_its_file_and_line() {
    for (text, last) in [
        (
            "1\n0\n# no\n--subnet=x\n",
            "Invalid CIDR, 'x': an IPv4 network with a prefix from /8 to /24 is allowed, like \
             172.30.0.0/16. It comes from cluster.args:4.",
        ),
        (
            "1\n0\n--mastres\n",
            "ERROR No more options expected, '--mastres' is unexpected for 'create cluster' \
             It comes from cluster.args:3.",
        ),
        (
            "1\n0\n\n--publish\n",
            "Please provide the HOST:NODEPORT of --publish. It comes from cluster.args:4.",
        ),
        (
            "1\nsome\n",
            "Invalid NUM_WORKERS, 'some': a number from 0 to 99 is allowed. It comes from cluster.args:2.",
        ),
        (
            "1\n0\n--stop\n",
            "Invalid FLAG for create cluster, '--stop'. It comes from cluster.args:3.",
        ),
    ] {
        is_refused(text, "create cluster a @cluster.args", last);
    }
    // A mistake outside of the file is not reported as one in it.
    is_refused(
        FILE,
        "create cluster A @cluster.args",
        "Invalid cluster NAME, 'A': lower-case letters, digits and '-' are allowed, a letter or \
         digit first and last, at most 40 characters.",
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let why = "Invalid @FILE, 'none': No such file or directory (os error 2).";
    is_refused("", "create cluster a @none", why);
}

#[test]
fn words_of_the_original_are_no_files() {
    is_refused(FILE, "@cluster.args", "Invalid COMMAND, '@cluster.args'.\n");
    let last = "Invalid SUBCOMMAND for create, '@cluster.args'.\n";
    is_refused(FILE, "create @cluster.args", last);
}
