//! The manual page, made from the same tables and texts as the usage text. Knows the macros of
//! man(7), but no particular command.

use std::fmt::Write;

use super::flags::{FLAGS, FlagSpec, Scope};
use super::table::{ROWS, Row};
use super::usage::{about, examples, meaning};
use crate::version;

/// The environment variables that are not defaults of flags, each with its meaning.
const VARIABLES: &[(&str, &str)] = &[
    ("MOKCTL_DOCKER", "The docker program to use, by its name or path."),
    (
        "MOKCTL_DEADLINE_SCALE",
        "What every deadline is multiplied by, for slow machines: a number from 0.001 to 1000.",
    ),
    ("PATH", "Where the docker program is looked for."),
    ("KUBECONFIG", "The files of kubectl; the first is the one that is written to."),
    ("HOME", "Without KUBECONFIG its .kube/config is written to."),
    ("DOCKER_HOST", "Where the docker engine is, for docker and for its proxies of containers."),
    ("DOCKER_CONFIG", "The folder of the docker client's settings; .docker in HOME without it."),
    ("XDG_STATE_HOME", "Below it lie the logs of failed commands; ~/.local/state without it."),
    ("NO_COLOR", "Where it is set, progress has no colours and does not move."),
    ("TERM", "The same where it is dumb."),
];

/// Returns the manual page as roff.
#[must_use]
pub(super) fn man() -> String {
    let mut page = format!(
        ".TH MOKCTL 1 \"\" \"mokctl {}\" \"User Commands\"\n\
         .SH NAME\nmokctl \\- real multi\\-node Kubernetes clusters out of Docker containers\n\
         .SH SYNOPSIS\n.B mokctl\n[\\fB\\-h\\fR] \\fICOMMAND\\fR [\\fISUBCOMMAND\\fR] \
         [\\fIOPTION\\fR...] [\\fIFLAG\\fR...]\n\
         .SH DESCRIPTION\nEach container is a node: systemd, containerd, kubelet and what kubeadm \
         puts on it.\nFlags may stand anywhere on the command line.\n\
         .PP\n@FILE after a command and subcommand stands for the lines of that file, each a word. \
         Empty lines, and those that begin with #, are ignored.\n\
         .SH COMMANDS\n",
        text(version::VERSION)
    );
    for row in ROWS {
        command(&mut page, row);
    }
    page.push_str(".SH GLOBAL FLAGS\n");
    entry(&mut page, "-h", "The usage text, wherever it stands");
    FLAGS.iter().filter(|spec| spec.scope == Scope::Global).for_each(|spec| flag(&mut page, spec));
    page.push_str(
        ".SH ENVIRONMENT\nEach of these is the default of a flag. One without a value is set by \
         true or 1.\nThe command line wins.\n",
    );
    for spec in FLAGS {
        if let Some(variable) = spec.variable() {
            entry(&mut page, &variable, &format!("{}: {}", spec.label(), spec.help));
        }
    }
    page.push_str(".PP\nThese have no flag.\n");
    for (variable, meaning) in VARIABLES {
        entry(&mut page, variable, meaning);
    }
    page.push_str(".SH EXIT STATUS\n");
    for (status, meaning) in [
        ("0", "All went well, or only help was asked for."),
        ("1", "A mistake on the command line, or a failure."),
        ("128 and more", "A signal: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."),
    ] {
        entry(&mut page, status, meaning);
    }
    page.push_str("exec ends with the status of the program that it ran.\n.SH EXAMPLES\n");
    for row in ROWS {
        for line in examples(row).filter(|line| !line.is_empty()) {
            let _ = match line.strip_prefix("  ") {
                Some(command) => write!(page, ".PP\n.RS\n.nf\n{}\n.fi\n.RE\n", text(command)),
                None => write!(page, ".PP\n{}\n", text(line.trim_start())),
            };
        }
    }
    page.push_str(".SH SEE ALSO\n.BR docker (1),\n.BR kubectl (1)\n");
    page
}

/// Adds the section of a command: what it does, its options and its flags.
fn command(page: &mut String, row: &Row) {
    let _ = write!(page, ".SS {}\n{}\n", text(&row.format()), text(about(row)));
    for slot in row.options {
        entry(page, slot.name, &meaning(row, slot.name));
    }
    let own = |spec: &&FlagSpec| spec.scope != Scope::Global && spec.belongs_to(row.verb);
    FLAGS.iter().filter(own).for_each(|spec| flag(page, spec));
}

fn flag(page: &mut String, spec: &FlagSpec) {
    entry(page, &spec.label(), spec.help);
}

/// Adds a term and its meaning.
fn entry(page: &mut String, term: &str, meaning: &str) {
    let _ = write!(page, ".TP\n.B {}\n{}\n", text(term), text(meaning));
}

/// Escapes `words`, so that roff prints them as they are and takes no line for a macro.
fn text(words: &str) -> String {
    let words = words.replace('\\', "\\e").replace('-', "\\-");
    if words.starts_with(['.', '\'']) { format!("\\&{words}") } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_command_flag_and_variable() {
        let page = man();
        for row in ROWS {
            assert!(page.contains(&format!("\n.SS {}\n", text(&row.format()))), "{}", row.title());
        }
        for spec in FLAGS {
            assert!(page.contains(&format!("\n.B {}\n", text(&spec.label()))), "{}", spec.name);
            let variable = spec.variable();
            assert!(variable.is_none_or(|name| page.contains(&format!("\n.B {name}\n"))));
        }
    }

    #[test]
    fn the_variables_are_those_that_are_read() {
        let read: Vec<_> = include_str!("../env.rs")
            .split("var_os(\"")
            .skip(1)
            .filter_map(|rest| rest.split_once('"'))
            .map(|(name, _)| name)
            .collect();
        for (name, _) in VARIABLES {
            assert!(read.contains(name), "{name} is not read");
        }
        assert_eq!(read.len(), VARIABLES.len(), "{read:?}");
    }

    #[test]
    fn no_line_of_text_is_taken_for_a_macro() {
        assert_eq!(text(".x"), "\\&.x");
        assert_eq!(text("'x'"), "\\&'x'");
        assert_eq!(text("a\\b -c"), "a\\eb \\-c");
    }
}
