//! The flags, one row each. A flag may stand anywhere on the command line and never changes
//! the parser's state. Knows what a flag is called and which commands it belongs to, not what
//! it does.

mod exclusive;
mod groups;
mod rows;

pub use exclusive::EXCLUSIVE;
pub use rows::FLAGS;

use super::verb::Verb;

/// The flags of all commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is called what its row says")]
pub enum Flag {
    Plain,
    Quiet,
    Help,
    Output,
    Masters,
    Workers,
    From,
    WithLb,
    SkipMasterSetup,
    SkipWorkerSetup,
    SkipLbSetup,
    Subnet,
    IpFamily,
    PodSubnet,
    ServiceSubnet,
    ApiPort,
    ApiAddress,
    Hosts,
    Place,
    Publish,
    Mount,
    Registry,
    RegistryMirror,
    Port,
    RegistryCa,
    RegistryAuth,
    Ca,
    HostCa,
    ContainerdConfig,
    Image,
    ImageRepository,
    ImageFile,
    K8sver,
    Addons,
    FeatureGates,
    RuntimeConfig,
    Patches,
    KubeadmConfig,
    AuditPolicy,
    Cni,
    Label,
    Taint,
    NodeCpus,
    NodeMemory,
    NodeImage,
    IfNotExists,
    Wait,
    Timeout,
    Parallel,
    Snapshot,
    GetPrebuiltImage,
    Retain,
    Stop,
    DryRun,
    Yes,
    Tailf,
    Timings,
}

impl Flag {
    /// Returns the row of the flag.
    #[must_use]
    pub fn spec(self) -> &'static FlagSpec {
        FLAGS
            .iter()
            .find(|spec| spec.flag == self)
            .unwrap_or_else(|| unreachable!("{self:?} has no row in FLAGS"))
    }

    /// Returns the long name, without dashes.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }
}

/// The commands that a flag belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All commands.
    Global,
    /// The commands of this list.
    Only(&'static [Verb]),
    /// The commands of either list.
    Both(&'static [Verb], &'static [Verb]),
}

/// The row of a flag.
#[derive(Debug, PartialEq, Eq)]
pub struct FlagSpec {
    /// The flag itself.
    pub flag: Flag,
    /// The long name, without dashes.
    pub name: &'static str,
    /// The short name, without the dash.
    pub short: Option<char>,
    /// What the usage text calls the flag's value. `None`: the flag takes no value.
    pub value: Option<&'static str>,
    /// The commands that the flag belongs to.
    pub scope: Scope,
    /// The line about the flag in the usage text.
    pub help: &'static str,
}

/// Makes the row of a flag that has neither a short name nor a value. The methods `short` and
/// `value` add them.
const fn flag(flag: Flag, name: &'static str, scope: Scope, help: &'static str) -> FlagSpec {
    FlagSpec { flag, name, short: None, value: None, scope, help }
}

impl FlagSpec {
    const fn short(self, letter: char) -> Self {
        Self { short: Some(letter), ..self }
    }

    const fn value(self, name: &'static str) -> Self {
        Self { value: Some(name), ..self }
    }

    /// Whether the flag may be given to `verb`.
    #[must_use]
    pub fn belongs_to(&self, verb: Verb) -> bool {
        match self.scope {
            Scope::Global => true,
            Scope::Only(verbs) => verbs.contains(&verb),
            Scope::Both(some, others) => some.contains(&verb) || others.contains(&verb),
        }
    }

    /// Returns the flag as the usage text shows it, such as `-o, --output FORMAT`.
    #[must_use]
    pub fn label(&self) -> String {
        let short = self.short.map(|c| format!("-{c}, ")).unwrap_or_default();
        let value = self.value.map(|v| format!(" {v}")).unwrap_or_default();
        format!("{short}--{}{value}", self.name)
    }

    /// Returns the environment variable that holds the flag's default, such as
    /// `MOKCTL_API_PORT`. `--help` has none.
    #[must_use]
    pub fn variable(&self) -> Option<String> {
        let name = self.name.to_ascii_uppercase().replace('-', "_");
        (self.flag != Flag::Help).then(|| format!("MOKCTL_{name}"))
    }

    fn is_called(&self, word: &str) -> bool {
        let short = || word.strip_prefix('-')?.parse::<char>().ok();
        word.strip_prefix("--") == Some(self.name)
            || (self.short.is_some() && self.short == short())
    }
}

/// Finds the flag that `word` names, and the value after `=` if it has one.
#[must_use]
pub fn find(word: &str) -> Option<(&'static FlagSpec, Option<&str>)> {
    let (name, value) = match word.split_once('=') {
        // Only long names take a value after "=": "-o=json" is not "-o json".
        Some((name, value)) if name.starts_with("--") => (name, Some(value)),
        Some(_) | None => (word, None),
    };
    FLAGS.iter().find(|spec| spec.is_called(name)).map(|spec| (spec, value))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_flags_have_the_same_name() {
        let mut flags = HashSet::new();
        let mut names = HashSet::new();
        for spec in FLAGS {
            assert!(flags.insert(spec.flag), "{:?}", spec.flag);
            assert!(names.insert(spec.name.to_owned()), "{}", spec.name);
            if let Some(short) = spec.short {
                assert!(names.insert(short.to_string()), "{short}");
            }
        }
        assert!(!names.contains("h"), "-h is the original's");
    }

    #[test]
    fn names_are_lower_case_words_with_dashes_between() {
        for spec in FLAGS {
            let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(spec.name.bytes().all(inner), "{}", spec.name);
            assert!(spec.name.len() > 1 && !spec.name.starts_with('-'), "{}", spec.name);
        }
    }

    #[test]
    fn values_have_a_name_in_capitals_and_help_is_one_line() {
        for spec in FLAGS {
            let capitals =
                |v: &str| v.bytes().all(|b| b.is_ascii_uppercase() || b == b':' || b == b'=');
            assert!(spec.value.is_none_or(capitals), "{}", spec.name);
            assert!(!spec.help.is_empty() && !spec.help.contains('\n'), "{}", spec.name);
        }
    }

    #[test]
    fn a_flag_is_found_by_its_whole_name_alone() {
        let found = |word| find(word).map(|(spec, value)| (spec.flag, value));
        assert_eq!(found("--output"), Some((Flag::Output, None)));
        assert_eq!(found("--output=json"), Some((Flag::Output, Some("json"))));
        assert_eq!(found("--output="), Some((Flag::Output, Some(""))));
        assert_eq!(found("--output=a=b"), Some((Flag::Output, Some("a=b"))));
        assert_eq!(found("-o"), Some((Flag::Output, None)));
        for word in [
            "",
            "-",
            "--",
            "output",
            "--out",
            "---output",
            "-output",
            "-o=json",
            "-oq",
            "--o",
            "-h",
            "-é",
        ] {
            assert_eq!(found(word), None, "{word}");
        }
    }
}
