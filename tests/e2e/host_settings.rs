//! What this host is set to, beyond its engine: what a cluster must leave as it was, or say
//! that it does not (docs/security.md).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::engine::{output_of, tell};

/// Kernel settings that move by themselves: counters and random numbers.
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

/// What stays changed when the last cluster has gone, as docs/security.md says. Its rows
/// and these lines are the same.
const STAYS: [&str; 6] = [
    "fs/nr_open",
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
];

/// Settings by name.
pub(crate) struct HostSettings {
    sysctls: BTreeMap<String, String>,
    rules: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl HostSettings {
    /// Looks at this host.
    pub(crate) fn read() -> Self {
        let mut sysctls = BTreeMap::new();
        read_below(Path::new("/proc/sys"), "", &mut sysctls);
        let rules = ["iptables-save", "ip6tables-save"].into_iter().flat_map(rules).collect();
        Self { sysctls, rules, groups: groups() }
    }

    /// Everything is as it was, but for what is known to stay. A setting that comes with a
    /// kernel's module is told; it was none before.
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

/// Every setting below `folder` that can be read, but for networks' interfaces, which come
/// and go with their own.
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

/// The rules, without what they have counted; none for who may not look. Docker 28 is the first
/// to have rules in the table `raw`: the table stays, without a rule of theirs or of ours.
fn rules(program: &str) -> BTreeSet<String> {
    let output = output_of(Command::new(program), b"");
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let is_rule = |line: &&str| !line.starts_with(['#', '*']) && *line != "COMMIT";
    let is_changed = |line: &&str| !line.starts_with(':') || !line.contains(" ACCEPT ");
    let lines = text.lines().filter(is_rule).filter(is_changed);
    lines.map(|line| line.split(" [").next().unwrap_or(line).to_owned()).collect()
}

/// The control groups of containers.
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
