//! A release, on a machine that has an engine and nothing else: no image, no compiler, no access
//! to a public registry.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::engine::{self, docker, node_image, output_of, shown, tell};
use crate::registry::{self, Registry};
use crate::second_engine::SecondEngine;
use crate::wait;

/// Serves the files of `folder` over HTTP, and returns the URL.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let name = first.split(' ').nth(1).unwrap().rsplit('/').next().unwrap();
            let mut file = File::open(folder.join(name)).unwrap();
            let length = file.metadata().unwrap().len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n");
            write!(connection, "{head}Connection: close\r\n\r\n").unwrap();
            io::copy(&mut file, &mut connection).unwrap();
        }
    });
    url
}

/// The home directory of a user on that machine.
struct User<'a> {
    engine: &'a SecondEngine,
    home: PathBuf,
}

impl User<'_> {
    /// Runs `words` with the programs of a minimal system on the PATH, and returns the output.
    fn run(&self, words: &[&str], more: &[(&str, &str)]) -> String {
        let output = self.tries(words, more);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs `words` as [`User::run`] does, and returns the result even if it fails.
    fn tries(&self, words: &[&str], more: &[(&str, &str)]) -> Output {
        let path = format!("{}/.local/bin:/usr/bin:/bin:/usr/sbin:/sbin", self.home.display());
        let mut command = Command::new("env");
        command.current_dir(&self.home).env_clear().envs(more.iter().copied());
        command.env("PATH", path).env("HOME", &self.home).env("DOCKER_HOST", &self.engine.host);
        command.args(words);
        output_of(command, b"").unwrap()
    }

    /// Gives the user the registry's credentials.
    fn logs_in(&self, registry: &str) {
        let login = ["docker", "login", "--username", registry::USER, "--password"];
        self.run(&[&login[..], &[registry::PASSWORD, registry]].concat(), &[]);
    }

    /// Creates a cluster `name` of one master and one worker, checks that both are Ready, and
    /// deletes it.
    fn creates(&self, name: &str, more: &[&str]) {
        let begun = Instant::now();
        self.run(&[&["mokctl", "create", "cluster", name, "1", "1"], more].concat(), &[]);
        tell(&format!("{name}: {:.1} s until two nodes are Ready", begun.elapsed().as_secs_f64()));
        let node = format!("{name}-master-1");
        let kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "get", "nodes"];
        let nodes = self.run(&[&["mokctl", "exec", &node, "--"][..], &kubectl].concat(), &[]);
        let ready = nodes.lines().filter(|line| line.contains(" Ready ")).count();
        assert!(ready == 2 && nodes.contains("v1.37.2"), "{nodes}");
        self.run(&["mokctl", "delete", "cluster", name, "--yes"], &[]);
    }
}

/// Returns the file in `folder` whose name has this beginning and this end.
fn find(folder: &Path, begin: &str, end: &str) -> String {
    let mut names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let is_it = |name: &str| name.starts_with(begin) && name.ends_with(end);
    names.find_map(|name| name.into_string().ok().filter(|name| is_it(name))).unwrap()
}

#[test]
#[ignore = "needs the files of a release: `make release-test`"]
fn from_nothing_to_a_cluster_with_three_commands() {
    // Not `turn`, which would build an image.
    let dist = PathBuf::from(std::env::var_os("MOK_DIST").expect("MOK_DIST names no folder"));
    let engine = SecondEngine::bare();
    let user = User { engine: &engine, home: engine.folder.join("home") };
    fs::create_dir(&user.home).unwrap();
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let program = find(&dist, "mokctl-", &format!("-linux-{arch}"));
    let version = program.split('-').nth(1).unwrap();
    let url = serve(dist.clone());
    let release = [("MOKCTL_VERSION", version), ("MOKCTL_URL", url.as_str())];
    let script = dist.join("install.sh").display().to_string();

    let told = user.run(&["sh", &script], &release);
    assert!(told.contains(&format!("/.local/bin/mokctl is mokctl {version}")), "{told}");
    let image = find(&dist, "mokctl-node-v1.37.2-", ".tar.zst");
    let begun = Instant::now();
    let files = [format!("{url}/{image}"), format!("{url}/SHA256SUMS")];
    user.run(&["curl", "--silent", "--fail", "--remote-name-all", &files[0], &files[1]], &[]);
    tell(&format!("downloaded in {:.1} s", begun.elapsed().as_secs_f64()));
    user.creates("e2e-release-f", &["--image-file", &image]);
    // The image is here now.
    user.creates("e2e-release-h", &["--image-file", &image]);
}

/// An address at which something listens in the engine's network.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "slow: pushes and pulls a node image"]
fn an_engine_without_an_image_pulls_it_from_a_registry() {
    let Some(_turn) = engine::turn() else { return };
    let engine = SecondEngine::bare();
    let user = User { engine: &engine, home: engine.folder.join("home") };
    let bin = user.home.join(".local/bin");
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mokctl"), bin.join("mokctl")).unwrap();
    let folder = engine.folder.join("registry");
    fs::create_dir(&folder).unwrap();
    let port = {
        let registry = Registry::with_login(&folder);
        let image = format!("localhost:{}/mok/mok-debian-13:v1.37.2", registry.port);
        let config = folder.join("client").display().to_string();
        registry.log_in(&config);
        docker(&["tag", node_image().unwrap(), &image]).unwrap();
        let pushed = docker(&["--config", &config, "push", "--quiet", &image]);
        docker(&["image", "rm", &image]).unwrap();
        pushed.unwrap();
        registry.port
    };
    let space = format!("--net=/run/netns/{}", engine.script("space", &[]));
    let mut command = Command::new("nsenter");
    command.args([&space, "docker-registry", "serve"]).arg(folder.join("registry.yml"));
    let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _server = Server(server);
    let repository = format!("localhost:{port}/mok");
    wait::until("the registry", Duration::from_secs(30), || {
        let root = format!("http://localhost:{port}/");
        let curl = ["curl", "--silent", "--fail", root.as_str()];
        let output = Command::new("nsenter").arg(&space).args(curl).output().unwrap();
        if output.status.success() { Ok(()) } else { Err(shown("curl", &output)) }
    });

    let pull = ["mokctl", "build", "image", "--get-prebuilt-image", "--image-repository"];
    let refused = user.tries(&[&pull[..], &[&repository]].concat(), &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("hint: 'docker login' if"), "{said}");
    user.logs_in(&format!("localhost:{port}"));
    user.creates("e2e-release-r", &["--image-repository", &repository]);
    let images = || engine.docker(&["image", "ls", "--format={{.Repository}}:{{.Tag}}"]).unwrap();
    assert!(images().contains("local/mok-debian-13:v1.37.2"), "{}", images());

    // The registry plays the proxy: it accepts requests in the form that a proxy gets. No
    // resolver knows the other name.
    engine.docker(&["system", "prune", "--all", "--force"]).unwrap();
    assert_eq!(images(), "");
    let far = format!("registry.invalid:{port}");
    let proxy = format!("http://localhost:{port}");
    engine.restart_behind(&proxy, &format!("{{\"insecure-registries\": [\"{far}\"]}}"));
    user.logs_in(&far);
    let pulled = user.run(&[&pull[..], &[&format!("{far}/mok")]].concat(), &[]);
    assert_eq!(pulled, "local/mok-debian-13:v1.37.2\n");
}
