//! A plan as lines for people: sign, workload, route, reason.
//!
//! The lines are the same on a terminal, in a comment and for a plan that was saved; order, colour and frame are the
//! pages'.

use unicode_width::UnicodeWidthStr;

use crate::escape::visible;
use crate::explain;
use crate::plan::{Change, Kind, Plan};
use crate::state::{SavedChange, SavedPlan};

/// Columns wider than this are not waited for by the others.
const WIDEST_COLUMN: usize = 40;

/// Where a workload without a place goes.
const UNPLACED: &str = "unplaced";

/// The order in which kinds are shown, the alarming ones last, where they are seen.
const KINDS: [Kind; 6] = [Kind::Place, Kind::Move, Kind::Rename, Kind::Update, Kind::Remove, Kind::Evict];

/// One line of a plan; every text in it is visible.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Row {
    pub(super) mark: Mark,
    workload: String,
    route: String,
    why: String,
}

/// The sign at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    Place,
    Move,
    Update,
    Remove,
    Alarm,
}

/// How wide the columns are.
#[derive(Default)]
pub(super) struct Widths {
    workload: usize,
    route: usize,
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
}

impl Row {
    /// The sign and the workload.
    pub(super) fn head(&self, widths: &Widths) -> String {
        format!("{} {}", self.mark.sign(), padded(&self.workload, widths.workload))
    }

    /// The rest of the line.
    pub(super) fn tail(&self, widths: &Widths) -> String {
        format!("  {}  {}", padded(&self.route, widths.route), self.why)
    }

    /// Where the reason begins in a line.
    pub(super) fn margin(widths: &Widths) -> usize {
        widths.workload + widths.route + 6
    }

    fn unplaced(workload: &str, why: String) -> Self {
        Self { mark: Mark::Alarm, workload: visible(workload).into_owned(), route: UNPLACED.to_owned(), why }
    }

    /// Whether it tells of a workload without a place.
    pub(super) fn is_unplaced(&self) -> bool {
        self.mark == Mark::Alarm && self.route == UNPLACED
    }
}

impl Widths {
    pub(super) fn of(rows: &[Row]) -> Self {
        let widest = |column: fn(&Row) -> &str| {
            let widths = rows.iter().map(|row| column(row).width()).filter(|&width| width <= WIDEST_COLUMN);
            widths.max().unwrap_or(0)
        };
        Self { workload: widest(|row| &row.workload), route: widest(|row| &row.route) }
    }
}

/// Changes by kind, then what has no place.
pub(super) fn rows(plan: &Plan<'_>) -> Vec<Row> {
    let of_kind = |kind| plan.changes.iter().filter(move |change| change.kind == kind);
    let changes = KINDS.into_iter().flat_map(of_kind).map(|change| change_row(plan, change));
    let unplaced = plan
        .unplaced
        .iter()
        .map(|each| Row::unplaced(plan.model.workload_name(each.workload), explain::unplaced(plan.model, each)));
    changes.chain(unplaced).collect()
}

/// The same lines of a plan that was saved.
pub(super) fn saved_rows(plan: &SavedPlan) -> Vec<Row> {
    let of_kind = |kind: Kind| {
        let changes = plan.changes.iter().filter(move |change| change.kind == kind.name());
        changes.map(move |change| saved_row(kind, change))
    };
    let unplaced = plan.unplaced.iter().map(|(workload, why)| Row::unplaced(workload, visible(why).into_owned()));
    KINDS.into_iter().flat_map(of_kind).chain(unplaced).collect()
}

fn change_row(plan: &Plan<'_>, change: &Change) -> Row {
    Row {
        mark: Mark::of(change.kind),
        workload: visible(&change.workload).into_owned(),
        route: route(change.kind, change.from.as_deref(), change.to.as_deref()),
        why: explain::reasons(plan.model, change),
    }
}

fn saved_row(kind: Kind, change: &SavedChange) -> Row {
    let reasons = change.reasons.iter().map(|reason| visible(reason)).collect::<Vec<_>>().join(", ");
    Row {
        mark: Mark::of(kind),
        workload: visible(&change.workload).into_owned(),
        route: route(kind, change.from.as_deref(), change.to.as_deref()),
        why: if kind == Kind::Evict { format!("evicted: {reasons}") } else { reasons },
    }
}

fn route(kind: Kind, from: Option<&str>, to: Option<&str>) -> String {
    let (from, to) = (visible(from.unwrap_or_default()), visible(to.unwrap_or_default()));
    match kind {
        Kind::Place => format!("-> {to}"),
        Kind::Move => format!("{from} -> {to}"),
        Kind::Rename | Kind::Update => to.into_owned(),
        Kind::Remove => from.into_owned(),
        Kind::Evict => format!("{from} ->"),
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
