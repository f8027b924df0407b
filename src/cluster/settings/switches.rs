//! Things that are switched on or off by name: feature gates and API groups.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a word is not a list of switches.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SwitchError {
    /// The word is not a list of feature gates.
    #[error("invalid GATES, '{0}': NAME=true and NAME=false with commas between are allowed")]
    Gates(String),
    /// The word is not a list of APIs.
    #[error(
        "invalid APIS, '{0}': GROUP/VERSION=true or =false with commas between are allowed, \
         like api/all=true"
    )]
    Apis(String),
    /// A name occurs twice.
    #[error("invalid {what}, '{word}': {name} is there twice")]
    Twice {
        /// The placeholder of the list in the usage text, such as `GATES`.
        what: &'static str,
        /// The word that was given.
        word: String,
        /// The name that occurs twice.
        name: String,
    },
}

/// Names, each on or off. The `Display` is the form that Kubernetes' programs take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches(BTreeMap<String, bool>);

impl Switches {
    /// Parses feature gates.
    pub fn gates(words: &[&str]) -> Result<Self, SwitchError> {
        let inner = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric());
        read(words, "GATES", inner, SwitchError::Gates)
    }

    /// Parses the value of `--runtime-config`.
    pub fn apis(words: &[&str]) -> Result<Self, SwitchError> {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b"-./".contains(&b);
        read(words, "APIS", |name| name.bytes().all(inner), SwitchError::Apis)
    }

    /// Whether there are no switches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each name and whether it is on.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|(name, on)| (name.as_str(), *on))
    }

    /// Returns the switches whose name is one of `names`, and the others.
    #[must_use]
    pub fn partition(self, names: &[String]) -> (Self, Self) {
        let (some, others) = self.0.into_iter().partition(|(name, _)| names.contains(name));
        (Self(some), Self(others))
    }
}

impl fmt::Display for Switches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.iter().map(|(name, on)| format!("{name}={on}")).collect();
        f.write_str(&words.join(","))
    }
}

fn read(
    words: &[&str],
    what: &'static str,
    is_name: impl Fn(&str) -> bool,
    error: impl Fn(String) -> SwitchError,
) -> Result<Switches, SwitchError> {
    let mut all = BTreeMap::new();
    for word in words {
        for part in word.split(',') {
            let (name, on) = match part.split_once('=') {
                Some((name, "true")) => (name, true),
                Some((name, "false")) => (name, false),
                Some(_) | None => return Err(error((*word).to_owned())),
            };
            let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
            if !begins || !is_name(name) {
                return Err(error((*word).to_owned()));
            }
            if all.insert(name.to_owned(), on).is_some() {
                let (word, name) = ((*word).to_owned(), name.to_owned());
                return Err(SwitchError::Twice { what, word, name });
            }
        }
    }
    Ok(Switches(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_read_from_one_word_or_several_and_written_as_one() {
        let gates = Switches::gates(&["B=false,A=true", "C=true"]).unwrap();
        assert_eq!(gates.to_string(), "A=true,B=false,C=true");
        let apis = Switches::apis(&["api/all=true,batch/v2alpha1=false,v1=true"]).unwrap();
        assert_eq!(apis.to_string(), "api/all=true,batch/v2alpha1=false,v1=true");
        let (some, others) = gates.partition(&["B".into(), "X".into()]);
        assert_eq!(
            (some.to_string(), others.to_string()),
            ("B=false".into(), "A=true,C=true".into())
        );
    }

    #[test]
    fn what_is_no_switch_is_refused() {
        for bad in ["", "A", "A=", "A=1", "=true", "A=true,", "A B=true", "a/b=true", "1=true"] {
            assert_eq!(Switches::gates(&[bad]), Err(SwitchError::Gates(bad.into())), "{bad}");
        }
        for bad in ["", "api/all", "a b=true", "/v1=true"] {
            assert_eq!(Switches::apis(&[bad]), Err(SwitchError::Apis(bad.into())), "{bad}");
        }
        let twice = Switches::gates(&["A=true", "A=false"]).unwrap_err();
        assert_eq!(twice.to_string(), "invalid GATES, 'A=false': A is there twice");
    }
}
