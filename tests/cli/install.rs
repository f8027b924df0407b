//! `make install`: the program, and the files that are installed with it.

use std::fs;
use std::process::Command;

use crate::harness::Machine;

#[test]
#[ignore = "needs make: `make check` is run by it"]
fn the_program_its_manual_page_and_completions_are_installed() {
    let machine = Machine::new();
    let to = machine.path("to");
    let make = Command::new("make")
        // The program is built already, so make must not build it again.
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "--old-file=build", "install", "PREFIX=/usr"])
        .arg(format!("MOKCTL={}", env!("CARGO_BIN_EXE_mokctl")))
        .arg(format!("DESTDIR={}", to.display()))
        .output()
        .unwrap();
    assert!(make.status.success(), "{make:?}");
    for (path, line) in [
        ("share/man/man1/mokctl.1", "man"),
        ("share/bash-completion/completions/mokctl", "completion bash"),
        ("share/zsh/site-functions/_mokctl", "completion zsh"),
        ("share/fish/vendor_completions.d/mokctl.fish", "completion fish"),
    ] {
        let text = fs::read_to_string(to.join("usr").join(path)).unwrap();
        assert!(!text.is_empty(), "{path}");
        machine.mokctl(line).stdout(text).run();
    }
    let help = Command::new(to.join("usr/bin/mokctl")).arg("-h").output().unwrap();
    assert_eq!(String::from_utf8(help.stdout).unwrap(), mokctl::cli::usage());
}

#[test]
#[ignore = "needs groff: `make check` sees to it"]
fn the_manual_page_is_formatted_without_a_warning() {
    let machine = Machine::new();
    let page = machine.mokctl("man").outcome().stdout;
    fs::write(machine.path("mokctl.1"), page).unwrap();
    let groff = Command::new("groff")
        .args(["-man", "-ww", "-Tascii", "-P-cbou"])
        .arg(machine.path("mokctl.1"))
        .output()
        .unwrap();
    let text = String::from_utf8(groff.stdout).unwrap();
    assert!(
        groff.status.success() && groff.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&groff.stderr)
    );
    for line in ["   create worker NAME [COUNT]", "       MOKCTL_API_PORT"] {
        assert!(text.lines().any(|found| found == line), "no {line:?} in {text}");
    }
}
