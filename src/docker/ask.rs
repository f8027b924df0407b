//! Questions to the engine whose answers are read: a call, what it prints, and what
//! that means. Running them is not its business.

use std::fmt::Display;

use super::inspect::{self, Image};
use super::privilege::{BoundingSet, Privilege};
use super::{Call, Client, Docker, DockerError, Endpoint, ErrorKind, args};

/// How often something is listed anew when a part of it goes away meanwhile.
const LIST_TRIES: u32 = 5;

impl Docker {
    /// Where the engine is, as the client says. podman has none: it is its own, here.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] for what is no endpoint.
    pub fn endpoint(&self) -> Result<Endpoint, DockerError> {
        match self.client {
            Client::Docker => self.read(&args::endpoint(), Endpoint::parse),
            Client::Podman => Ok(Endpoint::Here),
        }
    }

    /// Runs `call` and reads what it prints.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] for what cannot be read.
    pub fn read<T, E: Display>(
        &self,
        call: &Call,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DockerError> {
        let text = self.capture(call)?;
        read(&text).map_err(|error| self.unexpected(call, error.to_string()))
    }

    /// Lists ids with `list` and reads what `inspect` prints of them all; none where
    /// there is nothing.
    ///
    /// # Errors
    /// As [`Docker::read`]. That something went away since it was listed is none: the
    /// rest is still there, and is listed anew.
    pub fn read_listed<T, E: Display>(
        &self,
        list: &Call,
        inspect: impl Fn(&[String]) -> Call,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, DockerError> {
        for attempt in 1.. {
            let ids = self.ids(list)?;
            if ids.is_empty() {
                break;
            }
            match self.read(&inspect(&ids), &read) {
                Ok(found) => return Ok(Some(found)),
                Err(error) if error.kind() == ErrorKind::Gone && attempt < LIST_TRIES => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Runs `call`, which asks about one image, and returns what it prints; none
    /// where the engine has no such image.
    ///
    /// # Errors
    /// Every other failure.
    pub fn ask_image(&self, call: &Call) -> Result<Option<String>, DockerError> {
        match self.capture(call) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NoImage => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Everything the engine knows of one image; none where it has no such image.
    ///
    /// # Errors
    /// Every other failure, and [`DockerError::Unexpected`] for what is no image.
    pub fn find_image(&self, image: &str) -> Result<Option<Image>, DockerError> {
        let call = args::inspect_images([image]);
        let Some(json) = self.ask_image(&call)? else { return Ok(None) };
        let mut found: Vec<Image> =
            inspect::list(&json).map_err(|error| self.unexpected(&call, error.to_string()))?;
        let image = found.pop().filter(|image| !image.id.is_empty());
        image.map(Some).ok_or_else(|| self.unexpected(&call, "no image".into()))
    }

    /// What to try where `--privileged` is refused: what the engine's own host has,
    /// as a container of `image` sees it.
    ///
    /// # Errors
    /// Where that container cannot run.
    pub fn lesser_privilege(&self, image: &str) -> Result<Privilege, DockerError> {
        self.read(&args::host_status(image), |status| {
            let set = BoundingSet::from_status(status).map(Privilege::Listed);
            set.ok_or("a process status without CapBnd")
        })
    }

    /// Runs `call`, which lists ids without cutting them short.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] for anything that is no id:
    /// what is listed here may be removed next.
    pub fn ids(&self, call: &Call) -> Result<Vec<String>, DockerError> {
        let text = self.capture(call)?;
        let is_id = |line: &str| {
            // An image's says what it is the hash of.
            let id = line.strip_prefix("sha256:").unwrap_or(line);
            // A swarm's networks have its own kind.
            let of_swarm =
                id.len() == 25 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            of_swarm || (id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        match text.lines().find(|line| !is_id(line)) {
            Some(line) => {
                Err(self.unexpected(call, format!("'{}', which is no id", line.escape_debug())))
            }
            None => Ok(text.lines().map(String::from).collect()),
        }
    }

    /// Runs `call`, which creates a network, and returns what that one alone is
    /// called: its id. podman prints its name, which no other network has.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] where nothing like that is
    /// printed.
    pub fn create_network(&self, call: &Call) -> Result<String, DockerError> {
        if self.client == Client::Podman {
            let name = self.capture(call)?;
            return if call.args.last() == Some(&name) {
                Ok(name)
            } else {
                Err(self.unexpected(call, format!("'{}', another name", name.escape_debug())))
            };
        }
        let mut ids = self.ids(call)?;
        match (ids.pop(), ids.len()) {
            (Some(id), 0) => Ok(id),
            (_, more) => {
                let many = if more > 0 { "several" } else { "no" };
                Err(self.unexpected(call, format!("{many} ids, not one")))
            }
        }
    }

    pub(super) fn unexpected(&self, call: &Call, what: String) -> DockerError {
        DockerError::Unexpected { command: self.command_line(call), what }
    }
}
