//! Makes, saves, loads and removes images.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::archive;
use crate::containers::denied;
use crate::engine::Engine;
use crate::exit::{Done, Exit, fail};
use crate::files::{entries, lines, name_of, touch};
use crate::flags::{merged, text};
use crate::layers;

/// The contents of the single layer of every node image.
pub(crate) const BASE_LAYER: &[u8] = b"of the node image";

impl Engine {
    /// Returns the folder of an image, and makes it if it is not there.
    fn make_image(&self, reference: &str) -> Result<PathBuf, Exit> {
        let folder = self.path("images").join(reference);
        fs::create_dir_all(&folder)?;
        touch(&folder.join("labels"));
        Ok(folder)
    }

    pub(crate) fn build(&mut self, words: &[String]) -> Done {
        self.save_stdin()?;
        for word in words {
            if let Some(tag) = word.strip_prefix("--tag=") {
                self.make_image(tag)?;
            } else if word != "-"
                && !word.starts_with("--build-arg=")
                && !word.starts_with("--label=")
            {
                return self.unknown();
            }
        }
        self.print("Step 1/1 : FROM scratch")?;
        self.print("Successfully built")
    }

    /// Prunes nothing: an image here is identified by its name, so none is nameless.
    pub(crate) fn image_prune(&mut self, words: &[String]) -> Done {
        match words {
            [force, filter] if force == "--force" && filter.starts_with("--filter=label=") => {
                self.print("Total reclaimed space: 0B")
            }
            _ => self.unknown(),
        }
    }

    pub(crate) fn commit(&mut self, words: &[String]) -> Done {
        let count = words.iter().take_while(|word| word.starts_with("--change=")).count();
        let (changes, [container, reference]) = words.split_at(count) else {
            return self.unknown();
        };
        let container = self.need_container(container)?;
        let image = self.make_image(reference)?;
        // The labels of the container, then those given with `--change`.
        let given = changes.iter().filter_map(|word| word.strip_prefix("--change=LABEL "));
        let labels = lines(&container.join("labels")).into_iter().chain(given.map(String::from));
        fs::write(image.join("labels"), text(&merged(labels)))?;
        if image.join("root").exists() {
            fs::remove_dir_all(image.join("root"))?;
        }
        archive::copy(&container.join("root"), &image.join("root"))?;
        self.print(format!("sha256:{:064x}", self.number))
    }

    pub(crate) fn image_rm(&mut self, words: &[String]) -> Done {
        let Some(("--force", references)) =
            words.split_first().map(|(flag, rest)| (flag.as_str(), rest))
        else {
            return self.unknown();
        };
        let mut done = Ok(());
        for reference in references {
            if let Some(image) = self.image(reference) {
                fs::remove_dir_all(self.path("images").join(image))?;
                self.print(format!("Untagged: {reference}"))?;
            } else {
                eprintln!("Error: No such image: {reference}");
                done = Err(Exit(1));
            }
        }
        done
    }

    /// The images of a snapshot have one more layer, which here holds their labels.
    pub(crate) fn save(&mut self, words: &[String]) -> Done {
        if self.podman {
            return match words {
                [flag, ..] if flag == "--multi-image-archive" => {
                    self.print_file(&self.path("manual-setup.tar"))
                }
                _ => self.unknown(),
            };
        }
        let need = |engine: &Self, reference: &String| {
            let missing = || fail("Error response from daemon: reference does not exist");
            engine.image(reference).map_or_else(missing, Ok)
        };
        if !words.iter().any(|word| word.starts_with("mok-snapshot/")) {
            // A node imports full names and ids.
            let mut list = String::new();
            for reference in words {
                let id = self.image_id(&need(self, reference)?);
                let registry = if reference.contains('/') { "" } else { "docker.io/library/" };
                list.extend([registry, reference, " ", &id, "\n"]);
            }
            let file = self.call.join("node-images");
            fs::write(&file, list)?;
            let folder = self.call.join("layers");
            let mut layers = layers::Archive::new(&folder)?;
            for reference in words {
                layers.add(&self.path("images").join(reference), reference)?;
            }
            let mut parts = layers.parts()?;
            parts.push(file);
            let parts: Vec<_> = parts.iter().map(PathBuf::as_path).collect();
            return Ok(archive::pack(self.out(), &parts)?);
        }
        let folder = self.call.join("saved");
        fs::create_dir_all(folder.join("base"))?;
        fs::write(folder.join("base/layer.tar"), BASE_LAYER)?;
        let mut manifest = Vec::new();
        for reference in words {
            let image = need(self, reference)?;
            let node = folder.join(reference.rsplit(':').next().unwrap_or_default());
            fs::create_dir(&node)?;
            let labels = self.path("images").join(image).join("labels");
            fs::copy(labels, node.join("layer.tar"))?;
            manifest.push(json!({ "RepoTags": [reference] }));
        }
        fs::write(folder.join("manifest.json"), Value::from(manifest).to_string())?;
        let parts = entries(&folder);
        let parts: Vec<_> = parts.iter().map(PathBuf::as_path).collect();
        Ok(archive::pack(self.out(), &parts)?)
    }

    pub(crate) fn load(&mut self, words: &[String]) -> Done {
        if words != ["--quiet"] {
            return self.unknown();
        }
        self.save_stdin()?;
        if !self.has_stdin() {
            return fail("open /dev/stdin: unexpected EOF");
        }
        // An image of a release: here its labels are a file beside it.
        let part = |name: &str| archive::file_in(&self.stdin(), name);
        if let (Some(manifest), Some(labels)) = (part("manifest.json"), part("labels")) {
            let tags = tags(&manifest);
            let Some(reference) = tags.iter().find(|tag| tag.starts_with("local/")) else {
                return self.unknown();
            };
            fs::write(self.make_image(reference)?.join("labels"), labels)?;
            return self.print(format!("Loaded image: {reference}"));
        }
        let folder = self.call.join("loaded");
        fs::create_dir(&folder)?;
        // A compressed archive is a snapshot; others have images of the client's engine.
        if archive::unpack_gzip(&self.stdin(), &folder).is_ok() {
            return self.load_snapshot(&folder);
        }
        Ok(archive::copy(&self.log.join("images"), &self.path("images"))?)
    }

    /// Loads the snapshot that was unpacked in `folder`.
    fn load_snapshot(&mut self, folder: &Path) -> Done {
        let tags = tags(&fs::read(folder.join("manifest.json"))?);
        for node in entries(folder).into_iter().filter(|node| node.join("layer.tar").is_file()) {
            let end = format!(":{}", name_of(&node));
            let wanted = |tag: &&String| tag.starts_with("mok-snapshot/") && tag.ends_with(&end);
            let Some(reference) = tags.iter().find(wanted) else { continue };
            let image = self.make_image(reference)?;
            fs::copy(node.join("layer.tar"), image.join("labels"))?;
            self.print(format!("Loaded image: {reference}"))?;
        }
        Ok(())
    }

    pub(crate) fn import(&mut self, words: &[String]) -> Done {
        match words {
            [changes @ .., stdin, reference]
                if stdin == "-" && changes.iter().all(|it| it.starts_with("--change=LABEL ")) =>
            {
                self.save_stdin()?;
                self.make_image(reference).map(drop)
            }
            _ => self.unknown(),
        }
    }

    pub(crate) fn pull(&mut self, words: &[String]) -> Done {
        let [reference] = words else { return self.unknown() };
        let offered = self.path("registry").join(reference);
        if !offered.is_file() {
            return fail(&denied(reference));
        }
        fs::copy(offered, self.make_image(reference)?.join("labels"))?;
        Ok(())
    }

    pub(crate) fn tag(&mut self, words: &[String]) -> Done {
        let [from, to] = words else { return self.unknown() };
        let labels = self.path("images").join(from).join("labels");
        fs::copy(labels, self.make_image(to)?.join("labels"))?;
        Ok(())
    }

    /// Returns the names and ids of the images that were loaded into a node.
    pub(crate) fn images_in(node: &Path) -> Vec<(String, String)> {
        let pair =
            |line: String| line.split_once(' ').map(|(name, id)| (name.to_owned(), id.to_owned()));
        lines(&node.join("node-images")).into_iter().filter_map(pair).collect()
    }

    /// Imports the archive on standard input into a node.
    pub(crate) fn import_into(&self, node: &Path, program: &str) -> Done {
        // A name that exists moves to the imported image.
        let mut list: Vec<String> = match archive::file_in(&self.stdin(), "node-images") {
            Some(bytes) => String::from_utf8_lossy(&bytes).lines().map(String::from).collect(),
            None => self.unpack_layout(node)?,
        };
        if list.is_empty() {
            return fail(&format!("{program}: unrecognized image format"));
        }
        self.unpack_saved(node)?;
        list.extend(lines(&node.join("node-images")));
        let name = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        list.sort_by_key(name);
        list.dedup_by_key(|line| name(line));
        // Replaced in one step, because another call may be reading it.
        let new = self.call.join("node-images");
        fs::write(&new, text(&list))?;
        Ok(fs::rename(new, node.join("node-images"))?)
    }

    /// Unpacks the files of a node that was set up manually.
    pub(crate) fn unpack_manual_setup(&self, node: &Path) -> Done {
        Ok(archive::unpack(File::open(self.path("manual-setup.tar"))?, &node.join("root"))?)
    }
}

/// Returns all names in an archive's list of images.
fn tags(manifest: &[u8]) -> Vec<String> {
    let manifest: Value = serde_json::from_slice(manifest).unwrap_or_default();
    let images = manifest.as_array().into_iter().flatten();
    let tags = images.flat_map(|image| image["RepoTags"].as_array().into_iter().flatten());
    tags.filter_map(|tag| tag.as_str().map(String::from)).collect()
}
