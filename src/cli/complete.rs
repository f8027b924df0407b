//! Finds the words that may come next on a command line that is still being typed. It knows
//! the tables of commands and flags. Names of clusters, images and the like are looked up by
//! its caller.

use std::ffi::OsString;

use super::flags::{self, FLAGS, FlagSpec, Scope};
use super::parser::{Reached, read};
use super::shell::Shell;
use super::state::State;
use super::table::{ROWS, Row, rows_of};
use super::takes::{Live, Takes};
use super::usage::about;
use super::verb::Verb;
use super::words::Words;
use crate::cluster::addons::Addons;
use crate::cluster::cni::Cni;
use crate::cluster::family::IpFamily;
use crate::cluster::wait::Until;

/// A word that may come next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    word: String,
    /// One line of help about the word. Empty if the word speaks for itself.
    help: String,
}

impl Candidate {
    fn new(word: impl Into<String>, help: impl Into<String>) -> Self {
        Self { word: word.into(), help: help.into() }
    }
}

/// The words that may come next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The part of the next word that has been typed already.
    typed: String,
    /// The part of `typed` before a flag's value, such as `--output=`. Empty otherwise.
    flag: String,
    words: Vec<Candidate>,
    /// The kind of names on this machine that may come next as well.
    pub live: Option<Live>,
}

impl Candidates {
    /// Returns the candidates and `names` that begin with what is typed, as lines for `shell`.
    #[must_use]
    pub fn lines(self, shell: Shell, names: Vec<String>) -> String {
        let names = names.into_iter().map(|name| Candidate::new(name, ""));
        let whole = |Candidate { word, help }| Candidate::new(format!("{}{word}", self.flag), help);
        let all = self.words.into_iter().chain(names).map(whole);
        let fitting = all.filter(|candidate| candidate.word.starts_with(&self.typed));
        fitting.map(|candidate| shell.line(&candidate.word, &candidate.help)).collect()
    }
}

/// Returns the words that may replace the last of `typed_words`: none if a word before it is
/// wrong, or is one, like `-h`, after which no other counts.
pub(super) fn complete(typed_words: &[OsString]) -> Candidates {
    let mut words = Words::default();
    let Some((last, before)) = typed_words.split_last() else { return Candidates::default() };
    let (Some(typed), Ok(Reached::End(state, wants))) = (last.to_str(), read(before, &mut words))
    else {
        return Candidates::default();
    };
    let mut flag = String::new();
    let (words, live) = if let Some(spec) = wants {
        offer(value_of(spec, state), &words)
    } else if let Some((spec, Some(value))) = flags::find(typed) {
        typed.strip_suffix(value).unwrap_or_default().clone_into(&mut flag);
        offer(value_of(spec, state), &words)
    } else if typed.starts_with('-') {
        (flags_of(state), None)
    } else {
        match (state, state.slot()) {
            (_, Some(slot)) => offer(slot.takes, &words),
            (State::Command, None) => offer(Takes::Command, &words),
            (State::Subcommand(command), None) => (subcommands(command), None),
            (_, None) => (flags_of(state), None),
        }
    };
    Candidates { typed: typed.to_owned(), flag, words, live }
}

/// Returns what the value of a flag may be.
fn value_of(spec: &FlagSpec, state: State) -> Takes {
    match spec.value {
        Some("ADDONS") => Takes::OneOf(Addons::WORDS),
        Some("CNI") => Takes::OneOf(Cni::WORDS),
        Some("DIR") => Takes::Live(Live::Folders),
        Some("FAMILY") => Takes::OneOf(IpFamily::WORDS),
        Some("FILE") => Takes::Live(Live::Files),
        Some("FORMAT") if state.row().is_some_and(|row| row.verb == Verb::GetClusters) => {
            Takes::OneOf(&["json", "table", "command"])
        }
        Some("FORMAT") => Takes::OneOf(&["json", "table"]),
        Some("IMAGE") => Takes::Live(Live::NodeImages),
        Some("SNAPSHOT") => Takes::Live(Live::Snapshots),
        Some("WHAT") => Takes::OneOf(Until::WORDS),
        Some(_) | None => Takes::Anything,
    }
}

fn offer(takes: Takes, words: &Words) -> (Vec<Candidate>, Option<Live>) {
    match takes {
        Takes::Anything => (Vec::new(), None),
        Takes::OneOf(words) => (words.iter().map(|word| Candidate::new(*word, "")).collect(), None),
        Takes::Command => (commands(), None),
        Takes::Subcommand => (words.option(0).map(subcommands).unwrap_or_default(), None),
        Takes::Live(live) => (Vec::new(), Some(live)),
    }
}

/// Returns each command once. Its help is what it does, or the list of its subcommands.
fn commands() -> Vec<Candidate> {
    let mut commands: Vec<Candidate> = Vec::new();
    for row in ROWS {
        if commands.last().is_some_and(|last| last.word == row.command) {
            continue;
        }
        let words: Vec<_> =
            rows_of(row.command).filter_map(|row| row.subcommands.first()).copied().collect();
        let help = if words.is_empty() { about(row).to_owned() } else { words.join(", ") };
        commands.push(Candidate::new(row.command, help));
    }
    commands
}

fn subcommands(command: &str) -> Vec<Candidate> {
    let of =
        |row: &'static Row| row.subcommands.iter().map(|word| Candidate::new(*word, about(row)));
    rows_of(command).flat_map(of).collect()
}

/// Returns the flags of the command typed so far, or the global ones if it is not known yet.
fn flags_of(state: State) -> Vec<Candidate> {
    let belongs = |spec: &&FlagSpec| match state.row() {
        Some(row) => spec.belongs_to(row.verb),
        None => spec.scope == Scope::Global,
    };
    let flag = |spec: &FlagSpec| Candidate::new(format!("--{}", spec.name), spec.help);
    FLAGS.iter().filter(belongs).map(flag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::name::Role;

    fn at(line: &str) -> Candidates {
        complete(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    /// Returns the words that may come at the end of `typed`, and which names on this machine.
    fn next(typed: &str) -> (String, Option<Live>) {
        let candidates = at(typed);
        let live = candidates.live;
        (candidates.lines(Shell::Bash, Vec::new()).trim_end().replace('\n', " "), live)
    }

    #[test]
    fn words_come_from_the_tables() {
        for (line, want) in [
            ("cre", "create"),
            ("st", "start stop"),
            ("create ", "cluster master worker snapshot registry"),
            ("create -q m", "master"),
            ("get cluster", "cluster clusters"),
            ("help get i", "images"),
            ("help e", "exec export"),
            ("completion ", "bash zsh fish"),
            ("get nodes a --o", "--output"),
            ("get nodes a --output ", "json table"),
            ("get nodes a --output=j", "--output=json"),
            ("get cluster a -o ", "json table command"),
            ("get images ", "--help --plain --quiet --output"),
            ("delete cluster a --y", "--yes"),
            ("--p", "--plain"),
            ("create cluster ", ""),
            ("create cluster a ", ""),
            ("create cluster a --masters ", ""),
            ("create cluster a --ip-family ", "ipv4 ipv6 dual"),
            ("create cluster a --cni ", "static none"),
            ("create cluster a --wait ", "none nodes pods"),
            ("create cluster a --addons ", "storage metrics policy loadbalancer none"),
        ] {
            assert_eq!(next(line), (want.to_owned(), None), "{line}");
        }
    }

    #[test]
    fn what_is_on_this_machine_is_named_only() {
        for (typed, live) in [
            ("delete cluster ", Live::Clusters),
            ("get cluster x", Live::Clusters),
            ("--plain stop cluster ", Live::Clusters),
            ("exec ", Live::Nodes(None)),
            ("delete master a", Live::Nodes(Some(Role::Master))),
            ("delete worker ", Live::Nodes(Some(Role::Worker))),
            ("load image a ", Live::Images),
            ("load image a x ", Live::Images),
            ("create cluster a 1 0 --image ", Live::NodeImages),
            ("build image ", Live::Flavours),
            ("export logs a ", Live::Folders),
            ("restore cluster a ", Live::Snapshots),
            ("delete registry ", Live::Registries),
            ("export snapshot s ", Live::Files),
            ("create cluster a 1 0 --patches ", Live::Folders),
            ("create cluster a 1 0 --kubeadm-config ", Live::Files),
        ] {
            assert_eq!(next(typed), (String::new(), Some(live)), "{typed}");
        }
    }

    #[test]
    fn nothing_follows_a_mistake_or_what_ends_the_program_or_a_command_to_run() {
        for line in ["xxx ", "create xxx ", "-h ", "create --help ", "exec a-lb -- ", "exec -- l"] {
            assert_eq!(at(line), Candidates::default(), "{line}");
        }
        assert_eq!(complete(&[]), Candidates::default());
    }

    #[test]
    fn each_shell_has_its_own_lines() {
        let names = || vec!["a:1".to_owned(), "b".to_owned()];
        let lines = |shell| at("load image a ").lines(shell, names());
        assert_eq!(lines(Shell::Bash), "a:1\nb\n");
        assert_eq!(lines(Shell::Zsh), "a\\:1\nb\n");
        assert_eq!(lines(Shell::Fish), "a:1\nb\n");
        let lines = |shell| at("stop c").lines(shell, Vec::new());
        assert_eq!(lines(Shell::Bash), "cluster\n");
        assert_eq!(lines(Shell::Zsh), "cluster:Stop a cluster and keep its data.\n");
        assert_eq!(lines(Shell::Fish), "cluster\tStop a cluster and keep its data.\n");
        assert_eq!(at("load image a b").lines(Shell::Bash, names()), "b\n");
    }
}
