//! Command lines that need no docker call: mistakes, help and the like. The parity tests cover the
//! parser; these check that the program uses it.

use std::process::Command;

use mokctl::cli::usage;

use crate::harness::Machine;

/// Checks that these words are refused, with `last` on standard output below the usage text.
#[track_caller]
fn refuses(words: &[&str], last: &str) {
    let machine = Machine::new();
    machine.mokctl_words(words).stdout(format!("{}{last}", usage())).code(1).run();
    assert!(machine.docker.calls().is_empty(), "docker was called");
}

#[test]
fn help_is_an_answer() {
    let machine = Machine::new();
    for line in ["-h", "create -h", "create cluster a 1 0 -h", "help"] {
        machine.mokctl(line).stdout(usage()).run();
    }
    assert!(machine.docker.calls().is_empty());
}

/// The help lists the command's flags, the global flags, and examples.
#[test]
fn help_about_a_command_is_its_own_with_examples() {
    let text = "
stop cluster options:

 Format:

  stop cluster NAME

  NAME        - The name of the cluster to stop

 Flags:

  --hosts HOSTS       - Docker contexts or engines, comma-separated
  --dry-run           - Print what would be done, and do nothing
  --timings           - Print when each step began and ended
  -o, --output FORMAT - table, or json: an answer, or one event per line

Global flags:

  --help      - Show help for this command
  -p, --plain - Plain lines, no colours
  -q, --quiet - No progress, only results and errors

stop cluster examples:

 Stop a cluster and keep its data:

  mokctl stop cluster mycluster

";
    let machine = Machine::new();
    for line in ["stop cluster --help", "stop cluster a --help", "help stop cluster"] {
        machine.mokctl(line).stdout(text).run();
    }
    for line in ["stop --help", "help stop"] {
        let outcome = machine.mokctl(line).outcome();
        let whole =
            format!("\nstop SUBCOMMANDs:\n\n  cluster - Stop a cluster and keep its data.\n{text}");
        outcome.assert(outcome.stdout == whole, "not the help of all its subcommands");
    }
}

#[test]
fn help_needs_no_docker() {
    Machine::new().mokctl("-h").env("PATH", "/nowhere").stdout(usage()).run();
}

#[test]
fn nothing_said_is_no_mistake() {
    let machine = Machine::new();
    let outcome = machine.mokctl("").outcome();
    outcome.assert(outcome.code() == Some(0) && outcome.stdout.is_empty(), "a mistake");
    outcome.assert(outcome.stderr.lines().count() == 1, "not one hint");
}

#[test]
fn an_unknown_command_is_refused() {
    refuses(&["destroy"], "Invalid COMMAND, 'destroy'.\n\n");
}

#[test]
fn an_unknown_subcommand_is_refused() {
    refuses(&["create", "pod"], "Invalid SUBCOMMAND for create, 'pod'.\n\n");
}

#[test]
fn a_word_too_many_is_refused() {
    let last = "ERROR No more options expected, 'x' is unexpected for 'create cluster'\n";
    refuses(&["create", "cluster", "a", "1", "0", "x"], last);
}

#[test]
fn what_is_missing_is_asked_for() {
    refuses(&["create", "cluster"], "Please provide the Cluster NAME to create.\n");
    refuses(&["create", "cluster", "a"], "Please provide the number of Masters to create.\n");
    refuses(&["create", "cluster", "a", "1"], "Please provide the number of Workers to create.\n");
    refuses(&["delete", "cluster"], "Please provide the Cluster NAME to delete.\n");
}

#[test]
fn a_bad_name_is_refused_with_what_is_allowed() {
    for name in ["My_K8s", "-a", "a b", "$(id)", "*"] {
        let last = format!(
            "Invalid cluster NAME, '{name}': lower-case letters, digits and '-' are allowed, \
             a letter or digit first and last, at most 40 characters.\n"
        );
        refuses(&["create", "cluster", name, "1", "0"], &last);
        refuses(&["delete", "cluster", name], &last);
    }
}

#[test]
fn a_bad_number_is_refused_with_what_is_allowed() {
    for word in ["0", "10", "abc", "-1", "01"] {
        let last = format!("Invalid NUM_MASTERS, '{word}': a number from 1 to 9 is allowed.\n");
        refuses(&["create", "cluster", "a", word, "0"], &last);
    }
    let last = "Invalid NUM_WORKERS, '100': a number from 0 to 99 is allowed.\n";
    refuses(&["create", "cluster", "a", "1", "100"], last);
}

/// Returns the commit of this checkout, or `None` without git or a repository.
fn commit() -> Option<String> {
    let root = env!("CARGO_MANIFEST_DIR");
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        let output = git.args(["-C", root, "-c", "safe.directory=*"]).args(words).output().ok()?;
        let text = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        output.status.success().then_some(text)
    };
    let prefix = git(&["rev-parse", "--show-prefix"])?;
    prefix.is_empty().then(|| git(&["rev-parse", "--short=7", "HEAD"])).flatten()
}

#[test]
fn version_names_the_commit_it_is_built_from_and_needs_no_docker() {
    let version = env!("CARGO_PKG_VERSION");
    let commit = commit();
    let line = match &commit {
        Some(commit) => format!("mokctl {version} ({commit})\n"),
        None => format!("mokctl {version}\n"),
    };
    let machine = Machine::new();
    machine.mokctl("version").env("PATH", "/nowhere").stdout(line).run();
    let commit = commit.map_or("null".to_owned(), |commit| format!("\"{commit}\""));
    let json = format!("{{\n  \"commit\": {commit},\n  \"version\": \"{version}\"\n}}\n");
    machine.mokctl("version -o json").env("PATH", "/nowhere").stdout(json).run();
}

#[test]
fn a_default_of_the_environment_is_heeded_and_refused_by_its_name() {
    let machine = Machine::new();
    let outcome = machine
        .mokctl("create cluster a --dry-run")
        .env("MOKCTL_MASTERS", "3")
        .env("MOKCTL_WORKERS", "1")
        .outcome();
    outcome.assert(outcome.code() == Some(0), "not three masters and a worker");
    outcome.assert(outcome.stdout.contains("a-master-3"), "not three masters");
    outcome.assert(outcome.stdout.contains("a-worker-1"), "no worker");
    let last =
        "Invalid FORMAT, 'xml': json, table or command is allowed. It comes from MOKCTL_OUTPUT.\n";
    let mokctl = machine.mokctl("get clusters").env("MOKCTL_OUTPUT", "xml");
    mokctl.stdout(format!("{}{last}", usage())).code(1).run();
    let last = "Invalid MOKCTL_PLAIN, 'maybe': true or false is allowed.\n";
    let mokctl = machine.mokctl("get clusters").env("MOKCTL_PLAIN", "maybe");
    mokctl.stdout(format!("{}{last}", usage())).code(1).run();
}
