//! Chooses the API's port on the engine's host, and another one if it is taken.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::TcpListener;

use super::Run;
use super::error::StepError;
use crate::cluster::port::PortBinding;
use crate::docker::args::Container;
use crate::docker::{DockerError, ErrorKind};

/// How many ports are tried if other programs keep taking them.
const PORT_TRIES: u32 = 5;

impl Run<'_> {
    /// Returns the user's port, or one that is free now. The engine does not choose it, because it
    /// must stay the same after every restart. The free ports of a remote host are unknown, so any
    /// port is tried, and the engine refuses it if it is taken.
    pub(super) fn choose_port(&self) -> Result<u16, StepError> {
        if let Some(port) = self.api.port {
            return Ok(port.get());
        }
        let free = TcpListener::bind((self.api.address, 0)).and_then(|socket| socket.local_addr());
        match free {
            Ok(address) => Ok(address.port()),
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => Ok(random_port()),
            Err(error) => Err(StepError::NoPort(error)),
        }
    }

    /// Whether another program has taken the port before the engine did, and another port may be
    /// tried. A port that the user chose is not replaced.
    pub(super) fn may_retry(
        &self,
        container: &Container,
        error: &DockerError,
        attempt: u32,
    ) -> bool {
        let taken = error.kind() == ErrorKind::PortTaken;
        let chosen_here =
            container.publish.iter().any(PortBinding::is_api) && self.api.port.is_none();
        taken
            && chosen_here
            && !self.nodes.ports.iter().any(|publish| error.mentions(publish))
            && attempt < PORT_TRIES
    }
}

/// Returns a random port outside of the default ranges of `NodePort`s and of clients' connections.
fn random_port() -> u16 {
    const FIRST: u16 = 20000;
    const COUNT: u64 = 10000;
    let random = RandomState::new().hash_one(()) % COUNT;
    FIRST.saturating_add(u16::try_from(random).unwrap_or_default())
}
