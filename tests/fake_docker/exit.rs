//! The ways in which a call fails.

use std::io;

/// The exit status of a call whose message has been printed.
#[derive(Debug)]
pub(crate) struct Exit(pub(crate) u8);

/// The result of a call.
pub(crate) type Done = Result<(), Exit>;

/// Prints one of docker's error messages, and fails with its exit status.
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
