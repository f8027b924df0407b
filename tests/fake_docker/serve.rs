//! Dispatches a call to its command.

use crate::engine::Engine;
use crate::exit::{Done, Exit};

impl Engine {
    pub(crate) fn serve(&mut self, words: &[String]) -> Done {
        let Some((verb, rest)) = words.split_first() else { return self.unknown() };
        match verb.as_str() {
            "create" => self.create(rest),
            "cp" => self.cp(rest),
            "start" => self.start(rest),
            "stop" => self.stop(rest),
            "unpause" => self.unpause(rest),
            "rm" => self.remove(rest),
            "update" => self.update(rest),
            "rename" => self.rename(rest),
            "diff" => self.diff(rest),
            "kill" => self.send_signal(rest),
            "save" => self.save(rest),
            "load" => self.load(rest),
            "ps" => self.ps(rest),
            "exec" => self.exec(rest),
            "run" => self.run(rest),
            "build" => self.build(rest),
            "commit" => self.commit(rest),
            "import" => self.import(rest),
            "pull" => self.pull(rest),
            "tag" => self.tag(rest),
            "info" => self.print_file(&self.path("info.json")),
            "version" => {
                self.print(r#"{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.2"}}"#)
            }
            "context" => self.endpoint(rest),
            "volume" => match rest {
                [verb, name] if verb == "rm" => self.print(name),
                _ => self.unknown(),
            },
            object @ ("container" | "image" | "network") => match rest.split_first() {
                Some((verb, rest)) => self.serve_object(object, verb, rest),
                None => self.unknown(),
            },
            _ => self.unknown(),
        }
    }

    fn serve_object(&mut self, object: &str, verb: &str, words: &[String]) -> Done {
        match (object, verb) {
            ("container", "inspect") => self.container_inspect(words),
            ("image", "inspect") => self.image_inspect(words),
            ("image", "ls") => self.image_ls(words),
            ("image", "prune") => self.image_prune(words),
            ("image", "rm") => self.image_rm(words),
            ("network", "ls") => self.network_ls(words),
            ("network", "create") => self.network_create(words),
            ("network", "rm") => self.network_rm(words),
            ("network", "connect") => self.network_connect(words),
            ("network", "disconnect") => self.network_disconnect(words),
            ("network", "inspect") => self.network_inspect(words),
            _ => self.unknown(),
        }
    }

    fn endpoint(&mut self, words: &[String]) -> Done {
        if self.podman {
            eprintln!("Error: unrecognized command `podman context`");
            return Err(Exit(125));
        }
        if words.join(" ") != "inspect --format={{.Endpoints.docker.Host}}" {
            return self.unknown();
        }
        let host = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
        self.print(host.unwrap_or_else(|| "unix:///var/run/docker.sock".into()))
    }
}
