//! `build image`: part after part, each once; what fails leaves nothing but the
//! parts that are finished.

use mokctl::image::flavour::FLAVOURS;

use crate::fake_docker::FakeDocker;
use crate::harness::Machine;

/// An engine without images that can pull the base.
fn empty() -> Machine {
    let machine = Machine::new();
    machine.docker.remove_images();
    machine.docker.offer(FLAVOURS[0].base);
    machine
}

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
    machine.mokctl("build image").stdout(image.as_str()).stderr(stderr).run();
    let built = changes(&machine.docker);
    assert_eq!(
        built,
        ["pull", "build", "build", "build", "create", "run", "commit", "rm", "image"]
    );
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
    let stderr = "Putting the images into the node .. ok (0.0 s)\n";
    let run = machine.mokctl("build image").stdout(format!("{}\n", FLAVOURS[0].image()));
    run.stderr(stderr).run();
    let again = changes(&machine.docker).split_off(before);
    assert_eq!(again, ["create", "run", "commit", "rm", "image"]);
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
    assert_eq!(kept, ["pull", "build", "build"]);
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
    outcome.assert(outcome.stderr.starts_with(told), "no error");
    let hint = "hint: install mmdebstrap, or pull the base image\n";
    outcome.assert(outcome.stderr.ends_with(hint), "no hint");
    outcome.assert(outcome.code() == Some(1), "built");
}
