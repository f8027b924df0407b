//! A Kubernetes version as users ask for it: a patch version, or only major and minor.

use std::fmt;

use thiserror::Error;

use super::kubernetes::KubernetesVersion;

/// The error of a word that is not a version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid VERSION, '{0}': MAJOR.MINOR or MAJOR.MINOR.PATCH is allowed, like 1.36.3")]
pub struct VersionError(String);

/// A Kubernetes version without the `v`: `1.33.1`, or `1.33` for any of its patch versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionPrefix(String);

impl VersionPrefix {
    /// Parses two or three decimal numbers with dots between them, and an optional `v` before
    /// them.
    pub fn parse(word: &str) -> Result<Self, VersionError> {
        let number = |part: &str| part.parse().is_ok_and(|n: u16| n.to_string() == part);
        let numbers = word.strip_prefix('v').unwrap_or(word);
        if (2..=3).contains(&numbers.split('.').count()) && numbers.split('.').all(number) {
            Ok(Self(numbers.to_owned()))
        } else {
            Err(VersionError(word.to_owned()))
        }
    }

    /// Returns the version, if a patch version was given.
    #[must_use]
    pub fn exact(&self) -> Option<KubernetesVersion> {
        KubernetesVersion::parse(&self.0)
    }

    /// Returns the prefix of all patch versions of `major`.`minor`.
    #[must_use]
    pub fn of_branch((major, minor): (u16, u16)) -> Self {
        Self(format!("{major}.{minor}"))
    }

    /// Returns the major and the minor version.
    #[must_use]
    pub fn branch(&self) -> (u16, u16) {
        let mut numbers = self.0.split('.').filter_map(|number| number.parse().ok());
        (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
    }

    /// Whether `version` has this prefix.
    #[must_use]
    pub fn matches(&self, version: KubernetesVersion) -> bool {
        let version = version.to_string();
        let rest = version.strip_prefix('v').and_then(|word| word.strip_prefix(&self.0));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Returns the version as it was given, without the `v`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<KubernetesVersion> for VersionPrefix {
    fn from(version: KubernetesVersion) -> Self {
        Self(version.to_string().trim_start_matches('v').to_owned())
    }
}

impl fmt::Display for VersionPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_means_all_its_patches() {
        let version = KubernetesVersion::parse("v1.30.2").unwrap();
        let matches = |word| VersionPrefix::parse(word).unwrap().matches(version);
        assert!(matches("1.30.2") && matches("1.30"));
        assert!(!matches("1.3") && !matches("1.30.20") && !matches("1.31"));
    }

    #[test]
    fn a_version_is_two_or_three_numbers() {
        for good in ["1.33", "1.33.1", "1.0.10"] {
            assert_eq!(VersionPrefix::parse(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "1", "v1", "vv1.33", "1.33.", "1..1", "1.033", "1.33.1.1", "1.33-rc1", "+1.33"]
        {
            assert_eq!(VersionPrefix::parse(bad), Err(VersionError(bad.to_owned())));
        }
    }
}
