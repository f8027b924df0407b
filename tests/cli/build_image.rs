//! `build image`: builds each part once. A failure leaves only finished parts.

use mokctl::image::build_files::BASE;
use mokctl::image::identity;
use mokctl::image::release::DEFAULT;

use crate::fake_docker::{FakeDocker, image, labels};
use crate::harness::Machine;

/// Returns a machine whose engine has no images and can pull the base.
fn empty() -> Machine {
    let machine = Machine::new();
    machine.docker.remove_images();
    machine.docker.offer(BASE, &[]);
    machine
}

/// Returns the calls that create or remove something, by their first words.
fn changes(docker: &FakeDocker) -> Vec<String> {
    let makes = ["build", "pull", "create", "run", "commit", "rm", "import", "volume"];
    let calls = docker.calls().into_iter().map(|call| call.line());
    let changes = calls.filter(|line| {
        makes.iter().any(|verb| line.starts_with(&format!("{verb} "))) || line.contains(" prune ")
    });
    changes.map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

/// Returns the number of calls that start with these words.
fn count(docker: &FakeDocker, start: &str) -> usize {
    docker.calls().iter().filter(|call| call.line().starts_with(start)).count()
}

const PARTS: &str = "Compiled parts stay for the next build; \
     'docker image prune --all --filter label=mok.image.part' frees what they take.\n";

#[test]
fn an_image_is_built_of_its_parts_and_a_second_build_changes_nothing() {
    let machine = empty();
    let image = format!("{}\n", image());
    let stderr = "Getting the base image .. ok (0.0 s)\n\
                  Installing the compiler .. ok (0.0 s)\n\
                  Compiling Kubernetes v1.37.2 .. ok (0.0 s)\n\
                  Compiling the other programs .. ok (0.0 s)\n\
                  Packing the images of the control plane and the add-ons .. ok (0.0 s)\n\
                  Building the node .. ok (0.0 s)\n\
                  Copying images into the node .. ok (0.0 s)\n";
    machine.mokctl("build image").stdout(image.as_str()).stderr(format!("{stderr}{PARTS}")).run();
    let built = changes(&machine.docker);
    let module = ["create", "import", "rm"];
    // The modules: Kubernetes, those of kubeadm's list (etcd, CoreDNS), and seven more.
    let parts = [&["pull", "build"], &module[..], &["run"], &module.repeat(9)].concat();
    let node = ["build", "build", "create", "run", "commit", "rm", "image", "image", "volume"];
    assert_eq!(built, [&parts[..], &node].concat());
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());
    let images = machine.docker.images();
    for part in ["kubernetes-v1.37.2", "etcd-v3.7.0", "coredns-v1.14.6"] {
        let start = format!("local/mok-programs:{part}-");
        assert!(images.iter().any(|image| image.starts_with(&start)), "{part}: {images:?}");
    }

    let stderr = "Nothing has changed since it was built.\n";
    machine.mokctl("build image").stdout(image.as_str()).stderr(stderr).run();
    assert_eq!(changes(&machine.docker), built);

    // A cluster can be created from the image.
    machine.with_cluster("a 1 0");
}

#[test]
fn an_image_of_other_files_is_built_anew_of_the_parts_that_are_there() {
    let machine = empty();
    machine.mokctl("-q build image").stdout(format!("{}\n", image())).run();
    let before = changes(&machine.docker).len();
    let old = ["mok.image.schema=1", "mok.image.inputs=000000000000"].map(String::from);
    machine.docker.add_image(&image(), &old);
    let stderr = format!("Copying images into the node .. ok (0.0 s)\n{PARTS}");
    machine.mokctl("build image").stdout(format!("{}\n", image())).stderr(stderr).run();
    let again = changes(&machine.docker).split_off(before);
    assert_eq!(again, ["run", "create", "run", "commit", "rm", "image", "image", "volume"]);
    // Each build prunes the image that has lost its name.
    assert_eq!(count(&machine.docker, "image prune --force --filter=label=mok.image.inputs"), 2);
}

#[test]
fn a_program_that_does_not_compile_is_told_in_the_compilers_words() {
    let machine = empty();
    let printed = "go: downloading go1.26.8 (linux/amd64)\ncompiling etcd\n# go.etcd.io/etcd\n\
                   main.go:3:1: syntax error";
    machine.docker.on("start --attach mok-compile-etcd-*").fails(2, printed);
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.code() == Some(1), "built");
    let told = "Compiling the other programs .. FAILED (0.0 s)\n\
                mokctl: error: failed to compile etcd of go.etcd.io/etcd/tests/v3 v3.7.0\n";
    outcome.assert(outcome.stderr.contains(told), "no error");
    outcome.assert(outcome.stderr.contains("    main.go:3:1: syntax error\n"), "no reason");
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());

    // Finished modules are not compiled again.
    machine.docker.heal();
    machine.mokctl("-q build image").stdout(format!("{}\n", image())).run();
    assert_eq!(count(&machine.docker, "start --attach mok-compile-kubernetes-"), 1);
    assert_eq!(count(&machine.docker, "start --attach mok-compile-etcd-"), 2);
    // The compiler's cache is removed only now.
    assert_eq!(count(&machine.docker, "volume rm mok-go-cache"), 1);
}

#[test]
fn a_part_that_fails_is_told_and_the_finished_ones_stay() {
    let machine = empty();
    machine.docker.on("build --tag=local/mok-images:*").fails(1, "E: no such package");
    let outcome = machine.mokctl("build image").outcome();
    outcome.assert(outcome.code() == Some(1), "built");
    let told = "Packing the images of the control plane and the add-ons .. FAILED (0.0 s)\nmokctl: error: docker build ";
    outcome.assert(outcome.stderr.contains(told), "no error");
    outcome.assert(outcome.stderr.contains("\n    E: no such package\n"), "no reason");
    assert_eq!(count(&machine.docker, "import "), 10);
}

#[test]
fn containers_of_a_build_that_fails_are_removed() {
    for glob in ["cp mok-compile-*", "import *", "run --interactive *", "commit *"] {
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
    // A PATH without mmdebstrap, which this machine may have.
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
                mokctl: error: cannot get the base image debian:13: it cannot be pulled, and \
                mmdebstrap is not installed: \
                docker pull 'debian:13' failed (exit status: 1)\n";
    outcome.assert(outcome.stderr.starts_with(told), "no error");
    let hint = "hint: install mmdebstrap, or pull the base image\n";
    outcome.assert(outcome.stderr.ends_with(hint), "no hint");
    outcome.assert(outcome.code() == Some(1), "built");
}

#[test]
fn the_users_settings_for_modules_reach_the_compiler() {
    let machine = empty();
    std::fs::write(machine.path("ca.crt"), "our authority").unwrap();
    let run = machine
        .mokctl("-q build image")
        .env("GOPROXY", "http://user:secret@localhost:3000")
        .env("HTTPS_PROXY", "http://localhost:3128")
        .env("SSL_CERT_FILE", machine.path("ca.crt").display().to_string());
    run.stdout(format!("{}\n", image())).run();
    let created = machine.docker.call("create --name=mok-compile-kubernetes-");
    // Only names: the client takes the values, which may be secret, from its environment.
    for word in ["--env=GOPROXY", "--env=HTTPS_PROXY", "--network=host"] {
        assert!(created.argv.iter().any(|arg| arg == word), "{word}: {created:?}");
    }
    let calls = machine.docker.calls();
    assert!(calls.iter().all(|call| !call.line().contains("secret")));
    let put = machine.docker.call("cp - mok-compile-kubernetes-");
    let text = String::from_utf8_lossy(put.stdin.as_deref().unwrap()).into_owned();
    assert!(text.contains("mok/authorities.crt") && text.contains("our authority"));
    let build = machine.docker.call("build --tag=local/mok-node:");
    assert!(build.argv.iter().any(|arg| arg == "--build-arg=HTTPS_PROXY"), "{build:?}");
}

#[test]
fn a_minor_is_built_with_its_newest_patch_and_versions_stand_side_by_side() {
    let machine = empty();
    machine.mokctl("-q build image").stdout(format!("{}\n", image())).run();
    for wanted in ["1.36", "v1.36.3", "1.36.3"] {
        let line = format!("-q build image --k8sver {wanted}");
        machine.mokctl(&line).stdout("local/mok-debian-13:v1.36.3\n").run();
    }
    assert_eq!(count(&machine.docker, "start --attach mok-compile-kubernetes-"), 2);
    // containerd is the same for all versions of Kubernetes.
    assert_eq!(count(&machine.docker, "start --attach mok-compile-containerd-"), 1);
    let listed = machine.mokctl("get images").outcome().stdout;
    assert!(listed.contains("v1.36.3") && listed.contains("v1.37.2"), "{listed}");

    let machine = machine.with_cluster("a 1 0 --k8sver 1.36");
    let created = machine.docker.call("create --name=a-master-1 ").line();
    assert!(created.ends_with(" local/mok-debian-13:v1.36.3"), "{created}");
    // Without --k8sver it is the default version, even if another was built.
    let machine = machine.with_cluster("b 1 0");
    let created = machine.docker.call("create --name=b-master-1 ").line();
    assert!(created.ends_with(" local/mok-debian-13:v1.37.2"), "{created}");
}

#[test]
fn a_version_that_is_not_built_is_refused_before_anything_is_made() {
    for wanted in ["1.33", "1.38.0", "2.0"] {
        let machine = empty();
        let stderr = format!(
            "mokctl: error: mokctl builds images of Kubernetes 1.34 to 1.37, not {wanted}\n"
        );
        machine.mokctl(&format!("build image --k8sver {wanted}")).stderr(stderr).code(1).run();
        assert!(changes(&machine.docker).is_empty());
    }
}

#[test]
fn a_version_that_the_module_proxy_has_not_is_refused_before_anything_is_compiled() {
    let machine = empty();
    let stderr = "Getting the base image .. ok (0.0 s)\n\
                  Installing the compiler .. ok (0.0 s)\n\
                  Asking the Go module proxy for versions .. ok (0.0 s)\n\
                  mokctl: error: the Go module proxy has no Kubernetes 1.36.9; the newest is v1.36.3\n";
    machine.mokctl("build image --k8sver 1.36.9").stderr(stderr).code(1).run();
    assert_eq!(count(&machine.docker, "start --attach mok-compile-kubernetes-"), 0);
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());
}

#[test]
fn a_module_proxy_that_does_not_answer_is_told() {
    let machine = empty();
    let printed = "go: k8s.io/kubernetes: dial tcp: connection refused";
    machine.docker.on("start --attach mok-compile-versions-*").fails(1, printed);
    let outcome = machine.mokctl("build image --k8sver 1.36").outcome();
    let told = "mokctl: error: cannot list the versions of Kubernetes that the Go module proxy has\n    \
                go: k8s.io/kubernetes: dial tcp: connection refused\n";
    outcome.assert(outcome.stderr.contains(told), "not told");
    outcome.assert(outcome.code() == Some(1), "built");
    assert!(machine.docker.names().is_empty(), "{:?}", machine.docker.names());
}

#[test]
fn a_flavour_of_another_name_is_refused() {
    let machine = empty();
    let stderr =
        "mokctl: error: no image flavour is called mok-debian-12; there is mok-debian-13\n";
    machine.mokctl("build image mok-debian-12").stderr(stderr).code(1).run();
    assert!(changes(&machine.docker).is_empty());
}

#[test]
fn a_prebuilt_image_is_pulled_checked_and_named_as_if_it_were_built_here() {
    let machine = empty();
    for (flags, version) in [("", DEFAULT.to_string()), (" --k8sver 1.36.3", "v1.36.3".into())] {
        let from = format!("registry:5000/mok/mok-debian-13:{version}");
        machine.docker.offer(&from, &labels(&version));
        let line = format!("build image --get-prebuilt-image{flags}");
        let run = machine.mokctl(&line).env("MOKCTL_IMAGE_REPOSITORY", "registry:5000/mok");
        run.stdout(format!("local/mok-debian-13:{version}\n"))
            .stderr(format!(
                "The node image comes from {from}.\nPulling the node image .. ok (0.0 s)\n"
            ))
            .run();
    }
    assert_eq!(changes(&machine.docker), ["pull", "image", "pull", "image"]);
    machine.with_cluster("a 1 0");
}

#[test]
fn a_prebuilt_image_of_another_version_does_not_get_the_name() {
    let machine = empty();
    let from = "r/mok-debian-13:v1.37.2";
    machine.docker.offer(from, &labels("v1.36.0"));
    let run = machine.mokctl("-q build image --get-prebuilt-image");
    let stderr = format!(
        "mokctl: error: there is no image with Kubernetes v1.37.2; there is v1.36.0 in {from}\n"
    );
    run.env("MOKCTL_IMAGE_REPOSITORY", "r").stderr(stderr).code(1).run();
    assert_eq!(count(&machine.docker, "tag "), 0);
}

#[test]
fn a_prebuilt_image_has_to_come_from_somewhere() {
    let machine = empty();
    let stderr = "mokctl: error: there is no repository to pull the node image from\n\
                  hint: name one, as in --image-repository registry:5000/mok\n";
    machine.mokctl("build image --get-prebuilt-image").stderr(stderr).code(1).run();
    for repository in ["no repository", "--all-tags", "r@sha256:00"] {
        let run = machine.mokctl("build image --get-prebuilt-image");
        let outcome = run.env("MOKCTL_IMAGE_REPOSITORY", repository).outcome();
        let error = format!("Invalid REPO, '{repository}': where images are is allowed");
        outcome.assert(outcome.stdout.contains(&error) && outcome.code() == Some(1), "not refused");
    }
    assert!(changes(&machine.docker).is_empty());
}

#[test]
fn the_image_says_what_it_was_built_of() {
    let machine = empty();
    machine.mokctl("-q build image").stdout(format!("{}\n", image())).run();
    let commit = machine.docker.call("commit ");
    let inputs = format!("--change=LABEL mok.image.inputs={}", identity::inputs(DEFAULT));
    assert!(commit.argv.contains(&inputs), "{commit:?}");
}
