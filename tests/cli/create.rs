//! `create cluster` where the engine does what it is asked for, or says politely
//! that it cannot.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use mokctl::docker::privilege::Privilege;
use mokctl::env::Env;
use mokctl::image::flavour::FLAVOURS;

use crate::fake_docker::Call;
use crate::harness::Machine;

const END_OF_1_0: &str = "Cluster a is ready after 0.0 s. Its context is the current one; next:

  kubectl --context mok-a get nodes
  mokctl exec a-master-1
  mokctl delete cluster a

";

fn good(stages: &[&str]) -> String {
    stages.iter().map(|stage| format!("{stage} .. ok (0.0 s)\n")).collect()
}

const STAGES: [&str; 6] = [
    "Creating network",
    "Claiming the name",
    "Starting nodes",
    "Starting control plane",
    "Waiting for nodes to be Ready",
    "Finishing",
];

#[test]
fn create_says_what_it_does_and_what_comes_next() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0");
    run.stderr(good(&STAGES) + END_OF_1_0).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
    assert_eq!(machine.docker.containers()[0].status, "running");
}

#[test]
fn create_with_workers_joins_them() {
    let machine = Machine::new();
    let mut stages = STAGES.to_vec();
    stages.insert(4, "Joining nodes");
    machine.mokctl("create cluster a 1 2").stderr(good(&stages) + END_OF_1_0).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "a-worker-1", "a-worker-2", "mok-a"]);
}

#[test]
fn create_with_several_masters_joins_them_one_after_the_other_behind_a_balancer() {
    let machine = Machine::new();
    let mut stages = STAGES.to_vec();
    stages.splice(4..4, ["Joining nodes", "Joining one more master"]);
    machine.mokctl("create cluster a 3 1").stderr(good(&stages) + END_OF_1_0).run();
    let names = ["a-lb", "a-master-1", "a-master-2", "a-master-3", "a-worker-1", "mok-a"];
    assert_eq!(machine.docker.names(), names);
    let join = |node: &str| machine.docker.call(&format!("exec --interactive {node} "));
    assert!(join("a-master-2").ended.unwrap() < join("a-master-3").started);
}

#[test]
fn quiet_is_quiet() {
    Machine::new().mokctl("create cluster a 1 0 --quiet").run();
}

/// When the first of some calls began and the last of them ended.
fn span(calls: &[Call], which: impl Fn(&&Call) -> bool) -> (usize, usize) {
    let start = calls.iter().filter(&which).map(|call| call.started).min();
    let end = calls.iter().filter(&which).map(|call| call.ended.unwrap()).max();
    (start.unwrap(), end.unwrap())
}

/// In the order of stages: nothing of one begins before all of the one before
/// has ended.
#[test]
fn the_stages_follow_each_other() {
    let machine = Machine::new().with_cluster("a 1 2");
    let calls = machine.docker.calls();
    let (_, network) = span(&calls, |call| call.verb() == "network create");
    let (create, _) = span(&calls, |call| call.verb() == "create");
    let (_, start) = span(&calls, |call| call.verb() == "start");
    let (init, init_ended) = span(&calls, |call| call.line().contains("init.sh"));
    let (issue, _) = span(&calls, |call| call.line().contains("issue.sh"));
    let (_, copied) = span(&calls, |call| call.verb() == "cp");
    let (join, joined) = span(&calls, |call| call.line().contains("join.sh"));
    let (ready, _) = span(&calls, |call| call.line().contains("ready.sh"));
    assert!(network < create);
    assert!(start < init && start < issue);
    assert!(init_ended < join && copied < join);
    assert!(joined < ready);

    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let create = machine.docker.call(&format!("create --name={node} "));
        let start = machine.docker.call(&format!("start {node}"));
        let files = format!("cp - {node}:/");
        let files = calls.iter().find(|call| call.line() == files).unwrap();
        assert!(create.ended.unwrap() < files.started, "{node}");
        assert!(files.ended.unwrap() < start.started, "{node}");
    }
}

#[test]
fn every_object_carries_the_labels_of_its_cluster_and_run() {
    let machine = Machine::new().with_cluster("a 3 1");
    let mut runs = Vec::new();
    let mut labels_of = |labels: &BTreeMap<String, String>| {
        let mut labels = labels.clone();
        runs.extend(labels.remove("mok.run"));
        labels.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
    };
    for container in machine.docker.containers() {
        let role = match container.name.as_str() {
            "a-lb" => "lb",
            name if name.starts_with("a-master") => "master",
            _ => "worker",
        };
        let want = [
            "MokCluster=a".to_owned(),
            "mok.kubernetes=v1.20.2".into(),
            format!("mok.role={role}"),
            "mok.schema=1".into(),
        ];
        assert_eq!(labels_of(&container.labels), want, "{}", container.name);
    }
    for network in machine.docker.networks() {
        assert_eq!(labels_of(&network.labels), ["MokCluster=a", "mok.schema=1"]);
    }
    assert_eq!(runs.len(), 6);
    assert!(runs.iter().all(|run| *run == runs[0] && !run.is_empty()), "{runs:?}");
}

#[test]
fn two_runs_have_different_labels() {
    let machine = Machine::new().with_cluster("a 1 0").with_cluster("b 1 0");
    let containers = machine.docker.containers();
    assert_ne!(containers[0].labels["mok.run"], containers[1].labels["mok.run"]);
}

#[test]
fn a_node_is_created_with_exactly_these_words() {
    let machine = Machine::new().with_cluster("a 1 0");
    let call = machine.docker.call("create ");
    let subnet = machine.docker.call("network create").flag("subnet").unwrap().to_owned();
    let run = call.labels()["mok.run"].to_owned();
    let network = machine.docker.networks()[0].id.clone();
    let publish = call.flag("publish").unwrap();
    let port = publish.strip_prefix("127.0.0.1:").unwrap().strip_suffix(":6443/tcp").unwrap();
    assert!(port.parse::<u16>().unwrap() >= 1024, "{publish}");

    let mut want = vec![
        "create".to_owned(),
        "--name=a-master-1".into(),
        "--hostname=a-master-1".into(),
        format!("--network={network}"),
        format!("--ip={}", subnet.replace(".0/24", ".11")),
        "--label=MokCluster=a".into(),
        "--label=mok.schema=1".into(),
        format!("--label=mok.run={run}"),
        "--label=mok.role=master".into(),
        "--label=mok.kubernetes=v1.20.2".into(),
        format!("--publish={publish}"),
    ];
    want.extend(Privilege::first_choice(Env::read().bounding_set).flags());
    for word in
        ["--cgroupns=private", "--tmpfs=/run", "--tmpfs=/tmp", "--volume=/var/lib/containerd"]
    {
        want.push(word.into());
    }
    want.push(FLAVOURS[0].image());
    assert_eq!(call.argv, want);
}

#[test]
fn only_the_api_is_published_and_on_loopback_alone() {
    let machine = Machine::new().with_cluster("a 3 1");
    let calls = machine.docker.calls();
    let published: Vec<_> =
        calls.iter().filter_map(|call| Some((call.flag("name")?, call.flag("publish")?))).collect();
    assert_eq!(published.len(), 1, "{published:?}");
    assert_eq!(published[0].0, "a-lb");
    assert!(published[0].1.starts_with("127.0.0.1:") && published[0].1.ends_with(":6443/tcp"));
}

#[test]
fn the_balancer_needs_no_rights_and_knows_every_master() {
    let machine = Machine::new().with_cluster("a 3 0");
    let call = machine.docker.call("create --name=a-lb ");
    for word in &call.argv {
        assert!(!word.starts_with("--cap-add") && word != "--privileged", "{word}");
    }
    let config = machine.docker.file("a-lb", "/etc/mok/haproxy.cfg");
    for number in 1..=3 {
        let master = machine.docker.call(&format!("create --name=a-master-{number} "));
        let line = format!("server a-master-{number} {}:6443", master.flag("ip").unwrap());
        assert!(config.contains(&line), "{config}");
    }
}

/// What kubeadm printed is another for each test.
#[test]
fn a_worker_joins_with_what_kubeadm_printed() {
    let machine = Machine::new().with_cluster("a 1 2");
    let words = &machine.docker.words;
    for node in ["a-worker-1", "a-worker-2"] {
        let call =
            machine.docker.call(&format!("exec --interactive {node} bash /root/mok/join.sh"));
        let config = String::from_utf8(call.stdin.unwrap()).unwrap();
        for line in [
            format!("    apiServerEndpoint: {}\n", words.endpoint),
            format!("    token: {}\n", words.token),
            format!("    - {}\n", words.hash),
            format!("  name: {node}\n"),
        ] {
            assert!(config.contains(&line), "no '{line}' in\n{config}");
        }
        assert!(!config.contains("controlPlane"), "{config}");
    }
}

#[test]
fn a_master_joins_with_the_certificate_key_that_kubeadm_printed() {
    let machine = Machine::new().with_cluster("a 2 0");
    let call = machine.docker.call("exec --interactive a-master-2 bash /root/mok/join.sh");
    let config = String::from_utf8(call.stdin.unwrap()).unwrap();
    let key = format!("  certificateKey: {}\n", machine.docker.words.certificate_key);
    assert!(config.contains("controlPlane:\n") && config.contains(&key), "{config}");
}

#[test]
fn a_node_gets_the_credentials_that_the_first_master_issued() {
    let machine = Machine::new().with_cluster("a 1 1");
    let credentials = machine.docker.file("a-worker-1", "/etc/kubernetes/kubelet.conf");
    assert!(credentials.contains(&machine.docker.words.kubelet_key));
}

#[test]
fn no_secret_is_on_a_command_line_or_a_screen() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 3 1 --tailf --timings").outcome();
    outcome.assert(outcome.code() == Some(0), "not created");
    let seen = format!("{}{}{}", outcome.stdout, outcome.stderr, machine.docker.log());
    for secret in machine.docker.words.secrets() {
        outcome.assert(!seen.contains(secret), &format!("{secret} can be seen"));
    }
}

/// Whatever kubeadm prints below an error, it prints the token before.
#[test]
fn no_secret_is_on_the_screen_when_a_join_fails() {
    let machine = Machine::new();
    machine
        .docker
        .on("exec --interactive *")
        .fails(1, "error execution phase preflight: timed out");
    let outcome = machine.mokctl("create cluster a 1 1").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    for secret in machine.docker.words.secrets() {
        outcome.assert(!outcome.stderr.contains(secret), &format!("{secret} can be seen"));
    }
}

#[test]
fn the_kubeconfig_is_for_its_owner_alone_and_leads_to_the_published_port() {
    let machine = Machine::new().with_cluster("a 1 0");
    let mode = fs::metadata(machine.kubeconfig()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let publish = machine.docker.call("create ").flag("publish").unwrap().to_owned();
    let text = machine.kubeconfig_text();
    for line in [
        "current-context: mok-a".to_owned(),
        format!("server: https://{}", publish.strip_suffix(":6443/tcp").unwrap()),
        format!("certificate-authority-data: {}", machine.docker.words.ca_data),
        format!("client-key-data: {}", machine.docker.words.client_key_data),
    ] {
        assert!(text.contains(&line), "no '{line}' in\n{text}");
    }
}

const OTHERS: &str = "# mine
apiVersion: v1
kind: Config
clusters:
- name: work   # do not touch
  cluster: {server: \"https://work.example:6443\"}
contexts:
- name: work
  context: {cluster: work, user: me}
users:
- name: me
  user: {token: abc}
current-context: work
";

#[test]
fn other_entries_of_the_kubeconfig_are_kept() {
    let machine = Machine::new();
    fs::create_dir(machine.path("home/.kube")).unwrap();
    fs::write(machine.kubeconfig(), OTHERS).unwrap();
    let machine = machine.with_cluster("a 1 0");
    let text = machine.kubeconfig_text();
    for line in OTHERS.lines().filter(|line| !line.starts_with("current-context")) {
        assert!(text.contains(line), "no '{line}' in\n{text}");
    }
    let outcome = machine.mokctl("delete cluster a").outcome();
    outcome.assert(outcome.code() == Some(0), "not deleted");
    let want = OTHERS.replace("current-context: work", "current-context: \"\"");
    assert_eq!(machine.kubeconfig_text(), want);
}

#[test]
fn the_variable_says_where_the_kubeconfig_is() {
    let machine = Machine::new();
    let path = machine.path("elsewhere");
    let run = machine.mokctl("create cluster a 1 0 -q");
    run.env("KUBECONFIG", path.display().to_string()).run();
    assert!(fs::read_to_string(path).unwrap().contains("mok-a"));
    assert!(!machine.kubeconfig().exists());
}

#[test]
fn a_dry_run_shows_the_plan_and_does_nothing() {
    let machine = Machine::new();
    let plan = "Creating network
  create network
Claiming the name
  create a-master-1
Starting nodes
  start a-master-1
  start a-worker-1
Starting control plane
  kubeadm init on a-master-1
  issue credentials for a-worker-1
Joining nodes
  kubeadm join on a-worker-1
Waiting for nodes to be Ready
  wait until Ready: a-master-1, a-worker-1
  save kubeconfig
Finishing
  keep a-master-1, a-worker-1
";
    machine.mokctl("create cluster a 1 1 --dry-run").stdout(plan).run();
    assert!(machine.docker.calls().is_empty());
    assert!(!machine.kubeconfig().exists());
}

#[test]
fn create_without_a_node_image_says_how_to_get_one() {
    let machine = Machine::new();
    machine.docker.remove_images();
    let stderr = format!(
        "mokctl: error: there is no image {}\nhint: 'mokctl build image' builds one\n",
        FLAVOURS[0].image()
    );
    machine.mokctl("create cluster a 1 0").stderr(stderr).code(1).run();
    assert_eq!(machine.docker.calls().len(), 1);
}

#[test]
fn create_refuses_an_image_that_is_no_node_image() {
    let machine = Machine::new();
    machine.docker.add_image("debian:12", &[]);
    let stderr =
        "mokctl: error: image debian:12 is no node image: it has no label mok.image.schema\n";
    let run = machine.mokctl("create cluster a 1 0 --image debian:12");
    run.stderr(stderr).code(1).run();
}

#[test]
fn create_refuses_a_name_already_in_use() {
    let machine = Machine::new().with_cluster("a 1 0");
    let before = machine.docker.names();
    let kubeconfig = machine.kubeconfig_text();
    let stderr = "mokctl: error: cluster a exists\nhint: 'mokctl delete cluster a' removes it\n";
    machine.mokctl("create cluster a 1 0").stderr(stderr).code(1).run();
    assert_eq!(machine.docker.names(), before);
    assert_eq!(machine.kubeconfig_text(), kubeconfig);
}

/// Somebody else's container has the name: it stays, and so does nothing of ours.
#[test]
fn create_leaves_a_container_of_the_same_name_alone() {
    let machine = Machine::new();
    let docker = machine.docker.client();
    let image = FLAVOURS[0].image();
    let made = std::process::Command::new(docker)
        .args(["create", "--name=a-worker-1", &image])
        .output()
        .unwrap();
    assert!(made.status.success());
    let outcome = machine.mokctl("create cluster a 1 1").outcome();
    let text = "mokctl: error: cannot start a-worker-1: docker create --name=a-worker-1 ";
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(text), "no error");
    outcome.assert(outcome.stderr.contains("is already in use by container"), "no reason");
    outcome.assert(machine.docker.names() == ["a-worker-1"], "not what was there before");
}

#[test]
fn a_failure_is_told_with_its_command_and_its_words_and_taken_back() {
    let machine = Machine::new();
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").fails(1, "[kubelet-check] no\nbye");
    let stderr = "Creating network .. ok (0.0 s)
Claiming the name .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
Starting control plane .. FAILED (0.0 s)
Removing what was made .. ok (0.0 s)
mokctl: error: cannot kubeadm init on a-master-1: docker exec a-master-1 bash /root/mok/init.sh \
failed (exit status: 1)
    [kubelet-check] no
    bye
";
    machine.mokctl("create cluster a 1 1").stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
}

#[test]
fn a_failure_is_kept_where_the_user_wants_to_look() {
    let machine = Machine::new();
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").fails(1, "no");
    let stderr = "Creating network .. ok (0.0 s)
Claiming the name .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
Starting control plane .. FAILED (0.0 s)
Everything is kept. To look: docker exec -ti a-master-1 journalctl -e
To remove it: mokctl delete cluster a
mokctl: error: cannot kubeadm init on a-master-1: docker exec a-master-1 bash /root/mok/init.sh \
failed (exit status: 1)
    no
";
    machine.mokctl("create cluster a 1 0 --retain").stderr(stderr).code(1).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
}

/// A process that has capabilities taken away asks for those that are left; one
/// without the most important of them knows nothing of the engine and asks for
/// all.
#[test]
fn an_engine_that_refuses_privileged_is_asked_for_capabilities() {
    let machine = Machine::new();
    machine.docker.refuse_privileges();
    let mut run = machine.mokctl("create cluster a 1 2 -q");
    if Privilege::first_choice(Env::read().bounding_set) != Privilege::Full {
        run = run.under(&["setpriv", "--bounding-set=-sys_admin"]);
    }
    run.run();
    let calls = machine.docker.calls();
    assert!(calls.iter().any(|call| call.line().contains("--privileged")), "never asked");
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let of_node = |call: &&Call| call.flag("name") == Some(node);
        let last = calls.iter().rfind(of_node).unwrap();
        assert!(!last.argv.contains(&"--privileged".to_owned()), "{node}");
        assert!(last.argv.contains(&"--cap-add=SYS_ADMIN".to_owned()), "{node}");
        // The engine's host has all but this one.
        assert!(!last.argv.contains(&"--cap-add=SYS_RESOURCE".to_owned()), "{node}");
    }
    assert!(machine.docker.containers().iter().all(|container| container.status == "running"));
}

#[test]
fn a_subnet_that_is_taken_meanwhile_is_followed_by_the_next() {
    let first = {
        let machine = Machine::new().with_cluster("a 1 0");
        machine.docker.call("network create").flag("subnet").unwrap().to_owned()
    };
    let machine = Machine::new();
    machine.docker.take_subnet(first.strip_suffix("/24").unwrap());
    machine.mokctl("create cluster a 1 0 -q").run();
    let calls = machine.docker.calls();
    let tried: Vec<_> = calls
        .iter()
        .filter(|call| call.verb() == "network create")
        .map(|call| call.flag("subnet").unwrap())
        .collect();
    assert_eq!(tried.len(), 2, "{tried:?}");
    assert_eq!(tried[0], first);
    let address = machine.docker.call("create ").flag("ip").unwrap().to_owned();
    assert_eq!(address, tried[1].replace(".0/24", ".11"));
}

#[test]
fn a_subnet_that_was_asked_for_and_is_taken_is_refused() {
    let machine = Machine::new();
    machine.docker.take_subnet("10.77.0.0");
    let outcome = machine.mokctl("create cluster a 1 0 --subnet 10.77.0.0/24").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    outcome.assert(outcome.stderr.contains("cannot create network: "), "no step");
    outcome.assert(outcome.stderr.contains("Pool overlaps with other one"), "no reason");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
}

const PORT_TAKEN: &str = "Error response from daemon: driver failed programming external connectivity \
    on endpoint a-master-1: Bind for 127.0.0.1:1 failed: port is already allocated\n\
    Error: failed to start containers: a-master-1";

#[test]
fn a_port_that_is_taken_meanwhile_is_followed_by_another() {
    let machine = Machine::new();
    machine.docker.on("start a-master-1").nth(1).fails(1, PORT_TAKEN);
    machine.mokctl("create cluster a 1 0 -q").run();
    let calls = machine.docker.calls();
    let created: Vec<_> = calls.iter().filter(|call| call.verb() == "create").collect();
    assert_eq!(created.len(), 2);
    let port = created[1].flag("publish").unwrap().strip_suffix(":6443/tcp").unwrap();
    assert!(machine.kubeconfig_text().contains(&format!("server: https://{port}\n")));
}

#[test]
fn a_port_that_was_asked_for_and_is_taken_is_refused() {
    let machine = Machine::new();
    machine.docker.on("start a-master-1").fails(1, PORT_TAKEN);
    let outcome = machine.mokctl("create cluster a 1 0 --api-port 4711").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    outcome.assert(outcome.stderr.contains("port is already allocated"), "no reason");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
    let publish = machine.docker.call("create ").flag("publish").unwrap().to_owned();
    assert_eq!(publish, "127.0.0.1:4711:6443/tcp");
}

#[test]
fn clusters_live_side_by_side_on_networks_of_their_own() {
    let machine = Machine::new();
    std::thread::scope(|scope| {
        for name in ["a", "b", "c"] {
            let machine = &machine;
            scope.spawn(move || machine.mokctl(&format!("create cluster {name} 1 1 -q")).run());
        }
    });
    let calls = machine.docker.calls();
    let subnets: std::collections::BTreeSet<_> = calls
        .iter()
        .filter(|call| call.verb() == "network create" && call.status == Some(0))
        .map(|call| call.flag("subnet").unwrap())
        .collect();
    assert_eq!(subnets.len(), 3);
    for name in ["a", "b", "c"] {
        assert!(machine.kubeconfig_text().contains(&format!("name: mok-{name}\n")));
    }
    machine.mokctl("delete cluster b -q").run();
    assert_eq!(
        machine.docker.names(),
        ["a-master-1", "a-worker-1", "c-master-1", "c-worker-1", "mok-a", "mok-c"]
    );
}
