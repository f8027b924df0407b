//! Checks what the documents say about sources and tests.

use std::fs;
use std::path::Path;

use regex::Regex;
use sha2::{Digest, Sha256};

#[test]
fn every_test_that_the_readme_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let link = Regex::new(r#"\]\((tests/[^ )]+) "([^"]+)"\)"#).unwrap();
    let named: Vec<_> = link.captures_iter(include_str!("../../README.md")).collect();
    assert!(named.len() > 10, "only {} tests are named", named.len());
    let ignored = Regex::new(r"(?m)^#\[ignore.*\]\n").unwrap();
    for test in named {
        let source = fs::read_to_string(root.join(&test[1])).unwrap();
        let name = format!("#[test]\nfn {}()", &test[2]);
        assert!(ignored.replace_all(&source, "").contains(&name), "{} {}", &test[1], &test[2]);
    }
}

#[test]
fn every_diagram_is_drawn_from_its_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagrams");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|kind| kind == "dot")).collect();
    assert!(sources.len() > 1, "only {sources:?}");
    for source in sources {
        let hash = Sha256::digest(fs::read(&source).unwrap());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let picture = fs::read_to_string(source.with_extension("svg")).unwrap();
        let end = format!("<!-- {hash} -->\n");
        assert!(picture.ends_with(&end), "{}: 'make diagrams' draws it", source.display());
    }
}

#[test]
fn every_chapter_of_the_tutorial_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = fs::read_to_string(root.join("tests/e2e/tutorial.rs")).unwrap();
    let index = fs::read_to_string(root.join("docs/tutorial/README.md")).unwrap();
    let fence = Regex::new("(?m)^```[a-zA-Z]+$").unwrap();
    let files = fs::read_dir(root.join("docs/tutorial")).unwrap();
    let mut chapters = 0;
    for file in files.map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        // Commands that readers type are in `console` blocks, which tests run.
        for found in fence.find_iter(&text) {
            let block = text[found.end()..].split("\n```").next().unwrap();
            let typed = block.contains("\n$ ");
            assert_eq!(typed, found.as_str() == "```console", "{name}: {block}");
        }
        if name != "README.md" {
            chapters += 1;
            assert!(tests.contains(&format!("follow({name:?});")), "{name} is not run");
            assert!(index.contains(&format!("]({name})")), "{name} is not in the index");
        }
    }
    assert_eq!(chapters, 7);
}

#[test]
fn the_tutorial_explains_every_line_of_the_node_image() {
    let chapter = include_str!("../../docs/tutorial/1-node-image.md");
    let blocks = chapter.split("```Dockerfile\n").skip(1);
    let explained: String = blocks.map(|block| block.split("```").next().unwrap()).collect();
    let dockerfile = include_str!("../../dockerfiles/mok-debian-13/node/Dockerfile");
    let said = |text: &str| {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(said(&explained), said(dockerfile));
}
