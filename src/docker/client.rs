//! The kind of client: docker or podman. podman takes docker's arguments, except for those that are
//! translated here. Differences between their outputs are handled where output is parsed.

use std::path::Path;

/// The kinds of client, which differ in the arguments that they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// `docker`, or another program that takes its arguments.
    Docker,
    /// `podman`, 5.1 or later.
    Podman,
}

impl Client {
    /// Recognizes the client by the name of its program, without running it. Every distribution
    /// calls the program `podman`.
    #[must_use]
    pub fn of(program: &Path) -> Self {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("podman") { Self::Podman } else { Self::Docker }
    }

    /// Returns how many containers one `update` call takes.
    #[must_use]
    pub fn updates_at_once(self) -> usize {
        match self {
            Self::Docker => usize::MAX,
            Self::Podman => 1,
        }
    }

    /// Translates `words`, arguments for docker, to those of this client.
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
            // podman's name for the option that gives access to all of /proc and /sys.
            (Some("create" | "run"), "--security-opt=systempaths=unconfined") => {
                "--security-opt=unmask=ALL".to_owned()
            }
            // When the host boots, podman's service starts only containers with `always`.
            (Some("create" | "run" | "update"), "--restart=unless-stopped") => {
                "--restart=always".to_owned()
            }
            // With `--quiet`, podman lists names, not ids.
            (Some("network"), "--quiet") => "--format={{.ID}}".to_owned(),
            (Some("network"), _) => word.replace("{{.Label ", "{{index .Network.Labels "),
            _ => word.clone(),
        })
        .collect();
    let more: &[&str] = match verb {
        Some("create") => &[
            // podman limits a container to 2048 processes, too few for the pods of a node.
            "--pids-limit=-1",
            // podman's preparations for systemd are not needed: the image's entrypoint does that.
            "--systemd=false",
        ],
        // By default, podman waits ten seconds for systemd to end.
        Some("rm") => &["--time=0"],
        // Without this flag, podman puts all layers into the archive's first image.
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
