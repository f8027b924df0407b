//! Progress on a terminal: mokctl runs in a pseudo-terminal, and its output is interpreted as a
//! terminal would show it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use regex::Regex;

use crate::harness::{Machine, Mokctl};

const ROWS: u16 = 40;
const INIT: &str = "exec a-master-1 bash /root/mok/init.sh";
/// Ctrl-C, as a terminal sends it.
const INTERRUPT: &[u8] = b"\x03";
/// How long a run may take.
const BOUND: Duration = Duration::from_secs(60);

static SPINNER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^ [⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]  +[0-9]+\.[0-9] s ").unwrap());
static SECONDS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[0-9]+\.[0-9]\b").unwrap());

/// A run of mokctl in a terminal, and what the terminal shows.
struct Session {
    child: Child,
    pty: std::fs::File,
    chunks: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    terminal: vt100::Parser,
    begun: Instant,
}

impl Session {
    fn start(run: Mokctl<'_>, width: u16) -> Self {
        let (words, env) = run.env("TERM", "xterm-256color").into_parts();
        Self::start_words(&words, env, width)
    }

    fn start_words(words: &[String], env: Vec<(String, String)>, width: u16) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(ROWS, width)).unwrap();
        let command = Command::new(&words[0]).args(&words[1..]).env_clear().envs(env);
        let child = command.spawn(pts).unwrap();
        let pty = file(pty);
        let mut reader = pty.try_clone().unwrap();
        let (sender, chunks) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading from a terminal that has been closed is an error.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let size = |cells| NonZeroU16::new(cells).unwrap();
        let terminal = vt100::Parser::new(size(ROWS), size(width), 0);
        Self { child, pty, chunks, raw: Vec::new(), terminal, begun: Instant::now() }
    }

    /// Returns the visible lines, without empty ones at the end.
    fn lines(&self) -> Vec<String> {
        let (_, width) = self.terminal.screen().size();
        let rows = self.terminal.screen().rows(0, width.get());
        let mut lines: Vec<_> = rows.map(|row| row.trim_end().to_owned()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    fn spinning(&self) -> Vec<String> {
        self.lines().into_iter().filter(|line| SPINNER.is_match(line)).collect()
    }

    /// Processes new output and checks the screen. Returns false once there is no more.
    fn show(&mut self) -> bool {
        assert!(self.begun.elapsed() < BOUND, "it takes too long:\n{}", self.text());
        match self.chunks.recv_timeout(Duration::from_millis(20)) {
            Ok(chunk) => {
                self.raw.extend(&chunk);
                self.terminal.process(&chunk);
                let frames = |line: &String| line.contains(|c| ('⠀'..='⣿').contains(&c));
                let lines = self.lines();
                let torn = lines.iter().filter(|line| frames(line)).count() > 1;
                assert!(!torn, "a line was left behind:\n{}", self.text());
                assert!(!self.terminal.screen().hide_cursor(), "the cursor is hidden");
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    /// Waits until the line with the spinner is as `wanted`, and returns it.
    fn until_spinning(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            assert!(self.show(), "it ended:\n{}", self.text());
            if let [line] = self.spinning().as_slice()
                && wanted(line)
            {
                return line.clone();
            }
        }
    }

    fn types(&mut self, bytes: &[u8]) {
        self.pty.write_all(bytes).unwrap();
    }

    /// Processes all output, and returns the exit status.
    fn ends(&mut self) -> Option<i32> {
        while self.show() {}
        assert!(self.spinning().is_empty(), "a spinner is left:\n{}", self.text());
        assert_eq!(self.terminal.screen().cursor_position().1, 0, "{}", self.text());
        self.child.wait().unwrap().code()
    }

    /// Returns the visible text, with `0.0` for every duration.
    fn text(&self) -> String {
        let text: String = self.lines().iter().map(|line| format!("{line}\n")).collect();
        SECONDS.replace_all(&text, "0.0").into_owned()
    }
}

/// Returns the spinner's character in a line.
fn frame(line: &str) -> Option<char> {
    line.trim_start().chars().next()
}

/// Returns the seconds that a line shows.
fn seconds(line: &str) -> f64 {
    SECONDS.find(line).unwrap().as_str().parse().unwrap()
}

fn file(pty: Pty) -> std::fs::File {
    std::os::fd::OwnedFd::from(pty).into()
}

#[test]
fn each_stage_is_a_line_with_a_tick_and_its_nodes() {
    let machine = Machine::new();
    let mut session = Session::start(machine.mokctl("create cluster a 1 1"), 80);
    assert_eq!(session.ends(), Some(0));
    let want = " ✓    0.0 s Reserving the name
 ✓    0.0 s Creating network
 ✓    0.0 s Starting nodes: a-master-1 0.0, a-worker-1 0.0
 ✓    0.0 s Starting control plane
 ✓    0.0 s Joining nodes: a-worker-1 0.0, a-master-1 0.0
 ✓    0.0 s Waiting for nodes to become Ready
 ✓    0.0 s Completing setup
Cluster a is ready after 0.0 s. The current context is mok-a; next:

  kubectl --context mok-a get nodes
  mokctl exec a-master-1
  mokctl delete cluster a
";
    assert_eq!(session.text(), want);
}

#[test]
fn what_runs_is_a_line_with_a_spinner_and_the_nodes_that_are_waited_for() {
    let machine = Machine::new();
    let joins = machine.docker.on("exec --interactive a-worker-1 *").blocks();
    let mut session = Session::start(machine.mokctl("create cluster a 1 3"), 80);
    let line = session.until_spinning(|line| line.contains("Joining nodes 3/4"));
    assert!(line.ends_with(" s Joining nodes 3/4: a-worker-1"), "{line}");
    // The spinner turns, and its seconds advance.
    session.until_spinning(|other| frame(other) != frame(&line) && other.contains("3/4"));
    session.until_spinning(|other| seconds(other) > seconds(&line) && other.contains("3/4"));
    joins.release();
    assert_eq!(session.ends(), Some(0));
}

#[test]
fn a_narrow_terminal_is_respected() {
    let machine = Machine::new();
    let start = machine.docker.on("start a-worker-2").blocks();
    let mut session = Session::start(machine.mokctl("create cluster a 3 3"), 40);
    let line = session.until_spinning(|line| line.contains("Starting nodes 6/7"));
    assert!(line.chars().count() <= 40, "{line}");
    start.release();
    assert_eq!(session.ends(), Some(0));
    let text = session.text();
    let stages: Vec<_> = text.lines().filter(|line| line.starts_with(" ✓ ")).collect();
    assert_eq!(stages.len(), 7, "{text}");
    assert!(text.contains(" ✓    0.0 s Starting nodes: a-master-1 …\n"), "{text}");
}

#[test]
fn ctrl_c_leaves_a_whole_screen() {
    let cases = [
        (37, "…", "✗ a-worke…"),
        (80, "Joining nodes 1/2: a-worker-1", "✗ a-worker-1, a-master-1 0.0"),
    ];
    for (width, runs, nodes) in cases {
        let machine = Machine::new();
        let join = machine.docker.on("exec --interactive a-worker-1 *").blocks();
        let mut session = Session::start(machine.mokctl("create cluster a 1 1"), width);
        join.is_reached();
        session.until_spinning(|line| line.ends_with(runs));
        session.types(INTERRUPT);
        assert_eq!(session.ends(), Some(130));
        let text = session.text();
        let want = format!(
            " ✗    0.0 s Joining nodes: {nodes}\n ✓    0.0 s Rolling back\n\
             mokctl: error: failed to"
        );
        assert!(text.contains(&want), "{text}");
        assert!(machine.docker.names().is_empty());
    }
}

#[test]
fn a_second_ctrl_c_leaves_a_whole_screen_at_once() {
    let machine = Machine::new();
    let init = machine.docker.on(INIT).blocks();
    let remove = machine.docker.on("rm *").nth(1).blocks();
    let mut session = Session::start(machine.mokctl("create cluster a 1 0"), 100);
    init.is_reached();
    session.types(INTERRUPT);
    remove.is_reached();
    session.until_spinning(|line| line.contains("Rolling back"));
    session.types(INTERRUPT);
    assert_eq!(session.ends(), Some(130));
    let want = " ✗    0.0 s Starting control plane\n\
        mokctl: warning: exiting immediately, without cleanup; 'mokctl delete cluster a' removes what was ma\n\
        de\n";
    assert!(session.text().ends_with(want), "{}", session.text());
    remove.release();
    machine.mokctl("delete cluster a -q").run();
}

#[test]
fn a_failure_is_a_cross() {
    let machine = Machine::new();
    machine.docker.on("exec --interactive a-worker-2 *").fails(1, "no");
    let mut session = Session::start(machine.mokctl("create cluster a 1 2"), 80);
    assert_eq!(session.ends(), Some(1));
    let want = " ✗    0.0 s Joining nodes: a-worker-1 0.0, ✗ a-worker-2, a-master-1 0.0
 ✓    0.0 s Rolling back
mokctl: error: failed to join a-worker-2: docker exec --interactive a-worker-2 b
ash /root/mok/join.sh failed (exit status: 1)
    no
";
    assert!(session.text().ends_with(want), "{}", session.text());
}

#[test]
fn the_output_of_steps_does_not_tear_the_line_that_runs() {
    let machine = Machine::new();
    let line = "[kubelet-start] \x1b[31mWriting\x1b[0m\n";
    machine.docker.on("exec --interactive *").prints(line.repeat(10).as_bytes());
    let mut session = Session::start(machine.mokctl("create cluster a 1 2 --tailf"), 80);
    assert_eq!(session.ends(), Some(0));
    for node in ["a-worker-1", "a-worker-2"] {
        let line = format!("{node}: [kubelet-start] Writing\n");
        assert_eq!(session.text().matches(&line).count(), 10, "{}", session.text());
    }
}

/// Only the line ends differ, which the terminal changes.
#[test]
fn plain_is_plain_on_a_terminal_too() {
    let stages = ["Reserving the name", "Creating network", "Starting nodes"];
    let starts: String = stages.map(|stage| format!("{stage} .. ok (0.0 s)\n")).concat();
    for (flag, variable) in [("--plain", ""), ("", "NO_COLOR"), ("", "TERM")] {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a 1 0 {flag}"));
        let (words, mut env) = run.into_parts();
        env.push(("TERM".into(), if variable == "TERM" { "dumb" } else { "xterm" }.into()));
        if variable == "NO_COLOR" {
            env.push(("NO_COLOR".into(), "1".into()));
        }
        let mut session = Session::start_words(&words, env, 80);
        assert_eq!(session.ends(), Some(0));
        assert!(!session.raw.contains(&b'\x1b'), "{flag}{variable}: {}", session.text());
        let alone = session.raw.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n');
        assert!(!alone, "{flag}{variable}");
        assert!(session.text().starts_with(&starts), "{flag}{variable}: {}", session.text());
    }
}

#[test]
fn quiet_is_quiet_on_a_terminal_too() {
    let machine = Machine::new();
    let mut session = Session::start(machine.mokctl("create cluster a 1 0 -q"), 80);
    assert_eq!(session.ends(), Some(0));
    assert!(session.raw.is_empty(), "{}", session.text());
}
