//! Lists containers, networks and images.

use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::exit::{Done, Exit};
use crate::files::{entries, get, lines, name_of, objects};

/// The column that is printed for each object.
enum Format {
    Id,
    Name,
    Label(String),
}

struct ListFlags {
    all: bool,
    filters: Vec<String>,
    format: Format,
}

impl ListFlags {
    fn read(engine: &Engine, words: &[String]) -> Result<Self, Exit> {
        let mut flags = Self { all: false, filters: Vec::new(), format: Format::Id };
        for word in words {
            if let Some(filter) = word.strip_prefix("--filter=label=") {
                flags.filters.push(filter.to_owned());
                continue;
            }
            match word.as_str() {
                "--all" => flags.all = true,
                "--quiet" | "--no-trunc" | "--filter=dangling=false" => {}
                "--format={{.Names}}" | "--format={{.Repository}}:{{.Tag}}" => {
                    flags.format = Format::Name;
                }
                "--format={{.ID}}" if engine.podman => {}
                word if label_of(word).is_some() => {
                    flags.format = Format::Label(label_of(word).unwrap_or_default().to_owned());
                }
                _ => return engine.unknown(),
            }
        }
        let has = |start: &str| words.iter().any(|word| word.starts_with(start));
        if has("--format=") || has("--quiet") && has("--no-trunc") {
            return Ok(flags);
        }
        engine.unknown()
    }

    fn takes(&self, labels: &Path) -> bool {
        let labels = lines(labels);
        let has = |filter: &String| {
            let with_value = format!("{filter}=");
            labels.iter().any(|label| label == filter || label.starts_with(&with_value))
        };
        self.filters.iter().all(has)
    }
}

/// Returns the KEY of `--format={{.Label "KEY"}}`, or of podman's form of it.
fn label_of(word: &str) -> Option<&str> {
    let rest = word
        .strip_prefix("--format={{.Label \"")
        .or_else(|| word.strip_prefix("--format={{index .Network.Labels \""))?;
    rest.strip_suffix("\"}}")
}

/// Returns the value of a label.
pub(crate) fn label(labels: &Path, key: &str) -> String {
    let start = format!("{key}=");
    let labels = lines(labels);
    let value = labels.iter().find_map(|line| line.strip_prefix(&start));
    value.unwrap_or_default().to_owned()
}

impl Engine {
    pub(crate) fn ps(&mut self, words: &[String]) -> Done {
        let flags = ListFlags::read(self, words)?;
        for folder in objects(&self.path("containers")) {
            let listed = flags.all || get(&folder.join("status")) == "running";
            if listed && flags.takes(&folder.join("labels")) {
                self.print(match &flags.format {
                    Format::Id => get(&folder.join("id")),
                    Format::Name | Format::Label(_) => name_of(&folder),
                })?;
            }
        }
        Ok(())
    }

    pub(crate) fn network_ls(&mut self, words: &[String]) -> Done {
        if self.podman {
            self.refuses_what_podman_has_not(words)?;
        }
        let flags = ListFlags::read(self, words)?;
        for folder in objects(&self.path("networks")) {
            if flags.takes(&folder.join("labels")) {
                self.print(match &flags.format {
                    Format::Id => get(&folder.join("id")),
                    Format::Name => name_of(&folder),
                    Format::Label(key) => label(&folder.join("labels"), key),
                })?;
            }
        }
        Ok(())
    }

    pub(crate) fn image_ls(&mut self, words: &[String]) -> Done {
        let flags = ListFlags::read(self, words)?;
        for reference in self.images() {
            if flags.takes(&self.path("images").join(&reference).join("labels")) {
                self.print(match &flags.format {
                    Format::Id => self.image_id(&reference),
                    Format::Name | Format::Label(_) => reference,
                })?;
            }
        }
        Ok(())
    }

    /// Returns the references of all images.
    pub(crate) fn images(&self) -> Vec<String> {
        let top = self.path("images");
        let mut found = Vec::new();
        let mut folders: Vec<PathBuf> = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            if folder.join("labels").is_file() {
                let reference = folder.strip_prefix(&top).unwrap_or(&folder);
                found.push(reference.display().to_string());
            } else {
                folders.extend(entries(&folder).into_iter().filter(|entry| entry.is_dir()));
            }
        }
        found.sort();
        found
    }
}
