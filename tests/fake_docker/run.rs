//! `docker run`: programs of a node image, run before there is a node.

use crate::engine::Engine;
use crate::exit::{Done, fail};
use crate::flags::ContainerFlags;
use crate::pattern::matches;
use crate::programs::in_root;

impl Engine {
    pub(crate) fn run(&mut self, words: &[String]) -> Done {
        let (flags, words) = ContainerFlags::read(self, words)?;
        if flags.interactive {
            self.save_stdin()?;
        }
        let line = words.join(" ");
        let is = |pattern: &str| matches(&line, pattern);
        if is("* /out/kubeadm config images list --kubernetes-version *")
            || is("* config images list --kubernetes-version=*")
        {
            self.print_file(&self.path("kubeadm-images.txt"))
        } else if is("* init --help") {
            self.print("  RootlessControlPlane=true|false (ALPHA - default=false)")
        } else if is("* -c exec /usr/lib/mok/snapshots/*") {
            api_server(&line)
        } else if is("* config validate --config=/dev/stdin") {
            if !self.stdin_has("noSuchField") {
                return Ok(());
            }
            eprintln!("error: strict decoding error: unknown field \"apiServer.noSuchField\"");
            fail("To see the stack trace")
        } else if is("* --config=/dev/stdin config dump") {
            if !self.stdin_has("noSuchTable") {
                return Ok(());
            }
            eprintln!("time=\"x\" level=error msg=\"Failure\"");
            fail("containerd: failed to unmarshal TOML at row 1 column 2")
        } else if is("* /etc/mok/settings.json") {
            let image = self.path("images").join(&words[0]);
            self.print_file(&in_root(&image, &words[1]))
        } else if is("* /proc/1/status") {
            self.print("Name:\tinit\nCapBnd:\t000001fffeffffff")
        } else if let Some(image) = words.first() {
            self.make_container(image, "exited", &flags).map(drop)
        } else {
            self.unknown()
        }
    }
}

/// The API server's help about its flags.
fn api_server(line: &str) -> Done {
    let said = if matches(line, "*--feature-gates=*NoSuchGate=*") {
        "unrecognized feature gate: NoSuchGate"
    } else if line.contains("--runtime-config=nosuch/") {
        "[--etcd-servers must be specified, unknown api groups nosuch/v1]"
    } else {
        "[--etcd-servers must be specified]"
    };
    fail(&format!("E1128 12:00:00.000000 1 run.go:72] \"command failed\" err=\"{said}\""))
}
