//! Lays out the explanation of a node: its amounts, its workloads, and the unplaced workloads that it refuses.

use super::sheet::{Sheet, aligned_right};
use crate::explain::{NodeAnswer, RefusedWorkload, ResourceUse};
use crate::quantity::{Capacity, Quantity};
use crate::render::phrase;
use crate::render::{Setting, at};
use crate::text::count::counted;
use crate::text::escape::visible;

/// Number of cells of a bar.
const BAR_CELLS: u64 = 20;

/// Maximum number of refused workloads that are listed.
const MAX_REFUSED: usize = 10;

pub(crate) fn write(sheet: &mut Sheet, answer: &NodeAnswer, setting: Setting<'_>) {
    let model = setting.plan.model;
    let (name, place) = (visible(model.node_name(answer.node)), at(setting.node_line(answer.node, &[])));
    let closed = [("cordoned", &model.cordons), ("drained", &model.drains)].map(|(word, reasons)| {
        reasons.get(&answer.node).map_or(String::new(), |reason| format!(", {}", phrase::closed(word, Some(reason))))
    });
    sheet.line(0, &format!("{name} ({place}): {}{}", counted(answer.workloads.len(), "workload"), closed.concat()));
    if !answer.resources.is_empty() {
        sheet.blank();
        write_stocks(sheet, &answer.resources, setting);
    }
    if !answer.workloads.is_empty() {
        sheet.blank();
        write_guests(sheet, answer, setting);
    }
    if !answer.refused.is_empty() {
        sheet.blank();
        write_refused(sheet, &answer.refused, answer, setting);
    }
}

fn write_stocks(sheet: &mut Sheet, stocks: &[ResourceUse], setting: Setting<'_>) {
    let used = aligned_right(&stocks.iter().map(|each| each.used.display(each.family).to_string()).collect::<Vec<_>>());
    let rows = stocks.iter().zip(used).map(|(each, used)| {
        let mut row = vec![visible(setting.plan.model.text(each.resource)).into_owned()];
        if sheet.is_for_terminal() {
            row.push(bar(each));
        }
        row.push(format!("{used} of {}, {} free", each.capacity.display(each.family), each.free.display(each.family)));
        row
    });
    let rows = rows.collect::<Vec<_>>();
    sheet.table(2, &rows);
}

/// Used share of a resource as a bar; blank if the capacity is unlimited or not positive.
fn bar(stock: &ResourceUse) -> String {
    let cells = usize::try_from(BAR_CELLS).unwrap_or(0);
    let Capacity::Finite(capacity) = stock.capacity else { return " ".repeat(cells) };
    if !capacity.is_positive() || stock.used < Quantity::ZERO {
        return " ".repeat(cells);
    }
    let full = usize::try_from(stock.used.times(BAR_CELLS).whole(capacity).min(BAR_CELLS)).unwrap_or(cells);
    format!("{}{}", "█".repeat(full), "░".repeat(cells - full))
}

fn write_guests(sheet: &mut Sheet, answer: &NodeAnswer, setting: Setting<'_>) {
    let model = setting.plan.model;
    let rows = answer.workloads.iter().map(|guest| {
        let came =
            guest.change.as_ref().map_or_else(|| "stays".to_owned(), |change| phrase::change_reasons(model, change));
        let name = visible(model.workload_name(guest.workload)).into_owned();
        vec![name, phrase::requirements(model, guest.workload), came]
    });
    sheet.table(2, &rows.collect::<Vec<_>>());
}

fn write_refused(sheet: &mut Sheet, refused: &[RefusedWorkload], answer: &NodeAnswer, setting: Setting<'_>) {
    let model = setting.plan.model;
    sheet.line(2, &format!("refuses {}", counted(refused.len(), "unplaced workload")));
    let shown = if refused.len() > MAX_REFUSED + 1 { MAX_REFUSED } else { refused.len() };
    let rows = refused[..shown].iter().map(|each| {
        let said = phrase::reasons(model, answer.node, &each.refusals);
        vec![visible(model.workload_name(each.workload)).into_owned(), said]
    });
    sheet.table(4, &rows.collect::<Vec<_>>());
    if refused.len() > shown {
        sheet.line(4, &format!("{} more (`--format json` has all)", refused.len() - shown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::Names;
    use crate::quantity::Family;

    #[test]
    fn a_bar_is_as_full_as_the_node() {
        let resource = Names::default().intern("mem");
        let stock = |capacity, used: i64| ResourceUse {
            resource,
            capacity,
            used: used.into(),
            free: capacity,
            family: Family::Plain,
        };
        assert_eq!(bar(&stock(Capacity::Finite(8.into()), 4)), "██████████░░░░░░░░░░");
        assert_eq!(bar(&stock(Capacity::Finite(8.into()), 9)), "█".repeat(20));
        assert_eq!(bar(&stock(Capacity::Finite(Quantity::ZERO), 0)), " ".repeat(20));
        assert_eq!(bar(&stock(Capacity::Unlimited, 3)), " ".repeat(20));
    }
}
