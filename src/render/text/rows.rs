//! Rows of a plan for people: sign, workload, route, reasons.
//!
//! A terminal page, a Markdown comment and a saved plan show the same rows, each in its own order and frame.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::plan::{Change, ChangeKind, Plan};
use crate::render::phrase;
use crate::state::{SavedChange, SavedPlan};
use crate::text::escape::visible;

/// Maximum width to which a column is aligned; wider cells overhang.
const WIDEST_COLUMN: usize = 40;

/// Route of an unplaced workload.
const UNPLACED: &str = "unplaced";

/// Destination of an evicted workload.
const NO_NODE: &str = "(none)";

/// Order in which kinds are shown. Evictions come last, where a reader looks first.
pub(crate) const KINDS: [ChangeKind; 6] = [
    ChangeKind::Place,
    ChangeKind::Move,
    ChangeKind::Rename,
    ChangeKind::Update,
    ChangeKind::Remove,
    ChangeKind::Evict,
];

/// Row of a plan. All its texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) mark: Mark,
    workload: String,
    route: String,
    reasons: String,
}

/// Sign at the start of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    Place,
    Move,
    Update,
    Remove,
    Alarm,
}

/// Widths of the aligned columns.
#[derive(Default)]
pub(crate) struct Widths {
    workload: usize,
    route: usize,
}

impl Mark {
    fn of(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Place => Self::Place,
            ChangeKind::Move => Self::Move,
            ChangeKind::Rename | ChangeKind::Update => Self::Update,
            ChangeKind::Remove => Self::Remove,
            ChangeKind::Evict => Self::Alarm,
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
    /// Sign and workload.
    pub(crate) fn head(&self, widths: &Widths) -> String {
        format!("{} {}", self.mark.sign(), padded(&self.workload, widths.workload))
    }

    /// Route and reasons.
    pub(crate) fn tail(&self, widths: &Widths) -> String {
        format!("  {}  {}", padded(&self.route, widths.route), self.reasons)
    }

    fn unplaced(workload: &str, reasons: String) -> Self {
        Self { mark: Mark::Alarm, workload: visible(workload).into_owned(), route: UNPLACED.to_owned(), reasons }
    }

    /// Whether the row is of an unplaced workload.
    pub(crate) fn is_unplaced(&self) -> bool {
        self.mark == Mark::Alarm && self.route == UNPLACED
    }
}

impl Widths {
    pub(crate) fn of(rows: &[Row]) -> Self {
        Self::of_cells(rows.iter().map(|row| (row.workload.width(), row.route.width())))
    }

    /// Widths for the rows of all changes, computed without keeping the rows.
    pub(crate) fn of_changes(plan: &Plan<'_>) -> Self {
        Self::of_cells(plan.changes.iter().map(|change| {
            let route = route(change.kind, change.from.as_deref(), change.to.as_deref());
            (visible(&change.workload).width(), route.iter().map(|piece| piece.width()).sum())
        }))
    }

    fn of_cells(cells: impl Iterator<Item = (usize, usize)>) -> Self {
        let wider = |widest: usize, width: usize| if width > WIDEST_COLUMN { widest } else { widest.max(width) };
        cells.fold(Self::default(), |widest, (workload, route)| Self {
            workload: wider(widest.workload, workload),
            route: wider(widest.route, route),
        })
    }
}

/// All rows of a plan: changes by kind, then unplaced workloads.
pub(crate) fn rows(plan: &Plan<'_>) -> Vec<Row> {
    let unplaced = plan
        .unplaced
        .iter()
        .map(|each| Row::unplaced(plan.model.workload_name(each.workload), phrase::unplaced(plan.model, each)));
    change_rows(plan, &KINDS).chain(unplaced).collect()
}

/// Rows of the changes of these kinds, kind by kind.
pub(crate) fn change_rows<'p>(plan: &'p Plan<'_>, kinds: &'p [ChangeKind]) -> impl Iterator<Item = Row> + 'p {
    let of_kind = |&kind: &'p ChangeKind| plan.changes.iter().filter(move |change| change.kind == kind);
    kinds.iter().flat_map(of_kind).map(|change| change_row(plan, change))
}

/// All rows of a saved plan: changes by kind, then unplaced workloads.
pub(crate) fn saved_rows(plan: &SavedPlan) -> Vec<Row> {
    let of_kind = |kind: ChangeKind| {
        let changes = plan.changes.iter().filter(move |change| change.kind == kind.name());
        changes.map(move |change| saved_row(kind, change))
    };
    let unplaced = plan.unplaced.iter().map(|(workload, reason)| Row::unplaced(workload, visible(reason).into_owned()));
    KINDS.into_iter().flat_map(of_kind).chain(unplaced).collect()
}

fn change_row(plan: &Plan<'_>, change: &Change) -> Row {
    Row {
        mark: Mark::of(change.kind),
        workload: visible(&change.workload).into_owned(),
        route: route(change.kind, change.from.as_deref(), change.to.as_deref()).concat(),
        reasons: phrase::change_reasons(plan.model, change),
    }
}

fn saved_row(kind: ChangeKind, change: &SavedChange) -> Row {
    Row {
        mark: Mark::of(kind),
        workload: visible(&change.workload).into_owned(),
        route: route(kind, change.from.as_deref(), change.to.as_deref()).concat(),
        reasons: phrase::saved_reasons(kind, &change.reasons),
    }
}

/// Pieces of a route: `nas -> rack-0`.
fn route<'n>(kind: ChangeKind, from: Option<&'n str>, to: Option<&'n str>) -> [Cow<'n, str>; 3] {
    let (from, to) = (visible(from.unwrap_or_default()), visible(to.unwrap_or_default()));
    match kind {
        ChangeKind::Place => ["-> ".into(), to, "".into()],
        ChangeKind::Move => [from, " -> ".into(), to],
        ChangeKind::Rename | ChangeKind::Update => [to, "".into(), "".into()],
        ChangeKind::Remove => [from, "".into(), "".into()],
        ChangeKind::Evict => [from, " -> ".into(), NO_NODE.into()],
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
