//! Checks that a module uses only modules of lower layers. docs/design.md has the same drawing.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers, top first. Modules of one layer do not use each other.
const LAYERS: [&[&str]; 11] = [
    &["lib", "main"],
    &["commands"],
    &["error"],
    &["run"],
    &["preflight"],
    &["inventory"],
    &["env", "image"],
    &["cli", "kubeconfig", "node", "plan", "snapshot"],
    &["docker", "ui"],
    &["cluster"],
    &["export", "interrupt", "version", "yaml"],
];

/// Known violations, as `FILE -> MODULE`. The list may only shrink.
const EXCEPTIONS: [&str; 0] = [];

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn line_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|line| line.contains(&module))
}

/// Returns every source file below `folder`, except tests.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the modules of this crate that `text` uses: `crate::NAME` and `crate::{NAME, ...}`.
fn used(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0_u32, 0);
        for (place, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                ',' | '}' if depth == 0 => {
                    names.push(word(&list[start..]));
                    start = place + 1;
                    if letter == '}' {
                        break;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn a_module_uses_those_of_lower_lines_alone() {
    let src = repository().join("src");
    let mut arrows = Vec::new();
    for path in sources(&src) {
        let place = path.strip_prefix(&src).unwrap();
        let module = place.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = module.trim_end_matches(".rs");
        let line = line_of(module).unwrap_or_else(|| panic!("{module} is in no line of LAYERS"));
        for other in used(&fs::read_to_string(&path).unwrap()) {
            let below = line_of(&other).is_some_and(|other| other > line);
            let arrow = format!("{} -> {other}", place.display());
            if other != module && !below && !arrows.contains(&arrow) {
                arrows.push(arrow);
            }
        }
    }
    assert_eq!(arrows, EXCEPTIONS, "arrows that do not lead down");
}

#[test]
fn the_document_draws_the_same_lines() {
    let text = fs::read_to_string(repository().join("docs/design.md")).unwrap();
    let drawing = text.split("```layers\n").nth(1).and_then(|rest| rest.split("```").next());
    let drawn: Vec<Vec<&str>> = drawing
        .expect("docs/design.md has a block ```layers")
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let is_there = |module: &&&str| {
        let src = repository().join("src");
        src.join(module).is_dir() || src.join(format!("{module}.rs")).is_file()
    };
    let expected: Vec<Vec<&str>> = LAYERS
        .iter()
        .map(|line| line.iter().filter(is_there).copied().collect::<Vec<_>>())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(drawn, expected);
}

#[test]
fn names_are_found_however_they_are_imported() {
    let text = "use crate::a::b;\nuse crate::{c::{d, e}, f, self as g};\nlet x = crate::h();\n\
                // crate::i\n#[cfg(test)]\nuse crate::j;\n";
    assert_eq!(used(text), ["a", "c", "f", "self", "h"]);
}
