//! The command line as data; what each help ends with is in `after_help`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{Styles, styling::AnsiColor};
use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::after_help::{ADOPT, APPLY, CHECK, COMPLETIONS, ENVIRONMENT, EXPLAIN, INIT, MAN, PLAN, SCHEMA, SHOW, WATCH};
use crate::exit::Exit;
use crate::guards::Limits;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

fn after_help() -> String {
    format!("{ENVIRONMENT}\n{}", Exit::table())
}

/// Plan and apply for placement: where every workload of a cluster manifest should run, and why
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
    /// What holds for every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The manifest; `-` is standard input [default: the nearest lighthouse.toml]
    #[arg(short = 'f', long, value_name = "FILE", global = true)]
    pub(crate) manifest: Option<PathBuf>,
    /// The placement state [default: cluster.state.toml beside cluster.toml]
    #[arg(long, value_name = "PATH", global = true)]
    pub(crate) state: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_possible_values = true)]
    #[arg(help = "When to use colour: auto, always or never")]
    pub(crate) color: Color,
    /// Say errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Log what is done; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Wherever it goes.
    Always,
    /// Nowhere.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a starter manifest, and what Git should know
    #[command(after_help = INIT)]
    Init,
    /// Read and validate the manifest; plan nothing
    #[command(after_help = CHECK)]
    Check {
        /// How to report: text, json, or github (annotations of a pull request)
        #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
        format: CheckFormat,
    },
    /// Show where every workload would go, and what that changes; write nothing
    #[command(after_help = PLAN)]
    Plan(PlanArgs),
    /// Plan, show it, ask, and save the result as the placement state; start and stop nothing
    #[command(after_help = APPLY)]
    Apply(ApplyArgs),
    /// Record where things run already; place nothing
    #[command(after_help = ADOPT)]
    Adopt(AdoptArgs),
    /// Print a placement state or a saved plan
    #[command(after_help = SHOW)]
    Show(ShowArgs),
    /// Say why a workload is where it is or nowhere, what is on a node, or what is left in the cluster
    #[command(after_help = EXPLAIN)]
    Explain(ExplainArgs),
    /// Plan again whenever the manifest or the state changes
    #[command(after_help = WATCH)]
    Watch(WatchArgs),
    /// Print the JSON Schema of the manifest, of the state, or of the JSON of a command
    #[command(after_help = SCHEMA)]
    Schema {
        /// manifest, state, check, plan, apply, show, explain, watch or status
        #[arg(value_name = "WHAT", hide_possible_values = true)]
        what: Document,
    },
    /// Print the completion script of a shell
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
}

/// Flags of `plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// How to show it: text, json, markdown (a pull request comment), diff (of the state), or github (annotations)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: PlanFormat,
    /// Also save the plan, for `lighthouse apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 when there are changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// How to plan.
    #[command(flatten)]
    pub(crate) planning: Planning,
}

/// Flags of `apply`.
#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArgs {
    /// A plan saved by `plan --out`: applied as it was reviewed, or not at all; never asks
    #[arg(value_name = "PLANFILE", conflicts_with_all = ["fresh", "moves"])]
    pub(crate) plan: Option<PathBuf>,
    /// How to show it: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ApplyFormat,
    /// The most moves and evictions, whatever the manifest's guard says
    #[arg(long, value_name = "N")]
    pub(crate) max_moves: Option<u64>,
    /// The most removals, whatever the manifest's guard says
    #[arg(long, value_name = "N")]
    pub(crate) max_removes: Option<u64>,
    /// Apply a manifest without nodes or workloads over a state that has placements
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// How to write.
    #[command(flatten)]
    pub(crate) writing: Writing,
    /// How to plan.
    #[command(flatten)]
    pub(crate) planning: Planning,
}

impl ApplyArgs {
    /// What the flags say of the guards.
    pub(crate) fn limits(&self) -> Limits {
        Limits { moves: self.max_moves, removes: self.max_removes, empty: self.allow_empty }
    }
}

/// Flags of `watch`.
#[derive(Debug, clap::Args)]
pub(crate) struct WatchArgs {
    /// Also save each plan as the placement state, within the guards and under the lock of `apply`
    #[arg(long)]
    pub(crate) apply: bool,
    /// End after the first plan, with the exit code of `plan` or `apply`
    #[arg(long)]
    pub(crate) once: bool,
    /// Wait for no word of changed files: only look every five seconds
    #[arg(long)]
    pub(crate) poll: bool,
    /// Wait so long for changes to end before looking at them
    #[arg(long, value_name = "DUR", default_value = "200ms", value_parser = humantime::parse_duration)]
    pub(crate) debounce: Duration,
    /// After each plan write this JSON file: last attempt, last success, failures since, digests
    #[arg(long, value_name = "PATH")]
    pub(crate) status_file: Option<PathBuf>,
    /// Answer to /livez, /readyz and /metrics here; a port alone is one of the loopback address
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) listen: Option<SocketAddr>,
    /// How to say it: text, or json (a line of JSON for each event)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ApplyFormat,
}

/// An address to listen on: `9090`, `:9090`, `127.0.0.1:9090`, `[::]:9090`.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.trim_start_matches("localhost").trim_start_matches(':').parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "it has the form PORT or IP:PORT".to_owned())
}

/// Flags of `adopt`.
#[derive(Debug, clap::Args)]
pub(crate) struct AdoptArgs {
    /// A state file, a file of lines `workload node`, `-` for standard input, or WORKLOAD=NODE
    #[arg(value_name = "FILE|-|WORKLOAD=NODE", required = true)]
    pub(crate) from: Vec<String>,
    /// How to write.
    #[command(flatten)]
    pub(crate) writing: Writing,
}

/// Flags of `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The state or saved plan [default: the state of the manifest]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// How to show it: text, json, or lines (of a state: workload, tab, node)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ShowFormat,
    /// Only what is on this node
    #[arg(long, value_name = "NAME")]
    pub(crate) node: Option<String>,
    /// Exit with 2 when a saved plan has changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Flags of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The workload [default: the whole cluster]
    #[arg(value_name = "WORKLOAD", conflicts_with = "node")]
    pub(crate) workload: Option<String>,
    /// A node instead: what it has, what is on it, whom it refuses
    #[arg(long, value_name = "NAME")]
    pub(crate) node: Option<String>,
    /// How to show it: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: ExplainFormat,
    /// What to plan from.
    #[command(flatten)]
    pub(crate) start: Start,
}

/// Flags of everything that writes the state.
#[derive(Debug, clap::Args)]
pub(crate) struct Writing {
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Wait so long for another apply, such as 30s or 2m [default: not at all]
    #[arg(long, value_name = "DUR", value_parser = humantime::parse_duration)]
    pub(crate) lock_timeout: Option<Duration>,
}

/// Flags of everything that plans, and shows or saves the plan.
#[derive(Debug, clap::Args)]
pub(crate) struct Planning {
    /// What to plan from.
    #[command(flatten)]
    pub(crate) start: Start,
    /// Exit with 0 even when something is unplaced
    #[arg(long)]
    pub(crate) allow_unplaced: bool,
}

/// What a plan starts from, beside manifest and state.
#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    /// Start from empty nodes, whatever runs where
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Take the workload to be recorded on this node, once; may be given again
    #[arg(long = "move", value_name = "WORKLOAD=NODE", conflicts_with = "fresh", value_parser = pair)]
    pub(crate) moves: Vec<String>,
}

/// A text that can be a workload and a node. Names may hold `=`, so where it parts is decided when they are known.
fn pair(text: &str) -> Result<String, String> {
    let parts = text.match_indices('=').any(|(at, _)| at > 0 && at + 1 < text.len());
    if parts { Ok(text.to_owned()) } else { Err("it has the form WORKLOAD=NODE".to_owned()) }
}

/// How `plan` shows a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a pull request comment.
    Markdown,
    /// The state file's lines.
    Diff,
    /// For pull requests on GitHub.
    Github,
}

/// How `apply` shows its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApplyFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How `show` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For scripts.
    Lines,
}

/// How `explain` shows its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How `check` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For pull requests on GitHub.
    Github,
}

/// What has a schema.
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
    /// A line of the JSON of `watch`.
    Watch,
    /// The status file of `watch`.
    Status,
}
