//! Delivers images from an engine into nodes, which may be on other engines, with one export for
//! all nodes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::thread;

use crate::cluster::image_name;
use crate::cluster::runtime::Runtime;
use crate::docker::{Docker, DockerError, args, join};
use crate::error::Error;
use crate::export::{Saved, SavedImage, Spool, committed, there};

/// An image that nodes must have under a certain name.
pub(super) struct Wanted {
    /// The name in the engine.
    pub(super) name: String,
    /// The full name in nodes.
    pub(super) full: String,
    pub(super) id: String,
    /// The digests of its layers, lowest first.
    pub(super) layers: Vec<String>,
}

/// The images that a node lacks.
pub(super) struct Lacking<'a> {
    docker: &'a Docker,
    node: String,
    images: Vec<LackingImage<'a>>,
}

struct LackingImage<'a> {
    wanted: &'a Wanted,
    /// How many of the image's layers, lowest first, the node has.
    there: usize,
}

impl<'a> Lacking<'a> {
    /// Asks the node which images and layers it has.
    pub(super) fn look(
        docker: &'a Docker,
        runtime: Runtime,
        node: String,
        wanted: &'a [Wanted],
    ) -> Result<Self, DockerError> {
        let ask = |words: &[&str]| docker.capture(&args::exec(&node, words.iter().copied()));
        let list = ask(runtime.list_images())?;
        let lacks = |one: &&Wanted| !runtime.has_image(&list, &one.full, &one.id);
        let wanted: Vec<_> = wanted.iter().filter(lacks).collect();
        let layers = match runtime.list_layers().filter(|_| !wanted.is_empty()) {
            Some(words) => ask(words)?,
            None => String::new(),
        };
        let snapshots = committed(&layers);
        let image =
            |wanted: &'a Wanted| LackingImage { wanted, there: there(&wanted.layers, &snapshots) };
        Ok(Self { docker, images: wanted.into_iter().map(image).collect(), node })
    }

    /// Returns how many layers of an exported image the node has, and the names that it will get.
    fn of(&self, image: &SavedImage) -> Option<(usize, Vec<String>)> {
        let names: BTreeSet<_> =
            image.names.iter().filter_map(|name| image_name::full(name)).collect();
        let mine: Vec<_> =
            self.images.iter().filter(|one| names.contains(&one.wanted.full)).collect();
        let there = mine.iter().map(|one| one.there).min()?;
        Some((there, mine.iter().map(|one| one.wanted.full.clone()).collect()))
    }
}

/// Exports everything that any node lacks once, and gives each node what it lacks.
pub(super) fn deliver(from: &Docker, runtime: Runtime, nodes: &[Lacking<'_>]) -> Result<(), Error> {
    let images = nodes.iter().flat_map(|node| &node.images);
    let names: BTreeSet<_> = images.map(|image| image.wanted.name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let spool = Spool::new().map_err(Error::Spool)?;
    let export = Export { spool: &spool, images: names.len(), saved: OnceLock::new() };
    let (exported, delivered) = thread::scope(|scope| {
        let node = |node| {
            let export = &export;
            scope.spawn(move || export.give(node, runtime))
        };
        let lacks = nodes.iter().filter(|node| !node.images.is_empty());
        let threads: Vec<_> = lacks.map(node).collect();
        let exported = from.read_out(&args::save(names), |archive| spool.fill(archive));
        spool.end(matches!(exported, Ok(Ok(()))));
        (exported, threads.into_iter().try_for_each(join))
    });
    // If the export has failed, the nodes' errors are consequences of that.
    exported?.map_err(Error::Spool)?;
    delivered
}

/// An export of the engine.
struct Export<'a> {
    spool: &'a Spool,
    /// The number of image names in the export.
    images: usize,
    /// The parsed archive, or `None` if its format is unknown.
    saved: OnceLock<io::Result<Option<Saved>>>,
}

impl Export<'_> {
    /// Gives `node` what it lacks. A node that lacks everything gets the export while it is
    /// written, another one gets a selection afterwards. A runtime that does not list its layers
    /// always gets the export.
    fn give(&self, node: &Lacking<'_>, runtime: Runtime) -> Result<(), Error> {
        let import =
            args::exec_with_large_input(&node.node, runtime.import_images().iter().copied());
        let has_none = node.images.iter().all(|image| image.there == 0);
        let lacks_all = has_none && node.images.len() == self.images;
        let is_whole = lacks_all || runtime.list_layers().is_none();
        let fed = node
            .docker
            .feed(&import, |pipe| if is_whole { self.all(pipe) } else { self.part(node, pipe) })?;
        fed.map_err(Error::Spool)
    }

    fn all(&self, pipe: &mut dyn Write) -> io::Result<()> {
        io::copy(&mut self.spool.follow(), pipe).map(drop)
    }

    fn part(&self, node: &Lacking<'_>, pipe: &mut dyn Write) -> io::Result<()> {
        let archive = self.spool.whole()?;
        match self.saved.get_or_init(|| Saved::read(archive)) {
            Ok(Some(saved)) => saved.write(archive, pipe, |image| node.of(image)),
            Ok(None) => self.all(pipe),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}
