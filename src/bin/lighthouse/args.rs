//! The command line as data. The notes and examples at the end of each help text are in `after_help`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{Styles, styling::AnsiColor};
use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::after_help::{
    ADOPT, APPLY, CHECK, COMPLETIONS, EXPLAIN, HELP, INIT, MAN, PLAN, SCHEMA, SHOW, WATCH, environment_table,
};
use crate::exit::Exit;
use crate::guards::Limits;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

fn after_help() -> String {
    format!("{}\n{}\nTopics of the manual: `lighthouse help`\n", environment_table(), Exit::table())
}

/// Plan and apply for placement: decides where each workload of a cluster manifest should run, and says why
#[derive(Debug, Parser)]
#[command(
    name = "lighthouse",
    version,
    styles = STYLES,
    max_term_width = 100,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = after_help()
)]
pub(crate) struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// The command to run.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The manifest; `-` reads standard input [default: the nearest lighthouse.toml]
    #[arg(short = 'f', long, value_name = "FILE", global = true)]
    pub(crate) manifest: Option<PathBuf>,
    /// The placement state [default: cluster.state.toml beside cluster.toml]
    #[arg(long, value_name = "PATH", global = true)]
    pub(crate) state: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_possible_values = true)]
    #[arg(help = "When to use colour: auto, always or never")]
    pub(crate) color: Color,
    /// Print errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Log to standard error; -vv logs more
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Colour on a terminal only.
    Auto,
    /// Colour everywhere.
    Always,
    /// No colour.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a starter manifest, .gitignore and .gitattributes
    #[command(after_help = INIT)]
    Init,
    /// Validate the manifest; plan nothing
    #[command(after_help = CHECK)]
    Check {
        /// Output format: text, json, or github (annotations on a pull request)
        #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
        format: CheckFormat,
    },
    /// Show where each workload would run and what changes; write nothing
    #[command(after_help = PLAN)]
    Plan(PlanArgs),
    /// Show the plan, ask, and save it as the placement state; start and stop nothing
    #[command(after_help = APPLY)]
    Apply(ApplyArgs),
    /// Record where workloads already run; place nothing
    #[command(after_help = ADOPT)]
    Adopt(AdoptArgs),
    /// Print a placement state or a saved plan
    #[command(after_help = SHOW)]
    Show(ShowArgs),
    /// Explain why a workload is placed or unplaced, what a node holds, or what the cluster has left
    #[command(after_help = EXPLAIN)]
    Explain(ExplainArgs),
    /// Plan again whenever the manifest or the state changes
    #[command(after_help = WATCH)]
    Watch(WatchArgs),
    /// Print the JSON Schema of the manifest, the state, or a command's JSON output
    #[command(after_help = SCHEMA)]
    Schema {
        /// manifest, state, check, plan, apply, show, explain, watch or status
        #[arg(value_name = "DOCUMENT", hide_possible_values = true)]
        document: Document,
    },
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// bash, elvish, fish, powershell or zsh
        #[arg(value_name = "SHELL", hide_possible_values = true)]
        shell: Shell,
    },
    /// Print a manual page
    #[command(after_help = MAN)]
    Man {
        /// The command whose page to print [default: the page of lighthouse itself]
        command: Option<String>,
    },
    /// List commands and topics, or print the help of a command or a page of the manual
    #[command(after_help = HELP)]
    Help {
        /// A command, or a topic of the manual
        #[arg(value_name = "COMMAND|TOPIC")]
        word: Option<String>,
    },
    /// Print the version
    Version,
}

/// Flags of `plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// Output format: text, json, markdown (for a pull request comment), diff (of the state), or github (annotations)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: PlanFormat,
    /// Save the plan to this file, for `lighthouse apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 if there are changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Options of planning.
    #[command(flatten)]
    pub(crate) planning: Planning,
}

/// Flags of `apply`.
#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArgs {
    /// A plan saved by `plan --out`: applied exactly as reviewed, or not at all; never asks
    #[arg(value_name = "PLANFILE", conflicts_with_all = ["fresh", "moves"])]
    pub(crate) plan: Option<PathBuf>,
    /// Output format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ApplyFormat,
    /// Maximum number of moves and evictions; overrides the manifest's guard
    #[arg(long, value_name = "N")]
    pub(crate) max_moves: Option<u64>,
    /// Maximum number of removals; overrides the manifest's guard
    #[arg(long, value_name = "N")]
    pub(crate) max_removes: Option<u64>,
    /// Apply a manifest without nodes or workloads even if the state has placements
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Options of writing the state.
    #[command(flatten)]
    pub(crate) writing: Writing,
    /// Options of planning.
    #[command(flatten)]
    pub(crate) planning: Planning,
}

impl ApplyArgs {
    /// Returns the flags that override the manifest's guards.
    pub(crate) fn limits(&self) -> Limits {
        Limits { max_moves: self.max_moves, max_removes: self.max_removes, allow_empty: self.allow_empty }
    }
}

/// Flags of `watch`.
#[derive(Debug, clap::Args)]
pub(crate) struct WatchArgs {
    /// Save each plan as the placement state, with the guards and the lock of `apply`
    #[arg(long)]
    pub(crate) apply: bool,
    /// Exit after the first plan, with the exit code of `plan` or `apply`
    #[arg(long)]
    pub(crate) once: bool,
    /// Don't use file notifications; poll every 5 s
    #[arg(long)]
    pub(crate) poll: bool,
    /// How long files must be quiet before they are read again
    #[arg(long, value_name = "DUR", default_value = "200ms", value_parser = humantime::parse_duration)]
    pub(crate) debounce: Duration,
    /// Write a JSON status file after each plan: last attempt, last success, failures since then, digests
    #[arg(long, value_name = "PATH")]
    pub(crate) status_file: Option<PathBuf>,
    /// Serve /livez, /readyz and /metrics at this address; a bare port listens on 127.0.0.1
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) listen: Option<SocketAddr>,
    /// Output format: text, or json (one line of JSON per event)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ApplyFormat,
}

/// Parses an address to listen on: `9090`, `:9090`, `127.0.0.1:9090`, `[::]:9090`.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.trim_start_matches("localhost").trim_start_matches(':').parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "expected PORT or IP:PORT".to_owned())
}

/// Flags of `adopt`.
#[derive(Debug, clap::Args)]
pub(crate) struct AdoptArgs {
    /// A state file, a file of lines `workload node`, `-` for standard input, or WORKLOAD=NODE
    #[arg(value_name = "FILE|-|WORKLOAD=NODE", required = true)]
    pub(crate) from: Vec<String>,
    /// Options of writing the state.
    #[command(flatten)]
    pub(crate) writing: Writing,
}

/// Flags of `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The state or saved plan to print [default: the manifest's state]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Output format: text, json, or lines (of a state: workload, tab, node)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ShowFormat,
    /// Print the workloads of this node only
    #[arg(long, value_name = "NAME")]
    pub(crate) node: Option<String>,
    /// Exit with 2 if a saved plan has changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Flags of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The workload to explain [default: the whole cluster]
    #[arg(value_name = "WORKLOAD", conflicts_with = "node")]
    pub(crate) workload: Option<String>,
    /// Explain this node instead: its resources, its workloads, and which workloads it refuses
    #[arg(long, value_name = "NAME")]
    pub(crate) node: Option<String>,
    /// Output format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ExplainFormat,
    /// Where the plan starts.
    #[command(flatten)]
    pub(crate) start: Start,
}

/// Flags of each command that writes the state.
#[derive(Debug, clap::Args)]
pub(crate) struct Writing {
    /// Don't ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    /// How long to wait for another apply, such as 30s or 2m [default: don't wait]
    #[arg(long, value_name = "DUR", value_parser = humantime::parse_duration)]
    pub(crate) lock_timeout: Option<Duration>,
}

/// Flags of each command that makes a plan and shows or saves it.
#[derive(Debug, clap::Args)]
pub(crate) struct Planning {
    /// Where the plan starts.
    #[command(flatten)]
    pub(crate) start: Start,
    /// Exit with 0 even if a workload is unplaced
    #[arg(long)]
    pub(crate) allow_unplaced: bool,
}

/// Flags that change what a plan starts from.
#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    /// Plan from empty nodes; ignore where workloads run now
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Treat the workload as recorded on this node, for this run; repeatable
    #[arg(long = "move", value_name = "WORKLOAD=NODE", conflicts_with = "fresh", value_parser = pair)]
    pub(crate) moves: Vec<String>,
}

/// Accepts a text of the form `WORKLOAD=NODE`. Names may contain `=`, so it is split later, when the names are known.
fn pair(text: &str) -> Result<String, String> {
    let can_be_split = text.match_indices('=').any(|(at, _)| at > 0 && at + 1 < text.len());
    if can_be_split { Ok(text.to_owned()) } else { Err("expected WORKLOAD=NODE".to_owned()) }
}

/// Output formats of `plan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a pull request comment.
    Markdown,
    /// Changed lines of the state file.
    Diff,
    /// Annotations on a GitHub pull request.
    Github,
}

/// Output formats of `apply` and `watch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApplyFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Output formats of `show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For scripts.
    Lines,
}

/// Output formats of `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Output formats of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// Annotations on a GitHub pull request.
    Github,
}

/// Documents that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Document {
    /// The cluster manifest.
    Manifest,
    /// The JSON of `plan`.
    Plan,
    /// The placement state.
    State,
    /// The JSON of `check`.
    Check,
    /// The JSON of `apply`.
    Apply,
    /// The JSON of `show`.
    Show,
    /// The JSON of `explain`.
    Explain,
    /// One line of the JSON of `watch`.
    Watch,
    /// The status file of `watch`.
    Status,
}
