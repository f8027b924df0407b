//! Tests of the way from the engine's archive to what a node is sent.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::{Builder, Header};

use super::Saved;
use super::digest::digest;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const NAME: &str = "io.containerd.image.name";

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header
}

fn path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

type Files = BTreeMap<String, Vec<u8>>;

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn config(layers: &[&str]) -> String {
    let layers: Vec<_> = layers.iter().map(|layer| digest(layer.as_bytes())).collect();
    json!({ "rootfs": { "diff_ids": layers } }).to_string()
}

/// Returns an archive of these files and links, each link with its target.
fn archive(files: &[(&str, &[u8])], links: &[(&str, &str)]) -> File {
    let file = tempfile::tempfile().unwrap();
    let mut tar = Builder::new(&file);
    for (path, bytes) in files {
        tar.append_data(&mut header(bytes.len() as u64), path, *bytes).unwrap();
    }
    for (path, target) in links {
        let mut link = header(0);
        link.set_entry_type(tar::EntryType::Symlink);
        tar.append_link(&mut link, path, target).unwrap();
    }
    tar.finish().unwrap();
    drop(tar);
    file
}

/// Returns what a node is sent that has the `there` lowest layers of each image.
fn sent(archive: &File, there: usize) -> Files {
    let saved = Saved::read(archive).unwrap().unwrap();
    let mut bytes = Vec::new();
    saved.write(archive, &mut bytes, |image| Some((there, image.names.clone()))).unwrap();
    let mut files = Files::new();
    for entry in tar::Archive::new(&bytes[..]).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(files.insert(path, bytes).is_none(), "twice");
    }
    files
}

fn blob<'a>(files: &'a Files, digest: &Value) -> Option<&'a [u8]> {
    files.get(&path(digest.as_str().unwrap())).map(Vec::as_slice)
}

/// Returns the manifest of the image `name`.
fn manifest_of(files: &Files, name: &str) -> Value {
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    let mut entries = index["manifests"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["annotations"][NAME] == name).unwrap();
    serde_json::from_slice(blob(files, &entry["digest"]).unwrap()).unwrap()
}

#[test]
fn layers_that_are_there_are_named_and_not_sent() {
    let (one, two) = (config(&["base", "one"]), config(&["base", "two"]));
    let list = json!([
        { "Config": "1.json", "RepoTags": ["x:1", "x:2"], "Layers": ["a/layer.tar", "b/layer.tar"] },
        { "Config": "2.json", "RepoTags": ["y:1"], "Layers": ["c/layer.tar", "d/layer.tar"] },
    ])
    .to_string();
    let files: &[(&str, &[u8])] = &[
        ("a/layer.tar", b"base"),
        ("b/layer.tar", b"one"),
        ("d/layer.tar", b"two"),
        ("1.json", one.as_bytes()),
        ("2.json", two.as_bytes()),
        ("manifest.json", list.as_bytes()),
    ];
    let archive = archive(files, &[("c/layer.tar", "../a/layer.tar")]);
    let (all, upper, none) = (sent(&archive, 0), sent(&archive, 1), sent(&archive, 2));
    for (name, config, top) in [("x:1", &one, "one"), ("x:2", &one, "one"), ("y:1", &two, "two")] {
        let manifest = manifest_of(&all, name);
        assert_eq!(blob(&all, &manifest["config"]["digest"]), Some(config.as_bytes()));
        let layers = &manifest["layers"];
        assert_eq!((&layers[0]["size"], &layers[1]["size"]), (&json!(4), &json!(3)));
        assert_eq!(layers[0]["mediaType"], LAYER);
        assert_eq!(blob(&all, &layers[0]["digest"]), Some(&b"base"[..]));
        for there in [&upper, &none] {
            assert_eq!(manifest_of(there, name), manifest);
            assert_eq!(blob(there, &layers[0]["digest"]), None);
        }
        assert_eq!(blob(&upper, &layers[1]["digest"]), Some(top.as_bytes()));
        assert_eq!(blob(&none, &layers[1]["digest"]), None);
    }
}

#[test]
fn an_engines_own_layout_stays_as_it_is_but_for_layers_that_are_there() {
    let config = config(&["base", "top"]);
    let (base, top) = (packed(b"base"), packed(b"top"));
    let path_of = |bytes: &[u8]| path(&digest(bytes));
    let paths = [&base, &top].map(|layer| path_of(layer));
    let (config_path, manifest_path) = (path_of(config.as_bytes()), path_of(b"manifest"));
    let list = json!([{ "Config": config_path, "RepoTags": ["x:1"], "Layers": paths }]).to_string();
    let files: &[(&str, &[u8])] = &[
        ("oci-layout", b"{}"),
        (&paths[0], &base),
        (&paths[1], &top),
        (&config_path, config.as_bytes()),
        (&manifest_path, b"manifest"),
        ("index.json", b"index"),
        ("manifest.json", list.as_bytes()),
    ];
    let archive = archive(files, &[]);
    let mut all: Files = files.iter().map(|(path, it)| ((*path).into(), it.to_vec())).collect();
    assert_eq!(sent(&archive, 0), all);
    all.remove(&paths[0]);
    assert_eq!(sent(&archive, 1), all);
    all.remove(&paths[1]);
    assert_eq!(sent(&archive, 2), all);
}

#[test]
fn another_form_is_known_to_be_another() {
    let config = config(&["a", "b"]);
    let list = |layers: &str| format!(r#"[{{"Config":"c","RepoTags":null,"Layers":{layers}}}]"#);
    let of = |list: &str| {
        let files: &[(&str, &[u8])] =
            &[("c", config.as_bytes()), ("a", b"a"), ("manifest.json", list.as_bytes())];
        Saved::read(&archive(files, &[])).unwrap()
    };
    for other in ["{", "{}", &list(r#"["a"]"#), &list(r#"["a","gone"]"#)] {
        assert!(of(other).is_none(), "{other}");
    }
    assert!(of(&list(r#"["a","a"]"#)).is_some());
    assert!(Saved::read(&archive(&[("x", b"")], &[])).unwrap().is_none());
}
