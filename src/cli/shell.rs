//! The shells in which mokctl's command lines can be completed. A small script for each shell
//! runs `mokctl completion` with the words typed so far, and [`super::complete`] finds those
//! that may come next. Exit status 1 asks the shell to complete a folder itself, 2 a file.

/// A shell with a completion script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is called what its name says")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// The names of all shells.
    pub const NAMES: &[&str] = &["bash", "zsh", "fish"];

    /// Returns the shell called `word`.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }

    /// Returns the completion script that the shell must load.
    pub(super) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("shell/mokctl.bash"),
            Self::Zsh => include_str!("shell/mokctl.zsh"),
            Self::Fish => include_str!("shell/mokctl.fish"),
        }
    }

    /// Returns the line in which the script expects a candidate and its help.
    pub(super) fn line(self, word: &str, help: &str) -> String {
        match self {
            Self::Zsh => {
                let word = word.replace(':', "\\:");
                if help.is_empty() { format!("{word}\n") } else { format!("{word}:{help}\n") }
            }
            Self::Fish if !help.is_empty() => format!("{word}\t{help}\n"),
            Self::Bash | Self::Fish => format!("{word}\n"),
        }
    }
}
