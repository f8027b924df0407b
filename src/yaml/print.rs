//! Prints values as YAML in block style.

use serde_json::Value;

use super::may_be_typed;

/// Returns a text with a YAML document for each of `documents`, which must be maps.
#[must_use]
pub fn print(documents: &[Value]) -> String {
    let texts: Vec<String> = documents.iter().map(|document| block(document, 0)).collect();
    texts.join("---\n")
}

/// Returns the lines of `value`, a map or a list, each indented by `indent` blanks.
fn block(value: &Value, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match inline(value) {
                Some(text) => format!("{blanks}{}: {text}\n", word(key)),
                None => format!("{blanks}{}:\n{}", word(key), block(value, indent + 2)),
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .map(|item| match inline(item) {
                Some(text) => format!("{blanks}- {text}\n"),
                // The first line of the item follows the dash.
                None => format!("{blanks}- {}", block(item, indent + 2).trim_start()),
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => String::new(),
    }
}

/// Returns a value that takes one line. `None`: a map or a list with items.
fn inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Object(map) if map.is_empty() => "{}".into(),
        Value::Array(items) if items.is_empty() => "[]".into(),
        Value::Object(_) | Value::Array(_) => return None,
        Value::String(text) => word(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    })
}

/// Returns a string bare if no reader can take it for anything else, otherwise in JSON's quotes.
fn word(text: &str) -> String {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.bytes().all(inner)
        && !may_be_typed(text);
    if is_plain { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::yaml::values;

    #[test]
    fn maps_and_lists_are_indented() {
        let value = json!({
            "apiVersion": "v1", "empty": {}, "none": [], "on": "on", "size": 5,
            "list": [{ "name": "a", "value": "1" }, ["x"], "@b@"]
        });
        let want = "apiVersion: v1\nempty: {}\nlist:\n  - name: a\n    value: \"1\"\n  - - x\n  \
                    - \"@b@\"\nnone: []\n\"on\": \"on\"\nsize: 5\n";
        assert_eq!(print(std::slice::from_ref(&value)), want);
        assert_eq!(print(&[json!({ "a": 1 }), json!({ "b": 2 })]), "a: 1\n---\nb: 2\n");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC*".prop_map(Value::from),
            "[-~a-z0-9.:#]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z~ :]{1,4}", inner, 0..4)
                    .prop_map(|map| map.into_iter().collect::<Value>()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(under in value()) {
            let document = json!({ "a": under });
            prop_assert_eq!(values(&print(std::slice::from_ref(&document))), Ok(vec![document]));
        }
    }
}
