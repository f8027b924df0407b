//! `exec`: a shell or a command in a node.

use std::ffi::OsString;

use super::Context;
use crate::cluster::inventory::Member;
use crate::cluster::name::NodeName;
use crate::docker::args;
use crate::error::Error;

/// Runs `argv`, or a shell, in `node`; where none is named, in the only container
/// there is or in one that the user picks from a menu. Returns the program's own
/// exit status.
pub(super) fn run(
    context: &Context,
    node: Option<&NodeName>,
    argv: &[OsString],
) -> Result<u8, Error> {
    let members = context.members(node.map(NodeName::cluster))?;
    let name = if let Some(node) = node {
        let found = members.iter().find(|member| member.node.as_ref() == Some(node));
        found.ok_or_else(|| Error::NoNode(node.clone()))?.name.clone()
    } else {
        pick(context, &members)?
    };
    let words = argv.iter().map(|word| word.to_str().ok_or(Error::NotUtf8));
    let words: Vec<&str> = words.collect::<Result<_, _>>()?;
    let command = if words.is_empty() { &["bash"][..] } else { &words };
    let call = args::exec_attached(&name, command, context.ui.has_terminal());
    let status = context.docker.attach(&call)?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The only container there is, or the one that the user picks.
fn pick(context: &Context, members: &[Member]) -> Result<String, Error> {
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    match names.as_slice() {
        [] => Err(Error::NoContainers),
        [only] => Ok((*only).to_owned()),
        several => {
            let index = context.ui.choose("Choose a container to log in to", several);
            index.map(|index| several[index].to_owned()).ok_or(Error::NoChoice)
        }
    }
}
