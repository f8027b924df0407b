//! Limits for the CPUs and the memory of each node.

use std::fmt;

use thiserror::Error;

use super::labels::{self, Label};

/// One CPU, in thousandths.
const MILLI: u64 = 1000;
/// The least that a control plane needs, in thousandths of a CPU.
const LEAST_CPU: u64 = MILLI;
const LEAST_MEMORY: u64 = 1 << 30;

/// Why a word is not a limit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LimitError {
    /// The word is not a number of CPUs, or too small a one.
    #[error("invalid CPUS, '{0}': a number from 1 on, with up to three decimals, is allowed")]
    Cpus(String),
    /// The word is not an amount of memory, or too small a one.
    #[error("invalid SIZE, '{0}': a number with Mi or Gi behind it, from 1Gi on, is allowed")]
    Memory(String),
}

/// The most that each master and worker may use. `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// CPUs, in thousandths.
    pub cpu: Option<u64>,
    /// Memory, in bytes.
    pub memory: Option<u64>,
}

impl Limits {
    /// Parses the values of `--node-cpus` and `--node-memory`, if given.
    pub fn parse(cpus: Option<&str>, memory: Option<&str>) -> Result<Self, LimitError> {
        let cpu = |word: &str| millis(word).ok_or_else(|| LimitError::Cpus(word.to_owned()));
        let bytes = |word: &str| bytes(word).ok_or_else(|| LimitError::Memory(word.to_owned()));
        Ok(Self { cpu: cpus.map(cpu).transpose()?, memory: memory.map(bytes).transpose()? })
    }

    /// Reads the labels that [`Limits::labels`] returns.
    #[must_use]
    pub fn from_labels<'a>(label: impl Fn(&str) -> Option<&'a str>) -> Self {
        let cpu = label(labels::CPUS).and_then(millis);
        Self { cpu, memory: label(labels::MEMORY).and_then(bytes) }
    }

    /// Returns the labels that store the limits.
    #[must_use]
    pub fn labels(&self) -> Vec<Label> {
        let cpus = self.cpus().map(|cpus| (labels::CPUS, cpus));
        let memory = self.memory.map(|bytes| (labels::MEMORY, format!("{}Mi", bytes >> 20)));
        cpus.into_iter().chain(memory).collect()
    }

    /// Returns these limits, with those of `others` where these have none.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self { cpu: self.cpu.or(others.cpu), memory: self.memory.or(others.memory) }
    }

    /// Whether there is no limit.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Returns the number of CPUs, in the form of `--node-cpus`.
    #[must_use]
    pub fn cpus(&self) -> Option<String> {
        let text = |milli| format!("{}.{:03}", milli / MILLI, milli % MILLI);
        self.cpu.map(|milli| text(milli).trim_end_matches('0').trim_end_matches('.').to_owned())
    }
}

/// Writes for example `2 CPUs and 4096Mi of memory`.
impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpus = self.cpus().map(|cpus| format!("{cpus} CPUs"));
        let memory = self.memory.map(|bytes| format!("{}Mi of memory", bytes >> 20));
        f.write_str(&cpus.into_iter().chain(memory).collect::<Vec<_>>().join(" and "))
    }
}

fn digits(word: &str) -> Option<u64> {
    let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    word.parse().ok().filter(|_| is_number)
}

fn millis(word: &str) -> Option<u64> {
    let (whole, part) = word.split_once('.').unwrap_or((word, "0"));
    let part = digits(&format!("{part:0<3}")).filter(|_| (1..=3).contains(&part.len()))?;
    digits(whole)?.checked_mul(MILLI)?.checked_add(part).filter(|milli| *milli >= LEAST_CPU)
}

fn bytes(word: &str) -> Option<u64> {
    let unit = |end, shift: u32| digits(word.strip_suffix(end)?)?.checked_mul(1 << shift);
    unit("Gi", 30).or_else(|| unit("Mi", 20)).filter(|bytes| *bytes >= LEAST_MEMORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_kept_in_labels_as_they_were_read() {
        for (cpus, milli, kept) in
            [("2", 2000, "2"), ("1.5", 1500, "1.5"), ("1.025", 1025, "1.025")]
        {
            let limits = Limits::parse(Some(cpus), Some("2Gi")).unwrap();
            assert_eq!(limits, Limits { cpu: Some(milli), memory: Some(2 << 30) });
            let labels = limits.labels();
            let want = [(labels::CPUS, kept.to_owned()), (labels::MEMORY, "2048Mi".into())];
            assert_eq!(labels, want);
            let find = |key: &str| Some(labels.iter().find(|(name, _)| *name == key)?.1.as_str());
            assert_eq!(Limits::from_labels(find), limits);
        }
        assert_eq!(Limits::from_labels(|_| None), Limits::default());
    }

    #[test]
    fn limits_are_told_as_far_as_there_are_any() {
        let told = |cpus, memory| Limits::parse(cpus, memory).unwrap().to_string();
        assert_eq!(told(Some("1.5"), Some("2Gi")), "1.5 CPUs and 2048Mi of memory");
        assert_eq!(told(None, Some("2Gi")), "2048Mi of memory");
    }

    #[test]
    fn what_is_no_limit_or_too_low_is_refused() {
        for bad in ["", "0", "0.5", "1.", ".5", "1.0001", "-1", "+1", "1e3", "1000m", "two"] {
            assert_eq!(Limits::parse(Some(bad), None), Err(LimitError::Cpus(bad.into())), "{bad}");
        }
        for bad in ["", "4", "4g", "4G", "1023Mi", "0Gi", "1.5Gi", "Gi", "99999999999999999999Gi"] {
            assert_eq!(
                Limits::parse(None, Some(bad)),
                Err(LimitError::Memory(bad.into())),
                "{bad}"
            );
        }
    }
}
