//! Defaults of flags, from environment variables: `MOKCTL_MASTERS=3` means `--masters 3` for
//! every command that takes the flag, unless the command line says otherwise. Reads no
//! environment itself.

use std::ffi::OsString;

use super::error::UsageError;
use super::flags::{EXCLUSIVE, FLAGS, Flag, FlagSpec};
use super::table::{Need, Row};
use super::words::Words;

/// The flags that have a default, each with the value of its variable.
#[derive(Debug, Clone, Default)]
pub struct Defaults(Vec<(&'static FlagSpec, String)>);

impl Defaults {
    /// Asks `lookup` for the variable of each flag. An empty variable counts as not set.
    #[must_use]
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |spec: &FlagSpec| {
            let value = lookup(&spec.variable()?).filter(|value| !value.is_empty())?;
            // No flag takes a value that is not UTF-8. The error that refuses it shows this lossy
            // form.
            Some(value.to_string_lossy().into_owned())
        };
        Self(FLAGS.iter().filter_map(|spec| Some((spec, value(spec)?))).collect())
    }

    /// Adds the defaults to `words` that belong to `row` and that the command line leaves open.
    pub(super) fn apply(&self, row: &Row, words: &mut Words) -> Result<(), UsageError> {
        for (spec, value) in &self.0 {
            if !spec.belongs_to(row.verb) || is_settled(spec.flag, row, words) {
                continue;
            }
            match (spec.value, value.as_str()) {
                (Some(_), value) => words.defaults.push((spec.flag, Some(value.to_owned()))),
                (None, "1" | "true") => words.defaults.push((spec.flag, None)),
                (None, "0" | "false") => {}
                (None, word) => {
                    return Err(UsageError::NotABoolean {
                        variable: spec.variable().unwrap_or_default(),
                        word: word.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// Whether the command line gives `flag`, or something that replaces or excludes it.
fn is_settled(flag: Flag, row: &Row, words: &Words) -> bool {
    let given = |wanted: Flag| words.flags.iter().any(|(given, _)| *given == wanted);
    let excluded =
        || EXCLUSIVE.iter().any(|(a, b)| (*a == flag && given(*b)) || (*b == flag && given(*a)));
    let option = || {
        row.options.iter().take(words.options.len()).any(|slot| match slot.need {
            Need::OrFlag(_, flags) => flags.first() == Some(&flag),
            Need::Required(_) | Need::Many(_) | Need::Optional => false,
        })
    };
    // The snapshot of `--from` says how many nodes there are.
    let counted = || matches!(flag, Flag::Masters | Flag::Workers) && given(Flag::From);
    given(flag) || excluded() || option() || counted()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::cli::{Command, Detail, Globals, Parsed, parse};
    use crate::cluster::spec::ClusterSpec;

    fn parsed(line: &str, variables: &[(&str, &str)]) -> Result<Parsed, UsageError> {
        let line: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let lookup = |name: &str| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(value))
        };
        parse(&line, &Defaults::read(lookup))
    }

    fn run(line: &str, variables: &[(&str, &str)]) -> (Globals, Command) {
        match parsed(line, variables) {
            Ok(Parsed::Run(globals, command)) => (globals, command),
            other => panic!("{line} {variables:?}: {other:?}"),
        }
    }

    fn created(line: &str, variables: &[(&str, &str)]) -> ClusterSpec {
        match run(line, variables).1 {
            Command::CreateCluster { spec, .. } => *spec,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn refusal(line: &str, variables: &[(&str, &str)]) -> String {
        parsed(line, variables).unwrap_err().to_string()
    }

    #[test]
    fn each_flag_has_its_variable_and_no_two_the_same() {
        let names: HashSet<_> = FLAGS.iter().filter_map(FlagSpec::variable).collect();
        assert_eq!(names.len(), FLAGS.len() - 1, "all but --help");
        assert!(names.contains("MOKCTL_API_PORT") && names.contains("MOKCTL_PLAIN"));
    }

    #[test]
    fn a_variable_says_a_flag_in_the_users_stead() {
        let variables = [
            ("MOKCTL_MASTERS", "3"),
            ("MOKCTL_WORKERS", "2"),
            ("MOKCTL_SUBNET", "172.30.0.0/16"),
            ("MOKCTL_API_PORT", "6443"),
            ("MOKCTL_WITH_LB", "true"),
            ("MOKCTL_IMAGE", "mok:1"),
            ("MOKCTL_K8SVER", "1.33"),
            ("MOKCTL_PLAIN", "1"),
            ("MOKCTL_TIMINGS", "false"),
            ("MOKCTL_TAILF", ""),
        ];
        let line = "create cluster a --with-lb --masters 3 --workers 2 --subnet 172.30.0.0/16 \
                    --api-port 6443 --image mok:1 --k8sver 1.33 --plain";
        assert_eq!(run("create cluster a", &variables), run(line, &[]));
    }

    #[test]
    fn the_command_line_wins() {
        let three = [("MOKCTL_MASTERS", "3"), ("MOKCTL_WORKERS", "4")];
        for (line, masters, workers) in [
            ("create cluster a", 3, 4),
            ("create cluster a 1", 1, 4),
            ("create cluster a 1 0", 1, 0),
            ("create cluster a --masters 1", 1, 4),
            ("create cluster a --workers 1", 3, 1),
        ] {
            let spec = created(line, &three);
            assert_eq!((spec.masters.get(), spec.workers), (masters, workers), "{line}");
        }
        let both = [("MOKCTL_QUIET", "1"), ("MOKCTL_OUTPUT", "json")];
        let (globals, _) = run("create cluster a 1 0 --tailf", &both[..1]);
        assert_eq!(globals.detail, Detail::Output);
        let (globals, _) = run("get clusters -o table", &both);
        assert_eq!(globals.output, Some(crate::cli::Format::Table));
    }

    #[test]
    fn a_default_of_other_commands_is_passed_over() {
        let variables = [("MOKCTL_MASTERS", "x"), ("MOKCTL_WITH_LB", "x"), ("MOKCTL_YES", "1")];
        assert_eq!(run("get clusters", &variables), run("get clusters", &[]));
        assert_eq!(run("delete cluster a", &variables), run("delete cluster a --yes", &[]));
        assert!(matches!(parsed("create cluster a -h", &variables), Ok(Parsed::Usage)));
    }

    #[test]
    fn a_mistake_names_the_variable_that_it_comes_from() {
        for (line, variables, want) in [
            (
                "create cluster a",
                &[("MOKCTL_PLAIN", "1"), ("MOKCTL_MASTERS", "x"), ("MOKCTL_WORKERS", "2")][..],
                "Invalid NUM_MASTERS, 'x': a number from 1 to 9 is allowed. \
                 It comes from MOKCTL_MASTERS.",
            ),
            (
                "create cluster a 1 0",
                &[("MOKCTL_SUBNET", "x")],
                "Invalid CIDR, 'x': an IPv4 network with a prefix from /8 to /24 is allowed, \
                 like 172.30.0.0/16. It comes from MOKCTL_SUBNET.",
            ),
            (
                "create cluster A 1 0",
                &[("MOKCTL_SUBNET", "172.30.0.0/16")],
                "Invalid cluster NAME, 'A': lower-case letters, digits and '-' are allowed, \
                 a letter or digit first and last, at most 40 characters.",
            ),
            (
                "version",
                &[("MOKCTL_PLAIN", "perhaps")],
                "Invalid MOKCTL_PLAIN, 'perhaps': true or false is allowed.",
            ),
            (
                "create cluster a 1 0",
                &[("MOKCTL_QUIET", "1"), ("MOKCTL_TAILF", "1")],
                "Invalid FLAG, '--tailf': it is not allowed with '--quiet'. \
                 It comes from MOKCTL_TAILF.",
            ),
            (
                "create cluster a",
                &[("MOKCTL_WORKERS", "1")],
                "Please provide the number of Masters to create.",
            ),
        ] {
            assert_eq!(refusal(line, variables), want, "{line}");
        }
    }
}
