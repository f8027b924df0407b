//! What a container runs first, as its image or its `create` has it.

use serde_json::Value;

/// The two lists that the engine puts together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    entrypoint: Vec<String>,
    command: Vec<String>,
}

impl Program {
    /// Reads it out of the engine's inspection of a container or an image.
    #[must_use]
    pub fn of(inspection: &Value) -> Self {
        let words = |path: &str| {
            let list = inspection.pointer(path).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).map(String::from).collect()
        };
        Self { entrypoint: words("/Config/Entrypoint"), command: words("/Config/Cmd") }
    }

    /// The instructions that give it to an image.
    #[must_use]
    pub fn instructions(&self) -> [String; 2] {
        let json = |words: &[String]| Value::from(words).to_string();
        [format!("ENTRYPOINT {}", json(&self.entrypoint)), format!("CMD {}", json(&self.command))]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_program_is_given_on_as_it_was_read() {
        let inspection = json!({ "Config": { "Entrypoint": ["/a b", "\"$x\""], "Cmd": null } });
        let [entrypoint, command] = Program::of(&inspection).instructions();
        assert_eq!(entrypoint, r#"ENTRYPOINT ["/a b","\"$x\""]"#);
        assert_eq!(command, "CMD []");
        assert_eq!(Program::of(&json!({})), Program::default());
    }
}
