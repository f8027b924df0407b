//! Steps of an upgrade: replace a node's container with one of another image, run `kubeadm
//! upgrade` in it, or put the former container back.

use std::time::Duration;

use super::control_plane::INIT;
use super::error::StepError;
use super::ready::Report;
use super::start::put;
use super::{Run, in_node};
use crate::cluster::labels;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::timestamp::Timestamp;
use crate::cluster::upgrade::former;
use crate::docker::args::{self, Container};
use crate::docker::{Call, ErrorKind};
use crate::inventory::members;
use crate::node::files::File;
use crate::node::kubeadm::{ADMIN_CONF, dns};
use crate::node::scripts;
use crate::node::upgrade::{ETCD, files, folder_of, state_file, taken_along, with_addons};

/// How long `docker stop` lets a node shut down before it kills it, in seconds.
const STOP_SECONDS: u32 = 30;
/// The deadline of calls in which kubectl or systemctl makes a few requests.
const REQUESTS: Duration = Duration::from_secs(90);
/// Prints the files that a kubelet reads only at its start.
const KUBELET: [&str; 3] =
    ["cat", "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env"];
const CONFIG_MAP: &str = "configmap/kubeadm-config";

/// A container that replaces another one, the files that it gets from that one, and its start.
pub(super) struct Replacement {
    container: Container,
    /// Pairs of calls that read files from the former container and write them into this one.
    pipes: Vec<[Call; 2]>,
    put: Call,
    start: Call,
}

impl Replacement {
    /// Returns the calls, as they are if the engine refuses none.
    pub(super) fn calls(&self) -> Vec<Call> {
        let mut calls = vec![args::create_container(&self.container)];
        for [take, put] in &self.pipes {
            let what = take.args.get(1).cloned().unwrap_or_default();
            calls.extend([take.clone(), put.clone().input(what)]);
        }
        calls.extend([self.put.clone(), self.start.clone()]);
        calls
    }
}

impl Run<'_> {
    /// Returns the calls that set a node's container aside. Its new name marks it as set aside,
    /// should the run be interrupted.
    pub(super) fn set_aside_calls(node: &NodeName) -> Result<Vec<Call>, StepError> {
        let former = former(node);
        Ok(vec![
            put(node, &[state_file()])?,
            args::rename(&node.to_string(), &former),
            args::stop([former.as_str()], STOP_SECONDS),
        ])
    }

    /// Returns the replacement for the container of `node`, which was set aside.
    pub(super) fn replacement(&self, node: &NodeName) -> Result<Replacement, StepError> {
        let (name, former) = (node.to_string(), former(node));
        let docker = self.engines.of(node);
        let changes = match docker.capture(&args::changes(&former)) {
            // In a dry run the container still has its own name.
            Err(error) if error.kind() == ErrorKind::Gone => docker.capture(&args::changes(&name)),
            changes => changes,
        }?;
        let pipe = |path: String| {
            [args::take_files(&former, &path), args::put_piped(&name, folder_of(&path))]
        };
        let mut own = self.files(node)?;
        own.extend(files());
        Ok(Replacement {
            container: self.replacing(node)?,
            pipes: taken_along(node.role(), &changes).into_iter().map(pipe).collect(),
            put: put(node, &own)?,
            start: args::start([name.as_str()]),
        })
    }

    /// Returns the container of `node` with the new image, and otherwise unchanged.
    fn replacing(&self, node: &NodeName) -> Result<Container, StepError> {
        let member = self.origin.upgrade()?.member(node)?;
        let mut container = self.container(node)?;
        // Without this label, the certificates would count as new as the container.
        container.labels.push((labels::ISSUED, member.issued.to_string()));
        Ok(Container {
            publish: member.published.clone(),
            mounts: member.mounts.clone(),
            state: None,
            volumes_from: Some(former(node)),
            ..container
        })
    }

    pub(super) fn replace(&self, node: &NodeName, new: Replacement) -> Result<(), StepError> {
        let Replacement { mut container, pipes, put, start } = new;
        let docker = self.engines.of(node);
        loop {
            docker.capture(&args::create_container(&container))?;
            // One pipe at a time: the engine locks a container while it copies, so several pipes
            // could deadlock.
            for [take, put] in &pipes {
                docker.pipe(take, docker, put)?;
            }
            docker.capture(&put)?;
            match docker.capture(&start) {
                Ok(_) => return Ok(()),
                Err(error) if container.privilege.is_some_and(|all| all.refused(&error)) => {
                    self.learn_lesser_privilege(node, &container.image)?;
                }
                Err(error) => return Err(error.into()),
            }
            docker.capture(&args::remove([container.name.as_str()]))?;
            container = self.replacing(node)?;
        }
    }

    /// Returns the calls that [`Run::put_back`] makes if the new container was created.
    pub(super) fn put_back_calls(node: &NodeName) -> Result<[Call; 3], StepError> {
        let name = node.to_string();
        Ok([
            args::remove([name.as_str()]),
            args::rename(&former(node), &name),
            put(node, &files())?,
        ])
    }

    /// Removes the new container of `node` and gives its name back to the former one. If the new
    /// container is complete, removes the former one instead. Does nothing if there is no former
    /// container: then the node was not set aside.
    pub(super) fn put_back(&self, node: &NodeName) -> Result<(), StepError> {
        let docker = self.engines.of(node);
        let members = members::of(docker, Some(self.roster.name()))?;
        let (name, former) = (node.to_string(), former(node));
        if !members.iter().any(|member| member.name == former) {
            return Ok(());
        }
        let [remove, rename, put] = Self::put_back_calls(node)?;
        if let Some(new) = members.iter().find(|member| member.name == name) {
            if new.complete {
                docker.capture(&args::remove([former.as_str()]))?;
                return Ok(());
            }
            docker.capture(&args::stop([name.as_str()], STOP_SECONDS))?;
            if new.has_run && self.shares_etcd(node) {
                // An etcd member whose data are older than what the others have from it would not
                // start.
                let etcd = args::take_files(&name, ETCD);
                docker.pipe(&etcd, docker, &args::put_piped(&former, folder_of(ETCD)))?;
            }
            docker.capture(&remove)?;
        }
        docker.capture(&rename)?;
        docker.capture(&put)?;
        Ok(())
    }

    fn shares_etcd(&self, node: &NodeName) -> bool {
        node.role() == Role::Master && self.roster.with_role(Role::Master).count() > 1
    }

    pub(super) fn upgrade_call(&self, node: &NodeName) -> Result<Call, StepError> {
        let version = self.origin.upgrade()?.image.version.to_string();
        // The preflight checks start a pod whose image a node may lack. Add-ons are upgraded after
        // all nodes.
        let skip = "--skip-phases=preflight,addon";
        let what: &[&str] = if *node == self.roster.first_master() {
            &["apply", &version, "--yes"]
        } else {
            &["node"]
        };
        let patches = self.patches_flag(node);
        let flags = [skip].into_iter().chain(patches.as_deref());
        let words = ["kubeadm", "upgrade"].into_iter().chain(what.iter().copied()).chain(flags);
        Ok(in_node(node, &words.collect::<Vec<_>>(), INIT))
    }

    /// Returns the flag with the folder of the patches for `node`: kubeadm does not remember it.
    fn patches_flag(&self, node: &NodeName) -> Option<String> {
        self.has_patches(node).then(|| format!("--patches={}", scripts::PATCHES))
    }

    /// Runs `kubeadm upgrade` on the node, and restarts the kubelet if its configuration has
    /// changed.
    pub(super) fn upgrade_node(&self, node: &NodeName) -> Result<(), StepError> {
        let docker = self.engines.of(node);
        let kubelet = || docker.capture(&in_node(node, &KUBELET, Call::QUICK));
        let before = kubelet()?;
        self.show(node, &self.upgrade_call(node)?)?;
        if kubelet()? != before {
            let since = Timestamp::now().seconds();
            docker.capture(&in_node(node, &["systemctl", "restart", "kubelet"], REQUESTS))?;
            self.wait_ready(std::slice::from_ref(node), Report::Since(since))?;
        }
        Ok(())
    }

    /// Returns the calls that upgrade kubeadm's add-ons: list those that exist, read the kubeadm
    /// configuration, replace it, copy the patch of `CoreDNS`, run kubeadm.
    pub(super) fn addon_calls(&self, node: &NodeName) -> Result<[Call; 5], StepError> {
        let version = self.origin.upgrade()?.image.version.to_string();
        let kubeconfig = format!("--kubeconfig={ADMIN_CONF}");
        let kubectl = ["kubectl", &kubeconfig, "--namespace=kube-system"];
        let get = |words: &[&str]| in_node(node, &[&kubectl, words].concat(), REQUESTS);
        let addons = ["get", "deployment/coredns", "daemonset/kube-proxy"];
        let replace = [&kubectl[..], &["replace", "--filename=-"]].concat();
        // A cluster that was created before this patch existed gets it now.
        let patch = File::public(scripts::DNS_PATCH, dns::patch());
        let patches = format!("--patches={}", scripts::PATCHES);
        let kubeadm = ["kubeadm", "upgrade", "apply", "phase", "addon", "all", &version, &patches];
        Ok([
            get(&[&addons[..], &["--ignore-not-found", "--output=name"]].concat()),
            get(&["get", CONFIG_MAP, "--output=json"]),
            args::exec_with_input(&node.to_string(), replace, CONFIG_MAP).deadline(REQUESTS),
            put(node, &[patch])?,
            in_node(node, &kubeadm, INIT),
        ])
    }

    pub(super) fn upgrade_addons(&self, node: &NodeName) -> Result<(), StepError> {
        let docker = self.engines.of(node);
        let [there, config, replace, patch, kubeadm] = self.addon_calls(node)?;
        let (there, config) = (docker.capture(&there)?, docker.capture(&config)?);
        if let Some(config) = with_addons(&config, &there).map_err(StepError::Config)? {
            docker.capture(&replace.stdin(config))?;
        }
        docker.capture(&patch)?;
        self.show(node, &kubeadm).map(drop)
    }
}
