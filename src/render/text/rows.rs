//! A plan as lines for people: sign, workload, route, reason.
//!
//! The lines are the same on a terminal, in a comment and for a plan that was saved; order, colour and frame are the
//! pages'.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::plan::{Change, Kind, Plan};
use crate::render::phrase;
use crate::state::{SavedChange, SavedPlan};
use crate::text::escape::visible;

/// Columns wider than this are not waited for by the others.
const WIDEST_COLUMN: usize = 40;

/// Where a workload without a place goes.
const UNPLACED: &str = "unplaced";

/// The order in which kinds are shown, the alarming ones last, where they are seen.
pub(crate) const KINDS: [Kind; 6] = [Kind::Place, Kind::Move, Kind::Rename, Kind::Update, Kind::Remove, Kind::Evict];

/// One line of a plan; every text in it is visible.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) mark: Mark,
    workload: String,
    route: String,
    why: String,
}

/// The sign at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    Place,
    Move,
    Update,
    Remove,
    Alarm,
}

/// How wide the columns are.
#[derive(Default)]
pub(crate) struct Widths {
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
    pub(crate) fn head(&self, widths: &Widths) -> String {
        format!("{} {}", self.mark.sign(), padded(&self.workload, widths.workload))
    }

    /// The rest of the line.
    pub(crate) fn tail(&self, widths: &Widths) -> String {
        format!("  {}  {}", padded(&self.route, widths.route), self.why)
    }

    fn unplaced(workload: &str, why: String) -> Self {
        Self { mark: Mark::Alarm, workload: visible(workload).into_owned(), route: UNPLACED.to_owned(), why }
    }

    /// Whether it tells of a workload without a place.
    pub(crate) fn is_unplaced(&self) -> bool {
        self.mark == Mark::Alarm && self.route == UNPLACED
    }
}

impl Widths {
    pub(crate) fn of(rows: &[Row]) -> Self {
        Self::of_cells(rows.iter().map(|row| (row.workload.width(), row.route.width())))
    }

    /// Of the rows of all changes, which need not be there at once.
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

/// Changes by kind, then what has no place.
pub(crate) fn rows(plan: &Plan<'_>) -> Vec<Row> {
    let unplaced = plan
        .unplaced
        .iter()
        .map(|each| Row::unplaced(plan.model.workload_name(each.workload), phrase::unplaced(plan.model, each)));
    change_rows(plan, &KINDS).chain(unplaced).collect()
}

/// The changes of these kinds, kind by kind.
pub(crate) fn change_rows<'p>(plan: &'p Plan<'_>, kinds: &'p [Kind]) -> impl Iterator<Item = Row> + 'p {
    let of_kind = |&kind: &'p Kind| plan.changes.iter().filter(move |change| change.kind == kind);
    kinds.iter().flat_map(of_kind).map(|change| change_row(plan, change))
}

/// The same lines of a plan that was saved.
pub(crate) fn saved_rows(plan: &SavedPlan) -> Vec<Row> {
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
        route: route(change.kind, change.from.as_deref(), change.to.as_deref()).concat(),
        why: phrase::reasons(plan.model, change),
    }
}

fn saved_row(kind: Kind, change: &SavedChange) -> Row {
    let reasons = change.reasons.iter().map(|reason| visible(reason)).collect::<Vec<_>>().join(", ");
    Row {
        mark: Mark::of(kind),
        workload: visible(&change.workload).into_owned(),
        route: route(kind, change.from.as_deref(), change.to.as_deref()).concat(),
        why: if kind == Kind::Evict { format!("evicted: {reasons}") } else { reasons },
    }
}

/// Whence and whither, in pieces.
fn route<'n>(kind: Kind, from: Option<&'n str>, to: Option<&'n str>) -> [Cow<'n, str>; 3] {
    let (from, to) = (visible(from.unwrap_or_default()), visible(to.unwrap_or_default()));
    match kind {
        Kind::Place => ["-> ".into(), to, "".into()],
        Kind::Move => [from, " -> ".into(), to],
        Kind::Rename | Kind::Update => [to, "".into(), "".into()],
        Kind::Remove => [from, "".into(), "".into()],
        Kind::Evict => [from, " ->".into(), "".into()],
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
