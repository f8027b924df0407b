//! Tests that a written file can be read again, and that every change to it is detected.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::sum::copy;
use super::*;

fn header() -> Header {
    Header {
        snapshot: SnapshotName::parse("s").unwrap(),
        nodes: ["a-master-1", "a-lb"].map(|word| NodeName::parse(word).unwrap()).into(),
        bases: vec![NodeImageId {
            name: "local/x:1".into(),
            id: format!("sha256:{}", "0".repeat(64)),
        }],
    }
}

/// Returns an archive of files, as the engine writes one.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, *content).unwrap();
    }
    let mut link = tar::Header::new_ustar();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder.append_link(&mut link, "3/layer.tar", "../1/layer.tar").unwrap();
    builder.into_inner().unwrap()
}

const LIST: &[u8] =
    br#"[{"RepoTags":["mok-snapshot/s:a-master-1"]},{"RepoTags":["mok-snapshot/s:a-lb"]}]"#;
const FILES: [(&str, &[u8]); 4] = [
    ("1/layer.tar", b"of the node image"),
    ("2/layer.tar", b"of the snapshot"),
    ("2/json", b"{}"),
    ("manifest.json", LIST),
];

/// Writes an exported snapshot from an archive with `files`, without the layer of the node image.
fn written(files: &[(&str, &[u8])], folder: &TempDir) -> File {
    let mut file = tempfile::tempfile_in(folder).unwrap();
    let base = copy(FILES[0].1, &mut io::sink()).unwrap();
    let images = archive(files);
    write(&header(), &images[..], &BTreeSet::from([base]), folder.path(), &mut file).unwrap();
    file.rewind().unwrap();
    file
}

/// Returns the decompressed bytes of an exported snapshot with four files.
fn unpacked(folder: &TempDir) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(written(&FILES, folder)).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Compresses `bytes` to a file, and checks the file.
fn checked(bytes: &[u8], folder: &TempDir) -> Result<Header, FileError> {
    let path = folder.path().join("packed");
    let mut encoder = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap();
    check(&File::open(path).unwrap())
}

#[test]
fn what_is_written_is_read_again_without_the_layers_of_the_node_image() {
    let folder = TempDir::new().unwrap();
    let file = written(&FILES, &folder);
    assert_eq!(check(&file).unwrap(), header());
    let bytes = unpacked(&folder);
    let mut archive = tar::Archive::new(&bytes[..]);
    let paths = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().into_owned());
    let want = [
        "mok-snapshot.json",
        "2/layer.tar",
        "2/json",
        "manifest.json",
        "3/layer.tar",
        "mok-snapshot.sha256",
    ];
    assert!(paths.eq(want.map(Path::new)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something is left");
}

#[test]
fn a_change_of_any_byte_is_noticed() {
    let folder = TempDir::new().unwrap();
    let bytes = unpacked(&folder);
    assert!(checked(&bytes, &folder).is_ok());
    // Changes every byte of the entries' names and contents, but not of the other header fields.
    for (at, _) in bytes.iter().enumerate().filter(|(at, byte)| at % 512 < 100 && **byte != 0) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(checked(&bytes, &folder).is_err(), "byte {at}");
    }
}

#[test]
fn what_is_cut_short_is_noticed() {
    let folder = TempDir::new().unwrap();
    let mut bytes = Vec::new();
    written(&FILES, &folder).read_to_end(&mut bytes).unwrap();
    let path = folder.path().join("cut");
    for length in (0..bytes.len()).step_by(7) {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(check(&File::open(&path).unwrap()).is_err(), "{length} bytes");
    }
}

#[test]
fn a_file_of_other_images_than_it_says_is_refused() {
    let folder = TempDir::new().unwrap();
    for list in [
        &br#"[{"RepoTags":["mok-snapshot/s:a-master-1"]}]"#[..],
        br#"[{"RepoTags":["mok-snapshot/s:a-master-1", "debian:12"]},{"RepoTags":["mok-snapshot/s:a-lb"]}]"#,
        br#"[{"RepoTags":null}]"#,
        b"{",
    ] {
        let files = [FILES[1], ("manifest.json", list)];
        let error = check(&written(&files, &folder)).unwrap_err();
        assert!(matches!(error, FileError::Foreign), "{error}");
    }
}

#[test]
fn something_else_is_no_snapshot() {
    let folder = TempDir::new().unwrap();
    let error = |bytes: &[u8]| checked(bytes, &folder).unwrap_err();
    assert!(matches!(error(&archive(&FILES)), FileError::Foreign));
    assert!(matches!(error(b"text"), FileError::Foreign));
    let path = folder.path().join("plain");
    fs::write(&path, "text").unwrap();
    assert!(matches!(check(&File::open(path).unwrap()), Err(FileError::Foreign)));
    let error = check(&File::open(folder.path()).unwrap()).unwrap_err();
    assert!(matches!(error, FileError::Read(_) | FileError::Foreign), "{error}");
}

#[test]
fn a_header_is_read_as_it_was_written() {
    let json = header().to_json();
    assert_eq!(Header::from_json(json.as_bytes()).unwrap(), header());
    let refused = |from: &str, to: &str| {
        Header::from_json(json.replace(from, to).as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(refused("\"schema\": 1", "\"schema\": 2"), "written by a later version of mokctl");
    for (from, to) in [("\"s\"", "\"S\""), ("a-lb", "a"), ("sha256:", "--x="), ("{", "[")] {
        assert_eq!(refused(from, to), "not a snapshot that mokctl exported", "{to}");
    }
}
