//! A shell that runs one command after another, like a user's: each finds the variables that
//! earlier ones have set.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::cluster::Cluster;

/// The line that ends a command's output. No program prints it by chance.
const END: &str = "--- that was all of it:";
/// How long the shell may run, in seconds: longer than any chapter takes.
const SECONDS: &str = "1500";

/// A shell with a separate home directory, mokctl on its PATH and a cluster's kubeconfig.
pub(crate) struct Shell {
    bash: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Shell {
    /// Starts the shell.
    pub(crate) fn start(cluster: &Cluster) -> Self {
        let home = cluster.folder().join("home");
        fs::create_dir(&home).unwrap();
        let mut path =
            Path::new(env!("CARGO_BIN_EXE_mokctl")).parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        // The docker client's settings are kept, so that the user's choice of an engine counts.
        let docker_config = std::env::var_os("DOCKER_CONFIG").unwrap_or_else(|| {
            let mut own = std::env::var_os("HOME").unwrap_or_default();
            own.push("/.docker");
            own
        });
        // `timeout` ends everything that runs in the shell as well.
        let mut bash = Command::new("timeout")
            .args(["--kill-after=10", SECONDS, "bash", "--noprofile", "--norc"])
            .current_dir(&home)
            .env("HOME", &home)
            .env("KUBECONFIG", cluster.kubeconfig())
            .env("PATH", path)
            .env("DOCKER_CONFIG", docker_config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = bash.stdin.take().unwrap();
        let stdout = BufReader::new(bash.stdout.take().unwrap());
        stdin.write_all(b"exec 2>&1\n").unwrap();
        Self { bash, stdin, stdout }
    }

    /// Runs `command` and returns its output and its exit status.
    pub(crate) fn run(&mut self, command: &str) -> (String, i32) {
        // The command must not read the shell's input.
        let told = format!("{{ {command}\n}} </dev/null\nprintf '\\n%s %s\\n' '{END}' $?\n");
        self.stdin.write_all(told.as_bytes()).unwrap();
        let mut printed = String::new();
        loop {
            let mut line = Vec::new();
            let read = self.stdout.read_until(b'\n', &mut line).unwrap();
            assert!(read > 0, "{command}\n{printed}\nthe shell has ended");
            let line = String::from_utf8_lossy(&line);
            if let Some(status) = line.strip_prefix(END) {
                return (printed, status.trim().parse().unwrap());
            }
            printed.push_str(&line);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.stdin.write_all(b"exit\n");
        let _ = self.bash.wait();
    }
}
