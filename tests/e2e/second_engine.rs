//! A second engine with the node image, removed when the test ends. A test may fill its disk and
//! kill it, or use it as a remote engine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::engine::{docker, node_image, output_of, shown, tell};

/// The script that starts and removes the engine.
pub(crate) const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/second-engine.sh");

/// A second engine.
pub(crate) struct SecondEngine {
    /// The folder of its files.
    pub(crate) folder: PathBuf,
    /// Its address, in the form of `DOCKER_HOST`.
    pub(crate) host: String,
}

impl SecondEngine {
    /// Starts an engine that is reached over TCP alone.
    pub(crate) fn far() -> Self {
        // The engine keeps its data in this folder: it is too large for a tmpfs.
        let folder = PathBuf::from(format!("/var/tmp/mok-far-{}", std::process::id()));
        Self { folder, host: String::new() }.started("far")
    }

    /// Starts an engine that is reached by a Unix socket.
    pub(crate) fn near() -> Self {
        let folder = PathBuf::from(format!("/var/tmp/mok-near-{}", std::process::id()));
        Self { folder, host: String::new() }.started("near")
    }

    /// Starts an engine that is reached by a Unix socket and lacks the node image.
    pub(crate) fn bare() -> Self {
        let folder = PathBuf::from(format!("/var/tmp/mok-bare-{}", std::process::id()));
        let mut engine = Self { folder, host: String::new() };
        engine.host = engine.script("start", &["near"]);
        engine
    }

    /// Restarts the engine with these settings as its `daemon.json`.
    pub(crate) fn restart_with(&self, settings: &str) {
        self.script("kill", &[]);
        fs::write(self.folder.join("daemon.json"), settings).unwrap();
        self.script("start", &["near"]);
    }

    /// Restarts the engine with an HTTP proxy in its environment, as an administrator sets it.
    pub(crate) fn restart_behind(&self, proxy: &str, settings: &str) {
        self.script("kill", &[]);
        fs::write(self.folder.join("daemon.json"), settings).unwrap();
        self.script_with("start", &["near"], &[("HTTP_PROXY", proxy)]);
    }

    /// Starts an engine that is reached by a Unix socket and has a disk of `size`.
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

    /// Copies the node image to the engine.
    pub(crate) fn load_image(&self) {
        let load = "docker save \"$1\" | docker --host \"$2\" load --quiet";
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", load, "load", node_image().unwrap(), &self.host]);
        let output = output_of(command, b"").unwrap();
        assert!(output.status.success(), "{}", shown("load", &output));
    }

    /// Runs a command of the script and returns its output.
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

    /// Runs the docker client against this engine.
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
