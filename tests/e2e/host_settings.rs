//! Settings of this host outside of the engine. A cluster must leave them as they were, except
//! for those that docs/security.md lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::engine::{output_of, tell};

/// Kernel settings that change by themselves: counters and random numbers.
const MOVING: [&str; 12] = [
    "fs/aio-nr",
    "fs/dentry-state",
    "fs/file-nr",
    "fs/inode-nr",
    "fs/inode-state",
    "fs/quota/",
    "kernel/keys/",
    "kernel/ns_last_pid",
    "kernel/pty/nr",
    "kernel/random/",
    "kernel/sched_domain/",
    "net/netfilter/nf_conntrack_count",
];

/// Settings that stay changed after the last cluster is deleted. docs/security.md has the same
/// rows.
const STAYS: [&str; 6] = [
    "fs/nr_open",
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
];

/// Settings, each by its name.
pub(crate) struct HostSettings {
    sysctls: BTreeMap<String, String>,
    rules: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl HostSettings {
    /// Reads the settings of this host.
    pub(crate) fn read() -> Self {
        let mut sysctls = BTreeMap::new();
        read_below(Path::new("/proc/sys"), "", &mut sysctls);
        let rules = ["iptables-save", "ip6tables-save"].into_iter().flat_map(rules).collect();
        Self { sysctls, rules, groups: groups() }
    }

    /// Checks that everything is as it was, except what is known to stay. Settings that came
    /// with a kernel module did not exist before: they are printed, and no failure.
    pub(crate) fn check_after(&self) {
        let after = Self::read();
        let mut changed = Vec::new();
        for (name, value) in &after.sysctls {
            match self.sysctls.get(name) {
                Some(before) if before == value => {}
                Some(before) if STAYS.contains(&name.as_str()) => {
                    tell(&format!("{name} stays: {before} is {value} now"));
                }
                Some(before) => changed.push(format!("{name}: {before} is {value} now")),
                None => tell(&format!("{name} came with a module: {value}")),
            }
        }
        let rules: Vec<_> = self.rules.symmetric_difference(&after.rules).collect();
        let groups: Vec<_> = self.groups.symmetric_difference(&after.groups).collect();
        assert!(changed.is_empty(), "settings have changed: {changed:#?}");
        assert!(rules.is_empty(), "rules of the packet filter have come or gone: {rules:#?}");
        assert!(groups.is_empty(), "control groups have come or gone: {groups:#?}");
    }
}

/// Returns every readable setting below `folder`, except those of network interfaces, which
/// appear and disappear with the interfaces.
fn read_below(folder: &Path, name: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{name}{}", entry.file_name().to_string_lossy());
        let of_interface =
            ["net/ipv4/conf/", "net/ipv4/neigh/", "net/ipv6/conf/", "net/ipv6/neigh/"].iter().any(
                |prefix| name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with("all")),
            );
        let is_known = STAYS.contains(&name.as_str());
        let moves = MOVING.iter().any(|moving| name.starts_with(moving)) && !is_known;
        if entry.path().is_dir() {
            if !of_interface {
                read_below(&entry.path(), &format!("{name}/"), found);
            }
        } else if let (false, Ok(value)) = (moves, fs::read_to_string(entry.path())) {
            found.insert(name, value.trim_end().replace('\n', " | "));
        }
    }
}

/// Returns the packet filter's rules without their counters, or nothing if the user may not read
/// them. Docker 28 is the first with rules in the table `raw`: the table stays, empty.
fn rules(program: &str) -> BTreeSet<String> {
    let output = output_of(Command::new(program), b"");
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let is_rule = |line: &&str| !line.starts_with(['#', '*']) && *line != "COMMIT";
    let is_changed = |line: &&str| !line.starts_with(':') || !line.contains(" ACCEPT ");
    let lines = text.lines().filter(is_rule).filter(is_changed);
    lines.map(|line| line.split(" [").next().unwrap_or(line).to_owned()).collect()
}

/// Returns the control groups of containers.
fn groups() -> BTreeSet<String> {
    fn below(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with("docker-") || name.starts_with("libpod-") {
                    found.insert(path.to_string_lossy().into_owned());
                }
                below(&path, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    below(Path::new("/sys/fs/cgroup"), &mut found);
    found
}
