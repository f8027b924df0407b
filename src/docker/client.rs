//! Which program is the client. podman takes docker's words, but for those that
//! are translated here; what it answers otherwise is known where the answers are
//! read.

use std::path::Path;

/// A client, by the words that it understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// `docker`, and whatever takes its words.
    Docker,
    /// `podman` of 5.1 or later.
    Podman,
}

impl Client {
    /// Told by the program's name, so that nothing has to be run: podman is called
    /// so in every distribution.
    #[must_use]
    pub fn of(program: &Path) -> Self {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("podman") { Self::Podman } else { Self::Docker }
    }

    /// How many containers one `update` takes.
    #[must_use]
    pub fn updates_at_once(self) -> usize {
        match self {
            Self::Docker => usize::MAX,
            Self::Podman => 1,
        }
    }

    /// The words for this client that mean what `words` mean to docker.
    #[must_use]
    pub fn translate(self, words: &[String]) -> Vec<String> {
        match self {
            Self::Docker => words.to_vec(),
            Self::Podman => podman(words),
        }
    }
}

fn podman(words: &[String]) -> Vec<String> {
    let verb = words.first().map(String::as_str);
    let mut translated: Vec<String> = words
        .iter()
        .map(|word| match (verb, word.as_str()) {
            // Its name for a container that sees all of /proc and /sys.
            (Some("create" | "run"), "--security-opt=systempaths=unconfined") => {
                "--security-opt=unmask=ALL".to_owned()
            }
            // Its service starts no others when the host boots.
            (Some("create" | "run" | "update"), "--restart=unless-stopped") => {
                "--restart=always".to_owned()
            }
            // It would list names.
            (Some("network"), "--quiet") => "--format={{.ID}}".to_owned(),
            (Some("network"), _) => word.replace("{{.Label ", "{{index .Network.Labels "),
            _ => word.clone(),
        })
        .collect();
    let more: &[&str] = match verb {
        Some("create") => &[
            // It stops a container at 2048 processes; a node has as many as its pods.
            "--pids-limit=-1",
            // The image's entrypoint does for systemd what it needs.
            "--systemd=false",
        ],
        // It would wait ten seconds for a node's systemd to end.
        Some("rm") => &["--time=0"],
        // It would put all layers into the archive of the first image.
        Some("save") => &["--multi-image-archive"],
        _ => &[],
    };
    translated.splice(1.min(words.len())..1.min(words.len()), more.iter().map(|w| (*w).to_owned()));
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(String::from).collect()
    }

    #[test]
    fn a_client_is_told_by_its_name() {
        for (program, client) in [
            ("/usr/bin/docker", Client::Docker),
            ("/usr/bin/podman", Client::Podman),
            ("/opt/podman-5.4", Client::Podman),
            ("/podman/nerdctl", Client::Docker),
            ("/", Client::Docker),
        ] {
            assert_eq!(Client::of(Path::new(program)), client, "{program}");
        }
    }

    #[test]
    fn docker_is_told_what_docker_is_told() {
        for line in ["save a b", "network ls --quiet", "create --name=a x"] {
            assert_eq!(Client::Docker.translate(&words(line)), words(line));
        }
    }

    #[test]
    fn podman_is_told_in_its_own_words() {
        for (docker, podman) in [
            ("start a b", "start a b"),
            ("save a b", "save --multi-image-archive a b"),
            (
                "network ls --quiet --no-trunc --filter=label=x=y",
                "network ls --format={{.ID}} --no-trunc --filter=label=x=y",
            ),
            ("ps --all --quiet --no-trunc", "ps --all --quiet --no-trunc"),
            (
                "create --name=a --security-opt=systempaths=unconfined x",
                "create --pids-limit=-1 --systemd=false --name=a --security-opt=unmask=ALL x",
            ),
            ("update --restart=unless-stopped a", "update --restart=always a"),
            ("rm --force a", "rm --time=0 --force a"),
            ("network rm a", "network rm a"),
            ("exec a --quiet save", "exec a --quiet save"),
        ] {
            assert_eq!(Client::Podman.translate(&words(docker)), words(podman));
        }
        let label = ["network", "ls", "--format={{.Label \"x\"}}"].map(String::from);
        let want = ["network", "ls", "--format={{index .Network.Labels \"x\"}}"];
        assert_eq!(Client::Podman.translate(&label), want);
        assert!(Client::Podman.translate(&[]).is_empty());
    }
}
