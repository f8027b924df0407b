//! The families of addresses that nodes, pods and Services have: IPv4, IPv6 or both.

use std::fmt;

use thiserror::Error;

/// Of a whole cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IpFamily {
    /// IPv4 alone.
    #[default]
    Ipv4,
    /// IPv6 alone.
    Ipv6,
    /// Both, IPv4 first: what asks for one address gets that.
    Dual,
}

/// A word that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid FAMILY, '{0}': ipv4, ipv6 or dual is allowed")]
pub struct IpFamilyError(String);

impl IpFamily {
    /// What users call them.
    pub const WORDS: &'static [&'static str] = &["ipv4", "ipv6", "dual"];

    /// Reads one.
    pub fn parse(word: &str) -> Result<Self, IpFamilyError> {
        let mut all = [Self::Ipv4, Self::Ipv6, Self::Dual].into_iter();
        all.find(|family| family.as_str() == word).ok_or_else(|| IpFamilyError(word.to_owned()))
    }

    /// What users call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Dual => "dual",
        }
    }

    /// Whether there are IPv6 addresses.
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

/// What there is once for each family of a cluster: the first is what counts where only
/// one can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerFamily<T> {
    primary: T,
    secondary: Option<T>,
}

impl<T> PerFamily<T> {
    /// What a cluster of `family` has of both.
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
    /// The first.
    #[must_use]
    pub fn primary(&self) -> T {
        self.primary
    }
}

/// With a comma between, as Kubernetes' programs read it.
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
