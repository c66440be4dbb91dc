//! A plan for people: what changes, why, and what is left over; aligned, and coloured on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::{Origin, Paint};
use crate::escape::visible;
use crate::explain;
use crate::model::Model;
use crate::plan::{Change, Kind, Plan, Summary};

/// Columns wider than this are not waited for by the others.
const WIDEST_COLUMN: usize = 40;

/// One line of a plan.
struct Row {
    mark: Mark,
    workload: String,
    route: String,
    why: String,
}

/// The sign at the start of a line.
#[derive(Clone, Copy)]
enum Mark {
    Place,
    Move,
    Update,
    Remove,
    Alarm,
}

impl Mark {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Place => Self::Place,
            Kind::Move => Self::Move,
            Kind::Rename | Kind::Update => Self::Update,
            Kind::Remove => Self::Remove,
            Kind::Evict => Self::Alarm,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Place => '+',
            Self::Move => '>',
            Self::Update => '~',
            Self::Remove => '-',
            Self::Alarm => '!',
        }
    }

    fn style(self) -> Style {
        let colour = match self {
            Self::Place => AnsiColor::Green,
            Self::Move => AnsiColor::Cyan,
            Self::Update => AnsiColor::Yellow,
            Self::Remove | Self::Alarm => AnsiColor::Red,
        };
        colour.on_default()
    }
}

/// The whole page.
pub fn plan(plan: &Plan<'_>, origin: &Origin, paint: Paint) -> String {
    let mut page = heading(plan.model, origin);
    let rows = rows(plan);
    if !rows.is_empty() {
        page.push('\n');
        write_rows(&mut page, &rows, paint);
        page.push('\n');
    }
    page.push_str(&summary(plan));
    page
}

fn heading(model: &Model, origin: &Origin) -> String {
    let size = format!(
        "{}, {}, {}",
        counted(model.nodes().len(), "node"),
        counted(model.workloads().len(), "workload"),
        model.strategy().name()
    );
    let manifest = visible(&origin.manifest);
    match (&origin.state, origin.serial) {
        (Some(state), Some(serial)) => format!("{manifest} ({size}) against {} (serial {serial})\n", visible(state)),
        (Some(state), None) => format!("{manifest} ({size}); no state at {}: everything is new\n", visible(state)),
        (None, _) => format!("{manifest} ({size}); no state: everything is new\n"),
    }
}

/// Changes by kind, the alarming ones last, where they are seen.
fn rows(plan: &Plan<'_>) -> Vec<Row> {
    const KINDS: [Kind; 6] = [Kind::Place, Kind::Move, Kind::Rename, Kind::Update, Kind::Remove, Kind::Evict];
    let of_kind = |kind| plan.changes.iter().filter(move |change| change.kind == kind);
    let changes = KINDS.into_iter().flat_map(of_kind).map(|change| change_row(plan, change));
    changes.chain(unplaced_rows(plan)).collect()
}

fn change_row(plan: &Plan<'_>, change: &Change) -> Row {
    let name = |node: &Option<std::sync::Arc<str>>| node.as_deref().map(visible).unwrap_or_default().into_owned();
    let (from, to) = (name(&change.from), name(&change.to));
    let route = match change.kind {
        Kind::Place => format!("-> {to}"),
        Kind::Move => format!("{from} -> {to}"),
        Kind::Rename | Kind::Update => to,
        Kind::Remove => from,
        Kind::Evict => format!("{from} ->"),
    };
    let workload = visible(&change.workload).into_owned();
    Row { mark: Mark::of(change.kind), workload, route, why: explain::reasons(plan.model, change) }
}

/// What has no place; of what is evicted by this plan, what the nodes say is added to the change's own line.
fn unplaced_rows<'a>(plan: &'a Plan<'_>) -> impl Iterator<Item = Row> + 'a {
    plan.unplaced.iter().map(|unplaced| Row {
        mark: Mark::Alarm,
        workload: visible(plan.model.workload_name(unplaced.workload)).into_owned(),
        route: "unplaced".to_owned(),
        why: explain::unplaced(plan.model, unplaced),
    })
}

fn write_rows(page: &mut String, rows: &[Row], paint: Paint) {
    let widest = |column: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| column(row).width()).filter(|&width| width <= WIDEST_COLUMN);
        widths.max().unwrap_or(0)
    };
    let (workloads, routes) = (widest(|row| &row.workload), widest(|row| &row.route));
    for row in rows {
        let (on, off) = match paint {
            Paint::Coloured => (row.mark.style().render().to_string(), row.mark.style().render_reset().to_string()),
            Paint::Plain => (String::new(), String::new()),
        };
        let (workload, route) = (padded(&row.workload, workloads), padded(&row.route, routes));
        writeln!(page, "  {on}{} {workload}{off}  {route}  {}", row.mark.sign(), row.why).expect("a string takes all");
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// `Plan: 2 to place, 1 to evict; 1 unplaced, 55 stay. 1 averse pair shares a node. 9 of 12 nodes in use.`
fn summary(plan: &Plan<'_>) -> String {
    let totals = &plan.summary;
    let used = plan.model.node_ids().filter(|&node| !plan.outcome.engine.occupancy().on(node).is_empty()).count();
    let nodes = counted(plan.model.nodes().len(), "node");
    format!("{}; {}.{} {used} of {nodes} in use.\n", changes(totals), rest(totals), pairs(totals.averse_pairs))
}

fn changes(totals: &Summary) -> String {
    let kinds = [
        (totals.place, "place"),
        (totals.moved, "move"),
        (totals.rename, "rename"),
        (totals.update, "update"),
        (totals.evict, "evict"),
        (totals.remove, "remove"),
    ];
    let some = kinds.iter().filter(|(count, _)| *count > 0);
    let phrases = some.map(|(count, verb)| format!("{count} to {verb}")).collect::<Vec<_>>();
    if phrases.is_empty() { "Nothing changes".to_owned() } else { format!("Plan: {}", phrases.join(", ")) }
}

fn rest(totals: &Summary) -> String {
    let stay = format!("{} stay", totals.keep);
    if totals.unplaced == 0 { stay } else { format!("{} unplaced, {stay}", totals.unplaced) }
}

fn pairs(averse_pairs: u64) -> String {
    match averse_pairs {
        0 => String::new(),
        1 => " 1 averse pair shares a node.".to_owned(),
        pairs => format!(" {pairs} averse pairs share a node."),
    }
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
