//! Completion in real shells, with clusters of the fake docker. `make check` installs the shells
//! that a machine may lack, and runs their tests.

use crate::harness::{Machine, Mokctl};

const BASH: &str = include_str!("../data/complete.bash");

const ZSH: &str = r"
PATH=${1%/*}:$PATH
compdef() { : }
_describe() { print -rl -- ${(P)2} }
_files() { print -r -- files $* }
source <(mokctl completion zsh)
words=(${(s: :)2}) CURRENT=$#words PREFIX=$words[-1]
if [[ $2 == *' ' ]]; then words+=('') CURRENT=$#words PREFIX=; fi
_mokctl
";

const FISH: &str = r"
set PATH (path dirname $argv[1]) $PATH
mokctl completion fish | source
complete --do-complete $argv[2]
";

fn machine() -> Machine {
    Machine::new().with_cluster("prod 1 1").with_cluster("pre 3 0")
}

/// Returns a shell that runs a script with the completion script and `line` as its arguments.
fn shell<'a>(machine: &'a Machine, words: &[&str], line: &str) -> Mokctl<'a> {
    machine.mokctl_words(&[line]).under(words)
}

fn bash<'a>(machine: &'a Machine, line: &str) -> Mokctl<'a> {
    shell(machine, &["bash", "-c", BASH, "bash"], line)
}

#[test]
fn bash_completes_words_clusters_nodes_and_images() {
    let machine = machine();
    machine.docker.add_image("web:1.4", &[]);
    machine.mokctl("create snapshot prod fresh -q").run();
    for (line, want) in [
        ("mokctl del", "delete\n"),
        ("mokctl delete cluster ", "pre\nprod\n"),
        ("mokctl delete cluster pro", "prod\n"),
        ("mokctl  -q  stop cluster pro", "prod\n"),
        ("mokctl delete worker ", "prod-worker-1\n"),
        ("mokctl delete master pre", "pre-master-1\npre-master-2\npre-master-3\n"),
        ("mokctl exec prod", "prod-master-1\nprod-worker-1\n"),
        ("mokctl get clusters --o", "--output\n"),
        ("mokctl get clusters -o ", "json\ntable\ncommand\n"),
        // Readline breaks words at `=`, and completes the part after it.
        ("mokctl get clusters --output=", "json\ntable\ncommand\n"),
        ("mokctl load image prod web:1", "1.4\n"),
        ("mokctl create cluster a 1 0 --image local/", "local/mok-debian-13:v1.37.2\n"),
        ("mokctl build image ", "mok-debian-13\n"),
        ("mokctl export logs prod ", "compopt -o dirnames\n"),
        ("mokctl restore cluster prod ", "fresh\n"),
        ("mokctl load snapshot ", "compopt -o default\n"),
        ("mokctl create cluster ", ""),
        ("mokctl exec prod-master-1 -- l", ""),
        ("mokctl xxx ", ""),
    ] {
        bash(&machine, line).stdout(want).run();
    }
}

#[test]
fn the_rest_of_the_line_does_not_count() {
    let machine = machine();
    let script = BASH.replace("COMP_POINT=${#2}", "COMP_POINT=18");
    let line = "mokctl stop cluster --timings";
    shell(&machine, &["bash", "-c", &script, "bash"], line).stdout("cluster\n").run();
}

#[test]
fn completion_is_quick_and_silent_without_an_engine() {
    let machine = machine();
    let line = "completion bash -- delete cluster";
    let words: Vec<_> = line.split(' ').chain([""]).collect();
    machine.mokctl_words(&words).env("PATH", "/nowhere").run();
    machine.mokctl_words(&words).env("MOKCTL_DEADLINE_SCALE", "x").stdout("pre\nprod\n").run();
    machine.docker.on("network ls *").nth(1).fails(1, "Cannot connect to the Docker daemon");
    machine.mokctl_words(&words).run();
    let machine = self::machine();
    machine.docker.on("network ls *").hangs();
    machine.mokctl_words(&words).deadline_scale("0.1").run();
}

#[test]
fn words_of_the_tables_need_no_engine() {
    let machine = Machine::new();
    machine.mokctl("completion bash -- create cl").stdout("cluster\n").run();
    machine.mokctl("completion fish").stdout(include_str!("../../src/cli/shell/mokctl.fish")).run();
    assert!(machine.docker.calls().is_empty());
}

#[test]
fn another_shell_is_refused() {
    let stdout =
        format!("{}Invalid SHELL, 'ksh': bash, zsh or fish is allowed.\n", mokctl::cli::usage());
    Machine::new().mokctl("completion ksh").stdout(stdout).code(1).run();
}

#[test]
#[ignore = "needs zsh: `make check` sees to it"]
fn zsh_completes_with_what_each_word_is() {
    let machine = machine();
    machine.docker.add_image("web:1.4", &[]);
    let zsh = |line| shell(&machine, &["zsh", "-f", "-c", ZSH, "zsh"], line);
    for (line, want) in [
        ("mokctl stop c", "cluster:Stop a cluster and keep its data.\n"),
        ("mokctl delete cluster ", "pre\nprod\n"),
        ("mokctl load image prod web", "web\\:1.4\n"),
        ("mokctl export logs prod ", "files -/\n"),
        ("mokctl load snapshot ", "files\n"),
    ] {
        zsh(line).stdout(want).run();
    }
}

#[test]
#[ignore = "needs fish: `make check` sees to it"]
fn fish_completes_with_what_each_word_is() {
    let machine = machine();
    machine.docker.add_image("web:1.4", &[]);
    let fish = |line| shell(&machine, &["fish", "--no-config", "-c", FISH], line);
    for (line, want) in [
        ("mokctl stop c", "cluster\tStop a cluster and keep its data.\n"),
        ("mokctl delete cluster ", "pre\nprod\n"),
        ("mokctl load image prod web", "web:1.4\n"),
        ("mokctl export logs prod ho", "home/\n"),
        ("mokctl create cluster ", ""),
    ] {
        fish(line).stdout(want).run();
    }
}
