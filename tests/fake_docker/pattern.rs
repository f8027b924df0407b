//! Patterns for the words of a call, which are joined by blanks.

/// Whether `text` matches `pattern`, in which `*` stands for any text.
pub(crate) fn matches(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (text, pattern) in [("a b", "a b"), ("a", "*"), ("", "*"), ("a b c", "a * c")] {
            assert!(matches(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("a b", "a"), ("a", "a *"), ("ab", "a*c"), ("aba", "aba*aba")] {
            assert!(!matches(text, pattern), "{text} {pattern}");
        }
    }
}
