//! Property tests with generated kubeconfigs.

use proptest::prelude::*;

use super::*;
use crate::yaml::Kind;

fn access() -> Access {
    let text = "{clusters: [{cluster: {server: 'https://x:1', certificate-authority-data: YQ==}}],
users: [{user: {client-certificate-data: YQ==, client-key-data: YQ==}}]}";
    Access::from_admin_conf(text).unwrap()
}

fn name() -> ClusterName {
    ClusterName::parse("a").unwrap()
}

/// Generates a comment with some indentation, an empty line, or nothing.
fn comment() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 1 => " {0,4}# [a-z:\\-\\[]{0,5}\n", 1 => Just("\n".to_owned())]
}

/// Generates a scalar. Some are block scalars that also include the blank lines after them (`|+`).
fn keeping_scalar() -> impl Strategy<Value = String> {
    prop_oneof![9 => scalar(), 1 => Just("|+\n        some\n\n".to_owned())]
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9/.-]{0,6}",
        "'[a-z: #\\[-]{0,6}'",
        "\"[a-z: #{é]{0,6}\"",
        Just("null".to_owned()),
        "[0-9]{1,4}",
        Just("|\n        some\n         text".to_owned()),
        Just(">-\n        some\n        text\n".to_owned()),
        Just("many\n        words".to_owned()),
    ]
}

/// Generates an entry of a list, in block style or in brackets, indented by `indent`.
fn item(indent: usize) -> impl Strategy<Value = String> {
    let blank = " ".repeat(indent);
    let block = (comment(), scalar(), scalar(), comment(), prop::bool::ANY).prop_map({
        let blank = blank.clone();
        move |(above, name, value, inside, ours)| {
            let name = if ours { "mok-a" } else { &name };
            format!("{above}{blank}- x:\n{blank}    k: {value}\n{inside}{blank}  name: {name}\n")
        }
    });
    let flow =
        "[a-z]{1,3}".prop_map(move |word| format!("{blank}- {{name: {word}, a: [1]}} # x\n"));
    prop_oneof![3 => block, 1 => flow]
}

fn block_list(key: &'static str) -> impl Strategy<Value = String> {
    (0..2_usize).prop_flat_map(move |indent| {
        (comment(), prop::collection::vec(item(indent * 2), 1..4))
            .prop_map(move |(above, items)| format!("{above}{key}:\n{}", items.concat()))
    })
}

fn list(key: &'static str) -> impl Strategy<Value = String> {
    let flow = prop::collection::vec("\\{name: [a-z]{1,2}\\}|\\{name: mok-a\\}", 0..4)
        .prop_map(move |items| format!("{key}: [{}]\n", items.join(" , ")));
    prop_oneof![
        4 => block_list(key),
        1 => flow,
        1 => Just(String::new()),
        1 => Just(format!("{key}: null\n")),
        1 => Just(format!("{key}: # none\n")),
    ]
}

fn kubeconfig() -> impl Strategy<Value = String> {
    let current = prop_oneof![
        Just(String::new()),
        keeping_scalar().prop_map(|name| format!("current-context: {name}\n")),
        Just("current-context: mok-a\n".to_owned()),
    ];
    let lists = (list("clusters"), list("contexts"), list("users"), current, comment());
    (lists, prop::bool::ANY, prop::bool::ANY).prop_flat_map(|(lists, crlf, cut)| {
        let parts = vec![lists.0, lists.1, lists.2, lists.3, "kind: Config\n".to_owned(), lists.4];
        Just(parts).prop_shuffle().prop_map(move |parts| {
            let text = parts.concat();
            let text = if cut { text.trim_end().to_owned() } else { text };
            if crlf { text.replace('\n', "\r\n") } else { text }
        })
    })
}

/// Generates a kubeconfig in block style that has everything that a merge changes, but no `mok-a`.
fn with_every_list() -> impl Strategy<Value = String> {
    let lists = (block_list("clusters"), block_list("contexts"), block_list("users"), comment());
    lists.prop_flat_map(|(clusters, contexts, users, comment)| {
        let current = "current-context: \"\" # none\n".to_owned();
        Just(vec![clusters, contexts, users, current, comment])
            .prop_shuffle()
            .prop_map(|parts| parts.concat().replace("mok-a", "mok-b"))
    })
}

/// Returns the first document without `mok-a`'s entries and the current context.
fn foreign(text: &str) -> Node {
    let mut root = parse(text).unwrap().remove(0);
    let Kind::Map(pairs) = &mut root.kind else { unreachable!("a mapping") };
    for (_, value) in pairs.iter_mut().filter(|(key, _)| LISTS.contains(&key.as_text().unwrap())) {
        let items = value.as_list().unwrap().iter().filter(|item| !item.is_named("mok-a"));
        *value = Node::list(items.cloned().collect());
    }
    pairs.retain(|(key, value)| {
        key.as_text() != Some(CURRENT) && value.as_list().is_none_or(|items| !items.is_empty())
    });
    root
}

proptest! {
    #[test]
    fn whatever_is_not_ours_is_kept(text in kubeconfig()) {
        // Not every combination of comments and scalars is valid YAML.
        prop_assume!(parse(&text).is_ok());
        let new = merge_text(&text, &name(), &access()).unwrap();
        prop_assert!(foreign(&new).same_value(&foreign(&text)), "{}", new);
        let root = parse(&new).unwrap().remove(0);
        for (list, entry) in LISTS.iter().zip(access().entries(&name())) {
            let ours: Vec<_> = root.get(list).unwrap().as_list().unwrap().iter()
                .filter(|item| item.is_named("mok-a")).collect();
            prop_assert!(ours.len() == 1 && ours[0].same_value(&entry), "{}", new);
        }
        prop_assert_eq!(root.get(CURRENT).and_then(Node::as_text), Some("mok-a"));

        let old = remove_text(&new, &name()).unwrap().unwrap();
        prop_assert!(foreign(&old).same_value(&foreign(&text)), "{}", old);
        prop_assert_eq!(remove_text(&old, &name()).unwrap(), None);
    }

    #[test]
    fn comments_and_layout_outlive_merging_and_removing(text in with_every_list()) {
        prop_assume!(parse(&text).is_ok());
        let new = merge_text(&text, &name(), &access()).unwrap();
        prop_assert_eq!(remove_text(&new, &name()).unwrap().unwrap(), text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "([a-z:\\-\\[\\]{}&*!|>'\"#%@`,?\n\r\t é\u{feff}]|clusters|users|name: mok-a|current-context: |- |: ){0,40}") {
        if let Ok(new) = merge_text(&text, &name(), &access()) {
            prop_assert!(remove_text(&new, &name()).unwrap().is_some());
        }
        remove_text(&text, &name()).ok();
    }
}
