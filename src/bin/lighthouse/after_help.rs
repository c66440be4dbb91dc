//! Notes and examples at the end of each command's help.

/// Environment variables and their effects.
pub(crate) const ENVIRONMENT: [(&str, &str); 5] = [
    ("LIGHTHOUSE_MANIFEST", "the manifest, unless --manifest is given"),
    ("LIGHTHOUSE_STATE", "the state, unless --state is given"),
    ("LIGHTHOUSE_LOG", "the log filter: a level such as `info`, or `lighthouse=debug`"),
    ("NO_COLOR", "turns colour off"),
    ("CLICOLOR_FORCE", "turns colour on, even if the output is not a terminal"),
];

/// Returns the table of environment variables for the help.
pub(crate) fn environment_table() -> String {
    let lines = ENVIRONMENT.iter().map(|(name, effect)| format!("  {name:<19}  {effect}\n"));
    std::iter::once("Environment:\n".to_owned()).chain(lines).collect()
}

pub(crate) const INIT: &str = "\
Writes lighthouse.toml, or the file that -f names. Beside it, adds the lock files to .gitignore and the
state files to .gitattributes. Overwrites nothing; adds only the lines that are missing.

Examples:
  lighthouse init
  lighthouse init -f clusters/prod.toml
";

pub(crate) const CHECK: &str = "\
Reports all mistakes together, each with file, line and column.

Examples:
  lighthouse check
  lighthouse check -f cluster.toml --format github
";

pub(crate) const PLAN: &str = "\
Takes no lock. Without a state, every workload is new.

Examples:
  lighthouse plan
  lighthouse plan --format json --detailed-exitcode
  lighthouse plan --move web-0=rack-b-1 --out plan.toml
";

pub(crate) const APPLY: &str = "\
Asks on the terminal unless --yes is given. Exit codes 0, 3 and 6 mean that the state is saved.

Examples:
  lighthouse apply
  lighthouse apply --yes --lock-timeout 30s
  lighthouse apply plan.toml
  lighthouse apply --move db=rack-a-2
";

pub(crate) const ADOPT: &str = "\
A state file replaces the record; its digest need not be right, so it may be merged by hand or an
older one. Lines and pairs are added to the record. Warns of each workload that the next plan would
move.

Examples:
  lighthouse adopt web-0=rack-a-1 web-1=rack-a-2
  list-what-runs | lighthouse adopt - --yes
  lighthouse adopt cluster.state.toml
";

pub(crate) const SHOW: &str = "\
Examples:
  lighthouse show
  lighthouse show --node rack-a-1 --format lines
  lighthouse show plan.toml
";

pub(crate) const EXPLAIN: &str = "\
For an unplaced workload: each node's reasons, the changes that would place it (each verified by
planning), and what is impossible in any order. For a placed one: why it is there. Without a name:
the whole cluster. Exits with 0 even if a workload is unplaced.

Examples:
  lighthouse explain web-3
  lighthouse explain --node rack-b-1
  lighthouse explain train --format json
";

pub(crate) const WATCH: &str = "\
Plans at the start and whenever the content of the manifest or the state changes. SIGTERM and SIGINT
end it with exit code 0; SIGHUP plans at once. Times are UTC.

Examples:
  lighthouse watch
  lighthouse watch --format json --status-file /run/lighthouse/status.json
  lighthouse watch --apply --state /var/lib/lighthouse/cluster.state.toml --listen 9090
";

pub(crate) const SCHEMA: &str = "\
Examples:
  lighthouse schema manifest > lighthouse.schema.json
";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  lighthouse completions bash > ~/.local/share/bash-completion/completions/lighthouse
  lighthouse completions fish > ~/.config/fish/completions/lighthouse.fish
";

pub(crate) const MAN: &str = "\
Examples:
  lighthouse man | man -l -
  lighthouse man check > lighthouse-check.1
";

pub(crate) const HELP: &str = "\
Examples:
  lighthouse help
  lighthouse help plan
  lighthouse help strategies
";
