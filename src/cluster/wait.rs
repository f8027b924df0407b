//! What `create cluster` waits for, and how long.

use std::time::Duration;

use thiserror::Error;

/// How long nodes may take to become Ready by default. Pods get the same time in addition.
const DEFAULT: Duration = Duration::from_secs(240);
/// The longest timeout, in seconds.
const LONGEST: u64 = 24 * HOUR;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Why a word is not valid for `--wait` or `--timeout`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WaitError {
    /// The word is not one of [`Until::WORDS`].
    #[error("invalid WHAT, '{0}': none, nodes or pods is allowed")]
    Until(String),
    /// The word is not a time.
    #[error(
        "invalid TIME, '{0}': seconds, or a number with s, m or h behind it, up to 24h, are allowed, like 300 or 5m"
    )]
    Timeout(String),
}

/// The state of a cluster in which `create` returns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Until {
    /// All nodes have registered.
    Registered,
    /// All nodes are Ready.
    #[default]
    Nodes,
    /// All pods of the control plane and of add-ons are Ready as well.
    Pods,
}

/// A state to wait for, and a timeout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wait {
    /// The state to wait for.
    pub until: Until,
    /// The timeout for nodes and pods together, if one was given.
    timeout: Option<Duration>,
}

impl Until {
    /// The words that `--wait` takes.
    pub const WORDS: &'static [&'static str] = &["none", "nodes", "pods"];

    fn parse(word: &str) -> Result<Self, WaitError> {
        match word {
            "none" => Ok(Self::Registered),
            "nodes" => Ok(Self::Nodes),
            "pods" => Ok(Self::Pods),
            _ => Err(WaitError::Until(word.to_owned())),
        }
    }
}

impl Wait {
    /// Parses the values of `--wait` and `--timeout`, if given.
    pub fn parse(until: Option<&str>, timeout: Option<&str>) -> Result<Self, WaitError> {
        let until = until.map(Until::parse).transpose()?.unwrap_or_default();
        let time = |word: &str| time(word).ok_or_else(|| WaitError::Timeout(word.to_owned()));
        Ok(Self { until, timeout: timeout.map(time).transpose()? })
    }

    /// Returns the timeout for nodes and pods together.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(match self.until {
            Until::Registered | Until::Nodes => DEFAULT,
            Until::Pods => DEFAULT * 2,
        })
    }
}

/// Parses `300`, `300s`, `5m` or `1h`.
fn time(word: &str) -> Option<Duration> {
    let unit = |end, seconds| Some((word.strip_suffix(end)?, seconds));
    let (number, unit) =
        unit('s', 1).or_else(|| unit('m', MINUTE)).or_else(|| unit('h', HOUR)).unwrap_or((word, 1));
    // Rust parses "+1" as a number as well.
    let count: u64 = number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))?;
    let seconds = count.checked_mul(unit).filter(|seconds| (1..=LONGEST).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_minutes_or_hours() {
        for (word, seconds) in
            [("300", 300), ("5m", 300), ("90s", 90), ("1h", 3600), ("24h", 86400)]
        {
            let wait = Wait::parse(None, Some(word)).unwrap();
            assert_eq!(wait.timeout(), Duration::from_secs(seconds), "{word}");
        }
        for bad in ["", "0", "0m", "m", "-1", "+1", "1.5m", "5M", "5 m", "25h", "1d", "é"] {
            assert_eq!(Wait::parse(None, Some(bad)), Err(WaitError::Timeout(bad.into())), "{bad}");
        }
    }

    #[test]
    fn without_a_time_pods_have_as_long_again() {
        let timeout = |word| Wait::parse(Some(word), None).unwrap().timeout().as_secs();
        assert_eq!(
            Until::WORDS.iter().map(|word| timeout(word)).collect::<Vec<_>>(),
            [240, 240, 480]
        );
        assert_eq!(Wait::parse(None, None), Ok(Wait::default()));
        assert_eq!(Wait::parse(Some("all"), None), Err(WaitError::Until("all".into())));
    }
}
