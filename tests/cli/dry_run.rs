//! `--dry-run`: prints exactly the calls that a run then makes, and changes nothing.

use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;

use crate::fake_docker;
use crate::harness::{Machine, Outcome};

/// Patterns for what differs from run to run.
static DIFFERENT: LazyLock<[(Regex, &str); 7]> = LazyLock::new(|| {
    [
        (r"mok\.run=[0-9a-f]+-[0-9]+", "mok.run=ID"),
        (r"(127\.0\.0\.1|\[::1\]):[0-9]+:", "$1:PORT:"),
        // In a dry run, a new network has no id yet, so its name is printed.
        (r"--network=([0-9a-f]{64}|mok-[a-z]+)", "--network=NETWORK"),
        (r"mok\.snapshot\.created=[0-9]+", "mok.snapshot.created=NOW"),
        (r"mok\.issued=[0-9]+", "mok.issued=NOW"),
        // In a dry run, the id of the token is unknown.
        (r"revoke\.sh [a-z0-9]{6}$", "revoke.sh TOKEN_ID"),
        // The time after which nodes must have reported is the current one.
        (r"ready\.sh ([0-9]+) [1-9][0-9]* ", "ready.sh $1 NOW "),
    ]
    .map(|(pattern, name)| (Regex::new(pattern).unwrap(), name))
});

fn constant(command: &str) -> String {
    DIFFERENT.iter().fold(command.to_owned(), |text, (pattern, name)| {
        pattern.replace_all(&text, *name).into_owned()
    })
}

/// Returns the commands of a dry run, without redirections of their input.
fn predicted(outcome: &Outcome<'_>) -> Vec<String> {
    let commands = outcome.stdout.lines().filter_map(|line| line.strip_prefix("    "));
    let command = |line: &str| constant(line.split(" < ").next().unwrap());
    let mut commands: Vec<_> = commands.map(command).collect();
    commands.sort();
    commands
}

/// Returns the calls of a run, except for those that only look.
fn made(machine: &Machine, before: usize) -> Vec<String> {
    let looks = [
        "ps",
        "info",
        "container inspect",
        "context inspect",
        "image inspect",
        "image ls",
        "network ls",
        "network inspect",
    ];
    let looks = |call: &fake_docker::Call| {
        looks.contains(&call.verb().as_str())
            || call.line().contains(" du ")
            || call.line().contains(" get --raw=")
            || call.line().contains(" --rm ")
            || call.line().ends_with(" cat /etc/mok/settings.json")
    };
    let calls = machine.docker.calls();
    let made = calls[before..].iter().filter(|call| !looks(call));
    let quoted = |words: &[String]| {
        let words = words.iter().map(|word| shell_escape::escape(word.into()));
        std::iter::once("docker".into()).chain(words).collect::<Vec<_>>().join(" ")
    };
    let mut made: Vec<_> = made.map(|call| constant(&quoted(&call.argv))).collect();
    made.sort();
    made
}

#[test]
fn a_run_makes_the_calls_that_its_dry_run_showed() {
    for (clusters, lines) in [
        ("", ["create cluster a 1 1", "stop cluster a", "start cluster a", "delete cluster a"]),
        ("a 1 1", ["create worker a 2", "delete worker a-worker-1", "stop cluster a", ""]),
        ("a 1 1 --with-lb", ["create master a", "delete master a-master-1", "", ""]),
        ("a 1 1", ["create snapshot a s", "restore cluster a s", "delete snapshot s", ""]),
        ("a 1 1", ["create snapshot a s", "create cluster b --from s", "delete cluster b", ""]),
        ("", ["create cluster b 3 2 --subnet 10.77.0.0/24 --api-port 4711", "", "", ""]),
        ("", ["create cluster a 1 1 --ip-family dual", "create worker a", "", ""]),
        ("", ["create cluster a 1 1 --feature-gates A=true", "create worker a", "", ""]),
    ] {
        let mut machine = Machine::new();
        if !clusters.is_empty() {
            machine = machine.with_cluster(clusters);
        }
        for line in lines.into_iter().filter(|line| !line.is_empty()) {
            let (names, first) = (machine.docker.names(), machine.docker.calls().len());
            let dry = machine.mokctl(&format!("{line} --dry-run")).outcome();
            dry.assert(dry.code() == Some(0) && dry.stderr.is_empty(), "not predicted");
            dry.assert(made(&machine, first).is_empty(), "it did something");
            dry.assert(machine.docker.names() == names, "something is there, or gone");
            let before = machine.docker.calls().len();
            let run = machine.mokctl(&format!("{line} -q")).outcome();
            run.assert(run.code() == Some(0), "not done");
            let (predicted, made) = (predicted(&dry), made(&machine, before));
            assert!(!made.is_empty());
            assert_eq!(predicted, made, "{line}");
        }
    }
}

const PLAN: &str = "Reserving the name
  create a-master-1
    docker create --name=a-master-1 ...
Creating network
  create network
    docker network create --driver=bridge --subnet=10.77.0.0/24 --gateway=10.77.0.1 \
--ip-range=10.77.0.64/27 --label=MokCluster=a \
--label=mok.schema=1 --label=mok.run=ID mok-a
Starting nodes (side by side)
  start a-master-1
    docker cp - 'a-master-1:/' < 'files of a-master-1'
    docker start a-master-1
  start a-worker-1
    docker create --name=a-worker-1 ...
    docker cp - 'a-worker-1:/' < 'files of a-worker-1'
    docker start a-worker-1
Starting control plane
  run kubeadm init on a-master-1
    docker exec a-master-1 bash /root/mok/init.sh
Joining nodes (side by side)
  join a-worker-1
    docker exec --interactive a-worker-1 bash /root/mok/join.sh \
< 'kubeadm configuration of a-worker-1, with the join command'
  finish kubeadm init on a-master-1
    docker exec a-master-1 bash /root/mok/finish.sh
Waiting for nodes to become Ready (side by side)
  wait for a-master-1, a-worker-1 to become Ready
    docker exec a-master-1 bash /root/mok/ready.sh 240 0 a-master-1=10.244.11.0/24 a-worker-1=10.244.101.0/24
  save kubeconfig
    docker exec a-master-1 cat /etc/kubernetes/admin.conf
  revoke the join token
    docker exec a-master-1 bash /root/mok/revoke.sh TOKEN_ID
  start add-ons on a-master-1
    docker exec a-master-1 bash /root/mok/addons.sh
Completing setup
  mark a-master-1, a-worker-1 as complete
    docker update --restart=unless-stopped a-master-1 a-worker-1
";

#[test]
fn a_dry_run_shows_stages_steps_and_commands() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 1 1 --subnet 10.77.0.0/24 --dry-run").outcome();
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.is_empty(), "not predicted");
    // The arguments of `create` have a separate test.
    let create = Regex::new(r"(docker create --name=[a-z0-9-]+ ).*").unwrap();
    let shown = constant(&create.replace_all(&outcome.stdout, "$1..."));
    assert_eq!(shown, PLAN);
    assert!(!machine.kubeconfig().exists());
}

/// A command that is pasted into a shell makes the same call. One whose input is not known yet
/// does nothing.
#[test]
fn what_a_dry_run_shows_can_be_pasted() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 1 1 --dry-run").outcome();
    let path = format!("{}:/usr/bin:/bin", machine.path("bin").display());
    let paste = |line: &str| {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(line).env("PATH", &path).current_dir(machine.path("home"));
        shell.output().unwrap().status.success()
    };
    let lines = outcome.stdout.lines().filter_map(|line| line.strip_prefix("    "));
    for line in lines.filter(|line| !line.contains(".sh") && !line.contains("admin.conf")) {
        let before = machine.docker.calls().len();
        assert_eq!(paste(line), !line.contains(" < "), "{line}");
        let made = machine.docker.calls().len() - before;
        assert_eq!(made, usize::from(!line.contains(" < ")), "{line}");
    }
    assert_eq!(machine.docker.names(), ["a-master-1", "a-worker-1", "mok-a"]);
}

#[test]
fn a_dry_run_refuses_what_a_run_would_refuse() {
    let machine = Machine::new().with_cluster("a 1 0");
    let stderr = "mokctl: error: cluster a already exists\nhint: 'mokctl delete cluster a' removes it, --if-not-exists keeps it\n";
    machine.mokctl("create cluster a 1 0 --dry-run").stderr(stderr).code(1).run();
}

#[test]
fn a_dry_run_of_delete_shows_ids() {
    let machine = Machine::new().with_cluster("a 1 0");
    let container = machine.docker.containers()[0].id.clone();
    let network = machine.docker.networks()[0].id.clone();
    let plan = format!(
        "Updating kubeconfig\n  remove access to the cluster\n\
         Removing containers\n  remove a-master-1\n    \
         docker exec a-master-1 /usr/local/lib/mok/end_lookups.sh\n    \
         docker rm --force --volumes {container}\n\
         Removing network\n  remove network\n    docker network rm {network}\n"
    );
    machine.mokctl("delete cluster a --dry-run").stdout(plan).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
}

#[test]
fn a_dry_run_as_json_has_the_commands_of_each_step() {
    let machine = Machine::new().with_cluster("a 1 0");
    let outcome = machine.mokctl("stop cluster a --dry-run -o json").outcome();
    let (planned, result) = outcome.stdout.split_once('\n').unwrap();
    let want = r#"{"commands":["docker stop -t 30 a-master-1"],"event":"step","name":"stop a-master-1","node":"a-master-1","stage":"Stopping masters","state":"planned"}"#;
    assert_eq!(planned, want);
    outcome.assert(result.contains(r#""ok":true"#), "no result");
}
