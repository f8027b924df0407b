//! Advice on what an interrupted command leaves behind.

use super::Command;
use crate::cluster::host::{self, Host};

impl Command {
    /// Returns advice on how to finish or remove what this command leaves behind when it exits
    /// without cleanup. The advice concerns only what the command itself made. `None` if it
    /// leaves nothing. `hosts` are the hosts that the command was given.
    #[must_use]
    pub fn recovery_hint(&self, hosts: &[Host]) -> Option<String> {
        let go_on = |words: String| format!("'{}' goes on", mokctl(&words, hosts));
        let added = |cluster, role| {
            format!(
                "'{}' shows what was added, '{}' removes it",
                mokctl(&format!("get nodes {cluster}"), hosts),
                mokctl(&format!("delete {role} NODE"), hosts)
            )
        };
        let created = |name| {
            let delete = mokctl(&format!("delete cluster {name}"), hosts);
            format!("'{delete}' removes what was made")
        };
        Some(match self {
            Self::CreateCluster { spec, .. } => created(&spec.name),
            Self::CloneCluster { spec, .. } => created(&spec.name),
            Self::CreateWorker { cluster, .. } => added(cluster, "worker"),
            Self::CreateMaster { cluster, .. } => added(cluster, "master"),
            Self::CreateSnapshot { cluster, snapshot, .. } => format!(
                "'mokctl start cluster {cluster}' starts the cluster, \
                 'mokctl delete snapshot {snapshot}' removes the snapshot"
            ),
            Self::CreateRegistry { name, .. } => {
                format!("'mokctl delete registry {name}' removes what was made")
            }
            Self::DeleteRegistry { name, .. } => go_on(format!("delete registry {name}")),
            Self::RestoreCluster { cluster, snapshot, .. } => {
                format!(
                    "the snapshot is unchanged: run 'mokctl restore cluster {cluster} {snapshot}' again"
                )
            }
            Self::UpgradeCluster { spec, .. } => go_on(spec.to_string()),
            Self::DeleteCluster { cluster, .. } => go_on(format!("delete cluster {cluster}")),
            Self::DeleteNode { node, .. } => {
                go_on(format!("delete {} {node}", node.role().as_str()))
            }
            Self::DeleteSnapshot { snapshot, .. } => go_on(format!("delete snapshot {snapshot}")),
            Self::StartCluster { cluster, .. } => go_on(format!("start cluster {cluster}")),
            Self::StopCluster { cluster, .. } => go_on(format!("stop cluster {cluster}")),
            Self::BuildImage { .. } => go_on("build image".to_owned()),
            Self::GetClusters { .. }
            | Self::GetCommand { .. }
            | Self::GetNodes { .. }
            | Self::GetKubeconfig { .. }
            | Self::GetImages
            | Self::GetSnapshots { .. }
            | Self::GetRegistries
            | Self::ExportLogs { .. }
            | Self::ExportSnapshot { .. }
            | Self::LoadImage { .. }
            | Self::LoadSnapshot { .. }
            | Self::Exec { .. } => return None,
        })
    }
}

/// Returns the command line `mokctl WORDS`, with `--hosts` if `hosts` were given.
#[must_use]
pub fn mokctl(words: &str, hosts: &[Host]) -> String {
    if hosts.is_empty() {
        format!("mokctl {words}")
    } else {
        format!("mokctl {words} --hosts {}", host::list(hosts))
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::{Defaults, Parsed, parse};

    fn recovery_hint(line: &str) -> Option<String> {
        let words: Vec<_> = line.split(' ').map(std::ffi::OsString::from).collect();
        let Ok(Parsed::Run(globals, command)) = parse(&words, &Defaults::default()) else {
            panic!("{line}")
        };
        command.recovery_hint(&globals.hosts)
    }

    #[test]
    fn advice_names_what_the_command_made() {
        for (line, advice) in [
            ("create cluster a 1 0", "'mokctl delete cluster a' removes what was made"),
            (
                "create cluster a 1 0 --hosts near,far",
                "'mokctl delete cluster a --hosts near,far' removes what was made",
            ),
            ("create cluster a --from s", "'mokctl delete cluster a' removes what was made"),
            (
                "create worker a",
                "'mokctl get nodes a' shows what was added, 'mokctl delete worker NODE' removes it",
            ),
            (
                "create master a --hosts near",
                "'mokctl get nodes a --hosts near' shows what was added, \
                 'mokctl delete master NODE --hosts near' removes it",
            ),
            ("delete worker a-worker-1", "'mokctl delete worker a-worker-1' goes on"),
            ("delete cluster a", "'mokctl delete cluster a' goes on"),
            ("delete snapshot s", "'mokctl delete snapshot s' goes on"),
            ("start cluster a", "'mokctl start cluster a' goes on"),
            ("stop cluster a", "'mokctl stop cluster a' goes on"),
            (
                "upgrade cluster a --k8sver 1.37 --parallel 2",
                "'mokctl upgrade cluster a --k8sver 1.37' goes on",
            ),
            ("create registry", "'mokctl delete registry local' removes what was made"),
            ("delete registry", "'mokctl delete registry local' goes on"),
            ("build image", "'mokctl build image' goes on"),
            (
                "create snapshot a s",
                "'mokctl start cluster a' starts the cluster, \
                 'mokctl delete snapshot s' removes the snapshot",
            ),
            (
                "restore cluster a s",
                "the snapshot is unchanged: run 'mokctl restore cluster a s' again",
            ),
        ] {
            assert_eq!(recovery_hint(line).as_deref(), Some(advice), "{line}");
        }
        for line in ["load image a x", "get clusters", "export logs a", "exec a-lb"] {
            assert_eq!(recovery_hint(line), None, "{line}");
        }
    }
}
