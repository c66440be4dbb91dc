//! What the help of each command ends with: how its parts go together, and examples.

pub(crate) const ENVIRONMENT: &str = "\
Environment:
  LIGHTHOUSE_MANIFEST  the manifest, where no --manifest is given
  LIGHTHOUSE_STATE     the state, where no --state is given
  LIGHTHOUSE_LOG       what to log to standard error: a level such as `info`, or `lighthouse=debug`
  NO_COLOR             no colour
  CLICOLOR_FORCE       colour also where no terminal is
";

pub(crate) const INIT: &str = "\
Writes lighthouse.toml, or the file of -f, and beside it what Git should know: .gitignore for locks,
.gitattributes for states. Nothing is overwritten; only what is missing is added.

Examples:
  lighthouse init
  lighthouse init -f clusters/prod.toml
";

pub(crate) const CHECK: &str = "\
All mistakes are reported in one run, each with file, line and column.

Examples:
  lighthouse check
  lighthouse check -f cluster.toml --format github
";

pub(crate) const PLAN: &str = "\
Takes no lock. Without a state everything is new.

Examples:
  lighthouse plan
  lighthouse plan --format json --detailed-exitcode
  lighthouse plan --move web-0=rack-b-1 --out plan.toml
";

pub(crate) const APPLY: &str = "\
Needs a terminal to ask on, or --yes. The state is saved on exit codes 0, 3 and 6.

Examples:
  lighthouse apply
  lighthouse apply --yes --lock-timeout 30s
  lighthouse apply plan.toml
  lighthouse apply --move db=rack-a-2
";

pub(crate) const ADOPT: &str = "\
The digest of an adopted state need not be right: it may be merged by hand, or an older one.
Lines and pairs are added to what is recorded; a state takes its place. What does not hold where
it runs is told.

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
For a workload without a place: what every node says, what would place it (each change was planned before it is
shown), and what cannot be, whatever the order. For one that is placed: why there. Without a name: the cluster.
Ends with 0 also when the answer is that something is unplaced.

Examples:
  lighthouse explain web-3
  lighthouse explain --node rack-b-1
  lighthouse explain train --format json
";

pub(crate) const WATCH: &str = "\
Plans at the start and on every change of content. SIGTERM and SIGINT end it with 0, SIGHUP plans at once.
Times are UTC.

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
