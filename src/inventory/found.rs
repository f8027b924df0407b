//! Finds containers on the client's engine, and on the hosts that labels or the user name. A host
//! that does not answer is reported with a warning, and the others count.

use std::thread;

use super::members::{self, Member};
use crate::cluster::host::Host;
use crate::cluster::name::ClusterName;
use crate::cluster::placement::Placement;
use crate::docker::{Docker, DockerError, Engine, Engines, join};
use crate::ui::Ui;

/// The engines that are asked first.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The client's default engine.
    pub docker: &'a Docker,
    /// The hosts of `--hosts`.
    pub hosts: &'a [Host],
    /// Shows warnings about hosts that do not answer.
    pub ui: &'a Ui,
}

/// The containers that were found, and the engines that were asked.
#[derive(Debug)]
pub struct ContainerScan<'a> {
    asked: Asked<'a>,
    /// The containers, sorted by cluster and node.
    pub members: Vec<Member>,
    /// The engines that answered, at least one.
    engines: Vec<Engine>,
    /// The hosts that did not answer.
    pub away: Vec<Host>,
}

impl<'a> ContainerScan<'a> {
    /// Looks for the containers of `cluster`, or of all clusters. If the user names no hosts,
    /// labels on the client's engine do.
    pub fn look(asked: Asked<'a>, cluster: Option<&ClusterName>) -> Result<Self, DockerError> {
        let named = asked.hosts;
        let mut found = Self { asked, members: Vec::new(), engines: Vec::new(), away: Vec::new() };
        if named.is_empty() {
            let members = members::of(asked.docker, cluster)?;
            found.take(None, asked.docker.clone(), members);
        } else if let Some(error) = found.ask(cluster, named)
            && found.engines.is_empty()
        {
            return Err(error);
        }
        let further = found.further(found.members.iter().flat_map(|member| &member.hosts));
        found.ask(cluster, &further);
        Ok(found)
    }

    /// Asks those of `hosts` that have not been asked yet. Returns whether there were any.
    pub fn look_on(&mut self, cluster: &ClusterName, hosts: &[Host]) -> bool {
        let further = self.further(hosts);
        self.ask(Some(cluster), &further);
        !further.is_empty()
    }

    /// Returns those of `hosts` that have not been asked yet. If the user names as many hosts as
    /// the cluster has, they are the same hosts, maybe under other names.
    fn further<'h>(&self, hosts: impl IntoIterator<Item = &'h Host>) -> Vec<Host> {
        let named = self.asked.hosts;
        let mut all: Vec<Host> = Vec::new();
        for host in hosts {
            if !all.contains(host) {
                all.push(host.clone());
            }
        }
        if named.len() >= all.len() {
            return Vec::new();
        }
        let is_known = |host: &Host| {
            let asked = self.engines.iter().any(|engine| engine.host.as_ref() == Some(host));
            asked || named.contains(host)
        };
        all.retain(|host| !is_known(host));
        all
    }

    /// Asks `hosts` in parallel. Prints a warning for each failure, and returns the first one.
    fn ask(&mut self, cluster: Option<&ClusterName>, hosts: &[Host]) -> Option<DockerError> {
        let asked: Vec<_> = thread::scope(|scope| {
            let ask = |host: &Host| {
                let there = self.asked.docker.at(host);
                let members = scope.spawn(move || (members::of(&there, cluster), there));
                (host.clone(), members)
            };
            let threads: Vec<_> = hosts.iter().map(ask).collect();
            threads.into_iter().map(|(host, members)| (host, join(members))).collect()
        });
        let mut first = None;
        for (host, (members, docker)) in asked {
            match members {
                Ok(members) => self.take(Some(&host), docker, members),
                Err(error) => {
                    let why = error.in_short();
                    self.asked.ui.warn(&format!("host {host} does not answer: {why}"));
                    self.away.push(host);
                    first.get_or_insert(error);
                }
            }
        }
        first
    }

    /// Adds what an engine has answered. The labels of its containers say which host it is.
    /// Containers that were found before, under another name of the engine, are skipped.
    fn take(&mut self, named: Option<&Host>, docker: Docker, mut members: Vec<Member>) {
        let host = members.iter().find_map(|member| member.host.clone()).or_else(|| named.cloned());
        for member in &mut members {
            // In a cluster without hosts, containers on the default engine have none.
            if member.host.is_some() || named.is_some() {
                member.host.clone_from(&host);
            }
        }
        self.engines.push(Engine { host, docker });
        for member in members {
            if !self.members.iter().any(|other| other.id == member.id) {
                self.members.push(member);
            }
        }
        self.members.sort_by_key(Member::order);
    }

    /// Returns the engine of `member`.
    #[must_use]
    pub fn engine(&self, member: &Member) -> &Docker {
        let found = self.engines.iter().find(|engine| engine.host == member.host);
        &found.unwrap_or(&self.engines[0]).docker
    }

    /// Returns the engines that answered.
    #[must_use]
    pub fn engines(&self) -> &[Engine] {
        &self.engines
    }

    /// Returns the engines of the one cluster that was looked for.
    #[must_use]
    pub fn of_cluster(&self) -> Engines {
        let spread = self.members.iter().any(|member| !member.hosts.is_empty());
        if !spread {
            let docker = self.members.first().map_or(&self.engines[0].docker, |m| self.engine(m));
            return Engines::one(docker.clone());
        }
        let place = |member: &Member| Some((member.node.clone()?, member.host.clone()?));
        let placement: Placement = self.members.iter().filter_map(place).collect();
        // The default engine is either one of the cluster's hosts, and in this list, or not part
        // of it.
        let mut hosts = self.engines.iter().filter(|engine| engine.host.is_some()).cloned();
        let first = hosts.next().unwrap_or_else(|| self.engines[0].clone());
        let manager = first.docker.clone();
        Engines::several(first, hosts.collect(), placement, manager)
    }
}
