//! `load image`: afterwards a name refers to the same image in every node and in the engine.

use crate::fake_docker::FakeDocker;
use crate::harness::{Machine, Mokctl};

fn id(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// Returns a machine with a cluster, and with the image `app:1` in its engine.
fn machine() -> Machine {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.docker.add_image("app:1", &[]);
    machine.docker.image_has_id("app:1", &id('1'));
    machine
}

fn loads<'a>(machine: &'a Machine, images: &str) -> Mokctl<'a> {
    machine
        .mokctl(&format!("load image a {images}"))
        .stderr("Loading images into a .. ok (0.0 s)\n".to_owned())
}

fn saved(docker: &FakeDocker) -> usize {
    docker.calls().iter().filter(|call| call.verb() == "save").count()
}

const NODES: [&str; 2] = ["a-master-1", "a-worker-1"];

#[test]
fn nodes_follow_a_tag_wherever_it_is_moved() {
    let machine = machine();
    for digit in ['1', '2', '1'] {
        machine.docker.image_has_id("app:1", &id(digit));
        let before = saved(&machine.docker);
        loads(&machine, "app:1").run();
        assert_eq!(saved(&machine.docker), before + 1, "once for all nodes");
        for node in NODES {
            let want = format!("docker.io/library/app:1 sha256:{}\n", id(digit));
            assert_eq!(machine.docker.node_images(node), want);
        }
        // An image that all nodes have is not sent again.
        loads(&machine, "app:1").run();
        assert_eq!(saved(&machine.docker), before + 1);
    }
}

#[test]
fn only_nodes_that_lack_an_image_get_it() {
    let machine = machine();
    loads(&machine, "app:1").run();
    machine.mokctl("create worker a 1 -q").run();
    loads(&machine, "app:1").run();
    assert_eq!(saved(&machine.docker), 2);
    assert_eq!(machine.docker.node_images("a-worker-2"), machine.docker.node_images(NODES[0]));
}

#[test]
fn a_name_may_leave_out_what_docker_fills_in() {
    let machine = machine();
    for name in ["app:latest", "localhost:5000/app:1"] {
        machine.docker.add_image(name, &[]);
    }
    loads(&machine, "app:latest localhost:5000/app:1").run();
    let images = machine.docker.node_images(NODES[1]);
    assert!(images.contains("docker.io/library/app:latest "), "{images}");
    assert!(images.contains("localhost:5000/app:1 "), "{images}");
    loads(&machine, "app:latest localhost:5000/app:1").run();
    assert_eq!(saved(&machine.docker), 1);
}

/// Returns which of `layers` were in the last import into `node`.
fn sent(docker: &FakeDocker, node: &str, layers: &[&'static str]) -> Vec<&'static str> {
    let import = format!("exec --interactive {node} ctr --namespace=k8s.io images import ");
    let calls = docker.calls();
    let call = calls.iter().rev().find(|call| call.line().starts_with(&import)).unwrap();
    let stdin = call.stdin.as_deref().unwrap();
    let is_in = |layer: &&&str| stdin.windows(layer.len()).any(|it| it == layer.as_bytes());
    layers.iter().filter(is_in).copied().collect()
}

#[test]
fn a_layer_that_a_node_has_is_not_sent_again() {
    const LAYERS: [&str; 4] = ["layer-of-the-base", "layer-of-before", "layer-of-now", "a-tool"];
    let [base, before, now, tool] = LAYERS;
    let machine = machine();
    machine.docker.add_image("tool:1", &[]);
    machine.docker.image_has_layers("app:1", &[base, before]);
    machine.docker.image_has_layers("tool:1", &[tool, base]);
    loads(&machine, "app:1").run();
    assert_eq!(sent(&machine.docker, NODES[1], &LAYERS), [base, before]);

    // The image was rebuilt. The second image has the same base layer at another position.
    machine.docker.image_has_layers("app:1", &[base, now]);
    machine.mokctl("create worker a 1 -q").run();
    loads(&machine, "app:1 tool:1").run();
    assert_eq!(sent(&machine.docker, NODES[0], &LAYERS), [base, now, tool]);
    assert_eq!(sent(&machine.docker, "a-worker-2", &LAYERS), [base, now, tool]);
    machine.docker.image_has_layers("app:1", &[base, before]);
    loads(&machine, "app:1").run();
    // The nodes have all layers, except the node that was added later.
    assert_eq!(sent(&machine.docker, NODES[0], &LAYERS), [""; 0]);
    assert_eq!(sent(&machine.docker, "a-worker-2", &LAYERS), [before]);
    assert_eq!(machine.docker.node_images("a-worker-2"), machine.docker.node_images(NODES[0]));
}

#[test]
fn an_export_that_fails_is_what_is_told() {
    let machine = machine();
    machine.docker.on("save app:1").fails(1, "Error response from daemon: no space left");
    let outcome = machine.mokctl("load image a app:1").outcome();
    let error = "mokctl: error: docker save 'app:1' failed (exit status: 1)\n    Error response from \
                 daemon: no space left";
    outcome.assert(outcome.stderr.contains(error) && outcome.code() == Some(1), "not told");
}

#[test]
fn an_id_is_loaded_under_the_images_name() {
    let machine = machine();
    let word = format!("sha256:{}", id('1'));
    let note = format!("{word} is called docker.io/library/app:1 in the nodes");
    let progress = "Loading images into a .. ok (0.0 s)";
    loads(&machine, &word).stderr(format!("{progress}\n{note}\n")).run();
    assert!(machine.docker.node_images(NODES[1]).starts_with("docker.io/library/app:1 "));
}

#[test]
fn an_image_without_a_name_is_refused() {
    let machine = machine();
    machine.docker.image_has_no_name("app:1");
    let word = format!("sha256:{}", id('1'));
    let text = format!(
        "mokctl: error: image {word} has no name that pods could use\n\
         hint: give it one: docker tag '{word}' NAME\n"
    );
    machine.mokctl(&format!("load image a {word}")).stderr(text).code(1).run();
    assert_eq!(saved(&machine.docker), 0);
}

#[test]
fn an_image_for_other_machines_is_refused() {
    let machine = machine();
    machine.docker.image_is_for("app:1", "linux/arm64");
    let text = "mokctl: error: image app:1 is for linux/arm64, the nodes are linux/amd64\n";
    machine.mokctl("load image a app:1").stderr(text).code(1).run();
    assert_eq!(saved(&machine.docker), 0);
    // The host's processors run this architecture as well.
    machine.docker.image_is_for("app:1", "linux/386");
    loads(&machine, "app:1").run();
}

#[test]
fn a_file_is_for_the_engine_to_load() {
    let machine = machine();
    std::fs::write(machine.path("app.tar"), "").unwrap();
    let text = "mokctl: error: the engine has no image app.tar\n\
                hint: it is a file: 'docker load --input=app.tar' puts its images into the engine\n";
    machine.mokctl("load image a app.tar").stderr(text).code(1).run();
    let outcome = machine.mokctl("load image a ./app.tar").outcome();
    let said = "Invalid IMAGE, './app.tar': that is a file; 'docker load --input=./app.tar' puts \
                its images into the engine, where they have names.\n";
    outcome.assert(outcome.stdout.ends_with(said), "it is not said");
}
