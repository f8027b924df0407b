//! Checks whether several hosts can have one cluster, by what each engine says of its swarm.
//! Nothing here changes a swarm.

use super::Problem;
use crate::cluster::host::Host;
use crate::docker::args;
use crate::docker::info::Info;

/// Facts about an engine's part in a swarm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SwarmFacts {
    /// The engine's node id in the swarm. `None` if the engine is in no swarm, or not yet.
    pub node: Option<String>,
    /// The address at which other engines of the swarm reach this one.
    pub address: Option<String>,
    /// Whether the engine is a manager, and enough managers answer.
    pub manager: bool,
    /// The node ids of the managers that the engine knows.
    pub managers: Vec<String>,
    /// The machine's architecture, such as `x86_64`.
    pub architecture: Option<String>,
}

impl From<&Info> for SwarmFacts {
    fn from(info: &Info) -> Self {
        // podman has no swarms.
        let Info::Docker(info) = info else { return Self::default() };
        let swarm = &info.swarm;
        let is_active = swarm.local_node_state.as_deref() == Some("active");
        let managers = swarm.remote_managers.iter().filter_map(|manager| manager.node.clone());
        Self {
            node: swarm.node.clone().filter(|_| is_active),
            address: swarm.address.clone(),
            manager: swarm.control_available,
            managers: managers.collect(),
            architecture: info.architecture.clone(),
        }
    }
}

impl SwarmFacts {
    fn knows_one_of(&self, other: &Self) -> bool {
        self.managers.iter().any(|manager| other.managers.contains(manager))
    }
}

/// Returns what prevents `hosts` from having one cluster. For a host that is in no swarm, or in
/// another one, the problem contains the commands that solve it. The first host that is in a swarm
/// determines the swarm and the architecture.
#[must_use]
pub fn of_swarm(hosts: &[(Host, SwarmFacts)]) -> Vec<Problem> {
    let Some((first, model)) = hosts.iter().find(|(_, facts)| facts.node.is_some()) else {
        let first = hosts.first().map(|(host, _)| Problem::NoSwarm {
            host: host.clone(),
            remedy: format!("'docker {} swarm init --advertise-addr ADDRESS'", args::at(host)),
        });
        let join = |host: &Host| format!("join it with 'docker {} swarm join'", args::at(host));
        let others = hosts.iter().skip(1);
        let others =
            others.map(|(host, _)| Problem::NoSwarm { host: host.clone(), remedy: join(host) });
        return first.into_iter().chain(others).collect();
    };
    let manager = hosts.iter().find(|(_, facts)| facts.manager).map_or(first, |(host, _)| host);
    let join = |host: &Host| {
        let (host, manager) = (args::at(host), args::at(manager));
        format!(
            "'docker {host} swarm join --token $(docker {manager} swarm join-token -q worker) \
             {}:2377'",
            model.address.as_deref().unwrap_or("ADDRESS")
        )
    };
    let mut found = Vec::new();
    for (index, (host, facts)) in hosts.iter().enumerate() {
        let host = host.clone();
        let same = |(_, other): &&(Host, SwarmFacts)| other.node == facts.node;
        if facts.node.is_none() {
            let remedy = join(&host);
            found.push(Problem::NoSwarm { host, remedy });
        } else if let Some((other, _)) = hosts[..index].iter().find(same) {
            found.push(Problem::SameEngine { host, other: other.clone() });
        } else if !facts.knows_one_of(model) {
            let leave = format!("'docker {} swarm leave --force'", args::at(&host));
            let remedy = format!("{leave}, then {}", join(&host));
            found.push(Problem::OtherSwarm { host, first: first.clone(), remedy });
        } else if facts.architecture != model.architecture {
            found.push(Problem::OtherArchitecture {
                host,
                is: facts.architecture.clone().unwrap_or_default(),
                first: first.clone(),
                model: model.architecture.clone().unwrap_or_default(),
            });
        }
    }
    if !hosts.iter().any(|(_, facts)| facts.manager) {
        found.push(Problem::NoManager {
            hosts: hosts.iter().map(|(host, _)| host.clone()).collect(),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(node: &str, manager: bool, managers: &[&str]) -> SwarmFacts {
        let managers: Vec<_> = managers.iter().map(|id| json!({ "NodeID": id })).collect();
        let info = json!({
            "Architecture": "x86_64",
            "Swarm": {
                "LocalNodeState": if node.is_empty() { "inactive" } else { "active" },
                "NodeID": node, "NodeAddr": format!("192.0.2.{}", node.len()),
                "ControlAvailable": manager, "RemoteManagers": managers
            }
        });
        SwarmFacts::from(&Info::parse(&info.to_string()).unwrap())
    }

    fn told(hosts: &[(&str, SwarmFacts)]) -> Vec<String> {
        let hosts: Vec<_> =
            hosts.iter().map(|(host, facts)| (Host::parse(host).unwrap(), facts.clone())).collect();
        let told = |problem: &Problem| format!("{problem}; {}", problem.remedy());
        of_swarm(&hosts).iter().map(told).collect()
    }

    #[test]
    fn managers_and_workers_of_one_swarm_can_have_a_cluster() {
        assert!(
            told(&[("xx", facts("m", true, &["m"])), ("yy", facts("w", false, &["m"]))]).is_empty()
        );
    }

    #[test]
    fn each_host_that_is_in_no_swarm_or_in_another_is_told_with_its_cure() {
        let hosts = [
            ("xx", facts("m", true, &["m"])),
            ("yy", facts("", false, &[])),
            ("tcp://zz:1", facts("o", true, &["o"])),
            ("ww", facts("m", true, &["m"])),
        ];
        let join = |at: &str| {
            format!(
                "'docker {at} swarm join --token $(docker --context=xx swarm join-token -q \
                 worker) 192.0.2.1:2377'"
            )
        };
        assert_eq!(
            told(&hosts),
            [
                format!("host yy is not in a swarm; {}", join("--context=yy")),
                format!(
                    "host tcp://zz:1 is not in the swarm of xx; 'docker --host=tcp://zz:1 \
                     swarm leave --force', then {}",
                    join("--host=tcp://zz:1")
                ),
                "host ww is the same engine as xx; name each engine once".to_owned(),
            ]
        );
    }

    #[test]
    fn without_any_swarm_the_first_host_makes_one() {
        let none = facts("", false, &[]);
        assert_eq!(
            told(&[("xx", none.clone()), ("yy", none)]),
            [
                "host xx is not in a swarm; 'docker --context=xx swarm init --advertise-addr ADDRESS'",
                "host yy is not in a swarm; join it with 'docker --context=yy swarm join'",
            ]
        );
    }

    #[test]
    fn one_of_the_hosts_must_be_a_manager_and_all_of_one_kind() {
        let mut other = facts("v", false, &["m"]);
        other.architecture = Some("aarch64".into());
        assert_eq!(
            told(&[("xx", facts("w", false, &["m"])), ("yy", other)]),
            [
                "host yy has another architecture than xx: aarch64, not x86_64; use hosts of \
                 one architecture: all nodes have the same image",
                "none of the hosts xx,yy can manage the swarm: none is a manager, or too few \
                 managers answer; run 'docker node promote' for one of them, on a manager",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_unknown() {
        assert_eq!(SwarmFacts::from(&Info::parse("{}").unwrap()), SwarmFacts::default());
    }
}
