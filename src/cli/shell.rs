//! The shells that can complete mokctl's command lines. Each has a small script
//! that hands over the words typed so far; which may come next is found here, in
//! [`super::complete`]. Exit status 1 leaves it to the shell: a folder is wanted, or with 2
//! a file.

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is called what its name says")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// All of them.
    pub const NAMES: &[&str] = &["bash", "zsh", "fish"];

    /// The shell called `word`.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }

    /// What the shell has to load.
    pub(super) fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("shell/mokctl.bash"),
            Self::Zsh => include_str!("shell/mokctl.zsh"),
            Self::Fish => include_str!("shell/mokctl.fish"),
        }
    }

    /// A word that may come next and what it is, as the script wants it: a line.
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
