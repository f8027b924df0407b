//! A node image that the engine lacks: pulled, loaded from a file, or not available.

use std::fs;

use mokctl::image::release::DEFAULT;

use crate::fake_docker::{image, labels};
use crate::harness::Machine;

/// Returns a file of a release with an image of this version, not compressed.
pub(crate) fn archive(version: &str) -> Vec<u8> {
    archive_of(&format!("local/mok-debian-13:{version}"), version)
}

fn archive_of(name: &str, version: &str) -> Vec<u8> {
    let id = "0".repeat(64);
    let manifest = format!(r#"[{{"Config":"{id}.json","RepoTags":["{name}"],"Layers":[]}}]"#);
    let labels: String = labels(version).iter().map(|label| format!("{label}\n")).collect();
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in [("manifest.json", &manifest), ("labels", &labels)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Returns a machine without images, and with a file that has one.
fn bare() -> Machine {
    let machine = Machine::new();
    machine.docker.remove_images();
    let packed = zstd::encode_all(&archive(&DEFAULT.to_string())[..], 1).unwrap();
    fs::write(machine.path("node.tar.zst"), packed).unwrap();
    machine
}

fn count(machine: &Machine, verb: &str) -> usize {
    machine.docker.calls().iter().filter(|call| call.verb() == verb).count()
}

#[test]
fn without_an_image_the_ways_to_one_are_told() {
    let machine = bare();
    for (flag, missing, build) in [
        ("", format!("there is no image {}, and no repository to pull it from", image()), "mokctl build image"),
        (
            " --k8sver 1.36",
            "there is no image with Kubernetes 1.36; there is none, and no repository to pull it from"
                .to_owned(),
            "mokctl build image --k8sver 1.36",
        ),
    ] {
        let stderr = format!(
            "mokctl: error: {missing}\nhint: '--image-repository REPO' pulls one in about a \
             minute, '--image-file FILE' takes it out of a release's file in half a minute, \
             '{build}' compiles it in about 20 minutes\n"
        );
        machine.mokctl(&format!("create cluster a 1 0{flag}")).stderr(stderr).code(1).run();
    }
    assert!(machine.docker.names().is_empty() && count(&machine, "build") == 0);
}

#[test]
fn an_image_is_pulled_where_none_is_here() {
    let machine = bare();
    let from = format!("r:5000/mok/mok-debian-13:{DEFAULT}");
    machine.docker.offer(&from, &labels(&DEFAULT.to_string()));
    let outcome = machine.mokctl("create cluster a 1 0 --image-repository r:5000/mok").outcome();
    let told = format!("The node image comes from {from}.\nPulling the node image .. ok (");
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.starts_with(&told), "not pulled");
    let run = machine.mokctl("create cluster b 1 0 -q");
    run.env("MOKCTL_IMAGE_REPOSITORY", "r:5000/mok").run();
    assert_eq!(count(&machine, "pull"), 1, "it was here");
}

#[test]
fn a_minor_version_is_pulled_by_its_tag() {
    let machine = bare();
    machine.docker.offer("r/mok-debian-13:v1.36", &labels("v1.36.3"));
    machine.mokctl("create cluster a 1 0 -q --k8sver 1.36 --image-repository r").run();
    assert!(machine.docker.images().contains("local/mok-debian-13:v1.36.3"));
}

#[test]
fn what_is_pulled_and_is_not_what_was_asked_for_does_not_stay() {
    let machine = bare();
    let from = format!("r/mok-debian-13:{DEFAULT}");
    let foreign = vec!["a=b".to_owned()];
    for (labels, why) in [
        (foreign, "is not a node image: it has no label mok.image.schema"),
        (labels("v1.36.3"), "there is no image with Kubernetes v1.37.2; there is v1.36.3 in r/"),
    ] {
        machine.docker.offer(&from, &labels);
        let outcome = machine.mokctl("create cluster a 1 0 --image-repository r").outcome();
        outcome.assert(outcome.stderr.contains(why) && outcome.code() == Some(1), "not refused");
        assert!(machine.docker.images().is_empty(), "{:?}", machine.docker.images());
    }
    assert!(machine.docker.names().is_empty());
}

#[test]
fn a_pull_that_fails_says_why_and_what_else_there_is() {
    let machine = bare();
    let outcome = machine.mokctl("create cluster a 1 0 --image-repository r").outcome();
    let error = "mokctl: error: cannot pull the node image: docker pull 'r/mok-debian-13:v1.37.2' \
                 failed (exit status: 1)\n    Error response from daemon: pull access denied";
    outcome.assert(outcome.stderr.contains(error), "not told");
    outcome.assert(outcome.stderr.contains("\nhint: 'docker login' if"), "no hint");
    outcome.assert(outcome.code() == Some(1), "created");
}

#[test]
fn a_cluster_that_is_there_is_refused_before_an_image_is_fetched() {
    let machine = bare();
    machine.mokctl("create cluster a 1 0 -q --image-file node.tar.zst").run();
    machine.docker.remove_images();
    for flag in ["--image-file node.tar.zst", "--image-repository r"] {
        let outcome = machine.mokctl(&format!("create cluster a 1 0 {flag}")).outcome();
        outcome.assert(outcome.stderr.contains("cluster a already exists"), "not refused");
    }
    assert_eq!((count(&machine, "pull"), count(&machine, "load")), (0, 1));
}

#[test]
fn a_dry_run_fetches_nothing() {
    let machine = bare();
    for (flag, title, command) in [
        ("--image-repository r", "Pulling", "docker pull 'r/mok-debian-13:v1.37.2'"),
        ("--image-file node.tar.zst", "Loading", "docker load --quiet < node.tar.zst"),
    ] {
        let stdout = format!("{title} the node image\n  fetch the node image\n    {command}\n");
        let run = machine.mokctl(&format!("create cluster a 1 0 --dry-run {flag}"));
        run.stdout(stdout).stderr("The rest depends on the image.\n").run();
    }
    assert!(machine.docker.images().is_empty() && count(&machine, "pull") == 0);
}

#[test]
fn an_image_comes_out_of_a_file_once() {
    let machine = bare();
    let outcome = machine.mokctl("create cluster a 1 0 --image-file node.tar.zst").outcome();
    let told = "Checking node.tar.zst .. ok (0.0 s)\nLoading the node image .. ok (";
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.starts_with(told), "not loaded");
    let load = machine.docker.call("load --quiet");
    assert_eq!(load.stdin.unwrap(), archive(&DEFAULT.to_string()), "not decompressed");
    machine.docker.image_has_id(&image(), &"0".repeat(64));
    machine.mokctl("create cluster b 1 0 -q --image-file node.tar.zst").run();
    assert_eq!(count(&machine, "load"), 1, "it was here");
}

#[test]
fn an_image_with_another_name_is_the_default_unless_there_is_one() {
    let machine = bare();
    fs::write(machine.path("own"), archive_of("local/own:1", &DEFAULT.to_string())).unwrap();
    machine.mokctl("create cluster a 1 0 -q --image-file own").run();
    assert_eq!(
        machine.docker.images().into_iter().collect::<Vec<_>>(),
        [image().as_str(), "local/own:1"]
    );
    let machine = Machine::new();
    fs::write(machine.path("own"), archive_of("local/own:1", &DEFAULT.to_string())).unwrap();
    machine.mokctl("create cluster a 1 0 -q --image-file own").run();
    assert_eq!(count(&machine, "tag"), 0);
}

#[test]
fn a_file_has_to_be_of_the_version_that_is_asked_for() {
    let machine = bare();
    let line = "create cluster a 1 0 --k8sver 1.36 --image-file node.tar.zst";
    let outcome = machine.mokctl(line).outcome();
    let error = "there is no image with Kubernetes v1.36; there is v1.37.2 in node.tar.zst\n";
    outcome.assert(outcome.stderr.contains(error) && outcome.code() == Some(1), "not refused");
    assert!(machine.docker.images().is_empty());
}

#[test]
fn a_file_that_is_not_whole_or_not_what_was_released_is_not_loaded() {
    let machine = bare();
    let refused = |file: &str, why: &str| {
        let outcome =
            machine.mokctl(&format!("create cluster a 1 0 --image-file {file}")).outcome();
        let error = format!("mokctl: error: cannot load the node image from {file}: {why}");
        outcome.assert(outcome.stderr.contains(&error) && outcome.code() == Some(1), "not refused");
        assert!(machine.docker.images().is_empty() && machine.docker.names().is_empty());
    };
    fs::write(machine.path("text"), "text").unwrap();
    refused("text", "not a file with one image\n");
    refused("none", "the file cannot be read: No such file");
    let sums = format!("{}  node.tar.zst\n", "0".repeat(64));
    fs::write(machine.path("SHA256SUMS"), sums).unwrap();
    refused("node.tar.zst", "checksum mismatch: SHA256SUMS has another one\n");
    assert_eq!(count(&machine, "load"), 0);
    // Only the beginning of a file is checked before it is loaded.
    let large = archive(&DEFAULT.to_string()).repeat(1000);
    let large = zstd::encode_all(&large[..], 1).unwrap();
    fs::write(machine.path("large"), &large[..large.len() - 2]).unwrap();
    refused("large", "the file is damaged\n");
}

#[test]
fn what_is_interrupted_leaves_nothing() {
    let machine = bare();
    let large = archive(&DEFAULT.to_string()).repeat(3000);
    fs::write(machine.path("large"), large).unwrap();
    for (flag, call) in [
        ("--image-file large", "load --quiet"),
        ("--image-repository r", "pull r/mok-debian-13:v1.37.2"),
    ] {
        let fetch = machine.docker.on(call).blocks();
        let run = machine.mokctl(&format!("create cluster a 1 0 {flag}")).start();
        fetch.is_reached();
        run.signal("INT");
        let outcome = run.wait();
        outcome.assert(outcome.code() == Some(130), "not interrupted");
        outcome.assert(outcome.stderr.contains("mokctl: error: interrupted during docker"), call);
        assert!(machine.docker.images().is_empty() && machine.docker.names().is_empty());
    }
}
