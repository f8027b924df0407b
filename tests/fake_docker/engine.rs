//! The engine's state: plain files in the folder `../engine` of the client.
//!
//! - `calls/N/{argv,stdin,environment}`: every call, numbered in order (0 is a stub)
//! - `events`: `start N` and `end N STATUS`, in order
//! - `containers/NAME/`: id, image, network, `network_id`, ip, labels, mounts, publish, status, root/
//! - `networks/NAME/`: id, subnet, labels
//! - `images/REFERENCE/labels`
//! - `info.json`: the answer to `docker info`
//! - `created`: the creation time of every container
//! - `ports/PORT[-udp]`: a port that is in use
//! - `nodes/NAME`: a Node object, with the node's address
//! - `rules/K/`: faults: what will go wrong, and at which calls
//! - `hosts/HOST/`: the engine of a further host; its calls, events, rules and Node objects stay
//!   in the first engine's folder
//!
//! Calls may run in parallel: containers and networks appear and disappear in one step each, and
//! names, ports and subnets are reserved by making a folder. Files that another call removes in
//! the meantime read as empty.

use std::env;
use std::fmt::{Debug, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::{Done, Exit, fail};
use crate::files::{get, is_empty};

/// A call, and the state of the engine that serves it.
pub(crate) struct Engine {
    /// The path that the client was called by.
    pub(crate) program: PathBuf,
    /// The folder of the engine that the call is for.
    pub(crate) root: PathBuf,
    /// The folder of the first engine, which has the calls of all engines.
    pub(crate) log: PathBuf,
    /// The call's number, and its folder.
    pub(crate) number: usize,
    pub(crate) call: PathBuf,
    /// All words of the call, for the message about one that is not understood.
    pub(crate) words: String,
    pub(crate) podman: bool,
    out: Box<dyn Write>,
}

impl Engine {
    /// Opens the engine beside `program` and begins a new call, unless one goes on.
    pub(crate) fn beside(
        program: &str,
        words: &[String],
        late: Option<usize>,
    ) -> Result<Self, Exit> {
        let program = found_in_path(program);
        let root = program.parent().map(|bin| bin.join("../engine")).unwrap_or_default();
        if !root.is_dir() {
            return fail(&format!("fake docker: no engine beside {}", program.display()));
        }
        let number = match late {
            Some(number) => number,
            None => claim(&root.join("calls"))?,
        };
        Ok(Self {
            podman: program.file_name().is_some_and(|name| name == "podman"),
            program,
            log: root.clone(),
            call: root.join("calls").join(number.to_string()),
            root,
            number,
            words: words.join(" "),
            out: Box::new(io::BufWriter::new(io::stdout())),
        })
    }

    /// Records the call with its words, standard input and environment.
    pub(crate) fn record(&self) -> Done {
        let argv: String = env::args().skip(1).map(|word| format!("{word}\0")).collect();
        fs::write(self.call.join("argv"), argv)?;
        let mut environment = String::new();
        for (name, value) in env::vars_os() {
            let value = value.to_string_lossy().replace('\'', "'\"'\"'");
            let _ = writeln!(environment, "export {}='{value}'", name.to_string_lossy());
        }
        fs::write(self.call.join("environment"), environment)?;
        self.event(&format!("start {}\n", self.number))?;
        Ok(())
    }

    /// Records the end of the call. A call that is killed never gets here.
    pub(crate) fn record_end(&self, status: u8) {
        // The test may be over, and its folder gone.
        let _ = self.event(&format!("end {} {status}\n", self.number));
    }

    fn event(&self, line: &str) -> io::Result<()> {
        OpenOptions::new().append(true).open(self.log.join("events"))?.write_all(line.as_bytes())
    }

    /// Directs the call to the engine of a host: one with a folder, or the host does not answer.
    pub(crate) fn go_to(&mut self, host: &str, words: &[String]) -> Done {
        let name = host.split_once("://").map_or(host, |(_, name)| name);
        self.root = self.log.join("hosts").join(name);
        self.words = words.join(" ");
        if self.root.is_dir() {
            return Ok(());
        }
        fail(&format!(
            "Cannot connect to the Docker daemon at {host}. Is the docker daemon running?"
        ))
    }

    /// Discards everything that the call prints from now on.
    pub(crate) fn mute(&mut self) {
        self.out = Box::new(io::sink());
    }

    pub(crate) fn print(&mut self, line: impl AsRef<str>) -> Done {
        self.print_bytes(format!("{}\n", line.as_ref()).as_bytes())
    }

    pub(crate) fn print_bytes(&mut self, bytes: &[u8]) -> Done {
        Ok(self.out.write_all(bytes)?)
    }

    /// `cat FILE`.
    pub(crate) fn print_file(&mut self, file: &Path) -> Done {
        match fs::read(file) {
            Ok(bytes) => self.print_bytes(&bytes),
            Err(_) => fail(&format!("cat: {}: No such file or directory", file.display())),
        }
    }

    /// The place that a part of the answer is written to.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    pub(crate) fn flush(&mut self) -> Done {
        Ok(self.out.flush()?)
    }

    pub(crate) fn unknown<T>(&self) -> Result<T, Exit> {
        eprintln!("fake docker: unknown command: {}", self.words);
        Err(Exit(97))
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// Reads standard input, which becomes part of the recorded call.
    pub(crate) fn save_stdin(&self) -> Done {
        io::copy(&mut io::stdin().lock(), &mut File::create(self.stdin())?)?;
        Ok(())
    }

    pub(crate) fn stdin(&self) -> PathBuf {
        self.call.join("stdin")
    }

    pub(crate) fn has_stdin(&self) -> bool {
        !is_empty(&self.stdin())
    }

    pub(crate) fn stdin_has(&self, text: &str) -> bool {
        fs::read(self.stdin()).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
    }

    /// Returns the folder of a container, by name or id.
    pub(crate) fn container(&self, reference: &str) -> Option<PathBuf> {
        self.object("containers", reference)
    }

    pub(crate) fn need_container(&self, reference: &str) -> Result<PathBuf, Exit> {
        let missing =
            || fail(&format!("Error response from daemon: No such container: {reference}"));
        self.container(reference).map_or_else(missing, Ok)
    }

    /// Returns the folder of a network, by name or id.
    pub(crate) fn network(&self, reference: &str) -> Option<PathBuf> {
        self.object("networks", reference)
    }

    fn object(&self, kind: &str, reference: &str) -> Option<PathBuf> {
        let named = |name: &str| {
            let folder = self.path(kind).join(name);
            (!name.is_empty() && folder.join("id").is_file()).then_some(folder)
        };
        named(reference).or_else(|| named(&get(&self.path("ids").join(reference))))
    }

    /// Returns 64 hexadecimal digits that no other call generates.
    pub(crate) fn new_id(&self, kind: u8) -> String {
        format!("{kind:04x}{:060x}", self.number)
    }
}

impl Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("root", &self.root).finish_non_exhaustive()
    }
}

/// Returns the path at which a shell would find the program. Links are not followed: its name says
/// whether it is docker or podman.
fn found_in_path(program: &str) -> PathBuf {
    if program.contains('/') {
        return program.into();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).map(|folder| folder.join(program));
    places.into_iter().find(|place| place.exists()).unwrap_or_else(|| program.into())
}

/// Returns the next number that no other call has.
fn claim(calls: &Path) -> io::Result<usize> {
    let mut number = fs::read_dir(calls)?.count();
    loop {
        match fs::create_dir(calls.join(number.to_string())) {
            Ok(()) => return Ok(number),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}
