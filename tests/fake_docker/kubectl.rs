//! kubectl in a node.

use std::fs;
use std::path::Path;

use crate::engine::Engine;
use crate::exit::{Done, fail};
use crate::files::touch;
use crate::pattern::matches;
use crate::programs::ADDONS;

impl Engine {
    /// Serves kubectl with these words: its kubeconfig flag, and what follows.
    pub(crate) fn kubectl(&mut self, node: &Path, rest: &str, words: &[String]) -> Done {
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        if matches(rest, "super-admin.conf get * --all-namespaces --output=json") {
            return self.print_file(&self.path("objects").join(format!("{}.json", word(3))));
        }
        if matches(rest, "*admin.conf * --filename=-") {
            if !self.has_stdin() {
                return fail(&format!("error: no objects passed to {}", word(2)));
            }
            return Ok(());
        }
        match rest.strip_prefix("admin.conf ").unwrap_or_default() {
            "get deployments,daemonsets,pods --all-namespaces --output=json" => {
                // The first time, add-ons are still being installed; from now on they are there.
                let _ = fs::remove_file(node.join(ADDONS));
                self.print(r#"{"items":[]}"#)
            }
            words if words.starts_with("drain ") => {
                let node = word(3);
                if !self.node_object(node).exists() {
                    return fail(&format!(
                        "Error from server (NotFound): nodes \"{node}\" not found"
                    ));
                }
                touch(&self.log.join("cordoned").join(node));
                Ok(())
            }
            words if words.starts_with("delete node ") => {
                // `--ignore-not-found`
                let _ = fs::remove_file(self.node_object(word(4)));
                Ok(())
            }
            words if matches(words, "--request-timeout=* get --raw=/api/v1/nodes") => {
                self.list_nodes()
            }
            _ => self.upgrade_in(node, words),
        }
    }
}
