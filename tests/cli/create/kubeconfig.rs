//! The user's kubeconfig.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::harness::{Machine, OTHERS};

#[test]
fn the_kubeconfig_is_for_its_owner_alone_and_leads_to_the_published_port() {
    let machine = Machine::new().with_cluster("a 1 0");
    let mode = fs::metadata(machine.kubeconfig()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let publish = machine.docker.call("create ").flag("publish").unwrap().to_owned();
    let text = machine.kubeconfig_text();
    for line in [
        "current-context: mok-a".to_owned(),
        format!("server: https://{}", publish.strip_suffix(":6443/tcp").unwrap()),
        format!("certificate-authority-data: {}", machine.docker.words.ca_data),
        format!("client-key-data: {}", machine.docker.words.client_key_data),
    ] {
        assert!(text.contains(&line), "no '{line}' in\n{text}");
    }
}

#[test]
fn other_entries_of_the_kubeconfig_are_kept() {
    let machine = Machine::new();
    fs::create_dir(machine.path("home/.kube")).unwrap();
    fs::write(machine.kubeconfig(), OTHERS).unwrap();
    let machine = machine.with_cluster("a 1 0");
    let text = machine.kubeconfig_text();
    for line in OTHERS.lines().filter(|line| !line.starts_with("current-context")) {
        assert!(text.contains(line), "no '{line}' in\n{text}");
    }
    let outcome = machine.mokctl("delete cluster a").outcome();
    outcome.assert(outcome.code() == Some(0), "not deleted");
    let want = OTHERS.replace("current-context: work", "current-context: \"\"");
    assert_eq!(machine.kubeconfig_text(), want);
}

#[test]
fn the_variable_says_where_the_kubeconfig_is() {
    let machine = Machine::new();
    let path = machine.path("elsewhere");
    let run = machine.mokctl("create cluster a 1 0 -q");
    run.env("KUBECONFIG", path.display().to_string()).run();
    assert!(fs::read_to_string(path).unwrap().contains("mok-a"));
    assert!(!machine.kubeconfig().exists());
}

#[test]
fn a_kubeconfig_that_cannot_be_written_is_noticed_before_anything_is_made() {
    let machine = Machine::new();
    let path = |name: &str| machine.path(name).display().to_string();
    fs::create_dir(machine.path("folder")).unwrap();
    fs::write(machine.path("file"), "").unwrap();
    fs::write(machine.path("text"), "- a list\n").unwrap();
    fs::write(machine.path("foreign"), "a: b: c\n").unwrap();
    symlink(machine.path("loop"), machine.path("loop")).unwrap();
    for (kubeconfig, why) in [
        ("/dev/null".to_owned(), "cannot write the kubeconfig '/dev/null': not a regular file"),
        (path("folder"), "': Is a directory"),
        (path("file/config"), "': Not a directory"),
        ("/proc/nowhere/config".to_owned(), "cannot create '/proc/nowhere': "),
        (path("text"), "line 1: not a kubeconfig: no keys and values"),
        (path("foreign"), "cannot change the kubeconfig '"),
        (path("loop"), "': too many links"),
    ] {
        for line in ["create cluster a 1 0 -q", "create cluster a 1 0 -q --dry-run"] {
            let outcome = machine.mokctl(line).env("KUBECONFIG", &kubeconfig).outcome();
            outcome.assert(outcome.code() == Some(1), "it did not fail");
            outcome.assert(outcome.stderr.contains(why), why);
            let reason = why.trim_start_matches(['\'', ':', ' ']);
            let once = outcome.stderr.matches(reason).count() == 1;
            outcome.assert(once && outcome.stderr.lines().count() == 1, "it is not said once");
        }
    }
    assert!(machine.docker.names().is_empty());
    assert!(!machine.docker.log().contains("create"), "{}", machine.docker.log());
}

#[test]
fn what_is_missing_of_the_kubeconfigs_path_is_made() {
    let machine = Machine::new();
    symlink("far/away/config", machine.path("link")).unwrap();
    let link = machine.path("link").display().to_string();
    machine.mokctl("create cluster a 1 0 -q --dry-run").env("KUBECONFIG", &link).outcome();
    assert!(!machine.path("far").exists());
    machine.mokctl("create cluster a 1 0 -q").env("KUBECONFIG", &link).run();
    assert!(fs::read_to_string(machine.path("far/away/config")).unwrap().contains("mok-a"));
}

#[test]
fn a_cluster_stays_whose_access_cannot_be_saved_in_the_end() {
    let machine = Machine::new();
    let admin = machine.docker.on("exec a-master-1 cat /etc/kubernetes/admin.conf").blocks();
    let run = machine.mokctl("create cluster a 1 0 -q").start();
    admin.is_reached();
    fs::create_dir_all(machine.kubeconfig()).unwrap();
    admin.release();
    let outcome = run.wait();
    let path = machine.kubeconfig().display().to_string();
    let text = format!(
        "mokctl: error: cluster a is ready, but its access is not saved: cannot open '{path}': Is a \
         directory (os error 21)\nhint: 'mokctl get kubeconfig a' prints it, for a separate file\n"
    );
    outcome.assert(outcome.code() == Some(1) && outcome.stderr == text, &text);
    machine.docker.heal();
    machine.mokctl("create worker a -q").run();
}
