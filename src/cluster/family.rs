//! The address families of nodes, pods and Services: IPv4, IPv6 or both.

use std::fmt;

use thiserror::Error;

/// The address family of a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IpFamily {
    /// IPv4 alone.
    #[default]
    Ipv4,
    /// IPv6 alone.
    Ipv6,
    /// Dual-stack, with IPv4 as the primary family.
    Dual,
}

/// The error of a word that is not an address family.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid FAMILY, '{0}': ipv4, ipv6 or dual is allowed")]
pub struct IpFamilyError(String);

impl IpFamily {
    /// The words that `--ip-family` takes.
    pub const WORDS: &'static [&'static str] = &["ipv4", "ipv6", "dual"];

    /// Parses the value of `--ip-family`.
    pub fn parse(word: &str) -> Result<Self, IpFamilyError> {
        let mut all = [Self::Ipv4, Self::Ipv6, Self::Dual].into_iter();
        all.find(|family| family.as_str() == word).ok_or_else(|| IpFamilyError(word.to_owned()))
    }

    /// Returns the word for this family in `--ip-family`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Dual => "dual",
        }
    }

    /// Whether the cluster has IPv6 addresses.
    #[must_use]
    pub const fn has_ipv6(self) -> bool {
        matches!(self, Self::Ipv6 | Self::Dual)
    }
}

impl fmt::Display for IpFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One value for each address family of a cluster. The first one is the primary family's, which
/// counts where only one value can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerFamily<T> {
    primary: T,
    secondary: Option<T>,
}

impl<T> PerFamily<T> {
    /// Keeps those of the two values that a cluster of `family` has.
    pub fn of(family: IpFamily, ipv4: impl Into<T>, ipv6: impl Into<T>) -> Self {
        match family {
            IpFamily::Ipv4 => Self { primary: ipv4.into(), secondary: None },
            IpFamily::Ipv6 => Self { primary: ipv6.into(), secondary: None },
            IpFamily::Dual => Self { primary: ipv4.into(), secondary: Some(ipv6.into()) },
        }
    }
}

impl<T> IntoIterator for PerFamily<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<std::iter::Once<T>, std::option::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.primary).chain(self.secondary)
    }
}

impl<T: Copy> PerFamily<T> {
    /// Returns the value of the primary family.
    #[must_use]
    pub fn primary(&self) -> T {
        self.primary
    }
}

/// Writes the values with a comma between them, as Kubernetes' programs read them.
impl<T: fmt::Display> fmt::Display for PerFamily<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.primary.fmt(f)?;
        self.secondary.iter().try_for_each(|secondary| write!(f, ",{secondary}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_called_as_it_is_read() {
        for word in IpFamily::WORDS {
            assert_eq!(IpFamily::parse(word).unwrap().to_string(), *word);
        }
        for bad in ["", "IPv6", "4", "ipv4,ipv6"] {
            assert_eq!(IpFamily::parse(bad), Err(IpFamilyError(bad.to_owned())));
        }
    }

    #[test]
    fn of_both_families_the_first_is_ipv4() {
        let of = |family| PerFamily::<&str>::of(family, "four", "six").to_string();
        assert_eq!(of(IpFamily::Ipv4), "four");
        assert_eq!(of(IpFamily::Ipv6), "six");
        assert_eq!(of(IpFamily::Dual), "four,six");
    }
}
