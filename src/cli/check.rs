//! From words to values: a command line that is complete becomes a command, or
//! is refused with what is allowed. Knows the limits, asks no one.

use std::fmt::Display;
use std::num::{NonZeroU8, NonZeroU16};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::Parsed;
use super::command::{Command, Detail, Format, Globals};
use super::complete::complete;
use super::error::UsageError;
use super::flags::{EXCLUSIVE, Flag};
use super::man::man;
use super::shell::Shell;
use super::table::{Row, rows_of};
use super::usage::Topic;
use super::verb::Verb;
use super::words::Words;
use crate::cluster::by_hand::ByHand;
use crate::cluster::mount::Mount;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::publish::PublishSpec;
use crate::cluster::registry::Registry;
use crate::cluster::spec::{ClusterSpec, ImageRef, MAX_MASTERS, MAX_WORKERS, VersionPrefix};
use crate::cluster::subnet::Subnet;
use crate::version;

/// As many workers at once as a cluster may have in all.
const MAX_COUNT: NonZeroU8 = NonZeroU8::MIN.saturating_add(MAX_WORKERS - 1);

/// Makes a command of `words`, which `row` has found complete.
pub(super) fn check(row: &Row, words: &Words) -> Result<Parsed, UsageError> {
    let retain = words.has(Flag::Retain);
    let dry_run = words.has(Flag::DryRun);
    let yes = words.has(Flag::Yes);
    // Complete words always have the options that are required; an empty name
    // would be refused like any other that is none.
    let cluster = || ClusterName::parse(words.option(0).unwrap_or_default());
    let command = match row.verb {
        Verb::CreateCluster => Command::CreateCluster { spec: spec(words)?, retain, dry_run },
        Verb::CreateMaster => Command::CreateMaster { cluster: cluster()?, retain, dry_run },
        Verb::CreateWorker => {
            let count = words.option(1).map_or(Ok(NonZeroU8::MIN), |word| {
                number("COUNT", word, NonZeroU8::MIN..=MAX_COUNT)
            })?;
            Command::CreateWorker { cluster: cluster()?, count, retain, dry_run }
        }
        Verb::DeleteCluster => Command::DeleteCluster { cluster: cluster()?, yes, dry_run },
        Verb::DeleteMaster => {
            Command::DeleteNode { node: node(words, Role::Master)?, yes, dry_run }
        }
        Verb::DeleteWorker => {
            Command::DeleteNode { node: node(words, Role::Worker)?, yes, dry_run }
        }
        Verb::GetClusters => {
            Command::GetClusters { cluster: words.option(0).map(ClusterName::parse).transpose()? }
        }
        Verb::GetNodes => Command::GetNodes { cluster: cluster()? },
        Verb::GetKubeconfig => Command::GetKubeconfig { cluster: cluster()? },
        Verb::GetImages => Command::GetImages,
        Verb::StartCluster => Command::StartCluster { cluster: cluster()?, dry_run },
        Verb::StopCluster => Command::StopCluster { cluster: cluster()?, dry_run },
        Verb::BuildImage => Command::BuildImage {
            flavour: words.option(0).map(str::to_owned),
            version: words.value(Flag::K8sver).map(VersionPrefix::parse).transpose()?,
        },
        Verb::Exec => Command::Exec {
            node: words.option(0).map(NodeName::parse).transpose()?,
            argv: words.rest.clone(),
        },
        Verb::LoadImage => {
            let images = words.options.iter().skip(1).map(|word| ImageRef::parse(word));
            Command::LoadImage { cluster: cluster()?, images: images.collect::<Result<_, _>>()? }
        }
        Verb::ExportLogs => {
            Command::ExportLogs { cluster: cluster()?, dir: words.option(1).map(PathBuf::from) }
        }
        Verb::Help => return help(words),
        Verb::Completion => return completion(words),
        Verb::Man => return Ok(Parsed::Answer(man())),
        Verb::Version => return Ok(Parsed::Answer(version(&globals(words)?))),
    };
    Ok(Parsed::Run(globals(words)?, command))
}

fn globals(words: &Words) -> Result<Globals, UsageError> {
    if let Some((a, b)) = EXCLUSIVE.iter().find(|(a, b)| words.has(*a) && words.has(*b)) {
        return Err(UsageError::Exclusive(*a, *b));
    }
    let detail = if words.has(Flag::Quiet) {
        Detail::Quiet
    } else if words.has(Flag::Tailf) {
        Detail::Output
    } else {
        Detail::Steps
    };
    Ok(Globals {
        plain: words.has(Flag::Plain),
        detail,
        timings: words.has(Flag::Timings),
        output: words.value(Flag::Output).map(format).transpose()?,
    })
}

fn format(word: &str) -> Result<Format, UsageError> {
    match word {
        "json" => Ok(Format::Json),
        "table" => Ok(Format::Table),
        _ => Err(UsageError::Format(word.to_owned())),
    }
}

fn spec(words: &Words) -> Result<ClusterSpec, UsageError> {
    let masters = NonZeroU8::MIN..=MAX_MASTERS;
    let workers = 0..=MAX_WORKERS;
    let mut spec = ClusterSpec {
        name: ClusterName::parse(words.option(0).unwrap_or_default())?,
        masters: count(words, (1, "NUM_MASTERS"), Flag::Masters, masters)?
            .unwrap_or(NonZeroU8::MIN),
        workers: count(words, (2, "NUM_WORKERS"), Flag::Workers, workers)?.unwrap_or(0),
        load_balancer: words.has(Flag::WithLb),
        subnet: words.value(Flag::Subnet).map(Subnet::parse).transpose()?,
        api_port: words
            .value(Flag::ApiPort)
            .map(|word| number("PORT", word, NonZeroU16::MIN..=NonZeroU16::MAX))
            .transpose()?,
        publish: PublishSpec::parse_all(words.values(Flag::Publish))?,
        mounts: Mount::parse_all(words.values(Flag::Mount))?,
        registry: words.value(Flag::Registry).map(Registry::parse).transpose()?,
        image: words.value(Flag::Image).map(ImageRef::parse).transpose()?,
        version: words.value(Flag::K8sver).map(VersionPrefix::parse).transpose()?,
        by_hand: ByHand::Nothing,
    };
    spec.by_hand = by_hand(words, spec.has_load_balancer());
    Ok(spec)
}

/// What the flags leave to the user; no balancer, no setup of it to leave.
fn by_hand(words: &Words, has_load_balancer: bool) -> ByHand {
    if words.has(Flag::SkipLbSetup) && has_load_balancer {
        ByHand::Everything
    } else if words.has(Flag::SkipMasterSetup) {
        ByHand::Masters
    } else if words.has(Flag::SkipWorkerSetup) {
        ByHand::Workers
    } else {
        ByHand::Nothing
    }
}

/// A number that an option or a flag may give, or both if they agree.
fn count<N: FromStr + Display + PartialOrd>(
    words: &Words,
    (n, option): (usize, &'static str),
    flag: Flag,
    allowed: RangeInclusive<N>,
) -> Result<Option<N>, UsageError> {
    match (words.option(n), words.value(flag)) {
        (Some(word), Some(value)) if word != value => Err(UsageError::Disagree {
            option,
            word: word.to_owned(),
            flag,
            value: value.to_owned(),
        }),
        (Some(word), _) | (None, Some(word)) => number(option, word, allowed).map(Some),
        (None, None) => Ok(None),
    }
}

/// A plain decimal number: "+1" and "01" parse, but are not written like one.
fn number<N: FromStr + Display + PartialOrd>(
    what: &'static str,
    word: &str,
    allowed: RangeInclusive<N>,
) -> Result<N, UsageError> {
    word.parse().ok().filter(|n: &N| n.to_string() == word && allowed.contains(n)).ok_or_else(
        || UsageError::Number {
            what,
            word: word.to_owned(),
            min: allowed.start().to_string(),
            max: allowed.end().to_string(),
        },
    )
}

fn node(words: &Words, role: Role) -> Result<NodeName, UsageError> {
    let word = words.option(0).unwrap_or_default();
    let node = NodeName::parse(word)?;
    if node.role() == role {
        Ok(node)
    } else {
        Err(UsageError::Role { role: role.as_str(), word: word.to_owned() })
    }
}

fn version(globals: &Globals) -> String {
    let text = match globals.output {
        Some(Format::Json) => version::as_json(),
        Some(Format::Table) | None => version::line(),
    };
    format!("{text}\n")
}

/// The script of a shell, or what it asks for.
fn completion(words: &Words) -> Result<Parsed, UsageError> {
    let word = words.option(0).unwrap_or_default();
    let shell = Shell::parse(word).ok_or_else(|| UsageError::Shell(word.to_owned()))?;
    Ok(match words.rest.as_slice() {
        [] => Parsed::Answer(shell.script().to_owned()),
        typed => Parsed::Complete(shell, complete(typed)),
    })
}

fn help(words: &Words) -> Result<Parsed, UsageError> {
    let Some(command) = words.option(0) else { return Ok(Parsed::Usage) };
    let first =
        rows_of(command).next().ok_or_else(|| UsageError::InvalidCommand(command.to_owned()))?;
    let Some(word) = words.option(1) else { return Ok(Parsed::Help(Topic::new(command, None))) };
    let row = rows_of(command).find(|row| row.subcommands.contains(&word)).ok_or_else(|| {
        UsageError::InvalidSubcommand { command: first.command, word: word.to_owned() }
    })?;
    Ok(Parsed::Help(Topic::new(command, row.subcommands.first().copied())))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::{Defaults, parse};

    fn parsed(line: &str) -> Result<Parsed, UsageError> {
        let line: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&line, &Defaults::default())
    }

    fn run(line: &str) -> (Globals, Command) {
        match parsed(line) {
            Ok(Parsed::Run(globals, command)) => (globals, command),
            other => panic!("{line}: {other:?}"),
        }
    }

    fn command(line: &str) -> Command {
        run(line).1
    }

    fn refusal(line: &str) -> String {
        parsed(line).unwrap_err().to_string()
    }

    fn name() -> ClusterName {
        ClusterName::parse("a").unwrap()
    }

    fn created(line: &str) -> ClusterSpec {
        match command(line) {
            Command::CreateCluster { spec, .. } => spec,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_cluster_is_its_name_and_its_numbers() {
        let spec = created("create cluster a 3 2");
        assert_eq!((spec.name, spec.masters.get(), spec.workers), (name(), 3, 2));
        assert!(!spec.load_balancer);
        assert_eq!(
            (spec.subnet, spec.api_port, spec.image, spec.version),
            (None, None, None, None)
        );
    }

    #[test]
    fn the_numbers_of_a_cluster_may_be_flags() {
        for (line, masters, workers) in [
            ("create cluster a --masters 3 --workers 2", 3, 2),
            ("create cluster a --masters 3", 3, 0),
            ("create cluster a 3 --workers 2", 3, 2),
            ("create cluster a 3 2 --masters 3 --workers=2", 3, 2),
            ("create cluster a --masters 1 --masters 3", 3, 0),
        ] {
            let spec = created(line);
            assert_eq!((spec.masters.get(), spec.workers), (masters, workers), "{line}");
        }
        assert_eq!(
            refusal("create cluster a 1 0 --masters 3"),
            "Invalid NUM_MASTERS, '1': --masters says '3'."
        );
    }

    #[test]
    fn everything_else_about_a_cluster_is_a_flag() {
        let spec = created(
            "create cluster a 1 0 --with-lb --subnet 172.30.0.0/16 --api-port 6443 \
             --image mok:1 --k8sver 1.33.1",
        );
        assert!(spec.load_balancer);
        assert_eq!(spec.subnet, Some(Subnet::parse("172.30.0.0/16").unwrap()));
        assert_eq!(spec.api_port, NonZeroU16::new(6443));
        assert_eq!(spec.image, Some(ImageRef::parse("mok:1").unwrap()));
        assert_eq!(spec.version, Some(VersionPrefix::parse("1.33.1").unwrap()));
    }

    #[test]
    fn what_is_left_to_the_user_takes_what_depends_on_it_along() {
        for (flags, want) in [
            ("", ByHand::Nothing),
            ("--skipworkersetup", ByHand::Workers),
            ("--skipmastersetup", ByHand::Masters),
            ("--skipmastersetup --skipworkersetup", ByHand::Masters),
            ("--with-lb --skiplbsetup", ByHand::Everything),
            ("--skiplbsetup", ByHand::Nothing),
            ("--skiplbsetup --skipworkersetup", ByHand::Workers),
        ] {
            assert_eq!(created(&format!("create cluster a 1 1 {flags}")).by_hand, want, "{flags}");
        }
        assert_eq!(created("create cluster a 3 0 --skiplbsetup").by_hand, ByHand::Everything);
    }

    #[test]
    fn a_number_is_plain_decimal_and_within_its_limits() {
        for word in ["0", "10", "+1", "01", "abc", "-1", "1.0", "256", "１", "0x1", "1e0"] {
            let want = format!("Invalid NUM_MASTERS, '{word}': a number from 1 to 9 is allowed.");
            assert_eq!(refusal(&format!("create cluster a {word} 0")), want);
        }
        for word in ["100", "00", "-0", "x"] {
            let want = format!("Invalid NUM_WORKERS, '{word}': a number from 0 to 99 is allowed.");
            assert_eq!(refusal(&format!("create cluster a 1 {word}")), want);
        }
        for word in ["0", "100", "x"] {
            let want = format!("Invalid COUNT, '{word}': a number from 1 to 99 is allowed.");
            assert_eq!(refusal(&format!("create worker a {word}")), want);
        }
        for (masters, workers) in [(1, 0), (9, 99)] {
            let spec = created(&format!("create cluster a {masters} {workers}"));
            assert_eq!((spec.masters.get(), spec.workers), (masters, workers));
        }
    }

    #[test]
    fn a_value_is_refused_with_what_is_allowed() {
        for (line, want) in [
            (
                "create cluster My_K8s 1 0",
                "Invalid cluster NAME, 'My_K8s': lower-case letters, digits and '-' are allowed, \
                 a letter or digit first and last, at most 40 characters.",
            ),
            (
                "create cluster a 1 0 --subnet 10.0.0.1/8",
                "Invalid CIDR, '10.0.0.1/8': the network of that address is 10.0.0.0/8.",
            ),
            (
                "create cluster a 1 0 --k8sver v1",
                "Invalid VERSION, 'v1': MAJOR.MINOR or MAJOR.MINOR.PATCH is allowed, like 1.33.1.",
            ),
            (
                "create cluster a 1 0 --api-port 0",
                "Invalid PORT, '0': a number from 1 to 65535 is allowed.",
            ),
            (
                "delete worker a-master-1",
                "Invalid worker NODE, 'a-master-1': a worker is called CLUSTER-worker-N.",
            ),
            (
                "create cluster a 1 0 --image a;b",
                "Invalid IMAGE, 'a;b': letters, digits and '. _ - / : @' are allowed, \
                 a letter or digit first.",
            ),
            (
                "exec a-b",
                "Invalid NODE name, 'a-b': a node is called CLUSTER-master-N, CLUSTER-worker-N or \
                 CLUSTER-lb.",
            ),
            ("get clusters -o xml", "Invalid FORMAT, 'xml': json or table is allowed."),
            (
                "create cluster a 1 0 -q --tailf",
                "Invalid FLAG, '--tailf': it is not allowed with '--quiet'.",
            ),
        ] {
            assert_eq!(refusal(line), want, "{line}");
        }
    }

    #[test]
    fn every_command_becomes_its_variant() {
        let node = |word| NodeName::parse(word).unwrap();
        let (cluster, retain, yes, dry_run) = (name(), false, false, false);
        for (line, want) in [
            (
                "create master a --retain",
                Command::CreateMaster { cluster: name(), retain: true, dry_run },
            ),
            (
                "create worker a",
                Command::CreateWorker { cluster: name(), count: NonZeroU8::MIN, retain, dry_run },
            ),
            (
                "delete cluster a --yes",
                Command::DeleteCluster { cluster: name(), yes: true, dry_run },
            ),
            (
                "delete master a-master-2",
                Command::DeleteNode { node: node("a-master-2"), yes, dry_run },
            ),
            (
                "delete worker a-worker-1 --dry-run",
                Command::DeleteNode { node: node("a-worker-1"), yes, dry_run: true },
            ),
            ("get cluster", Command::GetClusters { cluster: None }),
            ("get clusters a", Command::GetClusters { cluster: Some(name()) }),
            ("get nodes a", Command::GetNodes { cluster: name() }),
            ("get kubeconfig a", Command::GetKubeconfig { cluster: name() }),
            ("get images", Command::GetImages),
            ("start cluster a", Command::StartCluster { cluster: name(), dry_run }),
            ("stop cluster a", Command::StopCluster { cluster: name(), dry_run }),
            (
                "build image fat",
                Command::BuildImage { flavour: Some("fat".to_owned()), version: None },
            ),
            ("exec", Command::Exec { node: None, argv: vec![] }),
            (
                "exec a-lb -- ls -h",
                Command::Exec { node: Some(node("a-lb")), argv: vec!["ls".into(), "-h".into()] },
            ),
            (
                "load image a x y",
                Command::LoadImage {
                    cluster: name(),
                    images: ["x", "y"].map(|w| ImageRef::parse(w).unwrap()).to_vec(),
                },
            ),
            ("export logs a ./d", Command::ExportLogs { cluster, dir: Some("./d".into()) }),
        ] {
            assert_eq!(command(line), want, "{line}");
        }
    }

    #[test]
    fn output_is_asked_for_by_flags() {
        assert_eq!(run("get images").0, Globals::default());
        let (globals, _) = run("create cluster a 1 0 -p --tailf --timings");
        let output = None;
        assert_eq!(globals, Globals { plain: true, detail: Detail::Output, timings: true, output });
        let (globals, _) = run("get nodes a -q -o table");
        assert_eq!((globals.detail, globals.output), (Detail::Quiet, Some(Format::Table)));
    }

    #[test]
    fn help_takes_the_words_of_a_command() {
        assert_eq!(parsed("help"), Ok(Parsed::Usage));
        assert_eq!(parsed("help create"), Ok(Parsed::Help(Topic::new("create", None))));
        assert_eq!(parsed("help exec"), parsed("exec --help"));
        assert_eq!(parsed("help get clusters"), parsed("get cluster --help"));
        assert_eq!(refusal("help xxx"), "Invalid COMMAND, 'xxx'.");
        assert_eq!(refusal("help create xxx"), "Invalid SUBCOMMAND for create, 'xxx'.");
        assert_eq!(refusal("help exec xxx"), "Invalid SUBCOMMAND for exec, 'xxx'.");
    }
}
