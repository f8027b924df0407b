//! A second engine with the node image, gone when the test ends: one that a test may
//! fill and end, or one as far away as another machine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::engine::{docker, node_image, output_of, shown, tell};

/// What brings it up and takes it away.
pub(crate) const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/second-engine.sh");

/// An engine, and all its files.
pub(crate) struct SecondEngine {
    /// Its files.
    pub(crate) folder: PathBuf,
    /// As `DOCKER_HOST` has it.
    pub(crate) host: String,
}

impl SecondEngine {
    /// Reached over TCP alone.
    pub(crate) fn far() -> Self {
        // Below it is the engine's store: not for a tmpfs.
        let folder = PathBuf::from(format!("/var/tmp/mok-far-{}", std::process::id()));
        Self { folder, host: String::new() }.started("far")
    }

    /// Reached by a socket.
    pub(crate) fn near() -> Self {
        let folder = PathBuf::from(format!("/var/tmp/mok-near-{}", std::process::id()));
        Self { folder, host: String::new() }.started("near")
    }

    /// The same without the node image.
    pub(crate) fn bare() -> Self {
        let folder = PathBuf::from(format!("/var/tmp/mok-bare-{}", std::process::id()));
        let mut engine = Self { folder, host: String::new() };
        engine.host = engine.script("start", &["near"]);
        engine
    }

    /// Starts the near engine anew, with the settings of a `daemon.json`.
    pub(crate) fn restart_with(&self, settings: &str) {
        self.script("kill", &[]);
        fs::write(self.folder.join("daemon.json"), settings).unwrap();
        self.script("start", &["near"]);
    }

    /// The same behind an HTTP proxy, as the machine's administrator sets it.
    pub(crate) fn restart_behind(&self, proxy: &str, settings: &str) {
        self.script("kill", &[]);
        fs::write(self.folder.join("daemon.json"), settings).unwrap();
        self.script_with("start", &["near"], &[("HTTP_PROXY", proxy)]);
    }

    /// Reached by a socket, on a disk of `size`.
    pub(crate) fn with_disk(folder: PathBuf, size: &str) -> Self {
        let engine = Self { folder, host: String::new() };
        engine.script("disk", &[size]);
        engine.started("near")
    }

    fn started(mut self, place: &str) -> Self {
        self.host = self.script("start", &[place]);
        self.load_image();
        tell(&format!("a second engine answers at {}", self.host));
        self
    }

    /// Brings the node image to it.
    pub(crate) fn load_image(&self) {
        let load = "docker save \"$1\" | docker --host \"$2\" load --quiet";
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", load, "load", node_image().unwrap(), &self.host]);
        let output = output_of(command, b"").unwrap();
        assert!(output.status.success(), "{}", shown("load", &output));
    }

    /// A command of the script: what it prints.
    pub(crate) fn script(&self, command: &str, more: &[&str]) -> String {
        self.script_with(command, more, &[])
    }

    fn script_with(&self, command: &str, more: &[&str], env: &[(&str, &str)]) -> String {
        let mut script = Command::new(SCRIPT);
        script.arg(command).arg(&self.folder).args(more).envs(env.iter().copied());
        let output = output_of(script, b"").unwrap();
        assert!(output.status.success(), "{}", shown(command, &output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The client, for this engine.
    pub(crate) fn docker(&self, words: &[&str]) -> Result<String, String> {
        docker(&[&[format!("--host={}", self.host).as_str()], words].concat())
    }
}

impl Drop for SecondEngine {
    fn drop(&mut self) {
        let mut script = Command::new(SCRIPT);
        script.arg("remove").arg(&self.folder);
        if let Some(output) = output_of(script, b"").ok().filter(|output| !output.status.success())
        {
            tell(&shown("second-engine.sh remove", &output));
        }
    }
}
