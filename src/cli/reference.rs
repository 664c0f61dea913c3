//! The reference as Markdown, and completions for shells: both are read from the tables.

use super::args::Args;
use super::{Failure, Out};
use crate::command::{AREAS, Command};
use crate::keymap::{self, CONTEXTS, Keymap, print_keys};
use clap::CommandFactory;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Print the reference of commands and keys as Markdown; docs/reference.md is its output.
#[derive(clap::Args, Debug)]
pub struct ReferenceArgs {}

impl ReferenceArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        out.print(&reference())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Print completions for a shell.
#[derive(clap::Args, Debug)]
pub struct CompletionsArgs {
    shell: clap_complete::Shell,
}

impl CompletionsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Args::command(), "cowrite", &mut bytes);
        out.print(&String::from_utf8_lossy(&bytes))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The whole reference: the command line, the commands, the keys. Ends with a line feed.
pub fn reference() -> String {
    let mut text = String::from(
        "# Reference\n\n\
         <!-- Made by `cargo run -- reference > docs/reference.md`; a test compares. -->\n\n",
    );
    command_line(&mut text);
    let (keymap, _) = default_keymap();
    commands(&mut text, &keymap);
    keys(&mut text, &keymap);
    text
}

fn default_keymap() -> (Keymap, Vec<keymap::KeymapError>) {
    let layers = [("keymaps/default.toml", keymap::DEFAULT)];
    Keymap::load(&layers, &|line| crate::command::parse(line).map(|_| ()))
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn command_line(text: &mut String) {
    let mut program = Args::command();
    program.build();
    text.push_str("## Command line\n\n");
    about(text, &program);
    options(text, &program);
    for sub in program.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        one(text, "cowrite", sub);
    }
    text.push_str(
        "Exit codes: 0 it is done; 1 it could not be done, or nothing was found; 2 it was not \
         understood, or something needed is missing.\n\n",
    );
}

fn one(text: &mut String, parent: &str, command: &clap::Command) {
    let name = format!("{parent} {}", command.get_name());
    text.push_str(&format!("### `{name}`\n\n"));
    about(text, command);
    options(text, command);
    for sub in command.get_subcommands() {
        one(text, &name, sub);
    }
}

fn about(text: &mut String, command: &clap::Command) {
    let about = command.get_long_about().or(command.get_about());
    if let Some(about) = about {
        let about = about.to_string();
        let about = about.trim();
        let end = if about.ends_with(['.', ':']) { "" } else { "." };
        text.push_str(&format!("{about}{end}\n\n"));
    }
}

fn options(text: &mut String, command: &clap::Command) {
    let shown: Vec<&clap::Arg> = command
        .get_arguments()
        .filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"))
        .collect();
    if shown.is_empty() {
        return;
    }
    text.push_str("| argument | |\n|---|---|\n");
    for arg in shown {
        let value = arg
            .get_value_names()
            .filter(|_| arg.get_action().takes_values())
            .and_then(|names| names.first())
            .map(|name| format!("<{name}>"))
            .unwrap_or_default();
        let name = match (arg.get_long(), arg.get_short()) {
            (Some(long), Some(short)) => format!("-{short}, --{long} {value}"),
            (Some(long), None) => format!("--{long} {value}"),
            _ if arg.is_required_set() => value,
            _ => format!("[{}]", value.trim_matches(['<', '>'])),
        };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("| {} | {} |\n", code(name.trim()), cell(&help)));
    }
    text.push('\n');
}

fn commands(text: &mut String, keymap: &Keymap) {
    text.push_str(
        "## Commands\n\nFor the palette, keymaps and `cowrite do`; those with a `/` name also in \
         the message box.\n\n",
    );
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in keymap.describe() {
        let printed = print_keys(&row.keys);
        for line in &row.lines {
            let name = line.split_whitespace().next().unwrap_or_default();
            let known = keys.entry(name.to_owned()).or_default();
            if !known.contains(&printed) {
                known.push(printed.clone());
            }
        }
    }
    for area in AREAS {
        text.push_str(&format!("### {}\n\n{}\n\n", area.name, area.doc));
        text.push_str("| command | what it does | keys |\n|---|---|---|\n");
        for command in area.commands {
            let keys = keys.get(command.name).cloned().unwrap_or_default();
            text.push_str(&command_row(command, &keys));
        }
        text.push('\n');
    }
}

fn command_row(command: &Command, keys: &[String]) -> String {
    let name = format!("{} {}", command.name, command.args);
    let slash = if command.slash.is_empty() {
        String::new()
    } else {
        format!(" Also {}.", code(&format!("/{}", command.slash)))
    };
    let keys: Vec<String> = keys.iter().map(|keys| code(keys)).collect();
    format!(
        "| {} | {}{slash} | {} |\n",
        cell(&code(name.trim())),
        cell(command.doc),
        cell(&keys.join(", "))
    )
}

fn keys(text: &mut String, keymap: &Keymap) {
    text.push_str("## Keys\n\nThe default keymap, by context; inner contexts come first.\n\n");
    let mut context = String::new();
    for row in keymap.describe() {
        if row.context != context {
            let doc = CONTEXTS.iter().find(|one| one.name == row.context).map_or("", |one| one.doc);
            if !context.is_empty() {
                text.push('\n');
            }
            text.push_str(&format!("### Context `{}`\n\n", row.context));
            if !doc.is_empty() {
                text.push_str(&format!("Active: {doc}.\n\n"));
            }
            text.push_str("| keys | command |\n|---|---|\n");
            context = row.context.clone();
        }
        let lines: Vec<String> = row.lines.iter().map(|line| code(line)).collect();
        text.push_str(&format!(
            "| {} | {} |\n",
            cell(&code(&print_keys(&row.keys))),
            cell(&lines.join(", "))
        ));
    }
}
