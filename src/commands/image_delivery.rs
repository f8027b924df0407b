//! Images on their way from an engine into nodes, which may be on others: one export for all.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::thread;

use crate::cluster::image_name;
use crate::cluster::runtime::Runtime;
use crate::docker::{Docker, DockerError, args, join};
use crate::error::Error;
use crate::export::{Saved, SavedImage, Spool, committed, there};

/// A name of an image that nodes shall have.
pub(super) struct Wanted {
    /// As the engine has it.
    pub(super) name: String,
    /// As nodes have it.
    pub(super) full: String,
    pub(super) id: String,
    /// Digests of its layers, from the lowest on.
    pub(super) layers: Vec<String>,
}

/// What a node lacks.
pub(super) struct Lacking<'a> {
    docker: &'a Docker,
    node: String,
    images: Vec<LackingImage<'a>>,
}

struct LackingImage<'a> {
    wanted: &'a Wanted,
    /// How many of its layers are there, from the lowest on.
    there: usize,
}

impl<'a> Lacking<'a> {
    /// Asks the node.
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

    /// The names that an image of the export gets, and how many of its layers are there.
    fn of(&self, image: &SavedImage) -> Option<(usize, Vec<String>)> {
        let names: BTreeSet<_> =
            image.names.iter().filter_map(|name| image_name::full(name)).collect();
        let mine: Vec<_> =
            self.images.iter().filter(|one| names.contains(&one.wanted.full)).collect();
        let there = mine.iter().map(|one| one.there).min()?;
        Some((there, mine.iter().map(|one| one.wanted.full.clone()).collect()))
    }
}

/// Exports once what any node lacks, and gives each what it lacks.
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
    // What the nodes say of an export that failed is about that.
    exported?.map_err(Error::Spool)?;
    delivered
}

/// What the engine exports.
struct Export<'a> {
    spool: &'a Spool,
    /// How many names of images are exported.
    images: usize,
    /// What is in it; none where it has a form that is not known.
    saved: OnceLock<io::Result<Option<Saved>>>,
}

impl Export<'_> {
    /// Gives `node` what it lacks: while it is exported if that is all of it, else afterwards.
    /// A runtime that does not tell its layers takes nothing but what the engine makes.
    fn give(&self, node: &Lacking<'_>, runtime: Runtime) -> Result<(), Error> {
        let import = args::exec_piped(&node.node, runtime.import_images().iter().copied());
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
