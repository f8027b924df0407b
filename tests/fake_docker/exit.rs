//! How a call ends, if not well.

use std::io;

/// The exit status; the message was printed before.
#[derive(Debug)]
pub(crate) struct Exit(pub(crate) u8);

/// How a call ends.
pub(crate) type Done = Result<(), Exit>;

/// A failure that docker has a text for.
pub(crate) fn fail<T>(text: &str) -> Result<T, Exit> {
    eprintln!("{text}");
    Err(Exit(1))
}

impl From<io::Error> for Exit {
    fn from(error: io::Error) -> Self {
        eprintln!("fake docker: {error}");
        Self(98)
    }
}
