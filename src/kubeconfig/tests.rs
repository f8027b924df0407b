//! Tests of changes to kubeconfig files, some of them concurrent.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use super::*;

const OTHERS: &str = "# mine\nclusters:\n- name: x # x\nkind: Config\n";

fn name(word: &str) -> ClusterName {
    ClusterName::parse(word).unwrap()
}

fn access() -> Access {
    let text = "{clusters: [{cluster: {server: 'https://x:1', certificate-authority-data: YQ==}}],
users: [{user: {client-certificate-data: YQ==, client-key-data: c2VjcmV0}}]}";
    Access::from_admin_conf(text).unwrap()
}

fn location(directory: &TempDir) -> Location {
    Location { path: directory.path().join("config") }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// Returns the names in a directory, to check that no temporary file is left behind.
fn names_in(directory: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(directory).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn the_first_file_of_the_variable_comes_before_the_home() {
    let find = |variable: Option<&str>, home: Option<&str>| {
        Location::find(variable.map(OsStr::new), home.map(Path::new))
            .map(|found| found.path.display().to_string())
            .map_err(|error| error.to_string())
    };
    assert_eq!(find(Some("/a:/b"), Some("/h")), Ok("/a".to_owned()));
    assert_eq!(find(Some("::b"), Some("/h")), Ok("b".to_owned()));
    assert_eq!(find(Some(""), Some("/h")), Ok("/h/.kube/config".to_owned()));
    assert_eq!(find(Some(":"), Some("/h")), Ok("/h/.kube/config".to_owned()));
    assert_eq!(find(None, Some("/h")), Ok("/h/.kube/config".to_owned()));
    let error = "cannot find the kubeconfig: neither $KUBECONFIG nor $HOME is set";
    assert_eq!(find(None, None), Err(error.to_owned()));
    assert_eq!(find(None, Some("")), Err(error.to_owned()));
}

#[test]
fn a_new_file_is_for_its_owner_alone() {
    let home = TempDir::new().unwrap();
    let location = Location::find(None, Some(home.path())).unwrap();
    location.merge(&name("a"), &access()).unwrap();
    assert_eq!(mode(location.path()), 0o600);
    assert_eq!(mode(&home.path().join(".kube")), 0o700);
    assert_eq!(fs::read_to_string(location.path()).unwrap(), access().render(&name("a")));
    assert_eq!(names_in(&home.path().join(".kube")), ["config"]);
}

#[test]
fn an_old_file_keeps_its_mode_but_for_group_and_others() {
    for (before, after) in [(0o644, 0o600), (0o660, 0o600), (0o600, 0o600), (0o400, 0o400)] {
        let home = TempDir::new().unwrap();
        let location = location(&home);
        fs::write(location.path(), OTHERS).unwrap();
        fs::set_permissions(location.path(), Permissions::from_mode(before)).unwrap();
        location.merge(&name("a"), &access()).unwrap();
        assert_eq!(mode(location.path()), after, "{before:o}");
        assert!(location.remove(&name("a")).unwrap());
        assert_eq!(mode(location.path()), after, "{before:o}");
    }
}

#[test]
fn removing_is_done_once() {
    let home = TempDir::new().unwrap();
    let location = location(&home);
    assert!(!location.remove(&name("a")).unwrap());
    assert!(names_in(home.path()).is_empty());
    fs::write(location.path(), OTHERS).unwrap();
    let before = fs::metadata(location.path()).unwrap().ino();
    assert!(!location.remove(&name("a")).unwrap());
    assert_eq!(fs::metadata(location.path()).unwrap().ino(), before);
    location.merge(&name("a"), &access()).unwrap();
    assert!(location.remove(&name("a")).unwrap());
    assert!(!location.remove(&name("a")).unwrap());
    let text = fs::read_to_string(location.path()).unwrap();
    assert!(text.starts_with(OTHERS) && !text.contains("mok-a"), "{text}");
    assert_eq!(names_in(home.path()), ["config"]);
    let nowhere = Location { path: home.path().join("config").join("x") };
    assert!(!nowhere.remove(&name("a")).unwrap());
}

#[test]
fn a_link_stays_and_what_it_points_to_is_replaced() {
    for exists in [true, false] {
        let home = TempDir::new().unwrap();
        let target = home.path().join("dotfiles/kube.yaml");
        symlink("dotfiles/kube.yaml", home.path().join("middle")).unwrap();
        symlink(home.path().join("middle"), home.path().join("config")).unwrap();
        if exists {
            fs::create_dir(home.path().join("dotfiles")).unwrap();
            fs::write(&target, OTHERS).unwrap();
        }
        let location = location(&home);
        location.merge(&name("a"), &access()).unwrap();
        assert_eq!(fs::read_link(location.path()).unwrap(), home.path().join("middle"));
        assert!(fs::symlink_metadata(&target).unwrap().is_file());
        assert_eq!(mode(&target), 0o600);
        let text = fs::read_to_string(&target).unwrap();
        assert!(text.contains("mok-a") && text.contains("# mine") == exists, "{text}");
        assert_eq!(names_in(&home.path().join("dotfiles")), ["kube.yaml"]);
    }
    let home = TempDir::new().unwrap();
    symlink("config", home.path().join("config")).unwrap();
    assert!(location(&home).merge(&name("a"), &access()).is_err());
}

#[test]
fn what_is_no_kubeconfig_is_left_untouched() {
    let home = TempDir::new().unwrap();
    let location = location(&home);
    let path = location.path().display();
    for (text, message) in [
        (&b"a: b\n- c: [secret\n"[..], format!("cannot change the kubeconfig '{path}': line 2: ")),
        (b"users: secret\n", format!("cannot change the kubeconfig '{path}': line 1: 'users' ")),
        (b"secret: \xff\n", format!("cannot read '{path}': stream did not contain valid UTF-8")),
    ] {
        fs::write(location.path(), text).unwrap();
        let merged = location.merge(&name("a"), &access()).unwrap_err();
        for error in [merged.to_string(), format!("{merged:?}")] {
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(merged.to_string().starts_with(&message), "{merged}");
        assert_eq!(fs::read(location.path()).unwrap(), text);
    }
    assert_eq!(names_in(home.path()), ["config"]);
}

#[test]
fn a_device_is_not_replaced() {
    let location = Location { path: "/dev/null".into() };
    assert!(matches!(location.merge(&name("a"), &access()), Err(KubeconfigError::NotAFile { .. })));
    assert!(!location.remove(&name("a")).unwrap());
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn the_access_hides_its_secrets() {
    let shown = format!("{:?}", access().with_server("https://y:2".to_owned()));
    assert_eq!(shown, "Access { server: \"https://y:2\", .. }");
    let error =
        Access::from_admin_conf("users: [{user: {client-key-data: c2VjcmV0}}]").unwrap_err();
    assert_eq!(error.to_string(), "line 1: no 'server' under 'clusters' in the admin.conf");
}

#[test]
fn twelve_at_once_lose_nothing() {
    let home = TempDir::new().unwrap();
    let location = location(&home);
    let clusters: Vec<_> = (0..12).map(|n| name(&format!("c{n}"))).collect();
    std::thread::scope(|scope| {
        for cluster in &clusters {
            scope.spawn(|| location.merge(cluster, &access()).unwrap());
        }
    });
    let text = fs::read_to_string(location.path()).unwrap();
    for cluster in &clusters {
        let entry = format!("name: {}\n", cluster.context());
        assert_eq!(text.matches(&entry).count(), 3, "{cluster}\n{text}");
    }
    std::thread::scope(|scope| {
        for cluster in &clusters {
            scope.spawn(|| assert!(location.remove(cluster).unwrap()));
        }
    });
    assert!(!fs::read_to_string(location.path()).unwrap().contains("mok-"));
    assert_eq!(names_in(home.path()), ["config"]);
}

#[test]
fn a_lock_file_in_use_is_waited_for() {
    let home = TempDir::new().unwrap();
    let location = location(&home);
    let lock_file = home.path().join("config.lock");
    File::create(&lock_file).unwrap();
    std::thread::scope(|scope| {
        let merging = scope.spawn(|| location.merge(&name("a"), &access()).unwrap());
        // Like kubectl, which writes the file and only then releases its lock.
        std::thread::sleep(Duration::from_millis(100));
        fs::write(location.path(), OTHERS).unwrap();
        fs::remove_file(&lock_file).unwrap();
        merging.join().unwrap();
    });
    let text = fs::read_to_string(location.path()).unwrap();
    assert!(text.contains("# mine") && text.contains("mok-a"), "{text}");
}

#[test]
fn a_lock_file_left_by_the_dead_does_not_block() {
    let home = TempDir::new().unwrap();
    let location = location(&home);
    let lock_file = home.path().join("config.lock");
    let started = Instant::now();

    let old = SystemTime::now() - Duration::from_secs(60);
    File::create(&lock_file).unwrap().set_modified(old).unwrap();
    location.merge(&name("a"), &access()).unwrap();
    // The lock file is not mokctl's, so it stays.
    assert_eq!(names_in(home.path()), ["config", "config.lock"]);

    fs::write(&lock_file, "mokctl\n").unwrap();
    location.merge(&name("b"), &access()).unwrap();
    assert_eq!(names_in(home.path()), ["config"]);
    assert!(started.elapsed() < Duration::from_secs(2));
}
