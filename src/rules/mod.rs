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
    affinity_allows, affinity_groups_allow, aversion_allows, aversion_groups_allow, excluding_label,
    hard_group_without_domain, hard_groups_allow, is_immune, requires, takes,
};
pub(crate) use demand::{Demand, has_negative_amount};
pub use departure::Departure;
pub use occupancy::{Domain, Occupancy};
pub use reason::Reason;
pub use refusal::{closed, refusals};
pub use shortfall::{Shortfall, largest_shortfall};
pub(crate) use sorted_lookup::AscendingLookup;
