//! The flags of `docker create` and `docker run`.

use crate::engine::Engine;
use crate::exit::Exit;

/// The properties of a new container, apart from image and command.
#[derive(Debug, Default)]
pub(crate) struct ContainerFlags {
    pub(crate) name: String,
    pub(crate) network: String,
    pub(crate) restart: String,
    pub(crate) ip: String,
    pub(crate) ip6: String,
    pub(crate) labels: Vec<String>,
    pub(crate) mounts: Vec<String>,
    pub(crate) publish: Vec<String>,
    pub(crate) privileged: bool,
    pub(crate) interactive: bool,
}

/// Flags that make no difference to the fake engine.
const WITHOUT_EFFECT: &[&str] = &[
    "--hostname=",
    "--cap-add=",
    "--security-opt=",
    "--device-cgroup-rule=",
    "--cpus=",
    "--memory=",
    "--memory-swap=",
    "--cgroupns=",
    "--tmpfs=",
    "--volume=",
    "--volumes-from=",
    "--entrypoint=",
    "--pid=",
    "--env=",
];

impl ContainerFlags {
    /// Parses flags, and returns them with the words that follow: image and command.
    pub(crate) fn read<'a>(
        engine: &Engine,
        words: &'a [String],
    ) -> Result<(Self, &'a [String]), Exit> {
        let mut flags = Self { network: "bridge".into(), restart: "no".into(), ..Self::default() };
        let count = words.iter().take_while(|word| word.starts_with('-')).count();
        for word in &words[..count] {
            let (flag, value) = word.split_once('=').unwrap_or((word, ""));
            let value = value.to_owned();
            match flag {
                "--name" => flags.name = value,
                "--network" => flags.network = value,
                "--ip" => flags.ip = value,
                "--ip6" => flags.ip6 = value,
                "--label" => flags.labels.push(value),
                "--mount" => match value.strip_prefix("type=bind,") {
                    Some(mount) => flags.mounts.push(mount.to_owned()),
                    None if engine.podman && value.starts_with("type=image,") => {}
                    None => return engine.unknown(),
                },
                "--publish" => flags.publish.push(value),
                "--privileged" => flags.privileged = true,
                "--interactive" => flags.interactive = true,
                "--restart" => flags.restart = value,
                _ if WITHOUT_EFFECT.iter().any(|start| word.starts_with(start)) => {}
                _ if ["--rm", "--init=false", "--log-driver=json-file"]
                    .contains(&word.as_str()) => {}
                _ => return engine.unknown(),
            }
        }
        Ok((flags, &words[count..]))
    }
}

/// Merges lines of labels: each key has its last value, at the place where the key came first.
pub(crate) fn merged(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let key = |line: &str| line.split('=').next().unwrap_or_default().to_owned();
    let mut merged: Vec<String> = Vec::new();
    for line in lines {
        match merged.iter_mut().find(|known| key(known) == key(&line)) {
            Some(known) => *known = line,
            None => merged.push(line),
        }
    }
    merged
}

/// Joins lines to the contents of a file.
pub(crate) fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
