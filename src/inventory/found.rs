//! What is there: the containers on the client's engine, and on the hosts that their
//! labels, or the user, name. A host that does not answer is told, and the others go on.

use std::thread;

use super::members::{self, Member};
use crate::cluster::host::Host;
use crate::cluster::name::ClusterName;
use crate::cluster::placement::Placement;
use crate::docker::{Docker, DockerError, Engine, Engines, join};
use crate::ui::Ui;

/// Who is asked first.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The client's own engine.
    pub docker: &'a Docker,
    /// The hosts that the user names.
    pub hosts: &'a [Host],
    /// Where hosts that do not answer are reported.
    pub ui: &'a Ui,
}

/// What was found, and who was asked.
#[derive(Debug)]
pub struct ContainerScan<'a> {
    asked: Asked<'a>,
    /// The containers, by cluster and node.
    pub members: Vec<Member>,
    /// Those who answered, one at least.
    engines: Vec<Engine>,
    /// Those who did not.
    pub away: Vec<Host>,
}

impl<'a> ContainerScan<'a> {
    /// Asks for the containers of `cluster`, or of all clusters. Where the user names no
    /// hosts, the client's own engine says which there are.
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

    /// Asks those of `hosts` that have not been asked yet; false where there are none.
    pub fn look_on(&mut self, cluster: &ClusterName, hosts: &[Host]) -> bool {
        let further = self.further(hosts);
        self.ask(Some(cluster), &further);
        !further.is_empty()
    }

    /// Those of `hosts` that have not been asked yet. Who names as many as there are calls
    /// them by names of his own.
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

    /// Asks `hosts`, side by side. The first failure; all are told.
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

    /// An engine is the host that its containers say it is. One that has been asked
    /// already, by another name, says nothing new.
    fn take(&mut self, named: Option<&Host>, docker: Docker, mut members: Vec<Member>) {
        let host = members.iter().find_map(|member| member.host.clone()).or_else(|| named.cloned());
        for member in &mut members {
            // A cluster without hosts, on an engine without a name, has none.
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

    /// The engine of `member`.
    #[must_use]
    pub fn engine(&self, member: &Member) -> &Docker {
        let found = self.engines.iter().find(|engine| engine.host == member.host);
        &found.unwrap_or(&self.engines[0]).docker
    }

    /// Those who answered.
    #[must_use]
    pub fn engines(&self) -> &[Engine] {
        &self.engines
    }

    /// The engines of the one cluster that was asked for.
    #[must_use]
    pub fn of_cluster(&self) -> Engines {
        let spread = self.members.iter().any(|member| !member.hosts.is_empty());
        if !spread {
            let docker = self.members.first().map_or(&self.engines[0].docker, |m| self.engine(m));
            return Engines::one(docker.clone());
        }
        let place = |member: &Member| Some((member.node.clone()?, member.host.clone()?));
        let placement: Placement = self.members.iter().filter_map(place).collect();
        // The client's own engine has a part in the cluster, or is none of its hosts.
        let mut hosts = self.engines.iter().filter(|engine| engine.host.is_some()).cloned();
        let first = hosts.next().unwrap_or_else(|| self.engines[0].clone());
        let manager = first.docker.clone();
        Engines::several(first, hosts.collect(), placement, manager)
    }
}
