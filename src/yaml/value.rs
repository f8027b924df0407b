//! Reads YAML as plain values, without their places in the text. Bare words mean what they
//! mean to Kubernetes' programs.

use serde_json::{Map, Value};

use super::node::{Kind, Node};
use super::{TextError, parse};

/// Returns the value of each document in `text`. Empty documents are left out.
///
/// # Errors
/// Fails if `text` is not YAML, or if a map has a key twice, a key that is not a scalar, or a
/// merge key (`<<`).
pub fn values(text: &str) -> Result<Vec<Value>, TextError> {
    let documents = parse(text)?;
    documents.iter().filter(|root| !root.is_null()).map(value).collect()
}

fn value(node: &Node) -> Result<Value, TextError> {
    Ok(match &node.kind {
        Kind::Scalar { text, typed: true } => typed(text),
        Kind::Scalar { text, typed: false } => text.as_str().into(),
        Kind::List(items) => items.iter().map(value).collect::<Result<_, _>>()?,
        Kind::Map(pairs) => {
            let mut map = Map::new();
            for (key, under) in pairs {
                let name = key.as_text().filter(|name| *name != "<<");
                let name = name.ok_or_else(|| TextError::new(key.line, "a key that is no text"))?;
                if map.insert(name.to_owned(), value(under)?).is_some() {
                    return Err(TextError::new(key.line, format!("'{name}' is there twice")));
                }
            }
            Value::Object(map)
        }
    })
}

/// Converts a bare word, which may be more than a string, as Go's YAML parser does.
fn typed(word: &str) -> Value {
    let number = |digits: &str, radix| i64::from_str_radix(digits, radix).ok().map(Value::from);
    let digits = word.trim_start_matches(['+', '-']);
    let is_decimal = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => true.into(),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => false.into(),
        _ => {
            let other = match word.as_bytes() {
                [b'0', b'x', ..] => number(&word[2..], 16),
                [b'0', b'o', ..] => number(&word[2..], 8),
                [b'0', b'0'..=b'9', ..] => number(&word[1..], 8),
                _ if is_decimal => {
                    number(word, 10).or_else(|| word.parse::<f64>().ok().map(Value::from))
                }
                _ => None,
            };
            other.unwrap_or_else(|| word.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bare_words_mean_what_they_mean_to_go() {
        let text = "a: yes\nb: off\nc: 12\nd: 0644\ne: 1.5\nf: '12'\ng: 2026-11-28\nh: ~\n\
                    i: 1.37.2\nj: y\nk: 0x1f\nl: -3\nm: 10%\nn: 5s\n---\n- {x: [1, two]}\n---\n";
        let want = json!({
            "a": true, "b": false, "c": 12, "d": 420, "e": 1.5, "f": "12", "g": "2026-11-28",
            "h": null, "i": "1.37.2", "j": "y", "k": 31, "l": -3, "m": "10%", "n": "5s"
        });
        assert_eq!(values(text), Ok(vec![want, json!([{ "x": [1, "two"] }])]));
    }

    #[test]
    fn what_is_said_twice_is_refused() {
        let error = |text| values(text).unwrap_err().to_string();
        assert_eq!(error("a: 1\nb: 2\na: 3\n"), "line 3: 'a' is there twice");
        assert_eq!(error("a: &x {b: 1}\nc:\n  <<: *x\n"), "line 3: a key that is no text");
        assert!(values("a: [1").is_err() && values("\t").is_ok());
    }
}
