//! The numbers of masters and workers of a cluster.

use std::fmt;

/// A shape, `MASTERS+WORKERS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) masters: usize,
    pub(crate) workers: usize,
}

impl Shape {
    /// Parses a shape such as `1+3`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no shape: MASTERS+WORKERS is, such as 1+3");
        let (masters, workers) = text.split_once('+').ok_or_else(wrong)?;
        let number = |word: &str| word.parse::<usize>().map_err(|_| wrong());
        let shape = Self { masters: number(masters)?, workers: number(workers)? };
        if shape.masters > 0 { Ok(shape) } else { Err(wrong()) }
    }

    pub(crate) fn nodes(self) -> usize {
        self.masters + self.workers
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.masters, self.workers)
    }
}
