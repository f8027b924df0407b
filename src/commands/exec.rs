//! `exec`: runs a shell or a command in a node.

use std::ffi::OsString;

use super::Context;
use crate::cluster::name::NodeName;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::found::ContainerScan;
use crate::inventory::members::Member;

/// Runs `argv`, or a shell, in `node`. Without a node, it uses the only container there is, or one
/// that the user picks from a menu. Returns the exit status of the program.
pub(super) fn run(
    context: &Context,
    node: Option<&NodeName>,
    argv: &[OsString],
) -> Result<u8, Error> {
    let found = ContainerScan::look(context.asked(), node.map(NodeName::cluster))?;
    let member = if let Some(node) = node {
        let there = found.members.iter().find(|member| member.node.as_ref() == Some(node));
        there.ok_or_else(|| Error::NoNode(node.clone()))?
    } else {
        pick(context, &found.members)?
    };
    let words = argv.iter().map(|word| word.to_str().ok_or(Error::NotUtf8));
    let words: Vec<&str> = words.collect::<Result<_, _>>()?;
    let command = if words.is_empty() { &["bash"][..] } else { &words };
    let call = args::exec_attached(&member.name, command, context.ui.has_terminal());
    let status = found.engine(member).attach(&call)?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Returns the only container there is, or the one that the user picks.
fn pick<'a>(context: &Context, members: &'a [Member]) -> Result<&'a Member, Error> {
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    match members {
        [] => Err(Error::NoContainers),
        [only] => Ok(only),
        several => {
            let index = context.ui.choose("Choose a container to log in to", &names);
            index.map(|index| &several[index]).ok_or(Error::NoChoice)
        }
    }
}
