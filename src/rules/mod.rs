//! May this workload be on that node? Attaching, holding, groups and selectors.
//!
//! `place` looks for nodes; `rules` says yes or no to one of them. Nothing here knows a strategy or an order.

mod attach;
mod demand;
mod departure;
pub(crate) mod hold;
mod occupancy;
mod reason;
mod refusal;
mod shortfall;
mod sorted_lookup;

pub use attach::{Standing, is_open};
pub(crate) use attach::{
    forbidding_label, gathers, hard_group_without_place, is_immune, keeps_affinity, keeps_aversion, keeps_hard_groups,
    requires, takes, takes_member,
};
pub(crate) use demand::{Demand, fills_a_shortcoming};
pub use departure::Departure;
pub use occupancy::{Occupancy, Place};
pub use reason::Reason;
pub use refusal::{closed, refusals};
pub use shortfall::{Shortfall, largest_shortfall};
pub(crate) use sorted_lookup::Along;
