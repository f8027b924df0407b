//! The Debian package, installed in a minimal Debian.

use std::fs;

use crate::engine::{self, docker, docker_with, lines};

/// The base images that `build image` may use: one of them is there once an image has been built.
const BASES: [&str; 2] = ["local/mok-base:trixie", "debian:13"];

#[test]
#[ignore = "needs the package: `make deb-test`"]
fn the_package_is_installed_used_and_removed() {
    let Some(_turn) = engine::turn() else { return };
    let package = std::env::var_os("MOK_DEB").expect("MOK_DEB names no package");
    let package = fs::read(package).unwrap();
    let images = lines(&docker(&["image", "ls", "--format={{.Repository}}:{{.Tag}}"]).unwrap());
    let base = BASES.into_iter().find(|base| images.contains(*base)).expect("no base image");
    let container = format!("--name=e2e-package-{}", std::process::id());
    let mut words = vec!["run", "--rm", "--interactive", "--network=none", &container];
    words.extend(["--entrypoint=bash", base, "-c", include_str!("package.sh")]);
    let said = docker_with(&words, &package).unwrap();
    assert_eq!(String::from_utf8_lossy(&said).lines().last(), Some("nothing is left"));
}
