//! The API's port on the engine's host: which one, and when to try another.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::TcpListener;

use super::Run;
use super::error::StepError;
use crate::cluster::port::PortBinding;
use crate::docker::args::Container;
use crate::docker::{DockerError, ErrorKind};

/// How often a port is chosen anew when another program was faster.
const PORT_TRIES: u32 = 5;

impl Run<'_> {
    /// The user's port, or one that is free at this moment. It is chosen here and
    /// not by the engine because it must be the same after every restart. Of a host
    /// elsewhere this one cannot know which are free: any may do, and the engine says if
    /// it does not.
    pub(super) fn choose_port(&self) -> Result<u16, StepError> {
        if let Some(port) = self.api.port {
            return Ok(port.get());
        }
        let free = TcpListener::bind((self.api.address, 0)).and_then(|socket| socket.local_addr());
        match free {
            Ok(address) => Ok(address.port()),
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => Ok(any_port()),
            Err(error) => Err(StepError::NoPort(error)),
        }
    }

    /// Whether another program took the free port before the engine did. One that the user
    /// asked for would be taken the next time, too.
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
            && !self.nodes.ports.iter().any(|publish| error.names(publish))
            && attempt < PORT_TRIES
    }
}

/// One that neither a Service nor a client's connection is given by default.
fn any_port() -> u16 {
    const FIRST: u16 = 20000;
    const COUNT: u64 = 10000;
    let random = RandomState::new().hash_one(()) % COUNT;
    FIRST.saturating_add(u16::try_from(random).unwrap_or_default())
}
