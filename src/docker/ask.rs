//! Questions to the engine: runs a call and parses its output.

use std::fmt::Display;

use super::inspect::{self, Image};
use super::privilege::{BoundingSet, Privilege};
use super::{Call, Client, Docker, DockerError, Endpoint, ErrorKind, args};

/// How many times a list is requested, at most, if its objects are removed in the meantime.
const LIST_TRIES: u32 = 5;

impl Docker {
    /// Asks the client where its engine is. podman's engine is always on this machine.
    ///
    /// # Errors
    /// Fails if the call does, or with [`DockerError::Unexpected`] if its output is not an
    /// endpoint.
    pub fn endpoint(&self) -> Result<Endpoint, DockerError> {
        match self.client {
            Client::Docker => self.read(&args::endpoint(), Endpoint::parse),
            Client::Podman => Ok(Endpoint::Here),
        }
    }

    /// Runs `call` and parses its output.
    ///
    /// # Errors
    /// Fails if the call does, or with [`DockerError::Unexpected`] if its output cannot be parsed.
    pub fn read<T, E: Display>(
        &self,
        call: &Call,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DockerError> {
        let text = self.capture(call)?;
        read(&text).map_err(|error| self.unexpected(call, error.to_string()))
    }

    /// Lists ids with `list`, and parses the output of `inspect` for all of them. Returns `None` if
    /// there are none. If an object is removed between the two calls, both are repeated.
    ///
    /// # Errors
    /// As [`Docker::read`].
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

    /// Runs `call`, a question about one image, and returns its output. Returns `None` if the
    /// engine has no such image.
    ///
    /// # Errors
    /// Fails if the call fails for another reason.
    pub fn ask_image(&self, call: &Call) -> Result<Option<String>, DockerError> {
        match self.capture(call) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NoImage => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Inspects one image. Returns `None` if the engine has no such image.
    ///
    /// # Errors
    /// Fails if the call fails for another reason, or with [`DockerError::Unexpected`] if its
    /// output is not an image.
    pub fn find_image(&self, image: &str) -> Result<Option<Image>, DockerError> {
        let call = args::inspect_images([image]);
        let Some(json) = self.ask_image(&call)? else { return Ok(None) };
        let mut found: Vec<Image> =
            inspect::list(&json).map_err(|error| self.unexpected(&call, error.to_string()))?;
        let image = found.pop().filter(|image| !image.id.is_empty());
        image.map(Some).ok_or_else(|| self.unexpected(&call, "no image".into()))
    }

    /// Returns the privileges to try if `--privileged` is refused: the capabilities of the
    /// engine's host, which a container of `image` looks up.
    ///
    /// # Errors
    /// Fails if that container cannot run.
    pub fn lesser_privilege(&self, image: &str) -> Result<Privilege, DockerError> {
        self.read(&args::host_status(image), |status| {
            let set = BoundingSet::from_status(status).map(Privilege::Listed);
            set.ok_or("a process status without CapBnd")
        })
    }

    /// Runs `call`, which lists full ids.
    ///
    /// # Errors
    /// Fails if the call does, or with [`DockerError::Unexpected`] if a line is not an id: objects
    /// that are listed here may be removed next.
    pub fn ids(&self, call: &Call) -> Result<Vec<String>, DockerError> {
        let text = self.capture(call)?;
        let is_id = |line: &str| {
            // The ids of images begin with the name of the hash.
            let id = line.strip_prefix("sha256:").unwrap_or(line);
            // The ids of a swarm's networks have another form.
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

    /// Runs `call`, which creates a network, and returns the network's id. With podman, returns its
    /// name, which is unique there.
    ///
    /// # Errors
    /// Fails if the call does, or with [`DockerError::Unexpected`] if it prints something else.
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
