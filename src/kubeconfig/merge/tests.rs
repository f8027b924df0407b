//! Tests with kubeconfigs as tools and people write them.

use super::*;
use crate::yaml::Kind;

const KUBECTL: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority: /home/u/.minikube/ca.crt
    extensions:
    - extension:
        last-update: Mon, 02 Jun 2025 10:00:00 UTC
        provider: minikube.sigs.k8s.io
      name: cluster_info
    server: https://192.168.49.2:8443
  name: minikube
contexts:
- context:
    cluster: minikube
    namespace: default
    user: minikube
  name: minikube
current-context: \"\"
kind: Config
preferences: {}
users:
- name: minikube
  user:
    client-certificate: /home/u/.minikube/client.crt
    client-key: /home/u/.minikube/client.key
";

const BY_HAND: &str = "\
# My clusters. Do not lose this!
---
kind: Config
apiVersion: v1
users:   # people
  # the boss
  - name: boss
    user: {token: \"a\\tb\", username: 'it''s'}

  # robot, since 2019
  -
    name: \"robot\"
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: aws
        args: [\"eks\", \"get-token\"]
        env: null
        installHint: |
          get it
            from there

  # no one
clusters:
  # 東京
  - name: prod
    cluster: &prod
      server: https://prod:6443 # fast
  # staging is prod
  - name: staging
    cluster: *prod
# the end of clusters
\"contexts\":
  - {name: prod, context: {cluster: prod, user: boss}}
  # last
current-context: ''   # none

# Bye.
";

const JSON: &str = r#"{
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [
        {"name": "a", "cluster": {"server": "https://a"}}
    ],
    "contexts": [ ],
    "users": [{"name": "a", "user": {}}, {"name": "b", "user": {"token": "x"}} ],
    "current-context": ""
}
"#;

fn name(word: &str) -> ClusterName {
    ClusterName::parse(word).unwrap()
}

fn access(server: &str) -> Access {
    let text = format!(
        "clusters: [{{name: k, cluster: {{server: '{server}', certificate-authority-data: Q0E=}}}}]
users: [{{name: a, user: {{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}}}]"
    );
    Access::from_admin_conf(&text).unwrap()
}

fn merged(text: &str) -> String {
    merge_text(text, &name("a"), &access("https://127.0.0.1:1")).unwrap()
}

fn removed(text: &str) -> String {
    remove_text(text, &name("a")).unwrap().unwrap()
}

/// Parses the text and returns its first document.
fn root(text: &str) -> Node {
    parse(text).unwrap().remove(0)
}

fn same_value(text: &str, other: &str) -> bool {
    root(text).same_value(&root(other))
}

#[test]
fn a_new_file_is_what_render_gives() {
    let whole = access("https://127.0.0.1:1").render(&name("a"));
    for empty in ["", "\n", "# mine\n", "# mine", "---\n", "--- # mine\n", "null\n", "# a\r\n"] {
        let new = merged(empty);
        assert!(same_value(&new, &whole), "{empty:?}: {new}");
        assert!(new.contains("mine") == empty.contains("mine"), "{new}");
        assert!(new.ends_with('\n'), "{new}");
    }
    assert_eq!(merged(""), whole);
    assert_eq!(
        whole,
        "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Q0E=
    server: https://127.0.0.1:1
  name: mok-a
contexts:
- context:
    cluster: mok-a
    user: mok-a
  name: mok-a
current-context: mok-a
kind: Config
users:
- name: mok-a
  user:
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
"
    );
}

#[test]
fn entries_are_added_as_kubectl_writes_them() {
    let new = merged(KUBECTL);
    let cluster = "\
  name: minikube
- cluster:
    certificate-authority-data: Q0E=
    server: https://127.0.0.1:1
  name: mok-a
contexts:
";
    assert!(new.contains(cluster), "{new}");
    assert!(new.contains("\ncurrent-context: mok-a\n"), "{new}");
    let user = "    client-certificate-data: Q0VSVA==\n    client-key-data: S0VZ\n";
    assert!(new.ends_with(user), "{new}");
}

#[test]
fn entries_are_indented_as_their_siblings_are() {
    let new = merged(BY_HAND);
    let cluster = "\
    cluster: *prod
  - cluster:
      certificate-authority-data: Q0E=
      server: https://127.0.0.1:1
    name: mok-a
# the end of clusters
";
    assert!(new.contains(cluster), "{new}");
}

#[test]
fn removing_undoes_merging_to_the_byte() {
    let crlf = KUBECTL.replace('\n', "\r\n");
    let cut = KUBECTL.trim_end();
    let marked = format!("\u{feff}{KUBECTL}");
    let two = format!("{KUBECTL}---\nclusters: 1\n--- !x {{}}\n");
    // A comment line that ends in CR LF, with another CR before that.
    let mixed = KUBECTL.replace("  name: minikube\ncontexts", "  name: minikube # a\r\r\ncontexts");
    let no_value = KUBECTL.replace("client-key: /home/u/.minikube/client.key", "? client-key");
    let directive = format!("%ü\n---\n{KUBECTL}");
    for text in [KUBECTL, &crlf, cut, &marked, &two, &mixed, &no_value, &directive] {
        assert_eq!(removed(&merged(text)), text);
    }
    assert_eq!(removed(&merged(BY_HAND)), BY_HAND.replace("''   #", "\"\"   #"));
    assert_eq!(removed(&merged(JSON)), JSON.replace("[ ]", "[]"));
}

#[test]
fn what_is_there_is_not_written_again() {
    // The trailing spaces show that the entry was not written again: a new one would have none.
    let text = merged("users: \n").replace("user: mok-a\n", "user: mok-a  \n");
    assert_eq!(merged(&text), text);
}

#[test]
fn a_value_that_is_not_there_may_be_written_as_null() {
    let text = "{clusters: [{x,}, {name: mok-a}]}\n";
    assert_eq!(removed(text), "{\"clusters\": [{\"x\": null}]}\n");
}

#[test]
fn json_stays_json() {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for text in [JSON, "{\"kind\":\"Config\",\"users\":null}", "{\"clusters\":[],\"a\":true}"] {
        let new = json(&merged(text));
        assert_eq!(new["current-context"], "mok-a");
        for list in LISTS {
            assert_eq!(new[list].as_array().unwrap().last().unwrap()["name"], "mok-a");
        }
    }
}

#[test]
fn an_absent_or_empty_list_is_filled() {
    let whole = access("https://127.0.0.1:1").render(&name("a"));
    for text in [
        "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: \"\"\nkind: Config\nusers: null\n",
        "apiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context:\nkind: Config\nusers: []\n",
        "apiVersion: v1\nclusters:\ncontexts: # some\ncurrent-context: x\nkind: Config\nusers:",
        "apiVersion: v1\nclusters: !!null\ncontexts: ~\ncurrent-context: x\nkind: Config\nusers: &u",
    ] {
        let new = merged(text);
        assert!(same_value(&new, &whole), "{new}");
        assert_eq!(new.contains("# some"), text.contains("# some"));
        let old = removed(&new);
        assert!(
            same_value(
                &old,
                "{apiVersion: v1, clusters: [], contexts: [], current-context: '', kind: Config, users: []}"
            ),
            "{old}"
        );
    }
    let new = merged("kind: Config\napiVersion: v1");
    assert!(new.starts_with("kind: Config\napiVersion: v1\nclusters:\n- cluster:\n"), "{new}");
    assert!(new.ends_with("\ncurrent-context: mok-a"), "{new}");
}

#[test]
fn a_leftover_entry_is_replaced_where_it_stands() {
    for text in [KUBECTL, BY_HAND, JSON, ""] {
        let leftover = merge_text(text, &name("a"), &access("https://old:1")).unwrap();
        let between = merge_text(&leftover, &name("b"), &access("https://b:1")).unwrap();
        let new = merged(&between);
        let current = between.replace("https://old:1", "https://127.0.0.1:1");
        let written = |text: &str| text.replace("mok-a", "*").replace("mok-b", "*");
        assert_eq!(written(&new), written(&current));
        assert_eq!(merged(&new), new);
    }
}

#[test]
fn duplicates_of_ours_are_removed() {
    let text = "\
clusters:
- {name: mok-a, cluster: {server: x}}
# mine
- name: b # b
- name: mok-a

- cluster: {}
  name: mok-a # again
users: [{name: mok-a}, {name: b}, {name: mok-a}]
";
    assert_eq!(removed(text), "clusters:\n# mine\n- name: b # b\n\nusers: [{name: b}]\n");
    let new = merged(text);
    assert_eq!(
        new.matches("name: mok-a\n").count() + new.matches("\"name\": \"mok-a\"").count(),
        3
    );
}

#[test]
fn only_a_current_context_of_ours_is_taken_back() {
    let other = merged(KUBECTL).replace("current-context: mok-a", "current-context: 'mine'");
    assert!(removed(&other).contains("\ncurrent-context: 'mine'\n"));
    let quoted = merged(KUBECTL).replace("current-context: mok-a", "current-context: 'mok-a' # me");
    assert!(removed(&quoted).contains("\ncurrent-context: \"\" # me\n"));
    assert_eq!(removed("current-context: mok-a"), "current-context: \"\"");
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let both = merge_text(&merged(KUBECTL), &name("a-b"), &access("https://b:1")).unwrap();
    let one = remove_text(&both, &name("a")).unwrap().unwrap();
    assert!(!one.contains("mok-a\n") && one.contains("name: mok-a-b\n"), "{one}");
    assert_eq!(remove_text(&one, &name("a")), Ok(None));
}

#[test]
fn what_cannot_be_edited_is_written_anew_and_says_the_same() {
    for (text, keeps) in [
        ("x: &l [{name: b}]\nclusters: *l\n# kept\n", "# kept"),
        ("clusters: [{name: b, n: 0x1F, s: '7', t: !!str 8},]\n", "b"),
        ("clusters:\n- name: b\n  s: |+\n    x\n\n\nkind: Config\n", "b"),
        ("? clusters\n: - name: b\n", "b"),
        ("%YAML 1.2\n--- !k # comment\n{clusters: [{name: b}]}\n...\n# end\n", "# end"),
        ("{}", ""),
        ("--- {}\n", ""),
    ] {
        let new = merged(text);
        assert!(new.contains(keeps), "{new}");
        let (before, mut after) = (root(text), root(&removed(&new)));
        let first = |root: &Node| root.get("clusters").and_then(|l| l.as_list()?.first().cloned());
        if let Some(item) = first(&before) {
            assert!(first(&root(&new)).unwrap().same_value(&item), "{text}\n{new}");
        }
        let Kind::Map(pairs) = &mut after.kind else { unreachable!("a mapping") };
        pairs.retain(|(key, _)| before.pair(key.as_text().unwrap()).is_some());
        assert!(after.same_value(&before), "{text}\n{new}");
    }
}

#[test]
fn what_is_no_kubeconfig_is_refused_with_the_line() {
    for (text, line, reason) in [
        ("a: b\nc: [d\n", 3, "while parsing a flow"),
        ("a: b: c", 1, "mapping values"),
        ("just words", 1, "no keys and values"),
        ("- a\n", 1, "no keys and values"),
        ("a: 1\nclusters: 5\n", 2, "'clusters' is not a list"),
        ("users: {}\n", 1, "'users' is not a list"),
        ("clusters: []\n\nclusters: []\n", 3, "'clusters' is there twice"),
        ("current-context: [x]\n", 1, "'current-context' is not a name"),
        ("a: &a {users: []}\n<<: *a\n", 2, "'<<'"),
        ("a: &a [*a]\n", 1, "alias"),
    ] {
        let error = merge_text(text, &name("a"), &access("https://x")).unwrap_err();
        assert_eq!(error.line, line, "{text:?} {error}");
        assert!(error.reason.contains(reason), "{text:?} {error}");
    }
}

#[test]
fn a_small_file_cannot_fill_the_memory() {
    let line = |n: usize| format!("k{n}: &a{n} [*a{0}, *a{0}]", n - 1);
    let bomb = (1..40).map(line).collect::<Vec<_>>().join("\n");
    let deep = "[".repeat(200_000);
    for text in [format!("k0: &a0 [x]\n{bomb}"), deep, "- ".repeat(5000), "a: {".repeat(5000)] {
        assert!(merge_text(&text, &name("a"), &access("https://x")).is_err());
    }
}
