//! `build image`: part after part, each once; what fails leaves nothing but the
//! parts that are finished.

use mokctl::image::flavour::FLAVOURS;

use crate::fake_docker::{FakeDocker, labels};
use crate::harness::Machine;

/// An engine without images that can pull the base.
fn empty() -> Machine {
    let machine = Machine::new();
    machine.docker.remove_images();
    machine.docker.offer(FLAVOURS[0].base, &[]);
    machine
}

/// What is said where there is no other base to pull.
const NOT_13: &str = "Asking the repositories of mok-debian-13 .. ok (0.0 s)\n\
     Not mok-debian-13, Kubernetes v1.34.3: Error response from daemon: pull access denied for \
     debian, repository does not exist or may require 'docker login': denied: requested access \
     to the resource is denied\n\
     Building mok-debian-12, Kubernetes v1.20.2.\n";

/// The calls that make or remove something, by their first words.
fn changes(docker: &FakeDocker) -> Vec<String> {
    let makes = ["build", "pull", "create", "run", "commit", "rm"];
    let calls = docker.calls().into_iter().map(|call| call.line());
    let changes = calls.filter(|line| {
        makes.iter().any(|verb| line.starts_with(&format!("{verb} "))) || line.contains(" prune ")
    });
    changes.map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_image_is_built_of_its_parts_and_a_second_build_changes_nothing() {
    let machine = empty();
    let image = format!("{}\n", FLAVOURS[0].image());
    let stderr = "Getting the base image .. ok (0.0 s)\n\
                  Building Kubernetes (some minutes, once) .. ok (0.0 s)\n\
                  Building the control plane's images .. ok (0.0 s)\n\
                  Building the node .. ok (0.0 s)\n\
                  Putting the images into the node .. ok (0.0 s)\n";
    let stderr = format!("{NOT_13}{stderr}");
    machine.mokctl("build image").stdout(image.as_str()).stderr(stderr).run();
    let built = changes(&machine.docker);
    let parts = ["build", "build", "build", "create", "run", "commit", "rm", "image"];
    assert_eq!(built, [&["pull", "pull"], &parts[..]].concat());
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());

    let stderr = "Nothing has changed since it was built.\n";
    machine.mokctl("build image").stdout(image.as_str()).stderr(stderr).run();
    assert_eq!(changes(&machine.docker), built);

    // What was built makes a cluster.
    machine.with_cluster("a 1 0");
}

#[test]
fn an_image_of_other_files_is_built_anew_of_the_parts_that_are_there() {
    let machine = empty();
    machine.mokctl("-q build image").stdout(format!("{}\n", FLAVOURS[0].image())).run();
    let before = changes(&machine.docker).len();
    let old = ["mok.image.schema=1", "mok.image.inputs=000000000000"].map(String::from);
    machine.docker.add_image(&FLAVOURS[0].image(), &old);
    let stderr = format!("{NOT_13}Putting the images into the node .. ok (0.0 s)\n");
    let run = machine.mokctl("build image").stdout(format!("{}\n", FLAVOURS[0].image()));
    run.stderr(stderr).run();
    let again = changes(&machine.docker).split_off(before);
    assert_eq!(again, ["pull", "create", "run", "commit", "rm", "image"]);
    let calls = machine.docker.calls();
    let prune = "image prune --force --filter=label=mok.image.inputs";
    assert_eq!(calls.last().unwrap().line(), prune);
}

#[test]
fn a_part_that_fails_is_told_and_the_finished_ones_stay() {
    let machine = empty();
    machine.docker.on("build --tag=local/mok-images:*").fails(1, "E: no such package");
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.code() == Some(1), "built");
    let told =
        "Building the control plane's images .. FAILED (0.0 s)\nmokctl: error: docker build ";
    outcome.assert(outcome.stderr.contains(told), "no error");
    outcome.assert(outcome.stderr.contains("\n    E: no such package\n"), "no reason");
    let kept = changes(&machine.docker);
    assert_eq!(kept, ["pull", "pull", "build", "build"]);
}

#[test]
fn containers_of_a_build_that_fails_are_removed() {
    for glob in ["run *", "commit *"] {
        let machine = empty();
        machine.docker.on(glob).fails(1, "no space left on device");
        let outcome = machine.mokctl("build image").outcome();
        outcome.assert(outcome.code() == Some(1), "built");
        outcome.assert(outcome.stderr.contains("no space left on device"), "no reason");
        assert!(machine.docker.names().is_empty(), "{glob}: {:?}", machine.docker.names());
    }
}

#[test]
fn without_a_base_it_says_what_is_missing() {
    let machine = Machine::new();
    machine.docker.remove_images();
    // Where mmdebstrap is not, whatever this machine has.
    let path = machine.path("bin").display().to_string();
    let tools = machine.path("tools");
    std::fs::create_dir(&tools).unwrap();
    for tool in ["sh", "cat", "mkdir", "cut", "grep", "sha256sum", "find", "tr", "sed", "awk"] {
        let from = which::which(tool).unwrap();
        std::os::unix::fs::symlink(from, tools.join(tool)).unwrap();
    }
    let run = machine.mokctl("build image").env("PATH", format!("{path}:{}", tools.display()));
    let outcome = run.outcome();
    let told = "Getting the base image .. FAILED (0.0 s)\n\
                mokctl: error: the base image debian:12 is not here, cannot be pulled, \
                and there is no mmdebstrap to make it: \
                docker pull 'debian:12' failed (exit status: 1)\n";
    outcome.assert(outcome.stderr.starts_with(&format!("{NOT_13}{told}")), "no error");
    let hint = "hint: install mmdebstrap, or pull the base image\n";
    outcome.assert(outcome.stderr.ends_with(hint), "no hint");
    outcome.assert(outcome.code() == Some(1), "built");
}

#[test]
fn a_prebuilt_image_is_pulled_checked_and_named_as_if_it_were_built_here() {
    let machine = empty();
    let flavour = &FLAVOURS[0];
    let from = format!("registry:5000/mok/{}:{}", flavour.name, flavour.kubernetes);
    machine.docker.offer(&from, &labels(flavour, flavour.kubernetes));
    let line = "build image --get-prebuilt-image";
    let run = machine.mokctl(line).env("MOKCTL_IMAGE_REPOSITORY", "registry:5000/mok");
    run.stdout(format!("{}\n", flavour.image()))
        .stderr(format!("Pulling {from} .. ok (0.0 s)\n"))
        .run();
    assert_eq!(changes(&machine.docker), ["pull", "image"]);
    machine.with_cluster("a 1 0");
}

#[test]
fn a_prebuilt_image_of_another_version_does_not_get_the_name() {
    let machine = empty();
    let flavour = &FLAVOURS[0];
    let from = format!("r/{}:{}", flavour.name, flavour.kubernetes);
    machine.docker.offer(&from, &labels(flavour, "v1.19.0"));
    let run = machine.mokctl("-q build image --get-prebuilt-image");
    let stderr = format!(
        "mokctl: error: there is no image with Kubernetes {}; there is v1.19.0 in {from}\n\
         hint: 'mokctl build image' builds one\n",
        flavour.kubernetes
    );
    run.env("MOKCTL_IMAGE_REPOSITORY", "r").stderr(stderr).code(1).run();
    let tags = machine.docker.calls().iter().filter(|call| call.line().starts_with("tag ")).count();
    assert_eq!(tags, 0);
}

#[test]
fn a_prebuilt_image_has_to_come_from_somewhere() {
    let machine = empty();
    for repository in ["", "no repository", "--all-tags"] {
        let stderr = format!(
            "mokctl: error: MOKCTL_IMAGE_REPOSITORY names no repository of images: '{repository}'\n\
             hint: say where they are, as in MOKCTL_IMAGE_REPOSITORY=registry:5000/mok\n"
        );
        let run = machine.mokctl("build image --get-prebuilt-image");
        run.env("MOKCTL_IMAGE_REPOSITORY", repository).stderr(stderr).code(1).run();
    }
    assert!(changes(&machine.docker).is_empty());
}

/// An engine without images where the repositories of packages answer.
fn online() -> Machine {
    let machine = empty();
    machine.docker.offer("debian:13", &[]);
    machine
}

const IMAGE_13: &str = "local/mok-debian-13:v1.34.3\n";

#[test]
fn where_the_repositories_answer_the_newest_kubernetes_is_built_and_clusters_are_made_of_it() {
    let machine = online();
    let stderr = "Asking the repositories of mok-debian-13 .. ok (0.0 s)\n\
                  Building mok-debian-13, Kubernetes v1.34.3: its repositories answer.\n\
                  Building the node .. ok (0.0 s)\n\
                  Putting the images into the node .. ok (0.0 s)\n";
    machine.mokctl("build image").stdout(IMAGE_13).stderr(stderr).run();
    let built = changes(&machine.docker);
    assert_eq!(built, ["pull", "build", "build", "run", "commit", "rm", "image"]);
    // The images are pulled there, into a volume that no image holds.
    let pull = machine.docker.call("run --interactive --name=mok-preload-");
    assert_eq!(pull.flag("volume"), Some("/var/lib/containers"));
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());

    let stderr = "Nothing has changed since it was built.\n";
    machine.mokctl("build image").stdout(IMAGE_13).stderr(stderr).run();
    assert_eq!(changes(&machine.docker), built);

    let machine = machine.with_cluster("a 1 0");
    let created = machine.docker.call("create --name=a-master-1 ").line();
    assert!(created.ends_with(" local/mok-debian-13:v1.34.3"), "{created}");
}

#[test]
fn repositories_that_do_not_answer_are_named() {
    let machine = online();
    let answer = "#8 0.31 no answer from https://repository/v1.34/deb\nThe command returned 1";
    machine.docker.on("build --tag=local/mok-repositories:*").fails(1, answer);
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.code() == Some(0), "not built");
    let told = "Not mok-debian-13, Kubernetes v1.34.3: no answer from https://repository/v1.34/deb\n\
                Building mok-debian-12, Kubernetes v1.20.2.\n";
    outcome.assert(outcome.stderr.contains(told), "no reason");
    assert_eq!(outcome.stdout, format!("{}\n", FLAVOURS[0].image()));
}

#[test]
fn one_that_was_not_asked_for_and_cannot_be_built_gives_way() {
    let machine = online();
    machine.docker.on("run --interactive --name=mok-preload-*").nth(1).fails(1, "no images");
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.code() == Some(0), "not built");
    let told = "Putting the images into the node .. FAILED (0.0 s)\n\
                Not mok-debian-13, Kubernetes v1.34.3: no images\n\
                Building mok-debian-12, Kubernetes v1.20.2.\n";
    outcome.assert(outcome.stderr.contains(told), "no reason");
    assert_eq!(outcome.stdout, format!("{}\n", FLAVOURS[0].image()));
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());
}

#[test]
fn what_was_built_stays_chosen_and_the_other_is_built_by_name_or_version() {
    let machine = online();
    let image = format!("{}\n", FLAVOURS[0].image());
    machine.mokctl("-q build image mok-debian-12").stdout(image.as_str()).run();
    machine.mokctl("-q build image").stdout(image.as_str()).run();
    machine.mokctl("-q build image --k8sver 1.34").stdout(IMAGE_13).run();
    machine.mokctl("-q build image").stdout(IMAGE_13).run();
    machine.mokctl("-q build image --k8sver 1.20").stdout(image.as_str()).run();
    machine.mokctl("-q build image mok-debian-13").stdout(IMAGE_13).run();
}

#[test]
fn a_flavour_that_is_named_is_built_or_fails() {
    let machine = online();
    machine.docker.on("build --tag=local/mok-repositories:*").fails(1, "no answer from x");
    let outcome = machine.mokctl("build image mok-debian-13").outcome();
    outcome.assert(outcome.code() == Some(1), "built");
    let told = "Getting the lists of packages .. FAILED (0.0 s)\n";
    outcome.assert(outcome.stderr.contains(told), "not told");
}

#[test]
fn an_engine_that_goes_away_is_no_answer() {
    let machine = online();
    machine
        .docker
        .on("build --tag=local/mok-repositories:*")
        .fails(1, "Cannot connect to the Docker daemon");
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.code() == Some(1), "went on without an engine");
}
