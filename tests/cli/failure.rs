//! The output of a failing step: its end is printed below the error, all of it is in a file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::harness::Machine;

const JOIN: &str = "exec --interactive a-worker-1 *";

/// A certificate key, as kubeadm prints one for joining further masters manually.
const KEY: &str = "f8902e114ef118304e561c3ecd4d0b543adc226b7a07f675f56564185ffe0c07";

/// Returns `count` lines of output with secrets in the first and the last, and the same without
/// secrets.
fn output(machine: &Machine, count: usize) -> (String, String) {
    let words = &machine.docker.words;
    let text = |token: &str, key: &str| {
        let middle: String = (2..count).map(|number| format!("line {number}\n")).collect();
        format!("--token {token}\n{middle}--certificate-key {key}")
    };
    (text(&words.token, KEY), text("[secret]", "[secret]"))
}

/// Returns the part of standard error after the stages.
fn told(stderr: &str) -> &str {
    &stderr[stderr.find("mokctl: ").unwrap()..]
}

const ERROR: &str = "mokctl: error: failed to join a-worker-1: \
    docker exec --interactive a-worker-1 bash /root/mok/join.sh failed (exit status: 1)\n";

fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.map(|line| format!("    {line}\n")).collect()
}

fn is_private(path: &Path) -> bool {
    fs::metadata(path).unwrap().permissions().mode().trailing_zeros() >= 6
}

#[test]
fn twenty_lines_are_shown_and_no_file_is_written() {
    let machine = Machine::new();
    let (printed, shown) = output(&machine, 20);
    machine.docker.on(JOIN).fails(1, &printed);
    let outcome = machine.mokctl("create cluster a 1 1").outcome();
    let want = format!("{ERROR}{}", indented(shown.lines()));
    outcome.assert(told(&outcome.stderr) == want, &want);
    assert!(!machine.path("home/.local").exists());
}

#[test]
fn a_packet_filter_between_nodes_comes_with_what_helps() {
    let machine = Machine::new();
    let said = "no packet comes back from the API server, 10.213.0.11:6443: something drops them between nodes";
    machine.docker.on(JOIN).fails(1, said);
    let outcome = machine.mokctl("create cluster a 1 1").outcome();
    let want = format!(
        "{ERROR}    {said}\nhint: a packet filter on the engine's host, such as Docker's beside \
         podman: 'sysctl net.bridge.bridge-nf-call-iptables=0' as root\n"
    );
    outcome.assert(told(&outcome.stderr) == want, &want);
}

#[test]
fn more_lines_are_in_a_file_for_the_user_alone() {
    let machine = Machine::new();
    let (printed, shown) = output(&machine, 250);
    machine.docker.on(JOIN).fails(1, &printed);
    let log = machine.path("home/.local/state/mokctl/a.log");
    let last = indented(shown.lines().skip(230));
    let want = format!("{ERROR}{last}all it printed: {}\n", log.display());
    let error = ERROR.strip_prefix("mokctl: error: ").unwrap();
    for flag in ["-q", "--tailf"] {
        let outcome = machine.mokctl(&format!("create cluster a 1 1 {flag}")).outcome();
        outcome.assert(told(&outcome.stderr) == want, &want);
        assert_eq!(fs::read_to_string(&log).unwrap(), format!("{error}\n{shown}\n"));
        assert!(is_private(&log) && is_private(log.parent().unwrap()));
        fs::remove_file(&log).unwrap();
    }
}

#[test]
fn the_variable_says_where_the_file_goes_and_json_names_it() {
    let machine = Machine::new();
    let (printed, _) = output(&machine, 50);
    machine.docker.on(JOIN).fails(1, &printed);
    let state = machine.path("state").display().to_string();
    let run = machine.mokctl("create cluster a 1 1 -o json").env("XDG_STATE_HOME", &state);
    let outcome = run.outcome();
    let field = format!(r#""log":"{state}/mokctl/a.log""#);
    outcome.assert(outcome.stdout.contains(&field), &field);
    assert!(is_private(&machine.path("state/mokctl/a.log")));
}

#[test]
fn steps_that_fail_side_by_side_are_all_in_the_file() {
    let machine = Machine::new();
    let (printed, shown) = output(&machine, 30);
    machine.docker.on("exec --interactive *").fails(1, &printed);
    machine.mokctl("create cluster a 1 2 -q").outcome();
    let text = fs::read_to_string(machine.path("home/.local/state/mokctl/a.log")).unwrap();
    let part = |node: &str| {
        format!("{}\n{shown}\n", ERROR.replace("a-worker-1", node).replace("mokctl: error: ", ""))
    };
    assert_eq!(text, format!("{}\n{}", part("a-worker-1"), part("a-worker-2")));
}

/// The first failure is reported all the same.
#[test]
fn a_file_that_cannot_be_written_is_a_warning() {
    let machine = Machine::new();
    let (printed, shown) = output(&machine, 50);
    machine.docker.on(JOIN).fails(1, &printed);
    fs::write(machine.path("home/.local"), "in the way").unwrap();
    let outcome = machine.mokctl("create cluster a 1 1 -q").outcome();
    let log = machine.path("home/.local/state/mokctl/a.log");
    let warning = format!("mokctl: warning: cannot keep what was printed in {}: ", log.display());
    let rest = outcome.stderr.strip_prefix(&warning).and_then(|text| text.split_once('\n'));
    let want = format!("{ERROR}{}", indented(shown.lines().skip(30)));
    outcome.assert(rest.is_some_and(|(_, rest)| rest == want), &want);
    outcome.assert(outcome.code() == Some(1), "another exit status");

    let kubeconfig = machine.kubeconfig().display().to_string();
    let run = machine.mokctl("create cluster a 1 1 -q").env("KUBECONFIG", kubeconfig);
    let outcome = run.without_env("HOME").outcome();
    let warning = "mokctl: warning: cannot keep what was printed: \
                   neither $XDG_STATE_HOME nor $HOME is set\n";
    outcome.assert(outcome.stderr == format!("{warning}{want}"), warning);
}

/// A message with forty flags would hide which container it is about.
#[test]
fn a_long_command_is_cut_and_whole_in_the_file() {
    let machine = Machine::new();
    machine.docker.on("create --name=a-worker-1 *").fails(125, "Error response from daemon: no");
    let outcome = machine.mokctl("create cluster a 1 1 -q").outcome();
    let log = machine.path("home/.local/state/mokctl/a.log");
    let error =
        "failed to start a-worker-1: docker create --name=a-worker-1 ... failed (exit status: 125)";
    let want = format!(
        "mokctl: error: {error}\n    Error response from daemon: no\nall it printed: {}\n",
        log.display()
    );
    outcome.assert(outcome.stderr == want, &want);
    let text = fs::read_to_string(&log).unwrap();
    let id = &machine.docker.call("network create ").labels()["mok.run"].to_owned();
    assert!(text.starts_with(&format!("{error}\ndocker create --name=a-worker-1 ")), "{text}");
    assert!(text.contains(&format!("--label=mok.run={id}")), "{text}");
    // Ids are not secret.
    assert!(text.contains("--network=000"), "{text}");
    assert!(text.ends_with("\nError response from daemon: no\n"), "{text}");
}

#[test]
fn nodes_that_could_not_be_added_are_named_and_not_their_cluster() {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.docker.on("exec --interactive a-worker-2 *").fails(1, "no");
    let kept = machine.mokctl("create worker a --retain").outcome();
    let want = "Everything is kept. To look: docker exec --interactive --tty a-worker-2 journalctl \
                -e\nTo remove it: mokctl delete worker a-worker-2\n";
    kept.assert(kept.stderr.contains(want), want);
    let machine = Machine::new().with_cluster("a 1 1");
    machine.docker.on("exec --interactive a-worker-2 *").fails(1, "no");
    machine.docker.on("rm --force --volumes *").fails(1, "device busy");
    let left = machine.mokctl("create worker a").outcome();
    let want = "; 'mokctl delete worker a-worker-2' removes what remains\n";
    left.assert(left.stderr.contains(want), want);
    left.assert(!left.stderr.contains("delete cluster"), "the cluster is well");
}
