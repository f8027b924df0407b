//! `install.sh` of a release, downloaded from a web server in the test.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/install.sh");
const PROGRAM: &str = if cfg!(target_arch = "aarch64") {
    "mokctl-1.2.3-linux-arm64"
} else {
    "mokctl-1.2.3-linux-amd64"
};
const SHARE: &str = "mokctl-1.2.3-share.tar.gz";

/// The files that the server has.
type Files = BTreeMap<&'static str, Vec<u8>>;

/// A release whose program is a script that prints its version.
fn release() -> Files {
    let program = b"#!/bin/sh\necho mokctl 1.2.3\n".to_vec();
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut share = tar::Builder::new(gzip);
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    header.set_mode(0o644);
    header.set_cksum();
    share.append_data(&mut header, "man/man1/mokctl.1", &b".TH x"[..]).unwrap();
    let share = share.into_inner().unwrap().finish().unwrap();
    let sum = |name: &str, bytes: &[u8]| {
        let sum: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        format!("{sum}  {name}\n")
    };
    let sums = sum(PROGRAM, &program) + &sum(SHARE, &share);
    BTreeMap::from([("SHA256SUMS", sums.into_bytes()), (PROGRAM, program), (SHARE, share)])
}

/// Serves `files`, but only the first half of `cut`, and returns the URL.
fn serve(files: Files, cut: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1.2.3", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let path = first.split(' ').nth(1).unwrap().rsplit('/').next().unwrap();
            let Some(bytes) = files.get(path) else {
                write!(connection, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n").unwrap();
                continue;
            };
            let length = if cut == Some(path) { bytes.len() / 2 } else { bytes.len() };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", bytes.len());
            write!(connection, "{head}Connection: close\r\n\r\n").unwrap();
            connection.write_all(&bytes[..length]).unwrap();
        }
    });
    url
}

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn install(&self, url: &str, more: &[(&str, &str)]) -> Output {
        let mut command = Command::new("sh");
        command.arg(SCRIPT).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.0.path());
        command.env("MOKCTL_VERSION", "1.2.3").env("MOKCTL_URL", url);
        command.envs(more.iter().copied()).output().unwrap()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(".local").join(path)
    }

    /// Checks that nothing was installed and that the error is `why`.
    #[track_caller]
    fn refuses(&self, output: &Output, why: &str) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(why), "{output:?}");
        assert!(!self.0.path().join(".local").exists());
    }
}

#[test]
fn a_release_is_installed_below_the_home_without_root() {
    let home = Home::new();
    let output = home.install(&serve(release(), None), &[]);
    assert!(output.status.success(), "{output:?}");
    let bin = home.path("bin");
    let (program, bin) = (bin.join("mokctl").display().to_string(), bin.display().to_string());
    let told = format!("{program} is mokctl 1.2.3\nadd {bin} to your PATH\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), told);
    assert!(home.path("share/man/man1/mokctl.1").exists());
}

#[test]
fn what_is_cut_short_or_changed_or_missing_is_not_installed() {
    let home = Home::new();
    for cut in [PROGRAM, SHARE, "SHA256SUMS"] {
        home.refuses(&home.install(&serve(release(), Some(cut)), &[]), "install.sh: ");
    }
    let mut files = release();
    files.insert(PROGRAM, b"#!/bin/sh\necho evil\n".to_vec());
    let why = format!("{PROGRAM}: wrong checksum\n");
    home.refuses(&home.install(&serve(files, None), &[]), &why);
    let mut files = release();
    files.insert("SHA256SUMS", Vec::new());
    home.refuses(&home.install(&serve(files, None), &[]), &why);
    let mut files = release();
    files.remove(SHARE);
    home.refuses(&home.install(&serve(files, None), &[]), "cannot download http://");
    let output = home.install("", &[]);
    home.refuses(&output, "install.sh: set MOKCTL_VERSION and MOKCTL_URL\n");
}

/// Signs the checksums with `ssh-keygen`, as `make release KEY=...` does.
fn signed(folder: &Path, by: &str, files: &Files) -> Vec<u8> {
    let (sums, key) = (folder.join("SHA256SUMS"), folder.join(by));
    fs::write(&sums, &files["SHA256SUMS"]).unwrap();
    let run = |words: &[&str], file: &Path| {
        let output = Command::new("ssh-keygen").args(words).arg(file).output();
        assert!(output.unwrap().status.success());
    };
    run(&["-q", "-t", "ed25519", "-N", "", "-f"], &key);
    run(&["-q", "-Y", "sign", "-n", "mokctl", "-f", key.to_str().unwrap()], &sums);
    let signature = folder.join("SHA256SUMS.sig");
    let bytes = fs::read(&signature).unwrap();
    fs::remove_file(signature).unwrap();
    bytes
}

#[test]
fn with_allowed_signers_the_checksums_must_be_signed_by_one() {
    let (home, keys) = (Home::new(), TempDir::new().unwrap());
    let mut files = release();
    let mine = signed(keys.path(), "mine", &files);
    let other = signed(keys.path(), "other", &files);
    let public = fs::read_to_string(keys.path().join("mine.pub")).unwrap();
    let signers = keys.path().join("signers");
    fs::write(&signers, format!("mokctl {public}")).unwrap();
    let signers = [("MOKCTL_SIGNERS", signers.to_str().unwrap())];
    home.refuses(&home.install(&serve(files.clone(), None), &signers), "SHA256SUMS.sig");
    files.insert("SHA256SUMS.sig", other);
    let why = "SHA256SUMS is not signed by an allowed signer\n";
    home.refuses(&home.install(&serve(files.clone(), None), &signers), why);
    files.insert("SHA256SUMS.sig", mine);
    let output = home.install(&serve(files, None), &signers);
    assert!(output.status.success(), "{output:?}");
}
