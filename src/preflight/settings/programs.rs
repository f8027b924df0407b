//! Checks settings with Kubernetes' programs from a node image. Each runs in a container that is
//! removed afterwards.

use super::SettingsError;
use crate::cluster::runtime::Runtime;
use crate::docker::{Call, Docker, DockerError, args};
use crate::image::contract::NodeImage;
use crate::node::settings::Settings;

/// A shell script that runs the API server, whichever of the unpacked container images in the node
/// image has it. A node image that has it elsewhere is not checked. The API server checks its flags
/// and gets no further.
const API_SERVER: &str = "exec /usr/lib/mok/snapshots/*/usr/local/bin/kube-apiserver \"$@\"";
/// The flags that the API server needs before it checks the others.
const ADDRESSES: [&str; 3] =
    ["--advertise-address=192.0.2.1", "--service-cluster-ip-range=10.96.0.0/12", "--cert-dir=/tmp"];

/// Separates kubeadm's feature gates from the others in `settings`, and checks that nodes of
/// `image` accept these settings.
///
/// # Errors
/// Returns [`SettingsError::Refused`] if they do not, or the failure of a docker command.
pub fn checked(
    mut settings: Settings,
    docker: &Docker,
    image: &NodeImage,
) -> Result<Settings, SettingsError> {
    if !settings.feature_gates.is_empty() {
        let help = docker.capture(&args::run_once(&image.name, "kubeadm", ["init", "--help"]))?;
        let (kubeadms, others) = settings.feature_gates.partition(&gates(&help));
        (settings.kubeadm_gates, settings.feature_gates) = (kubeadms, others);
    }
    check(&settings, docker, image)?;
    Ok(settings)
}

/// Checks that nodes of `image` accept `settings`.
///
/// # Errors
/// Returns [`SettingsError::Refused`] if they do not, or the failure of a docker command.
pub fn check(settings: &Settings, docker: &Docker, image: &NodeImage) -> Result<(), SettingsError> {
    let refused = |what, reason: &str| {
        let (version, reason) = (image.version, reason.to_owned());
        Err(SettingsError::Refused { version, what, reason })
    };
    if settings.patches.has_kube_proxy() && image.version.branch() < (1, 37) {
        return refused("--patches", "kubeadm patches no kubeproxydaemonset before 1.37");
    }
    if !settings.feature_gates.is_empty() || !settings.runtime_config.is_empty() {
        let flags = [
            format!("--feature-gates={}", settings.feature_gates),
            format!("--runtime-config={}", settings.runtime_config),
        ];
        let words = ["-c", API_SERVER, "sh"].into_iter().chain(flags.iter().map(String::as_str));
        let words = words.chain(ADDRESSES);
        let said = complaint(docker, &args::run_once(&image.name, "sh", words))?;
        for (what, mark) in
            [("--feature-gates", "feature gate"), ("--runtime-config", "unknown api")]
        {
            if let Some(reason) = said.as_deref().and_then(|said| part(said, mark)) {
                return refused(what, reason);
            }
        }
    }
    if let Some(config) = &settings.containerd_config {
        if image.runtime == Runtime::Crio {
            return refused("--containerd-config", "its nodes have CRI-O");
        }
        let words = ["--config=/dev/stdin", "config", "dump"];
        let call = args::run_once(&image.name, "containerd", words).stdin(config.text());
        if let Some(said) = complaint(docker, &call)? {
            let reason = said.lines().find_map(|line| line.strip_prefix("containerd: "));
            return refused("--containerd-config", reason.unwrap_or(&said));
        }
    }
    if settings.kubeadm_config.kinds().next().is_some() {
        let words = ["config", "validate", "--config=/dev/stdin"];
        let call = args::run_once(&image.name, "kubeadm", words);
        let said = complaint(docker, &call.stdin(settings.kubeadm_config.text()))?;
        if let Some(said) = said {
            let reason = said.lines().find_map(|line| line.strip_prefix("error: "));
            return refused("--kubeadm-config", reason.unwrap_or(&said));
        }
    }
    Ok(())
}

/// Runs `call` and returns what its program prints if it fails.
fn complaint(docker: &Docker, call: &Call) -> Result<Option<String>, DockerError> {
    match docker.capture(call) {
        Ok(_) => Ok(None),
        Err(DockerError::Failed { stderr, .. }) => Ok(Some(stderr)),
        Err(error) => Err(error),
    }
}

/// Returns the part of an error that contains `mark`. Several errors look like `err="[ONE, TWO]"`.
fn part<'a>(said: &'a str, mark: &str) -> Option<&'a str> {
    let (_, error) = said.rsplit_once("err=\"")?;
    let error = error.split('"').next()?.trim_matches(['[', ']']);
    error.split(", ").find(|part| part.contains(mark))
}

/// Returns the names that a help text lists as `NAME=true|false`.
fn gates(help: &str) -> Vec<String> {
    let words = help.split_whitespace();
    words.filter_map(|word| Some(word.split_once("=true|false")?.0.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_api_server_says_is_found_in_what_it_prints() {
        let one = "W1128 x.go:1] no\nE1128 run.go:72] \"command failed\" err=\"unrecognized feature gate: A\"\n";
        assert_eq!(part(one, "feature gate"), Some("unrecognized feature gate: A"));
        let several = "E1128 run.go:72] \"command failed\" err=\"[--etcd-servers must be specified, \
                       unknown api groups foo/v1]\"\n";
        assert_eq!(part(several, "unknown api"), Some("unknown api groups foo/v1"));
        assert_eq!(part(several, "feature gate"), None);
        assert_eq!(part("sh: 1: exec: not found", "feature gate"), None);
    }

    #[test]
    fn kubeadms_gates_are_read_from_its_help() {
        let help = "   --feature-gates string   A set of key=value pairs. Options are:\n   \
                    RootlessControlPlane=true|false (ALPHA - default=false)\n  -h, --help";
        assert_eq!(gates(help), ["RootlessControlPlane"]);
    }
}
