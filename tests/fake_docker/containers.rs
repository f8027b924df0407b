//! Creates containers, copies files into them, and removes them.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::archive;
use crate::engine::Engine;
use crate::exit::{Done, Exit, fail};
use crate::files::{get, lines, name_of, set};
use crate::flags::{ContainerFlags, merged, text};

impl Engine {
    pub(crate) fn create(&mut self, words: &[String]) -> Done {
        let words = if self.podman {
            self.refuses_what_podman_has_not(words)?;
            match words {
                [first, second, rest @ ..]
                    if first == "--pids-limit=-1" && second == "--systemd=false" =>
                {
                    rest
                }
                _ => return self.unknown(),
            }
        } else {
            words
        };
        let (flags, words) = ContainerFlags::read(self, words)?;
        let Some((image, command)) = words.split_first() else { return self.unknown() };
        let (folder, id) = self.make_container(image, "created", &flags)?;
        set(&folder.join("command"), &command.join(" "));
        // docker lets a container on the default bridge join further networks.
        if flags.network == "bridge" && !self.podman {
            fs::create_dir(folder.join("more"))?;
        }
        self.print(id)
    }

    pub(crate) fn refuses_what_podman_has_not(&self, words: &[String]) -> Done {
        if words.iter().any(|word| word.contains("systempaths") || word == "--quiet") {
            return self.unknown();
        }
        Ok(())
    }

    /// Makes a container, and returns its folder and its id.
    pub(crate) fn make_container(
        &self,
        image: &str,
        status: &str,
        flags: &ContainerFlags,
    ) -> Result<(PathBuf, String), Exit> {
        let of_image = self.path("images").join(image);
        if !of_image.join("labels").is_file() {
            eprintln!("Unable to find image '{image}' locally");
            return fail(&denied(image));
        }
        let name = match flags.name.as_str() {
            "" => format!("fake_{}", self.number),
            name => name.to_owned(),
        };
        let folder = self.path("containers").join(&name);
        if fs::create_dir(&folder).is_err() {
            let owner = get(&folder.join("id"));
            return fail(&format!(
                "Error response from daemon: Conflict. The container name \"/{name}\" is already in \
                 use by container \"{owner}\". You have to remove (or rename) that container to be \
                 able to reuse that name."
            ));
        }
        // A network given by its id must be the same one when the container starts.
        let network = self.network(&flags.network);
        let network = network.map_or_else(|| flags.network.clone(), |folder| name_of(&folder));
        let id = self.new_id(12);
        fs::create_dir(folder.join("root"))?;
        if of_image.join("root").is_dir() {
            archive::copy(&of_image.join("root"), &folder.join("root"))?;
        }
        // Labels of the image are the container's, too, as in a real engine.
        let labels = lines(&of_image.join("labels")).into_iter().chain(flags.labels.clone());
        fs::write(folder.join("labels"), text(&merged(labels)))?;
        fs::write(folder.join("mounts"), text(&flags.mounts))?;
        fs::write(folder.join("publish"), text(&flags.publish))?;
        let privileged = if flags.privileged { "yes" } else { "" };
        for (file, line) in [
            ("image", image),
            ("network", &network),
            ("restart", &flags.restart),
            ("ip", &flags.ip),
            ("ip6", &flags.ip6),
            ("privileged", privileged),
            ("status", status),
        ] {
            set(&folder.join(file), line);
        }
        set(&self.path("ids").join(&id), &name);
        // Last: the container exists as soon as it has an id.
        set(&folder.join("id"), &id);
        Ok((folder, id))
    }

    /// `cp - CONTAINER:FOLDER` reads an archive, `cp CONTAINER:FOLDER -` writes one.
    pub(crate) fn cp(&mut self, words: &[String]) -> Done {
        let split = |place: &str| {
            let (container, path) = place.split_once(':').unwrap_or((place, ""));
            (container.to_owned(), path.trim_start_matches('/').to_owned())
        };
        match words {
            [from, to] if to == "-" => {
                let (container, path) = split(from);
                let folder = self.need_container(&container)?.join("root").join(path);
                fs::create_dir_all(&folder)?;
                Ok(archive::pack(self.out(), &[&folder])?)
            }
            [from, to] if from == "-" => {
                self.save_stdin()?;
                let (container, path) = split(to);
                let folder = self.need_container(&container)?.join("root").join(path);
                fs::create_dir_all(&folder)?;
                let unpacked = archive::unpack(fs::File::open(self.stdin())?, &folder);
                unpacked.or_else(|_| fail("Error response from daemon: unexpected EOF"))
            }
            _ => self.unknown(),
        }
    }

    pub(crate) fn update(&mut self, words: &[String]) -> Done {
        let restart = words.first().and_then(|word| word.strip_prefix("--restart="));
        let Some(restart) = restart else { return self.unknown() };
        if self.podman && words.len() != 2 {
            return self.unknown();
        }
        for reference in &words[1..] {
            let container = self.need_container(reference)?;
            set(&container.join("restart"), restart);
            if self.podman {
                self.print(get(&container.join("id")))?;
            } else {
                self.print(reference)?;
            }
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, words: &[String]) -> Done {
        let count = words.iter().take_while(|word| word.starts_with('-')).count();
        let (flags, references) = words.split_at(count);
        let flags = match flags.split_first() {
            Some((first, rest)) if self.podman && first == "--time=0" => rest,
            _ if self.podman => return self.unknown(),
            _ => flags,
        };
        if flags.iter().any(|flag| flag != "--force" && flag != "--volumes") {
            return self.unknown();
        }
        let force = flags.iter().any(|flag| flag == "--force");
        let mut done = Ok(());
        for reference in references {
            let Some(folder) = self.container(reference) else {
                eprintln!("Error response from daemon: No such container: {reference}");
                if !force {
                    done = Err(Exit(1));
                }
                continue;
            };
            let name = name_of(&folder);
            if get(&folder.join("status")) == "running" && !force {
                return fail(&format!(
                    "Error response from daemon: cannot remove container \"/{name}\": container is \
                     running: stop the container before removing or force remove"
                ));
            }
            self.free_ports(&folder);
            let removed = self.path("removed").join(format!("{}-{name}", self.number));
            match fs::rename(&folder, removed) {
                Ok(()) => self.print(reference)?,
                // Another call has removed it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        done
    }
}

/// The engine's message about an image that no registry lets it pull.
pub(crate) fn denied(image: &str) -> String {
    let repository = image.rsplit_once(':').map_or(image, |(repository, _)| repository);
    format!(
        "Error response from daemon: pull access denied for {repository}, repository does not exist \
         or may require 'docker login': denied: requested access to the resource is denied"
    )
}
