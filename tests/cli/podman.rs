//! podman instead of docker: the arguments that it gets, and its answers.

use mokctl::image::build_files::BASE;

use crate::fake_docker::image;
use crate::harness::{Machine, Mokctl};

/// A machine with podman and without docker.
struct Podman(Machine);

impl Podman {
    fn new() -> Self {
        let machine = Machine::new();
        machine.docker.is_podman();
        Self(machine)
    }

    fn mokctl(&self, line: &str) -> Mokctl<'_> {
        self.0.mokctl(line).env("PATH", self.0.path("bin").display().to_string())
    }

    fn with_cluster(self, line: &str) -> Self {
        self.mokctl(&format!("create cluster {line} -q")).run();
        self
    }
}

#[test]
fn a_podman_that_may_not_have_users_says_what_helps() {
    let machine = Podman::new();
    for (said, hint) in [
        (
            "cannot clone: Permission denied",
            "'sysctl kernel.apparmor_restrict_unprivileged_userns=0' as root lets AppArmor allow it; or run mokctl as root",
        ),
        (
            "Error: potentially insufficient UIDs or GIDs available in user namespace",
            "'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER' as root gives the user ids; or run mokctl as root",
        ),
    ] {
        machine.0.docker.on("ps *").fails(125, said);
        let stderr = format!(
            "mokctl: error: podman ps --all --quiet --no-trunc --filter=label=MokCluster=a \
             failed (exit status: 125)\n    {said}\nhint: {hint}\n"
        );
        machine.mokctl("delete cluster a").stderr(stderr).code(1).run();
        machine.0.docker.heal();
    }
}

#[test]
fn a_rootless_podman_with_one_user_is_told() {
    let machine = Podman::new();
    let mut info: serde_json::Value =
        serde_json::from_str(include_str!("../data/podman-info-5.4.json")).unwrap();
    info["host"]["security"]["rootless"] = true.into();
    let one = serde_json::json!([{"container_id": 0, "host_id": 1000, "size": 1}]);
    info["host"]["idMappings"] = serde_json::json!({"uidmap": one, "gidmap": one});
    info["host"]["cgroupControllers"] = serde_json::json!(["cpu", "memory", "pids"]);
    machine.0.docker.set_info(&info);
    let stderr = "mokctl: warning: the rootless engine's user has 1 ids: the files of a node belong to up to 65535; \
                  run 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER' as root, then 'podman system migrate'\n\
                  mokctl: error: the rootless engine may not limit cpuset: the user has not been given these controllers\n\
                  hint: run 'systemctl edit user@.service' as root, add 'Delegate=cpu cpuset io memory pids' below [Service], and log in again\n";
    machine.mokctl("create cluster a 1 0").stderr(stderr).code(1).run();
}

/// Every command for clusters. A call that podman does not know would fail.
#[test]
fn a_cluster_lives_and_dies_with_podman() {
    let machine = Podman::new();
    for line in [
        "create cluster a 3 1 -q",
        "create worker a -q",
        "delete worker a-worker-1 --yes -q",
        "stop cluster a -q",
        "start cluster a -q",
        "delete cluster a --yes -q",
    ] {
        let outcome = machine.mokctl(line).outcome();
        outcome.assert(outcome.code() == Some(0), line);
        let log = machine.0.docker.log();
        assert!(!log.contains("    97  "), "{log}");
    }
    assert!(machine.0.docker.names().is_empty(), "{:?}", machine.0.docker.names());
}

#[test]
fn a_cluster_of_podman_is_shown_as_any_other() {
    let machine = Podman::new().with_cluster("a 1 0");
    let outcome = machine.mokctl("get nodes a").outcome();
    let row = outcome.stdout.lines().nth(1).unwrap_or_default();
    outcome.assert(row.starts_with("a-master-1") && row.contains(" running "), "no such row");
    machine.mokctl("completion bash -- delete cluster a").stdout("a\n").run();
}

/// podman fills an image's volumes only when a container starts, and the part with the images has
/// no program to start. So the image is mounted.
#[test]
fn a_node_image_is_built_out_of_an_image_that_is_mounted() {
    let machine = Podman::new();
    machine.0.docker.remove_images();
    machine.0.docker.offer(BASE, &[]);
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.stdout == format!("{}\n", image()), "another image");
    let hint = "'podman image prune --all --filter label=mok.image.part'";
    outcome.assert(outcome.stderr.contains(hint), "the words of another program");
    let preload = machine.0.docker.call("run --interactive --name=mok-preload-").argv;
    let images = machine.0.docker.images();
    let part = images.iter().find(|image| image.starts_with("local/mok-images:")).unwrap();
    let mount = format!("--mount=type=image,source={part},destination=/mnt");
    assert!(preload.contains(&mount), "{preload:?}");
    // The folder where the script finds the mounted image.
    assert_eq!(preload.last().map(String::as_str), Some("/mnt"));
    assert!(machine.0.docker.names().is_empty(), "{:?}", machine.0.docker.names());
}

#[test]
fn snapshots_are_refused_before_anything_is_stopped() {
    let machine = Podman::new().with_cluster("a 1 0");
    let before = machine.0.docker.containers();
    let stderr = "mokctl: error: snapshots need docker: podman names images differently\n";
    for line in ["create snapshot a s", "restore cluster a s", "get snapshots"] {
        machine.mokctl(line).stderr(stderr).code(1).run();
    }
    assert_eq!(machine.0.docker.containers(), before);
}

#[test]
fn docker_is_taken_before_podman_unless_podman_is_named() {
    let machine = Machine::new();
    let (docker, podman) = (machine.docker.client(), machine.path("bin/podman"));
    std::fs::copy(&docker, &podman).unwrap();
    machine.mokctl("get clusters").run();
    assert!(machine.docker.log().contains("--format={{.Label "), "{}", machine.docker.log());
    machine.mokctl("get clusters").env("MOKCTL_DOCKER", "podman").run();
    assert!(machine.docker.log().contains("{{index .Network.Labels "), "{}", machine.docker.log());
}

#[test]
fn a_dry_run_and_an_error_name_the_program_that_is_run() {
    let machine = Podman::new();
    let outcome = machine.mokctl("create cluster a 1 0 --dry-run").outcome();
    let shown = outcome.stdout.contains("podman create --pids-limit=-1 --systemd=false ")
        && !outcome.stdout.contains("docker");
    outcome.assert(shown, "the words of another program");

    machine.0.docker.on("ps *").fails(125, "Error: no space left on device");
    let stderr = "mokctl: error: podman ps --all --quiet --no-trunc --filter=label=MokCluster=a \
                  failed (exit status: 125)\n    Error: no space left on device\n";
    machine.mokctl("delete cluster a").stderr(stderr).code(1).run();
}

#[test]
fn a_podman_that_cannot_do_it_is_refused_before_anything_is_made() {
    let machine = Podman::new();
    let mut info: serde_json::Value =
        serde_json::from_str(include_str!("../data/podman-info-5.4.json")).unwrap();
    info["version"]["Version"] = "4.3.1".into();
    machine.0.docker.set_info(&info);
    let stderr = "mokctl: error: podman 4.3.1 is too old: nodes need 5.1 or later\n\
                  hint: install a newer podman, or Docker\n";
    machine.mokctl("create cluster a 1 0").stderr(stderr).code(1).run();

    info["version"]["Version"] = "5.4.2".into();
    info["host"]["security"]["rootless"] = true.into();
    info["host"]["cgroupVersion"] = "v1".into();
    machine.0.docker.set_info(&info);
    let stderr = "mokctl: error: podman runs rootless on cgroup v1, where no container of an \
                  ordinary user can be limited\n\
                  hint: boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's \
                  command line, or use an engine that runs as root\n";
    machine.mokctl("create cluster a 1 0").stderr(stderr).code(1).run();
    assert!(machine.0.docker.names().is_empty());
}
