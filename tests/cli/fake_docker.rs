//! A docker client with its engine in one, as files in a folder: a program for
//! mokctl to run (`fake_docker.sh`), and here its layout, its faults and what it
//! has recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mokctl::image::flavour::FLAVOURS;

/// What kubeadm and the cluster's certificates say: another for each engine, so
/// that nothing in mokctl can know it beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) endpoint: String,
    pub(crate) hash: String,
    pub(crate) ca_data: String,
    pub(crate) token: String,
    pub(crate) certificate_key: String,
    pub(crate) client_certificate_data: String,
    pub(crate) client_key_data: String,
    pub(crate) kubelet_key: String,
}

impl Words {
    fn random() -> Self {
        let token = format!("{}.{}", hex(6), hex(16));
        let (a, b) = (random() % 256, random() % 256);
        Self {
            endpoint: format!("10.{a}.{b}.77:{}", 1025 + random() % 60000),
            hash: format!("sha256:{}", hex(64)),
            ca_data: format!("Q0Eg{}", hex(60)),
            token,
            certificate_key: hex(64),
            client_certificate_data: format!("Q2Vy{}", hex(60)),
            client_key_data: format!("S2V5{}", hex(60)),
            kubelet_key: hex(64),
        }
    }

    /// What nobody may see on a command line or a screen.
    pub(crate) fn secrets(&self) -> [&str; 5] {
        [
            &self.token,
            &self.certificate_key,
            &self.client_certificate_data,
            &self.client_key_data,
            &self.kubelet_key,
        ]
    }

    fn fill(&self, text: &str) -> String {
        let key = &self.certificate_key;
        // kubeadm prints it at a line's end, where an editor would take it away.
        let blank = " ".to_owned();
        [
            ("@ENDPOINT@", &self.endpoint),
            ("@HASH@", &self.hash),
            ("@CA_DATA@", &self.ca_data),
            ("@BLANK@", &blank),
            ("@TOKEN@", &self.token),
            ("@CERTIFICATE_KEY@", key),
            ("@CLIENT_CERTIFICATE_DATA@", &self.client_certificate_data),
            ("@CLIENT_KEY_DATA@", &self.client_key_data),
        ]
        .iter()
        .fold(text.to_owned(), |text, (mark, word)| text.replace(mark, word))
    }
}

fn random() -> u64 {
    RandomState::new().hash_one(())
}

fn hex(length: usize) -> String {
    let digit = || char::from_digit((random() % 16).try_into().unwrap(), 16).unwrap();
    std::iter::repeat_with(digit).take(length).collect()
}

/// One call, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) number: usize,
    pub(crate) argv: Vec<String>,
    pub(crate) stdin: Option<Vec<u8>>,
    /// Its place among all starts and ends.
    pub(crate) started: usize,
    /// None where the client was killed.
    pub(crate) ended: Option<usize>,
    pub(crate) status: Option<i32>,
}

impl Call {
    pub(crate) fn line(&self) -> String {
        self.argv.join(" ")
    }

    /// The command without its flags, such as `create`, `network ls`, `exec`.
    pub(crate) fn verb(&self) -> String {
        let words = match self.argv.first().map(String::as_str) {
            Some("container" | "image" | "network") => 2,
            _ => 1,
        };
        self.argv[..words.min(self.argv.len())].join(" ")
    }

    /// The argument of `--NAME=`, wherever it stands.
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        let start = format!("--{name}=");
        self.argv.iter().find_map(|word| word.strip_prefix(start.as_str()))
    }

    pub(crate) fn labels(&self) -> BTreeMap<&str, &str> {
        let labels = self.argv.iter().filter_map(|word| word.strip_prefix("--label="));
        labels.filter_map(|label| label.split_once('=')).collect()
    }
}

/// A container or network that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) labels: BTreeMap<String, String>,
    /// Of a container, such as `running`.
    pub(crate) status: String,
}

/// The engine's folder, beside the folder of its client.
#[derive(Debug)]
pub(crate) struct FakeDocker {
    root: PathBuf,
    pub(crate) words: Words,
}

impl FakeDocker {
    /// Lays everything out below `root`: a new engine, with a node image.
    pub(crate) fn new(root: &Path) -> Self {
        let docker = Self { root: root.to_owned(), words: Words::random() };
        for folder in [
            "calls/0",
            "containers",
            "networks",
            "images",
            "ids",
            "ports",
            "subnets",
            "removed",
            "rules",
        ] {
            fs::create_dir_all(docker.engine(folder)).unwrap();
        }
        docker.write("events", "");

        fs::create_dir_all(docker.engine("networks/bridge")).unwrap();
        docker.write("networks/bridge/id", &format!("{}\n", "b".repeat(64)));
        docker.write(&format!("ids/{}", "b".repeat(64)), "bridge\n");
        docker.write("networks/bridge/subnet", "172.17.0.0/16\n");
        docker.write("networks/bridge/labels", "");

        let flavour = &FLAVOURS[0];
        let mut labels = vec![format!("mok.image.kubernetes={}", flavour.kubernetes)];
        labels.extend(flavour.labels.iter().map(|(key, value)| format!("{key}={value}")));
        docker.add_image(&flavour.image(), &labels);

        let words = &docker.words;
        let control_plane = include_str!("../data/kubeadm-init-v1.20.2-control-plane.txt");
        let init = include_str!("../data/kubeadm-init-v1.20.2.txt");
        docker.write("kubeadm-init.txt", &words.fill(&init.replace("@CONTROL_PLANE@", "")));
        docker.write(
            "kubeadm-init-upload-certs.txt",
            &words.fill(&init.replace("@CONTROL_PLANE@", control_plane)),
        );
        let join = "kubeadm join @ENDPOINT@ --token @TOKEN@ --discovery-token-ca-cert-hash @HASH@";
        docker.write("token.txt", &words.fill(&format!("{join}\n")));
        let masters = format!("{join} --control-plane --certificate-key @CERTIFICATE_KEY@\n");
        docker.write("token-masters.txt", &words.fill(&masters));
        docker.write("admin.conf", &words.fill(include_str!("../data/admin.conf")));
        let mut credentials = tar::Builder::new(Vec::new());
        let content = format!("client-key-data: {}\n", words.kubelet_key);
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        let path = "etc/kubernetes/kubelet.conf";
        credentials.append_data(&mut header, path, content.as_bytes()).unwrap();
        fs::write(docker.engine("credentials.tar"), credentials.into_inner().unwrap()).unwrap();

        let client = docker.client();
        fs::create_dir_all(client.parent().unwrap()).unwrap();
        fs::write(&client, include_str!("fake_docker.sh")).unwrap();
        fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).unwrap();
        docker
    }

    /// The engine that was copied to `root` with all its folders.
    pub(crate) fn copied(&self, root: &Path) -> Self {
        Self { root: root.to_owned(), words: self.words.clone() }
    }

    /// The docker program.
    pub(crate) fn client(&self) -> PathBuf {
        self.root.join("bin/docker")
    }

    fn engine(&self, path: &str) -> PathBuf {
        self.root.join("engine").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.engine(path), text).unwrap();
    }

    pub(crate) fn add_image(&self, reference: &str, labels: &[String]) {
        let folder = format!("images/{reference}");
        fs::create_dir_all(self.engine(&folder)).unwrap();
        let lines: String = labels.iter().map(|label| format!("{label}\n")).collect();
        self.write(&format!("{folder}/labels"), &lines);
    }

    pub(crate) fn remove_images(&self) {
        fs::remove_dir_all(self.engine("images")).unwrap();
        fs::create_dir(self.engine("images")).unwrap();
    }

    /// The engine cannot grant `--privileged`.
    pub(crate) fn refuse_privileges(&self) {
        self.write("without_privileges", "");
    }

    /// Somebody else has a network there; the list of networks does not say so.
    pub(crate) fn take_subnet(&self, address: &str) {
        fs::create_dir(self.engine("subnets").join(address)).unwrap();
    }

    /// Something that shall go wrong with the calls whose words, joined by
    /// blanks, match `glob`.
    pub(crate) fn on(&self, glob: &str) -> Rule {
        let count = fs::read_dir(self.engine("rules")).unwrap().count();
        let folder = self.engine("rules").join(format!("{count:03}"));
        fs::create_dir(&folder).unwrap();
        let rule = Rule { folder };
        rule.write("glob", glob);
        rule.write("nth", "");
        rule
    }

    /// All calls, as they came.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let events = fs::read_to_string(self.engine("events")).unwrap();
        let mut calls: BTreeMap<usize, Call> = BTreeMap::new();
        for (at, event) in events.lines().enumerate() {
            let words: Vec<_> = event.split(' ').collect();
            let number: usize = words[1].parse().unwrap();
            if words[0] == "start" {
                let folder = self.engine("calls").join(number.to_string());
                let argv = fs::read_to_string(folder.join("argv")).unwrap();
                let argv = argv.split_terminator('\0').map(String::from).collect();
                let stdin = fs::read(folder.join("stdin")).ok();
                let call = Call { number, argv, stdin, started: at, ended: None, status: None };
                calls.insert(number, call);
            } else if let Some(call) = calls.get_mut(&number) {
                call.ended = Some(at);
                call.status = words[2].parse().ok();
            }
        }
        calls.into_values().collect()
    }

    /// The only call whose words, joined by blanks, start so.
    pub(crate) fn call(&self, start: &str) -> Call {
        let calls = self.calls();
        let mut found = calls.iter().filter(|call| call.line().starts_with(start));
        match (found.next(), found.next()) {
            (Some(call), None) => call.clone(),
            (None, _) => panic!("no call '{start}' in\n{}", self.log()),
            (Some(_), Some(_)) => panic!("several calls '{start}' in\n{}", self.log()),
        }
    }

    pub(crate) fn containers(&self) -> Vec<Object> {
        self.objects("containers")
    }

    /// Without the engine's own.
    pub(crate) fn networks(&self) -> Vec<Object> {
        let mut networks = self.objects("networks");
        networks.retain(|network| network.name != "bridge");
        networks
    }

    /// Names of all that mokctl can make.
    pub(crate) fn names(&self) -> Vec<String> {
        let all = self.containers().into_iter().chain(self.networks());
        all.map(|object| object.name).collect()
    }

    fn objects(&self, kind: &str) -> Vec<Object> {
        let folders = fs::read_dir(self.engine(kind)).unwrap().map(|entry| entry.unwrap().path());
        let folders: BTreeSet<_> = folders.filter(|folder| folder.join("id").exists()).collect();
        let object = |folder: PathBuf| Object {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            id: fs::read_to_string(folder.join("id")).unwrap().trim_end().to_owned(),
            labels: fs::read_to_string(folder.join("labels"))
                .unwrap()
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            status: fs::read_to_string(folder.join("status"))
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        };
        folders.into_iter().map(object).collect()
    }

    /// A file that was copied into a container.
    pub(crate) fn file(&self, container: &str, path: &str) -> String {
        let path = self.engine(&format!("containers/{container}/root{path}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The calls as lines, for whoever has to find out what went wrong.
    pub(crate) fn log(&self) -> String {
        let line = |call: &Call| {
            let status = call.status.map_or("killed".to_owned(), |status| status.to_string());
            format!("{:4}  {status:>6}  docker {}\n", call.number, call.line())
        };
        self.calls().iter().map(line).collect()
    }
}

/// A fault, to be finished with one of the methods that say which. The calls
/// that hang, are killed or print garbage have their effect nevertheless.
#[must_use]
pub(crate) struct Rule {
    folder: PathBuf,
}

impl Rule {
    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), format!("{text}\n")).unwrap();
    }

    /// Only the `n`th call that matches.
    pub(crate) fn nth(self, n: usize) -> Self {
        self.write("nth", &n.to_string());
        self
    }

    /// Without any effect.
    pub(crate) fn fails(&self, code: i32, stderr: &str) {
        self.write("stdout", "");
        fs::write(self.folder.join("stdout"), "").unwrap();
        self.write("stderr", stderr);
        self.write("code", &code.to_string());
        self.write("action", "answer");
    }

    pub(crate) fn prints(&self, stdout: &[u8]) {
        fs::write(self.folder.join("stdout"), stdout).unwrap();
        self.write("action", "garbage");
    }

    pub(crate) fn hangs(&self) {
        self.write("action", "hang");
    }

    pub(crate) fn is_killed(&self) {
        self.write("action", "kill");
    }

    /// The client is killed, the engine does it a little later.
    pub(crate) fn is_done_late(&self) {
        self.write("action", "late");
    }

    /// Waits until the test lets it go on, or until somebody kills it.
    pub(crate) fn blocks(self) -> Block {
        self.write("action", "block");
        Block { folder: self.folder }
    }
}

/// A call that waits for the test.
pub(crate) struct Block {
    folder: PathBuf,
}

impl Block {
    /// Returns when the call has come.
    pub(crate) fn is_reached(&self) {
        let begun = Instant::now();
        while !self.folder.join("reached").exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the call never came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets it go on.
    pub(crate) fn release(&self) {
        fs::write(self.folder.join("release"), "").unwrap();
    }
}
