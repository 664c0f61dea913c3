//! The arguments. Their doc comments are the help.

use super::apply::ApplyArgs;
use super::ask::AskArgs;
use super::attest::AttestArgs;
use super::blame::BlameArgs;
use super::carry_out::DoArgs;
use super::check::CheckArgs;
use super::config::ConfigArgs;
use super::decisions::DecisionsArgs;
use super::doctor::DoctorArgs;
use super::edit::TourArgs;
use super::export::ExportArgs;
use super::forget::ForgetArgs;
use super::handoff::HandoffArgs;
use super::history::HistoryArgs;
use super::import::ImportArgs;
use super::keys::KeysArgs;
use super::merge::MergeArgs;
use super::models::ModelsArgs;
use super::propose::ProposeArgs;
use super::redact::RedactArgs;
use super::redactions::RedactionsArgs;
use super::reference::{CompletionsArgs, ReferenceArgs};
use super::restore::{BranchArgs, RestoreArgs};
use super::search::SearchArgs;
use super::serve::ServeArgs;
use super::sessions::SessionsArgs;
use super::share::ShareArgs;
use super::stats::StatsArgs;
use super::verify::VerifyArgs;
use super::{Failure, Out};
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What stands below the help.
const AFTER: &str = "\
`cowrite help COMMAND` says more about one.
Only the workspace needs a terminal; everything else works in pipes.

Exit codes:
  0  it is done
  1  it could not be done, or nothing was found
  2  it was not understood, or something needed is missing

Environment:
  OPENAI_API_KEY   the key of a provider; ANTHROPIC_API_KEY and others alike
  OPENAI_BASE_URL  the address of an OpenAI-compatible server, up to and with /v1
  COWRITE_HOME     one folder for library and configuration
  HF_ENDPOINT      the address of the hub that models are fetched from
  NO_COLOR         no colours";

/// A terminal workspace where a person and a language model write one document together.
///
/// You write on the left and talk to a model on the right; it proposes, you decide hunk by hunk.
/// Everything is one log that can be searched, replayed and audited.
#[derive(Parser, Debug)]
#[command(
    name = "cowrite",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = AFTER
)]
pub struct Args {
    #[command(flatten)]
    pub edit: Edit,
    #[command(subcommand)]
    pub command: Option<Sub>,
}

/// Puts options that stand before a subcommand behind it, where they are its own.
pub fn in_order(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut given: Vec<OsString> = given.collect();
    if let Some(asked) = help(&given) {
        return asked;
    }
    let text = |index: usize| given.get(index).and_then(|arg| arg.to_str());
    let mut at = 1;
    while let Some(option) = text(at).filter(|arg| arg.starts_with('-') && *arg != "-") {
        if matches!(option, "--" | "-h" | "--help" | "-V" | "--version") {
            return given;
        }
        let takes_value = matches!(option, "--model" | "-m" | "--session" | "--keymap");
        at += 1 + usize::from(takes_value);
    }
    if at > 1 && text(at).is_some_and(is_command) {
        given[1..=at].rotate_right(1);
        answer_yes(&mut given, at);
    }
    given
}

/// `help COMMAND` and `--help COMMAND` as `COMMAND --help`. `help` alone is the help, unless there is
/// a file of that name.
fn help(given: &[OsString]) -> Option<Vec<OsString>> {
    let text = |index: usize| given.get(index).and_then(|arg| arg.to_str());
    let word = text(1).filter(|word| matches!(*word, "help" | "-h" | "--help"))?;
    let (program, rest) = (given.first()?, given.get(2..)?);
    let asked = match text(2) {
        Some(name) if is_command(name) => rest,
        None if word == "help" && rest.is_empty() && !Path::new(word).exists() => rest,
        _ => return None,
    };
    let all = std::iter::once(program).chain(asked).cloned();
    Some(all.chain(["--help".into()]).collect())
}

/// Puts a `--yes` that stood before a command, now among the `to` first, where it is one of its own:
/// behind the command or the one below it. Of those that ask nothing every question is answered.
fn answer_yes(given: &mut Vec<OsString>, to: usize) {
    let asks = |command: &clap::Command| command.get_arguments().any(|arg| arg.get_id() == "yes");
    let named = |words: &[OsString], command: &clap::Command| {
        words.iter().find_map(|word| command.find_subcommand(word).cloned())
    };
    let Some(command) = named(&given[1..2], &Args::command()).filter(|command| !asks(command))
    else {
        return;
    };
    let mut index = 0;
    let before = given.len();
    given.retain(|arg| {
        index += 1;
        !(3..=to + 1).contains(&index) || (arg != "-y" && arg != "--yes")
    });
    if given.len() < before && named(&given[2..], &command).is_some_and(|below| asks(&below)) {
        given.push("--yes".into());
    }
}

/// Whether there is a subcommand of this name.
pub fn is_command(name: &str) -> bool {
    Args::command().get_subcommands().any(|known| known.get_name() == name)
}

/// Opening the workspace.
#[derive(clap::Args, Debug, Default)]
pub struct Edit {
    /// The file to write, new or existing; `-` for standard input; a session file
    /// (`.cowrite.jsonl`) opens its session. Nothing: the list of sessions.
    pub file: Option<PathBuf>,
    /// The model that answers: `provider/model`.
    #[arg(long, short)]
    pub model: Option<String>,
    /// Open this session: its id or the beginning of it. With a file: that is its file from now
    /// on, when its own is gone.
    #[arg(long)]
    pub session: Option<String>,
    /// Keep nothing beside the file: for use as $EDITOR.
    #[arg(long)]
    pub no_session: bool,
    /// A keymap: a name in `keymaps/` or a file.
    #[arg(long)]
    pub keymap: Option<PathBuf>,
    /// Answer yes to what would be asked.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Subcommand, Debug)]
pub enum Sub {
    Tour(TourArgs),
    Ask(AskArgs),
    Propose(ProposeArgs),
    Apply(ApplyArgs),
    Do(DoArgs),
    Sessions(SessionsArgs),
    Search(SearchArgs),
    Decisions(DecisionsArgs),
    Blame(BlameArgs),
    History(HistoryArgs),
    Restore(RestoreArgs),
    Branch(BranchArgs),
    Stats(StatsArgs),
    Check(CheckArgs),
    Export(ExportArgs),
    Import(ImportArgs),
    Share(ShareArgs),
    Handoff(HandoffArgs),
    Merge(MergeArgs),
    Verify(VerifyArgs),
    Attest(AttestArgs),
    Redact(RedactArgs),
    Redactions(RedactionsArgs),
    Forget(ForgetArgs),
    Models(ModelsArgs),
    Doctor(DoctorArgs),
    Keys(KeysArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    #[command(hide = true)]
    Reference(ReferenceArgs),
    #[command(hide = true, name = super::serve::COMMAND)]
    Serve(ServeArgs),
}

impl Sub {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        match self {
            Self::Tour(args) => args.run(out),
            Self::Ask(args) => args.run(out),
            Self::Propose(args) => args.run(out),
            Self::Apply(args) => args.run(out),
            Self::Do(args) => args.run(out),
            Self::Sessions(args) => args.run(out),
            Self::Search(args) => args.run(out),
            Self::Decisions(args) => args.run(out),
            Self::Blame(args) => args.run(out),
            Self::History(args) => args.run(out),
            Self::Restore(args) => args.run(out),
            Self::Branch(args) => args.run(out),
            Self::Stats(args) => args.run(out),
            Self::Check(args) => args.run(out),
            Self::Export(args) => args.run(out),
            Self::Import(args) => args.run(out),
            Self::Share(args) => args.run(out),
            Self::Handoff(args) => args.run(out),
            Self::Merge(args) => args.run(out),
            Self::Verify(args) => args.run(out),
            Self::Attest(args) => args.run(out),
            Self::Redact(args) => args.run(out),
            Self::Redactions(args) => args.run(out),
            Self::Forget(args) => args.run(out),
            Self::Models(args) => args.run(out),
            Self::Doctor(args) => args.run(out),
            Self::Keys(args) => args.run(out),
            Self::Config(args) => args.run(out),
            Self::Completions(args) => args.run(out),
            Self::Reference(args) => args.run(out),
            Self::Serve(args) => args.run(out),
        }
    }
}
